"""The book as an EPUB 3: `python -m printing.epub`, after the build, with `book` on the path.

One XHTML file a page and one for what was folded in it; pictures and formulas stand in the text as SVG and MathML, so
nothing is lost and nothing is loaded. The same book gives the same bytes.
"""

from __future__ import annotations

import re
import sys
import time
import uuid
from html import escape
from pathlib import Path

from lxml import etree
from lxml.html import HtmlElement

import zhagen
from printing.offers import offer
from printing.pages import ROOT, SUBTITLE, Page, book_title, read_pages
from zhagen.archives import pack_files

NAME = "zhagen.epub"
XHTML, SVG = "http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"
MATHML, OPS = "http://www.w3.org/1998/Math/MathML", "http://www.idpf.org/2007/ops"
TD, TH = f"{{{XHTML}}}td", f"{{{XHTML}}}th"
CARDS = (5, 34)  # columns, and characters of a line, from which a table is too wide for a phone
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TIME = (2026, 1, 1, 0, 0, 0)  # of the book: it would differ from build to build
# HTML parsers write all names in small letters; SVG needs them as they were
SVG_NAMES = {
    name.lower(): name
    for name in (
        "viewBox preserveAspectRatio linearGradient radialGradient clipPath textPath markerWidth markerHeight refX "
        "refY markerUnits gradientUnits gradientTransform patternUnits patternTransform clipPathUnits maskUnits "
        "textLength lengthAdjust startOffset foreignObject baseFrequency stdDeviation pathLength"
    ).split()
}
OLD_ATTRIBUTES = {"align", "bgcolor", "border", "cellpadding", "cellspacing", "valign", "width"}  # of HTML 4
IN_STYLE = {"paint-order", "transform-box", "vector-effect"}  # of SVG 2, which EPUB does not know as attributes


def as_xhtml(element: HtmlElement, space: str = XHTML) -> etree._Element:
    """Copy an element of HTML as XHTML, with SVG and MathML in their own namespaces."""
    tag = element.tag.split("}")[-1]
    space = {"svg": SVG, "math": MATHML}.get(tag, space)
    # without a prefix: some reading programs look for `svg` and `math` by these names
    copy = etree.Element(f"{{{space}}}{SVG_NAMES.get(tag, tag) if space == SVG else tag}", nsmap={None: space})
    for name, value in element.attrib.items():
        if ":" in name or name.startswith(("data-", "on", "xmlns", "{")):
            continue
        if space == XHTML and (name in OLD_ATTRIBUTES or name == "open"):
            continue
        if space == SVG and name in IN_STYLE:
            copy.set("style", f"{copy.get('style', '')};{name}:{value}".strip(";"))
            continue
        if name == "style" and copy.get("style"):
            value = f"{value.rstrip(';')};{copy.get('style')}"
        copy.set(SVG_NAMES.get(name, name) if space == SVG else name, value)
    copy.text = element.text
    for child in element:
        if isinstance(child.tag, str):
            inner = as_xhtml(child, XHTML if tag == "foreignobject" else space)
            inner.tail = child.tail
            copy.append(inner)
        elif child.tail:
            last = copy[-1] if len(copy) else None
            if last is None:
                copy.text = (copy.text or "") + child.tail
            else:
                last.tail = (last.tail or "") + child.tail
    return copy


def label_cells(tree: etree._Element) -> None:
    """Give the cells of tables with many columns the heads of their columns: on a phone a row is shown as a card."""
    for table in tree.iter(f"{{{XHTML}}}table"):
        rows = [[cell for cell in row if cell.tag in (TD, TH)] for row in table.iter(f"{{{XHTML}}}tr")]
        if not rows or len({len(row) for row in rows}) > 1 or table.find(f"{{{XHTML}}}thead") is None:
            continue
        words = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(*words, strict=True)]
        if len(widths) < CARDS[0] or sum(widths) < CARDS[1]:
            continue
        table.set("class", f"{table.get('class') or ''} cards".strip())
        for row in rows[1:]:
            for cell, head in zip(row, words[0], strict=True):
                cell.set("data-label", head)


def file_names(pages: list[Page]) -> dict[str, str]:
    """Say in which file each id stands."""
    found = {}
    for page in pages:
        for key in page.section.xpath("descendant-or-self::*/@id"):
            found[key] = f"{page.key}.xhtml"
        for answer in page.answers:
            found[answer.key] = f"{page.key}-answers.xhtml"
            for part in answer.parts:
                found |= dict.fromkeys(part.xpath("descendant-or-self::*/@id"), f"{page.key}-answers.xhtml")
    return found


def point_to_files(tree: etree._Element, own: str, files: dict[str, str]) -> None:
    """Let links within the book lead to the file of their target."""
    for element in tree.iter():
        link = element.get("href")
        if link and link.startswith("#"):
            file = files.get(link[1:])
            if file and file != own:
                element.set("href", f"{file}{link}")


def document(title: str, parts: list[etree._Element], kind: str = "") -> bytes:
    """Write one XHTML file."""
    root = etree.Element(f"{{{XHTML}}}html", nsmap={None: XHTML, "epub": OPS})
    root.set("lang", "zh-CN")
    root.set(XML_LANG, "zh-CN")
    head = etree.SubElement(root, f"{{{XHTML}}}head")
    etree.SubElement(head, f"{{{XHTML}}}title").text = title
    etree.SubElement(head, f"{{{XHTML}}}link", {"rel": "stylesheet", "href": "book.css", "type": "text/css"})
    body = etree.SubElement(root, f"{{{XHTML}}}body")
    if kind:
        body.set(f"{{{OPS}}}type", kind)
    for part in parts:
        part.tail = None
        body.append(part)
    etree.cleanup_namespaces(root, keep_ns_prefixes=["epub"])
    source = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n{source}\n'.encode()


def answer_elements(page: Page) -> list[etree._Element]:
    """Write what was folded in a page: a heading, and each piece with a link back."""
    section = etree.Element(f"{{{XHTML}}}section", {"class": "answers"})
    etree.SubElement(section, f"{{{XHTML}}}h1").text = f"解答：{page.title}"
    for answer in page.answers:
        block = etree.SubElement(section, f"{{{XHTML}}}div", {"class": "answer", "id": answer.key})
        line = etree.SubElement(block, f"{{{XHTML}}}p", {"class": "answer-title"})
        etree.SubElement(line, f"{{{XHTML}}}a", {"href": f"#{answer.back}"}).text = f"↩ {answer.title}"
        block.extend(map(as_xhtml, answer.parts))
    return [section]


def properties(source: bytes) -> str:
    """Name what a file holds that the manifest must say."""
    found = [name for name, mark in (("mathml", MATHML), ("svg", SVG)) if mark.encode() in source]
    return f' properties="{" ".join(found)}"' if found else ""


def navigation(title: str, pages: list[Page], answered: list[Page]) -> str:
    """Write the table of contents."""
    lines, part = [], ""
    for page in pages:
        if page.part != part:
            lines.append("</ol></li>" if part else "")
            lines.append(f"<li><span>{escape(page.part)}</span><ol>" if page.part else "")
        part = page.part
        lines.append(f'<li><a href="{page.key}.xhtml">{escape(page.title)}</a></li>')
    lines.append("</ol></li>" if part else "")
    if answered:
        below = "".join(f'<li><a href="{page.key}-answers.xhtml">{escape(page.title)}</a></li>' for page in answered)
        lines.append(f"<li><span>解答和折起来的内容</span><ol>{below}</ol></li>")
    first = f'<li><a epub:type="bodymatter" href="{pages[0].key}.xhtml">正文</a></li>'
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="{XHTML}" xmlns:epub="{OPS}" '
        f'lang="zh-CN" xml:lang="zh-CN"><head><title>{escape(title)}</title>'
        '<link rel="stylesheet" href="book.css" type="text/css"/></head>'
        f'<body><nav epub:type="toc" id="toc"><h1>目录</h1><ol>{"".join(lines)}</ol></nav>'
        '<nav epub:type="landmarks" hidden=""><h2>导览</h2><ol>'
        f'<li><a epub:type="toc" href="#toc">目录</a></li>{first}</ol>'
        "</nav></body></html>\n"
    )


def package(title: str, items: list[str], spine: list[str]) -> str:
    """Write the list of all files, with what the book is."""
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"zhagen-book-{zhagen.__version__}")
    year, month, day = TIME[:3]
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        'unique-identifier="key" xml:lang="zh-CN"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="key">urn:uuid:{key}</dc:identifier><dc:title>{escape(title)}</dc:title>'
        "<dc:language>zh-CN</dc:language><dc:creator>zhagen 作者</dc:creator><dc:rights>CC BY 4.0</dc:rights>"
        f'<meta property="dcterms:modified">{year}-{month:02}-{day:02}T00:00:00Z</meta>'
        '<meta property="schema:accessMode">textual</meta><meta property="schema:accessMode">visual</meta>'
        '<meta property="schema:accessModeSufficient">textual</meta>'
        '<meta property="schema:accessibilityFeature">alternativeText</meta>'
        '<meta property="schema:accessibilityFeature">MathML</meta>'
        '<meta property="schema:accessibilityFeature">tableOfContents</meta>'
        '<meta property="schema:accessibilityFeature">readingOrder</meta>'
        '<meta property="schema:accessibilityHazard">none</meta>'
        '<meta property="schema:accessibilitySummary">图有文字说明，公式是 MathML，表有表头。</meta>'
        f"</metadata><manifest>{''.join(items)}</manifest><spine>{''.join(spine)}</spine></package>\n"
    )


def cover_svg(title: str) -> str:
    """Draw the cover."""
    return (
        f'<svg xmlns="{SVG}" viewBox="0 0 1200 1700" width="1200" height="1700" font-family="Book Sans, sans-serif">'
        '<rect width="1200" height="1700" fill="#1d6654"/>'
        f'<text x="110" y="560" font-size="112" font-weight="700" fill="#fff">{escape(title)}</text>'
        '<path d="M110 640h980" stroke="#cfe3dc" stroke-width="4"/>'
        f'<text x="110" y="740" font-size="50" fill="#fff">{SUBTITLE}</text>'
        f'<text x="110" y="1580" font-size="40" fill="#fff">zhagen {zhagen.__version__}</text></svg>'
    )


def write_epub(
    pages: list[Page], title: str, target: Path, picture_styles: str = "", cover: bytes | None = None
) -> Path:
    """Write the pages as an EPUB; `cover` is a picture in PNG."""
    files, answered = file_names(pages), [page for page in pages if page.answers]
    sources: dict[str, bytes] = {}
    if cover:
        picture = etree.fromstring(
            f'<section xmlns="{XHTML}" class="cover"><img src="cover.png" alt="封面：{escape(title)}"/></section>'
        )
        sources["cover.xhtml"] = document(title, [picture], "cover")
    for page in pages:
        sources[f"{page.key}.xhtml"] = document(page.title, [as_xhtml(page.section)])
    for page in answered:
        sources[f"{page.key}-answers.xhtml"] = document(f"解答：{page.title}", answer_elements(page))
    for name, source in sources.items():
        tree = etree.fromstring(source)
        point_to_files(tree, name, files)
        label_cells(tree)
        text = etree.tostring(tree, encoding="unicode")
        sources[name] = f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n{text}\n'.encode()
    items = ['<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>']
    items.append('<item id="css" href="book.css" media-type="text/css"/>')
    if cover:
        items.append('<item id="cover-image" href="cover.png" media-type="image/png" properties="cover-image"/>')
    for name, source in sources.items():
        key = name.removesuffix(".xhtml")
        items.append(f'<item id="{key}" href="{name}" media-type="application/xhtml+xml"{properties(source)}/>')
    spine = [f'<itemref idref="{name.removesuffix(".xhtml")}"/>' for name in sources]
    spine.insert(1 if cover else 0, '<itemref idref="nav"/>')
    styles = flat_colours(picture_styles) + Path(__file__).with_name("epub.css").read_text("utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    files: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<?xml version="1.0"?>\n'
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="EPUB/content.opf" media-type="application/oebps-package+xml"/></rootfiles>'
        "</container>\n",
        "EPUB/content.opf": package(title, items, spine),
        "EPUB/nav.xhtml": navigation(title, pages, answered),
        "EPUB/book.css": styles,
        **({"EPUB/cover.png": cover} if cover else {}),
        **{f"EPUB/{name}": source for name, source in sources.items()},
    }
    packed = {name: content.encode() if isinstance(content, str) else content for name, content in files.items()}
    draft = target.with_suffix(".part")
    draft.write_bytes(pack_files(packed, stored=("mimetype", "EPUB/cover.png")))
    draft.replace(target)
    return target


def flat_colours(styles: str) -> str:
    """Take the colours of the pictures in light mode out of the site's style sheet."""
    found = re.search(r"--zhagen-1.*?(?=\})", styles, re.DOTALL)
    colours = re.findall(r"(--zhagen-\d): (#\w+);", found[0]) if found else []
    return ":root {" + " ".join(f"{name}: {colour};" for name, colour in colours) + " --zhagen-paper: #fff; }\n"


def draw_cover(title: str) -> bytes | None:
    """Draw the cover as PNG with the browser, which has the fonts; none without a browser."""
    from playwright.sync_api import sync_playwright

    from printing.fonts import write_fonts
    from printing.paper import find_chromium

    folder = ROOT / "_build/print/cover"
    faces = write_fonts(set(cover_svg(title)), folder / "fonts")
    (folder / "cover.html").write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><style>{faces} body {{ margin: 0 }} svg {{ display: block }}</style>'
        f"{cover_svg(title)}",
        "utf-8",
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1200, "height": 1700})
        tab.goto((folder / "cover.html").as_uri())
        tab.evaluate("document.fonts.ready.then(() => 0)")
        picture = tab.screenshot()
        browser.close()
    return picture


def main() -> int:
    """Write the EPUB and say what it is."""
    start = time.perf_counter()
    title, styles = book_title(), (ROOT / "book/_static/figures.css").read_text("utf-8")
    target = write_epub(read_pages(), title, ROOT / "_build/epub" / NAME, styles, draw_cover(title))
    offer(target)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
