import re

import pytest

from helpers import extracted, spread
from zhagen.errors import ExtractionError
from zhagen.extraction.boards import extract_board


def entry(found, name):
    return next(entry for entry in found.recipe["boards"] if entry["name"] == name)


def rows(found, name, role):
    table = found.tables[name]
    return table[table.role == role]


def test_every_label_stands_on_its_lines(whitepaper):
    for name in ("人货场", "数据链", "技术阶段"):
        for row in whitepaper.tables[name].itertuples():
            raw = "\n".join(whitepaper.document.lines[row.line_start - 1 : row.line_end])
            assert re.search(spread(row.label), raw), row.label


def test_both_editions_give_the_same_labels():
    whitepaper = [extracted("whitepaper", edition) for edition in ("original", "digest")]
    for name in ("人货场", "数据链", "技术阶段"):
        one, other = (found.tables[name].drop(columns=["line_start", "line_end"]) for found in whitepaper)
        assert one.equals(other)


def test_three_chains_each_with_a_block_and_a_scene(whitepaper):
    chains = list(rows(whitepaper, "人货场", "chain").label)
    assert [label.split("to") for label in chains] == [
        ["产品", "商品全链路"],
        ["选址", "零售/服务全渠道"],
        ["营销", "忠诚全体验"],
    ]
    blocks, scenes = rows(whitepaper, "人货场", "block"), rows(whitepaper, "人货场", "scene")
    assert dict(zip(blocks.label, blocks.part, strict=True)) == {
        "数字化消费者": "",
        **dict(zip(["数字化商品", "数字化触点", "数字化营销"], chains, strict=True)),
    }
    assert dict(zip(scenes.part, scenes.label, strict=True)) == dict(
        zip(chains, ["商品链接场景", "交易服务场景", "互动营销场景"], strict=True)
    )
    assert set(scenes.status) == {"by_order"} and set(rows(whitepaper, "人货场", "chain").status) == {"printed"}


def test_a_label_cut_by_a_blank_line_is_one_label(whitepaper):
    table = whitepaper.tables["人货场"]
    joined = table[table.reason.str.contains("接了起来")]
    assert list(joined.label) == ["加盟商/KA/第三方平台", "最后一公里配送", "选址/触点选择", "全渠道营销引流"]


def test_what_order_does_not_say_has_no_part(whitepaper):
    table = whitepaper.tables["人货场"]
    assert set(table.role[table.part == ""]) == {"view", "element", "decision", "block"}


def test_the_stages_are_named_behind_their_texts(whitepaper):
    table = whitepaper.tables["技术阶段"]
    assert list(table.part[table.label.isin(["自动化技术", "机器学习"])]) == ["信息和数字技术", "数智技术"]


def test_the_data_go_from_research_to_consumers(whitepaper):
    assert list(whitepaper.tables["数据链"].label) == ["研发", "生产供应链", "渠道", "终端", "消费者"]


def test_a_renamed_box_is_followed(whitepaper, changed):
    found = changed(whitepaper, lambda raw: raw.replace("数字化触点", "数字化门店"))
    assert "数字化门店" in set(rows(found, "人货场", "block").label)


def test_a_scene_moved_behind_a_step_takes_it_into_its_part(whitepaper, changed):
    step, scene = "外部\n服务商\n", "商品链接场景\n"
    found = changed(whitepaper, lambda raw: raw.replace(f"{scene}\n{step}", f"{step}\n{scene}"))
    before, after = (one.tables["人货场"].set_index("label").part["外部服务商"] for one in (whitepaper, found))
    assert (before[:2], after[:2]) == ("选址", "产品")


def test_a_chain_that_is_gone_is_refused(whitepaper, changed):
    with pytest.raises(ExtractionError, match="人货场: 3 parts and 2 names of parts"):
        changed(whitepaper, lambda raw: raw.replace("营销 to 忠诚全体验", "营销和忠诚"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"after": "查无此框"}, "no box like 查无此框"),
        ({"before": "查无此框"}, "no box like 查无此框 behind it"),
        ({"find": ["(?P<view>查无此框)"]}, "no box has the form of its patterns"),
    ],
)
def test_a_board_that_is_not_there_is_refused(whitepaper, change, said):
    with pytest.raises(ExtractionError, match=f"人货场: {said}"):
        extract_board(whitepaper.outline, entry(whitepaper, "人货场") | change)
