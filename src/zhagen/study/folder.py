"""The files of a study, read without trust: what is wrong in one is listed with its line, and reading continues.

A fault is an ``error`` if the study cannot be opened with it, else a ``finding``: the study opens, and says so.
"""

import csv
import hashlib
import io
import os
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.documents.handwritten import read_prose, read_toml
from zhagen.errors import StudyError, ZhagenError
from zhagen.output import finish_writing, unguard_cells
from zhagen.text.characters import name_key
from zhagen.text.encodings import HEAD, assumed_encoding, find_encoding
from zhagen.text.rows import csv_reader
from zhagen.vocabulary import ACTS, LEVELS, PLACES, SOURCE_ACTS, SOURCES, STATUSES

FAULTS = "severity file line found todo".split()
# file -> columns that it must have, columns that it may lack; further columns are kept
TABLES: dict[str, tuple[str, str]] = {
    "sources": ("source_id file", "sha256 kind date"),
    "speakers": ("source_id speaker role", ""),
    "codebook": ("code_id label level", "parent_id definition include exclude example properties memo_id"),
    "codings": ("coding_id source_id start end code_id coder", "date quote_sha256"),
    "differences": ("difference_id source_id start end code_id consensus kind", "reason memo_id"),
    "paradigm": ("category_id place code_id", "codings note"),
    "negative_cases": ("case_id source_id coding_ids against", "what_it_shows what_changed memo_id"),
    "history": ("date act code_id", "coder from to reason memo_id"),
    "sampling": ("order source_id", "date why to_show showed"),
    "gioia": ("code_id", "concept theme dimension"),
}
NEEDED = ("sources", "codebook", "codings")
KEYS = {"sources": "source_id", "codebook": "code_id", "codings": "coding_id"}
KEYS |= {"differences": "difference_id", "negative_cases": "case_id"}
NUMBER_COLUMNS = {"codings": ("start", "end"), "differences": ("start", "end"), "sampling": ("order",)}
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
SEPARATOR = re.compile(r'"?sep=.?"?\s*', re.IGNORECASE)  # the first line of a table, for spreadsheets only
NOTES = ("guide.md", "consent.md", "findings.md", "storyline.md")
MEMOS = "memo_id date coder kind codes sources codings title text".split()
EDGES = "model_id source target relation sign status line_start line_end reason codings memos rival".split()
ROLES = ("interviewer", "participant", "observer")
WORDS = {  # what a cell may say
    ("codebook", "level"): tuple(LEVELS),
    ("history", "act"): (*ACTS, *SOURCE_ACTS),
    ("paradigm", "place"): tuple(PLACES),
    ("speakers", "role"): ROLES,
    ("sources", "kind"): tuple(SOURCES),
    ("differences", "kind"): ("boundary", "definition", "missed", "level", "reading"),
}
ID = re.compile(r"(?!\.+$)[\w.\-]+")  # not of full stops alone: they would name a folder
STRINGS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
STUDY: dict[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {
        **dict.fromkeys(
            ("title", "research_question", "language", "licence", "notice", "consensus"), {"type": "string"}
        ),
        "coders": STRINGS,
        "invented": {"type": "boolean"},
    },
}
EDGE: dict[str, Any] = {
    "type": "object",
    "required": ["source", "target", "relation", "status"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(("source", "target"), {"type": "string", "minLength": 1}),
        **dict.fromkeys(("relation", "rival", "reason"), {"type": "string"}),
        "sign": {"enum": ["+", "-", ""]},
        "status": {"enum": list(STATUSES)},
        "codings": STRINGS,
        "memos": STRINGS,
    },
}
MODEL: dict[str, Any] = {
    "type": "object",
    "required": ["id", "title", "edges"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "edges": {"type": "array", "items": EDGE},
    },
}
MECHANISM: dict[str, Any] = {
    "type": "object",
    "required": ["models"],
    "properties": {"models": {"type": "array", "items": MODEL}},
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file of a study.

    Attributes
    ----------
    file : str
        The file, below the folder of the study.
    line : int
        The line, from 1; 0 if it is the whole file.
    found : str
        What was found.
    todo : str
        What to do.
    severity : {"error", "finding"}, default "error"
        Whether the study cannot be opened with it.
    """

    file: str
    line: int
    found: str
    todo: str
    severity: str = "error"

    def error(self, more: int = 0) -> StudyError:
        """Return the error to raise.

        Parameters
        ----------
        more : int, default 0
            How many further errors there are.

        Returns
        -------
        StudyError
            With file and line.
        """
        where = f"{self.file}, line {self.line}" if self.line else self.file
        others = f"`zhagen check` lists {more} more" if more else ""
        return StudyError(self.found, where, "; ".join(filter(None, (self.todo, others))))


@dataclass
class Contents:
    """What the files of a study hold, as far as it could be read.

    Attributes
    ----------
    about : dict
        ``study.toml``.
    tables : dict of str to pandas.DataFrame
        File without suffix -> its rows, as text; offsets and orders are int64.
    lines : dict of str to list of int
        File without suffix -> the line on which each row begins.
    texts : dict of str to str
        Source -> its text.
    memos, mechanism : pandas.DataFrame
        The memos with their text; the arrows of all models.
    models : dict of str to str
        Id of a model -> its title.
    notes : dict of str to str
        Other files of prose, such as ``guide.md`` -> their text.
    stamps : dict of str to str
        File -> SHA-256 of its bytes when it was read.
    faults : list of Fault
        What is wrong.
    """

    about: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    memos: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=MEMOS))
    mechanism: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=EDGES))
    models: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, table: str, row: int, found: str, todo: str, severity: str = "error") -> None:
        """Add a fault of a row.

        Parameters
        ----------
        table : str
            File without suffix.
        row : int
            Number of the row, from 0.
        found : str
            What was found.
        todo : str
            What to do.
        severity : {"error", "finding"}, default "error"
            Whether the study cannot be opened with it.
        """
        self.faults.append(Fault(f"{table}.csv", self.lines[table][row], found, todo, severity))


def columns_of(table: str) -> list[str]:
    """Return the columns of a table of a study.

    Parameters
    ----------
    table : str
        File without suffix.

    Returns
    -------
    list of str
        In the order in which they are written.

    Examples
    --------
    >>> columns_of("speakers")
    ['source_id', 'speaker', 'role']
    """
    return " ".join(TABLES[table]).split()


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8.

    Parameters
    ----------
    text : str
        A text without lone surrogates.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> sha256_of("群内冷清")[:8]
    '397b79c1'
    """
    return hashlib.sha256(text.encode()).hexdigest()


def split_list(cell: str) -> list[str]:
    """Split a cell that holds several ids or labels, joined by semicolons.

    Parameters
    ----------
    cell : str
        Such as ``c01; c05``.

    Returns
    -------
    list of str
        Without blanks and empty parts.

    Examples
    --------
    >>> split_list("c01; c05；认人认群")
    ['c01', 'c05', '认人认群']
    """
    return [part.strip() for part in re.split("[;；]", cell) if part.strip()]


def read_folder(folder: Path) -> Contents:
    """Read the files of a study and check each by itself and against the others.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.

    Returns
    -------
    Contents
        What could be read, and every fault.
    """
    found = Contents()
    if not folder.is_dir():
        found.faults.append(Fault(str(folder), 0, "there is no such folder", "check the path"))
        return found
    finish_writing(folder)  # what a killed process began to write
    found.stamps["datapackage.json"] = file_sha256(folder / "datapackage.json")
    if _is_there(folder, "study.toml", found, needed=True):
        found.about = dict(_toml(folder, "study.toml", STUDY, found) or {})
    for name in TABLES:
        _read_table(folder, name, found)
    _read_texts(folder, found)
    _read_memos(folder, found)
    _read_mechanism(folder, found)
    for name in NOTES:
        if _is_there(folder, name, found):
            found.notes[name] = _text(folder, name, found) or ""
    return check_contents(found)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of the bytes of a file.

    Parameters
    ----------
    path : pathlib.Path
        A file.

    Returns
    -------
    str
        64 hexadecimal digits; ``""`` if there is no such file.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def check_contents(found: Contents) -> Contents:
    """Check the tables of a study against each other.

    Parameters
    ----------
    found : Contents
        What was read; tables that are missing are added without rows, faults are added.

    Returns
    -------
    Contents
        The same.
    """
    for name in TABLES:
        if name not in found.tables:
            found.tables[name] = empty_table(name)
        found.lines.setdefault(name, list(range(2, len(found.tables[name]) + 2)))
    _check_ids(found)
    _check_cells(found)
    _check_codebook(found)
    _check_references(found)
    _check_codings(found)
    return found


def _is_there(folder: Path, name: str, found: Contents, *, needed: bool = False) -> bool:
    """Say whether a file is there to be read; a fault says what is in its place where it is none of this folder."""
    path = folder / name
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        said = "it is a link out of the folder"
    elif path.is_file() or not (needed or path.is_symlink() or path.exists()):
        return path.is_file()
    elif path.is_symlink():
        said = "it is a link that leads to no file"
    else:
        said = "it is a folder, not a file" if path.is_dir() else f"there is no file {path.name}"
    found.faults.append(Fault(name, 0, said, "put the file there" if needed else "put the file there, or take it out"))
    return False


def _plain(raw: bytes) -> str | None:
    """Return the text of bytes that are UTF-8 beyond doubt, as nearly all files are; None where more must be asked."""
    head = raw[:HEAD]
    if b"\0" in raw or not (head.isascii() or max(head) > 0xDF):
        return None
    try:
        return _bare(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _bare(text: str) -> str:
    """Return a text without byte order marks, its lines ended by line feeds, whatever program wrote it."""
    text = text.lstrip("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _text(folder: Path, name: str, found: Contents) -> str | None:
    """Return the text of a file; None and a fault where there is none."""
    try:
        raw = (folder / name).read_bytes() if (folder / name).is_file() else b"\0"
        if (text := _plain(raw)) is not None:
            found.stamps[name] = hashlib.sha256(raw).hexdigest()
            return text
        found.stamps[name] = file_sha256(folder / name)  # before it is read: a change in between is noticed later
        text = _bare(read_prose(folder / name, error=StudyError, encoding=_encoding(folder, name, found)))
    except (ZhagenError, OSError) as problem:
        found.faults.append(_unreadable(name, problem))
        return None
    if "\0" in text:
        line_number = text[: text.index("\0")].count("\n") + 1
        found.faults.append(Fault(name, line_number, "there is a NUL character", "take it out: text has none"))
        return None
    return text


def _toml(folder: Path, name: str, schema: dict[str, Any], found: Contents) -> dict[str, Any] | None:
    try:
        found.stamps[name] = file_sha256(folder / name)
        return read_toml(folder / name, schema, error=StudyError, encoding=_encoding(folder, name, found))
    except (ZhagenError, OSError) as problem:
        found.faults.append(_unreadable(name, problem))
        return None


def _encoding(folder: Path, name: str, found: Contents) -> str:
    """Return the encoding of a file; that it is not UTF-8 is a finding."""
    if not (folder / name).is_file():
        return "utf-8-sig"  # its reader says that there is none
    encoding = find_encoding(folder / name)
    if assumed := assumed_encoding(encoding):
        todo = "if that is right, save it in UTF-8 (`write_study` does); else save it in UTF-8 where it was written"
        found.faults.append(Fault(name, 0, f"it is not UTF-8: it is read as {assumed}", todo, "finding"))
    return encoding


def _unreadable(name: str, problem: ZhagenError | OSError) -> Fault:
    if isinstance(problem, OSError):
        return Fault(name, 0, f"it cannot be read: {problem.strerror}", "check its permissions")
    line = re.search(r", line (\d+)\b", problem.where)
    return Fault(name, int(line[1]) if line else 0, problem.found, problem.todo)


def _read_table(folder: Path, name: str, found: Contents) -> None:
    """Read one CSV file: columns, rows of full length, numbers."""
    columns = columns_of(name)
    found.tables[name], found.lines[name] = empty_table(name), []
    file = f"{name}.csv"
    if not _is_there(folder, file, found, needed=name in NEEDED):
        return
    text = _text(folder, file, found)
    if text is None:
        return
    header, lines, cells_of = _cells(file, text, name, found)
    if header is None or not _header_fits(name, header, found) or cells_of is None:
        return
    frame = _text_frame(header, cells_of)
    if "'" in text:  # what was guarded begins with one
        frame = unguard_cells(frame)
    for column in columns:
        if column not in frame:
            frame[column] = pd.Series([""] * len(frame), dtype="str")
    found.lines[name] = lines
    for column in NUMBER_COLUMNS.get(name, ()):
        values = []
        cells = frame[column].tolist()
        digits = "".join(cells)
        if digits.isascii() and digits.isdigit() and min(map(len, cells)) > 0 and max(map(len, cells)) <= 15:
            frame[column] = pd.Series(list(map(int, cells)), dtype="int64")
            continue
        for number, cell in enumerate(cells):
            whole = re.fullmatch(r"\s*-?[0-9]{1,15}\s*", cell)
            if not whole:
                found.add(name, number, f"the {column} is {cell!r}", "write a whole number")
            values.append(int(cell) if whole else -1)
        frame[column] = pd.Series(values, dtype="int64")
    rest = [str(column) for column in frame if column not in columns]  # without guards of spreadsheets
    found.tables[name] = typed_table(name, frame[columns + rest])


def read_any_table(path: Path) -> tuple[pd.DataFrame, list[int]]:
    """Read a table of any columns, such as an export of the page to code in.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file in any encoding that is recognised, its columns set apart by commas, semicolons or tabs.

    Returns
    -------
    pandas.DataFrame
        Its rows, as text.
    list of int
        The line on which each row begins.

    Raises
    ------
    StudyError
        If there is no such file, or it is no table: file, line, what was found, what to do.
    """
    found = Contents()
    text = _text(path.parent, path.name, found)
    header, lines, columns = (None, [], None) if text is None else _cells(path.name, text, "codings", found)
    if columns is None or header is None:
        raise found.faults[-1].error()
    for fault in found.faults:
        if fault.severity == "error":
            raise fault.error()
    doubled = [name for name in header if header.count(name) > 1]
    if doubled:
        raise StudyError(f"there are two columns {doubled[0]!r}", f"{path.name}, line 1", "rename one")
    return unguard_cells(_text_frame(header, columns)), lines


def _cells(
    file: str, text: str, name: str, found: Contents
) -> tuple[list[str] | None, list[int], list[list[str]] | None]:
    """Return the header of a CSV file, the line of each row and the cells of each column; None and a fault for none."""
    text, separator, before = _separated(text, name, file, found)
    if '"' not in text and "\r" not in text:  # nothing is quoted: a line is a row, and splitting is much quicker
        body = text.removesuffix("\n")
        counts = [line.count(separator) if line else -1 for line in body.split("\n")]
        if counts[0] >= 0 and set(counts) == {counts[0]}:
            flat, width = body.replace("\n", separator).split(separator), counts[0] + 1  # no lists of rows to be kept
            columns = [flat[place::width] for place in range(width)]
            return (
                [cells[0].strip() for cells in columns],
                [*range(2 + before, len(counts) + 1 + before)],
                [cells[1:] for cells in columns],
            )
    reader = csv_reader(io.StringIO(text, newline=""), separator)
    rows: list[list[str]] = []
    lines: list[int] = []
    header: list[str] | None = None
    line = 1 + before
    try:
        for row in reader:
            if header is None:
                header = [cell.strip() for cell in row]
            elif row and len(row) != len(header):
                todo = "put a cell with a comma or a line break between double quotes"
                found.faults.append(Fault(file, line, f"{len(row)} cells under {len(header)} columns", todo))
            elif row:
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1 + before
    except csv.Error as problem:
        todo = "write a quotation mark inside a cell twice, and close the cell with one"
        found.faults.append(Fault(file, line, f"this is no CSV: {problem}", todo))
        return header, [], None
    if header is None:
        needed = ", ".join(columns_of(name))
        found.faults.append(Fault(file, 1, "the file is empty", f"write the columns {needed}"))
        return None, [], None
    return header, lines, [list(cells) for cells in zip(*rows, strict=True)] if rows else [[] for _ in header]


def _text_frame(header: list[str], columns: list[list[str]]) -> pd.DataFrame:
    """Return cells as a frame of texts: put together row by row, it takes ten times as long."""
    return pd.DataFrame(
        {name: pd.array(cells, dtype="str") for name, cells in zip(header, columns, strict=True)}, columns=header
    )


def _separated(text: str, name: str, file: str, found: Contents) -> tuple[str, str, int]:
    """Return a table without a line ``sep=;``, what sets its columns apart, and the lines that are gone."""
    first, _, rest = text.partition("\n")
    before = int(bool(SEPARATOR.fullmatch(first)))
    text, first = (rest, rest.partition("\n")[0]) if before else (text, first)
    known = {one: len(set(map(str.strip, first.split(one))) & set(columns_of(name))) for one in SEPARATORS}
    separator = max(SEPARATORS, key=known.__getitem__)  # the first one, if all give as many columns
    if separator != ",":
        said = f"the columns are set apart by {SEPARATORS[separator]}"
        found.faults.append(Fault(file, 1 + before, said, "save it with commas (`write_study` does)", "finding"))
    return text, separator, before


def typed_table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of a study with its types, whatever the frame held.

    Parameters
    ----------
    name : str
        File without suffix.
    frame : pandas.DataFrame
        Its rows; columns that it may lack are added.

    Returns
    -------
    pandas.DataFrame
        Text is str, an empty cell ``""``; offsets and orders are int64.

    Raises
    ------
    StudyError
        If a column is missing that the table must have.

    Examples
    --------
    >>> typed_table("speakers", pd.DataFrame({"source_id": ["I01"], "speaker": "甲", "role": "participant"})).shape
    (1, 3)
    """
    missing = [column for column in TABLES[name][0].split() if column not in frame]
    if missing:
        raise StudyError(f"there is no column {missing[0]!r}", f"{name}.csv", f"it needs {TABLES[name][0]}")
    numbers = NUMBER_COLUMNS.get(name, ())
    columns = [*columns_of(name), *(str(other) for other in frame if other not in columns_of(name))]
    if _is_typed(frame, columns, numbers):
        return frame.copy(deep=False)  # pandas copies what is changed later
    made: dict[str, pd.Series] = {}
    for column in columns:
        if column in frame and column not in numbers and isinstance(frame[column].dtype, pd.StringDtype):
            made[column] = frame[column].fillna("").astype("str").reset_index(drop=True)
            continue
        cells = frame[column].tolist() if column in frame else [""] * len(frame)
        if column in numbers:
            made[column] = pd.Series(cells, dtype="int64")
        else:
            made[column] = pd.Series(["" if pd.isna(cell) else str(cell) for cell in cells], dtype="str")
    return pd.DataFrame(made, index=range(len(frame)))


def empty_table(name: str) -> pd.DataFrame:
    """Return a table of a study without rows.

    Parameters
    ----------
    name : str
        File without suffix.

    Returns
    -------
    pandas.DataFrame
        Its columns, with their types.

    Examples
    --------
    >>> list(empty_table("gioia"))
    ['code_id', 'concept', 'theme', 'dimension']
    """
    return _empty_table(name).copy(deep=False)


@cache
def _empty_table(name: str) -> pd.DataFrame:
    return typed_table(name, pd.DataFrame(columns=columns_of(name)))


def _is_typed(frame: pd.DataFrame, columns: list[str], numbers: tuple[str, ...]) -> bool:
    """Say whether a table has its types already: making it anew takes ten times as long."""
    if list(frame) != columns or not frame.index.equals(pd.RangeIndex(len(frame))):
        return False
    types = {column: "int64" if column in numbers else "str" for column in columns}
    return all(frame.dtypes[name] == one for name, one in types.items()) and not frame.isna().to_numpy().any()


def _header_fits(name: str, header: list[str], found: Contents) -> bool:
    file, needed = f"{name}.csv", TABLES[name][0].split()
    twice = [column for number, column in enumerate(header) if column in header[:number]]
    if twice:
        found.faults.append(Fault(file, 1, f"there are two columns {twice[0]!r}", "rename one, or take it out"))
        return False
    missing = [column for column in needed if column not in header]
    if missing:
        near = get_close_matches(missing[0], [column for column in header if column not in columns_of(name)], 1)
        todo = f"rename {near[0]!r}" if near else f"the file needs the columns {', '.join(needed)}"
        found.faults.append(Fault(file, 1, f"there is no column {missing[0]!r}", todo))
        return False
    return True


def _read_texts(folder: Path, found: Contents) -> None:
    """Read the sources; check that they are inside the folder, plain, and as they were when they were listed."""
    for row, source in enumerate(found.tables["sources"].to_dict("records")):
        name, source_id = source["file"], source["source_id"]
        # also by a link; `Path.resolve` would raise for one that leads to itself
        if not Path(os.path.realpath(folder / name)).is_relative_to(os.path.realpath(folder)):
            if ".." not in name and not Path(name).is_absolute():
                found.add("sources", row, f"the file {name!r} is a link out of the folder", "put the text there")
            continue
        if not (folder / name).is_file():
            found.add("sources", row, f"there is no file {name}", "put it there, or correct the name")
            continue
        text = _text(folder, name, found)
        if text is None:
            continue
        found.texts[source_id] = text
        _check_plain(folder / name, name, text, found)
        if not source["sha256"]:
            todo = "write the study with `write_study`, which fills it in"
            found.add("sources", row, f"{source_id} has no sha256", todo, "finding")
        elif source["sha256"].lower() not in (found.stamps[name], sha256_of(text)):
            todo = (
                "put the old text back, then `zhagen correct` takes the new one and moves the codings with their words"
            )
            found.add("sources", row, f"{name} was changed: its sha256 is another", todo, "finding")


def _check_plain(path: Path, name: str, text: str, found: Contents) -> None:
    """List what other programs would count in another way: byte order mark, line ends, forms of characters."""
    raw = path.read_bytes()
    if _plain(raw) is None and assumed_encoding(find_encoding(path)):
        raw = text.encode()  # its encoding is a finding of its own
    if raw.startswith(b"\xef\xbb\xbf"):
        found.faults.append(Fault(name, 1, "there is a byte order mark", "save it as UTF-8 without it", "finding"))
    if b"\r" in raw:
        line = raw[: raw.index(b"\r")].count(b"\n") + 1
        todo = "save it with line feeds alone (LF): offsets count characters"
        said = "in Windows' way (CRLF)" if b"\r\n" in raw else "as on old machines (CR)"
        found.faults.append(Fault(name, line, f"the lines end {said}", todo, "finding"))
    if not unicodedata.is_normalized("NFC", text):
        lines = text.split("\n")
        line = next((n for n, one in enumerate(lines, 1) if not unicodedata.is_normalized("NFC", one)), 1)
        todo = "normalise it to NFC before it is coded"
        found.faults.append(Fault(name, line, "the text is not in the normal form NFC", todo, "finding"))
    first = text.partition("\n")[0]
    if found.about.get("invented") and not (first.startswith("【") and first.rstrip().endswith("】")):
        todo = "say in the first line, between 【 and 】, that the material is invented"
        found.faults.append(Fault(name, 1, "the first line does not say that the text is invented", todo, "finding"))


def _read_memos(folder: Path, found: Contents) -> None:
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for path in sorted((folder / "memos").glob("*.md")):
        name = f"memos/{path.name}"
        text = _text(folder, name, found) if _is_there(folder, name, found, needed=True) else None
        row = _memo(name, text, found) if text is not None else None
        if row is None:
            continue
        if row["memo_id"] != path.stem:
            todo = "give the file the name of the id"
            found.faults.append(Fault(name, 2, f"the id is {row['memo_id']}", todo, "finding"))
        if row["memo_id"] in seen:
            found.faults.append(Fault(name, 2, f"the id {row['memo_id']} is given twice", "rename one"))
        seen.add(row["memo_id"])
        rows.append(row)
    found.memos = pd.DataFrame(rows, columns=MEMOS)


def _memo(name: str, text: str, found: Contents) -> dict[str, Any] | None:
    """Return a memo as a row: its head between two lines ``---``, then Markdown."""
    import yaml

    parts = re.match(r"---[ \t]*\n(.*?\n)---[ \t]*(?:\n|$)(.*)", text, re.DOTALL)
    if not parts:
        found.faults.append(Fault(name, 1, "there is no head", "begin with a head between two lines ---"))
        return None
    try:
        # every value stays text; the parser in C is there where PyYAML was built with it
        head = yaml.load(parts[1], Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = 2 + (mark.line if mark else 0)
        found.faults.append(Fault(name, line, "this is not YAML", "write lines such as codes: [c01, c02]"))
        return None
    except RecursionError:
        head = None
    if not isinstance(head, dict):
        found.faults.append(Fault(name, 2, "the head has no keys", "write lines such as id: M001"))
        return None
    links = head["links"] if isinstance(head.get("links"), dict) else {}
    row: dict[str, Any] = {"memo_id": head.get("id")}
    row |= {key: head.get(key, "") for key in ("date", "coder", "kind")}
    wrong = [key for key, value in row.items() if not isinstance(value, str)]
    if wrong:
        key = wrong[0].removeprefix("memo_")
        found.faults.append(Fault(name, _line_of(parts[1], key), f"the head has no {key}", f"write {key}: …"))
        return None
    for key in ("codes", "sources", "codings"):
        value = head.get(key, links.get(key, []))
        value = split_list(value.replace(",", ";")) if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            found.faults.append(Fault(name, _line_of(parts[1], key), f"{key} is no list", f"write {key}: [a, b]"))
            value = []
        row[key] = value
    title = re.search(r"^#+[ \t]*(.+)$", parts[2], re.MULTILINE)
    if row["date"] and not _is_date(row["date"]):
        found.faults.append(_date_fault(name, _line_of(parts[1], "date"), row["date"]))
    return row | {"title": head.get("title", title[1].strip() if title else ""), "text": parts[2].strip("\n")}


def _line_of(head: str, key: str) -> int:
    lines = [number for number, line in enumerate(head.split("\n"), 2) if line.strip().startswith(f"{key}:")]
    return lines[0] if lines else 1


def _read_mechanism(folder: Path, found: Contents) -> None:
    if not _is_there(folder, "mechanism.toml", found):
        return
    content = _toml(folder, "mechanism.toml", MECHANISM, found)
    codes = found.tables["codebook"]
    labels = dict(zip(codes.code_id, codes.label, strict=True))
    rows = []
    for model in (content or {}).get("models", []):
        found.models[model["id"]] = model["title"]
        for edge in model["edges"]:
            ends = {end: labels.get(edge[end], edge[end]) for end in ("source", "target")}
            about = {key: edge.get(key, "") for key in ("relation", "sign", "status", "reason", "rival")}
            listed = {key: ";".join(edge.get(key, [])) for key in ("codings", "memos")}
            rows.append({"model_id": model["id"], **ends, **about, **listed, "line_start": pd.NA, "line_end": pd.NA})
    found.mechanism = pd.DataFrame(rows, columns=EDGES).astype({"line_start": "Int64", "line_end": "Int64"})


def _check_ids(found: Contents) -> None:
    for row, file in enumerate(found.tables["sources"].file):
        if file.startswith(("/", "\\")) or ":" in file or ".." in re.split(r"[/\\]", file):
            found.add("sources", row, f"the file {file!r} is not in the folder", "name a file such as sources/I01.txt")
    for memo_id in found.memos.memo_id:
        if not ID.fullmatch(memo_id):
            todo = "use letters, digits, hyphens, full stops"
            found.faults.append(Fault("memos", 0, f"the id {memo_id!r} is no id", todo))
    for name, key in KEYS.items():
        seen: dict[str, int] = {}
        values = found.tables[name][key].tolist()
        if len(set(values)) == len(values) and all(map(ID.fullmatch, values)):
            continue
        for row, value in enumerate(values):
            if not ID.fullmatch(value):
                todo = "use letters, digits, hyphens, full stops"
                found.add(name, row, f"the {key} {value!r} is no id", todo)
            elif value in seen:
                first = found.lines[name][seen[value]]
                found.add(name, row, f"the {key} {value} is on line {first}, too", "give each row an id of its own")
            seen.setdefault(value, row)
    speakers = found.tables["speakers"]
    for row in speakers.index[speakers.duplicated(["source_id", "speaker"])]:
        speaker = speakers.speaker[row]
        found.add("speakers", int(row), f"the speaker {speaker} of this source is listed twice", "keep one row")
    if "confirmed" in speakers and (unsure := speakers.index[speakers.confirmed.eq("no")].tolist()):
        said = f"the roles of {len(unsure)} speakers are guesses"
        todo = "look at them with `zhagen speakers`; write yes into the column confirmed"
        found.add("speakers", unsure[0], said, todo, "finding")


def _check_cells(found: Contents) -> None:
    """Check words and dates."""
    for (name, column), words in WORDS.items():
        cells = found.tables[name][column].tolist()
        if set(cells) <= {*words}:
            continue
        for row, cell in enumerate(cells):
            if cell not in words and (cell or column != "kind"):
                found.add(name, row, f"the {column} is {cell!r}", f"use one of {', '.join(words)}")
    for name in ("sources", "codings", "history", "sampling"):
        cells = found.tables[name]["date"].tolist()
        if name != "sources" and all(map(_is_date, set(cells))):
            continue
        for row, cell in enumerate(cells):
            parts = cell.split("/") if name == "sources" else [cell]
            if (cell or name == "history") and not all(_is_date(part) for part in parts):
                found.faults.append(_date_fault(f"{name}.csv", found.lines[name][row], cell))


def _is_date(cell: str) -> bool:
    try:
        return len(cell) == 10 and bool(date.fromisoformat(cell))
    except ValueError:
        return False


def _date_fault(file: str, line: int, cell: str) -> Fault:
    return Fault(file, line, f"{cell!r} is no date", "write it as 2024-03-05")


def _check_codebook(found: Contents) -> None:
    codes = found.tables["codebook"]
    parents = dict(zip(codes.code_id, codes.parent_id, strict=True))
    levels = dict(zip(codes.code_id, codes.level, strict=True))
    for row, (code, parent, level) in enumerate(zip(codes.code_id, codes.parent_id, codes.level, strict=True)):
        chain = [code]
        while (above := parents.get(chain[-1], "")) and above not in chain:
            chain.append(above)
        if parent and parent not in parents:
            todo = "name a code_id of the codebook, or leave the cell empty"
            found.add("codebook", row, f"the parent {parent!r} of {code} is not in the codebook", todo)
        elif above == code:
            circle = " > ".join([*chain, code])
            found.add("codebook", row, f"the parents run in a circle: {circle}", "take one of them out")
        elif parent and levels[parent] == level:
            todo = "a parent is of a higher level"
            found.add("codebook", row, f"{code} and its parent {parent} are both of the level {level}", todo)
    for row in codes.index[codes.label.str.strip().eq("")]:
        found.add("codebook", int(row), f"{codes.code_id[row]} has no label", "write one: a code is known by its label")
    for row in codes.index[codes.duplicated(["level", "label"])]:
        todo = "rename one: a label names one code"
        found.add("codebook", int(row), f"the label {codes.label[row]} is given twice", todo, "finding")
    keys = codes.assign(label=[name_key(str(label)).casefold() for label in codes.label])
    alike = keys.duplicated(["level", "label"]) & ~codes.duplicated(["level", "label"])
    for row in codes.index[alike]:
        same = keys.level.eq(keys.level[row]) & keys.label.eq(keys.label[row])
        other = codes.label[same].iloc[0]
        said = f"the label {codes.label[row]} differs from {other} in letter case, width, brackets or blanks alone"
        found.add("codebook", int(row), said, "merge the two codes, or rename one", "finding")


def _check_references(found: Contents) -> None:
    """Check that what a row names is there."""
    tables = found.tables
    sources, codes = set(tables["sources"].source_id), set(tables["codebook"].code_id)
    codings, memos = set(tables["codings"].coding_id), set(found.memos.memo_id)
    retired = set(tables["history"].code_id)
    for name, column, known, what, severity in (
        ("speakers", "source_id", sources, "source", "error"),
        ("codings", "source_id", sources, "source", "error"),
        ("codings", "code_id", codes, "code", "error"),
        ("differences", "source_id", sources, "source", "error"),
        ("sampling", "source_id", sources | {""}, "source", "finding"),
        ("differences", "code_id", codes | {""}, "code", "finding"),
        ("gioia", "code_id", codes, "code", "finding"),
        ("paradigm", "category_id", codes, "code", "finding"),
        ("paradigm", "code_id", codes | {""}, "code", "finding"),
        ("paradigm", "codings", codings, "coding", "finding"),
        ("negative_cases", "coding_ids", codings, "coding", "finding"),
        ("negative_cases", "source_id", sources, "source", "finding"),
    ):
        cells = tables[name][column].tolist()
        if set(cells) <= known:
            continue
        for row, cell in enumerate(cells):
            listed = split_list(cell) if column in ("codings", "coding_ids") else [cell]
            for one in listed:
                if one not in known:
                    near = get_close_matches(one, known, 3)
                    todo = f"use {' or '.join(near)}" if near else f"name a {what} of the study"
                    found.add(name, row, f"there is no {what} {one!r}", todo, severity)
    for name in ("codebook", "differences", "negative_cases", "history"):
        cells = tables[name]["memo_id"].tolist()
        if not any(cells):
            continue
        for row, cell in enumerate(cells):
            for memo in split_list(cell):
                if memo not in memos:
                    found.add(name, row, f"there is no memo {memo!r}", "name a file of memos/", "finding")
    known_of = {"codes": codes | retired, "sources": sources, "codings": codings}
    for about in found.memos.to_dict("records"):
        for key, known in known_of.items():
            for one in about[key]:
                if one not in known:
                    todo = f"name one of the study's {key}"
                    file = f"memos/{about['memo_id']}.md"
                    found.faults.append(Fault(file, 0, f"{one!r} is none of its {key}", todo, "finding"))
    for edge in found.mechanism.to_dict("records"):
        for key, known in (("codings", codings), ("memos", memos)):
            for one in split_list(edge[key]):
                if one not in known:
                    arrow = f"{edge['source']} → {edge['target']}"
                    todo = f"name one of the study's {key}"
                    fault = Fault("mechanism.toml", 0, f"{arrow}: {one!r} is none of its {key}", todo, "finding")
                    found.faults.append(fault)


def _check_codings(found: Contents) -> None:
    codings, coders = found.tables["codings"], found.about.get("coders")
    columns = (codings[name].tolist() for name in ("coder", "start", "end"))
    for row, (coder, start, end) in enumerate(zip(*columns, strict=True)):
        if coders is not None and coder not in coders:
            todo = f"use one of {', '.join(coders)}, or add the coder to study.toml"
            found.add("codings", row, f"there is no coder {coder!r}", todo)
        if not 0 <= start < end:
            todo = "count characters from 0, the end exclusive"
            found.add("codings", row, f"the offsets {start} to {end} hold no character", todo)
    for row in codings.index[codings.duplicated(["source_id", "start", "end", "code_id", "coder"])]:
        coding = codings.coding_id[row]
        found.add("codings", int(row), f"{coding} says what another row says", "take one out", "finding")
