"""What the built book is made of."""

import importlib.util
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import html

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "book/shares.py"
BOX = r"(?m)^:{3,}\{admonition\} 练习.*\n:class: (?P<classes>.*)\n(?P<aims>.*)$"
spec = importlib.util.spec_from_file_location("shares", FILE)
shares = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shares)

PAGE = """<html><body><article>
<h1>一问<a class="headerlink">#</a></h1><p>读 一遍。</p>
<ul><li>一项</li><li><p>二项</p></li></ul>
<table><tr><td><p>表里的字</p></td></tr></table><div class="cell_input docutils"><p>程序</p></div>
<div class="admonition tip paper raw code"><p class="admonition-title">练习 1　编一段</p>
<p><strong>练什么</strong>编。<strong>多久</strong>一刻。<strong>怎样算做好</strong>编了。</p><p>动手。</p></div>
<div class="admonition tip notebook"><p class="admonition-title">练习 2　改一改</p></div>
<div class="admonition note"><p class="admonition-title">参考解答 1</p></div>
</article></body></html>"""


def test_prose_is_what_is_read_as_sentences():
    assert (
        shares.prose_of(html.fromstring(PAGE))
        == "一问读一遍。一项二项练习1编一段练什么编。多久一刻。怎样算做好编了。动手。练习2改一改参考解答1"
    )


def test_exercises_are_counted_by_where_they_are_done_and_by_their_act():
    found = shares.exercises_of(html.fromstring(PAGE))
    assert found == {"all": 2, "paper": 1, "raw": 1, "notebook": 1, "code": 1, "aims": 1}


def test_the_table_of_acts_adds_up():
    lines = shares.acts_table({"a/1": Counter(all=3, code=1, read=2), "a/2": Counter(all=1, write=1), "b/1": Counter()})
    head, part, total = (line.split() for line in lines.splitlines())
    assert (part[0], total[0], part[1:]) == ("a", "all", total[1:])
    assert dict(zip(head, total[1:], strict=True)) | {"all": "4", "code": "1", "read": "2", "method": "50%"} == dict(
        zip(head, total[1:], strict=True)
    )


def exercises():
    """The exercises of the sources: page, number in the page, words of the class, first line after the class."""
    files = [*ROOT.glob("notebooks/*/*.ipynb"), *ROOT.glob("book/**/*.md")]
    for file in sorted(files):
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".ipynb":
            cells = json.loads(text)["cells"]
            text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        for number, found in enumerate(re.finditer(BOX, text), 1):
            yield file.relative_to(ROOT).with_suffix("").as_posix(), number, found["classes"].split(), found["aims"]


def test_each_exercise_has_one_act():
    wrong = [(page, number) for page, number, words, _ in exercises() if len({*words} & {*shares.ACTS}) != 1]
    assert wrong == []


def test_each_exercise_says_what_it_trains_how_long_and_how_it_is_judged():
    aims = re.compile(r"\*\*练什么\*\*　\S.*。 ?\*\*多久\*\*　\S.*。 ?\*\*怎样算做好\*\*　\S.*。")
    assert [(page, number) for page, number, _, line in exercises() if not aims.fullmatch(line)] == []


def test_half_of_the_exercises_are_acts_of_the_method_and_few_change_a_parameter():
    acts = Counter(word for _, _, words, _ in exercises() for word in words if word in shares.ACTS)
    assert sum(acts[act] for act in shares.METHOD) >= acts.total() / 2
    assert acts["parameter"] <= acts.total() / 5


def test_each_chapter_has_at_least_four_exercises():
    chapters = Counter(re.sub(r".*/(\d\d)\w*", r"\1", page) for page, *_ in exercises() if "/method/" in page)
    assert len(chapters) == 11
    assert min(chapters.values()) >= 4


def test_the_built_book_has_the_exercises_of_its_sources():
    entry, files = shares.HTML / "index.html", [*ROOT.glob("notebooks/*/*.ipynb"), *ROOT.glob("book/**/*.md")]
    if not entry.exists() or entry.stat().st_mtime < max(file.stat().st_mtime for file in files):
        pytest.skip("there is no book of these sources: run make book first")
    pages = {page for page, *_ in exercises()}
    built = [html.parse(shares.HTML / f"{page}.html").getroot() for page in pages]
    found = sum(map(shares.exercises_of, built), Counter())
    assert found["all"] == found["aims"] == sum(found[act] for act in shares.ACTS) == len(list(exercises()))


def test_glossary_entries_and_their_variants():
    page = '<dl class="simple glossary"><dt>码</dt><dd>一。别名：节点</dd><dt>群</dt><dd>二</dd></dl>'
    assert shares.glossary_of(html.fromstring(page)) == (2, 1)


def test_each_page_of_the_book_has_a_kind():
    kinds = {
        "notebooks/method/03_open_coding": "method",
        "notebooks/counting/1_chance": "words",
        "notebooks/haier/0_study": "reading",
        "notebooks/haier/2_words": "words",
        "notebooks/appendix/text_to_table": "machinery",
        "notebooks/appendix/claims": "reading",
        "book/interface/text": "reference",
        "book/preface": "frame",
    }
    assert {page: shares.kind_of(page) for page in kinds} == kinds
