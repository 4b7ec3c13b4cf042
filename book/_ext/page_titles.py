"""Names of pages that tell them apart: where a title does not say its document, the part or the page above it follows.

``词能合出什么`` becomes ``词能合出什么 · 合在一起``: in the tab, in the links to the pages before and after, and in
what the search finds. The part is the caption of `_toc.yml`.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from sphinx.application import Sphinx

from contents import read_contents

NUMBERED = re.compile(r"(第.{1,3}章|实验[一二三四五六七八九十]+)(?![\w])")
TAGS = re.compile(r"<[^>]+>")


def page_trails(toc: dict) -> dict[str, tuple[str, list[str]]]:
    """Return, for each page of a table of contents, its part and the pages above it.

    >>> chapters = [{"file": "b", "sections": [{"file": "c"}]}]
    >>> page_trails({"root": "a", "parts": [{"caption": "甲", "chapters": chapters}]})
    {'a': ('', []), 'b': ('甲', []), 'c': ('甲', ['b'])}
    """
    trails = {toc["root"]: ("", [])}

    def walk(entries: list, part: str, above: list[str]) -> None:
        for entry in entries:
            name = re.sub(r"\.(md|ipynb|rst)$", "", entry["file"])
            trails[name] = (part, above)
            walk(entry.get("sections", []), part, [*above, name])

    walk(toc.get("chapters", []), "", [])
    for part in toc.get("parts", []):
        walk(part.get("chapters", []), part.get("caption", ""), [])
    return trails


def short_part(part: str, parts: list[str]) -> str:
    """Return a part's name up to its colon, if no other part begins so.

    >>> short_part("做一遍：从访谈到理论", ["做一遍：从访谈到理论", "附录：数得小心", "附录"])
    '做一遍'
    >>> short_part("附录：数得小心", ["附录：数得小心", "附录"])
    '附录：数得小心'
    """
    head = part.partition("：")[0]
    return part if any(other != part and other.partition("：")[0] == head for other in parts) else head


def place_of(title: str, part: str, above: str = "") -> str:
    """Return what a title leaves unsaid: the page above, else the part; empty if the title says it.

    >>> place_of("词能合出什么", "合在一起"), place_of("海尔：词能说什么", "海尔食联网")
    ('合在一起', '')
    >>> place_of("条件到哪里去找", "做一遍", "第五章 主轴编码"), place_of("第五章 主轴编码", "做一遍")
    ('第五章 主轴编码', '')
    """
    if NUMBERED.match(title) or (part and title[:2] in part):
        return ""
    return above or part


class PageNames:
    """The pages of a book with their titles and their places in it."""

    def __init__(self, toc: dict, titles: dict[str, str]) -> None:
        self.trails, self.titles = page_trails(toc), titles
        self.parts = sorted({part for part, _ in self.trails.values()})

    def part(self, name: str) -> str:
        """Return the part's short name; a page outside of the table of contents has none."""
        part, _ = self.trails.get(name, ("", []))
        return short_part(part, self.parts)

    def trail(self, name: str) -> list[str]:
        """Return part and titles of the pages above, from the widest to the nearest."""
        _, above = self.trails.get(name, ("", []))
        return [*filter(None, [self.part(name)]), *(self.titles[one] for one in above if one in self.titles)]

    def place(self, name: str) -> str:
        """Return what follows the page's title (`place_of`)."""
        _, above = self.trails.get(name, ("", []))
        return place_of(self.titles.get(name, name), self.part(name), self.titles.get(above[-1], "") if above else "")

    def full(self, name: str) -> str:
        """Return the title and its place."""
        return " · ".join(filter(None, [self.titles.get(name, name), self.place(name)]))


def names_of(app: Sphinx) -> PageNames:
    """Return the names of the book that is built."""
    if not hasattr(app, "zhagen_names"):
        toc = read_contents(Path(app.srcdir, app.config.external_toc_path or "_toc.yml"))
        titles = {name: title.astext() for name, title in app.env.titles.items()}
        app.zhagen_names = PageNames(toc, titles)
    return app.zhagen_names


def name_page(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Put the place behind the titles of the page and of the pages before and after it."""
    if doctree is None:
        return
    names = names_of(app)
    context["title_place"] = names.place(pagename)  # layout.html
    for key in ("prev", "next"):
        if link := context.get(key):
            neighbour = _neighbour(app, pagename, key)
            place = names.place(neighbour) if neighbour else ""
            if place and place not in TAGS.sub("", link["title"]):
                context[key] = link | {"title": f"{link['title']} · {escape(place)}"}


def _neighbour(app: Sphinx, pagename: str, key: str) -> str | None:
    """Return the page before or after, in the reading order that the builder found."""
    _, before, after = app.builder.relations.get(pagename, (None, None, None))
    return before if key == "prev" else after


def setup(app: Sphinx) -> dict:
    """Connect early: what else looks at a page's title sees the whole of it."""
    app.connect("html-page-context", name_page, priority=200)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
