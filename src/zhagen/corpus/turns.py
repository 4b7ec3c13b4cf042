"""Transcripts: who speaks, and the time codes of subtitles.

A turn begins with a line that begins with a name and a colon or a tab (``问：``, ``受访者3：``, ``王 老师（店主）：``),
after a time code if there is one, with a name in brackets (``【问】``) or with a line of a name and a time code
(``说话人1 00:12``), and ends before the next of these. Turns are kept whole, whatever lines they have. What begins a
line as a name does and is none, as far as can be known, is named to the reader.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from zhagen.text.characters import HAN
from zhagen.text.speakers import (
    INTERVIEWERS,
    LETTERS,
    NAME,
    NO_NAME,
    NUMBERS,
    PARTICIPANTS,
    WORDS,
    is_interviewer,
    speaker_kind,
)

SPEAKERS = ("all", "participants", "interviewers")
SUBTITLES = (".srt", ".vtt")
TITLES = """老师 先生 女士 小姐 经理 主任 店长 校长 院长 部长 科长 处长 书记 总监 总 董 同学
师傅 阿姨 大爷 大妈 叔叔 叔 姐 哥 医生 护士 教授 老板 村长 社长 主管 工程师 律师""".split()
_TIME = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_CUE = re.compile(rf"(?m)^(?:\ufeff?WEBVTT.*|NOTE\b.*|\d+[ \t]*|[ \t]*{_TIME}[ \t]*-->.*)$")
_TAG = re.compile(r"<v(?:\.[^ >]*)? ([^>]+)>|</?[^>\n]{0,40}>")
_BLANK = r"[^\S\n]*"
_STAMP = (
    rf"(?:\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?{_BLANK})?{_TIME}(?:{_BLANK}[AaPp][Mm])?"
    rf"(?:{_BLANK}(?:-|–|~|-->){_BLANK}{_TIME})?"
)
_BEFORE = (
    rf"[^\S\n]*[>*•]{{0,3}}{_BLANK}(?:\d{{1,4}}[.、)）](?!\d){_BLANK})?"
    rf"[\[（(【<]?(?:{_STAMP})?[\]）)】>]?{_BLANK}[*【\[《「『<（(]{{0,2}}{_BLANK}"
)
_COLON = (
    rf"{_BLANK}[】\]》」』>）)]?{_BLANK}(?:[（(【\[][^（()）\n]{{0,30}}[\]】）)])?{_BLANK}(?:{_STAMP})?{_BLANK}\*{{0,2}}"
    rf"[：:︰∶﹕](?!//)\*{{0,2}}"
)
_ENDS = rf"{_BLANK}[\[（(【]?{_STAMP}[\]）)】]?{_BLANK}(?:\n|$)"  # a stamp at the end of the line
_AFTER = rf"(?:{_ENDS}|{_COLON}|[】\]]|{_BLANK}\t)"
_USUAL_AFTER = (  # with marks that other lines have, too
    rf"(?:{_AFTER}|{_BLANK}(?:——|--)|(?<=[{HAN}])[)）]|(?<=[{HAN}\d])(?:\u3000|  )|(?<=\d)[.．](?![\d\w]))"
)
# Most turns begin so; the other ways to begin one take longer to read.
_PLAIN = rf"(?P<plain>(?:(?:{WORDS})[A-Z]?|{LETTERS})-?\d{{0,3}})[：:](?![/\d])"
_TURN = re.compile(
    rf"{_PLAIN}|{_BEFORE}(?:(?P<usual>{NAME}) ?{_USUAL_AFTER}"
    rf"|(?P<other>(?:第?\d{{1,3}}[号位]|[^\W\d_])[\w·•・‧.#'’ ‐-—-]{{0,23}}?){_AFTER})"
)
_FIRST = "".join(sorted({name[0] for name in INTERVIEWERS + PARTICIPANTS}))  # read first: it passes most lines
_USUAL = re.compile(
    rf"\n(?:{_PLAIN}|(?=[{_FIRST}\d第\s>*•\[（(【<《「『])(?!\n){_BEFORE}(?P<usual>{NAME}) ?{_USUAL_AFTER})"
)
_MARK = re.compile(  # no turn begins without one
    "[^，。；？！：:\n]{0,60}?(?:[：:︰∶﹕】\\]（(\t\u3000]|——|--|  |\\d[.．])"
)
_TITLED = re.compile(rf"\w{{1,3}} ?(?:{'|'.join(TITLES)})[{NUMBERS}\dA-Z]?")
_BESIDE = re.compile(rf"(?<=[{HAN}])[^\S\n]+|[^\S\n]+(?=[{HAN}])")
ME = "我"  # who wrote the transcript down, and asked
LOOKED = 1 << 16  # characters of a corpus in which names are looked for that are not usual, where all speakers count


def without_time_codes(text: str) -> str:
    """Return subtitles (.srt, .vtt) without numbers, time codes and tags.

    Parameters
    ----------
    text : str
        Lines of the file.

    Returns
    -------
    str
        As many lines; those that held nothing else are empty. The speaker of a cue of .vtt begins its line: ``张三：``.

    Examples
    --------
    >>> without_time_codes("1\\n00:00:01,000 --> 00:00:03,500\\n<v 张三>平台<i>很好</i>。").split("\\n")
    ['', '', '张三：平台很好。']
    """
    return _TAG.sub(lambda found: f"{found[1]}：" if found[1] else "", _CUE.sub("", text))


@dataclass(frozen=True)
class TurnHead:
    """What begins a turn.

    Attributes
    ----------
    name : str
        Who speaks, without blanks beside Chinese characters.
    end : int
        Where the words begin in the line.
    usual : bool
        Whether transcripts usually have this name, or it has a title (王老师).
    time : str
        The time code in it; empty if there is none.
    note : str
        What is in brackets behind the name; empty if nothing is.
    """

    name: str
    end: int
    usual: bool
    time: str
    note: str


def turn_head(line: str) -> TurnHead | None:
    """Return the name with which a line begins a turn, in any of the forms that transcripts have.

    Parameters
    ----------
    line : str
        A line.

    Returns
    -------
    TurnHead or None
        None if the line begins with nothing that can be a name. A name that is not usual is one only if it begins
        several lines.

    Examples
    --------
    >>> turn_head("说话人1 00:12"), turn_head("地点：二教") is None
    (TurnHead(name='说话人1', end=10, usual=False, time='00:12', note=''), True)
    >>> turn_head("[00:03] 王 老师（店主）：我们").name
    '王老师'
    """
    found = _begin(line)
    name = found["plain"] or found["usual"] or _other(found) if found else ""
    if not found or not name:
        return None
    place = next(found.span(group) for group in ("plain", "usual", "other") if found[group])
    time = re.search(_STAMP, line[: place[0]]) or re.search(_STAMP, line[place[1] : found.end()])
    behind = line[place[1] : found.end()].replace(time[0], "", 1) if time else line[place[1] : found.end()]
    note = re.search(r"[（(【\[]([^（()）\n]+)[\]）)】]", behind)
    end = found.end() + len(line[found.end() :]) - len(line[found.end() :].lstrip("：: \t"))
    usual = bool(found["plain"] or found["usual"] or _TITLED.fullmatch(_plain(name)))
    return TurnHead(_plain(name), end, usual, time[0] if time else "", note[1].strip() if note else "")


def choose_speakers(
    documents: Iterable[tuple[str, str]],
    speakers: str = "all",
    interviewers: Iterable[str] = (),
    turns: Counter[str] | None = None,
    *,
    participants: Iterable[str] = (),
    unsure: Counter[str] | None = None,
) -> Iterator[tuple[str, str]]:
    """Yield documents with the turns of some speakers only, without the names that begin them.

    A name ends a turn if it is that of an interviewer, one that transcripts usually have for participants, with a
    number or without, one with a title (王老师), or one that begins a line of the same document for the second time.
    Text before the first turn is left out.

    Parameters
    ----------
    documents : iterable of (str, str)
        Names and texts, as `zhagen.corpus.readers.read_texts` yields them.
    speakers : {"all", "participants", "interviewers"}, default "all"
        Whose turns. ``all`` leaves every text as it was.
    interviewers : iterable of str, optional
        Names of interviewers beside the usual ones (`INTERVIEWERS`).
    turns : collections.Counter, optional
        How many turns each speaker has is added here; where all are chosen, only those of speakers with usual names.
    participants : iterable of str, optional
        Names of participants beside the usual ones (`PARTICIPANTS`).
    unsure : collections.Counter, optional
        Added here: what begins a line as a name does and was not taken for one, so that the line is of the turn before;
        where all are chosen, names that are not usual, in the first `LOOKED` characters.

    Yields
    ------
    name : str
        Name of the document.
    text : str
        What the speakers say.

    Examples
    --------
    >>> talk = "问：你学什么？\\n答：我学做菜。\\n还有买菜。\\n问：为什么？"
    >>> list(choose_speakers([("a", talk)], "participants"))
    [('a', '我学做菜。\\n还有买菜。')]
    """
    interviewers, participants = frozenset(map(_plain, interviewers)), frozenset(map(_plain, participants))
    turns = Counter() if turns is None else turns
    unsure = Counter() if unsure is None else unsure
    document, kept, seen, left = None, False, Counter[str](), LOOKED
    for name, text in documents:
        if speakers == "all":
            turns.update(_plain(found["plain"] or found["usual"]) for found in _USUAL.finditer(f"\n{text}"))
            if left > 0:
                unsure.update(_plain(other) for line in text[:left].split("\n") if (other := _other(_begin(line))))
                left -= len(text)
            yield name, text
            continue
        if name != document:
            document, kept, seen = name, False, Counter()
        lines = text.split("\n")
        found = [_begin(line) for line in lines]
        names = [_plain(match["plain"] or match["usual"] or match["other"]) if match else "" for match in found]
        seen.update(names)
        chosen = []
        for line, match, speaker in zip(lines, found, names, strict=True):
            asks = speaker in interviewers or is_interviewer(speaker)
            known = asks or speaker in participants or bool(speaker_kind(speaker))
            if match and (known or (_other(match) and (seen[speaker] > 1 or _TITLED.fullmatch(speaker)))):
                turns[speaker] += 1
                kept = asks == (speakers == "interviewers")
                line = line[match.end() :].lstrip("：: \t")
            elif _other(match):
                unsure[speaker] += 1
            if kept:
                chosen.append(line)
        yield name, "\n".join(chosen)


def _begin(line: str) -> re.Match[str] | None:
    return _TURN.match(line) if _MARK.match(line) else None


@lru_cache(4096)
def _plain(name: str) -> str:
    """Return a name without blanks around it and beside Chinese characters: two such names are the same one."""
    return _BESIDE.sub("", name.strip())


def _other(match: re.Match[str] | None) -> str:
    """Return the name that begins a line, if it is not a usual one; empty if it cannot be one."""
    other = match["other"] if match else None
    return other if other and (other == ME or not NO_NAME.match(other)) else ""
