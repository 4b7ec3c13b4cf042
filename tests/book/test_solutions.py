"""A notebook without its solutions: what goes, what stays, and that it still runs."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zhagen.book import solution_texts, without_solutions

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*/*.ipynb"))
BOX = ":::{admonition} 参考解答 3\n:class: dropdown\n因为**两头**都有。\n\n{{\n- 一\n:::\n"


def folded(source):
    return new_code_cell(source, metadata={"tags": ["hide-cell"]})


def left(*cells):
    return [cell.source for cell in without_solutions(new_notebook(cells=list(cells))).cells]


def test_the_box_and_the_folded_cells_above_it_go():
    task = new_markdown_cell(":::{admonition} 练习 3　数\n:class: tip notebook\n数一数。\n:::")
    cells = [task, folded("found = len(text)"), folded("found + 1"), new_markdown_cell(BOX + "\n## 小结")]
    assert left(*cells) == [task.source, "**你的回答 3**　双击这里，写在下面。\n\n## 小结"]
    assert solution_texts(new_notebook(cells=cells)) == [
        "因为**两头**都有。\n\n{{\n- 一\n",
        "found = len(text)",
        "found + 1",
    ]


def test_a_fold_of_the_chapter_and_one_above_other_prose_stay():
    fold = ":::{admonition} 三月的一种填法\n:class: dropdown\n六格。\n:::"
    assert left(new_markdown_cell(fold), folded("x = 1"), new_markdown_cell("再看。\n\n" + BOX))[:2] == [fold, "x = 1"]


def test_material_stays():
    shown = 'display(show_turns(study, "I02", 8), show_turns(study, "I05", 1))'
    assert left(folded(shown), folded("answer(1)"), new_markdown_cell(BOX))[:-1] == [shown]


def test_a_tool_that_later_cells_use_stays_with_what_it_needs():
    tool, need, answer = "def tool():\n    return base", "base = 1", "[x for x in [1]]"
    cells = [folded(need), folded(tool), folded(answer), new_markdown_cell(BOX), new_code_cell("x = tool()")]
    assert left(*cells)[:2] == [need, tool] and answer not in left(*cells)


def test_a_name_that_is_given_anew_is_no_tool():
    cells = [folded("n = 1"), new_markdown_cell(BOX), new_code_cell("n = 2"), new_code_cell("n + 1")]
    assert left(*cells)[1:] == ["n = 2", "n + 1"]


def test_a_mark_of_the_prose_keeps_its_tool():
    cells = [folded("n = 1"), new_markdown_cell(BOX), new_markdown_cell("共 <!--= n -->1<!----> 个。")]
    assert left(*cells)[0] == "n = 1"


def test_a_change_of_a_cell_that_went_is_not_offered():
    cells = [folded("len(a)"), new_markdown_cell(BOX), new_code_cell("b = 1")]
    offered = [{"say": "甲", "from": "len(a)", "to": "1"}, {"say": "乙", "from": "b = 1", "to": "b = 2"}]
    notebook = new_notebook(cells=cells, metadata={"zhagen": {"changes": offered}})
    assert without_solutions(notebook).metadata.zhagen.changes == offered[1:]
    assert notebook.metadata.zhagen.changes == offered


def test_what_a_lab_tells_afterwards_and_tells_teachers_goes():
    boxes = [BOX.replace("参考解答 3", title) for title in ("比完再看：一种填法", "给老师", "参考解答 6　一份弱的")]
    assert left(new_markdown_cell("前\n\n" + "\n".join(boxes) + "后")) == ["前\n\n\n\n后"]
    assert left(folded("show_memo(1)"), new_markdown_cell(boxes[0])) == ["show_memo(1)", ""]


def test_longer_fences_and_boxes_inside():
    box = "::::{admonition} 解答\n:class: dropdown\n:::{note}\n里面\n:::\n外面\n::::\n后面"
    assert left(new_markdown_cell(box)) == ["**你的回答**　双击这里，写在下面。\n后面"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_of_the_book_no_solution_is_left(path):
    notebook = nbformat.read(path, as_version=4)
    kept = without_solutions(notebook)
    assert "解答 1\n:class" not in "".join(cell.source for cell in kept.cells)
    assert solution_texts(kept) == []
    tasks = [sum(cell.source.count("{admonition} 练习") for cell in one.cells) for one in (notebook, kept)]
    assert tasks[0] == tasks[1]
