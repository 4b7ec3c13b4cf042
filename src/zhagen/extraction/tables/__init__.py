"""One module for each kind of shape that a table keeps in a text; all of them return the same `Table`."""

import re
from typing import Any

from zhagen.documents.outline import Outline
from zhagen.extraction.tables.fields import read_fields
from zhagen.extraction.tables.lists import read_lists
from zhagen.extraction.tables.table import Table

SHAPES = {"columns": read_lists, "tabs": read_fields, "pipes": read_fields}


def extract_table(outline: Outline, entry: dict[str, Any]) -> Table:
    """Extract one table of an outline by its recipe entry.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        The table's entry in a recipe that `zhagen.documents.recipe.check_recipe` has filled in.

    Returns
    -------
    Table
        Header and rows; the same value for every shape.

    Raises
    ------
    ExtractionError
        If the text does not fit the recipe: a header is missing, a row has too few fields, lists do not fit each other.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> haier = extract("haier", edition="digest")
    >>> extract_table(haier.outline, haier.recipe["tables"][1])
    表2 (haier): 6 rows of theme, concept, evidence, lines 337-378
    """
    return SHAPES[entry["shape"]](outline, entry)


def short_name(entry: dict[str, Any]) -> str:
    """Return a short ASCII name of a table, for ids.

    Parameters
    ----------
    entry : dict
        The table's entry in a recipe.

    Returns
    -------
    str
        ``t`` and the number of its label; the label if it ends with no number.

    Examples
    --------
    >>> short_name({"label": "表2"})
    't2'
    """
    digits = re.search(r"\d+$", entry["label"])
    return f"t{digits[0]}" if digits else entry["label"]
