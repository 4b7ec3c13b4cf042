"""How far a study is, by counts made in another way; and the life of a code."""

import pytest

from zhagen.cli import main
from zhagen.errors import ZhagenError
from zhagen.study import code_log, make_study, open_study, practice_study, study_status
from zhagen.study.study import remake_study


def test_the_coded_share_is_that_of_the_characters_one_by_one():
    study = practice_study()
    found = study_status(study).coded.set_index(["source_id", "coder"])
    for source, coder in (("I01", "林"), ("C01", "周"), ("N02", "共识")):
        turns, own = study.turns(source), study.codings.query("source_id == @source and coder == @coder")
        counted = {at for row in turns[turns.role != "interviewer"].itertuples() for at in range(row.start, row.end)}
        coded = {at for row in own.itertuples() for at in range(row.start, row.end)}
        row = found.loc[(source, coder)]
        assert (row.characters, row.coded) == (len(counted), len(counted & coded))


def test_what_is_not_coded_and_what_waits(study, folder):
    found = study_status(study)
    assert found.bare_turns[["source_id", "turn", "speaker"]].values.tolist() == [["I02", 2, "乙"]]
    assert found.bare_codes.empty and found.open_memos.empty and found.unsure_speakers.empty
    assert (found.new_code, found.since_new_code) == ("I02", 0)
    (folder / "memos/M002.md").write_text("---\nid: M002\ndate: 2024-03-14\ncoder: 林\nkind: theory\n---\n- [ ] 再问\n")
    (folder / "sources/I02.txt").write_text((folder / "sources/I02.txt").read_text().replace("静得吓人", "静极了"))
    text = (folder / "speakers.csv").read_text().replace("grade\n", "grade,confirmed\n")
    text = (
        text.replace("大三\n", "大三,否\n").replace("研一\n", "研一,是\n").replace("interviewer,\n", "interviewer,,\n")
    )
    (folder / "speakers.csv").write_text(text)
    later = study_status(open_study(folder))
    assert later.open_memos.memo_id.tolist() == ["M002"]
    assert later.changed_sources.values.tolist() == [["I02", 0, 2]]
    assert later.unsure_speakers.speaker.tolist() == ["甲"]


def test_a_study_without_anything_has_a_status():
    study = make_study({}, practice_study().codebook.codes.iloc[:0], practice_study().codings.iloc[:0])
    assert "nothing is coded" in repr(study_status(study))


def test_the_life_of_a_code_by_any_of_its_names(study):
    found = code_log(study, "自揭其短")
    assert (found.code_id, found.acts.act.tolist()) == ("c01", ["create", "move", "rename"])
    assert found.codings.coding_id.tolist() == ["q2", "q1", "q3"] and found.memos.memo_id.tolist() == ["M001"]
    assert code_log(study, "怕被骗").acts.act.tolist() == ["create", "merge"]
    assert set(code_log(study, "c03").acts.act) == {"create", "split", "move", "merge"}
    with pytest.raises(ZhagenError, match="there never was a code"):
        code_log(study, "没有的")


def test_the_commands_say_it(folder, capsys):
    assert main(["status", str(folder), "--all"]) == 0
    assert "bare turns\tI02\t2\t乙" in capsys.readouterr().out
    assert main(["log", str(folder), "c01", "--codings"]) == 0
    assert "rename c01 自揭其短 → 不利先说" in capsys.readouterr().out
    assert main(["log", str(folder), "没有"]) == 2


def test_the_log_of_a_study_that_has_no_memo_yet(study):
    found = code_log(remake_study(study, memos=study.memos.iloc[:0]), "不利先说")
    assert len(found.codings) and found.memos.empty
