"""What a stranger's file may not be: too large, protected by a password, an archive of another kind or a bomb."""

from pathlib import Path

from zhagen.archives import open_archive
from zhagen.errors import SourceError

LARGEST = 200 << 20  # bytes of one file
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Word 97, Excel 97, and what a password protects


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

    """
    with path.open("rb") as file:
        head = file.read(8)
    if head == OLE:
        found = "it needs a password, or has the form of Word or Excel 97"
        raise SourceError(found, path.name, "open it in Word, WPS or LibreOffice and save it anew, without password")
    todo = "open it in Word, WPS or LibreOffice and save it again"
    with open_archive(path, error=SourceError, again=todo) as archive:
        archive.check()
        if part not in archive.names:
            raise SourceError(f"it has no {part}: it is another kind of file", path.name, todo)


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
