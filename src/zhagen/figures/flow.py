"""The way of coding as a flow: how many concepts go into which category, and who says so."""

from collections import Counter
from typing import NamedTuple

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, mark_row, svg_points
from zhagen.figures.picture import Picture, picture_key
from zhagen.figures.structure import (
    Code,
    HasCodebook,
    HasCodes,
    bare_codebook,
    code_details,
    gathered_text,
    level_count,
    level_name,
    read_codes,
)
from zhagen.language import say, say_list, say_number
from zhagen.text.cleaning import printed_width

UNIT = 11  # height of one code in the flow
GAP, COLUMN_GAP, PAD = 10, 26, 6
SIZE, NOTE = theme.SIZES["label"], theme.SIZES["note"]
STRENGTH = 0.35  # of a band


class _Block(NamedTuple):
    """A box of the flow: a code, or so many of the finest codes with one parent and one status."""

    key: str
    above: str  # the box that it flows into, empty for none
    lines: list[str]
    weight: int  # of the finest codes in it
    status: str
    level: int  # 0 for the finest
    name: str


def draw_flow(codebook: HasCodes | HasCodebook, *, key: str = "") -> Picture:
    """Draw how codes are gathered: the finest counted on the left, bands as thick as their number to what is above.

    The finest codes of one parent are parted by status, so one sees which part of the flow is printed and which rests
    on what was put right or inferred.

    Parameters
    ----------
    codebook : zhagen.extraction.Codebook or zhagen.study.Study
        Or anything with a frame ``codes``, as `draw_structure` takes it.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture.

    Raises
    ------
    ZhagenError
        As `draw_structure`; also if all codes are of one level.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> rows = [("d", "category", "定价", "", "printed"), ("a", "concept", "凭旧", "d", "printed")]
    >>> rows.append(("b", "concept", "凭笔记", "d", "reconciled"))
    >>> frame = pd.DataFrame(rows, columns=["code_id", "level", "label", "parent_id", "status"])
    >>> draw_flow(SimpleNamespace(codes=frame)).alt
    '编码流程图：2 个概念归入 1 个范畴；原文写明 1 个、核对调整 1 个。定价 ← 原文写明 1 个、核对调整 1 个。'
    """
    codebook = bare_codebook(codebook)
    codes, levels = read_codes(codebook)
    if len(levels) < 2:
        raise ZhagenError("all codes are of one level, nothing flows", todo="give their parents, or draw_structure")
    flow = _Flow(_blocks(codes, levels), levels)
    canvas = Canvas()
    for level, (left, wide) in enumerate(flow.columns):
        canvas.text(left + wide / 2, 10, level_name(levels[level], levels), size=NOTE, fill=theme.QUIET)
    canvas.table(say("流"), _flow_table(flow))
    canvas.table(say("编码条目"), code_details(codebook, codes, levels))
    for place, block in enumerate(flow.blocks):
        above = flow.rows[block.above] if block.above else ""
        group, row = level_name(levels[block.level], levels), mark_row(0, place)
        with canvas.mark(row, name=block.name, status=block.status, group=group, from_=above and row, to=above):
            if block.above:
                canvas.put("path", d=flow.band(block), fill=_colour(block.status), fill_opacity=_strength(block.status))
            _draw_box(canvas, flow, block)
    bottom = flow.bottom
    for status, number in _statuses(flow.leaves).items():
        canvas.put("rect", x=2, y=bottom + 5, width=30, height=12, fill=_colour(status), fill_opacity=_strength(status))
        count = level_count(number, levels[0], levels)
        words = say("{name}：{value}", name=theme.STATUS[status].name, value=count)
        canvas.text(40, bottom + 11, words, size=NOTE, anchor="start")
        bottom += 22
    left, wide = flow.columns[-1]
    made = picture_key("flow", [tuple(row) for row in codes])
    return canvas.picture(max(left + wide + 2, 240), bottom + 4, _alt(flow, gathered_text(codes, levels)), key or made)


class _Flow:
    """Where the boxes and bands are."""

    def __init__(self, blocks: list[_Block], levels: list[str]) -> None:
        self.blocks, self.levels = blocks, levels
        self.leaves = [block for block in blocks if block.level == 0]
        self.rows = {block.key: mark_row(0, place) for place, block in enumerate(blocks)}
        self.level = {block.key: block.level for block in blocks}
        self.below: dict[str, list[_Block]] = {}
        for block in blocks:
            self.below.setdefault(block.above, []).append(block)
        self.columns = self._columns()
        self.high = {block.key: self._height(block) for block in blocks}
        self.tops: dict[str, float] = {}
        self.bottom = 26.0
        for block in self.below[""]:
            self.bottom = self._place(block, self.bottom)

    def _columns(self) -> list[tuple[float, float]]:
        """Return (left, width) of the column of each level."""
        columns, left = [], 2.0
        for level, name in enumerate(self.levels):
            lines = [line for block in self.blocks if block.level == level for line in block.lines]
            wide = max([printed_width(line) * (SIZE if level else NOTE) for line in lines], default=0) + 2 * PAD
            wide = max(wide, printed_width(level_name(name, self.levels)) * NOTE)
            columns.append((left, wide))
            left += wide + COLUMN_GAP
        return columns

    def _height(self, block: _Block) -> float:
        size = SIZE if block.level else NOTE
        return max(block.weight * UNIT, len(block.lines) * size * theme.LINE + PAD)

    def _place(self, block: _Block, start: float) -> float:
        """Give a box and all that flows into it their upper ends; returns where the next may begin."""
        end = start
        for child in self.below.get(block.key, []):
            end = self._place(child, end)
        high, taken = self.high[block.key], end - GAP - start
        self.tops[block.key] = start + max((taken - high) / 2, 0) if taken > 0 else start
        if 0 < taken < high:  # what flows in is moved to the middle of a box that is higher
            for child in self.below[block.key]:
                self._shift(child, (high - taken) / 2)
        return max(end, start + high + GAP)

    def _shift(self, block: _Block, by: float) -> None:
        self.tops[block.key] += by
        for child in self.below.get(block.key, []):
            self._shift(child, by)

    def band(self, block: _Block) -> str:
        """Return the path of the band of a box to the one above it, as thick as the number of codes in it."""
        thick = [max(one.weight * UNIT, 2) for one in self.below[block.above]]
        place = self.below[block.above].index(block)
        left = self.columns[block.level][0] + self.columns[block.level][1]
        right = self.columns[self.level[block.above]][0]
        y = self.tops[block.key] + (self.high[block.key] - thick[place]) / 2
        to = self.tops[block.above] + (self.high[block.above] - sum(thick)) / 2 + sum(thick[:place])
        # past the columns between, a band is level; then it bends
        near, half = right - COLUMN_GAP, right - COLUMN_GAP / 2
        out = svg_points((half, y), (half, to), (right, to))
        back = svg_points((half, to + thick[place]), (half, y + thick[place]), (near, y + thick[place]))
        start, low = svg_points((left, y), (near, y)), svg_points((left, y + thick[place]))
        return f"M{start} C{out} L{svg_points((right, to + thick[place]))} C{back} L{low} Z"


def _blocks(codes: list[Code], levels: list[str]) -> list[_Block]:
    """Return the boxes, a parent before what flows into it."""
    below: dict[str, list[Code]] = {}
    for row in codes:
        below.setdefault(row.parent_id, []).append(row)
    found: list[_Block] = []
    limit = 5 if len(levels) > 3 else 7

    def weigh(row: Code) -> int:
        return 1 if row.level == levels[0] else sum(map(weigh, below.get(row.code_id, [])))

    def add(above: str) -> None:
        leaves = Counter(row.status for row in below.get(above, []) if row.level == levels[0])
        for status in (one for one in theme.STATUS if leaves[one]):
            lines = [say_number("{n} 个", leaves[status]), theme.STATUS[status].name]
            count = level_count(leaves[status], levels[0], levels)
            name = say("{what}，{how}", what=count, how=theme.STATUS[status].name)
            found.append(_Block(f"{above}/{status}", above, lines, leaves[status], status, 0, name))
        for row in below.get(above, []):
            if row.level != levels[0]:
                lines = theme.wrap_label(row.label, limit)
                level = levels.index(row.level)
                found.append(_Block(row.code_id, above, lines, weigh(row), row.status, level, row.label))
                add(row.code_id)

    add("")
    return found


def _colour(status: str) -> str:
    return theme.status_line(status).colour


def _strength(status: str) -> float:
    """Several statuses have the ink's colour: a thinner line, or a broken one, makes a paler band."""
    line = theme.status_line(status)
    if line.colour != "currentColor":
        return STRENGTH
    return round(STRENGTH * min(line.width / 2, 1) * (0.7 if line.dash else 1), 3)


def _draw_box(canvas: Canvas, flow: _Flow, block: _Block) -> None:
    left, wide = flow.columns[block.level]
    top, high = flow.tops[block.key], flow.high[block.key]
    canvas.box(left, top, wide, high, _colour(block.status) if block.level == 0 else theme.palette_colour(0), line=1.2)
    size = SIZE if block.level else NOTE
    canvas.text(left + wide / 2, top + high / 2, block.lines, size=size)


def _flow_table(flow: _Flow) -> pd.DataFrame:
    name = {block.key: block.name for block in flow.blocks}
    finest = level_name(flow.levels[0], flow.levels)
    rows = [
        (block.name, name.get(block.above, ""), block.weight, theme.status_line(block.status).name)
        for block in flow.blocks
    ]
    return pd.DataFrame(rows, columns=[say("从"), say("归入"), say("{level}数", level=finest), say("状态")])


def _alt(flow: _Flow, gathered: str) -> str:
    levels, finest = flow.levels, flow.levels[0]
    statuses = _statuses(flow.leaves)
    text = say("编码流程图：{gathered}；", gathered=gathered)
    only = theme.STATUS[next(iter(statuses))].name
    text += _said(flow.leaves) + say("。") if len(statuses) > 1 else say("都是{status}。", status=only)

    def counted(number: int) -> str:
        return level_count(number, finest, levels)

    for block in flow.blocks:
        into = flow.below.get(block.key, [])
        leaves = [one for one in into if one.level == 0]
        others = [say("{what}（{how}）", what=one.name, how=counted(one.weight)) for one in into if one.level]
        if others or (leaves and (len(statuses) > 1 or not block.above)):
            own = _said(leaves) if len(statuses) > 1 else counted(sum(one.weight for one in leaves))
            text += f"{block.name} ← {say_list([*([own] if leaves else []), *others])}" + say("。")
    alone = [block for block in flow.below[""] if not flow.below.get(block.key)]
    return text + (say("没有归入的：{labels}。", labels=say_list([block.name for block in alone])) if alone else "")


def _statuses(leaves: list[_Block]) -> dict[str, int]:
    """Return status -> number of the finest codes, in the theme's order."""
    counts: Counter[str] = Counter()
    for leaf in leaves:
        counts[leaf.status] += leaf.weight
    return {status: counts[status] for status in theme.STATUS if counts[status]}


def _said(leaves: list[_Block]) -> str:
    numbers = _statuses(leaves).items()
    return say_list([say("{status} {number} 个", status=theme.STATUS[one].name, number=n) for one, n in numbers])
