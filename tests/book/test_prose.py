"""Numbers and conclusions in prose: found, filled in, written back, compared."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhagen.book.prose import compare_prose, fill_prose, list_marks, prose_marks, rewrite_prose

CELL = (
    "## 数\n\n取回的编码条目共 <!--= len(codes) -->25<!----> 个，占 <!--= share:.0% -->40%<!---->。\n"
    "这一页读的是<!--~ edition -->摘编版<!---->。海尔最多；小米最少。<!--? most == '海尔' -->\n"
)


def test_marks_are_found_in_order():
    marks = prose_marks(CELL)
    assert [(mark.kind, mark.expression, mark.text) for mark in marks] == [
        ("=", "len(codes)", "25"),
        ("=", "share:.0%", "40%"),
        ("~", "edition", "摘编版"),
        ("?", "most == '海尔'", "海尔最多；小米最少。"),
    ]
    assert "共 25 个" in marks[0].context


def test_what_is_read_holds_no_mark():
    assert fill_prose(CELL) == ("## 数\n\n取回的编码条目共 25 个，占 40%。\n这一页读的是摘编版。海尔最多；小米最少。\n")
    assert "共 7 个，占 1%" in fill_prose(CELL, ["7", "1%", "原文版", "False"])


VALUES = st.lists(st.text("0123456789.%甲乙 ", max_size=6), min_size=4, max_size=4)


@given(VALUES)
def test_values_are_written_back_and_nothing_else_changes(values):
    written = rewrite_prose(CELL, values)
    assert [mark.text for mark in prose_marks(written)][:3] == values[:3]
    assert [mark.expression for mark in prose_marks(written)] == [mark.expression for mark in prose_marks(CELL)]
    assert rewrite_prose(written, ["25", "40%", "摘编版", ""]) == CELL


@pytest.mark.parametrize("expression", ["{'a': 1}['a']", 'd["k"]', "x if x else 'none'", "max(1, 2):03d", "[1][0]"])
def test_an_expression_may_hold_brackets_and_quotes(expression):
    mark = prose_marks(f"共 <!--= {expression} -->?<!---->")[0]
    assert eval(mark.code(), {"d": {"k": "v"}, "x": 0}) in {"1", "v", "none", "002"}


def test_what_changed_is_said_and_nothing_stops():
    marks = list_marks(prose_marks(CELL))
    same = compare_prose({"codes": range(25), "share": 0.4, "edition": "摘编版", "most": "海尔"}, marks)
    assert not same and "全都没有变" in repr(same)
    other = compare_prose({"codes": range(31), "share": 0.4, "most": "小米"}, marks)
    assert [row[1:] for row in other.changed] == [("25", "31"), ("摘编版", "算不出来（NameError）")]
    assert other.broken == ["海尔最多；小米最少。"]
    assert "这一条结论变了：海尔最多；小米最少。" in repr(other)
    assert "<strong>这一条结论变了：</strong>海尔最多" in other._repr_html_()


def test_a_value_is_escaped_as_html():
    found = compare_prose({"n": "<b>"}, json.dumps(["=", "n", "1", "共 1"]))
    assert "&lt;b&gt;" in found._repr_html_() and "<b>" not in found._repr_html_()


@pytest.mark.parametrize("namespace", [{}, {"codes": None}, {"codes": 1}])
def test_an_error_in_an_expression_is_a_change(namespace):
    assert compare_prose(namespace, '["=", "len(codes)", "25", "…"]').changed


def test_an_expression_cannot_change_the_notebook():
    namespace = {"found": [1]}
    compare_prose(namespace, '["=", "(found := 3)", "3", "…"]')
    assert namespace == {"found": [1]}


@pytest.mark.parametrize(
    "fence", [":::{admonition} 解答 1\n:class: dropdown\n", "```{note}\n", "::::{admonition} 手算\n:class: note\n"]
)
def test_the_sentence_of_a_conclusion_is_without_the_directive_that_holds_it(fence):
    found = prose_marks(f"前面一段。\n\n{fence}这一处走了个来回。<!--? turns -->\n")
    assert [mark.context for mark in found] == ["这一处走了个来回。"]


def test_a_short_conclusion_is_listed_with_the_sentence_before_it():
    found = prose_marks("另起一段。\n\n看了六处。一个也没有。<!--? a -->\n\n没有。<!--? b -->")
    assert [mark.context for mark in found] == ["看了六处。一个也没有。", "没有。"]
