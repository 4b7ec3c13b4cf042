"""Units of different texts that share rare terms: candidates for one sentence that is found in two of them."""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, triu

from zhagen.errors import ZhagenError
from zhagen.statistics.terms import TermMatrix


def similar_units(matrix: TermMatrix, groups: Sequence[Hashable], *, least: int = 4) -> pd.DataFrame:
    """List pairs of units from different groups by how much information their common terms carry.

    A term in ``n`` of ``N`` units carries log2(``N`` / ``n``) bits, so a term that is found nearly everywhere says
    little. The order of the terms within a unit plays no part: a sentence whose halves were exchanged is found, too.

    Parameters
    ----------
    matrix : zhagen.statistics.terms.TermMatrix
        Units x terms; counts above 1 count as 1.
    groups : sequence
        One group for each unit, such as its document; pairs inside a group are left out.
    least : int, default 4
        The least number of common terms.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``a``, ``b`` (int, positions in `matrix`, ``a`` before ``b``), ``terms`` (str, the common terms,
        the rarest first), ``n`` (int, how many), ``bits`` (float, their information), ``share`` (float,
        0..1, of the information of the unit that has less); most bits first,
        ties by position.

    Raises
    ------
    ZhagenError
        If there is not one group for each unit, or `least` is below 1.

    References
    ----------
    Sparck Jones, K. (1972). A statistical interpretation of term specificity and its application in retrieval.

    Examples
    --------
    >>> rows = csr_array(np.array([[1, 1, 1, 0], [1, 1, 0, 1], [0, 0, 1, 1], [0, 0, 1, 1]]))
    >>> matrix = TermMatrix(rows, None, np.array(["场景", "替代", "用户", "需求"]))
    >>> found = similar_units(matrix, ["haier", "xiaomi", "xiaomi", "haier"], least=2)
    >>> found[["a", "b", "terms"]].values.tolist(), found.bits.round(2).tolist()
    ([[0, 1, '场景 替代'], [2, 3, '用户 需求']], [2.0, 0.83])
    """
    if len(groups) != matrix.counts.shape[0]:
        raise ZhagenError(
            f"there are {matrix.counts.shape[0]} units and {len(groups)} groups", todo="give one group for each unit"
        )
    if least < 1:
        raise ZhagenError(f"least is {least}", todo="use 1 or more")
    rows = csr_array(matrix.counts).astype(bool).astype(float)
    units_of_term = np.maximum(rows.sum(axis=0), 1)
    information = np.log2(rows.shape[0] / units_of_term)
    weighted = csr_array(rows.multiply(information[None, :]))
    common = triu(rows @ rows.T, k=1).tocoo()
    group = pd.factorize(pd.Series(list(groups), dtype=object))[0]
    keep = (group[common.row] != group[common.col]) & (common.data >= least)
    a, b, n = common.row[keep], common.col[keep], common.data[keep].astype(int)
    bits = np.array([information[_shared(rows, *pair)].sum() for pair in zip(a, b, strict=True)], dtype=float)
    whole = np.asarray(weighted.sum(axis=1)).ravel()
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.clip(bits / np.minimum(whole[a], whole[b]), 0, 1)
    found = pd.DataFrame({"a": a, "b": b, "n": n, "bits": bits.round(12), "share": share})
    found = found.sort_values(["bits", "a", "b"], ascending=[False, True, True], ignore_index=True)
    pairs = zip(found.a, found.b, strict=True)
    found.insert(2, "terms", pd.Series([_common(rows, matrix.terms, information, *pair) for pair in pairs], dtype=str))
    return found


def _common(rows: csr_array, terms: np.ndarray, information: np.ndarray, a: int, b: int) -> str:
    both = _shared(rows, a, b)
    return " ".join(terms[both[np.argsort(-information[both], kind="stable")]])


def _shared(rows: csr_array, a: int, b: int) -> np.ndarray:
    return np.intersect1d(_columns(rows, a), _columns(rows, b))


def _columns(rows: csr_array, unit: int) -> np.ndarray:
    return rows.indices[rows.indptr[unit] : rows.indptr[unit + 1]]
