"""From a person's files to a study: reading material of many kinds, finding who speaks, putting pseudonyms in."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
