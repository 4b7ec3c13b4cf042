"""Tests that other modules share: p-values corrected for many tests, and exact tests of small counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from zhagen.errors import ZhagenError
from zhagen.statistics.association import g2

SMALL = 5  # below this expected count the chi-square distribution is too far from the true one
OUTCOMES = 1_000_000  # of a multinomial test: more are no longer enumerated


def adjust_p(p: ArrayLike, method: str = "holm") -> np.ndarray:
    """Correct p-values for the number of tests.

    Parameters
    ----------
    p : array of float
        One p-value for each test, 0 to 1. All tests that were made, not only those that look good.
    method : {"holm", "bh"}, default "holm"
        ``holm``: the i-th smallest of m becomes ``p (m - i + 1)``, at least the one before it, at most 1. Below 0.05,
        the chance that any is a false alarm is at most 5%, whatever the tests have to do with each other. ``bh``: the
        i-th smallest becomes ``p m / i``, at most the one after it, at most 1. Below 0.05, at most 5% are false alarms
        on average, if the tests are independent or pull in one direction.

    Returns
    -------
    numpy.ndarray
        The corrected p-values, in the order given.

    Raises
    ------
    ZhagenError
        If a p-value is not between 0 and 1, or there is no such method.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and powerful approach to
    multiple testing.

    Holm, S. (1979). A simple sequentially rejective multiple test procedure.

    Examples
    --------
    >>> adjust_p([0.01, 0.04, 0.03]).round(3).tolist(), adjust_p([0.01, 0.04, 0.03], "bh").round(3).tolist()
    ([0.03, 0.06, 0.06], [0.03, 0.04, 0.04])
    """
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise ZhagenError("a p-value is not between 0 and 1", todo="give a row of p-values, without missing ones")
    if method not in ("holm", "bh"):
        raise ZhagenError(f"there is no method {method!r}", todo="use holm or bh")
    order = np.argsort(values, kind="stable")
    if method == "bh":
        steps = values[order] * len(values) / np.arange(1, len(values) + 1)
        adjusted = np.empty_like(steps)
        adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1)
        return adjusted
    steps = np.minimum(np.maximum.accumulate(values[order] * (len(values) - np.arange(len(values)))), 1)
    adjusted = np.empty_like(steps)
    adjusted[order] = steps
    return adjusted


def multinomial_test(counts: Sequence[int] | np.ndarray, shares: Sequence[float] | np.ndarray | None = None) -> float:
    """Return the exact p-value of counts under given shares: how likely are counts as unlikely as these, or more so?

    For few observations, where the chi-square test is an approximation that does not hold (expected counts below 5).
    All ways to share out the observations are enumerated, and the probabilities of those added that are not above the
    probability of the counts observed.

    Parameters
    ----------
    counts : sequence of int
        How many observations fell into each class, 0 or more.
    shares : sequence of float, optional
        Share of each class if the hypothesis is right, above 0; they are divided by their sum. Without it all the same.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ZhagenError
        If there are fewer than two classes or no observation, a count is not whole, the shares do not fit, or there
        are more than `OUTCOMES` ways.

    References
    ----------
    Read and Cressie (1988). Goodness-of-fit statistics for discrete multivariate data.

    Examples
    --------
    >>> round(multinomial_test([6, 3, 3]), 2), round(multinomial_test([7, 6, 9]), 2)
    (0.62, 0.8)
    """
    from scipy.special import gammaln

    given = np.asarray(counts, dtype=np.float64)
    if given.ndim != 1 or len(given) < 2 or not ((given >= 0) & (given % 1 == 0)).all() or not given.sum():
        raise ZhagenError("these are no counts of two or more classes", todo="give whole numbers, 0 or more, not all 0")
    expected = np.ones(len(given)) if shares is None else np.asarray(shares, dtype=np.float64)
    if expected.shape != given.shape or not (expected > 0).all() or not np.isfinite(expected).all():
        raise ZhagenError(f"{len(given)} counts have {expected.size} shares", todo="give one above 0 for each class")
    total, classes = int(given.sum()), len(given)
    ways = comb(total + classes - 1, classes - 1)
    if ways > OUTCOMES:
        raise ZhagenError(f"{ways} ways to share out {total} observations", todo="take the chi-square test")
    logs = np.log(expected / expected.sum())
    outcomes = np.array(list(_shared_out(total, classes)), dtype=np.float64)
    likely = gammaln(total + 1) - gammaln(outcomes + 1).sum(axis=1) + outcomes @ logs
    observed = gammaln(total + 1) - gammaln(given + 1).sum() + given @ logs
    return float(min(np.exp(likely[likely <= observed + 1e-7]).sum(), 1.0))


def hypergeometric_law(size: float, one: float, other: float) -> tuple[int, np.ndarray]:
    """Return the chances of all numbers of things that two random choices from the same things have in common.

    It is what ``scipy.stats.hypergeom.pmf(k, size, one, other)`` returns for every possible k, to 12 digits; loading
    ``scipy.stats`` takes longer than most tests take. Each chance follows from the one before it, so none is of large
    numbers that nearly cancel out.

    Parameters
    ----------
    size : float
        How many things there are, a whole number.
    one, other : float
        How many are in the one and in the other choice, whole numbers from 0 to `size`.

    Returns
    -------
    int
        The least number that they can have in common.
    numpy.ndarray
        The chance of this number, of one more, and so on to the largest that is possible.

    Examples
    --------
    >>> low, chances = hypergeometric_law(5, 3, 4)
    >>> low, chances.round(3).tolist()
    (2, [0.6, 0.4])
    """
    low, high = int(max(0, one + other - size)), int(min(one, other))
    met = np.arange(low, high, dtype=np.float64)
    steps = np.log((one - met) * (other - met)) - np.log((met + 1) * (size - one - other + met + 1))
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    chances = np.exp(logs - logs.max())
    return low, chances / chances.sum()


def shares_test(a: ArrayLike, size_a: float, b: ArrayLike, size_b: float) -> np.ndarray:
    """Return the p-values of a out of size_a against b out of size_b: do both sides have the same share?

    Where all four expected counts are 5 or more (`SMALL`), that of the log-likelihood ratio `g2` by the chi-square
    distribution with one degree of freedom. Where one is below, Fisher's exact test: with a + b given, the
    probabilities of all ways to share them out that are not more likely than the one observed are added up. There the
    chi-square p is too small, and the more so the smaller the share of one side.

    Parameters
    ----------
    a : array of int
        How many of the one side have it, one entry for each test.
    size_a : float
        All of this side, a whole number of 1 or more.
    b : array of int
        How many of the other side have it.
    size_b : float
        All of the other side.

    Returns
    -------
    numpy.ndarray
        One p-value for each test, 0 to 1.

    Raises
    ------
    ZhagenError
        If a count is not a whole number from 0 to its size, or a size is below 1.

    References
    ----------
    Agresti, A. (2013). Categorical data analysis.

    Examples
    --------
    >>> shares_test([4, 40], 100, [0, 80], 300).round(4).tolist()
    [0.0037, 0.0132]
    """
    from scipy.special import chdtrc

    one, other = np.atleast_1d(np.asarray(a, np.float64)), np.atleast_1d(np.asarray(b, np.float64))
    whole = all(((n >= 0) & (n <= size) & (n % 1 == 0)).all() for n, size in ((one, size_a), (other, size_b)))
    if one.shape != other.shape or min(size_a, size_b) < 1 or not whole:
        raise ZhagenError("these are no counts of two sides", todo="give whole numbers from 0 to the size of the side")
    both, size = one + other, size_a + size_b
    p = np.ones(len(one))
    some = both > 0
    p[some] = chdtrc(1, g2(one[some], both[some], size_a, size))
    least = np.minimum(both, size - both) * min(size_a, size_b) / size
    known: dict[tuple[float, float], float] = {}
    for place in np.flatnonzero(some & (least < SMALL)):
        pair = (one[place], both[place])
        if pair not in known:
            low, likely = hypergeometric_law(size, size_a, pair[1])
            rest = likely <= likely[int(pair[0]) - low] * (1 + 1e-7)  # equal chances differ in their last digits
            known[pair] = 1.0 if rest.all() else float(likely[rest].sum())
        p[place] = known[pair]
    return p


def _shared_out(total: int, classes: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to share out observations over classes."""
    if classes == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _shared_out(total - first, classes - 1):
            yield (first, *rest)
