"""Who speaks in a text: found by how its lines begin, written in one form, and listed for a person to confirm."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import pandas as pd

from zhagen.corpus.turns import ME, TurnHead, turn_head
from zhagen.errors import StudyError
from zhagen.materials.texts import Change, SourceText, shown_lines
from zhagen.study.folder import ROLES
from zhagen.study.study import Study, open_study
from zhagen.study.writing import update_study
from zhagen.text.speakers import NOTES_DOWN, is_interviewer, is_participant

LONGEST = 30  # characters of a name
ALONE = 10  # characters of a name that is a line of its own
FIRST = 30  # characters of what a speaker says first
_PLAIN = re.compile(r"[^\s：:【\[「“]{1,30}[ \t]*[：:]")  # as a study reads it
_ASKS = re.compile(r"[？?][”」』）)]*\s*$")
_FIELD_NOTES = re.compile("田野|笔记|观察|日志|札记|field ?note|observation", re.IGNORECASE)


@dataclass
class Speaker:
    """A speaker of a text, as far as it can be seen from the text.

    Attributes
    ----------
    name : str
        The name before the colon.
    turns : int
        How many turns.
    role : str
        ``interviewer``, ``participant`` or ``observer``: a guess.
    attributes : dict of str to str
        Further cells for ``speakers.csv``.
    """

    name: str
    turns: int
    role: str
    attributes: dict[str, str] = field(default_factory=dict)


def mark_turns(
    source: SourceText, interviewers: Collection[str] = (), participants: Collection[str] = ()
) -> tuple[SourceText, list[Speaker], list[str]]:
    """Write the turns of a text as ``甲：…``, and say who speaks.

    A name is one if transcripts usually have it, it has a title, it was given, or it begins several lines. Time codes
    in the beginning of a turn go to ``times``, what is in brackets behind a name stays behind the colon.

    Parameters
    ----------
    source : SourceText
        A text.
    interviewers, participants : collection of str, optional
        Names beside the usual ones.

    Returns
    -------
    source : SourceText
        The text with its turns, and what was changed for them.
    speakers : list of Speaker
        The speakers in the order of their first turns.
    unsure : list of str
        Names that begin one line only and were not taken for speakers.

    Examples
    --------
    >>> talk = "说话人1 00:12\\n你卖什么？\\n说话人2 00:15\\n旧书。\\n说话人1 00:20\\n好。\\n"
    >>> source = SourceText("a.txt", "a", talk, "txt")
    >>> marked, speakers, unsure = mark_turns(source, participants=["说话人2"])
    >>> marked.text
    '说话人1：你卖什么？\\n说话人2：旧书。\\n说话人1：好。\\n'
    >>> [(one.name, one.turns, one.role) for one in speakers]
    [('说话人1', 2, 'interviewer'), ('说话人2', 1, 'participant')]
    """
    lines = source.text.split("\n")
    alone = _names_alone(lines)
    heads = [
        TurnHead(line.strip(), len(line), False, "", "")
        if line.strip() in alone
        else turn_head(line)
        if line.strip()
        else None
        for line in lines
    ]
    heads = [None if head and is_saying(head.name) else head for head in heads]
    counted = Counter(head.name for head in heads if head)
    given = {*interviewers, *participants, *source.speakers}
    usual = {head.name for head in heads if head and head.usual}
    known = {name for name, number in counted.items() if name in usual or name in given or number > 1}
    if not known and len(counted) > 1 and sum(counted.values()) > len([one for one in lines if one.strip()]) / 2:
        known = set(counted)  # a short talk: each name once
    if known and all(is_interviewer(name) or name in interviewers for name in known):
        known = set(counted)  # who answers does so once
    unsure = [name for name in counted if name not in known]
    marked, names = _write_turns(source, lines, heads, known)
    said: dict[str, list[str]] = {}
    speaker = ""
    for line, name in zip(marked.text.split("\n"), names, strict=True):
        speaker = name or speaker
        if name:
            said.setdefault(name, []).append(line[len(name) + 1 :])
        elif speaker and line.strip():
            said[speaker][-1] += line
    roles = _guess_roles(said, interviewers, participants)
    speakers = [Speaker(name, len(turns), roles[name], source.speakers.get(name, {})) for name, turns in said.items()]
    return marked, speakers, unsure


def is_saying(name: str) -> bool:
    """Say whether what is before a colon is no name: 他妈说：…, 群公告写：….

    Parameters
    ----------
    name : str
        What is before the colon.

    Returns
    -------
    bool
        True if it ends with a verb of saying.

    Examples
    --------
    >>> is_saying("他妈说"), is_saying("王老师")
    (True, False)
    """
    return len(name) > 2 and name.endswith(("说", "讲", "问", "写", "想", "喊", "写着", "说的是"))


def guess_kind(source: SourceText, speakers: Sequence[Speaker]) -> str:
    """Guess what kind of source a text is.

    Parameters
    ----------
    source : SourceText
        The text.
    speakers : sequence of Speaker
        Who speaks in it.

    Returns
    -------
    str
        ``interview``, ``field note`` or ``document``.

    Examples
    --------
    >>> guess_kind(SourceText("田野笔记1.txt", "田野笔记1", "下雨。", "txt"), [])
    'field note'
    """
    if any(one.role == "observer" for one in speakers) or _FIELD_NOTES.search(source.title):
        return "field note"
    return "interview" if speakers else "document"


def list_speakers(folder: Path | str) -> pd.DataFrame:
    """Return who speaks in the sources of a study.

    Parameters
    ----------
    folder : pathlib.Path or str
        The study.

    Returns
    -------
    pandas.DataFrame
        One row a speaker of a source: ``source_id``, ``speaker``, ``role``, ``turns`` (int, counted now), ``confirmed``
        (``no`` for a guess), ``first`` (what the speaker says first). Of a source for which ``speakers.csv`` lists
        nobody, as in a project that came from another program, whoever is named before a colon there: a guess.

    Raises
    ------
    StudyError
        If the study cannot be opened.

    Examples
    --------
    >>> from zhagen.paths import data_folder
    >>> list_speakers(data_folder() / "practice").turns.tolist()[:2]
    [15, 15]
    """
    study = open_study(folder)
    turns = study.turns().groupby(["source_id", "speaker"]).text.agg(["size", "first"])
    speakers = _with_found(study)
    keys = list(zip(speakers.source_id, speakers.speaker, strict=True))
    known = turns.to_dict("index")
    said = [known.get(key, {"size": 0, "first": ""}) for key in keys]
    return speakers[["source_id", "speaker", "role"]].assign(
        turns=[int(one["size"]) for one in said],
        confirmed=speakers.confirmed if "confirmed" in speakers else "",
        first=[" ".join(str(one["first"]).split())[:FIRST] for one in said],
    )


def set_speakers(
    folder: Path | str,
    roles: Mapping[str, str] | None = None,
    *,
    gone: Collection[str] = (),
    source_id: str = "",
    confirm: bool = False,
) -> None:
    """Set the roles of speakers of a study, take out what is no speaker, and confirm what is right.

    Parameters
    ----------
    folder : pathlib.Path or str
        The study.
    roles : mapping of str to str, optional
        Speaker -> ``interviewer``, ``participant`` or ``observer``; the role is confirmed by this.
    gone : collection of str, optional
        What was taken for a speaker and is none: its lines are of the turn before.
    source_id : str, default ""
        The source that this is for; without it all sources.
    confirm : bool, default False
        Whether all speakers that are listed then are right.

    Raises
    ------
    StudyError
        If the study cannot be opened, or there is no such speaker, source or role.
    OutputError
        If ``speakers.csv`` cannot be written.
    """
    wanted = dict(roles or {})

    def changed(study: Study) -> Study:
        table = _with_found(study)
        if "confirmed" not in table:
            table = table.assign(confirmed="yes")
        if source_id and source_id not in study.texts:
            raise StudyError(f"there is no source {source_id!r}", todo=f"use one of {', '.join(study.texts)}")
        chosen = table.source_id.eq(source_id) if source_id else pd.Series(True, index=table.index)
        for name in (*wanted, *gone):
            if name not in set(table.speaker[chosen]):
                raise StudyError(
                    f"there is no speaker {name!r}", "speakers.csv", "write it as `zhagen speakers` lists it"
                )
        for name, role in wanted.items():
            if role not in ROLES:
                raise StudyError(f"there is no role {role!r}", todo=f"use one of {', '.join(ROLES)}")
            rows = chosen & table.speaker.eq(name)
            table.loc[rows, "role"], table.loc[rows, "confirmed"] = role, "yes"
        table = table[~(chosen & table.speaker.isin(list(gone)))]
        return replace(study, speakers=table.assign(confirmed="yes") if confirm else table)

    update_study(folder, changed)


def _names_alone(lines: Sequence[str]) -> set[str]:
    """Return names that are a line of their own above what is said: two to six short lines, again and again.

    Without a colon, nothing else says that such a line is no heading: together they must be a third of the lines.
    """
    said = [line.strip() for line in lines if line.strip()]
    counted = Counter(one for one in said if len(one) <= ALONE and re.fullmatch(r"[^\W\d_][\w· .-]*", one))
    found = {one for one, number in counted.items() if number >= 3}
    enough = 2 <= len(found) <= 6 and 3 * sum(counted[one] for one in found) >= len(said)
    return found if enough else set()


def _with_found(study: Study) -> pd.DataFrame:
    """Return the table of speakers, with those that are seen in the sources for which it lists nobody."""
    table = study.speakers.reset_index(drop=True)
    turns = study.turns()
    new = turns[~turns.source_id.isin(table.source_id) & turns.speaker.ne("")]
    new = new.drop_duplicates(["source_id", "speaker"])[["source_id", "speaker", "role"]]
    if new.empty:
        return table
    if "confirmed" not in table:
        table = table.assign(confirmed="yes")
    found = pd.concat([table, new.assign(confirmed="no")], ignore_index=True).fillna("")
    return found.sort_values("source_id", key=lambda ids: ids.map(list(study.texts).index), kind="stable").reset_index(
        drop=True
    )


def _write_turns(
    source: SourceText, lines: list[str], heads: list[TurnHead | None], known: set[str]
) -> tuple[SourceText, list[str]]:
    """Return the text with its turns as a study reads them, and for each of its lines the name that begins it."""
    written: list[str] = []
    names: list[str] = []
    changed: list[tuple[int, str, str]] = []
    times = list[tuple[int, str, str]]()
    place, waiting = 0, False  # waiting: the line before is a name alone
    moves: list[tuple[int, int, int]] = []  # old start and end of a line, its new start
    old = 0
    for line, head in zip(lines, heads, strict=True):
        moves.append((old, old + len(line), place))
        old += len(line) + 1
        if head and head.name in known:
            name = _written_name(head.name)
            rest = line[head.end :]
            plain = _PLAIN.match(line)
            if head.time or head.note or not plain or line[: plain.end()].rstrip("：: \t") != name:
                changed.append((len(written) + 1, line[: head.end].strip(), f"{name}："))
                line = f"{name}：{f'（{head.note}）' if head.note else ''}{rest}"
            if head.time:
                times.append((place, head.time, ""))
            waiting = not rest.strip() and not head.note
            names.append(name)
        elif waiting and line.strip():
            written[-1] += line.lstrip()
            place += len(line.lstrip())
            moves[-1] = (*moves[-1][:2], place - len(line.lstrip()) - 1)
            waiting = False
            continue
        elif waiting:
            moves[-1] = (*moves[-1][:2], place - 1)
            continue  # an empty line between a name and what is said
        else:
            names.append("")
        written.append(line)
        place += len(line) + 1
    text = "\n".join(written)
    marked = replace(source, text=text, changes=list(source.changes), times=source.times or times)
    if source.times and text != source.text:
        marked.times = [(_moved(start, moves), begin, finish) for start, begin, finish in source.times]
    if changed:
        note = f"such as {changed[0][1]!r}: written as {changed[0][2]!r}"
        lines_named = shown_lines(line for line, _, _ in changed)
        marked.changes.append(Change("beginnings of turns written in one form", len(changed), lines_named, note))
    if times and not source.times:
        marked.changes.append(Change("time codes moved to times.csv", len(times)))
    return marked, names


def _moved(start: int, moves: list[tuple[int, int, int]]) -> int:
    """Return where the line of a character begins now; a cue of subtitles begins with its line, or within it."""
    for begin, end, new in moves:
        if begin <= start <= end:
            return new + (start - begin)
    return start


def _written_name(name: str) -> str:
    """Return a name as it can be before the colon of a turn: without blanks and brackets."""
    return re.sub(r"\s+", "_", re.sub(r"[【\[「“：:]", "", name).strip())[:LONGEST]


def _guess_roles(
    said: dict[str, list[str]], interviewers: Collection[str], participants: Collection[str]
) -> dict[str, str]:
    """Return the role of each speaker: by name, and where no name says who asks, by who asks."""
    roles: dict[str, str] = {}
    for name in said:
        if name in interviewers or ((is_interviewer(name) or name == ME) and name not in participants):
            roles[name] = "interviewer"
        elif name in NOTES_DOWN:
            roles[name] = "observer"
        elif name in participants or is_participant(name):
            roles[name] = "participant"
    others = [name for name in said if name not in roles]
    if others and "interviewer" not in roles.values() and len(said) > 1:
        asked = {name: sum(bool(_ASKS.search(turn)) for turn in said[name]) / len(said[name]) for name in others}
        asks = max(others, key=lambda name: asked[name])
        lengths = {name: median(map(len, turns)) for name, turns in said.items()}
        if asked[asks] >= 0.5 and lengths[asks] <= max(lengths.values()):
            roles[asks] = "interviewer"
    return {name: roles.get(name, "participant") for name in said}
