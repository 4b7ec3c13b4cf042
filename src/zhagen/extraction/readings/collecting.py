"""What the readings of tables share: codes collected label by label, evidence numbered table by table."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import Codebook, assemble_codebook, code_row, evidence_row
from zhagen.extraction.tables import extract_table, short_name
from zhagen.extraction.tables.cells import check_label, split_labels, split_quotations
from zhagen.extraction.tables.merged import reconcile_merged
from zhagen.extraction.tables.table import Cell, Row, Table

EQUAL = "各列一样长，依次序配成行"
IN_TURN = "一格里的名称和引文依次序相配"


class Codes:
    """Codes as they are met in the rows of tables: a label is one code under each of its parents.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    glosses : mapping of str to str
        As for `zhagen.extraction.readings.build_codebook`.
    """

    def __init__(self, outline: Outline, glosses: Mapping[str, str]) -> None:
        self.outline, self.glosses = outline, glosses
        self.codes: dict[tuple[str, str, str], dict[str, Any]] = {}  # by level, label and parent's id
        self.evidence: list[dict[str, Any]] = []
        self.seen: dict[tuple[str, str], tuple[str, int]] = {}  # level, label -> the table and line it was met in

    def add(
        self,
        level: str,
        label: str,
        lines: tuple[int, int],
        *,
        parent: dict[str, Any] | None = None,
        printed: str = "",
        status: str = "printed",
        reason: str = "",
        sure: bool = True,
    ) -> dict[str, Any]:
        """Return the code of a label under its parent, made where it is met first.

        Parameters
        ----------
        level, label : str
            What the code is.
        lines : tuple of int
            The first and the last raw line of the label.
        parent : dict, optional
            The row of its parent.
        printed, status, reason : str
            What the row prints for the parent, how sure the parent is, and why.
        sure : bool, default True
            Whether the text prints the label in a row with its parent. If not, a label that is met under two parents
            is refused: one of them may be the wrong one.

        Returns
        -------
        dict
            The row of the code.

        Raises
        ------
        ExtractionError
            If the label is no name of a code, or is met under two parents and `sure` is false.
        """
        check_label(self.outline, label, lines)
        above = parent["code_id"] if parent else ""
        key = (level, label, above)
        if key not in self.codes:
            same = [row for (one, other, _), row in self.codes.items() if (one, other) == (level, label)]
            if same and not sure:
                raise self.twice(same[0], lines)
            under = parent["label"] if same and parent else ""
            self.codes[key] = code_row(
                self.outline.document.id, level, label, lines, above, printed, status, reason, under=under
            )
        return self.codes[key]

    def twice(self, row: dict[str, Any], lines: tuple[int, int]) -> ExtractionError:
        """Return the error of a label that is met twice where it may be met once.

        Parameters
        ----------
        row : dict
            The code that was met first.
        lines : tuple of int
            Where its label is met again.

        Returns
        -------
        ExtractionError
            The error.
        """
        return ExtractionError(
            f"the {row['level']} {row['label']} is listed 2 times (lines {row['line_start']}, {lines[0]})",
            self.outline.document.where(row["line_start"], lines[1]),
            "lists do not say which parent each of them has: rename one, or remove it",
        )

    def check_lists(self, table: Table, levels: Iterable[str]) -> None:
        """Refuse a label that lists name again after another one, or that another table has named before.

        Parameters
        ----------
        table : Table
            A coding table; the tables of a document are to be given in their order.
        levels : iterable of str
            The columns to check: those whose labels the table makes codes of.

        Raises
        ------
        ExtractionError
            If a list, which does not say which parent each of its labels has, names a label again.
        """
        for level in levels:
            last = ""
            for row in table.rows:
                cell = row.cells.get(level)
                if cell is None:
                    continue
                first = self.seen.setdefault((level, cell.text), (table.label, cell.line_start))
                again = first[0] != table.label or cell.text != last and cell.line_start != first[1]
                if row.status != "printed" and again:
                    code = {"level": level, "label": cell.text, "line_start": first[1]}
                    raise self.twice(code, cell.lines)
                last = cell.text

    def add_evidence(self, entry: dict[str, Any], cells: list[tuple[dict[str, Any], Cell]]) -> None:
        """Add the quotations of one table, numbered from 1.

        Parameters
        ----------
        entry : dict
            The table's entry in the recipe.
        cells : list of (dict, Cell)
            For each quotation, the code it is evidence of and its cell.
        """
        name = f"{self.outline.document.id}-{short_name(entry)}"
        for number, (code, cell) in enumerate(cells, 1):
            row = evidence_row(self.outline, f"{name}-{number}", code["code_id"], cell, self.glosses)
            self.evidence.append(row)

    def level(self, level: str) -> list[dict[str, Any]]:
        """Return the codes of one level in the order they were met.

        Parameters
        ----------
        level : str
            The level.

        Returns
        -------
        list of dict
            Their rows.
        """
        return [row for (one, _, _), row in self.codes.items() if one == level]

    def codebook(self, levels: tuple[str, ...]) -> Codebook:
        """Return the codebook, level by level.

        Parameters
        ----------
        levels : tuple of str
            The levels, the widest first.

        Returns
        -------
        Codebook
            All codes and all evidence.
        """
        return assemble_codebook(self.outline, [row for level in levels for row in self.level(level)], self.evidence)


def coding_tables(outline: Outline, recipe: dict[str, Any]) -> list[tuple[dict[str, Any], Table]]:
    """Return the coding tables of a recipe, each with its entry.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    recipe : dict
        The document's recipe.

    Returns
    -------
    list of (dict, Table)
        In the order of the recipe.

    Raises
    ------
    ExtractionError
        If the text does not fit the recipe.
    """
    tables = [(entry, extract_table(outline, entry)) for entry in recipe["tables"] if entry["levels"]]
    headers = {column["header"] for entry, _ in tables for column in entry["columns"]}
    words = {word for header in headers for word in (header, f"续表{header}") if len(word) > 3} | {"续表"}
    for entry, table in tables:
        for row in table.rows:
            for level in entry["levels"]:
                _check_header(outline, table, level, row.cells[level], headers, words)
    return tables


def _check_header(
    outline: Outline, table: Table, level: str, cell: Cell | None, headers: set[str], words: set[str]
) -> None:
    """Refuse a label that is a header of a coding table, or has one glued to it."""
    if cell is None:
        return
    glued = next((word for word in words if cell.text.startswith(word) or cell.text.endswith(word)), None)
    if cell.text in headers or glued:
        raise ExtractionError(
            f"{table.label}: the {level} {cell.text!r} holds the header {glued or cell.text}",
            outline.document.where(*cell.lines),
            "look for a header that is printed again inside of a row, or a line break that is missing",
        )


def settle(outline: Outline, entry: dict[str, Any], table: Table) -> Table:
    """Return a coding table in which every row has a cell of each level: its own, a merged one, or one of our reading.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        The table's entry in the recipe.
    table : Table
        The table as the text prints it.

    Returns
    -------
    Table
        The table with the cells that ``codings/<id>/merged_cells.toml`` moves.

    Raises
    ------
    ExtractionError
        If a row has no cell of a level.
    """
    rows = table.rows
    if "concept" in entry["levels"] and len(entry["levels"]) > 1:
        rows = tuple(reconcile_merged(outline, list(rows), entry["levels"][-2], "concept"))
    for row in rows:
        for level in entry["levels"]:
            if row.cells[level] is None:
                raise ExtractionError(
                    f"{table.label}: no {table.header[level]} is printed in a row nor above it",
                    outline.document.where(row.line_start, row.line_end),
                    'if merged cells are printed in the middle of their rows, give the column merged = "middle"; '
                    "if they are printed anywhere, write codings/<id>/merged_cells.toml",
                )
    return replace(table, rows=rows)


def row_labels(entry: dict[str, Any], row: Row, level: str, known: frozenset[str] = frozenset()) -> list[str]:
    """Return the labels of a row's cell: several if the column's cells are lists.

    Parameters
    ----------
    entry : dict
        The table's entry in the recipe.
    row : Row
        The row.
    level : str
        The column.
    known : frozenset of str, default empty
        Labels known from elsewhere, see `zhagen.extraction.tables.cells.split_labels`.

    Returns
    -------
    list of str
        The labels.
    """
    cell = row.cells[level]
    assert cell is not None  # coding_tables has refused such rows
    column = next(column for column in entry["columns"] if column["name"] == level)
    return split_labels(cell.raw or cell.text, known) if column["list"] else [cell.text]


def parent_of(row: Row, level: str) -> dict[str, Any]:
    """Return what a row says of its parent: ``printed``, ``status``, ``reason`` and ``sure`` for `Codes.add`.

    Parameters
    ----------
    row : Row
        The row.
    level : str
        The column of the parent.

    Returns
    -------
    dict
        Keyword arguments.
    """
    cell = row.cells[level]
    assert cell is not None
    if row.status != "printed" and cell.printed and not cell.reason:
        return {"printed": "", "status": "by_order", "reason": EQUAL, "sure": False}
    printed = cell.printed if row.status == "printed" else ""
    return {"printed": printed, "status": cell.status, "reason": cell.reason, "sure": row.status == "printed"}


def row_evidence(
    outline: Outline, table: Table, row: Row, codes: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], Cell]]:
    """Pair the codes of a row with the quotations of its evidence cell.

    One code has all quotations; several codes share one quotation, or have one each, in their order (their status says
    so).

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    table : Table
        The table.
    row : Row
        The row.
    codes : list of dict
        The codes of the row's narrowest level.

    Returns
    -------
    list of (dict, Cell)
        Pairs for `Codes.add_evidence`; empty if the table has no evidence.

    Raises
    ------
    ExtractionError
        If several codes and a different number of quotations are in the row.
    """
    cell = row.cells.get("evidence")
    if cell is None:
        return []
    if row.status != "printed" and not cell.reason:
        cell = replace(cell, status=row.status, reason=EQUAL)
    quotations = split_quotations(cell)
    if len(codes) == 1:
        return [(codes[0], quotation) for quotation in quotations]
    if len(quotations) == 1:
        return [(code, quotations[0]) for code in codes]
    if len(quotations) != len(codes):
        raise ExtractionError(
            f"{table.label}: a row has {len(codes)} labels and {len(quotations)} quotations, and does not say which "
            "belong together",
            outline.document.where(row.line_start, row.line_end),
            "print one label a row in a copy of the text",
        )
    for code in codes:
        if code["status"] == "printed":
            code |= {"status": "by_order", "reason": IN_TURN}
    return [
        (code, replace(one, status="by_order", reason=IN_TURN)) for code, one in zip(codes, quotations, strict=True)
    ]
