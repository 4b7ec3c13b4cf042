"""The English sample: complete, linked with the Chinese pages, without Chinese labels."""

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from zhagen.vocabulary import COLUMNS, ENGLISH

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "book"), str(ROOT / "book/_ext")]
pytest.importorskip("jupyter_book")
pytest.importorskip("sphinxcontrib.bibtex")
import build as book  # noqa: E402
import english  # noqa: E402

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
    assert {"book/preface", "book/how_to_use", "notebooks/method/01_what_is", "notebooks/community/0_study"} <= set(
        PAGES
    )


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
            "answers": text.count(":class: dropdown"),
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


def test_every_sentence_about_a_document_is_told_in_english():
    """The Chinese page shows the points of a summary; the English one tells each, with the line it rests on."""
    points = tomllib.loads((ROOT / "data/codings/community/summary.toml").read_text("utf-8"))["points"]
    told = re.findall(r'place\["([\w-]+)"\]', text_of("notebooks/community/0_study", english.SOURCES))
    assert sorted(told) == sorted(point["id"] for point in points)


def test_all_that_templates_and_extensions_say_is_translated():
    catalogue = (english.SOURCES / "locale/en/LC_MESSAGES/sphinx.po").read_text("utf-8")
    known = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', catalogue, re.MULTILINE))
    said = set()
    for folder, pattern in (("_templates", "*.html"), ("_ext", "*.py")):
        for path in (ROOT / "book" / folder).rglob(pattern):
            said |= set(re.findall(r"""\b_\((["'])(.+?)\1\)""", path.read_text("utf-8")))
    said = {text for _, text in said}
    assert len(said) > 20
    assert said <= set(known)
    assert not [text for text in known.values() if HAN.search(text)]


def test_every_word_of_a_table_has_its_english():
    assert not {word for words in COLUMNS.values() for word in words.values()} - set(ENGLISH)


def test_cited_chinese_authors_have_a_name_in_latin_letters():
    keys = {key for text in sources().values() for key in re.findall(r"(?<=[`,])[a-z]+\d{4}\b", text)}
    entries = re.split(r"\n(?=@)", (ROOT / "book/references.bib").read_text("utf-8"))
    for key in keys:
        entry = next(one for one in entries if re.match(rf"@\w+\{{{key},", one))
        for author in re.findall(r"[\u3400-\u9fff]{2,4}(?= and |\})", re.search(r"author\s*=\s*(.*)", entry)[1]):
            assert author[0] in chinese_bibliography.ROMANISED, (key, author)


def test_the_pages_build_point_to_each_other_and_have_no_chinese_labels(tmp_path):
    html = pytest.importorskip("lxml.html")
    site = tmp_path / "site"
    stub = '<html><head>\n</head><body>\n<article class="bd-article" role="main">甲</article></body></html>'
    for page in PAGES:
        (site / page).parent.mkdir(parents=True, exist_ok=True)
        (site / f"{page}.html").write_text(stub, "utf-8")
    assert english.build(tmp_path / "english", site) == []  # also: every mark of the notebooks holds
    for page in PAGES:
        for one, other, language in (("", "en/", "en"), ("en/", "", "zh-CN")):
            tree = html.parse(site / f"{one}{page}.html").getroot()
            links = tree.xpath(f"//a[@rel='alternate' and @hreflang='{language}']")
            heads = tree.xpath(f"//head/link[@rel='alternate' and @hreflang='{language}']")
            assert len(links) == len(heads) == 1, page
            for link in (*links, *heads):
                assert ((site / f"{one}{page}").parent / link.get("href")).resolve() == site / f"{other}{page}.html"
    for name in [*PAGES, "search"]:
        tree = html.parse(site / f"en/{name}.html").getroot()
        assert tree.get("lang") == "en"
        other = "*[not(ancestor-or-self::*[@lang='zh-CN'])]"
        labels = tree.xpath(f"//{other}/@aria-label | //{other}/@placeholder | //{other}/@alt")
        labels += tree.xpath(f"//{other}[not(self::a)]/@title")  # the title of a citation is the work
        shell = "//*[self::nav or self::button or self::summary or self::footer or self::figcaption or self::th]"
        labels += tree.xpath(f"{shell}//text()[not(parent::script)] | //span[@class='caption-number']/text()")
        labels += tree.xpath("//p[@class='table-download' or contains(@class, 'without-script')]//text()")
        left = [text for text in labels if HAN.search(text.replace("中文", ""))]
        assert left == [], name
    languages.remove_english(site)
    assert not (site / "en").exists() and (site / f"{PAGES[0]}.html").read_text("utf-8") == stub
