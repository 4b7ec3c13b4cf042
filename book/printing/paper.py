"""The book as a PDF: `python -m printing.paper`, after the build, with `book` on the path.

Chromium sets one file with all pages twice: the first time to learn on which page each target stands, the second time
with these numbers in the contents and behind the links. Bookmarks, language and title are written afterwards.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import tempfile
import time
from html import escape
from pathlib import Path

import pikepdf
from lxml import etree
from lxml.html import HtmlElement, fromstring
from pypdf import PdfReader

import zhagen
from printing.fonts import write_fonts
from printing.offers import offer
from printing.pages import ROOT, SUBTITLE, Page, all_trees, book_title, has_class, plain, read_pages

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
NAME = "zhagen.pdf"
NOT_LISTED = {"小结", "下一步", "不能知道的"}  # sections that every page has
ANSWERS = "answers"
SHORT, LINE = 16, 56  # widths of a column that keeps its words on one line, and of all such columns of a table
WIDE = 7  # a table with more columns than this is set smaller
FILL = """numbers => document.querySelectorAll("[data-page]").forEach(
  one => { one.textContent = numbers[one.dataset.page] ?? ""; })"""
# a figure that found no room on its page, which stayed empty: it gets smaller, or what follows it comes before it
FLOAT = """gaps => {
  for (const [key, room] of Object.entries(gaps)) {
    const figure = document.getElementById(key), picture = figure?.querySelector("svg, img");
    if (!picture) continue;
    const height = picture.getBoundingClientRect().height;
    const left = room - (figure.getBoundingClientRect().height - height) - 95;
    if (left > 0.62 * height) {
      picture.style.maxHeight = `${left}px`;
      continue;
    }
    const block = figure.closest(".cell_output") ?? figure, following = [];
    let next = (figure.closest(".cell") ?? figure).nextElementSibling, used = 0;
    while (next?.tagName === "P" && used + next.getBoundingClientRect().height < room && following.length < 5) {
      used += next.getBoundingClientRect().height + 8;
      following.push(next);
      next = next.nextElementSibling;
    }
    block.before(...following);
  }
}"""
TEXT_WIDTH = 556  # of a page, in CSS pixels
TOP, BOTTOM = 640, 57  # in points: a figure above begins a page; the foot of the text
EMPTY = 90  # points at the foot of a page that are too many
# a rectangle instead of the outline around a label: outlined text is embedded as Type 3
HALOS = """() => document.querySelectorAll("svg text").forEach(text => {
  const style = getComputedStyle(text);
  if (style.stroke === "none") return;
  const box = text.getBBox(), sheet = document.createElementNS(text.namespaceURI, "rect");
  for (const name of ["x", "y", "width", "height"]) sheet.setAttribute(name, box[name]);
  if (text.hasAttribute("transform")) sheet.setAttribute("transform", text.getAttribute("transform"));
  sheet.setAttribute("style", `fill: ${style.stroke}; stroke: none; opacity: 0.85`);
  text.before(sheet);
  text.style.stroke = "none";
})"""


def page_number(key: str) -> HtmlElement:
    """Make the place where the page number of a target is filled in."""
    return fromstring(f'<b class="page-number" data-page="{key}"></b>')


def number_links(page: Page, tree: HtmlElement) -> None:
    """Put the page number behind each link to something numbered, or named, on another page of the book."""
    for link in tree.xpath(f'.//a[starts-with(@href, "#p") and ./span[{has_class("doc")} or {has_class("std")}]]'):
        target = link.get("href")[1:]
        if link.xpath(f"./span[{has_class('std-term')}]") or target.split("-")[0] == page.key:
            continue
        number = page_number(target)
        number.tail, link.tail = link.tail, None
        link.addnext(number)


def number_folds(page: Page) -> None:
    """Put the page number behind each link to what was folded."""
    for line in page.section.xpath(f".//p[{has_class('to-answer')}]"):
        (link,) = line
        line.append(page_number(link.get("href")[1:]))


def shape_tables(tree: HtmlElement) -> None:
    """Mark tables with many columns, and columns whose cells are all short: these keep their words on one line."""
    for table in tree.iter("table"):
        rows = [row.xpath("./th | ./td") for row in table.iter("tr")]
        columns = max(map(len, rows), default=0)
        classes = (table.get("class") or "").split()
        if columns > WIDE:
            classes.append("wide")
        if classes:
            table.set("class", " ".join(classes))
        whole = [row for row in rows if len(row) == columns]
        widths = [
            max((width(cell) for cell in cells if cell.tag == "td"), default=0) for cells in zip(*whole, strict=True)
        ]
        left = LINE
        for column in sorted(range(len(widths)), key=widths.__getitem__):
            left -= widths[column]
            if widths[column] > SHORT or left < 0 or columns < 2:
                break
            for cell in (row[column] for row in whole if width(row[column]) <= SHORT):
                cell.set("class", f"{cell.get('class') or ''} short".strip())


def width(cell: HtmlElement) -> int:
    """Return the width of a cell's text in half Chinese characters."""
    return sum(1 if ord(one) < 0x2000 else 2 for one in plain(cell))


def markup(tree: HtmlElement) -> str:
    """Return the source of an element."""
    return etree.tostring(tree, encoding="unicode", method="html", with_tail=False)


def contents(pages: list[Page]) -> str:
    """Write the contents: parts, pages with their numbers, and their sections in one small paragraph."""
    lines, part = [], None
    for page in pages:
        if page.part != part and page.part:
            lines.append(f'<p class="toc-part">{escape(page.part)}</p>')
        part = page.part
        level = "toc-below" if page.deep else "toc-page"
        lines.append(
            f'<p class="{level}"><a href="#{page.key}">{escape(page.title)}</a><i></i>'
            f'<b class="page-number" data-page="{page.key}"></b></p>'
        )
        sections = [
            f'<span><a href="#{key}">{escape(title)}</a> <b class="page-number" data-page="{key}"></b></span>'
            for key, title in page.headings()
            if title not in NOT_LISTED
        ]
        if sections:
            lines.append(f'<p class="toc-sections">{"　".join(sections)}</p>')
    if any(page.answers for page in pages):
        lines.append(
            f'<p class="toc-part"><a href="#{ANSWERS}">解答和折起来的内容</a><i></i>'
            f'<b class="page-number" data-page="{ANSWERS}"></b></p>'
        )
    return f'<nav class="toc"><div class="heading">目录</div>{"".join(lines)}</nav>'


def answers(pages: list[Page]) -> str:
    """Write the end of the book: all that was folded, page by page, with links back."""
    blocks = []
    for page in pages:
        if not page.answers:
            continue
        blocks.append(f'<h2 id="{page.key}-answers"><a href="#{page.key}">{escape(page.title)}</a></h2>')
        for answer in page.answers:
            blocks.append(
                f'<div class="answer" id="{answer.key}"><p class="answer-title"><a href="#{answer.back}">'
                f'{escape(answer.title)}</a><b class="page-number" data-page="{answer.back}"></b></p>'
                f"{''.join(map(markup, answer.parts))}</div>"
            )
    if not blocks:
        return ""
    return (
        f'<section class="chapter answers" id="{ANSWERS}"><h1>解答和折起来的内容</h1>'
        '<p class="lead">网页上点开才看得到的解答、理由和程序，都在这里，按章排列。标题后面的小字是它所在的页。</p>'
        f"{''.join(blocks)}</section>"
    )


def colophon(title: str) -> str:
    """Write the page behind the cover."""
    number = f'<b class="page-number" data-page="{ANSWERS}"></b>'
    lines = (
        f"zhagen 作者　著<br>版本 {zhagen.__version__}",
        "这一版由网页版的同一批页面排成，表号、图号和网页一致。网页上的按钮、下载和搜索，纸上没有；折起来的解答、理由和"
        f'程序排在书末，按章排列。链接后面的小字是页码，如<a href="#{ANSWERS}">解答</a>{number}。画图用的、网页上收着的'
        "程序没有印，在笔记本里；软件接口只在网页版里。",
        "自测的方框、编码单和报告单留了填写的地方。要在页面上编码、改动程序、下载数据，请用网页版。",
        "文字、练习、图表和数据以知识共享 署名 4.0（CC BY 4.0）许可发布，程序以 MIT 许可发布。两种许可都不覆盖书中"
        "讨论的五份文档。字体：思源宋体、思源黑体、STIX Two Math（SIL OFL 1.1），DejaVu。",
    )
    text = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div class="colophon"><p class="colophon-title">{escape(title)}</p>{text}</div>'


def running_heads(page_key: str, left: str, right: str) -> str:
    """Write the running heads of one page of the book: its part on the left, its title on the right."""
    left, right = (text.replace("\\", "").replace('"', "”") for text in (left, right))
    return (
        f'@page {page_key}:left {{ @top-left {{ content: "{left}" }} }}\n'
        f'@page {page_key}:right {{ @top-right {{ content: "{right}" }} }}\n'
        f"#{page_key} {{ page: {page_key} }}"
    )


def join(pages: list[Page], title: str, faces: str, root: Path = ROOT) -> str:
    """Write all pages as one HTML file for print."""
    heads, body = [], []
    for page in pages:
        number_folds(page)
        for tree in (page.section, *(tree for answer in page.answers for tree in answer.parts)):
            number_links(page, tree)
            shape_tables(tree)
        heads.append(running_heads(page.key, title if not page.part else page.part, page.title))
        over = f'<p class="part-name">{escape(page.part)}</p>' if page.part else ""
        source = re.sub(r"(<section[^>]*>)", rf"\1{over}", markup(page.section), count=1)
        body.append(source.replace("<section", '<section data-chapter=""', 1))
    heads.append(running_heads(ANSWERS, title, "解答和折起来的内容"))
    styles = [(root / "book/_static/figures.css").read_text("utf-8")]
    styles += [(root / "_build/html/_static/pygments.css").read_text("utf-8")]
    styles += [faces, Path(__file__).with_name("paper.css").read_text("utf-8"), *heads]
    style = "\n".join(styles)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>"
        f'<div class="cover"><p class="cover-title">{escape(title)}</p><p class="cover-line">{SUBTITLE}</p>'
        f'<p class="cover-foot">zhagen {zhagen.__version__}</p></div>'
        f"{colophon(title)}{contents(pages)}{''.join(body)}{answers(pages)}</body></html>"
    )


def find_chromium() -> str:
    """Return the browser that sets the pages."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        raise SystemExit(f"no Chromium on this machine ({', '.join(CHROMIUM)}): install one, it sets the pages")
    return found


def destinations(pdf: bytes) -> dict[str, int]:
    """Return the page, counted from 1, of every target of a link in a PDF."""
    reader = PdfReader(io.BytesIO(pdf))
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages, 1)}
    return {
        name.lstrip("/"): numbers[target["/Page"].indirect_reference.idnum]
        for name, target in reader.named_destinations.items()
    }


def gaps(pdf: bytes, figures: list[str]) -> dict[str, float]:
    """Find the figures that begin a page while the page before has room left, and how many CSS pixels."""
    reader = PdfReader(io.BytesIO(pdf))
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages)}
    found = {}
    for name, target in reader.named_destinations.items():
        key, number = name.lstrip("/"), numbers[target["/Page"].indirect_reference.idnum]
        if key not in figures or float(target["/Top"]) < TOP:
            continue
        heights: list[float] = []
        reader.pages[number - 1].extract_text(
            visitor_text=lambda text, user, matrix, font, size, heights=heights: (
                heights.append(matrix[4 + 1] * user[3] + user[5]) if text.strip() else None
            )
        )
        lowest = min((height for height in heights if height > BOTTOM), default=BOTTOM)
        if lowest - BOTTOM > EMPTY:
            found[key] = (lowest - BOTTOM) * 96 / 72
    return found


def set_pages(source: Path, rounds: int = 4) -> tuple[bytes, dict[str, int]]:
    """Set a file in Chromium until the page numbers in it are right; return the PDF and the page of each target."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": TEXT_WIDTH, "height": 800})
        tab.set_default_timeout(600_000)
        tab.goto(source.as_uri())
        tab.evaluate("document.fonts.ready.then(() => 0)")
        tab.evaluate(HALOS)
        known: dict[str, int] = {}
        for turn in range(rounds):
            tab.evaluate(FILL, {key: str(number) for key, number in known.items()})
            pdf = tab.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
            found = destinations(pdf)
            if found == known:
                break
            known = found
            if turn == 0:
                figures = tab.evaluate("[...document.querySelectorAll('figure[id]')].map(one => one.id)")
                tab.evaluate(FLOAT, gaps(pdf, figures))
        browser.close()
    return pdf, found


def finish(pdf: bytes, pages: list[Page], numbers: dict[str, int], title: str, target: Path) -> None:
    """Write bookmarks, language and title into the PDF, and pack it."""
    with pikepdf.open(io.BytesIO(pdf)) as book:
        with book.open_outline() as outline:
            part, under = None, outline.root
            for page in pages:
                if page.part != part:
                    part, under = page.part, outline.root
                    if part:
                        item = bookmark(book, part, page.key)
                        item.is_closed = True
                        outline.root.append(item)
                        under = item.children
                item = bookmark(book, page.title, page.key)
                item.is_closed = True
                item.children += [bookmark(book, name, key) for key, name in page.headings() if key in numbers]
                under.append(item)
            if ANSWERS in numbers:
                outline.root.append(bookmark(book, "解答和折起来的内容", ANSWERS))
        book.Root.Lang = pikepdf.String("zh-CN")
        book.Root.PageMode = pikepdf.Name.UseOutlines
        book.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        for key in list(book.docinfo):
            del book.docinfo[key]
        with book.open_metadata(set_pikepdf_as_editor=False) as about:
            about["dc:title"], about["dc:language"], about["dc:creator"] = title, {"zh-CN"}, ["zhagen 作者"]
            about["dc:rights"] = "CC BY 4.0"
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".pdf", delete=False) as draft:
            book.save(
                draft, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True,
                recompress_flate=True, deterministic_id=True,
            )  # fmt: skip
    os.chmod(draft.name, 0o644)
    os.replace(draft.name, target)


def bookmark(book: pikepdf.Pdf, title: str, key: str) -> pikepdf.OutlineItem:
    """Make a bookmark that leads where links to the same target lead."""
    return pikepdf.OutlineItem(title, pikepdf.Name(f"/{key}"))


def write_book(root: Path = ROOT, target: Path | None = None) -> Path:
    """Write the PDF of the built book and return its place."""
    target = target or root / "_build/pdf" / NAME
    title, pages = book_title(root), read_pages(root)
    work = root / "_build/print"
    characters = {one for tree in all_trees(pages) for one in tree.text_content()}
    faces = write_fonts(characters | set(join(pages, title, "", root)) | set("•◦▪"), work / "fonts")
    source = work / "book.html"
    source.write_text(join(read_pages(root), title, faces, root), "utf-8")
    pdf, numbers = set_pages(source)
    finish(pdf, pages, numbers, title, target)
    return target


def main() -> int:
    """Write the PDF and say what it is."""
    start = time.perf_counter()
    target = write_book()
    offer(target)
    with pikepdf.open(target) as book:
        size = len(book.pages)
    print(f"{target}: {size} pages, {target.stat().st_size / 1e6:.1f} MB, {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
