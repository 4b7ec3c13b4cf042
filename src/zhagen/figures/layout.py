"""Where the boxes of a network are drawn: linked ones near each other, none over another, all on the page.

networkx lays the nodes out; what follows keeps the labels apart within the width of a page. Graphviz could do it too
(``overlap=prism``), but the wheels of pygraphviz are built without the library that it takes, and a browser has none.
"""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

GROUND = 2.2  # the page has so many times the area of all boxes
EVEN = 0.6  # how far places are spread evenly (1), so that crowds get room, and how far they keep their distances (0)
ROUNDS = 60  # of pushing; what still overlaps then is moved down
STEPS = 120  # of the spring layout
NEAR = 1e-6


def page_layout(
    edges: Mapping[tuple[Hashable, Hashable], float],
    boxes: Mapping[Hashable, tuple[float, float]],
    *,
    width: float,
    seed: int = 1,
) -> dict[Hashable, tuple[float, float]]:
    """Place boxes on a page of fixed width: a spring layout, upright, in which no two boxes overlap.

    Springs (Fruchterman and Reingold's energy) give the neighbourhoods. The longest direction is turned upright, the
    points are spread over the page, boxes that overlap push each other apart, and the few that still do are moved
    down, one after the other from the top: so it always ends without overlap, and the page grows as far as needed.

    Parameters
    ----------
    edges : mapping of pair to float
        (one, other) -> how strongly they attract; 0 or less attracts hardly.
    boxes : mapping of node to pair of float
        Node -> (width, height) of its box.
    width : float
        Width of the page.
    seed : int, default 1
        Seed of the spring layout; the same seed gives the same places.

    Returns
    -------
    dict of node to pair of float
        Node -> (x, y) of the middle of its box, y downwards from 0.

    Examples
    --------
    >>> page_layout({("甲", "乙"): 0.5}, {"甲": (30, 20), "乙": (30, 20)}, width=100)
    {'甲': (85.0, 36.4), '乙': (15.0, 10.0)}
    """
    import networkx

    nodes = list(boxes)
    springs = networkx.Graph()
    springs.add_nodes_from(nodes)
    springs.add_weighted_edges_from((one, other, max(value, 0.01)) for (one, other), value in edges.items())
    found = networkx.spring_layout(springs, seed=seed, iterations=STEPS, method="energy", gravity=1.0)
    points = np.array([found[node] for node in nodes], dtype=float)
    sizes = np.array([boxes[node] for node in nodes], dtype=float)
    points = _upright(points, sizes, width)
    points = _move_down(_push_apart(points, sizes, width).round(1), sizes)
    points[:, 1] -= (points[:, 1] - sizes[:, 1] / 2).min()
    return {node: (float(x), float(y)) for node, (x, y) in zip(nodes, points.round(1), strict=True)}


def layered_layout(
    links: Sequence[tuple[str, str]],
    sizes: Mapping[str, tuple[float, float]],
    *,
    width: float,
    gap: tuple[float, float],
) -> dict[str, tuple[float, float]]:
    """Place boxes in rows, sources above targets: what a browser without Graphviz shows.

    Links that would close a circle are left out of account. A box is in the row below the lowest of its sources; a row
    that is wider than the page continues in the next. In a row the boxes have the order of their sources above them.

    Parameters
    ----------
    links : sequence of pair of str
        (source, target).
    sizes : mapping of str to pair of float
        Node -> (width, height) of its box.
    width : float
        Width of the page.
    gap : pair of float
        Between boxes, across and down.

    Returns
    -------
    dict of str to pair of float
        Node -> (x, y) of the middle of its box, y downwards from 0.

    Examples
    --------
    >>> layered_layout([("甲", "乙")], {"甲": (20, 10), "乙": (20, 10)}, width=100, gap=(5, 30))
    {'甲': (50.0, 5.0), '乙': (50.0, 45.0)}
    """
    import networkx

    tree = networkx.DiGraph()
    tree.add_nodes_from(sizes)
    for source, target in links:
        if not networkx.has_path(tree, target, source):
            tree.add_edge(source, target)
    places: dict[str, tuple[float, float]] = {}
    top = 0.0
    for generation in networkx.topological_generations(tree):
        above = {node: [places[source][0] for source in tree.predecessors(node)] for node in generation}
        order = sorted(generation, key=lambda node: sum(above[node]) / max(len(above[node]), 1))
        for row in _rows(order, sizes, width, gap[0]):
            high = max(sizes[node][1] for node in row)
            left = (width - sum(sizes[node][0] for node in row) - gap[0] * (len(row) - 1)) / 2
            for node in row:
                places[node] = (left + sizes[node][0] / 2, top + high / 2)
                left += sizes[node][0] + gap[0]
            top += high + gap[1]
    return {node: places[node] for node in sizes}


def _rows(order: list[str], sizes: Mapping[str, tuple[float, float]], width: float, gap: float) -> list[list[str]]:
    """Break a row of boxes into rows that fit the page, one box at least in each."""
    rows: list[list[str]] = [[]]
    for node in order:
        taken = sum(sizes[other][0] + gap for other in rows[-1])
        if rows[-1] and taken + sizes[node][0] > width:
            rows.append([])
        rows[-1].append(node)
    return rows


def overlapping(points: np.ndarray, sizes: np.ndarray) -> list[tuple[int, int]]:
    """List the pairs of boxes that overlap.

    Parameters
    ----------
    points : numpy.ndarray
        Shape (n, 2): the middles.
    sizes : numpy.ndarray
        Shape (n, 2): width and height.

    Returns
    -------
    list of tuple of int
        Pairs of numbers of boxes, the smaller first.

    Examples
    --------
    >>> overlapping(np.array([[0, 0], [3, 0], [9, 0]]), np.array([[4, 1], [4, 1], [4, 1]]))
    [(0, 1)]
    """
    meet = (_overlap(points, sizes) > 0.05).all(axis=2)
    return [(int(one), int(other)) for one, other in np.argwhere(np.triu(meet, 1))]


def _overlap(points: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the overlap of any two boxes across and down, shape (n, n, 2); below 0 they are apart."""
    return (sizes[:, None] + sizes[None]) / 2 - np.abs(points[:, None] - points[None])


def _upright(points: np.ndarray, sizes: np.ndarray, width: float) -> np.ndarray:
    """Turn the longest direction upright and spread the points over a page that has room for all boxes."""
    points = points - points.mean(axis=0)
    axes = np.linalg.svd(points, full_matrices=False)[2] if len(points) > 2 else np.eye(2)
    points = (points @ axes.T[:, ::-1]).round(9)  # rounding errors of the machine decide nothing
    high = max(GROUND * sizes.prod(axis=1).sum() / width, sizes[:, 1].max())
    share = (points - points.min(axis=0)) / np.maximum(np.ptp(points, axis=0), NEAR)
    rank = points.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / max(len(points) - 1, 1)
    return ((1 - EVEN) * share + EVEN * rank) * [width, high]


def _push_apart(points: np.ndarray, sizes: np.ndarray, width: float) -> np.ndarray:
    """Push boxes that overlap apart, the short way, within the width of the page."""
    order = np.sign(np.subtract.outer(np.arange(len(points)), np.arange(len(points))))
    for _ in range(ROUNDS):
        points[:, 0] = np.clip(points[:, 0], sizes[:, 0] / 2, width - sizes[:, 0] / 2)
        overlap = _overlap(points, sizes)
        meet = np.asarray((overlap > 0.1).all(axis=2))
        np.fill_diagonal(meet, False)
        if not meet.any():
            break
        # each pair moves along the axis on which it overlaps less, each box half the way and away from the other
        short = overlap == overlap.min(axis=2, keepdims=True)
        away = np.sign(points[:, None] - points[None])
        away = np.where(away == 0, order[..., None], away)
        moves = np.where(meet[..., None] & short, away * (overlap / 2 + 0.1), 0)
        points = points + moves.sum(axis=1) / np.sqrt(np.maximum(meet.sum(axis=1), 1))[:, None]
    points[:, 0] = np.clip(points[:, 0], sizes[:, 0] / 2, width - sizes[:, 0] / 2)
    return points


def _move_down(points: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Move each box, from the top, below all boxes before it that share a part of its width and would overlap it."""
    points = points.copy()
    done: list[int] = []
    for box in np.lexsort((points[:, 0], points[:, 1])):
        above = np.array(done, dtype=np.intp)
        gap = (sizes[above] + sizes[box]) / 2
        beside = np.abs(points[above, 0] - points[box, 0]) < gap[:, 0]
        points[box, 1] = max([points[box, 1], *(points[above, 1] + gap[:, 1])[beside]])
        done.append(int(box))
    return points


def free_boxes(boxes: np.ndarray, taken: Sequence[tuple[float, float, float, float]]) -> np.ndarray:
    """Say which boxes meet none of those that are taken.

    Parameters
    ----------
    boxes : numpy.ndarray
        Shape (n, 4): left, top, width, height.
    taken : sequence of tuple of float
        Boxes in the same form.

    Returns
    -------
    numpy.ndarray
        Shape (n,), of bool.

    Examples
    --------
    >>> free_boxes(np.array([[0, 0, 2, 2], [5, 0, 2, 2]]), [(1, 1, 1, 1)]).tolist()
    [False, True]
    """
    if not len(taken):
        return np.ones(len(boxes), dtype=bool)
    low, high = boxes[:, None, :2], boxes[:, None, :2] + boxes[:, None, 2:]
    other = np.asarray(taken, dtype=float)[None]
    return ~((low < other[..., :2] + other[..., 2:]) & (other[..., :2] < high)).all(axis=2).any(axis=1)
