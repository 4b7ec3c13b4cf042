import re

from hypothesis import given
from hypothesis import strategies as st

from zhagen.text.cleaning import INVISIBLE, clean, count_term

PIECES = st.sampled_from(
    [
        *"数字商业模式，。；（）“”‘’—–‑-~ \u3000\t\n",
        "\n\n",
        "model",
        "data",
        "3.5",
        "α鱼",
        "\u200b",
        "\uf0a7",
        "\xa0",
        "\r",
    ]
)
RAW = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=60)


@given(RAW)
def test_the_map_is_total_and_monotone(raw):
    found = clean(raw)
    places = list(zip(found.lines, found.columns, strict=True))
    assert len(places) == len(found.text)
    assert all(a < b for a, b in zip(places, places[1:], strict=False))


@given(RAW)
def test_every_character_stands_where_the_map_says(raw):
    lines = raw.split("\n")
    folds = {"-": "-\u2010\u2011\u2012\u2013\u2014\u2212\uff0d", "‘": "“‘", "’": "”’"}
    found = clean(raw)
    for char, line, column in zip(found.text, found.lines, found.columns, strict=True):
        assert 1 <= line <= len(lines)
        if char == " ":
            assert column > len(lines[line - 1]) or lines[line - 1][column - 1].isspace()
            continue
        assert lines[line - 1][column - 1] in folds.get(char, char)


@given(RAW)
def test_cleaning_clean_text_changes_nothing(raw):
    once = clean(raw).text
    assert clean(once).text == once


@given(RAW)
def test_no_printed_character_is_lost(raw):
    def bare(text):
        text = INVISIBLE.sub("", text)
        text = re.sub("[\u2010-\u2014\u2212\uff0d]", "-", text)
        return re.sub(r"\s", "", text).translate(str.maketrans("“”", "‘’"))

    assert bare(clean(raw).text) == bare(raw)


@given(st.lists(st.sampled_from(["数字商业", "模式创新", "敏捷响应。", "data driven"]), min_size=1, max_size=6))
def test_sentences_hold_the_whole_text(parts):
    found = clean("".join(parts))
    assert "".join(s.text for s in found.sentences()).replace(" ", "") == found.text.replace(" ", "")


def test_words_broken_over_lines_page_starts_and_spaced_words():
    raw = "实现数\n\n字商业模\n 式的创 新，进 而 提 升"
    found = clean(raw)
    assert found.text == "实现数字商业模式的创新，进而提升"
    start = found.text.index("数字商业模式")
    assert found.span(start, start + 6) == (1, 4)


def test_hyphen_variants_become_one_and_a_double_dash_stays():
    assert clean("a‑b–c—d-e，研究——基于").text == "a-b-c-d-e，研究——基于"


def test_nested_identical_quotation_marks():
    assert clean("“从“入手”\n到“入口”，做”").text == "“从‘入手’到‘入口’，做”"


def test_unbalanced_quotation_marks_stay_as_they_are():
    assert clean("“从“入手”").text == "“从“入手”"


def test_latin_lines_are_joined_with_a_blank_and_hyphens_without():
    assert clean("digital business\nmodel‑\ndriven").text == "digital business model-driven"


def test_count_finds_terms_however_the_term_is_written():
    text = clean("数据驱\n动与数据驱动").text
    assert count_term(text, "数据驱动") == count_term(text, " 数据 驱动 ") == 2
    assert count_term(text, "") == 0
