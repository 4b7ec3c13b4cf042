"""Pairs: how often two columns of a sparse matrix occur together, one half of the product of the matrix with itself.

The work under `zhagen.statistics.association`, for one matrix in memory and for a stream of them. Only pairs above the
diagonal are counted, a block of columns at a time, the blocks on all processors (scipy's product releases Python's
lock).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]
Block = tuple[int, int]
Result = TypeVar("Result")

MOST_BLOCKS = 16  # of columns: more spare the lower half better, fewer cost less to cut


def count_pairs(matrix: csr_array, *, min_count: int = 1) -> Pairs:
    """Count the pairs of columns of one matrix.

    Parameters
    ----------
    matrix : scipy.sparse.csr_array
        Units x terms, whole numbers.
    min_count : int, default 1
        The least n12 of a pair, 1 or more.

    Returns
    -------
    first : numpy.ndarray
        One entry for each pair: its first column; sorted.
    second : numpy.ndarray
        Its second column, above the first; sorted where the first is the same.
    n12 : numpy.ndarray
        The sum over the units of the product of the two columns.

    See Also
    --------
    count_pair_stream : The same for many matrices, one under the other.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> [array.tolist() for array in count_pairs(csr_array(np.array([[1, 1, 0], [1, 1, 1]])), min_count=2)]
    [[0], [1], [2]]
    """
    rows = matrix.T.tocsr()
    found = _each(lambda block: _upper(rows, matrix, *block, min_count), _blocks(rows, matrix.shape[0]))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    first, second, n12 = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return first, second, n12


def count_pair_stream(
    matrices: Callable[[], Iterable[csr_array]], terms: int, *, min_count: int = 1, memory: int = 1 << 28
) -> Iterator[Pairs]:
    """Count the pairs of columns of many matrices, one under the other, without keeping them all in memory.

    Parameters
    ----------
    matrices : function
        Returns an iterator of scipy.sparse.csr_array, each units x `terms`. It is called once for each block of terms
        whose sums fit into `memory`.
    terms : int
        Number of columns.
    min_count : int, default 1
        The least n12 of a pair, 1 or more.
    memory : int, default 268435456
        Bytes for the sums, 8 for each pair of a block.

    Yields
    ------
    first : numpy.ndarray
        The first columns of the pairs of a block.
    second : numpy.ndarray
        Their second columns.
    n12 : numpy.ndarray
        Their sums. All blocks together are what `count_pairs` returns for the whole, in the same order.

    See Also
    --------
    count_pairs : The same for one matrix.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> halves = [csr_array(np.array([[1, 1]])), csr_array(np.array([[1, 1]]))]
    >>> [[array.tolist() for array in block] for block in count_pair_stream(lambda: iter(halves), 2)]
    [[[0], [1], [2]]]
    """
    start = 0
    while start < terms:
        # The block is the rows `start` to `stop` of the product, from column `start` on: what is left of that column is
        # below the diagonal. So `sums[i, j]` belongs to the pair (start + i, start + j), and later blocks are narrower.
        width = terms - start
        stop = min(terms, start + max(1, memory // (8 * width)))
        sums = np.zeros((stop - start, width), np.int64)
        for matrix in matrices():
            _add(matrix, start, stop, sums)
        first, second = np.nonzero(sums >= max(min_count, 1))
        above = second > first
        first, second = first[above], second[above]
        yield first + start, second + start, sums[first, second]
        start = stop


def _add(matrix: csr_array, start: int, stop: int, sums: np.ndarray) -> None:
    """Add to `sums` the products of the columns from `start` to `stop` with those from `start` on."""
    rows = matrix.T.tocsr()

    def add(block: Block) -> None:
        first, end = block
        product = (rows[first:end] @ matrix[:, first:]).tocoo()
        # `product` begins at (first, first), `sums` at (start, start); blocks share no row: no two threads add to one
        sums[product.coords[0] + (first - start), product.coords[1] + (first - start)] += product.data

    _each(add, _blocks(rows, matrix.shape[0], start, stop))


def _upper(rows: csr_array, matrix: csr_array, start: int, stop: int, min_count: int) -> Pairs:
    """Return the pairs whose first column is one from `start` to `stop`; `rows` is `matrix` with its axes exchanged."""
    product = (rows[start:] @ matrix[:, start:stop]).tocsc()  # which sorts: by the first column, then by the second
    # a column of the product belongs to one first column: it is repeated once for each entry of that column
    first = np.repeat(np.arange(start, stop, dtype=np.int32), np.diff(product.indptr).astype(np.intp, copy=False))
    second = product.indices + start
    kept = (product.data >= min_count) & (second > first)
    return first[kept], second[kept], product.data[kept]


def _blocks(rows: csr_array, units: int, start: int = 0, stop: int | None = None) -> list[Block]:
    """Return the columns from `start` to `stop` as blocks (start, stop) of about as many entries each.

    A block costs a pass over the matrix, and spares products of the lower half: worth it where units are long.
    """
    stop = rows.shape[0] if stop is None else stop
    blocks = int(np.clip(rows.nnz / max(units, 1) / 2, 1, MOST_BLOCKS))
    # indptr counts the entries up to each column: equal steps in it are blocks with equal work
    marks = np.linspace(rows.indptr[start], rows.indptr[stop], blocks + 1)[1:-1]
    cuts = [start, *(start + np.searchsorted(rows.indptr[start : stop + 1], marks)).tolist(), stop]
    return [(a, b) for a, b in zip(cuts, cuts[1:], strict=False) if a < b]


def available_processors() -> int:
    """Return how many processors this process may use.

    Returns
    -------
    int
        1 or more.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _each(function: Callable[[Block], Result], blocks: list[Block]) -> list[Result]:
    """Call a function for each block, on all processors if threads can start here."""
    workers = min(available_processors(), len(blocks))
    if workers < 2 or not _threads_start():
        return [function(block) for block in blocks]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, blocks))


@cache
def _threads_start() -> bool:
    """Say whether this Python can start a thread: in a browser (WebAssembly) it cannot."""
    try:
        Thread(target=int).start()
    except RuntimeError:
        return False
    return True
