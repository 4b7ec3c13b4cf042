"""REFI-QDA written: a study as project (.qdpx) and as codebook (.qdc), the same bytes each time."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from zhagen import __version__
from zhagen.archives import pack_files
from zhagen.errors import ExchangeError
from zhagen.exchange.assembling import CARRIED, CODING_COLUMNS, default_colors, default_ids, levels_by_height, unique_id
from zhagen.exchange.fields import NO_XML, PASSAGE, legal_xml, with_fields
from zhagen.exchange.losses import Loss, left_out, reads_as_qualcoder
from zhagen.exchange.model import NOWHEN, ORIGIN, SHORT, make_guid, rows_of
from zhagen.exchange.refi_reading import SPEAKERS
from zhagen.study.folder import columns_of, split_list
from zhagen.study.study import Study
from zhagen.study.writing import mechanism_toml

PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
KEPT = 4096  # days as moments: a large project writes each of them again and again
NAME = 200  # characters of a passage in its name
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OF_CODES = {"code_id", "label", "level", "parent_id", "definition", "status", "color", "sets", "guid"}
OF_SOURCES = {"source_id", "file", "sha256", "name", "description", "sets", "case", "guid"}
OF_CODINGS = {*CODING_COLUMNS, "date", "quote_sha256", "anchor", "places", "guid", "created"}


def pack_project(study: Study, program: str = "") -> tuple[bytes, list[Loss]]:
    """Return a study as a REFI-QDA project.

    Parameters
    ----------
    study : Study
        The study.
    program : str, default ""
        The program that is to read it: ``QualCoder`` drops what others read, and gets it in another way.

    Returns
    -------
    archive : bytes
        The file ``.qdpx``.
    losses : list of Loss
        What the format has no place for, and where it went.

    Raises
    ------
    ExchangeError
        If the file would say something else than the study: a defect of zhagen.
    """
    return _ProjectWriter(study, program).pack()


def pack_codebook(study: Study) -> tuple[bytes, list[Loss]]:
    """Return the codebook of a study as a REFI-QDA codebook.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    codebook : bytes
        The file ``.qdc``.
    losses : list of Loss
        What the format has no place for.
    """
    writer = _ProjectWriter(study)
    root = ElementTree.Element("CodeBook", {"xmlns": CODEBOOK, "origin": f"{ORIGIN} {__version__}"})
    writer.add_codes(root, notes=False)
    writer.add_sets(root, codes_only=True)
    writer.losses += left_out(study, ("definitions",), "a codebook holds codes alone")
    return writer.xml(root), writer.losses


class _ProjectWriter:
    def __init__(self, study: Study, program: str = "") -> None:
        self.study, self.losses = study, list[Loss]()
        self.title = study.title or "untitled"
        self.codes = study.codebook.codes.fillna("")
        self.labels = dict(zip(self.codes.code_id, self.codes.label, strict=True))
        self.code_guids = self._guids(self.codes, "code")
        self.source_guids = self._guids(study.sources, "source")
        coded = study.codings[study.codings.anchor != "lost"]
        self.lost = len(study.codings) - len(coded)
        order = {one: number for number, one in enumerate(study.sources.source_id)}
        rank = {one: number for number, one in enumerate(study.coders)}
        keys = {"source_id": order, "coder": rank}
        self.codings = coded.sort_values(
            ["source_id", "start", "end", "coder"],
            kind="stable",
            key=lambda s: s.map(keys[s.name]) if s.name in keys else s,
        ).reset_index(drop=True)
        self.coding_guids = self._guids(self.codings, "coding")
        self.memo_guids = {one: make_guid(self.title, "memo", one) for one in study.memos.memo_id}
        self.memos_on: dict[str, dict[str, list[dict[str, Any]]]] = {"codes": {}, "sources": {}, "codings": {}}
        for memo in rows_of(study.memos):
            for key, found in self.memos_on.items():
                for one in memo[key]:
                    found.setdefault(one, []).append(memo)
        self.files: dict[str, bytes] = {}
        self.cases_of: dict[str, list[str]] = {}  # source -> GUIDs of its cases, for QualCoder
        self.for_qualcoder = reads_as_qualcoder(study, program)
        self.places = {row["memo_id"]: place for row in rows_of(study.memos) if (place := self._place(row))}
        self.users = {one: make_guid(self.title, "user", one) for one in study.coders}
        dates = [*study.memos.date, *study.codings.date, *study.history.date, *(d[:10] for d in study.sources.date)]
        self.began = _moment(min((one for one in dates if one), default=""))

    def pack(self) -> tuple[bytes, list[Loss]]:
        study, root = self.study, ElementTree.Element("Project")
        root.attrib |= {"xmlns": PROJECT, "name": self.title, "origin": f"{ORIGIN} {__version__}"}
        if self.users:
            root.set("creatingUserGUID", next(iter(self.users.values())))
            users = _add(root, "Users")
            for name, guid in self.users.items():
                _add(users, "User", guid=guid, name=name)
        root.set("creationDateTime", self.began)
        book = _add(root, "CodeBook") if len(self.codes) else None
        if book is not None:
            self.add_codes(book)
        places = [_add(root, name) for name in ("Variables", "Cases", "Sources", "Notes", "Links", "Sets", "Graphs")]
        variables, cases, sources, notes, links, sets, graphs = places
        self.links = links
        self._attributes(variables, cases)
        if self.for_qualcoder and book is not None:
            self._codes_of_cases(book, cases)
        self._sources(sources)
        self._notes(notes)
        self._model(links, graphs)
        self.add_sets(sets)
        for place in places:
            if not len(place):
                root.remove(place)  # an empty container is not valid
        self._describe(root)
        for row in rows_of(study.memos):
            if not (row["codes"] or row["sources"] or row["codings"]):
                _add(root, "NoteRef", targetGUID=self.memo_guids[row["memo_id"]])
        if self.lost:
            self.losses.append(Loss("", "lost codings", self.lost, "not written: their words are not in the text"))
        return pack_files({"project.qde": self.xml(root), **self.files}), self.losses

    def _guids(self, frame: pd.DataFrame, kind: str) -> dict[str, str]:
        """Return the GUID of each row: the one it came with, or a computed one."""
        ids = [str(one) for one in frame.iloc[:, 0]]
        came = [str(one) for one in frame["guid"]] if "guid" in frame else [""] * len(ids)
        times = Counter(came)
        fits = [guid if GUID.fullmatch(guid) and times[guid] == 1 else "" for guid in came]
        return {one: guid or make_guid(self.title, kind, one) for one, guid in zip(ids, fits, strict=True)}

    def _place(self, memo: Mapping[str, Any]) -> tuple[str, int, int, int] | None:
        """Return the passage that a memo annotates, and where its own text ends; None if it is no annotation."""
        found = PASSAGE.search(memo["text"])
        if not found or memo["sources"] != [found[1]] or memo["codes"] or memo["codings"]:
            return None
        start, end = int(found[2]), int(found[3])
        fits = 0 <= start < end <= len(self.study.texts.get(found[1], "")) and memo["text"][: found.start()]
        return (found[1], start, end, found.start()) if fits else None

    def _describe(self, root: Any) -> None:
        about = {key: value for key, value in self.study.about.items() if key not in ("title", "coders")}
        question = str(about.pop("research_question", ""))
        words = question or str(about.pop("description", ""))
        said = {key: _plain(value) for key, value in about.items() if value not in ("", None)}
        if words and not question:
            said["text"] = "description"  # what the words above the fields are
        plain = set(said) <= {"program", "text"} and not question
        text = words if plain else with_fields(words, {"id": "study", **said})
        if text:
            _add(root, "Description").text = self._legal(text)

    def xml(self, root: Any) -> bytes:
        """Return an element as a file; what a file of XML cannot hold was said, or is said here."""
        ElementTree.indent(root)
        text = ElementTree.tostring(root, encoding="unicode")
        if NO_XML.search(text):
            for element in root.iter():
                element.text = element.text and self._legal(element.text)
                element.attrib.update({name: self._legal(value) for name, value in element.attrib.items()})
            text = ElementTree.tostring(root, encoding="unicode")
        text = text.replace("\r", "&#13;")  # a parser would make it a line feed
        return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()

    def _legal(self, text: str) -> str:
        found = legal_xml(text)
        if found != text:
            number = len(NO_XML.findall(text))
            self.losses.append(Loss("", "control characters", number, "U+FFFD in their place: XML cannot hold them"))
        return found

    def _short_memos(self, code_id: str) -> str:
        texts = [memo["text"] for memo in self.memos_on["codes"].get(code_id, [])]
        return "\n\n".join(dict.fromkeys(text for text in texts if text and len(text) <= SHORT))

    def add_codes(self, book: Any, *, notes: bool = True) -> None:
        """Add the tree of codes to an element."""
        tree = _add(book, "Codes")
        codes = self.codes
        names = self._names()
        own = codes["color"].tolist() if "color" in codes else [""] * len(codes)
        colors = own if any(own) else default_colors(codes)  # one that has none among others that do goes without
        used = set(self.codings.code_id)
        parents = set(codes.parent_id)
        elements: dict[str, Any] = {}
        defaults = self._default_codes()
        rows = rows_of(codes.assign(color=colors))
        waiting = {row["code_id"]: row for row in rows}
        children: dict[str, list[str]] = {}
        for row in rows:
            children.setdefault(row["parent_id"], []).append(row["code_id"])
        stack = list(reversed(children.get("", [])))
        while stack:
            code_id = stack.pop()
            row = waiting[code_id]
            element = _add(elements.get(row["parent_id"], tree), "Code", guid=self.code_guids[code_id])
            codable = code_id in used or code_id not in parents
            element.attrib |= {"name": self._legal(names[code_id]), "isCodable": "true" if codable else "false"}
            if row["color"]:
                element.set("color", row["color"] if re.fullmatch("#[0-9a-fA-F]{6}", row["color"]) else "#999999")
            fields = {key: str(row[key]) for key in row if key not in OF_CODES}
            if names[code_id] != row["label"]:
                fields["label"] = row["label"]
            memo = self._short_memos(code_id)
            fields["memo"] = memo
            if any(fields.values()) or defaults[code_id] != (code_id, row["level"]):
                fields = {"id": code_id, "level": row["level"], **fields}
            text = with_fields(row["definition"], fields if "id" in fields else {})
            if text:
                _add(element, "Description").text = self._legal(text)
            for one in self.memos_on["codes"].get(code_id, []) if notes else []:
                _add(element, "NoteRef", targetGUID=self.memo_guids[one["memo_id"]])
            elements[code_id] = element
            stack += reversed(children.get(code_id, []))

    def _default_codes(self) -> dict[str, tuple[str, str]]:
        """Return the id and the level that a reader would give to each code."""
        codes = self.codes
        children: dict[str, list[str]] = {}
        for code, parent in zip(codes.code_id, codes.parent_id, strict=True):
            children.setdefault(parent, []).append(code)
        order, stack = [], list(reversed(children.get("", [])))
        while stack:
            order.append(stack.pop())
            stack += reversed(children.get(order[-1], []))
        parents = dict(zip(codes.code_id, codes.parent_id, strict=True))
        used, inner = set(self.codings.code_id), set(codes.parent_id)
        levels = levels_by_height({one: parents[one] for one in order}, {o: o in used or o not in inner for o in order})
        ids = default_ids("c", len(order), set())
        return {code: (next(ids), levels[code]) for code in order}

    def _names(self) -> dict[str, str]:
        """Return a name for each code that no other code has: QualCoder would drop the second one."""
        names: dict[str, str] = {}
        taken: set[str] = set(self.codes.label)
        seen: set[str] = set()
        for row in rows_of(self.codes):
            name = row["label"]
            if name in seen or not name.strip():
                name = next(
                    one for one in (f"{name} ({row['level']})", f"{name} ({row['code_id']})") if one not in taken
                )
                self.losses.append(Loss("", f"the second code named {row['label']}", 1, f"named {name} in the file"))
                taken.add(name)
            seen.add(name)
            names[row["code_id"]] = name
        return names

    def _attributes(self, variables: Any, cases: Any) -> None:
        """Add variables, and the cases: speakers, and what a column ``case`` names."""
        study = self.study
        columns = [str(one) for one in study.sources]
        at = columns.index("case") if "case" in columns else len(columns)
        of_sources = [one for one in columns[:at] if one not in OF_SOURCES]
        of_cases = [one for one in columns[at:] if one not in OF_SOURCES | {"case_memo"}]
        of_speakers = [str(one) for one in study.speakers if one not in ("source_id", "speaker")]
        self.variables: dict[str, str] = {}
        for one in (*of_sources, *of_cases):
            if one == "kind" or study.sources[one].ne("").any() or one not in columns_of("sources"):
                self._variable(variables, one, one)
        for one in of_speakers if len(study.speakers) else []:
            clash = f"{one} (speaker)" if one in self.variables else one
            self._variable(variables, f"speaker:{one}", clash, SPEAKERS)
        self.of_sources = of_sources
        self.speaker_guids = set[str]()  # who speaks in a part of a text is no case of all of it
        for row in rows_of(study.speakers):
            name = f"{row['source_id']} {row['speaker']}"
            guid = make_guid(self.title, "speaker", row["source_id"], row["speaker"])
            self.speaker_guids.add(guid)
            case = _add(cases, "Case", guid=guid, name=name)
            _add(case, "Description").text = with_fields("", {"id": row["source_id"], "speaker": row["speaker"]})
            self._values(case, {f"speaker:{one}": row[one] for one in of_speakers})
            _add(case, "SourceRef", targetGUID=self.source_guids[row["source_id"]])
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows_of(study.sources) if "case" in columns else []:
            for one in split_list(row["case"]):
                groups.setdefault(one, []).append(row)
        for name, rows in groups.items():
            case = _add(cases, "Case", guid=make_guid(self.title, "case", name), name=name)
            alone = [row for row in rows if split_list(row["case"]) == [name]]
            if alone and alone[0].get("case_memo"):
                _add(case, "Description").text = self._legal(alone[0]["case_memo"])
            self._values(case, {one: alone[0][one] for one in of_cases} if alone else {})
            for row in rows:
                _add(case, "SourceRef", targetGUID=self.source_guids[row["source_id"]])

    def _codes_of_cases(self, book: Any, cases: Any) -> None:
        """Add a code for each case, with its GUID: QualCoder takes what is coded with it for the text of the case.

        It reads no reference from a case to a source; of the code it keeps nothing else.
        """
        taken = {code.get("name") for code in book.iter("Code")}
        for case in cases:
            name = f"{case.get('name')} (case)"
            if not case.findall("SourceRef") or case.get("guid") in self.speaker_guids:
                continue
            while name in taken:
                name += "’"
            taken.add(name)
            _add(book.find("Codes"), "Code", guid=case.get("guid"), name=name, isCodable="true")
            for ref in case.iterfind("SourceRef"):
                self.cases_of.setdefault(ref.get("targetGUID"), []).append(case.get("guid"))

    def _text_of_cases(self, source: Any, text: str) -> None:
        """Add a passage of the whole text for each case of a source."""
        guid = source.get("guid")
        for case in self.cases_of.get(guid, []) if text else []:
            keys = (guid, case)
            made = _add(source, "PlainTextSelection", guid=make_guid(self.title, "case text", *keys))
            made.attrib |= {"startPosition": "0", "endPosition": str(len(text))}
            self._made(made, next(iter(self.users), ""), self.began[:10], always=True)
            coding = _add(made, "Coding", guid=make_guid(self.title, "case coding", *keys))
            _add(coding, "CodeRef", targetGUID=case)

    def _variable(self, variables: Any, key: str, name: str, said: str = "") -> None:
        self.variables[key] = make_guid(self.title, "variable", key)
        made = _add(variables, "Variable", guid=self.variables[key], name=self._legal(name), typeOfVariable="Text")
        if said:
            _add(made, "Description").text = said

    def _values(self, element: Any, values: Mapping[str, str]) -> None:
        for key, value in values.items():
            if value and key in self.variables:
                made = _add(element, "VariableValue")
                _add(made, "VariableRef", targetGUID=self.variables[key])
                _add(made, "TextValue").text = self._legal(str(value))

    def _sources(self, sources: Any) -> None:
        study, used, names = self.study, set[str](), set[str]()
        groups: dict[str, list[dict[str, Any]]] = {}
        for coding in rows_of(self.codings):
            groups.setdefault(coding["source_id"], []).append(coding)
        for row in rows_of(study.sources):
            source_id, guid = row["source_id"], self.source_guids[row["source_id"]]
            name = row.get("name") or source_id
            fits = unique_id(name, "source", used) == source_id and name not in names
            name = name if fits else source_id
            names.add(name)
            used.add(source_id)
            text = study.texts[source_id]
            element = _add(sources, "TextSource", guid=guid, name=self._legal(name))
            self._file(element, guid, text)
            self._made(element, next(iter(self.users), ""), row["date"][:10], always=True)
            if row.get("description"):
                _add(element, "Description").text = self._legal(row["description"])
            for _, part in groupby(groups.get(source_id, []), itemgetter("start", "end", "coder")):
                self._selection(element, text, list(part))
            self._text_of_cases(element, text)
            for memo in self.memos_on["sources"].get(source_id, []):
                place = self.places.get(memo["memo_id"])
                if place and place[0] != source_id:
                    continue
                if place or not self.for_qualcoder:
                    _add(element, "NoteRef", targetGUID=self.memo_guids[memo["memo_id"]])
                else:  # QualCoder drops a note that a source names, unless it is on a passage
                    key = make_guid(self.title, "on", memo["memo_id"], source_id)
                    link = _add(self.links, "Link", guid=key, direction="Associative")
                    link.attrib |= {"originGUID": self.memo_guids[memo["memo_id"]], "targetGUID": guid}
            self._values(element, {one: row[one] for one in self.of_sources})

    def _selection(self, source: Any, text: str, codings: list[dict[str, Any]]) -> None:
        """Add a passage with the codings that one coder gave it; rows, not frames: there may be 200,000."""
        first = codings[0]
        start, end, coder, source_id = int(first["start"]), int(first["end"]), first["coder"], first["source_id"]
        quote = text[start:end]
        if not 0 <= start < end <= len(text) or len(quote) != end - start:
            raise ExchangeError(f"the passage {start} to {end} is not in its text", todo="report this fault of zhagen")
        guid = make_guid(self.title, "selection", source_id, str(start), str(end), coder)
        element = _add(source, "PlainTextSelection", guid=guid, startPosition=str(start), endPosition=str(end))
        element.set("name", legal_xml(quote if len(quote) <= NAME else quote[: NAME - 1] + "…"))
        day = first["date"] if all(row["date"] for row in codings) else ""  # one without a date would get this one
        self._made(element, coder, day, str(first.get("created", "")))
        texts = []
        for row in codings:
            texts += [memo["text"] for memo in self.memos_on["codings"].get(row["coding_id"], [])]
            texts.append(str(row.get("memo", "")))  # what a coder wrote at the passage, in the page
        if said := "\n\n".join(dict.fromkeys(one for one in texts if one)):
            _add(element, "Description").text = self._legal(said)
        for row in codings:
            made = _add(element, "Coding", guid=self.coding_guids[row["coding_id"]])
            self._made(made, coder, row["date"], str(row.get("created", "")))
            _add(made, "CodeRef", targetGUID=self.code_guids[row["code_id"]])
            for memo in self.memos_on["codings"].get(row["coding_id"], []):
                _add(made, "NoteRef", targetGUID=self.memo_guids[memo["memo_id"]])

    def _file(self, element: Any, guid: str, text: str) -> None:
        self.files[f"sources/{guid}.txt"] = text.encode()
        element.set("plainTextPath", f"internal://{guid}.txt")

    def _made(self, element: Any, coder: str, day: str, moment: str = "", *, always: bool = False) -> None:
        if coder in self.users:
            element.set("creatingUser", self.users[coder])
        if day or always:
            element.set("creationDateTime", moment if moment.startswith(day or "-") else _moment(day))

    def _notes(self, notes: Any) -> None:
        study = self.study
        for row in rows_of(study.memos):
            guid = self.memo_guids[row["memo_id"]]
            name = f"{row['memo_id']} {row['title']}".strip()
            place = self.places.get(row["memo_id"])
            if self.for_qualcoder:  # a journal entry has its own name; what codings carry anyway is none
                name = "" if row["codings"] and row["text"] and not place else row["title"] or row["memo_id"]
            element = _add(notes, "Note", guid=guid, name=self._legal(name))
            if not place:
                self._file(element, guid, row["text"])
            self._made(element, row["coder"], row["date"], always=True)
            fields = {"id": row["memo_id"], "kind": row["kind"]}
            if self.for_qualcoder:
                fields["title"] = row["title"]
            if row["coder"] not in self.users:
                fields["coder"] = row["coder"]
            fields |= {key: "; ".join(row[key]) for key in ("codes", "sources", "codings")}
            _add(element, "Description").text = self._legal(with_fields("", fields))
            if place:  # as QualCoder writes annotations, and reads their dates
                for key, other in (("modifyingUser", "creatingUser"), ("modifiedDateTime", "creationDateTime")):
                    if element.get(other):
                        element.set(key, element.get(other))
                _add(element, "PlainTextContent").text = self._legal(row["text"][: place[3]])
                passage = _add(element, "PlainTextSelection", guid=make_guid(self.title, "place", row["memo_id"]))
                passage.attrib |= {"startPosition": str(place[1]), "endPosition": str(place[2])}
        for name, (text, kind) in self._carried().items():
            guid = make_guid(self.title, "carried", name)
            element = _add(notes, "Note", guid=guid, name=name)
            self._file(element, guid, text)
            self._made(element, next(iter(self.users), ""), "", self.began, always=True)
            _add(element, "Description").text = with_fields("", {"id": name, "kind": kind})

    def _carried(self) -> dict[str, tuple[str, str]]:
        """Return what travels as notes: tables and pages of a study that the format has no place for."""
        study = self.study
        found: dict[str, tuple[str, str]] = {}
        for name in CARRIED:
            frame = getattr(study, name)
            if len(frame):
                found[f"{name}.csv"] = (frame.to_csv(index=False, lineterminator="\n"), "table")
                how = f"a memo named {name}.csv; no program evaluates it, zhagen reads it back"
                self.losses.append(Loss("", f"rows of {name}", len(frame), how))
        extra = [one for one in self.codings if one not in OF_CODINGS]
        ids = self.codings.coding_id.tolist()
        if extra or ids != list(default_ids("q", len(ids), set(), 4)):
            frame = self.codings[[*CODING_COLUMNS, *extra]]
            found["codings.csv"] = (frame.to_csv(index=False, lineterminator="\n"), "table")
            self.losses.append(Loss("", "ids of codings", len(ids), "a memo named codings.csv"))
        if len(study.mechanism) or study.models:
            found["mechanism.toml"] = (mechanism_toml(study.mechanism, study.models), "table")
        for name, text in study.notes.items():
            found[name] = (text, "page")
        return found

    def _model(self, links: Any, graphs: Any) -> None:
        """Add the mechanism: each model a graph, each arrow between codes a link, too."""
        guids = {label: self.code_guids[code] for code, label in reversed(self.labels.items())}
        edges = self.study.mechanism.drop(columns=["line_start", "line_end"], errors="ignore").reset_index(drop=True)
        loose = 0
        for model_id, part in edges.groupby("model_id", sort=False):
            key = str(model_id)
            graph = _add(graphs, "Graph", guid=make_guid(self.title, "graph", key))
            graph.set("name", self._legal(self.study.models.get(key) or key))
            ends = list(dict.fromkeys([*part.source, *part.target]))
            layers = _layers(list(zip(part.source, part.target, strict=True)), ends)
            vertices = {}
            for label in ends:
                x, y = (layers[label][0] * 260, layers[label][1] * 110)
                vertices[label] = make_guid(self.title, "vertex", key, label)
                vertex = _add(graph, "Vertex", guid=vertices[label])
                if label in guids:
                    vertex.set("representedGUID", guids[label])
                corner = {"firstX": x, "firstY": y, "secondX": x + 180, "secondY": y + 60}
                vertex.attrib |= {"name": self._legal(label), **{one: str(value) for one, value in corner.items()}}
                vertex.set("shape", "Rectangle")
            for number, edge in zip(part.index, rows_of(part), strict=True):
                name = self._legal(" ".join(one for one in (edge["relation"], edge["sign"]) if one))
                made = _add(graph, "Edge", guid=make_guid(self.title, "edge", str(number)))
                both = edge["source"] in guids and edge["target"] in guids
                if both:
                    guid = make_guid(self.title, "link", str(number))
                    made.set("representedGUID", guid)
                    link = _add(links, "Link", guid=guid, name=name, direction="OneWay")
                    link.attrib |= {"originGUID": guids[edge["source"]], "targetGUID": guids[edge["target"]]}
                    for memo in split_list(edge["memos"]):
                        if memo in self.memo_guids:
                            _add(link, "NoteRef", targetGUID=self.memo_guids[memo])
                loose += not both
                made.attrib |= {"name": name, "sourceVertex": vertices[edge["source"]]}
                made.attrib |= {"targetVertex": vertices[edge["target"]], "direction": "OneWay"}
                made.set("lineStyle", {"inferred": "dashed"}.get(edge["status"], "solid"))
        if loose:
            self.losses.append(
                Loss("", "arrows to labels that are no codes", loose, "in the graph, not among the links")
            )
        if len(edges):
            how = "status, reason, rival, codings of an arrow: a memo named mechanism.toml"
            self.losses.append(Loss("", "arrows", len(edges), how))

    def add_sets(self, sets: Any, *, codes_only: bool = False) -> None:
        """Add the sets that the columns ``sets`` of codebook and sources name."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        frames = [(self.codes, self.code_guids, 0), (self.study.sources, self.source_guids, 1)]
        for frame, guids, kind in frames[:1] if codes_only else frames:
            if "sets" not in frame:
                continue
            for one, cell in zip(frame.iloc[:, 0], frame.sets, strict=True):
                for name in split_list(cell):
                    found.setdefault(name, ([], []))[kind].append(guids[one])
        place = _add(sets, "Sets") if codes_only and found else sets
        for name, (codes, sources) in found.items():
            made = _add(place, "Set", guid=make_guid(self.title, "set", name), name=self._legal(name))
            key = "guid" if codes_only else "targetGUID"
            for guid in codes:
                _add(made, "MemberCode", **{key: guid})
            for guid in sources:
                _add(made, "MemberSource", targetGUID=guid)


def _add(parent: Any, tag: str, **attributes: str) -> Any:
    return ElementTree.SubElement(parent, tag, attributes)


@lru_cache(KEPT)
def _moment(day: str) -> str:
    return f"{day}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else NOWHEN


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _layers(arrows: Iterable[tuple[str, str]], names: list[str]) -> dict[str, tuple[int, int]]:
    """Return a column and a row for each name: a name is right of those that point at it, circles aside."""
    arrows = list(arrows)
    column = dict.fromkeys(names, 0)
    for _ in range(len(names)):
        moved = False
        for source, target in arrows:
            if source != target and column[target] <= column[source] and column[source] < len(names) - 1:
                column[target], moved = column[source] + 1, True
        if not moved:
            break
    rows: dict[int, int] = {}
    found = {}
    for name in names:
        found[name] = (column[name], rows.get(column[name], 0))
        rows[column[name]] = rows.get(column[name], 0) + 1
    return found
