"""Run every notebook page in Chromium, each from a cold start, and note how it went in `results.csv`.

`python book/run/measure.py [WORD …]` runs the pages whose names hold one of the words and keeps the other rows. It
needs the built book, Chromium and the copy of `fetch.py`; no other host is reached. The book's table is made of the
file.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from fetch import default_folder, is_whole
from serve import HTML, local_site

RESULTS = Path(__file__).parent / "results.csv"
COLUMNS = ("page", "cells", "failed", "load_seconds", "run_seconds", "megabytes", "busy", "changed", "why")
LONGEST = 900_000  # ms a page may take


def pages() -> list[str]:
    """List the notebook pages in the order of the book."""
    toc = (HTML.parents[1] / "_toc.yml").read_text("utf-8")
    return re.findall(r"file:\s*(notebooks/\S+)", toc)


def reasons(errors: list[str]) -> list[str]:
    """Return why cells failed, each reason once; a name that is not defined follows from a cell before."""
    said = list(dict.fromkeys(" ".join(error.split())[:160] for error in errors))
    return [error for error in said if not error.startswith("NameError")] or said


def run_page(browser: object, address: str, page: str) -> dict[str, object]:
    """Run one page from an empty cache; say how it went."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(address) else route.abort())
    sizes: list[int] = []
    tab = context.new_page()
    context.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    busy = round(os.getloadavg()[0] / (os.cpu_count() or 1), 1)  # what waits for each processor, before the page
    row: dict[str, object] = dict.fromkeys(COLUMNS, "") | {"page": page, "busy": busy}
    try:
        tab.goto(f"{address}{page}.html", wait_until="load")
        sizes.clear()
        start = time.perf_counter()
        tab.click(".run-start")
        tab.click(".run-main")
        tab.wait_for_function(
            "document.documentElement.dataset.runReady || document.querySelector('.run-start')", timeout=LONGEST
        )
        if tab.query_selector(".run-start"):
            raise RuntimeError(tab.inner_text(".run-page"))
        loaded = time.perf_counter()
        tab.wait_for_function("document.documentElement.dataset.runDone", timeout=LONGEST)
        done = time.perf_counter()
        cells, failed = tab.evaluate("document.documentElement.dataset.runDone").split()
        errors = tab.evaluate("[...document.querySelectorAll('.run-error > p')].map((one) => one.textContent)")
        compared = tab.inner_text(".run-compared")  # empty where nothing of the prose changed
        row |= {
            "cells": int(cells),
            "failed": int(failed),
            "load_seconds": round(loaded - start),
            "run_seconds": round(done - loaded),
            "megabytes": round(sum(sizes) / 1e6, 1),
            "changed": "" if "都没有变" in compared else " ".join(compared.split())[:300],
            "why": "；".join([*reasons(errors), *tab.locator(".run-lacking").all_inner_texts()]),
        }
    except Exception as error:  # one page does not end the others
        row["why"] = f"没有运行完：{' '.join(str(error).split())[:160]}"
    context.close()
    return row


def main() -> int:
    """Run the pages and write the file after each."""
    from playwright.sync_api import sync_playwright

    runtime = default_folder()
    if not is_whole(runtime):
        print("no Python for browsers: run make runtime", file=sys.stderr)
        return 1
    order = pages()
    rows = {}
    if RESULTS.is_file():
        with RESULTS.open(encoding="utf-8", newline="") as file:
            rows = {row["page"]: row for row in csv.DictReader(file)}
    wanted = [page for page in order if not sys.argv[1:] or any(word in page for word in sys.argv[1:])]
    with local_site(HTML, runtime) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for page in wanted:
            rows[page] = run_page(browser, address, page)
            print(*rows[page].values(), flush=True)
            with RESULTS.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows[page] for page in order if page in rows)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
