"""Concordance: each occurrence of a term in its context, with its place in the raw text.

Contexts are wording. Of an outline of an original they exist only if the original is attached; a whole sentence or
paragraph is in a column ``quotation``. ``attrs["wording"]`` names these columns: downloads do not contain them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.text.cleaning import CleanText, clean
from zhagen.text.segmentation import content_terms, segment

if TYPE_CHECKING:
    from zhagen.documents.outline import Outline

LINES = "doc_id section_id paragraph left keyword right line_start line_end".split()
UNITS = ("sentence", "paragraph")
Place = tuple[object, ...]  # document, section, paragraph: what names a place in the first columns


def kwic(
    outline: Outline, term: str, *, width: int = 15, words: bool = False, lexicon: Path | str | None = None
) -> pd.DataFrame:
    """List the occurrences of a term in the prose of a document: keyword in context.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        Its `prose` is searched.
    term : str
        It is cleaned as the text was, so a word that is broken over lines is found. Occurrences do not overlap: there
        are as many as `zhagen.text.cleaning.count_term` counts in the paragraphs.
    width : int, default 15
        The most characters of context on each side, 0 or more. Context does not leave the paragraph.
    words : bool, default False
        List only occurrences that begin and end where words do (`zhagen.text.segmentation.segment`): 动因 is then not
        found in 驱动因素.
    lexicon : pathlib.Path or str, optional
        A folder with a lexicon, for `words`.

    Returns
    -------
    pandas.DataFrame
        One row for each occurrence, in the order of the text: ``doc_id``, ``section_id`` (str), ``paragraph`` (int, as
        in ``outline.sentences()``), ``left``, ``keyword``, ``right`` (str), ``line_start``, ``line_end`` (int, raw
        lines of the keyword).

    Raises
    ------
    ZhagenError
        If the term is empty, or the width is below 0.

    References
    ----------
    Luhn, H. P. (1960). Key word-in-context index for technical literature.

    Examples
    --------
    >>> from zhagen.documents.catalog import open_document
    >>> from zhagen.documents.outline import read_outline
    >>> from zhagen.documents.recipe import read_recipe
    >>> haier = read_outline(open_document("haier", edition="digest"), read_recipe("haier"))
    >>> found = kwic(haier, "动因", width=4)
    >>> len(found) == sum(block.text.count("动因") for block in haier.prose())
    True
    >>> haier.document.lines[found.line_start[0] - 1].count("动因")
    1
    """
    paragraphs = (
        ((outline.document.id, block.section_id, number), block.clean)
        for number, block in enumerate(outline.prose(), 1)
    )
    return _frame(_rows(paragraphs, term, width, words, lexicon), LINES)


def kwic_texts(
    texts: Mapping[str, str] | pd.DataFrame,
    term: str,
    *,
    width: int = 15,
    words: bool = False,
    lexicon: Path | str | None = None,
) -> pd.DataFrame:
    """List the occurrences of a term in plain texts: `kwic` for a reader's own texts.

    Parameters
    ----------
    texts : dict of str to str, or pandas.DataFrame
        Id -> text, or a table with the columns ``doc_id`` and ``text``, one row for each text. Blank lines separate
        paragraphs; the lines of a paragraph are joined and cleaned by `zhagen.text.cleaning.clean`.
    term : str
        The term, cleaned in the same way.
    width : int, default 15
        The most characters of context on each side, 0 or more. Context does not leave the paragraph.
    words : bool, default False
        List only occurrences that begin and end where words do (`zhagen.text.segmentation.segment`): 动因 is then not
        found in 驱动因素.
    lexicon : pathlib.Path or str, optional
        A folder with a lexicon, for `words`.

    Returns
    -------
    pandas.DataFrame
        As `kwic` returns, without ``section_id``; paragraphs and lines are counted from 1 in each text, texts are in
        the order given.

    Raises
    ------
    ZhagenError
        If the term is empty, the width is below 0, two rows have one ``doc_id``, or a text is not a string.

    Examples
    --------
    >>> kwic_texts({"a": "平台连接用\\n户，用户选平台"}, "用户", width=2).drop(columns="paragraph").values.tolist()
    [['a', '连接', '用户', '，用', 1, 2], ['a', '户，', '用户', '选平', 2, 2]]
    >>> found = kwic_texts({"a": "驱动因素不是动因"}, "动因", width=2, words=True)
    >>> found[["left", "keyword", "right"]].values.tolist()
    [['不是', '动因', '']]
    """
    pairs = zip(texts["doc_id"], texts["text"], strict=True) if isinstance(texts, pd.DataFrame) else texts.items()
    rows = list(pairs)
    _check_texts(rows)
    paragraphs = (
        ((doc_id, number), paragraph)
        for doc_id, text in rows
        for number, paragraph in enumerate(_plain_paragraphs(text), 1)
    )
    columns = [name for name in LINES if name != "section_id"]
    return _frame(_rows(paragraphs, term, width, words, lexicon), columns)


def kwic_together(
    outline: Outline,
    first: str,
    second: str,
    *,
    unit: str = "sentence",
    counted: bool = False,
    lexicon: Path | str | None = None,
) -> pd.DataFrame:
    """List the sentences in which two terms occur together: the passages behind an edge of a co-occurrence network.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        Its `prose` is searched.
    first : str
        One term.
    second : str
        The other term; their order does not matter.
    unit : {"sentence", "paragraph"}, default "sentence"
        What is listed.
    counted : bool, default False
        Search for the terms as they are counted (`zhagen.text.segmentation.content_terms`): as words, with their
        variants, without citations. Then there is one row for each of the n12 units of
        `zhagen.statistics.association.cooccurrence_table`. If false, strings are searched for: 动因 in 驱动因素 too.
    lexicon : pathlib.Path or str, optional
        A folder with a lexicon, for `counted`.

    Returns
    -------
    pandas.DataFrame
        In the order of the text: ``doc_id``, ``section_id`` (str), ``paragraph``, ``sentence`` (int; no sentence if the
        unit is ``paragraph``), ``quotation`` (str, the text of the unit), ``line_start``, ``line_end`` (int).

    Raises
    ------
    ZhagenError
        If a term is empty, or there is no such unit.

    Examples
    --------
    >>> from zhagen.documents.catalog import open_document
    >>> from zhagen.documents.outline import read_outline
    >>> from zhagen.documents.recipe import read_recipe
    >>> haier = read_outline(open_document("haier", edition="digest"), read_recipe("haier"))
    >>> found = kwic_together(haier, "平台", "用户")
    >>> all("平台" in text and "用户" in text for text in found.quotation)
    True
    """
    if unit not in UNITS:
        raise ZhagenError(f"there is no unit {unit!r}", todo=f"use one of {', '.join(UNITS)}")
    wanted, rows = {_cleaned(first), _cleaned(second)}, []
    for paragraph, block in enumerate(outline.prose(), 1):
        for number, part in enumerate(block.clean.sentences() if unit == "sentence" else [block.clean], 1):
            held = _terms(part, lexicon) if counted else part.text
            if all(term in held for term in wanted):
                place = (outline.document.id, block.section_id, paragraph, number)
                rows.append((*place, part.text, *part.span()))
    columns = "doc_id section_id paragraph sentence quotation line_start line_end".split()
    found = _frame(rows, columns)
    return found if unit == "sentence" else found.drop(columns="sentence")


def _rows(
    paragraphs: Iterable[tuple[Place, CleanText]], term: str, width: int, words: bool, lexicon: Path | str | None
) -> list[tuple[object, ...]]:
    """Return the rows of a concordance over pairs (place, clean text)."""
    wanted = _cleaned(term)
    if width < 0:
        raise ZhagenError(f"the width is {width}", todo="give 0 characters of context or more")
    rows = []
    for place, paragraph in paragraphs:
        text = paragraph.text
        for start, end in _occurrences(text, wanted, words, lexicon):
            context = (text[max(0, start - width) : start], text[start:end], text[end : end + width])
            rows.append((*place, *context, *paragraph.span(start, end)))
    return rows


def _occurrences(text: str, term: str, words: bool, lexicon: Path | str | None) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each occurrence; an occurrence that is kept does not overlap with the one before."""
    at = text.find(term)
    edges = word_edges(text, lexicon) if words and at >= 0 else None
    while at >= 0:
        end = at + len(term)
        kept = edges is None or {at, end} <= edges
        if kept:
            yield at, end
        at = text.find(term, end if kept else at + 1)


def word_edges(text: str, lexicon: Path | str | None = None) -> set[int]:
    """Return the places of a text where a word begins or ends.

    Parameters
    ----------
    text : str
        Clean text.
    lexicon : pathlib.Path or str, optional
        A folder with a lexicon, see `zhagen.text.segmentation.segment`.

    Returns
    -------
    set of int
        Indices between characters; a word is the text from one to the next, or blanks are.

    Examples
    --------
    >>> sorted(word_edges("平台驱动需求"))
    [0, 2, 4, 6]
    """
    edges, end = set(), 0
    for word in segment(text, lexicon):
        start = text.index(word, end)  # only blanks are skipped
        end = start + len(word)
        edges |= {start, end}
    return edges


def _terms(part: CleanText, lexicon: Path | str | None) -> set[str]:
    """Return the terms of a part as `zhagen.statistics.terms.term_features` counts them: sentence by sentence."""
    return {term for sentence in part.sentences() for term in content_terms(sentence.text, lexicon)}


def _cleaned(term: str) -> str:
    found = clean(term).text
    if not found:
        raise ZhagenError("the term is empty", todo="give the word to search for")
    return found


def _plain_paragraphs(text: str) -> Iterator[CleanText]:
    """Yield the clean paragraphs of a plain text."""
    lines = [*text.split("\n"), ""]
    first = 0
    for number, line in enumerate(lines):
        if not line.strip():
            paragraph = clean(lines[first:number], first + 1)
            first = number + 1
            if paragraph.text:
                yield paragraph


def _check_texts(rows: list[tuple[str, str]]) -> None:
    seen = set()
    for doc_id, text in rows:
        if not isinstance(text, str):
            raise ZhagenError(f"{doc_id} has {type(text).__name__} in place of a text", todo="give a string")
        if doc_id in seen:
            raise ZhagenError(f"two texts are called {doc_id}", todo="join them, or give each an id of its own")
        seen.add(doc_id)


def _frame(rows: Sequence[tuple[object, ...]], columns: list[str]) -> pd.DataFrame:
    numbers = ("paragraph", "sentence", "line_start", "line_end")
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.astype({name: "int64" if name in numbers else "str" for name in columns})
    frame.attrs["wording"] = [name for name in ("left", "right", "quotation") if name in columns]
    return frame
