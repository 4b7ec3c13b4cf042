"""Make assignments for nbgrader from the book: `python book/assignments.py [nbgrader]`, after the build.

An assignment is put together from the reader's edition of a page (`_build/html`): the exercise, its material, the
solution, and the ruler by which it is graded. `book/assignments.toml` chooses; nothing is written twice. With the path
of an nbgrader, the release versions are generated, too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "_build/assignments"
SOLUTION = ("### 解答开始", "### 解答结束")  # as in nbgrader_config.py
HIDDEN = ("### 不公开的检查开始", "### 不公开的检查结束")
LEVELS = 4  # of each ruler, and points of what is graded by hand
TASK = re.compile(r"^> \*\*练习 (?P<n>\d+)[^\n]*\*\*\n(?:>[^\n]*\n?)*", re.MULTILINE)
ANSWER = re.compile(
    r"<details>\n<summary>(?:参考)?解答 (?P<n>\d+)[^\n]*</summary>\n\n(?P<text>.*?)\n\n</details>", re.DOTALL
)


def exercise(page: nbformat.NotebookNode, number: int) -> dict:
    """Take one exercise out of the edition of a page.

    Parameters
    ----------
    page : NotebookNode
        The reader's edition.
    number : int
        Of the exercise.

    Returns
    -------
    dict
        ``task`` and ``solution`` (Markdown), ``material`` (sources of visible cells between them), ``code`` (sources
        of the folded ones).

    Raises
    ------
    SystemExit
        If the page has no such exercise with a solution.
    """
    found = {"material": [], "code": []}
    for cell in page.cells:
        if cell.cell_type == "markdown":
            for match in TASK.finditer(cell.source + "\n"):
                if int(match["n"]) == number:
                    found["task"] = re.sub(r"(?m)^> ?", "", match[0]).strip()
            for match in ANSWER.finditer(cell.source):
                if int(match["n"]) == number and "task" in found:
                    return found | {"solution": match["text"]}
        elif "task" in found:
            folded = cell.metadata.get("jupyter", {}).get("outputs_hidden", False)
            found["code" if folded else "material"].append(cell.source)
    raise SystemExit(f"the page has no exercise {number} with a solution")


def rulers(text: str) -> dict[str, str]:
    """Read the rulers of 教师手册：课堂上 as Markdown tables.

    Parameters
    ----------
    text : str
        The source of that page.

    Returns
    -------
    dict of str to str
        Name -> table with levels and points.
    """
    found = {}
    for name, body in re.findall(r"(?ms)^```\{list-table\} (\S+)\n(.*?)^```", text):
        rows = re.findall(r"(?m)^\* - (\S+)\n  - (.+)$", body)
        if [level for level, _ in rows] == ["档", "四", "三", "二", "一"]:
            lines = [f"| {LEVELS - n} | {sign} |" for n, (_, sign) in enumerate(rows[1:])]
            found[name] = "\n".join([f"| 分 | {name}：看得见的样子 |", "|---|---|", *lines])
    return found


def grader(grade_id: str, **changed: object) -> dict:
    """Return nbgrader's metadata of a cell; by default one that students cannot change."""
    kept = {"schema_version": 3, "grade": False, "solution": False, "locked": True, "task": False, "grade_id": grade_id}
    return {"nbgrader": kept | changed}


def between(marks: tuple[str, str], text: str) -> str:
    """Put a text between the lines at which nbgrader cuts it out."""
    return f"{marks[0]}\n{text.strip()}\n{marks[1]}"


def assignment(spec: dict, page: nbformat.NotebookNode, scales: dict[str, str]) -> nbformat.NotebookNode:
    """Put one assignment together, with solutions, as nbgrader's source version.

    Parameters
    ----------
    spec : dict
        An entry of ``assignments.toml``.
    page : NotebookNode
        The reader's edition of its page.
    scales : dict of str to str
        The rulers.

    Returns
    -------
    NotebookNode
        The notebook.
    """
    name, cells = spec["name"], []

    def add(cell: nbformat.NotebookNode, grade_id: str, **changed: object) -> None:
        cell["id"] = grade_id
        cell.metadata.update(grader(grade_id, cell_type=cell.cell_type, **changed))
        cells.append(cell)

    title = next(line[2:] for cell in page.cells for line in cell.source.splitlines() if line.startswith("# "))
    add(new_markdown_cell(HEAD.format(title=title)), f"{name}-head")
    for number, source in enumerate(_setup(page)):
        add(new_code_cell(source), f"{name}-setup-{number}")
    for number, task in enumerate(spec["task"], 1):
        own = f"{name}-{number}"
        taken = exercise(page, task["exercise"]) if "exercise" in task else {"task": f"**{task['title']}**"}
        asked = [re.sub(r"^\*\*练习 \d+", f"**第 {number} 题", taken["task"]), task.get("say", "")]
        if "ruler" in task:
            asked.append(scales[task["ruler"]])
        add(new_markdown_cell("\n\n".join(filter(None, asked))), f"{own}-task")
        for place, source in enumerate(taken.get("material", [])):
            add(new_code_cell(source), f"{own}-material-{place}")
        if "ruler" in task:
            text = between(SOLUTION, taken["solution"])
            add(new_markdown_cell(text), own, grade=True, solution=True, locked=False, points=LEVELS)
            continue
        code = task.get("answer") or "\n".join(taken["code"])
        add(new_code_cell(between(SOLUTION, code)), own, solution=True, locked=False)
        for place, check in enumerate(task["check"], 1):
            parts = [
                check.get("shown", "# 收上去以后还要查一项").strip(),
                between(HIDDEN, check["hidden"]) if "hidden" in check else "",
            ]
            test = new_code_cell("\n".join(filter(None, parts)))
            add(test, f"{own}-check-{place}", grade=True, points=check["points"])
    return new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )


HEAD = """# 作业：{title}

题目取自《扎根研究可执行教程》的这一页，CC BY 4.0；材料是虚构的。写在留空的格子里，别的格子锁着。

交之前从头运行一遍；有断言报错，照它说的改。"""


def _setup(page: nbformat.NotebookNode) -> list[str]:
    """Return the code above the first section: imports, the study."""
    found = []
    for cell in page.cells[2:]:
        if cell.cell_type == "markdown" and re.search(r"(?m)^## ", cell.source):
            break
        if cell.cell_type == "code":
            found.append(cell.source)
    return found


def write_sources(target: Path = TARGET, root: Path = ROOT) -> list[str]:
    """Write the source versions and the configuration.

    Parameters
    ----------
    target : Path
        The course folder.
    root : Path
        The repository, with a built book.

    Returns
    -------
    list of str
        The names of the assignments.

    Raises
    ------
    SystemExit
        If the book was not built.
    """
    editions = root / "_build/html/notebooks"
    if not editions.is_dir():
        raise SystemExit("there is no book to take the exercises from: run make book first")
    shutil.rmtree(target, ignore_errors=True)
    scales = rulers((root / "book/teaching/in_class.md").read_text("utf-8"))
    names = []
    for spec in tomllib.loads((root / "book/assignments.toml").read_text("utf-8"))["assignment"]:
        page = nbformat.read(editions / f"{spec['page']}.ipynb", as_version=4)
        folder = target / "source" / spec["name"]
        folder.mkdir(parents=True)
        text = json.dumps(assignment(spec, page, scales), ensure_ascii=False, indent=1)
        (folder / f"{spec['name']}.ipynb").write_text(text + "\n", "utf-8")
        names.append(spec["name"])
    shutil.copy(root / "book/nbgrader_config.py", target)
    shutil.copy(root / "book/assignments.md", target / "README.md")
    return names


def run_nbgrader(program: Path, target: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run nbgrader in a course folder, away from the user's own settings of Jupyter.

    Parameters
    ----------
    program : Path
        The command ``nbgrader``.
    target : Path
        The course folder.
    *arguments : str
        Of nbgrader.

    Returns
    -------
    subprocess.CompletedProcess
        With its output as text.
    """
    with tempfile.TemporaryDirectory() as home:
        own = {name: f"{home}/{name}" for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHONPATH", "ZHAGEN"))}
        environment["PATH"] = f"{program.parent}{os.pathsep}{environment['PATH']}"  # it calls alembic by name
        command = [str(program), *arguments]
        return subprocess.run(command, cwd=target, env=environment | own, capture_output=True, text=True)


def main(arguments: list[str]) -> int:
    """Write source versions; with an nbgrader, release versions, too."""
    names = write_sources()
    for name in names if arguments else []:
        done = run_nbgrader(Path(arguments[0]).absolute(), TARGET, "generate_assignment", name)
        if done.returncode:
            print(done.stdout[-1000:], done.stderr[-2000:], file=sys.stderr)
            return 1
    print(f"{len(names)} assignments ({', '.join(names)}) in {TARGET}; for students: the folder release")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
