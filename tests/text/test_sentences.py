"""Where sentences end: Chinese marks, straight quotes, abbreviations, names, numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhagen.text import sentences
from zhagen.text.cleaning import clean
from zhagen.text.sentences import sentence_ends

# each string is cut at | and nowhere else
CASES = [
    '他说"好。"|然后走。',
    '他问："去吗？"|她答："去。"|走了。',
    '"一。"|二。|"三。"|四。',
    "他说'好。'|然后走。",
    '（他说"好。"）|走。',
    "“好！”|她说。|“走。”",
    "See e.g. Fig. 3 and Smith et al. for",
    "See Figs. 3 and 4, cf. Yin (2018).|Then read on.",
    "It follows Smith et al. (2020) and Porter M. E. in vol. 3, pp. 4.|Done.",
    "J. R. R. Tolkien wrote it.|C. S. Lewis read it.",
    "The rate was 3.5.|It grew by 0.2 in v. 2.5 of it.",
    "Firms in the U.S. grew.|They left the U.S.|Others came.",
    "Apples, pears, etc. are fruit.|So are plums, etc.|We sell them.",
    "He said no.|She sat in no. 5 of the row.",
    'He said "yes."|Then he left.',
    "It's the firms' way.|Don't stop.",
    "Yahoo! is a firm.|Is it?|Really?!|Yes.",
    "见 http://a.cn/b.html?q=1 一节。|后文再谈。",
    "Wait... no.|Go... and on.",
    "1. Introduction.|2. Method of the study.",
    "规模（volume）为3.5亿。|其次（见图1.2）。",
    "谁？|你！|我……走。",
]


@pytest.mark.parametrize("case", CASES)
def test_sentences_end_where_a_reader_ends_them(case):
    found = [sentence.text for sentence in clean(case.replace("|", " ")).sentences()]
    assert found == [clean(part).text for part in case.split("|")]


PIECES = st.sampled_from([*"数据。！？!?.\"'“”（）) ", "Fig", "al", "e.g", "J", "3", "It", "ok", "\n"])


@given(st.lists(PIECES, max_size=40).map("".join))
def test_ends_are_in_order_and_behind_a_mark(text):
    ends = sentence_ends(text)
    assert ends == sorted(set(ends)) and all(0 < end <= len(text) for end in ends)
    assert all(set(text[start:end]) & set("。！？!?.") for start, end in zip([0, *ends], ends, strict=False))


@given(st.lists(PIECES, max_size=40).map("".join))
def test_every_chinese_mark_ends_a_sentence(text):
    parts = [text[a:b] for a, b in zip([0, *sentence_ends(text)], [*sentence_ends(text), len(text)], strict=True)]
    for part in parts[:-1]:
        assert "。" not in part.rstrip("。！？!?.\"'”）)")


@given(st.lists(st.sampled_from(["他说“好。”", '她答"行。"', "走！", "It works.", "See Fig. 3."]), max_size=8))
def test_sentences_that_are_joined_are_parted(parts):
    assert [sentence.text for sentence in clean("\n".join(parts)).sentences()] == parts or any(
        first.isascii() != second.isascii() for first, second in zip(parts, parts[1:], strict=False)
    )


@given(st.text("我去。！？”“’（）」 \n，a1", max_size=30))
def test_a_text_without_ascii_marks_ends_its_sentences_as_any(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences, "ASCII", sentences.re.compile(""))
        slow = sentence_ends(text)
    assert sentence_ends(text) == slow
