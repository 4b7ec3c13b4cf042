"""Sentences of one form, and text boxes in pairs: what slides leave of their tables."""

import re
from typing import Any

import pandas as pd

from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError
from zhagen.text.numerals import whole_number


def extract_statements(outline: Outline, entry: dict[str, Any]) -> pd.DataFrame:
    """Find every sentence of one form.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        An entry of the recipe's ``statements``: name and patterns with named groups; the first pattern that matches at
        a place wins. ``numbered`` names the group whose numbers run from 1 (and from 1 again, as far, in a
        second language), ``count`` finds how many rows the text announces.

    Returns
    -------
    pandas.DataFrame
        One row a match in the order of the text: the groups of the patterns, ``section_id``, ``line_start``,
        ``line_end``.

    Raises
    ------
    ExtractionError
        If nothing matches, a number is missing or there twice, or the text announces another number of rows.
    """
    patterns = [re.compile(pattern) for pattern in entry["patterns"]]
    groups = list(dict.fromkeys(group for pattern in patterns for group in pattern.groupindex))
    rows = []
    for block in outline.blocks:
        taken: list[tuple[int, int]] = []
        for match in (found for pattern in patterns for found in pattern.finditer(block.text)):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                taken.append(match.span())
                values = {group: strip_quotes(text) for group, text in match.groupdict().items()}
                lines = block.clean.span(*match.span())
                rows.append((match.start(), values | {"section_id": block.section_id}, lines))
    if not rows:
        raise ExtractionError(
            f"no sentence has the form of {entry['name']}",
            outline.document.where(1, len(outline.document.lines)),
            "compare the text with the patterns in the recipe",
        )
    rows.sort(key=lambda row: (row[2][0], row[0]))
    _check_count(outline, entry, [(values.get(entry.get("numbered", ""), ""), lines) for _, values, lines in rows])
    records = [values | {"line_start": lines[0], "line_end": lines[1]} for _, values, lines in rows]
    return pd.DataFrame(records, columns=[*groups, "section_id", "line_start", "line_end"])


def _check_count(outline: Outline, entry: dict[str, Any], rows: list[tuple[str, tuple[int, int]]]) -> None:
    """Refuse rows whose numbers leave one out, or that are not as many as the text announces."""
    todo = "look for a row that no longer has the form of the patterns in the recipe"
    if "numbered" in entry:
        numbers = [whole_number(number) or 0 for number, _ in rows]
        wanted = [place % (max(numbers) or 1) + 1 for place in range(len(numbers))]
        wrong = next((n for n, number in enumerate(numbers) if number != wanted[n]), None)
        if wrong is None and wanted[-1] != max(numbers):
            wrong = len(rows) - 1
        if wrong is not None:
            raise ExtractionError(
                f"{entry['name']}: a number between 1 and {max(numbers)} is missing or there twice "
                f"(the numbers are {', '.join(map(str, numbers))})",
                outline.document.where(*rows[wrong][1]),
                todo,
            )
    found = re.search(entry["count"], outline.text) if "count" in entry else None
    if found and whole_number(found[1]) != len(rows):
        raise ExtractionError(
            f"{entry['name']}: the text announces {found[1]}, and {len(rows)} have the form of the patterns",
            outline.document.where(rows[0][1][0], rows[-1][1][1]),
            todo,
        )


def strip_quotes(text: str | None) -> str:
    """Take quotation marks out of a phrase, and the commas around it.

    Parameters
    ----------
    text : str or None
        The phrase; None for a group that has not matched.

    Returns
    -------
    str
        The phrase; empty for None.

    Examples
    --------
    >>> strip_quotes("“消费红利”经济，")
    '消费红利经济'
    """
    return re.sub("[“”]", "", text).strip("，、 ") if text else ""


def extract_pairs(outline: Outline, entry: dict[str, Any]) -> pd.DataFrame:
    """Read text boxes in pairs: the label of each is its first line.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        An entry of the recipe's ``pairs``: name, after (a pattern of the box above), rows, columns (two names).

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``row``, the two columns, ``status`` (``by_order``: order alone pairs them), ``line_start``,
        ``line_end``.

    Raises
    ------
    ExtractionError
        If the box is not found, fewer boxes follow, or a label is a part of a sentence.
    """
    place = next((n for n, block in enumerate(outline.blocks) if re.search(entry["after"], block.text)), None)
    boxes = outline.blocks[place + 1 : place + 1 + 2 * entry["rows"]] if place is not None else ()
    boxes = tuple(box for box in boxes if box.kind != "heading")
    if len(boxes) < 2 * entry["rows"]:
        raise ExtractionError(
            f"{entry['name']}: {len(boxes)} boxes where {2 * entry['rows']} are wanted",
            outline.document.where(1, len(outline.document.lines)),
            f"compare the boxes after {entry['after']} with the recipe",
        )
    labels = [outline.document.lines[box.lines[0] - 1].strip() for box in boxes]
    for box, label in zip(boxes, labels, strict=True):
        if re.search("[，。；：！？]", label):
            raise ExtractionError(
                f"{entry['name']}: {label[:12]!r} is a part of a sentence and no label of a box",
                outline.document.where(*box.lines),
                "look for a blank line that is missing or too many",
            )
    columns = ["row", *entry["columns"], "status", "line_start", "line_end"]
    halves = zip(boxes[::2], boxes[1::2], labels[::2], labels[1::2], strict=True)
    rows = [
        (row, source, target, "by_order", first.lines[0], last.lines[1])
        for row, (first, last, source, target) in enumerate(halves, 1)
    ]
    return pd.DataFrame(rows, columns=columns)
