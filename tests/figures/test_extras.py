"""What the wing does where a package of the extra `figures` is not installed."""

import subprocess
import sys

import pytest

CODE = """
import sys
sys.modules[{missing!r}] = None
import pandas as pd
from zhagen import figures
from zhagen.errors import ZhagenError

frame = pd.DataFrame({{"term": ["甲", "乙"], "count": [2, 1], "line_start": [1, 2], "line_end": [1, 3]}})
assert "甲" in figures.show(frame, "例", "tbl-x")._repr_html_()
assert list(figures.line_ranges(frame)) == ["1", "2-3"]
try:
    print(figures.{draw})
except ZhagenError as error:
    print("ERROR", error)
"""
DRAWS = {
    "bars": "draw_frequencies(frame)",
    "cloud": "draw_cloud(frame)",
    "curve": "draw_curve(frame, 'line_start', 'count')",
    "heatmap": "draw_heatmap(frame[['count']])",
    "mechanism": "draw_mechanism(pd.DataFrame([dict(source='甲', target='乙', relation='促进', status='printed')]))",
}


@pytest.mark.parametrize(
    ("missing", "kind"),
    [
        ("matplotlib", "bars"),
        ("fontTools", "mechanism"),
        ("matplotlib", "curve"),
        ("seaborn", "bars"),
        ("wordcloud", "cloud"),
        ("zhplot", "heatmap"),
        ("zhplot", "mechanism"),
    ],
)
def test_without_the_extra_a_figure_says_what_to_install(missing, kind):
    code = CODE.format(missing=missing, draw=DRAWS[kind])
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("ERROR") and "pip install 'zhagen[figures]'" in run.stdout
    assert missing in run.stdout


def test_without_graphviz_a_model_is_drawn_and_says_so():
    code = CODE.format(missing="pygraphviz", draw=DRAWS["mechanism"])
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("<picture mechanism-") and "没有 Graphviz" in run.stdout and run.stderr == ""
