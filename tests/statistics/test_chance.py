from collections import Counter
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.sparse import csr_array
from scipy.stats import chisquare, false_discovery_control, fisher_exact, hypergeom

from zhagen.errors import ZhagenError
from zhagen.statistics import chance
from zhagen.statistics.association import cooccurrence_table
from zhagen.statistics.chance import chance_table, shuffle_matrix, shuffle_pairs
from zhagen.statistics.terms import TermMatrix

brief = settings(max_examples=30)
NAMES = np.array(["α鱼", "价值主张", "平台", "用户", "需求"])
MARGINS = [((2, 2), (1, 1, 1, 1)), ((2, 1, 1), (2, 1, 1)), ((3, 2, 2, 1), (3, 2, 2, 1)), ((2, 2, 1, 1, 1), (3, 3, 1))]
ROWS = st.lists(st.lists(st.integers(0, 2), min_size=5, max_size=5), min_size=1, max_size=8)


def matrix(rows, names=NAMES):
    return TermMatrix(csr_array(np.array(rows, dtype=np.int64).reshape(-1, len(names))), None, np.asarray(names))


def all_matrices(rows, columns):
    """Every binary matrix with these margins, by trying all of them."""
    lines = [[line for line in product((0, 1), repeat=len(columns)) if sum(line) == number] for number in rows]
    found = [np.array(lines) for lines in product(*lines)]
    return [lines for lines in found if lines.sum(axis=0).tolist() == list(columns)]


@given(ROWS, st.integers(0, 5))
def test_margins_are_kept(rows, seed):
    found, binary = shuffle_matrix(matrix(rows), seed=seed).counts.toarray(), np.array(rows) > 0
    assert found.sum(axis=0).tolist() == binary.sum(axis=0).tolist()
    assert found.sum(axis=1).tolist() == binary.sum(axis=1).tolist()
    assert found.max() <= 1 and found.dtype == np.int64
    found = shuffle_matrix(matrix(rows), seed=seed, null="terms").counts.toarray()
    assert found.sum(axis=0).tolist() == binary.sum(axis=0).tolist() and found.max() <= 1


@given(ROWS)
def test_the_chain_starts_from_a_matrix_with_the_margins(rows):
    binary = np.array(rows) > 0
    unit, term = chance._first(binary.sum(axis=1), binary.sum(axis=0))
    found = np.zeros(binary.shape, int)
    np.add.at(found, (unit, term), 1)
    assert found.max() <= 1
    assert found.sum(axis=0).tolist() == sorted(binary.sum(axis=0), reverse=True)
    assert found.sum(axis=1).tolist() == sorted(binary.sum(axis=1), reverse=True)


@pytest.mark.parametrize("rows, columns", MARGINS)
def test_all_matrices_with_the_margins_are_equally_likely(rows, columns):
    every = all_matrices(rows, columns)
    assert len(every) > 4
    layout = chance._laid_out(matrix(every[0], list("abcde")[: len(columns)]), "margins", None)
    drawn = chance._draws(layout, np.random.default_rng(7))
    seen = Counter()
    for _ in range(1500):
        unit, term = next(drawn)
        found = np.zeros((len(rows), len(columns)), int)
        found[unit, term] = 1
        seen[found.tobytes()] += 1
    counts = [seen.pop(lines.astype(int).tobytes(), 0) for lines in every]
    assert not seen and chisquare(counts).pvalue > 0.01


def test_the_chain_forgets_its_start():
    """One round of trades is far from uniform where many trades are needed, so the test above can fail."""
    every = all_matrices((3, 2, 2, 1), (3, 2, 2, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chance, "BURN_IN", 1)
        first = [
            shuffle_matrix(matrix(every[0], list("abcd")), seed=seed).counts.toarray().tobytes() for seed in range(300)
        ]
    assert chisquare([first.count(lines.astype(np.int64).tobytes()) for lines in every]).pvalue < 1e-6


@pytest.mark.parametrize("rows, columns", MARGINS[2:])
def test_draws_agree_with_all_matrices(rows, columns):
    names, every = list("abcd")[: len(columns)], all_matrices(rows, columns)
    found = chance_table(matrix(every[3], names), draws=1500)
    assert len(found) > 1
    for edge in found.itertuples():
        first, second = names.index(edge.term_a), names.index(edge.term_b)
        meet = np.array([(lines[:, first] * lines[:, second]).sum() for lines in every])
        assert edge.expected == pytest.approx(meet.mean(), abs=0.05)
        assert edge.sd == pytest.approx(meet.std(), abs=0.05)
        assert edge.p_more == pytest.approx((meet >= edge.n12).mean(), abs=0.03)
        assert edge.p_less == pytest.approx((meet <= edge.n12).mean(), abs=0.03)
        assert edge.z == pytest.approx((edge.n12 - edge.expected) / edge.sd if edge.sd else 0)


@given(ROWS)
def test_terms_alone_are_fishers_test(rows):
    found = chance_table(matrix(rows), null="terms")
    for edge in found.itertuples():
        table = [[edge.n12, edge.n1 - edge.n12], [edge.n2 - edge.n12, edge.N - edge.n1 - edge.n2 + edge.n12]]
        assert edge.p_more == pytest.approx(fisher_exact(table, "greater").pvalue)
        assert edge.p_less == pytest.approx(fisher_exact(table, "less").pvalue)
        numbers = np.arange(edge.N + 1)
        likely = hypergeom(edge.N, edge.n1, edge.n2).pmf(numbers)
        assert edge.expected == pytest.approx(likely @ numbers)
        assert edge.sd == pytest.approx((likely @ (numbers - edge.expected) ** 2) ** 0.5, abs=1e-7)


def test_shuffled_terms_meet_as_often_as_the_hypergeometric_law_says():
    units = matrix(
        [[1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 1, 0], [1, 0, 1, 1, 1], [0, 1, 0, 0, 0]]
    )
    drawn = [shuffle_matrix(units, seed=seed, null="terms").counts.toarray() for seed in range(1500)]
    sizes = units.counts.toarray().sum(axis=0)
    for first, second in combinations(range(5), 2):
        meet = [(lines[:, first] * lines[:, second]).sum() for lines in drawn]
        law = hypergeom(6, sizes[first], sizes[second])
        support = np.arange(0, min(sizes[first], sizes[second]) + 1)
        likely = support[law.pmf(support) > 0]
        observed = [meet.count(number) for number in likely]
        assert sum(observed) == 1500 and chisquare(observed, law.pmf(likely) * 1500).pvalue > 0.001


@brief
@given(ROWS, st.randoms(use_true_random=False), st.sampled_from(chance.NULLS))
def test_neither_the_order_of_units_nor_the_names_of_terms_matter(rows, random, null):
    expected = chance_table(matrix(rows), draws=3, null=null)
    mixed, names = [*rows], [*NAMES]
    random.shuffle(mixed)
    random.shuffle(names)
    order = np.argsort(names)
    other = matrix(np.array(mixed)[:, order], np.array(names)[order])
    found = chance_table(other, draws=3, null=null)
    back = dict(zip(names, NAMES, strict=True))
    ends = [sorted((back[a], back[b])) for a, b in zip(found.term_a, found.term_b, strict=True)]
    found = found.assign(term_a=[a for a, _ in ends], term_b=[b for _, b in ends]).drop(columns=["n1", "n2"])
    found = found.sort_values(["term_a", "term_b"], ignore_index=True)
    expected = expected.drop(columns=["n1", "n2"]).sort_values(["term_a", "term_b"], ignore_index=True)
    assert_frame_equal(found, expected, rtol=0, atol=0, check_dtype=len(found) > 0)


@brief
@given(ROWS, st.sampled_from(chance.NULLS))
def test_chances_keep_their_bounds(rows, null):
    edges = cooccurrence_table(matrix(rows))
    found = chance_table(matrix(rows), edges, draws=9, null=null)
    assert_frame_equal(found[edges.columns.tolist()], edges)
    least = 0.1 if null == "margins" else 0
    for name in ("p_more", "p_less", "p_bh"):
        assert found[name].between(least, 1 + 1e-12).all()
    assert (found.p_more + found.p_less >= 1 - 1e-9).all() and (found.p_bh >= found.p_more - 1e-12).all()
    assert found.expected.between(0, np.minimum(found.n1, found.n2)).all() and (found.sd >= 0).all()
    assert not found.isna().any().any()


@brief
@given(ROWS, st.integers(1, 3))
def test_a_pairs_chances_do_not_depend_on_the_pairs_beside_it(rows, least):
    every = chance_table(matrix(rows), draws=5)
    found = chance_table(matrix(rows), draws=5, min_count=least).drop(columns="p_bh")
    assert_frame_equal(found, every[every.n12 >= least].drop(columns="p_bh").reset_index(drop=True))


@brief
@given(ROWS, st.integers(1, 2), st.integers(0, 9))
def test_pairs_that_are_not_listed_count_as_tests(rows, least, more):
    """The correction of the listed p values beside as many of 1 as there are other pairs."""
    found = chance_table(matrix(rows), null="terms", min_count=least)
    present = int((np.array(rows) > 0).any(axis=0).sum())
    others = present * (present - 1) // 2 - len(found)
    if len(found):
        expected = false_discovery_control(np.append(found.p_more.clip(0, 1), np.ones(others)))[: len(found)]
        assert found.p_bh.to_numpy() == pytest.approx(expected)
        wider = chance_table(matrix(rows), null="terms", min_count=least, tests=len(found) + more)
        expected = false_discovery_control(np.append(found.p_more.clip(0, 1), np.ones(more)))[: len(found)]
        assert wider.p_bh.to_numpy() == pytest.approx(expected)
        with pytest.raises(ZhagenError, match="tests are fewer than the"):
            chance_table(matrix(rows), null="terms", min_count=least, tests=len(found) - 1)


def test_pairs_of_rare_terms_that_met_by_chance_are_not_false_alarms():
    """Each of 60 terms in 2 of 200 units at random: the pairs that meet look significant to who counts only them."""
    rng = np.random.default_rng(1)
    met = alarms = 0
    for _ in range(20):
        rows = np.zeros((200, 60), int)
        for term in range(60):
            rows[rng.choice(200, 2, replace=False), term] = 1
        found = chance_table(matrix(rows, [f"t{n:02d}" for n in range(60)]), null="terms")
        met += len(found)
        alarms += int((found.p_bh < 0.05).sum())
    assert met > 500 and alarms < 10


def test_the_seed_decides():
    rows = np.random.default_rng(1).integers(0, 2, (12, 5))
    first, same, other = (chance_table(matrix(rows), draws=20, seed=seed) for seed in (4, 4, 5))
    assert_frame_equal(first, same)
    assert not np.allclose(first.expected, other.expected)
    first, same, other = (shuffle_matrix(matrix(rows), seed=seed).counts.toarray() for seed in (4, 4, 5))
    assert (first == same).all() and (first != other).any()


# within groups


def product_of_all(parts):
    """Every matrix with the margins of each part, one part under the other."""
    return [np.vstack(chosen) for chosen in product(*(all_matrices(rows, columns) for rows, columns in parts))]


PARTS = [((2, 1, 1), (2, 1, 1, 0)), ((2, 2, 1), (1, 2, 1, 1))]


def test_within_groups_all_matrices_with_the_margins_of_each_are_equally_likely():
    every, groups = product_of_all(PARTS), ["s1"] * 3 + ["s2"] * 3
    start = matrix(every[5], list("abcd"))
    order = [3, 0, 4, 1, 5, 2]  # the groups may be mixed
    mixed, labels = matrix(every[5][order], list("abcd")), [groups[place] for place in order]
    seen = Counter()
    for seed in range(600):
        found = shuffle_matrix(mixed, seed=seed, within=labels).counts.toarray()
        back = np.empty_like(found)
        back[order] = found
        seen[back.tobytes()] += 1
    counts = [seen.pop(lines.astype(np.int64).tobytes(), 0) for lines in every]
    assert not seen and chisquare(counts).pvalue > 0.01
    found = chance_table(start, draws=1500, within=groups)
    for edge in found.itertuples():
        first, second = "abcd".index(edge.term_a), "abcd".index(edge.term_b)
        meet = np.array([(lines[:, first] * lines[:, second]).sum() for lines in every])
        assert edge.expected == pytest.approx(meet.mean(), abs=0.05) and edge.sd == pytest.approx(meet.std(), abs=0.05)
        assert edge.p_more == pytest.approx((meet >= edge.n12).mean(), abs=0.04)
        assert edge.p_less == pytest.approx((meet <= edge.n12).mean(), abs=0.04)


@brief
@given(ROWS, st.lists(st.sampled_from("xyz"), min_size=8, max_size=8), st.integers(0, 5))
def test_margins_are_kept_in_each_group(rows, labels, seed):
    labels, binary = np.array(labels[: len(rows)]), np.array(rows) > 0
    for null in chance.NULLS:
        found = shuffle_matrix(matrix(rows), seed=seed, null=null, within=labels).counts.toarray()
        assert found.max() <= 1
        for label in set(labels):
            assert (found[labels == label].sum(axis=0) == binary[labels == label].sum(axis=0)).all()
        if null == "margins":
            assert (found.sum(axis=1) == binary.sum(axis=1)).all()


@brief
@given(ROWS, st.lists(st.sampled_from("xyz"), min_size=8, max_size=8))
def test_within_groups_terms_alone_are_enumerated(rows, labels):
    labels, binary = np.array(labels[: len(rows)]), np.array(rows) > 0
    edges = cooccurrence_table(matrix(rows))
    found = chance_table(matrix(rows), edges, null="terms", within=labels)
    names = NAMES.tolist()
    for edge in found.itertuples():
        one, other = binary[:, names.index(edge.term_a)], binary[:, names.index(edge.term_b)]
        law = {0: 1.0}  # of n12: how the second term can lie, group by group, the first left where it is
        for label in set(labels):
            here, place = one[labels == label], int(other[labels == label].sum())
            meets = [int(here[list(chosen)].sum()) for chosen in combinations(range(len(here)), place)]
            law_here = {number: meets.count(number) / len(meets) for number in set(meets)}
            step = {}
            for (m, p), (k, q) in product(law.items(), law_here.items()):
                step[m + k] = step.get(m + k, 0) + p * q
            law = step
        assert edge.p_more == pytest.approx(sum(p for number, p in law.items() if number >= edge.n12))
        assert edge.p_less == pytest.approx(sum(p for number, p in law.items() if number <= edge.n12))
        mean = sum(number * p for number, p in law.items())
        assert edge.expected == pytest.approx(mean)
        assert edge.sd == pytest.approx(sum(p * (number - mean) ** 2 for number, p in law.items()) ** 0.5, abs=1e-7)


@brief
@given(ROWS, st.sampled_from(chance.NULLS))
def test_one_group_is_no_group(rows, null):
    one = ["s"] * len(rows)
    assert_frame_equal(
        chance_table(matrix(rows), draws=5, null=null, within=one), chance_table(matrix(rows), draws=5, null=null)
    )
    found = [shuffle_matrix(matrix(rows), null=null, within=within).counts.toarray() for within in (one, None)]
    assert (found[0] == found[1]).all()


@brief
@given(ROWS, st.lists(st.sampled_from("xyz"), min_size=8, max_size=8), st.randoms(use_true_random=False))
def test_within_groups_neither_order_nor_names_matter(rows, labels, random):
    labels = labels[: len(rows)]
    expected = chance_table(matrix(rows), draws=3, within=labels).set_index(["term_a", "term_b"])
    order = random.sample(range(len(rows)), len(rows))
    new = dict(zip(NAMES, random.sample(NAMES.tolist(), len(NAMES)), strict=True))
    names = [new[name] for name in NAMES]
    columns = np.argsort(names)
    mixed = np.array(rows)[order][:, columns]
    found = chance_table(matrix(mixed, np.array(names)[columns]), draws=3, within=[labels[place] for place in order])
    found = found.set_index(["term_a", "term_b"])
    for (a, b), row in expected.iterrows():
        other = found.loc[tuple(sorted((new[a], new[b])))]
        assert all(row[name] == other[name] for name in ("n12", "expected", "sd", "z", "p_more", "p_less", "p_bh"))


def test_what_groups_explain_is_not_left():
    """Two halves of a text, each with its own words, spread at random: they meet, but no more than their half makes."""
    rng = np.random.default_rng(4)
    rows = np.vstack([rng.random((40, 6)) < [0.5] * 3 + [0.05] * 3, rng.random((40, 6)) < [0.05] * 3 + [0.5] * 3])
    units = matrix(rows.astype(int), list("abcdef"))
    halves = ["first"] * 40 + ["second"] * 40
    for null in chance.NULLS:
        free, kept = (chance_table(units, null=null, within=within, draws=500) for within in (None, halves))
        own = free.term_a.isin([*"abc"]) == free.term_b.isin([*"abc"])
        assert (free.p_more[own] < 0.05).sum() > (kept.p_more[own] < 0.05).sum()
        assert (kept.expected > free.expected)[own].all()


def test_groups_are_columns_or_labels():
    frame = pd.DataFrame({"doc_id": ["a", "a", "b"], "section_id": ["a-1", "a-2", "b-1"]})
    units = TermMatrix(csr_array(np.array([[1, 1, 0], [1, 0, 1], [1, 1, 1]])), frame, np.array(["x", "y", "z"]))
    named, given_labels = (chance_table(units, null="terms", within=within) for within in ("doc_id", [7, 7, 8]))
    assert_frame_equal(named, given_labels)
    with pytest.raises(ZhagenError, match="no column 'paragraph': use one of doc_id, section_id"):
        chance_table(units, within="paragraph")
    with pytest.raises(ZhagenError, match="no column 'doc_id'"):
        chance_table(matrix([[1, 1, 0, 0, 0]]), within="doc_id")
    for labels in ([1, 2], [1, 2, None]):
        with pytest.raises(ZhagenError, match="3 units have 2 groups"):
            shuffle_matrix(units, within=labels)
    pairs = chance_table(units, null="terms")
    assert (chance.shuffle_pairs(units, pairs, within="section_id", draws=4) == pairs.n12.to_numpy()).all()


def test_a_random_matrix_is_seldom_told_from_chance_and_a_planted_pair_always():
    rng = np.random.default_rng(3)
    names = [f"t{number:02d}" for number in range(40)]
    counts = (rng.random((80, 40)) < np.outer(rng.uniform(0.2, 1, 80), rng.uniform(0.1, 0.5, 40))).astype(int)
    start = matrix(counts, names)
    found = pd.concat([chance_table(shuffle_matrix(start, seed=seed), draws=99) for seed in range(5)])
    assert 0 < (found.p_more <= 0.05).mean() < 0.06
    counts[:, 7] = counts[:, 3]
    planted = chance_table(matrix(counts, names), draws=99).set_index(["term_a", "term_b"])
    assert planted.z.idxmax() == ("t03", "t07") and planted.p_more["t03", "t07"] == pytest.approx(0.01, abs=1e-3)


def test_long_units_make_terms_meet_more_often():
    """Two long units among short ones: with their lengths kept, all pairs are expected to meet more often."""
    rows = [[1] * 6, [1] * 6] + [[int(i == j) for j in range(6)] for i in range(6)] * 2
    units = matrix(rows, list("abcdef"))
    kept, free = (chance_table(units, null=null) for null in chance.NULLS)
    assert (kept.expected > free.expected).all() and (kept.p_more > free.p_more).all()


def test_where_the_null_allows_one_matrix_nothing_is_unexpected():
    found = chance_table(matrix([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]), draws=9)
    assert (found.z == 0).all() and (found.expected == found.n12).all() and (found.sd == 0).all()
    assert (found.p_more == 1).all() and (found.p_less == 1).all()


@pytest.mark.parametrize("null", chance.NULLS)
def test_where_nothing_meets_the_table_is_empty(null):
    for rows in ([[1, 0, 0, 0, 0], [0, 1, 0, 0, 0]], [[0] * 5], []):
        found = chance_table(matrix(rows), null=null)
        assert found.empty and found.columns.tolist()[-6:] == ["expected", "sd", "z", "p_more", "p_less", "p_bh"]
        assert shuffle_matrix(matrix(rows), null=null).counts.shape == (len(rows), 5)


def test_what_cannot_be_held_against_chance_is_told():
    units = matrix([[1, 1, 0, 0, 0], [1, 2, 1, 0, 0]])
    with pytest.raises(ZhagenError, match="0 draws"):
        chance_table(units, draws=0)
    with pytest.raises(ZhagenError, match="no null 'rows'"):
        chance_table(units, null="rows")
    with pytest.raises(ZhagenError, match="no null 'rows'"):
        shuffle_matrix(units, null="rows")
    with pytest.raises(ZhagenError, match="3 pairs are not of this matrix"):
        chance_table(units, cooccurrence_table(units, binary=False))
    with pytest.raises(ZhagenError, match="not of this matrix"):
        chance_table(units, cooccurrence_table(units).assign(term_b="数据"))


@pytest.mark.parametrize(("rows", "columns"), MARGINS)
def test_meetings_in_the_draws_agree_with_all_matrices(rows, columns):
    first = all_matrices(rows, columns)
    names = np.array([f"词{place}" for place in range(len(columns))])
    pairs = pd.DataFrame(list(combinations(names, 2)), columns=["term_a", "term_b"])
    ends = list(combinations(range(len(columns)), 2))
    expected = np.mean([[(one[:, a] * one[:, b]).sum() for a, b in ends] for one in first], axis=0)
    found = shuffle_pairs(matrix(first[-1], names), pairs, draws=2000)
    assert found.mean(axis=0) == pytest.approx(expected, abs=0.1)


def test_meetings_follow_the_order_of_the_pairs():
    pairs = pd.DataFrame({"term_a": ["需求", "平台"], "term_b": ["平台", "用户"]})
    table = matrix([[1, 1, 1, 0, 1], [0, 0, 1, 1, 0], [0, 0, 1, 0, 1], [1, 0, 0, 1, 0], [0, 1, 0, 1, 0]])
    both = [shuffle_pairs(table, one, draws=50) for one in (pairs, pairs[::-1])]
    assert (both[0] == both[1][:, ::-1]).all()
    assert shuffle_pairs(table, pairs[:0], draws=5).shape == (5, 0)


def test_meetings_of_unknown_terms():
    pairs = pd.DataFrame({"term_a": ["平台"], "term_b": ["义卖"]})
    with pytest.raises(ZhagenError, match="no term 义卖"):
        shuffle_pairs(matrix([[1, 1, 1, 0, 1]]), pairs)
    with pytest.raises(ZhagenError, match="0 draws"):
        shuffle_pairs(matrix([[1, 1, 1, 0, 1]]), pairs[:0], draws=0)


def test_laws_that_are_counted_are_those_that_are_sorted(monkeypatch):
    counts = csr_array(np.random.default_rng(2).integers(0, 2, (60, 9)))
    matrix = TermMatrix(counts, pd.DataFrame({"place": np.arange(60) // 7}), np.array(list("甲乙丙丁戊己庚辛壬")))
    counted = chance_table(matrix, null="terms", within="place")
    monkeypatch.setattr(chance, "SMALL_KEYS", 0)
    pd.testing.assert_frame_equal(counted, chance_table(matrix, null="terms", within="place"))


@given(ROWS, st.sampled_from([None, [0, 1, 0, 1, 0, 1, 0, 1]]))
def test_pairs_that_are_listed_are_those_of_the_product(rows, groups):
    counted = matrix(rows)
    few = chance_table(counted, draws=20, within=groups and groups[: len(rows)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chance, "FEW_PAIRS", -1)
        assert_frame_equal(few, chance_table(counted, draws=20, within=groups and groups[: len(rows)]))
