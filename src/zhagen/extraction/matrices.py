"""What a text says of each label that it enumerates or puts into a box: a matrix of labels and questions.

The cells are found by form.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError
from zhagen.extraction.statements import pair_boxes
from zhagen.text.cleaning import CleanText, clean

COLUMNS = "enumeration row label column value status section_id line_start line_end reason".split()
STEM = 3  # characters by which a label is known at the beginning of a sentence
CLAUSE = "[，：。；]"
STATUS = {"whole": "printed", "stem": "mapped", "order": "by_order"}
REASONS = {
    "whole": "",
    "stem": "原文只说了名目的前几个字",
    "order": "名目没有出现，凭它在列举里的次序认的",
}
NOTHING = "这一段没有合乎式样的话"


@dataclass(frozen=True)
class _Sentence:
    """A sentence with the number of its paragraph in the section."""

    text: CleanText
    block: int

    def names(self, label: str) -> str:
        """Say how a sentence names a label: by the whole of it, by its stem at the beginning, or not."""
        if label in self.text.text:
            return "whole"
        return "stem" if self.text.text.startswith(label[:STEM]) else ""


def extract_matrix(
    outline: Outline, entry: dict[str, Any], listed: pd.DataFrame, pairs: Iterable[dict[str, Any]] = ()
) -> pd.DataFrame:
    """Read what a text says of each label of its enumerations, or of its pairs of boxes.

    The passage of a box is what is printed in it below its label. For a label of an enumeration it is found thus.
    The passage of a label begins with the first sentence, behind the enumeration and behind the passage of the label
    before it, that has the label or begins with its first characters; the first label's begins right behind the
    enumeration, or with it if it lists nothing else. It ends where the next label's begins or with its paragraph,
    unless the next paragraph begins with the label. A later sentence of the section that has another label at the
    beginning of a clause belongs to that label.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        An entry of the recipe's ``matrices``: ``name``, ``items`` (names of enumerations and pairs), ``columns`` (name
        -> patterns, whose groups joined are a cell), ``names`` (column -> enumeration whose labels are cells of it).
    listed : pandas.DataFrame
        What `extract_enumerations` returned.
    pairs : iterable of dict, optional
        The recipe's ``pairs``.

    Returns
    -------
    pandas.DataFrame
        One row a cell, several where a pattern matches more than once: ``enumeration`` (of boxes: the head of their
        column), ``row`` (int), ``label``, ``column``, ``value`` (str, empty where nothing is found), ``status`` (how
        the passage is known to be the label's: ``printed``, ``mapped`` or ``by_order``), ``section_id``,
        ``line_start``, ``line_end`` (of the value, else of the passage), ``reason``.

    Raises
    ------
    ExtractionError
        If the passage of a label is not found.
    """
    names = {name: list(listed.label[listed.enumeration == source]) for name, source in entry.get("names", {}).items()}
    boxes = {pair["name"]: pair for pair in pairs}
    rows = []
    for enumeration in entry["items"]:
        if enumeration in boxes:
            rows += _box_rows(outline, entry, boxes[enumeration])
            continue
        items = listed[listed.enumeration == enumeration]
        labels = list(items.label)
        found = _passages(outline, items)
        for number, (label, (passage, known)) in enumerate(zip(labels, found, strict=True), 1):
            for column, patterns in entry["columns"].items():
                found_here = _values(passage, label, patterns, names.get(column, []))
                cells = found_here or [("", _lines(passage))]
                reason = "；".join(filter(None, (REASONS[known], "" if found_here else NOTHING)))
                head = (enumeration, number, label, column)
                rows += [(*head, v, STATUS[known], items.section_id.iloc[0], *span, reason) for v, span in cells]
    return pd.DataFrame(rows, columns=COLUMNS)


def _box_rows(outline: Outline, entry: dict[str, Any], pair: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the cells of a matrix whose rows are the boxes of an entry of ``pairs``."""
    rows: list[tuple[Any, ...]] = []
    for number, (head, label, box) in enumerate(pair_boxes(outline, pair)):
        first, last = box.lines
        text = clean(outline.document.lines[first:last], first + 1)  # its first line is the label
        passage = [_Sentence(text, 0)] if text.text else []
        for column, patterns in entry["columns"].items():
            values = _values(passage, "", patterns, [])
            cells = [(value, *lines, "") for value, lines in values] or [("", first, last, NOTHING)]
            place = (head, number // 2 + 1, label, column)
            rows += [(*place, value, "printed", box.section_id, *lines, why) for value, *lines, why in cells]
    return rows


def _passages(outline: Outline, items: pd.DataFrame) -> list[tuple[list[_Sentence], str]]:
    """Return the sentences of each label, and how the first is known to be the label's."""
    section, labels = items.section_id.iloc[0], list(items.label)
    blocks = [block for block in outline.blocks if block.section_id == section and block.kind == "paragraph"]
    every = [_Sentence(sentence, number) for number, block in enumerate(blocks) for sentence in block.clean.sentences()]
    lists = next(n for n, one in enumerate(every) if all(label in one.text.text for label in labels))
    starts, known = [lists if len(labels) == 1 else lists + 1], []
    for number, label in enumerate(labels):
        if number:
            place = next((n for n in range(starts[-1] + 1, len(every)) if every[n].names(label)), None)
            if place is None:
                raise ExtractionError(
                    f"{section} has no passage on {label}",
                    outline.document.where(int(items.line_start.iloc[number]), int(items.line_end.iloc[number])),
                    "compare the section with the enumeration",
                )
            starts.append(place)
        known.append(every[starts[-1]].names(label) if starts[-1] < len(every) else "")
    passages = []
    for number, label in enumerate(labels):
        last = starts[number + 1] if number + 1 < len(labels) else len(every)
        here = [every[starts[number]]]
        for one in every[starts[number] + 1 : last]:
            if one.block != here[-1].block and not one.names(label):
                break
            here.append(one)
        passages.append(here)
    for number, label in enumerate(labels):  # a sentence that says another label at the beginning of a clause
        for other in passages[number + 1 :]:
            moved = [one for one in other[1:] if re.search(f"(?:^|{CLAUSE}){re.escape(label)}", one.text.text)]
            passages[number] = passages[number] + moved
            other[:] = [one for one in other if one not in moved]
    return [(passage, how or "order") for passage, how in zip(passages, known, strict=True)]


def _lines(passage: list[_Sentence]) -> tuple[int, int]:
    spans = [one.text.span() for one in passage]
    return min(first for first, _ in spans), max(last for _, last in spans)


def _values(
    passage: list[_Sentence], label: str, patterns: list[str], names: list[str]
) -> list[tuple[str, tuple[int, int]]]:
    """Return the values of a cell with their lines, in the order of the text and each once."""
    found: dict[str, tuple[int, int]] = {}
    for one in passage:
        text = one.text.text
        matches = [match for pattern in patterns for match in re.finditer(pattern, text)]
        cells = [(m.start(1), m.end(len(m.groups())), "".join(m.groups(""))) for m in matches]
        cells += [(*m.span(), name) for name in names for m in re.finditer(re.escape(name), text)]
        for start, end, value in sorted(set(cells)):
            if not label or label not in value and value[:STEM] not in label:  # else it is the label itself
                found.setdefault(value, one.text.span(start, end))
    return list(found.items())
