"""Where originals are put and looked for: in a checkout, in an installed package, and where a variable says."""

import shutil
from pathlib import Path

import pytest

import zhagen
from zhagen import paths
from zhagen.documents import catalog
from zhagen.errors import OutputError

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.delenv("ZHAGEN_SOURCES", raising=False)
    monkeypatch.delenv("ZHAGEN_DATA", raising=False)


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """The package as a wheel has it: the data below the modules; and a person's own data folder."""
    packaged = tmp_path / "site-packages/zhagen/_data"
    shutil.copytree(ROOT / "data", packaged, ignore=shutil.ignore_patterns("sources", "published"))
    monkeypatch.setattr(paths, "PACKAGED", packaged)
    monkeypatch.setattr(paths, "user_data_dir", lambda name, appauthor: str(tmp_path / "home" / name))
    return packaged


@pytest.fixture
def given(tmp_path, monkeypatch):
    """A folder with one file that passes for the original of haier."""
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "any name.txt").write_text("甲", encoding="utf-8")
    entries = catalog._entries
    wrong = {"sha256": catalog._sha256(folder / "any name.txt")}
    monkeypatch.setattr(
        catalog, "_entries", lambda: {k: v | (wrong if k == "haier" else {}) for k, v in entries().items()}
    )
    return folder


def test_a_checkout_keeps_originals_beside_its_data():
    assert paths.data_folder() == ROOT / "data" and paths.sources_folder() == ROOT / "data/sources"


def test_an_installed_package_keeps_them_in_the_person_s_folder(installed, given, tmp_path):
    before = sorted(installed.rglob("*"))
    assert paths.data_folder() == installed
    zhagen.attach(given)
    assert sorted(installed.rglob("*")) == before
    document = zhagen.open("haier")
    assert document.edition == "original" and document.raw == "甲"
    assert document.path.parent == tmp_path / "home/zhagen/sources"


def test_data_of_one_s_own_keeps_them_beside_it(installed, monkeypatch, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(installed, mine)
    monkeypatch.setenv("ZHAGEN_DATA", str(mine))
    assert paths.sources_folder() == mine / "sources"


def test_the_folder_that_a_variable_names_is_written_and_read(given, monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path / "deep/named"))
    assert zhagen.open("haier").edition == "digest"
    assert (zhagen.attach(given).result == "attached").sum() == 1
    assert zhagen.open("haier").path.parent == tmp_path / "deep/named"


def test_nothing_to_attach_makes_no_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path / "named"))
    (tmp_path / "empty").mkdir()
    zhagen.attach(tmp_path / "empty")
    assert not (tmp_path / "named").exists()


def test_a_folder_that_cannot_be_made_is_one_message(given, monkeypatch, tmp_path):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path / "a file/named"))
    with pytest.raises(OutputError, match="cannot be written.*ZHAGEN_SOURCES"):
        zhagen.attach(given)
