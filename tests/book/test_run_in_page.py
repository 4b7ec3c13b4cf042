"""A notebook page run in the reader's browser: what it asks, what it says when it cannot, and one page for real."""

import io
import json
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from browsers import BROWSERS, Chromium

ROOT = Path(__file__).resolve().parents[2]
HTML = Path(os.environ.get("ZHAGEN_HTML", ROOT / "_build/html"))
STATIC = ROOT / "book/_static"
sys.path += [str(ROOT / "book/run"), str(ROOT / "book/_ext")]

from fetch import checked, default_folder, is_whole, needed  # noqa: E402
from serve import local_site  # noqa: E402

pytest.importorskip("sphinx", reason="the book extra is not installed")
from run_in_page import results_table  # noqa: E402

PAGE = "notebooks/labs/04_mechanism"
DONE = "document.documentElement.dataset.runDone"
OLD = "delete window.WebAssembly"
built = pytest.mark.skipif(not (HTML / "run/pages.json").is_file(), reason="no book is built: make book")


def runtime():
    folder = default_folder()
    if not is_whole(folder):
        pytest.skip("no Python for browsers on this machine: python book/run/fetch.py (70 MB from two registries)")
    return folder


SHEET = """<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><title>页</title>
<article class="bd-article"><h1>页</h1>
<div class="run-page" data-page="page"><button type="button" class="run-start">在浏览器里运行本页</button></div>
<div class="cell"><div class="cell_input"><div class="highlight-python"><pre>1 + 1</pre></div></div></div></article>
<script defer src="_static/words.js"></script><script defer src="_static/run.js"></script></html>
"""


def sheet(folder):
    """A page with one cell, as the book has them."""
    (folder / "_static").mkdir()
    for name in ("words.js", "run.js"):
        shutil.copy(STATIC / name, folder / "_static" / name)
    (folder / "page.html").write_text(SHEET, "utf-8")
    return folder / "page.html"


@pytest.fixture(scope="module", params=BROWSERS, ids=lambda one: one.name)
def browser(request):
    made = request.param()
    yield made
    made.quit()


@pytest.fixture(scope="module")
def chromium():
    made = Chromium()
    yield made.browser
    made.quit()


@pytest.mark.browser
def test_a_page_opened_from_a_file_says_why_it_does_not_run(browser, tmp_path):
    browser.fresh()
    browser.open(sheet(tmp_path))
    said = browser.run("return document.querySelector('.run-page').textContent")
    assert said.startswith("这一页是从文件夹里打开的") and browser.run("return !document.querySelector('button')")
    assert browser.errors == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("before", "pages", "said"),
    [
        (OLD, "{}", "这个浏览器太旧"),
        ("", None, "没有取到，也许网络断了"),
        ("", '{"pyodide": "", "pages": {}}', "没有放 Python 的运行环境"),
    ],
    ids=["old", "network", "no address"],
)
def test_what_is_missing_is_said_in_a_sentence(chromium, tmp_path, before, pages, said):
    sheet(tmp_path)
    if pages:
        (tmp_path / "run").mkdir()
        (tmp_path / "run/pages.json").write_text(pages, "utf-8")
    with local_site(tmp_path) as address:
        tab = chromium.new_page()
        tab.add_init_script(before)
        tab.goto(f"{address}page.html")
        if not before:
            tab.click(".run-start")
        tab.wait_for_function("(said) => document.querySelector('.run-page').innerText.includes(said)", arg=said)
        assert tab.inner_text("pre") == "1 + 1"
        tab.close()


@pytest.mark.browser
@built
def test_a_network_that_breaks_while_loading_is_said_and_can_be_tried_again(chromium):
    with local_site(HTML) as address:
        context = chromium.new_context()
        asked = []
        context.on("request", lambda request: asked.append(request.url))
        context.route("**/*", lambda route: route.continue_() if address in route.request.url else route.abort())
        tab = context.new_page()
        tab.goto(f"{address}{PAGE}.html", wait_until="networkidle")
        assert all(url.startswith(address) for url in asked), "nothing of another host before the reader asks"
        assert not any("/run/" in url or "run_worker" in url for url in asked)
        tab.click(".run-start")
        tab.wait_for_selector(".run-main")
        said = tab.inner_text(".run-page")
        host = json.loads((HTML / "run/pages.json").read_text("utf-8"))["pyodide"].split("/")[2]
        assert host in said and re.search(r"约 \d+ MB", said)
        assert all(url.startswith(address) for url in asked), "nor before the reader agrees"
        tab.click(".run-main")
        tab.wait_for_selector("text=没有载入成功", timeout=60_000)
        assert tab.is_visible("text=再试一次")
        context.close()


@pytest.mark.browser
@built
def test_a_page_runs_from_a_cold_start_a_changed_cell_gives_another_result_and_the_prose_is_compared(chromium):
    """Pyodide comes from another host, as from its public distribution; a page of the book is drawn by Graphviz."""
    with local_site(HTML) as address, local_site(runtime()) as distribution:
        context = chromium.new_context()
        here = (address, distribution)
        context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(here) else route.abort())
        plan = json.loads((HTML / "run/pages.json").read_text("utf-8"))
        plan |= {"pyodide": distribution, "graphviz": f"{distribution}viz-global.js"}
        plan["pages"][PAGE].append("lxml")  # no copy has it: the page says so and runs all the same
        context.route("**/run/pages.json", lambda route: route.fulfill(json=plan))
        tab = context.new_page()
        tab.goto(f"{address}{PAGE}.html")
        tab.click(".run-start")
        tab.click(".run-main")
        tab.wait_for_function(DONE, timeout=300_000)
        cells = tab.locator("div.cell").count()
        assert tab.evaluate(DONE) == f"{cells} 0", tab.locator(".run-error").all_inner_texts()
        assert "全都没有变" in tab.inner_text(".run-bar")
        assert tab.locator(".run-new svg").count()
        (lacking,) = tab.locator(".run-lacking").all_inner_texts()
        assert lacking.startswith("lxml 没有取到：Word 文件")
        last = tab.locator("div.cell").last
        last.evaluate("(cell) => cell.querySelectorAll('details').forEach((one) => { one.open = true; })")
        last.locator(".run-controls button", has_text="修改").click()
        last.locator("textarea").fill("print(6 * 7)\n1 / 0")
        last.locator("textarea").press("Control+Enter")
        last.locator(".run-error").wait_for(timeout=60_000)
        assert last.locator(".run-text").inner_text().strip() == "42"
        assert "ZeroDivisionError" in last.locator(".run-error > p").inner_text()
        last.locator("textarea").fill("while True: pass")
        last.locator("textarea").press("Control+Enter")
        tab.click(".run-stop")
        tab.wait_for_selector("text=会重新启动", timeout=60_000)
        tab.click("text=恢复本页")
        assert not last.locator("textarea").is_visible()
        context.close()


@built
def test_only_pages_with_a_notebook_have_the_button_and_each_is_listed():
    listed = json.loads((HTML / "run/pages.json").read_text("utf-8"))["pages"]
    for file in HTML.rglob("*.html"):
        name = file.relative_to(HTML).with_suffix("").as_posix()
        if name.startswith("en/"):
            continue  # the English sample runs nothing
        has = 'class="run-page' in file.read_text("utf-8")
        assert has == (name in listed), name
        assert has == ("_static/run.js" in file.read_text("utf-8")), name


@built
def test_the_archives_hold_plain_python_and_the_licences():
    for archive in (HTML / "run").glob("*.zip"):
        with zipfile.ZipFile(io.BytesIO(archive.read_bytes())) as packed:
            names = packed.namelist()
        assert not [name for name in names if name.endswith((".so", ".pyd"))], archive.name
        folders = {name.partition("/")[0] for name in names if ".dist-info/" in name}
        for folder in folders:
            assert f"{folder}/METADATA" in names
    assert "zhplot/fonts/OFL.txt" in zipfile.ZipFile(HTML / "run/font.zip").namelist()


@built
def test_what_is_loaded_follows_from_what_a_notebook_imports():
    pages = json.loads((HTML / "run/pages.json").read_text("utf-8"))["pages"]
    assert "pygraphviz" in pages["notebooks/haier/3_mechanism"]
    assert "scipy" not in pages["notebooks/haier/1_coding_tables"]
    assert "scipy" in pages["notebooks/counting/1_chance"]
    assert {"docx", "lxml"} <= {*pages["notebooks/labs/09_own_interviews"]}  # Word files
    assert "defusedxml" in pages["notebooks/labs/10_taken_over"] and "docx" not in pages["notebooks/labs/10_taken_over"]


def test_the_sizes_that_a_page_says_are_those_of_the_copy():
    folder = runtime()
    noted = json.loads((ROOT / "book/run/runtime.json").read_text("utf-8"))
    for name, size in noted["core"].items():
        assert (folder / name).stat().st_size == size
    lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))
    assert sorted(noted["packages"]) == sorted(needed(lock))
    for name, entry in noted["packages"].items():
        content = (folder / entry["file"]).read_bytes()
        assert len(content) == entry["bytes"]
        checked(content, lock["packages"][name]["sha256"], name)


def test_the_table_says_how_each_page_ran_and_why_not():
    numbers = {"load_seconds": "8", "run_seconds": "3", "megabytes": "27.1", "busy": "0.4"}
    rows = [
        {"page": "a", "cells": "9", "failed": "0", **numbers, "changed": "", "why": ""},
        {
            "page": "b",
            "cells": "9",
            "failed": "2",
            **numbers,
            "changed": "x",
            "why": "没有 c_d | rjieba is not installed: run: pip",
        },
        {"page": "c", "cells": "", "failed": "", **dict.fromkeys(numbers, ""), "changed": "", "why": "太久"},
    ]
    table = "\n".join(results_table(rows, ["w"]))
    assert "* - {doc}`/a`\n  - 9 格全部\n  - 8\n  - 3\n  - 27.1\n  - 0.4\n" in table
    assert "9 格里 2 格不行：没有 c\\_d；没有 rjieba；有的数不同" in table and "没有运行完：太久\n  - —" in table
    assert "* - {doc}`/w`\n  - 没有按钮：" in table


def test_a_file_with_another_checksum_is_refused():
    with pytest.raises(SystemExit, match="checksum"):
        checked(b"other", "0" * 64, "a file")
