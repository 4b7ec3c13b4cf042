"""Dispersion: how evenly a term is spread over the parts of a text.

Two terms of one count can differ: the one runs through all sections, the other fills one. Every measure here takes
``v``, the counts of a term in the parts, and ``s``, the sizes of the parts in any unit (words, sentences); sizes may
differ. A term that occurs once is in one part, so its dispersion is poor whatever it means: compare terms of similar
counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from zhagen.errors import ZhagenError

if TYPE_CHECKING:
    from zhagen.statistics.terms import TermMatrix

COLUMNS = "term count range dp dp_norm juilland_d".split()


def dp(v: ArrayLike, s: ArrayLike) -> float:
    """Return the deviation of proportions, ``0.5 sum |s_i / sum s - v_i / sum v|``.

    It is at most 1 less the share of the smallest part.

    Parameters
    ----------
    v : array of int
        Counts of the term in the parts, 0 or more, not all 0.
    s : array of float
        Sizes of the parts, above 0; two parts or more.

    Returns
    -------
    float
        0 even, near 1 in one small part.

    Raises
    ------
    ZhagenError
        If there are fewer than two parts (one part says nothing about dispersion), or a number is out of range.

    References
    ----------
    Gries, S. Th. (2008). Dispersions and adjusted frequencies in corpora.

    Examples
    --------
    The word a in the toy corpus of Gries (2020), Analyzing dispersion: 50 words in five parts.

    >>> parts = "bamnibeup basatbewqn bcagabesta baghabeaat bahaabeaxat".split()
    >>> v, s = [part.count("a") for part in parts], [len(part) for part in parts]
    >>> v, s, round(dp(v, s), 4)
    ([1, 2, 3, 4, 5], [9, 10, 10, 10, 11], 0.18)
    """
    v, s = _parts(v, s)
    return float(0.5 * abs(s / s.sum() - v / v.sum()).sum())


def dp_norm(v: ArrayLike, s: ArrayLike) -> float:
    """Return `dp` divided by its greatest value, ``dp / (1 - min(s) / sum s)``.

    Parameters
    ----------
    v : array of int
        Counts of the term in the parts, 0 or more, not all 0.
    s : array of float
        Sizes of the parts, above 0; two parts or more.

    Returns
    -------
    float
        0 even, 1 in the smallest part alone.

    Raises
    ------
    ZhagenError
        If there are fewer than two parts (one part says nothing about dispersion), or a number is out of range.

    References
    ----------
    Lijffijt, J. and Gries, S. Th. (2012). Correction to Stefan Th. Gries' "Dispersions and adjusted frequencies in
    corpora".

    Examples
    --------
    >>> round(dp_norm([1, 2, 3, 4, 5], [9, 10, 10, 10, 11]), 4)
    0.2195
    """
    v, s = _parts(v, s)
    return min(dp(v, s) / float(1 - s.min() / s.sum()), 1.0)


def juilland_d(v: ArrayLike, s: ArrayLike) -> float:
    """Return Juilland's D, ``1 - cv / sqrt(n - 1)``.

    cv is the standard deviation of the relative frequencies ``v_i / s_i`` divided by their mean, so parts may differ in
    size; the deviation is that of a population (divided by n, the number of parts), otherwise D could not reach 0. With
    hundreds of parts nearly every term is near 1 (Biber et al. 2016): prefer `dp_norm` then.

    Parameters
    ----------
    v : array of int
        Counts of the term in the parts, 0 or more, not all 0.
    s : array of float
        Sizes of the parts, above 0; two parts or more.

    Returns
    -------
    float
        1 even, 0 in one part alone.

    Raises
    ------
    ZhagenError
        If there are fewer than two parts (one part says nothing about dispersion), or a number is out of range.

    References
    ----------
    Juilland, A. and Chang-Rodríguez, E. (1964). Frequency dictionary of Spanish words.

    Biber, D. et al. (2016). On the (non)utility of Juilland's D.

    Examples
    --------
    >>> round(juilland_d([1, 2, 3, 4, 5], [9, 10, 10, 10, 11]), 4)
    0.7852
    """
    v, s = _parts(v, s)
    rate = v / s
    return max(float(1 - rate.std() / rate.mean() / (len(s) - 1) ** 0.5), 0.0)


def dispersion_table(matrix: TermMatrix, sizes: ArrayLike | None = None) -> pd.DataFrame:
    """Measure the dispersion of all terms of a matrix, whose units are the parts.

    Parameters
    ----------
    matrix : zhagen.statistics.terms.TermMatrix
        Parts x terms, weighted counts; it stays sparse.
    sizes : array of float, optional
        The size of each part, in the order of the units. None takes the sums of the rows, that is the counted terms.
        Give the words of the parts if the matrix has few terms, as with codes.

    Returns
    -------
    pandas.DataFrame
        One row for each term that occurs: ``term`` (str), ``count``, ``range`` (int, parts in which it occurs), ``dp``,
        ``dp_norm``, ``juilland_d`` (float, see the functions of these names); highest count first, then by code point.

    Raises
    ------
    ZhagenError
        If there are fewer than two parts, a part has size 0, the sizes do not fit the units, or a count is below 0.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from zhagen.statistics.terms import TermMatrix
    >>> matrix = TermMatrix(csr_array(np.array([[2, 2], [4, 0], [2, 2]])), None, np.array(["平台", "用户"]))
    >>> dispersion_table(matrix, [10, 20, 10]).round(2).values.tolist()
    [['平台', 8, 3, 0.0, 0.0, 1.0], ['用户', 4, 2, 0.5, 0.67, 0.5]]
    """
    from scipy.sparse import csr_array

    counts = csr_array(matrix.counts, dtype=np.float64, copy=True)
    counts.sum_duplicates()
    counts.eliminate_zeros()
    if (counts.data < 0).any():
        raise ZhagenError("a count is below 0", todo="count how often each term is in each part")
    parts, terms = counts.shape
    sizes = _sizes(counts.sum(axis=1) if sizes is None else sizes, parts)
    # for each stored cell its part and its term; sums over a term's cells are counts of its number, with weights
    part = np.repeat(np.arange(parts), np.diff(counts.indptr).astype(np.intp, copy=False))
    term = counts.indices.astype(np.intp, copy=False)

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(term, values, minlength=terms)

    share, smallest = (sizes / sizes.sum())[part], sizes.min() / sizes.sum()
    total, present = summed(counts.data), np.bincount(term, minlength=terms).astype(np.int64, copy=False)
    # a part without the term adds s, and all s add up to 1: only the parts with the term need to be read
    deviation = np.maximum(0.5 * (summed(abs(share - counts.data / total[term]) - share) + 1), 0)
    rate = counts.data / sizes[part]
    mean = summed(rate) / parts
    squares = summed((rate - mean[term]) ** 2) + (parts - present) * mean**2
    kept = np.flatnonzero(present)
    variation = np.sqrt(squares[kept] / parts) / mean[kept]
    columns = (
        np.asarray(matrix.terms, dtype=str)[kept],
        total[kept].astype(np.result_type(matrix.counts.dtype, np.int64)),
        present[kept],
        deviation[kept],
        np.minimum(deviation[kept] / (1 - smallest), 1),
        np.maximum(1 - variation / np.sqrt(parts - 1), 0),
    )
    order = np.lexsort((columns[0], -columns[1]))
    found = {name: column[order] for name, column in zip(COLUMNS, columns, strict=True)}
    return pd.DataFrame(found).astype({"term": "str"})


def _parts(v: ArrayLike, s: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return counts and sizes as float arrays; raise if they are out of range."""
    v = np.asarray(v, dtype=np.float64)
    s = _sizes(s, len(v))
    if not (np.isfinite(v).all() and (v >= 0).all() and v.any()):
        raise ZhagenError("the counts are below 0, missing, or all 0", todo="give a term that occurs in some part")
    return v, s


def _sizes(sizes: ArrayLike, parts: int) -> np.ndarray:
    """Return the sizes of the parts as a float array; raise if they are out of range."""
    sizes = np.asarray(sizes, dtype=np.float64)
    if sizes.shape != (parts,):
        raise ZhagenError(f"{sizes.size} sizes are given for {parts} parts", todo="give one size for each part")
    if parts < 2:
        raise ZhagenError(
            f"there is only {parts} part" if parts else "there is no part",
            todo="divide the text into two parts or more, such as sections",
        )
    wrong = np.flatnonzero(~(np.isfinite(sizes) & (sizes > 0)))
    if wrong.size:
        raise ZhagenError(
            f"part {wrong[0] + 1} has size {sizes[wrong[0]]:g}", todo="leave it out, or join it with another part"
        )
    return sizes
