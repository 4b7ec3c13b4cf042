"""Numerals against an oracle that writes them."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhagen.text.numerals import whole_number

DIGITS = "零一二三四五六七八九"


def written(number: int) -> str:
    """The numeral of a number below 10**16, by the rule of school books: places from the left, one zero for a gap."""
    if number < 10_000:
        places = [(number // size % 10, unit) for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, ""))]
        text, gap = "", False
        for digit, unit in places:
            if digit:
                text += ("零" if gap and text else "") + DIGITS[digit] + unit
            gap = not digit
        return text or "零"
    size, unit = (10**8, "亿") if number >= 10**8 else (10**4, "万")
    front, rest = divmod(number, size)
    if not rest:
        return written(front) + unit
    return written(front) + unit + ("零" if rest * 10 < size else "") + written(rest)


SOME = st.integers(0, 10**4) | st.integers(0, 10**8) | st.integers(0, 10**16 - 1)


@given(SOME)
def test_what_is_written_is_read(number):
    text = written(number)
    assert whole_number(text) == number
    assert whole_number(text.replace("一十", "十", 1) if text.startswith("一十") else text) == number
    assert whole_number(text.replace("零", "〇")) == number
    assert whole_number(text.translate(str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟"))) == number


@given(SOME)
def test_colloquial_forms(number):
    """两 before 百, 千, 万, 亿, and 廿 for 二十."""
    text = written(number)
    for unit in "百千万亿":
        assert whole_number(re.sub(f"(?<![十零])二(?={unit})", "两", text)) == number
    assert whole_number(text.replace("二十", "廿").replace("三十", "卅").replace("四十", "卌")) == number


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([("百", 100), ("千", 1000), ("万", 10**4), ("亿", 10**8)]))
def test_a_last_digit_counts_the_next_place(first, second, unit):
    assert whole_number(DIGITS[first] + unit[0] + DIGITS[second]) == (first * 10 + second) * unit[1] // 10


@given(st.integers(0, 10**20))
def test_digits_of_either_width(number):
    assert whole_number(str(number)) == number
    assert whole_number(str(number).translate({48 + n: 0xFF10 + n for n in range(10)})) == number


def forms(number: int) -> set[str]:
    """All ways to write a number that `whole_number` may read."""
    found = {written(number)}
    if number % 10 == 0:  # 一百二, and 一万二 of 一万二千
        found |= {text[:-1] for text in found if len(text) > 2 and text[-1] in "十百千" and text[-3] in "百千万"}
    found |= {text[1:] for text in found if text[0] == "一" and len(text) > 1}  # 十二, 百, 万二
    found |= {re.sub("(?<=[百千万零])一十", "十", text) for text in found}  # 三百十五
    found |= {
        re.sub("万(?=.*[十百千])", "万零", text) for text in found if "万零" not in text
    }  # where no zero is needed
    found |= {"".join(DIGITS[int(digit)] for digit in str(number))} if "0" in str(number) else set()
    return found


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5])
def test_no_text_is_read_as_another_number(length):
    for signs in product("零二一三十百千万"[: 8 if length < 5 else 7], repeat=length):
        text = "".join(signs)
        found = whole_number(text)
        assert found is None or text in forms(found), (text, found)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一百二", 120), ("三万五", 35_000), ("一亿二", 120_000_000), ("两", 2), ("廿三", 23), ("三百十五", 315),
        ("百万", 10**6), ("三万五千亿", 3_500_000_000_000), ("一百二十万零五千", 1_205_000), ("二〇二三", 2023),
        ("二零二三", 2023), ("3万", 30_000), ("1.5亿", 150_000_000), ("２７", 27), ("Five", 5), ("零", 0),
        ("万", 10_000),
    ],
)  # fmt: skip
def test_forms_that_occur(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text",
    "二三 三五 十二三 三四十 一百二三 三十五六 十两 两十 两两 一千五十 一亿二千 一万二百 "
    "三百五十零 三百零五十 零五 零十 二百二万 "
    "一千百 十十 万万 二亿万 一万两 1.23456万 ² ① Ⅳ ㈠ ½ 半 多 第三 三个 1,234 -3 +3 3.5 elevenses".split()
    + ["", " ", "9" * 5000],
)
def test_what_cannot_be_read_is_refused(text):
    assert whole_number(text) is None
