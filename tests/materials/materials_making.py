"""Files as people have them, made by the libraries that write them."""

import zipfile
from datetime import timedelta
from io import BytesIO

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from openpyxl import Workbook

TALK = [("访", "你在群里卖什么？"), ("甲", "旧书，多半是教材。"), ("访", "怎么定价？"), ("甲", "看划了多少。")]
LINES = [f"{name}：{words}" for name, words in TALK]


def word(path, paragraphs=LINES, change=None):
    """Write a Word document; `change` gets it before it is saved."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if change:
        change(document)
    document.save(str(path))
    return path


def add_run(paragraph, text, inside=None):
    """Put a run into a paragraph, inside of an element such as w:ins."""
    run = OxmlElement("w:r")
    words = OxmlElement("w:delText" if inside == "w:del" else "w:t")
    words.text = text
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    if inside:
        holder = OxmlElement(inside)
        holder.set(qn("w:author"), "林")
        holder.set(qn("w:id"), "1")
        holder.append(run)
        run = holder
    paragraph._p.append(run)


def add_notes(document, notes):
    """Give a document a part of footnotes, and put a reference to each at the end of its paragraph."""
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    body = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
        for number, text in notes.items()
    )
    xml = f'<?xml version="1.0"?><w:footnotes {nsdecls("w")}>{body}</w:footnotes>'.encode()
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, xml, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    for number, paragraph in zip(notes, document.paragraphs, strict=False):
        paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="{number}"/></w:r>'))


def workbook(path, rows, title="Sheet1", **others):
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for name, more in others.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    book.save(str(path))
    return path


def subtitles(cues):
    """Return subtitles (.srt) of (begin, end, text), in seconds."""
    import srt

    every = [
        srt.Subtitle(n, timedelta(seconds=a), timedelta(seconds=b), text) for n, (a, b, text) in enumerate(cues, 1)
    ]
    return srt.compose(every)


def pdf(path, pages, *, width=400, height=560, pictures=(), meaning=True):
    """Write a PDF whose pages are lists of (x, y, text, size): points from the left and from above.

    It has one font, whose characters are half a size wide if they are ASCII, else a whole; `pictures` are pages with a
    picture over all of them; without `meaning` the font does not say which characters it prints.
    """
    chars = sorted({char for items in pages for _, _, text, _ in items for char in text})
    code = {char: number for number, char in enumerate(chars, 1)}
    mapped = "".join(f"<{code[char]:04x}> <{char.encode('utf-16-be').hex()}>\n" for char in chars)
    blocks = "".join(
        f"{len(part)} beginbfchar\n" + "".join(part) + "endbfchar\n"
        for part in (mapped.splitlines(keepends=True)[at : at + 100] for at in range(0, len(chars), 100))
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{blocks}endcmap end end"
    )
    widths = " ".join(f"{code[char]} [500]" for char in chars if char.isascii())
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /DescendantFonts [4 0 R]"
        + (" /ToUnicode 6 0 R >>" if meaning else " >>"),
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        f" /Supplement 0 >> /FontDescriptor 5 0 R /DW 1000 /W [{widths}] >>",
        "<< /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800"
        " /Descent -200 /CapHeight 700 /StemV 80 >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
        "\nstream\n@\nendstream",
    ]
    kids = []
    for number, items in enumerate(pages, 1):
        drawn = f"q {width} 0 0 {height} 0 0 cm /I Do Q\n" if number in pictures else ""
        for x, y, text, size in items:
            coded = "".join(f"{code[char]:04x}" for char in text)
            drawn += f"BT /F {size} Tf {x} {height - y} Td <{coded}> Tj ET\n"
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F 3 0 R >> /XObject << /I 7 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{place:010d} 00000 n \n" for place in places).encode()
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(out)
    return path


def column_of(lines, x=50, y=80, size=10, pitch=16):
    """Return lines of text below each other for `pdf`; two blanks indent one by two characters."""
    return [
        (x + (2 * size if line.startswith("  ") else 0), y + pitch * number, line.strip(), size)
        for number, line in enumerate(lines)
        if line
    ]


def damaged_zip(path, change):
    """Rewrite an archive part by part: `change` gets name and bytes, and returns bytes, or None to drop the part."""
    held = BytesIO(path.read_bytes())
    with zipfile.ZipFile(held) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = change(part.filename, old.read(part))
            if content is not None:
                new.writestr(part.filename, content)
    return path
