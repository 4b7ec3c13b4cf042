import re

import pytest

from helpers import spread
from zhagen.documents.catalog import open_document
from zhagen.documents.outline import read_outline
from zhagen.errors import ExtractionError
from zhagen.extraction.statements import extract_pairs, extract_statements


def test_every_shift_stands_on_its_lines(whitepaper):
    for name in ("转变", "关键变化"):
        for row in whitepaper.tables[name].itertuples():
            raw = "".join(whitepaper.document.lines[row.line_start - 1 : row.line_end])
            for end in (row.source, row.target):
                assert re.search(spread(end), re.sub("[“”]", "", raw)), end


def test_boxes_are_paired_by_order_only(whitepaper):
    boxes = whitepaper.tables["三个路径"].iloc[1:]
    assert len(boxes) == 3 and set(boxes.status) == {"by_order"} and (boxes.reason != "").all()


def test_a_pair_on_one_line_is_the_first_row(whitepaper):
    row = whitepaper.tables["三个路径"].iloc[0]
    line = whitepaper.document.lines[row.line_start - 1]
    assert (
        line.split()
        == [row.label, row.source, row.target]
        == ["发展思路", "单节点成本和效率提升", "全生态重塑增长方式"]
    )
    assert row.status == "printed" and row.line_start == row.line_end


def test_a_line_that_is_parted_elsewhere_is_not_called_printed(whitepaper, changed, tmp_path):
    text = whitepaper.document.raw.replace("单节点成本和效率提升 全生态", "单节点成本 和效率提升全生态")
    with pytest.raises(ExtractionError, match="三个路径: .* is not in it, and is in the text"):
        changed(whitepaper, lambda _: text)
    copy = tmp_path / "copy.txt"
    copy.write_text(text, encoding="utf-8")
    outline = read_outline(open_document("whitepaper", source=copy), whitepaper.recipe)
    row = extract_pairs(outline, whitepaper.recipe["pairs"][0]).iloc[0]
    assert row.source == "单节点成本" and row.status == "by_order" and "空格" in row.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("效率提升 全生态", "效率提升全生态"),  # two cells glued
        ("单节点成本和效率提升 全", "单节点成本 和效率提升 全"),  # a blank too many
        ("发展思路 单", "发展 思路 单"),
        ("“消费红利” “数智创新”", "“消费红利 数智创新”"),
    ],
)
def test_a_line_without_its_form_is_refused(whitepaper, changed, old, new):
    with pytest.raises(ExtractionError, match="三个路径: no line has the form of its (line|heads)"):
        changed(whitepaper, lambda raw: raw.replace(old, new, 1))


def test_wide_blanks_and_tabs_part_a_line_too(whitepaper, changed):
    found = changed(
        whitepaper,
        lambda raw: raw.replace("路 单节点", "路\u3000单节点").replace("提升 全", "提升\t全"),
    )
    assert found.tables["三个路径"].iloc[0].equals(whitepaper.tables["三个路径"].iloc[0])


def test_exchanged_boxes_exchange_the_pairs(whitepaper, changed):
    first, second = whitepaper.tables["三个路径"].iloc[1:3].target
    swap = {first: second, second: first}
    pattern = re.compile(f"(?m)^(?:{re.escape(first)}|{re.escape(second)})$")
    found = changed(whitepaper, lambda raw: pattern.sub(lambda match: swap[match[0]], raw))
    assert found.tables["三个路径"].target.tolist()[1:3] == [second, first]


@pytest.mark.parametrize("line", ["17", "- 17 -", "管理世界"])
@pytest.mark.parametrize("place", ["单向商流效率提速", "消费互联", "数字化转型", "数智化赋能"])
def test_a_line_between_the_boxes_shifts_no_pair(whitepaper, changed, line, place):
    with pytest.raises(ExtractionError, match="is no label of a box|is in the column|is in the text"):
        changed(whitepaper, lambda raw: re.sub(f"(?m)^{place}$", f"{line}\n\n{place}", raw, count=1))


def test_too_few_boxes_are_refused(whitepaper):
    entry = {"name": "路径", "after": "^（关键变化）$", "rows": 4000, "columns": ["a", "b"]}
    with pytest.raises(ExtractionError, match="路径: .* boxes where 8000 are wanted"):
        extract_pairs(whitepaper.outline, entry)


def test_a_form_that_nothing_has_is_refused(whitepaper):
    with pytest.raises(ExtractionError, match="no sentence has the form of 空"):
        extract_statements(whitepaper.outline, {"name": "空", "patterns": ["(?P<source>查无此句)"]})


@pytest.mark.parametrize(
    ("old", "new"),
    [("(72192843)", "（72192843）"), ("(22VRC055)", " 22VRC055"), ("(E2EG0804)", "(E2EG0804"), ("北京 100053", "北京")],
)
def test_a_row_that_lost_its_form_does_not_vanish(community, changed, old, new):
    with pytest.raises(ExtractionError, match="rows where the document has|is missing or there twice"):
        changed(community, lambda raw: raw.replace(old, new, 1))


def test_a_fund_that_is_taken_away_whole_is_refused_too(community, changed):
    with pytest.raises(ExtractionError, match="基金: 2 rows where the document has 3; not found: 22VRC055"):
        changed(community, lambda raw: raw.replace("国家社会科学基金项目(22VRC055);", "", 1))


@pytest.mark.parametrize("change", ["关键变化一", "关键变化二", "关键变化三"])
def test_a_numbered_change_that_is_gone_is_refused(whitepaper, changed, change):
    with pytest.raises(ExtractionError):
        changed(whitepaper, lambda raw: re.sub(f"(?m)^(.*){change}：", r"\1关键：", raw, count=1))
