"""In which encoding a text file is: one policy for every command.

A byte order mark decides. Else the file is in UTF-8 if every byte fits, else in GB 18030 (GBK, GB 2312), Big5 or UTF-16
without a mark. Bytes of one encoding often fit another one, and are nonsense then. What tells them apart is that
text has common characters: nine in ten of a text are in the first level of the character set it was written for, where
bytes read as what they are not scatter over all of it. A Western text has single letters with accents inside of words:
it is read as Windows-1252. A file that fits two encodings, or none, is refused. What is not UTF-8 is an assumption:
`assumed_encoding` gives its name, so that it can be said.
"""

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path

from zhagen.errors import SourceError
from zhagen.text.characters import HAN

UTF8_HAN = re.compile(rb"(?:[\xe3-\xed][\x80-\xbf]{2}){4}")  # four Chinese characters in UTF-8: in GB 18030 no text
# Four Chinese characters in UTF-8 that were read as Latin-1 or Windows-1252 and saved in UTF-8: å¹³å°, no language.
TWICE = re.compile("(?:[ã-í][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{2}){4}")
MARKUP = {rb"\s*\{\\rtf": "RTF", rb"(?i)\s*<(?:!doctype\s+)?html\b": "HTML"}  # how a file begins that is no plain text
OVERLAP = 11  # bytes of the block before: one less than the shortest match
NAME_IT = "save the file in UTF-8, or name its encoding; a file may have one only"
BLOCK = 1 << 15  # bytes looked at in one go: they stay in the processor's cache
HEAD = 1 << 15  # bytes that a file is judged by
BIG5 = "cp950"  # as Windows writes it
WESTERN = "cp1252"  # Latin-1 as Windows writes it
ASSUMED = {
    "gb18030": "GB 18030 (GBK)",
    BIG5: "Big5",
    WESTERN: "Windows-1252 (Latin-1)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 without a mark",
    "utf-16-be": "UTF-16 without a mark",
    "utf-32": "UTF-32",
}
LEVELS = {"gb18030": ("gb2312", 0xB0, 0xD7), BIG5: ("big5", 0xA4, 0xC6)}  # first bytes of the common characters
FEW = 5  # fewer than this do not tell encodings apart
CLEARLY = 0.15  # by how much the share of common characters must be higher
SENSE = 0.35  # a lower share of common characters has no text, in traditional script neither
_UPPER, _LOWER = "A-ZÀ-ÖØ-ÞŒŠŽŸ", "a-zß-öø-ÿœšž"
_WORD = re.compile(f"[{_UPPER}{_LOWER}]+")
_WELL_WRITTEN = re.compile(  # élan, ÉLAN, McDaniél
    f"[{_UPPER}]?[{_LOWER}]+|[{_UPPER}]+|[A-Z][{_LOWER}]+[{_UPPER}][{_LOWER}]+"
)
_MARKS = frozenset("‘’“”‚„«»‹›–—…•·°§©®™€£¥¿¡±×²³½¼¾\u00a0")
_PAIRED = frozenset("‘’“”«»…–—")  # marks that may be next to each other
_ALONE = frozenset("àâéèêíóôúåæøÀÂÉÈÊÍÓÔÚÅÆØ")  # letters that are a word
_INSIDE = frozenset("’‘–—·")  # marks that may have letters on both sides
_STRANGE = re.compile(
    "[\u0180-\u0385\u03cf-\u0400\u0460-\u058f\u05f5-\u060b\u0660-\u07ff]"
)  # no letters in general use
_GLUED = re.compile(f"[{HAN}][a-zA-Z]|[a-zA-Z][{HAN}]")
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
        ``utf-8-sig`` (UTF-8 with or without its mark), ``gb18030``, ``cp950`` (Big5), ``cp1252`` (Western text),
        ``utf-16``, ``utf-16-le``, ``utf-16-be`` or ``utf-32``.

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
    >>> _ = file.write_bytes("Un élève à Paris, très étonné.".encode("cp1252"))
    >>> find_encoding(file)
    'cp1252'
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        return "utf-32"
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    if b"\0" in head and (without_mark := _utf16(path, head)):
        return without_mark
    for begin, kind in MARKUP.items():
        if re.match(begin, head.removeprefix(codecs.BOM_UTF8)):
            todo = "save it as plain text: its marks would be counted as words"
            raise SourceError(f"{kind} and no plain text", path.name, todo)
    if first_misfit(path, "utf-8-sig") is None:
        _check_not_read_wrong(path, head)
        return "gb18030" if _is_a_word(head) else "utf-8-sig"
    if without_mark := _utf16(path, head):
        return without_mark
    _check_not_mixed(path)
    head = _from_the_first(path, head)
    if _is_western(head) and first_misfit(path, WESTERN) is None:
        return WESTERN
    fitting = [encoding for encoding in LEVELS if first_misfit(path, encoding) is None]
    if not fitting:
        raise undecodable(path)
    found = {encoding: _common(head, encoding) for encoding in fitting}
    shares = {encoding: share for encoding, (share, number) in found.items() if number >= FEW}
    if not shares:  # too few characters to tell Chinese encodings apart, but rare ones alone are no text
        share, number = found[fitting[0]]
        if number and share < SENSE and b"\0" not in head:  # what has a NUL is no text at all: its reader says so
            raise SourceError("bytes that are Chinese in no encoding", path.name, NAME_IT)
        return fitting[0]
    best = max(shares, key=shares.__getitem__)
    other = min(shares.values()) if len(shares) > 1 else 0.0
    if shares[best] < SENSE:
        raise SourceError("bytes that are Chinese in no encoding", path.name, NAME_IT)
    if best == BIG5 and shares[best] < other + CLEARLY:
        raise SourceError("bytes that may be GB 18030 or Big5", path.name, NAME_IT)
    return best


def assumed_encoding(encoding: str) -> str:
    """Return the name of an encoding that was not certain, for the reader.

    Parameters
    ----------
    encoding : str
        What `find_encoding` returned.

    Returns
    -------
    str
        Its name, empty for UTF-8.

    Examples
    --------
    >>> assumed_encoding("gb18030"), assumed_encoding("utf-8-sig")
    ('GB 18030 (GBK)', '')
    """
    return ASSUMED.get(encoding, "")


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


def _check_not_read_wrong(path: Path, head: bytes) -> None:
    """Refuse UTF-8 that holds what other programs show where they take Chinese in UTF-8 for Latin-1."""
    text = _from_the_first(path, head).decode("utf-8", "ignore")
    if wrong := TWICE.search(text):
        where = path.name if head.isascii() else f"{path.name}, line {1 + text.count(chr(10), 0, wrong.start())}"
        todo = "open the file that it was made from, as UTF-8, and save it again"
        raise SourceError("Chinese that some program read as Latin-1 and saved so", where, todo)


def _from_the_first(path: Path, head: bytes) -> bytes:
    """Return what a file is judged by: its beginning, or, if that is ASCII, what is around its first other byte."""
    if not head.isascii():
        return head
    with path.open("rb") as file:
        file.seek(max(0, (first_misfit(path, "ascii") or 0) - 256))
        return file.read(HEAD)


def _is_a_word(head: bytes) -> bool:
    """Say whether bytes that fit UTF-8 are rather a word or two in GB 18030: 平台 is ƽ and a combining mark as well.

    More Chinese characters do not fit UTF-8 by chance, and what they give is letters of no language.
    """
    if head.isascii() or max(head) > 0xDF:  # beyond the first of two bytes: nearly all files end here
        return False
    others = [char for char in head.decode("utf-8-sig", "ignore") if not char.isascii()]
    if len(set(others)) > FEW or not any(map(_STRANGE.match, others)):
        return False
    text = head.decode("gb18030", "ignore")
    share, number = _common(head, "gb18030")
    return share == 1 and number == len(others) and bool(re.search(f"[{HAN}]{{2}}", text)) and not _GLUED.search(text)


def _is_western(head: bytes) -> bool:
    """Say whether bytes are Western text in Windows-1252: words of ASCII letters with some letters of its own."""
    if len(head) < 3 * len(head.translate(None, bytes(range(128)))):  # too few ASCII characters: most Chinese files
        return False
    try:
        text = head.decode(WESTERN)
    except UnicodeDecodeError:
        return False
    regular = sum(not char.isascii() for word in _WORD.finditer(text) if _is_word(text, word) for char in word[0])
    for place, char in enumerate(text):
        if char in _MARKS:
            beside = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
            within = len(beside) == 2 and all(one.isalpha() and one.isascii() for one in beside)
            marks = [one for one in beside if one in _MARKS]
            regular += (char in _INSIDE or not within) and (not marks or {char, *marks} <= _PAIRED)
    others = sum(not char.isascii() for char in text)
    plain = sum(char.isascii() and char.isalpha() for char in text)
    return bool(others) and regular >= 0.9 * others and plain >= 2 * others


def _is_word(text: str, word: re.Match[str]) -> bool:
    """Say whether a word is written as Western ones are: with ASCII letters, unless it is one letter by itself."""
    around = text[max(word.start() - 1, 0) : word.start()] + text[word.end() : word.end() + 1]
    alone = word[0] in _ALONE and all(char.isascii() or char in "’“”«»\u00a0" for char in around)
    return bool(_WELL_WRITTEN.fullmatch(word[0])) and (alone or any(char.isascii() for char in word[0]))


def _common(head: bytes, encoding: str) -> tuple[float, int]:
    """Return the share of common characters among the Chinese ones of the beginning of a file, and their number."""
    charset, first, last = LEVELS[encoding]
    found = _HAN.findall(codecs.getincrementaldecoder(encoding)().decode(head))
    coded = (char.encode(charset, "ignore") for char in found)
    common = sum(len(code) == 2 and first <= code[0] <= last for code in coded)
    return common / max(len(found), 1), len(found)


def _utf16(path: Path, head: bytes) -> str:
    """Return which UTF-16 without a mark a file is in, empty if in none."""
    found = next((one for one in ("utf-16-le", "utf-16-be") if _is_utf16(head, one)), "")
    return found if found and first_misfit(path, found) is None else ""


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
            where = f"{path.name}, line {other}"
            raise SourceError(f"line {utf8} is in UTF-8, line {other} is not", where, NAME_IT)
        before, read = searched[-OVERLAP:], read + len(block)


def _line(path: Path, encoding: str, end: int) -> int:
    """Return the line, from 1, in which a byte of a file lies."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
    return 1 + sum(decoder.decode(block, final=not block).count("\n") for block in _byte_blocks(path, end))
