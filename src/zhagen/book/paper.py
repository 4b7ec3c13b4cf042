"""The invented paper of the lab on critical reading: its text, what was planted in it, a reader's marks beside that."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from zhagen.book.copies import data_at
from zhagen.documents.handwritten import read_toml
from zhagen.errors import SourceError
from zhagen.extraction.pipeline import extract
from zhagen.paths import shipped_folder

if TYPE_CHECKING:
    from zhagen.extraction.pipeline import Extraction

PAPER = "canteen"
ENTRY = {
    "type": "object",
    "required": ["id", "name", "places", "seen"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(("id", "name", "kind", "seen", "fix"), {"type": "string", "minLength": 1}),
        "weight": {"enum": ["结论", "可信", "校样"]},
        "places": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
    },
}
PLANTED = {
    "type": "object",
    "required": ["planted", "decoys"],
    "additionalProperties": False,
    "properties": dict.fromkeys(("planted", "decoys"), {"type": "array", "items": ENTRY}),
}


def practice_paper(change: Callable[[str], str] | None = None) -> Extraction:
    """Extract the invented paper on cooks who change recipes; it is none of the documents of the book.

    Parameters
    ----------
    change : callable, optional
        Takes the text of the paper, returns a changed text, which is read instead.

    Returns
    -------
    Extraction
        The paper: outline, codebook, ``表1`` (who was interviewed) and ``图1`` (the arrows of its figure).

    Raises
    ------
    ZhagenError
        If a changed text does not fit the recipe.

    Examples
    --------
    >>> practice_paper().codebook
    Codebook: 22 codes (3 of the level dimension, 7 of the level theme, 12 of the level concept), 12 quotations
    """
    with data_at(shipped_folder() / "practice_paper"), tempfile.TemporaryDirectory() as folder:
        paper = extract(PAPER)
        if change is None:
            return paper
        copy = Path(folder, "副本.txt")
        copy.write_text(change(paper.document.raw), encoding="utf-8")
        return extract(PAPER, source=copy)


def paper_places(paper: Extraction) -> pd.DataFrame:
    """Find what was planted in the invented paper, and what only looks wrong.

    ``data/practice_paper/planted.toml`` names every place by words; lines and sections are computed. An entry with a
    place that a changed text no longer has keeps the other places.

    Parameters
    ----------
    paper : Extraction
        What `practice_paper` returned.

    Returns
    -------
    pandas.DataFrame
        One row an entry, indexed by its ``id``: ``planted`` (bool, False for what only looks wrong), ``name``,
        ``kind``, ``weight``, ``seen`` (how one sees it), ``fix`` (what the authors could do; empty for what only looks
        wrong), ``lines`` (list of int), ``at`` (str, the lines to be read: ``5、32-36``), ``sections`` (str, the titles
        of the sections, joined with ``、``).

    Raises
    ------
    SourceError
        If the words of a place are in several lines.

    Examples
    --------
    >>> places = paper_places(practice_paper())
    >>> int(places.planted.sum()), int((~places.planted).sum())
    (6, 3)
    """
    listed = read_toml(shipped_folder() / "practice_paper" / "planted.toml", PLANTED)
    rows = []
    for name in ("planted", "decoys"):
        for entry in listed[name]:
            lines = sorted({line for words in entry["places"] for line in _lines_with(paper, words)})
            titles = dict.fromkeys(_section(paper, line) for line in lines)
            place = {"lines": lines, "at": _ranges(lines), "sections": "、".join(titles)}
            rows.append(entry | {"planted": name == "planted"} | place)
    columns = "id planted name kind weight seen fix lines at sections".split()
    return pd.DataFrame(rows).reindex(columns=columns).fillna("").set_index("id")


def _lines_with(paper: Extraction, words: str) -> list[int]:
    """Return the one line that has some words, or none in a changed text."""
    found = [number for number, line in enumerate(paper.document.lines, 1) if words in line]
    if len(found) > 1:
        raise SourceError(f"{words} is in the lines {found}", "planted.toml", "choose words that only one line has")
    return found


def _ranges(lines: list[int]) -> str:
    """Return lines to be read, runs of three and more as a range."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    shown = [[f"{run[0]}-{run[-1]}"] if len(run) > 2 else map(str, run) for run in runs]
    return "、".join(line for run in shown for line in run)


def _section(paper: Extraction, line: int) -> str:
    """Return the title of the innermost section of a line."""
    held = [one for one in paper.outline.section_list if one.line_start <= line <= one.line_end]
    return max(held, key=lambda one: (one.level, one.line_start)).title or "篇首"


def compare_marks(marks: Iterable[Sequence[Any]], places: pd.DataFrame) -> pd.DataFrame:
    """Put a reader's marks beside what was planted, by their lines.

    Only the line is compared. Whether the reader saw there what was planted, the reader must judge from the words.

    Parameters
    ----------
    marks : iterable of sequence
        One a mark: place, what, why. The place is a line, or several: ``12``, ``(12, 57)``, ``"12、57"``; what and why
        may be left out.
    places : pandas.DataFrame
        What `paper_places` returned.

    Returns
    -------
    pandas.DataFrame
        One row an entry of `places`, then one row a mark that meets none: ``verdict`` (``found`` or ``missed`` what was
        planted, ``accused`` or ``spared`` what only looks wrong, ``unlisted``), ``name``, ``lines``, ``sections``,
        ``marked`` (str; the last is what the reader wrote, several joined with ``；``).

    Examples
    --------
    >>> places = paper_places(practice_paper())
    >>> marks = [(places.lines["quote"][0], "引文", "读过一遍了"), (1, "题名", "太大")]
    >>> compare_marks(marks, places).verdict.value_counts().to_dict()
    {'missed': 5, 'spared': 3, 'found': 1, 'unlisted': 1}
    """
    read = []
    for mark in marks:
        place, *words = [mark] if isinstance(mark, (str, int)) else [*mark] or [""]
        lines = [int(number) for number in re.findall(r"\d+", str(place))]
        read.append((lines, "，".join(str(word) for word in words if word) or str(place)))
    rows: list[tuple[str, ...]] = []
    met: set[int] = set()
    columns = (places[name].tolist() for name in ("planted", "name", "lines", "at", "sections"))
    for planted, name, lines, at, sections in zip(*columns, strict=True):
        here = [number for number, (marked, _) in enumerate(read) if {*marked} & {*lines}]
        met.update(here)
        verdict = (("missed", "found") if planted else ("spared", "accused"))[bool(here)]
        written = "；".join(read[number][1] for number in here)
        rows.append((verdict, str(name), str(at), str(sections), written))
    rest = [one for number, one in enumerate(read) if number not in met]
    rows += [("unlisted", "", _ranges(sorted(lines)), "", words) for lines, words in rest]
    return pd.DataFrame(rows, columns="verdict name lines sections marked".split())
