"""Dispersion: how evenly a term is spread over the parts of a text.

Two terms of one count can differ: the one runs through all sections, the other fills one. Every measure here takes
``v``, the counts of a term in the parts, and ``s``, the sizes of the parts in any unit (words, sentences); sizes may
differ. A term that stands once stands in one part, so its dispersion is poor whatever it means: compare terms of like
counts.
"""

from zhagen.errors import ZhagenError

COLUMNS = "term count range dp dp_norm juilland_d".split()


def dp(v, s):
    """Return the deviation of proportions ``0.5 sum |s_i / sum s - v_i / sum v|``: 0 even, near 1 in one small part.

    Gries (2008), Dispersions and adjusted frequencies in corpora. It is at most 1 less the share of the smallest part.

    Parameters
    ----------
    v : counts of the term in the parts, 0 or more, not all 0.
    s : sizes of the parts, above 0; two parts or more.

    Returns a float. Raises `ZhagenError` for other numbers: one part says nothing on dispersion.

    The word a in the toy corpus of Gries (2020), Analyzing dispersion: 50 words in five parts.

    >>> parts = "bamnibeup basatbewqn bcagabesta baghabeaat bahaabeaxat".split()
    >>> v, s = [part.count("a") for part in parts], [len(part) for part in parts]
    >>> v, s, round(dp(v, s), 4)
    ([1, 2, 3, 4, 5], [9, 10, 10, 10, 11], 0.18)
    """
    v, s = _parts(v, s)
    return float(0.5 * abs(s / s.sum() - v / v.sum()).sum())


def dp_norm(v, s):
    """Return `dp` over its greatest value, ``dp / (1 - min(s) / sum s)``: 0 even, 1 in the smallest part alone.

    Lijffijt and Gries (2012), Correction to Stefan Th. Gries' "Dispersions and adjusted frequencies in corpora".
    Parameters and errors as in `dp`. Returns a float.

    >>> round(dp_norm([1, 2, 3, 4, 5], [9, 10, 10, 10, 11]), 4)
    0.2195
    """
    v, s = _parts(v, s)
    return min(dp(v, s) / float(1 - s.min() / s.sum()), 1.0)


def juilland_d(v, s):
    """Return Juilland's D, ``1 - cv / sqrt(n - 1)``: 1 even, 0 in one part alone.

    Juilland and Chang-Rodríguez (1964), Frequency dictionary of Spanish words. cv is the standard deviation of the
    relative frequencies ``v_i / s_i`` over their mean, so parts may differ in size; the deviation is that of a
    population (divided by n, the number of parts), without which D would not end at 0. With hundreds of parts nearly
    every term comes near 1 (Biber et al. 2016, On the (non)utility of Juilland's D): prefer `dp_norm` there.
    Parameters and errors as in `dp`. Returns a float.

    >>> round(juilland_d([1, 2, 3, 4, 5], [9, 10, 10, 10, 11]), 4)
    0.7852
    """
    v, s = _parts(v, s)
    rate = v / s
    return max(float(1 - rate.std() / rate.mean() / (len(s) - 1) ** 0.5), 0.0)


def dispersion_table(matrix, sizes=None):
    """Measure the dispersion of all terms of a matrix, whose units are the parts.

    Parameters
    ----------
    matrix : a `zhagen.statistics.terms.TermMatrix` with weighted counts; nothing is made dense.
    sizes : the size of each part, in the order of the units; None takes the sums of the rows, that is the counted
        terms. Give the words of the parts where the matrix holds few terms, as with codes.

    Returns a data frame, one row a term: term, count, range (parts it stands in), dp, dp_norm, juilland_d (see the
    functions of these names); highest count first, then by code point. A term that stands in no part has no row. Raises
    `ZhagenError` for fewer than two parts, a part of size 0, sizes that do not fit the units, and counts below 0.

    >>> import numpy as np, scipy.sparse as sp
    >>> from zhagen.statistics.terms import TermMatrix
    >>> counts = sp.csr_array(np.array([[2, 2], [4, 0], [2, 2]]))
    >>> dispersion_table(TermMatrix(counts, None, np.array(["平台", "用户"])), [10, 20, 10]).round(2).values.tolist()
    [['平台', 8, 3, 0.0, 0.0, 1.0], ['用户', 4, 2, 0.5, 0.67, 0.5]]
    """
    import numpy as np
    import pandas as pd
    from scipy.sparse import csr_array

    counts = csr_array(matrix.counts, dtype=np.float64, copy=True)
    counts.sum_duplicates()
    counts.eliminate_zeros()
    if (counts.data < 0).any():
        raise ZhagenError("a count is below 0", todo="count how often each term stands in each part")
    parts, terms = counts.shape
    sizes = _sizes(counts.sum(axis=1) if sizes is None else sizes, parts)
    part, term = np.repeat(np.arange(parts), np.diff(counts.indptr)), counts.indices

    def summed(values):
        return np.bincount(term, values, minlength=terms)

    share, smallest = (sizes / sizes.sum())[part], sizes.min() / sizes.sum()
    total, present = summed(counts.data), np.bincount(term, minlength=terms)
    # a part without the term adds s, and all s add up to 1: only the parts with the term are looked at
    dp = np.maximum(0.5 * (summed(abs(share - counts.data / total[term]) - share) + 1), 0)
    rate = counts.data / sizes[part]
    mean = summed(rate) / parts
    squares = summed((rate - mean[term]) ** 2) + (parts - present) * mean**2
    kept = np.flatnonzero(present)
    variation = np.sqrt(squares[kept] / parts) / mean[kept]
    columns = (
        np.asarray(matrix.terms, dtype=str)[kept],
        total[kept].astype(np.result_type(matrix.counts.dtype, np.int64)),
        present[kept],
        dp[kept],
        np.minimum(dp[kept] / (1 - smallest), 1),
        np.maximum(1 - variation / np.sqrt(parts - 1), 0),
    )
    order = np.lexsort((columns[0], -columns[1]))
    found = {name: column[order] for name, column in zip(COLUMNS, columns, strict=True)}
    return pd.DataFrame(found).astype({"term": "str"})


def _parts(v, s):
    """Return counts and sizes as float arrays; raise where they are none."""
    import numpy as np

    v = np.asarray(v, dtype=np.float64)
    s = _sizes(s, len(v))
    if not (np.isfinite(v).all() and (v >= 0).all() and v.any()):
        raise ZhagenError("the counts are below 0, missing, or all 0", todo="give a term that stands in some part")
    return v, s


def _sizes(sizes, parts):
    """Return the sizes of the parts as a float array; raise where they are none."""
    import numpy as np

    sizes = np.asarray(sizes, dtype=np.float64)
    if sizes.shape != (parts,):
        raise ZhagenError(f"{sizes.size} sizes are given for {parts} parts", todo="give one size for each part")
    if parts < 2:
        raise ZhagenError(
            f"dispersion over {parts} part is asked for" if parts else "there is no part",
            todo="divide the text into two parts or more, such as sections",
        )
    wrong = np.flatnonzero(~(np.isfinite(sizes) & (sizes > 0)))
    if wrong.size:
        raise ZhagenError(
            f"part {wrong[0] + 1} has size {sizes[wrong[0]]:g}", todo="leave it out, or join it with another part"
        )
    return sizes
