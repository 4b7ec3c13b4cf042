"""A figure as a value: inline SVG for light and dark pages, with the sentences that say what it shows."""

import hashlib
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pandas as pd

from zhagen.errors import OutputError, ZhagenError
from zhagen.figures import theme
from zhagen.figures.export import drawn_bytes, standalone_svg
from zhagen.figures.labels import cell_text, clean_characters, one_line
from zhagen.language import say
from zhagen.output import write_files

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
FORMATS = ("svg", "png", "pdf")  # of files
SMALLEST = 10  # px of the smallest letters, also on a phone
REFERENCE = re.compile(r"url\(#([^)]+)\)")


@dataclass(frozen=True, repr=False)
class Picture:
    """A figure that a notebook shows as HTML.

    Parameters
    ----------
    svg : str
        One ``<svg>`` element, without prolog; its ids begin with a hash of the key, so that pictures of different keys
        can be on one page.
    alt : str
        Sentences that say what the figure shows.
    key : str
        Names the figure.
    tables : tuple of pair, optional
        (name, data frame) of each table of what it shows.
    """

    svg: str = field(repr=False)
    alt: str
    key: str
    tables: tuple[tuple[str, pd.DataFrame], ...] = field(default=(), compare=False)

    def __repr__(self) -> str:
        """Say what the figure shows, in one line."""
        return f"<picture {self.key}: {self.alt}>"

    def _repr_html_(self) -> str:
        return f'<div class="zhagen-figure">{self.svg}</div>'

    def save(self, path: Path | str) -> None:
        """Write the picture as a file of its own, by its suffix: SVG with the font's characters in it, PNG or PDF.

        The file is light on white, whatever the page is.

        Parameters
        ----------
        path : pathlib.Path or str
            The file, ending in ``.svg``, ``.png`` or ``.pdf``; its folder is made if it does not exist.

        Raises
        ------
        OutputError
            If the file cannot be written, or its name ends in something else.
        """
        path = Path(path)
        kind = path.suffix.lower().lstrip(".")
        if kind not in FORMATS:
            ending = (
                f"the name of a picture ends in {path.suffix}" if path.suffix else "the name of a picture has no ending"
            )
            raise OutputError(ending, str(path), f"let it end in {', '.join(f'.{one}' for one in FORMATS)}")
        content = standalone_svg(self.svg) if kind == "svg" else drawn_bytes(self.svg, kind)
        write_files({path.name: content}, path.parent)


def from_matplotlib(figure: "Figure", alt: str, key: str, tables: Iterable[tuple[str, pd.DataFrame]] = ()) -> Picture:
    """Turn a matplotlib figure into a picture; the figure does not change and is not shown.

    Colours of the theme become custom properties, black becomes the colour of the text, Chinese stays text.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    alt : str
        Sentences that say what it shows.
    key : str
        Names the figure.
    tables : iterable of pair, optional
        (name, data frame) of each table of what it shows.

    Returns
    -------
    Picture
        The picture.

    Raises
    ------
    ZhagenError
        If the alternative text is empty, or the font lacks a character.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.text(0.5, 0.5, "扎根")
    >>> ">扎根</text>" in from_matplotlib(figure, "两个字。", "demo").svg
    True
    """
    file = io.BytesIO()
    with theme.style():
        figure.savefig(
            file, format="svg", transparent=True, metadata={"Date": None}, bbox_inches="tight", pad_inches=0.04
        )
    root = _parse(file.getvalue())
    for tag in ("metadata", "style"):  # matplotlib's style sheet would hold for the whole page
        _drop(root, tag)
    for element in root.iter():
        if "style" in element.attrib:
            element.set("style", _plain_style(element.attrib["style"]))
    root.set("stroke-linejoin", "round")
    return finish_picture(root, root.attrib["viewBox"], alt, key, tables)


def finish_picture(
    root: ElementTree.Element,
    view_box: str,
    alt: str,
    key: str,
    tables: Iterable[tuple[str, pd.DataFrame]] = (),
) -> Picture:
    """Make the picture of a drawn ``<svg>`` element.

    Parameters
    ----------
    root : xml.etree.ElementTree.Element
        The element, its tags without namespace; it is changed.
    view_box : str
        Such as ``"0 0 420 300"``.
    alt : str
        Sentences; the first becomes the picture's title, all together its description.
    key : str
        Names the figure; ids are made from it.
    tables : iterable of pair, optional
        (name, data frame) of each table of what it shows; they ride in the attribute ``data-tables``.

    Returns
    -------
    Picture
        The picture.

    Raises
    ------
    ZhagenError
        If the alternative text is empty, the font lacks a character, or the drawing refers to something outside it.
    """
    alt = " ".join(clean_characters(alt).split())
    if not alt:
        raise ZhagenError(f"the figure {key} has no alternative text", todo="say in a sentence what it shows")
    theme.check_glyphs("".join(text for element in root.iter("text") for text in element.itertext()) + alt)
    prefix = "z" + hashlib.sha256(key.encode(errors="backslashreplace")).hexdigest()[:8]
    _prefix_ids(root, prefix, key)
    wide = float(view_box.split()[2])
    drawn = list(root)
    for child in drawn:
        root.remove(child)
    kept = {name: root.attrib[name] for name in ("stroke-linejoin",) if name in root.attrib}
    root.attrib.clear()
    stop = say("。")
    first, _, rest = f"{alt} ".partition(stop)
    first, rest = first.strip() + stop.strip(), rest.strip()
    named = f"{prefix}-title" + (f" {prefix}-desc" if rest else "")
    root.attrib.update(
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": view_box,
            "role": "img",
            "aria-labelledby": named,
            # wide enough for letters of 10 px; on a screen that is narrower the figure scrolls
            "style": f"display:block;width:100%;min-width:{wide * SMALLEST / min(theme.SIZES.values()):.0f}px;"
            f"max-width:{wide * theme.ENLARGE:.0f}px;height:auto;margin:0 auto",
            "fill": "currentColor",
            "font-family": theme.FONTS,
            **kept,
        }
    )
    tables = tuple(tables)
    if tables:
        root.set("data-tables", _tables_text(tables))
    ElementTree.SubElement(root, "title", id=f"{prefix}-title").text = first
    if rest:
        ElementTree.SubElement(root, "desc", id=f"{prefix}-desc").text = rest
    root.extend(drawn)
    return Picture(ElementTree.tostring(root, encoding="unicode"), alt, key, tables)


def _tables_text(tables: tuple[tuple[str, pd.DataFrame], ...]) -> str:
    """Write tables as JSON whose quotation marks are single ones, which need no escape in an attribute."""
    given = [
        {
            "name": name,
            "columns": [one_line(column) for column in frame.columns],
            "rows": [[one_line(cell_text(cell, 4)) for cell in row] for row in frame.to_numpy(dtype=object).tolist()],
        }
        for name, frame in tables
    ]
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    return text.replace("'", "\\u0027").replace('"', "'")


def picture_key(kind: str, *parts: object) -> str:
    """Return a key for a figure that was given none: the same data give the same key.

    Parameters
    ----------
    kind : str
        The kind of figure, such as ``bars``.
    *parts : object
        All that the figure is drawn from, as values whose `repr` shows them in full.

    Returns
    -------
    str
        The key.

    Examples
    --------
    >>> picture_key("bars", ["平台", 3]) == picture_key("bars", ["平台", 3]) != picture_key("bars", ["平台", 4])
    True
    """
    return f"{kind}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}"


def require_columns(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Check that a data frame has some columns and at least one row.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data to be drawn.
    columns : iterable of str
        The columns.

    Raises
    ------
    ZhagenError
        If a column is missing, or the frame has no row.
    """
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        there = ", ".join(str(column) for column in frame.columns)
        raise ZhagenError(f"no column {', '.join(missing)} among {there}", todo="rename the columns")
    if frame.empty:
        raise ZhagenError("the frame has no row, there is nothing to draw", todo="look where its rows were lost")


def _parse(svg: bytes) -> ElementTree.Element:
    """Parse SVG and take the namespaces off; prolog, document type, comments and everything but labels are gone."""
    root = ElementTree.fromstring(svg)
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
            element.set("d", " ".join(element.attrib["d"].split()))
    return root


def _drop(root: ElementTree.Element, tag: str) -> None:
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag == tag]:
            parent.remove(child)


def _plain_style(style: str) -> str:
    style = re.sub(r"font: [^;]*?([\d.]+px)[^;]*", r"font-size: \1", style)
    style = re.sub(r"font-family: [^;]*(; )?", "", style)
    return HEX.sub(lambda match: theme.css_colour(match[0]), style).strip("; ")


def _prefix_ids(root: ElementTree.Element, prefix: str, key: str) -> None:
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if attribute == "id":
                element.set("id", f"{prefix}-{value}")
            elif attribute == "href":
                if not value.startswith("#"):
                    raise ZhagenError(f"the figure {key} refers to {value}", todo="draw what it refers to")
                element.set("href", f"#{prefix}-{value[1:]}")
            else:
                element.set(attribute, REFERENCE.sub(rf"url(#{prefix}-\1)", value))
