"""The built book in a browser, from `file://`, as its readers open it."""

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.browser

HTML = Path(__file__).resolve().parents[2] / "_build/html"
MODULE = re.compile(r"book/interface/\w+/")
LONGEST = 12_500  # px of a page of the interface on a wide screen: one finds nothing on a longer one
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pages() -> list[str]:
    """The pages of the book and its search page; two more only lead on, slides have tests of their own.

    Of the pages of the interface on a module, which are all alike, the longest and every tenth.
    """
    skipped = {"_static", "slides", "en"}
    found = {p.relative_to(HTML) for p in HTML.rglob("*.html")}
    found = {path.as_posix() for path in found if not skipped & set(path.parts)}
    alike = sorted((name for name in found if MODULE.match(name)), key=lambda name: (HTML / name).stat().st_size)
    return sorted(found - {"index.html", "404.html"} - set(alike) | set(alike[::-10]))


@pytest.fixture(scope="module")
def context():
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    if not (HTML / "index.html").exists():
        pytest.skip("run make book first")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser.new_context(viewport={"width": 1280, "height": 900})
        browser.close()


@pytest.fixture
def page(context):
    page = context.new_page()
    yield page
    page.close()


def address(name: str) -> str:
    return (HTML / name).as_uri()


def visit(context, name: str) -> SimpleNamespace:
    page, found = context.new_page(), SimpleNamespace(errors=[], asked=[])
    page.on("console", lambda message: found.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    page.on("requestfailed", lambda request: found.errors.append(f"failed {request.url}"))
    page.on("request", lambda request: found.asked.append(request.url))
    page.goto(address(name), wait_until="load")
    found.language = page.evaluate("document.documentElement.lang")
    found.height = page.evaluate("document.documentElement.scrollHeight")
    found.silent = page.evaluate(SILENT)
    found.labels = page.evaluate(LABELS)
    page.set_viewport_size({"width": 390, "height": 844})
    found.width = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    return found


SILENT = """() => [...document.querySelectorAll("main img, main svg")].filter((picture) => {
  if (picture.closest("button, summary, [aria-hidden=true]")) return false;
  if (picture.tagName === "IMG") return !(picture.alt || "").trim();
  const label = picture.getAttribute("aria-label") || picture.querySelector("title")?.textContent
    || document.getElementById(picture.getAttribute("aria-labelledby"))?.textContent || "";
  return !["img", "group"].includes(picture.getAttribute("role")) || !label.trim();
}).map((picture) => picture.outerHTML.slice(0, 120))"""
# labels of the theme that a reader sees or hears: names and formats may be Latin
LATIN = re.compile(r"^(\.?(ipynb|md|pdf|svg|png)|ctrl|k|zhagen|cc by 4\.0|python|[\W\d_]*)$", re.IGNORECASE)
LABELS = """() => {
  const labels = [];
  const keys = ["title", "aria-label", "placeholder", "data-tooltip", "data-bs-title", "data-bs-original-title"];
  document.querySelectorAll(keys.map((key) => `[${key}]`).join()).forEach((e) => {
    if (e.closest("svg, math, a.reference")) return; // a citation's tooltip is its entry
    for (const key of keys) if (e.getAttribute(key)) labels.push(e.getAttribute(key));
  });
  document.querySelectorAll("button, summary, .prev-next-subtitle, .onthispage, .skip-link, .admonition-title,"
    + " .copyright, .component-author").forEach((e) => labels.push(e.textContent));
  return labels;
}"""


def test_every_page_loads_whole_from_here_fits_a_phone_and_has_texts_and_labels_in_chinese(context):
    """One test for all pages, so that each is opened once."""
    seen = {name: visit(context, name) for name in pages()}
    assert {name: page.errors for name, page in seen.items() if page.errors} == {}
    foreign = [url for page in seen.values() for url in page.asked if not url.startswith(("file:", "data:", "blob:"))]
    assert foreign == []
    assert [name for name, page in seen.items() if not page.language.startswith("zh")] == []
    assert {name: page.width for name, page in seen.items() if page.width > 390} == {}, "a page scrolls sideways"
    high = {name: page.height for name, page in seen.items() if page.height > LONGEST}
    assert {name: height for name, height in high.items() if "/interface" in name} == {}, "a page is too long"
    assert {name: page.silent for name, page in seen.items() if page.silent} == {}, "a picture has no text"
    labels = {label.strip() for page in seen.values() for label in page.labels}
    assert {label for label in labels if not re.search(r"[\u4e00-\u9fff]", label) and not LATIN.match(label)} == set()


def test_the_mode_can_be_switched_and_changes_the_ground(page):
    page.goto(address(pages()[0]))
    grounds = {}
    for _ in range(3):
        page.locator(".theme-switch-button").last.click()
        theme = page.evaluate("document.documentElement.dataset.theme")
        grounds[theme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert set(grounds) == {"light", "dark"}
    assert grounds["light"] != grounds["dark"]
