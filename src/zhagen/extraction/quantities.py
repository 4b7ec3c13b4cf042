"""Numbers in a sentence, in every form that Chinese writes them: what is said, in which unit, of what."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from zhagen.text.characters import HAN
from zhagen.text.lexicon import jieba_dictionary, lexicon_at_hand
from zhagen.text.numerals import ENGLISH, whole_number
from zhagen.text.segmentation import segment

CLASSIFIERS = (
    "方面|维度|环节|层面|层次|阶段|步骤|部分|要素|领域|主体|路径|因素|个|大|项|户|题|家|类|种|条|环|名|位|人|次|点|步|组|篇|份|部|张|章|节|层|款|支|座|所|"
    "轮|批|套|台|件|道|句|段|块|端|V"
)
MEASURES = (
    "个百分点|百分点|%|％|‰|倍|小时|个月|分钟|秒|天|年|周|月|日|个季度|季度|世纪|岁|美元|欧元|元|番(?![茄石禺五号])|单|字|人次|公里|千米|米|厘米|"
    "吨|公斤|千克|平方米|亩|度|GB|TB|MB|kg|km|kW|W"
)
TIMES = tuple("年 个月 月 周 天 日 小时 分钟 秒 季度 个季度 世纪 岁".split())
HAN_DIGITS = "〇零一二三四五六七八九十"
BEFORE = (
    "大约有?|约有|将近|接近|超过|不低于|不少于|不超过|不足|不到|至少|至多|最多|多达|高达|近|约|超|逾|"
    "上(?=[百千万亿])|过(?=半)"
)
BEHIND = "以上|以下|以内|左右|上下|之多|不等"
DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
CHINESE = "[数几]?[零〇一二两三四五六七八九十百千万亿]+"
TO = "[~～–至到-]"
NUMBER = re.compile(
    rf"(?P<before>{BEFORE})?(?:"
    rf"(?P<part>百分之(?:{DIGITS}|{CHINESE}(?:点{CHINESE})?)|{CHINESE}分之{CHINESE}|(?<![\d/])[1-9]/(?:[2-9]|10)(?![\d/])|一半|半数|过?半(?=[的以，。]))"
    rf"|(?P<number>(?:{DIGITS}(?:{TO}{DIGITS})?|{CHINESE}(?:{TO}{CHINESE})?)[余多来几]?)"
    rf"(?:(?P<size>万亿|[百千万亿])?[余多]?(?P<measure>{MEASURES})|"
    rf"(?P<large>万亿|[百千万亿])?(?P<more>[余多])?(?P<class>{CLASSIFIERS})|(?P<tenths>成)(?![本为立员果长功熟型分交就见绩品都套因])|"
    rf"(?P<bulk>(?:万亿|[万亿])[余多]?)(?=[{HAN}])|(?<=[万亿])(?=[{HAN}]))"
    rf")(?P<behind>{BEHIND})?"
)
WORDS = [word for word in ENGLISH if word != "one"]
# A count within a name, 三维结构, 双轮驱动, 四位一体: it counts something where what it counts is listed beside it.
WITHIN = re.compile(
    rf"(?<![第\d.{HAN_DIGITS}百千万亿双两])(?<![{HAN_DIGITS}双两][{HAN}])(?:(?P<number>[双两二三四五六七八九]|十[一二]?|\d{{1,2}})"
    "(?P<unit>位一体|螺旋|支柱|引擎|驱动|循环|维(?!度)|轮|核|化(?!学)|力(?!量)|链|翼|极|重(?![要点])|网|流(?!程)|库|端|方(?!面)|"
    "柱|性(?![别质])|向(?!量)|级(?!别)|层(?![次面])|角(?!度)|农|权|态|心(?!理)|线(?!索)|领|融|共|环(?!节))"
    "|(?P<few>[双两二三四五六])(?P<measure>元(?!素)|度))"
    rf"(?![{HAN_DIGITS}双两])"  # 一体两翼 counts three
)
LISTED_BEHIND = re.compile(
    rf"[{HAN}]{{0,8}}”?[{HAN}]{{0,4}}(?:（[^（）]*[、,][^（）]*）|[：:]?“[^“”]*[、/→-][^“”]*”|(?:[：:]|，?(?:即|包括|分别[为是]))[^，。；：]*、)"
)
LISTED_BEFORE = re.compile(
    rf"(?:[{HAN}A-Za-z]、[^，。；：、“”]{{1,12}}|[、/→-][^“”]*”|”[、和与及]?“[^“”]+”)(?:的|这)?$"
)
TWO = re.compile("[^，。；：、和与及“”]{2,8}[和与][^，。；：、和与及“”]{2,8}$")  # 技术与市场双轮驱动
DOUBLE = "轮 核 翼 元 螺旋 引擎 驱动 循环 链 极".split()
SOLID = re.compile(
    "(?:模型(?!（)|图像?|影像|数据|空间|打印|建模|扫描|动画|坐标|可视化|重建|地图|码|立体)"
)  # 三维图像: 3D
ENGLISH_COUNT = re.compile(rf"(?i:\b(?P<number>{'|'.join(WORDS)}))\b(?P<noun>(?: [a-z-]+){{0,3}}? [a-z-]*[a-z]s)\b")
IDIOMS = (
    "千人[一千]面|一日千里|千[家万][万家]户|百年不遇|千差万别|千篇一律|百花齐放|三番[五两]次|百家争鸣|四面八方|五花八门|三三两两|"
    "(?:[八九]|十[二三四五六七八九]|二十)大(?=报告|精神|以来|召开|会议|代表|提出|[前后、])|两全其美|独一无二|[一三]步到位|五一节"
)
DATE = (
    rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{4}}年(?:\d{{1,2}}月(?:\d{{1,2}}[日号])?)?|\d{{1,2}}年(?=\d{{1,2}}月)"
    rf"|(?<!个)\d{{1,2}}月(?:\d{{1,2}}[日号]|份|(?![内间]))|(?<![近去历续为间])\d{{1,2}}[日号](?![内间])"
    rf"|[{HAN_DIGITS}]{{4}}年|[{HAN_DIGITS}]{{1,3}}月(?:[{HAN_DIGITS}]{{1,3}}[日号])?|\d{{2}}年代|\d{{1,2}}世纪"
    rf"|[{HAN_DIGITS}]{{2,3}}年代|[{HAN_DIGITS}]{{1,3}}世纪"
)
PAGES = rf"pp?\.\s?\d+(?:{TO}\d+)?|第?\d+(?:{TO}\d+)?页|\d+\(\d+\)[:：]\d+(?:{TO}\d+)?|[Vv]ol\.?\s?\d+|[Nn]o\.?\s?\d+"
ORDINAL = rf"第(?:\d+|[{HAN_DIGITS}百]+)(?:个|种|类|项|次|家|条|步|章|节|阶段|方面|部分|届|年|页)?|其[{HAN_DIGITS}]"
CITED = r"（[^（）]*\d{4}[^（）]*）|（\d{4}）|\[[\d,，\s–-]+\]|<sup>.*?</sup>|[图表]\d+|（\d{1,2}）"
NAMES = r"[A-Za-z]+\d+[A-Za-z\d]*(?:\.\d+)*"
SPAN = re.compile(rf"(?P<from>(?:1\d|20)\d\d)年?{TO}(?P<to>(?:1\d|20)\d\d)年")
QUOTED = rf"“(?:\d|[两{HAN_DIGITS}])[^“”，。；]{{1,6}}”"  # a name that begins with a number
SKIPPED = re.compile("|".join((CITED, NAMES, ORDINAL, DATE, PAGES, IDIOMS)))
NOT_COUNTED = re.compile(
    "二[次部元]|[一二三四五六七八九]大(?=[的，。；])"
)  # second, the second part of, binary; 三大 of nothing
RECENT = re.compile("(?:过去|近|最近|未来|历时|长达|此后|随后)$")
PREDICATE = re.compile("(?:为|是|约|达)$")
ALSO = re.compile(r"(?:甚至|乃至)?是?\d+V")  # 3V甚至是7V特征
NOUN_TAGS = ("vn", "an", "eng")
NOUN_ENDS = tuple("法性者度率力量")  # the last character of a noun, whatever tag jieba's dictionary gives it
MANY = 10**18


@dataclass(frozen=True)
class Quantity:
    """A number that a sentence states.

    Attributes
    ----------
    start, end : int
        Its place in the sentence, from its hedge to the end of its unit.
    stated : str
        The number as printed: ``3~5``, ``三``, ``百余``, ``三分之一``.
    unit : str
        The unit or classifier, empty for a fraction in words.
    hedge : str
        The word beside it that makes it approximate (近, 超过, 以上), empty if there is none.
    what : str
        The noun phrase that is counted or measured, empty where the grammar does not show it.
    counts : tuple of int or None
        The least and the greatest number of things it allows; None if it counts none, or only about so many.
    """

    start: int
    end: int
    stated: str
    unit: str
    hedge: str
    what: str
    counts: tuple[int, int] | None


def find_quantities(text: str) -> list[Quantity]:
    """Find the numbers that a sentence states.

    Numbers are digits, Chinese numerals (also 百余, 数十, 三四), English words before a plural, fractions in words
    and ranges, each with a unit or classifier. Dates, page numbers, ordinals (第三), citations, labels of figures,
    names of products and idioms are none, and neither is 一 as an article (一个). A count within a name (三维结构,
    双轮驱动) is one where what it counts is listed beside it. Years from one to another (2019-2023年) are one number.

    Parameters
    ----------
    text : str
        A sentence of clean text.

    Returns
    -------
    list of Quantity
        The numbers, in the order of the sentence.

    Examples
    --------
    >>> found = find_quantities("近三分之一的商家参加了百余家平台的三大环节。")
    >>> [(one.hedge, one.stated, one.unit, one.what) for one in found]
    [('近', '三分之一', '', '商家'), ('', '百余', '家', '平台'), ('', '三', '大', '环节')]
    >>> find_quantities("2024年3月28日发布，见第182-192页，其中一个第三方平台。")
    []
    """
    found = [_span(match) for match in SPAN.finditer(text)]
    blank = SPAN.sub(lambda match: "\0" * len(match[0]), text)
    blank = SKIPPED.sub(lambda match: "\0" * len(match[0]), blank)
    for match in WITHIN.finditer(blank):
        if one := _within(text, blank, match):
            found.append(one)
        if one or match["unit"] == "位一体":
            blank = blank[: match.start()] + "\0" * len(match[0]) + blank[match.end() :]
    blank = re.sub(QUOTED, lambda match: "\0" * len(match[0]), blank)
    found += [one for match in NUMBER.finditer(blank) if (one := _quantity(text, blank, match))]
    found += [_english(match) for match in ENGLISH_COUNT.finditer(blank)]
    return sorted(found, key=lambda one: one.start)


def noun_behind(text: str) -> str:
    """Return the noun phrase that a text begins with.

    Parameters
    ----------
    text : str
        Clean text behind a number and its classifier.

    Returns
    -------
    str
        The phrase, empty if the text does not begin with one.

    Examples
    --------
    >>> [noun_behind(text) for text in ("关键环节展开分析", "商家参加", "相互作用", "维度分析了平台")]
    ['关键环节', '商家', '', '维度']
    """
    head = re.match(f"[{HAN}A-Za-z]+", text)
    words = segment(head[0], lexicon_at_hand()) if head else []
    kept = list(takewhile(_is_nominal, words))
    if words[len(kept) : len(kept) + 1] in (["了"], ["着"], ["过"]):  # what looked like a noun is the verb
        kept = kept[:-1]
    while kept and not _is_noun(kept[-1]):
        kept.pop()
    return "".join(kept)


def ends_in_verb(text: str) -> bool:
    """Say whether a name ends in a verb, which may have the number behind it as its object (甲、乙推动三个环节).

    Parameters
    ----------
    text : str
        Clean text before a number.

    Returns
    -------
    bool
        True if its last word is one, by the tags of jieba's dictionary.

    Examples
    --------
    >>> ends_in_verb("数据推动"), ends_in_verb("物流")
    (True, False)
    """
    words = segment(text, lexicon_at_hand())
    return bool(words) and _tags().get(words[-1]) == "v"


def _span(match: re.Match[str]) -> Quantity:
    return Quantity(*match.span(), match[0][:-1].replace("年", ""), "年", "", "", None)


def _english(match: re.Match[str]) -> Quantity:
    number = ENGLISH[match["number"].lower()]
    return Quantity(*match.span(), match["number"], "", "", match["noun"].strip(), (number, number))


def _within(text: str, blank: str, match: re.Match[str]) -> Quantity | None:
    """Return the count within a name (三维结构), None if nothing that it counts is listed beside it."""
    before, rest = text[: match.start()], blank[match.end() :]
    stated, unit = match["number"] or match["few"], match["unit"] or match["measure"]
    number = 2 if stated == "双" else whole_number(stated)
    if number is None or number < 2 or (unit == "维" and SOLID.match(rest)):
        return None
    head = re.match(f"[{HAN}]+", rest)
    if head and not head[0].startswith("的") and len(segment(head[0], lexicon_at_hand())[0]) < 2:
        return None  # a name: 三翼鸟
    listed = bool(LISTED_BEHIND.match(rest))
    if not listed and not before.endswith(tuple("和与及、")) and unit != "度":
        listed = bool(LISTED_BEFORE.search(before) or (number == 2 and unit in DOUBLE and TWO.search(before)))
    if not listed:
        return None
    named = noun_behind(rest) or noun_behind(re.sub("^（[^（）]*）", "", rest))
    return Quantity(*match.span(), stated, unit, "", named, (number, number))


def _quantity(text: str, blank: str, match: re.Match[str]) -> Quantity | None:
    """Return the number of one match, or None if it is none."""
    hedge = (match["before"] or "") + (match["behind"] or "")
    before, rest = blank[: match.start()], blank[match.end() :]
    of = noun_behind(rest[1:]) if rest.startswith("的") else ""
    if match["part"]:
        return Quantity(*match.span(), match["part"].removeprefix("过"), "", hedge, of, None)
    number, unit = match["number"], match["size"] or ""
    unit += match["measure"] or match["class"] or match["tenths"] or ""
    if match["class"]:
        number += (match["large"] or "") + (match["more"] or "")
    elif not unit:  # 1.2万用户, 数百万用户: nothing between the number and what is counted
        number += match["bulk"] or ""
        if not (named := noun_behind(rest)) or re.fullmatch("[百千万亿]+", number) and not match["before"]:
            return None
        return Quantity(*match.span(), number, "", hedge, named, None)
    bare = re.fullmatch("[百千万亿]+", number) and not match["before"]  # 百度, 千人一面
    if bare or _is_article(number, unit, hedge, before) or NOT_COUNTED.match(match[0] + rest[:1]):
        return None
    if match["class"]:
        named = noun_behind(ALSO.sub("", rest, count=1) if unit == "V" else rest)
        what = named or (unit if len(unit) > 1 else "")
    elif unit in TIMES:
        what = _noun_before(before) if PREDICATE.search(before) else ""
    else:
        what = of or _noun_before(before, bool(match["before"]))
    counted = bool(match["class"]) or unit in TIMES
    return Quantity(*match.span(), number, unit, hedge, what, _counts(number, hedge) if counted else None)


def _is_article(number: str, unit: str, hedge: str, before: str) -> bool:
    """Say whether 一 only means "a"; 一倍 and 过去一年 are numbers."""
    return number == "一" and not (unit == "倍" or (unit in TIMES and (hedge or RECENT.search(before))))


def _counts(number: str, hedge: str) -> tuple[int, int] | None:
    ends = [_limits(part) for part in re.split(TO, number)]
    if None in ends:
        return None
    low, high = ends[0][0], ends[-1][1]  # type: ignore[index]
    if not hedge:
        return low, high
    if hedge in ("超过", "超", "逾", "至少", "不低于", "不少于", "以上"):
        return low + (hedge in ("超过", "超", "逾")), MANY  # more than three are four
    if hedge in ("不足", "不到"):
        return 0, high - 1
    return (0, high) if hedge in ("不超过", "不足", "不到", "至多", "最多", "以内", "以下") else None


def _limits(number: str) -> tuple[int, int] | None:
    """Return the least and the greatest number that a numeral can mean: 三四 is 3 to 4, 十余 is 11 to 19."""
    pair = re.fullmatch("([二三四五六七八])([三四五六七八九])", number)
    if pair:
        low, high = (whole_number(char) for char in pair.groups())
        return (low, high) if low is not None and high == low + 1 else None
    bare = number.strip("数几余多")
    value = whole_number(bare) if bare else None
    if value is None:
        return None
    if bare == number:
        return value, value
    if number[0] in "数几":
        return 2 * value, 10 * value - 1
    return value + 1, value + _last_place(value) - 1


def _last_place(value: int) -> int:
    """Return the place that 余 leaves open: ten of 十余 and 三十余, a hundred of 百余."""
    return 10 ** (len(str(value)) - len(str(value).rstrip("0")))


def _noun_before(text: str, predicate: bool = False) -> str:
    """Return the noun phrase that a predicate is said of: 将用户点击率提升了 28.6%; 超过 may be it."""
    words = segment(re.split(rf"[^{HAN}A-Za-z]", text)[-1], lexicon_at_hand())
    end = len(words)
    while end and (not _is_noun(words[end - 1]) or (end < len(words) and words[end] in ("了", "至", "到"))):
        end -= 1
    start = end
    while start and _is_nominal(words[start - 1]):
        start -= 1
    found = "".join(words[start:end])
    return found if (predicate or end < len(words)) and len(found) > 1 else ""


def _is_nominal(word: str) -> bool:
    return _is_noun(word) or _tags().get(word, "") in ("b", "a", "l", "j")


def _is_noun(word: str) -> bool:
    tag = _tags().get(word)
    if tag is None:  # a term of the lexicon, or a name
        return len(word) > 1 and not re.match(rf"[数几{HAN_DIGITS}百千万亿]", word)
    return tag[:1] == "n" or tag in NOUN_TAGS or (len(word) > 1 and word[-1] in NOUN_ENDS)


@cache
def _tags() -> dict[str, str]:
    return {word: tag for word, _, tag in jieba_dictionary()}
