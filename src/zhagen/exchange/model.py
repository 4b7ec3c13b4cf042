"""What a project of another program holds: the one form between the readers of files and the maker of a study."""

import uuid
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any

import pandas as pd

ORIGIN = "zhagen"  # what `Project.origin` of our own files begins with
SHORT = 500  # characters of a memo up to which it is in the description of its code, too
NOWHEN = "1970-01-01T00:00:00Z"  # where a format wants a moment and the study has none
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:zhagen:study")


def make_guid(*parts: str) -> str:
    """Return the GUID of a thing: the same parts give the same GUID, now and later.

    Parameters
    ----------
    *parts : str
        What names the thing: the title of the study, its kind, its id.

    Returns
    -------
    str
        32 lower-case hexadecimal digits with hyphens, without braces.

    Examples
    --------
    >>> make_guid("旧书", "code", "c01")
    '132c39fe-55c2-58ec-bfcb-986b48588427'
    """
    # `str(uuid.uuid5(NAMESPACE, …))`, which takes three times as long; a large project has half a million
    digest = bytearray(sha1(NAMESPACE.bytes + "\n".join(parts).encode(), usedforsecurity=False).digest()[:16])
    digest[6], digest[8] = digest[6] & 0x0F | 0x50, digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table whose columns are named by texts.

    Returns
    -------
    list of dict
        Column -> cell, one a row.
    """
    return [{str(column): cell for column, cell in row.items()} for row in frame.to_dict("records")]


@dataclass
class CodeEntry:
    """A code of a project.

    Attributes
    ----------
    guid, name : str
        Its key in the project, and its name.
    parent : str, default ""
        The key of the code above it.
    codable : bool, default True
        Whether passages may be coded with it.
    color : str, default ""
        ``#rrggbb``.
    description : str, default ""
        What is written about it.
    notes : list of str
        Keys of notes on it.
    """

    guid: str
    name: str
    parent: str = ""
    codable: bool = True
    color: str = ""
    description: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass
class SourceEntry:
    """A text of a project.

    Attributes
    ----------
    guid, name, text : str
        Its key, its name, its characters.
    description : str, default ""
        What is written about it.
    attributes : dict of str to str
        Name of a variable -> value.
    notes : list of str
        Keys of notes on it.
    """

    guid: str
    name: str
    text: str
    description: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class CodingEntry:
    """A passage with one code.

    Attributes
    ----------
    guid, source, code : str
        Its key, and the keys of source and code.
    start, end : int
        Characters of the source's text, from 0, the end exclusive.
    coder : str
        The name of the coder.
    created : str, default ""
        The moment, ISO 8601.
    memo : str, default ""
        What the coder wrote at the passage.
    notes : list of str
        Keys of notes on it.
    """

    guid: str
    source: str
    code: str
    start: int
    end: int
    coder: str
    created: str = ""
    memo: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass
class NoteEntry:
    """A memo.

    Attributes
    ----------
    guid, name, text : str
        Its key, its title, its text.
    description : str, default ""
        What is written about it.
    coder, created : str, default ""
        Who wrote it, when (ISO 8601).
    sources : list of str
        Keys of sources that it is about, beside those that name it.
    place : tuple of int, optional
        The passage of its one source that it annotates.
    """

    guid: str
    name: str
    text: str
    description: str = ""
    coder: str = ""
    created: str = ""
    sources: list[str] = field(default_factory=list)
    place: tuple[int, int] | None = None


@dataclass
class CaseEntry:
    """A case: a person or organisation with attributes.

    Attributes
    ----------
    guid, name : str
        Its key and its name.
    description : str, default ""
        What is written about it.
    attributes : dict of str to str
        Name of a variable -> value.
    sources : list of str
        Keys of its sources.
    """

    guid: str
    name: str
    description: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)


@dataclass
class LinkEntry:
    """An arrow between two things.

    Attributes
    ----------
    guid, name, origin, target : str
        Its key, its name, the keys of its ends.
    direction : {"OneWay", "Bidirectional", "Associative"}, default "OneWay"
        How it points.
    """

    guid: str
    name: str
    origin: str
    target: str
    direction: str = "OneWay"


@dataclass
class Project:
    """A project of another program.

    Attributes
    ----------
    title, origin, description : str, default ""
        Its name, the program that wrote it, what is written about it.
    users : list of str
        Names of coders in their order.
    codes, sources, codings, notes, cases, links : list
        Its parts.
    variables : list of str
        Names of variables in their order.
    case_variables : list of str
        Those that are of cases.
    sets : list of tuple of str and list of str
        Name of a set, keys of its members.
    notices : list of tuple of str
        What was not taken, or read otherwise than it is written: (what, where, how).
    """

    title: str = ""
    origin: str = ""
    description: str = ""
    users: list[str] = field(default_factory=list)
    codes: list[CodeEntry] = field(default_factory=list)
    sources: list[SourceEntry] = field(default_factory=list)
    codings: list[CodingEntry] = field(default_factory=list)
    notes: list[NoteEntry] = field(default_factory=list)
    cases: list[CaseEntry] = field(default_factory=list)
    links: list[LinkEntry] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    case_variables: list[str] = field(default_factory=list)
    sets: list[tuple[str, list[str]]] = field(default_factory=list)
    notices: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def ours(self) -> bool:
        """Whether zhagen wrote it."""
        return self.origin.startswith(ORIGIN)
