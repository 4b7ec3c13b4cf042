"""One module for each shape a table survives extraction in; the recipe of a document names the shape."""

from importlib import import_module


def extract(outline, table):
    """Extract one table of an outline by its recipe entry; returns the shape's ``Columns`` (name -> cells).

    Raises `zhagen.errors.ExtractionError` where the text does not fit the recipe.
    """
    return import_module(f"zhagen.tables.{table['shape']}").extract(outline, table)
