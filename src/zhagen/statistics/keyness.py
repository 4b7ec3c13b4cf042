"""Keyness: the terms that set one text apart from others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.statistics.association import g2
from zhagen.statistics.inference import adjust_p, shares_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike
    from scipy.sparse import csr_array

    from zhagen.statistics.terms import TermMatrix

CELLS = 20_000_000  # of a table of draws: the random numbers of so many are drawn one behind the other
AT_HAND = 1 << 20  # of these, as many as are held at a time


def keyness_table(target: pd.DataFrame, reference: pd.DataFrame, *, confidence: float | None = None) -> pd.DataFrame:
    """Compare the term counts of a text with those of a reference.

    A term occurs a times among the A counts of the target and b times among the B counts of the reference.

    - ``g2 = 2 sum O ln(O / E)`` over the four cells a, b, A - a, B - b; E is what both texts together lead to expect,
      such as ``A (a + b) / (A + B)`` for a; an empty cell adds 0 (Dunning 1993). It grows with the length of the texts
      and has no direction.
    - ``log_ratio = log2((a + 0.5) / (A + 0.5)) - log2((b + 0.5) / (B + 0.5))``: positive if the target uses the term
      more, 1 if twice as much (Hardie 2014); the halves keep it finite (Walter 1975). They change the values of rare
      terms if the texts differ in length: a term that a short target never uses and a long reference hardly ever does
      has a positive log ratio and a g2 near 0, so read the log ratio only of terms with some count or g2.
    - ``p``: how likely so great a difference is if the texts do not differ and every word occurs independently, as
      `zhagen.statistics.inference.shares_test` gives it: the chi-square distribution of g2 where a and b are expected
      to be 5 or more, Fisher's exact test for rarer terms. A text shows most of its words a few times, and for these
      the chi-square p is too small.
    - ``p_holm``: p corrected for as many tests as there are terms: the i-th smallest of m becomes ``p (m - i + 1)``, at
      least the one before it, at most 1. Below 0.05, the chance that any is a false alarm is at most 5% (Holm 1979).
    - ``p_bh``: a milder correction: the i-th smallest of m becomes ``p m / i``, at most the one after it, at most 1.
      Below 0.05, at most 5% are false alarms on average (Benjamini and Hochberg 1995).
    - ``log_ratio_low``, ``log_ratio_high``: Wald's interval of the log ratio with the same halves,
      ``log_ratio -+ z sqrt(1/(a + 0.5) - 1/(A + 0.5) + 1/(b + 0.5) - 1/(B + 0.5)) / ln 2``, z from the normal
      distribution (1.96 for 0.95; Katz et al. 1978, Walter 1975, Agresti 2013). It has no width if both texts consist
      of that one term. It is an approximation too: of a rare term it can leave out 0 where p is above 0.05.

    Parameters
    ----------
    target : pandas.DataFrame
        Columns ``term`` and ``count`` (whole numbers, 0 or more), as `zhagen.statistics.terms.term_frequency` returns
        them. Rows of one term are added, so several texts can be put one under the other.
    reference : pandas.DataFrame
        The same of the text or texts to compare with.
    confidence : float, optional
        Confidence of the interval, above 0 and below 1, such as 0.95. None leaves the interval out.

    Returns
    -------
    pandas.DataFrame
        One row for each term of either text: ``term`` (str), ``count``, ``count_reference`` (int), ``g2``,
        ``log_ratio``, (``log_ratio_low``, ``log_ratio_high``,) ``p``, ``p_holm``, ``p_bh`` (float). First the terms
        that the target uses relatively more often, highest g2 first; last those that it uses less often, highest g2
        last; then by code point.

    Raises
    ------
    ZhagenError
        If a text has no term, a count is not a whole number of 0 or more, or `confidence` is not between 0 and 1.

    References
    ----------
    Agresti, A. (2013). Categorical data analysis.

    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and powerful approach to
    multiple testing.

    Dunning, T. (1993). Accurate methods for the statistics of surprise and coincidence.

    Hardie, A. (2014). Log Ratio: an informal introduction.

    Holm, S. (1979). A simple sequentially rejective multiple test procedure.

    Katz, D. et al. (1978). Obtaining confidence intervals for the risk ratio in cohort studies.

    Walter, S. D. (1975). The distribution of Levin's measure of attributable risk.

    Examples
    --------
    >>> a, b = (pd.DataFrame({"term": ["平台", "用户"], "count": n}) for n in ([30, 10], [10, 30]))
    >>> found = keyness_table(a, b, confidence=0.95).round(2)
    >>> found.g2.tolist()
    [20.93, 20.93]
    >>> found[["term", "log_ratio", "log_ratio_low", "log_ratio_high"]].values.tolist()
    [['平台', 1.54, 0.75, 2.33], ['用户', -1.54, -2.33, -0.75]]
    """
    if confidence is not None and not 0 < confidence < 1:
        raise ZhagenError(f"the confidence is {confidence}", todo="give a number above 0 and below 1, such as 0.95")
    counts = _totals(target).to_frame("count").join(_totals(reference).rename("count_reference"), how="outer")
    counts = counts.fillna(0).astype("int64").rename_axis("term").reset_index()
    counts = counts[counts.sum(axis=1, numeric_only=True) > 0]  # a term in neither is no test
    a, b = counts["count"].to_numpy(float), counts["count_reference"].to_numpy(float)
    size_a, size_b = a.sum(), b.sum()
    value = g2(a, a + b, size_a, size_a + size_b)
    ratio = np.log2(((a + 0.5) / (size_a + 0.5)) / ((b + 0.5) / (size_b + 0.5)))
    found = counts.assign(g2=value, log_ratio=ratio)
    if confidence is not None:
        half = _half_width(a, size_a, b, size_b, confidence)
        found = found.assign(log_ratio_low=ratio - half, log_ratio_high=ratio + half)
    p = shares_test(a, size_a, b, size_b)
    found = found.assign(p=p, p_holm=adjust_p(p), p_bh=adjust_p(p, "bh"))
    order = np.lexsort((found["term"], -np.sign(a * size_b - b * size_a) * value))
    return pd.DataFrame(found.iloc[order]).reset_index(drop=True)


def keyness_by_units(
    matrix: TermMatrix, target: ArrayLike, *, within: ArrayLike | None = None, draws: int = 2000, seed: int = 1
) -> pd.DataFrame:
    """Compare two groups of units by the number of units that have a term (text dispersion keyness).

    A term that a text says many times in one place looks characteristic of the text if its occurrences are counted.
    Here it counts once for each unit, and the sizes of the two sides are their numbers of units: a of the A target
    units and b of the B other units have the term (Egbert and Biber 2019). ``g2`` and ``p`` are those of
    `keyness_table` with these numbers.

    Longer units hold more different terms, so ``p`` also reflects the length of the units. ``p_shuffled`` does not: the
    units are dealt out to the target in random order until it has about as many counts as it has, and again and again;
    it says how often the term's occurrences in the target are then at least as far from their share. Units stay whole,
    so a term that fills a single unit proves little. The first p asks in how many places a term is at home, the second
    whether it is used more.

    Parameters
    ----------
    matrix : zhagen.statistics.terms.TermMatrix
        Units x terms, weighted, such as ``term_matrix(features, unit="paragraph")`` of several documents.
    target : array_like of bool
        For each unit, whether it belongs to the target.
    within : array_like, optional
        One label for each unit, such as its source: units are dealt out inside each label only, so that a term which
        one source uses throughout does not look characteristic of what belongs to the target there.
    draws : int, default 2000
        How often the units are dealt out. The smallest ``p_shuffled`` is ``1 / (draws + 1)``.
    seed : int, default 1
        Seed of the random generator; the same seed gives the same result.

    Returns
    -------
    pandas.DataFrame
        One row for each term: ``term`` (str), ``units``, ``units_reference`` (int: how many units have it), ``g2``,
        ``log_ratio`` (of the shares of the units, with the halves of `keyness_table`), ``p``, ``p_bh``, ``p_shuffled``
        (float), ordered as in `keyness_table`.

    Raises
    ------
    ZhagenError
        If `target` or `within` has not one value for each unit, one of the two sides has no unit, or `draws` is below
        1.

    References
    ----------
    Egbert, J. and Biber, D. (2019). Incorporating text dispersion into keyword analyses.

    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from zhagen.statistics.terms import TermMatrix
    >>> counts = csr_array(np.array([[4, 1]] + 3 * [[0, 1]] + 4 * [[0, 5]]))
    >>> found = keyness_by_units(TermMatrix(counts, None, np.array(["义卖", "平台"])), [1, 1, 1, 1, 0, 0, 0, 0])
    >>> found[["term", "units", "units_reference"]].values.tolist()
    [['义卖', 1, 0], ['平台', 4, 4]]
    """
    side = np.asarray(target, dtype=bool)
    if side.shape != (matrix.counts.shape[0],):
        raise ZhagenError(f"{side.size} values for {matrix.counts.shape[0]} units", todo="give one for each unit")
    if side.all() or not side.any():
        raise ZhagenError("one of the two sides has no unit", todo="check which units belong to the target")
    if draws < 1:
        raise ZhagenError(f"{draws} draws", todo="give 1 or more")
    labels = np.zeros(len(side), np.int64) if within is None else np.unique(np.asarray(within), return_inverse=True)[1]
    if labels.shape != side.shape:
        raise ZhagenError(f"{labels.size} labels for {side.size} units", todo="give one for each unit")
    kept = matrix.counts.sum(axis=0) > 0  # a term in no unit is no test
    counts, terms = matrix.counts[:, np.flatnonzero(kept)], matrix.terms[kept]
    present = counts > 0
    a, b = (np.asarray(present[rows].sum(axis=0, dtype=np.int64)).ravel() for rows in (side, ~side))
    size_a, size_b = int(side.sum()), int((~side).sum())
    value = g2(a, a + b, size_a, len(side))
    ratio = np.log2(((a + 0.5) / (size_a + 0.5)) / ((b + 0.5) / (size_b + 0.5)))
    p = shares_test(a, size_a, b, size_b)
    found = pd.DataFrame({"term": terms, "units": a, "units_reference": b, "g2": value, "log_ratio": ratio})
    found = found.assign(p=p, p_bh=adjust_p(p, "bh"), p_shuffled=_dealt(counts, side, labels, draws, seed))
    order = np.lexsort((found["term"], -np.sign(a * size_b - b * size_a) * value))
    return pd.DataFrame(found.iloc[order]).reset_index(drop=True)


def _dealt(counts: csr_array, side: np.ndarray, labels: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Return the chance that each term's occurrences in the target are as far from their share by dealing out units."""
    rng = np.random.default_rng(seed)
    order = np.argsort(labels, kind="stable")  # the units of a label one behind the other
    counts, side, labels = counts[order], side[order], labels[order]
    lengths = np.asarray(counts.sum(axis=1, dtype=np.int64)).ravel()
    share = np.zeros(len(side))  # of a unit's occurrences, those expected in the target
    groups: list[tuple[slice, int]] = []  # the units of a label, and how many occurrences the target has of them
    borders = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    for first, last in zip(borders[:-1], borders[1:], strict=True):
        rows = slice(first, last)
        size, every = int(lengths[rows][side[rows]].sum()), int(lengths[rows].sum())
        share[rows] = size / every if every else 0
        if size:  # else none of them is ever dealt out
            groups.append((rows, size))
    kind = np.float32 if lengths.sum() < 1 << 24 else np.float64  # both hold these sums exactly
    expected = counts.T @ share
    far = abs(counts.T @ side.astype(np.float64) - expected) - 1e-9
    reached = np.ones(counts.shape[1], np.int64)
    batch, counts = max(1, CELLS // max(counts.shape)), counts.astype(kind)
    dealt = _orders if len(groups) > 1 else _permutations
    for first in range(0, draws, batch):
        number = min(batch, draws - first)
        drawn = np.zeros((counts.shape[1], number), kind)
        for part in _in_blocks(groups, AT_HAND // number):
            begin, end = part[0][0].start, part[-1][0].stop
            sides = np.zeros((end - begin, number), kind)
            for rows, size in part:
                sides[rows.start - begin : rows.stop - begin] = dealt(lengths[rows], size, number, rng).T
            drawn += counts[begin:end].T @ sides
        reached += (np.abs(drawn - expected[:, None]) >= far[:, None]).sum(axis=1)
    return reached / (1 + draws)


def _in_blocks(groups: list[tuple[slice, int]], units: int) -> Iterator[list[tuple[slice, int]]]:
    """Yield groups that follow each other, together of about so many units."""
    part: list[tuple[slice, int]] = []
    for rows, size in groups:
        part.append((rows, size))
        if rows.stop - part[0][0].start >= units:
            yield part
            part = []
    if part:
        yield part


def _permutations(lengths: np.ndarray, size: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return for each draw which units are dealt to the target: in random order, until it is as near its size."""
    found = np.zeros((draws, len(lengths)), bool)
    for row in found:
        dealt = rng.permutation(len(lengths))
        until = np.append(0, np.cumsum(lengths[dealt]))
        row[dealt[: np.abs(until - size).argmin()]] = True
    return found


def _orders(lengths: np.ndarray, size: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return what `_permutations` does, from random numbers that are sorted: all draws at once.

    The last bits of a number are the place of its unit, so the sorted numbers say the order. A unit belongs to the
    target if the target is nearer to its size with it than without it, that is, if its number is below the first one
    for which this is no longer so.
    """
    bits, rows = len(lengths).bit_length(), np.arange(draws)
    keys = rng.integers(0, 1 << (63 - bits), (draws, len(lengths)), np.int64)
    keys <<= bits
    keys |= np.arange(len(lengths))
    ordered = np.sort(keys, axis=1)
    of = lengths.take(ordered & ((1 << bits) - 1))
    twice = np.cumsum(of, axis=1)
    twice *= 2
    twice -= of
    number = np.count_nonzero(twice < 2 * size, axis=1)
    border = ordered[rows, np.minimum(number, len(lengths) - 1)]
    border[number == len(lengths)] = np.iinfo(np.int64).max
    return keys < border[:, None]


def _totals(frame: pd.DataFrame) -> pd.Series:
    """Return the count of each term; raise if a count is not one, or nothing is counted."""
    counts = frame["count"]
    wrong = frame[(counts < 0) | (counts % 1 != 0)]
    if len(wrong):
        row = wrong.iloc[0]
        raise ZhagenError(
            f"{row['term']} has the count {row['count']}", todo="give whole numbers, not shares or frequencies per text"
        )
    if not counts.sum():
        raise ZhagenError(
            "one of the texts has no term, so nothing can be compared", todo="check how its terms were counted"
        )
    return frame.groupby("term")["count"].sum()


def _half_width(a: np.ndarray, size_a: float, b: np.ndarray, size_b: float, confidence: float) -> np.ndarray:
    """Return half the width of the interval of the log ratio, in bits."""
    from scipy.special import ndtri  # what `scipy.stats.norm.ppf` calls

    variance = 1 / (a + 0.5) - 1 / (size_a + 0.5) + 1 / (b + 0.5) - 1 / (size_b + 0.5)
    return ndtri((1 + confidence) / 2) * np.sqrt(np.maximum(variance, 0)) / np.log(2)
