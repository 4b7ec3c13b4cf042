"""Wording: what only the full wording of a document tells, and so is published with its numbers, not its sentences.

Lexical diversity needs the words in their order; other dictionaries need the text itself.
"""

import tempfile
from functools import cache
from pathlib import Path

from zhagen.errors import ZhagenError
from zhagen.output import write_files
from zhagen.paths import data_folder
from zhagen.statistics.association import add_measures, cooccurrence_table
from zhagen.statistics.diversity import diversity_measures
from zhagen.statistics.sensitivity import sensitivity_table
from zhagen.statistics.terms import term_features, term_frequency, term_matrix
from zhagen.text.segmentation import segment, strip_citations

MIN_COUNT = 3
TOP = 30
PARTS = {"user dictionary": "userdict.txt", "synonyms": "synonyms.tsv", "stop words": "stopwords.txt"}


def document_diversity(outline):
    """Measure the lexical diversity of a document's prose.

    Parameters
    ----------
    outline : a `zhagen.documents.outline.Outline`. Its words are those of its sentences in their order, citations, punctuation
        and numbers left out, function words not.

    Returns a data frame of one row: doc_id, words, types, ttr, mattr (window 50), mtld; see `zhagen.statistics.diversity`.

    >>> from zhagen.documents.catalog import open_document
    >>> from zhagen.documents.outline import read_outline
    >>> from zhagen.documents.recipe import read_recipe
    >>> digest = read_outline(open_document("community", edition="digest"), read_recipe("community"))
    >>> document_diversity(digest).columns.tolist()
    ['doc_id', 'words', 'types', 'ttr', 'mattr', 'mtld']
    """
    import pandas as pd

    texts = [strip_citations(text) for text in outline.sentences().text]
    words = [word for text in texts for word in segment(text) if word[0].isalpha()]
    return pd.DataFrame([{"doc_id": outline.document.id, **diversity_measures(words)}])


def dictionary_effects(outline):
    """Hold word counts and NPMI of a document against the same with other dictionaries.

    Parameters
    ----------
    outline : a `zhagen.documents.outline.Outline`.

    Returns a data frame, one row a variant of `zhagen.book.wording.lexicon_variants` and a statistic: doc_id, statistic
    (``count`` of the terms; ``npmi`` of the pairs that meet in 3 sentences when cut with the shipped lexicon, so that
    one list of pairs is compared), and what `zhagen.statistics.sensitivity.sensitivity_table` tells of the top 30. Where no pair meets
    so often there is no row of ``npmi``.

    >>> from zhagen.documents.catalog import open_document
    >>> from zhagen.documents.outline import read_outline
    >>> from zhagen.documents.recipe import read_recipe
    >>> digest = read_outline(open_document("xiaomi", edition="digest"), read_recipe("xiaomi"))
    >>> dictionary_effects(digest).statistic.unique().tolist()
    ['count', 'npmi']
    """
    import pandas as pd

    variants = lexicon_variants(outline)
    pairs = _npmi(next(iter(variants.values())), MIN_COUNT).index
    statistics = {
        "count": _counts,
        "npmi": lambda features: _npmi(features, 1).loc[lambda found: found.index.isin(pairs)],
    }
    tables = [
        sensitivity_table(statistic, variants, top=TOP).assign(statistic=name)
        for name, statistic in statistics.items()
        if name == "count" or len(pairs)
    ]
    found = pd.concat(tables, ignore_index=True).assign(doc_id=outline.document.id)
    return found[["doc_id", "statistic", *found.columns.drop(["doc_id", "statistic"])]]


def _counts(features):
    return term_frequency(features).set_index("term")["count"]


def _npmi(features, min_count):
    edges = cooccurrence_table(term_matrix(features), min_count=min_count)
    return add_measures(edges, ["npmi"]).set_index(["term_a", "term_b"])["npmi"]


def lexicon_variants(outline, folders=None):
    """Return the features of a document by several lexicons.

    Parameters
    ----------
    outline : a `zhagen.documents.outline.Outline`, for the words must be cut anew: of the original, where it is attached, or of
        the digest, whose wording is ours.
    folders : dict, name -> folder of a lexicon. None takes the shipped lexicon without its user dictionary, without its
        synonyms and without its stop words (`lexicon_without`), and the shipped lexicon with guessing of unknown words.

    Returns a dict, name -> features: shipped lexicon (the baseline), and the variants. A term can be another label in
    another variant: without synonyms each spelling is its own. Raises `ZhagenError` where a lexicon is broken.

    >>> from zhagen.documents.catalog import open_document
    >>> from zhagen.documents.outline import read_outline
    >>> from zhagen.documents.recipe import read_recipe
    >>> digest = read_outline(open_document("haier", edition="digest"), read_recipe("haier"))
    >>> list(lexicon_variants(digest, {"the same": data_folder() / "lexicon"}))
    ['shipped lexicon', 'the same']
    """
    guessed = {"with guessed words": term_features(outline, hmm=True)} if folders is None else {}
    folders = _ready_made(data_folder())[0] if folders is None else folders
    found = {"shipped lexicon": term_features(outline)}
    return found | {name: term_features(outline, folder) for name, folder in folders.items()} | guessed


def lexicon_without(folder, part):
    """Write the shipped lexicon without one of its parts.

    Parameters
    ----------
    folder : where to write it; made if it is not there.
    part : ``user dictionary`` | ``synonyms`` | ``stop words``.

    Returns the folder as a path, a lexicon for `zhagen.statistics.terms.term_features`. Raises `ZhagenError` for another part, and
    where the folder holds a lexicon: it may be the reader's own.

    >>> with tempfile.TemporaryDirectory() as place:
    ...     lexicon_without(place, "synonyms").joinpath("synonyms.tsv").read_text()
    ''
    """
    if part not in PARTS:
        raise ZhagenError(f"a lexicon has no part {part!r}", todo=f"use one of {', '.join(PARTS)}")
    folder = Path(folder)
    if any((folder / name).exists() for name in PARTS.values()):
        raise ZhagenError(f"there is a lexicon in {folder}", todo="name another folder")
    files = {name: (data_folder() / "lexicon" / name).read_bytes() for name in PARTS.values()}
    write_files(files | {PARTS[part]: b""}, folder)
    return folder


@cache
def _ready_made(shipped):
    """Return the folders of the ready-made variants, and what deletes them when the process ends.

    They are written once, for a lexicon is kept in memory by its folder. `shipped` is the folder they are made from.
    """
    place = tempfile.TemporaryDirectory(prefix="zhagen-")
    return {f"without {part}": lexicon_without(Path(place.name) / part, part) for part in PARTS}, place
