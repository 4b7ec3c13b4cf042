"""Codes that a text enumerates in a sentence, under the heading of their section where the recipe says so."""

from zhagen.extraction.codebook import assemble_codebook, code_row
from zhagen.extraction.enumerations import extract_enumerations


def build(outline, recipe, glosses):
    """Read the enumerations of a text; parameters as of `zhagen.extraction.readings.build_codebook`.

    Every enumeration with a ``level`` gives codes; with ``under = "heading"`` the heading of its section is their
    parent, a code of the level category. Returns a `zhagen.extraction.codebook.Codebook` without evidence. Raises
    `zhagen.errors.ExtractionError` where a sentence is not found.
    """
    under = {entry["name"] for entry in recipe["enumerations"] if entry.get("under") == "heading"}
    found = extract_enumerations(outline, recipe)
    headings, codes = {}, []
    for row in found[found.level != ""].itertuples():
        parent = headings.setdefault(row.section_id, _heading(outline, row.section_id))
        above = (parent["code_id"], parent["label"]) if row.enumeration in under else ("", "")
        codes.append(code_row(outline.document.id, row.level, row.label, (row.line_start, row.line_end), *above))
    used = {row["parent_id"] for row in codes}
    return assemble_codebook(outline, [*(row for row in headings.values() if row["code_id"] in used), *codes], [])


def _heading(outline, section_id):
    section = outline.section(section_id)
    return code_row(outline.document.id, "category", section.title, (section.line_start, section.line_start))
