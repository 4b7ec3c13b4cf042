"""Labels in a grid, such as the themes by dimension and step."""

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas
from zhagen.figures.picture import name

GAP, PAD = 6, 5
SIZE = theme.SIZES["label"]


def draw_matrix(frame, key=""):
    """Draw a frame of labels as a grid, a colour for each row.

    Parameters
    ----------
    frame : data frame of labels, such as `zhagen.extraction.codebook.theme_matrix` gives; a missing or empty cell stays an empty box.
    key : names the picture; empty makes one from the data.

    Returns a `Picture`. Raises `ZhagenError` where the frame has no cell or the font lacks a character.

    >>> import pandas as pd
    >>> draw_matrix(pd.DataFrame({"第一步": ["需求源点建立"], "第二步": [None]}, index=["数据驱动"])).alt
    '矩阵图：1 行、2 列。数据驱动：第一步为需求源点建立，第二步为空。'
    """
    if frame.size == 0:
        raise ZhagenError("the frame has no cell, there is nothing to draw", todo="look where its rows were lost")
    cells = [["" if cell != cell or cell is None else str(cell) for cell in row] for row in frame.to_numpy().tolist()]
    rows, columns = [str(label) for label in frame.index], [str(label) for label in frame.columns]
    wide = (theme.WIDTH - GAP * len(columns)) / (len(columns) + 1)
    limit = max(int((wide - 2 * PAD) / SIZE), 2)
    canvas, top = Canvas(), 0
    for number, (label, row) in enumerate(zip(["", *rows], [columns, *cells], strict=True)):
        broken = [theme.wrap(text, limit) for text in (label, *row)]
        high = max(len(lines) for lines in broken) * SIZE * theme.LINE + 4 * PAD
        for place, lines in enumerate(broken):
            left = place * (wide + GAP)
            if number and place:
                canvas.box(left + 1, top + 1, wide - 2, high - 2, theme.colour(number - 1))
            if lines != [""]:
                head = {} if number and place else {"fill": theme.QUIET}
                canvas.text(left + wide / 2, top + high / 2, lines, **head)
        top += high + GAP
    alt = f"矩阵图：{len(rows)} 行、{len(columns)} 列。"
    for label, row in zip(rows, cells, strict=True):
        told = [f"{column}为{cell or '空'}" for column, cell in zip(columns, row, strict=True)]
        alt += f"{label}：{'，'.join(told)}。"
    return canvas.picture(theme.WIDTH, top - GAP, alt, key or name("matrix", rows, columns, cells))
