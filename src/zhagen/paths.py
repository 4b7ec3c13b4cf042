"""Where the shipped data and the attached originals are."""

import os
from pathlib import Path

from platformdirs import user_data_dir

from zhagen.errors import SourceError

PACKAGED = Path(__file__).parent / "_data"  # in a wheel; a checkout has no such folder


def shipped_folder() -> Path:
    """Return the folder of the data that came with the code, whatever ``ZHAGEN_DATA`` says.

    Returns
    -------
    Path
        The folder in the installed package, else ``data`` of the checkout.

    Examples
    --------
    >>> (shipped_folder() / "recipes" / "schema.json").is_file()
    True
    """
    return PACKAGED if PACKAGED.is_dir() else Path(__file__).parents[2] / "data"


def data_folder() -> Path:
    """Return the folder of the data to read.

    Returns
    -------
    Path
        ``ZHAGEN_DATA``, else the folder in the installed package, else ``data`` of the checkout.

    Raises
    ------
    SourceError
        If there is no ``documents.toml`` in it.

    Examples
    --------
    >>> (data_folder() / "digests" / "haier.txt").is_file()
    True
    """
    folder = Path(os.environ.get("ZHAGEN_DATA", shipped_folder()))
    if not (folder / "documents.toml").is_file():
        raise SourceError(f"no documents.toml in {folder}", todo="set ZHAGEN_DATA to the project's data folder")
    return folder


def sources_folder() -> Path:
    """Return the folder where `zhagen.attach` puts originals and `zhagen.open` looks for them; it may not exist yet.

    Returns
    -------
    Path
        ``ZHAGEN_SOURCES``, else ``sources`` in the data folder; where the data is in the installed package, which is
        no place for a person's files, ``sources`` in the person's own data folder for zhagen.

    Raises
    ------
    SourceError
        As `data_folder`.

    Examples
    --------
    >>> sources_folder().name == "sources" or "ZHAGEN_SOURCES" in os.environ
    True
    """
    if named := os.environ.get("ZHAGEN_SOURCES"):
        return Path(named)
    data = data_folder()
    return (Path(user_data_dir("zhagen", appauthor=False)) if data == PACKAGED else data) / "sources"


def file_stamp(path: Path) -> tuple[int, int] | None:
    """Return what tells one state of a file from another: a cache with it as part of its key sees every edit.

    Parameters
    ----------
    path : Path
        A file.

    Returns
    -------
    tuple of int, or None
        Time of the last change in nanoseconds and size in bytes; None if there is no such file.

    Examples
    --------
    >>> file_stamp(data_folder() / "no such file") is None
    True
    """
    if not path.is_file():
        return None
    about = path.stat()
    return about.st_mtime_ns, about.st_size
