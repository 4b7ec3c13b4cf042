"""Damaged files, by seed: each is read or refused with a reason; nothing else happens, and no half study is left."""

import random
import zipfile

import pytest
from materials_making import (
    LINES,
    add_notes,
    add_run,
    column_of,
    damaged_zip,
    pdf,
    subtitles,
    word,
    workbook,
)

from zhagen.errors import ZhagenError
from zhagen.materials import new_study, read_material
from zhagen.study import open_study

ANSWERS = [["id", "答"], ["1", "因为照片看不出来里面划了多少。"], ["2", "翻一翻才知道，翻一翻才放心呀。"]]
KINDS = "docx xlsx pdf srt vtt csv txt".split()
MUTANTS = 25


def whole(folder, kind):
    """Write a good file of a kind, with all that its reader looks at."""
    path = folder / f"good.{kind}"
    if kind == "docx":
        return word(path, change=fill)
    if kind == "xlsx":
        return workbook(path, ANSWERS)
    if kind == "pdf":
        return pdf(path, [[(150, 30, "访谈记录", 9), *column_of(LINES)] for _ in range(3)])
    cues = [(at, at + 1, line) for at, line in enumerate(LINES)]
    voices = "".join(f"00:0{at}.000 --> 00:0{end}.000\n<v 甲>{line}</v>\n\n" for at, end, line in cues)
    content = {
        "srt": subtitles(cues).encode("gb18030"),
        "vtt": f"WEBVTT\n\nNOTE 机器转写\n\n{voices}".encode(),
        "csv": "\n".join(";".join(row) for row in ANSWERS).encode("gbk"),
        "txt": "\n".join(LINES).encode("utf-16"),
    }
    path.write_bytes(content[kind])
    return path


def fill(document):
    document.add_paragraph("一", style="List Number")
    document.add_table(2, 2).cell(0, 0).text = "访"
    add_run(document.paragraphs[0], "二", "w:ins")
    add_notes(document, {1: "三"})
    document.add_comment(document.paragraphs[1].runs, text="四")


def damage(raw, chance):
    """Cut off, overwrite, take out, put in, repeat or turn around some bytes."""
    at, upto = sorted((chance.randrange(len(raw)), chance.randrange(len(raw))))
    noise = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 40)))
    return chance.choice(
        [
            raw[:at],
            raw[:at] + noise + raw[at + len(noise) :],
            raw[:at] + raw[min(upto, at + 200) :],
            raw[:at] + noise + raw[at:],
            raw[:upto] + raw[at : at + 300] * 2 + raw[upto:],
            raw[at:] + raw[:at],
        ]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_read_or_refused_with_a_reason(tmp_path, kind):
    raw = whole(tmp_path, kind).read_bytes()
    folder = tmp_path / "damaged"
    folder.mkdir()
    for number in range(MUTANTS):
        chance = random.Random(f"{kind} {number}")
        path = folder / f"{number:02d}.{kind}"
        path.write_bytes(raw)
        if kind in ("docx", "xlsx") and chance.random() < 0.6:  # a part of it, in an archive that is whole
            with zipfile.ZipFile(path) as archive:
                hit = chance.choice(archive.namelist())
            damaged_zip(path, lambda name, part: damage(part, chance) if name == hit and part else part)  # noqa: B023
        else:
            path.write_bytes(damage(raw, chance))
    found = read_material(folder)
    named = {text.file.partition(",")[0] for text in found.texts} | {left.file for left in found.left_out}
    assert named == {path.name for path in folder.iterdir()}
    assert all(left.why and (left.todo or not left.missing) for left in found.left_out)
    try:
        new_study(tmp_path / "study", folder)
    except ZhagenError:
        assert not (tmp_path / "study").exists()
    else:
        open_study(tmp_path / "study").turns()
