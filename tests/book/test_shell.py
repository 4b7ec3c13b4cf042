"""The checks of book/build.py and what the book's extensions make of small pages."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "book"), str(ROOT / "book/_ext")]

pytest.importorskip("sphinx", reason="the book extra is not installed")

import build  # noqa: E402

import chinese_search  # noqa: E402
import clean_pages  # noqa: E402
import local_fonts  # noqa: E402
import mathml  # noqa: E402

TOC = {
    "format": "jb-book",
    "root": "book/preface",
    "parts": [
        {"caption": "开始", "chapters": [{"file": "book/methods.md", "sections": [{"file": "book/more"}]}]},
        {"caption": "案例", "chapters": [{"file": "notebooks/haier/1"}]},
    ],
}


def write(folder: Path, name: str, text: str = "<p>好</p>") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def test_toc_pages_are_listed_in_order_without_suffix():
    assert build.toc_pages(TOC) == ["book/preface", "book/methods", "book/more", "notebooks/haier/1"]


def test_every_missing_page_is_named(tmp_path):
    write(tmp_path, "book/preface.html")
    assert build.missing_pages(["book/preface", "book/methods"], tmp_path) == ["book/methods: no page was built"]


@pytest.mark.parametrize(
    "source",
    [
        '<script src="https://cdn.example.org/a.js"></script>',
        "<script async src='//cdn.example.org/a.js'></script>",
        '<img alt="" src="http://example.org/a.png">',
        '<img srcset="https://example.org/a.png 2x">',
        '<link rel="stylesheet" href="https://example.org/a.css">',
        '<iframe src="https://example.org/"></iframe>',
        '<style>@import "https://example.org/a.css";</style>',
        '<p style="background: url(https://example.org/a.png)">好</p>',
        '<svg><image href="https://example.org/a.png"/></svg>',
    ],
)
def test_what_a_page_loads_from_another_host_is_found(source):
    assert build.foreign_loads(source)


@pytest.mark.parametrize(
    "source",
    [
        '<a href="https://example.org/">链接</a>',
        '<script src="../_static/doctools.js"></script>',
        '<link rel="license" href="https://example.org/">',
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>',
        "<!-- <script src='https://example.org/a.js'></script> -->",
        "<pre>&lt;img src=https://example.org/a.png&gt;</pre>",
    ],
)
def test_what_loads_nothing_is_left_alone(source):
    assert build.foreign_loads(source) == []


def test_style_sheets_are_checked_and_file_and_address_named(tmp_path):
    write(
        tmp_path,
        "_static/a.css",
        "@font-face { src: url('//fonts.example.org/a.woff2') } i { mask: url(data:x) }",
    )
    write(tmp_path, "_static/b.css", '@import "https://example.org/c.css";')
    assert list(build.all_foreign_loads(tmp_path)) == [
        "_static/a.css: loads //fonts.example.org/a.woff2",
        "_static/b.css: loads https://example.org/c.css",
    ]


def test_leftovers_of_the_word_index_are_a_problem(tmp_path):
    for page in build.toc_pages(TOC):
        write(tmp_path, f"{page}.html")
    assert build.problems(TOC, tmp_path) == []
    write(tmp_path, "searchindex.js")
    assert build.problems(TOC, tmp_path) == ["searchindex.js: left over"]


def test_the_entry_page_leads_to_the_first_page(tmp_path):
    build.write_index(TOC, tmp_path, "书名")
    source = (tmp_path / "index.html").read_text("utf-8")
    assert 'url=book/preface.html"' in source
    assert 'lang="zh-CN"' in source


PAGE = """<html><body><nav>导航</nav><article class="bd-article"><section id="top">
<h1>标题<a class="headerlink">#</a></h1>
<p>扎根<em>理论</em>从
数据出发。</p><table><tr><td>场景</td><td>体验</td></tr></table>
<section id="next"><h2>小节</h2><pre><span>a</span> = 1
b</pre><button>复制</button><script>x</script><style>y</style>
<svg role="img"><title>图名</title><text>节点甲</text><text>节点乙</text></svg>
</section></section></article></body></html>"""


def test_search_text_is_what_a_reader_sees():
    entry = chinese_search.page_entry(PAGE, "book/a")
    assert entry["title"] == "标题"
    assert entry["sections"] == [
        ["top", "标题", "标题\n扎根理论从 数据出发。\n场景\n体验"],
        ["next", "小节", "小节\na = 1\nb\n节点甲\n节点乙"],
    ]


def test_the_search_script_is_plain_script_with_plain_chinese():
    assert chinese_search.search_script([{"doc": "a", "title": "扎根", "sections": []}]) == (
        'window.searchTexts = [{"doc":"a","title":"扎根","sections":[]}];\n'
    )


def test_pages_are_cleaned_of_other_hosts_and_english_labels():
    source = (
        '<script src="https://example.org/a.js"></script><script defer src="x/fontawesome.js?d=1"></script>'
        '<link rel="preconnect" href="https://example.org"><style scoped>td {}</style>'
        '<button title="Toggle primary sidebar"></button><a href="https://example.org">链接</a>'
    )
    assert clean_pages.clean(source) == (
        '<button title="显示或隐藏全书目录"></button><a href="https://example.org">链接</a>'
    )


def test_the_font_holds_what_is_drawn_and_a_missing_glyph_is_named():
    characters = local_fonts.drawn_characters('<style>/*样*/</style><p title="提">扎&#26681; a\u200b</p><!-- 注 -->')
    assert characters == set("提扎根")
    assert local_fonts.missing_characters(characters, map(ord, "提扎")) == ["根"]
    assert local_fonts.unicode_range("提扎根abc") == "U+61-63,U+624E,U+63D0,U+6839"


def test_characters_of_most_pages_are_kept_apart():
    assert local_fonts.shared_first({"a": set("扎根"), "b": set("扎"), "c": set("扎理")}) == (
        set("扎"),
        set("根理"),
    )


def test_formulas_become_mathml_with_their_source():
    made = mathml.mathml(r"\frac{a}{b}", block=True)
    assert "<mfrac>" in made and 'display="block"' in made and r'alttext="\frac{a}{b}"' in made


@pytest.mark.parametrize("latex", [r"\nosuchcommand x", r"\frac{1", "a & b"])
def test_a_formula_that_would_be_garbled_is_refused(latex):
    with pytest.raises(ValueError):
        mathml.mathml(latex, block=False)


def test_aligned_formulas_have_rows_and_no_numbers_of_their_own():
    made = mathml.mathml(r"\begin{align}a&=b\\c&=d\end{align}", block=True)
    assert made.count("<mtr>") == 2 and "(1)" not in made
