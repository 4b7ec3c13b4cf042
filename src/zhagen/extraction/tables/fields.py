"""Shapes ``tabs`` and ``pipes``: one row a line, its cells set apart by tabs, or by the pipes of a Markdown table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from zhagen.documents.outline import CONTINUED, Block, Outline, split_fields
from zhagen.errors import ExtractionError
from zhagen.extraction.tables.cells import BREAK, number_value, table_place
from zhagen.extraction.tables.merged import fill_merged
from zhagen.extraction.tables.table import Cell, Row, Table
from zhagen.text.cleaning import clean

RULE = re.compile(r":?-{1,}:?")  # a field of the line below the header of a Markdown table
OPEN = re.compile("[。；;]"), re.compile("[。！？；][”’）)]*$")


@dataclass
class _Line:
    """One line of a table: its number, its page (runs of lines without a blank one), size, and cells by field."""

    number: int
    page: int
    size: int
    cells: dict[int, Cell] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        return [re.sub(r"\s", "", self.cells[place].text) if place in self.cells else "" for place in range(self.size)]


def read_fields(outline: Outline, entry: dict[str, Any]) -> Table:
    """Read a table of shape ``tabs`` or ``pipes``.

    The header is the first line that holds all headers of the recipe; fields under other headers are left out. The
    header may be printed again after a page break. A line can be short in three cases only: the recipe gives the
    columns at its end ``merged`` (an editor took away the tabs there); the first column is one of merged cells, and no
    line of the page has that field; or the line continues the sentence in which
    the line above breaks off.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        The table's entry in the recipe.

    Returns
    -------
    Table
        Its rows without the header; merged cells are filled in, see `zhagen.extraction.tables.merged.fill_merged`.

    Raises
    ------
    ExtractionError
        If the header is missing, or a line has too few or too many fields, or lacks a cell that is not merged.
    """
    lines = list(_lines(outline, entry))
    wanted = [column["header"] for column in entry["columns"]]
    if not lines or not set(wanted) <= set(lines[0].words):
        raise ExtractionError(
            f"{entry['label']}: no header row {' '.join(wanted)}",
            table_place(outline, entry),
            "compare the table with its recipe",
        )
    header = lines[0].words
    while header and not header[-1]:
        header.pop()
    extra = lines[0].size - len(header)  # tabs at the end of every line set apart nothing
    places = {column["name"]: header.index(column["header"]) for column in entry["columns"]}
    ends = _outer(entry, places, header)
    rows: list[Row] = []
    short: list[Row] = []
    for line in lines[1:]:
        if line.size == len(header) + extra and not any(place >= len(header) for place in line.cells):
            line.size = len(header)
    for line in lines[1:]:
        if set(wanted) <= set(line.words):
            continue
        if ends and _continues(line, rows, ends):
            rows[-1] = _continued(rows[-1], line, ends)
        else:
            rows.append(_row(outline, entry, line, places, _shift(outline, entry, line, lines[1:], header)))
            short += rows[-1:] if line.size < len(header) else []
    _check_filled(outline, entry, rows)
    _check_short(outline, entry, rows, short)
    names = {column["name"]: column["header"] for column in entry["columns"]}
    return Table(outline.document.id, entry["label"], names, tuple(fill_merged(outline, entry, rows)))


def _lines(outline: Outline, entry: dict[str, Any]) -> Iterator[_Line]:
    """Yield the lines of a table that hold cells, but not the rule of a Markdown header or 续表."""
    by_line: dict[int, list[Block]] = {}
    for block in outline.cells(entry["label"]):
        by_line.setdefault(block.lines[0], []).append(block)
    page, last = 0, None
    for number, blocks in by_line.items():
        page += last is not None and number > last + 1
        last = number
        fields = [text for _, text in split_fields(outline.document.lines[number - 1], entry["shape"])]
        ruled = entry["shape"] == "pipes" and all(RULE.fullmatch(text.strip()) for text in fields)
        if ruled or len(blocks) == 1 and CONTINUED.fullmatch(re.sub(r"\s", "", blocks[0].text)):
            continue
        cells = {block.field: _cell(block, fields[block.field], entry["shape"]) for block in blocks}
        yield _Line(number, page, len(fields), cells)


def _cell(block: Block, raw: str, shape: str) -> Cell:
    text = block.text
    if shape == "pipes" and ("<br" in raw or "\\|" in raw):
        text = clean(BREAK.sub("\n", raw).replace("\\|", "|"), block.lines[0]).text
    first, last = block.lines
    return Cell(text, first, last, raw=raw.strip(), printed=text)


def _shift(outline: Outline, entry: dict[str, Any], line: _Line, lines: list[_Line], header: list[str]) -> int:
    """Return by how many columns the cells of a line move to the right; refuse a line of the wrong size."""
    if line.size == len(header):
        return 0
    if entry["shape"] == "tabs" and line.size < len(header):
        merged = {column["header"]: column["bare"] for column in entry["columns"] if column["merged"] != "never"}
        if line.size > 1 and all(merged.get(name) for name in header[line.size :]):
            return 0
        if line.size == len(header) - 1 and header[0] in merged and _whole_pages(line, lines):
            return 1
    raise ExtractionError(
        f"{entry['label']}: a row of {line.size} fields where {len(header)} are wanted",
        outline.document.where(line.number),
        "look for a separator that is missing or too many; the recipe says how the table ends (ends), which lines are "
        'no rows (skip), and by merged = "top" of the last columns that tabs at the ends of lines are gone',
    )


def _whole_pages(line: _Line, lines: list[_Line]) -> bool:
    """Say whether a line is in a run of lines of its size that begins and ends with a page, and is no line alone."""
    first = last = lines.index(line)
    while first > 0 and lines[first - 1].size == line.size:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].size == line.size:
        last += 1
    begins = first == 0 or lines[first - 1].page != lines[first].page
    ends = last + 1 == len(lines) or lines[last + 1].page != lines[last].page
    return begins and ends and last > first


def _row(outline: Outline, entry: dict[str, Any], line: _Line, places: dict[str, int], shift: int) -> Row:
    cells: dict[str, Cell | None] = {}
    for column in entry["columns"]:
        cell = line.cells.get(places[column["name"]] - shift)
        if cell and "unit" in column:
            cell = replace(cell, value=number_value(outline, entry["label"], column, cell.text, cell.lines))
        cells[column["name"]] = cell
    return Row(cells, line.number, line.number)


def _continues(line: _Line, rows: list[Row], ends: tuple[str, str]) -> bool:
    """Say whether a line continues the row above, whose last cell breaks off in its second or a later sentence."""
    if not rows or len(line.cells) != 2 or line.size != len(rows[-1].cells) - 1:
        return False
    last = rows[-1].cells[ends[1]]
    inside, ended = OPEN
    return bool(last and inside.search(last.text) and not ended.search(last.text))


def _continued(row: Row, line: _Line, ends: tuple[str, str]) -> Row:
    """Return a row with the rest of its last cell; the other cell of the line is merged, and the page split it off."""
    label, rest = (line.cells[place] for place in sorted(line.cells))
    text = row.cells[ends[1]]
    assert text is not None  # _continues has looked at it
    words = text.text + rest.text
    whole = Cell(words, text.line_start, rest.line_end, raw=text.raw + rest.raw, printed=words)
    return replace(row, cells={**row.cells, ends[0]: label, ends[1]: whole}, line_end=rest.line_end)


def _outer(entry: dict[str, Any], places: dict[str, int], header: list[str]) -> tuple[str, str] | None:
    """Return the first and the last column as printed, if a page can split a merged cell of the one off the other."""
    names = sorted(places, key=places.__getitem__)
    first = next(column for column in entry["columns"] if column["name"] == names[0])
    split = entry["shape"] == "tabs" and first["merged"] != "never" and len(names) == len(header)
    return (names[0], names[-1]) if split and names[-1] == "evidence" else None


def _check_filled(outline: Outline, entry: dict[str, Any], rows: list[Row]) -> None:
    """Refuse a row that lacks a cell of a column that is not merged."""
    if not entry["levels"]:
        return
    for row in rows:
        for column in entry["columns"]:
            wanted = column["name"] in entry["levels"] or column["name"] == "evidence"
            if wanted and column["merged"] == "never" and row.cells[column["name"]] is None:
                raise ExtractionError(
                    f"{entry['label']}: a row has no {column['name']}",
                    outline.document.where(row.line_start, row.line_end),
                    f"look for a cell that is missing; if the {column['header']} printed above holds for this row too, "
                    'give the column merged = "top" in the recipe',
                )


def _check_short(outline: Outline, entry: dict[str, Any], rows: list[Row], short: list[Row]) -> None:
    """Refuse a row that lost a tab in its middle: one of its labels is a label of another column."""
    for level in entry["levels"]:
        others = {cell.text for row in rows for name in entry["levels"] if name != level and (cell := row.cells[name])}
        for row in short:
            cell = row.cells[level]
            if cell and cell.text in others:
                raise ExtractionError(
                    f"{entry['label']}: a row lacks a field, and its {level} {cell.text} is a label of another level",
                    outline.document.where(row.line_start),
                    "look for a tab that is missing",
                )
