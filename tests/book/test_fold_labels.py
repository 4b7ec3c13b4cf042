"""What a folded cell is called."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "book/_ext"))

pytest.importorskip("sphinx", reason="the book extra is not installed")

from docutils import nodes  # noqa: E402

from fold_labels import fold_label  # noqa: E402


def cell(*outputs):
    source = nodes.container("", nodes.literal_block("", "show(rows)"), nb_element="cell_code_source")
    return nodes.container("", source, nodes.container("", *outputs, nb_element="cell_code_output"))


def table(name, title):
    return nodes.table("", nodes.title("", title), nodes.tgroup(), ids=[name])


def test_a_fold_is_called_by_the_tables_and_pictures_that_open():
    figure = nodes.figure("", nodes.caption("", "三条线"), ids=["fig-b"])
    assert fold_label(cell(table("tbl-a", "差得最远的几行")), {"tbl-a": "表 46"}) == "展开表 46　差得最远的几行"
    two = fold_label(cell(table("tbl-a", "甲"), figure), {"tbl-a": "表 4", "fig-b": "图 7"})
    assert two == "展开表 4　甲；图 7　三条线"


def test_a_fold_without_a_caption_is_called_by_its_title_or_by_what_it_is():
    memo, turns = (
        nodes.block_quote("", nodes.paragraph("", "", nodes.Text(""), nodes.strong("", bold), nodes.Text(rest)))
        for bold, rest in (("M002　我替乙把话说完了", "（周）"), ("访", "后来呢？"))
    )
    assert fold_label(cell(memo), {}) == "展开：M002　我替乙把话说完了"
    assert fold_label(cell(turns), {}) == "展开：结果和程序"
    assert fold_label(cell(), {}) == ""  # a program that prints nothing keeps the usual words


def test_the_built_pages_say_what_their_folds_hold():
    page = Path(__file__).resolve().parents[2] / "_build/html/notebooks/method/05b_conditions.html"
    if not page.exists():
        pytest.skip("run make book first")
    source = page.read_text("utf-8")
    assert source.count(">展开表 4") >= 4 and ">显示程序<" in source
