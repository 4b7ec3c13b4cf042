"""Cells without IPython, and what stands in for compiled packages: what a page uses that runs in the browser."""

import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from zhagen.book.cells import CellRunner
from zhagen.book.stand_ins import query_integral_image
from zhagen.coding import code_passage
from zhagen.figures import show
from zhagen.study import practice_study

WITHOUT_IPYTHON = """
import sys
from zhagen.book import cells
cells._is_installed = lambda name: False
shown = []
runner = cells.CellRunner(shown.append)
assert runner.run("from IPython.display import HTML, Markdown, display")
assert runner.run("display(HTML('<b>甲</b>'))\\nMarkdown('> **乙**')")
assert "IPython" not in sys.modules
assert runner.run("from matplotlib import pyplot"), shown
print(*[one["content"] for one in shown])
"""
DRAW = """
import sys
import pandas as pd, pygraphviz
from zhagen.book.stand_ins import install_stand_ins
from zhagen.figures import draw_mechanism
arrows = [("数据", "能力", "促进", "inferred"), ("能力", "价值", "实现", "prose"), ("数据", "能力", "限制", "prose"),
          ("平台", "能力", "", "prose"), ("价值", "数据", "反馈", "inferred")]
arrows = pd.DataFrame(arrows, columns=["source", "target", "relation", "status"])
frames = {"数据": "甲组", "能力": "甲组", "价值": "乙组"}
real = draw_mechanism(arrows, frames).svg
agraph = pygraphviz.AGraph
render = lambda dot, prog: agraph(string=dot).draw(format="json", prog=prog).decode()
assert install_stand_ins(render)[0] == "pygraphviz"
print(draw_mechanism(arrows, frames).svg == real)
"""


def run(*sources):
    shown = []
    runner = CellRunner(shown.append)
    return [runner.run(source) for source in sources], shown


def python(source):
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def test_what_a_cell_shows_comes_in_order_and_in_its_richest_form():
    ended, shown = run(
        "import pandas as pd\nframe = pd.DataFrame({'甲': [1]})",
        "print('前')\ndisplay(frame)\nprint('后', end='')\nframe.shape",
        "frame;",
        "None",
    )
    assert ended == [True] * 4
    assert [(one["kind"], one["content"][:4]) for one in shown] == [
        ("text", "前\n"), ("html", "<div"), ("text", "后"), ("text", "(1, "),
    ]  # fmt: skip


def test_a_table_of_the_book_is_shown_with_its_number():
    shown = []
    runner = CellRunner(shown.append)
    runner.namespace["table"] = show(pd.DataFrame({"a": [1]}), "例", "表 14", a="甲")
    assert runner.run("table") and "<caption>表 14　例</caption>" in shown[0]["content"]


def test_what_a_script_of_the_page_works_on_is_shown_as_on_the_page():
    shown = []
    runner = CellRunner(shown.append)
    runner.namespace["passage"] = code_passage(practice_study(), "I16")
    assert runner.run("passage") and '<script type="application/json">' in shown[0]["content"]
    assert shown[0]["content"].startswith('<div class="zhagen-coder">') and "~~~" not in shown[0]["content"]


def test_an_error_is_readable_names_its_line_and_does_not_end_the_runner():
    ended, shown = run("n = 1\n1 / 0", "n + 1", "raise SystemExit(2)", "n =", "%pip install x")
    assert ended == [False, True, False, False, False]
    assert shown[0]["content"] == "ZeroDivisionError：division by zero"
    assert "line 2" in shown[0]["trace"] and "1 / 0" in shown[0]["trace"] and "cells.py" not in shown[0]["trace"]
    assert shown[1] == {"kind": "text", "content": "2"}
    assert "第 1 行不合 Python 的语法" in shown[3]["content"]
    assert "只在 Jupyter 里能用" in shown[4]["content"]


def test_an_error_says_what_is_missing_even_behind_our_own():
    extra = "from zhagen.extras import import_extra\nimport_extra('no_such', 'figures')"
    _, shown = run("import no_such_module", extra)
    assert [one["missing"] for one in shown] == ["no_such_module", "no_such"]


def test_a_restart_forgets_names():
    shown = []
    runner = CellRunner(shown.append)
    assert runner.run("n = 1")
    runner.restart()
    assert not runner.run("n") and "NameError" in shown[0]["content"]


def test_figures_of_matplotlib_are_shown_as_pictures():
    source = "import matplotlib\nmatplotlib.use('agg')\nfrom matplotlib import pyplot\n_ = pyplot.plot([1, 2]);"
    ended, shown = run(source, "pyplot.figure()")
    assert ended == [True, True]
    assert [one["content"][:4] for one in shown if one["kind"] == "html"] == ["<svg"] * len(shown)


def test_ipython_is_answered_where_it_is_not_installed():
    printed = python(WITHOUT_IPYTHON)
    assert printed.startswith("<b>甲</b> <blockquote>") and "<strong>乙</strong>" in printed


def test_a_mechanism_is_drawn_the_same_by_any_graphviz():
    pytest.importorskip("pygraphviz")
    assert python(DRAW) == "True"


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (9, 3), (40, 2)])
def test_places_of_words_are_drawn_as_by_the_compiled_function(size):
    compiled = pytest.importorskip("wordcloud.query_integral_image").query_integral_image
    for seed in range(30):
        drawn = np.random.default_rng(seed).random((20, 30)) < seed / 100
        sums = drawn.cumsum(0).cumsum(1).astype(np.uint32)
        ours, theirs = (f(sums, *size, random.Random(seed)) for f in (query_integral_image, compiled))
        assert ours == theirs
