"""REFI-QDA read: projects (.qdpx) and codebooks (.qdc), with what each program does in its own way."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from zhagen.archives import Archive, open_archive
from zhagen.errors import ExchangeError, ZhagenError
from zhagen.exchange.model import (
    CaseEntry,
    CodeEntry,
    CodingEntry,
    LinkEntry,
    NoteEntry,
    Project,
    SourceEntry,
)
from zhagen.exchange.offsets import place_spans
from zhagen.extras import import_extra
from zhagen.text.encodings import read_file

ANEW = "export the project anew from the program that wrote it"
CODEBOOK = 64 << 20  # bytes of a file .qdc
DEEPEST = 100  # codes above each other
NAMESPACE = re.compile(r"\{urn:QDA-XML:(project|codebook):[\w.:]+\}")
MEDIA = {"PictureSource": "picture", "AudioSource": "sound", "VideoSource": "video"}
VALUES = ("TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue")
NOBODY = "unknown"
SPEAKERS = "of speakers"  # what the description of a variable says in our own files


def read_qdpx(path: Path, *, partial: bool = False) -> Project:
    """Read a REFI-QDA project.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    partial : bool, default False
        List what does not fit (a coding of a code that is not there, a text that is missing) in place of refusing it.

    Returns
    -------
    Project
        What it holds.

    Raises
    ------
    ExchangeError
        If it is damaged, dangerous or does not fit: what was found, where, what to do.
    """
    with open_archive(path, error=ExchangeError, again=ANEW) as archive:
        inner = [name for name in archive.names if name.lower().endswith(".qde") and not name.startswith("__MACOSX/")]
        if len(inner) != 1:
            found = f"there are {len(inner)} files .qde in it" if inner else "there is no file .qde in it"
            raise ExchangeError(found, path.name, f"a REFI-QDA project has one: {ANEW}")
        where = f"{path.name}, {inner[0]}"
        root = parse_xml(archive.read(inner[0]), where, "Project")
        return _ProjectReader(archive, root, where, partial).read()


def read_qdc(path: Path, *, partial: bool = False) -> Project:
    """Read a REFI-QDA codebook.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    partial : bool, default False
        As for `read_qdpx`.

    Returns
    -------
    Project
        Its codes and sets.

    Raises
    ------
    ExchangeError
        If it is damaged or dangerous.
    """
    root = read_codebook(path)
    reader = _ProjectReader(None, root, path.name, partial)
    reader.project.title = root.get("name", "") or path.stem
    reader.read_codes(root)
    reader.read_sets(root)
    return reader.project


def read_codebook(path: Path) -> Any:
    """Read the XML of a codebook.

    Parameters
    ----------
    path : pathlib.Path
        The file ``.qdc``.

    Returns
    -------
    xml.etree.ElementTree.Element
        Its root, as `parse_xml` returns it.

    Raises
    ------
    ExchangeError
        If there is no such file, it is too large, or it is no codebook.
    """
    if not path.is_file():
        raise ExchangeError("there is no such file", str(path), "check the path")
    if path.stat().st_size > CODEBOOK:
        raise ExchangeError("the file is too large for a codebook", path.name, ANEW)
    return parse_xml(path.read_bytes(), path.name, "CodeBook")


def parse_xml(content: bytes, where: str, root: str) -> Any:
    """Parse XML of strangers: no document type, no entities, nothing from outside.

    Parameters
    ----------
    content : bytes
        The file.
    where : str
        Its name, for messages.
    root : {"Project", "CodeBook"}
        What it must be.

    Returns
    -------
    xml.etree.ElementTree.Element
        The root; namespaces are taken off all names.

    Raises
    ------
    ExchangeError
        If it is no XML, holds a document type, or is something else.
    """
    trees = import_extra("defusedxml.ElementTree", "materials")
    refused = import_extra("defusedxml.common", "materials").DefusedXmlException
    try:
        found = trees.fromstring(content, forbid_dtd=True)
    except refused as error:
        todo = "a project needs none: do not open it; ask who sent it"
        raise ExchangeError("the XML holds a document type or entities", where, todo) from error
    except (trees.ParseError, ValueError, LookupError) as error:
        raise ExchangeError(f"this is no well-formed XML: {error}", where, ANEW) from error
    if not NAMESPACE.match(found.tag) or NAMESPACE.sub("", found.tag) != root:
        what = "project" if root == "Project" else "codebook"
        raise ExchangeError(f"this is no {what} of REFI-QDA: its root is {found.tag[:80]!r}", where, ANEW)
    for element in found.iter():
        element.tag = NAMESPACE.sub("", element.tag) if isinstance(element.tag, str) else ""
    return found


def plain_guid(written: str | None) -> str:
    """Return a GUID in one form, however it is written.

    Parameters
    ----------
    written : str or None
        With braces or without, in capitals or not.

    Returns
    -------
    str
        Lower case, without braces; ``""`` for None.

    Examples
    --------
    >>> plain_guid("{0F758EEB-D61D-4E91-B250-79861C3869A6}")
    '0f758eeb-d61d-4e91-b250-79861c3869a6'
    """
    return (written or "").strip().strip("{}").lower()


def decode_text(content: bytes, name: str) -> str:
    """Decode a text file of a project: UTF-8 or UTF-16 with its mark, else whatever `read_file` finds.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.

    Returns
    -------
    str
        The text with its own line ends, without its first byte order mark.

    Raises
    ------
    ExchangeError
        If it is no text.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ExchangeError("the text is damaged: it is no UTF-16", name, ANEW) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        with tempfile.TemporaryDirectory() as place:
            file = Path(place, "text.txt")
            file.write_bytes(content)
            try:
                return read_file(file)
            except ZhagenError as error:
                raise ExchangeError(f"the text cannot be read: {error.found}", name, ANEW) from error


class _ProjectReader:
    """Reads one project; keeps what it has seen."""

    def __init__(self, archive: Archive | None, root: Any, where: str, partial: bool) -> None:
        self.archive, self.root, self.where, self.partial = archive, root, where, partial
        self.project = Project(root.get("name", ""), root.get("origin", ""))
        self.users: dict[str, str] = {}
        self.codes: set[str] = set()
        self.variables: dict[str, str] = {}
        self.notes: dict[str, NoteEntry] = {}
        self.cased: dict[str, list[str]] = {}  # a code that is a case -> the sources that are coded with it
        self.texts: dict[str, SourceEntry] = {}  # the file of a text -> the source that it became
        self.case_guids: set[str] = set()
        self.linked: dict[str, list[str]] = {}  # a passage -> the notes that links lead to it from
        self.seen: dict[str, str] = {}  # GUID -> what has it

    def read(self) -> Project:
        project, root = self.project, self.root
        project.description = _words(root.find("Description"))
        for user in root.iterfind("Users/User"):
            name = user.get("name") or user.get("id") or f"user {len(self.users) + 1}"
            self.users[plain_guid(user.get("guid"))] = name
        project.users = list(dict.fromkeys(self.users.values()))
        for variable in root.iterfind("Variables/Variable"):
            name = variable.get("name", "")
            self.variables[plain_guid(variable.get("guid"))] = name
            of_speakers = project.ours and _words(variable.find("Description")) == SPEAKERS
            (project.case_variables if of_speakers else project.variables).append(name)
        self.case_guids = {plain_guid(case.get("guid")) for case in root.iterfind("Cases/Case")}
        book = root.find("CodeBook")
        if book is not None:
            self.read_codes(book)
        for element in _all(root.find("Notes")):
            self._note(element)
        for link in root.iterfind("Links/Link"):  # NVivo: an annotation is a note that is linked to a passage
            note, passage = (plain_guid(link.get(key)) for key in ("originGUID", "targetGUID"))
            if note in self.notes:
                self.linked.setdefault(passage, []).append(note)
        # ATLAS.ti: a transcript is a text of its own, too, so texts are read before what is spoken
        for element in sorted(_all(root.find("Sources")), key=lambda one: one.tag in MEDIA):
            self._source(element)
        for element in _all(root.find("Cases")):
            self._case(element)
        for link in root.iterfind("Links/Link"):
            ends = plain_guid(link.get("originGUID")), plain_guid(link.get("targetGUID"))
            direction = link.get("direction") or "Associative"
            if ends[0] in self.notes and ends[1] not in self.codes:
                continue
            project.links.append(LinkEntry(plain_guid(link.get("guid")), link.get("name") or "", *ends, direction))
        self.read_sets(root)
        project.notes = list(self.notes.values())
        graphs = len(root.findall("Graphs/Graph"))
        if graphs and not project.ours:
            self._say(f"{graphs} graphs", "Graphs", "their links are taken, their drawings are not")
        return project

    def read_codes(self, book: Any) -> None:
        """Read the tree of codes, without recursion: a hostile file may be deep."""
        stack = [(element, "", 1) for element in reversed(list(book.iterfind("Codes/Code")))]
        while stack:
            element, parent, depth = stack.pop()
            if depth > DEEPEST:
                raise ExchangeError(f"codes lie more than {DEEPEST} deep", self.where, ANEW)
            guid, name = plain_guid(element.get("guid")), (element.get("name") or "").strip()
            above = parent
            if guid in self.case_guids:  # NVivo: a case is a code, too
                self.cased.setdefault(guid, [])
            elif not guid or not name:
                what = "no GUID" if name else "no name"
                self._fail(f"a code has {what}: {name or guid!r}", "CodeBook")
            elif self._new(guid, "code"):
                self.codes.add(guid)
                notes = [plain_guid(ref.get("targetGUID")) for ref in element.iterfind("NoteRef")]
                codable = (element.get("isCodable") or "true").strip().lower() not in ("false", "0")
                color = (element.get("color") or "").strip().lower()
                color = color if re.fullmatch("#[0-9a-f]{6}", color) else ""
                said = _words(element.find("Description"))
                self.project.codes.append(CodeEntry(guid, name, parent, codable, color, said, notes))
                above = guid
            stack += [(child, above, depth + 1) for child in reversed(element.findall("Code"))]

    def read_sets(self, root: Any) -> None:
        """Read the sets of codes, sources and notes."""
        for element in root.iterfind("Sets/Set"):
            members = [plain_guid(member.get("targetGUID") or member.get("guid")) for member in element]
            self.project.sets.append((element.get("name") or "", [one for one in members if one]))
            if (said := _words(element.find("Description"))) and not self.project.ours:
                self._say("what is said of a set", element.get("name") or "", f"it is not taken: {said}")

    def _source(self, element: Any) -> None:
        kind, name = element.tag, element.get("name") or Path(element.get("plainTextPath") or "").stem
        if kind == "TextSource":
            self._text(element, name, element)
        elif kind == "PDFSource":
            inside = element.find("Representation")
            if inside is None:
                self._say(
                    "a PDF without its text", name, "it is not taken: export it with text, or take the PDF itself"
                )
                return
            self._text(element, name, inside)
            if parts := len(element.findall("PDFSelection")):
                self._say(f"{parts} passages of pages of a PDF", name, "passages of its text are taken, these are not")
        elif kind in MEDIA:
            scripts = element.findall("Transcript")
            how = "its transcript is taken" if scripts else "it is not taken"
            self._say(f"a {MEDIA[kind]} source", name, how)
            for number, script in enumerate(scripts, 1):
                self._transcript(script, script.get("name") or f"{name} {number}")
        else:
            self._say(f"an unknown element {kind}", name, "it is not taken")

    def _raw(self, element: Any, name: str) -> str | None:
        """Return the plain text of a source or note; None if it is not in the file."""
        path = element.get("plainTextPath")
        if path and self.archive is not None:
            if re.match(r"(absolute|relative)://|file:", path):
                self._say("a text outside of the file", name, f"it is not taken: {path}")
                return None
            short = path.removeprefix("internal://").lstrip("/")
            for one in (short, unquote(short)):
                for file in (f"sources/{one}", one):
                    if found := self.archive.find(file):
                        return decode_text(self.archive.read(found), found)
            self._fail(f"the text of {name!r} is missing: there is no file {short}", "sources")
            return None
        inline = element.find("PlainTextContent")
        if inline is not None:
            return inline.text or ""
        return None

    def _text(self, outer: Any, name: str, inner: Any) -> None:
        guid = plain_guid(outer.get("guid"))
        if not self._new(guid, "source"):
            return
        raw = self._raw(inner, name)
        if raw is None:
            codings = len(inner.findall(".//Coding"))
            if not inner.get("plainTextPath"):
                self._say("a source without plain text", name, f"it is not taken, nor are its {codings} codings")
            return
        chosen = list(inner.iterfind("PlainTextSelection"))
        marked = [(self._number(one, "startPosition"), self._number(one, "endPosition")) for one in chosen]
        names = [one.get("name") or "" for one in chosen]
        placed = place_spans(raw, marked, names=names, origin=self.project.origin)
        if placed.counted:
            self._say("offsets", name, f"they count {placed.counted}: they were counted anew")
        if placed.changed and not self.project.ours:
            self._say("the text", name, f"changed: {', '.join(placed.changed)}")
        source = SourceEntry(guid, name, placed.text, _words(outer.find("Description")))
        if path := inner.get("plainTextPath"):
            self.texts[path] = source
        source.notes += self.linked.get(guid, [])
        for holder in (outer, inner) if inner is not outer else (outer,):
            source.attributes |= self._values(holder)
            source.notes += [plain_guid(ref.get("targetGUID")) for ref in holder.iterfind("NoteRef")]
        self.project.sources.append(source)
        for element, span, ends in zip(chosen, placed.spans, marked, strict=True):
            self._selection(element, span, ends, source)
        for coding in [*outer.iterfind("Coding"), *(inner.iterfind("Coding") if inner is not outer else ())]:
            if placed.text:
                self._coding(coding, (0, len(placed.text)), source, outer, "")
                if not self._is_case(coding):
                    self._say("a coding of a whole source", name, "it is taken as one of all its text")

    def _selection(
        self, element: Any, span: tuple[int, int] | None, ends: tuple[int, int], source: SourceEntry
    ) -> None:
        where = f"{source.name}, {ends[0]} to {ends[1]}"
        if span is None:
            self._fail(f"a passage is not in the text of {len(source.text)} characters", where)
            return
        if span[0] >= span[1]:
            number = len(element.findall("Coding"))
            self._say("a passage without a character", where, f"it is not taken, nor are its {number} codings")
            return
        memo = _words(element.find("Description"))
        codings = element.findall("Coding")
        before = len(self.project.codings)
        for coding in codings:
            self._coding(coding, span, source, element, memo)
        refs = [plain_guid(ref.get("targetGUID")) for ref in element.iterfind("NoteRef")]
        refs += self.linked.get(plain_guid(element.get("guid")), [])
        if codings:
            for made in self.project.codings[before:]:
                made.notes += refs
        else:
            for ref in refs:
                if ref in self.notes:
                    self.notes[ref].sources.append(source.guid)
                    self.notes[ref].place = span
        if memo and not codings:  # MAXQDA, ATLAS.ti: a comment on a passage
            guid = plain_guid(element.get("guid"))
            note = NoteEntry(guid, "", memo, "", self._user(element), _moment(element), [source.guid], span)
            self.notes[guid] = note
        elif not codings and not refs:
            self._say("a passage without code and comment", where, "it is not taken")

    def _is_case(self, coding: Any) -> bool:
        ref = coding.find("CodeRef")
        return ref is not None and plain_guid(ref.get("targetGUID")) in self.cased

    def _coding(self, coding: Any, span: tuple[int, int], source: SourceEntry, holder: Any, memo: str) -> None:
        ref = coding.find("CodeRef")
        code = plain_guid(ref.get("targetGUID")) if ref is not None else ""
        if code in self.cased:
            self.cased[code].append(source.guid)
            return
        if code not in self.codes:
            found = f"a coding of {source.name!r} has a code that is not in the codebook: {code or 'none'}"
            self._fail(found, f"{span[0]} to {span[1]}")
            return
        notes = [plain_guid(one.get("targetGUID")) for one in coding.iterfind("NoteRef")]
        coder = self._user(coding) or self._user(holder) or self._first_user()
        moment = _moment(coding) or _moment(holder)
        guid = plain_guid(coding.get("guid"))
        made = CodingEntry(guid, source.guid, code, *span, coder, moment, memo, notes)
        self.project.codings.append(made)

    def _transcript(self, element: Any, name: str) -> None:
        """Read a transcript: its passages go from one moment to another, and moments have places in the text."""
        guid = plain_guid(element.get("guid"))
        raw = self._raw(element, name)
        if raw is None or not self._new(guid, "source"):
            return
        points = {plain_guid(one.get("guid")): one.get("position") for one in element.iterfind("SyncPoint")}
        chosen, marked = [], []
        for one in element.iterfind("TranscriptSelection"):
            begin, close = (points.get(plain_guid(one.get(key))) or "" for key in ("fromSyncPoint", "toSyncPoint"))
            if all(re.fullmatch("[0-9]{1,12}", end) for end in (begin, close)):
                chosen.append(one)
                marked.append((int(begin), int(close)))
            else:
                self._say("a passage of a transcript without places in its text", name, "it is not taken")
        names = [one.get("name") or "" for one in chosen]
        placed = place_spans(raw, marked, names=names, origin=self.project.origin)
        same = self.texts.get(element.get("plainTextPath") or "")
        source = same or SourceEntry(guid, name, placed.text, _words(element.find("Description")))
        if same is None:
            self.project.sources.append(source)
        for one, span, ends in zip(chosen, placed.spans, marked, strict=True):
            self._selection(one, span, ends, source)

    def _note(self, element: Any) -> None:
        guid, name = plain_guid(element.get("guid")), element.get("name") or ""
        if not self._new(guid, "note"):
            return
        raw = self._raw(element, name)
        inside = element.find("PlainTextSelection")
        place = None
        if inside is not None:  # QualCoder: an annotation names its passage inside of the note
            place = self._number(inside, "startPosition"), self._number(inside, "endPosition")
        text = place_spans(raw or "", []).text
        said = _words(element.find("Description"))
        self.notes[guid] = NoteEntry(guid, name, text, said, self._user(element), _moment(element), [], place)

    def _case(self, element: Any) -> None:
        guid = plain_guid(element.get("guid"))
        refs = [plain_guid(ref.get("targetGUID")) for ref in element.iterfind("SourceRef")]
        known = {source.guid for source in self.project.sources}
        chosen = {plain_guid(ref.get("targetGUID")) for ref in element.iterfind("SelectionRef")}
        if chosen:
            for source in self.root.iterfind("Sources/*"):
                if any(plain_guid(one.get("guid")) in chosen for one in source.iter("PlainTextSelection")):
                    refs.append(plain_guid(source.get("guid")))
        refs += self.cased.get(guid, [])
        values = self._values(element)
        refs = list(dict.fromkeys(ref for ref in refs if ref in known))
        name = element.get("name") or ""
        if not name and len(refs) == 1:  # Quirkos, MAXQDA: a nameless case holds the attributes of a source
            source = next(one for one in self.project.sources if one.guid == refs[0])
            source.attributes |= values
            return
        self.project.case_variables += [one for one in values if one not in self.project.case_variables]
        said = _words(element.find("Description"))
        self.project.cases.append(CaseEntry(guid, name, said, values, refs))

    def _values(self, element: Any) -> dict[str, str]:
        found = {}
        for value in element.iterfind("VariableValue"):
            ref = value.find("VariableRef")
            name = self.variables.get(plain_guid(ref.get("targetGUID")) if ref is not None else "", "")
            written = next((one.text for one in value if one.tag in VALUES and one.text), "")
            if name:
                found[name] = written if self.project.ours else written.strip()
        return found

    def _user(self, element: Any) -> str:
        for key in ("creatingUser", "modifyingUser"):
            guid = plain_guid(element.get(key))
            if guid in self.users:
                return self.users[guid]
            if guid:
                self.users[guid] = f"{NOBODY}-{guid[:4]}"
                self.project.users.append(self.users[guid])
                self._say("a user who is not listed", guid, f"named {self.users[guid]}")
                return self.users[guid]
        return ""

    def _first_user(self) -> str:
        guid = plain_guid(self.root.get("creatingUserGUID"))
        name = self.users.get(guid) or next(iter(self.users.values()), NOBODY)
        if name not in self.project.users:
            self.project.users.append(name)
            self._say("codings without a user", "", f"their coder is {name}")
        return name

    def _number(self, element: Any, key: str) -> int:
        written = (element.get(key) or "").strip()
        if re.fullmatch(r"[+-]?[0-9]{1,12}", written):
            return int(written)
        self._fail(f"the {key} of a passage is {written!r}, which is no whole number", "Sources")
        return -1

    def _new(self, guid: str, kind: str) -> bool:
        """Say whether a GUID is new; refuse one that two things have."""
        if guid and guid not in self.seen:
            self.seen[guid] = kind
            return True
        found = f"a {kind} has the GUID of a {self.seen[guid]}: {guid}" if guid else f"a {kind} has no GUID"
        self._fail(found, "")
        return False

    def _fail(self, found: str, inside: str) -> None:
        if not self.partial:
            where = ", ".join(part for part in (self.where, inside) if part)
            todo = f"{ANEW}, or take what fits with --partial (in Python: partial=True)"
            raise ExchangeError(found, where, todo)
        self._say(found, inside, "it is not taken")

    def _say(self, what: str, where: str, how: str) -> None:
        self.project.notices.append((what, where, how))


def _all(element: Any) -> Iterator[Any]:
    return iter(()) if element is None else iter([one for one in element if one.tag])


def _words(element: Any) -> str:
    text = (element.text or "") if element is not None else ""
    return text if text.strip() else ""


def _moment(element: Any) -> str:
    return (element.get("creationDateTime") or element.get("modifiedDateTime") or "").strip()
