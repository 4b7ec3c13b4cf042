import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhagen.errors import StudyError
from zhagen.study import coding_pairs, find_codings, find_units, overlap_kind

QUERIES = [  # query, within, ids of the codings by which it holds (of 林)
    ("c01", None, [["q1"], ["q3"]]),
    ("不利先说 AND 走得快", None, [["q3", "q4"]]),
    ("c01 AND NOT c02", None, [["q1"]]),
    ("交易变顺 OR c04", None, [["q1"], ["q3", "q4"], ["q8"]]),
    ("(c01 OR c03) AND (c02 OR c04)", None, [["q3", "q4"], ["q6", "q8"]]),
    ("NOT c01 AND NOT c03", None, [[]]),
    ("c01 AND c02", "sentence", [["q3", "q4"]]),
    ("c03 AND c04", "sentence", []),
    ("c01 BEFORE c02", None, [["q1", "q3", "q4"]]),
    ("c01 BEFORE(3) c02", None, [["q3", "q4"]]),
    ("c02 BEFORE c01", None, []),
    ("c01 NEAR(1) c02", None, [["q3", "q4"]]),
    ("c01 NEAR(0) c02", None, []),
    ("c01 NEAR(2 turns) c02", None, [["q1", "q3", "q4"]]),
    ("c01 NEAR(0 turns) c02", "source", [["q3", "q4"]]),
    ('“不利先说” BEFORE(5) "走得快"', "turn", [["q3", "q4"]]),
    ("c03 AND (c03 BEFORE(9) c04)", "turn", [["q6", "q8"]]),
    ("定下规矩 AND 交易变顺", "source", []),
]


@pytest.mark.parametrize(("query", "within", "expected"), QUERIES)
def test_a_query_holds_in_these_units_by_these_codings(study, query, within, expected):
    found = find_units(study, query, within=within, coder="林")
    assert found.codings.tolist() == expected
    if expected and all(expected):
        by_match = find_codings(study, query, within=within, coder="林").groupby("match").coding_id.agg(list)
        assert by_match.tolist() == expected


def test_units_have_their_place_and_words(study):
    found = find_units(study, "c02", coder="林").iloc[0]
    assert (found.source_id, found.turn, found.speaker, found.text) == ("I01", 4, "甲", "没有。说在前头，反倒走得快。")
    assert find_units(study, "NOT k1 AND NOT k2", coder="周").text.tolist() == ["有人收了定金就退群。"]
    assert set(find_units(study, "NOT k1 AND NOT k2", roles=["interviewer"]).speaker) == {"访"}


FAULTS = [  # query, the character that is shown, what is said
    ("", 1, "empty"),
    ("c01 AND", 8, "missing at the end"),
    ("c01 AND OR c02", 9, "missing in place of OR"),
    ("AND c01", 1, "missing in place of AND"),
    ("c01 c02", 5, "no operator before 'c02'"),
    ("c01 AND (c02 OR c03", 9, "not closed"),
    ("c01) AND c02", 4, "was not opened"),
    ("c01 and c02", 5, "no operator before 'and'"),
    ("not c02", 1, "there is no code 'not'"),
    ("c01 AND c77", 9, "there is no code 'c77'"),
    ("c01 AND 不利先", 9, "there is no code '不利先'"),
    ('c01 AND "不利先说', 9, "quotation mark is not closed"),
    ("c01 NEAR c02", 5, "NEAR has no distance"),
    ("c01 NEAR(x) c02", 5, "NEAR has no distance"),
    ("(c01 AND c02) NEAR(5) c03", 2, "compares codings"),
    ("c01 BEFORE c02 BEFORE c03", 16, "two codes already"),
]


@pytest.mark.parametrize(("query", "place", "said"), FAULTS)
def test_an_error_shows_the_place_in_the_query(study, query, place, said):
    with pytest.raises(StudyError, match=said) as caught:
        find_units(study, query)
    assert caught.value.where.startswith(f"query, character {place}: {query[: place - 1]}»")
    assert caught.value.todo


def test_a_query_of_absence_alone_has_no_codings(study):
    with pytest.raises(StudyError, match="only what must not be there"):
        find_codings(study, "NOT c01")
    with pytest.raises(StudyError, match="no unit 'page'"):
        find_codings(study, "c01", within="page")


SPAN = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))
INVERSE = {"contains": "within", "within": "contains"}


@given(SPAN, SPAN)
def test_overlap_kinds_follow_from_the_characters(one, other):
    a, b = set(range(*one)), set(range(*other))
    kind = overlap_kind(one, other)
    assert overlap_kind(other, one) == INVERSE.get(kind, kind)
    assert (kind == "equal") == (a == b)
    assert (kind == "contains") == (a > b)
    assert (kind == "crosses") == bool(a & b and a - b and b - a)
    assert (kind == "touches") == (not a & b and len(a | b) == max(a | b) - min(a | b) + 1)


def test_pairs_of_codings(study):
    found = coding_pairs(study, "不利先说", "走得快", coder=["林", "周"])
    assert found[["coding_a", "coding_b", "kind"]].values.tolist() == [["q3", "q5", "within"]]
    every = coding_pairs(study, "c01", "c02", apart=True)
    assert len(every) == 6 and every.gap.tolist() == sorted(every.gap)
    assert set(every[every.kind == "apart"].turns) == {0, 2}
    own = coding_pairs(study, "c03", "c03")
    assert own[["coding_a", "coding_b", "kind"]].values.tolist() == [["q6", "q7", "contains"]]
