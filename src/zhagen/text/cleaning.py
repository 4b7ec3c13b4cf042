"""Clean text with a map from every character back to its raw line and column.

Text taken from a PDF breaks words at line ends, sets blanks into them, and writes one hyphen in several ways.
`clean` undoes that and loses nothing: each character of the result knows where it was in the file.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeAlias

from zhagen.text.characters import WIDE, fold_marks, fold_quotes, normal_text, placed_characters
from zhagen.text.sentences import sentence_ends

# First halves of words that keep their hyphen where a line ends with it; else it was set to break a word (busi-ness).
COMPOUNDING = frozenset(
    """case co cost cross customer data decision evidence fast first full goal half hard high higher key knowledge large
    life long low lower market mid model multi near new non one open peer platform post process product quasi real
    resource second self semi service short single small socio state supply technology theory third three time top two
    user value well wide work""".split()
)
LONGEST_WORD = 30
PARAGRAPH_END = re.compile(r"[。！？：；.!?:;][”’）)\"']*$")
LONG_LINE = 20  # printed width of a line that can be a piece of a sentence, and no label or heading
FEWEST = 10  # lines that show whether all have a blank line behind them
_Placed: TypeAlias = tuple[str, int, int]  # a character, its raw line, its column


@dataclass(frozen=True)
class CleanText:
    """Clean text with a map back to the raw file.

    Attributes
    ----------
    text : str
        The clean text.
    lines, columns : tuple of int
        ``lines[i]`` and ``columns[i]``, both from 1, are where ``text[i]`` was in the raw file. A blank set between two
        Latin lines is mapped to the end of the first of them.
    """

    text: str
    lines: tuple[int, ...]
    columns: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, part: slice) -> "CleanText":
        """Return the part of a slice, with its map."""
        return CleanText(self.text[part], self.lines[part], self.columns[part])

    def span(self, start: int = 0, end: int | None = None) -> tuple[int, int]:
        """Return where a part of the text was in the raw file.

        Parameters
        ----------
        start : int, default 0
            Index of its first character.
        end : int, optional
            Index behind its last character; the end of the text if left out.

        Returns
        -------
        tuple of int
            First raw line, last raw line.

        Raises
        ------
        IndexError
            If the part is empty.

        Examples
        --------
        >>> clean("数字\\n\\n商业").span()
        (1, 3)
        """
        lines = self.lines[start:end]
        return lines[0], lines[-1]

    def sentences(self) -> list["CleanText"]:
        """Cut the text into sentences, see `zhagen.text.sentences.sentence_ends`.

        Returns
        -------
        list of CleanText
            The sentences in order; closing marks belong to their sentence, blanks around it are dropped.

        Examples
        --------
        >>> [s.text for s in clean("他问：“行吗？”她点头。走了").sentences()]
        ['他问：“行吗？”', '她点头。', '走了']
        """
        ends = sentence_ends(self.text)
        parts = [self[a:b]._strip() for a, b in zip([0, *ends], [*ends, len(self)], strict=True)]
        return [part for part in parts if part.text]

    def _strip(self) -> "CleanText":
        left = len(self.text) - len(self.text.lstrip())
        return self[left : len(self.text.rstrip())]


def clean(raw: str | Sequence[str], first_line: int = 1) -> CleanText:
    """Clean hard-wrapped text.

    Each character gets its normal form (`zhagen.text.characters.normal_characters`). Lines are joined, with a blank
    only between two Latin words, and without the hyphen that breaks one (``busi-ness``; not one of a compound, as in
    ``cross-border``: `COMPOUNDING` lists what begins one). Blanks beside a Chinese character are dropped, a single dash
    becomes ``-`` (``——`` stays), quotation marks of the same kind inside one another become ‘ ’. Cleaning clean text
    changes nothing. The time is proportional to the length of the text.

    Parameters
    ----------
    raw : str or sequence of str
        The raw text, or its lines.
    first_line : int, default 1
        The raw line number of its first line.

    Returns
    -------
    CleanText
        The clean text with its map.

    Examples
    --------
    >>> clean(" 对数字商业模\\n\\n式‑创 新").text
    '对数字商业模式-创新'
    >>> clean("data–driven\\nbusiness").text
    'data-driven business'
    """
    lines = raw.split("\n") if isinstance(raw, str) else raw
    chars = _drop_blanks(_join(lines, first_line))
    text = fold_quotes(fold_marks("".join(char for char, _, _ in chars)))
    return CleanText(text, tuple(line for _, line, _ in chars), tuple(column for _, _, column in chars))


def count_term(text: str, term: str) -> int:
    """Count how often a term occurs in clean text.

    Parameters
    ----------
    text : str
        Clean text.
    term : str
        The term; it is cleaned as the text was.

    Returns
    -------
    int
        Occurrences that do not overlap; 0 for an empty term.

    Examples
    --------
    >>> count_term("数据驱动与数据驱动", "数据 驱动")
    2
    """
    wanted = _cleaned(term)
    return text.count(wanted) if wanted else 0


def label_occurrences(text: str, labels: Iterable[str]) -> list[tuple[int, int, str]]:
    """Find where labels occur in clean text, word for word.

    Each label is found as `count_term` counts it, but not inside a longer label that occurs there: that
    names another code. Of labels that overlap without one holding the other, both occur.

    Parameters
    ----------
    text : str
        Clean text.
    labels : iterable of str
        The labels to find.

    Returns
    -------
    list of tuple
        (start, end, label), sorted; characters from 0, the end exclusive.

    Examples
    --------
    >>> label_occurrences("中小企业的成本与企业", ["企业", "中小企业"])
    [(0, 4, '中小企业'), (8, 10, '企业')]
    """
    found = []
    for label in set(labels):
        wanted = _cleaned(label)
        start = text.find(wanted) if wanted else -1
        while start >= 0:
            found.append((start, start + len(wanted), label))
            start = text.find(wanted, start + len(wanted))
    return sorted(one for one in found if not any(_inside(one, other) for other in found))


@cache
def _cleaned(term: str) -> str:
    return clean(term).text


def _inside(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    """Say whether a span lies in a longer one."""
    return other[0] <= one[0] and one[1] <= other[1] and one[1] - one[0] < other[1] - other[0]


def drop_blank_lines(lines: Sequence[str]) -> tuple[int, ...]:
    """Return which lines of a text are read, if some program has put a blank line after every line.

    No two lines are next to each other then, and yet most long lines end within a sentence: blank lines are no
    structure. Of each group of blank lines as many stay as the text had before.

    Parameters
    ----------
    lines : sequence of str
        Raw lines.

    Returns
    -------
    tuple of int
        Their numbers, from 1; all, if blank lines may mean something.

    Examples
    --------
    >>> page = ["平台很多，各自都有一套规则，为的是让企业和", "用户都愿意来。", ""] * 9
    >>> doubled = "\\n\\n".join(page).split("\\n")
    >>> [doubled[number - 1] for number in drop_blank_lines(doubled)] == page, len(drop_blank_lines(page))
    (True, 27)
    """
    filled = [number for number, line in enumerate(lines, 1) if line.strip()]
    gaps = [after - before - 1 for before, after in pairwise(filled)]
    long = [lines[number - 1].rstrip() for number in filled[:-1] if printed_width(lines[number - 1]) >= LONG_LINE]
    broken = sum(not PARAGRAPH_END.search(line) for line in long)
    least = min(gaps, default=0)
    if len(filled) < FEWEST or not least or 2 * broken < len(long) or not long:
        return tuple(range(1, len(lines) + 1))
    whole = all((gap - least) % (least + 1) == 0 for gap in gaps)  # blank lines, too, have got one behind them
    times = least + 1 if whole else 1
    head, tail = (filled[0] - 1) // times, (len(lines) - filled[-1]) // times
    kept = list(range(filled[0] - head, filled[0] + 1))
    for number, gap in zip(filled[1:], gaps, strict=True):
        stay = (gap - least) // times
        kept += [*range(number - stay, number), number]
    return (*kept, *range(filled[-1] + 1, filled[-1] + 1 + tail))


def printed_width(line: str) -> float:
    """Return the printed width of a line.

    Parameters
    ----------
    line : str
        A line; blanks around it do not count.

    Returns
    -------
    float
        Its width in full-width characters; a half-width one counts half.

    Examples
    --------
    >>> printed_width("图 1")
    2.0
    """
    return sum(1.0 if WIDE.match(char) or char in "“”‘’—…" else 0.5 for char in line.strip())


def _join(lines: Sequence[str], first_line: int) -> list[_Placed]:
    """Return the characters of all lines with their places; blanks at the ends of a line are dropped."""
    chars: list[_Placed] = []
    ended = ""  # the last character of the line before, in the file
    for number, line in enumerate(lines, first_line):
        placed = placed_characters(line)
        printed = [place for place, (char, _) in enumerate(placed) if not char.isspace()]
        if not printed:
            continue
        head = placed[printed[0]][0]
        if ended in ("-", "\u2010") and _broken(_last_line(chars), head):
            chars.pop()
        elif chars and ended != "\u00ad" and _wants_blank(chars[-1][0], head):  # a soft hyphen is in a word
            chars.append((" ", chars[-1][1], chars[-1][2] + 1))
        chars.extend((char, number, column) for char, column in placed[printed[0] : printed[-1] + 1])
        ended = line.rstrip()[-1]
    return chars


def _last_line(chars: Sequence[_Placed]) -> str:
    return "".join(char for char, line, _ in chars[-LONGEST_WORD:] if line == chars[-1][1])


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph as `clean` does, without its map: for long texts.

    Parameters
    ----------
    lines : sequence of str
        Raw lines.

    Returns
    -------
    str
        The text in one line.

    Examples
    --------
    >>> join_lines(["对数字商业模", "式‑创 新", "busi-", "ness model", "data"])
    '对数字商业模式-创新business model data'
    """
    joined: list[str] = []
    ended = ""
    for line in lines:
        text = normal_text(line)
        if not text:
            continue
        before = joined[-1] if joined else ""
        if ended in ("-", "\u2010") and _broken(before, text[0]):
            joined[-1] = before[:-1]
        elif joined and ended != "\u00ad" and _wants_blank(before[-1], text[0]):
            joined.append(" ")
        joined.append(text)
        ended = line.rstrip()[-1]
    return normal_text("".join(joined))


def line_joint(before: str, after: str) -> tuple[int, str]:
    """Return what is between two lines of a paragraph that was broken, without changing another character of them.

    Parameters
    ----------
    before, after : str
        A line, or its end, and the next one.

    Returns
    -------
    dropped : int
        How many characters at the end of the first line are a hyphen that breaks a word.
    between : str
        A blank between words of letters; nothing beside Chinese characters.

    Examples
    --------
    >>> line_joint("对数字商业模", "式创新"), line_joint("business", "model"), line_joint("busi-", "ness")
    ((0, ''), (0, ' '), (1, ''))
    """
    before, after = before.rstrip(), after.lstrip()
    if not before or not after:
        return 0, ""
    if before[-1] in "-\u2010" and _broken(before, after[0]):
        return 1, ""
    return 0, " " if _wants_blank(before[-1], after[0]) else ""


def _broken(line: str, after: str) -> bool:
    """Say whether the hyphen at the end of a line breaks a word whose rest begins the next."""
    half = re.search(r"(?<![A-Za-z0-9-])[A-Za-z]{2,}(?=-$)", line[-LONGEST_WORD:])
    return bool(half and half[0].lower() not in COMPOUNDING and re.match("[a-z]", after))


def _wants_blank(before: str, after: str) -> bool:
    if WIDE.match(before) or WIDE.match(after):
        return False
    return (before.isalnum() or before in ",.;:!?)]") and (after.isalnum() or after in "([")


def _drop_blanks(chars: Sequence[_Placed]) -> list[_Placed]:
    """Drop runs of blanks beside a wide character; elsewhere keep the first blank of a run.

    One pass from the end: `after` is the character printed after the blanks that are open, and the first blank of
    their run is the last one met.
    """
    kept: list[_Placed] = []
    blank: _Placed | None = None
    after = ""
    for char, line, column in reversed(chars):
        if char.isspace():
            blank = (" ", line, column)
            continue
        if blank and after and not WIDE.match(char) and not WIDE.match(after):
            kept.append(blank)
        kept.append((char, line, column))
        blank, after = None, char
    return kept[::-1]
