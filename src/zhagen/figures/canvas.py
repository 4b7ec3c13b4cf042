"""A drawing under way: text, boxes and lines in user units, y downwards."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import atan2, cos, sin
from xml.etree import ElementTree

import pandas as pd

from zhagen.figures import theme
from zhagen.figures.picture import Picture, finish_picture
from zhagen.text.cleaning import printed_width

MIDDLE = 0.37  # from the middle of a Chinese character down to its baseline, in em
ARROW_HEAD = 9  # length of an arrow's head, as wide as long

Point = tuple[float, float]


class Canvas:
    """A sheet to draw on: shapes are put on it one over the other, `picture` hands the drawing over.

    Examples
    --------
    >>> canvas = Canvas()
    >>> canvas.text(50, 10, "扎根")
    >>> canvas.picture(100, 20, "两个字。", "demo").svg.endswith(' text-anchor="middle">扎根</text></svg>')
    True
    """

    def __init__(self) -> None:
        self.root = ElementTree.Element("svg")
        self.tables: list[tuple[str, pd.DataFrame]] = []
        self._mark: dict[str, str] = {}

    def table(self, name: str, frame: pd.DataFrame) -> int:
        """Give the picture a table of what it shows; a reader opens it and saves it as CSV.

        Parameters
        ----------
        name : str
            What its rows are, such as ``箭头``.
        frame : pandas.DataFrame
            The table, its columns named for readers.

        Returns
        -------
        int
            Its number.
        """
        self.tables.append((name, frame))
        return len(self.tables) - 1

    @contextmanager
    def mark(self, row: str, **data: str) -> Iterator[None]:
        """Say that all that is put meanwhile shows one row of a table: a reader points at it and reads the row.

        Parameters
        ----------
        row : str
            Number of the table and of the row, as `mark_row` writes them.
        **data : str
            What the book's script asks: ``name``, ``status``, ``group`` (several with ``、`` between them), and the
            rows of the marks that it leads ``from`` and ``to``. An empty value is left out.

        Yields
        ------
        None
            Nothing; the mark holds inside the ``with`` block.
        """
        given = {f"data-{key.rstrip('_')}": value for key, value in data.items() if value}
        if data.get("status"):
            given["data-means"] = theme.status_line(data["status"]).name
        self._mark = {"data-row": row, **given}
        try:
            yield
        finally:
            self._mark = {}

    def put(
        self, tag: str, parent: ElementTree.Element | None = None, /, **attributes: float | str
    ) -> ElementTree.Element:
        """Put an element.

        Parameters
        ----------
        tag : str
            Its tag.
        parent : xml.etree.ElementTree.Element, optional
            The element to put it in; None puts it on the sheet.
        **attributes : float or str
            ``stroke_width=2.0`` becomes ``stroke-width="2"``; an empty value is left out.

        Returns
        -------
        xml.etree.ElementTree.Element
            The element.
        """
        given = {key.rstrip("_").replace("_", "-"): svg_number(value) for key, value in attributes.items()}
        kept = {key: value for key, value in given.items() if value != ""}
        if parent is None and self._mark:
            kept |= self._mark
            self._mark = {"data-row": self._mark["data-row"]}  # the first of several has the rest
        return ElementTree.SubElement(self.root if parent is None else parent, tag, kept)

    def text(
        self,
        x: float,
        y: float,
        lines: str | list[str],
        *,
        size: float = theme.SIZES["label"],
        anchor: str = "middle",
        fill: str = "",
        halo: bool = False,
    ) -> None:
        """Put a label; it is one text element, however many lines it has.

        Parameters
        ----------
        x, y : float
            Where it is put; the middle of all its lines is at the height `y`.
        lines : str or list of str
            The label, one line or several.
        size : float, default 14
            Height of a character.
        anchor : str, default "middle"
            Which part of a line is at `x`: ``start``, ``middle`` or ``end``.
        fill : str, optional
            A colour of CSS; none takes the colour of the text.
        halo : bool, default False
            Whether the label clears the ground around it.
        """
        lines = [lines] if isinstance(lines, str) else lines
        top = y - (len(lines) - 1) * size * theme.LINE / 2 + MIDDLE * size
        more: dict[str, float | str] = {"x": x, "y": top} if len(lines) == 1 else {}
        more |= {"font_size": size, "text_anchor": anchor, "fill": fill}
        if halo:
            more |= {"paint_order": "stroke", "stroke": theme.PAPER, "stroke_width": 3}
        element = self.put("text", **more)
        if len(lines) == 1:
            element.text = lines[0]
            return
        for row, words in enumerate(lines):
            self.put("tspan", element, x=x, y=top + row * size * theme.LINE).text = words

    def box(
        self,
        x: float,
        y: float,
        wide: float,
        high: float,
        colour: str,
        *,
        strength: float = 0.14,
        line: float = 1.4,
    ) -> None:
        """Put a rounded box: an outline with a tint that lets the page through.

        Parameters
        ----------
        x, y : float
            Its upper left corner.
        wide, high : float
            Its size.
        colour : str
            A colour of CSS.
        strength : float, default 0.14
            How strong the tint is, 0 to 1.
        line : float, default 1.4
            Width of the outline.
        """
        self.put(
            "rect", x=x, y=y, width=wide, height=high, rx=4, fill=colour, fill_opacity=strength,
            stroke=colour, stroke_width=line,
        )  # fmt: skip

    def arrow(self, path: str, tip: Point, back: Point, status: str, *, head: bool = True) -> None:
        """Put a line in the style of a status.

        Parameters
        ----------
        path : str
            SVG path data, to the foot of the head.
        tip, back : tuple of float
            (x, y) of the head's point and of a point behind it, which give its direction.
        status : str
            Who says it; see `zhagen.figures.theme.STATUS`.
        head : bool, default True
            Whether the line ends in a head.
        """
        line = theme.status_line(status)
        group = self.put("g", fill="none", stroke=line.colour, class_="zhagen-arrow", data_status=status,
                         data_means=line.name)  # fmt: skip
        self.put("path", group, d=path, stroke_width=line.width, stroke_dasharray=line.dash)
        if head:
            angle = atan2(tip[1] - back[1], tip[0] - back[0])
            x, y = tip[0] - ARROW_HEAD * cos(angle), tip[1] - ARROW_HEAD * sin(angle)
            across, down = ARROW_HEAD / 2 * sin(angle), ARROW_HEAD / 2 * cos(angle)
            points = svg_points((x + across, y - down), tip, (x - across, y + down))
            if line.filled:
                self.put("polygon", group, points=points, fill=line.colour, stroke_width=1)
            else:
                self.put("polyline", group, points=svg_points((x, y), tip), stroke_width=1.2)
                self.put("polyline", group, points=points, stroke_width=1.6)

    def legend(self, statuses: Iterable[str], y: float, wide: float, *, head: bool = True) -> float:
        """Put the legend of the statuses that occur, in the theme's order.

        Parameters
        ----------
        statuses : iterable of str
            The statuses, in any order and number; one at least.
        y : float
            Its upper end.
        wide : float
            How wide it may be.
        head : bool, default True
            Whether its lines end in a head.

        Returns
        -------
        float
            The height that it took.
        """
        size, pitch, given = theme.SIZES["note"], 22, set(statuses)
        used = [status for status in theme.STATUS if status in given]
        column = 44 + max(printed_width(theme.STATUS[status].name) for status in used) * size + 12
        columns = max(int(wide // column), 1)
        for place, status in enumerate(used):
            row, x = place // columns, (place % columns) * column + 2
            middle = y + row * pitch + pitch / 2
            tip, end = (x + 36, middle), x + (36 - ARROW_HEAD if head else 36)
            self.arrow(f"M{svg_points((x, middle), (end, middle))}", tip, (x, middle), status, head=head)
            self.text(x + 44, middle, theme.STATUS[status].name, size=size, anchor="start")
        return pitch * -(-len(used) // columns)

    def picture(self, wide: float, high: float, alt: str, key: str) -> Picture:
        """Return the drawing as a picture.

        Parameters
        ----------
        wide, high : float
            Size of the sheet.
        alt : str
            Sentences that say what it shows.
        key : str
            Names the figure.

        Returns
        -------
        Picture
            The picture.
        """
        return finish_picture(self.root, f"0 0 {svg_number(wide)} {svg_number(high)}", alt, key, self.tables)


def mark_row(table: int, row: int) -> str:
    """Write the place of a row among the tables of a picture.

    Parameters
    ----------
    table, row : int
        Number of the table, number of the row in it.

    Returns
    -------
    str
        Such as ``0-3``.

    Examples
    --------
    >>> mark_row(0, 3)
    '0-3'
    """
    return f"{table}-{row}"


def svg_number(value: float | str) -> str:
    """Write a coordinate with at most two decimals.

    Parameters
    ----------
    value : float or str
        The coordinate; a string stays the same.

    Returns
    -------
    str
        The value of an attribute.

    Examples
    --------
    >>> svg_number(2.0), svg_number(-0.001), svg_number("a"), svg_number(1.256)
    ('2', '0', 'a', '1.26')
    """
    if isinstance(value, str):
        return value
    short = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return "0" if short in ("-0", "") else short


def svg_points(*points: Point) -> str:
    """Write points as path data and polygons want them.

    Parameters
    ----------
    *points : tuple of float
        (x, y) each.

    Returns
    -------
    str
        The points, separated by blanks.

    Examples
    --------
    >>> svg_points((0, 1.5), (2, 3))
    '0,1.5 2,3'
    """
    return " ".join(f"{svg_number(x)},{svg_number(y)}" for x, y in points)
