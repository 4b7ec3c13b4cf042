"""What the chapters on Haier say and no cell of theirs shows."""

import numpy as np
import pytest

from zhagen.book.loads import load_features
from zhagen.statistics.association import add_measures, cooccurrence_table
from zhagen.statistics.terms import term_matrix


@pytest.fixture(scope="module")
def matrix():
    return term_matrix(load_features("haier"), "sentence")


def test_of_all_frequent_pairs_user_and_business_model_are_farthest_apart_even_counting_those_that_never_meet(matrix):
    edges = add_measures(cooccurrence_table(matrix))
    often = edges[edges.n1 * edges.n2 / edges.N >= 8]
    sentences = (matrix.counts > 0).sum(axis=0)
    expected = np.triu(np.outer(sentences, sentences), 1) / len(matrix.units)
    assert len(often) == (expected >= 8).sum()  # none of them never meets, or it would be missing in the edges
    assert often.loc[often.npmi.idxmin(), ["term_a", "term_b"]].tolist() == ["数字商业模式", "用户"]


def test_dynamic_capability_is_in_no_sentence_of_the_case():
    features = load_features("haier")
    assert not features[features.term == "动态能力"].section_id.str.match("haier-[45]").any()
