"""The fonts of the printed book: subsets with TrueType outlines, which every reader embeds and shows as text.

Chromium embeds fonts with CFF outlines glyph by glyph as Type 3, which viewers show badly; so outlines are converted.
All fonts are under the Open Font License or as free (DejaVu). Those that no installed package has come from the wheels
of `fonts.lock`, unpacked in `.fonts`; without them, bold is the regular sans serif and formulas take the system's font.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

from printing.pages import ROOT

WHEELS = ROOT / ".fonts"
LAYOUT = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "halt", "chws", "ssty", "dtls"]


@dataclass(frozen=True)
class Face:
    """One face: the family and weight that style sheets name, the package and file that hold it."""

    family: str
    weight: int
    package: str
    file: str
    name: str = ""  # of a font in a collection
    axis: int | None = None  # the weight to take from a variable font


FACES = (
    Face("Book Serif", 400, "pylopdf_fonts_zh_cn", "NotoSerifSC-Regular.otf"),
    # bold within a Song text is set in Hei, as Chinese books do
    Face("Book Serif", 700, "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc", "Noto Sans CJK SC", 700),
    Face("Book Sans", 400, "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"),
    Face("Book Sans", 700, "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc", "Noto Sans CJK SC", 700),
    Face("Book Mono", 400, "matplotlib", "mpl-data/fonts/ttf/DejaVuSansMono.ttf"),
    Face("Book Mono", 700, "matplotlib", "mpl-data/fonts/ttf/DejaVuSansMono-Bold.ttf"),
    Face("Book Signs", 400, "matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf"),  # what the others do not draw
    Face("Book Math", 400, "ziamath", "fonts/STIXTwoMath-Regular.ttf"),
)
# MathML shows a single letter as its italic, which is a character of its own
ITALIC = "".join(map(chr, [0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)]))


def font_file(face: Face) -> Path | None:
    """Find the file of a face among the unpacked wheels or the installed packages."""
    folders = [WHEELS / face.package]
    if found := find_spec(face.package):
        folders += [Path(place) for place in found.submodule_search_locations or ()]
    return next((folder / face.file for folder in folders if (folder / face.file).is_file()), None)


def open_font(file: Path, name: str) -> TTFont:
    """Open a font, or the one of a collection that has this name."""
    if file.suffix != ".ttc":
        return TTFont(file)
    for font in TTCollection(file, lazy=True).fonts:
        if font["name"].getDebugName(1) == name or font["name"].getDebugName(16) == name:
            return font
    raise SystemExit(f"{file.name} has no font named {name}")


def with_truetype(font: TTFont, axis: int | None) -> None:
    """Replace CFF outlines by TrueType outlines, of one weight where the font is variable."""
    drawn = font.getGlyphSet(location={"wght": axis} if axis else None)
    order, glyphs = font.getGlyphOrder(), {}
    for name in order:
        pen = TTGlyphPen(None)
        drawn[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    widths = {name: round(drawn[name].width) for name in order}
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    for name in order:
        glyphs[name].recalcBounds(font["glyf"])
        font["hmtx"][name] = (widths[name], getattr(glyphs[name], "xMin", 0))
    most = font["maxp"]
    most.tableVersion, most.maxZones = 0x00010000, 1
    for limit in (
        "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
        "maxSizeOfInstructions", "maxComponentElements", "maxPoints", "maxContours", "maxCompositePoints",
        "maxCompositeContours", "maxComponentDepth",
    ):  # fmt: skip
        setattr(most, limit, 0)
    for table in ("CFF ", "CFF2", "VORG", "fvar", "avar", "HVAR", "VVAR", "MVAR", "STAT"):
        if table in font:
            del font[table]
    font["post"].formatType, font.sfntVersion = 3.0, "\x00\x01\x00\x00"


def write_face(file: Path, face: Face, characters: str, target: Path) -> None:
    """Write one face with these characters only, embedded as the printed book needs it."""
    options = subset.Options(hinting=False, layout_features=LAYOUT, notdef_outline=True, desubroutinize=True)
    options.drop_tables += ["VORG", "BASE", "vhea", "vmtx", "DSIG", "FFTM"]
    font = open_font(file, face.name)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters + ITALIC if face.family == "Book Math" else characters)
    cutter.subset(font)
    if "glyf" not in font:
        with_truetype(font, face.axis)
    if face.axis:  # or it is embedded under the name of its thinnest weight
        for number, text in ((1, face.name), (4, f"{face.name} Bold"), (6, f"{face.name} Bold".replace(" ", ""))):
            font["name"].setName(text, number, 3, 1, 0x409)
    font.recalcTimestamp = False
    font.save(target)


def write_fonts(characters: Iterable[str], folder: Path) -> str:
    """Write all faces that are at hand and return the style sheet that names them; those of an earlier run are kept."""
    text = "".join(sorted({one for one in characters if ord(one) > 31}))
    folder.mkdir(parents=True, exist_ok=True)
    kept, rules = set(), []
    for face in FACES:
        file = font_file(face)
        if file is None:
            continue
        source = f"{face.package} {face.file} {face.axis} {file.stat().st_size} {text}"
        target = folder / f"{file.name.split('.')[0]}-{hashlib.sha256(source.encode()).hexdigest()[:12]}.ttf"
        if not target.is_file():
            write_face(file, face, text, target)
        kept.add(target)
        rules.append(
            f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; '
            f'src: url("{folder.name}/{target.name}"); }}'
        )
    for old in set(folder.glob("*.ttf")) - kept:
        old.unlink()
    return "\n".join(rules)
