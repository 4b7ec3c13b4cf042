"""What students get: no solution in it, the same bytes each time, and it runs on a machine without the repository."""

import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from zhagen.book import fill_prose, solution_texts, without_solutions
from zhagen.documents import list_documents

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
DATA = {".txt", ".md", ".csv", ".toml"}
HAN = re.compile("[\u3400-\u9fff]")
spec = importlib.util.spec_from_file_location("student", ROOT / "book/student.py")
student = importlib.util.module_from_spec(spec)
spec.loader.exec_module(student)


@pytest.fixture(scope="module")
def files():
    newest = max(path.stat().st_mtime for path in SOURCES)
    if any(wheel.stat().st_mtime < newest for wheel in student.WHEELS.glob("*.whl")):
        pytest.skip("there is no book of these sources: run make book first")
    try:
        return student.contents()
    except SystemExit as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def texts(files):
    """All texts of the zip, those inside the wheel too; Chinese characters only, so that markup is no matter."""
    wheel = next(content for name, content in files.items() if name.endswith(".whl"))
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        inside = [archive.read(name) for name in archive.namelist()]
    packed = [content for name, content in files.items() if not name.endswith(".whl")]
    return "\n".join(han(content.decode("utf-8", errors="ignore")) for content in [*packed, *inside])


def han(text):
    return "".join(HAN.findall(text))


def sentences(text):
    """Sentences of a solution that can be recognised: ten Chinese characters or more."""
    return {found for part in re.split(r"[。！？\n\"',，]", fill_prose(text)) if len(found := han(part)) >= 10}


def test_no_sentence_of_a_solution_is_in_it(texts):
    books = [nbformat.read(path, as_version=4) for path in SOURCES]
    solved = set().union(*(sentences(text) for book in books for text in solution_texts(book)))
    kept = "\n".join(han(fill_prose(cell.source)) for book in books for cell in without_solutions(book).cells)
    data = "\n".join(han(path.read_text("utf-8")) for path in (ROOT / "data").rglob("*.*") if path.suffix in DATA)
    told = {one for one in solved if one in kept}  # the page says it before the solution does
    quoted = {one for one in solved if one in data}  # a text or a label that all may see
    assert len(solved) > 500 and len(told) < len(solved) / 50
    assert [one for one in solved - told - quoted if one in texts] == []


def test_every_exercise_is_there_with_room_to_write(files):
    for path in SOURCES:
        source = nbformat.read(path, as_version=4)
        book = nbformat.reads(files[path.relative_to(ROOT).as_posix()].decode(), as_version=4)
        prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
        tasks = re.findall(r"\{admonition\} (练习 \d+[^\n]*)", "\n".join(cell.source for cell in source.cells))
        assert [task for task in tasks if task.replace("`", "") not in prose.replace("`", "")] == []
        boxes = [cell for cell in source.cells if re.search(r"\{admonition\} (?:参考)?解答", cell.source)]
        assert prose.count("**你的回答") >= len(boxes)
        assert not any(cell.get("outputs") for cell in book.cells)


def test_links_between_notebooks_stay_inside(files):
    for name, content in files.items():
        if name.endswith(".ipynb"):
            text = "\n".join(cell.source for cell in nbformat.reads(content.decode(), as_version=4).cells)
            for link in re.findall(r"\]\(([^)\s:]+\.ipynb)\)|\"(\.\./[^\"\[]+\.whl)", text):
                assert os.path.normpath(Path(name).parent / "".join(link)) in files, (name, link)


def test_it_names_what_it_holds_and_holds_no_original(files):
    wheel = next(name for name in files if name.endswith(".whl"))
    assert f"./{wheel}[figures,corpus,materials]" in files["requirements.txt"].decode()
    readme = files["README.md"].decode()
    assert re.findall(r"(?m)^    (.+)$", readme) == ["pip install -r requirements.txt", "jupyter lab notebooks"]
    assert all(name in files for name in re.findall(r"`(LICENSE[A-Z-]*)`", readme))
    assert "data/practice/sources/I01.txt" in files and not [name for name in files if "data/sources" in name]
    assert "--hash" not in files["constraints.txt"].decode() and "\nnumpy==" in files["constraints.txt"].decode()


@pytest.mark.originals
def test_no_wording_of_an_original_is_in_it(texts):
    listed = list_documents()
    if not (listed.edition == "original").any():
        pytest.skip("needs the originals")
    from zhagen.extraction import extract

    for doc_id in listed.id[listed.edition == "original"]:
        opened = extract(doc_id, edition="original")
        facts = han((ROOT / f"data/digests/{doc_id}.txt").read_text("utf-8"))  # authors, titles: held by its own tests
        long = [one for one in map(han, opened.outline.sentences().text) if len(one) >= 20]
        assert [one for one in long if one in texts and one not in facts] == []


def test_the_same_book_gives_the_same_bytes(files, tmp_path):
    student.write_zip(files, tmp_path / "a.zip")
    first = (tmp_path / "a.zip").read_bytes()
    student.write_zip(dict(reversed(files.items())), tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == sorted(f"a/{name}" for name in files)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# put into the environment: a connection to another machine fails
OFFLINE = """\
import socket
connect = socket.socket.connect
def local(self, address):
    if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
        raise OSError(f"this test is offline: {address}")
    return connect(self, address)
socket.socket.connect = local
"""


@pytest.fixture(scope="module")
def unpacked(files, tmp_path_factory):
    """The zip unpacked far from the repository, installed as its README says."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        pytest.skip("needs uv, which make installs")
    place = tmp_path_factory.mktemp("elsewhere")
    student.write_zip(files, place / "zhagen-student.zip")
    with zipfile.ZipFile(place / "zhagen-student.zip") as archive:
        archive.extractall(place)
    folder = place / "zhagen-student"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder / "env"], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", folder / "env/bin/python", "-r", "requirements.txt"]
    subprocess.run(install, cwd=folder, check=True)
    next((folder / "env").glob("lib/python*/site-packages")).joinpath("sitecustomize.py").write_text(OFFLINE)
    return folder


@pytest.mark.wheel
@pytest.mark.parametrize("name", ["method/03_open_coding", "labs/01_open_coding", "method/09_saturation"])
def test_a_notebook_runs_without_the_repository_and_without_a_network(name, unpacked, tmp_path):
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ZHAGEN", "PYTHON", "XDG"))}
    where = unpacked / "notebooks" / f"{name}.ipynb"
    command = [unpacked / "env/bin/jupyter", "execute", "--inplace", where.name]
    kept |= {"HOME": str(tmp_path), "PATH": f"{unpacked / 'env/bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=where.parent, env=kept, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    book = nbformat.read(where, as_version=4)
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert re.fullmatch(r"zhagen [\d.]+ 可以用了。\n", outputs[0].text)
    assert not [output for output in outputs if output.get("name") == "stderr"]
    if any(cell.id == "zhagen-check" for cell in book.cells):
        assert "全都没有变" in outputs[-1].data["text/plain"]
