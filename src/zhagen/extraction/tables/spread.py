"""Merged cells that lost their place: which rows each of them holds for."""

from collections.abc import Callable
from functools import cache

from zhagen.documents.outline import Outline
from zhagen.extraction.codebook import nearest_stretch


def section_support(outline: Outline, heading: str, label: str) -> float:
    """Say how near the prose of the sections under a heading comes to a label.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    heading : str
        What the heading says after its mark.
    label : str
        The label to look for.

    Returns
    -------
    float
        The greatest share of the label's characters that a stretch holds in order, 0..1; 0 if no such section is there.
    """
    sections = {section.section_id for section in outline.headed(heading)}
    blocks = (b for b in outline.prose() if b.section_id in sections and b.kind == "paragraph")
    return max((nearest_stretch(block.clean, label)[0] for block in blocks), default=0.0)


def partition_rows(support: list[list[float]]) -> tuple[list[int], set[int]]:
    """Cut rows into consecutive parts of nearly equal size, with the most support.

    Each part gets ``rows // parts`` rows, and ``rows % parts`` of them one more. Dynamic programming over (part, how
    many longer ones so far): the row at which a part begins follows from the two, so there are few states.

    Parameters
    ----------
    support : list of list of float
        For each row, how well it fits each part.

    Returns
    -------
    parts : list of int
        The part of each row, from 0; of several best cuts the one whose longer parts come first.
    open_rows : set of int
        Rows that are in different parts in different best cuts.

    Examples
    --------
    >>> partition_rows([[1, 0], [1, 0], [0, 1]])
    ([0, 0, 1], set())
    >>> partition_rows([[1, 0], [0, 0], [0, 1]])
    ([0, 0, 1], {1})
    """
    rows, parts = len(support), len(support[0])
    each, longer = divmod(rows, parts)
    # sums[part][row]: the support of the rows before `row` for that part
    sums = [[0.0] for _ in range(parts)]
    for part in range(parts):
        for row in range(rows):
            sums[part].append(sums[part][-1] + support[row][part])

    def gain(part: int, used: int, more: int) -> float:
        start = part * each + used
        return sums[part][start + each + more] - sums[part][start]

    # best[part][used]: the most support of the parts from `part` on, if `used` longer ones come before
    nothing = float("-inf")
    best = [[nothing] * (longer + 1) for _ in range(parts + 1)]
    best[parts][longer] = 0.0
    for part in range(parts - 1, -1, -1):
        for used in range(longer + 1):
            best[part][used] = max(
                gain(part, used, more) + best[part + 1][used + more] for more in (0, 1) if used + more <= longer
            )
    cut, places = [0] * rows, [set[int]() for _ in range(rows)]
    states, chosen = {0}, 0
    for part in range(parts):
        following: set[int] = set()
        step = None
        for used in sorted(states):
            for more in (1, 0):
                if used + more > longer or best[part + 1][used + more] == nothing:
                    continue
                if gain(part, used, more) + best[part + 1][used + more] < best[part][used] - 1e-9:
                    continue
                following.add(used + more)
                start = part * each + used
                for row in range(start, start + each + more):
                    places[row].add(part)
                if used == chosen and step is None:
                    step = more
                    cut[start : start + each + more] = [part] * (each + more)
        states, chosen = following, chosen + (step or 0)
    return cut, {row for row in range(rows) if len(places[row]) > 1}


def centre_rows(
    places: list[int], rows: int, support: Callable[[int, int], float] = lambda row, part: 0.0
) -> tuple[list[int], set[int]] | None:
    """Cut rows into consecutive parts so that each part has one place, in its middle.

    Of an even number of rows either of the two middle ones will do, so there are often several cuts.

    Parameters
    ----------
    places : list of int
        The rows, from 0, in which a cell is printed; one for each part, ascending.
    rows : int
        How many rows there are.
    support : callable, default no support
        How well a row fits a part.

    Returns
    -------
    tuple or None
        The part of each row in the cut with the most support, and the rows that are in different parts in different
        cuts; None if there is no cut.

    Examples
    --------
    >>> centre_rows([0, 2], 3)
    ([0, 1, 1], {1})
    >>> centre_rows([1, 2], 6) is None
    True
    """

    def ends(part: int, start: int) -> list[int]:
        before = places[part] - start  # the rows of the part above its cell
        bound = places[part + 1] if part + 1 < len(places) else rows
        sizes = (size for size in range(max(1, 2 * before), 2 * before + 3) if before in ((size - 1) // 2, size // 2))
        return [start + size for size in sizes if before >= 0 and start + size <= bound]

    @cache
    def best(part: int, start: int) -> float:
        """Return the most support of the parts from `part` on if it begins at `start`; minus infinity for no cut."""
        if part == len(places):
            return 0.0 if start == rows else float("-inf")
        gains = (
            sum(support(row, part) for row in range(start, end)) + best(part + 1, end) for end in ends(part, start)
        )
        return max(gains, default=float("-inf"))

    if best(0, 0) == float("-inf"):
        return None
    found: list[set[int]] = [set() for _ in range(rows)]
    starts = {0}
    cut: list[int] = []
    for part in range(len(places)):
        following = set()
        for start in starts:
            possible = [end for end in ends(part, start) if best(part + 1, end) > float("-inf")]
            for end in possible:
                following.add(end)
                for row in range(start, end):
                    found[row].add(part)
        here = len(cut)
        chosen = max(
            (end for end in ends(part, here) if best(part + 1, end) > float("-inf")),
            key=lambda end: sum(support(row, part) for row in range(here, end)) + best(part + 1, end),
        )
        cut += [part] * (chosen - here)
        starts = following
    return cut, {row for row in range(rows) if len(found[row]) > 1}
