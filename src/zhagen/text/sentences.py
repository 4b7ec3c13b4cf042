"""Where sentences end, in Chinese with Latin words in it.

A Chinese mark (。！？) always ends a sentence. A full stop may also belong to an abbreviation, to a name (``J. Smith``)
or to a number in a list, so the word before it and the character after it decide. Straight quotation marks do not say
whether they open or close: they are counted from the beginning of the text.
"""

import re

MARKS = re.compile(r"(?P<mark>[。！？!?]+|\.+)(?P<close>[”’」』）)\]\"']*)")
WORD = re.compile(r"[A-Za-z][A-Za-z.]*$")
NUMBERING = re.compile(r"\s*[(\[]?[0-9]{1,2}$")  # "2" at the head of a sentence: the number of an item
PLAIN = re.compile(r"[。！？]+[”’」』）]*")  # marks of a text without ASCII marks and quotes: each ends a sentence
ASCII = re.compile(r"[!?.\])\"']")
LONGEST = 20  # characters looked at before a full stop
LEADING = set("e.g i.e cf vs viz fig figs dr mr mrs ms prof st approx ca".split())  # something always follows these
NUMBERED = set("no nos tab eq eqs vol vols p pp v ch sec sect art".split())  # a number follows these, or they are words
# These can be the last word of a sentence; so can any with a full stop inside (U.S., a.m., Ph.D.).
TRAILING = set("al etc inc ltd co corp jr sr ed eds dept univ".split())
APOSTROPHE = re.compile(r"(?<=[A-Za-zÀ-ÿ])'(?=[A-Za-zÀ-ÿ])|(?<=s)'(?=\s)")  # don't, customers'


def sentence_ends(text: str) -> list[int]:
    """Find where the sentences of a text end.

    Parameters
    ----------
    text : str
        Clean text of one paragraph.

    Returns
    -------
    list of int
        The index behind each end, in order; closing quotation marks and parentheses belong to their sentence. The end
        of the text is not among them where no mark precedes it.

    Examples
    --------
    >>> sentence_ends('他说"好。"然后走。')
    [6, 10]
    >>> sentence_ends("See e.g. Fig. 3 and Smith et al. for v. 2.5 of it. Done.")
    [50, 56]
    """
    if not ASCII.search(text):  # as most Chinese texts are; what follows says the same, and takes longer
        return [found.end() for found in PLAIN.finditer(text)]
    ends: list[int] = []
    quotes = _Quotes(text)
    for found in MARKS.finditer(text):
        end = quotes.closed(found.end("mark"), found["close"])
        if _ends(text, ends[-1] if ends else 0, found.start(), found["mark"], end):
            ends.append(end)
    return ends


class _Quotes:
    """Counts straight quotation marks from left to right: one that comes after an odd number of its kind closes."""

    def __init__(self, text: str) -> None:
        letters = {match.start() for match in APOSTROPHE.finditer(text)} if "'" in text else set()
        found = re.finditer("[\"']", text) if '"' in text or "'" in text else iter(())
        self.marks = [(match.start(), match[0]) for match in found if match.start() not in letters][::-1]  # last first
        self.open = {'"': False, "'": False}

    def closed(self, place: int, marks: str) -> int:
        """Return the end of those of some closing marks that really close something; `place` is where they begin."""
        self._read(place)
        for char in marks:
            if char in self.open and not self.open[char]:
                break
            place += 1
            self._read(place)
        return place

    def _read(self, place: int) -> None:
        """Count the marks before a place."""
        while self.marks and self.marks[-1][0] < place:
            char = self.marks.pop()[1]
            self.open[char] = not self.open[char]


def _ends(text: str, start: int, place: int, mark: str, end: int) -> bool:
    """Say whether a mark at a place ends the sentence that began at `start`; `end` is behind its closing marks."""
    if not mark.isascii():
        return True
    blank = end == len(text) or text[end].isspace()
    after = text[end:].lstrip()[:1] if blank and end < len(text) else text[end : end + 1]
    if mark[0] != ".":  # "Yahoo! is", "a.html?q=1"
        inside = not blank and after.isascii() and text[place - 1 : place].isascii() and end == place + len(mark)
        return not (inside or (blank and after.islower()))
    before = text[place - 1 : place]
    if not blank or not (before.isalnum() or before in (")", "]", "”", "’", '"', "%")) or after.islower():
        return False
    if before.isdecimal() and (after.isdecimal() or (after and NUMBERING.fullmatch(text, start, place))):
        return False
    word = WORD.search(text[max(start, place - LONGEST) : place].rpartition(" ")[2])
    name = word[0].lower() if word else ""
    if name in LEADING or (name in NUMBERED and after.isdecimal()) or (len(name) == 1 and before.isupper()):
        return False
    if name in TRAILING or "." in name:
        return not after or not after.isascii() or after.isupper()
    return True
