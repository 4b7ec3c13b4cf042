"""A project of QualCoder read from its own folder: ``name.qda`` with the SQLite file ``data.qda``."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from zhagen.errors import ExchangeError
from zhagen.exchange.model import CaseEntry, CodeEntry, CodingEntry, LinkEntry, NoteEntry, Project, SourceEntry
from zhagen.exchange.offsets import place_spans

NEEDED = ("project", "source", "code_name", "code_cat", "code_text")
STEPS = 50_000_000  # of SQLite's machine for one question: a hostile file must not run for ever


def read_qda(path: Path, *, partial: bool = False) -> Project:
    """Read a project of QualCoder.

    Parameters
    ----------
    path : pathlib.Path
        The folder ``name.qda``, or the file ``data.qda`` in it. It is opened for reading only.
    partial : bool, default False
        List codings that lead nowhere in place of refusing the project.

    Returns
    -------
    Project
        Texts, categories, codes, codings with their memos, annotations, journal, cases, attributes.

    Raises
    ------
    ExchangeError
        If it is no project of QualCoder, or is damaged.

    References
    ----------
    QualCoder, src/qualcoder/__main__.py: the tables of database version v17; older ones lack columns.
    """
    file = path / "data.qda" if path.is_dir() else path
    if not file.is_file():
        raise ExchangeError("there is no file data.qda in it" if path.is_dir() else "there is no such file", str(path))
    name = (path if path.is_dir() or path.name != "data.qda" else path.parent).name
    try:
        reader = _Reader(file, name.removesuffix(".qda"), partial)
        try:
            return reader.read()
        finally:
            reader.close()
    except (sqlite3.Error, OverflowError, IndexError) as error:
        todo = "open it in QualCoder once, which updates old projects, and close it there"
        raise ExchangeError(f"this is no project of QualCoder, or a damaged one: {error}", path.name, todo) from error


class _Reader:
    def __init__(self, file: Path, title: str, partial: bool) -> None:
        self.where, self.partial = file.name, partial
        self.base = sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1", uri=True)
        self.base.text_factory = lambda raw: raw.decode("utf-8", "replace")
        self.base.row_factory = sqlite3.Row
        self.base.set_progress_handler(lambda: 1, STEPS)
        found = self.base.execute("select name from sqlite_master where type = 'table'")
        self.tables = {str(row[0]) for row in found}
        self.project = Project(title, "QualCoder")

    def close(self) -> None:
        self.base.close()

    def read(self) -> Project:
        lacking = [name for name in NEEDED if name not in self.tables]
        if lacking:
            raise ExchangeError(f"there is no table {lacking[0]} in it", self.where, "name a project of QualCoder")
        project = self.project
        about = self._rows("project")
        project.description = _text(about[0], "memo") if about else ""
        self._codes()
        spans = self._sources()
        self._codings(spans)
        self._notes()
        self._cases()
        for table, what in (("code_image", "codings of pictures"), ("code_av", "codings of sound and film")):
            if number := len(self._rows(table)):
                self._say(f"{what}: {number}", "", "they are not taken")
        important = sum(_text(row, "important") == "1" for row in self._rows("code_text"))
        if important:
            self._say(f"codings marked as important: {important}", "", "the mark is not taken")
        for row in self._rows("gr_free_line_item"):
            ends = [f"cid:{row[key]}" for key in ("fromcid", "tocid") if key in row.keys()]  # noqa: SIM118
            if len(ends) == 2 and set(ends) <= {code.guid for code in project.codes}:
                guid = f"line:{_text(row, 'gflineid')}"
                project.links.append(LinkEntry(guid, _text(row, "label"), ends[0], ends[1]))
        return project

    def _rows(self, table: str) -> list[sqlite3.Row]:
        if table not in self.tables:
            return []
        return list(self.base.execute(f'select * from "{table}"'))

    def _codes(self) -> None:
        """Take categories and codes, each behind the one that it is below."""
        entries: dict[str, CodeEntry] = {}
        for row in self._rows("code_cat"):
            key, above = f"catid:{row['catid']}", _text(row, "supercatid")
            parent = f"catid:{above}" if above else ""
            entries[key] = CodeEntry(key, _text(row, "name"), parent, False, "", _text(row, "memo"))
        for row in self._rows("code_name"):
            key, above, category = f"cid:{row['cid']}", _text(row, "supercid"), _text(row, "catid")
            parent = f"cid:{above}" if above else f"catid:{category}" if category else ""
            color = _text(row, "color").lower()
            entries[key] = CodeEntry(key, _text(row, "name"), parent, True, color, _text(row, "memo"))
        children: dict[str, list[CodeEntry]] = {}
        for entry in entries.values():
            if entry.parent not in entries:
                entry.parent = ""
            children.setdefault(entry.parent, []).append(entry)
        stack = list(reversed(children.get("", [])))
        while stack:
            entry = stack.pop()
            self.project.codes.append(entry)
            stack += reversed(children.get(entry.guid, []))
        if len(self.project.codes) < len(entries):
            raise ExchangeError("categories lie in a circle", self.where, "move one of them in QualCoder")

    def _sources(self) -> dict[str, list[tuple[sqlite3.Row, tuple[int, int] | None]]]:
        """Take the texts; return the codings of each with their places in the text of a study."""
        rows: dict[str, list[sqlite3.Row]] = {}
        for row in self._rows("code_text"):
            rows.setdefault(_text(row, "fid"), []).append(row)
        found: dict[str, list[tuple[sqlite3.Row, tuple[int, int] | None]]] = {}
        for row in self._rows("source"):
            key, name, raw = _text(row, "id"), _text(row, "name"), row["fulltext"]
            media = _text(row, "mediapath")
            if raw is None or (
                not raw and media.startswith(("/images", "/audio", "/video", "images:", "audio:", "video:"))
            ):
                self._say("a picture, sound or film", name, "it is not taken")
                continue
            mine = rows.pop(key, [])
            placed = place_spans(str(raw), [_ends(one) for one in mine], names=[_text(one, "seltext") for one in mine])
            if placed.changed:
                self._say("the text", name, f"changed: {', '.join(placed.changed)}")
            self.project.sources.append(SourceEntry(f"fid:{key}", name, placed.text, _text(row, "memo")))
            found[key] = list(zip(mine, placed.spans, strict=True))
        for key, lost in rows.items():
            self._fail(f"{len(lost)} codings of a source that is not there: {key}", "code_text")
        return found

    def _codings(self, spans: dict[str, list[tuple[sqlite3.Row, tuple[int, int] | None]]]) -> None:
        known = {code.guid for code in self.project.codes}
        for key, rows in spans.items():
            for row, span in rows:
                code, where = f"cid:{row['cid']}", f"coding {_text(row, 'ctid')}"
                if code not in known:
                    self._fail(f"a coding has a code that is not there: {row['cid']}", where)
                elif span is None:
                    self._fail("a passage is not in its text", where)
                elif span[0] == span[1]:
                    self._say("a passage without a character", where, "it is not taken")
                else:
                    coder, moment = _text(row, "owner") or "default", _moment(row)
                    made = CodingEntry(where, f"fid:{key}", code, *span, coder, moment, _text(row, "memo"))
                    self.project.codings.append(made)
                    if coder not in self.project.users:
                        self.project.users.append(coder)

    def _notes(self) -> None:
        texts = {source.guid: source.text for source in self.project.sources}
        for row in self._rows("journal"):
            key, name = f"jid:{_text(row, 'jid')}", _text(row, "name")
            text = place_spans(_text(row, "jentry"), []).text
            self.project.notes.append(NoteEntry(key, name, text, "", _text(row, "owner"), _moment(row)))
        for row in self._rows("annotation"):
            source, place = f"fid:{_text(row, 'fid')}", _ends(row)
            if source not in texts or not 0 <= place[0] < place[1] <= len(texts[source]):
                self._fail("an annotation is not in its text", f"annotation {_text(row, 'anid')}")
                continue
            key, text = f"anid:{_text(row, 'anid')}", place_spans(_text(row, "memo"), []).text
            note = NoteEntry(key, "", text, "", _text(row, "owner"), _moment(row), [source], place)
            self.project.notes.append(note)

    def _cases(self) -> None:
        known = {source.guid: source for source in self.project.sources}
        cases = {}
        for row in self._rows("cases"):
            key = _text(row, "caseid")
            cases[key] = CaseEntry(f"caseid:{key}", _text(row, "name"), _text(row, "memo"))
        partly = 0
        for row in self._rows("case_text"):
            case, source = cases.get(_text(row, "caseid")), f"fid:{_text(row, 'fid')}"
            if case and source in known:
                start, end = _ends(row)
                partly += end - start not in (0, len(known[source].text), len(known[source].text) - 1)
                if source not in case.sources:
                    case.sources.append(source)
        if partly:
            self._say(f"{partly} cases of a part of a text", "", "they are taken as cases of the whole text")
        for row in self._rows("attribute_type"):
            of_cases = _text(row, "caseOrFile") == "case"
            (self.project.case_variables if of_cases else self.project.variables).append(_text(row, "name"))
        for row in self._rows("attribute"):
            key, name, value = _text(row, "id"), _text(row, "name"), _text(row, "value").strip()
            if value and _text(row, "attr_type") == "case" and key in cases:
                cases[key].attributes[name] = value
            elif value and f"fid:{key}" in known and _text(row, "attr_type") == "file":
                known[f"fid:{key}"].attributes[name] = value
        self.project.cases = list(cases.values())

    def _fail(self, found: str, inside: str) -> None:
        if not self.partial:
            todo = "take what fits with --partial (in Python: partial=True)"
            raise ExchangeError(found, f"{self.where}, {inside}", todo)
        self._say(found, inside, "it is not taken")

    def _say(self, what: str, where: str, how: str) -> None:
        self.project.notices.append((what, where, how))


def _text(row: Any, key: str) -> str:
    value = row[key] if key in row.keys() else None  # noqa: SIM118 - a row is no mapping
    return "" if value is None else str(value)


def _ends(row: Any) -> tuple[int, int]:
    ends = [row[key] for key in ("pos0", "pos1")]
    return (ends[0], ends[1]) if all(isinstance(end, int) and abs(end) < 1 << 40 for end in ends) else (-1, -1)


def _moment(row: Any) -> str:
    return _text(row, "date").strip().replace(" ", "T", 1)
