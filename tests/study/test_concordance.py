"""Keyword in context over a study, compared with a search through the raw text."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhagen.cli import main
from zhagen.errors import StudyError
from zhagen.study import make_study, practice_study, study_kwic

ROWS = ["source_id", "line", "left", "keyword", "right"]


def talk(*turns, **more):
    """A study of one source, whose only participant says the turns."""
    codes = pd.DataFrame({"code_id": ["c01"], "label": ["码"], "level": ["concept"]})
    codings = pd.DataFrame(columns=["source_id", "start", "end", "code_id", "coder"])
    return make_study({"I01": "\n".join(f"甲：{turn}" for turn in turns)}, codes, codings, **more)


def test_every_place_is_found_with_its_line_and_its_codes():
    study = practice_study()
    found = study_kwic(study, "规矩", width=6)
    by_hand = []
    for source_id, text in study.texts.items():
        for number, line in enumerate(text.split("\n"), 1):
            if not line.startswith(("访：", "【")):
                by_hand += [(source_id, number)] * line.count("规矩")
    assert list(zip(found.source_id, found.line, strict=True)) == by_hand
    quoted = study.quotations()
    for row in found.itertuples():
        assert study.texts[row.source_id][row.start : row.end] == row.keyword == "规矩"
        touch = quoted[(quoted.source_id == row.source_id) & (quoted.start < row.end) & (quoted.end > row.start)]
        assert row.codes == "、".join(dict.fromkeys(touch.label))


def test_interviewers_are_left_out_until_asked_for(study):
    assert study_kwic(study, "卖书").empty
    assert study_kwic(study, "卖书", roles=["interviewer"]).left.tolist() == ["你怎么"]


def test_a_word_broken_over_lines_is_found_where_it_begins():
    study = talk("只许面\n交。\n 只许 面 交")
    found = study_kwic(study, "面交", width=2)
    assert found[ROWS].values.tolist() == [["I01", 1, "只许", "面交", "。只"], ["I01", 3, "只许", "面交", ""]]
    assert [study.texts["I01"][a:b] for a, b in zip(found.start, found.end, strict=True)] == ["面\n交", "面 交"]


def test_of_two_words_at_one_place_the_longer_one_counts():
    assert study_kwic(talk("群规和规矩"), ["群", "群规", "规矩"]).keyword.tolist() == ["群规", "规矩"]


def test_whole_words_case_and_expressions():
    study = talk("驱动因素不是动因", "App 和 APP，12 块，8块")
    assert study_kwic(study, "动因", words=True).left.tolist() == ["驱动因素不是"]
    assert len(study_kwic(study, "app")) == 0 and len(study_kwic(study, "app", ignore_case=True)) == 2
    assert study_kwic(study, r"\d+块", regex=True).keyword.tolist() == ["12块", "8块"]
    assert study_kwic(study, r"x*|^驱", regex=True).keyword.tolist() == ["驱"]
    assert study_kwic(study, [r"(?P<n>动)因", "块$"], regex=True).keyword.tolist() == ["动因", "动因", "块"]


def test_speakers_sources_and_orders(study):
    assert set(study_kwic(study, ["说", "只许"], speaker="甲").speaker) == {"甲"}
    assert set(study_kwic(study, ["说", "只许"], source="I02").source_id) == {"I02"}
    for sort, key in (("left", lambda row: row.left[::-1]), ("right", lambda row: row.right)):
        rows = list(study_kwic(study, ".", regex=True, sort=sort).itertuples())
        assert rows == sorted(rows, key=key)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"terms": []}, "no word"),
        ({"terms": " \u200b"}, "is empty"),
        ({"terms": "(", "regex": True}, "no regular expression"),
        ({"terms": ["(?P<a>x)", "(?P<a>y)"], "regex": True}, "do not go together"),
        ({"terms": "书", "width": -1}, "width is -1"),
        ({"terms": "书", "sort": "length"}, "no order"),
        ({"terms": "书", "speaker": "丁"}, "no speaker '丁'"),
        ({"terms": "书", "source": "I09"}, "no source 'I09'"),
        ({"terms": "书", "coder": "王"}, "no coder"),
    ],
)
def test_what_cannot_be_searched_is_refused(study, more, said):
    with pytest.raises(StudyError, match=re.escape(said)):
        study_kwic(study, **more)


PIECES = st.lists(
    st.sampled_from(["书", "规矩", "a", "B", " ", "\n", "　", "，", "<b>", "=1", "\u202e", "😀"]), max_size=30
)


@settings(max_examples=60, deadline=None)
@given(PIECES, st.sampled_from(["书", "规矩", "aB", "书书", "<b>", "=1"]), st.integers(0, 5))
def test_places_are_those_of_the_text_without_blanks(pieces, word, width):
    said = "头" + "".join(pieces) + "尾"
    study = talk(said)
    found = study_kwic(study, word, width=width)
    text = study.texts["I01"]
    bare = re.sub(r"[\s\u202e]", "", said)
    spaced = word if word.isascii() else r"\s*".join(word)
    if word.isascii():  # between two letters a blank stays
        assert len(found) <= bare.count(word)
    else:
        assert len(found) == len(re.findall(spaced, bare)) == bare.count(word)
    for row in found.itertuples():
        assert re.sub(r"[\s\u202e]", "", text[row.start : row.end]) == word
        assert len(row.left) <= width and len(row.right) <= width
        assert row.line == text[: row.start].count("\n") + 1


def test_the_command_prints_a_line_a_place_and_writes_tables(folder, tmp_path, capsys):
    assert main(["kwic", str(folder), "静", "说", "--width", "3"]) == 0
    out, said = capsys.readouterr()
    rows = [line.split("\t") for line in out.splitlines()]
    assert rows[-1] == ["I02:5", "乙", "那个月【静】得吓人", "群内冷清"] and "3 places in 2 sources" in said
    path = tmp_path / "out.csv"
    assert main(["kwic", str(folder), "静", "--out", str(path)]) == 0
    assert pd.read_csv(path).keyword.tolist() == ["静"]
    assert main(["kwic", str(folder), "(", "--regex"]) == 2
    assert "no regular expression" in capsys.readouterr().err


def test_wording_of_real_people_is_marked():
    assert study_kwic(talk("说书"), "书").attrs["wording"] == ["left", "keyword", "right"]
    assert "wording" not in study_kwic(talk("说书", about={"invented": True}), "书").attrs
