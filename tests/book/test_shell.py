"""The checks of book/build.py and what the book's extensions make of small pages."""

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "book"), str(ROOT / "book/_ext")]

pytest.importorskip("sphinx", reason="the book extra is not installed")

import build  # noqa: E402

import bundles  # noqa: E402
import clean_pages  # noqa: E402
import local_fonts  # noqa: E402
import mathml  # noqa: E402
import numbered_references  # noqa: E402
import package_interface  # noqa: E402
import page_shell  # noqa: E402
import site_files  # noqa: E402
from contents import read_contents  # noqa: E402

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


def test_patterns_of_a_table_of_contents_are_the_pages_that_are_there(tmp_path):
    for name in ("a/b.md", "a/c/d.md", "b.md"):
        write(tmp_path, name)
    write(tmp_path, "_toc.yml", "root: b\nchapters: [{file: x, sections: [{glob: a/**}]}]")
    assert build.toc_pages(read_contents(tmp_path / "_toc.yml")) == ["b", "x", "a/b", "a/c/d"]


def test_each_module_has_a_page_each_name_of_a_long_one_too_and_each_name_is_on_its_page():
    made = package_interface.made_pages(ROOT / "book/interface")
    wanted = []
    for wing in package_interface.PACKAGE.glob("*/__init__.pyi"):
        for module, names in package_interface.exported(wing.parent.name).items():
            split = package_interface.is_split(module)
            wanted += [(package_interface.page_of(module), "")] if split else []
            for name in names:
                wanted.append(
                    (package_interface.page_of(module, name if split else ""), f'id="zhagen.{module}.{name}"')
                )
    assert made.keys() == {page for page, _ in wanted}
    html = ROOT / "_build/html"
    if not (html / "index.html").is_file():
        pytest.skip("run make book first")
    pages = {page: (html / f"{page}.html").read_text("utf-8") for page in made}
    assert [(page, anchor) for page, anchor in wanted if anchor not in pages[page]] == []


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


def test_characters_are_kept_apart_by_how_many_pages_show_them():
    pages = {f"book/{n}.html": {"扎"} for n in range(10)} | {f"notebooks/haier/{n}.html": {"扎"} for n in range(10)}
    pages["book/1.html"] = pages["book/2.html"] = pages["notebooks/haier/1.html"] = set("扎根")
    pages["notebooks/haier/2.html"] = set("扎理海")
    pages["slides/haier/2.html"] = {"海"}
    pages["book/3.html"] = set("扎理")
    assert local_fonts.parts_of(pages) == {"shared": {"扎"}, "common": {"根"}, "rest": {"理"}, "haier": {"海"}}


def test_named_fonts_come_before_ours_and_the_blank_one_is_always_the_same():
    rule = local_fonts.font_face("han.woff2", "扎")
    assert rule.index('local("Microsoft YaHei")') < rule.index('url("han.woff2")')
    made = local_fonts.blank_font.__wrapped__()
    assert made == local_fonts.blank_font() and len(made) < 1000


THEME = """/*! licence */
@import "other.css";
:root { --used: red; --unused: blue; --also: var(--used) }
.kept, .gone > a { color: var(--also); }
.gone, #gone, .kept.gone { color: green }
.kept:not(.gone), p, [class*="x"] { background: url("a b.png") }
@media print { .gone { top: 0 } .kept { top: 1px; } }
@font-face { font-family: "A, B"; src: url(data:x;y,z) }"""


def test_rules_for_what_no_page_has_are_left_out():
    css = bundles.without_unused_variables(bundles.squeeze(THEME, {"kept"}))
    assert css == (
        '/*! licence */@import "other.css";:root{--used:red;--also:var(--used)}.kept{color:var(--also)}'
        '.kept:not(.gone),p,[class*="x"]{background:url("a b.png")}@media print{.kept{top:1px}}'
        '@font-face{font-family: "A, B"; src: url(data:x;y,z)}'
    )


def test_a_style_sheet_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="line 2"):
        bundles.squeeze("a { b: c }\nd")


def test_scripts_are_joined_once_and_others_stay_where_they_are_needed(tmp_path):
    write(tmp_path, "a.js", "let a = 1 // end\n//# sourceMappingURL=a.js.map")

    class Asset:
        def __init__(self, filename, **attributes):
            self.filename, self.attributes = filename, attributes

    a, own = Asset("_static/a.js"), Asset(None, body="var b;")
    # settings that stood in the page come first: the script of the folds reads its own as soon as it runs
    assert bundles.script(tmp_path, [a, own, a]) == "var b;\n;\nlet a = 1 // end\n"
    others = [Asset("_static/coder.js", defer=""), Asset("_static/tips.js", defer="")]
    context = {"script_files": [a, *others], "body": "<p>"}
    app = SimpleNamespace(builder=SimpleNamespace(_orig_css_files=[Asset("_static/book.css")]))
    context["css_files"] = [Asset("_static/book.css?v=1"), Asset("_static/own.css")]
    bundles.link(app, "p", "page.html", context, None)
    assert [one.filename for one in context["css_files"]] == ["_static/own.css"]
    assert [one.filename for one in context["script_files"]] == ["_static/tips.js"]


def paragraphs(source: str):
    from docutils.core import publish_doctree
    from docutils.parsers.rst import Parser

    return publish_doctree(source, parser=Parser(), settings_overrides={"doctitle_xform": False})


def test_a_page_is_described_by_its_first_words_or_by_what_one_learns():
    question = "题\n==\n\n.. note:: 你将学到 读表。\n\n这张表\n*归* 谁？\n\n下一段。\n"
    assert page_shell.description(paragraphs(question)) == "这张表 归 谁？"
    guide = "题\n==\n\n.. note:: 你将学到 读表。\n\n小节\n----\n\n正文。\n"
    assert page_shell.description(paragraphs(guide)) == "读表。"
    assert page_shell.description(paragraphs("没有题")) == ""


def test_a_page_bears_the_day_of_its_last_change_not_of_the_build(tmp_path, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    page = write(tmp_path, "book/甲.md", "甲")
    assert page_shell.page_date(tmp_path, page) == ""
    page_shell._commits.cache_clear()
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    for name, value in (who | {"GIT_COMMITTER_DATE": "2024-05-06T12:00:00Z"}).items():
        monkeypatch.setenv(name, value)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "甲"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert page_shell.page_date(tmp_path, page) == "2024-05-06"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert page_shell.page_date(tmp_path, page) == "1970-01-02"


def test_a_page_is_cleaned_once_however_often():
    source = '<dialog id="pst-search-dialog"><p></p></dialog><div id="pst-primary-sidebar" class="a"></div>'
    once = clean_pages.clean(source)
    assert once.count("aria-label") == 2 and clean_pages.clean(once) == once


def test_folds_bear_the_name_they_show_and_fields_hold_no_list_in_a_paragraph():
    fold = '<summary aria-label="展开或收起">\n<p class="collapsed">显示程序</p></summary><p>甲</p>'
    assert clean_pages.clean(fold) == '<summary>\n<span class="collapsed">显示程序</span></summary><p>甲</p>'
    field = '<dd class="field-even"><p><p>甲</p>\n<ul><li><p>乙</p></li></ul>\n</p>\n</dd><p>丙</p>'
    whole = '<dd class="field-even"><p>甲</p>\n<ul><li><p>乙</p></li></ul>\n</dd><p>丙</p>'
    assert clean_pages.clean(field) == whole == clean_pages.clean(whole)


def test_what_a_site_has_beside_its_pages(tmp_path):
    time = '<title>饱和 &#8212; 书</title><time datetime="2026-11-28">'
    write(tmp_path, "book/a b.html", time)
    write(tmp_path, "_sources/a.md")
    site_files.write(["book/a b"], "书", "https://example.org/x/", tmp_path)
    assert "<loc>https://example.org/x/book/a%20b.html</loc><lastmod>2026-11-28</lastmod>" in (
        tmp_path / "sitemap.xml"
    ).read_text("utf-8")
    assert "Sitemap: https://example.org/x/sitemap.xml" in (tmp_path / "robots.txt").read_text("utf-8")
    found = json.loads((tmp_path / "offline.json").read_text("utf-8"))
    assert list(found["files"]) == ["404.html", "book/a b.html", "manifest.webmanifest", "robots.txt", "sitemap.xml"]
    assert found["version"] in (tmp_path / "sw.js").read_text("utf-8")
    lost = (tmp_path / "404.html").read_text("utf-8")
    assert '{"book/a b.html":"饱和"}' in lost and '<p lang="en">There is no such page' in lost
    before = (tmp_path / "sw.js").read_bytes()
    site_files.write(["book/a b"], "书", "https://example.org/x/", tmp_path)
    assert (tmp_path / "sw.js").read_bytes() == before
    write(tmp_path, "book/a b.html", time + "改")
    site_files.write(["book/a b"], "书", "", tmp_path)
    assert (tmp_path / "sw.js").read_bytes() != before
    assert not (tmp_path / "sitemap.xml").exists() and not (tmp_path / "robots.txt").exists()


def test_what_has_a_number_is_found_by_its_label():
    standard = SimpleNamespace(anonlabels={"tbl-a": ("page", "tbl-a"), "part": ("page", "part")})
    numbers = {"page": {"figure": {"fig-a": (1,)}, "table": {"tbl-a": (4,)}}}
    env = SimpleNamespace(get_domain=lambda name: standard, toc_fignumbers=numbers)
    found = [numbered_references.find_number(env, label) for label in ("TBL-a", "part", "nothing")]
    assert found == [("table", "page", "tbl-a", "4"), None, None]


def test_the_font_of_formulas_has_their_characters_and_knows_what_grows():
    """Browsers draw a single letter in italics, from the block of mathematical letters."""
    pages = [*(ROOT / "_build/html/notebooks").rglob("*.html"), *(ROOT / "_build/html/book").glob("*.html")]
    if not pages:
        pytest.skip("run make book first")
    formulas = re.findall(r"<math\b.*?</math>", "".join(page.read_text("utf-8") for page in pages), re.DOTALL)
    drawn = set(unescape("".join(re.findall(r"<m(?:i|o|n)\b[^>]*>([^<]+)<", "".join(formulas)))))
    slanted = {chr(0x1D434 + place) for place in range(52)} - {chr(0x1D455)} | {"\u210e"}
    font = pytest.importorskip("fontTools.ttLib").TTFont(ROOT / "book/_static/math.woff2")
    assert len(formulas) > 100 and "∑" in drawn and "MATH" in font
    assert {one for one in drawn | slanted if ord(one) not in font.getBestCmap() and not one.isspace()} == set()


def test_attributes_that_share_a_line_are_described_each():
    lines = [":ivar low, high: The ends", "    of it.", "", ":vartype low, high: float", ":ivar name: Its name.", ""]
    package_interface.split_names(lines)
    assert lines[:4] == [":ivar low: The ends", "    of it.", ":ivar high: The ends", "    of it."]
    assert lines[4:] == ["", ":vartype low: float", ":vartype high: float", ":ivar name: Its name.", ""]


def test_no_line_begins_or_ends_with_the_wrong_mark_beside_a_formula():
    formula = f'<span class="math">{mathml.mathml("x", block=False)}</span>'
    assert mathml.keep_marks(f"<p>差（{formula}），见{formula}。</p>") == (
        f'<p>差<span class="kept">（{formula}），</span>见<span class="kept">{formula}。</span></p>'
    )
    assert mathml.keep_marks(f"<p>{formula} 是</p>") == f"<p>{formula} 是</p>"


def test_formulas_become_mathml_with_their_source():
    made = mathml.mathml(r"\frac{a}{b}", block=True)
    assert "<mfrac>" in made and 'display="block"' in made and r'alttext="\frac{a}{b}"' in made


@pytest.mark.parametrize(
    ("latex", "spaces"), [(r"O\ln\frac{O}{E}", 2), (r"14+\log_2 0.5", 1), (r"\log(x)", 0), (r"2\cos\theta", 2)]
)
def test_a_function_stands_apart_from_what_is_beside_it(latex, spaces):
    """O ln x, not Oln x."""
    assert mathml.mathml(latex, block=False).count("<mspace") == spaces


def test_a_formula_wider_than_a_phone_goes_on_in_the_next_line():
    """Its pieces are cut where a line may end: before a relation or a term, in no bracket that grows."""
    worked = r"G^2=2\sum O\ln\frac OE=2(3\ln\frac32+1\ln\frac12+5\ln\frac56+7\ln\frac76)=1.38"
    assert len(mathml.pieces(worked)) == 3 and "".join(mathml.pieces(worked)) == worked
    assert mathml.pieces(r"x=\frac{a=b}{c}") == [r"x=\frac{a=b}{c}"]
    grown = r"\left(aaaaaaaaaaaaaaaa=bbbbbbbbbbbbbbbbbbbb\right)"
    assert mathml.pieces(grown) == [grown]
    assert mathml.parts(r"X=\begin{pmatrix}1&\quad 0\end{pmatrix},\qquad Y=1", mathml.GAP, drop=True) == [
        r"X=\begin{pmatrix}1&\quad 0\end{pmatrix},",
        " Y=1",
    ]


def test_works_in_latin_letters_are_marked_as_english():
    form = '<div class="citation" id="x" role="doc-biblioentry"><p>{}</p></div>'
    assert 'id="x" lang="en" role="listitem"' in clean_pages.clean(form.format("The market for “lemons”."))
    assert "lang=" not in clean_pages.clean(form.format("陈向明. <em>质的研究方法</em>."))


@pytest.mark.parametrize("latex", [r"\nosuchcommand x", r"\frac{1", "a & b"])
def test_a_formula_that_would_be_garbled_is_refused(latex):
    with pytest.raises(ValueError):
        mathml.mathml(latex, block=False)


def test_aligned_formulas_have_rows_and_no_numbers_of_their_own():
    made = mathml.mathml(r"\begin{align}a&=b\\c&=d\end{align}", block=True)
    assert made.count("<mtr>") == 2 and "(1)" not in made
