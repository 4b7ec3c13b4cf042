"""What a page says of itself: its place in the book, a description, its version and date, how to cite it."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import unescape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import _

import zhagen
from contents import read_contents

LONGEST = 120  # characters of a description; a search engine shows about as many
LEARN = ("你将学到", "What you will learn")
GUIDE = re.compile(rf"^(?:{'|'.join(LEARN)}):?")


@dataclass(frozen=True)
class Place:
    """Where a page stands: its part, the first page of that part, the page above it."""

    part: str
    first: str
    chapter: str


def _bare(name: str) -> str:
    return re.sub(r"\.(md|ipynb|rst)$", "", name)


def places(toc: dict) -> dict[str, Place]:
    """Find the place of every page in the table of contents; the root has none.

    >>> places({"root": "a", "parts": [{"caption": "甲", "chapters": [{"file": "b", "sections": [{"file": "c"}]}]}]})
    {'b': Place(part='甲', first='b', chapter=''), 'c': Place(part='甲', first='b', chapter='b')}
    """
    found: dict[str, Place] = {}
    for part in filter(lambda one: one.get("chapters"), toc.get("parts", [])):
        first = _bare(part["chapters"][0]["file"])
        for chapter in part["chapters"]:
            name = _bare(chapter["file"])
            found[name] = Place(part.get("caption", ""), first, "")
            below = [(name, section) for section in chapter.get("sections", [])]
            while below:
                above, section = below.pop()
                found[_bare(section["file"])] = Place(part.get("caption", ""), first, above)
                below += [(_bare(section["file"]), deeper) for deeper in section.get("sections", [])]
    return found


def shortened(text: str, longest: int = LONGEST) -> str:
    """Shorten a text at the end of a sentence or, where none ends early enough, with an ellipsis.

    >>> shortened("一二三。四五六。七", 8), shortened("一二三四五六七八九十", 6)
    ('一二三。四五六。', '一二三四五…')
    """
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= longest:
        return text
    ends = [found.end() for found in re.finditer(r"[。！？]|[.!?](?=\s)", text[:longest])]
    if ends and ends[-1] >= longest // 3:
        return text[: ends[-1]].strip()
    return text[: longest - 1].rstrip("，、；： ") + "…"


def description(doctree: nodes.document) -> str:
    """Say what a page is about: its first sentences, as text."""

    unseen = (nodes.raw, nodes.comment, nodes.image, nodes.system_message)

    def text(node: nodes.Node) -> str:
        copy = node.deepcopy()
        for extra in list(copy.findall(lambda one: isinstance(one, unseen))):
            extra.parent.remove(extra)
        return copy.astext()

    for section in doctree.findall(nodes.section):
        own = [child for child in section.children if isinstance(child, nodes.paragraph)]
        guide = [
            paragraph
            for child in section.children
            if isinstance(child, nodes.Admonition)
            for paragraph in child.findall(nodes.paragraph)
            if paragraph.astext().startswith(LEARN)
        ]
        said = [text(own[0])] if own else [GUIDE.sub("", text(guide[0])).strip()] if guide else []
        if said and said[0].strip():
            return shortened(said[0])
    return ""


@cache
def _commits(root: str) -> dict[str, int]:
    """Find the time of the last commit that touched each file; empty where there is no history."""
    try:
        log = subprocess.run(
            ["git", "-c", "core.quotepath=off", "log", "--format=@%ct", "--name-only", "--relative", "--no-renames"],
            cwd=root, capture_output=True, text=True, check=True, encoding="utf-8",
        ).stdout  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return {}
    found: dict[str, int] = {}
    time = 0
    for line in log.splitlines():
        if line.startswith("@"):
            time = int(line[1:])
        elif line:
            found.setdefault(line, time)
    return found


def page_date(root: Path, source: Path) -> str:
    """Return the day on which a page was last changed, not the day it was built: so builds can be compared.

    `SOURCE_DATE_EPOCH` stands in where there is no history, and no day is later.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    times = [time for time in [_commits(str(root)).get(source.relative_to(root).as_posix())] if time]
    times += [int(epoch)] if epoch.isdigit() else []
    return datetime.fromtimestamp(min(times), UTC).date().isoformat() if times else ""


def citations(name: str, page: str, book: str, version: str, date: str, url: str) -> dict[str, str]:
    """Write the reference of a page in two forms; the day in 〔〕 is for the reader, or for the script, to fill in.

    >>> found = citations("notebooks/method/09_saturation", "饱和", "教程", "0.2", "2026-11-28", "")
    >>> print(found["GB/T 7714"])
    zhagen 作者. 饱和[M/OL]//教程. 版本 0.2. (2026-11-28)[〔引用日期〕].
    >>> found["BibTeX"].splitlines()[0]
    '@incollection{zhagen2026method09saturation,'
    """
    year = date[:4]
    key = f"zhagen{year}" + re.sub(r"[\W_]+", "", name.removeprefix("notebooks/").removeprefix("book/"))
    lines = {
        "author": f"{{{_('zhagen 作者')}}}",
        "title": page,
        "booktitle": book,
        "edition": _("版本 {version}").format(version=version),
        "year": year,
        "date": date,
        "url": url,
        "urldate": _("〔引用日期〕"),
    }
    fields = ",\n".join(f"  {name} = {{{value}}}" for name, value in lines.items() if value)
    # the form of the language: GB/T 7714 in Chinese, APA in English
    form = _("{author}. {page}[M/OL]//{book}. 版本 {version}.{when}[{day}].")
    when = f" ({date})" if date else ""
    given = {"author": _("zhagen 作者"), "page": page, "book": book, "version": version, "when": when, "year": year}
    return {
        _("GB/T 7714"): form.format(**given, day=_("〔引用日期〕")) + (f" {url}." if url else ""),
        "BibTeX": f"@incollection{{{key},\n{fields}\n}}",
    }


def set_version(app: Sphinx, config: object) -> None:
    """Take the version of the package; where it changes, Sphinx writes all pages anew."""
    config.version = config.release = zhagen.__version__


def add(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Give the layout what it shows."""
    root, env = Path(app.srcdir), app.env
    own = not getattr(app.config, "zhagen_study_book", False)  # else it is somebody's study: not ours to cite
    context["site_version"] = zhagen.__version__ if own else ""
    # docutils says once more what the layout says
    context["metatags"] = re.sub(r'<meta name="viewport"[^>]*>', "", context.get("metatags") or "")
    if doctree is None:
        return
    plain = re.sub(r"<[^>]*>", "", unescape(context["title"]))
    date = page_date(root, Path(env.doc2path(pagename)))
    context["page_description"] = description(doctree)
    context["page_date"] = date
    address = f"{app.config.html_baseurl.rstrip('/')}/{pagename}.html" if app.config.html_baseurl else ""
    if own:
        context["page_citations"] = citations(pagename, plain, app.config.html_title, zhagen.__version__, date, address)
    if not hasattr(app, "zhagen_places"):
        app.zhagen_places = places(read_contents(root / "_toc.yml"))
    place = app.zhagen_places.get(pagename)
    if place:
        chapter = place.chapter
        context["page_place"] = {
            "part": place.part,
            "first": place.first if place.first != pagename else "",
            "chapter": chapter,
            "chapter_title": env.titles[chapter].astext() if chapter else "",
        }


def setup(app: Sphinx) -> dict:
    """Add the facts before the page is written."""
    app.connect("config-inited", set_version)
    app.connect("html-page-context", add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
