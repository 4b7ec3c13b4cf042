"""Passages: where each code occurs, and which codes meet - code x code, code x section, code x document.

What programs for qualitative analysis call the code co-occurrence table and the code-document table, over the coding
that a document publishes. A code occurs where its evidence is quoted, and where the prose names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array, triu

from zhagen.errors import ZhagenError
from zhagen.statistics import terms
from zhagen.statistics.terms import TermMatrix, term_matrix
from zhagen.text.cleaning import label_occurrences

if TYPE_CHECKING:  # takes an extraction, and extracts nothing
    from zhagen.documents.outline import Outline
    from zhagen.extraction.pipeline import Extraction

COLUMNS = "doc_id place code_id level label kind section_id paragraph sentence line_start line_end".split()
KINDS = ("quotation", "mention")
KEY = ["doc_id", "place", "code_id"]
OVERLAPS = "term_a term_b n12 n1 n2 c distorted".split()


def code_passages(found: Extraction, *, roll_up: bool = False) -> pd.DataFrame:
    """List every place where a code occurs.

    There are two kinds:

    - ``quotation``: a row of the evidence. Paragraph and sentence are those it begins in, and missing if it is outside
      the prose (a cell of a table that is too short for a sentence).
    - ``mention``: the label occurs word for word in a sentence of a paragraph, see `zhagen.text.label_occurrences`;
      headings, tables and quoted evidence are left out. A label that two levels share is mentioned for both. A mention
      says that the words occur, no more: a label that is an everyday word is mentioned wherever it is used.

    Parameters
    ----------
    found : Extraction
        What `zhagen.extract` returns.
    roll_up : bool, default False
        Whether a concept's passages count for its theme and dimension, too: for every code up the chain of
        ``parent_id`` (where we put a code, not what a merged cell prints), once a place.

    Returns
    -------
    pandas.DataFrame
        One row a code at a place: ``doc_id`` (str); ``place`` (int, from 1 in the order of the text; the codes of one
        place share it); ``code_id``, ``level``, ``label``, ``kind``, ``section_id`` (str); ``paragraph`` and
        ``sentence`` (Int64, as in `Outline.sentences`); ``line_start``, ``line_end`` (int). Codes are in the order of
        the codebook, the places of a code in that of the text.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> haier = code_passages(extract("haier", edition="digest"))
    >>> sum(haier.kind == "quotation")
    18
    """
    codes = found.codebook.codes
    named = codes.set_index("code_id")[["level", "label"]]
    rows = [*_quotations(found), *_mentions(found)]
    numbers = {where: number for number, where in enumerate(sorted({where for where, *_ in rows}), 1)}
    doc_id = found.document.id
    rows = [(doc_id, numbers[where], code, *named.loc[code], *place) for where, code, *place in rows]
    table = typed_passages(pd.DataFrame(rows, columns=COLUMNS))
    return in_codebook_order(with_ancestors(table, codes) if roll_up else table, codes)


def passage_matrix(
    passages: pd.DataFrame,
    unit: str = "section",
    *,
    level: str | None = None,
    kind: str | None = None,
    within: pd.DataFrame | None = None,
) -> TermMatrix:
    """Return the unit x code matrix of passages, for `cooccurrence_table` and whatever else takes a matrix of terms.

    Co-occurrence of codes by units is ``cooccurrence_table(passage_matrix(...))``; ATLAS.ti's coefficient c for units
    is `jaccard`, for quotations that overlap see `code_overlap`.

    Parameters
    ----------
    passages : pandas.DataFrame
        As `code_passages` returns it, of one document or of several, one under the other.
    unit : {"section", "paragraph", "sentence", "document"}, default "section"
        What makes a row; a section is the innermost one.
    level : str, optional
        Only the codes of one level, such as ``theme``. Without it, in passages that were rolled up each code meets
        those above it wherever it occurs.
    kind : {"quotation", "mention"}, optional
        Only passages of one kind; without it, both.
    within : pandas.DataFrame, optional
        A frame with the columns of the unit, such as the features of the documents, whose units make the rows. Without
        it only units with a passage are in the matrix, and ``N`` of a co-occurrence counts no others: `jaccard`, `dice`
        and `cosine` do not depend on that, but the measures that compare with chance do.

    Returns
    -------
    TermMatrix
        Counts of passages (int64), units in the order of the text (documents by id, or as `within` has them), ``terms``
        the labels of the codes by code point. Codes of one level with the same label are one column; a label that
        several levels of the passages share is written ``level:label``. A passage outside the prose has no paragraph or
        sentence: it counts in sections and documents only.

    Raises
    ------
    ZhagenError
        If the unit, level or kind is unknown, if no passage is left, or if a passage is in none of the units of
        `within`.

    Examples
    --------
    >>> rows = [("a", 1, "a-1", "theme", "甲", "mention", "a-1", 1, 1, 9, 9)]
    >>> rows += [("a", 2, "a-2", "theme", "乙", "mention", "a-1", 1, 2, 9, 9)]
    >>> import pandas as pd
    >>> from zhagen.statistics.association import cooccurrence_table
    >>> cooccurrence_table(passage_matrix(pd.DataFrame(rows, columns=COLUMNS))).values.tolist()
    [['乙', '甲', 1, 1, 1, 1]]
    """
    if unit not in terms.UNITS:
        raise ZhagenError(f"there is no unit {unit!r}", todo=f"use one of {', '.join(terms.UNITS)}")
    chosen = _chosen(passages, level, kind)
    if unit in ("section", "document"):  # what has no paragraph counts, too, and lines give the order as well
        chosen = chosen.assign(paragraph=chosen.line_start, sentence=1)
    else:
        chosen = chosen.dropna(subset=["paragraph", "sentence"])
        _refuse_none(chosen, f"no passage is in a {unit}", "count by section: all of them are outside the prose")
    counted = chosen.assign(term=chosen.name, count=1).astype({"paragraph": "int64", "sentence": "int64"})
    found = term_matrix(counted, unit)
    return found if within is None else _spread(found, within[terms.UNITS[unit]].drop_duplicates(ignore_index=True))


def codes_by_section(
    passages: pd.DataFrame, sections: pd.DataFrame | None = None, *, codes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Count the passages of each code in each section: the code x section table.

    Parameters
    ----------
    passages : pandas.DataFrame
        As `code_passages` returns it, of one document or of several, one under the other.
        Choose a level or a kind by its rows.
    sections : pandas.DataFrame, optional
        A frame with ``section_id``, such as ``outline.sections()``: these make the columns. Without it the sections
        with a passage do, in the order of the text. A passage counts in the innermost section that holds it.
    codes : pandas.DataFrame, optional
        A frame with ``level`` and ``label``, such as a codebook's codes: these make the rows. Without it the codes with
        a passage do, in their order in the passages, which `code_passages` makes the codebook's.

    Returns
    -------
    pandas.DataFrame
        int64, index the labels (as in `passage_matrix`), columns the ids of the sections; 0 if there is no passage.

    Raises
    ------
    ZhagenError
        If there is no passage, or one of another section or code than those given.

    Examples
    --------
    >>> rows = [("a", n, "a-1", "theme", "甲", "mention", f"a-{n}", n, 1, n, n) for n in (1, 3)]
    >>> import pandas as pd
    >>> sections = pd.DataFrame({"section_id": ["a-1", "a-2", "a-3"]})
    >>> codes_by_section(pd.DataFrame(rows, columns=COLUMNS), sections).loc["甲"].tolist()
    [1, 0, 1]
    """
    if sections is None:
        documents = {doc_id: number for number, doc_id in enumerate(passages.doc_id.drop_duplicates())}
        order = passages.assign(document=passages.doc_id.map(documents))
        sections = order.sort_values(["document", "line_start", "section_id"])
    return _wide(passages, "section_id", sections.section_id.drop_duplicates(), codes)


def codes_by_document(passages: pd.DataFrame, *, codes: pd.DataFrame | None = None) -> pd.DataFrame:
    """Count the passages of each code in each document: the code x document table.

    Parameters
    ----------
    passages : pandas.DataFrame
        As `code_passages` returns it, of one document or of several, one under the other.
    codes : pandas.DataFrame, optional
        As for `codes_by_section`; of all the documents.

    Returns
    -------
    pandas.DataFrame
        int64, index the labels (as in `passage_matrix`), columns the ids of the documents in their order in the
        passages; 0 if there is no passage.

    Raises
    ------
    ZhagenError
        In the cases of `codes_by_section`.

    Examples
    --------
    >>> rows = [(doc, 1, "a-1", "theme", "甲", "mention", f"{doc}-1", 1, 1, 1, 1) for doc in "aab"]
    >>> import pandas as pd
    >>> codes_by_document(pd.DataFrame(rows, columns=COLUMNS)).loc["甲"].to_dict()
    {'a': 2, 'b': 1}
    """
    return _wide(passages, "doc_id", passages.doc_id.drop_duplicates(), codes)


def code_overlap(passages: pd.DataFrame, *, level: str | None = None) -> pd.DataFrame:
    """Count how often quotations of two codes overlap, and ATLAS.ti's code co-occurrence coefficient c of them.

    ``c = n12 / (n1 + n2 - n12)``. There n12 counts events, not units: each pair of a quotation of the one code and one
    of the other whose lines meet, or that are one and the same. So a quotation can take part in several, and then c is
    too high and may leave 0..1: above 1, infinite where n12 = n1 + n2, below 0 where n12 is greater still (ATLAS.ti:
    out of range). For units, `jaccard` of ``cooccurrence_table(passage_matrix(...))`` always keeps to 0..1. Two cells
    of one line meet, because places are no finer than lines.

    Parameters
    ----------
    passages : pandas.DataFrame
        As `code_passages` returns it, of one document or of several, one under the other.
        Mentions are left out.
    level : str, optional
        Only the codes of one level. Without it, quotations that were rolled up overlap for each code and those above
        it.

    Returns
    -------
    pandas.DataFrame
        One row a pair with an event: ``term_a``, ``term_b`` (str, labels as in `passage_matrix`, term_a before term_b
        by code point); ``n12`` (int, events); ``n1``, ``n2`` (int, quotations of each); ``c`` (float); ``distorted``
        (bool: a quotation is in several events of the pair; if none is, c is in 0..1). Highest n12 first, then by the
        labels. Without any event it has no row.

    Raises
    ------
    ZhagenError
        If the level is unknown, or there is no quotation.

    References
    ----------
    ATLAS.ti, User Manual, chapter Code Co-occurrence Table, section Code Co-occurrence Coefficient.

    Examples
    --------
    >>> rows = [("a", 1, "a-1", "theme", "甲", "quotation", "a-1", 1, 1, 3, 5)]
    >>> rows += [("a", 2, "a-2", "theme", "乙", "quotation", "a-1", 2, 1, 5, 8)]
    >>> import pandas as pd
    >>> code_overlap(pd.DataFrame(rows, columns=COLUMNS)).values.tolist()
    [['乙', '甲', 1, 1, 1, 1.0, False]]
    """
    chosen = _chosen(passages, level, "quotation")
    labels, columns = np.unique(chosen.name.to_numpy(dtype=str), return_inverse=True)
    codes = coo_array((np.ones(len(chosen), np.int64), (np.arange(len(chosen)), columns))).tocsr()
    events = _meeting(chosen) @ codes  # quotations x codes: how many quotations of a code each one meets
    # a quotation that meets two or more of another code is in several events of that pair: then c is distorted
    several = events.copy()
    several.data = (several.data > 1).astype(np.int64)
    crowded = (codes.T @ several).toarray()
    pairs = triu(codes.T @ events, k=1).tocoo()
    (a, b), n12, own = pairs.coords, pairs.data, codes.sum(axis=0)
    order = np.lexsort((b, a, -n12))
    a, b, n12 = a[order], b[order], n12[order]
    with np.errstate(divide="ignore"):
        c = n12 / (own[a] + own[b] - n12)  # events, which may be more than the quotations: no `jaccard`
    distorted = (crowded[a, b] > 0) | (crowded[b, a] > 0)
    found = dict(zip(OVERLAPS, (labels[a], labels[b], n12, own[a], own[b], c, distorted), strict=True))
    return pd.DataFrame(found).astype({"term_a": "str", "term_b": "str"})


def _quotations(found: Extraction) -> Iterator[tuple]:
    """Yield the rows of the evidence: (sort key of the place, code_id, kind, section, paragraph, sentence, lines)."""
    for row in found.codebook.evidence.itertuples():
        lines = (int(row.line_start), int(row.line_end))  # type: ignore[arg-type]
        place = _begins(found.outline, str(row.quotation), lines)
        yield (lines[0], 0, lines[1], row.sha256), row.code_id, "quotation", *place, *lines


def _begins(outline: Outline, quotation: str, lines: tuple[int, int]) -> tuple[str, int | None, int | None]:
    """Return the section, paragraph and sentence in which a quotation begins; the latter two None outside the prose."""
    section = [s for s in outline.section_list if s.line_start <= lines[0] <= s.line_end][-1].section_id
    for paragraph, block in enumerate(outline.prose(), 1):
        meets = block.lines[0] <= lines[1] and lines[0] <= block.lines[1]
        if meets and (block.text in quotation or quotation in block.text):
            start = max(block.text.find(quotation), 0)
            first = (block.clean.lines[start], block.clean.columns[start])
            ends = [(sentence.lines[-1], sentence.columns[-1]) for sentence in block.clean.sentences()]
            return section, paragraph, 1 + sum(end < first for end in ends)
    return section, None, None


def _mentions(found: Extraction) -> Iterator[tuple]:
    """Yield the mentions, as `_quotations` the evidence."""
    codes = found.codebook.codes.groupby("label", sort=False).code_id.agg(list)
    for paragraph, block in enumerate(found.outline.prose(), 1):
        if block.kind != "paragraph":
            continue
        for number, sentence in enumerate(block.clean.sentences(), 1):
            for start, end, label in label_occurrences(sentence.text, codes.index):
                lines = sentence.span(start, end)
                where = (lines[0], 1, paragraph, number, start, end)
                for code_id in codes[label]:
                    yield where, code_id, "mention", block.section_id, paragraph, number, *lines


def with_ancestors(passages: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Add a row for every code above the code of each row, once a place.

    Parameters
    ----------
    passages : pandas.DataFrame
        As `code_passages` returns it.
    codes : pandas.DataFrame
        The codes of a codebook.

    Returns
    -------
    pandas.DataFrame
        The columns of `code_passages`.
    """
    above = codes.set_index("code_id")[["level", "label", "parent_id"]].to_dict("index")
    rows = []
    for row in passages.to_dict("records"):
        code_id = row["code_id"]
        while code_id in above:
            rows.append(row | {"code_id": code_id, "level": above[code_id]["level"], "label": above[code_id]["label"]})
            code_id = above[code_id]["parent_id"]
    return typed_passages(pd.DataFrame(rows, columns=COLUMNS).drop_duplicates(KEY))


def in_codebook_order(passages: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Sort by code, in the order of the codebook, then by place.

    Parameters
    ----------
    passages : pandas.DataFrame
        As `code_passages` returns it.
    codes : pandas.DataFrame
        The codes of a codebook.

    Returns
    -------
    pandas.DataFrame
        The columns of `code_passages`.
    """
    order = {code_id: number for number, code_id in enumerate(codes.code_id)}
    found = passages.assign(order=passages.code_id.map(order)).sort_values(["order", "place"], ignore_index=True)
    return found[COLUMNS]


def typed_passages(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of passages with their types, whatever the frame held, so that empty frames fit too.

    Parameters
    ----------
    frame : pandas.DataFrame
        The columns of `code_passages`, of any type.

    Returns
    -------
    pandas.DataFrame
        The columns of `code_passages`.
    """
    numbers: dict[str, Any] = dict.fromkeys(("place", "line_start", "line_end"), "int64")
    numbers |= dict.fromkeys(("paragraph", "sentence"), "Int64")  # missing outside the prose
    return frame.astype({name: numbers.get(name, "str") for name in COLUMNS})[COLUMNS]


def _chosen(passages: pd.DataFrame, level: str | None, kind: str | None) -> pd.DataFrame:
    """Return the passages of a level and a kind, with the column `name`: their labels, made unique."""
    _refuse_none(passages, "there is no passage", "check that the document has codes")
    levels = passages.level.drop_duplicates().tolist()
    if level is not None and level not in levels:
        raise ZhagenError(f"there is no passage of the level {level!r}", todo=f"use one of {', '.join(levels)}")
    if kind is not None and kind not in KINDS:
        raise ZhagenError(f"there is no kind {kind!r}", todo=f"use one of {', '.join(KINDS)}")
    chosen = passages if level is None else passages[passages.level == level]
    chosen = chosen.assign(name=_names(chosen, chosen))
    chosen = chosen if kind is None else chosen[chosen.kind == kind]
    _refuse_none(chosen, f"there is no {kind} among the passages", "give passages that have one")
    return chosen


def _refuse_none(passages: pd.DataFrame, found: str, todo: str) -> None:
    if passages.empty:
        raise ZhagenError(found, todo=todo)


def _names(frame: pd.DataFrame, codes: pd.DataFrame) -> pd.Series:
    """Return the labels of a frame; where several levels of the codes share one, with the level before it."""
    labels = codes[["level", "label"]].drop_duplicates().label
    shared = frame.label.isin(labels[labels.duplicated()])
    return frame.label.where(~shared, frame.level + ":" + frame.label)


def _wide(passages: pd.DataFrame, key: str, columns: pd.Series, codes: pd.DataFrame | None) -> pd.DataFrame:
    """Return the counts of the passages: index the names of the codes, columns the values of a key."""
    _refuse_none(passages, "there is no passage", "check that the document has codes")
    codes = passages if codes is None else codes
    rows, names = _names(codes, codes).drop_duplicates(), _names(passages, codes)
    for values, known, what in ((names, rows, "code"), (passages[key], columns, key.removesuffix("_id"))):
        strange = values[~values.isin(known)]
        if len(strange):
            raise ZhagenError(f"a passage is of the {what} {strange.iloc[0]}", todo=f"give the {what}s it belongs to")
    counts = passages.groupby([names.rename("label"), key]).size().unstack(fill_value=0)
    return counts.reindex(index=rows, columns=columns, fill_value=0).rename_axis(index="label", columns=key)


def _spread(found: TermMatrix, units: pd.DataFrame) -> TermMatrix:
    """Return a matrix with other units: those it has, and rows of 0 for the others."""
    assert isinstance(found.units, pd.DataFrame)  # `term_matrix` names the units it makes
    place = {unit: number for number, unit in enumerate(units.itertuples(index=False, name=None))}
    rows = [place.get(unit) for unit in found.units.itertuples(index=False, name=None)]
    if None in rows:
        lost = found.units.iloc[rows.index(None)]
        raise ZhagenError(f"a passage is in none of the units: {', '.join(map(str, lost))}", todo="give all units")
    counts = found.counts.tocoo()
    rows = [rows[row] for row in counts.coords[0]]
    spread = coo_array((counts.data, (rows, counts.coords[1])), shape=(len(units), counts.shape[1])).tocsr()
    return TermMatrix(spread, units, found.terms)


def _meeting(quotations: pd.DataFrame) -> csr_array:
    """Return which quotations meet in place: a square matrix of 0 and 1, 1 on its diagonal, a row a quotation."""
    documents = np.unique(quotations.doc_id.to_numpy(dtype=str), return_inverse=True)[1]
    starts, ends = (quotations[name].to_numpy(np.int64) for name in ("line_start", "line_end"))
    shift = documents * (ends.max() + 1)  # so lines of two documents never meet
    starts, ends = starts + shift, ends + shift
    order = np.argsort(starts, kind="stable")
    # in the order of their starts, a quotation meets those that follow it and start at its last line or before:
    # `later` says how many that are; `first` repeats each quotation so often, `second` counts on from it
    later = np.searchsorted(starts[order], ends[order], side="right") - np.arange(len(order)) - 1
    first = np.repeat(np.arange(len(order)), later)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(later) - later, later)
    first, second = order[first], order[second]
    own = np.arange(len(order))
    rows, columns = np.concatenate([own, first, second]), np.concatenate([own, second, first])
    return coo_array((np.ones(len(rows), np.int64), (rows, columns)), shape=(len(order),) * 2).tocsr()
