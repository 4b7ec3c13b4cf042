import re
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import extracted
from zhagen.errors import ZhagenError
from zhagen.figures.table import show
from zhagen.statistics.association import cooccurrence_table
from zhagen.statistics.concordance import LINES, kwic, kwic_texts, kwic_together
from zhagen.statistics.terms import term_features, term_frequency, term_matrix
from zhagen.text.cleaning import clean, count_term
from zhagen.text.segmentation import segment

IDS = ["haier", "community", "xiaomi", "whitepaper", "ecommerce"]
EDITIONS = ["digest", pytest.param("original", marks=pytest.mark.originals)]


@pytest.fixture(scope="module", params=EDITIONS)
def edition(request):
    return request.param


@pytest.fixture(scope="module", params=IDS)
def outline(request, edition):
    return extracted(request.param, edition).outline


def naive(text, term, width):
    """Occurrences cut out with str.split: what stands before and after each."""
    pieces = text.split(term)
    before = [term.join(pieces[:place]) for place in range(1, len(pieces))]
    after = [term.join(pieces[place:]) for place in range(1, len(pieces))]
    return [(left[-width:] if width else "", term, right[:width]) for left, right in zip(before, after, strict=True)]


def test_every_occurrence_is_listed_with_its_place(outline):
    common = term_frequency(term_features(outline)).term.head(12)
    prose = outline.prose()
    for term in [*common, "的", "企业 "]:
        found = kwic(outline, term, width=8)
        assert found.columns.tolist() == LINES
        assert len(found) == sum(count_term(block.text, term) for block in prose) > 0 or term in ("的", "企业 ")
        for row in found.itertuples():
            block = prose[row.paragraph - 1]
            assert (row.section_id, row.keyword) == (block.section_id, term.strip())
            assert row.left + row.keyword + row.right in block.text
            assert block.lines[0] <= row.line_start <= row.line_end <= block.lines[1]
            raw = "\n".join(outline.document.lines[row.line_start - 1 : row.line_end])
            assert row.keyword in clean(raw).text
        expected = [line for block in prose for line in naive(block.text, term.strip(), 8)]
        assert list(found[["left", "keyword", "right"]].itertuples(index=False, name=None)) == expected


def test_only_words_are_kept(outline):
    """As often as the cut text has the word; a string that is part of a word is left out."""
    words = Counter(word for block in outline.prose() for word in segment(block.text))
    for term in [*term_frequency(term_features(outline)).term.head(8), "动因", "平台", "生产"]:
        if segment(term) == [term]:
            found = kwic(outline, term, words=True)
            assert len(found) == words[term] <= len(kwic(outline, term))


def test_the_paragraphs_are_those_of_the_sentences(outline):
    sentences = outline.sentences().drop_duplicates("paragraph").set_index("paragraph")
    found = kwic(outline, "，")
    assert (sentences.section_id[found.paragraph].to_numpy() == found.section_id).all()


def test_each_edge_can_be_read(outline):
    features = term_features(outline)
    edges = cooccurrence_table(term_matrix(features, "sentence"))
    for edge in [*edges.head(4).itertuples(), *edges.tail(2).itertuples()]:
        found = kwic_together(outline, edge.term_b, edge.term_a, counted=True)
        assert len(found) == edge.n12
        units = features[features.term == edge.term_a].merge(
            features[features.term == edge.term_b], on=["paragraph", "sentence"]
        )
        assert found[["paragraph", "sentence"]].values.tolist() == units[["paragraph", "sentence"]].values.tolist()


def test_each_edge_of_paragraphs_can_be_read(outline):
    edges = cooccurrence_table(term_matrix(term_features(outline), "paragraph"))
    for edge in edges.head(4).itertuples():
        found = kwic_together(outline, edge.term_a, edge.term_b, unit="paragraph", counted=True)
        assert len(found) == edge.n12 and "sentence" not in found


def test_sentences_with_both_strings(outline):
    edge = cooccurrence_table(term_matrix(term_features(outline))).iloc[0]
    first, second = edge.term_a, edge.term_b
    found = kwic_together(outline, first, f" {second}")
    expected = outline.sentences_with(first, second)
    assert len(found) > 0
    assert found.rename(columns={"quotation": "text"}).equals(expected.drop(columns="kind").reset_index(drop=True))
    paragraphs = kwic_together(outline, first, second, unit="paragraph")
    prose = outline.prose()
    holding = [number for number, block in enumerate(prose, 1) if first in block.text and second in block.text]
    assert paragraphs.paragraph.tolist() == holding
    assert paragraphs.quotation.tolist() == [prose[number - 1].text for number in holding]


def test_whole_sentences_stay_out_of_downloads(haier_digest):
    found = kwic_together(haier_digest.outline, "平台", "用户")
    assert found.quotation[0] not in show(found, "例", "tbl-x")._download()


def test_a_word_broken_over_lines_has_both_lines():
    found = kwic_texts({"a": "数据平\n 台\n连接 用户，\n\n平台"}, "平台", width=3)
    assert found.values.tolist() == [["a", 1, "数据", "平台", "连接用", 1, 2], ["a", 2, "", "平台", "", 5, 5]]


def test_paragraphs_of_plain_texts():
    """Context stays in its paragraph; lines and paragraphs are counted in each text; empty ones are none."""
    texts = {"b": "\r\n \r\n用户甲\r\n\u3000\r\n乙用户\r\n", "a": "", "c": "用户"}
    found = kwic_texts(texts, "用户")
    assert found.values.tolist() == [
        ["b", 1, "", "用户", "甲", 3, 3],
        ["b", 2, "乙", "用户", "", 5, 5],
        ["c", 1, "", "用户", "", 1, 1],
    ]
    assert found.columns.tolist() == [name for name in LINES if name != "section_id"]


def test_a_frame_is_as_good_as_a_dict():
    texts = {"甲": "用户和平台", "乙": "平台"}
    frame = pd.DataFrame({"text": texts.values(), "doc_id": texts.keys(), "year": 2021})
    assert kwic_texts(frame, "平台").equals(kwic_texts(texts, "平台"))


@given(
    st.text("平台动因\n ，a", max_size=60), st.sampled_from(["平台", "台平台", "动因", "a", "平平"]), st.integers(0, 9)
)
def test_plain_texts_are_counted_as_paragraphs_are(text, term, width):
    paragraphs = [clean(part).text for part in re.split(r"\n *(?=\n)", "\n" + text)]
    found = kwic_texts({"a": text}, term, width=width)
    assert len(found) == sum(count_term(part, term) for part in paragraphs)
    expected = [line for part in paragraphs for line in naive(part, term, width)]
    assert list(found[["left", "keyword", "right"]].itertuples(index=False, name=None)) == expected


def test_occurrences_do_not_overlap():
    assert kwic_texts({"a": "平平平平平"}, "平平").left.tolist() == ["", "平平"]


def test_words_and_parts_of_words():
    """动因 is a word of its own, and part of 驱动因素."""
    text = {"a": "驱动因素不是动因，是驱动因素"}
    assert kwic_texts(text, "动因").left.tolist() == ["驱", "驱动因素不是", "驱动因素不是动因，是驱"]
    assert kwic_texts(text, "动因", words=True).left.tolist() == ["驱动因素不是"]
    assert kwic_texts(text, "不是动因", words=True).left.tolist() == ["驱动因素"]  # several words


def test_blanks_between_words_are_no_part_of_them():
    found = kwic_texts({"a": "the data driven data-driven data"}, "data", words=True, width=4)
    assert found.left.tolist() == ["the ", "ven "]


def test_a_lexicon_of_ones_own(tmp_path):
    for name, text in (("userdict.txt", "驱动因 99999 n\n甲人 99999 n\n"), ("stopwords.txt", ""), ("synonyms.tsv", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = kwic_texts({"a": "驱动因素"}, "驱动因", words=True, lexicon=tmp_path)
    assert len(found) == 1 and kwic_texts({"a": "驱动因素"}, "驱动因", words=True).empty
    # the first 人人 is cut in two, and overlaps with the second, which is a word
    assert kwic_texts({"a": "甲人人人"}, "人人", words=True, lexicon=tmp_path).left.tolist() == ["甲人"]


def test_nothing_found_is_an_empty_table(haier_digest):
    for found in (kwic(haier_digest.outline, "没有的词"), kwic_texts({}, "词"), kwic_texts({"a": ""}, "词")):
        assert found.empty and found.line_start.dtype == "int64" and found.keyword.dtype == "str"
    assert kwic_together(haier_digest.outline, "没有的词", "平台").empty


def test_what_cannot_be_is_told(haier_digest):
    outline = haier_digest.outline
    for term in ("", " ", "\u200b"):
        with pytest.raises(ZhagenError, match="the term is empty"):
            kwic(outline, term)
        with pytest.raises(ZhagenError, match="the term is empty"):
            kwic_texts({}, term)
        with pytest.raises(ZhagenError, match="the term is empty"):
            kwic_together(outline, "平台", term)
    with pytest.raises(ZhagenError, match="the width is -1"):
        kwic(outline, "平台", width=-1)
    with pytest.raises(ZhagenError, match="no unit 'section'"):
        kwic_together(outline, "平台", "用户", unit="section")
    with pytest.raises(ZhagenError, match="two texts are called a"):
        kwic_texts(pd.DataFrame({"doc_id": ["a", "a"], "text": ["甲", "乙"]}), "甲")
    with pytest.raises(ZhagenError, match="b has float in place of a text"):
        kwic_texts({"a": "甲", "b": float("nan")}, "甲")
