"""PDF files with a text layer: characters on pages put back into lines, columns and paragraphs.

A PDF says where each character is printed, and nothing else. Lines are characters at one height; two columns are known
by the empty band between them; heads and numbers of pages by what is repeated at the edges of pages; the end of a
paragraph by a short line, an indented next one, a wider gap or the beginning of a turn. All that is left out is listed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from zhagen.corpus.turns import turn_head
from zhagen.errors import SourceError
from zhagen.extras import import_extra
from zhagen.materials.guard import damaged
from zhagen.materials.texts import NAMED, Change, SourceText, plain_letters, plain_text
from zhagen.text.characters import WIDE
from zhagen.text.cleaning import line_joint

PAGES = 2000
EDGE = 0.16  # of the height of a page: heads and page numbers are there
GUTTER = 0.6  # of the size of a character: the least width of the band between two columns
UNREADABLE = 0.02  # share of characters without a meaning above which a file is refused
_ROMAN = "[ivxlcIVXLC]{1,7}"
_NUMBER = re.compile(
    rf"[-–—·•|\s]*(?:第\s*|[Pp](?:age|\.)\s*)?(\d{{1,4}}|{_ROMAN})(?:\s*页)?"
    r"(?:\s*(?:[/／,，]|of)?\s*(?:共\s*)?\d{1,4}\s*页?)?[-–—·•|\s]*"
)
_CID = re.compile(r"\(cid:\d+\)")


@dataclass
class _Line:
    """A line of a page, and where it is printed."""

    text: str
    page: int
    column: int
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    first: float  # width of its first word


def read_pdf(path: Path, file: str) -> list[SourceText]:
    """Read a PDF file that has a text layer.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    file : str
        What to call it.

    Returns
    -------
    list of SourceText
        One text.

    Raises
    ------
    SourceError
        If it needs a password, is damaged, a page of it is a picture without text, or its fonts do not say which
        characters they print.
    """
    pdfplumber = import_extra("pdfplumber", "materials")
    todo = "open it in a reader and print it to a new PDF, or save the text as .docx or .txt"
    with path.open("rb") as opened:
        head = opened.read(1024)
    if b"%PDF-" not in head:
        raise SourceError("it is no PDF file", path.name, "correct its suffix")
    changes: list[Change] = []
    try:
        with pdfplumber.open(path, unicode_norm=None) as book:
            if len(book.pages) > PAGES:
                raise SourceError(f"it has {len(book.pages)} pages; {PAGES} are read", path.name, "split it")
            pages = [_page(page, number) for number, page in enumerate(book.pages, 1)]
    except SourceError as error:
        raise SourceError(error.found, path.name, error.todo) from error
    except Exception as error:  # what a damaged file makes the library raise is not said anywhere
        if "Password" in repr(error) or "Encrypt" in repr(error):
            todo = "save it without a password: open it, and print it to a new PDF"
            raise SourceError("it needs a password", path.name, todo) from error
        raise damaged(path, error, todo) from error
    _check_readable(pages, path)
    _drop_heads(pages, changes)
    scanned = [page.number for page in pages if page.picture and not page.words()]
    if scanned:
        found = f"{_pages(scanned)} of {len(pages)}: a picture without text (a scan)"
        raise SourceError(found, path.name, "run text recognition (OCR) over it, or take these pages out")
    blank = [page.number for page in pages if not page.words()]
    if len(blank) == len(pages):
        raise SourceError("no page has text", path.name, "run text recognition (OCR) over it")
    if blank:
        changes.append(Change("empty pages", len(blank), note=_pages(blank)))
    for what, count in (
        ("turned characters left out, such as a watermark", sum(page.turned for page in pages)),
        ("comments and fields left out", sum(page.notes for page in pages)),
        ("pictures left out", sum(page.pictures for page in pages)),
    ):
        if count:
            changes.append(Change(what, count))
    lines = [line for page in pages for line in page.lines()]
    double = [page.number for page in pages if page.gutter]
    if double:
        changes.append(Change("pages with two columns, read one after the other", len(double), note=_pages(double)))
    paragraphs, joined = _paragraphs(lines, {page.number: page.width for page in pages})
    if joined:
        changes.append(Change("broken lines joined to paragraphs", joined))
    letters, more = plain_letters("\n".join(paragraphs))
    text, others = plain_text(letters)
    return [SourceText(file, path.stem, text, "pdf", changes + more + others)]


class _Page:
    """The characters of a page, and what else is on it."""

    def __init__(self, number: int, width: float, height: float) -> None:
        self.number, self.width, self.height = number, width, height
        self.chars: list[dict[str, Any]] = []
        self.turned = self.notes = self.pictures = 0
        self.picture = False  # a picture fills most of it
        self.gutter: tuple[float, float] | None = None

    def words(self) -> bool:
        return any(not char["text"].isspace() for char in self.chars)

    def rows(self) -> list[list[dict[str, Any]]]:
        return _rows(self.chars)

    def lines(self) -> list[_Line]:
        """Return the lines in the order in which they are read."""
        self.gutter = _find_gutter(self.chars)
        if not self.gutter:
            return [self._line(row, 0) for row in self.rows()]
        left, right = self.gutter
        lines: list[_Line] = []
        zone: list[dict[str, Any]] = []

        def columns() -> None:
            middle = (left + right) / 2
            for column, part in enumerate(
                ([char for char in zone if char["x1"] <= middle], [char for char in zone if char["x1"] > middle]), 1
            ):
                lines.extend(self._line(row, column) for row in _rows(part))
            zone.clear()

        for row in self.rows():
            if any(char["x0"] < right and char["x1"] > left and not char["text"].isspace() for char in row):
                columns()
                lines.append(self._line(row, 0))
            else:
                zone.extend(row)
        columns()
        return lines

    def _line(self, row: list[dict[str, Any]], column: int) -> _Line:
        text = _row_text(row)
        size = median(char["size"] for char in row)
        seen = [char for char in row if not char["text"].isspace()] or row
        first = re.match(r"[A-Za-z0-9'’.,-]+|.", text)
        width = (sum(char["x1"] - char["x0"] for char in seen[: len(first[0])]) if first else 0) or size
        edges = min(char["x0"] for char in seen), max(char["x1"] for char in seen)
        heights = min(char["top"] for char in seen), max(char["bottom"] for char in seen)
        return _Line(text, self.number, column, *edges, *heights, size, width)


def _page(page: Any, number: int) -> _Page:
    """Take what is needed of a page and let the rest go: a page of a book takes megabytes."""
    found = _Page(number, float(page.width), float(page.height))
    chars = page.dedupe_chars(tolerance=1).chars  # bold is often printed twice
    inside = [char for char in chars if char["x1"] > 0 and char["x0"] < page.width and char["bottom"] > 0]
    found.chars = [char for char in inside if char["upright"] and char["text"] and char["top"] < page.height]
    found.turned = sum(not char["upright"] and not char["text"].isspace() for char in inside)
    if found.turned > len(found.chars):
        raise SourceError(
            f"the text of page {number} is turned or runs down", "", "turn the page, or save the text as .txt"
        )
    found.notes = sum(bool(note.get("contents")) for note in page.annots)
    area = sum((image["x1"] - image["x0"]) * (image["bottom"] - image["top"]) for image in page.images)
    found.pictures = len(page.images)
    found.picture = bool(page.images) and area > 0.3 * found.width * found.height
    page.close()
    return found


def _check_readable(pages: Sequence[_Page], path: Path) -> None:
    """Raise if the fonts do not say which characters they print; a few such characters become U+FFFD."""
    lost, every = 0, 0
    counted = Counter[str]()
    for page in pages:
        for char in page.chars:
            every += not char["text"].isspace()
            counted[char["text"]] += bool(WIDE.match(char["text"]))
            if _CID.fullmatch(char["text"]) or char["text"] == "\ufffd" or "\ue000" <= char["text"] <= "\uf8ff":
                lost += 1
                char["text"] = "\ufffd" if not "\ue000" <= char["text"] <= "\uf8ff" else char["text"]
    if every > 50 and counted and (same := counted.most_common(1)[0])[1] > 0.5 * every:
        found = f"{same[1]} of {every} characters are {same[0]}: its fonts do not say which they are"
        todo = "run text recognition (OCR) over it, or ask for the original document"
        raise SourceError(found, path.name, todo)
    if lost > UNREADABLE * every and lost > 5:
        found = f"{lost} of {every} characters have no meaning: its fonts do not say which they are"
        raise SourceError(found, path.name, "run text recognition (OCR) over it, or ask for the original document")


def _rows(chars: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return characters row by row: those at one height, from left to right."""
    rows: list[list[dict[str, Any]]] = []
    heights: list[tuple[float, float]] = []  # middle and size of each row
    for char in sorted(chars, key=lambda char: (char["top"] + char["bottom"]) / 2):
        middle = (char["top"] + char["bottom"]) / 2
        if rows and abs(middle - heights[-1][0]) < 0.5 * max(heights[-1][1], min(char["size"], heights[-1][1] * 2)):
            rows[-1].append(char)
            if char["size"] > heights[-1][1]:  # a note's number does not say where the line is
                heights[-1] = (middle, char["size"])
        else:
            rows.append([char])
            heights.append((middle, char["size"]))
    ordered = [sorted(row, key=lambda char: char["x0"]) for row in rows]
    return [row for row in ordered if any(not char["text"].isspace() for char in row)]


def _row_text(row: Sequence[dict[str, Any]]) -> str:
    """Return the text of a row, with blanks where there is a gap between words."""
    text, before = "", None
    for char in row:
        if before:
            gap = (char["x0"] - before["x1"]) / max(char["size"], 1)
            wide = bool(WIDE.match(char["text"][:1]) or WIDE.match(before["text"][-1:]))
            if gap > (1.0 if wide else 0.18) and not text.endswith(" ") and not char["text"].isspace():
                text += " "
        text += char["text"]
        before = char
    return text.strip()


def _find_gutter(chars: Sequence[dict[str, Any]]) -> tuple[float, float] | None:
    """Return the empty band between two columns of a page; None if there is none."""
    seen = [char for char in chars if not char["text"].isspace()]
    if len(seen) < 40:
        return None
    left, right = min(char["x0"] for char in seen), max(char["x1"] for char in seen)
    size = median(char["size"] for char in seen)
    covered = [0] * (int(right - left) + 2)
    for char in seen:
        for place in range(max(int(char["x0"] - left), 0), min(int(char["x1"] - left) + 1, len(covered))):
            covered[place] += 1
    usual = median(sorted(covered)[len(covered) // 4 :])
    low = [count <= 0.2 * usual for count in covered]
    best: tuple[int, int] = (0, 0)
    start = None
    for place in range(int(0.3 * len(low)), int(0.7 * len(low)) + 1):
        start = (place if start is None else start) if low[place] else None
        if start is not None and place - start > best[1] - best[0]:
            best = (start, place)
    if best[1] - best[0] < GUTTER * size:
        return None
    band = (left + best[0], left + best[1])
    sides = [[char for char in seen if char["x1"] <= band[0] + 1], [char for char in seen if char["x0"] >= band[1] - 1]]
    rows = [_rows(side) for side in sides]
    enough = all(len(side) >= 0.15 * len(seen) and len(part) >= 4 for side, part in zip(sides, rows, strict=True))
    return band if enough else None


def _drop_heads(pages: Sequence[_Page], changes: list[Change]) -> None:
    """Take out heads and numbers of pages: at the edges of pages, from the edge inwards, what is repeated or counts."""
    edges = {(page.number, side): _edge(page, side) for page in pages for side in ("top", "bottom")}
    masked: dict[tuple[str, str], list[float]] = defaultdict(list)
    shifts: Counter[tuple[str, int]] = Counter()  # number of the page printed less that in the file
    for (number, side), rows in edges.items():
        for row, _ in rows:
            text = _row_text(row)
            masked[side, _masked(text)].append(row[0]["top"])
            if (found := _NUMBER.fullmatch(text)) and found[1].isdecimal():
                shifts[side, int(found[1]) - number] += 1
    heads: Counter[str] = Counter()
    numbers = 0
    for page in pages:
        gone: list[dict[str, Any]] = []
        for side in ("top", "bottom"):
            for row, apart in edges[page.number, side]:
                text = _row_text(row)
                found = _NUMBER.fullmatch(text)
                bare = found and found[1].isdecimal() and shifts[side, int(found[1]) - page.number] > 1
                lone = found and apart and len(pages) == 1 and (text != found[1] or side == "bottom")
                roman = found and not found[1].isdecimal() and apart and len(text) < 8
                same = [top for top in masked[side, _masked(text)] if abs(top - row[0]["top"]) < 4]
                often = len(same) >= max(3, 0.3 * len(pages)) or (len(same) >= 2 and apart)
                if bare or lone or roman:
                    numbers += 1
                elif often:
                    heads[text] += 1
                else:
                    break
                gone += row
        if gone:
            ids = set(map(id, gone))
            page.chars = [char for char in page.chars if id(char) not in ids]
    if numbers:
        changes.append(Change("numbers of pages taken out", numbers))
    if heads:
        note = "; ".join(list(heads)[:NAMED])
        changes.append(Change("heads and feet of pages taken out", sum(heads.values()), note=note))


def _edge(page: _Page, side: str) -> list[tuple[list[dict[str, Any]], bool]]:
    """Return the rows at an edge of a page from the edge inwards, each with whether a gap follows it."""
    rows = page.rows()
    rows = rows if side == "top" else rows[::-1]
    pitches = [abs(a[0]["top"] - b[0]["top"]) for a, b in zip(rows, rows[1:], strict=False)]
    usual = median(pitches) if pitches else 0.0
    found = []
    for number, row in enumerate(rows[:3]):
        place = row[0]["bottom"] if side == "top" else page.height - row[0]["top"]
        if place > EDGE * page.height:
            break
        gap = pitches[number] if number < len(pitches) else 10 * usual
        found.append((row, gap > 1.4 * usual or len(rows) == 1))
    return found


def _masked(text: str) -> str:
    return re.sub(r"\d+", "#", "".join(text.split()))


def _paragraphs(lines: Sequence[_Line], widths: dict[int, float]) -> tuple[list[str], int]:
    """Return lines joined to paragraphs, and how many were joined to the one before."""
    heads = [turn_head(line.text) for line in lines]
    counted = Counter(head.name for head in heads if head)
    starts = [bool(head and (head.usual or counted[head.name] > 1)) for head in heads]
    margins = _margins(lines, widths)
    lefts = _lefts(lines, margins)
    same = [
        b.top - a.top
        for a, b in zip(lines, lines[1:], strict=False)
        if a.page == b.page and a.column == b.column and b.top > a.top
    ]
    pitch = median(same) if same else 0.0
    paragraphs: list[str] = []
    joined = 0
    before: _Line | None = None
    for line, begins in zip(lines, starts, strict=True):
        if before is None or begins or _new_paragraph(before, line, margins, lefts, pitch):
            paragraphs.append(line.text)
        else:
            dropped, between = line_joint(paragraphs[-1][-40:], line.text)
            paragraphs[-1] = paragraphs[-1][: len(paragraphs[-1]) - dropped] + between + line.text
            joined += 1
        before = line
    return paragraphs, joined


def _margins(lines: Sequence[_Line], widths: dict[int, float]) -> dict[int, float]:
    """Return for each column where full lines end: where several do, else as far from the edge as the left margin."""
    margins = {}
    for column in {line.column for line in lines}:
        part = [line for line in lines if line.column == column]
        size = median(line.size for line in part)
        right = max(line.x1 for line in part)
        full = sum(line.x1 > right - 1.5 * size for line in part)
        if full < max(3, 0.15 * len(part)) and column == 0:
            left = min(line.x0 for line in part)
            right = max(right, median(widths[line.page] for line in part) - left - size)
        margins[column] = right
    return margins


def _lefts(lines: Sequence[_Line], margins: dict[int, float]) -> dict[int, float]:
    """Return for each column where lines begin that continue a paragraph."""
    lefts = {}
    for column in margins:
        part = [line for line in lines if line.column == column]
        pairs = zip(part, part[1:], strict=False)
        following = [round(b.x0) for a, b in pairs if a.x1 > margins[column] - 1.5 * a.size]
        counted = Counter(following or [round(line.x0) for line in part])
        lefts[column] = float(min(counted, key=lambda place: (-counted[place], place)))
    return lefts


def _new_paragraph(
    before: _Line, line: _Line, margins: dict[int, float], lefts: dict[int, float], pitch: float
) -> bool:
    size = max(before.size, line.size)
    if abs(before.size - line.size) > 0.15 * size or (before.column == 0) != (line.column == 0):
        return True
    if before.page == line.page and before.column == line.column and line.top - before.top > 1.45 * pitch:
        return True
    if abs(line.x0 - lefts[line.column]) > 0.8 * size and abs(line.x0 - before.x0) > 0.8 * size:
        return True
    if re.match(r"[•●▪◆·○■□]\s?\S", line.text):
        return True
    wide = bool(WIDE.match(line.text))
    left_over = margins[before.column] - before.x1
    return left_over > max(2.0 * size if wide else 0.0, line.first + 0.5 * size)


def _pages(numbers: Sequence[int]) -> str:
    named = ", ".join(map(str, numbers[:NAMED]))
    named += " …" * (len(numbers) > NAMED)
    return f"pages {named}" if len(numbers) > 1 else f"page {named}"
