import pytest

from zhagen.errors import StudyError
from zhagen.study import code_lineage, codebook_at, codebook_evolution, make_study


def test_the_codebook_of_a_day(study):
    assert codebook_at(study, "2024-03-01").empty
    first = codebook_at(study, "2024-03-05")
    assert first[["code_id", "label", "parent_id"]].values.tolist() == [
        ["k1", "交易变顺", ""],
        ["c01", "自揭其短", "k1"],
        ["c02", "走得快", "k1"],
    ]
    last = codebook_at(study, "2024-12-31")
    assert sorted(last.code_id) == sorted(study.codebook.codes.code_id)
    columns = ["code_id", "label", "parent_id"]
    expected = study.codebook.codes[columns].sort_values("code_id", ignore_index=True)
    assert last[columns].sort_values("code_id", ignore_index=True).equals(expected)


def test_acts_and_codes_by_day(study):
    found = codebook_evolution(study)
    assert found.codes.tolist() == [3, 6, 7, 7, 6]
    assert found.ever.tolist() == [3, 6, 8, 8, 8]
    assert found[["create", "rename", "merge", "split", "move", "retire"]].sum().tolist() == [6, 1, 1, 1, 4, 0]


def test_lineage_follows_names_and_successors(study):
    found = code_lineage(study).set_index("code_id")
    assert found.labels["c01"] == ["自揭其短", "不利先说"]
    assert (found.ended["c09"], found.how["c09"], found.into["c09"]) == ("2024-03-09", "split", ["c03", "c04"])
    assert set(code_lineage(study, "怕被骗").code_id) == {"c08", "c03", "c09", "c04"}
    with pytest.raises(StudyError, match="there never was a code"):
        code_lineage(study, "没有的")


def test_a_study_without_history_says_so(study):
    bare = make_study(study.texts, study.codebook.codes, study.codings.drop(columns=["anchor", "places"]))
    with pytest.raises(StudyError, match="has no history"):
        codebook_evolution(bare)
