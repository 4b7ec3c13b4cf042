import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from zhagen.errors import ZhagenError
from zhagen.keyness import keyness

COUNTS = st.dictionaries(st.sampled_from("平台用户需求数据"), st.integers(1, 60), min_size=2, max_size=8)


def frame(counts):
    return pd.DataFrame({"term": list(counts), "count": list(counts.values())})


@given(COUNTS, COUNTS)
def test_g2_agrees_with_scipy(first, second):
    found = keyness(frame(first), frame(second)).set_index("term")
    a, b = sum(first.values()), sum(second.values())
    for term in found.index:
        x, y = first.get(term, 0), second.get(term, 0)
        table = [[x, y], [a - x, b - y]]
        if a - x + b - y == 0:
            assert found.g2[term] == pytest.approx(0, abs=1e-9)
            continue
        expected = chi2_contingency(table, correction=False, lambda_="log-likelihood")
        assert found.g2[term] == pytest.approx(expected.statistic, abs=1e-6)


@given(COUNTS, COUNTS)
def test_exchanging_the_texts_turns_the_sign_and_nothing_else(first, second):
    one, other = (keyness(frame(a), frame(b)).set_index("term") for a, b in ((first, second), (second, first)))
    other = other.loc[one.index]
    assert np.allclose(one.g2, other.g2) and np.allclose(one.log_ratio, -other.log_ratio)
    assert ((one.p_holm + 1e-12 >= one.p_bh) & one.p_holm.between(0, 1)).all()


def test_holm_by_hand():
    from zhagen.keyness import _holm

    assert _holm(np.array([0.01, 0.04, 0.03])) == pytest.approx([0.03, 0.06, 0.06])


def test_a_text_without_terms_is_refused():
    with pytest.raises(ZhagenError, match="no term"):
        keyness(frame({"平台": 1}), frame({}))
