"""Single cells: what a column's cells look like, labels that are none, cells that list several."""

import re
from dataclasses import replace
from typing import Any

from zhagen.documents.outline import Outline
from zhagen.documents.recipe import number_pattern
from zhagen.errors import ExtractionError
from zhagen.extraction.tables.table import Cell
from zhagen.text.characters import HAN
from zhagen.text.cleaning import clean, printed_width

BREAK = re.compile(r"<br\s*/?>")  # a line break in a Markdown cell
STRONG = re.compile(r"\s*(?:[、，,；;/\n]|<br\s*/?>)\s*")  # separates labels, whatever else is in the cell
LONGEST = 40  # printed width of the longest label, in Chinese characters
NO_LABEL = re.compile("[\ufffd\uffff]|[。！？：，；!?;…]")
CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
PAGE = re.compile(rf"(?<=[{HAN}])\d{{1,3}}$|^\d{{1,4}}$|^[-—–] *\d|^第\d+页|第\d+页$")  # alone, or glued to a name
DITTO = re.compile(r"[(（]?(?:同[上前左右]|同上一?[行栏格]|ibid\.?|ditto)[)）]?", re.I)  # the cell above it is meant
NUMERAL = r"[\d二三四五六七八九十两]+"
FRAME = re.compile(  # words of the sentence around a list, which are no part of a name
    f"以下|如下|^(?:主要有|主要是|主要包括|分别是|具体有|包括|包含|例如)|{NUMERAL}[个大]?(?:方面|环节|维度)|^{NUMERAL}[个种类项条]"
)


def table_place(outline: Outline, entry: dict[str, Any]) -> str:
    """Return where a table is, for an error: document, edition and lines.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    entry : dict
        The table's entry in the recipe.

    Returns
    -------
    str
        Such as ``"haier, digest, lines 297-337"``.
    """
    cells = outline.cells(entry["label"])
    first = outline.caption(entry["label"]).lines[0]
    return outline.document.where(first, cells[-1].lines[1] if cells else first)


def number_value(
    outline: Outline, label: str, column: dict[str, Any], text: str, lines: tuple[int, int]
) -> float | None:
    """Return the number of a cell, multiplied out (2.5万字 is 25000), or None if the column has no unit.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    label : str
        The table's label.
    column : dict
        The column's entry in the recipe; ``unit`` says that it holds numbers.
    text : str
        The clean text of the cell.
    lines : tuple of int
        Its first and last raw line.

    Returns
    -------
    float or None
        The number.

    Raises
    ------
    ExtractionError
        If the cell is not a number with the column's unit.
    """
    if "unit" not in column:
        return None
    match = re.match(number_pattern(column["unit"]), text)
    if not match:
        form = f"a number and {column['unit']}" if column["unit"] else "a number"
        raise ExtractionError(
            f"{label}: the cell {text[:12]!r} is not a {column['name']} ({form})",
            outline.document.where(*lines),
            "correct the cell, or the column's unit in the recipe",
        )
    factor = {"万": 1e4, "亿": 1e8}.get(column["unit"][:1], 1)
    return round(float(match["value"]) * factor, 6)


def check_label(outline: Outline, label: str, lines: tuple[int, int]) -> None:
    """Refuse a label that cannot be the name of a code.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    label : str
        The label, clean.
    lines : tuple of int
        Its first and last raw line.

    Raises
    ------
    ExtractionError
        If it holds a control character, a mark of a sentence, a page number or words of the sentence around a list,
        has no letter, repeats the cell above, or is too wide.
    """
    printed = "\n".join(outline.document.lines[lines[0] - 1 : lines[1]])
    found = NO_LABEL.search(label) or CONTROL.search(label + printed) or FRAME.search(label)
    if found:
        problem = f"holds {found[0]!r}"
    elif DITTO.fullmatch(label):
        problem = "repeats the cell above"
    elif PAGE.search(label):
        problem = "holds a page number"
    elif not any(map(str.isalpha, label)):
        problem = "has no letter"
    elif printed_width(label) > LONGEST:
        problem = f"is {printed_width(label):g} characters wide"
    else:
        return
    raise ExtractionError(
        f"{label[:20]!r} is no name of a code: it {problem}",
        outline.document.where(*lines),
        "look for a row that is broken, a page number or a running head (skip of the recipe leaves such lines out)",
    )


def split_labels(raw: str, known: frozenset[str] = frozenset()) -> list[str]:
    """Split a cell that lists labels: at 、，；/ and line breaks, or at blanks if it has none of them.

    Parameters
    ----------
    raw : str
        The cell as printed.
    known : frozenset of str, default empty
        Labels that are known from elsewhere: such a label is not split, even if it holds a separator.

    Returns
    -------
    list of str
        Clean labels in the order of the cell.

    Examples
    --------
    >>> split_labels("技术整合 平台战略"), split_labels("轮流浇水、看护工具")
    (['技术整合', '平台战略'], ['轮流浇水', '看护工具'])
    >>> split_labels("环境、社会 平台", frozenset({"环境、社会", "平台"}))
    ['环境、社会', '平台']
    """
    raw = raw.strip()
    strong = STRONG.search(raw)
    pieces = re.split(f"({STRONG.pattern})" if strong else r"(\s+)", raw)
    if strong and known:  # a known label may hold the separator: then blanks can separate as well
        pieces = re.split(rf"({STRONG.pattern}|\s+)", raw)
    joined = _join_known(pieces, known)
    if strong and known and not all(label in known for label in joined):
        joined = _join_known(re.split(f"({STRONG.pattern})", raw), known)
    return [label for label in joined if label]


def _join_known(pieces: list[str], known: frozenset[str]) -> list[str]:
    """Join neighbouring pieces (every second is a separator) where together they make a known label; longest first."""
    labels, place = [], 0
    while place < len(pieces):
        for end in range(len(pieces), place, -2):
            whole = clean("".join(pieces[place:end])).text
            if whole in known or end <= place + 1:
                labels.append(whole)
                place = end + 1
                break
        else:
            place += 1
    return labels


def split_quotations(cell: Cell) -> list[Cell]:
    """Return the quotations of a cell of evidence: several if it is nothing but “…” after “…”, else the whole cell.

    Parameters
    ----------
    cell : Cell
        A cell of evidence.

    Returns
    -------
    list of Cell
        One cell a quotation.

    Examples
    --------
    >>> [part.text for part in split_quotations(Cell("“甲。”；“乙‘丙’”", 1, 1, raw="“甲。”；“乙“丙””"))]
    ['“甲。”', '“乙‘丙’”']
    """
    raw = BREAK.sub("\n", cell.raw)
    parts, depth, start = [], 0, 0
    for place, char in enumerate(raw):
        if depth == 0 and char == "“":
            start = place
        elif depth == 0 and not re.match(r"[\s；;、，,。/]", char):
            return [cell]
        depth += (char == "“") - (char == "”")
        if depth == 0 and char == "”":
            parts.append(raw[start : place + 1])
    if depth or len(parts) < 2:
        return [cell]
    return [replace(cell, text=clean(part).text, raw=part, printed=clean(part).text) for part in parts]
