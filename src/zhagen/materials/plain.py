"""Text files: .txt and .md in the encodings that texts have."""

from pathlib import Path

from zhagen.errors import SourceError
from zhagen.materials.texts import Change, SourceText, plain_text
from zhagen.text.encodings import assumed_encoding, binary, find_encoding, undecodable


def decode_file(path: Path, encoding: str | None = None) -> tuple[str, list[Change]]:
    """Return the text of a file with its line ends, and its encoding if that is not UTF-8.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    encoding : str, optional
        Its encoding; without it, it is found, see `zhagen.text.encodings.find_encoding`.

    Returns
    -------
    text : str
        The text, without a byte order mark.
    changes : list of Change
        That it was in another encoding, or had a mark.

    Raises
    ------
    SourceError
        If the bytes fit no encoding or more than one, or there is a NUL.
    """
    found = encoding or find_encoding(path)
    raw = path.read_bytes()
    try:
        text = raw.decode(found)
    except UnicodeDecodeError as error:
        raise undecodable(path, found) from error
    except LookupError as error:
        raise SourceError(str(error), path.name, "name it as Python does, such as gb18030 or big5") from error
    if "\0" in text:
        raise binary(path, 1 + text.count("\n", 0, text.index("\0")))
    changes = []
    name = assumed_encoding(found) or (found if encoding and encoding.lower() not in ("utf-8", "utf-8-sig") else "")
    if name:
        changes.append(Change("read in another encoding, written in UTF-8", 1, note=name))
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        changes.append(Change("byte order mark taken out", 1))
    return text.removeprefix("\ufeff"), changes


def read_plain(path: Path, file: str, encoding: str | None = None) -> list[SourceText]:
    """Read a text file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    file : str
        What to call it.
    encoding : str, optional
        Its encoding; without it, it is found.

    Returns
    -------
    list of SourceText
        One text.

    Raises
    ------
    SourceError
        As `decode_file`.
    """
    raw, changes = decode_file(path, encoding)
    text, more = plain_text(raw)
    return [SourceText(file, path.stem, text, path.suffix.lower().lstrip("."), changes + more)]
