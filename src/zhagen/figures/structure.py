"""The data structure of a study: from concepts over themes to dimensions, a column a level."""

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, joined
from zhagen.figures.picture import name, require
from zhagen.text.cleaning import printed_width

WRAP = {2: (9, 8), 3: (8, 6, 6), 4: (7, 5, 4, 4)}  # characters a line by number of levels, finest level first
PAD, GAP, COLUMN_GAP, EDGE = 8, 7, 24, 4
SIZE = theme.SIZES["label"]


def draw_structure(codebook, wrap=None, key=""):
    """Draw the codes as a tree, the finest level on the left, the line to the parent in the style of the code's status.

    Parameters
    ----------
    codebook : a `zhagen.extraction.codebook.Codebook`, or anything with a frame `codes` (columns code_id, level, label,
        parent_id, status). Levels are taken from the parents: a code without parent is on top, as are all of its level.
    wrap : dict, level -> characters a line; for a level that is not in it, as many as three or four columns leave on
        a phone.
    key : names the picture; empty makes one from the data.

    Returns a `Picture`. Raises `ZhagenError` where a column is missing, there is no code, a parent is not there or
    stands at the same level, or a status is unknown.

    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> rows = [("d", "dimension", "数据驱动", "", "printed"), ("t", "theme", "需求源点建立", "d", "by_order")]
    >>> frame = pd.DataFrame(rows, columns=["code_id", "level", "label", "parent_id", "status"])
    >>> draw_structure(SimpleNamespace(codes=frame)).alt
    '数据结构图：1 个二阶主题归入 1 个聚合维度。连线中依次序对应 1 条。数据驱动：需求源点建立。'
    """
    codes = codebook.codes
    require(codes, ["code_id", "level", "label", "parent_id", "status"])
    codes = codes.fillna({"parent_id": ""})
    levels = _levels(codes)
    tree = _Tree(codes, levels, wrap or {})
    canvas = Canvas()
    top = theme.SIZES["head"] + 18
    for level in levels:
        left, wide = tree.columns[level]
        canvas.text(left + wide / 2, 12, _name(level, levels), theme.SIZES["note"], fill=theme.QUIET)
    bottom = top + tree.place(top)
    links = [row for row in codes.itertuples() if row.parent_id]
    for row in links:
        _link(canvas, tree, row)
    for row in codes.itertuples():
        _box(canvas, tree, row)
    if links:
        bottom += 8 + canvas.legend([row.status for row in links], bottom + 8, tree.width, head=False)
    alt = _alt(codes, levels, links)
    rows = codes[["code_id", "level", "label", "parent_id", "status"]].to_numpy().tolist()
    return canvas.picture(tree.width, bottom + EDGE, alt, key or name("structure", rows))


class _Tree:
    """Where every box stands: a leaf takes a row of its own, a parent stands in the middle of its children."""

    def __init__(self, codes, levels, wrap):
        self.rows = {row.code_id: row for row in codes.itertuples()}
        self.children = {}
        for row in codes.itertuples():
            self.children.setdefault(row.parent_id, []).append(row.code_id)
        limits = dict(zip(levels, WRAP.get(len(levels), (6,) * len(levels)), strict=True)) | wrap
        self.lines = {row.code_id: theme.wrap(row.label, limits[row.level]) for row in codes.itertuples()}
        self.columns, left = {}, EDGE
        for level in levels:
            drawn = [line for row in codes.itertuples() if row.level == level for line in self.lines[row.code_id]]
            heading = printed_width(_name(level, levels)) * theme.SIZES["note"]
            wide = max(max(printed_width(line) for line in drawn) * SIZE + 2 * PAD, heading)
            self.columns[level] = (left, wide)
            left += wide + COLUMN_GAP
        self.width = left - COLUMN_GAP + EDGE
        self.middle = {}

    def height(self, code_id):
        """Return the height of a code's box."""
        return len(self.lines[code_id]) * SIZE * theme.LINE + PAD

    def place(self, top):
        """Give every code its middle, from `top` downwards; returns the height of all."""
        end = top
        for code_id in self.children.get("", []):
            end = self._place(code_id, end, GAP) + GAP
        return end - top

    def _place(self, code_id, top, gap):
        """Place a code and all below it; returns where the next may begin."""
        below, end = self.children.get(code_id, []), top
        for child in below:
            end = self._place(child, end, gap)
            end += 0 if self.children.get(child) else gap
        high = self.height(code_id)
        if not below:
            self.middle[code_id] = top + high / 2
            return top + high
        first, last = self.middle[below[0]], self.middle[below[-1]]
        middle = max((first + last) / 2, top + high / 2)
        self.middle[code_id] = middle
        return max(end, middle + high / 2 + gap) + 5


def _levels(codes):
    """Return the levels, finest first; raises `ZhagenError` where the parents do not make levels."""
    level = dict(zip(codes.code_id, codes.level, strict=True))
    label = dict(zip(codes.code_id, codes.label, strict=True))
    above = {}
    for row in codes.itertuples():
        if row.parent_id and row.parent_id not in level:
            raise ZhagenError(
                f"{row.label} belongs to {row.parent_id}, which is not there", todo="look for the code that was dropped"
            )
        if row.parent_id:
            above.setdefault(row.level, set()).add(level[row.parent_id])
            if level[row.parent_id] == row.level:
                raise ZhagenError(
                    f"{row.label} belongs to {label[row.parent_id]}, a {row.level} like itself",
                    todo="a code belongs to a code of a higher level",
                )
    ordered, left = [], list(dict.fromkeys(codes.level))
    while left:
        highest = [one for one in left if not above.get(one, set()) & set(left)]
        if not highest:
            raise ZhagenError(f"the levels {', '.join(left)} go round in a circle", todo="mend parent_id")
        ordered += highest
        left = [one for one in left if one not in highest]
    return ordered[::-1]


def _name(level, levels):
    if "theme" in levels:
        return {"concept": "一阶概念", "theme": "二阶主题"}.get(level, theme.LEVEL_NAMES.get(level, level))
    return theme.LEVEL_NAMES.get(level, level)


def _colour(level):
    return theme.colour(theme.LEVEL_COLOURS.get(level, 3))


def _box(canvas, tree, row):
    left, wide = tree.columns[row.level]
    high, middle = tree.height(row.code_id), tree.middle[row.code_id]
    canvas.box(left, middle - high / 2, wide, high, _colour(row.level))
    canvas.text(left + wide / 2, middle, tree.lines[row.code_id])


def _link(canvas, tree, row):
    left, wide = tree.columns[row.level]
    x, y = left + wide, tree.middle[row.code_id]
    end, goal = tree.columns[tree.rows[row.parent_id].level][0], tree.middle[row.parent_id]
    half = (end - COLUMN_GAP + end) / 2
    path = f"M{joined((x, y), (end - COLUMN_GAP, y))} C{joined((half, y), (half, goal), (end, goal))}"
    canvas.arrow(path, (end, goal), (x, goal), row.status, head=False)


def _alt(codes, levels, links):
    sizes = codes.level.value_counts()
    steps = [f"{sizes[level]} 个{_name(level, levels)}" for level in levels]
    told = "数据结构图：" + (f"{steps[0]}归入 " + "，再归入 ".join(steps[1:]) if len(steps) > 1 else steps[0]) + "。"
    used = [status for status in theme.STATUS if status in {row.status for row in links}]
    if used:
        parts = [f"{theme.STATUS[one].name} {sum(row.status == one for row in links)} 条" for one in used]
        told += f"连线中{'、'.join(parts)}。"
    for row in codes[codes.parent_id == ""].itertuples():
        below = codes.label[codes.parent_id == row.code_id]
        told += f"{row.label}：{'、'.join(below)}。" if len(below) else f"{row.label}之下没有代码。"
    return told
