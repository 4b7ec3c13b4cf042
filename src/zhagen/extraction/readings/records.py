"""Records: any table as a data frame, one row a row, with what its lists leave undecided."""

from typing import Any

import pandas as pd

from zhagen.documents.outline import Outline
from zhagen.extraction.tables import extract_table


def record_frame(outline: Outline, entry: dict[str, Any]) -> pd.DataFrame:
    """Read a table as records.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        The table's entry in a recipe that `zhagen.documents.recipe.check_recipe` has filled in.

    Returns
    -------
    pandas.DataFrame
        One row a row of the table: ``group`` and ``row`` (from 1 within its group), one column for each column of the
        recipe (text, or numbers where it has a unit; missing where the row has no cell), ``undecided`` (the columns,
        separated by blanks, whose cell may belong to another row), ``status``, ``line_start``, ``line_end``.

    Raises
    ------
    ExtractionError
        If the text does not fit the recipe.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> haier = extract("haier", edition="digest")
    >>> int(record_frame(haier.outline, haier.recipe["tables"][0]).interviews.sum())
    12
    """
    table = extract_table(outline, entry)
    numbers: dict[str, int] = {}
    found = []
    for row in table.rows:
        numbers[row.group] = numbers.get(row.group, 0) + 1
        cells = {name: cell.text if cell.value is None else cell.value for name, cell in row.cells.items() if cell}
        found.append(
            {"group": row.group, "row": numbers[row.group]}
            | cells
            | {"undecided": " ".join(row.undecided), "status": row.status}
            | {"line_start": row.line_start, "line_end": row.line_end}
        )
    columns = ["group", "row", *table.header, "undecided", "status", "line_start", "line_end"]
    frame = pd.DataFrame(found, columns=columns)
    for column in entry["columns"]:
        if "unit" in column:
            values = pd.to_numeric(frame[column["name"]])
            whole = bool((values.dropna() % 1 == 0).all())
            frame[column["name"]] = values.astype("Int64") if whole else values
    return frame
