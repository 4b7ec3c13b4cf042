"""The appendix on the package's interface: every public function, from its docstring.

A page of `book/interface/` names a module (`<!-- interface: statistics.terms -->`); here the line becomes autodoc's
directives for each name that the module's wing exports. What a wing exports stands in its `__init__.pyi`, so a new
function is in the book as soon as it is public.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

from sphinx.application import Sphinx

import zhagen

PACKAGE = Path(zhagen.__file__).parent
PLACE = re.compile(r"^<!-- interface: (?P<module>[\w.]+) -->$", re.MULTILINE)


def exported(wing: str) -> dict[str, list[str]]:
    """Return what a wing exports: module (with its wing) -> names, sorted.

    >>> "term_matrix" in exported("statistics")["statistics.terms"]
    True
    """
    found: dict[str, list[str]] = {}
    for node in ast.parse((PACKAGE / wing / "__init__.pyi").read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            found.setdefault(f"{wing}.{node.module}", []).extend(alias.name for alias in node.names)
    return {module: sorted(names) for module, names in found.items()}


def directives(module: str) -> str:
    """Return the block of autodoc directives for one module."""
    names = exported(module.partition(".")[0])[module]
    loaded = importlib.import_module(f"zhagen.{module}")
    lines = ["```{eval-rst}", f".. currentmodule:: zhagen.{module}", ""]
    for name in names:
        if inspect.isclass(getattr(loaded, name)):
            lines += [f".. autoclass:: {name}", "   :members:", ""]
        else:
            lines += [f".. autofunction:: {name}", ""]
    return "\n".join([*lines, "```"])


def expand(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the directives where the page names a module, and read the page anew when a module changes."""
    if not docname.startswith("book/interface/"):
        return
    for match in PLACE.finditer(source[0]):
        file = importlib.import_module(f"zhagen.{match['module']}").__file__
        app.env.dependencies[docname].add(str(file))
        app.env.dependencies[docname].add(str(PACKAGE / match["module"].partition(".")[0] / "__init__.pyi"))
    source[0] = PLACE.sub(lambda match: directives(match["module"]), source[0])


def setup(app: Sphinx) -> dict:
    """Connect the expansion."""
    app.connect("source-read", expand)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
