import pandas as pd
import pytest

from zhagen.book.lookup import find_pair

EDGES = pd.DataFrame({"term_a": ["平台", "平台"], "term_b": ["用户", "需求"], "n12": [3, 1], "npmi": [0.5, 0.1]})


@pytest.mark.parametrize("pair", [("平台", "需求"), ("需求", "平台")])
def test_the_order_of_the_terms_does_not_matter(pair):
    assert find_pair(EDGES, *pair).tolist() == ["平台", "需求", 1, 0.1]


@pytest.mark.parametrize("edges", [EDGES, EDGES.head(0)])
def test_a_pair_that_is_not_listed_has_its_terms_and_nothing_else(edges):
    found = find_pair(edges, "用户", "数据")
    assert found.index.tolist() == EDGES.columns.tolist()
    assert sorted([found.term_a, found.term_b]) == ["数据", "用户"] and found[["n12", "npmi"]].isna().all()


def test_comparing_what_is_not_listed_is_false():
    assert not find_pair(EDGES, "用户", "数据").n12 > 0
