import itertools
import subprocess
import sys

import numpy as np
import pytest

from zhagen.errors import StudyError
from zhagen.statistics import cooccurrence_table
from zhagen.study import (
    attribute_values,
    code_cooccurrence,
    codes_by_attribute,
    codes_by_source,
    coding_matrix,
    coding_overlaps,
    coding_pairs,
)


def test_codes_by_source(study):
    found = codes_by_source(study, coder="林")
    assert found.index.tolist() == ["不利先说", "走得快", "先验后付", "群内冷清"]
    assert found.values.tolist() == [[2, 0], [1, 0], [0, 1], [0, 1]]
    assert codes_by_source(study, level="category").values.tolist() == [[5, 0], [0, 4]]
    assert codes_by_source(study, unit="turn").values.tolist() == [[2, 0], [1, 0], [0, 1], [0, 1]]
    assert codes_by_source(study, unit="sentence", coder="周").values.tolist() == [[2, 0], [1, 0], [0, 1], [0, 1]]
    with pytest.raises(StudyError, match="use one of category, concept"):
        codes_by_source(study, level="theme")


def test_the_matrix_has_all_units_and_goes_into_the_statistics(study):
    matrix = coding_matrix(study, coder="林")
    assert matrix.counts.shape == (4, 4) and matrix.units.turn.tolist() == [2, 4, 2, 3]
    assert np.asarray(matrix.counts.sum(axis=1)).ravel().tolist() == [1, 2, 0, 2]
    pairs = cooccurrence_table(matrix)
    assert pairs[["term_a", "term_b", "n12"]].values.tolist() == [
        ["不利先说", "走得快", 1],
        ["先验后付", "群内冷清", 1],
    ]
    assert coding_matrix(study, "source").counts.shape == (2, 4)
    assert repr(coding_matrix(study, "sentence")).startswith("TermMatrix: 7 sentences x 4 terms")


def test_a_case_is_a_source_or_a_speaker(study):
    assert attribute_values(study, "campus").to_dict() == {"I01": "东", "I02": "西"}
    assert attribute_values(study, "grade").to_dict() == {"I01/甲": "大三", "I02/乙": "研一"}
    found = codes_by_attribute(study, "campus").set_index(["code", "value"])
    counts = found[["cases", "with_code", "share", "codings"]]
    assert counts.loc[("不利先说", "东")].tolist() == [1, 1, 1.0, 3]
    assert counts.loc[("不利先说", "西")].tolist() == [1, 0, 0.0, 0]
    assert found.index.get_level_values("code")[::2].tolist() == study.codebook.level("concept").label.tolist()
    assert (found.p == 1).all()  # two cases: each way to share out two values is as far off
    codings = codes_by_attribute(study, "campus", count="codings").set_index(["code", "value"])
    assert codings.expected[("不利先说", "东")] == pytest.approx(3 * 5 / 9)
    with pytest.raises(StudyError, match="give cases or codings"):
        codes_by_attribute(study, "campus", count="turns")
    by_grade = codes_by_attribute(study, "grade", level="category", coder="林").set_index(["code", "value"])
    assert by_grade.codings.to_dict() == {
        ("交易变顺", "大三"): 3,
        ("交易变顺", "研一"): 0,
        ("定下规矩", "大三"): 0,
        ("定下规矩", "研一"): 2,
    }
    with pytest.raises(StudyError, match="there is no attribute 'gender'.*campus"):
        attribute_values(study, "gender")


def test_overlaps_are_those_of_the_pairs(study):
    found = coding_overlaps(study).set_index(["term_a", "term_b"])
    events = {}
    for a, b in itertools.combinations(study.codebook.level("concept").label, 2):
        pairs = coding_pairs(study, a, b)
        if number := int((~pairs.kind.isin(["touches", "apart"])).sum()):
            events[tuple(sorted((a, b)))] = number
    assert found.n12.to_dict() == events == {("不利先说", "走得快"): 1}


def test_meetings_are_of_turns_and_chance_is_within_sources(study):
    found = code_cooccurrence(study, coder="林").set_index(["code_a", "code_b"])
    assert found[["n12", "n1", "n2", "N"]].values.tolist() == [[1, 2, 1, 4], [1, 1, 1, 4]]
    # 不利先说 has both turns of I01, so 走得快 meets it for sure; the codes of I02 meet in half of the ways
    assert found.expected.tolist() == pytest.approx([1, 0.5])
    assert found.p_more.tolist() == pytest.approx([1, 0.5])
    every = code_cooccurrence(study, "sentence", level="concept", min_count=0)
    assert len(every) == 6 and (every.N == 7).all()


def test_tests_of_a_study_do_not_wait_for_all_of_scipys_statistics():
    """Loading them takes longer than counting a study of a thousand interviews."""
    code = "import sys; from zhagen.study import *; s = practice_study(); code_cooccurrence(s)"
    said = f"{code}; study_keyness(s, code='c04'); sys.exit('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], timeout=120).returncode == 0
