"""The executor: each notebook once, its prose with it, and nothing stale."""

import json
import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zhagen.book import execution
from zhagen.book.execution import execute_notebooks, inputs_key, rewrite_numbers


@pytest.fixture
def notebook(tmp_path):
    def write(*cells, name="one"):
        made = [new_code_cell(c) if kind == "code" else new_markdown_cell(c) for kind, c in cells]
        path = tmp_path / "notebooks" / "book" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=made), path)
        return path

    return write


def test_prose_is_evaluated_where_it_stands(notebook):
    path = notebook(("code", "n = 2"), ("markdown", "共 <!--= n -->2<!----> 个。<!--? n > 1 -->"), ("code", "n"))
    (run,) = execute_notebooks([path])
    assert run.problems == [] and run.values == [["2", "True"]]
    assert run.notebook.cells[1].source == "共 2 个。"
    assert run.notebook.cells[2].outputs[0].data["text/plain"] == "2"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([("code", "1 / 0")], "ZeroDivisionError"),
        ([("code", "import sys; print('x', file=sys.stderr)")], "stderr"),
        ([("code", "n = 2"), ("markdown", "共 <!--= n -->3<!----> 个。")], "computed is '2'"),
        ([("code", "n = 2"), ("markdown", "很多。<!--? n > 9 -->")], "does not hold: 很多。"),
        ([("code", "n = 2"), ("markdown", "共 <!--= n -->2<!---->"), ("code", "n = 3")], "used twice"),
        ([("code", "n = 2"), ("markdown", "共 <!--= m -->2<!---->")], "NameError"),
    ],
)
def test_what_is_wrong_is_a_problem(notebook, cells, said):
    (run,) = execute_notebooks([notebook(*cells)])
    assert len(run.problems) == 1 and said in run.problems[0]


def test_a_changed_notebook_may_say_otherwise(notebook):
    path = notebook(("code", "n = 2"), ("markdown", "共 <!--= n -->3<!----> 个。很多。<!--? n > 9 -->"))
    assert execute_notebooks([path], strict=False)[0].problems == []


def test_variables_are_given_to_the_notebook_alone(notebook, monkeypatch):
    monkeypatch.delenv("A_STUDY", raising=False)
    path = notebook(("code", "import os"), ("markdown", "在 <!--= os.environ['A_STUDY'] -->x<!---->。"))
    (run,) = execute_notebooks([path], strict=False, environment={"A_STUDY": "here"})
    assert run.values == [["here"]] and "A_STUDY" not in os.environ


def test_numbers_are_written_into_the_source(notebook):
    path = notebook(("code", "n = 2"), ("markdown", "共 <!--= n -->3<!----> 个。"))
    assert rewrite_numbers(path, execute_notebooks([path])[0])
    (run,) = execute_notebooks([path])
    assert run.problems == [] and not rewrite_numbers(path, run)
    assert json.loads(path.read_text("utf-8"))["cells"][0]["outputs"] == []


def test_a_result_is_kept_for_its_inputs(notebook, tmp_path, monkeypatch):
    path, cache, lock = notebook(("code", "n = 2\nn")), tmp_path / "cache", tmp_path / "lock"
    lock.write_text("a==1\n")
    (first,) = execute_notebooks([path], cache, lock=lock)
    (again,) = execute_notebooks([path], cache, lock=lock)
    assert first.seconds > 0 and again.seconds == 0
    assert again.notebook == first.notebook and again.values == first.values
    lock.write_text("a==2\n")
    assert execute_notebooks([path], cache, lock=lock)[0].seconds > 0
    notebook(("code", "n = 3\nn"))
    (changed,) = execute_notebooks([path], cache, lock=lock)
    assert changed.notebook.cells[0].outputs[0].data["text/plain"] == "3"


def test_a_notebook_that_is_edited_while_it_runs_is_run_again(notebook, tmp_path):
    """The result belongs to the text that was run, not to the text that lies there when the run ends."""
    cache = tmp_path / "cache"
    path = notebook(("code", "n = 1"), ("markdown", "共 <!--= n -->1<!----> 个。"))
    edit = f"import pathlib; p = pathlib.Path({str(path)!r}); p.write_text(p.read_text().replace('n = 1', 'n = 1 + 0'))"
    nb = nbformat.read(path, 4)
    nb.cells.append(new_code_cell(edit))
    nbformat.write(nb, path)
    (first,) = execute_notebooks([path], cache)
    assert first.problems == []
    (second,) = execute_notebooks([path], cache)
    assert "n = 1 + 0" in second.notebook.cells[0].source


def test_a_result_with_a_problem_is_not_kept(notebook, tmp_path):
    path = notebook(("code", "1 / 0"))
    for _ in range(2):
        assert execute_notebooks([path], tmp_path / "cache")[0].problems


def test_the_key_sees_data_sources_and_code(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "originals").mkdir()
    monkeypatch.setattr(execution, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr(execution, "sources_folder", lambda: tmp_path / "originals")
    keys = [inputs_key()]
    (tmp_path / "data" / "a.csv").write_text("x")
    keys.append(inputs_key())
    (tmp_path / "originals" / "a.txt").write_text("x")
    keys.append(inputs_key())
    assert len(set(keys)) == 3 and keys[-1] == inputs_key()
    monkeypatch.setenv("ZHAGEN_LANGUAGE", "en")  # its translations are read by what is drawn
    assert inputs_key() not in keys


def test_old_results_go(notebook, tmp_path):
    for number in range(execution.KEPT + 2):
        execute_notebooks([notebook(("code", f"{number}"))], tmp_path / "cache")
    assert len(list((tmp_path / "cache").rglob("*.json"))) == execution.KEPT
