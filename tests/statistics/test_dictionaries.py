"""Dictionaries: words that are counted together, by hand and against the counts of the single words."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhagen.errors import ZhagenError
from zhagen.statistics import apply_dictionary, dictionary_swaps, dictionary_table, term_frequency, term_matrix

COLUMNS = "doc_id section_id paragraph sentence term count".split()
ROWS = [
    ("a", "a-1", 1, 1, "快速", 2),
    ("a", "a-1", 1, 1, "敏捷", 1),
    ("a", "a-1", 1, 2, "平台", 7),
    ("b", "b-1", 1, 1, "效率", 4),
    ("b", "b-1", 1, 1, "快速", 1),
    ("b", "b-1", 2, 1, "平台", 15),
]
FEATURES = pd.DataFrame(ROWS, columns=COLUMNS)
WORDS = st.lists(st.sampled_from(["快速", "敏捷", "平台", "效率", "迅捷"]), min_size=2, max_size=5, unique=True)


def test_a_theme_is_one_term():
    found = apply_dictionary(FEATURES, {"快": ["快速", "敏捷"]})
    assert found[["doc_id", "sentence", "term", "count"]].values.tolist() == [
        ["a", 1, "快", 3],
        ["a", 2, "平台", 7],
        ["b", 1, "快", 1],
        ["b", 1, "效率", 4],
        ["b", 1, "平台", 15],
    ]
    assert term_frequency(found).set_index("term")["count"]["快"] == 4
    assert term_matrix(found).counts.sum() == FEATURES["count"].sum()


def test_the_table_by_hand():
    found = dictionary_table(FEATURES, {"快": ["快速", "敏捷", "迅捷"]})
    assert found.values.tolist() == [
        ["快", "a", 3, 10, 300.0, 1, "快速", 2 / 3],
        ["快", "b", 1, 20, 50.0, 1, "快速", 1.0],
    ]


def test_one_word_turns_the_order():
    found = dictionary_swaps(FEATURES, ["快速", "敏捷"], extra=["效率"])
    leaders = found.drop_duplicates(["change", "word"])[["change", "word", "leader"]].values.tolist()
    assert leaders == [["none", "", "a"], ["without", "快速", "a"], ["without", "敏捷", "a"], ["with", "效率", "a"]]
    turned = dictionary_swaps(FEATURES, ["敏捷", "迅捷"], extra=["效率"])
    assert turned.query("word == '效率'").leader.tolist() == ["b", "b"]
    assert turned.query("word == '敏捷'").leader.tolist() == ["", ""]


def test_a_word_that_is_in_it_already_and_a_dictionary_of_one_word():
    found = dictionary_swaps(FEATURES, ["快速"], extra=["快速", "效率"])
    assert found.drop_duplicates("change").change.tolist() == ["none", "with"]
    assert found.drop_duplicates("change").word.tolist() == ["", "效率"]


@settings(max_examples=40)
@given(WORDS)
def test_the_counts_of_a_theme_are_the_sum_of_its_words(words):
    single = FEATURES[FEATURES.term.isin(words)].groupby("doc_id")["count"].sum().reindex(["a", "b"], fill_value=0)
    found = dictionary_table(FEATURES, {"题": words}).set_index("group")
    assert found["count"].tolist() == single.tolist()
    merged = apply_dictionary(FEATURES, {"题": words})
    assert merged["count"].sum() == FEATURES["count"].sum()
    swapped = dictionary_swaps(FEATURES, words).query("change == 'without'").groupby(["word", "group"])["count"].sum()
    for word in words:
        own = FEATURES[FEATURES.term == word].groupby("doc_id")["count"].sum().reindex(["a", "b"], fill_value=0)
        assert (swapped[word] + own).tolist() == single.tolist()


FAULTS = [
    (lambda: apply_dictionary(FEATURES, {"快": []}), "has no word"),
    (lambda: apply_dictionary(FEATURES, {"快": ["快速"], "好": ["快速"]}), "word of 快 and of 好"),
    (lambda: apply_dictionary(FEATURES, {"平台": ["快速"]}), "a theme and a word of the texts"),
    (lambda: dictionary_table(FEATURES, {"快": ["快速"]}, by="part"), "no column 'part'"),
    (lambda: dictionary_swaps(FEATURES, []), "has no word"),
]


@pytest.mark.parametrize(("call", "said"), FAULTS)
def test_what_does_not_fit_is_refused(call, said):
    with pytest.raises(ZhagenError, match=said):
        call()
