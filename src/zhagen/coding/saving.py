"""What a page to code in sends is put into the study, beside what others did meanwhile.

The page says what it had (the base) and what it has now: only the difference is done to the study. So two windows, or
two coders, at one source lose nothing; where both changed the same thing, both are kept or said.
"""

import re
from collections.abc import Container
from datetime import date as calendar
from typing import Any

import pandas as pd

from zhagen.coding.passage import CodingPassage, code_passage
from zhagen.coding.state import FIELDS, check_state
from zhagen.errors import StudyError, ZhagenError
from zhagen.study.editing import Act, add_codes, drop_codes, new_code_id, rename_code
from zhagen.study.folder import ID, sha256_of, split_list
from zhagen.study.history import code_lineage
from zhagen.study.study import Study, remake_study
from zhagen.vocabulary import LEVELS

Key = tuple[int, int, str]  # start, end, code


def page_of_source(study: Study, source_id: str, coder: str) -> tuple[CodingPassage, dict[str, Any]]:
    """Return a source as a passage to code, and what a coder has coded in it.

    Parameters
    ----------
    study : Study
        The study.
    source_id : str
        The source.
    coder : str
        The coder.

    Returns
    -------
    CodingPassage
        The whole source, with the codings of the other coders to compare with.
    dict
        The state that the page begins with: ``version``, ``coder``, ``codes``, ``codings``.

    Raises
    ------
    StudyError
        If there is no such source, or it has no turn.
    """
    others = [name for name in study.coders if name != coder and study.codings.coder.eq(name).any()]
    passage = code_passage(study, source_id, coders=others)
    return passage, _state(study, passage, coder)


def apply_page(study: Study, source_id: str, coder: str, sent: Any) -> tuple[Study, dict[str, Any], list[str]]:
    """Do to a study what a page did: codings made, taken out and annotated, codes made and renamed.

    Parameters
    ----------
    study : Study
        The study that is in the folder now.
    source_id : str
        The source.
    coder : str
        The coder: codings of others are not touched.
    sent : object
        What the page sent: ``sha256`` of the text, ``base`` and ``state``.

    Returns
    -------
    Study
        The study with the changes; the same object if there are none.
    dict
        The state that the page has to show now.
    list of str
        What others did meanwhile to the same codings and codes, for the reader of the page.

    Raises
    ------
    StudyError
        If what was sent is not in this form, or the text is another by now.
    """
    passage, _ = page_of_source(study, source_id, coder)
    if not isinstance(sent, dict):
        raise StudyError("what the page sent is no object", "what the browser sent", "load the page again")
    if sent.get("sha256") != passage.data["sha256"]:
        raise StudyError(
            f"the text of {source_id} was changed", source_id, "export what you coded, load the page again"
        )
    base, state = (check_state(passage.data, sent.get(name)) for name in ("base", "state"))
    said: list[str] = []
    day = max([calendar.today().isoformat(), *study.history.date])
    act: Act = {"coder": coder, "reason": "在编码页上", "date": day}
    changed, become = _codes(study, base, state, act, said)
    codings = _codings(changed, passage, coder, base, state, become, said)
    if codings is not None:
        about = changed.about
        if "coders" in about and coder not in about["coders"]:
            about = {**about, "coders": [*about["coders"], coder]}
        changed = remake_study(changed, codings=codings, about=about)
    sent_codes = {code["id"] for code in state["codes"]}
    changed = drop_codes(changed, [code["id"] for code in base["codes"] if code["id"] not in sent_codes], **act)
    return changed, _state(changed, page_of_source(changed, source_id, coder)[0], coder), said


def _state(study: Study, passage: CodingPassage, coder: str) -> dict[str, Any]:
    """Return what a coder has in a passage, as its page holds it."""
    data = passage.data
    begin, end = data["offset"], data["offset"] + len(data["text"])
    own = study.codings
    own = own[(own.source_id == data["source"]) & (own.coder == coder) & (own.anchor != "lost")]
    own = own[(own.start >= begin) & (own.end <= end)].sort_values(["start", "end"], kind="stable")
    notes = own["memo"] if "memo" in own else [""] * len(own)
    rows = zip(own.start.tolist(), own.end.tolist(), own.code_id, own.date, notes, strict=True)
    codings = [
        {"start": first - begin, "end": last - begin, "code": code, "date": day, "memo": note}
        for first, last, code, day, note in rows
    ]
    codes = [{"id": code["id"], "label": code["label"]} for code in data["codes"]]
    return {"version": 1, "coder": coder, "codes": codes, "codings": codings}


def _codes(
    study: Study, base: dict[str, Any], state: dict[str, Any], act: Act, said: list[str]
) -> tuple[Study, dict[str, str]]:
    """Rename and make codes; return the study and what codes of the page are called here that are no longer there."""
    had = {code["id"]: code["label"] for code in base["codes"]}
    become: dict[str, str] = {}
    here, new = study.codebook.labels(), list[dict[str, str]]()
    called = {label: code_id for code_id, label in reversed(here.items())}
    used = {one for cell in study.history.code_id for one in split_list(cell)}
    line = _lineage(study) if any(one not in here for one in had) else {}
    for code in state["codes"]:
        code_id, label = code["id"], re.sub("[;；]", "，", code["label"]).strip()
        if code_id in here:
            if label in (had.get(code_id, label), here[code_id]):
                continue
            if here[code_id] == had.get(code_id):
                study = rename_code(study, code_id, label, **act)
                called.pop(here[code_id], None)
                here[code_id], called[label] = label, code_id
            else:
                said.append(f"“{had.get(code_id, code_id)}”在别处已经改名为“{here[code_id]}”，没有再改成“{label}”。")
            continue
        same = called.get(label, "")
        after = _successor(line, here, code_id) if code_id in had else ""
        if same or after:
            become[code_id] = same or after
            if after and not same:
                said.append(f"“{label}”在别处已经并入“{here[after]}”，你的编码也跟过去了。")
            continue
        fresh = code_id if ID.fullmatch(code_id) and code_id not in used else new_code_id(study, used)
        if code_id in had:
            said.append(f"“{label}”在别处已经停用或者拆开了；你用它编的还在，码重新建了一个。")
        new.append({"code_id": fresh, "label": label, **_said_of(code)})
        become[code_id] = called[label] = fresh
        used.add(fresh)
    if new:
        study = add_codes(study, _rows(new, become, study), **act)
    return study, become


def _said_of(code: dict[str, Any]) -> dict[str, str]:
    """Return what a file that the page read says of a code."""
    found = {name: code[name] for name in FIELDS if isinstance(code.get(name), str)}
    color = code.get("color")
    if isinstance(color, str) and re.fullmatch("#[0-9a-f]{6}", color):
        found["color"] = color
    return found


def _rows(new: list[dict[str, str]], become: dict[str, str], study: Study) -> pd.DataFrame:
    """Return new codes as rows of a codebook: a level that is none is a concept, a parent is one of a higher level."""
    order = {level: number for number, level in enumerate(LEVELS)}
    levels = dict(zip(study.codebook.codes.code_id, study.codebook.codes.level, strict=True))
    for row in new:
        row["level"] = row.get("level", "") if row.get("level", "") in LEVELS else "concept"
        levels[row["code_id"]] = row["level"]
    for row in new:
        above = become.get(row.get("parent_id", ""), row.get("parent_id", ""))
        row["parent_id"] = above if order.get(levels.get(above, ""), len(order)) < order[row["level"]] else ""
    return pd.DataFrame(new).fillna("")


def _lineage(study: Study) -> dict[str, list[str]]:
    """Return what each code that ended became."""
    try:
        return dict(code_lineage(study).set_index("code_id")["into"])
    except ZhagenError:
        return {}


def _successor(line: dict[str, list[str]], living: Container[str], code_id: str) -> str:
    """Return the living code that a code was merged into; empty if there is none."""
    seen = {code_id}
    while code_id not in living:
        into = line.get(code_id, [])
        if len(into) != 1 or into[0] in seen:
            return ""
        code_id = into[0]
        seen.add(code_id)
    return code_id


def _codings(
    study: Study,
    passage: CodingPassage,
    coder: str,
    base: dict[str, Any],
    state: dict[str, Any],
    become: dict[str, str],
    said: list[str],
) -> pd.DataFrame | None:
    """Return the codings of the study with what the page changed; None if it changed none."""
    source, offset = passage.data["source"], passage.data["offset"]
    labels, codings = study.codebook.labels(), study.codings.drop(columns=["anchor", "places"])

    def keyed(codings: list[dict[str, Any]]) -> dict[Key, dict[str, Any]]:
        return {
            (one["start"] + offset, one["end"] + offset, become.get(one["code"], one["code"])): one for one in codings
        }

    had, has = keyed(base["codings"]), keyed(state["codings"])
    own = codings[(codings.source_id == source) & (codings.coder == coder)]
    notes = own["memo"] if "memo" in own else pd.Series("", index=own.index)
    rows = {(start, end, code): row for row, start, end, code in own[["start", "end", "code_id"]].itertuples(name=None)}
    gone, written, made = [], {}, []

    def name(key: Key) -> str:
        return f"「{_short(study.texts[source][key[0] : key[1]])}」{labels.get(key[2], key[2])}"

    for key, old in had.items():
        if key in has or key not in rows:
            continue
        if notes[rows[key]] != old["memo"]:
            said.append(f"{name(key)}：你删去的时候，别处改了它的备注，没有删。")
        else:
            gone.append(rows[key])
    for key, one in has.items():
        before, here = had.get(key), notes[rows[key]] if key in rows else None
        if here is None:
            if before is None or before["memo"] != one["memo"]:
                made.append((key, one))
                if before is not None:
                    said.append(f"{name(key)}：别处删去了它，你改了它的备注，又留下了。")
        elif here != one["memo"] and (before is None or before["memo"] != one["memo"]):
            both = here if before is None or here != before["memo"] else ""
            if both and one["memo"] and one["memo"] not in both:
                said.append(f"{name(key)}：两处都写了备注，都留着。")
                written[rows[key]] = f"{both}\n{one['memo']}"
            elif not both:
                written[rows[key]] = one["memo"]
    if not (gone or written or made):
        return None
    if written or any(one["memo"] for _, one in made):
        codings["memo"] = codings.get("memo", "")
        for row, note in written.items():
            codings.loc[row, "memo"] = note
    used, number, new = set(codings.coding_id), len(own), []
    stem = re.sub(r"[^\w.\-]+", "_", f"{coder}-{source}")
    for (start, end, code), one in made:
        number += 1
        while f"{stem}-{number:02d}" in used:
            number += 1
        row = {"coding_id": f"{stem}-{number:02d}", "source_id": source, "start": start, "end": end, "code_id": code}
        row |= {"coder": coder, "date": _day(one.get("date")), "memo": one["memo"]}
        new.append(row | {"quote_sha256": sha256_of(study.texts[source][start:end])})
    codings = codings.drop(index=gone)
    if not new:
        return codings.reset_index(drop=True)
    added = pd.DataFrame(new).reindex(columns=list(codings), fill_value="")
    return pd.concat([codings, added], ignore_index=True)


def _day(given: Any) -> str:
    """Return a day that a page sent, or today."""
    try:
        return calendar.fromisoformat(str(given)[:10]).isoformat()
    except ValueError:
        return calendar.today().isoformat()


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= 16 else f"{words[:8]}……{words[-5:]}"
