"""What is drawn lies where the data say: bars, edges, arrows, cells, boxes and labels; nothing overlaps."""

import re
from itertools import combinations, product
from math import hypot
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from helpers import course
from zhagen import figures
from zhagen.errors import ZhagenError
from zhagen.figures import layout, mechanism, theme
from zhagen.statistics import correspondence_analysis
from zhagen.text.cleaning import printed_width

SVG = "{http://www.w3.org/2000/svg}"
WORDS = [a + b for a, b in product("数用平价场生创服流资产协需供联", "据户台值景态新务程源品同求应网")]


def elements(picture, tag):
    return list(ElementTree.fromstring(picture.svg).iter(f"{SVG}{tag}"))


def numbers(element, *names):
    return tuple(float(element.get(name)) for name in names)


def text_spots(picture):
    """Text -> (x, middle of its height); texts of several lines count as one."""
    spots = {}
    for element in elements(picture, "text"):
        parts = [part for part in list(element) or [element] if part.get("x")]
        ys = [float(part.get("y")) for part in parts]
        size = float(element.get("font-size"))
        spots["".join(element.itertext())] = float(parts[0].get("x")), sum(ys) / len(ys) - 0.37 * size
    return spots


def points(text):
    """The points of path data or of a polygon."""
    return [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+),(-?[\d.]+)", text)]


def test_each_bar_ends_at_its_count_and_says_it():
    frame = pd.DataFrame({"term": ["乙", "甲", "丁", "丙"], "count": [3, 11, 7, 0.004]})
    ax = Figure().subplots()
    figures.draw_frequencies(frame, ax=ax)
    counts = dict(zip(frame["term"], frame["count"], strict=True))
    named = {round(y): label.get_text() for y, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)}
    assert list(named.values()) == ["甲", "丁", "乙", "丙"] and ax.yaxis_inverted()
    drawn = {named[round(bar.get_y() + bar.get_height() / 2)]: bar.get_width() for bar in ax.patches}
    said = {named[round(label.xy[1])]: (label.xy[0], label.get_text()) for label in ax.texts}
    assert drawn == pytest.approx(counts)
    assert said == {"甲": (11, "11"), "丁": (7, "7"), "乙": (3, "3"), "丙": (0.004, "0.004")}


def test_a_bar_s_label_is_level_with_its_term_in_the_picture():
    frame = pd.DataFrame({"term": ["甲", "乙", "丙"], "count": [30, 20, 10]})
    places = {}
    for element in elements(figures.draw_frequencies(frame), "text"):
        moved = re.search(r"translate\(([\d.]+)[ ,]([\d.]+)\)", element.get("transform", ""))
        places["".join(element.itertext())] = float(moved[2]) if moved else float(element.get("y"))
    for term, count in (("甲", "30"), ("乙", "20"), ("丙", "10")):
        assert places[term] == pytest.approx(places[count], abs=6)


def test_a_cloud_s_words_grow_with_their_counts_and_do_not_overlap():
    frame = pd.DataFrame({"term": WORDS[:30], "count": range(30, 0, -1)})
    picture = figures.draw_cloud(frame)
    sizes = {"".join(element.itertext()): float(element.get("font-size")) for element in elements(picture, "text")}
    fills = {element.get("fill") for element in elements(picture, "text")}
    assert fills <= {theme.palette_colour(place) for place in range(3)}  # the others have too little contrast
    ordered = [sizes[term] for term in frame["term"]]
    assert ordered == sorted(ordered, reverse=True) and ordered[0] > ordered[-1]
    _, _, wide, high = map(float, elements(picture, "svg")[0].get("viewBox").split())
    boxes = []
    for word, (x, y) in text_spots(picture).items():
        half = 0.28 * sizes[word]  # words reach into the empty corners of others
        boxes.append((x + 0.05 * sizes[word], y - half, x + 1.95 * sizes[word], y + half))
    assert [box for box in boxes if min(box) < -1 or box[2] > wide + 1 or box[3] > high + 1] == []
    assert [pair for pair in combinations(boxes, 2) if overlap(*pair) > 1] == []


def overlap(one, two):
    return min(min(one[2], two[2]) - max(one[0], two[0]), min(one[3], two[3]) - max(one[1], two[1]))


def network(kind="random", nodes=200):
    shape = {
        "random": lambda: nx.gnm_random_graph(nodes, 3 * nodes, seed=3),
        "star": lambda: nx.star_graph(nodes - 1),
        "path": lambda: nx.path_graph(nodes),
        "islands": lambda: nx.disjoint_union_all([nx.complete_graph(4) for _ in range(nodes // 4)]),
        "apart": lambda: nx.empty_graph(nodes),
    }[kind]()
    graph = nx.relabel_nodes(shape, dict(enumerate(WORDS)))
    for place, node in enumerate(graph):
        graph.nodes[node]["count"] = 3 + place % 50
    for place, edge in enumerate(graph.edges):
        graph.edges[edge]["npmi"] = 0.1 + place % 7 / 10
    return graph


def drawn_network(picture):
    """Return (node -> centre of its mark, list of (ends of an edge, its width)) as they are drawn."""
    marks = [numbers(mark, "cx", "cy") for mark in elements(picture, "circle")]
    centres = {}
    for word, (x, y) in text_spots(picture).items():
        above = [mark for mark in marks if abs(mark[0] - x) < 0.02 and mark[1] < y]
        if above:
            centres[word] = max(above, key=lambda mark: mark[1])
    lines = [
        ((numbers(line, "x1", "y1"), numbers(line, "x2", "y2")), float(line.get("stroke-width")))
        for line in elements(picture, "line")
    ]
    return centres, lines


def test_each_edge_of_a_network_ends_at_its_two_nodes():
    graph = network(nodes=30)
    centres, lines = drawn_network(figures.draw_network(graph))
    assert centres.keys() == set(graph)
    ends = {frozenset(ends): width for ends, width in lines}
    wanted = {frozenset((centres[one], centres[two])): data["npmi"] for one, two, data in graph.edges(data=True)}
    assert ends.keys() == wanted.keys() and len(lines) == graph.number_of_edges()
    assert all((ends[a] < ends[b]) == (wanted[a] < wanted[b]) for a, b in combinations(wanted, 2))


def test_a_network_s_nodes_grow_with_their_counts():
    graph = network(nodes=30)
    picture = figures.draw_network(graph)
    centres, _ = drawn_network(picture)
    radius = {numbers(mark, "cx", "cy"): float(mark.get("r")) for mark in elements(picture, "circle")}
    by_count = sorted(graph, key=lambda node: graph.nodes[node]["count"])
    assert [radius[centres[node]] for node in by_count] == sorted(radius.values())
    assert len(set(radius.values())) == 30


@pytest.mark.parametrize("kind", ["random", "star", "path", "islands", "apart"])
def test_a_network_of_two_hundred_terms_has_no_overlap_and_keeps_to_the_page(kind):
    graph = network(kind)
    picture = figures.draw_network(graph)
    _, _, wide, high = map(float, elements(picture, "svg")[0].get("viewBox").split())
    boxes = []
    for word, (x, y) in text_spots(picture).items():
        if word in graph:
            half = printed_width(word) * 7
            boxes.append((x - half, y - 7, x + half, y + 7))
    for mark in elements(picture, "circle"):
        x, y, radius = numbers(mark, "cx", "cy", "r")
        boxes.append((x - radius, y - radius, x + radius, y + radius))
    assert len(boxes) == 400 and wide == theme.WIDTH
    assert [box for box in boxes if min(box) < 0 or box[2] > wide or box[3] > high] == []
    array = np.array(boxes)
    low = np.maximum(array[:, None, :2], array[None, :, :2])
    shared = np.minimum(array[:, None, 2:], array[None, :, 2:]) - low
    assert np.argwhere(np.triu((shared > 0.1).all(axis=2), 1)).tolist() == []


def test_the_work_of_keeping_labels_apart_does_not_grow_with_the_crowd(monkeypatch):
    calls = []
    measured = layout._overlap
    monkeypatch.setattr(layout, "_overlap", lambda *given: calls.append(len(given[0])) or measured(*given))
    for nodes in (50, 200):
        calls.clear()
        figures.draw_network(network(nodes=nodes))
        assert set(calls) == {nodes} and len(calls) <= layout.ROUNDS


def test_boxes_that_cannot_be_pushed_apart_are_moved_down():
    sizes = np.full((120, 2), [100.0, 20.0])
    middle = np.zeros((120, 2)) + 50
    placed = layout._move_down(layout._push_apart(middle, sizes, 100), sizes)
    assert layout.overlapping(placed, sizes) == [] and np.ptp(placed[:, 1]) == pytest.approx(119 * 20, abs=30)


def test_a_network_does_not_depend_on_the_order_of_nodes_and_edges():
    graph = network(nodes=40)
    other = nx.Graph()
    other.add_nodes_from(reversed(list(graph.nodes(data=True))))
    other.add_edges_from((two, one, data) for one, two, data in reversed(list(graph.edges(data=True))))
    assert figures.draw_network(graph).svg == figures.draw_network(other).svg


def test_small_weights_are_not_written_as_zero():
    graph = nx.Graph()
    graph.add_nodes_from(["甲", "乙"], count=2)
    graph.add_edge("甲", "乙", npmi=0.0004)
    assert "NPMI（0.0004）" in figures.draw_network(graph).alt
    frame = pd.DataFrame({"a": [0.004, -0.001]}, index=["甲", "乙"])
    assert {"0.004", "-0.001"} <= set(text_spots(figures.draw_heatmap(frame)))
    lines = pd.DataFrame({"x": [1, 2], "y": [0.00002, 0.3]})
    assert "1 处 0.00002，" in figures.draw_curve(lines).alt


def test_a_row_s_name_with_digits_is_inside_of_a_heat_map():
    frame = pd.DataFrame(np.ones((1, 9)), index=["01_六楼陈阿姨"], columns=list("甲乙丙丁戊己庚辛壬"))
    end, _ = text_spots(figures.draw_heatmap(frame))["01_六楼陈阿姨"]
    assert end - (5 + 3 * 0.57) * theme.SIZES["label"] >= 0  # digits of common fonts are as wide as that


def test_a_heat_map_s_number_is_in_its_row_and_column():
    frame = pd.DataFrame(np.arange(1, 13).reshape(4, 3), index=list("甲乙丙丁"), columns=["一", "二", "三"])
    picture = figures.draw_heatmap(frame)
    spots = text_spots(picture)
    rects = [numbers(cell, "x", "y", "width", "height") for cell in elements(picture, "rect")]
    assert len(rects) == 12
    for row, column in product(frame.index, frame.columns):
        x, y = spots[str(frame.loc[row, column])]
        assert x == pytest.approx(spots[column][0], abs=0.1) and y == pytest.approx(spots[row][1], abs=0.1)
        assert any(left < x < left + wide and top < y < top + high for left, top, wide, high in rects)


def test_a_matrix_s_label_is_in_its_row_and_column():
    frame = pd.DataFrame({"第一步": ["甲一", "乙一"], "第二步": ["甲二", "乙二"]}, index=["甲", "乙"])
    spots = text_spots(figures.draw_matrix(frame))
    for row, column in product(frame.index, frame.columns):
        x, y = spots[frame.loc[row, column]]
        assert x == pytest.approx(spots[column][0], abs=0.1) and y == pytest.approx(spots[row][1], abs=0.1)


def boxes_of(picture):
    """Label -> box (left, top, right, bottom) around it."""
    rects = [numbers(rect, "x", "y", "width", "height") for rect in elements(picture, "rect")]
    found = {}
    for label, (x, y) in text_spots(picture).items():
        around = [r for r in rects if abs(r[0] + r[2] / 2 - x) < 0.1 and abs(r[1] + r[3] / 2 - y) < 0.1]
        if around:
            left, top, wide, high = min(around, key=lambda r: r[2] * r[3])
            found[label] = (left, top, left + wide, top + high)
    return found


def away(point, box):
    """How far a point is from the edge of a box."""
    x, y = point
    outside = hypot(max(box[0] - x, 0, x - box[2]), max(box[1] - y, 0, y - box[3]))
    return outside or min(x - box[0], box[2] - x, y - box[1], box[3] - y)


def test_each_line_of_a_structure_joins_a_code_to_its_parent():
    rows = [("d", "dimension", "维度", "", "printed"), ("e", "dimension", "另一个", "", "printed")]
    rows += [("t1", "theme", "主题甲", "d", "by_order"), ("t2", "theme", "主题乙", "e", "inferred")]
    rows += [(f"c{n}", "concept", f"概念{n}", f"t{n % 2 + 1}", "printed") for n in range(5)]

    class Book:
        codes = pd.DataFrame(rows, columns="code_id level label parent_id status".split())

    picture = figures.draw_structure(Book)
    boxes, codes = boxes_of(picture), Book.codes.set_index("code_id")
    links = [group for group in elements(picture, "g") if points(group[0].get("d"))[-1][0] > 60]
    children = codes[codes.parent_id != ""]
    joined = set()
    for link in links:
        path = points(link[0].get("d"))
        (child,) = [label for label in children.label if away(path[0], boxes[label]) < 0.1]
        (parent,) = [label for label in codes.label if away(path[-1], boxes[label]) < 0.1]
        joined.add((child, parent, link.get("data-status")))
    wanted = {(row.label, codes.label[row.parent_id], row.status) for row in children.itertuples()}
    assert joined == wanted and len(links) == len(children)


ARROWS = pd.DataFrame(
    [
        ("数据驱动", "能力提升", "促进", "printed"),
        ("能力提升", "模式创新", "推动", "mapped"),
        ("数据驱动", "模式创新", "支撑", "inferred"),
        ("模式创新", "数据驱动", "反馈", "literature"),
        ("环境动荡", "能力提升", "抑制", "printed"),
        ("能力提升", "能力提升", "自增", "printed"),
        ("数据驱动", "能力提升", "引发", "by_order"),
    ],
    columns="source target relation status".split(),
)


@pytest.fixture(params=["Graphviz", "rows"])
def engine(request, monkeypatch):
    if request.param == "rows":
        monkeypatch.setitem(__import__("sys").modules, "pygraphviz", None)
    return request.param


def test_each_arrow_leads_from_its_source_to_its_target(engine):
    picture = figures.draw_mechanism(ARROWS)
    boxes, spots = boxes_of(picture), text_spots(picture)
    assert boxes.keys() == {*ARROWS.source, *ARROWS.target}
    groups = [group for group in elements(picture, "g")][: len(ARROWS)]
    for arrow, group in zip(ARROWS.itertuples(), groups, strict=True):
        path = points(group[0].get("d"))
        tip = points(group[-1].get("points"))[1]
        assert group.get("data-status") == arrow.status
        assert away(path[0], boxes[arrow.source]) < 2 and away(tip, boxes[arrow.target]) < 2
        x, y = spots[arrow.relation]
        near = np.hypot(*(course(group[0].get("d")) - [x, y]).T).min()
        assert near < 45
    assert ("没有 Graphviz" in picture.alt) == (engine == "rows")


def test_a_model_without_graphviz_has_no_overlap_and_names_its_groups(engine):
    groups = {"能力提升": "能力", "模式创新": "创新"}
    picture = figures.draw_mechanism(ARROWS, groups, title="一个机理")
    boxes = list(boxes_of(picture).values())
    assert [pair for pair in combinations(boxes, 2) if overlap(*pair) > 0] == []
    _, _, wide, high = map(float, elements(picture, "svg")[0].get("viewBox").split())
    for label, (x, y) in text_spots(picture).items():
        assert 0 <= x <= wide and 0 <= y <= high, label
    assert any(text.startswith("能力") for text in text_spots(picture) if text not in boxes_of(picture))
    assert "能力：能力提升。创新：模式创新。" in picture.alt
    assert wide <= theme.WIDTH + 8 and figures.draw_mechanism(ARROWS, groups, title="一个机理").svg == picture.svg


def test_a_plane_s_labels_are_at_their_points():
    table = pd.DataFrame(
        np.random.default_rng(5).integers(0, 30, (40, 5)),
        index=WORDS[:40],
        columns=["一章", "二章", "三章", "四章", "五章"],
    )
    result = correspondence_analysis(table + 1)
    picture = figures.draw_plane(result, ("词", "章"))
    spots = text_spots(picture)
    marks = [numbers(mark, "cx", "cy") for mark in elements(picture, "circle")]
    marks = sorted(set(marks) - {max(marks, key=lambda mark: mark[1])})  # without the legend's
    rows = result.rows.sort_values("x1")
    at = dict(zip(rows.label, marks, strict=True))
    leaders = [points(path.get("d")) for path in elements(picture, "path") if not path.get("stroke-dasharray")]
    assert max(hypot(*np.subtract(*line)) for line in leaders) < 90
    drawn = [label for label in rows.label if label in spots]
    assert len(drawn) >= 10
    for label in drawn:
        x, y = spots[label]
        led = any(line[0] == at[label] and abs(line[1][0] - x) <= 18 and abs(line[1][1] - y) <= 12 for line in leaders)
        assert led or hypot(max(abs(x - at[label][0]) - 18, 0), max(abs(y - at[label][1]) - 12, 0)) < 14


def words_with(word):
    return pd.DataFrame({"term": pd.Series([word, "别的"], dtype=object), "count": [2, 1]})


def graph_with(word):
    graph = nx.Graph()
    graph.add_nodes_from([word, "别的"], count=2)
    graph.add_edge(word, "别的", npmi=0.2)
    return graph


KINDS = {
    "bars": lambda word: figures.draw_frequencies(words_with(word)),
    "cloud": lambda word: figures.draw_cloud(words_with(word)),
    "network": lambda word: figures.draw_network(graph_with(word)),
    "matrix": lambda word: figures.draw_matrix(pd.DataFrame({"一": pd.Series([word], dtype=object)})),
    "heatmap": lambda word: figures.draw_heatmap(pd.DataFrame([[1]], index=pd.Index([word], dtype=object))),
    "curve": lambda word: figures.draw_curve(
        pd.DataFrame({"x": [1, 2], "y": [1, 2], "s": pd.Series([word, word], dtype=object)}), series="s"
    ),
    "mechanism": lambda word: figures.draw_mechanism(
        pd.DataFrame([(word, "别的", "促进", "printed")], columns="source target relation status".split(), dtype=object)
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\t", "\x0b", "\u2028"])
def test_a_line_break_in_a_label_becomes_a_blank(kind, end):
    picture = KINDS[kind](f"数{end}字")
    drawn = "".join("".join(element.itertext()) for element in elements(picture, "text"))
    assert "数 字" in drawn or "数字" in drawn.replace(" ", "")
    assert re.search("[\x0b\x0c\r\u2028]", picture.svg) is None and "\n" not in picture.alt


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("character", ["\ud800", "\udfff", "\x00", "\x1b"])
def test_a_character_that_no_file_can_hold_is_cleaned_or_named(kind, character):
    try:
        picture = KINDS[kind](f"数{character}字")
    except ZhagenError as error:
        str(error).encode()
        return
    ElementTree.fromstring(picture.svg.encode())
    picture.alt.encode()
    picture.key.encode()


def test_a_key_of_any_characters_names_a_picture():
    frame = pd.DataFrame({"term": ["数字"], "count": [2]})
    assert figures.draw_frequencies(frame, key="甲\ud800").svg.encode()


@pytest.mark.parametrize("term", ["", "  ", None])
def test_an_empty_term_is_an_error(term):
    frame = pd.DataFrame({"term": pd.Series(["数字", term], dtype=object), "count": [2, 1]})
    for draw in (figures.draw_frequencies, figures.draw_cloud):
        with pytest.raises(ZhagenError, match="a row has no term"):
            draw(frame)


def test_a_mechanism_without_an_end_after_cleaning_is_an_error():
    with pytest.raises(ZhagenError, match="lacks an end"):
        figures.draw_mechanism(ARROWS.assign(source=" \n"))


def test_the_fallback_is_taken_only_without_pygraphviz(monkeypatch):
    monkeypatch.setattr(mechanism, "_in_rows", lambda *_: pytest.fail("Graphviz is here"))
    assert "Graphviz" not in figures.draw_mechanism(ARROWS).alt


@pytest.mark.parametrize("draw", [figures.draw_frequencies, figures.draw_cloud])
def test_terms_as_frequent_as_the_last_are_drawn_or_their_number_is_said(draw):
    frame = pd.DataFrame({"term": WORDS[:20], "count": [9] + 3 * [5] + 16 * [2]})
    drawn = [*map("".join, (element.itertext() for element in elements(draw(frame, top=2), "text")))]
    assert {*WORDS[:4]} <= {*drawn} and not {*WORDS[4:]} & {*drawn} and "另有" not in draw(frame, top=2).alt
    cut = draw(frame, top=6)
    drawn = [*map("".join, (element.itertext() for element in elements(cut, "text")))]
    assert len({*WORDS[:20]} & {*drawn}) == 6 and any("另有 14 个词也是 2 次，没有画出" in text for text in drawn)
    assert "另有 14 个词也是 2 次，没有画出" in cut.alt


def test_edges_tied_with_the_last_one_named_are_counted():
    ring = nx.cycle_graph(WORDS[:8])
    nx.set_node_attributes(ring, 3, "count")
    nx.set_edge_attributes(ring, 2, "weight")
    assert "另有 3 条和末一条一样高" in figures.draw_network(ring, weight="weight").alt
