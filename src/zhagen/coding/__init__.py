"""Coding in a browser: a passage as a page or a widget, the server of a study's pages, what they save into it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
