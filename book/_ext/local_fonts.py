"""A subset of Noto Sans SC beside the pages, so that a machine without a Chinese font shows no blank boxes.

Only such a machine downloads it: `has_han.js` looks whether the system draws Han characters and takes the font out of
the stack when it does. (Named system fonts alone would not do: a phone's Han font has no name that a page can ask for.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from html import unescape
from importlib import resources
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

FAMILY = "Zhagen Sans"
NOT_DRAWN = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\u2060\ufe0e\ufe0f\ufeff]")
NOT_SHOWN = re.compile(r"<style\b.*?</style>|<!--.*?-->", re.DOTALL)  # scripts stay: they hold labels
# characters that scripts write into pages: the search page and the toggle buttons
SCRIPTS = ("search.js", "togglebutton.js", "coder.js", "reportcard.js", "pictures.js", "run.js")


def drawn_characters(source: str) -> set[str]:
    """Collect the non-ASCII characters of a page, attributes (tooltips) and SVG labels included."""
    text = unescape(NOT_SHOWN.sub("", source))
    return {character for character in text if ord(character) > 126 and not NOT_DRAWN.match(character)}


def missing_characters(characters: Iterable[str], known: Iterable[int]) -> list[str]:
    """Name the characters that a font does not have."""
    known = set(known)
    return sorted(character for character in characters if ord(character) not in known)


def shared_first(pages: dict[str, set[str]]) -> tuple[set[str], set[str]]:
    """Split the characters into those of at least half of the pages and the rest."""
    counts = Counter(character for characters in pages.values() for character in characters)
    shared = {character for character, count in counts.items() if 2 * count >= len(pages)}
    return shared, set(counts) - shared


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


def font_face(file_name: str, characters: Iterable[str]) -> str:
    """Write one @font-face rule."""
    return (
        f'@font-face {{ font-family: "{FAMILY}"; font-display: swap; src: url("{file_name}") format("woff2");\n'
        f"  unicode-range: {unicode_range(characters)}; }}\n"
    )


def write_fonts(app: Sphinx, exception: Exception | None) -> None:
    """Write the subsets and their style sheet; a character without a glyph is a warning."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages = {}
    for page in out.rglob("*.html"):
        pages[page.relative_to(out).as_posix()] = drawn_characters(page.read_text("utf-8"))
    for script in SCRIPTS:
        file = out / "_static" / script
        if file.exists():
            pages["search.html"] = pages.get("search.html", set()) | drawn_characters(file.read_text("utf-8"))
    with resources.as_file(resources.files("zhplot") / "fonts/NotoSansSC-Regular.ttf") as font_file:
        known = TTFont(font_file, lazy=True).getBestCmap()
        for page, characters in sorted(pages.items()):
            for character in missing_characters(characters, known):
                logger.warning(
                    "no glyph for %s (U+%04X) in the fallback font: some readers see a blank box; page %s",
                    character, ord(character), page,
                )  # fmt: skip
        folder = out / "_static/fonts"
        folder.mkdir(parents=True, exist_ok=True)
        rules = []
        for name, characters in zip(("shared", "rest"), shared_first(pages), strict=True):
            drawn = {character for character in characters if ord(character) in known}
            if drawn:
                write_subset(font_file, sorted(drawn), folder / f"han-{name}.woff2")
                rules.append(font_face(f"han-{name}.woff2", drawn))
    (folder / "han.css").write_text("".join(rules), "utf-8")


def setup(app: Sphinx) -> dict:
    """Link the style sheet and the look at the system's fonts; write both after the pages."""
    app.add_js_file("has_han.js", priority=1)
    app.connect("builder-inited", lambda app: app.add_css_file("fonts/han.css"))
    app.connect("build-finished", write_fonts, priority=500)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
