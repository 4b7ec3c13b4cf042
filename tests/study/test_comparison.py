"""What coders are compared on, recomputed character by character and turn by turn from the texts."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from zhagen.errors import StudyError
from zhagen.statistics import cohen_kappa, percent_agreement
from zhagen.study import (
    coder_agreement,
    coder_differences,
    coding_decisions,
    make_study,
    overall_agreement,
    passage_agreement,
    study_part,
)
from zhagen.study.study import remake_study

FEW = {"draws": 50}


def characters(study, label, level=None):
    """For each counted character of the study, whether 林 and whether 周 gave it a code."""
    rows = []
    quoted = study.quotations(coder=["林", "周"], level=level)
    quoted = quoted[quoted.label == label]
    for turn in study.turns().itertuples():
        if turn.role == "interviewer":
            continue
        part = quoted[quoted.source_id == turn.source_id]
        for place in range(turn.start, turn.end):
            own = part[(part.start <= place) & (part.end > place)]
            rows.append(tuple(str(coder in set(own.coder)) for coder in ("林", "周")))
    return rows


@pytest.mark.parametrize(("label", "level"), [("不利先说", None), ("先验后付", None), ("交易变顺", "category")])
def test_agreement_by_character_is_that_of_the_characters_of_participants(study, label, level):
    ratings = characters(study, label, level)
    found = coder_agreement(study, unit="character", level=level, **FEW).set_index("code").loc[label]
    assert (
        found["items"] == len(ratings) == sum(len(text) for text in study.turns().query("role != 'interviewer'").text)
    )
    assert found.both == sum(pair == ("True", "True") for pair in ratings)
    assert found.percent == pytest.approx(percent_agreement(ratings))
    assert found.kappa == pytest.approx(cohen_kappa(ratings))


def test_agreement_by_turn_counts_turns(study):
    found = coder_agreement(study, **FEW).set_index("code")
    counts = found[["items", "both", "one", "other", "neither"]]
    assert found.index.tolist() == ["不利先说", "走得快", "先验后付", "群内冷清"]
    assert counts.loc["不利先说"].tolist() == [4, 1, 1, 0, 2]  # 林 coded two turns of 甲, 周 the first
    assert counts.loc["群内冷清"].tolist() == [4, 1, 0, 0, 3]
    coded = coder_agreement(study, uncoded="coded", **FEW).set_index("code")
    assert coded["items"].tolist() == [3] * 4
    assert coder_agreement(study, unit="sentence", **FEW)["items"].tolist() == [7] * 4
    assert coder_agreement(study, roles=["participant", "interviewer"], **FEW)["items"].tolist() == [7] * 4


def test_overall_agreement_is_that_of_units_and_codes(study):
    found = overall_agreement(study, **FEW)
    percent = found[found.measure == "percent"].set_index("units")
    assert percent["items"].to_dict() == {"all": 16, "coded": 12}  # 4 and 3 turns, 4 codes
    assert percent["value"].to_dict() == pytest.approx({"all": 15 / 16, "coded": 11 / 12})
    assert (found.low <= found["value"] + 1e-9).all()


def test_passages_are_compared_code_by_code(study):
    found = passage_agreement(study, **FEW).set_index("code")
    assert found["value"]["群内冷清"] == 1
    assert 0 < found["value"]["先验后付"] < 1
    assert found.passages.to_dict() == {"不利先说": 3, "走得快": 2, "先验后付": 2, "群内冷清": 2}


def test_every_unit_is_among_the_decisions(study):
    for unit, number in (("turn", 4), ("sentence", 7)):
        found = coding_decisions(study, unit=unit)
        assert found["item"].nunique() == number and set(found.coder) == {"林", "周"}
    assert coding_decisions(study).query("code == ''")["item"].tolist() == ["I02-2"]
    with pytest.raises(StudyError, match="no unit 'page'"):
        coding_decisions(study, unit="page")


def test_one_coder_cannot_agree(study):
    with pytest.raises(StudyError, match="agreement needs two or more"):
        coder_agreement(study, coders=["林"])
    codes = study.codebook.codes
    for codings in (study.codings[study.codings.coder == "林"], study.codings.head(0)):
        alone = make_study(study.texts, codes, codings.drop(columns=["anchor", "places"]))
        with pytest.raises(StudyError, match="coded alone"):
            overall_agreement(alone)


def test_a_source_that_one_coder_has_not_begun_is_not_compared(study):
    codings = study.codings[(study.codings.coder == "林") | (study.codings.source_id == "I01")]
    begun = remake_study(study, codings=codings.drop(columns=["anchor", "places"]))
    part = study_part(begun, ["I01"])
    for compare in (coder_agreement, overall_agreement, passage_agreement):
        assert_frame_equal(compare(begun, **FEW), compare(part, **FEW))
    assert set(coding_decisions(begun).source_id) == {"I01"} and set(coder_differences(begun).source_id) <= {"I01"}
    assert overall_agreement(begun, sources=study.texts, **FEW)["value"].min() < 0.8
    with pytest.raises(StudyError, match="no source that all of 林, 陈 have coded"):
        overall_agreement(remake_study(begun, about={**study.about, "coders": ["林", "周", "陈"]}), coders=["林", "陈"])


def test_three_coders_have_a_row_of_all_and_a_row_a_pair(study):
    third = study.codings[study.codings.coder == "周"].assign(coder="陈")
    third = third.assign(coding_id=third.coding_id + "x")
    codings = pd.concat([study.codings, third]).drop(columns=["anchor", "places"])
    frames = {"speakers": study.speakers, "sources": study.sources}
    three = make_study(study.texts, study.codebook.codes, codings, **frames)
    found = coder_agreement(three, **FEW)
    assert len(found) == 4 * 4
    same = found[found.coders.isin(["周, 陈", "陈, 周"])]
    assert len(same) == 4 and np.allclose(same.percent, 1)
