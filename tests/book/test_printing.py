"""The book on paper and as EPUB: a small book of three pages, and the whole one where it has been built."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "book"))

pytest.importorskip("pikepdf", reason="the print extra is not installed")
pypdf = pytest.importorskip("pypdf", reason="the print extra is not installed")

from lxml import html  # noqa: E402
from printing import epub, offers, pages, paper  # noqa: E402

TOC = "root: book/preface\nparts:\n- caption: 做\n  chapters:\n  - file: one\n    sections:\n    - file: two\n"
FRAME = """<!DOCTYPE html><html><body><nav>网页的目录</nav><article class="bd-article"><section id="{name}">
<h1>{title}<a class="headerlink" href="#{name}">#</a></h1>{body}</section></article></body></html>"""
LONG = "".join(f"<p>第 {n} 段。" + "这一段话写得很长，好让一章不止一页。" * 12 + "</p>" for n in range(14))
FIGURE = """<figure id="f-one"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20" role="img"
aria-labelledby="z-t"><title id="z-t">甲 促进 乙</title><defs><clipPath id="z-c"><rect width="60" height="20"></rect>
</clipPath></defs><g clip-path="url(#z-c)"><text x="5" y="9" stroke="#fff" paint-order="stroke">甲</text></g></svg>
<figcaption><p><span class="caption-number">图 1 </span><span class="caption-text">箭头</span></p></figcaption>
</figure>"""
WIDE = "<table><thead><tr>{}</tr></thead><tbody><tr>{}</tr></tbody></table>".format(
    "".join(f"<th>列{n}</th>" for n in range(5)), "<td>一格里写了不少的字</td>" * 5
)
PAGES = {
    "book/preface": (
        "序",
        """<p>先看<a class="reference internal" href="../two.html#t-two"><span class="std std-numref">表 2</span></a>，
再看<a class="reference internal" href="../one.html"><span class="doc">第一章</span></a>，单子在
<a href="../_static/sheet.csv">这里</a>。</p><div id="other-forms"><p>还没有。</p></div>""",
    ),
    "one": (
        "第一章 编码",
        f"""<section id="first"><h2>先做<a class="headerlink" href="#first">#</a></h2>{LONG}
<div class="tip admonition"><p class="admonition-title">练习 1</p><p>想一想。</p></div>
<div class="cell tag_hide-cell"><details class="admonition hide above-input"><summary><p>显示程序</p></summary>
<div class="cell_input"><div class="highlight"><pre>answer()</pre></div></div></details></div>
<div class="dropdown admonition"><p class="admonition-title">参考解答 1</p><p>答案是二。</p></div>
<div class="cell tag_hide-input"><details class="hide above-input"><summary><p>显示程序</p></summary>
<div class="cell_input"><pre>draw_it()</pre></div></details><div class="cell_output">{FIGURE}</div></div></section>""",
    ),
    "two": (
        "接着做",
        f"""<p>公式：<span class="math"><math xmlns="http://www.w3.org/1998/Math/MathML" alttext="x"><mi>x</mi></math>
</span>，<strong>重要</strong>。</p><table id="t-two"><caption><span class="caption-number">表 2 </span><span
class="caption-text">两列</span></caption><thead><tr><th>甲</th><th>乙</th></tr></thead>
<tbody>{"<tr><td>1</td><td>说</td></tr>" * 90}</tbody></table>
<details class="selfcheck"><summary>自测　一</summary><ul class="sc-answers"><li>对</li></ul>
<details class="sc-reasons"><summary>答案和理由</summary><p>因为。</p></details></details>
{WIDE}
<p class="run-page d-print-none">运行</p><p><button>运行</button>
<a class="reference internal" href="one.html#first">回去</a></p>""",
    ),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A built book of three pages."""
    root = tmp_path_factory.mktemp("small")
    (root / "_toc.yml").write_text(TOC, "utf-8")
    (root / "_config.yml").write_text("title: 小书\n", "utf-8")
    for name, (title, body) in PAGES.items():
        file = root / "_build/html" / f"{name}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(FRAME.format(name=name.split("/")[-1], title=title, body=body), "utf-8")
    for style in ("book/_static/figures.css", "_build/html/_static/pygments.css"):
        (root / style).parent.mkdir(parents=True, exist_ok=True)
        (root / style).write_text("", "utf-8")
    return root


def test_the_pages_have_their_captions_and_lose_what_a_screen_needs(small):
    found = pages.read_pages(small)
    assert [(page.part, page.title, page.deep) for page in found] == [
        ("", "序", False), ("做", "第一章 编码", False), ("做", "接着做", True)
    ]  # fmt: skip
    text = "".join(tree.text_content() for tree in pages.all_trees(found))
    assert "表 2 两列" in text and "图 1 箭头" in text
    assert not [word for word in ("网页的目录", "运行", "draw_it", "显示程序", "#") if word in text]


def test_what_was_folded_stands_at_the_end_with_links_both_ways(small):
    _, one, two = pages.read_pages(small)
    (solution,), (reasons,) = one.answers, two.answers
    assert solution.title == "参考解答 1" and "答案是二" in solution.parts[1].text_content()
    assert "answer()" in solution.parts[0].text_content() and "答案是二" not in one.section.text_content()
    (pointer,) = one.section.xpath(f'.//*[@id="{solution.back}"]/a')
    assert pointer.get("href") == f"#{solution.key}"
    assert reasons.title == "自测 一：答案和理由" and "因为" not in two.section.text_content()
    assert not [fold for tree in pages.all_trees([one, two]) for fold in tree.iter("details")]


def test_ids_are_unique_and_every_link_leads_somewhere(small):
    source = html.fromstring(paper.join(pages.read_pages(small), "小书", "", small))
    ids = source.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in source.xpath("//@href") if link.startswith("#")} <= set(ids)
    assert source.xpath("//@aria-labelledby") == ["p1-z-t"] and "p1-z-t" in ids
    assert source.xpath("//@clip-path") == ["url(#p1-z-c)"]
    assert not [link for link in source.xpath("//@href") if "sheet.csv" in link]  # not in the book


@pytest.fixture(scope="module")
def printed(small):
    """The PDF of the small book."""
    pytest.importorskip("playwright", reason="the print extra is not installed")
    if not any(map(shutil.which, paper.CHROMIUM)):
        pytest.skip("no Chromium on this machine")
    return pypdf.PdfReader(paper.write_book(small))


def test_the_contents_and_the_links_have_the_right_pages(printed):
    texts = [re.sub(r"\s+", "", page.extract_text()) for page in printed.pages]
    (contents,) = [text for text in texts if text.startswith("3目录")]
    for title, words in {"序": "序先看", "第一章编码": "第一章编码先做第0段", "接着做": "接着做公式"}.items():
        (start,) = [n for n, text in enumerate(texts, 1) if words in text]
        assert f"{title}{start}" in contents
        if title == "第一章编码":
            assert f"第一章→{start}" in next(text for text in texts if "序先看" in text)
    back = next(n for n, text in enumerate(texts, 1) if "参考解答1→" in text and "想一想" in text)
    assert f"参考解答1→{back}" in texts[-1]
    rows = [text for text in texts if text.count("1说") > 5]
    assert len(rows) > 1 and all("甲乙" in text for text in rows)  # the head of a long table is on every page of it


def test_links_and_bookmarks_lead_to_targets_that_exist(printed):
    targets = set(printed.named_destinations)
    links = [
        annotation.get_object()["/Dest"]
        for page in printed.pages
        for annotation in page.get("/Annots", [])
        if "/Dest" in annotation.get_object()
    ]
    assert len(links) > 10 and {str(link).lstrip("/") for link in links} <= {one.lstrip("/") for one in targets}
    first, part, end = printed.outline[0], printed.outline[1], printed.outline[-1]
    assert (first.title, part.title, end.title) == ("序", "做", "解答和折起来的内容")
    assert printed.outline[2][0].title == "第一章 编码" and printed.outline[2][1][0].title == "先做"
    numbers = [printed.get_destination_page_number(one) for one in (first, part, end)]
    assert numbers == sorted(numbers) and numbers[0] > 1


def test_it_says_its_language_and_title_and_embeds_text_as_text(printed):
    root = printed.trailer["/Root"]
    assert root["/Lang"] == "zh-CN" and root["/MarkInfo"]["/Marked"] and printed.metadata.title == "小书"
    fonts = [
        font.get_object()
        for page in printed.pages
        for font in page["/Resources"].get("/Font", {}).values()
    ]  # fmt: skip
    assert {font["/Subtype"] for font in fonts} == {"/Type0"}
    assert all(
        "Noto" in font["/BaseFont"] or "DejaVu" in font["/BaseFont"] or "Math" in font["/BaseFont"] for font in fonts
    )


@pytest.fixture(scope="module")
def electronic(small):
    """The EPUB of the small book."""
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c49444154789c6360f8cf000001820101b2ba4c3a0000000049454e44ae426082"
    )
    return epub.write_epub(pages.read_pages(small), "小书", small / "_build/epub/small.epub", cover=picture)


def test_the_epub_holds_pictures_formulas_tables_and_their_names(electronic):
    with zipfile.ZipFile(electronic) as archive:
        names = archive.namelist()
        text = {name: archive.read(name).decode() for name in names if name.endswith(("xhtml", "opf"))}
    assert names[0] == "mimetype" and "EPUB/cover.png" in names
    assert (
        "viewBox" in text["EPUB/p1.xhtml"]
        and "clipPath" in text["EPUB/p1.xhtml"]
        and "甲 促进 乙" in text["EPUB/p1.xhtml"]
    )
    assert 'alttext="x"' in text["EPUB/p2.xhtml"] and text["EPUB/p2.xhtml"].count("<tr>") == 93
    assert 'href="p1-answers.xhtml#p1-answer-1"' in text["EPUB/p1.xhtml"]
    assert 'href="p1.xhtml#p1-fold-1"' in text["EPUB/p1-answers.xhtml"]
    assert text["EPUB/p2.xhtml"].count("data-label") == 5  # two columns fit on a phone, five do not
    assert "<dc:language>zh-CN</dc:language>" in text["EPUB/content.opf"]


def test_the_epub_is_valid(electronic):
    program, java = shutil.which("epubcheck"), shutil.which("java")
    if program is None or java is None:
        pytest.skip("epubcheck is not installed")
    jar = Path(program).resolve()
    command = [java, "-jar", jar] if jar.suffix == ".jar" else [program]  # Debian's is a jar that may not run by itself
    done = subprocess.run([*command, electronic], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_pages_give_the_same_epub(small, electronic, tmp_path):
    again = epub.write_epub(
        pages.read_pages(small), "小书", tmp_path / "a.epub", cover=zipfile.ZipFile(electronic).read("EPUB/cover.png")
    )
    assert again.read_bytes() == electronic.read_bytes()


def test_a_site_offers_only_what_was_made(small, tmp_path):
    root = tmp_path / "site"
    shutil.copytree(small / "_build/html", root / "_build/html")
    preface = root / "_build/html/book/preface.html"
    assert "downloads" not in preface.read_text("utf-8")
    packed = offers.pack_site(root / "_build/html", tmp_path / "zhagen-site.zip")
    offers.offer(packed, root)
    links = html.parse(str(preface)).xpath('//div[@id="other-forms"]//a/@href')
    assert links == ["../downloads/zhagen-site.zip"]
    assert (preface.parent / links[0]).is_file()
    kept = json.loads((root / "_build/html/offline.json").read_text("utf-8"))["files"]
    assert kept["book/preface.html"][0] == preface.stat().st_size
    with zipfile.ZipFile(offers.pack_site(root / "_build/html", tmp_path / "again.zip")) as archive:
        assert not [name for name in archive.namelist() if "downloads" in name]
        assert "downloads" not in archive.read("again/book/preface.html").decode()


def test_a_page_prints_without_what_is_folded_and_with_its_code_in_one_piece(tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(shutil.which, paper.CHROMIUM)), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    fold = '<details class="hide above-input"><summary>显示程序</summary><pre>secret()</pre></details>'
    code = '<div class="cell_input"><pre>' + "\n".join(["line"] * 12) + "</pre></div>"
    (tmp_path / "page.html").write_text(
        f"""<!DOCTYPE html><html data-theme="light"><meta charset="utf-8"><link rel="stylesheet" href="book.css"><body>
<article class="bd-article"><h1>题目</h1>{fold}{fold.replace("<details", "<details open").replace("secret", "opened")}
<div class="admonition toggle toggle-hidden"><p>solution</p></div><div style="height: 205mm">图</div>{code}
</article>""",
        "utf-8",
    )
    shutil.copy(ROOT / "book/_static/book.css", tmp_path)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto((tmp_path / "page.html").as_uri())
        tab.pdf(path=tmp_path / "page.pdf", format="A4", print_background=True, prefer_css_page_size=True)
        browser.close()
    first, second = pypdf.PdfReader(tmp_path / "page.pdf").pages
    assert not [word for word in ("secret", "solution") if word in first.extract_text()]
    assert "opened" in first.extract_text() and second.extract_text().count("line") == 12


BUILT = ROOT / "_build/pdf/zhagen.pdf"


@pytest.mark.skipif(not BUILT.is_file(), reason="the PDF of the book was not built (make pdf)")
def test_the_whole_pdf_has_every_caption_of_the_site():
    pypdfium2 = pytest.importorskip("pypdfium2")
    reader = pypdf.PdfReader(BUILT)
    pages_as_text = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(BUILT))
    text = re.sub(r"\s+", "", "".join(pages_as_text))
    captions = {
        re.sub(r"\s+", "", pages.plain(number))
        for tree in pages.all_trees(pages.read_pages())
        for number in tree.xpath(f".//span[{pages.has_class('caption-number')}]")
    }
    assert len(captions) > 300 and [one for one in captions if one not in text] == []
    fonts = {
        font.get_object()["/Subtype"] for page in reader.pages for font in page["/Resources"].get("/Font", {}).values()
    }
    assert "/Type3" not in fonts and BUILT.stat().st_size < 25e6
