"""Wording: what only the full wording of a document tells, and so is published with its numbers, not its sentences.

Lexical diversity needs the words in their order; other dictionaries need the text itself.
"""

from zhagen import association, outline, recipe, segmentation, sensitivity, shipped, terms
from zhagen import diversity as measures

MIN_COUNT = 3
TOP = 30


def diversity(outline):
    """Measure the lexical diversity of a document's prose.

    Parameters
    ----------
    outline : a `zhagen.outline.Outline`. Its words are those of its sentences in their order, citations, punctuation
        and numbers left out, function words not.

    Returns a data frame of one row: doc_id, words, types, ttr, mattr (window 50), mtld; see `zhagen.diversity`.

    >>> from zhagen import catalog, outline, recipe
    >>> digest = outline.read(catalog.open("community", edition="digest"), recipe.read("community"))
    >>> diversity(digest).columns.tolist()
    ['doc_id', 'words', 'types', 'ttr', 'mattr', 'mtld']
    """
    import pandas as pd

    texts = [segmentation.strip_citations(text) for text in outline.sentences().text]
    words = [word for text in texts for word in segmentation.segment(text) if word[0].isalpha()]
    return pd.DataFrame([{"doc_id": outline.document.id, **measures.diversity(words)}])


def dictionaries(outline):
    """Hold word counts and NPMI of a document against the same with other dictionaries.

    Parameters
    ----------
    outline : a `zhagen.outline.Outline`.

    Returns a data frame, one row a variant of `zhagen.sensitivity.lexicons` and a statistic: doc_id, statistic
    (``count`` of the terms; ``npmi`` of the pairs that meet in 3 sentences when cut with the shipped lexicon, so that
    one list of pairs is compared), and what `zhagen.sensitivity.sensitivity` tells of the top 30. Where no pair meets
    so often there is no row of ``npmi``.

    >>> from zhagen import catalog, outline, recipe
    >>> digest = outline.read(catalog.open("xiaomi", edition="digest"), recipe.read("xiaomi"))
    >>> dictionaries(digest).statistic.unique().tolist()
    ['count', 'npmi']
    """
    import pandas as pd

    variants = sensitivity.lexicons(outline)
    pairs = _npmi(next(iter(variants.values())), MIN_COUNT).index
    statistics = {
        "count": _counts,
        "npmi": lambda features: _npmi(features, 1).loc[lambda found: found.index.isin(pairs)],
    }
    tables = [
        sensitivity.sensitivity(statistic, variants, top=TOP).assign(statistic=name)
        for name, statistic in statistics.items()
        if name == "count" or len(pairs)
    ]
    found = pd.concat(tables, ignore_index=True).assign(doc_id=outline.document.id)
    return found[["doc_id", "statistic", *found.columns.drop(["doc_id", "statistic"])]]


def load(doc_id, name):
    """Return a table on the wording of a document, computed from the original where it is attached, else as published.

    Parameters
    ----------
    name : ``diversity`` | ``dictionaries``, the functions of this module.

    Returns a data frame; ``attrs`` and errors as in `zhagen.shipped.computed_or_read`.

    >>> load("haier", "diversity").mattr.between(0, 1).all()
    np.True_
    """
    compute = {"diversity": diversity, "dictionaries": dictionaries}[name]
    return shipped.computed_or_read(doc_id, name, lambda document: compute(outline.read(document, recipe.read(doc_id))))


def _counts(features):
    return terms.frequency(features).set_index("term")["count"]


def _npmi(features, min_count):
    edges = association.cooccurrence(terms.matrix(features), min_count=min_count)
    return association.associate(edges, ["npmi"]).set_index(["term_a", "term_b"])["npmi"]
