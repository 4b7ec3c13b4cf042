"""The one executor: each notebook of the book runs once, its prose is evaluated with it, and both are kept.

Whatever needs a notebook with its results - the pages, the reader's editions, print - takes what is kept here. A result
is kept under a key made of the notebook, the package, the data, the lock and the interpreter, so nothing stale is read.
"""

from __future__ import annotations

import ast
import asyncio
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhagen.book.prose import Mark, fill_prose, prose_marks, rewrite_prose
from zhagen.documents.catalog import list_documents
from zhagen.language import FOLDER as TRANSLATIONS
from zhagen.language import LANGUAGE
from zhagen.paths import data_folder, sources_folder

if TYPE_CHECKING:
    from nbformat import NotebookNode

TIMEOUT = 600  # seconds a cell
KEPT = 3  # results of one notebook that stay on disk: the editions, and one to go back to


@dataclass(frozen=True)
class Run:
    """One notebook with its results.

    Attributes
    ----------
    path : Path
        The notebook's source.
    notebook : NotebookNode
        The source with outputs; the prose has its numbers filled in and no marks.
    values : list of list of str
        For each Markdown cell the value of each of its marks.
    problems : list of str
        What is wrong, in words: a failed cell, text on stderr, a number that the text states otherwise, a conclusion
        that does not hold, a value that is another one at the end of the notebook. Empty if nothing is.
    seconds : float
        How long it took; 0.0 if it was read from disk.
    modules : list of str
        The packages that were imported when the notebook had ended, the standard library left out.
    """

    path: Path
    notebook: NotebookNode = field(repr=False)
    values: list[list[str]] = field(repr=False)
    problems: list[str]
    seconds: float
    modules: list[str] = field(default_factory=list, repr=False)

    @property
    def complete(self) -> bool:
        """Whether every cell ran, so that every mark has a value."""
        return len(self.values) == sum(cell.cell_type == "markdown" for cell in self.notebook.cells)


def execute_notebooks(
    paths: Sequence[Path],
    cache: Path | None = None,
    *,
    lock: Path | None = None,
    jobs: int | None = None,
    strict: bool = True,
    environment: Mapping[str, str] | None = None,
) -> list[Run]:
    """Run notebooks side by side, or read what an earlier run of the same inputs gave.

    Parameters
    ----------
    paths : sequence of Path
        The sources.
    cache : Path, optional
        The folder of kept results; without it everything runs.
    lock : Path, optional
        The file that pins the packages; a result is kept for its content.
    jobs : int, optional
        Notebooks at once; default is one a processor.
    strict : bool, default True
        Whether numbers and conclusions of the prose are problems where they differ; a changed notebook is run without.
    environment : mapping of str to str, optional
        Variables that the notebooks get beside those of this process. Results are kept whatever they are.

    Returns
    -------
    list of Run
        In the order of `paths`.
    """
    inputs = inputs_key(lock)
    runs: dict[Path, Run] = {}
    todo = []
    keys = {
        path: _key(path, inputs) for path in paths
    }  # before the run: who edits meanwhile gets a run of the new text
    for path in paths:
        kept = _kept(path, cache, keys[path]) if cache else None
        if kept:
            runs[path] = kept
        else:
            todo.append(path)
    if todo:
        todo.sort(key=lambda path: -_seconds(path, cache))  # the longest first, so that no processor waits at the end
        with _empty_profile() as profile:
            variables = {**os.environ, **(environment or {}), "IPYTHONDIR": profile}
            for run in asyncio.run(_all(todo, jobs or os.cpu_count() or 1, strict, variables)):
                runs[run.path] = run
                if cache and not run.problems:
                    _keep(run, cache, keys[run.path])
    return [runs[path] for path in paths]


def rewrite_numbers(path: Path, run: Run) -> bool:
    """Write the computed numbers into the source of a notebook; says whether anything changed.

    Parameters
    ----------
    path : Path
        The source.
    run : Run
        Its run, of the same source.

    Returns
    -------
    bool
        Whether a number was another one.
    """
    raw = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in raw["cells"] if cell["cell_type"] == "markdown"]
    changed = False
    for cell, values in zip(cells, run.values, strict=True):
        old = "".join(cell["source"])
        new = rewrite_prose(old, values)
        if new != old:
            cell["source"], changed = new.splitlines(keepends=True), True
    if changed:
        path.write_text(json.dumps(raw, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return changed


def inputs_key(lock: Path | None = None) -> str:
    """Return a checksum of everything but the notebook that a result depends on.

    Parameters
    ----------
    lock : Path, optional
        The file that pins the packages.

    Returns
    -------
    str
        SHA-256 over the package's sources, the data, attached originals, the lock, the interpreter, and the
        translations where the pages are not Chinese.
    """
    found = hashlib.sha256(sys.version.encode())
    folders = [(Path(__file__).parents[1], "*.py"), (data_folder(), "*"), (sources_folder(), "*.txt")]
    if language := os.environ.get(LANGUAGE):
        folders.append((TRANSLATIONS / language, "*.mo"))
    files = [path for folder, pattern in folders if folder.is_dir() for path in sorted(folder.rglob(pattern))]
    for path in files + ([lock] if lock else []):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(f"{path.name}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


@contextmanager
def _empty_profile() -> Iterator[str]:
    """Yield a folder for IPython in place of the user's own, whose start files could change a page."""
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile_default"
        profile.mkdir()
        # ipykernel warns once a notebook that its sockets are not encrypted: a local build needs none
        (profile / "ipython_kernel_config.py").write_text('c.IPKernelApp.log_level = "ERROR"\n', "utf-8")
        yield folder


async def _all(paths: Sequence[Path], jobs: int, strict: bool, variables: dict[str, str]) -> list[Run]:
    free = asyncio.Semaphore(jobs)

    async def one(path: Path) -> Run:
        async with free:
            return await _run(path, strict, variables)

    return list(await asyncio.gather(*map(one, paths)))


async def _run(path: Path, strict: bool, variables: dict[str, str]) -> Run:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    start = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    marks = [prose_marks(cell.source) if cell.cell_type == "markdown" else [] for cell in notebook.cells]
    values: list[list[str]] = []
    problems: list[str] = []
    modules: list[str] = []
    with tempfile.TemporaryDirectory() as folder:  # a notebook that only runs where it lies would fail its readers
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            kernel_name="python3",
            shutdown_kernel="immediate",
            resources={"metadata": {"path": folder}},
        )
        try:
            async with client.async_setup_kernel(env=variables):
                for number, cell in enumerate(notebook.cells):
                    if cell.cell_type == "code":
                        await client.async_execute_cell(cell, number)
                    elif cell.cell_type == "markdown":
                        values.append(await _evaluate(client, marks[number]))
                at_end = await _evaluate(client, [mark for cell in marks for mark in cell])
                modules = await _modules(client)
        except CellExecutionError as error:
            problems.append(f"{path}: a cell failed:\n{error}")
        else:
            flat = [mark for cell in marks for mark in cell]
            at_place = [value for cell in values for value in cell]
            problems += list(_differences(path, flat, at_place, at_end, strict))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                problems.append(f"{path}: text on stderr: {output.text.strip()[:300]}")
    for cell, found in zip([cell for cell in notebook.cells if cell.cell_type == "markdown"], values, strict=False):
        cell.source = fill_prose(cell.source, found)
    return Run(path, notebook, values, problems, time.perf_counter() - start, modules)


async def _evaluate(client: Any, marks: list[Mark]) -> list[str]:
    """Evaluate marks in the kernel, beside the notebook's own cells; what fails gives its error in words."""
    if not marks:
        return []
    expressions = {str(number): mark.code() for number, mark in enumerate(marks)}
    reply = await client.kc.execute(
        "", silent=True, store_history=False, user_expressions=expressions, reply=True, timeout=TIMEOUT
    )
    found = reply["content"].get("user_expressions", {})
    return [_text(found.get(str(number), {})) for number in range(len(marks))]


async def _modules(client: Any) -> list[str]:
    """Return the packages that a kernel has imported."""
    expression = "sorted({n.partition('.')[0] for n in __import__('sys').modules})"
    reply = await client.kc.execute(
        "", silent=True, store_history=False, user_expressions={"names": expression}, reply=True, timeout=TIMEOUT
    )
    names = ast.literal_eval(reply["content"]["user_expressions"]["names"]["data"]["text/plain"])
    return [name for name in names if name not in sys.stdlib_module_names and not name.startswith("_")]


def _text(reply: dict) -> str:
    if reply.get("status") != "ok":
        return f"{reply.get('ename', 'no reply')}: {reply.get('evalue', '')}"
    return str(ast.literal_eval(reply["data"]["text/plain"]))


def _differences(path: Path, marks: list[Mark], at_place: list[str], at_end: list[str], strict: bool) -> Iterator[str]:
    # a value that may differ between editions is written as the digests give it
    exact = "=~" if (list_documents().edition == "digest").all() else "="
    for mark, value, last in zip(marks, at_place, at_end, strict=True):
        if strict and mark.kind == "?" and value != "True":
            yield f"{path}: the conclusion does not hold: {mark.text} ({mark.expression}: {value})"
        elif strict and mark.kind in exact and value != mark.text:
            yield f"{path}: the prose says {mark.text!r}, computed is {value!r} ({mark.expression}): run make numbers"
        elif value != last:
            yield f"{path}: {mark.expression} is {value!r} at its place and {last!r} at the end: a name is used twice"


def _key(path: Path, inputs: str) -> str:
    return hashlib.sha256(inputs.encode() + path.read_bytes()).hexdigest()[:24]


def _place(path: Path, cache: Path) -> Path:
    return cache / path.parent.name / path.stem


def _kept(path: Path, cache: Path, key: str) -> Run | None:
    import nbformat

    file = _place(path, cache) / f"{key}.json"
    if not file.is_file():
        return None
    os.utime(file)
    kept = json.loads(file.read_text(encoding="utf-8"))
    return Run(path, nbformat.from_dict(kept["notebook"]), kept["values"], [], 0.0, kept["modules"])


def _keep(run: Run, cache: Path, key: str) -> None:
    folder = _place(run.path, cache)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{key}.json"
    draft = file.with_suffix(".draft")
    content = {"seconds": run.seconds, "values": run.values, "modules": run.modules, "notebook": run.notebook}
    draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    os.replace(draft, file)
    for old in sorted(folder.glob("*.json"), key=lambda old: -old.stat().st_mtime)[KEPT:]:
        old.unlink()


def _seconds(path: Path, cache: Path | None) -> float:
    """Return how long a notebook took last time, or guess it by its size."""
    for file in _place(path, cache).glob("*.json") if cache else []:
        return float(json.loads(file.read_text(encoding="utf-8"))["seconds"])
    return path.stat().st_size / 1e4
