"""Co-occurrence as a network of terms."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Sequence
from math import isfinite, sqrt
from typing import TYPE_CHECKING

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, Point, mark_row, svg_points
from zhagen.figures.labels import number_text, one_line
from zhagen.figures.layout import page_layout
from zhagen.figures.picture import Picture, picture_key
from zhagen.language import marked, say, say_list, say_number
from zhagen.text.cleaning import printed_width
from zhagen.vocabulary import MEASURES

if TYPE_CHECKING:
    import networkx

SIZE = theme.SIZES["label"]
RADIUS = (5, 17)  # of the rarest and the most frequent term
STROKE = (0.8, 5)
WRAP = 10  # characters a line of a label
SHAPES = 5
SAID = 5  # edges, and words with most edges, that the alternative text names
WORDS = 8  # and words of each community
WEIGHTS = MEASURES | {"count": marked("同现次数"), "weight": marked("权重")}

Edge = tuple[Hashable, Hashable]


def draw_network(
    graph: "networkx.Graph",
    communities: Sequence[Collection[Hashable]] | None = None,
    *,
    weight: str = "npmi",
    seed: int = 1,
    key: str = "",
) -> Picture:
    """Draw a network of terms: a larger node occurs more often, a thicker edge has more weight.

    Nodes and labels do not overlap; the more there are, the longer the picture. The picture does not depend on the
    order of nodes and edges.

    Parameters
    ----------
    graph : networkx.Graph
        Undirected; each node has an attribute ``count``, each edge the attribute `weight`.
    communities : sequence of sets of nodes, optional
        Each has a colour and a shape. None draws all nodes alike.
    weight : str, default "npmi"
        The edge attribute, shown as the width of the edge; where it is not above 0 the ends hardly attract. For
        ``weight`` the legend names the measure that ``graph.graph["measure"]`` says, as
        `zhagen.statistics.build_network` sets it.
    seed : int, default 1
        Seed of the layout; the same seed gives the same picture.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture.

    Raises
    ------
    ZhagenError
        If there is no node, an attribute is missing or not a finite number, a community names a node that is not
        there, or the font lacks a character.

    Examples
    --------
    >>> import networkx
    >>> graph = networkx.Graph()
    >>> graph.add_node("数据", count=5); graph.add_node("平台", count=3); graph.add_edge("数据", "平台", npmi=0.4)
    >>> draw_network(graph).alt
    '共现网络图：2 个词，1 条边，边的粗细表示 NPMI（0.40）。权重最高的边：数据与平台 0.40。'
    """
    counts, edges = _numbers(graph, weight)
    member = _members(counts, communities)
    label = {node: one_line(node) for node in counts}
    theme.check_glyphs("".join(label.values()))
    lines = {node: theme.wrap_label(label[node], WRAP) for node in counts}
    radius = {node: _between(count, counts.values(), RADIUS, sqrt) for node, count in counts.items()}
    boxes = {node: _box(radius[node], lines[node]) for node in counts}
    wide = max(theme.WIDTH, *(box[0] for box in boxes.values()))
    places = page_layout(edges, boxes, width=wide, seed=seed)
    centre = {node: (x, y - boxes[node][1] / 2 + radius[node] + 2) for node, (x, y) in places.items()}
    measure = graph.graph.get("measure", weight) if weight == "weight" else weight
    measure = say(WEIGHTS.get(measure, measure))
    canvas = Canvas()
    said = [(label[first], label[second], number_text(value, 4)) for (first, second), value in edges.items()]
    if edges:
        canvas.table(say("边"), pd.DataFrame(said, columns=[say("词"), say("另一词"), measure]))
    number = canvas.table(say("词"), _node_table(counts, edges, member, label))
    rows = {node: mark_row(number, place) for place, node in enumerate(counts)}
    for place, ((first, second), value) in enumerate(edges.items()):
        name = say("{first}与{second}", first=label[first], second=label[second])
        with canvas.mark(mark_row(0, place), name=name, from_=rows[first], to=rows[second]):
            _edge(canvas, centre[first], centre[second], _between(value, edges.values(), STROKE))
    for node in counts:
        group = "" if member[node] is None else say("社区 {number}", number=(member[node] or 0) + 1)
        with canvas.mark(rows[node], name=label[node], group=group):
            _node(canvas, centre[node], radius[node], member[node])
    for node in counts:
        x, y = centre[node]
        middle = y + radius[node] + 2 + SIZE / 2 + (len(lines[node]) - 1) * SIZE * theme.LINE / 2
        with canvas.mark(rows[node]):
            canvas.text(x, middle, lines[node], halo=True)
    bottom = max(y + boxes[node][1] / 2 for node, (_, y) in places.items())
    high = _legend(canvas, communities, bottom + 10, edges, measure, counts)
    groups = [sorted(map(one_line, group)) for group in communities or []]
    alt = _alt(communities, measure, edges, counts)
    key = key or picture_key("network", sorted(label.values()), list(counts.values()), edges, groups, measure, seed)
    return canvas.picture(wide, high, alt, key)


def _numbers(graph: "networkx.Graph", weight: str) -> tuple[dict[Hashable, float], dict[Edge, float]]:
    """Return (node -> count, edge -> weight), the most frequent first; raises `ZhagenError` if a number is missing."""
    if not len(graph):
        raise ZhagenError("the network has no node, there is nothing to draw", todo="lower the threshold of its edges")
    counts = {node: data.get("count") for node, data in graph.nodes(data=True)}
    edges = {(first, second): data.get(weight) for first, second, data in graph.edges(data=True)}
    for kind, attribute, values in (("node", "count", counts), ("edge", weight, edges)):
        for what, value in values.items():
            if value is None or not isfinite(value):
                place = what if kind == "node" else "-".join(map(str, what))
                todo = f"give every {kind} a finite number {attribute}"
                raise ZhagenError(f"the {kind} {place} has no {attribute}", todo=todo)
    nodes = sorted(counts, key=lambda node: (-counts[node], str(node)))
    rank = {node: place for place, node in enumerate(nodes)}
    ends = sorted(
        (sorted(edge, key=lambda node: rank[node]) for edge in edges), key=lambda edge: [rank[n] for n in edge]
    )
    weights = {frozenset(edge): value for edge, value in edges.items()}
    return {node: counts[node] for node in nodes}, {(one, two): weights[frozenset((one, two))] for one, two in ends}


def _members(
    counts: dict[Hashable, float], communities: Sequence[Collection[Hashable]] | None
) -> dict[Hashable, int | None]:
    member: dict[Hashable, int | None] = dict.fromkeys(counts)
    for place, group in enumerate(communities or []):
        for node in group:
            if node not in member:
                raise ZhagenError(f"community {place + 1} names {node}, which is no node", todo="take it out")
            member[node] = place
    return member


def _node_table(
    counts: dict[Hashable, float],
    edges: dict[Edge, float],
    member: dict[Hashable, int | None],
    label: dict[Hashable, str],
) -> pd.DataFrame:
    degree = Counter(node for edge in edges for node in edge)
    table = pd.DataFrame({say("词"): list(label.values()), say("出现次数"): list(counts.values())})
    table[say("边数")] = [degree[node] for node in counts]
    if any(place is not None for place in member.values()):
        table[say("社区")] = ["" if place is None else str(place + 1) for place in member.values()]
    return table


def _box(radius: float, lines: list[str]) -> tuple[float, float]:
    """Return (width, height) of a node with its label below it."""
    wide = max(printed_width(line) for line in lines) * SIZE
    return max(2 * radius, wide) + 6, 2 * radius + SIZE + 8 + (len(lines) - 1) * SIZE * theme.LINE


def _between(
    value: float, values: Collection[float], span: tuple[float, float], scale: Callable[[float], float] = float
) -> float:
    low, high = scale(max(min(values), 0)), scale(max(*values, 0))
    share = (scale(max(value, 0)) - low) / (high - low) if high > low else 0.5
    return span[0] + share * (span[1] - span[0])


def _edge(canvas: Canvas, first: Point, second: Point, thick: float) -> None:
    canvas.put(
        "line", x1=first[0], y1=first[1], x2=second[0], y2=second[1],
        stroke=theme.QUIET, stroke_width=thick, stroke_opacity=0.5,
    )  # fmt: skip


def _node(canvas: Canvas, centre: Point, radius: float, community: int | None) -> None:
    fill = theme.palette_colour(community if community is not None else 0)
    corners = _corners((community or 0) % SHAPES)
    x, y = centre
    if not corners:
        canvas.put("circle", cx=x, cy=y, r=radius, fill=fill, stroke=theme.PAPER, stroke_width=1.2)
        return
    points = svg_points(*((x + radius * dx, y + radius * dy) for dx, dy in corners))
    canvas.put("polygon", points=points, fill=fill, stroke=theme.PAPER, stroke_width=1.2)


def _corners(shape: int) -> tuple[Point, ...]:
    """Return the corners of a shape within the unit circle; none for the circle itself."""
    shapes: list[tuple[Point, ...]] = [
        (),
        ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
        ((0, -1.1), (1.0, 0.75), (-1.0, 0.75)),
        ((0, -1.15), (1.15, 0), (0, 1.15), (-1.15, 0)),
        ((-0.5, -0.95), (0.5, -0.95), (1.05, 0), (0.5, 0.95), (-0.5, 0.95), (-1.05, 0)),
    ]
    return shapes[shape]


def _legend(
    canvas: Canvas,
    communities: Sequence[Collection[Hashable]] | None,
    top: float,
    edges: dict[Edge, float],
    measure: str,
    counts: dict[Hashable, float],
) -> float:
    """Put the legend below `top`; returns where it ends."""
    size, pitch = theme.SIZES["note"], 22
    named = [_community(place, len(group)) for place, group in enumerate(communities or [])]
    wide = max([printed_width(words) * size + 38 for words in named], default=theme.WIDTH)
    columns, y = max(int(theme.WIDTH // wide), 1), top + pitch / 2
    for place, words in enumerate(named):
        x, middle = place % columns * wide, y + place // columns * pitch
        _node(canvas, (x + 12, middle), 7, place)
        canvas.text(x + 24, middle, words, size=size, anchor="start")
    y += pitch * -(-len(named) // columns)
    lines = [say("节点大小：出现次数（{span}）", span=_span(counts.values(), number_text))]
    if edges:
        span = _span(edges.values(), _writer(edges))
        lines.append(say("边的粗细：{measure}（{span}）", measure=measure, span=span))
    for words in lines:
        canvas.text(4, y, words, size=size, anchor="start")
        y += pitch
    return y - pitch / 2 + 2


def _writer(edges: dict[Edge, float]) -> Callable[[float], str]:
    """Return how weights are written: whole numbers as such, others with two decimals, more where that would be 0."""
    if all(float(value).is_integer() for value in edges.values()):
        return number_text
    return lambda value: f"{value:.2f}" if abs(value) >= 0.005 or not value else number_text(value)


def _span(values: Collection[float], write: Callable[[float], str]) -> str:
    low, high = write(min(values)), write(max(values))
    return low if low == high else say("{low} 至 {high}", low=low, high=high)


def _community(place: int, size: int) -> str:
    how = say_number("{n} 个词", size)
    return say("{what}（{how}）", what=say("社区 {number}", number=place + 1), how=how)


def _alt(
    communities: Sequence[Collection[Hashable]] | None,
    measure: str,
    edges: dict[Edge, float],
    counts: dict[Hashable, float],
) -> str:
    text = say_number("共现网络图：{n} 个词，", len(counts)) + say_number("{n} 条边", len(edges))
    write = _writer(edges)
    if edges:
        span = _span(edges.values(), write)
        text += say("，边的粗细表示 {measure}（{span}）", measure=measure, span=span)
    text += say("。")
    degree = Counter(node for edge in edges for node in edge)
    hubs = sorted(
        (node for node in degree if degree[node] > 2), key=lambda node: (-degree[node], -counts[node], str(node))
    )
    if hubs:
        most = [say_number("{word} {n} 条", degree[node], word=one_line(node)) for node in hubs[:SAID]]
        text += say("连边最多的词：{words}。", words=say_list(most))
    top = sorted(edges, key=lambda edge: -edges[edge])[:SAID]
    if top:
        names = [say("{first}与{second}", first=one_line(one), second=one_line(other)) for one, other in top]
        said = [f"{name} {write(edges[edge])}" for name, edge in zip(names, top, strict=True)]
        tied = sum(weight >= edges[top[-1]] for weight in edges.values()) - len(top)
        text += say("权重最高的边：{edges}", edges=say_list(said))
        text += (say_number("，另有 {n} 条和末一条一样高", tied) if tied else "") + say("。")
    for place, group in enumerate(communities or []):
        words = sorted(group, key=lambda node: (-counts[node], str(node)))
        named = say_list([*map(one_line, words[:WORDS])]) + (say("等") if len(words) > WORDS else "")
        head = _community(place, len(words)) if len(words) > WORDS else say("社区 {number}", number=place + 1)
        text += say("{name}：{value}", name=head, value=named) + say("。")
    return text
