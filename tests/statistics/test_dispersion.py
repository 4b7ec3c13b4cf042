from fractions import Fraction
from statistics import mean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.sparse import csr_array, random_array

from zhagen.errors import ZhagenError
from zhagen.statistics.dispersion import COLUMNS, dispersion_table, dp, dp_norm, juilland_d
from zhagen.statistics.terms import TermMatrix

NAMES = np.array(["α鱼", "价值主张", "平台", "用户", "需求"])
TOY = "bamnibeup basatbewqn bcagabesta baghabeaat bahaabeaxat".split()  # Gries 2008 and 2020


def matrix(rows, names=NAMES):
    return TermMatrix(csr_array(np.array(rows, dtype=np.int64).reshape(-1, len(names))), None, names)


@st.composite
def counted(draw):
    """Counts of parts x five terms, and sizes of the parts."""
    rows = draw(st.lists(st.lists(st.integers(0, 6), min_size=5, max_size=5), min_size=2, max_size=7))
    sizes = draw(st.lists(st.integers(1, 90), min_size=len(rows), max_size=len(rows)))
    return np.array(rows), sizes


@st.composite
def one_term(draw):
    """Counts of one term, not all 0, and sizes of the parts."""
    v = draw(st.lists(st.integers(0, 9), min_size=2, max_size=8).filter(any))
    return v, draw(st.lists(st.integers(1, 90), min_size=len(v), max_size=len(v)))


def naive(v, s):
    """DP, its norm and D in exact fractions as far as there are any."""
    v, s = [Fraction(n) for n in v], [Fraction(n) for n in s]
    deviation = sum(abs(y / sum(s) - x / sum(v)) for x, y in zip(v, s, strict=True)) / 2
    rates = [x / y for x, y in zip(v, s, strict=True)]
    d = 1 - float(pstdev(map(float, rates))) / float(mean(rates)) / (len(s) - 1) ** 0.5
    return float(deviation), float(deviation / (1 - min(s) / sum(s))), d


def test_the_toy_corpus_of_gries():
    """Published: DP = 0.18 (Gries 2008), DPnorm = 0.2195, Juilland's D = 0.785 (Gries 2020), for the word a."""
    v, s = [part.count("a") for part in TOY], [len(part) for part in TOY]
    assert (v, s) == ([1, 2, 3, 4, 5], [9, 10, 10, 10, 11])
    shares = map(Fraction, "0.18 0.2 0.2 0.2 0.22".split())
    assert sum(abs(share - Fraction(n, 15)) for share, n in zip(shares, v, strict=True)) / 2 == Fraction("0.18")
    assert dp(v, s) == pytest.approx(0.18) and dp_norm(v, s) == pytest.approx(0.18 / 0.82)
    assert (round(dp_norm(v, s), 4), round(juilland_d(v, s), 3)) == (0.2195, 0.785)
    letters = sorted(set("".join(TOY)))
    found = dispersion_table(matrix([[part.count(name) for name in letters] for part in TOY], np.array(letters)))
    row = found.set_index("term").loc["a"]
    assert row[["count", "range"]].tolist() == [15, 5]
    assert row[["dp", "dp_norm", "juilland_d"]].tolist() == pytest.approx(naive(v, s))
    assert found.term[0] == "a" and found["count"].sum() == 50


def test_published_values():
    """Equal parts: Carroll (1970), p. 14, and Lijffijt and Gries (2012), p. 148. Unequal ones: the lemma ALLEMAND in
    ten tenths (Lyne 1985), as the README of Sönning's R package tlda prints it."""
    assert round(juilland_d([0, 4, 3, 2, 1], [1] * 5), 4) == 0.6464
    assert dp_norm([2, 1, 0], [1] * 3) == pytest.approx(0.5)
    v = [2, 0, 1, 1, 3, 0, 3, 0, 0, 0]
    s = [8143, 8058, 8271, 8125, 7959, 7941, 8146, 8001, 8003, 7930]
    assert round(juilland_d(v, s), 7) == 0.6038797 and round(dp(v, s), 7) == 0.4990705


@given(one_term())
def test_the_formulas(numbers):
    found = dp(*numbers), dp_norm(*numbers), juilland_d(*numbers)
    assert found == pytest.approx(naive(*numbers), abs=1e-9)


@given(counted())
def test_the_table_has_the_values_of_each_term(numbers):
    rows, sizes = numbers
    found = dispersion_table(matrix(rows), sizes)
    assert found.columns.tolist() == COLUMNS
    expected = []
    for name, v in zip(NAMES, rows.T, strict=True):
        if v.any():
            expected.append((name, v.sum(), (v > 0).sum(), *naive(v.tolist(), sizes)))
    expected.sort(key=lambda row: (-row[1], row[0]))
    assert found[["term", "count", "range"]].values.tolist() == [list(row[:3]) for row in expected]
    assert np.allclose(found[["dp", "dp_norm", "juilland_d"]], [row[3:] for row in expected] or np.empty((0, 3)))


@given(counted())
def test_sizes_are_the_sums_of_the_rows_if_not_given(numbers):
    rows = numbers[0] + 1
    assert_frame_equal(dispersion_table(matrix(rows)), dispersion_table(matrix(rows), rows.sum(axis=1)))


@given(one_term())
def test_bounds(numbers):
    v, s = numbers
    assert 0 <= dp(v, s) <= 1 - min(s) / sum(s) + 1e-12
    assert 0 <= dp_norm(v, s) <= 1 and 0 <= juilland_d(v, s) <= 1


@given(st.lists(st.integers(1, 90), min_size=2, max_size=8), st.integers(1, 5))
def test_the_ends(s, times):
    """Even: the counts go with the sizes. Uneven: all in the smallest part."""
    even = [times * size for size in s]
    assert (dp(even, s), dp_norm(even, s), juilland_d(even, s)) == pytest.approx((0, 0, 1), abs=1e-12)
    alone = [0] * len(s)
    alone[s.index(min(s))] = times
    assert (dp_norm(alone, s), juilland_d(alone, s)) == pytest.approx((1, 0), abs=1e-12)


@given(counted(), st.randoms(use_true_random=False))
def test_the_order_of_the_parts_does_not_matter(numbers, random):
    rows, sizes = numbers
    order = random.sample(range(len(rows)), len(rows))
    shuffled = dispersion_table(matrix(rows[order]), np.array(sizes)[order])
    assert_frame_equal(dispersion_table(matrix(rows), sizes), shuffled)


@given(counted(), st.permutations(range(5)))
def test_the_names_of_the_terms_do_not_matter(numbers, order):
    rows, sizes = numbers
    renamed = dict(zip(NAMES, NAMES[order], strict=True))
    one = dispersion_table(matrix(rows), sizes).set_index("term").rename(index=renamed).sort_index()
    other = dispersion_table(matrix(rows[:, np.argsort(order)]), sizes).set_index("term").sort_index()
    assert_frame_equal(one, other)


@given(one_term(), st.integers(2, 4))
def test_only_proportions_count(numbers, times):
    v, s = np.array(numbers[0]), np.array(numbers[1])
    assert dp(v * times, s) == pytest.approx(dp(v, s)) == pytest.approx(dp(v, s * times))
    assert juilland_d(v * times, s) == pytest.approx(juilland_d(v, s)) == pytest.approx(juilland_d(v, s * times))


@given(one_term(), st.integers(2, 4))
def test_dp_stays_where_parts_are_cut_evenly(numbers, times):
    v, s = np.array(numbers[0]), np.array(numbers[1])
    assert dp(np.repeat(v, times), np.repeat(s, times)) == pytest.approx(dp(v, s), abs=1e-12)


def test_counts_may_stand_in_pieces_and_zeros_be_stored():
    pieces = csr_array(([1.0, 1, 3, 0], [0, 0, 0, 1], [0, 2, 4]), shape=(2, 2))
    found = dispersion_table(TermMatrix(pieces, None, np.array(["平台", "用户"])), [2, 3])
    assert found.values.tolist() == [["平台", 5.0, 2, 0.0, 0.0, 1.0]]
    assert pieces.nnz == 4  # what is given stays as it is


def test_a_large_matrix_is_not_made_dense():
    """200,000 parts x 200,000 terms would be 320 GB."""
    size = 200_000
    counts = random_array((size, size), density=5e-6, format="csr", rng=np.random.default_rng(1))
    counts.data = np.ceil(counts.data * 5)
    found = dispersion_table(TermMatrix(counts, None, np.arange(size).astype(str)), np.ones(size))
    assert found["count"].sum() == counts.sum() and found["range"].sum() == counts.nnz
    column = counts[:, [int(found.term[0])]].toarray().ravel()
    assert found.loc[0, ["dp", "dp_norm", "juilland_d"]].tolist() == pytest.approx(
        [measure(column, np.ones(size)) for measure in (dp, dp_norm, juilland_d)]
    )


def test_no_term_gives_no_row():
    none = TermMatrix(csr_array((2, 0), dtype=np.int64), None, NAMES[:0])
    for found in (dispersion_table(matrix([[0] * 5] * 2), [3, 4]), dispersion_table(none, [3, 4])):
        assert found.empty and found.columns.tolist() == COLUMNS


@pytest.mark.parametrize(
    ("rows", "sizes", "said"),
    [
        ([[1, 2, 3, 4, 5]], None, "only 1 part"),
        ([], None, "no part"),
        ([[1, 0, 0, 0, 0], [0] * 5], None, "part 2 has size 0"),
        ([[1] * 5] * 2, [1, -1], "part 2 has size -1"),
        ([[1] * 5] * 2, [float("nan"), 1], "part 1 has size nan"),
        ([[1] * 5] * 2, [1, 2, 3], "3 sizes are given for 2 parts"),
        ([[1] * 5, [0, -1, 0, 0, 0]], [1, 2], "below 0"),
    ],
)
def test_what_cannot_be_is_told(rows, sizes, said):
    with pytest.raises(ZhagenError, match=said):
        dispersion_table(matrix(rows), sizes)


@pytest.mark.parametrize("measure", [dp, dp_norm, juilland_d])
@pytest.mark.parametrize(
    "v, s", [([3], [4]), ([], []), ([0, 0], [1, 2]), ([1, -1], [1, 2]), ([1, 2], [0, 1]), ([1], [1, 2])]
)
def test_what_a_measure_cannot_take(measure, v, s):
    with pytest.raises(ZhagenError):
        measure(v, s)
