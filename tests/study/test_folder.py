"""Every fault of a hand-written file is listed with its line, and what to do."""

import csv

import pytest

from zhagen.cli import main
from zhagen.errors import StudyError
from zhagen.study import check_study, open_study, write_study


def edit(folder, name, old, new, count=1):
    path = folder / name
    data = path.read_bytes()
    old, new = (part.encode() if isinstance(part, str) else part for part in (old, new))
    assert old in data
    path.write_bytes(data.replace(old, new, count))


ERRORS = [  # file, what is replaced, by what, line, words of what was found
    ("study.toml", '"title" =', '"title" ', 1, "not TOML"),
    ("study.toml", '"coders" = ["林", "周"]', '"coders" = "林"', 2, "must be array"),
    ("codings.csv", ",start,", ",begin,", 1, "there is no column 'start'"),
    ("codings.csv", "coder,date", "coder,coder", 1, "two columns 'coder'"),
    ("codings.csv", "q3,I01", "q3,I09", 4, "there is no source 'I09'"),
    ("codings.csv", "q3,I01,", "q3,I01,x", 4, "the start is 'x"),
    ("codings.csv", "q3,I01,", "q3,I01,-", 4, "hold no character"),
    ("codings.csv", "q3,", "q2,", 4, "the coding_id q2 is on line 3, too"),
    ("codings.csv", "q3,", ",", 4, "is no id"),
    ("codings.csv", "q3,", "..,", 4, "is no id"),
    ("codings.csv", "c02,林", "c22,林", 5, "there is no code 'c22'"),
    ("codings.csv", "c02,林", "c02,王", 5, "there is no coder '王'"),
    ("codings.csv", "2024-03-10", "2024-3-10", 2, "'2024-3-10' is no date"),
    ("codings.csv", "2024-03-10", "2024-02-30", 2, "'2024-02-30' is no date"),
    ("codings.csv", "q3,I01", 'q3,"I01', 4, "this is no CSV"),
    ("codings.csv", "q3,I01", "q3,,I01", 4, "9 cells under 8 columns"),
    ("codings.csv", "q3,I01", "q3,I\0", 4, "NUL"),
    ("codebook.csv", "交易变顺,category,,", "交易变顺,category,c01,", 2, "run in a circle: k1 > c01 > k1"),
    ("codebook.csv", "c01,不利先说,concept,k1", "c01,不利先说,concept,k9", 4, "the parent 'k9' of c01"),
    ("codebook.csv", "c01,不利先说,concept,k1", "c01,不利先说,concept,c02", 4, "both of the level concept"),
    ("codebook.csv", "c01,不利先说,concept", "c01,不利先说,一阶", 4, "the level is '一阶'"),
    ("sources.csv", "sources/I02.txt", "../I02.txt", 3, "is not in the folder"),
    ("sources.csv", "sources/I02.txt", "sources/I03.txt", 3, "there is no file"),
    ("sources.csv", "sources/I02.txt", "/etc/passwd", 3, "is not in the folder"),
    ("sources.csv", "sources/I02.txt", "", 3, "there is no file"),
    ("sources.csv", "I02,", "I01,", 3, "the source_id I01 is on line 2, too"),
    ("sources/I02.txt", "乙", b"\xd2\xd2", 4, "line 1 is in UTF-8, line 4 is not"),
    ("speakers.csv", "participant", "guest", 3, "the role is 'guest'"),
    ("speakers.csv", "I02,访", "I02,乙", 5, "is listed twice"),
    ("history.csv", ",rename,", ",renames,", 13, "the act is 'renames'"),
    ("memos/M001.md", "---\n", "", 1, "no head"),
    ("memos/M001.md", "codes:", "codes: [", 7, "not YAML"),
    ("memos/M001.md", "date: '2024-03-13'", "date: 13.3.2024", 3, "is no date"),
    ("memos/M001.md", "id: M001\n", "", 1, "the head has no id"),
    ("mechanism.toml", '"inferred"', '"guessed"', 10, "must be one of"),
    ("mechanism.toml", '"relation"', '"relations"', 5, "lacks relation"),
]


@pytest.mark.parametrize(("name", "old", "new", "line", "said"), ERRORS)
def test_an_error_names_its_line_and_the_study_is_not_opened(folder, name, old, new, line, said, capsys):
    edit(folder, name, old, new)
    table = check_study(folder)
    hit = table[(table.severity == "error") & table.found.str.contains(said, regex=False)]
    assert hit[["file", "line"]].values.tolist() == [[name, line]], table.to_string()
    assert (table.todo != "").all()
    with pytest.raises(StudyError):
        open_study(folder)
    assert main(["check", str(folder)]) == 2
    said_out = capsys.readouterr()
    assert said_out.out.count("\n") == len(table) and said_out.err.count("\n") == 1


FINDINGS = [
    ("sources/I01.txt", "【", b"\xef\xbb\xbf\xe3\x80\x90", 1, "byte order mark"),
    ("sources/I01.txt", "食堂\n", "食堂\r\n", 2, "CRLF"),
    ("sources/I01.txt", "甲：先", "甲：e\u0301先", 4, "normal form NFC"),
    ("sources/I01.txt", "【虚构", "虚构", 1, "does not say that the text is invented"),
    ("sources/I02.txt", "静得吓人", "静得很", 3, "was changed"),
    ("sources/I02.txt", "静得吓人", "静得很", 9, "the words of q8 are nowhere in I02"),
    ("sources/I02.txt", "乙：后来", "乙：静得吓人，后来", 9, "but at 2 other places"),
    ("sources/I02.txt", "乙：后来", "乙：再后来", 9, "the words of q8 are now at"),
    ("sources/I02.txt", "乙：有人", "丙丁：有人", 4, "a turn of 丙丁, who is not listed"),
    ("codings.csv", "66,c01,周", "266,c01,周", 3, "nowhere in I01"),
    ("codebook.csv", "c02,走得快", "c02,不利先说", 5, "the label 不利先说 is given twice"),
    (
        "codebook.csv",
        "c03,",
        "c33,T恤,category,,,,,,,\nc34,t 恤,category,,,,,,,\nc03,",
        7,
        "t 恤 differs from T恤 in letter case",
    ),
    ("history.csv", "2024-03-14", "2024-03-01", 14, "is before that of the line above"),
    ("history.csv", "自揭其短,不利先说", "自揭其丑,不利先说", 13, "c01 is called 自揭其短, not 自揭其丑"),
    ("history.csv", "c09,c03;c04", "c09,c03;c05", 10, "no code 'c05' to split into"),
    ("codebook.csv", "c02,走得快", "c02,走得很快", 0, "c02 is called 走得快 at the end, 走得很快 in"),
    ("memos/M001.md", "[c01]", "[c77]", 0, "'c77' is none of its codes"),
    ("mechanism.toml", '"q4"', '"q44"', 0, "'q44' is none of its codings"),
]


@pytest.mark.parametrize(("name", "old", "new", "line", "said"), FINDINGS)
def test_a_finding_lets_the_study_open(folder, name, old, new, line, said):
    edit(folder, name, old, new)
    table = check_study(folder)
    assert set(table.severity) == {"finding"}, table.to_string()
    hit = table[table.found.str.contains(said, regex=False)]
    assert line in hit.line.tolist(), table.to_string()
    study = open_study(folder)
    assert len(study.codings) == 9
    assert main(["check", str(folder)]) == 1


def test_a_clean_study_has_no_fault_and_windows_files_are_read(folder, capsys):
    assert main(["check", str(folder)]) == 0
    assert capsys.readouterr().out == ""
    for name in ("codings.csv", "codebook.csv", "study.toml", "memos/M001.md"):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    assert check_study(folder).empty


@pytest.mark.parametrize("name", ["study.toml", "sources.csv", "codebook.csv", "codings.csv", "sources/I01.txt"])
def test_a_missing_file_is_an_error(folder, name):
    (folder / name).unlink()
    with pytest.raises(StudyError, match="there is no file"):
        open_study(folder)


def test_a_memo_s_id_leads_to_no_other_folder(folder):
    edit(folder, "memos/M001.md", "id: M001", "id: ../../M001")
    with pytest.raises(StudyError, match="is no id"):
        open_study(folder)


def test_a_source_that_is_a_link_out_of_the_folder_is_not_read(folder, tmp_path):
    (tmp_path / "secret.txt").write_text("密", encoding="utf-8")
    (folder / "sources/I02.txt").unlink()
    (folder / "sources/I02.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(StudyError, match="a link out of the folder"):
        open_study(folder)


def test_lost_codings_are_kept_and_count_nowhere(folder):
    edit(folder, "sources/I02.txt", "静得吓人", "静得很")
    study = open_study(folder)
    assert study.codings[study.codings.anchor.eq("lost")].coding_id.tolist() == ["q8", "q9"]
    assert study.quotations("c04").empty
    assert "2 codings lost" in repr(study)


def test_lines_are_those_of_the_file_also_below_a_cell_of_several_lines(folder):
    edit(folder, "codebook.csv", "快慢：慢—快；", '"快慢：\n慢—快；')
    edit(folder, "codebook.csv", "砍价：多—没有", '砍价：多—没有"')
    edit(folder, "codebook.csv", "c03,先验后付,concept", "c03,先验后付,概念")
    table = check_study(folder)
    assert table[["file", "line"]].values.tolist() == [["codebook.csv", 7]]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("gbk", "GB 18030 (GBK)"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16 without a mark"), ("utf-8-sig", "")],
)
def test_a_study_is_read_in_whatever_encoding_and_says_what_was_assumed(folder, encoding, said):
    plain = open_study(folder)
    names = ["study.toml", "codebook.csv", "codings.csv", "sources/I01.txt", "memos/M001.md", "mechanism.toml"]
    for name in names:
        text = (folder / name).read_text("utf-8")
        (folder / name).write_bytes(text.encode(encoding))
    table = check_study(folder)
    assert set(table.severity) <= {"finding"}, table.to_string()
    assumed = table[table.found == f"it is not UTF-8: it is read as {said}"]
    assert sorted(assumed.file) == (sorted(names) if said else []), table.to_string()
    assert not table.found.str.contains("sha256|CRLF").any()
    study = open_study(folder)
    assert study.texts == plain.texts and study.title == plain.title and len(study.faults) == len(table)
    assert study.codebook.codes.equals(plain.codebook.codes) and study.codings.equals(plain.codings)
    write_study(study, folder)
    assert (folder / "codebook.csv").read_text("utf-8").startswith("code_id") and not len(
        check_study(folder)[lambda rows: rows.file.isin(["codebook.csv", "codings.csv", "sources/I01.txt"])]
    )


@pytest.mark.parametrize(("mark", "said"), [(";", "semicolons"), ("\t", "tabs"), (",", "")])
@pytest.mark.parametrize("first", ["", "sep=x\n"])
def test_a_table_as_spreadsheets_write_it(folder, mark, said, first):
    plain = open_study(folder).codings
    lines = (folder / "codings.csv").read_text("utf-8").splitlines()
    assert not any('"' in line or ";" in line for line in lines)
    written = first.replace("x", mark) + "\n".join(line.replace(",", mark) for line in lines) + "\n"
    (folder / "codings.csv").write_text(written, "utf-16" if mark == "\t" else "utf-8")  # "Unicode text" of Excel
    table = check_study(folder)
    assert table.found.str.contains(f"set apart by {said}").sum() == bool(said), table.to_string()
    assert open_study(folder).codings.equals(plain)
    (folder / "codings.csv").write_text(written.replace("q3", "q2"), "utf-8")
    hit = check_study(folder)[lambda rows: rows.severity == "error"]
    assert hit.line.tolist() == [4 + bool(first)]


def test_cells_that_a_spreadsheet_would_run_come_back_as_they_were(folder):
    study = open_study(folder)
    codes = study.codebook.codes
    codes.loc[codes.label == "走得快", "label"] = "=走得快"
    write_study(study, folder)
    assert "'=走得快" in (folder / "codebook.csv").read_text("utf-8")
    assert "=走得快" in open_study(folder).codebook.codes.label.tolist()


def test_a_link_to_itself_is_no_file(folder):
    (folder / "sources/I02.txt").unlink()
    (folder / "sources/I02.txt").symlink_to("I02.txt")
    assert "there is no file sources/I02.txt" in check_study(folder).found.tolist()


def test_a_long_cell_that_was_written_is_read(folder):
    """Python's own limit is 131,072 characters, of the whole process: who read a table before must not matter."""
    long = "看，" * 70_000 + ","
    csv.field_size_limit(131_072)
    edit(folder, "codebook.csv", "c01,不利先说,concept,k1,", f'c01,不利先说,concept,k1,"{long}"')
    assert check_study(folder).query("severity == 'error'").found.tolist() == []
    assert long in open_study(folder).codebook.codes.to_numpy()
