"""Labels in a grid, such as the themes by dimension and step."""

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import ARROW_HEAD, Canvas
from zhagen.figures.labels import cell_text, one_line
from zhagen.figures.picture import Picture, picture_key
from zhagen.language import say

GAP, PAD = 6, 5
ARROW = 26  # the room of an arrow between two columns
SIZE = theme.SIZES["label"]


def draw_matrix(frame: pd.DataFrame, *, arrows: Sequence[str] = (), key: str = "") -> Picture:
    """Draw a frame of labels as a grid, a colour for each row.

    Parameters
    ----------
    frame : pandas.DataFrame
        Labels, such as `zhagen.extraction.theme_matrix` gives; a missing or empty cell stays an empty box.
    arrows : sequence of str, optional
        Statuses of arrows from the heading of each column to the next, if the columns follow one another.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture.

    Raises
    ------
    ZhagenError
        If the frame has no cell, there is an arrow too many or too few, a status is unknown, or the font lacks a
        character.

    Examples
    --------
    >>> import pandas as pd
    >>> draw_matrix(pd.DataFrame({"第一步": ["需求源点建立"], "第二步": [None]}, index=["数据驱动"])).alt
    '矩阵图：1 行、2 列。数据驱动：第一步为需求源点建立，第二步为空。'
    """
    if frame.size == 0:
        raise ZhagenError("the frame has no cell, there is nothing to draw", todo="look where its rows were lost")
    cells = [[one_line(cell_text(cell)) for cell in row] for row in frame.to_numpy().tolist()]
    rows, columns = [one_line(label) for label in frame.index], [one_line(label) for label in frame.columns]
    if arrows and len(arrows) != len(columns) - 1:
        raise ZhagenError(f"{len(columns)} columns have {len(arrows)} arrows between them", todo="give one less")
    gap = ARROW if arrows else GAP
    wide = (theme.WIDTH - gap * len(columns)) / (len(columns) + 1)
    limit = max(int((wide - 2 * PAD) / SIZE), 2)
    canvas, top = Canvas(), 0.0
    table = [
        (row, column, cell)
        for row, line in zip(rows, cells, strict=True)
        for column, cell in zip(columns, line, strict=True)
    ]
    canvas.table(say("格"), pd.DataFrame(table, columns=[say("行"), say("列"), say("内容")]))
    for number, (label, row) in enumerate(zip(["", *rows], [columns, *cells], strict=True)):
        broken = [theme.wrap_label(text, limit) for text in (label, *row)]
        high = max(len(lines) for lines in broken) * SIZE * theme.LINE + 4 * PAD
        for place, lines in enumerate(broken):
            left = place * (wide + gap)
            if number and place:
                canvas.box(left + 1, top + 1, wide - 2, high - 2, theme.palette_colour(number - 1))
            if lines != [""]:
                canvas.text(left + wide / 2, top + high / 2, lines, fill="" if number and place else theme.QUIET)
        for place, status in enumerate(arrows if number == 0 else (), 2):
            tip, y = place * (wide + gap) - 1, top + high / 2
            back = tip - gap + 2
            canvas.arrow(f"M{back:g},{y:g} L{tip - ARROW_HEAD:g},{y:g}", (tip, y), (back, y), status)
        top += high + GAP
    size = say("{rows} 行、{columns} 列", rows=len(rows), columns=len(columns))
    alt = say("矩阵图：{size}。", size=size)
    if arrows:
        said = [
            say("{what}（{how}）", what=f"{one} → {other}", how=theme.status_line(arrow).name)
            for (one, other), arrow in zip(pairwise(columns), arrows, strict=True)
        ]
        alt += say("列与列之间有箭头：{arrows}。", arrows=say("；").join(said))
        top += canvas.legend(arrows, top + GAP, theme.WIDTH) + 2 * GAP
    for label, row in zip(rows, cells, strict=True):
        said = [
            say("{column}为{cell}", column=column, cell=cell or say("空"))
            for column, cell in zip(columns, row, strict=True)
        ]
        alt += say("{name}：{value}", name=label, value=say("，").join(said)) + say("。")
    return canvas.picture(theme.WIDTH, top - GAP, alt, key or picture_key("matrix", rows, columns, cells, *arrows))
