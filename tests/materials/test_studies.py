"""From files to a study that opens, and files added to it."""

import json
from datetime import date

import pandas as pd
import pytest
from materials_making import LINES, TALK, column_of, pdf, subtitles, word, workbook

from zhagen.cli import main
from zhagen.errors import SourceError, StudyError, ZhagenError
from zhagen.materials import add_material, list_speakers, new_study, set_speakers
from zhagen.study import check_study, open_study

TEXT = "\n".join(LINES) + "\n"
TODAY = date(2024, 6, 10)


@pytest.fixture
def material(tmp_path):
    """A folder as a student has it: four documents, three texts, three subtitles, one table, one PDF."""
    folder = tmp_path / "访谈"
    folder.mkdir()
    for number in range(1, 5):
        word(folder / f"访谈{number} 2024-03-0{number}.docx", [*LINES, f"访：第{number}位。"])
    for number in range(5, 8):
        (folder / f"访谈{number}.txt").write_text(f"{TEXT}访：第{number}位。", encoding="gb18030", newline="\r\n")
    for number in range(8, 11):
        cues = [(at, at + 1, line) for at, line in enumerate([*LINES, f"访：第{number}位。"])]
        (folder / f"访谈{number}.srt").write_text(subtitles(cues), encoding="utf-8-sig")
    pdf(folder / "访谈11.pdf", [column_of([*LINES, "访：第十一位。"])])
    workbook(folder / "问卷.xlsx", [["年级", "为什么"], ["大三", "照片看不出来里面划了多少，要当面翻。"]])
    return folder


def test_ten_interviews_in_mixed_formats_become_a_study_that_opens(tmp_path, material):
    report = new_study(tmp_path / "study", material, title="旧书", coders=["林"], today=TODAY)
    assert not report.left_out
    study = open_study(tmp_path / "study")
    assert len(study.texts) == 12
    assert study.sources.kind.tolist() == ["interview"] * 11 + ["document"]
    assert study.sources.date.tolist()[3] == "2024-03-04"
    turns = study.turns()
    for source_id in study.sources.source_id[:-1]:
        said = turns[turns.source_id == source_id]
        assert list(zip(said.speaker, said.text, strict=True))[:4] == TALK, source_id
        assert said.role.tolist()[:2] == ["interviewer", "participant"]
    assert study.sources.set_index("source_id").loc["问卷-R002", "年级"] == "大三"
    faults = check_study(tmp_path / "study")
    assert faults.found.tolist() == ["the roles of 22 speakers are guesses"]
    set_speakers(tmp_path / "study", confirm=True)
    assert check_study(tmp_path / "study").empty
    assert not open_study(tmp_path / "study").about["invented"]
    assert pd.read_csv(tmp_path / "study" / "times.csv").source_id.nunique() == 3


def test_the_report_says_what_was_changed_in_each_text(tmp_path, material):
    (material / "录音.m4a").write_bytes(b"x")
    new_study(tmp_path / "study", material, today=TODAY)
    (run,) = json.loads((tmp_path / "study" / "report.json").read_text(encoding="utf-8"))["runs"]
    assert run["date"] == "2024-06-10"
    assert run["left_out"] == [{"file": "录音.m4a", "why": "a recording", "todo": "transcribe it"}]
    row = next(row for row in run["read"] if row["source_id"] == "访谈5")
    assert row["speakers"]["甲"] == {"turns": 2, "guessed_role": "participant"}
    assert [change["what"] for change in row["changes"]] == [
        "read in another encoding, written in UTF-8",
        "line ends of Windows",
    ]


def test_a_study_without_a_file_or_over_something_is_refused(tmp_path):
    (tmp_path / "a.pages").write_bytes(b"x")
    with pytest.raises(SourceError, match=r"no source could be made: a.pages: a document of Pages - export it"):
        new_study(tmp_path / "study", tmp_path / "a.pages")
    assert not (tmp_path / "study").exists()
    word(tmp_path / "a.docx")
    with pytest.raises(StudyError, match="there is something already"):
        new_study(tmp_path, tmp_path / "a.docx")
    with pytest.raises(SourceError, match="there is no .*b.docx"):
        new_study(tmp_path / "study", [tmp_path / "a.docx", tmp_path / "b.docx"])


def test_a_study_inside_of_its_material_is_not_read(tmp_path, material):
    new_study(material / "study", material)
    with pytest.raises(SourceError, match="the study itself|the same text as"):
        add_material(material / "study", material)


def test_material_is_added_and_nothing_that_is_there_changes(tmp_path, material):
    place = tmp_path / "study"
    new_study(place, material / "访谈5.txt", today=TODAY)
    with (place / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("note,sources/note.txt,,document,,我的笔记\n")
    (place / "sources" / "note.txt").write_text("下雨。\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    (tmp_path / "访谈5.txt").write_text("访：又来？\n甲：又来。\n访：好。", encoding="utf-8")
    report = add_material(place, [material / "访谈5.txt", tmp_path / "访谈5.txt", material / "问卷.xlsx"], today=TODAY)
    assert report.sources.source_id.tolist() == ["访谈5-2", "问卷-R002"]
    assert [left.why for left in report.left_out] == ["the same text as 访谈5 of the study"]
    for path, content in before.items():
        if path.name in ("sources.csv", "speakers.csv"):
            rows = [line.rstrip(b",") for line in path.read_bytes().split(b"\n")]
            assert rows[1 : content.count(b"\n")] == [line.rstrip(b",") for line in content.split(b"\n")[1:-1]]
        elif path.name != "report.json":
            assert path.read_bytes() == content, path
    study = open_study(place)
    assert list(study.texts) == ["访谈5", "note", "访谈5-2", "问卷-R002"]
    assert study.speakers.confirmed.tolist() == ["no"] * 4
    runs = json.loads((place / "report.json").read_text(encoding="utf-8"))["runs"]
    assert len(runs) == 2
    with pytest.raises(SourceError, match="the same text as"):
        add_material(place, material / "访谈5.txt")


@pytest.mark.parametrize(
    ("turns", "talk"),
    [
        ("说话人1 说话人2", "说话人1 00:12\n{}\n\n说话人2 00:15:02\n{}\n说话人1 00:20\n{}\n说话人2 00:21\n{}"),
        ("访谈者 王老师", "[00:12] 访谈者：{}\n[00:15] 王 老师（店主）：{}\n[00:20] 访谈者：{}\n[00:30] 王老师：{}"),
        ("问 答", "**问**：{}\n**答**：{}\n**问**：{}\n**答**：{}"),
        ("Interviewer_1 John_Smith", "Interviewer 1: {}\nJohn Smith: {}\nInterviewer 1: {}\nJohn Smith: {}"),
        ("访 甲", "1. 访：{}\n2. 甲：{}\n3. 访：{}\n4. 甲：{}"),
        ("小李 小王", "【小李】{}\n【小王】{}\n【小李】{}\n【小王】{}"),
        ("访 甲", "访\t{}\n甲\t{}\n访\t{}\n甲\t{}"),
    ],
)
def test_turns_of_all_forms_are_written_in_one(tmp_path, turns, talk):
    (tmp_path / "a.txt").write_text(talk.format("卖什么？", "旧书。", "多少？", "十五。"), encoding="utf-8")
    new_study(tmp_path / "study", tmp_path / "a.txt")
    study = open_study(tmp_path / "study")
    asks, answers = turns.split()
    found = study.turns()
    assert found.speaker.tolist() == [asks, answers] * 2
    assert [text.replace("（店主）", "") for text in found.text] == ["卖什么？", "旧书。", "多少？", "十五。"]
    assert found.role.tolist() == ["interviewer", "participant"] * 2
    assert "（店主）" not in talk or "（店主）" in study.texts["a"]
    if "00:" in talk:
        times = pd.read_csv(tmp_path / "study" / "times.csv")
        assert [study.texts["a"][start:].startswith((asks, answers)) for start in times.start] == [True] * 4


def test_speakers_are_set_taken_out_and_confirmed(tmp_path, capsys):
    talk = "访：卖什么？\n甲：旧书。\n价目：甲的\n甲：十五。\n访：多少？\n价目：乙的\n"
    (tmp_path / "a.txt").write_text(talk, encoding="utf-8")
    study = str(tmp_path / "study")
    assert main(["new", study, "--from", str(tmp_path / "a.txt"), "--coder", "林"]) == 0
    assert "read\ta.txt\ta\tinterview\t" in capsys.readouterr().out
    assert main(["speakers", study]) == 1
    assert "价目\tparticipant\t2\tno\t甲的" in capsys.readouterr().out
    assert main(["speakers", study, "--none", "价目", "--role", "甲=observer"]) == 1
    assert list_speakers(study).values.tolist() == [
        ["a", "访", "interviewer", 2, "no", "卖什么？"],
        ["a", "甲", "observer", 2, "yes", "旧书。 价目：甲的"],
    ]
    assert main(["speakers", study, "--confirm"]) == 0
    for words in (
        ["--role", "乙=observer"],
        ["--role", "甲=boss"],
        ["--role", "甲"],
        ["--none", "甲", "--source", "b"],
    ):
        assert main(["speakers", study, *words]) == 2
    assert main(["add", study, str(tmp_path / "a.txt")]) == 2
    (tmp_path / "b.doc").write_bytes(b"x")
    (tmp_path / "b.txt").write_text("好。", encoding="utf-8")
    assert main(["add", study, str(tmp_path / "b.doc"), str(tmp_path / "b.txt")]) == 1
    assert "missing\tb.doc\tWord's form of 1997\topen it in Word" in capsys.readouterr().out


def test_cells_that_are_formulas_stay_text(tmp_path):
    rows = [["=a", "答"], ["=1+1", "因为照片看不出来里面划了多少。"]]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    new_study(tmp_path / "study", path)
    assert "'=1+1" in (tmp_path / "study" / "sources.csv").read_text(encoding="utf-8")
    assert open_study(tmp_path / "study").sources["=a"].tolist() == ["=1+1"]
    path.write_text("=a,答\n=2+2,这一行是后来加上去的，一样要能读回来。", encoding="utf-8")
    add_material(tmp_path / "study", path)
    assert open_study(tmp_path / "study").sources["=a"].tolist() == ["=1+1", "=2+2"]


def test_an_error_leaves_no_half_study(tmp_path, material, monkeypatch):
    def fail(*arguments):
        raise OSError(28, "no space left on device")

    monkeypatch.setattr("zhagen.output._write", fail)
    with pytest.raises(ZhagenError):
        new_study(tmp_path / "study", material)
    assert not (tmp_path / "study").exists()


ASKED = [("交班先说什么？", "先说重的。"), ("漏过没有？", "漏过。"), ("后来呢？", "打电话。")]
WORDS = [one for pair in ASKED for one in pair]


def rows_of_a_table(document):
    table = document.add_table(rows=1, cols=3)
    for cell, words in zip(table.rows[0].cells, ("序号", "说话人", "内容"), strict=True):
        cell.text = words
    for number, words in enumerate(WORDS):
        for cell, one in zip(
            table.add_row().cells, (str(number + 1), ("研究者", "小陈")[number % 2], words), strict=True
        ):
            cell.text = one


def test_who_speaks_is_found_in_a_table_with_numbers_on_lines_alone_and_as_me(tmp_path):
    folder = tmp_path / "访谈"
    folder.mkdir()
    word(folder / "表.docx", [], rows_of_a_table)
    word(folder / "行.docx", [one for q, a in ASKED for one in ("访谈者", q, "老赵", a)])
    word(
        folder / "我.docx",
        [f"[00:0{n}] {one}" for n, (q, a) in enumerate(ASKED) for one in (f"我: {q}", f"护士长: {a}")],
    )
    cues = [(n, n + 1, f"说话人{n % 2 + 1}\n{words}") for n, words in enumerate(WORDS)]
    (folder / "字幕.srt").write_text(subtitles(cues), encoding="utf-8")
    (folder / "没有.txt").write_text("\n".join(f"{q}\n——{a}" for q, a in ASKED), encoding="utf-8")
    report = new_study(tmp_path / "study", folder, today=TODAY)
    turns = open_study(tmp_path / "study").turns()
    for source_id in ("表", "行", "我", "字幕"):
        said = turns[turns.source_id == source_id]
        said = said[said.role != "document"]
        assert said.text.tolist() == WORDS, source_id
        assert said.role.tolist() == ["interviewer", "participant"] * 3, source_id
    assert report.unnamed == ["没有"] and "nobody is named in 没有" in repr(report)
