"""Exact full-text search from `file://`: Sphinx's word index cuts Chinese where no reader does.

What the pages show is written into two scripts that are loaded when a reader enters the search field:
`search_names.js` (titles, headings, glossary, captions: a first answer after few kilobytes) and `search_texts.js` (all
the rest). `book/_static/search.js` looks for substrings in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lxml import html
from sphinx.application import Sphinx

from page_titles import names_of
from zhagen.text.characters import WIDE

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
SKIPPED_CLASSES = {
    "headerlink",
    "onlyprint",
    "copybtn",
    "visually-hidden",
    "sr-only",
    "sc-reasons",
    "deck-link",
    "no-search",
    "run-page",
}
# not `text`, a label of an SVG figure, nor `math`: both stand apart from what is around them
INLINE_TAGS = set(
    "a abbr b bdi cite code del dfn em font i ins kbd label mark q rp rt ruby s samp small span strong sub sup time "
    "tspan u var wbr mi mn mo mrow mtext mfrac msup msub msubsup msqrt mover munder munderover mstyle mspace".split()
)
BLOCK_END = None
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200d\u2060\ufeff]")
BLANKS = re.compile(r"[ \t\n\r\f\v\u00a0]+")
# the blank that a line end of the source leaves between two wide characters is none
BLANK_BETWEEN_WIDE = re.compile(f"(?<={WIDE.pattern}) (?={WIDE.pattern})")
ANSWER = re.compile(r"\s*(One answer|参考解答|解答|答案|比完再看|给老师)")
ALIASES = re.compile(r"别名：([^。]*)。")
TEXT, CODE, ANSWERS = range(3)  # what is found in code or in an answer is said to be there, and not shown


@dataclass
class Section:
    """A section of a page: its anchor and heading, and what it shows as text, as code, in folded answers."""

    id: str
    heading: str = ""
    parts: tuple[list, list, list] = field(default_factory=lambda: ([], [], []))

    def texts(self) -> list[str]:
        """Return the three texts, blocks as lines; empty ones at the end are left out."""
        found = ["\n".join(_lines(parts)) for parts in self.parts]
        while found and not found[-1]:
            found.pop()
        return found


def _is_skipped(element) -> bool:
    if not isinstance(element.tag, str):  # a comment
        return True
    classes = _classes(element)
    return element.tag in SKIPPED_TAGS or bool(classes & SKIPPED_CLASSES) or element.get("hidden") is not None


def _classes(element) -> set[str]:
    return set((element.get("class") or "").split())


def _kind(element, kind: int) -> int:
    """Say what an element inside of `kind` holds."""
    if kind == TEXT and element.tag == "pre" and next(element.iterancestors("pre"), None) is None:
        printed = any("cell_output" in _classes(above) for above in element.iterancestors("div"))
        return TEXT if printed else CODE
    if "admonition" in _classes(element):
        title = element.find("./p[@class='admonition-title']")
        if title is not None and ANSWER.match(title.text_content()):
            return ANSWERS
    return kind


def _collect(element, current: Section, sections: list[Section], kind: int = TEXT, in_code: bool = False) -> None:
    """Append the visible text of `element` to `current`, opening a new entry at each section with an id."""
    if _is_skipped(element):
        return
    section = current
    if element.tag == "section" and element.get("id"):
        section = Section(element.get("id"))
        sections.append(section)
    elif element.tag == "dl" and "py" in _classes(element) and (name := _defined(element)):
        section = Section(*name)
        sections.append(section)
    kind = _kind(element, kind)
    in_code = in_code or element.tag == "pre"
    is_block = element.tag not in INLINE_TAGS
    parts = section.parts[kind]
    if is_block:
        parts.append(BLOCK_END)
    before = len(parts)
    _add(parts, element.text, in_code)
    for child in element:
        _collect(child, section, sections, kind, in_code)
        _add(parts, child.tail, in_code)
    if re.fullmatch(r"h[1-6]", element.tag) and not section.heading:
        section.heading = tidy("".join(part or " " for part in parts[before:]))
    if is_block:
        parts.append(BLOCK_END)


def _defined(element) -> tuple[str, str] | None:
    """Return anchor and name of what a definition of the interface defines: a method with its class."""
    head = element.find("./dt[@id]")
    if head is None:
        return None
    parts = head.get("id").split(".")
    inside = not {"function", "class", "exception", "data"} & _classes(element)
    return head.get("id"), ".".join(parts[-2 if inside else -1 :])


def _add(parts: list, text: str | None, in_code: bool) -> None:
    for number, line in enumerate((text or "").split("\n") if in_code else [text or ""]):
        parts += [BLOCK_END, line] if number else [line]


def tidy(text: str) -> str:
    """Fold blanks as a reader does, and leave out characters that nobody sees.

    >>> tidy("  a  b 扎\\n根\\u200b　理论 ")
    'a b 扎根　理论'
    """
    return BLANK_BETWEEN_WIDE.sub("", BLANKS.sub(" ", INVISIBLE.sub("", text))).strip()


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


def article_of(source: str):
    """Return what a page says as a tree: its article, without what stands around it; None if it has none."""
    found = html.document_fromstring(source).xpath('//article[contains(concat(" ", @class, " "), " bd-article ")]')
    return found[0] if found else None


def page_entry(article, docname: str) -> dict:
    """Extract what a reader sees of a page: `{"doc", "title", "sections": [[id, heading, texts], …]}`.

    Blocks (paragraphs, cells, labels of a figure) are lines of a text, so that no word is found across two of them.
    """
    top = Section("")
    sections = [top]
    if article is not None:
        _collect(article, top, sections)
    entries = [[one.id, one.heading, texts] for one in sections if (texts := one.texts()) or one.heading]
    title = next((heading for _, heading, _ in entries if heading), docname)
    return {"doc": docname, "title": title, "sections": entries}


def captions(article) -> list[list[str]]:
    """List the captions of a page: label, text, anchor."""
    found = []
    for number in article.iterfind(".//span[@class='caption-number']") if article is not None else ():
        caption = number.getparent()
        anchor = next((one.get("id") for one in number.iterancestors() if one.get("id")), "")
        text = "".join(part.text_content() for part in caption.iterfind("span[@class='caption-text']"))
        found.append([tidy(number.text_content()), tidy(text), anchor])
    return found


def glossary(article) -> list[list]:
    """List the entries of the glossary: anchor, the names that lead to it, what it says.

    >>> entry = '<dt id="a">共现</dt><dt id="b">co-occurrence</dt><dd><p>同在。别名：同现。</p></dd>'
    >>> glossary(article_of(f'<article class="bd-article"><dl class="glossary">{entry}</dl></article>'))
    [['a', ['共现', 'co-occurrence', '同现'], '同在。']]
    """
    entries: list[list] = []
    names, anchor = [], ""
    for item in article.xpath(".//dl[contains(@class, 'glossary')]/*") if article is not None else ():
        text = tidy("".join(item.xpath(".//text()[not(ancestor::a[@class='headerlink'])]")))
        if item.tag == "dt":
            names.append(text)
            anchor = anchor or item.get("id", "")
        else:
            aliases = [one for found in ALIASES.findall(text) for one in re.split("[、；，]", found)]
            entries.append([anchor, [*names, *filter(None, map(tidy, aliases))], tidy(ALIASES.sub("", text))])
            names, anchor = [], ""
    return entries


def traditional_characters(characters: Iterable[str]) -> tuple[str, str]:
    """Return the traditional forms of some simplified characters, and what each is a form of.

    >>> traditional_characters("数据")
    ('據數', '据数')
    """
    wanted = set(characters)
    lines = (Path(__file__).parent / "traditional.txt").read_text("utf-8").splitlines()
    lines = [line for line in lines if not line.startswith("#")]
    pairs = [pair for old, new in zip(lines[::2], lines[1::2], strict=True) for pair in zip(old, new, strict=True)]
    kept = sorted((old, new) for old, new in pairs if new in wanted)
    return "".join(old for old, _ in kept), "".join(new for _, new in kept)


def script(name: str, value: object) -> str:
    """Write a value as a script: `fetch` of a JSON file is not allowed from `file://`."""
    return f"window.{name} = {json.dumps(value, ensure_ascii=False, separators=(',', ':'))};\n"


def index(pages: list[dict], labels: list[list], terms: list[list], trails: dict[str, list[str]]) -> tuple[dict, list]:
    """Return names and texts of the pages as `search.js` reads them."""
    text = "".join(text for page in pages for _, heading, texts in page["sections"] for text in [heading, *texts])
    names = {
        "pages": [
            [page["doc"], page["title"], trails.get(page["doc"], []), [one[:2] for one in page["sections"]]]
            for page in pages
        ],
        "terms": terms,
        "labels": labels,
        "traditional": traditional_characters(text),
    }
    return names, [[texts for _, _, texts in page["sections"]] for page in pages]


def turn_off_sphinx_search(app: Sphinx) -> None:
    """Build no word index; the page comes from `add_search_page`."""
    if app.builder.format == "html":
        app.builder.search = False


def add_search_page(app: Sphinx):
    """Yield the search page, which Sphinx leaves out together with its index."""
    yield "search", {}, "search.html"


def write_search_texts(app: Sphinx, exception: Exception | None) -> None:
    """Write both scripts from the finished pages and drop those of Sphinx's search."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    names = names_of(app)
    order = {name: place for place, name in enumerate(names.trails)}
    docs = sorted(app.env.found_docs, key=lambda doc: (order.get(doc, len(order)), doc))
    pages, labels, terms = [], [], []
    for doc in docs:
        if (file := out / f"{doc}.html").exists():
            article = article_of(file.read_text("utf-8"))
            labels += [[*caption, len(pages)] for caption in captions(article)]
            terms += glossary(article)
            pages.append(page_entry(article, doc))
    found, texts = index(pages, labels, terms, {page["doc"]: names.trail(page["doc"]) for page in pages})
    (out / "_static/search_names.js").write_text(script("zhagenSearchNames", found), "utf-8")
    (out / "_static/search_texts.js").write_text(script("zhagenSearchTexts", texts), "utf-8")
    (out / "searchindex.js").unlink(missing_ok=True)
    for unused in ("searchtools", "language_data", "sphinx_highlight"):
        (out / f"_static/{unused}.js").unlink(missing_ok=True)


def setup(app: Sphinx) -> dict:
    """Connect the steps; the texts are read last, from pages that nothing changes any more."""
    app.add_css_file("search.css")
    app.add_js_file("search_field.js")  # joined with the theme's, and before it
    app.connect("builder-inited", turn_off_sphinx_search)
    app.connect("html-collect-pages", add_search_page)
    app.connect("build-finished", write_search_texts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
