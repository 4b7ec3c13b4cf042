"""Figures in another language: what the package says is translated, what the data say is not."""

import re
from types import SimpleNamespace

import networkx as nx
import pandas as pd
import pytest

from zhagen import figures
from zhagen.figures.labels import cell_text
from zhagen.language import LANGUAGE, say, say_in, say_number
from zhagen.statistics.clusters import cluster_labels, cut_clusters
from zhagen.statistics.correspondence import correspondence_analysis

pytest.importorskip("pygraphviz")
WIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
STATUSES = "printed prose heading by_order mapped reconciled literature unconfirmed inferred".split()
ROWS = [
    ("d", "dimension", "Drive", "", "printed"), ("t", "theme", "Needs", "d", "by_order"),
    ("c", "concept", "Ask", "t", "printed"), ("e", "concept", "See", "t", "inferred"),
]  # fmt: skip


def codebook():
    frame = pd.DataFrame(ROWS, columns=["code_id", "level", "label", "parent_id", "status"])
    return SimpleNamespace(codes=frame.assign(line_start=1, line_end=2, reason="so"))


def arrows():
    rows = [(f"a{n}", f"b{n % 3}", "leads to", "-" if n == 2 else "", one) for n, one in enumerate(STATUSES * 2)]
    frame = pd.DataFrame(rows, columns=["source", "target", "relation", "sign", "status"])
    return frame.assign(line_start=1, line_end=2, cites=True, codings="c", memos="m", rival="r", reason="so")


def drawn():
    counts = pd.DataFrame({"term": [f"word{n}" for n in range(30)], "count": [9, 8, *[1] * 28]})
    line = pd.DataFrame({"n": range(1, 8), "codes": [1, 2, 30, 31, 31, 31, 12], "low": 0, "high": 40})
    table = pd.DataFrame([[9, 1, 1], [1, 4, 1], [1, 1, 9]], index=list("abc"), columns=list("xyz"))
    graph = nx.Graph()
    graph.add_nodes_from(f"w{n}" for n in range(12))
    nx.set_node_attributes(graph, 2, "count")
    graph.add_weighted_edges_from([("w0", f"w{n}", 0.5) for n in range(1, 12)], weight="npmi")
    passages = pd.DataFrame({"label": ["a", "b", "a"], "start": [0, 40, 90], "end": [20, 60, 100]})
    passages = passages.assign(speaker="I", coder="Lin", turn=1, status="s", quote="a long quotation")
    turns = pd.DataFrame({"start": [0, 50], "end": [50, 100], "role": ["interviewer", "participant"]})
    distances = pd.DataFrame([[0, 1, 1, 5], [1, 0, 1, 4], [1, 1, 0, 2], [5, 4, 2, 0]], list("abcd"), list("abcd"))
    merges = cluster_labels(distances)
    yield figures.draw_frequencies(counts, top=1)
    yield figures.draw_frequencies(counts)
    yield figures.draw_cloud(counts, top=2)
    yield figures.draw_curve(line, "n", "codes", band=("low", "high"), log="x")
    yield figures.draw_dendrogram(merges, cut_clusters(merges, k=2))
    yield figures.draw_dendrogram(merges)
    yield figures.draw_flow(codebook())
    yield figures.draw_structure(codebook())
    yield figures.draw_heatmap(pd.DataFrame({"x": [2, 3], "y": [None, -1]}, index=["a", "b"]))
    yield figures.draw_heatmap(pd.DataFrame([[n * m for n in range(9)] for m in range(9)]).add_prefix("c"))
    yield figures.draw_matrix(pd.DataFrame({"x": ["one"], "y": [None]}, index=["a"]), arrows=["printed"])
    yield figures.draw_mechanism(arrows(), title="A model", groups={"a0": "First", "b0": "First"})
    grid = pd.DataFrame([["a0", "b0"]], index=["row"], columns=["left", "right"])
    yield figures.draw_mechanism(arrows().iloc[:1], grid=grid)
    yield figures.draw_network(graph, [["w0", "w1"]], weight="npmi")
    yield figures.draw_plane(correspondence_analysis(table))
    yield figures.draw_portrait(passages, length=100, turns=turns)
    yield figures.draw_timeline(pd.DataFrame({"date": ["2024-03-04", "2025-03-07"], "what": ["a", "b"]}))


def test_no_figure_says_a_word_of_chinese_in_english(monkeypatch):
    monkeypatch.setenv(LANGUAGE, "en")
    kinds = set()
    for picture in drawn():
        said = picture.alt + "".join(re.findall(r">[^<]+<|data-\w+=\"[^\"]*\"", picture.svg))
        assert not WIDE.search(re.sub('data-group="[^"]*"', "", said)), picture
        assert "  " not in picture.alt and not re.search(r"[{}]| [,.;:]|[.,;]{2}", picture.alt), picture
        kinds.add(picture.key.partition("-")[0])
        for name, frame in picture.tables:
            assert frame.columns.is_unique, (picture, name)
    assert len(kinds) == 13


def test_what_the_data_say_stays_as_it_is(monkeypatch):
    monkeypatch.setenv(LANGUAGE, "en")
    arrow = {"source": "数据", "target": "能力", "relation": "促进", "status": "inferred"}
    picture = figures.draw_mechanism(pd.DataFrame([arrow]))
    assert picture.alt == "Mechanism model: 2 boxes, 1 arrow, inferred. 数据 促进 能力."
    assert "<title" in picture.svg and ">Mechanism model: 2 boxes, 1 arrow, inferred.</title>" in picture.svg
    assert 'data-means="inferred"' in picture.svg
    table = figures.show(pd.DataFrame({"status": ["by_order"]}), "Codes", "tbl-x", status="Status")
    assert "by order" in table._repr_markdown_() and "Download this table (CSV)" in table._repr_markdown_()


def test_forms_follow_the_number_and_a_language_without_catalogue_is_chinese(monkeypatch):
    monkeypatch.setenv(LANGUAGE, "en")
    assert [say_number("{n} 条边", n) for n in (0, 1, 2, 1.5)] == ["0 edges", "1 edge", "2 edges", "1.5 edges"]
    assert (say("行"), say_in("of a text", "行")) == ("Row", "Line")
    assert say("") == "" and say("{没有这一句}") == "{没有这一句}"
    assert cell_text({"a": [1, 2]}) == "a: 1, 2"
    monkeypatch.setenv(LANGUAGE, "xx")
    assert say_number("{n} 条边", 1) == "1 条边" and say_in("of a text", "行") == "行"
