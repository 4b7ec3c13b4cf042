"""The built book in a browser, from `file://`, as its readers open it."""

import re
import shutil
import unicodedata
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

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
FIXED_WORDS = ["扎根理论", "场景体验优化", "数据", "访谈"]
NOWHERE = "饕餮纹样考"
VISIBLE_TEXT = """() => {
  const article = document.querySelector("article.bd-article");
  if (!article) return null;
  article.querySelectorAll("details").forEach((details) => { details.open = true; });
  article.querySelectorAll(".toggle-hidden").forEach((hidden) => hidden.classList.remove("toggle-hidden"));
  article.querySelectorAll(".headerlink, button, summary").forEach((extra) => extra.remove());
  const figures = [...article.querySelectorAll("svg text")].map((label) => label.textContent);
  article.querySelectorAll("svg").forEach((svg) => svg.remove());
  return article.innerText + "\\n" + figures.join("\\n");
}"""


def pages() -> list[str]:
    """The pages of the book and its search page; two more only lead on, slides have tests of their own."""
    found = {p.relative_to(HTML).as_posix() for p in HTML.rglob("*.html") if not {"_static", "slides"} & set(p.parts)}
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


def address(name: str, query: str = "") -> str:
    return (HTML / name).as_uri() + (f"?q={quote(query)}" if query else "")


def fold(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\u2010-\u2015\u2212]", "-", re.sub(r"[\u00ad\u200b-\u200d\u2060\ufeff]", "", text))


def lines_of(text: str) -> list[str]:
    """Blocks of visible text; a blank between two Han characters is a line end of the source."""
    han = r"[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef]"
    return [fold(re.sub(rf"(?<={han})[ \u00a0]+(?={han})", "", line)) for line in re.split(r"[\n\t]+", text)]


@pytest.fixture(scope="module")
def visible(context) -> dict[str, list[str]]:
    """What every page shows, as the browser lays it out."""
    page, texts = context.new_page(), {}
    for name in pages():
        page.goto(address(name))
        text = page.evaluate(VISIBLE_TEXT)
        if text is not None:
            texts[name] = lines_of(text)
    page.close()
    assert texts
    return texts


def holding(visible, word: str) -> set[str]:
    return {name for name, lines in visible.items() if any(fold(word) in line for line in lines)}


def found(page, query: str) -> set[str]:
    """Type into the open search page; a page that is elsewhere comes by the address."""
    if page.url.split("?")[0] == address("search.html"):
        page.locator(".bd-search-container input[name=q]").fill(query)
    else:
        page.goto(address("search.html", query))
    page.wait_for_function(
        "query => document.querySelector('.search-summary').textContent.includes(`“${query}”`)", arg=query
    )
    links = page.eval_on_selector_all("#search-results ul.search > li > a", "links => links.map(link => link.href)")
    names = [Path(unquote(urlsplit(link).path)).relative_to(HTML).as_posix() for link in links]
    assert len(names) == len(set(names))
    return set(names)


def sample_words(visible) -> list[str]:
    """Words of every page's own: two characters, a run of four, one character, a Latin word."""
    words = set()
    for lines in visible.values():
        text = "\n".join(lines)
        for pattern in (r"[\u4e00-\u9fff]{2}", r"[\u4e00-\u9fff]{4}", r"[\u4e00-\u9fff]", r"\b[a-z]{4,}\b"):
            matches = re.findall(pattern, text)
            words.update(matches[len(matches) // 2 : len(matches) // 2 + 1])
    return sorted(words)


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


def test_search_finds_exactly_the_pages_that_show_a_word(page, visible):
    words = sample_words(visible) + FIXED_WORDS
    differing = {word: (found(page, word), holding(visible, word)) for word in words}
    assert {word: sets for word, sets in differing.items() if sets[0] != sets[1]} == {}


def test_two_words_are_searched_as_both(page, visible):
    latin = next(word for word in sample_words(visible) if word.isascii())
    for one, two in [("数据", "访谈"), (latin, "数据"), ("扎根理论", NOWHERE)]:
        assert found(page, f"{one}　{two}") == holding(visible, one) & holding(visible, two)


def test_case_and_width_do_not_matter(page, visible):
    latin = next(word for word in sample_words(visible) if word.isascii())
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in latin.upper())
    assert found(page, wide) == found(page, latin) == holding(visible, latin)


def test_a_result_shows_the_word_and_its_link_leads_there(page):
    assert found(page, "数据")
    assert page.locator("#search-results mark").first.inner_text() == "数据"
    assert page.locator(".search-summary").inner_text().startswith("找到 ")
    page.locator("#search-results ul.search > li > a").first.click()
    page.wait_for_selector("article.bd-article")
    anchor = urlsplit(page.url).fragment
    assert not anchor or page.evaluate("id => !!document.getElementById(id)", unquote(anchor))


def test_a_word_that_is_nowhere_is_said_in_chinese(page):
    assert found(page, NOWHERE) == set()
    assert page.locator(".search-summary[role=status]").inner_text().startswith("没有找到")


def test_the_theme_s_search_dialog_leads_to_our_search(page):
    page.goto(address(pages()[0]))
    page.keyboard.press("Control+k")
    field = page.locator("#pst-search-dialog input[name=q]")
    field.fill("数据")
    field.press("Enter")
    page.wait_for_selector("#search-results ul.search > li")
    assert Path(unquote(urlsplit(page.url).path)) == HTML / "search.html"


def test_the_mode_can_be_switched_and_changes_the_ground(page):
    page.goto(address(pages()[0]))
    grounds = {}
    for _ in range(3):
        page.locator(".theme-switch-button").last.click()
        theme = page.evaluate("document.documentElement.dataset.theme")
        grounds[theme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert set(grounds) == {"light", "dark"}
    assert grounds["light"] != grounds["dark"]
