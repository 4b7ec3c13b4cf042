"""Subtitles (.srt, .vtt): cues joined to what one person says, and when it is said."""

import html
import io
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

from zhagen.corpus.turns import turn_head
from zhagen.errors import SourceError
from zhagen.extras import import_extra
from zhagen.materials.guard import damaged
from zhagen.materials.plain import decode_file
from zhagen.materials.speakers import is_saying
from zhagen.materials.texts import Change, SourceText, plain_text
from zhagen.text.cleaning import line_joint

PAUSE = 2.0  # seconds of silence that end a paragraph where nobody is named
LONG = 120  # characters after which the end of a sentence does, too
_VOICE = re.compile(r"<v(?:\.[^ >]*)? ([^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>\n]{0,60}>|</>|\{\\[^{}\n]{0,60}\}")
_ENDS = re.compile("[。！？!?…」”）)]$")


def read_subtitles(path: Path, file: str, encoding: str | None = None) -> list[SourceText]:
    """Read subtitles: a line for all that one person says without a break, ``甲：…`` where persons are named.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    file : str
        What to call it.
    encoding : str, optional
        Its encoding; without it, it is found.

    Returns
    -------
    list of SourceText
        One text; its ``times`` say where each cue begins in it, and when.

    Raises
    ------
    SourceError
        If a cue cannot be read. The message names the line.
    """
    raw, changes = decode_file(path, encoding)
    raw, more = plain_text(raw)
    changes += more
    webvtt = raw.lstrip().startswith("WEBVTT")
    cues = _webvtt(raw, path) if webvtt else _srt(raw, path)
    late = [cue for cue in cues if cue[1] < cue[0]]
    if late:
        found = f"a cue ends before it begins, at {_clock(late[0][0])}"
        raise SourceError(found, path.name, "correct its time codes in a program for subtitles")
    arrows = len(re.findall("(?m)^.*-->", raw))
    if len(cues) != arrows:
        line = next(n for n, one in enumerate(raw.split("\n"), 1) if "-->" in one)
        found = f"{arrows} lines have time codes, and {len(cues)} cues can be read"
        raise SourceError(
            found, f"{path.name}, from line {line}", "open it in a program for subtitles and save it again"
        )
    notes = re.findall(r"(?m)^(?:NOTE|STYLE|REGION)\b.*$", raw) if webvtt else []
    if notes:
        changes.append(Change("notes and styles left out", len(notes), note="; ".join(notes)[:300]))
    text, times, joined, repeated = _join(_with_colons(cues))
    if joined:
        changes.append(Change("cues joined to the one before", joined))
    if repeated:
        changes.append(Change("lines shown twice taken out", repeated))
    if times:
        changes.append(Change("time codes moved to times.csv", len(times)))
    return [SourceText(file, path.stem, text, path.suffix.lower().lstrip("."), changes, times=times)]


Cue = tuple[float, float, list[str]]  # begin, end, lines


def _srt(raw: str, path: Path) -> list[Cue]:
    srt = import_extra("srt", "materials")
    todo = "open it in a program for subtitles and save it again"
    try:
        found = list(srt.parse(raw))
    except srt.SRTParseError as error:
        line = 1 + raw.count("\n", 0, max(error.expected_start, 0))
        raise SourceError("it has a cue that cannot be read", f"{path.name}, line {line}", todo) from error
    except (ValueError, OverflowError, srt.TimestampParseError) as error:
        raise damaged(path, error, todo) from error
    return [(_seconds(one.start), _seconds(one.end), _lines(one.content)) for one in found]


def _webvtt(raw: str, path: Path) -> list[Cue]:
    webvtt, errors = import_extra("webvtt", "materials"), import_extra("webvtt.errors", "materials")
    try:
        found = list(webvtt.from_buffer(io.StringIO(raw)))
        return [
            (float(one.start_in_seconds), float(one.end_in_seconds), _lines(html.unescape(_voices(one.raw_text))))
            for one in found
        ]
    except (errors.MalformedFileError, errors.MalformedCaptionError, ValueError, AttributeError) as error:
        raise damaged(path, error, "open it in a program for subtitles and save it again") from error


def _voices(text: str) -> str:
    return _VOICE.sub(lambda found: f"\n{re.sub('[：:]', ' ', found[1]).strip()}：", text)


def _lines(content: str) -> list[str]:
    """Return the lines of a cue, without tags."""
    plain = _TAG.sub("", _voices(content))
    return [line.strip() for line in plain.split("\n") if line.strip()]


def _seconds(time: timedelta) -> float:
    return time.total_seconds()


def _with_colons(cues: list[Cue]) -> list[Cue]:
    """Return the cues with a colon behind a name that is the first of several lines of a cue, again and again."""
    first = Counter(lines[0] for _, _, lines in cues if len(lines) > 1)
    names = {one for one, number in first.items() if number > 1 and re.fullmatch(r"[^\W\d_]\w{0,9}", one)}
    if not 2 <= len(names) <= 6:
        return cues
    return [
        (begin, end, [f"{lines[0]}：{lines[1]}", *lines[2:]] if len(lines) > 1 and lines[0] in names else lines)
        for begin, end, lines in cues
    ]


def _join(cues: list[Cue]) -> tuple[str, list[tuple[int, str, str]], int, int]:
    """Return the text, where and when each cue begins, how many were joined, how many lines were shown twice."""
    heads = [head for _, _, lines in cues for line in lines if (head := turn_head(line)) and not is_saying(head.name)]
    named = len(heads) > 1 or any(head.usual for head in heads)  # else a colon in what is said
    text, times, joined, repeated = "", list[tuple[int, str, str]](), 0, 0
    ended, last, speaker = 0.0, "", ""
    for begin, end, lines in cues:
        if lines and lines[0] == last and len(lines) > 1 and begin - ended < 0.1:  # captions that roll on
            lines, repeated = lines[1:], repeated + 1
        for number, line in enumerate(lines):
            head = turn_head(line) if named else None
            head = None if head and is_saying(head.name) else head
            if head and head.name == speaker:  # programs name who speaks in each cue, in the middle of a sentence, too
                line, head = line[head.end :], None
            speaker = head.name if head else speaker
            broken = not text or bool(head) or bool(re.match("[-–—] ?\\S", line))
            if not named and not broken:
                length = len(text) - text.rfind("\n") - 1
                broken = begin - ended >= PAUSE and not number
                broken |= length > LONG and bool(_ENDS.search(text))
            if broken:
                text += "\n" if text else ""
            elif line:
                dropped, between = line_joint(text[-40:], line)
                text = text[: len(text) - dropped] + between
                joined += not number
            if not number:
                times.append((len(text), _clock(begin), _clock(end)))
            text += line
        ended, last = end, lines[-1] if lines else last
    return text + ("\n" if text else ""), times, joined, repeated


def _clock(seconds: float) -> str:
    """Return a time as in a player, such as 00:01:02.300."""
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"
