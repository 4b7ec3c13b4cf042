"""Readers: a folder of texts, a text, JSON lines, CSV or Parquet as a stream of documents.

A document is a text with a name. Nothing is held but what is being read, so the size of the input does not matter.
"""

import codecs
import csv
import json
import os
import re
import sys
from pathlib import Path

from zhagen.errors import SourceError
from zhagen.extras import import_extra

KINDS = {".txt": "texts", ".md": "texts", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv"}
KINDS |= {".parquet": "parquet", ".pq": "parquet"}
ENCODINGS = ("utf-8-sig", "gb18030")
TORN = re.compile(rb"(?:[\xe3-\xed][\x80-\xbf]{2}){4}")  # four Chinese characters in UTF-8: in GB 18030 no text
MEND = "save the file in UTF-8, or name its encoding; a file may have one only"
BLOCK = 1 << 20  # bytes looked at in one go; characters of a long file handed on in one go


def read_texts(source, column="text", encoding=None):
    """Yield the texts of a source: (name of the document, text); a long text file comes in several pieces.

    Parameters
    ----------
    source : a folder (its .txt and .md files, those of its folders too, in the order of their paths, hidden ones left
        out), or a file: .txt, .md, .jsonl, .csv, .tsv, .parquet.
    column : the column, or key, that holds the text. Texts and folders have none.
    encoding : of text files; None tries UTF-8 (UTF-16 where a mark says so), then GB 18030, file by file.

    Pieces of one document follow each other and end with a line. Raises `SourceError` where there is nothing to read,
    the column is not there, a line is no JSON object, or the bytes of a file fit no encoding, or more than one.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "a.jsonl")
    >>> _ = file.write_text('{"text": "平台"}' + chr(10), encoding="utf-8")
    >>> list(read_texts(file))
    [('a.jsonl, line 1', '平台')]
    """
    try:
        "".encode(encoding or "utf-8")
    except LookupError as error:
        raise SourceError(str(error), todo="name it as Python does, such as gb18030 or big5") from error
    try:
        yield from _read(Path(source), column, encoding)
    except OSError as error:
        found = f"{error.filename or source} cannot be read: {error.strerror or error}"
        raise SourceError(found, todo="see to it, or leave it out") from error


def _read(source, column, encoding):
    if not source.exists():
        raise SourceError(f"there is no {source}", todo="name a folder of texts, or a JSONL, CSV or Parquet file")
    if source.is_dir():
        files = _files(source)
        if not files:
            raise SourceError(f"{source} has no .txt or .md file", todo="name a folder of texts, or a file")
        for path in files:
            for piece in _texts(path, column, encoding):
                yield str(path.relative_to(source)), piece
        return
    kind = KINDS.get(source.suffix.lower())
    if kind is None:
        raise SourceError(f"{source.name} is of no known kind", todo=f"use one of {', '.join(KINDS)}")
    if kind == "texts":
        yield from ((source.name, piece) for piece in _texts(source, column, encoding))
    else:
        yield from {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet}[kind](source, column, encoding)


def source_size(source, column="text"):
    """Return how many bytes of text a source has, about: markup counted with it, Parquet without compression."""
    source = Path(source)
    if source.is_dir():
        try:
            return sum(path.stat().st_size for path in _files(source) if path.exists())
        except OSError:
            return 0  # `read` says what is wrong
    if KINDS.get(source.suffix.lower()) != "parquet" or not source.exists():
        return source.stat().st_size if source.exists() else 0
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        return 0  # `read` says what is wrong
    try:
        about = parquet.read_metadata(source)
    except (OSError, ArrowException):
        return 0  # `read` says what is wrong
    columns = [about.row_group(g).column(c) for g in range(about.num_row_groups) for c in range(about.num_columns)]
    return sum(one.total_uncompressed_size for one in columns if one.path_in_schema == column)


def _files(folder):
    """Return the text files of a folder by path, without hidden ones: editors leave copies of texts there.

    Folders that are linked are read too, each folder once. Raises OSError where a folder cannot be read.
    """
    found, seen = [], set()
    for place, folders, names in os.walk(folder, onerror=_fail, followlinks=True):
        real = os.path.realpath(place)
        folders[:] = [] if real in seen else sorted(name for name in folders if not name.startswith("."))
        names = [] if real in seen else names
        seen.add(real)
        found += [Path(place, name) for name in names if not name.startswith(".")]
    return sorted(path for path in found if KINDS.get(path.suffix.lower()) == "texts")


def _fail(error):
    raise error


def _texts(path, column, encoding):
    """Yield the pieces of a text file, each up to the end of a line."""
    rest = ""
    with path.open(encoding=encoding or _encoding(path)) as file:
        for block in _blocks(file, path):
            head, mark, tail = block.rpartition("\n")
            if mark:
                yield rest + head
                rest = tail
            else:
                rest += block
    yield rest


def _blocks(file, path):
    try:
        while block := file.read(BLOCK):
            yield block
    except UnicodeDecodeError as error:
        raise _undecodable(path, error) from error


def _jsonl(path, column, encoding):
    with path.open(encoding=encoding or _encoding(path)) as file:
        for number, line in enumerate(_lines(file, path), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise SourceError(f"a line is no JSON: {error}", f"{path.name}, line {number}", "mend it") from error
            if not isinstance(row, dict) or column not in row:
                keys = ", ".join(row) if isinstance(row, dict) else type(row).__name__
                raise SourceError(f"a line has no {column!r}", f"{path.name}, line {number}", f"it has: {keys}")
            yield f"{path.name}, line {number}", _whole(_text(row[column], path, f"line {number}"))


def _csv(path, column, encoding):
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with path.open(encoding=encoding or _encoding(path), newline="") as file:
        rows = csv.reader(_lines(file, path), delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
        try:
            header = next(rows, [])
            place = _place(column, header, path)
            for number, row in enumerate(rows, 2):
                if row and len(row) != len(header):
                    raise SourceError(
                        f"{len(row)} fields in place of {len(header)}", f"{path.name}, row {number}", "mend the row"
                    )
                if row:
                    yield f"{path.name}, row {number}", row[place]
        except csv.Error as error:
            raise SourceError(f"no CSV: {error}", f"{path.name}, line {rows.line_num}", "mend it") from error


def _parquet(path, column, encoding):
    parquet, pyarrow = import_extra("pyarrow.parquet", "corpus"), import_extra("pyarrow", "corpus")
    try:
        # with its buffer it holds what it has read; mapped, the system counts the whole file as ours
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            _place(column, file.schema_arrow.names, path)
            number = 0
            rows = BLOCK * file.metadata.num_rows // max(source_size(path, column), 1)
            for batch in file.iter_batches(min(max(rows, 1), 1024), columns=[column]):
                for value in batch.column(0).to_pylist():
                    number += 1
                    yield f"{path.name}, row {number}", _text(value, path, f"row {number}")
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        told = " ".join(str(error).split())
        raise SourceError(f"no Parquet that can be read: {told}", path.name, "write it anew") from error


def _place(column, columns, path):
    if column not in columns:
        raise SourceError(f"there is no column {column!r}", path.name, f"name one of {', '.join(columns)}")
    return list(columns).index(column)


def _text(value, path, where):
    if value is None:
        return ""
    if not isinstance(value, str):
        raise SourceError(f"{type(value).__name__} in place of a text", f"{path.name}, {where}", "name another column")
    return value


def _whole(text):
    """Return a text with the sign U+FFFD for each half of a character, which no engine and no file takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _lines(file, path):
    try:
        yield from file
    except UnicodeDecodeError as error:
        raise _undecodable(path, error) from error


def _encoding(path):
    """Return the encoding that fits every byte of a file."""
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    for encoding in ENCODINGS:
        decoder, tail = codecs.getincrementaldecoder(encoding)(), b""
        try:
            with path.open("rb") as file:
                while block := file.read(BLOCK):
                    decoder.decode(block)
                    if encoding == "gb18030" and TORN.search(tail := tail[-11:] + block):
                        raise SourceError("lines in UTF-8 and others that are not", path.name, MEND)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            failed = error
        else:
            return encoding
    raise _undecodable(path, failed)


def _undecodable(path, error):
    return SourceError(f"bytes that are neither UTF-8 nor GB 18030 ({error.reason})", path.name, MEND)
