import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from zhagen.statistics.pairs import count_pair_stream, count_pairs


@st.composite
def counted(draw, terms=None):
    """A unit x term matrix of small counts, empty rows and columns among them."""
    shape = draw(st.integers(0, 12)), terms or draw(st.integers(1, 12))
    return draw(arrays(np.int64, shape, elements=st.integers(0, 4) | st.just(0)))


def naive(dense, least):
    """Every pair above the diagonal of the dense product, row by row."""
    product = dense.T @ dense
    ends = range(dense.shape[1])
    return [(a, b, product[a, b]) for a in ends for b in ends if a < b and product[a, b] >= max(least, 1)]


def told(found):
    return list(zip(*(array.tolist() for array in found), strict=True))


def streamed(matrices, terms, least=1, memory=1 << 28):
    return [
        row
        for block in count_pair_stream(lambda: iter(matrices), terms, min_count=least, memory=memory)
        for row in told(block)
    ]


@given(counted(), st.integers(1, 5))
def test_pairs_are_those_of_the_dense_product(dense, least):
    found = count_pairs(csr_array(dense), min_count=least)
    assert told(found) == naive(dense, least)
    assert all(np.issubdtype(array.dtype, np.integer) for array in found)


@given(counted(), st.integers(1, 5), st.integers(1, 2000), st.data())
def test_a_stream_gives_the_same_whatever_the_memory_and_the_split(dense, least, memory, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(dense)), max_size=4)))
    parts = [csr_array(part) for part in np.split(dense, cuts)]
    assert streamed(parts, dense.shape[1], least, memory) == naive(dense, least)


@given(counted(), st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(dense, random):
    order = random.sample(range(len(dense)), len(dense))
    assert told(count_pairs(csr_array(dense[order]))) == told(count_pairs(csr_array(dense)))


@given(counted(), st.randoms(use_true_random=False))
def test_the_order_of_the_terms_only_renames_them(dense, random):
    order = random.sample(range(dense.shape[1]), dense.shape[1])
    shuffled = told(count_pairs(csr_array(dense[:, order])))
    renamed = {(frozenset((order[a], order[b])), n12) for a, b, n12 in shuffled}
    assert renamed == {(frozenset((a, b)), n12) for a, b, n12 in told(count_pairs(csr_array(dense)))}


@given(counted(6), counted(6))
def test_pairs_add_up_over_a_split_of_the_units(one, other):
    totals = {}
    for dense in (one, other):
        for a, b, n12 in told(count_pairs(csr_array(dense))):
            totals[a, b] = totals.get((a, b), 0) + n12
    assert {(a, b): n for a, b, n in told(count_pairs(csr_array(np.vstack([one, other]))))} == totals


@pytest.mark.parametrize("units, terms, filled", [(300, 120, 0.02), (40, 200, 0.6), (2, 500, 1), (500, 3, 0.9)])
def test_large_blocks_are_cut_right(units, terms, filled):
    """Long units are cut into many blocks, short ones into one: the numbers are the same."""
    random = np.random.default_rng(units)
    dense = random.integers(1, 9, (units, terms)) * (random.random((units, terms)) < filled)
    matrix, expected = csr_array(dense), naive(dense, 2)
    assert told(count_pairs(matrix, min_count=2)) == expected
    for memory in (1, 8 * terms * 7, 1 << 28):
        assert streamed([matrix[: units // 3], matrix[units // 3 :]], terms, 2, memory) == expected


def test_the_matrices_are_asked_for_once_for_each_block_and_never_held():
    """A block of sums fits into the memory given; fewer bytes, more passes."""
    parts, asked = [csr_array(np.ones((2, 10), np.int64))] * 3, []

    def matrices():
        asked.append(0)
        for part in parts:
            asked[-1] += 1
            yield part

    for memory, passes in ((8 * 10 * 10, 1), (8 * 10 * 5, 2), (1, 10)):
        asked.clear()
        blocks = list(count_pair_stream(matrices, 10, memory=memory))
        assert sum(len(block[0]) for block in blocks) == 45
        assert len(asked) == len(blocks) == passes and set(asked) == {3}


def test_sums_beyond_32_bits_are_right():
    """Counts of a long unit multiply: 70 000 x 70 000 does not fit into 32 bits, nor do many small products."""
    large = csr_array(np.array([[70_000, 70_000]], dtype=np.int64))
    assert told(count_pairs(large)) == [(0, 1, 70_000**2)]
    assert streamed([large] * 3, 2) == [(0, 1, 3 * 70_000**2)]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (3, 1)])
def test_nothing_to_pair_gives_empty_arrays_of_whole_numbers(shape):
    dense = np.ones(shape, dtype=np.int64)
    found = count_pairs(csr_array(dense))
    assert [array.tolist() for array in found] == [[], [], []]
    assert all(np.issubdtype(array.dtype, np.integer) for array in found)
    assert streamed([csr_array(dense)], shape[1]) == []


def test_a_count_of_zero_is_no_pair():
    """Stored zeros and a `least` below 1 do not bring pairs that never meet."""
    stored = csr_array((np.array([1, 0, 1]), np.array([0, 1, 2]), np.array([0, 2, 3])), shape=(2, 3))
    assert streamed([stored], 3, least=0) == []
    assert told(count_pairs(stored)) == []
