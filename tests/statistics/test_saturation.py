from collections import Counter
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhagen.errors import ZhagenError
from zhagen.statistics.saturation import (
    guest_draws,
    guest_runs,
    hold_out,
    hold_out_draws,
    new_codes,
    shuffled_accumulation,
    units_until,
    unseen_codes,
)

# units 1 to n, each with a set of codes; the first always has one
FOUND = st.lists(st.sets(st.sampled_from("平台用户需求"), max_size=4), min_size=3, max_size=6).map(
    lambda units: [units[0] | {"值"}, *units[1:]]
)


def frame(found):
    rows = [(unit, code) for unit, codes in enumerate(found, 1) for code in sorted(codes) or [None]]
    return pd.DataFrame(rows, columns=["unit", "code"])


def curve(found, order):
    """The number of different codes after each unit of an order, counted with sets."""
    return [len(set().union(*(found[unit] for unit in order[: n + 1]))) for n in range(len(order))]


def points(found, **sizes):
    """Every order's point, by `guest_runs` itself."""
    for order in permutations(range(len(found))):
        yield guest_runs(np.diff(curve(found, order), prepend=0), **sizes).point


# codes by unit


@settings(max_examples=40)
@given(FOUND, st.randoms(use_true_random=False))
def test_new_codes_agree_with_sets_in_any_order(found, random):
    order = random.sample(range(len(found)), len(found))
    table = new_codes(frame(found).sample(frac=1, random_state=1), order=[unit + 1 for unit in order])
    assert table.unit.tolist() == [unit + 1 for unit in order]
    assert table.cumulative.tolist() == curve(found, order)
    assert table.new.sum() == table.cumulative.iloc[-1] == len(set().union(*found))
    assert new_codes(frame(found)).cumulative.tolist() == curve(found, range(len(found)))


@settings(max_examples=20)
@given(FOUND)
def test_repeated_rows_count_once(found):
    twice = pd.concat([frame(found)] * 2)
    for function in (
        new_codes,
        shuffled_accumulation,
        units_until,
        hold_out_draws,
        lambda rows: hold_out(rows, [1]).new,
    ):
        pd.testing.assert_frame_equal(function(twice), function(frame(found)))


def test_repeated_rows_and_units_without_codes():
    rows = [("b", "x", 3), ("b", "x", 9), ("a", None, 1), ("c", "y", 1), ("c", "x", 1)]
    table = new_codes(pd.DataFrame(rows, columns=["unit", "code", "line"]))
    assert table.values.tolist() == [["b", 1, 1], ["a", 0, 1], ["c", 1, 2]]


def test_frames_and_orders_that_cannot_be_used_are_refused():
    good = frame([{"x"}, {"y"}])
    for order in ([1], [1, 1], [1, 2, 3], [1, "2"]):
        with pytest.raises(ZhagenError, match="the order names"):
            new_codes(good, order=order)
    bad = [good.head(0), frame([set(), set()]), good.rename(columns={"code": "label"})]
    for wrong in bad:
        for function in (new_codes, shuffled_accumulation, units_until, hold_out, hold_out_draws, guest_draws):
            with pytest.raises(ZhagenError, match="no code|no column 'code'"):
                function(wrong)
    for function in (shuffled_accumulation, units_until, hold_out_draws):
        with pytest.raises(ZhagenError, match="0 draws"):
            function(good, draws=0)


# Guest, Namey and Chen


def test_the_counts_of_the_reference():
    # base 22, one new code in units 5 and 6: 1/22 = 0.045
    counts = [10, 6, 4, 2, 1, 0, 0, 1, 0]
    found = guest_runs(counts)
    assert found.point == "4+2" and found.runs.ratio[0] == 1 / 22
    rows = [[5, 6, 1], [6, 7, 0], [7, 8, 1], [8, 9, 1]]
    assert found.runs[["first_unit", "last_unit", "new"]].values.tolist() == rows
    assert found.runs.reached.all()
    found = guest_runs(counts, threshold=0)
    assert found.point == "5+2" and found.runs.reached.tolist() == [False, True, False, False]


def test_the_example_of_guest_namey_and_chen():
    # their base of 4 interviews has 37 themes, the runs of 2 after it 7 (19%), 4 (11%) and 1 (3%): saturation at 6+2
    found = guest_runs([13, 10, 8, 6, 4, 3, 1, 0])
    runs = found.runs
    assert found.point == "6+2" and runs.new.tolist() == [7, 4, 1]
    assert runs.ratio.round(2).tolist() == [0.19, 0.11, 0.03] and runs.reached.tolist() == [False, False, True]


def test_saturation_that_is_never_reached():
    found = guest_runs([1, 1, 1, 1, 1, 1])
    assert found.point is None and repr(found).startswith("no code saturation (base 4 units, runs of 2 units,")


@given(st.lists(st.integers(0, 9), min_size=4, max_size=15), st.integers(1, 3), st.integers(1, 3))
def test_guest_agrees_with_counting_by_hand(new, base, run):
    if len(new) < base + run or not sum(new[:base]):
        with pytest.raises(ZhagenError):
            guest_runs(new, base=base, run=run)
        return
    for threshold in (0, 0.29, 0.5):
        found = guest_runs(new, base=base, run=run, threshold=threshold)
        ratios = [sum(new[at : at + run]) / sum(new[:base]) for at in range(base, len(new) - run + 1)]
        assert found.runs.ratio.tolist() == ratios
        reached = [f"{base + at}+{run}" for at, ratio in enumerate(ratios) if ratio <= threshold]
        assert found.point == (reached[0] if reached else None)


def test_a_ratio_at_the_threshold_is_reached():
    assert guest_runs([100, 29], base=1, run=1, threshold=0.29).point == "1+1"


def test_guest_refuses_what_it_cannot_assess():
    bad = [
        ([1, 1, 1, 1, 1], {}),
        ([], {}),
        ([0, 0, 0, 0, 1, 1], {}),
        ([3, 1, 1, 1, -1, 0], {}),
        ([[3, 1, 1, 1, 1, 0]], {}),
        ([3, 1, 1, 1, 1, 0], {"base": 0}),
        ([3, 1, 1, 1, 1, 0], {"run": 0}),
        ([3, 1, 1, 1, 1, 0], {"threshold": -0.1}),
    ]
    for new, sizes in bad:
        with pytest.raises(ZhagenError):
            guest_runs(new, **sizes)


@settings(max_examples=15)
@given(st.lists(st.sets(st.sampled_from("平台用户需求"), min_size=1), min_size=4, max_size=5))
def test_points_over_random_orders_are_those_over_all_orders(found):
    every = Counter(points(found, base=2, run=1))
    total = sum(every.values())
    table = guest_draws(frame(found), base=2, run=1, draws=4000)
    assert table.cumulative.iloc[-1] == pytest.approx(1)
    shares = dict(zip([None if pd.isna(point) else point for point in table.point], table.share, strict=True))
    for point in set(every) | set(shares):
        assert shares.get(point, 0) == pytest.approx(every[point] / total, abs=0.04)


def test_an_order_whose_base_has_no_code_is_not_reached():
    table = guest_draws(frame([{"x"}, set(), set(), set()]), base=1, run=1, draws=4000)
    assert table.point.isna().tolist() == [False, True]
    assert table.share.tolist() == pytest.approx([0.25, 0.75], abs=0.04)


# random orders


@settings(max_examples=25)
@given(FOUND)
def test_curves_over_random_orders_are_those_over_all_orders(found):
    codes = len(set().union(*found))
    every = np.array([curve(found, order) for order in permutations(range(len(found)))]) / codes
    table = shuffled_accumulation(frame(found), draws=3000)
    assert table.units.tolist() == list(range(1, len(found) + 1))
    assert table.expected.tolist() == pytest.approx(every.mean(axis=0).tolist())
    # a quantile of the draws lies between those of all orders a little below and above it
    for name, at in (("low", 0.05), ("median", 0.5), ("high", 0.95)):
        lowest, highest = np.quantile(every, [max(at - 0.05, 0), min(at + 0.05, 1)], axis=0)
        assert ((lowest - 1e-9 <= table[name]) & (table[name] <= highest + 1e-9)).all()


@settings(max_examples=40)
@given(FOUND)
def test_every_curve_grows_and_ends_with_all_codes(found):
    table = shuffled_accumulation(frame(found), draws=30)
    assert table.iloc[-1].tolist() == [len(found), 1, 1, 1, 1]
    assert ((table.low <= table["median"]) & (table["median"] <= table.high)).all()
    assert (table[["expected", "median", "low", "high"]].diff().iloc[1:] >= -1e-12).all(axis=None)
    turned = frame(found).sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(shuffled_accumulation(turned, draws=30), table)


@settings(max_examples=25)
@given(FOUND)
def test_units_until_a_share_agrees_with_all_orders(found):
    codes = len(set().union(*found))
    shares = [0.5, 0.7, 1.0]
    table = units_until(frame(found), shares, draws=3000)
    assert (table.low <= table["median"]).all() and (table["median"] <= table.high).all()
    for row in table.itertuples():
        taken = [
            1 + sum(10 * count < round(10 * row.share) * codes for count in curve(found, order))
            for order in permutations(range(len(found)))
        ]
        for name, at in (("low", 0.05), ("median", 0.5), ("high", 0.95)):
            around = [max(at - 0.05, 0), min(at + 0.05, 1)]
            lowest, highest = np.quantile(taken, around, method="inverted_cdf")
            assert lowest <= getattr(row, name) <= highest


def test_a_share_that_is_none_is_refused():
    for share in (0, 1.1, float("nan")):
        with pytest.raises(ZhagenError, match="a share"):
            units_until(frame([{"x"}]), [share])


# hold-out


@settings(max_examples=40)
@given(FOUND, st.data())
def test_hold_out_agrees_with_sets(found, data):
    held = data.draw(st.sets(st.integers(1, len(found)), min_size=1, max_size=len(found) - 1).map(sorted))
    split = hold_out(frame(found), held)
    inside = set().union(*(found[unit - 1] for unit in held))
    outside = set().union(*(codes for unit, codes in enumerate(found, 1) if unit not in held))
    assert split.new.code.tolist() == sorted(inside - outside)
    assert split.new.units.tolist() == [sum(code in codes for codes in found) for code in split.new.code]
    assert (split.held, split.units, split.codes) == (tuple(held), len(found), len(inside))
    assert split.share == (len(inside - outside) / len(inside) if inside else 0.0)
    assert repr(split).startswith(f"{len(inside - outside)} of {len(inside)} codes are new")


@settings(max_examples=40)
@given(FOUND, st.integers(1, 2))
def test_all_splits_are_those_of_hold_out(found, size):
    table = hold_out_draws(frame(found), size)
    assert table.held.tolist() == list(combinations(range(1, len(found) + 1), size))
    for row in table.itertuples():
        one = hold_out(frame(found), list(row.held))
        assert (row.codes, row.new, row.share) == (one.codes, len(one.new), one.share)


def test_many_splits_are_drawn_where_there_are_too_many():
    random = np.random.default_rng(1)
    found = [set(random.choice(list("abcdefghij"), 3)) for _ in range(12)]
    every = hold_out_draws(frame(found), 4, draws=495)
    some = hold_out_draws(frame(found), 4, draws=494)
    assert every.held.nunique() == len(every) == 495 and len(some) == 494
    many = hold_out_draws(frame(found), 6, draws=900)
    exact = hold_out_draws(frame(found), 6, draws=924)
    assert many["new"].mean() == pytest.approx(exact["new"].mean(), abs=0.15)
    known = {row.held: row.new for row in exact.itertuples()}
    assert all(known[row.held] == row.new for row in many.itertuples())
    pd.testing.assert_frame_equal(many, hold_out_draws(frame(found), 6, draws=900))
    assert not many.equals(hold_out_draws(frame(found), 6, draws=900, seed=2))


def test_a_third_of_the_units_is_held_out_at_random():
    found = frame([{"x"}] * 9)
    held = hold_out(found).held
    assert len(held) == 3 and held == hold_out(found.iloc[::-1]).held
    assert any(hold_out(found, seed=seed).held != held for seed in (2, 3, 4))
    assert len(hold_out(found, 0.001).held) == 1 and len(hold_out(found, 0.99).held) == 8


def test_units_that_cannot_be_held_out_are_refused():
    found = frame([{"x"}, {"y"}, {"z"}])
    for held in ([], [1, 2, 3], [1, 1], [4], 0, 3, 1.5, -1):
        with pytest.raises(ZhagenError):
            hold_out(found, held)
    for held in (0, 3, 1.5):
        with pytest.raises(ZhagenError):
            hold_out_draws(found, held)
    with pytest.raises(ZhagenError, match="to be held out"):
        hold_out(frame([{"x"}]))


# how many codes are unseen


def spread_over(units, frequencies):
    """Incidences with given numbers of units for each code; every unit has a row."""
    rows = [(unit, None) for unit in range(units)]
    start = 0
    for code, number in enumerate(frequencies):
        rows += [((start + step) % units, code) for step in range(number)]
        start += number
    return pd.DataFrame(rows, columns=["unit", "code"])


def test_chao2_of_the_barro_colorado_trees():
    # specpool(BCI) of R's vegan: 225 species in 50 plots, 21 in one plot (jack1 is 245.58), 19 in two
    found = unseen_codes(spread_over(50, [1] * 21 + [2] * 19 + [3] * 185)).iloc[0]
    assert (found["units"], found.codes, found.once, found.twice) == (50, 225, 21, 19)
    assert found.chao2 == pytest.approx(236.3732, abs=5e-5) and found.se == pytest.approx(6.54361, abs=5e-6)
    assert found.codes + found.once * 49 / 50 == pytest.approx(245.58)


def test_chao2_and_coverage_of_one_plot_of_them():
    # P1 of the same trees by R's SpadeR and iNEXT, each of the 448 trees a unit with one species
    counts = [31, 18, 9, 6, 6, 4, 1, 1, 1, 1]
    frequencies = [k for k, number in enumerate(counts, 1) for _ in range(number)] + [16] * 14 + [18]
    found = unseen_codes(spread_over(448, frequencies)).iloc[0]
    assert (found.codes, found.incidences) == (93, 448)
    published = {"chao2": 119.635, "se": 12.553, "low": 104.072, "high": 157.075}
    published |= {"chao2_bc": 117.419, "se_bc": 11.562, "low_bc": 103.114, "high_bc": 151.960}
    for name, value in published.items():
        assert found[name] == pytest.approx(value, abs=6e-4), name
    assert found.coverage == pytest.approx(0.93098288, abs=5e-9) and found.turing == 1 - 31 / 448


@given(FOUND)
def test_unseen_codes_agree_with_the_formulas(found):
    row = unseen_codes(frame(found)).iloc[0]
    m, spread = len(found), Counter(code for codes in found for code in codes)
    S, U = len(spread), sum(spread.values())
    q1, q2 = (list(spread.values()).count(k) for k in (1, 2))
    assert row[["units", "codes", "incidences", "once", "twice"]].tolist() == [m, S, U, q1, q2]
    # Chao and Colwell (2017), written with fractions as they print them
    A = (m - 1) / m
    bc = S + A * (q1 * (q1 - 1)) / (2 * (q2 + 1))
    assert row.chao2 == pytest.approx(S + A * q1**2 / (2 * q2) if q2 else bc) and row.chao2_bc == pytest.approx(bc)
    assert row.unseen == pytest.approx(row.chao2 - S) and row.turing == pytest.approx(1 - q1 / U)
    if q2:
        assert row.coverage == pytest.approx(1 - q1 / U * ((m - 1) * q1 / ((m - 1) * q1 + 2 * q2)))
        variance = q2 * (A / 2 * (q1 / q2) ** 2 + A**2 * (q1 / q2) ** 3 + A**2 / 4 * (q1 / q2) ** 4)
    else:
        last = (m - 1) * (q1 - 1) / ((m - 1) * (q1 - 1) + 2) if q1 else 0
        assert row.coverage == pytest.approx(1 - q1 / U * last)
        variance = A * q1 * (q1 - 1) / 2 + A**2 * q1 * (2 * q1 - 1) ** 2 / 4 - A**2 * q1**4 / (4 * row.chao2)
    if row.unseen > 0:
        assert row.se**2 == pytest.approx(max(variance, 0))
        K = np.exp(1.959964 * np.sqrt(np.log(1 + max(variance, 0) / row.unseen**2)))
        assert (row.low, row.high) == pytest.approx((S + row.unseen / K, S + row.unseen * K), rel=1e-5)
        assert S <= row.low <= row.chao2 <= row.high
    else:
        assert np.isnan([row.se, row.low, row.high]).all()
    assert 0 <= row.coverage <= 1 and row.chao2_bc <= row.chao2 + 1e-9 or q1 > q2


def test_coverage_is_what_a_further_unit_shows():
    """Of a known population: the share of the incidences of one more unit that belongs to codes found already."""
    random = np.random.default_rng(3)
    chances = random.beta(0.4, 3, 60)
    estimates, truths, totals = [], [], []
    for _ in range(300):
        table = random.random((15, 60)) < chances
        rows = [(unit, code) for unit, code in zip(*np.nonzero(table), strict=True)]
        rows += [(unit, None) for unit in range(15)]
        row = unseen_codes(pd.DataFrame(rows, columns=["unit", "code"])).iloc[0]
        estimates.append(row.coverage)
        truths.append(chances[table.any(axis=0)].sum() / chances.sum())
        totals.append(row.chao2)
    assert np.mean(estimates) == pytest.approx(np.mean(truths), abs=0.01)
    assert np.mean(totals) < 61  # a lower bound


@settings(max_examples=30)
@given(FOUND, st.randoms(use_true_random=False))
def test_estimates_do_not_depend_on_order_names_or_repetition(found, random):
    names = dict(zip("平台用户需求值", random.sample("abcdefg", 7), strict=True))
    turned = frame([{names[code] for code in codes} for codes in random.sample(found, len(found))])
    mixed = pd.concat([turned, turned]).sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(unseen_codes(mixed), unseen_codes(frame(found)))


def test_categories_take_codes_and_subsets_take_units():
    rows = [(1, "a"), (1, "b"), (2, "a"), (3, "c"), (4, None)]
    table = pd.DataFrame(rows, columns=["unit", "code"])
    by_category = unseen_codes(table, categories={"a": "甲", "b": "甲", "c": "乙"}).set_index("group")
    assert by_category.index.tolist() == ["", "乙", "甲"]
    assert by_category["units"].tolist() == [4, 4, 4] and by_category.codes.tolist() == [3, 1, 2]
    by_subset = unseen_codes(table, subsets={1: "老", 2: "老", 3: "新"}).set_index("group")
    assert by_subset["units"].to_dict() == {"": 4, "新": 1, "老": 2} and by_subset.codes["老"] == 2
    part = unseen_codes(table[table.unit <= 2])
    assert by_subset.loc["老"].tolist()[:5] == part.iloc[0, 1:6].tolist()
    empty = unseen_codes(table, subsets={4: "空"}).set_index("group").loc["空"]
    assert empty.codes == 0 and np.isnan(empty.coverage) and empty.chao2 == 0
    with pytest.raises(ZhagenError, match="both given"):
        unseen_codes(table, categories={}, subsets={})
    with pytest.raises(ZhagenError, match="the confidence is 1"):
        unseen_codes(table, confidence=1)
