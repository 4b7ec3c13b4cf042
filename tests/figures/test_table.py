"""Tables for readers: what is shown, what is translated, what may be downloaded."""

import csv
import io
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from docutils import nodes
from docutils.core import publish_doctree
from hypothesis import example, given
from hypothesis import strategies as st
from myst_parser.parsers.docutils_ import Parser

from zhagen.documents import open_document
from zhagen.errors import ZhagenError
from zhagen.figures import line_ranges, show
from zhagen.figures.labels import cell_text, number_text
from zhagen.figures.withheld import RUN, withheld_columns
from zhagen.statistics import kwic, kwic_together
from zhagen.text.characters import HAN
from zhagen.vocabulary import COLUMNS, STATUSES

FRAME = pd.DataFrame({"code": ["1. 甲*乙*", "-"], "n": [1.0, 2.346], "status": ["printed", "inferred"]})
EXTENSIONS = ["amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "tasklist"]


def downloaded(table):
    """Return the rows of the file that the table offers."""
    data = table._repr_html_().split('href="data:text/csv;charset=utf-8,')[1].split('"')[0]
    assert data in table._repr_markdown_()
    return list(csv.reader(io.StringIO(unquote(data).lstrip("\ufeff"))))


class Cells(HTMLParser):
    """Reads the visible rows of the HTML form."""

    def __init__(self, table):
        super().__init__()
        self.rows, self.caption, self.inside = [], "", ""
        self.feed(table._repr_html_())

    def handle_starttag(self, tag, attrs):
        self.inside = tag if tag != "br" else self.inside
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside in ("td", "th"):
            self.rows[-1][-1] += data
        elif self.inside == "caption":
            self.caption += data


def shown(table):
    return Cells(table).rows


def rendered(table):
    """Return (caption, rows of cells) as the book's Markdown parser and docutils read the table."""
    text = table._repr_markdown_().split("```{raw}")[0]
    settings = {"myst_enable_extensions": EXTENSIONS, "report_level": 2, "halt_level": 2}
    tree = publish_doctree(text, parser=Parser(), settings_overrides=settings)
    (found,) = tree.findall(nodes.table)
    assert [type(node) for node in tree.children] == [nodes.table]
    for extra in list(found.findall(nodes.raw)):
        extra.parent.replace(extra, nodes.Text("\n") if extra["format"] == "html" else nodes.Text(""))
    rows = [[entry.astext().replace("\n\n", "\n") for entry in row] for row in found.findall(nodes.row)]
    return next(found.findall(nodes.title)).astext(), rows


def test_a_reader_s_words_stay_as_they_are():
    words = pd.DataFrame({"term": ["near", "same", "theme"], "label": ["printed", "holds", "exact"]})
    table = show(words, "例", "tbl-x")
    assert shown(table)[1:] == words.to_numpy().tolist() == downloaded(table)[1:]
    assert rendered(table)[1][1:] == words.to_numpy().tolist() and "{.status" not in table._repr_markdown_()


def test_every_word_of_the_package_has_its_column():
    frame = pd.DataFrame({"status": ["inferred"], "level": ["theme"], "verdict": ["twice"], "kind": ["near"]})
    assert shown(show(frame, "例", "tbl-x"))[1] == ["本书推断", "主题", "用了两次", "大体相同"]
    assert shown(show(frame.assign(verdict="same"), "例", "tbl-x", verdict="判断"))[1] == ["名称一致"]


@pytest.mark.parametrize("column", COLUMNS)
def test_the_words_of_the_package_are_shown_in_chinese_in_its_columns(column):
    vocabulary = COLUMNS[column]
    frame = pd.DataFrame({column: [*vocabulary, None]})
    table = show(frame, "例", "tbl-x", **{column: "栏"})
    assert [row[0] for row in shown(table)] == ["栏", *vocabulary.values(), ""]
    assert [row[0] for row in rendered(table)[1]] == ["栏", *vocabulary.values(), ""]
    assert [row[0] for row in downloaded(table)] == [column, *vocabulary, ""]
    own = show(frame.fillna("near miss"), "例", "tbl-x")  # not the package's column, though some words are
    assert [row[0] for row in shown(own)] == [column, *vocabulary, "near miss"]


def test_a_column_is_translated_where_asked():
    frame = pd.DataFrame({"before": ["printed", "unsure"], "status": ["printed", "mapped"]})
    table = show(frame, "例", "tbl-x", translate={"before": STATUSES, "status": {}})
    assert shown(table)[1:] == [["原文写明", "printed"], ["unsure", "mapped"]]
    assert table._repr_markdown_().count("{.status .status-printed}") == 1
    with pytest.raises(ZhagenError, match="no column after; there are before, status"):
        show(frame, "例", "tbl-x", translate={"after": STATUSES})


def test_statuses_are_in_chinese_and_an_inferred_row_is_marked():
    text = show(FRAME, "例", "tbl-x", status="状态")._repr_markdown_()
    assert "[原文写明]{.status .status-printed}" in text and "[本书推断]{.status .status-inferred}" in text


def test_the_part_on_literature_is_no_status():
    frame = pd.DataFrame({"part": ["gap", "literature"], "status": ["printed", "literature"]})
    assert show(frame, "例", "tbl-x")._repr_markdown_().count("{.status .status-literature}") == 1


def test_a_power_of_ten_is_raised():
    table = show(pd.DataFrame({"p": [4e-6, 0.02], "said": ["3×10^5", "x"]}), "例", "tbl-x")
    assert "- 4×10{sup}`−6`\n" in table._repr_markdown_() and r"3×10\^5" in table._repr_markdown_()
    assert "<td>4×10<sup>−6</sup></td><td>3×10^5</td>" in table._repr_html_()


def test_the_csv_holds_the_whole_frame_under_its_own_names():
    table = show(FRAME, "例", "tbl-x", code="编码")
    assert downloaded(table) == [["code", "n", "status"], ["1. 甲*乙*", "1.0", "printed"], ["-", "2.346", "inferred"]]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1", "－x"])
def test_a_spreadsheet_runs_no_cell_of_a_download(cell):
    shown = show(pd.DataFrame({cell: [cell, "平台", "-5", "+0.5%"], "n": [-1, 2, 3, 4]}), "例", "tbl-x")
    (row, _, *numbers) = downloaded(shown)[1:]
    assert downloaded(shown)[0][0] == row[0] == "'" + cell and row[1] == "-1"
    assert [number[0] for number in numbers] == ["-5", "+0.5%"] and "单引号" in shown._repr_html_()
    assert "单引号" not in show(pd.DataFrame({"a": ["平台"]}), "例", "tbl-x")._repr_html_()


def test_a_named_index_becomes_columns():
    levels = pd.MultiIndex.from_tuples([("甲", 1), ("乙", 2)], names=["词", "节"])
    assert shown(show(pd.DataFrame({"n": [3, 4]}, index=levels), "例", "tbl-x")) == [
        ["词", "节", "n"],
        ["甲", "1", "3"],
        ["乙", "2", "4"],
    ]


@pytest.mark.parametrize(
    ("frame", "headers", "told"),
    [
        (FRAME, {"codes": "编码"}, "no column codes; there are code, n, status"),
        (FRAME.set_axis(["code", "code", "n"], axis=1), {}, "two columns are called code"),
        (FRAME.set_axis(["甲", "乙"]).rename_axis("n"), {}, "two columns are called n"),
    ],
)
def test_columns_that_are_missing_or_not_unique_are_an_error(frame, headers, told):
    with pytest.raises(ZhagenError, match=told):
        show(frame, "例", "tbl-x", **headers)


def test_the_number_of_a_table_comes_before_its_caption():
    assert Cells(show(FRAME, "例", "表 14")).caption == "表 14　例"
    assert Cells(show(FRAME, "例", "tbl-x")).caption == "例"


def test_a_table_prints_itself():
    assert repr(show(FRAME, "例", "tbl-x", code="编码")) == "<table tbl-x: 例, 2 rows x 1 columns>"


MARKUP = ["<b>&amp;", "*a* `b` $c$", "[x](y) {z}`w`", "# a", "1. b", "+ c", "(d)=", "% e", "a | b", ":f: g", "~~~"]


@pytest.mark.parametrize("text", [*MARKUP, "R&D", "x~1~ ![p](q) {{r}} ^1 @s --- +++", "- [ ] t", "甲\\", "http://a.b"])
def test_no_caption_header_or_cell_turns_into_markup(text):
    table = show(pd.DataFrame({"a": [text, "乙"], "b": ["丙", text]}), f"例 {text}", "tbl-x", a=text, b=f"{text}尾")
    caption, rows = rendered(table)
    assert caption == f"例 {text}"
    assert rows == [[text, f"{text}尾"], [text, "丙"], ["乙", text]]
    assert Cells(table).caption == f"例 {text}" and shown(table) == rows
    head = table._repr_html_().split("</thead>")[0]
    assert head.count('<th scope="col">') == 2 == head.count("<th ")


SIGNS = "甲乙*_`[]{}<>$#|-+1.)(~^%@&=:;!\"'/\\ \n"


@given(st.text(alphabet=st.sampled_from(SIGNS), min_size=1, max_size=14))
@example("甲\n- 乙\n\n1. *丙*")
@example("(甲)=\n乙")
def test_any_cell_is_shown_as_it_is_with_its_lines(text):
    lines = [" ".join(line.split()) for line in text.splitlines()]
    lines = [line for line in lines if line]
    caption, rows = rendered(show(pd.DataFrame({"a": [text, "尾"]}), f"例{text}", "tbl-x", a="栏"))
    assert rows == [["栏"], ["\n".join(lines)], ["尾"]]
    assert caption == " ".join(f"例{text}".split())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"])
def test_a_line_break_in_a_cell_stays_in_its_cell(end):
    table = show(pd.DataFrame({"a": [f"甲{end}* - 乙"], "b": ["丙"]}), "例", "tbl-x")
    assert rendered(table)[1][1] == shown(table)[1] == ["甲\n* - 乙", "丙"]


def test_what_no_file_can_hold_is_left_out():
    table = show(pd.DataFrame({"a": ["甲\x00\ud800乙"]}, dtype=object), "例\ud800", "tbl-x")
    assert shown(table)[1] == rendered(table)[1][1] == ["甲\ufffd乙"]
    assert downloaded(table)[1][0].startswith("甲")
    table._repr_html_().encode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["甲", "乙"], "甲、乙"),
        (("甲", 0.5), "甲、0.5"),
        ({"甲": 1, "乙": [2, 3]}, "甲：1；乙：2、3"),
        ({"乙", "甲"}, "乙、甲"),
        (np.array([1.0, 2.5]), "1、2.5"),
        ([], ""),
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (np.float32(0.25), "0.25"),
        (np.int64(7), "7"),
        (True, "True"),
        (float("inf"), "∞"),
        (pd.Timestamp("2024-05-01"), "2024-05-01 00:00:00"),
    ],
)
def test_any_value_has_a_text(value, text):
    frame = pd.DataFrame({"a": pd.Series([value, "尾"], dtype=object)})
    assert shown(show(frame, "例", "tbl-x"))[1:] == [[text], ["尾"]]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (20.4, 0, "20"), (0.3, 0, "0.3"), (19.6, 0, "20"), (7.0, 0, "7"), (20.4, 2, "20.4"), (7.0, 2, "7"),
        (-0.001, 2, "-0.001"), (0.0004, 2, "0.0004"), (-0.00049, 2, "-0.0005"), (0.005, 2, "0.01"), (-0.0, 2, "0"),
        (0.0, 0, "0"), (100.0, 0, "100"), (1e-5, 2, "1×10^-5"), (-2.4e-12, 2, "-2×10^-12"), (0.00096, 3, "0.001"),
    ],
)  # fmt: skip
def test_numbers_keep_their_zeros_their_sign_and_their_size(value, digits, text):
    assert number_text(value, digits) == cell_text(value, digits) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 6))
def test_no_number_but_0_is_written_as_0(value, digits):
    text = number_text(value, digits)
    assert (text == "0") == (value == 0) and text != "-0"
    assert text.startswith("-") == (value < 0)


def test_places_are_written_as_ranges():
    frame = pd.DataFrame({"line_start": [4, 6, None], "line_end": [4, 9, None]}, dtype="Int64", index=[7, 8, 9])
    places = line_ranges(frame)
    assert places.tolist() == ["4", "6-9", ""] and places.index.tolist() == [7, 8, 9]


def runs(text):
    text = "".join(re.findall(f"[{HAN}]", text))
    return {text[start : start + RUN] for start in range(len(text) - RUN + 1)}


def wording(outline):
    """All runs of the sentences of a study."""
    return set().union(*map(runs, outline.sentences().text))


def test_no_sentence_of_an_original_gets_into_a_download(haier_original):
    sentences = haier_original.outline.sentences()
    long = sentences[sentences.text.str.len() > 60].head(5)
    frame = pd.DataFrame({"text": long.text, "n": 1, "mine": long.text.str[3:40], "title": "数字商业模式"})
    assert downloaded(show(frame, "例", "tbl-x", n="数"))[0] == ["n", "title"]
    assert shown(show(frame, "例", "tbl-x", text="句"))[1] == [long.text.iloc[0]]  # the page may show it


@pytest.mark.parametrize("width", [8, 12, 30])
def test_the_parts_of_a_sentence_do_not_get_into_a_download_side_by_side(haier_original, width):
    found = kwic(haier_original.outline, "数字", width=width)
    other = found.rename(columns={"left": "前", "right": "后", "keyword": "词"})
    other.attrs.clear()
    known = wording(haier_original.outline)
    for frame in (found, other, other[["前", "词", "后"]]):
        rows = downloaded(show(frame, "例", "tbl-x"))
        assert {"keyword", "词"} & set(rows[0])  # the context goes, the word itself stays
        assert runs("".join(cell for row in rows for cell in row)) & known == set()


def test_a_sentence_cut_into_rows_does_not_get_into_a_download(haier_original):
    text = max(haier_original.outline.sentences().text, key=len)
    frame = pd.DataFrame({"n": range(len(text)), "字": list(text)})
    assert downloaded(show(frame, "例", "tbl-x"))[0] == ["n"]


def test_labels_and_titles_of_an_original_may_be_downloaded(haier_original):
    codes, sections = haier_original.codebook.codes, haier_original.outline.sections()
    assert withheld_columns(codes[["code_id", "label", "parent_id", "printed_parent"]]) == []
    assert withheld_columns(sections[["section_id", "title"]]) == []


def test_what_is_marked_as_wording_is_withheld_without_an_original():
    frame = pd.DataFrame({"a": ["甲"], "b": ["乙"], "left": ["剩下的"]})
    frame.attrs["wording"] = ["b", "gone"]
    assert downloaded(show(frame, "例", "tbl-x"))[0] == ["a", "left"]  # no name of a column is enough


def test_concordances_and_evidence_mark_their_wording(haier_digest):
    outline = haier_digest.outline
    assert withheld_columns(kwic(outline, "数据", width=5).assign(n=1)) == ["left", "right"]
    assert withheld_columns(kwic_together(outline, "数据", "平台")) == ["quotation"]
    assert withheld_columns(haier_digest.codebook.evidence.query("n_chars > 0")) == ["quotation"]


def test_an_original_that_is_attached_later_is_seen(tmp_path, monkeypatch, haier_original):
    text = max(haier_original.outline.sentences().text, key=len)
    frame = pd.DataFrame({"text": [text]})
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    assert withheld_columns(frame) == []
    (tmp_path / "some.txt").write_bytes(open_document("haier", source=haier_original.document.path).path.read_bytes())
    assert withheld_columns(frame) == ["text"]
