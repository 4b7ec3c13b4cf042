"""The practice study of the book."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from zhagen.paths import data_folder
from zhagen.study import check_study, codebook_at, describe_study, practice_study

pytestmark = pytest.mark.skipif(
    not (data_folder() / "practice" / "study.toml").is_file(), reason="the practice study is not written yet"
)


def test_it_checks_clean():
    found = check_study(data_folder() / "practice")
    assert found.empty, found.to_string()


def test_its_history_ends_in_its_codebook():
    study = practice_study()
    last = codebook_at(study, "9999-12-31")
    assert dict(zip(last.code_id, last.label, strict=True)) == study.codebook.labels()


def test_its_descriptor_is_that_of_its_tables_and_says_that_it_is_invented():
    committed = json.loads((data_folder() / "practice" / "datapackage.json").read_text(encoding="utf-8"))
    assert committed == describe_study(practice_study())
    assert "虚构" in committed["description"]


def test_every_text_that_could_travel_alone_says_that_it_is_invented():
    folder = data_folder() / "practice"
    silent = [
        path.name for path in [*folder.rglob("*.txt"), *folder.rglob("*.md")] if "虚构" not in path.read_text("utf-8")
    ]
    assert silent == []


def test_quotations_of_the_findings_are_in_the_sources_or_in_the_memo_that_is_named():
    study = practice_study()
    texts = "".join(study.text(source_id) for source_id in study.sources.source_id)
    memos = study.memos.set_index("memo_id").text
    quoted = re.findall("“([^”]{4,})”(?:（(M[0-9]+)）)?", study.notes["findings.md"] + study.notes["storyline.md"])
    assert [words for words, memo in quoted if words.rstrip("。，") not in (memos[memo] if memo else texts)] == []
    assert [memo for _, memo in quoted if memo] == ["M003"]


def test_the_core_category_is_defined_and_no_passage_is_coded_with_it():
    study = practice_study()
    core = study.codebook.level("core_category")
    assert core.label.tolist() == ["有然后"] and core.definition.ne("").all() and core.properties.ne("").all()
    assert not set(core.code_id) & (set(study.codings.code_id) | set(study.codebook.codes.parent_id))
    row = study.history.set_index("code_id").loc[core.code_id.item()]
    assert row["act"] == "create" and row["date"] > study.codings.date.max()  # it came after all coding


def test_people_whom_nobody_answered_speak_for_themselves():
    study = practice_study()
    told = study.memos.set_index("memo_id").codings["M059"]
    own = study.quotations().set_index("coding_id").loc[told]
    assert set(own.speaker) == {"乙", "庚", "丑", "癸"}
    unanswered = own[own.label == "没人应声"]
    assert set(unanswered.speaker) == set(own.speaker) and (unanswered.role == "participant").all()
    assert all(f"（{source}）" in study.notes["findings.md"].split("不被接的一头")[1] for source in own.source_id)


def test_memos_are_corrected_by_later_ones():
    memos = practice_study().memos.set_index("memo_id")
    assert "没有一个没被接的人说过话" in memos.text["M054"] and "没有一个没被接的人说过话" in memos.text["M059"]
    assert memos.date["M054"] < memos.date["M059"] < memos.date["M060"]


def test_every_theme_of_the_gioia_reading_takes_concepts_of_the_codebook_and_one_place_each():
    study = practice_study()
    concepts = study.codebook.level("concept").code_id
    assert sorted(study.gioia.code_id) == sorted(concepts)
    assert study.gioia.groupby("theme").dimension.nunique().eq(1).all()


def test_every_difference_has_a_reason_and_every_stated_arrow_a_coding():
    study = practice_study()
    assert study.differences.reason.str.len().min() > 3
    stated = study.mechanism[study.mechanism.status.isin(["printed", "mapped"])]
    assert stated.codings.ne("").all() and stated.reason.ne("").all()


def test_open_labels_quote_the_turn_they_name_and_none_is_used_twice():
    study = practice_study()
    slips = pd.read_csv(data_folder() / "practice" / "open_labels.csv")
    said = study.turns().set_index(["source_id", "turn"]).text
    wrong = [slip.slip for slip in slips.itertuples() if slip.quote not in said[slip.source_id, slip.turn]]
    assert wrong == []
    assert not slips.slip.duplicated().any() and not slips.label.duplicated().any()
    assert set(slips.label) & set(study.codebook.labels().values()) == set()  # they were made without the codebook


def test_prose_names_open_labels_by_their_numbers():
    labels = pd.read_csv(data_folder() / "practice" / "open_labels.csv").set_index("slip").label.str.strip("“”")
    method = Path(__file__).parents[2] / "notebooks/method"
    prose = "".join(path.read_text("utf-8") for path in method.glob("03*.ipynb"))
    named = re.findall("([庚辛][0-9]+)“([^”]+)”", prose)
    assert len(named) >= 10
    assert [(slip, words) for slip, words in named if labels[slip] != words] == []


@pytest.mark.parametrize("name", ["open_labels_four.csv", "open_labels_sellers.csv"])
def test_labels_of_several_people_quote_their_turns(name):
    study = practice_study()
    labels = pd.read_csv(data_folder() / "practice" / name)
    talk = study.turns().set_index(["source_id", "turn"])
    places = list(zip(labels.source_id, labels.turn, strict=True))
    wrong = [one for one, quote in zip(places, labels.quote, strict=True) if quote not in talk.text[one]]
    assert wrong == []
    assert [talk.speaker[one] for one in places] == labels.label_id.str[0].tolist()
    assert not labels.label_id.duplicated().any() and not labels.label.duplicated().any()


def test_prose_names_labels_of_four_people_by_their_numbers():
    labels = pd.read_csv(data_folder() / "practice" / "open_labels_four.csv").set_index("label_id").label
    prose = (Path(__file__).parents[2] / "notebooks/method/06_gioia.ipynb").read_text("utf-8")
    named = re.findall("([庚己戊丑][一二三四五六七八九十]+)(?:\\\\*\\*\\*)?，“([^”]+)”", prose)
    assert len(named) >= 3
    assert [(one, words) for one, words in named if labels[one] != words] == []
