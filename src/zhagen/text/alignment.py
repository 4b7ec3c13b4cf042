"""Where the characters of a text are in a changed one: after names were replaced, after a transcript was corrected."""

import os.path
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

Span = tuple[int, int, int, int]  # start and end in the old text, start and end in the new one

SIZES = (16, 8, 4)  # characters of the words by which two texts are laid beside each other, long ones first
FEW, MANY = 4_000, 250_000  # pairs of characters that difflib compares at once, and at most


@dataclass(frozen=True)
class AlignedText:
    """A changed text, and where each character of the old one is now.

    Attributes
    ----------
    text : str
        The new text.
    spans : tuple of (int, int, int, int)
        Of each replaced stretch: start and end in the old text, start and end in the new one; what is between them is
        the same in both. A stretch that was put in has no characters in the old text, one that was taken out has none
        in the new one.
    """

    text: str
    spans: tuple[Span, ...]

    def move(self, start: int, end: int) -> tuple[int, int]:
        """Return where a passage of the old text is now.

        A replaced stretch of which it held a part is in it as a whole; what was put in before or behind it is not.

        Parameters
        ----------
        start, end : int
            Characters of the old text, the end exclusive.

        Returns
        -------
        start, end : int
            Characters of the new text; the same number twice if nothing is left of the passage.

        Examples
        --------
        >>> aligned = align_texts("只许面交，当天", "一般只许当面交，当天")
        >>> start, end = aligned.move(0, 4)
        >>> aligned.text[start:end]
        '只许当面交'
        """
        return self._place(start, begins=True), self._place(end, begins=False)

    def cuts(self, start: int, end: int) -> bool:
        """Say whether a passage of the old text begins or ends inside of a replaced stretch.

        Parameters
        ----------
        start, end : int
            Characters of the old text.

        Returns
        -------
        bool
            True if it held a part of one.

        Examples
        --------
        >>> AlignedText("找人物A买书", ((1, 4, 1, 4),)).cuts(2, 6)
        True
        """
        return any(a < start < b or a < end < b for a, b, _, _ in self.spans)

    def unchanged(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the parts of a passage of the old text that are the same in the new one.

        Parameters
        ----------
        start, end : int
            Characters of the old text.

        Returns
        -------
        list of tuple of int
            Start and end of each part, in the old text.

        Examples
        --------
        >>> align_texts("只许面交，当天", "只许当面交，当天").unchanged(1, 4)
        [(1, 2), (2, 4)]
        """
        found, place = [], start
        first = max(bisect_right(self._starts, start) - 1, 0)
        for begin, finish, _, _ in self.spans[first:]:
            if begin >= end:
                break
            if place < begin:
                found.append((place, begin))
            place = max(place, finish)
        if place < end:
            found.append((place, end))
        return found

    @cached_property
    def _starts(self) -> list[int]:
        return [span[0] for span in self.spans]

    def _place(self, place: int, *, begins: bool) -> int:
        """Return where the place before a character is now, for a passage that begins or ends there."""
        number = bisect_right(self._starts, place) - 1
        if number < 0:
            return place
        begin, finish, new_begin, new_finish = self.spans[number]
        if place >= finish > begin or place > finish:
            return place - finish + new_finish
        if place == begin < finish:
            return new_begin
        # inside of a replaced stretch, which is taken whole; or where a stretch was put in, which is not taken
        return new_begin if begins == (begin < finish) else new_finish


def align_texts(old: str, new: str) -> AlignedText:
    """Find what was changed between two versions of a text.

    What occurs once in both is laid beside each other, long stretches first; what is between is compared
    character by character. So a sentence that is said again and again is not taken for another one.

    Parameters
    ----------
    old, new : str
        The two versions.

    Returns
    -------
    AlignedText
        The new text, and what was replaced in the old one.

    Examples
    --------
    >>> align_texts("甲：四川人。\\n乙：好。\\n", "甲：四川的人。\\n乙：好。\\n").spans
    ((4, 4, 4, 5),)
    """
    return AlignedText(new, tuple(_replaced(old, new, 0, 0, 0)))


def _replaced(old: str, new: str, at: int, to: int, level: int) -> Iterator[Span]:
    """Yield what differs in two stretches that begin at `at` and `to`."""
    same = len(os.path.commonprefix([old, new]))
    old, new, at, to = old[same:], new[same:], at + same, to + same
    same = len(os.path.commonprefix([old[::-1], new[::-1]]))
    old, new = old[: len(old) - same], new[: len(new) - same]
    if not old and not new:
        return
    pairs = len(old) * len(new)
    while pairs > FEW and level < len(SIZES):
        if anchors := _anchors(old, new, SIZES[level]):
            place = new_place = 0
            for first, new_first, size in anchors:
                yield from _replaced(old[place:first], new[new_place:new_first], at + place, to + new_place, level)
                place, new_place = first + size, new_first + size
            yield from _replaced(old[place:], new[new_place:], at + place, to + new_place, level)
            return
        level += 1
    if not 0 < pairs <= MANY:
        yield at, at + len(old), to, to + len(new)
        return
    for tag, first, last, new_first, new_last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield at + first, at + last, to + new_first, to + new_last


def _anchors(old: str, new: str, size: int) -> list[tuple[int, int, int]]:
    """Return stretches that both have in the same order, by words of some characters that each has once."""
    places, new_places = _once(old, size), _once(new, size)
    chain: list[int] = []  # ends of the longest rising rows, by length
    rows: list[tuple[int, int, int]] = []  # place in the old text, in the new one, the row before in the chain
    for word, place in places.items():
        if (new_place := new_places.get(word)) is None:
            continue
        number = bisect_left(chain, new_place, key=lambda row: rows[row][1])
        rows.append((place, new_place, chain[number - 1] if number else -1))
        chain[number : number + 1] = [len(rows) - 1]
    found: list[tuple[int, int, int]] = []
    row = chain[-1] if chain else -1
    while row >= 0:  # from the end to the beginning
        place, new_place, row = rows[row]
        if found and found[-1][0] < place + size and found[-1][0] - place == found[-1][1] - new_place:
            found[-1] = (place, new_place, found[-1][0] + found[-1][2] - place)
        elif not found or (place + size <= found[-1][0] and new_place + size <= found[-1][1]):
            found.append((place, new_place, size))
    return found[::-1]


def _once(text: str, size: int) -> dict[str, int]:
    """Return the words of some characters that occur once in a text, with their places."""
    places: dict[str, int] = {}
    for place in range(len(text) - size + 1):
        word = text[place : place + size]
        places[word] = -1 if word in places else place
    return {word: place for word, place in places.items() if place >= 0}
