"""Lexical diversity: how many different words a text uses, made comparable between texts of unequal length.

Every measure takes a sequence of words (list of str) in the order of the text, as `zhagen.text.segmentation.segment` or
`content_terms` gives them; which of the two changes the values, so compare like with like.
"""

from collections import Counter

from zhagen.errors import ZhagenError


def ttr(words):
    """Return the type-token ratio: different words over words, above 0 to 1.

    It falls as a text grows longer, so it compares texts of one length only. Raises `ZhagenError` without words.

    >>> ttr(["平台", "用户", "平台", "需求"])
    0.75
    """
    words = _words(words)
    return len(set(words)) / len(words)


def mattr(words, window=50):
    """Return the moving-average type-token ratio: the mean of the `ttr` of all runs of `window` words.

    Covington and McFall (2010), Cutting the Gordian knot: the moving-average type-token ratio (MATTR). It does not
    fall as a text grows longer. From ``1 / window`` (one word all through) to 1 (no run repeats a word).

    Parameters
    ----------
    words : sequence of str.
    window : words in a run, 1 or more; the same for all texts that are compared.

    Returns a float. Raises `ZhagenError` for a window below 1, and where the text is shorter than the window.

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


def mtld(words, threshold=0.72):
    """Return the measure of textual lexical diversity: the mean length, in words, of runs that hold their `ttr` up.

    McCarthy and Jarvis (2010), MTLD, vocd-D, and HD-D: a validation study of sophisticated approaches to lexical
    diversity assessment. Read word by word; where the ttr of the run reaches the threshold (is at or below it) a factor
    is full and a new run begins. The rest is a partial factor, ``(1 - ttr) / (1 - threshold)``. The text's words over
    its factors are taken forwards and backwards; MTLD is the mean of both. No run has a least length here (some
    programs ask for ten words).

    Parameters
    ----------
    words : sequence of str.
    threshold : above 0, below 1. The authors advise 0.66 to 0.75.

    Returns a float; 2 for a text of one word again and again (``2n / (n - 1)`` where n is odd). Raises `ZhagenError`
    without words, for another threshold, and where no word comes twice: there is no factor then, and no finite value.

    >>> mtld("of the people by the people for the people".split())  # one factor either way, of 6 words or of 5
    9.0
    """
    words = _words(words)
    if not 0 < threshold < 1:
        raise ZhagenError(f"the threshold is {threshold}", todo="give a number above 0 and below 1, such as 0.72")
    if len(set(words)) == len(words):
        raise ZhagenError(
            f"none of the {len(words)} words comes twice, so MTLD is infinite", todo="give a longer text, or use mattr"
        )
    factors = _factors(words, threshold), _factors(reversed(words), threshold)
    return sum(len(words) / each for each in factors) / 2


def diversity_measures(words, window=50):
    """Return all measures of a text.

    Parameters
    ----------
    words : sequence of str.
    window : the window of `mattr`.

    Returns a dict: words (their number), types (different words), ttr, mattr, mtld; a list of such dicts makes a data
    frame with one row a text. Raises `ZhagenError` where one of the measures does.

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


def _words(words):
    if isinstance(words, str):
        raise ZhagenError("a text is given in place of words", todo="cut it first: zhagen.segmentation.segment(text)")
    words = list(words)
    if not words:
        raise ZhagenError("there are no words", todo="look where they were lost")
    return words


def _factors(words, threshold):
    """Return the number of factors, the last of them partial, in one direction."""
    factors, seen, length = 0, set(), 0
    for word in words:
        seen.add(word)
        length += 1
        if len(seen) / length <= threshold:
            factors, seen, length = factors + 1, set(), 0
    return factors + (1 - len(seen) / length) / (1 - threshold) if length else factors
