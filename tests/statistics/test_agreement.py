from itertools import combinations, product
from time import perf_counter

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from sklearn.metrics import cohen_kappa_score

from zhagen.errors import ZhagenError
from zhagen.statistics import agreement
from zhagen.statistics.agreement import (
    agreement_by_code,
    agreement_by_units,
    agreement_over_codes,
    agreement_table,
    bootstrap_interval,
    brennan_prediger,
    character_ratings,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    holsti_agreement,
    holsti_reliability,
    krippendorff_alpha,
    light_kappa,
    percent_agreement,
    rating_table,
    ratings_from_counts,
    scott_pi,
    specific_agreement,
    unit_decisions,
)

# Krippendorff (2011), Computing Krippendorff's alpha-reliability: 4 observers, 12 units, a dot is missing. The same
# table is cac.raw4raters of Gwet's irrCAC.
OBSERVERS = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
KRIPPENDORFF = pd.DataFrame([[np.nan if x == "." else int(x) for x in row.split()] for row in OBSERVERS]).T

CELL = st.sampled_from(["平台", "用户", "需求", "", None])
TABLE = st.integers(2, 4).flatmap(lambda n: st.lists(st.tuples(*[CELL] * n), min_size=2, max_size=14))
NUMBERS = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.tuples(*[st.sampled_from([1, 2, 4, 7, None])] * n), min_size=2, max_size=14)
)
PAIRS = st.lists(st.tuples(*[st.sampled_from(["平台", "用户", "需求", ""])] * 2), min_size=2, max_size=20)


def crossed(*cells):
    """The ratings of two coders from their contingency table: (code of the one, code of the other, how often)."""
    return pd.DataFrame([(one, other) for one, other, times in cells for _ in range(times)])


def value(measure, ratings, **options):
    """A measure, None where it cannot be computed."""
    try:
        return measure(ratings, **options)
    except ZhagenError:
        return None


def bounds(found):
    return found.value, found.low, found.high


def rows(ratings):
    """The ratings as nltk takes them."""
    return [
        (coder, item, code)
        for item, row in enumerate(ratings)
        for coder, code in enumerate(row)
        if code is not None and code == code
    ]


def pairable(ratings):
    return any(sum(x is not None for x in row) >= 2 for row in ratings)


def same(one, other):
    return one is other is None or one == pytest.approx(other, abs=1e-9)


# published values


def test_alpha_of_krippendorffs_example():
    published = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}
    for scale, expected in published.items():
        assert krippendorff_alpha(KRIPPENDORFF, scale=scale) == pytest.approx(expected, abs=5e-4)
    assert krippendorff_alpha(KRIPPENDORFF) == pytest.approx(0.7434, abs=5e-5)


def test_ac1_of_the_same_table_as_in_irrcac():
    assert gwet_ac1(KRIPPENDORFF) == pytest.approx(0.77544, abs=5e-6)
    assert percent_agreement(KRIPPENDORFF) == pytest.approx(0.81818, abs=5e-6)


def test_kappa_of_the_fifty_grants():
    # the example of two readers and 50 grant applications that textbooks and Wikipedia give
    grants = crossed(("yes", "yes", 20), ("yes", "no", 5), ("no", "yes", 10), ("no", "no", 15))
    assert percent_agreement(grants) == pytest.approx(0.7) and cohen_kappa(grants) == pytest.approx(0.4)


def test_pi_and_the_others_of_the_abstractors():
    # cont3x3abstractors in the overview of irrCAC
    table = crossed(
        ("ectopic", "ectopic", 13), ("aiu", "aiu", 20), ("aiu", "niu", 7), ("niu", "aiu", 4), ("niu", "niu", 56)
    )
    assert scott_pi(table) == pytest.approx(0.7962397, abs=5e-8)
    assert fleiss_kappa(table) == pytest.approx(0.7962397, abs=5e-8)
    assert brennan_prediger(table) == pytest.approx(0.835)
    assert gwet_ac1(table) == pytest.approx(0.8493305, abs=5e-8)
    assert krippendorff_alpha(table) == pytest.approx(0.7972585, abs=5e-8)


def test_fleiss_of_the_same_table_as_in_irrcac():
    assert fleiss_kappa(KRIPPENDORFF) == pytest.approx(0.76117, abs=5e-6)
    # five codes are in use, pa is 0.81818
    assert brennan_prediger(KRIPPENDORFF) == pytest.approx((9 / 11 - 0.2) / 0.8)


def test_fleiss_example_of_fourteen_raters():
    # ten subjects, fourteen raters, five categories: the worked example that Wikipedia gives, kappa 0.210
    counts = ["0 0 0 0 14", "0 2 6 4 2", "0 0 3 5 6", "0 3 9 2 0", "2 2 8 1 1", "7 7 0 0 0", "3 2 6 3 0", "2 5 3 2 2"]
    counts += ["6 5 2 1 0", "0 2 2 3 7"]
    ratings = [[code for code, n in enumerate(row.split()) for _ in range(int(n))] for row in counts]
    assert fleiss_kappa(ratings) == pytest.approx(0.210, abs=5e-4)
    assert percent_agreement(ratings) == pytest.approx(0.378, abs=5e-4)


def test_kappa_and_ac1_of_the_abstractors():
    # cont3x3abstractors in the overview of irrCAC: kappa 0.7964094
    table = crossed(
        ("ectopic", "ectopic", 13), ("aiu", "aiu", 20), ("aiu", "niu", 7), ("niu", "aiu", 4), ("niu", "niu", 56)
    )
    assert cohen_kappa(table) == pytest.approx(0.7964094, abs=5e-8)
    # AC1 by hand: the three codes' mean shares of the two coders' decisions give the chance of agreement
    chance = (0.13 * 0.87 + 0.255 * 0.745 + 0.615 * 0.385) / 2
    assert gwet_ac1(table) == pytest.approx((0.89 - chance) / (1 - chance))


def test_the_paradox_of_kappa():
    # 94% agreement and kappa below 0: a table of 125 cases that Gwet discusses (2002), the values by hand
    table = crossed(("+", "+", 118), ("+", "-", 5), ("-", "+", 2))
    chance = (123 * 120 + 2 * 5) / 125**2
    assert cohen_kappa(table) == pytest.approx((118 / 125 - chance) / (1 - chance)) and cohen_kappa(table) < 0
    chance = 2 * (243 / 250) * (7 / 250)
    assert gwet_ac1(table) == pytest.approx((118 / 125 - chance) / (1 - chance)) and gwet_ac1(table) > 0.94


# independent oracles


@given(TABLE)
def test_alpha_agrees_with_nltk(ratings):
    found = value(krippendorff_alpha, ratings)
    if found is None:
        codes = [code for row in ratings if sum(x is not None for x in row) > 1 for code in row if code is not None]
        assert len(set(codes)) < 2
    else:
        kept = [row for row in ratings if sum(x is not None for x in row) > 1]  # nltk wants pairable items
        assert found == pytest.approx(AnnotationTask(rows(kept)).alpha())


@pytest.mark.parametrize("scale", agreement.SCALES)
@given(NUMBERS)
def test_alpha_agrees_with_the_package(scale, ratings):
    data = np.array(ratings, dtype=float).T
    found = value(krippendorff_alpha, ratings, scale=scale)
    paired = data[:, (~np.isnan(data)).sum(axis=0) > 1]
    if len(np.unique(paired[~np.isnan(paired)])) < 2:
        assert found is None
    else:
        assert found == pytest.approx(krippendorff.alpha(data, level_of_measurement=scale))


@given(PAIRS)
def test_kappa_agrees_with_nltk(ratings):
    found = value(cohen_kappa, ratings)
    if len({code for row in ratings for code in row}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(AnnotationTask(rows(ratings)).kappa())


@given(PAIRS)
def test_pi_agrees_with_nltk_and_is_never_above_kappa(ratings):
    found = value(scott_pi, ratings)
    if len({code for row in ratings for code in row}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(AnnotationTask(rows(ratings)).pi())
        assert found <= cohen_kappa(ratings) + 1e-12
        assert found == pytest.approx(fleiss_kappa(ratings))


@settings(max_examples=60)
@given(TABLE)
def test_the_kappas_of_many_agree_with_counting_by_hand(ratings):
    kappas = []
    for one, other in combinations(zip(*ratings, strict=True), 2):
        both = [(x, y) for x, y in zip(one, other, strict=True) if None not in (x, y)]
        if both:
            agreed = np.mean([x == y for x, y in both])
            codes = {code for pair in both for code in pair}
            chance = sum(
                np.mean([x == code for x, _ in both]) * np.mean([y == code for _, y in both]) for code in codes
            )
            kappas.append((agreed - chance) / (1 - chance) if len(codes) > 1 else None)
    expected = None if None in kappas or not kappas else np.mean(kappas)
    assert same(value(light_kappa, ratings), expected)
    decided = [[code for code in row if code is not None] for row in ratings]
    for code in {code for row in decided for code in row}:
        # of all ordered pairs of decisions on an item whose first is this code: the share whose second is it, too
        seconds = [y for row in decided for i, x in enumerate(row) if x == code for y in row[:i] + row[i + 1 :]]
        found = value(lambda table, code=code: specific_agreement(table, code), ratings)
        assert same(found, np.mean([y == code for y in seconds]) if seconds and pairable(ratings) else None)


def test_brennan_and_prediger_ask_how_many_codes_there_were():
    ratings = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]
    assert brennan_prediger(ratings, categories=2) == brennan_prediger(ratings) == 2 * 0.75 - 1
    assert brennan_prediger([("a", "a")] * 3, categories=2) == 1
    for categories in (1, 0):
        with pytest.raises(ZhagenError, match="2 codes in use"):
            brennan_prediger(ratings, categories=categories)
    with pytest.raises(ZhagenError, match="the same code"):
        brennan_prediger([("a", "a")] * 3)
    with pytest.raises(ZhagenError, match="two coders, here are 3"):
        scott_pi([("a", "b", "a")])
    with pytest.raises(ZhagenError, match="nobody used the code 'c'"):
        specific_agreement(ratings, "c")


@given(TABLE)
def test_the_others_agree_with_counting_by_hand(ratings):
    if not pairable(ratings):
        assert all(value(measure, ratings) is None for measure in (percent_agreement, holsti_agreement, gwet_ac1))
        return
    decided = [[code for code in row if code is not None] for row in ratings]
    decided = [row for row in decided if row]
    shares = [np.mean([x == y for x, y in combinations(row, 2)]) for row in decided if len(row) > 1]
    assert percent_agreement(ratings) == pytest.approx(np.mean(shares))
    codes = {code for row in decided for code in row}
    prevalence = [np.mean([row.count(code) / len(row) for row in decided]) for code in codes]
    chance = sum(p * (1 - p) for p in prevalence) / (len(codes) - 1) if len(codes) > 1 else 0
    assert gwet_ac1(ratings) == pytest.approx((np.mean(shares) - chance) / (1 - chance))
    pairs = []
    for one, other in combinations(zip(*ratings, strict=True), 2):
        both = [x == y for x, y in zip(one, other, strict=True) if None not in (x, y)]
        if both:
            made = sum(x is not None for x in one) + sum(y is not None for y in other)
            pairs.append(2 * sum(both) / made)
    assert holsti_agreement(ratings) == pytest.approx(np.mean(pairs))


def test_coders_who_share_no_item_say_nothing_of_their_agreement():
    """A and B judge the first three, B and C the others, all alike."""
    ratings = [("a", "a", None)] * 3 + [(None, "b", "b")] * 3
    assert percent_agreement(ratings) == 1 and holsti_agreement(ratings) == pytest.approx(2 * 3 / 9)
    assert holsti_agreement([("a", "b", None, None)]) == 0


@pytest.mark.parametrize("measure", agreement.MEASURES)
def test_draws_weigh_items_as_repeating_them_does(measure):
    ratings = pd.DataFrame([(1, 1), (1, 2), (2, 2), (4, 2), (4, 4), (1, 1), (2, None)])
    table, random = agreement._table(ratings), np.random.default_rng(3)
    chosen = random.integers(len(ratings), size=(30, len(ratings)))
    weights = np.array([np.bincount(table.place[draw], minlength=len(table.times)) for draw in chosen], dtype=float)
    found = agreement.MEASURES[measure](table, weights)
    expected = []
    for draw in chosen:
        drawn = agreement._table(ratings.iloc[draw])
        # these count the codes of the sample, not of the draw
        drawn = drawn._replace(labels=table.labels) if measure in ("ac1", "brennan_prediger") else drawn
        expected.append(agreement.MEASURES[measure](drawn, drawn.times[None].astype(float))[0])
    assert np.allclose(found, expected, equal_nan=True) and np.isfinite(found).sum() > 20


# properties


@settings(max_examples=50)
@given(TABLE, st.randoms(use_true_random=False))
def test_names_and_orders_do_not_matter(ratings, random):
    items, coders = list(range(len(ratings))), list(range(len(ratings[0])))
    random.shuffle(items), random.shuffle(coders)
    names = dict(zip(["平台", "用户", "需求", ""], random.sample("wxyz", 4), strict=True)) | {None: None}
    turned = [[names[ratings[item][coder]] for coder in coders] for item in items]
    measures = [percent_agreement, holsti_agreement, cohen_kappa, krippendorff_alpha, gwet_ac1]
    for measure in [*measures, light_kappa, fleiss_kappa, scott_pi, brennan_prediger]:
        assert same(value(measure, turned), value(measure, ratings))


@settings(max_examples=50)
@given(TABLE)
def test_the_measures_keep_within_their_bounds(ratings):
    for measure in (percent_agreement, holsti_agreement):
        found = value(measure, ratings)
        assert found is None or 0 <= found <= 1
    for measure in (cohen_kappa, krippendorff_alpha, gwet_ac1):
        found = value(measure, ratings)
        assert found is None or found <= 1 + 1e-12


@given(PAIRS)
def test_full_agreement_is_one(pairs):
    ratings = [(one, one) for one, _ in pairs]
    assert percent_agreement(ratings) == holsti_agreement(ratings) == gwet_ac1(ratings) == 1
    varied = len(set(ratings)) > 1
    assert value(cohen_kappa, ratings) == value(krippendorff_alpha, ratings) == (1 if varied else None)


@given(PAIRS)
def test_without_missing_decisions_holsti_is_percent(ratings):
    assert holsti_agreement(ratings) == pytest.approx(percent_agreement(ratings))


@given(PAIRS, PAIRS)
def test_percent_adds_up_over_a_split(first, second):
    both = (len(first) * percent_agreement(first) + len(second) * percent_agreement(second)) / (
        len(first) + len(second)
    )
    assert percent_agreement(first + second) == pytest.approx(both)


@settings(max_examples=50)
@given(NUMBERS, st.integers(-50, 50), st.integers(1, 9))
def test_the_ordinal_scale_knows_ranks_alone_and_the_interval_scale_no_unit(ratings, shift, factor):
    squared = [[x and x * x for x in row] for row in ratings]
    assert same(
        value(krippendorff_alpha, squared, scale="ordinal"), value(krippendorff_alpha, ratings, scale="ordinal")
    )
    moved = [[None if x is None else factor * x + shift for x in row] for row in ratings]
    assert same(
        value(krippendorff_alpha, moved, scale="interval"), value(krippendorff_alpha, ratings, scale="interval")
    )


def test_on_a_ratio_scale_nothing_is_as_far_as_can_be_from_zero():
    ratings = [(0, 0), (0, 5), (5, 5), (5, 0), (0, 0)]
    assert krippendorff_alpha(ratings, scale="ratio") == pytest.approx(krippendorff_alpha(ratings))


def test_no_rounding_hides_that_there_is_no_variation():
    assert 3 * 0.1 / 3 != 0.1  # so the mean of three such codes is another number than the code
    for scale in agreement.SCALES:
        with pytest.raises(ZhagenError, match="the same code"):
            krippendorff_alpha([(0.1, 0.1, 0.1)], scale=scale)


def test_an_item_with_one_decision_counts_for_the_prevalence_alone():
    full = [("a", "a"), ("a", "b"), ("b", "b")]
    more = [*full, ("a", None)]
    assert (
        krippendorff_alpha(more) == krippendorff_alpha(full)
        and cohen_kappa(more) == cohen_kappa(full)
        and percent_agreement(more) == percent_agreement(full)
    )
    assert gwet_ac1(more) == pytest.approx((2 / 3 - 2 * 0.625 * 0.375) / (1 - 2 * 0.625 * 0.375)) != gwet_ac1(full)


def test_reliability():
    assert holsti_reliability(0.6, 3) == pytest.approx(1.8 / 2.2)
    assert holsti_reliability(0, 2) == 0 and holsti_reliability(1, 5) == 1
    for K, coders in [(1.2, 2), (-0.1, 2), (0.5, 1)]:
        with pytest.raises(ZhagenError):
            holsti_reliability(K, coders)


# the bootstrap


def test_the_interval_is_the_binomial_one_where_theory_knows_it():
    # percent agreement of n items is a mean of n draws of 0 or 1, so its draws are binomial
    from scipy.stats import binom

    ratings = crossed(("a", "a", 140), ("a", "b", 60))
    found = bootstrap_interval(ratings, "percent", draws=20000)
    expected = binom.ppf([0.025, 0.975], 200, 0.7) / 200
    assert found.value == 0.7 and (found.low, found.high) == pytest.approx(expected, abs=0.006)
    assert (found.measure, found.confidence, found.draws) == ("percent", 0.95, 20000)
    narrow = bootstrap_interval(ratings, "percent", confidence=0.5)
    assert found.low < narrow.low < 0.7 < narrow.high < found.high
    assert repr(narrow) == f"percent = 0.700, 50% interval {narrow.low:.3f} to {narrow.high:.3f} (2000 draws)"


def test_an_interval_says_on_how_many_items_it_rests():
    # the cases of the page on rare codes: (both, only one, only the other, neither)
    for both, readable in ((1, False), (4, False), (5, True), (6, True)):
        ratings = crossed(("x", "x", both), ("x", "", 3), ("", "x", 3), ("", "", 25))
        found = bootstrap_interval(ratings, "kappa", draws=50)
        assert (found.rarer, found.differ, found.readable) == (both, 6, readable)
        assert ("too few" in repr(found)) == (not readable)
        assert bootstrap_interval(ratings, "ac1", draws=50).readable
        # the code on the other side: what is rare is to leave an item uncoded
        turned = ratings.replace({"x": "", "": "x"})
        assert bootstrap_interval(turned, "kappa", draws=50).rarer == both
    few = agreement_table(crossed(("x", "x", 20), ("x", "", 4), ("", "", 20)), draws=50)
    assert not few.readable.any() and few.differ.eq(4).all() and few.rarer.eq(20).all()


def test_what_is_marked_as_readable_covers_the_truth():
    """Simulated studies of one code: with few items agreed on it, the interval of kappa misses far too often."""
    random = np.random.default_rng(5)

    def coverage(cells, n=60, studies=120):
        ratings = [("x", "x"), ("x", ""), ("", "x"), ("", "")]
        truth = cohen_kappa([row for row, cell in zip(ratings, cells, strict=True) for _ in range(cell)])
        inside = []
        for counts in random.multinomial(n, np.array(cells) / n, size=studies):
            drawn = [row for row, count in zip(ratings, counts, strict=True) for _ in range(count)]
            found = value(lambda rows: bootstrap_interval(rows, "kappa", draws=300), drawn)
            inside += [] if found is None else [found.low - 1e-9 <= truth <= found.high + 1e-9]
        return np.mean(inside)

    assert coverage((1, 3, 3, 53)) < 0.75 and coverage((12, 5, 5, 38)) > 0.88


def test_two_thousand_draws_are_fast():
    random = np.random.default_rng(1)
    ratings = pd.DataFrame(random.integers(0, 6, (200, 4))).mask(random.random((200, 4)) < 0.1)
    start = perf_counter()
    for measure in ("alpha", "ac1", "alpha_ordinal"):
        bootstrap_interval(ratings, measure)
    assert perf_counter() - start < 6


@settings(max_examples=40)
@given(PAIRS, st.randoms(use_true_random=False))
def test_the_interval_depends_on_the_seed_and_not_on_the_order_of_items(ratings, random):
    turned = random.sample(ratings, len(ratings))
    found, again = (bootstrap_interval(rows, "ac1", draws=40, seed=7) for rows in (ratings, turned))
    assert bounds(found) == pytest.approx(bounds(again))
    assert found.low <= found.high


def test_groups_are_drawn_whole():
    # the items of a group are all alike, so there are five things to draw and not a hundred
    ratings = [("a", "a")] * 20 + [("b", "b")] * 20 + [("a", "b")] * 20 + [("b", "b")] * 20 + [("a", "a")] * 20
    groups = np.repeat(range(5), 20)
    items, sections = (bootstrap_interval(ratings, "percent", groups=found) for found in (None, groups))
    assert sections.high - sections.low > 2 * (items.high - items.low)
    assert {round(5 * bound, 9) % 1 for bound in bounds(sections)[1:]} == {0}
    # one item and nine: a draw of two groups agrees in none, a tenth or all of its items, mostly in a tenth
    unequal = [("a", "a")] + [("a", "b")] * 9
    assert bounds(bootstrap_interval(unequal, "percent", confidence=0.02, groups="x" + "y" * 9)) == (0.1, 0.1, 0.1)
    alone, items = (bootstrap_interval(ratings, "percent", draws=4000, groups=found) for found in (range(100), None))
    assert bounds(alone) == pytest.approx(bounds(items), abs=0.02)


def test_draws_without_variation_are_left_out_and_counted():
    ratings = crossed(("a", "a", 9), ("b", "b", 1))
    assert bounds(bootstrap_interval(ratings, "kappa")) == (1, 1, 1)
    table = agreement_table(ratings).set_index("measure")
    assert table.undefined["kappa"] == pytest.approx(0.9**10, abs=0.03) == table.undefined["alpha"]
    assert table.undefined["percent"] == 0
    with pytest.raises(ZhagenError, match="undefined in .*% of the draws"):
        bootstrap_interval(crossed(("a", "a", 1), ("b", "b", 1)), "alpha", seed=1, draws=3)


def test_the_bootstrap_refuses_what_it_cannot_do():
    ratings = [("a", "a"), ("a", "b"), ("b", "b")]
    bad = [
        {"measure": "pi"},
        {"measure": "percent", "confidence": 1},
        {"measure": "percent", "draws": 0},
        {"measure": "percent", "groups": [1, 2]},
        {"measure": "percent", "groups": [1, 2, None]},
        {"measure": "percent", "groups": [1, 1, 1]},
    ]
    for options in bad:
        with pytest.raises(ZhagenError):
            bootstrap_interval(ratings, **options)
    with pytest.raises(ZhagenError, match="one item"):
        bootstrap_interval(ratings[:1], "percent")
    with pytest.raises(ZhagenError, match="the same code"):
        bootstrap_interval([("a", "a")] * 3, "kappa")


# the tables


def test_the_table_holds_every_measure_with_its_interval():
    table = agreement_table(KRIPPENDORFF, draws=300)
    assert table.measure.tolist() == ["percent", "holsti", "reliability", *["kappa"] * 6, "ac1", "alpha"]
    row = table[table.measure == "alpha"].iloc[0]
    assert (row["coders"], row["items"]) == ("0, 1, 2, 3", 11)
    assert (row["value"], row.low, row.high) == bounds(bootstrap_interval(KRIPPENDORFF, "alpha", draws=300))
    more = agreement_table(KRIPPENDORFF, measures=["fleiss", "scott", "light"], draws=50)
    assert more.measure.tolist() == ["fleiss", *["scott"] * 6, "light"]
    assert more["value"].iloc[-1] == pytest.approx(table["value"][table.measure == "kappa"].mean())
    row = table[table.coders == "0, 2"].iloc[0]
    assert row["items"] == 8 and row["value"] == cohen_kappa(KRIPPENDORFF[[0, 2]])
    found = table.set_index("measure")["value"]
    assert found["reliability"] == pytest.approx(holsti_reliability(found["holsti"], 4))


def test_the_table_says_where_a_measure_is_undefined():
    table = agreement_table([("a", "a")] * 4, draws=20).set_index("measure")
    assert table.loc[["kappa", "alpha"], ["value", "low", "high"]].isna().all(axis=None)
    assert table.undefined[["kappa", "alpha"]].tolist() == [1, 1]
    assert table["value"].drop(["kappa", "alpha"]).tolist() == [1, 1, 1, 1]
    table = agreement_table([("a", "b", None), ("a", "a", None), (None, "b", "b"), (None, "a", "a")], draws=20)
    missing = table[table["items"] == 0]
    assert missing.coders.tolist() == ["0, 2"] and missing[["value", "low", "high"]].isna().all(axis=None)


def test_uncoded_text_inflates_kappa():
    ratings = crossed(("平台", "平台", 10), ("用户", "用户", 10), ("平台", "用户", 6), ("用户", "", 4), ("", "", 300))
    table = agreement_by_units(ratings, draws=100)
    kappa = table[table.measure == "kappa"].set_index("units")
    assert kappa["items"].to_dict() == {"all": 330, "coded": 30}
    assert kappa["value"]["all"] == cohen_kappa(ratings) > 0.8
    assert kappa["value"]["coded"] == cohen_kappa(ratings[:30]) < 0.5
    assert table.columns.tolist() == ["units", *agreement.AGREEMENT]


@given(st.lists(st.tuples(*[st.sampled_from(["平台", ""])] * 2), min_size=2, max_size=20))
def test_of_one_code_kappa_is_never_above_zero_without_uncoded_text(ratings):
    coded = [row for row in ratings if any(row)]
    found = value(cohen_kappa, coded)
    assert found is None or found <= 1e-12
    if coded:
        both = sum(one == other for one, other in coded)
        assert percent_agreement(coded) == pytest.approx(both / len(coded))  # Jaccard's coefficient


def test_groups_follow_their_units():
    ratings = [("x", "x"), ("x", ""), ("", ""), ("", "x"), ("x", "x")]
    table = agreement_by_units(ratings, draws=50, groups=list("aabbc"))
    part = [row for row in ratings if any(row)]
    expected = agreement_table(part, draws=50, groups=list("aabc"))
    pd.testing.assert_frame_equal(table[table.units == "coded"][agreement.AGREEMENT].reset_index(drop=True), expected)


def test_units_that_nobody_left_or_coded_are_refused():
    with pytest.raises(ZhagenError, match="nobody left"):
        agreement_by_units([("x", "x"), ("y", "x")])
    with pytest.raises(ZhagenError, match="nobody coded"):
        agreement_by_units([("", ""), ("", None)])


# from decisions and passages to ratings


def test_ratings_keep_the_order_of_items_and_show_what_is_missing():
    rows = [("乙", "s2", "平台", 5), ("甲", "s2", "用户", 5), ("甲", "s1", "", 6), ("乙", "s3", None, 6)]
    wide = rating_table(pd.DataFrame(rows, columns=[*agreement.DECISIONS, "line"]))
    assert wide.index.tolist() == ["s2", "s1"] and wide.columns.tolist() == ["乙", "甲"]
    assert wide.loc["s1", "甲"] == "" and pd.isna(wide.loc["s1", "乙"])


def test_ratings_of_krippendorffs_decisions_give_his_alpha():
    decisions = pd.DataFrame(rows(KRIPPENDORFF.to_numpy().tolist()), columns=agreement.DECISIONS)
    shuffled = decisions.sample(frac=1, random_state=1)
    assert krippendorff_alpha(rating_table(shuffled), scale="interval") == pytest.approx(0.849, abs=5e-4)


def test_decisions_that_cannot_be_used_are_refused():
    frame = pd.DataFrame([("甲", 1, "a"), ("乙", 1, "a"), ("甲", 1, "b")], columns=agreement.DECISIONS)
    with pytest.raises(ZhagenError, match="甲 judged item 1 more than once"):
        rating_table(frame)
    with pytest.raises(ZhagenError, match="no column 'code'"):
        rating_table(frame.rename(columns={"code": "label"}))
    with pytest.raises(ZhagenError, match="no decision"):
        rating_table(frame.head(0))


def test_ratings_that_cannot_be_compared_are_refused():
    bad = [pd.DataFrame({"甲": ["a"]}), pd.DataFrame(), [("a", None), (None, "a")], [("1", 1), ("2", 2)]]
    for ratings in bad:
        for measure in (
            percent_agreement,
            holsti_agreement,
            cohen_kappa,
            krippendorff_alpha,
            gwet_ac1,
            agreement_table,
        ):
            with pytest.raises(ZhagenError):
                measure(ratings)
    with pytest.raises(ZhagenError, match="two coders, here are 3"):
        cohen_kappa([("a", "b", "a")])
    with pytest.raises(ZhagenError, match="needs numbers"):
        krippendorff_alpha([("1", "2"), ("1", "1")], scale="ordinal")
    with pytest.raises(ZhagenError, match="no scale"):
        krippendorff_alpha([(1, 2)], scale="metric")


def test_a_number_that_is_none_is_refused_for_what_it_is():
    ratings = [(1, 2), (2, 2), (float("inf"), 2)]
    with pytest.raises(ZhagenError, match="the code inf is no number"):
        krippendorff_alpha(ratings, scale="interval")
    for wrong, scale in ((10**400, "interval"), (float("-inf"), "interval"), (float("inf"), "ratio"), (-1, "ratio")):
        with pytest.raises(ZhagenError, match=f"the code {str(wrong)[:20]} is no number on an? {scale} scale"):
            krippendorff_alpha([(1, 2), (2, 2), (wrong, 2)], scale=scale)
    with pytest.raises(ZhagenError, match="or neither"):
        krippendorff_alpha([(1, 2), (2j, 2)], scale="interval")
    missing = krippendorff_alpha([(1, 2), (2, 2), (float("nan"), 2), (3, 3)], scale="ratio")  # NaN is no decision
    assert missing == krippendorff_alpha([(1, 2), (2, 2), (None, 2), (3, 3)], scale="ratio")
    # ranks and names need no distance
    assert krippendorff_alpha(ratings, scale="ordinal") == krippendorff_alpha([(1, 2), (2, 2), (3, 2)], scale="ordinal")
    assert krippendorff_alpha(ratings) == krippendorff_alpha([(1, 2), (2, 2), (3, 2)])
    huge = [(1e200, 2e200), (2e200, 2e200), (3e200, 3e200)]
    assert krippendorff_alpha(huge, scale="interval") == pytest.approx(
        krippendorff_alpha([(1, 2), (2, 2), (3, 3)], scale="interval")
    )


# code by code

CODED = st.lists(st.tuples(st.sampled_from("甲乙丙"), st.integers(1, 6), st.sampled_from("xy")), max_size=20)


@settings(max_examples=60)
@given(CODED, st.sampled_from(["all", "coded"]), st.sampled_from(["甲乙", "甲乙丙"]))
def test_each_code_is_what_the_measures_say_of_its_ratings(rows, uncoded, coders):
    rows = [*rows, ("甲", 1, "x"), ("乙", 6, "x")]
    frame = pd.DataFrame(rows, columns=agreement.DECISIONS)
    table = agreement_by_code(frame, coders=coders, items=range(1, 8), uncoded=uncoded, draws=5)
    given_codes = {(coder, item, code) for coder, item, code in rows if coder in coders}
    items = [i for i in range(1, 8) if uncoded == "all" or any(coder_item[1] == i for coder_item in given_codes)]
    groups = [coders] if len(coders) == 2 else [coders, *map("".join, combinations(coders, 2))]
    assert list(zip(table.code, table.coders, strict=True)) == [
        (code, ", ".join(group)) for code in sorted({code for *_, code in given_codes}) for group in groups
    ]
    for row in table.itertuples():
        group = row.coders.split(", ")
        ratings = [[row.code if (coder, item, row.code) in given_codes else "" for coder in group] for item in items]
        many = [sum(cell != "" for cell in line) for line in ratings]
        assert row.items == len(items) and row.both == many.count(len(group)) and row.neither == many.count(0)
        assert row.some == len(items) - row.both - row.neither
        if len(group) == 2:
            assert (row.one, row.other) == (sum(a > b for a, b in ratings), sum(a < b for a, b in ratings))
        else:
            assert pd.isna(row.one) and pd.isna(row.other)
        one_code = len({cell for line in ratings for cell in line}) == 1
        expected = {"percent": percent_agreement(ratings), "holsti": holsti_agreement(ratings)}
        expected |= {"kappa": value(light_kappa, ratings), "alpha": value(krippendorff_alpha, ratings)}
        expected |= {"ac1": 1.0 if one_code else gwet_ac1(ratings)}
        expected["positive"] = value(lambda table, code=row.code: specific_agreement(table, code), ratings)
        for measure, number in expected.items():
            assert same(None if pd.isna(getattr(row, measure)) else getattr(row, measure), number), measure


def test_the_intervals_of_a_code_are_those_of_its_ratings():
    ratings = crossed(("x", "x", 8), ("x", "", 3), ("", "x", 4), ("", "", 15))
    rows = [
        (coder, item, code)
        for item, row in enumerate(ratings.to_numpy())
        for coder, code in zip("甲乙", row, strict=True)
    ]
    row = agreement_by_code(pd.DataFrame(rows, columns=agreement.DECISIONS), coders="甲乙", draws=300).iloc[0]
    assert (row["items"], row.both, row.one, row.other, row.neither) == (30, 8, 3, 4, 15) and row.readable
    for measure in ("percent", "holsti", "kappa", "ac1", "alpha"):
        assert (row[measure], row[f"{measure}_low"], row[f"{measure}_high"]) == bounds(
            bootstrap_interval(ratings, measure, draws=300)
        )
    assert row.positive == pytest.approx(16 / 23) and row.positive_low < row.positive < row.positive_high
    groups = {item: item // 10 for item in range(30)}
    frame = pd.DataFrame(rows, columns=agreement.DECISIONS)
    whole = agreement_by_code(frame, coders="甲乙", groups=groups, draws=300).iloc[0]
    expected = bootstrap_interval(ratings, "kappa", groups=list(groups.values()), draws=300)
    assert (whole.kappa, whole.kappa_low, whole.kappa_high) == bounds(expected)


@settings(max_examples=40)
@given(CODED, st.sampled_from(["all", "coded"]), st.sampled_from(["甲乙", "甲乙丙"]))
def test_over_codes_is_the_table_of_every_item_and_code(rows, uncoded, coders):
    rows = [*rows, ("甲", 1, "x"), ("乙", 6, "x")]
    given_codes = {row for row in rows if row[0] in coders}
    items = range(1, 8) if uncoded == "all" else sorted({item for _, item, _ in given_codes})
    cells = list(product(items, sorted({code for *_, code in given_codes})))
    ratings = [["coded" if (one, *cell) in given_codes else "" for one in coders] for cell in cells]
    options = {"draws": 20, "measures": [*agreement.STANDARD, "light", "scott"]}
    table = agreement_table(
        pd.DataFrame(ratings, columns=list(coders)), groups=[item % 3 for item, _ in cells], **options
    )
    groups = {item: item % 3 for item in range(1, 8)}
    frame = pd.DataFrame(rows, columns=agreement.DECISIONS)
    found = agreement_over_codes(frame, coders=coders, items=range(1, 8), uncoded=uncoded, groups=groups, **options)
    pd.testing.assert_frame_equal(found, table)


@settings(max_examples=25)
@given(CODED, st.randoms(use_true_random=False))
def test_rows_may_come_in_any_order_and_twice(rows, random):
    rows = [*rows, ("甲", 1, "x"), ("乙", 6, "x")]
    mixed = random.sample(rows * 2, len(rows) * 2)
    one, other = (
        agreement_by_code(pd.DataFrame(part, columns=agreement.DECISIONS), items=range(1, 8), draws=10)
        for part in (rows, mixed)
    )
    pd.testing.assert_frame_equal(one, other)


def test_codes_that_cannot_be_compared_are_refused():
    frame = pd.DataFrame([("甲", 1, "x"), ("乙", 1, "x")], columns=agreement.DECISIONS)
    bad = [{"coders": "甲"}, {"coders": "甲甲"}, {"items": [2]}, {"uncoded": "some"}, {"coders": "丙丁"}]
    for options in bad:
        with pytest.raises(ZhagenError):
            agreement_by_code(frame, **options)
    one = agreement_by_code(frame).iloc[0]
    assert one.both == 1 and pd.isna(one.percent_low) and not one.readable
    unused = agreement_by_code(frame, codes=["z"], items=[1, 2], draws=5).iloc[0]
    assert (unused.both, unused.neither, unused.percent) == (0, 2, 1) and pd.isna(unused.kappa)


UNITS = pd.DataFrame([("a", 0, 5), ("b", 5, 9), ("c", 12, 20)], columns=["item", "start", "end"])


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("甲乙"), st.sampled_from("xy"), st.integers(0, 19), st.integers(1, 9))))
def test_units_are_touched_by_what_shares_a_character_with_them(spans):
    inside = {name: set(range(start, end)) for name, start, end in UNITS.itertuples(index=False)}
    spans = [(coder, code, start, start + size) for coder, code, start, size in spans]
    touching = [span for span in spans if any(chars & set(range(*span[2:])) for chars in inside.values())]
    frame = pd.DataFrame(spans, columns=agreement.PASSAGES).astype({"start": int, "end": int})
    if len(touching) < len(spans):
        with pytest.raises(ZhagenError, match=f"{len(spans) - len(touching)} passages touch no unit"):
            unit_decisions(frame, UNITS)
        return
    expected = {
        (coder, name, code)
        for coder, code, start, end in spans
        for name, chars in inside.items()
        if chars & set(range(start, end))
    }
    found = unit_decisions(frame, UNITS)
    assert set(found.itertuples(index=False, name=None)) == expected and not found.duplicated().any()
    assert found["item"].is_monotonic_increasing
    two = pd.concat([frame.assign(source="I01"), frame.assign(source="I02")])
    units = pd.concat([UNITS.assign(source="I01"), UNITS.assign(source="I02", item=["d", "e", "f"])], ignore_index=True)
    assert len(unit_decisions(two.reset_index(drop=True), units)) == 2 * len(found)


def test_units_that_cannot_be_used_are_refused():
    passages = pd.DataFrame([("甲", "x", 0, 6)], columns=agreement.PASSAGES)
    for units in (
        UNITS.assign(start=[0, 4, 12]),
        UNITS.assign(item="a"),
        UNITS.assign(end=0),
        UNITS.drop(columns="item"),
    ):
        with pytest.raises(ZhagenError):
            unit_decisions(passages, units)


SPANS = st.lists(
    st.tuples(st.sampled_from("甲乙"), st.sampled_from("xy"), st.integers(0, 20), st.integers(1, 9)), max_size=8
)


@settings(max_examples=40)
@given(SPANS)
def test_characters_agree_with_sets(spans):
    spans = [(coder, code, start, start + size) for coder, code, start, size in [*spans, ("甲", "x", 3, 2)]]
    wide = character_ratings(pd.DataFrame(spans, columns=agreement.PASSAGES), 30, "x", coders="甲乙")
    for coder in "甲乙":
        covered = {n for who, code, start, end in spans if (who, code) == (coder, "x") for n in range(start, end)}
        assert set(wide.index[wide[coder] == "x"]) == covered
        assert set(wide.index[wide[coder] == ""]) == set(range(30)) - covered


def test_kappa_by_character():
    passages = pd.DataFrame([("甲", "x", 0, 6), ("乙", "x", 3, 9), ("乙", "y", 0, 9)], columns=agreement.PASSAGES)
    wide = character_ratings(passages, 100, "x")
    assert cohen_kappa(wide) == pytest.approx((0.94 - (0.06**2 + 0.94**2)) / (1 - (0.06**2 + 0.94**2)))
    table = agreement_by_units(wide, draws=50).set_index(["units", "measure"])
    assert table["value"]["coded", "percent"] == pytest.approx(3 / 9)


def test_passages_that_cannot_be_used_are_refused():
    good = [("甲", "x", 0, 6), ("乙", "x", 3, 9)]
    bad = [[("甲", "x", 4, 4)], [("甲", "x", -1, 4)], [("甲", "x", 4, 101)], [("甲", "x", None, 4)]]
    for wrong in bad:
        with pytest.raises(ZhagenError, match="1 passages"):
            character_ratings(pd.DataFrame(good + wrong, columns=agreement.PASSAGES), 100, "x")
    with pytest.raises(ZhagenError, match="nobody used"):
        character_ratings(pd.DataFrame(good, columns=agreement.PASSAGES), 100, "z")
    with pytest.raises(ZhagenError, match="1 coder"):
        character_ratings(pd.DataFrame(good[:1], columns=agreement.PASSAGES), 100, "x")
    with pytest.raises(ZhagenError, match="no column 'start'"):
        character_ratings(pd.DataFrame({"coder": ["甲"], "code": ["x"]}), 100, "x")


@pytest.mark.parametrize("written", ["还 ", " 还", "还\u3000", "还\xa0", "还\u200b", "\ufeff还"])
def test_a_code_written_with_a_blank_is_the_same_code(written):
    """Hand-coded files have them, and nobody sees them."""
    rows = [("借", "借"), ("还", "还"), ("借", "借"), ("还", written)]
    assert agreement.cohen_kappa(rows) == agreement.krippendorff_alpha(rows) == 1
    assert agreement.specific_agreement(rows, written) == agreement.specific_agreement(rows, "还") == 1
    decisions = pd.DataFrame(
        [("甲", 1, "还"), ("乙 ", 1, written), ("甲 ", 2, "借"), ("乙", 2, "借")], columns=["coder", "item", "code"]
    )
    wide = agreement.rating_table(decisions)
    assert wide.shape == (2, 2) and agreement.percent_agreement(wide) == 1
    by_code = agreement.agreement_by_code(decisions, draws=10)
    assert by_code.code.tolist() == ["借", "还"] and by_code.percent.tolist() == [1, 1]


def test_codes_that_differ_in_more_than_blanks_stay_apart():
    assert agreement.percent_agreement([("还书", "还 款"), ("还书", "还书")]) == 0.5
    assert agreement.percent_agreement([("a b", "ab"), ("ab", "ab")]) == 0.5


def test_codes_or_coders_that_differ_in_letter_case_alone_are_refused():
    with pytest.raises(ZhagenError, match="the codes IoT and IOT differ in letter case alone"):
        agreement.cohen_kappa([("IoT", "IOT"), ("借", "借")])
    decisions = [("A", "1", "借"), ("a", "1", "借")]
    with pytest.raises(ZhagenError, match="the coders A and a differ"):
        agreement.rating_table(pd.DataFrame(decisions, columns=["coder", "item", "code"]))
    items = [("A", "s1", "借"), ("乙", "s1", "借"), ("A", "S1", "还"), ("乙", "S1", "借")]
    assert len(agreement.rating_table(pd.DataFrame(items, columns=["coder", "item", "code"]))) == 2


@pytest.mark.parametrize("counts", [(45, 5, 5, 45), (2, 5, 5, 88), (0, 0, 1, 3), (12, 8, 5, 304)])
def test_four_counts_give_the_ratings(counts):
    ratings = ratings_from_counts(*counts)
    both, one, other, neither = counts
    found = ratings.value_counts().to_dict()
    expected = {("coded", "coded"): both, ("coded", ""): one, ("", "coded"): other, ("", ""): neither}
    assert found == {pair: count for pair, count in expected.items() if count}
    assert percent_agreement(ratings) == pytest.approx((both + neither) / sum(counts))
    assert cohen_kappa(ratings) == pytest.approx(cohen_kappa_score(ratings["first"], ratings["second"]))


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (-1, 2, 3, 4), (1.5, 0, 0, 1)])
def test_four_counts_that_are_none(counts):
    with pytest.raises(ZhagenError, match="the four counts are"):
        ratings_from_counts(*counts)


def test_one_group_has_values_and_no_interval():
    """Such as one interview that a reader has coded: nothing says how the next would differ."""
    ratings = ratings_from_counts(6, 2, 2, 20)
    found, free = (agreement_table(ratings, draws=50, groups=groups) for groups in (["I16"] * 30, None))
    assert found["value"].equals(free["value"])
    assert found[["low", "high"]].isna().all(axis=None) and free[["low", "high"]].notna().all(axis=None)
    with pytest.raises(ZhagenError, match="report the value without an interval"):
        bootstrap_interval(ratings, "kappa", groups=["I16"] * 30)


def drawn_decisions(coders=3, items=60, codes=7, seed=4):
    """Decisions of several coders on items of nine sources."""
    draw = np.random.default_rng(seed)
    has = draw.random((coders, items, codes)) < np.linspace(0.02, 0.7, codes)
    rows = [(f"人{one}", item, f"码{code}") for one, item, code in np.argwhere(has).tolist()]
    return pd.DataFrame(rows, columns=["coder", "item", "code"]), pd.Series(
        [f"源{one * 7 % 9}" for one in range(items)]
    )


@pytest.mark.parametrize("grouped", [True, False])
def test_codes_measured_at_once_are_as_each_code_measured_by_itself(grouped, monkeypatch):
    monkeypatch.setattr(agreement, "AT_ONCE", 3000)  # two codes at a time
    decisions, groups = drawn_decisions()
    options = {"draws": 200, "seed": 3, "groups": groups if grouped else None}
    found = agreement_by_code(decisions, items=range(60), **options)
    for row in found.to_dict("records"):
        coders = row["coders"].split(", ")
        given = {(one.coder, one.item) for one in decisions[decisions.code == row["code"]].itertuples()}
        ratings = pd.DataFrame({name: [((name, item) in given) * "x" for item in range(60)] for name in coders})
        measures = ["percent", "holsti", "light", "ac1", "alpha"]
        table = agreement_table(ratings, measures=measures, **options).set_index("measure")
        for name in measures:
            own = "kappa" if name == "light" else name
            ends = [row[own], row[f"{own}_low"], row[f"{own}_high"]]
            assert np.allclose(ends, table.loc[name, ["value", "low", "high"]].astype(float), 1e-12, 1e-12), (row, name)
        assert row["readable"] == table.readable["alpha"]


@pytest.mark.parametrize("uncoded", ["all", "coded"])
def test_items_that_are_numbers_are_compared_as_items_with_names(uncoded):
    decisions, groups = drawn_decisions()
    named = decisions.assign(item="n" + decisions["item"].astype(str))
    options = {"uncoded": uncoded, "draws": 100}
    for function in (agreement_by_code, agreement_over_codes):
        one = function(decisions, items=range(60), groups=groups.astype("category"), **options)
        by_name = dict(zip([f"n{item}" for item in range(60)], groups, strict=True))
        pd.testing.assert_frame_equal(one, function(named, items=list(by_name), groups=by_name, **options))


def test_intervals_of_many_rows_are_those_of_numpy():
    drawn = np.random.default_rng(1).random((6, 41))
    for row in range(6):
        drawn[row, : 8 * row] = np.nan
    low, high, undefined = agreement._intervals(drawn, 0.9)
    for row, values in enumerate(drawn):
        right = np.nanquantile(values, [0.05, 0.95]) if undefined[row] <= 0.5 else [np.nan, np.nan]
        assert np.allclose([low[row], high[row]], right, 1e-14, 0, equal_nan=True)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 4)), min_size=3, max_size=12), st.data())
@settings(max_examples=30, deadline=None)
def test_items_of_some_length_are_as_many_items(stretches, data):
    """Two coders, two codes, as bits; and how long each stretch is."""
    lengths = [length for *_, length in stretches]
    group = sorted(data.draw(st.lists(st.integers(0, 2), min_size=len(lengths), max_size=len(lengths))))
    rows, single = [(0, 0, "甲"), (1, 0, "乙")], [(0, 0, "甲"), (1, 0, "乙")]
    begin = np.cumsum([0, *lengths])
    single += [(coder, item, code) for coder, _, code in rows for item in range(lengths[0])]
    for place, (one, other, length) in enumerate(stretches):
        for coder, bits in enumerate((one, other)):
            for bit, code in enumerate("甲乙"):
                if bits >> bit & 1:
                    rows.append((coder, place, code))
                    single += [(coder, item, code) for item in range(begin[place], begin[place] + length)]
    short, long = (pd.DataFrame(part, columns=["coder", "item", "code"]) for part in (rows, single))
    long.loc[:1, "item"] = 0
    of_long = pd.Series(np.repeat(group, lengths))
    for uncoded in ("all", "coded"):
        options = {"coders": [0, 1], "uncoded": uncoded, "draws": 20}
        for compare in (agreement_by_code, agreement_over_codes):
            few = compare(short, items=range(len(lengths)), groups=pd.Series(group), lengths=lengths, **options)
            many = compare(long, items=range(sum(lengths)), groups=of_long, **options)
            pd.testing.assert_frame_equal(few, many)
    with pytest.raises(ZhagenError, match="lengths do not fit"):
        agreement_by_code(short, items=range(len(lengths)), lengths=lengths)
