"""The method report card as a form, in Chromium and Firefox, from `file://`: fill, keep, export, import, bad input."""

import base64
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from browsers import BROWSERS
from lxml import etree, html

from zhagen.book import report_form
from zhagen.extraction import report_items
from zhagen.vocabulary import REPORTED

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[2] / "book/_static"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ODD = 'A&B <script>document.title="坏"</script> |𠮷|\n*第二行* `code` --> \\ 末'
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
FORBIDDEN = (
    """Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });"""
)
SIZE = (STATIC / "reportcard.js").stat().st_size


def test_without_a_script_the_form_is_a_blank_card():
    for shown in (report_form()._repr_html_(), report_form()._repr_markdown_()):
        table = html.fromstring(shown.replace("~~~~~~", "")).find(".//table")
        rows = [[cell.text_content() for cell in row] for row in table.findall(".//tr")]
        assert [row[0] for row in rows[1:]] == report_items().name.tolist()
        assert all(row[2:] == ["", "", ""] for row in rows[1:])
    assert repr(report_form()) == "<form of a method report card: 17 items>"


def test_the_script_is_small():
    assert SIZE < 17_000


@pytest.fixture(scope="module", params=BROWSERS, ids=lambda one: one.name)
def browser(request):
    made = request.param()
    yield made
    made.quit()


def written(folder, before=""):
    for name in ("words.js", "reportcard.js", "reportcard.css"):
        shutil.copy(STATIC / name, folder / name)
    block = report_form()._repr_markdown_().split("\n", 1)[1].rsplit("~~~~~~", 1)[0]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>单</title>'
    style = f'<link rel="stylesheet" href="reportcard.css"><script>{before}</script>'
    file = folder / "page.html"
    file.write_text(
        f'<!DOCTYPE html><html lang="zh-CN"><head>{head}{style}</head><body><h1>页</h1>{block}'
        '<script src="words.js" defer></script><script src="reportcard.js" defer></script></body></html>',
        "utf-8",
    )
    return file


@pytest.fixture
def page(browser, tmp_path):
    """The form, opened; at the end no script of the page has failed and nothing was asked of a host."""
    browser.fresh()
    browser.open(written(tmp_path))
    yield browser
    assert browser.errors == []


def control(name):
    return f"""document.querySelector('[aria-label="{name}"], [placeholder="{name}"]')"""


def fill(browser, name, value):
    told = "one.dispatchEvent(new Event('input')); return 1;"
    browser.run(f"const one = {control(name)}; one.value = {json.dumps(value)}; {told}")


def value(browser, name):
    return browser.run(f"return {control(name)}.value")


def said(browser):
    return browser.run('return document.querySelector(".zk-status").textContent')


def count(browser):
    return browser.run('return document.querySelector(".zk-count").textContent')


def papers(browser):
    return browser.run("return [...document.querySelectorAll('.zk-bar > select > option')].map((one) => one.text)")


def click(browser, label):
    browser.run(
        f"[...document.querySelectorAll('.zhagen-card button')].find((one) => one.textContent === '{label}').click();"
        "await new Promise((done) => setTimeout(done, 50)); return 1;"
    )


def exported(browser, label):
    """The bytes of an export and its file's name."""
    found = browser.run(
        f"""const old = URL.createObjectURL; let blob, name; URL.createObjectURL = (one) => ((blob = one), old(one));
        HTMLAnchorElement.prototype.click = function () {{ name = this.download; }};
        [...document.querySelectorAll(".zhagen-card button")].find((one) => one.textContent === "{label}").click();
        URL.createObjectURL = old; const bytes = new Uint8Array(await blob.arrayBuffer());
        return [name, btoa(String.fromCharCode(...bytes))];"""
    )
    return found[0], base64.b64decode(found[1])


def imported(browser, path):
    browser.files('.zk-bar input[type="file"]', path)
    browser.run("await new Promise((done) => setTimeout(done, 300)); return 1;")


def filled(browser, title="甲论文"):
    fill(browser, "论文题目", title)
    fill(browser, "作者、年份", "某人，2024")
    fill(browser, "抽样：结果", "mentioned")
    fill(browser, "抽样：出处（页、节）", "第 3 页")
    fill(browser, "抽样：依据；没有的写查过的词", ODD)
    fill(browser, "饱和：结果", "absent")


def test_what_is_filled_is_kept_and_what_lacks_is_named(page, tmp_path):
    filled(page)
    assert count(page) == "17 项填了 2 项。还缺出处或者查过的词：饱和。"
    fill(page, "饱和：依据；没有的写查过的词", "饱和、saturat")
    assert count(page) == "17 项填了 2 项。"
    page.open(tmp_path / "page.html")
    assert value(page, "论文题目") == "甲论文"
    assert value(page, "抽样：依据；没有的写查过的词") == ODD
    assert value(page, "饱和：结果") == "absent"


def test_the_form_is_filled_by_keyboard(page):
    page.run(f"{control('论文题目')}.focus(); return 1;")
    page.type("乙论文")
    page.press("Tab", "Tab", "Tab", "ArrowDown", "Tab")
    page.type("p12")
    assert (value(page, "论文题目"), value(page, "问题与缺口：结果")) == ("乙论文", "reported")
    assert value(page, "问题与缺口：出处（页、节）") == "p12"


def test_markdown_goes_out_and_comes_back(page, tmp_path):
    filled(page)
    name, content = exported(page, "导出 Markdown")
    assert name == "报告单 甲论文.md"
    table = [line for line in content.decode().split("\n") if line.startswith("| ")]
    assert len(table) == 18
    assert "<script" not in content.decode()
    assert "| 抽样 | 提到 | 第 3 页 | A&#38;B &#60;script" in content.decode()
    (tmp_path / "card.md").write_bytes(content)
    click(page, "删去这一张")
    assert value(page, "论文题目") == ""
    imported(page, tmp_path / "card.md")
    assert "读入了《甲论文》" in said(page)
    assert value(page, "抽样：依据；没有的写查过的词") == ODD
    assert exported(page, "导出 Markdown")[1] == content
    # as Windows saves it, and with a word changed in the table
    (tmp_path / "card.md").write_bytes(
        content.replace("第 3 页".encode(), "第 4 页".encode(), 1).replace(b"\n", b"\r\n")
    )
    imported(page, tmp_path / "card.md")
    assert "导出以后改过" in said(page)
    assert value(page, "抽样：出处（页、节）") == "第 3 页"


def test_the_docx_is_valid(page, tmp_path):
    filled(page, title='<b>坏\u0007\ud800</b>"/\\:')
    name, content = exported(page, "导出 DOCX")
    assert name.startswith("报告单 b 坏")
    assert name.endswith(".docx")
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
    parts = {one: etree.fromstring(archive.read(one)) for one in archive.namelist()}
    assert list(parts) == ["[Content_Types].xml", "_rels/.rels", "word/document.xml"]
    rows = [
        ["\n".join(cell.itertext()) for cell in row.iter(f"{WORD}tc")]
        for row in parts["word/document.xml"].iter(f"{WORD}tr")
    ]
    assert [row[0] for row in rows[1:]] == report_items().name.tolist()
    assert rows[2] == ["抽样", REPORTED["mentioned"], "第 3 页", ODD]
    docx = pytest.importorskip("docx")
    opened = docx.Document(io.BytesIO(content))
    assert opened.paragraphs[0].text == '方法报告单：<b>坏\ufffd\ufffd</b>"/\\:'
    assert opened.tables[0].cell(2, 3).text == ODD


@pytest.mark.parametrize(
    "content, answer",
    [
        (b"", "不是这里导出的报告单"),
        (b"source_id,start,end\nI16,0,3\n", "不是这里导出的报告单"),
        (b'{"form": "zhagen-report-card", "id": "<b>", "items": {}}', "坏了"),
        (b'{"form": "zhagen-report-card", "id": "a", "items": [', "坏了"),
        (b"PK\x03\x04rest", "DOCX 读不回来"),
        ("报告单".encode("gb18030"), "不是 UTF-8"),
        (b" " * 2_000_001, "太大"),
    ],
)
def test_a_bad_file_changes_nothing(page, tmp_path, content, answer):
    filled(page)
    before = exported(page, "导出 Markdown")
    (tmp_path / "bad.md").write_bytes(content)
    imported(page, tmp_path / "bad.md")
    assert answer in said(page)
    assert exported(page, "导出 Markdown") == before


def test_a_cut_export_is_refused(page, tmp_path):
    filled(page)
    content = exported(page, "导出 Markdown")[1]
    (tmp_path / "cut.md").write_bytes(content[:-40])
    imported(page, tmp_path / "cut.md")
    assert "坏了" in said(page)
    assert value(page, "论文题目") == "甲论文"


def test_another_papers_file_is_another_card_and_markup_is_text(page, tmp_path):
    filled(page)
    title = '<script>document.title = "坏"</script><img src=x onerror="document.title = 1">'
    card = {"form": "zhagen-report-card", "id": "zz1", "title": title, "items": {"sampling": {"verdict": "nonsense"}}}
    (tmp_path / "other.json").write_text(json.dumps(card | {"source": 3}))
    imported(page, tmp_path / "other.json")
    assert "《甲论文》仍在名单里" in said(page)
    assert sorted(papers(page)) == sorted(["甲论文", title])
    assert (value(page, "论文题目"), value(page, "抽样：结果")) == (title, "")
    assert page.run("return [document.title, document.querySelectorAll('.zhagen-card img').length]") == ["单", 0]
    # the same paper, filled otherwise meanwhile: both stay
    fill(page, "作者、年份", "改了")
    imported(page, tmp_path / "other.json")
    assert sorted(papers(page)) == sorted(["甲论文", title, f"{title}（读入的）"])


def test_a_deleted_card_comes_back(page):
    filled(page)
    click(page, "另填一篇")
    assert value(page, "论文题目") == ""
    fill(page, "论文题目", "乙论文")
    click(page, "删去这一张")
    assert papers(page) == ["甲论文"]
    click(page, "撤销删去")
    assert sorted(papers(page)) == ["乙论文", "甲论文"]
    assert value(page, "论文题目") == "乙论文"


def test_two_windows_lose_nothing(page, tmp_path):
    filled(page)
    first, second = page.page, page.tab()
    page.open(tmp_path / "page.html")
    assert value(page, "论文题目") == "甲论文"
    fill(page, "备忘录：结果", "absent")
    page.switch(first)
    fill(page, "模型：结果", "reported")
    assert (value(page, "备忘录：结果"), value(page, "模型：结果")) == ("absent", "reported")
    page.switch(second)
    page.run("dispatchEvent(new Event('focus')); return 1;")
    assert (value(page, "备忘录：结果"), value(page, "模型：结果")) == ("absent", "reported")


@pytest.mark.parametrize("trouble", [FULL, FORBIDDEN], ids=["full", "forbidden"])
def test_a_storage_that_fails_is_said_and_the_card_can_be_exported(browser, tmp_path, trouble):
    browser.fresh()
    browser.clean = True  # Firefox: nothing to empty
    browser.open(written(tmp_path, trouble))
    shown = 'return document.querySelector(".zk-warning").checkVisibility()'
    assert not browser.run(shown)
    filled(browser)
    click(browser, "另填一篇")
    fill(browser, "论文题目", "乙论文")
    assert browser.run(shown)
    assert sorted(papers(browser)) == ["乙论文", "甲论文"]
    assert "乙论文" in exported(browser, "导出 Markdown")[1].decode()
    assert browser.errors == []


def test_what_cannot_be_read_in_the_storage_stays(page, tmp_path):
    page.run("localStorage.setItem('zhagen-report-card old', '{\"form\": 1'); return 1;")
    page.open(tmp_path / "page.html")
    filled(page)
    assert "另有 1 张读不出来，原样留着" in count(page)
    assert page.run("return localStorage.getItem('zhagen-report-card old')") == '{"form": 1'


def test_a_phone_shows_the_form_without_scrolling_sideways(browser, tmp_path):
    browser.fresh(touch=True)
    browser.open(written(tmp_path))
    fill(browser, "论文题目", "很长的题目" * 40)
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.run(wide) <= 0


def test_on_paper_what_was_written_stands_in_full(page):
    if page.name != "chromium":
        pytest.skip("only Chromium shows a page as printed")
    filled(page)
    page.page.emulate_media(media="print")
    page.run("document.documentElement.classList.add('zk-print'); return 1;")
    seen = """return [...document.querySelectorAll("h1, .zk-bar, textarea, .zk-paper, .zk-asks")]
      .filter((one) => one.checkVisibility()).map((one) => one.tagName + one.className + one.textContent);"""
    shown = page.run(seen)
    assert not any(one.startswith(("H1", "TEXTAREA", "DIVzk-bar")) for one in shown)
    assert f"DIVzk-paper{ODD}" in shown
    assert "DIVzk-paper提到" in shown
    assert page.run("return document.querySelector('.zk-heads').checkVisibility()")
