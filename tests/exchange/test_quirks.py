"""What other programs write in their own ways is read as it is meant; what is not taken is listed."""

import pytest

from exchange.conftest import (
    CODE,
    CODING,
    GUID,
    SELECTION,
    SOURCE,
    TEXT,
    USER,
    coding,
    qde,
    selection,
    text_source,
    write_qdpx,
)
from zhagen.exchange import import_study
from zhagen.exchange.offsets import place_spans


def taken(tmp_path, xml, files=None, **more):
    report = import_study(write_qdpx(tmp_path / "a.qdpx", xml, files, **more), tmp_path / "study")
    return report, report.study


def quotes(study):
    return study.quotations(coder=study.coders).quote.tolist()


BLANK = 'plainTextPath="internal://a%20b.txt"'
BARE = f'<Code guid="{CODE}" name="不利先说"><Description/></Code>'
INLINE = f"<PlainTextContent>{TEXT}</PlainTextContent>"
BRACED = qde().replace(CODE, "{" + CODE.upper() + "}", 1)
VARIANTS = {
    "another name of the project": (qde(), None, "Trial.qde"),
    "sources in capitals": (qde(), {"Sources/A.TXT": TEXT}, "project.qde"),
    "no internal://": (qde(source=text_source(path='plainTextPath="a.txt"')), None, "project.qde"),
    "blanks as %20": (qde(source=text_source(path=BLANK)), {"sources/a b.txt": TEXT}, "project.qde"),
    "text at the root": (qde(), {"a.txt": TEXT}, "project.qde"),
    "text in the XML": (qde(source=text_source(path="", before=INLINE)), {}, "project.qde"),
    "a byte order mark": (qde(), {"sources/a.txt": "\ufeff" + TEXT}, "project.qde"),
    "UTF-16": (qde(), {"sources/a.txt": TEXT.encode("utf-16")}, "project.qde"),
    "GB 18030": (qde(), {"sources/a.txt": TEXT.encode("gb18030")}, "project.qde"),
    "docx beside txt": (qde(), {"sources/a.txt": TEXT, "sources/a.docx": b"PK", "sources/.root": b""}, "project.qde"),
    "GUIDs in braces and capitals": (BRACED, None, "project.qde"),
    "no colours, an empty description": (qde(codes=BARE), None, "project.qde"),
    "users without names": (qde(users=f'<Users><User guid="{USER}" id="林"/></Users>'), None, "project.qde"),
    "a PDF with its text": (
        qde(source=f'<PDFSource guid="{GUID(9)}" name="I01" path="internal://a.pdf"><Representation guid="{SOURCE}" '
            f'plainTextPath="internal://a.txt">{selection()}</Representation></PDFSource>'), None, "project.qde"),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_ways_of_writing_one_and_the_same_project(tmp_path, name):
    xml, files, inner = VARIANTS[name]
    _, study = taken(tmp_path, xml, files, inner=inner)
    assert quotes(study) == ["先说哪里破"]
    row = study.codings.to_dict("records")[0]
    assert (row["source_id"], row["coder"], row["date"]) == ("I01", "林", "2024-03-05")
    assert row["created"] == "2024-03-05T10:20:30Z"
    assert study.texts == {"I01": TEXT}


COUNTED = [  # raw text, offsets, name, program, words
    ("😀甲\r\n乙丙", (5, 7), "", "NVivo for Windows 12.6", "乙丙"),  # UTF-16, two characters a line end
    ("😀甲\r\n乙丙", (3, 5), "", "ATLAS.ti 26", "乙丙"),  # code points, one character a line end
    ("😀甲\r\n乙丙", (4, 6), "", "MAXQDA 24", "乙丙"),  # code points, two
    ("😀甲\r\n乙丙", (3, 5), "乙丙", "MAXQDA 24", "乙丙"),  # its words say otherwise
    ("😀甲\r\n乙丙", (5, 7), "乙丙…", "Quirkos", "乙丙"),
    ("😀甲\r\n乙丙", (0, 1), "", "NVivo for Mac 15", "😀"),  # half a pair: the character whole
    ("e\u0301t\u00e9 乙", (4, 5), "", "", " "),  # not NFC: é is one character now
    ("\ufeff甲乙", (1, 3), "甲乙", "QualCoder 4", "甲乙"),  # a second mark was a character there
]


@pytest.mark.parametrize(("raw", "span", "name", "origin", "words"), COUNTED)
def test_offsets_are_counted_as_the_program_counts_them(raw, span, name, origin, words):
    placed = place_spans(raw, [span], names=[name], origin=origin)
    start, end = placed.spans[0]
    assert placed.text[start:end] == words


def test_passages_without_a_character_are_listed(tmp_path):
    two = selection(9, 9, guid=GUID(20), inside=coding(guid=GUID(21)))
    report, study = taken(tmp_path, qde(source=text_source(inside=selection() + two)))
    assert quotes(study) == ["先说哪里破"]
    assert report.notices.what.tolist() == ["a passage without a character"]


@pytest.mark.parametrize("users", ["", f'<Users><User guid="{GUID(99)}" name="周"/></Users>'])
def test_missing_users_get_a_name(tmp_path, users):
    report, study = taken(tmp_path, qde(users=users))
    assert study.codings.coder.tolist() == ["unknown-0000"]
    assert "a user who is not listed" in report.notices.what.tolist()


def test_memos_wherever_a_program_puts_them(tmp_path):
    when = 'creationDateTime="2024-03-06T00:00:00Z"'
    note = f'<Notes><Note guid="{GUID(30)}" name="想法" plainTextPath="internal://n.txt" {when}/>'
    note += f'<Note guid="{GUID(31)}"><PlainTextContent>批注</PlainTextContent>'
    note += f'<PlainTextSelection guid="{GUID(32)}" startPosition="6" endPosition="8"/></Note></Notes>'
    inside = f'<Description>没问就说</Description><NoteRef targetGUID="{GUID(30)}"/>'
    codes = f'<Code guid="{CODE}" name="不利先说">{inside}</Code>'
    comment = selection(0, 2, guid=GUID(33), inside="", before="<Description>谁问的</Description>")
    coded = selection(before="<Description>抢先</Description>")
    source = text_source(
        inside=coded + comment + f'<NoteRef targetGUID="{GUID(31)}"/>', before="<Description>第一次</Description>"
    )
    files = {"sources/a.txt": TEXT, "sources/n.txt": "# 想法\n一行"}
    _, study = taken(tmp_path, qde(codes=codes, source=source, more=note), files)
    assert study.codebook.codes.definition.tolist() == ["没问就说"]
    assert study.sources.description.tolist() == ["第一次"]
    found = {row["text"]: row for row in study.memos.to_dict("records")}
    assert found["# 想法\n一行"]["codes"] == ["c01"] and found["# 想法\n一行"]["date"] == "2024-03-06"
    assert found["抢先"]["codings"] == ["q0001"] and found["抢先"]["coder"] == "林"
    assert found["批注\n\n〔I01 6–8〕"]["sources"] == ["I01"]
    assert found["谁问的\n\n〔I01 0–2〕"]["sources"] == ["I01"]


def test_cases_and_attributes(tmp_path):
    more = f'<Variables><Variable guid="{GUID(40)}" name="年级" typeOfVariable="Text"/>'
    more += f'<Variable guid="{GUID(41)}" name="date" typeOfVariable="Text"/></Variables><Cases>'
    value = '<VariableValue><VariableRef targetGUID="{}"/><TextValue>{}</TextValue></VariableValue>'
    more += (
        f'<Case guid="{GUID(42)}" name="甲">{value.format(GUID(40), "大三")}<SourceRef targetGUID="{SOURCE}"/></Case>'
    )
    more += f'<Case guid="{GUID(43)}">{value.format(GUID(41), "三月")}<SourceRef targetGUID="{SOURCE}"/></Case>'
    more += f'<Case guid="{GUID(44)}" name="乙"/></Cases>'
    report, study = taken(tmp_path, qde(more=more))
    row = study.sources.to_dict("records")[0]
    assert row["case"] == "甲" and row["年级"] == "大三" and row["date (variable)"] == "三月"
    assert ["a case without a source", "乙"] in report.notices[["what", "where"]].values.tolist()


def test_a_case_that_is_a_code_too_is_a_case(tmp_path):
    person = f'<Code guid="{GUID(50)}" name="甲"/>'
    cases = f'<Cases><Case guid="{GUID(50)}" name="甲"/></Cases>'
    inside = selection(inside=coding() + coding(GUID(50), guid=GUID(51)))
    codes = f'<Code guid="{CODE}" name="不利先说"/>{person}'
    _, study = taken(tmp_path, qde(codes=codes, source=text_source(inside=inside), more=cases))
    assert study.codebook.codes.label.tolist() == ["不利先说"] and study.sources.case.tolist() == ["甲"]


def test_links_become_arrows_and_sets_a_column(tmp_path):
    codes = f'<Code guid="{CODE}" name="不利先说"/><Code guid="{GUID(60)}" name="走得快"/>'
    link = '<Link guid="{}" name="带来" direction="{}" originGUID="{}" targetGUID="{}"/>'
    links = link.format(GUID(61), "OneWay", CODE, GUID(60)) + link.format(GUID(62), "OneWay", CODE, SOURCE)
    more = f"<Links>{links}</Links>"
    more += f'<Sets><Set guid="{GUID(63)}" name="要紧"><Description>先看</Description>'
    more += f'<MemberCode targetGUID="{CODE}"/></Set></Sets>'
    more += f'<Graphs><Graph guid="{GUID(64)}" name="图"/></Graphs>'
    report, study = taken(tmp_path, qde(codes=codes, more=more))
    assert study.mechanism[["source", "relation", "target"]].values.tolist() == [["不利先说", "带来", "走得快"]]
    assert study.codebook.codes.sets.tolist() == ["要紧", ""]
    assert {"1 links", "1 graphs", "what is said of a set"} <= {*report.notices.what}


def test_pictures_and_sound_are_named_and_transcripts_taken(tmp_path):
    inside = f'<SyncPoint guid="{GUID(70)}" timeStamp="0" position="9"/>'
    inside += f'<SyncPoint guid="{GUID(71)}" timeStamp="9" position="14"/>'
    ends = f'fromSyncPoint="{GUID(70)}" toSyncPoint="{GUID(71)}"'
    inside += f'<TranscriptSelection guid="{SELECTION}" {ends}>{coding()}</TranscriptSelection>'
    source = f'<PictureSource guid="{GUID(72)}" name="书摊.png" path="internal://p.png"/>'
    source += f'<AudioSource guid="{GUID(73)}" name="I01.mp3"><Transcript guid="{SOURCE}" name="I01" plainTextPath="internal://a.txt">'
    report, study = taken(tmp_path, qde(source=f"{source}{inside}</Transcript></AudioSource>"))
    assert quotes(study) == ["先说哪里破"]
    assert report.notices[["what", "where"]].values.tolist() == [
        ["a picture source", "书摊.png"],
        ["a sound source", "I01.mp3"],
    ]


@pytest.mark.parametrize("first", ["text", "video"])
def test_a_transcript_that_is_a_text_too_is_taken_once(tmp_path, first):
    video = (
        f'<VideoSource guid="{GUID(73)}" name="I01.mp4"><Transcript guid="{GUID(74)}" plainTextPath="internal://a.txt">'
    )
    video += f'<SyncPoint guid="{GUID(70)}" position="0"/><SyncPoint guid="{GUID(71)}" position="2"/>'
    ends = f'fromSyncPoint="{GUID(70)}" toSyncPoint="{GUID(71)}"'
    marked = coding().replace(CODING, GUID(76))
    video += f'<TranscriptSelection guid="{GUID(75)}" {ends}>{marked}</TranscriptSelection></Transcript></VideoSource>'
    sources = [text_source(path='plainTextPath="internal://a.txt"'), video]
    _, study = taken(tmp_path, qde(source="".join(sources if first == "text" else sources[::-1])))
    assert len(study.texts) == 1 and len(study.codings) == 2


def test_accents_of_macos_stay_in_ids(tmp_path):
    _, study = taken(tmp_path, qde(source=text_source(name='name="Mabe\u0302l.txt"')))
    assert study.sources.source_id.tolist() == ["Mab\u00eal.txt"]


def test_a_text_outside_of_the_file_is_named(tmp_path):
    outside = text_source(path='plainTextPath="absolute://C:/a.txt"')
    report, study = taken(tmp_path, qde(source=outside))
    assert not study.texts and "a text outside of the file" in report.notices.what.tolist()


def test_names_become_ids_that_no_file_system_confuses(tmp_path):
    second = text_source(name='name="i01.docx"', inside="").replace(SOURCE, GUID(80))
    third = text_source(name='name="../i01.docx?"', inside="").replace(SOURCE, GUID(81))
    _, study = taken(tmp_path, qde(source=text_source(name='name="I01.docx"') + second + third))
    assert study.sources.source_id.tolist() == ["I01.docx", "i01.docx-2", "i01.docx-3"]
    assert study.sources["name"].tolist() == ["", "i01.docx", "../i01.docx?"]


def test_a_tree_gets_levels_from_what_is_below(tmp_path):
    below = f'<Code guid="{CODE}" name="不利先说" isCodable="true"/>'
    tree = f'<Code guid="{GUID(90)}" name="范畴" isCodable="false">{below}</Code>'
    tree += f'<Code guid="{GUID(91)}" name="空" isCodable="false"/>'
    _, study = taken(tmp_path, qde(codes=tree))
    assert study.codebook.codes[["label", "level", "parent_id"]].values.tolist() == [
        ["范畴", "category", ""],
        ["不利先说", "concept", "c01"],
        ["空", "category", ""],
    ]


@pytest.mark.parametrize("xml", [qde(codes="", source=text_source(inside="")), qde(codes="", source="")])
def test_a_project_without_codes_and_one_without_texts(tmp_path, xml):
    _, study = taken(tmp_path, xml)
    assert study.codebook.codes.empty and study.codings.empty and set(study.texts) <= {"I01"}


def test_a_coding_outside_of_all_turns_makes_a_document(tmp_path):
    text = "标题\n网址：一处\n一段话"
    _, study = taken(tmp_path, qde(source=text_source(inside=selection(0, 2))), {"sources/a.txt": text})
    assert quotes(study) == ["标题"] and study.sources.kind.tolist() == ["document"]


def test_a_foreign_project_goes_back_with_its_keys(tmp_path):
    from zhagen.exchange import export_study

    taken(tmp_path, qde())
    export_study(tmp_path / "study", tmp_path / "b.qdpx")
    report = import_study(tmp_path / "b.qdpx", tmp_path / "again")
    assert report.study.codings.guid.tolist() == [CODING]
    assert report.study.codebook.codes.guid.tolist() == [CODE]
    assert report.study.sources.guid.tolist() == [SOURCE]
