"""JupyterLab in a real browser: working copies open in Chinese, run, and show the numbers of the prose."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from test_pages import ARGUMENTS

sync_api = pytest.importorskip("playwright.sync_api")

ROOT = Path(__file__).resolve().parents[2]
EDITIONS = ROOT / "_build/html/notebooks"
FOLDERS = sorted(path.name for path in (ROOT / "notebooks").iterdir() if path.is_dir())
TOKEN = "zhagen"
MINUTES = 4 * 60_000  # milliseconds a notebook may take on a busy machine

pytestmark = [pytest.mark.browser, pytest.mark.editions]


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    pytest.importorskip("jupyterlab")
    if not EDITIONS.is_dir():
        pytest.skip("run make book first")
    sys.path.insert(0, str(ROOT / "book"))
    import lab

    folder = tmp_path_factory.mktemp("copies")
    lab.update_copies(EDITIONS, folder)
    lab.write_settings(Path(sys.prefix))
    return folder


@pytest.fixture(scope="module")
def server(copies, tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    settings = home / "settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    # every cell is in the page at once, so that a test can read it
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    environment = os.environ | {
        "HOME": str(home),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={copies}", "--ServerApp.ip=127.0.0.1"]
    log = (home / "log").open("w")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=5).read()
            break
        except OSError:
            time.sleep(0.5)
    else:
        process.kill()
        pytest.fail((home / "log").read_text()[-2000:])
    yield address
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def browser():
    chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser.new_context(viewport={"width": 1280, "height": 900})  # one: JupyterLab's scripts load once
        browser.close()


NUMBER = re.compile(r"[\u4e00-\u9fff]{2,4} \d+ [\u4e00-\u9fff]{2,4}")  # between Chinese, as a reader sees it


def numbers(path: Path) -> list[str]:
    """The numbers in the prose of a reader's edition."""
    cells = nbformat.read(path, as_version=4).cells[2:-2]
    found = [NUMBER.search(cell.source) for cell in cells if cell.cell_type == "markdown"]
    return [one[0] for one in found if one]


def shortest(folder: Path) -> Path:
    """The notebook of a folder with the fewest cells, with a number in its prose where one has: a browser is slow."""
    paths = sorted(folder.glob("*.ipynb"))
    return min(
        [path for path in paths if numbers(path)] or paths,
        key=lambda path: len(nbformat.read(path, as_version=4).cells),
    )


STARTED = r"() => /\[(\*|\d+)\]:/.test(document.querySelector('.jp-Notebook').innerText)"


def run_all(page):
    """Choose 运行 → 运行所有单元格, as a reader does; a menu that has just opened may miss a fast click."""
    for _ in range(5):
        while page.locator(".jp-Dialog").count():  # on a busy machine JupyterLab asks before the kernel has answered
            page.keyboard.press("Escape")
            page.wait_for_timeout(500)
        page.get_by_role("menuitem", name="运行", exact=True).click(timeout=60_000)
        item = page.get_by_role("menuitem", name="运行所有单元格", exact=True)
        item.hover()
        page.wait_for_timeout(500)
        item.click()
        with contextlib.suppress(sync_api.TimeoutError):
            page.wait_for_function(STARTED, timeout=5000)
            return
    pytest.fail("nothing was run")


def run_to_the_end(page):
    """Run all cells; again where JupyterLab forgot those that waited, as it may while the kernel is still starting."""
    done = "() => document.querySelector('.jp-Notebook').innerText.includes('写明了条件的结论有')"
    at_rest = "() => !document.querySelector('.jp-Notebook').innerText.includes('[*]:')"
    for _ in range(3):
        run_all(page)
        with contextlib.suppress(sync_api.TimeoutError):
            page.wait_for_function(f"() => ({done})() || ({at_rest})()", timeout=MINUTES)
            page.wait_for_function(done, timeout=10_000)
            return
    pytest.fail(f"it did not reach its last cell:\n{page.inner_text('.jp-Notebook')[-1500:]}")


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_notebook_of_each_folder_runs_in_jupyterlab(folder, server, copies, browser):
    path = shortest(copies / folder)
    shown = numbers(path)[:1]
    page = browser.new_page()
    page.goto(f"{server}/lab/tree/{folder}/{path.name}?token={TOKEN}&reset", timeout=MINUTES)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=MINUTES)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=MINUTES)
    run_to_the_end(page)
    text = page.inner_text(".jp-Notebook")
    assert all(number in text for number in shown)
    assert "全都没有变" in text
    assert "Traceback" not in text and "{numref}" not in text
    assert page.locator(".jp-RenderedHTMLCommon table caption").count() or page.locator(".zhagen-figure svg").count()
    page.close()


CODER = """from zhagen.coding import code_passage
from zhagen.study import add_codings, practice_study
study = practice_study()
mine = code_passage(study, "I16", 1, 4)
mine"""
READ = """codings = mine.codings
print(codings[["start", "end", "label"]].values.tolist(), add_codings(study, codings, coder="我").coders)"""


def test_a_passage_is_coded_in_jupyterlab_and_no_host_is_asked(server, copies, browser):
    pytest.importorskip("anywidget")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (CODER, READ)])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, copies / "coder.ipynb")
    page, errors, asked = browser.new_page(), [], set()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.add(request.url))
    page.goto(f"{server}/lab/tree/coder.ipynb?token={TOKEN}&reset", timeout=MINUTES)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=MINUTES)
    run_all(page)
    page.wait_for_selector(".zhagen-coder.zc-ready", timeout=MINUTES)
    page.locator(".zc-text").focus()
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("dd ii 00")  # keys that JupyterLab would take: delete the cell, interrupt, restart
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.zc-list > li", timeout=MINUTES)
    page.wait_for_timeout(1000)
    page.locator(".jp-Notebook .jp-Cell .jp-InputArea-editor").nth(1).click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector("text=[[80, 94, 'dd ii 00']] ['林', '周', '共识', '我']", timeout=MINUTES)
    page.close()
    assert errors == [] and [url for url in asked if not url.startswith((server, "data:", "blob:"))] == []


def test_a_copy_that_was_edited_stays(copies, tmp_path):
    import lab

    editions, mine = tmp_path / "editions", tmp_path / "mine"
    (editions / "a").mkdir(parents=True)
    (editions / "a/x.ipynb").write_text("1")
    (editions / "a/y.ipynb").write_text("1")
    assert lab.update_copies(editions, mine) == []
    (mine / "a/x.ipynb").write_text("my own")
    for name in "xy":
        (editions / f"a/{name}.ipynb").write_text("2")
    assert lab.update_copies(editions, mine) == [mine / "a/x.ipynb"]
    assert (mine / "a/x.ipynb").read_text() == "my own" and (mine / "a/y.ipynb").read_text() == "2"
    (editions / "a/y.ipynb").write_text("3")
    lab.update_copies(editions, mine)
    assert (mine / "a/y.ipynb").read_text() == "3"
