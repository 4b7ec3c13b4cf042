"""Exact full-text search from `file://`: Sphinx's word index cuts Chinese where no reader does.

The pages' visible texts are written into one script that only the search page loads; `book/_static/search.js` looks
for substrings in it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from lxml import html
from sphinx.application import Sphinx

SKIPPED_TAGS = {
    "script",
    "style",
    "template",
    "noscript",
    "nav",
    "button",
    "summary",
    "title",
    "desc",
    "metadata",
    "annotation",
}
# the reasons of a self-check show where it is answered: a search is not to give them away
SKIPPED_CLASSES = {"headerlink", "onlyprint", "copybtn", "visually-hidden", "sr-only", "sc-reasons", "deck-link"}
# not `text`, a label of an SVG figure, nor `math`: both stand apart from what is around them
INLINE_TAGS = set(
    "a abbr b bdi cite code del dfn em font i ins kbd label mark q rp rt ruby s samp small span strong sub sup time "
    "tspan u var wbr mi mn mo mrow mtext mfrac msup msub msubsup msqrt mover munder munderover mstyle mspace".split()
)
BLOCK_END = None


def _is_skipped(element) -> bool:
    if not isinstance(element.tag, str):  # a comment
        return True
    classes = set((element.get("class") or "").split())
    return element.tag in SKIPPED_TAGS or bool(classes & SKIPPED_CLASSES) or element.get("hidden") is not None


def _collect(element, current: dict, sections: list[dict], in_code: bool = False) -> None:
    """Append the visible text of `element` to `current`, opening a new entry at each section with an id."""
    if _is_skipped(element):
        return
    section = current
    if element.tag == "section" and element.get("id"):
        section = {"id": element.get("id"), "heading": "", "parts": []}
        sections.append(section)
    in_code = in_code or element.tag == "pre"
    is_block = element.tag not in INLINE_TAGS
    parts = section["parts"]
    if is_block:
        parts.append(BLOCK_END)
    before = len(parts)
    _add(parts, element.text, in_code)
    for child in element:
        _collect(child, section, sections, in_code)
        _add(parts, child.tail, in_code)
    if re.fullmatch(r"h[1-6]", element.tag) and not section["heading"]:
        section["heading"] = tidy("".join(part or " " for part in parts[before:]))
    if is_block:
        parts.append(BLOCK_END)


def _add(parts: list, text: str | None, in_code: bool) -> None:
    for number, line in enumerate((text or "").split("\n") if in_code else [text or ""]):
        parts += [BLOCK_END, line] if number else [line]


def tidy(text: str) -> str:
    """Fold blanks as a browser does; a line end of the result is the end of a block.

    >>> tidy("  a  b ")
    'a b'
    """
    return re.sub(r"\s+", " ", text).strip()


def page_entry(source: str, docname: str) -> dict:
    """Extract what a reader sees of a page: `{"doc", "title", "sections": [[id, heading, text], …]}`.

    Blocks (paragraphs, cells, labels of a figure) are lines of the text, so that no word is found across two of them.
    """
    tree = html.document_fromstring(source)
    articles = tree.xpath('//article[contains(concat(" ", @class, " "), " bd-article ")]')
    top = {"id": "", "heading": "", "parts": []}
    sections = [top]
    if articles:
        _collect(articles[0], top, sections)
    entries = []
    for section in sections:
        lines = _lines(section["parts"])
        if lines or section["heading"]:
            entries.append([section["id"], section["heading"], "\n".join(lines)])
    title = next((heading for _, heading, _ in entries if heading), docname)
    return {"doc": docname, "title": title, "sections": entries}


def _lines(parts: list) -> list[str]:
    lines, current = [], []
    for part in [*parts, BLOCK_END]:
        if part is not BLOCK_END:
            current.append(part)
            continue
        if line := tidy("".join(current)):
            lines.append(line)
        current = []
    return lines


def search_script(entries: list[dict]) -> str:
    """Write the entries as a script: `fetch` of a JSON file is not allowed from `file://`."""
    return f"window.searchTexts = {json.dumps(entries, ensure_ascii=False, separators=(',', ':'))};\n"


def turn_off_sphinx_search(app: Sphinx) -> None:
    """Build no word index; the page comes from `add_search_page`."""
    if app.builder.format == "html":
        app.builder.search = False


def add_search_page(app: Sphinx):
    """Yield the search page, which Sphinx leaves out together with its index."""
    yield "search", {}, "search.html"


def write_search_texts(app: Sphinx, exception: Exception | None) -> None:
    """Write `_static/search_texts.js` from the finished pages and drop the scripts of Sphinx's search."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    entries = [
        page_entry((out / f"{doc}.html").read_text("utf-8"), doc)
        for doc in sorted(app.env.found_docs)
        if (out / f"{doc}.html").exists()
    ]
    (out / "_static/search_texts.js").write_text(search_script(entries), "utf-8")
    for unused in ("searchindex.js", "_static/searchtools.js", "_static/language_data.js"):
        (out / unused).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict:
    """Connect the steps; the texts are read last, from pages that nothing changes any more."""
    app.connect("builder-inited", turn_off_sphinx_search)
    app.connect("html-collect-pages", add_search_page)
    app.connect("build-finished", write_search_texts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
