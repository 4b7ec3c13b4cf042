"""One writer at a study at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhagen.locks import take_lock


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
    place = take_lock(Path(folder), shared=shared, file=True) if Path(folder).is_dir() else None
    try:
        yield
    finally:
        if place is not None:
            os.close(place)
