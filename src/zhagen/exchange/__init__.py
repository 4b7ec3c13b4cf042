"""Studies from and to other programs: REFI-QDA, QualCoder, MAXQDA, Taguette, spreadsheets; tables for a paper."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
