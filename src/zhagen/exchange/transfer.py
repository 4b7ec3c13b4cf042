"""A study out to a file and in from a file: the suffix decides."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pandas as pd

from zhagen.errors import ExchangeError
from zhagen.exchange.assembling import assemble_project
from zhagen.exchange.losses import Loss, loss_table, reader_losses
from zhagen.exchange.model import Project
from zhagen.exchange.qualcoder import read_qda
from zhagen.exchange.refi_reading import read_qdc, read_qdpx
from zhagen.exchange.refi_writing import pack_codebook, pack_project
from zhagen.output import write_files
from zhagen.study.study import Study, open_study
from zhagen.study.writing import write_study

T = TypeVar("T")
NOTICES = "what where how".split()


@dataclass(frozen=True, repr=False)
class ExportReport:
    """What was written, and what another program does not get.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    losses : pandas.DataFrame
        ``program`` (``""``: the format itself has no place for it), ``what``, ``number``, ``how``: what becomes of it.
    """

    path: Path
    losses: pd.DataFrame

    def __repr__(self) -> str:
        lines = [f"{self.path}: written; {len(self.losses)} kinds of things are not in it as they are in the study"]
        for row in self.losses.to_dict("records"):
            lines.append(f"  {row['program'] or 'the format'}: {row['what']} ({row['number']}): {row['how']}")
        return "\n".join(lines)


@dataclass(frozen=True, repr=False)
class ImportReport:
    """What was taken over, and what was not.

    Attributes
    ----------
    study : Study
        The study.
    notices : pandas.DataFrame
        ``what``, ``where``, ``how``: what was not taken, or read otherwise than it is written.
    folder : pathlib.Path
        Where the study is.
    origin : str
        The program that wrote the file, as far as it says so.
    """

    study: Study
    notices: pd.DataFrame
    folder: Path
    origin: str = field(default="")

    def __repr__(self) -> str:
        by = f" (written by {self.origin})" if self.origin else ""
        lines = [f"{self.folder}{by}", repr(self.study), f"{len(self.notices)} notices"]
        for row in self.notices.to_dict("records"):
            where = f" ({row['where']})" if row["where"] else ""
            lines.append(f"  {row['what']}{where}: {row['how']}")
        return "\n".join(lines)


def _qdpx(study: Study, program: str) -> tuple[bytes, list[Loss]]:
    content, losses = pack_project(study, program)
    return content, losses + reader_losses(study, program)


def _qdc(study: Study, program: str) -> tuple[bytes, list[Loss]]:
    return pack_codebook(study)


WRITERS: dict[str, Callable[[Study, str], tuple[bytes, list[Loss]]]] = {".qdpx": _qdpx, ".qdc": _qdc}
READERS: dict[str, Callable[..., Project]] = {".qdpx": read_qdpx, ".qdc": read_qdc, ".qda": read_qda}


def export_study(study: Study | Path | str, path: Path | str, *, program: str = "") -> ExportReport:
    """Write a study for another program; the suffix of the file decides for which.

    Parameters
    ----------
    study : Study, pathlib.Path or str
        The study, or its folder.
    path : pathlib.Path or str
        The file: ``.qdpx`` (a REFI-QDA project, for NVivo, ATLAS.ti, MAXQDA, QualCoder …) or ``.qdc`` (its codebook).
        The same study gives the same bytes.
    program : str, default ""
        The program that is to read it, where that makes a difference: ``QualCoder``. A study that came from QualCoder
        is written for it.

    Returns
    -------
    ExportReport
        The file, and what is not in it, or what a program does not read.

    Raises
    ------
    ExchangeError
        If the suffix is another one.
    StudyError
        If the study cannot be opened.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from zhagen.study import practice_study
    >>> with tempfile.TemporaryDirectory() as place:
    ...     report = export_study(practice_study(), Path(place, "practice.qdpx"))
    >>> report.losses[report.losses.program == "QualCoder"].what.tolist()[:2]
    ['graphs', 'links between codes']
    """
    path = Path(path)
    writer = _chosen(path, WRITERS)
    opened = study if isinstance(study, Study) else open_study(study)
    content, losses = writer(opened, program)
    write_files({path.name: content}, path.parent)
    return ExportReport(path, loss_table(losses))


def import_study(path: Path | str, folder: Path | str, *, partial: bool = False) -> ImportReport:
    """Take a project of another program over as a study; the suffix of the file decides how it is read.

    Texts become NFC with line feeds alone, offsets are counted anew. What a study has no place for is listed. Nothing
    is written before all was read.

    Parameters
    ----------
    path : pathlib.Path or str
        The file: ``.qdpx``, ``.qdc``, or the folder ``.qda`` of a project of QualCoder.
    folder : pathlib.Path or str
        The folder of the study; it must hold none yet.
    partial : bool, default False
        List what does not fit (a coding of a code that is not there, a text that is missing) in place of refusing it.

    Returns
    -------
    ImportReport
        The study, and what was not taken or was changed.

    Raises
    ------
    ExchangeError
        If the suffix is another one, the file is damaged or dangerous, or the folder holds a study.
    StudyError
        If what the file says does not fit together.
    OutputError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from zhagen.study import practice_study
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = export_study(practice_study(), Path(place, "practice.qdpx"))
    ...     report = import_study(Path(place, "practice.qdpx"), Path(place, "mine"))
    >>> report.study
    Study 二手书群研究: 19 sources (16 interviews, 1 document, 2 field notes), 31 codes
    855 codings (293 by 林, 254 by 周, 308 by 共识), 60 memos, 98 acts on the codebook
    """
    path, folder = Path(path), Path(folder)
    reader = _chosen(path, READERS)
    if (folder / "study.toml").exists() or (folder.is_dir() and any(folder.iterdir())):
        raise ExchangeError("the folder is not empty", str(folder), "name a new folder for the study")
    project = reader(path, partial=partial)
    study = assemble_project(project)
    write_study(study, folder)
    notices = pd.DataFrame(project.notices, columns=NOTICES, dtype="str").drop_duplicates(ignore_index=True)
    return ImportReport(open_study(folder), notices, folder, project.origin)


def _chosen(path: Path, known: dict[str, T]) -> T:
    suffix = path.suffix.lower()
    if suffix not in known:
        found = f"the suffix {suffix!r} is not known" if suffix else "the file has no suffix"
        raise ExchangeError(found, path.name, f"use one of {', '.join(known)}")
    return known[suffix]
