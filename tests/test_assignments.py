"""Assignments for nbgrader: made from the pages, released without solutions, submitted, graded."""

import importlib.util
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[1]
NBGRADER = ROOT / ".venv-nbgrader/bin/nbgrader"
spec = importlib.util.spec_from_file_location("assignments", ROOT / "book/assignments.py")
assignments = importlib.util.module_from_spec(spec)
spec.loader.exec_module(assignments)
NAMES = [one["name"] for one in tomllib.loads((ROOT / "book/assignments.toml").read_text("utf-8"))["assignment"]]

PAGE = new_notebook(
    cells=[
        new_markdown_cell("welcome"),
        new_code_cell("setup"),
        new_markdown_cell("# 第九章　饱和"),
        new_code_cell("import x"),
        new_markdown_cell("## 先做\n\n> **练习 1　算**\n>\n> 算一次。\n>\n> 再算。\n\n正文。"),
        new_code_cell("shown()"),
        new_code_cell("solved()", metadata={"jupyter": {"outputs_hidden": True}}),
        new_markdown_cell("<details>\n<summary>参考解答 1</summary>\n\n二。\n\n三。\n\n</details>"),
    ]
)


def test_an_exercise_is_taken_with_its_material_and_solution():
    found = assignments.exercise(PAGE, 1)
    assert found["task"] == "**练习 1　算**\n\n算一次。\n\n再算。"
    assert (found["material"], found["code"], found["solution"]) == (["shown()"], ["solved()"], "二。\n\n三。")
    with pytest.raises(SystemExit, match="no exercise 2"):
        assignments.exercise(PAGE, 2)


def test_the_rulers_are_those_of_the_handbook():
    found = assignments.rulers((ROOT / "book/teaching/in_class.md").read_text("utf-8"))
    assert list(found) == ["比较", "备忘录", "证据", "模型", "反身性"]
    assert all(
        [int(points) for points in re.findall(r"(?m)^\| (\d) \|", table)] == [4, 3, 2, 1] for table in found.values()
    )


def test_a_made_up_assignment_says_who_grades_what():
    task = {
        "exercise": 1,
        "say": "写进 `a`。",
        "check": [{"points": 2, "shown": "assert a", "hidden": "assert a == 2"}],
    }
    made = assignments.assignment(
        {"name": "x", "task": [task, {"exercise": 1, "ruler": "证据"}]}, PAGE, {"证据": "| 4 |"}
    )
    cells = {cell.id: cell for cell in made.cells}
    assert cells["x-setup-0"].source == "import x" and cells["x-1-material-0"].source == "shown()"
    assert cells["x-1-task"].source.startswith("**第 1 题　算**") and cells["x-1-task"].source.endswith("写进 `a`。")
    assert cells["x-1"].source == "### 解答开始\nsolved()\n### 解答结束" and "三。" in cells["x-2"].source
    assert cells["x-1-check-1"].source.startswith("assert a\n### 不公开的检查开始\nassert a == 2")
    graded = {name: cell.metadata.nbgrader.points for name, cell in cells.items() if cell.metadata.nbgrader.grade}
    assert graded == {"x-1-check-1": 2, "x-2": 4}
    assert {name for name, cell in cells.items() if not cell.metadata.nbgrader.locked} == {"x-1", "x-2"}


def test_the_settings_cut_where_the_notebooks_are_marked():
    settings = (ROOT / "book/nbgrader_config.py").read_text("utf-8")
    assert re.findall(r'delimeter = "(.+)"', settings) == [*assignments.SOLUTION, *assignments.HIDDEN]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course folder that `make assignments` made."""
    if not NBGRADER.is_file() or not (assignments.TARGET / "release").is_dir():
        pytest.skip("there are no release versions: run make assignments")
    return shutil.copytree(assignments.TARGET, tmp_path_factory.mktemp("course") / "zhagen")


def solved(course, name):
    """What stands between the marks of the source, by cell."""
    book = nbformat.read(course / f"source/{name}/{name}.ipynb", as_version=4)
    pattern = re.compile(rf"{assignments.SOLUTION[0]}\n(.*?)\n{assignments.SOLUTION[1]}", re.DOTALL)
    return {cell.id: match[1] for cell in book.cells if (match := pattern.search(cell.source))}


@pytest.mark.wheel
@pytest.mark.parametrize("name", NAMES)
def test_a_release_holds_no_solution_and_no_hidden_check(name, course):
    text = (course / f"release/{name}/{name}.ipynb").read_text("utf-8")
    book = nbformat.reads(text, as_version=4)
    whole = "\n".join(cell.source for cell in book.cells)
    lines = {line.strip() for answer in solved(course, name).values() for line in answer.splitlines()}
    assert len(lines) > 3 and not [line for line in lines if len(line) > 14 and line in whole]
    assert "不公开的检查" not in whole and "解答开始" not in whole
    assert whole.count("raise NotImplementedError") + whole.count("（双击这里，写在下面。）") == len(
        solved(course, name)
    )


STUDENTS = ("good", "careless", "idle")
GRADES = """
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({f"{one.assignment.name} {one.student.id}": {
        grade.cell.name: [grade.auto_score, grade.max_score, grade.needs_manual_grade]
        for notebook in one.notebooks for grade in notebook.grades} for one in book.assignments and [
            submission for assignment in book.assignments for submission in assignment.submissions]}))
"""


@pytest.fixture(scope="module")
def graded(course):
    """A good student hands in the solutions, a careless one makes a mistake in each, an idle one changes nothing."""
    for name in NAMES:
        release = course / f"release/{name}/{name}.ipynb"
        for student in STUDENTS if name == NAMES[0] else STUDENTS[:2]:
            book = nbformat.read(release, as_version=4)
            for cell in book.cells if student != "idle" else []:
                answer = solved(course, name).get(cell.id, cell.source)
                cell.source = answer if student == "good" else spoiled(answer)
            target = course / f"submitted/{student}/{name}/{name}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(book, target)
        done = assignments.run_nbgrader(NBGRADER, course, "autograde", name, "--create")
        assert done.returncode == 0, done.stderr[-2000:]
    command = [NBGRADER.with_name("python"), "-c", GRADES]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def spoiled(answer):
    """The mistakes of a careless student: words miscopied, the level forgotten, a number of the table changed."""
    for right, wrong in [
        ('f"{row.label} | {row.quote}"', 'f"{row.label} | {row.quote}了"'),
        ('level="category"', "level=None"),
        ("[8, 5, 4, 3, 1, 1, 0, 0]", "[8, 5, 4, 3, 1, 0, 0, 0]"),
    ]:
        answer = answer.replace(right, wrong)
    return answer


@pytest.mark.wheel
@pytest.mark.parametrize("name", NAMES)
def test_points_are_as_expected(name, graded):
    scores = {student: graded[f"{name} {student}"] for student in STUDENTS if f"{name} {student}" in graded}
    by_program = {cell for cell, (_, _, by_hand) in scores["good"].items() if "-check-" in cell}
    assert by_program and all(scores["good"][cell][0] == scores["good"][cell][1] for cell in by_program)
    by_hand = {cell for cell, (_, most, needed) in scores["good"].items() if needed and most == assignments.LEVELS}
    assert by_hand and by_hand | by_program == set(scores["good"])
    assert sum(scores["careless"][cell][0] for cell in by_program) < sum(scores["good"][cell][0] for cell in by_program)
    if name == NAMES[0]:
        assert sum(scores["idle"][cell][0] for cell in by_program) == 0


@pytest.mark.wheel
def test_feedback_is_written(graded, course):
    for step in ("generate_feedback", "export"):
        done = assignments.run_nbgrader(NBGRADER, course, *([step, "saturation"] if "feedback" in step else [step]))
        assert done.returncode == 0, done.stderr[-2000:]
    assert (course / "feedback/good/saturation/saturation.html").is_file()
    assert len((course / "grades.csv").read_text("utf-8").splitlines()) == 1 + len(STUDENTS) * len(NAMES)
    shutil.rmtree(course / "feedback")
