"""Corpora: the statistics of the book on a reader's own texts, from five documents to a million paragraphs.

>>> import tempfile
>>> from pathlib import Path
>>> file = Path(tempfile.mkdtemp(), "interviews.jsonl")
>>> _ = file.write_text('{"text": "平台与数据"}\\n{"text": "数据驱动平台"}\\n', encoding="utf-8")
>>> cooccur(file, file.parent / "out", min_count=1, engine="serial").terms.columns.tolist()
['term', 'count', 'units', 'community']
"""

from zhagen.corpus.cooccurrence import Corpus, cooccur
from zhagen.corpus.generator import generate

__all__ = ["Corpus", "cooccur", "generate"]
