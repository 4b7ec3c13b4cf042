"""What a browser sends of a passage that was coded: checked field by field, and read as tables."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from zhagen.errors import StudyError
from zhagen.study.folder import sha256_of

FIELDS = ("level", "parent_id", "definition", "include", "exclude")
MOST = 100_000  # codings: more is no person's work
STATE = {"coder": str, "codes": list, "codings": list}
CODE = {"id": str, "label": str}
CODING = {"start": int, "end": int, "code": str, "memo": str}
CODINGS = "coding_id source_id start end code_id coder date quote_sha256 label memo".split()


def check_state(data: Mapping[str, Any], state: Any) -> dict[str, Any]:
    """Return what a browser sent, if every field that is read is what it must be.

    Parameters
    ----------
    data : mapping
        The data of the passage that was coded, as `CodingPassage` has them.
    state : object
        Whatever the browser sent; None if nothing was coded yet.

    Returns
    -------
    dict
        ``coder`` (str), ``codes`` (list of ``id``, ``label``), ``codings`` (list of ``start``, ``end``, ``code``,
        ``memo``; their offsets begin with the passage).

    Raises
    ------
    StudyError
        If it is not in this form.
    """
    if state is None:  # nothing was shown yet
        codes = [{"id": code["id"], "label": code["label"]} for code in data["codes"]]
        return {"coder": "我", "codes": codes, "codings": []}
    _need(state, STATE, "the state")
    if len(state["codings"]) > MOST or len(state["codes"]) > MOST:
        raise _refused(f"there are more than {MOST} codings or codes")
    for code in state["codes"]:
        _need(code, CODE, "a code")
    ids, size = {code["id"] for code in state["codes"]}, len(data["text"])
    for one in state["codings"]:
        _need(one, CODING, "a coding")
        if not 0 <= one["start"] < one["end"] <= size:
            raise _refused(f"a coding is from {one['start']} to {one['end']} of {size} characters")
        if one["code"] not in ids:
            raise _refused(f"a coding has the code {one['code']!r:.40}, which is not in the list of codes")
    return state


def _need(value: Any, fields: Mapping[str, type], what: str) -> None:
    if not isinstance(value, dict):
        raise _refused(f"{what} is {type(value).__name__}, not an object")
    for name, kind in fields.items():
        if not isinstance(value.get(name), kind) or isinstance(value[name], bool):
            raise _refused(f"{what} has no field {name!r} of type {kind.__name__}")


def _refused(found: str) -> StudyError:
    return StudyError(found, "what the browser sent", "show the passage anew, and read in the file you exported")


def codings_of_state(data: Mapping[str, Any], state: Any) -> pd.DataFrame:
    """Return what a browser sent as a table of codings.

    Parameters
    ----------
    data : mapping
        The data of the passage that was coded.
    state : object
        Whatever the browser sent.

    Returns
    -------
    DataFrame
        In the form of a study's ``codings.csv``, with ``label`` and ``memo``.
    """
    state = check_state(data, state)
    labels = {code["id"]: code["label"] for code in state["codes"]}
    rows = []
    for number, one in enumerate(state["codings"], 1):
        words = data["text"][one["start"] : one["end"]]
        start, end = one["start"] + data["offset"], one["end"] + data["offset"]
        coder, code = state["coder"], one["code"]
        place = (f"{coder}-{data['id']}-{number}", data["source"], start, end)
        rows.append((*place, code, coder, str(one.get("date") or ""), sha256_of(words), labels[code], one["memo"]))
    return pd.DataFrame(rows, columns=CODINGS).astype({"start": int, "end": int})


def codebook_of_state(data: Mapping[str, Any], state: Any) -> pd.DataFrame:
    """Return the codes that a browser sent.

    Parameters
    ----------
    data : mapping
        The data of the passage that was coded.
    state : object
        Whatever the browser sent.

    Returns
    -------
    DataFrame
        A code a row, those of the study first.
    """
    known = {code["id"]: code for code in data["codes"]}
    new = dict.fromkeys(FIELDS, "") | {"level": "concept"}
    rows = [
        {"code_id": one["id"], "label": one["label"], **{name: known.get(one["id"], new)[name] for name in FIELDS}}
        for one in check_state(data, state)["codes"]
    ]
    return pd.DataFrame(rows, columns=["code_id", "label", *FIELDS])
