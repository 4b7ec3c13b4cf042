import builtins
import csv
import hashlib
import os
import subprocess
import sys

import pandas
import pytest

from zhagen.cli import main
from zhagen.documents import catalog

CODES = "code_id,doc_id,level,label,parent_id,printed_parent,status,reason,line_start,line_end"
EVIDENCE = "evidence_id,code_id,doc_id,line_start,line_end,n_chars,sha256,gloss,status,reason"


def test_extract_writes_the_columns_of_the_design(tmp_path, capsys):
    assert main(["extract", "haier", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert "haier" in said.err and "codes" in said.out
    files = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.csv")}
    assert files == {"codes.csv", "evidence.csv", "sections.csv", "tables/表1.csv"}
    assert (tmp_path / "out/codes.csv").read_text("utf-8").splitlines()[0] == CODES
    assert (tmp_path / "out/evidence.csv").read_text("utf-8").splitlines()[0] == EVIDENCE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_extract_gives_every_quotation_a_gloss(tmp_path):
    main(["extract", "haier", "--out", str(tmp_path)])
    with (tmp_path / "evidence.csv").open(encoding="utf-8", newline="") as file:
        assert all(row["gloss"] for row in csv.DictReader(file))


@pytest.mark.parametrize("command", [["extract", "hair", "--out", "x"], ["count", "hair", "数据"]])
def test_an_unknown_id_is_one_message_and_status_2(capsys, monkeypatch, tmp_path, command):
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "no document is called 'hair'" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no file"),
        (b"", "is empty"),
        ("数据".encode("gb18030") + b"\x80", "line 1, byte 5 of the file: 0x80"),
        ("只有一行".encode(), "no caption"),
    ],
)
def test_bad_input_writes_nothing(capsys, tmp_path, content, said):
    source = tmp_path / "in.txt"
    if content is not None:
        source.write_bytes(content)
    assert main(["extract", "haier", "--source", str(source), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written(capsys, tmp_path):
    (tmp_path / "out").write_text("a file")
    assert main(["extract", "haier", "--out", str(tmp_path / "out")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert (tmp_path / "out").read_text() == "a file"


def test_a_failure_in_the_middle_leaves_the_old_files(monkeypatch, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "codes.csv").write_text("old")
    import pandas as pd

    write, seen = pd.DataFrame.to_csv, []

    def fail_on_the_second(frame, *arguments, **options):
        seen.append(1)
        if len(seen) == 2:
            raise OSError(28, os.strerror(28))
        return write(frame, *arguments, **options)

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail_on_the_second)
    assert main(["extract", "haier", "--force", "--out", str(out)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["codes.csv"] and (out / "codes.csv").read_text() == "old"


def test_a_folder_never_holds_two_documents(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["extract", "haier", "--out", str(out)]) == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert main(["extract", "xiaomi", "--out", str(out)]) == 2
    assert "it holds the extraction of haier" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert main(["extract", "xiaomi", "--out", str(out), "--force"]) == 0
    assert {row["doc_id"] for path in out.rglob("*.csv") for row in csv.DictReader(path.open(encoding="utf-8"))} == {
        "xiaomi"
    }


@pytest.mark.parametrize("name", ["codes.csv", "sections.csv", "tables/表1.csv", "extraction.json"])
@pytest.mark.parametrize("command", ["extract", "cooccur"])
def test_a_file_that_no_run_wrote_is_not_overwritten(tmp_path, capsys, command, name):
    if command == "cooccur":
        name = {"codes.csv": "terms.csv", "sections.csv": "edges.csv", "tables/表1.csv": "network.graphml"}.get(
            name, "report.json"
        )
        (tmp_path / "a.txt").write_text("平台与数据。\n", "utf-8")
        words = ["cooccur", str(tmp_path / "a.txt"), "--min-count", "1", "--engine", "serial", "--quiet"]
    else:
        words = ["extract", "haier"]
    out = tmp_path / "out"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine")
    assert main([*words, "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert f"{name} is there already, and no earlier run wrote it ({out})" in said and "--force" in said
    assert [path for path in out.rglob("*") if path.is_file()] == [out / name] and (out / name).read_text() == "mine"
    assert main([*words, "--out", str(out), "--force"]) == 0
    assert (out / name).read_text() != "mine"
    assert main([*words, "--out", str(out)]) == 0


def test_a_refusal_says_that_the_folder_holds_an_earlier_run(tmp_path, capsys):
    out, copy = tmp_path / "out", tmp_path / "copy.txt"
    assert main(["extract", "haier", "--out", str(out)]) == 0
    stamp = hashlib.sha256((out / "extraction.json").read_bytes()).hexdigest()[:12]
    os.utime(out / "extraction.json", (1_700_000_000, 1_700_000_000))
    copy.write_text("别的文本。\n", "utf-8")
    capsys.readouterr()
    assert main(["extract", "haier", "--source", str(copy), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert f"what {out} holds is of an earlier run (extraction.json of 2023-11-1" in said and f"sha256 {stamp})" in said
    assert main(["extract", "haier", "--source", str(copy), "--out", str(tmp_path / "new")]) == 2
    assert "earlier run" not in capsys.readouterr().err


def test_cells_that_a_spreadsheet_would_run_are_guarded_in_every_file(tmp_path, capsys):
    hostile = ["=1+1", "@SUM", "-2+3", "+49", "\t=1", "＝1", "'=1", "-", "-3", "平台"]
    from zhagen.output import guard_cells, unguard_cells, write_files

    frame = pandas.DataFrame({"label": hostile, "=n": range(10)})
    write_files({"a.csv": frame}, tmp_path)
    read = pandas.read_csv(tmp_path / "a.csv")
    guarded = ["'=1+1", "'@SUM", "'-2+3", "+49", "'\t=1", "'＝1", "''=1", "-", "-3", "平台"]
    assert read.columns.tolist() == ["'=n", "label"][::-1] and read.label.tolist() == guarded
    assert unguard_cells(read).equals(frame) and guard_cells(frame[6 + 1 :][["label"]]).equals(frame[7:][["label"]])
    copy = tmp_path / "copy.txt"
    raw = catalog.open_document("xiaomi", edition="digest").raw
    copy.write_text(raw.replace("Beta 测试", "=SUM试用"), "utf-8")
    assert "=SUM" in copy.read_text("utf-8")
    assert main(["extract", "xiaomi", "--source", str(copy), "--out", str(tmp_path / "out")]) == 0
    text = (tmp_path / "out/codes.csv").read_text("utf-8")
    assert ",'=SUM试用," in text and ",=SUM" not in text
    assert "codes.csv: cells that begin with =, +, - or @ got an apostrophe" in capsys.readouterr().err


def test_tables_that_an_earlier_extraction_had_are_removed_and_other_files_stay(tmp_path):
    from dataclasses import replace

    from zhagen.extraction import extract, write_extraction

    haier = extract("haier", edition="digest")
    write_extraction(replace(haier, tables=haier.tables | {"表9": haier.tables["表1"]}), tmp_path)
    (tmp_path / "mine.csv").write_text("mine")
    (tmp_path / "extraction.json").write_text(
        (tmp_path / "extraction.json").read_text("utf-8").replace('"codes.csv"', '"../../mine.csv", "codes.csv"'),
        "utf-8",
    )
    assert (tmp_path / "tables/表9.csv").is_file()
    write_extraction(haier, tmp_path)
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {"表1.csv"}
    assert (tmp_path / "mine.csv").read_text() == "mine"


@pytest.mark.parametrize("doc_id", catalog.document_ids())
def test_every_row_says_which_document_it_is_of(tmp_path, doc_id):
    assert main(["extract", doc_id, "--out", str(tmp_path)]) == 0
    for path in tmp_path.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert {row["doc_id"] for row in csv.DictReader(file)} <= {doc_id}, path


def test_a_fault_of_the_programme_has_a_status_of_its_own(monkeypatch, capsys):
    """1 says that a check found something; a fault must not look like it."""

    def broken(*arguments, **options):
        raise AttributeError("'NoneType' object has no attribute '\x1b[31m'")

    monkeypatch.setattr(catalog, "list_documents", broken)
    assert main(["documents"]) == 70
    said = capsys.readouterr().err
    assert "AttributeError" in said and "test_cli.py, line" in said and "please report" in said
    assert "Traceback" not in said and "\x1b" not in said
    monkeypatch.setenv("ZHAGEN_TRACEBACK", "1")
    with pytest.raises(AttributeError):
        main(["documents"])


def test_nothing_of_a_source_is_obeyed_by_the_terminal(capsys):
    main(["count", "haier", "数\x1b[31m据\u202e"])
    assert main(["count", "\x1b[31m", "数据"]) == 2
    said = capsys.readouterr()
    assert said.out == "数\\x1b[31m据\\u202e\t0\n" and "\x1b" not in said.err


def test_count_says_which_edition_it_counts(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    assert main(["count", "haier", "数据驱动", "没有这个词"]) == 0
    said = capsys.readouterr()
    assert "digest" in said.err
    rows = [line.split("\t") for line in said.out.splitlines()]
    assert rows[0][0] == "数据驱动" and int(rows[0][1]) > 10 and rows[1] == ["没有这个词", "0"]


@pytest.mark.originals
def test_count_agrees_with_a_plain_count_on_the_original(haier_original, capsys, monkeypatch):
    import re

    monkeypatch.setenv("ZHAGEN_SOURCES", str(haier_original.document.path.parent))
    bare = re.sub(r"\s", "", haier_original.document.raw)
    terms = list(haier_original.codebook.codes.label)
    main(["count", "haier", *terms])
    found = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert found == [[term, str(bare.count(term))] for term in terms]


def test_documents_lists_all(capsys):
    assert main(["documents"]) == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == [
        "haier", "community", "xiaomi", "whitepaper", "ecommerce",
    ]  # fmt: skip


def run(*words, **options):
    """Run the command in a process of its own."""
    code = "import sys; from zhagen.cli import main; sys.exit(main())"
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


@pytest.mark.parametrize("words", [["documents"], ["count", "haier", *["数据"] * 3000], ["check", "haier"], ["--help"]])
def test_a_reader_that_closes_early_hears_nothing(words):
    """As in `zhagen documents | head -1`: no traceback, no message."""
    process = run(*words)
    process.stdout.close()
    error = process.stderr.read()
    assert process.wait() in (0, 1, 141)
    assert "Traceback" not in error and "Broken pipe" not in error and "Exception" not in error


def test_output_that_is_cut_off_has_a_status_of_its_own():
    process = run("count", "haier", *["数据"] * 9000)
    assert process.stdout.readline() == "数据\t" + process.stdout.readline().partition("\t")[2]
    process.stdout.close()
    assert process.wait() == 141


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
def test_a_full_disk_is_no_finding_and_no_fault():
    command = [sys.executable, "-c", "import sys; from zhagen.cli import main; sys.exit(main())", "check", "haier"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2 and "has no place" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["documents"], ["count", "haier", "数据"], ["extract", "haier", "--out", "x"]])
def test_an_interrupt_is_one_line_and_status_130(monkeypatch, capsys, tmp_path, command):
    monkeypatch.chdir(tmp_path)

    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(catalog, "find_original", stop)
    assert main(command) == 130
    said = capsys.readouterr()
    assert said.err == "zhagen: interrupted\n" and said.out == "" and list(tmp_path.iterdir()) == []


def test_what_the_terminal_cannot_print_is_written_in_escapes(tmp_path):
    process = run("documents", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    out, error = process.communicate()
    assert process.returncode == 0 and out.startswith("haier\t") and "Traceback" not in error


def test_a_star_import_hides_no_builtin():
    names = {}
    exec("from zhagen import *", names)
    assert names.get("open", open) is open and "extract" in names
    assert not set(dir(builtins)) & set(names) - {"__builtins__", "__doc__", "__name__", "__loader__", "__spec__"}
    import zhagen

    assert zhagen.open is zhagen.open_document
