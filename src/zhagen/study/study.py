"""The study: one value that holds sources, codebook, codings, memos and history, and knows what a coding marks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zhagen.errors import StudyError
from zhagen.extraction.codebook import EVIDENCE, Codebook
from zhagen.paths import data_folder
from zhagen.study.anchors import anchor_codings
from zhagen.study.folder import (
    EDGES,
    FAULTS,
    MEMOS,
    TABLES,
    Contents,
    Fault,
    check_contents,
    empty_table,
    read_folder,
    sha256_of,
    typed_table,
)
from zhagen.study.locking import lock_study
from zhagen.text.sentences import sentence_ends
from zhagen.text.speakers import NO_NAME, NOTES_DOWN, is_interviewer

COUNTED = ("participant", "observer", "document")  # whose words statistics are of: all but the interviewer's
EVERYBODY = (*COUNTED, "interviewer")
TURNS = "source_id turn speaker role start end text".split()
SENTENCES = "source_id turn sentence speaker role start end text".split()
QUOTATIONS = "coding_id source_id turn speaker role start end code_id label level coder date quote".split()
CONSENSUS = "共识"
SPEAKER = re.compile(r"(?!\d{1,2}[：:]\d)([^\s：:【\[「“]{1,30})[ \t]*[：:](?!//)[ \t]*")  # no time, no address
SHORT = 12  # characters that a speaker has at most whom speakers.csv does not list
MOMENT = re.compile(r"\s*\d{4}-\d{1,2}-\d{1,2}([ T　]+\d{1,2}:\d{2}(:\d{2})?)?\s*")


def _empty(name: str) -> Any:
    return field(default_factory=lambda: empty_table(name))


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """A study: its texts, who speaks in them, the codebook, the codings and what was written about them.

    Open one with `open_study`, or make one of frames with `make_study`. Text cells without content are ``""``.

    Attributes
    ----------
    about : dict
        ``study.toml``: ``title``, ``research_question``, ``coders``, ``invented`` …
    texts : dict of str to str
        Source -> its text.
    sources, speakers : pandas.DataFrame
        One row a source, and one row a speaker of a source, with their attributes.
    codebook : zhagen.extraction.codebook.Codebook
        The codes; its evidence are the codings of the consensus, or of all coders where there is none.
    codings : pandas.DataFrame
        One row a coding, of every coder: ``coding_id``, ``source_id``, ``start``, ``end`` (characters from 0, the end
        exclusive), ``code_id``, ``coder``, ``date``, ``quote_sha256``, ``anchor`` (see `anchor_codings`), ``places``.
    memos : pandas.DataFrame
        ``memo_id``, ``date``, ``coder``, ``kind``, ``codes``, ``sources``, ``codings`` (lists), ``title``, ``text``.
    history, sampling, differences, paradigm, negative_cases, gioia : pandas.DataFrame
        The rows of the file of this name; no rows where there is no file.
    mechanism : pandas.DataFrame
        The arrows of the models, with the columns of ``data/published/edges.csv`` and ``codings``, ``memos``,
        ``rival``; ends are labels, so that `zhagen.figures.draw_mechanism` draws them.
    models : dict of str to str
        Id of a model -> its title.
    notes : dict of str to str
        ``guide.md``, ``consent.md``, ``findings.md``, ``storyline.md`` as far as there are any.
    faults : pandas.DataFrame
        What was found wrong when it was opened, as `check_study` lists it.
    folder : pathlib.Path or None
        Where it was read.
    stamps : dict of str to str
        File -> SHA-256 of its bytes when it was read, so that `write_study` does not overwrite what others wrote.
    """

    about: dict[str, Any]
    texts: dict[str, str]
    sources: pd.DataFrame
    codebook: Codebook
    codings: pd.DataFrame
    speakers: pd.DataFrame = _empty("speakers")
    memos: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=MEMOS))
    history: pd.DataFrame = _empty("history")
    sampling: pd.DataFrame = _empty("sampling")
    differences: pd.DataFrame = _empty("differences")
    paradigm: pd.DataFrame = _empty("paradigm")
    negative_cases: pd.DataFrame = _empty("negative_cases")
    gioia: pd.DataFrame = _empty("gioia")
    mechanism: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=EDGES))
    models: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    faults: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=FAULTS))
    folder: Path | None = None
    stamps: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        kinds: dict[Any, int] = self.sources.groupby("kind", sort=False).size().to_dict()
        parts = ", ".join(_number_of(str(kind), number) for kind, number in kinds.items())
        first = f"Study {self.title}: {len(self.sources)} sources ({parts}), {len(self.codebook.codes)} codes"
        by = ", ".join(f"{coder} {(self.codings.coder == coder).sum()}" for coder in self.coders)
        second = (
            f"{len(self.codings)} codings ({by}), {len(self.memos)} memos, {len(self.history)} acts on the codebook"
        )
        lost = int((self.codings.anchor == "lost").sum())
        wrong = [f"{len(self.faults)} findings, {lost} codings lost: see .faults"] if len(self.faults) else []
        return f"{first}\n{'; '.join([second, *wrong])}"

    @property
    def title(self) -> str:
        """The title."""
        return str(self.about.get("title", ""))

    @property
    def research_question(self) -> str:
        """The research question; empty if none is written."""
        return str(self.about.get("research_question", ""))

    @property
    def coders(self) -> list[str]:
        """The coders of ``study.toml``; where it names none, those of the codings by code point."""
        return list(self.about.get("coders") or sorted(self.codings.coder.unique()))

    @property
    def consensus(self) -> str:
        """The coder that is the consensus of the others (共识); empty if it has no coding."""
        name = str(self.about.get("consensus", CONSENSUS))
        return name if self.codings.coder.eq(name).any() else ""

    @property
    def single_coders(self) -> list[str]:
        """The coders who coded alone: all but the consensus, as far as they have a coding."""
        coded = set(self.codings.coder.unique())
        return [coder for coder in self.coders if coder in coded and coder != self.consensus]

    def text(self, source_id: str) -> str:
        """Return the text of a source.

        Parameters
        ----------
        source_id : str
            Its id.

        Returns
        -------
        str
            The whole text, with its first line.

        Raises
        ------
        StudyError
            If there is no such source.
        """
        if source_id not in self.texts:
            raise StudyError(f"there is no source {source_id!r}", todo=f"use one of {', '.join(self.texts)}")
        return self.texts[source_id]

    def turns(self, source_id: str | None = None) -> pd.DataFrame:
        """Return who says what: a turn is a line ``甲：…`` with the lines after it up to the next.

        Only the speakers of ``speakers.csv`` open a turn; where it lists none for a source, whatever is before a colon
        does. A source without turns has one for each line that is not blank, without speaker. Lines before the first
        turn, marker lines ``【…】`` and lines of date and time are in no turn.

        Parameters
        ----------
        source_id : str, optional
            One source; without it all, in the order of ``sources.csv``.

        Returns
        -------
        pandas.DataFrame
            ``source_id``, ``turn`` (int, from 1 within the source), ``speaker``, ``role`` (``interviewer``,
            ``participant``, ``observer``, ``document`` for text without speakers), ``start``, ``end`` (characters of
            the source), ``text``.

        Raises
        ------
        StudyError
            If there is no such source.
        """
        return self._part(self._turns, source_id)

    def sentences(self, source_id: str | None = None) -> pd.DataFrame:
        """Return the sentences of the turns.

        Parameters
        ----------
        source_id : str, optional
            One source; without it all.

        Returns
        -------
        pandas.DataFrame
            The columns of `turns` with ``sentence`` (int, from 1 within the source).

        Raises
        ------
        StudyError
            If there is no such source.
        """
        return self._part(self._sentences, source_id)

    def quotations(
        self,
        code: str | None = None,
        *,
        coder: str | Iterable[str] | None = None,
        level: str | None = None,
        roles: Iterable[str] = COUNTED,
    ) -> pd.DataFrame:
        """Return the words that codings mark, with who says them.

        Parameters
        ----------
        code : str, optional
            Id or label of a code; it includes the codes below it. Without it, all codes.
        coder : str or iterable of str, optional
            Whose codings. Without it, the consensus where the study has one, else everybody's.
        level : str, optional
            Count each coding for the code of this level, such as ``category``: its own code or the one above it.
            Codings without one are left out. Without it, codes are those of the codings.
        roles : iterable of str, default participants, observers and documents
            Whose words. A coding is of the first turn that it touches.

        Returns
        -------
        pandas.DataFrame
            ``coding_id``, ``source_id``, ``turn`` (int), ``speaker``, ``role``, ``start``, ``end`` (int), ``code_id``,
            ``label``, ``level``, ``coder``, ``date``, ``quote``; in the order of the sources, then of the text. Codings
            that are lost, or in no turn, are not in it: see ``study.faults``.

        Raises
        ------
        StudyError
            If there is no such coder.
        ZhagenError
            If there is no such code or level.
        """
        found = self._quotations
        wanted = {"coder": self.chosen_coders(coder), "role": list(roles)}
        if code is not None:
            wanted["code_id"] = self.codebook.below(code)
        found = found[np.logical_and.reduce([among(found[name], values) for name, values in wanted.items()])]
        if level is not None:
            lifted = found.code_id.map(self._lifted(level))
            found = found[lifted.notna()].assign(code_id=lifted.dropna(), level=level)
            found = found.assign(label=found.code_id.map(self.codebook.labels()))
            found = found.astype({"code_id": "str", "label": "str", "level": "str"})
        found = found.reset_index(drop=True)
        if not self.about.get("invented"):
            found.attrs["wording"] = ["quote"]  # what people said: `zhagen.figures.show` leaves it out of downloads
        return found

    def chosen_coders(self, coder: str | Iterable[str] | None = None) -> list[str]:
        """Return whose codings a function takes.

        Parameters
        ----------
        coder : str or iterable of str, optional
            A coder or several. Without it, the consensus where the study has one, else everybody.

        Returns
        -------
        list of str
            Names of coders.

        Raises
        ------
        StudyError
            If there is no such coder.
        """
        if coder is None:
            return [self.consensus] if self.consensus else self.coders
        chosen = [coder] if isinstance(coder, str) else list(coder)
        unknown = [name for name in chosen if name not in self.coders]
        if unknown:
            raise StudyError(f"there is no coder {unknown[0]!r}", todo=f"use one of {', '.join(self.coders)}")
        return chosen

    def memos_on(self, name: str) -> pd.DataFrame:
        """Return the memos that link to a code, a source or a coding.

        Parameters
        ----------
        name : str
            An id, or the label of a code.

        Returns
        -------
        pandas.DataFrame
            Rows of ``memos``, by date.

        Raises
        ------
        ZhagenError
            If it is no source, no coding and no code.
        """
        names = {name}
        if name not in self.texts and not self.codings.coding_id.eq(name).any():
            retired = self.history.code_id.eq(name).any()
            names = {name if retired else self.codebook.find(name)}
        links = self.memos.codes + self.memos.sources + self.memos.codings
        hits = np.array([bool(names & set(linked)) for linked in links], bool)  # a list of none would name no column
        return self.memos[hits].sort_values("date", kind="stable", ignore_index=True)

    def _lifted(self, level: str) -> dict[str, str]:
        """Return for each code the code of a level: itself or the one above it; codes without one are left out."""
        levels = dict(zip(self.codebook.codes.code_id, self.codebook.codes.level, strict=True))
        if level not in levels.values():
            known = ", ".join(dict.fromkeys(levels.values()))
            raise StudyError(f"no code is of the level {level!r}", todo=f"use one of {known}")
        parents = dict(zip(self.codebook.codes.code_id, self.codebook.codes.parent_id.fillna(""), strict=True))
        found = {}
        for code in levels:
            above, seen = code, {code}
            while levels[above] != level and parents.get(above, "") in levels and parents[above] not in seen:
                above = parents[above]
                seen.add(above)
            if levels[above] == level:
                found[code] = above
        return found

    def _part(self, frame: pd.DataFrame, source_id: str | None) -> pd.DataFrame:
        if source_id is None:
            return frame.copy()
        self.text(source_id)
        return frame[frame.source_id == source_id].reset_index(drop=True)

    @cached_property
    def _turns(self) -> pd.DataFrame:
        rows = []
        kinds = dict(zip(self.sources.source_id, self.sources.kind, strict=True))
        columns = (self.speakers[name].tolist() for name in ("source_id", "speaker", "role"))
        listed: dict[str, dict[str, str]] = {}
        for source_id, speaker, role in zip(*columns, strict=True):
            listed.setdefault(source_id, {})[speaker] = role
        for source_id in self.sources.source_id.tolist():
            roles = listed.get(source_id, {})
            for number, turn in enumerate(_read_turns(self.texts[source_id], roles, kinds[source_id]), 1):
                rows.append((source_id, number, *turn))
        return _framed(rows, TURNS)

    @cached_property
    def _sentences(self) -> pd.DataFrame:
        turns, places = list[int](), list[tuple[int, int]]()
        parts = list[str]()
        texts, begins = self._turns.text.tolist(), self._turns.start.tolist()
        for turn, (start, text) in enumerate(zip(begins, texts, strict=True)):
            first = 0
            for last in [*sentence_ends(text), len(text)]:
                part = text[first:last]
                if words := part.strip():
                    begin = start + first + (0 if part[0] == words[0] else len(part) - len(part.lstrip()))
                    turns.append(turn)
                    places.append((begin, begin + len(words)))
                    parts.append(words)
                first = last
        found = self._turns.iloc[turns].reset_index(drop=True)  # who speaks, and where
        sources = found.source_id.to_numpy(dtype=object)
        new = np.flatnonzero(sources[1:] != sources[:-1]) + 1 if len(found) else np.zeros(0, np.int64)
        sizes = np.diff([0, *new.tolist(), len(found)])
        found["sentence"] = np.arange(1, len(found) + 1) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        found["start"], found["end"] = np.array(places, np.int64).reshape(-1, 2).T
        found["text"] = pd.Series(parts, dtype="str")
        return found[SENTENCES]

    @cached_property
    def _quotations(self) -> pd.DataFrame:
        """All codings that have a place and a turn, with their words."""
        kept = self.codings[self.codings.anchor != "lost"]
        turn, speaker, role = _turn_of(kept, self._turns)
        codes = self.codebook.codes.set_index("code_id")
        texts = zip(kept.source_id.tolist(), kept.start.tolist(), kept.end.tolist(), strict=True)
        order = {source_id: number for number, source_id in enumerate(self.sources.source_id)}
        found = kept.assign(
            turn=turn,
            speaker=speaker,
            role=role,
            label=kept.code_id.map(codes.label),
            level=kept.code_id.map(codes.level),
            quote=[self.texts[source_id][start:end] for source_id, start, end in texts],
            order=kept.source_id.map(order),
        )
        found = found[found.turn > 0]
        keys = (
            found["coding_id"].to_numpy(dtype="str"),
            *(found[name].to_numpy() for name in ("end", "start", "order")),
        )
        found = found.iloc[np.lexsort(keys)]
        kinds = {name: "int64" if name in ("turn", "start", "end") else "str" for name in QUOTATIONS}
        return found[QUOTATIONS].astype(kinds).reset_index(drop=True)


def among(cells: pd.Series, values: Iterable[str]) -> np.ndarray:
    """Say of each cell whether it is one of some values; pandas' own way takes ten times as long for texts.

    Parameters
    ----------
    cells : pandas.Series
        A column of texts.
    values : iterable of str
        The values.

    Returns
    -------
    numpy.ndarray
        A truth value for each cell.

    Examples
    --------
    >>> among(pd.Series(["林", "周"]), ["周"]).tolist()
    [False, True]
    """
    wanted = set(values)
    return np.fromiter(map(wanted.__contains__, cells.tolist()), bool, len(cells))


def touched_units(
    units: pd.DataFrame, codings: pd.DataFrame, texts: Mapping[str, str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return which codings touch which units, in one character or more.

    Parameters
    ----------
    units : pandas.DataFrame
        ``source_id``, ``start``, ``end``; in each source in the order of the text, none inside another.
    codings : pandas.DataFrame
        ``source_id``, ``start``, ``end``.
    texts : mapping of str to str
        Source -> its text.

    Returns
    -------
    numpy.ndarray
        Numbers of rows of the units, ascending.
    numpy.ndarray
        For each, the number of the row of a coding that touches it, ascending in each unit.

    Examples
    --------
    >>> units = pd.DataFrame({"source_id": "I01", "start": [0, 5], "end": [4, 9]})
    >>> codings = pd.DataFrame({"source_id": ["I01"], "start": [3], "end": [6]})
    >>> [rows.tolist() for rows in touched_units(units, codings, {"I01": "只许面交当面翻完"})]
    [[0, 1], [0, 0]]
    """
    # one line of places: the sources behind each other
    sizes = np.cumsum([0, *(len(text) + 1 for text in texts.values())])
    begin = dict(zip(texts, sizes.tolist(), strict=False))
    at, of = (
        np.fromiter((begin[one] for one in frame.source_id.tolist()), np.int64, len(frame))
        for frame in (units, codings)
    )
    order = np.argsort(at + units.start.to_numpy(), kind="stable")
    first = np.searchsorted((at + units.end.to_numpy())[order], of + codings.start.to_numpy(), side="right")
    last = np.searchsorted((at + units.start.to_numpy())[order], of + codings.end.to_numpy(), side="left")
    number = np.maximum(last - first, 0)
    rows = np.repeat(np.arange(len(codings)), number)
    places = np.repeat(first - np.concatenate([[0], np.cumsum(number)[:-1]]), number) + np.arange(number.sum())
    found = order[places]
    by_unit = np.lexsort((rows, found))
    return found[by_unit], rows[by_unit]


def _framed(rows: list[tuple[Any, ...]], names: list[str]) -> pd.DataFrame:
    """Return rows as a frame with the types of turns and sentences."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    numbers = ("turn", "sentence", "start", "end")
    kinds = {name: "int64" if name in numbers else "str" for name in names}
    return pd.DataFrame(
        {name: pd.Series(list(cells), dtype=kinds[name]) for name, cells in zip(names, columns, strict=True)}
    )


def _read_turns(text: str, roles: Mapping[str, str], kind: str) -> list[tuple[str, str, int, int, str]]:
    """Return the turns of a text: speaker, role, start, end, words."""
    turns: list[list[Any]] = []
    lines, place = [], 0
    for line in text.split("\n"):
        lines.append((place, line))
        place += len(line) + 1
    known = _openers(roles)
    for start, line in lines:
        name, colon, said = line.partition("：")
        if colon and name in known:  # as nearly every turn begins; the pattern says the same, and takes longer
            turns.append([name, start + len(line) - len(said.lstrip(" \t")), start + len(line)])
            continue
        if not line.strip() or line.startswith("【") or _is_moment(line):
            continue
        opened = SPEAKER.match(line)
        if opened and (opened[1] in roles or (not roles and len(opened[1]) <= SHORT)):
            turns.append([opened[1], start + opened.end(), start + len(line)])
        elif turns:
            turns[-1][2] = start + len(line)
    if not turns or (not roles and kind == "document"):
        role = "observer" if kind == "field note" else "document"
        plain = ((start, line) for start, line in lines if line.strip() and not line.startswith("【"))
        kept = [(start, line) for start, line in plain if not _is_moment(line)]
        return [("", role, start, start + len(line), line) for start, line in kept]
    return [(name, roles.get(name) or _assumed(name), start, end, text[start:end]) for name, start, end in turns]


def _openers(names: Iterable[str]) -> set[str]:
    """Return the names that the pattern of a speaker knows as a whole, with the colon behind them."""
    return {name for name in names if (found := SPEAKER.match(f"{name}：")) and found[1] == name}


def _is_moment(line: str) -> bool:
    return line.lstrip()[:1].isdecimal() and bool(MOMENT.fullmatch(line))


def _assumed(name: str) -> str:
    """Return the role of a speaker of a source whose speakers speakers.csv does not list."""
    return "interviewer" if is_interviewer(name) else "observer" if name in NOTES_DOWN else "participant"


def _turn_of(codings: pd.DataFrame, turns: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the first turn that each coding touches (0 where it touches none), its speaker and its role."""
    number = np.zeros(len(codings), np.int64)
    speaker, role = np.full(len(codings), "", object), np.full(len(codings), "", object)
    rows_of = codings.groupby("source_id", sort=False).indices
    starts_of, ends_of = (codings[name].to_numpy(np.int64) for name in ("start", "end"))
    columns = {name: turns[name].to_numpy() for name in ("turn", "start", "end")}
    columns |= {name: turns[name].to_numpy(dtype=object) for name in ("speaker", "role")}
    for source_id, places in turns.groupby("source_id", sort=False).indices.items():
        rows = np.asarray(rows_of.get(source_id, []), np.int64)
        if not len(rows):
            continue
        part = {name: column[places] for name, column in columns.items()}
        starts, ends = starts_of[rows], ends_of[rows]
        # the first turn that ends behind the coding's start; the coding touches it if it begins before the coding ends
        first = np.searchsorted(part["end"], starts, side="right")
        first = np.minimum(first, len(places) - 1)
        meets = (part["start"][first] < ends) & (part["end"][first] > starts)
        rows, first = rows[meets], first[meets]
        number[rows] = part["turn"][first]
        speaker[rows], role[rows] = part["speaker"][first], part["role"][first]
    return number, speaker, role


def _number_of(kind: str, number: int) -> str:
    said = {
        "interview": (f"{number} interview", f"{number} interviews"),
        "field note": (f"{number} field note", f"{number} field notes"),
        "document": (f"{number} document", f"{number} documents"),
    }
    if kind and kind not in said:
        return f"{number} {kind}"
    return said.get(kind, (f"{number} source", f"{number} sources"))[number > 1]


def open_study(folder: Path | str) -> Study:
    """Open the study in a folder.

    Nothing in the folder is trusted. Codings whose words are no longer at their offsets are anchored anew by their
    words, see `anchor_codings`; ``study.faults`` lists them, and those that are lost.

    Parameters
    ----------
    folder : pathlib.Path or str
        The folder with ``study.toml``, ``sources.csv``, ``codebook.csv``, ``codings.csv`` and further files.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    StudyError
        If a file is missing or unreadable, or does not fit the others: file, line, what was found, what to do. It names
        the first such fault; `check_study` lists all.

    Examples
    --------
    >>> open_study("no such folder")
    Traceback (most recent call last):
    zhagen.errors.StudyError: there is no such folder (no such folder): check the path
    """
    with lock_study(folder, shared=True):
        found = read_folder(Path(folder))
    return assemble_study(found, Path(folder))


def practice_study() -> Study:
    """Open the practice study of the book: invented interviews on a group in which students trade used books.

    Returns
    -------
    Study
        The study of ``data/practice``.

    Raises
    ------
    StudyError
        If it is not there or was changed so that it cannot be opened.

    """
    return open_study(data_folder() / "practice")


def make_study(
    texts: Mapping[str, str],
    codes: pd.DataFrame,
    codings: pd.DataFrame,
    *,
    about: Mapping[str, Any] | None = None,
    sources: pd.DataFrame | None = None,
    **tables: pd.DataFrame,
) -> Study:
    """Make a study of texts and frames, with the same checks as when one is opened.

    Parameters
    ----------
    texts : mapping of str to str
        Source -> its text.
    codes : pandas.DataFrame
        ``code_id``, ``label``, ``level`` and, where there are any, ``parent_id``, ``definition`` …
    codings : pandas.DataFrame
        ``source_id``, ``start``, ``end``, ``code_id``, ``coder`` and, where there are any, ``coding_id``, ``date``,
        ``quote_sha256``; ids and SHA-256 are filled in.
    about : mapping, optional
        What ``study.toml`` says.
    sources : pandas.DataFrame, optional
        ``source_id`` with ``kind``, ``date`` and attributes; without it all are interviews.
    **tables : pandas.DataFrame
        Further tables by their names: ``speakers``, ``history``, ``sampling``, ``memos``, ``mechanism`` …

    Returns
    -------
    Study
        The study.

    Raises
    ------
    StudyError
        If a frame lacks a column, or does not fit the others; rows count as lines of a file, the first is line 2.

    Examples
    --------
    >>> codes = pd.DataFrame({"code_id": ["c01"], "label": ["只许面交"], "level": ["concept"]})
    >>> coding = {"source_id": "I01", "start": 2, "end": 6, "code_id": "c01", "coder": "林"}
    >>> study = make_study({"I01": "乙：只许面交。"}, codes, pd.DataFrame([coding]))
    >>> study.quotations("c01")[["speaker", "quote"]].values.tolist()
    [['乙', '只许面交']]
    """
    found = Contents(about={"title": "", **(about or {})}, texts=dict(texts))
    if sources is None:
        sources = pd.DataFrame({"source_id": list(texts), "kind": "interview"})
    files = [f"sources/{source_id}.txt" for source_id in sources.source_id]
    sums = [sha256_of(texts.get(source_id, "")) for source_id in sources.source_id]
    sources = sources.assign(file=sources.get("file", files), sha256=sums)
    if "coding_id" not in codings:
        codings = codings.assign(coding_id=[f"q{number:04d}" for number in range(1, len(codings) + 1)])
    if "quote_sha256" not in codings:
        places = zip(codings.source_id, codings.start, codings.end, strict=True)
        codings = codings.assign(quote_sha256=[sha256_of(texts.get(s, "")[a:b]) for s, a, b in places])
    given: dict[str, pd.DataFrame] = {"sources": sources, "codebook": codes, "codings": codings, **tables}
    for name in ("memos", "mechanism"):
        if name in given:
            setattr(found, name, given.pop(name).reset_index(drop=True))
    for name, frame in given.items():
        try:
            found.tables[name] = typed_table(name, frame)
        except KeyError as problem:
            raise StudyError(f"a study has no table {name!r}", todo="give speakers, history, sampling …") from problem
    lacking = [source_id for source_id in found.tables["sources"].source_id if source_id not in texts]
    if lacking:
        raise StudyError(f"there is no text of the source {lacking[0]}", todo="give one for each source")
    return assemble_study(check_contents(found), None)


def remake_study(study: Study, **changes: Any) -> Study:
    """Return the study with some of its parts changed, with the same checks as when one is opened.

    Parameters
    ----------
    study : Study
        The study.
    **changes : pandas.DataFrame or dict
        Parts by the names of the attributes of `Study`; the rows of the codebook as ``codes``.

    Returns
    -------
    Study
        The study; its stamps are those of the old one, so that `write_study` knows what it was.

    Raises
    ------
    StudyError
        If a part does not fit the others.

    Examples
    --------
    >>> remake_study(practice_study(), about={"title": "旧书"}).title
    '旧书'
    """
    codes = changes.pop("codes", study.codebook.codes)
    if "status" in codes and codes.status.fillna("inferred").eq("inferred").all():
        codes = codes.drop(columns="status")
    codings = changes.pop("codings", study.codings)
    given = {"sources": changes.pop("sources", study.sources), "codebook": codes}
    given["codings"] = codings.drop(columns=[name for name in ("anchor", "places") if name in codings])
    given |= {name: changes.pop(name, getattr(study, name)) for name in TABLES if name not in given}
    kept = {name: changes.get(name, getattr(study, name)) for name in ("about", "texts", "memos", "mechanism")}
    kept |= {name: changes.get(name, getattr(study, name)) for name in ("models", "notes")}
    found = Contents(**kept, stamps=study.stamps)
    found.memos = found.memos.reset_index(drop=True)
    found.tables = {name: typed_table(name, frame) for name, frame in given.items()}
    return assemble_study(check_contents(found), study.folder)


def assemble_study(found: Contents, folder: Path | None) -> Study:
    """Make a study of what its files hold.

    Parameters
    ----------
    found : Contents
        As `read_folder` returns it; faults of anchors and turns are added to it.
    folder : pathlib.Path or None
        Where it was read.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    StudyError
        If a fault is an error.
    """
    errors = [fault for fault in found.faults if fault.severity == "error"]
    if errors:
        raise errors[0].error(len(errors) - 1)
    tables = dict(found.tables)
    sources, codes = tables.pop("sources"), tables.pop("codebook")
    codings = anchor_codings(tables.pop("codings"), found.texts)
    _list_anchors(codings, found)
    status = codes.status.replace("", "inferred") if "status" in codes else "inferred"
    codes = codes.assign(status=status)  # whoever adds a code by hand or by a file of codings says none
    bare = pd.DataFrame(columns=EVIDENCE)
    parts: dict[str, Any] = {**tables, "memos": found.memos, "mechanism": found.mechanism}
    study = Study(found.about, found.texts, sources, Codebook(codes, bare), codings, **parts)
    _list_turns(study, found)
    book = Codebook(codes, _evidence(study))
    faults = fault_table(found.faults)
    whole = replace(
        study,
        codebook=book,
        models=found.models,
        notes=found.notes,
        faults=faults,
        folder=folder,
        stamps=found.stamps,
    )
    for name in ("_turns", "_sentences", "_quotations"):  # they are computed once, also for the faults
        if name in study.__dict__:
            whole.__dict__[name] = study.__dict__[name]
    return whole


def fault_table(faults: Iterable[Fault]) -> pd.DataFrame:
    """Return faults as a table.

    Parameters
    ----------
    faults : iterable of Fault
        What is wrong.

    Returns
    -------
    pandas.DataFrame
        ``severity`` (``error`` or ``finding``), ``file`` (str), ``line`` (int, 0: the whole file), ``found``, ``todo``;
        errors first, else in their order.
    """
    rows = [(one.severity, one.file, one.line, one.found, one.todo) for one in faults]
    frame = pd.DataFrame(rows, columns=FAULTS)
    frame = frame.astype({name: "int64" if name == "line" else "str" for name in FAULTS})
    return frame.sort_values("severity", kind="stable", ignore_index=True)


def _list_anchors(codings: pd.DataFrame, found: Contents) -> None:
    """List the codings that were moved or lost."""
    columns = ("anchor", "coding_id", "source_id", "start", "end", "places")
    if codings.anchor.eq("exact").all():
        return
    for row, values in enumerate(zip(*(codings[name].tolist() for name in columns), strict=True)):
        anchor, coding, source, start, end, places = values
        if anchor == "moved":
            said = f"the words of {coding} are now at {start} to {end} of {source}"
            found.add("codings", row, said, "check it; `write_study` writes the new offsets", "finding")
        elif anchor == "lost" and places:
            said = f"the words of {coding} are not at {start} to {end} of {source}, but at {places} other places"
            found.add("codings", row, said, "write the offsets of the right one", "finding")
        elif anchor == "lost":
            size = len(found.texts.get(source, ""))
            said = f"the words of {coding} are nowhere in {source} ({start} to {end} of {size} characters)"
            found.add("codings", row, said, "code the passage anew, or put the old text back", "finding")
        elif anchor == "unchecked":
            todo = "check its words; `write_study` fills it in"
            found.add("codings", row, f"{coding} has no quote_sha256", todo, "finding")


def _list_turns(study: Study, found: Contents) -> None:
    """List speakers without a turn, turns of nobody who is listed, and codings outside of turns."""
    turns = study.turns()
    speaking = set(zip(turns.source_id.tolist(), turns.speaker.tolist(), strict=True))
    columns = zip(study.speakers.source_id.tolist(), study.speakers.speaker.tolist(), strict=True)
    for row, (source_id, speaker) in enumerate(columns):
        if (source_id, speaker) not in speaking:
            todo = f"turns begin a line with {speaker}："
            found.add("speakers", row, f"{speaker} says nothing in {source_id}", todo, "finding")
    files = dict(zip(study.sources.source_id, study.sources.file, strict=True))
    for source_id, names in study.speakers.groupby("source_id", sort=False).speaker.agg(set).items():
        known = _openers(names)
        for line, words in enumerate(study.texts[str(source_id)].split("\n"), 1):
            if words.partition("：")[0] in known:
                continue
            opened = SPEAKER.match(words)
            heading = opened and len(opened[1]) > 1 and NO_NAME.match(opened[1])  # 时间：, but 我：
            if opened and len(opened[1]) <= 4 and not (opened[1].isdigit() or heading or opened[1] in names):
                todo = f"add {opened[1]} to speakers.csv"
                said = f"the line begins as a turn of {opened[1]}, who is not listed"
                found.faults.append(Fault(files[str(source_id)], line, said, todo, "finding"))
    if len(study._quotations) == len(study.codings):
        return
    silent = ~among(study.codings.coding_id, study._quotations.coding_id) & study.codings.anchor.ne("lost").to_numpy()
    for row in np.flatnonzero(silent).tolist():
        said = f"{study.codings.coding_id.iloc[row]} marks nothing that somebody says"
        found.add("codings", row, said, "it counts nowhere: check its offsets", "finding")


def _evidence(study: Study) -> pd.DataFrame:
    """Return the codings of the consensus, or of all, as evidence of a codebook."""
    quoted = study.quotations()
    starts, ends = quoted.start.to_numpy(), quoted.end.to_numpy()
    lines = np.zeros((len(quoted), 2), np.int64)
    for source_id, rows in quoted.groupby("source_id", sort=False).indices.items():
        letters = np.frombuffer(study.texts[str(source_id)].encode("utf-32-le", "surrogatepass"), np.uint32)
        breaks = np.flatnonzero(letters == ord("\n"))
        lines[rows, 0] = np.searchsorted(breaks, starts[rows]) + 1
        lines[rows, 1] = np.searchsorted(breaks, ends[rows] - 1) + 1
    quotes = quoted.quote.tolist()
    bare = ["".join(quote.split()) for quote in quotes]
    exact = study.codings[study.codings.anchor.eq("exact")]
    sums = dict(zip(exact.coding_id.tolist(), exact.quote_sha256.str.lower().tolist(), strict=True))
    columns = zip(quoted.coding_id.tolist(), quotes, bare, strict=True)
    digests = [(sums.get(one) if quote == words else "") or sha256_of(words) for one, quote, words in columns]
    found: dict[str, Any] = {"evidence_id": quoted.coding_id, "code_id": quoted.code_id, "doc_id": quoted.source_id}
    found |= {"line_start": lines[:, 0], "line_end": lines[:, 1], "n_chars": [len(one) for one in bare]}
    found |= {"sha256": digests, "gloss": "", "status": "inferred", "reason": ""}
    frame = pd.DataFrame(found | {"quotation": quoted.quote}, columns=EVIDENCE)
    frame.attrs["wording"] = [] if study.about.get("invented") else ["quotation"]
    return frame
