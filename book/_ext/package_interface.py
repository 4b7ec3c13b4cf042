"""The appendix on the package's interface: every public function, from its docstring.

A page of `book/interface/` is about a wing and names its modules below Chinese headings (`<!-- interface:
statistics.terms -->`). From these pages all others are made before Sphinx looks for pages: one for each module, and
one for each name where a module is long. What a wing exports stands in its `__init__.pyi`, so a new function is in
the book as soon as it is public; `tests/test_interface.py` holds that each module is named.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

import zhagen

PACKAGE = Path(zhagen.__file__).parent
FOLDER = "book/interface"
PLACE = re.compile(r"^<!-- interface: (?P<module>[\w.]+) -->$", re.MULTILINE)
WING = re.compile(rf"</{FOLDER}/(\w+)>`")
LISTED = re.compile(r"^<!-- modules -->$", re.MULTILINE)
DETAILS = re.compile(r"^<!-- details: (?P<module>[\w.]+)(?: (?P<name>\w+))? -->$", re.MULTILINE)
LONGEST = 440  # lines of docstrings on one page: about 12,000 pixels


@cache
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


def names_of(module: str) -> list[str]:
    """Return the names that a wing exports of a module."""
    return exported(module.partition(".")[0])[module]


def page_of(module: str, name: str = "") -> str:
    """Return the name of the page on a module, or on one name of a long module.

    >>> page_of("extraction.readings.gioia")
    'book/interface/extraction/readings/gioia'
    """
    return "/".join([FOLDER, *module.split("."), *filter(None, [name])])


@cache
def docstring_lines(module: str) -> int:
    """Count the lines of the docstrings that the page on a module shows, with their signatures."""
    lines = 0
    for name in names_of(module):
        found = getattr(importlib.import_module(f"zhagen.{module}"), name)
        inside = vars(found).items() if inspect.isclass(found) else ()
        shown = [found, *(value for key, value in inside if not key.startswith("_") and inspect.getdoc(value))]
        lines += sum((inspect.getdoc(one) or "").count("\n") + 3 for one in shown)
    return lines


def is_split(module: str) -> bool:
    """Say whether each name of a module has a page of its own."""
    return docstring_lines(module) > LONGEST


def directives(module: str, name: str = "") -> str:
    """Return the block of autodoc directives for one module, or for one of its names."""
    loaded = importlib.import_module(f"zhagen.{module}")
    lines = ["```{eval-rst}", f".. currentmodule:: zhagen.{module}", ""]
    for one in [name] if name else names_of(module):
        if inspect.isclass(getattr(loaded, one)):
            lines += [f".. autoclass:: {one}", "   :members:", ""]
        else:
            lines += [f".. autofunction:: {one}", ""]
    return "\n".join([*lines, "```"])


def link(module: str) -> str:
    """Return a paragraph that leads to the page on a module."""
    return f"{{doc}}`{module} </{page_of(module)}>`\n\n"


def summaries(module: str) -> str:
    """Return a list of a module's names, each with the first line of its docstring."""
    loaded = importlib.import_module(f"zhagen.{module}")
    lines = ["```{eval-rst}"]
    for name in names_of(module):
        first = (inspect.getdoc(getattr(loaded, name)) or "").partition("\n\n")[0].replace("\n", " ")
        lines.append(f"- :py:obj:`{name} <zhagen.{module}.{name}>`　{first}")
    return "\n".join([*lines, "```"])


def headings(source: str) -> Iterator[tuple[str, str]]:
    """Yield the modules that a wing's page names, each with the heading that it stands below.

    >>> list(headings("# A\\n\\n## 分句\\n\\n<!-- interface: text.sentences -->"))
    [('text.sentences', '分句')]
    """
    heading = ""
    for line in source.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif found := PLACE.fullmatch(line):
            yield found["module"], heading


def made_pages(folder: Path) -> dict[str, str]:
    """Return the pages that are made from those in a folder: name -> source."""
    pages = {}
    for path in sorted(folder.glob("*.md")):
        for module, heading in headings(path.read_text("utf-8")):
            wing = module.partition(".")[0]
            names = names_of(module)
            taken = f"`from zhagen.{wing} import {names[0] if len(names) == 1 else '…'}`"
            details = f"<!-- {'interface' if is_split(module) else 'details'}: {module} -->"
            pages[page_of(module)] = f"# {heading}：`{module}`\n\n取用：{taken}。\n\n{details}\n"
            for name in names if is_split(module) else ():
                taken = f"`from zhagen.{wing} import {name}`"
                details = f"<!-- details: {module} {name} -->"
                pages[page_of(module, name)] = f"# `{name}`\n\n{heading}：{taken}。\n\n{details}\n"
    return pages


def write_pages(app: Sphinx, config: object) -> None:
    """Write the pages of modules and names; those of an earlier build that are no more are removed."""
    root = Path(app.srcdir)
    pages = made_pages(root / FOLDER) if (root / FOLDER).is_dir() else {}
    for path in (root / FOLDER).glob("*/**/*.md"):
        if path.relative_to(root).with_suffix("").as_posix() not in pages:
            path.unlink()
    for name, source in pages.items():
        path = root / f"{name}.md"
        if not path.is_file() or path.read_text("utf-8") != source:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, "utf-8")


def all_modules(folder: Path, wings: list[str]) -> str:
    """Return the sections of the index: a line for each module, under its wing."""
    lines = []
    for wing in wings:
        source = (folder / f"{wing}.md").read_text("utf-8")
        title = source.partition("\n# ")[2].partition("\n")[0]
        lines += [f"### {title}", "", "```{list-table}", ":widths: 4 9", ""]
        for module, heading in headings(source):
            lines += [f"* - {{doc}}`{module} </{page_of(module)}>`", f"  - {heading}"]
        lines += ["```", ""]
    return "\n".join(lines)


def expand(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put lists and directives where a page names a module, and read the page anew when a module changes."""
    if docname != FOLDER and not docname.startswith(f"{FOLDER}/"):
        return
    for match in [*PLACE.finditer(source[0]), *DETAILS.finditer(source[0])]:
        file = importlib.import_module(f"zhagen.{match['module']}").__file__
        app.env.dependencies[docname].add(str(file))
        app.env.dependencies[docname].add(str(PACKAGE / match["module"].partition(".")[0] / "__init__.pyi"))
    source[0] = DETAILS.sub(lambda match: directives(match["module"], match["name"] or ""), source[0])
    of_wing = docname.count("/") == 2  # else of a module, whose page this is
    source[0] = PLACE.sub(
        lambda match: (link(match["module"]) if of_wing else "") + summaries(match["module"]), source[0]
    )
    if LISTED.search(source[0]):
        folder = Path(app.srcdir) / FOLDER
        app.env.dependencies[docname].update(str(path) for path in folder.glob("*.md"))
        app.env.dependencies[docname].update(str(path) for path in PACKAGE.glob("*/__init__.pyi"))
        listed = all_modules(folder, WING.findall(source[0]))
        source[0] = LISTED.sub(lambda match: listed, source[0])


def shorten_contents(app: Sphinx, doctree: nodes.document) -> None:
    """Leave the pages below a wing out of the contents beside every page: a wing's own page lists them.

    There are more of them than of all others: everybody would load them with each page, and writing them there, and
    looking for numbered figures in them, took a quarter of the build. The order of the pages is noted by now.
    """
    name = app.env.docname
    if name.startswith(f"{FOLDER}/"):
        for tree in (doctree, app.env.tocs[name]):
            for below in list(tree.findall(addnodes.toctree)):
                below.parent.remove(below)


def leave_out_fields(app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object) -> bool | None:
    """Leave out the fields of a named tuple, which its docstring has listed: `Alias for field number 0`."""
    return True if (getattr(obj, "__doc__", None) or "").startswith("Alias for field number") else None


def split_names(lines: list[str]) -> None:
    """Give each attribute a field of its own; Sphinx takes the first of several names for a type.

    >>> lines = [":ivar low, high: The ends", "    of it.", ":vartype low, high: float", ":ivar name: Its name."]
    >>> split_names(lines)
    >>> [line for line in lines if line.startswith(":")]  # doctest: +NORMALIZE_WHITESPACE
    [':ivar low: The ends', ':ivar high: The ends', ':vartype low: float', ':vartype high: float',
    ':ivar name: Its name.']
    """
    fields = re.split(r"^(?=:)", "\n".join(lines), flags=re.MULTILINE)
    for place, field in enumerate(fields):
        if found := re.match(r":(ivar|vartype) ((?:\w+, )+\w+):(.*)", field, re.DOTALL):
            text = found[3].rstrip("\n") + "\n"
            ends = field[len(field.rstrip("\n")) + 1 :]
            fields[place] = "".join(f":{found[1]} {name}:{text}" for name in found[2].split(", ")) + ends
    lines[:] = "".join(fields).split("\n")


def process(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Work on a docstring after Napoleon has."""
    split_names(lines)


def setup(app: Sphinx) -> dict:
    """Connect the expansion; the pages are there before the table of contents looks for them."""
    app.connect("config-inited", write_pages, priority=400)
    app.connect("source-read", expand)
    app.connect("autodoc-skip-member", leave_out_fields)

    app.connect("autodoc-process-docstring", process, priority=900)
    app.connect("doctree-read", shorten_contents, priority=900)  # after Sphinx has noted the order of the pages
    return {"parallel_read_safe": True, "parallel_write_safe": True}
