"""Zip files of strangers (projects, documents, workbooks) read without trust; our own written the same each time."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from zhagen.errors import ZhagenError

ENTRIES = 20_000  # files in an archive
LARGEST = 256 << 20  # bytes of one unpacked file that is read
ALTOGETHER = 512 << 20  # bytes of all unpacked files that are read
RATIO = 300  # unpacked to packed; text is packed to a tenth, the XML of a document to a fiftieth
SMALL = 8 << 20  # bytes up to which no ratio is asked for
DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
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
    error : type of ZhagenError
        The error to raise.
    again : str
        What to do about a damaged file.
    """

    def __init__(self, opened: zipfile.ZipFile, where: str, error: type[ZhagenError], again: str) -> None:
        self.where, self.error, self.again = where, error, again
        self._opened = opened
        self._left = ALTOGETHER
        self._infos = {info.filename: info for info in opened.infolist() if not info.is_dir()}
        self._lower = {name.lower(): name for name in self._infos}
        self._check_entries(opened.infolist())

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
        ZhagenError
            If it is too large, packed too tightly, encrypted or damaged.
        """
        info = self._infos[name]
        where = f"{self.where}, {name}"
        self._measure(info, min(LARGEST, self._left))
        self._left -= info.file_size
        try:
            with self._opened.open(info) as file:
                content = file.read(info.file_size + 1)
        except BROKEN as error:
            raise self.error(f"the file is damaged: {error}", where, self.again) from error
        if len(content) != info.file_size:
            raise self.error("the file is damaged: its size is not the one that is named", where, self.again)
        return content

    def check(self) -> None:
        """Check all files, for a library that unpacks them by itself: their sizes, and that their XML declares nothing.

        Raises
        ------
        ZhagenError
            If one is too large, packed too tightly, encrypted or damaged, or declares a document type or entities.

        References
        ----------
        ECMA-376, Office Open XML, part 2: a part may have no document type declaration.
        """
        left = self._left
        for info in self._infos.values():
            self._measure(info, min(LARGEST, left))
            left -= info.file_size
        for name in self._infos:
            if name.endswith((".xml", ".rels")) and DECLARED.search(self.read(name).replace(b"\0", b"")):
                found = "the file declares a document type or entities"
                raise self.error(found, f"{self.where}, {name}", "do not open it; ask who made it")

    def _measure(self, info: zipfile.ZipInfo, most: int) -> None:
        where, size = f"{self.where}, {info.filename}", info.file_size
        if info.flag_bits & 1:
            raise self.error("the file is encrypted", where, "save it without a password")
        if size > most:
            raise self.error(f"the file is too large: {size:,} bytes unpacked", where, self.again)
        if size > SMALL and size > RATIO * max(info.compress_size, 1):
            found = f"{info.compress_size:,} bytes would unpack to {size:,}: this may be a zip bomb"
            raise self.error(found, where, "do not open it; ask who made it")

    def _check_entries(self, infos: list[zipfile.ZipInfo]) -> None:
        if len(infos) > ENTRIES:
            raise self.error(f"the archive has {len(infos):,} files", self.where, "leave it out; ask who made it")
        seen: set[str] = set()
        for info in infos:
            name = info.orig_filename
            parts = re.split(r"[/\\]", name)
            if name.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
                raise self.error(f"the name {name!r} leads out of the archive", self.where, "do not open it")
            if stat.S_ISLNK(info.external_attr >> 16):
                raise self.error(f"{name!r} is a link", self.where, "do not open it: an archive of ours holds files")
            if info.filename in seen:
                raise self.error(f"the name {name!r} is there twice", self.where, self.again)
            seen.add(info.filename)


@contextmanager
def open_archive(path: Path, *, error: type[ZhagenError], again: str) -> Iterator[Archive]:
    """Open a zip file and check the names and kinds of what it holds.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    error : type of ZhagenError
        The error to raise.
    again : str
        What to do about a damaged file, such as ``export it anew``.

    Yields
    ------
    Archive
        What it holds; nothing is unpacked yet.

    Raises
    ------
    ZhagenError
        If it is no zip file, or holds names that lead out of it, links, or too many files.
    """
    if not path.is_file():
        raise error("there is no such file", str(path), "check the path")
    try:
        opened = zipfile.ZipFile(path)
    except BROKEN as problem:
        raise error(f"this is no zip file, or a damaged one: {problem}", path.name, again) from problem
    with opened:
        yield Archive(opened, path.name, error, again)


def pack_files(files: Mapping[str, bytes], *, stored: Collection[str] = (), level: int = 6) -> bytes:
    """Pack files into a zip whose bytes depend on them alone.

    Parameters
    ----------
    files : mapping of str to bytes
        Name -> content, in the order of the archive.
    stored : collection of str, optional
        Files that are not compressed, such as the type of an EPUB.
    level : int, default 6
        From 1, quick, to 9, small.

    Returns
    -------
    bytes
        The zip file; every file has the date 1980-01-01.

    Examples
    --------
    >>> pack_files({"a.txt": b"a"}) == pack_files({"a.txt": b"a"})
    True
    """
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3  # the same on each system
            info.external_attr = 0o644 << 16
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            zipped.writestr(info, content, kind, level)
    return made.getvalue()
