"""Where a passage is that somebody names by its section and some of its words."""

from collections.abc import Sequence
from typing import NamedTuple

from zhagen.documents.outline import Outline


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
    ((129, 129), 'paragraph')
    >>> find_sentence(haier.outline, "2.3", ["结果变量", "备忘录"]) is None
    True
    """
    section_id = f"{outline.document.id}-{section}"
    for block in outline.blocks:
        if block.section_id != section_id or (kinds and block.kind not in kinds):
            continue
        for sentence in block.clean.sentences():
            if all(word in sentence.text for word in words):
                starts = [sentence.text.index(word) for word in words]
                ends = [start + len(word) for start, word in zip(starts, words, strict=True)]
                return Place(sentence.text, sentence.span(min(starts), max(ends)), block.kind)
    return None
