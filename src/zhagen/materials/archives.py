"""What a stranger's file may not be: too large, a bomb when unpacked, XML that names other files or repeats itself."""

import re
import zipfile
import zlib
from pathlib import Path

from zhagen.errors import SourceError

LARGEST = 200 << 20  # bytes of one file
UNPACKED = 400 << 20  # bytes of all parts of an archive
PARTS = 5000
RATIO = 300  # of the unpacked to the packed size; XML of a document is packed to a tenth or a fiftieth
SMALL = 8 << 20  # parts below this are no bomb, whatever their ratio
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Word 97, Excel 97, and what a password protects
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def check_size(path: Path) -> None:
    """Raise if a file is larger than what is read.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Raises
    ------
    SourceError
        If it is.
    """
    size = path.stat().st_size
    if size > LARGEST:
        found = f"it has {size >> 20:,} MB; up to {LARGEST >> 20} MB are read"
        raise SourceError(found, path.name, "split it, or take pictures and recordings out of it")


def check_archive(path: Path, part: str) -> None:
    """Check the zip archive that a file of an office program is, before anything of it is unpacked.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    part : str
        A part that it must have, such as ``word/document.xml``.

    Raises
    ------
    SourceError
        If it is no such archive, needs a password, unpacks to too much, or a part of it declares entities.

    References
    ----------
    ECMA-376, Office Open XML, part 2: a part may have no document type declaration.
    """
    with path.open("rb") as file:
        head = file.read(8)
    todo = "open it in Word, WPS or LibreOffice and save it again"
    if head == OLE:
        found = "it needs a password, or has the form of Word or Excel 97"
        raise SourceError(found, path.name, "open it in Word, WPS or LibreOffice and save it anew, without password")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS:
                raise SourceError(f"it has {len(parts):,} parts, which no document has", path.name, "leave it out")
            whole = sum(one.file_size for one in parts)
            bombs = [one for one in parts if one.file_size > max(SMALL, RATIO * one.compress_size)]
            if whole > UNPACKED or bombs:
                found = f"it unpacks to {whole >> 20:,} MB from {path.stat().st_size >> 10:,} kB, as no document does"
                raise SourceError(found, path.name, "leave it out; ask who made it")
            if any(one.flag_bits & 1 for one in parts):
                raise SourceError("its parts need a password", path.name, "save it without password")
            if part not in archive.namelist():
                raise SourceError(f"it has no {part}: it is another kind of file", path.name, todo)
            for one in parts:
                if one.filename.endswith((".xml", ".rels")) and _DECLARED.search(archive.read(one).replace(b"\0", b"")):
                    found = f"{one.filename} declares entities, which no document does"
                    raise SourceError(found, path.name, "leave it out; ask who made it")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OverflowError, zlib.error) as error:
        raise SourceError(f"it is damaged: {_said(error)}", path.name, todo) from error


def damaged(path: Path, error: BaseException, todo: str) -> SourceError:
    """Return the error of a file that the library for its kind cannot read.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    error : BaseException
        What the library says.
    todo : str
        What to do.

    Returns
    -------
    SourceError
        The error, to be raised.

    Examples
    --------
    >>> str(damaged(Path("a.docx"), KeyError("no item"), "save it again"))
    "it cannot be read: KeyError: 'no item' (a.docx): save it again"
    """
    return SourceError(f"it cannot be read: {_said(error)}", path.name, todo)


def _said(error: BaseException) -> str:
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return words if len(words) <= 160 else f"{words[:160]}…"
