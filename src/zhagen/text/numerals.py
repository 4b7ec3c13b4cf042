"""Numbers as Chinese texts write them."""

DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"两": 2, "〇": 0}
UNITS = {"十": 10, "百": 100, "千": 1000}


def whole_number(text):
    """Return the number that digits, an English word or a Chinese numeral below ten thousand write; None for others.

    >>> whole_number("十二"), whole_number("两"), whole_number("三百零五"), whole_number("27"), whole_number("five"), whole_number("多")
    (12, 2, 305, 27, 5, None)
    """
    words = dict(zip("one two three four five six seven eight nine ten".split(), range(1, 11), strict=True))
    if text.isdigit():
        return int(text)
    if text.lower() in words:
        return words[text.lower()]
    total, digit = 0, None
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in UNITS:
            total += (1 if digit is None else digit) * UNITS[char]
            digit = 0
        else:
            return None
    return total + (digit or 0) if text else None
