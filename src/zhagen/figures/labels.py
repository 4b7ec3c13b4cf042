"""What figures and tables write: labels on one line, numbers that keep their sign and size."""

from collections.abc import Iterable, Mapping
from math import isinf
from numbers import Integral, Real
from typing import SupportsFloat

import pandas as pd

from zhagen.language import say

SMALLEST = 1e-4  # below it a number is written with a power of ten


def number_text(value: SupportsFloat, digits: int = 2) -> str:
    """Write a number with at most `digits` decimals, and with more where it would come out as 0.

    Parameters
    ----------
    value : number
        The number; a whole one is written without decimals.
    digits : int, default 2
        Decimals, from 0 on; zeros at the end are left out.

    Returns
    -------
    str
        The number; only 0 itself is written as ``0``, and never with a sign.

    Examples
    --------
    >>> [number_text(value) for value in (2.0, 1.256, -0.001, 0.0004, -0.0, 3.2e-7)]
    ['2', '1.26', '-0.001', '0.0004', '0', '3×10^-7']
    >>> number_text(0.3, digits=0), number_text(20.4, digits=0), number_text(float("inf"))
    ('0.3', '20', '∞')
    """
    if isinstance(value, Integral):
        return str(int(value))  # an integer of any size keeps all its digits
    number = float(value)
    if isinf(number):
        return "∞" if number > 0 else "-∞"
    if number and f"{abs(number):.{digits}f}".strip("0.") == "":
        if abs(number) < SMALLEST:
            digit, power = f"{number:.0e}".split("e")
            return f"{digit}×10^{int(power)}"  # not raised: Noto Sans SC has no raised minus sign
        digits = -int(f"{number:.0e}".split("e")[1])  # as many as its first digit needs
    text = f"{number:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def one_line(value: object) -> str:
    """Write a label on one line: line breaks and other white space become one blank, hidden characters go.

    Parameters
    ----------
    value : object
        The label, or anything that `str` writes.

    Returns
    -------
    str
        The label. What no file can hold (half a character, that is a lone surrogate) becomes ``\ufffd``.

    Examples
    --------
    >>> one_line(" 数字\\n平台\\x00 "), one_line(3)
    ('数字 平台', '3')
    """
    return " ".join(clean_characters(str(value)).split())


def clean_characters(text: str) -> str:
    """Take out what neither HTML, XML nor a file in UTF-8 can hold; white space stays.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text without control characters; each lone surrogate becomes ``\ufffd``.

    Examples
    --------
    >>> clean_characters("甲\\x00乙\\ud800\\n")
    '甲乙\ufffd\\n'
    """
    if text.isprintable():
        return text
    kept = (char for char in text if char.isspace() or not (char < " " or "\x7f" <= char < "\xa0"))
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in kept)


def cell_text(value: object, digits: int = 2, words: Mapping[str, str] | None = None) -> str:
    """Write the value of a table's cell for readers.

    Parameters
    ----------
    value : object
        A scalar, or a list, tuple, set, array or dict of values.
    digits : int, default 2
        Decimals of numbers that are not whole; see `number_text`.
    words : mapping, optional
        Value -> its Chinese name.

    Returns
    -------
    str
        The text; empty where the value is missing. Items are joined with ``、``.

    Examples
    --------
    >>> cell_text(None), cell_text(["甲", 2.5]), cell_text({"甲": 1}), cell_text("near", words={"near": "大体相同"})
    ('', '甲、2.5', '甲：1', '大体相同')
    """
    if isinstance(value, str):
        return clean_characters((words or {}).get(value, value))
    if isinstance(value, Mapping):
        parts = (
            say("{name}：{value}", name=cell_text(key, digits, words), value=cell_text(one, digits, words))
            for key, one in value.items()
        )
        return say("；").join(parts)
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return say("、").join(cell_text(one, digits, words) for one in value)
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    return number_text(value, digits)
