"""Material as people have it: files and folders of all kinds, each file read or named with the reason."""

import logging
import os
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from zhagen.errors import SourceError, ZhagenError
from zhagen.materials.answers import BY, Answers, read_answers
from zhagen.materials.guard import check_size
from zhagen.materials.pdf import read_pdf
from zhagen.materials.plain import read_plain
from zhagen.materials.subtitles import read_subtitles
from zhagen.materials.texts import SourceText
from zhagen.materials.word import read_word

SAVE_AS = "open it in Word, WPS or LibreOffice and save it as .docx"
SUFFIXES = ("txt", "md", "docx", "pdf", "srt", "vtt", "xlsx", "csv", "tsv")
OTHERS = {  # suffix -> what it is, what to do
    "doc": ("Word's form of 1997", SAVE_AS),
    "wps": ("a document of WPS", SAVE_AS),
    "odt": ("a document of LibreOffice", SAVE_AS),
    "rtf": ("rich text", SAVE_AS),
    "pages": ("a document of Pages", "export it as .docx"),
    "html": ("a web page", "save its text as .txt or .docx"),
    "htm": ("a web page", "save its text as .txt or .docx"),
    "xls": ("Excel's form of 1997", "open it in Excel, WPS or LibreOffice and save it as .xlsx"),
    "et": ("a table of WPS", "save it as .xlsx"),
    "ods": ("a table of LibreOffice", "save it as .xlsx"),
    "ass": ("subtitles of another form", "save them as .srt"),
    "zip": ("an archive", "unpack it and name the folder"),
    "rar": ("an archive", "unpack it and name the folder"),
    "7z": ("an archive", "unpack it and name the folder"),
    **dict.fromkeys(("mp3", "wav", "m4a", "aac", "amr", "mp4", "mov", "avi", "wma"), ("a recording", "transcribe it")),
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "heic", "bmp", "tif", "tiff"), ("a picture", "type its text")),
    **dict.fromkeys(("ppt", "pptx", "key"), ("slides", "save their text as .txt")),
    **dict.fromkeys(("qdpx", "qdc", "qda"), ("a project of a program", "take it over with `zhagen import`")),
}
HARMLESS = ("hidden", "a link to", "the same text as", "empty", "the study itself")  # left out, and nothing is missing


@dataclass(frozen=True)
class LeftOut:
    """A file of the material that became no source.

    Attributes
    ----------
    file : str
        The file.
    why : str
        The reason.
    todo : str
        What to do; empty if there is nothing to do.
    """

    file: str
    why: str
    todo: str = ""

    @property
    def missing(self) -> bool:
        """Whether text may be missing in the study."""
        return not self.why.startswith(HARMLESS)


@dataclass
class Material:
    """What was read of a person's files.

    Attributes
    ----------
    texts : list of SourceText
        The texts in the order of their files.
    left_out : list of LeftOut
        Everything else.
    """

    texts: list[SourceText] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def read_material(
    material: Path | str | Iterable[Path | str],
    *,
    column: str | Sequence[str] = (),
    by: str = "row",
    key: str = "",
    sheet: str = "",
    encoding: str | None = None,
    without: Path | None = None,
) -> Material:
    """Read files and folders of text: .txt, .md, .docx, .pdf, .srt, .vtt, .xlsx, .csv, .tsv.

    Parameters
    ----------
    material : pathlib.Path, str or iterable of them
        Files, and folders with their folders.
    column : str or sequence of str, optional
        Of tables: the columns of text. Without it the only column with long texts.
    by : {"row", "column"}, default "row"
        Of tables: a source for each row, or for each column of text.
    key : str, default ""
        Of tables: the column that names the rows.
    sheet : str, default ""
        Of workbooks: the sheet.
    encoding : str, optional
        Encoding of text files and subtitles. Without it, it is found file by file.
    without : pathlib.Path, optional
        A folder to leave out: the study, if it is inside of the material.

    Returns
    -------
    Material
        The texts, and each file that gave none with the reason.

    Raises
    ------
    SourceError
        If a path does not exist, or `by` is unknown.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "甲.txt").write_bytes("访：卖什么？\\r\\n甲：旧书。".encode("gb18030"))
    >>> _ = (folder / "乙.doc").write_bytes(b"old")
    >>> found = read_material(folder)
    >>> found.texts[0].text, [(one.file, one.why) for one in found.left_out]
    ('访：卖什么？\\n甲：旧书。\\n', [('乙.doc', "Word's form of 1997")])
    """
    if by not in BY:
        raise SourceError(f"there is no way {by!r} to read a table", todo=f"use one of {', '.join(BY)}")
    paths = [material] if isinstance(material, Path | str) else list(material)
    answers = Answers((column,) if isinstance(column, str) else tuple(column), by, key, sheet)
    if isinstance(column, str) and not column:
        answers = Answers((), by, key, sheet)
    found = Material()
    known: dict[str, str] = {}
    for path, name in _files([Path(one) for one in paths], found, without):
        try:
            with _quiet():
                texts = _read(path, name, answers, encoding)
        except ZhagenError as error:
            where = f" ({error.where})" if error.where not in ("", path.name) else ""
            found.left_out.append(LeftOut(name, error.found + where, error.todo))
            continue
        except OSError as error:
            found.left_out.append(
                LeftOut(name, f"it cannot be read: {error.strerror or error}", "check its permissions")
            )
            continue
        except (RecursionError, MemoryError) as error:
            found.left_out.append(
                LeftOut(name, f"it cannot be read: {type(error).__name__}", "split it, or save it anew")
            )
            continue
        for text in texts:
            bare = "".join(text.text.split())
            if not bare:
                found.left_out.append(LeftOut(text.file, "empty: it has no character"))
            elif not text.table and (other := known.setdefault(bare, text.file)) != text.file:
                found.left_out.append(LeftOut(text.file, f"the same text as {other}"))
            else:
                found.texts.append(text)
    return found


def name_sources(titles: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """Return an id for each source: the name of its file, without what an id may not have, each once.

    Parameters
    ----------
    titles : sequence of str
        What the sources are named after.
    taken : iterable of str, optional
        Ids that are given already.

    Returns
    -------
    list of str
        Ids that differ in more than capitals, so that each can be the name of a file everywhere.

    Examples
    --------
    >>> name_sources(["访谈 1（王）", "a", "A", "..."], taken=["a"])
    ['访谈_1_王', 'a-2', 'A-3', 'source']
    """
    used = {one.casefold() for one in taken}
    ids = []
    for title in titles:
        bare = (
            re.sub(r"[^\w.\-]+", "_", unicodedata.normalize("NFC", title)).strip("._-")[:60].rstrip("._-") or "source"
        )
        if re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", bare.partition(".")[0]):
            bare = f"source_{bare}"  # Windows has devices of these names
        name, number = bare, 1
        while name.casefold() in used:
            number += 1
            name = f"{bare}-{number}"
        used.add(name.casefold())
        ids.append(name)
    return ids


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what libraries say of a file off the screen: what matters of it is in the report."""
    loggers = [logging.getLogger(name) for name in ("pdfminer", "pdfplumber", "openpyxl")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _read(path: Path, name: str, answers: Answers, encoding: str | None) -> list[SourceText]:
    kind = path.suffix.lower().lstrip(".")
    check_size(path)
    if path.stat().st_size == 0:
        return [SourceText(name, path.stem, "", kind)]
    if kind in ("txt", "md"):
        return read_plain(path, name, encoding)
    if kind in ("srt", "vtt"):
        return read_subtitles(path, name, encoding)
    if kind == "docx":
        return read_word(path, name)
    if kind == "pdf":
        return read_pdf(path, name)
    return read_answers(path, name, answers, encoding)


def _files(paths: Sequence[Path], found: Material, without: Path | None) -> Iterator[tuple[Path, str]]:
    """Yield the files to read with what to call them, each once; what is not read is listed."""
    seen: dict[str, str] = {}
    study = os.path.realpath(without) if without else ""
    for path in paths:
        if not path.exists():
            raise SourceError(f"there is no {path}", todo="name files or folders of text")
        if not path.is_dir():
            yield from _file(path, path.name, seen, found)
            continue
        several = len(paths) > 1
        for place, folders, names in os.walk(path, followlinks=True, onerror=lambda error: _unread(error, found)):
            real, inside = os.path.realpath(place), Path(place).relative_to(path)
            shown = path.name / inside if several else inside
            first = seen.setdefault(f"{real}/", str(shown))
            if real == study or first != str(shown):
                why = "the study itself" if real == study else f"a link to {first}, which is read already"
                found.left_out.append(LeftOut(f"{shown}/", why))
                folders.clear()
                continue
            for name in [name for name in folders if name.startswith(".") or name == "__MACOSX"]:
                found.left_out.append(LeftOut(f"{shown / name}/", "hidden folder"))
                folders.remove(name)
            folders.sort(key=_order)
            for name in sorted(names, key=_order):
                yield from _file(Path(place, name), str(shown / name), seen, found)


def _order(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts names as people count: 2 before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,18})", name)]


def _unread(error: OSError, found: Material) -> None:
    found.left_out.append(LeftOut(str(error.filename), f"it cannot be read: {error.strerror}", "check its permissions"))


def _file(path: Path, name: str, seen: dict[str, str], found: Material) -> Iterator[tuple[Path, str]]:
    kind = path.suffix.lower().lstrip(".")
    real = os.path.realpath(path)
    if path.name.startswith((".", "~$")) or path.name.lower() in ("thumbs.db", "desktop.ini"):
        found.left_out.append(LeftOut(name, "hidden file, or one that a program keeps for itself"))
    elif not path.exists():
        found.left_out.append(LeftOut(name, "it is a link to a file that is gone", "put the file there"))
    elif not path.is_file():
        found.left_out.append(LeftOut(name, "it is no regular file", "write its content to a file"))
    elif real in seen:
        found.left_out.append(LeftOut(name, f"a link to {seen[real]}, which is read already"))
    elif kind not in SUFFIXES:
        what, todo = OTHERS.get(
            kind, ("no kind of file that is read", f"save its text as one of {', '.join(SUFFIXES)}")
        )
        found.left_out.append(LeftOut(name, what, todo))
    else:
        seen[real] = name
        yield path, name
