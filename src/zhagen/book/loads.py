"""Tables on the wording of a document: computed from the original where it is attached, read as published otherwise."""

from zhagen.book.wording import dictionary_effects, document_diversity
from zhagen.documents.outline import read_outline
from zhagen.documents.published import computed_or_read, read_published
from zhagen.documents.recipe import read_recipe
from zhagen.extraction.pipeline import extract
from zhagen.statistics.passages import code_passages, in_codebook_order, typed_passages, with_ancestors
from zhagen.statistics.terms import term_features, typed_features


def load_features(doc_id):
    """Return the features of a document: computed from the original where it is attached, read as shipped otherwise.

    The digest is never counted: its wording is ours, not the authors'.

    Returns a data frame as `term_features`; ``attrs["edition"]`` says ``original`` or ``published``, ``attrs["why"]`` why.
    Raises `SourceError` for an unknown id, and where there is neither original nor features.

    >>> load_features("haier").attrs["edition"] in ("original", "published")
    True
    """
    found = computed_or_read(
        doc_id, "terms", lambda document: term_features(read_outline(document, read_recipe(doc_id)))
    )
    return typed_features(found)


def load_passages(doc_id, roll_up=False):
    """Return the passages of a document: computed from the original where it is attached, read as published otherwise.

    Never those of the digest: where a label is mentioned depends on the wording, and that is ours there.

    Returns a data frame as `code_passages`; ``attrs["edition"]`` says ``original`` or ``published``, ``attrs["why"]`` why.
    Raises `SourceError` for an unknown id, and where there is neither original nor published table.

    >>> load_passages("haier").attrs["edition"] in ("original", "published")
    True
    """
    found = computed_or_read(
        doc_id, "passages", lambda document: code_passages(extract(doc_id, edition="original"), roll_up)
    )
    if found.attrs["edition"] == "original":
        return found
    attrs, codes = found.attrs, read_published(doc_id, "codes")
    found = typed_passages(found)
    found = in_codebook_order(with_ancestors(found, codes) if roll_up else found, codes)
    found.attrs |= attrs
    return found


def load_wording(doc_id, name):
    """Return a table on the wording of a document, computed from the original where it is attached, else as published.

    Parameters
    ----------
    name : ``document_diversity`` | ``dictionary_effects``, the functions of this module.

    Returns a data frame; ``attrs`` and errors as in `zhagen.documents.published.computed_or_read`.

    >>> load_wording("haier", "diversity").mattr.between(0, 1).all()
    np.True_
    """
    compute = {"diversity": document_diversity, "dictionaries": dictionary_effects}[name]
    return computed_or_read(doc_id, name, lambda document: compute(read_outline(document, read_recipe(doc_id))))
