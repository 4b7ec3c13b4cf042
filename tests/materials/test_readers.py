"""Each kind of file: what of it is text, what is said of the rest, and what is refused."""

import io
import zipfile

import pytest
from materials_making import LINES, TALK, add_notes, add_run, column_of, damaged_zip, pdf, subtitles, word, workbook

from zhagen.materials.reading import name_sources, read_material

TEXT = "\n".join(LINES) + "\n"


def one(path, **settings):
    """Return the only text of a file."""
    found = read_material(path, **settings)
    assert not found.left_out, found.left_out
    (text,) = found.texts
    return text


def refused(path, **settings):
    """Return why a file was not read, and what to do."""
    found = read_material(path, **settings)
    assert not found.texts
    (left,) = found.left_out
    assert left.missing
    assert left.todo
    return left.why


def said(text):
    return {change.what: change.count for change in text.changes}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_plain_texts_of_every_encoding_and_line_end_are_the_same(tmp_path, encoding, end, suffix):
    words = "訪：你在群裡賣什麼書？\n甲：舊書，多半是教材。\n" if encoding == "big5" else TEXT
    path = tmp_path / f"a{suffix}"
    path.write_bytes(words.replace("\n", end).encode(encoding))
    text = one(path)
    assert text.text == words
    assert ("read in another encoding, written in UTF-8" in said(text)) == (not encoding.startswith("utf-8"))
    assert ("byte order mark taken out" in said(text)) == (encoding in ("utf-8-sig", "utf-16"))
    kind = {"\n": None, "\r\n": "line ends of Windows", "\r": "line ends of old Macs"}[end]
    assert kind is None or said(text)[kind] == words.count("\n")


def test_changes_name_their_lines(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("甲：好\n甲：⽤户⻅\n甲：cafe\u0301\u200b\n", encoding="utf-8")
    text = one(path)
    assert text.text == "甲：好\n甲：用户见\n甲：café\n"
    assert {change.what: (change.count, change.lines) for change in text.changes} == {
        "radicals written for characters": (2, (2,)),
        "hidden characters taken out": (1, (3,)),
        "normal form NFC": (1, (3,)),
    }


def test_emoji_and_full_width_letters_stay(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("甲：Ｃ端👨‍👩‍👧❤️\n", encoding="utf-8")
    assert one(path).text == "甲：Ｃ端👨‍👩‍👧❤️\n"


def test_word_paragraphs_tables_numbers_and_line_breaks(tmp_path):
    def change(document):
        document.add_paragraph("先看书", style="List Number")
        document.add_paragraph("再谈价", style="List Number")
        document.add_paragraph("带上零钱", style="List Bullet")
        table = document.add_table(rows=2, cols=2)
        for row, (name, words) in zip(table.rows, TALK[:2], strict=True):
            row.cells[0].text, row.cells[1].text = name, words
        document.add_paragraph("一\t二").add_run().add_break()
        document.add_picture(io.BytesIO(PIXEL))
        document.sections[0].header.paragraphs[0].text = "访谈记录，请勿外传"

    text = one(word(tmp_path / "a.docx", ["甲：好。", ""], change))
    assert text.text.split("\n")[:7] == [
        "甲：好。", "", "1. 先看书", "2. 再谈价", "• 带上零钱", "访\t你在群里卖什么？", "甲\t旧书，多半是教材。",
    ]  # fmt: skip
    assert "一\t二\n" in text.text
    assert said(text)["numbers and marks of lists written as text"] == 3
    assert said(text)["pictures left out"] == 1
    assert next(one.note for one in text.changes if one.what == "headers of pages left out") == "访谈记录，请勿外传"


def test_word_tracked_changes_comments_and_footnotes(tmp_path):
    def change(document):
        first, second = document.paragraphs
        add_run(first, "多半是教材。", "w:ins")
        add_run(first, "不卖了。", "w:del")
        document.add_comment(second.runs, text="是谁？", author="周")
        add_notes(document, {1: "指西门书摊"})

    text = one(word(tmp_path / "a.docx", ["甲：旧书，", "甲：他说的。"], change))
    assert text.text == "甲：旧书，多半是教材。〔注1〕\n甲：他说的。\n【注1】指西门书摊\n"
    notes = {one.what: one.note for one in text.changes}
    assert notes["tracked deletions left out"] == "不卖了。"
    assert notes["comments left out of the text"] == "周: 是谁？"
    assert said(text)["tracked insertions taken in"] == 1


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccff0bf1e0006830282"
    "3b9d5f2c0000000049454e44ae426082"
)


def test_pdf_paragraphs_heads_and_page_numbers(tmp_path):
    body = [
        [
            "访：你在群里卖什么，卖了多久，一般都是",
            "怎么定价？",
            "甲：旧书，多半是教材，看划了多少再定个",
            "价。",
            "访：好。",
        ],
        [
            "甲：后来我就琢磨，那你先看最烂的，看完",
            "还乐意来你再来。用 second hand book se-",
            "lling 这个词。",
            "访：嗯。",
        ],
        ["甲：⽤户都不吭声，我就把群里的书一本一", "本挂上去，有人问再答，没人问就算了。"],
    ]
    pages = [
        [(150, 30, "西门书摊访谈", 9), (190, 540, f"- {number} -", 9), *column_of(lines)]
        for number, lines in enumerate(body, 1)
    ]
    text = one(pdf(tmp_path / "a.pdf", pages, width=300))
    assert text.text.split("\n")[:-1] == [
        "访：你在群里卖什么，卖了多久，一般都是怎么定价？",
        "甲：旧书，多半是教材，看划了多少再定个价。",
        "访：好。",
        "甲：后来我就琢磨，那你先看最烂的，看完还乐意来你再来。用 second hand book selling 这个词。",
        "访：嗯。",
        "甲：用户都不吭声，我就把群里的书一本一本挂上去，有人问再答，没人问就算了。",
    ]
    assert said(text) == {
        "heads and feet of pages taken out": 3,
        "numbers of pages taken out": 3,
        "broken lines joined to paragraphs": 5,
        "radicals written for characters": 1,
    }


def test_pdf_two_columns_are_read_one_after_the_other(tmp_path):
    words = "旧书群里的人互不相识却愿意先把书给人看再谈价钱这件事情很有意思值得研究一番所以我们访谈了十二位同学"
    left = ["  " + words[:11], *[words[at : at + 13] for at in range(11, 37, 13)], words[37:41] + "。"]
    right = [line.replace("旧", "新") for line in left]
    items = [(60, 60, "互不相识的人凭什么敢交易：一个旧书群的研究", 14)]
    items += column_of(left * 3, x=50, y=100) + column_of(right * 3, x=210, y=103)
    text = one(pdf(tmp_path / "a.pdf", [items]))
    paragraph = words[:41] + "。"
    assert text.text.split("\n")[:-1] == [
        "互不相识的人凭什么敢交易：一个旧书群的研究", *[paragraph] * 3, *[paragraph.replace("旧", "新")] * 3
    ]  # fmt: skip
    assert said(text)["pages with two columns, read one after the other"] == 1


def test_pdf_first_lines_that_are_alike_are_no_heads(tmp_path):
    """Transcripts begin pages with the same word; only what is apart from the text, or on three pages, is a head."""
    pages = [
        column_of(["访：为什么？", "甲：看人。", "访：嗯。", f"甲：{words}。"], y=30) for words in ("划得少", "没写字")
    ]
    assert one(pdf(tmp_path / "a.pdf", pages)).text.count("访：为什么？") == 2


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda path: pdf(path, [column_of(LINES), []], pictures=[2]), "page 2 of 2: a picture without text"),
        (lambda path: pdf(path, [[(190, 540, "2", 9)]], pictures=[1]), "page 1 of 1: a picture without text"),
        (lambda path: pdf(path, [[], []]), "no page has text"),
        (lambda path: pdf(path, [column_of(LINES)], meaning=False), "characters have no meaning"),
        (lambda path: pdf(path, [column_of(["访" * 20] * 3)]), "60 of 60 characters are 访"),  # boxes of a lacking font
        (lambda path: encrypted(pdf(path, [column_of(LINES)])), "it needs a password"),
        (lambda path: path.write_text("甲：好", encoding="utf-8") and path, "it is no PDF file"),
    ],
)  # fmt: skip
def test_pdf_refused(tmp_path, made, why):
    assert why in refused(made(tmp_path / "a.pdf"))


def encrypted(path):
    import pikepdf

    with pikepdf.open(path) as book:
        book.save(path.with_suffix(".x"), encryption=pikepdf.Encryption(owner="a", user="b"))
    return path.with_suffix(".x").replace(path)


def test_subtitles_are_joined_to_turns_with_their_times(tmp_path):
    path = tmp_path / "a.srt"
    cues = [
        (0, 2, "访：你在群里"),
        (2, 4, "卖什么？"),
        (5, 7, "甲：<i>旧书</i>，多半"),
        (7, 9, "是教材。"),
        (9, 10, "访：好。"),
    ]
    path.write_text(subtitles(cues), encoding="gb18030")
    text = one(path)
    assert text.text == "访：你在群里卖什么？\n甲：旧书，多半是教材。\n访：好。\n"
    assert [(text.text[start:][:3], begin, finish) for start, begin, finish in text.times] == [
        ("访：你", "00:00:00.000", "00:00:02.000"), ("卖什么", "00:00:02.000", "00:00:04.000"),
        ("甲：旧", "00:00:05.000", "00:00:07.000"), ("是教材", "00:00:07.000", "00:00:09.000"),
        ("访：好", "00:00:09.000", "00:00:10.000"),
    ]  # fmt: skip
    assert said(text)["cues joined to the one before"] == 2


@pytest.mark.parametrize("form", ["<v {}>{}</v>", "{}：{}", "{}：\n{}", "{}\n{}"])
def test_who_is_named_in_each_cue_says_one_turn(tmp_path, form):
    path = tmp_path / "a.vtt"
    names, parts = "甲乙乙甲乙乙", ["卖什么？", "旧书和琴，琴是教", "室里拿的。", "为什么？", "家里", "没地方。"]
    cues = [
        f"00:{n:02d}.000 --> 00:{n:02d}.900\n" + form.format(name, part)
        for n, (name, part) in enumerate(zip(names, parts, strict=True))
    ]
    path.write_text("\n\n".join(["WEBVTT", *cues]) + "\n", encoding="utf-8")
    text = one(path)
    assert text.text == "甲：卖什么？\n乙：旧书和琴，琴是教室里拿的。\n甲：为什么？\n乙：家里没地方。\n"
    assert [text.text[place] for place, _, _ in text.times] == list("甲乙室甲乙没")


def test_webvtt_voices_entities_and_notes(tmp_path):
    path = tmp_path / "a.vtt"
    path.write_text(
        "WEBVTT\n\nNOTE 机器转写\n\n1\n00:01.000 --> 00:02.000\n<v 访>卖什么？</v>\n\n"
        "00:02.000 --> 00:04.000 align:start\n<v.loud 王 老师>书 &amp; 台灯</v> <v 访>嗯</v>\n",
        encoding="utf-8",
    )
    text = one(path)
    assert text.text == "访：卖什么？\n王 老师：书 & 台灯\n访：嗯\n"
    assert said(text)["notes and styles left out"] == 1


@pytest.mark.parametrize("content", ["1\n00:00:01,000 --> 00:00:0", "00:01 --> 甲", "WEBVTT\n\n00:01 --> 00:02\n好"])
def test_subtitles_that_cannot_be_read_whole_are_refused(tmp_path, content):
    path = tmp_path / ("a.vtt" if content.startswith("WEB") else "a.srt")
    path.write_text(subtitles([(0, 1, "甲：好")]) + content if path.suffix == ".srt" else content, encoding="utf-8")
    refused(path)


ANSWERS = [
    ["编号", "年级", "为什么愿意先看书再谈价？", "date"],
    ["S01", "大三", "因为照片看不出来里面划了多少。", "2024-03-05"],
    ["S02", "大一", "怕买到没有答案的，翻一翻就知道了。", "2024-03-06"],
    ["S03", "大二", "", "2024-03-06"],
]


@pytest.mark.parametrize("kind", ["xlsx", "csv", "semicolons", "gbk"])
def test_open_answers_a_source_a_row(tmp_path, kind):
    path = tmp_path / ("a.xlsx" if kind == "xlsx" else "a.csv")
    if kind == "xlsx":
        workbook(path, ANSWERS)
    else:
        separator = ";" if kind == "semicolons" else ","
        content = "\r\n".join(separator.join(row) for row in ANSWERS)
        path.write_text(content, encoding="gbk" if kind == "gbk" else "utf-8-sig")
    found = read_material(path, key="编号")
    assert [(text.title, text.text) for text in found.texts] == [(row[0], row[2] + "\n") for row in ANSWERS[1:3]]
    assert found.texts[0].attributes == {"年级": "大三", "date_": "2024-03-05"}
    assert said(found.texts[0])["rows without an answer"] == 1
    assert ANSWERS[0][2] in [change.note for change in found.texts[0].changes]  # the column that was chosen


def test_open_answers_a_source_a_column(tmp_path):
    text = one(workbook(tmp_path / "a.xlsx", ANSWERS), by="column", key="编号")
    assert text.text.split("\n")[:2] == [f"{row[0]}：{row[2]}" for row in ANSWERS[1:3]]
    assert text.speakers["S02"] == {"年级": "大一", "date_": "2024-03-06"}


def test_a_table_that_says_who_speaks_is_one_transcript(tmp_path):
    rows = [
        ["序号", "说话人", "内容"],
        ["1", "访谈者", "您第一次来修东西是什么时候？"],
        ["2", "庚", "前年秋天吧，拿了一把伞来。"],
    ]
    rows += [["3", "", "摊主先说能不能修。"], ["4", "访谈者", "后来您还来吗？"], ["5", "庚", "来啊。"]]
    text = one(workbook(tmp_path / "a.xlsx", rows))
    turns = [f"访谈者：{rows[1][2]}", f"庚：{rows[2][2]}", rows[3][2], f"访谈者：{rows[4][2]}", "庚：来啊。"]
    assert text.text == "\n".join(turns) + "\n" and said(text)["rows read as turns"] == 5
    assert said(text)["columns left out"] == 1  # 序号
    answers = read_material(workbook(tmp_path / "b.xlsx", rows), key="序号", column=["内容"])
    assert len(answers.texts) == 5  # whoever names the rows has answers
    once = [["说话人", "内容"], ["甲", "前年秋天吧，拿了一把伞来修。"], ["乙", "摊主先说能不能修，再说多少钱。"]]
    assert len(read_material(workbook(tmp_path / "c.xlsx", once)).texts) == 2  # nobody speaks twice: answers


def test_tables_whose_text_is_not_clear_are_refused_with_their_columns(tmp_path):
    rows = [["编号", "问一", "问二"], ["1", "因为照片看不出来里面划了多少", "怕买到没有答案的所以要翻一翻"]]
    path = workbook(tmp_path / "a.xlsx", rows)
    assert "2 columns hold long texts" in refused(path)
    assert "问二 (1 cells, 14 characters)" in read_material(path).left_out[0].todo
    assert one(path, column=["问一", "问二"]).text == f"【问一】\n{rows[1][1]}\n【问二】\n{rows[1][2]}\n"
    assert "there is no column '问三'" in refused(path, column="问三")
    book = workbook(tmp_path / "b.xlsx", ANSWERS, 第二张=ANSWERS)
    assert "2 sheets have rows: Sheet1, 第二张" in refused(book)
    assert read_material(book, sheet="第二张").texts
    formula = workbook(tmp_path / "c.xlsx", [["答"], ["=A3"], ["照片看不出来里面划了多少。"]])
    assert "formulas without results" in refused(formula)


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (64 << 20))
    return path


def entities(path):
    begin = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    return damaged_zip(
        word(path), lambda name, part: begin + part.partition(b"?>")[2] if name.endswith("document.xml") else part
    )


def cut(name, part):
    return part[:-9] if name.endswith("document.xml") else part


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (bomb, "zip bomb"),
        (entities, "document type or entities"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9) and path, "password, or has the form"),
        (lambda path: path.write_bytes(b"PK\x03\x04 broken") and path, "no zip file, or a damaged one"),
        (lambda path: workbook(path, ANSWERS), "it has no word/document.xml"),
        (lambda path: damaged_zip(word(path), cut), "it cannot be read: XMLSyntaxError"),
    ],
)  # fmt: skip
def test_hostile_and_damaged_documents_are_refused(tmp_path, made, why):
    assert why in refused(made(tmp_path / "a.docx"))


def test_every_file_of_a_folder_is_read_or_named(tmp_path):
    (tmp_path / "下层").mkdir()
    word(tmp_path / "下层" / "a.docx")
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "空.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / ".隐.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "~$a.docx").write_bytes(b"x")
    (tmp_path / "旧.doc").write_bytes(b"x")
    (tmp_path / "录音.m4a").write_bytes(b"x")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "断.txt").symlink_to(tmp_path / "没有")
    (tmp_path / "圈").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "坏.txt").write_bytes(b"\xff\xff\x81")
    found = read_material(tmp_path)
    assert [text.file for text in found.texts] == ["a.txt"]
    assert {left.file: left.missing for left in found.left_out} == {
        "下层/a.docx": False, "空.txt": False, ".隐.txt": False, "~$a.docx": False, "旧.doc": True, "录音.m4a": True,
        "b.txt": False, "断.txt": True, "圈/": False, "坏.txt": True,
    }  # fmt: skip
    assert next(left.why for left in found.left_out if left.file == "下层/a.docx") == "the same text as a.txt"


def test_ids_of_sources_can_be_files_everywhere():
    titles = ["访谈 1（王）", "a", "A", "...", "CON", "x" * 300, "a\u0301", "-.b"]
    ids = name_sources(titles, taken=["a"])
    assert ids == ["访谈_1_王", "a-2", "A-3", "source", "source_CON", "x" * 60, "á", "b"]
