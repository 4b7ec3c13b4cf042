"""Parts: a piece of a corpus as counts of terms by unit, the same wherever and by whom it is counted."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from zhagen import __version__
from zhagen.errors import ZhagenError
from zhagen.text import lexicon
from zhagen.text.characters import normal_text
from zhagen.text.coverage import Coverage
from zhagen.text.lexicon import Lexicon, read_lexicon
from zhagen.text.segmentation import encode_texts
from zhagen.text.sentences import sentence_ends
from zhagen.text.strings import END

LINE_ENDS = re.compile("[\r\x0b\x0c\x85\u2028\u2029]\n?")
# Whether lines are paragraphs: how many end a sentence, and how many end within one, though one ended in them.
CLOSING = "。！？；：…”’）)!?."
WHOLE = re.compile(rf"\n(?<=[{re.escape(CLOSING)}]\n)")
OPEN = re.compile(rf"\n(?<=[^\n{re.escape(CLOSING)}]\n)")
ENDED = re.compile("[。！？]")
JUDGED = ("whole_lines", "broken_lines")
UNITS = ("sentence", "paragraph", "document", "window")


@dataclass(frozen=True)
class Settings:
    """What the counts of a part depend on.

    Attributes
    ----------
    unit : {"sentence", "paragraph", "document", "window"}, default "paragraph"
        What a unit is. A window is as many terms as `window` says, one after the other in a paragraph; a shorter
        paragraph is one window.
    window : int, default 10
        Terms in a window.
    lexicon : str, optional
        A folder with a lexicon.
    hmm : bool, default False
        Guess words that no dictionary has.
    segmenter : {"rjieba", "jieba"}, optional
        The program that cuts the text; it changes no count. None takes the fastest one that is installed.
    fingerprint : str, default ""
        Fingerprint of zhagen and the lexicon, so that no worker counts with another one. Empty: it is not compared.

    Examples
    --------
    >>> Settings("window", 5).identity()
    {'unit': 'window', 'window': 5, 'hmm': False, 'fingerprint': ''}
    """

    unit: str = "paragraph"
    window: int = 10
    lexicon: str | None = None
    hmm: bool = False
    segmenter: str | None = None
    fingerprint: str = ""

    def identity(self) -> dict[str, object]:
        """Return what decides whether counted parts can be used again.

        Returns
        -------
        dict of str to object
            The settings without the segmenter, which changes no count, and without the folder of the lexicon, whose
            content is in the fingerprint.
        """
        return {name: value for name, value in asdict(self).items() if name not in ("segmenter", "lexicon")}


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """The counts of one part.

    Attributes
    ----------
    terms : bytes
        Each term once, as `zhagen.text.strings.join_strings` returns them.
    indptr : numpy.ndarray
        The unit x term matrix in compressed rows: where each unit begins in `indices` and `counts`. Only units with a
        term.
    indices : numpy.ndarray of int32
        For each cell its term, as a place in `terms`; rising within a unit.
    counts : numpy.ndarray of int32
        For each cell how often the term occurs in the unit, 1 or more.
    totals : numpy.ndarray of int64
        For each term its occurrences, whatever the unit.
    sizes : dict of str to int
        How many ``paragraphs``, ``characters``, ``units`` and ``occurrences`` of terms the part has; how many lines end
        a sentence (``whole_lines``) or end within one (``broken_lines``).
    coverage : zhagen.text.coverage.Coverage
        How much of the part was not counted.
    """

    terms: bytes
    indptr: np.ndarray
    indices: np.ndarray
    counts: np.ndarray
    totals: np.ndarray
    sizes: dict[str, int]
    coverage: Coverage

    def __repr__(self) -> str:
        units, terms = len(self.indptr) - 1, len(self.totals)
        return f"Part: {units} units x {terms} terms, {self.totals.sum()} occurrences of terms"


def lexicon_fingerprint(folder: Path | str | None = None) -> str:
    """Return what identifies this version of zhagen and a lexicon.

    Parameters
    ----------
    folder : pathlib.Path or str, optional
        A folder with a lexicon; None takes ``data/lexicon``.

    Returns
    -------
    str
        16 hexadecimal digits. They depend on the words, not on the folder.

    Examples
    --------
    >>> len(lexicon_fingerprint())
    16
    """
    return _fingerprint(read_lexicon(folder))


@lru_cache(lexicon.KEPT)
def _fingerprint(read: Lexicon) -> str:
    words = [sorted(read.frequencies.items()), sorted(read.stopwords), sorted(read.synonyms.items()), __version__]
    return hashlib.sha256(repr(words).encode()).hexdigest()[:16]


def count_part(documents: Sequence[str], settings: Settings) -> Part:
    """Count the terms of documents by unit.

    Parameters
    ----------
    documents : list of str
        Whole documents (or, if the unit is smaller, whole paragraphs of one); each line is a paragraph. They
        are read as `zhagen.text.characters.normal_text` says.
    settings : Settings
        The unit, the lexicon and the rest.

    Returns
    -------
    Part
        The unit x term matrix and its sizes.

    Raises
    ------
    ZhagenError
        If this process has another zhagen or another lexicon than the fingerprint in `settings` says.

    Examples
    --------
    >>> from zhagen.text.strings import split_run
    >>> part = count_part(["平台与数据，平台", "数据"], Settings(segmenter="jieba"))
    >>> part
    Part: 2 units x 2 terms, 4 occurrences of terms
    >>> sorted(zip(split_run(part.terms), part.totals.tolist(), strict=True))
    [('平台', 2), ('数据', 2)]
    """
    if settings.fingerprint not in ("", lexicon_fingerprint(settings.lexicon)):
        raise ZhagenError(
            "a worker has another zhagen or another lexicon", str(settings.lexicon or ""), "install the same on each"
        )
    texts = [normal_text(_one_line_end(document)) for document in documents]
    paragraphs = [list(filter(None, text.split("\n"))) for text in texts]
    pieces = [line for lines in paragraphs for line in lines]
    if settings.unit == "sentence":
        pieces = [sentence for piece in pieces for sentence in _sentences(piece)]
    groups = np.arange(len(pieces))  # for each piece its unit
    if settings.unit == "document":
        groups = np.repeat(np.arange(len(documents)), np.array([len(lines) for lines in paragraphs], np.intp))
    found = encode_texts(pieces, settings.lexicon, hmm=settings.hmm, segmenter=settings.segmenter, normal=True)
    ids, lengths = found.ids, found.lengths.astype(np.intp, copy=False)
    units = np.repeat(groups, lengths)  # for each occurrence its unit
    terms = found.run.count(END.encode())
    totals = np.bincount(ids, minlength=terms).astype(np.int64, copy=False)
    if settings.unit == "window":
        ids, units = _windows(ids, lengths, settings.window)
    indptr, indices, counts = _rows(ids, units, terms)
    sizes = {
        "paragraphs": sum(map(len, paragraphs)),
        "characters": sum(map(len, pieces)),  # of lines, so that it does not matter how a text is divided
        "units": len(indptr) - 1,
        "occurrences": int(totals.sum()),
        "whole_lines": sum(len(WHOLE.findall(f"{text}\n")) for text in texts),
        "broken_lines": sum(map(_broken_lines, texts)),
    }
    return Part(found.run, indptr, indices, counts, totals, sizes, found.coverage)


def _one_line_end(text: str) -> str:
    """Return a text with one kind of line ends: a new page, or what programs call a line or paragraph, ends one."""
    return LINE_ENDS.sub("\n", text)


def _broken_lines(text: str) -> int:
    """Count the lines that end within a sentence though one ended in them."""
    ends = (found.start() for found in OPEN.finditer(f"{text}\n"))
    return sum(bool(ENDED.search(text, text.rfind("\n", 0, end) + 1, end)) for end in ends)


def _sentences(text: str) -> list[str]:
    ends = sentence_ends(text)
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True) if start < end]


def _windows(ids: np.ndarray, lengths: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ids and units of every `size` consecutive ids of each text.

    Two steps of the same kind: each text is repeated once for each of its windows, and each window once for each of its
    places. The number of a copy within its run of copies (0, 1, 2 …) is its number in all less the copies before the
    run; added to where the text begins, it is where the window begins, and then the place of the id.
    """
    lengths = lengths[lengths > 0]
    windows = np.maximum(lengths - size + 1, 1)
    first = np.repeat(np.cumsum(lengths) - lengths, windows)  # where a window's text begins
    first += np.arange(len(first)) - np.repeat(np.cumsum(windows) - windows, windows)
    places = np.repeat(np.minimum(lengths, size), windows)  # of each window
    place = np.arange(places.sum()) - np.repeat(np.cumsum(places) - places, places)
    return ids[np.repeat(first, places) + place], np.repeat(np.arange(len(places)), places)


def _rows(ids: np.ndarray, units: np.ndarray, terms: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return indptr, indices and counts of the unit x term matrix; units without a term are left out.

    Each occurrence becomes one number, unit x terms + id. Sorted, equal numbers follow each other: a new number begins
    a cell, its run is the count; a cell of a new unit (number // terms) begins a row, and the rest is the column.
    """
    cells = np.sort(units.astype(np.int64) * max(terms, 1) + ids, kind="stable")  # quick if much is in order
    begins = np.flatnonzero(np.diff(cells, prepend=-1))
    cells, counts = cells[begins], np.diff(begins, append=len(cells))
    rows = cells // max(terms, 1)
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    indices = (cells - rows * max(terms, 1)).astype(np.int32)
    return np.append(starts, len(cells)), indices, counts.astype(np.int32)
