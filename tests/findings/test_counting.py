"""Worked examples of the chapter on counting with care, done again by the package."""

import networkx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from zhagen.statistics.association import add_measures, cooccurrence_table
from zhagen.statistics.chance import chance_table
from zhagen.statistics.networks import disparity_table
from zhagen.statistics.terms import TermMatrix, term_matrix, window_matrix


@pytest.mark.parametrize(
    ("cut", "numbers", "pmi"),
    [
        (term_matrix, [1, 2, 3], -0.42),
        (lambda features: window_matrix(features, 2), [2, 2, 2], 0),
        (lambda features: term_matrix(features, unit="paragraph"), [1, 1, 1], 0),
    ],
    ids=["sentences", "windows", "paragraph"],
)
def test_three_sentences_in_one_paragraph(cut, numbers, pmi):
    features = pd.DataFrame({"sentence": [1, 1, 2, 3], "term": ["群规", "面交", "群规", "面交"], "count": 1})
    features = features.assign(doc_id="toy", section_id="toy-1", paragraph=1)
    pair = add_measures(cooccurrence_table(cut(features)), ["pmi"]).iloc[0]
    assert [pair.n12, pair.n1, pair.N] == numbers
    assert pair.pmi == pytest.approx(pmi, abs=0.005)


@pytest.mark.parametrize(("null", "expected"), [("terms", 2 / 3), ("margins", 1)])
def test_one_long_sentence_explains_the_only_meeting(null, expected):
    rows = [[1, 1, 1, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
    matrix = TermMatrix(sp.csr_array(np.array(rows)), None, np.array(list("abcd")))
    assert chance_table(matrix, null=null, draws=200).iloc[0].expected == pytest.approx(expected)


def test_of_three_edges_the_thick_one_stays():
    star = networkx.Graph()
    star.add_weighted_edges_from([("群规", "面交", 8), ("群规", "买书", 1), ("群规", "开学", 1)])
    assert disparity_table(star).alpha.tolist() == pytest.approx([0.04, 0.81, 0.81])
