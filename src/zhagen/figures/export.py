"""A picture as a file of its own: SVG with its font, PNG, PDF.

A page gives a picture its colours and its font; a file must bring both. PNG and PDF are drawn by matplotlib from the
SVG, which uses few elements: boxes, circles, lines, paths, text, groups.
"""

import base64
import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARP = 216  # dots an inch of PNG: three for each unit
FAMILY = "Zhagen Figure"
WHITE = "#ffffff"
_VAR = re.compile(r"var\(--[\w-]+, ([^)]+)\)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_SHOWN = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "fill-opacity",
    "stroke-opacity",
    "font-size",
    "text-anchor",
)

Style = dict[str, str]


def standalone_svg(svg: str) -> str:
    """Return an SVG file: colours of the light mode on white, and the font's characters that it uses.

    Parameters
    ----------
    svg : str
        The ``<svg>`` element of a picture.

    Returns
    -------
    str
        The file's text.

    Raises
    ------
    ZhagenError
        If the font or what cuts it is not installed.

    Examples
    --------
    >>> from zhagen.figures.canvas import Canvas
    >>> canvas = Canvas(); canvas.text(50, 10, "扎根")
    >>> "@font-face" in standalone_svg(canvas.picture(100, 20, "两个字。", "demo").svg)
    True
    """
    root = _light(svg)
    _, _, wide, high = root.attrib["viewBox"].split()
    root.attrib.update({"width": wide, "height": high, "font-family": f'"{FAMILY}", "{FAMILY} 2", {theme.FONTS}'})
    root.attrib.pop("style", None)
    text = "".join(part for element in root.iter("text") for part in element.itertext())
    style = ElementTree.Element("style")
    style.text = _face(FAMILY, theme.font_file(), text)
    if rest := "".join(char for char in text if ord(char) not in theme.glyphs_of(theme.font_file()) | {10, 32}):
        style.text += _face(f"{FAMILY} 2", theme.second_font_file(), rest)
    ground = ElementTree.Element("rect", {"width": wide, "height": high, "fill": WHITE})
    place = sum(child.tag in ("title", "desc") for child in root)
    root.insert(place, ground)
    root.insert(place, style)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def drawn_bytes(svg: str, kind: str) -> bytes:
    """Return a PNG or PDF file of a picture, light, on white.

    Parameters
    ----------
    svg : str
        The ``<svg>`` element of a picture.
    kind : str
        ``png`` or ``pdf``.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    ZhagenError
        If matplotlib is not installed.

    Examples
    --------
    >>> from zhagen.figures.canvas import Canvas
    >>> canvas = Canvas(); canvas.text(50, 10, "扎根")
    >>> drawn_bytes(canvas.picture(100, 20, "两个字。", "demo").svg, "pdf")[:5]
    b'%PDF-'
    """
    file = io.BytesIO()
    with (
        theme.style(),
        import_extra("matplotlib", "figures").rc_context({"lines.scale_dashes": False, "pdf.fonttype": 42}),
    ):
        metadata = {"CreationDate": None} if kind == "pdf" else {"Software": None}
        _figure(_light(svg)).savefig(file, format=kind, dpi=SHARP, facecolor=WHITE, metadata=metadata)
    return file.getvalue()


def _light(svg: str) -> ElementTree.Element:
    """Return the element with colours instead of the page's custom properties, its tags without namespace."""
    plain = svg.replace(theme.PAPER, WHITE)
    plain = _VAR.sub(r"\1", plain).replace("currentColor", theme.INK)
    root = ElementTree.fromstring(plain)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _face(family: str, file: str, text: str) -> str:
    """Return the style rule with the characters of a font that a text needs, as WOFF."""
    subset = import_extra("fontTools.subset", "figures")
    options = subset.Options(flavor="woff", layout_features=[], notdef_outline=True, recalc_timestamp=False)
    options.drop_tables += ["FFTM"]  # when the font was made: nobody needs it, and fontTools warns of it
    font = subset.load_font(file, options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text + " ")
    cutter.subset(font)
    found = io.BytesIO()
    subset.save_font(font, found, options)
    code = base64.b64encode(found.getvalue()).decode()
    return f'@font-face{{font-family:"{family}";src:url(data:font/woff;base64,{code}) format("woff")}}'


def _figure(root: ElementTree.Element) -> "Figure":
    figure_maker = import_extra("matplotlib.figure", "figures").Figure
    left, top, wide, high = (float(part) for part in root.attrib["viewBox"].split())
    figure = figure_maker(figsize=(wide / 72, high / 72))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(left, left + wide), ylim=(top + high, top))
    ax.axis("off")
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    drawn = {"fill": theme.INK, "stroke": "none", "stroke-width": "1", "font-size": "14", "text-anchor": "start"}
    _draw(ax, root, drawn, np.eye(3), named)
    return figure


def _draw(ax: Any, parent: ElementTree.Element, style: Style, move: np.ndarray, named: Mapping[Any, Any]) -> None:
    """Draw the children of an element, in the style that they inherit."""
    for element in parent:
        if element.tag in ("defs", "title", "desc", "style", "clipPath", "metadata"):
            continue
        own, there = style | _style(element), move @ _transform(element.get("transform", ""))
        if element.tag == "g":
            _draw(ax, element, own, there, named)
        elif element.tag == "use":
            at = np.array([[1, 0, float(element.get("x", 0))], [0, 1, float(element.get("y", 0))], [0, 0, 1]])
            shape = named[element.attrib["href"].lstrip("#")]
            _shape(ax, shape, own | _style(shape), there @ at)
        elif element.tag == "text":
            _text(ax, element, own, there)
        else:
            _shape(ax, element, own, there)


def _style(element: ElementTree.Element) -> Style:
    found = {name: element.attrib[name] for name in (*_SHOWN, "opacity", "paint-order") if name in element.attrib}
    for part in element.get("style", "").split(";"):
        name, _, value = part.partition(":")
        found[name.strip()] = value.strip()
    return found


def _transform(text: str) -> np.ndarray:
    matrix = np.eye(3)
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", text):
        given = [float(part) for part in _NUMBER.findall(inside)]
        step = np.eye(3)
        if name == "translate":
            step[:2, 2] = given[0], given[1] if len(given) > 1 else 0
        elif name == "scale":
            step[0, 0], step[1, 1] = given[0], given[-1]
        elif name == "rotate":
            angle, (x, y) = np.radians(given[0]), given[1:] or (0, 0)
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            step[:2, :2], step[:2, 2] = turn, np.array([x, y]) - turn @ [x, y]
        elif name == "matrix":
            step[:2] = np.array(given).reshape(3, 2).T
        matrix = matrix @ step
    return matrix


def _shape(ax: Any, element: ElementTree.Element, style: Style, move: np.ndarray) -> None:
    patches = import_extra("matplotlib.patches", "figures")
    affine = import_extra("matplotlib.transforms", "figures").Affine2D(move)
    patch = patches.PathPatch(
        _outline(element).transformed(affine), **_paint(style), capstyle="butt", joinstyle="round"
    )
    patch.set_clip_on(False)
    ax.add_patch(patch)


def _paint(style: Style) -> dict[str, Any]:
    """Return what matplotlib calls fill, stroke, width and dashes."""
    to_rgba = import_extra("matplotlib.colors", "figures").to_rgba
    whole = float(style.get("opacity", 1))

    def colour(name: str) -> Any:
        if style.get(name, "none") == "none":
            return "none"
        return to_rgba(style[name], whole * float(style.get(f"{name}-opacity", 1)))

    wide = float(_NUMBER.findall(style["stroke-width"])[0])
    dashes = [float(part) for part in _NUMBER.findall(style.get("stroke-dasharray", ""))]
    line = (0, dashes if len(dashes) % 2 == 0 else dashes * 2) if dashes else "solid"
    return {"facecolor": colour("fill"), "edgecolor": colour("stroke"), "linewidth": wide, "linestyle": line}


def _outline(element: ElementTree.Element) -> Any:
    """Return the path of a shape."""
    path_maker = import_extra("matplotlib.path", "figures").Path
    number = {name: float(value) for name, value in element.attrib.items() if _NUMBER.fullmatch(value)}
    if element.tag == "path":
        return _path(element.attrib["d"])
    if element.tag in ("polygon", "polyline"):
        points = np.array([float(part) for part in _NUMBER.findall(element.attrib["points"])]).reshape(-1, 2)
        return path_maker(np.vstack([points, points[:1]]) if element.tag == "polygon" else points)
    if element.tag == "line":
        return path_maker([(number["x1"], number["y1"]), (number["x2"], number["y2"])])
    if element.tag == "circle":
        return path_maker.circle((number["cx"], number["cy"]), number["r"])
    if element.tag == "rect":
        x, y = number.get("x", 0), number.get("y", 0)
        wide, high = number["width"], number["height"]
        round_ = min(number.get("rx", 0), wide / 2, high / 2)
        box = import_extra("matplotlib.patches", "figures").BoxStyle.Round(pad=0, rounding_size=round_)
        return box(x, y, wide, high, 1)
    raise ZhagenError(f"there is no way to draw <{element.tag}>", todo="save the picture as .svg")


def _path(data: str) -> Any:
    """Return the path of SVG path data with absolute coordinates."""
    path_maker = import_extra("matplotlib.path", "figures").Path
    kinds = {
        "M": (path_maker.MOVETO, 1),
        "L": (path_maker.LINETO, 1),
        "Q": (path_maker.CURVE3, 2),
        "C": (path_maker.CURVE4, 3),
    }
    points: list[list[float]] = []
    codes: list[int] = []
    for command, inside in re.findall(r"([A-Za-z])([^A-Za-z]*(?:e-?\d[^A-Za-z]*)*)", data):
        given = [float(part) for part in _NUMBER.findall(inside)]
        if command in "Zz":
            points.append(points[-1])
            codes.append(path_maker.CLOSEPOLY)
        elif command in "HV":
            for value in given:
                points.append([value, points[-1][1]] if command == "H" else [points[-1][0], value])
                codes.append(path_maker.LINETO)
        elif command in kinds:
            code, _ = kinds[command]
            pairs = [given[start : start + 2] for start in range(0, len(given), 2)]
            points += pairs
            codes += [code] * len(pairs)
            if command == "M" and len(pairs) > 1:
                codes[-len(pairs) + 1 :] = [path_maker.LINETO] * (len(pairs) - 1)
        else:
            raise ZhagenError(f"there is no way to draw the path command {command}", todo="save the picture as .svg")
    return path_maker(points, codes)


def _families(text: str) -> list[str]:
    """Return the fonts of a text, in their order.

    A letter that the first one lacks would be put together of others there (a c and its háček side by side), so a text
    with such a letter is drawn with the second one as far as that goes.
    """
    families = ["sans-serif", theme.SECOND_FONT]
    return families if all(ord(char) in theme.glyphs_of(theme.font_file()) for char in text) else families[::-1]


def _text(ax: Any, element: ElementTree.Element, style: Style, move: np.ndarray) -> None:
    size = float(_NUMBER.findall(style["font-size"])[0])
    side = {"start": "left", "middle": "center", "end": "right"}[style.get("text-anchor", "start")]
    effects = []
    if style.get("paint-order") == "stroke" and style["stroke"] != "none":
        stroke = import_extra("matplotlib.patheffects", "figures").withStroke
        effects = [stroke(linewidth=float(style["stroke-width"]), foreground=style["stroke"])]
    turned = float(-np.degrees(np.arctan2(move[1, 0], move[0, 0])))
    for part in list(element) or [element]:
        at = move @ [float(part.get("x", element.get("x", 0))), float(part.get("y", element.get("y", 0))), 1]
        words = part.text or ""
        written = ax.text(
            *at[:2], words, fontsize=size, family=_families(words), color=style["fill"], ha=side, va="baseline",
            rotation=turned, rotation_mode="anchor", path_effects=effects, clip_on=False, parse_math=False,
        )  # fmt: skip
        written.set_in_layout(False)
