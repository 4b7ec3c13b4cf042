"""Acts on the codebook: codings follow, the history says what was done, and what is not clear is refused."""

import dataclasses

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from study.conftest import small
from zhagen.cli import main
from zhagen.errors import StudyError, ZhagenError
from zhagen.study import (
    add_code,
    check_study,
    code_lineage,
    merge_codes,
    move_code,
    open_study,
    practice_study,
    rename_code,
    retire_code,
    split_code,
    update_study,
)

DAY = {"date": "2024-04-01", "coder": "林", "reason": "试"}


def without_arrows(study):
    return dataclasses.replace(study, mechanism=study.mechanism.iloc[:0], models={})


def test_a_renamed_code_keeps_codings_and_arrows(study):
    found = rename_code(study, "不利先说", "短处先说", **DAY)
    assert found.quotations("短处先说").coding_id.tolist() == study.quotations("c01").coding_id.tolist()
    assert found.mechanism.source.tolist() == ["短处先说"]
    assert found.history.iloc[-1].tolist() == ["2024-04-01", "rename", "c01", "林", "不利先说", "短处先说", "试", ""]


def test_merged_codes_leave_one_coding_where_one_coder_gave_both(study):
    study = without_arrows(study)
    double = pd.DataFrame([("q10", "I01", *study.codings.iloc[0][["start", "end"]], "c02", "林")])
    double.columns = ["coding_id", "source_id", "start", "end", "code_id", "coder"]
    memos = study.memos.assign(codings=[["q10"]])
    study = dataclasses.replace(
        study,
        memos=memos,
        codings=pd.concat([study.codings[[*double]], double]).assign(
            date="2024-03-10", quote_sha256="", anchor="exact", places=1
        ),
    )
    found = merge_codes(study, "c02", "c01", **DAY)
    assert set(found.codings.code_id) == {"c01", "c03", "c04"}
    assert len(found.codings) == len(study.codings) - 1 and found.memos.codings.tolist()[0] == ["q1"]
    assert code_lineage(found, "c02").set_index("code_id").into["c02"] == ["c01"]


def test_what_a_code_said_that_ends_is_kept(study):
    codes = study.codebook.codes.assign(definition="说的话")
    study = without_arrows(dataclasses.replace(study, codebook=dataclasses.replace(study.codebook, codes=codes)))
    found = merge_codes(study, "c02", "c01", **DAY)
    assert "说的话" in found.memos.text.iloc[-1] and found.history.memo_id.iloc[-1] == found.memos.memo_id.iloc[-1]


def test_a_split_gives_each_coding_to_its_part(study):
    found = split_code(study, "c03", {"面交": ["q6"], "验货": ["q7"]}, **DAY)
    assert found.quotations("面交").coding_id.tolist() == ["q6"]
    assert found.codebook.above("验货") == ["k2"] and "c03" not in set(found.codebook.codes.code_id)
    stays = split_code(study, "c03", {"c03": [], "验货": ["q7"]}, **DAY)
    assert stays.quotations("c03").coding_id.tolist() == ["q6"]


REFUSED = [
    (lambda s: merge_codes(s, "c01", "c02", **DAY), "has an arrow"),
    (lambda s: merge_codes(s, "c01", "k2", **DAY), "of the level concept"),
    (lambda s: merge_codes(s, "c01", "c01", **DAY), "nothing can be merged"),
    (lambda s: move_code(s, "k1", "c01", **DAY), "below it"),
    (lambda s: move_code(s, "c01", "c02", **DAY), "of the level concept"),
    (lambda s: rename_code(s, "c01", "走得快", **DAY), "called 走得快 already"),
    (lambda s: rename_code(s, "c01", "c02", **DAY), "is the id of a code"),
    (lambda s: rename_code(s, "c01", "甲；乙", **DAY), "semicolon"),
    (lambda s: rename_code(s, "c01", "甲\u202e乙", **DAY), "not seen"),
    (lambda s: rename_code(s, "c01", "别的", date="2024-03-01"), "before the last act"),
    (lambda s: rename_code(s, "c01", "别的", date="gestern"), "is no date"),
    (lambda s: retire_code(s, "c01", **DAY), "3 codings have the code"),
    (lambda s: retire_code(s, "k1", **DAY), "c01 is below k1"),
    (lambda s: split_code(s, "c03", {"甲甲": ["q6"], "乙乙": []}, **DAY), "1 codings of c03 are in no part"),
    (lambda s: split_code(s, "c03", {"甲甲": ["q6", "q7"], "乙乙": ["q6"]}, **DAY), "is in two parts"),
    (lambda s: split_code(s, "c03", {"甲甲": ["q6", "q7", "q1"], "乙乙": []}, **DAY), "q1 is no coding of c03"),
    (lambda s: split_code(s, "c03", {"甲甲": ["q6", "q7"]}, **DAY), "two codes or more"),
    (lambda s: add_code(s, "新", code_id="c08", **DAY), "was given before"),
    (lambda s: add_code(s, "新", level="一阶", **DAY), "there is no level"),
]


@pytest.mark.parametrize(("act", "said"), REFUSED)
def test_what_is_not_clear_is_refused(study, act, said):
    with pytest.raises(StudyError, match=said):
        act(study)


def test_a_study_without_history_gets_one_with_its_first_act(study):
    bare = dataclasses.replace(study, history=study.history.iloc[:0])
    found = rename_code(bare, "c01", "短处先说", **DAY)
    assert found.history.act.tolist() == ["create"] * 6 + ["move"] * 4 + ["rename"]
    assert set(found.history.reason[:10]) == {"记历史以前已有"}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(0, 9)), max_size=4))
def test_any_acts_leave_every_coding_and_a_history_that_fits(tmp_path_factory, acts):
    from zhagen.study.history import history_faults

    study = without_arrows(small())
    spans = set(zip(study.codings.source_id, study.codings.start, study.codings.coder, strict=True))
    for kind, a, b in acts:
        codes = study.codebook.codes.code_id.tolist()
        one, other = codes[a % len(codes)], codes[b % len(codes)]
        try:
            if kind == 0:
                study = add_code(study, f"新{a}{b}", parent=other, **DAY)
            elif kind == 1:
                study = rename_code(study, one, f"名{a}{b}", **DAY)
            elif kind == 2:
                study = merge_codes(study, one, other, **DAY)
            elif kind == 3:
                study = move_code(study, one, other, **DAY)
            else:
                ids = study.codings.coding_id[study.codings.code_id == one].tolist()
                study = split_code(study, one, {f"分{a}": ids[:b], f"合{b}": ids[b:]}, **DAY)
        except ZhagenError:
            continue
    lines = list(range(2, len(study.history) + 2))
    assert [fault.found for fault in history_faults(study.history, study.codebook.codes, lines)] == []
    assert set(zip(study.codings.source_id, study.codings.start, study.codings.coder, strict=True)) == spans


def test_an_act_touches_only_the_files_that_it_changes(folder):
    toml = folder / "study.toml"
    toml.write_text(f"# 我的研究\n{toml.read_text()}")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    update_study(folder, lambda study: rename_code(study, "c03", "验了再付", **DAY))
    changed = {path.name for path, content in before.items() if path.read_bytes() != content}
    assert changed == {"codebook.csv", "history.csv"}
    assert check_study(folder).empty


def test_a_refused_act_writes_nothing(folder, capsys):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main(["codebook", str(folder), "retire", "c01"]) == 2
    assert "3 codings" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_command_does_each_act(folder, tmp_path, capsys):
    for words in (
        ["add", "新码", "--under", "k2", "--reason", "看到的"],
        ["rename", "新码", "更新码"],
        ["move", "更新码", "--under", "k1"],
        ["retire", "更新码"],
        ["merge", "c04", "--into", "c03"],
    ):
        assert main(["codebook", str(folder), *words, "--date", "2024-04-01"]) == 0
    parts = tmp_path / "parts.csv"
    assert main(["codebook", str(folder), "split", "c03", "--parts", str(parts)]) == 0
    rows = pd.read_csv(parts, dtype=str)
    assert rows.quote.notna().all() and len(rows) == 4
    rows.assign(to=["面交", "面交", "静", "静"]).to_csv(parts, index=False)
    assert main(["codebook", str(folder), "split", "c03", "--parts", str(parts), "--date", "2024-04-02"]) == 0
    assert open_study(folder).quotations("静").quote.tolist() == ["静得吓人"] * 2
    assert main(["codebook", str(folder)]) == 0
    assert "  静\tc12\tconcept\t2\n" in capsys.readouterr().out
    assert check_study(folder).empty


def test_values_of_toml_are_written_as_they_were_read(folder):
    toml = folder / "study.toml"
    toml.write_text(toml.read_text() + 'begun = 2024-03-05\n[extra]\nlist = [1, 2.5]\nflag = true\nword = "a\\u007f"\n')
    about = open_study(folder).about
    update_study(folder, lambda study: dataclasses.replace(study, about={**study.about, "title": "新名"}))
    assert open_study(folder).about == {**about, "title": "新名"}


def test_the_practice_study_takes_every_act():
    study = practice_study()
    found = rename_code(study, "c04", "说了没做到", date="2024-08-01")
    assert len(found.faults) == len(study.faults) == 0
