"""The English sample: complete, linked with the Chinese pages, without Chinese labels."""

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "book"), str(ROOT / "book/_ext"), str(ROOT / "tests/book")]
pytest.importorskip("jupyter_book")
pytest.importorskip("sphinxcontrib.bibtex")
import build as book  # noqa: E402
import catalogues  # noqa: E402
import english  # noqa: E402
from browsers import Chromium  # noqa: E402

import chinese_bibliography  # noqa: E402
import languages  # noqa: E402

HAN = re.compile(r"[\u3400-\u9fff]")
CHINESE_PAGES = book.toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8")))
PAGES = english.english_pages()
NOTEBOOKS = [page for page in PAGES if page.startswith("notebooks/")]


def sources() -> dict[str, str]:
    """The Markdown of each English page."""
    return {page: text_of(page, english.SOURCES) for page in PAGES}


def text_of(page: str, root: Path) -> str:
    """The Markdown of a page, its cells joined; pages of prose stand beside the folder of the notebooks."""
    if page in NOTEBOOKS:
        cells = json.loads((root / f"{page}.ipynb").read_text("utf-8"))["cells"]
        return "\n\n".join("".join(cell["source"]) for cell in cells)
    return (root / f"{page.removeprefix('book/') if root == english.SOURCES else page}.md").read_text("utf-8")


def test_each_english_page_has_the_name_of_a_chinese_one():
    assert set(PAGES) <= set(CHINESE_PAGES)
    assert {"book/preface", "book/how_to_use", "notebooks/method/01_what_is", "notebooks/haier/0_study"} <= set(PAGES)


def test_links_to_chinese_pages_lead_to_pages_that_are_not_in_english():
    for page, text in sources().items():
        for target in re.findall(r"\{chinese\}`[^`]*</([^>]*)>`", text):
            assert target in CHINESE_PAGES, (page, target)
            assert target not in PAGES or (page, target) == ("book/bibliography", "book/bibliography"), (page, target)
        assert "{term}" not in text, page  # the glossary is Chinese


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_an_english_chapter_has_all_that_the_chinese_one_has(page):
    def facts(text: str) -> dict:
        return {
            "exercises": len(re.findall(r"\{admonition\} (?:练习|Exercise) \d", text)),
            "answers": len(re.findall(r"\{admonition\} (?:参考解答|解答|One answer)", text)),
            "self-checks": re.findall(r"\{selfcheck\} (\w+)", text),
            "right answers": re.findall(r"^- \[(.)\]", text, re.MULTILINE),
            "tables": sorted(set(re.findall(r"tbl-[\w-]+", text))),
            "sections": len(re.findall(r"^## ", text, re.MULTILINE)),
            "numbers": re.findall(r"<!--= (.*?) -->", text),
        }

    theirs, ours = text_of(page, ROOT), text_of(page, english.SOURCES)
    assert facts(ours) == facts(theirs)
    missing = set(re.findall(r"(?<=[`,])[a-z]+\d{4}\b", theirs)) - set(re.findall(r"(?<=[`,])[a-z]+\d{4}\b", ours))
    assert missing <= {"charmaz2009"}  # a translation into Chinese


@pytest.mark.parametrize("document", ["haier", "community"])
def test_every_sentence_about_a_document_is_told_in_english(document):
    """The Chinese page shows the points of a summary; the English one tells each, with the line it rests on."""
    points = tomllib.loads((ROOT / f"data/codings/{document}/summary.toml").read_text("utf-8"))["points"]
    told = re.findall(r'place\["([\w-]+)"\]', text_of(f"notebooks/{document}/0_study", english.SOURCES))
    assert set(told) == {point["id"] for point in points}


def test_all_messages_are_in_the_catalogues_translated_and_used():
    assert catalogues.problems("en") == []
    sizes = {name: len(found) for name, found in catalogues.extracted().items()}
    assert sizes["zhagen"] > 200 and sizes["sphinx"] > 30 and sizes["scripts"] > 60


def test_no_message_is_passed_over():
    """babel does not look into f-strings and template literals."""
    known = {name: {one[0] for one in found} for name, found in catalogues.extracted().items()}
    known = {name: {one if isinstance(one, str) else one[0] for one in found} for name, found in known.items()}
    for path in (ROOT / "src/zhagen/figures").glob("*.py"):
        text = path.read_text("utf-8")
        said = {found[1] for found in re.findall(r"""\b(?:say|say_number|marked)\(\s*(["'])(.+?)\1""", text)}
        assert said <= known["zhagen"], path.name
        outside = re.sub(r'(?s)""".*?"""|#.*', "", text)
        for message in known["zhagen"]:
            outside = outside.replace(f'"{message}"', "")
        assert [line for line in outside.splitlines() if HAN.search(line)] == [], path.name
    for path in catalogues.STATIC.glob("*.js"):
        assert catalogues.unlisted(path.read_text("utf-8")) == [], path.name


def test_a_message_of_a_script_that_no_catalogue_has_is_found(tmp_path):
    assert catalogues.unlisted("const a = _('甲'), b = `乙${c}`; // 丙") == ["`乙${c}`"]
    (tmp_path / "a.js").write_text('_("下载"); _n("找到 {n} 处", 2); _("没有译文的一句");', "utf-8")
    catalogues.put_words(tmp_path, "en")
    first = (tmp_path / "a.js").read_text("utf-8").splitlines()[0]
    assert '"下载":"Download"' in first and '{"one":"{n} found","other":"{n} found"}' in first
    assert "没有译文" not in first


def test_cited_chinese_authors_have_a_name_in_latin_letters():
    keys = {key for text in sources().values() for key in re.findall(r"(?<=[`,])[a-z]+\d{4}\b", text)}
    entries = re.split(r"\n(?=@)", (ROOT / "book/references.bib").read_text("utf-8"))
    for key in keys:
        entry = next(one for one in entries if re.match(rf"@\w+\{{{key},", one))
        for author in re.findall(r"[\u3400-\u9fff]{2,4}(?= and |\})", re.search(r"author\s*=\s*(.*)", entry)[1]):
            assert author[0] in chinese_bibliography.ROMANISED, (key, author)


STUB = '<html><head>\n</head><body>\n<article class="bd-article" role="main">甲</article></body></html>'


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The English pages beside stubs of the Chinese ones."""
    pytest.importorskip("lxml.html")
    folder = tmp_path_factory.mktemp("english")
    for page in PAGES:
        (folder / "site" / page).parent.mkdir(parents=True, exist_ok=True)
        (folder / "site" / f"{page}.html").write_text(STUB, "utf-8")
    assert english.build(folder / "root", folder / "site") == []  # also: every mark of the notebooks holds
    return folder / "site"


def tree_of(file: Path):
    from lxml import html

    return html.parse(file).getroot()


def test_the_pages_build_and_point_to_each_other(site):
    for page in PAGES:
        for one, other, language in (("", "en/", "en"), ("en/", "", "zh-CN")):
            tree = tree_of(site / f"{one}{page}.html")
            links = tree.xpath(f"//a[@rel='alternate' and @hreflang='{language}']")
            heads = tree.xpath(f"//head/link[@rel='alternate' and @hreflang='{language}']")
            assert len(links) == len(heads) == 1, page
            for link in (*links, *heads):
                assert ((site / f"{one}{page}").parent / link.get("href")).resolve() == site / f"{other}{page}.html"


@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_no_chinese_stands_on_an_english_page_but_names_and_data(site, name):
    tree = tree_of(site / f"en/{name}.html")
    assert tree.get("lang") == "en"
    other = "*[not(ancestor-or-self::*[starts-with(@lang, 'zh')])]"
    labels = tree.xpath(f"//{other}/@aria-label | //{other}/@placeholder | //{other}/@alt")
    labels += tree.xpath(f"//{other}[not(self::a)]/@title")  # the title of a citation is the work
    shell = "//*[self::nav or self::button or self::summary or self::footer or self::figcaption or self::th]"
    labels += tree.xpath(f"{shell}//text()[not(parent::script)] | //span[@class='caption-number']/text()")
    labels += tree.xpath("//p[@class='table-download' or contains(@class, 'without-script')]//text()")
    labels += tree.xpath("//*[local-name()='svg']/*[local-name()='title']/text()")
    assert [text for text in labels if HAN.search(text.replace("中文", ""))] == []
    # in the text: only what is marked as Chinese, and that are short names with their English beside them
    holders = ("script", "style", "pre", "code", "td", "*[local-name()='svg']")
    data = " or ".join(f"ancestor::{holder}" for holder in holders)
    unmarked = tree.xpath(f"//body//{other}/text()[not({data})]")
    assert [text for text in unmarked if HAN.search(text)] == []
    for run in tree.xpath(f"//article//*[starts-with(@lang, 'zh')][not({data})]"):
        if name != "book/bibliography":  # titles of works
            around = run.xpath("string(ancestor::*[self::p or self::li or self::dd][1])") or run.text_content()
            assert len(run.text_content()) <= 12, run.text_content()
            assert len(re.findall("[A-Za-z]", around)) > len(HAN.findall(around)), around


def test_what_scripts_write_on_an_english_page_is_english(site):
    browser = Chromium()
    try:
        for page, wanted in (
            (
                "notebooks/community/0_study",
                ["Enlarge", "Filter", "Data", "Download", "CSV (Arrows)", "stated in the text"],
            ),
            ("notebooks/method/01_what_is", ["Check", "Start again"]),
        ):
            browser.fresh(touch=True)
            browser.open(site / f"en/{page}.html")
            said = browser.run("""
                for (const one of document.querySelectorAll(".zp-bar button, .selfcheck summary")) one.click();
                for (const one of document.querySelectorAll(".selfcheck .sc-buttons button:first-child")) one.click();
                document.querySelector("dialog[open] .zp-bar button")?.click();
                const made = ".zp-bar, .zp-filters, .zp-files, .zp-tables th, .zp-tables caption, .slide-hint, "
                    + ".sc-buttons, .sc-status > p:first-child, .page-citation button, legend";
                const names = [...document.querySelectorAll("[aria-label]:not(svg *):not([lang^=zh])")];
                return [...[...document.querySelectorAll(made)].map((one) => one.textContent),
                    ...names.map((one) => one.getAttribute("aria-label"))];
            """)
            assert browser.errors == []
            assert [text for text in said if HAN.search(text) and "Mechanism model" not in text] == []
            assert all(any(one in text for text in said) for one in wanted), said
    finally:
        browser.quit()


def test_taking_the_english_pages_away_leaves_the_chinese_ones_as_they_were(site):
    languages.remove_english(site)
    assert not (site / "en").exists() and (site / f"{PAGES[0]}.html").read_text("utf-8") == STUB
