"""Where the shipped data and the attached originals are."""

import os
from pathlib import Path

from zhagen.errors import SourceError


def data_folder():
    """Return the folder of the shipped data: ``ZHAGEN_DATA``, the installed package's, or the checkout's."""
    packaged, checkout = Path(__file__).parent / "_data", Path(__file__).parents[2] / "data"
    folder = Path(os.environ.get("ZHAGEN_DATA", packaged if packaged.is_dir() else checkout))
    if not (folder / "documents.toml").is_file():
        raise SourceError(f"no documents.toml in {folder}", todo="set ZHAGEN_DATA to the project's data folder")
    return folder


def sources_folder():
    """Return the folder where originals are looked for: ``ZHAGEN_SOURCES``, else ``data/sources``."""
    return Path(os.environ.get("ZHAGEN_SOURCES") or data_folder() / "sources")
