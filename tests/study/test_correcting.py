"""A source corrected after it was coded: what was not touched keeps its words, and nothing is lost in silence."""

import os
import random
import signal
import time

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from study.conftest import TEXTS, placed, small
from zhagen.cli import main
from zhagen.errors import StudyError
from zhagen.materials import correct_material
from zhagen.study import (
    check_study,
    code_lineage,
    correct_source,
    make_study,
    merge_studies,
    open_study,
    remake_study,
    write_study,
)

DAY = "2024-05-01"
CODES = pd.DataFrame({"code_id": ["c01"], "label": ["只许面交"], "level": ["concept"]})


def coded(text, spans):
    rows = [
        {"source_id": "I01", "start": a, "end": b, "code_id": "c01", "coder": f"林{n}"}
        for n, (a, b) in enumerate(spans)
    ]
    codings = pd.DataFrame(rows, columns="source_id start end code_id coder".split())
    return make_study({"I01": text}, CODES, codings)


LETTERS = "书群交，。\n"
SPANS = st.lists(st.tuples(st.integers(0, 99), st.integers(1, 40)), max_size=6, unique=True)


@settings(max_examples=15)
@given(st.text(LETTERS, min_size=1, max_size=100), st.text(LETTERS, max_size=100), SPANS)
def test_each_coding_keeps_its_words_or_is_listed(text, new, places):
    spans = list(dict.fromkeys((a, min(a + size, len(text))) for a, size in places if a < len(text)))
    study = coded(text, spans)
    assume(text != new)
    found = correct_source(study, "I01", new, drop=["all"], date=DAY)
    listed = found.touched.set_index("coding_id")
    after = found.study.codings.set_index("coding_id")
    assert (after.anchor == "exact").all()
    for coding, (a, b) in zip(study.codings.coding_id, spans, strict=True):
        if coding not in listed.index:
            assert new[after.start[coding] : after.end[coding]] == text[a:b]
        elif listed.done[coding] == "dropped":
            assert coding not in after.index
        else:
            assert new[after.start[coding] : after.end[coding]] == listed.new_words[coding] != ""
        if coding in listed.index:
            assert listed.words[coding] == text[a:b]
    assert found.kept + len(listed) == len(spans)


def test_words_that_changed_are_listed_and_written_into_a_memo():
    text = TEXTS["I02"].replace("当面翻完再给钱", "当面点完再给钱")
    found = correct_source(small(), "I02", text, reason="听错了", coder="林", date=DAY)
    assert found.touched[["what", "words", "new_words", "done"]].values.tolist() == [
        ["changed", "只许面交，当面翻完再给钱", "只许面交，当面点完再给钱", "kept"],
        ["changed", "当面翻完再给钱", "当面点完再给钱", "kept"],
    ]
    last = found.study.history.iloc[-1]
    assert (last.act, last.code_id, last["from"], last.reason, last.coder) == ("correct", "c03", "I02", "听错了", "林")
    memo = found.study.memos[found.study.memos.memo_id == last.memo_id].iloc[0]
    assert "当面翻完再给钱” → “当面点完再给钱" in memo.text and memo.sources == ["I02"]
    assert code_lineage(found.study, "c03").set_index("code_id").reasons["c03"][-1] == "听错了"
    assert found.study.texts["I02"] == text


def test_words_that_are_gone_are_dropped_or_kept_by_a_person_alone():
    study = small()
    memos = pd.DataFrame([{"memo_id": "M001", "date": DAY, "coder": "林", "kind": "code", "codes": [], "sources": []}])
    memos = memos.assign(codings=[["q8", "q6"]], title="静", text="静")
    study = remake_study(study, memos=memos[list(study.memos.columns)])
    text = TEXTS["I02"].replace("刚立那个月静得吓人", "大家也就散了")
    undecided = correct_source(study, "I02", text, date=DAY)
    assert undecided.study is study and undecided.undecided.coding_id.tolist() == ["q8", "q9"]
    found = correct_source(study, "I02", text, drop=["q8"], keep=["q9"], date=DAY).study
    assert "q8" not in set(found.codings.coding_id)
    kept = found.codings.set_index("coding_id").loc["q9"]
    assert text[kept.start : kept.end] == "大家也就散了"[-(kept.end - kept.start) :]
    assert found.memos.codings.iloc[0] == ["q6"]
    with pytest.raises(StudyError, match="q1 is no coding of I02 whose words are gone"):
        correct_source(study, "I02", text, drop=["q1"], date=DAY)
    gone = TEXTS["I02"].replace("刚立那个月静得吓人。", "")
    with pytest.raises(StudyError, match="nothing is left in I02 of what q8 marked"):
        correct_source(study, "I02", gone, keep=["all"], date=DAY)


def test_a_passage_that_was_put_elsewhere_takes_its_codings_along():
    words = "先说哪里破。照片拍最花的那页"
    text = TEXTS["I01"].replace(words, "就那么卖") + f"\n甲：{words}。"
    found = correct_source(small(), "I01", text, date=DAY)
    assert set(found.touched.what) == {"elsewhere"}
    moved = found.study.codings.set_index("coding_id").loc["q2"]
    assert text[moved.start : moved.end] == words


def test_a_speaker_whose_name_was_corrected_keeps_role_and_attributes():
    speakers = pd.DataFrame(
        [("I01", "访", "interviewer", "大四"), ("I01", "甲", "participant", "大二")],
        columns="source_id speaker role year".split(),
    )
    codes = pd.DataFrame({"code_id": ["c01"], "label": ["不利先说"], "level": ["concept"]})
    study = make_study(
        {"I01": TEXTS["I01"]},
        codes,
        placed([("I01", "先说哪里破", "c01", "林"), ("I01", "有人砍价", "c01", "林")]),
        speakers=speakers,
    )
    text = TEXTS["I01"].replace("甲：", "阿明：").replace("访：有人砍价吗？", "阿明：有人砍价吗？")
    found = correct_source(study, "I01", text, speakers={"访": "interviewer", "阿明": "participant"}, date=DAY)
    assert found.speakers == {"甲": "阿明"}
    assert found.study.speakers[["speaker", "role", "year"]].values.tolist()[1] == ["阿明", "participant", "大二"]
    assert found.touched[["what", "words", "new_words"]].values.tolist() == [["speaker", "访", "阿明"]]


def test_a_copy_that_was_coded_before_is_merged_with_its_codings_at_their_words():
    text = TEXTS["I02"].replace("面交", "当面交易").replace("刚立", "刚立规矩")
    ours = correct_source(small(), "I02", text, date=DAY).study
    late = placed([("I02", "有人收了定金", "c03", "周"), ("I02", "后来只许面交", "c03", "周")])
    late = late.assign(coding_id=["q10", "q11"], quote_sha256="")
    own = small().codings.drop(columns=["anchor", "places"])
    theirs = remake_study(small(), codings=pd.concat([own, late]))
    words = theirs.quotations(coder="周").set_index("coding_id").quote
    merged = merge_studies(ours, theirs, date=DAY)
    assert len(merged.study.codings) == 11 and (merged.study.codings.anchor == "exact").all()
    after = merged.study.quotations(coder="周").set_index("coding_id").quote
    assert after["q10"] == words["q10"]
    assert after["q11"] == "后来只许当面交"
    assert merged.conflicts[["kind", "ours", "theirs"]].values.tolist()[1:] == [
        ["coding", "后来只许当面交", "后来只许面交"]
    ]


@pytest.fixture
def folder(tmp_path):
    write_study(small(), tmp_path / "study")
    return tmp_path / "study"


def test_the_command_refuses_then_does_what_a_person_says(folder, tmp_path, capsys):
    new = TEXTS["I02"].replace("静得吓人", "").replace("当面翻", "当面点")
    file = tmp_path / "新.txt"
    file.write_bytes(new.encode("gb18030"))
    before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main(["correct", str(folder), "I02", "--from", str(file)]) == 2
    said = capsys.readouterr()
    assert "gone\tq8\t群内冷清" in said.out and "--drop ID or --keep ID" in said.err
    assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    drop = ["correct", str(folder), "I02", "--from", str(file), "--drop", "all", "--reason", "听错了", "--date"]
    assert main([*drop, "8月1日"]) == 2 and "8月1日" in capsys.readouterr().err
    assert main([*drop, "2024-08-01"]) == 0
    study = open_study(folder)
    assert study.history.date.iloc[-1] == "2024-08-01"
    assert study.texts["I02"] == f"{new}\n" and len(study.codings) == 7
    assert check_study(folder).empty
    assert study.history.act.iloc[-1] == "correct"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_killed_correction_leaves_the_old_source_or_the_new_one(folder, tmp_path):
    draw, begun = random.Random("correct"), time.monotonic()
    file = tmp_path / "new.txt"

    def act(number):
        file.write_text(TEXTS["I02"].replace("面交", f"{number}面交"), encoding="utf-8")
        correct_material(folder, "I02", file)

    act(0)
    whole = time.monotonic() - begun
    for number in range(1, 6):
        child = os.fork()
        if not child:
            try:
                act(number)
            finally:
                os._exit(0)
        time.sleep(draw.random() * whole * 1.2)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert check_study(folder).empty
        study = open_study(folder)
        assert study.history.act.eq("correct").sum() == study.memos.kind.eq("method").sum()
        assert len(study.codings) == 9
