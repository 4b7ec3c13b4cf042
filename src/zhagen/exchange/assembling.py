"""A study made of what a project of another program holds."""

import csv
import io
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.exchange.fields import PASSAGE, split_fields_below
from zhagen.exchange.model import NOWHEN, NoteEntry, Project, make_guid, rows_of
from zhagen.study.folder import EDGES, ID, MEMOS, NOTES, TABLES, columns_of, split_list
from zhagen.study.study import EVERYBODY, Study, make_study
from zhagen.text.rows import csv_reader
from zhagen.vocabulary import LEVELS, SOURCES

BY_HEIGHT = ("concept", "category", "main_category", "core_category", "theme", "dimension")
CARRIED = ("history", "sampling", "differences", "paradigm", "negative_cases", "gioia")  # tables that travel as notes
RESERVED = {"source_id", "file", "sha256", "sets", "case", "case_memo", "description", "guid"}
CODING_COLUMNS = ("coding_id", "source_id", "start", "end", "code_id", "coder")
_PALETTE = "#0072b2 #d55e00 #009e73 #cc79a7 #56b4e9 #e69f00 #f0e442 #999999".split()  # Okabe and Ito


def assemble_project(project: Project) -> Study:
    """Make a study of a project.

    Codes without a level get one by what is below them: a code with nothing below it is a concept, the one above it a
    category, and so on. A text in whose turns all codings lie is an interview, any other one a document.

    Parameters
    ----------
    project : Project
        What a reader returned. Notices are added to it.

    Returns
    -------
    Study
        The study, not written anywhere.

    Raises
    ------
    StudyError
        If what the project says does not fit together.
    """
    return _Assembler(project).assemble()


def default_colors(codes: pd.DataFrame) -> list[str]:
    """Return the colours of codes that have none of their own: one for each code without a parent and those below it.

    Parameters
    ----------
    codes : pandas.DataFrame
        ``code_id``, ``parent_id``.

    Returns
    -------
    list of str
        ``#rrggbb``, in the order of the rows.

    Examples
    --------
    >>> default_colors(pd.DataFrame({"code_id": ["a", "b", "c"], "parent_id": ["", "a", ""]}))
    ['#0072b2', '#0072b2', '#d55e00']
    """
    parents = dict(zip(codes.code_id, codes.parent_id, strict=True))
    roots = [code for code, parent in parents.items() if not parent]
    order = {root: number for number, root in enumerate(roots)}
    found = []
    for code in codes.code_id:
        while parents.get(code):
            code = parents[code]
        found.append(_PALETTE[order.get(code, 0) % len(_PALETTE)])
    return found


def levels_by_height(parents: dict[str, str], codable: dict[str, bool]) -> dict[str, str]:
    """Return a level for each code by the number of codes below it.

    Parameters
    ----------
    parents : dict of str to str
        Code -> the code above it, ``""`` for none; a parent comes before what is below it.
    codable : dict of str to bool
        Code -> whether passages may be coded with it; one that may not is at least a category.

    Returns
    -------
    dict of str to str
        Code -> level.

    Examples
    --------
    >>> levels_by_height({"a": "", "b": "a", "c": ""}, {"a": False, "b": True, "c": True})
    {'a': 'category', 'b': 'concept', 'c': 'concept'}
    """
    height = {code: int(not codable.get(code, True)) for code in parents}
    for code in reversed(list(parents)):
        parent = parents[code]
        if parent:
            height[parent] = max(height[parent], height[code] + 1)
    top = len(BY_HEIGHT) - 1
    return {code: BY_HEIGHT[n if n <= top else top - (n - top) % 2] for code, n in height.items()}


class _Assembler:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.sources: dict[str, str] = {}  # key -> id
        self.codes: dict[str, str] = {}
        self.codings: dict[str, str] = {}
        self.beside: dict[str, str] = {}  # key of a coding -> what its row says in a column `memo`
        self.members: dict[str, list[str]] = {}
        for name, members in project.sets:
            for one in members:
                self.members.setdefault(one, []).append(re.sub("[;；]", "，", name))

    def assemble(self) -> Study:
        project = self.project
        place = {source.guid: number for number, source in enumerate(project.sources)}
        rank = {coder: number for number, coder in enumerate(project.users)}
        project.codings.sort(key=lambda c: (place[c.source], c.start, c.end, rank.get(c.coder, len(rank))))
        frame, speakers = self._sources()
        codes = self._codes()
        notes, tables, pages, models = self._notes()
        codings = self._codings(tables.pop("codings", None))
        memos = self._memos(notes)
        mechanism = tables.pop("mechanism", pd.DataFrame(columns=EDGES))
        mechanism = self._links(codes, mechanism, models)
        about = self._about()
        texts = {self.sources[one.guid]: one.text for one in project.sources}
        given: dict[str, Any] = {**tables, "memos": memos}
        if len(speakers):
            given["speakers"] = speakers
        if len(mechanism):
            given["mechanism"] = mechanism
        study = make_study(texts, codes, codings, about=about, sources=frame, **given)
        chosen = self._kinds(study, frame)
        if chosen is not frame:
            study = make_study(texts, codes, codings, about=about, sources=chosen, **given)
        self._say_sets()
        return replace(study, notes=pages, models=models)

    def _say(self, what: str, where: str, how: str) -> None:
        self.project.notices.append((what, where, how))

    def _about(self) -> dict[str, Any]:
        project = self.project
        coders = list(dict.fromkeys([*project.users, *(coding.coder for coding in project.codings)]))
        about: dict[str, Any] = {"title": project.title.removesuffix(".qda") or "untitled", "coders": coders}
        text, fields = split_fields_below(project.description)
        if fields.pop("id", ""):
            about |= {fields.pop("text", "research_question"): text} if text else {}
            about |= {key: value for key, value in fields.items() if key not in ("title", "coders")}
            if "invented" in about:
                about["invented"] = about["invented"] == "true"
        elif text:
            about["description"] = text
        if project.origin and not project.ours:
            about["program"] = project.origin
        return about

    def _sources(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        project, used = self.project, set[str]()
        speakers, rest = [], []
        for case in project.cases:
            text, fields = split_fields_below(case.description)
            if fields.get("id") and fields.get("speaker"):
                speakers.append((fields["id"], fields["speaker"], case.attributes))
            else:
                rest.append(case)
        rows: list[dict[str, str]] = []
        cased: dict[str, list[Any]] = {}
        for case in rest:
            for key in case.sources:
                cased.setdefault(key, []).append(case)
            if not case.sources:
                how = "it is not taken"
                if project.origin.startswith("QualCoder"):  # 4.0 exports no reference from a case to a text
                    how += ": QualCoder does not export which text is of which case; import its folder .qda"
                self._say("a case without a source", case.name, how)
        names = {one: self._column(one) for one in project.variables}
        case_names = {one: names.get(one) or self._column(one) for one in project.case_variables}
        several = False
        for source in project.sources:
            source_id = unique_id(source.name, "source", used)
            self.sources[source.guid] = source_id
            row = {"source_id": source_id, "guid": source.guid}
            if source.name != source_id:
                row["name"] = source.name
            row |= {names[key]: value for key, value in source.attributes.items() if key in names}
            row["description"] = source.description
            row["sets"] = ";".join(self.members.get(source.guid, []))
            held = cased.get(source.guid, [])
            row["case"] = ";".join(re.sub("[;；]", "，", one.name) for one in held)
            if len(held) == 1:
                row["case_memo"] = held[0].description
                row |= {case_names[key]: value for key, value in held[0].attributes.items()}
            several |= len(held) > 1 and any(one.attributes for one in held)
            rows.append(row)
        if several:
            self._say("attributes of cases", "", "sources with several cases do not get them")
        declared = list(names.values()) if project.ours else []
        columns = ["source_id", *dict.fromkeys(["name", *declared, *names.values(), "description", "sets", "case"])]
        columns += [one for one in ("case_memo", *case_names.values()) if one not in columns]
        frame = pd.DataFrame(rows, columns=[*columns, "guid"], dtype="str").fillna("")
        kept = [one for one in frame if one in ("source_id", *declared) or frame[one].ne("").any()]
        frame = self._bare_guids(frame[kept], "source", [source.guid for source in project.sources])
        if "kind" not in frame:
            frame = frame.assign(kind="interview")
        found = [
            {"source_id": key, "speaker": speaker} | {name.removesuffix(" (speaker)"): v for name, v in values.items()}
            for key, speaker, values in speakers
            if key in used
        ]
        described = [one.removesuffix(" (speaker)") for one in project.case_variables]
        wanted = list(dict.fromkeys(["source_id", "speaker", "role", *(described if found else [])]))
        table = pd.DataFrame(found, columns=wanted, dtype="str").fillna("")
        empty = [one for one in table if one not in wanted[:3] and table[one].eq("").all() and not project.ours]
        return frame, table.drop(columns=empty)

    def _column(self, name: str) -> str:
        """Return the column of a variable: its own name, where that says nothing else in a study."""
        values = {source.attributes.get(name, "") for source in self.project.sources}
        if name == "kind" and values <= {*SOURCES, ""}:
            return name
        if name == "date" and all(_is_day(part) for value in values if value for part in value.split("/")):
            return name
        taken = name in RESERVED or name in ("kind", "date", "name") and not self.project.ours
        return f"{name} (variable)" if taken else name

    def _bare_guids(self, frame: pd.DataFrame, kind: str, guids: Iterable[str]) -> pd.DataFrame:
        """Keep the GUIDs of another program, so that they go back with it; ours are computed."""
        if not all(re.fullmatch("[0-9a-f-]{36}", one) for one in guids):
            return frame.drop(columns="guid", errors="ignore")
        title = self.project.title.removesuffix(".qda") or "untitled"
        computed = [make_guid(title, kind, one) for one in frame.iloc[:, 0]]
        frame = frame.drop(columns="guid", errors="ignore")
        return frame if computed == list(guids) else frame.assign(guid=list(guids))

    def _codes(self) -> pd.DataFrame:
        project = self.project
        entries = [(code, *split_fields_below(code.description)) for code in project.codes]
        used: set[str] = set()
        for code, _, fields in entries:
            if ID.fullmatch(fields.get("id", "")) and fields["id"] not in used:
                self.codes[code.guid] = fields["id"]
                used.add(fields["id"])
        numbers = default_ids("c", len(entries), used)
        for code, _, _ in entries:
            if code.guid not in self.codes:
                self.codes[code.guid] = next(numbers)
        parents = {code.guid: code.parent for code in project.codes}
        levels = levels_by_height(parents, {code.guid: code.codable for code in project.codes})
        rows = []
        for code, text, fields in entries:
            fields.pop("id", None)
            level = fields.pop("level", levels[code.guid])
            above = levels.get(code.parent, "")
            if level not in LEVELS or level == above:
                level = next(one for one in (levels[code.guid], *BY_HEIGHT) if one != above)
            levels[code.guid] = level
            row = {"code_id": self.codes[code.guid], "label": fields.pop("label", code.name), "level": level}
            row |= {"parent_id": self.codes.get(code.parent, ""), "definition": text}
            row |= {key: value for key, value in fields.items() if key not in (*row, "memo", "color", "sets", "guid")}
            row |= {"color": code.color, "sets": ";".join(self.members.get(code.guid, []))}
            rows.append(row)
        known = [*columns_of("codebook"), *(key for row in rows for key in row), "color", "sets"]
        frame = pd.DataFrame(rows, columns=list(dict.fromkeys(known)), dtype="str").fillna("")
        if not frame.sets.ne("").any():
            frame = frame.drop(columns="sets")
        if not frame.color.ne("").any() or frame.color.tolist() == default_colors(frame):
            frame = frame.drop(columns="color")
        return self._bare_guids(frame, "code", [code.guid for code in project.codes])

    def _codings(self, known: pd.DataFrame | None) -> pd.DataFrame:
        rows = []
        ids: dict[tuple[str, ...], list[dict[str, str]]] = {}
        extra: list[str] = []
        if known is not None and set(CODING_COLUMNS) <= set(known):
            extra = [str(one) for one in known if one not in (*CODING_COLUMNS, "guid", "date", "quote_sha256")]
            for row in rows_of(known):
                ids.setdefault(tuple(str(row[one]) for one in CODING_COLUMNS[1:]), []).append(row)
        used: set[str] = set()
        found: list[dict[str, Any]] = []
        for coding in self.project.codings:
            row = {"source_id": self.sources[coding.source], "start": coding.start, "end": coding.end}
            row |= {"code_id": self.codes[coding.code], "coder": coding.coder, "date": _day(coding.created)}
            moment = coding.created
            row["created"] = moment if row["date"] and not re.search(r"T00:00:00(\.0+)?Z?$", moment) else ""
            key = tuple(str(row[one]) for one in CODING_COLUMNS[1:])
            before = ids.get(key)
            if before:
                old = before.pop(0)
                row |= {one: old[one] for one in extra}
                if ID.fullmatch(old["coding_id"]) and old["coding_id"] not in used:
                    row["coding_id"] = old["coding_id"]
                    used.add(old["coding_id"])
            found.append(row)
        numbers = default_ids("q", len(found), used, 4)
        for row, coding in zip(found, self.project.codings, strict=True):
            row.setdefault("coding_id", next(numbers) if "coding_id" not in row else "")
            if coding.guid:
                self.codings[coding.guid] = row["coding_id"]
                self.beside[coding.guid] = str(row.get("memo", ""))
            rows.append(row)
        columns = ["coding_id", "source_id", "start", "end", "code_id", "coder", "date", "created", *extra]
        frame = pd.DataFrame(rows, columns=list(dict.fromkeys(columns)))
        text = {one: "str" for one in frame if one not in ("start", "end")}
        frame = frame.astype({**text, "start": "int64", "end": "int64"}).fillna("")
        if not frame.created.ne("").any():
            frame = frame.drop(columns="created")
        return self._bare_guids(frame, "coding", [coding.guid for coding in self.project.codings])

    def _notes(self) -> tuple[list[NoteEntry], dict[str, pd.DataFrame], dict[str, str], dict[str, str]]:
        """Take apart memos, and the tables and pages of a study that travel as notes."""
        memos: list[NoteEntry] = []
        tables: dict[str, pd.DataFrame] = {}
        pages: dict[str, str] = {}
        models: dict[str, str] = {}
        for note in self.project.notes:
            _, fields = split_fields_below(note.description)
            file = fields.get("id") or note.name
            name = file.removesuffix(".csv")
            try:
                if file in NOTES and fields.get("kind", "page") == "page":
                    pages[file] = note.text
                elif file == "mechanism.toml":
                    tables["mechanism"], found = self._mechanism(note.text)
                    models |= found
                elif file.endswith(".csv") and name in (*CARRIED, "codings"):
                    tables[name] = _table(name, note.text)
                else:
                    memos.append(note)
            except (ValueError, KeyError, ZhagenError, csv.Error, TypeError, AttributeError) as error:
                self._say(f"the note {file}", "", f"it is taken as a memo: {error}")
                memos.append(note)
        return memos, tables, pages, models

    def _mechanism(self, text: str) -> tuple[pd.DataFrame, dict[str, str]]:
        rows, models = [], {}
        for model in tomllib.loads(text)["models"]:
            models[str(model["id"])] = str(model["title"])
            for edge in model.get("edges", []):
                row: dict[str, Any] = {"model_id": str(model["id"]), "line_start": pd.NA, "line_end": pd.NA}
                keys = "source target relation sign status reason rival".split()
                row |= {key: str(edge.get(key, "")) for key in keys}
                rows.append(row | {key: ";".join(edge.get(key, [])) for key in ("codings", "memos")})
        frame = pd.DataFrame(rows, columns=EDGES).astype({"line_start": "Int64", "line_end": "Int64"})
        return frame, models

    def _memos(self, notes: list[NoteEntry]) -> pd.DataFrame:
        project = self.project
        on_code = _named_by((code.guid, code.notes) for code in project.codes)
        on_source = _named_by((source.guid, source.notes) for source in project.sources)
        on_coding = _named_by((coding.guid, coding.notes) for coding in project.codings)
        for note in notes:
            on_source.setdefault(note.guid, []).extend(one for one in note.sources if one in self.sources)
        used: set[str] = set()
        heads = []
        for note in notes:
            _, fields = split_fields_below(note.description)
            written = re.match(r"(M\d{3,})(?: |$)", note.name)
            found = fields.get("id", "") or (written[1] if written else "")
            found = found if ID.fullmatch(found) and found not in used else ""
            used.add(found)
            name = note.name.removeprefix(found).removeprefix(" ") if found else note.name
            heads.append((note, fields, found, name))
        numbers = default_ids("M", len(heads) + len(project.codings), used - {""}, 3)
        rows: list[dict[str, Any]] = []
        texts: dict[str, str] = {}
        for note, fields, found, name in heads:
            text, memo_id = note.text, found or next(numbers)
            texts[note.guid] = text
            linked = {
                "codes": [self.codes[one] for one in on_code.get(note.guid, [])],
                "sources": [self.sources[one] for one in on_source.get(note.guid, [])],
                "codings": [self.codings[one] for one in on_coding.get(note.guid, []) if one in self.codings],
            }
            if note.place and len(set(linked["sources"])) == 1 and not PASSAGE.search(text):
                text = f"{text}\n\n〔{linked['sources'][0]} {note.place[0]}–{note.place[1]}〕"
            known = {"codes": self.codes, "sources": self.sources, "codings": self.codings}
            for key, now in linked.items():
                listed = split_list(fields.get(key, ""))
                ids = set(known[key].values())
                kept = [one for one in listed if one in now or one not in ids]  # one that is gone here, or was before
                linked[key] = list(dict.fromkeys([*kept, *now]))
            row: dict[str, Any] = {"memo_id": memo_id, "date": fields.get("date", _day(note.created))}
            guessed = "code" if not fields and (linked["codes"] or linked["codings"]) else ""
            kind = fields.get("kind", guessed)
            row |= {"coder": fields.get("coder", note.coder), "kind": kind, **linked}
            title = fields.get("title", name) if fields.get("id") else name or _heading(text)
            rows.append(row | {"title": title, "text": text})
        rows += self._passage_memos(texts, numbers)
        return pd.DataFrame(rows, columns=MEMOS)

    def _passage_memos(self, texts: dict[str, str], numbers: Any) -> list[dict[str, Any]]:
        """Return what coders wrote at passages, as memos; not what is a note anyway."""
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for coding in self.project.codings:
            if coding.memo:
                groups.setdefault((coding.source, coding.start, coding.end, coding.coder, coding.memo), []).append(
                    coding
                )
        rows = []
        for (source, _, _, coder, memo), codings in groups.items():
            noted = []
            for coding in codings:
                noted += [texts.get(one, "") for one in coding.notes] + [self.beside.get(coding.guid, "")]
            if memo == "\n\n".join(dict.fromkeys(one for one in noted if one)):
                continue
            ids = [self.codings[one.guid] for one in codings if one.guid in self.codings]
            row = {"memo_id": next(numbers), "date": _day(codings[0].created), "coder": coder, "kind": "code"}
            row |= {"codes": [], "sources": [self.sources[source]], "codings": ids}
            rows.append(row | {"title": _heading(memo), "text": memo})
        return rows

    def _links(self, codes: pd.DataFrame, mechanism: pd.DataFrame, models: dict[str, str]) -> pd.DataFrame:
        """Add the links of other programs between codes as arrows of a model of their own."""
        labels = dict(zip(codes.code_id, codes.label, strict=True))
        title = self.project.title.removesuffix(".qda") or "untitled"
        ours = {make_guid(title, "link", str(number)) for number in range(len(mechanism))}
        rows = []
        left = 0
        for link in self.project.links:
            if link.guid in ours:
                continue
            ends = [labels.get(self.codes.get(one, ""), "") for one in (link.origin, link.target)]
            if not all(ends):
                left += 1
                continue
            row = dict.fromkeys(EDGES, "") | {"model_id": "links", "source": ends[0], "target": ends[1]}
            row |= {"relation": link.name, "status": "inferred", "line_start": pd.NA, "line_end": pd.NA}
            row["reason"] = "the link has no direction in the file" if link.direction == "Associative" else ""
            rows.append(row)
            if link.direction == "Bidirectional":
                rows.append(row | {"source": ends[1], "target": ends[0]})
        if left:
            self._say(f"{left} links", "Links", "they do not lead from a code to a code: they are not taken")
        if not rows:
            return mechanism
        models.setdefault("links", self.project.title or "links")
        frame = pd.DataFrame(rows, columns=EDGES).astype({"line_start": "Int64", "line_end": "Int64"})
        return pd.concat([mechanism, frame], ignore_index=True) if len(mechanism) else frame

    def _kinds(self, study: Study, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the sources with the kinds that leave no coding outside of a turn, where the file names none."""
        if "kind" in self.project.variables or not len(study.codings):
            return frame
        placed = set(study.quotations(coder=study.coders, roles=EVERYBODY).coding_id)
        outside = set(study.codings.source_id[~study.codings.coding_id.isin(placed)])
        if not outside:
            return frame
        return frame.assign(kind=["document" if one in outside else "interview" for one in frame.source_id])

    def _say_sets(self) -> None:
        known = {*self.sources, *self.codes}
        for name, members in self.project.sets:
            if any(one not in known for one in members):
                self._say("members of a set", name, "only codes and sources are taken as members")


def default_ids(letter: str, number: int, used: set[str], width: int = 2) -> Any:
    """Give ids that are not used yet.

    Parameters
    ----------
    letter : str
        What they begin with.
    number : int
        How many there will be at most.
    used : set of str
        Those that are taken.
    width : int, default 2
        Least number of digits.

    Yields
    ------
    str
        Such as ``c01``.

    Examples
    --------
    >>> list(default_ids("c", 2, {"c01"}))
    ['c02', 'c03']
    """
    width = max(width, len(str(number)))
    given = at = 0
    while given < number:
        at += 1
        found = f"{letter}{at:0{width}d}"
        if found not in used:
            given += 1
            yield found


def _table(name: str, text: str) -> pd.DataFrame:
    rows = list(csv_reader(io.StringIO(text, newline="")))
    needed = TABLES[name][0].split()
    if not rows or not set(needed) <= set(rows[0]) or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError(f"it is no table {name}.csv")
    frame = pd.DataFrame(rows[1:], columns=rows[0], dtype="str")
    for column in {"differences": ("start", "end"), "sampling": ("order",)}.get(name, ()):
        frame[column] = frame[column].astype("int64")
    return frame


def _named_by(pairs: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for guid, notes in pairs:
        for note in notes:
            found.setdefault(note, []).append(guid)
    return found


def unique_id(name: str, fallback: str, used: set[str]) -> str:
    """Return an id made of a name, that no file system takes for another one.

    Parameters
    ----------
    name : str
        A name with any characters.
    fallback : str
        The id where the name has no letter and no digit.
    used : set of str
        Ids that are taken; the new one is added.

    Returns
    -------
    str
        The name, if it is an id.

    Examples
    --------
    >>> used = set()
    >>> [unique_id(name, "source", used) for name in ("访谈 1.docx", "访谈 1.docx", "??")]
    ['访谈_1.docx', '访谈_1.docx-2', 'source']
    """
    name = unicodedata.normalize("NFC", name)  # names of macOS have their accents apart
    base = re.sub(r"[^\w.\-]+", "_", name).strip("._")[:60] or fallback
    base = name if ID.fullmatch(name) and len(name) <= 60 and name.strip(".") == name else base
    taken = {one.casefold() for one in used}
    found, number = base, 1
    while found.casefold() in taken:
        number += 1
        found = f"{base}-{number}"
    used.add(found)
    return found


def _heading(text: str) -> str:
    line = next((line.strip("# \t") for line in text.split("\n") if line.strip("# \t")), "")
    return line if len(line) <= 30 else line[:29] + "…"


def _day(moment: str) -> str:
    day = moment[:10]
    return day if _is_day(day) and not moment.startswith(NOWHEN[:10]) else ""


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
