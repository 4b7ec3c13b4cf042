"""How far coders agree: percent agreement, Holsti's K, kappa, alpha and AC1, each with a bootstrap interval.

The measures fit codes that stand in a codebook before two people apply them; that two people would have seen the same
concepts emerge they do not show. Every measure takes `rating_table`: a wide frame, one row an item, one column a coder, a
code in each cell (text, or numbers), a missing value where a coder did not judge the item; a list of rows does too.
``""`` is no missing value but a decision: the coder left the item uncoded.
"""

from collections import namedtuple
from functools import partial
from itertools import combinations
from math import isnan, nan
from numbers import Number

from zhagen.errors import ZhagenError

AGREEMENT = "measure coders items value low high undefined".split()
DECISIONS = ["coder", "item", "code"]
LEVELS = ("nominal", "ordinal", "interval")
PASSAGES = "coder code start end".split()

# patterns: the distinct rows of the ratings, codes as numbers, -1 missing; times: how often each; place: the pattern of
# each row, -1 for one without a decision; counts: patterns x codes, how many coders; labels: the codes, sorted
_Table = namedtuple("_Table", "patterns times place counts labels")


def rating_table(frame):
    """Make the reliability matrix of a list of decisions.

    Parameters
    ----------
    frame : a data frame with the columns coder, item, code, one row a decision; other columns are ignored. A row
        without a code (a missing value, not ``""``) is no decision.

    Returns a wide data frame, items x coders: items in order of first appearance, coders by code point, codes as they
    are, missing where a coder has no decision on an item. Raises `ZhagenError` where a column is missing, where there
    is no decision, and where a coder judged an item twice: for several codes on one item, compare one code at a time
    (there or not there).

    >>> import pandas as pd
    >>> rows = [("甲", 1, "平台"), ("乙", 1, "平台"), ("甲", 2, "用户")]
    >>> rating_table(pd.DataFrame(rows, columns=DECISIONS)).notna().values.tolist()
    [[True, True], [False, True]]
    """
    _need(frame, DECISIONS)
    decisions = frame.dropna(subset=DECISIONS)
    if decisions.empty:
        raise ZhagenError("there is no decision", todo="give rows with coder, item and code")
    twice = decisions[decisions.duplicated(["coder", "item"])]
    if len(twice):
        first = twice.iloc[0]
        raise ZhagenError(
            f"coder {first.coder} judged item {first['item']} more than once ({len(twice)} such rows)",
            todo="keep one decision a coder and item; for several codes on one item compare one code at a time",
        )
    wide = decisions.pivot(index="item", columns="coder", values="code")
    return wide.loc[decisions["item"].unique(), sorted(wide.columns, key=str)]


def character_ratings(passages, length, code, coders=None):
    """Turn coded passages into ratings by character, for one code: coded or not.

    So character-based kappa can be computed as NVivo does, which counts every character that neither coder touched as
    an agreement; `agreement_by_units` shows what that does. Programs that compare segments (MAXQDA) or take chance in
    another way (there Brennan and Prediger's) give other numbers.

    Parameters
    ----------
    passages : a data frame with the columns coder, code, start, end: characters of the text from 0, the end exclusive
        as in a slice. Passages of one coder may overlap; other codes and columns are ignored.
    length : the length of the text in characters.
    code : the code to compare. For all codes of a codebook, call this for each.
    coders : who coded; without it those who have a passage of any code. Name them where one may have none at all.

    Returns a wide data frame as `rating_table` does, one row a character: `code` where the coder coded it, ``""`` elsewhere.
    Characters of a passage are not independent of each other, so resample sections, not characters: give `groups` to
    `bootstrap_interval`. Raises `ZhagenError` where a column is missing, a passage is empty or leaves the text, nobody has the
    code, or there are fewer than two coders.

    >>> import pandas as pd
    >>> rows = [("甲", "平台", 0, 4), ("乙", "平台", 2, 4)]
    >>> character_ratings(pd.DataFrame(rows, columns=PASSAGES), 5, "平台").ne("").sum().to_dict()
    {'乙': 2, '甲': 4}
    """
    import pandas as pd

    _need(passages, PASSAGES)
    wrong = passages[~((passages.start >= 0) & (passages.start < passages.end) & (passages.end <= length))]
    if len(wrong):
        start, end = wrong.iloc[0][["start", "end"]]
        raise ZhagenError(
            f"{len(wrong)} passages are empty or leave the {length} characters, the first from {start} to {end}",
            todo="count characters from 0, with the end exclusive",
        )
    if not passages.code.eq(code).any():
        raise ZhagenError(f"nobody used the code {code!r}", todo="compare the labels of the codes")
    coders = sorted(passages.coder.unique() if coders is None else coders, key=str)
    if len(coders) < 2:
        raise ZhagenError(f"there are passages of {len(coders)} coder", todo="name all who coded in `coders`")
    columns = {coder: [""] * length for coder in coders}
    for row in passages[passages.code.eq(code) & passages.coder.isin(coders)].itertuples():
        columns[row.coder][row.start : row.end] = [code] * (row.end - row.start)
    return pd.DataFrame(columns, index=pd.RangeIndex(length, name="character")).rename_axis(columns="coder")


def percent_agreement(ratings):
    """Return the percent agreement as a share, 0 to 1: of the pairs of coders who judged an item, how many agree.

    The mean over the items with two or more decisions (every item weighs the same) of
    ``sum_k n_ik (n_ik - 1) / (r_i (r_i - 1))``: of the r_i decisions on item i, n_ik say k. Fleiss (1971), Measuring
    nominal scale agreement among many raters. Chance is not taken out of it.

    Raises `ZhagenError` as `krippendorff_alpha` does, but for decisions that are all the same, which are 1.0 here.

    >>> percent_agreement([("a", "a"), ("a", "b"), ("b", "b"), ("b", None)])
    0.6666666666666666
    """
    return _value(ratings, "percent")


def holsti_agreement(ratings):
    """Return Holsti's coefficient of reliability, 0 to 1; Chinese papers call it the mean mutual agreement K.

    For two coders ``2 M / (n1 + n2)``: M decisions on which they agree, n1 and n2 all decisions of the one and of the
    other, those on items that the other did not judge too. For more, the mean over the pairs of coders who judged at
    least one item both: where there is none, nothing is known of their agreement. Holsti (1969),
    Content analysis for the social sciences and humanities. Where all judged all items it is `percent_agreement`. Chance is not
    taken out of it.

    Raises `ZhagenError` as `percent_agreement` does.

    >>> holsti_agreement([("a", "a"), ("a", "b"), ("b", "b"), ("b", None)])
    0.5714285714285714
    """
    return _value(ratings, "holsti")


def holsti_reliability(K, coders):
    """Return the composite reliability ``R = n K / (1 + (n - 1) K)`` of n coders, 0 to 1.

    The formula that Chinese content analyses report, with `holsti_agreement` as K (Holsti 1969): the Spearman-Brown formula. It
    says how reliable n coders would be as one, so it grows with n and is never below K: report K as well.

    Raises `ZhagenError` for a K outside 0 to 1, and for fewer than two coders.

    >>> round(holsti_reliability(0.8, 2), 3)
    0.889
    """
    if not 0 <= K <= 1:
        raise ZhagenError(f"K is {K}", todo="give a mean agreement between 0 and 1, as `holsti` returns it")
    if coders < 2:
        raise ZhagenError(f"there are {coders} coders", todo="give 2 or more")
    return coders * K / (1 + (coders - 1) * K)


def cohen_kappa(ratings):
    """Return Cohen's kappa of two coders, at most 1: ``(po - pe) / (1 - pe)``, 0 by chance, below 0 less than chance.

    po is the share of items on which they agree, ``pe = sum_k p1k p2k`` what coders with these shares of the codes
    would agree on by chance. Cohen (1960), A coefficient of agreement for nominal scales. Only items that both judged
    count. With rare codes kappa is low although coders hardly ever differ (see `gwet_ac1`); with much uncoded text
    it is high (see `agreement_by_units`).

    Raises `ZhagenError` for more or fewer than two coders, where no item has two decisions, and where both use one and
    the same code throughout (0/0: without a difference between items, agreement beyond chance means nothing).

    >>> cohen_kappa([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")])
    0.5
    """
    return _value(ratings, "kappa")


def krippendorff_alpha(ratings, level="nominal"):
    """Return Krippendorff's alpha, at most 1: ``1 - Do / De``, observed over expected disagreement; 0 by chance.

    For any number of coders and with missing decisions; an item with one decision does not count. Disagreement is the
    mean of d(c, k) squared over pairs of decisions, within items (Do) and over all of them (De). ``nominal``: d is 1
    for two different codes; ``interval``: d = c - k; ``ordinal``: d is the number of decisions between the two ranks,
    ``n_c / 2 + ... + n_k / 2``. Krippendorff (2011), Computing Krippendorff's alpha-reliability; (2019), Content
    analysis, 4th edition.

    Parameters
    ----------
    ratings : a frame as `ratings` returns it.
    level : ``nominal`` | ``ordinal`` | ``interval``. The last two need numbers as codes.

    Raises `ZhagenError` for fewer than two coders, for codes that are in part text and in part numbers, where no item
    has two decisions, where all decisions are the same code (0/0), for another level, and for text where the level
    needs numbers.

    >>> round(krippendorff_alpha([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]), 4)
    0.5333
    """
    if level not in LEVELS:
        raise ZhagenError(f"there is no level {level!r}", todo=f"use one of {', '.join(LEVELS)}")
    return _value(ratings, "alpha" if level == "nominal" else f"alpha_{level}")


def gwet_ac1(ratings):
    """Return Gwet's AC1, at most 1: ``(pa - pe) / (1 - pe)`` with ``pe = sum_k p_k (1 - p_k) / (q - 1)``.

    pa is `percent_agreement`; p_k is the mean over the items of the share of their decisions that say k; q is the number of codes
    in use. Gwet (2008), Computing inter-rater reliability and its variance in the presence of high agreement. It stays
    near pa where one code is very common and kappa falls. Where all decisions are one code (q = 1) it is 1.0, its
    limit for any q.

    With missing decisions packages differ. Here, as in Gwet's own irrCAC, an item with one decision counts for p_k (the
    prevalence) though not for pa; other packages drop it. Codes of the codebook that nobody used do not count in q;
    irrCAC can be told of them, which raises AC1.

    Raises `ZhagenError` as `percent_agreement` does.

    >>> round(gwet_ac1([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]), 4)
    0.5294
    """
    return _value(ratings, "ac1")


def bootstrap_interval(ratings, measure, draws=2000, seed=1, level=0.95, groups=None):
    """Return a measure with its percentile interval from resampling the items.

    Efron and Tibshirani (1993), An introduction to the bootstrap. Each draw takes as many items as there are, with
    replacement, with all their decisions. In a draw without variation `cohen_kappa` and `krippendorff_alpha` are 0/0: such a draw is left
    out, so the interval speaks of draws with variation; `agreement_table` shows the share left out. Where no draw can differ
    (all agree everywhere) the interval has no width, which is no proof of precision.

    Parameters
    ----------
    ratings : a frame as `ratings` returns it.
    measure : a name out of `MEASURES`.
    draws : how many.
    seed : of numpy's generator. The same seed gives the same interval whatever the order of the items.
    level : the share of the draws within the interval.
    groups : one label an item, such as its section. Then groups are drawn, not items: right where the items of a group
        are alike, as the characters of one passage are.

    Returns (value, low, high), floats. Raises `ZhagenError` as the measure itself does, for an unknown measure, for a
    level outside 0 to 1 or no draws, for groups that do not fit, for fewer than two items or groups, and where the
    measure is undefined in more than half of the draws.

    >>> bootstrap_interval([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")], "percent", draws=500)
    (0.75, 0.25, 1.0)
    """
    value, drawn = _drawn(ratings, measure, draws, seed, groups)
    if isnan(value):
        raise _undefined(measure)
    low, high, undefined = _interval(drawn, level)
    if isnan(low):
        raise ZhagenError(
            f"{measure} is undefined in {undefined:.0%} of the draws, which have no variation",
            todo="give more items, or report the value without an interval",
        )
    return value, low, high


def agreement_table(ratings, seed=1, draws=2000, level=0.95, groups=None):
    """Return the measures for nominal codes with their intervals in one table.

    Parameters
    ----------
    ratings : a frame as `ratings` returns it.
    seed, draws, level, groups : as in `bootstrap_interval`.

    Returns a data frame: measure (percent, holsti, reliability, kappa, ac1, alpha), coders (their names), items (how
    many two or more of these coders judged), value, low, high, undefined (the share of the draws in which the measure
    is 0/0). `cohen_kappa` has a row for each pair of coders. `value`, `low` and `high` are NaN where the measure itself is
    undefined: kappa and alpha where all decisions are one code, kappa of a pair without a common item. `low` and
    `high` alone are NaN where more than half of the draws are undefined. Raises `ZhagenError` as `bootstrap_interval` does
    otherwise.

    >>> table = agreement_table([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")], draws=100)
    >>> dict(zip(table.measure, table["value"].round(2).tolist()))
    {'percent': 0.75, 'holsti': 0.75, 'reliability': 0.86, 'kappa': 0.5, 'ac1': 0.53, 'alpha': 0.53}
    """
    import pandas as pd

    wide = pd.DataFrame(ratings)
    rows = []
    for measure in ("percent", "holsti", "reliability", "kappa", "ac1", "alpha"):
        for coders in combinations(wide.columns, 2) if measure == "kappa" else [tuple(wide.columns)]:
            part = wide[list(coders)]
            items = int((part.notna().sum(axis=1) >= 2).sum())
            value, low, high, undefined = nan, nan, nan, 1.0
            if items or measure != "kappa":
                value, drawn = _drawn(part, measure, draws, seed, groups)
                low, high, undefined = _interval(drawn, level)
            rows.append((measure, ", ".join(map(str, coders)), items, value, low, high, undefined))
    return pd.DataFrame(rows, columns=AGREEMENT)


def agreement_by_units(ratings, uncoded="", seed=1, draws=2000, level=0.95, groups=None):
    """Return the agreement over all units, and over those alone that at least one coder coded.

    Text that everyone passes over is agreement too, and there is much of it, so it inflates the measures. Without it
    they compare coded text only, which costs them the negative cases: for ONE code (coded or not) no unit is left that
    both coders leave uncoded, and kappa is then 0 or below whatever they did, as its numerator is ``-2 n10 n01 / n^2``.
    Alpha falls with it.
    For one code, read `percent_agreement` there: of the units that either coded, the share that both coded (Jaccard's).
    Report both tables, and say what a unit is.

    Parameters
    ----------
    ratings : a frame as `ratings` or `character_ratings` returns it.
    uncoded : the code that says that a coder left a unit uncoded. A missing value says that they did not judge it.
    seed, draws, level, groups : as in `bootstrap_interval`.

    Returns a data frame as `agreement_table`, with `units` before it: ``all``, then ``coded``. NaN as there; kappa is
    undefined for ``coded`` where two coders agree throughout on one code. Raises `ZhagenError` as `agreement_table` does,
    where nothing is coded, and where nobody left anything uncoded.

    >>> rows = [("平台", "平台"), ("平台", ""), *[("", "")] * 8]
    >>> table = agreement_by_units(rows, draws=100).query("measure == 'percent'")
    >>> table[["units", "value"]].values.tolist()
    [['all', 0.9], ['coded', 0.5]]
    """
    import numpy as np
    import pandas as pd

    wide = pd.DataFrame(ratings)
    judged = wide.notna()
    if not (wide.eq(uncoded) & judged).any(axis=None):
        raise ZhagenError(f"nobody left a unit uncoded ({uncoded!r})", todo="name the code for it, or use `agreement`")
    coded = (wide.ne(uncoded) & judged).any(axis=1).to_numpy()
    if not coded.any():
        raise ZhagenError("nobody coded a unit", todo="compare the label of uncoded units")
    every = agreement_table(wide, seed, draws, level, groups)
    part = agreement_table(wide[coded], seed, draws, level, None if groups is None else np.asarray(groups)[coded])
    return pd.concat([every.assign(units="all"), part.assign(units="coded")], ignore_index=True)[["units", *AGREEMENT]]


# Each takes a `_Table` and weights (draws x patterns: how often a draw has each) and returns a float for each draw, NaN
# where it is 0/0.


def _percent(table, weights):
    n, r = table.counts, table.counts.sum(axis=1)
    share = (n * (n - 1)).sum(axis=1) / (r * (r - 1)).clip(1)
    return _divide(weights @ share, weights @ (r >= 2))


def _holsti(table, weights):
    total = pairs = 0
    for one, other in combinations(table.patterns.T, 2):
        agreed = weights @ ((one == other) & (one >= 0))
        met = weights @ ((one >= 0) & (other >= 0)) > 0
        total += met * 2 * agreed / (weights @ (one >= 0) + weights @ (other >= 0)).clip(1)
        pairs += met
    return _divide(total, pairs)


def _reliability(table, weights):
    K, n = _holsti(table, weights), table.patterns.shape[1]
    return n * K / (1 + (n - 1) * K)


def _kappa(table, weights):
    import numpy as np

    if table.patterns.shape[1] != 2:
        raise ZhagenError(
            f"kappa compares two coders, here are {table.patterns.shape[1]}",
            todo="choose two columns, or use `alpha` or `ac1` for all",
        )
    both = (table.patterns >= 0).all(axis=1)
    one, other = (
        weights @ ((coder[:, None] == np.arange(len(table.labels))) & both[:, None]) for coder in table.patterns.T
    )
    items, agreed = weights @ both, weights @ (both & (table.patterns[:, 0] == table.patterns[:, 1]))
    chance = (one * other).sum(axis=1)  # pe times items squared, a whole number, so 0/0 is found exactly
    return _divide(items * agreed - chance, items**2 - chance)


def _alpha(table, weights, level="nominal"):
    import numpy as np

    r = table.counts.sum(axis=1)
    n, weights, r = table.counts[r >= 2], weights[:, r >= 2], r[r >= 2]
    codes = weights @ n
    total = codes.sum(axis=1)
    if level == "nominal":
        observed = weights @ ((r**2 - (n**2).sum(axis=1)) / (r - 1))
        expected = total**2 - (codes**2).sum(axis=1)
    else:
        if not all(isinstance(label, Number) for label in table.labels):
            raise ZhagenError(f"the level {level} needs numbers as codes", todo="give each code its number")
        ranks = np.cumsum(codes, axis=1) - codes / 2
        places = ranks if level == "ordinal" else np.array(table.labels, dtype=float)[None]
        places = places - _divide((codes * places).sum(axis=1), total)[:, None]
        # the squared differences of all pairs of a set sum to 2 (size x sum of squares - square of the sum)
        within = r * (places**2 @ n.T) - (places @ n.T) ** 2
        observed = 2 * (weights * within / (r - 1)).sum(axis=1)
        expected = 2 * total * (codes * places**2).sum(axis=1)
    expected = np.where((codes > 0).sum(axis=1) > 1, expected, 0)
    return 1 - _divide(observed * (total - 1), expected)


def _ac1(table, weights):
    n, r = table.counts, table.counts.sum(axis=1)
    shares = weights @ (n / r[:, None]) / weights.sum(axis=1)[:, None]
    chance = (shares * (1 - shares)).sum(axis=1) / max(len(table.labels) - 1, 1)
    return (_percent(table, weights) - chance) / (1 - chance)


MEASURES = {
    "percent": _percent,
    "holsti": _holsti,
    "reliability": _reliability,
    "kappa": _kappa,
    "ac1": _ac1,
    "alpha": _alpha,
    "alpha_ordinal": partial(_alpha, level="ordinal"),
    "alpha_interval": partial(_alpha, level="interval"),
}


def _value(ratings, measure):
    table = _table(ratings)
    value = float(MEASURES[measure](table, table.times[None].astype(float))[0])
    if isnan(value):
        raise _undefined(measure)
    return value


def _drawn(ratings, measure, draws, seed, groups):
    """Return a measure and its values in the draws, NaN where they are 0/0."""
    if measure not in MEASURES:
        raise ZhagenError(f"there is no measure {measure!r}", todo=f"use one of {', '.join(MEASURES)}")
    if draws < 1:
        raise ZhagenError(f"there are {draws} draws", todo="draw 1000 times or more")
    table = _table(ratings)
    value = float(MEASURES[measure](table, table.times[None].astype(float))[0])
    return value, MEASURES[measure](table, _weights(table, draws, seed, groups))


def _weights(table, draws, seed, groups):
    """Return how often each draw has each pattern: draws x patterns."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(seed)
    if groups is None:  # items alike are drawn as one: the items of a draw are multinomial over the patterns
        size, share, within = table.times.sum(), table.times / table.times.sum(), None
    else:
        judged, groups = table.place >= 0, pd.Series(list(groups))
        if len(groups) != len(table.place) or groups.isna().any():
            raise ZhagenError(f"{len(table.place)} items have {groups.count()} groups", todo="name the group of each")
        within = pd.crosstab(groups[judged], table.place[judged]).to_numpy()
        size, share = len(within), np.full(len(within), 1 / len(within))
    if size < 2:
        raise ZhagenError(f"there is one {'item' if groups is None else 'group'}, so no draw differs", todo="give more")
    drawn = random.multinomial(size, share, size=draws)
    return (drawn if within is None else drawn @ within).astype(float)


def _interval(drawn, level):
    """Return the percentile interval and the share of undefined draws; NaN for it where they are more than half."""
    import numpy as np

    if not 0 < level < 1:
        raise ZhagenError(f"the level is {level}", todo="give a share between 0 and 1, such as 0.95")
    defined = drawn[~np.isnan(drawn)]
    undefined = 1 - len(defined) / len(drawn)
    if undefined > 0.5:
        return nan, nan, undefined
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high), undefined


def _table(ratings):
    import numpy as np
    import pandas as pd

    wide = pd.DataFrame(ratings)
    if wide.shape[1] < 2:
        raise ZhagenError(f"there are decisions of {wide.shape[1]} coders", todo="compare two or more")
    numbers, labels = pd.factorize(wide.to_numpy(dtype=object).ravel())
    labels = labels.tolist()
    if not (all(isinstance(x, str) for x in labels) or all(isinstance(x, Number) for x in labels)):
        raise ZhagenError(
            "the codes are in part text and in part numbers, or neither", todo="write them the same way for all coders"
        )
    order = sorted(range(len(labels)), key=labels.__getitem__)
    rank = np.empty(len(labels) + 1, dtype=np.int64)
    rank[order], rank[-1] = np.arange(len(labels)), -1
    codes = rank[numbers].reshape(wide.shape)
    if not ((codes >= 0).sum(axis=1) >= 2).any():
        raise ZhagenError("no item was judged by two coders", todo="let them judge the same items, named the same way")
    judged = (codes >= 0).any(axis=1)
    patterns, which, times = np.unique(codes[judged], axis=0, return_inverse=True, return_counts=True)
    place = np.full(len(codes), -1)
    place[judged] = which.ravel()
    counts = (patterns[:, :, None] == np.arange(len(labels))).sum(axis=1)
    return _Table(patterns, times, place, counts, [labels[number] for number in order])


def _divide(top, bottom):
    """Divide arrays of one shape; NaN where the divisor is 0."""
    import numpy as np

    return np.divide(top, bottom, out=np.full(np.shape(top), nan), where=bottom != 0)


def _undefined(measure):
    return ZhagenError(
        f"{measure} is undefined: all decisions are the same code",
        todo="report `percent` or `ac1`; beyond chance nothing can be said without a difference between items",
    )


def _need(frame, columns):
    missing = [name for name in columns if name not in frame]
    if missing:
        raise ZhagenError(f"there is no column {missing[0]!r}", todo=f"give a data frame with {', '.join(columns)}")
