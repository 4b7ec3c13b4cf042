"""What a study says, in our own sentences, each with the passage that it rests on."""

from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.documents.handwritten import find_line, read_toml
from zhagen.errors import ExtractionError, ZhagenError
from zhagen.extraction.pipeline import Extraction
from zhagen.extraction.places import find_sentence
from zhagen.paths import data_folder
from zhagen.vocabulary import PARTS

COLUMNS = "doc_id point_id part said section_id line_start line_end words".split()
WORD = {"type": "string", "minLength": 1}
POINT = {
    "type": "object",
    "required": ["id", "part", "said", "section", "words"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
        "part": {"enum": list(PARTS)},
        "said": {"type": "string", "minLength": 5},
        "section": WORD,
        "words": {"type": "array", "minItems": 1, "items": WORD},
    },
}
POINTS = {
    "type": "object",
    "required": ["points"],
    "additionalProperties": False,
    "properties": {"points": {"type": "array", "minItems": 1, "items": POINT}},
}


def has_summary(doc_id: str) -> bool:
    """Say whether a document has a summary of what it says.

    Parameters
    ----------
    doc_id : str
        A document's id.

    Returns
    -------
    bool
        True if ``data/codings/<id>/summary.toml`` exists.

    Examples
    --------
    >>> has_summary("haier")
    True
    """
    return _path(doc_id).is_file()


def study_summary(extraction: Extraction) -> pd.DataFrame:
    """Return what a study says, in our own sentences, each with its place in the text that was read.

    The sentences are in ``data/codings/<id>/summary.toml``. Each names a section and the words that one sentence or
    table cell of that section must have, so that it is checked on every edition.

    Parameters
    ----------
    extraction : Extraction
        What `zhagen.extract` returned.

    Returns
    -------
    pandas.DataFrame
        One row a point, in the order of the file: ``doc_id``, ``point_id``, ``part`` (a key of
        `zhagen.vocabulary.PARTS`), ``said`` (our sentence), ``section_id`` (str), ``line_start``, ``line_end`` (int,
        raw lines), ``words`` (str, joined with ``、``).

    Raises
    ------
    ExtractionError
        If no passage of the section has the words.
    ZhagenError
        If there is no summary, or the file is not what it should be; the message names its line.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> points = study_summary(extract("haier", edition="digest"))
    >>> "gap" in set(points.part), points.line_start.notna().all().item()
    (True, True)
    """
    doc_id = extraction.document.id
    rows = [
        (doc_id, point["id"], point["part"], point["said"], f"{doc_id}-{point['section']}")
        + (*_span(extraction, number, point), "、".join(point["words"]))
        for number, point in enumerate(_points(doc_id))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _points(doc_id: str) -> list[dict[str, Any]]:
    if not has_summary(doc_id):
        raise ZhagenError(f"{doc_id} has no summary", todo=f"write data/codings/{doc_id}/summary.toml")
    points: list[dict[str, Any]] = read_toml(_path(doc_id), POINTS)["points"]
    for number, point in enumerate(points):
        if point["id"] in [other["id"] for other in points[:number]]:
            raise ZhagenError(f"{doc_id}: the point {point['id']} is listed twice", _where(doc_id, number), "keep one")
    return points


def _span(extraction: Extraction, number: int, point: dict[str, Any]) -> tuple[int, int]:
    found = find_sentence(extraction.outline, point["section"], point["words"])
    if found is None:
        doc_id = extraction.document.id
        raise ExtractionError(
            f"the point {point['id']} has no passage: no sentence of section {point['section']} has all of "
            f"{'、'.join(point['words'])}",
            f"{doc_id}, {extraction.document.edition}; {_where(doc_id, number)}",
            f"compare the text with data/codings/{doc_id}/summary.toml",
        )
    return found.lines


def _where(doc_id: str, number: int) -> str:
    line = find_line(_path(doc_id).read_text(encoding="utf-8-sig"), ("points", number))
    return f"summary.toml, line {line}"


def _path(doc_id: str) -> Path:
    return data_folder() / "codings" / doc_id / "summary.toml"
