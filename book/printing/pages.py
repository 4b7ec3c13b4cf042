"""What a page says, without what only a screen can do: read from the built HTML, for paper and for EPUB alike.

Every id gets the number of its page, so that all pages can stand in one file. What is folded on the screen - solutions,
reasons of self-checks, cells to open later - goes to the end of the book, with links there and back.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import build
import yaml
from lxml import html
from lxml.html import HtmlElement

ROOT = Path(__file__).resolve().parents[2]

# of no use on paper: what only a script or a click can use, and what the page repeats of its own frame
SCREEN_ONLY = """
    .//script | .//style[not(ancestor::*[local-name() = "svg"])] | .//button | .//nav | .//dialog | .//template
    | .//form | .//*[contains(@class, "headerlink")] | .//*[contains(@class, "toctree-wrapper")]
    | .//*[contains(@class, "table-download")] | .//*[contains(@class, "d-print-none")] | .//a[@download]
    | .//a[starts-with(@href, "data:") or starts-with(@href, "blob:")] | .//summary//*[local-name() = "svg"]
    | .//comment()
"""
NAMED = ("id", "for", "aria-labelledby", "aria-describedby", "aria-controls")
OTHER_HOST = re.compile(r"[a-z][a-z0-9+.-]*:|//")
MATERIAL = re.compile(r"^\s*(?:show_turns|display)\(")  # a cell that only shows what is to be worked on stays
SUBTITLE = "从访谈到理论：先做一遍，再读别人的"
FOLDED = "折起来的一格"
LONGEST = 18  # characters of what it shows that name a fold without a title
LEFT_OUT = ("book/interface",)  # two hundred pages to look names up in, which only a screen can search


@dataclass
class Answer:
    """What was folded in one place: its name, the ids there and back, and its elements."""

    title: str
    key: str
    back: str
    parts: list[HtmlElement]


@dataclass
class Page:
    """One page: `section` is what it says, `answers` what was folded in it."""

    name: str
    number: int
    part: str
    title: str
    section: HtmlElement
    deep: bool = False
    answers: list[Answer] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The id of its first element, and the beginning of all its ids."""
        return f"p{self.number}"

    def headings(self) -> list[tuple[str, str]]:
        """List the sections of the page as id and title."""
        found = []
        for heading in self.section.iter("h2"):
            owner = heading.getparent()
            key = heading.get("id") or (owner.get("id") if owner.tag == "section" else None)
            if key:
                found.append((key, plain(heading)))
        return found


def book_title(root: Path = ROOT) -> str:
    """Return the title of the book."""
    return yaml.safe_load((root / "_config.yml").read_text("utf-8"))["title"]


def plain(element: HtmlElement) -> str:
    """Return the text of an element on one line."""
    return re.sub(r"\s+", " ", element.text_content()).strip()


def has_class(name: str) -> str:
    """Write the XPath condition that an element has a class."""
    return f'contains(concat(" ", normalize-space(@class), " "), " {name} ")'


def drop(element: HtmlElement) -> None:
    """Take an element out; the text behind it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def read_pages(root: Path = ROOT, leave_out: tuple[str, ...] = LEFT_OUT) -> list[Page]:
    """Read all pages of the table of contents from the built book, in order.

    Raises SystemExit where the book was not built.
    """
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    places: list[tuple[str, str, bool]] = [("", toc["root"], False)]
    for part in toc.get("parts") or [{"caption": "", "chapters": toc.get("chapters", [])}]:
        for chapter in part["chapters"]:
            first, *below = build.toc_pages({"root": "", "chapters": [chapter]})[1:]
            places += [
                (part.get("caption", ""), first, False),
                *((part.get("caption", ""), name, True) for name in below),
            ]
    places = [place for place in places if not place[1].startswith(leave_out)]
    numbers = {name: number for number, (_, name, _) in enumerate(places)}
    pages = []
    for part, name, deep in places:
        file = root / "_build/html" / f"{name}.html"
        if not file.is_file():
            raise SystemExit(f"there is no {name}.html: run make book first")
        pages.append(read_page(file, name, numbers, part, deep=deep))
    unlink_missing(pages)
    return pages


def read_page(file: Path, name: str, numbers: dict[str, int], part: str = "", *, deep: bool = False) -> Page:
    """Read one page: clean it, number its ids, point its links to the other pages, put its folds aside."""
    document = html.parse(str(file), parser=html.HTMLParser(encoding="utf-8")).getroot()
    (article,) = document.xpath(f"//article[{has_class('bd-article')}]")
    section = deepcopy(article.xpath("./section | ./div/section")[0])
    section.tail = None
    title = plain(section.xpath(".//h1")[0]).rstrip("#").strip()
    for element in section.xpath(SCREEN_ONLY):
        drop(element)
    for element in section.iter("noscript"):
        element.tag = "div"
        element.set("class", "without-script")
    page = Page(name, numbers[name], part, title, section, deep)
    number_ids(page)
    point_links(page, numbers)
    leave_out_drawing(section)
    take_answers(page)
    open_folds(section)
    for answer in page.answers:
        for element in answer.parts:
            open_folds(element)
    return page


def number_ids(page: Page) -> None:
    """Begin each id, and each attribute that names one, with the page; an id that is there twice loses its second."""
    seen = set()
    for element in page.section.iter():
        for attribute in NAMED:
            if value := element.get(attribute):
                element.set(attribute, " ".join(f"{page.key}-{key}" for key in value.split()))
        for attribute, value in element.attrib.items():
            if "url(#" in value:
                element.set(attribute, value.replace("url(#", f"url(#{page.key}-"))
        if key := element.get("id"):
            if key in seen:
                del element.attrib["id"]
            seen.add(key)
    page.section.attrib.pop("id", None)
    page.section.set("id", page.key)


def point_links(page: Page, numbers: dict[str, int]) -> None:
    """Point the links to other pages of the book into the one file; what is not in the book is no link."""
    own = page.section.xpath("string(@id)")
    for element in page.section.xpath(".//*[@href]"):
        link = element.get("href")
        if OTHER_HOST.match(link):
            continue
        path, _, anchor = link.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), path)) if path else page.name
        number = numbers.get(target.removesuffix(".html"))
        if number is None or (path and not path.endswith(".html")):
            del element.attrib["href"]
        elif anchor:
            element.set("href", f"#p{number}-{anchor}")
        else:
            element.set("href", f"#p{number}" if path else f"#{own}")


def unlink_missing(pages: list[Page]) -> None:
    """Let links to the top of a page's section lead to the page, and drop those that lead nowhere."""
    trees = [tree for page in pages for tree in (page.section, *(e for answer in page.answers for e in answer.parts))]
    ids = {key for tree in trees for key in tree.xpath("descendant-or-self::*/@id")}
    ids |= {answer.key for page in pages for answer in page.answers}
    for tree in trees:
        for element in tree.xpath('descendant-or-self::*[starts-with(@href, "#")]'):
            key = element.get("href")[1:]
            if key not in ids:
                page = re.match(r"p\d+", key)
                if page and page[0] in ids:
                    element.set("href", f"#{page[0]}")
                else:
                    del element.attrib["href"]


def leave_out_drawing(section: HtmlElement) -> None:
    """Leave out folded code above an open result, whole; what it shows stays."""
    for cell in section.xpath(f".//div[{has_class('tag_hide-input')}]"):
        for fold in cell.xpath(f"./details[{has_class('above-input')}]"):
            drop(fold)
        if not cell.xpath(f".//div[{has_class('cell_output')}]"):
            drop(cell)


def is_folded(element: HtmlElement) -> bool:
    """Say whether an element goes to the end."""
    classes = (element.get("class") or "").split()
    if "tag_hide-cell" in classes:
        return not MATERIAL.match(element.xpath("string(.//pre)"))
    return "dropdown" in classes or "sc-reasons" in classes


def take_answers(page: Page) -> None:
    """Move what is folded into `page.answers`, neighbours together; a link stays in its place."""
    done = set()
    for element in page.section.xpath(
        f".//*[{has_class('dropdown')} or {has_class('tag_hide-cell')} or {has_class('sc-reasons')}]"
    ):
        if element in done or not is_folded(element):
            continue
        group = [element]
        while (after := group[-1].getnext()) is not None and not (group[-1].tail or "").strip() and is_folded(after):
            group.append(after)
        done.update(descendant for one in group for descendant in one.iter())
        number = len(page.answers) + 1
        answer = Answer(answer_title(group), f"{page.key}-answer-{number}", f"{page.key}-fold-{number}", group)
        pointer = html.Element("p", {"class": "to-answer", "id": answer.back})
        link = html.Element("a", {"href": f"#{answer.key}"})
        link.text = answer.title
        pointer.append(link)
        element.addprevious(pointer)
        pointer.tail = group[-1].tail
        for one in group:
            one.tail = None
            one.getparent().remove(one)
        page.answers.append(answer)


def answer_title(group: list[HtmlElement]) -> str:
    """Name what was folded: by the titles of its boxes, else by what its captions number."""
    titles = [plain(box.xpath("./p")[0]) for box in group if "dropdown" in box.get("class", "")]
    if not titles and "sc-reasons" in group[0].get("class", ""):
        (check,) = group[0].xpath(f"ancestor::*[{has_class('selfcheck')}]/summary")
        titles = [f"{plain(check)}：答案和理由"]
    if not titles:
        titles = [plain(number) for one in group for number in one.xpath(f".//span[{has_class('caption-number')}]")]
    if not titles:
        words = " ".join(plain(shown) for one in group for shown in one.xpath(f".//div[{has_class('cell_output')}]"))
        titles = [f"{FOLDED}：{words[:LONGEST]}{'…' * (len(words) > LONGEST)}" if words else FOLDED]
    return "、".join(titles)


def open_folds(tree: HtmlElement) -> None:
    """Turn folds into plain boxes: paper cannot open them."""
    for fold in list(tree.iter("details")):
        for summary in fold.findall("summary"):
            if "above-input" in fold.get("class", ""):
                drop(summary)
                continue
            for paragraph in summary.iter("p"):
                paragraph.tag = "span"
            summary.tag = "p"
            summary.set("class", "fold-title")
            summary.attrib.pop("aria-label", None)
        fold.tag = "div"
        fold.attrib.pop("open", None)
        fold.set("class", " ".join(one for one in fold.get("class", "").split() if one not in ("admonition", "hide")))
    for box in tree.xpath(f"descendant-or-self::*[{has_class('dropdown')}]"):
        box.set("class", box.get("class").replace("dropdown", "").strip())


def all_trees(pages: list[Page]) -> Iterator[HtmlElement]:
    """Yield what the pages say and what was folded in them."""
    for page in pages:
        yield page.section
        for answer in page.answers:
            yield from answer.parts
