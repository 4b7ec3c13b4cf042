"""A text without codes of its own: our sample open coding of it, marked as ours, each concept with its passage."""

from types import SimpleNamespace

from zhagen.documents.handwritten import read_toml
from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import assemble_codebook, code_row, evidence_row
from zhagen.paths import data_folder

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


def build(outline, recipe, glosses):
    """Find the passages of ``data/codings/<id>/open_coding.toml``; parameters as of `zhagen.extraction.readings.build_codebook`.

    Every code has the status ``inferred`` and the memo as its reason. Returns a `zhagen.extraction.codebook.Codebook`. Raises
    `ExtractionError` where no passage holds the words of a concept.
    """
    doc_id = outline.document.id
    path = data_folder() / "codings" / doc_id / "open_coding.toml"
    entries = read_toml(path, OPEN_CODING)["concepts"]
    categories, concepts, quotations = {}, [], []
    for number, entry in enumerate(entries, 1):
        lines, text = _passage(outline, entry)
        above = code_row(doc_id, "category", entry["category"], lines, status="inferred", reason="本书的样例编码")
        above = categories.setdefault(entry["category"], above)
        concept = (doc_id, "concept", entry["label"], lines, above["code_id"], "", "inferred", entry["memo"])
        concepts.append(code_row(*concept))
        cell = SimpleNamespace(text=text, line_start=lines[0], line_end=lines[1])
        quotations.append(evidence_row(outline, f"{doc_id}-o-{number}", concepts[-1]["code_id"], cell, glosses))
    return assemble_codebook(outline, [*categories.values(), *concepts], quotations)


def _passage(outline, entry):
    """Return the lines and the text of the first block that holds all the words of a concept."""
    for block in outline.blocks:
        if all(word in block.text for word in entry["words"]):
            return block.lines, block.text
    raise ExtractionError(
        f"no passage holds {'、'.join(entry['words'])}",
        f"{outline.document.id}, {outline.document.edition}",
        f"the concept {entry['label']} leans on it: compare data/codings/{outline.document.id}/open_coding.toml",
    )
