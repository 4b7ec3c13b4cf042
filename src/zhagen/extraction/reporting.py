"""The method report card: what a study reports of its method, what it only names, what it does not say."""

from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.documents.handwritten import find_line, read_toml
from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError, ZhagenError
from zhagen.extraction.pipeline import Extraction
from zhagen.extraction.places import find_sentence
from zhagen.paths import data_folder
from zhagen.vocabulary import REPORTED

COLUMNS = "doc_id item name coreq srqr verdict said place searched".split()
WORD = {"type": "string", "minLength": 1}
NUMBERS = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 32}}
PLACE_SCHEMA = {"section": WORD, "words": {"type": "array", "minItems": 1, "items": WORD}}
PASSAGE = {"type": "object", "required": list(PLACE_SCHEMA), "additionalProperties": False, "properties": PLACE_SCHEMA}
SEEN = PASSAGE | {"required": [*PLACE_SCHEMA, "reason"], "properties": PLACE_SCHEMA | {"reason": WORD}}
CARD = {
    "type": "object",
    "required": ["items"],
    "additionalProperties": False,
    "properties": {
        "items": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["item", "verdict", "said"],
                "additionalProperties": False,
                "properties": {
                    "item": WORD,
                    "verdict": {"enum": list(REPORTED)},
                    "said": WORD,
                    "passages": {"type": "array", "minItems": 1, "items": PASSAGE},
                    "search": {"type": "array", "minItems": 1, "items": WORD},
                    "seen": {"type": "array", "items": SEEN},
                },
            },
        }
    },
}
ITEMS = {
    "type": "object",
    "required": ["items"],
    "additionalProperties": False,
    "properties": {
        "items": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["item", "name", "asks", "coreq", "srqr"],
                "additionalProperties": False,
                "properties": {"item": WORD, "name": WORD, "asks": WORD, "coreq": NUMBERS, "srqr": NUMBERS},
            },
        }
    },
}


def report_items() -> pd.DataFrame:
    """Return what a method report card asks, with the numbers of two reporting guidelines.

    Returns
    -------
    pandas.DataFrame
        One row an item, in the order of the card: ``item`` (str), ``name``, ``asks`` (str, Chinese), ``coreq``,
        ``srqr`` (str, numbers of the items of COREQ and SRQR that ask the same, joined with ``、``; empty if none
        does).

    Raises
    ------
    RecipeError
        If ``data/codings/reporting_items.toml`` is not what it should be.

    References
    ----------
    Tong, A., Sainsbury, P. and Craig, J. (2007). Consolidated criteria for reporting qualitative research (COREQ): a
    32-item checklist for interviews and focus groups. International Journal for Quality in Health Care 19(6), 349-357.

    O'Brien, B. C., Harris, I. B., Beckman, T. J., Reed, D. A. and Cook, D. A. (2014). Standards for reporting
    qualitative research: a synthesis of recommendations. Academic Medicine 89(9), 1245-1251.

    Examples
    --------
    >>> report_items().set_index("item").loc["saturation", ["name", "coreq", "srqr"]].tolist()
    ['饱和', '22', '8']
    """
    found = pd.DataFrame(read_toml(data_folder() / "codings" / "reporting_items.toml", ITEMS)["items"])
    for guideline in ("coreq", "srqr"):
        found[guideline] = ["、".join(map(str, numbers)) for numbers in found[guideline]]
    return found[["item", "name", "asks", "coreq", "srqr"]]


def has_report_card(doc_id: str) -> bool:
    """Say whether a document has a method report card.

    Parameters
    ----------
    doc_id : str
        A document's id.

    Returns
    -------
    bool
        True if ``data/codings/<id>/reporting.toml`` exists.

    Examples
    --------
    >>> has_report_card("haier")
    True
    """
    return _path(doc_id).is_file()


def report_card(extraction: Extraction) -> pd.DataFrame:
    """Return the method report card of a study, checked on the text that was read.

    ``reported``: another person could do the step again, or check it, from what is said. ``mentioned``: it is named or
    claimed, or a part of it is said, but not enough for that. ``absent``: it is not said anywhere; the file lists
    terms under which it would be found, and each is searched for in the whole text.
    A sentence with such a term must be listed in the file as seen, with the reason why it does not count.
    ``not_applicable``: a text of this kind has nothing to report here.

    Parameters
    ----------
    extraction : Extraction
        What `zhagen.extract` returned.

    Returns
    -------
    pandas.DataFrame
        One row an item of `report_items`, in its order: ``doc_id``, ``item``, ``name``, ``coreq``, ``srqr``,
        ``verdict`` (a key of `zhagen.vocabulary.REPORTED`), ``said`` (our sentence), ``place`` (str, raw lines, such
        as ``57-60、80``), ``searched`` (str, the terms, how many sentences have one, and why they do not count;
        empty if nothing was searched for).

    Raises
    ------
    ExtractionError
        If the text does not have a passage that the card names, or has a term of an absent item in a sentence that is
        not listed as seen.
    ZhagenError
        If there is no card, an item is missing, unknown or listed twice, or lacks passages or terms; the message
        names the line.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> card = report_card(extract("haier", edition="digest")).set_index("item")
    >>> card.loc[["coders", "saturation"], "verdict"].tolist()
    ['mentioned', 'absent']
    """
    doc_id = extraction.document.id
    entries = _entries(doc_id)
    rows = []
    for about in report_items().itertuples():
        number, entry = entries[str(about.item)]
        spans = [_passage(extraction, number, entry, named) for named in entry.get("passages", [])]
        places = (str(first) if first == last else f"{first}-{last}" for first, last in spans)
        place = "、".join(dict.fromkeys(places))
        verdict, searched = entry["verdict"], _search(extraction, number, entry)
        rows.append((doc_id, about.item, about.name, about.coreq, about.srqr, verdict, entry["said"], place, searched))
    return pd.DataFrame(rows, columns=COLUMNS)


def _entries(doc_id: str) -> dict[str, tuple[int, dict[str, Any]]]:
    """Return the entries of a card by item, each with its number in the file."""
    if not has_report_card(doc_id):
        raise ZhagenError(f"{doc_id} has no method report card", todo=f"write data/codings/{doc_id}/reporting.toml")
    known = set(report_items().item)
    entries: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, entry in enumerate(read_toml(_path(doc_id), CARD)["items"]):
        item, rests = entry["item"], entry["verdict"] in ("reported", "mentioned")
        wrong = (
            (item not in known, f"there is no item {item}", "see data/codings/reporting_items.toml"),
            (item in entries, f"the item {item} is listed twice", "keep one"),
            (rests and "passages" not in entry, f"{item} is called {entry['verdict']}", "name its passages"),
            (entry["verdict"] == "absent" and "search" not in entry, f"{item} is called absent", "list search terms"),
        )
        for fails, found, todo in wrong:
            if fails:
                raise ZhagenError(f"{doc_id}: {found}", _where(doc_id, number), todo)
        entries[item] = (number, entry)
    if missing := [item for item in report_items().item if item not in entries]:
        raise ZhagenError(f"{doc_id}: the card lacks {', '.join(missing)}", "reporting.toml", "add them")
    return entries


def _passage(extraction: Extraction, number: int, entry: dict[str, Any], named: dict[str, Any]) -> tuple[int, int]:
    found = find_sentence(extraction.outline, named["section"], named["words"])
    if found is None:
        words = "、".join(named["words"])
        said = f"{entry['item']}: no sentence of section {named['section']} has all of {words}"
        raise _error(extraction, number, said, "compare the text with the card")
    return found.lines


def _search(extraction: Extraction, number: int, entry: dict[str, Any]) -> str:
    """Search the whole text for the terms of an entry; return what was found, in Chinese."""
    terms, seen = entry.get("search", []), entry.get("seen", [])
    if not terms:
        return ""
    hits, reasons = 0, []
    for section, sentence, lines in _sentences(extraction.outline):
        if not (found := [term for term in terms if term.lower() in sentence.lower()]):
            continue
        looked = [s["reason"] for s in seen if s["section"] == section and all(w in sentence for w in s["words"])]
        if not looked and entry["verdict"] == "absent":
            place = f"section {section}, lines {lines[0]}-{lines[1]}"
            said = f"{entry['item']} is called absent, but {place}, has {found[0]}"
            raise _error(extraction, number, said, "list the sentence as seen, or change the verdict")
        hits += 1
        reasons += [reason for reason in looked if reason not in reasons]
    because = f"：{'；'.join(reasons)}" if reasons else ""
    return f"{'、'.join(terms)}（{hits} 句{because}）"


def _sentences(outline: Outline) -> list[tuple[str, str, tuple[int, int]]]:
    """Return every sentence, heading, caption and cell: its section, its text, its raw lines."""
    return [
        (block.section_id.removeprefix(f"{outline.document.id}-"), sentence.text, sentence.span())
        for block in outline.blocks
        for sentence in block.clean.sentences()
    ]


def _error(extraction: Extraction, number: int, said: str, todo: str) -> ExtractionError:
    document = extraction.document
    return ExtractionError(said, f"{document.id}, {document.edition}; {_where(document.id, number)}", todo)


def _where(doc_id: str, number: int) -> str:
    line = find_line(_path(doc_id).read_text(encoding="utf-8-sig"), ("items", number))
    return f"reporting.toml, line {line}"


def _path(doc_id: str) -> Path:
    return data_folder() / "codings" / doc_id / "reporting.toml"
