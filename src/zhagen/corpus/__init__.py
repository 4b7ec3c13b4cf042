"""Corpora: the statistics of the book on a reader's own texts, from five documents to a million paragraphs.

>>> from zhagen.corpus import cooccur
>>> import tempfile
>>> from pathlib import Path
>>> file = Path(tempfile.mkdtemp(), "interviews.jsonl")
>>> _ = file.write_text('{"text": "平台与数据"}\\n{"text": "数据驱动平台"}\\n', encoding="utf-8")
>>> cooccur(file, file.parent / "out", min_count=1, engine="serial").terms.columns.tolist()
['term', 'count', 'units', 'community']
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
