"""All that one document gives, read in one go and written in one go."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.documents.catalog import Document, open_document
from zhagen.documents.outline import Outline, read_outline
from zhagen.documents.published import read_published
from zhagen.documents.recipe import read_recipe
from zhagen.errors import SourceError
from zhagen.extraction.boards import extract_board
from zhagen.extraction.codebook import Codebook
from zhagen.extraction.enumerations import extract_enumerations
from zhagen.extraction.matrices import extract_matrix
from zhagen.extraction.readings import build_codebook
from zhagen.extraction.readings.records import record_frame
from zhagen.extraction.statements import extract_pairs, extract_statements
from zhagen.output import write_files


@dataclass(frozen=True)
class Extraction:
    """What `extract` returns.

    Attributes
    ----------
    document : zhagen.documents.catalog.Document
        The document that was read.
    recipe : dict
        Its recipe, filled in.
    outline : zhagen.documents.outline.Outline
        Its outline.
    codebook : zhagen.extraction.codebook.Codebook
        Its codes and evidence.
    tables : dict of str to pandas.DataFrame
        Every table that is not a coding table, by its label or name.
    """

    document: Document
    recipe: dict[str, Any]
    outline: Outline
    codebook: Codebook
    tables: dict[str, pd.DataFrame]


def extract(doc_id: str, *, edition: str | None = None, source: Path | str | None = None) -> Extraction:
    """Extract everything the recipe of a document names.

    Parameters
    ----------
    doc_id : str
        An id of ``documents.toml``.
    edition : str, optional
        ``original`` or ``digest`` to ask for one; without it the original if it is attached.
    source : pathlib.Path or str, optional
        A file of the same layout to read instead.

    Returns
    -------
    Extraction
        Document, outline, codebook and tables.

    Raises
    ------
    SourceError
        If the document is unknown or cannot be read.
    RecipeError
        If it has no recipe, or the recipe is faulty.
    ExtractionError
        If the text does not fit the recipe.

    Examples
    --------
    >>> haier = extract("haier", edition="digest")
    >>> len(haier.codebook.level("dimension"))
    3
    """
    document = open_document(doc_id, edition=edition, source=source)
    rules = read_recipe(doc_id)
    read = read_outline(document, rules)
    book = build_codebook(read, rules, glosses(document))
    others = {table["label"]: record_frame(read, table) for table in rules.get("tables", []) if not table["levels"]}
    if "enumerations" in rules:
        others["列举"] = extract_enumerations(read, rules)
    others |= {entry["name"]: extract_statements(read, entry) for entry in rules.get("statements", [])}
    others |= {entry["name"]: extract_pairs(read, entry) for entry in rules.get("pairs", [])}
    others |= {entry["name"]: extract_board(read, entry) for entry in rules.get("boards", [])}
    for entry in rules.get("matrices", []):
        others[entry["name"]] = extract_matrix(read, entry, others["列举"])
    return Extraction(document, rules, read, book, others)


def glosses(document: Document) -> dict[str, str]:
    """Return our wording of the quotations of a document.

    The published glosses were put beside the original's quotations by ``zhagen publish``.

    Parameters
    ----------
    document : zhagen.documents.catalog.Document
        The document.

    Returns
    -------
    dict of str to str
        SHA-256 of a quotation -> our wording, and that wording -> itself, for copies of a digest; empty for a digest.
    """
    if document.edition == "digest":
        return {}
    try:
        published = read_published(document.id, "evidence")
    except SourceError:  # nothing is published yet: `zhagen publish` extracts before it writes
        return {}
    ours = dict(zip(published.gloss, published.gloss, strict=True))  # a copy of the digest holds our wording itself
    return ours | dict(zip(published.sha256, published.gloss, strict=True))


def write_extraction(extraction: Extraction, folder: Path | str) -> None:
    """Write an extraction as CSV, all files or none.

    Quotations stay out of the files: evidence.csv holds places, lengths, checksums and glosses.

    Parameters
    ----------
    extraction : Extraction
        What to write.
    folder : pathlib.Path or str
        Where codes.csv, evidence.csv, sections.csv and tables/<label>.csv go; it is made if it does not exist.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    book = extraction.codebook
    frames = {
        "codes.csv": book.codes,
        "evidence.csv": book.evidence.drop(columns="quotation"),
        "sections.csv": extraction.outline.sections(),
    } | {f"tables/{label}.csv": frame for label, frame in extraction.tables.items()}
    write_files(frames, folder)
