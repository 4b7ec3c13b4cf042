"""Two studies compared: what is in one only, what says something else, whatever ids another program gave."""

import pandas as pd
import pytest

from zhagen.cli import main
from zhagen.study import add_codings, compare_studies, practice_study, rename_code, write_study


@pytest.fixture(scope="module")
def study():
    return practice_study()


def row_of(found, part):
    return found.counts.set_index("part").loc[part, ["same", "only_first", "only_second", "changed"]].tolist()


def test_other_ids_are_no_difference(study):
    from zhagen.study import make_study

    codes = study.codebook.codes
    names = dict(zip(codes.code_id, (f"k{n}" for n in range(len(codes))), strict=True)) | {"": ""}
    renamed = codes.assign(code_id=codes.code_id.map(names), parent_id=codes.parent_id.map(names), memo_id="")
    codings = study.codings.drop(columns=["anchor", "places"])
    codings = codings.assign(code_id=codings.code_id.map(names), coding_id=[f"x{n}" for n in range(len(codings))])
    other = make_study(study.texts, renamed, codings, about=study.about, sources=study.sources, speakers=study.speakers)
    found = compare_studies(study, other)
    assert not set(found.rows.part) & {"texts", "attributes", "speakers", "codes", "codings"}
    assert row_of(found, "memos") == [0, len(study.memos), 0, 0]


def test_what_was_done_is_what_differs(study):
    rows = pd.DataFrame([{"source_id": "I16", "label": "让一步", "quote": "你不翻也挺怪的"}])
    found = compare_studies(study, add_codings(study, rows, coder="我"))
    assert found.rows[found.rows.part == "codings"].what.str.contains("I16 .* 让一步 我").tolist() == [True]
    changed = rename_code(study, "让一步", "退一步", date="2024-08-01", reason="不只是让")
    found = compare_studies(study, changed)
    number = int((study.codings.code_id == study.codebook.find("让一步")).sum())
    assert row_of(found, "codes") == [30, 1, 1, 0] and row_of(found, "codings")[1:] == [number, number, 0]
    assert row_of(found, "history")[1:] == [0, 1, 0]


def test_a_word_in_a_text_or_a_definition_is_seen(study):
    from dataclasses import replace

    texts = {**study.texts, "I01": study.texts["I01"].replace("九成新", "八成新", 1)}
    codes = study.codebook.codes.assign(definition=study.codebook.codes.definition.str.replace("兑现", "办到"))
    other = replace(study, texts=texts, codebook=replace(study.codebook, codes=codes))
    found = compare_studies(study, other)
    with_it = int(study.codebook.codes.definition.str.contains("兑现").sum())
    assert row_of(found, "texts") == [18, 0, 0, 1] and row_of(found, "codes")[3] == with_it > 0


def test_the_command_says_so_by_its_status(study, tmp_path, capsys):
    write_study(study, tmp_path / "a")
    write_study(rename_code(study, "让一步", "退一步", date="2024-08-01"), tmp_path / "b")
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "a")]) == 0
    assert "the two are equal" in capsys.readouterr().out
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 1
    assert "codes\t退一步" in capsys.readouterr().out
