"""A text without codes of its own: our sample open coding of it, marked as ours, each concept with its passage."""

import re
from collections.abc import Mapping
from typing import Any

from zhagen.documents.handwritten import read_toml
from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import Codebook, assemble_codebook, code_row, evidence_row
from zhagen.extraction.tables.table import Cell
from zhagen.paths import data_folder
from zhagen.text.cleaning import clean

OPEN_CODING = {  # the form of codings/<id>/open_coding.toml
    "type": "object",
    "required": ["concepts"],
    "additionalProperties": False,
    "properties": {
        "concepts": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["label", "category", "words", "memo"],
                "additionalProperties": False,
                "properties": {
                    **dict.fromkeys(("label", "category", "memo"), {"type": "string", "minLength": 1}),
                    "words": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
                },
            },
        }
    },
}


def build(outline: Outline, recipe: dict[str, Any], glosses: Mapping[str, str]) -> Codebook:
    """Find the passages of ``codings/<id>/open_coding.toml``.

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
        Categories and concepts, each with the status ``inferred`` and the memo as its reason, and the passages.

    Raises
    ------
    RecipeError
        If the file of the coding is missing or faulty.
    ExtractionError
        If no passage holds the words of a concept.
    """
    doc_id = outline.document.id
    entries = read_toml(data_folder() / "codings" / doc_id / "open_coding.toml", OPEN_CODING)["concepts"]
    categories: dict[str, dict[str, Any]] = {}
    concepts, quotations = [], []
    for number, entry in enumerate(entries, 1):
        lines, text = _passage(outline, entry)
        above = code_row(doc_id, "category", entry["category"], lines, status="inferred", reason="本书的样例编码")
        above = categories.setdefault(entry["category"], above)
        concepts.append(
            code_row(doc_id, "concept", entry["label"], lines, above["code_id"], "", "inferred", entry["memo"])
        )
        cell = Cell(text, *lines, status="inferred", reason="本书的样例编码")
        quotations.append(evidence_row(outline, f"{doc_id}-o-{number}", concepts[-1]["code_id"], cell, glosses))
    return assemble_codebook(outline, [*categories.values(), *concepts], quotations)


def _sentence(outline: Outline, first: int, last: int) -> tuple[tuple[int, int], str]:
    """Return a passage without what a PDF prints above its first sentence: a page number, the label of a picture."""
    lines = outline.document.lines
    bare = next((n for n in range(first, last) if re.search(r"[^\w\s]", lines[n - 1])), last)  # the first with a mark
    if bare > first and (lines[bare - 2].strip().isdecimal() or lines[bare - 1][:1].isspace()):
        first = bare
    return (first, last), clean(lines[first - 1 : last], first).text


def _passage(outline: Outline, entry: dict[str, Any]) -> tuple[tuple[int, int], str]:
    """Return the lines and the text of the first block that holds all the words of a concept."""
    for block in outline.blocks:
        if all(word in block.text for word in entry["words"]):
            return (block.lines, block.text) if block.table else _sentence(outline, *block.lines)
    raise ExtractionError(
        f"no passage holds {'、'.join(entry['words'])}",
        f"{outline.document.id}, {outline.document.edition}",
        f"the concept {entry['label']} relies on it: compare data/codings/{outline.document.id}/open_coding.toml",
    )
