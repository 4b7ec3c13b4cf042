"""All that one document gives, read in one go and written in one go."""

from dataclasses import dataclass

from zhagen.documents.catalog import open_document
from zhagen.documents.outline import read_outline
from zhagen.documents.published import read_published
from zhagen.documents.recipe import read_recipe
from zhagen.errors import SourceError
from zhagen.extraction.enumerations import extract_enumerations
from zhagen.extraction.readings import build_codebook
from zhagen.extraction.readings.records import record_frame
from zhagen.extraction.statements import extract_pairs, extract_statements
from zhagen.output import write_files


@dataclass(frozen=True)
class Extraction:
    """What `extract` returns.

    Attributes
    ----------
    document : the `zhagen.Document` that was read.
    recipe : its recipe, a dict.
    outline : its `zhagen.documents.outline.Outline`.
    codebook : its `zhagen.extraction.codebook.Codebook`.
    tables : dict, label -> data frame, of every table that is not a coding table.
    """

    document: object
    recipe: dict
    outline: object
    codebook: object
    tables: dict


def extract(doc_id, *, edition=None, source=None):
    """Extract everything the recipe of a document names.

    Parameters
    ----------
    doc_id, edition, source : as for `zhagen.open`.

    Returns an `Extraction`. Raises `zhagen.ZhagenError` where the text does not fit the recipe.

    >>> haier = extract("haier", edition="digest")
    >>> len(haier.codebook.level("dimension"))
    3
    """
    document = open_document(doc_id, edition=edition, source=source)
    rules = read_recipe(doc_id)
    read = read_outline(document, rules)
    book = build_codebook(read, rules, glosses(document))
    others = {
        table["label"]: record_frame(read, table) for table in rules.get("tables", []) if not table["levels"]
    }
    if "enumerations" in rules:
        others["列举"] = extract_enumerations(read, rules)
    others |= {entry["name"]: extract_statements(read, entry) for entry in rules.get("statements", [])}
    others |= {entry["name"]: extract_pairs(read, entry) for entry in rules.get("pairs", [])}
    return Extraction(document, rules, read, book, others)


def glosses(document):
    """Return our wording of quotations by their sha256, and by that wording: a digest's own, else the published ones.

    The published glosses were put beside the original's quotations by ``zhagen publish``.
    """
    if document.edition == "digest":
        return {}
    try:
        published = read_published(document.id, "evidence")
    except SourceError:  # nothing is published yet: `zhagen publish` extracts before it writes
        return {}
    ours = dict(zip(published.gloss, published.gloss, strict=True))  # a copy of the digest holds our wording itself
    return ours | dict(zip(published.sha256, published.gloss, strict=True))


def write_extraction(extraction, folder):
    """Write codes.csv, evidence.csv, sections.csv and tables/<label>.csv to a folder, all of them or none.

    Quotations stay out of the files: evidence.csv holds places, lengths, checksums and glosses. Raises `OutputError`
    where the folder cannot be written.
    """
    book = extraction.codebook
    frames = {
        "codes.csv": book.codes,
        "evidence.csv": book.evidence.drop(columns="quotation"),
        "sections.csv": extraction.outline.sections(),
    } | {f"tables/{label}.csv": frame for label, frame in extraction.tables.items()}
    write_files(frames, folder)
