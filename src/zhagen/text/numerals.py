"""Whole numbers as Chinese texts write them."""

import re
from decimal import Decimal

DIGITS = {char: value for row in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖") for value, char in enumerate(row)}
UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
TENS = {"廿": "二十", "卅": "三十", "卌": "四十"}
LARGE = {"万": 10**4, "亿": 10**8}
_SINGLE = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ENGLISH = {word: n for n, word in enumerate(f"{_SINGLE} eighteen nineteen".split(), 1)}
ENGLISH |= {word: 10 * n for n, word in enumerate(_TENS.split(), 2)}
LONGEST = 30  # digits; Python refuses to read some thousands of them, and no text counts so far


def whole_number(text: str) -> int | None:
    """Read a whole number: digits, an English word up to twenty or for a ten, or a Chinese numeral.

    Chinese numerals may have 万 and 亿, colloquial ends (一百二 is 120), 两, 廿 and 卅, the characters of cheques
    (壹佰), and digits one by one where a zero is among them (二〇二三). What is no numeral, and what has two readings,
    is not read: 二三 and 十二三 are estimates (two or three), 一亿二千 lacks either 万 or 零.

    Parameters
    ----------
    text : str
        The numeral alone, without blanks and classifiers.

    Returns
    -------
    int or None
        The number, or None if the text cannot be read as one.

    Examples
    --------
    >>> [whole_number(text) for text in ("十二", "两", "三百零五", "一百二", "三万五千", "2.5万", "２７", "five")]
    [12, 2, 305, 120, 35000, 25000, 27, 5]
    >>> [whole_number(text) for text in ("多", "二三", "²", "①", "")]
    [None, None, None, None, None]
    """
    if text.isdecimal():
        return int(text) if len(text) <= LONGEST else None
    if text.lower() in ENGLISH:
        return ENGLISH[text.lower()]
    mixed = re.fullmatch(r"(\d{1,15}(?:[.．]\d{1,15})?)(万亿|亿|万)", text)
    if mixed:
        value = Decimal(mixed[1].replace("．", ".")) * (10**12 if mixed[2] == "万亿" else LARGE[mixed[2]])
        return int(value) if value == int(value) else None
    if text in ("两", "零", "〇"):
        return 2 if text == "两" else 0
    text = re.sub("[廿卅卌]", lambda match: TENS[match[0]], text)
    return _one_by_one(text) if "十" not in text and re.fullmatch("[〇零一二三四五六七八九]{2,}", text) else _read(text)


def written_number(value: float) -> str:
    """Write a computed number with all its digits, to three decimals, without zeros behind the last.

    A number that a text prints is kept as printed: there 3.50 is more exact than 3.5.

    Parameters
    ----------
    value : float
        A number.

    Returns
    -------
    str
        The number.

    Examples
    --------
    >>> [written_number(value) for value in (12.0, 1234567, 0.5, -0.0001)]
    ['12', '1234567', '0.5', '0']
    """
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _one_by_one(text: str) -> int | None:
    """Read 二〇二三; without a zero (二三) it would be an estimate, and a number does not begin with one (〇三)."""
    if not re.search("[〇零]", text) or text[0] in "〇零" or len(text) > LONGEST:
        return None
    return int("".join(str(DIGITS[char]) for char in text))


def _read(text: str) -> int | None:
    """Read a numeral with units: what is before 亿, then what is before 万, then the rest; None if it is none."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit not in text:
            continue
        front, _, rest = text.rpartition(unit) if unit == "亿" else text.partition(unit)
        if re.search("[百千佰仟万][^零〇十百千拾佰仟万]$", front):  # 二百二万: 202 or 220 times 万?
            return None
        times = {"": 1, "两": 2}.get(front) or _read(front)
        if not times or times >= 10**8 or (unit == "万" and times >= 10**4):
            return None
        below = _below(rest, size)
        return None if below is None else times * size + below
    return _section(text)


def _below(rest: str, size: int) -> int | None:
    """Read what comes after a unit of a size: nothing, a digit of the next place (一万二), or a smaller number.

    A number that leaves out the next place begins with a zero: 一万零二百.
    """
    if not rest:
        return 0
    if rest in DIGITS:
        return DIGITS[rest] * size // 10 or None
    bare = rest.lstrip("零〇")
    if bare[:1] in tuple("百千佰仟"):  # 万千: no number, but "many"
        return None
    value = DIGITS.get(bare) or _read(bare)
    if not value or value >= size or len(rest) - len(bare) > 1 or (bare == rest and value * 10 < size):
        return None
    return value


def _section(text: str) -> int | None:
    """Read a numeral below ten thousand, digit and unit by digit and unit; None if it is none."""
    parts = re.findall("([零〇]?)([一二两三四五六七八九壹贰叁肆伍陆柒捌玖]?)([十百千拾佰仟]?)", text)[:-1]
    if not parts or "".join(map("".join, parts)) != text:
        return None
    total, place = 0, 10**4  # the unit read last; 1 after a digit without a unit, which ends the numeral
    for number, (zero, char, unit) in enumerate(parts):
        size = UNITS.get(unit, 1)
        value = 2 if char == "两" else DIGITS.get(char, 0)
        if not char and (not unit or (size > 10 and number) or (zero and number)):
            return None  # 一千百, a zero before a unit
        if char == "两" and size < 100:
            return None  # 十两 is a weight
        if not number:
            if zero:
                return None
        elif not unit and not zero:
            size = place // 10  # 一百二
        elif bool(zero) != (size * 10 < place):
            return None  # 一千五十, 三百零五十
        if size >= place or place == 1:
            return None
        total, place = total + (value or 1) * size, UNITS.get(unit, 1)
    return total
