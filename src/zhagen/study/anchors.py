"""Codings that keep their words: each has the SHA-256 of what it marks, so a changed source is noticed."""

import hashlib
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from zhagen.errors import StudyError
from zhagen.study.folder import sha256_of, typed_table
from zhagen.text.alignment import AlignedText

_RANGE = re.compile(r"\s*(\d+)\s*[-–]\s*(\d+)\s*")


def anchor_codings(codings: pd.DataFrame, texts: dict[str, str]) -> pd.DataFrame:
    """Find the words of each coding in its source.

    A coding whose words are at its offsets is ``exact``. Otherwise every stretch of its length is compared with its
    SHA-256: if one place alone has its words, the coding is ``moved`` there; if none or several have them, it is
    ``lost`` and keeps its offsets. A coding without SHA-256 is ``unchecked``, or ``lost`` where it leaves the text.

    Parameters
    ----------
    codings : pandas.DataFrame
        ``source_id``, ``start``, ``end``, ``quote_sha256``; further columns are kept.
    texts : dict of str to str
        Source -> its text.

    Returns
    -------
    pandas.DataFrame
        The rows in their order with ``anchor`` (str) and ``places`` (int64, stretches of the source with these words; 0
        where it is unchecked). No row is dropped.

    Examples
    --------
    >>> from zhagen.study.folder import sha256_of
    >>> row = {"source_id": "I01", "start": 0, "end": 2, "quote_sha256": sha256_of("面交")}
    >>> anchor_codings(pd.DataFrame([row]), {"I01": "只许面交"})[["start", "end", "anchor"]].values.tolist()
    [[2, 4, 'moved']]
    """
    rows = []
    places: dict[tuple[str, int], dict[bytes, list[int]]] = {}
    columns = [codings[name].tolist() for name in ("source_id", "start", "end", "quote_sha256")]
    known = all(source in texts for source in set(columns[0]))
    if (
        known
        and all(  # as they nearly always are
            digest and 0 <= start < end <= len(texts[source]) and sha256_of(texts[source][start:end]) == digest
            for source, start, end, digest in zip(*columns, strict=True)
        )
    ):
        exact = pd.Series("exact", index=codings.index, dtype="str")
        return codings.assign(anchor=exact, places=np.ones(len(codings), np.int64))
    for source, start, end, digest in zip(*columns, strict=True):
        text = texts.get(source, "")
        fits = 0 <= start < end <= len(text)
        if not digest:
            rows.append((start, end, "unchecked" if fits else "lost", 0))
            continue
        if fits and _digest(text[start:end]).hex() == digest.lower():
            rows.append((start, end, "exact", 1))
            continue
        size = end - start
        key = (source, size)
        if key not in places and 0 < size <= len(text):
            # every stretch of this length, by the digest of its words: made once for all codings of one length
            places[key] = {}
            for first in range(len(text) - size + 1):
                places[key].setdefault(_digest(text[first : first + size]), []).append(first)
        try:
            found = places.get(key, {}).get(bytes.fromhex(digest), [])
        except ValueError:  # no hexadecimal digits
            found = []
        if len(found) == 1:
            rows.append((found[0], found[0] + size, "moved", 1))
        else:
            rows.append((start, end, "lost", len(found)))
    kinds = {"start": "int64", "end": "int64", "anchor": "str", "places": "int64"}
    frame = pd.DataFrame(rows, columns=list(kinds), index=codings.index).astype(kinds)
    return codings.assign(**{name: frame[name] for name in kinds})


def move_offsets(frame: pd.DataFrame, texts: Mapping[str, AlignedText]) -> pd.DataFrame:
    """Move the passages that a table of a study names to where they are in changed texts.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``source_id``, ``start``, ``end``; in the table of differences also what each coder had, written as ``12-30``.
    texts : mapping of str to AlignedText
        Source -> its changed text; passages of other sources stay.

    Returns
    -------
    pandas.DataFrame
        The table with the offsets of the changed texts.

    Examples
    --------
    >>> from zhagen.text.alignment import align_texts
    >>> table = pd.DataFrame({"source_id": ["I01"], "start": [2], "end": [4]})
    >>> move_offsets(table, {"I01": align_texts("只许面交", "就只许面交")})[["start", "end"]].values.tolist()
    [[3, 5]]
    """
    frame = frame.copy()
    if frame.empty:
        return frame
    sources = frame.source_id.tolist()

    def moved(source: str, start: int, end: int) -> tuple[int, int]:
        return texts[source].move(start, end) if source in texts else (start, end)

    places = [moved(*place) for place in zip(sources, frame.start.tolist(), frame.end.tolist(), strict=True)]
    frame["start"], frame["end"] = [start for start, _ in places], [end for _, end in places]
    if "code_id" in frame and "consensus" in frame:
        for column in [name for name in frame if name not in ("difference_id", "source_id", "start", "end", "reason")]:
            cells = []
            for source, cell in zip(sources, frame[column], strict=True):
                found = _RANGE.fullmatch(str(cell))
                new = moved(source, int(found[1]), int(found[2])) if found and source in texts else ()
                cells.append(f"{new[0]}-{new[1]}" if new else cell)
            frame[column] = pd.Series(cells, index=frame.index, dtype=frame[column].dtype)
    return frame


def place_quotes(texts: Mapping[str, str], quotes: pd.DataFrame) -> pd.DataFrame:
    """Find quoted words in their sources: a table of quotes, as a coder writes it, becomes codings.

    Parameters
    ----------
    texts : mapping of str to str
        Source -> its text, such as ``study.texts``.
    quotes : pandas.DataFrame
        ``source_id``, ``code_id``, ``quote`` (the words, exactly), ``coder``, and ``n`` where the words are in the
        source several times (which of them is meant, from 1). Further columns, such as ``date``, are kept.

    Returns
    -------
    pandas.DataFrame
        Codings for `make_study` or ``codings.csv``: ``coding_id`` (``q0001`` … where there is none), ``source_id``,
        ``start``, ``end``, ``code_id``, ``coder``, ``date``, ``quote_sha256`` and the further columns.

    Raises
    ------
    StudyError
        If a column is missing, or some words are not in their source, or are there several times without ``n``: how
        many such rows there are, and the first.

    Examples
    --------
    >>> row = {"source_id": "I01", "code_id": "c01", "quote": "面交", "coder": "林"}
    >>> place_quotes({"I01": "只许面交"}, pd.DataFrame([row]))[["coding_id", "start", "end"]].values.tolist()
    [['q0001', 2, 4]]
    """
    missing = [name for name in ("source_id", "code_id", "quote", "coder") if name not in quotes]
    if missing:
        raise StudyError(f"there is no column {missing[0]!r}", todo="give source_id, code_id, quote, coder")
    rows, wrong = [], []
    numbers = quotes["n"].tolist() if "n" in quotes else [None] * len(quotes)
    columns = (quotes["source_id"].tolist(), quotes["quote"].tolist(), numbers)
    for row, (source, words, number) in enumerate(zip(*columns, strict=True), 1):
        text, named = texts.get(source, ""), str(number).strip() not in ("", "None", "nan", "<NA>")
        found = [at for at in range(len(text)) if words and text.startswith(words, at)]
        place = int(float(number)) if named else 1
        if source not in texts:
            wrong.append((row, f"there is no source {source!r}", "correct its id"))
        elif not 1 <= place <= len(found):
            times = f"{len(found)} times, not {place}" if found else "nowhere"
            wrong.append((row, f"“{words}” is {times} in {source}", "copy the words exactly, within one turn"))
        elif len(found) > 1 and not named:
            wrong.append((row, f"“{words}” is {len(found)} times in {source}", "write which one is meant under n"))
        else:
            rows.append((found[place - 1], found[place - 1] + len(words), sha256_of(words)))
    if wrong:
        row, said, todo = wrong[0]
        raise StudyError(said, f"row {row}, the first of {len(wrong)} that do not fit", todo)
    codings = quotes.drop(columns=[name for name in ("quote", "n") if name in quotes]).reset_index(drop=True)
    placed = pd.DataFrame(rows, columns=["start", "end", "quote_sha256"])
    codings = pd.concat([codings, placed], axis=1)
    if "coding_id" not in codings:
        codings = codings.assign(coding_id=[f"q{number:04d}" for number in range(1, len(codings) + 1)])
    return typed_table("codings", codings)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
