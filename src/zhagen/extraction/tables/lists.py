"""Shape ``columns``: a table that came out of its PDF as one list after another, each under its header.

Which cells were printed in one row is lost. Lists of the same length are joined in their order. A shorter list of
labels is one of merged cells: they are spread over the rows evenly, or, if that does not divide, by the words of the
sections that they head. Every cell says which of them it was.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from zhagen.documents.outline import CONTINUED, Block, Outline
from zhagen.errors import ExtractionError
from zhagen.extraction.tables.cells import number_value, table_place
from zhagen.extraction.tables.spread import partition_rows, section_support
from zhagen.extraction.tables.table import Cell, Row, Table
from zhagen.text.cleaning import CleanText, clean
from zhagen.vocabulary import LEVELS


def read_lists(outline: Outline, entry: dict[str, Any]) -> Table:
    """Read a table of shape ``columns``.

    A cell belongs to the header that is printed last above it. If several headers are printed in one row, or none has
    come yet, the cell is recognised: a quotation is evidence, the label of a heading the widest level of the table,
    any other cell the narrowest.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        The table's entry in the recipe.

    Returns
    -------
    Table
        Rows in the order of the lists, all with the status ``by_order``.

    Raises
    ------
    ExtractionError
        If a header is missing, a cell is not what its column says, or the lists do not fit each other.
    """
    lists = _read(outline, entry)
    if entry["levels"]:
        rows = _coding_rows(outline, entry, lists)
    else:
        rows = [row for group in _groups(entry) for row in _group_rows(outline, entry, lists, group)]
        rows += _frame_rows(entry, lists)
    header = {column["name"]: column["header"] for column in entry["columns"]}
    return Table(outline.document.id, entry["label"], header, tuple(rows))


def _read(outline: Outline, entry: dict[str, Any]) -> dict[str, list[Cell]]:
    """Return the cells of each column in the order of the text."""
    by_header = {column["header"]: column for column in entry["columns"]}
    lists: dict[str, list[Cell]] = {column["name"]: [] for column in entry["columns"]}
    blocks = [(block, re.sub(r"\s", "", block.text)) for block in outline.cells(entry["label"])]
    seen = {header for _, bare in blocks for header in _headers(bare, by_header)}
    for header in by_header:
        if header not in seen:
            raise ExtractionError(
                f"{entry['label']}: no header {header}",
                table_place(outline, entry),
                "compare the table with its recipe",
            )
    current: dict[str, Any] | None = None
    for block, bare in blocks:
        headers = _headers(bare, by_header)
        if headers:
            current = by_header[headers[0]] if len(headers) == 1 else None
        elif not CONTINUED.fullmatch(bare):
            for part in _parts(outline, entry, current, block):
                column = current or _recognised(outline, entry, block, part)
                lists[column["name"]].append(_cell(outline, entry, column, part))
    return lists


def _headers(bare: str, by_header: dict[str, Any]) -> list[str]:
    """Return the headers that make up a cell, or an empty list."""
    words = re.findall("|".join(map(re.escape, sorted(by_header, key=len, reverse=True))), bare)
    return words if "".join(words) == bare else []


def _parts(outline: Outline, entry: dict[str, Any], column: dict[str, Any] | None, block: Block) -> Iterator[CleanText]:
    """Yield the cells of a block: its lines if the column's ``lines`` is single, else the block itself."""
    lines = column["lines"] if column else entry.get("lines", "joined")
    if lines == "joined" or column is None and block.kind == "quotation":
        yield block.clean
        return
    for number in range(block.lines[0], block.lines[1] + 1):
        part = clean([outline.document.lines[number - 1]], number)
        if part.text:
            yield part


def _recognised(outline: Outline, entry: dict[str, Any], block: Block, part: CleanText) -> dict[str, Any]:
    """Return the column of a cell that no single header is above of."""
    columns = {column["name"]: column for column in entry["columns"]}
    levels = entry["levels"]
    name = ""
    if block.kind == "quotation":
        name = "evidence"
    elif len(levels) == 2:
        name = levels[0] if outline.headed(part.text) else levels[1]
    elif len(levels) == 1:
        name = levels[0]
    if name not in columns:
        raise ExtractionError(
            f"{entry['label']}: no single header is above {part.text[:12]!r}, so its column is not known",
            outline.document.where(*part.span()),
            "put each header above its list in a copy of the text",
        )
    return columns[name]


def _cell(outline: Outline, entry: dict[str, Any], column: dict[str, Any], part: CleanText) -> Cell:
    first, last = part.span()
    alone = [n for n in range(first, last + 1) if outline.document.lines[n - 1].strip().isdecimal()]
    if alone and first != last:
        raise ExtractionError(
            f"{entry['label']}: a line of digits only is inside the cell {part.text[:12]!r}",
            outline.document.where(alone[0]),
            "a page number goes into skip of the recipe's outline",
        )
    value = number_value(outline, entry["label"], column, part.text, (first, last))
    raw = "".join(line.strip() for line in outline.document.lines[first - 1 : last])
    return Cell(part.text, first, last, raw=raw, value=value, printed=part.text)


def _coding_rows(outline: Outline, entry: dict[str, Any], lists: dict[str, list[Cell]]) -> list[Row]:
    """Join the lists of a coding table: as many rows as the narrowest level has cells."""
    levels = entry["levels"]
    counts = {name: len(cells) for name, cells in lists.items()}
    size = counts[levels[-1]]
    widths = [counts[level] for level in levels]
    others = [counts[name] for name in counts if name not in levels]
    if 0 in widths or widths != sorted(widths) or any(count != size for count in others):
        said = ", ".join(f"{number} {name}" for name, number in counts.items())
        spans = "; ".join(
            f"{name} lines {cells[0].line_start}-{cells[-1].line_end}" for name, cells in lists.items() if cells
        )
        raise ExtractionError(
            f"{entry['label']}: the lists do not fit each other ({said}; {spans})",
            table_place(outline, entry),
            f"every {levels[-1]} needs one cell of each list: look for a cell that is missing or broken in two",
        )
    placed = {name: lists[name] for name in counts if counts[name] == size}
    for wide, narrow in reversed(list(zip(levels, levels[1:], strict=False))):
        if wide not in placed:
            placed[wide] = _spread(outline, (wide, narrow), lists[wide], placed[narrow])
    rows = []
    for number in range(size):
        cells = {name: placed[name][number] for name in counts}
        lines = [line for cell in cells.values() for line in cell.lines]
        marked = {name: replace(c, status="by_order") if c.status == "printed" else c for name, c in cells.items()}
        rows.append(Row(marked, min(lines), max(lines), "by_order"))
    return rows


def _spread(outline: Outline, levels: tuple[str, str], merged: list[Cell], placed: list[Cell]) -> list[Cell]:
    """Return, for each row, the merged cell that holds for it.

    `placed` is the cell of the next level in each row. Rows with the same label one after the other count as one: what
    is put under a wider cell are labels, and their rows go with them.
    """
    run = [0]
    for before, after in zip(placed, placed[1:], strict=False):
        run.append(run[-1] + (before.text != after.text))
    labels = list(dict(zip(run, (cell.text for cell in placed), strict=True)).values())
    names = [LEVELS.get(level, level) for level in levels]
    each, rest = divmod(len(labels), len(merged))
    if rest == 0:
        parents = [number // each for number in range(len(labels))]
        said = f"{len(merged)} 个{names[0]}、{len(labels)} 个{names[1]}各成一列，依次各取 {each} 个"
        reasons = [("by_order", said)] * len(labels)
    else:
        parents, open_rows = partition_rows(
            [[section_support(outline, cell.text, label) for cell in merged] for label in labels]
        )
        even = f"{len(labels)} 个{names[1]}不能均分给 {len(merged)} 个{names[0]}，"
        unsure = f"正文也不能定它归前一{names[0]}还是后一{names[0]}"
        reasons = [
            ("inferred", even + (unsure if number in open_rows else "依正文各小节的用词分段"))
            for number in range(len(labels))
        ]
    return [
        replace(merged[parents[number]], printed="", status=reasons[number][0], reason=reasons[number][1])
        for number in run
    ]


def _groups(entry: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(c.get("group", "rows") for c in entry["columns"] if not c.get("frame")))


def _group_rows(outline: Outline, entry: dict[str, Any], lists: dict[str, list[Cell]], group: str) -> Iterator[Row]:
    """Yield the rows of one group of lists, as long as one another but for those marked ``part``."""
    members = [c for c in entry["columns"] if not c.get("frame") and c.get("group", "rows") == group]
    counts = {column["name"]: len(lists[column["name"]]) for column in members}
    parts = [column["name"] for column in members if column.get("part")]
    full, part = ({counts[name] for name in counts if (name in parts) == kind} for kind in (False, True))
    most = max(full, default=0)
    if len(full) > 1 or len(part) > 1 or 0 in full | part or max(part, default=1) > most:
        said = ", ".join(f"{count} {name}" for name, count in counts.items())
        raise ExtractionError(
            f"{entry['label']}: the lists of group {group} do not fit each other ({said})",
            table_place(outline, entry),
            "look for a cell that is missing or broken in two",
        )
    short = tuple(name for name in parts if counts[name] < most)
    for number in range(most):
        cells = {name: lists[name][number] for name in counts if number < counts[name]}
        lines = [line for cell in cells.values() for line in cell.lines]
        yield Row(cells, min(lines), max(lines), "by_order", group, short)


def _frame_rows(entry: dict[str, Any], lists: dict[str, list[Cell]]) -> list[Row]:
    """Return the cells under a header above other headers, each a row: which rows it heads is not decided."""
    names = [column["name"] for column in entry["columns"] if column.get("frame")]
    return [Row({name: c}, *c.lines, "by_order", "frame", (name,)) for name in names for c in lists[name]]
