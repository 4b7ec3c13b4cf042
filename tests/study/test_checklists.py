"""Reporting checklists: nothing is claimed that the study does not hold."""

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from zhagen.cli import main
from zhagen.errors import StudyError
from zhagen.exchange import save_table
from zhagen.extraction import report_items
from zhagen.study import make_study, practice_study, remake_study, study_checklist
from zhagen.study.answering import RULES

ROOT = Path(__file__).parents[2]


def bare(**more):
    """A study with one text, one code and nothing else."""
    codes = pd.DataFrame({"code_id": ["c01"], "label": ["码"], "level": ["concept"]})
    codings = pd.DataFrame(columns=["source_id", "start", "end", "code_id", "coder"])
    return make_study({"A": "一段文字。"}, codes, codings, **more)


def rows(study, guideline="COREQ", **more):
    return study_checklist(study, guideline, **more).items.set_index("number")


def test_the_lists_have_their_items_and_agree_with_the_report_card():
    names = {"COREQ": (32, "coreq"), "SRQR": (21, "srqr")}
    for guideline, (number, column) in names.items():
        found = study_checklist(practice_study(), guideline.lower())
        assert found.items.number.tolist() == list(range(1, number + 1)) and found.guideline == guideline
        assert found.items[["item", "asks"]].ne("").all(axis=None)
        card = {int(one) for cell in report_items()[column] for one in cell.split("、") if one}
        assert card <= set(found.items.number)
    assert rows(practice_study()).loc[[22, 24, 29, 32], "item"].tolist() == [
        "饱和", "几位编码者", "引文", "次要的和例外的"
    ]  # fmt: skip
    assert rows(practice_study(), "SRQR").loc[[6, 9, 15, 19], "item"].tolist() == [
        "研究者和反身性", "伦理", "可信性", "局限"
    ]  # fmt: skip


def test_every_rule_has_its_sentences_and_is_asked_for():
    lists = tomllib.loads((ROOT / "data/codings/reporting_checklists.toml").read_text("utf-8"))
    asked = {item["rule"] for name in ("coreq", "srqr") for item in lists[name] if "rule" in item}
    assert asked == set(RULES) and asked <= lists["answers"].keys()
    code = "".join((ROOT / f"src/zhagen/study/{name}.py").read_text("utf-8") for name in ("answering", "checklists"))
    assert [name for name in lists["answers"] if f'"{name}"' not in code] == []


def test_numbers_are_those_of_the_files():
    folder = ROOT / "data/practice"
    tables = {path.stem: pd.read_csv(path, dtype="str").fillna("") for path in folder.glob("*.csv")}
    found = rows(practice_study())
    interviews = tables["sources"][tables["sources"].kind == "interview"]
    minutes = interviews.minutes.astype(float)
    people = tables["speakers"].query("role == 'participant'")
    inside = people[people.source_id.isin(interviews.source_id)]
    assert found.said[12] == (
        f"访谈 {len(interviews)} 份，受访者 {len(inside)} 位；别的材料里说话的另有 {len(people) - len(inside)} 位"
    )
    spans = f"{minutes.min():g} 到 {minutes.max():g} 分钟，平均 {minutes.mean():.0f}，合计 {minutes.sum():g}"
    assert found.said[21] == f"写了时长的访谈 16/16 份：{spans}" and found.status[21] == "filled"
    coded = tables["codings"].coder.value_counts()
    for coder in ("林", "周", "共识"):
        assert str(coded[coder]) in found.said[24]
    assert found.said[32].startswith(f"negative_cases.csv 有 {len(tables['negative_cases'])} 个")
    assert f"grade {people.grade.ne('').sum()}/{len(people)}" in found.said[16] and found.status[16] == "partly"
    trust = rows(practice_study(), "SRQR").said[15]
    for name in ("differences", "history"):
        assert f" {len(tables[name])} " in trust
    assert f" {len(list((folder / 'memos').glob('*.md')))} 条" in trust


def test_what_nobody_wrote_down_is_left_to_the_author():
    for guideline in ("COREQ", "SRQR"):
        found = rows(bare(sources=pd.DataFrame({"source_id": ["A"]})), guideline)
        kept = {"COREQ": [25], "SRQR": []}[guideline]
        assert found.index[found.status == "filled"].tolist() == kept
        assert not found.status.eq("not_applicable").any()  # the kind of the source is not known
    found = rows(practice_study())
    assert found.loc[[2, 3, 4, 5, 6, 13, 19, 23, 28], "status"].eq("to_write").all()
    assert found.loc[[2, 3, 4, 5, 6, 13, 19, 23, 28], "said"].eq("").all()


def test_interviews_are_not_asked_of_a_study_of_documents():
    found = rows(bare(sources=pd.DataFrame({"source_id": ["A"], "kind": ["document"]})))
    assert found.index[found.status == "not_applicable"].tolist() == [
        1,
        7,
        8,
        *range(10, 14),
        15,
        16,
        17,
        18,
        19,
        21,
        23,
        28,
    ]
    assert found.said[21] == "sources.csv 里没有访谈"


def test_half_of_an_answer_is_no_answer(study):
    assert rows(study)["status"][12] == "filled" and rows(study)["status"][10] == "to_write"
    guessed = remake_study(study, speakers=study.speakers.assign(confirmed=["yes", "no", "yes", "yes"]))
    assert rows(guessed)["status"][12] == "partly" and "1 位的身份没有人确认过" in rows(guessed)["said"][12]
    unlisted = remake_study(study, speakers=study.speakers[study.speakers.source_id == "I01"])
    assert rows(unlisted)["status"][12] == "partly"
    timed = remake_study(study, sources=study.sources.assign(minutes=["30", "约一小时"]))
    assert rows(timed).loc[21, ["status", "said"]].tolist() == [
        "partly", "写了时长的访谈 1/2 份：30 到 30 分钟，平均 30，合计 30"
    ]  # fmt: skip
    log = pd.DataFrame([(1, "I01", "", "第一份", "", ""), (2, "I02", "", "", "", "")])
    log = log.set_axis("order source_id date why to_show showed".split(), axis=1)
    assert rows(remake_study(study, sampling=log))["status"][10] == "partly"
    assert rows(remake_study(study, sampling=log.assign(why="因为")))["status"][10] == "filled"
    assert "I02" in rows(remake_study(study, sampling=log[:1]))["said"][10]


def test_quotations_are_looked_up_in_the_sources(study):
    text = "他说“说在前头，反倒走得快”，又说“从来没有说过的话”。“短”"
    found = rows(remake_study(study, notes={"findings.md": text}))
    assert found.said[29].startswith("findings.md 四个字以上的引文 2 句，1 句在材料里一字不差")


def test_names_in_a_cell_are_counted_from_the_ninth_on():
    texts = {f"N{number}": "记" for number in range(1, 11)}
    study = make_study(
        texts,
        pd.DataFrame({"code_id": ["c"], "label": ["码"], "level": ["concept"]}),
        pd.DataFrame(columns=["source_id", "start", "end", "code_id", "coder"]),
        sources=pd.DataFrame({"source_id": list(texts), "kind": "field note"}),
    )
    assert "N8等 10 个" in rows(study).said[20] and "N9" not in rows(study).said[20]
    assert "N8 … (10)" in rows(study, language="en").said[20]


def test_english_has_no_chinese_of_ours():
    study = bare(about={"title": "Trust"})
    for guideline in ("COREQ", "SRQR"):
        found = study_checklist(study, guideline, language="en")
        assert not re.search("[\u4e00-\u9fff]", found.table().to_csv())
        assert list(found.table())[-1] == "Reported on page"
    assert "作者写" in study_checklist(study).table()["谁来写"].tolist()


def test_hostile_words_stay_words(study, tmp_path):
    wild = "<script>x()</script>|=1+1\u202e*"
    study = remake_study(study, about={"title": wild, "research_question": wild})
    table = study_checklist(study, "SRQR").table()
    text = save_table(table, tmp_path / "a.md").read_text("utf-8")
    assert "<script>" not in text and len(text.splitlines()) == 23
    import docx

    cells = docx.Document(str(save_table(table, tmp_path / "a.docx"))).tables[0]
    assert cells.cell(4, 4).text == f"研究问题：{wild}" and len(cells.rows) == 22


def test_refusals_name_what_there_is(study):
    with pytest.raises(StudyError, match="no guideline 'CONSORT': use one of COREQ, SRQR"):
        study_checklist(study, "CONSORT")
    with pytest.raises(StudyError, match="no language 'de'"):
        study_checklist(study, language="de")


def test_the_command_prints_and_writes(folder, tmp_path, capsys):
    assert main(["checklist", str(folder), "COREQ"]) == 0
    out, said = capsys.readouterr()
    assert len(out.splitlines()) == 33 and out.splitlines()[24].startswith(
        "24\t几位编码者\t几个人编码\t数据已填\t2 人编码"
    )
    assert "COREQ, 32 items: " in said
    path = tmp_path / "srqr.md"
    assert main(["checklist", str(folder), "srqr", "--language", "en", "--out", str(path)]) == 0
    assert "| 4 | Purpose or research question |" in path.read_text("utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["checklist", str(folder), "prisma"])
    assert stopped.value.code == 2
    assert main(["checklist", str(tmp_path / "none"), "coreq"]) == 2
