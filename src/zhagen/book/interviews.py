"""Ten invented interviews as a student has them: Word files, texts of an old computer, subtitles of a recording."""

import re
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.study.study import Study, practice_study

WORD, TEXTS, SUBTITLES = ("I01", "I02", "I03", "I04"), ("I05", "I06", "I07"), ("I08", "I09", "I10")
_PIECE = re.compile(r"[^，。？！；…]*[，。？！；…”）]+|[^，。？！；…]+$")
SPEED = 4.5  # characters that are said in a second


def write_interviews(folder: Path | str) -> list[Path]:
    """Write ten interviews of the practice study in the forms in which interviews lie on a desk.

    Parameters
    ----------
    folder : pathlib.Path or str
        Where they go; it is made if it does not exist. A file of that name that is there already is not overwritten.

    Returns
    -------
    list of pathlib.Path
        The files: four Word documents, one of them a table, three texts in GB 18030 with line ends of Windows, three
        files of subtitles; and two that are no text: a recording and a document in Word's form of 1997, both empty
        shells. In a browser that could not load what writes Word documents, the four are texts.

    Raises
    ------
    ZhagenError
        If the extra ``materials`` is not installed.

    Examples
    --------
    >>> import tempfile
    >>> [path.suffix for path in write_interviews(tempfile.mkdtemp())][:5]
    ['.docx', '.docx', '.docx', '.docx', '.txt']
    """
    docx, srt = _word_writer(), import_extra("srt", "materials")
    study, folder = practice_study(), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, bytes] = {}
    for source_id in WORD:
        if docx is None:
            made[f"{source_id}.txt"] = study.texts[source_id].encode("utf-8")
            continue
        document = docx.Document()
        document.sections[0].header.paragraphs[0].text = "访谈记录，内部使用"
        lines = study.texts[source_id].rstrip("\n").split("\n")
        if source_id == "I03":
            _table(document, lines)
        else:
            for line in lines:
                document.add_paragraph(line)
        saved = BytesIO()
        document.save(saved)
        made[f"{source_id}.docx"] = saved.getvalue()
    for source_id in TEXTS:
        made[f"{source_id}.txt"] = study.texts[source_id].replace("\n", "\r\n").encode("gb18030")
    for source_id in SUBTITLES:
        cues = [
            srt.Subtitle(number, timedelta(seconds=start), timedelta(seconds=end), text)
            for number, (start, end, text) in enumerate(_cues(study.texts[source_id]), 1)
        ]
        made[f"{source_id}.srt"] = srt.compose(cues).encode("utf-8-sig")
    made |= {"I02 录音.m4a": b"ftypM4A ", "采访提纲.doc": b"\xd0\xcf\x11\xe0"}
    for name, content in made.items():
        if not (folder / name).exists():  # the reader may have named a folder of theirs
            (folder / name).write_bytes(content)
    return [folder / name for name in made]


def _word_writer() -> Any:
    """Return python-docx; None in a browser that has none, where nothing can be installed."""
    try:
        return import_extra("docx", "materials")
    except ZhagenError:
        if sys.platform == "emscripten":
            return None
        raise


def interview_codings(study: Study) -> pd.DataFrame:
    """Return the consensus codings of the ten interviews for a study that was made from their files.

    Parameters
    ----------
    study : Study
        A study made of what `write_interviews` wrote: its sources have the ids of the practice study.

    Returns
    -------
    pandas.DataFrame
        ``source_id``, ``label``, ``quote`` and ``n`` (int, which of several places), for `add_codings`.

    Examples
    --------
    >>> interview_codings(practice_study()).label.nunique() > 20
    True
    """
    practice = practice_study()
    found = practice.quotations(coder="共识")
    found = found[found.source_id.isin([*WORD, *TEXTS, *SUBTITLES]) & found.source_id.isin(list(study.texts))]
    before = zip(found.source_id, found.start, found.quote, strict=True)
    numbers = [_places(practice.texts[source], quote).index(start) + 1 for source, start, quote in before]
    return found[["source_id", "label", "quote"]].assign(n=numbers).reset_index(drop=True)


def _places(text: str, words: str) -> list[int]:
    places, place = [], text.find(words)
    while place >= 0:
        places.append(place)
        place = text.find(words, place + 1)
    return places


def _table(document: "object", lines: list[str]) -> None:
    """Write turns as a table, a row each: who, and what is said."""
    heads = [line for line in lines if not re.match(r"[^：]{1,4}：", line)]
    for line in heads:
        document.add_paragraph(line)  # type: ignore[attr-defined]
    turns = [line.split("：", 1) for line in lines if line not in heads]
    table = document.add_table(rows=len(turns), cols=2)  # type: ignore[attr-defined]
    for row, (name, words) in zip(table.rows, turns, strict=True):
        row.cells[0].text, row.cells[1].text = name, words


def _cues(text: str) -> list[tuple[float, float, str]]:
    """Return subtitles: begin, end, a piece of a turn that ends with a mark; the second line of a file is left out."""
    first, _, *turns = text.rstrip("\n").split("\n")
    cues, time = [(0.0, 1.0, first)], 1.0
    for turn in turns:
        piece = ""
        for found in _PIECE.findall(turn):
            piece += found
            if len(piece) > 14:
                cues.append((time, time + len(piece) / SPEED, piece))
                time, piece = time + len(piece) / SPEED, ""
        if piece:
            cues.append((time, time + len(piece) / SPEED, piece))
            time += len(piece) / SPEED
    return cues
