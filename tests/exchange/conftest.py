"""Small projects of other programs, put together by the tests: each has one way of theirs."""

import zipfile

import pytest

from study.conftest import small

URN = "urn:QDA-XML:project:1.0"
TEXT = "问：怎么卖？\n答：先说哪里破。"
GUID = "00000000-0000-4000-8000-0000000000{:02x}".format
USER, CODE, SOURCE, SELECTION, CODING = (GUID(number) for number in range(1, 6))


def qde(*, users=None, codes=None, source=None, more="", origin="Some Program 1.0", attributes=""):
    """Return the XML of a project of one source, one code and one coding."""
    users = f'<Users><User guid="{USER}" name="林"/></Users>' if users is None else users
    codes = f'<Code guid="{CODE}" name="不利先说" isCodable="true"/>' if codes is None else codes
    source = text_source() if source is None else source
    body = f"{users}<CodeBook><Codes>{codes}</Codes></CodeBook>{{cases}}<Sources>{source}</Sources>{more}"
    cases = more if more.startswith(("<Variables", "<Cases")) else ""
    body = body.replace("{cases}", cases)
    body = body if not cases else body[: body.rindex(more)]
    head = f'<Project xmlns="{URN}" name="旧书" origin="{origin}" creatingUserGUID="{USER}" {attributes}>'
    return f'<?xml version="1.0" encoding="utf-8"?>{head}{body}</Project>'


def text_source(*, path='plainTextPath="internal://a.txt"', inside=None, name='name="I01"', before=""):
    inside = selection() if inside is None else inside
    return f'<TextSource guid="{SOURCE}" {name} {path}>{before}{inside}</TextSource>'


def selection(start=9, end=14, *, name="", inside=None, guid=SELECTION, before="", attributes=None):
    inside = coding() if inside is None else inside
    attributes = f'creatingUser="{USER}" creationDateTime="2024-03-05T10:20:30Z"' if attributes is None else attributes
    ends = f'startPosition="{start}" endPosition="{end}"'
    return f'<PlainTextSelection guid="{guid}" name="{name}" {ends} {attributes}>{before}{inside}</PlainTextSelection>'


def coding(code=CODE, *, guid=CODING, user=f'creatingUser="{USER}"'):
    return f'<Coding guid="{guid}" {user}><CodeRef targetGUID="{code}"/></Coding>'


def write_qdpx(path, xml, files=None, *, inner="project.qde"):
    files = {"sources/a.txt": TEXT} if files is None else files
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in {**({inner: xml} if inner else {}), **files}.items():
            zipped.writestr(name, content)
    return path


@pytest.fixture
def study():
    return small()
