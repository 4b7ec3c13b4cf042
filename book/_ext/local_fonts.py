"""Noto Sans SC beside the pages, in parts, so that a machine without a Chinese font shows no blank boxes.

The family's rules name the Chinese fonts of common systems before our file: the browser, which knows its fonts, takes
the first it has and downloads nothing. (A page cannot find out by drawing: browsers draw a missing character in
unlike ways.) `Zhagen Blank` has one empty glyph, as wide as a Chinese character, for all of them: while our font is
coming, it keeps the lines where they will be.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from functools import cache
from html import unescape
from importlib import resources
from pathlib import Path

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

FAMILY = "Zhagen Sans"
NOT_DRAWN = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\u2060\ufe0e\ufe0f\ufeff]")
NOT_SHOWN = re.compile(r"<style\b.*?</style>|<!--.*?-->", re.DOTALL)  # scripts stay: they hold labels
# full and PostScript names: a browser may know either
LOCAL = (
    "PingFang SC", "PingFangSC-Regular", "Hiragino Sans GB", "HiraginoSansGB-W3", "Microsoft YaHei", "MicrosoftYaHei",
    "Noto Sans CJK SC", "NotoSansCJKsc-Regular", "Noto Sans CJK SC Regular", "Noto Sans SC", "NotoSansSC-Regular",
    "Source Han Sans SC", "SourceHanSansSC-Regular", "Source Han Sans CN", "SourceHanSansCN-Regular",
    "HarmonyOS Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "SimHei", "SimSun",
)  # fmt: skip
EPOCH = 2_082_844_800  # 1970 in seconds from 1904
WIDE = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6))


def drawn_characters(source: str) -> set[str]:
    """Collect the non-ASCII characters of a page, attributes (tooltips) and SVG labels included."""
    text = unescape(NOT_SHOWN.sub("", source))
    return {character for character in text if ord(character) > 126 and not NOT_DRAWN.match(character)}


def missing_characters(characters: Iterable[str], known: Iterable[int]) -> list[str]:
    """Name the characters that a font does not have."""
    known = set(known)
    return sorted(character for character in characters if ord(character) not in known)


def parts_of(pages: dict[str, set[str]]) -> dict[str, set[str]]:
    """Split the characters into those of at least half of the pages, those of an eighth, and, for each folder, its own.

    What remains is in a part for the rest: a page asks for the parts that hold its characters only.
    """
    counts = Counter(character for characters in pages.values() for character in characters)
    folders: dict[str, set[str]] = {}
    for page, characters in pages.items():
        for character in characters:
            folders.setdefault(character, set()).add(page.removeprefix("slides/").rpartition("/")[0].rpartition("/")[2])
    parts: dict[str, set[str]] = {"shared": set(), "common": set(), "rest": set()}
    for character, count in counts.items():
        own = folders[character]
        if 2 * count >= len(pages):
            part = "shared"
        elif 8 * count >= len(pages):
            part = "common"
        else:
            part = next(iter(own)) if len(own) == 1 and own != {""} else "rest"
        parts.setdefault(part, set()).add(character)
    return parts


def unicode_range(characters: Iterable[str]) -> str:
    """Write a CSS unicode-range.

    >>> unicode_range("bac")
    'U+61-63'
    """
    points, spans = sorted(map(ord, characters)), []
    for point in points:
        if spans and point == spans[-1][1] + 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in spans)


def write_subset(font_file: Path, characters: Iterable[str], target: Path) -> None:
    """Write a woff2 with these characters only; no hinting, no layout features: the last resort is to be small."""
    options = subset.Options(flavor="woff2", hinting=False, layout_features=[], name_IDs=[0, 1, 2, 13, 14])
    options.drop_tables += ["vhea", "vmtx", "VORG"]
    font = subset.load_font(str(font_file), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(characters))
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


@cache
def blank_font() -> bytes:
    """Make a font that draws nothing, as wide as Chinese characters are."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "wide"])
    builder.setupCharacterMap({})
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))  # a point: browsers refuse a font without any outline
    pen.lineTo((0, 0))
    pen.closePath()
    empty = pen.glyph()
    builder.setupGlyf({".notdef": empty, "wide": empty})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "wide": (1000, 0)})
    builder.setupHorizontalHeader(ascent=1160, descent=-288)  # those of Noto Sans SC
    builder.setupNameTable({"familyName": "Zhagen Blank", "styleName": "Regular"}, mac=False)
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=1160, usWinDescent=288)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = EPOCH  # the same bytes at every build
    builder.font.recalcTimestamp = False
    many = CmapSubtable.newSubtable(13)  # many characters, one glyph
    many.platformID, many.platEncID, many.language = 3, 10, 0
    many.cmap = {point: "wide" for first, last in WIDE for point in range(first, last + 1)}
    builder.font["cmap"].tables.append(many)
    builder.font.flavor = "woff2"
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def font_face(file_name: str, characters: Iterable[str]) -> str:
    """Write one @font-face rule."""
    named = ",".join(f'local("{name}")' for name in LOCAL)
    return (
        f'@font-face {{ font-family: "{FAMILY}"; font-display: swap;\n'
        f'  src: {named}, url("{file_name}") format("woff2");\n'
        f"  unicode-range: {unicode_range(characters)}; }}\n"
    )


def write_fonts(app: Sphinx, exception: Exception | None) -> None:
    """Write the subsets and their style sheet; a character without a glyph is a warning.

    A study's own book shows what its people said, in whatever script: there it is only said, as a reader's own fonts
    draw Cyrillic or Hangul.
    """
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages = {}
    for page in out.rglob("*.html"):
        pages[page.relative_to(out).as_posix()] = drawn_characters(page.read_text("utf-8"))
    for script in (out / "_static").glob("*.js"):  # what scripts write into pages
        if script.name not in ("search_names.js", "search_texts.js", "tips_data.js"):  # of the pages
            pages["search.html"] = pages.get("search.html", set()) | drawn_characters(script.read_text("utf-8"))
    with resources.as_file(resources.files("zhplot") / "fonts/NotoSansSC-Regular.ttf") as font_file:
        known = TTFont(font_file, lazy=True).getBestCmap()
        named = logger.info if getattr(app.config, "zhagen_study_book", False) else logger.warning
        for page, characters in sorted(pages.items()):
            for character in missing_characters(characters, known):
                named(
                    "no glyph for %s (U+%04X) in the fallback font: some readers see a blank box; page %s",
                    character, ord(character), page,
                )  # fmt: skip
        folder = out / "_static/fonts"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        rules = []
        for name, characters in sorted(parts_of(pages).items()):
            drawn = {character for character in characters if ord(character) in known}
            if drawn:
                file = folder / f"han-{name}.woff2"
                write_subset(font_file, sorted(drawn), file)
                digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
                rules.append(font_face(f"{file.name}?v={digest}", drawn))
    (folder / "han.css").write_text("".join(rules), "utf-8")


def add_blank(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object) -> None:
    """Give the layout the blank font: the page has it before the style sheet comes."""
    context["blank_font"] = base64.b64encode(blank_font()).decode("ascii")


def setup(app: Sphinx) -> dict:
    """Link the style sheet, which `bundles.py` joins with the others; write it and the fonts after the pages."""
    app.connect("builder-inited", lambda app: app.add_css_file("fonts/han.css"))
    app.connect("html-page-context", add_blank)
    app.connect("build-finished", write_fonts, priority=500)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
