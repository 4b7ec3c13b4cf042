"""What the link check finds in pages that were written for it."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "book"))
links = pytest.importorskip("links", reason="the book extra is not installed")

PAGE = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>{0}</title></head><body>{0}</body></html>'


@pytest.fixture
def book(tmp_path):
    def write(**pages):
        for name, body in pages.items():
            (tmp_path / f"{name}.html").write_text(PAGE.format(body), encoding="utf-8")
        return links.broken(tmp_path)

    return write


@pytest.mark.parametrize(
    "link",
    [
        "b.html",
        "b.html?q=数据",
        "b.html#表-1",
        "b.html#%E8%A1%A8-1",
        "#here",
        "#",
        "图.svg",
        "//host/x",
        "data:,x",
        "mailto:a@b",
    ],
)
def test_a_link_that_leads_somewhere_is_not_named(book, tmp_path, link):
    (tmp_path / "图.svg").write_text("<svg/>")
    assert book(a=f'<a id="here" href="{link}">x</a>', b='<p id="表-1">x</p>') == []


@pytest.mark.parametrize("link", ["c.html", "b.html#表-2", "#nowhere", "../b.html", "图.svg"])
def test_a_link_that_leads_nowhere_is_named_with_its_page(book, link):
    assert book(a=f'<a href="{link}">x</a><a href="{link}">x</a>', b='<p id="表-1">x</p>') == [f"a.html: {link}"]


def test_pictures_and_style_sheets_are_links_too(book):
    found = book(a='<img src="p.png" alt=""><p style="background: url(q.png)">x</p>')
    assert found == ["a.html: p.png", "a.html: q.png"]
