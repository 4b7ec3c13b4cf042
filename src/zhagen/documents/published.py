"""What the repository ships of the originals, read back: one table a kind, all documents in it."""

from functools import cache

from zhagen.documents.catalog import ATTACH, find_original, open_document
from zhagen.errors import SourceError
from zhagen.paths import data_folder
from zhagen.vocabulary import REASONS

MEASURED = (  # numbers of the tables on wording
    *("words", "types", "ttr", "mattr", "mtld"),
    *("shared", "only_baseline", "only_other", "spearman", "top_jaccard", "top_kept", "rbo"),
    *("sign_changes", "sign_share"),
)
WHOLE = ("line_start", "line_end", "line", "paragraph", "sentence")  # may be missing


def read_published(doc_id, name):
    """Read the rows of one document from a published table.

    Parameters
    ----------
    doc_id : a document's id; None for all documents.
    name : ``documents`` | ``sections`` | ``codes`` | ``evidence`` | ``edges`` | ``claims`` | ``citations`` |
        ``passages`` | ``terms`` | ``diversity`` | ``dictionaries``.

    Returns a data frame; line numbers are those of the original. Raises `SourceError` where the table is not there.

    >>> read_published("haier", "codes").level.nunique()
    3
    """
    found = _table(data_folder() / "published" / f"{name}.csv")
    return found.copy() if doc_id is None else found[_owner(found) == doc_id].reset_index(drop=True)


def computed_or_read(doc_id, name, compute):
    """Compute a table from the original where it is attached, and read it as published otherwise.

    What depends on the wording is never computed from the digest, for its wording is ours.

    Parameters
    ----------
    name : see `read_published`.
    compute : function, `zhagen.documents.catalog.Document` -> data frame.

    Returns the data frame; ``attrs["edition"]`` says ``original`` or ``published``, ``attrs["why"]`` why. Raises
    `SourceError` for an unknown id, and where there is neither original nor published table.
    """
    original, reason = find_original(doc_id)
    if original:
        document = open_document(doc_id, edition="original")
        found, edition = compute(document), document.edition
    else:
        found, edition, reason = read_published(doc_id, name), "published", reason + REASONS["so the published"]
        if found.empty:
            raise SourceError(f"{doc_id} has neither its original nor published {name}", todo=ATTACH)
    found.attrs |= {"edition": edition, "why": reason.english, "why_zh": reason.chinese}
    return found


def _owner(frame):
    """Return the document of each row: said by doc_id, or the first part of the id in the first column."""
    return frame.doc_id if "doc_id" in frame else frame.iloc[:, 0].str.partition("-")[0]


@cache
def _table(path):
    import pandas as pd

    if not path.is_file():
        raise SourceError(f"nothing is published as {path.name}", todo="run: make publish")
    names = pd.read_csv(path, nrows=0).columns
    whole = {name: "Int64" for name in names if name in WHOLE}
    numbers = ("place", "count", "n_chars", "recomputed", *MEASURED)
    texts = {name: str for name in names if name not in (*whole, *numbers, "level")}
    gaps = {name: [""] for name in (*whole, "recomputed") if name in names}
    return pd.read_csv(path, dtype=whole | texts, keep_default_na=False, na_values=gaps)
