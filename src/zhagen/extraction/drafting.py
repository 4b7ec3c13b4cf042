"""A first recipe for a text: headings, captions and tables that are seen, with a mark at all that is not sure."""

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from zhagen.documents.catalog import Document
from zhagen.documents.outline import CONTINUED, NOTE, SEPARATORS, read_outline, split_fields
from zhagen.documents.recipe import CAPTION, HIERARCHY, check_recipe, heading_pattern, run_in_pattern
from zhagen.errors import ZhagenError
from zhagen.extraction.readings import build_codebook
from zhagen.extraction.readings.records import record_frame
from zhagen.text.cleaning import printed_width

# How numbers of headings are printed, and what the header of a column is called, the surest first.
NUMBERED = (  # Markdown: the number says the level, however many # there are
    r"^##+ (?P<number>\d*)\s*(?P<title>[^\d.#\s].*)$",
    r"^##+ (?P<number>\d+\.\d+)\s+(?P<title>\S.*)$",
    r"^##+ (?P<number>\d+\.\d+\.\d+)\s+(?P<title>\S.*)$",
)
HASHES = ("# ", "## ", "### ")
PLAIN = ("第一章", "第一节", "一、", "（一）", "(一)", "1. ", "1.1. ", "1、", "1", "1.1", "1.1.1")
COLUMNS = {
    "dimension": r"聚合(构念|维度|主题)|总类属|三阶(主题|构念|维度)|三级编码|维度",
    "theme": r"二阶(主题|构念|概念|编码)|二级编码|主题",
    "core_category": r"核心范畴",
    "main_category": r"主范畴",
    "category": r"(对应|副|子|初始)?范畴化?|副范畴",
    "concept": r"一阶(主题|构念|概念|编码)|一级编码|(初始)?概念化?|开放式编码|初始编码",
    "evidence": r"(典型|代表性?)?(证据|引[文语用]|例证|援引)+(举例|示例)?|原始(资料|语句|材料|记录|数据)(举例|示例)?"
    r"|(范畴)?内涵(阐释)?|原话|语句|访谈记录",
    "number": r"编号|序号|No\.?",
}
PRINTED = {
    "abstract": "摘要",
    "keywords": "关键词",
    "abstract-en": "Abstract",
    "keywords-en": "Key words",
    "doi": "DOI",
}
CORES = (
    r"核心范畴(?:是|为|即)“?(?P<label>[^，。”“]+)”?",
    r"(?:构建|建立|提出|形成)了?“?(?P<label>[^，。”“]+?)”?的(?:核心模型|理论模型)",
)
SENTENCE_END = re.compile(r"[。！？：；.!?:;][”’）)]*$")


@dataclass
class Draft:
    """A drafted recipe.

    Attributes
    ----------
    toml : str
        The recipe; what is not sure is marked ``# unsure:``.
    unsure : list of str
        The marks.
    codes : int or None
        How many codes the recipe gives; None if it does not fit yet.
    """

    toml: str
    unsure: list[str] = field(default_factory=list)
    codes: int | None = None

    def __repr__(self) -> str:
        """Say in one line how far the draft is."""
        state = "does not fit the text yet" if self.codes is None else f"{self.codes} codes"
        return f"draft of a recipe: {len(self.toml.splitlines())} lines, {len(self.unsure)} unsure, {state}"


def draft_recipe(document: Document) -> Draft:
    """Draft a recipe from what a text shows: numbers of headings, captions, separators and headers of tables.

    Nothing is learnt from labels: the draft holds numbers, captions' labels and headers only. In the end the recipe is
    tried on the text, and what still does not fit is said in its first lines.

    Parameters
    ----------
    document : zhagen.documents.catalog.Document
        A text, such as `zhagen.documents.catalog.open_file` gives it.

    Returns
    -------
    Draft
        The recipe with its marks.

    Examples
    --------
    >>> from zhagen.documents.catalog import open_document
    >>> draft_recipe(open_document("xiaomi", edition="digest")).toml.splitlines()[2:4]
    ['document = "xiaomi"', 'reading = "straussian"']
    """
    drafting = _Drafting(document)
    body = drafting.recipe()
    codes, problem = _tried(document, "\n".join(body))
    head = ["# Drafted from the text by `zhagen recipe`: read it through, and look at every line marked unsure."]
    head.append(
        f"# unsure: {problem}" if problem else "# It fits the text; whether it reads it rightly only a reader can say."
    )
    toml = "\n".join([*head, *body]) + "\n"
    return Draft(toml, [line.strip("# ") for line in toml.splitlines() if "# unsure:" in line], codes)


def _tried(document: Document, toml: str) -> tuple[int | None, str]:
    """Return how many codes a recipe gives, or what is wrong with it."""
    try:
        recipe = check_recipe(tomllib.loads(toml))
        outline = read_outline(document, recipe)
        for table in recipe.get("tables", []):
            if not table["levels"]:
                record_frame(outline, table)
        return len(build_codebook(outline, recipe).codes), ""
    except ZhagenError as error:
        return None, str(error).replace("\n", " ")


class _Drafting:
    """Looks at one text; every part of the recipe is a list of TOML lines."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.lines = [line.rstrip() for line in document.lines]
        self.captions = self._captions()
        self.headings = self._headings()

    def recipe(self) -> list[str]:
        tables = [self._table(*found) for found in self._regions()]
        names = [name for table in tables for name in table["names"]]
        reading = self._reading(names)
        lines = [f'document = "{self.document.id}"']
        lines += (
            [f'reading = "{reading}"']
            if reading
            else ['# unsure: no coding table is recognised; reading = "enumerated" reads codes from sentences']
        )
        lines += ["", *self._outline()]
        for table in tables:
            lines += ["", *table["lines"]]
        return [*lines, *(["", *self._core()] if reading == "straussian" and "core_category" not in names else [])]

    def _reading(self, names: list[str]) -> str:
        """Return the reading whose columns are there; both need the column concept."""
        gioia, straussian = (
            sum(name in HIERARCHY[reading] and name != "concept" for name in names)
            for reading in ("gioia", "straussian")
        )
        if not gioia and not straussian:
            return ""
        return "gioia" if gioia >= straussian else "straussian"

    def _headings(self) -> dict[str, list[int]]:
        """Return the printed numbers that head lines, the outermost first, each with its lines."""
        found: dict[str, list[int]] = {}
        taken: set[int] = set()
        numbered = any(re.match(NUMBERED[1], line.strip()) for line in self.lines)
        for printed in (*(NUMBERED if numbered else HASHES), *PLAIN):
            pattern = re.compile(heading_pattern(printed))
            matches = {
                n: match
                for n, line in enumerate(self.lines, 1)
                if n not in taken and self._may_head(line) and (match := pattern.match(line.strip()))
            }
            first = next((match["number"] for match in matches.values() if match["number"]), "")
            begins = set(re.findall(r"[一二三四五六七八九十]+|\d+", first)) <= {"一", "1", "2"}
            if len(matches) > 1 and begins:
                found[printed] = list(matches)
                taken.update(matches)
        return dict(sorted(found.items(), key=lambda item: item[1][0]))

    def _may_head(self, line: str) -> bool:
        """Say whether a line can be a heading: short, no end of a sentence, no row of a table."""
        bare = line.strip()
        return (
            bool(bare) and printed_width(bare) <= 40 and not SENTENCE_END.search(bare) and not re.search(r"\t|\|", bare)
        )

    def _captions(self) -> list[tuple[int, str]]:
        """Return line and label of the captions of tables, each label once."""
        pattern = re.compile(CAPTION.format("表"))
        found: dict[str, int] = {}
        for number, line in enumerate(self.lines, 1):
            match = pattern.match(line.strip())
            if match and self._may_head(line):
                found.setdefault(re.sub(r"\s", "", match["label"]), number)
        return [(number, label) for label, number in found.items()]

    def _outline(self) -> list[str]:
        levels = list(self.headings)
        shown = ", ".join(f"'{printed}'" if "(?P" in printed else f'"{printed}"' for printed in levels)
        lines = ["[outline]"]
        if not levels:
            lines.append("# unsure: no headings are recognised; write how their numbers are printed, or leave it empty")
        elif [n for n in self.headings.values() if len(n) == 2]:
            lines.append("# unsure: a level has two headings only; compare: zhagen extract … and sections.csv")
        lines.append(f"levels = [{shown}]")
        skipped = self._skipped()
        if skipped:
            lines.append("# unsure: these lines look like page numbers or running heads")
            lines.append(f"skip = [{', '.join(skipped)}]")
        wide = sorted(printed_width(line) for line in self.lines if line.strip())
        if wide and wide[int(len(wide) * 0.9)] > 60:
            lines.append('paragraphs = "line"')
        printed = {
            name: title
            for name, title in PRINTED.items()
            if any(re.match(run_in_pattern(title), line.strip()) for line in self.lines)
        }
        if printed:
            lines.append("run_in = { " + ", ".join(f'{name} = "{title}"' for name, title in printed.items()) + " }")
        return lines

    def _skipped(self) -> list[str]:
        """Return patterns of lines that look like page numbers or running heads.

        Page numbers: digits alone, ascending by one and far apart, or between the rows of a table. Running heads: the
        same line at least three times, far apart, or between the rows of a table.
        """
        lines = list(enumerate(map(str.strip, self.lines), 1))
        between = [line for first, last, _ in self._regions() for line in self._between_rows(first, last)]
        numbers = [(n, int(line)) for n, line in lines if re.fullmatch(r"\d{1,4}", line)]
        pages = [b for a, b in zip(numbers, numbers[1:], strict=False) if b[1] == a[1] + 1 and b[0] - a[0] > 3]
        found = len(numbers) > 1 and len(pages) == len(numbers) - 1 or any(line.isdecimal() for line in between)
        patterns = [r"'\d{1,4}'"] if found else []
        inside = {n for lines in self.headings.values() for n in lines}
        headers = {word for first, last, _ in self._regions() for word in self._header_words(first, last)}
        places: dict[str, list[int]] = {}
        for n, line in enumerate(map(str.strip, self.lines), 1):
            if n not in inside and self._may_head(line) and len(line) > 3 and not re.search(r"^续?表|'|^[\d.]+$", line):
                places.setdefault(line, []).append(n)
        heads = [
            line
            for line, found in places.items()
            if line in between
            or len(found) > 2
            and min(b - a for a, b in zip(found, found[1:], strict=False)) > 10
            and re.sub(r"\s", "", line) not in headers
        ]
        return patterns + [f"'{re.escape(line)}'" for line in heads]

    def _regions(self) -> list[tuple[int, int, tuple[int, str]]]:
        """Return for each table its first and last line, and its caption."""
        marks = sorted(n for lines in self.headings.values() for n in lines)
        found = []
        for first, label in self.captions:
            stops = [n for n in marks if n > first] + [n for n, _ in self.captions if n > first]
            stops += [n for n in range(first + 1, len(self.lines) + 1) if NOTE.match(self.lines[n - 1].strip())][:1]
            stops += [
                n for n in range(first + 1, len(self.lines) + 1) if re.match(r"图\s*\d+\s", self.lines[n - 1].strip())
            ][:1]
            found.append((first + 1, min(stops, default=len(self.lines) + 1) - 1, (first, label)))
        return found

    def _between_rows(self, first: int, last: int) -> list[str]:
        """Return the lines without a separator between the rows of a table with separators; 续表 is read anyway."""
        lines = [self.lines[n - 1].strip() for n in range(first, last + 1)]
        mark = _separator(lines)
        rows = [number for number, line in enumerate(lines) if mark and mark in line]
        inside = lines[rows[0] : rows[-1]] if rows else []
        return [
            line for line in inside if line and mark not in line and not CONTINUED.fullmatch(re.sub(r"\s", "", line))
        ]

    def _header_words(self, first: int, last: int) -> set[str]:
        return {re.sub(r"\s", "", line) for line in self.lines[first - 1 : last] if _column(re.sub(r"\s", "", line))}

    def _table(self, first: int, last: int, caption: tuple[int, str]) -> dict[str, Any]:
        lines = {n: self.lines[n - 1] for n in range(first, last + 1) if self.lines[n - 1].strip()}
        mark = _separator([line.strip() for line in lines.values()])
        shape = next((shape for shape, one in SEPARATORS.items() if one == mark), "columns")
        out = ["[[tables]]", f'label = "{caption[1]}"', f'shape = "{shape}"']
        if shape != "columns":
            headers, more = self._fields(shape, lines)
            out += more
        else:
            headers = self._list_headers(lines)
            if len(headers) < 2:
                out = [f"# {line}" for line in [*out, 'columns = { … = "…" }']]
                return {
                    "names": [],
                    "lines": [f"# unsure: which words are the headers of {caption[1]}? Write its columns.", *out],
                }
            between = [n for n in range(first, last) if not self.lines[n - 1].strip()]
            out += [] if between else ['lines = "single"']
        names = _named([header for header, _ in headers])
        cells = [
            f'{name} = {{ header = "{header}", {extra} }}' if extra else f'{name} = "{header}"'
            for name, (header, extra) in zip(names, headers, strict=True)
        ]
        unknown = [header for name, (header, _) in zip(names, headers, strict=True) if name.startswith("column_")]
        if unknown:
            out.append(f"# unsure: what is in {'、'.join(unknown)}? Give it a name, or leave it out.")
        return {"names": names, "lines": [*out, "", "[tables.columns]", *cells]}

    def _fields(self, shape: str, lines: dict[int, str]) -> tuple[list[tuple[str, str]], list[str]]:
        """Return the headers of a table with separators, each with what the recipe must add, and lines before them."""
        rows = [
            [text.strip() for _, text in split_fields(line, shape)]
            for line in lines.values()
            if SEPARATORS[shape] in line
        ]
        header = [re.sub(r"\s", "", text) for text in rows[0]]
        while header and not header[-1]:
            header.pop()
        body = [row for row in rows[1:] if not all(re.fullmatch(r":?-+:?", text) for text in row)]
        more: list[str] = []
        if any(SEPARATORS[shape] not in line for n, line in lines.items() if n > self._last_row(shape, lines)):
            more.append('ends = "rows"')
        columns = []
        for place, word in enumerate(header):
            name, extra = _column(word), ""
            empty = [not (row[place : place + 1] or [""])[0] for row in body]
            if name == "concept" and any(empty):
                extra = 'merged = "top"'
                more.append(f"# unsure: {word} is empty in some rows: taken as merged with the cell above")
            elif name and name != "evidence" and body and empty[0] and len(body[0]) == len(header):
                more.append(
                    f"# unsure: {word} is empty in the first row: if merged cells are printed in the middle of "
                    'their rows, say merged = "middle"'
                )
            columns.append((word, extra))
        return [column for column in columns if column[0]], more

    def _last_row(self, shape: str, lines: dict[int, str]) -> int:
        return max(n for n, line in lines.items() if SEPARATORS[shape] in line)

    def _list_headers(self, lines: dict[int, str]) -> list[tuple[str, str]]:
        """Return the headers of a flattened table: lines that are such words, alone or several in one line."""
        found: dict[str, None] = {}
        for line in lines.values():
            words = line.split()
            if words and all(_column(word) for word in words):
                found |= dict.fromkeys(words)
        below = {n + 1: line for n, line in lines.items() if _column(line.strip()) == "evidence"}
        quoted = all(self.lines[n - 1].strip()[:1] in ("“", "") for n in below if n <= len(self.lines))
        tight = all(self.lines[n - 1].strip() for n in range(min(lines), max(lines)))
        single = 'lines = "single"' if tight and not quoted else ""  # evidence without marks: one line each
        return [(word, single if _column(word) == "evidence" else "") for word in found]

    def _core(self) -> list[str]:
        text = "".join(self.lines)
        for pattern in CORES:
            if re.search(pattern, text):
                return ["# unsure: is this the sentence that names the core?", "[core]", f"pattern = '{pattern}'"]
        return [
            "# unsure: no sentence names the core; write its pattern, or leave it out",
            "# [core]",
            "# pattern = '…(?P<label>…)…'",
        ]


def _separator(lines: list[str]) -> str:
    """Return what sets apart the fields of most lines, empty if nothing does."""
    return next((mark for mark in SEPARATORS.values() if sum(mark in line for line in lines) > 1), "")


def _column(header: str) -> str:
    """Return the column that a header names, or nothing."""
    return next((name for name, pattern in COLUMNS.items() if re.fullmatch(pattern, header)), "")


def _named(headers: list[str]) -> list[str]:
    """Return names of columns, each once: the first header of its kind takes it, others are numbered."""
    names: list[str] = []
    for number, header in enumerate(headers, 1):
        name = _column(header)
        names.append(
            name if name and name not in names else f"column_{'abcdefghijklmnopqrstuvwxyz'[(number - 1) % 26]}"
        )
    return names
