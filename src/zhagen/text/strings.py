"""Many short strings as one run of bytes: what Arrow counts, files hold and processes exchange, no object a string.

Where pyarrow is not installed a dictionary counts them, slower, with the same result.

Each string is followed by `END`, which no string may hold. Arrow gets and gives the bytes as they are: its own ways
from and to lists and arrays import pandas, which takes longer than the work.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

END = "\0"


def join_strings(strings: Sequence[str]) -> bytes:
    """Return strings as one run of bytes.

    Parameters
    ----------
    strings : sequence of str
        Strings without `END`.

    Returns
    -------
    bytes
        Each string in UTF-8, followed by `END`.

    Examples
    --------
    >>> join_strings(["平台", "数据"]) == "平台\\0数据\\0".encode()
    True
    """
    return (END.join(strings) + END).encode() if strings else b""


def split_run(run: bytes) -> list[str]:
    """Return the strings that `join_strings` made one run of.

    Parameters
    ----------
    run : bytes
        A run as `join_strings` returns it.

    Returns
    -------
    list of str
        The strings.

    Examples
    --------
    >>> split_run(join_strings(["平台", "数据"]))
    ['平台', '数据']
    """
    return run.decode().split(END)[:-1]


def code_strings(run: bytes) -> tuple[bytes, "np.ndarray"]:
    """Say which of its distinct strings each string of a run is.

    Parameters
    ----------
    run : bytes
        A run as `join_strings` returns it.

    Returns
    -------
    tuple of (bytes, numpy.ndarray)
        Each string once, in the order they come, as one run; and an array of int32, one entry a string: its place
        among the distinct ones.

    Examples
    --------
    >>> distinct, codes = code_strings(join_strings(["平台", "数据", "平台"]))
    >>> split_run(distinct), codes.tolist()
    (['平台', '数据'], [0, 1, 0])
    """
    import numpy as np

    try:
        import pyarrow
    except ImportError:
        strings = split_run(run)
        places: dict[str, int] = {}
        codes = np.fromiter((places.setdefault(string, len(places)) for string in strings), np.int32, len(strings))
        return join_strings(list(places)), codes
    # Arrow's form of many strings: one run of bytes, and where each begins; with END, each ends where the next begins
    ends = np.flatnonzero(np.frombuffer(run, np.uint8) == ord(END)) + 1
    offsets = pyarrow.py_buffer(np.append(0, ends).astype(np.int64, copy=False))
    array = pyarrow.LargeStringArray.from_buffers(len(ends), offsets, pyarrow.py_buffer(run)).dictionary_encode()
    codes = np.frombuffer(array.indices.buffers()[1], np.int32, len(ends))
    return array.dictionary.buffers()[2].to_pybytes(), codes.copy()
