"""Text: cleaning with a map back to the raw lines, numerals, the lexicon, segmentation."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
