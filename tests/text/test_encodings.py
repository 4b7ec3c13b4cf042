"""One policy for every command: what encoding a file is in, or why that cannot be said."""

from contextlib import suppress

import pytest

from zhagen.errors import SourceError
from zhagen.text.encodings import assumed_encoding, find_encoding, read_file

SIMPLIFIED = "数字平台推动企业转型，建立治理规则。我们在网络上买卖东西，觉得很方便。"
TRADITIONAL = "數字平台推動企業轉型，建立治理規則。我們在網路上買賣東西，覺得很方便。"
ENGLISH = "Plain words - and nothing else (in 2024).\n"


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (SIMPLIFIED, "utf-8", "utf-8-sig"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (TRADITIONAL, "gbk", "gb18030"),
        (TRADITIONAL, "big5", "cp950"),
        (f"{TRADITIONAL}\r\nAI 2024\r\n", "big5", "cp950"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),  # no blank, no line end: not one NUL
        (TRADITIONAL, "utf-16-be", "utf-16-be"),
        (f"{SIMPLIFIED}\nAI 2024\n", "utf-16-le", "utf-16-le"),
        (ENGLISH, "utf-16-be", "utf-16-be"),
        (ENGLISH, "ascii", "utf-8-sig"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        (SIMPLIFIED, "utf-32", "utf-32"),
    ],
)
@pytest.mark.parametrize("times", [1, 2000])
def test_text_is_recognised_and_read(tmp_path, text, encoding, found, times):
    path = tmp_path / "a.txt"
    path.write_bytes((text * times).encode(encoding))
    assert find_encoding(path) == found
    assert read_file(path) == (text * times).replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("价格\n是".encode("gbk") + b"\x80" + "五元。\n".encode("gbk"), r"\(a.txt, line 2, byte 8 of the file: 0x80\)"),
        ("Чужой текст, который никто здесь не ждал.".encode("cp1251"), "a.txt"),
        ("喆嚞囧".encode("gbk") + b" and some words.", "a.txt"),  # rare characters alone
        ("これはひらがなとカタカナの漢字文章です。企業転換の経済発展を説明する。".encode("shift-jis"), "a.txt"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.txt, line 3"),
        (SIMPLIFIED.encode()[:-1], "a.txt"),
    ],
)
def test_what_fits_no_encoding_is_refused_with_its_place(tmp_path, content, said):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=said):
        read_file(path)


WESTERN = (
    "Les élèves étudient à Paris, où l’on a très tôt créé une école.",
    "Für die Größe der Bäche müssen wir Übungen ändern, weiß er.",
    "Ein Café in Zürich.",
    "La señora añadió «mañana» – y se calló.",
    "don\u2019t we say \u201cyes\u201d \u2013 caf\u00e9s \u2019t ",
    "The price is £5, about €6; it’s cheap… says Zoë.",
    "Smörgåsbord på ÖLAND är bäst.",
    "naïve coöperation: Müller (2004) and Gioia et al.",
    "É um português à vontade.",
)


@pytest.mark.parametrize("text", WESTERN)
@pytest.mark.parametrize("before", ["", "Plain words come first. " * 2000], ids=["", "far into the file"])
def test_western_text_is_read_as_such_and_said(tmp_path, text, before):
    path = tmp_path / "a.txt"
    for content in (text, text + "\n", (text + "\n") * 500):
        path.write_bytes((before + content).encode("cp1252"))
        assert find_encoding(path) == "cp1252" and read_file(path) == before + content
    assert assumed_encoding("cp1252") == "Windows-1252 (Latin-1)"
    path.write_bytes((before + text).encode())
    assert find_encoding(path) == "utf-8-sig" and not assumed_encoding("utf-8-sig")


@pytest.mark.parametrize(
    "text",
    ["The word 平台 means platform.", "C中 and T恤", "平台 (platform)", "Mr. 王 said so."],
)
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_some_chinese_in_english_text_is_chinese(tmp_path, text, encoding):
    path = tmp_path / "a.txt"
    for content in (text, text * 100):
        path.write_bytes(content.encode(encoding))
        assert read_file(path) == content


@pytest.mark.parametrize("text", ["Hawaiʻi", "ə and ŋ", "x̄ = 3, ɛ̃", "Ελλάδα", "Москва", "ƽ", "naïve", "١٢"])
def test_letters_of_other_languages_in_utf_8_stay(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    assert read_file(path) == text


@pytest.mark.parametrize("length", [6, 8, 12])
def test_short_traditional_text_is_never_nonsense(tmp_path, length):
    path = tmp_path / "a.txt"
    for start in range(len(TRADITIONAL) - length):
        text = TRADITIONAL[start : start + length]
        path.write_bytes(f"{text}。".encode("big5"))
        with suppress(SourceError):
            assert read_file(path) == f"{text}。"


@pytest.mark.parametrize("length", [8, 20, 60])
def test_pieces_of_western_text_are_never_chinese_and_the_reverse(tmp_path, length):
    path, west, chinese = tmp_path / "a.txt", " ".join(WESTERN), SIMPLIFIED
    for start in range(0, len(west) - length, 3):
        piece = west[start : start + length]
        path.write_bytes(piece.encode("cp1252"))
        with suppress(SourceError):
            assert read_file(path) == piece
    for start in range(len(chinese) - 4):
        for end in (2, 3, 4):
            piece = f"A plain word, {chinese[start : start + end]} and so on."
            path.write_bytes(piece.encode("gbk"))
            assert read_file(path) == piece


@pytest.mark.parametrize("wrong", ["latin-1", "cp1252"])
@pytest.mark.parametrize("before", ["", "Title\n\n", "a line in English\n" * 4000])
def test_chinese_that_was_read_as_latin_and_saved_again_is_refused(tmp_path, wrong, before):
    twice = "数字平台推动企业转型。".encode().decode(wrong, "ignore")
    path = tmp_path / "a.txt"
    path.write_text(before + "\n".join([twice] * 6), encoding="utf-8")
    with pytest.raises(SourceError, match="read as Latin-1") as caught:
        find_encoding(path)
    assert before.count("\n") > 100 or f"line {1 + before.count(chr(10))}" in caught.value.where


@pytest.mark.parametrize(
    "content",
    [r"{\rtf1\ansi \u24179?\u21488?}", "<!DOCTYPE html><p>平台</p>", "\ufeff<html lang=zh>平台", "\n<HTML>平台</HTML>"],
)
def test_a_file_of_marks_is_no_plain_text(tmp_path, content):
    (tmp_path / "a.txt").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match="no plain text"):
        find_encoding(tmp_path / "a.txt")


@pytest.mark.parametrize("content", ["São Paulo, não só, mãe – ação…", "<p>平台", "{平台}", "html 平台"])
def test_letters_and_marks_that_a_text_may_have_are_read(tmp_path, content):
    (tmp_path / "a.txt").write_text(content, encoding="utf-8")
    assert find_encoding(tmp_path / "a.txt") == "utf-8-sig"
