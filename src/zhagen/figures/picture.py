"""A figure as a value: inline SVG for light and dark pages, with the sentences that say what it shows."""

import hashlib
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.output import write_files

HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
REFERENCE = re.compile(r"url\(#([^)]+)\)")


@dataclass(frozen=True)
class Picture:
    """A figure that a notebook shows as HTML.

    Attributes
    ----------
    svg : one ``<svg>`` element, without prolog; its ids begin with a hash of the key, so pictures of different keys
        stand on one page without colliding.
    alt : sentences that say what the figure shows.
    key : names the figure.
    """

    svg: str = field(repr=False)
    alt: str
    key: str

    def _repr_html_(self):
        return f'<div class="zhagen-figure">{self.svg}</div>'

    def save(self, path):
        """Write the picture as an SVG file of its own; raises `OutputError` where that cannot be done."""
        path = Path(path)
        write_files({path.name: f'<?xml version="1.0" encoding="UTF-8"?>\n{self.svg}\n'}, path.parent)


def from_matplotlib(figure, alt, key):
    """Turn a matplotlib figure into a `Picture`; the figure stays as it is and is not shown.

    Colours of the theme become custom properties, black becomes the colour of the text, Chinese stays text. Raises
    `ZhagenError` where the font lacks a character.

    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.text(0.5, 0.5, "扎根")
    >>> ">扎根</text>" in from_matplotlib(figure, "两个字。", "demo").svg
    True
    """
    file = io.BytesIO()
    with theme.style():
        cut = {"bbox_inches": "tight", "pad_inches": 0.04}
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None}, **cut)
    root = _parse(file.getvalue())
    for tag in ("metadata", "style"):  # matplotlib's style sheet would hold for the whole page
        _drop(root, tag)
    for element in root.iter():
        if "style" in element.attrib:
            element.set("style", _plain_style(element.get("style")))
    root.set("stroke-linejoin", "round")
    return finish(root, root.get("viewBox"), alt, key)


def from_graphviz(svg_text, alt, key):
    """Turn the SVG that Graphviz writes into a `Picture`.

    The background goes, black becomes the colour of the text, the lines of a label become one text, fonts are ours.

    >>> svg = '<svg viewBox="0 0 9 9"><g class="node"><title>a</title><text x="1" y="2">扎</text></g></svg>'
    >>> ">扎</text>" in from_graphviz(svg, "一个节点。", "demo").svg
    True
    """
    root = _parse(svg_text.encode() if isinstance(svg_text, str) else svg_text)
    _drop(root, "title")  # a browser shows each as a tip
    for group in root.iter("g"):
        if group.get("class") == "graph":
            for child in group.findall("polygon")[:1]:
                group.remove(child)
        _join_lines(group)
    for element in root.iter():
        element.attrib.pop("font-family", None)
        for name in ("fill", "stroke"):
            value = element.get(name, "")
            if value == "black" or HEX.fullmatch(value):
                element.set(name, "currentColor" if value == "black" else theme.css(value))
    return finish(root, root.get("viewBox"), alt, key)


def finish(root, view_box, alt, key):
    """Make the `Picture` of a drawn ``<svg>`` element (its tags without namespace).

    Parameters
    ----------
    root : the element; it is changed.
    view_box : ``"0 0 420 300"``.
    alt : sentences; the first becomes the picture's title, all together its description.
    key : names the figure; ids are made from it.

    Raises `ZhagenError` where the alternative text is empty, the font lacks a character, or the drawing refers to
    something outside of itself.
    """
    if not alt.strip():
        raise ZhagenError(f"the figure {key} has no alternative text", todo="say in a sentence what it shows")
    theme.check_glyphs("".join(text for element in root.iter("text") for text in element.itertext()) + alt)
    prefix = "z" + hashlib.sha256(key.encode()).hexdigest()[:8]
    _prefix_ids(root, prefix, key)
    wide = float(view_box.split()[2])
    drawn = list(root)
    for child in drawn:
        root.remove(child)
    kept = {name: root.get(name) for name in ("stroke-linejoin",) if name in root.attrib}
    root.attrib.clear()
    first, rest = re.match(r"([^。]*。?)(.*)", alt.strip(), re.DOTALL).groups()
    named = f"{prefix}-title" + (f" {prefix}-desc" if rest else "")
    root.attrib.update(
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": view_box,
            "role": "img",
            "aria-labelledby": named,
            "style": f"display:block;width:100%;max-width:{wide * theme.ENLARGE:.0f}px;height:auto;margin:0 auto",
            "fill": "currentColor",
            "font-family": theme.FONTS,
            **kept,
        }
    )
    ElementTree.SubElement(root, "title", id=f"{prefix}-title").text = first
    if rest:
        ElementTree.SubElement(root, "desc", id=f"{prefix}-desc").text = rest
    root.extend(drawn)
    return Picture(ElementTree.tostring(root, encoding="unicode"), alt.strip(), key)


def name(kind, *parts):
    """Return a key for a figure that was given none: the same data give the same key.

    >>> name("bars", ["平台", 3]) == name("bars", ["平台", 3]) != name("bars", ["平台", 4])
    True
    """
    return f"{kind}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}"


def require(frame, columns):
    """Check that a data frame has these columns and at least one row; raises `ZhagenError` where not."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        told = ", ".join(str(column) for column in frame.columns)
        raise ZhagenError(f"no column {', '.join(missing)} among {told}", todo="rename the columns")
    if frame.empty:
        raise ZhagenError("the frame has no row, there is nothing to draw", todo="look where its rows were lost")


def _parse(svg):
    """Parse SVG and take the namespaces off; prolog, document type, comments and everything but labels are gone."""
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise ZhagenError(
            f"the drawing is no SVG: {error}", todo="hand over what Graphviz wrote with format svg"
        ) from error
    if "viewBox" not in root.attrib:
        raise ZhagenError("the drawing has no viewBox", todo="hand over the whole svg element")
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for full in [full for full in element.attrib if "}" in full]:
            value, short = element.attrib.pop(full), full.rpartition("}")[2]
            if short == "href":
                element.set("href", value)
        words = element.tag in ("text", "tspan") and (element.text or "").strip()
        element.text = element.text if words else None
        element.tail = element.tail if element.tag == "tspan" and (element.tail or "").strip() else None
        if "d" in element.attrib:
            element.set("d", " ".join(element.get("d").split()))
    return root


def _drop(root, tag):
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag == tag]:
            parent.remove(child)


def _plain_style(style):
    style = re.sub(r"font: [^;]*?([\d.]+px)[^;]*", r"font-size: \1", style)
    style = re.sub(r"font-family: [^;]*(; )?", "", style)
    return HEX.sub(lambda match: theme.css(match[0]), style).strip("; ")


def _join_lines(group):
    """Make the lines of one label, several texts to Graphviz, one text, so that the label is found as a whole."""
    lines = group.findall("text")
    for line in lines[1:]:
        group.remove(line)
    if len(lines) > 1:
        first = lines[0]
        texts = [(line.text, line.get("x"), line.get("y")) for line in lines]
        first.text = None
        for text, x, y in texts:
            ElementTree.SubElement(first, "tspan", x=x, y=y).text = text


def _prefix_ids(root, prefix, key):
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if attribute == "id":
                element.set("id", f"{prefix}-{value}")
            elif attribute == "href":
                if not value.startswith("#"):
                    raise ZhagenError(f"the figure {key} refers to {value}", todo="a figure stands alone: take it out")
                element.set("href", f"#{prefix}-{value[1:]}")
            else:
                element.set(attribute, REFERENCE.sub(rf"url(#{prefix}-\1)", value))
