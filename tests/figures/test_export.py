"""A saved picture brings its colours and its font, in each of the formats."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from zhagen import figures
from zhagen.errors import OutputError, ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas
from zhagen.figures.export import drawn_bytes, standalone_svg

ARROWS = pd.DataFrame(
    [("数据驱动", "能力提升", "促进", "inferred"), ("能力提升", "数据驱动", "反馈", "printed")],
    columns="source target relation status".split(),
)


@pytest.fixture(scope="module")
def picture():
    return figures.draw_mechanism(ARROWS)


def test_an_svg_file_has_its_font_and_the_colours_of_the_light_mode(picture, tmp_path):
    picture.save(tmp_path / "new" / "model.svg")
    text = (tmp_path / "new" / "model.svg").read_text("utf-8")
    root = ElementTree.fromstring(text)
    font = TTFont(io.BytesIO(base64.b64decode(re.search(r"base64,([^)]+)\)", text)[1])))
    words = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    drawn = {ord(char) for char in "".join(words)}
    assert drawn <= {*font.getBestCmap()} and len(text) < 60_000
    assert "var(" not in text and "currentColor" not in text and theme.PALETTE[1] in text
    assert picture.alt == "".join(root.find(f"{{http://www.w3.org/2000/svg}}{tag}").text for tag in ("title", "desc"))


def test_a_png_file_has_the_picture_at_three_dots_a_unit(picture, tmp_path):
    picture.save(tmp_path / "model.PNG")
    image = Image.open(tmp_path / "model.PNG").convert("RGB")
    wide, high = map(float, picture.svg.split('viewBox="')[1].split('"')[0].split()[2:])
    assert image.size == pytest.approx((wide * 3, high * 3), abs=2)
    pixels = np.array(image).reshape(-1, 3)
    assert pixels[0].tolist() == [255, 255, 255]
    for colour in (theme.INK, theme.PALETTE[1]):  # of the arrow that is printed, and of the one that is ours
        rgb = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
        assert (np.abs(pixels.astype(int) - rgb).max(axis=1) < 12).sum() > 40


def test_a_pdf_file_has_its_labels_as_text(picture, tmp_path):
    pypdf = pytest.importorskip("pypdf")
    picture.save(tmp_path / "model.pdf")
    page = pypdf.PdfReader(tmp_path / "model.pdf").pages[0]
    said = re.sub(r"\s", "", page.extract_text())
    assert all(label in said for label in ("数据驱动", "能力提升", "促进", "反馈", "本书推断"))
    assert drawn_bytes(picture.svg, "pdf") == (tmp_path / "model.pdf").read_bytes()


@pytest.mark.parametrize("name", ["model.jpg", "model", "model.svg.gz"])
def test_another_ending_is_refused(picture, tmp_path, name):
    with pytest.raises(OutputError, match=r"let it end in \.svg, \.png, \.pdf"):
        picture.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_matplotlib_drew_is_drawn_again_at_its_place():
    frame = pd.DataFrame({"term": ["数据", "平台"], "count": [4, 1]})
    image = Image.open(io.BytesIO(drawn_bytes(figures.draw_frequencies(frame).svg, "png"))).convert("RGB")
    blue = np.abs(np.array(image).astype(int) - [0, 0x3F, 0x73]).max(axis=2) < 8
    rows = blue.sum(axis=1)
    longest, shortest = rows.max(), rows[rows > 20].min()
    assert longest / shortest == pytest.approx(4, rel=0.05)


def test_a_drawing_with_an_unknown_element_is_refused():
    with pytest.raises(ZhagenError, match="no way to draw <ellipse>"):
        drawn_bytes('<svg viewBox="0 0 10 10"><ellipse rx="4" ry="2"/></svg>', "png")


def test_a_character_that_the_first_font_lacks_is_drawn_by_the_second_in_every_file():
    canvas = Canvas()
    canvas.text(150, 14, "扎根 Őrült łşğčž Жизнь かな")
    svg = canvas.picture(300, 24, "一行字。", "demo").svg
    faces = re.findall(r"family:\"([^\"]+)\";src:url\(data:font/woff;base64,([^)]+)\)", standalone_svg(svg))
    drawn = {name: set(TTFont(io.BytesIO(base64.b64decode(code))).getBestCmap()) for name, code in faces}
    assert set(map(ord, "扎根かült")) <= drawn["Zhagen Figure"]
    assert set(map(ord, "Őłşğčž")) <= drawn["Zhagen Figure 2"] and ord("根") not in drawn["Zhagen Figure 2"]
    said = pypdfium2.PdfDocument(drawn_bytes(svg, "pdf"))[0].get_textpage().get_text_range()
    assert said.strip() == "扎根 Őrült łşğčž Жизнь かな"  # no letter put together of two
