"""Sheets that a reader types: whatever is written, nothing raises, and the remark says what to do."""

import pandas as pd
import pytest

from zhagen.book import codes_beside, mechanism_sheet, paradigm_sheet, structure_sheet
from zhagen.figures import draw_mechanism, draw_structure
from zhagen.study import gioia_codebook, gioia_study, practice_study

SLIPS = pd.DataFrame({"label_id": ["壬一", "壬二", "卯一", "卯二", "巳一"], "who": ["壬", "壬", "卯", "卯", "巳"]})
RUBBISH = [
    "",
    "   \n\n",
    "|||",
    "|||||||||",
    "一二三",
    "🙂 | 🙂 | 🙂 | 🙂 | 🙂 | 🙂",
    "a\tb｜c|d|e|f|g|h",
    "*_`<b>` | $x$ | [a](b)",
]


@pytest.fixture(scope="module")
def study():
    return practice_study()


@pytest.mark.parametrize("text", RUBBISH)
def test_nothing_that_is_typed_raises(study, text):
    assert repr(paradigm_sheet(study, text, "I15")) and paradigm_sheet(study, text, "X99").remarks
    assert draw_structure(gioia_codebook(structure_sheet(SLIPS, text).rows)).alt
    sheet = mechanism_sheet(study, text)
    assert draw_mechanism(sheet.rows).alt and sheet._repr_markdown_().startswith("> ")


def test_rows_in_order_are_placed_by_turn_and_leave_no_remark(study):
    text = """现象 | 书到了，人没到 | 到这儿那个又上课去了 | 说
    条件｜赶不赢｜有的娃儿赶不赢｜说
    行动 | 搁柜子里 | “就搁柜子里，跟雨伞一起” | 后
    结果 | 空：没有来拿的人 | |"""
    sheet = paradigm_sheet(study, text, "I15")
    assert sheet.remarks == [] and "没有要改的" in repr(sheet)
    assert sheet.rows[["place", "turn", "speaker"]].values.tolist() == [
        ["现象", 10, "辰"],
        ["条件", 10, "辰"],
        ["行动", 10, "辰"],
    ]
    words = [study.text(row.source_id)[row.start : row.end] for row in sheet.rows.itertuples()]
    assert words == ["到这儿那个又上课去了", "有的娃儿赶不赢", "就搁柜子里，跟雨伞一起"]


@pytest.mark.parametrize(
    ("line", "remark"),
    [
        ("原因 | 赶不赢 | 有的娃儿赶不赢 | 说", "格名“原因”不认得"),
        ("条件 | 赶不赢 | 有的娃儿赶不赢 | 猜", "记号“猜”不认得"),
        ("条件 | | 有的娃儿赶不赢 | 说", "没有标签"),
        ("条件 | 赶不赢 | | 说", "没有原话"),
        ("条件 | 赶不赢 | 有的娃儿赶不羸 | 说", "最像的一段在 I15 第 10 轮：“有的娃儿赶不”"),
        ("条件 | 赶不赢 | 毫不相干 | 说", "在材料里找不到；照原文抄"),
        ("条件 | 柜子 | 柜子 | 说", "处，多抄几个字"),
        ("行动 | 收书 | 听说您还帮人收着书 | 说", "访谈者的话（I15 第 7 轮）"),
        ("行动 | 收书 | 六号楼值班室", "题头里的字"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_what_to_do(study, line, remark):
    assert remark in repr(paradigm_sheet(study, line, "I15"))


def test_cells_of_the_paradigm_that_are_empty_or_share_words_are_named(study):
    line = "有的娃儿赶不赢"
    sheet = paradigm_sheet(study, f"条件 | 赶不赢 | {line} | 说\n结果 | 赶不赢 | {line} | 后", "I15")
    assert [remark for remark in sheet.remarks if "现象一格没有一行" in remark or "行动一格没有一行" in remark]
    assert sum("条件和结果两格都有" in remark for remark in sheet.remarks) == 2
    two = paradigm_sheet(study, "现象 | 甲 | 有个本本\n现象 | 乙 | 钱我不碰", "I15")
    assert "现象有 2 行" in repr(two)


def test_a_structure_is_drawn_as_far_as_it_goes():
    text = """话怎么说 | 先亮短处 | 拍最差的一页 | 壬一、卯一
    话怎么说 | 先亮短处 | 挑着亮 | 卯二
     | 懒得下楼 | 劝人别买 | 巳一
    谁学谁 | 先亮短处 | 又一个 | 壬二 壬一 寅九
    谁学谁 | | 没有主题的 | """
    sheet = structure_sheet(SLIPS, text)
    assert sheet.rows.dimension.tolist() == ["话怎么说", "话怎么说", "（未升）", "话怎么说", "（未升）"]
    assert sheet.rows.people.tolist() == [2, 1, 1, 1, 0] and sheet.rows.slips.tolist()[3] == ["壬二"]
    said = repr(sheet)
    for remark in [
        "“壬一”已经在“拍最差的一页”里",
        "没有“寅九”",
        "已经归在“话怎么说”",
        "有维度，没有主题",
        "只有一个主题",
        "没有一张纸条",
        "只有一个人说过的概念",
    ]:
        assert remark in said
    assert "没有归进来的" not in said and "5 个一阶概念" in draw_structure(gioia_codebook(sheet.rows)).alt


def test_an_arrow_without_evidence_is_drawn_as_inferred(study):
    text = """没人应声 | 认群 | 使人离开- | 转述对应 | I05-03；I10：提过两回，没人接 | 路远
    别处没有 | 认群 | 使人回来 | 原文写明 | | 想要便宜
    路远吃亏 | 认群 | 使人离开− | 大概 | I05-01 | """
    sheet = mechanism_sheet(study, text)
    assert sheet.rows.status.tolist() == ["mapped", "inferred", "inferred"]
    assert sheet.rows.sign.tolist() == ["-", "+", "-"] and sheet.rows.voices.tolist() == [2, 0, 1]
    for remark in [
        "第 2 行：写了原文写明，却没有找得到的凭据",
        "状态“大概”不认得",
        "第 3 行没有竞争解释",
        "别处没有。是你新立的",
    ]:
        assert remark in repr(sheet)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (" | 认群 | 使 | 推断 | | 路远", "缺一头"),
        ("认群 | 认群 | 使 | 推断 | | 路远", "两头都是“认群”"),
        ("认群 | 认得人 | 使 | 推断 | | 甲\n认群 | 认得人 | 使 | 推断 | | 乙", "前面有一支了"),
        ("认群 | 认得人 | 使 | 推断 | | 甲\n认得人 | 认群 | 使 | 推断 | | 乙", "一圈：认群 → 认得人 → 认群"),
        ("认群 | 认得人 | 使 | 推断 | I05-04 | 甲", "写了推断，又有凭据"),
        ("认群 | 认得人 | 使 | 转述 | I05-04 | 甲\n认群 | 让一步 | 使 | 转述 | I05-04 | 乙", "给 2 支箭头作证"),
        ("认群 | 认得人 | 使 | 转述 | I05：没有这句话的 | 甲", "在材料里找不到"),
        ("认群 | 认得人 | 使 | 推断 | | 甲 | 又一格", "多了一格，“又一格”没有读"),
    ],
)
def test_what_is_wrong_with_an_arrow_is_named(study, text, remark):
    assert remark in repr(mechanism_sheet(study, text))


def test_ids_of_codings_mean_the_consensus(study):
    sheet = mechanism_sheet(
        study, "认群 | 认得人 | 使 | 转述 | 共识-I05-04 | 甲\n认群 | 让一步 | 使 | 转述 | 林－I05‑01 | 乙"
    )
    assert sheet.rows.voices.tolist() == [1, 1] and sheet.remarks == []


def test_codes_beside_a_quotation_are_those_that_share_a_character(study):
    rows = pd.DataFrame({"source_id": ["I15", "I15", "I15", "X"], "quote": ["就搁柜子里", "手不得行", "", "a"]})
    assert codes_beside(study, rows).theirs.tolist() == ["出面兜着、绕过当面", "", "", ""]
    assert codes_beside(study, rows.head(1), coder="林").theirs.tolist() == ["绕过当面"]
    themes = codes_beside(gioia_study(study), rows.head(1), level="theme")
    assert themes.theirs.tolist() == ["自己先担一点、钱书过手"]
