"""Coding a passage in the page, in Chromium and Firefox, from `file://`: mouse, touch, keyboard, bad input."""

import csv
import hashlib
import io
import json
import random
import shutil
import time
from pathlib import Path

import pandas as pd
import pytest
from browsers import BROWSERS

from zhagen.coding import code_passage
from zhagen.statistics import agreement_by_code, agreement_table
from zhagen.study import coding_decisions, make_study, open_study, practice_study, write_study

pytestmark = pytest.mark.browser

STATIC = Path(__file__).resolve().parents[2] / "book/_static"
ODD = "访：𠮷野家的书，你买了吗？\n甲：买了🙂。“没翻”，回去才看见缺页！算了。\n访：后来呢？\n甲：后来……没有后来。"
CODES = [("c1", "没翻"), ("c2", "缺页"), ("c3", "算了"), ("c4", '<script>document.title = "坏"</script>')]
SPOT = """const text = document.querySelector(".zc-text"); const place = (at) => {
  for (const p of text.children) { const letters = [...p.textContent], from = +p.dataset.from;
    if (at <= from + letters.length) { let left = letters.slice(0, at - from).join("").length;
      const walk = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
      for (let node; (node = walk.nextNode()); left -= node.length) if (left <= node.length) return [node, left]; } } };
  const range = document.createRange();"""


@pytest.fixture(scope="module", params=BROWSERS, ids=lambda one: one.name)
def browser(request):
    made = request.param()
    yield made
    made.quit()


@pytest.fixture(scope="module")
def study():
    return practice_study()


def odd_study(codings=(), coders=("林", "周")):
    codes = pd.DataFrame(CODES, columns=["code_id", "label"]).assign(level="concept")
    frame = pd.DataFrame(list(codings), columns=["source_id", "start", "end", "code_id", "coder"])
    return make_study({"甲1": ODD}, codes, frame, about={"title": "怪字", "coders": list(coders)})


def written(folder, passage, before=""):
    """A page with the passage, as the book has it."""
    for name in ("words.js", "coder.js", "coder.css"):
        shutil.copy(STATIC / name, folder / name)
    block = passage._repr_markdown_().split("\n", 1)[1].rsplit("~~~~~~", 1)[0]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>编</title>'
    style = f'<link rel="stylesheet" href="coder.css"><script>{before}</script>'
    file = folder / "page.html"
    file.write_text(
        f'<!DOCTYPE html><html lang="zh-CN"><head>{head}{style}</head><body>{block}'
        '<script src="words.js" defer></script><script src="coder.js" defer></script></body></html>',
        "utf-8",
    )
    return file


@pytest.fixture
def page(browser, tmp_path, study):
    """The interview I16, opened; at the end no script of the page has failed and nothing was asked of a host."""
    browser.fresh()
    browser.open(written(tmp_path, code_passage(study, "I16")))
    yield browser
    assert browser.errors == []


def said(browser):
    return browser.run('return document.querySelector(".zc-status").textContent')


def listed(browser):
    return browser.run(
        'return [...document.querySelectorAll("ol.zc-list > li")].map((li) => li.firstChild.nextSibling.data)'
    )


def middle(browser, start, end):
    """Where a stretch of the passage is on the screen: its left and right end, scrolled into view."""
    script = f"""{SPOT} range.setStart(...place({start})); range.setEnd(...place({end}));
      range.startContainer.parentElement.scrollIntoView({{ block: "center" }});
      const [one, other] = [range.getClientRects()[0], [...range.getClientRects()].pop()];
      return [[one.left + 1, one.top + one.height / 2], [other.right - 1, other.top + other.height / 2]];"""
    return browser.run(script)


def name(label):
    return f"""[...document.querySelectorAll(".zhagen-coder button")].find((one) =>
      one.textContent === "{label}" || one.getAttribute("aria-label") === "{label}")"""


def click(browser, label, touch=False):
    script = f"""const one = {name(label)}; one.scrollIntoView({{ block: "nearest" }});
      const r = one.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2];"""
    place = browser.run(script)
    browser.tap(place) if touch else browser.drag(place, place)


def warnings(browser):
    """The warnings that are shown."""
    return browser.run(
        """return [...document.querySelectorAll("p.zc-warning")].filter((one) => one.checkVisibility())
        .map((one) => one.textContent);"""
    )


def select(browser, start, end):
    """Select as a script would: the browser tells the page of it as of any selection."""
    browser.run(
        f"""{SPOT} getSelection().setBaseAndExtent(...place({start}), ...place({end}));
        await new Promise((done) => setTimeout(done, 60)); return 1;"""
    )


def give(browser, start, end, label):
    select(browser, start, end)
    browser.run(f"{name('编码…')}.click(); return 1;")
    browser.run(
        f"""const field = document.querySelector(".zc-dialog input"); field.value = {json.dumps(label)};
        field.dispatchEvent(new Event("input")); field.form.requestSubmit(); return 1;"""
    )


def answer(browser, words):
    """Write into the open dialog and save."""
    browser.run(
        f"""const form = document.querySelector(".zc-dialog form"); form.elements[0].value = {json.dumps(words)};
        form.requestSubmit(); return 1;"""
    )


def exported(browser, label):
    """The text of a file that the page gives out."""
    return browser.run(
        f"""const old = URL.createObjectURL; let blob; URL.createObjectURL = (one) => ((blob = one), old(one));
        HTMLAnchorElement.prototype.click = () => {{}}; {name(label)}.click(); URL.createObjectURL = old;
        return await blob.text();"""
    )


def until(holds, seconds=20):
    """Wait until `holds()` is true; what the page says then is asked by the test itself."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)


def take(browser, path, field="读入…"):
    """Give files to a field and wait until the page says something of them."""
    browser.run('document.querySelector(".zc-status").textContent = ""; return 1;')
    browser.files(f'input[aria-label="{field}"]', *([path] if isinstance(path, Path) else path))
    until(lambda: said(browser), seconds=10)


def at(study, source, words):
    start = study.text(source).index(words)
    begin = code_passage(study, source).data["offset"]
    return start - begin, start - begin + len(words)


def test_words_are_selected_by_mouse_and_coded_from_the_list(page, study):
    start, end = at(study, "I16", "我写了个草案，五条")
    page.drag(*middle(page, start, end))
    assert "选中「我写了个草案，五条」，9 个字" in said(page)
    click(page, "编码…")
    page.type("搬出规矩")
    page.press("Enter")
    assert listed(page) == [" 「我写了个草案，五条」 → 搬出规矩"]
    click(page, "撤销")
    assert listed(page) == []


def test_the_keyboard_alone_codes_and_the_speaker_s_name_is_no_word(page):
    page.run('document.querySelector(".zc-text").focus(); return 1;')
    page.press("ArrowDown", "ArrowDown", "Shift+ArrowDown", "Shift+ArrowRight", "Shift+ArrowLeft", "Enter")
    page.type("先分清楚")
    page.press("Enter")
    (entry,) = listed(page)
    assert entry == " 「首先要分清楚，它算不算群规。」 → 先分清楚"
    assert page.run("return document.activeElement.className") == "zc-text"
    page.press("Control+z")
    assert listed(page) == [] and "撤销" in said(page)


def test_touch_needs_no_drag(browser, tmp_path, study):
    browser.fresh(touch=True)
    browser.open(written(tmp_path, code_passage(study, "I16")))
    start, end = at(study, "I16", "我没拍。")
    browser.tap(middle(browser, start, end)[0])
    until(lambda: "「我没拍。」" in said(browser))
    assert "「我没拍。」" in said(browser)
    click(browser, "←后", touch=True)
    click(browser, "原话作码", touch=True)
    assert listed(browser) == [" 「我没拍」 → 我没拍"]
    width, small = browser.run(
        """return [document.documentElement.scrollWidth,
        [...document.querySelectorAll("button, input, select, summary")].filter((e) => e.checkVisibility())
        .map((e) => e.getBoundingClientRect())
        .filter((r) => r.width < 24 || r.height < 24).length];"""
    )
    assert width <= 390 and small == 0 and browser.errors == []


def test_memo_rename_merge_and_what_is_kept(page, tmp_path, study):
    spots = [at(study, "I16", words) for words in ("退房的时候房东说", "我就吃了", "带鱼是真好吃")]
    for (start, end), label in zip(spots, ("让三百", "吃了带鱼", "让三百"), strict=True):
        give(page, start, end, label)
    page.run("document.querySelectorAll('details').forEach((one) => (one.open = true)); return 1;")
    for label, words in (("写备注：「我就吃了」 吃了带鱼", "为什么\n吃？"), ("改名：吃了带鱼", "吃人嘴软")):
        page.run(f"{name(label)}.click(); return 1;")
        answer(page, words)
    assert listed(page)[1] == " 「我就吃了」 → 吃人嘴软"
    page.run(f"{name('并入另一个码：吃人嘴软')}.click(); return 1;")
    page.type("让三百")
    page.press("Enter")
    assert [entry.split("→ ")[1] for entry in listed(page)] == ["让三百"] * 3
    counts = page.run('return document.querySelector("ul.zc-list").textContent')
    assert "让三百，3 处" in counts and "吃人嘴软" not in counts
    page.open(tmp_path / "page.html")
    assert len(listed(page)) == 3 and "已有 3 处" in said(page)
    assert "为什么\n吃？" in page.run('return document.querySelector("ol.zc-list").textContent')


def test_an_export_is_the_study_s_form_and_comes_back(page, tmp_path, study):
    start, end = at(study, "I16", "首先，遵守不等于承认")
    give(page, start, end, "遵守，“不认”")
    give(page, start, end, "搬出规矩")
    page.run(f"{name('写备注：「首先，遵守不等于承认」 搬出规矩')}.click(); return 1;")
    answer(page, "=1+1")
    codings, codebook = exported(page, "导出编码"), exported(page, "导出编码本")
    rows = list(csv.DictReader(io.StringIO(codings.removeprefix("\ufeff"))))
    assert {row["label"] for row in rows} == {"遵守，“不认”", "搬出规矩"} and "'=1+1" in {row["memo"] for row in rows}
    for row in rows:
        quote = study.text("I16")[int(row["start"]) : int(row["end"])]
        assert row["quote_sha256"] == hashlib.sha256(quote.encode()).hexdigest() and quote == "首先，遵守不等于承认"
    folder = tmp_path / "study"
    write_study(study, folder)
    (folder / "codings.csv").write_text(codings, "utf-8")
    (folder / "codebook.csv").write_text(codebook, "utf-8")
    for extra in ("history", "differences", "paradigm", "negative_cases", "gioia"):
        (folder / f"{extra}.csv").unlink(missing_ok=True)
    shutil.rmtree(folder / "memos")
    (folder / "mechanism.toml").unlink()
    text = (folder / "study.toml").read_text("utf-8")
    (folder / "study.toml").write_text(text.replace('"林", "周", "共识"', '"我"'), "utf-8")
    opened = open_study(folder)
    assert sorted(opened.quotations(coder="我").label) == ["搬出规矩", "遵守，“不认”"]
    (tmp_path / "mine.csv").write_text(codings, "utf-8")
    for _ in range(2):
        click(page, "撤销")
    page.run("localStorage.clear(); return 1;")
    page.open(tmp_path / "page.html")
    assert listed(page) == []
    take(page, tmp_path / "mine.csv")
    assert len(listed(page)) == 2 and exported(page, "导出编码") == codings


def random_spans(seed, coders=("林", "周")):
    """Codings, the first one in words that count; ends lie anywhere, in speakers' names too."""
    draw = random.Random(seed)
    spans = [("甲1", 16, draw.randint(17, 30), "c1", coders[0])]
    for coder in coders:
        for _ in range(draw.randint(0, 12)):
            start = draw.randrange(len(ODD) - 1)
            spans.append(
                ("甲1", start, draw.randint(start + 1, min(len(ODD), start + 25)), draw.choice(CODES)[0], coder)
            )
    return spans


def equal(one, other):
    return float(one) == other or (one == "NaN" and other != other)


def lists_of(spans, coders):
    """Each coder's codings as the page has them."""
    return [
        [{"start": start, "end": end, "label": dict(CODES)[code]} for _, start, end, code, who in spans if who == coder]
        for coder in coders
    ]


def ratings_of(spans, coders):
    """The decisions, then the table of all text and of the text that somebody coded, over all codes."""
    study = odd_study(spans, coders)  # who coded nothing is one of them here, as on the page
    decisions = coding_decisions(study, unit="character", coders=coders, sources=list(study.texts))
    coded = decisions[decisions.code != ""]
    given = {coder: set(zip(own["item"], own.code, strict=True)) for coder, own in coded.groupby("coder")}
    tables = {}
    for units, part in (("all", decisions), ("coded", coded)):
        pairs = [(item, code) for item in part["item"].unique() for code in coded.code.unique()]
        tables[units] = [[str(pair in given.get(coder, ())) for coder in coders] for pair in pairs]
    return decisions, tables


def calculated(browser, call):
    """What a function of the page returns, each number as JavaScript writes it."""
    return browser.run(
        f"""const data = JSON.parse(document.querySelector('script[type="application/json"]').textContent);
        return JSON.parse(JSON.stringify(zhagenCoder.{call}, (key, value) => value instanceof Map
          ? Object.fromEntries([...value].map(([name, v]) => [name, String(v)]))
          : typeof value === "number" ? String(value) : value));"""
    )


def test_agreement_is_the_package_s_to_the_last_digit(browser, tmp_path):
    """Over random codings: no measure differs in any digit, and no count."""
    browser.fresh()
    browser.open(written(tmp_path, code_passage(odd_study(), "甲1")))
    coders, undefined = ["林", "周"], 0
    for seed in range(40):
        spans = random_spans(seed)
        lists = ", ".join(map(json.dumps, lists_of(spans, coders)))
        found = calculated(browser, f"agreement(data.turns, {lists})")
        decisions, tables = ratings_of(spans, coders)
        for units, ratings in tables.items():
            table = agreement_table(ratings, measures=["percent", "kappa", "alpha"], draws=1)
            for measure, value in zip(table.measure, table["value"], strict=True):
                assert equal(found[units][measure], value), (seed, units, measure)
                undefined += value != value
        table = agreement_by_code(decisions, coders=coders, draws=1).set_index("code")
        assert {code["label"] for code in found["codes"]} == set(table.index)
        for code in found["codes"]:
            row = table.loc[code["label"]]
            for column in ("both", "one", "other", "neither", "percent", "kappa", "alpha"):
                assert equal(code[column], row[column]), (seed, column)
    assert undefined < 40 and browser.errors == []


def test_alpha_of_a_class_is_the_package_s_to_the_last_digit(browser, tmp_path):
    """Two coders to six, one of whom may have coded nothing: over all text, the coded text, and code by code."""
    browser.fresh()
    browser.open(written(tmp_path, code_passage(odd_study(), "甲1")))
    defined = 0
    for seed in range(30):
        coders = list("林周兰梅竹菊")[: 2 + seed % 5]
        spans = random_spans(seed, coders)
        found = calculated(browser, f"alphas(data.turns, {json.dumps(lists_of(spans, coders))})")
        decisions, tables = ratings_of(spans, coders)
        for units, ratings in tables.items():
            (value,) = agreement_table(ratings, measures=["alpha"], draws=1)["value"]
            assert equal(found[units]["alpha"], value) and int(found[units]["items"]) == len(ratings), (seed, units)
            defined += value == value
        table = agreement_by_code(decisions, coders=coders, draws=1)
        table = table[table.coders == ", ".join(coders)].set_index("code")  # without the rows of the pairs
        assert set(found["codes"]) == set(table.index)
        for label, alpha in found["codes"].items():
            assert equal(alpha, table.alpha[label]), (seed, label)
    assert defined > 40 and browser.errors == []


def test_places_are_code_points(browser, tmp_path):
    """Characters outside the basic plane are one character, as in Python."""
    browser.fresh()
    browser.open(written(tmp_path, code_passage(odd_study(), "甲1")))
    for words in ("𠮷野家的书", "🙂。“没翻”", "回去才看见缺页"):
        give(browser, ODD.index(words), ODD.index(words) + len(words), "看")
    rows = csv.DictReader(io.StringIO(exported(browser, "导出编码").removeprefix("\ufeff")))
    marked = [ODD[int(row["start"]) : int(row["end"])] for row in rows]
    assert marked == ["𠮷野家的书", "🙂。“没翻”", "回去才看见缺页"] and browser.errors == []


def test_comparing_shows_what_they_saw_and_asks(page, study):
    start, end = at(study, "I16", "我一个学法律的，没拍。")
    give(page, start, end, "自嘲")
    page.run('[...document.querySelectorAll("summary")].pop().click(); return 1;')
    until(lambda: page.run('return document.querySelector(".zc-result").textContent'))
    result = page.run('return document.querySelector(".zc-result").textContent')
    assert "林看到、你没有编的（13 处）" in result and "只有你编的（1 处）" in result and "指得出定义里的字吗" in result
    reason = study.differences[study.differences.source_id == "I16"].reason.iloc[0]
    assert reason in result and "备忘录 M038" in result
    page.run(
        'const s = document.querySelector("select"); s.value = "共识"; s.dispatchEvent(new Event("change")); return 1;'
    )
    assert "共识看到、你没有编的（14 处）" in page.run('return document.querySelector(".zc-result").textContent')


def test_a_class_puts_several_exports_together(page, tmp_path, study):
    start, end = at(study, "I16", "遵守啊。")
    give(page, start, end, "守着")
    text = exported(page, "导出编码")
    for who in ("兰", "梅", "我"):
        (tmp_path / f"{who}.csv").write_text(text.replace("我", who), "utf-8")
    page.run('[...document.querySelectorAll("summary")].pop().click(); return 1;')
    take(page, [tmp_path / f"{who}.csv" for who in "兰梅我"], "读入同学的导出…")
    rows = page.run('return [...document.querySelectorAll(".zc-result table")].slice(-3).map((t) => t.innerText)')
    assert "4 个人一起" in rows[0] and "全部文字" in rows[0] and "1.000" in rows[0]
    assert all(pair in rows[1] for pair in ("兰、梅", "你、兰", "你、我（我.csv）"))
    assert "守着\t6\t24\t0\t1.000\t1.000" in rows[2]


def test_a_teacher_who_coded_nothing_compares_the_class(page, tmp_path, study):
    start, end = at(study, "I16", "遵守啊。")
    give(page, start, end, "守着")
    text = exported(page, "导出编码")
    click(page, "撤销")
    for who in ("兰", "梅"):
        (tmp_path / f"{who}.csv").write_text(text.replace("我", who), "utf-8")
    page.run('[...document.querySelectorAll("summary")].pop().click(); return 1;')
    take(page, [tmp_path / f"{who}.csv" for who in "兰梅"], "读入同学的导出…")
    result = page.run('return document.querySelector(".zc-result").textContent')
    assert "2 个人一起" in result and "兰、梅" in result and "你、" not in result and "先编几处" in result


def test_bad_files_are_refused_by_line_and_nothing_is_lost(page, tmp_path, study):
    start, end = at(study, "I16", "遵守啊。")
    give(page, start, end, "守着")
    good = exported(page, "导出编码")
    bad = {
        "damaged": good.replace("守着", '"守着', 1),
        "codebook": "code_id,label,level\nc1,甲,concept\n",
        "other study": good.replace(",I16,", ",I99,"),
        "changed text": good.replace(hashlib.sha256("遵守啊。".encode()).hexdigest(), "0" * 64),
        "outside": good.replace(",I16,", ",I16,9"),
        "picture": "\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "empty": "",
        "html": "<html><script>document.title='坏'</script></html>",
        "formula": good.replace("守着", "=HYPERLINK(1)"),
        "no code": good.replace("守着", "").replace(",n", ",zz"),
    }
    for what, text in bad.items():
        file = tmp_path / f"{what}.csv"
        file.write_bytes(text.encode("latin-1" if what == "picture" else "utf-8"))
        take(page, file)
        faults = page.run('return document.querySelector(".zc-warning ul").textContent')
        assert what == "codebook" or what in faults, (what, said(page), faults)
        assert listed(page) == [" 「遵守啊。」 → 守着"], what
    assert page.run("return document.title") == "编"
    mixed = (
        good
        + good.splitlines()[1].replace(",I16,", ",I13,")
        + "\n"
        + good.splitlines()[1].replace("守着", "另一个")
        + "\n"
    )
    (tmp_path / "mixed.csv").write_text(mixed, "utf-8")
    take(page, tmp_path / "mixed.csv")
    assert "第 3 行" in page.run('return document.querySelector(".zc-warning ul").textContent')
    assert len(listed(page)) == 2
    (tmp_path / "gb.csv").write_bytes(good.replace("守着", "國標").removeprefix("\ufeff").encode("gb18030"))
    take(page, tmp_path / "gb.csv")
    assert any("國標" in entry for entry in listed(page))


@pytest.mark.parametrize("label", ["<script>document.title='坏'</script>", "<img src=x onerror=document.title='坏'>"])
def test_a_code_that_is_html_is_a_name(page, tmp_path, label):
    give(page, 30, 40, label)
    page.run("document.querySelectorAll('details').forEach((one) => (one.open = true)); return 1;")
    time.sleep(0.3)
    page.open(tmp_path / "page.html")
    (entry,) = listed(page)
    assert entry.endswith(label)
    assert page.run("return [document.title, document.querySelectorAll('img, body script').length]") == ["编", 3]


def test_five_thousand_codings(page, tmp_path, study):
    text, rows = study.text("I16"), []
    for number in range(5000):
        start = 80 + number % 900
        end = start + 1 + number // 900
        digest = hashlib.sha256(text[start:end].encode()).hexdigest()
        if text[start:end].strip() and "\n" not in text[start:end]:
            rows.append(f"q{number},I16,{start},{end},c26,我,2026-01-01,{digest},搬出规矩,")
    while len(rows) < 5000:
        rows.append(
            rows[len(rows) % 900]
            .replace(",c26,", f",k{len(rows) // 900},")
            .replace("搬出规矩", f"码{len(rows) // 900}")
        )
    head = "coding_id,source_id,start,end,code_id,coder,date,quote_sha256,label,memo\n"
    (tmp_path / "many.csv").write_text(head + "\n".join(rows) + "\n", "utf-8")
    before = time.monotonic()
    take(page, tmp_path / "many.csv")
    for _ in range(100):
        if "读入" in said(page):
            break
        time.sleep(0.2)
    took = time.monotonic() - before
    count = page.run('return document.querySelectorAll("details > summary")[0].textContent')
    assert int("".join(filter(str.isdigit, count))) > 4000 and took < 20
    assert (
        page.run(
            """const begun = performance.now(); const text = document.querySelector(".zc-text"); text.focus();
        text.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" })); return performance.now() - begun;"""
        )
        < 1500
    )


def test_two_tabs_lose_nothing(browser, tmp_path, study):
    browser.fresh()
    file = written(tmp_path, code_passage(study, "I16"))
    browser.open(file)
    first, second = browser.page, None
    give(browser, 31, 36, "第一")
    second = browser.tab()
    browser.open(file)
    assert len(listed(browser)) == 1
    give(browser, 40, 45, "第二")
    browser.switch(first)
    give(browser, 50, 55, "第三")
    browser.switch(second)
    until(lambda: len(listed(browser)) == 3)  # the other tab's save is told by an event, whenever the browser likes
    assert [entry.split("→ ")[1] for entry in listed(browser)] == ["第一", "第二", "第三"]
    assert "另一个窗口" in said(browser) and browser.errors == []
    click(browser, "撤销")
    assert [entry.split("→ ")[1] for entry in listed(browser)] == ["第一", "第二"]


FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
FORBIDDEN = (
    """Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });"""
)


@pytest.mark.parametrize("trouble", [FULL, FORBIDDEN], ids=["full", "forbidden"])
def test_storage_that_does_not_store_is_said_and_the_work_stays(browser, tmp_path, study, trouble):
    browser.fresh()
    (tmp_path / "clean").mkdir()
    browser.open(written(tmp_path / "clean", code_passage(study, "I16")))
    browser.open(written(tmp_path, code_passage(study, "I16"), before=trouble))
    give(browser, 31, 36, "第一")
    give(browser, 40, 45, "第二")
    warning = warnings(browser)
    assert len(warning) == 1 and "请现在就导出" in warning[0]
    assert len(listed(browser)) == 2 and len(exported(browser, "导出编码").splitlines()) == 3
    assert browser.errors == []


def test_what_was_kept_and_cannot_be_read_is_given_out(page, tmp_path):
    give(page, 31, 36, "第一")
    for spoilt in (
        '{"version":1,"codings":[',
        '{"version":2}',
        "null",
        '{"version":1,"coder":"我","codes":[],"codings":[{"start":-1}]}',
    ):
        page.run(f"for (const k of Object.keys(localStorage)) localStorage.setItem(k, {json.dumps(spoilt)}); return 1;")
        page.open(tmp_path / "page.html")
        assert any("读不出来" in text for text in warnings(page)), spoilt
        stored = page.run("return Object.values(localStorage)")
        assert spoilt in stored
        give(page, 31, 36, "第一")
        assert len(listed(page)) == 1
        assert spoilt in page.run("return Object.values(localStorage)")


def test_without_a_script_the_passage_is_there():
    passage = code_passage(practice_study(), "I16", 1, 2)
    lab, book = passage._repr_html_(), passage._repr_markdown_()
    assert "首先要分清楚" in lab and "网页版" in lab and "<script" not in lab
    assert "<noscript>" in book and book.count("<script") == 1 and "</script>" in book
    odd = code_passage(odd_study([("甲1", 3, 5, "c1", "林"), ("甲1", 3, 6, "c4", "周")]), "甲1")
    assert odd._repr_markdown_().count("</script>") == 1


def test_the_book_has_a_page_to_code_on(browser):
    page = STATIC.parents[1] / "_build/html/notebooks/labs/01_open_coding.html"
    if not page.is_file():
        pytest.skip("run make book first")
    browser.fresh()
    browser.open(page)
    give(browser, 31, 40, "分清楚")
    shown = '[...document.querySelectorAll("summary")].filter((s) => s.checkVisibility()).map((s) => s.textContent)'
    assert any(label.startswith("其他程序") for label in browser.run(f"return {shown}"))  # qda.js before coder.js
    assert len(listed(browser)) == 1 and browser.errors == []
