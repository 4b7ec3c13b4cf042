"""Names in what is given away beside pages: pictures, documents, archives, files inside of files."""

import base64
from io import BytesIO

import pytest

from zhagen.archives import pack_files
from zhagen.book.study_book import refuse_names
from zhagen.errors import StudyError
from zhagen.materials import names_left

NAME = "王小明"


def picture(suffix, **about):
    from PIL import Image, PngImagePlugin

    made, written = Image.new("RGB", (2, 2)), BytesIO()
    if suffix == "png":
        said = PngImagePlugin.PngInfo()
        said.add_itxt("Author", about["author"], zip=True)
        made.save(written, "PNG", pnginfo=said)
    else:
        exif = Image.Exif()
        exif[0x9C9D] = about["author"].encode("utf-16-le")  # XPAuthor
        made.save(written, "JPEG", exif=exif)
    return written.getvalue()


def word(text="", author=""):
    import docx

    document, written = docx.Document(), BytesIO()
    paragraph = document.add_paragraph()
    for char in text:  # each in a run of its own, as Word does after corrections
        paragraph.add_run(char)
    document.core_properties.author = author
    document.save(written)
    return written.getvalue()


def workbook():
    import openpyxl

    book, written = openpyxl.Workbook(), BytesIO()
    book.active.append(["编号", NAME])
    book.save(written)
    return written.getvalue()


def page_holding(content, kind):
    return f'<img src="data:{kind};base64,{base64.b64encode(content).decode()}">'.encode()


CARRIERS = {
    "a.png": lambda: picture("png", author=NAME),
    "a.jpg": lambda: picture("jpg", author=NAME),
    "a.svg": lambda: "<svg><text><tspan>王</tspan><tspan>小明</tspan></text></svg>".encode(),
    "a.docx": lambda: word(f"访谈者{NAME}说"),
    "b.docx": lambda: word(author=NAME),
    "a.xlsx": workbook,
    "a.zip": lambda: pack_files({"inner.zip": pack_files({"a/b.txt": NAME.encode()})}),
    "b.zip": lambda: pack_files({f"{NAME}.txt": b""}),
    "c.zip": lambda: pack_files({"a.png": picture("png", author=NAME)}),
    "a.csv": lambda: f"编号,姓名\n1,{NAME}\n2,访谈对象\n3,店主\n".encode("gb18030"),
    "a.txt": lambda: f"\ufeff{NAME}".encode("utf-16-le"),
    "a.doc": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0" + NAME.encode("utf-16-le"),
    "a.qda": lambda: b"SQLite format 3\0" + NAME.encode(),
    "a.html": lambda: page_holding(f"<svg><title>{NAME}</title></svg>".encode(), "image/svg+xml;charset=utf-8"),
    "b.html": lambda: page_holding(picture("png", author=NAME), "image/png"),
}


@pytest.mark.parametrize("file", CARRIERS)
def test_a_name_is_found_wherever_it_lies(tmp_path, file):
    (tmp_path / file).write_bytes(CARRIERS[file]())
    assert set(names_left(tmp_path, [NAME]).found) == {NAME}
    assert names_left(tmp_path, ["李大海", "Li"]).empty  # two letters in bytes are no name
    with pytest.raises(StudyError, match=NAME):
        refuse_names(tmp_path, [NAME])


def test_a_name_in_a_pdf_is_found(tmp_path):
    import matplotlib.pyplot as plt

    plt.figure(figsize=(1, 1)).savefig(tmp_path / "a.pdf", metadata={"Author": "Wang Xiaoming"})
    plt.close()
    assert names_left(tmp_path, ["Wang Xiaoming"]).found.tolist() == ["Wang Xiaoming"]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.zip", b"PK\3\4 cut off"),
        ("a.pdf", b"%PDF-1.7 cut off"),
        ("a.png", b"\x89PNG cut off"),
        ("b.zip", pack_files({"bomb.txt": b"0" * (10 << 20)}, level=9)),
    ],
)
def test_what_cannot_be_looked_into_stops_the_book_and_is_named(tmp_path, file, content):
    (tmp_path / file).write_bytes(content)
    assert list(names_left(tmp_path, [NAME]).attrs["closed"]) == [file]
    with pytest.raises(StudyError, match=f"cannot be looked for.*{file}"):
        refuse_names(tmp_path, [NAME])
    refuse_names(tmp_path, [" "])  # nobody asked for names
