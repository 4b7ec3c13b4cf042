"""Pictures of a study from the command line."""

import pytest

from zhagen.cli import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["structure"], "数据结构图：4 个概念归入 2 个范畴"),
        (["flow"], "编码流程图：4 个概念归入 2 个范畴"),
        (["mechanism"], "不利先说 带来 走得快"),
        (["portrait", "--source", "I01", "--by", "coder"], "林 3 段、周 2 段"),
        (["timeline"], "时间线：2 项，从 2024-03-05"),
    ],
)
def test_a_picture_is_drawn_and_described(folder, tmp_path, capsys, words, said):
    out = tmp_path / "picture.svg"
    assert main(["draw", str(folder), *words, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert said in told and "<svg" in out.read_text("utf-8")
    assert "本书推断" not in told and ("研究者判断" in told) == (words[0] in ("structure", "flow", "mechanism"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["portrait"], "2 sources are coded: name the one"),
        (["mechanism", "--model", "x"], "no model 'x'"),
        (["structure", "--gioia"], "no gioia.csv"),
    ],
)
def test_what_cannot_be_drawn_is_said(folder, tmp_path, capsys, words, said):
    assert main(["draw", str(folder), *words, "--out", str(tmp_path / "picture.svg")]) == 2
    assert said in capsys.readouterr().err and not list(tmp_path.glob("*.svg"))
    assert main(["draw", str(folder), "structure", "--out", str(tmp_path / "picture.bmp")]) == 2
