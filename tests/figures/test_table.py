from urllib.parse import unquote

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from zhagen.figures import table
from zhagen.figures.table import show

FRAME = pd.DataFrame({"code": ["1. 甲*乙*", "-"], "n": [1.0, 2.346], "status": ["printed", "inferred"]})


def test_the_csv_holds_the_whole_frame_under_its_own_names():
    table = show(FRAME, "例", "tbl-x", code="编码")
    link = table._repr_html_().split('href="data:text/csv;charset=utf-8,')[1].split('"')[0]
    assert unquote(link).lstrip("\ufeff") == FRAME.to_csv(index=False, lineterminator="\n")


def test_html_names_its_columns_and_escapes():
    text = show(FRAME.assign(code="<b>"), "例 & 外", "tbl-x", code="编码", n="数")._repr_html_()
    assert text.count('scope="col"') == 2 and "&lt;b&gt;" in text and "例 &amp; 外" in text and "<style" not in text


def test_a_missing_column_is_named():
    with pytest.raises(KeyError, match="no column codes; there are code, n, status"):
        show(FRAME, "例", "tbl-x", codes="编码")


def test_statuses_are_in_chinese_and_an_inferred_row_is_marked():
    text = show(FRAME, "例", "tbl-x", status="状态")._repr_markdown_()
    assert "[原文写明]{.status .status-printed}" in text and "[本书推断]{.status .status-inferred}" in text


@given(st.text(alphabet=st.sampled_from("甲乙*_`[]{}<>$#|-+1.)(~^%\\ "), min_size=1, max_size=12))
def test_no_cell_turns_into_markup(text):
    text = " ".join(text.split())
    cell = table._markdown(text, 2)
    rendered = MarkdownIt("commonmark").render(cell).strip()
    expected = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert rendered == (f"<p>{expected}</p>" if expected else "")


def test_numbers_keep_their_zeros():
    frame = pd.DataFrame({"n": [20.4, 0.3, 19.6, 7.0]})
    shown = [table._plain(value, 0) for value in frame.n], [table._plain(value, 2) for value in frame.n]
    assert shown == (["20", "0", "20", "7"], ["20.4", "0.3", "19.6", "7"])
