"""A text read from a file of material, made plain for coding, with a list of everything that was changed in it."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from zhagen.text.characters import PLAIN

NAMED = 20  # lines named one by one in a report
_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_RADICALS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f]")
_LIGATURES = re.compile("[\ufb00-\ufb06]")
# What is not seen and would hide a word from a search: controls, zero widths, marks of direction. A joiner of emoji
# stays, as do variation selectors and the private use, which may be characters of a font.
_HIDDEN = re.compile(
    "[\0-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]|(?<=\\w)\u200d(?=\\w)"
)
_LONE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Change:
    """One kind of change that was made in a text.

    Attributes
    ----------
    what : str
        What was changed.
    count : int
        How often.
    lines : tuple of int
        The first lines of the text, from 1, that it was changed on; empty where it is the whole text.
    note : str, default ""
        More on it, such as words that were taken out.
    """

    what: str
    count: int
    lines: tuple[int, ...] = ()
    note: str = ""

    def report(self) -> dict[str, Any]:
        """Return the change for a report.

        Returns
        -------
        dict of str to object
            ``what``, ``count`` and, where there are any, ``lines`` and ``note``.
        """
        row: dict[str, Any] = {"what": self.what, "count": self.count}
        return row | ({"lines": list(self.lines)} if self.lines else {}) | ({"note": self.note} if self.note else {})


@dataclass
class SourceText:
    """A text that was read from a file of material.

    Attributes
    ----------
    file : str
        The file, and the row or column of a table.
    title : str
        What its source is named after.
    text : str
        The text: NFC, lines ended by line feeds.
    form : str
        What it was read from: ``txt``, ``docx``, ``pdf``, ``srt`` …
    changes : list of Change
        Everything that was changed.
    attributes : dict of str to str
        Further columns of its row, for ``sources.csv``.
    speakers : dict of str to dict
        Speakers that are known already, with their attributes.
    times : list of (int, str, str)
        Of a recording: where in the text a passage begins, and when it begins and ends.
    table : bool
        Whether it is a row of a table, so that equal ones are no copies.
    """

    file: str
    title: str
    text: str
    form: str
    changes: list[Change] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    speakers: dict[str, dict[str, str]] = field(default_factory=dict)
    times: list[tuple[int, str, str]] = field(default_factory=list)
    table: bool = False


def plain_text(text: str) -> tuple[str, list[Change]]:
    """Make a text plain: line feeds, NFC, characters in place of radicals, nothing that is hidden.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    text : str
        The text; it has as many lines as before, and ends with a line feed if it has any character.
    changes : list of Change
        What was changed.

    Examples
    --------
    >>> text, changes = plain_text("⽤户\\r\\ne\\u0301l\\u200bite")
    >>> text
    '用户\\nélite\\n'
    >>> [change.what for change in changes]
    ['line ends of Windows', 'radicals written for characters', 'hidden characters taken out', 'normal form NFC']
    """
    changes: list[Change] = []
    windows = text.count("\r\n")
    text = text.replace("\r\n", "\n")
    single = text.count("\r")
    text = text.replace("\r", "\n")
    for what, count in (("line ends of Windows", windows), ("line ends of old Macs", single)):
        if count:
            changes.append(Change(what, count))
    text = _replace(text, _BREAKS, lambda char: "\n", "other marks that end a line", changes)
    text = _replace(text, _LONE, lambda char: "\ufffd", "half characters", changes)
    text = _replace(text, _RADICALS, lambda char: PLAIN.get(char, char), "radicals written for characters", changes)
    text = _replace(text, _HIDDEN, lambda char: "", "hidden characters taken out", changes)
    if not unicodedata.is_normalized("NFC", text):
        lines = text.split("\n")
        rows = [number for number, line in enumerate(lines, 1) if not unicodedata.is_normalized("NFC", line)]
        changes.append(Change("normal form NFC", len(rows), tuple(rows[:NAMED])))
        text = "\n".join(unicodedata.normalize("NFC", line) for line in lines)  # line by line: an end of one stays
        text = text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
    if lost := text.count("\ufffd"):
        broken = _lines_of(text, (found.start() for found in re.finditer("\ufffd", text)))
        changes.append(Change("characters that the file has lost (U+FFFD): compare with the original", lost, broken))
    if text.strip() and not text.endswith("\n"):
        text += "\n"
    return text, changes


def plain_letters(text: str) -> tuple[str, list[Change]]:
    """Write ligatures, which PDF files have, as letters.

    Parameters
    ----------
    text : str
        A text.

    Returns
    -------
    text : str
        The text.
    changes : list of Change
        What was changed.

    Examples
    --------
    >>> plain_letters("eﬃcient")[0]
    'efficient'
    """
    changes: list[Change] = []
    return _replace(
        text, _LIGATURES, lambda char: PLAIN.get(char, char), "ligatures written as letters", changes
    ), changes


def shown_lines(lines: Iterable[int]) -> tuple[int, ...]:
    """Return the lines that a report names: the first ones, each once.

    Parameters
    ----------
    lines : iterable of int
        Lines.

    Returns
    -------
    tuple of int
        At most `NAMED` of them.

    Examples
    --------
    >>> shown_lines([2, 2, 5])
    (2, 5)
    """
    return tuple(dict.fromkeys(lines))[:NAMED]


def _replace(
    text: str, pattern: re.Pattern[str], change: Callable[[str], str], what: str, changes: list[Change]
) -> str:
    places = [found.start() for found in pattern.finditer(text) if change(found[0]) != found[0]]
    if not places:
        return text
    changes.append(Change(what, len(places), _lines_of(text, places)))
    return pattern.sub(lambda found: change(found[0]), text)


def _lines_of(text: str, places: Iterable[int]) -> tuple[int, ...]:
    """Return the lines of the first places, which rise."""
    lines: dict[int, None] = {}
    line, before = 1, 0
    for place in places:
        line, before = line + text.count("\n", before, place), place
        lines[line] = None
        if len(lines) == NAMED:
            break
    return tuple(lines)
