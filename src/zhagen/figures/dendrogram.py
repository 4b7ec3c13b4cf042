"""Clusters as a tree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, Point, svg_points
from zhagen.figures.labels import number_text, one_line
from zhagen.figures.picture import Picture, picture_key
from zhagen.language import marked, say, say_list, say_number
from zhagen.text.cleaning import printed_width
from zhagen.vocabulary import MEASURES

if TYPE_CHECKING:
    from zhagen.statistics.clusters import Merges

SIZE, NOTE = theme.SIZES["label"], theme.SIZES["note"]
WRAP = 9  # characters a line of a label
EDGE, BAR = 6, 30  # right of the tree; left of the labels where groups are shown
METHODS = {
    "average": marked("平均连接"),
    "complete": marked("最远邻连接"),
    "single": marked("最近邻连接"),
    "ward": marked("Ward 法"),
}


def draw_dendrogram(merges: "Merges", groups: pd.DataFrame | None = None, *, key: str = "") -> Picture:
    """Draw a tree of clusters: labels on the left, where two branches meet says how far apart they are.

    Of two branches the one with more labels is above, of equal ones the one with the first label by code point.

    Parameters
    ----------
    merges : zhagen.statistics.clusters.Merges
        What `zhagen.statistics.cluster_labels` returns.
    groups : pandas.DataFrame, optional
        Columns ``label`` and ``group``, as `zhagen.statistics.cut_clusters` cuts the same tree; each group has a bar
        with its number and a colour. None draws the tree alone.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture.

    Raises
    ------
    ZhagenError
        If a label has no group, a group is not a branch of the tree, or the font lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> from zhagen.statistics.clusters import cluster_labels
    >>> table = pd.DataFrame([[0, 1, 4], [1, 0, 2], [4, 2, 0]], index=list("甲乙丙"), columns=list("甲乙丙"))
    >>> draw_dendrogram(cluster_labels(table)).alt
    '树状图：3 个标签，用平均连接聚成一棵树，最后在距离 3 合拢。最先合并的是乙与甲（1）。'
    """
    n = len(merges.labels)
    leaves, ends_of, branches = _order(merges)
    member = _members(merges, groups, branches)
    labels = [one_line(label) for label in merges.labels]
    lines = {leaf: theme.wrap_label(labels[leaf], WRAP) for leaf in leaves}
    bar = BAR if groups is not None else 0
    left = bar + max(printed_width(line) for words in lines.values() for line in words) * SIZE + 8
    heights = merges.steps["height"].tolist()
    most = heights[-1] or 1
    canvas, top = Canvas(), 4.0
    middle: dict[int, float] = {}
    for leaf in leaves:
        high = len(lines[leaf]) * SIZE * theme.LINE + 4
        middle[leaf] = top + high / 2
        canvas.text(left - 8, middle[leaf], lines[leaf], anchor="end")
        top += high

    def across(height: float) -> float:
        return left + height / most * (theme.WIDTH - EDGE - left)

    _axis(canvas, across, most, top, merges)
    height = dict.fromkeys(range(n), 0.0) | {n + step: value for step, value in enumerate(heights)}
    for step, ends in enumerate(ends_of):
        group = member[ends[0]] if member[ends[0]] == member[ends[1]] else None
        ys, x = [middle[end] for end in ends], across(heights[step])
        for end, y in zip(ends, ys, strict=True):
            _line(canvas, (across(height[end]), y), (x, y), member[end])
        _line(canvas, (x, ys[0]), (x, ys[1]), group)
        middle[n + step] = sum(ys) / 2
        member[n + step] = group
    if groups is not None:
        _bars(canvas, leaves, member, middle, lines)
        if groups.attrs.get("tied"):
            note = _tied_text(groups)
            canvas.text(0, top + 38, note, size=NOTE, anchor="start")
    canvas.table(say("合并"), _table(merges, labels))
    cut = None if groups is None else groups[["label", "group"]].to_numpy().tolist()
    rows = merges.steps.to_numpy().tolist()
    made = picture_key("dendrogram", merges.labels, rows, merges.method, merges.measure, cut)
    return canvas.picture(theme.WIDTH, top + 2 * 22 + 6, _alt(merges, labels, leaves, groups), key or made)


def _order(merges: "Merges") -> tuple[list[int], list[list[int]], dict[int, list[int]]]:
    """Return (leaves from top to bottom, for each step the two clusters from top to bottom, cluster -> its leaves)."""
    below = {number: [number] for number in range(len(merges.labels))}
    steps = []
    for place, (first, second) in enumerate(zip(merges.steps["first"], merges.steps["second"], strict=True)):
        ends = sorted((int(first), int(second)), key=lambda end: (-len(below[end]), min(below[end])))
        below[len(merges.labels) + place] = below[ends[0]] + below[ends[1]]
        steps.append(ends)
    return below[max(below)], steps, below


def _members(merges: "Merges", groups: pd.DataFrame | None, branches: dict[int, list[int]]) -> dict[int, int | None]:
    """Return leaf -> number of its group, None if there are none."""
    if groups is None:
        return dict.fromkeys(range(len(merges.labels)))
    given = dict(zip(groups["label"], groups["group"], strict=True))
    lost = [label for label in merges.labels if label not in given]
    if lost:
        raise ZhagenError(f"no group for {'、'.join(lost)}", todo="cut this tree with cut_clusters")
    member: dict[int, int | None] = {leaf: int(given[label]) for leaf, label in enumerate(merges.labels)}
    parts = {frozenset(leaf for leaf in member if member[leaf] == group) for group in set(member.values())}
    if not parts <= {frozenset(branch) for branch in branches.values()}:
        raise ZhagenError("a group is not a branch of the tree", todo="cut this tree with cut_clusters")
    return member


def _line(canvas: Canvas, start: Point, end: Point, group: int | None) -> None:
    colour = theme.QUIET if group is None else theme.palette_colour(group - 1)
    canvas.put("path", d=f"M{svg_points(start, end)}", stroke=colour, stroke_width=1.6, stroke_linecap="square")


def _bars(
    canvas: Canvas,
    leaves: list[int],
    member: dict[int, int | None],
    middle: dict[int, float],
    lines: dict[int, list[str]],
) -> None:
    """Put a bar and the group's number left of the labels of each group."""
    for group in dict.fromkeys(member[leaf] for leaf in leaves):
        own = [leaf for leaf in leaves if member[leaf] == group]
        half = [len(lines[leaf]) * SIZE * theme.LINE / 2 - 1 for leaf in (own[0], own[-1])]
        top, bottom = middle[own[0]] - half[0], middle[own[-1]] + half[1]
        colour = theme.palette_colour((group or 1) - 1)
        canvas.put("rect", x=BAR - 12, y=top, width=4, height=bottom - top, rx=2, fill=colour)
        canvas.text((BAR - 14) / 2, (top + bottom) / 2, str(group), size=NOTE)


def _axis(canvas: Canvas, across: Callable[[float], float], most: float, top: float, merges: "Merges") -> None:
    locator = import_extra("matplotlib.ticker", "figures").MaxNLocator
    ticks = [tick for tick in locator(5, steps=[1, 2, 5, 10]).tick_values(0, most) if 0 <= tick <= most * 1.0001]
    line: dict[str, float | str] = {"stroke": theme.QUIET, "stroke_width": 0.8}
    canvas.put("line", x1=across(0), y1=top + 4, x2=across(most), y2=top + 4, **line)
    for tick in ticks:
        canvas.put("line", x1=across(tick), y1=top + 4, x2=across(tick), y2=top + 8, **line)
        words = f"{tick:.4g}"
        x = min(across(tick), theme.WIDTH - printed_width(words) * NOTE / 2)
        canvas.text(x, top + 17, words, size=NOTE)
    canvas.text(theme.WIDTH - EDGE, top + 38, _measure(merges), size=NOTE, anchor="end")


def _measure(merges: "Merges") -> str:
    if merges.measure == "euclidean":
        return say("欧氏距离")
    if merges.measure not in MEASURES:
        return say("距离")
    return say("距离（1 − {measure}）", measure=say(MEASURES[merges.measure]))


def _table(merges: "Merges", labels: list[str]) -> pd.DataFrame:
    names, rows = list(labels), []
    for first, second, height in zip(
        merges.steps["first"], merges.steps["second"], merges.steps["height"], strict=True
    ):
        rows.append((names[int(first)], names[int(second)], number_text(height, 4)))
        names.append(say("第 {number} 次合并", number=len(rows)))
    return pd.DataFrame(rows, columns=[say("一"), say("另一"), _measure(merges)])


def _alt(merges: "Merges", labels: list[str], leaves: list[int], groups: pd.DataFrame | None) -> str:
    steps, n = merges.steps, len(labels)
    method = say(METHODS.get(merges.method, merges.method))
    last = number_text(steps["height"].iloc[-1])
    text = say(
        "树状图：{n} 个标签，用{method}聚成一棵树，最后在{measure} {last} 合拢。",
        n=n, method=method, measure=_measure(merges), last=last,
    )  # fmt: skip
    closest = steps[(steps["first"] < n) & (steps["second"] < n)]
    tied = int((closest["height"] <= closest["height"].iloc[:3].max()).sum()) - 3
    closest = closest.head(3)
    pairs = zip(closest["first"], closest["second"], closest["height"], strict=True)
    said = [
        say("{first}与{second}（{height}）", first=labels[one], second=labels[other], height=number_text(height))
        for one, other, height in pairs
    ]
    text += say("最先合并的是{pairs}", pairs=say_list(said))
    text += (say_number("，另有 {n} 对在同一高度", tied) if tied > 0 else "") + say("。")
    if groups is None:
        return text + (
            "" if n <= 3 else say("从上到下：{labels}。", labels=say_list([labels[leaf] for leaf in leaves]))
        )
    given = dict(zip(groups["label"], groups["group"], strict=True))
    for group in sorted(set(given[label] for label in merges.labels)):
        own = [labels[leaf] for leaf in leaves if given[merges.labels[leaf]] == group]
        text += say("第 {group} 组：{labels}。", group=group, labels=say_list(own))
    return text + (_tied_text(groups) + say("。") if groups.attrs.get("tied") else "")


def _tied_text(groups: pd.DataFrame) -> str:
    return say_number("另有 {n} 次合并和留下的末一次同高，分组只凭次序", groups.attrs["tied"])
