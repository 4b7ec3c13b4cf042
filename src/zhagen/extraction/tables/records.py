"""Rows out of columns: what a flattened list decides of each row, and what it leaves open."""

from zhagen.errors import ExtractionError
from zhagen.extraction.tables.columns import place


def record_rows(outline, table, columns):
    """Join the columns of each group row by row, in the order of their lists.

    All lists of a group must be as long as one another, but for the columns that the recipe marks ``part``: they lack
    the cells of some rows. Their cells are set from the top; which rows they really leave empty is not printed, so
    every row of the group names them in ``undecided``.

    Parameters
    ----------
    outline, table : as for `zhagen.extraction.tables.extract_table`.
    columns : what `zhagen.extraction.tables.extract_table` returned.

    Returns a data frame: group, row (from 1 within its group), one column for each column of the recipe (numbers as
    numbers), undecided, status, line_start, line_end. The cells of columns marked ``frame`` are rows of the group
    ``frame``, one each. Raises `ExtractionError` where the lists of a group do not fit each other.
    """
    import pandas as pd

    kept = [column for column in table["columns"] if not column.get("frame")]
    found = []
    for group in dict.fromkeys(column.get("group", "rows") for column in kept):
        members = [column for column in kept if column.get("group", "rows") == group]
        found += _group(outline, table, columns, group, members)
    for column in table["columns"]:
        found += _frame(columns, column["name"]) if column.get("frame") else []
    names = [column["name"] for column in table["columns"]]
    frame = pd.DataFrame(found, columns=["group", "row", *names, "undecided", "status", "line_start", "line_end"])
    for column in kept:
        if column.get("number"):
            numbers = pd.to_numeric(frame[column["name"]])
            whole = (numbers.dropna() % 1 == 0).all()
            frame[column["name"]] = numbers.astype("Int64") if whole else numbers
    return frame


def _frame(columns, name):
    """Yield the cells under a header that stands above others, each a row by itself: which rows it heads is open."""
    for row, cell in enumerate(columns[name], 1):
        lines = {"line_start": cell.line_start, "line_end": cell.line_end}
        yield {"group": "frame", "row": row, name: cell.text, "undecided": name, "status": "by_order"} | lines


def _group(outline, table, columns, group, members):
    counts = {column["name"]: len(columns[column["name"]]) for column in members}
    parts = [column["name"] for column in members if column.get("part")]
    full, part = ({counts[name] for name in counts if (name in parts) == kind} for kind in (False, True))
    most = max(full)
    if len(full) > 1 or len(part) > 1 or 0 in full | part or max(part, default=1) > most:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        raise ExtractionError(
            f"{table['label']}: the lists of group {group} do not fit each other ({told})",
            place(outline, table),
            "look for a cell that is missing or broken in two",
        )
    short = [name for name in parts if counts[name] < most]
    for row in range(most):
        cells = {name: columns[name][row] for name in counts if row < counts[name]}
        values = {name: cell.text if cell.value is None else cell.value for name, cell in cells.items()}
        lines = [line for cell in cells.values() for line in (cell.line_start, cell.line_end)]
        yield (
            {"group": group, "row": row + 1}
            | values
            | {
                "undecided": " ".join(short),
                "status": "by_order",
                "line_start": min(lines),
                "line_end": max(lines),
            }
        )
