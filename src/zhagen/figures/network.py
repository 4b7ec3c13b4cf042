"""Co-occurrence as a network of terms."""

from math import isfinite, sqrt

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, joined, number
from zhagen.figures.picture import name
from zhagen.text.cleaning import printed_width

SIZE = theme.SIZES["label"]
RADIUS = (5, 17)  # of the rarest and the most frequent term
STROKE = (0.8, 5)
SHAPES = 5
TOLD = 5  # edges that the alternative text names
MEASURES = {
    "npmi": "NPMI", "pmi": "PMI", "n12": "同现次数", "count": "同现次数", "jaccard": "Jaccard 系数",
    "dice": "Dice 系数", "cosine": "余弦相似度", "logdice": "logDice", "g2": "G²",
    "association_strength": "关联强度", "weight": "权重",
}  # fmt: skip


def draw_network(graph, communities=None, weight="npmi", seed=1, key=""):
    """Draw a network of terms: a larger node occurs more often, a thicker edge has more weight.

    Parameters
    ----------
    graph : an undirected networkx graph; each node has an attribute count, each edge the attribute `weight`.
    communities : list of sets of nodes; each has a colour and a shape. None draws all nodes alike.
    weight : the edge attribute, shown as the width of the edge; where it is not positive the ends do not attract. For
        ``weight`` the legend names the measure that ``graph.graph["measure"]`` says, as `zhagen.statistics.networks.build_network` sets.
    seed : of the layout; the same seed gives the same picture.
    key : names the picture; empty makes one from the data.

    Returns a `Picture`. Raises `ZhagenError` where there is no node, an attribute is missing or not a finite number, a
    community names a node that is not there, or the font lacks a character.

    >>> import networkx
    >>> graph = networkx.Graph()
    >>> graph.add_node("数据", count=5); graph.add_node("平台", count=3); graph.add_edge("数据", "平台", npmi=0.4)
    >>> draw_network(graph).alt
    '共现网络图：2 个词，1 条边，边的粗细表示 NPMI（0.40 至 0.40）。权重最高的边：数据与平台 0.40。'
    """
    counts, edges = _numbers(graph, weight)
    member = _members(graph, communities)
    radius = {node: _between(count, counts.values(), RADIUS, sqrt) for node, count in counts.items()}
    boxes = {
        node: (max(2 * radius[node], printed_width(str(node)) * SIZE) + 6, 2 * radius[node] + SIZE + 8)
        for node in graph
    }
    places = _places(graph, edges, boxes, seed)
    centre = {node: (x, y - boxes[node][1] / 2 + radius[node] + 2) for node, (x, y) in places.items()}
    canvas = Canvas()
    for (first, second), value in edges.items():
        _edge(canvas, centre[first], centre[second], _between(value, edges.values(), STROKE))
    for node in graph:
        _node(canvas, *centre[node], radius[node], member[node])
    for node in graph:
        x, y = centre[node]
        canvas.text(x, y + radius[node] + SIZE / 2 + 2, str(node), halo=True)
    bottom = max(y + boxes[node][1] / 2 for node, (_, y) in places.items())
    measure = graph.graph.get("measure", weight) if weight == "weight" else weight
    measure = MEASURES.get(measure, measure)
    high = _legend(canvas, communities, bottom + 10, edges, measure, counts)
    told = [sorted(map(str, group)) for group in communities or []]
    alt = _alt(graph, communities, measure, edges, counts)
    key = key or name("network", sorted(counts.items()), sorted(edges.items()), told, measure, seed)
    return canvas.picture(theme.WIDTH, high, alt, key)


def _numbers(graph, weight):
    """Return (node -> count, edge -> weight); raises `ZhagenError` where one is missing."""
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
    return counts, edges


def _members(graph, communities):
    member = dict.fromkeys(graph)
    for place, group in enumerate(communities or []):
        for node in group:
            if node not in member:
                raise ZhagenError(f"community {place + 1} names {node}, which is no node", todo="take it out")
            member[node] = place
    return member


def _between(value, values, span, scale=float):
    low, high = scale(max(min(values), 0)), scale(max(*values, 0))
    share = (scale(max(value, 0)) - low) / (high - low) if high > low else 0.5
    return span[0] + share * (span[1] - span[0])


def _places(graph, edges, boxes, seed):
    """Return node -> (x, y), the middle of its box: a spring layout, upright, with the boxes pushed apart."""
    import networkx
    import numpy

    nodes = list(graph)
    pull = networkx.Graph()
    pull.add_nodes_from(nodes)
    pull.add_weighted_edges_from((first, second, max(value, 0.01)) for (first, second), value in edges.items())
    spot = networkx.spring_layout(pull, seed=seed, iterations=300, method="energy", gravity=1.0)
    points = numpy.array([spot[node] for node in nodes], dtype=float)
    points -= points.mean(axis=0)
    axes = numpy.linalg.svd(points, full_matrices=False)[2] if len(nodes) > 2 else numpy.eye(2)
    points = points @ axes.T[:, ::-1]  # the longest direction upright
    sizes = numpy.array([boxes[node] for node in nodes])
    area = 3.4 * sizes.prod(axis=1).sum()
    high = max(area / theme.WIDTH, sizes[:, 1].max())
    spread = numpy.maximum(numpy.ptp(points, axis=0), 1e-9)
    points = (points - points.min(axis=0)) / spread * [theme.WIDTH, high]
    points = _apart(points, sizes)
    points[:, 1] -= (points[:, 1] - sizes[:, 1] / 2).min()
    return {node: (float(x), float(y)) for node, (x, y) in zip(nodes, points.round(1), strict=True)}


def _apart(points, sizes):
    """Push boxes that overlap apart, the short way, within the width of the page; the height may grow."""
    import numpy

    half = sizes / 2
    for _ in range(2000):
        points[:, 0] = numpy.clip(points[:, 0], half[:, 0], theme.WIDTH - half[:, 0])
        moved = False
        for one in range(len(points)):
            for two in range(one + 1, len(points)):
                over = half[one] + half[two] - numpy.abs(points[one] - points[two])
                if over.min() <= 0.1:
                    continue
                axis = 0 if over[0] < over[1] else 1
                step = (over[axis] / 2 + 0.1) * (1 if points[one][axis] <= points[two][axis] else -1)
                points[one][axis] -= step
                points[two][axis] += step
                moved = True
        if not moved:
            break
    return points


def _edge(canvas, first, second, thick):
    canvas.put(
        "line", x1=first[0], y1=first[1], x2=second[0], y2=second[1],
        stroke=theme.QUIET, stroke_width=thick, stroke_opacity=0.5,
    )  # fmt: skip


def _node(canvas, x, y, radius, community):
    fill = theme.colour(community if community is not None else 0)
    around = {"fill": fill, "stroke": theme.PAPER, "stroke_width": 1.2}
    corners = _corners((community or 0) % SHAPES)
    if not corners:
        canvas.put("circle", cx=x, cy=y, r=radius, **around)
        return
    points = joined(*((x + radius * dx, y + radius * dy) for dx, dy in corners))
    canvas.put("polygon", points=points, **around)


def _corners(shape):
    """Return the corners of a shape within the unit circle; none for the circle itself."""
    return [
        (),
        ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
        ((0, -1.1), (1.0, 0.75), (-1.0, 0.75)),
        ((0, -1.15), (1.15, 0), (0, 1.15), (-1.15, 0)),
        ((-0.5, -0.95), (0.5, -0.95), (1.05, 0), (0.5, 0.95), (-0.5, 0.95), (-1.05, 0)),
    ][shape]


def _legend(canvas, communities, top, edges, measure, counts):
    """Put the legend below `top`; returns where it ends."""
    size, pitch = theme.SIZES["note"], 22
    named = [f"社区 {place + 1}（{len(group)} 个词）" for place, group in enumerate(communities or [])]
    wide = max([printed_width(words) * size + 38 for words in named], default=theme.WIDTH)
    columns, y = max(int(theme.WIDTH // wide), 1), top + pitch / 2
    for place, words in enumerate(named):
        x, middle = place % columns * wide, y + place // columns * pitch
        _node(canvas, x + 12, middle, 7, place)
        canvas.text(x + 24, middle, words, size, anchor="start")
    y += pitch * -(-len(named) // columns)
    lines = [f"节点大小：出现次数（{_span(counts.values(), number)}）"]
    if edges:
        lines.append(f"边的粗细：{measure}（{_span(edges.values(), '{:.2f}'.format)}）")
    for words in lines:
        canvas.text(4, y, words, size, anchor="start")
        y += pitch
    return y - pitch / 2 + 2


def _span(values, write):
    return f"{write(min(values))} 至 {write(max(values))}"


def _alt(graph, communities, measure, edges, counts):
    told = f"共现网络图：{len(graph)} 个词，{len(edges)} 条边"
    told += f"，边的粗细表示 {measure}（{_span(edges.values(), '{:.2f}'.format)}）。" if edges else "。"
    for place, group in enumerate(communities or []):
        words = sorted(group, key=lambda node: (-counts[node], str(node)))
        told += f"社区 {place + 1} 有 {len(words)} 个词：{'、'.join(map(str, words))}。"
    top = sorted(edges, key=lambda edge: -edges[edge])[:TOLD]
    if top:
        told += f"权重最高的边：{'、'.join(f'{a}与{b} {edges[a, b]:.2f}' for a, b in top)}。"
    return told
