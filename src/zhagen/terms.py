"""Terms: what each sentence is about, how often, and the unit x term matrix.

The features of a document are the counts of its content terms sentence by sentence, without their order: facts, not
sentences. Every statistic of the book is computed from them, so it comes out the same where the original is attached
and where only the shipped features are at hand.
"""

from collections import Counter
from dataclasses import dataclass

from zhagen import catalog, outline, recipe, shipped
from zhagen.errors import SourceError, ZhagenError
from zhagen.segmentation import content_terms

FEATURES = "doc_id section_id paragraph sentence term count".split()
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


def features(outline, lexicon=None):
    """Return the features of a document: the content terms of each sentence of its prose, with their counts.

    Parameters
    ----------
    outline : a `zhagen.outline.Outline`; its `sentences` are counted (paragraphs and quoted evidence).
    lexicon : a folder of a lexicon, see `zhagen.segmentation.segment`.

    Returns a data frame, one row a term of a sentence: doc_id, section_id, paragraph, sentence, term, count; sorted by
    paragraph, sentence and term. A sentence without a content term has no row.

    >>> digest = catalog.open("haier", edition="digest")
    >>> features(outline.read(digest, recipe.read("haier"))).columns.tolist()
    ['doc_id', 'section_id', 'paragraph', 'sentence', 'term', 'count']
    """
    import pandas as pd

    rows = []
    for place in outline.sentences().itertuples():
        counts = Counter(content_terms(place.text, lexicon))
        unit = (place.doc_id, place.section_id, place.paragraph, place.sentence)
        rows += [(*unit, term, counts[term]) for term in sorted(counts)]
    return _typed(pd.DataFrame(rows, columns=FEATURES))


def load(doc_id):
    """Return the features of a document: computed from the original where it is attached, read as shipped otherwise.

    The digest is never counted: its wording is ours, not the authors'.

    Returns a data frame as `features`; ``attrs["edition"]`` says ``original`` or ``features``, ``attrs["why"]`` why.
    Raises `SourceError` for an unknown id, and where there is neither original nor features.

    >>> load("haier").attrs["edition"] in ("original", "features")
    True
    """
    catalog.entry(doc_id)
    try:
        document = catalog.open(doc_id, edition="original")
    except SourceError as missing:
        found, edition, why = (
            _shipped(doc_id),
            "features",
            f"{missing.found}, so the shipped features are read",
        )
    else:
        found, edition, why = (
            features(outline.read(document, recipe.read(doc_id))),
            document.edition,
            document.why,
        )
    found.attrs |= {"edition": edition, "why": why}
    return found


def frequency(features):
    """Count each term, and the units it stands in.

    Parameters
    ----------
    features : a data frame as `features` returns it, of one document or of several, one under the other.

    Returns a data frame, one row a term: term, count, sentences, paragraphs, sections (the number of each in which it
    stands); highest count first, then by code point.

    >>> import pandas as pd
    >>> rows = [("a", "a-1", 1, 1, "用户", 2), ("a", "a-1", 1, 2, "用户", 1), ("a", "a-1", 1, 2, "平台", 1)]
    >>> frequency(pd.DataFrame(rows, columns=FEATURES)).values.tolist()
    [['用户', 3, 2, 1, 1], ['平台', 1, 1, 1, 1]]
    """
    units = {f"{unit}s": UNITS[unit] for unit in ("sentence", "paragraph", "section")}
    table = features.groupby("term", sort=True)[["count"]].sum()
    for name, keys in units.items():
        table[name] = features.drop_duplicates([*keys, "term"]).groupby("term").size()
    return table.sort_values("count", ascending=False, kind="stable").reset_index()


def matrix(features, unit="sentence", weighted=True):
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
    >>> matrix(pd.DataFrame(rows, columns=FEATURES)).counts.toarray().tolist()
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

    counts = csr_array(matrix.counts, dtype=np.float64)
    units = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    present = np.bincount(counts.indices[counts.data > 0], minlength=counts.shape[1])
    weights = counts.data * (np.log((1 + counts.shape[0]) / (1 + present)) + 1)[counts.indices]
    lengths = np.sqrt(np.bincount(units, weights**2, minlength=counts.shape[0]))
    return csr_array((weights / lengths[units], counts.indices, counts.indptr), shape=counts.shape)


def _shipped(doc_id):
    found = shipped.read(doc_id, "terms")
    if found.empty:
        raise SourceError(f"{doc_id} has neither its original nor features", todo="attach it: make sources FROM=DIR")
    return _typed(found)


def _typed(frame):
    """Return the frame with text as `str` and numbers as int64, whatever it held, so that empty frames fit too."""
    numbers = ("paragraph", "sentence", "count")
    return frame.astype({name: "int64" if name in numbers else "str" for name in FEATURES})
