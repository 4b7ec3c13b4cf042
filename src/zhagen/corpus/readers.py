"""Readers: a folder of texts, a text, JSON lines, CSV or Parquet as a stream of documents.

A document is a text with a name. Only what is being read is in memory, so the size of the input does not matter.
"""

import codecs
import csv
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain, count, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NoReturn, TextIO

from zhagen.corpus.turns import SUBTITLES, without_time_codes
from zhagen.errors import SourceError
from zhagen.extras import import_extra
from zhagen.text.encodings import BIG5, WESTERN, assumed_encoding, binary, find_encoding, undecodable
from zhagen.text.rows import csv_reader

KINDS = {".txt": "texts", ".md": "texts", ".srt": "texts", ".vtt": "texts"}
KINDS |= {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".pq": "parquet"}
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "|", "，": "full-width commas"}
SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.I)  # the first line of a table, for spreadsheets only
BLOCK = 1 << 18  # characters of a long file handed on in one go
OFFICE = (".docx", ".pdf", ".xlsx")  # files whose text `zhagen.materials` reads
MAKE_STUDY = "`zhagen new STUDY --from FILES` makes texts of it, for `zhagen cooccur STUDY`"
RARE = (BIG5, WESTERN, "utf-16-le", "utf-16-be")  # encodings that the notes name
STORE = ".zhagen-parts"  # the folder of counted parts, see `zhagen.corpus.store`
NAMED = 100  # files named one by one in a report

Document = tuple[str, str]  # its name, and its text or a piece of it


@dataclass
class SourceLog:
    """What became of the files and rows of a source: `read_texts` fills it in.

    Attributes
    ----------
    left_out : dict of str to str
        What was not read, and why.
    empty : list of str
        Documents without a character.
    copies : dict of str to str
        Files of a folder with the same text as one read before, and that one; both are counted.
    remarks : list of str
        What a person should know: an encoding that is rare, the separator of a table, removed time codes.
    """

    left_out: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    copies: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def report(self) -> dict[str, object]:
        """Return what was not read for a report.

        Returns
        -------
        dict of str to object
            ``left_out``, ``empty`` and ``copies``: for each how many there are, and the first of them by name.
        """
        rows: dict[str, list[Any]] = {
            "left_out": [{"file": name, "why": why} for name, why in self.left_out.items()],
            "empty": list(self.empty),
            "copies": [{"file": name, "of": other} for name, other in self.copies.items()],
        }
        return {name: {"number": len(every), "first": every[:NAMED]} for name, every in rows.items()}

    def notes(self, read: int) -> list[str]:
        """Return sentences on what a person should know.

        Parameters
        ----------
        read : int
            How many documents were read.

        Returns
        -------
        list of str
            The sentences; none if all was read.
        """
        said = []
        for what, names in (
            ("left out", [f"{name} ({why})" for name, why in self.left_out.items()]),
            ("empty", self.empty),
            ("read twice, for the texts are the same", [f"{name} = {other}" for name, other in self.copies.items()]),
        ):
            if names:
                more = f" and {len(names) - 5} more" if len(names) > 5 else ""
                said.append(f"{what}: {', '.join(names[:5])}{more}")
        if len(self.left_out) > read:
            said.append(f"most files were left out: {len(self.left_out)}, and {read} documents were read")
        return said + self.remarks


def read_texts(
    source: Path | str,
    column: str = "text",
    *,
    encoding: str | None = None,
    longest: int | None = None,
    reading: SourceLog | None = None,
) -> Iterator[Document]:
    """Yield the texts of a source; a long text file comes in several pieces.

    Parameters
    ----------
    source : pathlib.Path or str
        A folder (its .txt, .md, .srt and .vtt files and those of its folders, in the order of their paths, without
        hidden ones; links are followed; of a study its sources), or a file: one of these, .jsonl, .csv, .tsv, .parquet.
        Of subtitles (.srt, .vtt) the time codes are left out.
    column : str, default "text"
        The column, or key, that contains the text. Texts and folders have none.
    encoding : str, optional
        Encoding of text files. None finds it file by file, see `zhagen.text.encodings.find_encoding`.
    longest : int, optional
        The most characters of a line: it is in memory as a whole.
    reading : SourceLog, optional
        What was left out, what was empty, and which files are copies is added here.

    Yields
    ------
    name : str
        Name of the document: its path in the folder, or the file and its line or row.
    text : str
        Its text, or a piece of it. Pieces of one document follow each other and end with a line.

    Raises
    ------
    SourceError
        If there is nothing to read, the column does not exist, a line or row is broken or too long, or the bytes of a
        file fit no encoding, or more than one. The message names the file and the line.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "a.jsonl")
    >>> _ = file.write_text('{"text": "平台"}' + chr(10), encoding="utf-8")
    >>> list(read_texts(file))
    [('a.jsonl, line 1', '平台')]
    """
    try:
        "".encode(encoding or "utf-8")
        if encoding and codecs.lookup(encoding).name == "utf-8":
            encoding = "utf-8-sig"  # the same, without the byte order mark that some programs write
    except LookupError as error:
        raise SourceError(str(error), todo="name it as Python does, such as gb18030 or big5") from error
    reading = SourceLog() if reading is None else reading
    try:
        yield from _noted(_read(Path(source), column, encoding, longest, reading), reading, Path(source).is_dir())
    except OSError as error:
        found = f"{error.filename or source} cannot be read: {error.strerror or error}"
        raise SourceError(found, todo="check the file and its permissions, or leave it out") from error


def _noted(documents: Iterator[Document], reading: SourceLog, compared: bool) -> Iterator[Document]:
    """Yield the pieces; note which documents are empty and, where they are compared, which are equal."""
    known: dict[bytes, str] = {}
    for name, pieces in groupby(documents, key=itemgetter(0)):
        empty, digest = True, blake2b(digest_size=16)
        for piece in pieces:
            if piece[1] and not piece[1].isspace():
                empty = False
                if compared:
                    digest.update(piece[1].strip().encode("utf-8", "surrogatepass"))
            yield piece
        if empty:
            reading.empty.append(name)
        elif compared and (other := known.setdefault(digest.digest(), name)) != name:
            reading.copies[name] = other


def _read(
    source: Path, column: str, encoding: str | None, longest: int | None, reading: SourceLog
) -> Iterator[Document]:
    if not source.exists():
        raise SourceError(f"there is no {source}", todo="name a folder of texts, or a JSONL, CSV or Parquet file")
    if source.is_dir():
        files = _files(source, reading)
        if not files:
            others = ", ".join(f"{name} ({why})" for name, why in list(reading.left_out.items())[:5])
            todo = "name a folder of texts, or a file"
            raise SourceError(f"{source} has no .txt or .md file" + (f", but {others}" if others else ""), todo=todo)
        for path in files:
            name = str(path.relative_to(source))
            for piece in _texts(path, encoding, longest, reading):
                yield name, piece
        return
    if not source.is_file():
        raise SourceError(f"{source} is no regular file", todo="write its content to a file first")
    kind = KINDS.get(source.suffix.lower())
    if kind is None:
        todo = MAKE_STUDY if source.suffix.lower() in OFFICE else f"use one of {', '.join(KINDS)}"
        raise SourceError(f"{source.name} is of no known kind", todo=todo)
    if kind == "texts":
        yield from ((source.name, piece) for piece in _texts(source, encoding, longest, reading))
    elif kind == "parquet":
        for where, text in _parquet(source, column):
            yield where, _checked(text, where, longest)
    else:
        for where, text in {"jsonl": _jsonl, "csv": _csv}[kind](source, column, encoding, longest, reading):
            yield where, _checked(text, where, longest)


def source_size(source: Path | str, column: str = "text") -> int:
    """Return how many bytes of text a source has, approximately.

    Parameters
    ----------
    source : pathlib.Path or str
        A folder or file, see `read_texts`.
    column : str, default "text"
        The column of a Parquet file.

    Returns
    -------
    int
        Bytes, with markup, Parquet without compression; 0 if it cannot be read.
    """
    source = Path(source)
    if source.is_dir():
        try:
            return sum(path.stat().st_size for path in _files(source, SourceLog()))
        except OSError:
            return 0  # `read_texts` says what is wrong
    if KINDS.get(source.suffix.lower()) != "parquet" or not source.exists():
        return source.stat().st_size if source.exists() else 0
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        return 0  # `read_texts` says what is wrong
    try:
        about = parquet.read_metadata(source)
    except (OSError, ArrowException):
        return 0  # `read_texts` says what is wrong
    columns = [about.row_group(g).column(c) for g in range(about.num_row_groups) for c in range(about.num_columns)]
    return sum(one.total_uncompressed_size for one in columns if one.path_in_schema == column)


def _files(folder: Path, reading: SourceLog) -> list[Path]:
    """Return the text files of a folder by path; what else there is is added to `reading`.

    Folders and files that are linked are read too, each once. Raises OSError if a folder cannot be read.
    """
    found: list[Path] = []
    seen: dict[str, str] = {}
    start = folder
    if (folder / "study.toml").is_file() and (folder / "sources").is_dir():
        start = folder / "sources"
        reading.remarks.append(f"{folder.name} is a study: its sources are read, and nothing else of it")
    for place, folders, names in os.walk(start, onerror=_fail, followlinks=True):
        inside = Path(place).relative_to(folder)
        first = seen.setdefault(os.path.realpath(place), str(inside))
        if first != str(inside):
            reading.left_out[str(inside)] = f"a link to {first}, which is read already"
            folders.clear()
            continue
        for name in [name for name in folders if name.startswith(".")]:
            if name != STORE:  # that of a run which writes into this folder
                reading.left_out[str(inside / name)] = "a hidden folder"
            folders.remove(name)
        found += [Path(place, name) for name in names]
    texts: dict[str, Path] = {}
    for path in sorted(found, key=lambda path: (path.is_symlink(), path)):  # a link after what it may lead to
        name, real = str(path.relative_to(folder)), os.path.realpath(path)
        kind = KINDS.get(path.suffix.lower())
        if path.name.startswith("."):  # editors leave copies of texts there
            reading.left_out[name] = "a hidden file"
        elif kind is None:
            more = f": {MAKE_STUDY}" if path.suffix.lower() in OFFICE else ""
            reading.left_out[name] = f"{path.suffix or 'a name without suffix'} is of no known kind{more}"
        elif kind != "texts":
            reading.left_out[name] = "a table: name the file itself"
        elif path.exists() and not path.is_file():
            reading.left_out[name] = "no regular file"
        elif real in texts:
            reading.left_out[name] = f"a link to {texts[real].relative_to(folder)}, which is read already"
        else:
            texts[real] = path
    return sorted(texts.values())


def _fail(error: OSError) -> NoReturn:
    raise error


def _texts(path: Path, encoding: str | None, longest: int | None, reading: SourceLog) -> Iterator[str]:
    """Yield the pieces of a text file, each up to the end of a line."""
    rest = ""
    encoding = encoding or _found(path, reading)
    bare = str if path.suffix.lower() not in SUBTITLES else without_time_codes
    if bare is not str:
        reading.remarks.append(f"time codes were left out: {path.name}")
    with path.open(encoding=encoding) as file:
        lines = 1
        for block in _blocks(file, path, encoding):
            head, mark, tail = block.rpartition("\n")
            if mark:
                yield bare(_checked(rest + head, path.name, longest, lines))
                lines += (rest + head).count("\n") + 1
                rest = tail
            elif longest and len(rest) > longest:
                length = len(rest) + len(block) + sum(map(len, iter(lambda: file.readline(BLOCK).rstrip("\n"), "")))
                raise _too_long(length, f"{path.name}, line {lines}")
            else:
                rest += block
    yield bare(_checked(rest, path.name, longest, lines))


def _checked(text: str, where: str, longest: int | None, first: int = 0) -> str:
    """Return a text of which no line is too long; `first` is the number of its first line, if it is part of a file."""
    if longest and len(text) > longest:
        for number, line in enumerate(text.split("\n"), first):
            if len(line) > longest:
                raise _too_long(len(line), f"{where}, line {number}" if first else where)
    return text


def _too_long(length: int, where: str) -> SourceError:
    todo = "break it into paragraphs, or give more memory (--memory)"
    return SourceError(f"a line of {length:,} characters, which do not fit into the memory", where, todo)


def _found(path: Path, reading: SourceLog) -> str:
    """Return the encoding of a file; one that is rare is added to `reading`."""
    encoding = find_encoding(path)
    if encoding in RARE:
        reading.remarks.append(f"{path.name} is read as {assumed_encoding(encoding)}")
    return encoding


def _blocks(file: TextIO, path: Path, encoding: str) -> Iterator[str]:
    lines = 1
    try:
        while block := file.read(BLOCK):
            if "\0" in block:
                raise binary(path, lines + block.count("\n", 0, block.index("\0")))
            lines += block.count("\n")
            yield block
    except UnicodeDecodeError as error:
        raise undecodable(path, encoding) from error


def _lines(file: TextIO, path: Path, encoding: str, longest: int | None) -> Iterator[str]:
    """Yield the lines of a file; what is longer than `longest` is not read as a whole."""
    limit = longest + 2 if longest else -1  # the end of the line may be two characters
    try:
        for number in count(1):
            line = file.readline(limit)
            if not line:
                return
            if "\0" in line:
                raise binary(path, number)
            if longest and len(line) > longest and not line.endswith(("\n", "\r")):
                length = len(line)
                while (more := file.readline(BLOCK)) and not more.endswith(("\n", "\r")):
                    length += len(more)
                raise _too_long(length + len(more.rstrip()), f"{path.name}, line {number}")
            yield line
    except UnicodeDecodeError as error:
        raise undecodable(path, encoding) from error


def _jsonl(
    path: Path, column: str, encoding: str | None, longest: int | None, reading: SourceLog
) -> Iterator[Document]:
    encoding = encoding or _found(path, reading)
    escaped = longest and 6 * longest  # a character may be written as six
    with path.open(encoding=encoding) as file:
        for number, line in enumerate(_lines(file, path, encoding, escaped), 1):
            if not line.strip():
                continue
            where = f"{path.name}, line {number}"
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise SourceError(f"a line is no JSON: {error}", where, "correct or delete the line") from error
            if not isinstance(row, dict) or column not in row:
                keys = ", ".join(row) if isinstance(row, dict) else type(row).__name__
                raise SourceError(f"a line has no {column!r}", where, f"it has: {keys}")
            yield where, _whole(_text(row[column], where))


def _csv(path: Path, column: str, encoding: str | None, longest: int | None, reading: SourceLog) -> Iterator[Document]:
    encoding = encoding or _found(path, reading)
    with path.open(encoding=encoding, newline="") as file:
        lines = _lines(file, path, encoding, longest)
        first = next(lines, "")
        named = SEPARATOR.fullmatch(first)  # it is the line before the header
        before = int(bool(named))
        separator = named[1] if named else _separator(first, path, column)
        if separator != ("\t" if path.suffix.lower() == ".tsv" else ","):
            reading.remarks.append(
                f"the columns of {path.name} are set apart by {SEPARATORS.get(separator, separator)}"
            )
        rows = csv_reader(lines if named else chain([first], lines), separator)
        try:
            header = [name.strip() for name in next(rows, [])]
            place = _place(column, header, f"{path.name}, line {before + 1}")
            for number, row in enumerate(rows, before + 2):
                if row and len(row) != len(header):
                    found = f"{len(row)} fields in place of {len(header)}"
                    raise SourceError(found, f"{path.name}, line {before + rows.line_num}", "correct the row")
                if row:
                    yield f"{path.name}, row {number}", row[place]
        except csv.Error as error:
            where = f"{path.name}, line {before + rows.line_num}"
            raise SourceError(f"no CSV: {error}", where, "correct the row") from error


def _separator(header: str, path: Path, column: str) -> str:
    """Return what sets the columns of a table apart: what its kind says, unless only another one gives the column."""
    usual = "\t" if path.suffix.lower() == ".tsv" else ","
    for separator in (usual, *SEPARATORS):
        try:
            names = next(csv.reader([header], delimiter=separator), [])
        except csv.Error:
            continue
        if column in [name.strip() for name in names]:
            return separator
    return max((usual, *SEPARATORS), key=header.count)  # so that the message names the columns there are


def _parquet(path: Path, column: str) -> Iterator[Document]:
    parquet, pyarrow = import_extra("pyarrow.parquet", "corpus"), import_extra("pyarrow", "corpus")
    try:
        # with its buffer it keeps what it has read; mapped, the system counts the whole file as ours
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            _place(column, file.schema_arrow.names, path.name)
            number = 0
            rows = BLOCK * file.metadata.num_rows // max(source_size(path, column), 1)
            for batch in file.iter_batches(min(max(rows, 1), 1024), columns=[column]):
                for value in batch.column(0).to_pylist():
                    number += 1
                    where = f"{path.name}, row {number}"
                    yield where, _text(value, where)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise SourceError(f"no Parquet that can be read: {reason}", path.name, "write it again") from error


def _place(column: str, columns: Sequence[str], where: str) -> int:
    if column not in columns:
        raise SourceError(f"there is no column {column!r}", where, f"name one of {', '.join(columns)}")
    if list(columns).count(column) > 1:
        raise SourceError(f"several columns are named {column!r}", where, "rename all but the one to read")
    return list(columns).index(column)


def _text(value: object, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise SourceError(f"{type(value).__name__} in place of a text", where, "name another column")
    return value


def _whole(text: str) -> str:
    """Return a text with U+FFFD for each half of a character, which no segmenter and no file takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
