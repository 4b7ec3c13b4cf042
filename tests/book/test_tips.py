"""What a term means and which work is cited, at the link: by pointer, by keyboard, by finger."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "book/_ext"))

pytest.importorskip("sphinx", reason="the book extra is not installed")

import browsers  # noqa: E402

import tips  # noqa: E402
from chinese_search import article_of  # noqa: E402

HTML = ROOT / "_build/html"
PAGE = "notebooks/haier/1_coding_tables.html"
TERM = 'article a[href*="glossary.html#term-"]'
CITE = 'article a[href*="bibliography.html#"]'
SHOWN = "const tip = document.querySelector('.word-tip'); return tip && !tip.hidden ? tip.textContent : '';"
FOCUS = """
const link = document.querySelector(`%s`);
link.focus();
if (!document.hasFocus()) link.dispatchEvent(new FocusEvent("focus")); // a window behind others, as Firefox's
"""
POINTS = """
const link = document.querySelector(`%s`);
link.scrollIntoView({ block: "center", behavior: "instant" });
const box = link.getClientRects()[0];
return [box.x + 5, box.y + box.height / 2];
"""


def test_an_entry_is_its_text_with_formulas_and_no_links():
    source = (
        '<article class="bd-article"><dl class="glossary"><dt id="term-1">共现<a class="headerlink">#</a></dt>'
        '<dt id="term-2">co-occurrence</dt><dd><p>见<a href="#x">乙</a>，<math><mi>K</mi></math> &lt; 1。</p></dd></dl>'
        '<div class="citation" id="id5"><span class="label">[1]</span><p>甲. <em>刊</em>.</p></div></article>'
    )
    said = ["共现 co-occurrence", "见乙，<math><mi>K</mi></math> &lt; 1。"]
    assert tips.glossary_tips(article_of(source)) == {"glossary#term-1": said, "glossary#term-2": said}
    assert tips.bibliography_tips(article_of(source)) == {"bibliography#id5": ["", "甲. <em>刊</em>."]}


@pytest.fixture(scope="module", params=browsers.BROWSERS, ids=lambda browser: browser.name)
def browser(request):
    if not (HTML / PAGE).exists():
        pytest.skip("run make book first")
    one = request.param()
    yield one
    one.quit()


def wait(browser, wanted):
    """Wait until the tip holds a text, or until none is shown."""
    return browser.run(f"""
    for (let turn = 0; turn < 200; turn += 1) {{
      const said = (() => {{ {SHOWN} }})();
      if ({f"said.includes({wanted!r})" if wanted else "!said"}) return true;
      await new Promise((done) => setTimeout(done, 25));
    }}
    return false;
    """)


@pytest.mark.browser
def test_focus_shows_a_term_and_escape_takes_it_away(browser):
    browser.fresh()
    browser.open(HTML / PAGE)
    browser.run(FOCUS % TERM)
    assert wait(browser, "first-order concept")
    described = "return document.querySelector('[aria-describedby=zhagen-tip]')?.textContent ?? '';"
    assert browser.run(described) == "一阶概念"
    browser.press("Escape")
    assert wait(browser, "") and browser.run(described) == ""
    browser.run(FOCUS % CITE)
    assert wait(browser, "大数据驱动制造企业") and browser.errors == []


@pytest.mark.browser
def test_a_first_tap_shows_and_the_link_inside_leads_on(browser):
    browser.fresh(touch=True)
    browser.open(HTML / PAGE)
    browser.tap(browser.run(POINTS % TERM))
    assert wait(browser, "first-order concept")
    assert browser.run("return location.pathname").endswith(PAGE)
    inside = "const box = document.querySelector('.word-tip').getBoundingClientRect(); return [box.left, box.right];"
    left, right = browser.run(inside)
    assert left >= 0 and right <= 390
    href = browser.run("return document.querySelector(`.word-tip a`).href")
    assert href == browser.run(f"return document.querySelector(`{TERM}`).href")
    browser.tap([200, 5])
    assert wait(browser, "")


@pytest.mark.browser
def test_the_tip_can_be_pointed_at():
    if not (HTML / PAGE).exists():
        pytest.skip("run make book first")
    browser = browsers.Chromium()
    try:
        browser.fresh()
        browser.open(HTML / PAGE)
        x, y = browser.run(POINTS % TERM)
        browser.page.mouse.move(x, y)
        assert wait(browser, "first-order concept")
        browser.page.mouse.move(x, y + 40, steps=8)  # into the tip
        browser.page.wait_for_timeout(400)  # longer than it would stay
        assert browser.run(SHOWN)
        browser.page.mouse.move(5, 5)
        assert wait(browser, "")
    finally:
        browser.quit()
