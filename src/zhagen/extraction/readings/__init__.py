"""One module for each way a study gives its codes; the recipe of a document names the reading."""

from importlib import import_module

from zhagen.extraction.codebook import assemble_codebook


def build_codebook(outline, recipe, glosses=None):
    """Build the codebook of a document.

    Parameters
    ----------
    outline : a `zhagen.documents.outline.Outline`.
    recipe : the document's recipe; ``reading`` names the module, without it the codebook is empty.
    glosses : dict, sha256 of a quotation -> our wording of it; what is not in it gets an empty gloss.

    Returns a `zhagen.extraction.codebook.Codebook`. Raises `zhagen.errors.ExtractionError` where the text does not fit.
    """
    if "reading" not in recipe:
        return assemble_codebook(outline, [], [])
    return import_module(f"zhagen.extraction.readings.{recipe['reading']}").build(outline, recipe, glosses or {})
