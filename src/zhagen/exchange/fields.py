"""Text with fields below it: how a description of another program's format carries what the format has no place for.

A description is what people wrote, then a blank line, then lines ``key: value``, the first of them ``id: …``. Lines of
a value after its first are indented, so a blank line inside of a value is none of the description.
"""

import re
from collections.abc import Mapping

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters that XML 1.0 cannot hold
PASSAGE = re.compile(r"\n\n〔([\w.\-]+) (\d+)–(\d+)〕\Z")  # below a memo: the passage that it annotates
_BLOCK = re.compile(r"(?:\A|\n\n)(id: [^\n]*(?:\n(?:  [^\n]*|[^\s:][^:\n]{0,60}: [^\n]*|[^\s:][^:\n]{0,60}:))*)\s*\Z")


def with_fields(text: str, fields: Mapping[str, str]) -> str:
    """Put fields below a text.

    Parameters
    ----------
    text : str
        What people wrote.
    fields : mapping of str to str
        Key -> value, ``id`` first; empty values are left out.

    Returns
    -------
    str
        The description; the text alone if there are no fields.

    Examples
    --------
    >>> with_fields("没问就先说", {"id": "c01", "level": "concept", "exclude": ""})
    '没问就先说\\n\\nid: c01\\nlevel: concept'
    """
    said = {key: value.replace("\n", "\n  ") for key, value in fields.items() if value or key == "id"}
    block = "\n".join(f"{key}: {value}" for key, value in said.items())
    return "\n\n".join(part for part in (text, block) if part)


def split_fields_below(description: str) -> tuple[str, dict[str, str]]:
    """Take a text and the fields below it apart.

    Parameters
    ----------
    description : str
        What `with_fields` returned, or a description of another program.

    Returns
    -------
    text : str
        What people wrote.
    fields : dict of str to str
        Key -> value; empty if there are none.

    Examples
    --------
    >>> split_fields_below("没问就先说\\n\\nid: c01\\nlevel: concept")
    ('没问就先说', {'id': 'c01', 'level': 'concept'})
    >>> split_fields_below("没问就先说")
    ('没问就先说', {})
    """
    found = _BLOCK.search(description)
    if not found:
        return description, {}
    fields: dict[str, str] = {}
    last = ""
    for line in found[1].split("\n"):
        if line.startswith("  "):
            fields[last] += "\n" + line[2:]
        else:
            last, _, value = line.partition(":")
            fields[last] = value.removeprefix(" ")
    return description[: found.start()], fields


def legal_xml(text: str) -> str:
    """Replace the characters that XML cannot hold.

    Parameters
    ----------
    text : str
        A text.

    Returns
    -------
    str
        The text with U+FFFD in their places.

    Examples
    --------
    >>> legal_xml("红\\x1b[31m")
    '红\\ufffd[31m'
    """
    return NO_XML.sub("\ufffd", text)
