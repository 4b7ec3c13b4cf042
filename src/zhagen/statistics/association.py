"""Which terms occur together, and how much more than by chance: co-occurrence and its measures.

Every measure is a function of four numbers: `n12` units with both terms, `n1` and `n2` units with the one and the
other (1 or more), `N` units. They take numbers or arrays of one shape, return floats of that shape, and are symmetric
in the two terms. The limits are defined: without a common unit (n12 = 0) `pmi` and `logdice` are minus infinity, `npmi`
is -1, the others but `g2` are 0; where both are in every unit (n12 = N) `npmi` is 1, `pmi` and `g2` are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from zhagen.errors import ZhagenError
from zhagen.statistics.pairs import count_pairs

if TYPE_CHECKING:
    import pandas as pd

    from zhagen.statistics.terms import TermMatrix

EDGES = "term_a term_b n12 n1 n2 N".split()


def pmi(n12: ArrayLike, n1: ArrayLike, n2: ArrayLike, N: ArrayLike) -> np.ndarray:
    """Return pointwise mutual information in bits, ``log2(n12 N / (n1 n2))``.

    Rare pairs get high values: set a least n12.

    Parameters
    ----------
    n12 : int or array of int
        Units with both terms, 0 or more.
    n1 : int or array of int
        Units with the one term, 1 or more.
    n2 : int or array of int
        Units with the other term, 1 or more.
    N : int or array of int
        All units.

    Returns
    -------
    numpy.ndarray
        Floats; 0 by chance, minus infinity without a common unit.

    Raises
    ------
    ZhagenError
        If the numbers cannot be counts of units.

    References
    ----------
    Church, K. W. and Hanks, P. (1990). Word association norms, mutual information, and lexicography.

    Examples
    --------
    >>> float(pmi(2, 2, 4, 8))
    1.0
    """
    n12, n1, n2, N = _table(n12, n1, n2, N)
    with np.errstate(divide="ignore"):
        return np.log2(n12 * N / (n1 * n2))


def npmi(n12: ArrayLike, n1: ArrayLike, n2: ArrayLike, N: ArrayLike) -> np.ndarray:
    """Return PMI divided by its greatest value, ``pmi / -log2(n12 / N)``.

    Parameters
    ----------
    n12 : int or array of int
        Units with both terms, 0 or more.
    n1 : int or array of int
        Units with the one term, 1 or more.
    n2 : int or array of int
        Units with the other term, 1 or more.
    N : int or array of int
        All units.

    Returns
    -------
    numpy.ndarray
        Floats; -1 never together, 0 by chance, 1 only together.

    Raises
    ------
    ZhagenError
        If the numbers cannot be counts of units.

    References
    ----------
    Bouma, G. (2009). Normalized (pointwise) mutual information in collocation extraction.

    Examples
    --------
    >>> [round(float(npmi(n12, 2, 4, 8)), 3) for n12 in (0, 1, 2)], float(npmi(8, 8, 8, 8))
    ([-1.0, 0.0, 0.5], 1.0)
    """
    n12, n1, n2, N = _table(n12, n1, n2, N)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.log2(n12 * N / (n1 * n2)) / -np.log2(n12 / N)
    return np.where(n12 == 0, -1.0, np.where(n12 == N, 1.0, values))[()]


def jaccard(n12: ArrayLike, n1: ArrayLike, n2: ArrayLike, N: ArrayLike | None = None) -> np.ndarray:
    """Return the share of units with both among the units with either, ``n12 / (n1 + n2 - n12)``.

    ATLAS.ti calls it the co-occurrence coefficient c.

    Parameters
    ----------
    n12 : int or array of int
        Units with both terms, 0 or more.
    n1 : int or array of int
        Units with the one term, 1 or more.
    n2 : int or array of int
        Units with the other term, 1 or more.
    N : int or array of int, optional
        If given, the numbers must be counts of that many units.

    Returns
    -------
    numpy.ndarray
        Floats, 0 to 1.

    Raises
    ------
    ZhagenError
        If n1 or n2 is below 1, n12 below 0, or n12 so large that it fits neither counts of units nor vectors.

    References
    ----------
    Jaccard (1901).

    Examples
    --------
    >>> float(jaccard(2, 2, 4))
    0.5
    """
    n12, n1, n2 = _counted(n12, n1, n2, N)
    return n12 / (n1 + n2 - n12)


def dice(n12: ArrayLike, n1: ArrayLike, n2: ArrayLike, N: ArrayLike | None = None) -> np.ndarray:
    """Return twice the common units divided by the units of both terms, ``2 n12 / (n1 + n2)``.

    Parameters
    ----------
    n12 : int or array of int
        Units with both terms, 0 or more.
    n1 : int or array of int
        Units with the one term, 1 or more.
    n2 : int or array of int
        Units with the other term, 1 or more.
    N : int or array of int, optional
        If given, the numbers must be counts of that many units.

    Returns
    -------
    numpy.ndarray
        Floats, 0 to 1.

    Raises
    ------
    ZhagenError
        If n1 or n2 is below 1, n12 below 0, or n12 so large that it fits neither counts of units nor vectors.

    References
    ----------
    Dice (1945).

    Examples
    --------
    >>> float(dice(3, 4, 4))
    0.75
    """
    n12, n1, n2 = _counted(n12, n1, n2, N)
    return 2 * n12 / (n1 + n2)


def cosine(n12: ArrayLike, n1: ArrayLike, n2: ArrayLike, N: ArrayLike | None = None) -> np.ndarray:
    """Return the cosine of two columns of the unit x term matrix, ``n12 / sqrt(n1 n2)``.

    Parameters
    ----------
    n12 : int or array of int
        Units with both terms, 0 or more.
    n1 : int or array of int
        Units with the one term, 1 or more.
    n2 : int or array of int
        Units with the other term, 1 or more.
    N : int or array of int, optional
        If given, the numbers must be counts of that many units.

    Returns
    -------
    numpy.ndarray
        Floats, 0 to 1.

    Raises
    ------
    ZhagenError
        If n1 or n2 is below 1, n12 below 0, or n12 so large that it fits neither counts of units nor vectors.

    References
    ----------
    Salton and McGill (1983).

    Examples
    --------
    >>> float(cosine(2, 1, 4))
    1.0
    """
    n12, n1, n2 = _counted(n12, n1, n2, N)
    return n12 / (n1 * n2) ** 0.5


def logdice(n12: ArrayLike, n1: ArrayLike, n2: ArrayLike, N: ArrayLike | None = None) -> np.ndarray:
    """Return ``14 + log2(dice)``, which does not depend on the size of the corpus.

    One point more is twice the share of common units.

    Parameters
    ----------
    n12 : int or array of int
        Units with both terms, 0 or more.
    n1 : int or array of int
        Units with the one term, 1 or more.
    n2 : int or array of int
        Units with the other term, 1 or more.
    N : int or array of int, optional
        If given, the numbers must be counts of that many units.

    Returns
    -------
    numpy.ndarray
        Floats, at most 14; minus infinity without a common unit.

    Raises
    ------
    ZhagenError
        If n1 or n2 is below 1, n12 below 0, or n12 so large that it fits neither counts of units nor vectors.

    References
    ----------
    Rychlý, P. (2008). A lexicographer-friendly association score.

    Examples
    --------
    >>> float(logdice(2, 4, 4))
    13.0
    """
    with np.errstate(divide="ignore"):
        return 14 + np.log2(dice(n12, n1, n2, N))


def g2(n12: ArrayLike, n1: ArrayLike, n2: ArrayLike, N: ArrayLike) -> np.ndarray:
    """Return the log-likelihood ratio of the 2 x 2 table, ``2 sum O ln(O / E)``.

    O are the counts of units with both, with one only and with neither term, E what independence gives. It has no
    direction: a `pmi` below 0 says that the terms avoid each other. If the terms are independent, it follows the
    chi-square distribution with one degree of freedom (3.84: 5%).

    Parameters
    ----------
    n12 : int or array of int
        Units with both terms, 0 or more.
    n1 : int or array of int
        Units with the one term, 1 or more.
    n2 : int or array of int
        Units with the other term, 1 or more.
    N : int or array of int
        All units.

    Returns
    -------
    numpy.ndarray
        Floats, 0 or more.

    Raises
    ------
    ZhagenError
        If the numbers cannot be counts of units.

    References
    ----------
    Dunning, T. (1993). Accurate methods for the statistics of surprise and coincidence.

    Examples
    --------
    >>> round(float(g2(10, 20, 30, 100)), 4)
    4.4734
    """
    from scipy.special import xlogy

    n12, n1, n2, N = _table(n12, n1, n2, N)
    total = np.zeros(np.broadcast_shapes(n12.shape, n1.shape, n2.shape, N.shape))
    for observed, row, column in (
        (n12, n1, n2),
        (n1 - n12, n1, N - n2),
        (n2 - n12, N - n1, n2),
        (N - n1 - n2 + n12, N - n1, N - n2),
    ):
        expected = np.where(observed > 0, row * column / N, 1)
        total = total + xlogy(observed, np.where(observed > 0, observed, 1) / expected)
    return np.maximum(2 * total, 0)[()]


def association_strength(n12: ArrayLike, n1: ArrayLike, n2: ArrayLike, N: ArrayLike) -> np.ndarray:
    """Return observed divided by expected common units, ``n12 N / (n1 n2)``.

    It is the default of VOSviewer (in the paper without the constant N).

    Parameters
    ----------
    n12 : int or array of int
        Units with both terms, 0 or more.
    n1 : int or array of int
        Units with the one term, 1 or more.
    n2 : int or array of int
        Units with the other term, 1 or more.
    N : int or array of int
        All units.

    Returns
    -------
    numpy.ndarray
        Floats, 0 or more; 1 by chance.

    Raises
    ------
    ZhagenError
        If the numbers cannot be counts of units.

    References
    ----------
    Van Eck, N. J. and Waltman, L. (2009). How to normalize cooccurrence data?

    Examples
    --------
    >>> float(association_strength(2, 2, 4, 8))
    2.0
    """
    n12, n1, n2, N = _table(n12, n1, n2, N)
    return n12 * N / (n1 * n2)


MEASURES: dict[str, Callable[..., np.ndarray]] = {
    "pmi": pmi,
    "npmi": npmi,
    "jaccard": jaccard,
    "dice": dice,
    "cosine": cosine,
    "logdice": logdice,
    "g2": g2,
    "association_strength": association_strength,
}
VECTOR_MEASURES = ("jaccard", "dice", "cosine", "logdice")  # they compare vectors of counts as well


def cooccurrence_table(matrix: TermMatrix, *, binary: bool = True, min_count: int = 1) -> pd.DataFrame:
    """Count in how many units two terms occur together: the product of the matrix with itself.

    Parameters
    ----------
    matrix : zhagen.statistics.terms.TermMatrix
        Units x terms, whole numbers.
    binary : bool, default True
        Count a term once in a unit. If false, counts are multiplied: n12 is the sum over the units of count x count, n1
        and n2 are the same for a term with itself, and N is missing, because these are not numbers of units. Then
        `jaccard` (Tanimoto's), `dice`, `cosine` and `logdice` compare the vectors of counts; the other measures raise.
    min_count : int, default 1
        The least n12 of a pair, 1 or more.

    Returns
    -------
    pandas.DataFrame
        One row for each pair that occurs together: ``term_a``, ``term_b`` (str, ``term_a`` first by code point),
        ``n12``, ``n1``, ``n2``, ``N`` (int, units in the matrix); highest n12 first, then by the terms.

    Raises
    ------
    ZhagenError
        If `min_count` is below 1, or a count is not a whole number.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from zhagen.statistics.terms import TermMatrix
    >>> matrix = TermMatrix(csr_array(np.array([[2, 1, 0], [1, 1, 1]])), None, np.array(["平台", "用户", "需求"]))
    >>> cooccurrence_table(matrix, min_count=2).values.tolist()
    [['平台', '用户', 2, 2, 2, 2]]
    """
    from scipy.sparse import csr_array

    if min_count < 1:
        raise ZhagenError(f"min_count is {min_count}", todo="give 1 or more: pairs that never meet are not listed")
    counts = csr_array(matrix.counts, copy=True)
    counts.sum_duplicates()
    if (counts.data % 1 != 0).any():
        raise ZhagenError("the matrix has numbers that are not whole", todo="give counts, not weights")
    counts = counts.astype(np.int64)
    if binary:
        counts.data = (counts.data > 0).astype(np.int64)
    counts.eliminate_zeros()
    columns = counts.indices.astype(np.intp, copy=False)
    own = np.bincount(columns, weights=counts.data.astype(float) ** 2, minlength=counts.shape[1]).astype(np.int64)
    found = count_pairs(counts, min_count=min_count)
    return pair_table(matrix.terms, *found, own, counts.shape[0] if binary else None)


def pair_table(
    terms: ArrayLike, first: ArrayLike, second: ArrayLike, n12: ArrayLike, own: ArrayLike, units: int | None
) -> pd.DataFrame:
    """Return counted pairs as a table, as `cooccurrence_table` does.

    Parameters
    ----------
    terms : array of str
        Sorted by code point.
    first : array of int
        One entry for each pair: the place of its first term in `terms`.
    second : array of int
        The place of its second term, above `first`.
    n12 : array of int
        Units with both, or sums of products.
    own : array of int
        One entry for each term: its n1.
    units : int or None
        N; None if the counts are not numbers of units.

    Returns
    -------
    pandas.DataFrame
        One row for each pair: ``term_a``, ``term_b``, ``n12``, ``n1``, ``n2``, ``N``; highest n12 first, then by the
        terms.

    Examples
    --------
    >>> pair_table(["平台", "用户"], [0], [1], [2], [3, 4], 8).values.tolist()
    [['平台', '用户', 2, 3, 4, 8]]
    """
    import pandas as pd

    terms, first, second, n12, own = map(np.asarray, (terms, first, second, n12, own))
    order = np.lexsort((second, first, -n12))
    first, second, n12 = first[order], second[order], n12[order]
    columns = (terms[first], terms[second], n12, own[first], own[second])
    table = pd.DataFrame(dict(zip(EDGES, columns, strict=False)))
    return table.assign(N=np.nan if units is None else np.int64(units)).astype({"term_a": "str", "term_b": "str"})


def add_measures(edges: pd.DataFrame, measures: Iterable[str] = ("npmi", "jaccard")) -> pd.DataFrame:
    """Add a column for each measure.

    Parameters
    ----------
    edges : pandas.DataFrame
        Pairs as `cooccurrence_table` returns them.
    measures : iterable of str, default ("npmi", "jaccard")
        Names in `MEASURES`.

    Returns
    -------
    pandas.DataFrame
        A new table: the edges, in their order, with a float column for each measure.

    Raises
    ------
    ZhagenError
        If there is no such measure, or it does not fit weighted counts.

    Examples
    --------
    >>> import pandas as pd
    >>> edges = pd.DataFrame([("平台", "用户", 2, 2, 4, 8)], columns=EDGES)
    >>> add_measures(edges, ["dice"]).dice.round(3).tolist()
    [0.667]
    """
    measures = list(measures)
    unknown = [name for name in measures if name not in MEASURES]
    if unknown:
        raise ZhagenError(f"there is no measure {unknown[0]!r}", todo=f"use some of {', '.join(MEASURES)}")
    numbers = [edges[name].to_numpy() for name in ("n12", "n1", "n2", "N")]
    return edges.assign(**{name: MEASURES[name](*numbers) for name in measures})


def strongest_pairs(
    edges: pd.DataFrame, weight: str = "npmi", *, top: int | None = 60, min_count: int = 1
) -> pd.DataFrame:
    """Return the strongest pairs: highest measure first, then highest n12, then by the terms.

    Parameters
    ----------
    edges : pandas.DataFrame
        Pairs as `cooccurrence_table` returns them, with the measure or without.
    weight : str, default "npmi"
        A name in `MEASURES`, or ``n12``.
    top : int or None, default 60
        Number of pairs; None returns all. Pairs that are equal to the last one in the measure and in n12 are listed,
        too: nothing but the spelling of their terms would cut them off.
    min_count : int, default 1
        The least n12. If it is 1, measures such as `npmi` list pairs first that met only once.

    Returns
    -------
    pandas.DataFrame
        `top` rows, more where the last are tied, with the column `weight`.

    Raises
    ------
    ZhagenError
        If there is no such measure, or `top` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> edges = pd.DataFrame([("平台", "用户", 4, 4, 5, 8), ("平台", "需求", 1, 4, 1, 8)], columns=EDGES)
    >>> strongest_pairs(edges, "npmi", top=1)[["term_a", "term_b"]].values.tolist()
    [['平台', '用户']]
    """
    if weight not in edges:
        edges = add_measures(edges, (weight,))
    kept = edges[edges["n12"] >= min_count]
    order = [weight, "n12", "term_a", "term_b"] if weight != "n12" else ["n12", "term_a", "term_b"]
    ascending = [name.startswith("term") for name in order]
    kept = kept.sort_values(order, ascending=ascending, ignore_index=True)
    return kept if top is None else head_with_ties(kept, [weight, "n12"], top)


def head_with_ties(table: pd.DataFrame, by: str | list[str], top: int) -> pd.DataFrame:
    """Return the first rows of a sorted table, and with them the rows that equal the last of these.

    A list of "the ten strongest" that ends within a row of equal values shows some of them and hides the others, by
    nothing but the spelling of their names.

    Parameters
    ----------
    table : pandas.DataFrame
        Sorted by the columns `by` first.
    by : str or list of str
        The columns that decide; those that only settle the order of equal rows are not among them.
    top : int
        How many rows are wanted, 1 or more.

    Returns
    -------
    pandas.DataFrame
        `top` rows or more; all rows if there are not more than `top`.

    Raises
    ------
    ZhagenError
        If `top` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"term": list("abcde"), "count": [9, 7, 7, 7, 2]})
    >>> head_with_ties(table, "count", 2)["term"].tolist()
    ['a', 'b', 'c', 'd']
    """
    if top < 1:
        raise ZhagenError(f"top is {top}", todo="give 1 or more")
    if len(table) <= top:
        return table
    values = table[[by] if isinstance(by, str) else by].to_numpy(dtype=float)
    # equal rows follow the last one wanted without a gap; floats that are computed alike may differ in the last digit
    equal = np.isclose(values[top - 1 :], values[top - 1], rtol=1e-12, atol=0, equal_nan=True).all(axis=1)
    return table.head(top - 1 + (len(equal) if equal.all() else int(equal.argmin())))


def _floats(*numbers: ArrayLike) -> list[np.ndarray]:
    return [np.asarray(number, dtype=np.float64) for number in numbers]


def _counted(n12: ArrayLike, n1: ArrayLike, n2: ArrayLike, N: ArrayLike | None) -> list[np.ndarray]:
    """Return n12, n1 and n2 as float arrays; raise if they can be neither counts of units nor products of vectors.

    Where N is known they are counts of units. Without it they may be products: then n12 squared is at most n1 n2.
    """
    n12, n1, n2 = numbers = _floats(n12, n1, n2)
    units = np.asarray(np.nan if N is None else N, dtype=np.float64)
    n12, n1, n2, units = np.broadcast_arrays(n12, n1, n2, units)
    # equal vectors reach the bound, and large products are rounded
    vectors = (n12 >= 0) & (n1 >= 1) & (n2 >= 1) & (n12 * n12 <= n1 * n2 * (1 + 1e-12))
    fits = np.where(np.isnan(units), vectors, _possible(n12, n1, n2, units))
    _refuse(fits, n12, n1, n2, units, "give n1 and n2 of 1 or more, and an n12 that is not above them")
    return numbers


def _table(n12: ArrayLike, n1: ArrayLike, n2: ArrayLike, N: ArrayLike) -> list[np.ndarray]:
    """Return the numbers as float arrays; raise if they cannot be the counts of a 2 x 2 table."""
    n12, n1, n2, N = numbers = _floats(n12, n1, n2, N)
    fits = _possible(n12, n1, n2, N)  # a missing N fits nothing
    _refuse(fits, n12, n1, n2, N, "give binary co-occurrence, or use jaccard, dice, cosine or logdice")
    return numbers


def _possible(n12: np.ndarray, n1: np.ndarray, n2: np.ndarray, N: np.ndarray) -> np.ndarray:
    """Return which of the numbers can be counts of units, with each term in one or more."""
    return (n12 >= 0) & (n12 <= np.minimum(n1, n2)) & (n1 >= 1) & (n2 >= 1) & (n1 + n2 - n12 <= N)


def _refuse(fits: np.ndarray, n12: np.ndarray, n1: np.ndarray, n2: np.ndarray, N: np.ndarray, todo: str) -> None:
    """Raise with the first of the numbers that do not fit."""
    if np.all(fits):
        return
    fits, *numbers = np.broadcast_arrays(fits, n12, n1, n2, N)
    first = np.argmin(fits)  # the first that is false
    shown = ", ".join(f"{name} = {array.flat[first]:g}" for name, array in zip(EDGES[2:], numbers, strict=True))
    raise ZhagenError(f"{int(np.sum(~fits))} pairs have numbers that are not counts of units ({shown})", todo=todo)
