"""Open, axial and selective coding: concepts under categories, categories under main categories, and a core.

Merged cells are often printed in one of their rows only. Both readings are kept: what the row itself prints
(``printed_parent``), and where we put the row (``parent_id``, with status and reason).
"""

import re
from collections.abc import Mapping
from typing import Any

from zhagen.documents.outline import Outline
from zhagen.documents.recipe import HIERARCHY
from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import Codebook
from zhagen.extraction.readings.collecting import Codes, coding_tables, parent_of, row_evidence, row_labels, settle
from zhagen.extraction.relations import denial
from zhagen.extraction.tables.table import Cell, Row, Table

JOINERS = re.compile(r"(?:[\W_和与及跟以并①-⑳]|[A-Za-z]?\d)*")  # what joins or numbers labels in one cell
Tables = list[tuple[dict[str, Any], Table]]
Listed = dict[str, dict[str, Any]]  # category -> what `Codes.add` needs to know of its main category, and its lines
Code = dict[str, Any]


def build(outline: Outline, recipe: dict[str, Any], glosses: Mapping[str, str]) -> Codebook:
    """Read the tables of a Straussian study.

    Tables with the column concept are the open coding, tables with main_category and without concept the axial coding;
    one table can be both. The core is a column core_category, or what the pattern ``core`` of the recipe finds in the
    prose; a study without either has none. Our reading of merged cells is in ``codings/<id>/merged_cells.toml``; a row
    that it does not name takes the category that is printed last above it.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    recipe : dict
        The document's recipe.
    glosses : mapping of str to str
        As for `zhagen.extraction.readings.build_codebook`.

    Returns
    -------
    Codebook
        Core, main categories, categories, concepts and their evidence.

    Raises
    ------
    ExtractionError
        If a table does not fit the recipe, the core is not found or named twice, a category is listed under two main
        categories or only as a part of a label, or the sentence is gone that a reading of merged cells relies on.
    """
    codes = Codes(outline, glosses)
    tables = coding_tables(outline, recipe)
    opened = [(entry, table) for entry, table in tables if "concept" in entry["levels"]]
    axial = [(entry, table) for entry, table in tables if "concept" not in entry["levels"]]
    core = _core(outline, recipe["core"], codes) if "core" in recipe else None
    printed: dict[str, Cell] = {}
    for cell in (cell for _, table in opened for cell in table.column("category")):
        printed.setdefault(cell.text, cell)
    listed, explained = _axial(outline, [(e, settle(outline, e, t)) for e, t in axial], core, frozenset(printed), codes)
    if not any("main_category" in entry["levels"] for entry, _ in opened):
        _categories(printed, bool(axial), listed, codes)
    for entry, table in ((entry, settle(outline, entry, table)) for entry, table in opened):
        quotations = []
        for row in table.rows:
            category = _category(row, core, listed, codes)
            own, stated = row.cells["concept"], parent_of(row, "category")
            assert own is not None
            lines = (row.line_start, row.line_end) if row.status == "printed" else own.lines
            labels = row_labels(entry, row, "concept")
            named = [codes.add("concept", label, lines, parent=category, **stated) for label in labels]
            quotations += row_evidence(outline, table, row, named)
        codes.check_lists(table, entry["levels"])
        codes.add_evidence(entry, quotations)
    for entry, quotations in explained:
        codes.add_evidence(entry, quotations)
    return codes.codebook(HIERARCHY["straussian"])


def _core(outline: Outline, rule: dict[str, str], codes: Codes) -> Code:
    found: dict[str, tuple[int, int]] = {}
    for block in outline.prose():
        for match in re.finditer(rule["pattern"], block.text):
            if not denial(block.text, match.start()):
                found.setdefault(match["label"], block.clean.span(match.start("label"), match.end("label")))
    whole = max(found, key=len, default="")  # a shorter name of the same, such as its last words, is no other core
    if any(not whole.endswith(label) for label in found):
        raise ExtractionError(
            f"several labels could name the core: {', '.join(found)}",
            outline.document.where(min(found.values())[0], max(found.values())[1]),
            "make core.pattern of the recipe match the one that is meant",
        )
    if found:
        reason = "文本没有指明核心范畴；核心模型以它为名"
        return codes.add("core_category", whole, found[whole], status="inferred", reason=reason)
    raise ExtractionError(
        "the sentence that names the core model is not found",
        outline.document.where(1, len(outline.document.lines)),
        "compare the text with core.pattern of the recipe",
    )


def _main(row: Row, core: Code | None, codes: Codes) -> Code | None:
    """Return the main category of a row, under its core; None if the table has no such column."""
    cell, heart = row.cells.get("main_category"), row.cells.get("core_category")
    if cell is None:
        return None
    if heart is not None:
        above = codes.add("core_category", heart.text, heart.lines)
        return codes.add("main_category", cell.text, cell.lines, parent=above, **parent_of(row, "core_category"))
    status, reason = ("mapped", "核心模型以主范畴为基础") if core else ("printed", "")
    return codes.add("main_category", cell.text, cell.lines, parent=core, status=status, reason=reason)


def _axial(
    outline: Outline, tables: Tables, core: Code | None, known: frozenset[str], codes: Codes
) -> tuple[Listed, list[tuple[dict[str, Any], list[Any]]]]:
    """Return the main category of each category that the axial coding lists, and the evidence of main categories."""
    listed: Listed = {}
    explained = []
    for entry, table in tables:
        quotations = []
        for row in table.rows:
            main = _main(row, core, codes)
            if main is not None:
                quotations += row_evidence(outline, table, row, [main])
            cell = row.cells.get("category")
            if cell is None:
                continue
            stated = parent_of(row, "main_category") if main is not None else {}
            for label in row_labels(entry, row, "category", known):
                if label in listed and listed[label]["parent"] is not main:
                    raise ExtractionError(
                        f"{table.label}: the category {label} is listed under two main categories",
                        outline.document.where(listed[label]["lines"][0], cell.line_end),
                        "list it once: its concepts cannot be under both",
                    )
                listed.setdefault(label, {"parent": main, "lines": cell.lines} | stated)
        codes.check_lists(table, set(entry["levels"]) - {"category"})
        explained.append((entry, quotations))
    return listed, explained


def _categories(printed: dict[str, Cell], axial: bool, listed: Listed, codes: Codes) -> None:
    """Add the categories: those of the open coding in their order, then those that only the axial coding lists."""
    for label, cell in printed.items():
        _add_category(label, cell.lines, listed, codes, alone="主轴编码的表没有列出它" if axial else "")
    for label in listed:
        if label not in printed:
            rest = re.sub("|".join(map(re.escape, sorted(printed, key=len, reverse=True))), "", label)
            if axial and rest != label and JOINERS.fullmatch(rest):  # as a category of its own it would have no concept
                raise ExtractionError(
                    f"{label} is categories of the open coding, joined or with a number before them",
                    codes.outline.document.where(*listed[label]["lines"]),
                    "in a copy of the text, write each as the open coding prints it, with 、 between them",
                )
            _add_category(label, listed[label]["lines"], listed, codes, reason="只在主轴编码的表里出现")


def _add_category(
    label: str, lines: tuple[int, int], listed: Listed, codes: Codes, *, alone: str = "", reason: str = ""
) -> Code:
    above = {key: value for key, value in listed.get(label, {}).items() if key != "lines"}
    if above.get("parent") is None:
        return codes.add("category", label, lines, reason=alone)
    return codes.add("category", label, lines, **(above | {"reason": reason or above["reason"]}))


def _category(row: Row, core: Code | None, listed: Listed, codes: Codes) -> Code:
    cell = row.cells["category"]
    assert cell is not None
    main = _main(row, core, codes)
    if main is not None:
        return codes.add("category", cell.text, cell.lines, parent=main, **parent_of(row, "main_category"))
    above = listed.get(cell.text, {}).get("parent")
    return codes.codes["category", cell.text, above["code_id"] if above else ""]
