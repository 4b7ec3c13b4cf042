"""Shape ``columns``: a table that came out of its PDF as one list after another, each under its header word."""

import re
from dataclasses import dataclass

from zhagen.errors import ExtractionError
from zhagen.text.cleaning import clean


@dataclass(frozen=True)
class Cell:
    """One cell: its clean text, raw lines, and value (a number where the column holds numbers)."""

    text: str
    line_start: int
    line_end: int
    value: object = None


def extract(outline, table):
    """Read each column's cells in the order of the text.

    A cell belongs to the header that stands last above it. Where several headers stand in one row, or none has come
    yet, the cell is told by what it looks like (``told_by`` of the recipe).

    Parameters
    ----------
    outline : a `zhagen.documents.outline.Outline`.
    table : the table's entry in the recipe.

    Returns a dict, column name -> list of `Cell`. Raises `ExtractionError` where a header is missing or a cell
    is not what its column says.
    """
    by_header = {column["header"]: column for column in table["columns"]}
    columns = {column["name"]: [] for column in table["columns"]}
    seen, current = set(), None
    for block in outline.cells(table["label"]):
        headers = _headers(block.text, by_header)
        if headers:
            seen.update(headers)
            current = by_header[headers[0]] if len(headers) == 1 else None
        elif block.text != table.get("continued"):
            column = current or _told(outline, table, block)
            columns[column["name"]].extend(_cells(outline, table, column, block))
    for header in by_header:
        if header not in seen:
            raise ExtractionError(
                f"{table['label']}: no header {header}",
                place(outline, table),
                "compare the table with its recipe",
            )
    return columns


def place(outline, table):
    """Return where a table stands, for an error: document, edition and lines."""
    cells = outline.cells(table["label"])
    first = outline.caption(table["label"]).lines[0]
    return outline.document.where(first, cells[-1].lines[1] if cells else first)


def _headers(text, by_header):
    """Return the header words that make up a cell, or an empty list."""
    words = re.findall("|".join(map(re.escape, by_header)), text)
    return words if "".join(words) == text.replace(" ", "") else []


def _told(outline, table, block):
    tests = {
        "quotation": lambda: block.kind == "quotation",
        "ends a heading": lambda: any(section.title.endswith(block.text) for section in outline.section_list),
        "two lines": lambda: block.kind == "cell" and block.lines[1] > block.lines[0],
        "one line": lambda: block.kind == "cell",
    }
    for column in table["columns"]:
        if any(tests[test]() for test in column.get("told_by", [])):
            return column
    raise ExtractionError(
        f"{table['label']}: no header stands above {block.text[:12]!r} and nothing tells its column",
        outline.document.where(*block.lines),
        "give the columns of the recipe a told_by",
    )


def _cells(outline, table, column, block):
    parts = [block.clean]
    if column.get("lines") == "single":
        lines = outline.document.lines
        numbers = range(block.lines[0], block.lines[1] + 1)
        parts = [clean([lines[n - 1]], n) for n in numbers if lines[n - 1].strip()]
    for part in parts:
        first, last = part.span()
        match = re.match(column.get("cell", ""), part.text)
        if not match:
            raise ExtractionError(
                f"{table['label']}: the cell {part.text[:12]!r} is not a {column['name']} ({column['cell']})",
                outline.document.where(first, last),
                "mend the cell, or the column's pattern in the recipe",
            )
        text = match.groupdict().get("value", part.text)
        number = float(text) * column.get("factor", 1) if column.get("number") else None
        yield Cell(part.text, first, last, round(number, 6) if number is not None else None)
