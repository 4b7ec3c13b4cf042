"""Which terms stand together, and how much more than chance: co-occurrence and its measures.

Every measure is a function of four numbers: `n12` units with both terms, `n1` and `n2` units with the one and the
other (1 or more), `N` units. They take numbers or arrays of one shape, return floats of that shape, and are symmetric
in the two terms. The limits are defined: without a common unit (n12 = 0) `pmi` and `logdice` are minus infinity, `npmi`
is -1, the others but `g2` are 0; where both stand in every unit (n12 = N) `npmi` is 1, `pmi` and `g2` are 0.
"""

from zhagen.errors import ZhagenError
from zhagen.statistics.pairs import count_pairs

EDGES = "term_a term_b n12 n1 n2 N".split()


def pmi(n12, n1, n2, N):
    """Return pointwise mutual information in bits: ``log2(n12 N / (n1 n2))``.

    Church and Hanks (1990), Word association norms, mutual information, and lexicography. Rare pairs come out high:
    set a least count.

    >>> float(pmi(2, 2, 4, 8))
    1.0
    """
    import numpy as np

    n12, n1, n2, N = _table(n12, n1, n2, N)
    with np.errstate(divide="ignore"):
        return np.log2(n12 * N / (n1 * n2))


def npmi(n12, n1, n2, N):
    """Return PMI over its greatest value, ``pmi / -log2(n12 / N)``: -1 never, 0 by chance, 1 only together.

    Bouma (2009), Normalized (pointwise) mutual information in collocation extraction.

    >>> [round(float(npmi(n12, 2, 4, 8)), 3) for n12 in (0, 1, 2)], float(npmi(8, 8, 8, 8))
    ([-1.0, 0.0, 0.5], 1.0)
    """
    import numpy as np

    n12, n1, n2, N = _table(n12, n1, n2, N)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.log2(n12 * N / (n1 * n2)) / -np.log2(n12 / N)
    return np.where(n12 == 0, -1.0, np.where(n12 == N, 1.0, values))[()]


def jaccard(n12, n1, n2, N=None):
    """Return the share of units with both among the units with either: ``n12 / (n1 + n2 - n12)``, 0 to 1.

    Jaccard (1901); ATLAS.ti calls it the co-occurrence coefficient c. `N` is not used.

    >>> float(jaccard(2, 2, 4))
    0.5
    """
    n12, n1, n2 = _floats(n12, n1, n2)
    return n12 / (n1 + n2 - n12)


def dice(n12, n1, n2, N=None):
    """Return ``2 n12 / (n1 + n2)``, 0 to 1: Dice (1945). `N` is not used.

    >>> float(dice(3, 4, 4))
    0.75
    """
    n12, n1, n2 = _floats(n12, n1, n2)
    return 2 * n12 / (n1 + n2)


def cosine(n12, n1, n2, N=None):
    """Return ``n12 / sqrt(n1 n2)``, 0 to 1: the cosine of two columns, Salton and McGill (1983). `N` is not used.

    >>> float(cosine(2, 1, 4))
    1.0
    """
    n12, n1, n2 = _floats(n12, n1, n2)
    return n12 / (n1 * n2) ** 0.5


def logdice(n12, n1, n2, N=None):
    """Return ``14 + log2(dice)``, at most 14, whatever the size of the corpus.

    Rychlý (2008), A lexicographer-friendly association score. One point more is twice the share of common units.
    `N` is not used.

    >>> float(logdice(2, 4, 4))
    13.0
    """
    import numpy as np

    with np.errstate(divide="ignore"):
        return 14 + np.log2(dice(n12, n1, n2))


def g2(n12, n1, n2, N):
    """Return the log-likelihood ratio of the 2 x 2 table: ``2 sum O ln(O / E)``, 0 or more.

    Dunning (1993), Accurate methods for the statistics of surprise and coincidence; O the counts with both, with one
    only and with neither term, E what independence gives. It is without direction: `pmi` below 0 says that the terms
    avoid each other. Under independence it follows chi-square with one degree of freedom (3.84: 5%).

    >>> round(float(g2(10, 20, 30, 100)), 4)
    4.4734
    """
    import numpy as np
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


def association_strength(n12, n1, n2, N):
    """Return observed over expected common units, ``n12 N / (n1 n2)``: 1 by chance.

    Van Eck and Waltman (2009), How to normalize cooccurrence data? (there without the constant N); VOSviewer's default.

    >>> float(association_strength(2, 2, 4, 8))
    2.0
    """
    n12, n1, n2, N = _table(n12, n1, n2, N)
    return n12 * N / (n1 * n2)


MEASURES = {
    measure.__name__: measure for measure in (pmi, npmi, jaccard, dice, cosine, logdice, g2, association_strength)
}
VECTOR_MEASURES = ("jaccard", "dice", "cosine", "logdice")  # they compare vectors of counts as well


def cooccurrence_table(matrix, binary=True, min_count=1):
    """Count in how many units two terms stand together: the product of the matrix with itself.

    Parameters
    ----------
    matrix : a `zhagen.statistics.terms.TermMatrix`.
    binary : a term counts once in a unit. Otherwise the counts are multiplied: n12 is the sum over the units of
        count x count, n1 and n2 are the same for a term with itself, and N is missing, for these are no numbers
        of units. Then `jaccard` (Tanimoto's), `dice`, `cosine` and `logdice` compare the count vectors, and the
        other measures raise.
    min_count : the least n12 of a pair, 1 or more.

    Returns a data frame, one row a pair that stands together: term_a, term_b (term_a before term_b by code
    point), n12, n1, n2, N (units in the matrix); highest n12 first, then by the terms. Raises `ZhagenError` for a
    `min_count` below 1 and for counts that are not whole.

    >>> import numpy as np, scipy.sparse as sp
    >>> from zhagen.statistics.terms import TermMatrix
    >>> counts = sp.csr_array(np.array([[2, 1, 0], [1, 1, 1]]))
    >>> cooccurrence_table(TermMatrix(counts, None, np.array(["平台", "用户", "需求"])), min_count=2).values.tolist()
    [['平台', '用户', 2, 2, 2, 2]]
    """
    import numpy as np
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
    own = np.bincount(counts.indices, weights=counts.data.astype(float) ** 2, minlength=counts.shape[1])
    return pair_table(
        matrix.terms, *count_pairs(counts, min_count), own.astype(np.int64), counts.shape[0] if binary else None
    )


def pair_table(terms, first, second, n12, own, units):
    """Return counted pairs as a data frame, the way `cooccurrence_table` does.

    Parameters
    ----------
    terms : array of str, sorted by code point.
    first, second : arrays of places in `terms`, first < second.
    n12 : array, one entry a pair.
    own : array, one entry a term: its n1.
    units : N; None where the counts are no numbers of units.

    >>> pair_table(["平台", "用户"], [0], [1], [2], [3, 4], 8).values.tolist()
    [['平台', '用户', 2, 3, 4, 8]]
    """
    import numpy as np
    import pandas as pd

    terms, first, second, n12, own = map(np.asarray, (terms, first, second, n12, own))
    order = np.lexsort((second, first, -n12))
    first, second, n12 = first[order], second[order], n12[order]
    columns = (terms[first], terms[second], n12, own[first], own[second])
    table = pd.DataFrame(dict(zip(EDGES, columns, strict=False)))
    return table.assign(N=np.nan if units is None else np.int64(units)).astype({"term_a": "str", "term_b": "str"})


def add_measures(edges, measures=("npmi", "jaccard")):
    """Add a column for each measure.

    Parameters
    ----------
    edges : a data frame as `cooccurrence_table` returns it.
    measures : names out of `MEASURES`.

    Returns a new data frame: the edges, in their order, with the measures. Raises `ZhagenError` for an unknown measure.

    >>> import pandas as pd
    >>> edges = pd.DataFrame([("平台", "用户", 2, 2, 4, 8)], columns=EDGES)
    >>> add_measures(edges, ["dice"]).dice.round(3).tolist()
    [0.667]
    """
    unknown = [name for name in measures if name not in MEASURES]
    if unknown:
        raise ZhagenError(f"there is no measure {unknown[0]!r}", todo=f"use some of {', '.join(MEASURES)}")
    numbers = [edges[name].to_numpy() for name in ("n12", "n1", "n2", "N")]
    return edges.assign(**{name: MEASURES[name](*numbers) for name in measures})


def strongest_pairs(edges, weight="npmi", top=60, min_count=1):
    """Return the strongest pairs: highest measure first, then highest n12, then by the terms.

    Parameters
    ----------
    edges : a data frame as `cooccurrence_table` returns it, with the measure or without.
    weight : a measure's name, or ``n12``.
    top : how many pairs; None takes all.
    min_count : the least n12. Without one, measures such as `npmi` put pairs on top that met once and only once.

    Returns a data frame of at most `top` rows with the column `weight`. Raises `ZhagenError` for an unknown measure.

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
    return kept.sort_values(order, ascending=ascending, ignore_index=True).head(len(kept) if top is None else top)


def _floats(*numbers):
    import numpy as np

    return [np.asarray(number, dtype=np.float64) for number in numbers]


def _table(n12, n1, n2, N):
    """Return the numbers as float arrays; raise where they cannot be the counts of a 2 x 2 table."""
    import numpy as np

    n12, n1, n2, N = _floats(n12, n1, n2, N)
    fits = (n12 >= 0) & (n12 <= np.minimum(n1, n2)) & (n1 + n2 - n12 <= N)  # a missing N fits nothing
    if not np.all(fits):
        raise ZhagenError(
            f"{int(np.sum(~fits))} pairs have numbers that are not counts of units",
            todo="give binary co-occurrence, or use jaccard, dice, cosine or logdice",
        )
    return n12, n1, n2, N
