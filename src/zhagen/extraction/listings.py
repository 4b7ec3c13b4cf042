"""What a text lists beside a count: names in a row, numbered or ordered clauses, what a sentence before has named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
    r"(?:等|等等|etc\.?|之类|之流|诸如此类|云云|…+|\.{3,})\s*(?:的|多|共|在内的?|这|类|方面|内容|因素)*\s*$"
)
ASIDE = re.compile("(?P<begins>.*[，；：])?(?P<list>[^，。；：]*、[^，。；：]*)，(?:这|以上|上述|此)")
JOINED = ("以及", "和", "与", "及", " and ")
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
    r"(?P<name>[^，。；：]{0,12}?)[，,]?\s?(?P<mark>：|:|分别(?:为|是)|包括|包含|涵盖|即|such as|namely|including)"
    "(?P<list>[^。；：]+)"
)
BRACKETED = re.compile(r"(?P<name>[^，。；：（(]{0,12}?)\s?[（(](?P<list>[^（）()]*[、,][^（）()]*)[）)]")
NEXT = re.compile("(?:它们|其)?(?:分别(?:为|是)|包括|包含|即)(?P<list>[^。；：]+)")
INSIDE = re.compile("（[^（）]*）|\\([^()]*\\)")  # what explains one name: 种（春、秋）、收
LISTED = re.compile("(?P<list>[^。；：]+)")


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
    """

    size: int
    how: str
    whole: bool = True
    sure: bool = True
    certain: bool = False


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
    Listing(size=2, how='“首先、其次”列了 2 项', whole=True, sure=True, certain=True)
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
    return Listing(series.size, how, series.whole, series.sure, series.certain)


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
        if one and (size := _in_quotes(one["list"], quantity)) > 1:
            whole = not one["open"] and not OPEN.search(one["list"])
            return Listing(size, f"旁边引号里列了 {size} 项", whole, sure=not one["of"])
    bare = BARE_CHAIN.search(before)
    if not bare or not quantity.unit:
        return None
    size, (low, high) = len(re.split("[-→]", bare["list"])), quantity.counts or (0, 0)
    sure = size > 2  # two names may have a dash between a word and what explains it
    return Listing(size, f"前面的链有 {size} 环", sure=sure) if sure or low <= size <= high else None


def _in_quotes(text: str, quantity: Quantity) -> int:
    """Count the names of a list in one pair of quotes: “种、收、分”, “种/收/分”, “种，收，分”."""
    mark = next((mark for mark in "、/→+＋·，," if mark in text), "")
    if mark in "、，," or not mark:
        return _size(re.sub("[，,]", "、", text) if mark != "、" else text, quantity)
    return len(text.split(mark))


def _before(text: str, quantity: Quantity) -> Listing | None:
    """Count the names listed right before a place."""
    if not quantity.unit:  # "creation and proposes five propositions"
        return None
    clause = re.split(r"[，。；：,;:](?![^“]*”)", re.sub("（[^（）]*）", "", text))[-1]
    subject, copula, rest = clause.partition("是")  # 甲与乙是创新的两大维度
    clause = subject if copula and not re.search("[、和与及]", rest) else clause
    whole = not OPEN.search(clause)
    clause = re.sub(r"等\s*$|的$|这$", "", clause)
    size, last = _size(clause, quantity), re.split("[、和与及]", clause)[-1]
    if (
        not size
        or find_quantities(last)
        or any(one.unit == quantity.unit for one in find_quantities(clause))  # 男7人、女6人: the list is of counts
        or (whole and APART & set(segment(re.sub("“[^”]*”", "", last), lexicon_at_hand())))
    ):
        return None
    pointing = POINTING.search(text)  # a verb has no object there: 种菜、养鱼、做饭这三项
    return Listing(
        size, f"前面列举了 {size} 项", whole, sure=len(last) <= SHORT and bool(pointing or not ends_in_verb(last))
    )


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
    listed = INSIDE.sub("", match["list"])
    first = re.split("，", listed)[0].strip()
    if not HAN_CHAR.search(first):  # the list ends with what follows "and"
        first = re.split("(?<=[a-z]) and (?=[^,]*$)", re.sub(r"(\band [^,;.]+).*", r"\1", first))
        first = ", ".join(first)
    size = _size(first, quantity)
    if not size and same and text[match.start("list") - 1] in "：:":
        rest = INSIDE.sub("", text[match.start("list") :])
        clauses = re.split("；", rest) if "；" in rest else re.split("，", rest.strip("。"))
        size = len(clauses) if len(clauses) > 1 and ("；" in rest or max(map(len, clauses)) <= SHORT) else 0
        sure = "；" in rest
        first = rest if OPEN.search(rest.rstrip("。")) else first
    if not size:
        return None
    whole = (
        not EXAMPLES.search(re.split("、", first)[-1])
        and not OPEN.search(first.rstrip("。"))
        and not first.startswith(SUCH_AS)
    )
    return Listing(size, f"{'后面' if same else '下一句'}列举了 {size} 项", whole, sure)


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
                size = _size(clause, quantity)
                first = back == place - 1 and text.startswith(clause)
                if size > 2 and (first or low <= size <= high):
                    how = f"第 {sentences[back].clean.span()[0]} 行列举了 {size} 项"
                    return Listing(size, how, not OPEN.search(clause))
        if sentences[back].opens and back < place:
            break
    return None


def _size(clause: str, quantity: Quantity) -> int:
    """Count the names of a list, 0 if it is none; of several ways to cut it the one that agrees with the count."""
    if not re.search("[、和与及]|, | and |”“", clause):
        return 0
    cuts = [split_labels(clause, last) for last in ([], *([word] for word in JOINED))]
    longest = max(cuts, key=len)
    if len(cuts[0]) > 1 and _alike(longest):  # then 和 parts the last two names, whatever the count
        return len(longest)
    sizes = sorted({len(cut) for cut in cuts} - {1})
    if not sizes:
        return 0
    low, high = quantity.counts or (0, 0)
    return max((size for size in sizes if low <= size <= high), default=sizes[-1])


def _alike(names: list[str]) -> bool:
    """Say whether all names begin or end with the same Han character: 缺钱、缺人和缺时间, 智能化、网络化."""
    ends = ({name[:1] for name in names}, {name[-1:] for name in names})
    return any(len(end) == 1 and HAN_CHAR.search("".join(end)) for end in ends)
