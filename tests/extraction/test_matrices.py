import re

import pytest

from helpers import extracted, spread
from zhagen.errors import ExtractionError


def cells(found, label, column, name="矩阵"):
    table = found.tables[name]
    return list(table.value[(table.label == label) & (table.column == column)])


def test_every_cell_stands_on_its_lines(ecommerce):
    for name in ("矩阵", "对策"):
        for row in ecommerce.tables[name].itertuples():
            raw = re.sub(r"\s", "", "".join(ecommerce.document.lines[row.line_start - 1 : row.line_end]))
            head, tail = (row.value[:2], row.value[2:]) if row.column == "effect" else ("", row.value)
            assert re.search(f"{head}了?(?:企业的?)?{spread(tail)}", raw), row.value


def test_both_editions_give_the_same_cells():
    review = [extracted("ecommerce", edition) for edition in ("original", "digest")]
    for name in ("矩阵", "对策"):
        one, other = (found.tables[name].drop(columns=["line_start", "line_end"]) for found in review)
        assert one.equals(other)


def test_each_label_has_a_row_and_each_empty_cell_a_reason(ecommerce):
    table = ecommerce.tables["矩阵"]
    assert table.label.nunique() == 3 + 4 + 3 * 3 + 3
    assert (table.groupby("label").column.nunique() == 5).all()
    assert (table.reason[table.value == ""] != "").all()


def test_no_label_is_defined_but_one(ecommerce):
    table = ecommerce.tables["矩阵"]
    assert list(table.label[(table.column == "definition") & (table.value != "")]) == ["全域营销"]


def test_how_a_passage_is_known_is_its_status(ecommerce):
    status = ecommerce.tables["矩阵"].groupby("label").status.first()
    assert status[status != "printed"].to_dict() == {
        "C2M反向定制": "mapped",
        "跨境电商的智能化发展": "mapped",
        "垂直领域的精细化运营": "by_order",
    }


def test_a_later_sentence_goes_to_the_label_it_speaks_of(ecommerce):
    assert cells(ecommerce, "智能供应链", "source") == ["4"]
    assert cells(ecommerce, "沉浸式体验", "source") == [""]


def test_cases_come_from_the_abstract_and_from_the_form_of_a_sentence(ecommerce):
    assert cells(ecommerce, "C2M反向定制", "example") == ["拼多多"]
    assert cells(ecommerce, "订阅制与会员经济", "example") == ["Costco"]


def test_measures_by_actor(ecommerce):
    table = ecommerce.tables["对策"]
    found = table[table.column == "measure"].groupby("label", sort=False).value.agg(list).to_dict()
    assert found == {
        "企业": ["加强数据中台建设", "复合型数智化人才"],
        "政府": ["加快完善数据安全与隐私保护法规", "政策", "专项补贴与技术支持"],
        "生态": ["构建产学研协同创新联盟"],
    }


def test_a_changed_effect_is_followed(ecommerce, changed):
    found = changed(ecommerce, lambda raw: re.sub(spread("降低退货率"), "降低破损率", raw))
    assert "降低破损率" in cells(found, "智能交互", "effect")


def test_a_source_that_is_gone_leaves_its_cell_empty(ecommerce, changed):
    found = changed(ecommerce, lambda raw: raw.replace("[8]", ""))
    assert cells(found, "订阅制与会员经济", "source") == [""]


def test_a_label_without_a_passage_is_refused(ecommerce, changed):
    with pytest.raises(ExtractionError, match="has no passage on 动态定价"):
        changed(ecommerce, lambda raw: re.sub(r"。\s*动态定\s*价", "。价格", raw))
