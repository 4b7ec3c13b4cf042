"""Word documents (.docx): everything that is written in one, in its order, and what of it is no text."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from zhagen.errors import SourceError
from zhagen.extras import import_extra
from zhagen.materials.guard import check_archive, damaged
from zhagen.materials.texts import Change, SourceText, plain_text

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TODO = "open it in Word, WPS or LibreOffice and save it again as .docx"
LEFT = {  # element -> what is said of it
    "pic": "pictures left out",
    "object": "embedded objects left out",
    "altChunk": "embedded documents left out: save them as files of their own",
    "chart": "charts left out",
}
DIGITS = "〇一二三四五六七八九"
STEMS = "甲乙丙丁戊己庚辛壬癸"


def read_word(path: Path, file: str) -> list[SourceText]:
    """Read a Word document.

    Paragraphs, tables (a line a row, tabs between cells), text boxes, numbers of lists and footnotes (at the end, a
    line each) are text; of tracked changes the newest state is. What is no text is listed in the changes.

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
        If it is damaged, needs a password, or is another kind of file.
    """
    docx = import_extra("docx", "materials")
    check_archive(path, "word/document.xml")
    try:
        reader = _Reader(docx.Document(str(path)))
        raw = reader.read()
    except SourceError:
        raise
    except Exception as error:  # what a damaged document makes the library raise is not said anywhere
        raise damaged(path, error, TODO) from error
    text, changes = plain_text(raw)
    return [SourceText(file, path.stem, text, "docx", reader.changes() + changes)]


class _Reader:
    """One pass over a document; it counts what is no plain text."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.counted: Counter[str] = Counter()
        self.notes: dict[str, list[str]] = defaultdict(list)
        self.boxes: list[str] = []
        self.numbering = _Numbering(document)
        self.footnotes = self._related("footnotes")
        self.endnotes = self._related("endnotes")
        self.named: list[str] = []  # footnotes in their order

    def read(self) -> str:
        body = self.document.element.body
        lines = self._blocks(body)
        if self.named:
            self.counted["footnotes put to the end, a line each"] = len(self.named)
            lines += self.named
        self._comments()
        self._heads()
        return "\n".join(lines)

    def changes(self) -> list[Change]:
        return [
            Change(what, count, note="; ".join(self.notes[what])[:2000])
            for what, count in self.counted.items()
            if count
        ]

    def _related(self, kind: str) -> dict[str, Any]:
        """Return the notes of a part by their ids."""
        found = {}
        for root in self._parts(kind):
            for note in root.iter(f"{W}{kind[:-1]}"):
                if note.get(f"{W}type") in (None, "normal"):
                    found[note.get(f"{W}id", "")] = note
        return found

    def _parts(self, kind: str) -> list[Any]:
        parse_xml = import_extra("docx.oxml", "materials").parse_xml
        rels = self.document.part.rels.values()
        parts = [rel.target_part for rel in rels if not rel.is_external and rel.reltype.endswith(f"/{kind}")]
        return [parse_xml(part.blob) for part in parts]

    def _blocks(self, element: Any) -> list[str]:
        """Return the lines of everything that is in an element: paragraphs, tables, and what holds them."""
        lines: list[str] = []
        merged = False  # the mark of the paragraph before was deleted
        for child in element:
            name = _local(child)
            if name == "p":
                text, deleted = self._paragraph(child)
                if merged and lines:
                    lines[-1] += text
                else:
                    lines.append(text)
                merged = deleted
                lines += self.boxes
                self.boxes = []
            elif name == "tbl":
                lines += self._table(child)
                self.counted["tables read row by row"] += 1
            elif name in ("del", "moveFrom"):
                self.counted["tracked deletions left out"] += 1
            elif name in LEFT:
                self.counted[LEFT[name]] += 1
            elif name not in ("sectPr", "tcPr", "tblPr", "trPr", "sdtPr", "sdtEndPr", "Fallback"):
                lines += self._blocks(child)
        return lines

    def _table(self, table: Any) -> list[str]:
        rows: list[list[str]] = []
        for row in table.iter(f"{W}tr"):
            if next(row.iterancestors(f"{W}tbl")) is not table:
                continue  # of a table inside of this one, which its cell reads
            if row.find(f"{W}trPr/{W}del") is not None:
                self.counted["tracked deletions left out"] += 1
                continue
            cells = [cell for cell in row.iter(f"{W}tc") if next(cell.iterancestors(f"{W}tr")) is row]
            merged = [cell.find(f"{W}tcPr/{W}vMerge") for cell in cells]
            texts = [
                "" if mark is not None and mark.get(f"{W}val", "continue") == "continue" else self._cell(cell)
                for cell, mark in zip(cells, merged, strict=True)
            ]
            rows.append(texts)
        numbers = [row[0].strip() for row in rows if row]
        if numbers and not numbers[0].isdecimal():
            numbers = numbers[1:]  # below a head
        if len(numbers) > 2 and numbers == [str(n) for n in range(1, len(numbers) + 1)]:
            self.counted["columns of row numbers left out"] += 1
            rows = [row[1:] for row in rows]
        return ["\t".join(row).rstrip("\t") for row in rows]

    def _cell(self, cell: Any) -> str:
        return "\n".join(self._blocks(cell)).strip("\n")

    def _paragraph(self, paragraph: Any) -> tuple[str, bool]:
        """Return the text of a paragraph with its number, and whether its mark was deleted."""
        parts: list[str] = []
        self._inline(paragraph, parts)
        text = "".join(parts)
        number = self.numbering.number(paragraph) if text.strip() else ""
        if number:
            self.counted["numbers and marks of lists written as text"] += 1
        return number + text, paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None

    def _inline(self, element: Any, parts: list[str]) -> None:
        for child in element:
            name = _local(child)
            if name == "t" or (name == "r" and child.tag.endswith("math}r")):
                parts.append("".join(child.itertext()))
            elif name in ("tab", "ptab"):
                parts.append("\t")
            elif name in ("br", "cr"):
                parts.append("\n")
            elif name == "noBreakHyphen":
                parts.append("-")
            elif name == "sym":
                self.counted["signs of picture fonts left out"] += 1
            elif name in ("del", "moveFrom"):
                self.counted["tracked deletions left out"] += 1
                gone = "".join(one.text or "" for one in child.iter(f"{W}delText", f"{W}t"))
                self.notes["tracked deletions left out"].append(gone)
            elif name in ("footnoteReference", "endnoteReference"):
                parts.append(self._note(child, name.removesuffix("Reference")))
            elif name == "txbxContent":
                self.counted["text boxes put behind their paragraph"] += 1
                self.boxes += self._blocks(child)
            elif name in LEFT:
                self.counted[LEFT[name]] += 1
                if name == "object":
                    self._inline(child, parts)
            elif name in ("pPr", "rPr", "instrText", "rt", "Fallback", "delText", "sdtPr", "sdtEndPr"):
                if name == "rPr" and child.find(f"{W}vanish") is not None:
                    self.counted["passages of hidden text read as the rest"] += 1
                if name == "rt":
                    self.counted["readings above characters left out"] += 1
            else:
                if name in ("ins", "moveTo"):
                    self.counted["tracked insertions taken in"] += 1
                self._inline(child, parts)

    def _note(self, reference: Any, kind: str) -> str:
        note = (self.footnotes if kind == "footnote" else self.endnotes).get(reference.get(f"{W}id", ""))
        if note is None:
            return ""
        number = len(self.named) + 1
        self.named.append("")
        text = " ".join(" ".join(self._blocks(note)).split())
        self.named[number - 1] = f"【注{number}】{text}"
        return f"〔注{number}〕"

    def _comments(self) -> None:
        for root in self._parts("comments"):
            for comment in root.iter(f"{W}comment"):
                words = " ".join(" ".join(self._blocks(comment)).split())
                self.counted["comments left out of the text"] += 1
                self.notes["comments left out of the text"].append(f"{comment.get(f'{W}author', '')}: {words}")

    def _heads(self) -> None:
        for kind in ("header", "footer"):
            texts = [" ".join(" ".join(self._blocks(root)).split()) for root in self._parts(kind)]
            kept = list(dict.fromkeys(text for text in texts if text))
            if kept:
                what = f"{kind}s of pages left out"
                self.counted[what] = len(kept)
                self.notes[what] = kept


class _Numbering:
    """The numbers that Word writes before the paragraphs of a list: they are in no run of text."""

    def __init__(self, document: Any) -> None:
        self.levels: dict[str, dict[str, tuple[int, str, str]]] = {}  # abstract list -> level -> start, format, text
        self.lists: dict[str, str] = {}  # list -> abstract list
        self.starts: dict[tuple[str, str], int] = {}
        self.styles: dict[str, tuple[str, str, str]] = {}  # style -> list, level, style that it is based on
        self.counts: dict[tuple[str, str], dict[int, int]] = {}
        self.restarted: set[str] = set()
        for rel in document.part.rels.values():
            if not rel.is_external and rel.reltype.endswith("/numbering"):
                self._read(rel.target_part.element)
        for style in document.styles.element.iter(f"{W}style"):
            based = style.find(f"{W}basedOn")
            number, level = _numbered(style)
            self.styles[style.get(f"{W}styleId", "")] = (number, level, "" if based is None else _value(based))

    def _read(self, root: Any) -> None:
        for one in root.iter(f"{W}abstractNum"):
            levels = {}
            for level in one.iter(f"{W}lvl"):
                cells = {name: level.find(f"{W}{name}") for name in ("start", "numFmt", "lvlText")}
                values = {name: "" if cell is None else _value(cell) for name, cell in cells.items()}
                start = int(values["start"]) if values["start"].isdecimal() else 1
                levels[level.get(f"{W}ilvl", "0")] = (start, values["numFmt"] or "decimal", values["lvlText"])
            self.levels[one.get(f"{W}abstractNumId", "")] = levels
        for one in root.iter(f"{W}num"):
            number, abstract = one.get(f"{W}numId", ""), one.find(f"{W}abstractNumId")
            self.lists[number] = "" if abstract is None else _value(abstract)
            for override in one.iter(f"{W}lvlOverride"):
                start = override.find(f"{W}startOverride")
                if start is not None and _value(start).isdecimal():
                    self.starts[number, override.get(f"{W}ilvl", "0")] = int(_value(start))

    def number(self, paragraph: Any) -> str:
        """Return what is written before a paragraph, with a blank behind it; empty if it is in no list."""
        number, level = _numbered(paragraph)
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        name = "" if style is None else _value(style)
        for _ in range(20):  # styles that are based on each other end somewhere, but not in a damaged file
            if number or not name:
                break
            number, other, name = self.styles.get(name, ("", "", ""))
            level = level or other
        levels = self.levels.get(self.lists.get(number, ""), {})
        if number in ("", "0") or (level or "0") not in levels:
            return ""
        depth = int(level or 0)
        start, form, pattern = levels[level or "0"]
        if form == "none":
            return ""
        if form == "bullet":
            return "• "
        abstract = self.lists[number]
        if any(one == number for one, _ in self.starts) and number not in self.restarted:
            self.restarted.add(number)
            self.counts.pop((abstract, ""), None)
        counts = self.counts.setdefault((abstract, ""), {})
        start = self.starts.get((number, level or "0"), start)
        counts[depth] = counts.get(depth, start - 1) + 1
        for deeper in [one for one in counts if one > depth]:
            del counts[deeper]

        def written(found: re.Match[str]) -> str:
            one = int(found[1]) - 1
            begin, shape, _ = levels.get(str(one), (1, "decimal", ""))
            return _numeral(counts.get(one, begin), shape)

        text = re.sub(r"%([1-9])", written, pattern)
        return f"{text} " if text.strip() else ""


def _numeral(number: int, form: str) -> str:
    """Return a number as a list of Word shows it."""
    if form == "decimalZero":
        return f"{number:02d}"
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(97 + (number - 1) % 26) * (1 + (number - 1) // 26)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        text = _roman(number)
        return text.lower() if form == "lowerRoman" else text
    if form == "decimalEnclosedCircle" and 0 < number <= 20:
        return chr(0x2460 + number - 1)
    if form in ("ideographTraditional", "ideographZodiac") and 0 < number <= 10:
        return STEMS[number - 1]
    if form in ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital"):
        if form == "ideographDigital" or number > 99:
            return "".join(DIGITS[int(digit)] for digit in str(number))
        tens, ones = divmod(number, 10)
        return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + (DIGITS[ones] if ones else "")
    return str(number)


def _roman(number: int) -> str:
    values = dict(M=1000, CM=900, D=500, CD=400, C=100, XC=90, L=50, XL=40, X=10, IX=9, V=5, IV=4, I=1)
    text = ""
    for letters, value in values.items():
        times, number = divmod(number, value)
        text += letters * times
    return text


def _numbered(element: Any) -> tuple[str, str]:
    """Return list and level of a paragraph or style; empty where it says none."""
    found = element.find(f"{W}pPr/{W}numPr")
    if found is None:
        return "", ""
    cells = [found.find(f"{W}{name}") for name in ("numId", "ilvl")]
    number, level = ("" if cell is None else _value(cell) for cell in cells)
    return number, level if level.isdecimal() else ""


def _value(element: Any) -> str:
    return str(element.get(f"{W}val", ""))


def _local(element: Any) -> str:
    """Return the name of an element without its namespace; comments and instructions have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "rPr"
