"""Transcripts: whose turns are counted, without time codes; and lines that are pieces of paragraphs."""

import json
from collections import Counter

import pytest

from zhagen.cli import main
from zhagen.corpus.cooccurrence import cooccur
from zhagen.corpus.turns import choose_speakers, without_time_codes
from zhagen.corpus.wrapping import join_wrapped
from zhagen.errors import SourceError


def said(text, speakers="participants", **how):
    return "\n".join(part for _, part in choose_speakers([("a", text)], speakers, **how)).strip()


@pytest.mark.parametrize(
    "asks, answers",
    [("问", "答"), ("访谈者", "受访者3"), ("Q", "A"), ("主持人", "张老师"), ("[00:01:02] 访谈员1", "P02")],
)
@pytest.mark.parametrize("colon", ["：", ":", " ："])
def test_the_turns_of_participants(asks, answers, colon):
    talk = f"{asks}{colon}你学什么？\n{answers}{colon}我学做菜。\n还有：买菜。\n{asks}{colon}为什么？"
    talk += f"\n{answers}{colon}喜欢。"
    got = said(talk + f"\n{answers}{colon}真的。")
    assert "学什么" not in got and "为什么" not in got and "还有：买菜。" in got and got.endswith("真的。")
    assert said(talk, "interviewers") == "你学什么？\n为什么？" and said(talk, "all") == talk


def test_other_interviewers_are_named_and_turns_are_counted():
    turns = Counter()
    talk = "小李：你学什么？\n答：做菜。\n小李：为什么？\n答：喜欢。"
    assert said(talk, interviewers=["小李"], turns=turns) == "做菜。\n喜欢。"
    assert turns == {"小李": 2, "答": 2}


def test_a_turn_is_followed_over_pieces_of_a_document_and_not_into_the_next():
    pieces = [("a", "问：学什么？"), ("a", "多长时间？\n答：做菜。"), ("a", "买菜。"), ("b", "前言")]
    assert [text for _, text in choose_speakers(pieces, "participants")] == ["", "做菜。", "买菜。", ""]


def test_the_interviewers_words_can_be_left_out_of_the_counts(tmp_path, capsys):
    path = tmp_path / "i.txt"
    path.write_text("问：你在平台上学习什么？\n答：我在平台上学习做菜。\n" * 6, "utf-8")
    how = ["--min-count", "1", "--engine", "serial", "--quiet"]
    assert main(["cooccur", str(path), "--out", str(tmp_path / "all"), *how]) == 0
    assert "6 of 12 turns are an interviewer's" in capsys.readouterr().err
    assert main(["cooccur", str(path), "--out", str(tmp_path / "some"), "--speakers", "participants", *how]) == 0
    assert "学习,6," in (tmp_path / "some/terms.csv").read_text("utf-8")
    assert json.loads((tmp_path / "some/report.json").read_text("utf-8"))["turns"] == {"问": 6, "答": 6}


@pytest.mark.parametrize(
    "asks, answers",
    [
        ("【问】", "【答】"),
        ("[访员]", "[受访者]"),
        ("访：", "受："),
        ("Interviewer: ", "Participant 12: "),
        ("说话人1 00:12\n", "说话人2 01:00:20\n"),
    ],
)
def test_other_ways_to_begin_a_turn(asks, answers):
    talk = f"{asks}你学什么？\n{answers}我学做菜。\n{asks}为什么？\n{answers}喜欢。"
    assert said(talk, interviewers=["说话人1"]).split() == ["我学做菜。", "喜欢。"]


@pytest.mark.parametrize(
    "answers",
    [
        "受访者A-03：",
        "受访者A—03：",
        "受访者 3 ：",
        "受访者#3：",
        "3号受访者：",
        "1号：",
        "王 老师：",
        "王老师\t",
        "阿卜杜拉·买买提：",
        "甲（店主）：",
        "李某某（女，45岁，店主）：",
        "【甲】",
        "【受访者A】：",
        "「甲」：",
        "**王老师**：",
        "A1：",
        "A1. ",
        "P-03:",
        "P03_女_45岁：",
        "Respondent 03: ",
        "Dr. Smith: ",
        "O'Brien: ",
        "SPEAKER_00: ",
        "1. 答：",
        "> 答：",
        "（答）",
        "答——",
        "答　",
        "王老师︰",
        "00:01:02 王老师：",
        "王老师 00:01:02：",
        "王老师（00:01:02）：",
        "00:01 - 00:05 王老师：",
        "王老师 [00:01:02]\n",
        "王老师 2024-01-02 10:00:01\n",
    ],
)
@pytest.mark.parametrize(
    "asks", ["问：", "Q1：", "访谈者-2：", "Interviewer 2: ", "[00:02] 记者：", "【访谈者】：", "问 00:01："]
)
def test_unusual_names_begin_turns(asks, answers):
    talk = f"{asks}你学什么？\n{answers}我学做菜。\n还有买菜。\n{asks}为什么？\n{answers}喜欢。"
    turns, unsure = Counter(), Counter()
    assert said(talk, turns=turns, unsure=unsure).split() == ["我学做菜。", "还有买菜。", "喜欢。"]
    assert sorted(turns.values()) == [2, 2] and not unsure


def test_what_begins_a_line_and_is_no_name():
    turns, unsure = Counter(), Counter()
    lines = [
        "还有：买菜。",
        "例如：鱼。",
        "他说：好。",
        "（笑）我学做菜。",
        "【笑】是。",
        "A) 快",
        "受访者3、受访者4都说好。",
        "http://a.b",
    ]
    lines += [
        "12:30我们吃饭。",
        "I  think so.",
        "《平台革命》是本书。",
        "结论：好。",
        "他说：好。",
        "【笑】是。",
        "《平台革命》是本书。",
    ]
    assert said("问：为什么？\n答：" + "\n".join(lines), turns=turns, unsure=unsure).split("\n") == lines
    assert turns == {"问": 1, "答": 1} and not unsure


def test_letters_that_begin_a_word_are_no_speaker():
    turns, unsure = Counter(), Counter()
    assert said("问：为什么？\n答：好。\nAI：人工智能。", turns=turns, unsure=unsure) == "好。\nAI：人工智能。"
    assert turns == {"问": 1, "答": 1} and unsure == {"AI": 1}
    turns = Counter()
    said("AI：人工智能。\nA1：好。\nPI：圆周率。", "all", turns=turns)
    assert turns == {"A1": 1}


def test_lines_that_may_be_turns_are_named(tmp_path, capsys):
    path = tmp_path / "i.txt"
    path.write_text(
        "问：你在平台上学习什么？\n答：我在平台上学习做菜。\n老李：我插一句，数据很多。\n" + "答：好。\n" * 3, "utf-8"
    )
    how = ["--speakers", "participants", "--min-count", "1", "--engine", "serial", "--quiet", "--out"]
    assert main(["cooccur", str(path), *how, str(tmp_path / "o")]) == 0
    assert "taken as text of the turn before: 老李 1: name those who speak" in capsys.readouterr().err
    assert json.loads((tmp_path / "o/report.json").read_text("utf-8"))["lines_like_turns"] == {"老李": 1}
    assert main(["cooccur", str(path), *how, str(tmp_path / "p"), "--participant", "老李"]) == 0
    assert "老李" not in capsys.readouterr().err
    assert json.loads((tmp_path / "p/report.json").read_text("utf-8"))["turns"]["老李"] == 1
    path.write_text("王 老师：我在平台上学习。\n李 老师：数据很多。\n" * 3, "utf-8")
    assert main(["cooccur", str(path), "--min-count", "1", "--engine", "serial", "--out", str(tmp_path / "q")]) == 0
    assert "names of speakers, which are counted as text: 王老师 3, 李老师 3" in capsys.readouterr().err


def test_turns_without_an_interviewer_or_a_participant_are_said(tmp_path, capsys):
    path = tmp_path / "i.txt"
    how = ["--speakers", "participants", "--min-count", "1", "--engine", "serial", "--quiet", "--out"]
    path.write_text("老王：你在平台上学习什么？\n张三：我在平台上学习做菜。\n" * 3, "utf-8")
    assert main(["cooccur", str(path), *how, str(tmp_path / "o")]) == 0
    assert "no turn is an interviewer's: name the interviewer if it is one of 老王 3, 张三 3" in capsys.readouterr().err
    assert main(["cooccur", str(path), *how, str(tmp_path / "p"), "--interviewer", "老王"]) == 0
    assert "no turn" not in capsys.readouterr().err
    path.write_text("我在平台上学习做菜。\n" * 3, "utf-8")
    assert main(["cooccur", str(path), *how, str(tmp_path / "q")]) == 2
    assert "the turns that were found: none" in capsys.readouterr().err


def test_time_codes_of_subtitles(tmp_path):
    vtt = "WEBVTT - talk\n\nNOTE 平台\n\n01:02.500 --> 01:03.000 align:start\n<v 张三>平台<i>很好</i></v>\n"
    assert without_time_codes(vtt).split() == ["张三：平台很好"]
    (tmp_path / "a.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\n平台与数据\n\n2\n00:00:03,000 --> 00:00:04,000\n平台\n", "utf-8"
    )
    found = cooccur(tmp_path, tmp_path / "out", min_count=1, engine="serial")
    assert dict(zip(found.terms["term"], found.terms["count"], strict=True)) == {"平台": 2, "数据": 1}
    assert found.report["notes"] == ["time codes were left out: a.srt"] and "note: time codes" in repr(found)


WRAPPED = "数字平\n台推动企业转型。平\n台建立规则。\n"


def test_wrapped_lines_are_a_choice_and_a_note(tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    for number in range(6):
        (texts / f"{number}.txt").write_text("甲乙丙丁戊己"[number] + WRAPPED, "utf-8")
    as_they_are = cooccur(texts, tmp_path / "o1", min_count=1, engine="serial")
    assert any("lines end within a sentence" in note for note in as_they_are.report["notes"])
    joined = cooccur(texts, tmp_path / "o2", min_count=1, engine="serial", lines="wrapped")
    counts = dict(zip(joined.terms["term"], joined.terms["count"], strict=True))
    assert counts["平台"] == counts["数字平台"] == 6 and joined.report["paragraphs"] == 6
    assert not joined.report["notes"]


def test_paragraphs_and_headings_are_no_wrapped_lines(tmp_path):
    (tmp_path / "a.txt").write_text("标题\n平台很好。数据也好。\n第二节\n用户需要平台。企业也要。\n" * 9, "utf-8")
    assert cooccur(tmp_path, tmp_path / "o", min_count=1, engine="serial").report["notes"] == []


def test_a_paragraph_without_end_is_refused():
    with pytest.raises(SourceError, match="a paragraph of more than 100 characters"):
        list(join_wrapped([("a.txt", "平台与数据\n" * 50)], 100))
