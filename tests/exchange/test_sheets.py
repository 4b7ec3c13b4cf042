"""Codebooks, codings and tables for spreadsheets, papers and other programs."""

import csv
import io
import re
import zipfile

import networkx as nx
import openpyxl
import pandas as pd
import pytest

from zhagen.cli import exchange, main
from zhagen.errors import ExchangeError
from zhagen.exchange import export_study, import_study, save_table
from zhagen.exchange.transfer import READERS, WRITERS
from zhagen.study import compare_studies, make_study, open_study, practice_study, write_study


def rows(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def tree(study):
    codes, labels = study.codebook.codes, study.codebook.labels()
    return [(row["label"], labels.get(row["parent_id"], ""), row["definition"]) for row in codes.to_dict("records")]


def test_the_command_names_the_suffixes_that_there_are():
    assert tuple(WRITERS) == exchange.WRITTEN and tuple(READERS) == exchange.READ


@pytest.mark.parametrize("name", ["codebook.csv", "codebook.xlsx"])
def test_the_codebook_comes_back_from_a_spreadsheet(tmp_path, name):
    study = practice_study()
    export_study(study, tmp_path / name)
    back = import_study(tmp_path / name, tmp_path / "back").study
    before, after = (one.codebook.codes.set_index("code_id").sort_index() for one in (study, back))
    assert before.drop(columns="status").equals(after[before.columns.drop("status")])


def test_codings_with_their_words(tmp_path, study):
    export_study(study, tmp_path / "codings.csv")
    head, *found = rows(tmp_path / "codings.csv")
    assert head[:6] == ["coding_id", "source_id", "start", "end", "code_id", "label"] and len(found) == 9
    assert found[0][head.index("quote")] == "先说哪里破"


@pytest.mark.parametrize(("program", "head"), [("Taguette", "tag,description"), ("MAXQDA", "Code,Memo")])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_codebooks_of_other_programs_go_out_and_come_back(tmp_path, study, program, head, suffix):
    file = tmp_path / f"a{suffix}"
    export_study(study, file, program=program)
    if suffix == ".csv":
        assert file.read_text(encoding="utf-8-sig").startswith(head)
    back = tree(import_study(file, tmp_path / "back").study)
    assert {row[:2] for row in back} == {row[:2] for row in tree(study)} and len(back) == len(tree(study))


LISTS = {
    "Taguette": ("a.csv", "tag,description,number of highlights\n交易,怎么卖,0\n交易.先说,没问,2\nv1.0,,1\n"),
    "Taguette with parents": ("a.csv", "name,parent,description\n交易,,怎么卖\n先说,交易,没问\nv1.0,,\n"),
    "MAXQDA": ("a.csv", "Code;Memo\n交易;怎么卖\n交易 > 先说;没问\nv1.0;\n"),
    "MAXQDA, backslash": ("a.csv", "Code\tMemo\n交易\t怎么卖\n交易\\先说\t没问\nv1.0\t\n"),
    "MAXQDA, a column above": ("a.csv", "Obercode,Code,Memo\n,交易,怎么卖\n交易,先说,没问\n,v1.0,\n"),
    "QualCoder": ("a.txt", "交易\t怎么卖\n交易>>先说\t没问\nv1.0\n"),
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_codebooks_of_other_programs_come_in(tmp_path, name, encoding):
    file, text = LISTS[name]
    (tmp_path / file).write_text(text, encoding=encoding)
    found = tree(import_study(tmp_path / file, tmp_path / "study").study)
    assert found == [("交易", "", "怎么卖"), ("先说", "交易", "没问"), ("v1.0", "", "")]


def test_highlights_of_taguette(tmp_path):
    text = "id,document,tag,content\n1,I01.docx,交易,先说哪里破\n1,I01.docx,交易.先说,先说哪里破\n"
    text += "2,I01.docx,交易,没有人接\n3,I02,,别的\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    report = import_study(tmp_path / "a.csv", tmp_path / "study")
    study = report.study
    assert study.texts == {"I01.docx": "先说哪里破\n没有人接", "I02": "别的"}
    assert sorted(study.quotations(coder="Taguette")[["label", "quote"]].values.tolist()) == [
        ["交易", "先说哪里破"],
        ["交易", "没有人接"],
        ["先说", "先说哪里破"],
    ]
    assert "only the highlights" in report.notices.how[0]


STRUCTURED = [
    "#TEXT I01\n问：怎么卖？\n答：#CODE 交易\\先说&&冷清#先说哪里破#ENDCODE#。没了\n#TEXT I02\n别的",
    "#TEXT I01\n问：怎么卖？\n答：#CODE 交易\\先说\n#CODE 冷清#先说哪里破#ENDCODE#\n#ENDCODE\n。没了\n#TEXT I02\n别的",
]


@pytest.mark.parametrize("text", STRUCTURED)
def test_structured_text_of_maxqda(tmp_path, text):
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    study = import_study(tmp_path / "a.txt", tmp_path / "study").study
    assert sorted(study.quotations(coder="MAXQDA")[["label", "quote"]].values.tolist()) == [
        ["先说", "先说哪里破"],
        ["冷清", "先说哪里破"],
    ]
    assert ("先说", "交易", "") in tree(study) and study.texts["I02"] == "别的" and "#" not in study.texts["I01"]


def covered(study):
    labels, rows = study.codebook.labels(), study.codings.to_dict("records")
    return {(row["source_id"], n, labels[row["code_id"]]) for row in rows for n in range(row["start"], row["end"])}


def test_structured_text_comes_back(tmp_path, study):
    report = export_study(study, tmp_path / "a.txt")
    back = import_study(tmp_path / "a.txt", tmp_path / "back").study
    assert back.texts == {source: text.rstrip("\n") for source, text in study.texts.items()}
    before, after = covered(study), covered(back)
    assert before == after  # the same characters have the same codes
    assert "cuts in codings" in report.losses.what.tolist()


NAMED = {"texts": "sources", "mechanism": "models"}


@pytest.mark.parametrize("suffix", [".qdpx", ".qdc", ".csv", ".xlsx", ".txt"])
def test_what_does_not_come_back_is_in_the_report(tmp_path, study, suffix):
    write_study(study, tmp_path / "study")
    study = open_study(tmp_path / "study")
    named = set(export_study(study, tmp_path / f"a{suffix}").losses.what)
    named |= {"attributes", "speakers"} if "sources" in named else set()
    named |= {"codings"} if {"coders", "sources"} & named else set()
    back = import_study(tmp_path / f"a{suffix}", tmp_path / "back")
    named |= set(back.notices["where"])  # sheets that are in the workbook and not taken
    lost = compare_studies(study, back.study).counts.query("only_first + changed > 0").part
    assert set(lost) - {"codes"} <= {part for part in lost if NAMED.get(part, part) in named}
    if suffix == ".xlsx":
        assert back.notices["where"].tolist() == ["codings", "sources", "memos"]


def test_an_unknown_program_is_refused_and_only_the_named_one_listed(tmp_path, study, capsys):
    write_study(study, tmp_path / "study")
    words = ["export", str(tmp_path / "study"), "--out", str(tmp_path / "a.qdpx"), "--for"]
    assert main([*words, "word"]) == 2 and "use one of QualCoder" in capsys.readouterr().err
    assert main([*words, "qualcoder"]) == 0 and "Taguette" not in capsys.readouterr().out


BROKEN = {
    "no columns of a program": ("a.csv", "甲,乙\n1,2\n", "of no program"),
    "empty": ("a.csv", "", "is empty"),
    "no code": ("a.csv", "Code,Memo\n", "there is no code"),
    "two columns": ("a.csv", "Code,Code,Memo\na,b,c\n", "two columns"),
    "no CSV": ("a.csv", 'Code,Memo\n"a,b\n', "no CSV"),
    "a circle": ("a.csv", "code_id,label,level,parent_id\na,甲,concept,b\nb,乙,category,a\n", "in a circle"),
    "a code that is not closed": ("a.txt", "#TEXT a\n#CODE 甲#没完", "is not closed"),
    "a code that is not opened": ("a.txt", "#TEXT a\n没完#ENDCODE#", "closes nothing"),
    "prose": ("a.txt", "一段话。" * 200, "neither a list of codes"),
    "no workbook": ("a.xlsx", "甲", "no zip file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_such_file_is_refused(tmp_path, capsys, name):
    file, text, words = BROKEN[name]
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert main(["import", str(tmp_path / file), "--out", str(tmp_path / "study")]) == 2
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1 and not (tmp_path / "study").exists()


def test_a_table_of_a_spreadsheet_is_read(tmp_path):
    """Excel names the separator in a first line of its own, and a cell may be long."""
    long = "看" * 140_000
    (tmp_path / "a.csv").write_text(f'sep=;\ncode_id;label;level;definition\nc1;甲;concept;"{long}"\n', "utf-8")
    study = import_study(tmp_path / "a.csv", tmp_path / "study").study
    assert study.codebook.codes[["label", "definition"]].to_numpy().tolist() == [["甲", long]]


def test_a_workbook_with_a_document_type_is_refused(tmp_path, study):
    export_study(study, tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    files["xl/workbook.xml"] = b'<!DOCTYPE a [<!ENTITY b "c">]>' + files["xl/workbook.xml"].partition(b"?>")[2]
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    with pytest.raises(ExchangeError, match="document type"):
        import_study(tmp_path / "b.xlsx", tmp_path / "study")


def hostile():
    codes = pd.DataFrame({"code_id": ["c1"], "label": ["=1+1"], "level": ["concept"], "definition": ["@SUM\x07(A1)"]})
    coding = {"source_id": "I01", "start": 2, "end": 6, "code_id": "c1", "coder": "林"}
    return make_study({"I01": "甲：=1+1。"}, codes, pd.DataFrame([coding]), about={"title": "-2+3"})


def test_no_cell_is_a_formula(tmp_path):
    for name in ("codebook.csv", "codings.csv", "a.xlsx"):
        export_study(hostile(), tmp_path / name)
    cells = [cell for name in ("codebook.csv", "codings.csv") for row in rows(tmp_path / name) for cell in row]
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells += [cell.value for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]
    assert "'=1+1" in cells and not [cell for cell in cells if re.match(r"[=@+]", cell)]
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)
    back = import_study(tmp_path / "a.xlsx", tmp_path / "back").study
    assert back.codebook.codes.label.tolist() == ["=1+1"]


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.txt", "a.graphml"])
def test_the_same_study_gives_the_same_bytes(tmp_path, study, name):
    for place in ("one", "two"):
        export_study(study, tmp_path / place / name)
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_network_of_codes(tmp_path):
    study = practice_study()
    export_study(study, tmp_path / "net.graphml")
    graph = nx.read_graphml(tmp_path / "net.graphml")
    from zhagen.study import code_cooccurrence

    pairs = code_cooccurrence(study, draws=1)
    assert graph.number_of_edges() == len(pairs)
    assert sum(nx.get_edge_attributes(graph, "n12").values()) == pairs.n12.sum()
    assert set(nx.get_node_attributes(graph, "level").values()) <= {"concept", "category"}


FRAME = pd.DataFrame(
    {"码": ["50%_试|#$&{}~^\\", "=1+1", "[a]\n*b*", "<x>"], "次数": [3, 20, 1, 0], "z": [0.5, None, 1e-9, 2.0]}
)


@pytest.mark.parametrize("suffix", [".md", ".tex", ".docx", ".csv", ".xlsx"])
def test_a_table_is_saved_the_same_each_time(tmp_path, suffix):
    first = save_table(FRAME, tmp_path / f"a{suffix}", caption="频次_50%")
    second = save_table(FRAME, tmp_path / f"b{suffix}", caption="频次_50%")
    assert first.read_bytes() == second.read_bytes()


def test_markdown_shows_each_cell_as_it_is_typed(tmp_path):
    from markdown_it import MarkdownIt

    text = save_table(FRAME, tmp_path / "a.md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    shown = ["".join(part.content for part in token.children) for token in tokens if token.type == "inline"]
    assert shown[3] == "50%_试|#$&{}~^\\" and shown[6] == "=1+1" and shown[9] == "[a] *b*" and shown[12] == "<x>"


def test_latex_is_escaped(tmp_path):
    text = save_table(FRAME, tmp_path / "a.tex", caption="频次_50%").read_text(encoding="utf-8")
    assert r"50\%\_试\textbar{}\#\$\&\{\}\textasciitilde{}\textasciicircum{}\textbackslash{} & 3 & 0.5 \\" in text
    assert r"{}[a] *b* & 1 & 1e-09 \\" in text and r"\caption{频次\_50\%}" in text and r"\begin{tabular}{lrr}" in text


def test_word_has_three_lines(tmp_path):
    import docx

    document = docx.Document(save_table(FRAME, tmp_path / "a.docx", caption="频次"))
    table = document.tables[0]
    assert [cell.text for cell in table.rows[1].cells] == ["50%_试|#$&{}~^\\", "3", "0.5"]
    assert document.paragraphs[0].text == "频次"
    assert len(re.findall("<w:(?:top|bottom) ", table._tbl.xml)) == 3 * 3


def test_an_index_with_texts_is_a_column_and_another_suffix_is_refused(tmp_path):
    file = save_table(FRAME.set_index("码"), tmp_path / "a.csv")
    assert rows(file)[0] == ["码", "次数", "z"]
    with pytest.raises(ExchangeError, match=r"use one of \.md, \.tex, \.docx, \.csv, \.xlsx"):
        save_table(FRAME, tmp_path / "a.doc")
