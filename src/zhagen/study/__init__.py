"""A study of one's own: sources, codebook, codings, memos and history in a folder, and what can be computed of them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
