"""Self-checks: their form, what a page of them is with and without a script, and that each in the book can be used."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from browsers import BROWSERS

from zhagen.book import SelfCheckError, fill_prose, parse_self_check, plain_markdown
from zhagen.study import practice_study

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "book/_static"
PAGES = sorted([*(ROOT / "notebooks").rglob("*.ipynb"), *(ROOT / "book").rglob("*.md")])
BLOCK = re.compile(r"(?ms)^(:{3,})\{selfcheck\} ([^\n]*)\n(.*?)^\1$")

PAGE = """# 页

:::{selfcheck} choice 哪一个写的是动作
:open:
读这一句。

> 甲　我专拍划得最花的那一页。

- [ ] 诚信
  - 句子里没有*这两个字*。
- [x] 拍最花的一页
  - 看得见他做了什么。
- [ ] 沟通
  - 这是话题。
:::

:::{selfcheck} choices 哪几样要记
- [x] 日期
  - 没有日期，查不回去。
- [x] 疑问
  - 没有疑问的是摘要。
- [ ] 好词好句
  - 它给自己看。
:::

:::{selfcheck} mark 哪一句是研究者的解释
- [ ] 书没买成。
  - 这是丙说的事。
- [x] 这说明她信任他。
  - 丙没有说信任。
- [ ] 我倒记住这人了。
  - 也是丙说的。
:::

:::{selfcheck} order 一条备忘录的一生
1. 写下猜想
   - 最早的一条。
2. 记录来了
   - 记录推翻的是先有的猜想。
3. 收回
   - 有了记录才收得回。
:::

:::{selfcheck} match 箭头和状态
- 主要是她那个问法 :: 原文写明
  - 她自己说了因果。
  - 推断 :: 用不着推，她说了“主要是”。
- 第四天退的 :: 转述对应
  - 只说了先后。
- 认账使人留下 :: 推断
  - 没有人说过。
:::
"""


def body(text):
    return text.splitlines()


@pytest.mark.parametrize(
    ("argument", "lines", "found"),
    [
        ("wahl 一问", "- [x] 甲\n  - 因\n- [ ] 乙\n  - 因", "begins with 'wahl 一问'"),
        ("choice", "- [x] 甲\n  - 因\n- [ ] 乙\n  - 因", "begins with 'choice'"),
        ("choice 一问", "- [ ] 甲\n  - 因\n- [ ] 乙\n  - 因", "0 right answers"),
        ("choice 一问", "- [x] 甲\n  - 因\n- [x] 乙\n  - 因", "2 right answers"),
        ("choices 一问", "- [x] 甲\n  - 因\n- [x] 乙\n  - 因", "no wrong answer"),
        ("choice 一问", "问。\n\n- [x] 甲\n  - 因\n- [ ] 乙", r"'乙' \(line 5\) has no reason"),
        ("choice 一问", "- [x] 甲\n  - 因", "has 1 answers"),
        ("choice 一问", "只有问", "has 0 answers"),
        ("choice 一问", "- [x] 甲\n  - 因\n- [ ] 甲\n  - 因", "'甲' twice"),
        ("choice 一问", "- [x] 甲\n  - 因\n没有缩进\n- [ ] 乙\n  - 因", "line 3 of the self-check “一问” is neither"),
        ("choice 一问", "- [x] 甲\n  - 因\n- 乙\n  - 因", "line 3 of the self-check “一问” is neither"),
        ("mark 一问", "- [x] 甲\n  - 因\n  - 又因\n- [ ] 乙\n  - 因", "'甲' has two reasons"),
        ("match 一问", "- 甲 :: 一\n  - 因\n- 乙 :: 二", "'乙' .* has no reason"),
    ],
)
def test_what_cannot_be_used_is_said_with_line_and_what_to_do(argument, lines, found):
    with pytest.raises(SelfCheckError, match=found) as caught:
        parse_self_check(argument, body(lines), where="page.md, line 7")
    assert caught.value.where == "page.md, line 7" and caught.value.todo


def test_steps_are_never_shown_in_their_right_order():
    for n in range(2, 9):
        steps = "\n".join(f"{i}. 第{i}步{n}\n   - 因" for i in range(1, n + 1))
        check = parse_self_check("order 次序", body(steps))
        assert sorted(check.shown()) == list(range(n)) != check.shown()


def test_a_reason_may_go_over_lines_and_a_pair_argues_with_wrong_partners():
    text = "- 甲 :: 一\n  - 因为\n    这样。\n  - 二 :: 不是二。\n  - 三 :: 不是三。\n- 乙 :: 二\n  - 因"
    check = parse_self_check("match 配", body(text))
    assert check.answers[0].reason == "因为\n这样。"
    assert check.answers[0].wrong == {"二": "不是二。", "三": "不是三。"}
    assert sorted(check.partners()) == ["一", "三", "二"]


def test_the_readers_edition_has_question_answers_and_reasons():
    plain = plain_markdown(PAGE, None)
    assert "**自测（单选）　哪一个写的是动作**" in plain and "- □ 诚信" in plain
    assert "> 甲　我专拍划得最花的那一页。" in plain
    assert "- **不对**　诚信　句子里没有*这两个字*。" in plain
    assert "1. 写下猜想　最早的一条。" in plain and "- 第四天退的　**转述对应**　只说了先后。" in plain
    assert "   - 选“推断”：用不着推，她说了“主要是”。" in plain
    assert ":::" not in plain and "[x]" not in plain and plain.count("<details>") == 5


def written(folder, text):
    """Build one page with Sphinx; returns what it printed and the page."""
    pytest.importorskip("myst_parser", reason="the book extra is not installed")
    source = folder / "source"
    source.mkdir()
    for name in ("words.js", "selfcheck.js", "selfcheck.css", "book.css"):
        shutil.copy(STATIC / name, source / name)
    (source / "index.md").write_text(text, "utf-8")
    settings = {
        "extensions": ["myst_parser", "self_checks"], "myst_enable_extensions": ["colon_fence"], "language": "zh_CN",
        "html_theme": "basic", "html_static_path": ["."], "html_css_files": ["book.css", "selfcheck.css"],
        "html_js_files": [["words.js", {"defer": "defer"}], ["selfcheck.js", {"defer": "defer"}]],
    }  # fmt: skip
    lines = [f"import sys; sys.path.insert(0, {str(ROOT / 'book/_ext')!r})"]
    lines += [f"{name} = {value!r}" for name, value in settings.items()]
    (source / "conf.py").write_text("\n".join(lines), "utf-8")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", source, folder / "out"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done, folder / "out/index.html"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    done, file = written(tmp_path_factory.mktemp("checks"), PAGE)
    assert done.returncode == 0, done.stderr
    text = file.read_text("utf-8").replace('<div class="body"', '<div class="body bd-article"')
    file.write_text(text.replace("<html ", '<html data-theme="light" '), "utf-8")
    return file


def test_a_build_fails_where_an_answer_has_no_reason(tmp_path):
    done, _ = written(tmp_path, "# 页\n\n段。\n\n:::{selfcheck} choice 一问\n- [x] 甲\n  - 因\n- [ ] 乙\n:::\n")
    assert done.returncode == 1
    assert re.search(r"index\.md:5: .*'乙' \(line 3\) has no reason .*say below it, indented", done.stderr)


def test_a_page_without_script_has_questions_answers_and_a_closed_fold_of_reasons(page):
    html = pytest.importorskip("lxml.html")
    tree = html.fromstring(page.read_text("utf-8"))
    boxes = tree.xpath("//details[contains(@class, 'selfcheck')]")
    assert [box.get("open") is not None for box in boxes] == [True, False, False, False, False]
    assert [len(box.xpath(".//ul[contains(@class, 'sc-answers')]/li")) for box in boxes] == [3] * 5
    folds = tree.xpath("//details[contains(@class, 'sc-reasons')]")
    assert len(folds) == 5 and all(fold.get("open") is None for fold in folds)
    assert "推断" in boxes[4].xpath("string(.//ul[contains(@class, 'sc-partners')])")
    assert not tree.xpath("//button | //input[@type='radio']")


@pytest.fixture(scope="module", params=BROWSERS, ids=lambda one: one.name)
def window(request):
    made = request.param()
    yield made
    made.quit()


@pytest.fixture
def browser(window, page):
    """The page, opened from `file://`; at the end no script has failed and nothing was asked of a host."""
    window.fresh()
    window.open(page)
    window.run('for (const box of document.querySelectorAll("details.selfcheck")) box.open = true; return 1;')
    yield window
    assert window.errors == []


def said(browser, kind):
    return browser.run(f'return document.querySelector(".selfcheck-{kind} .sc-status").textContent')


def focus(browser, kind, selector, which=0):
    browser.run(f"document.querySelectorAll('.selfcheck-{kind} {selector}')[{which}].focus(); return 1;")


def press(browser, key):
    """Press a key; in a Firefox without a screen no key works a button or a box, so there the click it stands for."""
    if browser.name == "firefox":
        chosen = "(radios = document.getElementsByName(one.name))[[...radios].indexOf(one) + 1]"
        what = chosen if key == "ArrowDown" else "one"
        browser.run(f"let radios; const one = document.activeElement; {what}.click(); return 1;")
    else:
        browser.press(key)


def check(browser, kind):
    """Press 核对 by keyboard."""
    focus(browser, kind, ".sc-buttons button")
    press(browser, "Enter")


@pytest.mark.browser
def test_one_answer_is_chosen_by_keyboard_and_argued_with(browser):
    check(browser, "choice")
    assert said(browser, "choice") == "先选，再核对。"
    focus(browser, "choice", "input")
    press(browser, " ")
    check(browser, "choice")
    assert "「诚信」　句子里没有这两个字。" in said(browser, "choice") and "拍最花" not in said(browser, "choice")
    focus(browser, "choice", "input:checked")
    press(browser, "ArrowDown")
    assert said(browser, "choice") == ""  # what was said was about another answer
    check(browser, "choice")
    assert said(browser, "choice").startswith("都选对了。") and "看得见他做了什么" in said(browser, "choice")


@pytest.mark.browser
def test_several_answers_and_marked_sentences_say_what_is_missing_not_which(browser):
    for which in (0, 2):
        focus(browser, "choices", "input", which)
        press(browser, " ")
    check(browser, "choices")
    assert "还有该选的没有选" in said(browser, "choices") and "它给自己看" in said(browser, "choices")
    assert "摘要" not in said(browser, "choices")
    focus(browser, "mark", "input", 1)
    press(browser, " ")
    check(browser, "mark")
    assert said(browser, "mark").startswith("都选对了。")
    lines = browser.run(
        """return [...document.querySelectorAll(".selfcheck-mark label")].map((one) => one.getClientRects()[0].top)"""
    )
    assert len(set(map(round, lines))) < 3  # a text, not a list


@pytest.mark.browser
def test_steps_are_moved_by_buttons_that_keep_the_focus(browser):
    names = 'return [...document.querySelectorAll(".selfcheck-order ol.sc-rows > li > span")].map((e) => e.textContent)'
    steps = ["写下猜想", "记录来了", "收回"]
    assert browser.run(names) != steps
    check(browser, "order")
    assert "放早了" in said(browser, "order")
    for step in reversed(steps):  # each to the top, the last first
        place = browser.run(names).index(step)
        focus(browser, "order", "ol.sc-rows > li", 0)
        focus(browser, "order", f"ol.sc-rows > li:nth-child({place + 1}) button")
        for _ in range(place):
            press(browser, "Enter")
            assert browser.run("return document.activeElement.getAttribute('aria-label')") == f"上移：{step}"
            assert f"「{step}」现在排第" in said(browser, "order")
    assert browser.run(names) == steps
    check(browser, "order")
    assert said(browser, "order").startswith("次序对了")


@pytest.mark.browser
def test_pairs_are_argued_with_one_by_one(browser):
    def choose(which, name):
        browser.run(
            f"""const one = document.querySelectorAll(".selfcheck-match select")[{which}];
            one.value = [...one.options].find((o) => o.text === "{name}").value;
            one.dispatchEvent(new Event("change", {{ bubbles: true }})); return 1;"""
        )

    choose(0, "推断")
    choose(1, "转述对应")
    check(browser, "match")
    assert said(browser, "match").startswith("3 个里对了 1 个。")
    assert "用不着推，她说了“主要是”。" in said(browser, "match") and "只说了先后" in said(browser, "match")
    choose(0, "原文写明")
    choose(2, "推断")
    check(browser, "match")
    assert said(browser, "match").startswith("都选对了。")


@pytest.mark.browser
def test_names_roles_targets_and_storage(browser):
    found = browser.run(
        """const wrong = [];
        for (const set of document.querySelectorAll(".selfcheck fieldset"))
          if (!set.querySelector("legend").textContent.trim()) wrong.push("legend");
        for (const one of document.querySelectorAll(".selfcheck :is(input, select)"))
          if (!one.labels.length || !one.labels[0].textContent.trim()) wrong.push("label");
        for (const one of document.querySelectorAll(".selfcheck :is(button, select, label, summary)")) {
          const box = one.getBoundingClientRect();
          if (one.checkVisibility() && (box.width < 24 || box.height < 24)) wrong.push(`${one.tagName} ${box.height}`);
        }
        for (const one of document.querySelectorAll(".sc-status")) if (one.role !== "status") wrong.push("status");
        if (localStorage.length + sessionStorage.length) wrong.push("stored");
        return wrong;"""
    )
    assert found == []


@pytest.mark.browser
def test_reasons_stay_closed_until_an_answer_is_checked_and_again_after(browser):
    hidden = 'return document.querySelector(".selfcheck-choice .sc-reasons").hidden'
    assert browser.run(hidden)
    focus(browser, "choice", "input", 1)
    press(browser, " ")
    check(browser, "choice")
    assert not browser.run(hidden)
    focus(browser, "choice", ".sc-buttons button", 1)
    press(browser, "Enter")
    assert browser.run(hidden) and said(browser, "choice") == ""
    assert browser.run('return document.querySelectorAll(".selfcheck-choice :checked").length') == 0


@pytest.mark.browser
def test_on_paper_every_question_stands_with_empty_boxes_and_no_reason(window, page, tmp_path):
    if window.name != "chromium":
        pytest.skip("only this one prints to a file here")
    pdftotext = shutil.which("pdftotext") or pytest.skip("no pdftotext")
    for script in (True, False):
        context = window.browser.new_context(java_script_enabled=script)
        tab = context.new_page()
        tab.goto(page.as_uri())
        file = tmp_path / f"{script}.pdf"
        tab.pdf(path=file)
        context.close()
        printed = subprocess.run([pdftotext, file, "-"], capture_output=True, text=True).stdout
        assert "诚信" in printed and "好词好句" in printed and "这说明她信任他" in printed
        assert "没有日期，查不回去" not in printed and "核对" not in printed


def test_the_script_is_small():
    assert (STATIC / "selfcheck.js").stat().st_size <= 8500


def self_checks(path):
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells)
    return [
        parse_self_check(argument, re.sub(r"(?m)\A(:\w+:.*\n)+", "", inside).splitlines(), where=path.name)
        for _, argument, inside in BLOCK.findall(fill_prose(text))
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_self_check_of_the_book_can_be_used(path):
    for check in self_checks(path):
        assert all(len(one.reason) >= 8 for one in check.answers), check.title  # a reason argues


CHAPTERS = sorted({path.name[:2] for path in (ROOT / "notebooks/method").glob("*.ipynb")})


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_chapter_has_two_with_its_side_pages(chapter):
    pages = (ROOT / "notebooks/method").glob(f"{chapter}*.ipynb")
    assert sum(len(self_checks(path)) for path in pages) >= 2


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks/method").glob("*.ipynb")), ids=lambda path: path.stem)
def test_what_a_self_check_quotes_was_said_in_the_study_or_is_said_to_be_made_up(path):
    study = practice_study()
    said = [*study.texts.values(), *study.notes.values(), *study.memos.text, *study.codebook.codes.label]
    said += [*study.history.to.dropna(), *study.mechanism.reason]
    said += [file.read_text("utf-8") for file in study.folder.glob("open_labels*.csv")]
    page = path.read_text("utf-8")
    for check in self_checks(path):
        if "本书编" in check.question:
            continue
        words = [one.text for one in check.answers] + [one.reason for one in check.answers]
        for quote in re.findall("“([^”]{8,})”", "\n".join(words)):
            plain = quote.rstrip("。，？")
            assert any(plain in text for text in said) or page.count(plain) > 1, f"{check.title}: {quote}"
