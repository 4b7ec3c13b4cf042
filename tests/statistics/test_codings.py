from collections import Counter
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from zhagen.errors import ZhagenError
from zhagen.statistics.codings import attribute_table, code_meetings

CODINGS = st.lists(st.tuples(st.integers(1, 5), st.sampled_from("xyz")), min_size=1, max_size=20)
VALUES = st.lists(st.sampled_from("ab"), min_size=5, max_size=5).filter(lambda values: len(set(values)) == 2)


def frame(rows):
    return pd.DataFrame(rows, columns=["source", "code"])


def chi_square(rows, code, of, by_source):
    """The chi-square of one code against the rest, by scipy; 0 where a margin is empty."""
    if by_source:
        have = {source for source, other in rows if other == code}
        cells = Counter((source in have, of[source]) for source in of)
    else:
        cells = Counter((other == code, of[source]) for source, other in rows)
    table = np.array([[cells[has, value] for value in sorted(set(of.values()))] for has in (True, False)])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return 0.0
    return chi2_contingency(table, correction=False).statistic


@settings(max_examples=40, deadline=None)
@given(CODINGS, VALUES, st.sampled_from(["codings", "sources"]))
def test_the_table_agrees_with_counting_and_the_p_with_all_orders(rows, values, count):
    of = dict(enumerate(values, 1))
    found = attribute_table(frame(rows), of, count=count)
    counted = rows if count == "codings" else sorted(set(rows))
    for row in found.itertuples():
        inside = [source for source in of if of[source] == row.value]
        n = sum(code == row.code for _, code in counted)
        m = sum(source in inside for source, _ in rows) if count == "codings" else len(inside)
        N = len(rows) if count == "codings" else len(of)
        assert row.count == sum(source in inside and code == row.code for source, code in counted) and row.total == m
        assert row.share == pytest.approx(row.count / m if m else np.nan, nan_ok=True)
        assert row.expected == pytest.approx(n * m / N)
        scale = (row.expected * (1 - n / N) * (1 - m / N)) ** 0.5
        assert row.residual == pytest.approx((row.count - row.expected) / scale if scale > 1e-6 else 0)
    observed = {code: chi_square(rows, code, of, count == "sources") for code in found.code.unique()}
    every = [dict(zip(of, order, strict=True)) for order in permutations(values)]
    for code, statistic in observed.items():
        drawn = [chi_square(rows, code, other, count == "sources") for other in every]
        expected = np.mean([number >= statistic - 1e-9 for number in drawn])
        assert found.p[found.code == code].tolist() == pytest.approx([expected] * 2)
    assert found.attrs["p"].startswith("all ")


def test_residuals_are_those_of_scipy_s_table():
    rows = [("I1", "x")] * 9 + [("I1", "y")] * 3 + [("I2", "x")] * 4 + [("I2", "y")] * 8 + [("I2", "z")] * 6
    found = attribute_table(frame(rows), {"I1": "a", "I2": "b"})
    observed = found.pivot(index="code", columns="value", values="count").to_numpy()
    assert np.allclose(found["expected"].to_numpy().reshape(3, 2), chi2_contingency(observed).expected_freq)
    # the two sources can be exchanged, no more: nothing is shown, however far the residuals are off
    assert (found.p == 1).all() and abs(found.residual).max() > 2 and found.attrs["p"] == "all 2 ways"


def test_many_sources_are_drawn():
    rng = np.random.default_rng(2)
    of = {f"I{n}": "ab"[n % 2] for n in range(20)}
    rows = [(source, "x" if value == "a" else "w") for source, value in of.items() for _ in range(3)]
    rows += [(source, code) for source in of for code in "yz" for _ in range(rng.integers(1, 4))]
    found = attribute_table(frame(rows), of, draws=499).set_index(["code", "value"])
    assert found.attrs["p"] == "499 draws"
    assert found.p["x", "a"] == pytest.approx(1 / 500) and found.p_holm["x", "a"] == pytest.approx(4 / 500)
    assert found.p["y", "a"] > 0.05
    mixed = frame(rows).sample(frac=1, random_state=1)
    again = attribute_table(mixed, dict(reversed(of.items())), draws=499).set_index(["code", "value"])
    pd.testing.assert_frame_equal(found, again)
    other = attribute_table(frame(rows), of, draws=499, seed=2).set_index(["code", "value"])
    assert found.p["y", "a"] != other.p["y", "a"]


def test_one_talkative_source_is_one_source():
    """All of a code is in one long interview: by codings it looks far from chance, by sources it is nothing."""
    of = {f"I{n}": "ab"[n < 5] for n in range(10)}
    rows = [("I0", "x")] * 40 + [(source, "y") for source in of for _ in range(4)]
    codings = attribute_table(frame(rows), of).query("code == 'x' and value == 'b'").iloc[0]
    sources = attribute_table(frame(rows), of, count="sources").query("code == 'x' and value == 'b'").iloc[0]
    assert codings.residual > 4 and codings.p == 1 and sources.p == 1


@given(CODINGS, VALUES)
def test_shares_and_counts_add_up(rows, values):
    of = dict(enumerate(values, 1))
    found = attribute_table(frame(rows), of, draws=100)
    assert (
        found.groupby("value")["count"].sum().to_dict()
        == found.drop_duplicates("value").set_index("value").total.to_dict()
    )
    assert found["expected"].sum() == pytest.approx(len(rows)) == found["count"].sum()
    twice = attribute_table(frame(rows * 2), of, draws=100)
    assert twice["count"].tolist() == (2 * found["count"]).tolist() and twice.p.tolist() == found.p.tolist()


def test_sources_without_value_are_left_out_and_unknown_ones_refused():
    rows = [("I1", "x"), ("I2", "y"), ("I3", "x")]
    found = attribute_table(frame(rows), {"I1": "a", "I2": "b", "I3": None})
    assert found["count"].sum() == 2
    with pytest.raises(ZhagenError, match="the source I3 has no attribute"):
        attribute_table(frame(rows), {"I1": "a", "I2": "b"})
    bad = [{"count": "cells"}, {"draws": 0}, {"attributes": {"I1": "a", "I2": "a", "I3": "a"}}]
    for options in bad:
        with pytest.raises(ZhagenError):
            attribute_table(frame(rows), **{"attributes": {"I1": "a", "I2": "b", "I3": "b"}} | options)
    with pytest.raises(ZhagenError, match="no column 'source'"):
        attribute_table(frame(rows).drop(columns="source"), {})


# codes that meet

SEGMENTS = st.lists(
    st.tuples(st.sampled_from("PQ"), st.integers(1, 3), st.sampled_from(["x", "y", "z", None])), min_size=1, max_size=16
)


@settings(max_examples=40, deadline=None)
@given(SEGMENTS)
def test_meetings_agree_with_moving_one_code_over_the_segments_of_each_source(rows):
    rows = [*rows, ("P", 1, "x"), ("Q", 1, "y")]
    found = code_meetings(pd.DataFrame(rows, columns=["source", "segment", "code"]))
    places = sorted({(source, segment) for source, segment, _ in rows})
    has = {code: {(source, segment) for source, segment, other in rows if other == code} for code in "xyz"}
    codes = [code for code in "xyz" if has[code]]
    assert sorted(zip(found.code_a, found.code_b, strict=True)) == list(combinations(codes, 2))
    for row in found.itertuples():
        one, other = has[row.code_a], has[row.code_b]
        assert (row.n12, row.n1, row.n2, row.N) == (len(one & other), len(one), len(other), len(places))
        assert row.c == pytest.approx(len(one & other) / len(one | other))
        ways = [set()]
        for source in "PQ":
            here = [place for place in places if place[0] == source]
            number = sum(place[0] == source for place in other)
            ways = [way | set(chosen) for way in ways for chosen in combinations(here, number)]
        meets = np.array([len(one & way) for way in ways])
        assert row.expected == pytest.approx(meets.mean()) and row.sd == pytest.approx(meets.std(), abs=1e-7)
        assert row.p_more == pytest.approx((meets >= row.n12).mean())
        assert row.p_less == pytest.approx((meets <= row.n12).mean())


@settings(max_examples=30)
@given(SEGMENTS, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(rows, random):
    rows = [*rows, ("P", 1, "x"), ("Q", 1, "y")]
    mixed = random.sample(rows * 2, 2 * len(rows))
    one, other = (code_meetings(pd.DataFrame(part, columns=["source", "segment", "code"])) for part in (rows, mixed))
    pd.testing.assert_frame_equal(one, other)


def test_codes_of_the_same_interviews_do_not_meet_by_that_alone():
    """x and y are said in P only, in different segments: over all segments that is as expected, inside P it is less."""
    rows = [("P", n, "x" if n % 2 else "y") for n in range(8)] + [("Q", n, "z") for n in range(40)]
    found = code_meetings(pd.DataFrame(rows, columns=["source", "segment", "code"])).set_index(["code_a", "code_b"])
    assert (
        found.n12["x", "y"] == 0
        and found["expected"]["x", "y"] == 2
        and found.p_less["x", "y"] == pytest.approx(1 / 70)
    )
    assert found["expected"]["x", "z"] == 0 and found.p_more["x", "z"] == found.p_less["x", "z"] == 1
    drawn = code_meetings(pd.DataFrame(rows, columns=["source", "segment", "code"]), null="margins", draws=50)
    # each segment has one code, and keeps one: with both margins kept nothing else is possible
    assert (drawn.z == 0).all() and (drawn.p_more == 1).all()
    assert len(code_meetings(pd.DataFrame(rows, columns=["source", "segment", "code"]), min_count=1)) == 0


def test_meetings_need_two_codes():
    rows = pd.DataFrame([("P", 1, "x"), ("P", 2, None)], columns=["source", "segment", "code"])
    with pytest.raises(ZhagenError, match="1 codes"):
        code_meetings(rows)
    with pytest.raises(ZhagenError, match="no column 'segment'"):
        code_meetings(rows.drop(columns="segment"))
    with pytest.raises(ZhagenError, match="min_count"):
        code_meetings(rows, min_count=-1)
    with pytest.raises(ZhagenError, match="no null"):
        code_meetings(pd.concat([rows, rows.replace("x", "y")]), null="rows")
