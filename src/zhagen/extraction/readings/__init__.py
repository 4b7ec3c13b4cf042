"""One module for each way a study gives its codes; the recipe of a document names the reading."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from zhagen.documents.outline import Outline
from zhagen.extraction.codebook import Codebook, assemble_codebook

Builder = Callable[[Outline, dict[str, Any], Mapping[str, str]], Codebook]


def build_codebook(outline: Outline, recipe: dict[str, Any], glosses: Mapping[str, str] | None = None) -> Codebook:
    """Build the codebook of a document.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    recipe : dict
        The document's recipe; ``reading`` names the module, without it the codebook is empty.
    glosses : mapping of str to str, optional
        Checksum (SHA-256) of a quotation -> our wording of it; a quotation that is not in it gets an empty gloss.

    Returns
    -------
    Codebook
        Codes and evidence.

    Raises
    ------
    ExtractionError
        If the text does not fit the recipe.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> haier = extract("haier", edition="digest")
    >>> len(build_codebook(haier.outline, haier.recipe).codes)
    30
    """
    if "reading" not in recipe:
        return assemble_codebook(outline, [], [])
    build: Builder = import_module(f"zhagen.extraction.readings.{recipe['reading']}").build
    return build(outline, recipe, glosses or {})
