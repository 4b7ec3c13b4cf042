"""Many short strings as one run of bytes: what Arrow counts, files hold and processes exchange, no object a string.

Where pyarrow is not installed a dictionary counts them, slower, with the same result.

Each string is followed by `END`, which no string may hold. Arrow gets and gives the bytes as they are: its own ways
from and to lists and arrays import pandas, which takes longer than the work.
"""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

END = "\0"
FEW = 8  # times as many strings as are looked up: then a dictionary is quicker than coding all of them anew


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

    pyarrow = _pyarrow()
    if pyarrow is None:
        strings = split_run(run)
        places: dict[str, int] = {}
        codes = np.fromiter((places.setdefault(string, len(places)) for string in strings), np.int32, len(strings))
        return join_strings(list(places)), codes
    array = _arrow(pyarrow, run).dictionary_encode()
    codes = np.frombuffer(array.indices.buffers()[1], np.int32, len(array))
    return array.dictionary.buffers()[2].to_pybytes(), codes.copy()


class StringIndex:
    """Distinct strings in the order they come; each keeps its place.

    It does not matter how the strings are brought: many at a time are coded by Arrow, with all that are known before
    them; few are looked up in a dictionary.

    Attributes
    ----------
    strings : list of str
        The strings.

    Examples
    --------
    >>> index = StringIndex()
    >>> index.places(join_strings(["平台", "数据", "平台"])).tolist()
    [0, 1, 0]
    >>> index.places(join_strings(["用户", "数据"])).tolist()
    [2, 1]
    >>> import numpy as np
    >>> index.strings, split_run(index.taken(np.array([2, 0])))
    (['平台', '数据', '用户'], ['用户', '平台'])
    """

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._places: dict[str, int] = {}
        self._run = b""

    def places(self, run: bytes) -> "np.ndarray":
        """Return the place of each string of a run; new ones get the next places.

        Parameters
        ----------
        run : bytes
            A run as `join_strings` returns it.

        Returns
        -------
        numpy.ndarray of int32
            One entry a string.
        """
        import numpy as np

        amount, before = run.count(END.encode()), len(self._run)
        if _pyarrow() is not None and amount * FEW > len(self.strings):
            # the known strings come first, so they keep their places, and new ones get the next
            self._run, codes = code_strings(self._run + run)
            codes = codes[len(self.strings) :]
            new = split_run(self._run[before:])
            self._places.update(zip(new, range(len(self.strings), len(self.strings) + len(new)), strict=True))
        else:
            places, strings = self._places, split_run(run)
            codes = np.fromiter((places.setdefault(string, len(places)) for string in strings), np.int32, amount)
            new = list(islice(reversed(places), len(places) - len(self.strings)))[::-1]
            self._run += join_strings(new)
        self.strings += new
        return codes

    def taken(self, places: "np.ndarray") -> bytes:
        """Return the strings of some places.

        Parameters
        ----------
        places : numpy.ndarray of int
            Places, in any order.

        Returns
        -------
        bytes
            The strings, in this order, as one run.
        """
        import numpy as np

        pyarrow = _pyarrow()
        if pyarrow is None or len(places) * FEW <= len(self.strings):
            return join_strings([self.strings[place] for place in places.tolist()])
        numbers = pyarrow.py_buffer(places.astype(np.int64))
        numbers = pyarrow.Array.from_buffers(pyarrow.int64(), len(places), [None, numbers])
        taken = _arrow(pyarrow, self._run).take(numbers)
        return taken.buffers()[2].to_pybytes() if len(taken) else b""


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        return None
    return pyarrow


def _arrow(pyarrow: Any, run: bytes) -> Any:
    """Return a run in Arrow's form of many strings: it, and where each begins, which is where the one before ends."""
    import numpy as np

    ends = np.flatnonzero(np.frombuffer(run, np.uint8) == ord(END)) + 1
    offsets = pyarrow.py_buffer(np.append(0, ends).astype(np.int64, copy=False))
    return pyarrow.LargeStringArray.from_buffers(len(ends), offsets, pyarrow.py_buffer(run))
