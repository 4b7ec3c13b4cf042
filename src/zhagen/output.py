"""Files written all or none: a failed export leaves no half file."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from zhagen.errors import OutputError


def write_files(files, folder):
    """Write files below a folder, all of them or none.

    Parameters
    ----------
    files : dict, file name below the folder -> what to write: a data frame (as CSV, UTF-8), a str, or a function that
        is given the path to write to.
    folder : made where it does not exist; other files in it stay.

    Returns the paths written. Raises `OutputError` where it cannot be written (no right, a full disk); nothing is
    changed then.
    """
    folder = Path(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(20, "a file of this name is in the way")
        draft = Path(tempfile.mkdtemp(prefix=".zhagen-", dir=folder if folder.is_dir() else folder.parent))
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        for name, content in files.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            _write(content, draft / name)
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if (folder / name).is_dir():
                raise IsADirectoryError(21, f"a folder is in the way of {name}")
        _replace(files, draft, folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return [folder / name for name in files]


def _replace(names, draft, folder):
    """Move files to their places; where one cannot be moved, or the user stops it, put back what was there."""
    old, kept = Path(tempfile.mkdtemp(dir=draft)), {}
    for number, name in enumerate(names):
        if (folder / name).exists():
            kept[name] = old / str(number)
            try:
                os.link(folder / name, kept[name])
            except OSError:  # a file system without links, or a file of someone else
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


def cannot_write(path, error):
    """Return the `OutputError` of an OSError."""
    return OutputError(f"{path} cannot be written: {error.strerror or error}", todo="choose another folder")


def _write(content, path):
    if callable(content):
        content(path)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8", newline="\n")
    else:
        content.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
