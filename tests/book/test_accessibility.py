"""All pages checked by axe-core in Chromium, each in one of four modes: light and dark, wide screen and phone.

Pages that readers work on are checked in all four.
"""

import re
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

HTML = Path(__file__).resolve().parents[2] / "_build/html"
PAGES = {  # what each shows that others do not
    "notebooks/labs/01_open_coding.html": "a passage to code",
    "notebooks/method/03_open_coding.html": "self-checks, exercises, tables",
    "notebooks/synthesis/report_cards.html": "a form",
    "notebooks/haier/3_mechanism.html": "pictures one can walk through",
    "book/bibliography.html": "lists of references",
    "search.html": "a search",
    "slides/method/05_axial.html": "slides",
}
# everything that opens is open; what fades in has done so, or axe sees pale letters
OPEN = """() => {
  for (const one of document.querySelectorAll("article details")) one.open = true;
  for (const one of document.querySelectorAll("article .toggle-hidden")) one.classList.remove("toggle-hidden");
  for (const one of document.getAnimations()) one.finish();
}"""
WORD = re.compile(r'<span class="([a-z]{1,2}\d?)">')
CODE = """async () => {
  const named = (label) => [...document.querySelectorAll(".zhagen-coder button")].find((b) => b.textContent === label);
  for (const line of [2, 3]) {
    getSelection().selectAllChildren(document.querySelector(`.zc-text p:nth-child(${line})`));
    await new Promise((done) => setTimeout(done, 60));
    named("编码…").click();
    const field = document.querySelector(".zc-dialog input");
    field.value = `第 ${line} 行`;
    field.form.requestSubmit();
  }
  for (const one of document.querySelectorAll(".zhagen-coder details")) one.open = true;
  await new Promise((done) => setTimeout(done, 60));
  return document.querySelectorAll("ol.zc-list > li").length;
}"""
CHOOSE = """async () => {
  getSelection().selectAllChildren(document.querySelector(".zc-text p"));
  await new Promise((done) => setTimeout(done, 60));
  [...document.querySelectorAll(".zhagen-coder button")].find((b) => b.textContent === "编码…").click();
  return document.querySelector(".zc-dialog").open;
}"""


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    if not (HTML / "index.html").exists():
        pytest.skip("run make book first")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(params=["light", "dark"])
def page(chromium, request, width):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=request.param)
    yield context.new_page()
    context.close()


def faults(page, context=None):
    """What axe calls serious or critical, by rule and place; lesser remarks are left out."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page.evaluate(OPEN)
    found = axe.Axe().run(page, context, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (one["id"], node["target"], node["html"][:120])
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


MODES = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]
WORDS_OF_CODE = {"exclude": [[".highlight pre > span"]]}  # half of axe's time, and the same dozen of colours everywhere


def all_pages() -> list[str]:
    found = [file.relative_to(HTML) for file in HTML.rglob("*.html")]
    kept = {file.as_posix() for file in found if not {"_static", "_sources"} & set(file.parts)}
    decks = sorted(name for name in kept if name.startswith("slides/"))
    modules = sorted(name for name in kept if name.startswith("book/interface/") and name.count("/") > 2)
    alike = {*decks, *modules}
    return sorted(kept - {"index.html"} - alike) + decks[::5] + modules[::10]  # the index leads on at once


@pytest.mark.parametrize("mode", range(len(MODES)))
def test_axe_finds_nothing_serious_on_any_page(chromium, mode):
    width, scheme = MODES[mode]
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    wrong = []
    for name in all_pages()[mode :: len(MODES)]:
        page = context.new_page()
        page.goto((HTML / name).as_uri())
        wrong += [(name, *fault) for fault in faults(page, WORDS_OF_CODE)]
        page.close()
    context.close()
    assert wrong == []


@pytest.mark.parametrize("width", [1280])
def test_axe_finds_nothing_serious_in_code(page):
    """One word of each kind that any page's code has."""
    kinds = {kind for name in all_pages() for kind in WORD.findall((HTML / name).read_text("utf-8"))}
    assert {"kn", "nn", "s2", "c1", "mi"} <= kinds
    page.goto((HTML / "notebooks/method/03_open_coding.html").as_uri())
    words = " ".join(f'<span class="{kind}">word</span>' for kind in sorted(kinds))
    page.evaluate("words => { document.querySelector('.highlight pre').innerHTML = words; }", words)
    page.evaluate(OPEN)
    assert page.locator(".highlight pre > span").last.is_visible() and page.locator(".highlight pre > .kn").count()
    assert faults(page, ".highlight") == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(page, name):
    page.goto((HTML / name).as_uri())
    assert faults(page) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious_while_one_codes(page):
    page.goto((HTML / "notebooks/labs/01_open_coding.html").as_uri())
    assert page.evaluate(CODE) == 2
    assert faults(page) == []
    assert page.evaluate(CHOOSE)
    assert faults(page) == []


@pytest.mark.parametrize("width", [1280])
def test_axe_sees_what_is_wrong(page):
    page.set_content('<main><h1>页</h1><p style="color: #aaa; background: #fff">看不清</p><button></button></main>')
    assert {"button-name", "color-contrast", "html-has-lang"} <= {rule for rule, *_ in faults(page)}
