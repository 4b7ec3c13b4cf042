"""Flow, portrait and time line: bars and bands are as long and as thick as the data say, wrong data are refused."""

import re
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from helpers import course
from zhagen import figures
from zhagen.documents import read_published
from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.study import gioia_study, practice_study
from zhagen.text.cleaning import printed_width

SVG = "{http://www.w3.org/2000/svg}"


def parts(picture, tag):
    return [part for part in ElementTree.fromstring(picture.svg).iter(f"{SVG}{tag}") if part.get("data-row")]


def test_a_band_is_as_thick_as_the_codes_in_it_and_joins_its_boxes():
    codes = read_published(None, "codes")
    picture = figures.draw_flow(SimpleNamespace(codes=codes[codes.doc_id == "xiaomi"]))
    table = dict(picture.tables)["流"]
    names = ("x", "y", "width", "height")
    boxes = {part.get("data-row"): [float(part.get(name)) for name in names] for part in parts(picture, "rect")}
    bands = parts(picture, "path")
    assert len(bands) == (table["归入"] != "").sum() and table["概念数"].iloc[0] == 22
    for band in bands:
        line = course(band.get("d").removesuffix(" Z"))
        source, target = boxes[band.get("data-from")], boxes[band.get("data-to")]
        thick = float(np.ptp(line[np.isclose(line[:, 0], source[0] + source[2], atol=0.1)][:, 1]))
        assert thick == pytest.approx(11 * table["概念数"].iloc[int(band.get("data-row")[2:])], abs=0.1)
        ends = line[np.isclose(line[:, 0], target[0], atol=0.1)][:, 1]
        assert target[1] - 0.1 <= ends.min() and ends.max() <= target[1] + target[3] + 0.1
    ordered = sorted(boxes.values())
    for one, other in zip(ordered, ordered[1:], strict=False):
        assert one[0] != other[0] or one[1] + one[3] <= other[1]


def test_the_table_of_codes_says_how_much_evidence_there_is_and_where():
    codes = pd.DataFrame(
        [("d", "theme", "定价", "", "printed"), ("a", "concept", "凭旧", "d", "printed")],
        columns="code_id level label parent_id status".split(),
    )
    rows = [("a", 3, 4, "旧书要便宜，" * 9), ("a", 8, 8, "别的")]
    evidence = pd.DataFrame(rows, columns="code_id line_start line_end gloss".split())
    picture = figures.draw_structure(SimpleNamespace(codes=codes, evidence=evidence))
    row = dict(picture.tables)["编码条目"].set_index("编码条目").loc["凭旧"]
    assert (row["证据条数"], row["证据所在行"], len(row["第一条大意"])) == (2, "3-4、8", 36)
    assert "'3-4、8'" in ElementTree.fromstring(picture.svg).get("data-tables")


def test_a_flow_needs_two_levels():
    codes = pd.DataFrame(
        [("a", "concept", "甲", "", "printed")], columns="code_id level label parent_id status".split()
    )
    with pytest.raises(ZhagenError, match="all codes are of one level"):
        figures.draw_flow(SimpleNamespace(codes=codes))


def test_a_bar_of_a_portrait_is_where_its_passage_is():
    rows = pd.DataFrame({"label": ["定价", "守约", "定价"], "start": [0, 40, 90], "end": [20, 60, 100]})
    rows["quote"] = ["九成新这三个字谁还信我不信", "说好的事", ""]
    picture = figures.draw_portrait(rows, length=100)
    bars = [(float(bar.get("x")), float(bar.get("width")), float(bar.get("y"))) for bar in parts(picture, "rect")]
    scale = bars[0][1] / 20
    for (x, wide, _), start, end in zip(bars, rows.start, rows.end, strict=True):
        assert x == pytest.approx(bars[0][0] + start * scale, abs=0.1) and wide == pytest.approx(
            (end - start) * scale, abs=0.1
        )
    assert bars[0][2] == bars[2][2] != bars[1][2]
    assert list(dict(picture.tables)["段落"]["开头"]) == ["九成新这三个字谁还信我…", "说好的事", ""]


def test_two_coders_have_lanes_and_colours_of_their_own():
    rows = pd.DataFrame({"label": ["定价", "定价"], "start": [0, 5], "end": [20, 30], "coder": ["林", "周"]})
    picture = figures.draw_portrait(rows, by="coder")
    one, other = parts(picture, "rect")
    assert float(one.get("y")) + float(one.get("height")) != float(other.get("y")) + float(other.get("height"))
    assert abs(float(one.get("y")) - float(other.get("y"))) == pytest.approx(float(one.get("height")), abs=0.1)
    assert one.get("fill") != other.get("fill") and "林 1 段、周 1 段。" in picture.alt
    with pytest.raises(ZhagenError, match="4 values of coder are too many"):
        figures.draw_portrait(pd.concat([rows, rows.assign(coder=["甲", "乙"])]), by="coder")


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (90, 101)])
def test_a_passage_outside_of_the_text_is_refused(start, end):
    with pytest.raises(ZhagenError, match=f"a passage of 定价 is not in the text.*{start} to {end} of 100"):
        figures.draw_portrait(pd.DataFrame({"label": ["定价"], "start": [start], "end": [end]}), length=100)


def test_the_longer_the_time_the_longer_the_line():
    days = ["2024-01-01", "2024-01-02", "2024-02-01"]
    picture = figures.draw_timeline(pd.DataFrame({"date": days, "what": list("甲乙丙")}))
    one, two, three = [float(dot.get("cy")) for dot in parts(picture, "circle")]
    assert three - two > two - one > 20


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"date": ["三月四日"], "what": ["甲"]}, "a date cannot be read"),
        ({"date": ["2024-01-01"] * 4, "what": list("甲乙丙丁"), "kind": list("甲乙丙丁")}, "4 kinds are too many"),
    ],
)
def test_what_makes_no_time_line_is_refused(frame, message):
    with pytest.raises(ZhagenError, match=message):
        figures.draw_timeline(pd.DataFrame(frame), group="kind" if "kind" in frame else "")


def test_a_long_reason_is_cut_in_the_picture_and_whole_in_its_table():
    reason = "说的和做的未必一样，" * 12
    picture = figures.draw_timeline(pd.DataFrame({"date": ["2024-01-01"], "what": ["甲"], "why": [reason]}), why="why")
    lines = [part.text for part in ElementTree.fromstring(picture.svg).iter(f"{SVG}tspan")]
    assert len(lines) == 2 and lines[1].endswith("…") and not re.match("[，。]", lines[1])
    assert dict(picture.tables)["项"]["为什么"].tolist() == [reason]
    reason = "丙、丁、庚都提到另一个群；想找一个没有规矩的地方（M020），求异"  # the bracket is the last that fits
    picture = figures.draw_timeline(pd.DataFrame({"date": ["2024-01-01"], "what": ["甲"], "why": [reason]}), why="why")
    lines = [part.text for part in ElementTree.fromstring(picture.svg).iter(f"{SVG}tspan")]
    assert not lines[0].endswith("（") and "".join(lines) == reason


def test_a_reason_stays_inside_the_picture_with_the_marks_at_its_end():
    reason = "找规矩立了以后走掉的人：乙说过的西校区那一位（M004）。反例抽样"
    picture = figures.draw_timeline(pd.DataFrame({"date": ["2024-01-01"], "what": ["甲"], "why": [reason]}), why="why")
    for line in ElementTree.fromstring(picture.svg).iter(f"{SVG}tspan"):
        assert float(line.get("x")) + theme.SIZES["note"] * printed_width(line.text) < theme.WIDTH


def test_one_call_draws_a_study():
    study = practice_study()

    def judged(frame):  # who infers in a study is its author, not the book
        return frame.assign(status=frame.status.replace("inferred", "judged"))

    def codes(one):
        return SimpleNamespace(codes=judged(one.codebook.codes))

    final = judged(study.mechanism[study.mechanism.model_id == "final"])
    assert figures.draw_mechanism(study).svg == figures.draw_mechanism(final, title=study.models["final"]).svg
    assert "三月的想法" in figures.draw_mechanism(study, model="march").alt
    assert figures.draw_structure(study).svg == figures.draw_structure(codes(study)).svg
    assert figures.draw_flow(gioia_study(study)).svg == figures.draw_flow(codes(gioia_study(study))).svg
    quoted, turns = study.quotations(), study.turns("I04")
    by_hand = figures.draw_portrait(quoted[quoted.source_id == "I04"], length=len(study.text("I04")), turns=turns)
    assert figures.draw_portrait(study, "I04").svg == by_hand.svg
    assert "周 16 段、林 19 段" in figures.draw_portrait(study, "I10", by="coder").alt
    line = figures.draw_timeline(study).alt
    assert f"{len(study.sampling)} 项" in line and "（第一份，没有理论可依" in line
    assert "19 项" in figures.draw_timeline(replace(study, sampling=study.sampling[:0])).alt  # its sources, by date


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda study: figures.draw_portrait(study), "19 sources are coded: name the one"),
        (lambda study: figures.draw_portrait(study, "I99"), "no source 'I99'"),
        (lambda study: figures.draw_portrait(study, "I01", coder="王"), "no coder '王'"),
        (lambda study: figures.draw_portrait(study.quotations(), "I01"), "give a study"),
        (lambda study: figures.draw_mechanism(study, model="may"), "no model 'may': use one of march, final"),
        (lambda study: figures.draw_mechanism(study.mechanism, model="march"), "give a study"),
        (lambda study: figures.draw_mechanism(replace(study, mechanism=study.mechanism[:0])), "no mechanism.toml"),
    ],
)
def test_what_a_study_lacks_is_said(draw, said):
    with pytest.raises(ZhagenError, match=said):
        draw(practice_study())


def test_a_core_category_above_nothing_is_the_highest_level_and_gathers_nothing():
    """No parent says that it is above the categories; its name does."""
    assert "22 个概念归入 8 个范畴；另有 1 个核心范畴" in figures.draw_structure(practice_study()).alt
    assert "22 个概念归入 8 个范畴；另有 1 个核心范畴；" in figures.draw_flow(practice_study()).alt
