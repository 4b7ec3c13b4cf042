"""Terms: what each sentence is about, how often, and the unit x term matrix.

The features of a document are the counts of its content terms sentence by sentence, without their order: facts, not
sentences. Every statistic of the book is computed from them, so it comes out the same where the original is attached
and where only the shipped features are at hand.
"""

from dataclasses import dataclass

from zhagen.errors import ZhagenError
from zhagen.text.segmentation import content_terms

FEATURES = "doc_id section_id paragraph sentence term count".split()
OCCURRENCES = "doc_id section_id paragraph sentence position term".split()
UNITS = {
    "sentence": ["doc_id", "section_id", "paragraph", "sentence"],
    "paragraph": ["doc_id", "section_id", "paragraph"],
    "section": ["doc_id", "section_id"],
    "document": ["doc_id"],
}


@dataclass(frozen=True, eq=False)
class TermMatrix:
    """A unit x term matrix with its labels.

    Attributes
    ----------
    counts : scipy.sparse.csr_array, units x terms, int64 (1 where a term stands in a unit if not weighted).
    units : data frame of what names a unit, one row a row of `counts`: doc_id, section_id, paragraph, sentence, as
        far as the unit has them.
    terms : array of str, one entry a column of `counts`, sorted by code point.
    """

    counts: object
    units: object
    terms: object


def term_occurrences(outline, lexicon=None, hmm=False):
    """Return the content terms of a document's prose, one by one and in their order.

    Parameters
    ----------
    outline : a `zhagen.documents.outline.Outline`; its `sentences` are read (paragraphs and quoted evidence).
    lexicon, hmm : a folder of a lexicon, and whether to guess unknown words; see `zhagen.text.segmentation.segment`.

    Returns a data frame, one row a counted term in the order of the text: doc_id, section_id, paragraph, sentence,
    position (from 1 within its paragraph), term. What is not counted holds no position.

    >>> from zhagen.documents.catalog import open_document
    >>> from zhagen.documents.outline import read_outline
    >>> from zhagen.documents.recipe import read_recipe
    >>> digest = open_document("haier", edition="digest")
    >>> term_occurrences(read_outline(digest, read_recipe("haier"))).columns.tolist()
    ['doc_id', 'section_id', 'paragraph', 'sentence', 'position', 'term']
    """
    import pandas as pd

    rows, place, position = [], None, 0
    for sentence in outline.sentences().itertuples():
        unit = (sentence.doc_id, sentence.section_id, sentence.paragraph, sentence.sentence)
        place, position = unit[:3], position if unit[:3] == place else 0
        for term in content_terms(sentence.text, lexicon, hmm=hmm):
            position += 1
            rows.append((*unit, position, term))
    return typed_features(pd.DataFrame(rows, columns=OCCURRENCES))


def term_features(outline, lexicon=None, hmm=False):
    """Return the features of a document: the content terms of each sentence of its prose, with their counts.

    Parameters as in `term_occurrences`, whose rows are counted.

    Returns a data frame, one row a term of a sentence: doc_id, section_id, paragraph, sentence, term, count; sorted by
    paragraph, sentence and term. A sentence without a content term has no row.

    >>> from zhagen.documents.catalog import open_document
    >>> from zhagen.documents.outline import read_outline
    >>> from zhagen.documents.recipe import read_recipe
    >>> digest = open_document("haier", edition="digest")
    >>> term_features(read_outline(digest, read_recipe("haier"))).columns.tolist()
    ['doc_id', 'section_id', 'paragraph', 'sentence', 'term', 'count']
    """
    found = term_occurrences(outline, lexicon, hmm)
    counted = found.groupby([*UNITS["sentence"], "term"], sort=False).size().reset_index(name="count")
    return typed_features(counted.sort_values(["paragraph", "sentence", "term"], ignore_index=True))


def term_frequency(features):
    """Count each term, and the units it stands in.

    Parameters
    ----------
    features : a data frame as `features` returns it, of one document or of several, one under the other.

    Returns a data frame, one row a term: term, count, sentences, paragraphs, sections, documents (the number of each in
    which it stands); highest count first, then by code point.

    >>> import pandas as pd
    >>> rows = [("a", "a-1", 1, 1, "用户", 2), ("a", "a-1", 1, 2, "用户", 1), ("a", "a-1", 1, 2, "平台", 1)]
    >>> term_frequency(pd.DataFrame(rows, columns=FEATURES)).values.tolist()
    [['用户', 3, 2, 1, 1, 1], ['平台', 1, 1, 1, 1, 1]]
    """
    units = {f"{unit}s": keys for unit, keys in UNITS.items()}
    table = features.groupby("term", sort=True)[["count"]].sum()
    for name, keys in units.items():
        table[name] = features.drop_duplicates([*keys, "term"]).groupby("term").size()
    return table.sort_values("count", ascending=False, kind="stable").reset_index()


def term_matrix(features, unit="sentence", weighted=True):
    """Return the unit x term matrix of the features.

    Parameters
    ----------
    features : a data frame as `features` returns it; its order does not matter, and a unit's term may be spread over
        several rows, which add up.
    unit : ``sentence`` | ``paragraph`` | ``section`` | ``document``. A section is the innermost one.
    weighted : counts if true, else 1 where a term stands in a unit.

    Returns a `TermMatrix` with its units in the order of the text (documents by id) and its terms by code point. Only
    units with a content term are in it. Raises `ZhagenError` for another unit.

    >>> import pandas as pd
    >>> rows = [("a", "a-1", 1, 1, "用户", 2), ("a", "a-1", 1, 2, "平台", 1)]
    >>> term_matrix(pd.DataFrame(rows, columns=FEATURES)).counts.toarray().tolist()
    [[0, 2], [1, 0]]
    """
    import numpy as np
    from scipy.sparse import coo_array

    if unit not in UNITS:
        raise ZhagenError(f"there is no unit {unit!r}", todo=f"use one of {', '.join(UNITS)}")
    ordered = features.sort_values(["doc_id", "paragraph", "sentence", "term"], kind="stable")
    units = ordered[UNITS[unit]].drop_duplicates(ignore_index=True)
    rows = ordered.groupby(UNITS[unit], sort=False).ngroup().to_numpy()
    terms, columns = np.unique(ordered["term"].to_numpy(dtype=str), return_inverse=True)
    values, shape = ordered["count"].to_numpy(np.int64), (len(units), len(terms))
    counts = coo_array((values, (rows, columns)), shape=shape).tocsr()
    counts.sum_duplicates()
    if not weighted:
        counts.data[:] = 1
    return TermMatrix(counts, units, terms)


def window_matrix(table, size, along="sentence", weighted=True):
    """Return the window x term matrix: a window slides over each paragraph, one step at a time.

    Terms meet in it that stand near each other on two sides of a full stop, as in Lund and Burgess (1996), Producing
    high-dimensional semantic spaces from lexical co-occurrence; no window reaches over the end of a paragraph. Windows
    that follow each other overlap: an occurrence counts in up to `size` of them. They are no independent units, and
    what takes N for the size of a sample (`g2`, any p-value) comes out too optimistic.

    Parameters
    ----------
    table : a data frame as `term_features` or `term_occurrences` returns it; its order does not matter.
    size : how many places a window spans, 1 or more.
    along : what a place is. ``sentence``: the sentences of a paragraph. ``position``: its terms, for which the table
        must be one of `term_occurrences`. A place without a row (a sentence without a term) is a place all the same; only
        those after the last row of a paragraph are not known, and it ends with that row.
    weighted : counts if true, else 1 where a term stands in a window.

    Returns a `TermMatrix` with its windows in the order of the text and its terms by code point; the units have
    doc_id, section_id, paragraph and window (from 1 within its paragraph). A paragraph of n places has n - size + 1
    windows, or one where it is shorter than that; a window without a term is left out. Windows of one sentence are the
    sentences of `term_matrix`, windows as long as any paragraph its paragraphs. Raises `ZhagenError` for a size below 1, for
    another `along`, and where the table has no such column.

    >>> import pandas as pd
    >>> rows = [("a", "a-1", 1, 1, "用户", 2), ("a", "a-1", 1, 2, "平台", 1), ("a", "a-1", 1, 3, "平台", 1)]
    >>> window_matrix(pd.DataFrame(rows, columns=FEATURES), 2).counts.toarray().tolist()
    [[1, 2], [2, 0]]
    """
    import numpy as np
    import pandas as pd
    from scipy.sparse import coo_array

    if along not in ("sentence", "position"):
        raise ZhagenError(f"windows cannot slide along {along!r}", todo="use sentence or position")
    if along not in table:
        raise ZhagenError(f"the table has no column {along}", todo="give what terms.occurrences returns")
    if size < 1:
        raise ZhagenError(f"the size of a window is {size}", todo="give 1 or more")
    ordered = table.sort_values(["doc_id", "paragraph", along, "term"], kind="stable")
    paragraphs = ordered[UNITS["paragraph"]].drop_duplicates(ignore_index=True)
    paragraph = ordered.groupby(UNITS["paragraph"], sort=False).ngroup().to_numpy()
    place = ordered[along].to_numpy(np.int64)
    length = np.zeros(len(paragraphs), np.int64)
    np.maximum.at(length, paragraph, place)
    number = np.maximum(length - size + 1, 1)  # windows of each paragraph
    before = np.cumsum(number) - number
    first, last = np.maximum(place - size + 1, 1), np.minimum(place, number[paragraph])
    times = last - first + 1  # windows that hold the row
    row = np.repeat(np.arange(len(ordered)), times)
    step = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    kept, units = np.unique((before[paragraph] + first - 1)[row] + step, return_inverse=True)
    owner = np.searchsorted(before, kept, side="right") - 1
    places = paragraphs.iloc[owner].reset_index(drop=True).assign(window=kept - before[owner] + 1)
    column, terms = pd.factorize(ordered["term"].to_numpy(dtype=str), sort=True)
    values = ordered["count"].to_numpy(np.int64) if "count" in ordered else np.ones(len(ordered), np.int64)
    counts = coo_array((values[row], (units, column[row])), shape=(len(kept), len(terms))).tocsr()
    counts.sum_duplicates()
    if not weighted:
        counts.data[:] = 1
    return TermMatrix(counts, places, np.asarray(terms, dtype=str))


def tfidf(matrix):
    """Weigh the counts of a matrix by how few units a term stands in, and bring each unit to length 1.

    ``tf * (ln((1 + N) / (1 + df)) + 1)``, N units, df units with the term, tf the count; then each row is divided by
    its Euclidean length. This is the smooth idf of scikit-learn (`TfidfTransformer` with its defaults), after Spärck
    Jones (1972), A statistical interpretation of term specificity and its application in retrieval.

    Returns a scipy.sparse.csr_array of float64, of the shape of ``matrix.counts``.

    >>> import numpy as np, scipy.sparse as sp
    >>> counts = sp.csr_array(np.array([[3, 0], [1, 1]]))
    >>> tfidf(TermMatrix(counts, None, None)).toarray().round(3).tolist()
    [[1.0, 0.0], [0.58, 0.815]]
    """
    import numpy as np
    from scipy.sparse import csr_array

    counts = csr_array(matrix.counts, dtype=np.float64, copy=True)
    counts.sum_duplicates()
    units = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    present = np.bincount(counts.indices[counts.data > 0], minlength=counts.shape[1])
    weights = counts.data * (np.log((1 + counts.shape[0]) / (1 + present)) + 1)[counts.indices]
    lengths = np.sqrt(np.bincount(units, weights**2, minlength=counts.shape[0]))
    return csr_array((weights / lengths[units], counts.indices, counts.indptr), shape=counts.shape)


def typed_features(frame):
    """Return the frame with text as `str` and numbers as int64, whatever it held, so that empty frames fit too."""
    numbers = ("paragraph", "sentence", "position", "count")
    return frame.astype({name: "int64" if name in numbers else "str" for name in frame})
