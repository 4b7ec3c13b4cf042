"""Pairs: how often two columns of a sparse matrix stand together, one half of the product of the matrix with itself.

The work under `zhagen.statistics.association`, for one matrix in memory and for a stream of them. Only pairs above the diagonal
are counted, a block of columns at a time, the blocks on all processors (scipy's product lets Python go on meanwhile).
"""

import os
from concurrent.futures import ThreadPoolExecutor

MOST_BLOCKS = 16  # of columns: more spare the lower half better, fewer cost less to cut


def count_pairs(matrix, least=1):
    """Count the pairs of columns of one matrix.

    Parameters
    ----------
    matrix : scipy.sparse.csr_array of whole numbers, units x terms.
    least : the least n12 of a pair, 1 or more.

    Returns three arrays, one entry a pair: first column, second column (first < second), n12 = sum over the units of
    the product of the two; sorted by first, then by second.

    >>> import numpy as np, scipy.sparse as sp
    >>> [array.tolist() for array in count_pairs(sp.csr_array(np.array([[1, 1, 0], [1, 1, 1]])), least=2)]
    [[0], [1], [2]]
    """
    import numpy as np

    rows = matrix.T.tocsr()
    found = _each(lambda block: _upper(rows, matrix, *block, least), _blocks(rows, matrix.shape[0]))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def count_pair_stream(matrices, terms, least=1, memory=1 << 28):
    """Count the pairs of columns of many matrices, one under the other, without ever holding them all.

    Parameters
    ----------
    matrices : a function that returns an iterator of scipy.sparse.csr_array, each units x `terms`; it is called once
        for each block of terms whose sums fit into `memory`.
    terms : how many columns there are.
    least : the least n12 of a pair.
    memory : bytes for the sums, 8 for each pair of a block.

    Yields (first, second, n12) as `count_pairs` returns them, block by block: together the same, in the same order.

    >>> import numpy as np, scipy.sparse as sp
    >>> halves = [sp.csr_array(np.array([[1, 1]])), sp.csr_array(np.array([[1, 1]]))]
    >>> [[array.tolist() for array in block] for block in count_pair_stream(lambda: iter(halves), 2)]
    [[[0], [1], [2]]]
    """
    import numpy as np

    start = 0
    while start < terms:
        width = terms - start
        stop = min(terms, start + max(1, memory // (8 * width)))
        sums = np.zeros((stop - start, width), np.int64)
        for matrix in matrices():
            _add(matrix, start, stop, sums)
        first, second = np.nonzero(sums >= max(least, 1))
        above = second > first
        first, second = first[above], second[above]
        yield first + start, second + start, sums[first, second]
        start = stop


def _add(matrix, start, stop, sums):
    """Add to `sums` the products of the columns from `start` to `stop` with those from `start` on."""
    rows = matrix.T.tocsr()

    def add(block):
        first, end = block
        product = (rows[first:end] @ matrix[:, first:]).tocoo()
        sums[product.coords[0] + (first - start), product.coords[1] + (first - start)] += product.data

    _each(add, _blocks(rows, matrix.shape[0], start, stop))


def _upper(rows, matrix, start, stop, least):
    import numpy as np

    product = (rows[start:] @ matrix[:, start:stop]).tocsc()  # which sorts: by the first column, then by the second
    first = np.repeat(np.arange(start, stop, dtype=np.int32), np.diff(product.indptr))
    second = product.indices + start
    kept = (product.data >= least) & (second > first)
    return first[kept], second[kept], product.data[kept]


def _blocks(rows, units, start=0, stop=None):
    """Return the columns from `start` to `stop` as blocks (start, stop) of about as many entries each.

    A block costs a pass over the matrix, and spares products of the lower half: worth it where units are long.
    """
    import numpy as np

    stop = rows.shape[0] if stop is None else stop
    blocks = int(np.clip(rows.nnz / max(units, 1) / 2, 1, MOST_BLOCKS))
    marks = np.linspace(rows.indptr[start], rows.indptr[stop], blocks + 1)[1:-1]
    cuts = [start, *(start + np.searchsorted(rows.indptr[start : stop + 1], marks)).tolist(), stop]
    return [(a, b) for a, b in zip(cuts, cuts[1:], strict=False) if a < b]


def available_processors():
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _each(function, blocks):
    """Call a function for each block, on all processors."""
    with ThreadPoolExecutor(available_processors()) as pool:
        return list(pool.map(function, blocks))
