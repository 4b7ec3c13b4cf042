"""Tables of a study from the command line."""

import pytest

from zhagen.cli import main

SAID = {
    "material": "I01\t访谈\t2024-03-05\t甲",
    "codebook": "不利先说\t概念\t交易变顺",
    "quotations": "先验后付\tI02",
    "sources": "label\tI01\tI02",
    "cooccurrence": "不利先说\t走得快\t",
    "agreement": "走得快\t4\t1\t0\t1\t1",
}


@pytest.mark.parametrize("kind", SAID)
def test_a_table_is_printed_and_saved(folder, tmp_path, capsys, kind):
    assert main(["table", str(folder), kind]) == 0
    printed = capsys.readouterr().out
    assert SAID[kind] in printed
    assert main(["table", str(folder), kind, "--out", str(tmp_path / "a.md")]) == 0
    saved = (tmp_path / "a.md").read_text("utf-8")
    assert len([line for line in saved.split("\n") if line.startswith("|")]) == len(printed.splitlines()) + 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["saturation"], "base and run need 6"),
        (["attribute"], "give one with --by"),
        (["attribute", "--by", "没有"], "no attribute '没有'"),
        (["quotations", "--code", "没有"], "没有"),
        (["agreement", "--coder", "林"], "needs two or more"),
        (["codebook", "--out", "a.gif"], "'.gif' is not known"),
    ],
)
def test_what_no_table_can_be_made_of_is_said(folder, capsys, words, said):
    assert main(["table", str(folder), *words]) == 2
    assert said in capsys.readouterr().err


def test_groups_and_codes_can_be_chosen(folder, capsys):
    assert main(["table", str(folder), "attribute", "--by", "campus"]) == 0
    assert "不利先说\t东\t1\t1" in capsys.readouterr().out
    assert main(["table", str(folder), "quotations", "--code", "k2", "--coder", "周"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
