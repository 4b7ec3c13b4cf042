"""Which findings survive other choices: of the unit, of the words that are not counted, of the dictionary.

A statistic is what a reader reads off the text: a label (a term, or a pair of terms) and its value, the highest first.
A variant is the text cut otherwise. The statistic of each variant is held against that of the baseline.
"""

from numbers import Integral

from zhagen.errors import ZhagenError
from zhagen.statistics.terms import term_frequency, term_matrix, window_matrix


def compare_rankings(baseline, other, top=20):
    """Hold one statistic against another.

    Parameters
    ----------
    baseline, other : Series, label -> value, or data frames with one column; the label is the index (of two levels for
        pairs of terms). Labels are ranked by value, highest first, equal values by label.
    top : how many of the highest are compared as a set; a statistic with fewer labels has them all there.

    Returns a dict:

    - shared, only_baseline, only_other : labels in both, in the one, in the other;
    - spearman : rank correlation over the shared labels (Spearman 1904), -1 to 1; NaN where fewer than 3 are shared or
      one of the two is constant over them, for then there are no ranks to compare;
    - top_jaccard : labels in the top of both over labels in the top of either, 0 to 1; top_kept : the part of the
      baseline's top that is in the other's;
    - rbo : `rank_biased_overlap` of the two rankings, 0 to 1;
    - sign_changes : shared labels whose values are not both above, both below or both exactly 0; sign_share : their
      part of the shared labels, NaN where none is shared.

    Raises `ZhagenError` where the baseline has no label, a label stands twice, a value is missing, a frame has not one
    column, or `top` is below 1.

    >>> import pandas as pd
    >>> one = pd.Series({"平台": 3, "用户": 2, "需求": 1})
    >>> found = compare_rankings(one, pd.Series({"平台": 3, "用户": 1, "需求": 2}), top=2)
    >>> found["spearman"], found["top_kept"]
    (0.5, 0.5)
    """
    import numpy as np

    if top < 1:
        raise ZhagenError(f"top is {top}", todo="give 1 or more")
    baseline, other = _series(baseline), _series(other)
    if baseline.empty:
        raise ZhagenError("the baseline has no label", todo="ask for fewer units in common, or less of a count")
    ranked, others = _ranked(baseline), _ranked(other)
    first, second, listed = set(ranked[:top]), set(others[:top]), set(others)
    shared = [label for label in ranked if label in listed]
    one, two = (values.loc[shared].to_numpy(float) if shared else np.zeros(0) for values in (baseline, other))
    turned = int(np.sum(np.sign(one) != np.sign(two)))
    return {
        "shared": len(shared),
        "only_baseline": len(baseline) - len(shared),
        "only_other": len(other) - len(shared),
        "spearman": _spearman(one, two),
        "top_jaccard": len(first & second) / len(first | second),
        "top_kept": len(first & second) / len(first),
        "rbo": rank_biased_overlap(ranked, others),
        "sign_changes": turned,
        "sign_share": turned / len(shared) if shared else np.nan,
    }


def rank_biased_overlap(one, other, p=0.9):
    """Return how much two rankings agree, their heads above all: 0 nothing in common, 1 the same.

    The overlap of the first d of each, weighed by (1 - p) p^(d - 1) and summed over all d; beyond their ends the
    rankings are taken to go on agreeing as far as they did: RBO_EXT, equation 32 of Webber, Moffat and Zobel (2010), A
    similarity measure for indefinite rankings. With p = 0.9 the first 10 have 86% of the weight.

    Parameters
    ----------
    one, other : lists of labels, highest first, no label twice.
    p : persistence, above 0 and below 1: the nearer to 1, the deeper the comparison.

    Returns a float; 0 where only one of the rankings is empty, 1 where both are. Raises `ZhagenError` for another p.

    >>> rank_biased_overlap("ab", "ab"), rank_biased_overlap("ab", "cd"), round(rank_biased_overlap("ab", "ba"), 3)
    (1.0, 0.0, 0.9)
    """
    if not 0 < p < 1:
        raise ZhagenError(f"p is {p}", todo="give a number above 0 and below 1")
    short, long = sorted((list(one), list(other)), key=len)
    if not short:
        return float(not long)
    overlap, total, seen = 0, 0.0, (set(), set())
    for depth in range(1, len(long) + 1):
        for labels, mine, others in ((short, *seen), (long, *seen[::-1])):
            if depth <= len(labels):
                mine.add(labels[depth - 1])
                overlap += labels[depth - 1] in others
        if depth == len(short):
            reached = overlap  # from here on the short one agrees as far as it did
        beyond = reached * (depth - len(short)) / len(short) if depth > len(short) else 0
        total += (overlap + beyond) / depth * p**depth
    rest = (overlap - reached) / len(long) + reached / len(short)
    return min((1 - p) / p * total + rest * p ** len(long), 1.0)


def sensitivity_table(statistic, variants, baseline=0, top=20):
    """Hold the statistic of each variant against that of the baseline.

    Parameters
    ----------
    statistic : function, variant -> Series or data frame as `compare_rankings` takes it.
    variants : dict, name -> anything that `statistic` takes, such as what `unit_variants`, `stop_list_variants` and `lexicon_variants` return.
    baseline : the name of a variant, or its place among them, from 0.
    top : see `compare_rankings`.

    Returns a data frame, one row a variant in their order, the baseline among them: variant, and what `compare_rankings` tells.
    Raises `ZhagenError` where there is no such variant; errors as in `compare_rankings`.

    >>> import pandas as pd
    >>> variants = {"all": pd.Series({"平台": 3, "用户": 2}), "fewer": pd.Series({"平台": 1})}
    >>> sensitivity_table(lambda values: values, variants)[["variant", "shared", "top_kept"]].values.tolist()
    [['all', 2, 1.0], ['fewer', 1, 0.5]]
    """
    import pandas as pd

    names = list(variants)
    if baseline not in names and baseline not in range(len(names)):
        raise ZhagenError(f"there is no variant {baseline!r}", todo=f"variants: {', '.join(map(str, names)) or 'none'}")
    found = {name: statistic(variant) for name, variant in variants.items()}
    first = found[baseline if baseline in names else names[baseline]]
    return pd.DataFrame([{"variant": name, **compare_rankings(first, values, top)} for name, values in found.items()])


def surviving_items(statistic, variants, top=20):
    """Count in how many variants each label is among the top.

    Parameters as in `sensitivity_table`.

    Returns a data frame with the labels as its index, as the statistics have them; one row a label that is among the
    top of some variant: variants (in how many it is), share (of all variants), listed (in how many it has a value at
    all), best and worst (its ranks where it has one, from 1). Most variants first, then by best and worst rank and by
    label. Raises `ZhagenError` where there is no variant; errors as in `compare_rankings`.

    >>> import pandas as pd
    >>> variants = {"all": pd.Series({"平台": 3, "用户": 2}), "fewer": pd.Series({"平台": 1})}
    >>> surviving_items(lambda values: values, variants, top=1).loc["平台"].to_dict()
    {'variants': 2.0, 'share': 1.0, 'listed': 2.0, 'best': 1.0, 'worst': 1.0}
    """
    import pandas as pd

    if top < 1:
        raise ZhagenError(f"top is {top}", todo="give 1 or more")
    found = [_series(statistic(variant)) for variant in variants.values()]
    if not found:
        raise ZhagenError("there is no variant", todo="give one or more")
    ranks = {}
    for values in found:
        for rank, label in enumerate(_ranked(values), 1):
            ranks.setdefault(label, []).append(rank)
    rows = {}
    for label, places in ranks.items():
        high = sum(place <= top for place in places)
        if high:
            rows[label] = (high, high / len(found), len(places), min(places), max(places))
    order = sorted(rows, key=lambda label: (-rows[label][0], *rows[label][3:], label))
    table = pd.DataFrame([rows[label] for label in order], columns=["variants", "share", "listed", "best", "worst"])
    names = found[0].index.names
    several = len(names) > 1 and order
    table.index = pd.MultiIndex.from_tuples(order, names=names) if several else pd.Index(order, name=names[0])
    return table


def unit_variants(features):
    """Return the matrices of features by units of several lengths.

    A pair that meets in one sentence meets in up to three windows of three: a least n12 asks less of windows than of
    sentences. So choose the terms by how frequent they are, or the pairs by how often they meet in sentences, and
    compare these in all units.

    Parameters
    ----------
    features : a data frame as `zhagen.statistics.terms.term_features` returns it.

    Returns a dict, name -> `zhagen.statistics.terms.TermMatrix`: sentence (the baseline), paragraph, section, windows of 2
    sentences, windows of 3 sentences.

    >>> from zhagen.documents.published import read_published
    >>> list(unit_variants(read_published("haier", "terms")))[:3]
    ['sentence', 'paragraph', 'section']
    """
    found = {unit: term_matrix(features, unit) for unit in ("sentence", "paragraph", "section")}
    return found | {f"windows of {size} sentences": window_matrix(features, size) for size in (2, 3)}


def stop_list_variants(features, lists=(5, 10, 20)):
    """Return the features with further words left out.

    Parameters
    ----------
    features : a data frame as `zhagen.statistics.terms.term_features` returns it.
    lists : numbers, how many of the most frequent terms to leave out; or a dict, name -> such a number or a list of
        terms.

    Returns a dict, name -> features: all terms (the baseline), and a variant for each list. Sentences whose only terms
    are left out are no units of the variant. Raises `ZhagenError` for a number below 1.

    >>> import pandas as pd
    >>> rows = [("a", "a-1", 1, 1, "用户", 2), ("a", "a-1", 1, 1, "平台", 1)]
    >>> from zhagen.statistics.terms import FEATURES
    >>> variants = stop_list_variants(pd.DataFrame(rows, columns=FEATURES), [1])
    >>> {name: kept.term.tolist() for name, kept in variants.items()}
    {'all terms': ['用户', '平台'], 'without the 1 most frequent': ['平台']}
    """
    if not isinstance(lists, dict):
        lists = {f"without the {number} most frequent": number for number in lists}
    found, ranked = {"all terms": features}, term_frequency(features)["term"]
    for name, words in lists.items():
        if isinstance(words, Integral):
            if words < 1:
                raise ZhagenError(f"{name!r} leaves out {words} terms", todo="give 1 or more")
            words = ranked.head(words)
        found[name] = features[~features["term"].isin(list(words))]
    return found


def _series(values):
    """Return the statistic as a Series; raise where it is none."""
    if getattr(values, "ndim", 1) == 2:
        if values.shape[1] != 1:
            raise ZhagenError(f"a statistic has {values.shape[1]} columns", todo="choose the one to compare")
        values = values.iloc[:, 0]
    if values.index.has_duplicates:
        twice = values.index[values.index.duplicated()][0]
        raise ZhagenError(f"the label {twice!r} stands twice in a statistic", todo="make the index unique")
    if values.isna().any():
        raise ZhagenError(f"{int(values.isna().sum())} labels of a statistic have no value", todo="leave them out")
    return values


def _ranked(values):
    """Return the labels, highest value first, equal values by label."""
    pairs = zip(values.tolist(), values.index.tolist(), strict=True)
    return [label for _, label in sorted((-value, label) for value, label in pairs)]


def _spearman(one, two):
    import numpy as np
    from scipy.stats import spearmanr

    if len(one) < 3 or min(len(np.unique(one)), len(np.unique(two))) < 2:
        return np.nan
    return float(spearmanr(one, two).statistic)
