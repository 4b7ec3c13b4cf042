"""Offsets as other programs count them, and the same passages in a text as a study holds it.

The standard counts Unicode code points. NVivo counts UTF-16 units, so a character beyond the Basic Multilingual Plane
is two; a line end of Windows is one character for some programs and two for others. Which of them a file means is seen
from the words that its selections carry as their names; where they carry none, from the program that wrote it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ASKED = 200  # selections of a source whose names are compared
_COMPOSING = "\u1161-\u1175\u11a8-\u11c2\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57"
_LATE = re.compile(f"[{_COMPOSING}\u0dcf\u0ddf\u102e\u1b35]")  # they join the character before, and are no marks


@dataclass(frozen=True)
class PlacedText:
    """A text as a study holds it, and the passages of another program in it.

    Attributes
    ----------
    text : str
        In the form NFC, with line feeds alone, without a byte order mark.
    spans : list
        (start, end) of each passage, or None where it leaves the text or ends before it begins.
    counted : str
        How the offsets were counted, in words; ``""`` for plain code points of the file.
    changed : list of str
        What was changed in the text, in words.
    """

    text: str
    spans: list[tuple[int, int] | None]
    counted: str
    changed: list[str]


def place_spans(
    raw: str, spans: Sequence[tuple[int, int]], *, names: Sequence[str] = (), origin: str = ""
) -> PlacedText:
    """Return a text in its normal form, with passages that were counted in the raw one.

    Parameters
    ----------
    raw : str
        The text of the file, without its byte order mark, with its own line ends.
    spans : sequence of tuple of int
        Start and end of each passage, as the file has them.
    names : sequence of str, optional
        The words of each passage, or their beginning, or another name.
    origin : str, default ""
        The program that counted.

    Returns
    -------
    PlacedText
        The text and the passages.

    Examples
    --------
    >>> place_spans("😀好\\r\\n书", [(5, 6)], names=["书"], origin="NVivo for Windows 12").spans
    [(3, 4)]
    """
    text, low, high, changed = _normal(raw)
    default = ("utf16" if origin.startswith("NVivo") else "characters", "ATLAS" not in origin)
    ways = sorted(
        {(unit, both) for unit in ("characters", "utf16") for both in (True, False)}, key=lambda w: w != default
    )
    if len(raw) == len(text) and not changed and max(map(ord, raw), default=0) <= 0xFFFF:
        ways = [default]  # they all count the same
    ends = np.array(list(spans), dtype=np.int64).reshape(-1, 2)
    best: tuple[int, int, list[tuple[int, int] | None], tuple[str, bool]] | None = None
    for way in ways:
        found = _spans(raw, ends, way, low, high)
        named = _named(text, found, names)
        inside = sum(span is not None for span in found)
        if best is None or (named, inside) > best[:2]:
            best = (named, inside, found, way)
    assert best is not None
    said = []
    if best[3][0] == "utf16" and any(char > "\uffff" for char in raw):
        said.append("UTF-16 units")
    if not best[3][1] and "\r\n" in raw:
        said.append("a line end of Windows as one character")
    return PlacedText(text, best[2], ", ".join(said), changed)


def _normal(raw: str) -> tuple[str, np.ndarray, np.ndarray, list[str]]:
    """Return the normal text; for each place between raw characters, the last place before it and the first behind."""
    size = len(raw)
    changed = []
    plain = unicodedata.is_normalized("NFC", raw)
    if plain and not re.search("[\r\0]", raw) and not raw.startswith("\ufeff"):
        same = np.arange(size + 1)
        return raw, same, same, []
    if "\r" in raw:
        changed.append("line ends")
    if "\0" in raw:
        changed.append("NUL characters")
    if raw.startswith("\ufeff"):
        changed.append("a byte order mark")
    if not plain:
        changed.append("the normal form NFC")
    low, high = np.zeros(size + 1, np.int64), np.zeros(size + 1, np.int64)
    made: list[str] = []
    place = at = 0
    for first, last in _clusters(raw, plain):
        piece = raw[first:last]
        if piece == "\r" and raw[last : last + 1] == "\n" or piece == "\ufeff" and first == 0:
            new = ""
        else:
            new = unicodedata.normalize("NFC", piece.replace("\r", "\n").replace("\0", "\ufffd"))
        low[first + 1 : last], high[first + 1 : last] = place, place + len(new)
        place += len(new)
        low[last] = high[last] = place
        made.append(new)
        at = last
    assert at == size
    return unicodedata.normalize("NFC", "".join(made)), low, high, changed


def _clusters(raw: str, plain: bool) -> list[tuple[int, int]]:
    """Cut a text where no character joins the one before; where that is not certain, at line ends."""
    if plain:
        return [(number, number + 1) for number in range(len(raw))]
    cuts = [n for n, char in enumerate(raw) if not unicodedata.combining(char) and not _LATE.match(char)]
    cuts = sorted({0, *cuts, len(raw)})
    pieces = list(zip(cuts[:-1], cuts[1:], strict=True))
    if "".join(unicodedata.normalize("NFC", raw[a:b]) for a, b in pieces) == unicodedata.normalize("NFC", raw):
        return pieces
    lines = sorted({0, *(match.end() for match in re.finditer("\r\n|\r|\n", raw)), len(raw)})
    return list(zip(lines[:-1], lines[1:], strict=True))


def _spans(
    raw: str, ends: np.ndarray, way: tuple[str, bool], low: np.ndarray, high: np.ndarray
) -> list[tuple[int, int] | None]:
    """Return the passages in the normal text, if they were counted in this way."""
    unit, both = way
    points = np.frombuffer(raw.encode("utf-32-le", "surrogatepass"), np.uint32)
    weights = np.where((points > 0xFFFF) & (unit == "utf16"), 2, 1)
    if not both and len(points):
        weights[:-1][(points[:-1] == 13) & (points[1:] == 10)] = 0
    units = np.concatenate([[0], np.cumsum(weights)])
    total = int(units[-1])
    first = np.searchsorted(units, ends[:, 0], side="right") - 1  # inside of a pair: the character whole
    last = np.searchsorted(units, ends[:, 1], side="left")
    found: list[tuple[int, int] | None] = []
    for (start, end), one, two in zip(ends.tolist(), first.tolist(), last.tolist(), strict=True):
        if not 0 <= start <= end <= total:
            found.append(None)
        elif start == end:
            found.append((int(low[one]), int(low[one])))
        else:
            found.append((int(low[one]), int(high[two])))
    return found


def _named(text: str, spans: list[tuple[int, int] | None], names: Sequence[str]) -> int:
    """Count the passages that begin with their names."""
    count = asked = 0
    for span, name in zip(spans, names, strict=False):
        said = " ".join(re.sub(r"(…|\.\.\.)$", "", unicodedata.normalize("NFC", name)).split())
        if not said:
            continue
        asked += 1
        words = " ".join(text[span[0] : span[1]].split()) if span else ""
        count += words == said or (len(said) > 1 and words.startswith(said))
        if asked == ASKED:
            break
    return count
