"""The labels of a picture that became text boxes: each gets a role by its form, and a part of the picture by order."""

import re
from bisect import bisect_right
from typing import Any

import pandas as pd

from zhagen.documents.outline import Block, Outline
from zhagen.errors import ExtractionError

COLUMNS = "board part role label status section_id line_start line_end reason".split()
NO_PART = "图上的位置丢了，次序也说不出它归哪一部分"
BY_ORDER = "归哪一部分只凭先后"
JOINED = "一个标签断在两框，接了起来"


def extract_board(outline: Outline, entry: dict[str, Any]) -> pd.DataFrame:
    """Read the labels of a picture from the text boxes between two others.

    The boxes are read as one text, a box a line. Each named group of a pattern is a role; where two patterns match at
    a place, the first of the recipe wins, and a group that lists labels with 、 gives one row a label.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        An entry of the recipe's ``boards``: ``name``, ``after`` and ``before`` (patterns of the boxes around it;
        without ``before`` to the end of the text), ``find`` (patterns), ``part`` (the role whose labels name the
        parts), ``ends`` (the role whose label ends a part; without it the parts are named in their order behind the
        boxes), ``apart`` (roles that belong to no part).

    Returns
    -------
    pandas.DataFrame
        One row a label in the order of the text: ``board``, ``part`` (empty if order does not say it), ``role``,
        ``label``, ``status`` (``printed`` for the names of parts and what has no part, else ``by_order``),
        ``section_id`` (str), ``line_start``, ``line_end`` (int), ``reason`` (str).

    Raises
    ------
    ExtractionError
        If a box around the picture is not found, nothing has the form of a pattern, or parts and names are not as many.
    """
    boxes = _between(outline, entry)
    found = _labels(boxes, entry["find"])
    if not found:
        raise _error(outline, entry, "no box has the form of its patterns", "compare the boxes with find in the recipe")
    parts = _parts(outline, entry, found)
    rows = []
    for row, part in zip(found, parts, strict=True):
        named = row["role"] == entry.get("part")
        reasons = [BY_ORDER if part and not named else "", "" if part or "part" not in entry else NO_PART]
        reasons.append(JOINED if row["joined"] else "")
        status = "by_order" if row["joined"] or part and not named else "printed"
        head = (entry["name"], part, row["role"], row["label"], status, row["section_id"], *row["lines"])
        rows.append((*head, "；".join(filter(None, reasons))))
    return pd.DataFrame(rows, columns=COLUMNS)


def _between(outline: Outline, entry: dict[str, Any]) -> tuple[Block, ...]:
    """Return the blocks after the first that matches ``after``, up to the next that matches ``before``."""
    blocks = outline.blocks
    first = next((n for n, block in enumerate(blocks, 1) if re.search(entry["after"], block.text)), None)
    if first is None:
        raise _error(outline, entry, f"no box like {entry['after']}", "compare the boxes with after in the recipe")
    if "before" not in entry:
        return blocks[first:]
    last = next((n for n in range(first, len(blocks)) if re.search(entry["before"], blocks[n].text)), None)
    if last is None:
        raise _error(outline, entry, f"no box like {entry['before']} behind it", "compare them with before")
    return blocks[first:last]


def _labels(boxes: tuple[Block, ...], patterns: list[str]) -> list[dict[str, Any]]:
    text = "\n".join(box.text for box in boxes)
    starts = [0]
    for box in boxes[:-1]:
        starts.append(starts[-1] + len(box.text) + 1)
    taken: list[tuple[int, int]] = []
    found = []
    for match in (found for pattern in patterns for found in re.finditer(pattern, text, re.MULTILINE)):
        if any(match.end() > start and match.start() < end for start, end in taken):
            continue
        taken.append(match.span())
        for role, words in match.groupdict().items():
            place = match.start(role)
            for label in (words or "").split("、"):
                if label:
                    found.append((place, role, label))
                place += len(label) + 1
    rows = []
    for place, role, label in sorted(found):
        first, last = (bisect_right(starts, at) - 1 for at in (place, place + len(label) - 1))
        begin = boxes[first].clean.span(place - starts[first], place - starts[first] + 1)[0]
        end = boxes[last].clean.span(place + len(label) - 1 - starts[last], place + len(label) - starts[last])[1]
        row = {"role": role, "label": label.replace("\n", ""), "lines": (begin, end), "joined": "\n" in label}
        rows.append(row | {"section_id": boxes[first].section_id, "box": first})
    return rows


def _parts(outline: Outline, entry: dict[str, Any], found: list[dict[str, Any]]) -> list[str]:
    """Return the part that each label belongs to, empty where order does not say it."""
    if "part" not in entry:
        return [""] * len(found)
    names = [row["label"] for row in found if row["role"] == entry["part"]]
    if "ends" in entry:
        numbers, number = [], 0
        for row in found:
            numbers.append(number)
            number += row["role"] == entry["ends"]
        held = max((n for n, row in zip(numbers, found, strict=True) if row["role"] == entry["part"]), default=-1)
        parts = number if held < number else held + 1
        numbers = [min(n, parts - 1) for n in numbers]  # what is behind the last end belongs to the last part
    else:  # every other box with labels is a part, and the names follow
        boxes = list(dict.fromkeys(row["box"] for row in found if row["role"] != entry["part"]))
        parts, place = len(boxes), iter(range(len(names)))
        numbers = [next(place) if row["role"] == entry["part"] else boxes.index(row["box"]) for row in found]
    if len(names) != parts:
        raise _error(outline, entry, f"{parts} parts and {len(names)} names of parts", "look for a box that is missing")
    printed = [(row["role"], row["label"]) for row in found]
    return [
        "" if row["role"] in entry.get("apart", []) or printed.count((row["role"], row["label"])) > 1 else names[n]
        for row, n in zip(found, numbers, strict=True)
    ]


def _error(outline: Outline, entry: dict[str, Any], what: str, todo: str) -> ExtractionError:
    return ExtractionError(f"{entry['name']}: {what}", outline.document.where(1, len(outline.document.lines)), todo)
