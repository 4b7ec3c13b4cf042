import re

import pytest

from helpers import extracted
from zhagen.documents.outline import PARAGRAPH_END, split_cells, split_fields
from zhagen.errors import ExtractionError


def test_sections_nest_and_cover_the_text(haier):
    sections = haier.outline.sections()
    assert (sections.line_start <= sections.line_end).all()
    top = sections[sections.level == 1]
    assert (top.line_start.values[1:] > top.line_end.values[:-1]).all()
    inner = sections[sections.parent_id != ""].merge(
        sections, left_on="parent_id", right_on="section_id", suffixes=("", "_above")
    )
    assert len(inner) == (sections.parent_id != "").sum() > 0
    assert (inner.line_start >= inner.line_start_above).all() and (inner.line_end <= inner.line_end_above).all()
    assert (inner.level > inner.level_above).all()


def test_every_printed_line_belongs_to_one_block(haier):
    printed = {n for n, line in enumerate(haier.document.lines, 1) if line.strip()}
    seen = [n for block in haier.outline.blocks for n in range(block.lines[0], block.lines[1] + 1)]
    assert printed <= set(seen)
    assert len(seen) == len(set(seen))


def test_no_character_is_lost_between_the_file_and_the_outline(haier):
    def bare(text):
        return re.sub(r"[\s“”‘’\u2010-\u2014-]", "", text)

    assert bare(haier.outline.text) == bare(haier.document.raw)


def test_paragraphs_end_with_a_sentence(haier):
    paragraphs = [b for b in haier.outline.prose() if b.kind == "paragraph"]
    assert len(paragraphs) > 20
    assert all(b.text[-1] in "。：；！？”）" for b in paragraphs)


def test_sentences_carry_their_lines(haier):
    sentences = haier.outline.sentences()
    assert (sentences.line_start <= sentences.line_end).all()
    for row in sentences.iloc[:: max(len(sentences) // 20, 1)].itertuples():
        raw = re.sub(r"\s", "", "".join(haier.document.lines[row.line_start - 1 : row.line_end]))
        assert row.text[:6].replace(" ", "").translate(str.maketrans("‘’", "“”"))[:3] in raw.replace("‑", "-")


def test_both_editions_have_the_same_sections(haier_original, haier_digest):
    columns = ["section_id", "level", "number", "title", "parent_id"]
    original, digest = (found.outline.sections()[columns] for found in (haier_original, haier_digest))
    assert original.equals(digest)


def test_a_quotation_goes_on_over_a_blank_line():
    assert split_cells(["概念", "“一", "", "二”", "下一格"], 10) == [(10, 10), (11, 13), (14, 14)]


def test_a_header_row_is_a_cell_of_its_own():
    assert split_cells(["甲 乙", "一", "二"], 1, "甲乙".__eq__) == [(1, 1), (2, 3)]


def test_a_line_of_many_fields_is_split_in_one_pass():
    assert split_fields("\t" * 200_000, "tabs")[-1] == (200_000, "")
    fields = split_fields("| a | b\\|c |  |", "pipes")
    assert [("| a | b\\|c |  |"[start : start + len(text)], text) for start, text in fields] == [
        (" a ", " a "), (" b\\|c ", " b\\|c "), ("  ", "  "),
    ]  # fmt: skip


@pytest.mark.parametrize("mark", ["”", '"', "'", "’", "）"])
def test_a_paragraph_may_end_with_a_quotation_mark(mark):
    assert PARAGRAPH_END.search(f"他说好。{mark}")


class TestWhole:
    """A text that lost lines, or won another text, is not read as a whole one."""

    @pytest.mark.parametrize("doc_id", ["haier", "community", "xiaomi", "whitepaper", "ecommerce"])
    @pytest.mark.parametrize("kept", [0.5, 0.8, 0.97])
    def test_a_text_that_is_cut_off_is_refused(self, doc_id, kept, changed):
        found = extracted(doc_id, "digest")
        lines = found.document.lines
        with pytest.raises(ExtractionError, match="lines? "):
            changed(found, lambda _: "\n".join(lines[: int(len(lines) * kept)]))

    @pytest.mark.parametrize("doc_id", ["haier", "community", "xiaomi", "whitepaper", "ecommerce"])
    def test_another_text_behind_it_is_refused(self, doc_id, changed):
        found = extracted(doc_id, "digest")
        other = extracted("community" if doc_id != "community" else "ecommerce", "digest")
        with pytest.raises(ExtractionError, match="the text ends with .* and not with|begins twice"):
            changed(found, lambda raw: raw + "\n" + other.document.raw)

    @pytest.mark.parametrize("number", ["二、", "（二）资料|（二）案例介绍", "2. 动态能力提升：敏捷", "（一）理论贡献"])
    def test_a_number_of_a_heading_that_is_missing_is_refused(self, haier_digest, number, changed):
        lines = haier_digest.document.lines
        line = next(n for n, text in enumerate(lines) if any(text.strip().startswith(one) for one in number.split("|")))
        with pytest.raises(ExtractionError, match="comes where number|no heading|subsections"):
            changed(haier_digest, lambda _: "\n".join([*lines[:line], *lines[line + 1 :]]))

    def test_headings_that_are_too_long_leave_a_mark(self, whitepaper):
        sections = whitepaper.outline.sections().set_index("title")
        assert sections.reason.str.contains("太长").sum() == 2
        assert "太长" in sections.reason[sections.number == "二"].iloc[0]
