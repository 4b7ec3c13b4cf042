"""Tables on a phone: what the build says of each, and what the built book shows at 390 pixels."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "book/_ext"))

pytest.importorskip("sphinx", reason="the book extra is not installed")

import browsers  # noqa: E402

from phone_tables import Shape, mark_body, tight_columns, way  # noqa: E402

HTML = ROOT / "_build/html"
PAGES = {  # pages with tables of each kind
    "notebooks/haier/1_coding_tables.html",
    "notebooks/counting/2_measures.html",
    "notebooks/counting/7_planes_and_trees.html",
    "notebooks/method/02_question_sampling.html",
    "notebooks/synthesis/1_code_systems.html",
}
LOOK = """
const found = [];
for (const one of document.querySelectorAll("article details")) one.open = true;
for (const one of document.querySelectorAll("article .toggle-hidden")) one.classList.remove("toggle-hidden");
await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
for (const table of document.querySelectorAll("article table:not(.highlighttable)")) {
  const frame = table.closest(".pst-scrollable-table-container, .output.text_html");
  let narrow = "";
  for (const cell of table.querySelectorAll("td, th")) {
    const style = getComputedStyle(cell), size = parseFloat(style.fontSize);
    const text = document.createRange();
    text.selectNodeContents(cell);
    const wraps = text.getBoundingClientRect().height > 2.6 * size && !cell.querySelector("br, code, li");
    const width = (cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)) / size;
    if (style.display !== "none" && wraps && width < 5) narrow = cell.textContent.trim();
  }
  frame.scrollLeft = 60;
  const first = table.querySelector("tbody tr > *").getBoundingClientRect().x - frame.getBoundingClientRect().x;
  found.push({
    id: table.id || table.className, kind: table.className, narrow,
    slides: frame.scrollWidth > frame.clientWidth + 1,
    first: Math.round(first),
    name: frame.getAttribute("role") === "region" && frame.tabIndex === 0 ? frame.getAttribute("aria-label") : "",
    hint: frame.previousElementSibling?.matches(".slide-hint") ? frame.previousElementSibling.textContent : "",
  });
}
return found;
"""


def table(heads, *rows):
    cells = "".join(f'<th class="head"><p>{head}</p></th>' for head in heads)
    body = "".join("<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="table" id="t"><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>'


def test_a_card_says_the_column_of_each_cell_and_stays_a_table_to_the_ear():
    made = mark_body(table(["概念", "归入", "状态", "理由"], ["数字节点部署", "需求源点建立", "依次序对应", ""]))
    assert 'class="phone-cards table"' in made and made.count('scope="col"') == made.count('role="columnheader"') == 4
    assert '<td role="cell" data-label="归入" class="short tight">' in made
    assert '<td role="cell" data-label="理由" class="short tight"></td>' in made  # empty: no card shows it
    assert made.count('role="row"') == 2 and 'role="table"' in made and made.count("<thead") == 1


def test_few_short_columns_stay_side_by_side_and_many_numbers_slide():
    assert 'class="phone-fits table"' in mark_body(table(["词", "次数"], ["平台", "12"]))
    assert 'class="phone-slides table"' in mark_body(table("甲乙丙丁戊己庚", ["0.1234", *["0.1234"] * 6]))


def test_a_long_text_beside_narrow_columns_becomes_a_card_but_not_where_cells_span():
    heads = ["名称", "话", "说的人", "第几轮谈话"]
    row = ["甲乙丙丁戊己庚", "一句很长的话，" * 20, "乙说的话不多", "两轮半的谈话"]
    assert way(Shape(heads, [row])) == "cards"
    assert way(Shape(heads, [row], spanned=True)) == "slides"


def test_dates_and_names_stay_in_a_line_while_the_text_keeps_its_room():
    text = "卖家先说的那一句，后来没有人再提"
    row = ["2024-03-13", "没有人回应", "数字价值主张实现", text]
    heads = ["日期", "码", "到", "为什么"]
    assert tight_columns(Shape(heads, [row])) == ["tight", "tight", "tight", ""]
    more = [*row, "网络共享交互", text, text]  # the eight characters would take the room of the texts
    kept = ["tight", "tight", "halved", "", "tight", "", ""]
    assert tight_columns(Shape([*heads, "从", "理由", "别的"], [more])) == kept
    assert 'class="short tight"><p>2024-03-13' in mark_body(table(heads[:2], row[:2]))


def test_heads_wrap_where_they_are_wider_than_a_page_and_a_short_code_stays_whole():
    heads = ["有这个动词的句", "至少两个名目", "去掉行动者，至少两个", "去掉行动者，至少一个"]
    assert "wrapped-heads" in mark_body(table(["动词", *heads], ["提升", "25", "10", "0", "12"]))
    assert "wrapped-heads" not in mark_body(table(["动词", *heads[:2]], ["提升", "25", "10"]))
    codes = [f'<code class="literal"><span class="pre">{code}</span></code>' for code in ("by_order", "a" * 60)]
    made = mark_body(table(["状态", "路径"], codes))
    assert made.count('class="whole literal"') == 1 and '"whole literal"><span class="pre">by_order' in made


def test_many_columns_beside_a_text_are_crowded():
    heads = ["从", "关系词", "到", "状态", "行", "理由"]
    row = ["场景链条联动", "缩减", "敏捷响应能力", "本书推断", "416", "句子说的是一个概念：数据渠道缩减了响应的时间"]
    assert 'class="phone-cards crowded table"' in mark_body(table(heads, row))
    assert "crowded" not in mark_body(table(heads[:5], row[:5]))
    assert "crowded" not in mark_body(table(heads[2:], row[2:]))


def test_heads_of_pandas_are_heads_and_its_corner_is_none():
    head = "<thead><tr><th></th><th>n</th></tr></thead>"
    source = f'<table border="1" class="dataframe">{head}<tbody><tr><th>x</th><td>1</td></tr></tbody></table>'
    made = mark_body(source)
    assert made.startswith('<table border="1" class="phone-fits dataframe"><thead><tr><td></td><th scope="col"')
    assert '<th scope="row" class="short tight">x</th>' in made


def test_a_label_is_escaped():
    made = mark_body(table(["a&quot;b", "乙", "丙丙丙丙", "丁"], ["很长" * 9, "很长" * 9, "长" * 9, "长" * 9]))
    assert 'data-label="a&quot;b"' in made


def test_printed_text_wraps_and_printed_columns_do_not():
    form = '<div class="output stream highlight-none"><div class="highlight"><pre><span></span>{}\n</pre></div></div>'
    assert '<pre class="wraps">' in mark_body(form.format("一句话，" * 80))
    assert "wraps" not in mark_body(form.format("词    次数\n平台    12\n数据    7"))


@pytest.fixture(scope="module")
def chromium():
    if not (HTML / "index.html").exists():
        pytest.skip("run make book first")
    browser = browsers.Chromium()
    browser.fresh(touch=True)
    yield browser
    browser.quit()


@pytest.mark.browser
@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_phone_shows_every_table_whole(chromium, name):
    """No text in a column of under five characters; what slides says so, has a name and keeps its first column."""
    chromium.open(HTML / name)
    chromium.page.wait_for_function("document.readyState === 'complete'")
    tables = chromium.run(LOOK)
    assert tables and {one["id"]: one["narrow"] for one in tables if one["narrow"]} == {}
    assert all(one["kind"].startswith("phone-") for one in tables)
    for one in tables:
        assert bool(one["name"]) == bool(one["hint"]) == one["slides"], one
        if one["slides"]:
            assert 0 <= one["first"] <= 2, one
