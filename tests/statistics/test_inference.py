from itertools import product
from math import factorial, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2, chi2_contingency, chisquare, fisher_exact, hypergeom

from zhagen.errors import ZhagenError
from zhagen.statistics.association import g2
from zhagen.statistics.inference import adjust_p, hypergeometric_law, multinomial_test, shares_test

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_holm_by_hand():
    assert adjust_p([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


@given(CHANCES, st.randoms(use_true_random=False))
def test_corrections_are_their_definitions_in_any_order(p, random):
    m, ranked = len(p), sorted(p)
    holm = {value: min(1, max(q * (m - i) for i, q in enumerate(ranked) if q <= value)) for value in p}
    bh = {value: min(1, min(q * m / (i + 1) for i, q in enumerate(ranked) if q >= value)) for value in p}
    assert adjust_p(p).tolist() == pytest.approx([holm[value] for value in p])
    assert adjust_p(p, "bh").tolist() == pytest.approx([bh[value] for value in p])
    order = random.sample(range(m), m)
    assert adjust_p(np.array(p)[order]).tolist() == pytest.approx(adjust_p(p)[order].tolist())
    assert (adjust_p(p) + 1e-12 >= adjust_p(p, "bh")).all() and (adjust_p(p, "bh") + 1e-12 >= p).all()


def test_no_test_is_no_error_and_no_p_is_one():
    assert adjust_p([]).tolist() == adjust_p([], "bh").tolist() == []
    for p in ([0.5, np.nan], [-0.1], [1.1], [[0.1]]):
        with pytest.raises(ZhagenError, match="not between 0 and 1"):
            adjust_p(p)
    with pytest.raises(ZhagenError, match="no method 'fdr'"):
        adjust_p([0.1], "fdr")


def test_the_counts_of_the_xiaomi_chapter():
    # by hand chi-square says 0.47 and 0.73
    assert multinomial_test([6, 3, 3]) == pytest.approx(0.62, abs=0.005) and chisquare([6, 3, 3]).pvalue < 0.48
    assert multinomial_test([7, 6, 9]) == pytest.approx(0.80, abs=0.005)


@given(st.integers(0, 15), st.integers(0, 15), st.sampled_from([0.1, 0.25, 0.5]))
def test_two_classes_are_the_binomial_test(first, second, share):
    if first + second:
        expected = binomtest(first, first + second, share).pvalue
        assert multinomial_test([first, second], [share, 1 - share]) == pytest.approx(expected)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(any), st.sampled_from([(1, 1, 1), (1, 2, 3)]))
def test_three_classes_agree_with_all_sequences(counts, shares):
    """Every sequence of observations, one by one: how likely are the counts that it has?"""
    total = sum(counts)
    likely = {}
    for sequence in product(range(3), repeat=total):
        found = tuple(sequence.count(k) for k in range(3))
        likely[found] = likely.get(found, 0) + prod(shares[k] / sum(shares) for k in sequence)
    observed = likely[tuple(counts)]
    expected = sum(p for p in likely.values() if p <= observed * (1 + 1e-9))
    assert multinomial_test(counts, shares) == pytest.approx(expected)
    turned = [2, 0, 1]
    assert multinomial_test([counts[k] for k in turned], [shares[k] for k in turned]) == pytest.approx(expected)
    assert observed == pytest.approx(
        factorial(total)
        / prod(map(factorial, counts))
        * prod((share / sum(shares)) ** n for share, n in zip(shares, counts, strict=True))
    )


def test_what_is_no_table_of_counts_is_refused():
    for counts in ([5], [0, 0], [1.5, 2], [-1, 2], [[1, 2]]):
        with pytest.raises(ZhagenError, match="no counts"):
            multinomial_test(counts)
    for shares in ([1], [0, 1], [np.inf, 1]):
        with pytest.raises(ZhagenError, match="shares"):
            multinomial_test([1, 2], shares)
    with pytest.raises(ZhagenError, match="ways to share out 3000"):
        multinomial_test([1000, 1000, 1000])


@given(st.integers(0, 40), st.integers(0, 40), st.integers(40, 90), st.integers(40, 400))
def test_two_shares_are_fishers_test_where_a_cell_is_small_and_chi_square_elsewhere(a, b, size_a, size_b):
    if 0 < a + b < size_a + size_b:
        table = [[a, b], [size_a - a, size_b - b]]
        found = chi2_contingency(table, correction=False, lambda_="log-likelihood")
        expected = fisher_exact(table).pvalue if found.expected_freq.min() < 5 else found.pvalue
        assert shares_test([a], size_a, [b], size_b)[0] == pytest.approx(expected, abs=1e-9)


def test_in_random_text_rare_counts_pass_as_often_as_promised():
    """Of 20,000 rare words dealt out at random, at most 5% are found to differ; by the chi-square p it is 8%."""
    rng, size = np.random.default_rng(1), 3000
    both = rng.integers(2, 10, 20_000)
    a = rng.hypergeometric(both, 2 * size - both, size)
    assert 0.01 < (shares_test(a, size, both - a, size) < 0.05).mean() <= 0.05
    assert (chi2.sf(g2(a, both, size, 2 * size), 1) < 0.05).mean() > 0.08


def test_nothing_on_either_side_is_no_difference_and_no_count_is_refused():
    assert shares_test([0, 5], 5, [0, 7], 7).tolist() == [1, 1]
    for wrong in (([6], 5, [0], 7), ([-1], 5, [0], 7), ([0.5], 5, [0], 7), ([1, 2], 5, [0], 7), ([0], 0, [0], 7)):
        with pytest.raises(ZhagenError, match="no counts of two sides"):
            shares_test(*wrong)


@given(st.integers(1, 400), st.data())
def test_the_law_of_what_two_choices_share_is_that_of_scipy(size, data):
    one, other = (data.draw(st.integers(0, size)) for _ in range(2))
    low, chances = hypergeometric_law(size, one, other)
    assert (low, low + len(chances) - 1) == hypergeom.support(size, one, other)
    assert chances == pytest.approx(hypergeom.pmf(np.arange(low, low + len(chances)), size, one, other), rel=1e-11)
