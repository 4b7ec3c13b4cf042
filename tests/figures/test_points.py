import pandas as pd
import pytest

from zhagen.errors import ZhagenError
from zhagen.figures.points import show_points

POINTS = pd.DataFrame(
    {
        "part": ["gap", "case", "gap"],
        "said": ["前人*没有*问过。", "案例一家；", "只有 <照片>"],
        "line_start": [4, 7, 8],
        "line_end": [6, 7, 9],
    }
)


def test_each_part_is_a_paragraph_in_the_order_asked_for():
    text = show_points(POINTS, "case", "gap")._repr_markdown_()
    assert text == "案例一家[〔7〕]{.place}；\n\n前人\\*没有\\*问过[〔4-6〕]{.place}。只有 \\<照片\\>[〔8-9〕]{.place}"


def test_all_points_are_one_paragraph():
    shown = show_points(POINTS)
    assert len(shown.paragraphs) == 1 and "&lt;照片&gt;" in shown._repr_html_()


def test_a_part_without_points_is_refused():
    with pytest.raises(ZhagenError, match="no point of the part story; there are gap, case"):
        show_points(POINTS, "story")
