"""In which encoding a text file is: one policy for every command.

A byte order mark decides. Else the file is in UTF-8 if every byte fits, else in GB 18030 (GBK, GB 2312), Big5 or UTF-16
without a mark. Bytes of one encoding often fit another one, and are nonsense then. What tells them apart is that
text has common characters: nine in ten of a text are in the first level of the character set it was written for, where
bytes read as what they are not scatter over all of it. A file that fits two encodings, or none, is refused.
"""

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path

from zhagen.errors import SourceError
from zhagen.text.characters import HAN

UTF8_HAN = re.compile(rb"(?:[\xe3-\xed][\x80-\xbf]{2}){4}")  # four Chinese characters in UTF-8: in GB 18030 no text
OVERLAP = 11  # bytes of the block before: one less than the shortest match
NAME_IT = "save the file in UTF-8, or name its encoding; a file may have one only"
BLOCK = 1 << 20  # bytes looked at in one go
HEAD = 1 << 15  # bytes that a file is judged by
BIG5 = "cp950"  # as Windows writes it
LEVELS = {"gb18030": ("gb2312", 0xB0, 0xD7), BIG5: ("big5", 0xA4, 0xC6)}  # first bytes of the common characters
FEW = 5  # fewer than this do not tell encodings apart
CLEARLY = 0.15  # by how much the share of common characters must be higher
SENSE = 0.35  # a lower share of common characters has no text, in traditional script neither
_HAN = re.compile(f"[{HAN}\ue000-\uf8ff]")  # private use: what GB 18030 makes of bytes that it has no character for
_TEXT = re.compile(f"[\t\n\r -~{HAN}\u3000-\u303f\uff01-\uff5e‘’“”—…·]")


def find_encoding(path: Path) -> str:
    """Return the encoding of a text file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    str
        ``utf-8-sig`` (UTF-8 with or without its mark), ``gb18030``, ``cp950`` (Big5), ``utf-16``, ``utf-16-le``,
        ``utf-16-be`` or ``utf-32``.

    Raises
    ------
    SourceError
        If the bytes fit no encoding, or more than one, or a passage is in another one than the rest, or the file is not
        a text. The message names the line and the byte.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "a.txt")
    >>> found = []
    >>> for encoding in ("utf-8", "gbk", "big5", "utf-16-le"):
    ...     _ = file.write_bytes("我們在平台上買東西。".encode(encoding))
    ...     found.append(find_encoding(file))
    >>> found
    ['utf-8-sig', 'gb18030', 'cp950', 'utf-16-le']
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        return "utf-32"
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    without_mark = next((one for one in ("utf-16-le", "utf-16-be") if _is_utf16(head, one)), None)
    if b"\0" in head and without_mark and first_misfit(path, without_mark) is None:
        return without_mark
    if first_misfit(path, "utf-8-sig") is None:
        return "utf-8-sig"
    if without_mark and first_misfit(path, without_mark) is None:
        return without_mark
    _check_not_mixed(path)
    fitting = [encoding for encoding in LEVELS if first_misfit(path, encoding) is None]
    if not fitting:
        raise undecodable(path)
    shares = {encoding: share for encoding in fitting if (share := _common(head, encoding)) is not None}
    if not shares:  # too few characters to judge by
        return fitting[0]
    best = max(shares, key=shares.__getitem__)
    other = min(shares.values()) if len(shares) > 1 else 0.0
    if shares[best] < SENSE:
        raise SourceError("bytes that are Chinese in no encoding", path.name, NAME_IT)
    if best == BIG5 and shares[best] < other + CLEARLY:
        raise SourceError("bytes that may be GB 18030 or Big5", path.name, NAME_IT)
    return best


def read_file(path: Path, encoding: str | None = None) -> str:
    """Return the text of a file, whatever its encoding.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    encoding : str, optional
        Its encoding; left out it is found, see `find_encoding`.

    Returns
    -------
    str
        The text with ``\\n`` as the end of a line, without a byte order mark.

    Raises
    ------
    SourceError
        As `find_encoding`, or if there is a NUL character, which no text has.
    OSError
        If it cannot be read.
    """
    encoding = encoding or find_encoding(path)
    try:
        text = path.read_text(encoding=encoding)
    except UnicodeDecodeError as error:
        raise undecodable(path, encoding) from error
    if "\0" in text:
        raise binary(path, 1 + text.count("\n", 0, text.index("\0")))
    return text


def first_misfit(path: Path, encoding: str) -> int | None:
    """Return the first byte of a file, from 0, that does not fit an encoding; None if all fit.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    encoding : str
        The encoding.

    Returns
    -------
    int or None
        The place of the byte.
    """
    decoder, read = codecs.getincrementaldecoder(encoding)(), 0
    for block in _byte_blocks(path):
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return read + len(block) - len(error.object) + error.start  # `object` begins with what was left over
        read += len(block)
    return None


def undecodable(path: Path, *encodings: str) -> SourceError:
    """Return the error of a file that fits no encoding: it names the line up to which the best of them fits.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    *encodings : str
        The encodings that were tried; left out they are UTF-8 and GB 18030.

    Returns
    -------
    SourceError
        The error, to be raised.
    """
    tried = encodings or ("utf-8-sig", "gb18030")
    misfits = {encoding: first_misfit(path, encoding) or 0 for encoding in tried}
    best = max(misfits, key=misfits.__getitem__)
    with path.open("rb") as file:
        file.seek(misfits[best])
        byte = file.read(1)
    where = f"{path.name}, line {_line(path, best, misfits[best])}, byte {misfits[best] + 1} of the file"
    where += f": 0x{byte.hex()}" if byte else ", which is its end"
    found = f"bytes that are not {best}" if encodings else "bytes that are neither UTF-8 nor GB 18030"
    return SourceError(found, where, NAME_IT)


def binary(path: Path, line: int) -> SourceError:
    """Return the error of a file with a NUL character.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    line : int
        The line of the character.

    Returns
    -------
    SourceError
        The error, to be raised.
    """
    todo = "if it is text in UTF-16, name the encoding utf-16-le or utf-16-be; else leave the file out"
    return SourceError("a NUL character, which no text has", f"{path.name}, line {line}", todo)


def _common(head: bytes, encoding: str) -> float | None:
    """Return the share of common characters among the Chinese ones of the beginning of a file, None if it has few."""
    charset, first, last = LEVELS[encoding]
    found = _HAN.findall(codecs.getincrementaldecoder(encoding)().decode(head))
    if len(found) < FEW:
        return None
    coded = (char.encode(charset, "ignore") for char in found)
    return sum(len(code) == 2 and first <= code[0] <= last for code in coded) / len(found)


def _is_utf16(head: bytes, encoding: str) -> bool:
    """Say whether bytes are Chinese text or ASCII in UTF-16: the rest of its characters is no text."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    if text.isascii():
        return b"\0" in head and "\0" not in text
    han = _HAN.findall(text)
    coded = [(char.encode("gb2312", "ignore"), char.encode("big5", "ignore")) for char in han]
    common = sum(len(gb) == 2 and gb[0] <= 0xD7 or len(big5) == 2 and big5[0] <= 0xC6 for gb, big5 in coded)
    return len(han) >= FEW and len(_TEXT.findall(text)) >= 0.95 * len(text) and common >= 0.9 * len(han)


def _byte_blocks(path: Path, end: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a file, up to `end`, in blocks; the last block is empty."""
    with path.open("rb") as file:
        left = path.stat().st_size if end is None else end
        while left and (block := file.read(min(left, BLOCK))):
            left -= len(block)
            yield block
    yield b""


def _check_not_mixed(path: Path) -> None:
    """Raise if a file that is not in UTF-8 has a passage in UTF-8: as GB 18030 it would be read as nonsense.

    A passage may lie across the border of two blocks, so each block is searched with the end of the one before it.
    """
    before, read = b"", 0
    for block in _byte_blocks(path):
        searched = before + block
        if match := UTF8_HAN.search(searched):
            utf8 = _line(path, "utf-8", read - len(before) + match.start())
            other = _line(path, "utf-8", first_misfit(path, "utf-8") or 0)
            raise SourceError(f"line {utf8} is in UTF-8, line {other} is not", path.name, NAME_IT)
        before, read = searched[-OVERLAP:], read + len(block)


def _line(path: Path, encoding: str, end: int) -> int:
    """Return the line, from 1, in which a byte of a file lies."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
    return 1 + sum(decoder.decode(block, final=not block).count("\n") for block in _byte_blocks(path, end))
