import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhagen.text import cleaning
from zhagen.text.characters import HAN, PLAIN, WIDE, is_chinese, normal_characters, normal_text
from zhagen.text.cleaning import clean, count_term, drop_blank_lines, join_lines, label_occurrences, printed_width

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
        *"⽤⻓ＡＩ４ﬃ豈．＆",
        "e\u0301",
        "\u200e",
        "-\n",
        "\u00ad\n",
    ]
)
RAW = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=60)


@given(RAW)
def test_the_map_is_total_and_monotone(raw):
    found = clean(raw)
    places = list(zip(found.lines, found.columns, strict=True))
    assert len(places) == len(found.text)
    assert places == sorted(places)  # the letters of a ligature have one place


@given(RAW)
def test_every_character_stands_where_the_map_says(raw):
    lines = raw.split("\n")
    folds = {"-": "-—", "‘": "“", "’": "”", ".": "．"}
    found = clean(raw)
    for char, line, column in zip(found.text, found.lines, found.columns, strict=True):
        assert 1 <= line <= len(lines)
        if char == " ":
            assert column > len(lines[line - 1]) or lines[line - 1][column - 1].isspace()
            continue
        there = lines[line - 1][column - 1]
        marked = unicodedata.normalize("NFD", char)[0] == unicodedata.normalize("NFD", there)[0]
        assert char in PLAIN.get(there, there) or there in folds.get(char, "") or marked


@given(RAW)
def test_cleaning_clean_text_changes_nothing(raw):
    once = clean(raw).text
    assert clean(once).text == once


@given(RAW)
def test_no_printed_character_is_lost(raw):
    def bare(text):
        text = re.sub(r"\s", "", normal_characters(text).replace("\n", "")).translate(str.maketrans("“”．—", "‘’.-"))
        return text.replace("-", "")  # one at the end of a line may break a word

    assert bare(clean(raw).text) == bare(raw)


@given(st.text(max_size=60) | RAW.map(lambda text: text.replace("\n", "")))
def test_long_texts_are_read_as_documents_are(line):
    """One text path: `cooccur` reads normal text, everything else clean text."""
    line = line.replace("\n", " ")
    assert normal_text(line) == clean(line).text
    assert normal_text(normal_text(line)) == normal_text(line)


@given(RAW)
def test_lines_are_joined_as_documents_are(raw):
    assert join_lines(raw.split("\n")) == clean(raw).text


@given(RAW)
def test_normal_text_is_each_line_cleaned(raw):
    assert normal_text(raw).split("\n") == [clean(line).text for line in raw.split("\n")]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("⽤户和企业⼀起改进⼯具", "用户和企业一起改进工具"),
        ("⻓⻋⻅⻢⺠⻔⻛⻚⻉⻰", "长车见马民门风页贝龙"),  # of these Unicode has no compatibility form
        ("ＡＩ平台服务Ｃ端，２０２４年", "AI平台服务C端，2024年"),
        ("Ｒ＆Ｄ Ｃ＋＋ ３．５％", "R&D C++ 3.5%"),
        ("an eﬃcient ofﬁce", "an efficient office"),
        ("Cafe\u0301 e\u0302\u0323", "Café ệ"),
        ("金\uf90a", "金金"),
        ("数\u200e据\u202a平\u2066台", "数据平台"),
        ("葛\U000e0100城\ufe00", "葛城"),
        ("数\ue123字\U000f0001商\0业\x7f", "数字商业"),
        ("这 件\u3000T\xa0恤", "这件T恤"),
        ("\U0001d400\U0001d408", "AI"),
        ("（平台）：“好”，①㎡²", "（平台）：“好”，①㎡²"),  # marks keep their width; these are no way to write a letter
    ],
)
def test_characters_are_read_as_if_typed_plainly(written, plain):
    assert clean(written).text == normal_text(written) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("busi-\nness", "business"),
        ("intelli\u2010\n  gence", "intelligence"),
        ("busi\u00ad\nness", "business"),
        ("the in\u00adfor\u00admation", "the information"),
        ("cross-\nborder", "cross-border"),
        ("model\u2011\ndriven", "model-driven"),  # a hyphen that may not end a line was not set to end one
        ("A-\nbc GPT-\n4 Data-\nDriven 线上-\n线下", "A-bc GPT-4 Data-Driven线上-线下"),
        ("end-of-\nlife", "end-of-life"),
        ("see -\nthis", "see -this"),
        ("-\nbusi", "-busi"),
    ],
)
def test_a_hyphen_that_breaks_a_word_is_dropped(written, plain):
    assert clean(written).text == plain


def test_every_letter_of_a_ligature_is_where_the_ligature_is():
    found = clean("一\nofﬁce")
    assert found.text[1:] == "office" and found.columns[1:] == (1, 2, 3, 3, 4, 5) and set(found.lines[1:]) == {2}


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


class Counted(list):
    """A list that counts how many of its items are looked at or copied."""

    seen = 0

    def __iter__(self):
        for item in super().__iter__():
            Counted.seen += 1
            yield item

    def __reversed__(self):
        for item in super().__reversed__():
            Counted.seen += 1
            yield item

    def __getitem__(self, place):
        found = super().__getitem__(place)
        Counted.seen += len(found) if isinstance(place, slice) else 1
        return found


@pytest.mark.parametrize("piece", ["word " * 10, "a" + " " * 49, "数 " * 25, " " * 50, "x\u3000数\t\xa0"])
def test_cleaning_looks_at_each_character_a_bounded_number_of_times(monkeypatch, piece):
    """1 MB with many blanks; the copies made at each blank once made it quadratic."""
    raw = piece * (1_000_000 // len(piece))
    join = cleaning._join
    monkeypatch.setattr(cleaning, "_join", lambda lines, first: Counted(join(lines, first)))
    Counted.seen = 0
    assert len(clean(raw)) <= len(raw)
    assert Counted.seen <= 3 * len(raw)


def test_characters_beyond_the_first_plane_are_chinese():
    assert (
        is_chinese("𠮷𠮷") and is_chinese("〇𪚥") and is_chinese("\U00031350\U00030000 a") and not is_chinese("𠮷 abc")
    )
    assert clean("𠮷 野\n𠮷").text == "𠮷野𠮷"  # blanks between them are dropped as between all Chinese characters
    assert printed_width("𠮷a") == 1.5


def test_chinese_characters_are_letters_and_numbers_of_their_scripts():
    """Against Unicode's names: what is called a CJK ideograph or radical, and no kana, hangul or mark."""
    han, wide = re.compile(f"[{HAN}]"), WIDE
    for code in range(0x110000):
        name = unicodedata.name(chr(code), "")
        if name.startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "CJK RADICAL", "KANGXI RADICAL")):
            assert han.fullmatch(chr(code)) and wide.fullmatch(chr(code)), name
        elif name and code not in (0x3005, 0x3007):
            assert not han.fullmatch(chr(code)), name


def test_no_other_module_says_what_a_chinese_character_is():
    """One definition in Python, one in JavaScript; what jieba and rjieba take for Chinese is theirs."""
    root = Path(__file__).parents[2]
    kept = {"src/zhagen/text/characters.py", "src/zhagen/text/lexicon.py", "book/_static/search.js"}
    kept |= {"book/_ext/local_fonts.py", "book/_ext/run_in_page.py"}  # what a font holds, and how wide
    files = [path for folder in ("src", "book") for kind in ("py", "js") for path in (root / folder).rglob(f"*.{kind}")]
    pattern = re.compile(r"4e00|9fff|9fd5|\\p\{(?:Script=)?Han|一-[鿀-鿿]", re.I)
    found = {path.relative_to(root).as_posix() for path in files if pattern.search(path.read_text("utf-8"))}
    assert found <= kept


def test_the_search_script_has_the_same_characters():
    """The class of `search.js`, over all code points, as a JavaScript engine reads it."""
    script = (Path(__file__).parents[2] / "book/_static/search.js").read_text("utf-8")
    han = re.search(r"const HAN = (/.*/u);", script)[1]
    points = "Array.from({length: 0x110000}, (_, code) => code)"
    found = run_javascript(f"{points}.filter((code) => {han}.test(String.fromCodePoint(code)))")
    assert found == [code for code in range(0x110000) if re.match(f"[{HAN}]", chr(code))]


def run_javascript(code):
    """The value of an expression, by Node.js or else by the browser of the other tests."""
    if shutil.which("node"):
        done = subprocess.run(["node", "-p", f"JSON.stringify({code})"], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if chromium is None:
        pytest.skip("neither Node.js nor Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        try:
            return browser.new_page().evaluate(code)
        finally:
            browser.close()


PAGE = ["", "标题", "", "平台很多，各自都有一套规则，为的是让企业和", "用户都愿意来。", ""] * 4 + ["", ""]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_blank_line_after_every_line_is_left_out_and_nothing_else(times):
    doubled = ("\n" * (times + 1)).join(PAGE).split("\n")
    assert [doubled[number - 1] for number in drop_blank_lines(doubled)] == PAGE
    behind_text = "\n".join(line + "\n" * times if line else line for line in PAGE).split("\n")
    kept = [behind_text[number - 1] for number in drop_blank_lines(behind_text)]
    assert [line for line in kept if line] == [line for line in PAGE if line] and len(kept) < len(behind_text)
    assert kept[kept.index("标题") + 1] == "" and kept[kept.index("用户都愿意来。") - 1] != ""


@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        [*PAGE[:-3], "再", "见"],  # two lines next to each other, once
        ["平台很多，各自都有一套规则，为的是让企业和用户都愿意来。", ""] * 20,  # a paragraph a line
        ["需求源点", "", "部署", ""] * 20,  # cells
        [],
        [""] * 5,
    ],
)
def test_blank_lines_that_may_mean_something_stay(page):
    assert drop_blank_lines(page) == tuple(range(1, len(page) + 1))


# Where labels stand


def test_a_label_inside_a_longer_one_is_not_mentioned():
    assert label_occurrences("平台生态与平台", ["平台", "平台生态", "生态"]) == [(0, 4, "平台生态"), (5, 7, "平台")]


def test_labels_that_overlap_in_part_both_stand_there():
    assert label_occurrences("数据驱动创新", ["数据驱动", "驱动创新", "新的"]) == [
        (0, 4, "数据驱动"),
        (2, 6, "驱动创新"),
    ]


def test_labels_are_cleaned_as_the_text_is():
    assert label_occurrences("硬件与软件", ["硬件 与软件", ""]) == [(0, 5, "硬件 与软件")]


@given(st.text("甲乙丙", max_size=12), st.sets(st.text("甲乙丙", min_size=1, max_size=3), max_size=4))
def test_occurrences_are_counted_as_text_does_but_not_inside_one_another(text, labels):
    spans = label_occurrences(text, labels)
    assert all(text[start:end] == label for start, end, label in spans)
    assert spans == label_occurrences(text, sorted(labels, reverse=True))
    for label in labels:
        mine = sum(span[2] == label for span in spans)
        held = any(label != other and label in other for other in labels)
        assert mine <= count_term(text, label) and (held or mine == count_term(text, label))
