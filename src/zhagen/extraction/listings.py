"""What a text lists beside a count: names in a row, numbered or ordered clauses, what a sentence before has named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zhagen.documents.outline import Outline
from zhagen.extraction.enumerations import split_labels
from zhagen.extraction.quantities import Quantity, ends_in_verb, find_quantities
from zhagen.extraction.series import POINTING, Said, Series, series_before, series_behind
from zhagen.text.characters import HAN
from zhagen.text.lexicon import lexicon_at_hand
from zhagen.text.segmentation import segment

SHORT = 10  # characters of a name in a list that has commas only
BACK = 6  # sentences that 这三大 looks back
OPEN = re.compile(  # 甲、乙等: examples only
    r"(?:(?:等|等等|etc\.?|之类|之流|诸如此类|云云|…+|\.{3,})\s*(?:的|多|共|在内的?|这|类|方面|内容|因素)*|在内的?)\s*$"
)
ASIDE = re.compile("(?P<begins>.*[，；：])?(?P<list>[^，。；：]*、[^，。；：]*)，(?:这|以上|上述|此)")
JOINED = ("以及", "和", "与", "及", " and ")
JOINING = frozenset("以及 和 与 及 and".split())  # the same as words
HAN_CHAR = re.compile(f"[{HAN}]")
EXAMPLES = re.compile("等(?![级于待同价量值式距候闲人])")  # in the last name of a list behind a count
# Words that set a list apart from the count behind it: 根据甲和乙提出三个问题.
APART = frozenset(
    "为 有 被 将 把 从 对 通过 进行 实现 展开 提出 提供 形成 构成 包括 分为 归纳 总结 得到 划分 提炼 采用 选取 具有 "
    "这 该 其 每 各 共 主要 给 了 过 并 到 需要 存在".split()
)
QUOTE = re.compile('“[^“”]+”|‘[^‘’]+’|「[^「」]+」|『[^『』]+』|《[^《》]+》|"[^"]+"')
TO_COUNT = "(?P<open>等?)(?P<of>的?)这?$"  # between a list and its count
QUOTES = re.compile(f"(?:(?:{QUOTE.pattern})(?:、|，|和|与|及|以及)?){{2,}}{TO_COUNT}")
IN_QUOTES = '[“‘「『《"](?P<list>[^“”‘’「」『』《》"。；]+)[”’」』》"]'
QUOTE_BEFORE = re.compile(IN_QUOTES + TO_COUNT)
QUOTE_BEHIND = re.compile(rf"[{HAN}]{{0,6}}(?P<of>)[：:（(]?{IN_QUOTES}(?P<open>等?)")
BARE_CHAIN = re.compile(f"(?P<list>[{HAN}]{{1,12}}(?:[-→][{HAN}]{{1,12}})+)的?$")
SUCH_AS = ("如", "例如", "比如", "e.g.", "such as")
BESIDE = re.compile(
    r"(?P<name>[^，。；：]{0,12}?|[ -9<-~]{0,40}?)[，,]?\s?"
    "(?P<mark>：|:|分别(?:为|是)|包括|包含|涵盖|即|such as|namely|including)(?P<list>[^。；：]+)"
)
BRACKETED = re.compile(r"(?P<name>[^，。；：（(]{0,12}?)\s?[（(](?P<list>[^（）()]*[、,][^（）()]*)[）)]")
NEXT = re.compile("(?:它们|其)?(?:分别(?:为|是)|包括|包含|即)(?P<list>[^。；：]+)")
INSIDE = re.compile("（[^（）]*）|\\([^()]*\\)")  # what explains one name: 种（春、秋）、收
LISTED = re.compile("(?P<list>[^。；：]+)")
NAMES_GO_ON = re.compile(f"[{HAN}A-Za-z“”（）()]{{1,10}}(?:[，、和与及]|$)")  # behind a comma: what is short is a name


@dataclass(frozen=True)
class Listing:
    """What is listed beside a count.

    Attributes
    ----------
    size : int
        How many there are.
    how : str
        Where they are, in Chinese.
    whole : bool
        False if the list gives examples only (it ends in 等).
    sure : bool
        False if it may be a list of something else: it is then compared only where the numbers agree.
    certain : bool
        True if it can only be a list of what is counted: another number is then wrong, and not only not reproduced.
    clear : bool
        False if it can be cut into names in several ways, of which none gives the count (三家企业：甲和乙、丙和丁).
    """

    size: int
    how: str
    whole: bool = True
    sure: bool = True
    certain: bool = False
    clear: bool = True


class _Size(NamedTuple):
    """How many names a list has, and whether there is one way to count them."""

    number: int
    clear: bool = True

    def listing(self, how: str, whole: bool = True, sure: bool = True) -> Listing:
        return Listing(self.number, how.format(self.number), whole, sure, clear=self.clear)


def find_listing(quantity: Quantity, sentences: Sequence[Said], place: int) -> Listing | None:
    """Find what the text lists beside a count.

    In this order: clauses numbered or ordered behind it (①②, （1）（2）, 首先…其次, 第一…第二, 一是…二是; in the rest
    of the sentence, or from the beginning of the next one) or before it (这三项, 以上三点), a quoted chain “甲-乙-丙”
    or list “甲、乙、丙” beside it, names right before it (甲、乙和丙三大环节), names behind a colon or 包括 or in
    brackets, also at the beginning of the next sentence, and for a count that points back (这三大) the last names in
    the paragraph.

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
    Listing or None
        What is listed, None if nothing is.

    Examples
    --------
    >>> from zhagen.text import clean
    >>> said = Said(clean(["分为以下两类：首先，种菜；其次，养鱼。"], 1), "s", True)
    >>> find_listing(find_quantities(said.text)[0], [said], 0)
    Listing(size=2, how='“首先、其次”列了 2 项', whole=True, sure=True, certain=True, clear=True)
    """
    text, (low, high) = sentences[place].text, quantity.counts or (0, 0)
    back, ahead = series_before(quantity, sentences, place), series_behind(quantity, sentences, place)
    series = back if back and (back.certain or not ahead) else ahead
    if series and (low <= series.size <= high or not POINTING.search(text[: quantity.start])):
        return _numbered(series)
    names = (
        _chain(text, quantity)
        or _before(text[: quantity.start], quantity)
        or _behind(quantity, sentences, place)
        or _pointed_at(quantity, sentences, place)
    )
    return names if names and (not series or low <= names.size <= high) else series and _numbered(series)


def read_sentences(outline: Outline) -> list[Said]:
    """Return the sentences of the prose and the headings, with their places.

    Parameters
    ----------
    outline : Outline
        The outline of the document.

    Returns
    -------
    list of Said
        The sentences; English paragraphs are among them, the reference list is not.
    """
    found = []
    for block in outline.blocks:
        if block.kind not in ("paragraph", "quotation", "heading") or block.text.startswith("- "):
            continue
        for number, sentence in enumerate(block.clean.sentences()):
            found.append(Said(sentence, block.section_id, not number, block.kind == "heading"))
    return found


def _numbered(series: Series) -> Listing:
    how = f"{series.name}列了 {series.size} 项"
    return Listing(series.size, how, series.whole, series.sure, series.certain, series.clear)


def _chain(text: str, quantity: Quantity) -> Listing | None:
    """Count the links of a quoted chain “甲-乙-丙” close to a count, or what is in quotes right beside it."""
    before, behind = text[: quantity.start], text[quantity.end :]
    chains = re.finditer(r"“([^“”，。]+(?:[-→][^“”，。]+)+)”", text)
    near = [match for match in chains if match.start() - quantity.end < 6 and quantity.start - match.end() < 6]
    if near:
        size = len(re.split("[-→]", near[0][1]))
        return Listing(size, f"旁边引号里的链有 {size} 环")
    for row, one in ((QUOTES.search(before), QUOTE_BEFORE.search(before)), (None, QUOTE_BEHIND.match(behind))):
        if row and (size := len(QUOTE.findall(row[0]))) > 1:  # “甲”“乙”和“丙”三个
            return Listing(size, f"旁边引号里列了 {size} 项", not row["open"], sure=not row["of"])
        if one and (found := _in_quotes(one["list"], quantity)).number > 1:
            whole = not one["open"] and not OPEN.search(one["list"])
            return found.listing("旁边引号里列了 {} 项", whole, sure=not one["of"])
    bare = BARE_CHAIN.search(before)
    if not bare or not quantity.unit:
        return None
    size, (low, high) = len(re.split("[-→]", bare["list"])), quantity.counts or (0, 0)
    sure = size > 2  # two names may have a dash between a word and what explains it
    return Listing(size, f"前面的链有 {size} 环", sure=sure) if sure or low <= size <= high else None


def _in_quotes(text: str, quantity: Quantity) -> _Size:
    """Count the names of a list in one pair of quotes: “种、收、分”, “种/收/分”, “种，收，分”."""
    mark = next((mark for mark in "、/→+＋·，," if mark in text), "")
    if mark in "、，," or not mark:
        return _size(re.sub("[，,]", "、", text) if mark != "、" else text, quantity)
    return _Size(len(text.split(mark)))


def _before(text: str, quantity: Quantity) -> Listing | None:
    """Count the names listed right before a place."""
    if not quantity.unit:  # "creation and proposes five propositions"
        return None
    clause = re.split(r"[，。；：,;:](?![^“]*”)", re.sub("（[^（）]*）", "", text))[-1]
    subject, copula, rest = clause.partition("是")  # 甲与乙是创新的两大维度
    clause = subject if copula and not re.search("[、和与及]", rest) else clause
    whole = not OPEN.search(clause)
    clause = re.sub(r"等\s*$|的$|这$", "", clause)
    found, last = _size(clause, quantity), re.split("[、和与及]", clause)[-1]
    if (
        not found.number
        or find_quantities(last)
        or any(one.unit == quantity.unit for one in find_quantities(clause))  # 男7人、女6人: the list is of counts
        or (whole and APART & set(segment(re.sub("“[^”]*”", "", last), lexicon_at_hand())))
    ):
        return None
    pointing = POINTING.search(text)  # a verb has no object there: 种菜、养鱼、做饭这三项
    sure = len(last) <= SHORT and bool(pointing or not ends_in_verb(last))
    return found.listing("前面列举了 {} 项", whole, sure=sure)


def _behind(quantity: Quantity, sentences: Sequence[Said], place: int) -> Listing | None:
    """Count the names listed after a colon or 包括 or in brackets behind a place, or in the next sentence."""
    text = sentences[place].text[quantity.end :]
    match = BESIDE.match(text) or BRACKETED.match(text)
    if match and any(one.counts for one in find_quantities(match["name"])):
        match = None
    same, sure = match is not None, True
    if not match and place + 1 < len(sentences):
        broken = text.endswith((":", "：")) and not any(one.counts for one in find_quantities(text))
        match = (LISTED if broken else NEXT).match(sentences[place + 1].text)
    if not match:
        return None
    listed = INSIDE.sub("", match["list"]).replace("，以及", "以及")
    first = re.split("，", listed)[0].strip()
    if not HAN_CHAR.search(first):  # the list ends with what follows "and"
        first = re.split("(?<=[a-z]) and (?=[^,]*$)", re.sub(r"(\band [^,;.]+).*", r"\1", first))
        first = ", ".join(first)
    found = _size(first, quantity)
    rest = INSIDE.sub("", text[match.start("list") :] if same else listed).strip("。")
    if same and text[match.start("list") - 1] in "：:" and (not found.number or "；" in rest):
        clauses = re.split("；", rest) if "；" in rest else re.split("，", rest)
        number = len(clauses) if len(clauses) > 1 and ("；" in rest or max(map(len, clauses)) <= SHORT) else 0
        # 两类：甲、乙；丙、丁 lists two kinds or four names
        names = sum(_size(clause, quantity).number or 1 for clause in clauses) if found.number else number
        found = _chosen({number, names} - {0}, quantity)
        sure = "；" in rest
        first = rest if OPEN.search(rest) else first
    elif "，" in listed and HAN_CHAR.search(first) and NAMES_GO_ON.match(listed.partition("，")[2]):
        low, high = quantity.counts or (0, 0)  # 甲和乙，丙和丁: the list may go on behind the comma
        found = _Size(found.number, found.clear and low <= found.number <= high)
    if not found.number:
        return None
    whole = (
        not EXAMPLES.search(re.split("、", first)[-1])
        and not OPEN.search(first.rstrip("。"))
        and not first.startswith(SUCH_AS)
    )
    return found.listing(f"{'后面' if same else '下一句'}列举了 {{}} 项", whole, sure)


def _pointed_at(quantity: Quantity, sentences: Sequence[Said], place: int) -> Listing | None:
    """Find the last names before a count that points back: 这三大协同范畴."""
    if not POINTING.search(sentences[place].text[: quantity.start]):
        return None
    low, high = quantity.counts or (0, 0)
    if aside := ASIDE.fullmatch(sentences[place].text[: quantity.start]):  # 种菜、养鱼、做饭，这三项
        beside = _before(aside["list"] + "这", quantity)
        if beside and beside.sure and (not aside["begins"] or low <= beside.size <= high):
            return beside
    for back in range(place, max(-1, place - BACK - 1), -1):
        text = sentences[back].text if back < place else sentences[back].text[: quantity.start]
        for clause in reversed(re.split("[，。；：]", text)):
            if clause.count("、") and re.search("、[^、和与及]+[和与及][^、]+$|、[^、]+、", clause):
                found = _size(clause, quantity)
                first = back == place - 1 and text.startswith(clause)
                if found.number > 2 and (first or low <= found.number <= high):
                    line = sentences[back].clean.span()[0]
                    return found.listing(f"第 {line} 行列举了 {{}} 项", not OPEN.search(clause))
        if sentences[back].opens and back < place:
            break
    return None


def _size(clause: str, quantity: Quantity) -> _Size:
    """Count the names of a list, 0 if it is none; of several ways to cut it the one that agrees with the count."""
    if not re.search("[、和与及]|, | and |”“", clause):
        return _Size(0)
    names = split_labels(re.sub("[，、]?以及", "、", clause))
    joined = [_joining(name) for name in names]
    if not names:
        return _Size(0)
    if len(names) > 1 and any(joined[:-1]):
        return _chosen(_readings(joined), quantity)
    words = set(joined[-1])
    number = len(names) + (len(joined[-1]) if len(words) == 1 else bool(words))  # 甲和乙和丙, 研究与发展和生产
    cut = names[:-1] + re.split("|".join(words), names[-1]) if words else names
    if len(names) > 1 and _alike(cut):  # then 和 parts the last two names, whatever the count
        return _Size(number)
    return _chosen({len(names), number} - {1}, quantity, sure=True)


def _joining(name: str) -> list[str]:
    """Return the words within a name that join two: 和 of 研究和发展, none of 和谐."""
    return [word for word in segment(name, lexicon_at_hand())[1:-1] if word in JOINING]


def _readings(joined: list[list[str]]) -> set[int]:
    """Return how many names a list may have, of which some before the last have 和 or 与 in them.

    甲和乙、丙和丁 are two pairs or four names, and not three; 研究与发展、生产和销售 are three, because the last two
    names are joined by another word, 研究与发展、生产 two.
    """
    number, last = len(joined), joined[-1]
    if all(joined):
        inside = {word for words in (*joined[:-1], last[:-1]) for word in words}
        if last[-1] not in inside:
            return {number + 1}
        return {number, number + sum(map(len, joined))}
    return {number + bool(last)}


def _chosen(readings: set[int], quantity: Quantity, *, sure: bool = False) -> _Size:
    """Return the reading that agrees with a count, else the largest.

    Unless one of them is sure, a count that is between the least and the largest, or that only one of them has, is not
    clear.
    """
    if not readings:
        return _Size(0)
    low, high = quantity.counts or (0, 0)
    agreeing = [number for number in readings if low <= number <= high]
    clear = bool(sure or agreeing) or len(readings) == 1 or low > max(readings) or high < min(readings)
    return _Size(max(agreeing, default=max(readings)), clear)


def _alike(names: list[str]) -> bool:
    """Say whether all names begin or end with the same Han character: 缺钱、缺人和缺时间, 智能化、网络化."""
    ends = ({name[:1] for name in names}, {name[-1:] for name in names})
    return any(len(end) == 1 and HAN_CHAR.search("".join(end)) for end in ends)
