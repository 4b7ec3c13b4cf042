"""Which documents there are, which edition of each is at hand, and why that one."""

import hashlib
import re
import shutil
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhagen.documents.handwritten import read_toml
from zhagen.errors import OutputError, SourceError
from zhagen.output import write_files
from zhagen.paths import data_folder, shipped_folder, sources_folder
from zhagen.text.cleaning import drop_blank_lines
from zhagen.text.encodings import read_file
from zhagen.vocabulary import EDITIONS, REASONS, Wording

if TYPE_CHECKING:  # pandas is loaded when a table is made: the command starts without it
    import pandas as pd

FIELDS = "short brief title title_en year venue doi kind method language sha256".split()
ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")  # as in data/documents.schema.json
ATTACH = "attach the originals with: zhagen attach FOLDER"  # what to do where an original is missing


@dataclass(frozen=True)
class Document:
    """One edition of one document, as raw lines.

    Attributes
    ----------
    id : str
        The document's id, such as ``haier``.
    edition : str
        ``original``, ``digest``, or ``file`` (any other file of the same layout).
    reason : Wording
        Why this edition was opened, in English and Chinese; `why` and `why_zh` give one of them.
    path : pathlib.Path
        The file that was read.
    raw : str
        The whole text with ``\\n`` line ends.
    about : dict
        The document's entry of ``documents.toml`` (title, authors, year, ...).
    numbers : tuple of int
        Where blank lines were left out (`drop_blank_lines`): the line of the file for each line; else empty.
    """

    id: str
    edition: str
    reason: Wording
    path: Path
    raw: str
    about: dict[str, Any]
    numbers: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return f"Document({self.id}, {self.edition}: {self.why}; {len(self.lines)} lines)"

    @property
    def why(self) -> str:
        """Why this edition was opened, an English sentence."""
        return self.reason.english

    @property
    def why_zh(self) -> str:
        """Why this edition was opened, a Chinese sentence for the pages of the book."""
        return self.reason.chinese

    @property
    def edition_name(self) -> str:
        """The edition's Chinese name: 原文版, 摘编版 or 其他文件."""
        return EDITIONS[self.edition]

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The raw lines; line ``n`` of the file is ``lines[n - 1]``."""
        return tuple(self.raw.split("\n"))

    def where(self, first: int, last: int | None = None) -> str:
        """Name a place for an error or a page.

        Parameters
        ----------
        first : int
            The first raw line.
        last : int, optional
            The last raw line, if there are several.

        Returns
        -------
        str
            Document, edition or file name, lines.

        Examples
        --------
        >>> open_document("haier", edition="digest").where(7, 9)
        'haier, digest, lines 7-9'
        """
        first, last = self.file_line(first), last if last is None else self.file_line(last)
        lines = f"line {first}" if last in (None, first) else f"lines {first}-{last}"
        name = self.path.name if self.edition == "file" else self.edition
        return f"{self.id}, {name}, {lines}"

    def file_line(self, number: int) -> int:
        """Return the line of the file that a line was.

        Parameters
        ----------
        number : int
            A line, from 1.

        Returns
        -------
        int
            The same, unless blank lines were left out.
        """
        return self.numbers[number - 1] if 0 < number <= len(self.numbers) else number


def _entries() -> dict[str, dict[str, Any]]:
    """Return the entries of ``documents.toml`` by id, what they leave out empty; an edited file is read again."""
    path = data_folder() / "documents.toml"
    entries: dict[str, dict[str, Any]] = {}
    for entry in read_toml(path, shipped_folder() / "documents.schema.json", error=SourceError)["document"]:
        if entry["id"] in entries:
            raise SourceError(f"the id {entry['id']} is listed twice", path.name, "give each document an id of its own")
        entries[entry["id"]] = dict.fromkeys(FIELDS, "") | {"authors": [], "file": f"{entry['id']}.txt"} | entry
    return entries


def catalog_entry(doc_id: str) -> dict[str, Any]:
    """Return the entry of ``documents.toml`` for one id.

    Parameters
    ----------
    doc_id : str
        A document's id.

    Returns
    -------
    dict
        Its fields; those that the file leaves out are empty.

    Raises
    ------
    SourceError
        If the id is unknown, or the file is not what it should be.

    Examples
    --------
    >>> catalog_entry("haier")["method"]
    'single-case study, Gioia coding'
    """
    entries = _entries()
    if doc_id not in entries:
        raise SourceError(f"no document is called {doc_id!r}", todo=f"use one of {', '.join(entries)}")
    return entries[doc_id]


def document_ids() -> list[str]:
    """Return the ids of all documents.

    Returns
    -------
    list of str
        The ids, in the order of ``documents.toml``.

    Raises
    ------
    SourceError
        If ``documents.toml`` is missing or cannot be read.

    Examples
    --------
    >>> "haier" in document_ids()
    True
    """
    return list(_entries())


def list_documents() -> "pd.DataFrame":
    """List all documents with the edition at hand.

    Returns
    -------
    pandas.DataFrame
        One row a document: ``id``, ``short``, ``brief`` (a shorter name, for the head of a table), ``title``,
        ``authors``, ``year``, ``venue``, ``doi``, ``kind``, ``method``, ``language``, ``edition`` (empty if neither
        edition is at hand), ``why`` (in English), ``why_zh`` (in Chinese), all str.

    Raises
    ------
    SourceError
        If ``documents.toml`` is missing or is not what it should be.

    Examples
    --------
    >>> list_documents().set_index("id").loc["xiaomi", "doi"]
    '10.69979/3029-2700.24.9.011'
    """
    import pandas as pd

    rows = []
    for doc_id, about in _entries().items():
        at_hand, edition, reason = _choose(doc_id)
        fields = {key: about[key] for key in "id short title year venue doi kind method language".split()}
        fields["brief"] = about["brief"] or about["short"]
        said = {"edition": edition if at_hand else "", "why": reason.english, "why_zh": reason.chinese}
        rows.append(fields | {"authors": ", ".join(about["authors"])} | said)
    columns = "id short brief title authors year venue doi kind method language edition why why_zh".split()
    return pd.DataFrame(rows, columns=columns)


def open_document(doc_id: str, *, edition: str | None = None, source: Path | str | None = None) -> Document:
    """Open a document: the original if it is attached, otherwise the digest.

    Parameters
    ----------
    doc_id : str
        An id of ``documents.toml``.
    edition : str, optional
        ``original`` or ``digest``, to ask for one.
    source : pathlib.Path or str, optional
        A file of the same layout to read instead.

    Returns
    -------
    Document
        The document.

    Raises
    ------
    SourceError
        If the id or edition is unknown, or the file is missing, empty or in no known
        encoding (see `zhagen.text.encodings.find_encoding`).

    Examples
    --------
    >>> open_document("haier", edition="digest")
    Document(haier, digest: the digest was asked for; 701 lines)
    """
    about = catalog_entry(doc_id)
    if source is not None:
        path = Path(source)
        raw = _read(path, doc_id)
        known = {about["sha256"]: "original", _sha256(digest_path(doc_id)): "digest"}
        edition = known.get(_sha256(path), "file")
        document = Document(doc_id, edition, REASONS["file asked"].fill(path), path, raw, about)
        return _without_blank_lines(document) if edition == "file" else document
    chosen, edition, reason = _choose(doc_id, edition)
    if chosen is None:
        raise SourceError(reason.english, doc_id, todo=ATTACH)
    return Document(doc_id, edition, reason, chosen, _read(chosen, doc_id), about)


def open_file(path: Path | str, doc_id: str) -> Document:
    """Open a text that is in no ``documents.toml``.

    Parameters
    ----------
    path : pathlib.Path or str
        A file in any encoding that `zhagen.text.encodings.find_encoding` knows.
    doc_id : str
        The id to give it.

    Returns
    -------
    Document
        The text, of the edition ``file``.

    Raises
    ------
    SourceError
        If there is no such file, or it is empty or in no known encoding.
    """
    reason = Wording(f"the file {path} was asked for", f"指定了读文件 {path}")
    return _without_blank_lines(Document(doc_id, "file", reason, Path(path), _read(Path(path), doc_id), {}))


def find_original(doc_id: str) -> tuple[Path | None, Wording]:
    """Find the attached original of a document, whatever its file name: its checksum decides.

    Parameters
    ----------
    doc_id : str
        An id of ``documents.toml``.

    Returns
    -------
    tuple of (pathlib.Path or None, Wording)
        The file, and why it is used or why there is none.

    Raises
    ------
    SourceError
        If the id is unknown.

    Examples
    --------
    >>> path, reason = find_original("haier")
    >>> "original" in reason.english  # with or without one
    True
    """
    about = catalog_entry(doc_id)
    folder = sources_folder()
    named = folder / about["file"]
    candidates = [named] if named.is_file() else []
    candidates += sorted(path for path in folder.glob("*.txt") if path != named) if folder.is_dir() else []
    for path in candidates:
        if _sha256(path) == about["sha256"]:
            return path, REASONS["attached"].fill(path.name)
    return None, REASONS["another file"].fill(named.name) if named.is_file() else REASONS["no original"]


def attach(folder: Path | str) -> "pd.DataFrame":
    """Copy the originals found in a folder to the sources folder, recognised by checksum, whatever their names.

    Parameters
    ----------
    folder : pathlib.Path or str
        The folder that holds the original .txt files.

    Returns
    -------
    pandas.DataFrame
        One row a document, and one a file that is none of them: ``id``, ``file``, ``result`` (``attached`` |
        ``missing`` | ``unknown``).

    Raises
    ------
    SourceError
        If it is not a folder, or a file in it cannot be read.
    OutputError
        If a copy cannot be written.
    """
    import pandas as pd

    folder = Path(folder)
    if not folder.is_dir():
        raise SourceError(f"{folder} is not a folder", todo="give the folder that holds the original .txt files")
    files = {_sha256(path): path for path in sorted(folder.glob("*.txt"))}
    target = sources_folder()
    rows = []
    for doc_id, about in _entries().items():
        path = files.pop(about["sha256"], None)
        if path and path.resolve() != (target / about["file"]).resolve():
            _copy(path, target / about["file"], about["sha256"])
        rows.append((doc_id, path.name if path else "", "attached" if path else "missing"))
    rows += [("", path.name, "unknown") for path in files.values()]
    return pd.DataFrame(rows, columns=["id", "file", "result"])


def _copy(path: Path, target: Path, sha256: str) -> None:
    """Copy an original beside its place, look at the copy, and let it take the place: the old file or the new one."""

    def copied(draft: Path) -> None:
        shutil.copyfile(path, draft)
        if _sha256(draft) != sha256:
            raise SourceError(f"{path} changed while it was copied", todo="run attach again")

    try:
        write_files({target.name: copied}, target.parent)
    except OutputError as error:
        raise OutputError(error.found, error.where, error.todo + ", with ZHAGEN_SOURCES") from error


def _choose(doc_id: str, edition: str | None = None) -> tuple[Path | None, str, Wording]:
    """Return (path or None, edition, reason) for the edition asked for, or the best one at hand."""
    if edition not in (None, "original", "digest"):
        raise SourceError(f"no edition is called {edition!r}", todo="use original or digest")
    original, missing = find_original(doc_id)
    digest = digest_path(doc_id)
    if edition != "digest" and original:
        return original, "original", REASONS["attached"].fill(original.name)
    if edition == "original":
        return None, edition, missing
    if digest.is_file():
        return digest, "digest", REASONS["digest asked"] if edition else missing + REASONS["so the digest"]
    return None, edition or "", missing + REASONS["no digest"]


def digest_path(doc_id: str) -> Path:
    """Return where the digest of a document is, or would be.

    Parameters
    ----------
    doc_id : str
        The document's id.

    Returns
    -------
    pathlib.Path
        ``digests/<doc_id>.txt`` of the data folder.
    """
    return data_folder() / "digests" / f"{doc_id}.txt"


def _sha256(path: Path) -> str:
    """Return the checksum of a file, empty if there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", todo="check its permissions") from error


def _without_blank_lines(document: Document) -> Document:
    kept = drop_blank_lines(document.lines)
    if len(kept) == len(document.lines):
        return document
    reason = Wording(
        f"{document.reason.english}, without the blank line after every line",
        f"{document.reason.chinese}，每行后面的空行没有读",
    )
    raw = "\n".join(document.lines[number - 1] for number in kept)
    return replace(document, raw=raw, reason=reason, numbers=kept)


def _read(path: Path, doc_id: str) -> str:
    if not path.is_file():
        raise SourceError(f"there is no file {path}", doc_id, "check the path")
    try:
        text = read_file(path)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", doc_id, "check its permissions") from error
    except SourceError as error:
        raise SourceError(error.found, f"{doc_id}, {error.where}", "save the file in UTF-8") from error
    if not text.strip():
        raise SourceError(f"{path} is empty", doc_id, "give a file with the document's text")
    return text
