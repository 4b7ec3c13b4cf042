"""Cells run one after another as a kernel runs them, in plain Python: what a page uses that runs in the browser.

There, IPython would be 5 MB more to load, and its messages are not needed: a cell's source goes in, what it shows comes
out as HTML, text or an error, at once.
"""

import ast
import base64
import html
import io
import linecache
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from zhagen.errors import ZhagenError

RAW = re.compile(r"(?P<marks>~{3,}|`{3,})\{raw\} html\n(?P<inside>.*)\n(?P=marks)", re.DOTALL)  # MyST
Output = dict[str, str]
Publish = Callable[[Output], None]


class CellRunner:
    """One namespace in which cells run, each after the one before it.

    Parameters
    ----------
    publish : callable
        Is given each output as a dict: ``kind`` (``text``, ``html`` or ``error``) and ``content``; an error has its
        ``trace`` and the names of modules that are ``missing``, with spaces between them.

    Examples
    --------
    >>> shown = []
    >>> runner = CellRunner(shown.append)
    >>> runner.run("n = 20")
    True
    >>> runner.run("n + 5")
    True
    >>> shown
    [{'kind': 'text', 'content': '25'}]
    """

    def __init__(self, publish: Publish) -> None:
        self.publish = publish
        self.namespace: dict[str, Any] = {}
        self._number = 0
        self._folder: tempfile.TemporaryDirectory | None = None
        self.restart()

    def restart(self) -> None:
        """Forget all names; what was imported stays."""
        self.namespace.clear()
        self.namespace |= {"__name__": "__main__", "__builtins__": __builtins__, "display": self.display}

    def enter_folder(self) -> None:
        """Make an empty folder and go into it, as the book's own runs do; a folder made before is removed."""
        old, self._folder = self._folder, tempfile.TemporaryDirectory()
        os.chdir(self._folder.name)
        if old:
            old.cleanup()

    def display(self, *values: object) -> None:
        """Show values as the last line of a cell shows its own.

        Parameters
        ----------
        *values : object
            What is shown.
        """
        for value in values:
            self.publish(_richest(value))

    def run(self, source: str) -> bool:
        """Run a cell.

        Parameters
        ----------
        source : str
            Its lines; the value of the last one is shown unless it is None or the line ends in a semicolon.

        Returns
        -------
        bool
            Whether it ran to its end.
        """
        self._number += 1
        name = f"<第 {self._number} 次运行>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        stream = _Stream(self.publish)
        with redirect_stdout(stream), redirect_stderr(stream), self._display_of_ipython():
            try:
                tree = ast.parse(source, name)
                last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
                exec(compile(tree, name, "exec"), self.namespace)
                if isinstance(last, ast.Expr):
                    value = eval(compile(ast.Expression(last.value), name, "eval"), self.namespace)
                    stream.flush()
                    if value is not None and not source.rstrip().endswith(";"):
                        self.namespace["_"] = value
                        self.display(value)
                self._show_plots()
            except BaseException as error:  # a reader's SystemExit does not end the page's Python either
                stream.flush()
                self.publish(_error(error, source))
                return False
            finally:
                stream.flush()
        return True

    def _show_plots(self) -> None:
        """Show the figures that matplotlib's pyplot holds open, and close them."""
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            for number in pyplot.get_fignums():
                self.display(pyplot.figure(number))
            pyplot.close("all")

    @contextmanager
    def _display_of_ipython(self) -> Iterator[None]:
        """Answer to ``IPython.display`` where IPython is not installed: `display`, `HTML`, `Markdown`, `SVG`."""
        if _is_installed("IPython"):
            yield
            return
        module = ModuleType("IPython.display")
        module.__dict__.update(display=self.display, HTML=_Html, SVG=_Html, Markdown=_Markdown)
        parent = ModuleType("IPython")
        # matplotlib asks for these where it sees a module of this name
        parent.__dict__.update(display=module, __path__=[], get_ipython=lambda: None, version_info=(8, 24, 0))
        sys.modules |= {"IPython": parent, "IPython.display": module}
        try:
            yield
        finally:
            del sys.modules["IPython"], sys.modules["IPython.display"]


class _Html:
    """Text that is shown as HTML."""

    def __init__(self, data: str) -> None:
        self.data = data

    def _repr_html_(self) -> str:
        return self.data


class _Markdown:
    """Text that is shown as Markdown."""

    def __init__(self, data: str) -> None:
        self.data = data

    def _repr_markdown_(self) -> str:
        return self.data


class _Stream(io.TextIOBase):
    """What a cell prints, handed on a line at a time."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._held = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._held += text
        if "\n" in text or len(self._held) > 4096:
            self.flush()
        return len(text)

    def flush(self) -> None:
        held, self._held = self._held, ""
        if held:
            self._publish({"kind": "text", "content": held})


def _is_installed(name: str) -> bool:
    """Say whether a module can be imported; False also where something that only looks like it was imported."""
    try:
        return find_spec(name) is not None
    except (ValueError, ImportError):
        return False


def _richest(value: object) -> Output:
    """Return the best form of a value that a page can show."""
    if hasattr(value, "savefig"):  # a figure of matplotlib
        file = io.StringIO()
        value.savefig(file, format="svg", bbox_inches="tight")
        svg = file.getvalue()
        return {"kind": "html", "content": svg[svg.index("<svg") :]}
    written = _call(value, "_repr_markdown_")
    if isinstance(written, str) and (raw := RAW.fullmatch(written.strip())):
        return {"kind": "html", "content": raw["inside"]}  # what a script of the page works on
    for name in ("_repr_html_", "_repr_svg_"):
        content = _call(value, name)
        if isinstance(content, str):
            return {"kind": "html", "content": content}
    picture = _call(value, "_repr_png_")
    if isinstance(picture, bytes):
        data = base64.b64encode(picture).decode()
        return {"kind": "html", "content": f'<img alt="" src="data:image/png;base64,{data}">'}
    if isinstance(written, str):
        return {"kind": "html", "content": _markdown(written)}
    return {"kind": "text", "content": repr(value)}


def _call(value: object, name: str) -> object:
    method = None if isinstance(value, type) else getattr(value, name, None)
    return method() if callable(method) else None


def _markdown(text: str) -> str:
    try:
        from markdown_it import MarkdownIt
    except ImportError:  # it is no dependency of the package
        return f"<pre>{html.escape(text)}</pre>"
    return MarkdownIt("commonmark", {"html": False}).enable("table").render(text)


def _error(error: BaseException, source: str) -> Output:
    """Describe an error: what a reader needs in `content`, the way to it, from the cell on, in `trace`."""
    if isinstance(error, KeyboardInterrupt):
        return {"kind": "error", "content": "停下了：这一格没有运行完。", "trace": "", "missing": ""}
    steps = traceback.extract_tb(error.__traceback__)
    first = next((place for place, step in enumerate(steps) if step.filename.startswith("<第 ")), len(steps))
    lines = traceback.format_list(steps[first:]) + traceback.format_exception_only(error)
    content = f"{type(error).__name__}：{error}"
    if isinstance(error, SyntaxError):
        content = f"第 {error.lineno} 行不合 Python 的语法（{error.msg}）"
        if any(line.startswith(("%", "!")) for line in source.splitlines()):
            content += "；以 % 或 ! 开头的命令只在 Jupyter 里能用"
    elif isinstance(error, ZhagenError):
        content = str(error)
    return {"kind": "error", "content": content, "trace": "".join(lines), "missing": " ".join(_missing(error))}


def _missing(error: BaseException | None) -> Iterator[str]:
    """Yield the modules whose absence led to an error."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            yield error.name.partition(".")[0]
        error = error.__cause__ or error.__context__
