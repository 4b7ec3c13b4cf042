"""Readers: a folder of texts, a text, JSON lines, CSV or Parquet as a stream of documents.

A document is a text with a name. Only what is being read is in memory, so the size of the input does not matter.
"""

import codecs
import csv
import io
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn, TextIO

from zhagen.errors import SourceError
from zhagen.extras import import_extra

KINDS = {".txt": "texts", ".md": "texts", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv"}
KINDS |= {".parquet": "parquet", ".pq": "parquet"}
ENCODINGS = ("utf-8-sig", "gb18030")
UTF8_HAN = re.compile(rb"(?:[\xe3-\xed][\x80-\xbf]{2}){4}")  # four Chinese characters in UTF-8: in GB 18030 no text
OVERLAP = 11  # bytes of the block before: one less than the shortest match
ONE_ENCODING = "save the file in UTF-8, or name its encoding; a file may have one only"
BLOCK = 1 << 20  # bytes looked at in one go; characters of a long file handed on in one go

Document = tuple[str, str]  # its name, and its text or a piece of it


def read_texts(source: Path | str, column: str = "text", *, encoding: str | None = None) -> Iterator[Document]:
    """Yield the texts of a source; a long text file comes in several pieces.

    Parameters
    ----------
    source : pathlib.Path or str
        A folder (its .txt and .md files and those of its folders, in the order of their paths, without hidden ones), or
        a file: .txt, .md, .jsonl, .csv, .tsv, .parquet.
    column : str, default "text"
        The column, or key, that contains the text. Texts and folders have none.
    encoding : str, optional
        Encoding of text files. None tries UTF-8 (UTF-16 if a byte order mark says so), then GB 18030, file by file.

    Yields
    ------
    name : str
        Name of the document: its path in the folder, or the file and its line or row.
    text : str
        Its text, or a piece of it. Pieces of one document follow each other and end with a line.

    Raises
    ------
    SourceError
        If there is nothing to read, the column does not exist, a line or row is broken, or the bytes of a file fit no
        encoding, or more than one. The message names the file and the line.

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
    try:
        yield from _read(Path(source), column, encoding)
    except OSError as error:
        found = f"{error.filename or source} cannot be read: {error.strerror or error}"
        raise SourceError(found, todo="check the file and its permissions, or leave it out") from error


def _read(source: Path, column: str, encoding: str | None) -> Iterator[Document]:
    if not source.exists():
        raise SourceError(f"there is no {source}", todo="name a folder of texts, or a JSONL, CSV or Parquet file")
    if source.is_dir():
        files = _files(source)
        if not files:
            raise SourceError(f"{source} has no .txt or .md file", todo="name a folder of texts, or a file")
        for path in files:
            for piece in _texts(path, encoding):
                yield str(path.relative_to(source)), piece
        return
    kind = KINDS.get(source.suffix.lower())
    if kind is None:
        raise SourceError(f"{source.name} is of no known kind", todo=f"use one of {', '.join(KINDS)}")
    if kind == "texts":
        yield from ((source.name, piece) for piece in _texts(source, encoding))
    elif kind == "parquet":
        yield from _parquet(source, column)
    else:
        yield from {"jsonl": _jsonl, "csv": _csv}[kind](source, column, encoding)


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
            return sum(path.stat().st_size for path in _files(source) if path.exists())
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


def _files(folder: Path) -> list[Path]:
    """Return the text files of a folder by path, without hidden ones: editors leave copies of texts there.

    Folders that are linked are read too, each folder once. Raises OSError if a folder cannot be read.
    """
    found, seen = [], set()
    for place, folders, names in os.walk(folder, onerror=_fail, followlinks=True):
        real = os.path.realpath(place)
        folders[:] = [] if real in seen else sorted(name for name in folders if not name.startswith("."))
        names = [] if real in seen else names
        seen.add(real)
        found += [Path(place, name) for name in names if not name.startswith(".")]
    return sorted(path for path in found if KINDS.get(path.suffix.lower()) == "texts")


def _fail(error: OSError) -> NoReturn:
    raise error


def _texts(path: Path, encoding: str | None) -> Iterator[str]:
    """Yield the pieces of a text file, each up to the end of a line."""
    rest = ""
    encoding = encoding or _encoding(path)
    with path.open(encoding=encoding) as file:
        for block in _blocks(file, path, encoding):
            head, mark, tail = block.rpartition("\n")
            if mark:
                yield rest + head
                rest = tail
            else:
                rest += block
    yield rest


def _blocks(file: TextIO, path: Path, encoding: str) -> Iterator[str]:
    lines = 1
    try:
        while block := file.read(BLOCK):
            if "\0" in block:
                raise _binary(path, lines + block.count("\n", 0, block.index("\0")))
            lines += block.count("\n")
            yield block
    except UnicodeDecodeError as error:
        raise _undecodable(path, encoding) from error


def _lines(file: TextIO, path: Path, encoding: str) -> Iterator[str]:
    try:
        for number, line in enumerate(file, 1):
            if "\0" in line:
                raise _binary(path, number)
            yield line
    except UnicodeDecodeError as error:
        raise _undecodable(path, encoding) from error


def _jsonl(path: Path, column: str, encoding: str | None) -> Iterator[Document]:
    encoding = encoding or _encoding(path)
    with path.open(encoding=encoding) as file:
        for number, line in enumerate(_lines(file, path, encoding), 1):
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


def _csv(path: Path, column: str, encoding: str | None) -> Iterator[Document]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    encoding = encoding or _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        lines = _lines(file, path, encoding)
        rows = csv.reader(lines, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
        try:
            header = next(rows, [])
            place = _place(column, header, f"{path.name}, line 1")
            for number, row in enumerate(rows, 2):
                if row and len(row) != len(header):
                    found = f"{len(row)} fields in place of {len(header)}"
                    raise SourceError(found, f"{path.name}, line {rows.line_num}", "correct the row")
                if row:
                    yield f"{path.name}, row {number}", row[place]
        except csv.Error as error:
            where = f"{path.name}, line {rows.line_num}"
            raise SourceError(f"no CSV: {error}", where, "correct the row") from error


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


def _encoding(path: Path) -> str:
    """Return the encoding that fits every byte of a file."""
    with path.open("rb") as file:
        head = file.read(4)
    if head in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        return "utf-32"
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    for encoding in ENCODINGS:
        if encoding == "gb18030":
            _check_not_mixed(path)
        if _first_misfit(path, encoding) is None:
            return encoding
    raise _undecodable(path)


def _byte_blocks(path: Path, end: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a file, up to `end`, in blocks; the last block is empty."""
    with path.open("rb") as file:
        left = path.stat().st_size if end is None else end
        while left and (block := file.read(min(left, BLOCK))):
            left -= len(block)
            yield block
    yield b""


def _first_misfit(path: Path, encoding: str) -> int | None:
    """Return the first byte of a file, from 0, that does not fit an encoding; None if all fit."""
    decoder, read = codecs.getincrementaldecoder(encoding)(), 0
    for block in _byte_blocks(path):
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return read + len(block) - len(error.object) + error.start  # `object` begins with what was left over
        read += len(block)
    return None


def _check_not_mixed(path: Path) -> None:
    """Raise if a file that is not in UTF-8 has a passage in UTF-8: as GB 18030 it would be read as nonsense.

    A passage may lie across the border of two blocks, so each block is searched with the end of the one before it.
    """
    before, read = b"", 0
    for block in _byte_blocks(path):
        searched = before + block
        if match := UTF8_HAN.search(searched):
            utf8 = _line(path, "utf-8", read - len(before) + match.start())
            other = _line(path, "utf-8", _first_misfit(path, "utf-8") or 0)
            raise SourceError(f"line {utf8} is in UTF-8, line {other} is not", path.name, ONE_ENCODING)
        before, read = searched[-OVERLAP:], read + len(block)


def _line(path: Path, encoding: str, end: int) -> int:
    """Return the line, from 1, in which a byte of a file lies."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
    return 1 + sum(decoder.decode(block, final=not block).count("\n") for block in _byte_blocks(path, end))


def _undecodable(path: Path, *encodings: str) -> SourceError:
    """Return the error of a file that fits no encoding: it names the line up to which the best of them fits."""
    misfits = {encoding: _first_misfit(path, encoding) or 0 for encoding in encodings or ENCODINGS}
    best = max(misfits, key=misfits.__getitem__)
    where = f"{path.name}, line {_line(path, best, misfits[best])}"
    found = f"bytes that are not {best}" if encodings else "bytes that are neither UTF-8 nor GB 18030"
    return SourceError(found, where, ONE_ENCODING)


def _binary(path: Path, line: int) -> SourceError:
    todo = "if it is text in UTF-16, name the encoding utf-16-le or utf-16-be; else leave the file out"
    return SourceError("a NUL character, which no text has", f"{path.name}, line {line}", todo)
