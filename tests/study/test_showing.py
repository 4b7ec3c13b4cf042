"""Memos and talk as a reader sees them."""

import pandas as pd
import pytest

from zhagen.errors import ZhagenError
from zhagen.study import make_study, practice_study, show_memo, show_note, show_turns


def test_a_memo_shows_its_head_and_no_title_twice():
    memo = show_memo(practice_study(), "M001")
    shown = memo._repr_markdown_()
    assert shown.startswith("> **M001　自揭其短 → 不利先说**（林，2024-03-13）")
    assert shown.count("自揭其短 → 不利先说") == 1
    assert all(line.startswith(">") for line in shown.splitlines())


def test_talk_shows_turns_with_numbers_and_speakers():
    shown = show_turns(practice_study(), "I07", 1, 2)._repr_markdown_()
    assert "> 2　**己**　嗯。" in shown
    assert shown.endswith("> （I07）")


def test_markup_in_what_somebody_said_stays_text():
    code = pd.DataFrame({"code_id": ["c1"], "label": ["说"], "level": ["concept"]})
    none = pd.DataFrame(columns=["source_id", "start", "end", "code_id", "coder"])
    study = make_study({"S1": "甲：*号和<b>都原样"}, code, none)
    assert r"\*号和\<b\>都原样" in show_turns(study, "S1")._repr_markdown_()


def test_a_note_is_shown_whole_and_its_headings_are_none_of_the_page():
    study = practice_study()
    shown = show_note(study, "guide.md")._repr_markdown_().splitlines()
    assert "> **访谈提纲**" in shown and not any(line.lstrip("> ").startswith("#") for line in shown)
    kept = [line for line in study.notes["guide.md"].strip().splitlines() if not line.startswith("#")]
    assert all(f"> {line}".rstrip() in shown for line in kept)


@pytest.mark.parametrize(
    ("ask", "found"),
    [
        (lambda study: show_memo(study, "M999"), "no memo 'M999'"),
        (lambda study: show_note(study, "x.md"), "no 'x.md'"),
        (lambda study: show_turns(study, "X99"), "no source 'X99'"),
        (lambda study: show_turns(study, "I07", 900), "no turn from 900"),
    ],
)
def test_what_is_not_there_is_named(ask, found):
    with pytest.raises(ZhagenError, match=found):
        ask(practice_study())
