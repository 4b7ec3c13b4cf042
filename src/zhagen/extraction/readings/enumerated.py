"""Codes that a text enumerates in a sentence, under the heading of their section if the recipe says so."""

from collections.abc import Mapping
from typing import Any

from zhagen.documents.outline import Outline
from zhagen.extraction.codebook import Codebook, assemble_codebook, code_row
from zhagen.extraction.enumerations import extract_enumerations
from zhagen.extraction.tables.cells import check_label


def build(outline: Outline, recipe: dict[str, Any], glosses: Mapping[str, str]) -> Codebook:
    """Read the enumerations of a text.

    Every enumeration with a ``level`` gives codes; with ``under = "heading"`` the heading of its section is their
    parent, a code of the level category.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    recipe : dict
        The document's recipe.
    glosses : mapping of str to str
        Not used: enumerations have no evidence.

    Returns
    -------
    Codebook
        The codes, without evidence.

    Raises
    ------
    ExtractionError
        If a sentence is not found, or a label is no name of a code.
    """
    under = {entry["name"] for entry in recipe["enumerations"] if entry.get("under") == "heading"}
    found = extract_enumerations(outline, recipe)
    headings: dict[str, dict[str, Any]] = {}
    codes = []
    row: Any  # pandas-stubs let a field of a named tuple be anything
    for row in found[found.level != ""].itertuples():
        lines = (row.line_start, row.line_end)
        check_label(outline, row.label, lines)
        parent = headings.setdefault(row.section_id, _heading(outline, row.section_id))
        above = (parent["code_id"], parent["label"]) if row.enumeration in under else ("", "")
        codes.append(code_row(outline.document.id, row.level, row.label, lines, *above))
    used = {code["parent_id"] for code in codes}
    return assemble_codebook(outline, [*(one for one in headings.values() if one["code_id"] in used), *codes], [])


def _heading(outline: Outline, section_id: str) -> dict[str, Any]:
    section = outline.section(section_id)
    return code_row(outline.document.id, "category", section.title, (section.line_start, section.line_start))
