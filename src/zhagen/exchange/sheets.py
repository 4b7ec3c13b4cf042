"""Codebooks and codings as tables: CSV and XLSX, of ours, of Taguette, of MAXQDA; QualCoder's list of codes."""

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.archives import open_archive, pack_files
from zhagen.errors import ExchangeError, ZhagenError
from zhagen.exchange.fields import legal_xml, with_fields
from zhagen.exchange.losses import Loss, left_out
from zhagen.exchange.model import CodeEntry, CodingEntry, Project, SourceEntry, rows_of
from zhagen.extras import import_extra
from zhagen.materials.answers import read_rows
from zhagen.output import guard_cells, unguard_cells
from zhagen.study.study import Study

LONGEST = 32_000  # characters of a cell; Excel holds 32,767
ROWS, COLUMNS = 200_000, 500  # of a table that is read
PARENTS = ("parent", "parent code", "parent_code", "obercode", "父代码")
MEMOS = ("memo", "code memo", "description", "definition", "备忘录")


def list_codebook(study: Study, program: str = "") -> pd.DataFrame:
    """Return the codebook of a study as a table for a program.

    Parameters
    ----------
    study : Study
        The study.
    program : {"", "taguette", "maxqda"}, default ""
        Whose columns: ours, ``tag, description, number of highlights``, or ``Code, Memo`` with paths ``a > b``.

    Returns
    -------
    pandas.DataFrame
        One row a code.
    """
    codes = study.codebook.codes.fillna("").drop(columns=["status"], errors="ignore")
    labels = study.codebook.labels()
    paths = [[labels[one] for one in reversed([code, *study.codebook.above(code)])] for code in codes.code_id]
    said = [_said(row) for row in rows_of(codes)]
    if program.lower() == "taguette":
        counts = study.codings.code_id.value_counts()
        tags = [".".join(one.replace(".", "·") for one in path) for path in paths]
        numbers = [int(counts.get(code, 0)) for code in codes.code_id]
        return pd.DataFrame({"tag": tags, "description": said, "number of highlights": numbers})
    if program.lower() == "maxqda":
        marks = str.maketrans({">": "＞", "\\": "＼"})
        return pd.DataFrame({"Code": [" > ".join(o.translate(marks) for o in path) for path in paths], "Memo": said})
    return codes


def list_codings(study: Study) -> pd.DataFrame:
    """Return all codings of a study with their words, as a table.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    pandas.DataFrame
        ``coding_id``, ``source_id``, ``start``, ``end``, ``code_id``, ``label``, ``coder``, ``date``, ``quote``;
        codings that are lost are left out.
    """
    kept = study.codings[study.codings.anchor != "lost"]
    labels = study.codebook.labels()
    quotes = [study.texts[s][a:b] for s, a, b in zip(kept.source_id, kept.start, kept.end, strict=True)]
    frame = kept.drop(columns=["anchor", "places", "quote_sha256"]).assign(quote=quotes)
    frame.insert(5, "label", [labels[one] for one in kept.code_id])
    return frame.reset_index(drop=True)


def pack_csv(study: Study, path: Path, program: str) -> tuple[bytes, list[Loss]]:
    """Return one table of a study as CSV: the codings if the name of the file says so, else the codebook.

    Parameters
    ----------
    study : Study
        The study.
    path : pathlib.Path
        The file; a name with ``coding`` or ``编码条`` in it asks for the codings.
    program : str
        As for `list_codebook`.

    Returns
    -------
    table : bytes
        UTF-8 with a byte order mark, which spreadsheets want; formulas are guarded.
    losses : list of Loss
        What is not in it.
    """
    codings = not program and re.search("coding|编码条", path.stem, re.IGNORECASE)
    frame = list_codings(study) if codings else list_codebook(study, program)
    text = guard_cells(frame).to_csv(index=False, lineterminator="\r\n")
    held = ("codings", "coders") if codings else ("definitions",)
    losses = left_out(study, held, f"a table of {'codings' if codings else 'codes'} alone")
    mark = b"" if program.lower() == "taguette" else b"\xef\xbb\xbf"
    return mark + text.encode(), losses


def pack_xlsx(study: Study, path: Path, program: str) -> tuple[bytes, list[Loss]]:
    """Return tables of a study as a workbook.

    Parameters
    ----------
    study : Study
        The study.
    path : pathlib.Path
        The file.
    program : str
        As for `list_codebook`; without one there are the sheets codebook, codings, sources, memos.

    Returns
    -------
    workbook : bytes
        The same for the same study; formulas are guarded.
    losses : list of Loss
        What is not in it.
    """
    if program:
        sheets = {"codebook": list_codebook(study, program)}
    else:
        memos = study.memos.assign(**{key: study.memos[key].map("; ".join) for key in ("codes", "sources", "codings")})
        sheets = {"codebook": list_codebook(study), "codings": list_codings(study)}
        sheets |= {"sources": study.sources, "memos": memos}
    whole = ("attributes", "codings", "coders", "codes without a coding", "definitions", "memos")
    held = ("definitions",) if program else whole
    losses = left_out(study, held, "not in the workbook")
    content, cut = workbook_bytes(sheets)
    if cut:
        losses.append(Loss("", "cells", cut, f"cut to {LONGEST:,} characters, as a cell holds no more"))
    return content, losses


def workbook_bytes(sheets: Mapping[str, pd.DataFrame]) -> tuple[bytes, int]:
    """Return tables as a workbook whose bytes depend on them alone.

    Parameters
    ----------
    sheets : mapping of str to pandas.DataFrame
        Name of a sheet -> its table.

    Returns
    -------
    workbook : bytes
        XLSX.
    cut : int
        Number of cells that were too long.
    """
    openpyxl = import_extra("openpyxl", "materials")
    book, cut = openpyxl.Workbook(), 0
    book.remove(book.active)
    for name, frame in sheets.items():
        sheet = book.create_sheet(name[:31])
        for row in [list(frame), *guard_cells(frame).astype(object).itertuples(index=False, name=None)]:
            cells: list[Any] = []
            for cell in row:
                if isinstance(cell, str):
                    cut += len(cell) > LONGEST
                    cells.append(legal_xml(cell)[:LONGEST])
                else:
                    cells.append(None if pd.isna(cell) else cell.item() if hasattr(cell, "item") else cell)
            sheet.append(cells)
        for cell in sheet[1]:
            cell.font = openpyxl.styles.Font(bold=True)
        sheet.freeze_panes = "A2"
    made = io.BytesIO()
    book.save(made)
    return repacked(made.getvalue()), cut


def repacked(content: bytes) -> bytes:
    """Pack an Office file anew, so that its bytes do not depend on the time.

    Parameters
    ----------
    content : bytes
        A file ``.xlsx`` or ``.docx``.

    Returns
    -------
    bytes
        The same with one date.
    """
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    core = "docProps/core.xml"
    if core in files:
        files[core] = re.sub(rb"(W3CDTF\">)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", files[core])
    return pack_files(files)


def read_sheet(path: Path, *, partial: bool = False) -> Project:
    """Read a codebook, or Taguette's highlights, from CSV or XLSX; the columns say which it is.

    Parameters
    ----------
    path : pathlib.Path
        The file, in any encoding that is recognised.
    partial : bool, default False
        Not used: a table is read whole or not at all.

    Returns
    -------
    Project
        Its codes; of Taguette's highlights also texts, made of the highlights alone, and codings.

    Raises
    ------
    ExchangeError
        If the columns are of no program that is known.
    """
    rows, others = _xlsx_rows(path) if path.suffix.lower() == ".xlsx" else (_csv_rows(path), [])
    if not rows:
        raise ExchangeError("the table is empty", path.name, "name a table with a first line of columns")
    header = [str(cell).strip() for cell in rows[0]]
    twice = [one for number, one in enumerate(header) if one and one in header[:number]]
    if twice:
        raise ExchangeError(f"there are two columns {twice[0]!r}", path.name, "rename one, or take it out")
    width = len(header)
    padded = [[*row, *[""] * (width - len(row))][:width] for row in rows[1:] if any(row)]
    frame = unguard_cells(pd.DataFrame(padded, columns=header, dtype="str"))
    found = {name.lower(): name for name in header}
    project = Project(path.stem, "")
    project.notices += [("a sheet", name, "not taken: a workbook holds no texts, a .qdpx does") for name in others]
    if {"code_id", "label", "level"} <= set(found):
        _ours(frame, project)
    elif {"document", "tag", "content"} <= set(found):
        _highlights(frame, found, project)
    elif "code" in found:
        _maxqda(frame, found, project)
    elif name := next((found[one] for one in ("tag", "name", "path") if one in found), ""):
        parents = found.get("parent", "")
        said = frame[found["description"]].tolist() if "description" in found else [""] * len(frame)
        above = frame[parents].tolist() if parents else [""] * len(frame)
        _taguette(frame[name].tolist(), said, above, project)
    else:
        known = "code_id, label, level (zhagen); tag, description (Taguette); Code, Memo (MAXQDA)"
        raise ExchangeError(f"the columns are of no program: {', '.join(header)[:80]}", path.name, f"use {known}")
    if not project.codes:
        raise ExchangeError("there is no code in it", path.name, "name a table with codes")
    return project


def read_list(text: str, project: Project) -> None:
    """Read QualCoder's list of codes: a line ``category>>category>>code``, then a tab and a memo.

    Parameters
    ----------
    text : str
        The list.
    project : Project
        It gets the codes.

    Examples
    --------
    >>> project = Project()
    >>> read_list("交易>>不利先说\\t没问就说\\n冷清", project)
    >>> [(code.name, code.parent, code.description) for code in project.codes]
    [('交易', '', ''), ('不利先说', '交易', '没问就说'), ('冷清', '', '')]
    """
    tree = CodeTree(project)
    for line in text.split("\n"):
        path, _, memo = line.partition("\t")
        names = [one.strip() for one in path.split(">>") if one.strip()]
        if names:
            tree.add(names, memo.strip())


class CodeTree:
    """Codes by their paths.

    Parameters
    ----------
    project : Project
        It gets the codes.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.entries: dict[tuple[str, ...], CodeEntry] = {}

    def add(self, names: list[str], memo: str) -> CodeEntry:
        """Add a code and those above it, as far as they are new.

        Parameters
        ----------
        names : list of str
            Its path, the highest first.
        memo : str
            What is said about it; it is put behind what was said before.

        Returns
        -------
        CodeEntry
            The code.
        """
        for size in range(1, len(names) + 1):
            key, above = tuple(names[:size]), tuple(names[: size - 1])
            if key not in self.entries:
                parent = self.entries[above].guid if above else ""
                entry = CodeEntry("\n".join(key), names[size - 1], parent)
                self.entries[key] = entry
                self.project.codes.append(entry)
        entry = self.entries[tuple(names)]
        entry.description = "\n\n".join(part for part in (entry.description, memo) if part)
        return entry


def _said(row: Mapping[str, Any]) -> str:
    """Return what a codebook says of a code as one text."""
    names = {"include": "包括", "exclude": "不包括", "example": "例", "properties": "属性"}
    parts = [f"{name}：{row[key]}" for key, name in names.items() if row.get(key)]
    return "\n".join(part for part in (row.get("definition", ""), *parts) if part)


def _csv_rows(path: Path) -> list[list[str]]:
    if not path.is_file():
        raise ExchangeError("there is no such file", str(path), "check the path")
    try:
        return read_rows(path)[0]
    except ZhagenError as error:
        raise ExchangeError(f"the table cannot be read: {error.found}", error.where or path.name, error.todo) from error
    except OSError as error:
        raise ExchangeError(f"the table cannot be read: {error.strerror}", path.name, "check the file") from error


def _xlsx_rows(path: Path) -> tuple[list[list[str]], list[str]]:
    """Return the rows of the sheet of codes, and the names of the other sheets that are not empty."""
    openpyxl = import_extra("openpyxl", "materials")
    import_extra("defusedxml", "materials")  # openpyxl reads with it where it is installed
    with open_archive(path, error=ExchangeError, again="save the workbook anew") as archive:
        archive.check()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = book["codebook"] if "codebook" in book.sheetnames else book.worksheets[0]
        rows = []
        for row in sheet.iter_rows(values_only=True, max_col=COLUMNS):
            cells = ["" if cell is None else str(cell) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            rows.append(cells)
            if len(rows) > ROWS:
                raise ExchangeError(f"the table has more than {ROWS:,} rows", path.name, "name a codebook")
        others = [one.title for one in book.worksheets if one.title != sheet.title and (one.max_row or 2) > 1]
        book.close()
    except ZhagenError:
        raise
    except Exception as error:  # whatever a damaged workbook makes of openpyxl
        raise ExchangeError(f"the workbook is damaged: {error}", path.name, "save it anew in a spreadsheet") from error
    return rows, others


def _ours(frame: pd.DataFrame, project: Project) -> None:
    project.origin = "zhagen"
    rows = rows_of(frame)
    parents = {row["code_id"]: row.get("parent_id", "") for row in rows}
    done: set[str] = set()
    waiting = rows
    while waiting:
        ready = [row for row in waiting if row.get("parent_id", "") not in parents or row["parent_id"] in done]
        if not ready:
            raise ExchangeError("the parents run in a circle", waiting[0]["code_id"], "take one of them out")
        for row in ready:
            kept = ("code_id", "label", "level", "parent_id", "definition", "color", "guid", "sets")
            fields = {"id": row["code_id"], "level": row["level"]} | {k: v for k, v in row.items() if k not in kept}
            said = with_fields(row.get("definition", ""), fields)
            above = row["parent_id"] if row.get("parent_id", "") in parents else ""
            entry = CodeEntry(row["code_id"], row["label"], above, True, row.get("color", ""), said)
            project.codes.append(entry)
            done.add(row["code_id"])
        waiting = [row for row in waiting if row["code_id"] not in done]


def _maxqda(frame: pd.DataFrame, found: dict[str, str], project: Project) -> None:
    """Read Code, Memo: a path with > or \\, or a column with the code above."""
    tree = CodeTree(project)
    memo = next((found[one] for one in MEMOS if one in found), "")
    above = next((found[one] for one in PARENTS if one in found), "")
    for row in rows_of(frame):
        paths = [row[above]] if above else []
        steps = [one.strip() for part in (*paths, row[found["code"]]) for one in re.split(r"[>\\]", part)]
        names = [one for one in steps if one]
        if names:
            tree.add(names, row[memo].strip() if memo else "")


def _taguette(tags: list[str], said: list[str], above: list[str], project: Project) -> None:
    """Read tags: a full stop is a step of the tree where what is before it is a tag, too."""
    tree, known = CodeTree(project), {tag.strip() for tag in tags}
    for tag, text, parent in zip(tags, said, above, strict=True):
        steps: list[str] = []
        if parent.strip():
            steps.append(parent.strip())
        rest = tag.strip()
        while cut := next((n for n, char in enumerate(rest) if char == "." and rest[:n] in known), 0):
            steps.append(rest[:cut])
            rest = rest[cut + 1 :]
        if rest:
            tree.add([*steps, rest], text.strip())


def _highlights(frame: pd.DataFrame, found: dict[str, str], project: Project) -> None:
    """Read Taguette's highlights: the texts are not in the file, so each document is made of its highlights."""
    project.users = ["Taguette"]
    seen: dict[tuple[str, str], str] = {}
    pieces: dict[str, list[str]] = {}
    places: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows_of(frame):
        document, content = row[found["document"]], row[found["content"]].replace("\r\n", "\n").strip()
        key = (document, row[found["id"]] if "id" in found else content)
        if content and key not in seen:
            seen[key] = content
            start = sum(len(piece) + 1 for piece in pieces.setdefault(document, []))
            pieces[document].append(content)
            places[key] = start, start + len(content)
    _taguette(list(dict.fromkeys(tag for tag in frame[found["tag"]] if tag.strip())), *_blanks(frame, found), project)
    tags = {}
    for code in project.codes:
        path, at = [code.name], code
        while at.parent:
            at = next(one for one in project.codes if one.guid == at.parent)
            path.append(at.name)
        tags[".".join(reversed(path))] = code.guid
    for document, texts in pieces.items():
        project.sources.append(SourceEntry(document, document, "\n".join(texts)))
    for number, row in enumerate(rows_of(frame)):
        document = row[found["document"]]
        key = (document, row[found["id"]] if "id" in found else row[found["content"]].replace("\r\n", "\n").strip())
        tag = row[found["tag"]].strip()
        if key in places and tag:
            project.codings.append(CodingEntry(f"row {number}", document, tags[tag], *places[key], "Taguette"))
    project.notices.append(("texts", "", "only the highlights are in the file: the texts are made of them"))


def _blanks(frame: pd.DataFrame, found: dict[str, str]) -> tuple[list[str], list[str]]:
    number = len(dict.fromkeys(tag for tag in frame[found["tag"]] if tag.strip()))
    return [""] * number, [""] * number


Packer = Callable[[Study, Path, str], tuple[bytes, list[Loss]]]
