"""A passage that is coded in a notebook: the page's coder as a widget, the codings as a table for the next cell."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.errors import StudyError
from zhagen.extras import import_extra
from zhagen.paths import PACKAGED
from zhagen.study.folder import sha256_of
from zhagen.study.passage import FIELDS, CodingPassage

CODINGS = "coding_id source_id start end code_id coder date quote_sha256 label memo".split()
MOST = 100_000  # codings: more is no person's work
STATE = {"coder": str, "codes": list, "codings": list}
CODE = {"id": str, "label": str}
CODING = {"start": int, "end": int, "code": str, "memo": str}
# the page's script is a classic one; here it begins with each cell that shows the passage
MODULE = """
export default {{ render({{ model, el }}) {{
  {script}
  el.innerHTML = model.get("block");
  const block = el.firstElementChild;
  block.dataset.lmSuppressShortcuts = "true"; // letters, arrows and Enter are the coder's here, not JupyterLab's
  block.addEventListener("keydown", (event) => event.stopPropagation());
  zhagenCoder.start(block, (state) => {{ model.set("state", state); model.save_changes(); }});
}} }};
"""


def coding_widget(passage: CodingPassage) -> Any:
    """Return a widget in which a passage is coded in JupyterLab or Notebook 7.

    The browser keeps the codings, as in the page; the kernel has a copy of them. Nothing is sent to another host.

    Parameters
    ----------
    passage : CodingPassage
        The passage, as `code_passage` returns it.

    Returns
    -------
    anywidget.AnyWidget
        Its ``codings`` (DataFrame) are in the form of a study's ``codings.csv`` with ``label`` and ``memo``, as
        `add_codings` takes them; ``codebook`` (DataFrame) holds the codes, those of the study first.

    Raises
    ------
    ZhagenError
        If anywidget is not installed. Reading ``codings`` or ``codebook`` raises StudyError if what the browser sent
        is not in the form of codings of this passage.

    Examples
    --------
    >>> from zhagen.study import code_passage, practice_study
    >>> passage = code_passage(practice_study(), "I16", 1, 4)
    >>> coding_widget(passage).codings.empty  # doctest: +SKIP
    True
    """
    return _widget_class()(passage)


@cache
def _widget_class() -> type:
    anywidget, traitlets = import_extra("anywidget", "lab"), import_extra("traitlets", "lab")

    class CodingWidget(anywidget.AnyWidget):  # type: ignore[name-defined]
        """The coder of the page in a notebook."""

        _esm = MODULE.format(script=_static("coder.js"))
        _css = _static("coder.css")
        block = traitlets.Unicode().tag(sync=True)
        state = traitlets.Any().tag(sync=True)  # whatever a browser sends; it is checked where it is read

        def __init__(self, passage: CodingPassage) -> None:
            super().__init__(block=passage.block(), state=None)
            self.passage = passage

        @property
        def codings(self) -> pd.DataFrame:
            """What is coded now."""
            return _codings_of(self.passage, self.state)

        @property
        def codebook(self) -> pd.DataFrame:
            """The codes now."""
            return _codebook_of(self.passage, self.state)

    return CodingWidget


def _static(name: str) -> str:
    folder = PACKAGED / "coder" if PACKAGED.is_dir() else Path(__file__).parents[3] / "book/_static"
    return (folder / name).read_text("utf-8")


def _codings_of(passage: CodingPassage, state: Any) -> pd.DataFrame:
    """Return what a browser sent as a table of codings."""
    data, state = passage.data, _checked(passage, state)
    labels = {code["id"]: code["label"] for code in state["codes"]}
    rows = []
    for number, one in enumerate(state["codings"], 1):
        words = data["text"][one["start"] : one["end"]]
        start, end = one["start"] + data["offset"], one["end"] + data["offset"]
        name, label = f"{state['coder']}-{data['id']}-{number}", labels[one["code"]]
        date = str(one.get("date") or "")
        row = (
            name,
            data["source"],
            start,
            end,
            one["code"],
            state["coder"],
            date,
            sha256_of(words),
            label,
            one["memo"],
        )
        rows.append(row)
    return pd.DataFrame(rows, columns=CODINGS).astype({"start": int, "end": int})


def _codebook_of(passage: CodingPassage, state: Any) -> pd.DataFrame:
    """Return the codes that a browser sent."""
    known = {code["id"]: code for code in passage.data["codes"]}
    new = dict.fromkeys(FIELDS, "") | {"level": "concept"}
    rows = [
        {"code_id": one["id"], "label": one["label"], **{name: known.get(one["id"], new)[name] for name in FIELDS}}
        for one in _checked(passage, state)["codes"]
    ]
    return pd.DataFrame(rows, columns=["code_id", "label", *FIELDS])


def _checked(passage: CodingPassage, state: Any) -> dict[str, Any]:
    """Return a state of which every field that is read has been checked."""
    if state is None:  # nothing was shown yet
        codes = [{"id": code["id"], "label": code["label"]} for code in passage.data["codes"]]
        return {"coder": "我", "codes": codes, "codings": []}
    _need(state, STATE, "the state")
    if len(state["codings"]) > MOST or len(state["codes"]) > MOST:
        raise _refused(f"there are more than {MOST} codings or codes")
    for code in state["codes"]:
        _need(code, CODE, "a code")
    ids, size = {code["id"] for code in state["codes"]}, len(passage.data["text"])
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
