"""Acts on a codebook: each changes the codes, the codings and what points to them, and writes itself into the history.

Each takes a study and returns the changed one; `zhagen.study.update_study` writes it. What a code that ends said (its
definition, when to use it and when not) is kept in a memo. An act that could be meant in two ways is refused.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Container, Iterable, Mapping
from datetime import date as calendar
from itertools import accumulate
from pathlib import Path
from typing import Any, TypedDict, Unpack

import pandas as pd

from zhagen.errors import StudyError
from zhagen.study.folder import ID, columns_of, read_any_table, split_list
from zhagen.study.study import Study, remake_study
from zhagen.vocabulary import DEFINING, LEVELS

BEGUN = "记历史以前已有"
CELL = 30_000  # characters of a cell; Excel holds 32,767
POINTING = {"differences": ["code_id"], "gioia": ["code_id"], "paradigm": ["category_id", "code_id"]}
LISTING = {"paradigm": "codings", "negative_cases": "coding_ids"}  # columns that list codings


class Act(TypedDict, total=False):
    """What the history says of an act beside the act itself; every act on a codebook takes these keywords.

    Attributes
    ----------
    reason : str, default ""
        Why.
    coder : str, default ""
        Who did it.
    date : str, optional
        The day, such as ``2024-03-05``; without it, today.
    """

    reason: str
    coder: str
    date: str | None


def add_code(
    study: Study,
    label: str,
    *,
    level: str = "concept",
    parent: str = "",
    code_id: str = "",
    definition: str = "",
    **act: Unpack[Act],
) -> Study:
    """Add a code to the codebook.

    Parameters
    ----------
    study : Study
        The study.
    label : str
        Its label.
    level : str, default "concept"
        Its level, such as ``category``.
    parent : str, default ""
        Id or label of the code above it.
    code_id : str, default ""
        Its id; without it, the next number.
    definition : str, default ""
        Its definition.
    **act : Act
        Who did it, when and why.

    Returns
    -------
    Study
        The study with one code more.

    Raises
    ------
    StudyError
        If the label, the id or the level cannot be used, or the date is before that of the last act.
    ZhagenError
        If there is no such parent.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> found = add_code(practice_study(), "看着不翻", parent="承诺落空", date="2024-08-01")
    >>> found.codebook.above("看着不翻"), found.history.act.tolist()[-2:]
    (['c14'], ['create', 'move'])
    """
    change = _Change(study, **act)
    change.begin(label, level, study.codebook.find(parent) if parent else "", code_id, definition)
    return change.study()


def add_codes(study: Study, codes: pd.DataFrame, **act: Unpack[Act]) -> Study:
    """Add the codes of a whole codebook, in one act.

    Parameters
    ----------
    study : Study
        The study.
    codes : pandas.DataFrame
        ``code_id``, ``label``, ``level`` and, where there are any, ``parent_id`` and further columns of a codebook.
    **act : Act
        Who did it, when and why.

    Returns
    -------
    Study
        The study. The history names the ids of all codes in one row (in a few, if a cell would get too long).

    Raises
    ------
    StudyError
        If a label, an id, a level or a parent cannot be used, or the date is before that of the last act.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> rows = pd.DataFrame({"code_id": ["x1", "x2"], "label": ["看着不翻", "翻了不买"], "level": "concept"})
    >>> found = add_codes(practice_study(), rows, date="2024-08-01")
    >>> found.history.code_id.iloc[-1], len(found.codebook.codes) - len(practice_study().codebook.codes)
    ('x1;x2', 2)
    """
    change = _Change(study, **act)
    change.begin_all(codes)
    return change.study()


def drop_codes(study: Study, codes: Iterable[str], **act: Unpack[Act]) -> Study:
    """Take codes that nothing uses out of the codebook, in one act: those that were added by mistake.

    Parameters
    ----------
    study : Study
        The study.
    codes : iterable of str
        Ids of codes; those that have codings, or are named by a memo, a table, a model or a code that stays, stay.
    **act : Act
        Who did it, when and why.

    Returns
    -------
    Study
        The study; the same object if all of them stay.

    Raises
    ------
    StudyError
        If the date is before that of the last act.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> study = add_code(practice_study(), "看着不翻", code_id="x1", date="2024-08-01")
    >>> drop_codes(study, ["x1", "c04"], date="2024-08-01").history.code_id.tolist()[-2:]
    ['x1', 'x1']
    """
    book = study.codebook.codes
    named = {*study.codings.code_id, *(one for linked in study.memos.codes for one in linked)}
    named |= {cell for name, columns in POINTING.items() for column in columns for cell in getattr(study, name)[column]}
    ends = {*study.mechanism.source, *study.mechanism.target}
    named |= set(book.code_id[book.label.isin(list(ends))])
    going = set(codes) & set(book.code_id) - named
    while kept := going & set(book.parent_id[~book.code_id.isin(list(going))]):
        going -= kept
    if not going:
        return study
    change = _Change(study, **act)
    gone = book.code_id.isin(list(going))
    change.codes = change.codes[~change.codes.code_id.isin(list(going))].reset_index(drop=True)
    change.act_on("retire", book.code_id[gone].tolist())
    return change.study()


def rename_code(study: Study, code: str, label: str, **act: Unpack[Act]) -> Study:
    """Give a code another label. Its id and its codings stay.

    Parameters
    ----------
    study : Study
        The study.
    code : str
        Id or label of the code.
    label : str
        The new label.
    **act : Act
        Who did it, when and why.

    Returns
    -------
    Study
        The study; arrows of its models are drawn to the new label, too.

    Raises
    ------
    StudyError
        If another code has the label, it cannot be one, or the date is before that of the last act.
    ZhagenError
        If there is no such code, or several have this label.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> found = rename_code(practice_study(), "c04", "说了没做到", reason="短一些", date="2024-08-01")
    >>> len(found.quotations("说了没做到")) == len(practice_study().quotations("c04"))
    True
    """
    change = _Change(study, **act)
    found, old = study.codebook.find(code), change.labels()[study.codebook.find(code)]
    if label == old:
        raise StudyError(f"{found} is called {label} already", todo="give another label")
    change.check_label(label)
    change.codes.loc[change.codes.code_id == found, "label"] = label
    change.relabel(old, label)
    change.act("rename", found, old, label)
    return change.study()


def move_code(study: Study, code: str, parent: str = "", **act: Unpack[Act]) -> Study:
    """Put a code under another one.

    Parameters
    ----------
    study : Study
        The study.
    code : str
        Id or label of the code.
    parent : str, default ""
        Id or label of the code above it; empty: none.
    **act : Act
        Who did it, when and why.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    StudyError
        If the parent is the code itself, below it, or not of a higher level, or the date is before that of the last
        act.
    ZhagenError
        If there is no such code, or several have this label.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> move_code(practice_study(), "c04", date="2024-08-01").codebook.above("c04")
    []
    """
    change = _Change(study, **act)
    found, above = study.codebook.find(code), study.codebook.find(parent) if parent else ""
    if above in study.codebook.below(found):
        raise StudyError(f"{above} is {found} itself or below it", todo="name a code of a higher level")
    change.move(found, above)
    return change.study()


def merge_codes(
    study: Study,
    codes: str | Iterable[str],
    into: str,
    **act: Unpack[Act],
) -> Study:
    """Let codes end in another one, which gets their codings and the codes below them.

    Where a coder gave two of them to the same words, one coding remains, and what pointed to the other points to it.

    Parameters
    ----------
    study : Study
        The study.
    codes : str or iterable of str
        Ids or labels of the codes that end.
    into : str
        Id or label of the code that remains.
    **act : Act
        Who did it, when and why.

    Returns
    -------
    Study
        The study; what the ended codes said is in a memo.

    Raises
    ------
    StudyError
        If no code is given, one is `into` itself, of another level or on its way up, a model has an arrow between
        them, or the date is before that of the last act.
    ZhagenError
        If there is no such code, or several have this label.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> study = practice_study()
    >>> found = merge_codes(study, "c04", "c08", reason="都是落空", date="2024-08-01")
    >>> len(found.codebook.codes) == len(study.codebook.codes) - 1, len(found.codings) == len(study.codings)
    (True, True)
    """
    change, target = _Change(study, **act), study.codebook.find(into)
    going = list(dict.fromkeys(study.codebook.find(one) for one in ([codes] if isinstance(codes, str) else codes)))
    if not going or target in going:
        raise StudyError(f"nothing can be merged into {into}", todo="name other codes than the one that remains")
    level, labels = change.levels()[target], change.labels()
    for one in going:
        if change.levels()[one] != level:
            said = f"{one} is of the level {change.levels()[one]}, {target} of the level {level}"
            raise StudyError(said, todo="merge codes of one level; to put one under the other, move it")
    ends = {labels[one] for one in [*going, target]}
    for edge in study.mechanism.to_dict("records"):
        if edge["source"] in ends and edge["target"] in ends:
            said = f"the model {edge['model_id']} has an arrow {edge['source']} → {edge['target']}"
            raise StudyError(said, "mechanism.toml", "take the arrow out, or leave the codes apart")
    for child in change.codes.code_id[change.codes.parent_id.isin(going)].tolist():
        change.move(child, target)
    change.recode(dict.fromkeys(going, target))
    for one in going:
        change.relabel(labels[one], labels[target])
        change.end(one, f"{labels[one]}：并入{labels[target]}以前")
        change.act("merge", one, labels[one], target)
    return change.study()


def split_code(
    study: Study,
    code: str,
    parts: Mapping[str, Iterable[str]],
    **act: Unpack[Act],
) -> Study:
    """Divide the codings of a code between several codes; it ends unless it is one of them.

    Parameters
    ----------
    study : Study
        The study.
    code : str
        Id or label of the code.
    parts : mapping of str to iterable of str
        Code -> ids of the codings that it gets. A code by id or label; one that does not exist is made, of the level
        and under the parent of the old one.
    **act : Act
        Who did it, when and why.

    Returns
    -------
    Study
        The study; codings that no part names stay with the old code, if it is a part.

    Raises
    ------
    StudyError
        If a coding is not of the code, is in two parts or, with a code that ends, in none; if codes are below it; if
        there are fewer than two parts; if the date is before that of the last act.
    ZhagenError
        If there is no such code, or several have this label.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> study = practice_study()
    >>> ids = study.codings.coding_id[study.codings.code_id == "c04"].tolist()
    >>> found = split_code(study, "c04", {"c04": [], "人没来": ids[:3]}, date="2024-08-01")
    >>> int((found.codings.code_id == found.codebook.find("人没来")).sum())
    3
    """
    change, old = _Change(study, **act), study.codebook.find(code)
    row = study.codebook.codes[study.codebook.codes.code_id == old].iloc[0]
    own = set(study.codings.coding_id[study.codings.code_id == old])
    given = {part: list(dict.fromkeys(ids)) for part, ids in parts.items()}
    known = {*study.codebook.codes.code_id, *study.codebook.codes.label}
    found = {part: study.codebook.find(part) if part in known else "" for part in given}
    named = [one for ids in given.values() for one in ids]
    stays = old in found.values()
    if len({one or part for part, one in found.items()}) < 2:
        raise StudyError("a code is split into two codes or more", todo="name two parts")
    for one in named:
        if one not in own:
            raise StudyError(f"{one} is no coding of {old}", todo=f"`zhagen log` lists those of {old}")
        if named.count(one) > 1:
            raise StudyError(f"{one} is in two parts", todo="give each coding to one part")
    if not stays and (rest := own - set(named)):
        todo = f"give each to a part, or let {old} be one of the parts"
        raise StudyError(f"{len(rest)} codings of {old} are in no part, such as {min(rest)}", todo=todo)
    if not stays and (below := study.codebook.below(old)[1:]):
        raise StudyError(f"{below[0]} is below {old}", todo="move the codes below it first")
    for part, one in found.items():
        if one and change.levels()[one] != row["level"]:
            said = f"{one} is of the level {change.levels()[one]}, {old} of the level {row['level']}"
            raise StudyError(said, todo="split a code into codes of its level")
        if not one:
            found[part] = change.begin(part, str(row["level"]), str(row["parent_id"]))
    moved = {one: found[part] for part, ids in given.items() for one in ids}
    codings = change.parts["codings"]
    codings["code_id"] = [moved.get(one, code) for one, code in zip(codings.coding_id, codings.code_id, strict=True)]
    change.single()
    if not stays:
        _refuse_pointing(study, old)
        change.end(old, f"{row['label']}：拆开以前")
    change.act("split", old, str(row["label"]), ";".join(found.values()))
    return change.study()


def read_parts(path: Path | str) -> dict[str, list[str]]:
    """Read which coding goes to which part of a code that is split.

    Parameters
    ----------
    path : pathlib.Path or str
        A CSV file with the columns ``coding_id`` and ``to`` (a code, or the label of a new one).

    Returns
    -------
    dict of str to list of str
        As `split_code` takes it. Rows with an empty ``to`` are in no part.

    Raises
    ------
    StudyError
        If the file is no table, or lacks a column.
    """
    table, _ = read_any_table(Path(path))
    for name in ("coding_id", "to"):
        if name not in table:
            raise StudyError(f"there is no column {name!r}", f"{path}, line 1", "it needs coding_id and to")
    parts: dict[str, list[str]] = {}
    for coding_id, part in zip(table.coding_id, table["to"].str.strip(), strict=True):
        if part:
            parts.setdefault(part, []).append(coding_id)
    return parts


def retire_code(study: Study, code: str, **act: Unpack[Act]) -> Study:
    """Let a code end without a successor.

    Parameters
    ----------
    study : Study
        The study.
    code : str
        Id or label of the code.
    **act : Act
        Who did it, when and why.

    Returns
    -------
    Study
        The study; what the code said is in a memo.

    Raises
    ------
    StudyError
        If the code has codings or codes below it, or a table or model names it; if the date is before that of the last
        act.
    ZhagenError
        If there is no such code, or several have this label.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> retire_code(practice_study(), "c04", date="2024-08-01")
    Traceback (most recent call last):
    zhagen.errors.StudyError: 51 codings have the code c04 说好没兑现: merge it into another code, or split it
    """
    change, found = _Change(study, **act), study.codebook.find(code)
    label = change.labels()[found]
    if number := int((study.codings.code_id == found).sum()):
        todo = "merge it into another code, or split it"
        raise StudyError(f"{number} codings have the code {found} {label}", todo=todo)
    if below := study.codebook.below(found)[1:]:
        raise StudyError(f"{below[0]} is below {found}", todo="move the codes below it first")
    _refuse_pointing(study, found)
    change.end(found, f"{label}：停用以前")
    change.act("retire", found, label)
    return change.study()


def _refuse_pointing(study: Study, code_id: str) -> None:
    """Raise if a table or a model names a code that is to end without a successor."""
    for name, columns in POINTING.items():
        frame = getattr(study, name)
        if any(frame[column].eq(code_id).any() for column in columns):
            raise StudyError(f"{name}.csv names {code_id}", todo="name another code there first")
    label, edges = study.codebook.labels()[code_id], study.mechanism
    for edge in edges[edges.source.eq(label) | edges.target.eq(label)].to_dict("records"):
        said = f"the model {edge['model_id']} has an arrow {edge['source']} → {edge['target']}"
        raise StudyError(said, "mechanism.toml", "take the arrow out, or let it begin and end elsewhere")


class _Change:
    """The tables of a study while an act changes them."""

    def __init__(self, study: Study, *, reason: str = "", coder: str = "", date: str | None = None) -> None:
        self.old = study
        self.day, self.coder, self.reason = _day(study, date), coder, " ".join(reason.split())
        self.codes = study.codebook.codes.copy()
        names = ("codings", "memos", "mechanism", *POINTING, "negative_cases")
        self.parts = {name: getattr(study, name).reset_index(drop=True) for name in names}
        self.acts: list[dict[str, str]] = []
        self.memo_id = ""
        if study.history.empty:
            for row in self.codes.to_dict("records"):
                self.acts.append(self._row("create", row["code_id"], "", row["label"], BEGUN))
            for row in self.codes[self.codes.parent_id.ne("")].to_dict("records"):
                self.acts.append(self._row("move", row["code_id"], "", row["parent_id"], BEGUN))

    def labels(self) -> dict[str, str]:
        return dict(zip(self.codes.code_id, self.codes.label, strict=True))

    def levels(self) -> dict[str, str]:
        return dict(zip(self.codes.code_id, self.codes.level, strict=True))

    def _row(self, act: str, code_id: str, old: str, new: str, reason: str) -> dict[str, str]:
        row = {"date": self.day, "coder": self.coder, "act": act, "code_id": code_id, "from": old, "to": new}
        return row | {"reason": reason, "memo_id": ""}

    def act(self, act: str, code_id: str, old: str = "", new: str = "") -> None:
        self.acts.append(self._row(act, code_id, old, new, self.reason) | {"memo_id": self.memo_id})

    def act_on(self, act: str, ids: list[str]) -> None:
        """Write an act on many codes: one row, unless its cell would be longer than a spreadsheet holds."""
        while ids:
            ends = list(accumulate(len(one) + 1 for one in ids))
            number = max(bisect_right(ends, CELL), 1)
            self.act(act, ";".join(ids[:number]))
            ids = ids[number:]

    def begin_all(self, codes: pd.DataFrame) -> None:
        used = self.used_ids()
        labels, levels = {one: code for code, one in self.labels().items()}, self.levels()
        levels |= dict(zip(codes.code_id, codes.level, strict=True))
        order = {level: number for number, level in enumerate(LEVELS)}
        for row in codes.to_dict("records"):
            code_id, label, above = row["code_id"], row["label"], row.get("parent_id", "")
            self.check_form(label)
            self.check_new(label, labels, used)
            self.check_id(code_id, used)
            self.check_level(row["level"])
            if above and order.get(levels.get(above, ""), len(order)) >= order[row["level"]]:
                said = f"{above} cannot be above {code_id}: it is not there, or not of a higher level"
                raise StudyError(said, todo=f"a parent is of a higher level: {' > '.join(LEVELS)}")
            labels[label] = code_id
            used.add(code_id)
        rows = codes.assign(status="inferred")
        self.codes = pd.concat([self.codes, rows], ignore_index=True).fillna("")
        if len(codes) == 1:
            self.act("create", codes.code_id.iloc[0], "", codes.label.iloc[0])
        else:
            self.act_on("create", codes.code_id.tolist())

    def used_ids(self) -> set[str]:
        return {one for cell in self.old.history.code_id for one in split_list(cell)} | {*self.codes.code_id}

    def check_label(self, label: str) -> None:
        self.check_form(label)
        self.check_new(label, {one: code for code, one in self.labels().items()}, self.used_ids())

    @staticmethod
    def check_form(label: str) -> None:
        if not label.strip() or label != label.strip():
            raise StudyError("the label is empty, or a blank is at its beginning or end", todo="write a label")
        if re.search("[;；]", label) or any(unicodedata.category(one)[0] == "C" for one in label):
            todo = "take them out: a history joins labels by semicolons"
            raise StudyError(f"the label {label!r} has a semicolon or a character that is not seen", todo=todo)

    @staticmethod
    def check_new(label: str, labels: Mapping[str, str], used: Container[str]) -> None:
        if label in labels:
            todo = "give another label, or merge the two codes"
            raise StudyError(f"{labels[label]} is called {label} already", todo=todo)
        if label in used:
            raise StudyError(f"{label} is the id of a code", todo="give another label")

    @staticmethod
    def check_level(level: str) -> None:
        if level not in LEVELS:
            raise StudyError(f"there is no level {level!r}", todo=f"use one of {', '.join(LEVELS)}")

    @staticmethod
    def check_id(code_id: str, used: Container[str]) -> None:
        if not ID.fullmatch(code_id) or code_id in used:
            raise StudyError(
                f"{code_id!r} is no id, or it was given before", todo="an id is given once: take a new one"
            )

    def begin(self, label: str, level: str, parent: str, code_id: str = "", definition: str = "") -> str:
        self.check_label(label)
        self.check_level(level)
        code_id = code_id or new_code_id(self.old, self.codes.code_id)
        self.check_id(code_id, self.used_ids())
        row = {"code_id": code_id, "label": label, "level": level, "definition": definition, "status": "inferred"}
        self.codes = pd.concat([self.codes, pd.DataFrame([row])], ignore_index=True).fillna("")
        self.acts.append(self._row("create", code_id, "", label, self.reason))
        if parent:
            self.move(code_id, parent)
        return code_id

    def move(self, code_id: str, parent: str) -> None:
        order, levels = list(LEVELS), self.levels()
        if parent and order.index(levels[parent]) >= order.index(levels[code_id]):
            said = f"{parent} is of the level {levels[parent]}, {code_id} of the level {levels[code_id]}"
            raise StudyError(said, todo=f"a parent is of a higher level: {' > '.join(LEVELS)}")
        self.codes.loc[self.codes.code_id == code_id, "parent_id"] = parent
        self.act("move", code_id, "", parent)

    def recode(self, become: Mapping[str, str]) -> None:
        """Let everything that names a code name another one; a code of two rows of a table keeps its first."""
        self.parts["codings"]["code_id"] = self.parts["codings"].code_id.replace(become)
        for name, columns in POINTING.items():
            frame = self.parts[name]
            if not frame[columns].isin(list(become)).any(axis=None):
                continue
            frame[columns] = frame[columns].replace(become)
            same = columns if name == "gioia" else None
            self.parts[name] = frame.drop_duplicates(same, ignore_index=True)
        self.single()

    def single(self) -> None:
        """Let one coding remain of those that say the same, with the notes of all, and let links point to it."""
        codings = self.parts["codings"]
        keys = ["source_id", "start", "end", "code_id", "coder"]
        before = self.old.codings.duplicated(keys, keep=False)  # they were so before: not of this act
        again = codings.duplicated(keys, keep=False).to_numpy() & ~before.to_numpy()
        if not again.any():
            return
        first: dict[tuple[Any, ...], int] = {}
        become: dict[str, str] = {}
        for row in codings.index[again]:
            key = tuple(codings.loc[row, keys])
            kept = first.setdefault(key, row)
            if kept == row:
                continue
            become[codings.coding_id[row]] = codings.coding_id[kept]
            if "memo" in codings and codings.memo[row] and codings.memo[row] not in codings.memo[kept]:
                codings.loc[kept, "memo"] = f"{codings.memo[kept]}\n{codings.memo[row]}".strip()
        self.parts["codings"] = codings[~codings.coding_id.isin(become)].reset_index(drop=True)
        relink(self.parts, become)

    def relabel(self, old: str, new: str) -> None:
        if self.old.codebook.codes.label.eq(old).sum() == 1:
            ends = ["source", "target"]
            self.parts["mechanism"][ends] = self.parts["mechanism"][ends].replace({old: new})

    def end(self, code_id: str, title: str) -> None:
        """Take a code out of the codebook; what it said goes into a memo."""
        row = self.codes[self.codes.code_id == code_id].iloc[0]
        self.codes = self.codes[self.codes.code_id != code_id].reset_index(drop=True)
        said = [f"- {name}：{row[column]}" for column, name in DEFINING.items() if row.get(column)]
        self.memo_id = ""
        if not said:
            return
        memos = self.parts["memos"]
        self.memo_id = new_memo_id(memos)
        memo: dict[str, Any] = {"memo_id": self.memo_id, "date": self.day, "coder": self.coder, "kind": "code"}
        memo |= {"codes": [code_id], "sources": [], "codings": [], "title": title}
        memo["text"] = f"# {title}\n\n" + "\n".join(said)
        self.parts["memos"] = pd.concat([memos, pd.DataFrame([memo])], ignore_index=True)

    def study(self, **more: Any) -> Study:
        acts = pd.DataFrame(self.acts).reindex(columns=columns_of("history"))
        history = pd.concat([self.old.history, acts], ignore_index=True).fillna("")
        return remake_study(self.old, codes=self.codes, history=history, **self.parts, **more)


def relink(parts: dict[str, pd.DataFrame], become: Mapping[str, str]) -> None:
    """Let the lists of codings in the tables of a study name other codings, or one less.

    Parameters
    ----------
    parts : dict of str to pandas.DataFrame
        Tables by name: ``memos``, ``mechanism``, ``paradigm``, ``negative_cases``; they are changed.
    become : mapping of str to str
        Coding -> the coding that is named in its place; ``""``: none.
    """
    if not become:
        return

    def changed(ids: list[str]) -> list[str]:
        return list(filter(None, dict.fromkeys(become.get(one, one) for one in ids)))

    parts["memos"] = parts["memos"].assign(codings=parts["memos"].codings.map(changed))
    for name, column in {**LISTING, "mechanism": "codings"}.items():
        cells = parts[name][column]
        linked = [
            ";".join(changed(split_list(cell))) if set(split_list(cell)) & set(become) else cell for cell in cells
        ]
        parts[name] = parts[name].assign(**{column: pd.Series(linked, index=cells.index, dtype=cells.dtype)})


def new_code_id(study: Study, used: Iterable[str] = ()) -> str:
    """Return an id that no code of a study has or had.

    Parameters
    ----------
    study : Study
        The study.
    used : iterable of str, optional
        Further ids.

    Returns
    -------
    str
        Such as ``c41``: the number after the highest one.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> new_code_id(practice_study())
    'c49'
    """
    ids = {*used, *study.codebook.codes.code_id, *(one for cell in study.history.code_id for one in split_list(cell))}
    return f"c{_highest('c', ids) + 1:02d}"


def new_memo_id(memos: pd.DataFrame) -> str:
    """Return an id that no memo has.

    Parameters
    ----------
    memos : pandas.DataFrame
        The memos of a study.

    Returns
    -------
    str
        Such as ``M007``: the number after the highest one.

    Examples
    --------
    >>> new_memo_id(pd.DataFrame({"memo_id": ["M001", "M006"]}))
    'M007'
    """
    return f"M{_highest('M', memos.memo_id) + 1:03d}"


def _highest(letter: str, ids: Iterable[str]) -> int:
    numbers = [re.fullmatch(f"{letter}([0-9]{{1,9}})", one) for one in ids]
    return max((int(number[1]) for number in numbers if number), default=0)


def _day(study: Study, date: str | None) -> str:
    """Return the day of an act; it is not before the last one of the history."""
    day = calendar.today().isoformat() if date is None else date
    try:
        right = len(day) == 10 and bool(calendar.fromisoformat(day))
    except ValueError:
        right = False
    if not right:
        raise StudyError(f"{day!r} is no date", todo="write it as 2024-03-05")
    last = max(study.history.date, default="")
    if day < last:
        raise StudyError(f"{day} is before the last act of the history, {last}", "history.csv", "give a later day")
    return day
