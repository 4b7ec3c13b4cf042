"""A study out to a file and in from a file: the suffix decides."""

import re
import tempfile
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
from zhagen.exchange.sheets import pack_csv, pack_xlsx, read_sheet
from zhagen.exchange.structured import pack_structured, read_text
from zhagen.output import write_files
from zhagen.statistics.association import cooccurrence_table
from zhagen.statistics.networks import build_network, find_communities, write_graphml
from zhagen.study.crosstables import coding_matrix
from zhagen.study.study import Study, open_study
from zhagen.study.writing import write_study

T = TypeVar("T")
NOTICES = "what where how".split()
PROGRAMS = {re.sub(r"\W", "", name.lower()): name for name in ("QualCoder", "Taguette", "MAXQDA", "NVivo", "ATLAS.ti")}


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


def _qdpx(study: Study, path: Path, program: str) -> tuple[bytes, list[Loss]]:
    content, losses = pack_project(study, program)
    return content, losses + reader_losses(study, program)


def _qdc(study: Study, path: Path, program: str) -> tuple[bytes, list[Loss]]:
    return pack_codebook(study)


def _graphml(study: Study, path: Path, program: str) -> tuple[bytes, list[Loss]]:
    """Return the network of codes that meet in a turn; an edge weighs the number of turns."""
    edges = cooccurrence_table(coding_matrix(study))
    graph = build_network(edges, "n12", top=None, min_count=1)
    levels = dict(zip(study.codebook.codes.label, study.codebook.codes.level, strict=True))
    for node in graph:
        graph.nodes[node]["level"] = levels.get(node, "")
    with tempfile.TemporaryDirectory() as place:
        write_graphml(graph, Path(place, "a.graphml"), communities=find_communities(graph))
        content = Path(place, "a.graphml").read_bytes()
    alone = len(set(study.codings.code_id)) - len(graph)
    return content, [Loss("", "codes that meet no other code", alone, "not in the network")] if alone > 0 else []


WRITERS: dict[str, Callable[[Study, Path, str], tuple[bytes, list[Loss]]]] = {
    ".qdpx": _qdpx,
    ".qdc": _qdc,
    ".csv": pack_csv,
    ".xlsx": pack_xlsx,
    ".txt": pack_structured,
    ".graphml": _graphml,
}
READERS: dict[str, Callable[..., Project]] = {
    ".qdpx": read_qdpx,
    ".qdc": read_qdc,
    ".qda": read_qda,
    ".csv": read_sheet,
    ".xlsx": read_sheet,
    ".txt": read_text,
}


def export_study(study: Study | Path | str, path: Path | str, *, program: str = "") -> ExportReport:
    """Write a study for another program; the suffix of the file decides for which.

    Parameters
    ----------
    study : Study, pathlib.Path or str
        The study, or its folder.
    path : pathlib.Path or str
        The file: ``.qdpx`` (a REFI-QDA project, for NVivo, ATLAS.ti, MAXQDA, QualCoder …), ``.qdc`` (its codebook),
        ``.csv`` (the codebook; a name with ``coding`` in it: the codings with their words), ``.xlsx`` (codebook,
        codings, sources, memos), ``.txt`` (MAXQDA's structured text) or ``.graphml`` (codes that meet in a turn). The
        same study gives the same bytes.
    program : str, default ""
        The program that is to read it, where that makes a difference: ``QualCoder`` for ``.qdpx`` (a study that came
        from there is written for it anyway), ``Taguette`` or ``MAXQDA`` for ``.csv`` and ``.xlsx``.

    Returns
    -------
    ExportReport
        The file, and what is not in it, or what a program does not read.

    Raises
    ------
    ExchangeError
        If the suffix or the program is another one.
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
    if program and re.sub(r"[\W_]", "", program.lower()) not in PROGRAMS:
        raise ExchangeError(f"the program {program!r} is not known", todo=f"use one of {', '.join(PROGRAMS.values())}")
    opened = study if isinstance(study, Study) else open_study(study)
    content, losses = writer(opened, path, program)
    write_files({path.name: content}, path.parent)
    return ExportReport(path, loss_table(losses))


def import_study(path: Path | str, folder: Path | str, *, partial: bool = False) -> ImportReport:
    """Take a project of another program over as a study; the suffix of the file decides how it is read.

    Texts become NFC with line feeds alone, offsets are counted anew. What a study has no place for is listed. Nothing
    is written before all was read.

    Parameters
    ----------
    path : pathlib.Path or str
        The file: ``.qdpx``, ``.qdc``, the folder ``.qda`` of a project of QualCoder; a codebook ``.csv`` or ``.xlsx``
        of Taguette, MAXQDA or ours, or Taguette's highlights; MAXQDA's structured text or QualCoder's list of codes
        ``.txt``.
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
    855 codings (林 293, 周 254, 共识 308), 60 memos, 98 acts on the codebook
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
