"""Tables on the wording of a document: computed from the original where it is attached, read as published otherwise."""

from collections.abc import Callable

import pandas as pd

from zhagen.book.wording import dictionary_effects, document_diversity
from zhagen.documents.outline import Outline, read_outline
from zhagen.documents.published import computed_or_read, read_published
from zhagen.documents.recipe import read_recipe
from zhagen.errors import ZhagenError
from zhagen.extraction.pipeline import extract
from zhagen.statistics.passages import code_passages, in_codebook_order, typed_passages, with_ancestors
from zhagen.statistics.terms import term_features, typed_features

WORDING: dict[str, Callable[[Outline], pd.DataFrame]] = {
    "diversity": document_diversity,
    "dictionaries": dictionary_effects,
}


def load_features(doc_id: str) -> pd.DataFrame:
    """Return the features of a document: computed from the original if it is attached, read as published otherwise.

    The digest is never counted: its wording is ours, not the authors'.

    Parameters
    ----------
    doc_id : str
        A document's id.

    Returns
    -------
    pandas.DataFrame
        As `term_features` returns it; ``attrs["edition"]`` says ``original`` or ``published``, ``attrs["why"]`` why.

    Raises
    ------
    SourceError
        If the id is unknown, or there is neither original nor published table.

    Examples
    --------
    >>> load_features("haier").attrs["edition"] in ("original", "published")
    True
    """
    found = computed_or_read(
        doc_id, "terms", lambda document: term_features(read_outline(document, read_recipe(doc_id)))
    )
    return typed_features(found)


def load_passages(doc_id: str, *, roll_up: bool = False) -> pd.DataFrame:
    """Return the passages of a document: computed from the original if it is attached, read as published otherwise.

    Never those of the digest: where a label is mentioned depends on the wording, and that is ours there.

    Parameters
    ----------
    doc_id : str
        A document's id.
    roll_up : bool, default False
        Whether a concept's passages count for its theme and dimension, too.

    Returns
    -------
    pandas.DataFrame
        As `code_passages` returns it; ``attrs["edition"]`` says ``original`` or ``published``, ``attrs["why"]`` why.

    Raises
    ------
    SourceError
        If the id is unknown, or there is neither original nor published table.

    Examples
    --------
    >>> load_passages("haier").attrs["edition"] in ("original", "published")
    True
    """
    found = computed_or_read(
        doc_id, "passages", lambda document: code_passages(extract(doc_id, edition="original"), roll_up=roll_up)
    )
    if found.attrs["edition"] == "original":
        return found
    attrs, codes = found.attrs, read_published(doc_id, "codes")
    found = typed_passages(found)
    found = in_codebook_order(with_ancestors(found, codes) if roll_up else found, codes)
    found.attrs |= attrs
    return found


def load_wording(doc_id: str, name: str) -> pd.DataFrame:
    """Return a table on the wording of a document, computed from the original if it is attached, else as published.

    Parameters
    ----------
    doc_id : str
        A document's id.
    name : {"diversity", "dictionaries"}
        What `document_diversity` and `dictionary_effects` return.

    Returns
    -------
    pandas.DataFrame
        The table; ``attrs["edition"]`` says ``original`` or ``published``, ``attrs["why"]`` why.

    Raises
    ------
    ZhagenError
        If there is no table of this name.
    SourceError
        If the id is unknown, or there is neither original nor published table.

    Examples
    --------
    >>> load_wording("haier", "diversity").mattr.between(0, 1).all()
    np.True_
    """
    if name not in WORDING:
        raise ZhagenError(f"there is no table {name!r} on the wording", todo=f"use one of {', '.join(WORDING)}")
    compute = WORDING[name]
    return computed_or_read(doc_id, name, lambda document: compute(read_outline(document, read_recipe(doc_id))))
