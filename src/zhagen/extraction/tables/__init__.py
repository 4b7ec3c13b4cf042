"""One module for each shape a table survives extraction in; the recipe of a document names the shape."""

import re
from importlib import import_module


def extract_table(outline, table):
    """Extract one table of an outline by its recipe entry; returns the shape's ``Columns`` (name -> cells).

    Raises `zhagen.errors.ExtractionError` where the text does not fit the recipe.
    """
    return import_module(f"zhagen.extraction.tables.{table['shape']}").extract(outline, table)


def short_name(table):
    """Return a short ASCII name of a table, for ids.

    >>> short_name({"label": "表2"})
    't2'
    """
    digits = re.search(r"\d+$", table["label"])
    return f"t{digits[0]}" if digits else table["label"]
