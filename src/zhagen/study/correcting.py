"""A source whose text was corrected after it was coded: codings go with their words, and what changed is listed.

A transcriber's mistake is found when half of the interviews are coded. The corrected text takes the place of the old
one; whatever marks words of the source - codings of all coders, places of disagreement, speakers - moves with them.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Unpack

import pandas as pd

from zhagen.errors import StudyError
from zhagen.study.anchors import move_offsets
from zhagen.study.editing import Act, _Change, new_memo_id, relink
from zhagen.study.folder import KEYS, sha256_of
from zhagen.study.study import Study, touched_units
from zhagen.text.alignment import AlignedText, align_texts

TOUCHED = "what coding_id label coder start end words new_start new_end new_words done".split()
LEAST = 1 / 3  # of the letters of a coding that must still be there, or its words are gone
LONG = 4  # characters of a coding from which the same words at another place are the same passage
ALL = "all"  # in place of ids


@dataclass(frozen=True, eq=False, repr=False)
class SourceCorrection:
    """A source with its corrected text, and what became of what was marked in it.

    Attributes
    ----------
    study : Study
        The study with the corrected source; the old one, if something is undecided.
    source_id : str
        The source.
    places : int
        At how many places the text was changed.
    kept : int
        Passages of the source - codings, differences between coders - that have the same words as before.
    touched : pandas.DataFrame
        The other ones, in the order of the text: ``what`` (``changed``: other words at the same place; ``elsewhere``:
        the words are at another place; ``gone``: they are nowhere; ``speaker``: the same words, said by somebody
        else), ``coding_id`` (or the id of a difference between coders), ``label``, ``coder``, ``start``, ``end``,
        ``words`` (before), ``new_start``, ``new_end``, ``new_words`` (now; for ``speaker`` who said and who says
        them), ``done`` (``kept``, ``dropped``, ``""``: somebody has to say which).
    speakers : dict of str to str
        Speakers whose names were corrected: old name -> new name.
    """

    study: Study
    source_id: str
    places: int
    kept: int
    touched: pd.DataFrame
    speakers: Mapping[str, str]

    @property
    def undecided(self) -> pd.DataFrame:
        """The codings whose words are gone, as long as nobody has said what becomes of them."""
        return self.touched[self.touched.done == ""]

    def __repr__(self) -> str:
        parts = [f"places changed in {self.source_id}: {self.places}", f"passages that keep their words: {self.kept}"]
        return "; ".join([*parts, *(f"{what}: {number}" for what, number in self.touched.what.value_counts().items())])


def correct_source(
    study: Study,
    source_id: str,
    text: str,
    *,
    drop: Collection[str] = (),
    keep: Collection[str] = (),
    speakers: Mapping[str, str] | None = None,
    **act: Unpack[Act],
) -> SourceCorrection:
    """Put a corrected text in the place of a source's text; everything that marks its words moves with them.

    A coding whose words were changed stays at their place. Where fewer than a third of its letters are left and its
    words are not at one other place, they are gone: it is for a person to say whether it is dropped, or kept at the
    words that are there now. The history has a row on it, and a memo the old and the new words.

    Parameters
    ----------
    study : Study
        The study.
    source_id : str
        The source.
    text : str
        The corrected text.
    drop, keep : collection of str, optional
        Ids of codings whose words are gone: those to take out, those to keep at the words that are there now;
        ``all`` for all of them.
    speakers : mapping of str to str, optional
        Who speaks in the corrected text, with their roles. Who was not listed is listed as a guess; where a name was
        corrected, the speaker keeps role and attributes.
    **act : Act
        What the history says of it: ``reason``, ``coder``, ``date``.

    Returns
    -------
    SourceCorrection
        The study, and what is to be looked at; while something is undecided, its study is the old one.

    Raises
    ------
    StudyError
        If there is no such source, its text is the same, an id to drop or keep is none whose words are gone, or nothing
        is left to keep it at; if the date is before that of the last act.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> study = practice_study()
    >>> text = study.texts["I01"].replace("十五吧", "十六吧")
    >>> correct_source(study, "I01", text, date="2024-08-01")
    places changed in I01: 1; passages that keep their words: 62; changed: 3
    """
    old = study.text(source_id)
    if text == old:
        raise StudyError("the text is the same as before", source_id, "name the file with the corrected text")
    change = _Change(study, **act)
    aligned = align_texts(old, text)
    marks = find_marks(study, source_id, aligned)
    table, renamed = _speakers(study, source_id, aligned, speakers or {})
    turns = replace(study, texts={**study.texts, source_id: text}, speakers=table).turns(source_id)
    before = [renamed.get(one, one) for one in _said_by(study.turns(source_id), marks, "", old)]
    after = _said_by(turns, marks, "new_", text)
    other = [(what, one, two) for what, one, two in zip(marks.what, before, after, strict=True)]
    for row, (what, one, two) in enumerate(other):
        if not what and one != two:
            marks.loc[row, ["what", "words", "new_words"]] = ["speaker", one, two]
    touched = marks[marks.what != ""].sort_values(["start", "end"], kind="stable", ignore_index=True)
    touched["done"] = _decided(touched, source_id, drop, keep)
    kept = int(marks.what.eq("").sum())
    found = SourceCorrection(study, source_id, len(aligned.spans), kept, touched[TOUCHED], renamed)
    if len(found.undecided):
        return found
    dropped = touched.coding_id[touched.done == "dropped"].tolist()
    for name in ("codings", "differences"):
        moved = move_marks(change.parts[name], KEYS[name], marks, source_id, aligned)
        change.parts[name] = moved[~moved[KEYS[name]].isin(dropped)].reset_index(drop=True)
    relink(change.parts, dict.fromkeys(dropped, ""))
    if len(touched):
        memos = change.parts["memos"]
        change.memo_id = new_memo_id(memos)
        memo = _memo(change, source_id, touched)
        change.parts["memos"] = pd.concat([memos, pd.DataFrame([memo])], ignore_index=True)
    change.act("correct", ";".join(dict.fromkeys(touched.code_id)), source_id)
    return replace(found, study=change.study(texts={**study.texts, source_id: text}, speakers=table))


def find_marks(study: Study, source_id: str, aligned: AlignedText) -> pd.DataFrame:
    """Return what marks words of a source - codings, differences between coders - and where these words are now.

    Parameters
    ----------
    study : Study
        The study with the old text.
    source_id : str
        The source.
    aligned : AlignedText
        Its new text.

    Returns
    -------
    pandas.DataFrame
        The columns of `SourceCorrection.touched` without ``done``, and ``code_id``; ``what`` is ``""`` where the words
        are the same. What was lost before is not in it.
    """
    labels, old = study.codebook.labels(), study.texts[source_id]
    codings = study.codings[study.codings.source_id.eq(source_id) & study.codings.anchor.ne("lost")]
    differences = study.differences[study.differences.source_id.eq(source_id)]
    differences = differences.rename(columns={"difference_id": "coding_id"}).assign(coder="")
    rows = []
    for one in [*codings.to_dict("records"), *differences.to_dict("records")]:
        what, start, end = _place(aligned, old, one["start"], one["end"])
        row = {name: one[name] for name in ("coding_id", "code_id", "coder", "start", "end")}
        row |= {"what": what, "label": labels.get(one["code_id"], ""), "words": old[one["start"] : one["end"]]}
        rows.append(row | {"new_start": start, "new_end": end, "new_words": aligned.text[start:end]})
    return pd.DataFrame(rows, columns=["code_id", *TOUCHED[:-1]])


def _place(aligned: AlignedText, old: str, start: int, end: int) -> tuple[str, int, int]:
    """Return what became of a passage (nothing if its words are the same), and where it is now."""
    words, new = old[start:end], aligned.text
    first, last = aligned.move(start, end)
    if new[first:last] == words:
        return "", first, last
    if len(words) >= LONG and old.count(words) == new.count(words) == 1:
        first = new.index(words)
        return "elsewhere", first, first + len(words)
    left = sum(_letters(old[one:other]) for one, other in aligned.unchanged(start, end))
    there = left >= LEAST * _letters(words) and new[first:last].strip()
    return "changed" if there else "gone", first, last


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _said_by(turns: pd.DataFrame, marks: pd.DataFrame, prefix: str, text: str) -> list[str]:
    """Return who says the first words of each passage; nobody where it is in no turn."""
    places = pd.DataFrame({name: marks[f"{prefix}{name}"].astype("int64") for name in ("start", "end")})
    names = turns.speaker.tolist()
    found: dict[int, str] = {}
    units, rows = touched_units(turns.assign(source_id=""), places.assign(source_id=""), {"": text})
    for turn, row in zip(units.tolist(), rows.tolist(), strict=True):
        found.setdefault(row, names[turn])
    return [found.get(row, "") for row in range(len(marks))]


def _decided(touched: pd.DataFrame, source_id: str, drop: Collection[str], keep: Collection[str]) -> list[str]:
    """Return what becomes of each coding; it is for a person to say it of one whose words are gone."""
    gone = touched.coding_id[touched.what == "gone"].tolist()
    for one in (*drop, *keep):
        if one != ALL and one not in gone:
            todo = f"name one of {', '.join(gone)}" if gone else "nothing is to be decided"
            raise StudyError(f"{one} is no coding of {source_id} whose words are gone", todo=todo)
        if one in drop and one in keep:
            raise StudyError(f"{one} is to be dropped and to be kept", todo="decide for one of them")
    done = []
    for what, one, words in zip(touched.what, touched.coding_id, touched.new_words, strict=True):
        wanted = one in keep or (ALL in keep and one not in drop)
        if what == "gone" and wanted and not words.strip():
            raise StudyError(f"nothing is left in {source_id} of what {one} marked", todo="drop it")
        dropped = one in drop or ALL in drop
        done.append("kept" if what != "gone" or wanted else "dropped" if dropped else "")
    return done


def move_marks(
    frame: pd.DataFrame, key: str, marks: pd.DataFrame, source_id: str, aligned: AlignedText
) -> pd.DataFrame:
    """Return a table of passages with those of a source where their words are now.

    Parameters
    ----------
    frame : pandas.DataFrame
        Codings, or differences between coders.
    key : str
        The column with their ids.
    marks : pandas.DataFrame
        As `find_marks` returns them; passages that they do not have stay as they are.
    source_id : str
        The source.
    aligned : AlignedText
        Its new text.

    Returns
    -------
    pandas.DataFrame
        The table.
    """
    now = {one: (start, end) for one, start, end in zip(marks.coding_id, marks.new_start, marks.new_end, strict=True)}
    moved = move_offsets(frame, {source_id: aligned})
    ids, own = frame[key].tolist(), frame.source_id.eq(source_id).tolist()
    places = list(zip(frame.start.tolist(), frame.end.tolist(), strict=True))
    # what was lost before does not move: nobody knows what it marked
    places = [now.get(one, place) if here else place for one, here, place in zip(ids, own, places, strict=True)]
    moved["start"], moved["end"] = [start for start, _ in places], [end for _, end in places]
    if "quote_sha256" in moved:
        sums = zip(ids, own, places, frame.quote_sha256.tolist(), strict=True)
        words = [
            sha256_of(aligned.text[slice(*place)]) if here and one in now else old for one, here, place, old in sums
        ]
        moved["quote_sha256"] = pd.Series(words, index=moved.index, dtype="str")
    return moved


def _speakers(
    study: Study, source_id: str, aligned: AlignedText, speakers: Mapping[str, str]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the table of speakers with those of the corrected text, and whose names were corrected."""
    table = study.speakers.reset_index(drop=True)
    listed = table.speaker[table.source_id == source_id].tolist()
    new = {name: role for name, role in speakers.items() if name not in listed}
    if not new or table.empty:  # a study that lists nobody takes whoever is named before a colon
        return table, {}
    rows = [{"source_id": source_id, "speaker": name, "role": role, "confirmed": "no"} for name, role in new.items()]
    every = pd.concat([table.assign(confirmed=table.get("confirmed", "yes")), pd.DataFrame(rows)], ignore_index=True)
    every = every.fillna("")
    turns = replace(study, texts={**study.texts, source_id: aligned.text}, speakers=every).turns(source_id)
    old = study.turns(source_id)
    places = pd.DataFrame([aligned.move(*place) for place in zip(old.start, old.end, strict=True)])
    places = places.set_axis(["start", "end"], axis=1) if len(places) else pd.DataFrame(columns=["start", "end"])
    now = _said_by(turns, places, "", aligned.text)
    renamed: dict[str, str] = {}
    for name in [one for one in listed if one not in set(turns.speaker)]:
        counted = Counter(one for one, was in zip(now, old.speaker, strict=True) if was == name)
        likely, number = counted.most_common(1)[0] if counted else ("", 0)
        if likely in new and likely not in renamed.values() and 2 * number > sum(counted.values()):
            renamed[name] = likely
    own = every.source_id == source_id
    every = every[~(own & every.speaker.isin(renamed.values()))]  # the old row stays, under the new name
    own = every.source_id.eq(source_id) & every.speaker.isin(list(renamed))
    every.loc[own, "speaker"] = every.speaker[own].map(renamed)
    if "confirmed" not in table and every.confirmed.eq("yes").all():
        every = every.drop(columns="confirmed")
    return every.reset_index(drop=True), renamed


def _memo(change: _Change, source_id: str, touched: pd.DataFrame) -> dict[str, Any]:
    """Return a memo with the old and the new words of every coding that was not simply moved."""
    named = {"changed": "文字改了", "elsewhere": "移到别处", "gone": "原来的文字没有了", "speaker": "换了说话人"}
    lines = [
        f"- {row['coding_id']} {row['label']}（{row['coder']}，{row['start']}-{row['end']}），{named[row['what']]}："
        f"“{' '.join(row['words'].split())}” → "
        + ("删去" if row["done"] == "dropped" else f"“{' '.join(row['new_words'].split())}”")
        for row in touched.to_dict("records")
    ]
    title = f"更正材料：{source_id}"
    memo: dict[str, Any] = {"memo_id": change.memo_id, "date": change.day, "coder": change.coder, "kind": "method"}
    codings = touched.coding_id[touched.coder.ne("") & touched.done.ne("dropped")].tolist()
    memo |= {"codes": [], "sources": [source_id], "codings": codings, "title": title}
    return memo | {"text": f"# {title}\n\n" + "\n".join(lines)}
