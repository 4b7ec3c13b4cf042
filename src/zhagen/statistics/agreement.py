"""How far coders agree: percent agreement, Holsti's K, kappas, alpha and AC1, each with a bootstrap interval.

The measures fit codes that are in a codebook before two people apply them; they do not show that two people would have
seen the same concepts emerge. Every measure takes the table that `rating_table` makes: one row an item, one column a
coder, a code in each cell (text, or numbers), a missing value where a coder did not judge the item; a list of rows
works too. ``""`` is not a missing value but a decision: the coder left the item uncoded.

An interval is only as good as the items it rests on. In simulated studies (30 to 300 items, two coders, one code) the
95% intervals of kappa held the true value in 54 to 67% of the studies where one item was coded by both, in 73 to 86%
with two, 80 to 92% with three; with 5 and more it was 91 to 95%, if the coders also differed on 4 items or more. With
two differences no measure reached 90%. So an interval is marked as not `readable` where fewer than `FEW` items are
agreed on a code other than the most common one (percent agreement, Holsti's K, AC1 and Brennan and Prediger's
coefficient do not need them), or where the coders differ on fewer than `FEW`.
"""

import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import inf, isnan, nan
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from zhagen.errors import ZhagenError
from zhagen.text.characters import normal_text

AGREEMENT = "measure coders items value low high undefined rarer differ readable".split()
BY_CODE = "code coders items both one other some neither".split()
IN_CODE = ("percent", "holsti", "kappa", "ac1", "alpha", "positive")
STANDARD = ("percent", "holsti", "reliability", "kappa", "ac1", "alpha")
FEW = 5  # items: below it an interval is not to be read, see above
DECISIONS = ["coder", "item", "code"]
AT_ONCE = 1 << 17  # weights of draws that are measured at once: they stay in the cache
SCALES = ("nominal", "ordinal", "interval", "ratio")
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
    rarer : int
        Items on which all who judged them agree on a code other than the most common one.
    differ : int
        Items on which those who judged them differ.
    readable : bool
        False if the items are too few for an interval: see the text of this module.
    """

    measure: str
    value: float
    low: float
    high: float
    confidence: float
    draws: int
    rarer: int
    differ: int
    readable: bool

    def __repr__(self) -> str:
        shown = f"{self.measure} = {self.value:.3f}, {self.confidence:.0%} interval {self.low:.3f} to {self.high:.3f}"
        few = f"; too few items to read it: {self.rarer} agreed on a rarer code, {self.differ} differ"
        return f"{shown} ({self.draws} draws{'' if self.readable else few})"


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
    decisions = _named(frame.dropna(subset=DECISIONS))
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
    passages, code = _named(passages), _name(code)
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


def ratings_from_counts(both: int, one: int, other: int, neither: int, *, code: str = "coded") -> pd.DataFrame:
    """Return the ratings of two coders of which only the four counts are known.

    Parameters
    ----------
    both : int
        Items to which both gave the code.
    one, other : int
        Items to which only the first gave it, and only the second.
    neither : int
        Items to which nobody gave it.
    code : str, default "coded"
        The code.

    Returns
    -------
    pandas.DataFrame
        One row an item, columns ``first`` and ``second``: `code` or ``""``, for `agreement_table` and the measures.

    Raises
    ------
    ZhagenError
        If a count is below 0 or not whole, or all are 0.

    Examples
    --------
    >>> [round(cohen_kappa(ratings_from_counts(*counts)), 2) for counts in ((45, 5, 5, 45), (2, 5, 5, 88))]
    [0.8, 0.23]
    """
    counts = (both, one, other, neither)
    if any(count < 0 or int(count) != count for count in counts) or not sum(counts):
        raise ZhagenError(f"the four counts are {counts}", todo="give whole numbers of 0 or more, not all 0")
    pairs = [(code, code), (code, ""), ("", code), ("", "")]
    rows = [pair for pair, count in zip(pairs, counts, strict=True) for _ in range(int(count))]
    return pd.DataFrame(rows, columns=["first", "second"])


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
    >>> round(percent_agreement([("a", "a"), ("a", "b"), ("b", "b"), ("b", None)]), 3)
    0.667
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
    >>> round(holsti_agreement([("a", "a"), ("a", "b"), ("b", "b"), ("b", None)]), 3)
    0.571
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
    for two different codes; ``interval``: d = c - k; ``ratio``: d = (c - k) / (c + k); ``ordinal``: d is the number of
    decisions between the two ranks, ``n_c / 2 + ... + n_k / 2``.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.
    scale : {"nominal", "ordinal", "interval", "ratio"}, default "nominal"
        Scale of measurement. The last three need numbers as codes, the last two finite ones, ``ratio`` none below 0.

    Returns
    -------
    float
        At most 1; 0 is agreement by chance.

    Raises
    ------
    ZhagenError
        If there are fewer than two coders, if the codes are partly text and partly numbers, if no item has two
        decisions, if all decisions are the same code (0/0), if the scale is unknown, or if a code is none that the
        scale can measure: text, infinity, or on a ratio scale a number below 0.

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


def light_kappa(ratings: Ratings) -> float:
    """Return Light's kappa: the mean of Cohen's kappas of all pairs of coders.

    For two coders it is `cohen_kappa`. Pairs without a common item are left out: about them nothing is known. It keeps
    what `cohen_kappa` says, that each coder has shares of the codes of their own; `fleiss_kappa` gives all the same.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.

    Returns
    -------
    float
        At most 1; 0 is agreement by chance.

    Raises
    ------
    ZhagenError
        In the cases of `percent_agreement`, and if the kappa of a pair is 0/0.

    References
    ----------
    Light (1971). Measures of response agreement for qualitative data: some generalizations and alternatives.

    Examples
    --------
    >>> round(light_kappa([("a", "a", "b"), ("a", "b", "b"), ("b", "b", "b"), ("a", "a", "a")]), 4)
    0.4
    """
    return _value(ratings, "light")


def fleiss_kappa(ratings: Ratings) -> float:
    """Return Fleiss' kappa of two or more coders: ``(pa - pe) / (1 - pe)`` with ``pe = sum_k p_k^2``.

    pa is `percent_agreement`, p_k the mean over the items of the share of their decisions that say k. For two coders
    who judged all items it is `scott_pi`. As in Gwet's irrCAC an item with one decision counts for p_k.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.

    Returns
    -------
    float
        At most 1; 0 is agreement by chance.

    Raises
    ------
    ZhagenError
        In the cases of `percent_agreement`, and if all decisions are the same code (0/0).

    References
    ----------
    Fleiss (1971). Measuring nominal scale agreement among many raters.

    Examples
    --------
    >>> round(fleiss_kappa([("a", "a", "a"), ("a", "b", "b"), ("b", "b", "b")]), 4)
    0.55
    """
    return _value(ratings, "fleiss")


def scott_pi(ratings: Ratings) -> float:
    """Return Scott's pi of two coders: ``(po - pe) / (1 - pe)`` with ``pe = sum_k ((p1k + p2k) / 2)^2``.

    As `cohen_kappa`, but chance is taken from the mean of both coders' shares, so that coders who use the codes
    differently often are not rewarded for it. Only items that both judged count. For more coders: `fleiss_kappa`.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.

    Returns
    -------
    float
        At most 1; 0 is agreement by chance. Never above `cohen_kappa`.

    Raises
    ------
    ZhagenError
        In the cases of `cohen_kappa`.

    References
    ----------
    Scott (1955). Reliability of content analysis: the case of nominal scale coding.

    Examples
    --------
    >>> round(scott_pi([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]), 4)
    0.4667
    """
    return _value(ratings, "scott")


def brennan_prediger(ratings: Ratings, *, categories: int | None = None) -> float:
    """Return Brennan and Prediger's coefficient: ``(pa - 1/q) / (1 - 1/q)``, q the number of codes.

    Chance is a blind choice between q codes, however often they are used; so a codebook with many codes that hardly
    anyone needs raises it. pa is `percent_agreement`. MAXQDA calls it kappa. With two codes it is ``2 pa - 1``.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.
    categories : int, optional
        Number of codes that could be chosen, 2 or more. Without it, those in use.

    Returns
    -------
    float
        At most 1; 0 is agreement by chance.

    Raises
    ------
    ZhagenError
        In the cases of `percent_agreement`; if `categories` is below 2 or below the number of codes in use, or is not
        given and all decisions are the same code (0/0).

    References
    ----------
    Brennan and Prediger (1981). Coefficient kappa: some uses, misuses, and alternatives.

    Examples
    --------
    >>> rows = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]
    >>> brennan_prediger(rows), brennan_prediger(rows, categories=5)
    (0.5, 0.6875)
    """
    if categories is None:
        return _value(ratings, "brennan_prediger")
    used = len(_table(ratings).labels)
    if categories < max(used, 2):
        raise ZhagenError(f"{categories} categories, {used} codes in use", todo="count all codes that could be chosen")
    return (percent_agreement(ratings) - 1 / categories) / (1 - 1 / categories)


def specific_agreement(ratings: Ratings, code: str | float) -> float:
    """Return the agreement on one code: of what coders gave it, how far do the others give it too?

    ``sum_i n_i (n_i - 1) / sum_i n_i (r_i - 1)``: of the r_i decisions on item i, n_i are `code`. For two coders
    ``2 a / (2 a + b + c)``: a items that both gave it, b and c that one of them did (Dice's coefficient). Items that
    nobody gave the code do not count, so uncoded text cannot inflate it. Chance is not taken out.

    Parameters
    ----------
    ratings : pandas.DataFrame or list of rows
        Items x coders, as `rating_table` returns it.
    code : str or number
        The code; with ratings of one code (coded or ``""``) it is the positive agreement, with ``""`` the negative.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ZhagenError
        In the cases of `percent_agreement`, or if nobody gave the code to an item with two decisions.

    References
    ----------
    Cicchetti and Feinstein (1990). High agreement but low kappa: II. Resolving the paradoxes.

    Examples
    --------
    >>> rows = [("平台", "平台"), ("平台", ""), ("", "")]
    >>> round(specific_agreement(rows, "平台"), 4), round(specific_agreement(rows, ""), 4)
    (0.6667, 0.6667)
    """
    table, code = _table(ratings), _name(code)
    if code in table.labels:
        found = _specific(table, table.times[None].astype(float), table.labels.index(code))[0]
        if not isnan(found):
            return float(found)
    raise ZhagenError(f"nobody used the code {code!r} where two judged", todo="compare the labels of the codes")


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
    >>> bootstrap_interval([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")] * 5, "percent", draws=500)
    percent = 0.750, 95% interval 0.550 to 0.900 (500 draws)
    """
    _check_measure(measure, draws)
    table = _table(ratings)
    weights = _weights(table.times, _within(table, groups), draws, seed)
    value, drawn, rarer, differ = _drawn(_Sample(table, weights), measure)
    if isnan(value):
        raise _undefined(measure)
    low, high, undefined = _interval(drawn, confidence)
    if isnan(low):
        raise ZhagenError(
            f"{measure} is undefined in {undefined:.0%} of the draws, which have no variation",
            todo="give more items, or report the value without an interval",
        )
    return Interval(measure, value, low, high, confidence, draws, rarer, differ, _readable(measure, rarer, differ))


def agreement_table(
    ratings: Ratings,
    *,
    measures: Iterable[str] = STANDARD,
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
    measures : iterable of str, default ("percent", "holsti", "reliability", "kappa", "ac1", "alpha")
        Names in `MEASURES`; further ones for nominal codes are ``light``, ``fleiss``, ``scott`` and
        ``brennan_prediger``.
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
        One row a measure; `cohen_kappa` and `scott_pi`, which are for two, have a row for each pair of coders:

        - ``measure`` (str): the name;
        - ``coders`` (str): their names;
        - ``items`` (int): how many items two or more of these coders judged;
        - ``value``, ``low``, ``high`` (float): NaN where the measure itself is undefined: kappa and alpha where all
          decisions are one code, kappa of a pair without a common item. ``low`` and ``high`` alone are NaN where more
          than half of the draws are undefined, or where there is one group, so that no draw differs;
        - ``undefined`` (float): share of the draws in which the measure is 0/0;
        - ``rarer``, ``differ`` (int): items agreed on a code other than the most common one, items that differ;
        - ``readable`` (bool): false where these are too few for an interval, see the text of this module.

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
    labels = None if groups is None else list(groups)
    samples: dict[tuple[Hashable, ...], _Sample] = {}

    def sample(coders: tuple[Hashable, ...]) -> _Sample:
        if coders not in samples:  # once for all measures
            table = _table(wide[list(coders)])
            samples[coders] = _Sample(table, _weights(table.times, _within(table, labels), draws, seed))
        return samples[coders]

    judged: dict[Hashable, np.ndarray] = {name: wide[name].notna().to_numpy() for name in wide.columns}
    return _measured_table(wide.columns, lambda coders: _shared(judged, coders), sample, measures, draws, confidence)


def agreement_over_codes(
    decisions: pd.DataFrame,
    *,
    codes: Iterable[str] | None = None,
    coders: Iterable[str] | None = None,
    items: Iterable[Hashable] | None = None,
    uncoded: str = "all",
    measures: Iterable[str] = STANDARD,
    draws: int = 2000,
    seed: int = 1,
    confidence: float = 0.95,
    groups: Mapping[Hashable, Hashable] | pd.Series | None = None,
    lengths: Sequence[int] | pd.Series | None = None,
) -> pd.DataFrame:
    """Return how far coders agree over all codes: a case is an item and a code, which a coder gave to it or did not.

    So an item can have several codes, and frequent codes weigh more. It is what `agreement_table` returns for a table
    with a row for each item and code; such a table is not made, for it would have millions of rows.

    Parameters
    ----------
    decisions : pandas.DataFrame
        As in `agreement_by_code`.
    codes : iterable of str, optional
        Codes to compare; without it those in use.
    coders : iterable of str, optional
        Two or more of those who coded, in their order; without it all in the frame, by code point.
    items : iterable, optional
        All items that were judged; without it, those in the frame.
    uncoded : {"all", "coded"}, default "all"
        All items, or only those with a code, whichever, of one of these coders.
    measures : iterable of str, default ("percent", "holsti", "reliability", "kappa", "ac1", "alpha")
        As in `agreement_table`.
    draws : int, default 2000
        Number of draws for the intervals.
    seed : int, default 1
        Seed of the random generator. The same seed gives the same interval whatever the order of the rows.
    confidence : float, default 0.95
        Share of the draws within the interval, above 0 and below 1.
    groups : mapping or pandas.Series, optional
        Item -> group, such as its source. Then groups are drawn, not cases.
    lengths : sequence or pandas.Series of int, optional
        How many items each item is in place of, where `items` is ``range(n)`` and `groups` are given: a stretch of text
        that is coded alike from end to end is as many characters. Without it, each is one.

    Returns
    -------
    pandas.DataFrame
        As `agreement_table`; ``items`` are cases.

    Raises
    ------
    ZhagenError
        In the cases of `agreement_by_code` and `agreement_table`.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("甲", 1, "平台"), ("乙", 1, "平台"), ("甲", 2, "用户"), ("甲", 3, None)]
    >>> table = agreement_over_codes(pd.DataFrame(rows, columns=DECISIONS), draws=100)
    >>> table[["measure", "items"]].values.tolist()[0], round(float(table["value"][0]), 3)
    (['percent', 6], 0.833)
    """
    cases = _cases(decisions, codes, coders, items, uncoded, groups, lengths)
    wanted = len(cases.codes)
    cells, places, _ = cases.cells()
    of_cell = None if cases.group is None else cases.group[places]
    sizes = None if cases.sizes is None else cases.sizes * wanted
    samples: dict[tuple[Hashable, ...], _Sample] = {}

    def sample(chosen: tuple[Hashable, ...]) -> _Sample:
        if chosen not in samples:
            own = cells[:, [cases.coders.index(coder) for coder in chosen]]
            patterns, times, within = _patterns(own, cases.length[places], cases.items * wanted, of_cell, sizes)
            used = [number for number in (0, 1) if (patterns == number).any()]  # the labels, such as "" and "coded"
            counts = (patterns[:, :, None] == np.array(used)).sum(axis=1)
            table = _Table(
                patterns - used[0], times, np.zeros(0, np.int64), counts, ["", "coded"][used[0] : used[-1] + 1]
            )
            samples[chosen] = _Sample(table, _weights(times, within, draws, seed))
        return samples[chosen]

    return _measured_table(cases.coders, lambda _: cases.items * wanted, sample, measures, draws, confidence)


class _Sample(NamedTuple):
    """Ratings in numbers, and how often each draw has each of their patterns."""

    table: _Table
    weights: np.ndarray


def _measured_table(
    columns: Iterable[Hashable],
    items_of: Callable[[tuple[Hashable, ...]], int],
    sample: Callable[[tuple[Hashable, ...]], _Sample],
    measures: Iterable[str],
    draws: int,
    confidence: float,
) -> pd.DataFrame:
    """Return the table of `agreement_table`, of samples that a function gives for some of the coders."""
    columns = list(columns)
    rows = []
    for measure in measures:
        for coders in combinations(columns, 2) if measure in FOR_TWO else [tuple(columns)]:
            items = items_of(coders)
            value, low, high, undefined, rarer, differ = nan, nan, nan, 1.0, 0, 0
            if items or measure not in FOR_TWO:
                _check_measure(measure, draws)
                value, drawn, rarer, differ = _drawn(sample(coders), measure)
                low, high, undefined = _interval(drawn, confidence)
            few = (rarer, differ, _readable(measure, rarer, differ))
            rows.append((measure, ", ".join(map(str, coders)), items, value, low, high, undefined, *few))
    return pd.DataFrame(rows, columns=AGREEMENT)


def _shared(judged: Mapping[Hashable, np.ndarray], coders: tuple[Hashable, ...]) -> int:
    """Return how many items two or more of these coders judged."""
    return int((np.sum([judged[coder] for coder in coders], axis=0) >= 2).sum()) if coders else 0


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

    wide = pd.DataFrame(ratings).map(_name, na_action="ignore")
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


def unit_decisions(passages: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Turn coded passages into decisions on units: which coder gave which code to which unit.

    A coder gave a code to a unit (a turn, a sentence, a paragraph) if a passage with it touches the unit in one
    character or more. So coders who mark the same sentence with other borders agree; compare units of several sizes.

    Parameters
    ----------
    passages : pandas.DataFrame
        The columns ``coder``, ``code``, ``start``, ``end``, and ``source`` if there are several texts: characters of
        the text from 0, the end exclusive.
    units : pandas.DataFrame
        The columns ``item`` (the name of the unit), ``start``, ``end``, and ``source`` if the passages have it. The
        units of one text do not overlap.

    Returns
    -------
    pandas.DataFrame
        One row a coder, unit and code: ``coder``, ``item``, ``code``, in the order of the units. Units that nobody
        coded have no row: give ``items=units["item"]`` to `agreement_by_code`.

    Raises
    ------
    ZhagenError
        If a column is missing, a passage or unit is empty or begins before 0, two units overlap or share a name, or
        a passage touches no unit.

    Examples
    --------
    >>> import pandas as pd
    >>> passages = pd.DataFrame([("甲", "平台", 3, 12), ("乙", "平台", 5, 9)], columns=PASSAGES)
    >>> units = pd.DataFrame([("s1", 0, 10), ("s2", 10, 20)], columns=["item", "start", "end"])
    >>> unit_decisions(passages, units).values.tolist()
    [['甲', 's1', '平台'], ['乙', 's1', '平台'], ['甲', 's2', '平台']]
    """
    source = ["source"] if "source" in passages else []
    _need(passages, PASSAGES)
    _need(units, ["item", "start", "end", *source])
    passages = _named(passages)
    for frame, what in ((passages, "passages"), (units, "units")):
        wrong = frame[~((frame.start >= 0) & (frame.start < frame.end))]
        if len(wrong):
            raise ZhagenError(f"{len(wrong)} {what} are empty or begin before 0", todo="count characters from 0")
    if units["item"].duplicated().any():
        raise ZhagenError(f"two units are named {units['item'][units['item'].duplicated()].iloc[0]}", todo="name each")
    own, of_unit = np.zeros(len(passages), np.int64), np.zeros(len(units), np.int64)
    names: list[Any] = [""]
    if source:
        own, texts_of = pd.factorize(passages["source"])
        names = texts_of.tolist()
        of_unit = pd.Index(names).get_indexer(pd.Index(units["source"]))  # -1: nobody coded in this text
    # units follow each other, and texts do, in one line of places: those that a passage touches are the first that ends
    # after its start, and those after it that begin before its end
    size = int(max(frame.end.to_numpy(np.int64).max(initial=0) for frame in (passages, units))) + 1
    starts, ends = (of_unit * size + units[end].to_numpy(np.int64) for end in ("start", "end"))
    order = np.argsort(starts, kind="stable")
    order = order[of_unit[order] >= 0]
    starts, ends, texts = starts[order], ends[order], of_unit[order]
    over = (ends[:-1] > starts[1:]) & (texts[:-1] == texts[1:])
    if over.any():
        raise ZhagenError(
            "two units overlap", str(names[texts[over.argmax()]] or ""), "give units that follow each other"
        )
    first = np.searchsorted(ends, own * size + passages.start.to_numpy(np.int64), side="right")
    last = np.searchsorted(starts, own * size + passages.end.to_numpy(np.int64), side="left")
    number = np.maximum(last - first, 0).astype(np.intp, copy=False)
    if not number.all():
        raise ZhagenError(f"{int((number == 0).sum())} passages touch no unit", todo="give units for the whole text")
    rows = np.repeat(np.arange(len(passages)), number)
    unit = order[np.repeat(first - np.cumsum(number) + number, number) + np.arange(number.sum())]
    rows, unit = (numbers[np.lexsort((rows, unit))] for numbers in (rows, unit))
    coder, code = (pd.factorize(passages[name])[0][rows] for name in ("coder", "code"))
    keys = (unit * (coder.max(initial=0) + 1) + coder) * (code.max(initial=0) + 1) + code
    kept = np.sort(np.unique(keys, return_index=True)[1])
    found = {name: passages[name].to_numpy(dtype=object)[rows[kept]].tolist() for name in ("coder", "code")}
    return pd.DataFrame({**found, "item": units["item"].iloc[unit[kept]].reset_index(drop=True)})[DECISIONS]


def agreement_by_code(
    decisions: pd.DataFrame,
    *,
    codes: Iterable[str] | None = None,
    coders: Iterable[str] | None = None,
    items: Iterable[Hashable] | None = None,
    uncoded: str = "all",
    draws: int = 2000,
    seed: int = 1,
    confidence: float = 0.95,
    groups: Mapping[Hashable, Hashable] | pd.Series | None = None,
    lengths: Sequence[int] | pd.Series | None = None,
) -> pd.DataFrame:
    """Return for each code how far coders agree on where it belongs.

    One code is compared at a time: each coder gave it to an item or did not. So an item may have several codes, and a
    weak definition is seen in its row, not hidden in a mean over the codebook. Read the counts first, the measures
    after them.

    Parameters
    ----------
    decisions : pandas.DataFrame
        One row a coder, item and code: ``coder``, ``item``, ``code``; other columns are ignored, repeated rows count
        once. A row with a missing or empty code names an item that was read and left uncoded. Every coder is taken to
        have judged every item.
    codes : iterable of str, optional
        Codes to compare, in the order of the rows; without it those in use, by code point.
    coders : iterable of str, optional
        Two or more of those who coded, in their order; without it all in the frame, by code point.
    items : iterable, optional
        All items that were judged; without it, those in the frame.
    uncoded : {"all", "coded"}, default "all"
        ``all``: all items, also those that nobody gave any code. ``coded``: only items with a code, whichever, of one
        of these coders; how much text nobody cared for then does not matter.
    draws : int, default 2000
        Number of draws for the intervals.
    seed : int, default 1
        Seed of the random generator. The same seed gives the same interval whatever the order of the rows.
    confidence : float, default 0.95
        Share of the draws within the interval, above 0 and below 1.
    groups : mapping or pandas.Series, optional
        Item -> group, such as its source. Then groups are drawn, not items.
    lengths : sequence or pandas.Series of int, optional
        How many items each item is in place of, where `items` is ``range(n)`` and `groups` are given: a stretch of text
        that is coded alike from end to end is as many characters. Without it, each is one.

    Returns
    -------
    pandas.DataFrame
        One row a code for two coders; for more, a row for all of them and one for each pair:

        - ``code``, ``coders`` (str);
        - ``items`` (int): how many items were compared;
        - ``both`` (int): coded by all of these coders; ``one``, ``other`` (Int64): by the first, by the second of a
          pair alone, missing for more than two; ``some`` (int): by some and not by all; ``neither`` (int): by none;
        - for each measure its value and interval, such as ``kappa``, ``kappa_low``, ``kappa_high`` (float, NaN where it
          is 0/0, the interval also where there is one item or one group): `percent_agreement`; `holsti_agreement` (the
          same, as all judged all items); `cohen_kappa`, for more than two `light_kappa`; `gwet_ac1`;
          `krippendorff_alpha`; and ``positive``, the `specific_agreement` on having the code;
        - ``readable`` (bool): false where the items are too few for these intervals: fewer than `FEW` on which all
          agree and that are not the common case (``both``, or ``neither`` where most items have the code), or fewer
          on which they differ (``some``). See the text of this module.

    Raises
    ------
    ZhagenError
        If a column is missing, there are fewer than two coders, a coder, code or item is not known, no item is coded,
        or `uncoded`, `confidence`, `draws` or `groups` cannot be used.

    See Also
    --------
    unit_decisions : The decisions of coded passages on units of text.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("甲", 1, "平台"), ("乙", 1, "平台"), ("甲", 2, "平台"), ("甲", 3, None)]
    >>> table = agreement_by_code(pd.DataFrame(rows, columns=DECISIONS), items=range(1, 5), draws=100)
    >>> table[["code", "items", "both", "one", "other", "neither", "percent", "kappa"]].values.tolist()
    [['平台', 4, 1, 0, 1, 2, 0.75, 0.5]]
    """
    cases = _cases(decisions, codes, coders, items, uncoded, groups, lengths)
    if draws < 1:
        raise ZhagenError(f"there are {draws} draws", todo="draw 1000 times or more")
    every = tuple(range(len(cases.coders)))
    subsets = [every] if len(every) == 2 else [every, *combinations(every, 2)]
    tables = [_by_code(cases, chosen, draws, seed, confidence) for chosen in subsets]
    table = pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)  # code by code
    return table.astype({"one": "Int64", "other": "Int64"})


class _Cases(NamedTuple):
    """Decisions in numbers, sorted by code, each once: only what was given is stored, for most cells are empty."""

    codes: list[str]
    coders: list
    items: int  # how many there are
    length: np.ndarray  # of each item that is named: how many items it is in place of
    coder: np.ndarray
    item: np.ndarray
    borders: np.ndarray  # the rows of the code k are those from borders[k] to borders[k + 1]
    group: np.ndarray | None  # the group of each item
    sizes: np.ndarray | None  # the items of each group

    def cells(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return of each code and item to which somebody gave it who did; the item; and the code."""
        first = self.borders[0]
        code = np.repeat(np.arange(len(self.codes)), np.diff(self.borders).astype(np.intp, copy=False))
        item, coder = self.item[first : self.borders[-1]], self.coder[first : self.borders[-1]]
        keys, at = np.unique(code * len(self.length) + item, return_inverse=True)
        has = np.zeros((len(keys), len(self.coders)), np.int64)
        has[at, coder] = 1
        return has, keys % len(self.length), (keys // len(self.length)).astype(np.intp, copy=False)


def _cases(
    decisions: pd.DataFrame,
    codes: Iterable[str] | None,
    coders: Iterable[str] | None,
    items: Iterable[Hashable] | None,
    uncoded: str,
    groups: Mapping[Hashable, Hashable] | pd.Series | None,
    lengths: Sequence[int] | pd.Series | None,
) -> _Cases:
    _need(decisions, DECISIONS)
    if lengths is not None and (groups is None or not isinstance(items, range) or len(lengths) != len(items)):
        raise ZhagenError("lengths do not fit the items", todo="give groups, items as range(n), and n lengths")
    if uncoded not in ("all", "coded"):
        raise ZhagenError(f"uncoded is {uncoded!r}", todo="give all or coded")
    read = decisions.dropna(subset=["coder", "item"])
    coder, people = _numbered(read["coder"])
    code, labels = _numbered(read["code"])
    names = sorted(people, key=str) if coders is None else list(coders)
    if len(names) < 2 or len(set(names)) < len(names):
        raise ZhagenError(f"there are {len(set(names))} different coders", todo="name two or more in `coders`")
    place = {name: number for number, name in enumerate(names)}
    coder = np.array([place.get(name, -1) for name in people], np.int64)[coder]
    named = np.array([*(label != "" for label in labels), False], bool)  # the last one: no code
    given = named[code] & (coder >= 0)
    if not given.any():
        raise ZhagenError("nobody coded an item", todo="compare the names of the coders and the codes")
    item, at, known = _placed(read["item"], items)
    if uncoded == "coded":
        some = np.zeros(len(known), bool)
        some[at[item[given]]] = at[item[given]] >= 0
        known = (
            np.flatnonzero(some) if isinstance(known, range) else [known[one] for one in np.flatnonzero(some).tolist()]
        )
        at = np.where(at >= 0, (np.cumsum(some) - 1)[at], -1) if len(some) else at
    code, coder, item = code[given], coder[given], item[given]
    if (at[item] < 0).any():
        strange = pd.unique(read["item"])[item[(at[item] < 0).argmax()]]
        raise ZhagenError(f"the item {strange} is coded and not among the items", todo="name all in `items`")
    chosen = sorted({labels[number] for number in set(code.tolist())}, key=str) if codes is None else list(codes)
    rank = {label: number for number, label in enumerate(chosen)}
    code, item = np.array([rank.get(label, -1) for label in labels], np.int64)[code], at[item]
    order = np.argsort(code, kind="stable")
    borders = np.searchsorted(code[order], np.arange(len(chosen) + 1))
    group = sizes = None
    length = np.ones(len(known), np.int64) if lengths is None else np.asarray(lengths, np.int64)[np.asarray(known)]
    if groups is not None:
        group = _groups_of(known, groups).astype(np.intp, copy=False)
        sizes = _times(group, length)
    return _Cases(chosen, names, int(length.sum()), length, coder[order], item[order], borders, group, sizes)


def _times(numbers: np.ndarray, length: np.ndarray, least: int = 0) -> np.ndarray:
    """Return how often each number is there, if each is as many as its length says."""
    return np.bincount(numbers, length, least).astype(np.int64)  # sums of whole numbers, far below 2**53


def _placed(
    column: pd.Series, items: Iterable[Hashable] | None
) -> tuple[np.ndarray, np.ndarray, list | range | np.ndarray]:
    """Return the items of decisions as numbers, the place of each such number among those compared, and these.

    Items that are the numbers from 0 on need no names: a text has millions of characters.
    """
    if isinstance(items, range) and items == range(len(items)) and column.dtype.kind == "i" and len(column):
        item = column.to_numpy(np.int64)
        if item.min() >= 0 and item.max() < len(items):
            return item, np.arange(len(items)), items
    item, listed = _numbered(column)
    if items is None:
        return item, np.arange(len(listed)), listed
    known = list(dict.fromkeys(items))
    where = {name: number for number, name in enumerate(known)}
    return item, np.array([where.get(name, -1) for name in listed], np.int64), known


def _groups_of(known: list | range | np.ndarray, groups: Mapping[Hashable, Hashable] | pd.Series) -> np.ndarray:
    """Return the group of each item as a number, groups in their order."""
    if (
        isinstance(groups, pd.Series)
        and not isinstance(known, list)
        and groups.index.equals(pd.RangeIndex(len(groups)))
    ):
        column = groups.iloc[np.asarray(known)]
        numbers, labels = pd.factorize(column)
        if (numbers < 0).any():
            raise _few_groups(len(known), column)
        ranks = pd.factorize(pd.Series(labels.tolist()), sort=True)[0]  # whatever order the column's own type has
        return ranks.astype(np.int64)[numbers]
    of = groups.to_dict() if isinstance(groups, pd.Series) else dict(groups)
    own = pd.Series([of.get(name) for name in known])
    if own.isna().any():
        raise _few_groups(len(known), own)
    return pd.factorize(own, sort=True)[0].astype(np.int64)


def _numbered(column: pd.Series) -> tuple[np.ndarray, list]:
    """Return names as numbers, -1 for a missing one, and the names as `_name` returns them, each once."""
    numbers, found = pd.factorize(column)
    if column.dtype.kind in "if":
        return numbers, found.tolist()
    names = [_name(name) for name in found.tolist()]
    once = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([*(once[name] for name in names), -1], np.int64)[numbers], list(once)


def _patterns(
    has: np.ndarray, length: np.ndarray, cases: int, group: np.ndarray | None, sizes: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return the distinct rows of cases, how often each occurs, and how often in each group.

    `has` are the rows in which something can be, as many as their length says; all others are rows of 0.
    """
    patterns, which = _distinct(has)
    times = _times(which, length, len(patterns))
    times[0] += cases - int(length.sum())
    within = None
    if group is not None and sizes is not None:
        within = _times(group * len(patterns) + which, length, len(sizes) * len(patterns))
        within = within.reshape(len(sizes), len(patterns))
        within[:, 0] += sizes - within.sum(axis=1)
    if times[0]:
        return patterns, times, within
    return patterns[1:], times[1:], None if within is None else within[:, 1:]


def _distinct(has: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct rows of a table of 0 and 1, sorted, that of 0 alone among them, and which each row is."""
    coders = has.shape[1]
    if coders <= 16:  # a row as one number: it sorts as the row does
        powers = 1 << np.arange(coders)[::-1]
        keys = (has @ powers).astype(np.intp, copy=False)
        found = np.bincount(keys, minlength=2**coders) > 0
        found[0] = True
        return np.flatnonzero(found)[:, None] // powers % 2, (np.cumsum(found) - 1).astype(np.intp, copy=False)[keys]
    patterns, which = np.unique(np.concatenate([np.zeros((1, coders), np.int64), has]), axis=0, return_inverse=True)
    return patterns, which.ravel()[1:].astype(np.intp, copy=False)


def _by_code(cases: _Cases, chosen: tuple[int, ...], draws: int, seed: int, confidence: float) -> pd.DataFrame:
    """Return the rows of `agreement_by_code` of some of the coders; their index is the number of the code.

    The draws of many codes are measured at once: the measures see a row of weights, whatever code it is of.
    """
    has, item, code = cases.cells()
    patterns, which = _distinct(has[:, chosen])
    wanted, kinds = len(cases.codes), len(patterns)
    length = cases.length[item]
    times = _times(code * kinds + which, length, wanted * kinds).reshape(wanted, kinds)
    times[:, 0] += cases.items - _times(code, length, wanted)
    given, coders = patterns.sum(axis=1), len(chosen)
    # always two labels, so that a code which these coders never or always gave is still a choice between two
    counts = np.stack([coders - given, given], axis=1)
    table = _Table(patterns, times.sum(axis=0), np.zeros(0, np.int64), counts, ["", "coded"])
    functions = {name: MEASURES.get("light" if name == "kappa" else name, _specific) for name in IN_CODE}
    found: dict[str, Any] = {"code": cases.codes, "coders": ", ".join(str(cases.coders[one]) for one in chosen)}
    both, none = times[:, given == coders].sum(axis=1), times[:, given == 0].sum(axis=1)
    alone = [times[:, patterns[:, n] > patterns[:, 1 - n]].sum(axis=1) if coders == 2 else pd.NA for n in (0, 1)]
    some = cases.items - both - none
    found |= {"items": cases.items, "both": both, "one": alone[0], "other": alone[1], "some": some, "neither": none}
    values = {name: function(table, times.astype(float)) for name, function in functions.items()}
    ends = {name: np.full((2, wanted), nan) for name in IN_CODE}
    if cases.items > 1:
        step = max(1, AT_ONCE // (draws * kinds))
        drawn = _weights_of_codes(cases, times, item, code * kinds + which, draws, seed, step)
        for first, weights in zip(range(0, wanted, step), drawn, strict=True):
            for name, function in functions.items():
                if name == "holsti":
                    continue  # percent agreement, as all judged all
                low, high, _ = _intervals(function(table, weights).reshape(-1, draws), confidence)
                ends[name][:, first : first + step] = np.where(
                    np.isnan(values[name][first : first + step]), nan, (low, high)
                )
        ends["holsti"] = ends["percent"]
    for name in IN_CODE:
        found |= {name: values[name], f"{name}_low": ends[name][0], f"{name}_high": ends[name][1]}
    totals = times @ counts
    common = np.where(
        totals[:, 0] > totals[:, 1], none, np.where(totals[:, 0] < totals[:, 1], both, np.maximum(both, none))
    )
    found["readable"] = (some >= FEW) & (both + none - common >= FEW)
    return pd.DataFrame(found, index=range(wanted))


def _weights_of_codes(
    cases: _Cases, times: np.ndarray, item: np.ndarray, cells: np.ndarray, draws: int, seed: int, step: int
) -> Iterator[np.ndarray]:
    """Yield how often each draw has each pattern, of `step` codes at a time: (codes x draws) x patterns."""
    wanted, kinds = times.shape
    if cases.group is None or cases.sizes is None:
        for first in range(0, wanted, step):
            part = times[first : first + step]
            weights = np.zeros((len(part), draws, kinds))
            for number, own in enumerate(part):
                there = own > 0
                weights[number][:, there] = _weights(own[there], None, draws, seed)
            yield weights.reshape(-1, kinds)
        return
    groups = len(cases.sizes)
    alone = groups < 2  # the measure of one group is known, an interval is not: every draw is 0/0
    drawn = np.zeros((draws, groups)) if alone else _draw_groups(groups, draws, seed)
    # nearly all cells are empty: sums over the groups of a draw are those of the cells that are not
    kind, code = cells % kinds, cells // kinds
    shape = (kinds * wanted, groups)
    filled = coo_array((cases.length[item].astype(float), (kind * wanted + code, cases.group[item])), shape).tocsr()
    every, of_draw = drawn @ cases.sizes, np.ascontiguousarray(drawn.T)
    for first in range(0, wanted, step):
        size = min(step, wanted - first)
        sums = np.empty((kinds, size, draws))
        for number in range(1, kinds):
            begin = number * wanted + first
            sums[number] = filled[begin : begin + size] @ of_draw
        sums[0] = every - sums[1:].sum(axis=0)
        yield sums.reshape(kinds, -1).T


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
    items, agreed, one, other = _crossed(table.patterns, len(table.labels), weights)
    chance = (one * other).sum(axis=1)  # pe times items squared, a whole number, so 0/0 is found exactly
    return _divide(items * agreed - chance, items**2 - chance)


def _light(table: _Table, weights: np.ndarray) -> np.ndarray:
    total, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for one, other in combinations(range(table.patterns.shape[1]), 2):
        pair = table._replace(patterns=table.patterns[:, [one, other]])
        met = weights @ np.all(pair.patterns >= 0, axis=1) > 0
        total += np.where(met, _kappa(pair, weights), 0)
        pairs += met
    return _divide(total, pairs)


def _scott(table: _Table, weights: np.ndarray) -> np.ndarray:
    if table.patterns.shape[1] != 2:
        raise ZhagenError(
            f"Scott's pi compares two coders, here are {table.patterns.shape[1]}",
            todo="choose two columns, or use `fleiss_kappa` for all",
        )
    items, agreed, one, other = _crossed(table.patterns, len(table.labels), weights)
    chance = ((one + other) ** 2).sum(axis=1)  # pe times (2 items) squared, a whole number
    return _divide(4 * items * agreed - chance, 4 * items**2 - chance)


def _crossed(
    patterns: np.ndarray, codes: int, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return of two coders, for each draw: items both judged, items agreed, and how often each gave each code there."""
    both = np.all(patterns >= 0, axis=1)
    one, other = (weights @ ((coder[:, None] == np.arange(codes)) & both[:, None]) for coder in patterns.T)
    return weights @ both, weights @ (both & (patterns[:, 0] == patterns[:, 1])), one, other


def _alpha(table: _Table, weights: np.ndarray, scale: str = "nominal") -> np.ndarray:
    r = table.counts.sum(axis=1)
    n, weights, r = table.counts[r >= 2], weights[:, r >= 2], r[r >= 2]
    codes = weights @ n
    total = codes.sum(axis=1)
    if scale == "nominal":
        apart = r**2 - (n**2).sum(axis=1)  # whole numbers are summed before they are divided: no digit is lost
        observed = sum(weights[:, r == size] @ apart[r == size] / (size - 1) for size in np.unique(r))
        expected = total**2 - (codes**2).sum(axis=1)
    else:
        if not all(isinstance(label, Number) for label in table.labels):
            raise ZhagenError(f"the scale {scale} needs numbers as codes", todo="give each code its number")
        if scale == "ratio":
            squares = _ratio_squares(_measured(table.labels, scale))
            observed = weights @ (((n @ squares) * n).sum(axis=1) / (r - 1))
            expected = ((codes @ squares) * codes).sum(axis=1)
            return 1 - _divide(observed * (total - 1), expected)
        ranks = np.cumsum(codes, axis=1) - codes / 2
        places = ranks if scale == "ordinal" else _measured(table.labels, scale)[None]
        places = places - _divide((codes * places).sum(axis=1), total)[:, None]
        # the squared differences of all pairs of a set sum to 2 (size x sum of squares - square of the sum)
        within = r * (places**2 @ n.T) - (places @ n.T) ** 2
        observed = 2 * (weights * within / (r - 1)).sum(axis=1)
        expected = 2 * total * (codes * places**2).sum(axis=1)
    expected = np.where((codes > 0).sum(axis=1) > 1, expected, 0)
    return 1 - _divide(observed * (total - 1), expected)


def _measured(labels: list, scale: str) -> np.ndarray:
    """Return the codes as places on a scale, the largest of them 1 or -1, so that no square overflows."""
    places = np.array([float(label) if abs(label) <= sys.float_info.max else inf for label in labels])
    wrong = next((n for n, place in enumerate(places) if place == inf or scale == "ratio" and place < 0), None)
    if wrong is not None:
        numbers = "finite numbers" if scale == "interval" else "finite numbers, 0 or above"
        raise ZhagenError(
            f"the code {labels[wrong]!s:.20} is no number on {'an' if scale == 'interval' else 'a'} {scale} scale",
            todo=f"give {numbers}, or a missing value where a coder made no decision",
        )
    return places / max(np.abs(places).max(), np.finfo(float).tiny)


def _ratio_squares(places: np.ndarray) -> np.ndarray:
    """Return ((c - k) / (c + k)) squared for all pairs of places; two zeros do not differ."""
    sums = places[:, None] + places
    return ((places[:, None] - places) / np.where(sums > 0, sums, 1)) ** 2


def _ac1(table: _Table, weights: np.ndarray) -> np.ndarray:
    shares = _prevalence(table, weights)
    chance = (shares * (1 - shares)).sum(axis=1) / max(len(table.labels) - 1, 1)
    return (_percent(table, weights) - chance) / (1 - chance)


def _fleiss(table: _Table, weights: np.ndarray) -> np.ndarray:
    chance = (_prevalence(table, weights) ** 2).sum(axis=1)
    return _divide(_percent(table, weights) - chance, 1 - chance)


def _prevalence(table: _Table, weights: np.ndarray) -> np.ndarray:
    """Return for each draw the mean over its items of the share of each code: draws x codes."""
    shares = table.counts / table.counts.sum(axis=1)[:, None]
    top = weights @ shares
    return _divide(top, np.broadcast_to(weights.sum(axis=1)[:, None], top.shape))


def _brennan_prediger(table: _Table, weights: np.ndarray) -> np.ndarray:
    chance = 1 / len(table.labels)
    return _divide(_percent(table, weights) - chance, np.full(len(weights), 1 - chance))


def _specific(table: _Table, weights: np.ndarray, code: int = 1) -> np.ndarray:
    n, r = table.counts[:, code], table.counts.sum(axis=1)
    return _divide(weights @ (n * (n - 1)), weights @ (n * (r - 1)))


MEASURES: dict[str, Callable[[_Table, np.ndarray], np.ndarray]] = {
    "percent": _percent,
    "holsti": _holsti,
    "reliability": _reliability,
    "kappa": _kappa,
    "light": _light,
    "fleiss": _fleiss,
    "scott": _scott,
    "brennan_prediger": _brennan_prediger,
    "ac1": _ac1,
    "alpha": _alpha,
    "alpha_ordinal": partial(_alpha, scale="ordinal"),
    "alpha_interval": partial(_alpha, scale="interval"),
    "alpha_ratio": partial(_alpha, scale="ratio"),
}
FOR_TWO = ("kappa", "scott")  # of more coders each pair has its own
OF_ALL = ("percent", "holsti", "reliability", "ac1", "brennan_prediger")  # they do not hang on the rarer codes


def _value(ratings: Ratings, measure: str) -> float:
    table = _table(ratings)
    value = float(MEASURES[measure](table, table.times[None].astype(float))[0])
    if isnan(value):
        raise _undefined(measure)
    return value


def _check_measure(measure: str, draws: int) -> None:
    if measure not in MEASURES:
        raise ZhagenError(f"there is no measure {measure!r}", todo=f"use one of {', '.join(MEASURES)}")
    if draws < 1:
        raise ZhagenError(f"there are {draws} draws", todo="draw 1000 times or more")


def _drawn(sample: "_Sample", measure: str) -> tuple[float, np.ndarray, int, int]:
    """Return a measure, its values in the draws, NaN where they are 0/0, and the two counts of `_support`."""
    table = sample.table
    value = float(MEASURES[measure](table, table.times[None].astype(float))[0])
    return value, MEASURES[measure](table, sample.weights), *_support(table)


def _support(table: _Table) -> tuple[int, int]:
    """Return the number of items agreed on a code other than the most common one, and of those that differ.

    Only items with two decisions or more count. Of codes that are equally common the one is taken as the most common
    that leaves fewer items.
    """
    r = table.counts.sum(axis=1)
    counts, times, r = table.counts[r >= 2], table.times[r >= 2], r[r >= 2]
    alike = counts.max(axis=1, initial=0) == r
    agreed = np.bincount(
        counts[alike].argmax(axis=1).astype(np.intp, copy=False), times[alike], len(table.labels)
    ).astype(int)
    totals = times @ counts
    return int(agreed.sum() - agreed[totals == totals.max()].max()), int(times[~alike].sum())


def _readable(measure: str, rarer: int, differ: int) -> bool:
    """Say whether an interval rests on enough items."""
    return differ >= FEW and (rarer >= FEW or measure in OF_ALL)


def _within(table: _Table, groups: Iterable[Hashable] | None) -> np.ndarray | None:
    """Return how often each group has each pattern: groups x patterns; None without groups."""
    if groups is None:
        return None
    judged, labels = table.place >= 0, pd.Series(list(groups))
    if len(labels) != len(table.place) or labels.isna().any():
        raise _few_groups(len(table.place), labels)
    return pd.crosstab(labels[judged], table.place[judged]).to_numpy()


def _few_groups(items: int, labels: pd.Series) -> ZhagenError:
    return ZhagenError(f"{items} items have {labels.count()} groups", todo="name the group of each")


def _weights(times: np.ndarray, within: np.ndarray | None, draws: int, seed: int) -> np.ndarray:
    """Return how often each draw has each pattern: draws x patterns.

    `times` says how often each pattern occurs, `within` how often in each group.
    """
    if within is None:  # items alike are drawn as one: the items of a draw are multinomial over the patterns
        size = int(times.sum())
        if size < 2:
            raise ZhagenError("there is one item, so no draw differs", todo="give more")
        return np.random.default_rng(seed).multinomial(size, times / size, size=draws).astype(float)
    if len(within) < 2:  # the measure of one group is known, an interval is not: every draw is 0/0
        return np.zeros((draws, len(times)))
    return np.asarray(_draw_groups(len(within), draws, seed) @ within)


def _draw_groups(groups: int, draws: int, seed: int) -> np.ndarray:
    """Return how often each draw has each group: draws x groups, whole numbers as float, which multiply quicker."""
    drawn = np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), size=draws)
    return drawn.astype(float)


def _interval(drawn: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Return the percentile interval and the share of undefined draws; NaN for it where they are more than half."""
    low, high, undefined = _intervals(drawn[None], confidence)
    return float(low[0]), float(high[0]), float(undefined[0])


def _intervals(drawn: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `_interval` of each row."""
    if not 0 < confidence < 1:
        raise ZhagenError(f"the confidence is {confidence}", todo="give a share between 0 and 1, such as 0.95")
    ordered = np.sort(drawn, axis=1)  # what is undefined comes last
    number = (~np.isnan(drawn)).sum(axis=1)
    undefined = 1 - number / drawn.shape[1]
    ends = []
    for share in ((1 - confidence) / 2, (1 + confidence) / 2):  # between two draws as numpy's quantile
        place = np.maximum(number - 1, 0) * share
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(number - 1, 0))
        one, two = (np.take_along_axis(ordered, at[:, None], axis=1)[:, 0] for at in (below, above))
        part = place - below
        between = np.where(part < 0.5, one + (two - one) * part, two - (two - one) * (1 - part))
        ends.append(np.where(undefined > 0.5, nan, between))
    return ends[0], ends[1], undefined


def _table(ratings: Ratings) -> _Table:
    wide = pd.DataFrame(ratings)
    if wide.shape[1] < 2:
        raise ZhagenError(f"there are decisions of {wide.shape[1]} coders", todo="compare two or more")
    numbers, found = pd.factorize(wide.to_numpy(dtype=object).ravel())
    places, names = pd.factorize(np.array([*map(_name, found), None], dtype=object)[:-1])
    numbers, labels = np.append(places, -1)[numbers], names.tolist()
    _refuse_case(labels, "codes")
    numeric = all(isinstance(x, Number) and not isinstance(x, complex) for x in labels)
    if not (numeric or all(isinstance(x, str) for x in labels)):
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


def _name(value: Any) -> Any:
    """Return a code, coder or item as texts are read: a blank after it or a full-width letter make no other one."""
    return normal_text(value) if isinstance(value, str) else value


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return decisions or passages with the names of coders, codes and items as `_name` returns them."""
    for column in ("coder", "code", "item"):
        if column in frame and frame[column].dtype.kind not in "if":
            once = {name: _name(name) for name in pd.unique(frame[column])}  # however many decisions it is in
            if column != "item":
                _refuse_case(once.values(), f"{column}s")
            if any(isinstance(name, str) and name != same for name, same in once.items()):
                frame = frame.assign(**{column: frame[column].map(once.__getitem__, na_action="ignore")})
    return frame


def _refuse_case(names: Iterable[Any], what: str) -> None:
    """Refuse names that differ in letter case alone: IoT and IOT may be one code, and only the coders know."""
    met: dict[str, str] = {}
    for name in names:
        if isinstance(name, str) and met.setdefault(name.casefold(), name) != name:
            other = met[name.casefold()]
            todo = "write them the same way if they are one, and give one another name if they are two"
            raise ZhagenError(f"the {what} {other} and {name} differ in letter case alone", todo=todo)


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
