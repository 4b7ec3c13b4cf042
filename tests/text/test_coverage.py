"""What was not counted is said: the share of single characters, and which of them stand together."""

import json

import pytest

from zhagen.cli import main
from zhagen.text.coverage import sum_coverage
from zhagen.text.segmentation import encode_texts, segment

TRADITIONAL = "數字平台推動企業轉型，建立治理規則。"
PROSE = "企业利用数据改进产品，用户通过平台参与创新，合作伙伴分享收益。"


def coverage(*texts, **how):
    return encode_texts(texts, **how).coverage


def test_the_numbers_are_those_of_the_words():
    text = "大橘在食堂门口，大橘不怕人。"
    found = coverage(text, text)
    words = segment(text)
    assert words.count("橘") == 2
    assert found.characters == 2 * sum(len(word) for word in words if word not in "，。")
    assert found.single == 2 * sum(len(word) == 1 for word in words if word not in "，。")
    assert ("大橘", 4) in found.neighbours() and all(len(pair) == 2 for pair, _ in found.neighbours())


@pytest.mark.parametrize("segmenter", ["jieba", "rjieba"])
def test_texts_and_the_sum_of_texts_are_the_same(segmenter):
    texts = ["大橘不怕人", "橘", TRADITIONAL, "", "Machine 2024", PROSE]
    whole = coverage(*texts, segmenter=segmenter)
    summed = sum_coverage([coverage(text, segmenter=segmenter) for text in texts])
    for name in ("characters", "single", "unknown", "traditional"):
        assert getattr(whole, name) == getattr(summed, name)
    assert whole.codes.tolist() == summed.codes.tolist() and whole.counts.tolist() == summed.counts.tolist()


def test_neighbours_do_not_reach_over_marks_texts_and_citations():
    assert not coverage("橘，橘", "橘（焦豪等，2021）橘").neighbours()
    assert coverage("橘橘", "橘橘").neighbours() == [("橘橘", 2)]


def test_traditional_text_is_called_that():
    said = coverage(*[TRADITIONAL] * 6).advice()
    assert "traditional characters" in said[0] and "企業 6" in said[1]


def test_prose_and_speech_need_no_advice_and_a_missing_name_does():
    speech = "我说你们都不去，他就在那里等了，后来没有人来。"
    assert not coverage(*[PROSE] * 9).advice() and not coverage(speech, PROSE, PROSE).advice()
    assert "大橘 9" in coverage(*["大橘不怕人。"] * 9, *[PROSE] * 9).advice()[0]
    assert not coverage().advice()


def test_a_lexicon_is_the_remedy(tmp_path):
    for name, text in {"userdict.txt": "大橘", "stopwords.txt": "", "synonyms.tsv": ""}.items():
        (tmp_path / name).write_text(text, "utf-8")
    assert not coverage(*["大橘不怕人。"] * 9, *[PROSE] * 9, lexicon=tmp_path).advice()


def test_the_command_says_it_and_the_report_holds_it(tmp_path, capsys):
    (tmp_path / "t.txt").write_text(f"{TRADITIONAL}\n" * 6, "utf-8")
    how = ["--out", str(tmp_path / "out"), "--min-count", "1", "--engine", "serial", "--quiet"]
    assert main(["cooccur", str(tmp_path / "t.txt"), *how]) == 0
    assert "zhagen: the text is in traditional characters" in capsys.readouterr().err
    report = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert report["coverage"]["chinese_characters"] == 6 * 16 and report["coverage"]["share_single"] > 0.5
    assert report["coverage"]["unknown_neighbours"]["企業"] == 6
