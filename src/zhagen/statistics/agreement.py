"""How far coders agree: percent agreement, Holsti's K, kappa, alpha and AC1, each with a bootstrap interval.

The measures fit codes that are in a codebook before two people apply them; they do not show that two people would have
seen the same concepts emerge. Every measure takes the table that `rating_table` makes: one row an item, one column a
coder, a code in each cell (text, or numbers), a missing value where a coder did not judge the item; a list of rows
works too. ``""`` is not a missing value but a decision: the coder left the item uncoded.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import isnan, nan
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from zhagen.errors import ZhagenError

AGREEMENT = "measure coders items value low high undefined".split()
DECISIONS = ["coder", "item", "code"]
SCALES = ("nominal", "ordinal", "interval")
PASSAGES = "coder code start end".split()

Ratings = pd.DataFrame | Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Interval:
    """A measure of agreement with its bootstrap interval.

    Attributes
    ----------
    measure : str
        Name of the measure.
    value : float
        The measure of all items.
    low, high : float
        Ends of the interval.
    confidence : float
        Share of the draws between `low` and `high`, above 0 and below 1.
    draws : int
        Number of draws.
    """

    measure: str
    value: float
    low: float
    high: float
    confidence: float
    draws: int

    def __repr__(self) -> str:
        shown = f"{self.measure} = {self.value:.3f}, {self.confidence:.0%} interval {self.low:.3f} to {self.high:.3f}"
        return f"{shown} ({self.draws} draws)"


class _Table(NamedTuple):
    """Ratings in numbers: each distinct row once."""

    patterns: np.ndarray  # the distinct rows, codes as numbers, -1 missing
    times: np.ndarray  # how often each occurs
    place: np.ndarray  # the pattern of each row of the ratings, -1 for a row without a decision
    counts: np.ndarray  # patterns x codes: how many coders gave the code
    labels: list  # the codes, sorted


def rating_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn a list of decisions into a table of items x coders.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a decision, with the columns ``coder``, ``item``, ``code``; other columns are ignored. A row without a
        code (a missing value, not ``""``) is no decision.

    Returns
    -------
    pandas.DataFrame
        Items x coders: items in order of first appearance, coders by code point, codes unchanged, missing where a coder
        made no decision on an item.

    Raises
    ------
    ZhagenError
        If a column is missing, if there is no decision, or if a coder judged an item twice. For several codes on one
        item, compare one code at a time (present or not).

    Examples
    --------
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


def character_ratings(
    passages: pd.DataFrame, length: int, code: str, *, coders: Iterable[str] | None = None
) -> pd.DataFrame:
    """Turn coded passages into ratings by character, for one code: coded or not.

    So character-based kappa can be computed as NVivo does, which counts every character that neither coder touched as
    an agreement; `agreement_by_units` shows the effect. Programs that compare segments (MAXQDA), or take chance in
    another way (there Brennan and Prediger's), give other numbers.

    Parameters
    ----------
    passages : pandas.DataFrame
        The columns ``coder``, ``code``, ``start``, ``end``: characters of the text from 0, the end exclusive as in a
        slice. Passages of one coder may overlap; other codes and columns are ignored.
    length : int
        Length of the text in characters.
    code : str
        The code to compare. For all codes of a codebook, call this for each.
    coders : iterable of str, optional
        Who coded; without it, those who have a passage of any code. Name them if one may have no passage at all.

    Returns
    -------
    pandas.DataFrame
        As `rating_table` returns it, one row a character: `code` where the coder coded it, ``""`` elsewhere.

    Raises
    ------
    ZhagenError
        If a column is missing, a passage is empty or leaves the text, nobody used the code, or there are fewer than two
        coders.

    Notes
    -----
    Characters of one passage are not independent of each other, so resample sections, not characters: give `groups` to
    `bootstrap_interval`.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("甲", "平台", 0, 4), ("乙", "平台", 2, 4)]
    >>> character_ratings(pd.DataFrame(rows, columns=PASSAGES), 5, "平台").ne("").sum().to_dict()
    {'乙': 2, '甲': 4}
    """

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
    names = sorted(passages.coder.unique() if coders is None else coders, key=str)
    if len(names) < 2:
        raise ZhagenError(f"there are passages of {len(names)} coder", todo="name all who coded in `coders`")
    columns = {coder: [""] * length for coder in names}
    coded = passages[passages.code.eq(code) & passages.coder.isin(names)]
    for coder, start, end in coded[["coder", "start", "end"]].to_numpy(dtype=object).tolist():
        columns[coder][start:end] = [code] * (end - start)
    return pd.DataFrame(columns, index=pd.RangeIndex(length, name="character")).rename_axis(columns="coder")


def percent_agreement(ratings: Ratings) -> float:
    """Return the share of agreeing pairs of coders, mean over the items.

    The mean over the items with two or more decisions (every item has the same weight) of
    ``sum_k n_ik (n_ik - 1) / (r_i (r_i - 1))``: of the r_i decisions on item i, n_ik say k. Chance is not taken out.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ZhagenError
        If there are fewer than two coders, if the codes are partly text and partly numbers, or if no item has two
        decisions.

    References
    ----------
    Fleiss (1971). Measuring nominal scale agreement among many raters.

    Examples
    --------
    >>> percent_agreement([("a", "a"), ("a", "b"), ("b", "b"), ("b", None)])
    0.6666666666666666
    """
    return _value(ratings, "percent")


def holsti_agreement(ratings: Ratings) -> float:
    """Return Holsti's coefficient of reliability; Chinese papers call it the mean mutual agreement K.

    For two coders ``2 M / (n1 + n2)``: M decisions on which they agree, n1 and n2 all decisions of the one and of the
    other, including those on items that the other did not judge. For more coders, the mean over the pairs who both
    judged at least one item: about a pair without a common item nothing is known. Where all coders judged all items it
    equals `percent_agreement`. Chance is not taken out.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ZhagenError
        In the cases of `percent_agreement`.

    References
    ----------
    Holsti (1969). Content analysis for the social sciences and humanities.

    Examples
    --------
    >>> holsti_agreement([("a", "a"), ("a", "b"), ("b", "b"), ("b", None)])
    0.5714285714285714
    """
    return _value(ratings, "holsti")


def holsti_reliability(K: float, coders: int) -> float:
    """Return the composite reliability ``R = n K / (1 + (n - 1) K)`` of n coders.

    The formula that Chinese content analyses report, with `holsti_agreement` as K; it is the Spearman-Brown formula. It
    says how reliable n coders would be as one, so it grows with n and is never below K: report K as well.

    Parameters
    ----------
    K : float
        Mean agreement, 0 to 1.
    coders : int
        Number of coders, 2 or more.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ZhagenError
        If K is outside 0 to 1, or if there are fewer than two coders.

    References
    ----------
    Holsti (1969). Content analysis for the social sciences and humanities.

    Examples
    --------
    >>> round(holsti_reliability(0.8, 2), 3)
    0.889
    """
    if not 0 <= K <= 1:
        raise ZhagenError(f"K is {K}", todo="give a mean agreement between 0 and 1, as `holsti_agreement` returns it")
    if coders < 2:
        raise ZhagenError(f"there are {coders} coders", todo="give 2 or more")
    return coders * K / (1 + (coders - 1) * K)


def cohen_kappa(ratings: Ratings) -> float:
    """Return Cohen's kappa of two coders: ``(po - pe) / (1 - pe)``.

    po is the share of items on which they agree, ``pe = sum_k p1k p2k`` what coders with these shares of the codes
    would agree on by chance. Only items that both judged count. With rare codes kappa is low although coders hardly
    ever differ (see `gwet_ac1`); with much uncoded text it is high (see `agreement_by_units`).

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.

    Returns
    -------
    float
        At most 1; 0 is agreement by chance, below 0 is less than chance.

    Raises
    ------
    ZhagenError
        If there are more or fewer than two coders, if no item has two decisions, or if both use one and the same code
        throughout (0/0: without a difference between items, agreement beyond chance means nothing).

    References
    ----------
    Cohen (1960). A coefficient of agreement for nominal scales.

    Examples
    --------
    >>> cohen_kappa([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")])
    0.5
    """
    return _value(ratings, "kappa")


def krippendorff_alpha(ratings: Ratings, *, scale: str = "nominal") -> float:
    """Return Krippendorff's alpha: ``1 - Do / De``, observed over expected disagreement.

    For any number of coders and with missing decisions; an item with one decision does not count. Disagreement is the
    mean of d(c, k) squared over pairs of decisions, within items (Do) and over all of them (De). ``nominal``: d is 1
    for two different codes; ``interval``: d = c - k; ``ordinal``: d is the number of decisions between the two ranks,
    ``n_c / 2 + ... + n_k / 2``.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.
    scale : {"nominal", "ordinal", "interval"}, default "nominal"
        Scale of measurement. The last two need numbers as codes.

    Returns
    -------
    float
        At most 1; 0 is agreement by chance.

    Raises
    ------
    ZhagenError
        If there are fewer than two coders, if the codes are partly text and partly numbers, if no item has two
        decisions, if all decisions are the same code (0/0), if the scale is unknown, or if the codes are text where the
        scale needs numbers.

    References
    ----------
    Krippendorff (2011). Computing Krippendorff's alpha-reliability.

    Krippendorff (2019). Content analysis, 4th edition.

    Examples
    --------
    >>> round(krippendorff_alpha([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]), 4)
    0.5333
    """
    if scale not in SCALES:
        raise ZhagenError(f"there is no scale {scale!r}", todo=f"use one of {', '.join(SCALES)}")
    return _value(ratings, "alpha" if scale == "nominal" else f"alpha_{scale}")


def gwet_ac1(ratings: Ratings) -> float:
    """Return Gwet's AC1: ``(pa - pe) / (1 - pe)`` with ``pe = sum_k p_k (1 - p_k) / (q - 1)``.

    pa is `percent_agreement`; p_k is the mean over the items of the share of their decisions that say k; q is the
    number of codes in use. AC1 stays near pa where one code is very common and kappa falls. Where all decisions are one
    code (q = 1) it is 1.0, its limit for any q.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.

    Returns
    -------
    float
        At most 1.

    Raises
    ------
    ZhagenError
        In the cases of `percent_agreement`.

    Notes
    -----
    With missing decisions packages differ. Here, as in Gwet's own irrCAC, an item with one decision counts for p_k (the
    prevalence) but not for pa; other packages drop it. Codes of the codebook that nobody used do not count in q; irrCAC
    can count them, which raises AC1.

    References
    ----------
    Gwet (2008). Computing inter-rater reliability and its variance in the presence of high agreement.

    Examples
    --------
    >>> round(gwet_ac1([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]), 4)
    0.5294
    """
    return _value(ratings, "ac1")


def bootstrap_interval(
    ratings: Ratings,
    measure: str,
    *,
    draws: int = 2000,
    seed: int = 1,
    confidence: float = 0.95,
    groups: Iterable[Hashable] | None = None,
) -> Interval:
    """Return a measure with its percentile interval from resampling the items.

    Each draw takes as many items as there are, with replacement, with all their decisions. In a draw without variation
    `cohen_kappa` and `krippendorff_alpha` are 0/0: such a draw is left out, so the interval describes the draws with
    variation; `agreement_table` shows the share left out. Where no draw can differ (all agree everywhere) the interval
    has no width, which does not prove precision.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.
    measure : str
        A name in `MEASURES`.
    draws : int, default 2000
        Number of draws.
    seed : int, default 1
        Seed of the random generator. The same seed gives the same interval whatever the order of the items.
    confidence : float, default 0.95
        Share of the draws within the interval, above 0 and below 1.
    groups : sequence, optional
        One label an item, such as its section. Then groups are drawn, not items: right where the items of a group are
        alike, as the characters of one passage are.

    Returns
    -------
    Interval
        The value and the ends of the interval.

    Raises
    ------
    ZhagenError
        In the cases of the measure itself; if the measure is unknown, `confidence` is outside 0 to 1, there are no
        draws, the groups do not fit, or there are fewer than two items or groups; or if the measure is undefined in
        more than half of the draws.

    References
    ----------
    Efron and Tibshirani (1993). An introduction to the bootstrap.

    Examples
    --------
    >>> bootstrap_interval([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")], "percent", draws=500)
    percent = 0.750, 95% interval 0.250 to 1.000 (500 draws)
    """
    value, drawn = _drawn(ratings, measure, draws, seed, groups)
    if isnan(value):
        raise _undefined(measure)
    low, high, undefined = _interval(drawn, confidence)
    if isnan(low):
        raise ZhagenError(
            f"{measure} is undefined in {undefined:.0%} of the draws, which have no variation",
            todo="give more items, or report the value without an interval",
        )
    return Interval(measure, value, low, high, confidence, draws)


def agreement_table(
    ratings: Ratings,
    *,
    draws: int = 2000,
    seed: int = 1,
    confidence: float = 0.95,
    groups: Iterable[Hashable] | None = None,
) -> pd.DataFrame:
    """Return the measures for nominal codes with their intervals in one table.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.
    draws : int, default 2000
        Number of draws.
    seed : int, default 1
        Seed of the random generator. The same seed gives the same interval whatever the order of the items.
    confidence : float, default 0.95
        Share of the draws within the interval, above 0 and below 1.
    groups : sequence, optional
        One label an item, such as its section. Then groups are drawn, not items: right where the items of a group are
        alike, as the characters of one passage are.

    Returns
    -------
    pandas.DataFrame
        One row a measure; `cohen_kappa` has a row for each pair of coders:

        - ``measure`` (str): percent, holsti, reliability, kappa, ac1, alpha;
        - ``coders`` (str): their names;
        - ``items`` (int): how many items two or more of these coders judged;
        - ``value``, ``low``, ``high`` (float): NaN where the measure itself is undefined: kappa and alpha where all
          decisions are one code, kappa of a pair without a common item. ``low`` and ``high`` alone are NaN where more
          than half of the draws are undefined;
        - ``undefined`` (float): share of the draws in which the measure is 0/0.

    Raises
    ------
    ZhagenError
        In the other cases of `bootstrap_interval`.

    Examples
    --------
    >>> table = agreement_table([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")], draws=100)
    >>> dict(zip(table.measure, table["value"].round(2).tolist()))
    {'percent': 0.75, 'holsti': 0.75, 'reliability': 0.86, 'kappa': 0.5, 'ac1': 0.53, 'alpha': 0.53}
    """

    wide = pd.DataFrame(ratings)
    rows = []
    for measure in ("percent", "holsti", "reliability", "kappa", "ac1", "alpha"):
        for coders in combinations(wide.columns, 2) if measure == "kappa" else [tuple(wide.columns)]:
            part = wide[list(coders)]
            items = int((part.notna().sum(axis=1) >= 2).sum())
            value, low, high, undefined = nan, nan, nan, 1.0
            if items or measure != "kappa":
                value, drawn = _drawn(part, measure, draws, seed, groups)
                low, high, undefined = _interval(drawn, confidence)
            rows.append((measure, ", ".join(map(str, coders)), items, value, low, high, undefined))
    return pd.DataFrame(rows, columns=AGREEMENT)


def agreement_by_units(
    ratings: Ratings,
    *,
    uncoded: str | float = "",
    draws: int = 2000,
    seed: int = 1,
    confidence: float = 0.95,
    groups: Iterable[Hashable] | None = None,
) -> pd.DataFrame:
    """Return the agreement over all units, and over those alone that at least one coder coded.

    Text that everyone passes over is agreement too, and there is much of it, so it inflates the measures. Without it
    they compare coded text only and lose the negative cases: for ONE code (coded or not) no unit is left that both
    coders leave uncoded, and kappa is then 0 or below whatever they did, as its numerator is ``-2 n10 n01 / n^2``.
    Alpha falls with it. For one code, read `percent_agreement` there: of the units that either coded, the share that
    both coded (Jaccard's). Report both tables, and say what a unit is.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` or `character_ratings` returns it.
    uncoded : str or number, default ""
        The code that says that a coder left a unit uncoded. A missing value says that they did not judge it.
    draws : int, default 2000
        Number of draws.
    seed : int, default 1
        Seed of the random generator. The same seed gives the same interval whatever the order of the items.
    confidence : float, default 0.95
        Share of the draws within the interval, above 0 and below 1.
    groups : sequence, optional
        One label an item, such as its section. Then groups are drawn, not items: right where the items of a group are
        alike, as the characters of one passage are.

    Returns
    -------
    pandas.DataFrame
        The columns of `agreement_table` after ``units`` (str): ``all``, then ``coded``. Kappa is NaN for ``coded``
        where two coders agree throughout on one code.

    Raises
    ------
    ZhagenError
        In the cases of `agreement_table`; if nothing is coded, or if nobody left anything uncoded.

    Examples
    --------
    >>> rows = [("平台", "平台"), ("平台", ""), *[("", "")] * 8]
    >>> table = agreement_by_units(rows, draws=100).query("measure == 'percent'")
    >>> table[["units", "value"]].values.tolist()
    [['all', 0.9], ['coded', 0.5]]
    """

    wide = pd.DataFrame(ratings)
    judged = wide.notna()
    if not ((wide == uncoded) & judged).any(axis=None):
        raise ZhagenError(
            f"nobody left a unit uncoded ({uncoded!r})", todo="name the code for it, or use `agreement_table`"
        )
    coded = ((wide != uncoded) & judged).any(axis=1).to_numpy()
    if not coded.any():
        raise ZhagenError("nobody coded a unit", todo="compare the label of uncoded units")
    labels = None if groups is None else np.asarray(list(groups))
    options: dict[str, Any] = {"draws": draws, "seed": seed, "confidence": confidence}
    every = agreement_table(wide, groups=labels, **options)
    part = agreement_table(wide[coded], groups=None if labels is None else labels[coded], **options)
    return pd.concat([every.assign(units="all"), part.assign(units="coded")], ignore_index=True)[["units", *AGREEMENT]]


# Each measure takes a `_Table` and weights, and returns a float for each draw, NaN where it is 0/0. Weights are draws x
# patterns: how often each pattern is in each draw. So `weights @ x` sums x over the items of every draw at once.


def _percent(table: _Table, weights: np.ndarray) -> np.ndarray:
    n, r = table.counts, table.counts.sum(axis=1)
    share = (n * (n - 1)).sum(axis=1) / (r * (r - 1)).clip(1)
    return _divide(weights @ share, weights @ (r >= 2))


def _holsti(table: _Table, weights: np.ndarray) -> np.ndarray:
    total, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for one, other in combinations(table.patterns.T, 2):
        agreed = weights @ ((one == other) & (one >= 0))
        met = weights @ ((one >= 0) & (other >= 0)) > 0
        total += met * 2 * agreed / (weights @ (one >= 0) + weights @ (other >= 0)).clip(1)
        pairs += met
    return _divide(total, pairs)


def _reliability(table: _Table, weights: np.ndarray) -> np.ndarray:
    K, n = _holsti(table, weights), table.patterns.shape[1]
    return n * K / (1 + (n - 1) * K)


def _kappa(table: _Table, weights: np.ndarray) -> np.ndarray:
    if table.patterns.shape[1] != 2:
        raise ZhagenError(
            f"kappa compares two coders, here are {table.patterns.shape[1]}",
            todo="choose two columns, or use `krippendorff_alpha` or `gwet_ac1` for all",
        )
    both = np.all(table.patterns >= 0, axis=1)
    one, other = (
        weights @ ((coder[:, None] == np.arange(len(table.labels))) & both[:, None]) for coder in table.patterns.T
    )
    items, agreed = weights @ both, weights @ (both & (table.patterns[:, 0] == table.patterns[:, 1]))
    chance = (one * other).sum(axis=1)  # pe times items squared, a whole number, so 0/0 is found exactly
    return _divide(items * agreed - chance, items**2 - chance)


def _alpha(table: _Table, weights: np.ndarray, scale: str = "nominal") -> np.ndarray:
    r = table.counts.sum(axis=1)
    n, weights, r = table.counts[r >= 2], weights[:, r >= 2], r[r >= 2]
    codes = weights @ n
    total = codes.sum(axis=1)
    if scale == "nominal":
        observed = weights @ ((r**2 - (n**2).sum(axis=1)) / (r - 1))
        expected = total**2 - (codes**2).sum(axis=1)
    else:
        if not all(isinstance(label, Number) for label in table.labels):
            raise ZhagenError(f"the scale {scale} needs numbers as codes", todo="give each code its number")
        ranks = np.cumsum(codes, axis=1) - codes / 2
        places = ranks if scale == "ordinal" else np.array(table.labels, dtype=float)[None]
        places = places - _divide((codes * places).sum(axis=1), total)[:, None]
        # the squared differences of all pairs of a set sum to 2 (size x sum of squares - square of the sum)
        within = r * (places**2 @ n.T) - (places @ n.T) ** 2
        observed = 2 * (weights * within / (r - 1)).sum(axis=1)
        expected = 2 * total * (codes * places**2).sum(axis=1)
    expected = np.where((codes > 0).sum(axis=1) > 1, expected, 0)
    return 1 - _divide(observed * (total - 1), expected)


def _ac1(table: _Table, weights: np.ndarray) -> np.ndarray:
    n, r = table.counts, table.counts.sum(axis=1)
    shares = weights @ (n / r[:, None]) / weights.sum(axis=1)[:, None]
    chance = (shares * (1 - shares)).sum(axis=1) / max(len(table.labels) - 1, 1)
    return (_percent(table, weights) - chance) / (1 - chance)


MEASURES: dict[str, Callable[[_Table, np.ndarray], np.ndarray]] = {
    "percent": _percent,
    "holsti": _holsti,
    "reliability": _reliability,
    "kappa": _kappa,
    "ac1": _ac1,
    "alpha": _alpha,
    "alpha_ordinal": partial(_alpha, scale="ordinal"),
    "alpha_interval": partial(_alpha, scale="interval"),
}


def _value(ratings: Ratings, measure: str) -> float:
    table = _table(ratings)
    value = float(MEASURES[measure](table, table.times[None].astype(float))[0])
    if isnan(value):
        raise _undefined(measure)
    return value


def _drawn(
    ratings: Ratings, measure: str, draws: int, seed: int, groups: Iterable[Hashable] | None
) -> tuple[float, np.ndarray]:
    """Return a measure and its values in the draws, NaN where they are 0/0."""
    if measure not in MEASURES:
        raise ZhagenError(f"there is no measure {measure!r}", todo=f"use one of {', '.join(MEASURES)}")
    if draws < 1:
        raise ZhagenError(f"there are {draws} draws", todo="draw 1000 times or more")
    table = _table(ratings)
    value = float(MEASURES[measure](table, table.times[None].astype(float))[0])
    return value, MEASURES[measure](table, _weights(table, draws, seed, groups))


def _weights(table: _Table, draws: int, seed: int, groups: Iterable[Hashable] | None) -> np.ndarray:
    """Return how often each draw has each pattern: draws x patterns."""
    random = np.random.default_rng(seed)
    if groups is None:  # items alike are drawn as one: the items of a draw are multinomial over the patterns
        size, share, within = int(table.times.sum()), table.times / table.times.sum(), None
    else:
        judged, labels = table.place >= 0, pd.Series(list(groups))
        if len(labels) != len(table.place) or labels.isna().any():
            raise ZhagenError(f"{len(table.place)} items have {labels.count()} groups", todo="name the group of each")
        within = pd.crosstab(labels[judged], table.place[judged]).to_numpy()
        size, share = len(within), np.full(len(within), 1 / len(within))
    if size < 2:
        raise ZhagenError(f"there is one {'item' if groups is None else 'group'}, so no draw differs", todo="give more")
    drawn = random.multinomial(size, share, size=draws)
    return (drawn if within is None else drawn @ within).astype(float)


def _interval(drawn: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Return the percentile interval and the share of undefined draws; NaN for it where they are more than half."""
    if not 0 < confidence < 1:
        raise ZhagenError(f"the confidence is {confidence}", todo="give a share between 0 and 1, such as 0.95")
    defined = drawn[~np.isnan(drawn)]
    undefined = 1 - len(defined) / len(drawn)
    if undefined > 0.5:
        return nan, nan, undefined
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high), undefined


def _table(ratings: Ratings) -> _Table:
    wide = pd.DataFrame(ratings)
    if wide.shape[1] < 2:
        raise ZhagenError(f"there are decisions of {wide.shape[1]} coders", todo="compare two or more")
    numbers, found = pd.factorize(wide.to_numpy(dtype=object).ravel())
    labels = found.tolist()
    if not (all(isinstance(x, str) for x in labels) or all(isinstance(x, Number) for x in labels)):
        raise ZhagenError(
            "the codes are partly text and partly numbers, or neither", todo="write them the same way for all coders"
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


def _divide(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Divide arrays of one shape; NaN where the divisor is 0."""
    return np.divide(top, bottom, out=np.full(np.shape(top), nan), where=bottom != 0)


def _undefined(measure: str) -> ZhagenError:
    return ZhagenError(
        f"{measure} is undefined: all decisions are the same code",
        todo="report `percent_agreement` or `gwet_ac1`; kappa and alpha need a difference between items",
    )


def _need(frame: pd.DataFrame, columns: list[str]) -> None:
    missing = [name for name in columns if name not in frame]
    if missing:
        raise ZhagenError(f"there is no column {missing[0]!r}", todo=f"give a data frame with {', '.join(columns)}")
