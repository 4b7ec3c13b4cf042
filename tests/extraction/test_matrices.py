import re

import pytest

from helpers import extracted, spread
from zhagen.documents.published import read_published
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


@pytest.mark.parametrize(
    ("doc_id", "names"), [("ecommerce", ["矩阵", "对策"]), ("whitepaper", ["路径说了什么", "三个路径"])]
)
def test_both_editions_give_the_same_cells(doc_id, names):
    editions = [extracted(doc_id, edition) for edition in ("original", "digest")]
    for name in names:
        one, other = (found.tables[name].drop(columns=["line_start", "line_end"]) for found in editions)
        assert one.equals(other)


def test_what_is_published_is_what_the_digest_says(whitepaper):
    for name, kind in (("matrices", "路径说了什么"), ("pairs", "三个路径")):
        published, ours = read_published("whitepaper", name), whitepaper.tables[kind]
        same = [column for column in ours if not column.startswith("line_")]
        assert published[same].astype(str).equals(ours[same].astype(str))


def test_every_text_of_a_box_gives_an_aim_on_its_own_lines(whitepaper):
    table = whitepaper.tables["路径说了什么"]
    aims = table[(table.column == "aim") & (table.value != "")]
    assert set(aims.label) == set(whitepaper.tables["三个路径"].iloc[1:][["source", "target"]].to_numpy().ravel())
    assert table.groupby("enumeration", sort=False).label.unique().map(len).to_dict() == {"消费红利": 3, "数智创新": 3}
    for row in table[table.value != ""].itertuples():
        raw = re.sub(r"\s", "", "".join(whitepaper.document.lines[row.line_start - 1 : row.line_end]))
        assert row.value[:2] in raw and row.value[2:] in raw, row.value


def test_a_text_that_changed_changes_its_cell_and_one_that_is_gone_leaves_it_empty(whitepaper, changed):
    found = changed(whitepaper, lambda raw: raw.replace("挤压利润", "挤压效率"))
    assert cells(found, "单向商流效率提速", "aim", "路径说了什么") == ["挤压效率"]
    lost = changed(whitepaper, lambda raw: re.sub(r"(?m)^(数字化转型\n)(?:\S+\n)+", r"\1", raw, count=1))
    assert cells(lost, "数字化转型", "aim", "路径说了什么") == [""]


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
