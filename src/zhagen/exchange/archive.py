"""The zip of a REFI-QDA project, read without trust and written the same each time."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from zhagen.errors import ExchangeError

ENTRIES = 20_000  # files in an archive
LARGEST = 256 << 20  # bytes of one unpacked file that is read
ALTOGETHER = 1 << 30  # bytes of all unpacked files that are read
RATIO = 200  # unpacked to packed; text is packed to a tenth, XML to a thirtieth at best
SMALL = 1 << 20  # bytes up to which no ratio is asked for
ANEW = "export the project anew from the program that wrote it"
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
    struct.error,
)


class Archive:
    """A zip file whose names and sizes were checked.

    Parameters
    ----------
    opened : zipfile.ZipFile
        The open file.
    where : str
        Its name, for messages.
    """

    def __init__(self, opened: zipfile.ZipFile, where: str) -> None:
        self.where = where
        self._opened = opened
        self._left = ALTOGETHER
        self._infos = {info.filename: info for info in opened.infolist() if not info.is_dir()}
        self._lower = {name.lower(): name for name in self._infos}
        _check_entries(opened.infolist(), where)

    @property
    def names(self) -> list[str]:
        """The names of the files."""
        return list(self._infos)

    def find(self, name: str) -> str:
        """Return the name of a file, whether its folder and suffix are in capitals or not.

        Parameters
        ----------
        name : str
            Such as ``sources/a.txt``.

        Returns
        -------
        str
            Its name in the archive; ``""`` if there is no such file.
        """
        return name if name in self._infos else self._lower.get(name.lower(), "")

    def read(self, name: str) -> bytes:
        """Unpack one file.

        Parameters
        ----------
        name : str
            One of ``names``.

        Returns
        -------
        bytes
            Its content.

        Raises
        ------
        ExchangeError
            If it is too large, packed too tightly, encrypted or damaged.
        """
        info = self._infos[name]
        where = f"{self.where}, {name}"
        if info.flag_bits & 1:
            raise ExchangeError("the file is encrypted", where, "export the project without a password")
        size = info.file_size
        if size > min(LARGEST, self._left):
            raise ExchangeError(f"the file is too large: {size:,} bytes unpacked", where, ANEW)
        if size > SMALL and size > RATIO * max(info.compress_size, 1):
            found = f"{info.compress_size:,} bytes would unpack to {size:,}: this may be a zip bomb"
            raise ExchangeError(found, where, "do not open it; ask who sent it")
        self._left -= size
        try:
            with self._opened.open(info) as file:
                content = file.read(size + 1)
        except BROKEN as error:
            raise ExchangeError(f"the file is damaged: {error}", where, ANEW) from error
        if len(content) != size:
            raise ExchangeError("the file is damaged: its size is not the one that is named", where, ANEW)
        return content


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a zip file and check the names and kinds of what it holds.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Yields
    ------
    Archive
        What it holds; nothing is unpacked yet.

    Raises
    ------
    ExchangeError
        If it is no zip file, or holds names that lead out of it, links, or too many files.
    """
    if not path.is_file():
        raise ExchangeError("there is no such file", str(path), "check the path")
    try:
        opened = zipfile.ZipFile(path)
    except BROKEN as error:
        raise ExchangeError(f"this is no zip file, or a damaged one: {error}", path.name, ANEW) from error
    with opened:
        yield Archive(opened, path.name)


def pack_archive(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a zip whose bytes depend on them alone.

    Parameters
    ----------
    files : mapping of str to bytes
        Name -> content, in the order of the archive.

    Returns
    -------
    bytes
        The zip file; every file has the date 1980-01-01.

    Examples
    --------
    >>> pack_archive({"a.txt": b"a"}) == pack_archive({"a.txt": b"a"})
    True
    """
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # the same on each system
            info.external_attr = 0o644 << 16
            zipped.writestr(info, content)
    return made.getvalue()


def _check_entries(infos: list[zipfile.ZipInfo], where: str) -> None:
    if len(infos) > ENTRIES:
        raise ExchangeError(f"the archive has {len(infos):,} files", where, "this is no project of interviews")
    seen: set[str] = set()
    for info in infos:
        name = info.orig_filename
        parts = re.split(r"[/\\]", name)
        if name.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
            raise ExchangeError(f"the name {name!r} leads out of the archive", where, "do not open it")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ExchangeError(f"{name!r} is a link", where, "do not open it; a project holds files alone")
        if info.filename in seen:
            raise ExchangeError(f"the name {name!r} is there twice", where, ANEW)
        seen.add(info.filename)
