"""The notebooks of the book: executed once before Sphinx reads them, and written again as the edition for readers.

Sphinx executes nothing. What it reads is what the executor of the package made (`zhagen.book.execution`); when the
pages are finished, each notebook is written beside its page as a reader's edition (`zhagen.book.reader`), together with
the wheel that the edition installs where the package is missing. The same without solutions, for students, goes into
`_build/student/editions`; `book/student.py` packs it. The address of the site is `html_baseurl`
(`html: baseurl` of _config.yml, or ZHAGEN_SITE: build.py); without one, editions name the wheel by its relative path.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from numbered_references import find_number
from run_in_page import NOT_THERE
from zhagen.book.execution import execute_notebooks
from zhagen.book.reader import Install, changes_markdown, reader_edition
from zhagen.book.solutions import without_solutions

LOGGER = logging.getLogger(__name__)
FOLDER = "notebooks/"
EXTRAS = "figures,corpus,materials"
DOWNLOAD = re.compile(r'href="[^"]*_sources/(notebooks/[^"]+\.ipynb)"')


def execute(app: Sphinx, env: BuildEnvironment, added: set, changed: set, removed: set) -> list[str]:
    """Execute every notebook of the book, or take what is kept; returns the pages whose results are new."""
    names = sorted(name for name in env.found_docs if name.startswith(FOLDER))
    root = Path(app.srcdir)
    runs = execute_notebooks(
        [root / f"{name}.ipynb" for name in names],
        root / "_build/executed",
        lock=root / "requirements.lock",
        strict=not app.config.zhagen_study_book,
    )
    before = getattr(env, "zhagen_results", {})
    app.zhagen_executed, app.zhagen_runs = {}, dict(zip(names, runs, strict=True))
    results = {}
    for name, run in zip(names, runs, strict=True):
        for problem in run.problems:
            LOGGER.warning(problem, location=name, type="zhagen")
        app.zhagen_executed[name] = _page(run.notebook, in_browser=not NOT_THERE.intersection(run.modules))
        results[name] = hashlib.sha256(app.zhagen_executed[name].encode()).hexdigest()
    env.zhagen_results = results
    return [name for name in names if name not in added and results[name] != before.get(name)]


def _page(notebook: nbformat.NotebookNode, *, in_browser: bool) -> str:
    """Return an executed notebook as Sphinx reads it: with its box of changes before the last section."""
    if changes := changes_markdown(notebook):
        title, _, text = changes.partition("\n\n")
        where = (
            "在浏览器里运行本页（按钮在标题下面），或者下载笔记本（页面右上角）"
            if in_browser
            else "下载笔记本（页面右上角）"
        )
        lines = text.replace("每次只改一处，从头运行一遍：", f"{where}，每次只改一处，从头运行，看最后说什么变了：")
        box = f":::{{admonition}} {title.strip('*')}\n:class: seealso\n{lines}\n:::"
        notebook = nbformat.from_dict(notebook)
        notebook.cells.append(nbformat.v4.new_markdown_cell(box, id="zhagen-changes"))
    return nbformat.writes(notebook)


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Hand Sphinx the executed notebook in place of its source."""
    if docname in getattr(app, "zhagen_executed", {}):
        source[0] = app.zhagen_executed[docname]


class Finished:
    """The finished book, as a reader's edition asks for it (`zhagen.book.reader.Resolver`)."""

    def __init__(self, app: Sphinx, docname: str, site: str) -> None:
        self.app, self.env, self.docname, self.site = app, app.env, docname, site

    def number(self, label: str) -> str:
        """Return ``表 14`` or ``图 2``."""
        if found := find_number(self.env, label):
            return self.app.config.numfig_format[found[0]] % found[3]
        equations = self.env.get_domain("math").equations
        if label in equations:
            return self.app.config.math_eqref_format.format(number=equations[label][1])
        raise KeyError(f"{self.docname}: nothing is numbered {label}")

    def link(self, target: str, *, kind: str) -> tuple[str, str]:
        """Return title and address of a page, a heading or a term."""
        if kind == "doc":
            docname = target.lstrip("/") if target.startswith("/") else f"{Path(self.docname).parent}/{target}"
            docname = os.path.normpath(docname)
            return self.env.titles[docname].astext(), self._address(docname)
        if kind == "ref":
            docname, anchor, title = self.env.get_domain("std").labels[target.lower()]
            return title, self._address(docname, anchor)
        docname, anchor = self.env.get_domain("std").objects["term", target]
        return target, self._address(docname, anchor)

    def cite(self, keys: str, *, kind: str) -> str:
        """Return the text of a citation."""
        domain = self.env.get_domain("cite")
        node = domain.resolve_xref(
            self.env, self.docname, self.app.builder, kind, keys, _reference(self.docname), nodes.inline()
        )
        return re.sub(r"(?<=[A-Za-z])等", " 等", node.astext())  # no style sheet sets this space in a notebook

    def _address(self, docname: str, anchor: str = "") -> str:
        """Return where a page is; another notebook is opened beside this one where the site has no address."""
        if self.site:
            return f"{self.site}{docname}.html" + (f"#{anchor}" if anchor else "")
        if docname.startswith(FOLDER):
            return os.path.relpath(f"{docname}.ipynb", Path(self.docname).parent)
        return ""


def _reference(docname: str) -> addnodes.pending_xref:
    return addnodes.pending_xref(refdoc=docname, refexplicit=False)


def site_address(app: Sphinx) -> str:
    """Return the address of the site with a slash at its end, or an empty string."""
    address = app.config.html_baseurl or ""
    return f"{address.rstrip('/')}/" if address else ""


def write_editions(app: Sphinx, exception: Exception | None) -> None:
    """Write the reader's edition of each notebook beside its page, the wheel, and the links to them."""
    if exception or app.builder.name != "html" or app.config.zhagen_study_book or app.config.language != "zh_CN":
        return
    out, site = Path(app.outdir), site_address(app)
    wheel = build_wheel(Path(app.srcdir), out / "wheel")
    shutil.rmtree(out.parent / "student", ignore_errors=True)
    for docname in sorted(name for name in app.env.found_docs if name.startswith(FOLDER)):
        source = nbformat.read(Path(app.srcdir) / f"{docname}.ipynb", as_version=4)
        install = _install(docname, wheel, site)
        edition = reader_edition(source, Finished(app, docname, site), install)
        (out / f"{docname}.ipynb").write_text(nbformat.writes(edition) + "\n", "utf-8")
        student = reader_edition(without_solutions(source), Finished(app, docname, ""), _install(docname, wheel, ""))
        place = out.parent / f"student/editions/{docname}.ipynb"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(nbformat.writes(student) + "\n", "utf-8")
        (out / f"_sources/{docname}.ipynb").unlink(missing_ok=True)
        page = out / f"{docname}.html"
        up = os.path.relpath(".", Path(docname).parent)
        page.write_text(DOWNLOAD.sub(rf'href="{up}/\1"', page.read_text("utf-8")), "utf-8")


def _install(docname: str, wheel: Path, site: str) -> Install:
    if site:
        return Install(f'"zhagen[{EXTRAS}] @ {site}wheel/{wheel.name}"', f"{site}{docname}.html")
    up = os.path.relpath(".", Path(docname).parent)
    return Install(f'"{up}/wheel/{wheel.name}[{EXTRAS}]"')


def build_wheel(root: Path, folder: Path) -> Path:
    """Build the package's wheel into a folder, which then holds this one alone."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=root, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        LOGGER.warning("the wheel could not be built: %s", done.stderr.strip()[-500:], type="zhagen")
    return next(folder.glob("*.whl"))


def setup(app: Sphinx) -> dict:
    """Connect the steps; the editions are written after `clean_pages` has cleaned the pages."""
    if numbering := app.extensions.get("sphinx_multitoc_numbering"):
        # sphinx_external_toc loads it and forgets to declare it safe: it numbers after reading, and we number none
        numbering.parallel_read_safe = True
    # the book of somebody's study: its numbers are written by each build, and its notebooks are not handed out
    app.add_config_value("zhagen_study_book", False, "env", bool)
    app.connect("env-get-outdated", execute)
    app.connect("source-read", read)
    app.connect("build-finished", write_editions, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
