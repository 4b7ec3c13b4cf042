"""What the repository ships of the originals, read back: one table a kind, all documents in it."""

import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhagen.documents.catalog import ATTACH, Document, catalog_entry, document_ids, find_original, open_document
from zhagen.errors import SourceError
from zhagen.output import unguard_cells
from zhagen.paths import data_folder, file_stamp
from zhagen.vocabulary import REASONS

if TYPE_CHECKING:  # pandas is loaded when a table is read: the package itself stays quick to import
    import pandas as pd

MEASURED = (  # numbers of the tables on wording
    *("words", "types", "ttr", "mattr", "mtld"),
    *("shared", "only_baseline", "only_other", "spearman", "top_jaccard", "top_kept", "rbo"),
    *("sign_changes", "sign_share"),
)
NUMBERS = ("place", "row", "count", "n_chars", "recomputed", *MEASURED)
WHOLE = ("line_start", "line_end", "line", "other_line", "paragraph", "sentence")  # may be missing
KEPT = 32  # tables that are held in memory, the oldest goes


def read_published(doc_id: str | None, name: str) -> "pd.DataFrame":
    """Read the rows of one document from a published table.

    Parameters
    ----------
    doc_id : str or None
        A document's id; None for all documents.
    name : str
        ``documents`` | ``sections`` | ``codes`` | ``evidence`` | ``edges`` | ``claims`` | ``citations`` |
        ``passages`` | ``terms`` | ``diversity`` | ``dictionaries`` | ``boards`` | ``matrices`` | ``pairs`` |
        ``echoes``.

    Returns
    -------
    pandas.DataFrame
        The rows; line numbers are those of the original.

    Raises
    ------
    SourceError
        If the table is missing or cannot be read: the message names file and line.

    Examples
    --------
    >>> read_published("haier", "codes").level.nunique()
    3
    """
    path = data_folder() / "published" / f"{name}.csv"
    found = _table(path, file_stamp(path))
    if doc_id is None:
        return found.copy()
    owner = found.doc_id if "doc_id" in found else row_owners(found.iloc[:, 0])
    return found[owner == doc_id].reset_index(drop=True)


def computed_or_read(doc_id: str, name: str, compute: "Callable[[Document], pd.DataFrame]") -> "pd.DataFrame":
    """Compute a table from the original where it is attached, and read it as published otherwise.

    What depends on the wording is never computed from the digest, for its wording is ours.

    Parameters
    ----------
    doc_id : str
        A document's id.
    name : str
        The table, see `read_published`.
    compute : callable
        Document -> data frame.

    Returns
    -------
    pandas.DataFrame
        The table; ``attrs["edition"]`` is ``original`` or ``published``, ``attrs["why"]`` is the reason in English,
        ``attrs["why_zh"]`` in Chinese.

    Raises
    ------
    SourceError
        If the id is unknown, or there is neither original nor published table.
    """
    original, reason = find_original(doc_id)
    if original:
        document = open_document(doc_id, edition="original")
        found, edition = compute(document), document.edition
    else:
        if not catalog_entry(doc_id)[
            "sha256"
        ]:  # an own text: it has no original to attach, and is in no published table
            todo = "compute it from the text: extract(id).outline is what term_features and the like take"
            raise SourceError(f"{doc_id} has neither its original nor published {name}", todo=todo)
        found, edition, reason = read_published(doc_id, name), "published", reason + REASONS["so the published"]
        if found.empty:
            raise SourceError(f"{doc_id} has neither its original nor published {name}", todo=ATTACH)
    found.attrs |= {"edition": edition, "why": reason.english, "why_zh": reason.chinese}
    return found


def row_owners(ids: "pd.Series", documents: Iterable[str] | None = None) -> "pd.Series":
    """Return the document that each id belongs to.

    The ids of codes, sections, models and claims begin with that of their document and a hyphen; a document's id may
    have hyphens too, so the longest one that fits is taken.

    Parameters
    ----------
    ids : pandas.Series
        Ids, or documents' own ids.
    documents : iterable of str, optional
        The ids of the documents; those of ``documents.toml`` if left out.

    Returns
    -------
    pandas.Series
        Documents' ids (str), with the same index; empty for an id of none of the documents.

    Examples
    --------
    >>> import pandas as pd
    >>> row_owners(pd.Series(["haier-fig1", "haier", "nobody-1"])).tolist()
    ['haier', 'haier', '']
    """
    known = sorted(set(document_ids() if documents is None else documents), key=len, reverse=True)
    pattern = f"({'|'.join(map(re.escape, known)) or '(?!)'})(?:-|$)"
    return ids.astype(str).str.extract(f"^{pattern}", expand=False).fillna("")


@lru_cache(KEPT)
def _table(path: Path, stamp: object) -> "pd.DataFrame":
    """Read a table; `stamp` makes an edited file another one."""
    import pandas as pd

    if stamp is None:
        raise SourceError(f"nothing is published as {path.name}", todo="run: zhagen publish")
    try:
        names = pd.read_csv(path, nrows=0, encoding="utf-8-sig").columns
        kinds: dict[str, Any] = {name: "Int64" for name in names if name in WHOLE}
        gaps = {name: [""] for name in (*kinds, "recomputed") if name in names}
        kinds |= {name: str for name in names if name not in (*kinds, *NUMBERS, "level")}
        found = pd.read_csv(path, dtype=kinds, keep_default_na=False, na_values=gaps, encoding="utf-8-sig")
        if not isinstance(found.index, pd.RangeIndex):
            raise ValueError("its rows have more fields than its header")
        lacking = [name for name in _fields(path) if name not in names]
        if lacking:
            raise ValueError(f"it has no column {lacking[0]}, which datapackage.json lists")
    except (OSError, ValueError, KeyError, TypeError) as error:  # among them UnicodeDecodeError and pandas' errors
        raise SourceError(f"{path.name} cannot be read: {error}", str(path), "restore the published files") from error
    return unguard_cells(found)


def _fields(path: Path) -> list[str]:
    """Return the columns that the data package says a table has; none if the package does not list it."""
    package = path.with_name("datapackage.json")
    listed = json.loads(package.read_text(encoding="utf-8-sig"))["resources"] if package.is_file() else []
    schemas = [entry["schema"] for entry in listed if entry["path"] == path.name]
    return [field["name"] for field in schemas[0]["fields"]] if schemas else []
