"""A correspondence analysis as a map."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, Point, mark_row, svg_points
from zhagen.figures.labels import one_line
from zhagen.figures.layout import free_boxes
from zhagen.figures.picture import Picture, picture_key
from zhagen.language import marked, say, say_list, say_number
from zhagen.text.cleaning import printed_width

if TYPE_CHECKING:
    from zhagen.statistics.correspondence import Correspondence

SIZE, NOTE = theme.SIZES["label"], theme.SIZES["note"]
LEFT, RIGHT, TOP = 40, 6, 26  # around the map
HIGH = (240, 460)  # of the map
MARGIN = 26  # between the outermost points and the edge
MARK = 5
WRAP = 8  # characters a line of a label
WAYS: list[tuple[float, float]] = [(1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1)]
WAYS += [(0.4, -1), (-0.4, -1), (0.4, 1), (-0.4, 1)]
FAR = range(0, 73, 6)  # how far from its point a label may be

Box = tuple[float, float, float, float]  # left, top, width, height
Line = tuple[Point, Point]


class _Spot(NamedTuple):
    """A row (a disc) or a column (a triangle) of the analysis."""

    column: bool
    label: str
    at: Point
    lines: list[str]
    labelled: bool  # whether it is among those that contribute most


def draw_plane(
    result: "Correspondence", names: tuple[str, str] = (marked("行"), marked("列")), *, top: int = 15, key: str = ""
) -> Picture:
    """Draw the first two axes of a correspondence analysis, both to one scale.

    Rows are discs and columns triangles. The points that contribute most to the plane have labels, as far as there is
    room; a thin line leads to a label that is apart from its point. The others are small.

    Parameters
    ----------
    result : zhagen.statistics.correspondence.Correspondence
        What `zhagen.statistics.correspondence_analysis` returns.
    names : tuple of str, default ("行", "列")
        What rows and columns are, such as ``("词", "章")``.
    top : int, default 15
        How many rows, and how many columns, have labels, and with them those that contribute as much as the last.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture; its legend counts the labels that found room.

    Raises
    ------
    ZhagenError
        If the result has one axis only, or the font lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> from zhagen.statistics.correspondence import correspondence_analysis
    >>> table = pd.DataFrame([[4, 1, 1], [1, 4, 1], [1, 1, 9]], index=list("甲乙丙"), columns=list("abc"))
    >>> draw_plane(correspondence_analysis(table)).alt.split("。")[0]
    '对应分析图：3 个行、3 个列；第 1 轴占惯量的 62.9%，第 2 轴占 37.1%'
    """
    if len(result.inertia) < 2:
        raise ZhagenError("the analysis has one axis, which makes no plane", todo="give a table with more columns")
    names = (one_line(say(names[0])), one_line(say(names[1])))
    points = _points(result, top)
    place, high, ticks = _scale(points)
    canvas = Canvas()
    table = [(names[int(one.column)], one.label, f"{one.at[0]:.4f}", f"{one.at[1]:.4f}") for one in points]
    axes = [say("第 {axis} 轴", axis=axis) for axis in (1, 2)]
    canvas.table(say("点"), pd.DataFrame(table, columns=[say("类"), say("名称"), *axes]))
    _grid(canvas, place, high, ticks, result.inertia)
    spots = [place(*point.at) for point in points]
    labels = _labels(points, spots, high)
    for index, box in labels.items():
        leader = _leader(spots[index], box)
        if leader:
            canvas.put("path", d=f"M{svg_points(*leader)}", stroke=theme.QUIET, stroke_width=0.8)
    for index in sorted(range(len(spots)), key=lambda index: (index in labels, points[index].column)):
        with canvas.mark(mark_row(0, index), name=points[index].label, group=names[int(points[index].column)]):
            _mark(canvas, spots[index], points[index].column, MARK if index in labels else MARK * 0.6)
    for index, (left, upper, wide, tall) in labels.items():
        fill = theme.palette_colour(int(points[index].column))
        with canvas.mark(mark_row(0, index)):
            canvas.text(left + wide / 2, upper + tall / 2, points[index].lines, fill=fill, halo=True)
    bottom = _legend(canvas, points, labels, names, high)
    rows = [frame[["label", "x1", "x2"]].to_numpy().tolist() for frame in (result.rows, result.columns)]
    key = key or picture_key("plane", *rows, names, top)
    return canvas.picture(theme.WIDTH, bottom, _alt(result, names), key)


def _points(result: "Correspondence", top: int) -> list[_Spot]:
    """Return the columns, then the rows, of each those that contribute most to the plane first."""
    points = []
    for column, frame in ((True, result.columns), (False, result.rows)):
        share = frame["mass"] * (frame["x1"] ** 2 + frame["x2"] ** 2)
        rows = sorted(zip(-share, frame["label"].map(one_line), frame["x1"], frame["x2"], strict=True))
        last = rows[min(top, len(rows)) - 1][0] * (1 - 1e-12) if top > 0 else -np.inf
        points += [
            _Spot(column, label, (x, y), theme.wrap_label(label, WRAP), share <= last) for share, label, x, y in rows
        ]
    return points


def _scale(points: list[_Spot]) -> tuple[Callable[[float, float], Point], float, list[list[float]]]:
    """Return (function from coordinates to user units, height of the map, ticks of both axes)."""
    xs, ys = ([*(point.at[axis] for point in points), 0.0] for axis in (0, 1))
    wide = theme.WIDTH - LEFT - RIGHT - 2 * MARGIN
    scale = wide / (max(xs) - min(xs))
    scale = min(scale, (HIGH[1] - 2 * MARGIN) / (max(ys) - min(ys)))
    high = max((max(ys) - min(ys)) * scale + 2 * MARGIN, HIGH[0])
    middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2

    def place(x: float, y: float) -> Point:
        return (
            LEFT + (theme.WIDTH - LEFT - RIGHT) / 2 + (x - middle[0]) * scale,
            TOP + high / 2 - (y - middle[1]) * scale,
        )

    half = (theme.WIDTH - LEFT - RIGHT) / 2 / scale, high / 2 / scale
    spans = [(middle[axis] - half[axis], middle[axis] + half[axis]) for axis in (0, 1)]
    step = import_extra("matplotlib.ticker", "figures").MaxNLocator(6, steps=[1, 2, 5, 10])
    wide_ticks = step.tick_values(*max(spans, key=lambda span: span[1] - span[0]))
    pitch = wide_ticks[1] - wide_ticks[0]  # one step for both axes: they have one scale
    ticks = [
        [count * pitch for count in range(int(low // pitch), int(upper // pitch) + 2) if low < count * pitch < upper]
        for low, upper in spans
    ]
    return place, high, ticks


def _grid(
    canvas: Canvas,
    place: Callable[[float, float], Point],
    high: float,
    ticks: list[list[float]],
    inertia: pd.DataFrame,
) -> None:
    left, right, bottom = LEFT, theme.WIDTH - RIGHT, TOP + high
    faint: dict[str, float | str] = {"stroke": theme.QUIET, "stroke_width": 0.8}
    canvas.put("rect", x=left, y=TOP, width=right - left, height=high, fill="none", stroke_opacity=0.5, **faint)
    x, y = place(0, 0)
    for ends in (((x, TOP), (x, bottom)), ((left, y), (right, y))):
        canvas.put("path", d=f"M{svg_points(*ends)}", stroke_dasharray="3 3", **faint)
    for tick in ticks[0]:
        x = place(tick, 0)[0]
        if left + 12 < x < right - 8:
            canvas.put("line", x1=x, y1=bottom, x2=x, y2=bottom + 4, **faint)
            canvas.text(x, bottom + 13, f"{tick:.4g}", size=NOTE, fill=theme.QUIET)
    for tick in ticks[1]:
        y = place(0, tick)[1]
        if TOP + 8 < y < bottom - 6:
            canvas.put("line", x1=left - 4, y1=y, x2=left, y2=y, **faint)
            canvas.text(left - 6, y, f"{tick:.4g}", size=NOTE, anchor="end", fill=theme.QUIET)
    first, second = (
        say("第 {axis} 轴（惯量的 {share}）", axis=axis, share=f"{share:.1%}")
        for axis, share in zip((1, 2), inertia["share"], strict=False)
    )
    canvas.text(0, 10, say("纵轴：{axis}", axis=second), size=NOTE, anchor="start")
    canvas.text(right, bottom + 32, say("横轴：{axis}", axis=first), size=NOTE, anchor="end")


def _labels(points: list[_Spot], spots: list[Point], high: float) -> dict[int, Box]:
    """Return index -> box of its label: the nearest free place, in the order of weight.

    A label that finds none within reach is left out; the legend counts those that are drawn. All places of a label are
    tried at once, so the work grows with the number of points, not with its square.
    """
    placed: dict[int, Box] = {}
    leaders: list[Line] = []
    marks = [(x - MARK - 1, y - MARK - 1, 2 * MARK + 2, 2 * MARK + 2) for x, y in spots]
    for index, point in enumerate(points):
        if not point.labelled:
            continue
        size = max(map(_wide, point.lines)) + 4, len(point.lines) * SIZE * theme.LINE
        boxes = _places(spots[index], size, high)
        if not boxes:
            continue
        for place in np.flatnonzero(free_boxes(np.array(boxes), [*marks, *placed.values()])):
            box = boxes[place]
            leader = _leader(spots[index], box)
            crossed = leader and any(_cut(leader, other) for other in placed.values())
            if not crossed and not any(_cut(other, box) for other in leaders):
                placed[index] = box
                leaders += [leader] if leader else []
                break
    return placed


def _wide(line: str) -> float:
    """Return how wide a line can come out: Latin letters are a little wider than half a Chinese character."""
    return (printed_width(line) + 0.1 * sum(char.isascii() for char in line)) * SIZE


def _places(spot: Point, size: Point, high: float) -> list[Box]:
    """Return boxes of a size around a point, the nearest first, all of them on the map."""
    boxes = []
    for far in FAR:
        for across, down in WAYS:
            x = spot[0] + across * (MARK + 2 + far + size[0] / 2)
            y = spot[1] + down * (MARK + 1 + far + size[1] / 2)
            box = (x - size[0] / 2, y - size[1] / 2, *size)
            inside = box[0] >= LEFT and box[0] + size[0] <= theme.WIDTH - RIGHT
            if inside and box[1] >= TOP and box[1] + size[1] <= TOP + high:
                boxes.append(box)
    return boxes


def _leader(spot: Point, box: Box) -> Line | None:
    """Return the two ends of the line from a point to its label if that is apart from it, else None."""
    near = min(max(spot[0], box[0]), box[0] + box[2]), min(max(spot[1], box[1]), box[1] + box[3])
    apart = (near[0] - spot[0]) ** 2 + (near[1] - spot[1]) ** 2 > (MARK + 6) ** 2
    return (spot, near) if apart else None


def _cut(line: Line, box: Box) -> bool:
    """Say whether a line goes through a box, as a row of points on it sees it."""
    (x, y), (to_x, to_y) = line
    steps = [(x + (to_x - x) * part / 24, y + (to_y - y) * part / 24) for part in range(24)]
    return any(box[0] < x < box[0] + box[2] and box[1] < y < box[1] + box[3] for x, y in steps)


def _mark(canvas: Canvas, spot: Point, column: bool, size: float) -> None:
    x, y = spot
    around: dict[str, float | str] = {"fill": theme.palette_colour(int(column)), "stroke": theme.PAPER}
    if column:
        points = svg_points((x, y - 1.2 * size), (x + 1.1 * size, y + 0.8 * size), (x - 1.1 * size, y + 0.8 * size))
        canvas.put("polygon", points=points, stroke_width=1, **around)
    else:
        canvas.put("circle", cx=x, cy=y, r=size, stroke_width=1, **around)


def _legend(canvas: Canvas, points: list[_Spot], labels: dict[int, Box], names: tuple[str, str], high: float) -> float:
    """Put the legend below the map; returns where it ends."""
    y = TOP + high + 56
    for column, what in ((False, names[0]), (True, names[1])):
        own = [index for index, point in enumerate(points) if point.column == column]
        shown = sum(index in labels for index in own)
        most = sum(points[index].labelled for index in own)
        how = say("{number} 个", number=len(own))
        if shown < len(own):
            how += say("，") + say_number("写出贡献最大的 {n} 个", most)
            how += say("里放得下的 {number} 个", number=shown) if shown < most else ""
        words = say("{what}（{how}）", what=what, how=how)
        _mark(canvas, (8, y), column, MARK + 1)
        canvas.text(20, y, words, size=NOTE, anchor="start")
        y += 22
    words = say("同类的点离得近，分布就相似；两类之间只看方向。")
    canvas.text(0, y, words, size=NOTE, anchor="start", fill=theme.QUIET)
    return y + NOTE


def _alt(result: "Correspondence", names: tuple[str, str]) -> str:
    share = result.inertia["share"].tolist()
    sizes = [
        say("{number} 个{what}", number=len(frame), what=what)
        for frame, what in zip((result.rows, result.columns), names, strict=True)
    ]
    text = say(
        "对应分析图：{sizes}；第 1 轴占惯量的 {first}，第 2 轴占 {second}。",
        sizes=say_list(sizes), first=f"{share[0]:.1%}", second=f"{share[1]:.1%}",
    )  # fmt: skip
    for axis in (1, 2):
        ends = []
        for end, sign in ((say("正端"), 1), (say("负端"), -1)):
            parts = []
            for what, frame in ((names[0], result.rows), (names[1], result.columns)):
                strong = frame[(frame[f"contribution{axis}"] > 1 / len(frame)) & (sign * frame[f"x{axis}"] > 0)]
                strong = strong.sort_values([f"contribution{axis}", "label"], ascending=[False, True])
                if len(strong):
                    said = say_list([*strong["label"].head(8).map(one_line)])
                    parts.append(f"{what} {said}" + (say(" 等") if len(strong) > 8 else ""))
            if parts:
                ends.append(say("{what}（{how}）", what=end, how=say("；").join(parts)))
        text += say("对第 {axis} 轴贡献大的：{ends}。", axis=axis, ends=say("，").join(ends))
    return text
