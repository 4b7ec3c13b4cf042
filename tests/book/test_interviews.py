"""The ten interviews of lab 9, in mixed formats: a study made of them says what the practice study says."""

import sys
from types import SimpleNamespace

import pytest

from zhagen.book import interview_codings, interviews, write_interviews
from zhagen.errors import ZhagenError
from zhagen.materials import new_study
from zhagen.study import add_codings, open_study, practice_study


def test_what_is_said_survives_word_tables_old_encodings_and_subtitles(tmp_path):
    write_interviews(tmp_path / "访谈")
    report = new_study(tmp_path / "研究", tmp_path / "访谈")
    assert [left.file for left in report.left_out] == ["I02 录音.m4a", "采访提纲.doc"]
    study, practice = open_study(tmp_path / "研究"), practice_study()
    columns = ["turn", "speaker", "role", "text"]
    for source_id in study.texts:
        assert study.turns(source_id)[columns].values.tolist() == practice.turns(source_id)[columns].values.tolist()
    coded = add_codings(study, interview_codings(study), coder="我们")
    wanted = practice.quotations(coder="共识")
    wanted = wanted[wanted.source_id.isin(list(study.texts))]
    assert coded.quotations(coder="我们").quote.tolist() == wanted.quote.tolist()
    assert set(coded.codebook.codes.status) == {"inferred"}  # pictures ask for it


def test_a_browser_without_what_writes_word_documents_has_the_four_as_texts(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(ZhagenError, match="materials"):
        write_interviews(tmp_path)
    monkeypatch.setattr(interviews, "sys", SimpleNamespace(platform="emscripten"))
    write_interviews(tmp_path / "访谈")
    study = open_study(new_study(tmp_path / "研究", tmp_path / "访谈").folder)
    assert len(study.texts) == 10 and study.texts["I01"] == practice_study().texts["I01"]


def test_a_file_of_the_reader_is_not_overwritten(tmp_path):
    (tmp_path / "I05.txt").write_text("我的访谈", "utf-8")
    written = write_interviews(tmp_path)
    assert (tmp_path / "I05.txt").read_text("utf-8") == "我的访谈" and all(path.is_file() for path in written)
