"""Tests that other modules share: p-values corrected for many tests, and an exact test of a few counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from zhagen.errors import ZhagenError

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
    from scipy.stats import false_discovery_control

    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise ZhagenError("a p-value is not between 0 and 1", todo="give a row of p-values, without missing ones")
    if method not in ("holm", "bh"):
        raise ZhagenError(f"there is no method {method!r}", todo="use holm or bh")
    if method == "bh":
        return false_discovery_control(values) if len(values) else values
    order = np.argsort(values, kind="stable")
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


def _shared_out(total: int, classes: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to share out observations over classes."""
    if classes == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _shared_out(total - first, classes - 1):
            yield (first, *rest)
