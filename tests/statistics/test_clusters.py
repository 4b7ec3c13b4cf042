"""Clusters: against plain recomputation, against scikit-learn, and against a published tree."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.sparse import csr_array

from zhagen.errors import ZhagenError
from zhagen.figures import draw_dendrogram
from zhagen.statistics import clusters
from zhagen.statistics.association import EDGES, cooccurrence_table
from zhagen.statistics.clusters import cluster_labels, cophenetic_correlation, cut_clusters, distance_table
from zhagen.statistics.terms import TermMatrix

NAMES = np.array(["α鱼", "价值主张", "平台", "用户", "需求"])
ROWS = st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=8).map(
    lambda rows: [*rows, [1, 1, 0, 0, 0], [0, 0, 1, 1, 1]]  # every term stands somewhere
)
METHODS = st.sampled_from(clusters.METHODS)
few = settings(max_examples=30)
ROOTS = [n**0.5 for n in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)]  # no two means of them are equal


def matrix(rows, names=NAMES):
    return TermMatrix(csr_array(np.array(rows, dtype=np.int64).reshape(-1, len(names))), None, names)


def square(pairs):
    labels = list(dict.fromkeys(label for pair in pairs for label in pair))
    table = pd.DataFrame(0.0, index=labels, columns=labels)
    for (one, other), value in pairs.items():
        table.loc[one, other] = table.loc[other, one] = value
    table.attrs["measure"] = "euclidean"
    return table


@few
@given(ROWS, st.booleans())
def test_distances_are_the_naive_ones(rows, binary):
    columns = np.array(rows, dtype=float).T
    columns = np.minimum(columns, 1) if binary else columns
    for name, similarity in {
        "jaccard": lambda x, y: x @ y / (x @ x + y @ y - x @ y),
        "dice": lambda x, y: 2 * (x @ y) / (x @ x + y @ y),
        "cosine": lambda x, y: x @ y / (np.linalg.norm(x) * np.linalg.norm(y)),
        "euclidean": lambda x, y: 1 - np.linalg.norm(x - y),
    }.items():
        found = distance_table(matrix(rows), name, binary=binary)
        assert found.index.tolist() == found.columns.tolist() == sorted(NAMES) and found.attrs["measure"] == name
        place = dict(zip(NAMES, columns, strict=True))
        expected = [[1 - similarity(place[one], place[other]) for other in found] for one in found]
        assert found.to_numpy() == pytest.approx(np.array(expected), abs=1e-7)
        assert (found.to_numpy().diagonal() == 0).all() and (found.to_numpy() == found.to_numpy().T).all()
        assert name == "euclidean" or found.to_numpy().max() <= 1


@few
@given(ROWS, st.sampled_from([*clusters.SIMILARITIES, "euclidean"]), st.booleans())
def test_edges_give_what_the_matrix_gives(rows, measure, binary):
    edges = cooccurrence_table(matrix(rows), binary=binary)
    met = sorted({*edges.term_a, *edges.term_b})
    assert_frame_equal(distance_table(edges, measure), distance_table(matrix(rows), measure, labels=met, binary=binary))
    assert_frame_equal(
        distance_table(edges, measure, labels=met[1:][::-1]),
        distance_table(matrix(rows), measure, labels=met[1:], binary=binary),
    )


def to_square(cells):
    return square(dict(zip(combinations(["丁", "丙", "乙", "α", "甲", "子"], 2), cells, strict=True)))


SQUARES = st.lists(st.integers(1, 40), min_size=15, max_size=15).map(to_square)


def naive(table, method):
    """Merge in a plain way (labels by code point; the first closest pair); returns the heights and the groups."""
    table = table.sort_index()[sorted(table.columns)]
    groups_, heights, cuts = [[label] for label in table.index], [], [len(table)]

    def apart(one, other):
        values = [table.loc[a, b] for a in one for b in other]
        return {"average": np.mean, "complete": max, "single": min}[method](values)

    while len(groups_) > 1:
        pair = min(combinations(range(len(groups_)), 2), key=lambda p: apart(groups_[p[0]], groups_[p[1]]))
        heights.append(apart(groups_[pair[0]], groups_[pair[1]]))
        second = groups_.pop(pair[1])
        groups_[pair[0]] = groups_[pair[0]] + second
        cuts.append([sorted(group) for group in groups_])
    return heights, cuts


@few
@given(st.permutations(ROOTS).map(to_square))
def test_merging_is_the_naive_one(table):
    for method in ("average", "complete", "single"):
        heights, cuts = naive(table, method)
        found = cluster_labels(table, method)
        assert found.steps.height.tolist() == pytest.approx(heights)
        for k in range(1, 6):
            parted = cut_clusters(found, k=k).groupby("group").label.apply(list)
            assert sorted(parted) == sorted(cuts[6 - k])


@few
@given(st.lists(st.tuples(*[st.integers(0, 50)] * 3), min_size=3, max_size=7, unique=True))
def test_wards_heights_are_the_growth_of_the_squares(points):
    """Ward (1963): a merge at height h lets the sum of squares within clusters grow by h ** 2 / 2."""
    points = np.array(points, dtype=float)
    labels = [f"字{number}" for number in range(len(points))]
    pairs = {(a, b): np.linalg.norm(points[int(a[1:])] - points[int(b[1:])]) for a, b in combinations(labels, 2)}
    found = cluster_labels(square(pairs), "ward")

    def squares(k):
        parts = cut_clusters(found, k=k).groupby("group").label.apply(lambda names: points[[int(n[1:]) for n in names]])
        return sum(((part - part.mean(axis=0)) ** 2).sum() for part in parts)

    for place, height in enumerate(found.steps.height):
        k = len(labels) - place
        assert squares(k - 1) - squares(k) == pytest.approx(height**2 / 2, abs=1e-6)


def test_a_published_tree():
    """Felsenstein's UPGMA example, Inferring phylogenies (2004), 11: Sarich's (1969) immunological distances."""
    names = "dog bear raccoon weasel seal sea-lion cat monkey".split()
    cells = "32 48 51 50 48 98 148 26 34 29 33 84 136 42 44 44 92 152 44 38 86 142 24 89 142 90 142 148".split()
    found = cluster_labels(square(dict(zip(combinations(names, 2), map(float, cells), strict=True))))
    assert found.steps.height.round(3).tolist() == [24, 26, 37.5, 39.5, 45.8, 89.833, 144.286]
    assert found.labels == tuple(sorted(names)) and found.method == "average"
    assert repr(found) == "Merges: 8 labels, 7 merges, method average; euclidean distance 24 to 144"
    assert cut_clusters(found, k=3).groupby("group").label.apply(len).tolist() == [6, 1, 1]
    assert cut_clusters(found, k=3).label.tolist()[-2:] == ["cat", "monkey"]


def test_a_cut_between_merges_of_one_height_says_so():
    square = pd.DataFrame(
        [[0, 1, 4, 4], [1, 0, 4, 4], [4, 4, 0, 1], [4, 4, 1, 0]], index=list("abcd"), columns=list("abcd")
    )
    merges = cluster_labels(square)  # ab and cd are equally near: three groups could be ab c d as well as a b cd
    assert [cut_clusters(merges, k=k).attrs["tied"] for k in (1, 2, 3, 4)] == [0, 0, 1, 0]
    assert cut_clusters(merges, height=1).attrs["tied"] == 0
    alt = draw_dendrogram(merges, cut_clusters(merges, k=3)).alt
    assert alt.endswith("另有 1 次合并和留下的末一次同高，分组只凭次序。")
    assert "同高" not in draw_dendrogram(merges, cut_clusters(merges, k=2)).alt


@few
@given(SQUARES, METHODS, st.randoms(use_true_random=False))
def test_the_order_of_the_labels_decides_nothing(table, method, random):
    order = random.sample(list(table.index), len(table))
    first, second = cluster_labels(table, method), cluster_labels(table.loc[order, order], method)
    assert_frame_equal(first.steps, second.steps)
    assert first.labels == second.labels == tuple(sorted(order)) and second.measure == "euclidean"


@few
@given(SQUARES, METHODS, st.integers(1, 6))
def test_groups_share_the_labels_out(table, method, k):
    merges = cluster_labels(table, method)
    found = cut_clusters(merges, k=k)
    sizes = found.groupby("group").size()
    assert sorted(found.label) == sorted(table.index)
    assert sizes.index.tolist() == list(range(1, k + 1)) and sizes.is_monotonic_decreasing
    assert found.sort_values(["group", "label"]).index.is_monotonic_increasing
    firsts = found.groupby("group").label.first()
    assert all(firsts[g] < firsts[g + 1] for g in range(1, k) if sizes[g] == sizes[g + 1])
    coarser = cut_clusters(merges, k=max(k - 1, 1)).set_index("label").group
    assert found.groupby("group").label.apply(lambda names: coarser[names].nunique()).max() == 1  # groups are nested
    heights = merges.steps.height
    for height in (-1, *heights):
        assert cut_clusters(merges, height=height).group.nunique() == 6 - (heights <= height).sum()


@few
@given(SQUARES, METHODS)
def test_cophenetic_is_the_naive_one(table, method):
    merges = cluster_labels(table, method)
    pairs = list(combinations(merges.labels, 2))
    cuts = [cut_clusters(merges, k=5 - step).set_index("label").group.to_dict() for step in range(5)]
    joined = [[cut[one] == cut[other] for cut in cuts].index(True) for one, other in pairs]
    meeting = [merges.steps.height[step] for step in joined]
    given_ = [table.loc[pair] for pair in pairs]
    if len({round(value, 9) for value in meeting}) > 1:
        assert cophenetic_correlation(merges, table) == pytest.approx(np.corrcoef(given_, meeting)[0, 1])
        assert cophenetic_correlation(merges, 3 * table) == pytest.approx(cophenetic_correlation(merges, table))
    else:
        with pytest.raises(ZhagenError, match="all equal"):
            cophenetic_correlation(merges, table)


def test_a_perfect_tree_is_kept():
    table = square({("甲", "乙"): 1, ("甲", "丙"): 3, ("乙", "丙"): 3})
    assert cophenetic_correlation(cluster_labels(table), table) == pytest.approx(1)


TWO = square({("甲", "乙"): 1})


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda: distance_table(matrix([[1] * 5]), "npmi"), "no distance 'npmi'"),
        (lambda: distance_table(matrix([[1, 1, 1, 1, 0]])), "in no unit: 需求"),
        (lambda: distance_table(matrix([[1] * 5]), labels=["平台", "鱼"]), "not among the labels: 鱼"),
        (lambda: distance_table(matrix([[1] * 5]), labels=["平台", "平台"]), "is given twice"),
        (lambda: distance_table(matrix([[1] * 5]), labels=["平台"]), "1 labels"),
        (lambda: distance_table(pd.DataFrame(columns=EDGES)), "0 labels"),
        (lambda: cluster_labels(pd.DataFrame()), "0 labels"),
        (lambda: cluster_labels(TWO, "median"), "no method 'median'"),
        (lambda: cluster_labels(distance_table(matrix([[1] * 5])), "ward"), "these are jaccard"),
        (lambda: cluster_labels(pd.DataFrame(TWO.to_numpy()), "ward"), "of no measure named"),
        (lambda: cluster_labels(TWO.rename(columns={"甲": "丙"})), "not the same labels"),
        (lambda: cluster_labels(-TWO), "negative"),
        (lambda: cluster_labels(TWO.replace(1, np.nan)), "missing"),
        (lambda: cluster_labels(TWO + 1), "not 0 from"),
        (lambda: cluster_labels(pd.DataFrame([[0, 1], [2, 0]])), "there and back"),
        (lambda: cut_clusters(cluster_labels(TWO)), "cut is not clear"),
        (lambda: cut_clusters(cluster_labels(TWO), k=1, height=1), "cut is not clear"),
        (lambda: cut_clusters(cluster_labels(TWO), k=3), "k is 3"),
        (lambda: cophenetic_correlation(cluster_labels(TWO), TWO), "distances are all equal"),
        (lambda: cophenetic_correlation(cluster_labels(TWO), square({("甲", "丙"): 1})), "other labels"),
    ],
)
def test_what_cannot_be_clustered_is_reported(act, told):
    with pytest.raises(ZhagenError, match=told):
        act()
