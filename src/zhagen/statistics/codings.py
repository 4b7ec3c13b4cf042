"""What codings show: which codes come with an attribute of the source, and which codes meet in one segment.

A coding is a row: a source (an interview, a field note) and a code, and for meetings the segment of the source. Codings
of one source are not independent of each other: whoever says something once says it again. So nothing here takes single
codings for a sample: attributes are shuffled between whole sources, codes inside each source.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import combinations
from math import factorial, prod
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from zhagen.errors import ZhagenError
from zhagen.statistics.association import EDGES, add_measures
from zhagen.statistics.chance import chance_table
from zhagen.statistics.inference import adjust_p
from zhagen.statistics.terms import TermMatrix

BLOCK = 128  # shufflings that are counted at once: memory, not the result
CROSSED = "code value count total share expected residual p p_holm p_bh".split()
MEETING = "n12 n1 n2 N c npmi expected sd z p_more p_less p_holm p_bh".split()


def attribute_table(
    codings: pd.DataFrame,
    attributes: pd.Series | Mapping[Hashable, Hashable],
    *,
    count: str = "codings",
    draws: int = 1999,
    seed: int = 1,
) -> pd.DataFrame:
    """Cross codes with an attribute of the sources: who speaks of what, and more than by chance?

    For a code with n codings among N, and a value whose sources have m codings, ``expected = n m / N``, and the
    adjusted residual is ``(count - expected) / sqrt(expected (1 - n / N) (1 - m / N))``: how far the cell is off, in
    standard deviations, if codings were independent. They are not, so do not look it up in the normal distribution:
    it says where a code is off, ``p`` whether.

    p is of the code, over all values at once: the values are shuffled between the sources, which keep their codings,
    and p is the share of the shufflings in which the chi-square of the code against all others is as high or higher
    (with the observed one among them). Where there are no more ways to share out the values than `draws`, all are taken
    and p is exact. With few sources it cannot be small: for 3 sources against 3 there are 20 ways, and each is as far
    off as its mirror image, so p is 0.1 at least.

    Parameters
    ----------
    codings : pandas.DataFrame
        One row a coding: ``source``, ``code``; other columns are ignored.
    attributes : pandas.Series or mapping
        Source -> value of the attribute, for all sources that were coded, also those without a coding. A source with a
        missing value is left out, with its codings.
    count : {"codings", "sources"}, default "codings"
        ``codings``: each row counts, so long interviews weigh more. ``sources``: a source has a code or does not; m is
        then the number of sources with the value, N that of all.
    draws : int, default 1999
        Number of shufflings.
    seed : int, default 1
        Seed of the random generator; the same seed gives the same result whatever the order of the rows.

    Returns
    -------
    pandas.DataFrame
        One row a code and value, both sorted: ``code``, ``value``; ``count`` (int); ``total`` (int, m); ``share``
        (float, count / m; NaN where m is 0); ``expected``, ``residual`` (float; 0 where nothing can differ); ``p`` and,
        corrected for the number of codes, ``p_holm``, ``p_bh`` (float, the same in all rows of a code).
        ``attrs["p"]`` says how many ways were taken: ``1999 draws`` or ``all 20 ways``.

    Raises
    ------
    ZhagenError
        If a column is missing, there is no coding, a coded source has no entry in the attributes, fewer than two values
        are left, `count` is another word or `draws` below 1.

    References
    ----------
    Haberman (1973). The analysis of residuals in cross-classified tables.

    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("I1", "价格"), ("I1", "价格"), ("I2", "价格"), ("I3", "信任"), ("I4", "信任"), ("I4", "价格")]
    >>> role = {"I1": "卖家", "I2": "卖家", "I3": "买家", "I4": "买家"}
    >>> table = attribute_table(pd.DataFrame(rows, columns=["source", "code"]), role)
    >>> table[["code", "value", "count", "expected", "residual", "p"]].round(2).values.tolist()[:2]
    [['价格', '买家', 1, 2.0, -1.73, 0.33], ['价格', '卖家', 3, 2.0, 1.73, 0.33]]
    >>> table.attrs["p"]
    'all 6 ways'
    """
    _need(codings, ["source", "code"])
    if count not in ("codings", "sources"):
        raise ZhagenError(f"count is {count!r}", todo="give codings or sources")
    if draws < 1:
        raise ZhagenError(f"there are {draws} draws", todo="draw 1000 times or more")
    of = dict(attributes)
    rows = codings.dropna(subset=["source", "code"])
    strange = rows.source[~rows.source.isin(of)]
    if len(strange):
        raise ZhagenError(f"the source {strange.iloc[0]} has no attribute", todo="give a value for each coded source")
    sources = sorted((source for source, value in of.items() if not pd.isna(value)), key=str)
    values = sorted({of[source] for source in sources}, key=str)
    rows = rows[rows.source.isin(sources)]
    if rows.empty or len(values) < 2:
        raise ZhagenError(f"{len(rows)} codings, {len(values)} values", todo="give codings and two values or more")
    table = pd.crosstab(rows.source, rows.code).reindex(sources, fill_value=0)
    codes = sorted(table.columns, key=str)
    counts = table[codes].to_numpy(np.int64)
    counts = counts if count == "codings" else (counts > 0).astype(np.int64)
    weight = counts.sum(axis=1) if count == "codings" else np.ones(len(sources), np.int64)
    own = np.array([values.index(of[source]) for source in sources])
    ways = factorial(len(own)) // prod(factorial(int(number)) for number in np.bincount(own))
    if ways <= draws:
        shuffled, said, alone = np.array(list(_shared_out(own))), f"all {ways} ways", 0
    else:
        shuffled, said, alone = _shufflings(own, draws, seed), f"{draws} draws", 1
    observed, total, expected, residual, chi2 = _crossed(counts, weight, own[None], len(values))
    blocks = np.array_split(shuffled, -(-len(shuffled) // BLOCK))
    drawn = np.concatenate([_crossed(counts, weight, block, len(values))[-1] for block in blocks])
    p = ((drawn >= chi2 - 1e-9 * np.maximum(chi2, 1)).sum(axis=0) + alone) / (len(shuffled) + alone)
    share = np.divide(observed[0], total[0], out=np.full(observed[0].shape, np.nan), where=total[0] > 0)
    columns: dict[str, Any] = {"code": np.repeat(codes, len(values)), "value": np.tile(np.array(values), len(codes))}
    number = {"count": observed[0].ravel(), "total": np.tile(total[0], len(codes))}
    columns |= {name: cells.astype(np.int64) for name, cells in number.items()} | {"share": share.ravel()}
    columns |= {"expected": expected[0].ravel(), "residual": residual[0].ravel()}
    columns |= {
        name: np.repeat(numbers, len(values))
        for name, numbers in (("p", p), ("p_holm", adjust_p(p)), ("p_bh", adjust_p(p, "bh")))
    }
    found = pd.DataFrame(columns)[CROSSED]
    found.attrs["p"] = said
    return found


def _crossed(
    counts: np.ndarray, weight: np.ndarray, assigned: np.ndarray, values: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return counts, totals, expected counts, adjusted residuals and the chi-square of each code, for each assignment.

    `counts` is sources x codes, `assigned` ways x sources: the number of the value of each source.
    """
    chosen = (assigned[:, None, :] == np.arange(values)[:, None]).astype(float)  # ways x values x sources
    # whole numbers as float multiply quicker, and are exact
    observed = (chosen.reshape(-1, len(counts)) @ counts.astype(float)).reshape(len(chosen), values, -1)
    observed = observed.transpose(0, 2, 1)
    total = chosen @ weight
    every = weight.sum()
    of_code = counts.sum(axis=0)[None, :, None]
    expected = of_code * total[:, None, :] / every
    left = expected * (1 - of_code / every)
    variance = left * (1 - total[:, None, :] / every)
    apart = observed - expected
    residual = np.divide(apart, np.sqrt(variance), out=np.zeros(apart.shape), where=variance > 1e-12)
    chi2 = np.divide(apart**2, left, out=np.zeros(apart.shape), where=left > 1e-12).sum(axis=2)
    return observed, total, expected, residual, chi2


def _shufflings(own: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Return random orders of the values: draws x sources."""
    return np.random.default_rng(seed).permuted(np.tile(own, (draws, 1)), axis=1)


def _shared_out(own: np.ndarray) -> Iterator[np.ndarray]:
    """Yield every way to share out the values over the sources, each once."""
    numbers = np.bincount(own)

    def place(value: int, free: tuple[int, ...], found: np.ndarray) -> Iterator[np.ndarray]:
        if value == len(numbers):
            yield found
            return
        for chosen in combinations(free, int(numbers[value])):
            further = found.copy()
            further[list(chosen)] = value
            yield from place(value + 1, tuple(source for source in free if source not in chosen), further)

    yield from place(0, tuple(range(len(own))), np.zeros(len(own), np.int64))


def code_meetings(
    segments: pd.DataFrame, *, null: str = "terms", draws: int = 1999, seed: int = 1, min_count: int = 0
) -> pd.DataFrame:
    """Count in how many segments two codes meet, and how often they would by chance inside each source.

    A segment (a turn, a sentence, a passage) is the unit. By chance means: in each source, every code keeps the number
    of its segments there, and they are shuffled over the segments of that source. So that two codes belong to the same
    interviews does not count; that they meet in the same places of these interviews does.

    Parameters
    ----------
    segments : pandas.DataFrame
        One row a code in a segment: ``source``, ``segment`` (its name inside the source), ``code``; repeated rows count
        once. A segment that nobody coded has one row with a missing code, because it belongs to N.
    null : {"terms", "margins"}, default "terms"
        ``terms`` shuffles each code on its own, and the result is exact. ``margins`` also keeps how many codes each
        segment has, and needs draws: where some segments carry many codes and most carry one, it is the stricter one.
    draws : int, default 1999
        Number of random tables, for ``margins``.
    seed : int, default 1
        Seed of the random generator, for ``margins``.
    min_count : int, default 0
        The least number of common segments of a pair; with 0 pairs that never meet are listed, too.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``code_a``, ``code_b`` (str, code_a first by code point), ``n12``, ``n1``, ``n2``, ``N`` (int,
        segments); ``c`` (float, n12 / (n1 + n2 - n12): ATLAS.ti's coefficient, `jaccard`); ``npmi`` (float, over all
        segments); ``expected``, ``sd``, ``z``, ``p_more``, ``p_less`` as in `chance_table`; ``p_holm``, ``p_bh`` (of
        p_more, for all pairs of codes). Highest n12 first, then by the codes.

    Raises
    ------
    ZhagenError
        If a column is missing, there are fewer than two codes, `min_count` is below 0, or in the cases of
        `chance_table`.

    References
    ----------
    ATLAS.ti, User Manual, chapter Code Co-occurrence Table, section Code Co-occurrence Coefficient.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("I1", 1, "价格"), ("I1", 1, "信任"), ("I1", 2, "价格"), ("I1", 3, None), ("I2", 1, "信任")]
    >>> found = code_meetings(pd.DataFrame(rows, columns=["source", "segment", "code"]))
    >>> found[["code_a", "code_b", "n12", "n1", "n2", "N", "c", "expected"]].round(3).values.tolist()
    [['价格', '信任', 1, 2, 2, 4, 0.333, 0.667]]
    """
    _need(segments, ["source", "segment", "code"])
    if min_count < 0:
        raise ZhagenError(f"min_count is {min_count}", todo="give 0 or more")
    rows = segments.dropna(subset=["source", "segment"])
    source, segment = (pd.factorize(rows[name])[0].astype(np.int64) for name in ("source", "segment"))
    line = pd.factorize(source * (segment.max(initial=0) + 1) + segment)[0]
    places = rows[["source", "segment"]].drop_duplicates(ignore_index=True)
    given = rows.code.notna().to_numpy()
    numbers, named = pd.factorize(rows.code[given])
    codes, column = np.unique(named.to_numpy(dtype=str), return_inverse=True)
    column = column[numbers]
    if len(codes) < 2:
        raise ZhagenError(f"there are {len(codes)} codes", todo="give the segments of two codes or more")
    cells = coo_array((np.ones(len(column), np.int64), (line[given], column)), shape=(len(places), len(codes))).tocsr()
    cells.sum_duplicates()
    cells.data[:] = 1  # a row that is repeated counts once
    matrix = TermMatrix(cells, places, codes)
    first, second = np.triu_indices(len(codes), 1)
    n12, own = (cells.T @ cells).toarray()[first, second], np.asarray(cells.sum(axis=0)).ravel()
    order = np.lexsort((second, first, -n12))
    first, second, n12 = first[order], second[order], n12[order]
    pairs = dict(zip(EDGES, (codes[first], codes[second], n12, own[first], own[second], len(places)), strict=True))
    found = chance_table(matrix, pd.DataFrame(pairs), null=null, draws=draws, seed=seed, within="source", min_count=0)
    found = add_measures(found, ["jaccard", "npmi"]).rename(columns={"jaccard": "c"})
    found = found.assign(p_holm=adjust_p(found.p_more.to_numpy()), p_bh=adjust_p(found.p_more.to_numpy(), "bh"))
    found = found.rename(columns={"term_a": "code_a", "term_b": "code_b"})[["code_a", "code_b", *MEETING]]
    found = found.astype({"code_a": "str", "code_b": "str"})
    return found[found.n12 >= min_count].reset_index(drop=True)


def _need(frame: pd.DataFrame, columns: list[str]) -> None:
    missing = [name for name in columns if name not in frame]
    if missing:
        raise ZhagenError(f"there is no column {missing[0]!r}", todo=f"give a data frame with {', '.join(columns)}")
