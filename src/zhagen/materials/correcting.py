"""A source of a study read anew from a corrected file."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date as calendar
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.errors import SourceError, StudyError
from zhagen.materials.answers import read_rows
from zhagen.materials.making import MOMENTS, REPORT_FILE, TIMES_FILE, MadeSource, MaterialReport, add_run, nothing_read
from zhagen.materials.reading import Material, name_sources, read_material
from zhagen.materials.speakers import mark_turns
from zhagen.materials.texts import SourceText
from zhagen.study.correcting import SourceCorrection, correct_source
from zhagen.study.folder import read_folder
from zhagen.study.locking import lock_study
from zhagen.study.study import Study, assemble_study
from zhagen.study.writing import write_changes
from zhagen.text.alignment import AlignedText, align_texts


def correct_material(
    folder: Path | str,
    source_id: str,
    file: Path | str,
    *,
    drop: Collection[str] = (),
    keep: Collection[str] = (),
    reason: str = "",
    coder: str = "",
    date: str | None = None,
    today: calendar | None = None,
    write: bool = True,
    **reading: Any,
) -> SourceCorrection:
    """Put a corrected file in the place of a source of a study: its codings move with their words.

    Parameters
    ----------
    folder : pathlib.Path or str
        The study.
    source_id : str
        The source.
    file : pathlib.Path or str
        The corrected text, in any form that `read_material` reads; of a table, the row or column named as the source.
    drop, keep : collection of str, optional
        Ids of codings whose words are gone: those to take out, and those to keep at the words that are there now, see
        `zhagen.study.correct_source`.
    reason, coder : str, default ""
        Why, and who did it, for the history.
    date : str, optional
        The day of the act in the history, such as ``2024-03-05``; without it, `today`.
    today : datetime.date, optional
        The day on which the file is read, for the report; without it, that of the clock.
    write : bool, default True
        Whether to write it; else it is only said what would change.
    **reading
        What `read_material` takes: ``column``, ``by``, ``key``, ``sheet``, ``encoding``.

    Returns
    -------
    SourceCorrection
        What was changed. Nothing is written while it has undecided codings.

    Raises
    ------
    SourceError
        If the file cannot be read, or has several texts of which none is named as the source.
    StudyError
        If the study cannot be opened, has no such source, or the text is the same; if the date is none, or before that
        of the last act.
    OutputError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from zhagen.study import practice_study, write_study
    >>> place, study = Path(tempfile.mkdtemp()), practice_study()
    >>> _ = write_study(study, place / "study")
    >>> _ = (place / "new.txt").write_text(study.texts["I01"].replace("十五吧", "十六吧"), encoding="utf-8")
    >>> correct_material(place / "study", "I01", place / "new.txt")
    places changed in I01: 1; passages that keep their words: 62; changed: 3
    """
    place = Path(folder)
    with lock_study(place):
        study = assemble_study(read_folder(place), place)
        old = study.text(source_id)
        roles = study.speakers[study.speakers.source_id == source_id]
        names = {role: roles.speaker[roles.role == role].tolist() for role in ("interviewer", "participant")}
        text = _text_of(read_material(file, **reading), study, source_id)
        source, speakers, _ = mark_turns(text, names["interviewer"], names["participant"])
        found = correct_source(
            study,
            source_id,
            source.text,
            drop=drop,
            keep=keep,
            speakers={one.name: one.role for one in speakers},
            reason=reason,
            coder=coder,
            date=date if date is not None else (today or calendar.today()).isoformat(),
        )
        if len(found.undecided) or not write:
            return found
        sources = found.study.sources
        if "material" in sources:
            rows = sources.source_id.eq(source_id)
            sources = sources.assign(material=sources.material.mask(rows, source.file))
        new = replace(found.study, sources=sources)
        more: dict[str, Any] = {}
        times = move_times(place, {source_id: align_texts(old, source.text)})
        if source.times:
            own = [(source_id, *one) for one in source.times]
            times = pd.concat([times[times.source_id != source_id], pd.DataFrame(own, columns=MOMENTS)])
        if len(times):
            more[TIMES_FILE] = times.fillna("")
        kind, day = sources.loc[sources.source_id == source_id, ["kind", "date"]].iloc[0]
        made = MadeSource(source_id, source, kind, day, tuple(speakers), ())
        more[REPORT_FILE] = add_run(place, MaterialReport(place, (made,), ()), today)
        return replace(found, study=write_changes(study, new, place, more))


def _text_of(found: Material, study: Study, source_id: str) -> SourceText:
    """Return the text of a file that is to be the text of a source."""
    named = dict(zip(name_sources([one.title for one in found.texts]), found.texts, strict=True))
    if not named:
        raise nothing_read(found)
    if len(named) > 1 and source_id not in named:
        shown = ", ".join(list(named)[:5]) + (" …" if len(named) > 5 else "")
        raise SourceError(
            f"the file has {len(named)} texts, and none is called {source_id}: {shown}",
            todo="name a file with the text of this source alone",
        )
    return named[source_id] if len(named) > 1 else found.texts[0]


def move_times(folder: Path, texts: Mapping[str, AlignedText]) -> pd.DataFrame:
    """Return the times of recordings with the places of changed texts.

    Parameters
    ----------
    folder : pathlib.Path
        The study.
    texts : mapping of str to AlignedText
        Source -> its changed text; rows of other sources stay.

    Returns
    -------
    pandas.DataFrame
        The rows of ``times.csv``; none where there is no such file.

    Raises
    ------
    StudyError
        If it has no ``source_id`` or ``start``.
    """
    if not (folder / TIMES_FILE).is_file():
        return pd.DataFrame(columns=MOMENTS)
    header, *cells = read_rows(folder / TIMES_FILE)[0]
    frame = pd.DataFrame([row for row in cells if len(row) == len(header)], columns=header, dtype="str")
    if not {"source_id", "start"} <= set(frame):
        raise StudyError("it has no source_id and start", TIMES_FILE, "write both columns, or move the file away")
    frame = frame[frame.start.str.fullmatch(r"\d+")]
    places = zip(frame.source_id, frame.start.astype("int64").tolist(), strict=True)
    return frame.assign(
        start=[texts[one].move(start, start + 1)[0] if one in texts else start for one, start in places]
    )
