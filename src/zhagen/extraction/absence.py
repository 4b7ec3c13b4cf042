"""That no sentence of a text says something: what was searched, and what comes near it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from zhagen.extraction.mechanism import has_mechanism, mechanism_models
from zhagen.extraction.pipeline import Extraction

COLUMNS = "section_id kind text line_start line_end first second".split()


@dataclass(frozen=True)
class Absence:
    """A search of a text for two ends at once.

    Attributes
    ----------
    first, second : tuple of str
        The words that were searched for either end.
    searched : int
        The number of sentences, headings and quotations that were read.
    sentences : pandas.DataFrame
        Those that have a word of either end, in the order of the text: ``section_id``, ``kind``, ``text`` (str),
        ``line_start``, ``line_end`` (int), ``first``, ``second`` (str, the words found, joined with ``、``).
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    searched: int
    sentences: pd.DataFrame

    @property
    def holds(self) -> bool:
        """Whether no sentence has words of both ends; if some do, somebody must read them."""
        return self.sentences.empty

    def __repr__(self) -> str:
        ends = " × ".join("、".join(words) for words in (self.first, self.second))
        return f"<{len(self.sentences)} of {self.searched} sentences name both: {ends}>"


def absent(extraction: Extraction, first: str | Sequence[str], second: str | Sequence[str]) -> Absence:
    """Search a text for all that it says of two ends at once, to show that it does not say something of them.

    The words for an end are its label, the labels of all codes below it, and the words by which the coded arrows of the
    document find it. That no sentence says an arrow is a statement about all of these, not about the two labels only.

    Parameters
    ----------
    extraction : Extraction
        What `zhagen.extract` returned.
    first, second : str or sequence of str
        The labels of the two ends; a sequence holds other words for an end behind its label.

    Returns
    -------
    Absence
        What was searched and what was found; ``holds`` is True if no sentence names both ends.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> haier = extract("haier", edition="digest")
    >>> absent(haier, "数字价值创造实现", "数字价值获取实现").holds
    True
    >>> found = absent(haier, "协同共创能力", "价值网络拓展")
    >>> found.holds, "haier-5.3" in set(found.sentences.section_id)
    (False, True)
    """
    ends = [_words(extraction, [end] if isinstance(end, str) else end) for end in (first, second)]
    rows, searched = [], 0
    for block in extraction.outline.blocks:
        if block.kind not in ("paragraph", "heading", "quotation"):
            continue
        for sentence in block.clean.sentences():
            searched += 1
            named = ["、".join(word for word in words if word in sentence.text) for words in ends]
            if all(named):
                rows.append((block.section_id, block.kind, sentence.text, *sentence.span(), *named))
    return Absence(ends[0], ends[1], searched, pd.DataFrame(rows, columns=COLUMNS))


def _words(extraction: Extraction, end: Sequence[str]) -> tuple[str, ...]:
    """Return the words for an end: as given, of the codes below it at any depth, of the coded arrows."""
    codes, doc_id = extraction.codebook.codes, extraction.document.id
    words, below = list(end), codes[codes.label.isin(end)]
    while len(below):
        words += below.label.tolist()
        below = codes[codes.parent_id.isin(below.code_id)]
    for model in mechanism_models(doc_id) if has_mechanism(doc_id) else []:
        for edge in model["edges"]:
            words += [edge.get(f"{side}_words", "") for side in ("source", "target") if edge[side] in words]
    return tuple(word for word in dict.fromkeys(words) if word)
