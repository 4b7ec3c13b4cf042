"""How each table of a page is shown, decided when the page is written: it is known then what it holds.

On a phone a table has one of three ways:

fits
    the columns stand side by side and none is narrower than its words or eight characters
cards
    a row becomes a card: its first cell, then every other cell after the name of its column
slides
    the first column stays, the others slide under it: many numbers, nothing to wrap

On every screen a column of short cells (a name, a date, a place) stays in one line as long as the columns of text keep
their room, and heads wrap where they would make the table wider than the page. A crowded table has smaller letters and
less beside them.

The styles are in `tables.css`; `tables.js` says where a table slides. Each head is marked as one (`scope`). What a cell
prints is wrapped where it is text, and keeps its columns where it has some.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import escape

from lxml import html
from sphinx.application import Sphinx

from zhagen.text.characters import HAN

# in characters as wide as high: a phone's column of text, a cell's padding, the least that one reads in a column
SCREEN, PADDING, READABLE = 22.5, 1.2, 8
SHORT, SHORT_HEAD = 10, 5  # such cells stay in one line; so do such heads
# on a page: its width, what a cell has at its sides; a name, the longest cell in one line, a text; the longest code
PAGE, SIDES, NAME, TIGHT, TEXT, LINES, WHOLE = 44, 2, 6, 8, 10, 2, 24
# a crowded table: from how many columns on, how much of the page its smaller letters need, what a cell has at its sides
MANY, SMALLER, CLOSE = 5, 0.94, 0.9
TABLE = re.compile(r"<table\b(?P<attributes>[^>]*)>(?P<body>.*?)</table>", re.DOTALL)
HEAD = re.compile(r"<thead\b.*?</thead>", re.DOTALL)
CELL = re.compile(r"<(?P<tag>t[dh])\b(?P<attributes>[^>]*)>")
EMPTY_HEAD = re.compile(r"<th((?:\s[^>]*)?)>(\s*(?:<p>\s*</p>)?\s*)</th>")
EMPTY_CELL = re.compile(r"<td((?:\s[^>]*)?)>\s*<p>\s*</p>\s*</td>")
HEAD_CELL = re.compile(r"<th(?P<attributes>(?:\s[^>]*)?)>(?P<text>.*?)</th>", re.DOTALL)
PARTS = re.compile(r"<(?P<tag>thead|tbody|tr)\b(?P<attributes>[^>]*)>")
PRINTED = re.compile(
    r'(<div class="output (?:stream|text_plain)[^>]*>\s*<div class="highlight"><pre)(>)(.*?)(?=</pre>)', re.DOTALL
)
CODE = re.compile(r'<code class="(?P<classes>[^"]*)">(?P<text>.*?)</code>', re.DOTALL)
ALIGNED = re.compile(r"\S {2,}\S|\t")


@dataclass(frozen=True)
class Shape:
    """The widths of a table's columns, the width of its longest word in each, and the cells of its rows."""

    heads: list[str]
    rows: list[list[str]]
    spanned: bool = False

    def columns(self) -> list[list[str]]:
        """Return the cells of each column."""
        return [[row[place] for row in self.rows if place < len(row)] for place in range(len(self.heads))]


def width(text: str) -> float:
    """Return how wide a text is, in Chinese characters.

    >>> width("图 12")
    2.5
    """
    return sum(1 if unicodedata.east_asian_width(character) in "WF" else 0.5 for character in text)


def longest_word(text: str) -> float:
    """Return the width of the longest run that does not break.

    >>> longest_word("用 term_matrix 数")
    5.5
    """
    runs = re.findall(rf"[^\s{HAN}\u3000-\u303f\uff00-\uffef/-]+", text)
    return max(map(width, runs), default=min(1, width(text)))


def needed(head: str, cells: list[str]) -> float:
    """Return the least width of a column in which it can be read."""
    longest = max(map(width, cells), default=0)
    words = max(map(longest_word, [head, *cells]), default=0)
    return max(min(longest, READABLE), words, min(width(head), SHORT_HEAD)) + PADDING


def way(shape: Shape) -> str:
    """Return how a table is shown on a phone: fits, cards or slides.

    >>> way(Shape(["词", "次数"], [["平台", "12"]]))
    'fits'
    >>> way(Shape(["概念", "归入", "状态", "理由"], [["数字节点部署", "需求源点建立", "依次序对应", "表里排在一行"]]))
    'cards'
    >>> way(Shape(list("甲乙丙丁戊己庚辛"), [["0.1234"] * 8]))
    'slides'
    """
    columns = shape.columns()
    wide = [needed(head, cells) for head, cells in zip(shape.heads, columns, strict=True)]
    texts = [cells for cells in columns if max(map(width, cells), default=0) > READABLE]
    if sum(wide) <= SCREEN and (shape.spanned or _height_in_columns(shape, wide) <= 1.5 * _height_in_cards(shape)):
        return "fits"
    if texts and not shape.spanned and len(shape.heads) > 1:
        return "cards"
    words = sum(not re.fullmatch(r"[\d\s.,%+−–<>=()（）/-]*", cell) for cells in columns[1:] for cell in cells)
    if words > len(shape.rows) * (len(shape.heads) - 1) / 2 and not shape.spanned:
        return "cards"
    return "slides"


def tight_columns(shape: Shape) -> list[str]:
    """Return the class of each column on a page: its cells stay in one line, in two, or are text.

    Columns of up to six characters always stay in one line, longer ones as long as a text beside them keeps ten.

    >>> tight_columns(Shape(["日期", "为什么"], [["2024-03-13", "再去的卖家没有短可揭，相同的是没问先说了一句"]]))
    ['tight', '']
    """
    longest = [max(map(width, cells), default=0) for cells in shape.columns()]
    least = [min(one, TEXT if one > LINES * TIGHT else NAME) for one in longest]
    page, sides = (PAGE / SMALLER, CLOSE) if crowded(shape) else (PAGE, SIDES)
    room = page - sum(least) - sides * len(longest)
    classes = []
    for one, given in zip(longest, least, strict=True):
        if one <= NAME or (one <= TIGHT and one - given <= room):
            room -= one - given
            classes.append("tight")
        else:
            classes.append("halved" if one <= LINES * NAME else "")
    return classes


def crowded(shape: Shape) -> bool:
    """Tell whether many columns would leave a text too narrow a column, or make the table wider than a page.

    >>> crowded(Shape(["从", "关系词", "到"], [["数字节点部署", "促进", "需求源点建立"]]))
    False
    >>> crowded(Shape(list("甲乙丙丁戊己"), [["网络共享交互", "促进", "价值网络拓展", "转述对应", "645", "理" * 40]]))
    True
    """
    longest = [max(map(width, cells), default=0) for cells in shape.columns()]
    heads = [min(width(head), TIGHT) for head in shape.heads]
    wanted = [max(min(one, 1.5 * TEXT), head) for one, head in zip(longest, heads, strict=True)]
    return len(longest) >= MANY and sum(wanted) + SIDES * len(longest) > PAGE


def heads_wrap(shape: Shape) -> bool:
    """Tell whether the heads in one line each would make the table wider than a page.

    >>> heads_wrap(Shape(["动词", "去掉行动者，至少两个"], [["提升", "0"]]))
    False
    """
    cells = [min(max(map(width, column), default=0), TIGHT) for column in shape.columns()]
    return sum(max(width(head), cell) + SIDES for head, cell in zip(shape.heads, cells, strict=True)) > PAGE


def _height_in_columns(shape: Shape, wide: list[float]) -> float:
    """Count the lines where the room that is left goes to the columns with the longest cells."""
    wanting = [
        max(max(map(width, cells), default=0) + PADDING - least, 0)
        for cells, least in zip(shape.columns(), wide, strict=True)
    ]
    room = max(SCREEN - sum(wide), 0)
    given = [least + room * want / (sum(wanting) or 1) - PADDING for least, want in zip(wide, wanting, strict=True)]
    return sum(
        0.6 + max((-(-width(cell) // max(column, 1)) for cell, column in zip(row, given, strict=False)), default=1)
        for row in shape.rows
    )


def _height_in_cards(shape: Shape) -> float:
    """Count the lines where short cells stand two and two beside each other."""
    lines = 0.0
    for row in shape.rows:
        cells = [width(cell) + width(head) + 1 for head, cell in zip(shape.heads, row, strict=False)]
        lines += 0.8 + sum(0.5 if cell <= SHORT else -(-cell // SCREEN) for cell in cells)
    return lines


def read_table(source: str) -> Shape:
    """Read heads and cells of the source of a table; of two rows of heads the last counts."""
    table = html.fragment_fromstring(source)
    spanned = bool(table.xpath('.//*[@colspan[. != "1"] or @rowspan[. != "1"]]'))
    heads = table.xpath("./thead/tr[last()]/*") or [None] * max((len(row) for row in table.iter("tr")), default=0)
    rows = [[_text(cell) for cell in row if cell.tag in ("td", "th")] for row in table.xpath("./tbody/tr | ./tr")]
    names = ["" if head is None else _text(head) for head in heads]
    if table.xpath("count(./thead/tr)") > 1:  # pandas puts the name of the index into a row of its own
        rows_of_heads = [[_text(cell) for cell in row] for row in table.xpath("./thead/tr")]
        names = [" ".join(filter(None, cells)) for cells in zip(*rows_of_heads, strict=False)]
    return Shape(names, rows, spanned)


def _text(element) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def mark_table(match: re.Match) -> str:
    """Return the source of a table with its class for phones, the scope of its heads and the names of its cells."""
    attributes, body = match["attributes"], match["body"]
    if "highlighttable" in attributes:
        return match[0]
    head = HEAD.search(body)
    if not head:
        return match[0]
    shape = read_table(match[0])
    shown = "fits" if 'id="tbl-sheet-' in attributes or not shape.rows else way(shape)
    heads = EMPTY_HEAD.sub(r"<td\1>\2</td>", head[0])
    heads = HEAD_CELL.sub(_mark_head, heads)
    short = [max(map(width, cells), default=0) <= SHORT for cells in shape.columns()]
    kept = [
        " ".join(filter(None, ("short" if is_short else "", on_page)))
        for is_short, on_page in zip(short, tight_columns(shape), strict=True)
    ]
    body = EMPTY_CELL.sub(r"<td\1></td>", body)  # hidden in a card
    rows = re.split(r"(?=<tr\b)", body[head.end() :])
    rest = "".join(_mark_row(row, shape, kept, shown) for row in rows)
    rest = CODE.sub(_mark_code, rest)
    body = body[: head.start()] + heads + rest
    if shown == "cards":  # a table that is no table to the eye is still one to the ear
        roles = {"thead": "rowgroup", "tbody": "rowgroup", "tr": "row"}
        body = PARTS.sub(lambda part: f'<{part["tag"]} role="{roles[part["tag"]]}"{part["attributes"]}>', body)
        body = re.sub(r"<th (?![^>]*\brole=)", '<th role="columnheader" ', body)
        attributes += ' role="table"'
    classes = [f"phone-{shown}", "crowded" if crowded(shape) else "", "wrapped-heads" if heads_wrap(shape) else ""]
    return f"<table{_with_class(attributes, ' '.join(filter(None, classes)))}>{body}</table>"


def _mark_code(match: re.Match) -> str:
    """Mark a code that is short enough to stay whole in a column."""
    words = re.sub(r"<[^>]+>", " ", match["text"]).split()
    if max(map(len, words), default=0) > WHOLE:
        return match[0]
    return f'<code class="whole {match["classes"]}">{match["text"]}</code>'


def _mark_head(match: re.Match) -> str:
    """Mark one head: what it is the head of, and whether it stays in one line."""
    attributes = match["attributes"]
    if "scope=" not in attributes:
        attributes = f' scope="col"{attributes}'
    if width(re.sub(r"<[^>]+>", "", match["text"]).strip()) <= SHORT_HEAD:
        attributes = _with_class(attributes, "short")
    return f"<th{attributes}>{match['text']}</th>"


def _with_class(attributes: str, name: str) -> str:
    return (
        attributes.replace('class="', f'class="{name} ', 1)
        if "class=" in attributes
        else f'{attributes} class="{name}"'
    )


def _mark_row(row: str, shape: Shape, kept: list[str], shown: str) -> str:
    """Mark the cells of one row; `kept` are the classes of each column."""
    place = -1

    def mark(match: re.Match) -> str:
        nonlocal place
        place += 1
        attributes = match["attributes"]
        if match["tag"] == "th":
            attributes = f' scope="row"{attributes}' if "scope=" not in attributes else attributes
        if place < len(shape.heads):
            if shown == "cards":
                name = shape.heads[place]
                role = "rowheader" if match["tag"] == "th" else "cell"
                attributes += f' role="{role}"' + (f' data-label="{escape(name)}"' if name else "")
            if kept[place]:
                attributes = _with_class(attributes, kept[place])
        return f"<{match['tag']}{attributes}>"

    return CELL.sub(mark, row)


def mark_printed(match: re.Match) -> str:
    """Return what a cell prints, marked as text unless it has columns."""
    columns = len(ALIGNED.findall(re.sub(r"<[^>]+>", "", match[3])))
    return match[0] if columns > 1 else f'{match[1]} class="wraps"{match[2]}{match[3]}'


def mark_body(body: str) -> str:
    """Mark all tables and all printed text of a page."""
    return PRINTED.sub(mark_printed, TABLE.sub(mark_table, body))


def mark_page(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Mark a page when it is written; only one with a table loads the script."""
    if doctree is None or "body" not in context:
        return
    context["body"] = mark_body(context["body"])
    if "<table" in context["body"]:
        app.add_js_file("tables.js", defer="defer")


def setup(app: Sphinx) -> dict:
    """Connect the marking."""
    app.add_css_file("tables.css")
    app.connect("html-page-context", mark_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
