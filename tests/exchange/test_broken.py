"""Broken and hostile files are refused: one message, exit status 2, no half study."""

import random
import stat
import struct
import zipfile
from xml.etree import ElementTree

import pytest

from exchange.conftest import CODE, GUID, SELECTION, SOURCE, TEXT, coding, qde, selection, text_source, write_qdpx
from zhagen.cli import main
from zhagen.errors import ZhagenError
from zhagen.exchange import check_exchange, export_study, import_study

LAUGH = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
DECLARED = '<?xml version="1.0" encoding="utf-8"?>'
TWO = f'<Code guid="{CODE}" name="甲"/><Code guid="{CODE}" name="乙"/>'
DEEP = "".join(f'<Code guid="{GUID(n)}-{n}" name="{n}">' for n in range(150)) + "</Code>" * 150

XML = {  # what is wrong -> (the XML, words of the message)
    "cut off": (qde()[:-30], "no well-formed XML"),
    "not XML": ("一段话", "no well-formed XML"),
    "empty": ("", "no well-formed XML"),
    "a control character": (qde().replace("旧书", "旧\x01书"), "no well-formed XML"),
    "an unknown encoding": (qde().replace("utf-8", "klingon"), "no well-formed XML"),
    "another root": (f'{DECLARED}<html xmlns="urn:QDA-XML:project:1.0"/>', "no project of REFI-QDA"),
    "no namespace": (qde().replace('xmlns="urn:QDA-XML:project:1.0" ', ""), "no project of REFI-QDA"),
    "another namespace": (qde().replace("urn:QDA-XML:project:1.0", "urn:x"), "no project of REFI-QDA"),
    "a codebook": (f'{DECLARED}<CodeBook xmlns="urn:QDA-XML:codebook:1.0"/>', "no project of REFI-QDA"),
    "billion laughs": (qde().replace(DECLARED, DECLARED + LAUGH).replace("旧书", "&b;"), "document type or entities"),
    "an external entity": (
        qde().replace(DECLARED, DECLARED + OUTSIDE).replace("旧书", "&a;"),
        "document type or entities",
    ),
    "a document type alone": (
        qde().replace(DECLARED, DECLARED + '<!DOCTYPE a SYSTEM "http://x/a.dtd">'),
        "document type",
    ),
    "an entity of nobody": (qde().replace("旧书", "&nbsp;"), "no well-formed XML"),
    "a code without name": (qde(codes=f'<Code guid="{CODE}"/>'), "a code has no name"),
    "a code without GUID": (qde(codes='<Code name="甲"/>'), "a code has no GUID"),
    "two codes with one GUID": (qde(codes=TWO), "has the GUID of a code"),
    "a source with the GUID of a code": (qde().replace(SOURCE, CODE), "has the GUID of a code"),
    "a source without GUID": (qde().replace(f'guid="{SOURCE}"', ""), "a source has no GUID"),
    "codes 150 deep": (qde(codes=DEEP), "more than 100 deep"),
    "a coding of no code": (
        qde(source=text_source(inside=selection(inside=coding(GUID(77))))),
        "is not in the codebook",
    ),
    "a coding without reference": (
        qde(source=text_source(inside=selection(inside=f'<Coding guid="{GUID(7)}"/>'))),
        "none",
    ),
    "an end before the start": (qde(source=text_source(inside=selection(9, 8))), "is not in the text"),
    "an end behind the text": (qde(source=text_source(inside=selection(9, 9999))), "is not in the text of"),
    "a start before the text": (qde(source=text_source(inside=selection(-1, 3))), "is not in the text of"),
    "an offset in words": (qde(source=text_source(inside=selection("nine", 14))), "no whole number"),
    "an offset too long": (qde(source=text_source(inside=selection(9, "9" * 400))), "no whole number"),
    "an offset missing": (qde().replace('endPosition="14"', ""), "no whole number"),
    "a text that is missing": (qde(source=text_source(path='plainTextPath="internal://b.txt"')), "is missing"),
    "a path out of the archive": (
        qde(source=text_source(path='plainTextPath="internal://../../etc/passwd"')),
        "is missing",
    ),
}


def refused(tmp_path, capsys, file, words):
    assert main(["import", str(file), "--out", str(tmp_path / "study")]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and words in said.err, said.err
    assert not (tmp_path / "study").exists()
    assert check_exchange(file).severity.eq("error").any()


@pytest.mark.parametrize("name", XML)
def test_a_broken_project_is_refused(tmp_path, capsys, name):
    xml, words = XML[name]
    refused(tmp_path, capsys, write_qdpx(tmp_path / "a.qdpx", xml), words)


def patched(path, at, form, value):
    """Write a number into each header of the central directory of a zip."""
    content = bytearray(path.read_bytes())
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into(form, content, place + at, value)
        place = content.find(b"PK\x01\x02", place + 4)
    path.write_bytes(content)


def archive(kind, path):
    good = {"project.qde": qde(), "sources/a.txt": TEXT}
    names = {
        "no project": {"sources/a.txt": TEXT},
        "two projects": {**good, "other.qde": qde()},
        "traversal": {**good, "../evil.txt": "x"},
        "traversal in Windows' way": {**good, "sources\\..\\..\\evil.txt": "x"},
        "an absolute name": {**good, "/etc/evil": "x"},
        "a drive": {**good, "C:evil.txt": "x"},
        "a bomb by ratio": {**good, "sources/a.txt": "0" * (9 << 20)},
        "a text that is no text": {**good, "sources/a.txt": b"\x00\xff\xfe\x81" * 50},
        "a text in half of UTF-16": {**good, "sources/a.txt": b"\xff\xfe\x00\xd8\x00"},
    }
    if kind == "no zip":
        path.write_bytes(b"GIF89a" * 50)
    elif kind == "nothing":
        path.write_bytes(b"")
    else:
        write_qdpx(path, "", names.get(kind, good), inner="")
    if kind == "cut off":
        path.write_bytes(path.read_bytes()[:-40])
    if kind == "a damaged text":
        content = bytearray(path.read_bytes())
        content[content.find(b"sources/a.txt") + 20] ^= 0xFF
        path.write_bytes(content)
    if kind == "encrypted":
        patched(path, 8, "<H", 1)
    if kind == "an unknown way of packing":
        patched(path, 10, "<H", 99)
    if kind == "a size that is not true":
        patched(path, 24, "<I", 7)
    if kind == "a size of gigabytes":
        patched(path, 24, "<I", 3 << 30)
    if kind == "a link":
        with zipfile.ZipFile(path, "a") as zipped:
            info = zipfile.ZipInfo("sources/link.txt")
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            zipped.writestr(info, "/etc/passwd")
    if kind == "a name twice":
        with pytest.warns(UserWarning), zipfile.ZipFile(path, "a") as zipped:
            zipped.writestr("sources/a.txt", "other")
    return path


ARCHIVES = {
    "no zip": "no zip file",
    "nothing": "no zip file",
    "cut off": "no zip file",
    "no project": "no file .qde",
    "two projects": "2 files .qde",
    "traversal": "leads out of the archive",
    "traversal in Windows' way": "leads out of the archive",
    "an absolute name": "leads out of the archive",
    "a drive": "leads out of the archive",
    "a link": "is a link",
    "a name twice": "is there twice",
    "encrypted": "encrypted",
    "an unknown way of packing": "damaged",
    "a damaged text": "damaged",
    "a size that is not true": "damaged",
    "a size of gigabytes": "too large",
    "a bomb by ratio": "zip bomb",
    "a text that is no text": "cannot be read",
    "a text in half of UTF-16": "no UTF-16",
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_hostile_archive_is_refused(tmp_path, capsys, kind):
    refused(tmp_path, capsys, archive(kind, tmp_path / "a.qdpx"), ARCHIVES[kind])


def test_a_file_that_is_not_there(tmp_path, capsys):
    refused(tmp_path, capsys, tmp_path / "b.qdpx", "there is no such file")


@pytest.mark.parametrize(
    "name", ["a coding of no code", "an end behind the text", "two codes with one GUID", "a text that is missing"]
)
def test_what_fits_is_taken_if_that_is_asked_for(tmp_path, capsys, name):
    whole = selection(0, 2, guid=GUID(100), inside=coding(guid=GUID(101)))
    xml = XML[name][0].replace("</TextSource>", f"{whole}</TextSource>")
    file = write_qdpx(tmp_path / "a.qdpx", xml)
    assert main(["import", str(file), "--out", str(tmp_path / "study"), "--partial"]) == 0
    assert "it is not taken" in capsys.readouterr().out


def mutant(content, draw):
    """Return the bytes of a good file with something spoiled in them."""
    data = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(data))
        act = draw.randrange(4)
        if act == 0:
            data[at] = draw.randrange(256)
        elif act == 1:
            del data[at : at + draw.randint(1, 30)]
        elif act == 2:
            data[at:at] = data[at - 20 : at]
        else:
            data[at:at] = draw.randbytes(3)
    return bytes(data)


def spoiled_xml(path, draw, new):
    """Write the project with its XML spoiled, in a zip that is whole: deeper than what a checksum stops."""
    with zipfile.ZipFile(path) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    lines = files["project.qde"].decode().split("\n")
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(2, len(lines) - 1)
        act = draw.randrange(5)
        if act == 0:
            del lines[at]
        elif act == 1:
            lines[at] = lines[draw.randrange(2, len(lines) - 1)]
        elif act == 2:
            lines[at] = lines[at].replace('"', "'", 1)
        elif act == 3:
            lines[at] = "".join(draw.choice('0aF-"<>/=é ') if draw.random() < 0.05 else char for char in lines[at])
        else:
            other = draw.randrange(2, len(lines) - 1)
            lines[at], lines[other] = lines[other], lines[at]
    write_qdpx(new, "\n".join(lines), {name: text for name, text in files.items() if name != "project.qde"})


VALUES = [
    "",
    "-1",
    "999999",
    "²",
    "true",
    "{}",
    GUID(1),
    "../../x",
    "9" * 30,
    "NVivo",
    "history.csv",
    "=1+1",
    "a;b",
    "..",
]


def moved_xml(path, draw, new):
    """Write the project with elements moved, doubled, taken out, and attributes that say something else."""
    with zipfile.ZipFile(path) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    root = ElementTree.fromstring(files["project.qde"])
    for _ in range(draw.randint(1, 3)):
        above = {child: element for element in root.iter() for child in element}
        element = draw.choice(list(above))
        act = draw.randrange(4)
        if act == 0 and element.attrib:
            element.set(draw.choice(list(element.attrib)), draw.choice(VALUES))
        elif act == 1 and element.attrib:
            del element.attrib[draw.choice(list(element.attrib))]
        elif act == 2:
            above[element].remove(element)
        else:
            other = draw.choice(list(above))
            if other not in list(element.iter()):
                other.append(element)
    name = draw.choice(sorted(files))
    files[name] = draw.choice([files[name], files[name][:20], b""]) if name != "project.qde" else b""
    write_qdpx(new, ElementTree.tostring(root), {key: value for key, value in files.items() if key != "project.qde"})


def survive(file, folder):
    """Import a file and check it; nothing but a ZhagenError may come out, and then no folder."""
    try:
        import_study(file, folder)
    except ZhagenError:
        assert not folder.exists()
    check_exchange(file)


def test_a_hundred_mutants_leave_no_traceback_and_no_half_study(tmp_path, study):
    export_study(study, tmp_path / "a.qdpx")
    content, draw = (tmp_path / "a.qdpx").read_bytes(), random.Random(1)
    for number in range(100):
        file = tmp_path / f"{number}.qdpx"
        if number % 3:
            (spoiled_xml, moved_xml)[number % 3 - 1](tmp_path / "a.qdpx", draw, file)
        else:
            file.write_bytes(mutant(content, draw))
        survive(file, tmp_path / str(number))


CODEBOOKS = {
    "no XML": ("码", "no well-formed XML"),
    "a project": (qde(), "no codebook of REFI-QDA"),
    "entities": (f'{LAUGH}<CodeBook xmlns="urn:QDA-XML:codebook:1.0"/>', "document type or entities"),
    "no name": (
        f'<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes><Code guid="{CODE}"/></Codes></CodeBook>',
        "no name",
    ),
}


@pytest.mark.parametrize("name", CODEBOOKS)
def test_a_broken_codebook_is_refused(tmp_path, capsys, name):
    xml, words = CODEBOOKS[name]
    (tmp_path / "a.qdc").write_text(xml, encoding="utf-8")
    refused(tmp_path, capsys, tmp_path / "a.qdc", words)


FINDINGS = {
    "a dangling note": (
        qde().replace("</TextSource>", f'<NoteRef targetGUID="{GUID(7)}"/></TextSource>'),
        "leads nowhere",
    ),
    "an empty container": (qde(more="<Notes/>"), "Note is missing"),
    "a coding that names a source": (
        qde(source=text_source(inside=selection(inside=coding(SOURCE)))),
        "leads to a TextSource",
    ),
    "GUIDs twice": (qde().replace(SELECTION, SOURCE), "is that of a TextSource, too"),
    "elements in another order": (qde(more="<Users/>"), "comes too late"),
    "an attribute of nobody": (qde().replace('name="I01"', 'nam="I01"'), "there is no attribute nam"),
    "a colour in words": (qde().replace('isCodable="true"', 'isCodable="true" color="red"'), "color is 'red'"),
    "no GUID": (qde().replace(SELECTION, "12"), "guid is no GUID"),
    "words that are elsewhere": (
        qde(source=text_source(inside=selection(name="照片拍最花"))),
        "does not begin with its name",
    ),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_the_check_sees_what_the_schema_does_not(tmp_path, name):
    xml, words = FINDINGS[name]
    assert check_exchange(write_qdpx(tmp_path / "a.qdpx", xml)).found.str.contains(words, regex=False).any()


def test_a_codebook_of_any_size_is_not_read(tmp_path):
    path = tmp_path / "codes.qdc"
    with path.open("wb") as file:
        file.truncate(65 << 20)
    assert check_exchange(path).found.tolist() == ["the file is too large for a codebook"]
    with pytest.raises(ZhagenError, match="too large for a codebook"):
        import_study(path, tmp_path / "study")
