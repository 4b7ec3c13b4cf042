from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.sparse import csr_array
from scipy.stats import chi2_contingency

from zhagen.errors import ZhagenError
from zhagen.statistics import association
from zhagen.statistics.association import (
    add_measures,
    association_strength,
    cooccurrence_table,
    cosine,
    dice,
    g2,
    head_with_ties,
    jaccard,
    logdice,
    npmi,
    pmi,
    strongest_pairs,
)
from zhagen.statistics.terms import TermMatrix

patient = settings(deadline=None)  # other work on the machine must not fail a test
NAMES = np.array(["α鱼", "价值主张", "平台", "用户", "需求"])
ROWS = st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=8)


def matrix(rows, names=NAMES):
    return TermMatrix(csr_array(np.array(rows, dtype=np.int64).reshape(-1, len(names))), None, names)


@st.composite
def tables(draw):
    """Numbers n12, n1, n2, N of a 2 x 2 table with both terms present."""
    both, one, other, neither = (draw(st.integers(0, 40)) for _ in range(4))
    one, other = max(one, int(both == 0)), max(other, int(both == 0))
    return both, both + one, both + other, both + one + other + neither


@patient
@given(ROWS, st.integers(1, 3))
def test_cooccurrence_is_the_naive_count(rows, least):
    found = cooccurrence_table(matrix(rows), min_count=least)
    units = [{name for name, n in zip(NAMES, row, strict=True) if n} for row in rows]
    single = Counter(name for unit in units for name in unit)
    pairs = Counter(pair for unit in units for pair in combinations(sorted(unit), 2))
    expected = [(*pair, n, single[pair[0]], single[pair[1]], len(rows)) for pair, n in pairs.items() if n >= least]
    expected.sort(key=lambda edge: (-edge[2], edge[0], edge[1]))
    assert list(found.itertuples(index=False, name=None)) == expected
    assert found.columns.tolist() == association.EDGES


def test_an_example_by_hand():
    """Four sentences: 平台 in 1, 2, 3; 用户 in 1, 2; together in 2 of 4."""
    found = cooccurrence_table(matrix([[0, 0, 1, 1, 0], [0, 0, 2, 1, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 1]]))
    assert found.values.tolist() == [["平台", "用户", 2, 3, 2, 4]]
    values = add_measures(found, association.MEASURES).iloc[0]
    assert values["pmi"] == pytest.approx(np.log2(2 / 4 / (3 / 4 * 2 / 4)))
    assert values["npmi"] == pytest.approx(np.log2(4 / 3) / 1)
    assert values["jaccard"] == pytest.approx(2 / 3)
    assert values["dice"] == pytest.approx(4 / 5)
    assert values["cosine"] == pytest.approx(2 / 6**0.5)
    assert values["logdice"] == pytest.approx(14 + np.log2(4 / 5))
    assert values["association_strength"] == pytest.approx(4 / 3)
    observed, expected = [2, 1, 0, 1], [1.5, 1.5, 0.5, 0.5]
    by_hand = 2 * sum(o * np.log(o / e) for o, e in zip(observed, expected, strict=True) if o)
    assert values["g2"] == pytest.approx(by_hand)


@patient
@given(tables())
def test_g2_is_scipys(numbers):
    n12, n1, n2, N = numbers
    observed = np.array([[n12, n1 - n12], [n2 - n12, N - n1 - n2 + n12]])
    if (observed.sum(0) == 0).any() or (observed.sum(1) == 0).any():
        expected = 0
    else:
        expected = chi2_contingency(observed, correction=False, lambda_="log-likelihood").statistic
    assert g2(*numbers) == pytest.approx(expected, abs=1e-9)


@patient
@given(tables(), st.sampled_from(list(association.MEASURES)))
def test_measures_are_symmetric(numbers, name):
    n12, n1, n2, N = numbers
    assert association.MEASURES[name](n12, n1, n2, N) == pytest.approx(association.MEASURES[name](n12, n2, n1, N))


@patient
@given(tables())
def test_measures_keep_their_bounds(numbers):
    for name in ("jaccard", "dice", "cosine"):
        assert 0 <= association.MEASURES[name](*numbers) <= 1 + 1e-12
    assert jaccard(*numbers) <= dice(*numbers) <= cosine(*numbers) + 1e-12
    assert -1 <= npmi(*numbers) <= 1 + 1e-12
    assert logdice(*numbers) <= 14
    assert g2(*numbers) >= 0 and association_strength(*numbers) >= 0


@pytest.mark.parametrize("name", association.MEASURES)
@pytest.mark.parametrize("counts", [(3, 2, 2, 10), (3, 2, 9, 10), (-1, 2, 2, 10), (0, 0, 2, 10), (2, 9, 9, 10)])
def test_impossible_counts_are_refused_with_what_was_found(counts, name):
    numbers = [np.array([fine, number]) for fine, number in zip((1, 2, 2, 10), counts, strict=True)]
    shown = ", ".join(f"{key} = {number}" for key, number in zip(("n12", "n1", "n2", "N"), counts, strict=True))
    with pytest.raises(ZhagenError, match=f"1 pairs have numbers that are not counts of units \\({shown}\\)"):
        association.MEASURES[name](*numbers)


@pytest.mark.parametrize("name", association.VECTOR_MEASURES)
def test_without_a_number_of_units_vectors_are_compared(name):
    measure = association.MEASURES[name]
    assert np.isfinite(measure(10, 5, 20))  # (1, 2) and (2, 4)
    with pytest.raises(ZhagenError, match="n12 = 3, n1 = 2, n2 = 2"):
        measure(3, 2, 2)
    large = 3.0**33
    assert measure(large * 6, large * 4, large * 9) == pytest.approx(measure(6, 4, 9))


@patient
@given(tables())
def test_measures_agree_on_what_is_more_than_chance(numbers):
    n12, n1, n2, N = numbers
    sign = np.sign(n12 * N - n1 * n2)
    assert sign == np.sign(np.round(pmi(*numbers), 12)) or n12 == N
    assert sign == np.sign(np.round(npmi(*numbers), 12)) or n12 == N
    assert association_strength(*numbers) == pytest.approx(n12 * N / (n1 * n2))


@patient
@given(tables(), st.sampled_from(list(association.MEASURES)))
def test_arrays_give_what_numbers_give(numbers, name):
    arrays = [np.array([number, number]) for number in numbers]
    found = association.MEASURES[name](*arrays)
    assert found.shape == (2,) and found[0] == pytest.approx(association.MEASURES[name](*numbers), nan_ok=False)


def test_the_limits():
    never, always = (0, 3, 4, 9), (9, 9, 9, 9)
    assert [float(association.MEASURES[name](*never)) for name in association.MEASURES if name != "g2"] == [
        -np.inf, -1, 0, 0, 0, -np.inf, 0
    ]  # fmt: skip
    assert [float(measure(*always)) for measure in association.MEASURES.values()] == [0, 1, 1, 1, 1, 14, 0, 1]


@patient
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert_frame_equal(cooccurrence_table(matrix(rows)), cooccurrence_table(matrix(shuffled)))


@patient
@given(ROWS, st.permutations(range(5)))
def test_the_names_of_the_terms_do_not_matter(rows, order):
    """Give the columns other names: the same pairs come out under the new names."""
    renamed = dict(zip(NAMES, NAMES[order], strict=True))
    columns = np.argsort(order)
    plain = cooccurrence_table(matrix(rows)).itertuples(index=False, name=None)
    other = cooccurrence_table(matrix(np.array(rows)[:, columns])).itertuples(index=False, name=None)
    expected = {(frozenset({(renamed[x], n1), (renamed[y], n2)}), n12, N) for x, y, n12, n1, n2, N in plain}
    assert {(frozenset({(x, n1), (y, n2)}), n12, N) for x, y, n12, n1, n2, N in other} == expected


@patient
@given(ROWS, ROWS)
def test_counts_add_up_over_a_split_of_the_units(one, other):
    parts = [cooccurrence_table(matrix(part)).set_index(["term_a", "term_b"]).n12 for part in (one, other)]
    whole = cooccurrence_table(matrix([*one, *other])).set_index(["term_a", "term_b"]).n12
    assert whole.sort_index().to_dict() == parts[0].add(parts[1], fill_value=0).astype(int).sort_index().to_dict()


@patient
@given(ROWS)
def test_counted_cooccurrence_compares_vectors(rows):
    found = add_measures(cooccurrence_table(matrix(rows), binary=False), ["cosine", "jaccard"])
    columns = dict(zip(NAMES, np.array(rows, dtype=float).T, strict=True))
    for edge in found.itertuples():
        x, y = columns[edge.term_a], columns[edge.term_b]
        assert (edge.n12, edge.n1, edge.n2) == (x @ y, x @ x, y @ y)
        assert edge.cosine == pytest.approx(x @ y / (np.linalg.norm(x) * np.linalg.norm(y)))
        assert 0 < edge.jaccard <= 1
    if len(found):
        with pytest.raises(ZhagenError, match="not counts of units"):
            add_measures(found, ["npmi"])


def test_what_cannot_be_is_told():
    with pytest.raises(ZhagenError, match="min_count is 0"):
        cooccurrence_table(matrix([[1, 1, 0, 0, 0]]), min_count=0)
    with pytest.raises(ZhagenError, match="no measure 'mi3'"):
        add_measures(pd.DataFrame(columns=association.EDGES), ["mi3"])
    with pytest.raises(ZhagenError, match="not counts of units"):
        npmi(5, 4, 6, 10)


@pytest.mark.parametrize("name", association.MEASURES)
def test_a_term_that_is_in_no_unit_has_no_measure(name):
    for numbers in ((0, 0, 3, 10), (0, 3, 0, 10), (0, 0, 0, 0), (0, 0, 0, 10), (-1, 2, 2, 9), (0, np.nan, 2, 9)):
        with pytest.raises(ZhagenError, match="1 pairs have"):
            association.MEASURES[name](*numbers)
    with pytest.raises(ZhagenError, match="1 pairs have"):
        association.MEASURES[name]([1, 0], [1, 0], [1, 1], [9, 9])


def test_the_strongest_pairs_are_sorted_and_cut():
    rows = [("a", "b", 4, 4, 4, 9), ("a", "c", 1, 4, 1, 9), ("b", "c", 1, 4, 1, 9), ("c", "d", 1, 1, 1, 9)]
    edges = pd.DataFrame(rows, columns=association.EDGES)
    assert strongest_pairs(edges, "jaccard").term_b.tolist() == ["b", "d", "c", "c"]
    assert strongest_pairs(edges, "jaccard", top=2).term_a.tolist() == ["a", "c"]
    # the last two are equal in all but their names: either both are shown or neither
    assert strongest_pairs(edges, "jaccard", top=3).term_a.tolist() == ["a", "c", "a", "b"]
    assert len(strongest_pairs(edges, "n12", top=2)) == 4
    assert strongest_pairs(edges, "n12", top=None, min_count=2).term_b.tolist() == ["b"]
    for top in (0, -1):
        with pytest.raises(ZhagenError, match="top is"):
            strongest_pairs(edges, "n12", top=top)


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(1, 9), st.randoms(use_true_random=False))
def test_what_is_cut_is_below_what_is_kept(values, top, random):
    table = pd.DataFrame(
        {"value": sorted(values, reverse=True), "name": random.sample(range(len(values)), len(values))}
    )
    kept = head_with_ties(table, "value", top)
    cut = table.iloc[len(kept) :]
    assert len(kept) >= min(top, len(table)) and kept.equals(table.head(len(kept)))
    assert cut.empty or cut["value"].max() < kept["value"].min()
    assert len(kept) <= top or kept["value"].iloc[top - 1] == kept["value"].iloc[-1]


def test_ties_at_infinity_and_of_several_columns():
    table = pd.DataFrame({"pmi": [2.0, -np.inf, -np.inf, -np.inf], "n12": [3, 0, 0, 0]})
    assert len(head_with_ties(table, "pmi", 2)) == 4
    table = pd.DataFrame({"npmi": [0.5, 0.5, 0.5, 0.1], "n12": [9, 7, 7, 7]})
    assert [len(head_with_ties(table, by, 1)) for by in ("npmi", ["npmi", "n12"])] == [3, 1]


def test_entries_of_one_cell_add_up_before_anything_is_counted():
    cells = csr_array((np.array([1, 1, 1]), np.array([0, 0, 1]), np.array([0, 3])), shape=(1, 2))
    found = cooccurrence_table(TermMatrix(cells, None, np.array(["a", "b"])))
    assert found.values.tolist() == [["a", "b", 1, 1, 1, 1]]


def test_weights_are_no_counts():
    cells = csr_array(np.array([[0.6, 0.8], [0.5, 0.5]]))
    with pytest.raises(ZhagenError, match="numbers that are not whole: give counts"):
        cooccurrence_table(TermMatrix(cells, None, np.array(["a", "b"])))


@given(tables())
def test_pmi_dice_and_jaccard_are_those_of_nltk(table):
    from nltk.metrics import BigramAssocMeasures

    n12, n1, n2, N = table
    for measure, oracle in ((pmi, "pmi"), (dice, "dice"), (jaccard, "jaccard")):
        expected = getattr(BigramAssocMeasures, oracle)(n12, (n1, n2), N) if n12 else -np.inf if oracle == "pmi" else 0
        assert float(measure(n12, n1, n2, N)) == pytest.approx(expected)
