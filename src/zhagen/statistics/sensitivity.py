"""Which findings survive other choices: of the unit, of the words that are not counted, of the dictionary.

A statistic gives each label (a term, or a pair of terms) a value; the highest comes first. A variant is the same text
cut or counted in another way. The statistic of each variant is compared with that of the baseline.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.statistics.association import head_with_ties
from zhagen.statistics.terms import TermMatrix, term_frequency, term_matrix, window_matrix

Values = pd.Series | pd.DataFrame


def compare_rankings(baseline: Values, other: Values, *, top: int = 20) -> dict[str, float]:
    """Compare one statistic with another.

    Parameters
    ----------
    baseline, other : pandas.Series or pandas.DataFrame
        Label -> value, or a frame with one column; the label is the index (of two levels for pairs of terms). Labels
        are ranked by value, highest first, equal values by label.
    top : int, default 20
        How many of the highest are compared as a set; a statistic with fewer labels has them all there, and labels
        whose value equals that of the last are in it, too.

    Returns
    -------
    dict
        - ``shared``, ``only_baseline``, ``only_other`` (int): labels in both, in the one, in the other;
        - ``spearman`` (float): rank correlation over the shared labels, -1 to 1; NaN if fewer than 3 are shared or one
          of the two is constant over them, because then there are no ranks to compare;
        - ``top_jaccard`` (float): labels in the top of both over labels in the top of either, 0 to 1;
        - ``top_kept`` (float): share of the baseline's top that is in the other's;
        - ``rbo`` (float): `rank_biased_overlap` of the two rankings, 0 to 1; it knows no ties, so equal values are in
          the order of their labels;
        - ``sign_changes`` (int): shared labels whose values are not both above, both below or both exactly 0;
        - ``sign_share`` (float): their share of the shared labels, NaN if none is shared.

    Raises
    ------
    ZhagenError
        If the baseline has no label, a label occurs twice, a value is missing, a frame has not exactly one column, or
        `top` is below 1.

    References
    ----------
    Spearman (1904).

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.Series({"平台": 3, "用户": 2, "需求": 1})
    >>> found = compare_rankings(one, pd.Series({"平台": 3, "用户": 1, "需求": 2}), top=2)
    >>> found["spearman"], found["top_kept"]
    (0.5, 0.5)
    """
    if top < 1:
        raise ZhagenError(f"top is {top}", todo="give 1 or more")
    given, compared = _series(baseline), _series(other)
    if given.empty:
        raise ZhagenError("the baseline has no label", todo="ask for fewer units in common, or less of a count")
    ranked, others = _ranked(given), _ranked(compared)
    first, second, listed = _top(given, top), _top(compared, top), set(others)
    shared = [label for label in ranked if label in listed]
    one, two = (values.loc[shared].to_numpy(float) if shared else np.zeros(0) for values in (given, compared))
    turned = int(np.sum(np.sign(one) != np.sign(two)))
    return {
        "shared": len(shared),
        "only_baseline": len(given) - len(shared),
        "only_other": len(compared) - len(shared),
        "spearman": _spearman(one, two),
        "top_jaccard": len(first & second) / len(first | second),
        "top_kept": len(first & second) / len(first),
        "rbo": rank_biased_overlap(ranked, others),
        "sign_changes": turned,
        "sign_share": turned / len(shared) if shared else np.nan,
    }


def rank_biased_overlap(one: Iterable[Hashable], other: Iterable[Hashable], *, p: float = 0.9) -> float:
    """Return how much two rankings agree, their heads above all: 0 nothing in common, 1 the same.

    The overlap of the first d of each, weighed by (1 - p) p^(d - 1) and summed over all d; beyond their ends the
    rankings are assumed to agree as far as they did before: RBO_EXT, equation 32 of Webber, Moffat and Zobel. With
    p = 0.9 the first 10 have 86% of the weight.

    Parameters
    ----------
    one, other : iterable of str
        Labels, highest first, no label twice.
    p : float, default 0.9
        Persistence, above 0 and below 1: the nearer to 1, the deeper the comparison.

    Returns
    -------
    float
        0 to 1; 0 if only one of the rankings is empty, 1 if both are.

    Raises
    ------
    ZhagenError
        If `p` is out of range.

    References
    ----------
    Webber, Moffat and Zobel (2010). A similarity measure for indefinite rankings.

    Examples
    --------
    >>> rank_biased_overlap("ab", "ab"), rank_biased_overlap("ab", "cd"), round(rank_biased_overlap("ab", "ba"), 3)
    (1.0, 0.0, 0.9)
    """
    if not 0 < p < 1:
        raise ZhagenError(f"p is {p}", todo="give a number above 0 and below 1")
    short, long = sorted((list(one), list(other)), key=len)
    if not short:
        return float(not long)
    overlap, reached, total = 0, 0, 0.0
    seen: tuple[set, set] = (set(), set())
    # overlap: how many labels the two heads share at this depth; a new label counts where the other head has it already
    for depth in range(1, len(long) + 1):
        for labels, mine, others in ((short, *seen), (long, *seen[::-1])):
            if depth <= len(labels):
                mine.add(labels[depth - 1])
                overlap += labels[depth - 1] in others
        if depth == len(short):
            reached = overlap  # from here on the short one is assumed to agree as far as it did
        beyond = reached * (depth - len(short)) / len(short) if depth > len(short) else 0
        total += (overlap + beyond) / depth * p**depth
    rest = (overlap - reached) / len(long) + reached / len(short)
    return min((1 - p) / p * total + rest * p ** len(long), 1.0)


def sensitivity_table(
    statistic: Callable[[Any], Values], variants: Mapping[str, Any], *, baseline: str | int = 0, top: int = 20
) -> pd.DataFrame:
    """Compare the statistic of each variant with that of the baseline.

    Parameters
    ----------
    statistic : callable
        Variant -> Series or data frame as `compare_rankings` takes it.
    variants : mapping
        Name -> anything that `statistic` takes, such as what `unit_variants`, `stop_list_variants` and
        `zhagen.book.lexicon_variants` return.
    baseline : str or int, default 0
        The name of a variant, or its place among them, from 0.
    top : int, default 20
        How many of the highest are compared as a set; a statistic with fewer labels has them all there.

    Returns
    -------
    pandas.DataFrame
        One row a variant in their order, the baseline among them: ``variant`` (str), and the columns of
        `compare_rankings`.

    Raises
    ------
    ZhagenError
        If there is no such variant, and in the cases of `compare_rankings`.

    Examples
    --------
    >>> import pandas as pd
    >>> variants = {"all": pd.Series({"平台": 3, "用户": 2}), "fewer": pd.Series({"平台": 1})}
    >>> sensitivity_table(lambda values: values, variants)[["variant", "shared", "top_kept"]].values.tolist()
    [['all', 2, 1.0], ['fewer', 1, 0.5]]
    """
    names = list(variants)
    if baseline not in names and baseline not in range(len(names)):
        raise ZhagenError(f"there is no variant {baseline!r}", todo=f"variants: {', '.join(map(str, names)) or 'none'}")
    found = {name: statistic(variant) for name, variant in variants.items()}
    first = found[baseline] if baseline in found else found[names[int(baseline)]]
    rows = [{"variant": name, **compare_rankings(first, values, top=top)} for name, values in found.items()]
    return pd.DataFrame(rows)


def surviving_items(statistic: Callable[[Any], Values], variants: Mapping[Any, Any], *, top: int = 20) -> pd.DataFrame:
    """Count in how many variants each label is among the top.

    Parameters
    ----------
    statistic : callable
        Variant -> Series or data frame as `compare_rankings` takes it.
    variants : mapping
        Name -> anything that `statistic` takes.
    top : int, default 20
        How many of the highest are the top; labels whose value equals that of the last are in it, too.

    Returns
    -------
    pandas.DataFrame
        The labels are its index, as the statistics have them; one row a label that is among the top of some variant:
        ``variants`` (int, in how many it is), ``share`` (float, of all variants), ``listed`` (int, in how many it has a
        value at all), ``best`` and ``worst`` (int, its ranks where it has one, from 1; labels with one value share the
        first rank of them). Most variants first, then by best and worst rank and by label.

    Raises
    ------
    ZhagenError
        If there is no variant, if `top` is below 1, and in the cases of `compare_rankings`.

    Examples
    --------
    >>> import pandas as pd
    >>> variants = {"all": pd.Series({"平台": 3, "用户": 2}), "fewer": pd.Series({"平台": 1})}
    >>> surviving_items(lambda values: values, variants, top=1).loc["平台"].to_dict()
    {'variants': 2.0, 'share': 1.0, 'listed': 2.0, 'best': 1.0, 'worst': 1.0}
    """
    if top < 1:
        raise ZhagenError(f"top is {top}", todo="give 1 or more")
    found = [_series(statistic(variant)) for variant in variants.values()]
    if not found:
        raise ZhagenError("there is no variant", todo="give one or more")
    ranks: dict[Any, list[int]] = {}
    for values in found:
        for label, rank in values.rank(ascending=False, method="min").astype(int).items():
            ranks.setdefault(label, []).append(rank)
    rows = {}
    for label, places in ranks.items():
        high = sum(place <= top for place in places)
        if high:
            rows[label] = (high, high / len(found), len(places), min(places), max(places))
    order = sorted(rows, key=lambda label: (-rows[label][0], *rows[label][3:], label))
    table = pd.DataFrame([rows[label] for label in order], columns=["variants", "share", "listed", "best", "worst"])
    names = found[0].index.names
    several = len(names) > 1
    table.index = pd.MultiIndex.from_tuples(order, names=names) if several else pd.Index(order, name=names[0])
    return table


def unit_variants(features: pd.DataFrame) -> dict[str, TermMatrix]:
    """Return the matrices of features by units of several lengths.

    A pair that meets in one sentence meets in up to three windows of three: a least n12 asks less of windows than of
    sentences. So choose the terms by how frequent they are, or the pairs by how often they meet in sentences, and
    compare these in all units.

    Parameters
    ----------
    features : pandas.DataFrame
        As `term_features` returns it.

    Returns
    -------
    dict
        Name -> TermMatrix: ``sentence`` (the baseline), ``paragraph``, ``section``, ``windows of 2 sentences``,
        ``windows of 3 sentences``.

    Examples
    --------
    >>> from zhagen.documents.published import read_published
    >>> list(unit_variants(read_published("haier", "terms")))[:3]
    ['sentence', 'paragraph', 'section']
    """
    found = {unit: term_matrix(features, unit) for unit in ("sentence", "paragraph", "section")}
    return found | {f"windows of {size} sentences": window_matrix(features, size) for size in (2, 3)}


def stop_list_variants(
    features: pd.DataFrame, lists: Iterable[int] | Mapping[str, int | Iterable[str]] = (5, 10, 20)
) -> dict[str, pd.DataFrame]:
    """Return the features with further words left out.

    Parameters
    ----------
    features : pandas.DataFrame
        As `term_features` returns it.
    lists : iterable of int or mapping, default (5, 10, 20)
        How many of the most frequent terms to leave out, and with them those as frequent as the last of these; or
        name -> such a number or a list of terms.

    Returns
    -------
    dict
        Name -> features: ``all terms`` (the baseline), and a variant for each list. Sentences whose only terms are left
        out are no units of the variant.

    Raises
    ------
    ZhagenError
        If a number is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("a", "a-1", 1, 1, "用户", 2), ("a", "a-1", 1, 1, "平台", 1)]
    >>> from zhagen.statistics.terms import FEATURES
    >>> variants = stop_list_variants(pd.DataFrame(rows, columns=FEATURES), [1])
    >>> {name: kept.term.tolist() for name, kept in variants.items()}
    {'all terms': ['用户', '平台'], 'without the 1 most frequent': ['平台']}
    """
    if isinstance(lists, Mapping):
        wanted: dict[str, int | Iterable[str]] = dict(lists)
    else:
        wanted = {f"without the {number} most frequent": number for number in lists}
    found, ranked = {"all terms": features}, term_frequency(features)
    for name, words in wanted.items():
        if isinstance(words, int | np.integer):
            if words < 1:
                raise ZhagenError(f"{name!r} leaves out {words} terms", todo="give 1 or more")
            words = head_with_ties(ranked, "count", int(words)).term
        found[name] = features[~features["term"].isin(list(words))]
    return found


def _series(values: Values) -> pd.Series:
    """Return the statistic as a Series; raise where it is none."""
    if isinstance(values, pd.DataFrame):
        if values.shape[1] != 1:
            raise ZhagenError(f"a statistic has {values.shape[1]} columns", todo="choose the one to compare")
        values = values.iloc[:, 0]
    if values.index.has_duplicates:
        twice = values.index[values.index.duplicated()][0]
        raise ZhagenError(f"the label {twice!r} occurs twice in a statistic", todo="make the index unique")
    if values.isna().any():
        raise ZhagenError(f"{int(values.isna().sum())} labels of a statistic have no value", todo="leave them out")
    return values


def _ranked(values: pd.Series) -> list:
    """Return the labels, highest value first, equal values by label."""
    pairs = zip(values.tolist(), values.index.tolist(), strict=True)
    return [label for _, label in sorted((-value, label) for value, label in pairs)]


def _top(values: pd.Series, top: int) -> set:
    """Return the labels with the highest values, those that equal the last of them with it."""
    return set(values.index[values.rank(ascending=False, method="min") <= top])


def _spearman(one: np.ndarray, two: np.ndarray) -> float:
    from scipy.stats import spearmanr

    if len(one) < 3 or min(len(np.unique(one)), len(np.unique(two))) < 2:
        return np.nan
    return float(spearmanr(one, two).statistic)
