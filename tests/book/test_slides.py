"""Slides: cut from the pages by a rule, readable from the last row, and complete in print."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from lxml import html
from test_pages import ARGUMENTS

ROOT = Path(__file__).resolve().parents[2]
SLIDES = ROOT / "_build/html/slides"
sys.path.insert(0, str(ROOT / "book/_ext"))
import chapter_slides  # noqa: E402

PAGE = """<html><body><article><section><h1>第九章　饱和<a class="headerlink" href="#a">#</a></h1>
<div class="note admonition"><p class="admonition-title">本章导读</p><p>你将学到</p><p>你需要</p></div>
<section><h2>先做：停不停</h2><p>编到第三份，来了第四份，该不该停，说说你的理由。在纸上写下来。</p>
<p>按码数是停了，按范畴问，一个范畴刚刚添了属性，还远。</p></section>
<section><h2>数一数</h2><p><b>一句。</b>这一段的头一句要说清楚一件事。{filler}</p>
<p>展开上一格看表 3，里面都有，自己数一数再说。</p>
<p>先猜第几份就够了，再看别人的。</p><div class="cell tag_hide-cell"><div class="cell_input"><pre>code()</pre></div>
<div class="cell_output"><table><caption>表 3 新码<a class="headerlink" href="#b">#</a></caption>
<tr><th>份</th><th>新</th></tr>
{rows}</table></div></div></section>
<section><h2>练习</h2><div class="tip paper admonition"><p class="admonition-title">练习 1　算</p><p>算一次。</p></div>
<div class="cell tag_hide-cell"><div class="cell_output"><blockquote><p>解法</p></blockquote></div></div>
<div class="dropdown admonition"><p class="admonition-title">参考解答 1</p><p>答案是二。</p></div></section>
<section><h2>小结</h2><p>头一句话在这里，总共有十几个字。{filler}</p></section>
<section><h2>延伸阅读</h2><p>不上幻灯片的一段话，很长很长很长很长。</p></section>
</section></article></body></html>"""


def slides(filler="又是一句，" * 12 + "到此为止。", rows=20):
    rows = "\n".join(f"<tr><td>I{n:02}</td><td>{n}</td></tr>" for n in range(rows))
    return chapter_slides.slides_of(html.fromstring(PAGE.format(filler=filler, rows=rows)))


def shown(slide):
    return "".join(block.node.text_content() for block in slide.blocks)


def test_the_rule():
    found = slides()
    assert [slide.title for slide in found[:2]] == ["第九章　饱和", "先做：停不停"]
    first, second = (slide for slide in found if slide.title.startswith("先做"))
    assert shown(first).endswith("写下来。") and shown(second).startswith("按码数")  # the learner acts first
    count = [slide for slide in found if slide.title == "数一数"]
    assert "头一句要说清楚一件事。" in shown(count[0]) and "又是一句" not in shown(count[0])
    assert "展开上一格" not in "".join(map(shown, found)) and "code()" not in "".join(map(shown, found))
    assert shown(count[0]).endswith("再看别人的。") and "表 3 新码" in shown(count[1])
    assert "到此为止。" in shown(next(slide for slide in found if slide.title == "小结"))
    assert not [slide for slide in found if slide.title == "延伸阅读"]


def test_an_exercise_is_shown_without_its_solution():
    (task,) = [slide for slide in slides() if slide.kind == "task"]
    assert (task.title, shown(task)) == ("练习 1　算", "算一次。")
    assert not [slide for slide in slides() if "答案是二" in shown(slide) or "解法" in shown(slide)]


def test_a_long_table_is_cut_evenly_under_its_head():
    pieces = [block.node for slide in slides() for block in slide.blocks if block.node.tag == "table"]
    sizes = [len(piece.xpath("./tbody/tr")) for piece in pieces]
    assert sum(sizes) == 20 and max(sizes) - min(sizes) <= 1 and len(sizes) > 1
    assert all(piece.xpath("string(./thead//th[1])") == "份" for piece in pieces)


def test_what_no_wall_can_show_is_left_to_the_page():
    assert not [block for slide in slides(rows=200) for block in slide.blocks if block.node.tag == "table"][3:]


@pytest.fixture(scope="module")
def decks():
    found = sorted(SLIDES.rglob("*.html"))
    sources = [*ROOT.glob("notebooks/*/*.ipynb"), ROOT / "book/teaching/term.md"]
    if not found or found[0].stat().st_mtime < max(path.stat().st_mtime for path in sources):
        pytest.skip("there is no book of these sources: run make book first")
    return found


def test_every_chapter_has_a_deck_that_its_week_links(decks):
    names = {path.relative_to(SLIDES).with_suffix("").as_posix() for path in decks}
    chapters = {f"method/{path.stem}" for path in (ROOT / "notebooks/method").glob("*.ipynb")}
    assert chapters - names == set(chapter_slides.SHEETS)
    plan = (ROOT / "book/teaching/term.md").read_text("utf-8")
    linked = set(re.findall(r'href="../../slides/([\w/]+)\.html"', plan))
    assert linked <= names
    assert {name for name in names if f"</notebooks/{name}>" in plan and name not in linked} <= {
        "method/10b_coefficients", "haier/0_study", "synthesis/same_sentence", "counting/1_chance",
    }  # fmt: skip


def test_a_page_links_its_deck_once(decks):
    for deck in decks:
        name = deck.relative_to(deck.parents[1]).as_posix()
        page = (deck.parents[2] / "notebooks" / name).read_text("utf-8")
        assert page.count(f'href="../../slides/{name}"') == 1, name


def test_script_and_style_are_small():
    assert len((chapter_slides.OWN / "slides.js").read_bytes()) < 3000
    assert len((chapter_slides.OWN / "slides.css").read_bytes()) < 4000


# what stands lower or farther right than the slide has room for, and letters that the last row cannot read
# (exponents are smaller than their line, in formulas and elsewhere)
MEASURE = """() => [...document.querySelectorAll("section")].map((slide, n) => {
  const top = slide.getBoundingClientRect().top, foot = slide.querySelector("footer");
  const wrong = [];
  for (const part of slide.querySelectorAll("*")) {
    const box = part.getBoundingClientRect();
    if (!box.width || part.closest("footer") || part.parentElement.closest("svg")) continue;
    if (box.bottom > foot.getBoundingClientRect().top || box.right > 1202 || box.left < 78)
      wrong.push(`${part.tagName} ends at ${Math.round(box.right)}, ${Math.round(box.bottom - top)}`);
    const words = [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const size = parseFloat(getComputedStyle(part).fontSize);
    if (words && size < 24 && !part.closest("math, sup")) wrong.push("small type");
  }
  const title = slide.querySelector("h1, h2");
  if (title.scrollWidth > title.clientWidth) wrong.push("the title is cut");
  return wrong.length ? `${n + 1} ${title.textContent}: ${wrong.slice(0, 2).join(", ")}` : "";
}).filter(Boolean)"""


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.mark.browser
def test_no_slide_runs_over_and_no_type_is_small(decks, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    wrong = []
    for path in decks:
        page.goto(path.as_uri())
        page.evaluate("document.documentElement.classList.remove('js')")  # all slides at once, at their own size
        page.evaluate("document.fonts.ready")
        wrong += [f"{path.stem} {one}" for one in page.evaluate(MEASURE)]
    page.close()
    assert wrong == []


@pytest.fixture
def talk(decks, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.requested = []
    page.on("request", lambda request: page.requested.append(request.url))
    page.goto((SLIDES / "method/03_open_coding.html").as_uri())
    yield page
    page.close()


def on(page):
    return page.locator("section:visible").evaluate_all("found => found.map(one => one.id)")


@pytest.mark.browser
def test_keys_buttons_and_the_overview(talk):
    assert on(talk) == ["s1"]
    for key, expected in [("ArrowRight", "s2"), (" ", "s3"), ("ArrowLeft", "s2"), ("Home", "s1"), ("ArrowLeft", "s1")]:
        talk.keyboard.press(key)
        talk.wait_for_function(f"location.hash === '#{expected}'")
        assert on(talk) == [expected]
    talk.evaluate("""() => { for (const key of ["ArrowRight", "ArrowRight"])
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })); }""")
    assert on(talk) == ["s3"], "two quick keys are two slides"
    talk.keyboard.press("Home")
    talk.get_by_role("button", name="下一张").click()
    assert on(talk) == ["s2"]
    talk.keyboard.press("o")
    everything = talk.locator("section").count()
    assert len(on(talk)) == everything
    talk.locator("#s5").click()
    assert on(talk) == ["s5"]
    talk.reload()
    assert on(talk) == ["s5"]
    assert all(address.startswith("file:") for address in talk.requested)


@pytest.mark.browser
def test_a_swipe_turns_a_slide_that_fits_a_phone(decks, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto((SLIDES / "method/03_open_coding.html").as_uri())
    box = page.locator("section.on").bounding_box()
    assert box["width"] <= 391 and box["x"] >= -1
    swipe = """way => ["touchstart", "touchend"].forEach((name, n) => {
      const touch = new Touch({ identifier: 1, target: document.body, clientX: 200 + n * way, clientY: 300 });
      document.body.dispatchEvent(new TouchEvent(name, { touches: n ? [] : [touch], changedTouches: [touch],
        bubbles: true }));
    })"""
    page.evaluate(swipe, -90)
    page.wait_for_function("location.hash === '#s2'")
    page.evaluate(swipe, 90)
    page.wait_for_function("location.hash === '#s1'")
    context.close()


@pytest.mark.browser
def test_print_gives_one_slide_a_page(talk):
    printed = talk.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == talk.locator("section").count()
    assert set(re.findall(rb"/MediaBox \[0 0 ([\d.]+ [\d.]+)\]", printed)) == {b"960 540"}  # 1280 x 720 px in points
