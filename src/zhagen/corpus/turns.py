"""Transcripts: who speaks, and the time codes of subtitles.

A turn begins with a line that begins with a name and a colon (``问：``, ``受访者3：``, ``张老师：``), after a time code
if there is one, with a name in brackets (``【问】``) or with a line of a name and a time code (``说话人1 00:12``), and
ends before the next of these. Turns are kept whole, whatever lines they have.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

SPEAKERS = ("all", "participants", "interviewers")
INTERVIEWERS = """问 提问 访谈者 访谈员 访问者 访问员 访员 访 采访者 采访员 采访人 记者 主持人 研究者 研究员 调研者
调查员 笔者 Q I Interviewer Moderator Researcher""".split()
PARTICIPANTS = """答 回答 受访者 受访 受 被访者 被访 被访谈者 访谈对象 受访人 被采访者 被试 嘉宾 A R P
Interviewee Respondent Participant""".split()
SUBTITLES = (".srt", ".vtt")
_TIME = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_CUE = re.compile(rf"(?m)^(?:\ufeff?WEBVTT.*|NOTE\b.*|\d+[ \t]*|[ \t]*{_TIME}[ \t]*-->.*)$")
_TAG = re.compile(r"<v(?:\.[^ >]*)? ([^>]+)>|</?[^>\n]{0,40}>")
_BEFORE = rf"\s*[\[（(【]?(?:{_TIME})?[\]）)】]?\s*"
_COLON = rf"\s*(?:[（(【\[][^（()）\n]{{0,12}}[\]】）)])?\s*(?:{_TIME})?\s*[：:](?!//)"
_AFTER = rf"(?:\s+{_TIME}\s*(?:\n|$)|{_COLON}|[】\]])"  # or a line of its own with a time code, or brackets around it
_TURN = re.compile(rf"{_BEFORE}(?P<name>[^\W\d_][\w·. ]{{0,15}}?){_AFTER}")
_USUAL = re.compile(
    rf"\n{_BEFORE}(?P<name>(?:{'|'.join(INTERVIEWERS + PARTICIPANTS)})[\d一二三四五六七八九十甲乙丙丁 ]*){_AFTER}"
)


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


def is_interviewer(name: str) -> bool:
    """Say whether a name is one that transcripts usually have for interviewers, with a number or without.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    bool
        True if it is in `INTERVIEWERS`.

    Examples
    --------
    >>> is_interviewer("访谈者2"), is_interviewer("张老师")
    (True, False)
    """
    return _kind(name) in INTERVIEWERS


def _kind(name: str) -> str:
    return name.rstrip("0123456789一二三四五六七八九十甲乙丙丁 ")


def choose_speakers(
    documents: Iterable[tuple[str, str]],
    speakers: str = "all",
    interviewers: Iterable[str] = (),
    turns: Counter[str] | None = None,
) -> Iterator[tuple[str, str]]:
    """Yield documents with the turns of some speakers only, without the names that begin them.

    A name ends a turn if it is that of an interviewer, one that transcripts usually have for participants, with a
    number or without, or one that begins a line of the same document for the second time. Text before the first turn is
    left out.

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
    interviewers = frozenset(interviewers)
    turns = Counter() if turns is None else turns
    document, kept, seen = None, False, Counter[str]()
    for name, text in documents:
        if speakers == "all":
            turns.update(found["name"].strip() for found in _USUAL.finditer(f"\n{text}"))
            yield name, text
            continue
        if name != document:
            document, kept, seen = name, False, Counter()
        lines = text.split("\n")
        found = [_TURN.match(line) for line in lines]
        seen.update(match["name"] for match in found if match)
        chosen = []
        for line, match in zip(lines, found, strict=True):
            speaker = match["name"] if match else ""
            asks = speaker in interviewers or is_interviewer(speaker)
            if match and (asks or _kind(speaker) in PARTICIPANTS or seen[speaker] > 1):
                turns[speaker] += 1
                kept = asks == (speakers == "interviewers")
                line = line[match.end() :]
            if kept:
                chosen.append(line)
        yield name, "\n".join(chosen)
