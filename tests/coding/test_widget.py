"""What a browser sends to the widget is a table, or an error for people."""

import hashlib

import pytest

from zhagen.coding import code_passage, coding_widget
from zhagen.coding.state import CODINGS, codebook_of_state, codings_of_state
from zhagen.errors import StudyError
from zhagen.study import add_codings, overall_agreement, practice_study

STUDY = practice_study()
PASSAGE = code_passage(STUDY, "I16", 2, 4)
CODING = {"start": 2, "end": 12, "code": "n1", "memo": "备注", "date": "2026-11-28"}
GOOD = {"version": 1, "coder": "我", "codes": [{"id": "n1", "label": "新"}], "codings": [CODING]}


def test_codings_are_in_the_form_of_a_study_and_can_be_compared():
    table = codings_of_state(PASSAGE.data, GOOD)
    (row,) = table.to_dict("records")
    quote = STUDY.text("I16")[row["start"] : row["end"]]
    assert list(table) == CODINGS and quote == PASSAGE.data["text"][2:12]
    assert row["quote_sha256"] == hashlib.sha256(quote.encode()).hexdigest() and row["memo"] == "备注"
    joined = add_codings(STUDY, table, coder="我")
    assert joined.quotations(coder="我").label.tolist() == ["新"]
    assert len(overall_agreement(joined, coders=["林", "我"], draws=1))


def test_before_it_is_shown_nothing_is_coded():
    assert codings_of_state(PASSAGE.data, None).empty
    assert codebook_of_state(PASSAGE.data, None).label.tolist() == STUDY.codebook.codes.label.tolist()


def test_a_new_code_is_a_concept_without_a_definition():
    (row,) = codebook_of_state(PASSAGE.data, GOOD).to_dict("records")
    assert (row["code_id"], row["label"], row["level"], row["definition"]) == ("n1", "新", "concept", "")


@pytest.mark.parametrize(
    "state",
    [
        3,
        [],
        "x",
        {},
        GOOD | {"coder": 1},
        GOOD | {"codes": None},
        GOOD | {"codes": [1]},
        GOOD | {"codes": [{"id": "n1"}]},
        GOOD | {"codings": {}},
        *(
            GOOD | {"codings": [CODING | wrong]}
            for wrong in (
                {"start": -1},
                {"start": 12},
                {"end": 10**6},
                {"end": 2.5},
                {"start": True},
                {"end": "12"},
                {"code": "no"},
                {"code": ["n1"]},
                {"memo": None},
                {"start": float("nan")},
            )
        ),
    ],
)
def test_what_is_no_state_is_refused(state):
    with pytest.raises(StudyError, match="what the browser sent"):
        codings_of_state(PASSAGE.data, state)


def test_the_widget_holds_the_passage():
    pytest.importorskip("anywidget")
    widget = coding_widget(PASSAGE)
    assert "zhagenCoder.start" in widget._esm and widget.block.count("<script") == 1
    assert "window.zhagenQda = " in widget._esm  # and so the buttons for other programs
    assert widget.codings.empty
    widget.state = GOOD
    assert widget.codings.label.tolist() == ["新"] and len(widget.codebook) == 1


def test_it_is_a_widget_only_in_a_notebook_that_a_server_shows(monkeypatch):
    pytest.importorskip("anywidget")
    passage = code_passage(STUDY, "I16", 2, 4)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert passage._repr_mimebundle_() == {} and passage.codings.empty
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    assert passage._repr_mimebundle_() and passage._shown
    passage._shown[-1].state = GOOD
    assert passage.codings.label.tolist() == ["新"]
    passage._repr_mimebundle_()  # the cell is run again
    assert passage.codings.label.tolist() == ["新"]
