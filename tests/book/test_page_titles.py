"""Titles of pages: each says which page of which document it is."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "book/_ext"))

pytest.importorskip("sphinx", reason="the book extra is not installed")

from contents import read_contents  # noqa: E402
from page_titles import PageNames, page_trails  # noqa: E402

HTML = ROOT / "_build/html"
SMALL = {
    "root": "book/preface",
    "parts": [
        {"caption": "做一遍：从头", "chapters": [{"file": "m/5", "sections": [{"file": "m/5b.md"}]}]},
        {"caption": "海尔食联网", "chapters": [{"file": "h/2"}]},
        {"caption": "合在一起", "chapters": [{"file": "s/5"}]},
    ],
}
TITLES = {
    "book/preface": "序",
    "m/5": "第五章 主轴编码",
    "m/5b": "条件",
    "h/2": "海尔：词能说什么",
    "s/5": "词能合出什么",
}


def test_a_title_that_says_its_document_stays_and_another_gets_its_place():
    names = PageNames(SMALL, TITLES)
    assert [names.full(name) for name in TITLES] == [
        "序", "第五章 主轴编码", "条件 · 第五章 主轴编码", "海尔：词能说什么", "词能合出什么 · 合在一起",
    ]  # fmt: skip
    assert names.trail("m/5b") == ["做一遍", "第五章 主轴编码"]
    assert names.full("search") == "search" and names.trail("search") == []


def tidy(text):
    return " ".join(re.sub("<[^>]+>", "", text).split())


def titles(name):
    source = (HTML / f"{name}.html").read_text("utf-8")
    links = re.findall(r'<p class="prev-next-title">(.*?)</p>', source)
    title = re.search(r"<title>(.*?)</title>", source)[1].split(" &#8212; ")[0]
    return tidy(title), {tidy(link) for link in links}


@pytest.mark.browser
def test_no_two_pages_of_the_book_have_one_title_and_each_says_where_it_is():
    if not (HTML / "index.html").exists():
        pytest.skip("run make book first")
    contents = read_contents(ROOT / "_toc.yml")
    names = list(page_trails(contents))
    found = {name: titles(name) for name in names}
    whole = [title for title, _ in found.values()]
    assert len(set(whole)) == len(whole)
    for name, (part, _) in page_trails(contents).items():
        title, links = found[name]
        told = any(part[at : at + 2] in title for at in range(len(part) - 1))
        assert told or not part or re.match(r"第.+章|实验|.* · ", title), title
        assert links <= set(whole)
