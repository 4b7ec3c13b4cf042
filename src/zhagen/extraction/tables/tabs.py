"""Shape ``tabs``: cells set apart by tabs, one row a line, merged cells printed in one of their rows."""

import re
from dataclasses import dataclass

from zhagen.errors import ExtractionError
from zhagen.extraction.tables.columns import Cell, place


@dataclass(frozen=True)
class Row:
    """One row: `cells` by column name (None where the row prints nothing), and its raw lines."""

    cells: dict
    line_start: int
    line_end: int


@dataclass(frozen=True)
class RawCell(Cell):
    """A cell that is one field of its lines; `raw` is that field as printed."""

    raw: str = ""


def extract(outline, table):
    """Read the rows of a table in the order of the text.

    A row of all fields fills all columns; a row that lacks one has no cell in the first column, unless the row above
    breaks off in the middle of a sentence: then its last field goes on with that sentence, and its first is the
    merged cell that the page break split off (it is put into the row that goes on).

    Parameters
    ----------
    outline : a `zhagen.documents.outline.Outline`.
    table : the table's entry in the recipe.

    Returns a list of `Row`, without the header. Raises `ExtractionError` where the header is missing or a row has too
    few or too many fields.
    """
    names = [column["name"] for column in table["columns"]]
    headers = [column["header"] for column in table["columns"]]
    rows, seen = [], False
    for number, blocks in _by_line(outline, table).items():
        texts = [block.text for block in blocks]
        if texts == headers:
            seen = True
        elif not seen:
            break
        elif len(outline.document.lines[number - 1].split("\t")) == len(names):
            rows.append(_row(outline, names, blocks))
        elif len(blocks) == len(names) - 1 and rows and _open(rows[-1].cells[names[-1]]):
            rows[-1] = _go_on(outline, names, rows[-1], blocks)
        elif len(blocks) == len(names) - 1:
            rows.append(_row(outline, names, blocks, shift=1))
        else:
            raise ExtractionError(
                f"{table['label']}: a row of {len(blocks)} fields where {len(names)} or {len(names) - 1} are wanted",
                outline.document.where(number),
                "look for a tab that is missing or too many",
            )
    if not seen:
        raise ExtractionError(
            f"{table['label']}: no header row {' '.join(headers)}",
            place(outline, table),
            "compare the table with its recipe",
        )
    _check_filled(outline, table, names, rows)
    return rows


def _by_line(outline, table):
    lines = {}
    for block in outline.cells(table["label"]):
        lines.setdefault(block.lines[0], []).append(block)
    return lines


def _cell(outline, block):
    raw = outline.document.lines[block.lines[0] - 1].split("\t")[block.field]
    return RawCell(block.text, *block.lines, raw=raw.strip())


def _row(outline, names, blocks, shift=0):
    cells = dict.fromkeys(names)
    for block in blocks:
        cells[names[block.field + shift]] = _cell(outline, block)
    return Row(cells, *blocks[0].lines)


def _open(cell):
    """Say whether a text cell breaks off inside a sentence that has already had one end."""
    return bool(cell) and re.search("[。；;]", cell.text) and not re.search("[。！？；]$", cell.text)


def _go_on(outline, names, row, blocks):
    label, rest = (_cell(outline, block) for block in blocks)
    text = row.cells[names[-1]]
    whole = RawCell(text.text + rest.text, text.line_start, rest.line_end, raw=text.raw + rest.raw)
    return Row(row.cells | {names[0]: label, names[-1]: whole}, row.line_start, rest.line_end)


def _check_filled(outline, table, names, rows):
    for row in rows:
        lacking = [name for name in names[1:] if row.cells[name] is None]
        if lacking:
            raise ExtractionError(
                f"{table['label']}: a row has no {lacking[0]}",
                outline.document.where(row.line_start, row.line_end),
                "every row needs all cells but the first: look for a cell that is missing",
            )
