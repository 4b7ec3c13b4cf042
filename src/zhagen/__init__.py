"""Redo grounded-theory studies from their Chinese texts.

>>> import zhagen
>>> document = zhagen.open("haier", edition="digest")
>>> document.edition
'digest'
"""

import lazy_loader

__version__ = "0.2.0"
_attribute, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    # `open` is not in `__all__`, so that `from zhagen import *` does not hide Python's own.
    return _attribute("open_document" if name == "open" else name)
