"""The practice study of the book."""

import pytest

from zhagen.paths import data_folder
from zhagen.study import check_study, codebook_at, practice_study

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
