"""Retrieval: which passages carry one code and another, near each other, one before the other, or not the other.

A query names codes by id or label and joins them:

- ``c01 AND c05``, ``c01 OR c05``, ``NOT c05``: what a unit (a turn, a sentence, a source) carries;
- ``c01 NEAR(50) c05``: two codings with at most 50 characters between them; ``NEAR(2 turns)``: at most two turns apart;
- ``c01 BEFORE c05``: a coding of the one ends where a coding of the other begins, or before; ``BEFORE(50)`` and
  ``BEFORE(2 turns)`` limit how far before.

NEAR and BEFORE bind most closely, then NOT, AND, OR; parentheses group. A label with a blank, a parenthesis or an
operator's name is put between quotation marks. A category includes the codes below it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from zhagen.errors import StudyError, ZhagenError
from zhagen.extraction.codebook import Codebook
from zhagen.study.study import COUNTED, QUOTATIONS, Study, among, touched_units

OVERLAPS = ("equal", "contains", "within", "crosses", "touches", "apart")
PAIRS = "source_id coding_a coding_b code_a code_b coder_a coder_b kind gap turns quote_a quote_b".split()
UNITS = "source_id turn sentence speaker start end codings text".split()
WITHIN = ("turn", "sentence", "source")
TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))
    |(?P<near>(?:NEAR|BEFORE))(?:\(\s*(?P<size>\d+)\s*(?P<of>turns?|characters?)?\s*\))?(?=[\s("“]|$)
    |(?P<word>AND|OR|NOT)(?=[\s("“]|$)
    |"(?P<straight>[^"]*)"|“(?P<curly>[^”]*)”|(?P<bare>[^\s()"“]+))""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class _Token:
    kind: str  # open, close, near, word, code
    text: str
    place: int
    size: int | None = None
    of: str = ""


@dataclass(frozen=True)
class _Node:
    """A part of a query: a code, or an operator with its parts."""

    kind: str  # code, AND, OR, NOT, NEAR, BEFORE
    place: int
    parts: tuple["_Node", ...] = ()
    codes: frozenset[str] = frozenset()
    size: int | None = None
    of: str = ""

    def codings_only(self) -> bool:
        """Say whether it names codings: a code, or an OR of such."""
        return self.kind == "code" or (self.kind == "OR" and all(part.codings_only() for part in self.parts))


class _Parser:
    """Reads a query from left to right; an error shows the place."""

    def __init__(self, query: str, codebook: Codebook) -> None:
        self.query, self.codebook = query, codebook
        self.tokens: list[_Token] = []
        place = 0
        while query[place:].strip():
            found = TOKEN.match(query, place)
            if not found:
                place += len(query[place:]) - len(query[place:].lstrip())
                raise self.fault(place, "a quotation mark is not closed", "close it, or take it out")
            kind = str(found.lastgroup)
            kind = {"size": "near", "of": "near", "straight": "code", "curly": "code", "bare": "code"}.get(kind, kind)
            text = next(
                found[name]
                for name in ("straight", "curly", "bare", "near", "word", "open", "close")
                if found[name] is not None
            )
            start = found.end() - len(found[0].lstrip())
            size = int(found["size"]) if found["size"] else None
            self.tokens.append(_Token(kind, text, start, size, (found["of"] or "").removesuffix("s")))
            place = found.end()
        self.at = 0

    def fault(self, place: int, found: str, todo: str) -> StudyError:
        where = f"query, character {place + 1}: {self.query[:place]}»{self.query[place:]}"
        return StudyError(found, where, todo)

    def parse(self) -> _Node:
        if not self.tokens:
            raise self.fault(0, "the query is empty", "name a code, such as c01 AND c05")
        node = self._or()
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind == "close":
                raise self.fault(token.place, "a parenthesis closes that was not opened", "take it out")
            todo = "join two codes by AND, OR, NEAR(50) or BEFORE; a label with a blank needs quotation marks"
            raise self.fault(token.place, f"there is no operator before {token.text!r}", todo)
        return node

    def _next(self, kind: str, text: str = "") -> _Token | None:
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind == kind and text in ("", token.text):
                self.at += 1
                return token
        return None

    def _or(self) -> _Node:
        parts = [self._and()]
        while self._next("word", "OR"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else _Node("OR", parts[0].place, tuple(parts))

    def _and(self) -> _Node:
        parts = [self._not()]
        while self._next("word", "AND"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else _Node("AND", parts[0].place, tuple(parts))

    def _not(self) -> _Node:
        if token := self._next("word", "NOT"):
            return _Node("NOT", token.place, (self._not(),))
        return self._near()

    def _near(self) -> _Node:
        left = self._atom()
        token = self._next("near")
        if not token:
            return left
        if token.text == "NEAR" and token.size is None:
            raise self.fault(token.place, "NEAR has no distance", "write NEAR(50) for characters, or NEAR(2 turns)")
        right = self._atom()
        for side in (left, right):
            if not side.codings_only():
                todo = "give it a code on each side, or an OR of codes"
                raise self.fault(side.place, f"{token.text} compares codings, not passages", todo)
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "near":
            todo = "write (a BEFORE b) AND (b BEFORE c)"
            raise self.fault(
                self.tokens[self.at].place, f"{self.tokens[self.at].text} has two codes already on its left", todo
            )
        return _Node(token.text, token.place, (left, right), size=token.size, of=token.of or "character")

    def _atom(self) -> _Node:
        if token := self._next("open"):
            node = self._or()
            if not self._next("close"):
                raise self.fault(token.place, "a parenthesis is not closed", "close it")
            return node
        if token := self._next("code"):
            if token.text in ("and", "or", "not", "near", "before"):
                raise self.fault(token.place, f"there is no code {token.text!r}", f"write {token.text.upper()}")
            try:
                return _Node("code", token.place, codes=frozenset(self.codebook.below(token.text)))
            except ZhagenError as problem:
                raise self.fault(token.place, problem.found, problem.todo) from problem
        place = self.tokens[self.at].place if self.at < len(self.tokens) else len(self.query)
        found = f"in place of {self.tokens[self.at].text}" if self.at < len(self.tokens) else "at the end"
        raise self.fault(place, f"a code is missing {found}", "name one by id or label")


class _Evaluation:
    """Says for every unit whether a query holds in it, and by which codings: of each pair of a unit and a coding."""

    def __init__(self, codings: pd.DataFrame, units: int, unit_of: np.ndarray, row_of: np.ndarray) -> None:
        self.units, self.unit_of, self.row_of = units, unit_of, row_of
        self.code = codings.code_id.to_numpy(dtype=object)
        self.turn, self.start, self.end = (codings[name].to_numpy() for name in ("turn", "start", "end"))
        self.borders = np.searchsorted(unit_of, np.arange(units + 1))

    def holds(self, node: _Node) -> tuple[np.ndarray, np.ndarray]:
        """Return a truth value for each unit, and one for each pair: whether the query holds by this coding."""
        none = np.zeros(len(self.unit_of), bool)
        if node.kind == "code":
            wanted = np.fromiter((code in node.codes for code in self.code), bool, len(self.code))
            hits = wanted[self.row_of]
            return self._units(hits), hits
        if node.kind == "NOT":
            return ~self.holds(node.parts[0])[0], none
        if node.kind in ("AND", "OR"):
            found = [self.holds(part) for part in node.parts]
            good = (np.logical_and if node.kind == "AND" else np.logical_or).reduce([truth for truth, _ in found])
            hits = np.logical_or.reduce([own & truth[self.unit_of] for truth, own in found])
            return good, hits & good[self.unit_of]
        (left, first), (right, second) = (self.holds(part) for part in node.parts)
        hits = none
        for unit in np.flatnonzero(left & right):
            inside = slice(self.borders[unit], self.borders[unit + 1])
            a, b = (self.row_of[inside][side[inside]] for side in (first, second))
            near = self._near(node, a[:, None], b[None, :])
            by = {*a[near.any(axis=1)].tolist(), *b[near.any(axis=0)].tolist()}
            hits[inside] = [row in by for row in self.row_of[inside].tolist()]
        return self._units(hits), hits

    def _units(self, hits: np.ndarray) -> np.ndarray:
        return np.bincount(self.unit_of[hits], minlength=self.units).astype(bool)

    def _near(self, node: _Node, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        good = a != b
        if node.kind == "BEFORE":
            good &= self.end[a] <= self.start[b]
        if node.size is None:
            return good
        if node.of == "turn":
            return np.asarray(good & (np.abs(self.turn[a] - self.turn[b]) <= node.size))
        gap = np.maximum(self.start[a], self.start[b]) - np.minimum(self.end[a], self.end[b])
        return np.asarray(good & (gap <= node.size))


def _search(
    study: Study, query: str, within: str | None, coder: str | Iterable[str] | None, roles: Iterable[str]
) -> tuple[pd.DataFrame, pd.DataFrame, list[set[int]]]:
    """Return the codings searched, the units in which a query holds, and for each the rows of its codings."""
    node = _Parser(query, study.codebook).parse()
    if within is None:
        within = "source" if re.search("NEAR|BEFORE", _operators(node)) else "turn"
    if within not in WITHIN:
        raise StudyError(f"there is no unit {within!r}", todo=f"use one of {', '.join(WITHIN)}")
    roles = list(roles)
    codings = study.quotations(coder=coder, roles=roles)
    units = study_units(study, within, roles=roles)
    unit_of, row_of = touched_units(units, codings, study.texts)
    good, hits = _Evaluation(codings, len(units), unit_of, row_of).holds(node)
    kept = np.flatnonzero(good)
    found: dict[int, set[int]] = {unit: set() for unit in kept.tolist()}
    for unit, row in zip(unit_of[hits].tolist(), row_of[hits].tolist(), strict=True):
        if unit in found:
            found[unit].add(row)
    return codings, units.iloc[kept].reset_index(drop=True), list(found.values())


def _operators(node: _Node) -> str:
    return " ".join([node.kind, *map(_operators, node.parts)])


def study_units(study: Study, unit: str = "turn", *, roles: Iterable[str] = COUNTED) -> pd.DataFrame:
    """Return the turns, sentences or sources of a study in one form.

    Parameters
    ----------
    study : Study
        The study.
    unit : {"turn", "sentence", "source"}, default "turn"
        What a row is.
    roles : iterable of str, default participants, observers and documents
        Whose turns and sentences; a source is whole.

    Returns
    -------
    pandas.DataFrame
        ``source_id``, ``turn``, ``sentence`` (int, 0 where the unit is larger), ``speaker``, ``role`` (``""`` for a
        source), ``start``, ``end`` (int), ``text`` (``""`` for a source).

    Raises
    ------
    StudyError
        If there is no such unit.
    """
    if unit == "source":
        ids = study.sources.source_id
        ends = [len(study.texts[source_id]) for source_id in ids]
        return pd.DataFrame({"source_id": ids, "turn": 0, "sentence": 0, "speaker": "", "role": "", "start": 0}).assign(
            end=np.array(ends, np.int64), text=""
        )
    if unit not in ("turn", "sentence"):
        raise StudyError(f"there is no unit {unit!r}", todo=f"use one of {', '.join(WITHIN)}")
    frame = study.turns().assign(sentence=0) if unit == "turn" else study.sentences()
    columns = "source_id turn sentence speaker role start end text".split()
    return frame[among(frame.role, roles)][columns].reset_index(drop=True)


def find_units(
    study: Study,
    query: str,
    *,
    within: str | None = None,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
) -> pd.DataFrame:
    """Find the turns, sentences or sources in which a query holds.

    Parameters
    ----------
    study : Study
        The study.
    query : str
        Codes joined by AND, OR, NOT, NEAR(50), NEAR(2 turns), BEFORE, with parentheses; see `zhagen.study.retrieval`.
    within : {"turn", "sentence", "source"}, optional
        The unit in which the query must hold. Without it a turn, or a source if the query has NEAR or BEFORE. A coding
        is in each unit that it touches.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.

    Returns
    -------
    pandas.DataFrame
        One row a unit: ``source_id``, ``turn``, ``sentence`` (int, 0 where the unit is larger), ``speaker``, ``start``,
        ``end`` (int), ``codings`` (list of the ids by which the query holds; empty for NOT alone), ``text`` (``""`` for
        a source).

    Raises
    ------
    StudyError
        If the query cannot be read, or names no code of the codebook: the place is shown by ``»``. If there is no such
        unit or coder.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01", "c02"], "label": ["不利先说", "走得快"], "level": "concept"})
    >>> rows = [("I01", 2, 6, "c01", "林"), ("I01", 7, 11, "c02", "林")]
    >>> codings = pd.DataFrame(rows, columns=["source_id", "start", "end", "code_id", "coder"])
    >>> study = make_study({"I01": "甲：说在前头，走得也快。\\n甲：没了。"}, codes, codings)
    >>> find_units(study, "不利先说 AND 走得快").text.tolist()
    ['说在前头，走得也快。']
    >>> find_units(study, "NOT (c01 OR c02)").text.tolist()
    ['没了。']
    """
    codings, units, found = _search(study, query, within, coder, roles)
    ids = codings.coding_id.tolist()
    listed: list[Any] = [[ids[row] for row in sorted(rows)] for rows in found]
    return units.assign(codings=listed)[UNITS]


def find_codings(
    study: Study,
    query: str,
    *,
    within: str | None = None,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
) -> pd.DataFrame:
    """Find the codings by which a query holds.

    Parameters
    ----------
    study : Study
        The study.
    query : str
        As for `find_units`; it must name a code that has to be there.
    within : {"turn", "sentence", "source"}, optional
        As for `find_units`.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.

    Returns
    -------
    pandas.DataFrame
        ``match`` (int, from 1: codings of one unit share it), then the columns of `Study.quotations`. A coding that
        touches two units may be in both.

    Raises
    ------
    StudyError
        As `find_units`, and if the query says only what must not be there.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01", "c02"], "label": ["不利先说", "走得快"], "level": "concept"})
    >>> rows = [("I01", 2, 6, "c01", "林"), ("I01", 7, 11, "c02", "林")]
    >>> codings = pd.DataFrame(rows, columns=["source_id", "start", "end", "code_id", "coder"])
    >>> study = make_study({"I01": "甲：说在前头，走得也快。"}, codes, codings)
    >>> find_codings(study, "不利先说 BEFORE(5) 走得快").quote.tolist()
    ['说在前头', '走得也快']
    >>> find_codings(study, "c01 AND c03")
    Traceback (most recent call last):
    zhagen.errors.StudyError: there is no code 'c03' (query, character 9: c01 AND »c03): use c02 or c01
    """
    codings, units, found = _search(study, query, within, coder, roles)
    if len(units) and not any(found):
        todo = "add a code that has to be there, or use `find_units`"
        raise StudyError("the query says only what must not be there", f"query: {query}", todo)
    rows = [(match, row) for match, hits in enumerate(found, 1) for row in sorted(hits)]
    frame = codings.iloc[[row for _, row in rows]].reset_index(drop=True)
    frame.insert(0, "match", np.array([match for match, _ in rows], np.int64))
    return frame[["match", *QUOTATIONS]]


def overlap_kind(first: tuple[int, int], second: tuple[int, int]) -> str:
    """Say how two spans lie to each other.

    Parameters
    ----------
    first, second : tuple of int
        Start and end, the end exclusive.

    Returns
    -------
    {"equal", "contains", "within", "crosses", "touches", "apart"}
        Of the first to the second: it ``contains`` it, is ``within`` it, ``crosses`` it (each has characters of its
        own), ``touches`` it (no character is between), or is ``apart``.

    Examples
    --------
    >>> [overlap_kind((2, 6), other) for other in ((2, 6), (3, 6), (0, 9), (5, 9), (6, 9), (7, 9))]
    ['equal', 'contains', 'within', 'crosses', 'touches', 'apart']
    """
    if first == second:
        return "equal"
    gap = max(first[0], second[0]) - min(first[1], second[1])
    if gap >= 0:
        return "touches" if gap == 0 else "apart"
    if first[0] <= second[0] and second[1] <= first[1]:
        return "contains"
    return "within" if second[0] <= first[0] and first[1] <= second[1] else "crosses"


def coding_pairs(
    study: Study,
    first: str,
    second: str,
    *,
    apart: bool = False,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
) -> pd.DataFrame:
    """List the pairs of a coding of one code and a coding of another in the same source, and how they lie.

    Parameters
    ----------
    study : Study
        The study.
    first, second : str
        Codes, by id or label; each includes the codes below it. If they are the same, each pair is listed once.
    apart : bool, default False
        Whether to list pairs that are apart, too.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.

    Returns
    -------
    pandas.DataFrame
        ``source_id``, ``coding_a``, ``coding_b``, ``code_a``, ``code_b`` (ids), ``coder_a``, ``coder_b``; ``kind`` (see
        `overlap_kind`); ``gap`` (int, characters between; below 0: as many overlap); ``turns`` (int, from the turn of
        the first to that of the second); ``quote_a``, ``quote_b``. Those nearest come first in each source.

    Raises
    ------
    ZhagenError
        If there is no such code or coder.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01", "c02"], "label": ["不利先说", "走得快"], "level": "concept"})
    >>> rows = [("I01", 2, 11, "c01", "林"), ("I01", 7, 11, "c02", "林")]
    >>> codings = pd.DataFrame(rows, columns=["source_id", "start", "end", "code_id", "coder"])
    >>> study = make_study({"I01": "甲：说在前头，走得也快。"}, codes, codings)
    >>> coding_pairs(study, "c01", "c02")[["kind", "gap"]].values.tolist()
    [['contains', -4]]
    """
    frames = [study.quotations(code, coder=coder, roles=roles) for code in (first, second)]
    same = study.codebook.find(first) == study.codebook.find(second)
    rows: list[tuple[Any, ...]] = []
    places = [frame.groupby("source_id", sort=False).indices for frame in frames]
    cells = [{name: frame[name].to_numpy(dtype=object) for name in QUOTATIONS} for frame in frames]
    spans = [(frame.start.to_numpy(), frame.end.to_numpy()) for frame in frames]
    for source_id in study.sources.source_id.tolist():
        if source_id not in places[0] or source_id not in places[1]:
            continue
        own, other = places[0][source_id], places[1][source_id]
        starts, ends = ((spans[0][end][own][:, None], spans[1][end][other][None, :]) for end in (0, 1))
        gaps = np.maximum(*starts) - np.minimum(*ends)
        wanted = np.triu(np.ones(gaps.shape, bool), 1) if same else np.ones(gaps.shape, bool)
        for place in zip(*np.nonzero(wanted if apart else wanted & (gaps <= 0)), strict=True):
            a, b = (
                {name: cell[row] for name, cell in frame.items()}
                for frame, row in zip(cells, (own[place[0]], other[place[1]]), strict=True)
            )
            if a["coding_id"] != b["coding_id"]:
                kind = overlap_kind((a["start"], a["end"]), (b["start"], b["end"]))
                both = [one[name] for name in ("coding_id", "code_id", "coder") for one in (a, b)]
                gap, turns = int(gaps[place]), b["turn"] - a["turn"]
                rows.append((source_id, *both, kind, gap, turns, a["quote"], b["quote"]))
    found = pd.DataFrame(rows, columns=PAIRS).astype({"gap": "int64", "turns": "int64"})
    order = {source_id: number for number, source_id in enumerate(study.sources.source_id)}
    found = found.assign(order=found.source_id.map(order)).sort_values(["order", "gap"], kind="stable")
    found = found[PAIRS].reset_index(drop=True)
    if not study.about.get("invented"):
        found.attrs["wording"] = ["quote_a", "quote_b"]
    return found
