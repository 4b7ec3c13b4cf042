"""What makes the page's coder a widget of a notebook: its script and style, and the class that holds them."""

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.coding.state import codebook_of_state, codings_of_state
from zhagen.extras import import_extra
from zhagen.paths import PACKAGED

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


@cache
def widget_class() -> type:
    """Return the class of the coder in a notebook.

    Returns
    -------
    type
        A subclass of ``anywidget.AnyWidget``, made of the block of HTML of a passage, its data and what was done in it.

    Raises
    ------
    ZhagenError
        If anywidget is not installed.
    """
    anywidget, traitlets = import_extra("anywidget", "lab"), import_extra("traitlets", "lab")

    class Coder(anywidget.AnyWidget):  # type: ignore[name-defined]
        """The coder of the page in a notebook, which reads what was coded as tables."""

        _esm = MODULE.format(script="\n".join(map(script_file, ("words.js", "qda.js", "coder.js"))))
        _css = script_file("coder.css")
        block = traitlets.Unicode().tag(sync=True)
        state = traitlets.Any().tag(sync=True)  # whatever a browser sends; it is checked where it is read

        def __init__(self, block: str, data: dict[str, Any], state: Any = None) -> None:
            super().__init__(block=block, state=state)
            self.data = data

        @property
        def codings(self) -> pd.DataFrame:
            """What is coded now."""
            return codings_of_state(self.data, self.state)

        @property
        def codebook(self) -> pd.DataFrame:
            """The codes now."""
            return codebook_of_state(self.data, self.state)

    return Coder


def script_file(name: str) -> str:
    """Return what the coder of the page is made of.

    Parameters
    ----------
    name : {"words.js", "coder.js", "coder.css", "qda.js"}
        The file.

    Returns
    -------
    str
        Its text.
    """
    folder = PACKAGED / "coder" if PACKAGED.is_dir() else Path(__file__).parents[3] / "book/_static"
    return (folder / name).read_text("utf-8")
