"""Redo grounded-theory studies from their Chinese texts.

>>> import zhagen
>>> document = zhagen.open("haier", edition="digest")
>>> document.edition
'digest'
"""

from zhagen.catalog import Document, attach, documents, open
from zhagen.errors import ZhagenError

__version__ = "0.1.0"
__all__ = ["Document", "ZhagenError", "attach", "documents", "open"]
