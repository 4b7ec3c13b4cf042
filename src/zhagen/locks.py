"""The one lock of files and folders: it ends with its process, however that ends."""

import os
from pathlib import Path

LOCK = ".zhagen-lock"  # only where a folder itself cannot be locked


def take_lock(
    folder: Path, *, shared: bool = False, wait: bool = True, file: bool = False, follow: bool = True
) -> int | None:
    """Lock a folder until the number that is returned is closed, or this process ends.

    Parameters
    ----------
    folder : pathlib.Path
        A folder.
    shared : bool, default False
        Others may take the lock as shared, too; nobody may take it alone.
    wait : bool, default True
        Wait while another process has the lock.
    file : bool, default False
        Where folders cannot be locked (Windows), lock a file in the folder in place of nothing.
    follow : bool, default True
        Lock the folder that a link leads to; else a link is not locked.

    Returns
    -------
    int or None
        To be given to ``os.close``; None where the system or its file system has no locks, as in a browser.

    Raises
    ------
    BlockingIOError
        If another process has the lock, and `wait` is False.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     lock = take_lock(Path(place))
    ...     os.close(lock)
    """
    try:
        import fcntl
    except ImportError:
        return _lock_file(folder / LOCK) if file else None
    place = None
    try:
        place = os.open(folder, os.O_RDONLY | (0 if follow else os.O_NOFOLLOW))
        fcntl.flock(place, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        return place
    except BaseException as error:
        if place is not None:
            os.close(place)
        if isinstance(error, BlockingIOError) or not isinstance(error, OSError):
            raise
        return None


def _lock_file(path: Path) -> int | None:
    """Lock a file of the folder, as Windows does: it gives up after ten seconds, and is asked again.

    A browser has neither lock; nobody else writes there.
    """
    try:
        import msvcrt
    except ImportError:
        return None
    try:
        place = os.open(path, os.O_RDWR | os.O_CREAT)
    except OSError:  # a folder that may not be written
        return None
    while True:
        try:
            msvcrt.locking(place, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
            return place
        except OSError as error:
            if error.errno != 36:  # EDEADLOCK: another process has it still
                os.close(place)
                return None
