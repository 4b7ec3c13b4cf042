"""A mechanism model: typed arrows between boxes, each drawn by who says it."""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from math import hypot
from typing import NamedTuple

import numpy as np
import pandas as pd

from zhagen.documents import list_documents
from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.canvas import ARROW_HEAD, Canvas, Point, mark_row, svg_points
from zhagen.figures.labels import cell_text, one_line
from zhagen.figures.layout import free_boxes, layered_layout
from zhagen.figures.picture import Picture, picture_key, require_columns
from zhagen.figures.routes import ASIDE, line_boxes, place_words, route_arrows
from zhagen.figures.studies import HasStudy, model_arrows
from zhagen.figures.table import line_ranges
from zhagen.language import marked, say, say_in, say_list, say_number
from zhagen.text.cleaning import printed_width

SIZE, WORD = theme.SIZES["label"], theme.SIZES["note"]
PAD, EDGE = 9, 4
LANE, ROUND = 24, 5  # of arrows with corners: ground for them around the boxes, radius of a corner
MARGIN, PARALLEL = 16, 38  # ground for them around a grid, height of a box for each of several to its neighbour
MANY = 12  # arrows; of more, only the widest of the next is tried
ROW_GAPS = [(24, 58), (30, 84), (36, 120)]  # between boxes without Graphviz, across and down
GRID_GAPS = [(28, 46), (28, 64), (38, 80)]  # between columns and rows
# tried in this order; the first that fits the page without a fault is taken, else the best: direction, characters a
# line of a label and of an arrow's words, how far apart (in inches)
LAYOUTS = [
    (direction, limit, words, apart)
    for words, apart in ((7, 0.16), (4, 0.16), (4, 0.3), (3, 0.2), (2, 0.25))
    for limit in (7, 5, 4)
    for direction in ("TB", "LR")
]
SAID = 12  # arrows that the alternative text names, the most firmly stated first
# columns of arrows that readers see too
KNOWN = {
    "arrows": marked("并了几支"),
    "codings": marked("编码"),
    "memos": marked("备忘录"),
    "rival": marked("另一种解释"),
    "reason": marked("理由"),
}
NEGATIVE = ("-", "−", "negative")

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
            text = say("{first} 和 {second}", first=self.source, second=self.target)
            text += f" {self.relation}" if self.relation else ""
        notes = [theme.status_line(self.status).name] if with_status else []
        notes += [say("负向")] * self.negative + [say("没有方向")] * (not self.directed)
        return say("{what}（{how}）", what=text, how=say("，").join(notes)) if notes else text


class _Course(NamedTuple):
    """Where an arrow runs: points of a chain of splines, or corners of a straight way, and its tip."""

    points: list[Point]
    tip: Point
    straight: bool = False

    def spots(self) -> list[Point]:
        """Return points on it, close to each other where it is bent."""
        if self.straight:
            return [*self.points[:-1], self.tip]
        chain = np.array(self.points)
        shares = np.linspace(0, 1, 25)[:, None]
        weights = [(1 - shares) ** 3, 3 * (1 - shares) ** 2 * shares, 3 * (1 - shares) * shares**2, shares**3]
        parts = [
            sum(weight * chain[start + place] for place, weight in enumerate(weights))
            for start in range(0, len(chain) - 1, 3)
        ]
        return [*((float(x), float(y)) for part in parts for x, y in part), self.tip]


class _Layout(NamedTuple):
    """Where boxes, arrows, words and frames are; y downwards, the upper left corner at (0, 0)."""

    width: float
    height: float
    boxes: dict[str, "_NodeBox"]
    courses: list[_Course]  # of each arrow
    words: list[tuple[Point, list[str]] | None]
    frames: dict[str, Box]
    titles: dict[str, Point]  # of each frame, the left end of its middle line
    faults: int = 0  # words without a free place, arrows through boxes
    note: str = ""  # for the alternative text


class _NodeBox(NamedTuple):
    """The box of a node: its label, above it in small letters the name of a group that has no other node."""

    lines: list[str]
    caption: list[str]
    middle: Point
    size: Point

    @property
    def box(self) -> Box:
        """Left, top, width and height."""
        return self.middle[0] - self.size[0] / 2, self.middle[1] - self.size[1] / 2, *self.size


def draw_mechanism(
    edges: pd.DataFrame | HasStudy,
    groups: Mapping[str, str] | None = None,
    *,
    model: str = "",
    grid: pd.DataFrame | None = None,
    title: str = "",
    key: str = "",
) -> Picture:
    """Draw arrows between boxes; the relation is written at the arrow, the style of the arrow says its status.

    Graphviz lays the boxes out. Where pygraphviz cannot be installed (in a browser) they are put in rows, sources above
    targets, with right-angled arrows and without frames around groups, and the alternative text says so.

    Parameters
    ----------
    edges : pandas.DataFrame or zhagen.study.Study
        Of a study, the arrows of one of its models. Columns ``source``, ``target``, ``relation``, ``status`` and, where
        signs are known, ``sign`` (``"-"`` is marked by a minus after the relation) and ``directed`` (False is drawn as
        a line without a head); other columns are not used. An arrow may occur twice.
    groups : mapping of str to str, optional
        Node -> name of the frame around it; nodes that are not in it are outside of all frames. The name of a group of
        one node is written into its box.
    model : str, default ""
        Of a study, the id of the model to draw; without it the last one of ``mechanism.toml``. Its title is the heading
        if no other one is given.
    grid : pandas.DataFrame, optional
        Puts the boxes into columns and rows: each cell is the name of a node, and so are the labels of columns and
        rows; every node of the arrows is in it once. A box that no arrow meets is pale. Not together with `groups`.
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
        If a column is missing, there is no arrow or model, a status is unknown, an end is empty, a group is given to a
        node without arrow, or the font lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> arrow = {"source": "数据", "target": "能力", "relation": "促进", "sign": "+", "status": "inferred"}
    >>> draw_mechanism(pd.DataFrame([arrow])).alt
    '机制模型图：2 个节点、1 支箭头，是本书推断。数据 促进 能力。'
    """
    if not isinstance(edges, pd.DataFrame):
        edges, named = model_arrows(edges, model)
        title = title or named
    elif model:
        raise ZhagenError("a model is named, but arrows are given", todo="give a study, or the arrows of the model")
    require_columns(edges, ["source", "target", "relation", "status"])
    arrows = _arrows(edges)
    title = one_line(title)
    nodes = list(dict.fromkeys(end for arrow in arrows for end in arrow[:2]))
    if grid is not None:
        grid = _checked_grid(grid, nodes, groups or {})
        nodes = [node for node in [*grid.columns, *grid.index, *grid.to_numpy().ravel()] if node]
    groups = {one_line(node): one_line(group) for node, group in (groups or {}).items() if group}
    unknown = [node for node in groups if node not in nodes]
    if unknown:
        raise ZhagenError(f"the group {groups[unknown[0]]} has {unknown[0]}, which no arrow meets", todo="take it out")
    theme.check_glyphs("".join([title, *nodes, *groups.values(), *(arrow.relation for arrow in arrows)]))
    layout = _best_layout(nodes, arrows, groups) if grid is None else _in_grid(nodes, arrows, grid)
    canvas = Canvas()
    heading = theme.wrap_label(title, theme.WIDTH // theme.SIZES["head"] - 1) if title else []
    wide = max(layout.width + 2 * EDGE, 240)
    top = len(heading) * theme.SIZES["head"] * theme.LINE + (10 if heading else EDGE)
    if heading:
        canvas.text(wide / 2, top / 2 - 2, heading, size=theme.SIZES["head"])
    canvas.table(say("箭头"), _arrow_table(edges, arrows))
    canvas.table(say("方框"), _node_table(nodes, arrows, groups))
    _draw(canvas, layout, arrows, groups, ((wide - layout.width) / 2, top), _documents(edges))
    high = top + layout.height + 12
    high += canvas.legend([arrow.status for arrow in arrows], high, wide)
    if layout.note:
        for frame in _frames(groups):
            colour = _colours(groups)[frame]
            members = say_list([node for node in nodes if groups.get(node) == frame])
            words = theme.wrap_label(say("{name}：{value}", name=frame, value=members), int((wide - 24) / WORD))
            tall = len(words) * WORD * theme.LINE
            canvas.box(4, high + 4, 12, 12, colour)
            canvas.text(22, high + 4 + tall / 2, words, size=WORD, anchor="start")
            high += tall + 6
    if any(arrow.negative for arrow in arrows):
        canvas.text(4, high + 11, say("−：负向关系"), size=WORD, anchor="start")
        high += 22
    alt = _alt(nodes, arrows, groups, title) + layout.note + ("" if grid is None else _grid_alt(grid, arrows))
    key = key or picture_key("mechanism", [tuple(arrow) for arrow in arrows], sorted(groups.items()), title)
    return canvas.picture(wide, high + 2, alt, key)


def _checked_grid(grid: pd.DataFrame, nodes: list[str], groups: Mapping[str, str]) -> pd.DataFrame:
    """Return the grid with clean labels, empty where a cell is missing."""
    if groups:
        raise ZhagenError("a model has groups or a grid, not both", todo="leave one of them out")
    cells = [["" if pd.isna(cell) else one_line(cell) for cell in row] for row in grid.to_numpy().tolist()]
    columns, rows = [one_line(label) for label in grid.columns], [one_line(label) for label in grid.index]
    everywhere = [*columns, *rows, *(cell for row in cells for cell in row if cell)]
    twice = [label for label, number in Counter(everywhere).items() if number > 1]
    if twice or not all([*columns, *rows]):
        raise ZhagenError(f"the grid has {twice[0] if twice else 'a label that is empty'}", todo="name each box once")
    lost = [node for node in nodes if node not in everywhere]
    if lost:
        raise ZhagenError(f"the grid lacks {'、'.join(lost)}, which arrows meet", todo="add it, or leave the arrow out")
    return pd.DataFrame(cells, index=rows, columns=columns)


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


def _arrow_table(edges: pd.DataFrame, arrows: list[_Arrow]) -> pd.DataFrame:
    """Return what is known of each arrow, in the words of readers; a column without any word is left out."""
    rows = [(one.source, one.relation, one.target, say("负向") if one.negative else "") for one in arrows]
    table = pd.DataFrame(rows, columns=[say("从"), say("关系"), say("到"), say("正负")])
    table[say("状态")] = [theme.status_line(arrow.status).name for arrow in arrows]
    table[say("文档")] = [say_list(names) for names in _documents(edges)]
    if {"line_start", "line_end"} <= {*edges.columns}:
        # a row that a reader added has no lines, and the numbers of the others became floats
        table[say_in("of a text", "行")] = line_ranges(edges[["line_start", "line_end"]].convert_dtypes()).to_numpy()
    for column, name in KNOWN.items():
        if column in edges.columns:
            table[say(name)] = [one_line(cell_text(value)) for value in edges[column]]
    if "cites" in edges.columns:
        table[say("句中引文献")] = [say("是") if value is True or value == 1 else "" for value in edges["cites"]]
    return table[[column for column in table if (table[column] != "").any()]]


def _node_table(nodes: list[str], arrows: list[_Arrow], groups: Mapping[str, str]) -> pd.DataFrame:
    out = [[f"{a.words} {a.target}".strip() for a in arrows if a.source == node] for node in nodes]
    into = [[f"{a.source} {a.words}".strip() for a in arrows if a.target == node] for node in nodes]
    table = pd.DataFrame({say("方框"): nodes})
    if groups:
        table[say("组")] = [groups.get(node, "") for node in nodes]
    table[say("发出")] = [say("；").join(words) for words in out]
    table[say("收到")] = [say("；").join(words) for words in into]
    return table


def _documents(edges: pd.DataFrame) -> list[list[str]]:
    """Return the names of the documents that each arrow comes from; none where none is said."""
    column = next((name for name in ("document", "doc_ids", "doc_id") if name in edges.columns), None)
    if column is None:
        return [[] for _ in range(len(edges))]
    known = list_documents()
    names = dict(zip(known["id"], known["brief"], strict=True))
    return [[names.get(one, one) for one in one_line(cell_text(value)).split()] for value in edges[column]]


def _best_layout(nodes: list[str], arrows: list[_Arrow], groups: Mapping[str, str]) -> _Layout:
    """Return the first layout that fits the page and has no fault, else the best."""
    try:
        pygraphviz = import_extra("pygraphviz", "figures")
    except ZhagenError:  # in a browser; where the whole extra is missing the check of the glyphs has raised already
        return _in_rows(nodes, arrows, groups)
    best: _Layout | None = None
    for settings in LAYOUTS:
        layout = _with_graphviz(pygraphviz.AGraph, nodes, arrows, groups, *settings)
        if best is None or _badness(layout) < _badness(best):
            best = layout
        if not any(_badness(best)):
            break
    assert best is not None  # there are layouts to try
    return best


def _badness(layout: _Layout) -> tuple[int, float]:
    """Say how many faults a layout has, and how much wider than the page it is: on a phone its letters are small."""
    return layout.faults, max(layout.width + 2 * EDGE - theme.WIDTH, 0)


def _with_graphviz(
    new_graph: type,
    nodes: list[str],
    arrows: list[_Arrow],
    groups: Mapping[str, str],
    direction: str,
    limit: int,
    words: int,
    apart: float,
) -> _Layout:
    """Return the layout of Graphviz's dot.

    Graphviz is given sizes only, never a text: it needs no font then, and every machine gives the same layout.
    """
    boxes = _node_boxes(nodes, groups, limit)
    graph = new_graph(
        directed=True,
        strict=False,
        rankdir=direction,
        nodesep=apart,
        ranksep=2 * apart,
        splines="true",
        margin=0,
        pad=0,
    )
    names = {node: f"n{place}" for place, node in enumerate(nodes)}
    for node, box in boxes.items():
        wide, high = box.size
        graph.add_node(names[node], label="", shape="box", fixedsize=True, width=wide / 72, height=high / 72)
    for place, arrow in enumerate(arrows):
        label = ""
        if arrow.words:
            wide, high = _words_size(theme.wrap_label(arrow.words, words))
            label = _space(wide + 2 * ASIDE, high + 2)
        graph.add_edge(names[arrow.source], names[arrow.target], key=f"e{place}", label=label, arrowsize=0.9)
    frames = _frames(groups)
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
    bounds = [_floats(graph.get_subgraph(f"cluster_{place}").graph_attr["bb"]) for place in range(len(frames))]
    return _with_words(
        arrows,
        width=right - left,
        height=high - low,
        boxes={node: box._replace(middle=turn(graph.get_node(names[node]).attr["pos"])) for node, box in boxes.items()},
        courses=[_course(edge.attr["pos"], turn) for edge in found],
        frames={
            frame: (one[0] - left, high - one[3], one[2] - one[0], one[3] - one[1])
            for frame, one in zip(frames, bounds, strict=True)
        },
        first=[turn(edge.attr["lp"]) if edge.attr["lp"] else None for edge in found],
    )


def _in_rows(nodes: list[str], arrows: list[_Arrow], groups: Mapping[str, str]) -> _Layout:
    """Return a layout without Graphviz: boxes in rows, arrows round them with right angles."""
    boxes = _node_boxes(nodes, groups, 5)
    note = say("这里没有 Graphviz，方框排成几行，组只用颜色表示。")
    sizes = {node: box.size for node, box in boxes.items()}
    room = theme.WIDTH - 2 * EDGE - 2 * LANE
    best: _Layout | None = None
    for gap in ROW_GAPS if len(arrows) <= MANY else ROW_GAPS[-1:]:  # a browser is slow
        middle = layered_layout([arrow[:2] for arrow in arrows], sizes, width=room, gap=gap)
        placed = {
            node: box._replace(middle=(middle[node][0] + LANE, middle[node][1] + LANE)) for node, box in boxes.items()
        }
        layout = _routed(arrows, placed)._replace(note=note)
        if best is None or layout.faults < best.faults:
            best = layout
        if not best.faults:
            break
    assert best is not None  # there are gaps to try
    return best


def _in_grid(nodes: list[str], arrows: list[_Arrow], grid: pd.DataFrame) -> _Layout:
    """Return a layout of columns and rows: the labels of both are boxes, as the cells are."""
    table = [
        ["", *grid.columns],
        *([label, *row] for label, row in zip(grid.index, grid.to_numpy().tolist(), strict=True)),
    ]
    pairs = Counter(frozenset(arrow[:2]) for arrow in arrows)
    best: _Layout | None = None
    for gap_wide, gap_high in GRID_GAPS:
        limit = int(((theme.WIDTH - 2 * EDGE - 2 * MARGIN + gap_wide) / len(table[0]) - gap_wide - 2 * PAD) / SIZE)
        boxes = _node_boxes(nodes, {}, max(limit, 2))
        widths = [
            max((boxes[row[place]].size[0] for row in table if row[place]), default=0) for place in range(len(table[0]))
        ]
        placed, top = {}, float(MARGIN + LANE)
        for row in table:
            beside = max(pairs[frozenset(pair)] for pair in pairwise(row))
            high = max(PARALLEL * beside, *(boxes[node].size[1] for node in row if node))
            left = float(MARGIN)
            for node, wide in zip(row, widths, strict=True):
                if node:
                    placed[node] = boxes[node]._replace(middle=(left + wide / 2, top + high / 2), size=(wide, high))
                left += wide + (gap_wide if wide else 0)
            top += high + gap_high
        layout = _routed(arrows, placed, MARGIN)
        if best is None or _badness(layout) < _badness(best):
            best = layout
        if not any(_badness(best)):
            break
    assert best is not None  # there are gaps to try
    return best


def _routed(arrows: list[_Arrow], boxes: dict[str, _NodeBox], lane: float = LANE) -> _Layout:
    """Return the layout of boxes that have their places, with arrows round them."""
    places = {node: place for place, node in enumerate(boxes)}
    around = [box.box for box in boxes.values()]
    width = max(left + wide for left, _, wide, _ in around) + lane
    height = max(top + high for _, top, _, high in around) + lane
    ways = route_arrows(around, [(places[a.source], places[a.target]) for a in arrows], (0, 0, width, height))
    courses = []
    for way in ways:
        (x, y), tip = way[-2:]
        far = hypot(tip[0] - x, tip[1] - y) or 1
        foot = (tip[0] - ARROW_HEAD * (tip[0] - x) / far, tip[1] - ARROW_HEAD * (tip[1] - y) / far)
        courses.append(_Course([*way[:-1], foot], tip, straight=True))
    return _with_words(arrows, width, height, boxes, courses, {}, [None] * len(arrows))


def _with_words(
    arrows: list[_Arrow],
    width: float,
    height: float,
    boxes: dict[str, _NodeBox],
    courses: list[_Course],
    frames: dict[str, Box],
    first: list[Point | None],
) -> _Layout:
    """Return the layout with a place for the title of each frame and the words of each arrow; counts the faults."""
    spots = [course.spots() for course in courses]
    lines = [box for line in spots for box in line_boxes(line)]
    taken = [box.box for box in boxes.values()]
    titles: dict[str, Point] = {}
    faults = 0
    for frame, (left, top, wide, high) in frames.items():
        long = printed_width(frame) * WORD
        across = np.arange(left + 8, left + wide - long - 6, 4)
        down = [top + 13, top + high - 11, *np.arange(top + 19, top + high - 15, 6)]
        tries = [(float(x), float(y)) for y in down for x in across]
        room = np.arange(max(left - long + 20, 0), min(left + wide - 20, width - long), 6)
        tries += [(float(x), y) for y in (top - 9, top + high + 9) if WORD / 2 < y < height - WORD / 2 for x in room]
        tries = tries or [(left + 8, top + 13)]
        found = free_boxes(np.array([(x, y - WORD / 2, long, WORD) for x, y in tries]), [*taken, *lines])
        faults += not found.any()
        titles[frame] = tries[int(found.argmax())]
        taken.append((titles[frame][0], titles[frame][1] - WORD / 2, long, WORD))
    for left, top, wide, high in frames.values():
        corners = [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high), (left, top)]
        taken += line_boxes(corners)
    choices = [_word_lines(arrow) for arrow in arrows]
    sizes = [
        [_words_size(words) for words in choice] if arrow.words else []
        for arrow, choice in zip(arrows, choices, strict=True)
    ]
    places = place_words(spots, sizes, taken, (0, 0, width, height), first)
    words: list[tuple[Point, list[str]] | None] = []
    for arrow, place, choice, line, at in zip(arrows, places, choices, spots, first, strict=True):
        if place:
            words.append((place[0], choice[place[1]]))
        else:
            words.append((at or line[len(line) // 2], choice[0]) if arrow.words else None)
            faults += bool(arrow.words)
    for arrow, line in zip(arrows, spots, strict=True):
        others = [box.box for node, box in boxes.items() if node not in (arrow.source, arrow.target)]
        faults += not free_boxes(np.array(line_boxes(line)), others).all()
    return _Layout(width, height, boxes, courses, words, frames, titles, faults)


def _node_boxes(nodes: list[str], groups: Mapping[str, str], limit: int) -> dict[str, _NodeBox]:
    """Return the boxes of the nodes, all of them at (0, 0)."""
    count = Counter(groups.values())
    found = {}
    for node in nodes:
        lines = theme.wrap_label(node, limit)
        alone = count[groups[node]] == 1 if node in groups else False
        caption = theme.wrap_label(groups[node], limit + 1) if alone else []
        wide = max(
            *(printed_width(line) * SIZE for line in lines), *(printed_width(line) * WORD for line in [*caption, ""])
        )
        high = len(lines) * SIZE * theme.LINE + len(caption) * WORD * theme.LINE
        found[node] = _NodeBox(lines, caption, (0, 0), (wide + 2 * PAD, high + PAD))
    return found


def _frames(groups: Mapping[str, str]) -> list[str]:
    """List the groups that have a frame: those of two nodes or more."""
    return [frame for frame, number in Counter(groups.values()).items() if number > 1]


def _word_lines(arrow: _Arrow) -> list[list[str]]:
    """Return the ways in which the words of an arrow can be broken, the best first."""
    tries = [theme.wrap_label(arrow.words, limit) for limit in (7, 4, 3, 2)]
    return [lines for place, lines in enumerate(tries) if lines not in tries[:place]]


def _words_size(lines: list[str]) -> Point:
    return max(printed_width(line) for line in lines) * WORD, (len(lines) - 1) * WORD * theme.LINE + WORD + 2


def _space(wide: float, high: float) -> str:
    """Return a label that only takes room."""
    size = f'WIDTH="{wide:.0f}" HEIGHT="{high:.0f}" FIXEDSIZE="TRUE"'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" {size}><TR><TD></TD></TR></TABLE>>'


def _floats(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _course(text: str, turn: Callable[[str], Point]) -> _Course:
    """Return the course of Graphviz's ``e,x,y x,y x,y ...``."""
    parts = text.replace("\\\n", "").split()
    points = [turn(part) for part in parts if part[0] not in "se"]
    tip = next((turn(part[2:]) for part in parts if part.startswith("e,")), points[-1])
    return _Course(points, tip)


def _draw(
    canvas: Canvas,
    layout: _Layout,
    arrows: list[_Arrow],
    groups: Mapping[str, str],
    corner: Point,
    documents: list[list[str]],
) -> None:
    left, top = corner
    rows = {node: mark_row(1, place) for place, node in enumerate(layout.boxes)}

    def move(point: Point) -> Point:
        return point[0] + left, point[1] + top

    colours = _colours(groups)
    for frame, (x, y, wide, high) in layout.frames.items():
        canvas.box(x + left, y + top, wide, high, colours[frame], strength=0.06, line=1)
    for place, (arrow, course) in enumerate(zip(arrows, layout.courses, strict=True)):
        points, tip = [move(point) for point in course.points], move(course.tip)
        path = _straight_path(points) if course.straight else f"M{svg_points(points[0])} C{svg_points(*points[1:])}"
        path += "" if arrow.directed else f" L{svg_points(tip)}"
        data = {"name": arrow.said(with_status=False), "from_": rows[arrow.source], "to": rows[arrow.target]}
        with canvas.mark(mark_row(0, place), **data, group="、".join(documents[place])):
            canvas.arrow(path, tip, points[-2] if course.straight else points[-1], arrow.status, head=arrow.directed)
    met = {end for arrow in arrows for end in arrow[:2]}
    for node, one in layout.boxes.items():
        x, y, wide, high = one.box
        paint = (
            colours[groups[node]]
            if node in groups
            else theme.QUIET
            if groups or node not in met
            else theme.palette_colour(0)
        )
        with canvas.mark(rows[node], name=node, group=groups.get(node, "")):
            canvas.box(x + left, y + top, wide, high, paint, strength=0.14 if node in met else 0.05)
            room = len(one.caption) * WORD * theme.LINE
            if one.caption:
                middle = y + top + PAD / 2 + room / 2
                canvas.text(one.middle[0] + left, middle, one.caption, size=WORD, fill=theme.QUIET)
            canvas.text(
                one.middle[0] + left, one.middle[1] + top + room / 2, one.lines, fill="" if node in met else theme.QUIET
            )
    for frame, point in layout.titles.items():
        canvas.text(*move(point), frame, size=WORD, anchor="start", fill=theme.QUIET)
    for place, (arrow, words) in enumerate(zip(arrows, layout.words, strict=True)):
        if words:
            with canvas.mark(mark_row(0, place)):
                canvas.text(*move(words[0]), words[1], size=WORD, fill=theme.status_line(arrow.status).colour)


def _straight_path(points: list[Point]) -> str:
    """Return path data of a way with corners, each of them rounded."""
    path = f"M{svg_points(points[0])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        ends = []
        for other in (before, after):
            far = hypot(other[0] - corner[0], other[1] - corner[1]) or 1
            share = min(ROUND, far / 2) / far
            ends.append((corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share))
        path += f" L{svg_points(ends[0])} Q{svg_points(corner, ends[1])}"
    return f"{path} L{svg_points(points[-1])}"


def _colours(groups: Mapping[str, str]) -> dict[str, str]:
    return {frame: theme.palette_colour(place) for place, frame in enumerate(dict.fromkeys(groups.values()))}


def _alt(nodes: list[str], arrows: list[_Arrow], groups: Mapping[str, str], title: str) -> str:
    used = [one for one in theme.STATUS if any(arrow.status == one for arrow in arrows)]
    text = say("机制模型图“{title}”：", title=title) if title else say("机制模型图：")
    text += say_number("{n} 个节点、", len(nodes)) + say_number("{n} 支箭头，", len(arrows))
    if len(used) == 1:
        only = theme.STATUS[used[0]].name
        text += say("都是{status}。", status=only) if len(arrows) > 1 else say("是{status}。", status=only)
    else:
        text += say("其中{statuses}。", statuses=_counted([arrow.status for arrow in arrows]))
    for frame in dict.fromkeys(groups.values()):
        members = say_list([node for node in nodes if groups.get(node) == frame])
        text += say("{name}：{value}", name=frame, value=members) + say("。")
    firm = sorted(arrows, key=lambda arrow: used.index(arrow.status)) if len(arrows) > SAID else arrows
    text += say("；").join(arrow.said(with_status=len(used) > 1) for arrow in firm[:SAID])
    rest = [arrow.status for arrow in firm[SAID:]]
    more = say_number("；另有 {n} 支（{statuses}）在本图的数据表里。", len(rest), statuses=_counted(rest))
    return text + (more if rest else say("。"))


def _grid_alt(grid: pd.DataFrame, arrows: list[_Arrow]) -> str:
    met = {end for arrow in arrows for end in arrow[:2]}
    pale = [node for node in [*grid.columns, *grid.index, *grid.to_numpy().ravel()] if node and node not in met]
    text = say(
        "方框排成 {n} 行 {m} 列，列名是{columns}，行名是{rows}。",
        n=len(grid), m=len(grid.columns), columns=say_list([*grid.columns]), rows=say_list([*grid.index]),
    )  # fmt: skip
    return text + (say("没有箭头接上的：{labels}。", labels=say_list(pale)) if pale else "")


def _counted(statuses: list[str]) -> str:
    names = [(line.name, statuses.count(one)) for one, line in theme.STATUS.items() if one in statuses]
    return say_list([say("{status} {number} 支", status=name, number=count) for name, count in names])
