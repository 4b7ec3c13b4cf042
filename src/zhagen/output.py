"""Files written all or none: neither an error nor a killed process leaves a half file or a mixture of two results.

A new result is written as a draft, whole, before anything of the old one is touched. Then it takes the old one's place:

- one file, or a new folder: by one renaming, which the system does whole or not at all;
- a folder that belongs to one result (`write_folder`, `whole_folder`): draft and folder change their names, in one step
  as well, where the system can (Linux, macOS);
- several files among others (`write_files`): one by one. The draft holds a journal of what is to be moved, so the next
  run, or the reader who calls `finish_writing`, ends what a killed process began.

A draft is locked as long as its process lives; a draft without a lock is what a killed process left.

Every table is written here, as CSV. A cell that a spreadsheet would run as a formula gets an apostrophe before it
(`guard_cells`), and who reads such a table back takes it off (`unguard_cells`).
"""

import ctypes
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zhagen.errors import OutputError
from zhagen.locks import take_lock

if TYPE_CHECKING:
    import pandas as pd

    Content = pd.DataFrame | str | bytes | Callable[[Path], object]

DRAFT = ".zhagen-draft-"
JOURNAL, NEW, OLD = "journal.json", "new", "old"
MANY = 2000  # other files in a folder: more than these are not carried into the new folder, file by file
FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r].", re.DOTALL)  # OWASP, "CSV Injection"; with what is guarded already
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")
EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS: two names change places


def write_files(files: "Mapping[str, Content]", folder: Path | str) -> list[Path]:
    """Write files below a folder, all of them or none.

    If anything fails, or the user stops it, the old files are put back, and folders that were made for the new ones are
    removed. If the process is killed between two files, `finish_writing` moves the others, too.

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
    finish_writing(folder)
    with _made(folder) as made:
        _make(folder.parent, made)
        _check_free(folder, folder=True)
        with _draft(folder if folder.is_dir() else folder.parent) as draft:
            _write_all(files, draft / NEW)
            if not _take_folder(draft / NEW, folder):
                for name in files:
                    _make((folder / name).parent, made)
                    _check_free(folder / name, folder=False)
                _replace(list(files), draft, folder)
    return [folder / name for name in files]


def write_folder(files: "Mapping[str, Content]", folder: Path | str, *, gone: Collection[str] = ()) -> list[Path]:
    """Write the files of one result, so that its folder holds the whole old result or the whole new one.

    Draft and folder change places in one step, whatever stops the process. Where that cannot be done (Windows, a mount
    point, the current folder, which would vanish under its user, a folder above that may not be written, or more than
    2,000 other files), the files are moved one by one, as by `write_files`.

    Parameters
    ----------
    files : dict of str to pandas.DataFrame, str, bytes or function
        As in `write_files`.
    folder : pathlib.Path or str
        It is made if it does not exist; other files in it stay.
    gone : collection of str, optional
        Files of the old result that the new one does not have: they are removed.

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
    ...     _ = write_folder({"a.csv": "1", "b.csv": "1"}, Path(place, "out"))
    ...     _ = write_folder({"a.csv": "2"}, Path(place, "out"), gone=["b.csv"])
    ...     [(path.name, path.read_text()) for path in Path(place, "out").iterdir()]
    [('a.csv', '2')]
    """
    place, gone = Path(os.path.realpath(folder)), set(gone) - set(files)  # a link to a folder stays a link
    finish_writing(place)
    with _made(place) as made:
        _make(place.parent, made)
        _check_free(place, folder=True)
        for name in files:
            _check_free(place / name, folder=False)
        others = _others(place, {*files, *gone})
        if others is not None and os.access(place.parent, os.W_OK):
            with _draft(place.parent) as draft:
                _write_all(files, draft / NEW)
                for name in others:
                    _carry(place / name, draft / NEW / name)
                if _take_folder(draft / NEW, place) or _exchange(draft / NEW, place):
                    return [Path(folder, name) for name in files]
    write_files(files, place)
    for name in gone:
        with suppress(FileNotFoundError):
            (place / name).unlink()
    return [Path(folder, name) for name in files]


@contextmanager
def whole_folder(folder: Path | str) -> Iterator[Path]:
    """Give an empty folder to fill; when the block ends, it takes the place of a folder, with all that was in that one.

    If the block raises, or the process is killed, the old folder stays. Where two folders cannot change places
    in one step (Windows, a mount point), the old one is renamed first, and put back if the new one cannot follow.

    Parameters
    ----------
    folder : pathlib.Path or str
        The folder to be written; those above it are made.

    Yields
    ------
    pathlib.Path
        A folder beside it.

    Raises
    ------
    OutputError
        If it cannot be written (no permission, a full disk, a file in the way).

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with whole_folder(Path(place, "out")) as draft:
    ...         _ = Path(draft, "a.txt").write_text("new")
    ...     [path.name for path in Path(place, "out").iterdir()]
    ['a.txt']
    """
    place = Path(os.path.realpath(folder))
    finish_writing(place)
    with _made(place) as made:
        _make(place.parent, made)
        _check_free(place, folder=True)
        with _draft(place.parent) as draft:
            (draft / NEW).mkdir()
            yield draft / NEW
            if not _take_folder(draft / NEW, place) and not _exchange(draft / NEW, place):
                os.rename(place, draft / OLD)
                try:
                    os.rename(draft / NEW, place)
                except BaseException:
                    os.rename(draft / OLD, place)
                    raise


def finish_writing(folder: Path | str) -> None:
    """End what a killed process began to write: move the files that its journal names, remove its drafts.

    Parameters
    ----------
    folder : pathlib.Path or str
        A folder that `write_files` or `write_folder` wrote to; nothing happens where it does not exist.

    Raises
    ------
    OutputError
        If a file cannot be moved.

    Examples
    --------
    >>> finish_writing("no such folder")
    """
    folder = Path(folder)
    for draft in [*folder.glob(f"{DRAFT}*"), *folder.parent.glob(f"{DRAFT}*")]:
        with _locked(draft) as alone:
            if not alone:
                continue
            if (draft / JOURNAL).is_file():
                if draft.parent != folder:
                    continue  # of files of the folder above: it is for those who write or read there
                try:
                    for name in json.loads((draft / JOURNAL).read_text("utf-8")):
                        if (draft / NEW / name).exists():
                            os.replace(draft / NEW / name, folder / name)
                except OSError as error:
                    raise cannot_write(folder, error) from error
            shutil.rmtree(draft, ignore_errors=True)


def guard_cells(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Put an apostrophe before each text that a spreadsheet would run as a formula; a number written as text stays.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table.

    Returns
    -------
    pandas.DataFrame
        The table with its guarded texts and column names; the table itself, if there is nothing to guard.

    References
    ----------
    OWASP, CSV Injection.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"label": ["=1+1", "@SUM", "-3", "平台"], "count": [-1, 2, 3, 4]})
    >>> guard_cells(frame).label.tolist()
    ["'=1+1", "'@SUM", '-3', '平台']
    >>> unguard_cells(guard_cells(frame)).equals(frame)
    True
    """
    return _each_text(frame, lambda text: f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text)


def unguard_cells(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Take off the apostrophes that `guard_cells` put.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table that was read.

    Returns
    -------
    pandas.DataFrame
        The table as it was before it was guarded.

    Examples
    --------
    >>> import pandas as pd
    >>> unguard_cells(pd.DataFrame({"label": ["'=1+1", "'平台"]})).label.tolist()
    ['=1+1', "'平台"]
    """
    return _each_text(frame, lambda text: text[1:] if text[:1] == "'" and FORMULA.match(text) else text)


def refuse_others(files: Collection[str], folder: Path | str, ours: Collection[str], *, force: bool = False) -> None:
    """Raise if a file would be overwritten that is not of an earlier result of the same kind.

    Parameters
    ----------
    files : collection of str
        The files of the new result.
    folder : pathlib.Path or str
        Where they go.
    ours : collection of str
        The files of the earlier result, as its manifest names them; empty if there is none.
    force : bool, default False
        Overwrite them.

    Raises
    ------
    OutputError
        If there is such a file. The message names it.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = Path(place, "codes.csv").write_text("mine")
    ...     try:
    ...         refuse_others(["codes.csv"], place, [])
    ...     except OutputError as error:
    ...         error.found
    'codes.csv is there already, and no earlier run wrote it'
    """
    others = [name for name in files if name not in ours and (Path(folder) / name).is_file()]
    if others and not force:
        todo = "choose another folder, or overwrite it with --force (in Python: force=True)"
        raise OutputError(f"{others[0]} is there already, and no earlier run wrote it", str(folder), todo)


def say_earlier(folder: Path | str, name: str) -> str:
    """Say that a folder holds the result of an earlier run, for the reader of a refusal.

    Parameters
    ----------
    folder : pathlib.Path or str
        The folder that the refused run would have written.
    name : str
        The file that says of which run the folder is.

    Returns
    -------
    str
        A sentence with the folder, the date of its result and the checksum of the file; empty if there is no result.

    Examples
    --------
    >>> say_earlier("no such folder", "report.json")
    ''
    """
    path = Path(folder) / name
    try:
        when = datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d %H:%M:%S")
        stamp = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError:
        return ""
    return f"nothing was written: what {folder} holds is of an earlier run ({name} of {when}, sha256 {stamp})"


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


@contextmanager
def _made(folder: Path) -> Iterator[list[Path]]:
    """Give a list for the folders that are made; after an error remove them, and say the system's error for people."""
    made: list[Path] = []  # the outer ones first
    try:
        yield made
    except BaseException as error:
        for path in reversed(made):
            with suppress(OSError):  # somebody else has put a file there
                path.rmdir()
        if isinstance(error, OSError):
            raise cannot_write(folder, error) from error
        raise


@contextmanager
def _draft(place: Path) -> Iterator[Path]:
    """Make a draft in a folder, lock it while it is in use, remove it in the end."""
    while True:
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=place))
        with _locked(draft, wait=True):
            if not draft.is_dir():
                continue  # between making and locking it, another process took it for a dead one's
            try:
                yield draft
            finally:
                shutil.rmtree(draft, ignore_errors=True)
            return


@contextmanager
def _locked(draft: Path, *, wait: bool = False) -> Iterator[bool]:
    """Lock a draft; give False if a living process has it, or it is another user's."""
    handle, alone = None, False
    with suppress(BlockingIOError):
        handle = take_lock(draft, wait=wait, follow=False)
        # without locks (Windows), what is old is a dead process's
        alone = _is_old(draft) if handle is None else os.fstat(handle).st_uid == os.geteuid()
    try:
        yield alone
    finally:
        if handle is not None:
            os.close(handle)


def _is_old(draft: Path) -> bool:
    """Say whether a draft was made more than an hour ago, so that its process cannot still be writing it."""
    with suppress(OSError):
        return time.time() - draft.stat().st_mtime > 3600
    return False


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


def _write_all(files: "Mapping[str, Content]", folder: Path) -> None:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        _write(content, folder / name)


def _replace(names: list[str], draft: Path, folder: Path) -> None:
    """Move files to their places; if one cannot be moved, or the user stops it, put back what was there."""
    kept = {}
    (draft / OLD).mkdir()
    for number, name in enumerate(names):
        if (folder / name).exists():
            kept[name] = draft / OLD / str(number)
            _link(folder / name, kept[name])
    (draft / OLD / JOURNAL).write_text(json.dumps(names), encoding="utf-8")
    os.rename(draft / OLD / JOURNAL, draft / JOURNAL)  # from here on a killed process's files are moved by the next
    try:
        for name in names:
            os.replace(draft / NEW / name, folder / name)
    except BaseException:
        (draft / JOURNAL).unlink()
        for name in names:
            with suppress(OSError):
                if name in kept:
                    os.replace(kept[name], folder / name)
                elif not (draft / NEW / name).exists():
                    (folder / name).unlink()
        raise


def _take_folder(new: Path, folder: Path) -> bool:
    """Put a new folder where none is, in one step; False if one is there."""
    if folder.exists():
        return False
    mask = os.umask(0)
    os.umask(mask)
    new.chmod(0o777 & ~mask | 0o700)  # a browser's mask takes everything, from the owner too
    os.replace(new, folder)
    return True


def _exchange(new: Path, folder: Path) -> bool:
    """Let two folders change places, in one step; False where the system cannot."""
    if os.path.ismount(folder) or Path.cwd().is_relative_to(folder):
        return False
    if sys.platform not in ("linux", "darwin"):
        return False
    system = ctypes.CDLL(None)
    new.chmod(folder.stat().st_mode & 0o7777)
    names = os.fsencode(new), os.fsencode(folder)
    if sys.platform == "linux" and hasattr(system, "renameat2"):
        here = -100  # AT_FDCWD: names as the process sees them
        return system.renameat2(here, names[0], here, names[1], EXCHANGE) == 0
    if sys.platform == "darwin" and hasattr(system, "renamex_np"):
        return system.renamex_np(*names, EXCHANGE) == 0
    return False


def _others(folder: Path, ours: set[str]) -> list[str] | None:
    """List the files and empty folders that are not ours; None if they are too many, or on another disk."""
    others: list[str] = []
    for place, folders, files in os.walk(folder):
        inside = Path(place).relative_to(folder)
        folders[:] = [name for name in folders if not name.startswith(DRAFT)]
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        if any(os.path.ismount(Path(place) / name) for name in folders):
            return None
        others += [str(inside / name) for name in [*files, *links] if (inside / name).as_posix() not in ours]
        if not folders and not files and place != str(folder):
            others.append(str(inside))
        if len(others) > MANY:
            return None
    return others


def _carry(old: Path, new: Path) -> None:
    """Put a file, link or empty folder of the old folder into the new one, too."""
    new.parent.mkdir(parents=True, exist_ok=True)
    if old.is_dir() and not old.is_symlink():
        new.mkdir()
    else:
        _link(old, new)


def _link(old: Path, new: Path) -> None:
    try:
        os.link(old, new, follow_symlinks=False)
    except (OSError, NotImplementedError, AttributeError):  # no links here (a browser), or a file of another owner
        shutil.copy2(old, new, follow_symlinks=False)


def _write(content: "Content", path: Path) -> None:
    if callable(content):
        content(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8", newline="\n")
    else:
        guard_cells(content).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _each_text(frame: "pd.DataFrame", change: Callable[[str], str]) -> "pd.DataFrame":
    """Change each text of a table and each name of a column; nothing is copied where nothing changes."""
    import pandas as pd

    names = [change(name) if isinstance(name, str) else name for name in frame.columns]
    changed = frame if names == list(frame.columns) else frame.set_axis(names, axis="columns")
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if pd.api.types.is_numeric_dtype(column.dtype):
            continue
        before = column.tolist()  # one by one, Arrow's texts take ten times as long
        cells = [change(cell) if isinstance(cell, str) else cell for cell in before]
        if any(isinstance(cell, str) and cell != old for cell, old in zip(cells, before, strict=True)):
            changed = changed.copy() if changed is frame else changed
            kind = column.dtype if isinstance(column.dtype, pd.StringDtype) else object
            changed.isetitem(place, pd.Series(cells, dtype=kind).array)
    return changed
