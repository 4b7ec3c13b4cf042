"""Studies of a part of the sources, and with one coder more: what a reader coded, beside those of the study."""

from collections.abc import Iterable
from datetime import date as calendar
from typing import Any

import pandas as pd

from zhagen.errors import StudyError
from zhagen.study.anchors import anchor_codings, place_quotes
from zhagen.study.study import Study, make_study, remake_study

KEPT = ("speakers", "differences", "sampling")  # tables of which a part is still true of a part of the sources
SPAN = ("start", "end")
COLUMNS = "give source_id, code_id or label, and start and end or quote"


def add_codings(study: Study, codings: pd.DataFrame, *, coder: str) -> Study:
    """Return the study with the codings of one more coder.

    Parameters
    ----------
    study : Study
        The study.
    codings : pandas.DataFrame
        ``source_id`` and ``code_id`` or ``label``, with ``start`` and ``end``, as a page to code in exports them, or
        with ``quote`` (and ``n``), as in `place_quotes`. Codes that the codebook lacks are added to it, as concepts.
    coder : str
        The name of the coder, of all rows.

    Returns
    -------
    Study
        The study with these codings; where it has a history, codes that are new are written into it.

    Raises
    ------
    StudyError
        If a column is missing, a source is not of the study, the words are not at their place or a coder of this name
        has codings already.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> rows = pd.DataFrame([{"source_id": "I16", "label": "看着不翻", "quote": "你不翻也挺怪的"}])
    >>> found = add_codings(practice_study(), rows, coder="我")
    >>> found.single_coders, found.quotations(coder="我").label.tolist()
    (['林', '周', '我'], ['看着不翻'])
    """
    if study.codings.coder.eq(coder).any():
        raise StudyError(f"the study has codings of {coder} already", todo="give another name, such as 我")
    needed = ["source_id", *([] if "quote" in codings else SPAN), *([] if "code_id" in codings else ["label"])]
    lacking = [name for name in needed if name not in codings]
    if lacking:
        raise StudyError(f"there is no column {lacking[0]!r}", todo=COLUMNS)
    strange = [source for source in codings["source_id"] if source not in study.texts]
    if strange:
        raise StudyError(f"there is no source {strange[0]!r}", todo=f"use one of {', '.join(study.texts)}")
    codes = study.codebook.codes
    given = codings.assign(**_codes(codings, codes), coder=coder)
    given = given.assign(coding_id=[f"{coder}-{number}" for number in range(1, len(given) + 1)])
    if "quote" in given:
        given = place_quotes(study.texts, given)
    else:
        given = given.assign(quote_sha256=given["quote_sha256"].fillna("") if "quote_sha256" in given else "")
        lost = anchor_codings(given, study.texts).query("anchor == 'lost'")
        if len(lost):
            row = lost.iloc[0]
            found = f"the words of {row['label']} are not at {row['start']} to {row['end']} of {row['source_id']}"
            raise StudyError(found, f"the first of {len(lost)}", "export the file anew from the page of this study")
    known = set(codes.code_id)
    new = given[~given["code_id"].isin(known)].drop_duplicates("code_id")
    added = new[["code_id", "label"]].assign(level="concept")
    if "memo" in given and given["memo"].fillna("").ne("").any():
        given = given.assign(memo=given["memo"].fillna(""))
    else:
        given = given.drop(columns="memo", errors="ignore")
    columns = dict.fromkeys([*study.codings, *(["memo"] if "memo" in given else [])])
    plain = given[[column for column in columns if column in given]]
    every = pd.concat([study.codings, plain], ignore_index=True)
    every = every.fillna(dict.fromkeys([str(name) for name in every if name not in (*SPAN, "places")], ""))
    changes = {
        "codes": pd.concat([codes, added], ignore_index=True).fillna(""),
        "codings": every,
        "about": {**study.about, "coders": list(dict.fromkeys([*study.coders, coder]))},
    }
    if len(study.history) and len(new):
        changes["history"] = pd.concat([study.history, _created(study, new, coder)], ignore_index=True).fillna("")
    return remake_study(study, **changes)


def study_part(study: Study, sources: Iterable[str]) -> Study:
    """Return the study with some of its sources, such as those that a second coder has coded too.

    Parameters
    ----------
    study : Study
        The study.
    sources : iterable of str
        Ids of sources.

    Returns
    -------
    Study
        The codebook whole; of speakers, codings, differences and the order of collection, what is of these sources.
        What was written about the whole study (memos, history, models) remains with it.

    Raises
    ------
    StudyError
        If there is no such source, or none is given.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> study_part(practice_study(), ["I16"])
    Study 二手书群研究: 1 sources (1 interview), 31 codes
    40 codings (林 13, 周 13, 共识 14), 0 memos, 0 acts on the codebook
    """
    wanted = set(sources)
    strange = sorted(wanted - set(study.texts))
    if strange or not wanted:
        found = f"there is no source {strange[0]!r}" if strange else "no source is given"
        raise StudyError(found, todo=f"use one of {', '.join(study.texts)}")
    kept = study.sources[study.sources.source_id.isin(wanted)]
    return _made(study, study.codebook.codes, study.codings, study.about, kept)


def _created(study: Study, new: pd.DataFrame, coder: str) -> pd.DataFrame:
    """Return the rows of the history for codes that came with codings."""
    day = max([calendar.today().isoformat(), *study.history.date])
    rows = new[["code_id", "label"]].rename(columns={"label": "to"})
    return rows.assign(date=day, coder=coder, act="create", reason="随编码加入")


def _made(study: Study, codes: pd.DataFrame, codings: pd.DataFrame, about: dict[str, Any], kept: pd.DataFrame) -> Study:
    wanted = set(kept.source_id)
    tables = {name: _of(getattr(study, name), wanted) for name in KEPT}
    plain = codings.drop(columns=[name for name in ("anchor", "places") if name in codings])
    codes = codes.assign(memo_id="") if "memo_id" in codes else codes  # the memos are not in it
    if "memo_id" in tables["differences"]:
        tables["differences"] = tables["differences"].assign(memo_id="")
    texts = {source: text for source, text in study.texts.items() if source in wanted}
    return make_study(texts, codes, _of(plain, wanted), about=about, sources=kept.reset_index(drop=True), **tables)


def _of(frame: pd.DataFrame, wanted: set[str]) -> pd.DataFrame:
    return frame[frame.source_id.isin(wanted)].reset_index(drop=True)


def _codes(codings: pd.DataFrame, codes: pd.DataFrame) -> dict[str, list[str]]:
    """Return id and label of the code of each row: a code of the study by its id or its label, else a new one."""
    labels = dict(zip(codes.code_id, codes.label, strict=True))
    ids = {label: code_id for code_id, label in labels.items()}
    blank = pd.Series("", index=codings.index)
    cells = [codings.get(name, blank).fillna("").astype(str).str.strip() for name in ("code_id", "label")]
    found: dict[str, list[str]] = {"code_id": [], "label": []}
    for row, (code_id, label) in enumerate(zip(*cells, strict=True), 1):
        if not (code_id or label):
            raise StudyError("a coding has neither code_id nor label", f"row {row}", "write one of them")
        if code_id not in labels:
            code_id = ids.setdefault(label or code_id, code_id or f"own-{len(ids) + 1}")
        found["code_id"].append(code_id)
        found["label"].append(labels.get(code_id, label or code_id))
    return found
