"""How a codebook came about: its history replayed act by act, to any date.

An act names codes by their ids or by the labels they had on that day; several are joined by semicolons.

- ``create``: ``code_id`` begins, ``to`` is its label.
- ``rename``: ``code_id`` had the label ``from`` and now has ``to``.
- ``move``: ``code_id`` gets the parent ``to`` (empty: none).
- ``merge``: the codes of ``from`` end in the code ``to``; if there is no such code yet, ``code_id`` begins with this
  label.
- ``split``: the code of ``from`` (or ``code_id``) becomes the codes of ``to``; it ends unless it is one of them. Those
  that do not exist yet begin.
- ``retire``: ``code_id`` ends without a successor.
- ``correct``: the text of the source ``from`` was corrected, and codings of ``code_id`` mark other words since.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from zhagen.errors import StudyError
from zhagen.study.folder import Fault, split_list
from zhagen.study.study import Study
from zhagen.vocabulary import ACTS

STATE = "code_id label parent_id since".split()
LINEAGE = "code_id labels created ended how into reasons memos".split()


@dataclass
class _Code:
    """A code through time."""

    code_id: str
    labels: list[str]
    created: str
    parent: str = ""
    ended: str = ""
    how: str = ""
    into: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    memos: list[str] = field(default_factory=list)
    ended_by: int = -1  # the row of the act


class _Replay:
    """The codes after each act; what does not fit is kept in `wrong` as (row, found, todo)."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known  # id -> label in the codebook of today, for ids that a label is to be found for
        self.codes: dict[str, _Code] = {}
        self.called: dict[str, list[str]] = {}  # label -> the codes that had it
        self.living, self.row = 0, -1
        self.wrong: list[tuple[int, str, str]] = []

    def alive(self) -> dict[str, _Code]:
        return {code_id: code for code_id, code in self.codes.items() if not code.ended}

    def find(self, name: str) -> str:
        """Return the id of a living code by id or label; empty if there is none."""
        named = self.codes.get(name)
        if named and not named.ended:
            return name
        called = [one for one in self.called.get(name, ()) if self.codes[one].labels[-1] == name]
        living = {one for one in called if not self.codes[one].ended}
        return min(living, key=list(self.codes).index) if len(living) > 1 else next(iter(living), "")

    def run(self, row: int, act: dict[str, str]) -> None:
        self.row = row
        for name in split_list(act["code_id"]) or [""]:
            getattr(self, f"_{act['act']}")(row, act, name)
        touched = {*split_list(act["code_id"]), *split_list(act["from"]), *split_list(act["to"])}
        for code_id in {one if one in self.codes else self.find(one) for one in touched} - {""}:
            self.codes[code_id].reasons += [act["reason"]] if act["reason"] else []
            self.codes[code_id].memos += [memo for memo in split_list(act["memo_id"])]

    def _begin(self, row: int, code_id: str, label: str, date: str) -> None:
        if code_id in self.codes:
            said = f"the code {code_id} is there already"
            if self.codes[code_id].ended:
                said = f"the code {code_id} has ended"
            self.wrong.append((row, said, "an id is given once: take a new one"))
        else:
            self.codes[code_id] = _Code(code_id, [label or self.known.get(code_id, code_id)], date)
            self.called.setdefault(self.codes[code_id].labels[0], []).append(code_id)
            self.living += 1

    def _end(self, code_id: str, date: str, how: str, into: list[str]) -> None:
        code = self.codes[code_id]
        self.living -= not code.ended
        code.ended, code.how, code.into, code.ended_by = date, how, into, self.row

    def _living(self, row: int, name: str) -> str:
        code_id = self.find(name)
        if not code_id:
            self.wrong.append((row, f"on this day there is no code {name!r}", "name one that was created before"))
        return code_id

    def _create(self, row: int, act: dict[str, str], name: str) -> None:
        self._begin(row, name, act["to"], act["date"])

    def _rename(self, row: int, act: dict[str, str], name: str) -> None:
        if code_id := self._living(row, name):
            code = self.codes[code_id]
            if act["from"] and act["from"] != code.labels[-1]:
                todo = "write the label it had on this day"
                self.wrong.append((row, f"{code_id} is called {code.labels[-1]}, not {act['from']}", todo))
            if not act["to"]:
                self.wrong.append((row, f"{code_id} gets no new label", "write it under to"))
            else:
                code.labels.append(act["to"])
                self.called.setdefault(act["to"], []).append(code_id)

    def _move(self, row: int, act: dict[str, str], name: str) -> None:
        if code_id := self._living(row, name):
            self.codes[code_id].parent = self._living(row, act["to"]) if act["to"] else ""

    def _merge(self, row: int, act: dict[str, str], name: str) -> None:
        going = [code for code in (self._living(row, one) for one in split_list(act["from"])) if code]
        target = self.find(act["to"]) if act["to"] else self.find(name)
        if not target:
            if name in self.codes:
                todo = "let to name the code that stays, or code_id a new one"
                self.wrong.append((row, f"on this day there is no code {act['to']!r} to merge into", todo))
                return
            self._begin(row, name, act["to"] if act["to"] != name else "", act["date"])
            target = name
        if not going and name != target and self.find(name):
            going = [self.find(name)]
        for code_id in going:
            if code_id != target:
                self._end(code_id, act["date"], "merge", [target])

    def _split(self, row: int, act: dict[str, str], name: str) -> None:
        origin = self._living(row, act["from"] or name)
        parts = []
        for one in split_list(act["to"]):
            part = self.find(one)
            if not part and one in self.known and one not in self.codes:
                self._begin(row, one, "", act["date"])
                part = one
            if not part:
                todo = "create it before, or name it by its id"
                self.wrong.append((row, f"on this day there is no code {one!r} to split into", todo))
            parts.append(part)
        if origin and origin not in parts:
            self._end(origin, act["date"], "split", [part for part in parts if part])

    def _correct(self, row: int, act: dict[str, str], name: str) -> None:
        """Leave the codes as they are: an act on a source."""

    def _retire(self, row: int, act: dict[str, str], name: str) -> None:
        if code_id := self._living(row, name):
            self._end(code_id, act["date"], "retire", [])


def _replay(history: pd.DataFrame, known: dict[str, str], until: str = "") -> Iterator[tuple[int, str, str, _Replay]]:
    """Yield row, date, act and the state after each act up to a day."""
    state = _Replay(_first_labels(history, known))
    for row, act in enumerate(history.to_dict("records")):
        if until and act["date"] > until:
            continue
        state.run(row, {str(key): str(value) for key, value in act.items()})
        yield row, act["date"], act["act"], state


def _first_labels(history: pd.DataFrame, known: dict[str, str]) -> dict[str, str]:
    """Return the first label of each code, as far as an act says it, else that of today; of an ended one else the id.

    A code that a split made without an act of its own has its label from here.
    """
    found: dict[str, str] = {}
    for act, code_id, old in zip(history.act, history.code_id, history["from"], strict=True):
        for one in split_list(code_id):
            says = act in ("rename", "split", "retire") or (act == "merge" and one not in known)
            found[one] = found.get(one) or (old if says else "")
    return known | {one: label or known.get(one, one) for one, label in found.items()}


def history_faults(history: pd.DataFrame, codebook: pd.DataFrame, lines: list[int]) -> list[Fault]:
    """Replay a history and compare its end with the codebook.

    Parameters
    ----------
    history, codebook : pandas.DataFrame
        The rows of the two files.
    lines : list of int
        The line of each row of the history.

    Returns
    -------
    list of Fault
        Findings: acts that do not fit what is there on their day, dates that run back, and codes that are in one of the
        two alone, or there under another label or parent. Empty if the history has no rows.
    """
    if history.empty:
        return []
    faults = []
    dates = history.date.tolist()
    for row in range(1, len(dates)):
        if dates[row] < dates[row - 1]:
            said = f"the date {dates[row]} is before that of the line above, {dates[row - 1]}"
            faults.append(Fault("history.csv", lines[row], said, "put the acts in order", "finding"))
    known = dict(zip(codebook.code_id, codebook.label, strict=True))
    *_, (_, _, _, state) = _replay(history, known)
    faults += [Fault("history.csv", lines[row], found, todo, "finding") for row, found, todo in state.wrong]
    alive, todo = state.alive(), "add the act that is missing, or correct the codebook"
    moved = set(history.code_id[history.act.eq("move")])
    for code in codebook.to_dict("records"):
        code_id, label = code["code_id"], code["label"]
        if code_id not in alive:
            said = _not_alive(code_id, label, state)
            faults.append(Fault("history.csv", 0, said, todo, "finding"))
        elif alive[code_id].labels[-1] != label:
            said = _called_else(alive[code_id], label)
            faults.append(Fault("history.csv", 0, said, todo, "finding"))
        elif code_id in moved and alive[code_id].parent != code["parent_id"]:
            said = _under_else(alive[code_id], code["parent_id"])
            faults.append(Fault("history.csv", 0, said, todo, "finding"))
    for code_id in alive.keys() - known.keys():
        faults.append(Fault("history.csv", 0, _not_in_codebook(alive[code_id]), todo, "finding"))
    return faults


def _not_alive(code_id: str, label: str, state: _Replay) -> str:
    """Say of a code of the codebook that the history does not have it at the end."""
    if ended := state.codes.get(code_id):
        return f"{code_id} {label} is in the codebook, but ended on {ended.ended}"
    return f"{code_id} {label} is in the codebook, but never created"


def _not_in_codebook(code: _Code) -> str:
    return f"{code.code_id} {code.labels[-1]} is there at the end, but not in the codebook"


def _called_else(code: _Code, label: str) -> str:
    return f"{code.code_id} is called {code.labels[-1]} at the end, {label} in the codebook"


def _under_else(code: _Code, parent_id: str) -> str:
    return f"{code.code_id} is under {code.parent!r} at the end, {parent_id!r} in the codebook"


def settle_history(
    history: pd.DataFrame, codebook: pd.DataFrame, date: str, reason: str, accepted: Container[str] = ()
) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """Leave acts out of a history that do not fit what is there on their day, and add what leads to the codebook.

    Two coders can rename and split one code, each in a copy of their own. Put together by their days, one act may speak
    of a code by a name that it no longer has: then it speaks of it by its id. It may also speak of a code that has
    ended: then it is left out.

    Parameters
    ----------
    history, codebook : pandas.DataFrame
        The rows of the two files, acts in the order of their days.
    date : str
        The day of the acts that are added, not before the last one.
    reason : str
        Why, for these acts.
    accepted : container of str, optional
        Findings, as `history_faults` says them, that are left as they are.

    Returns
    -------
    history : pandas.DataFrame
        The acts that fit; `history_faults` finds nothing in it, but for what is accepted.
    left_out : list of dict
        The other ones, each with ``found``: what does not fit.
    """
    known = dict(zip(codebook.code_id, codebook.label, strict=True))
    acts = [{str(key): str(value) for key, value in act.items()} for act in history.to_dict("records")]
    left_out: list[dict[str, str]] = []
    state = _Replay({})
    while acts:
        *_, (_, _, _, state) = _replay(pd.DataFrame(acts), known)
        wrong = [(row, found) for row, found, _ in state.wrong if found not in accepted]
        for code_id, label in known.items():
            code = state.codes.get(code_id)
            if code and code.ended and (said := _not_alive(code_id, label, state)) not in accepted:
                wrong.append((code.ended_by, said))
        if not wrong:
            break
        row, found = min(wrong)
        act, named = acts[row], state.codes.get(acts[row]["code_id"])
        if act["act"] in ("split", "merge") and named and act["from"] in named.labels:
            acts[row] = act | {"from": ""}
        else:
            left_out.append(acts.pop(row) | {"found": found})
    more: list[dict[str, str]] = []
    alive = state.alive()
    moved = {one for act in acts if act["act"] == "move" for one in split_list(act["code_id"])}
    for code_id, code in alive.items():
        if code_id not in known and _not_in_codebook(code) not in accepted:
            more.append({"act": "retire", "code_id": code_id, "from": code.labels[-1], "to": ""})
    parents = dict(zip(codebook.code_id, codebook.parent_id, strict=True))
    for code_id, label in known.items() if acts else ():
        above = {"act": "move", "code_id": code_id, "from": "", "to": parents[code_id]}
        if code_id in alive:
            code = alive[code_id]
            if code.labels[-1] != label and _called_else(code, label) not in accepted:
                more.append({"act": "rename", "code_id": code_id, "from": code.labels[-1], "to": label})
            if code_id in moved and code.parent != parents[code_id]:
                more += [above] if _under_else(code, parents[code_id]) not in accepted else []
        elif code_id not in state.codes and _not_alive(code_id, label, state) not in accepted:
            more.append({"act": "create", "code_id": code_id, "from": "", "to": label})
            more += [above] if parents[code_id] else []
    empty = dict.fromkeys(history.columns, "")
    rows = [*acts, *(empty | one | {"date": date, "reason": reason} for one in more)]
    return pd.DataFrame(rows, columns=history.columns).astype("str"), left_out


def _known(study: Study) -> dict[str, str]:
    if study.history.empty:
        raise StudyError("the study has no history", "history.csv", f"write its acts: {', '.join(ACTS)}")
    return study.codebook.labels()


def codebook_at(study: Study, date: str) -> pd.DataFrame:
    """Return the codes as they were at the end of a day.

    Parameters
    ----------
    study : Study
        A study with a history.
    date : str
        Such as ``2024-03-20``.

    Returns
    -------
    pandas.DataFrame
        One row a code, in the order in which they were created: ``code_id``, ``label`` (of that day), ``parent_id`` (as
        far as an act ``move`` says one), ``since`` (the day of its creation).

    Raises
    ------
    StudyError
        If the study has no history.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01"], "label": ["不利先说"], "level": ["concept"]})
    >>> codings = pd.DataFrame(columns=["source_id", "start", "end", "code_id", "coder"])
    >>> rows = [("2024-03-05", "create", "c01", "", "自揭其短")]
    >>> rows += [("2024-03-13", "rename", "c01", "自揭其短", "不利先说")]
    >>> history = pd.DataFrame(rows, columns=["date", "act", "code_id", "from", "to"])
    >>> study = make_study({}, codes, codings, history=history)
    >>> codebook_at(study, "2024-03-10").label.tolist()
    ['自揭其短']
    """
    rows: list[tuple[str, ...]] = []
    states = [state for _, _, _, state in _replay(study.history, _known(study), date)]  # one, after each act
    if states:
        rows = [(one.code_id, one.labels[-1], one.parent, one.created) for one in states[-1].alive().values()]
    return pd.DataFrame(rows, columns=STATE).astype("str")


def codebook_evolution(study: Study) -> pd.DataFrame:
    """Count, for each day of the history, the acts and the codes after them.

    Parameters
    ----------
    study : Study
        A study with a history.

    Returns
    -------
    pandas.DataFrame
        One row a day: ``date`` (str); ``create``, ``rename``, ``merge``, ``split``, ``move``, ``retire`` (int, acts);
        ``codes`` (int, codes at the end of the day); ``ever`` (int, codes that were created until then).

    Raises
    ------
    StudyError
        If the study has no history.
    """
    days: dict[str, dict[str, Any]] = {}
    history = study.history[study.history.act.isin(list(ACTS))]
    for _, date, act, state in _replay(history, _known(study)):
        day = days.setdefault(date, {"date": date, **dict.fromkeys(ACTS, 0)})
        day[act] += 1
        day |= {"codes": state.living, "ever": len(state.codes)}
    return pd.DataFrame(list(days.values()), columns=["date", *ACTS, "codes", "ever"])


def code_lineage(study: Study, code: str | None = None) -> pd.DataFrame:
    """Return the life of every code that there ever was: its names, when it ended, and what it became.

    Parameters
    ----------
    study : Study
        A study with a history.
    code : str, optional
        A code of any day, by id or by one of its labels: only it, what went into it, and what became of it.

    Returns
    -------
    pandas.DataFrame
        One row a code, in the order in which they were created: ``code_id``; ``labels`` (list, oldest first);
        ``created``, ``ended`` (str, a day; ``""``: it is alive); ``how`` (``merge``, ``split``, ``retire`` or ``""``);
        ``into`` (list of ids); ``reasons``, ``memos`` (lists, from the acts that touched it).

    Raises
    ------
    StudyError
        If the study has no history, or there never was such a code.
    """
    *_, (_, _, _, state) = _replay(study.history, _known(study))
    codes = list(state.codes.values())
    if code is not None:
        chain = {one.code_id for one in codes if code == one.code_id or code in one.labels}
        if not chain:
            raise StudyError(f"there never was a code {code!r}", "history.csv", "use an id or a label of the history")
        size = 0
        while size < len(chain):
            size = len(chain)
            chain |= {part for one in codes if one.code_id in chain for part in one.into}
            chain |= {one.code_id for one in codes if chain & set(one.into)}
        codes = [one for one in codes if one.code_id in chain]
    rows = [
        (one.code_id, one.labels, one.created, one.ended, one.how, one.into, one.reasons, one.memos) for one in codes
    ]
    return pd.DataFrame(rows, columns=LINEAGE)
