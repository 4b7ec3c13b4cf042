"""Figures: every label is text, ids do not collide, what is inferred looks so, both modes have contrast."""

import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from zhagen import figures
from zhagen.errors import OutputError, ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas
from zhagen.statistics.clusters import cluster_labels, cut_clusters
from zhagen.statistics.correspondence import correspondence_analysis
from zhagen.text.cleaning import printed_width

SVG = "{http://www.w3.org/2000/svg}"
CSS = Path(__file__).parents[2] / "book/_static/figures.css"
TERMS = ["数字", "平台", "商业模式", "用户", "AI技术", "场景体验", "价值", "生态圈", "R&D"]
ARROWS = pd.DataFrame(
    [
        ("需求源点建立", "机会感知能力", "促进", "+", "inferred"),
        ("机会感知能力", "价值主张校准", "推动", "+", "mapped"),
        ("需求源点建立", "数字价值主张实现机理", "支撑", "+", "printed"),
        ("需求源点建立", "数字价值主张实现机理", "引发", "", "by_order"),
        ("价值主张校准", "数字价值主张实现机理", "调整", "", "reconciled"),
        ("环境动荡", "数字价值主张实现机理", "抑制", "-", "literature"),
        ("环境动荡", "机会感知能力", "限定", "+", "prose"),
        ("环境动荡", "价值主张校准", "牵动", "+", "heading"),
    ],
    columns="source target relation sign status".split(),
)
STATED = [status for status in theme.STATUS if status not in ("unconfirmed", "judged")]  # no arrow is a copy's
GROUPS = {"机会感知能力": "动态能力提升", "价值主张校准": "动态能力提升"}


class Codes:
    """A codebook of two dimensions, one concept and one theme without anything below, and labels that wrap."""

    codes = pd.DataFrame(
        [
            ("d1", "dimension", "数字商业模式创新", "", "printed"),
            ("d2", "dimension", "数据驱动", "", "printed"),
            ("t1", "theme", "价值主张校准", "d1", "by_order"),
            ("t2", "theme", "需求源点建立", "d2", "inferred"),
            ("t3", "theme", "网络共享交互", "d2", "printed"),
            ("c1", "concept", "解决方案精准触达用户", "t1", "by_order"),
            ("c2", "concept", "数字节点部署", "t2", "reconciled"),
            ("c3", "concept", "需求模块化分解", "t2", "inferred"),
        ],
        columns="code_id level label parent_id status".split(),
    )


def frequency():
    return pd.DataFrame({"term": TERMS, "count": range(len(TERMS) + 2, 2, -1)})


def network():
    graph = nx.Graph()
    for place, term in enumerate(TERMS):
        graph.add_node(term, count=3 + place)
    for place, (first, second) in enumerate(combinations(TERMS[:6], 2)):
        graph.add_edge(first, second, npmi=0.1 + place / 20)
    return graph


def grid():
    return pd.DataFrame(
        {"第一步": ["需求源点建立", None], "第二步": ["场景链条联动", "敏捷响应能力"]},
        index=["数据驱动", "动态能力提升"],
    )


def counts():
    """Six terms in four chapters; 平台 and 数据 have one profile, so their points fall together."""
    cells = [[9, 1, 0, 2], [2, 8, 1, 0], [18, 2, 0, 4], [1, 1, 7, 3], [3, 3, 3, 2], [0, 12, 2, 1]]
    return pd.DataFrame(cells, index=["平台", "用户", "数据", "价值主张", "AI技术", "场景体验"], columns=CHAPTERS)


def tree():
    """Two pairs that merge early, one label apart, and a long label."""
    labels = ["用户", "平台", "数据", "数字商业模式创新的机理", "价值"]
    table = pd.DataFrame(1.0, index=labels, columns=labels)
    for one, other, apart in (("用户", "平台", 0.2), ("数据", labels[3], 0.4)):
        table.loc[one, other] = table.loc[other, one] = apart
    for one in labels[:2]:
        for other in labels[2:4]:
            table.loc[one, other] = table.loc[other, one] = 0.7
    for label in labels:
        table.loc[label, label] = 0.0
    table.attrs["measure"] = "jaccard"
    return cluster_labels(table)


def saturation():
    rows = [(n, way, n**power) for way, power in (("原文次序", 1), ("随机次序", 1.5)) for n in range(1, 7)]
    return pd.DataFrame(rows, columns=["段数", "次序", "代码"]).assign(低=lambda f: f.代码 - 1, 高=lambda f: f.代码 + 2)


def curve(frame, **more):
    band = {"band": ("低", "高"), "band_name": "95% 区间"} | more
    return figures.draw_curve(
        frame, "段数", "代码", series="次序", xlabel="已编码的段数", ylabel="代码数（个）", **band
    )


def passages():
    rows = [("定价", 180, 200), ("守约", 40, 60), ("定价", 0, 20), ("让一步", 50, 70)]
    return pd.DataFrame(rows, columns=["label", "start", "end"])


def turns():
    return pd.DataFrame([(0, 90, "interviewer"), (90, 200, "participant")], columns=["start", "end", "role"])


def log():
    rows = [("2024-03-07", "管理员乙", "卖家之外要听管群的人", "访谈"), ("2024-03-04", "卖家甲", "", "访谈")]
    rows.append(("2024-03-29", "群聊记录", "说的和做的，" * 20, "文件"))
    return pd.DataFrame(rows, columns=["date", "who", "why", "kind"])


CHAPTERS = ["导论", "案例分析", "结论", "附录"]
MATRIX_LABELS = ["需求源点建立", "场景链条联动", "敏捷响应能力", "数据驱动", "动态能力提升", "第一步", "第二步"]
NODES = list(dict.fromkeys([*ARROWS.source, *ARROWS.target]))
# name: (draw, labels that must stand as text once, labels that the alternative text must name)
CASES = {
    "bars": (lambda: figures.draw_frequencies(frequency()), TERMS, TERMS),
    "cloud": (lambda: figures.draw_cloud(frequency()), TERMS, TERMS),
    "network": (lambda: figures.draw_network(network(), [set(TERMS[:4]), set(TERMS[4:])]), TERMS, TERMS),
    "structure": (lambda: figures.draw_structure(Codes), list(Codes.codes.label), list(Codes.codes.label[:5])),
    "matrix": (lambda: figures.draw_matrix(grid()), MATRIX_LABELS, MATRIX_LABELS),
    "plane": (
        lambda: figures.draw_plane(correspondence_analysis(counts()), ("词", "章")),
        [*counts().index, *CHAPTERS, "词（6 个）", "章（4 个）"],
        ["6 个词、4 个章", "61.9%", "37.6%", "词 数据、平台；章 导论", "负端（词 场景体验；章 案例分析）"],
    ),
    "dendrogram": (
        lambda: figures.draw_dendrogram(tree(), cut_clusters(tree(), k=3)),
        [*tree().labels, "距离（1 − Jaccard）"],
        [*tree().labels, "平台与用户（0.2）", "第 1 组", "平均连接"],
    ),
    "curve": (
        lambda: curve(saturation()),
        ["原文次序", "随机次序", "95% 区间", "已编码的段数", "代码数（个）"],
        [
            "原文次序",
            "随机次序",
            "95% 区间",
            "已编码的段数",
            "代码数（个）",
            "1 处 1，到 6 处升到 6",
            "14.7",
            "最宽处 3",
        ],
    ),
    "heatmap": (
        lambda: figures.draw_heatmap(counts(), "次数"),
        [*counts().index, *CHAPTERS],
        [*counts().index, *CHAPTERS, "格中是次数（0 至 18）", "数据：导论 18、案例分析 2、结论 0、附录 4。"],
    ),
    "flow": (
        lambda: figures.draw_flow(Codes),
        ["数字商业模式创新", "数据驱动", "价值主张校准", "需求源点建立", "网络共享交互", "1 个依次序对应"],
        ["3 个一阶概念归入 3 个二阶主题，再归入 2 个聚合维度", "需求源点建立 ← 核对调整 1 个、本书推断 1 个。"],
    ),
    "portrait": (
        lambda: figures.draw_portrait(passages(), length=200, turns=turns()),
        ["定价", "守约", "让一步", "问的人", "答的人", "谁在说", "200"],
        ["全文 200 字，3 个编码条目，4 段，共占全文的 35%", "定价 2 段，在 0%、90% 处", "守约 1 段，在 20% 处"],
    ),
    "timeline": (
        lambda: figures.draw_timeline(log(), what="who", why="why", group="kind"),
        ["卖家甲", "管理员乙", "群聊记录", "访谈", "文件", "3-04", "2024 年"],
        ["3 项，从 2024-03-04 到 2024-03-29", "2024-03-07 管理员乙（卖家之外要听管群的人）"],
    ),
    "mechanism": (
        lambda: figures.draw_mechanism(ARROWS, GROUPS, title="主张机理"),
        [*NODES, "动态能力提升", "主张机理", "促进", "推动", "支撑", "引发", "调整", "抑制 −"],
        ["需求源点建立 促进 机会感知能力（本书推断）", "主张机理", "动态能力提升"],
    ),
}
every = pytest.mark.parametrize("name", CASES)


@pytest.fixture(scope="module")
def pictures():
    return {name: draw() for name, (draw, _, _) in CASES.items()}


def parse(picture):
    return ElementTree.fromstring(picture.svg)


def texts(picture):
    return ["".join(element.itertext()) for element in parse(picture).iter(f"{SVG}text")]


def ids(picture):
    return [element.get("id") for element in parse(picture).iter() if element.get("id")]


@every
def test_every_label_is_text_once(pictures, name):
    drawn = texts(pictures[name])
    assert {label: drawn.count(label) for label in CASES[name][1]} == dict.fromkeys(CASES[name][1], 1)


@every
def test_the_alternative_text_names_the_data(pictures, name):
    picture = pictures[name]
    assert picture.alt.endswith("。")
    assert [label for label in CASES[name][2] if label not in picture.alt] == []


@every
def test_title_and_description_are_the_alternative_text(pictures, name):
    root = parse(pictures[name])
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title.text + description.text == pictures[name].alt
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert root.get("role") == "img"


@every
def test_the_same_data_give_the_same_bytes(pictures, name):
    assert CASES[name][0]().svg == pictures[name].svg


@every
def test_the_root_scales(pictures, name):
    root = parse(pictures[name])
    assert "width" not in root.attrib and "height" not in root.attrib
    assert "max-width" in root.get("style")
    wide = float(root.get("viewBox").split()[2])
    sizes = re.findall(r'font-size(?:="|: )([\d.]+)', pictures[name].svg)
    shown = max(358, float(re.search(r"min-width:(\d+)px", root.get("style"))[1]))  # px on a phone of 390 px
    assert min(map(float, sizes)) * shown / wide >= 9.99


@every
def test_the_svg_stands_alone(pictures, name):
    svg = pictures[name].svg
    assert svg.startswith("<svg") and "<style" not in svg and "<metadata" not in svg
    assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
    known = set(ids(pictures[name]))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= known


@every
def test_no_colour_is_fixed_to_one_mode(pictures, name):
    without_variables = re.sub(r"var\(--zhagen-[^)]*\)", "", pictures[name].svg)
    assert re.findall(r"#[0-9a-fA-F]{3,6}\b(?=[\";])", without_variables) == []


def test_ids_are_unique_over_pictures_of_different_keys(pictures):
    two = [figures.draw_frequencies(frequency(), key=key) for key in ("one", "two")]
    found = [one for picture in [*two, *pictures.values()] for one in ids(picture)]
    assert len(found) == len(set(found)) > len(pictures)


def test_clip_paths_follow_their_ids():
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 2], [3, 4], marker="o")
    first, second = (figures.from_matplotlib(figure, "一条线。", key) for key in ("one", "two"))
    assert "clip-path" in first.svg and "<use" in first.svg
    assert set(ids(first)) & set(ids(second)) == set()
    for picture in (first, second):
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', picture.svg)) <= set(ids(picture))


def arrows(picture):
    """Return status -> list of (dash of the line, tags of the head) over all arrows, the legend's too."""
    found = {}
    for group in parse(picture).iter(f"{SVG}g"):
        if group.get("class") == "zhagen-arrow":
            line, *head = group
            shape = (line.get("stroke-dasharray"), line.get("stroke-width"), tuple(part.tag for part in head))
            found.setdefault(group.get("data-status"), []).append(shape)
    return found


def test_every_status_has_a_look_of_its_own(pictures):
    looks = arrows(pictures["mechanism"])
    assert {status: len(shapes) for status, shapes in looks.items()} == dict.fromkeys(STATED, 2)
    assert all(len(set(shapes)) == 1 for shapes in looks.values())
    assert len({shapes[0] for shapes in looks.values()}) == len(STATED)
    assert len({(line.dash, line.width, line.filled) for line in theme.STATUS.values()}) == len(theme.STATUS)


def test_an_inferred_arrow_never_looks_stated(pictures):
    looks = arrows(pictures["mechanism"])
    dash, _, head = looks["inferred"][0]
    assert dash and dash not in [shapes[0][0] for status, shapes in looks.items() if status != "inferred"]
    assert looks["printed"][0][0] is None and head != looks["printed"][0][2]
    assert theme.STATUS["inferred"].colour not in [
        line.colour for status, line in theme.STATUS.items() if status != "inferred"
    ]


def test_the_legend_lists_the_statuses_that_occur(pictures):
    drawn = texts(pictures["mechanism"])
    assert [drawn.count(theme.STATUS[status].name) for status in STATED] == [1] * len(STATED)
    stated = figures.draw_mechanism(ARROWS[ARROWS.status == "printed"])
    assert [line.name for line in theme.STATUS.values() if line.name in texts(stated)] == ["原文写明"]
    assert stated.alt.endswith("1 支箭头，是原文写明。需求源点建立 支撑 数字价值主张实现机理。")


def test_numbers_in_alternative_texts_are_computed(pictures):
    assert pictures["mechanism"].alt.startswith(
        "机制模型图“主张机理”：5 个节点、8 支箭头，其中原文写明 1 支、正文写明 1 支、标题写明 1 支、"
        "依次序对应 1 支、转述对应 1 支、核对调整 1 支、"
        "文献转引 1 支、本书推断 1 支。动态能力提升：机会感知能力、价值主张校准。"
        "需求源点建立 促进 机会感知能力（本书推断）；机会感知能力 推动 价值主张校准（转述对应）；"
    )
    assert "；环境动荡 抑制 数字价值主张实现机理（文献转引，负向）；" in pictures["mechanism"].alt
    assert "3 个一阶概念归入 3 个二阶主题，再归入 2 个聚合维度" in pictures["structure"].alt
    assert "9 个词，15 条边" in pictures["network"].alt
    assert figures.draw_frequencies(frequency(), top=2).alt.endswith(
        "的 2 个，按次数从多到少排列。数字 11 次、平台 10 次。"
    )


def test_of_many_arrows_the_most_firmly_stated_are_said_and_the_others_counted():
    many = pd.concat([ARROWS.assign(source=f"{place} 号") for place in "甲乙"])
    said = figures.draw_mechanism(many).alt
    assert said.count("（") == 13 and said.endswith("；另有 4 支（文献转引 2 支、本书推断 2 支）在本图的数据表里。")


def test_a_structure_says_what_belongs_to_what(pictures):
    assert "数据驱动 ← 需求源点建立（2 个一阶概念）、网络共享交互。" in pictures["structure"].alt


def test_a_network_says_its_hubs_and_whole_weights_without_decimals():
    star = nx.star_graph(["平台", "数据", "用户", "产品"])
    nx.set_node_attributes(star, 3, "count")
    nx.set_edge_attributes(star, 20, "n12")
    said = figures.draw_network(star, weight="n12").alt
    assert "同现次数（20）。连边最多的词：平台 3 条。" in said and ".00" not in said


@pytest.mark.parametrize(
    ("ys", "said"),
    [
        ([0, 10, 20, 30, 31, 32, 33], "1 处 0，到 4 处升到 30，此后转缓，到 7 处升到 33。"),
        ([5, 9, 2, 2, 2, 2, 2], "1 处 5，到 2 处升到 9，到 3 处降到 2，到 7 处仍是 2。"),
        ([1, 1, 1, 1, 1, 1, 1], "1 处 1，到 7 处仍是 1。"),
        ([0.12345, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], "1 处 0.123，到 7 处升到 0.7。"),
    ],
)
def test_a_curve_says_where_it_bends(ys, said):
    assert figures.draw_curve(pd.DataFrame({"x": range(1, 8), "y": ys})).alt.endswith(f"1 条线。{said}")


def boxes(picture):
    """Return the boxes (left, top, right, bottom) of all texts, as wide as full-width characters are."""
    found = []
    for element in parse(picture).iter(f"{SVG}text"):
        size = float(element.get("font-size"))
        for part in list(element) or [element]:
            wide = printed_width(part.text) * size
            left = float(part.get("x")) - {"middle": wide / 2, "start": 0, "end": wide}[element.get("text-anchor")]
            bottom = float(part.get("y")) + 0.12 * size
            found.append((left, bottom - 0.95 * size, left + wide, bottom))
    return found


@pytest.mark.parametrize("name", ["network", "structure", "matrix", "mechanism", "plane", "dendrogram", "heatmap"])
def test_labels_neither_overlap_nor_are_cut(pictures, name):
    found = boxes(pictures[name])
    _, _, wide, high = map(float, parse(pictures[name]).get("viewBox").split())
    assert [box for box in found if box[0] < -1 or box[1] < -1 or box[2] > wide + 1 or box[3] > high + 1] == []
    assert [(a, b) for a, b in combinations(found, 2) if overlap(a, b)] == []


def overlap(one, two):
    return min(one[2], two[2]) - max(one[0], two[0]) > 2 and min(one[3], two[3]) - max(one[1], two[1]) > 2


def test_a_missing_glyph_is_an_error():
    frame = pd.DataFrame({"term": ["扎\u1000"], "count": [1]})
    draws = [
        lambda: figures.draw_frequencies(frame),
        lambda: figures.draw_cloud(frame),
        lambda: figures.draw_matrix(frame),
        lambda: figures.draw_heatmap(frame.set_index("term")),
        lambda: figures.draw_curve(frame.assign(n=1), "n", "count", series="term"),
        lambda: figures.draw_mechanism(ARROWS.assign(source="扎\u1000")),
    ]
    for draw in draws:
        with pytest.raises(ZhagenError, match=r"U\+1000|Glyph 4096"):
            draw()


def test_matplotlib_gets_its_settings_back_and_no_figure():
    import matplotlib
    from matplotlib import pyplot

    before = dict(matplotlib.rcParams)
    figures.draw_frequencies(frequency())
    assert dict(matplotlib.rcParams) == before
    assert pyplot.get_fignums() == []


def test_bars_accept_an_axis():
    from matplotlib.figure import Figure

    left, right = Figure().subplots(1, 2)
    right.set_title("右图")
    picture = figures.draw_frequencies(frequency(), ax=left)
    assert "右图" in texts(picture) and "商业模式" in texts(picture)


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (lambda: figures.draw_frequencies(frequency().rename(columns={"term": "word"})), "no column term"),
        (lambda: figures.draw_frequencies(pd.concat([frequency(), frequency()])), "more than one row"),
        (lambda: figures.draw_frequencies(frequency().head(0)), "no row"),
        (lambda: figures.draw_cloud(frequency().assign(count=0)), "no occurrence"),
        (lambda: figures.draw_network(nx.Graph()), "no node"),
        (lambda: figures.draw_network(nx.path_graph(2)), "node 0 has no count"),
        (lambda: figures.draw_network(network(), weight="pmi"), "has no pmi"),
        (lambda: figures.draw_network(network(), [{"别的"}]), "no node"),
        (lambda: figures.draw_mechanism(ARROWS.assign(status="sure")), "unknown status 'sure'"),
        (lambda: figures.draw_mechanism(ARROWS.assign(target=None)), "lacks an end"),
        (lambda: figures.draw_mechanism(ARROWS, {"别的": "组"}), "no arrow meets"),
        (lambda: figures.draw_matrix(pd.DataFrame()), "no cell"),
        (lambda: figures.draw_matrix(grid(), arrows=["printed"] * 9), "9 arrows between them"),
        (lambda: figures.draw_heatmap(pd.DataFrame()), "no cell"),
        (lambda: figures.draw_heatmap(grid()), "'需求源点建立' is no number"),
        (lambda: figures.draw_heatmap(counts() * float("inf")), "not finite"),
        (lambda: figures.draw_heatmap(pd.DataFrame([range(40)])), "40 columns are too many"),
        (lambda: figures.draw_plane(correspondence_analysis(counts()[CHAPTERS[:2]])), "one axis"),
        (lambda: figures.draw_dendrogram(tree(), cut_clusters(tree(), k=3).head(2)), "no group for"),
        (
            lambda: figures.draw_dendrogram(tree(), cut_clusters(tree(), k=2).assign(group=[1, 1, 1, 2, 2])),
            "not a branch",
        ),
        (lambda: curve(saturation().head(0)), "no row"),
        (lambda: curve(saturation().drop(columns="低")), "no column 低"),
        (lambda: curve(saturation().assign(代码=None)), "代码 has a gap"),
        (lambda: curve(saturation().assign(代码="多")), "more than numbers"),
        (lambda: curve(saturation(), band=("高", "低")), "高 is above 低"),
        (lambda: curve(saturation().assign(段数=2)), r"two points at 2 \(line 原文次序\)"),
        (lambda: curve(saturation().assign(低=0), log="y"), "低 has 0"),
        (lambda: curve(saturation(), log="z"), "no axis 'z'"),
        (
            lambda: figures.draw_curve(saturation().assign(s=range(12)), "段数", "代码", series="s"),
            "12 lines are too many",
        ),
        (lambda: Canvas().picture(1, 1, " ", "k"), "no alternative text"),
    ],
)
def test_what_cannot_be_drawn_is_said(draw, told):
    with pytest.raises(ZhagenError, match=told):
        draw()


@pytest.mark.parametrize(("parent", "told"), [("gone", "not there"), ("t1", "like itself"), ("c1", "circle")])
def test_a_structure_needs_levels(parent, told):
    class Bad:
        codes = Codes.codes.copy()

    Bad.codes.loc[Bad.codes.code_id == {"c1": "d1"}.get(parent, "t2"), "parent_id"] = parent
    with pytest.raises(ZhagenError, match=told):
        figures.draw_structure(Bad)


def test_every_code_of_a_study_stands_once(haier):
    drawn = texts(figures.draw_structure(haier.codebook))
    assert [label for label in haier.codebook.codes.label if drawn.count(label) != 1] == []


def test_graphviz_is_quiet():
    code = (
        "import pandas as pd; from zhagen import figures;"
        "figures.draw_mechanism(pd.DataFrame([dict(source='甲', target='乙', relation='促进', status='printed')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""  # the book's build fails on anything written there


def test_a_picture_shows_as_html_and_is_saved(tmp_path, pictures):
    picture = pictures["matrix"]
    assert picture._repr_html_() == f'<div class="zhagen-figure">{picture.svg}</div>'
    assert "<svg" not in repr(picture)
    picture.save(tmp_path / "new" / "matrix.svg")
    assert ElementTree.parse(tmp_path / "new" / "matrix.svg").getroot().tag == f"{SVG}svg"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["matrix.svg"]
    with pytest.raises(OutputError):
        picture.save(tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(("mode", "ground"), [("light", "#fffefa"), ("dark", "#171a19")])
def test_colours_have_contrast(mode, ground):
    rules = re.search(rf'\[data-theme="{mode}"\] \{{(.*?)\}}', CSS.read_text("utf-8"), re.DOTALL)[1]
    colours = dict(re.findall(r"--zhagen-(\w+): (#\w{6})", rules))
    assert len(colours) == len(theme.PALETTE) + 1
    for name, colour in colours.items():
        dark, light = sorted((luminance(ground), luminance(colour)))
        words = name in ("1", "2", "3", "muted")
        assert (light + 0.05) / (dark + 0.05) >= (4.5 if words else 3), name
    if mode == "light":
        assert [colours[str(place + 1)] for place in range(6)] == list(theme.PALETTE)
        assert colours["muted"] == theme.MUTED


def test_a_network_names_its_measure():
    graph = nx.Graph(measure="n12")
    graph.add_nodes_from(["数据", "平台"], count=4)
    graph.add_edge("数据", "平台", weight=2, n12=2)
    for weight in ("weight", "n12"):
        picture = figures.draw_network(graph, weight=weight)
        assert "边的粗细：同现次数（2）" in texts(picture) and "表示 同现次数" in picture.alt
    graph.graph.clear()
    assert "边的粗细：权重（2）" in texts(figures.draw_network(graph, weight="weight"))


def shapes(picture, tag):
    return [element.attrib for element in parse(picture).iter(f"{SVG}{tag}")]


def test_a_plane_has_one_scale_and_two_marks():
    result = correspondence_analysis(counts())
    picture = figures.draw_plane(result, ("词", "章"))
    discs = sorted((float(disc["cx"]), float(disc["cy"])) for disc in shapes(picture, "circle"))[1:]  # the legend's
    rows = sorted(zip(result.rows.x1, result.rows.x2, strict=True))
    assert len(discs) == len(rows) == 6 and len(shapes(picture, "polygon")) == 4 + 1
    across = (discs[-1][0] - discs[0][0]) / (rows[-1][0] - rows[0][0])
    for (x, y), (first, second) in zip(discs, rows, strict=True):
        assert x - discs[0][0] == pytest.approx((first - rows[0][0]) * across, abs=0.05)
        assert discs[0][1] - y == pytest.approx((second - rows[0][1]) * across, abs=0.05)


def test_a_plane_names_what_contributes_most():
    table = pd.concat([counts() + number for number in range(4)])
    table.index = [f"{label}{number}" for number in range(4) for label in counts().index]
    result = correspondence_analysis(table)
    rows = result.rows.assign(share=lambda f: f.mass * (f.x1**2 + f.x2**2)).sort_values("share")
    drawn = texts(figures.draw_plane(result, ("词", "章"), top=3))
    assert [label for label in rows.label if label in drawn] == rows.label.tolist()[-3:]
    assert "词（24 个，写出贡献最大的 3 个）" in drawn and "章（4 个，写出贡献最大的 3 个）" in drawn


def test_a_plane_names_all_that_contribute_as_much_as_the_last():
    rows = [[40, 1, 1], [40, 1, 1], [3, 5, 2], [3, 2, 5], [4, 4, 4]]  # the first two are the same, and the furthest
    result = correspondence_analysis(pd.DataFrame(rows, index=list("甲乙丙丁戊"), columns=list("abc")))
    drawn = texts(figures.draw_plane(result, ("词", "章"), top=1))
    share = result.rows.set_index("label").eval("mass * (x1**2 + x2**2)")
    assert {label for label in "甲乙丙丁戊" if label in drawn} == set(share.index[share > 0.999 * share.max()])
    assert len(share[share > 0.999 * share.max()]) == 2


def test_a_plane_says_how_many_labels_found_no_room():
    table = pd.DataFrame(np.random.default_rng(1).integers(1, 9, (160, 4)) + np.eye(160, 4) * 200, columns=list("abcd"))
    table.index = [f"很长的一个名称第{number}号" for number in range(160)]
    legend = next(text for text in texts(figures.draw_plane(correspondence_analysis(table), top=150)) if "行（" in text)
    assert re.fullmatch(r"行（160 个，写出贡献最大的 150 个里放得下的 \d+ 个）", legend)


def test_a_dendrogram_shows_heights_and_groups(pictures):
    merges, paths = tree(), [path["d"][1:].split() for path in shapes(pictures["dendrogram"], "path")]
    lines = [[tuple(map(float, point.split(","))) for point in path] for path in paths]
    upright = sorted(start[0] for start, end in lines if start[0] == end[0])
    root = min(start[0] for start, _ in lines)
    scale = (upright[-1] - root) / merges.steps.height.iloc[-1]
    assert [(x - root) / scale for x in upright] == pytest.approx(merges.steps.height.tolist(), abs=1e-3)
    order = [label for label in texts(pictures["dendrogram"]) if label in merges.labels]
    assert order == ["平台", "用户", "数字商业模式创新的机理", "数据", "价值"]
    bars = {float(bar["y"]): float(bar["y"]) + float(bar["height"]) for bar in shapes(pictures["dendrogram"], "rect")}
    leaves = sorted(start[1] for start, _ in lines if start[0] == root)
    held = [[leaf for leaf in leaves if top < leaf < bottom] for top, bottom in sorted(bars.items())]
    assert held == [leaves[:2], leaves[2:4], leaves[4:]] and len(leaves) == 5
    plain = figures.draw_dendrogram(merges)
    assert theme.PALETTE[0] not in plain.svg and plain.alt.endswith(f"从上到下：{'、'.join(order)}。")


def test_lines_differ_in_marker_and_dash():
    lines = pd.DataFrame([(n, n * m, f"第{m}条") for n in (1, 2) for m in range(1, 7)], columns=["x", "y", "s"])
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    picture = figures.draw_curve(lines, series="s", ax=ax)
    drawn = ax.get_lines()
    assert len({line.get_marker() for line in drawn}) == len({str(line._dash_pattern) for line in drawn}) == 6
    assert [line.get_label() for line in drawn] == [f"第{m}条" for m in range(1, 7)]
    assert [list(line.get_ydata()) for line in drawn] == [[m, 2 * m] for m in range(1, 7)]
    assert picture.alt.endswith("第6条：1 处 6，到 2 处升到 12。")


def test_a_curve_sorts_its_points_and_takes_a_logarithm():
    frame = pd.DataFrame({"x": [1000, 10, 100], "y": [3.0, 1.0, 2.0]})
    picture = figures.draw_curve(frame, log="x")
    assert "1 条线。10 处 1，到 1000 处升到 3。" in picture.alt and {"10", "100", "1000"} <= set(texts(picture))
    assert figures.draw_curve(frame.iloc[::-1], log="x", key="k").svg == figures.draw_curve(frame, log="x", key="k").svg


def test_a_heat_map_tints_by_size(pictures):
    tints = [float(cell.get("fill-opacity", 0)) for cell in shapes(pictures["heatmap"], "rect")]
    values = counts().to_numpy().ravel().tolist()
    assert len(tints) == len(values)
    assert all((a < b) == (x < y) for (a, x), (b, y) in combinations(zip(values, tints, strict=True), 2))
    signed = figures.draw_heatmap(pd.DataFrame({"甲": [-2.5, 2.5], "乙": [None, 0.126]}, index=["丙", "丁"]), "差")
    cells = shapes(signed, "rect")
    assert cells[0]["fill"] == theme.palette_colour(1) and cells[2]["fill"] == theme.palette_colour(0)
    assert cells[0]["fill-opacity"] == cells[2]["fill-opacity"] and cells[1]["fill"] == "none"
    assert texts(signed).count("0.13") == 1 and "负数另有颜色" in "".join(texts(signed))
    assert signed.alt.endswith("丙：甲 -2.5、乙空。丁：甲 2.5、乙 0.13。")
    large = figures.draw_heatmap(pd.DataFrame([[1, 5, 5]] * 21, columns=list("abc")))
    assert "20最高在b、c（5）。" in large.alt
    assert "全空" in figures.draw_heatmap(pd.DataFrame({"甲": [None]})).alt


def test_a_long_word_over_a_column_is_broken_in_equal_parts():
    drawn = figures.draw_heatmap(pd.DataFrame([range(8)], columns=[*"abcdefg", "whitepaper"]))
    words = [element for element in parse(drawn).iter(f"{SVG}text") if "".join(element.itertext()) == "whitepaper"]
    assert [part.text for part in words[0]] == ["white", "paper"]


def test_columns_that_follow_one_another_have_arrows():
    frame = pd.DataFrame({"甲": ["一"], "乙": ["二"], "丙": ["三"]}, index=["步"])
    picture = figures.draw_matrix(frame, arrows=["mapped", "printed"])
    assert re.findall(r'data-status="(\w+)"', picture.svg)[:2] == ["mapped", "printed"]
    assert "甲 → 乙（转述对应）；乙 → 丙（原文写明）" in picture.alt


def test_what_has_no_direction_has_no_head():
    first = ARROWS[ARROWS.status == "printed"].head(1)
    plain = figures.draw_mechanism(first.assign(directed=False))
    heads = [figures.draw_mechanism(first.assign(directed=value)).svg.count("<polygon") for value in (True, None)]
    assert plain.svg.count("<polygon") < heads[0] == heads[1]
    assert "需求源点建立 和 数字价值主张实现机理 支撑（没有方向）" in plain.alt
