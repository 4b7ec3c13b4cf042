"""Published tables read back: owners of rows, edits, broken files."""

import shutil

import pandas as pd
import pytest

from zhagen.documents.catalog import document_ids
from zhagen.documents.published import read_published, row_owners
from zhagen.errors import SourceError
from zhagen.paths import data_folder


@pytest.fixture
def home(monkeypatch, tmp_path):
    """A copy of the data, with two more documents whose ids begin alike and have hyphens."""
    shutil.copytree(data_folder(), tmp_path / "data", ignore=shutil.ignore_patterns("sources"))
    monkeypatch.setenv("ZHAGEN_DATA", str(tmp_path / "data"))
    path = tmp_path / "data/documents.toml"
    text = path.read_text(encoding="utf-8")
    entry = text[text.index("[[document]]") :].split("[[document]]")[1]
    more = "".join("[[document]]" + entry.replace('"haier"', f'"{name}"') for name in ("my-study", "my-study-2"))
    path.write_text(text + "\n" + more, encoding="utf-8")
    assert document_ids()[-2:] == ["my-study", "my-study-2"]
    return tmp_path / "data"


def test_ids_may_have_hyphens(home):
    ids = ["my-study-1", "my-study-2", "my-study-2-growth", "my-study", "haier-fig1", "my-other-1", "haierx-1", ""]
    owners = ["my-study", "my-study-2", "my-study-2", "my-study", "haier", "", "", ""]
    assert row_owners(pd.Series(ids)).tolist() == owners


def test_tables_without_a_column_of_documents_are_divided_by_the_longest_id(home):
    path = home / "published/edges.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    ours = [row.replace("haier-", "my-study-2-", 1) for row in rows if row.startswith("haier-")]
    path.write_text("\n".join([*rows, *ours]) + "\n", encoding="utf-8")
    assert len(read_published("my-study-2", "edges")) == len(read_published("haier", "edges")) == len(ours) > 0
    assert read_published("my-study", "edges").empty


def test_an_edited_table_is_read_again(home):
    before = read_published("haier", "codes")
    path = home / "published/codes.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]), encoding="utf-8")
    assert len(read_published(None, "codes")) < len(pd.read_csv(data_folder() / "published/codes.csv")) + 1
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert read_published("haier", "codes").empty and len(before)
    path.unlink()
    with pytest.raises(SourceError, match="nothing is published as codes.csv"):
        read_published("haier", "codes")


def test_what_is_returned_can_be_changed(home):
    found = read_published(None, "codes")
    found.loc[0, "label"] = "改了"
    assert "改了" not in set(read_published(None, "codes").label)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        "标签".encode("gb18030"),
        b'a,b\n"open',
        b"line_start,count\nx,y\n",
        b"line,b\n1,2,3,4\n1\n2,3,4\n",
        b"a,b\n1,2\n",
    ],
)
def test_a_broken_table_is_refused_with_its_name(home, content):
    (home / "published/codes.csv").write_bytes(content)
    with pytest.raises(SourceError, match="codes.csv"):
        read_published(None, "codes")


def test_a_table_saved_by_a_spreadsheet_is_read(home):
    path = home / "published/codes.csv"
    before = read_published("haier", "codes")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    pd.testing.assert_frame_equal(read_published("haier", "codes"), before)
