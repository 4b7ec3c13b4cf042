"""A mechanism model: typed arrows between boxes, each drawn by who says it."""

from collections.abc import Callable, Mapping
from math import hypot, inf
from typing import NamedTuple

import numpy as np
import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.canvas import HEAD, Canvas, Point, svg_points
from zhagen.figures.labels import one_line
from zhagen.figures.layout import free_boxes, layered_layout
from zhagen.figures.picture import Picture, picture_key, require_columns
from zhagen.text.cleaning import printed_width

SIZE, WORD = theme.SIZES["label"], theme.SIZES["note"]
PAD, EDGE = 9, 4
ROW_GAP = (18, 58)  # between boxes without Graphviz, across and down
BENDS = [0.0] + [step * side for step in range(24, 169, 24) for side in (1, -1)]  # of its arrows, tried in this order
# tried in this order; the first that fits the page is taken, else the narrowest
LAYOUTS = [(direction, limit) for limit in (7, 5, 4) for direction in ("TB", "LR")]
SAID = 12  # arrows that the alternative text names, the most firmly stated first
NEGATIVE = ("-", "−", "negative")

Curve = tuple[list[Point], Point]  # points of a spline, tip
Box = tuple[float, float, float, float]  # left, top, width, height


class _Arrow(NamedTuple):
    source: str
    target: str
    relation: str
    negative: bool
    status: str
    directed: bool = True

    @property
    def words(self) -> str:
        return self.relation + (" −" if self.negative else "")

    def said(self, *, with_status: bool = True) -> str:
        """Say the arrow in words, such as ``数据 促进 能力（原文写明）``."""
        if self.directed:
            text = f"{self.source} {self.relation or '→'} {self.target}"
        else:
            text = f"{self.source} 和 {self.target}" + (f" {self.relation}" if self.relation else "")
        notes = [theme.status_line(self.status).name] if with_status else []
        notes += ["负向"] * self.negative + ["没有方向"] * (not self.directed)
        return text + (f"（{'，'.join(notes)}）" if notes else "")


class _Layout(NamedTuple):
    """Where boxes, arrows, words and frames are; y downwards, the upper left corner at (0, 0)."""

    width: float
    height: float
    lines: dict[str, list[str]]  # of each node's label
    sizes: dict[str, Point]
    middle: dict[str, Point]
    curves: list[Curve]  # of each arrow
    words: list[Point | None]
    frames: dict[str, Box]
    note: str = ""  # for the alternative text


def draw_mechanism(
    edges: pd.DataFrame, groups: Mapping[str, str] | None = None, *, title: str = "", key: str = ""
) -> Picture:
    """Draw arrows between boxes; the relation is written at the arrow, the style of the arrow says its status.

    Graphviz lays the boxes out. Where pygraphviz cannot be installed (in a browser) they are put in rows, sources above
    targets, without frames around groups, and the alternative text says so.

    Parameters
    ----------
    edges : pandas.DataFrame
        Columns ``source``, ``target``, ``relation``, ``status`` and, where signs are known, ``sign`` (``"-"`` is marked
        by a minus after the relation) and ``directed`` (False is drawn as a line without a head); other columns are
        not used. An arrow may occur twice.
    groups : mapping of str to str, optional
        Node -> name of the frame around it; nodes that are not in it are outside of all frames.
    title : str, optional
        Heading over the drawing; also in the alternative text.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture: a legend lists the statuses that occur; each arrow is a group of the class ``zhagen-arrow`` with
        its status in ``data-status``.

    Raises
    ------
    ZhagenError
        If a column is missing, there is no arrow, a status is unknown, an end is empty, a group is given to a node
        without arrow, or the font lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> arrow = {"source": "数据", "target": "能力", "relation": "促进", "sign": "+", "status": "inferred"}
    >>> draw_mechanism(pd.DataFrame([arrow])).alt
    '机制模型图：2 个节点、1 支箭头，是本书推断。数据 促进 能力。'
    """
    require_columns(edges, ["source", "target", "relation", "status"])
    arrows = _arrows(edges)
    title = one_line(title)
    nodes = list(dict.fromkeys(end for arrow in arrows for end in arrow[:2]))
    groups = {one_line(node): one_line(group) for node, group in (groups or {}).items() if group}
    unknown = [node for node in groups if node not in nodes]
    if unknown:
        raise ZhagenError(f"the group {groups[unknown[0]]} has {unknown[0]}, which no arrow meets", todo="take it out")
    theme.check_glyphs("".join([title, *nodes, *groups.values(), *(arrow.relation for arrow in arrows)]))
    layout = _narrowest(nodes, arrows, groups)
    canvas = Canvas()
    heading = theme.wrap_label(title, theme.WIDTH // theme.SIZES["head"] - 1) if title else []
    wide = max(layout.width + 2 * EDGE, 240)
    top = len(heading) * theme.SIZES["head"] * theme.LINE + (10 if heading else EDGE)
    if heading:
        canvas.text(wide / 2, top / 2 - 2, heading, size=theme.SIZES["head"])
    _draw(canvas, layout, arrows, groups, ((wide - layout.width) / 2, top))
    high = top + layout.height + 12
    high += canvas.legend([arrow.status for arrow in arrows], high, wide)
    if groups and not layout.frames:
        for frame, colour in _colours(groups).items():
            members = "、".join(node for node in nodes if groups.get(node) == frame)
            words = theme.wrap_label(f"{frame}：{members}", int((wide - 24) / WORD))
            tall = len(words) * WORD * theme.LINE
            canvas.box(4, high + 4, 12, 12, colour)
            canvas.text(22, high + 4 + tall / 2, words, size=WORD, anchor="start")
            high += tall + 6
    if any(arrow.negative for arrow in arrows):
        canvas.text(4, high + 11, "−：负向关系", size=WORD, anchor="start")
        high += 22
    alt = _alt(nodes, arrows, groups, title) + layout.note
    key = key or picture_key("mechanism", [tuple(arrow) for arrow in arrows], sorted(groups.items()), title)
    return canvas.picture(wide, high + 2, alt, key)


def _arrows(edges: pd.DataFrame) -> list[_Arrow]:
    signs = edges["sign"] if "sign" in edges.columns else [""] * len(edges)
    found: list[_Arrow] = []
    directions = edges["directed"] if "directed" in edges.columns else [True] * len(edges)
    for source, target, relation, sign, status, directed in zip(
        edges["source"], edges["target"], edges["relation"], signs, edges["status"], directions, strict=True
    ):
        ends = [one_line(end) if isinstance(end, str) else "" for end in (source, target)]
        if not all(ends):
            raise ZhagenError(f"arrow {len(found) + 1} lacks an end: {source!r} to {target!r}", todo="name both ends")
        theme.status_line(status)
        words = one_line(relation) if isinstance(relation, str) else ""
        # a row that a reader added may lack a direction: it is an arrow then
        plain = directed is not None and not pd.isna(directed) and not directed
        found.append(_Arrow(ends[0], ends[1], words, sign in NEGATIVE, status, not plain))
    return found


def _narrowest(nodes: list[str], arrows: list[_Arrow], groups: Mapping[str, str]) -> _Layout:
    """Return the first layout that fits the page, else the narrowest: a wide one is unreadable on a phone."""
    try:
        pygraphviz = import_extra("pygraphviz", "figures")
    except ZhagenError:  # in a browser; where the whole extra is missing the check of the glyphs has raised already
        return _in_rows(nodes, arrows)
    best: _Layout | None = None
    for direction, limit in LAYOUTS:
        layout = _with_graphviz(pygraphviz.AGraph, nodes, arrows, groups, direction, limit)
        if layout.width + 2 * EDGE <= theme.WIDTH:
            return layout
        if best is None or layout.width < best.width:
            best = layout
    assert best is not None  # there are layouts to try
    return best


def _with_graphviz(
    new_graph: type, nodes: list[str], arrows: list[_Arrow], groups: Mapping[str, str], direction: str, limit: int
) -> _Layout:
    """Return the layout of Graphviz's dot.

    Graphviz is given sizes only, never a text: it needs no font then, and every machine gives the same layout.
    """
    lines = {node: theme.wrap_label(node, limit) for node in nodes}
    sizes = {node: _size(label) for node, label in lines.items()}
    graph = new_graph(
        directed=True, strict=False, rankdir=direction, nodesep=0.16, ranksep=0.32, splines="true", margin=0, pad=0
    )
    names = {node: f"n{place}" for place, node in enumerate(nodes)}
    for node, (wide, high) in sizes.items():
        graph.add_node(names[node], label="", shape="box", fixedsize=True, width=wide / 72, height=high / 72)
    for place, arrow in enumerate(arrows):
        label = _space(printed_width(arrow.words) * WORD + 6, WORD + 5) if arrow.words else ""
        graph.add_edge(names[arrow.source], names[arrow.target], key=f"e{place}", label=label, arrowsize=0.9)
    frames = list(dict.fromkeys(groups.values()))
    for place, frame in enumerate(frames):
        members = [names[node] for node in nodes if groups.get(node) == frame]
        label = _space(printed_width(frame) * WORD + 4, WORD + 6)
        graph.add_subgraph(members, name=f"cluster_{place}", label=label, labeljust="l", margin=8)
    graph.layout(prog="dot")
    left, low, right, high = _floats(graph.graph_attr["bb"])

    def turn(point: str) -> Point:
        x, y = _floats(point)
        return x - left, high - y

    found = [graph.get_edge(names[a.source], names[a.target], f"e{place}") for place, a in enumerate(arrows)]
    boxes = [_floats(graph.get_subgraph(f"cluster_{place}").graph_attr["bb"]) for place in range(len(frames))]
    return _Layout(
        width=right - left,
        height=high - low,
        lines=lines,
        sizes=sizes,
        middle={node: turn(graph.get_node(names[node]).attr["pos"]) for node in nodes},
        curves=[_curve(edge.attr["pos"], turn) for edge in found],
        words=[turn(edge.attr["lp"]) if edge.attr["lp"] else None for edge in found],
        frames={
            frame: (box[0] - left, high - box[3], box[2] - box[0], box[3] - box[1])
            for frame, box in zip(frames, boxes, strict=True)
        },
    )


def _in_rows(nodes: list[str], arrows: list[_Arrow]) -> _Layout:
    """Return a layout without Graphviz: boxes in rows, arrows as bows, words at the first free place of their bow."""
    lines = {node: theme.wrap_label(node, 5) for node in nodes}
    sizes = {node: _size(label) for node, label in lines.items()}
    room = theme.WIDTH - 2 * EDGE
    middle = layered_layout([arrow[:2] for arrow in arrows], sizes, width=room, gap=ROW_GAP)
    boxes = {node: (x - sizes[node][0] / 2, y - sizes[node][1] / 2, *sizes[node]) for node, (x, y) in middle.items()}
    taken = list(boxes.values())
    used: set[tuple[frozenset[str], float]] = set()
    curves, words = [], []
    for arrow in arrows:
        ends = frozenset(arrow[:2])
        others = [box for node, box in boxes.items() if node not in ends]
        side = 1 if arrow.source <= arrow.target else -1  # two arrows to and fro bend to the same side of the page
        bends = [bend for bend in BENDS if (ends, bend) not in used] or [0]
        bows = [_bow(middle, sizes, arrow, bend * side) for bend in bends]
        best = next((place for place, bow in enumerate(bows) if _clear(bow[0], others, room)), 0)
        used.add((ends, bends[best]))
        curves.append(bows[best])
        words.append(_free_place(bows[best][0], arrow.words, taken) if arrow.words else None)
    right = max(left + wide for left, _, wide, _ in taken)
    low = max(top + high for _, top, _, high in taken)
    note = "这里没有 Graphviz，方框排成几行，组只用颜色表示。"
    return _Layout(max(right, room), low, lines, sizes, middle, curves, words, {}, note)


def _bow(middle: dict[str, Point], sizes: dict[str, Point], arrow: _Arrow, bend: float) -> Curve:
    """Return the spline of an arrow whose middle is `bend` units beside the straight line, from box to box."""
    (x, y), (to_x, to_y) = middle[arrow.source], middle[arrow.target]
    if arrow.source == arrow.target:
        half = sizes[arrow.source][0] / 2
        start, tip = (x + half, y - 7), (x + half, y + 7)
        return [start, (x + half + 24, y - 20), (x + half + 24, y + 20), (tip[0] + HEAD, tip[1])], tip
    far = hypot(to_x - x, to_y - y)
    control = ((x + to_x) / 2 + 2 * bend * (to_y - y) / far, (y + to_y) / 2 - 2 * bend * (to_x - x) / far)
    start, tip = _border((x, y), sizes[arrow.source], control), _border((to_x, to_y), sizes[arrow.target], control)
    along = hypot(tip[0] - control[0], tip[1] - control[1]) or 1
    end = (tip[0] - HEAD * (tip[0] - control[0]) / along, tip[1] - HEAD * (tip[1] - control[1]) / along)
    pulls = [
        (point[0] + (control[0] - point[0]) * 2 / 3, point[1] + (control[1] - point[1]) * 2 / 3)
        for point in (start, end)
    ]
    return [start, *pulls, end], tip


def _clear(points: list[Point], boxes: list[Box], width: float) -> bool:
    """Say whether a spline stays on the page and off the boxes, as a row of points on it sees it."""
    spots = np.array([_on_spline(points, part / 24) for part in range(25)])
    on_page = bool(((spots[:, 0] >= 0) & (spots[:, 0] <= width)).all())
    return on_page and bool(free_boxes(np.column_stack([spots, np.zeros_like(spots)]), boxes).all())


def _border(centre: Point, size: Point, to: Point) -> Point:
    """Return where the line from the centre of a box to a point leaves the box."""
    across, down = to[0] - centre[0], to[1] - centre[1]
    share = min(size[0] / 2 / abs(across) if across else inf, size[1] / 2 / abs(down) if down else inf, 1)
    return centre[0] + across * share, centre[1] + down * share


def _free_place(points: list[Point], words: str, taken: list[Box]) -> Point:
    """Return the middle of the words of an arrow: the first free place on or beside its spline, else its middle."""
    wide, high = printed_width(words) * WORD + 4, WORD + 4
    line = [_on_spline(points, share) for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)]
    spots = [(x + aside * wide, y) for aside in (0, 0.5, -0.5) for x, y in line]
    spots = [(min(max(x, wide / 2), theme.WIDTH - 2 * EDGE - wide / 2), y) for x, y in spots]
    boxes = [(x - wide / 2, y - high / 2, wide, high) for x, y in spots]
    free = free_boxes(np.array(boxes), taken)
    best = int(free.argmax())  # the first that is free, or the first
    taken.append(boxes[best])
    return spots[best]


def _on_spline(points: list[Point], share: float) -> Point:
    """Return the point of a cubic spline at a share of its way."""
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    x, y = (sum(weight * point[axis] for weight, point in zip(weights, points, strict=True)) for axis in (0, 1))
    return x, y


def _size(lines: list[str]) -> Point:
    return max(printed_width(line) for line in lines) * SIZE + 2 * PAD, len(lines) * SIZE * theme.LINE + PAD


def _space(wide: float, high: float) -> str:
    """Return a label that only takes room."""
    size = f'WIDTH="{wide:.0f}" HEIGHT="{high:.0f}" FIXEDSIZE="TRUE"'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" {size}><TR><TD></TD></TR></TABLE>>'


def _floats(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _curve(text: str, turn: Callable[[str], Point]) -> Curve:
    """Return (points of the spline, tip) of Graphviz's ``e,x,y x,y x,y ...``."""
    parts = text.replace("\\\n", "").split()
    points = [turn(part) for part in parts if part[0] not in "se"]
    tip = next((turn(part[2:]) for part in parts if part.startswith("e,")), points[-1])
    return points, tip


def _draw(canvas: Canvas, layout: _Layout, arrows: list[_Arrow], groups: Mapping[str, str], corner: Point) -> None:
    left, top = corner

    def move(point: Point) -> Point:
        return point[0] + left, point[1] + top

    colours = _colours(groups)
    for frame, (x, y, wide, high) in layout.frames.items():
        canvas.box(x + left, y + top, wide, high, colours[frame], strength=0.06, line=1)
    for arrow, (points, tip) in zip(arrows, layout.curves, strict=True):
        start, *rest = (move(point) for point in points)
        path = f"M{svg_points(start)} C{svg_points(*rest)}" + ("" if arrow.directed else f" L{svg_points(move(tip))}")
        canvas.arrow(path, move(tip), rest[-1], arrow.status, head=arrow.directed)
    for node, (x, y) in layout.middle.items():
        wide, high = layout.sizes[node]
        other = theme.QUIET if groups and not layout.frames else theme.palette_colour(0)
        paint = colours[groups[node]] if node in groups else other
        canvas.box(x + left - wide / 2, y + top - high / 2, wide, high, paint)
        canvas.text(x + left, y + top, layout.lines[node])
    for frame, (x, y, _, _) in layout.frames.items():
        canvas.text(x + left + 8, y + top + 13, frame, size=WORD, anchor="start", fill=theme.QUIET, halo=True)
    for arrow, place in zip(arrows, layout.words, strict=True):
        if place:
            fill = theme.status_line(arrow.status).colour
            canvas.text(*move(place), arrow.words, size=WORD, fill=fill, halo=True)


def _colours(groups: Mapping[str, str]) -> dict[str, str]:
    return {frame: theme.palette_colour(place) for place, frame in enumerate(dict.fromkeys(groups.values()))}


def _alt(nodes: list[str], arrows: list[_Arrow], groups: Mapping[str, str], title: str) -> str:
    used = [one for one in theme.STATUS if any(arrow.status == one for arrow in arrows)]
    named = f"“{title}”" if title else ""
    text = f"机制模型图{named}：{len(nodes)} 个节点、{len(arrows)} 支箭头，"
    if len(used) == 1:
        text += ("都是" if len(arrows) > 1 else "是") + f"{theme.STATUS[used[0]].name}。"
    else:
        text += f"其中{_counted([arrow.status for arrow in arrows])}。"
    for frame in dict.fromkeys(groups.values()):
        text += f"{frame}：{'、'.join(node for node in nodes if groups.get(node) == frame)}。"
    firm = sorted(arrows, key=lambda arrow: used.index(arrow.status)) if len(arrows) > SAID else arrows
    text += "；".join(arrow.said(with_status=len(used) > 1) for arrow in firm[:SAID])
    rest = [arrow.status for arrow in firm[SAID:]]
    return text + (f"；另有 {len(rest)} 支（{_counted(rest)}）在本图的数据表里。" if rest else "。")


def _counted(statuses: list[str]) -> str:
    names = [(line.name, statuses.count(one)) for one, line in theme.STATUS.items() if one in statuses]
    return "、".join(f"{name} {count} 支" for name, count in names)
