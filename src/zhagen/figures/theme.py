"""The one theme of all figures: fonts, colours, sizes, and how an arrow shows who says it.

A figure carries its colours as CSS custom properties (``book/_static/figures.css`` sets them for the light and the dark
mode) with the light value as fallback, and its text in ``currentColor``, so one SVG serves both modes.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.language import marked, say
from zhagen.text.characters import WIDE
from zhagen.text.cleaning import printed_width

# "Zhagen Sans" is the subset of Noto Sans SC that the book serves to a machine without a Chinese font
FONTS = (
    '"Noto Sans SC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", '
    '"Zhagen Sans", sans-serif'
)
MATPLOTLIB_FONT = "Noto Sans SC"
SECOND_FONT = "DejaVu Sans"  # what the first one lacks: ő, ł, ş, most of Cyrillic; matplotlib carries it

WIDTH = 420  # user units; shown 358 px wide on a phone of 390 px, text of 13 units is still 11 px
ENLARGE = 1.2  # and at most so many px for a unit on a wide screen
SIZES = {"head": 15, "label": 14, "note": 13}
LINE = 1.3  # line height in em

# Okabe and Ito's hues, darkened so that each holds 3:1 on the light ground (the first three, used for words, 4.5:1) and
# they differ in lightness too; figures.css holds the values for the dark ground
PALETTE = ("#003f73", "#8f3b00", "#0a7f5c", "#d65a9a", "#a88414", "#2f96e0")
INK, MUTED = "#22261f", "#5c6158"
QUIET = f"var(--zhagen-muted, {MUTED})"
PAPER = "var(--zhagen-paper, transparent)"
LEVEL_COLOURS = {
    "dimension": 0, "theme": 2, "concept": 4, "core_category": 0, "main_category": 2, "category": 5,
}  # fmt: skip


def palette_colour(place: int) -> str:
    """Return a colour of the palette as CSS.

    Parameters
    ----------
    place : int
        Which one, from 0 on; after the last the first comes again.

    Returns
    -------
    str
        A custom property with the colour of the light mode as fallback.

    Examples
    --------
    >>> palette_colour(0), palette_colour(7)
    ('var(--zhagen-1, #003f73)', 'var(--zhagen-2, #8f3b00)')
    """
    place %= len(PALETTE)
    return f"var(--zhagen-{place + 1}, {PALETTE[place]})"


@dataclass(frozen=True)
class StatusLine:
    """How a line or arrow of one status is drawn.

    Parameters
    ----------
    chinese : str
        Its name in Chinese.
    width : float
        Width of the line.
    dash : str
        The lengths of dashes and gaps, as SVG has them; empty for a solid line.
    colour : str
        A colour of CSS.
    filled : bool
        Whether the head of an arrow is filled; otherwise it is open.
    """

    chinese: str
    width: float
    dash: str
    colour: str
    filled: bool

    @property
    def name(self) -> str:
        """Its name in the legend."""
        return say(self.chinese)


# in the order of a legend: the less the text itself says, the less solid the line
STATUS = {
    "printed": StatusLine("原文写明", 2.2, "", "currentColor", True),
    "prose": StatusLine("正文写明", 2.4, "", "currentColor", True),
    "heading": StatusLine("标题写明", 1.6, "", "currentColor", False),
    "by_order": StatusLine("依次序对应", 1, "", "currentColor", True),
    "mapped": StatusLine("转述对应", 2, "11 4", "currentColor", False),
    "reconciled": StatusLine("核对调整", 1.6, "5 3", palette_colour(2), True),
    "literature": StatusLine("文献转引", 1.6, "9 3 2 3", QUIET, True),
    "unconfirmed": StatusLine("只见于副本", 1, "1 5", QUIET, False),
    "inferred": StatusLine("本书推断", 2.2, "2 4", palette_colour(1), False),
    "judged": StatusLine(marked("研究者判断"), 2.2, "3 3", palette_colour(0), False),  # what a study of one's own says
}
OWN = {"inferred": "judged"}  # of a study: who infers is the researcher and not the book


def status_line(status: str) -> StatusLine:
    """Return how a status is drawn.

    Parameters
    ----------
    status : str
        One of `STATUS`.

    Returns
    -------
    StatusLine
        Its line.

    Raises
    ------
    ZhagenError
        If there is no such status.

    Examples
    --------
    >>> status_line("inferred").dash == status_line("printed").dash
    False
    """
    if status not in STATUS:
        raise ZhagenError(f"unknown status {status!r}", todo=f"use one of {', '.join(STATUS)}")
    return STATUS[status]


def css_colour(hex_colour: str) -> str:
    """Return the CSS of one of the theme's hex colours.

    Parameters
    ----------
    hex_colour : str
        Such as ``#8f3b00``; black counts as ink.

    Returns
    -------
    str
        A custom property or ``currentColor``; another colour stays the same.

    Examples
    --------
    >>> css_colour("#000000"), css_colour("#8F3B00"), css_colour("#123456")
    ('currentColor', 'var(--zhagen-2, #8f3b00)', '#123456')
    """
    named = {INK: "currentColor", "#000000": "currentColor", MUTED: QUIET}
    named |= {value: palette_colour(place) for place, value in enumerate(PALETTE)}
    return named.get(hex_colour.lower(), hex_colour)


def wrap_label(label: str, limit: float) -> list[str]:
    """Break a label into lines of about equal length.

    Most Chinese words have two characters: a Chinese label of even length breaks after an even number of them where
    it can, though it takes a line more. A Latin word is never broken, so its line may be longer; no line begins with a
    closing mark.

    Parameters
    ----------
    label : str
        The label.
    limit : float
        The most full-width characters a line may have.

    Returns
    -------
    list of str
        The lines, one at least.

    Examples
    --------
    >>> wrap_label("数字价值创造实现机理", 5), wrap_label("AI技术（人机）", 4)
    (['数字价值', '创造实现', '机理'], ['AI技术', '（人机）'])
    """
    pieces = re.findall(r"(?:[A-Za-z0-9.%&+-]+ ?|[（“‘《【]?.)[，、。；：！？）”’》】]*", label)
    pairs = len(pieces) % 2 == 0 and all(WIDE.fullmatch(piece) for piece in pieces)
    best: list[tuple[float, list[str]]] = [(0, [])]  # for each number of pieces: (cost, lines)
    for end in range(1, len(pieces) + 1):
        ways = []
        for start in range(end - 1, -1, -1):
            line = "".join(pieces[start:end])
            wide = printed_width(line)
            if wide > limit and end - start > 1:
                break  # a longer piece of the label does not fit either
            cost, lines = best[start]
            ways.append((cost + 100 + wide**2 + (150 if pairs and start % 2 else 0), [*lines, line]))
        best.append(min(ways, key=lambda way: (way[0], [-len(line) for line in way[1]])))
    return best[-1][1] or [""]


def check_glyphs(text: str) -> None:
    """Check that Noto Sans SC or DejaVu Sans draws every character; else a page would show a blank box.

    Parameters
    ----------
    text : str
        All that a figure writes.

    Raises
    ------
    ZhagenError
        If a glyph is missing. The message names the characters.

    Examples
    --------
    >>> check_glyphs("扎根")
    >>> check_glyphs("\\u1000")
    Traceback (most recent call last):
    zhagen.errors.ZhagenError: no glyph for က (U+1000) in the fonts of the figures: take the character out of the label
    """
    missing = sorted({char for char in text if not char.isspace() and not has_glyph(char)})
    if missing:
        named = ", ".join(f"{char if char.isprintable() else ''} (U+{ord(char):04X})".strip() for char in missing)
        said = f"no glyph for {named} in the fonts of the figures"
        raise ZhagenError(said, todo="take the character out of the label")


def has_glyph(char: str) -> bool:
    """Say whether a font of the figures draws a character.

    Parameters
    ----------
    char : str
        A character.

    Returns
    -------
    bool
        Whether it does.

    Examples
    --------
    >>> has_glyph("根"), has_glyph("ő"), has_glyph("\\u1000")
    (True, True, False)
    """
    return ord(char) in glyphs_of(font_file()) or ord(char) in glyphs_of(second_font_file())


@contextmanager
def style() -> Iterator[None]:
    """Set matplotlib up for a figure of ours, and set it back.

    Inside, a missing glyph is a `ZhagenError`; matplotlib only warns, and the page would show a blank box.

    Yields
    ------
    None
        Nothing; the settings hold inside the ``with`` block.

    Raises
    ------
    ZhagenError
        If the font lacks a character, or matplotlib is not installed.

    Examples
    --------
    >>> import matplotlib
    >>> before = matplotlib.rcParams["svg.fonttype"]
    >>> with style():
    ...     matplotlib.rcParams["svg.fonttype"]
    'none'
    >>> matplotlib.rcParams["svg.fonttype"] == before
    True
    """
    matplotlib = import_extra("matplotlib", "figures")
    _register()
    with matplotlib.rc_context(_settings()), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        try:
            yield
        except UserWarning as warning:
            if not str(warning).startswith("Glyph"):
                raise
            raise ZhagenError(str(warning).rstrip("."), todo="take the character out of the label") from warning


def _settings() -> dict[str, Any]:
    return {
        "axes.axisbelow": True,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "axes.labelsize": SIZES["note"],
        "axes.prop_cycle": _cycle(),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "figure.dpi": 72,
        "figure.figsize": (WIDTH / 72, WIDTH / 72),
        # not the first font itself, so that an axis made elsewhere gets it too
        "font.family": ["sans-serif", SECOND_FONT],
        "font.sans-serif": [MATPLOTLIB_FONT],
        "font.size": SIZES["label"],
        "legend.frameon": False,
        "svg.fonttype": "none",
        "svg.hashsalt": "zhagen",
        "text.color": INK,
        "xtick.color": INK,
        "xtick.labelsize": SIZES["note"],
        "ytick.color": INK,
        "ytick.labelsize": SIZES["label"],
    }


def _cycle() -> Any:
    return import_extra("matplotlib", "figures").cycler(color=PALETTE)


def font_file() -> str:
    """Return the path of the font of all figures, which the package zhplot carries.

    Returns
    -------
    str
        The path of ``NotoSansSC-Regular.ttf``.

    Raises
    ------
    ZhagenError
        If zhplot is not installed.
    """
    found = find_spec("zhplot")  # not imported: it would load matplotlib and wordcloud
    path = Path(found.origin if found and found.origin else "").parent / "fonts" / "NotoSansSC-Regular.ttf"
    if not path.is_file():
        raise ZhagenError("the font of the package zhplot is not here", todo="run: pip install 'zhagen[figures]'")
    return str(path)


def second_font_file() -> str:
    """Return the path of the font for characters that the first one lacks; matplotlib carries it.

    Returns
    -------
    str
        The path of ``DejaVuSans.ttf``.

    Raises
    ------
    ZhagenError
        If matplotlib is not installed.
    """
    found = find_spec("matplotlib")  # not imported, as for the first one
    path = Path(found.origin if found and found.origin else "").parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    if not path.is_file():
        raise ZhagenError("the fonts of matplotlib are not here", todo="run: pip install 'zhagen[figures]'")
    return str(path)


@lru_cache(maxsize=1)
def _register() -> None:
    for file in (font_file(), second_font_file()):
        import_extra("matplotlib.font_manager", "figures").fontManager.addfont(file)


@lru_cache(maxsize=2)
def glyphs_of(file: str) -> frozenset[int]:
    """Return the code points that a font draws.

    Parameters
    ----------
    file : str
        The font.

    Returns
    -------
    frozenset of int
        Code points.
    """
    # fontTools comes with matplotlib, and a browser that draws no axes need not load the latter
    return frozenset(import_extra("fontTools.ttLib", "figures").TTFont(file, lazy=True).getBestCmap())
