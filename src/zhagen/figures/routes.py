"""Ways of arrows between boxes that lie still: right-angled, round other boxes; and places for words beside lines.

Graphviz's dot places boxes and draws their arrows at once. Where the places say something (a model of three columns by
three rows), or where there is no Graphviz (in a browser), the arrows are found here: each takes the cheapest way on a
lattice, where a bend, a crossing and a way close beside another arrow cost something and boxes cannot be entered.
"""

import heapq
from collections.abc import Sequence

import numpy as np

from zhagen.figures.canvas import ARROW_HEAD, Point
from zhagen.figures.layout import free_boxes

STEP = 5  # of the lattice, in user units
CLEAR = ARROW_HEAD + 2  # between an arrow and a box that it does not touch: an arrow's head has room before its box
BEND, CROSS, BESIDE, ALONG = 8, 10, 4, 40  # what they cost, in steps
ASIDE = 3  # between words and lines
WAYS = ((1, 0), (0, 1), (-1, 0), (0, -1))  # right, down, left, up

Box = tuple[float, float, float, float]  # left, top, width, height
Square = tuple[int, int]


def route_arrows(boxes: Sequence[Box], ends: Sequence[tuple[int, int]], page: Box) -> list[list[Point]]:
    """Find the ways of arrows between boxes, the short ones first.

    Parameters
    ----------
    boxes : sequence of tuple of float
        Left, top, width, height of each box.
    ends : sequence of pair of int
        The numbers of the boxes that each arrow leads from and to; both may be the same.
    page : tuple of float
        Left, top, width and height of the ground on which arrows may run.

    Returns
    -------
    list of list of pair of float
        The corners of each arrow from the border of its source to the border of its target; a straight line through
        whatever is between, if there is no way round.

    Examples
    --------
    >>> route_arrows([(20, 20, 40, 20), (100, 20, 40, 20)], [(0, 1)], (0, 0, 160, 60))
    [[(60, 30.0), (100, 30.0)]]
    """
    lattice = _Lattice(boxes, page)
    middles = [(x + wide / 2, y + high / 2) for x, y, wide, high in boxes]

    def distance(number: int) -> float:
        (x, y), (to_x, to_y) = (middles[end] for end in ends[number])
        return abs(x - to_x) + abs(y - to_y)

    found: dict[int, list[Point]] = {}
    for number in sorted(range(len(ends)), key=lambda number: (distance(number), number)):
        source, target = ends[number]
        found[number] = lattice.way(source, target) or [middles[source], middles[target]]
    return [found[number] for number in range(len(ends))]


class _Lattice:
    """Points that arrows may pass, and who passes them already."""

    def __init__(self, boxes: Sequence[Box], page: Box) -> None:
        self.boxes, self.page = boxes, page
        left, top, wide, high = page
        self.xs = left + np.arange(int(wide / STEP) + 1) * STEP
        self.ys = top + np.arange(int(high / STEP) + 1) * STEP
        self.taken = np.zeros((len(self.xs), len(self.ys)), dtype=bool)
        for x, y, box_wide, box_high in boxes:
            inside = np.outer(
                (self.xs > x - CLEAR) & (self.xs < x + box_wide + CLEAR),
                (self.ys > y - CLEAR) & (self.ys < y + box_high + CLEAR),
            )
            self.taken |= inside
        self.flat = np.zeros_like(self.taken)  # passed by a level line
        self.steep = np.zeros_like(self.taken)  # passed by an upright line
        self.near = np.zeros(self.taken.shape, dtype=int)  # cells beside a line
        self.ports: set[Point] = set()

    def _ports(self, box: Box) -> list[tuple[Square, int, Point, float]]:
        """Return (cell, way outwards, point on the border, how far it is from the middle of its side), free ones."""
        x, y, wide, high = box
        found = []
        for way, (across, down) in enumerate(WAYS):
            long, start, axis = (high, y, self.ys) if across else (wide, x, self.xs)
            middle = start + long / 2
            edge = (x + wide if across > 0 else x) if across else (y + high if down > 0 else y)
            out = edge + (across + down) * CLEAR
            other = self.xs if across else self.ys
            line = int(np.argmin(np.abs(other - out)))
            if (other[line] - edge) * (across + down) < CLEAR:
                line += across + down
            if not 0 <= line < len(other):
                continue
            for place in np.flatnonzero((axis >= start + 4) & (axis <= start + long - 4)).tolist():
                cell = (line, place) if across else (place, line)
                point = (edge, float(axis[place])) if across else (float(axis[place]), edge)
                if not self.taken[cell] and all(abs(point[0] - p[0]) + abs(point[1] - p[1]) > STEP for p in self.ports):
                    found.append((cell, way, point, abs(float(axis[place]) - middle)))
        return found

    def way(self, source: int, target: int) -> list[Point]:
        """Return the corners of the cheapest way between two boxes, and take it; empty if there is none."""
        starts, goals = self._ports(self.boxes[source]), self._ports(self.boxes[target])
        goal = {(cell, (way + 2) % 4): (point, aside) for cell, way, point, aside in goals}
        if not goal:
            return []
        aims = np.array([cell for cell, _ in goal])
        low, high = aims.min(axis=0), aims.max(axis=0)

        def left(cell: Square) -> float:
            return float(sum(max(low[axis] - cell[axis], 0, cell[axis] - high[axis]) for axis in (0, 1)))

        heap: list[tuple[float, float, Square, int]] = []
        best: dict[tuple[Square, int], float] = {}
        came: dict[tuple[Square, int], tuple[Square, int] | None] = {}
        border = {}
        for cell, way, point, aside in starts:
            state = (cell, way)
            if self.taken[cell]:
                continue
            best[state], came[state], border[state] = aside / STEP, None, point
            heapq.heappush(heap, (aside / STEP + left(cell), aside / STEP, cell, way))
        ended: dict[tuple[Square, int], float] = {}
        while heap:
            whole, cost, cell, way = heapq.heappop(heap)
            state = (cell, way)
            if ended and whole >= min(ended.values()):
                break
            if cost > best[state]:
                continue
            if state in goal and not (source == target and came[state] is None):
                ended[state] = cost + goal[state][1] / STEP
            for turn, (across, down) in enumerate(WAYS):
                if (turn + 2) % 4 == way:
                    continue
                following = (cell[0] + across, cell[1] + down)
                if not (0 <= following[0] < len(self.xs) and 0 <= following[1] < len(self.ys)):
                    continue
                if self.taken[following]:
                    continue
                spent = cost + 1 + (BEND if turn != way else 0) + self._price(following, turn, turn != way)
                if spent < best.get((following, turn), np.inf):
                    best[following, turn], came[following, turn] = spent, state
                    heapq.heappush(heap, (spent + left(following), spent, following, turn))
        if not ended:
            return []
        last: tuple[Square, int] | None = min(ended, key=lambda state: (ended[state], state))
        assert last is not None
        end, states = goal[last][0], []
        while last is not None:
            states.append(last)
            last = came[last]
        states.reverse()
        self._take(states)
        start = border[states[0]]
        self.ports |= {start, end}
        return _corners([start, *((float(self.xs[x]), float(self.ys[y])) for (x, y), _ in states), end])

    def _price(self, cell: Square, way: int, bent: bool) -> float:
        along, across = (self.flat, self.steep) if way % 2 == 0 else (self.steep, self.flat)
        price = BESIDE * int(self.near[cell] > 0)
        if along[cell] or (bent and across[cell]):
            return price + ALONG
        return price + (CROSS if across[cell] else 0)

    def _take(self, states: list[tuple[Square, int]]) -> None:
        for (x, y), way in states:
            (self.flat if way % 2 == 0 else self.steep)[x, y] = True
            self.near[max(x - 2, 0) : x + 3, max(y - 2, 0) : y + 3] += 1
        for (cell, way), (_, after) in zip(states, states[1:], strict=False):
            if way != after:  # a corner belongs to both of its lines
                self.flat[cell] = self.steep[cell] = True


def _corners(points: list[Point]) -> list[Point]:
    """Leave out the points of a way at which it does not turn."""
    kept = [points[0]]
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        if (point[0] - before[0]) * (after[1] - point[1]) != (point[1] - before[1]) * (after[0] - point[0]):
            kept.append(point)
    return [*kept, points[-1]]


def line_boxes(points: Sequence[Point], around: float = 0.5) -> list[Box]:
    """Return a box around each piece of a line, to ask `free_boxes` whether a label meets it.

    Parameters
    ----------
    points : sequence of pair of float
        Corners of the line; a curve needs so many that a box around two is hardly larger than its piece.
    around : float, default 0.5
        How far a box reaches beyond its piece.

    Returns
    -------
    list of tuple of float
        Left, top, width and height.

    Examples
    --------
    >>> line_boxes([(0, 0), (0, 10), (5, 10)])
    [(-0.5, -0.5, 1.0, 11.0), (-0.5, 9.5, 6.0, 1.0)]
    """
    found = []
    for (x, y), (to_x, to_y) in zip(points, points[1:], strict=False):
        wide, high = abs(x - to_x) + 2 * around, abs(y - to_y) + 2 * around
        found.append((min(x, to_x) - around, min(y, to_y) - around, wide, high))
    return found


def place_words(
    lines: Sequence[Sequence[Point]],
    sizes: Sequence[Sequence[Point]],
    taken: Sequence[Box],
    page: Box,
    first: Sequence[Point | None] = (),
) -> list[tuple[Point, int] | None]:
    """Find a place for the words of each line: beside it, on no line, on nothing that is taken, on no other words.

    Parameters
    ----------
    lines : sequence of sequence of pair of float
        The points of each line.
    sizes : sequence of sequence of pair of float
        For each line the sizes (width, height) in which its words can be written, the best first; empty for no words.
    taken : sequence of tuple of float
        Boxes that words may not meet.
    page : tuple of float
        Left, top, width and height of the ground on which words may be.
    first : sequence, optional
        For each line the middle of the place to be tried before all others, or None.

    Returns
    -------
    list
        For each line the middle of its words and the number of their size, or None if there is no place.

    Examples
    --------
    >>> place_words([[(0, 30), (80, 30)]], [[(26, 14)]], [], (0, 0, 80, 60))
    [((40.0, 19.5), 0)]
    """
    around = [line_boxes(line, ASIDE - 1) for line in lines]
    everywhere = [*taken, *(box for boxes in around for box in boxes)]
    found: list[tuple[Point, int] | None] = []
    for number, line in enumerate(lines):
        best = None
        for choice, (wide, high) in enumerate(sizes[number]):
            middles = np.array(_beside(line, wide, high))
            if choice == 0 and first and (given := first[number]) is not None:
                middles = np.vstack([np.array(given), middles])
            boxes = np.column_stack([middles - [wide / 2, high / 2], np.full_like(middles, [wide, high])])
            inside = (
                (boxes[:, 0] >= page[0]) & (boxes[:, 0] + wide <= page[0] + page[2])
                & (boxes[:, 1] >= page[1]) & (boxes[:, 1] + high <= page[1] + page[3])
            )  # fmt: skip
            free = np.flatnonzero(inside & free_boxes(boxes, everywhere))
            if len(free):
                best = ((float(middles[free[0], 0]), float(middles[free[0], 1])), choice)
                everywhere.append((*boxes[free[0], :2].tolist(), wide, high))
                break
        found.append(best)
    return found


def _beside(line: Sequence[Point], wide: float, high: float) -> list[Point]:
    """Return middles of words beside a line, near the middle of its long pieces first."""
    points = np.array(line, dtype=float)
    pieces = np.hypot(*np.diff(points, axis=0).T)
    way = np.concatenate([[0], np.cumsum(pieces)])
    long = [int(piece) for piece in np.flatnonzero(pieces > pieces.max() * 0.25)]
    shares = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9]
    if len(points) <= 8:  # a way with corners: the middle of each of its pieces
        spots = [
            (float(way[piece] + pieces[piece] * share), piece)
            for share in shares
            for piece in sorted(long, key=lambda piece: -pieces[piece])
        ]
    else:
        spots = [
            (float(way[-1] * share), int(np.searchsorted(way, way[-1] * share, side="right")) - 1) for share in shares
        ]
    found = []
    for far in (0, 3, 7):
        for at, piece in spots:
            piece = min(piece, len(pieces) - 1)
            (x, y), across = points[piece], points[piece + 1] - points[piece]
            share = (at - way[piece]) / (pieces[piece] or 1)
            x, y = x + across[0] * share, y + across[1] * share
            normal = np.array([-across[1], across[0]]) / (pieces[piece] or 1)
            # as far from the line as the words reach towards it
            reach = abs(normal[0]) * wide / 2 + abs(normal[1]) * high / 2 + ASIDE + far + 0.5
            sides = (1, -1) if normal[0] > 0 or (normal[0] == 0 and normal[1] < 0) else (-1, 1)
            found += [(float(x + side * normal[0] * reach), float(y + side * normal[1] * reach)) for side in sides]
    return found
