"""The practice study of the book."""

import json
import re

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


def test_quotations_of_the_findings_stand_in_the_sources():
    study = practice_study()
    texts = "".join(study.text(source_id) for source_id in study.sources.source_id)
    quoted = re.findall("“([^”]{4,})”", study.notes["findings.md"] + study.notes["storyline.md"])
    assert [words for words in quoted if words.rstrip("。，") not in texts] == ["规矩使群冷清"]  # a memo's words


def test_every_difference_has_a_reason_and_every_stated_arrow_a_coding():
    study = practice_study()
    assert study.differences.reason.str.len().min() > 3
    stated = study.mechanism[study.mechanism.status.isin(["printed", "mapped"])]
    assert stated.codings.ne("").all() and stated.reason.ne("").all()
