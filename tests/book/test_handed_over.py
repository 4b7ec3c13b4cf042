"""The project of lab 10 is one of QualCoder, has what the lab says of it, comes in and goes back whole."""

import sqlite3

from zhagen.book import write_project
from zhagen.exchange import export_study, import_study
from zhagen.materials import list_speakers, set_speakers
from zhagen.study import check_study, compare_studies


def test_it_comes_in_with_what_cannot_listed_and_goes_back_equal(tmp_path):
    place = write_project(tmp_path)
    assert write_project(tmp_path) == place  # what is there stays
    came = import_study(place, tmp_path / "study")
    with sqlite3.connect(place / "data.qda") as base:
        rows = {name: base.execute(f"select count(*) from {name}").fetchone()[0] for name in ("code_text", "code_name")}
    assert len(came.study.codings) == rows["code_text"] and came.study.codebook.codes.level.eq("concept").sum() == 22
    assert rows["code_name"] == 22 and came.notices.what.str.contains("picture|important").sum() == 3
    assert set(came.study.texts) - set(came.study.codings.source_id) == {"I06"}
    assert check_study(tmp_path / "study").empty
    export_study(tmp_path / "study", tmp_path / "back.qdpx")
    back = import_study(tmp_path / "back.qdpx", tmp_path / "back")
    assert compare_studies(came.study, back.study).equal and back.notices.empty


def test_who_speaks_is_listed_though_it_names_no_speakers(tmp_path):
    import_study(write_project(tmp_path), tmp_path / "study")
    found = list_speakers(tmp_path / "study")
    assert len(found) == 16 and set(found.confirmed) == {"no"}
    assert found[found.speaker == "访"].role.eq("interviewer").all()
    set_speakers(tmp_path / "study", {"甲": "interviewer"}, source_id="I01")
    again = list_speakers(tmp_path / "study").set_index(["source_id", "speaker"])
    assert again.loc[("I01", "甲"), ["role", "confirmed"]].tolist() == ["interviewer", "yes"]
    assert again.role.to_numpy()[2:].tolist() == found.role.to_numpy()[2:].tolist()
