"""A passage that is coded in a notebook: the page's coder as a widget, the codings as a table for the next cell."""

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.extras import import_extra
from zhagen.paths import PACKAGED
from zhagen.study.folder import sha256_of
from zhagen.study.passage import FIELDS, CodingPassage, check_state

CODINGS = "coding_id source_id start end code_id coder date quote_sha256 label memo".split()
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

        _esm = MODULE.format(script=script_file("qda.js") + script_file("coder.js"))
        _css = script_file("coder.css")
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


def script_file(name: str) -> str:
    """Return what the coder of the page is made of.

    Parameters
    ----------
    name : {"coder.js", "coder.css", "qda.js"}
        The file.

    Returns
    -------
    str
        Its text.
    """
    folder = PACKAGED / "coder" if PACKAGED.is_dir() else Path(__file__).parents[3] / "book/_static"
    return (folder / name).read_text("utf-8")


def _codings_of(passage: CodingPassage, state: Any) -> pd.DataFrame:
    """Return what a browser sent as a table of codings."""
    data, state = passage.data, check_state(passage, state)
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
        for one in check_state(passage, state)["codes"]
    ]
    return pd.DataFrame(rows, columns=["code_id", "label", *FIELDS])
