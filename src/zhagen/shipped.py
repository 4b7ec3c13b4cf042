"""What the repository ships of the originals, read back: one table a kind, all documents in it."""

from functools import cache

from zhagen.catalog import data_folder
from zhagen.errors import SourceError

WHOLE = ("line_start", "line_end", "line")


def read(doc_id, name):
    """Read the rows of one document from a published table.

    Parameters
    ----------
    doc_id : a document's id; None for all documents.
    name : ``documents`` | ``sections`` | ``codes`` | ``evidence`` | ``edges`` | ``claims`` | ``citations`` | ``terms``.

    Returns a data frame; line numbers are those of the original. Raises `SourceError` where the table is not there.

    >>> read("haier", "codes").level.nunique()
    3
    """
    found = _table(data_folder() / "published" / f"{name}.csv")
    return found.copy() if doc_id is None else found[_owner(found) == doc_id].reset_index(drop=True)


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
    numbers = ("paragraph", "sentence", "count", "level_number", "n_chars", "recomputed")
    texts = {name: str for name in names if name not in (*whole, *numbers, "level")}
    gaps = {name: [""] for name in (*whole, "recomputed") if name in names}
    return pd.read_csv(path, dtype=whole | texts, keep_default_na=False, na_values=gaps)
