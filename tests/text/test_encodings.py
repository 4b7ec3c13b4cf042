"""One policy for every command: what encoding a file is in, or why that cannot be said."""

from contextlib import suppress

import pytest

from zhagen.errors import SourceError
from zhagen.text.encodings import find_encoding, read_file

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
        ("don\u2019t we say \u201cyes\u201d \u2013 caf\u00e9s \u2019t ".encode("cp1252") * 9, "a.txt"),
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


@pytest.mark.parametrize("length", [6, 8, 12])
def test_short_traditional_text_is_never_nonsense(tmp_path, length):
    path = tmp_path / "a.txt"
    for start in range(len(TRADITIONAL) - length):
        text = TRADITIONAL[start : start + length]
        path.write_bytes(f"{text}。".encode("big5"))
        with suppress(SourceError):
            assert read_file(path) == f"{text}。"
