"""The data structure of a study: from concepts over themes to dimensions, a column a level."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, cast

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, mark_row, svg_points
from zhagen.figures.labels import cell_text, one_line
from zhagen.figures.picture import Picture, picture_key, require_columns
from zhagen.figures.table import line_ranges
from zhagen.language import say, say_in, say_list, say_number
from zhagen.text.cleaning import printed_width
from zhagen.vocabulary import LEVELS

WRAP = {2: (9, 8), 3: (8, 6, 6), 4: (7, 5, 4, 4)}  # characters a line by number of levels, finest level first
PAD, GAP, COLUMN_GAP, EDGE = 8, 7, 24, 4
SIZE = theme.SIZES["label"]
ORDERS = {"concept": "一阶概念", "theme": "二阶主题"}  # where a codebook has themes
GLOSS = 36  # characters of what a reader sees of evidence, at most


def draw_structure(
    codebook: "HasCodes | HasCodebook", *, wrap: Mapping[str, int] | None = None, key: str = ""
) -> Picture:
    """Draw the codes as a tree, the finest level on the left, the line to the parent in the style of the code's status.

    Parameters
    ----------
    codebook : zhagen.extraction.Codebook or zhagen.study.Study
        Or anything with a frame ``codes`` (columns ``code_id``, ``level``, ``label``, ``parent_id``, ``status``). Of a
        study, its codebook; `zhagen.study.gioia_study` gives the one with concepts, themes and dimensions. Levels are
        taken from the parents: a code without parent is on top, as are all of its level.
    wrap : mapping of str to int, optional
        Level -> characters a line; for a level that is not in it, as many as three or four columns leave on a phone.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture.

    Raises
    ------
    ZhagenError
        If a column is missing, there is no code, a parent is not there or of the same level, a status is unknown, or
        the font lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> rows = [("d", "dimension", "数据驱动", "", "printed"), ("t", "theme", "需求源点建立", "d", "by_order")]
    >>> frame = pd.DataFrame(rows, columns=["code_id", "level", "label", "parent_id", "status"])
    >>> draw_structure(SimpleNamespace(codes=frame)).alt
    '数据结构图：1 个二阶主题归入 1 个聚合维度。连线都是依次序对应。数据驱动 ← 需求源点建立。'
    """
    codebook = bare_codebook(codebook)
    rows, levels = read_codes(codebook)
    tree = _Tree(rows, levels, wrap or {})
    canvas = Canvas()
    top = theme.SIZES["head"] + 18
    for level in levels:
        left, wide = tree.columns[level]
        canvas.text(left + wide / 2, 12, level_name(level, levels), size=theme.SIZES["note"], fill=theme.QUIET)
    bottom = top + tree.place(top)
    links = [row for row in rows if row.parent_id]
    canvas.table(say("编码条目"), code_details(codebook, rows, levels))
    places = {row.code_id: mark_row(0, place) for place, row in enumerate(rows)}
    for row in rows:
        above = places.get(row.parent_id, "")
        name = say("{what}（{how}）", what=row.label, how=level_name(row.level, levels))
        with canvas.mark(
            places[row.code_id],
            name=name,
            group=level_name(row.level, levels),
            from_=above and places[row.code_id],
            to=above,
        ):
            if row.parent_id:
                _link(canvas, tree, row)
            _box(canvas, tree, row)
    if links:
        bottom += 8 + canvas.legend([row.status for row in links], bottom + 8, tree.width, head=False)
    made = picture_key("structure", [tuple(row) for row in rows])
    return canvas.picture(tree.width, bottom + EDGE, _alt(rows, levels, links), key or made)


class HasCodes(Protocol):
    """Anything with a frame of codes."""

    @property
    def codes(self) -> pd.DataFrame:
        """The codes."""


class HasCodebook(Protocol):
    """Anything with a codebook, such as a study."""

    @property
    def codebook(self) -> HasCodes:
        """The codebook."""


def bare_codebook(given: HasCodes | HasCodebook) -> HasCodes:
    """Return a codebook, or the one of a study.

    Parameters
    ----------
    given : HasCodes or HasCodebook
        Either.

    Returns
    -------
    HasCodes
        The codebook; that of a study says that who infers is the researcher.
    """
    whole: Any = given
    if not hasattr(whole, "codebook"):
        return cast(HasCodes, whole)
    codes: pd.DataFrame = whole.codebook.codes
    return _Codes(codes.assign(status=codes["status"].replace(theme.OWN)) if "status" in codes else codes)


class _Codes(NamedTuple):
    codes: pd.DataFrame


class Code(NamedTuple):
    """A code as figures need it.

    Parameters
    ----------
    code_id, level, label, parent_id, status : str
        As in the frame ``codes`` of a codebook.
    """

    code_id: str
    level: str
    label: str
    parent_id: str
    status: str


class _Tree:
    """Where every box is: a leaf takes a row of its own, a parent is in the middle of its children."""

    def __init__(self, rows: list[Code], levels: list[str], wrap: Mapping[str, int]) -> None:
        self.rows = {row.code_id: row for row in rows}
        self.children: dict[str, list[str]] = {}
        for row in rows:
            self.children.setdefault(row.parent_id, []).append(row.code_id)
        limits = dict(zip(levels, WRAP.get(len(levels), (6,) * len(levels)), strict=True)) | dict(wrap)
        self.lines = {row.code_id: theme.wrap_label(row.label, limits[row.level]) for row in rows}
        self.columns: dict[str, tuple[float, float]] = {}
        left = float(EDGE)
        for level in levels:
            drawn = [line for row in rows if row.level == level for line in self.lines[row.code_id]]
            heading = printed_width(level_name(level, levels)) * theme.SIZES["note"]
            wide = max(max(printed_width(line) for line in drawn) * SIZE + 2 * PAD, heading)
            self.columns[level] = (left, wide)
            left += wide + COLUMN_GAP
        self.width = left - COLUMN_GAP + EDGE
        self.middle: dict[str, float] = {}

    def height(self, code_id: str) -> float:
        """Return the height of a code's box."""
        return len(self.lines[code_id]) * SIZE * theme.LINE + PAD

    def place(self, top: float) -> float:
        """Give every code its middle, from `top` downwards; returns the height of all."""
        end = top
        for code_id in self.children.get("", []):
            end = self._place(code_id, end, GAP) + GAP
        return end - top

    def _place(self, code_id: str, top: float, gap: float) -> float:
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


def _levels(rows: list[Code]) -> list[str]:
    """Return the levels, finest first; raises `ZhagenError` if the parents do not make levels."""
    level = {row.code_id: row.level for row in rows}
    label = {row.code_id: row.label for row in rows}
    above: dict[str, set[str]] = {}
    for row in rows:
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
    ordered: list[str] = []
    known = list(LEVELS)  # where no parent says which of two levels is the higher one, their names do
    left = list(dict.fromkeys(row.level for row in rows))
    left.sort(key=lambda one: known.index(one) if one in known else len(known))
    while left:
        highest = [one for one in left if not above.get(one, set()) & set(left)]
        if not highest:
            raise ZhagenError(f"the levels {', '.join(left)} go round in a circle", todo="correct parent_id")
        ordered += highest
        left = [one for one in left if one not in highest]
    return ordered[::-1]


def read_codes(codebook: HasCodes) -> tuple[list[Code], list[str]]:
    """Return the codes of a codebook and its levels, checked.

    Parameters
    ----------
    codebook : zhagen.extraction.Codebook
        Or anything with a frame ``codes``.

    Returns
    -------
    tuple
        The codes, labels on one line; the levels, the finest first.

    Raises
    ------
    ZhagenError
        As `draw_structure`.
    """
    codes = codebook.codes
    require_columns(codes, ["code_id", "level", "label", "parent_id", "status"])
    codes = codes.fillna({"parent_id": ""}).assign(label=[one_line(label) for label in codes["label"]])
    rows = [Code(*row) for row in codes[list(Code._fields)].itertuples(index=False, name=None)]
    return rows, _levels(rows)


def level_name(level: str, levels: list[str]) -> str:
    """Name a level for readers.

    Parameters
    ----------
    level : str
        The level.
    levels : list of str
        All levels of the codebook: beside a theme, a concept is one of the first order.

    Returns
    -------
    str
        Its name, such as ``二阶主题``.

    Examples
    --------
    >>> level_name("concept", ["concept", "theme"]), level_name("concept", ["concept", "category"])
    ('一阶概念', '概念')
    """
    return say(_level(level, levels))


def level_count(number: int, level: str, levels: list[str]) -> str:
    """Say how many codes of a level there are.

    Parameters
    ----------
    number : int
        How many.
    level : str
        The level.
    levels : list of str
        All levels of the codebook.

    Returns
    -------
    str
        Such as ``2 个二阶主题``.

    Examples
    --------
    >>> level_count(2, "theme", ["concept", "theme"])
    '2 个二阶主题'
    """
    return say_number(f"{{n}} 个{_level(level, levels)}", number)


def _level(level: str, levels: list[str]) -> str:
    named = LEVELS | ORDERS if "theme" in levels else LEVELS
    return named.get(level, level)


def _colour(level: str) -> str:
    return theme.palette_colour(theme.LEVEL_COLOURS.get(level, 3))


def _box(canvas: Canvas, tree: _Tree, row: Code) -> None:
    left, wide = tree.columns[row.level]
    high, middle = tree.height(row.code_id), tree.middle[row.code_id]
    canvas.box(left, middle - high / 2, wide, high, _colour(row.level))
    canvas.text(left + wide / 2, middle, tree.lines[row.code_id])


def _link(canvas: Canvas, tree: _Tree, row: Code) -> None:
    left, wide = tree.columns[row.level]
    x, y = left + wide, tree.middle[row.code_id]
    end, goal = tree.columns[tree.rows[row.parent_id].level][0], tree.middle[row.parent_id]
    half = (end - COLUMN_GAP + end) / 2
    path = f"M{svg_points((x, y), (end - COLUMN_GAP, y))} C{svg_points((half, y), (half, goal), (end, goal))}"
    canvas.arrow(path, (end, goal), (x, goal), row.status, head=False)


def code_details(codebook: "HasCodes", rows: list[Code], levels: list[str]) -> pd.DataFrame:
    """Return what is known of each code, for readers; of its evidence how many pieces there are and where.

    Parameters
    ----------
    codebook : zhagen.extraction.Codebook
        Or anything with a frame ``codes``, and a frame ``evidence`` where there is evidence.
    rows : list of Code
        Its codes, as `read_codes` returns them.
    levels : list of str
        Their levels.

    Returns
    -------
    pandas.DataFrame
        One row a code; columns without any word are left out.
    """
    codes, evidence = codebook.codes, getattr(codebook, "evidence", None)
    label = {row.code_id: row.label for row in rows}
    names = [level_name(row.level, levels) for row in rows]
    table = pd.DataFrame({say("层次"): names, say("编码条目"): [row.label for row in rows]})
    table[say("归入")] = [label.get(row.parent_id, "") for row in rows]
    table[say("状态")] = [theme.status_line(row.status).name for row in rows]
    if {"line_start", "line_end"} <= {*codes.columns}:
        table[say_in("of a text", "行")] = line_ranges(codes).to_numpy()
    if evidence is not None and "code_id" in evidence.columns:
        pieces = evidence.groupby("code_id").size()
        table[say("证据条数")] = [int(pieces.get(row.code_id, 0)) or "" for row in rows]
        if {"line_start", "line_end"} <= {*evidence.columns}:
            where = line_ranges(evidence).groupby(evidence["code_id"]).agg(say("、").join)
            table[say("证据所在行")] = [where.get(row.code_id, "") for row in rows]
        if "gloss" in evidence.columns:  # our own words for what the study quotes
            first = evidence.groupby("code_id")["gloss"].first().map(one_line)
            gists = [str(first.get(row.code_id, "")) for row in rows]
            table[say("第一条大意")] = [words if len(words) <= GLOSS else f"{words[: GLOSS - 1]}…" for words in gists]
    if "reason" in codes.columns:
        table[say("理由")] = [one_line(cell_text(value)) for value in codes["reason"]]
    return table[[column for column in table if (table[column] != "").any()]]


def gathered_text(rows: list[Code], levels: list[str]) -> str:
    """Say how many codes of each level are gathered into how many of the next; a level without links is named apart.

    Parameters
    ----------
    rows : list of Code
        The codes.
    levels : list of str
        Their levels, the finest first.

    Returns
    -------
    str
        The sentence, without its full stop.

    Examples
    --------
    >>> rows = [Code("a", "category", "定价", "", "inferred"), Code("b", "concept", "凭旧", "a", "inferred")]
    >>> rows.append(Code("c", "core_category", "信任", "", "inferred"))
    >>> gathered_text(rows, ["concept", "category", "core_category"])
    '1 个概念归入 1 个范畴；另有 1 个核心范畴'
    """
    sizes = Counter(row.level for row in rows)
    level = {row.code_id: row.level for row in rows}
    linked = {end for row in rows if row.parent_id for end in (row.level, level[row.parent_id])}
    steps = [level_count(sizes[one], one, levels) for one in levels if not linked or one in linked]
    apart = [level_count(sizes[one], one, levels) for one in levels if linked and one not in linked]
    if len(steps) > 1 and linked:
        text = say("{finest}归入 {steps}", finest=steps[0], steps=say("，再归入 ").join(steps[1:]))
    else:
        text = say_list(steps)
    return text + (say("；另有 {codes}", codes=say_list(apart)) if apart else "")


def _alt(rows: list[Code], levels: list[str], links: list[Code]) -> str:
    text = say("数据结构图：{gathered}。", gathered=gathered_text(rows, levels))
    used = [status for status in theme.STATUS if status in {row.status for row in links}]
    if used:
        numbers = [(theme.STATUS[one].name, sum(row.status == one for row in links)) for one in used]
        parts = say_list([say("{status} {number} 条", status=name, number=number) for name, number in numbers])
        text += (
            say("连线中{statuses}。", statuses=parts)
            if len(used) > 1
            else say("连线都是{status}。", status=numbers[0][0])
        )
    below: dict[str, list[Code]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    if not links:
        return text + say("依次是{labels}，彼此没有连线。", labels=say_list([row.label for row in rows]))
    alone = [row.label for row in rows if not row.parent_id and row.code_id not in below]
    for top in (row for row in rows if not row.parent_id and row.code_id in below):
        said = []
        for row in below[top.code_id]:
            finer = below.get(row.code_id, [])
            last = finer and not any(one.code_id in below for one in finer)
            what = level_count(len(finer), finer[0].level, levels) if finer else ""
            if finer and not last:  # four levels: the labels of the third are said too
                sizes_below = [(one.label, say("{number} 个", number=len(below.get(one.code_id, [])))) for one in finer]
                what = say_list([say("{what}（{how}）", what=label, how=how) for label, how in sizes_below])
            said.append(say("{what}（{how}）", what=row.label, how=what) if what else row.label)
        text += f"{top.label} ← {say_list(said)}" + say("。")
    return text + (say("没有归入也没有被归入的：{labels}。", labels=say_list(alone)) if alone else "")
