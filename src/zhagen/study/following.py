"""A copy of a study in which codes end as they did in another copy, before the two are put together.

Where one coder merged, split or retired a code that the other one left as it was, the other's codings follow: else
they would be in the study twice, under the old code and under the new one.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.study.editing import merge_codes, retire_code, split_code
from zhagen.study.folder import split_list
from zhagen.study.history import code_lineage
from zhagen.study.study import Study, remake_study

ENDS = ("merge", "split", "retire")


def follow_acts(study: Study, other: Study) -> tuple[Study, list[dict[str, Any]]]:
    """Let codes of a study end as they ended in another copy of it.

    Parameters
    ----------
    study : Study
        The study.
    other : Study
        The other copy, with a history.

    Returns
    -------
    study : Study
        The study; codes that it ended or split itself, or that are other codes with the same id, are as they were; one
        that it renamed or moved ends all the same. Its history is as it was, too: the acts are in that of the other
        copy.
    unsure : list of dict
        Codings that the other copy does not have, of a code that it split: ``coding_id``, ``source_id``, ``start``,
        ``end``, ``label`` (the old one), ``into`` (the label of the first part, which they get).

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> study = practice_study()
    >>> other = merge_codes(study, "c04", "c08", reason="都是落空", date="2024-08-01")
    >>> found, unsure = follow_acts(study, other)
    >>> "c04" in set(found.codebook.codes.code_id), len(found.codings) == len(study.codings), unsure
    (False, True, [])
    """
    acts, own = acts_alone(other, study), acts_alone(study, other)
    acts = acts[acts["act"].isin(ENDS)] if len(acts) else acts
    if acts.empty:
        return study, []
    kept = own[own["act"].isin((*ENDS, "create"))] if len(own) else own
    touched = {one for cell in kept["code_id"] for one in split_list(cell)} if len(kept) else set()
    names = dict[str, list[str]]()  # that a code of the study ever had
    if len(study.history):
        lives = code_lineage(study)
        names = dict(zip(lives["code_id"], lives["labels"], strict=True))
    ended = {one for act, one in zip(study.history["act"], study.history["code_id"], strict=True) if act in ENDS}
    lineage = code_lineage(other).set_index("code_id")
    alive = set(other.codebook.codes.code_id)
    became = dict(zip(lineage.index, lineage["into"], strict=True))
    codes_there = dict(zip(other.codings.coding_id, other.codings.code_id, strict=True))
    made, unsure = study, list[dict[str, Any]]()
    for act in acts.to_dict("records"):
        labels = made.codebook.labels()
        code, into = act["code_id"], split_list(act["to"])
        called = {labels.get(code, ""), *names.get(code, [])}
        same = code in labels and code in lineage.index and not called.isdisjoint(lineage["labels"][code])
        stays = code in into  # one of the parts of a split is the code itself
        if not same or code in touched or (code in alive and not stays) or set(into) & ended - set(labels):
            continue
        date = max([act["date"], *made.history["date"]])
        said = {"reason": act["reason"], "coder": act["coder"], "date": date}
        mine = made.codings[made.codings.code_id == code]
        try:
            ready = _with_codes(made, other, into, lineage["labels"], code)
            if act["act"] == "merge":
                made = merge_codes(ready, code, into[0], **said)
            elif act["act"] == "split":
                parts: dict[str, list[str]] = {one: [] for one in into}
                rest = code if stays else into[0]
                found = {one: part for part in reversed(into) for one in _after(part, became)}  # parts may have ended
                for row in mine.to_dict("records"):
                    part = found.get(codes_there.get(row["coding_id"], ""), "")
                    parts[part or rest].append(row["coding_id"])
                    if not part and not stays:
                        unsure.append(row | {"label": labels[code], "into": ready.codebook.labels()[into[0]]})
                made = split_code(ready, code, parts, **said)
            elif mine.empty:
                made = retire_code(made, code, **said)
        except ZhagenError:  # it does not fit what the study has made of its codes: both remain, and are listed
            unsure = [row for row in unsure if row["label"] != labels[code]]
    return remake_study(made, history=study.history), unsure


def acts_alone(study: Study, other: Study) -> pd.DataFrame:
    """Return the acts that are in the history of a study and not in that of another one.

    Parameters
    ----------
    study, other : Study
        Two copies of a study.

    Returns
    -------
    pandas.DataFrame
        Rows of the history of the first.
    """
    if study.history.empty:
        return study.history
    columns = list(dict.fromkeys([*study.history, *other.history]))
    theirs = set(other.history.reindex(columns=columns, fill_value="").itertuples(index=False, name=None))
    rows = study.history.reindex(columns=columns, fill_value="").itertuples(index=False, name=None)
    return study.history[[row not in theirs for row in rows]]


def _after(code: str, became: Mapping[str, list[str]]) -> set[str]:
    """Return a code and all that it became since."""
    found, todo = set[str](), [code]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += became.get(one, [])
    return found


def _with_codes(study: Study, other: Study, wanted: list[str], names: pd.Series, code: str) -> Study:
    """Return the study with codes of the other one that it does not have yet, under parents that it has.

    Those that have ended since have the last label that they had, and the level of the code that became them.
    """
    codes, theirs = study.codebook.codes, other.codebook.codes
    known = set(codes.code_id)
    new = theirs[theirs.code_id.isin(wanted) & ~theirs.code_id.isin(known)]
    new = new.assign(parent_id=[one if one in known else "" for one in new.parent_id])
    level = codes.level[codes.code_id == code].iloc[0]
    gone = [
        {"code_id": one, "label": names[one][-1], "level": level}
        for one in wanted
        if one in names.index and one not in known and one not in set(theirs.code_id)
    ]
    if new.empty and not gone:
        return study
    return remake_study(study, codes=pd.concat([codes, new, pd.DataFrame(gone)], ignore_index=True).fillna(""))
