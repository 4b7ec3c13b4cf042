"""Numbers in a grid, such as codes by section."""

import re
from math import ceil, isfinite

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, mark_row
from zhagen.figures.labels import number_text, one_line
from zhagen.figures.picture import Picture, picture_key
from zhagen.language import marked, say, say_list, say_number
from zhagen.text.cleaning import printed_width

GAP, PAD = 2, 4
LABEL, SIZE = theme.SIZES["label"], theme.SIZES["note"]
WIDEST = 72  # of a cell
STRENGTH = (0.06, 0.5)  # of the tint; at more the number would lose its contrast
NAMED = 60  # cells that the alternative text names; of more it names the highest of each row
LIKE = 4  # columns that it names, if several are the highest

Cells = list[list[float | None]]


def draw_heatmap(frame: pd.DataFrame, what: str = marked("数值"), *, key: str = "") -> Picture:
    """Draw a frame of numbers as a grid: the number in the cell, the darker the further from 0.

    Parameters
    ----------
    frame : pandas.DataFrame
        Numbers, rows and columns in the order to draw them; a missing number stays an empty cell. Negative ones have
        another colour.
    what : str, default "数值"
        What the numbers are, such as ``次数``; for the legend and the alternative text.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture. Numbers have at most two decimals, and more where they would come out as 0.

    Raises
    ------
    ZhagenError
        If the frame has no cell, a cell holds no finite number, there are more columns than a phone can show, or the
        font lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> draw_heatmap(pd.DataFrame({"导论": [2], "结论": [None]}, index=["平台"]), "次数").alt
    '热图：1 行、2 列，格中是次数（2）。平台：导论 2、结论空。'
    """
    cells = _numbers(frame)
    rows, columns = [one_line(label) for label in frame.index], [one_line(label) for label in frame.columns]
    what = one_line(say(what))
    labels, head, cell = _layout(rows, columns, cells)
    left = theme.WIDTH - len(columns) * cell
    top = max(len(lines) for lines in head) * LABEL * theme.LINE + 2 * PAD
    canvas = Canvas()
    for place, lines in enumerate(head):
        canvas.text(left + (place + 0.5) * cell, top - PAD - len(lines) * LABEL * theme.LINE / 2, lines)
    most = max((abs(value) for row in cells for value in row if value is not None), default=0)
    pairs = [(row, column) for row in rows for column in columns]
    values = ["" if value is None else number_text(value, 4) for row in cells for value in row]
    table = pd.DataFrame(pairs, columns=[say("行"), say("列")]).assign(**{what or say("数值"): values})
    canvas.table(say("格"), table)
    for number, (lines, row) in enumerate(zip(labels, cells, strict=True)):
        high = len(lines) * LABEL * theme.LINE + 2 * PAD
        canvas.text(left - 2 * PAD, top + high / 2, lines, anchor="end")
        for place, value in enumerate(row):
            name = say("{what}，{how}", what=rows[number], how=columns[place])
            with canvas.mark(mark_row(0, number * len(columns) + place), name=name):
                _cell(canvas, left + place * cell, top, cell, high, value, most)
        top += high
    negative = any(value is not None and value < 0 for row in cells for value in row)
    legend = say("格中是{what}；离 0 越远，颜色越深", what=what) + (say("，负数另有颜色。") if negative else say("。"))
    canvas.text(0, top + 16, legend, size=SIZE, anchor="start", fill=theme.QUIET)
    alt = _alt(rows, columns, cells, what)
    return canvas.picture(theme.WIDTH, top + 28, alt, key or picture_key("heatmap", rows, columns, cells, what))


def _numbers(frame: pd.DataFrame) -> Cells:
    """Return the cells as rows of floats, None where one is missing."""
    if frame.size == 0:
        raise ZhagenError("the frame has no cell, there is nothing to draw", todo="look where its rows were lost")
    cells: Cells = []
    for label, row in zip(frame.index, frame.to_numpy().tolist(), strict=True):
        cells.append([])
        for column, value in zip(frame.columns, row, strict=True):
            try:
                value = None if value is None or value != value else float(value)
            except (TypeError, ValueError) as error:
                raise ZhagenError(
                    f"{value!r} is no number", f"{label}, {column}", "draw_matrix draws labels"
                ) from error
            if value is not None and not isfinite(value):
                raise ZhagenError("a number is not finite", f"{label}, {column}", "leave it out or set a bound")
            cells[-1].append(value)
    return cells


def _room(line: str) -> float:
    """Return the room that a line needs, in full-width characters; digits and letters are often wider than a half."""
    width = printed_width(line)
    return width + 0.2 * (len(line.strip()) - width)


def _layout(rows: list[str], columns: list[str], cells: Cells) -> tuple[list[list[str]], list[list[str]], float]:
    """Return (lines of each row's label, lines of each column's, width of a cell)."""
    need = max(
        (printed_width(number_text(value)) * SIZE for row in cells for value in row if value is not None), default=0
    )
    need = max(need + 2 * GAP + 4, LABEL + 2 * GAP)
    for limit in (8, 6, 4):
        labels = [_lines(label, limit) for label in rows]
        left = max(_room(line) for lines in labels for line in lines) * LABEL + 2 * PAD
        cell = min((theme.WIDTH - left) / len(columns), WIDEST)
        if cell >= need:
            return labels, [_lines(label, max((cell - 2 * GAP) / LABEL, 1)) for label in columns], cell
    raise ZhagenError(
        f"{len(columns)} columns are too many for a phone, {int((theme.WIDTH - left) / need)} have room",
        todo="turn the frame, or draw it in parts",
    )


def _lines(label: str, limit: float) -> list[str]:
    """Break a label as `theme.wrap_label` does, and into equal parts a Latin word that is longer than a line."""
    found = []
    for line in theme.wrap_label(label, limit):
        parts = max(ceil(printed_width(line) / limit), 1)
        found += re.findall(f".{{1,{ceil(len(line) / parts)}}}", line)
    return found or [""]


def _cell(canvas: Canvas, x: float, y: float, wide: float, high: float, value: float | None, most: float) -> None:
    share = abs(value) / most if value else 0
    paint: dict[str, float | str] = {"fill": "none"}
    if value and share:
        strength = STRENGTH[0] + share * (STRENGTH[1] - STRENGTH[0])
        paint = {"fill": theme.palette_colour(1 if value < 0 else 0), "fill_opacity": strength}
    canvas.put(
        "rect", x=x + GAP / 2, y=y + GAP / 2, width=wide - GAP, height=high - GAP, rx=2,
        stroke=theme.QUIET, stroke_opacity=0.35, stroke_width=0.8, **paint,
    )  # fmt: skip
    if value is not None:
        canvas.text(x + wide / 2, y + high / 2, number_text(value), size=SIZE, fill="" if share else theme.QUIET)


def _alt(rows: list[str], columns: list[str], cells: Cells, what: str) -> str:
    given = [value for row in cells for value in row if value is not None]
    ends = [number_text(end) for end in (min(given), max(given))] if given else [say("全空")]
    span = say("{low} 至 {high}", low=ends[0], high=ends[-1]) if len(set(ends)) > 1 else ends[0]
    size = say("{rows} 行、{columns} 列", rows=len(rows), columns=len(columns))
    text = say("热图：{size}，格中是{what}（{span}）。", size=size, what=what, span=span)
    for label, row in zip(rows, cells, strict=True):
        pairs = list(zip(columns, row, strict=True))
        if len(rows) * len(columns) > NAMED:
            full = [(column, value) for column, value in pairs if value is not None]
            if not full:
                text += say("{row}全空。", row=label)
                continue
            top = max(value for _, value in full)
            where = [column for column, value in full if value == top]
            if len(where) == len(full):
                text += say("{row}都是 {value}。", row=label, value=number_text(top))
                continue
            named = say_list(where[:LIKE]) + (say_number("等 {n} 列", len(where)) if len(where) > LIKE else "")
            text += say("{row}最高在{columns}（{value}）。", row=label, columns=named, value=number_text(top))
        else:
            words = [
                say("{column}空", column=column) if value is None else f"{column} {number_text(value)}"
                for column, value in pairs
            ]
            text += say("{name}：{value}", name=label, value=say_list(words)) + say("。")
    return text
