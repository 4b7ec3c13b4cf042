"""Slides of every chapter, cut from the finished pages at the end of the build.

Nothing is copied by hand and nothing is executed again: a deck is cut from its page. What goes onto slides is a rule:

- each section is one slide or more under its heading; sections in `LEFT_OUT` are not shown;
- of a paragraph its first sentences, up to sixty characters; in a section that sets to work (its heading begins with
  先做 or 轮到你) up to some hundred;
- quotations, lists, tables and figures as they are; an exercise without its solution; what a cell folds away comes on
  the slide after, where the page asks for something first.

Reveal.js would be a dependency ten times as large as this file with its script and style, and could not cut a page into
slides. A deck is one file; of the book it takes the font, on a machine that has no Chinese one.
"""

from __future__ import annotations

import copy
import re
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from lxml import etree, html
from sphinx.application import Sphinx
from sphinx.locale import _

OWN = Path(__file__).with_name("slides")
PARTS = ("method", "haier", "xiaomi", "community", "whitepaper", "ecommerce", "synthesis")
SHEETS = ("method/03_coding_sheets",)  # pages that are worked on, not shown
WHOLE = ("小结",)
LEFT_OUT = ("延伸阅读", "下一步", "不能知道的")
DOING = ("先做", "轮到你")
POINTS_BACK = re.compile(r"[上下][一两三]格|展开|折着|往下翻|这一页|本页")  # says where something stands on the page
SAID, MORE, DONE = 16, 60, 130  # characters: a sentence says something; a paragraph is cut; one that sets to work
ASKED = re.compile("[？]|猜|写|填|编|画|读|想|比")  # the learner acts before the next slide
TASK = re.compile("纸上|写下|写一|猜|请先|动笔|圈")

WIDTH, ROOM = 1120, 520  # px of a slide for its blocks
BODY, SMALL, LINE = 28, 24, 1.5  # sizes of type, px; height of a line
GAP = 14  # px under a block
MOST = 3  # slides that one block may fill; the rest is on the page


@dataclass
class Block:
    """One piece of a slide that is not cut further.

    Attributes
    ----------
    node : lxml.html.HtmlElement
        What is shown.
    height : float
        Estimated, px.
    """

    node: html.HtmlElement = field(repr=False)
    height: float


@dataclass
class Slide:
    """One slide.

    Attributes
    ----------
    title : str
        Its heading.
    blocks : list of Block
        What stands under it.
    kind : str
        ``part``, ``task`` for an exercise, ``title`` for the first.
    """

    title: str
    blocks: list[Block]
    kind: str = "part"


def ems(text: str) -> float:
    """Return the width of a line of text in ems: a Chinese character is one, a Latin letter about half of one.

    Parameters
    ----------
    text : str
        Without line breaks.

    Returns
    -------
    float
        The width.

    Examples
    --------
    >>> ems("κ 是系数")
    4.58
    """
    return round(sum(1 if unicodedata.east_asian_width(one) in "WFA" else 0.58 for one in text), 2)


def first_sentences(paragraph: html.HtmlElement, least: int, most: int) -> html.HtmlElement:
    """Return a copy of a paragraph that ends with a sentence.

    Parameters
    ----------
    paragraph : lxml.html.HtmlElement
        A paragraph of a page.
    least : int
        Sentences are taken until they have so many characters.
    most : int
        Then further ones as long as all have no more than this.

    Returns
    -------
    lxml.html.HtmlElement
        The copy.

    Examples
    --------
    >>> p = html.fragment_fromstring("<p><strong>尺子是后来的。</strong>　编码本是定稿的。当时不是。</p>")
    >>> first_sentences(p, 10, 15).text_content()
    '尺子是后来的。\\u3000编码本是定稿的。'
    """
    kept, text = copy.deepcopy(paragraph), paragraph.text_content()
    ends, quoted = [], 0
    for place, one in enumerate(text, 1):
        quoted += (one in "“「（") - (one in "”」）")
        if one in "。！？" and quoted <= 0:
            ends.append(place)
    end = len(text)
    for place in ends:
        if place > most and end < len(text):
            break
        if place >= least:
            end = place
    _cut(kept, end)
    return kept


def _cut(node: html.HtmlElement, length: int) -> int:
    """Leave the first characters of a node; returns how many are still to come after it."""
    text = node.text or ""
    node.text, length = text[:length], max(0, length - len(text))
    for child in list(node):
        if not length:
            node.remove(child)
            continue
        tail = child.tail or ""
        child.tail = None
        inside = len(child.text_content()) if isinstance(child.tag, str) else 0
        if inside <= length:
            length -= inside
        else:
            length = _cut(child, length)
        child.tail, length = tail[:length], max(0, length - len(tail))
    return length


def plain(node: html.HtmlElement) -> html.HtmlElement:
    """Return a copy without links, marks of the page and names; what belongs to a drawing or a formula stays.

    Parameters
    ----------
    node : lxml.html.HtmlElement
        A part of a page.

    Returns
    -------
    lxml.html.HtmlElement
        The copy.

    Examples
    --------
    >>> p = html.fragment_fromstring('<p id="a">见<a class="headerlink" href="#a">#</a><a href="b">第二章</a>。</p>')
    >>> html.tostring(plain(p), encoding="unicode")
    '<p>见第二章。</p>'
    """
    node = copy.deepcopy(node)
    node.tail = None
    for gone in node.xpath(".//a[contains(@class, 'headerlink')] | .//p[@class='table-download'] | .//script"):
        gone.drop_tree()
    for link in node.xpath(".//a"):
        link.drop_tag()
    for part in node.iter():
        if isinstance(part.tag, str) and not part.xpath("ancestor-or-self::svg | ancestor-or-self::math"):
            for name in ("id", "class", "style", "title", "tabindex", "role"):
                part.attrib.pop(name, None)
    return node


def blocks_of(node: html.HtmlElement) -> Iterator[Block]:
    """Cut a part of a page into pieces of known height.

    Parameters
    ----------
    node : lxml.html.HtmlElement
        A paragraph, list, quotation, table, figure or cell.

    Yields
    ------
    Block
        In order.
    """
    if node.tag == "p":
        if text := node.text_content().strip():
            yield Block(plain(node), _lines(text, WIDTH, BODY) * BODY * LINE + GAP)
    elif node.tag in ("ul", "ol"):
        yield from _items(node)
    elif node.tag == "blockquote":
        for part in node.xpath(".//p") or [node]:
            quote = html.Element("blockquote")
            quote.append(plain(part))
            yield Block(quote, _lines(part.text_content().strip(), WIDTH - 44, BODY) * BODY * LINE + GAP)
    elif node.tag == "table":
        yield from _rows(node)
    elif node.tag == "figure":
        figure = plain(node)
        yield Block(figure, ROOM)
    elif node.tag == "dl":
        for part in node.xpath(".//dt | .//dd"):
            yield Block(_as_paragraph(part), _lines(part.text_content().strip(), WIDTH, BODY) * BODY * LINE + GAP)
    elif node.tag == "math" or "math" in node.get("class", ""):
        yield Block(plain(node), 2.4 * BODY * LINE)


def _items(node: html.HtmlElement) -> Iterator[Block]:
    for number, item in enumerate(node.xpath("./li"), 1):
        text = item.text_content().strip()
        alone = html.Element(node.tag)
        if node.tag == "ol":
            alone.set("start", str(number))
        alone.append(plain(item))
        height = _lines(text, WIDTH - 48, BODY) + text.count("\n") * 0.5
        yield Block(alone, height * BODY * LINE + 6)


def _rows(table: html.HtmlElement) -> Iterator[Block]:
    """Yield a table, in pieces that repeat its head where it is higher than a slide."""
    found = table.xpath(".//tr")
    rows = [[re.sub(r"\s+", " ", cell.text_content()).strip() for cell in row.xpath("./*")] for row in found]
    if not rows or len({len(row) for row in rows}) > 1 or len(rows[0]) > 7:
        return  # merged cells, or more columns than anybody reads on a wall
    columns = list(zip(*rows, strict=True))
    needs = [max(map(ems, column)) for column in columns]
    words = [max([1.0, *(ems(word) for cell in column for word in re.findall("[!-~]+", cell))]) for column in columns]
    free = WIDTH - 24 * len(needs)
    shares = [max(min(need, 44) ** 0.75, word * 0.9, 2.2) for need, word in zip(needs, words, strict=True)]
    widths = [free * share / sum(shares) for share in shares]
    if any(word * SMALL > width + 1 for word, width in zip(words, widths, strict=True)):
        return
    lines = [max(_lines(cell, width, SMALL) for cell, width in zip(row, widths, strict=True)) for row in rows]
    heights = [count * SMALL * 1.4 + 13 for count in lines]
    caption = re.sub(r"#$", "", "".join(table.xpath("./caption//text()"))).strip()
    top = heights[0] + (SMALL * LINE + 10 if caption else 0) + GAP
    parts = -int(-sum(heights[1:]) // (ROOM - top))  # pieces of about one height, no last row alone
    full = min(ROOM - top, sum(heights[1:]) / max(parts, 1) + max(heights) / 2)
    body, piece, used = found[1:], [], 0.0
    for row, height in [*zip(body, heights[1:], strict=True), (None, 0.0)]:
        if piece and (row is None or used + height > full):
            yield Block(_table(caption, found[0], piece, widths), used + top)
            piece, used = [], 0.0
        if row is not None:
            piece.append(row)
            used += height


def _table(caption: str, head: html.HtmlElement, rows: list, widths: list[float]) -> html.HtmlElement:
    made = html.Element("table")
    if caption:
        etree.SubElement(made, "caption").text = caption
    group = etree.SubElement(made, "colgroup")
    for width in widths:
        etree.SubElement(group, "col").set("style", f"width:{width + 24:.0f}px")
    for name, part in (("thead", [head]), ("tbody", rows)):
        inside = etree.SubElement(made, name)
        inside.extend([plain(row) for row in part])
    return made


def _lines(text: str, width: float, size: int) -> int:
    """Estimate the lines that a text takes; a word is not broken, so every line may lose some."""
    per_line = max(1.0, width / size - 1.2)
    return max(1, sum(-int(-ems(part.strip()) // per_line) or 1 for part in text.split("\n") if part.strip()))


def _as_paragraph(node: html.HtmlElement) -> html.HtmlElement:
    made = plain(node)
    made.tag = "p"
    return made


def slides_of(page: html.HtmlElement) -> list[Slide]:
    """Cut the article of a finished page into slides.

    Parameters
    ----------
    page : lxml.html.HtmlElement
        The parsed page.

    Returns
    -------
    list of Slide
        The title, then section by section.
    """
    article = page.xpath("//article")[0]
    chapter = article.xpath(".//section[h1]")[0]
    slides = [_title(chapter)]
    for section in [chapter, *chapter.xpath(".//section[h2 or h3]")]:
        heading = _heading(section)
        if section is not chapter and heading in LEFT_OUT:
            continue
        if section.xpath(f"ancestor::section[h2][{' or '.join(f'starts-with(h2, {one!r})' for one in LEFT_OUT)}]"):
            continue
        slides += _section(section, heading)
    return slides


def _heading(section: html.HtmlElement) -> str:
    title = section.xpath("./h1 | ./h2 | ./h3")[0]
    return plain(title).text_content().strip()


def _title(chapter: html.HtmlElement) -> Slide:
    goal = chapter.xpath("./div[p[contains(@class, 'admonition-title')][contains(., '导读')]]/p[position() > 1]")
    return Slide(_heading(chapter), [block for part in goal[:2] for block in blocks_of(part)], "title")


def _section(section: html.HtmlElement, heading: str) -> Iterator[Slide]:
    doing = heading.startswith(DOING)
    slide, solved = Slide(heading, []), False
    for node in section:
        classes = node.get("class", "").split() if isinstance(node.tag, str) else []
        if not isinstance(node.tag, str) or node.tag in ("section", "h1", "h2", "h3", "span"):
            continue
        title = "".join(node.xpath("./p[contains(@class, 'admonition-title')]//text()")).strip()
        if title.startswith("练习"):
            yield from _paged(slide)
            slide, solved = Slide(title, [], "task"), False
            slide.blocks = _inside(node)
        elif re.match(r"(参考)?解答", title):
            yield from _paged(slide)
            slide, solved = Slide(heading, []), True
        elif title and not title.startswith(("本章导读", "改一改", "怎样用")):
            yield from _paged(slide)
            yield from _paged(Slide(title, _inside(node)))
            slide = Slide(heading, [])
        elif "cell" in classes:
            folded = "tag_hide-cell" in classes
            if folded and (solved or slide.kind == "task"):
                continue
            outputs = _outputs(node)
            if folded and outputs and slide.blocks and ASKED.search(slide.blocks[-1].node.text_content()):
                yield from _paged(slide)
                slide = Slide(heading, [])
            slide.blocks += outputs
        elif node.tag == "p":
            if slide.kind != "task" and not title:
                short = _paragraph(node, doing)
                slide.blocks += blocks_of(short) if short is not None else []
                after = node.getnext()
                if doing and after is not None and after.tag == "p" and TASK.search(node.text_content()):
                    yield from _paged(slide)  # what the page says of it comes on the next one
                    slide = Slide(heading, [])
        elif not title:
            slide.blocks += _content(node)
    yield from _paged(slide)


def _paragraph(node: html.HtmlElement, doing: bool) -> html.HtmlElement | None:
    """Return what a slide shows of a paragraph; None for one that only says where something stands on the page."""
    text = node.text_content().strip()
    if node.xpath("string(ancestor::section[1]/h2)").startswith(WHOLE):
        short = node
    elif doing:
        short = first_sentences(node, SAID, DONE)
    else:
        lead = node.xpath("./strong[1]") if not (node.text or "").strip() else []
        short = first_sentences(node, len(lead[0].text_content()) + 4 if lead else SAID, MORE)
    said = short.text_content().strip()
    return None if POINTS_BACK.search(said) or len(said) < 4 or not text else short


def _content(node: html.HtmlElement) -> list[Block]:
    """Return the blocks of a part of a page, however deep it is wrapped."""
    if not isinstance(node.tag, str):
        return []
    if node.tag in ("p", "ul", "ol", "blockquote", "table", "figure", "dl", "math") or "math" in node.get("class", ""):
        return list(blocks_of(node))
    return [block for child in node for block in _content(child)] if node.tag in ("div", "section") else []


def _inside(box: html.HtmlElement) -> list[Block]:
    """Return the blocks of an admonition, without its title."""
    return [block for part in box[1:] for block in _content(part)]


def _outputs(cell: html.HtmlElement) -> list[Block]:
    out = ".//div[contains(@class, 'cell_output')]"
    kinds = ("figure", "table[not(ancestor::figure)]", "blockquote[not(ancestor::blockquote)]")
    found = cell.xpath(" | ".join(f"{out}//{kind}" for kind in kinds))
    return [block for part in found for block in blocks_of(part)]


def _paged(slide: Slide) -> Iterator[Slide]:
    """Yield a slide, cut where it is full; what would fill more than `MOST` is left to the page."""
    page, used, pages = [], 0.0, 0
    for block in [*slide.blocks, None]:
        full = block is not None and used + block.height > ROOM
        if page and (block is None or full):
            pages += 1
            if pages > MOST:
                return
            yield Slide(slide.title, page, slide.kind)
            page, used = [], 0.0
        if block is not None and block.height <= ROOM:
            page.append(block)
            used += block.height


def deck(page: html.HtmlElement, name: str, style: str, script: str) -> str:
    """Write the deck of a page as one HTML file.

    Parameters
    ----------
    page : lxml.html.HtmlElement
        The parsed page.
    name : str
        The page in the folder of the notebooks, such as ``method/01_what_is``.
    style, script : str
        CSS and JavaScript, written into the file.

    Returns
    -------
    str
        HTML.
    """
    slides = slides_of(page)
    title, parts, before = escape(slides[0].title), [], ""
    for number, slide in enumerate(slides, 1):
        body = "".join(html.tostring(block.node, encoding="unicode") for block in _joined(slide.blocks))
        again = "<small>" + _("（续）") + "</small>" if slide.title == before else ""
        level = "h1" if slide.kind == "title" else "h2"
        parts.append(
            f'<section class="{slide.kind}{" few" if _few(slide) else ""}" id="s{number}">'
            f"<{level}>{escape(slide.title)}{again}</{level}>\n{body}\n"
            f"<footer>{title}<span>{number}／{len(slides)}</span></footer></section>"
        )
        before = slide.title
    buttons = [("-1", _("上一张"), "‹"), ("1", _("下一张"), "›"), ("all", _("总览"), "▦")]
    named, back = _("{title}：幻灯片").format(title=title), _("书页")
    links = [f'<button data-go="{go}" aria-label="{said}">{sign}</button>' for go, said, sign in buttons]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{named}</title>\n"
        '<link rel="stylesheet" href="../../_static/fonts/han.css">\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n" + "\n".join(parts) + "\n</main>\n"
        f'<nav>{"".join(links)}<a href="../../notebooks/{name}.html">{back}</a></nav>\n'
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _few(slide: Slide) -> bool:
    """Say whether the slide holds so little text that larger type has room."""
    return (
        slide.kind != "title"
        and {block.node.tag for block in slide.blocks} <= {"p", "blockquote"}
        and (sum(block.height for block in slide.blocks) < ROOM / 2.2)
    )


def _joined(blocks: list[Block]) -> list[Block]:
    """Join neighbouring quotations and list items again."""
    made: list[Block] = []
    for block in blocks:
        same = made and block.node.tag == made[-1].node.tag and block.node.tag in ("blockquote", "ul", "ol")
        if same:
            made[-1].node.extend(list(block.node))
        else:
            made.append(Block(copy.deepcopy(block.node), block.height))
    return made


def write_decks(html_dir: Path) -> list[str]:
    """Write the deck of every chapter beside the pages.

    Parameters
    ----------
    html_dir : Path
        The built book; the decks go into its folder ``slides``.

    Returns
    -------
    list of str
        Names of the decks, such as ``method/03_open_coding``.
    """
    style = (OWN.parents[1] / "_static/figures.css").read_text("utf-8") + (OWN / "slides.css").read_text("utf-8")
    script = (OWN / "slides.js").read_text("utf-8")
    shutil.rmtree(html_dir / "slides", ignore_errors=True)
    names = []
    for file in sorted((html_dir / "notebooks").glob("*/*.html")):
        name = file.relative_to(html_dir / "notebooks").with_suffix("").as_posix()
        if file.parent.name not in PARTS or name in SHEETS:
            continue
        target = html_dir / "slides" / f"{name}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        page = html.parse(file, html.HTMLParser(encoding="utf-8")).getroot()
        target.write_text(deck(page, name, style, script), "utf-8")
        file.write_text(with_link(file.read_text("utf-8"), name), "utf-8")
        names.append(name)
    return names


def with_link(page: str, name: str) -> str:
    """Return the source of a page with a link to its deck at the end, once.

    >>> with_link("<article>…</article>", "a/b")
    '<article>…<p class="deck-link d-print-none">课上用：<a href="../../slides/a/b.html">本页的幻灯片</a></p></article>'
    """
    address = f"../../slides/{name}.html"
    if address in page:
        return page
    use, deck_of = _("课上用："), _("本页的幻灯片")
    link = f'<p class="deck-link d-print-none">{use}<a href="{address}">{deck_of}</a></p>'
    before, end, after = page.rpartition("</article>")
    return f"{before}{link}{end}{after}"


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the decks when the pages are finished."""
    if not exception and app.builder.name == "html":
        write_decks(Path(app.outdir))


def setup(app: Sphinx) -> dict:
    """Write the decks before `local_fonts` looks which characters the book shows."""
    app.connect("build-finished", write, priority=450)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
