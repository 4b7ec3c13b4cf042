"""A reader's codings beside those of a study, and a part of its sources."""

import pandas as pd
import pytest

from zhagen.errors import StudyError
from zhagen.study import add_codings, coder_agreement, overall_agreement, study_part
from zhagen.study.study import remake_study

QUOTES = pd.DataFrame(
    [("I01", "不利先说", "先说哪里破"), ("I01", "拍最花的", "拍最花的那页"), ("I02", "群内冷清", "静得吓人")],
    columns=["source_id", "label", "quote"],
)
# as the page exports them: the code by its id, a new one with an id of its own
EXPORTED = pd.DataFrame(
    [("x-1", "c04", "群内冷清"), ("x-2", "own-a", "立了才静"), ("x-3", "own-a", "立了才静")],
    columns=["coding_id", "code_id", "label"],
)


def exported(study):
    start = study.texts["I02"].index("静得吓人")
    return EXPORTED.assign(
        source_id="I02", coder="乙", start=[start, start, start + 2], end=[start + 4, start + 4, start + 4]
    )


def test_quotes_become_codings_of_one_more_coder(study):
    found = add_codings(study, QUOTES, coder="我")
    assert found.single_coders == ["林", "周", "我"]
    assert found.quotations(coder="我")[["source_id", "label", "quote"]].equals(QUOTES.astype("str"))
    assert len(found.quotations(coder=["林", "周"])) == len(study.quotations(coder=["林", "周"]))
    assert len(found.codebook.codes) == len(study.codebook.codes) + 1


def test_an_exported_file_keeps_its_new_codes_and_takes_the_name_given(study):
    found = add_codings(study, exported(study), coder="我")
    assert found.quotations(coder="我").label.tolist() == ["群内冷清", "立了才静", "立了才静"]
    assert set(found.codings.coder) == {"林", "周", "我"} and found.codings.coding_id.is_unique


def test_a_code_without_its_id_is_found_by_its_label_and_two_names_stay_two(study):
    rows = QUOTES.assign(code_id=["", None, "unknown"], label=["不利先说", "花", "群内冷清"])
    found = add_codings(study, rows, coder="我").quotations(coder="我")
    assert found.code_id.tolist()[0] == "c01" and found.code_id.tolist()[2] == "c04" and found.label.tolist()[1] == "花"


def test_a_coder_who_has_not_coded_yet_keeps_the_name(study):
    found = add_codings(remake_study(study, about={**study.about, "coders": ["林", "周", "我"]}), QUOTES, coder="我")
    assert found.single_coders == ["林", "周", "我"] and len(found.quotations(coder="我")) == len(QUOTES)


def test_the_study_itself_is_not_changed(study):
    before = len(study.codings), len(study.codebook.codes)
    add_codings(study, QUOTES, coder="我")
    assert (len(study.codings), len(study.codebook.codes)) == before


def test_who_codes_like_lin_agrees_with_lin(study):
    lin = study.quotations(coder="林")[["source_id", "start", "end", "code_id"]]
    found = overall_agreement(add_codings(study, lin, coder="我"), coders=["林", "我"], draws=20)
    assert found.query("measure == 'kappa'")["value"].tolist() == [1, 1]


FAULTS = [
    (QUOTES.drop(columns="label"), "no column 'label'"),
    (QUOTES.drop(columns="source_id"), "no column 'source_id'"),
    (QUOTES.assign(source_id="I09"), "no source 'I09'"),
    (QUOTES.assign(quote="没有说过"), "nowhere in I01"),
    (QUOTES.assign(label=""), "neither code_id nor label"),
    (QUOTES.drop(columns="quote"), "no column 'start'"),
    (QUOTES.drop(columns="quote").assign(start=0, end=99999), "not at 0 to 99999"),
    (QUOTES.drop(columns="quote").assign(start=0, end=3, quote_sha256="0" * 64), "are not at 0 to 3 of I01"),
]


@pytest.mark.parametrize(("rows", "said"), FAULTS)
def test_what_does_not_fit_is_refused(study, rows, said):
    with pytest.raises(StudyError, match=said):
        add_codings(study, rows, coder="我")


def test_a_coder_of_the_study_keeps_the_name(study):
    with pytest.raises(StudyError, match="codings of 林 already"):
        add_codings(study, QUOTES, coder="林")


def test_a_part_has_its_sources_and_nothing_of_the_others(study):
    part = study_part(study, ["I02"])
    assert list(part.texts) == ["I02"] and set(part.codings.source_id) == {"I02"}
    assert part.turns().equals(study.turns("I02"))
    assert part.quotations().equals(study.quotations().query("source_id == 'I02'").reset_index(drop=True))
    assert part.faults.empty and part.single_coders == study.single_coders


@pytest.mark.parametrize(("sources", "said"), [([], "no source is given"), (["I02", "I77"], "no source 'I77'")])
def test_a_part_without_sources_is_refused(study, sources, said):
    with pytest.raises(StudyError, match=said):
        study_part(study, sources)


def test_of_one_source_agreement_has_values_and_no_interval(study):
    part = study_part(study, ["I01"])
    overall, by_code = overall_agreement(part, draws=20), coder_agreement(part, draws=20)
    assert overall["value"].notna().all() and overall[["low", "high"]].isna().all(axis=None)
    assert by_code.both.tolist() == [1, 1] and by_code[["kappa_low", "kappa_high"]].isna().all(axis=None)


def test_nothing_else_of_the_study_is_lost_when_it_is_written_back(study, tmp_path):
    from zhagen.study import check_study, open_study, update_study, write_study

    write_study(study, tmp_path)
    study = open_study(tmp_path)
    rows = QUOTES.assign(memo=["", "是原话", ""])
    update_study(tmp_path, lambda old: add_codings(old, rows, coder="我"))
    found = open_study(tmp_path)
    assert found.memos.equals(study.memos) and found.mechanism.equals(study.mechanism)
    assert found.history[: len(study.history)].equals(study.history)
    assert found.history.iloc[-1][["act", "to", "coder"]].tolist() == ["create", "拍最花的", "我"]
    assert found.codings.memo[found.codings.coder == "我"].tolist() == ["", "是原话", ""]
    assert len(check_study(tmp_path)) == len(study.faults)
