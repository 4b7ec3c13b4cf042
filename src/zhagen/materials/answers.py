"""Tables of open answers (.csv, .tsv, .xlsx): which column is text, a source for each row or for each column."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from zhagen.corpus.readers import SEPARATOR, SEPARATORS
from zhagen.errors import SourceError
from zhagen.extras import import_extra
from zhagen.materials.guard import check_archive, damaged
from zhagen.materials.plain import decode_file
from zhagen.materials.texts import Change, SourceText, plain_text
from zhagen.text.rows import csv_reader

BY = ("row", "column")
TALKER = re.compile(
    r"(说话人|发言人|讲话人|发言者|说话者|讲者|speaker|speaker name)", re.I
)  # heads of a transcript's column
LONG = 12  # characters that the answers of a column of text have on average, at least
ROWS = 100_000
COLUMNS = 1000
RESERVED = ("source_id", "file", "sha256", "kind", "date", "material", "speaker", "role", "confirmed")


@dataclass(frozen=True)
class Answers:
    """What of a table is text, and what a source is.

    Attributes
    ----------
    columns : tuple of str
        The columns of text; none: the only column with long texts.
    by : {"row", "column"}, default "row"
        A source for each row, or for each column of text.
    key : str, default ""
        The column that names the rows.
    sheet : str, default ""
        The sheet of a workbook.
    """

    columns: tuple[str, ...] = ()
    by: str = "row"
    key: str = ""
    sheet: str = ""


def read_answers(path: Path, file: str, answers: Answers, encoding: str | None = None) -> list[SourceText]:
    """Read a table of open answers.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    file : str
        What to call it.
    answers : Answers
        What of it is text.
    encoding : str, optional
        Encoding of a .csv or .tsv file; without it, it is found.

    Returns
    -------
    list of SourceText
        A text for each row that has an answer, with the other columns as attributes; or for each column of text, in
        which each row is a turn of a speaker. A table that names in a column who speaks is one transcript, unless a
        column names the rows.

    Raises
    ------
    SourceError
        If it cannot be read, or which column is text is not clear: the message lists the columns.
    """
    form = path.suffix.lower().lstrip(".")
    if form in ("xlsx", "xlsm"):
        rows, changes = _workbook(path, answers.sheet)
    else:
        rows, changes = read_rows(path, encoding)
    header, rows, more = _header(rows, path)
    changes += more
    talker = _talker(header, rows) if not answers.key and answers.by == "row" else None
    texts = _text_columns(header, rows, answers.columns, path, talker)
    if not answers.columns and talker is None:
        changes.append(Change("text taken from the only column with long cells", 1, note=header[texts[0]]))
    if answers.key and answers.key not in header:
        raise _no_column(answers.key, header, rows, path)
    key = header.index(answers.key) if answers.key else None
    names = _row_names(rows, key, path)
    if talker is not None and len(texts) == 1:
        found = [_transcript(file, path.stem, header, rows, texts[0], talker)]
    elif answers.by == "column":
        found = _by_column(file, path.stem, header, rows, texts, names, key)
    else:
        found = _by_row(file, path.stem, header, rows, texts, names, key)
    if not found:
        raise SourceError("no row has an answer", path.name, f"name another column than {header[texts[0]]}")
    for number, source in enumerate(found):
        source.text, more = plain_text(source.text)
        source.form = form
        source.changes = [*(changes if not number else []), *source.changes, *more]
    return found


def read_rows(path: Path, encoding: str | None = None) -> tuple[list[list[str]], list[Change]]:
    """Read the rows of a CSV file, whatever sets its columns apart.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    encoding : str, optional
        Its encoding; without it, it is found.

    Returns
    -------
    rows : list of list of str
        The header and the rows.
    changes : list of Change
        What is unusual about the file.

    Raises
    ------
    SourceError
        If it is no CSV.
    """
    text, changes = decode_file(path, encoding)
    first, _, rest = text.partition("\n")
    named = SEPARATOR.fullmatch(first.rstrip("\r"))
    text, first = (rest, rest.partition("\n")[0]) if named else (text, first)
    usual = "\t" if path.suffix.lower() == ".tsv" else ","
    separator = named[1] if named else max((usual, *SEPARATORS), key=first.count)
    if separator != usual:
        changes.append(Change("columns set apart in another way", 1, note=SEPARATORS.get(separator, separator)))
    reader = None
    try:
        reader = csv_reader(io.StringIO(text, newline=""), separator)
        rows: list[list[str]] = []
        for row in reader:
            if len(rows) > ROWS:
                raise SourceError(
                    f"it has more than {ROWS:,} rows", path.name, "count it as a corpus: `zhagen cooccur`"
                )
            rows.append(row)
        return rows, changes
    except (csv.Error, ValueError, TypeError) as error:  # also a separator that can be none
        where = f"{path.name}, line {(reader.line_num if reader else 0) + bool(named)}"
        raise SourceError(f"no CSV: {error}", where, "correct the row, or save the table again") from error


def _workbook(path: Path, sheet: str) -> tuple[list[list[str]], list[Change]]:
    """Return the rows of the sheet that is named, or of the only one with rows."""
    check_archive(path, "[Content_Types].xml")
    openpyxl = import_extra("openpyxl", "materials")
    todo = "open it in Excel, WPS or LibreOffice and save it again as .xlsx"
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {one.title: _cells(one, path) for one in book.worksheets}
        book.close()
    except SourceError:
        raise
    except Exception as error:  # what a damaged workbook makes the library raise is not said anywhere
        raise damaged(path, error, todo) from error
    filled = {title: rows for title, rows in sheets.items() if rows}
    if sheet and sheet not in sheets:
        raise SourceError(f"there is no sheet {sheet!r}", path.name, f"name one of {', '.join(sheets)}")
    if not sheet and len(filled) != 1:
        found = f"{len(filled)} sheets have rows: {', '.join(filled)}" if filled else "no sheet has a row"
        raise SourceError(found, path.name, "name the sheet with --sheet")
    sheet = sheet or next(iter(filled))
    changes = []
    others = [title for title in filled if title != sheet]
    if others:
        changes.append(Change("sheets left out", len(others), note=", ".join(others)))
    if formulas := _formulas_without_results(path, sheet, sheets[sheet]):
        raise SourceError(f"{formulas} cells of {sheet} have formulas without results", path.name, todo)
    return sheets[sheet], changes


def _cells(sheet: Any, path: Path) -> list[list[str]]:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    rows: list[list[str]] = []
    for row in sheet.iter_rows(values_only=True):
        if len(rows) > ROWS or len(row) > COLUMNS:
            found = f"the sheet {sheet.title} has more than {ROWS:,} rows or {COLUMNS:,} columns"
            raise SourceError(found, path.name, "take the empty ones out, or count it as a corpus: `zhagen cooccur`")
        rows.append([_cell(value) for value in row])
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _formulas_without_results(path: Path, sheet: str, rows: list[list[str]]) -> int:
    """Return how many cells have a formula and no value: the program that wrote the file did not count them."""
    openpyxl = import_extra("openpyxl", "materials")
    try:
        book = openpyxl.load_workbook(path, read_only=True)
        found = book[sheet]
        found.reset_dimensions()
        every = [[str(value).startswith("=") for value in row] for row in found.iter_rows(values_only=True)]
        book.close()
    except Exception:  # it was read a moment ago; what cannot be read now cannot be counted
        return 0
    pairs = ((row, is_formula) for row, is_formula in zip(rows, every, strict=False))
    return sum(formula and not cell for row, formulas in pairs for cell, formula in zip(row, formulas, strict=False))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return re.sub(r"_x000[dD]_\n?", "\n", str(value)).strip()


def _header(rows: list[list[str]], path: Path) -> tuple[list[str], list[list[str]], list[Change]]:
    """Return the names of the columns, each with one of its own, and the rows below with as many cells."""
    changes = []
    while rows and not any(cell.strip() for cell in rows[0]):
        rows = rows[1:]
    if len(rows) < 2:
        raise SourceError(
            "it has no row below its header", path.name, "write the names of the columns in the first row"
        )
    names = [" ".join(plain_text(cell)[0].split()) for cell in rows[0]]
    seen: Counter[str] = Counter()
    header = []
    for number, name in enumerate(names, 1):
        name = name or f"column_{number}"
        seen[name] += 1
        header.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    if header != names:
        renamed = [name for name, old in zip(header, names, strict=True) if name != old]
        changes.append(Change("columns without a name of their own", len(renamed), note=", ".join(renamed)))
    for number, row in enumerate(rows[1:], 2):
        if len(row) > len(header) and any(row[len(header) :]):
            found = f"row {number} has {len(row)} cells, the header {len(header)}"
            raise SourceError(found, path.name, "correct the row: a comma or quotation mark is too much")
    full = [(row + [""] * len(header))[: len(header)] for row in rows[1:]]
    return header, full, changes


def _talker(header: list[str], rows: list[list[str]]) -> int | None:
    """Return the column that says who speaks; none, if there is not one such column in which names come again."""
    found = [number for number, name in enumerate(header) if TALKER.fullmatch(name)]
    names = [row[found[0]] for row in rows if row[found[0]]] if len(found) == 1 < len(header) else []
    return found[0] if names and len(set(names)) <= len(names) / 2 else None


def _transcript(file: str, stem: str, header: list[str], rows: list[list[str]], text: int, talker: int) -> SourceText:
    """Return a table whose rows are the turns of a talk as one text; a row without a name belongs to the last one."""
    lines: list[str] = []
    for row in rows:
        name, said = re.sub(r"[\s：:【\[「“]+", "_", row[talker].strip()), " ".join(row[text].split())
        if said:
            lines.append(f"{name}：{said}" if name or not lines else said)
    source = SourceText(file, stem, "\n".join(lines), "")
    source.changes.append(Change("rows read as turns", len(lines), note=f"{header[talker]}, {header[text]}"))
    if others := [name for number, name in enumerate(header) if number not in (text, talker)]:
        source.changes.append(Change("columns left out", len(others), note=", ".join(others)))
    return source


def _text_columns(
    header: list[str], rows: list[list[str]], named: Sequence[str], path: Path, talker: int | None
) -> list[int]:
    """Return the columns of text: those that were named, or the only one with long texts."""
    for name in named:
        if name not in header:
            raise _no_column(name, header, rows, path)
    if named:
        return [header.index(name) for name in dict.fromkeys(named)]
    if talker is not None:  # turns are short; times and numbers are shorter
        return [max((n for n in range(len(header)) if n != talker), key=lambda n: sum(len(row[n]) for row in rows))]
    long = [n for n in range(len(header)) if _is_long([row[n] for row in rows])]
    if len(long) == 1:
        return long
    found = f"{len(long)} columns hold long texts" if long else "no column holds long texts"
    raise SourceError(found, path.name, f"name those to read with --column: {_listed(header, rows)}")


def _is_long(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    if not filled or sum(map(len, filled)) < LONG * len(filled):
        return False
    return len(set(filled)) > len(filled) / 2 and not all(re.fullmatch(r"[\w.:/+@ -]*", cell, re.A) for cell in filled)


def _listed(header: list[str], rows: list[list[str]]) -> str:
    """Return the columns with the average length of their cells."""
    said = []
    for number, name in enumerate(header):
        filled = [len(row[number]) for row in rows if row[number].strip()]
        said.append(f"{name} ({len(filled)} cells, {round(sum(filled) / len(filled)) if filled else 0} characters)")
    return ", ".join(said)


def _no_column(name: str, header: list[str], rows: list[list[str]], path: Path) -> SourceError:
    return SourceError(f"there is no column {name!r}", path.name, f"name one of {_listed(header, rows)}")


def _row_names(rows: list[list[str]], key: int | None, path: Path) -> list[str]:
    """Return a name for each row: its cell in the column of names, or its number in the table."""
    if key is None:
        digits = len(str(len(rows) + 1))
        return [f"R{number:0{max(digits, 3)}d}" for number in range(2, len(rows) + 2)]
    names = [row[key].strip() for row in rows]
    answers = [name for row, name in zip(rows, names, strict=True) if any(row)]
    twice = [name for name, number in Counter(answers).items() if number > 1 or not name]
    if twice:
        found = f"two rows have the name {twice[0]!r}" if twice[0] else "a row has no name"
        raise SourceError(found, path.name, "give each row a name of its own, or leave out --id")
    return names


def _by_row(
    file: str, stem: str, header: list[str], rows: list[list[str]], texts: list[int], names: list[str], key: int | None
) -> list[SourceText]:
    found, empty = [], []
    for number, (row, name) in enumerate(zip(rows, names, strict=True), 2):
        answers = [(header[column], row[column].strip()) for column in texts if row[column].strip()]
        if not answers:
            if any(row):
                empty.append(number)
            continue
        text = answers[0][1] if len(texts) == 1 else "\n".join(f"【{name}】\n{answer}" for name, answer in answers)
        others = {_attribute(header[n]): row[n].strip() for n in range(len(header)) if n not in texts and n != key}
        title = f"{stem}-{name}" if key is None else name
        found.append(SourceText(f"{file}, row {number}", title, text, "", attributes=others, table=True))
    if empty and found:
        found[0].changes.append(Change("rows without an answer", len(empty), tuple(empty[:20])))
    return found


def _by_column(
    file: str, stem: str, header: list[str], rows: list[list[str]], texts: list[int], names: list[str], key: int | None
) -> list[SourceText]:
    found = []
    for column in texts:
        lines, speakers = [], dict[str, dict[str, str]]()
        for row, name in zip(rows, names, strict=True):
            if row[column].strip():
                name = re.sub(r"[\s：:【\[「“]+", "_", name)
                lines.append(f"{name}：{row[column].strip()}")
                speakers[name] = {
                    _attribute(header[n]): row[n].strip() for n in range(len(header)) if n not in texts and n != key
                }
        if lines:
            title = f"{stem}-{header[column]}" if len(texts) > 1 else stem
            where = f"{file}, column {header[column]}"
            found.append(SourceText(where, title, "\n".join(lines), "", speakers=speakers, table=True))
    return found


def _attribute(name: str) -> str:
    """Return the name of a column beside those that a study has."""
    return f"{name}_" if name in RESERVED else name
