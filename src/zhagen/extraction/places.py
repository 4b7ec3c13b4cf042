"""Where a passage is that somebody names by its section and some of its words."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from zhagen.documents.outline import Outline
from zhagen.text.cleaning import CleanText


class Place(NamedTuple):
    """Where some words are.

    Attributes
    ----------
    text : str
        The sentence, heading, caption or cell that has them.
    lines : tuple of int
        The raw lines from the first to the last of the words.
    kind : str
        The kind of its block, see `zhagen.documents.outline.Block`.
    """

    text: str
    lines: tuple[int, int]
    kind: str


def find_sentence(outline: Outline, section: str, words: Sequence[str], *, kinds: Sequence[str] = ()) -> Place | None:
    """Find the first sentence of a section that has all of some words.

    A place that is named by words is computed anew on every edition of a text, where a written line number would be
    right on one of them only.

    Parameters
    ----------
    outline : Outline
        The outline of the document.
    section : str
        The section without the document's id, such as ``4.1.2`` or ``abstract``; its subsections are not searched.
    words : sequence of str
        The words, as substrings of the clean text, in any order.
    kinds : sequence of str, optional
        Kinds of blocks to search, such as ``paragraph`` and ``heading``; all if left out.

    Returns
    -------
    Place or None
        The sentence, and the lines from the first to the last of the words; None if no sentence has them all.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> haier = extract("haier", edition="digest")
    >>> place = find_sentence(haier.outline, "2.3", ["结果变量"])
    >>> place.lines, place.kind
    ((105, 105), 'paragraph')
    >>> find_sentence(haier.outline, "2.3", ["结果变量", "备忘录"]) is None
    True
    """
    for sentence, kind in sentences_with(outline, section, words, kinds=kinds):
        starts = [sentence.text.index(word) for word in words]
        ends = [start + len(word) for start, word in zip(starts, words, strict=True)]
        return Place(sentence.text, sentence.span(min(starts), max(ends)), kind)
    return None


def sentences_with(
    outline: Outline, section: str, words: Sequence[str], *, kinds: Sequence[str] = ()
) -> Iterator[tuple[CleanText, str]]:
    """Find every sentence of a section that has all of some words.

    Parameters
    ----------
    outline : Outline
        The outline of the document.
    section : str
        The section without the document's id; its subsections are not searched.
    words : sequence of str
        The words, as substrings of the clean text, in any order.
    kinds : sequence of str, optional
        Kinds of blocks to search; all if left out.

    Yields
    ------
    tuple
        The sentence (CleanText) and the kind of its block (str), in the order of the text.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> haier = extract("haier", edition="digest")
    >>> [kind for _, kind in sentences_with(haier.outline, "5.1", ["数字价值主张实现", "促进"])]
    ['heading']
    """
    section_id = f"{outline.document.id}-{section}"
    for block in outline.blocks:
        if block.section_id != section_id or (kinds and block.kind not in kinds):
            continue
        for sentence in block.clean.sentences():
            if all(word in sentence.text for word in words):
                yield sentence, block.kind
