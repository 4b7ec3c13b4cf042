"""Networks: against networkx, scikit-learn and plain recomputation, and against published values."""

import sys
from fractions import Fraction
from itertools import combinations, permutations
from random import Random

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.sparse import csr_array

from zhagen.errors import OutputError, ZhagenError
from zhagen.statistics import networks
from zhagen.statistics.association import EDGES, MEASURES, cooccurrence_table
from zhagen.statistics.networks import (
    adjusted_rand,
    build_network,
    centrality_table,
    community_stability,
    disparity_table,
    find_communities,
    network_backbone,
    write_graphml,
)
from zhagen.statistics.terms import TermMatrix

few = settings(max_examples=40)
NAMES = np.array(["α鱼", "价值主张", "平台", "用户", "需求"])
ROWS = st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=8)


def matrix(rows, names=NAMES):
    return TermMatrix(csr_array(np.array(rows, dtype=np.int64).reshape(-1, len(names))), None, names)


@st.composite
def graphs(draw):
    """A small network with whole weights, so that paths of equal length are common; it may fall apart."""
    terms = list("甲乙丙丁戊己庚")[: draw(st.integers(2, 7))]
    pairs = draw(st.lists(st.sampled_from(list(combinations(terms, 2))), unique=True))
    graph = nx.Graph()
    graph.add_nodes_from(terms, count=2)
    graph.add_weighted_edges_from((*pair, draw(st.integers(1, 4))) for pair in pairs)
    return graph


def renamed(graph, random):
    """Give the terms other names and put nodes and edges in another order; returns (graph, old -> new name)."""
    new = dict(zip(graph, random.sample(list(graph), len(graph)), strict=True))
    other = nx.Graph()
    other.add_nodes_from((new[n], graph.nodes[n]) for n in random.sample(list(graph), len(graph)))
    edges = random.sample(list(graph.edges(data=True)), graph.number_of_edges())
    other.add_edges_from((new[b], new[a], data) for a, b, data in edges)
    return other, new


@few
@given(ROWS, st.sampled_from(["n12", *MEASURES]), st.randoms(use_true_random=False))
def test_network_and_communities_do_not_depend_on_order(rows, weight, random):
    edges = cooccurrence_table(matrix(rows))
    shuffled = edges.iloc[random.sample(range(len(edges)), len(edges))]
    first, second = (build_network(table, weight, top=6, min_count=1) for table in (edges, shuffled))
    assert list(first.nodes(data=True)) == list(second.nodes(data=True))
    assert list(first.edges(data=True)) == list(second.edges(data=True))
    values = sorted(((data[weight], data["n12"]) for *_, data in first.edges(data=True)), reverse=True)
    assert len(values) <= 6 or values[5] == pytest.approx(values[-1])  # more than six only where the sixth is tied
    other = nx.Graph()
    other.add_edges_from(random.sample(list(first.edges(data=True)), first.number_of_edges()))
    groups = find_communities(first)
    assert groups == find_communities(other)
    assert sorted(term for group in groups for term in group) == sorted(first)


def test_the_network_says_what_it_holds():
    graph = build_network(
        cooccurrence_table(matrix([[0, 0, 1, 1, 0], [0, 0, 2, 1, 0], [0, 0, 1, 0, 1]])), "jaccard", min_count=2
    )
    assert dict(graph.nodes(data="count")) == {"平台": 3, "用户": 2}
    assert list(graph.edges(data=True)) == [
        ("平台", "用户", {"weight": pytest.approx(2 / 3), "n12": 2, "jaccard": pytest.approx(2 / 3)})
    ]


def test_terms_that_avoid_each_other_are_not_joined():
    edges = pd.DataFrame([("平台", "用户", 2, 40, 40, 100), ("平台", "需求", 20, 40, 30, 100)], columns=EDGES)
    assert MEASURES["g2"](2, 40, 40, 100) > MEASURES["g2"](20, 40, 30, 100)
    for weight in ("g2", "npmi", "pmi"):
        assert list(build_network(edges, weight).edges) == [("平台", "需求")]


def test_two_cliques_are_two_communities():
    graph = nx.disjoint_union(nx.complete_graph(4), nx.complete_graph(3))
    graph.add_edge(0, 4)
    graph = nx.relabel_nodes(graph, dict(enumerate("gfedcba")))
    assert find_communities(graph) == [["d", "e", "f", "g"], ["a", "b", "c"]]
    assert find_communities(nx.Graph()) == []


def test_the_network_names_its_measure():
    edges = cooccurrence_table(matrix([[0, 0, 1, 1, 0]]))
    assert [build_network(edges, weight, min_count=1).graph["measure"] for weight in ("n12", "jaccard")] == [
        "n12",
        "jaccard",
    ]
    with pytest.raises(ZhagenError, match="no measure 'mi3'"):
        build_network(edges, "mi3")


def test_krackhardts_kite():
    """Krackhardt (1990), Assessing the political landscape, Figure 1: the published values of his kite."""
    graph = nx.relabel_nodes(nx.krackhardt_kite_graph(), dict(enumerate("ABCDEFGHIJ")))
    nx.set_node_attributes(graph, 1, "count")
    found = centrality_table(graph).set_index("term")
    assert found.degree.to_dict() == dict(zip("ABCDEFGHIJ", [4, 4, 3, 6, 3, 5, 5, 3, 2, 1], strict=True))
    betweenness = [0.023, 0.023, 0.000, 0.102, 0.000, 0.231, 0.231, 0.389, 0.222, 0.000]
    closeness = [0.529, 0.529, 0.500, 0.600, 0.500, 0.643, 0.643, 0.600, 0.429, 0.310]
    assert found.betweenness[list("ABCDEFGHIJ")].round(3).tolist() == betweenness
    assert found.closeness[list("ABCDEFGHIJ")].round(3).tolist() == closeness
    assert found.index[0] == "D"


def lengths(graph, start, end):
    """Return every path between two terms with its exact length, in a plain way."""
    others = [node for node in graph if node not in (start, end)]
    for size in range(len(others) + 1):
        for between in permutations(others, size):
            path = (start, *between, end)
            steps = list(zip(path, path[1:], strict=False))
            if all(graph.has_edge(*step) for step in steps):
                yield path, sum(Fraction(1, graph.edges[step]["weight"]) for step in steps)


@few
@given(graphs())
def test_centrality_is_the_naive_one(graph):
    found = centrality_table(graph).set_index("term")
    through, reached, far = (dict.fromkeys(graph, Fraction(0)) for _ in range(3))
    for start, end in combinations(graph, 2):
        paths = list(lengths(graph, start, end))
        least = min((length for _, length in paths), default=None)
        shortest = [path for path, length in paths if length == least]
        for node in {start, end} if shortest else ():
            reached[node] += 1
            far[node] += least
        for path in shortest:
            for node in path[1:-1]:
                through[node] += Fraction(1, len(shortest))
    n = len(graph)
    for term in graph:
        pairs = (n - 1) * (n - 2) / 2
        assert found.betweenness[term] == pytest.approx(float(through[term]) / pairs if pairs else 0)
        expected = reached[term] / far[term] * reached[term] / (n - 1) if far[term] else 0
        assert found.closeness[term] == pytest.approx(float(expected))
        assert found.degree[term] == len(graph[term])
        assert found.strength[term] == sum(data["weight"] for data in graph[term].values())
    walk = np.array([[graph.get_edge_data(a, b, {"weight": 0})["weight"] for b in graph] for a in graph], dtype=float)
    out = walk.sum(axis=1, keepdims=True)
    walk = np.where(out > 0, walk / np.where(out > 0, out, 1), 1 / n)
    expected = np.linalg.solve(np.eye(n) - 0.85 * walk.T, np.full(n, 0.15 / n))
    assert found.pagerank[list(graph)].to_numpy() == pytest.approx(expected, abs=1e-9)


@few
@given(graphs(), st.randoms(use_true_random=False))
def test_statistics_follow_the_names(graph, random):
    other, new = renamed(graph, random)
    one, two = centrality_table(graph).set_index("term"), centrality_table(other).set_index("term")
    assert_frame_equal(one.rename(index=new).sort_index(), two.sort_index())
    alphas = [
        {frozenset(row[:2]): row[2:] for row in table.itertuples(index=False, name=None)}
        for table in (disparity_table(nx.relabel_nodes(graph, new)), disparity_table(other))
    ]
    assert alphas[0].keys() == alphas[1].keys()
    assert all(alphas[0][pair] == pytest.approx(alphas[1][pair]) for pair in alphas[0])


def test_order_of_the_terms_and_ties():
    graph = nx.Graph([("丙", "乙", {"weight": 0.1}), ("乙", "甲", {"weight": 0.2}), ("甲", "丙", {"weight": 0.1})])
    graph.add_node("丁", count=9)
    nx.set_node_attributes(graph, 4, "count")
    found = centrality_table(graph)
    assert found.term.tolist() == ["乙", "甲", "丙", "丁"]
    assert found.set_index("term").loc["丁", ["degree", "strength", "betweenness", "closeness"]].tolist() == [0] * 4


def test_tied_pairs_are_joined_all_or_none():
    edges = pd.DataFrame([("a", "b", 9, 9, 9, 30), *(("a", x, 5, 9, 7, 30) for x in "cdefg")], columns=EDGES)
    assert build_network(edges, "n12", top=3).number_of_edges() == 6
    assert build_network(edges, "n12", top=1).number_of_edges() == 1
    with pytest.raises(ZhagenError, match="top is 0"):
        build_network(edges, "n12", top=0)


def test_a_large_network_is_sampled_and_says_so(monkeypatch):
    graph = nx.barbell_graph(12, 4)
    nx.set_edge_attributes(graph, 1.0, "weight")
    nx.set_node_attributes(graph, 1, "count")
    graph = nx.relabel_nodes(graph, lambda node: f"t{node:02d}")
    exact = centrality_table(graph).set_index("term")
    assert exact.attrs["betweenness"] == "exact"
    sampled = centrality_table(graph, sample=20)
    assert sampled.attrs["betweenness"] == "from 20 of 28 terms"
    pd.testing.assert_frame_equal(sampled, centrality_table(graph, sample=20))
    found = sampled.set_index("term").betweenness
    assert not np.allclose(found, exact.betweenness[found.index])
    assert not np.allclose(found, centrality_table(graph, sample=20, seed=2).set_index("term").betweenness[found.index])
    # the terms of the bridge are the most central ones in either
    assert set(found.nlargest(4).index) <= set(exact.betweenness.nlargest(6).index)
    pd.testing.assert_frame_equal(centrality_table(graph, sample=28), centrality_table(graph))
    monkeypatch.setattr(networks, "EXACT", 100)
    assert centrality_table(graph).attrs["betweenness"] == "exact"  # 100 terms at least, here are 28
    monkeypatch.setattr(networks, "max", lambda *numbers: 7, raising=False)
    assert centrality_table(graph).attrs["betweenness"] == "from 7 of 28 terms"
    with pytest.raises(ZhagenError, match="the sample is 0"):
        centrality_table(graph, sample=0)


def test_an_empty_network_has_empty_tables():
    columns = "term count degree strength betweenness closeness pagerank".split()
    found = centrality_table(nx.Graph())
    assert found.columns.tolist() == columns and found.empty and found["count"].dtype == "int64"
    assert disparity_table(nx.Graph()).columns.tolist() == ["term_a", "term_b", "weight", "alpha"]
    assert not network_backbone(nx.Graph()) and find_communities(nx.Graph()) == []


@few
@given(graphs())
def test_disparity_is_the_naive_one(graph):
    found = disparity_table(graph)
    assert len(found) == graph.number_of_edges()
    for edge in found.itertuples():
        weight, judged = graph.edges[edge.term_a, edge.term_b]["weight"], []
        for end in (edge.term_a, edge.term_b):
            weights = [data["weight"] for data in graph[end].values()]
            even = 1.0
            for _ in range(len(weights) - 1):
                even *= 1 - weight / sum(weights)
            judged.append(even)
        assert edge.term_a < edge.term_b and edge.weight == weight
        assert edge.alpha == pytest.approx(min(judged)) and 0 <= edge.alpha <= 1
    assert found.alpha.is_monotonic_increasing


def test_disparity_is_the_integral_of_serrano():
    """Serrano et al. (2009), equation 2: 1 - (k - 1) times the integral of (1 - x) ^ (k - 2) from 0 to w / s."""
    from scipy.integrate import quad

    graph = nx.Graph()
    graph.add_weighted_edges_from(("中", leaf, weight) for leaf, weight in zip("甲乙丙丁", (1, 2, 3, 10), strict=True))
    found = {frozenset((row.term_a, row.term_b)): row.alpha for row in disparity_table(graph).itertuples()}
    for leaf, weight in zip("甲乙丙丁", (1, 2, 3, 10), strict=True):
        expected = 1 - 3 * quad(lambda x: (1 - x) ** 2, 0, weight / 16)[0]
        assert found[frozenset(("中", leaf))] == pytest.approx(expected)


def test_an_end_with_one_edge_cannot_judge():
    graph = nx.Graph()
    graph.add_weighted_edges_from([("甲", "乙", 5)])
    assert disparity_table(graph).alpha.tolist() == [1]
    assert not network_backbone(graph, 1).edges
    graph.add_weighted_edges_from([("甲", "丙", 5)])
    assert disparity_table(graph).alpha.tolist() == [0.5, 0.5]


@few
@given(graphs(), st.sampled_from([0.05, 0.2, 0.5, 1]))
def test_the_backbone_is_what_disparity_says(graph, alpha):
    graph.graph["measure"] = "n12"
    found, table = network_backbone(graph, alpha), disparity_table(graph)
    kept = {tuple(row[:2]) for row in table.itertuples(index=False, name=None) if row[3] < alpha}
    assert {tuple(sorted(edge)) for edge in found.edges} == kept
    assert sorted(found) == sorted({term for pair in kept for term in pair})
    assert found.graph == {"measure": "n12"} and all(found.edges[e] == graph.edges[e] for e in found.edges)
    assert found.edges <= network_backbone(graph, 1).edges
    assert all(found.nodes[term]["count"] == 2 for term in found)


def test_what_networks_cannot_do_is_reported():
    graph = nx.Graph([("甲", "乙", {"weight": -0.5})])
    for act in (disparity_table, network_backbone, centrality_table, community_stability):
        with pytest.raises(ZhagenError, match="the edge 乙-甲 has the weight -0.5"):
            act(graph)
    with pytest.raises(ZhagenError, match="乙 has no count"):
        centrality_table(nx.Graph([("甲", "乙")]))
    for alpha in (0, 1.5):
        with pytest.raises(ZhagenError, match="alpha is"):
            network_backbone(nx.Graph(), alpha)
    with pytest.raises(ZhagenError, match="no edge"):
        community_stability(nx.Graph())
    with pytest.raises(ZhagenError, match="1 seeds"):
        community_stability(nx.path_graph(["甲", "乙"]), seeds=1)


LABELS = st.integers(1, 9).flatmap(lambda n: st.tuples(*[st.lists(st.integers(0, 3), min_size=n, max_size=n)] * 2))


def grouped(labels):
    found = {}
    for member, label in enumerate(labels):
        found.setdefault(label, []).append(member)
    return list(found.values())


@few
@given(LABELS)
def test_the_adjusted_rand_index_is_scikit_learns(labels):
    from sklearn.metrics import adjusted_rand_score

    one, other = map(grouped, labels)
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(*labels))
    assert adjusted_rand(one, other) == adjusted_rand(other, one) <= 1
    assert adjusted_rand(one, one) == 1


def test_a_published_adjusted_rand_index():
    """Yeung and Ruzzo (2001), Details of the adjusted Rand index: ten objects in three classes and clusters, 0.313."""
    classes = grouped([0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    clusters = grouped([0, 1, 0, 1, 1, 2, 2, 2, 2, 2])
    assert round(adjusted_rand(classes, clusters), 3) == 0.313
    with pytest.raises(ZhagenError, match="same members"):
        adjusted_rand([["a"]], [["b"]])
    with pytest.raises(ZhagenError, match="same members"):
        adjusted_rand([["a", "b"], ["a"]], [["a", "b"]])


def test_stability_says_what_the_seeds_do():
    graph = nx.relabel_nodes(nx.gnm_random_graph(24, 60, seed=4), str)
    found = community_stability(graph, seeds=6)
    groups = [find_communities(graph, seed=seed) for seed in range(1, 7)]
    assert found.seed.tolist() == [1, 2, 3, 4, 5, 6] and found.groups.tolist() == [len(one) for one in groups]
    for row, own in zip(found.itertuples(), groups, strict=True):
        others = [adjusted_rand(own, other) for other in groups[: row.seed - 1] + groups[row.seed :]]
        assert row.agreement == pytest.approx(np.mean(others))
        strength, total = dict(graph.degree), 2 * graph.number_of_edges()
        by_hand = sum(
            (graph.has_edge(a, b) - strength[a] * strength[b] / total) / total
            for group in own
            for a in group
            for b in group
        )
        assert row.modularity == pytest.approx(by_hand)
    assert found.agreement.max() < 1  # a network without groups: seeds do not agree
    cliques = nx.relabel_nodes(nx.disjoint_union(nx.complete_graph(4), nx.complete_graph(3)), str)
    assert community_stability(cliques, seeds=3).agreement.tolist() == [1, 1, 1]


def test_graphml_is_read_back(tmp_path):
    edges = cooccurrence_table(matrix([[0, 1, 1, 1, 0], [0, 1, 2, 1, 0], [1, 0, 1, 1, 1]]))
    graph = build_network(edges, "jaccard", min_count=1)
    groups, path = find_communities(graph), tmp_path / "new" / "网络.graphml"
    write_graphml(graph, path, communities=groups)
    found = nx.read_graphml(path)
    member = {term: number for number, group in enumerate(groups, 1) for term in group}
    expected = graph.copy()
    for term, data in expected.nodes(data=True):
        data |= {"label": term, "community": member[term]}
    assert found.graph["measure"] == "jaccard"
    assert dict(found.nodes(data=True)) == dict(expected.nodes(data=True)) and "α鱼" in found
    assert {frozenset(e): found.edges[e] for e in found.edges} == {frozenset(e): graph.edges[e] for e in graph.edges}
    assert "label" not in graph.nodes["α鱼"]
    before = path.read_bytes()
    write_graphml(graph, path, communities=groups)
    assert path.read_bytes() == before and [file.name for file in path.parent.iterdir()] == ["网络.graphml"]
    write_graphml(graph, path)
    assert "community" not in nx.read_graphml(path).nodes["α鱼"]


def test_graphml_does_not_depend_on_what_is_installed(tmp_path, monkeypatch):
    """Equal bytes with lxml and without it."""
    pytest.importorskip("lxml")
    graph = nx.Graph(measure="npmi", units=9)
    graph.add_node("α<鱼&", count=3, share=0.5)
    graph.add_node("平台", share=0.25)
    graph.add_edge("α<鱼&", "平台", weight=1.5, n12=2, note='"引号"')
    groups = [["平台"], ["α<鱼&"]]
    write_graphml(graph, tmp_path / "with.graphml", communities=groups)
    for name in [name for name in sys.modules if name.partition(".")[0] == "lxml"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lxml", None)
    monkeypatch.setitem(sys.modules, "lxml.etree", None)
    write_graphml(graph, tmp_path / "without.graphml", communities=groups)
    written = (tmp_path / "with.graphml").read_bytes()
    assert written == (tmp_path / "without.graphml").read_bytes()
    assert written.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<graphml ") and "平台".encode() in written
    found = nx.read_graphml(tmp_path / "with.graphml")
    assert found.nodes["α<鱼&"] == {"count": 3, "share": 0.5, "label": "α<鱼&", "community": 2}
    assert found.edges["平台", "α<鱼&"] == graph.edges["平台", "α<鱼&"]


def test_nothing_half_written(tmp_path):
    graph = nx.Graph([("甲", "乙")])
    with pytest.raises(ZhagenError, match="no node"):
        write_graphml(graph, tmp_path / "a.graphml", communities=[["丙"]])
    with pytest.raises(ZhagenError, match="does not fit"):
        write_graphml(nx.Graph([("甲", "乙", {"units": ["s-1"]})]), tmp_path / "a.graphml")
    for bad in ("甲\x00", "\ud800", "\ufffe"):
        for broken in (nx.Graph([(bad, "乙")]), nx.Graph([("甲", "乙", {"note": bad})]), nx.Graph(note=bad)):
            with pytest.raises(ZhagenError, match="does not fit GraphML"):
                write_graphml(broken, tmp_path / "a.graphml")
    with pytest.raises(OutputError):
        write_graphml(graph, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_weight_below_zero_makes_no_communities():
    with pytest.raises(ZhagenError, match="the edge a-b has the weight -1"):
        find_communities(nx.Graph([("a", "b", {"weight": -1})]))


def test_weights_of_any_size_give_the_paths_that_their_lengths_give():
    """Hundreds of different weights have no short common fraction: their lengths are compared to 18 decimals."""
    graph = nx.gnm_random_graph(120, 420, seed=5)
    random = Random(5)
    for first, second in graph.edges:
        graph[first][second].update(weight=(weight := random.random() + 0.01), length=1 / weight)
    nx.set_node_attributes(graph, 1, "count")
    graph = nx.relabel_nodes(graph, {node: f"词{node:03}" for node in graph})
    found = centrality_table(graph).set_index("term")
    assert found.betweenness.to_dict() == pytest.approx(nx.betweenness_centrality(graph, weight="length"))
    assert found.closeness.to_dict() == pytest.approx(nx.closeness_centrality(graph, distance="length"))
