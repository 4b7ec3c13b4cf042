"""A study's own book: what it holds, and what stops it."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from zhagen.book import (
    build_study_book,
    chapter_study,
    code_grid,
    code_table,
    example_quotes,
    execute_notebooks,
    fitting_chapters,
    group_words,
    material_table,
    write_chapters,
)
from zhagen.book.study_book import MARKER, refuse_names
from zhagen.cli import main
from zhagen.errors import OutputError, StudyError
from zhagen.figures import draw_heatmap
from zhagen.study import make_study, open_study, practice_study, write_study

ROOT = Path(__file__).parents[2]
TALK = "问：怎么买的？\n甲：先看看书，再给钱。\n问：看什么？\n甲：看有没有缺页。\n"


def small(folder):
    """A study of two interviews and one coder, with words that would be markup and Markdown."""
    codes = pd.DataFrame({"code_id": ["c1", "c2"], "label": ["先验货", "<b>*缺页*</b>"], "level": ["concept"] * 2})
    start = TALK.index("先看看书")
    rows = [
        ("A", start, start + 4, "c1", "我"),
        ("B", start, start + 4, "c1", "我"),
        ("B", start, start + 2, "c2", "我"),
    ]
    codings = pd.DataFrame(rows, columns=["source_id", "start", "end", "code_id", "coder"])
    sources = pd.DataFrame({"source_id": ["A", "B"], "kind": ["interview"] * 2, "date": ["2025-01-01", "2025-01-02"]})
    speakers = pd.DataFrame(
        [(s, who, role) for s in "AB" for who, role in (("问", "interviewer"), ("甲", "participant"))],
        columns=["source_id", "speaker", "role"],
    )
    about = {"title": "二手_书_<script>", "research_question": "凭什么敢买 $x$"}
    study = make_study({"A": TALK, "B": TALK}, codes, codings, about=about, sources=sources, speakers=speakers)
    write_study(study, folder)
    return open_study(folder)


def test_tables_count_what_the_study_holds(tmp_path):
    study = small(tmp_path / "study")
    assert material_table(study).codings.sum() == code_table(study).codings.sum() == len(study.quotations())
    material = material_table(study)
    assert material.people.tolist() == ["甲", "甲"] and material.codings.tolist() == [1, 2]
    said = [turn.split("：")[1] for turn in TALK.split("\n")[:-1] if turn.startswith("甲")]
    assert material.characters.tolist() == [sum(map(len, said))] * 2
    codes = code_table(study).set_index("code_id")
    assert codes.codings.to_dict() == {"c1": 2, "c2": 1} and codes.sources.to_dict() == {"c1": 2, "c2": 1}


@pytest.mark.parametrize(("sources", "shape"), [(12, (30, 12)), (13, (13, 12)), (60, (40, 12))])
def test_a_picture_has_room_for_a_grid_of_many_sources_and_codes(sources, shape):
    names = [f"{number:02d}_三单元的访谈" for number in range(sources)]
    codes = pd.DataFrame(
        {"code_id": [f"c{n}" for n in range(35)], "label": [f"电梯里照面的第{n}种" for n in range(35)]}
    )
    rows = [(name, 2, 6, f"c{n}", "我") for name in names for n in range(35)]
    codings = pd.DataFrame(rows, columns=["source_id", "start", "end", "code_id", "coder"])
    study = make_study(dict.fromkeys(names, "甲：先看看书，再给钱。\n"), codes.assign(level="concept"), codings)
    grid = code_grid(study)
    assert grid.shape == shape and draw_heatmap(grid, "编码数").alt


def test_examples_come_from_as_many_sources_as_they_can():
    study = practice_study()
    found = example_quotes(study, each=3)
    every = study.quotations().drop_duplicates(["code_id", "source_id", "start", "end"])
    for code, rows in found.groupby("code_id"):
        there = every[every.code_id == code].source_id.nunique()
        assert rows.source_id.nunique() == min(there, 3) and len(rows) == min((every.code_id == code).sum(), 3)


def test_chapters_are_those_that_have_something_to_show(tmp_path):
    assert fitting_chapters(small(tmp_path)) == ["1_material", "2_codebook", "3_where", "4_quotes", "9_checklist"]
    assert len(fitting_chapters(practice_study())) == len(list((ROOT / "book/study/chapters").glob("*.ipynb")))


def test_groups_are_made_by_the_first_attribute_that_makes_two(tmp_path):
    study = small(tmp_path)
    assert group_words(study) is None  # two interviews, no attribute
    found = group_words(practice_study())  # of grade only one value has three cases
    assert found.by == "part" and len(found.groups) == 5


def test_every_chapter_runs_on_the_practice_study(tmp_path):
    study = practice_study()
    paths = write_chapters(study, tmp_path)
    for run in execute_notebooks(paths, strict=False, environment={"ZHAGEN_STUDY": str(study.folder)}):
        assert run.problems == []
        shown = "".join(cell.source for cell in run.notebook.cells if cell.cell_type == "markdown")
        assert "…" not in shown and "Error" not in shown
    with pytest.raises(OutputError, match="1_material.ipynb"):
        write_chapters(study, tmp_path)


def test_a_notebook_opened_by_hand_finds_its_study(tmp_path, monkeypatch):
    small(tmp_path / "study")
    (tmp_path / "study/chapters").mkdir()
    monkeypatch.delenv("ZHAGEN_STUDY", raising=False)
    monkeypatch.chdir(tmp_path / "study/chapters")
    assert len(chapter_study().sources) == 2
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match="no study here"):
        chapter_study()


def test_the_book_of_a_study_has_its_pages_and_a_search(tmp_path, capsys):
    study = small(tmp_path / "study")
    (study.folder / "findings.md").write_text(
        "<script>x()</script>{raw}`y`\n\n```{include} /etc/passwd\n```\n", "utf-8"
    )
    out, names = tmp_path / "out", tmp_path / "names.txt"
    names.write_text("张三\n李四\n", "utf-8")
    assert main(["book", str(study.folder), "--out", str(out), "--names", str(names)]) == 0
    pages = [out / "book/preface.html", *(out / f"notebooks/study/{name}.html" for name in fitting_chapters(study))]
    prose = (out / "book/findings.html").read_text("utf-8")
    assert "<script>x()" not in prose and "root:" not in prose and "&lt;script&gt;x()" in prose
    assert "<b>*缺页*" not in (out / "notebooks/study/3_where.html").read_text("utf-8")
    assert f"7 pages: open {pages[0]}" in capsys.readouterr().out and all(map(os.path.isfile, pages))
    first, codes = (page.read_text("utf-8") for page in (pages[0], pages[2]))
    assert "凭什么敢买 $x$" in first and "二手_书_<script>" not in first
    assert "<h1>二手_书_＜script＞" in first
    assert "&lt;b&gt;*缺页*&lt;/b&gt;" in codes and "<b>*缺页*</b>" not in codes
    assert 'lang="zh-CN"' in first and (out / "search.html").is_file()
    assert not list(out.rglob("*.whl")) and "_sources/notebooks" not in codes
    with pytest.raises(StudyError, match="先看看书"):
        refuse_names(out, ["王五", "先看看书"])


def test_an_earlier_book_is_replaced_and_nothing_else(tmp_path):
    study = small(tmp_path / "study")
    with pytest.raises(OutputError, match="holds the study"):
        build_study_book(study.folder, study.folder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.docx").write_text("mine")
    with pytest.raises(OutputError, match="no book of a study"):
        build_study_book(study.folder, tmp_path / "mine")
    assert (tmp_path / "mine/thesis.docx").read_text() == "mine"


@pytest.mark.parametrize(
    ("source", "kind", "said"),
    [("1 / 0", "code", "ZeroDivisionError"), ("有 <!--= len(nothing) -->0<!----> 个", "markdown", "NameError")],
)
def test_a_chapter_that_fails_leaves_the_old_book(tmp_path, capsys, source, kind, said):
    study, out = small(tmp_path / "study"), tmp_path / "out"
    assert main(["book", str(study.folder), "--chapters"]) == 0
    for path in (study.folder / "chapters").glob("*.ipynb"):
        if path.name != "2_codebook.ipynb":
            path.unlink()
    raw = json.loads(path.with_name("2_codebook.ipynb").read_text("utf-8"))
    raw["cells"] = [next(cell for cell in raw["cells"] if cell["cell_type"] == kind) | {"source": [source]}]
    path.with_name("2_codebook.ipynb").write_text(json.dumps(raw), "utf-8")
    out.mkdir()
    (out / MARKER).write_text("old")
    assert main(["book", str(study.folder), "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert "2_codebook.ipynb" in told and said in told and "\x1b" not in told and told.count("\n") == 1
    assert (out / MARKER).read_text() == "old"
