"""What was not counted: how much of a text fell apart into single characters, and which of them often come together.

A word that neither the dictionary nor the lexicon has is cut into characters, and single characters are not counted.
Words of one character (的, 说, 买) are, too, so there is always a share: an eighth of scholarly prose, up to a half of
speech. Characters that come together again and again, and of which one is rare as a word, are words that are missing:
names above all. Text in traditional characters falls apart nearly as a whole, for the dictionary is in simplified ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from zhagen.text.lexicon import jieba_dictionary

if TYPE_CHECKING:  # numpy is loaded when texts are encoded: cutting words needs none
    import numpy as np

FREQUENT = (
    30_000  # of jieba's dictionary: single characters above it are words, and two of them beside each other say nothing
)
HIGH = 0.6  # share of single characters: more than any speech has
MISSING = 0.1  # share of characters in unknown neighbours
REPEATED = 5  # times that neighbours must come to be named …
OFTEN = 0.002  # … and their share of the characters, unless there are many unknown neighbours
# The most frequent characters that only traditional text has.
TRADITIONAL = frozenset(
    "們這個來說國對時會過學發動業產關與為從後還沒種進開現實無點經應當問間體處長見樣總數機電話書買賣東車頭難題讓認識給錢"
    "請誰變響據網應營運標準務資訊轉創價團隊組織義統聯極積責領導際環節點擊繼續線雙層級單專設計論證選擇養參觀臺灣"
)
NUMBERS = ("characters", "single", "unknown", "traditional")
SHIFT = 21  # bits of a character's code


@dataclass(frozen=True, eq=False, repr=False)
class Coverage:
    """How much of a text was counted, in Chinese characters.

    Attributes
    ----------
    characters : int
        Chinese characters of the text, citations left out.
    single : int
        Those that fell apart into single characters, and were not counted.
    unknown : int
        Those of them beside another single one, at least one of the two being rare as a word.
    traditional : int
        Those that only traditional text has.
    codes, counts : numpy.ndarray of int64
        Each pair of such neighbours as one number, rising, and how often it comes.
    """

    characters: int
    single: int
    unknown: int
    traditional: int
    codes: np.ndarray
    counts: np.ndarray

    def __repr__(self) -> str:
        return f"Coverage({self.characters} characters, {self.single} single, {self.unknown} unknown)"

    def neighbours(self, top: int = 20) -> list[tuple[str, int]]:
        """Return the most frequent unknown neighbours.

        Parameters
        ----------
        top : int, default 20
            How many; those that come once are left out.

        Returns
        -------
        list of (str, int)
            Two characters, and how often they come together; of equally frequent ones the first by code point.
        """
        import numpy as np

        least = max(2, np.partition(self.counts, -top)[-top]) if top < len(self.counts) else 2
        kept = np.flatnonzero(self.counts >= least)
        order = kept[np.lexsort((self.codes[kept], -self.counts[kept]))][:top]
        pairs = zip(self.codes[order].tolist(), self.counts[order].tolist(), strict=True)
        return [(chr(code >> SHIFT) + chr(code & (1 << SHIFT) - 1), count) for code, count in pairs]

    def advice(self) -> list[str]:
        """Return what a person should know before reading the counts.

        Returns
        -------
        list of str
            Sentences; none if nothing is out of the ordinary.
        """
        if not self.characters:
            return []
        said = []
        share = self.single / self.characters
        if self.traditional > 0.05 * self.characters:
            lost = (
                f"the text is in traditional characters, which the dictionary lacks: {share:.0%} of it were not counted"
            )
            said.append(f"{lost}; convert it to simplified ones first (OpenCC does)")
        elif share > HIGH:
            said.append(f"{share:.0%} of the Chinese characters were in no word of the dictionary, and not counted")
        least = 0 if said or self.unknown > MISSING * self.characters else OFTEN * self.characters
        often = [f"{pair} {count}" for pair, count in self.neighbours(8) if count >= max(REPEATED, least)]
        if often:
            what = "characters that often come together, perhaps words or names that the lexicon lacks"
            said.append(f"{what}: {', '.join(often)}")
        return said


def sum_coverage(parts: Sequence[Coverage]) -> Coverage:
    """Return what holds for several texts together.

    Parameters
    ----------
    parts : sequence of Coverage
        The coverage of each.

    Returns
    -------
    Coverage
        The coverage of all; of no text if there is none.

    Examples
    --------
    >>> sum_coverage([])
    Coverage(0 characters, 0 single, 0 unknown)
    """
    import numpy as np

    none = np.empty(0, np.int64)
    codes, places = np.unique(np.concatenate([none, *(part.codes for part in parts)]), return_inverse=True)
    counts = np.bincount(places, np.concatenate([none, *(part.counts for part in parts)]), len(codes)).astype(np.int64)
    numbers = {name: sum(getattr(part, name) for part in parts) for name in NUMBERS}
    return Coverage(**numbers, codes=codes, counts=counts)


def measure_coverage(kinds: np.ndarray, words: np.ndarray) -> Coverage:
    """Return the coverage of a text that is cut.

    Parameters
    ----------
    kinds : numpy.ndarray of int64
        One entry a distinct word: how many Chinese characters it has, times 2 to the power `SHIFT`, and in the lower
        bits the code of its character if it is a single one that is not counted, else 0.
    words : numpy.ndarray
        The words of the text, as places among the distinct ones.

    Returns
    -------
    Coverage
        The coverage.
    """
    import numpy as np

    lengths, singles = kinds >> SHIFT, kinds & (1 << SHIFT) - 1
    often = np.bincount(words, minlength=len(lengths))
    frequent = np.isin(singles, _codes_of_frequent())
    traditional = np.isin(singles, np.fromiter(map(ord, TRADITIONAL), np.int64))
    code, common = singles[words], frequent[words]
    pairs = np.flatnonzero((code[:-1] > 0) & (code[1:] > 0) & ~(common[:-1] & common[1:]))
    unknown = np.zeros(len(words) + 1, bool)
    unknown[pairs] = unknown[pairs + 1] = True
    codes, counts = np.unique(code[pairs] << SHIFT | code[pairs + 1], return_counts=True)
    return Coverage(
        int(often @ lengths),
        int(often[singles > 0].sum()),
        int(unknown.sum()),
        int(often[traditional].sum()),
        codes,
        counts.astype(np.int64),
    )


@cache
def _codes_of_frequent() -> np.ndarray:
    import numpy as np

    found = ((word, often) for word, often, _ in jieba_dictionary(1))
    return np.array([ord(word) for word, often in found if often > FREQUENT], np.int64)
