"""What the chapters on Haier say and no cell of theirs shows."""

import numpy as np
import pytest

from zhagen.book.loads import load_features
from zhagen.statistics.association import add_measures, cooccurrence_table
from zhagen.statistics.chance import chance_table
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


def test_the_links_of_the_chain_meet_no_more_than_their_sections_make_them(matrix):
    """Shuffled over the whole text the three names of the chain meet too often; shuffled inside their sections, not."""
    edges = cooccurrence_table(matrix, min_count=3)
    chain = [("动态能力", "数据驱动"), ("数字商业模式", "数据驱动"), ("动态能力", "数字商业模式")]
    firm = [("创新", "数字商业模式"), ("场景", "需求")]
    free, kept = (
        chance_table(matrix, edges, draws=999, within=within, tests=len(edges)).set_index(["term_a", "term_b"])
        for within in (None, "section_id")
    )
    assert (free.p_more.loc[chain] < 0.02).all()
    # with 1,999 draws: 0.18, 0.08, 0.77
    assert kept.p_more.loc[chain].tolist() == pytest.approx([0.17, 0.075, 0.77], abs=0.05)
    assert (kept.n12[chain[2]], kept.expected[chain[2]]) == (9, pytest.approx(9.8, abs=0.2))
    assert (kept.p_more.loc[firm] < 0.005).all()
    assert len(edges) == 1413
    assert (free.p_more <= 0.05).sum() == pytest.approx(480, abs=15)
    assert (kept.p_more <= 0.05).sum() == pytest.approx(269, abs=15)
    # the pair that the chapter explains away by its sections avoids each other inside them, too
    assert kept.p_less["数字商业模式", "用户"] < 0.02


@pytest.mark.parametrize("unit", ["sentence", "paragraph"])
def test_the_links_of_the_chain_meet_often_in_the_text_but_not_within_its_sections(unit):
    matrix = term_matrix(load_features("haier"), unit)
    edges, chain = cooccurrence_table(matrix), {"数据驱动", "动态能力", "数字商业模式"}
    edges = edges[edges.term_a.isin(chain) & edges.term_b.isin(chain)]
    assert len(edges) == 3
    assert (chance_table(matrix, edges, draws=499).p_more * 3 <= 0.05).all()
    assert (chance_table(matrix, edges, draws=499, within="section_id").p_more > 0.05).all()
