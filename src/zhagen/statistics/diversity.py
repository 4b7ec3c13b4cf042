"""Lexical diversity: how many different words a text uses, made comparable between texts of unequal length.

Every measure takes the words of a text in their order, as `zhagen.text.segmentation.segment` or `content_terms` returns
them; which of the two changes the values, so use the same for all texts that are compared.
"""

from collections import Counter
from collections.abc import Iterable

from zhagen.errors import ZhagenError


def ttr(words: Iterable[str]) -> float:
    """Return the type-token ratio: different words divided by words.

    It falls as a text grows longer, so it compares only texts of one length.

    Parameters
    ----------
    words : iterable of str
        The words in the order of the text.

    Returns
    -------
    float
        Above 0, at most 1.

    Raises
    ------
    ZhagenError
        If there are no words.

    Examples
    --------
    >>> ttr(["平台", "用户", "平台", "需求"])
    0.75
    """
    words = _words(words)
    return len(set(words)) / len(words)


def mattr(words: Iterable[str], window: int = 50) -> float:
    """Return the moving-average type-token ratio: the mean of the `ttr` of all runs of `window` words.

    It does not fall as a text grows longer.

    Parameters
    ----------
    words : iterable of str
        The words in the order of the text.
    window : int, default 50
        Words in a run, 1 or more; the same for all texts that are compared.

    Returns
    -------
    float
        From ``1 / window`` (one word again and again) to 1 (no run repeats a word).

    Raises
    ------
    ZhagenError
        If the window is below 1, or the text is shorter than the window.

    References
    ----------
    Covington, M. A. and McFall, J. D. (2010). Cutting the Gordian knot: the moving-average type-token ratio (MATTR).

    Examples
    --------
    >>> round(mattr("甲 乙 甲 丙 丙".split(), window=3), 4)  # (2/3 + 3/3 + 2/3) / 3
    0.7778
    """
    words = _words(words)
    if window < 1 or window != int(window):
        raise ZhagenError(f"the window is {window}", todo="give a whole number of words, 1 or more")
    if len(words) < window:
        raise ZhagenError(f"{len(words)} words do not fill a window of {window}", todo="give a smaller window")
    counts = Counter(words[:window])
    different = len(counts)
    for gone, come in zip(words, words[window:], strict=False):
        counts[gone] -= 1
        if not counts[gone]:
            del counts[gone]
        counts[come] += 1
        different += len(counts)
    return different / (window * (len(words) - window + 1))


def mtld(words: Iterable[str], threshold: float = 0.72) -> float:
    """Return the measure of textual lexical diversity: the mean length of runs whose `ttr` stays above the threshold.

    The text is read word by word; as soon as the ttr of the run is at or below the threshold, a factor is full and a
    new run begins. The rest is a partial factor, ``(1 - ttr) / (1 - threshold)``. The words of the text divided by its
    factors are computed forwards and backwards; MTLD is the mean of both. Here a run has no least length (some programs
    require ten words).

    Parameters
    ----------
    words : iterable of str
        The words in the order of the text.
    threshold : float, default 0.72
        Above 0, below 1. The authors advise 0.66 to 0.75.

    Returns
    -------
    float
        Words; 2 for a text of one word again and again (``2n / (n - 1)`` if n is odd).

    Raises
    ------
    ZhagenError
        If there are no words, the threshold is out of range, or no word occurs twice: then there is no factor, and no
        finite value.

    References
    ----------
    McCarthy, P. M. and Jarvis, S. (2010). MTLD, vocd-D, and HD-D: a validation study of sophisticated approaches to
    lexical diversity assessment.

    Examples
    --------
    >>> mtld("of the people by the people for the people".split())  # one factor either way, of 6 words or of 5
    9.0
    """
    words = _words(words)
    if not 0 < threshold < 1:
        raise ZhagenError(f"the threshold is {threshold}", todo="give a number above 0 and below 1, such as 0.72")
    if len(set(words)) == len(words):
        raise ZhagenError(
            f"none of the {len(words)} words occurs twice, so MTLD is infinite", todo="give a longer text, or use mattr"
        )
    factors = _factors(words, threshold), _factors(reversed(words), threshold)
    return sum(len(words) / each for each in factors) / 2


def diversity_measures(words: Iterable[str], window: int = 50) -> dict[str, float]:
    """Return all measures of a text.

    Parameters
    ----------
    words : iterable of str
        The words in the order of the text.
    window : int, default 50
        The window of `mattr`.

    Returns
    -------
    dict of str to float
        ``words`` (their number), ``types`` (different words), ``ttr``, ``mattr``, ``mtld``. A list of such dicts makes
        a data frame with one row for each text.

    Raises
    ------
    ZhagenError
        If one of the measures raises.

    Examples
    --------
    >>> diversity_measures("甲 乙 甲 丙 丙 甲".split(), window=3)
    {'words': 6, 'types': 3, 'ttr': 0.5, 'mattr': 0.75, 'mtld': 3.0}
    """
    words = _words(words)
    return {
        "words": len(words),
        "types": len(set(words)),
        "ttr": ttr(words),
        "mattr": mattr(words, window),
        "mtld": mtld(words),
    }


def _words(words: Iterable[str]) -> list[str]:
    if isinstance(words, str):
        raise ZhagenError(
            "a text is given in place of words", todo="cut it first: zhagen.text.segmentation.segment(text)"
        )
    words = list(words)
    if not words:
        raise ZhagenError("there are no words", todo="check how the text was read and cut")
    return words


def _factors(words: Iterable[str], threshold: float) -> float:
    """Return the number of factors, the last of them partial, in one direction."""
    factors, seen, length = 0, set(), 0
    for word in words:
        seen.add(word)
        length += 1
        if len(seen) / length <= threshold:
            factors, seen, length = factors + 1, set(), 0
    return factors + (1 - len(seen) / length) / (1 - threshold) if length else factors
