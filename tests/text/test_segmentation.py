import os
import random
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhagen.errors import ZhagenError
from zhagen.text import lexicon
from zhagen.text.characters import normal_text
from zhagen.text.cleaning import clean
from zhagen.text.lexicon import jieba_dictionary, read_lexicon
from zhagen.text.segmentation import content_terms, encode_texts, segment, strip_citations

patient = settings(deadline=None)  # other work on the machine must not fail a test
PIECES = st.sampled_from(
    "数字商业模式 价值主张 校准 场景 链 条 链条 供应链条 α鱼 C端 PC端 IoT data-driven Bärenfänger 5G 3.5 第三 三个 "
    "本文 的 了 食联网 智慧厨房 电器 用户 体验 ， 。 （ ） “ ” [3] Web3.0 AR/VR 2024年".split()
    + [" "]
)
TEXT = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=30)


@patient
@given(TEXT)
def test_segmenting_loses_nothing_but_blanks(text):
    assert "".join("".join(segment(text)).split()) == "".join(text.split())


@patient
@given(
    st.lists(
        PIECES | st.sampled_from(["\u200b", "⽤户", "Ｃ端", "eﬃcient", " \u3000", "(Yin, 2004)", "\n"]), max_size=25
    )
)
def test_raw_and_clean_text_have_the_same_terms(pieces):
    """One text path: counting raw lines, cleaning and then counting, and counting many texts in one go are one."""
    raw = "".join(pieces).replace("\n", "。\n")  # no word goes on over an end of a line
    terms = content_terms(raw)
    assert content_terms(clean(raw).text) == content_terms(normal_text(raw)) == terms
    found = encode_texts([raw])
    assert [found.terms[number] for number in found.ids] == terms


@patient
@given(st.lists(PIECES, max_size=25).map("".join))
def test_the_terms_of_the_terms_are_the_terms(text):
    once = content_terms(text)
    assert content_terms(" ".join(once)) == once


@patient
@given(TEXT, TEXT)
def test_a_sentence_mark_separates(first, second):
    """Whatever stands on the other side of a full stop, the terms are the same (names before a year aside)."""
    first, second = (strip_citations(text) for text in (first, second))
    assert content_terms(f"{first}。 。{second}") == content_terms(f"{first}。") + content_terms(f"。{second}")


def test_every_term_of_the_lexicon_is_kept_whole():
    entries = read_lexicon()
    for term in entries.terms:
        for left, right in (("", ""), ("的", "的"), ("，", "。"), ("基于", "与平台")):
            assert term in segment(left + term + right), (left, term, right)


def test_no_term_of_the_lexicon_is_a_stop_word_and_no_kept_form_is_dropped():
    entries = read_lexicon()
    assert not entries.terms & entries.stopwords
    assert not set(entries.synonyms.values()) & entries.stopwords


def test_every_variant_and_every_kept_form_is_a_word():
    for variant, kept in read_lexicon().synonyms.items():
        assert (segment(variant), segment(kept)) == ([variant], [kept])


@pytest.mark.parametrize("pair", ["用户需求", "数据分析", "技术创新", "网络共享"])
def test_free_pairs_are_cut(pair):
    assert segment(pair) == [pair[:2], pair[2:]]


def test_a_coined_label_gives_its_parts():
    assert segment("场景链条联动") == ["场景", "链条", "联动"]
    assert segment("场景链的要素") == ["场景链", "的", "要素"]


def test_what_is_dropped():
    assert content_terms("2024年，第三个用户；共24家，x、三种：占28%。") == ["用户"]


def test_variants_become_the_kept_form_and_latin_words_keep_their_case():
    assert content_terms("α鱼、阿尔法鱼、IOT、IoT、Costco、The") == ["阿尔法鱼", "阿尔法鱼", "IoT", "IoT", "Costco"]


@pytest.mark.parametrize(
    "text, rest",
    [
        ("保持优势（Hanelt et al，2021）。", "保持优势 。"),
        ("促进共创（Yin，2004；焦豪等，2021a；Amit and Han，2017，2019）。", "促进共创 。"),
        ("例如，孙新波等（2021）指出", "例如， 指出"),
        ("汪志红和周建波（2022）研究", " 研究"),
        ("赖晓烜（2023）等人指出", " 等人指出"),
        ("Bärenfänger和Otto（2015）首次", " 首次"),
        ("呼应了Paschou等（2020）对", "呼应了 对"),
        ("协同机制<sup>[3,4]</sup>与[7]", "协同机制 与 "),
        ("平台很好(Yin, 2004)。按照Teece(2007)的说法", "平台很好 。按照 的说法"),
        ("共创(Gioia et al., 2013; Eisenhardt, 1989)。", "共创 。"),
        ("编码(Gioia, Corley, & Hamilton, 2013)和(Yin, 2004, p. 12)", "编码 和 "),
        ("访谈(Corbin & Strauss 1990)", "访谈(Corbin & Strauss 1990)"),  # without a comma it may be Windows 2000
        ("(焦豪等, 2021)以及（Yin, 2004：12-15）", " 以及 "),
        ("。焦豪等(2021)指出", "。 指出"),
    ],
)
def test_citations_go(text, rest):
    assert strip_citations(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "规模性（volume）",
        "（以下简称“食联网”）",
        "食联网（2018）",
        "（2018年）",
        "产品（移动端，APP）",
        "函数(2018)",
        "ISO(2015)",
        "（成立于2005）",
        "(AI, IoT)",
    ],
)
def test_other_parentheses_stay(text):
    assert strip_citations(text) == text


def test_a_lexicon_of_ones_own(tmp_path):
    write_lexicon(
        tmp_path,
        userdict="河长制 10000 n\n河长 3000 n\n我们的 0 r\n",
        stopwords="# mine\n我们\n",
        synonyms="河长\t河长制\n",
    )
    assert content_terms("我们的河长制与河长", tmp_path) == ["河长制", "河长制"]
    assert segment("河长制", tmp_path) == ["河长制"] and "河长制" not in segment("河长制")


@pytest.mark.parametrize(
    "files, said",
    [
        ({"userdict": "食联网 many n\n"}, "the frequency of 食联网 is many"),
        ({"synonyms": "甲\t乙\n乙\t丙\n"}, "the kept form 乙 is a variant of another"),
        ({"stopwords": None}, "there is no"),
        ({"synonyms": "甲\t乙\n丙\t乙\n甲\t丁\n"}, "甲 is listed in line 1 too (synonyms.tsv, line 3): leave out one"),
        (
            {"synonyms": "甲 乙\n"},
            "1 field in place of 2 (synonyms.tsv, line 1): write 2 fields with tabs between them",
        ),
        ({"synonyms": "甲\t\n"}, "1 field in place of 2 (synonyms.tsv, line 1)"),
        ({"synonyms": "# 注\n甲\t \t乙\n"}, "3 fields in place of 2 (synonyms.tsv, line 2)"),
        ({"userdict": "河长制 10 n\n\n河长制 20 n\n"}, "河长制 is listed in line 1 too (userdict.txt, line 3)"),
        ({"userdict": "河长制 99999999999 n\n"}, "the frequency of 河长制 is 99999999999 (userdict.txt, line 1)"),
        ({"userdict": "河\x02长 10 n\n"}, "a control character (userdict.txt, line 1)"),
        ({"stopwords": "的\n" + "长" * 101}, "a word of 101 characters (stopwords.txt, line 2)"),
    ],
)
def test_a_broken_lexicon_is_refused(tmp_path, files, said):
    write_lexicon(tmp_path, **files)
    with pytest.raises(ZhagenError) as error:
        segment("食联网", tmp_path)
    assert said in str(error.value)


def test_jieba_stays_silent_and_untouched(tmp_path):
    """Nothing heavy on import; then no output, no cache file, no trace in the reader's own jieba."""
    code = (
        "import sys, zhagen.text.segmentation\n"
        "assert not {'jieba', 'pandas', 'scipy', 'networkx', 'numpy'} & set(sys.modules), 'heavy import'\n"
        "zhagen.text.segmentation.segment('数据驱动')\n"
        "import jieba, jieba.finalseg, logging\n"
        "assert not jieba.dt.initialized and not jieba.dt.FREQ and not jieba.finalseg.Force_Split_Words\n"
        "assert jieba.default_logger.level == logging.DEBUG\n"
    )
    scratch, compiled = tmp_path / "scratch", tmp_path / "compiled"
    scratch.mkdir()
    settings = os.environ | {"TMPDIR": str(scratch), "PYTHONPYCACHEPREFIX": str(compiled)}
    done = subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list(scratch.iterdir())


def test_a_lexicon_that_was_edited_is_read_anew(tmp_path):
    write_lexicon(tmp_path, userdict="河长制 10000 n\n")
    assert content_terms("河长制与平台", tmp_path) == ["河长制", "平台"]
    (tmp_path / "stopwords.txt").write_text("平台\n", encoding="utf-8")
    assert content_terms("河长制与平台", tmp_path) == ["河长制"]
    assert [encode_texts(["河长制与平台"], tmp_path, segmenter=one).terms for one in lexicon.SEGMENTERS] == [
        ["河长制"]
    ] * 2


def test_a_lexicon_saved_by_a_windows_editor_is_read(tmp_path):
    write_lexicon(tmp_path, userdict="\ufeff河长制 10000 n\n", stopwords="\ufeff# mine\n", synonyms="\ufeff")
    entries = read_lexicon(tmp_path)
    assert entries.terms == {"河长制"} and not entries.stopwords
    (tmp_path / "stopwords.txt").write_bytes("企业管理\n".encode("gb18030") + b"\x80")
    with pytest.raises(ZhagenError, match=r"\(stopwords.txt, line 2, byte 10 of the file: 0x80\)"):
        read_lexicon(tmp_path)


@pytest.mark.parametrize("segmenter", lexicon.SEGMENTERS)
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\0", "\u2028"])
def test_whatever_a_text_ends_with_the_next_is_another(segmenter, end):
    found = encode_texts([f"平台{end}", f"{end}数据"], segmenter=segmenter)
    assert found.terms == ["平台", "数据"] and found.lengths.tolist() == [1, 1]


def write_lexicon(folder, userdict="", stopwords="", synonyms=""):
    files = {"userdict.txt": userdict, "stopwords.txt": stopwords, "synonyms.tsv": synonyms}
    for name, text in files.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("hmm", [False, True])
@given(text=TEXT | st.text(st.sampled_from("人为食联网的了一二三 ，。a1.+#-%_&é㐀龥鿖豈𠀀\ue000\r\n"), max_size=40))
def test_the_segmenters_cut_alike(text, hmm):
    assert segment(text, hmm=hmm, segmenter="rjieba") == segment(text, hmm=hmm)


@pytest.mark.parametrize("hmm", [False, True])
def test_the_segmenters_cut_the_words_of_the_dictionary_alike(hmm):
    """Every hundredth word of jieba's dictionary, drawn together: what no text of ours holds."""
    words = [word for word, _, _ in jieba_dictionary()][::100]
    text = "".join(random.Random(1).sample(words, len(words)))
    assert segment(text, hmm=hmm, segmenter="rjieba") == segment(text, hmm=hmm)


@given(st.lists(TEXT, max_size=5), st.sampled_from(["jieba", "rjieba"]))
def test_terms_as_numbers_are_the_terms(texts, segmenter):
    found = encode_texts(texts, segmenter=segmenter)
    terms = [found.terms[number] for number in found.ids]
    assert terms == [term for text in texts for term in content_terms(text)]
    assert found.lengths.tolist() == [len(content_terms(text)) for text in texts]
    assert len(set(found.terms)) == len(found.terms) == len(set(terms))


CITED = [
    "平台（焦豪等，2021）",
    "Teece（2007）的能力",
    ")数据",
    "[1",
    "2]驱动[3,4]",
    "（2018",
    "年）用户",
    "孙新波等（2021",
]


@given(st.lists(st.sampled_from(CITED), max_size=8))
def test_a_citation_ends_with_its_text(texts):
    found = encode_texts(texts)
    terms = [found.terms[number] for number in found.ids]
    assert terms == [term for text in texts for term in content_terms(text)]


def test_words_are_not_joined_across_texts():
    apart = encode_texts(["数据", "驱动"])
    assert apart.terms == ["数据", "驱动"] and apart.lengths.tolist() == [1, 1]


def test_words_with_letters_of_jiebas_dictionary_are_kept_whole():
    assert segment("T恤和1号店卖3.5万件，1.5IP卡") == [
        "T恤",
        "和",
        "1号店",
        "卖",
        "3",
        ".",
        "5",
        "万件",
        "，",
        "1",
        ".",
        "5IP",
        "卡",
    ]


def test_a_term_that_ends_in_chinese_stands_before_letters_too():
    assert content_terms("采用C端App与α鱼AI") == ["C端", "App", "阿尔法鱼", "AI"]


def test_guessing_of_unknown_words_is_a_choice():
    assert segment("走进杭研大厦")[1:3] == ["杭", "研"] and "杭研" in segment("走进杭研大厦", hmm=True)


def test_an_unknown_segmenter_is_told():
    with pytest.raises(ZhagenError, match="there is no segmenter 'thulac': use one of jieba, rjieba"):
        segment("平台", segmenter="thulac")


@pytest.fixture
def own_lexicon(tmp_path):
    def write(userdict, encoding="utf-8", **others):
        for name in lexicon.FILES:
            (tmp_path / name).write_bytes(others.get(name.split(".")[0], "").encode(encoding))
        (tmp_path / "userdict.txt").write_bytes(userdict.encode(encoding))
        return tmp_path

    return write


@pytest.mark.parametrize("segmenter", ["jieba", "rjieba"])
@pytest.mark.parametrize(
    "entry, text, term",
    [
        ("糖醋藕", "他做糖醋藕给我吃", "糖醋藕"),
        ("糖醋藕 2000", "他做糖醋藕给我吃", "糖醋藕"),
        ("糖醋藕 n", "他做糖醋藕给我吃", "糖醋藕"),
        ("糖醋藕\u3000 2000\tn", "他做糖醋藕给我吃", "糖醋藕"),
        ("糖 醋藕 2000 n", "他做糖 醋藕给我吃", "糖醋藕"),
        ("糖\u200b醋藕 2000 n", "他做糖醋藕给我吃", "糖醋藕"),
        ("*晚晴 2000 n", "大家说*晚晴很好", "*晚晴"),
        ("Machine Learning 2000 n", "他学 Machine Learning 很久", "Machine Learning"),
        ("９９６ 2000", "他说996不好", "996"),
        ("双11 2000", "他在双11买书", "双11"),
        ("C++ 2000 n", "他学C++很久", "C++"),
        ("豆瓣·小组 2000 n", "他在豆瓣·小组写字", "豆瓣·小组"),
    ],
)
def test_every_form_of_a_jieba_entry_is_counted(own_lexicon, entry, text, term, segmenter):
    folder = own_lexicon(entry)
    assert term in content_terms(text, folder, segmenter=segmenter)
    found = encode_texts([text], folder, segmenter=segmenter)
    assert term in found.terms


@pytest.mark.parametrize(
    "userdict, said",
    [
        ("平台 2000 n\n** 2000 n\n", "userdict.txt, line 2"),
        ("平台 2000 n\n平 台 3 n\n", "listed in line 1 too"),
        ("2000 n\n", "a number without a word"),
        ("平台 -5 n\n", "the frequency of 平台 is -5"),
        ("平台 2.5 n\n", "the frequency of 平台 is 2.5"),
    ],
)
def test_an_entry_that_cannot_count_is_refused(own_lexicon, userdict, said):
    with pytest.raises(ZhagenError, match=re.escape(said)):
        read_lexicon(own_lexicon(userdict))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_lexicon_is_read_in_every_encoding_that_a_corpus_is(own_lexicon, encoding):
    folder = own_lexicon("糖醋藕 2000 n", encoding, stopwords="喜欢 The", synonyms="甜醋藕\t糖醋藕")
    assert content_terms("喜欢糖醋藕 the", folder) == ["糖醋藕"]
