"""What a term means and which work is cited, shown at the link itself: `tips.js` takes it from the file written here.

The entries are those of the finished glossary and bibliography. The file is loaded when a reader first points at such
a link; a page without one loads no script.
"""

from __future__ import annotations

import copy
import re
from html import escape
from pathlib import Path

from lxml import html
from sphinx.application import Sphinx

from chinese_search import article_of, script

LINK = re.compile(r'href="[^"]*(?:glossary\.html#term-|bibliography\.html#)')
KEPT = {"code", "em", "strong", "sub", "sup"}  # and formulas; what else stands in an entry is kept as its text


def inner_html(element) -> str:
    """Return what an entry says, without links, buttons and paragraphs.

    >>> inner_html(html.fragment_fromstring('<dd><p>甲&lt;乙，见<a href="x">丙</a> <em>p</em>。</p></dd>'))
    '甲&lt;乙，见丙 <em>p</em>。'
    """
    element = copy.deepcopy(element)
    for link in element.xpath(".//a[contains(@class, 'headerlink')]"):
        link.drop_tree()
    for child in element.xpath(".//*[not(ancestor-or-self::math)]"):
        if child.tag in KEPT:
            child.attrib.clear()
        else:
            child.drop_tag()
    inner = [escape(element.text or "", quote=False)]
    inner += [html.tostring(child, encoding="unicode") for child in element]
    return re.sub(r"\s+", " ", "".join(inner)).strip()


def glossary_tips(article) -> dict[str, list[str]]:
    """Return the entries of the glossary by their anchors: title and text."""
    found, anchors, names = {}, [], []
    for item in article.xpath(".//dl[contains(@class, 'glossary')]/*") if article is not None else ():
        if item.tag == "dt":
            anchors.append(item.get("id"))
            names.append(inner_html(item))
            continue
        found |= {f"glossary#{anchor}": [" ".join(names), inner_html(item)] for anchor in anchors}
        anchors, names = [], []
    return found


def bibliography_tips(article) -> dict[str, list[str]]:
    """Return the works cited by their anchors; they have no title of their own."""
    entries = article.xpath(".//div[contains(@class, 'citation') and @id]") if article is not None else ()
    return {
        f"bibliography#{one.get('id')}": ["", " ".join(inner_html(part) for part in one.xpath("./p"))]
        for one in entries
    }


def write_tips(app: Sphinx, exception: Exception | None) -> None:
    """Write the entries from the finished pages."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    tips: dict[str, list[str]] = {}
    for name, read in (("glossary", glossary_tips), ("bibliography", bibliography_tips)):
        if (page := out / f"book/{name}.html").exists():
            tips |= read(article_of(page.read_text("utf-8")))
    (out / "_static/tips_data.js").write_text(script("zhagenTips", tips), "utf-8")


def add_script(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Load the script where a page has a link to a term or a work."""
    if LINK.search(context.get("body") or ""):
        app.add_js_file("tips.js", defer="defer")


def setup(app: Sphinx) -> dict:
    """Connect: scripts by page, the entries when the pages are finished."""
    app.add_css_file("tips.css")
    app.connect("html-page-context", add_script)
    app.connect("build-finished", write_tips, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
