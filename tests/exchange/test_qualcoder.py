"""A project of QualCoder comes in from its own folder, and goes back as its importer reads it."""

import sqlite3
import zipfile

import pytest
from defusedxml import ElementTree

from exchange.conftest import TEXT
from zhagen.cli import main
from zhagen.exchange import check_exchange, export_study, import_study

TABLES = {  # as src/qualcoder/__main__.py of QualCoder makes them, as far as they are read
    "project": "databaseversion, date, memo, about",
    "source": "id integer primary key, name, fulltext, mediapath, memo, owner, date",
    "code_cat": "catid integer primary key, name, owner, date, memo, supercatid integer",
    "code_name": "cid integer primary key, name, memo, catid integer, owner, date, color, supercid integer",
    "code_text": "ctid integer primary key, cid integer, fid integer, seltext, pos0 integer, pos1 integer, owner, "
    "date, memo, avid integer, important integer",
    "annotation": "anid integer primary key, fid integer, pos0 integer, pos1 integer, memo, owner, date",
    "attribute_type": "name primary key, date, owner, memo, caseOrFile, valuetype",
    "attribute": "attrid integer primary key, name, attr_type, value, id integer, date, owner",
    "cases": "caseid integer primary key, name, memo, owner, date",
    "case_text": "id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer, owner, date, memo",
    "journal": "jid integer primary key, name, jentry, date, owner",
}
DAY = "2024-03-05 10:20:30"
ROWS = {
    "project": [("v17", DAY, "为什么敢买", "")],
    "source": [
        (1, "访谈 1.docx", TEXT, None, "第一次", "林", DAY),
        (2, "书.png", None, "/images/书.png", "", "林", DAY),
    ],
    "code_cat": [(1, "说话", "林", DAY, "怎么说", 2), (2, "交易", "林", DAY, "", None)],
    "code_name": [(1, "不利先说", "没问就说", 1, "林", DAY, "#F0A0A0", None), (2, "抢先", "", None, "林", DAY, "", 1)],
    "code_text": [
        (1, 1, 1, "先说哪里破", 9, 14, "林", DAY, "抢在前头", None, None),
        (2, 2, 1, "先说", 9, 11, "周", DAY, "", None, 1),
    ],
    "annotation": [(1, 1, 0, 2, "谁问的", "林", DAY)],
    "attribute_type": [("年级", DAY, "林", "", "case", "character"), ("地点", DAY, "林", "", "file", "character")],
    "attribute": [(1, "年级", "case", "大三", 1, DAY, "林"), (2, "地点", "file", "食堂", 1, DAY, "林")],
    "cases": [(1, "甲", "卖书的", "林", DAY)],
    "case_text": [(1, 1, 1, 0, len(TEXT), "林", DAY, "")],
    "journal": [(1, "日记", "第一天", DAY, "林")],
}


def project(path, change=lambda base: None):
    path.mkdir()
    with sqlite3.connect(path / "data.qda") as base:
        for name, columns in TABLES.items():
            base.execute(f"create table {name} ({columns})")
            marks = ", ".join("?" * len(ROWS[name][0]))
            base.executemany(f"insert into {name} values ({marks})", ROWS[name])
        change(base)
    base.close()
    return path


@pytest.mark.parametrize("inside", ["", "data.qda"])
def test_everything_a_study_can_hold_comes_in(tmp_path, inside):
    report = import_study(project(tmp_path / "书摊.qda") / inside, tmp_path / "study")
    study = report.study
    assert study.title == "书摊" and study.about["description"] == "为什么敢买" and study.coders == ["林", "周"]
    assert study.codebook.codes[["label", "level", "parent_id", "definition"]].values.tolist() == [
        ["交易", "core_category", "", ""],
        ["说话", "main_category", "c01", "怎么说"],
        ["不利先说", "category", "c02", "没问就说"],
        ["抢先", "concept", "c03", ""],
    ]
    assert study.quotations(coder=study.coders)[["coder", "label", "quote"]].values.tolist() == [
        ["周", "抢先", "先说"],
        ["林", "不利先说", "先说哪里破"],
    ]
    source = study.sources.to_dict("records")[0]
    assert [source[name] for name in ("source_id", "name", "地点", "description", "case", "case_memo", "年级")] == [
        *("访谈_1.docx", "访谈 1.docx", "食堂", "第一次", "甲", "卖书的", "大三")
    ]
    texts = {memo["text"]: memo for memo in study.memos.to_dict("records")}
    assert texts["抢在前头"]["codings"] == ["q0002"] and texts["第一天"]["title"] == "日记"
    assert texts["谁问的\n\n〔访谈_1.docx 0–2〕"]["sources"] == ["访谈_1.docx"]
    assert report.notices.what.tolist() == ["a picture, sound or film", "codings marked as important: 1"]


def test_it_goes_back_as_qualcoder_reads_it(tmp_path):
    import_study(project(tmp_path / "a.qda"), tmp_path / "study")
    export_study(tmp_path / "study", tmp_path / "a.qdpx")
    assert check_exchange(tmp_path / "a.qdpx").empty
    with zipfile.ZipFile(tmp_path / "a.qdpx") as zipped:
        text = zipped.read("project.qde").decode().replace(' xmlns="urn:QDA-XML:project:1.0"', "")
    root = ElementTree.fromstring(text)
    assert root.findtext("Description") == "为什么敢买"
    assert [source.get("name") for source in root.iter("TextSource")] == ["访谈 1.docx"]
    passages = {
        one.get("name"): one.findtext("Description") for one in root.iterfind(".//TextSource/PlainTextSelection[@name]")
    }
    assert passages == {"先说": None, "先说哪里破": "抢在前头"}
    notes = [(note.get("name"), note.findtext("PlainTextContent")) for note in root.iter("Note")]
    assert notes == [
        ("日记", None),
        ("谁问的", "谁问的"),
        ("", None),
    ]  # a journal, an annotation; a coding has its memo
    case = root.find(".//Case")  # its text is what is coded with a code of its GUID
    whole = root.findall(".//TextSource/PlainTextSelection")[-1]
    assert whole.find("Coding/CodeRef").get("targetGUID") == case.get("guid") and case.get("name") == "甲"
    assert [whole.get(name) for name in ("startPosition", "endPosition")] == ["0", str(len(TEXT))]
    refs = {ref.get("targetGUID") for ref in root.iterfind(".//TextSource/NoteRef")}
    assert refs == {root.findall(".//Note")[1].get("guid")}  # a source may name notes on passages alone
    categories = {code.get("name"): code.get("isCodable") for code in root.iter("Code")}
    assert categories == {"交易": "false", "说话": "false", "不利先说": "true", "抢先": "true", "甲 (case)": "true"}
    again = import_study(tmp_path / "a.qdpx", tmp_path / "again").study
    first = import_study(tmp_path / "a.qda", tmp_path / "first").study
    for name in ("codings", "sources", "memos"):
        frames = [getattr(study, name).drop(columns=["anchor", "places"], errors="ignore") for study in (first, again)]
        keep = [column for column in frames[0] if column != "guid"]
        one, two = (frame.sort_values(keep[0])[keep].values.tolist() for frame in frames)
        assert one == two


def test_a_study_of_ours_is_written_for_it_when_asked(tmp_path, study):
    export_study(study, tmp_path / "a.qdpx", program="QualCoder")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as zipped:
        assert b"<Note " in zipped.read("project.qde")
    back = import_study(tmp_path / "a.qdpx", tmp_path / "a").study
    assert back.memos.values.tolist() == study.memos.values.tolist()


BROKEN = {
    "no SQLite": (None, "no project of QualCoder"),
    "no table": (lambda base: base.execute("drop table code_text"), "no table code_text"),
    "a view for a table": (
        lambda base: base.executescript("drop table code_cat; create view code_cat as select 1"),
        "no table code_cat",
    ),
    "no column": (lambda base: base.execute("alter table code_text drop column pos0"), "no project of QualCoder"),
    "a circle": (lambda base: base.execute("update code_cat set supercatid = 1 where catid = 2"), "in a circle"),
    "a code that is gone": (lambda base: base.execute("delete from code_name where cid = 2"), "code that is not there"),
    "a source that is gone": (lambda base: base.execute("delete from source where id = 1"), "source that is not there"),
    "an offset in words": (lambda base: base.execute("update code_text set pos0 = 'x'"), "is not in its text"),
    "an offset behind": (lambda base: base.execute("update code_text set pos1 = 9999"), "is not in its text"),
    "an annotation nowhere": (lambda base: base.execute("update annotation set fid = 7"), "annotation is not in"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_project_is_refused(tmp_path, capsys, name):
    change, words = BROKEN[name]
    place = project(tmp_path / "a.qda", change or (lambda base: None))
    if change is None:
        (place / "data.qda").write_bytes("一段话".encode() * 500)
    assert main(["import", str(place), "--out", str(tmp_path / "study")]) == 2
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1 and not (tmp_path / "study").exists()
