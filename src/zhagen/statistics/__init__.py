"""Statistics of terms and codes: functions over data frames and sparse matrices."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
