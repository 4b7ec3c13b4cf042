"""One writer at a study at a time: a lock that ends with its process, however that ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK = ".zhagen-lock"  # only where a folder itself cannot be locked


@contextmanager
def lock_study(folder: Path | str, *, shared: bool = False) -> Iterator[None]:
    """Wait until no other process writes into the folder of a study, and keep others from it.

    Parameters
    ----------
    folder : pathlib.Path or str
        The folder; nothing is locked where it does not exist.
    shared : bool, default False
        Others may read at the same time, as for reading; nobody may write.

    Yields
    ------
    None
        While the lock is held. It must not be taken twice by one thread.

    Examples
    --------
    >>> with lock_study("no such folder"):
    ...     pass
    """
    place = None
    if Path(folder).is_dir():
        with suppress(OSError):  # a file system without locks, or a folder that may not be written on Windows
            place = _lock(Path(folder), shared)
    try:
        yield
    finally:
        if place is not None:
            os.close(place)


def _lock(folder: Path, shared: bool) -> int | None:
    try:
        import fcntl
    except ImportError:
        return _lock_file(folder / LOCK)
    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    except BaseException:
        os.close(place)
        raise
    return place


def _lock_file(path: Path) -> int | None:
    """Lock a file of the folder, as Windows does: it gives up after ten seconds, and is asked again.

    A browser has neither lock; nobody else writes there.
    """
    try:
        import msvcrt
    except ImportError:
        return None
    place = os.open(path, os.O_RDWR | os.O_CREAT)
    while True:
        try:
            msvcrt.locking(place, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
            return place
        except OSError as error:
            if error.errno != 36:  # EDEADLOCK: another process has it still
                os.close(place)
                raise
