"""A drawing under way: text, boxes and lines in user units, y downwards."""

from math import atan2, cos, sin
from xml.etree import ElementTree

from zhagen.figures import theme
from zhagen.figures.picture import finish
from zhagen.text.cleaning import printed_width

MIDDLE = 0.37  # from the middle of a Chinese character down to its baseline, in em
HEAD = 9  # length of an arrow's head, as wide as long


class Canvas:
    """Shapes are put on it one over the other; `picture` hands the drawing over.

    >>> canvas = Canvas()
    >>> canvas.text(50, 10, "扎根")
    >>> canvas.picture(100, 20, "两个字。", "demo").svg.endswith(' text-anchor="middle">扎根</text></svg>')
    True
    """

    def __init__(self):
        self.root = ElementTree.Element("svg")

    def put(self, tag, parent=None, **attributes):
        """Put an element; ``stroke_width=2.0`` becomes ``stroke-width="2"``, an empty value is left out."""
        given = {key.rstrip("_").replace("_", "-"): number(value) for key, value in attributes.items()}
        kept = {key: value for key, value in given.items() if value != ""}
        return ElementTree.SubElement(self.root if parent is None else parent, tag, kept)

    def text(self, x, y, lines, size=theme.SIZES["label"], anchor="middle", fill="", halo=False):
        """Put a label, one line or a list of lines, its middle at the height `y`; it is one text element."""
        lines = [lines] if isinstance(lines, str) else lines
        top = y - (len(lines) - 1) * size * theme.LINE / 2 + MIDDLE * size
        around = {"paint_order": "stroke", "stroke": theme.PAPER, "stroke_width": 3} if halo else {}
        place = {"x": x, "y": top} if len(lines) == 1 else {}
        element = self.put("text", **place, font_size=size, text_anchor=anchor, fill=fill, **around)
        if len(lines) == 1:
            element.text = lines[0]
            return
        for row, words in enumerate(lines):
            self.put("tspan", element, x=x, y=top + row * size * theme.LINE).text = words

    def box(self, x, y, wide, high, colour, strength=0.14, line=1.4, dash=""):
        """Put a rounded box, upper left corner at (x, y): an outline with a tint that lets the page through."""
        self.put(
            "rect", x=x, y=y, width=wide, height=high, rx=4, fill=colour, fill_opacity=strength,
            stroke=colour, stroke_width=line, stroke_dasharray=dash,
        )  # fmt: skip

    def arrow(self, path, tip, back, status, head=True):
        """Put a line in the style of a status.

        Parameters
        ----------
        path : SVG path data, to the foot of the head.
        tip, back : (x, y) of the head's point and of a point behind it, which give its direction.
        status : who says it; see `zhagen.figures.theme.STATUS`.
        """
        line = theme.line(status)
        group = self.put("g", fill="none", stroke=line.colour, class_="zhagen-arrow", data_status=status)
        self.put("path", group, d=path, stroke_width=line.width, stroke_dasharray=line.dash)
        if head:
            angle = atan2(tip[1] - back[1], tip[0] - back[0])
            x, y = tip[0] - HEAD * cos(angle), tip[1] - HEAD * sin(angle)
            across, down = HEAD / 2 * sin(angle), HEAD / 2 * cos(angle)
            points = joined((x + across, y - down), tip, (x - across, y + down))
            if line.filled:
                self.put("polygon", group, points=points, fill=line.colour, stroke_width=1)
            else:
                self.put("polyline", group, points=joined((x, y), tip), stroke_width=1.2)
                self.put("polyline", group, points=points, stroke_width=1.6)

    def legend(self, statuses, y, wide, head=True):
        """Put the legend of the statuses that occur, in the theme's order, below `y`; returns the height it took."""
        size, pitch = theme.SIZES["note"], 22
        used = [status for status in theme.STATUS if status in set(statuses)]
        column = 44 + max(printed_width(theme.STATUS[status].name) for status in used) * size + 12
        columns = max(int(wide // column), 1)
        for place, status in enumerate(used):
            row, x = place // columns, (place % columns) * column + 2
            middle = y + row * pitch + pitch / 2
            tip, end = (x + 36, middle), x + (36 - HEAD if head else 36)
            self.arrow(f"M{joined((x, middle), (end, middle))}", tip, (x, middle), status, head)
            self.text(x + 44, middle, theme.STATUS[status].name, size, anchor="start")
        return pitch * -(-len(used) // columns)

    def picture(self, wide, high, alt, key):
        """Return the drawing as a `zhagen.figures.picture.Picture`."""
        return finish(self.root, f"0 0 {number(wide)} {number(high)}", alt, key)


def number(value):
    """Write a number with at most two decimals; a string stays.

    >>> number(2.0), number(-0.001), number("a"), number(1.256)
    ('2', '0', 'a', '1.26')
    """
    if isinstance(value, str):
        return value
    short = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return "0" if short in ("-0", "") else short


def joined(*points):
    """Write points as path data and polygons want them.

    >>> joined((0, 1.5), (2, 3))
    '0,1.5 2,3'
    """
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)
