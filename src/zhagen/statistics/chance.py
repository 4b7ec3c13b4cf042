"""What co-occurrence looks like by chance: random matrices like the one observed, and pairs compared with them.

If units are long, every term meets every other, so it is not enough to ask how often two terms of their frequencies
would meet in units of one size. The null ``margins`` keeps both margins of the binary unit x term matrix, how many
terms a unit has and how many units a term, and takes all matrices with these margins for equally likely. The null
``terms`` keeps only how many units a term has, and spreads them over the units without regard to length; a pair is
above it more easily.

Two terms that are at home in the same sections meet more often than in shuffled text, whatever they have to do with
each other. With `within` everything is kept group by group: terms are shuffled inside each section, document or source
only, and what is left is that they meet there more often than their numbers in that group lead to expect.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array, triu

from zhagen.errors import ZhagenError
from zhagen.statistics.association import cooccurrence_table
from zhagen.statistics.inference import adjust_p, hypergeometric_law
from zhagen.statistics.terms import TermMatrix

NULLS = ("margins", "terms")
FEW_PAIRS = 1 << 23  # ordered pairs of terms in all units; up to here each is listed, above a product takes less memory
SMALL_KEYS = 1 << 24  # numbers below it are found in a table of this length
BURN_IN, BETWEEN = 100, 10  # rounds of trades before the first draw, and from one draw to the next

Expectation = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # mean, standard deviation, p_more, p_less


def shuffle_matrix(
    matrix: TermMatrix, *, seed: int = 1, null: str = "margins", within: str | Sequence | np.ndarray | None = None
) -> TermMatrix:
    """Return one random matrix of the null model.

    The null ``margins`` keeps the number of terms of each unit and the number of units of each term: curveball trades
    (Strona et al. 2014), in rounds in which every unit trades with another one (global trades: Carstens et al. 2018).
    ``terms`` keeps only the second number. Nothing of `matrix` but its margins is used.

    Parameters
    ----------
    matrix : zhagen.statistics.terms.TermMatrix
        Units x terms; counts above 1 count as 1.
    seed : int, default 1
        Seed of the random generator; the same seed gives the same matrix.
    null : {"margins", "terms"}, default "margins"
        What is kept.
    within : str or sequence, optional
        What the shuffling must not cross: a column of ``matrix.units``, such as ``section_id``, or one label for each
        unit. None shuffles over all units.

    Returns
    -------
    zhagen.statistics.terms.TermMatrix
        The units and terms of `matrix`, with counts of 0 and 1.

    Raises
    ------
    ZhagenError
        If there is no such null, or `within` names no column, or not one label for each unit.

    References
    ----------
    Carstens, C. J., Hamann, M., Meyer, U., Penschuck, M., Tran, H. and Wagner, D. (2018). Parallel and I/O-efficient
    randomisation of massive networks using global curveball trades.

    Strona, G., Nappo, D., Boccacci, F., Fattorini, S. and San-Miguel-Ayanz, J. (2014). A fast and unbiased procedure to
    randomize ecological binary matrices with fixed row and column totals.

    Examples
    --------
    >>> counts = csr_array(np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]]))
    >>> found = shuffle_matrix(TermMatrix(counts, None, np.array(["平台", "用户", "需求"]))).counts
    >>> found.sum(axis=0).tolist(), found.sum(axis=1).tolist()
    ([2, 1, 1], [2, 1, 1])
    """
    layout, rng = _laid_out(matrix, null, within), np.random.default_rng(seed)
    if null == "margins":
        unit, term = next(_draws(layout, rng))
        unit, term = layout.units[unit], layout.terms[term]
    else:
        term = np.concatenate([np.repeat(np.arange(len(counts)), counts) for counts in layout.columns])
        members = [np.flatnonzero(layout.group == group) for group in range(len(layout.columns))]
        chosen = [
            places[rng.choice(len(places), count, replace=False)]
            for places, counts in zip(members, layout.columns, strict=True)
            for count in counts
        ]
        unit = np.concatenate([*chosen, np.zeros(0, np.int64)]).astype(np.int64)
    counts = coo_array((np.ones(len(unit), np.int64), (unit, term)), shape=matrix.counts.shape).tocsr()
    return TermMatrix(counts, matrix.units, matrix.terms)


def shuffle_pairs(
    matrix: TermMatrix,
    edges: pd.DataFrame,
    *,
    draws: int = 2000,
    seed: int = 1,
    within: str | Sequence | np.ndarray | None = None,
) -> np.ndarray:
    """Count how often given pairs of terms meet in each of many random matrices.

    The matrices keep how many terms a unit has and how many units a term (the null ``margins`` of `shuffle_matrix`) and
    come from one chain of trades, as in `chance_table`. That function summarises the draws pair by pair; here each draw
    stays whole, so that a statement on several pairs at once, such as how many of them meet more often than expected,
    can be asked of every draw.

    Parameters
    ----------
    matrix : zhagen.statistics.terms.TermMatrix
        Units x terms; counts above 1 count as 1. All its terms and units are part of the null model.
    edges : pandas.DataFrame
        Columns ``term_a`` and ``term_b``, terms of the matrix; the pairs need not meet.
    draws : int, default 2000
        Number of random matrices, 1 or more.
    seed : int, default 1
        Seed of the random generator; the same seed gives the same result.
    within : str or sequence, optional
        What the shuffling must not cross: a column of ``matrix.units``, such as ``section_id``, or one label for each
        unit. None shuffles over all units.

    Returns
    -------
    numpy.ndarray
        One row for each draw, one column for each pair, in the order of the edges (int64).

    Raises
    ------
    ZhagenError
        If `draws` is below 1, a term of the edges is not one of the matrix, or `within` does not fit.

    References
    ----------
    Strona, G., Nappo, D., Boccacci, F., Fattorini, S. and San-Miguel-Ayanz, J. (2014). A fast and unbiased procedure to
    randomize ecological binary matrices with fixed row and column totals.

    Examples
    --------
    >>> counts = csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> matrix = TermMatrix(counts, None, np.array(["平台", "用户", "需求"]))
    >>> pair = pd.DataFrame({"term_a": ["平台"], "term_b": ["用户"]})
    >>> found = shuffle_pairs(matrix, pair, draws=200)
    >>> found.shape, sorted({int(n12) for n12 in found[:, 0]})
    ((200, 1), [1, 2])
    """
    layout = _laid_out(matrix, "margins", within)
    if draws < 1:
        raise ZhagenError(f"{draws} draws", todo="give 1 or more")
    ends = [pd.Index(matrix.terms).get_indexer(edges[end]) for end in ("term_a", "term_b")]
    if unknown := [term for end, at in zip(("term_a", "term_b"), ends, strict=True) for term in edges[end][at < 0]]:
        raise ZhagenError(f"the matrix has no term {unknown[0]}", todo="give pairs of terms of the same matrix")
    # a draw names terms by their place in falling order of units; `column` is that place's column among the terms asked
    asked, places = np.unique(ends, return_inverse=True)
    first, second = places.reshape(2, -1)
    column = np.full(len(layout.terms), -1)
    column[asked] = np.arange(len(asked))
    column = column[layout.terms]
    counted, drawn = np.zeros((draws, len(edges)), np.int64), _draws(layout, np.random.default_rng(seed))
    for draw in counted if len(edges) else ():
        unit, term = next(drawn)
        kept = column[term] >= 0
        held = np.zeros((len(layout.units), len(asked)))
        held[unit[kept], column[term[kept]]] = 1
        draw[:] = (held.T @ held)[first, second]
    return counted


def chance_table(
    matrix: TermMatrix,
    edges: pd.DataFrame | None = None,
    *,
    draws: int = 200,
    seed: int = 1,
    null: str = "margins",
    within: str | Sequence | np.ndarray | None = None,
    min_count: int = 1,
    tests: int | None = None,
) -> pd.DataFrame:
    """Test how often two terms would meet by chance.

    Under either null the chances of a pair depend only on its n1 and n2 (with `within`: in each group). With ``terms``,
    n12 is hypergeometric and the result exact (Fisher's test; with `within` a sum of independent hypergeometric
    numbers); draws and seed are not used. With ``margins`` the matrix is drawn `draws` times from one chain of trades
    (100 rounds before the first draw, 10 between draws), and pairs with the same n1 and n2 are pooled: each draw gives
    information on all of them. So the result is exactly the same whatever the order of the units and the names of the
    terms. With `within` few pairs have the same numbers in every group, so a p moves more from seed to seed.

    With draws, p = (1 + draws x share) / (1 + draws), share the part of the draws (of the pooled pairs in them) that
    reach n12 (Davison and Hinkley 1997; Phipson and Smyth 2010). The smallest is 1 / (draws + 1), so with many pairs
    p_bh needs many draws to be small: restrict the matrix to frequent terms, a choice that does not depend on pairs.
    From seed to seed a p that is not pooled moves by about ``sqrt(p (1 - p) / draws)``: near 0.05 by 0.007 with 999
    draws, 0.002 with 9999.
    Pairs of windows that overlap get too small a p.

    Parameters
    ----------
    matrix : zhagen.statistics.terms.TermMatrix
        Units x terms; counts above 1 count as 1. All its terms and units are part of the null model.
    edges : pandas.DataFrame, optional
        Pairs of the matrix, as `zhagen.statistics.association.cooccurrence_table` returns them. None takes all pairs
        that meet.
    draws : int, default 200
        Number of random matrices, 1 or more.
    seed : int, default 1
        Seed of the random generator; the same seed gives the same result.
    null : {"margins", "terms"}, default "margins"
        The null model, see `shuffle_matrix`.
    within : str or sequence, optional
        What the shuffling must not cross: a column of ``matrix.units``, such as ``section_id``, or one label for each
        unit. None shuffles over all units.
    min_count : int, default 1
        The least n12 of a pair.
    tests : int, optional
        Number of tests for which p_bh corrects. None takes all pairs of terms of the matrix, listed or not: a list of
        the pairs that met was chosen by what is tested, and a pair that never met has p_more 1. Give the number of the
        edges only if they were chosen without looking at n12.

    Returns
    -------
    pandas.DataFrame
        The edges in their order, with ``expected`` (mean n12 under the null), ``sd`` (its standard deviation), ``z``
        ((n12 - expected) / sd; 0 if the null allows only this n12, and with draws plus or minus infinity if they all
        gave one other number), ``p_more`` and ``p_less`` (chance of an n12 at least, at most as high), ``p_bh``
        (p_more after Benjamini and Hochberg, for `tests` tests; those that are not listed have the p 1).

    Raises
    ------
    ZhagenError
        If `draws` is below 1, there is no such null, `within` does not fit, an edge is not one of the matrix, or there
        are fewer tests than edges.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and powerful approach to
    multiple testing.

    Davison, A. C. and Hinkley, D. V. (1997). Bootstrap methods and their application.

    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero.

    Examples
    --------
    >>> counts = csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 1]]))
    >>> matrix = TermMatrix(counts, None, np.array(["平台", "用户", "需求"]))
    >>> chance_table(matrix, null="terms").loc[0, ["expected", "p_more"]].tolist()
    [1.5, 0.5]
    """
    layout = _laid_out(matrix, null, within)
    columns = layout.columns.sum(axis=0)
    if draws < 1:
        raise ZhagenError(f"{draws} draws", todo="give 1 or more")
    edges = cooccurrence_table(matrix, min_count=min_count) if edges is None else edges[edges["n12"] >= min_count]
    _check(edges, matrix.terms, columns, len(layout.units))
    terms = int((columns > 0).sum())
    tests = terms * (terms - 1) // 2 if tests is None else tests
    if tests < len(edges):
        raise ZhagenError(f"{tests} tests are fewer than the {len(edges)} pairs", todo="leave tests out, or give more")
    n12 = edges["n12"].to_numpy(np.int64)
    one, other = (pd.Index(matrix.terms).get_indexer(edges[end]) for end in ("term_a", "term_b"))
    if null == "margins":
        expected, sd, more, less = _drawn(n12, one, other, layout, draws, np.random.default_rng(seed))
    elif len(layout.columns) == 1:
        expected, sd, more, less = _hypergeometric(n12, columns[one], columns[other], len(layout.units))
    else:
        expected, sd, more, less = _hypergeometric_sums(n12, one, other, layout)
    above = n12 - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(above == 0, 0.0, above / sd)
    # what is not listed has p 1, the last of all ranks: it changes only the number of tests
    adjusted = adjust_p(np.minimum(more * tests / len(more), 1), "bh") if len(more) else more
    return edges.assign(expected=expected, sd=sd, z=z, p_more=more, p_less=less, p_bh=adjusted)


class _Layout(NamedTuple):
    """What a null model keeps, and the order in which its draws name units and terms.

    A draw does not know the matrix: it numbers the units group by group, the longest first, and the terms so that those
    with more units come first. `units` and `terms` lead from these numbers back to the rows and columns of the matrix.
    """

    group: np.ndarray  # the group of each unit of the matrix, from 0
    rows: np.ndarray  # how many terms each unit of the matrix has
    columns: np.ndarray  # groups x terms of the matrix: in how many units of the group the term is
    kinds: np.ndarray  # of each term of the matrix: terms with the same column of `columns` are of one kind
    units: np.ndarray
    terms: np.ndarray


def _laid_out(matrix: TermMatrix, null: str, within: str | Sequence | np.ndarray | None) -> _Layout:
    """Return the number of terms of each unit, of units of each term in each group, and the orders of both."""
    if null not in NULLS:
        raise ZhagenError(f"there is no null {null!r}", todo=f"use one of {', '.join(NULLS)}")
    present = (matrix.counts > 0).astype(np.int64)
    group = _groups(matrix, within)
    rows = np.asarray(present.sum(axis=1, dtype=np.int64)).ravel().astype(np.intp, copy=False)
    shape = (int(group.max(initial=0)) + 1, len(group))
    chosen = csr_array((np.ones(len(group), np.int64), (group, np.arange(len(group)))), shape=shape)
    columns = (chosen @ present).toarray().astype(np.intp, copy=False)
    kinds = np.unique(columns, axis=1, return_inverse=True)[1].ravel() if columns.size else np.zeros(0, np.intp)
    units = np.lexsort((-rows, group))
    terms = np.lexsort((*-columns[::-1], -columns.sum(axis=0)))  # the last key is the first to decide
    return _Layout(group, rows, columns, kinds.astype(np.int64, copy=False), units, terms)


def _groups(matrix: TermMatrix, within: str | Sequence | np.ndarray | None) -> np.ndarray:
    """Return the number of the group of each unit, from 0, in the order of the labels."""
    units = matrix.counts.shape[0]
    if within is None:
        return np.zeros(units, np.intp)
    if isinstance(within, str):
        if matrix.units is None or within not in matrix.units:
            known = [] if matrix.units is None else list(matrix.units.columns)
            raise ZhagenError(
                f"the units have no column {within!r}",
                todo=f"use one of {', '.join(known) or 'the labels of the units'}, or give one label for each unit",
            )
        within = matrix.units[within].to_numpy()
    labels = pd.Series(list(within), dtype=object)
    if len(labels) != units or labels.isna().any():
        raise ZhagenError(f"{units} units have {labels.count()} groups", todo="give one label for each unit")
    return pd.factorize(labels, sort=True)[0].astype(np.intp, copy=False)


def _check(edges: pd.DataFrame, terms: np.ndarray, columns: np.ndarray, N: int) -> None:
    counts = dict(zip(terms.tolist(), columns.tolist(), strict=True))
    for end, number in (("term_a", "n1"), ("term_b", "n2")):
        fits = (edges[end].map(counts) == edges[number]) & (edges["N"] == N)
        if not fits.all():
            raise ZhagenError(
                f"{int((~fits).sum())} pairs are not of this matrix, as {edges[end][~fits].iloc[0]} shows",
                todo="give the binary co-occurrence of the same matrix",
            )


def _hypergeometric(n12: np.ndarray, n1: np.ndarray, n2: np.ndarray, N: int) -> Expectation:
    """Return mean and standard deviation of n12, and the chances of as many and more, of as many and fewer."""
    from scipy.stats import hypergeom

    numbers, place = np.unique([n12, *np.sort([n1, n2], axis=0)], axis=1, return_inverse=True)
    both, one, other = numbers.astype(float)
    variance = one * other * (N - one) * (N - other) / (max(N, 1) ** 2 * max(N - 1, 1))
    law = hypergeom(N, one, other)
    mean, more, less = one * other / max(N, 1), law.sf(both - 1), law.cdf(both)
    return mean[place], np.sqrt(variance)[place], more[place], less[place]


def _hypergeometric_sums(n12: np.ndarray, one: np.ndarray, other: np.ndarray, layout: _Layout) -> Expectation:
    """Return what `_hypergeometric` does for meetings inside groups; `one` and `other` are terms.

    In a group the meetings of two terms follow the law of its size and of their numbers there. Few different laws are
    in most groups, so the sum over all groups is made of powers of laws: how often each is there, not where.
    """
    sizes = np.bincount(layout.group.astype(np.intp, copy=False), minlength=len(layout.columns)).astype(np.int64)
    asked = np.union1d(one, other)
    held = layout.columns[:, asked].astype(float)
    free, large = sizes[:, None] - held, sizes[:, None].astype(float)
    first, second = np.searchsorted(asked, one), np.searchsorted(asked, other)
    mean = ((held / large).T @ held)[first, second]
    variance = ((held * free / (large**2 * np.maximum(large - 1, 1))).T @ (held * free))[first, second]
    low, high = np.sort([first, second], axis=0)
    pairs, number = np.unique(low * len(asked) + high, return_inverse=True)
    laws, of_pair, times = _laws_of(pairs, layout.columns[:, asked].astype(np.int64), sizes)
    powers = [{1: law} for law in laws]
    borders = np.searchsorted(of_pair // len(laws), np.arange(len(pairs) + 1)).tolist() if len(laws) else []
    numbers, often = (of_pair % max(len(laws), 1)).tolist(), times.tolist()
    sums = [np.ones(1)] * len(pairs)
    for pair in range(len(pairs) if len(laws) else 0):
        inside = slice(borders[pair], borders[pair + 1])
        parts = [_power(powers[law], many) for law, many in zip(numbers[inside], often[inside], strict=True)]
        for part in sorted(parts, key=len):
            # of short rows, `np.convolve` takes longer to call this than this takes
            sums[pair] = np.correlate(sums[pair], part[::-1], "full") if len(sums[pair]) > 1 else part
    more, less = np.ones(len(n12)), np.ones(len(n12))
    for edge, (pair, both) in enumerate(zip(number.tolist(), n12.tolist(), strict=True)):
        more[edge], less[edge] = np.add.reduce(sums[pair][both:]), np.add.reduce(sums[pair][: both + 1])
    return mean, np.sqrt(np.maximum(variance, 0)), np.minimum(more, 1), np.minimum(less, 1)


def _laws_of(
    pairs: np.ndarray, columns: np.ndarray, sizes: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Return the laws of the meetings inside the groups, and how often each pair has each of them.

    `pairs` are low x number of terms + high, sorted. A law gives the chance of 0, 1, 2 … meetings. Which pair has it is
    said by pair x number of laws + law, sorted.
    """
    terms, top = columns.shape[1], int(columns.max(initial=0)) + 1
    found, counted, known = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], np.zeros(0, np.int64)
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    where, corners = _numbering(pairs, terms**2), dict[int, Any]()
    for group, numbers in enumerate(columns):
        present = np.flatnonzero(numbers)
        if len(present) not in corners:
            corners[len(present)] = np.triu_indices(len(present), 1)
        first, second = corners[len(present)]
        place = where(present[first] * terms + present[second])
        kept = np.flatnonzero(place >= 0)
        few, many = numbers[present[first[kept]]], numbers[present[second[kept]]]
        few, many = np.minimum(few, many), np.maximum(few, many)
        parts.append((place[kept], (sizes[group] * top + few) * top + many))
    if parts:
        laws = np.concatenate([keys for _, keys in parts])
        known, _ = _counted(laws)
        law = _numbering(known, int(known.max(initial=0)) + 1)(laws)
        kinds, often = _counted(np.concatenate([place for place, _ in parts]) * max(len(known), 1) + law)
        found, counted = [kinds], [often]
    several = zip((known // top**2).tolist(), (known // top % top).tolist(), (known % top).tolist(), strict=True)
    return [_law(*one) for one in several], np.concatenate(found), np.concatenate(counted)


def _numbering(known: np.ndarray, bound: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return what says the place of keys below a bound among some that are sorted, -1 for others."""
    if bound < SMALL_KEYS:
        table = np.full(bound, -1, np.int64)
        table[known] = np.arange(len(known))
        return table.__getitem__

    def places(keys: np.ndarray) -> np.ndarray:
        place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.where(known[place] == keys, place, -1) if len(known) else np.full(len(keys), -1)

    return places


def _counted(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different keys, sorted, and how often each is there; small ones are not sorted, but counted."""
    if keys.max(initial=0) < SMALL_KEYS:
        times = np.bincount(keys.astype(np.intp, copy=False))
        found = np.flatnonzero(times)
        return found, times[found]
    return np.unique(keys, return_counts=True)


def _law(size: int, one: int, other: int) -> np.ndarray:
    """Return the chance of 0, 1, 2 … meetings."""
    low, chances = hypergeometric_law(size, one, other)
    return np.concatenate([np.zeros(low), chances])


def _power(known: dict[int, np.ndarray], times: int) -> np.ndarray:
    """Return the law of a sum of `times` numbers of one law; what was computed is kept."""
    if times not in known:
        half = _power(known, times // 2)
        square = np.convolve(half, half)
        whole = np.convolve(square, known[1]) if times % 2 else square
        known[times] = whole[: len(np.trim_zeros(whole, "b"))]  # a chance too small for a number is 0
    return known[times]


def _drawn(
    n12: np.ndarray, one: np.ndarray, other: np.ndarray, layout: _Layout, draws: int, rng: np.random.Generator
) -> Expectation:
    """Return what `_hypergeometric` does, from draws with both margins fixed; `one` and `other` are terms.

    Pairs whose terms are of the same two kinds are of one kind. `keys` are kind x width + n12, `times` says how often a
    pair of this kind met n12 times in all draws; pairs that never met are added with n12 0. Sorted, the keys of one
    kind follow each other by n12: sums up to a key say how many draws reached at most, and so how many at least, its
    n12.
    """
    members = np.bincount(layout.kinds.astype(np.intp, copy=False)).astype(np.int64, copy=False)  # 64 bits: multiplied
    low, high = np.sort([layout.kinds[one], layout.kinds[other]], axis=0).reshape(2, -1)
    asked = np.union1d(low, high)
    kinds, first, kind = np.unique(low * len(members) + high, return_index=True, return_inverse=True)
    low, high = low[first], high[first]
    pairs = np.where(low == high, members[low] * (members[low] - 1) // 2, members[low] * members[high])
    width = int(layout.columns.sum(axis=0).max(initial=0)) + 2
    keys, times = _meetings(kinds, asked, width, layout, draws if len(n12) else 0, rng)
    never = draws * pairs - _sums(keys // width, times, len(kinds)).astype(np.int64)
    keys, times = np.concatenate([keys, np.arange(len(kinds)) * width]), np.concatenate([times, never])
    order = np.argsort(keys)
    keys, times = keys[order], times[order]
    total, met = draws * pairs, keys % width
    mean = _sums(keys // width, met * times, len(kinds)) / total
    variance = _sums(keys // width, (met - mean[keys // width]) ** 2 * times, len(kinds)) / total
    until = np.concatenate([[0], np.cumsum(times)])
    more = np.cumsum(total)[kind] - until[np.searchsorted(keys, kind * width + n12)]
    less = until[np.searchsorted(keys, kind * width + n12, side="right")] - (np.cumsum(total) - total)[kind]
    more, less = ((1 + number / pairs[kind]) / (1 + draws) for number in (more, less))
    return mean[kind], np.sqrt(variance)[kind], more, less


def _sums(places: np.ndarray, values: np.ndarray, number: int) -> np.ndarray:
    """Add the values of each of `number` places."""
    return np.bincount(places.astype(np.intp, copy=False), values, number)


def _meetings(
    kinds: np.ndarray, asked: np.ndarray, width: int, layout: _Layout, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Count, over all draws, how often pairs of one kind meet how often: sorted keys kind x width + n12, and counts.

    A kind of pairs is the two kinds of its terms: low x number of kinds + high. Pairs that do not meet are not among
    them.
    """
    ordered, number = layout.kinds[layout.terms], int(layout.kinds.max(initial=-1)) + 1
    kept, rows = np.isin(ordered, asked), layout.rows[layout.units]
    few = (rows * (rows - 1)).sum() <= FEW_PAIRS
    first, second = _pairs_inside(rows) if few else (None, None)
    found, drawn = [(np.zeros(0, np.int64), np.zeros(0, np.int64))], _draws(layout, rng)
    for _ in range(draws):
        unit, term = next(drawn)
        if few:
            one, other = term[first].astype(np.int64), term[second].astype(np.int64)
            pairs = (np.minimum(one, other) * len(kept) + np.maximum(one, other))[kept[one] & kept[other]]
            pairs, n12 = np.unique(pairs, return_counts=True)
            ends = np.divmod(pairs, len(kept))
        else:
            shape = (len(layout.units), len(layout.terms))
            units = csr_array((np.ones(len(unit), np.int64), (unit, term)), shape=shape)
            product = triu(units.T @ units, k=1).tocoo()
            both = kept[product.row] & kept[product.col]
            ends, n12 = (product.row[both], product.col[both]), product.data[both]
        low, high = np.sort([ordered[end] for end in ends], axis=0)
        found.append(np.unique((low * number + high) * width + n12, return_counts=True))
    keys, place = np.unique(np.concatenate([keys for keys, _ in found]), return_inverse=True)
    times = _sums(place, np.concatenate([times for _, times in found]), len(keys)).astype(np.int64)
    listed = np.isin(keys // width, kinds)
    return np.searchsorted(kinds, keys[listed] // width) * width + keys[listed] % width, times[listed]


def _pairs_inside(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the two ones of each pair in a unit; the ones lie unit by unit, `rows` says how many."""
    before = np.arange(rows.sum()) - np.repeat(np.cumsum(rows) - rows, rows)  # of each one: ones before it in its unit
    before = before.astype(np.intp, copy=False)
    second = np.repeat(np.arange(rows.sum()), before)
    first = (
        np.arange(len(second))
        - np.repeat(np.cumsum(before) - before, before)
        + np.repeat(np.repeat(np.cumsum(rows) - rows, rows), before)
    )
    return first, second


def _draws(layout: _Layout, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield random matrices with given margins without end: unit and term of each 1, as `_Layout` numbers them.

    The chain starts from the matrices that `_first` makes of the margins of each group. In a round, the units of a
    group trade in random pairs: the terms that one of the two has and the other has not are dealt anew. How often a
    pair of terms meets keeps about half of its correlation from round to round (measured on the studies' sentences: 0.5
    after one round, 0.04 after 5, 0 within error after 10), and 15 rounds leave nothing of the start: 10 and 100 are on
    the safe side.

    How a round works: units get a random order, and in each group the first and second, third and fourth … are
    partners; the last of an odd number has none. `key` names partners and term, so a key that occurs twice is a term
    that both have, which stays; all others are the partners' `own`. These are sorted by partners and within them at
    random, and their terms are dealt out in this order.
    """
    group, rows = layout.group[layout.units], layout.rows[layout.units]
    sizes = np.bincount(group.astype(np.intp, copy=False), minlength=len(layout.columns))
    start = np.cumsum(sizes) - sizes  # the first unit of each group; `before`: the partners in the groups before it
    before = np.cumsum((sizes + 1) // 2) - (sizes + 1) // 2
    couples = before[group] + (np.arange(len(rows)) - start[group]) // 2
    parts = []
    for place, columns in enumerate(layout.columns[:, layout.terms]):
        unit, term = _first(rows[start[place] : start[place] + sizes[place]], columns)
        parts.append((unit + start[place], np.argsort(-columns, kind="stable")[term]))
    unit, term = (np.concatenate(ends) for ends in zip(*parts, strict=True))
    partner = np.empty(len(rows), np.int64)
    rounds = BURN_IN
    while True:
        for _ in range(rounds):
            order = rng.permutation(len(rows))
            if len(sizes) > 1:
                order = order[np.argsort(group[order], kind="stable")]
            partner[order] = couples
            partners = partner[unit]
            key = partners * len(layout.terms) + term
            order = np.argsort(key)
            key = key[order]
            alone = np.ones(len(key), bool)
            alone[1:] = key[1:] != key[:-1]
            alone[:-1] &= alone[1:]
            own = order[alone]
            dealt = own[np.argsort(partners[own] + rng.random(len(own)), kind="stable")]
            term[own] = term[dealt]  # both run over the partners in one order
        yield unit.copy(), term.copy()
        rounds = BETWEEN


def _first(rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a matrix with given margins: each unit takes the terms that have most units left (Gale 1957, Ryser 1957).

    Of terms that have equally many left the last are taken, which keeps them in order.
    """
    left = np.sort(-columns)  # negative, so that the most come first
    terms = [np.zeros(0, np.int64)]
    for number in -np.sort(-rows):
        value = left[number - 1] if number else 0
        start, end = np.searchsorted(left, value), np.searchsorted(left, value, side="right")
        terms.append(np.concatenate([np.arange(min(start, number)), np.arange(end - max(number - start, 0), end)]))
        left[terms[-1]] += 1
    return np.repeat(np.arange(len(rows)), -np.sort(-rows)), np.concatenate(terms)
