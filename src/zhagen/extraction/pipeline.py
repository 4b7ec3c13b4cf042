"""All that one document gives, read in one go and written in one go."""

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen import __version__
from zhagen.documents.catalog import Document, digest_path, find_original, open_document
from zhagen.documents.outline import Outline, read_outline
from zhagen.documents.published import read_published
from zhagen.documents.recipe import read_recipe
from zhagen.errors import OutputError, SourceError
from zhagen.extraction.boards import extract_board
from zhagen.extraction.codebook import Codebook, mark_look_alikes
from zhagen.extraction.confirmation import confirm_codebook, confirm_tables
from zhagen.extraction.enumerations import extract_enumerations
from zhagen.extraction.matrices import extract_matrix
from zhagen.extraction.naming import COLUMNS, Names, compare_names, mark_names
from zhagen.extraction.readings import build_codebook
from zhagen.extraction.readings.records import record_frame
from zhagen.extraction.statements import extract_pairs, extract_statements
from zhagen.output import guard_cells, refuse_others, write_folder

MANIFEST = "extraction.json"  # in a folder of results: of which document, which files


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
    differences : pandas.DataFrame
        Of a copy, the names that its tables and other places of it do not have in common, as
        `zhagen.extraction.compare_names` returns them; else empty.
    """

    document: Document
    recipe: dict[str, Any]
    outline: Outline
    codebook: Codebook
    tables: dict[str, pd.DataFrame]
    differences: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))

    @property
    def names(self) -> Names:
        """The names of its codes and tables, with the outline."""
        return Names(self.outline, self.codebook, self.tables)


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
    headers = {column["header"] for table in rules.get("tables", []) for column in table["columns"]}
    book = mark_look_alikes(confirm_codebook(document, build_codebook(read, rules, glosses(document)), headers))
    others = {table["label"]: record_frame(read, table) for table in rules.get("tables", []) if not table["levels"]}
    listed = extract_enumerations(read, rules)
    if "enumerations" in rules:
        others["列举"] = listed
    found = {entry["name"]: extract_statements(read, entry) for entry in rules.get("statements", [])}
    found |= {entry["name"]: extract_pairs(read, entry) for entry in rules.get("pairs", [])}
    found |= {entry["name"]: extract_board(read, entry) for entry in rules.get("boards", [])}
    digest = _edition(doc_id, "digest") if document.edition == "file" and digest_path(doc_id).is_file() else None
    if digest:
        confirm_tables(document, found, digest.tables)
    others |= found
    for entry in rules.get("matrices", []):
        others[entry["name"]] = extract_matrix(read, entry, listed, rules.get("pairs", []))
    extraction = Extraction(document, rules, read, book, others)
    return _with_differences(extraction, digest) if digest else extraction


def _edition(doc_id: str, edition: str) -> Extraction:
    """Extract an edition that a copy is compared with."""
    return extract(doc_id, edition=edition)


def _with_differences(copy: Extraction, digest: Extraction) -> Extraction:
    """Mark the names of a copy that its tables and the rest of its text do not have in common."""
    original = _edition(copy.document.id, "original") if find_original(copy.document.id)[0] else None
    differences = compare_names(copy.names, digest.names, original.names if original else None)
    book, tables = mark_names(copy.names, differences)
    return replace(copy, codebook=book, tables=tables, differences=differences)


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


def write_extraction(extraction: Extraction, folder: Path | str, *, force: bool = False) -> None:
    """Write an extraction as CSV, so that the folder holds one extraction, the whole old one or the whole new one.

    Quotations stay out of the files: evidence.csv holds places, lengths, checksums and glosses. Tables that an earlier
    extraction of the document had, and this one has not, are removed; other files stay. A cell that a spreadsheet would
    run as a formula gets an apostrophe before it (`zhagen.output.guard_cells`). Lines are those of the file, also where
    blank lines of it were left out (`zhagen.documents.catalog.Document.numbers`).

    Parameters
    ----------
    extraction : Extraction
        What to write.
    folder : pathlib.Path or str
        Where codes.csv, evidence.csv, sections.csv, tables/<label>.csv and extraction.json go, which names the
        document, its edition, the files, and those that have guarded cells; it is made if it does not exist.
    force : bool, default False
        Overwrite the extraction of another document, and files that no extraction wrote.

    Raises
    ------
    OutputError
        If the folder holds the extraction of another document, or a file of one of these names that no extraction
        wrote, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_extraction(extract("haier", edition="digest"), folder)
    ...     json.loads(Path(folder, MANIFEST).read_text("utf-8"))["document"]
    'haier'
    """
    document, book, folder = extraction.document, extraction.codebook, Path(folder)
    before = _written_before(folder)
    if before["document"] not in ("", document.id) and not force:
        todo = "choose another folder, or overwrite it with --force (in Python: force=True)"
        raise OutputError(f"it holds the extraction of {before['document']}", str(folder), todo)
    tables = {f"tables/{label}.csv": _named(frame, document.id) for label, frame in extraction.tables.items()}
    files = {
        "codes.csv": book.codes,
        "evidence.csv": book.evidence.drop(columns="quotation"),
        "sections.csv": extraction.outline.sections(),
    } | tables
    files = {name: _in_file(frame, document) for name, frame in files.items()}
    ours = [*before["files"], *([MANIFEST] if before["document"] else [])]
    refuse_others([*files, MANIFEST], folder, ours, force=force)
    about = {
        "document": document.id,
        "edition": document.edition,
        "file": document.path.name,
        "sha256": hashlib.sha256(document.raw.encode()).hexdigest(),
        "zhagen": __version__,
        "files": list(files),
        "guarded": [name for name, frame in files.items() if guard_cells(frame) is not frame],
    }
    manifest = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
    write_folder(files | {MANIFEST: manifest}, folder, gone=before["files"])


def _written_before(folder: Path) -> dict[str, Any]:
    """Return which document's extraction a folder holds ("" if none), and its files."""
    try:
        about = json.loads((folder / MANIFEST).read_text("utf-8"))
        return {"document": str(about["document"]), "files": [name for name in about["files"] if _inside(name)]}
    except (OSError, ValueError, KeyError, TypeError):  # none, or not ours
        return {"document": "", "files": []}


def _in_file(frame: pd.DataFrame, document: Document) -> pd.DataFrame:
    """Give lines as they are in the file, where blank lines of it were left out."""
    places = {name for name in ("line", "line_start", "line_end") if document.numbers and name in frame}
    return frame.assign(**{name: frame[name].map(document.file_line, na_action="ignore") for name in places})


def _inside(name: str) -> bool:
    return bool(re.fullmatch(r"(tables/)?[^/\\]+\.csv", name))


def _named(frame: pd.DataFrame, doc_id: str) -> pd.DataFrame:
    """Let each row of a table say which document it is of."""
    if "doc_id" in frame:
        return frame
    return pd.concat([pd.Series(doc_id, frame.index, name="doc_id"), frame], axis=1)
