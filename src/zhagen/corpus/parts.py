"""Parts: a piece of a corpus as counts of terms by unit, the same wherever and by whom it is counted."""

import hashlib
from dataclasses import asdict, dataclass
from functools import lru_cache

from zhagen import __version__
from zhagen.errors import ZhagenError
from zhagen.text import lexicon
from zhagen.text.lexicon import read_lexicon
from zhagen.text.segmentation import encode_texts
from zhagen.text.sentences import sentence_ends
from zhagen.text.strings import join_strings

UNITS = ("sentence", "paragraph", "document", "window")


@dataclass(frozen=True)
class Settings:
    """What the counts of a part depend on.

    Attributes
    ----------
    unit : ``sentence`` | ``paragraph`` | ``document`` | ``window`` (as many terms as `window` says, one after the
        other in a paragraph; a shorter paragraph is one window).
    window : terms in a window.
    lexicon : folder of a lexicon, or None.
    hmm, segmenter : see `zhagen.text.segmentation.segment`; `segmenter` changes no count, None takes the faster one.
    fingerprint : of zhagen and the lexicon, so that no worker counts with another.
    """

    unit: str = "paragraph"
    window: int = 10
    lexicon: str | None = None
    hmm: bool = False
    segmenter: str | None = None
    fingerprint: str = ""

    def told(self):
        """Return as a dict what the counts depend on."""
        return {name: value for name, value in asdict(self).items() if name not in ("segmenter", "lexicon")}


@dataclass(frozen=True, eq=False)
class Part:
    """The counts of one part.

    Attributes
    ----------
    terms : bytes, each term once, as `zhagen.text.strings.join_strings` returns them.
    indptr, indices, counts : arrays, the unit x term matrix in compressed rows; only units with a term.
    totals : array, one entry a term: its occurrences, whatever the unit.
    sizes : dict, how many paragraphs, characters, units and occurrences of terms the part has.
    """

    terms: bytes
    indptr: object
    indices: object
    counts: object
    totals: object
    sizes: dict


def lexicon_fingerprint(folder=None):
    """Return what names this version of zhagen and a lexicon: 16 hexadecimal digits."""
    return _fingerprint(read_lexicon(folder))


@lru_cache(lexicon.KEPT)
def _fingerprint(read):
    told = [sorted(read.frequencies.items()), sorted(read.stopwords), sorted(read.synonyms.items()), __version__]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def count_part(documents, settings):
    """Count the terms of documents by unit.

    Parameters
    ----------
    documents : list of str, whole documents (or, where the unit is smaller, whole paragraphs of one); each line is a
        paragraph.
    settings : a `Settings`.

    Returns a `Part`. Raises `ZhagenError` where this process has another zhagen or another lexicon than `settings`
    tell.

    >>> from zhagen.text.strings import split_run
    >>> part = count_part(["平台与数据，平台", "数据"], Settings(segmenter="jieba"))
    >>> part.sizes["units"], dict(zip(split_run(part.terms), part.totals.tolist(), strict=True)) == {"平台": 2, "数据": 2}
    (2, True)
    """
    import numpy as np

    if settings.fingerprint not in ("", lexicon_fingerprint(settings.lexicon)):
        raise ZhagenError(
            "a worker has another zhagen or another lexicon", str(settings.lexicon or ""), "install the same on each"
        )
    paragraphs = [[line for line in document.splitlines() if line and not line.isspace()] for document in documents]
    pieces = [line for lines in paragraphs for line in lines]
    groups = np.arange(len(pieces))
    if settings.unit == "sentence":
        pieces = [sentence for piece in pieces for sentence in _sentences(piece)]
        groups = np.arange(len(pieces))
    elif settings.unit == "document":
        groups = np.repeat(np.arange(len(documents)), [len(lines) for lines in paragraphs])
    found = encode_texts(pieces, settings.lexicon, hmm=settings.hmm, segmenter=settings.segmenter)
    ids, units = found.ids, np.repeat(groups, found.lengths)
    totals = np.bincount(ids, minlength=len(found.terms))
    if settings.unit == "window":
        ids, units = _windows(ids, found.lengths, settings.window)
    rows = _rows(ids, units, len(found.terms))
    sizes = {
        "paragraphs": sum(map(len, paragraphs)),
        "characters": sum(map(len, pieces)),  # of lines, so that it does not matter how a text is divided
        "units": len(rows[0]) - 1,
        "occurrences": int(totals.sum()),
    }
    return Part(join_strings(found.terms), *rows, totals, sizes)


def _sentences(text):
    ends = sentence_ends(text)
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True) if start < end]


def _windows(ids, lengths, size):
    """Return ids and units of every `size` consecutive ids of each text."""
    import numpy as np

    lengths = lengths[lengths > 0]
    windows = np.maximum(lengths - size + 1, 1)
    first = np.repeat(np.cumsum(lengths) - lengths, windows)  # where a window's text begins
    first += np.arange(len(first)) - np.repeat(np.cumsum(windows) - windows, windows)
    held = np.repeat(np.minimum(lengths, size), windows)
    place = np.arange(held.sum()) - np.repeat(np.cumsum(held) - held, held)
    return ids[np.repeat(first, held) + place], np.repeat(np.arange(len(held)), held)


def _rows(ids, units, terms):
    """Return indptr, indices and counts of the unit x term matrix; units without a term are left out."""
    import numpy as np

    cells = np.sort(units.astype(np.int64) * max(terms, 1) + ids, kind="stable")  # quick where much is in order
    begins = np.flatnonzero(np.diff(cells, prepend=-1))
    cells, counts = cells[begins], np.diff(begins, append=len(cells))
    rows = cells // max(terms, 1)
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    indices = (cells - rows * max(terms, 1)).astype(np.int32)
    return np.append(starts, len(cells)), indices, counts.astype(np.int32)
