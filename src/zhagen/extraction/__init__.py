"""Extraction: codes, evidence, tables, claims, citations and mechanism models, computed from a text by its recipe."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
