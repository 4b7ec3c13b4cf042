"""What the chapters on the review of digital e-commerce rely on and no cell of theirs shows."""

import pytest

from zhagen.book.loads import load_features
from zhagen.extraction import extract
from zhagen.statistics.association import add_measures, cooccurrence_table
from zhagen.statistics.sensitivity import stop_list_variants
from zhagen.statistics.terms import term_matrix


def test_each_concept_has_one_section_of_its_own():
    review = extract("ecommerce")
    concepts = review.codebook.level("concept")
    titles = review.outline.sections().title
    homes = concepts.parent_id.map(review.codebook.labels())
    assert len(concepts) and all((titles == home).sum() == 1 for home in homes)


def test_a_longer_stop_list_leaves_the_npmi_of_the_other_pairs_as_it_was():
    features = load_features("ecommerce")
    shorter = stop_list_variants(features, [3])["without the 3 most frequent"]
    before, after = (
        add_measures(cooccurrence_table(term_matrix(kept)), ["npmi"]).set_index(["term_a", "term_b"]).npmi
        for kept in (features, shorter)
    )
    assert 0 < len(after) < len(before)
    assert after.to_numpy() == pytest.approx(before.reindex(after.index).to_numpy(), abs=0.01)
