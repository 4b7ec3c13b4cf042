"""What the built book is made of."""

import importlib.util
from pathlib import Path

from lxml import html

FILE = Path(__file__).resolve().parents[2] / "book/shares.py"
spec = importlib.util.spec_from_file_location("shares", FILE)
shares = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shares)

PAGE = """<html><body><article>
<h1>一问<a class="headerlink">#</a></h1><p>读 一遍。</p>
<ul><li>一项</li><li><p>二项</p></li></ul>
<table><tr><td><p>表里的字</p></td></tr></table><div class="cell_input docutils"><p>程序</p></div>
<div class="admonition tip paper raw"><p class="admonition-title">练习 1　编一段</p><p>动手。</p></div>
<div class="admonition tip notebook"><p class="admonition-title">练习 2　改一改</p></div>
<div class="admonition note"><p class="admonition-title">参考解答 1</p></div>
</article></body></html>"""


def test_prose_is_what_is_read_as_sentences():
    assert shares.prose_of(html.fromstring(PAGE)) == "一问读一遍。一项二项练习1编一段动手。练习2改一改参考解答1"


def test_exercises_are_counted_by_where_they_are_done():
    assert shares.exercises_of(html.fromstring(PAGE)) == {"all": 2, "paper": 1, "raw": 1, "notebook": 1}


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
