"""Terms: what each sentence is about, how often, and the unit x term matrix.

The features of a document are the counts of its content terms sentence by sentence, without their order: facts, not
sentences. Every statistic of the book is computed from them, so the results are the same whether the original is
attached or only the shipped features are at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array

from zhagen.errors import ZhagenError
from zhagen.text.segmentation import content_terms

if TYPE_CHECKING:
    from zhagen.documents.outline import Outline

FEATURES = "doc_id section_id paragraph sentence term count".split()
OCCURRENCES = "doc_id section_id paragraph sentence position term".split()
UNITS = {
    "sentence": ["doc_id", "section_id", "paragraph", "sentence"],
    "paragraph": ["doc_id", "section_id", "paragraph"],
    "section": ["doc_id", "section_id"],
    "document": ["doc_id"],
}


@dataclass(frozen=True, eq=False, repr=False)
class TermMatrix:
    """A unit x term matrix with its labels.

    Attributes
    ----------
    counts : scipy.sparse.csr_array
        Units x terms, int64; only 0 and 1 if it is not weighted.
    units : pandas.DataFrame or None
        What names a unit, one row for each row of `counts`: ``doc_id``, ``section_id``, ``paragraph``, ``sentence`` or
        ``window``, as far as the unit has them. None if the units have no names.
    terms : numpy.ndarray
        The terms (str), one for each column of `counts`, sorted by code point.

    Examples
    --------
    >>> counts, units = csr_array(np.array([[0, 2], [1, 0]])), pd.DataFrame({"doc_id": ["a", "b"]})
    >>> TermMatrix(counts, units, np.array(["平台", "用户"]))
    TermMatrix: 2 documents x 2 terms, sum of counts 3
    """

    counts: csr_array
    units: pd.DataFrame | None
    terms: np.ndarray

    @property
    def unit(self) -> str:
        """Name of the unit: ``window``, ``sentence``, ``paragraph``, ``section``, ``document``, or ``unit``."""
        columns = [] if self.units is None else list(self.units.columns)
        names = {"window": "window", **{keys[-1]: unit for unit, keys in UNITS.items()}}
        return next((unit for column, unit in names.items() if column in columns), "unit")

    def __repr__(self) -> str:
        units, terms = self.counts.shape
        return f"TermMatrix: {units} {self.unit}s x {terms} terms, sum of counts {self.counts.sum():g}"


def term_occurrences(outline: Outline, lexicon: Path | str | None = None, *, hmm: bool = False) -> pd.DataFrame:
    """List the content terms of a document's prose, one by one, in the order of the text.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        Its `sentences` are read (paragraphs and quoted evidence).
    lexicon : pathlib.Path or str, optional
        A folder with a lexicon, see `zhagen.text.segmentation.segment`.
    hmm : bool, default False
        Guess words that no dictionary has.

    Returns
    -------
    pandas.DataFrame
        One row for each counted term: ``doc_id``, ``section_id`` (str), ``paragraph``, ``sentence`` (int),
        ``position`` (int, from 1 within the paragraph), ``term`` (str). Words that are not counted take no position.

    See Also
    --------
    term_features : The same terms with their counts, sentence by sentence.

    Examples
    --------
    >>> from zhagen.documents.catalog import open_document
    >>> from zhagen.documents.outline import read_outline
    >>> from zhagen.documents.recipe import read_recipe
    >>> digest = open_document("haier", edition="digest")
    >>> term_occurrences(read_outline(digest, read_recipe("haier"))).columns.tolist()
    ['doc_id', 'section_id', 'paragraph', 'sentence', 'position', 'term']
    """
    rows, place, position = [], None, 0
    sentences = outline.sentences()
    for unit, text in zip(sentences[UNITS["sentence"]].itertuples(index=False, name=None), sentences.text, strict=True):
        place, position = unit[:3], position if unit[:3] == place else 0
        for term in content_terms(text, lexicon, hmm=hmm):
            position += 1
            rows.append((*unit, position, term))
    return typed_features(pd.DataFrame(rows, columns=OCCURRENCES))


def term_features(outline: Outline, lexicon: Path | str | None = None, *, hmm: bool = False) -> pd.DataFrame:
    """Return the features of a document: the content terms of each sentence of its prose, with their counts.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        Its `sentences` are read (paragraphs and quoted evidence).
    lexicon : pathlib.Path or str, optional
        A folder with a lexicon, see `zhagen.text.segmentation.segment`.
    hmm : bool, default False
        Guess words that no dictionary has.

    Returns
    -------
    pandas.DataFrame
        One row for each term of a sentence: ``doc_id``, ``section_id`` (str), ``paragraph``, ``sentence`` (int),
        ``term`` (str), ``count`` (int); sorted by paragraph, sentence and term. A sentence without a content term has
        no row.

    See Also
    --------
    term_occurrences : The terms one by one, with their positions.

    Examples
    --------
    >>> from zhagen.documents.catalog import open_document
    >>> from zhagen.documents.outline import read_outline
    >>> from zhagen.documents.recipe import read_recipe
    >>> digest = open_document("haier", edition="digest")
    >>> term_features(read_outline(digest, read_recipe("haier"))).columns.tolist()
    ['doc_id', 'section_id', 'paragraph', 'sentence', 'term', 'count']
    """
    found = term_occurrences(outline, lexicon, hmm=hmm)
    counted = found.groupby([*UNITS["sentence"], "term"], sort=False).size().reset_index(name="count")
    return typed_features(counted.sort_values(["paragraph", "sentence", "term"], ignore_index=True))


def term_frequency(features: pd.DataFrame) -> pd.DataFrame:
    """Count each term, and the units in which it occurs.

    Parameters
    ----------
    features : pandas.DataFrame
        The features of one document or of several, one under the other, as `term_features` returns them.

    Returns
    -------
    pandas.DataFrame
        One row for each term: ``term`` (str), ``count``, ``sentences``, ``paragraphs``, ``sections``, ``documents``
        (int, the number of each in which it occurs); highest count first, then by code point.

    Examples
    --------
    >>> rows = [("a", "a-1", 1, 1, "用户", 2), ("a", "a-1", 1, 2, "用户", 1), ("a", "a-1", 1, 2, "平台", 1)]
    >>> term_frequency(pd.DataFrame(rows, columns=FEATURES)).values.tolist()
    [['用户', 3, 2, 1, 1, 1], ['平台', 1, 1, 1, 1, 1]]
    """
    units = {f"{unit}s": keys for unit, keys in UNITS.items()}
    table = features.groupby("term", sort=True)[["count"]].sum()
    for name, keys in units.items():
        table[name] = features.drop_duplicates([*keys, "term"]).groupby("term").size()
    return table.sort_values("count", ascending=False, kind="stable").reset_index()


def term_matrix(features: pd.DataFrame, unit: str = "sentence", *, weighted: bool = True) -> TermMatrix:
    """Return the unit x term matrix of the features.

    Parameters
    ----------
    features : pandas.DataFrame
        Features as `term_features` returns them. Their order does not matter; if a term of a unit has several rows,
        their counts are added.
    unit : {"sentence", "paragraph", "section", "document"}, default "sentence"
        What a row of the matrix is. A section is the innermost one.
    weighted : bool, default True
        Counts if true, else 1 if the term occurs in the unit.

    Returns
    -------
    TermMatrix
        The units are in the order of the text (documents by id), the terms sorted by code point. Units without a
        content term are left out.

    Raises
    ------
    ZhagenError
        If there is no such unit.

    Examples
    --------
    >>> rows = [("a", "a-1", 1, 1, "用户", 2), ("a", "a-1", 1, 2, "平台", 1)]
    >>> matrix = term_matrix(pd.DataFrame(rows, columns=FEATURES))
    >>> matrix
    TermMatrix: 2 sentences x 2 terms, sum of counts 3
    >>> matrix.counts.toarray().tolist()
    [[0, 2], [1, 0]]
    """
    if unit not in UNITS:
        raise ZhagenError(f"there is no unit {unit!r}", todo=f"use one of {', '.join(UNITS)}")
    ordered = features.sort_values(["doc_id", "paragraph", "sentence", "term"], kind="stable")
    units = ordered[UNITS[unit]].drop_duplicates(ignore_index=True)
    rows = ordered.groupby(UNITS[unit], sort=False).ngroup().to_numpy()
    terms, columns = np.unique(ordered["term"].to_numpy(dtype=str), return_inverse=True)
    values, shape = ordered["count"].to_numpy(np.int64), (len(units), len(terms))
    return TermMatrix(_summed(values, rows, columns, shape, weighted), units, terms)


def window_matrix(table: pd.DataFrame, size: int, along: str = "sentence", *, weighted: bool = True) -> TermMatrix:
    """Return the window x term matrix: a window moves over each paragraph, one step at a time.

    Terms that are near each other on two sides of a full stop meet in a window. No window reaches over the end of a
    paragraph. A paragraph of n places has n - size + 1 windows, or one if it is shorter than a window. Windows of one
    sentence are the sentences of `term_matrix`, windows as long as the longest paragraph are its paragraphs.

    Windows that follow each other overlap: an occurrence counts in up to `size` of them. So they are not independent
    units, and whatever takes N for the size of a sample (`zhagen.statistics.association.g2`, any p-value) is too
    optimistic.

    Parameters
    ----------
    table : pandas.DataFrame
        What `term_features` or `term_occurrences` returns; its order does not matter.
    size : int
        Places in a window, 1 or more.
    along : {"sentence", "position"}, default "sentence"
        What a place is: the sentences of a paragraph, or its terms; for terms the table must come from
        `term_occurrences`. A place without a row (a sentence without a content term) counts as a place; those after
        the last row of a paragraph are unknown, and the paragraph ends with that row.
    weighted : bool, default True
        Counts if true, else 1 if the term occurs in the window.

    Returns
    -------
    TermMatrix
        The windows are in the order of the text, the terms sorted by code point; the units have ``doc_id``,
        ``section_id``, ``paragraph`` and ``window`` (from 1 within its paragraph). Windows without a term are left out.

    Raises
    ------
    ZhagenError
        If `size` is below 1, `along` is another word, or the table has no column of this name.

    References
    ----------
    Lund, K. and Burgess, C. (1996). Producing high-dimensional semantic spaces from lexical co-occurrence.

    Examples
    --------
    >>> rows = [("a", "a-1", 1, 1, "用户", 2), ("a", "a-1", 1, 2, "平台", 1), ("a", "a-1", 1, 3, "平台", 1)]
    >>> matrix = window_matrix(pd.DataFrame(rows, columns=FEATURES), 2)
    >>> matrix
    TermMatrix: 2 windows x 2 terms, sum of counts 5
    >>> matrix.counts.toarray().tolist()
    [[1, 2], [2, 0]]
    """
    if along not in ("sentence", "position"):
        raise ZhagenError(f"windows cannot move along {along!r}", todo="use sentence or position")
    if along not in table:
        raise ZhagenError(f"the table has no column {along}", todo="give what term_occurrences returns")
    if size < 1:
        raise ZhagenError(f"the size of a window is {size}", todo="give 1 or more")
    ordered = table.sort_values(["doc_id", "paragraph", along, "term"], kind="stable")
    paragraphs = ordered[UNITS["paragraph"]].drop_duplicates(ignore_index=True)
    paragraph = ordered.groupby(UNITS["paragraph"], sort=False).ngroup().to_numpy(np.intp)
    place = ordered[along].to_numpy(np.int64)
    row, window, before = _windows(paragraph, place, len(paragraphs), size)
    kept, units = np.unique(window, return_inverse=True)
    owner = np.searchsorted(before, kept, side="right") - 1
    places = paragraphs.iloc[owner].reset_index(drop=True).assign(window=kept - before[owner] + 1)
    column, terms = pd.factorize(ordered["term"].to_numpy(dtype=str), sort=True)
    values = ordered["count"].to_numpy(np.int64) if "count" in ordered else np.ones(len(ordered), np.int64)
    counts = _summed(values[row], units, column[row], (len(kept), len(terms)), weighted)
    return TermMatrix(counts, places, np.asarray(terms, dtype=str))


def _windows(
    paragraph: np.ndarray, place: np.ndarray, paragraphs: int, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each pair (row, window that holds it), and how many windows come before those of each paragraph.

    Windows have numbers through the whole table, from 0. A row at place p lies in the windows p - size + 1 to p of its
    paragraph, as far as there are such windows; so each row is repeated that many times, and the copies of a row get
    the numbers of its windows: the first one, and then 0, 1, 2 … more, counted within each run of copies.
    """
    length = np.zeros(paragraphs, np.int64)
    np.maximum.at(length, paragraph, place)
    number = np.maximum(length - size + 1, 1)  # windows of each paragraph
    before = np.cumsum(number) - number
    first, last = np.maximum(place - size + 1, 1), np.minimum(place, number[paragraph])
    times = (last - first + 1).astype(np.intp, copy=False)  # windows that hold the row
    row = np.repeat(np.arange(len(place)), times)
    step = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    return row, (before[paragraph] + first - 1)[row] + step, before


def _summed(
    values: np.ndarray, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int], weighted: bool
) -> csr_array:
    """Return the sparse matrix of the values; those of one cell are added, or count as 1."""
    counts = coo_array((values, (rows, columns)), shape=shape).tocsr()
    counts.sum_duplicates()
    if not weighted:
        counts.data[:] = 1
    return counts


def tfidf(matrix: TermMatrix) -> csr_array:
    """Weight counts by how few units contain the term, and bring each unit to length 1.

    ``tf * (ln((1 + N) / (1 + df)) + 1)``, N units, df units with the term, tf the count; then each row is divided by
    its Euclidean length. This is the smooth idf of scikit-learn (`TfidfTransformer` with its defaults).

    Parameters
    ----------
    matrix : TermMatrix
        Units x terms, weighted counts.

    Returns
    -------
    scipy.sparse.csr_array
        Weights, float64, in the shape of ``matrix.counts``.

    References
    ----------
    Spärck Jones, K. (1972). A statistical interpretation of term specificity and its application in retrieval.

    Examples
    --------
    >>> matrix = TermMatrix(csr_array(np.array([[3, 0], [1, 1]])), None, np.array(["平台", "用户"]))
    >>> tfidf(matrix).toarray().round(3).tolist()
    [[1.0, 0.0], [0.58, 0.815]]
    """
    counts = csr_array(matrix.counts, dtype=np.float64, copy=True)
    counts.sum_duplicates()
    units = np.repeat(np.arange(counts.shape[0], dtype=np.intp), np.diff(counts.indptr).astype(np.intp, copy=False))
    present = np.bincount(counts.indices[counts.data > 0].astype(np.intp), minlength=counts.shape[1])
    weights = counts.data * (np.log((1 + counts.shape[0]) / (1 + present)) + 1)[counts.indices]
    lengths = np.sqrt(np.bincount(units, weights**2, minlength=counts.shape[0]))
    return csr_array((weights / lengths[units], counts.indices, counts.indptr), shape=counts.shape)


def typed_features(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of features their types, so that empty tables fit to others too.

    Parameters
    ----------
    frame : pandas.DataFrame
        Features or occurrences, with columns of any type.

    Returns
    -------
    pandas.DataFrame
        A copy: ``paragraph``, ``sentence``, ``position`` and ``count`` are int64, the other columns str.

    Examples
    --------
    >>> typed_features(pd.DataFrame({"term": [], "count": []})).dtypes.astype(str).tolist()
    ['str', 'int64']
    """
    numbers = ("paragraph", "sentence", "position", "count")
    return frame.astype({name: "int64" if name in numbers else "str" for name in frame})
