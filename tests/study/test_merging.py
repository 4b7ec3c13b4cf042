"""Two copies of a study put together: nothing is lost, the same is there once, what differs is listed."""

import contextlib
import shutil

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.conftest import placed, small
from zhagen.cli import main
from zhagen.errors import StudyError, ZhagenError
from zhagen.study import (
    add_code,
    check_study,
    coder_differences,
    make_study,
    merge_codes,
    merge_studies,
    move_code,
    open_study,
    practice_study,
    read_study,
    rename_code,
    retire_code,
    split_code,
    update_study,
    write_study,
)
from zhagen.study.history import history_faults
from zhagen.study.study import remake_study

DAY = {"date": "2024-04-01"}


def with_coding(study, words, code, coder="林", name="q10", **more):
    row = placed([("I02", words, code, coder)]).assign(coding_id=name)
    return remake_study(
        study,
        codings=pd.concat([study.codings.drop(columns=["anchor", "places"]), row.assign(quote_sha256="", **more)]),
    )


def test_the_same_study_brings_nothing(study):
    found = merge_studies(study, small())
    assert sum(found.added.values()) == 0 and found.conflicts.empty
    assert found.study.codings.equals(study.codings) and found.study.history.equals(study.history)


def test_two_coders_work_is_all_there(study):
    ours = with_coding(add_code(study, "只林有", parent="k1", **DAY), "收了定金", "c10")
    theirs = with_coding(add_code(small(), "只周有", parent="k2", **DAY), "就退群", "c10", "周")
    found = merge_studies(ours, theirs)
    labels = found.study.quotations().set_index("quote").label
    assert (labels["收了定金"], labels["就退群"]) == ("只林有", "只周有")
    assert found.study.codebook.above("只周有") == ["k2"]
    assert found.conflicts.kind.tolist() == ["label"] and found.study.codings.coding_id.is_unique
    assert len(found.study.codings) == len(study.codings) + 2


def test_a_code_that_one_of_them_renamed_is_one_code(study):
    found = merge_studies(study, rename_code(small(), "c02", "走得更快", **DAY))
    assert found.study.codebook.labels()["c02"] == "走得更快" and found.study.mechanism.target.tolist() == ["走得更快"]
    assert found.study.history.act.tolist()[-1] == "rename"
    again = merge_studies(rename_code(small(), "c02", "走得更快", **DAY), study)
    assert again.study.codebook.labels()["c02"] == "走得更快"


def whole(found, before):
    """No coding is lost or there twice, and the history ends where the codebook is."""
    codes, history = found.study.codebook.codes, found.study.history
    assert [fault.found for fault in history_faults(history, codes, list(range(len(history))))] == []
    assert set(found.study.codings.code_id) <= set(codes.code_id)
    return sorted(found.study.codings.coding_id) == sorted(before.codings.coding_id)


ENDINGS = {
    "merge": lambda study: merge_codes(study, "c04", "c03", reason="都是规矩", coder="周", **DAY),
    "split": lambda study: split_code(study, "c03", {"先验": ["q6"], "后付": ["q7"]}, coder="周", **DAY),
    "stays": lambda study: split_code(study, "c03", {"c03": ["q6"], "后付": ["q7"]}, coder="周", **DAY),
    "retire": lambda study: retire_code(add_code(study, "空的", **DAY), "空的", coder="周", **DAY),
    "chain": lambda study: rename_code(ENDINGS["merge"](study), "c03", "有规矩", coder="周", **DAY),
    "move": lambda study: move_code(study, "c02", "k2", coder="周", **DAY),
}


@pytest.mark.parametrize("way", ENDINGS)
@pytest.mark.parametrize("turned", [False, True])
def test_what_one_of_them_did_to_a_code_holds_for_the_other_s_codings(study, way, turned):
    changed = ENDINGS[way](small())
    base = add_code(study, "空的", **DAY) if way == "retire" else study
    found = merge_studies(*((changed, base) if turned else (base, changed)))
    assert whole(found, study) and set(found.conflicts.kind) <= {"label"}
    assert dict(zip(found.study.codings.coding_id, found.study.codings.code_id, strict=True)) == dict(
        zip(changed.codings.coding_id, changed.codings.code_id, strict=True)
    )
    assert found.study.codebook.labels() == changed.codebook.labels()


def test_a_coding_that_is_new_when_its_code_was_split_is_listed(study):
    found = merge_studies(with_coding(study, "就退群", "c03"), ENDINGS["split"](small()))
    whole(found, study)
    assert found.conflicts[["kind", "code", "ours", "theirs"]].values.tolist() == [
        ["coding", "先验后付", "先验后付", "先验"]
    ]
    assert found.study.quotations().set_index("quote").label["就退群"] == "先验"


@pytest.mark.parametrize(
    ("ours", "theirs"), [("merge", "split"), ("split", "stays"), ("merge", "chain"), ("move", "merge")]
)
def test_what_both_did_leaves_a_whole_study(study, ours, theirs):
    found = merge_studies(ENDINGS[ours](study), ENDINGS[theirs](small()))
    whole(found, study)
    assert set(study.codings.coding_id) <= set(found.study.codings.coding_id)


@pytest.mark.parametrize("split_first", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_a_code_that_one_renamed_and_the_other_split_is_split(study, turned, split_first):
    days = ["2024-04-01", "2024-04-02"][:: -1 if split_first else 1]
    parts = {"先验": ["q6"], "后付": ["q7"]}
    one, other = rename_code(study, "c03", "先看再付", date=days[0]), split_code(small(), "c03", parts, date=days[1])
    found = merge_studies(*((other, one) if turned else (one, other)), date="2024-04-03")
    assert whole(found, study) and {"先验", "后付"} <= set(found.study.codebook.labels().values())
    assert "c03" not in set(found.study.codebook.codes.code_id)
    assert "先看再付" in {
        *found.conflicts.ours,
        *found.conflicts.theirs,
    }  # whoever gave the name sees what became of it
    left_out = found.conflicts.theirs.str.contains("no code 'c03'").any()
    assert left_out == split_first == found.study.memos.text.str.contains("先看再付").any()


ACTS = st.lists(
    st.tuples(st.sampled_from(list("ramsS-")), st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=4
)


def done(study, kind, code, other, into, **act):
    own = study.codings.coding_id[study.codings.code_id == code].tolist()
    new = f"{act['coder']}{len(study.history)}"
    if kind == "r":
        return rename_code(study, code, new, **act)
    if kind == "a":
        return add_code(study, f"新{other % 3}", **act)
    if kind == "m":
        return merge_codes(study, code, into, **act)
    if kind in "sS":
        return split_code(study, code, {new if kind == "s" else code: own[:1], f"{new}乙": own[1:]}, **act)
    return move_code(study, code, into, **act) if other % 2 else retire_code(study, code, **act)


def acted(study, acts, coder, day):
    """Do acts to a study, as far as they can be done."""
    for kind, one, other, later in acts:
        day += later
        codes = study.codebook.codes.code_id.tolist()
        with contextlib.suppress(ZhagenError):
            named = (codes[one % len(codes)], other, codes[other % len(codes)])
            study = done(study, kind, *named, coder=coder, date=f"2024-04-{day:02d}")
    return study


@given(ACTS, ACTS, st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=8, deadline=None)
def test_whatever_two_did_to_the_codes_the_merged_history_ends_in_the_codebook(ours, theirs, one_day, other_day):
    study = small()
    one, other = acted(study, ours, "林", one_day), acted(study, theirs, "周", other_day)
    for pair in ((one, other), (other, one)):
        found = merge_studies(*pair, date="2024-04-20")
        whole(found, study)
        assert set(study.codings.coding_id) <= set(found.study.codings.coding_id)
        again = merge_studies(found.study, pair[1], date="2024-04-20")  # who sends the same copy again brings no act
        whole(again, study)


def test_two_new_names_of_one_code_are_a_conflict_and_not_two_codes(study):
    act = {"coder": "周", **DAY}
    found = merge_studies(rename_code(study, "c02", "走得更快", **DAY), rename_code(small(), "c02", "卖得快", **act))
    assert whole(found, study) and found.conflicts[["kind", "ours", "theirs"]].values.tolist() == [
        ["label", "走得更快", "卖得快"]
    ]


def test_other_words_of_a_definition_a_memo_and_a_speaker_are_kept(study):
    codes = study.codebook.codes
    ours = remake_study(study, codes=codes.assign(definition="甲说"))
    memos = study.memos.assign(title="另一个", text="# 另一个\n\n别的")
    speakers = study.speakers.assign(role=["interviewer", "observer", "interviewer", "participant"])
    theirs = remake_study(study, codes=codes.assign(definition="乙说"), memos=memos, speakers=speakers)
    found = merge_studies(ours, theirs, date="2024-05-01")
    assert set(found.study.codebook.codes.definition) == {"甲说"}
    said = "\n".join(found.study.memos.text)
    assert "乙说" in said and "别的" in said and "observer" in said
    assert found.conflicts.kind.value_counts().to_dict() == {"definition": 6, "memo": 1, "speaker": 1}
    assert found.study.memos.memo_id.is_unique


def test_a_text_that_one_of_them_changed_keeps_every_coding(study):
    texts = {**study.texts, "I02": study.texts["I02"].replace("乙：后来", "乙：再后来")}
    theirs = with_coding(remake_study(study, texts=texts), "收了定金", "c03", "周")
    found = merge_studies(study, theirs)
    assert "收了定金" in found.study.quotations(coder="周").quote.tolist()
    assert found.conflicts.kind.tolist() == ["text"] and (found.study.codings.anchor == "exact").all()


def test_notes_on_one_coding_are_both_kept(study):
    def noted(words):
        return remake_study(study, codings=study.codings.assign(memo=[words, *[""] * 8]))

    found = merge_studies(noted("我的"), noted("你的"))
    assert found.study.codings.memo[0] == "我的\n你的" and found.conflicts.kind.tolist() == ["note"]


def test_an_export_of_the_page_is_put_in(folder, tmp_path, capsys):
    study = open_study(folder)
    row = placed([("I01", "拍最花的那页", "n12", "王")]).assign(label="拍最花的", memo="记", quote_sha256="")
    path = tmp_path / "I01-王-codings.csv"
    row.to_csv(path, index=False, encoding="utf-8-sig")
    assert main(["merge", str(folder), str(path), "--date", "2024-04-01"]) == 0
    found = open_study(folder)
    assert found.quotations("拍最花的").coder.tolist() == ["王"] and found.coders == ["林", "周", "王"]
    assert len(found.codings) == len(study.codings) + 1 and check_study(folder).found.tolist() == []
    assert main(["merge", str(folder), str(path)]) == 0  # twice is once
    assert "new: nothing" in capsys.readouterr().out
    row.assign(end=9999).to_csv(path, index=False)
    with pytest.raises(StudyError, match=r"codings.csv, line 2"):
        read_study(path, study)


def test_the_command_writes_a_new_folder_and_lists_differences(folder, tmp_path, capsys):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    update_study(other, lambda study: rename_code(study, "c02", "走得更快", **DAY))
    before = (folder / "codebook.csv").read_bytes()
    (folder / "times.csv").write_text("source_id,start,begin,finish\n", encoding="utf-8")
    (folder / "chapters").mkdir()
    words = ["--out", str(tmp_path / "both"), "--list", str(tmp_path / "list.csv")]
    assert main(["merge", str(folder), str(other), *words]) == 1
    assert (folder / "codebook.csv").read_bytes() == before
    assert open_study(tmp_path / "both").codebook.labels()["c02"] == "走得更快"
    assert (tmp_path / "both/times.csv").exists() and (tmp_path / "both/chapters").is_dir()
    assert pd.read_csv(tmp_path / "list.csv").kind.tolist() == ["boundary", "code", "boundary", "boundary"]
    assert main(["merge", str(folder), str(other), "--out", str(other)]) == 2


def test_where_coders_differ(study):
    found = coder_differences(study)
    assert found[["kind", "label", "coder", "other"]].values.tolist() == [
        ["boundary", "不利先说", "林", "周"],
        ["code", "不利先说", "林", "周"],
        ["boundary", "走得快", "林", "周"],
        ["boundary", "先验后付", "林", "周"],
    ]


def test_what_cannot_be_put_together_is_refused():
    empty = make_study({}, small().codebook.codes, small().codings.iloc[:0])
    found = merge_studies(empty, small())
    assert len(found.study.codings) == 9 and found.study.texts == small().texts


def test_a_study_is_not_merged_with_itself(tmp_path, capsys):
    """It has one lock: waiting for it would never end."""
    write_study(practice_study(), tmp_path / "study")
    assert main(["merge", str(tmp_path / "study"), f"{tmp_path}/study/../study"]) == 2
    assert "itself" in capsys.readouterr().err
