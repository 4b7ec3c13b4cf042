"""Every mechanism model of the book is laid out to be read: measured in the drawing, as an eye sees it."""

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from helpers import course
from zhagen import figures
from zhagen.book import alignments, joint_edges
from zhagen.documents import read_published
from zhagen.errors import ZhagenError
from zhagen.figures import mechanism
from zhagen.figures.routes import route_arrows
from zhagen.study import practice_study
from zhagen.text.cleaning import printed_width

SVG = "{http://www.w3.org/2000/svg}"
PHONE = 358  # px that a figure has on a phone of 390 px
DIMENSIONS = {
    "需求源点建立": "数据驱动", "场景链条联动": "数据驱动", "网络共享交互": "数据驱动",
    "机会感知能力": "动态能力提升", "敏捷响应能力": "动态能力提升", "协同共创能力": "动态能力提升",
    "价值主张校准": "数字商业模式创新", "场景体验优化": "数字商业模式创新", "价值网络拓展": "数字商业模式创新",
}  # fmt: skip
STAGES = ["数字价值主张实现", "数字价值创造实现", "数字价值获取实现"]
TOTAL = pd.DataFrame(np.array(list(DIMENSIONS)).reshape(3, 3).T, STAGES, list(dict.fromkeys(DIMENSIONS.values())))
EDGES = read_published(None, "edges")
MODELS = {str(model): (part, {}) for model, part in EDGES.groupby("model_id", sort=False)}
MODELS |= {f"practice-{model}": (part, {}) for model, part in practice_study().mechanism.groupby("model_id")}
for stage in ("haier-fig3", "haier-fig4", "haier-fig5"):
    part = MODELS[stage][0]
    MODELS[f"{stage}-grouped"] = (
        part,
        {"groups": {n: DIMENSIONS[n] for n in {*part.source, *part.target} & {*DIMENSIONS}}},
    )
MODELS["haier-fig6-grid"] = (MODELS["haier-fig6"][0], {"grid": TOTAL})
OWN = EDGES.model_id.str.partition("-")[0]
PLAIN = EDGES[~EDGES.model_id.str.match("whitepaper|ecommerce|community-words")].assign(doc_id=OWN)
MODELS["joint"] = (joint_edges(PLAIN, alignments(read_published(None, "codes"))), {})


def overlap(one, other):
    """How far two boxes (left, top, right, bottom) reach into each other."""
    return min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])


def measure(picture):
    """Return (boxes by row, texts with their boxes, arrows by row: points and ends)."""
    root = ElementTree.fromstring(picture.svg)
    boxes, texts, arrows = {}, [], {}
    for rect in root.iter(f"{SVG}rect"):
        if (rect.get("data-row") or "").startswith("1-"):
            x, y, wide, high = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
            boxes[rect.get("data-row")] = (x, y, x + wide, y + high)
    for text in root.iter(f"{SVG}text"):
        size, parts = float(text.get("font-size")), list(text) or [text]
        wide = max(printed_width(part.text) for part in parts) * size
        ys = [float(part.get("y")) - 0.37 * size for part in parts]
        x = float(parts[0].get("x")) - {"start": 0, "middle": wide / 2}[text.get("text-anchor")]
        place = (x + 0.5, min(ys) - size / 2 + 1, x + wide - 0.5, max(ys) + size / 2 - 1)
        texts.append((text.get("data-row") or "", "".join(text.itertext()), place))
    for group in root.iter(f"{SVG}g"):
        if group.get("data-from"):
            line = course(group[0].get("d"))
            if len(group) > 1:
                line = np.vstack([line, [[float(n) for n in group[-1].get("points").split()[1].split(",")]]])
            arrows[group.get("data-row")] = (line, {group.get("data-from"), group.get("data-to")})
    return boxes, texts, arrows


def within(points, box):
    return ((points > box[:2]) & (points < box[2:])).all(axis=1).any()


@pytest.mark.parametrize("name", MODELS)
def test_nothing_of_a_model_is_on_anything_else(name):
    edges, settings = MODELS[name]
    picture = figures.draw_mechanism(edges, **settings)
    boxes, texts, arrows = measure(picture)
    assert len(arrows) == len(edges) and {*edges.source, *edges.target} <= {text for _, text, _ in texts}
    faults = [pair for pair in combinations(boxes, 2) if min(overlap(boxes[pair[0]], boxes[pair[1]])) > 0]
    faults += [(a[1], b[1]) for a, b in combinations(texts, 2) if min(overlap(a[2], b[2])) > 0]
    for row, text, place in texts:
        for node, box in boxes.items():
            if row == node:
                inside = overlap(place, box)
                faults += [text] * (inside[0] < place[2] - place[0] - 0.1 or inside[1] < place[3] - place[1] - 0.1)
            else:
                faults += [(text, node)] * (min(overlap(place, box)) > 0)
        faults += [(text, arrow) for arrow, (line, _) in arrows.items() if within(line, place)]
    for arrow, (line, ends) in arrows.items():
        faults += [(arrow, node) for node, box in boxes.items() if node not in ends and within(line, box)]
    assert faults == []
    wide = float(picture.svg.split('viewBox="')[1].split()[2])
    assert min(map(float, re.findall(r'font-size="([\d.]+)"', picture.svg))) * PHONE / wide >= 10


def test_the_total_model_has_three_columns_and_three_rows():
    boxes, texts, _ = measure(figures.draw_mechanism(*MODELS["haier-fig6-grid"][:1], grid=TOTAL))
    at = {text: boxes[row] for row, text, _ in texts if row.startswith("1-")}
    assert len(at) == 15
    said = figures.draw_mechanism(*MODELS["haier-fig6-grid"][:1], grid=TOTAL).alt
    assert "方框排成 3 行 3 列，列名是数据驱动、动态能力提升、数字商业模式创新，行名是" in said
    assert said.endswith(
        "没有箭头接上的：数字价值主张实现、需求源点建立、机会感知能力、场景链条联动、敏捷响应能力、网络共享交互、协同共创能力。"
    )
    for column in TOTAL:
        assert len({round(at[label][0] + at[label][2]) for label in [column, *TOTAL[column]]}) == 1
    for stage in STAGES:
        assert len({round(at[label][1] + at[label][3]) for label in [stage, *TOTAL.loc[stage]]}) == 1


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (TOTAL.iloc[:2], "the grid lacks 价值网络拓展、数字价值获取实现"),
        (TOTAL.replace("机会感知能力", "需求源点建立"), "the grid has 需求源点建立"),
        (TOTAL.rename(columns={"数据驱动": " "}), "the grid has a label that is empty"),
    ],
)
def test_a_grid_that_does_not_hold_each_box_once_is_an_error(grid, message):
    with pytest.raises(ZhagenError, match=message):
        figures.draw_mechanism(MODELS["haier-fig6"][0], grid=grid)


def test_groups_and_a_grid_exclude_each_other():
    with pytest.raises(ZhagenError, match="groups or a grid"):
        figures.draw_mechanism(MODELS["haier-fig6"][0], {"数据驱动": "甲"}, grid=TOTAL)


def test_a_way_goes_round_a_box_and_beside_another_way():
    boxes = [(20, 40, 40, 20), (100, 40, 40, 20), (180, 40, 40, 20)]
    once, twice = route_arrows(boxes, [(0, 2), (0, 2)], (0, 0, 240, 100))
    for way in (once, twice):
        line = course("M" + " L".join(f"{x},{y}" for x, y in way))
        assert not within(line, (100, 40, 140, 60)) and len(way) >= 4
    pieces = {tuple(sorted(pair)) for pair in zip(once, once[1:], strict=False)}
    assert not pieces & {tuple(sorted(pair)) for pair in zip(twice, twice[1:], strict=False)}


def test_where_there_is_no_way_round_the_line_is_straight():
    boxes = [(20, 20, 40, 20), (100, 20, 40, 20)]
    assert route_arrows(boxes, [(0, 1)], (18, 18, 4, 4)) == [[(40, 30), (120, 30)]]


def test_the_best_of_the_layouts_is_taken(monkeypatch):
    monkeypatch.setattr(mechanism, "LAYOUTS", [("TB", 7, 7, 0.16), ("LR", 7, 7, 0.16)])
    wide = pd.DataFrame(
        [(f"第{n}个要素", "结果", "促进", "printed") for n in range(9)], columns="source target relation status".split()
    )
    assert float(figures.draw_mechanism(wide).svg.split('viewBox="')[1].split()[2]) <= 420
