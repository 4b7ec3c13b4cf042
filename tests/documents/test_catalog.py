import hashlib
import re
import subprocess
import sys
from dataclasses import replace

import pytest

import zhagen
from zhagen.documents import catalog
from zhagen.documents.catalog import catalog_entry
from zhagen.documents.published import computed_or_read
from zhagen.errors import SourceError
from zhagen.paths import data_folder, sources_folder
from zhagen.vocabulary import REASONS


def test_five_documents_and_no_guessed_fields():
    found = zhagen.list_documents().set_index("id")
    assert len(found) == 5
    assert found.loc["haier", "year"] == found.loc["haier", "doi"] == ""


def test_brief_names_fit_the_head_of_a_table_and_fall_back_to_the_name(monkeypatch, tmp_path):
    found = zhagen.list_documents().set_index("id")
    assert found.brief.is_unique and (found.brief.str.len() <= 4).all()
    listed = (data_folder() / "documents.toml").read_text(encoding="utf-8").replace('brief = "小米"\n', "")
    (tmp_path / "documents.toml").write_text(listed, encoding="utf-8")
    monkeypatch.setenv("ZHAGEN_DATA", str(tmp_path))
    assert zhagen.list_documents().set_index("id").brief["xiaomi"] == "小米智能生态"


def test_the_edition_and_the_reason_are_said(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    document = zhagen.open("haier")
    assert document.edition == "digest"
    assert "no original is attached" in document.why


def test_a_file_of_the_right_name_with_other_content_is_not_the_original(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    (tmp_path / catalog_entry("haier")["file"]).write_text("别的", encoding="utf-8")
    document = zhagen.open("haier")
    assert document.edition == "digest" and "checksum differs" in document.why


def test_the_reason_has_a_chinese_wording(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    haier = zhagen.open("haier")
    assert (haier.edition_name, haier.why_zh) == ("摘编版", "没有挂原文，所以读随书的摘编版")
    assert zhagen.open("haier", edition="digest").why_zh == "指定读摘编版"
    other = zhagen.open("haier", source=haier.path)
    assert (other.edition_name, other.why_zh) == ("摘编版", f"指定读文件 {haier.path}")
    assert zhagen.list_documents().why_zh[0] == haier.why_zh
    (tmp_path / catalog_entry("haier")["file"]).write_text("别的", encoding="utf-8")
    assert zhagen.open("haier").why_zh == (
        f"有 {catalog_entry('haier')['file']}，但不是原文（校验和不符），所以读随书的摘编版"
    )
    found = computed_or_read("haier", "codes", lambda document: None)
    assert found.attrs["edition"] == "published" and found.attrs["why_zh"].endswith("，所以读随书公布的数据")


def test_every_reason_has_both_wordings():
    for wording in REASONS.values():
        assert wording.english.isascii() and re.search("[\u4e00-\u9fff]", wording.chinese)
        assert wording.english.count("{}") == wording.chinese.count("{}")


@pytest.mark.originals
def test_originals_are_recognised_by_checksum(haier_original):
    document = haier_original.document
    assert hashlib.sha256(document.path.read_bytes()).hexdigest() == document.about["sha256"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no file"),
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        ("一\n二".encode("gb18030") + b"\x80", "line 2, byte 6 of the file: 0x80"),
    ],
)
def test_bad_files_each_get_their_message(tmp_path, content, said):
    path = tmp_path / "bad.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=said):
        zhagen.open("haier", source=path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_document_is_read_in_every_encoding_that_a_corpus_is(tmp_path, encoding):
    digest = zhagen.open("haier", edition="digest")
    path = tmp_path / "a.txt"
    path.write_bytes(digest.raw.replace("\n", "\r\n").encode(encoding))
    assert zhagen.open("haier", source=path).raw == digest.raw


def test_an_unknown_id_names_the_known_ones():
    with pytest.raises(SourceError, match="haier, community"):
        zhagen.open("hair")


@pytest.fixture
def given(monkeypatch, tmp_path):
    """A folder with a file that is Haier's original by its checksum, and one that is none."""
    data, folder = tmp_path / "data", tmp_path / "given"
    data.mkdir()
    folder.mkdir()
    text = (data_folder() / "documents.toml").read_text(encoding="utf-8")
    (folder / "renamed.txt").write_text("甲" * 2000, encoding="utf-8")
    (folder / "other.txt").write_text("乙", encoding="utf-8")
    checksum = hashlib.sha256(("甲" * 2000).encode()).hexdigest()
    (data / "documents.toml").write_text(text.replace(catalog_entry("haier")["sha256"], checksum), encoding="utf-8")
    monkeypatch.setenv("ZHAGEN_DATA", str(data))
    monkeypatch.delenv("ZHAGEN_SOURCES", raising=False)
    return folder


def test_attach_reports_missing_and_unknown_files(given):
    found = zhagen.attach(given).set_index("file").result
    assert found["renamed.txt"] == "attached" and found["other.txt"] == "unknown"
    assert (found == "missing").sum() == 4
    assert (sources_folder() / catalog_entry("haier")["file"]).read_text(encoding="utf-8") == "甲" * 2000


def test_an_original_that_cannot_be_copied_leaves_the_old_one(given):
    """A limit on the size of files stands for a full disk."""
    pytest.importorskip("resource")
    zhagen.attach(given)
    before = {path.name: path.read_bytes() for path in sources_folder().iterdir()}
    limited = "import resource, sys; from zhagen.cli import main; resource.setrlimit(resource.RLIMIT_FSIZE, (99, 99))"
    command = [sys.executable, "-B", "-c", f"{limited}; sys.exit(main(sys.argv[1:]))", "attach", str(given)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 2 and "File too large" in run.stderr and run.stderr.count("\n") == 1
    assert {path.name: path.read_bytes() for path in sources_folder().iterdir()} == before


def test_a_file_that_changes_while_it_is_copied_is_not_attached(given, monkeypatch):
    monkeypatch.setattr(catalog.shutil, "copyfile", lambda path, draft: draft.write_text("half"))
    with pytest.raises(SourceError, match="changed while it was copied"):
        zhagen.attach(given)
    assert not list(sources_folder().glob("*"))


def test_where_originals_are_put_they_are_looked_for(given, monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path / "elsewhere"))
    zhagen.attach(given)
    assert zhagen.list_documents().set_index("id").edition["haier"] == "original"


def test_the_lines_are_split_once(haier_digest):
    document = haier_digest.document
    assert document.lines is document.lines and "\n".join(document.lines) == document.raw
    assert replace(document, raw="甲\n乙").lines == ("甲", "乙")
