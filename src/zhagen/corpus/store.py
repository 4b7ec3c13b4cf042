"""The store: counted parts on disk, so that memory stays bounded and a run that was stopped continues where it was."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from zhagen.corpus.parts import Part
from zhagen.corpus.readers import STORE
from zhagen.errors import OutputError
from zhagen.locks import take_lock
from zhagen.output import cannot_write, write_files
from zhagen.text.coverage import NUMBERS, Coverage


class Store:
    """Counted parts below a folder.

    A part is written whole or not at all, with the checksum of its text: it is used again only for the same text.

    Parameters
    ----------
    folder : pathlib.Path or str
        Where the results of the run go; the parts are in its folder ``.zhagen-parts``.
    identity : dict of str to object
        What the parts depend on, see `zhagen.corpus.parts.Settings.identity`. Parts that depend on something else are
        removed.

    Attributes
    ----------
    folder : pathlib.Path
        The folder of the parts.
    """

    def __init__(self, folder: Path | str, identity: Mapping[str, object]) -> None:
        self.folder = Path(folder) / STORE
        if self._identity() == identity:
            return
        try:
            if self.folder.exists():
                shutil.rmtree(self.folder)
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        write_files({"settings.json": json.dumps(identity)}, self.folder)

    def __repr__(self) -> str:
        return f"Store: {len(list(self.folder.glob('*.npz')))} parts in {self.folder}"

    def _identity(self) -> object:
        try:
            return json.loads((self.folder / "settings.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):  # none, or broken by a full disk
            return None

    def path(self, number: int) -> Path:
        """Return the file of a part.

        Parameters
        ----------
        number : int
            Number of the part, from 0.

        Returns
        -------
        pathlib.Path
            The file, whether it exists or not.
        """
        return self.folder / f"{number:07}.npz"

    def has(self, number: int, checksum: str) -> bool:
        """Say whether a part is there, whole, and of this text.

        Parameters
        ----------
        number : int
            Number of the part.
        checksum : str
            Checksum of its text.

        Returns
        -------
        bool
            False also if the file is damaged.
        """
        try:
            with np.load(self.path(number)) as file:
                return str(file["checksum"]) == checksum and all(file[name] is not None for name in file.files)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return False

    def save(self, number: int, part: Part, checksum: str) -> None:
        """Write a part; no half part is left if that fails.

        Parameters
        ----------
        number : int
            Number of the part.
        part : zhagen.corpus.parts.Part
            Its counts.
        checksum : str
            Checksum of its text.

        Raises
        ------
        OutputError
            If the disk is full, or there is no permission to write.
        """
        arrays: dict[str, np.ndarray] = {
            "checksum": np.array(checksum),
            "terms": np.frombuffer(part.terms, np.uint8),
            "indptr": part.indptr,
            "indices": part.indices,
            "counts": part.counts,
            "totals": part.totals,
            "sizes": np.array(json.dumps(part.sizes)),
            "covered": np.array([getattr(part.coverage, name) for name in NUMBERS]),
            "neighbours": np.stack([part.coverage.codes, part.coverage.counts]),
        }
        write_files({self.path(number).name: lambda draft: np.savez(draft, **arrays)}, self.folder)  # type: ignore[arg-type]

    def load(self, number: int) -> Part:
        """Return a part.

        Parameters
        ----------
        number : int
            Number of the part.

        Returns
        -------
        zhagen.corpus.parts.Part
            Its counts.
        """
        with np.load(self.path(number)) as file:
            indptr, indices, counts, totals = (file[name] for name in ("indptr", "indices", "counts", "totals"))
            sizes, terms, coverage = json.loads(str(file["sizes"])), file["terms"].tobytes(), _coverage(file)
        return Part(terms, indptr, indices, counts, totals, sizes, coverage)

    def tidy(self) -> None:
        """Remove the folder if no part is in it."""
        if not any(self.folder.glob("*.npz")):
            self.remove()

    def remove(self) -> None:
        """Remove all parts."""
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def sole_writer(folder: Path | str) -> Iterator[None]:
    """Keep the folder of the results for one run; if it was made for the run and stayed empty, it is removed again.

    Parameters
    ----------
    folder : pathlib.Path or str
        It is made if it does not exist.

    Yields
    ------
    None
        While the folder is locked.

    Raises
    ------
    OutputError
        If another run has locked it, or it cannot be made.
    """
    folder = Path(folder)
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = take_lock(folder, wait=False)
    except BlockingIOError:
        raise OutputError(f"another run writes into {folder}", todo="wait for it, or choose another folder") from None
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


def _coverage(file: Mapping[str, np.ndarray]) -> Coverage:
    return Coverage(*file["covered"].tolist(), *file["neighbours"])


def documents_checksum(documents: Sequence[str]) -> tuple[str, int]:
    """Return the checksum of a part's documents, and their size.

    Parameters
    ----------
    documents : list of str
        Where one ends and the next begins is part of the checksum.

    Returns
    -------
    checksum : str
        32 hexadecimal digits.
    length : int
        Bytes in UTF-8.
    """
    text = "".join(documents).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(repr([len(document) for document in documents]).encode(), digest_size=16)
    digest.update(text)
    return digest.hexdigest(), len(text)
