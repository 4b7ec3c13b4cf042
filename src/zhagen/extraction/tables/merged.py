"""Merged cells of tables with rows: printed once for several rows, or moved by our reading of the text."""

from dataclasses import replace
from itertools import groupby
from typing import Any

from zhagen.documents.handwritten import read_toml
from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError
from zhagen.extraction.tables.spread import centre_rows, section_support
from zhagen.extraction.tables.table import Cell, Row
from zhagen.paths import data_folder
from zhagen.text.characters import name_key
from zhagen.text.cleaning import clean
from zhagen.vocabulary import LEVELS

Cells = list[Cell | None]
MERGED_CELLS = {  # the form of codings/<id>/merged_cells.toml
    "type": "object",
    "required": ["cells"],
    "additionalProperties": False,
    "properties": {
        "cells": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["first", "last", "printed_at", "reason", "words", "section"],
                "additionalProperties": False,
                "properties": {
                    **dict.fromkeys(("first", "last", "printed_at", "reason", "section"), {"type": "string"}),
                    "words": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                    "undetermined": {"type": "boolean"},
                },
            },
        }
    },
}


def fill_merged(outline: Outline, entry: dict[str, Any], rows: list[Row]) -> list[Row]:
    """Give every row the merged cells that hold for it, from the widest level to the narrowest.

    With ``merged = "top"`` a cell holds for the rows below it that print none, until the next one, or until a wider
    level changes. With ``"middle"`` it holds for the rows around it, so that it is in their middle; if the rows leave
    several ways to do so, the words of the sections decide, and the rows in question are marked ``inferred``.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        The table's entry in the recipe.
    rows : list of Row
        Rows with what each prints.

    Returns
    -------
    list of Row
        The same rows; a cell that was filled in prints nothing, has the status ``by_order`` and a reason. A row
        above the first cell of a column with ``"top"`` keeps None.

    Raises
    ------
    ExtractionError
        If a row with a new label of a wider level has none of a narrower one, or if rows around a cell printed in the
        middle can be cut in no way.
    """
    columns = {column["name"]: column for column in entry["columns"]}
    names = [*entry["levels"], *(name for name in columns if name not in entry["levels"])]
    start = [0] * len(rows)  # the number of the run of equal cells of the wider levels that a row is in
    for name in names:
        printed: Cells = [row.cells[name] for row in rows]
        how = columns[name]["merged"]
        if how != "never":
            filled: Cells = []
            for _, group in groupby(range(len(rows)), key=start.__getitem__):
                run = list(group)
                fill = _from_top if how == "top" else _from_middle
                filled += fill(outline, entry, columns[name], [rows[n] for n in run], run[0])
            printed = filled
        rows = [replace(row, cells={**row.cells, name: cell}) for row, cell in zip(rows, printed, strict=True)]
        if name in entry["levels"]:
            start = _runs(start, printed)
    return rows


def _runs(start: list[int], cells: Cells) -> list[int]:
    """Number the runs of rows with the same label inside the runs of the wider levels."""
    keys = [(number, cell.text if cell else "") for number, cell in zip(start, cells, strict=True)]
    runs = [0]
    for before, after in zip(keys, keys[1:], strict=False):
        runs.append(runs[-1] + (before != after))
    return runs[: len(keys)]


def _from_top(outline: Outline, entry: dict[str, Any], column: dict[str, Any], rows: list[Row], first: int) -> Cells:
    name = column["name"]
    filled: Cells = []
    last: Cell | None = None
    for row in rows:
        cell = row.cells[name]
        if cell is None and last is not None:
            reason = f"取上面最近印出的{LEVELS.get(name, column['header'])}格"
            cell = replace(last, printed="", status="by_order", reason=reason)
        if cell is None and first > 0:
            raise ExtractionError(
                f"{entry['label']}: a row begins another {_wider(entry, name)} and prints no {column['header']}",
                outline.document.where(row.line_start, row.line_end),
                "print the label in the row, or look for a cell that is missing",
            )
        last = cell
        filled.append(cell)
    return filled


def _wider(entry: dict[str, Any], name: str) -> str:
    """Return the header of the level above one, for an error."""
    place = entry["levels"].index(name) if name in entry["levels"] else 0
    wider = entry["levels"][max(place - 1, 0)]
    return next((str(c["header"]) for c in entry["columns"] if c["name"] == wider), wider)


def _from_middle(outline: Outline, entry: dict[str, Any], column: dict[str, Any], rows: list[Row], first: int) -> Cells:
    name, below = column["name"], _narrower(entry, column["name"])
    cells = [(number, cell) for number, row in enumerate(rows) if (cell := row.cells[name])]
    if len(cells) == len(rows):
        return [cell for _, cell in cells]
    cut = centre_rows(
        [number for number, _ in cells],
        len(rows),
        lambda row, part: section_support(outline, cells[part][1].text, _text(rows[row].cells.get(below))),
    )
    if cut is None:
        raise ExtractionError(
            f"{entry['label']}: the rows cannot be put around the cells of {column['header']} "
            "so that each is in the middle of its rows",
            outline.document.where(rows[0].line_start, rows[-1].line_end),
            "look for a row that is missing or a label that is printed twice",
        )
    header = LEVELS.get(name, column["header"])
    filled: Cells = []
    for number, part in enumerate(cut[0]):
        place, cell = cells[part]
        status, reason = "by_order", f"合并的{header}格印在所辖各行的中间"
        if number in cut[1]:
            status, reason = "inferred", f"{reason}，这一行归前一格还是后一格印不出来，依正文用词"
        filled.append(cell if number == place else replace(cell, printed="", status=status, reason=reason))
    return filled


def _narrower(entry: dict[str, Any], name: str) -> str:
    levels = entry["levels"]
    place = levels.index(name) + 1 if name in levels else len(levels)
    return str(levels[place]) if place < len(levels) else ""


def reconcile_merged(outline: Outline, rows: list[Row], name: str, by: str) -> list[Row]:
    """Move rows to the merged cells that our reading of the text gives them.

    The reading is ``codings/<id>/merged_cells.toml``: which rows share a cell (named by the labels of the first and
    the last), in which row the cell is printed, and the words of the text that the reading relies on. Rows whose labels
    are not found any more keep what is printed.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    rows : list of Row
        The rows of a table.
    name : str
        The column of the merged cells.
    by : str
        The column of the labels that name the rows.

    Returns
    -------
    list of Row
        The rows; a moved cell keeps in ``printed`` what its row prints, and has a status and a reason.

    Raises
    ------
    ExtractionError
        If the sentence is not found that a reading relies on.
    """
    path = data_folder() / "codings" / outline.document.id / "merged_cells.toml"
    if not path.is_file():
        return rows
    labels = [name_key(_text(row.cells[by])) for row in rows]
    moved = list(rows)
    for entry in read_toml(path, MERGED_CELLS)["cells"]:
        first, last, named = (name_key(clean(entry[key]).text) for key in ("first", "last", "printed_at"))
        if not {first, last, named} <= set(labels):
            continue
        cell = rows[labels.index(named)].cells[name]
        if cell is None or not cell.printed:
            continue  # the row of the anchor prints nothing: its rows fall back on what is printed, and say so
        reason = f"{entry['reason']}（依据第 {_support(outline, entry, cell.printed)} 行）"
        for number in range(labels.index(first), labels.index(last) + 1):
            moved[number] = _moved(rows[number], name, cell, reason, bool(entry.get("undetermined")))
    return moved


def _moved(row: Row, name: str, cell: Cell, reason: str, undetermined: bool) -> Row:
    own = row.cells[name]
    printed = own.printed if own else ""
    status = "by_order" if undetermined else "reconciled"
    if printed == cell.printed:
        status, reason = "printed", reason if undetermined else ""
    moved = replace(cell, text=cell.printed, printed=printed, status=status, reason=reason)
    return replace(row, cells={**row.cells, name: moved})


def _text(cell: Cell | None) -> str:
    return cell.text if cell else ""


def _support(outline: Outline, entry: dict[str, Any], category: str) -> int:
    """Return the line of the sentence that a move relies on."""
    words = [word.replace("{category}", category) for word in entry["words"]]
    for block in outline.prose():
        if block.section_id == f"{outline.document.id}-{entry['section']}" and not block.table:
            for sentence in block.clean.sentences():
                if all(word in sentence.text for word in words):
                    start = sentence.text.index(words[0])
                    return int(sentence.span(start, start + 1)[0])
    raise ExtractionError(
        f"no sentence of section {entry['section']} holds {'、'.join(words)}",
        f"{outline.document.id}, {outline.document.edition}",
        f"the move of {entry['first']} relies on it: compare data/codings/{outline.document.id}/merged_cells.toml",
    )
