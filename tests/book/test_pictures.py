"""Pictures of the page, read in Chromium and Firefox: by mouse, touch and keyboard, from a file, without storage."""

import base64
import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pandas as pd
import pytest
from browsers import BROWSERS
from PIL import Image

from zhagen.figures import draw_frequencies, draw_mechanism, draw_network

STATIC = Path(__file__).parents[2] / "book/_static"
ARROWS = pd.DataFrame(
    [
        ("数据驱动", "能力提升", "促进", "prose", 12, 14, "haier", "两头照印"),
        ("能力提升", "模式创新", "推动", "mapped", 20, 20, "haier xiaomi", "夹了别的字"),
        ("数据驱动", "模式创新", "引发", "inferred", None, None, "xiaomi", ""),
        ("模式创新", "数据驱动", "反馈", "inferred", None, None, "xiaomi", "=cmd"),
    ],
    columns="source target relation status line_start line_end doc_ids reason".split(),
)
MARK = "const mark = (name) => document.querySelector(`[data-name='${name}']`);"
PANEL = "const panel = document.querySelector('.zp-panel'); return panel.hidden ? '' : panel.innerText;"


@pytest.fixture(scope="module", params=BROWSERS, ids=lambda one: one.name)
def browser(request):
    browser = request.param()
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The three kinds that differ: arrows, edges with communities, a drawing of matplotlib."""
    graph = nx.Graph()
    graph.add_nodes_from(["数据", "平台", "用户", "价值"], count=3)
    graph.add_weighted_edges_from([("数据", "平台", 2), ("平台", "用户", 1), ("用户", "价值", 1)])
    bars = draw_frequencies(pd.DataFrame({"term": ["数据", "平台"], "count": [3, 2]}))
    drawn = [draw_mechanism(ARROWS), draw_network(graph, [{"数据", "平台"}, {"用户", "价值"}], weight="weight"), bars]
    figures = "".join(
        f'<figure id="fig-{number}"><div>{picture._repr_html_()}</div><figcaption>图</figcaption></figure>'
        for number, picture in enumerate(drawn)
    )
    file = tmp_path_factory.mktemp("site") / "page.html"
    file.write_text(
        '<!doctype html><html lang="zh" data-theme="light"><head><meta charset="utf-8"><title>图</title>'
        '<meta name="viewport" content="width=device-width"><style>body { font-family: "Noto Sans SC", sans-serif }'
        f"</style><style>{(STATIC / 'figures.css').read_text('utf-8')}</style></head>"
        f"<body><main><h1>图</h1><button id=before>前</button>{figures}</main>"
        f"<script>{(STATIC / 'words.js').read_text('utf-8')}</script>"
        f"<script>{(STATIC / 'pictures.js').read_text('utf-8')}</script></body></html>",
        "utf-8",
    )
    return file


@pytest.fixture
def opened(browser, page):
    browser.fresh()
    browser.open(page)
    yield browser
    assert browser.errors == []


def middle(browser, selector):
    return browser.run(
        f"const e = document.querySelector(`{selector}`); e.scrollIntoView({{block: 'center'}});"
        "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2];"
    )


def keep_downloads(browser):
    """Keep what the page hands over, instead of the browser's folder."""
    browser.run(
        "window.files = []; HTMLAnchorElement.prototype.click = function () {"
        "files.push([this.download, fetch(this.href).then((r) => r.arrayBuffer())]); }; return 1;"
    )


def downloaded(browser, words):
    browser.run(
        f"[...document.querySelectorAll('.zp-button')].find((b) => b.textContent === '{words}').click(); return 1;"
    )
    name, data = browser.run(
        "while (!files.length) await new Promise((r) => setTimeout(r, 20)); const [name, wait] = files.pop();"
        "return [name, btoa(String.fromCharCode(...new Uint8Array(await wait)))];"
    )
    return name, base64.b64decode(data)


def test_a_tap_shows_what_an_arrow_rests_on_and_escape_takes_it_away(browser, page):
    browser.fresh(touch=True)
    browser.open(page)
    browser.tap(middle(browser, "rect[data-name='能力提升']"))
    said = browser.run(PANEL)
    assert "能力提升" in said and "发出" in said and "收到" in said
    browser.run(
        f"{MARK} mark('数据驱动 促进 能力提升').dispatchEvent(new MouseEvent('click', {{bubbles: true}})); return 1;"
    )
    said = browser.run(PANEL)
    assert all(words in said for words in ("正文写明", "12-14", "海尔", "两头照印"))
    assert (
        browser.run("const r = document.querySelector('.zp-panel').getBoundingClientRect(); return [r.left, r.right];")[
            0
        ]
        >= 0
    )
    assert browser.run("return document.querySelector('.zp-panel').getBoundingClientRect().right;") <= 390
    browser.run("document.querySelector('h1').click(); return 1;")
    assert browser.run(PANEL) == "" and browser.errors == []


def test_the_keys_lead_along_the_arrows(opened):
    opened.run("document.getElementById('before').focus(); return 1;")
    opened.press("Tab")
    name = "return document.activeElement.getAttribute('aria-label');"
    first = opened.run(name)
    assert first == "数据驱动 促进 能力提升，正文写明"
    walked = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        opened.press(key)
        walked.append(opened.run(name))
    assert walked == [
        "能力提升",
        "能力提升 推动 模式创新，转述对应",
        "模式创新",
        "能力提升 推动 模式创新，转述对应",
        "能力提升",
        first,
    ]
    opened.press("ArrowDown")
    assert opened.run(name) == "数据驱动 引发 模式创新，本书推断" and "本书推断" in opened.run(PANEL)
    assert "状态：本书推断" in opened.run("return document.querySelector('.zp-live').textContent;")
    opened.press("Escape")
    assert opened.run(PANEL) == ""
    opened.press("Tab")  # the whole picture is one stop
    assert opened.run("return document.activeElement.textContent;") == "放大"


def test_filters_leave_what_is_asked_for(opened):
    off = "return [...document.querySelectorAll('#fig-0 .zp-off[data-name]')].map((e) => e.dataset.name).sort();"
    opened.run("document.querySelectorAll('#fig-0 input[type=checkbox]')[2].click(); return 1;")
    assert opened.run(off) == ["数据驱动 引发 模式创新", "模式创新 反馈 数据驱动"]
    opened.run("document.querySelectorAll('#fig-0 input[type=checkbox]')[2].click(); return 1;")
    assert opened.run(off) == []
    choose = (
        "const s = document.querySelector('{} select'); s.value = '{}'; s.dispatchEvent(new Event('change')); return 1;"
    )
    opened.run(choose.format("#fig-0", opened.run("return document.querySelector('#fig-0 select').options[1].value;")))
    assert len(opened.run(off)) in (1, 2)
    opened.run(choose.format("#fig-1", "社区 1"))
    kept = "return [...document.querySelectorAll('#fig-1 [data-name]:not(.zp-off)')].map((e) => e.dataset.name).sort();"
    assert sorted(opened.run(kept)) == sorted(["平台与数据", "数据", "平台"])


def test_a_search_finds_a_box_and_leads_to_it(opened):
    opened.run(
        "document.querySelectorAll('#fig-0 .zp-button')[1].click();"
        "document.querySelector('.zp-find').focus(); return 1;"
    )
    opened.type("创新")
    opened.run(
        "while (!document.querySelector('#fig-0 .zp-count').textContent) await new Promise((r) => setTimeout(r, 20));"
    )
    assert opened.run("return document.querySelector('#fig-0 .zp-count').textContent;").startswith("找到")
    assert opened.run("return document.querySelectorAll('#fig-0 rect.zp-found').length;") == 1
    opened.press("Enter")
    assert "创新" in opened.run("return document.activeElement.getAttribute('aria-label');")


def test_a_picture_is_enlarged_and_comes_back(opened):
    wide = "return document.querySelector('[data-tables]').getBoundingClientRect().width;"
    before = opened.run(wide)
    opened.run("document.querySelector('.zp-button').click(); return 1;")
    assert opened.run(wide) > before * 1.3 and opened.run("return Boolean(document.querySelector('dialog[open] svg'));")
    assert opened.run("return document.activeElement.textContent;") == "关闭" and opened.run(PANEL) == ""
    opened.press("Escape")
    opened.run("while (document.querySelector('dialog')) await new Promise((r) => setTimeout(r, 20));")
    assert opened.run(wide) == before and opened.run("return Boolean(document.querySelector('#fig-0 svg'));")
    assert opened.run("return document.activeElement.textContent;") == "放大"


def corner(place):
    return 3 * (place["x"] + place["width"] - 4), 3 * (place["y"] + place["height"] - 4)


def test_a_picture_is_saved_as_svg_png_and_csv(opened):
    keep_downloads(opened)
    name, data = downloaded(opened, "SVG")
    root = ElementTree.fromstring(data)
    assert name == "fig-0.svg" and b"var(" not in data and b"currentColor" not in data and b"zp-" not in data
    assert "Noto Sans SC" in root.get("font-family") and root[0].get("fill") == "#ffffff"
    assert "能力提升" in "".join(root.itertext())
    box = next(box for box in root.iter("{http://www.w3.org/2000/svg}rect") if box.get("data-name") == "能力提升")
    name, data = downloaded(opened, "PNG")
    image = Image.open(io.BytesIO(data)).convert("L")
    place = {key: float(box.get(key)) for key in ("x", "y", "width", "height")}
    inside = image.crop([3 * (place["x"] + 4), 3 * (place["y"] + 4), *corner(place)])
    assert name == "fig-0.png" and sum(inside.histogram()[:80]) > 200  # its words are drawn, too
    name, data = downloaded(opened, "CSV（箭头）")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert name == "fig-0-箭头.csv" and [row["关系"] for row in rows] == ["促进", "推动", "引发", "反馈"]
    assert rows[3]["理由"] == "'=cmd"  # no formula for a spreadsheet
    assert rows[0]["行"] == "12-14" and rows[1]["状态"] == "转述对应"


def test_a_picture_that_comes_later_can_be_used_too(opened):
    opened.run(
        "const old = document.querySelector('#fig-2 .zhagen-figure').cloneNode(true);"
        "old.querySelector('svg').classList.remove('zp-ready'); document.querySelector('main').append(old);"
        "while (!document.querySelector('main > .zp')) await new Promise((r) => setTimeout(r, 20)); return 1;"
    )
    assert opened.run("return document.querySelectorAll('main > .zp .zp-bar').length;") == 1


def test_the_table_of_a_picture_is_a_table(opened):
    opened.run(
        "[...document.querySelectorAll('#fig-2 .zp-button')].find((b) => b.textContent === '数据表').click(); return 1;"
    )
    assert (
        opened.run("return document.querySelector('#fig-2 table').innerText;").split()
        == "词 词 出现次数 数据 3 平台 2".split()
    )
    assert opened.run("return document.querySelector('#fig-2 svg').getAttribute('role');") == "img"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser, page, theme):
    if browser.name != "chromium":
        pytest.skip("axe runs in Chromium")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    browser.fresh()
    browser.open(page)
    browser.run(
        f"document.documentElement.dataset.theme = '{theme}';"
        "document.body.style.cssText = 'background: var(--zhagen-paper); color: ' + ('"
        + theme
        + "' === 'dark' ? '#ddd' : '#222');"
        "for (const b of document.querySelectorAll('[aria-expanded]')) b.click();"
        f"{MARK} mark('数据驱动 促进 能力提升').focus(); return 1;"
    )
    found = axe.Axe().run(browser.page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
