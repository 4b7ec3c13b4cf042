"""The store: counted parts on disk, so that memory stays bounded and a stopped run goes on where it was."""

import hashlib
import json
import os
import shutil
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path

from zhagen.corpus.parts import Part
from zhagen.errors import OutputError
from zhagen.output import cannot_write, write_files

NAME = ".zhagen-parts"


class Store:
    """Counted parts below a folder.

    Parameters
    ----------
    folder : where the results of the run go; the parts stand in its folder ``.zhagen-parts``.
    told : dict of what the parts depend on. Parts that depend on something else are removed.

    A part is written whole or not at all, and remembers the checksum of its text: it counts only for the same text.
    """

    def __init__(self, folder, told):
        self.folder = Path(folder) / NAME
        if self._told() == told:
            return
        try:
            if self.folder.exists():
                shutil.rmtree(self.folder)
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        write_files({"settings.json": json.dumps(told)}, self.folder)

    def _told(self):
        try:
            return json.loads((self.folder / "settings.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):  # none, or broken by a full disk
            return None

    def path(self, number):
        """Return the file of a part."""
        return self.folder / f"{number:07}.npz"

    def has(self, number, checksum):
        """Say whether a part is there, whole, and of this text."""
        import numpy as np

        try:
            with np.load(self.path(number)) as file:
                return str(file["checksum"]) == checksum and all(file[name] is not None for name in file.files)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return False

    def save(self, number, part, checksum):
        """Write a part. Raises `OutputError` where the disk is full or closed to us; no half part is left."""
        import numpy as np

        arrays = {
            "checksum": np.array(checksum),
            "terms": np.frombuffer(part.terms, np.uint8),
            "indptr": part.indptr,
            "indices": part.indices,
            "counts": part.counts,
            "totals": part.totals,
            "sizes": np.array(json.dumps(part.sizes)),
        }
        write_files({self.path(number).name: lambda draft: np.savez(draft, **arrays)}, self.folder)

    def load(self, number):
        """Return a `zhagen.corpus.parts.Part`."""
        import numpy as np

        with np.load(self.path(number)) as file:
            arrays = (file[name] for name in ("indptr", "indices", "counts", "totals"))
            return Part(file["terms"].tobytes(), *arrays, json.loads(str(file["sizes"])))

    def sizes(self, number):
        """Return the sizes of a part alone."""
        import numpy as np

        with np.load(self.path(number)) as file:
            return json.loads(str(file["sizes"]))

    def tidy(self):
        """Remove the folder where no part is in it."""
        if not any(self.folder.glob("*.npz")):
            self.remove()

    def remove(self):
        """Remove all parts."""
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def sole_writer(folder):
    """Hold the folder of the results for one run; where it was made for it and stayed empty, it goes again.

    Raises `OutputError` where another run holds it, or it cannot be made.
    """
    folder = Path(folder)
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        if made:
            with suppress(OSError):
                folder.rmdir()
        if lock is not None:
            os.close(lock)


def _lock(folder):
    """Lock a folder until what is returned is closed, or this process ends; None where the system cannot."""
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise OutputError(f"another run writes into {folder}", todo="wait for it, or choose another folder") from None
    except OSError:  # a file system without locks
        os.close(lock)
        return None
    return lock


def documents_checksum(documents):
    """Return the checksum of a part's documents, and how many bytes they have."""
    text = "".join(documents).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(repr([len(document) for document in documents]).encode(), digest_size=16)
    digest.update(text)
    return digest.hexdigest(), len(text)
