"""The built book in a browser, from `file://`, as its readers open it."""

import re
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

HTML = Path(__file__).resolve().parents[2] / "_build/html"
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
    """The pages of the book and its search page; two more only lead on, slides have tests of their own."""
    skipped = {"_static", "slides", "en"}
    found = {p.relative_to(HTML) for p in HTML.rglob("*.html")}
    found = {path.as_posix() for path in found if not skipped & set(path.parts)}
    return sorted(found - {"index.html", "404.html"})


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


def test_every_page_loads_whole_and_from_here_only(context):
    wrong = []
    for name in pages():
        page = context.new_page()
        page.on("console", lambda m, n=name: wrong.append(f"{n}: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error, n=name: wrong.append(f"{n}: {error}"))
        page.on("requestfailed", lambda request, n=name: wrong.append(f"{n}: failed {request.url}"))
        page.on(
            "request",
            lambda request, n=name: (
                None
                if request.url.startswith(("file:", "data:", "blob:"))
                else wrong.append(f"{n}: asks {request.url}")
            ),
        )
        page.goto(address(name), wait_until="load")
        if not page.evaluate("document.documentElement.lang").startswith("zh"):
            wrong.append(f"{name}: the language is not Chinese")
        page.close()
    assert wrong == []


def test_no_page_scrolls_sideways_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    wide = {}
    for name in pages():
        page.goto(address(name))
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide[name] = width
    assert wide == {}


def test_every_picture_has_a_text(page):
    silent = []
    for name in pages():
        page.goto(address(name))
        silent += page.evaluate(
            """() => [...document.querySelectorAll("main img, main svg")].filter((picture) => {
                 if (picture.closest("button, summary, [aria-hidden=true]")) return false;
                 if (picture.tagName === "IMG") return !(picture.alt || "").trim();
                 const label = picture.getAttribute("aria-label") || picture.querySelector("title")?.textContent
                   || document.getElementById(picture.getAttribute("aria-labelledby"))?.textContent || "";
                 return !["img", "group"].includes(picture.getAttribute("role")) || !label.trim();
               }).map((picture) => location.pathname + ": " + picture.outerHTML.slice(0, 120))"""
        )
    assert silent == []


def test_labels_are_chinese(page):
    """Words of the theme that a reader sees or hears; names and formats may be Latin."""
    allowed = re.compile(r"^(\.?(ipynb|md|pdf|svg|png)|ctrl|k|zhagen|cc by 4\.0|python|[\W\d_]*)$", re.IGNORECASE)
    english = set()
    for name in pages():
        page.goto(address(name))
        english.update(
            page.evaluate(
                """() => {
                  const labels = [];
                  document.querySelectorAll("[title], [aria-label], [placeholder], [data-tooltip], [data-bs-title],"
                    + " [data-bs-original-title]").forEach((e) => {
                    if (e.closest("svg, math, a.reference")) return; // a citation's tooltip is its entry
                    for (const key of ["title", "aria-label", "placeholder", "data-tooltip", "data-bs-title",
                                       "data-bs-original-title"])
                      if (e.getAttribute(key)) labels.push(e.getAttribute(key));
                  });
                  document.querySelectorAll("button, summary, .prev-next-subtitle, .onthispage, .skip-link,"
                    + " .admonition-title, .copyright, .component-author").forEach((e) => labels.push(e.textContent));
                  return labels;
                }"""
            )
        )
    wrong = {
        label for label in english if not re.search(r"[\u4e00-\u9fff]", label) and not allowed.match(label.strip())
    }
    assert wrong == set()


def test_the_mode_can_be_switched_and_changes_the_ground(page):
    page.goto(address(pages()[0]))
    grounds = {}
    for _ in range(3):
        page.locator(".theme-switch-button").last.click()
        theme = page.evaluate("document.documentElement.dataset.theme")
        grounds[theme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert set(grounds) == {"light", "dark"}
    assert grounds["light"] != grounds["dark"]
