"""The search: what the build writes, and what a reader of the built book finds, from `file://`."""

import contextlib
import gzip
import re
import sys
import unicodedata
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "book/_ext"))

pytest.importorskip("sphinx", reason="the book extra is not installed")

import browsers  # noqa: E402

import chinese_search  # noqa: E402

HTML = ROOT / "_build/html"
FIXED_WORDS = ["扎根理论", "场景体验优化", "数据", "访谈"]
NOWHERE = "饕餮纹样考"
FIRST_BYTES, ALL_BYTES = 60_000, 1_200_000  # compressed
VISIBLE_TEXT = """() => {
  const article = document.querySelector("article.bd-article");
  if (!article) return null;
  article.querySelectorAll("details").forEach((details) => { details.open = true; });
  article.querySelectorAll(".toggle-hidden").forEach((hidden) => hidden.classList.remove("toggle-hidden"));
  const extras = ".headerlink, button, summary, nav, noscript, .run-page, .deck-link, .no-search, .sc-reasons";
  article.querySelectorAll(extras).forEach((extra) => extra.remove());
  const figures = [...article.querySelectorAll("svg text")].map((label) => label.textContent);
  article.querySelectorAll("svg").forEach((svg) => svg.remove());
  return article.innerText + "\\n" + figures.join("\\n");
}"""
PAGE = """<html><body><nav>导航</nav><article class="bd-article"><section id="top">
<h1>标题　一<a class="headerlink">#</a></h1>
<p>扎根<em>理论</em>从
数据出发。</p><table id="t">
<caption><span class="caption-number">表 4 </span><span class="caption-text">状态</span></caption>
<tr><td>场景</td><td>体\u200b验</td></tr></table>
<section id="next"><h2>小节</h2><pre><span>a</span> = 1
b</pre><div class="cell_output"><pre>印出来的</pre></div><button>复制</button><script>x</script><style>y</style>
<div class="admonition"><p class="admonition-title">参考解答 1</p><p>二。</p></div>
<svg role="img"><title>图名</title><text>节点甲</text><text>节点乙</text></svg>
</section></section></article></body></html>"""


def test_search_text_is_what_a_reader_sees_code_and_answers_apart():
    article = chinese_search.article_of(PAGE)
    entry = chinese_search.page_entry(article, "book/a")
    assert entry["title"] == "标题　一"
    assert entry["sections"] == [
        ["top", "标题　一", ["标题　一\n扎根理论从数据出发。\n表 4 状态\n场景\n体验"]],
        ["next", "小节", ["小节\n印出来的\n节点甲\n节点乙", "a = 1\nb", "参考解答 1\n二。"]],
    ]
    assert chinese_search.captions(article) == [["表 4", "状态", "t"]]


def test_the_script_is_plain_script_with_plain_chinese():
    assert chinese_search.script("name", [{"a": "扎根"}]) == 'window.name = [{"a":"扎根"}];\n'


def test_traditional_characters_are_those_of_the_book_s_characters():
    pages = [{"doc": "a", "title": "数", "sections": [["", "编码", ["数据"]]]}]
    names, texts = chinese_search.index(pages, [], [], {"a": ["甲"]})
    old, new = names["traditional"]
    assert dict(zip(old, new, strict=True)).items() >= {("數", "数"), ("據", "据"), ("編", "编"), ("碼", "码")}
    assert set(new) <= set("编码数据")
    assert names["pages"] == [["a", "数", ["甲"], [["", "编码"]]]] and texts == [[["数据"]]]


@pytest.fixture(scope="module")
def chromium():
    if not (HTML / "index.html").exists():
        pytest.skip("run make book first")
    browser = browsers.Chromium()
    browser.fresh()
    yield browser
    browser.quit()


@pytest.fixture
def page(chromium):
    """The search page, with all texts."""
    if chromium.page.url.split("?")[0] != address("search.html"):
        chromium.page.goto(address("search.html"))
    chromium.page.wait_for_function("() => window.zhagenSearch && window.zhagenSearchTexts === null")
    yield chromium.page
    assert chromium.errors == []


def address(name: str, query: str = "") -> str:
    return (HTML / name).as_uri() + (f"?q={quote(query)}" if query else "")


HAN = "".join(map(chr, range(0x4E00, 0xA000)))
SIMPLIFIED = str.maketrans(*chinese_search.traditional_characters(HAN))


def fold(text: str) -> str:
    """Text as the search compares it: one width, one case, simplified characters."""
    text = unicodedata.normalize("NFKC", text).lower().translate(SIMPLIFIED)
    return re.sub(r"[\u2010-\u2015\u2212]", "-", re.sub(r"[\u00ad\u200b-\u200d\u2060\ufeff]", "", text))


def lines_of(text: str) -> list[str]:
    """Blocks of visible text; a blank between two Han characters is a line end of the source."""
    han = r"[\u2e80-\u9fff\u3001-\u303f\uff00-\uffef]"
    return [fold(re.sub(rf"(?<={han})[ \u00a0]+(?={han})", "", line)) for line in re.split(r"[\n\t]+", text)]


@pytest.fixture(scope="module")
def visible(chromium) -> dict[str, list[str]]:
    """What every page shows as it was written, before its scripts: as the browser lays it out."""
    page, texts = chromium.browser.new_page(java_script_enabled=False), {}
    for file in sorted(HTML.rglob("*.html")):
        if not {"_static", "slides", "en"} & set(file.relative_to(HTML).parts) and file.name != "index.html":
            page.goto(file.as_uri())
            if (text := page.evaluate(VISIBLE_TEXT)) is not None:
                texts[file.relative_to(HTML).as_posix()] = lines_of(text)
    page.close()
    assert texts
    return texts


def holding(visible, word: str) -> set[str]:
    """The pages that show a word: a Latin one as a whole word; where there is none, as a beginning, or anywhere."""
    word = fold(word)
    latin = "[a-z0-9\u00c0-\u024f]"
    before = f"(?<!{latin})" if re.match(latin, word) else ""
    after = f"(?!{latin})" if re.match(latin, word[-1]) else ""
    for pattern in (before + re.escape(word) + after, before + re.escape(word), re.escape(word)):
        if found := {name for name, lines in visible.items() if any(re.search(pattern, line) for line in lines)}:
            return found
    return set()


def found(page, query: str) -> set[str]:
    """Type into the search page."""
    page.locator(".bd-search-container input[name=q]").fill(query)
    page.wait_for_function(
        "query => document.querySelector('.search-summary').textContent.includes(`“${query}”`)", arg=query
    )
    links = page.eval_on_selector_all("#search-results ul.search > li > a", "links => links.map(link => link.href)")
    names = [Path(unquote(urlsplit(link).path)).relative_to(HTML).as_posix() for link in links]
    assert len(names) == len(set(names))
    return set(names)


def first(page, query: str) -> list[str]:
    """What the search page puts before the pages: figures, tables, terms."""
    found(page, query)
    return page.eval_on_selector_all("#search-results ul.search-first > li > a", "all => all.map(a => a.textContent)")


def sample_words(visible) -> list[str]:
    """Words of every page's own: two characters, a run of four, one character, a Latin word."""
    words = set()
    for lines in visible.values():
        text = "\n".join(lines)
        for pattern in (r"[\u4e00-\u9fff]{2}", r"[\u4e00-\u9fff]{4}", r"[\u4e00-\u9fff]", r"\b[a-z]{4,}\b"):
            matches = re.findall(pattern, text)
            words.update(matches[len(matches) // 2 : len(matches) // 2 + 1])
    return sorted(words)


@pytest.mark.browser
def test_search_finds_exactly_the_pages_that_show_a_word(visible, page):
    words = sample_words(visible) + FIXED_WORDS
    answers = page.evaluate(
        "words => words.map(word => zhagenSearch.search(word).results.map(one => one.page.doc))", words
    )
    answers = {word: {f"{doc}.html" for doc in docs} for word, docs in zip(words, answers, strict=True)}
    shown = {word: holding(visible, word) for word in words}
    assert {word: (docs, shown[word]) for word, docs in answers.items() if docs != shown[word]} == {}
    assert {word: found(page, word) for word in FIXED_WORDS} == {word: shown[word] for word in FIXED_WORDS}


@pytest.mark.browser
def test_words_are_searched_as_all_and_without_those_after_a_minus(visible, page):
    for one, two in [("数据", "访谈"), ("gioia", "数据"), ("扎根理论", NOWHERE)]:
        assert found(page, f"{one}　{two}") == holding(visible, one) & holding(visible, two)
    assert found(page, "海尔 -小米") == holding(visible, "海尔") - holding(visible, "小米") != set()


@pytest.mark.browser
def test_case_width_and_form_do_not_matter(visible, page):
    assert found(page, "ＧＩＯＩＡ") == found(page, "Gioia") == holding(visible, "gioia") != set()
    assert found(page, "數據") == found(page, "数据") != set()
    assert found(page, "Ｃ端") == holding(visible, "c端") != set()
    assert found(page, '"开放式编码"') == found(page, "“开放式编码”") == holding(visible, "开放式编码") != set()


@pytest.mark.browser
def test_the_glossary_and_the_caption_come_first(page):
    for query, term in [("共现", "共现"), ("信度", "编码者间一致性"), ("聚合维度", "聚合维度"), ("memo", "备忘录")]:
        got = first(page, query)
        assert got and got[0].startswith(term), (query, got)
    (table,) = first(page, "表 4")
    assert table.startswith("表 4 ")
    href = page.eval_on_selector("#search-results ul.search-first a", "link => link.href")
    number = re.search(
        rf'id="{urlsplit(href).fragment}".*?<span class="caption-number">(.*?)</span>',
        Path(unquote(urlsplit(href).path)).read_text("utf-8"),
        re.DOTALL,
    )
    assert number[1].strip() == "表 4"


@pytest.mark.browser
def test_a_wrong_character_is_answered_with_the_nearest_word(page):
    assert found(page, "编马表") == set()
    page.locator(".search-perhaps button", has_text="编码表").click()
    page.wait_for_function("document.querySelector('.search-summary').textContent.includes('“编码表”')")
    assert page.locator("#search-results ul.search > li").count() > 0
    assert found(page, NOWHERE) == set() and page.locator(".search-perhaps").count() == 0
    assert page.locator(".search-summary[role=status]").inner_text().startswith("没有找到")


@pytest.mark.browser
def test_a_result_says_part_page_and_section_and_shows_no_code(page):
    assert "book/interface/statistics/terms.html" in found(page, "term_matrix")
    result = page.locator("#search-results ul.search > li").first  # where a function is defined
    assert result.locator(".search-place").inner_text() == "附录 › 软件接口 › 统计：zhagen.statistics"
    defined = result.locator("a.search-section").first
    assert defined.inner_text() == "term_matrix"
    assert defined.get_attribute("href").endswith("/terms.html#zhagen.statistics.terms.term_matrix")
    shown = page.eval_on_selector_all("#search-results p.context", "all => all.map(p => p.textContent)")
    assert "（在程序里）" in shown and not any("import " in text for text in shown)
    found(page, "数据")
    assert page.locator("#search-results mark").first.inner_text() == "数据"
    link = page.locator("#search-results a.search-section").first
    href = link.get_attribute("href")
    link.click()
    page.wait_for_selector("article.bd-article")
    anchor = urlsplit(page.url).fragment
    assert href.endswith(anchor) and page.evaluate("id => !!document.getElementById(id)", unquote(anchor))


@pytest.mark.browser
def test_a_query_is_text_and_never_markup(page):
    assert found(page, "<img src=x onerror=alert(1)>") == set()
    assert page.locator("#search-results img").count() == 0


@pytest.mark.browser
def test_the_list_under_the_field_is_used_by_keyboard(chromium):
    page = chromium.page
    page.goto(address("book/preface.html"))
    assert page.evaluate("() => !window.zhagenSearchNames")  # nothing is loaded before
    page.keyboard.press("Control+k")
    field = page.locator("#pst-search-dialog input[name=q]")
    field.fill("聚合维度")
    page.wait_for_function("() => window.zhagenSearchTexts === null")
    options = page.locator("#pst-search-dialog [role=option]")
    options.first.wait_for()
    assert options.first.inner_text().startswith("聚合维度")
    assert field.get_attribute("aria-expanded") == "true" and field.get_attribute("role") == "combobox"
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert options.first.get_attribute("aria-selected") == "true"
    field.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") is None
    field.press("Escape")
    assert field.get_attribute("aria-expanded") == "false" and page.locator("#pst-search-dialog[open]").count() == 1
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/glossary.html#term-*")
    page.keyboard.press("Control+k")
    field.fill("聚合维度")
    field.press("Enter")  # nothing chosen: the page of all results
    page.wait_for_selector("#search-results ul.search > li")
    assert Path(unquote(urlsplit(page.url).path)) == HTML / "search.html"
    assert chromium.errors == []


@pytest.mark.browser
def test_what_is_loaded_is_small_and_comes_in_two_parts():
    if not (HTML / "index.html").exists():
        pytest.skip("run make book first")
    sizes = [len(gzip.compress((HTML / f"_static/search_{part}.js").read_bytes())) for part in ("names", "texts")]
    assert sizes[0] < FIRST_BYTES and sum(sizes) < ALL_BYTES


@pytest.mark.browser
@pytest.mark.parametrize("name", ["notebooks/haier/3_mechanism.html", "notebooks/appendix/gallery.html"])
def test_the_words_looked_for_are_marked_in_the_text_and_not_in_pictures(chromium, name):
    page = chromium.page
    page.goto(address(name) + "?highlight=" + quote("模型 DRAW"))
    marks = page.locator("mark.found")
    assert {text.lower() for text in marks.all_text_contents()} == {"模型", "draw"}
    assert page.locator("svg mark, svg .highlighted, .zhagen-coder mark").count() == 0
    assert "highlight" not in page.url
    text = page.locator("article").inner_text()
    page.keyboard.press("Escape")
    assert marks.count() == 0 and page.locator("article").inner_text() == text
    assert chromium.errors == []


@pytest.mark.browser
def test_a_result_leads_to_a_page_that_marks_what_was_looked_for(page, chromium):
    late = pytest.importorskip("playwright.sync_api").TimeoutError
    for _ in range(3):  # on a busy machine another process of the browser may read the storage before it is written
        chromium.page.goto(address("search.html"))
        chromium.page.wait_for_function("() => window.zhagenSearch && window.zhagenSearchTexts === null")
        found(page, '"开放式编码" 图 5')
        page.locator("#search-results ul.search > li > a").first.click()
        page.wait_for_selector("article.bd-article:not(:has(#search-results))", state="attached")
        with contextlib.suppress(late):
            page.wait_for_selector("mark.found", state="attached", timeout=10_000)
            break
    shown = page.eval_on_selector_all("mark.found", "all => all.map((one) => one.textContent)")
    assert set(shown) == {"开放式编码", "图 5"}
    page.reload()
    assert page.locator("mark.found").count() == 0 and chromium.errors == []
