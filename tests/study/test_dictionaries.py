"""Words of a dictionary against the codings of a code, counted a second way."""

import math

import pytest

from zhagen.errors import StudyError, ZhagenError
from zhagen.study import dictionary_units, practice_study


def test_the_four_counts_by_hand(study):
    found = dictionary_units(study, ["先", "静"], "k1", coder="林")  # turns of 甲: 2, of 乙: 2; 交易变顺 and below
    assert found.units.words.tolist() == ["先", "", "", "静"]
    assert found.units.coded.tolist() == [True, True, False, False]
    assert found.table().values.tolist() == [[1, 1], [1, 1]]
    assert (found.precision, found.recall, found.both) == (0.5, 0.5, 1)
    assert found.missed().turn.tolist() == [4] and found.false_alarms().source_id.tolist() == ["I02"]


def test_precision_and_recall_agree_with_scikit_learn():
    from sklearn.metrics import precision_score, recall_score

    for unit in ("turn", "sentence"):
        for code, words in (("没人应声", ["没人", "没回"]), ("交易变顺", ["快", "半天"]), ("立规守规", ["规矩"])):
            found = dictionary_units(practice_study(), words, code, unit=unit)
            assert found.precision == pytest.approx(precision_score(found.units.coded, found.units.said))
            assert found.recall == pytest.approx(recall_score(found.units.coded, found.units.said))
            assert found.table().to_numpy().sum() == len(found.units)


def test_coded_units_are_those_that_a_quotation_touches():
    study = practice_study()
    found = dictionary_units(study, ["快"], "认得人")
    quoted = study.quotations("认得人")[["source_id", "turn"]].drop_duplicates()
    coded = found.units[found.units.coded][["source_id", "turn"]]
    assert {*quoted.itertuples(index=False, name=None)} == {*coded.itertuples(index=False, name=None)}


def test_no_word_in_the_text_gives_no_precision(study):
    found = dictionary_units(study, ["义卖"], "c04")
    assert math.isnan(found.precision) and found.recall == 0 and "precision nan" in repr(found)


@pytest.mark.parametrize("words", [[], [""], ["静", " "]])
def test_a_dictionary_needs_words(study, words):
    with pytest.raises(StudyError, match="no word, or an empty one"):
        dictionary_units(study, words, "c04")


def test_what_there_is_not(study):
    with pytest.raises(ZhagenError, match="没有这个"):
        dictionary_units(study, ["静"], "没有这个")
    with pytest.raises(StudyError, match="whole source"):
        dictionary_units(study, ["静"], "c04", unit="source")
