"""Pairs of units that share rare terms."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from zhagen.errors import ZhagenError
from zhagen.statistics import TermMatrix, similar_units


def matrix_of(units: list[set[str]]) -> TermMatrix:
    terms = np.array(sorted(set().union(*units)) or ["无"])
    counts = np.array([[int(term in unit) for term in terms] for unit in units])
    return TermMatrix(csr_array(counts), None, terms)


def naive(units: list[set[str]], groups: list[str], least: int) -> list[tuple]:
    found = []
    for a in range(len(units)):
        for b in range(a + 1, len(units)):
            common = units[a] & units[b]
            if groups[a] != groups[b] and len(common) >= least:
                bits = sum(np.log2(len(units) / sum(term in unit for unit in units)) for term in common)
                found.append((a, b, len(common), round(bits, 6)))
    return sorted(found)


@given(st.lists(st.tuples(st.sets(st.sampled_from("甲乙丙丁戊己庚")), st.sampled_from("xyz")), min_size=2, max_size=9))
def test_pairs_and_bits_are_those_of_plain_counting(drawn):
    units, groups = [unit for unit, _ in drawn], [group for _, group in drawn]
    found = similar_units(matrix_of(units), groups, least=2)
    rows = zip(found.a, found.b, found.n, found.bits.round(6), strict=True)
    ours, plain = sorted((int(a), int(b), int(n), float(bits)) for a, b, n, bits in rows), naive(units, groups, 2)
    assert [row[:3] for row in ours] == [row[:3] for row in plain]
    assert [row[3] for row in ours] == pytest.approx([row[3] for row in plain], abs=1e-5)
    assert found.bits.is_monotonic_decreasing
    assert found.share.dropna().between(0, 1).all()


def test_the_order_of_the_words_plays_no_part_and_the_rarest_comes_first():
    units = [set("场替产行"), set("行产替场"), set("场用"), set("用需")]
    found = similar_units(matrix_of(units), ["h", "x", "h", "x"], least=2)
    assert found[["a", "b", "n"]].values.tolist() == [[0, 1, 4]]
    assert found.terms[0].split()[-1] == "场"


def test_groups_are_one_for_each_unit():
    with pytest.raises(ZhagenError, match="2 units and 1 groups"):
        similar_units(matrix_of([set("甲"), set("乙")]), ["x"])
    with pytest.raises(ZhagenError, match="least is 0"):
        similar_units(matrix_of([set("甲"), set("乙")]), ["x", "y"], least=0)


def test_no_pair_is_an_empty_table():
    found = similar_units(matrix_of([set("甲"), set("乙")]), pd.Series(["x", "y"]))
    assert found.empty
    assert list(found) == ["a", "b", "terms", "n", "bits", "share"]
