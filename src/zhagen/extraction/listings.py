"""What a text lists beside a count: names in a row, numbered or ordered clauses, what a sentence before has named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from zhagen.documents.outline import Outline
from zhagen.extraction.enumerations import split_labels
from zhagen.extraction.quantities import Quantity, ends_in_verb, find_quantities
from zhagen.text.characters import HAN
from zhagen.text.cleaning import CleanText
from zhagen.text.lexicon import lexicon_at_hand
from zhagen.text.numerals import whole_number
from zhagen.text.segmentation import segment

SHORT = 10  # characters of a name in a list that has commas only
AHEAD = 200  # sentences in which a series may continue
FIRST = 20  # characters that hold the first mark of the next sentence
BACK = 6  # sentences that 这三大 looks back
OPEN = re.compile(r"(?:等|等等|etc\.?)\s*(?:的|多|共|在内的?|这|类|方面|内容|因素)*\s*$")  # 甲、乙等: examples only
ANNOUNCED = re.compile("以下|如下|下列|下述|下面|[:：]$")
POINTING = re.compile("(?:这|上述|以上|前述|此|该)$")
JOINED = ("以及", "和", "与", "及", " and ")
HAN_CHAR = re.compile(f"[{HAN}]")
EXAMPLES = re.compile("等(?![级于待同价量值式距候闲人])")  # in the last name of a list behind a count
# Words that set a list apart from the count behind it: 根据甲和乙提出三个问题.
APART = frozenset(
    "为 有 被 将 把 从 对 通过 进行 实现 展开 提出 提供 形成 构成 包括 分为 归纳 总结 得到 划分 提炼 采用 选取 具有 "
    "这 该 其 每 各 共 主要 给 了 过 并 到 需要 存在".split()
)
SUCH_AS = ("如", "例如", "比如", "e.g.", "such as")
BESIDE = re.compile(
    r"(?P<name>[^，。；：]{0,12}?)[，,]?\s?(?P<mark>：|:|分别(?:为|是)|包括|包含|涵盖|即|such as|namely|including)"
    "(?P<list>[^。；：]+)"
)
BRACKETED = re.compile(r"(?P<name>[^，。；：（(]{0,12}?)\s?[（(](?P<list>[^（）()]*[、,][^（）()]*)[）)]")
NEXT = re.compile("(?:它们|其)?(?:分别(?:为|是)|包括|包含|即)(?P<list>[^。；：]+)")
LISTED = re.compile("(?P<list>[^。；：]+)")
RANKS = {"首先": 1, "其次": 0, "再次": 0, "再者": 0, "最后": -1, "先": 1, "再": 0, "然后": 0, "接着": 0, "后": -1}
LOOSE = ("“首先、其次”", "“先、再、后”")  # stories go so, too: compared if announced, or if the numbers agree
SERIES = {  # how clauses are counted -> how one of them begins; the group says which it is
    "圈码": "(?P<rank>[①-⑳])",
    "带括号的编号": r"[（(](?P<rank>\d{1,2}|[一二三四五六七八九十]{1,3})[）)]",
    "半括号的编号": r"(?<![\d（(])(?P<rank>\d{1,2})[）)]",
    "行首的编号": r"(?m:^)(?P<rank>\d{1,2}|[一二三四五六七八九十]{1,3})[.．、](?!\d)",
    "“一是、二是”": "(?<![第之十统唯其百单])(?P<rank>[一二三四五六七八九十])(?:是|则)",
    "“其一、其二”": "其(?P<rank>[一二三四五六七八九])(?=[，,：是])",
    "“第一、第二”": (
        r"第(?P<rank>[一二三四五六七八九十]|\d{1,2})"
        "(?=[，,、：是]|(?:类|种|个|方面|点|步|阶段|层|条|项|部分)[^，。]{0,12}[，,：是])"
    ),
    "“首先、其次”": f"(?<![{HAN}])(?P<rank>{'|'.join(list(RANKS)[:5])})",
    "“先、再、后”": "(?<=[：，；:])(?P<rank>先|再(?![次者])|然后|接着|最?后)",
    "“一方面、另一方面”": "(?<![这另])(?P<rank>另?一(?:方面|[类种](?=[是为，])))",
    "first, second": r"(?i:\b(?P<rank>first|second|third|fourth|fifth|finally)(?:ly)?),",
}


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
    """

    size: int
    how: str
    whole: bool = True
    sure: bool = True


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


def find_listing(quantity: Quantity, sentences: Sequence[Said], place: int) -> Listing | None:
    """Find what the text lists beside a count.

    In this order: clauses numbered or ordered behind it (①②, （1）（2）, 首先…其次, 第一…第二, 一是…二是; in the rest
    of the sentence, or from the beginning of the next one), a quoted chain “甲-乙-丙” beside it, names right before it
    (甲、乙和丙三大环节), names behind a colon or 包括 or in brackets, also at the beginning of the next sentence, and
    for a count that points back (这三大) the last names in the paragraph.

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
    Listing(size=2, how='“首先、其次”列了 2 项', whole=True, sure=True)
    """
    text = sentences[place].text
    return (
        _series(quantity, sentences, place)
        or _chain(text, (quantity.start, quantity.end))
        or _before(text[: quantity.start], quantity)
        or _behind(quantity, sentences, place)
        or _pointed_at(quantity, sentences, place)
    )


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


def _series(quantity: Quantity, sentences: Sequence[Said], place: int) -> Listing | None:
    """Count the clauses that begin with ①, （1）, 首先 … behind a count, or before it in its sentence.

    A series ends with the sentence that has its second member, unless the next sentence continues it; if the
    sentence has one member only, with its paragraph or section.
    """
    said = sentences[place]
    rest, paragraph, section = said.text[quantity.end :], "", ""
    for other in sentences[place + 1 : place + 1 + AHEAD]:
        if not other.section_id.startswith(said.section_id):
            break
        section += ("\n" if other.opens else "") + other.text
        paragraph = section if "\n" not in section else paragraph
    low, _ = quantity.counts or (0, 0)
    for name, pattern in SERIES.items():
        begins = _first(pattern, rest, section[:FIRST], said.text[: quantity.start])
        if begins is None:
            continue
        for scope in (rest, rest + paragraph, rest + section):
            size = _run(pattern, scope[begins:])
            behind = (rest + section)[len(scope) :].lstrip("\n")
            if size > 1 and not (size < low and re.match(pattern, behind)):
                break
        if size > 1:
            announced = begins < len(rest) or ANNOUNCED.search(said.text.rstrip())
            return Listing(size, f"{name}列了 {size} 项", sure=bool(announced) or name not in LOOSE)
    for name, pattern in SERIES.items():
        ranks = re.finditer(pattern, said.text[: quantity.start])
        first = next((match.start() for match in ranks if _rank(match["rank"]) == 1), quantity.start)
        size = _run(pattern, said.text[first : quantity.start])
        if size > 1:
            return Listing(size, f"{name}列了 {size} 项", sure=False)
    return None


def _first(pattern: str, rest: str, section: str, before: str) -> int | None:
    """Return where a series begins behind a count: in the sentence, before any other count, or right behind it."""
    counts = [one for one in find_quantities(rest) if one.counts]
    for match in re.finditer(pattern, rest + section):
        if _rank(match["rank"]) == 1:
            at = match.start()
            if at < len(rest):
                return None if any(one.end <= at for one in counts) else at
            right = at in (len(rest), len(rest) + section.startswith("\n"))
            return at if right and not counts and not POINTING.search(before) else None
    return None


def _rank(said: str) -> int | None:
    if "①" <= said <= "⑳":
        return ord(said) - ord("①") + 1
    if said in RANKS:
        return RANKS[said]
    if said.startswith(("一方", "一类", "一种", "另")):
        return 2 if said.startswith("另") else 1
    english = "first second third fourth fifth".split()
    if said.lower() in english:
        return english.index(said.lower()) + 1
    return -1 if said.lower() == "finally" else whole_number(said)


def _run(pattern: str, text: str) -> int:
    """Count the members of a series from the first on: each is one more than the last, 0 is the next, -1 the last."""
    size = 0
    for match in re.finditer(pattern, text):
        rank = _rank(match["rank"])
        if rank not in (0, -1, size + 1) or (rank in (0, -1) and not size):
            break
        size += 1
        if rank == -1:
            break
    return size


def _chain(text: str, span: tuple[int, int]) -> Listing | None:
    """Count the links of a quoted chain “甲-乙-丙” close to a place."""
    chains = re.finditer(r"“([^“”，。]+(?:-[^“”，。]+)+)”", text)
    near = [match for match in chains if match.start() - span[1] < 6 and span[0] - match.end() < 6]
    if not near:
        return None
    size = len(near[0][1].split("-"))
    return Listing(size, f"旁边引号里的链有 {size} 环")


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
    return Listing(size, f"前面列举了 {size} 项", whole, sure=len(last) <= SHORT and not ends_in_verb(last))


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
    first = re.split("，", match["list"])[0].strip()
    if not HAN_CHAR.search(first):  # the list ends with what follows "and"
        first = re.split("(?<=[a-z]) and (?=[^,]*$)", re.sub(r"(\band [^,;.]+).*", r"\1", first))
        first = ", ".join(first)
    size = _size(first, quantity)
    if not size and same and text[match.start("list") - 1] in "：:":
        rest = text[match.start("list") :]
        clauses = re.split("；", rest) if "；" in rest else re.split("，", rest.strip("。"))
        size = len(clauses) if len(clauses) > 1 and ("；" in rest or max(map(len, clauses)) <= SHORT) else 0
        sure = "；" in rest
    if not size:
        return None
    whole = not EXAMPLES.search(re.split("、", first)[-1]) and not OPEN.search(first) and not first.startswith(SUCH_AS)
    return Listing(size, f"{'后面' if same else '下一句'}列举了 {size} 项", whole, sure)


def _pointed_at(quantity: Quantity, sentences: Sequence[Said], place: int) -> Listing | None:
    """Find the last names before a count that points back: 这三大协同范畴."""
    if not POINTING.search(sentences[place].text[: quantity.start]):
        return None
    low, high = quantity.counts or (0, 0)
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
