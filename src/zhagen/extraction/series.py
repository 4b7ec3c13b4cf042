"""Clauses that a text numbers or orders: ①②, （1）（2）, a、b、c, 首先…其次…最后, 第一…第二, 一是…二是."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zhagen.extraction.quantities import Quantity, find_quantities
from zhagen.text.characters import HAN
from zhagen.text.cleaning import CleanText
from zhagen.text.numerals import whole_number

AHEAD = 200  # sentences in which a series may continue
FIRST = 20  # characters that hold the first mark of the next sentence
BESIDE = 14  # characters between a count and the series that it announces, at most
BETWEEN = 2  # sentence ends between the last member of a series and the count that points back to it, at most
ANNOUNCED = re.compile("以下|如下|下列|下述|下面|[:：]$")
POINTING = re.compile("(?:这|上述|以上|前述|如上|上面|前面|所述|(?<![因如彼为])此|该)的?$")
TOTAL = re.compile("(?:总共|一共|合计|共计|总计|共)(?:有|是|为)?$")
NUMERALS = "一二三四五六七八九十"
RANKS = {"首先": 1, "先": 1, "最后": -1, "后": -1}  # 0 is the next, -1 the last
RANKS |= dict.fromkeys("其次 再次 再者 再则 再 然后 接着 随后".split(), 0)
LAST = "(?<=[，；])(?P<inside>最后)(?=[，,是])"  # 第一，…；第二，…；最后，…
ENGLISH = "first second third fourth fifth".split()
ROMAN = "i ii iii iv v vi vii viii ix x".split()
TWO_SIDES = "“一方面、另一方面”"
LOOSE = (
    "“首先、其次”",
    "“首先、然后”",
    "“先、再、后”",
)  # stories go so, too: compared if announced, or if the numbers agree
SERIES = {  # how clauses are counted -> how one of them begins; the group says which it is
    "圈码": "(?P<rank>[①-⑳❶-❿⑴-⒇⒈-⒛㈠-㈩])",
    "带括号的编号": rf"[（(](?P<rank>\d{{1,2}}|[{NUMERALS}]{{1,3}})[）)]",
    "带括号的字母": "[（(](?P<rank>[a-hA-H])[）)]",
    "带括号的罗马数字": "(?i:[（(](?P<rank>i{1,3}|iv|vi{0,3}|ix|x)[）)])",
    "半括号的编号": r"(?<![\d（(])(?P<rank>\d{1,2})[）)]",
    "带点的编号": (
        rf"(?:(?m:^)|(?<=[：:；;。]))(?P<rank>\d{{1,2}}|[{NUMERALS}]{{1,3}})[.．、](?![\d{NUMERALS}])"
        rf"|(?<=[{HAN}])(?P<inside>\d{{1,2}})[.．](?=[{HAN}])"
    ),
    "字母": (
        rf"(?<![A-Za-z\d（(])(?:(?P<rank>[a-hA-H])[.．)）](?=[{HAN}“])"
        rf"|(?<![{HAN}])(?P<inside>[a-hA-H])[、：:](?=[{HAN}“]))"
    ),
    "“一是、二是”": (
        rf"(?<![之第统唯其百单万逐专同{NUMERALS}])(?P<rank>[{NUMERALS}])"
        f"(?:是|则|要|为|曰|靠|在于|来(?=[，,是能可要]))|{LAST}"
    ),
    "“其一、其二”": f"其(?P<rank>[{NUMERALS}])(?=[，,、：:是为])|{LAST}",
    "“第一、第二”": (
        rf"第(?P<rank>[{NUMERALS}]|\d{{1,2}})"
        f"(?=[，,、：:是为]|(?:类|种|个|方面|点|步|阶段|层|条|项|部分)[^，。]{{0,12}}[，,：:是为])|{LAST}"
    ),
    "“首先、其次”": f"(?<![{HAN}])(?P<rank>首先|其次|再次|再者|再则|最后)",
    "“首先、然后”": f"(?<![{HAN}])(?P<rank>首先|然后|接着|随后|最后)",
    "“先、再、后”": (
        "(?:(?m:^)|(?<=[：，；:。]))(?P<rank>先(?![进后前生天锋例导行])|再(?![次者则])|然后|接着|最?后(?![来者续台期]))"
    ),
    TWO_SIDES: "(?<![这另])(?P<rank>另?一(?:方面|[类种](?=[是为，])))",
    "first, second": r"(?i:\b(?P<rank>first|second|third|fourth|fifth|finally)(?:ly)?),",
}
LAST_OPEN = re.compile("等等?(?=，[^，]*$|$)")
BESIDES = re.compile(f"(?<![{HAN}])(?:此外|另外|除此之外|还有|同时|同样)[，,]")  # a member, or none: who can say?
AND_MORE = re.compile("[，；。](?:此外|另外|除此之外|还有|再有|再者|最后)")  # the same, behind the last mark
LIST_UNITS = "点 项 条 步 种 类 方面 维度 环节 层面 层次 阶段 步骤 部分 要素 因素 路径 领域".split()
LIST_NOUNS = re.compile(
    "(?:方面|维度|环节|层面|层次|阶段|步骤?|部分|要[素点求]|因素|路径|领域|原[因则]|理由|措施|举措|问题|[困疑]?难题?|内容|任务|"
    "工作|特[征点性]|机制|做法|建议|条件|类[型别]?|种|观点|启示|贡献|不足|局限|结论|发现|假设|目标|优势|趋势|挑战|策略|功能|作用|"
    "范畴|主题|模式|途径|方[式法面向]|变化|影响|意义|创新点|标准|指标|过程|程序|动作|关系|好处|坏处|办法|情[况形]|事情?|困[境难]|需求|"
    "属性|障碍|角度|视角|力量|动力|能力|价值|效应|逻辑|技能|本领|规则)$"
)


class Series(NamedTuple):
    """Numbered or ordered clauses beside a count.

    Attributes
    ----------
    size : int
        How many there are.
    name : str
        How they are numbered, a key of `SERIES`.
    whole : bool
        False if the last of them ends in 等.
    sure : bool
        False if they may be of something else.
    certain : bool
        True if the count can only be theirs: it announces them or points to them, and counts what clauses list.
    clear : bool
        False if a clause that begins with 此外 or 还有 may be one of them.
    """

    size: int
    name: str
    whole: bool
    sure: bool
    certain: bool
    clear: bool = True


class _Run(NamedTuple):
    start: int
    last: int  # where the last mark ends
    size: int


@dataclass(frozen=True)
class Said:
    """A sentence in its place.

    Attributes
    ----------
    clean : CleanText
        The sentence.
    section_id : str
        Its section.
    opens : bool
        True if it begins a paragraph.
    heading : bool
        True if it is a heading.
    """

    clean: CleanText
    section_id: str
    opens: bool
    heading: bool = False

    @property
    def text(self) -> str:
        """The sentence as a plain string."""
        return self.clean.text


def series_behind(quantity: Quantity, sentences: Sequence[Said], place: int) -> Series | None:
    """Count the clauses that begin with ①, （1）, 首先 … behind a count, or before it in its sentence.

    A series ends with the sentence that has its second member, unless the next sentence continues it; if the sentence
    has one member only, with its paragraph or section.

    Parameters
    ----------
    quantity : Quantity
        The count.
    sentences : sequence of Said
        The sentences of the document.
    place : int
        Which of them states the count.

    Returns
    -------
    Series or None
        The series that begins first; of several ways to read it the one that agrees with the count.

    Examples
    --------
    >>> from zhagen.text import clean
    >>> said = Said(clean(["有四项工作：一是种菜，二是养鱼，三是做饭。"], 1), "s", True)
    >>> series_behind(find_quantities(said.text)[0], [said], 0)
    Series(size=3, name='“一是、二是”', whole=True, sure=True, certain=True, clear=True)
    """
    said = sentences[place]
    rest, paragraph, section = said.text[quantity.end :], "", ""
    for other in sentences[place + 1 : place + 1 + AHEAD]:
        if not other.section_id.startswith(said.section_id):
            break
        section += ("\n" if other.opens else "") + other.text
        paragraph = section if "\n" not in section else paragraph
    low, high = quantity.counts or (0, 0)
    pointing = POINTING.search(said.text[: quantity.start])
    found: list[tuple[int, bool, int, Series]] = []
    for name, pattern in SERIES.items():
        begins = _first(pattern, rest, section[:FIRST], bool(pointing))
        if begins is None:
            continue
        for scope in (rest, rest + paragraph, rest + section):
            run = next(iter(_runs(pattern, scope[begins:])), _Run(0, 0, 0))
            behind = (rest + section)[len(scope) :].lstrip("\n")
            if run.size > 1 and not (run.size < low and re.match(pattern, behind)):
                break
        if run.size > 1:
            announced = begins < len(rest) or bool(ANNOUNCED.search(said.text.rstrip()))
            colon = begins <= BESIDE and rest[:begins].endswith(("：", ":"))
            certain = announced and not pointing and (colon or counts_clauses(quantity))
            series = _judged(name, run, scope[begins:], announced or name not in LOOSE, certain)
            found.append((begins, not low <= run.size <= high, -run.size, series))
    return min(found, key=lambda one: one[:3])[3] if found else None


def series_before(quantity: Quantity, sentences: Sequence[Said], place: int) -> Series | None:
    """Count the clauses that begin with ①, （1）, 首先 … before a count that points back to them, or adds them up.

    They are in the sentence of the count, or end right before it (这四项, 以上四点, 共四条). A count that does neither
    is compared with those of its sentence only.

    Parameters
    ----------
    quantity : Quantity
        The count.
    sentences : sequence of Said
        The sentences of the document.
    place : int
        Which of them states the count.

    Returns
    -------
    Series or None
        The series that ends nearest to the count.

    Examples
    --------
    >>> from zhagen.text import clean
    >>> said = Said(clean(["一是种菜，二是养鱼，三是做饭，这四项是全部工作。"], 1), "s", True)
    >>> series_before(find_quantities(said.text)[0], [said], 0)
    Series(size=3, name='“一是、二是”', whole=True, sure=True, certain=True, clear=True)
    """
    said = sentences[place]
    lead = said.text[: quantity.start]
    points = bool(POINTING.search(lead) or TOTAL.search(lead))
    text = lead
    if points:
        for back in range(place - 1, max(-1, place - 1 - AHEAD), -1):
            after = sentences[back + 1]
            if sentences[back].section_id != said.section_id or sentences[back].heading:
                break
            text = sentences[back].text + ("\n" if after.opens else "") + text
    runs = [(run, name) for name, pattern in SERIES.items() for run in _runs(pattern, text) if run.size > 1]
    runs = [(run, name) for run, name in runs if _is_near(text[run.last :], said.opens and "\n" in text)]
    longest = {run.start: run.size for run, _ in sorted(runs)}  # 首先, 其次, 最后 has 首先, 最后 in it
    runs = [(run, name) for run, name in runs if run.size == longest[run.start]]
    if not runs:
        return None
    low, high = quantity.counts or (0, 0)
    agreeing = [(run, name) for run, name in runs if low <= run.size <= high]
    run, name = max(agreeing or runs, key=lambda one: one[0].last)
    alone = len({run.size for run, _ in runs}) == 1
    between = [one for one in find_quantities(text[run.last :]) if one.counts and counts_clauses(one)]
    announcing = find_quantities(text[max(0, run.start - FIRST) : run.start])
    of_others = any(one.counts == (run.size, run.size) and one.what != quantity.what for one in announcing)
    certain = points and alone and not between and not of_others and counts_clauses(quantity)
    return _judged(name, run, text, certain, certain)


def counts_clauses(quantity: Quantity) -> bool:
    """Say whether what is counted is what clauses list (四点, 四个方面), and not things of another kind (四家企业).

    Parameters
    ----------
    quantity : Quantity
        The count.

    Returns
    -------
    bool
        True if its noun, or its classifier where it has no noun, is of that kind.

    Examples
    --------
    >>> texts = ("四点建议", "四项是全部", "四个环节", "四家企业", "四项专利")
    >>> [counts_clauses(find_quantities(text)[0]) for text in texts]
    [True, True, True, False, False]
    """
    if quantity.what and quantity.what != quantity.unit:
        return bool(LIST_NOUNS.search(quantity.what))
    return quantity.unit in LIST_UNITS


def _judged(name: str, run: _Run, scope: str, sure: bool, certain: bool) -> Series:
    member = re.split("[。；\n]", scope[run.last :])[0]
    whole = not LAST_OPEN.search(member) or "、" in member  # 提供水、电等: the 等 is of the member's own list
    doubtful = name in LOOSE and bool(BESIDES.search(scope[run.start : run.last]))
    behind = scope[run.last :].partition("\n")[0]
    sentence, stop, after = behind.partition("。")
    goes_on = behind if name in (*LOOSE, TWO_SIDES) else sentence + stop + after[:4]
    doubtful |= not scope[: run.last].endswith("后") and bool(AND_MORE.search(goes_on))
    return Series(run.size, name, whole, sure and not doubtful, certain and not doubtful, not doubtful)


def _is_near(between: str, opens: bool) -> bool:
    """Say whether a series ends right before a count: in the paragraph before, or at most a sentence away."""
    *paragraphs, own = between.split("\n")
    if opens:
        return len(paragraphs) == 1 and not own.strip("，的")[12:]
    return not paragraphs and len(re.findall("[。！？]", between)) <= BETWEEN


def _first(pattern: str, rest: str, section: str, pointing: bool) -> int | None:
    """Return where a series begins behind a count: in the sentence, before any other count, or right behind it."""
    counts = [one for one in find_quantities(rest) if one.counts]
    for match in re.finditer(pattern, rest + section):
        if _rank(match) == 1:
            at = match.start()
            if at < len(rest):
                return None if any(one.end <= at for one in counts) else at
            right = at in (len(rest), len(rest) + section.startswith("\n"))
            return at if right and not counts and not pointing else None
    return None


def _runs(pattern: str, text: str) -> Iterator[_Run]:
    """Yield the runs of marks that count from 1: each is one more than the last, 0 is the next, -1 the last."""
    run = _Run(0, 0, 0)
    closed = False
    for match in re.finditer(pattern, text):
        rank = _rank(match)
        if run.size and not closed and rank in (0, -1, run.size + 1):
            run, closed = _Run(run.start, match.end(), run.size + 1), rank == -1
            continue
        if run.size:
            yield run
        run, closed = _Run(match.start(), match.end(), 1) if rank == 1 else _Run(0, 0, 0), False
    if run.size:
        yield run


def _rank(match: re.Match[str]) -> int | None:
    groups = match.groupdict()
    said = groups["rank"] or groups.get("inside") or ""
    if said in RANKS:
        return RANKS[said]
    if said.startswith(("一方", "一类", "一种", "另")):
        return 2 if said.startswith("另") else 1
    low = said.lower()
    if low in ENGLISH:
        return ENGLISH.index(low) + 1
    if low == "finally":
        return -1
    if low.isascii() and low.isalpha():
        return ROMAN.index(low) + 1 if low in ROMAN else ord(low) - ord("a") + 1
    if unicodedata.category(said[:1]) == "No":  # ① ⑴ ㈠
        return int(unicodedata.numeric(said))
    return whole_number(said)
