"""The bibliography: every entry is complete enough to be found, and prints in Chinese form where it is Chinese."""

import importlib
import re
import sys
from pathlib import Path

import pytest

pybtex = pytest.importorskip("pybtex")
pytest.importorskip("sphinxcontrib.bibtex")

from pybtex.backends.plaintext import Backend  # noqa: E402
from pybtex.database import Person, parse_file, parse_string  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = parse_file(str(ROOT / "book" / "references.bib")).entries
NEEDED = {
    "article": ("title", "journal", "year"),
    "book": ("title", "publisher", "year"),
    "inproceedings": ("title", "booktitle", "year"),
    "misc": ("title", "note"),
}


@pytest.fixture
def printed(monkeypatch):
    """Print a bibliography as the book does: key → text."""
    monkeypatch.syspath_prepend(ROOT / "book" / "_ext")
    monkeypatch.delitem(sys.modules, "chinese_bibliography", raising=False)
    style = importlib.import_module("chinese_bibliography").ChineseStyle()
    return lambda data: {entry.key: entry.text.render(Backend()) for entry in style.format_bibliography(data)}


@pytest.mark.parametrize("key", [key for key in ENTRIES if not key.startswith("doc_")])
def test_an_entry_has_what_a_reader_needs_to_find_it(key):
    entry = ENTRIES[key]
    assert entry.persons.get("author") or entry.persons.get("editor")
    assert [name for name in NEEDED[entry.type] if not entry.fields.get(name)] == []
    if "doi" in entry.fields:
        assert re.fullmatch(r"10\.\d{4,}/\S+", entry.fields["doi"])


def test_no_work_is_listed_twice():
    dois = [entry.fields["doi"].lower() for entry in ENTRIES.values() if "doi" in entry.fields]
    assert sorted(dois) == sorted(set(dois))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("number = {11}, pages = {76--81}", "甲刊, 第 11 期：76–81, 2015."),
        ("number = {2}", "甲刊, 第 2 期, 2015."),
        ("volume = {41}, number = {5}, pages = {151--163}", "甲刊, 41(5):151–163, 2015."),
        ("volume = {23}", "甲刊, 23, 2015."),
        ("note = {无卷期}", "甲刊, 2015. 无卷期."),
    ],
)
def test_an_article_prints_volume_issue_and_pages_as_far_as_known(printed, fields, expected):
    text = f"@article{{k, author = {{张三 and 李四}}, title = {{题}}, journal = {{甲刊}}, year = {{2015}}, {fields}}}"
    assert printed(parse_string(text, "bibtex"))["k"] == f"张三，李四. 题. {expected}"


def test_every_entry_prints(printed):
    texts = printed(parse_file(str(ROOT / "book" / "references.bib")))
    assert set(texts) == set(ENTRIES)
    assert not [key for key, text in texts.items() if "??" in text or "{" in text]


@pytest.mark.parametrize(
    ("author", "expected"),
    [("{UK Data Service}", "UK Data Service"), ("van Eck, Nees Jan", "van Eck"), ("贾旭东", "贾旭东")],
)
def test_a_running_citation_names_authors_without_braces(printed, author, expected):
    names = sys.modules["chinese_bibliography"].Surnames()
    assert names.format(Person(author)).format().render(Backend()) == expected


def test_an_entry_without_a_chinese_character_is_marked_as_english(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "book" / "_ext")
    made = importlib.import_module("chinese_bibliography").mark_english(
        '<div class="citation" id="a">1<p>The “lemons”.</p></div><div class="citation">2<p>扎根</p></div>'
    )
    assert made.count(' lang="en"') == 1 and '<div class="citation" id="a" lang="en">' in made
