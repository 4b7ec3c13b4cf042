"""The readers' editions of the built book: plain, runnable anywhere from the wheel, and safe to change."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from zhagen.book.execution import execute_notebooks
from zhagen.book.reader import changed_notebook
from zhagen.documents.catalog import list_documents

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build/html"
SOURCES = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
LEFT = re.compile(
    r"\{[a-z:-]+\}`|^[ >]*:{3,}|^[ >]*`{3,}\{|^\([\w-]+\)=|<!--|\b(?:tbl|fig)-[\w-]+|\]\{\.", re.MULTILINE
)
CODE = re.compile(r"(?ms)^(?:> ?)*```(?!\{).*?^(?:> ?)*```$|\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`")

pytestmark = pytest.mark.editions


def name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def edition(path: Path) -> Path:
    found = HTML / path.relative_to(ROOT)
    if not found.is_file():
        pytest.skip("run make book first")
    return found


def changes():
    for path in SOURCES:
        metadata = json.loads(path.read_text("utf-8"))["metadata"]
        yield from ((path, number) for number, _ in enumerate(metadata.get("zhagen", {}).get("changes", [])))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of the built book, laid out as an installation has it; no other zhagen is in sight of a kernel."""
    wheels = list((HTML / "wheel").glob("*.whl"))
    if not wheels:
        pytest.skip("run make book first")
    place = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheels[0]).extractall(place)
    return place


@pytest.fixture
def installed(wheel, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(wheel))  # stands before the editable installation of this checkout
    monkeypatch.delenv("ZHAGEN_DATA", raising=False)
    return wheel


def one_after_another(books):
    """One notebook that holds several: each runs in the kernel in which the one before ended, as a reader's runs do."""
    joined = nbformat.v4.new_notebook(metadata=books[0].metadata)
    joined.cells = [
        nbformat.from_dict(cell | {"id": f"{number}-{place}"})
        for number, book in enumerate(books)
        for place, cell in enumerate(book.cells)
    ]
    return joined


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_of_sphinx_is_left(path):
    book = nbformat.read(edition(path), as_version=4)
    for cell in book.cells[:-1]:
        text = CODE.sub("", cell.source) if cell.cell_type == "markdown" else cell.source
        assert not LEFT.search(text), LEFT.search(text)[0]
        assert not cell.get("outputs")


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_the_page_offers_the_edition(path):
    page = edition(path).with_suffix(".html").read_text("utf-8")
    links = re.findall(r'href="([^"]+\.ipynb)"', page)
    assert links
    for link in links:
        target = (edition(path).parent / link).resolve()
        assert target.is_file() and "_sources" not in target.parts


def test_every_notebook_offers_changes():
    counted = [sum(other == path for other, _ in changes()) for path in SOURCES]
    assert [name(path) for path, count in zip(SOURCES, counted, strict=True) if not 2 <= count <= 3] == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_it_runs_from_the_wheel_and_each_change_runs_through_and_the_last_cell_says_what_changed(
    path, installed, tmp_path
):
    """A reader runs all cells, changes a place, and runs all again: the kernel stays the same."""
    book, changes = nbformat.read(edition(path), as_version=4), []
    if (list_documents().edition == "digest").all():  # most notebooks count the shipped features either way
        changes = json.loads(path.read_text("utf-8"))["metadata"]["zhagen"]["changes"]
    copy = tmp_path / path.name
    nbformat.write(one_after_another([book, *(changed_notebook(book, change) for change in changes)]), copy)
    (run,) = execute_notebooks([copy], strict=False)
    assert run.problems == []
    assert re.fullmatch(r"zhagen [\d.]+ 可以用了。\n", run.notebook.cells[1].outputs[0].text)
    ends = [cell for cell in run.notebook.cells if cell.source == book.cells[-1].source]
    first, *later = [cell.outputs[-1].data["text/plain"] for cell in ends]
    assert "全都没有变" in first, first
    assert len(later) == len(changes)
    assert any("变了 " in words for words in later) or not changes, "no change that is offered changes anything"


def test_an_edition_without_the_package_says_what_it_does(tmp_path):
    """The first cell, without zhagen: it asks pip for the wheel of the book around it, or says what to do."""
    book = nbformat.read(edition(SOURCES[0]), as_version=4)
    first = book.cells[1].source
    wanted = re.search(r'%pip install --quiet "([^"\[]+)', first)[1]
    assert (edition(SOURCES[0]).parent / wanted).resolve().is_file()
    code = first.replace("%pip install", "asked = '%pip install").replace(']"', "]\"'").partition("import zhagen\n")[0]
    script = f"import sys, importlib.util\nimportlib.util.find_spec = lambda name: None\n{code}\nprint(asked)"
    beside, alone = (
        subprocess.run(
            [sys.executable, "-I", "-c", script], capture_output=True, text=True, cwd=folder,
            env=os.environ | {"PYTHONUTF8": "1"},
        )
        for folder in (edition(SOURCES[0]).parent, tmp_path)
    )  # fmt: skip
    assert "没有找到 zhagen" in beside.stdout and wanted in beside.stdout, beside.stderr
    assert "这里没有 zhagen" in alone.stderr and "如何使用本书" in alone.stderr
