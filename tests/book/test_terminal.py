"""What the command line says in Chinese: each sentence is translated, found again with its values, and printed."""

import argparse
import re
import sys
from pathlib import Path

import pytest

from study.conftest import TEXTS, small
from zhagen.cli import main, make_parser
from zhagen.cli.tables import TABLES
from zhagen.errors import StudyError
from zhagen.study import write_study
from zhagen.text import printed_width
from zhagen.translation import FIELD, LEAST, person_language, translate, translate_error

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "book"))
import catalogues  # noqa: E402
import sentences  # noqa: E402


def test_each_sentence_of_the_commands_is_translated_and_said_by_the_code():
    assert catalogues.terminal_problems("zh") == []


def test_a_sentence_that_is_not_translated_is_found(tmp_path, monkeypatch):
    found = {**catalogues.terminal_messages(), ("a new sentence {value}", None): {"x.py"}, ("of no use", "help"): {""}}
    monkeypatch.setattr(catalogues, "terminal_messages", lambda: found)
    missing = [f"terminal.po: {sentence} is missing" for sentence in ("a new sentence {value}", "of no use")]
    assert catalogues.terminal_problems("zh") == missing
    parser = argparse.ArgumentParser(add_help=False)
    below = parser.add_subparsers(metavar="HOW").add_parser("one", help="this one", description="It does one.")
    below.add_argument("--by", choices=["a"], help="which way")
    below.add_argument("place", nargs=2, help="where to")
    monkeypatch.setattr(sentences, "make_parser", lambda: parser)
    assert {"HOW", "this one", "It does one.", "which way", "where to", "place"} <= sentences.helped()
    code = 'raise StudyError(f"there is no {what} {row[3]!r}", f"{path}, line {n}", todo="name one")'
    assert sorted(sentences.sentences_of(code)) == ["name one", "there is no {what} {value}", "{path}, line {n}"]


def test_each_sentence_with_values_is_found_as_itself():
    catalogue = catalogues.read_catalogue(catalogues.terminal_file("zh"), "zh")
    wrong = []
    for message in catalogue:
        if message.context:
            continue
        names = FIELD.findall(str(message.id))
        if len(re.findall("[^\\W_]", FIELD.sub("", str(message.id)))) >= LEAST:
            values = {name: f"⟦{number}⟧" for number, name in enumerate(names)}
            if translate(str(message.id).format(**values), "zh") != str(message.string).format(**values):
                wrong.append(message.id)
    assert wrong == [], wrong


@pytest.mark.parametrize(
    ("settings", "language"),
    [({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"), ({"LC_MESSAGES": "zh_TW"}, "zh")]
    + [
        ({"LANG": "de_DE", "ZHAGEN_LANGUAGE": "zh"}, "zh"),
        ({"LANG": "zh_CN", "ZHAGEN_LANGUAGE": "en"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_system_or_the_one_that_is_named(settings, language, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "ZHAGEN_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert person_language() == language


def test_an_error_is_translated_in_its_three_parts_and_what_is_not_known_stays():
    error = StudyError(
        "there is no coder '周 林'", "codings.csv, line 3", "use one of 林, or add the coder to study.toml"
    )
    assert str(error).startswith("there is no coder")
    said = "没有编码者 '周 林'（codings.csv 第 3 行）：从 林 里选一个，或者把这位编码者加进 study.toml"
    assert translate_error(error, "zh") == said
    assert translate("nobody ever said this, in any place", "zh") == "nobody ever said this, in any place"


def test_the_help_of_every_word_is_chinese_and_as_wide_as_the_terminal(monkeypatch):
    monkeypatch.setenv("ZHAGEN_LANGUAGE", "zh")
    monkeypatch.setenv("COLUMNS", "80")
    english, wide = [], []
    for parser in sentences._parsers(make_parser()):
        said = parser.format_help()
        assert said.startswith("用法：zhagen") and "选项：\n" in said
        for line in said.splitlines():
            bare = re.sub(r"`[^`]*`|\{[\w,]*\}|--?[\w-]+|^用法：.*", "", line)
            english += re.findall(r".*\b[a-z]+ [a-z]+ .*", bare)
            wide += [line] * (2 * printed_width(line) + len(line) - len(line.lstrip()) > 80)
    assert english == [] and wide == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["table", "x"], "zhagen table: 命令不对：还缺：种类"),
        (["keyness", "x"], "zhagen keyness: 命令不对：这几个里要写一个：--by --code"),
        (["kwic", "x", "书", "--sort", "up"], "命令不对：--sort：没有 'up'，从 'text', 'left'"),
        (["status", "x", "--nope"], "zhagen: 命令不对：不认得：--nope"),
    ],
)
def test_a_wrong_command_is_told_in_chinese(words, said, monkeypatch, capsys):
    monkeypatch.setenv("ZHAGEN_LANGUAGE", "zh")
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2 and said in capsys.readouterr().err.splitlines()[-1]


def test_headings_of_tables_are_chinese_on_the_screen_and_english_in_a_file(tmp_path, monkeypatch, capsys):
    study = str(tmp_path / "study")
    write_study(small(), study)
    for language in ("en", "zh"):
        monkeypatch.setenv("ZHAGEN_LANGUAGE", language)
        for kind in TABLES:
            assert main(["table", study, kind, *(["--by", "speaker"] if kind == "attribute" else [])]) in (0, 2)
            said = capsys.readouterr()
            if said.out:
                head = said.out.splitlines()[0].split("\t")
                data = [one for one in head if re.fullmatch("[a-z_0-9]{2,}", one)]
                assert bool(data) == (language == "en"), (kind, head)
    assert main(["table", study, "material", "--out", str(tmp_path / "material.csv")]) == 0
    assert (tmp_path / "material.csv").read_text("utf-8-sig").startswith("source_id,kind")
    assert main(["log", study, "c01"]) == 0 and "新建 c01" in capsys.readouterr().out


def test_what_people_of_studies_see_is_chinese(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ZHAGEN_LANGUAGE", "zh")
    write_study(small(), tmp_path / "study")
    (tmp_path / "材料").mkdir()
    (tmp_path / "材料/访谈.txt").write_text(
        "访：卖什么？\n甲：旧书。\n访：多少？\n甲：十块。\n", "gb18030", newline="\r\n"
    )
    (tmp_path / "材料/录音.mp3").write_bytes(b"x")
    (tmp_path / "新.txt").write_text(TEXTS["I02"].replace("静得吓人", ""), "utf-8")
    study, new = str(tmp_path / "study"), str(tmp_path / "new")
    english = []
    for command, status in [
        (["new", new, "--from", str(tmp_path / "材料")], 1),
        (["speakers", new], 1),
        (["check", new], 1),
        (["status", new], None),
        (["status", study], None),
        (["check", study], 0),
        (["correct", study, "I02", "--from", str(tmp_path / "新.txt")], 2),
        (["merge", study, new], 1),
        (["codebook", study, "rename", "c99", "名字"], 2),
        (["code", study], 2),
        (["status", str(tmp_path / "没有")], 2),
    ]:
        assert main(command) in (status, 0)
        said = capsys.readouterr()
        for line in f"{said.out}\n{said.err}".splitlines():
            for cell in re.sub(r"`[^`]*`|--\w+ \w+", "", line.replace(str(tmp_path), "")).split("\t"):
                if re.search(r"[a-z]{2,} [a-z]{2,}( [a-z]{2,})?", cell):
                    english.append((command[0], cell))
    assert english == [], english
