from itertools import combinations
from time import perf_counter

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask

from zhagen.errors import ZhagenError
from zhagen.statistics import agreement
from zhagen.statistics.agreement import (
    agreement_by_units,
    agreement_table,
    bootstrap_interval,
    character_ratings,
    cohen_kappa,
    gwet_ac1,
    holsti_agreement,
    holsti_reliability,
    krippendorff_alpha,
    percent_agreement,
    rating_table,
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
    published = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849}
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
        # AC1 counts the codes of the sample, not of the draw
        drawn = drawn._replace(labels=table.labels) if measure == "ac1" else drawn
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
    for measure in (percent_agreement, holsti_agreement, cohen_kappa, krippendorff_alpha, gwet_ac1):
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
        krippendorff_alpha([(1, 2)], scale="ratio")


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
