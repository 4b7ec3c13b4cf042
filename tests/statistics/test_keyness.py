from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics import BigramAssocMeasures
from pandas.testing import assert_frame_equal
from scipy.sparse import csr_array
from scipy.stats import chi2, chi2_contingency, fisher_exact
from scipy.stats.contingency import relative_risk

from zhagen.errors import ZhagenError
from zhagen.statistics import keyness
from zhagen.statistics.keyness import _orders, keyness_by_units, keyness_table
from zhagen.statistics.terms import TermMatrix

COUNTS = st.dictionaries(st.sampled_from("平台用户需求数据"), st.integers(1, 60), min_size=2, max_size=8)
few = settings(max_examples=30)
COLUMNS = "term count count_reference g2 log_ratio p p_holm p_bh".split()


def frame(counts):
    return pd.DataFrame({"term": list(counts), "count": list(counts.values())})


@few
@given(COUNTS, COUNTS)
def test_g2_agrees_with_scipy(first, second):
    found = keyness_table(frame(first), frame(second)).set_index("term")
    a, b = sum(first.values()), sum(second.values())
    for term in found.index:
        x, y = first.get(term, 0), second.get(term, 0)
        table = [[x, y], [a - x, b - y]]
        if a - x + b - y == 0:
            assert found.g2[term] == pytest.approx(0, abs=1e-9)
            continue
        expected = chi2_contingency(table, correction=False, lambda_="log-likelihood")
        assert found.g2[term] == pytest.approx(expected.statistic, abs=1e-6)
        exact = (expected.expected_freq < 5).any()
        p = fisher_exact(table).pvalue if exact else expected.pvalue
        assert found.p[term] == pytest.approx(p, abs=1e-9)


@few
@given(COUNTS, COUNTS)
def test_g2_agrees_with_nltk(first, second):
    """nltk keeps logarithms finite by adding 1e-20, which a cell of the size of these counts does not see."""
    found = keyness_table(frame(first), frame(second)).set_index("term")
    a, b = sum(first.values()), sum(second.values())
    for term in found.index:
        x, y = first.get(term, 0), second.get(term, 0)
        expected = BigramAssocMeasures.likelihood_ratio(x, (x + y, a), a + b)
        assert found.g2[term] == pytest.approx(expected, abs=1e-6)


@few
@given(COUNTS, COUNTS)
def test_exchanging_the_texts_turns_the_sign_and_nothing_else(first, second):
    one, other = (
        keyness_table(frame(a), frame(b), confidence=0.95).set_index("term")
        for a, b in ((first, second), (second, first))
    )
    other = other.loc[one.index]
    assert np.allclose(one.g2, other.g2) and np.allclose(one.log_ratio, -other.log_ratio)
    assert np.allclose(one.log_ratio_low, -other.log_ratio_high) and np.allclose(one.p, other.p)
    assert np.allclose(one.p_holm, other.p_holm) and np.allclose(one.p_bh, other.p_bh)
    assert (one["count"] == other.count_reference).all()


@few
@given(COUNTS, COUNTS)
def test_the_table_is_sorted_and_says_what_it_should(first, second):
    found = keyness_table(frame(first), frame(second))
    assert found.columns.tolist() == COLUMNS
    assert dict(zip(found.term, found["count"], strict=True)) == {term: first.get(term, 0) for term in found.term}
    assert set(found.term) == set(first) | set(second)
    a, b = sum(first.values()), sum(second.values())
    signed = np.sign(found["count"] * b - found.count_reference * a) * found.g2  # the log ratio has halves in it
    rows = list(zip(-signed, found.term, strict=True))
    assert rows == sorted(rows)
    for row in found.itertuples():
        x, y = first.get(row.term, 0) + 0.5, row.count_reference + 0.5
        assert 2**row.log_ratio == pytest.approx(x / (a + 0.5) / (y / (b + 0.5)))


@few
@given(COUNTS, COUNTS)
def test_corrected_p_values(first, second):
    """Holm's and Benjamini and Hochberg's by their definitions, one value after the other."""
    found = keyness_table(frame(first), frame(second)).sort_values("p", kind="stable")
    p, m = found.p.tolist(), len(found)
    holm = [min(1, max(p[j] * (m - j) for j in range(i + 1))) for i in range(m)]
    bh = [min(1, min(p[j] * m / (j + 1) for j in range(i, m))) for i in range(m)]
    assert np.allclose(found.p_holm, holm) and np.allclose(found.p_bh, bh)
    assert ((found.p_holm + 1e-12 >= found.p_bh) & (found.p_bh + 1e-12 >= found.p)).all()


def test_a_rare_term_is_tested_exactly():
    """Twice in a text of 100 words, never in one of 1,000: (100 * 99) / (1100 * 1099), half of it by chi-square."""
    found = keyness_table(frame({"义卖": 2, "其余": 98}), frame({"其余": 1000})).set_index("term").loc["义卖"]
    assert found.p == pytest.approx(100 * 99 / (1100 * 1099)) and chi2.sf(found.g2, 1) < found.p / 2


def test_the_example_of_the_book():
    """8 of 100 against 4 of 300: the four cells by hand."""
    found = keyness_table(frame({"面交": 8, "别的": 92}), frame({"面交": 4, "别的": 296})).set_index("term").loc["面交"]
    cells = [(8, 3), (4, 9), (92, 97), (296, 291)]
    assert found.g2 == pytest.approx(2 * sum(o * np.log(o / e) for o, e in cells)) == pytest.approx(9.55, abs=0.005)
    assert found.log_ratio == pytest.approx(np.log2(8.5 / 100.5 / (4.5 / 300.5))) == pytest.approx(2.50, abs=0.005)


def test_the_interval_by_hand():
    found = keyness_table(frame({"面交": 8, "别的": 92}), frame({"面交": 4, "别的": 296}), confidence=0.95)
    assert found.columns.tolist() == [*COLUMNS[:5], "log_ratio_low", "log_ratio_high", *COLUMNS[5:]]
    row = found.set_index("term").loc["面交"]
    half = 1.959964 * (1 / 8.5 - 1 / 100.5 + 1 / 4.5 - 1 / 300.5) ** 0.5 / np.log(2)
    assert (row.log_ratio_low, row.log_ratio_high) == pytest.approx((row.log_ratio - half, row.log_ratio + half))


@few
@given(*[st.integers(2_000, 40_000)] * 4, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_interval_is_scipys_where_the_halves_do_not_count(a, rest_a, b, rest_b, level):
    """Katz's interval, which scipy gives for the risk ratio, is the same without the halves."""
    found = keyness_table(
        frame({"词": a, "别的": rest_a}), frame({"词": b, "别的": rest_b}), confidence=level
    ).set_index("term")
    expected = relative_risk(a, a + rest_a, b, b + rest_b).confidence_interval(level)
    limits = found.loc["词", ["log_ratio_low", "log_ratio_high"]].tolist()
    assert limits == pytest.approx([np.log2(expected.low), np.log2(expected.high)], abs=2e-3)


@few
@given(COUNTS, COUNTS)
def test_a_wider_interval_holds_the_narrower_one_and_the_ratio(first, second):
    narrow, wide = (keyness_table(frame(first), frame(second), confidence=level) for level in (0.8, 0.99))
    assert (wide.log_ratio_low <= narrow.log_ratio_low).all() and (narrow.log_ratio_low <= narrow.log_ratio).all()
    assert (wide.log_ratio_high >= narrow.log_ratio_high).all() and (narrow.log_ratio_high >= narrow.log_ratio).all()


@few
@given(COUNTS, COUNTS, COUNTS)
def test_texts_under_one_another_are_one_text(first, second, third):
    """The counts of a reference of several texts add up, term by term."""
    joined = {term: second.get(term, 0) + third.get(term, 0) for term in {**second, **third}}
    under = pd.concat([frame(second), frame(third)])
    assert_frame_equal(keyness_table(frame(first), under), keyness_table(frame(first), frame(joined)))
    assert_frame_equal(keyness_table(under, frame(first)), keyness_table(frame(joined), frame(first)))


@few
@given(COUNTS, COUNTS, st.permutations("平台用户需求数据"))
def test_names_do_not_matter(first, second, names):
    renamed = dict(zip("平台用户需求数据", names, strict=True))
    one = keyness_table(frame(first), frame(second)).set_index("term").rename(index=renamed).sort_index()
    counts = [{renamed[term]: count for term, count in each.items()} for each in (first, second)]
    assert_frame_equal(one, keyness_table(*map(frame, counts)).set_index("term").sort_index())


@few
@given(COUNTS)
def test_a_text_is_not_set_apart_from_itself(counts):
    found = keyness_table(frame(counts), frame(counts), confidence=0.95)
    assert (found.g2 == 0).all() and (found.log_ratio == 0).all()
    assert (found[["p", "p_holm", "p_bh"]] == 1).all(axis=None)
    assert found.term.tolist() == sorted(counts)
    assert np.allclose(found.log_ratio_low, -found.log_ratio_high)


def test_texts_of_one_word():
    """One and the same word: nothing differs, and nothing is open. Two words: each stands in one text only."""
    same = keyness_table(frame({"平台": 1}), frame({"平台": 1}), confidence=0.95)
    assert same.iloc[0].tolist() == ["平台", 1, 1, 0, 0, 0, 0, 1, 1, 1]
    found = keyness_table(frame({"平台": 1}), frame({"用户": 1}))
    assert found.term.tolist() == ["平台", "用户"] and found["count"].tolist() == [1, 0]
    assert found.g2.tolist() == pytest.approx([4 * np.log(2)] * 2)  # two cells of 1, each with .5 expected
    assert found.log_ratio.tolist() == pytest.approx([np.log2(3), -np.log2(3)])


def test_a_term_counted_0_times_in_both_is_neither_listed_nor_tested():
    first, second = {"平台": 30, "用户": 2}, {"平台": 5, "用户": 9}
    more = {f"t{number}": 0 for number in range(98)}
    assert_frame_equal(
        keyness_table(frame(first | more), frame(second | more)), keyness_table(frame(first), frame(second))
    )


@pytest.mark.parametrize("empty", [{}, {"平台": 0}])
def test_a_text_without_terms_is_refused(empty):
    for pair in ((frame({"平台": 1}), frame(empty)), (frame(empty), frame({"平台": 1}))):
        with pytest.raises(ZhagenError, match="no term"):
            keyness_table(*pair)


@pytest.mark.parametrize("wrong", [-1, 0.5, float("nan")])
def test_what_is_no_count_is_refused(wrong):
    with pytest.raises(ZhagenError, match=f"用户 has the count {wrong}"):
        keyness_table(frame({"平台": 1}), frame({"平台": 2, "用户": wrong}))


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_is_a_share(confidence):
    with pytest.raises(ZhagenError, match=f"the confidence is {confidence}"):
        keyness_table(frame({"平台": 1}), frame({"平台": 2}), confidence=confidence)


UNITS = np.array([[3, 0, 1, 0], [0, 1, 2, 0], [1, 0, 0, 0], [0, 2, 1, 0], [0, 1, 4, 0], [0, 0, 1, 0]])


def units():
    return TermMatrix(csr_array(UNITS), None, np.array(["义卖", "群规", "面交", "开学"]))


def test_units_are_counted_and_their_numbers_are_the_sizes():
    found = keyness_by_units(units(), [True] * 3 + [False] * 3, draws=1).set_index("term")
    assert found[["units", "units_reference"]].T.to_dict("list") == {"义卖": [2, 0], "面交": [2, 3], "群规": [1, 2]}
    for term, (a, b) in found[["units", "units_reference"]].T.items():
        table = [[a, b], [3 - a, 3 - b]]
        expected = chi2_contingency(table, correction=False, lambda_="log-likelihood")
        assert found.g2[term] == pytest.approx(expected.statistic)
        assert found.p[term] == pytest.approx(fisher_exact(table).pvalue)  # all expected counts are below 5


def test_dealing_out_the_units_agrees_with_all_orders():
    lengths, size = UNITS.sum(axis=1), UNITS[:3].sum()

    def apart(order):
        until = np.append(0, np.cumsum(lengths[order]))
        side = order[: np.abs(until - size).argmin()]
        return np.abs(UNITS[side].sum(axis=0) - UNITS.sum(axis=0) * size / UNITS.sum())

    ways = np.array([apart(list(order)) for order in permutations(range(6))])
    observed = np.abs(UNITS[:3].sum(axis=0) - UNITS.sum(axis=0) * size / UNITS.sum())
    exact = dict(zip(units().terms, (ways >= observed - 1e-9).mean(axis=0), strict=True))
    found = keyness_by_units(units(), [1, 1, 1, 0, 0, 0], draws=20_000).set_index("term").p_shuffled
    assert found.to_dict() == pytest.approx({term: exact[term] for term in found.index}, abs=0.015)


def test_short_units_do_not_make_a_term_key():
    """A target of short units is dealt as many counts as it has, not as many units."""
    counts = np.array([[1, 0]] * 5 + [[1, 1]] * 5 + [[40, 10]] * 10)
    found = keyness_by_units(TermMatrix(csr_array(counts), None, np.array(["平台", "用户"])), [1] * 10 + [0] * 10)
    assert found.set_index("term").p["用户"] < 0.05 and found.p_shuffled.min() > 0.3


def test_a_term_that_fills_one_unit_is_key_by_occurrences_only():
    counts = np.ones((40, 2), int)
    counts[:, 0] = 0
    counts[0, 0] = 10
    matrix, side = TermMatrix(csr_array(counts), None, np.array(["在线", "平台"])), np.arange(40) < 10
    sides = [frame({"在线": n, "平台": size}) for n, size in ((10, 10), (0, 30))]
    assert keyness_table(*sides).set_index("term").p["在线"] < 0.001
    found = keyness_by_units(matrix, side).set_index("term").loc["在线"]
    assert found.p > 0.05 and found.p_shuffled == pytest.approx(0.4, abs=0.05)  # the share of the counts


@pytest.mark.parametrize(
    ("target", "draws", "says"),
    [([1, 0], 9, "2 values for 6 units"), ([1] * 6, 9, "has no unit"), ([1, 1, 1, 0, 0, 0], 0, "0 draws")],
)
def test_sides_that_cannot_be_compared(target, draws, says):
    with pytest.raises(ZhagenError, match=says):
        keyness_by_units(units(), target, draws=draws)


def test_draws_are_the_same_in_batches_of_any_size(monkeypatch):
    counts = csr_array(np.random.default_rng(5).poisson(0.4, (40, 30)))
    matrix, side = TermMatrix(counts, None, np.array([f"词{n:02}" for n in range(30)])), np.arange(40) % 3 == 0
    found = [keyness_by_units(matrix, side, draws=60)]
    monkeypatch.setattr("zhagen.statistics.keyness.CELLS", 400)
    found.append(keyness_by_units(matrix, side, draws=60))
    assert_frame_equal(*found)


@pytest.mark.parametrize("units", [1, 2, 7, 40])
def test_units_dealt_out_at_once_are_those_of_one_draw_after_another(units):
    draw = np.random.default_rng(units)
    lengths = draw.integers(1, 9, units)
    for size in range(1, int(lengths.sum()) + 1, 5):
        found = _orders(lengths, size, 30, np.random.default_rng(size))
        bits = units.bit_length()
        keys = np.random.default_rng(size).integers(0, 1 << (63 - bits), (30, units), np.int64)
        for row, own in zip(found, keys, strict=True):
            dealt = np.argsort(own, kind="stable")
            until = np.append(0, np.cumsum(lengths[dealt]))
            assert sorted(np.flatnonzero(row)) == sorted(dealt[: np.abs(until - size).argmin()])


@given(st.integers(0, 2**32), st.integers(1, 40))
@few
def test_units_dealt_out_part_by_part_are_those_dealt_out_at_once(seed, at_hand):
    draw = np.random.default_rng(seed)
    counts, labels = draw.integers(0, 3, (30, 4)), draw.integers(0, 5, 30)
    side = draw.random(30) < 0.4
    side[:2] = True, False
    counts[0] = counts[1] = 1
    lengths, rng = counts.sum(axis=1), np.random.default_rng(7)
    share, sides = np.zeros(30), np.zeros((30, 50))
    sizes = {label: lengths[(labels == label) & side].sum() for label in np.unique(labels)}
    deal = _orders if sum(size > 0 for size in sizes.values()) > 1 else keyness._permutations
    for label, size in sizes.items():
        rows = np.flatnonzero(labels == label)
        share[rows] = size / max(lengths[rows].sum(), 1)
        sides[rows] = deal(lengths[rows], size, 50, rng).T if size else 0
    far = abs(counts.T @ side - counts.T @ share) - 1e-9
    slow = (1 + (abs(counts.T @ sides - (counts.T @ share)[:, None]) >= far[:, None]).sum(axis=1)) / 51
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyness, "AT_HAND", 50 * at_hand)
        assert keyness._dealt(csr_array(counts), side, labels, 50, 7) == pytest.approx(slow)
