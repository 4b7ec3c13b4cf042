"""Damages of studies that were once taken for nothing, see `cases.studies`."""

import pytest

from cases.studies import CASES
from fuzzing.study_oracle import Good, anchored_wrongly, fault_of_act, said_otherwise
from study.conftest import small
from zhagen.errors import StudyError
from zhagen.study import open_study, write_study


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good") / "study"
    write_study(small(), folder)
    return Good(folder)


@pytest.mark.parametrize("name", CASES)
def test_a_damage_is_refused_with_its_cause_or_the_study_works(tmp_path, good, name):
    file, damage, refusal, acts = CASES[name]
    folder = tmp_path / "study"
    write_study(small(), folder)
    damage(folder / file)
    if refusal:
        with pytest.raises(StudyError) as error:
            open_study(folder)
        assert error.value.found.startswith(refusal) and file in error.value.where and error.value.todo
        return
    study = open_study(folder)
    assert (said_otherwise(study, folder, set()) or anchored_wrongly(study, folder)) is None
    assert [fault_of_act(act, study, good) for act in acts] == [None] * len(acts)
