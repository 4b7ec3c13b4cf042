"""Every notebook runs, teaches in short cells, is stored clean, and types no number of the data."""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from zhagen.book.execution import execute_notebooks
from zhagen.book.prose import MARK
from zhagen.documents import list_documents
from zhagen.extraction import extract

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
NUMERALS = "(?:[二两三四五六七八九十百]|十[一二三四五六七八九])"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def notebook(request):
    return request.param


def cells(path, kind):
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def source(cell):
    return "".join(cell["source"])


def test_there_are_notebooks():
    assert {path.parent.name for path in NOTEBOOKS} >= {"haier"}


def test_it_runs_and_its_prose_is_right(notebook):
    """Taken from the build where it ran the same inputs: one executor, each notebook once."""
    (run,) = execute_notebooks([notebook], ROOT / "_build/executed", lock=ROOT / "requirements.lock")
    assert run.problems == []
    outputs = [output for cell in run.notebook.cells for output in cell.get("outputs", [])]
    assert outputs
    assert english_headings(outputs) == []
    shared = [run for text in downloads(outputs) for run in han_runs(text) & originals_wording()]
    assert shared == []  # nothing to share where no original is attached


def english_headings(outputs):
    """The headings of frames that are shown as they are and not in Chinese, as those of all tables of the book."""
    pages = ["".join(output["data"].get("text/html", "")) for output in outputs if "data" in output]
    heads = [page.partition("</thead>")[0] for page in pages if 'class="dataframe"' in page]
    return [name for head in heads for name in re.findall(r"<th[^>]*>([a-z][a-z_0-9]+)</th>", head)]


def test_an_english_heading_of_a_frame_is_found():
    frame = pd.DataFrame({"source_id": ["I01"], "编码": [1], "p": [0.5]}, index=pd.Index(["甲"], name="label"))
    shown = [{"data": {"text/html": one._repr_html_()}} for one in (frame, frame.rename_axis("标签"))]
    assert english_headings(shown) == ["source_id", "label", "source_id"]
    assert english_headings([{"name": "stdout", "text": "source_id"}]) == []


def downloads(outputs):
    """The files that the tables of a page offer."""
    pages = ["".join(output["data"].get("text/html", "")) for output in outputs if "data" in output]
    return [unquote(data) for page in pages for data in re.findall(r'href="data:text/csv;charset=utf-8,([^"]*)"', page)]


def han_runs(text, length=20):
    """All runs of Chinese characters in a text, whatever is between them."""
    han = "".join(re.findall("[\u3400-\u9fff]", text))
    return {han[start : start + length] for start in range(len(han) - length + 1)}


@cache
def originals_wording():
    """All runs of the sentences of the originals that are attached; a title may be quoted."""
    listed = list_documents()
    opened = [extract(doc_id, edition="original") for doc_id in listed.id[listed.edition == "original"]]
    titles = {run for one in opened for run in han_runs(one.document.about["title"])}
    return {run for one in opened for text in one.outline.sentences().text for run in han_runs(text)} - titles


def test_it_is_stored_without_outputs(notebook):
    for cell in cells(notebook, "code"):
        assert cell["outputs"] == [] and cell["execution_count"] is None


def test_a_page_shows_what_its_notebook_runs(notebook):
    """No hidden plumbing: what a tag folds away is an exercise's solution, or a cell that only words a table."""
    tags = [tag for cell in cells(notebook, "code") for tag in cell["metadata"].get("tags", [])]
    assert set(tags) <= {"hide-cell", "hide-input"} and tags.count("hide-input") <= 3
    assert "glue" not in "".join(source(cell) for kind in ("code", "markdown") for cell in cells(notebook, kind))


def test_no_line_of_code_is_long(notebook):
    lines = [line for cell in cells(notebook, "code") for line in source(cell).splitlines()]
    assert [line for line in lines if len(line) > 100] == []


def test_no_paragraph_begins_with_a_mark(notebook):
    """Markdown would take it for a block of HTML and show its markup."""
    begin = r"(?m)(?:\A|\n\n|^[-*] |^\d+\. |^> )<!--"
    assert [found for cell in cells(notebook, "markdown") for found in re.findall(begin, source(cell))] == []


def test_cells_are_short(notebook):
    lengths = [len(source(cell).splitlines()) for cell in cells(notebook, "code") if "import " not in source(cell)]
    assert sum(length <= 5 for length in lengths) >= 0.8 * len(lengths)
    assert max(lengths) <= 12


def test_figures_have_a_caption_and_a_number_and_are_cited(notebook):
    prose = "\n".join(map(source, cells(notebook, "markdown")))
    for cell in cells(notebook, "code"):
        if re.search(r"^draw_\w+\(", source(cell).splitlines()[-1] if source(cell) else ""):
            figure = cell["metadata"]["mystnb"]["figure"]
            assert figure["caption"].endswith("。")
            assert f"{{numref}}`{figure['name']}`" in prose
        for name in re.findall(r"\"(tbl-[\w-]+)\"", source(cell)):
            assert f"{{numref}}`{name}`" in prose, name


def test_blanks_to_fill_in_are_no_emphasis(notebook):
    """`____，` opens bold type for Markdown, and the blank is gone."""
    markdown_it = pytest.importorskip("markdown_it").MarkdownIt("commonmark")
    for text in map(source, cells(notebook, "markdown")):
        shown = [part.content for token in markdown_it.parse(text) for part in token.children or [token]]
        assert re.findall("_{3,}", "\n".join(shown)) == re.findall("_{3,}", text.replace("\\_", "_"))


def test_what_a_cell_prints_is_rounded_and_names_no_type(notebook):
    """Taken from the build: `np.float64(0.5703376687549252)` is 0.57."""
    (run,) = execute_notebooks([notebook], ROOT / "_build/executed", lock=ROOT / "requirements.lock")
    outputs = [output for cell in run.notebook.cells for output in cell.get("outputs", [])]
    printed = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]
    assert [text for text in map("".join, printed) if re.search(r"\bnp\.\w+\(|\d\.\d{7}", text)] == []


@pytest.mark.parametrize("path", [*NOTEBOOKS, *sorted((ROOT / "book").glob("*.md"))], ids=lambda path: path.stem)
def test_an_exercise_says_whether_it_is_done_on_paper_on_the_page_or_in_the_notebook(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(map(source, cells(path, "markdown")))
    found = re.findall(r"(?m)^:{3,}\{admonition\} (练习.*)\n(?::class: (.*))?", text)
    places = {title: {"paper", "page", "notebook"} & set(classes.split()) for title, classes in found}
    assert {title: where for title, where in places.items() if len(where) != 1} == {}


def prose(cell):
    """The prose of a cell: no code, formula, role, option, quotation, worked example, label of a source or line."""
    text = MARK.sub("", re.sub(r"(?ms)^(:{3,})\{admonition\} 手算.*?^\1$", "", source(cell)))
    text = re.sub(r"(?ms)^```.*?^```$|\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]*`|\{[\w:]+\}", "", text)
    text = re.sub(r"(?m)^#.*$|^>.*$|^\d+\. |^:\w+:.*$|^:{3,}.*$|^\(.*\)=$", "", text)
    text = re.sub(r"\[[^\]]*\]\([^)]*\)|https?://\S+", "", text)
    text = re.sub(r"(?:[甲乙丙]\d|[庚辛]\d\d?)(?!\d)", "", text)  # eleven sentences and the slips of chapter 3
    text = re.sub(r"(原文)?[表图] ?\d+|练习 ?\d+|第 ?\d+ ?[章节步级]|大约需要\**\s*\d+ 分钟|(19|20)\d\d ?年?", "", text)
    return re.sub(r"[A-Za-z][\w.]*\d[\w.]*|5G|0\.\d+|UTF-8|SHA-256|\d+%? ?(级|号)", "", text)


def test_no_number_of_the_data_is_typed(notebook):
    found = []
    for cell in cells(notebook, "markdown"):
        found += [match[0] for match in re.finditer(r".{0,12}\d.{0,12}", prose(cell))]
        counted = rf".{{0,8}}{NUMERALS} ?(个概念|个主题|条引文|条证据|次访谈|支箭头|条箭头|小时|万字)"
        found += [match[0] for match in re.finditer(counted, prose(cell))]
    assert found == []


@pytest.mark.parametrize("page", sorted((ROOT / "book").glob("*.md")), ids=lambda path: path.stem)
def test_no_count_of_a_document_is_typed_in_a_page(page):
    """Pages compute nothing, so they may say how many codes, interviews or arrows only of our own examples."""
    text = re.sub(r"(?ms)^```.*?^```$|^~~~.*?^~~~$", "", page.read_text(encoding="utf-8"))
    sentences = re.split(r"(?<=[。！？\n])", text)
    named = [s for s in sentences if re.search("海尔|食联网|小米|社群电商|白皮书|电商综述", s)]
    counted = rf"(\d+|{NUMERALS}) ?(个概念|个主题|个范畴|条引文|次访谈|支箭头|条箭头|个数字|万字|%)"
    assert [s for s in named if re.search(counted, s)] == []
