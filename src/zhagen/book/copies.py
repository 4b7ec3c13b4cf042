"""Changed copies: extract from a digest, or with data, that a reader changed; nothing of the book is touched."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zhagen.documents.catalog import open_document
from zhagen.extraction.pipeline import extract
from zhagen.paths import data_folder

if TYPE_CHECKING:
    from zhagen.extraction.pipeline import Extraction


def extract_changed(doc_id: str, change: Callable[[str], str]) -> Extraction:
    """Extract from a changed copy of a document's digest.

    Always the digest, so that the result does not depend on what is attached.

    Parameters
    ----------
    doc_id : str
        An id of ``documents.toml``.
    change : callable
        Takes the text of the digest, returns the changed text.

    Returns
    -------
    Extraction
        As `zhagen.extract` gives it; the copy is deleted again.

    Raises
    ------
    ZhagenError
        If the changed text does not fit the recipe.

    Examples
    --------
    >>> changed = extract_changed("haier", lambda text: text.replace("源点建立", "源头建立"))
    >>> changed.codebook.level("theme").label.iloc[0]
    '需求源头建立'
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "副本.txt"
        copy.write_text(change(open_document(doc_id, edition="digest").raw), encoding="utf-8")
        return extract(doc_id, source=copy)


def extract_with_data(doc_id: str, files: Mapping[str, str]) -> Extraction:
    """Extract from a document's digest with some files of the data replaced.

    Parameters
    ----------
    doc_id : str
        An id of ``documents.toml``.
    files : mapping
        Path inside the data folder, such as ``recipes/haier.toml`` -> the new content.

    Returns
    -------
    Extraction
        As `zhagen.extract` gives it; the data themselves are not changed.

    Raises
    ------
    ZhagenError
        If a file does not follow its schema, or the text does not fit it.

    Examples
    --------
    >>> coding = data_folder() / "codings" / "whitepaper" / "open_coding.toml"
    >>> files = {"codings/whitepaper/open_coding.toml": coding.read_text(encoding="utf-8")}
    >>> len(extract_with_data("whitepaper", files).codebook.codes) > 0
    True
    """
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        shutil.copytree(data_folder(), data, ignore=shutil.ignore_patterns("sources"))
        for name, content in files.items():
            (data / name).write_text(content, encoding="utf-8")
        with data_at(data):
            return extract(doc_id, edition="digest")


@contextmanager
def data_at(folder: Path) -> Iterator[None]:
    """Read all data from another folder, as `ZHAGEN_DATA` does, until the block ends.

    Parameters
    ----------
    folder : pathlib.Path
        A data folder: ``documents.toml``, ``recipes``, ``digests``.

    Yields
    ------
    None
        Nothing; the setting before the block comes back after it, also if the block raises.

    Examples
    --------
    >>> from zhagen.documents import document_ids
    >>> with data_at(data_folder() / "practice_paper"):
    ...     document_ids()
    ['canteen']
    """
    before = os.environ.get("ZHAGEN_DATA")
    os.environ["ZHAGEN_DATA"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("ZHAGEN_DATA")
        if before is not None:
            os.environ["ZHAGEN_DATA"] = before
