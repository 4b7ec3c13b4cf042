import codecs
import csv
import errno
import json
import os
import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from zhagen.corpus import readers
from zhagen.corpus.readers import SourceLog, read_texts, source_size
from zhagen.errors import SourceError
from zhagen.text import encodings

TEXTS = ["平台与数据", "", "“引号”, 逗号\n第二段", 'a "quoted" word', "尾"]


def texts(source, **settings):
    return [text for _, text in read_texts(source, **settings)]


def refused(source, **settings):
    """The message with which a source is refused, by the reader, and one that fits into a line."""
    with pytest.raises(SourceError) as error:
        list(read_texts(source, **settings))
    assert "\n" not in str(error.value)
    return str(error.value)


def written(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(path, texts, **more):
    """Write texts as JSONL, CSV, TSV or Parquet, by the ending of the path."""
    if path.suffix == ".jsonl":
        written(path, "".join(json.dumps({"text": text} | more, ensure_ascii=False) + "\n" for text in texts))
    elif path.suffix == ".parquet":
        parquet.write_table(
            pa.table({"text": texts} | {name: [value] * len(texts) for name, value in more.items()}), path
        )
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writerows([["id", "text"], *enumerate(texts)])
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv", "a.parquet"])
def test_tables_give_their_texts_in_order(tmp_path, name):
    """Quotes, commas and line ends inside a field too; an empty text is a text."""
    path = rows(tmp_path / name, TEXTS)
    assert texts(path) == TEXTS
    names = [name for name, _ in read_texts(path)]
    assert len(set(names)) == len(TEXTS) and all(path.name in name for name in names)


@pytest.mark.parametrize("name", ["A.JSONL", "a.ndjson", "A.CSV", "a.pq"])
def test_the_kind_is_told_by_the_ending_in_any_case(tmp_path, name):
    kind = {"A.JSONL": ".jsonl", "a.ndjson": ".jsonl", "A.CSV": ".csv", "a.pq": ".parquet"}[name]
    rows(tmp_path / f"plain{kind}", TEXTS).rename(tmp_path / name)
    assert texts(tmp_path / name) == TEXTS


def test_a_folder_gives_its_texts_by_path_and_nothing_else(tmp_path):
    for name in ("b.txt", "a.md", "sub/c.TXT", "d.csv", "e.docx"):
        written(tmp_path / name, name)
    for hidden in (".hidden.txt", ".ipynb_checkpoints/a-checkpoint.md", "sub/.trash/c.txt"):
        written(tmp_path / hidden, "a copy")
    (tmp_path / "folder.txt").mkdir()  # a folder may have any name
    written(tmp_path / "folder.txt" / "f.txt", "below")
    assert list(read_texts(tmp_path)) == [
        ("a.md", "a.md"), ("b.txt", "b.txt"), (os.path.join("folder.txt", "f.txt"), "below"),
        (os.path.join("sub", "c.TXT"), "sub/c.TXT"),
    ]  # fmt: skip
    assert source_size(tmp_path) == len("a.md" + "b.txt" + "below" + "sub/c.TXT")


def test_linked_folders_are_read_once(tmp_path):
    written(tmp_path / "corpus" / "a.txt", "a")
    written(tmp_path / "elsewhere" / "b.txt", "b")
    (tmp_path / "corpus" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "corpus")
    assert texts(tmp_path / "corpus") == ["a", "b"]


def test_a_folder_below_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    written(tmp_path / "a.txt", "a")
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def denied(path):
        if os.path.basename(path) == "closed":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(SourceError, match="closed cannot be read: Permission denied"):
        texts(tmp_path)
    assert source_size(tmp_path) == 0


def test_long_rows_of_parquet_are_not_all_held(tmp_path, monkeypatch):
    monkeypatch.setattr(readers, "BLOCK", 1000)
    path = rows(tmp_path / "a.parquet", [chr(0x5E73 + n) * 1000 for n in range(50)])
    asked = []
    real = parquet.ParquetFile.iter_batches
    monkeypatch.setattr(
        parquet.ParquetFile, "iter_batches", lambda file, n, **more: asked.append(n) or real(file, n, **more)
    )
    assert [len(text) for text in texts(path)] == [1000] * 50 and asked == [1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv"])
def test_the_encoding_is_found_out(tmp_path, name, encoding):
    content = {"a.txt": "平台𠮷\n数据", "a.jsonl": '{"text": "平台𠮷"}\n', "a.csv": "id,text\n1,平台𠮷\n"}[name]
    found = texts(written(tmp_path / name, content.encode(encoding)))
    assert found == (["平台𠮷", "数据"] if name == "a.txt" else ["平台𠮷"])


def test_files_of_a_folder_may_differ_in_their_encodings(tmp_path):
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16", "gb18030")):
        written(tmp_path / f"{number}.txt", "数据与平台".encode(encoding))
    written(tmp_path / "4.txt", codecs.BOM_UTF16_BE + "数据与平台".encode("utf-16-be"))
    assert texts(tmp_path) == ["数据与平台"] * 5


def test_another_encoding_can_be_named(tmp_path):
    path = written(tmp_path / "a.txt", "平臺與數據".encode("big5"))
    assert texts(path, encoding="big5") == ["平臺與數據"]
    assert "unknown encoding: klingon" in refused(path, encoding="klingon")
    assert "a.txt" in refused(path, encoding="ascii")


@pytest.mark.parametrize(
    "content",
    [b"\xff\x80", "平台".encode() + b"\xff", b"\xff\xfea"]
    + [a + b for u, g in [("平台数据", "数据平台"), ("平台数", "据")] for a, b in [
        (f"{u}\n".encode(), f"{g}\n".encode("gbk")), (f"{g}\n".encode("gbk"), f"{u}\n".encode()),
    ]],
)  # fmt: skip
def test_bytes_of_no_one_encoding_name_their_file(tmp_path, content):
    """A line in GBK between lines in UTF-8 is not read as something else, though it often could be."""
    written(tmp_path / "good.txt", "平台")
    written(tmp_path / "torn.txt", content)
    said = refused(tmp_path)
    assert "torn.txt" in said and "encoding" in said


def test_mixed_encodings_far_into_a_file_are_found(tmp_path, monkeypatch):
    """Wherever the blocks end, in which a file is looked at."""
    content = "数据平台\n".encode("gbk") * 5 + "平台与数据资源".encode() + "\n数据平台".encode("gbk") * 5
    path = written(tmp_path / "a.txt", content)
    for block in (1, 7, 12, 50, 60):
        monkeypatch.setattr(encodings, "BLOCK", block)
        assert "line 6 is in UTF-8, line 1 is not (a.txt, line 1)" in refused(path)


@pytest.mark.parametrize("before", range(13))
def test_the_shortest_passage_in_another_encoding_is_found_across_the_border_of_two_blocks(tmp_path, before):
    """Four characters in UTF-8, of which `before` bytes are in the first MB, the rest in the second."""
    passage = "平台数据".encode()
    passage.decode("gb18030")  # it could be read as something else
    line = "数据平台\n".encode("gbk")
    start = encodings.BLOCK - before
    content = b"\n" * (start - len(line) * (start // len(line))) + line * (start // len(line)) + passage + b"\n" + line
    assert content.index(passage) == start
    said = refused(written(tmp_path / "a.txt", content))
    assert f"line {content[:start].count(10) + 1} is in UTF-8" in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
@pytest.mark.parametrize("shift", range(-4, 5))
def test_a_character_across_the_border_of_two_blocks_is_read(tmp_path, encoding, shift):
    """Of bytes where the encoding is found out, and of characters where the text is handed on."""
    for size in (
        readers.BLOCK,
        readers.BLOCK // len("数".encode(encoding.removesuffix("-sig").replace("-16", "-16-le"))),
    ):
        lines = ["a" * (size + shift - 2), "数𠮷据" * 3, "尾"]
        path = written(tmp_path / "a.txt", "\n".join(lines).encode(encoding))
        assert "\n".join(texts(path)).split("\n") == lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_end_of_a_line_at_the_border_of_two_blocks_is_one(tmp_path, end):
    for shift in (-2, -1, 0, 1):
        lines = ["平" * (readers.BLOCK + shift), "台", "", "数据"]
        found = "\n".join(texts(written(tmp_path / "a.txt", end.join(lines))))
        assert found.split("\n") == lines


@pytest.mark.parametrize("block", [1, 5, 1 << 20])
@pytest.mark.parametrize(
    "content, line",
    [
        ("平台\n数据\n".encode() * 3 + b"ab\xff\n", 7),
        ("平台\r\n数据\r\n".encode() * 3 + b"ab\xff\r\n", 7),
        ("数据平台\n".encode("gbk") * 4 + b"\x81", 5),
        (b"\xff", 1),
        ("平台\n数".encode() + "据".encode()[:2], 2),
    ],
)
def test_a_byte_that_fits_no_encoding_is_found_in_its_line(tmp_path, monkeypatch, block, content, line):
    monkeypatch.setattr(encodings, "BLOCK", block)
    monkeypatch.setattr(readers, "BLOCK", block)
    for name in ("a.txt", "a.jsonl", "a.csv"):
        said = refused(written(tmp_path / name, content))
        assert f"neither UTF-8 nor GB 18030 ({name}, line {line}, byte " in said


@pytest.mark.parametrize(
    "encoding, content, line",
    [
        ("utf-8", "平台\n数据\n".encode() + b"\xff", 3),
        ("ascii", "a\nb平台\n".encode(), 2),
        ("utf-16-le", "上\n下\n".encode("utf-16-le") + b"\x00\xd8a\x00", 3),  # half of a pair; 上 has a byte 0A
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv"])
def test_what_does_not_fit_a_named_encoding_is_found_in_its_line(tmp_path, name, encoding, content, line):
    path = written(tmp_path / name, content)
    if name == "a.txt":
        assert (
            f"bytes that are not {'utf-8-sig' if encoding == 'utf-8' else encoding} (a.txt, line {line}, byte "
            in refused(path, encoding=encoding)
        )
    assert "line " in refused(path, encoding=encoding)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.jsonl", "a.csv", "a.tsv"])
def test_a_nul_is_named_with_its_line(tmp_path, monkeypatch, name):
    """It comes from binary files, and from UTF-16 without a mark; no text has one."""
    head = {"a.jsonl": '{"text": "平台"}', "a.csv": "text", "a.tsv": "text"}.get(name, "平台")
    path = written(tmp_path / name, f"{head}\n\n平\0台\n")
    for block in (1, 4, 1 << 20):
        monkeypatch.setattr(readers, "BLOCK", block)
        assert f"a NUL character, which no text has ({name}, line 3)" in refused(path)


@pytest.mark.parametrize(
    "name, content", [("a.jsonl", '{"text": "平台"}\n'), ("a.csv", "text\n平台\n"), ("a.txt", "平台")]
)
@pytest.mark.parametrize("encoding", [None, "utf-8", "UTF8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path, name, content, encoding):
    assert texts(written(tmp_path / name, codecs.BOM_UTF8 + content.encode()), encoding=encoding) == ["平台"]


def test_a_row_over_several_lines_is_named_by_its_last_line(tmp_path):
    path = written(tmp_path / "a.csv", 'id,text\n1,"平台\n数据\n用户"\n2\n')
    assert "1 fields in place of 2 (a.csv, line 5)" in refused(path)


COMMON = "".join(
    bytes([first, last]).decode("gb2312", "ignore") for first in range(0xB0, 0xD8) for last in range(0xA1, 0xFF)
)


@given(st.text(COMMON, min_size=1))
def test_chinese_in_gb18030_is_read(tmp_path_factory, text):
    """Also words that look like UTF-8 (the notorious 联通): they are too short to be taken for a torn file."""
    path = written(tmp_path_factory.mktemp("gb") / "a.txt", f"平台，{text}。".encode("gb18030"))
    assert texts(path) == [f"平台，{text}。"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_long_text_comes_in_pieces_that_end_with_lines(tmp_path, monkeypatch, end):
    lines = [f"第{n}段" + "平台" * (n % 9) for n in range(40)] + ["长" * 300, "尾"]
    path = written(tmp_path / "a.txt", end.join(lines))
    for block in (1, 10, 64, 1000):
        monkeypatch.setattr(readers, "BLOCK", block)
        found = list(read_texts(path))
        assert [line for _, piece in found for line in piece.split("\n") if line] == lines
        assert {name for name, _ in found} == {"a.txt"}
        assert len(found) > 1 or block == 1000


def test_empty_texts(tmp_path):
    assert "".join(texts(written(tmp_path / "a.txt", ""))) == ""
    assert texts(written(tmp_path / "a.jsonl", "\n \n")) == []
    assert texts(written(tmp_path / "a.csv", "text\n\n")) == []
    assert texts(rows(tmp_path / "a.parquet", [])) == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_missing_texts_are_empty(tmp_path, name):
    assert texts(rows(tmp_path / name, [None, "平台", None])) == ["", "平台", ""]


def test_half_a_character_in_json_becomes_the_sign_for_it(tmp_path):
    """A cut-off emoji is common in what is scraped; no segmenter, disk or hash takes half of one."""
    found = texts(written(tmp_path / "a.jsonl", '{"text": "平台\\ud83d"}\n{"text": "\\ud83d\\ude00"}\n'))
    assert found == ["平台\ufffd", "😀"]


@pytest.mark.parametrize(
    "line, said",
    [
        ('{"text": "平台"', "no JSON"),
        ("平台", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"text": ' + "1" * 5000 + "}", "no JSON"),
        ('["平台"]', "it has: list"),
        ("null", "it has: NoneType"),
        ('{"Text": "平台", "id": 1}', "it has: Text, id"),
        ('{"text": 7}', "int in place of a text"),
        ('{"text": ["平台"]}', "list in place of a text"),
    ],
)
def test_a_broken_line_of_json_is_named(tmp_path, line, said):
    path = written(tmp_path / "a.jsonl", f'{{"text": "平台"}}\n\n{line}\n')
    found = refused(path)
    assert said in found and "a.jsonl, line 3" in found


@pytest.mark.parametrize(
    "content, said",
    [
        ("id,text\n1,平台\n2\n", "1 fields in place of 2 (a.csv, line 3)"),
        ("id,text\n1,平台\n2,a,b\n", "3 fields in place of 2 (a.csv, line 3)"),
        ('id,text\n1,"平台\n2,数据\n', "no CSV: unexpected end of data (a.csv"),
        ('id,text\n1,"平台"x\n', "no CSV"),
        ('"id,text\n1,平台\n', "no CSV: unexpected end of data (a.csv"),
        ("id,body\n1,平台\n", "there is no column 'text' (a.csv, line 1): name one of id, body"),
        ("", "there is no column 'text'"),
        ("text,id,text\n平台,1,数据\n", "several columns are named 'text' (a.csv, line 1)"),
        ("text, text \n平台,数据\n", "several columns are named 'text'"),
    ],
)
def test_a_broken_csv_is_told(tmp_path, content, said):
    assert said in refused(written(tmp_path / "a.csv", content))


def test_quotes_and_lines_inside_fields(tmp_path):
    path = written(tmp_path / "a.csv", 'text,id\r\n"他说：""平台"", 数据\r\n第二段",1\r\n尾,2\r\n')
    assert texts(path) == ['他说："平台", 数据\r\n第二段', "尾"]
    assert texts(path, column="id") == ["1", "2"]


def test_a_huge_field(tmp_path):
    """Python's csv stops at 131 072 characters unless it is told otherwise."""
    long = "平台" * 500_000
    for name in ("a.csv", "a.jsonl", "a.parquet"):
        assert texts(rows(tmp_path / name, ["短", long])) == ["短", long]


def test_columns_of_parquet(tmp_path):
    path = rows(tmp_path / "a.parquet", TEXTS, id=1, body="数据")
    assert texts(path, column="body") == ["数据"] * len(TEXTS)
    assert refused(path, column="txt") == "there is no column 'txt' (a.parquet): name one of text, id, body"
    assert "int in place of a text (a.parquet, row 1)" in refused(path, column="id")


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int8(), pa.string()), pa.string_view()])
def test_any_kind_of_text_in_parquet(tmp_path, kind):
    parquet.write_table(pa.table({"text": pa.array(["平台", None, "平台"]).cast(kind)}), tmp_path / "a.parquet")
    assert texts(tmp_path / "a.parquet") == ["平台", "", "平台"]


def test_many_row_groups(tmp_path):
    many = [f"平台{n}" for n in range(5000)]
    parquet.write_table(pa.table({"text": many}), tmp_path / "a.parquet", row_group_size=700)
    assert texts(tmp_path / "a.parquet") == many


def damaged(path, change):
    parquet.write_table(pa.table({"text": ["平台" * 99] * 99}), path, compression="none", use_dictionary=False)
    return written(path, change(path.read_bytes()))


@pytest.mark.parametrize(
    "change",
    [lambda _: b"", lambda _: b"text\n" * 9, lambda held: held[:-30], lambda held: held[:4] + b"\xff" * 90 + held[94:]],
    ids=["empty", "text", "truncated", "overwritten"],
)
def test_what_is_no_parquet(tmp_path, change):
    path = damaged(tmp_path / "a.parquet", change)
    assert "a.parquet" in refused(path)
    assert source_size(path) >= 0  # it is asked first, and leaves the complaint to the reader


def test_bytes_that_are_no_text_in_a_column_of_texts(tmp_path):
    path = damaged(tmp_path / "a.parquet", lambda held: held.replace("平台".encode() * 99, b"\xff" * 594))
    assert "a.parquet" in refused(path)


def test_what_cannot_be_read_at_all(tmp_path):
    assert "there is no" in refused(tmp_path / "none.csv")
    assert "use one of .txt, .md, .srt, .vtt, .jsonl" in refused(written(tmp_path / "a.doc", "PK"))
    assert "has no .txt or .md file" in refused(tmp_path)


def test_a_link_to_nothing_is_told_and_not_passed_over(tmp_path):
    written(tmp_path / "a.txt", "平台")
    (tmp_path / "b.txt").symlink_to(tmp_path / "gone.txt")
    assert "b.txt" in refused(tmp_path)
    source_size(tmp_path)


def test_a_file_without_the_right_to_read(tmp_path, monkeypatch):
    """Tests may run as root, whom no right stops: so the refusal is played."""
    path = written(tmp_path / "a.csv", "text\n平台\n")

    def closed(path, *_, **__):
        raise PermissionError(13, os.strerror(13), str(path))

    monkeypatch.setattr(readers.Path, "open", closed)
    said = refused(path)
    assert "a.csv" in said and "Permission denied" in said


def test_sizes(tmp_path):
    assert source_size(rows(tmp_path / "a.csv", TEXTS)) == (tmp_path / "a.csv").stat().st_size
    assert source_size(tmp_path / "none.csv") == source_size(tmp_path / "none.parquet") == 0
    path = rows(tmp_path / "a.parquet", ["平台" * 50_000], id="x" * 300_000)
    assert path.stat().st_size < 200_000 and source_size(path) > 300_000 > source_size(path, "id") - 100_000
    assert source_size(path, "none") == 0


def test_reading_holds_little(tmp_path, monkeypatch):
    """Nine million bytes in small texts take far less: a few blocks, however long the file."""
    import tracemalloc

    monkeypatch.setattr(readers, "BLOCK", 1 << 16)
    monkeypatch.setattr(encodings, "BLOCK", 1 << 16)
    lines = [f"{n}" + "平台" * 50 for n in range(30_000)]
    for name in ("a.jsonl", "a.csv", "a.parquet", "a.txt"):
        path = tmp_path / name
        written(path, "\n".join(lines)) if name == "a.txt" else rows(path, lines)
        next(read_texts(path))  # what is loaded at first use
        tracemalloc.start()
        total = sum(len(text) for _, text in read_texts(path))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert total > 3_000_000 and peak < 3 * 2**20, name


def test_what_was_read_of_parquet_is_not_held(tmp_path):
    """Not in Arrow's memory, which no tool of Python's sees."""
    table = pa.table({"text": [f"{number:07}" * 1000 for number in range(4000)]})
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=200, compression="none", use_dictionary=False)
    size = (tmp_path / "a.parquet").stat().st_size
    del table
    before, most = pa.total_allocated_bytes(), 0
    for _ in read_texts(tmp_path / "a.parquet"):
        most = max(most, pa.total_allocated_bytes() - before)
    assert size > 25e6 and 0 < most < size / 4


# --- what is not read is named


def noted(source, **settings):
    reading = SourceLog()
    found = [name for name, _ in read_texts(source, reading=reading, **settings)]
    return found, reading


def test_what_is_left_out_empty_or_double_is_named(tmp_path):
    for name in ("1.txt", "2.txt", "1 - 副本.txt", "3.log", "5.docx", "t.csv", ".hidden.txt", "sub/7.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        written(tmp_path / name, f"数字平台推动转型{name.replace(' - 副本', '')}\n")
    written(tmp_path / "6.txt", "")
    written(tmp_path / "blank.txt", "\n \u3000\n")
    written(tmp_path / "gbk.txt", "数字平台推动转型1.txt\r\n".encode("gbk"))  # the same text in another encoding
    (tmp_path / ".git").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "2.txt")
    (tmp_path / "again").symlink_to(tmp_path / "sub", target_is_directory=True)
    os.mkfifo(tmp_path / "pipe.txt")  # reading it would wait for ever
    _, reading = noted(tmp_path)
    left = reading.left_out
    assert sorted(left) == [".git", ".hidden.txt", "3.log", "5.docx", "link.txt", "pipe.txt", "sub", "t.csv"]
    assert left["3.log"] == ".log is of no known kind" and "hidden" in left[".hidden.txt"] and "table" in left["t.csv"]
    assert left["link.txt"] == "a link to 2.txt, which is read already" and left["pipe.txt"] == "no regular file"
    assert left["sub"] == "a link to again, which is read already"
    assert reading.empty == ["6.txt", "blank.txt"]
    assert set(reading.copies.items()) == {("1.txt", "1 - 副本.txt"), ("gbk.txt", "1 - 副本.txt")}
    notes = reading.notes(5)
    assert any(note.startswith("most files were left out: 8") for note in notes)
    assert reading.report()["empty"] == {"number": 2, "first": ["6.txt", "blank.txt"]}


def test_a_folder_without_texts_says_what_is_there(tmp_path):
    written(tmp_path / "a.docx", "PK")
    assert "but a.docx (.docx is of no known kind: `zhagen new STUDY" in refused(tmp_path)


def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    assert "no regular file" in refused(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.txt", "短\n" + "平" * 5000 + "\n短"),
        ("a.jsonl", json.dumps({"text": "短"}) + "\n" + json.dumps({"text": "平" * 5000}) + "\n"),
        ("a.jsonl", json.dumps({"text": "短"}) + "\n" + json.dumps({"text": "平" * 5000}, ensure_ascii=False) + "\n"),
        ("a.csv", "text\n" + "平" * 5000 + "\n"),
        ("a.csv", 'text\n"' + "平" * 5000 + '"\n'),
    ],
)
@pytest.mark.parametrize("block", [64, 1 << 20])
def test_a_line_longer_than_the_memory_is_refused_with_its_length(tmp_path, monkeypatch, name, content, block):
    monkeypatch.setattr(readers, "BLOCK", block)
    path = written(tmp_path / name, content)
    said = refused(path, longest=600)
    assert f"({name}, line 2)" in said
    length = int(re.search(r"a line of ([\d,]+) characters", said)[1].replace(",", ""))
    assert 5000 <= length <= 30_020  # that of the line, which may hold escapes
    assert texts(path, longest=30_100)


def test_a_row_of_parquet_longer_than_the_memory_is_refused(tmp_path):
    assert "(a.parquet, row 2)" in refused(rows(tmp_path / "a.parquet", ["短", "平" * 700]), longest=600)


@pytest.mark.parametrize(
    "name, content, remark",
    [
        ("a.csv", "编号;回答\n1;平台\n", "semicolons"),
        ("a.csv", "编号\t回答\n1\t平台\n", "tabs"),
        ("a.tsv", "编号,回答\n1,平台\n", "commas"),
        ("a.csv", "sep=,\n编号,回答\n1,平台\n", ""),
        ("a.csv", "sep=;\r\n编号;回答\r\n1;平台\r\n", "semicolons"),
        ("a.csv", ' 编号 ; 回答 \n1;"平台"\n', "semicolons"),
        ("a.csv", "编号|回答\n1|平台\n", "|"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_tables_as_spreadsheets_write_them(tmp_path, name, content, remark, encoding):
    path, reading = written(tmp_path / name, content.encode(encoding)), SourceLog()
    assert [text for _, text in read_texts(path, "回答", reading=reading)] == ["平台"]
    assert remark in "".join(reading.remarks) and bool(remark) == bool(reading.remarks)


def test_a_missing_column_names_the_columns_whatever_sets_them_apart(tmp_path):
    path = written(tmp_path / "a.csv", "编号;回答\n1;平台\n")
    assert "there is no column 'text' (a.csv, line 1): name one of 编号, 回答" in refused(path)


def test_rare_encodings_are_said(tmp_path):
    path, reading = written(tmp_path / "a.txt", "數字平台推動企業轉型，建立治理規則。".encode("big5")), SourceLog()
    assert [text for _, text in read_texts(path, reading=reading)] == ["數字平台推動企業轉型，建立治理規則。"]
    assert reading.remarks == ["a.txt is read as Big5"]


def test_a_study_is_read_by_its_sources_and_office_files_name_the_command_for_them(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.txt").write_text("平台", encoding="utf-8")
    (tmp_path / "note.md").write_text("备忘", encoding="utf-8")
    (tmp_path / "b.docx").write_bytes(b"PK")
    reading = SourceLog()
    assert [text for _, text in read_texts(tmp_path, reading=reading)] == ["备忘", "平台"]
    assert "zhagen new STUDY --from FILES" in reading.left_out["b.docx"]
    with pytest.raises(SourceError, match="zhagen new STUDY --from FILES"):
        list(read_texts(tmp_path / "b.docx"))
    (tmp_path / "study.toml").write_text('title = "a"', encoding="utf-8")
    assert list(read_texts(tmp_path)) == [("sources/a.txt", "平台")]
