"""Sentences of one form, and text boxes in pairs: what slides leave of their tables."""

import re
from typing import Any

import pandas as pd

from zhagen.documents.outline import Block, Outline
from zhagen.errors import ExtractionError
from zhagen.extraction.relations import denial
from zhagen.text.characters import normal_characters
from zhagen.text.numerals import whole_number

DENIED_END = re.compile(  # at the end of a label: the pattern took what denies the verb for a part of it
    "(?:并未|尚未|从未|未能?|没有?|[并绝]非|[并决绝]不|不[再能会]|难[以于]|无法)$"
)
PAIRED = "成对的框，只凭先后"
PARTED = "一行里的两格只凭空格分开，没有句子作旁证"


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
                if {"source", "target"} <= match.groupdict().keys() and _denied(match):
                    continue
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


def _denied(match: re.Match[str]) -> bool:
    """Say whether a sentence denies what it has the form of: 由甲并未进化为乙."""
    text, between = match.string, slice(match.end("source"), match.start("target"))
    verb = DENIED_END.search(match["source"]) or DENIED_END.search(match["target"])
    return bool(denial(text, match.start()) or denial(text[between]) or verb)


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
    """Read text boxes in pairs, the label of each is its first line, and pairs that are printed on one line above them.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        An entry of the recipe's ``pairs``: ``name``, ``after`` (a pattern of the box above), ``rows``, ``columns`` (two
        names). ``heads`` finds the line that names both columns, ``line`` a pair on one line between it and the box
        above, with its name in the group ``label``; in both the groups are named like the columns.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``row``, ``label`` (the name of a pair on one line, else empty), the two columns, ``status``
        (``by_order``: order alone pairs two boxes, or blanks alone part a line; ``printed``: a sentence of the section
        has both parts of the line), ``section_id``, ``line_start``, ``line_end``, ``reason``.

    Raises
    ------
    ExtractionError
        If a box or a line is not found, fewer boxes follow, or a label is a part of a sentence.
    """
    boxes = pair_boxes(outline, entry)
    rows = _line_pairs(outline, entry, boxes[0][2]) if "line" in entry else []
    for (_, source, first), (_, target, last) in zip(boxes[::2], boxes[1::2], strict=True):
        rows.append(("", source, target, "by_order", first.section_id, first.lines[0], last.lines[1], PAIRED))
    columns = ["row", "label", *entry["columns"], "status", "section_id", "line_start", "line_end", "reason"]
    return pd.DataFrame([(number, *row) for number, row in enumerate(rows, 1)], columns=columns)


def pair_boxes(outline: Outline, entry: dict[str, Any]) -> list[tuple[str, str, Block]]:
    """Find the text boxes of an entry of the recipe's ``pairs``.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        As for `extract_pairs`.

    Returns
    -------
    list of tuple
        Each box in the order of the text, a pair one after the other: the name of its column (what the line of
        ``heads`` prints, else the name in the recipe), its label, and its block.

    Raises
    ------
    ExtractionError
        If the box above or the line of ``heads`` is not found, fewer boxes follow, or a label is a part of a sentence.
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
    labels = [normal_characters(outline.document.lines[box.lines[0] - 1]).strip() for box in boxes]
    for box, label in zip(boxes, labels, strict=True):
        if re.search("[，。；：！？]", label):
            raise ExtractionError(
                f"{entry['name']}: {label[:12]!r} is a part of a sentence and no label of a box",
                outline.document.where(*box.lines),
                "look for a blank line that is missing or too many",
            )
        if not re.search(r"[^\W\d_]", label):
            raise ExtractionError(
                f"{entry['name']}: {label[:12]!r} is no label of a box",
                outline.document.where(*box.lines),
                "take out the line, if it is the number of a page",
            )
    heads = list(entry["columns"])
    if "heads" in entry:
        found = _lines_like(outline, entry, "heads", 1, boxes[0].lines[0])[-1][1]  # the nearest above the boxes
        heads = [found[column] for column in heads]
    return [(heads[n % 2], label, box) for n, (label, box) in enumerate(zip(labels, boxes, strict=True))]


def _line_pairs(outline: Outline, entry: dict[str, Any], box: Block) -> list[tuple[Any, ...]]:
    """Read the pairs that are printed on one line between the heads of the columns and the first box."""
    last = box.lines[0]
    first = _lines_like(outline, entry, "heads", 1, last)[-1][0] if "heads" in entry else 1
    here = [block for block in outline.blocks if block.section_id == box.section_id and block.kind == "paragraph"]
    said = [sentence.text for block in here for sentence in block.clean.sentences()]
    rows = []
    for number, match in _lines_like(outline, entry, "line", first + 1, last):
        parts = [match[column] for column in entry["columns"]]
        sure = any(all(part in sentence for part in parts) for sentence in said)
        status, reason = ("printed", "") if sure else ("by_order", PARTED)
        rows.append((match["label"], *parts, status, box.section_id, number, number, reason))
    return rows


def _lines_like(
    outline: Outline, entry: dict[str, Any], name: str, first: int, last: int
) -> list[tuple[int, re.Match[str]]]:
    """Return the lines from ``first`` up to ``last`` that have the form of a pattern, with their numbers.

    What parts them are blanks, which clean text has not.
    """
    found = []
    for number in range(first, last):
        line = " ".join(normal_characters(outline.document.lines[number - 1]).split())
        if match := re.search(entry[name], line):
            found.append((number, match))
    if not found:
        raise ExtractionError(
            f"{entry['name']}: no line has the form of its {name}",
            outline.document.where(first, max(first, last - 1)),
            f"compare the lines above the boxes with {name} in the recipe; look for a blank too many or missing",
        )
    return found
