"""Sentences that enumerate: “以下核心特征：甲、乙、丙”, with the number they state and their English counterpart."""

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError
from zhagen.extraction.relations import denial
from zhagen.text.cleaning import CleanText
from zhagen.text.numerals import whole_number

COLUMNS = "enumeration level row label english section_id stated line_start line_end".split()
Placed = tuple[str, tuple[int, int]]  # a label and its lines


def extract_enumerations(outline: Outline, recipe: dict[str, Any]) -> pd.DataFrame:
    """Read every enumeration that the recipe names.

    Each entry of ``enumerations`` names a section and a pattern with the group ``labels``; ``count`` finds in the same
    sentence how many it says there are; ``english`` is the same for the English text, paired by order.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    recipe : dict
        The document's recipe.

    Returns
    -------
    pandas.DataFrame
        One row a label: ``enumeration`` (its name in the recipe), ``level`` (of the codes it gives, empty for none),
        ``row`` (from 1), ``label``, ``english``, ``section_id``, ``stated`` (the number the sentence states, missing
        for none), ``line_start``, ``line_end``.

    Raises
    ------
    ExtractionError
        If a sentence is not found or denies what it lists, or Chinese and English do not give as many labels.
    """
    rows = []
    for entry in recipe.get("enumerations", []):
        labels, stated = _find(outline, entry)
        english = [label for label, _ in _find(outline, entry["english"])[0]] if "english" in entry else []
        if english and len(english) != len(labels):
            raise ExtractionError(
                f"{entry['name']}: {len(labels)} labels in Chinese, {len(english)} in English",
                outline.document.where(labels[0][1][0], labels[-1][1][1]),
                "compare the two sentences with the patterns in the recipe",
            )
        for row, (label, lines) in enumerate(labels, 1):
            other = english[row - 1] if english else ""
            head = (entry["name"], entry.get("level", ""), row, label, other)
            rows.append((*head, f"{outline.document.id}-{entry['section']}", stated, *lines))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"stated": "Int64"})


def split_labels(text: str, last: Sequence[str] = ()) -> list[str]:
    """Split an enumeration: at quotation marks if it has them, else at 、 or commas, and its end at one of `last`.

    Parameters
    ----------
    text : str
        The enumeration.
    last : sequence of str, default ()
        What may be printed before the last label, such as 与; the first that is found there is taken.

    Returns
    -------
    list of str
        The labels.

    Examples
    --------
    >>> split_labels("智能供应链、动态定价与沉浸式体验", ["以及", "与"])
    ['智能供应链', '动态定价', '沉浸式体验']
    >>> split_labels("“甲”“乙”和“丙”")
    ['甲', '乙', '丙']
    """
    quoted = re.findall("“([^”]+)”", text)
    if quoted:
        return quoted
    parts = [part.strip() for part in re.split(r"、|, ?", text)]
    word = next((word for word in last if word in parts[-1]), None)
    if word:
        before, _, after = parts[-1].rpartition(word)
        parts[-1:] = [before.strip(), after.strip()]
    return [re.sub("^and ", "", part) for part in parts if part]


def _find(outline: Outline, entry: dict[str, Any]) -> tuple[list[Placed], int | None]:
    """Return the labels with their lines, and the number the sentence states or None."""
    pattern = re.compile(entry["pattern"])
    for block in outline.blocks:
        if block.section_id != f"{outline.document.id}-{entry['section']}" or block.kind != "paragraph":
            continue
        match = pattern.search(block.text)
        if match:
            sentence = next((s.text for s in block.clean.sentences() if match["labels"] in s.text), None)
            if sentence is None:
                raise ExtractionError(
                    f"{entry['name']}: the enumeration {match['labels'][:12]!r} goes over the end of a sentence",
                    outline.document.where(*block.clean.span(match.start("labels"), match.end("labels"))),
                    "look for a stop that is no end, or compare the sentence with the pattern in the recipe",
                )
            if denied := denial(block.text[: match.start("labels")].rstrip("：:")):
                raise ExtractionError(
                    f"{entry['name']}: the sentence denies what it lists ({denied})",
                    outline.document.where(*block.clean.span(match.start("labels"), match.end("labels"))),
                    "compare the sentence with the pattern in the recipe",
                )
            stated = re.search(entry.get("count", r"(?!)"), sentence)
            return _placed(block.clean, match, entry.get("last", [])), whole_number(stated[1]) if stated else None
    raise ExtractionError(
        f"section {entry['section']} has no enumeration like {entry['pattern']}",
        outline.document.where(1, len(outline.document.lines)),
        "compare the sentence with the pattern in the recipe",
    )


def _placed(text: CleanText, match: re.Match[str], last: Sequence[str]) -> list[Placed]:
    start, labels = match.start("labels"), []
    for label in split_labels(match["labels"], last):
        place = text.text.index(label, start)
        start = place + len(label)
        labels.append((label, text.span(place, start)))
    return labels
