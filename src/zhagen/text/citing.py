"""What a citation is: one ruler for all that asks whether a text cites, and what.

A citation is names and a year in brackets of any kind and width (``（焦豪等，2021）``, ``[Smith & Li, 2001]``,
``(Smith 2001, p. 3)``), names before a year in brackets (``Teece等（2018）``), or numbers in square brackets
(``[1-3]``). A year with 年, a figure, a table, a note, an interval in brackets is none.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from zhagen.text.characters import HAN

YEAR = r"(?:(?:1[6-9]|20)\d\d[a-z]?(?!\d|\s?年)|n\.\s?d\.|in press|forthcoming)"
YEARS = rf"{YEAR}(?:\s?[，,、]\s?(?:{YEAR}|[a-z](?![a-z])))*"
PAGES = r"(?:\s?[，,:：]\s?(?:(?:pp?|ch)\.\s?|第)?\d[\d–-]*[页章]?)?"
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏"
    "付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文施洪辛柯庄焦缪蓝费凌霍葛章柳伍尚樊闻俞娄卓"
)
HAN_NAME = rf"[{HAN}]{{2,5}}"
PERSON = rf"(?:欧阳|上官|司马|诸葛|[{SURNAMES}])(?:(?![和与及等的])[{HAN}]){{1,2}}"
HEAD = r"(?:^|(?<=[，。；：、！？“”（()\s如据与由照鉴应用]))"  # of a clause, or behind 如, 据, 参照
SAYS_THAT = "指出|认为|发现|表明|证实|证明|强调|提出|等|的|将|把|也|曾|对|则|在"
LATIN_NAME = r"(?:(?:van|von|der|den|de|la|di|da|del)\s){0,3}[A-ZÀ-Þ][A-Za-zÀ-ÿ'’.-]*"
LATIN_NAMES = rf"{LATIN_NAME}(?:(?:\s?[和与及、，,&]\s?|,?\s(?:and|&)\s|,\s?&\s?|\s){LATIN_NAME}){{0,12}}"
ET_AL = r"(?:\s?(?:等人?|et\s?al\.?))?"
INTRODUCED = r"(?:(?:参见|详见|见|例如|如|转引自|引自|see also|see|See|e\.g\.,?|cf\.|also)\s?[:：]?\s?)?"
NO_NAMES = re.compile(  # before a year they are no names
    "[图表式注]|附[录表图注]|第|截[至止]|共计|约|数据|单位|自|从|至|到|[^;；]*[\\d年月日]|[^;；]*(?:期间|季度|半年|出版|版)$|"
    "(?:[春夏秋冬]天?|北京|上海|天津|重庆|广州|深圳|杭州|南京|武汉|成都|中国|全国|美国|英国|日本|德国)$|"
    r"(?i:tables?|fig(?:ure)?s?|tab|chapter|section|vol|nos?|eq|appendix|note|study|model|step|version|january|february|march|april|may|"
    r"june|july|august|september|october|november|december|spring|summer|autumn|winter|beijing|shanghai|china|gdp|cpi|ai|it|esg|"
    r"covid|app|ceo|vr|ar|ipo|kpi|erp|saas)\b"
)
GROUP = re.compile(r"[（(\[［〔【](?P<inside>[^（）()\[\]［］〔〕【】]{4,400})[）)\]］〕】]")
NAMED = re.compile(rf"{INTRODUCED}(?P<names>[^\W\d_][^；;]{{0,120}}?)\s?[，,]\s?(?P<years>{YEARS}){PAGES}")
SPACED = re.compile(
    rf"{INTRODUCED}(?P<names>{LATIN_NAMES}{ET_AL}|[{HAN}]{{2,3}}(?:等人?|(?:\s?[和与及、]\s?[{HAN}]{{2,3}})+(?:等人?)?))"
    rf"\s?(?P<years>{YEARS}){PAGES}"
)
DATED = rf"\s?[（(\[［](?P<years>{YEARS}){PAGES}[）)\]］]"
IN_TEXT = [
    re.compile(names + DATED)
    for names in (
        rf"(?<![A-Za-z])(?P<names>{LATIN_NAMES}{ET_AL})",
        rf"(?P<names>{PERSON}(?:(?:[和与及、]{PERSON})+(?:等人?)?|等人?)|[{SURNAMES}](?:[和与及、][{SURNAMES}])+)",
        rf"{HEAD}(?P<names>{PERSON})",
        rf"{HEAD}(?P<names>{HAN_NAME}(?:[和与及、]{HAN_NAME})+(?:等人?)?|{HAN_NAME}等人?)",
        rf"{HEAD}(?P<names>{HAN_NAME})(?=\s?[（(][^（）()]*[）)](?:{SAYS_THAT}))",
    )
]
NUMBERS = r"\d{1,3}(?:\s?[,，、;；\-–—~～]\s?\d{1,3})*"
NUMBERED = re.compile(
    rf"(?<!区间)(?<!范围)(?<!取值)(?<![∈为于])(?:<sup>)?[\[［](?:文献|参考文献)?\s?(?P<numbers>{NUMBERS})\s?[\]］]"
    rf"(?:(?P<dash>[-–—~～])[\[［](?P<last>\d{{1,3}})[\]］])?(?:</sup>)?"
)


class Citation(NamedTuple):
    """A work that a text cites.

    Attributes
    ----------
    start : int
        Where the names, or the brackets around the numbers, begin.
    kind : str
        ``author-year`` or ``numbered``.
    work : str
        Names and year, or a number.
    """

    start: int
    kind: str
    work: str


def find_citations(text: str) -> list[Citation]:
    """Find what a text cites.

    Parameters
    ----------
    text : str
        Clean text.

    Returns
    -------
    list of Citation
        In the order of the text; several of one bracket each for itself, a range of numbers number by number.

    Examples
    --------
    >>> [one.work for one in find_citations("如（焦豪等，2021；Yin，2004），亦见[Smith & Jones, 2001a, b]和[3,5-7]。")]
    ['焦豪等, 2021', 'Yin, 2004', 'Smith & Jones, 2001a', 'Smith & Jones, 2001b', '3', '5', '6', '7']
    >>> find_citations("见[2020年]、(表 2)、[注]、[0, 1]、（图2，2021）。")
    []
    """
    found = [*_in_brackets(text), *_in_text(text), *_numbered(text)]
    return sorted(dict.fromkeys(found), key=lambda one: one.start)


def _in_brackets(text: str) -> Iterator[Citation]:
    for group in GROUP.finditer(text):
        names, place = "", group.start("inside")
        for part in re.split("([；;])", group["inside"]):
            said = part.strip()
            read = NAMED.fullmatch(said) or SPACED.fullmatch(said)
            if read and not NO_NAMES.match(read["names"]):
                names = read["names"].strip()
                yield from _works(place, names, read["years"])
            elif names and re.fullmatch(YEARS + PAGES, said):  # Yin, 2004; 2009
                yield from _works(place, names, said)
            place += len(part)


def _in_text(text: str) -> Iterator[Citation]:
    ends = set()  # of the years that have their names
    for form in IN_TEXT:
        for read in form.finditer(text):
            if read.end() not in ends and not NO_NAMES.match(read["names"]):
                ends.add(read.end())
                yield from _works(read.start(), read["names"].strip(), read["years"])


def _works(place: int, names: str, years: str) -> Iterator[Citation]:
    """Yield a work for each year, 2001a, b for two."""
    whole = ""
    for year in re.split(r"\s?[，,、]\s?", re.match(YEARS, years)[0]):  # type: ignore[index]
        whole = f"{whole[:4]}{year}" if len(year) == 1 else year
        yield Citation(place, "author-year", f"{names}, {whole}")


def _numbered(text: str) -> Iterator[Citation]:
    for read in NUMBERED.finditer(text):
        said = read["numbers"] + (f"-{read['last']}" if read["last"] else "")
        numbers = list(_spelled_out(re.sub(r"\s", "", said)))
        if "0" not in numbers:  # [0, 1] is an interval
            yield from (Citation(read.start(), "numbered", number) for number in numbers)


def _spelled_out(numbers: str) -> Iterator[str]:
    """Yield the numbers of a list with ranges; a range that runs backwards is two numbers."""
    for part in re.split("[,，、;；]", numbers):
        first, *more = map(int, re.split("[-–—~～]", part))
        last = more[-1] if more else first
        yield from map(str, range(first, last + 1) if first <= last else (first, last))
