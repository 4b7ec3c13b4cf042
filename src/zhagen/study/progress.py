"""How far a study has come: what is coded, what is not, what waits for somebody; and the life of one code."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zhagen.errors import StudyError
from zhagen.study.folder import split_list
from zhagen.study.history import code_lineage
from zhagen.study.saturation import source_order
from zhagen.study.study import COUNTED, EVERYBODY, Study

SHARES = "source_id coder characters coded share codings".split()
BARE_TURNS = "source_id turn speaker start end characters text".split()
OPEN = re.compile(r"(?m)^\s*(?:[-*+]|\d+\.)?\s*(?:\[ \]|(?:待办|待查|待定|疑问|TODO)\s*[：:])|疑问：")
UNSURE = ("no", "否", "待确认", "false", "?", "？")
CODE_QUOTES = "coding_id date coder source_id turn speaker start end label quote".split()


@dataclass(frozen=True, eq=False, repr=False)
class StudyStatus:
    """How far a study has come.

    Attributes
    ----------
    coded : pandas.DataFrame
        One row a source and coder: ``source_id``, ``coder``, ``characters`` (of the turns that count), ``coded`` (int,
        characters of them that this coder marked), ``share`` (float), ``codings`` (int).
    bare_codes : pandas.DataFrame
        Codes that neither they nor the codes below have a coding: ``code_id``, ``label``, ``level``.
    bare_turns : pandas.DataFrame
        Turns in which nobody coded a word: ``source_id``, ``turn``, ``speaker``, ``start``, ``end``, ``characters``,
        ``text``.
    open_memos : pandas.DataFrame
        Memos that wait: ``memo_id``, ``date``, ``coder``, ``title``, ``why`` (it asks something or has a box that is
        not ticked; it links to nothing).
    new_code : str
        The last source, in the order of collection, that brought a code that no source before has; empty if none did.
    since_new_code : int
        How many coded sources came after it.
    unsure_speakers : pandas.DataFrame
        ``source_id``, ``speaker``, ``why``: speakers whose role nobody confirmed, and names before a colon that
        speakers.csv does not list.
    changed_sources : pandas.DataFrame
        Sources that are not as they were when they were coded: ``source_id``, ``moved``, ``lost`` (int, codings whose
        words are elsewhere, or nowhere).
    """

    coded: pd.DataFrame
    bare_codes: pd.DataFrame
    bare_turns: pd.DataFrame
    open_memos: pd.DataFrame
    new_code: str
    since_new_code: int
    unsure_speakers: pd.DataFrame
    changed_sources: pd.DataFrame

    def by_coder(self) -> pd.DataFrame:
        """Return what each coder has coded of all sources.

        Returns
        -------
        pandas.DataFrame
            ``coder``, ``sources`` (int, with a coding), ``codings``, ``share`` (of the characters of these sources).
        """
        begun = self.coded[self.coded.codings > 0]
        sums = begun.groupby("coder", sort=False)[["characters", "coded", "codings"]].sum()
        sums = sums.assign(sources=begun.groupby("coder", sort=False).size(), share=sums.coded / sums.characters)
        return sums[["sources", "codings", "share"]].reset_index()

    def __repr__(self) -> str:
        lines = [
            f"{row.coder}: {row.codings} codings in {row.sources} sources, {row.share:.0%} of their characters"
            for row in self.by_coder().itertuples()
        ] or ["nothing is coded"]
        lines.append(_line(self.bare_codes, "{n} code without a coding", "{n} codes without a coding", "label"))
        turns = ("{n} turn in which nobody coded a word", "{n} turns in which nobody coded a word")
        lines.append(_line(self.bare_turns, *turns))
        lines.append(_line(self.open_memos, "{n} open memo", "{n} open memos", "memo_id"))
        if self.new_code:
            lines.append(
                f"the last new code came with {self.new_code}, {self.since_new_code} coded sources before the end"
            )
        unsure, changed = self.unsure_speakers, self.changed_sources
        lines.append(_line(unsure, "{n} speaker to be confirmed", "{n} speakers to be confirmed", "speaker"))
        lines.append(_line(changed, "{n} source changed since coded", "{n} sources changed since coded", "source_id"))
        return "\n".join(lines)


@dataclass(frozen=True, eq=False, repr=False)
class CodeLog:
    """The life of one code.

    Attributes
    ----------
    code_id, label : str
        The code; of one that has ended, its last label.
    acts : pandas.DataFrame
        The rows of the history that name it or what went into it.
    memos : pandas.DataFrame
        The memos on it and on what went into it, by date.
    codings : pandas.DataFrame
        Its codings by date, coder and place, of the codes below it, too: ``coding_id``, ``date``, ``coder``,
        ``source_id``, ``turn``, ``speaker``, ``start``, ``end``, ``label``, ``quote``.
    """

    code_id: str
    label: str
    acts: pd.DataFrame
    memos: pd.DataFrame
    codings: pd.DataFrame

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def lines(self, naming: Callable[[str], str] = str) -> list[str]:
        """Return the log line by line.

        Parameters
        ----------
        naming : callable, optional
            What an act is called, in another language; without it, as the history has it.

        Returns
        -------
        list of str
            The code, the acts, the memos, the codings.
        """
        lines = [f"{self.code_id} {self.label}"]
        for act in self.acts.to_dict("records"):
            ends = " → ".join(filter(None, (act["from"], act["to"])))
            why = "：".join(filter(None, (act["coder"], act["reason"])))
            lines.append(
                " ".join(filter(None, (act["date"], naming(act["act"]), act["code_id"], ends, why and f"({why})")))
            )
        lines += [f"{memo['date']} memo {memo['memo_id']} {memo['title']}" for memo in self.memos.to_dict("records")]
        for (date, coder), part in self.codings.groupby(["date", "coder"], sort=False):
            lines.append(f"{date or 'no date'} {coder}: {len(part)} codings in {part.source_id.nunique()} sources")
        return lines


def study_status(study: Study, *, roles: Iterable[str] = COUNTED) -> StudyStatus:
    """Say how far a study has come: what is coded and what is not, and what waits for somebody.

    Parameters
    ----------
    study : Study
        The study.
    roles : iterable of str, default participants, observers and documents
        Whose words are to be coded.

    Returns
    -------
    StudyStatus
        It prints itself.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> found = study_status(practice_study())
    >>> found.coded.query("coder == '周'")[["source_id", "characters", "codings"]].values.tolist()[0]
    ['I01', 835, 15]
    >>> found.new_code, found.since_new_code
    ('I15', 1)
    """
    roles = list(roles)
    turns = study.turns()
    turns = turns[turns.role.isin(roles)]
    whole = study.codings[study.codings.anchor != "lost"]
    rows, bare = [], []
    by_source = {str(source): part for source, part in turns.groupby("source_id", sort=False)}
    marked = {key: part for key, part in whole.groupby(["source_id", "coder"], sort=False)}
    coders = list(dict.fromkeys([*study.coders, *study.codings.coder]))
    for source in study.sources.source_id:
        size = len(study.texts[source])
        part = by_source.get(source, turns.iloc[:0])
        counted, any_coder = _covered(part.start, part.end, size), np.zeros(size, bool)
        for coder in coders:
            own = marked.get((source, coder), whole.iloc[:0])
            cover = _covered(own.start, own.end, size)
            any_coder |= cover
            number, done = int(counted.sum()), int((cover & counted).sum())
            rows.append((source, coder, number, done, done / number if number else 0.0, len(own)))
        before = np.concatenate([[0], np.cumsum(any_coder)])
        bare.append(part[before[part.end.to_numpy()] == before[part.start.to_numpy()]])
    unmarked = pd.concat(bare) if bare else turns
    unmarked = unmarked.assign(characters=unmarked.end - unmarked.start)[BARE_TURNS].reset_index(drop=True)
    if not study.about.get("invented"):
        unmarked.attrs["wording"] = ["text"]  # as in `Study.quotations`
    new, since = _new_code(study, roles)
    return StudyStatus(
        pd.DataFrame(rows, columns=SHARES),
        _bare_codes(study),
        unmarked,
        _open_memos(study),
        new,
        since,
        _unsure_speakers(study),
        _changed_sources(study),
    )


def code_log(study: Study, code: str) -> CodeLog:
    """Return the life of one code: acts on it, memos, and codings by coder and time.

    Parameters
    ----------
    study : Study
        The study.
    code : str
        Id or label of a code, also of one that has ended.

    Returns
    -------
    CodeLog
        It prints itself.

    Raises
    ------
    StudyError
        If there never was such a code, or several had this label.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> print(str(code_log(practice_study(), "c13")).splitlines()[1])
    2024-03-12 create c13 自揭其短 (林：拍最花的一页、劝人别买，都是卖家干的事，先给一个共同的名字)
    """
    codes = study.codebook.codes
    living = code in set(codes.code_id) | set(codes.label)
    if living:
        code_id = study.codebook.find(code)
        label = study.codebook.labels()[code_id]
    elif study.history.empty:
        code_id = label = study.codebook.find(code)  # it raises, and says what is near
    else:
        found = code_lineage(study, code)
        hits = [row for row in found.to_dict("records") if code == row["code_id"] or code in row["labels"]]
        if len(hits) > 1:
            raise StudyError(f"the label {code} was of {', '.join(row['code_id'] for row in hits)}", todo="give an id")
        code_id, label = hits[0]["code_id"], hits[0]["labels"][-1]
        living = code_id in set(codes.code_id)
    names, memo_codes = {code_id, label}, {code_id}
    line = code_lineage(study).set_index("code_id") if len(study.history) else pd.DataFrame()
    if code_id in line.index:  # not where the line of the history that created it is gone
        size = 0
        while size < len(memo_codes):  # what went into it, and into that
            size = len(memo_codes)
            memo_codes |= {str(one) for one, into in line["into"].items() if memo_codes & set(into)}
        names |= memo_codes | {label for one in memo_codes & set(line.index) for label in line.labels[one]}
    cells = study.history[["code_id", "from", "to"]].map(lambda cell: bool(names & set(split_list(cell))))
    named = np.array([bool(memo_codes & set(linked)) for linked in study.memos.codes], bool)  # of no memo, too
    quoted = study.quotations(code_id, coder=study.coders, roles=EVERYBODY) if living else None
    quoted = study.quotations().iloc[:0] if quoted is None else quoted
    order = quoted.sort_values(["date", "coder", "source_id", "start"], kind="stable", ignore_index=True)
    return CodeLog(
        code_id,
        label,
        study.history[cells.any(axis=1)].reset_index(drop=True),
        study.memos[named].sort_values("date", kind="stable", ignore_index=True),
        order[CODE_QUOTES],
    )


def _covered(starts: pd.Series, ends: pd.Series, size: int) -> np.ndarray:
    """Say of each character of a text whether it lies in one of the spans."""
    change = np.zeros(size + 1, np.int64)
    np.add.at(change, np.clip(starts.to_numpy(), 0, size), 1)
    np.add.at(change, np.clip(ends.to_numpy(), 0, size), -1)
    return np.cumsum(change[:-1]) > 0


def _bare_codes(study: Study) -> pd.DataFrame:
    codes = study.codebook.codes
    parents = dict(zip(codes.code_id, codes.parent_id, strict=True))
    used: set[str] = set()
    for code in set(study.codings.code_id):
        while code and code not in used:
            used.add(code)
            code = parents.get(code, "")
    return codes[~codes.code_id.isin(used)][["code_id", "label", "level"]].reset_index(drop=True)


def _open_memos(study: Study) -> pd.DataFrame:
    rows = []
    for memo in study.memos.to_dict("records"):
        why = []
        if OPEN.search(memo["text"]):
            why.append("it asks something")
        if not any(memo[name] for name in ("codes", "sources", "codings")):
            why.append("it links to nothing")
        if why:
            rows.append((memo["memo_id"], memo["date"], memo["coder"], memo["title"], "; ".join(why)))
    return pd.DataFrame(rows, columns="memo_id date coder title why".split())


def _new_code(study: Study, roles: list[str]) -> tuple[str, int]:
    """Return the last source that brought a new code, and how many coded sources came after it."""
    quoted = study.quotations(roles=roles)
    by_source = {source: set(part) for source, part in quoted.groupby("source_id", sort=False).code_id}
    seen: set[str] = set()
    last, since = "", 0
    for source in source_order(study):
        codes = by_source.get(source, set())
        if codes - seen:
            last, since = source, 0
        elif codes:
            since += 1
        seen |= codes
    return last, since


def _unsure_speakers(study: Study) -> pd.DataFrame:
    speakers = study.speakers
    rows = []
    if "confirmed" in speakers:
        unsure = speakers[speakers.confirmed.str.strip().str.lower().isin(UNSURE)]
        said = [f"the role {role} is not confirmed" for role in unsure.role]
        rows += list(zip(unsure.source_id, unsure.speaker, said, strict=True))
    files = dict(zip(study.sources.file, study.sources.source_id, strict=True))
    found = study.faults[study.faults.file.isin(files)] if len(study.faults) else study.faults
    for file, said in zip(found.file, found.found, strict=True):
        if turn := re.match("the line begins as a turn of (.+), who is not listed", said):
            rows.append((files[file], turn[1], "speakers.csv does not list it"))
    return pd.DataFrame(rows, columns="source_id speaker why".split()).drop_duplicates(ignore_index=True)


def _changed_sources(study: Study) -> pd.DataFrame:
    files = dict(zip(study.sources.file, study.sources.source_id, strict=True))
    said = [re.fullmatch("(.+) was changed: its sha256 is another", found) for found in study.faults.found]
    changed = {files.get(one[1], "") for one in said if one}
    codings = study.codings
    moved, lost = (codings.source_id[codings.anchor == kind].value_counts().to_dict() for kind in ("moved", "lost"))
    rows = [
        (source, moved.get(source, 0), lost.get(source, 0))
        for source in study.sources.source_id
        if source in changed or source in moved or source in lost
    ]
    return pd.DataFrame(rows, columns="source_id moved lost".split())


def _line(frame: pd.DataFrame, one: str, many: str, column: str = "") -> str:
    """Return a sentence with the number of rows, and what the first of them are called."""
    said = (one if len(frame) == 1 else many).format(n=len(frame))
    names = list(dict.fromkeys(frame[column])) if column else []
    return f"{said}: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}" if names else said
