"""Where names are left in files that are to be given away: in pages, scripts and texts, and in what lies in others.

Looked into are archives (zip, Word, workbooks, projects), PDF files, what pictures say of themselves, and files that a
page holds as data. What a picture shows, and what a recording says, no program of ours reads.
"""

import base64
import binascii
import html
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.archives import open_archive
from zhagen.errors import SourceError
from zhagen.extras import import_extra
from zhagen.materials.guard import OLE
from zhagen.materials.names import Name, NamePattern
from zhagen.text.encodings import read_file

MARKUP = (".html", ".htm", ".svg", ".xml", ".xhtml", ".rels", ".qde", ".opf", ".ncx")
PICTURES = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP|II\*\0|MM\0\*", re.DOTALL)
HELD = re.compile(r"data:[\w/+.-]*(?:;[\w=-]+)*;base64,([A-Za-z0-9+/=\s]+)")  # a file inside of a page
DEEPEST = 3  # archives in archives


def names_left(folder: Path | str, names: Iterable[str] | Sequence[Name]) -> pd.DataFrame:
    """Return where names are in the files of a folder: in names of files, in text, in pages, in files that hold files.

    Parameters
    ----------
    folder : pathlib.Path or str
        A folder of texts, tables, pages, pictures and downloads.
    names : iterable of str or sequence of Name
        The names. Of rows of a list those are searched for that are not kept.

    Returns
    -------
    pandas.DataFrame
        One row a place: ``file`` (in an archive: archive, blank, file), ``line`` (int, 0: the name of the file),
        ``found``. ``attrs["skipped"]`` lists files of other forms, in whose bytes Chinese names alone are looked for;
        ``attrs["closed"]`` those that cannot be opened, with the reason.

    Raises
    ------
    ZhagenError
        If there is a picture or a PDF file and the extra ``materials`` is not installed.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.html").write_text("<p>王<b>小明</b>说</p>", encoding="utf-8")
    >>> names_left(folder, ["王小明"]).values.tolist()
    [['a.html', 1, '王小明']]
    """
    search = _Search(NamePattern([one if isinstance(one, Name) else Name(one, "") for one in names]))
    folder = Path(folder)
    for path in sorted(folder.rglob("*")):
        search.look(path, path.relative_to(folder).as_posix(), path.name)
    table = pd.DataFrame(search.rows, columns=["file", "line", "found"])
    table.attrs |= {"skipped": search.skipped, "closed": search.closed}
    return table


class _Search:
    """What was found so far."""

    def __init__(self, pattern: NamePattern) -> None:
        self.pattern = pattern
        self.rows: list[tuple[str, int, str]] = []
        self.skipped: list[str] = []
        self.closed: dict[str, str] = {}

    def look(self, path: Path, shown: str, name: str, depth: int = 0) -> None:
        """Look into one file, whose name in an archive is another than on disk."""
        self.rows += [(shown, 0, found) for _, found in self.pattern.left(name)]
        if not path.is_file():
            return
        raw = path.read_bytes()
        try:
            if raw.startswith(b"PK\3\4"):
                self._archive(path, shown, depth)
            elif b"%PDF-" in raw[:1024]:
                self._text("\n".join(_pdf_texts(path)), shown)
            elif PICTURES.match(raw):
                self._text("\n".join(_picture_texts(path)), shown)
            elif raw.startswith(OLE):
                for first in (0, 1):
                    self._text(raw[first:].decode("utf-16-le", "replace"), shown, sure=False)
            else:
                self._plain(path, raw, shown, Path(name).suffix.lower(), depth)
        except SourceError as error:
            self.closed[shown] = error.found

    def _archive(self, path: Path, shown: str, depth: int) -> None:
        if depth == DEEPEST:
            raise SourceError("it is an archive in archives", shown, "unpack it")
        with (
            tempfile.TemporaryDirectory() as place,
            open_archive(path, error=SourceError, again="pack it anew") as archive,
        ):
            for number, name in enumerate(archive.names):
                file = Path(place, str(number))
                file.write_bytes(archive.read(name))
                self.look(file, f"{shown} {name}", name, depth + 1)
                file.unlink()

    def _plain(self, path: Path, raw: bytes, shown: str, suffix: str, depth: int) -> None:
        try:
            text = read_file(path) if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else raw.decode("utf-8")
        except UnicodeDecodeError:
            try:
                text = read_file(path)
            except SourceError:
                text = "\0"
        if "\0" in text:
            self.skipped.append(shown)
            return self._text(raw.decode("utf-8", "replace"), shown, sure=False)
        self._text(text, shown, suffix)
        for number, held in enumerate(HELD.finditer(text), 1):
            self._held(held[1], f"{shown} data:{number}", depth)
        return None

    def _held(self, coded: str, shown: str, depth: int) -> None:
        with tempfile.TemporaryDirectory() as place:
            try:
                Path(place, "held").write_bytes(base64.b64decode(coded))
            except binascii.Error:  # it only looks like a file
                return
            self.look(Path(place, "held"), shown, "held.svg", depth + 1)

    def _text(self, text: str, shown: str, suffix: str = "", *, sure: bool = True) -> None:
        """Note the names in a text; in bytes that are none, a few Latin letters say nothing."""
        hits: set[tuple[int, str]] = set()
        for seen in (text, *_readings(text, suffix)):
            known = {found for _, found in hits}
            hits |= {
                (seen.count("\n", 0, place) + 1, found)
                for place, found in self.pattern.left(seen)
                if found not in known and (sure or not found.isascii())
            }
        self.rows += [(shown, line, found) for line, found in sorted(hits)]


def _pdf_texts(path: Path) -> Iterator[str]:
    """Yield what a PDF file says of itself, and its pages."""
    pdfplumber = import_extra("pdfplumber", "materials")
    try:
        with pdfplumber.open(path) as book:
            yield from map(str, (book.metadata or {}).values())
            for page in book.pages:
                yield page.extract_text() or ""
                yield from (str(note.get(key) or "") for note in page.annots for key in ("contents", "title", "uri"))
    except Exception as error:  # what a damaged file makes the library raise is not said anywhere
        raise SourceError(f"it cannot be read: {type(error).__name__}", path.name, "take it out") from error


def _picture_texts(path: Path) -> Iterator[str]:
    """Yield what a picture says of itself: its titles, comments, Exif, XMP."""
    image = import_extra("PIL.Image", "materials")
    try:
        with image.open(path) as picture:
            values: list[Any] = [*picture.info.values(), *getattr(picture, "text", {}).values()]
            values += picture.getexif().values()
    except Exception as error:  # the same
        raise SourceError(f"it cannot be read: {type(error).__name__}", path.name, "take it out") from error
    for value in values:
        if isinstance(value, bytes):
            yield value.decode("utf-8", "replace")
            yield value.decode("utf-16-le", "replace")  # Exif's fields for Windows
        elif isinstance(value, str):
            yield value


def _readings(text: str, suffix: str) -> list[str]:
    """Return how a browser shows a page, and what escapes of scripts mean."""
    found = []
    if suffix in MARKUP:
        found.append(html.unescape(re.sub(r"<[^<>]*>", "", text)))
        found.append(html.unescape(text))
    if "\\u" in text:
        found.append(re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text))
    return [one.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for one in found]
