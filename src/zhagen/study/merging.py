"""Two studies made one: what several coders did on copies of one folder, or exported from the page, put together.

Nothing is lost: the same coding is kept once, codes of one label are one code, and where two copies say different
things, one is kept, the other is written beside it (a new id, a memo), and both are listed as a conflict.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date as calendar
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zhagen.errors import StudyError
from zhagen.study.correcting import find_marks, move_marks
from zhagen.study.editing import new_memo_id, relink
from zhagen.study.folder import KEYS, columns_of, read_any_table, sha256_of, split_list, typed_table
from zhagen.study.following import ENDS, acts_alone, follow_acts
from zhagen.study.history import code_lineage, history_faults, settle_history
from zhagen.study.study import EVERYBODY, Study, open_study, remake_study
from zhagen.text.alignment import align_texts
from zhagen.vocabulary import DEFINING

CONFLICTS = "kind code source_id start end ours theirs done".split()
DIFFERENCES = "kind label source_id start end coder other words others".split()
CODING_KEY = ["source_id", "start", "end", "code_id", "coder"]
EXPORT = ("source_id", "start", "end", "code_id", "coder")  # what an export of the page must have


@dataclass(frozen=True, eq=False, repr=False)
class StudyMerge:
    """Two studies made one.

    Attributes
    ----------
    study : Study
        The study that they make.
    conflicts : pandas.DataFrame
        What the two copies say differently: ``kind`` (``label``, ``parent``, ``level``, ``definition``, ``text``,
        ``coding``, ``memo``, ``note``, ``speaker``, ``model``, ``row``), ``code`` (label), ``source_id``, ``start``,
        ``end`` (-1 where it has no place), ``ours``, ``theirs`` (str), ``done`` (what became of theirs).
    added : dict of str to int
        Table -> rows that the other study brought.
    """

    study: Study
    conflicts: pd.DataFrame
    added: dict[str, int]

    def __repr__(self) -> str:
        new = ", ".join(f"{number} rows in {name}" for name, number in self.added.items() if number) or "nothing"
        lines = [f"new: {new}", f"{len(self.conflicts)} conflicts"]
        for row in self.conflicts.to_dict("records"):
            place = f"{row['source_id']} {row['start']}-{row['end']}" if row["start"] >= 0 else row["source_id"]
            where = " ".join(filter(None, (row["kind"], row["code"], place)))
            lines.append(f"{where}: {_short(row['ours'])} | {_short(row['theirs'])}: {row['done']}")
        return "\n".join(lines)


def merge_studies(study: Study, other: Study, *, date: str | None = None) -> StudyMerge:
    """Put what another study of the same sources has into a study.

    Parameters
    ----------
    study : Study
        The study that the other one is put into; where the two say different things, what it says remains.
    other : Study
        The other one, such as a second coder's copy. Its sources may be others, too.
    date : str, optional
        The day, for the memos in which the other's words are kept; without it, today.

    Returns
    -------
    StudyMerge
        The study and the conflicts; it prints itself.

    Raises
    ------
    StudyError
        If the two do not make a study, such as codes whose parents run in a circle.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> merge_studies(practice_study(), practice_study())
    new: nothing
    0 conflicts
    """
    return _Merge(study, other, calendar.today().isoformat() if date is None else date).result()


def read_study(path: Path | str, study: Study) -> Study:
    """Open what a coder sends: the folder of a study, or the codings that a page exported, as a study.

    Parameters
    ----------
    path : pathlib.Path or str
        A folder, or a CSV file with ``source_id``, ``start``, ``end``, ``code_id``, ``coder`` and, for codes that the
        study does not have, ``label``.
    study : Study
        The study whose sources were coded.

    Returns
    -------
    Study
        With the sources and codes of the study and the codings of the file.

    Raises
    ------
    StudyError
        If a file is no export, names another source, or its words are not at their places: file and line.
    """
    if Path(path).is_dir():
        return open_study(path)
    table, lines = read_any_table(Path(path))
    lacking = [name for name in EXPORT if name not in table]
    if lacking:
        todo = f"give an export of the page, with {', '.join(EXPORT)}"
        raise StudyError(f"there is no column {lacking[0]!r}", f"{path}, line 1", todo)
    codes, labels = study.codebook.codes, study.codebook.labels()
    new: dict[str, str] = {}
    for line, row in zip(lines, table.to_dict("records"), strict=True):
        where = f"{path}, line {line}"
        if row["source_id"] not in study.texts:
            raise StudyError(f"there is no source {row['source_id']!r}", where, "merge exports of this study's sources")
        for name in ("start", "end"):
            if not re.fullmatch("[0-9]{1,9}", row[name].strip()):
                raise StudyError(f"the {name} is {row[name]!r}", where, "write a whole number")
        if row["code_id"] not in labels:
            if not row.get("label"):
                raise StudyError(f"there is no code {row['code_id']!r}", where, "write its label under label")
            new[row["code_id"]] = row["label"]
    rows = [{"code_id": one, "label": label, "level": "concept"} for one, label in new.items()]
    table = table.assign(start=table.start.astype("int64"), end=table.end.astype("int64"))
    if "coding_id" not in table:
        table = table.assign(coding_id=[f"{Path(path).stem}-{number}" for number in range(1, len(table) + 1)])
    kept = [name for name in (*columns_of("codings"), "memo") if name in table]
    coders = list(dict.fromkeys(table.coder))
    bare = {name: pd.DataFrame(columns=columns_of(name)) for name in ("differences", "paradigm", "negative_cases")}
    bare["memos"], bare["mechanism"] = study.memos.iloc[:0], study.mechanism.iloc[:0]
    codings = typed_table("codings", table[kept])
    try:
        found = remake_study(
            study,
            codes=pd.concat([codes, pd.DataFrame(rows)], ignore_index=True).fillna("") if rows else codes,
            codings=codings,
            about={**study.about, "coders": coders},
            history=study.history.iloc[:0],
            models={},
            **bare,
        )
    except StudyError as error:
        raise StudyError(error.found, f"{path}: {error.where}", error.todo) from error
    lost = found.codings[found.codings.anchor == "lost"]
    if len(lost):
        first = lost.iloc[0]
        said = f"the words of {first.coding_id} are not at {first.start} to {first.end} of {first.source_id}"
        raise StudyError(said, f"{path}, line {lines[lost.index[0]]}", "export it from a page of these texts")
    return found


def coder_differences(study: Study, coders: Iterable[str] | None = None) -> pd.DataFrame:
    """List where coders do not agree, by code and place, for their talk on it.

    Parameters
    ----------
    study : Study
        The study.
    coders : iterable of str, optional
        Who is compared; without it all who coded alone.

    Returns
    -------
    pandas.DataFrame
        One row a coding that another coder of the source does not have: ``kind`` (``boundary``: the same code on words
        that meet it; ``code``: other codes on words that meet it; ``alone``: nothing there), ``label``, ``source_id``,
        ``start``, ``end``, ``coder``, ``other`` (the coder who does not have it), ``words`` (what it marks), ``others``
        (what the other has there: labels, or for a boundary its offsets). A boundary is listed once. A source that a
        coder has not begun is compared with the others alone.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> coder_differences(practice_study()).kind.value_counts().to_dict()
    {'boundary': 190, 'alone': 66, 'code': 47}
    """
    names = study.single_coders if coders is None else study.chosen_coders(coders)
    quoted = study.quotations(coder=names, roles=EVERYBODY)
    rows: list[tuple[Any, ...]] = []
    cells = {name: quoted[name].to_numpy(dtype=object) for name in "start end label quote".split()}
    places = quoted.groupby(["source_id", "coder"], sort=False).indices
    for source in dict.fromkeys(quoted.source_id.tolist()):
        own = {name: places.get((source, name), np.array([], np.int64)) for name in names}
        spans = {name: tuple(cells[one][at] for one in ("start", "end", "label")) for name, at in own.items()}
        for name, at in own.items():
            for other in (one for one in names if one != name and len(own[one])):
                starts, ends, labels = spans[other]
                for row in at:
                    start, end, label, quote = (cells[one][row] for one in cells)
                    hits = np.flatnonzero((starts < end) & (ends > start))
                    same = [hit for hit in hits if labels[hit] == label]
                    if any(starts[hit] == start and ends[hit] == end for hit in same):
                        continue
                    if same:
                        kind, there = "boundary", "; ".join(f"{starts[hit]}-{ends[hit]}" for hit in same)
                        if names.index(name) > names.index(other):
                            continue  # it is listed from the other side
                    else:
                        kind, there = ("code" if len(hits) else "alone"), "、".join(dict.fromkeys(labels[hits]))
                    rows.append((kind, label, source, start, end, name, other, quote, there))
    found = pd.DataFrame(rows, columns=DIFFERENCES)
    if not study.about.get("invented"):
        found.attrs["wording"] = ["words"]  # as in `Study.quotations`
    return found


def _laid_beside(other: Study, study: Study) -> tuple[Study, list[dict[Any, Any]]]:
    """Return a study with its passages where their words are in another one's texts, and those whose words are not."""
    touched: list[dict[Any, Any]] = []
    codings, differences = other.codings.reset_index(drop=True), other.differences.reset_index(drop=True)
    for source, old in other.texts.items():
        if study.texts.get(source, old) == old:
            continue
        aligned = align_texts(old, study.texts[source])
        marks = find_marks(other, source, aligned)
        touched += marks[marks.what != ""].assign(source_id=source).to_dict("records")
        marks = marks[marks.what != "gone"]  # they are lost, and listed when the study is opened
        codings = move_marks(codings, "coding_id", marks, source, aligned)
        differences = move_marks(differences, "difference_id", marks, source, aligned)
    return replace(other, codings=codings, differences=differences), touched


class _Merge:
    """The tables of a study while another one's are put into them."""

    def __init__(self, study: Study, other: Study, day: str) -> None:
        self.ours, unsure = follow_acts(study, other)
        followed, more = follow_acts(other, study)
        self.acts = [_acts_alone(*pair) for pair in ((study, other), (other, study))]  # of ours, of theirs
        self.day, self.given = day, (study, other)
        self.theirs, self.touched = _laid_beside(followed, study)
        self.labels, self.their_labels = self.ours.codebook.labels(), self.theirs.codebook.labels()
        self.conflicts: list[tuple[Any, ...]] = []
        self.overruled: set[tuple[str, str]] = set()  # acts of theirs that ours said otherwise: act, code
        self.added: dict[str, int] = {}
        self.parts: dict[str, pd.DataFrame] = {}
        self.memos: list[dict[str, Any]] = []
        self.renamed: dict[str, str] = {}  # our label -> the newer one that they gave the code
        self.become: dict[str, str] = {}  # their code -> the code that it is here
        for mine, acts, one in zip((study, other), self.acts, (self.ours, followed), strict=True):
            labels = mine.codebook.labels()
            for code in sorted({code for act, code in acts if act == "rename" and code in labels}):
                if code not in one.codebook.labels():
                    pair = (labels[code], "") if mine is study else ("", labels[code])
                    self.conflict("label", *pair, "the other copy ended the code: its codings are where that put them")
        for row in [*unsure, *more]:
            place = (row["source_id"], row["start"], row["end"])
            self.conflict(
                "coding",
                row["label"],
                row["into"],
                "the code was split: put it under the right part",
                row["label"],
                place,
            )

    def conflict(self, kind: str, ours: object, theirs: object, done: str, code: str = "", place: Any = None) -> None:
        source, start, end = place or ("", -1, -1)
        self.conflicts.append((kind, code, source, start, end, str(ours), str(theirs), done))

    def keep(self, title: str, text: str, *, codes: Iterable[str] = (), sources: Iterable[str] = ()) -> str:
        """Keep words of the other study in a memo."""
        used = pd.concat([self.parts["memos"], self.their_memos, pd.DataFrame(self.memos)])
        memo: dict[str, Any] = {"memo_id": new_memo_id(used), "date": self.day, "coder": "", "kind": "method"}
        memo |= {"codes": list(codes), "sources": list(sources), "codings": [], "title": title}
        self.memos.append(memo | {"text": f"# {title}\n\n{text}"})
        return str(memo["memo_id"])

    def result(self) -> StudyMerge:
        self.parts["memos"] = self._memos()
        codes = self._codes()
        sources, texts = self._sources()
        codings, ids = self._codings(texts)
        theirs = {name: getattr(self.theirs, name) for name in ("memos", "mechanism", "paradigm", "negative_cases")}
        theirs["memos"] = self.their_memos
        relink(theirs, ids)
        for name in ("differences", "paradigm", "negative_cases", "gioia", "sampling", "speakers"):
            self.parts[name] = self._rows(name, theirs.get(name, getattr(self.theirs, name)))
        mechanism, models = self._models(theirs["mechanism"])
        notes = self._notes()
        history = self._history(codes)
        memos = pd.concat([self.parts.pop("memos"), theirs["memos"], pd.DataFrame(self.memos)], ignore_index=True)
        about = {**self.theirs.about, **self.ours.about}
        if "coders" in about:
            about["coders"] = list(dict.fromkeys([*self.ours.coders, *self.theirs.coders]))
        study = remake_study(
            self.ours,
            about=about,
            texts=texts,
            sources=sources,
            codes=codes,
            codings=codings,
            memos=memos[self.ours.memos.columns],
            mechanism=mechanism,
            models=models,
            notes=notes,
            history=history,
            **self.parts,
        )
        return StudyMerge(study, pd.DataFrame(self.conflicts, columns=CONFLICTS), self.added)

    def _memos(self) -> pd.DataFrame:
        ours = {memo["memo_id"]: memo for memo in _records(self.ours.memos)}
        kept, self.memo_ids = [], {}
        used = self.ours.memos
        for memo in _records(self.theirs.memos):
            old = ours.get(memo["memo_id"])
            if old == memo:
                continue
            if old is not None:
                name = new_memo_id(pd.concat([used, self.theirs.memos]))
                self.conflict("memo", old["title"], memo["title"], f"theirs is {name}")
                self.memo_ids[memo["memo_id"]] = name
                memo = memo | {"memo_id": name}
            kept.append(memo)
            used = pd.concat([used, pd.DataFrame([memo])], ignore_index=True)
        self.their_memos = pd.DataFrame(kept, columns=self.ours.memos.columns)
        self.added["memos"] = len(kept)
        return self.ours.memos

    def _codes(self) -> pd.DataFrame:
        ours = {row["code_id"]: row for row in _records(self.ours.codebook.codes)}
        by_label = {(row["level"], row["label"]): code_id for code_id, row in ours.items()}
        lives = [_labels(one) for one in (self.ours, self.theirs)]
        new: list[dict[str, Any]] = []
        past = {one for cell in self.ours.history.code_id for one in split_list(cell)}
        for row in _records(self.theirs.codebook.codes):
            code_id, label = row["code_id"], row["label"]
            old = ours.get(code_id)
            if old is not None and old["label"] == label:
                target = code_id
            elif (row["level"], label) in by_label:
                target = by_label[row["level"], label]
            elif old is not None and old["label"] in lives[1].get(code_id, []):  # they gave it a new name
                self.conflict("label", old["label"], label, f"{code_id} is called as they renamed it", label)
                self.renamed[old["label"]] = label
                old["label"], target = label, code_id
            elif old is not None and label in lives[0].get(code_id, []):
                target = code_id
                self.conflict("label", old["label"], label, f"{code_id} keeps the newer name", old["label"])
            elif old is not None and lives[0].get(code_id, [""])[0] == lives[1].get(code_id, [None])[0]:
                target = code_id  # both gave it a new name
                self.conflict("label", old["label"], label, "ours is kept", old["label"])
                self.overruled.add(("rename", code_id))
            else:
                target = code_id
                if code_id in ours or code_id in past:
                    number = 2
                    while f"{code_id}-{number}" in {*ours, *past, *(one["code_id"] for one in new)}:
                        number += 1
                    target = f"{code_id}-{number}"
                    said = old["label"] if old is not None else "a code that ended"
                    self.conflict("label", said, label, f"theirs is {target}", label)
                new.append(row | {"code_id": target})
            self.become[code_id] = target
        for row in new:
            row["parent_id"] = self.become.get(row["parent_id"], "")
        for row in _records(self.theirs.codebook.codes):
            target = self.become[row["code_id"]]
            if target in ours:
                self._compare_code(ours[target], row)
        self.added["codebook"] = len(new)
        return pd.concat([pd.DataFrame(list(ours.values())), pd.DataFrame(new)], ignore_index=True).fillna("")

    def _compare_code(self, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
        label, parent = ours["label"], self.become.get(theirs["parent_id"], "")
        if ours["level"] != theirs["level"]:
            self.conflict("level", ours["level"], theirs["level"], "ours is kept", label)
        elif ours["parent_id"] != parent:
            moved = [("move", ours["code_id"]) in acts for acts in self.acts]
            if not ours["parent_id"] or moved == [False, True]:
                ours["parent_id"] = parent
            elif parent and moved != [True, False]:
                self.conflict("parent", ours["parent_id"], parent, "ours is kept", label)
                self.overruled.add(("move", ours["code_id"]))
        other = []
        for column, name in DEFINING.items():
            mine, said = ours.get(column, ""), theirs.get(column, "")
            if said and not mine:
                ours[column] = said
            elif said and said != mine:
                other.append((column, name, mine, said))
        if other:
            words = "\n".join(f"- {name}：{said}" for _, name, _, said in other)
            memo = self.keep(f"{label}：另一份编码本的写法", words, codes=[ours["code_id"]])
            for column, _, mine, said in other:
                self.conflict(
                    "definition", mine, said, f"ours is kept as its {column}, theirs in the memo {memo}", label
                )

    def _sources(self) -> tuple[pd.DataFrame, dict[str, str]]:
        texts = dict(self.ours.texts)
        for source, text in self.theirs.texts.items():
            if source in texts and texts[source] != text:
                done = "ours is kept, their codings are where their words are in it"
                self.conflict(
                    "text", f"{len(texts[source])} characters", f"{len(text)} characters", done, place=(source, -1, -1)
                )
            texts.setdefault(source, text)
        theirs = self.theirs.sources[~self.theirs.sources.source_id.isin(self.ours.texts)].copy()
        used = {*self.ours.sources.file}
        theirs["file"] = [
            file if file not in used else f"sources/{source}.txt"
            for file, source in zip(theirs.file, theirs.source_id, strict=True)
        ]
        known = set(self.ours.codings.coding_id)
        for row in self.touched:
            if row["coder"] and row["coding_id"] not in known:
                done = (
                    "its words are gone: it is lost"
                    if row["what"] == "gone"
                    else "it marks the words at this place in ours"
                )
                place = (row["source_id"], row["new_start"], row["new_end"])
                self.conflict("coding", row["new_words"], row["words"], done, row["label"], place)
        self.added["sources"] = len(theirs)
        return pd.concat([self.ours.sources, theirs], ignore_index=True).fillna(""), texts

    def _codings(self, texts: dict[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
        """Return the codings of both, and what their ids are here."""
        ours = self.ours.codings.drop(columns=["anchor", "places"])
        theirs = self.theirs.codings.drop(columns=["anchor", "places"])
        theirs = theirs.assign(code_id=theirs.code_id.map(self.become))
        spans = zip(theirs.source_id, theirs.start, theirs.end, theirs.quote_sha256, strict=True)
        theirs["quote_sha256"] = [old or sha256_of(self.theirs.texts[one][a:b]) for one, a, b, old in spans]
        same = dict(
            zip(zip(*(ours[name].tolist() for name in CODING_KEY), strict=True), ours.coding_id.tolist(), strict=True)
        )
        columns = {name: ours[name].tolist() for name in ["coding_id", *CODING_KEY, "quote_sha256"]}
        mine = dict(zip(columns["coding_id"], range(len(ours)), strict=True))
        used, ids = set(mine), {}
        keep = []
        notes = dict(zip(ours.coding_id, ours["memo"], strict=True)) if "memo" in ours else {}
        sums = theirs.quote_sha256.tolist()
        their_notes = theirs["memo"].tolist() if "memo" in theirs else [""] * len(theirs)
        for row, values in enumerate(zip(*(theirs[name].tolist() for name in ["coding_id", *CODING_KEY]), strict=True)):
            coding_id, place = values[0], values[1:]
            note = their_notes[row]
            if place in same:
                ids[coding_id] = here = same[place]
                if note and note not in notes.get(here, ""):
                    if notes.get(here):
                        label = self._label(place[3])
                        self.conflict("note", notes[here], note, "both are kept", label, place[:3])
                    notes[here] = "\n".join(filter(None, (notes.get(here, ""), note)))
                continue
            old = {name: cells[mine[coding_id]] for name, cells in columns.items()} if coding_id in mine else None
            if old is not None and (old["code_id"], old["coder"], old["quote_sha256"]) == (*place[3:], sums[row]):
                ids[coding_id] = coding_id  # the same words, in a text that one of the two changed
                continue
            name, number = coding_id, 2
            while name in used:
                name, number = f"{coding_id}-{number}", number + 1
            if old is not None and old["coder"] == place[4]:
                said = [
                    f"{one['source_id']} {one['start']}-{one['end']} {self._label(one['code_id'])}"
                    for one in (old, dict(zip(CODING_KEY, place, strict=True)))
                ]
                done = f"both are kept, theirs is {name}"
                self.conflict("coding", said[0], said[1], done, self._label(place[3]), place[:3])
            used.add(name)
            ids[coding_id] = name
            same[place] = name
            keep.append(row)
        new = theirs.iloc[keep]
        new = new.assign(coding_id=new.coding_id.map(ids))
        self.added["codings"] = len(new)
        every = pd.concat([ours, new], ignore_index=True)
        if notes:
            every["memo"] = every.coding_id.map(notes).fillna(every.get("memo", pd.Series("", index=every.index)))
        every = every.fillna({name: "" for name in every if name not in ("start", "end")})
        return every, {old: new for old, new in ids.items() if old != new}

    def _label(self, code_id: str) -> str:
        return self.labels.get(code_id, code_id)

    def _rows(self, name: str, theirs: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of both of a table, the same once."""
        ours = getattr(self.ours, name)
        for column in ("code_id", "category_id"):
            if column in theirs:
                theirs = theirs.assign(**{column: theirs[column].map(lambda one: self.become.get(one, one))})
        if "memo_id" in theirs:
            theirs = theirs.assign(memo_id=theirs.memo_id.map(lambda one: self.memo_ids.get(one, one)))
        columns = list(dict.fromkeys([*ours, *theirs]))
        mine = set(ours.reindex(columns=columns, fill_value="").itertuples(index=False, name=None))
        filled = theirs.reindex(columns=columns, fill_value="")
        new = filled[_each(filled, lambda row: row not in mine)]
        keys = {"speakers": ["source_id", "speaker"], "gioia": ["code_id"], "sampling": ["order", "source_id"]}
        key = keys.get(name, [KEYS[name]] if name in KEYS else [])
        if key:
            have = set(ours[key].itertuples(index=False, name=None))
            again = _each(new[key], lambda row: row in have)
            for row in new[again].to_dict("records"):
                where = " ".join(str(row[one]) for one in key)
                said = "; ".join(f"{column}: {cell}" for column, cell in row.items() if cell != "")
                memo = self.keep(f"{name}.csv：另一份的一行", said)
                kind = "speaker" if name == "speakers" else "row"
                self.conflict(kind, f"{name} {where}", said, f"ours is kept, theirs is in the memo {memo}")
            new = new[~again]
        self.added[name] = len(new)
        return pd.concat([ours, new], ignore_index=True).fillna("")

    def _models(self, theirs: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
        labels = {label: self._here(code_id) for code_id, label in self.their_labels.items()}
        placed = {name: theirs[name].map(lambda one: labels.get(one, one)) for name in ("source", "target")}
        theirs, models = theirs.assign(**placed), dict(self.ours.models)
        ends = ["source", "target"]
        frames = [self.ours.mechanism.assign(**{one: self.ours.mechanism[one].replace(self.renamed) for one in ends})]
        columns = "source target relation sign status reason rival codings memos".split()
        for model, title in self.theirs.models.items():
            edges = theirs[theirs.model_id == model]
            mine = frames[0][frames[0].model_id == model]
            if model in models and edges[columns].values.tolist() == mine[columns].values.tolist():
                continue
            name, number = model, 2
            while name in models:
                name, number = f"{model}-{number}", number + 1
            if name != model:
                self.conflict("model", models[model], title, f"theirs is {name}")
            models[name] = title
            frames.append(edges.assign(model_id=name))
            self.added["models"] = self.added.get("models", 0) + 1
        return pd.concat(frames, ignore_index=True), models

    def _here(self, code_id: str) -> str:
        label = self.labels.get(self.become[code_id], self.their_labels[code_id])
        return self.renamed.get(label, label)

    def _notes(self) -> dict[str, str]:
        notes = dict(self.ours.notes)
        for name, text in self.theirs.notes.items():
            if name in notes and notes[name] != text:
                memo = self.keep(f"{name}：另一份", text)
                self.conflict("note", name, name, f"ours is kept, theirs is in the memo {memo}")
            notes.setdefault(name, text)
        return notes

    def _history(self, codes: pd.DataFrame) -> pd.DataFrame:
        """Return the acts of both in the order of their days; codes that came in without an act get one."""
        ours, theirs = self.ours.history, self.theirs.history
        columns = list(dict.fromkeys([*ours, *theirs]))
        mine = set(ours.reindex(columns=columns, fill_value="").itertuples(index=False, name=None))

        def here(cell: str) -> str:
            return ";".join(self.become.get(one, one) for one in split_list(cell))

        labels = dict(zip(codes.code_id, codes.label, strict=True))
        known, become = set(ours.code_id), set(self.become)
        living = {target for old, target in self.become.items() if old != target or target not in known}
        new = theirs.reindex(columns=columns, fill_value="")
        new = new[_each(new, lambda row: row not in mine)]
        new = new.assign(
            code_id=new.code_id.map(here), memo_id=new.memo_id.map(lambda one: self.memo_ids.get(one, one))
        )
        for name in ("from", "to"):
            new = new.assign(
                **{name: [here(cell) if become.intersection(split_list(cell)) else cell for cell in new[name]]}
            )
        created = set(ours.code_id[ours.act == "create"])
        new = new[~((new.act == "create") & new.code_id.isin(created))]  # a code is created once
        # a code that is there did not end, whatever they did with it, and what ended in ours does not end again
        over = {*codes.code_id, *ours.code_id[ours.act.isin(ENDS)]}
        new = new[
            [
                (act, code) not in self.overruled and (act not in ENDS or code not in over or code in split_list(to))
                for act, code, to in zip(new.act, new.code_id, new.to, strict=True)
            ]
        ]
        other = {target for old, target in self.become.items() if old != target}
        first: dict[str, dict[Any, Any]] = {}  # their acts on a code that is another one here, created under its old id
        for act in new.to_dict("records"):
            label = act["from"] if act["act"] == "rename" else labels.get(act["code_id"], act["code_id"])
            row = act | {"act": "create", "from": "", "to": label, "reason": "合并时带来的"}
            first.setdefault(act["code_id"], row if act["code_id"] in other and act["act"] != "create" else {})
        if begin := [row for row in first.values() if row]:
            new = pd.concat([pd.DataFrame(begin), new], ignore_index=True)
        self.added["history"] = len(new)
        every = pd.concat([ours, new], ignore_index=True).fillna("")
        if every.empty:
            return every
        every = every.sort_values("date", kind="stable", ignore_index=True)
        named = {one for cell in [*every.code_id, *every.to] for one in split_list(cell)} | set(every.to)
        last = max([self.day, *every.date])
        begun = []
        for row in codes.to_dict("records"):
            unnamed = row["code_id"] not in named and (row["code_id"] in other or row["label"] not in named)
            if row["code_id"] in living and unnamed:
                act = dict.fromkeys(every.columns, "") | {"date": last, "act": "create", "code_id": row["code_id"]}
                begun.append(act | {"to": row["label"], "reason": "合并时带来的"})
                if row["parent_id"]:
                    begun.append(act | {"act": "move", "to": row["parent_id"], "reason": "合并时带来的"})
        every = pd.concat([every, pd.DataFrame(begun)], ignore_index=True) if begun else every
        before = {
            fault.found
            for one in self.given
            for fault in history_faults(one.history, one.codebook.codes, [0] * len(one.history))
        }
        every, left_out = settle_history(every, codes, max([self.day, *every.date]), "合并后与编码本一致", before)
        for gone in left_out:
            said = "; ".join(f"{column}: {gone[column]}" for column in map(str, ours) if gone.get(column))
            memo = self.keep("history.csv：合并后不再成立的一行", f"{said}\n\n{gone['found']}")
            where = f"history {gone['date']} {gone['act']} {gone['code_id']}"
            self.conflict("row", where, gone["found"], f"the act is left out, it is in the memo {memo}")
        return every


def _acts_alone(study: Study, other: Study) -> set[tuple[str, str]]:
    """Return which acts on which codes are in the history of a study and not in that of another one."""
    acts = acts_alone(study, other)
    return {(act, code) for act, cell in zip(acts["act"], acts["code_id"], strict=True) for code in split_list(cell)}


def _labels(study: Study) -> dict[str, list[str]]:
    """Return the labels that each code of a study ever had."""
    if study.history.empty:
        return {}
    found = code_lineage(study)
    return dict(zip(found.code_id, found.labels, strict=True))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _each(frame: pd.DataFrame, holds: Callable[[tuple[Any, ...]], bool]) -> np.ndarray:
    """Say of each row of a table whether something holds."""
    return np.array([holds(row) for row in frame.itertuples(index=False, name=None)], bool)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:38]}……"
