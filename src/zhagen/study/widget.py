"""What makes the page's coder a widget of a notebook: its script and style, and the class that holds them."""

from functools import cache
from pathlib import Path

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
    """Return the class of the coder in a notebook: ``block``, HTML of a passage, and ``state``, what was done in it.

    Returns
    -------
    type
        A subclass of ``anywidget.AnyWidget``, made with these two as keywords.

    Raises
    ------
    ZhagenError
        If anywidget is not installed.
    """
    anywidget, traitlets = import_extra("anywidget", "lab"), import_extra("traitlets", "lab")

    class Coder(anywidget.AnyWidget):  # type: ignore[name-defined]
        """The coder of the page in a notebook."""

        _esm = MODULE.format(script="\n".join(map(script_file, ("words.js", "qda.js", "coder.js"))))
        _css = script_file("coder.css")
        block = traitlets.Unicode().tag(sync=True)
        state = traitlets.Any().tag(sync=True)  # whatever a browser sends; it is checked where it is read

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
