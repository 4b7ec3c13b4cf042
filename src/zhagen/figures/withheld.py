"""Which columns of a table may not be handed out, because they hold the wording of an attached original.

The repository and the files that readers download may hold facts of the originals (labels, numbers, places), but no
sentences. What is a sentence of an original is looked up in the originals, not guessed from the names of columns.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import pandas as pd

from zhagen.documents import Document, list_documents, open_document, read_outline, read_recipe
from zhagen.errors import SourceError, ZhagenError
from zhagen.paths import sources_folder
from zhagen.text.characters import HAN

RUN = 20  # Chinese characters in a row that make wording, punctuation and white space left out
LABEL = 30  # a block of an original with at most so many, and no punctuation, is a label or heading: a fact
TITLE = 45  # so is a line without punctuation of at most so many
_HAN = re.compile(f"[{HAN}]")
_POINT = re.compile("[。；，、,;：:]")


def withheld_columns(frame: pd.DataFrame) -> list[str]:
    """List the columns that a downloaded file may not hold.

    A column is withheld if ``frame.attrs["wording"]`` names it, or if it shares 20 Chinese characters in a row with
    an attached original, alone or together with the columns beside it and the rows above and below (the parts of a
    sentence left and right of a keyword, say). Labels, headings and titles of an original do not count.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.

    Returns
    -------
    list of str
        The columns, in the order of the frame. Without an attached original, those that the frame itself names.

    Examples
    --------
    >>> frame = pd.DataFrame({"label": ["平台"], "quotation": ["平台先有用户。"]})
    >>> frame.attrs["wording"] = ["quotation"]
    >>> withheld_columns(frame)
    ['quotation']
    """
    marked = set(frame.attrs.get("wording", ()))
    kept = [place for place, column in enumerate(frame.columns) if column not in marked]
    runs, titles = _wording(_attached())
    cells = [[_han_only(value) for value in column] for _, column in frame.items()] if runs else []
    while cells and (shared := _shares(cells, kept, runs, titles)):
        kept.remove(max(sorted(shared), key=lambda place: shared[place]))
    return [column for place, column in enumerate(frame.columns) if place not in kept]


def _shares(cells: list[list[str]], kept: list[int], runs: frozenset[str], titles: tuple[str, ...]) -> Counter[int]:
    """Count, for each column, its characters that belong to the wording of an original.

    The rows are read as one text, as the file has them; ``owner[i]`` is the column of its i-th character.
    """
    text, owner = [], []
    for row in range(len(cells[0])):
        for place in kept:
            text.append(cells[place][row])
            owner += [place] * len(cells[place][row])
    shares: Counter[int] = Counter()
    for start, end in wording_runs("".join(text), runs, titles):
        shares.update(owner[start:end])
    return shares


def wording_runs(text: str, runs: frozenset[str], titles: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Find the wording of originals in a text of Chinese characters only.

    Parameters
    ----------
    text : str
        The text, Chinese characters only.
    runs : frozenset of str
        All runs of `RUN` characters of the originals.
    titles : tuple of str
        Lines that may be quoted in full.

    Yields
    ------
    tuple of int
        (start, end) of each longest run that is wording.
    """
    start = 0
    while start <= len(text) - RUN:
        if text[start : start + RUN] not in runs:
            start += 1
            continue
        end = start + RUN
        while end < len(text) and text[end + 1 - RUN : end + 1] in runs:
            end += 1
        if not any(text[start:end] in title for title in titles):
            yield start, end
        start = end


def _han_only(value: object) -> str:
    """Return the Chinese characters of a cell as the file would write it."""
    return "".join(_HAN.findall(value if isinstance(value, str) else str(value)))


def _attached() -> tuple[tuple[str, int, int], ...]:
    """Return (path, time, size) of all files among the originals, so that a change of any of them is seen."""
    try:
        found = [(path, path.stat()) for path in sorted(sources_folder().glob("*.txt"))]
    except (SourceError, OSError):
        return ()
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in found)


@lru_cache(maxsize=1)
def _wording(attached: tuple[tuple[str, int, int], ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return (runs of `RUN` Chinese characters, titles) of the originals among the files that are attached."""
    if not attached:
        return frozenset(), ()
    listed = list_documents()
    originals = [open_document(doc_id, edition="original") for doc_id in listed.id[listed.edition == "original"]]
    passages = [passage for original in originals for passage in (*_blocks(original.raw), *_sentences(original))]
    runs = frozenset(one[start : start + RUN] for one in passages for start in range(len(one) - RUN + 1))
    lines = (_han_only(line) for one in originals for line in one.raw.split("\n") if not re.search("[。；，,]", line))
    return runs, tuple(sorted({line for line in lines if RUN <= len(line) <= TITLE}))


def _blocks(raw: str) -> Iterator[str]:
    """Yield the Chinese characters of an original between its labels, so that no run goes across a label."""
    passage = ""
    for block in re.split(r"\n\s*\n|\t", raw):
        han = _han_only(block)
        if len(han) <= LABEL and not _POINT.search(block):
            yield passage
            passage = ""
        else:
            passage += han
    yield passage


def _sentences(original: Document) -> list[str]:
    """Return the Chinese characters of each sentence: where every line is a block, `_blocks` takes some for labels."""
    try:
        return [_han_only(text) for text in read_outline(original, read_recipe(original.id)).sentences()["text"]]
    except ZhagenError:  # a recipe that a reader changed; the blocks are still there
        return []
