"""The characters of a text as if they were typed plainly: the one table of normal forms for all commands.

Software that makes PDFs writes radicals in place of characters, ligatures in place of letters, and characters without a
shape between them; typed text has full-width letters. The same word must count as the same, however it is written.

Marks keep their width: （ and ( stay two characters, for Chinese prints the first and code the second.
"""

import re
import unicodedata

# What counts as a Chinese character, the one definition of the package (`book/_static/search.js` has the same):
# radicals, 々, 〇, the unified and compatibility ideographs, and planes 2 and 3, which are reserved for ideographs.
HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WIDE = re.compile(f"[{HAN}\u3001-\u303f\uff01-\uffef]")  # and what is printed as wide as one: 、 to 〿, ！ to ￯
HYPHENS = "\u2010\u2011\u2012\u2013\u2212\uff0d"
# Nothing is seen of these: controls, marks of direction, zero-width characters, variation selectors, and the private
# use, where a PDF's own font has its bullets.
_SHAPELESS = (
    "\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
INVISIBLE = re.compile(f"[{_SHAPELESS}\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]")
BLANKS = "\t\x0b\x0c\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # each becomes a plain blank
MARKS = "\u0300-\u036f\u3099\u309a\u1161-\u1175\u11a8-\u11c2"  # written behind the letter that they belong to
SIGNS = str.maketrans("＃％＆＋＠＿", "#%&+@_")  # no marks of Chinese: parts of words, as in Ｒ＆Ｄ, Ｃ＋＋

# The radicals of Unicode's block "CJK Radicals Supplement" and the characters that look the same, from its file
# EquivalentUnifiedIdeograph.txt; those of the block "Kangxi Radicals" have them as their compatibility forms.
RADICALS = (
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺"
    "⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳"
)
CHARACTERS = (
    "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀"
    "聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
# Kangxi radicals, compatibility ideographs, ligatures, full-width digits and letters, letters of formulas.
FORMS = "\u2f00-\u2fd5\uf900-\ufaff\ufb00-\ufb06\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u2126\u212a\u212b"
FAR_FORMS = "\U0001d400-\U0001d7ff\U0002f800-\U0002fa1f"


def _members(ranges: str) -> str:
    """Return the characters of a set as a pattern writes it (``a-z0``): a search for them takes longer."""
    pairs = re.findall("(.)-(.)|(.)", ranges, re.DOTALL)
    return "".join(one or "".join(map(chr, range(ord(first), ord(last) + 1))) for first, last, one in pairs)


def _table() -> dict[str, str]:
    """Return what each character with another form becomes."""
    table = {char: unicodedata.normalize("NFKC", char) for char in _members(FORMS + FAR_FORMS)}
    table |= dict.fromkeys(_members(BLANKS), " ")
    table |= dict.fromkeys(HYPHENS, "-") | {chr(char): chr(plain) for char, plain in SIGNS.items()}
    return table | dict(zip(RADICALS, CHARACTERS, strict=True))


_HAN = re.compile(f"[{HAN}]")
_WIDE = WIDE.pattern[1:-1]
_MARKED = re.compile(f"[^{MARKS}\n][{MARKS}]+")
# One set of characters, so that one quick search says that there is nothing to do. Each range beyond the first plane
# takes time, so there it has one for all: `_plain` leaves those that are plain.
_UNUSUAL = re.compile(
    f"[{_SHAPELESS}{BLANKS}{MARKS}{FORMS}{HYPHENS}{RADICALS}{''.join(map(chr, SIGNS))}\U00010000-\U0010ffff]"
)
_BLANKS = re.compile("  +")
_BESIDE_WIDE = re.compile(f" (?:(?=[{_WIDE}\n])|(?<=[{_WIDE}\n] ))")  # or at an end of a line
_NESTED = re.compile("“[^”\n]*“")


def _plain(char: str) -> str:
    return PLAIN.get(char, "" if INVISIBLE.match(char) else char)


PLAIN = _table()


def normal_characters(text: str) -> str:
    """Return a text with each character in its normal form; blanks stay where they are.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text without characters that have no shape; radicals and compatibility ideographs are the characters they
        look like, ligatures are letters, full-width letters and digits are half-width, a letter and the marks written
        behind it are one character, hyphens of all kinds are ``-``, blanks of all kinds are one plain blank each. Lines
        stay lines; the end of one is ``\\n``.

    Examples
    --------
    >>> normal_characters("⽤户的ＡＩ，eﬃcient Cafe\\u0301")
    '用户的AI，efficient Café'
    """
    if not _UNUSUAL.search(text):
        return text
    text = _UNUSUAL.sub(lambda found: _plain(found[0]), text)
    return _MARKED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def normal_text(text: str) -> str:
    """Return a text as `zhagen.text.cleaning.clean` reads each line of it, but without the map: for long texts.

    Parameters
    ----------
    text : str
        Any text; each of its lines is cleaned, and none is joined to the next.

    Returns
    -------
    str
        The text in normal characters, without blanks beside Chinese characters and marks and at the ends of lines, with
        one blank for several. It has as many ``\\n`` as before.

    Examples
    --------
    >>> normal_text(" 数据 驱\\u200b动\\n的 T 恤，data–driven ")
    '数据驱动\\n的T恤，data-driven'
    """
    text = normal_characters(text)
    text = _BESIDE_WIDE.sub("", _BLANKS.sub(" ", text)).strip(" ")
    text = fold_marks(text)
    if _NESTED.search(text):
        text = "\n".join(map(fold_quotes, text.split("\n")))
    return text


def placed_characters(line: str) -> list[tuple[str, int]]:
    """Return the characters of `normal_characters`, each with its column.

    Parameters
    ----------
    line : str
        A line.

    Returns
    -------
    list of (str, int)
        Each character and its column in the line, from 1; all letters of a ligature have its column, a letter with
        marks has the letter's.

    Examples
    --------
    >>> placed_characters("oﬃce")
    [('o', 1), ('f', 2), ('f', 2), ('i', 2), ('c', 3), ('e', 4)]
    """
    if not _UNUSUAL.search(line):
        return [(char, column) for column, char in enumerate(line, 1)]
    placed = [(plain, column) for column, char in enumerate(line, 1) for plain in _plain(char)]
    text = "".join(char for char, _ in placed)
    for found in reversed(list(_MARKED.finditer(text))):
        columns = [column for _, column in placed[found.start() : found.end()]]
        composed = unicodedata.normalize("NFC", found[0])
        placed[found.start() : found.end()] = list(zip(composed, columns, strict=False))
    return placed


def fold_marks(text: str) -> str:
    """Return a text in normal characters with one kind of dash, and plain points in numbers and names.

    Parameters
    ----------
    text : str
        A text.

    Returns
    -------
    str
        A text of the same length. A double dash ``——`` stays.

    Examples
    --------
    >>> fold_marks("Web3．0—平台——数据．")
    'Web3.0-平台——数据．'
    """
    text = re.sub("—(?<!——)(?!—)", "-", text)
    return re.sub("．(?<=[0-9A-Za-z]．)(?=[0-9A-Za-z])", ".", text)


def name_key(name: str) -> str:
    """Return what two ways to type one name have in common: the width of letters and signs, the kind of brackets.

    Parameters
    ----------
    name : str
        A name in clean text.

    Returns
    -------
    str
        The name in half width, with one kind of bracket and without blanks.

    Examples
    --------
    >>> name_key("环境（ＥＳＧ）") == name_key("环境 [ESG]")
    True
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", name))
    return plain.translate(str.maketrans("[{【〔［「", "((((((")).translate(str.maketrans("]}】〕］」", "))))))"))


def fold_quotes(text: str) -> str:
    """Return a text with quotation marks of the same kind inside one another as ‘ ’, where they are balanced.

    Parameters
    ----------
    text : str
        A text.

    Returns
    -------
    str
        A text of the same length.

    Examples
    --------
    >>> fold_quotes("“从“入手”做”")
    '“从‘入手’做”'
    """
    depth, folded = 0, []
    for char in text:
        if char == "”":
            depth -= 1
        folded.append({"“": "‘", "”": "’"}.get(char, char) if depth > 0 else char)
        if char == "“":
            depth += 1
        if depth < 0:
            return text
    return "".join(folded) if depth == 0 else text


def is_chinese(text: str) -> bool:
    """Say whether most letters of a text are Chinese characters.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        True if it has more Chinese characters than other letters.

    Examples
    --------
    >>> is_chinese("图 1 model"), is_chinese("数字商业模式 model"), is_chinese("\\U00020bb7")
    (False, True, True)
    """
    han = _HAN.sub("", text)
    return len(text) - len(han) > sum(char.isalpha() for char in han)
