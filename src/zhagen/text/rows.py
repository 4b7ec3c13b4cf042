"""The rows of a CSV file, read in one way by every command: a mistake is an error, and a cell may be long."""

import csv
import sys
from collections.abc import Iterable
from typing import Any


def csv_reader(lines: Iterable[str], separator: str = ",") -> Any:
    """Return a reader of CSV that is strict, and takes cells of any length.

    Python's own takes cells of 131,072 characters, unless any module of the process has asked for more.

    Parameters
    ----------
    lines : iterable of str
        The lines with their ends, such as a file opened with ``newline=""``.
    separator : str, default ","
        What sets the columns apart.

    Returns
    -------
    csv.reader
        An iterator over lists of cells; it raises ``csv.Error`` at what is no CSV.

    Examples
    --------
    >>> rows = list(csv_reader(["label,definition\\n", f'先验货,"{"看" * 140_000}"\\n']))
    >>> len(rows[1][1])
    140000
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    return csv.reader(lines, delimiter=separator, strict=True)
