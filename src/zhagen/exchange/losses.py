"""What gets lost on the way to another program: in the file itself, and at its readers."""

import re
from collections.abc import Collection
from typing import NamedTuple

import pandas as pd

from zhagen.exchange.fields import PASSAGE
from zhagen.study.folder import columns_of, split_list
from zhagen.study.study import Study
from zhagen.vocabulary import DEFINING

UNREAD = "not read; export with --for qualcoder (in Python: program='QualCoder'), and they become journal entries"
LINKED = "journal entries without their links"
LOSSES = "program what number how".split()


class Loss(NamedTuple):
    """One kind of thing that another program does not get in the form that the study has it in.

    Attributes
    ----------
    program : str
        Who drops it; ``""``: the format itself.
    what : str
        What it is.
    number : int
        How many there are in this study.
    how : str
        What becomes of it.
    """

    program: str
    what: str
    number: int
    how: str


def reads_as_qualcoder(study: Study, program: str = "") -> bool:
    """Say whether a project is written for QualCoder: if that is asked for, or it came from there.

    Parameters
    ----------
    study : Study
        The study.
    program : str, default ""
        The program that was named; ``""`` for none.

    Returns
    -------
    bool
        Whether it is.
    """
    return "qualcoder" in (program or str(study.about.get("program", ""))).lower()


def reader_losses(study: Study, program: str = "") -> list[Loss]:
    """Return what programs drop when they read a REFI-QDA project of a study.

    Only what their public documentation or source says, or what was tried; of a program without a row nothing is known.

    Parameters
    ----------
    study : Study
        The study.
    program : str, default ""
        The program that it was written for.

    Returns
    -------
    list of Loss
        Rows with a number above 0.

    References
    ----------
    QualCoder, src/qualcoder/refi.py (version 4.0). NVivo Help, REFI-QDA Standard: the items that are transferred.
    MAXQDA Online Manual, Creating a new code: names have 63 characters at most. Taguette, Import codebook.
    """
    memos, edges = study.memos, study.mechanism
    on_codes = int(sum(bool(codes or codings) for codes, codings in zip(memos.codes, memos.codings, strict=True)))
    # what is on a coding, too, goes with it
    on_sources = int(sum(bool(where and not on) for where, on in zip(memos.sources, memos.codings, strict=True)))
    sets = sum(
        len({one for cell in frame.sets for one in split_list(cell)})
        for frame in (study.codebook.codes,)
        if "sets" in frame
    )
    keys = study.codings[["source_id", "start", "end", "code_id", "coder"]]
    beyond = sum(bool(re.search("[\U00010000-\U0010ffff]", text)) for text in study.texts.values())
    long = int(study.codebook.codes.label.str.len().gt(63).sum())
    cases = len(study.speakers)
    if "case" in study.sources and not reads_as_qualcoder(study, program):
        cases += len({one for cell in study.sources.case for one in split_list(cell)})
    passages = sum(bool(PASSAGE.search(text)) for text in memos.text)
    names = set(study.codebook.codes.label)
    arrows = int((edges.source.isin(names) & edges.target.isin(names)).sum()) if len(edges) else 0
    found = [
        Loss("QualCoder", "graphs", edges.model_id.nunique() if len(edges) else 0, "not read"),
        Loss("QualCoder", "links between codes", arrows, "not read"),
        Loss("QualCoder", "memos on codes and codings", on_codes, "memos of codings, or journal entries without links"),
        Loss(
            "QualCoder",
            "memos on sources",
            on_sources - passages,
            LINKED if reads_as_qualcoder(study, program) else UNREAD,
        ),
        Loss("QualCoder", "sets of codes", sets, "not read"),
        Loss("QualCoder", "cases with a name", cases, "read with their attributes, without their sources"),
        Loss(
            "QualCoder", "second codings of a coder's passage with one code", int(keys.duplicated().sum()), "not read"
        ),
        Loss("NVivo", "graphs", edges.model_id.nunique() if len(edges) else 0, "not among what its help lists"),
        Loss("NVivo", "links between codes", arrows, "not among what its help lists"),
        Loss(
            "NVivo", "texts with characters of more than 16 bits", beyond, "it counts UTF-16 units: passages may shift"
        ),
        Loss("MAXQDA", "names of codes with more than 63 characters", long, "cut, as its manual says"),
        Loss(
            "Taguette", "everything but the codebook", len(study.codings), "it reads codebooks only: export one as .csv"
        ),
    ]
    return [one for one in found if one.number]


def left_out(study: Study, held: Collection[str], how: str) -> list[Loss]:
    """Return which parts of a study a file does not have that holds some parts alone.

    Parameters
    ----------
    study : Study
        The study.
    held : collection of str
        Those that it holds, of: ``sources`` (their texts), ``attributes`` (of sources), ``speakers`` (and their roles),
        ``codings``, ``coders``, ``definitions`` (of codes), ``codes without a coding``, ``memos``, ``models``,
        ``history``.
    how : str
        What becomes of the others.

    Returns
    -------
    list of Loss
        One a part that the study has and the file has not. What belongs to a part that is not there is not named.
    """
    plain = [name for name in study.sources if name not in (*columns_of("sources"), "date", "guid", "case", "sets")]
    codes = study.codebook.codes
    defined = codes.reindex(columns=list(DEFINING), fill_value="").fillna("").map(bool).any(axis=1)
    numbers = {
        "sources": len(study.texts),
        "attributes": int(study.sources[plain].fillna("").map(bool).to_numpy().sum()) if "sources" in held else 0,
        "speakers": len(study.speakers) if "sources" in held else 0,
        "codings": len(study.codings),
        "coders": study.codings.coder.nunique() * (study.codings.coder.nunique() > 1) if "codings" in held else 0,
        "definitions": int(defined.sum()),
        "codes without a coding": int((~codes.code_id.isin(study.codings.code_id)).sum()) if "codings" in held else 0,
        "memos": len(study.memos),
        "models": study.mechanism.model_id.nunique(),
        "history": len(study.history),
    }
    return [Loss("", what, number, how) for what, number in numbers.items() if number and what not in held]


def loss_table(losses: list[Loss]) -> pd.DataFrame:
    """Return losses as a table.

    Parameters
    ----------
    losses : list of Loss
        In any order.

    Returns
    -------
    pandas.DataFrame
        ``program`` (``""``: the format itself), ``what``, ``number`` (int64), ``how``; equal ones are added up.
    """
    sums: dict[tuple[str, str, str], int] = {}
    for one in losses:
        key = (one.program, one.what, one.how)
        sums[key] = sums.get(key, 0) + one.number
    rows = [(program, what, number, how) for (program, what, how), number in sums.items()]
    return pd.DataFrame(rows, columns=LOSSES).astype({name: "int64" if name == "number" else "str" for name in LOSSES})
