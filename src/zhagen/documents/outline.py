"""The outline of a text: blocks in order, the tree of sections, paragraphs and sentences."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from zhagen.documents.catalog import Document
from zhagen.errors import ExtractionError
from zhagen.text.characters import HAN, is_chinese
from zhagen.text.cleaning import PARAGRAPH_END, CleanText, clean, printed_width
from zhagen.text.numerals import whole_number

if TYPE_CHECKING:  # pandas is loaded when a table is made
    import pandas as pd

PARAGRAPH_INSIDE = re.compile(r"[，。；：,;]")  # a line without any is no broken sentence, but a name or a label
FULL_LINE = 0.9  # a line narrower than this part of its neighbour can be the last of a paragraph

SEPARATORS = {"tabs": "\t", "pipes": "|"}  # what sets apart the cells of a row, by the shape of the table
CONTINUED = re.compile(
    r"续表(?:[\d（(].*)?|表\d+(?:[（(]续[）)]|续).*"
)  # says that a table is continued, without blanks
NOTE = re.compile(r"(?:注|资料来源|数据来源)[：:]")  # the line below a table
HEADING_MARK = re.compile(r"[：:]|——")  # what sets apart two names in a heading


@dataclass(frozen=True)
class Block:
    """A run of raw lines that belong together.

    Attributes
    ----------
    kind : str
        ``title`` | ``heading`` | ``caption`` | ``paragraph`` | ``cell`` | ``quotation``.
    section_id : str
        The section it belongs to.
    lines : tuple of int
        First raw line, last raw line.
    clean : CleanText
        Its clean text.
    table : str
        The label of the table it is a cell of, else empty.
    field : int
        Which field of its line it is, from 0, in a table whose cells are set apart by tabs or pipes.
    """

    kind: str
    section_id: str
    lines: tuple[int, int]
    clean: CleanText
    table: str = ""
    field: int = 0

    @property
    def text(self) -> str:
        """The clean text as a plain string."""
        return self.clean.text


@dataclass(frozen=True)
class Section:
    """One section.

    Attributes
    ----------
    section_id : str
        Its id: the document's id, a hyphen, and its place in the tree or its name in the recipe.
    level : int
        Its level, 1 is outermost.
    number : str
        The number as printed, empty if there is none.
    title : str
        The clean title, empty for the front page and what follows the text.
    parent_id : str
        The id of the section it is part of, empty for none.
    line_start, line_end : int
        First and last raw line.
    reason : str
        Why it is not sure where the section ends, in Chinese; empty if it is.
    """

    section_id: str
    level: int
    number: str
    title: str
    parent_id: str
    line_start: int
    line_end: int
    reason: str = ""


@dataclass(frozen=True)
class Outline:
    """What `read_outline` returns: the document with its blocks, sections and captions.

    Attributes
    ----------
    document : Document
        The document that was read.
    blocks : tuple of Block
        Its blocks, in the order of the text.
    section_list : tuple of Section
        Its sections, in the order of the text.
    captions : dict
        Label of a figure or table (``图1``) -> the block of its caption.
    """

    document: Document
    blocks: tuple[Block, ...]
    section_list: tuple[Section, ...]
    captions: dict[str, Block] = field(default_factory=dict)

    def __repr__(self) -> str:
        sizes = f"{len(self.section_list)} sections, {len(self.blocks)} blocks, {len(self.captions)} captions"
        return f"Outline({self.document.id}, {self.document.edition}: {sizes})"

    @property
    def text(self) -> str:
        """The clean text of the whole document, one block a line."""
        return "\n".join(block.text for block in self.blocks)

    def sections(self) -> "pd.DataFrame":
        """Return the sections as a table.

        Returns
        -------
        pandas.DataFrame
            One row a section, in the order of the text: ``section_id``, ``doc_id`` (str), ``level`` (int), ``number``,
            ``title``, ``parent_id`` (str), ``line_start``, ``line_end`` (int, raw lines), ``reason`` (str, why the end
            is not sure).
        """
        import pandas as pd

        columns = "section_id doc_id level number title parent_id line_start line_end reason".split()
        rows = [{"doc_id": self.document.id, **vars(section)} for section in self.section_list]
        return pd.DataFrame(rows, columns=columns)

    def section(self, section_id: str) -> Section:
        """Return one section.

        Parameters
        ----------
        section_id : str
            Its id.

        Returns
        -------
        Section
            The section.

        Raises
        ------
        KeyError
            If there is no such section.
        """
        return {section.section_id: section for section in self.section_list}[section_id]

    def headed(self, label: str) -> list[Section]:
        """Return the sections whose heading is a label, or ends with it after a colon or dash.

        Parameters
        ----------
        label : str
            A label, such as a theme's.

        Returns
        -------
        list of Section
            The sections, in the order of the text.
        """
        return [section for section in self.section_list if split_heading(section.title)[1] == label]

    def prose(self) -> list[Block]:
        """Return the running Chinese text: paragraphs and quoted evidence.

        Returns
        -------
        list of Block
            Its blocks, in the order of the text.
        """
        kinds = ("paragraph", "quotation")
        return [block for block in self.blocks if block.kind in kinds and is_chinese(block.text)]

    def sentences(self) -> "pd.DataFrame":
        """Return the sentences of the prose.

        Returns
        -------
        pandas.DataFrame
            One row a sentence: ``doc_id``, ``section_id`` (str), ``paragraph``, ``sentence`` (int, from 1; sentences
            within their paragraph), ``kind`` (``paragraph`` | ``quotation``), ``text`` (str), ``line_start``,
            ``line_end`` (int, raw lines).
        """
        import pandas as pd

        rows: list[tuple[object, ...]] = []
        for paragraph, block in enumerate(self.prose(), 1):
            for number, sentence in enumerate(block.clean.sentences(), 1):
                place = (self.document.id, block.section_id, paragraph, number)
                rows.append((*place, block.kind, sentence.text, *sentence.span()))
        columns = "doc_id section_id paragraph sentence kind text line_start line_end".split()
        return pd.DataFrame(rows, columns=columns)

    def sentences_with(self, *words: str) -> "pd.DataFrame":
        """Return the sentences that have all of some words.

        Parameters
        ----------
        *words : str
            The words, as substrings.

        Returns
        -------
        pandas.DataFrame
            Rows of `sentences`.
        """
        found = self.sentences()
        return found[[all(word in text for word in words) for text in found.text]]

    def cells(self, label: str) -> list[Block]:
        """Return the cells of one table.

        Parameters
        ----------
        label : str
            The table's label, such as ``表2``.

        Returns
        -------
        list of Block
            The cells, in the order of the text.
        """
        return [block for block in self.blocks if block.table == label]

    def caption(self, label: str) -> Block:
        """Return the caption of a figure or table.

        Parameters
        ----------
        label : str
            Its label, such as ``图1``.

        Returns
        -------
        Block
            The caption.

        Raises
        ------
        ExtractionError
            If there is none.
        """
        if label not in self.captions:
            found = ", ".join(self.captions) or "none"
            raise ExtractionError(
                f"no caption {label}",
                self.document.where(1, len(self.document.lines)),
                f"captions found: {found}",
            )
        return self.captions[label]


def read_outline(document: Document, recipe: dict[str, Any]) -> Outline:
    """Read the outline of a document by its recipe.

    Parameters
    ----------
    document : Document
        The document.
    recipe : dict
        A recipe as `zhagen.documents.recipe.read_recipe` returns it.

    Returns
    -------
    Outline
        Blocks, sections and captions.

    Raises
    ------
    ExtractionError
        If a table's caption or end is not found, headings are not numbered one after the other, a section is there
        twice, or the text does not end as the recipe says: lines are missing, or another text is in the file.

    Examples
    --------
    >>> from zhagen.documents.catalog import open_document
    >>> from zhagen.documents.recipe import read_recipe
    >>> read_outline(open_document("haier", edition="digest"), read_recipe("haier"))
    Outline(haier, digest: 34 sections, 201 blocks, 10 captions)
    """
    return _Reader(_without_skipped(document, recipe["outline"].get("skip", [])), recipe).read()


def _without_skipped(document: Document, patterns: list[str]) -> Document:
    """Return a document in which the lines that a recipe leaves out are empty; all others keep their number."""
    skipped = [re.compile(pattern) for pattern in patterns]
    lines = ["" if any(p.fullmatch(line.strip()) for p in skipped) else line for line in document.lines]
    return replace(document, raw="\n".join(lines)) if skipped else document


def split_heading(title: str) -> tuple[str, str]:
    """Split a heading at its last colon or dash.

    Parameters
    ----------
    title : str
        A heading without its number.

    Returns
    -------
    tuple of str
        What is before the mark (empty if there is none), what is behind it.

    Examples
    --------
    >>> split_heading("动态能力提升：机会感知能力"), split_heading("需求源点建立")
    (('动态能力提升', '机会感知能力'), ('', '需求源点建立'))
    """
    marks = list(HEADING_MARK.finditer(title))
    return (title[: marks[-1].start()], title[marks[-1].end() :].strip()) if marks else ("", title)


def split_fields(line: str, shape: str) -> list[tuple[int, str]]:
    """Split a line of a table into its fields.

    Parameters
    ----------
    line : str
        A raw line.
    shape : str
        ``tabs`` or ``pipes`` (Markdown: the outer pipes are no fields of their own, ``\\|`` is a character).

    Returns
    -------
    list of (int, str)
        The column, from 0, at which a field begins; its raw text.

    Examples
    --------
    >>> split_fields("a\\tb\\t", "tabs")
    [(0, 'a'), (2, 'b'), (4, '')]
    >>> split_fields("| a | b |", "pipes")
    [(1, ' a '), (5, ' b ')]
    """
    parts = re.split(r"(?<!\\)\|", line) if shape == "pipes" else line.split("\t")
    starts = accumulate((len(part) + 1 for part in parts[:-1]), initial=0)
    fields = list(zip(starts, parts, strict=True))
    if shape == "pipes":
        fields = fields[1 if not parts[0].strip() else 0 : -1 if len(parts) > 1 and not parts[-1].strip() else None]
    return fields


def split_cells(
    lines: Sequence[str], first_line: int, alone: Callable[[str], object] = lambda line: False
) -> list[tuple[int, int]]:
    """Cut table lines into cells: a blank line or an opening quotation ends a cell unless a quotation is open.

    Parameters
    ----------
    lines : sequence of str
        Raw lines.
    first_line : int
        The raw line number of the first.
    alone : callable, optional
        Says of a line without blanks whether it is a cell by itself (a header row, 续表).

    Returns
    -------
    list of tuple of int
        First raw line, last raw line of each cell.

    Examples
    --------
    >>> split_cells(["需求", "源点", "", "部署", "“一", "", "二”", "三"], 1)
    [(1, 2), (4, 4), (5, 7), (8, 8)]
    """
    cells: list[tuple[int, int]] = []
    start: int | None = None
    last, depth, closed = first_line, 0, False
    for number, line in enumerate(lines, first_line):
        line = line.strip()
        ends = not line or line.startswith("“") or closed or alone(re.sub(r"\s", "", line))
        if start is not None and depth <= 0 and ends:
            cells.append((start, last))
            start = None
        if not line:
            continue
        if start is None:
            start, depth = number, 0
        depth += line.count("“") - line.count("”")
        closed = depth == 0 and line.endswith(("”", "”。")) or bool(alone(re.sub(r"\s", "", line)))
        last = number
    if start is not None:
        cells.append((start, last))
    return cells


class _Reader:
    """Reads blocks line by line; holds the section that is open."""

    def __init__(self, document: Document, recipe: dict[str, Any]) -> None:
        self.document, self.lines = document, document.lines
        shape = recipe["outline"]
        self.levels = [re.compile(pattern) for pattern in shape["levels"]]
        self.item = re.compile(shape.get("item", r"(?!)"))
        self.paragraphs = shape.get("paragraphs", "end short")
        self.captions = {kind: re.compile(shape.get(kind, r"(?!)")) for kind in ("figure", "table")}
        self.run_in = [(entry, re.compile(entry["pattern"])) for entry in shape.get("run_in", [])]
        self.tables = {table["label"]: table for table in recipe.get("tables", [])}
        self.tail = self._tail_start()
        self.blocks: list[Block] = []
        self.sections: list[dict[str, Any]] = []
        self.found: dict[str, Block] = {}
        self.end, self.counted = shape.get("end", ""), shape.get("numbers") == "run"
        self.numbers = [0] * (len(self.levels) + 1)

    def read(self) -> Outline:
        self._open("front", 1, "", "", 1)
        number = 1
        while number <= len(self.lines):
            number = self._step(number)
        sections = tuple(self._ended(place) for place in range(len(self.sections)))
        outline = Outline(self.document, tuple(self.blocks), sections, self.found)
        for label in self.tables:
            outline.caption(label)
        self._check_end()
        return replace(outline, section_list=self._numbered(sections)) if self.counted else outline

    def _check_end(self) -> None:
        """Refuse a text that is cut off, has another one behind its end, or has a named section twice."""
        last = self.blocks[-1] if self.blocks else None
        if self.end and last and not re.search(self.end, last.text):
            raise ExtractionError(
                f"the text ends with {last.text[-12:]!r} and not with {self.end}",
                self.document.where(*last.lines),
                "it may be cut off, or another text may follow: compare its end with end in the recipe's outline",
            )
        opened: dict[str, int] = {}
        for section in self.sections:
            first = opened.setdefault(section["section_id"], section["line_start"])
            if first != section["line_start"]:
                raise ExtractionError(
                    f"the section {section['title'] or section['section_id']} begins twice",
                    self.document.where(first, section["line_start"]),
                    "look for a second text in the file",
                )

    def _numbered(self, sections: tuple[Section, ...]) -> tuple[Section, ...]:
        """Refuse numbers of headings that leave one out or come again.

        A number that is missing can be in a line that is too long for a heading: then the section before it, in which
        the line is, says so.
        """
        groups: dict[tuple[str, int], list[Section]] = {}
        for section in (section for section in sections if section.number):
            groups.setdefault((section.parent_id, section.level), []).append(section)
        reasons: dict[str, str] = {}
        for (parent_id, level), group in groups.items():
            around = next((s for s in sections if s.section_id == parent_id), None)
            values = [whole_number(section.number.rpartition(".")[2]) for section in group]
            if None in values:
                continue  # letters
            wanted = 1 if around else int(values[0] or 0)
            before = around or group[0]
            ends: list[Section | None] = [*group, None]
            for following, value in zip(ends, [*values, None], strict=True):
                until = following.line_start if following else around.line_end + 1 if around else len(self.lines) + 1
                while value is None or wanted < value:
                    line = self._long_heading(level, wanted, before.line_start + 1, until)
                    if line is None:
                        break
                    reasons[before.section_id] = f"第 {line} 行像下一节的标题，可是太长，没有当作标题"
                    wanted += 1
                if following is not None and value is not None:
                    if value != wanted:
                        raise ExtractionError(
                            f"the heading {following.number} {following.title} comes where number {wanted} is wanted",
                            self.document.where(before.line_start, following.line_start),
                            "look for lines that are missing or there twice; if the text numbers its headings so, "
                            'leave out numbers = "run" in the recipe',
                        )
                    before, wanted = following, wanted + 1
        return tuple(replace(section, reason=reasons.get(section.section_id, "")) for section in sections)

    def _long_heading(self, level: int, wanted: int, first: int, until: int) -> int | None:
        """Return the line that has the number of a heading and its form, but is too long for one."""
        for number in range(first, until):
            match = self.levels[level - 1].match(self.lines[number - 1].strip())
            if match and whole_number(match["number"].rpartition(".")[2]) == wanted:
                return number
        return None

    def _step(self, number: int) -> int:
        """Read the block that begins at a line; return the line after it."""
        line = self.lines[number - 1].strip()
        if not line:
            return number + 1
        named = next((entry for entry, pattern in self.run_in if pattern.match(line)), None)
        if number == self.tail and not named:
            self._open("tail", 1, "", "", number)
        heading = self._heading(line)
        if heading:
            level, match = heading
            self._open(self._path(level, number), level, match["number"], clean(match["title"]).text, number)
            return self._add("heading", number, number)
        caption = self._caption(line)
        if caption:
            label = clean(caption["label"]).text
            end = self._add("caption", number, number)
            self.found.setdefault(label, self.blocks[-1])
            return self._table(label, end) if label in self.tables else end
        if named:
            self._open(named["id"], 1, "", named["title"], number)
            if clean(line).text == named["title"]:
                return self._add("heading", number, number)
        elif not self.blocks:
            return self._add("title", number, number)
        last = self._paragraph_end(number)
        boxed = self.paragraphs == "box" and not re.search("[，。；]", "".join(self.lines[number - 1 : last]))
        return self._add("cell" if boxed else "paragraph", number, last)

    def _heading(self, line: str) -> tuple[int, re.Match[str]] | None:
        if PARAGRAPH_END.search(line) or printed_width(line) > 40:
            return None
        return next(((level, m) for level, p in enumerate(self.levels, 1) if (m := p.match(line))), None)

    def _caption(self, line: str) -> re.Match[str] | None:
        if PARAGRAPH_END.search(line):
            return None
        return next((m for p in self.captions.values() if (m := p.match(line))), None)

    def _paragraph_end(self, number: int) -> int:
        """Return the last line of a paragraph: a short line that ends a sentence, or the last before a new block."""
        last = number
        while True:
            following = next((n for n in range(last + 1, len(self.lines) + 1) if self.lines[n - 1].strip()), None)
            if following is None or following == self.tail:
                return last
            after = self.lines[following - 1].strip()
            if self._heading(after) or self._caption(after) or self.item.match(after):
                return last
            if any(pattern.match(after) for _, pattern in self.run_in):
                return last
            if self._ends(number, last, following):
                return last
            last = following

    def _ends(self, first: int, last: int, following: int) -> bool:
        """Say whether a paragraph ends at a line, by the rule of the recipe (``outline.paragraphs``)."""
        here, after = (self.lines[n - 1].strip() for n in (last, following))
        if self.paragraphs == "box":
            return following > last + 1 and here[-1] not in "，、"
        ended = bool(PARAGRAPH_END.search(here))
        if self.paragraphs == "line":
            return ended or not PARAGRAPH_INSIDE.search(here)
        if self.paragraphs == "trailing blank":
            return ended and self.lines[last - 1].endswith(" ")
        neighbour = self.lines[self._line_before(last, first) - 1] if last > first else after
        return ended and printed_width(here) < FULL_LINE * printed_width(neighbour)

    def _line_before(self, number: int, first: int) -> int:
        return next((n for n in range(number - 1, first - 1, -1) if self.lines[n - 1].strip()), first)

    def _table(self, label: str, number: int) -> int:
        """Add the cells of a table that begins after its caption; return the line after it."""
        table = self.tables[label]
        last = self._table_end(table, number)
        if table["shape"] in SEPARATORS:
            self._add_fields(label, table["shape"], number, last)
            return last + 1
        headers = "|".join(re.escape(column["header"]) for column in table["columns"])
        alone = re.compile(f"(?:{headers})+|{CONTINUED.pattern}").fullmatch
        for start, end in split_cells(self.lines[number - 1 : last], number, alone):
            opening = self.lines[start - 1].strip()
            self._add("quotation" if opening.startswith("“") else "cell", start, end, label)
        return last + 1

    def _add_fields(self, label: str, shape: str, first: int, last: int) -> None:
        """Add each field of each line as a block; a field with a sentence in it is evidence."""
        for number in range(first, last + 1):
            for place, (column, text) in enumerate(split_fields(self.lines[number - 1], shape)):
                part = clean([" " * column + text], number)
                if part.text:
                    kind = (
                        "quotation" if PARAGRAPH_INSIDE.search(part.text) or printed_width(part.text) > 20 else "cell"
                    )
                    self.blocks.append(Block(kind, self.open_id, (number, number), part, label, place))

    def _table_end(self, table: dict[str, Any], first: int) -> int:
        """Return the last line of a table, by the recipe's ``ends``."""
        ends = table["ends"]
        if isinstance(ends, str):
            lines = range(first, len(self.lines) + 1)
            last = next((n for n in lines if self._behind(n, table)), len(self.lines) + 1) - 1
            if ends == "heading":
                return last
            rows = (n for n in range(last, first - 1, -1) if SEPARATORS[table["shape"]] in self.lines[n - 1])
            return next(rows, last)
        header = next((n for n in range(first, len(self.lines) + 1) if self._bare(n) == ends["header"]), None)
        if header is None:
            raise ExtractionError(
                f"{table['label']}: no header {ends['header']}",
                self.document.where(first - 1, len(self.lines)),
                "compare the table with its recipe",
            )
        last, depth = header, 0
        for number in range(header + 1, len(self.lines) + 1):
            line = self._bare(number)
            if line and depth <= 0 and not re.match(ends["cell"], line):
                break
            depth += line.count("“") - line.count("”")
            last = number if line else last
        return last

    def _behind(self, number: int, table: dict[str, Any]) -> bool:
        """Say whether a line comes after a table: a heading, another caption, or a note on the table."""
        line = self.lines[number - 1].strip()
        separator = SEPARATORS.get(table["shape"])
        if CONTINUED.fullmatch(self._bare(number)) or separator and separator in line:
            return False  # a row that begins with its number is no heading
        caption = self._caption(line)
        other = caption and clean(caption["label"]).text != table["label"]
        return bool(self._heading(line) or other or NOTE.match(line))

    def _bare(self, number: int) -> str:
        return re.sub(r"\s", "", self.lines[number - 1])

    def _add(self, kind: str, first: int, last: int, table: str = "") -> int:
        text = clean(self.lines[first - 1 : last], first)
        self.blocks.append(Block(kind, self.open_id, (first, last), text, table))
        return last + 1

    def _path(self, level: int, number: int) -> str:
        """Return a section's id from its place in the tree, such as ``4.1.2``."""
        self.numbers[level] += 1
        self.numbers[level + 1 :] = [0] * (len(self.numbers) - level - 1)
        return ".".join(str(n) for n in self.numbers[1 : level + 1])

    def _open(self, name: str, level: int, number: str, title: str, line: int) -> None:
        above = [section for section in self.sections if section["level"] < level]
        parent = above[-1]["section_id"] if above else ""
        self.open_id = f"{self.document.id}-{name}"
        section = {"section_id": self.open_id, "level": level, "number": number, "title": title}
        self.sections.append(section | {"parent_id": parent, "line_start": line})

    def _ended(self, place: int) -> Section:
        """Return a section with its last line: the last printed one before the next section of its level or above."""
        section = self.sections[place]
        later = (s["line_start"] - 1 for s in self.sections[place + 1 :] if s["level"] <= section["level"])
        last = next(later, len(self.lines))
        printed = (n for n in range(last, section["line_start"], -1) if self.lines[n - 1].strip())
        return Section(**section, line_end=next(printed, section["line_start"]))

    def _tail_start(self) -> int | None:
        """Return the line from which on there is no Chinese character, or None."""
        last = max((n for n, line in enumerate(self.lines, 1) if re.search(f"[{HAN}]", line)), default=0)
        following = (n for n in range(last + 1, len(self.lines) + 1) if self.lines[n - 1].strip())
        return next(following, None)
