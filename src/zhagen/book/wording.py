"""Wording: what can be computed from the full wording of a document only, and so is published with its numbers, not its
sentences.

Lexical diversity needs the words in their order; other dictionaries need the text itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.output import write_files
from zhagen.paths import data_folder
from zhagen.statistics.association import add_measures, cooccurrence_table
from zhagen.statistics.diversity import diversity_measures
from zhagen.statistics.sensitivity import sensitivity_table
from zhagen.statistics.terms import term_features, term_frequency, term_matrix
from zhagen.text.segmentation import segment, strip_citations

if TYPE_CHECKING:
    from zhagen.documents.outline import Outline

MIN_COUNT = 3
TOP = 30
PARTS = {"user dictionary": "userdict.txt", "synonyms": "synonyms.tsv", "stop words": "stopwords.txt"}


def document_diversity(outline: Outline) -> pd.DataFrame:
    """Measure the lexical diversity of a document's prose.

    Its words are those of its sentences in their order; citations, punctuation and numbers are left out, function words
    are not.

    Parameters
    ----------
    outline : Outline
        Blocks and sentences of the document.

    Returns
    -------
    pandas.DataFrame
        One row: ``doc_id`` (str), ``words``, ``types`` (int), ``ttr``, ``mattr`` (window 50), ``mtld`` (float); see
        `diversity_measures`.

    Examples
    --------
    >>> from zhagen.documents import open_document, read_outline, read_recipe
    >>> digest = read_outline(open_document("community", edition="digest"), read_recipe("community"))
    >>> document_diversity(digest).columns.tolist()
    ['doc_id', 'words', 'types', 'ttr', 'mattr', 'mtld']
    """
    texts = [strip_citations(text) for text in outline.sentences().text]
    words = [word for text in texts for word in segment(text) if word[0].isalpha()]
    return pd.DataFrame([{"doc_id": outline.document.id, **diversity_measures(words)}])


def dictionary_effects(outline: Outline) -> pd.DataFrame:
    """Compare word counts and NPMI of a document with the same under other dictionaries.

    Parameters
    ----------
    outline : Outline
        Blocks and sentences of the document.

    Returns
    -------
    pandas.DataFrame
        One row a variant of `lexicon_variants` and a statistic: ``doc_id``, ``statistic`` (``count`` of the terms;
        ``npmi`` of the pairs that meet in 3 sentences when cut with the shipped lexicon, so that one list of pairs is
        compared), and the columns of `sensitivity_table` for the top 30. If no pair meets so often there is no row of
        ``npmi``.

    Examples
    --------
    >>> from zhagen.documents import open_document, read_outline, read_recipe
    >>> digest = read_outline(open_document("xiaomi", edition="digest"), read_recipe("xiaomi"))
    >>> dictionary_effects(digest).statistic.unique().tolist()
    ['count', 'npmi']
    """
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


def _counts(features: pd.DataFrame) -> pd.Series:
    return term_frequency(features).set_index("term")["count"]


def _npmi(features: pd.DataFrame, min_count: int) -> pd.Series:
    edges = cooccurrence_table(term_matrix(features), min_count=min_count)
    return add_measures(edges, ["npmi"]).set_index(["term_a", "term_b"])["npmi"]


def lexicon_variants(outline: Outline, folders: Mapping[str, Path | str] | None = None) -> dict[str, pd.DataFrame]:
    """Return the features of a document by several lexicons.

    Parameters
    ----------
    outline : Outline
        The words must be cut anew: of the original, if it is attached, or of the digest, whose wording is ours.
    folders : mapping, optional
        Name -> folder of a lexicon. Without it: the shipped lexicon without its user dictionary, without its synonyms
        and without its stop words (`lexicon_without`), and the shipped lexicon with guessing of unknown words.

    Returns
    -------
    dict
        Name -> features: ``shipped lexicon`` (the baseline), and the variants. A term can have another label in another
        variant: without synonyms each spelling is its own.

    Raises
    ------
    ZhagenError
        If a lexicon is broken.

    Examples
    --------
    >>> from zhagen.documents import open_document, read_outline, read_recipe
    >>> digest = read_outline(open_document("haier", edition="digest"), read_recipe("haier"))
    >>> list(lexicon_variants(digest, {"the same": data_folder() / "lexicon"}))
    ['shipped lexicon', 'the same']
    """
    found = {"shipped lexicon": term_features(outline)}
    if folders is not None:
        return found | {name: term_features(outline, folder) for name, folder in folders.items()}
    shipped = data_folder() / "lexicon"
    ready = _ready_made(shipped, tuple((shipped / name).read_bytes() for name in PARTS.values()))[0]
    found |= {name: term_features(outline, folder) for name, folder in ready.items()}
    return found | {"with guessed words": term_features(outline, hmm=True)}


def lexicon_without(folder: Path | str, part: str) -> Path:
    """Write the shipped lexicon without one of its parts.

    Parameters
    ----------
    folder : pathlib.Path or str
        Where to write it; made if it does not exist.
    part : {"user dictionary", "synonyms", "stop words"}
        The part to leave empty.

    Returns
    -------
    pathlib.Path
        The folder, a lexicon for `term_features`.

    Raises
    ------
    ZhagenError
        If there is no such part, or if the folder holds a lexicon: it may be the reader's own.

    Examples
    --------
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


@lru_cache(1)
def _ready_made(shipped: Path, contents: tuple[bytes, ...]) -> tuple[dict[str, Path], tempfile.TemporaryDirectory]:
    """Return the folders of the ready-made variants, and what deletes them when the process ends.

    They are written once, because a lexicon is kept in memory by its folder, and anew when `contents` of the `shipped`
    lexicon have changed.
    """
    place = tempfile.TemporaryDirectory(prefix="zhagen-")
    return {f"without {part}": lexicon_without(Path(place.name) / part, part) for part in PARTS}, place
