"""Files written all or none: a failed export leaves no half file. Every file of the package is written here."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zhagen.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd

    Content = pd.DataFrame | str | bytes | Callable[[Path], object]


def write_files(files: "Mapping[str, Content]", folder: Path | str) -> list[Path]:
    """Write files below a folder, all of them or none.

    Every file is first written as a draft in a folder beside its place, then all are moved. If anything fails, or the
    user stops it, the old files are put back, and folders that were made for the new ones are removed.

    Parameters
    ----------
    files : dict of str to pandas.DataFrame, str, bytes or function
        File name below the folder -> its content: a data frame (written as CSV), a text (both in UTF-8), bytes, or a
        function that gets the path to write to.
    folder : pathlib.Path or str
        It is made if it does not exist; other files in it stay.

    Returns
    -------
    list of pathlib.Path
        The files, in the order given.

    Raises
    ------
    OutputError
        If a file cannot be written (no permission, a full disk, a file or folder in the way).

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as place:
    ...     [path.read_text() for path in write_files({"note.txt": "done"}, place)]
    ['done']
    """
    folder = Path(folder)
    made: list[Path] = []  # folders that did not exist before, the outer ones first
    draft = None
    try:
        _make(folder.parent, made)
        _check_free(folder, folder=True)
        draft = Path(tempfile.mkdtemp(prefix=".zhagen-", dir=folder if folder.is_dir() else folder.parent))
        for name, content in files.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            _write(content, draft / name)
        for name in files:
            _make((folder / name).parent, made)
            _check_free(folder / name, folder=False)
        _replace(files, draft, folder)
    except BaseException as error:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)  # first: it may lie in a folder that was made
        for path in reversed(made):
            with suppress(OSError):  # somebody else has put a file there
                path.rmdir()
        refusal = cannot_write(folder, error) if isinstance(error, OSError) else None
        if refusal is None:
            raise
        raise refusal from error
    shutil.rmtree(draft, ignore_errors=True)
    return [folder / name for name in files]


def _check_free(path: Path, *, folder: bool) -> None:
    """Raise OSError if a file is where a folder must be, or a folder where a file must be."""
    if folder and path.exists() and not path.is_dir():
        raise NotADirectoryError(20, "a file of this name is in the way")
    if not folder and path.is_dir():
        raise IsADirectoryError(21, f"a folder is in the way of {path.name}")


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it; add those that did not exist to `made`."""
    for path in reversed([folder, *folder.parents]):
        if not path.exists():
            path.mkdir(exist_ok=True)
            made.append(path)


def _replace(names: Iterable[str], draft: Path, folder: Path) -> None:
    """Move files to their places; if one cannot be moved, or the user stops it, put back what was there."""
    old, kept = Path(tempfile.mkdtemp(dir=draft)), {}
    for number, name in enumerate(names):
        if (folder / name).exists():
            kept[name] = old / str(number)
            try:
                os.link(folder / name, kept[name])
            except OSError:  # a file system without links, or a file of another owner
                shutil.copy2(folder / name, kept[name])
    try:
        for name in names:
            os.replace(draft / name, folder / name)
    except BaseException:
        for name in names:
            with suppress(OSError):
                if name in kept:
                    os.replace(kept[name], folder / name)
                elif not (draft / name).exists():
                    (folder / name).unlink()
        raise


def cannot_write(path: Path | str, error: OSError) -> OutputError:
    """Return the error to raise if a file or folder cannot be written.

    Parameters
    ----------
    path : pathlib.Path or str
        The file or folder.
    error : OSError
        What the system says.

    Returns
    -------
    OutputError
        To be raised by the caller.
    """
    return OutputError(f"{path} cannot be written: {error.strerror or error}", todo="choose another folder")


def _write(content: "Content", path: Path) -> None:
    if callable(content):
        content(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8", newline="\n")
    else:
        content.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
