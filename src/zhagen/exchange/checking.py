"""A REFI-QDA file checked: the form that the schema asks for, and what the schema does not see."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.archives import Archive, open_archive
from zhagen.errors import ExchangeError, ZhagenError
from zhagen.exchange.fields import NO_XML
from zhagen.exchange.model import ORIGIN
from zhagen.exchange.refi_reading import ANEW, parse_xml, plain_guid, read_codebook

FOUND = "severity where found todo".split()
GUID = re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_TEXT = "guid! name richTextPath plainTextPath creatingUser creationDateTime modifyingUser modifiedDateTime"
_BY = "creatingUser creationDateTime modifyingUser modifiedDateTime"
_FILE = f"guid! name path currentPath {_BY}"
_MARKS = "Description? Coding* NoteRef*"
# element -> its attributes (! must be there) and its children in their order (+ at least one, ? at most one, * any)
FORM: dict[str, tuple[str, str]] = {
    "Project": (
        "name! origin creatingUserGUID creationDateTime modifyingUserGUID modifiedDateTime basePath",
        "Users? CodeBook? Variables? Cases? Sources? Notes? Links? Sets? Graphs? Description? NoteRef*",
    ),
    "Users": ("", "User+"),
    "User": ("guid! name id", ""),
    "CodeBook": ("origin", "Codes Sets?"),
    "Codes": ("", "Code+"),
    "Code": ("guid! name! isCodable! color", "Description? NoteRef* Code*"),
    "Variables": ("", "Variable+"),
    "Variable": ("guid! name! typeOfVariable!", "Description?"),
    "VariableValue": (
        "",
        "VariableRef TextValue? BooleanValue? IntegerValue? FloatValue? DateValue? DateTimeValue?",
    ),
    "Cases": ("", "Case+"),
    "Case": ("guid! name", "Description? CodeRef* VariableValue* SourceRef* SelectionRef*"),
    "Sources": ("", "TextSource* PictureSource* PDFSource* AudioSource* VideoSource*"),
    "TextSource": (_TEXT, "Description? PlainTextContent? PlainTextSelection* Coding* NoteRef* VariableValue*"),
    "Note": (_TEXT, "Description? PlainTextContent? PlainTextSelection* Coding* NoteRef* VariableValue*"),
    "PlainTextSelection": (f"guid! name startPosition! endPosition! {_BY}", _MARKS),
    "PDFSource": (_FILE, "Description? PDFSelection* Representation? Coding* NoteRef* VariableValue*"),
    "Coding": ("guid! creatingUser creationDateTime", "CodeRef NoteRef*"),
    "Notes": ("", "Note+"),
    "Links": ("", "Link+"),
    "Link": ("guid! name direction color originGUID targetGUID", "NoteRef*"),
    "Sets": ("", "Set+"),
    "Set": ("guid! name!", "Description? MemberCode* MemberSource* MemberNote*"),
    "Graphs": ("", "Graph+"),
    "Graph": ("guid! name", "Vertex* Edge*"),
    "Vertex": ("guid! representedGUID name firstX! firstY! secondX secondY shape color", ""),
    "Edge": ("guid! representedGUID name sourceVertex! targetVertex! color direction lineStyle", ""),
    **dict.fromkeys(("NoteRef", "CodeRef", "SourceRef", "SelectionRef", "VariableRef"), ("targetGUID!", "")),
    **dict.fromkeys(("MemberSource", "MemberNote"), ("targetGUID!", "")),
    "MemberCode": ("targetGUID guid", ""),
    **dict.fromkeys(("Description", "PlainTextContent", "TextValue", "BooleanValue", "IntegerValue"), ("", "")),
    **dict.fromkeys(("FloatValue", "DateValue", "DateTimeValue"), ("", "")),
}
VALUES = {
    "isCodable": re.compile("true|false|0|1"),
    "color": re.compile("#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})"),
    "direction": re.compile("Associative|OneWay|Bidirectional"),
    "lineStyle": re.compile("dotted|dashed|solid"),
    "typeOfVariable": re.compile("Text|Boolean|Integer|Float|Date|DateTime"),
    **dict.fromkeys("firstX firstY secondX secondY startPosition endPosition".split(), re.compile(r"[+-]?\d{1,12}")),
    **dict.fromkeys(
        ("creationDateTime", "modifiedDateTime"),
        re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"),
    ),
}
LEADS_TO = {  # what a reference must lead to
    "CodeRef": "Code",
    "MemberCode": "Code",
    "NoteRef": "Note",
    "MemberNote": "Note",
    "VariableRef": "Variable",
    "SourceRef": "TextSource PictureSource PDFSource AudioSource VideoSource",
    "MemberSource": "TextSource PictureSource PDFSource AudioSource VideoSource",
    "SelectionRef": "PlainTextSelection PictureSelection PDFSelection AudioSelection VideoSelection",
}
REFERENCES = ("creatingUser", "modifyingUser", "creatingUserGUID", "modifyingUserGUID")
OTHERS = ("originGUID", "targetGUID", "representedGUID", "sourceVertex", "targetVertex", "guid", "targetGUID")


def check_exchange(path: Path | str) -> pd.DataFrame:
    """Check a REFI-QDA file: what the schema asks for, and what it does not see.

    Form: elements, their order, attributes and values; no container is empty. Beyond it: GUIDs are unique; each
    reference leads to a thing of the right kind; passages lie inside of their texts, and begin with the words that they
    carry; names of codes and of sources are unique; texts are there, in UTF-8, without byte order mark and carriage
    return. Pictures, sound and film are not looked into.

    Parameters
    ----------
    path : pathlib.Path or str
        A file ``.qdpx`` or ``.qdc``.

    Returns
    -------
    pandas.DataFrame
        One row a fault, errors first: ``severity`` (``error``: other programs may refuse or misread it; ``finding``:
        they read it in different ways), ``where``, ``found``, ``todo`` (str). No rows: nothing is wrong.

    References
    ----------
    REFI-QDA Standard 1.5, QDA-XML version 1.0 (18 March 2019).

    Examples
    --------
    >>> check_exchange("no such file.qdpx").found.tolist()
    ['there is no such file']
    """
    path = Path(path)
    try:
        rows = list(_codebook(path) if path.suffix.lower() == ".qdc" else _project(path))
    except ZhagenError as error:
        rows = [("error", error.where, error.found, error.todo)]
    frame = pd.DataFrame(rows, columns=FOUND, dtype="str")
    return frame.drop_duplicates().sort_values("severity", kind="stable", ignore_index=True)


def _codebook(path: Path) -> Iterator[tuple[str, str, str, str]]:
    root = read_codebook(path)
    yield from _form(root)
    yield from _keys(root)
    yield from _names(root)


def _project(path: Path) -> Iterator[tuple[str, str, str, str]]:
    with open_archive(path, error=ExchangeError, again=ANEW) as archive:
        inner = [name for name in archive.names if name.lower().endswith(".qde")]
        if len(inner) != 1:
            raise ExchangeError(f"there are {len(inner)} files .qde in it", path.name, "there must be one")
        if inner[0] != "project.qde":
            yield "finding", inner[0], "the project is not named project.qde", "some programs look for this name alone"
        root = parse_xml(archive.read(inner[0]), inner[0], "Project")
        if not root.get("origin"):
            yield "finding", "Project", "there is no origin", "QualCoder needs one"
        yield from _form(root)
        yield from _keys(root)
        yield from _names(root)
        yield from _texts(root, archive)


def _form(root: Any) -> Iterator[tuple[str, str, str, str]]:
    todo = "write it as the schema asks"
    for element in root.iter():
        tag = element.tag
        if tag not in FORM:
            continue
        attributes, children = FORM[tag]
        known = {one.rstrip("!") for one in attributes.split()}
        for one in attributes.split():
            if one.endswith("!") and element.get(one[:-1]) is None:
                yield "error", _where(element), f"the attribute {one[:-1]} is missing", todo
        for key, value in element.attrib.items():
            if key.startswith("{"):
                continue
            if key not in known:
                yield "error", _where(element), f"there is no attribute {key}", todo
            elif key in VALUES and not VALUES[key].fullmatch(value):
                yield "error", _where(element), f"{key} is {value[:80]!r}", todo
            elif key.lower().endswith(("guid", "user")) and key != "name" and not GUID.fullmatch(value):
                yield "error", _where(element), f"{key} is no GUID: {value[:80]!r}", todo
            if NO_XML.search(value):
                yield "error", _where(element), f"{key} holds characters that XML cannot hold", todo
        yield from _children(element, children, todo)


def _children(element: Any, children: str, todo: str) -> Iterator[tuple[str, str, str, str]]:
    order = [one.rstrip("?*+") for one in children.split()]
    tags = [child.tag for child in element]
    if element.tag == "Sources":
        order = list(dict.fromkeys([*tags, *order]))  # in any order
    at = 0
    for tag in tags:
        if tag not in order:
            yield "error", _where(element), f"there is no place for {tag or 'this'} in it", todo
        elif order.index(tag) < at:
            yield "error", _where(element), f"{tag} comes too late", f"the order is {' '.join(order)}"
        else:
            at = order.index(tag)
    for one in children.split():
        number = tags.count(one.rstrip("?*+"))
        if not number and one[-1] not in "?*":
            yield "error", _where(element), f"{one.rstrip('+')} is missing", "leave an empty container out"
        if number > 1 and one[-1] not in "*+":
            yield "error", _where(element), f"{one.rstrip('?')} is there {number} times", todo
    if element.tag == "Sources" and not tags:
        yield "error", "Sources", "there is no source in it", "leave an empty container out"


def _keys(root: Any) -> Iterator[tuple[str, str, str, str]]:
    kinds: dict[str, str] = {}
    for element in root.iter():
        guid = plain_guid(element.get("guid"))
        if not guid or element.tag.startswith("Member"):
            continue
        if guid in kinds:
            found = f"the GUID {guid} is that of a {kinds[guid]}, too"
            if {kinds[guid], element.tag} == {"Code", "Case"}:
                if not root.get("origin", "").startswith(ORIGIN):  # ours are meant so, see `refi_writing`
                    yield "finding", _where(element), found, "NVivo writes a case as a code, too; others may not"
            else:
                yield "error", _where(element), found, "give each thing a GUID of its own"
        kinds.setdefault(guid, element.tag)
    for element in root.iter():
        wanted = LEADS_TO.get(element.tag, "")
        for key, value in element.attrib.items():
            if key in REFERENCES:
                kind = "User"
            elif wanted and key in ("targetGUID", "guid"):
                kind = wanted
            elif key in OTHERS and key != "guid":
                kind = "Vertex" if key.endswith("Vertex") else ""
            else:
                continue
            found = kinds.get(plain_guid(value), "")
            if not found:
                yield "error", _where(element), f"{key} leads nowhere: {value[:60]}", "name a GUID of the file"
            elif kind and found not in kind.split():
                yield "error", _where(element), f"{key} leads to a {found}", f"it must lead to a {kind.split()[0]}"


def _names(root: Any) -> Iterator[tuple[str, str, str, str]]:
    for tags, what in (("Code", "codes"), ("TextSource PDFSource", "sources")):
        seen: set[str] = set()
        for element in root.iter():
            name = element.get("name", "")
            if element.tag in tags.split() and name in seen:
                todo = "rename one: QualCoder drops or renames the second"
                yield "finding", _where(element), f"two {what} are named {name[:60]!r}", todo
            if element.tag in tags.split():
                seen.add(name)


def _texts(root: Any, archive: Archive) -> Iterator[tuple[str, str, str, str]]:
    used = set()
    for element in [one for one in root.iter() if one.tag in ("TextSource", "Note", "Representation")]:
        where, path = _where(element), element.get("plainTextPath")
        inline = element.find("PlainTextContent")
        if path is None and inline is None:
            yield "finding", where, "it has no plain text", "programs read it in different ways, or not at all"
            continue
        if inline is not None:
            if element.tag != "Note":
                yield "finding", where, "its text is in the XML", "QualCoder cannot read that: write a file"
            text: str | None = inline.text or ""
        else:
            name = archive.find(f"sources/{(path or '').removeprefix('internal://').lstrip('/')}")
            used.add(name)
            if not name:
                outside = re.match("(absolute|relative)://", path or "")
                severity = "finding" if outside else "error"
                yield severity, where, f"its text {path} is not in the file", "put it into sources/"
                continue
            if not (path or "").startswith("internal://"):
                yield "error", where, f"plainTextPath is {path!r}", "begin it with internal://"
            if not name.startswith("sources/"):
                yield "finding", where, f"its text is {name}", "name the folder sources, in small letters"
            raw = archive.read(name)
            text = yield from _plain(raw, where)
        if text is None or element.tag == "Note":  # a passage in a note is one of the source that names it
            continue
        for one in element.findall("PlainTextSelection"):
            yield from _passage(one, text, where)


def _plain(raw: bytes, where: str) -> Any:
    if raw.startswith(b"\xef\xbb\xbf"):
        yield "finding", where, "its text begins with a byte order mark", "write UTF-8 without it"
    if b"\r" in raw:
        yield "finding", where, "the lines of its text end in Windows' way", "write line feeds alone"
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield "error", where, "its text is not UTF-8", "write it in UTF-8"
        return None


def _passage(one: Any, text: str, where: str) -> Iterator[tuple[str, str, str, str]]:
    written = [(one.get(key) or "").strip() for key in ("startPosition", "endPosition")]
    if not all(re.fullmatch(r"[+-]?\d{1,12}", value) for value in written):
        return  # the form says so
    start, end = (int(value) for value in written)
    place = f"{where}, {start} to {end}"
    if not 0 <= start <= end <= len(text):
        yield "error", place, f"the passage is not in its text of {len(text)} characters", "count code points from 0"
    elif start == end:
        yield "finding", place, "the passage has no character", "mark some words"
    else:
        said = " ".join(re.sub(r"(…|\.\.\.)$", "", one.get("name") or "").split())
        words = " ".join(text[start:end].split())
        if len(said) > 3 and not words.startswith(said):
            found = f"the passage does not begin with its name: {words[:20]!r}, not {said[:20]!r}"
            yield "finding", place, found, "check how the offsets were counted: code points, from 0"


def _where(element: Any) -> str:
    name = element.get("name") or element.get("guid") or element.get("targetGUID") or ""
    return f"{element.tag} {name[:40]}".strip()
