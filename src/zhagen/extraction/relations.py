"""What makes a sentence with three words say an arrow: their order, no denial, and a relation said of these ends."""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

SAYS = "source relation target"  # the order of the words, if a coding declares no other
ORDERS = (
    SAYS,
    "source target relation",
    "target source relation",
    "target relation source",
    "relation source target",
    "relation target source",
)
CLAUSE = "，,；;：:"  # what parts the clauses of a sentence
JOINED = f"[{CLAUSE}](?:而|但|同时|则|又|且|并且|另外|其中)*"  # and what may come before the subject of the next
HARMLESS = re.compile(  # characters of denial that deny nothing, and what denies twice
    "不(?:断|仅|但|只|光|单|同|少|久|乏|妨|管|论|懈|拘|限于|止|得不|容忽视|可忽视|可或缺)|"
    "未来|前所未有|否则|若干|无论(?:如何|怎样)|无(?:论|数|线|限|界|缝|形|疑)|无人(?=机|店|车|零售|驾驶|配送|仓)|没收"
)
DENIED = re.compile(
    "不|未|否|勿|没|无|[并绝决而也实]非|非但|难以|难于|难说|很难|鲜有|鲜少|很少|极少|甚少|缺乏|谈不上|停止|假称|误以为"
)
OPEN = re.compile(  # asks it, supposes it, or says it of a theory, a name, a rumour
    "如果|假如|倘若|假设|假使|要是|若|[？?]|吗|难道|谁说|谁言|何曾|岂|怎能|怎会|哪能|可能|也许|或许|似乎|恐怕|仿佛|好像|有望|"
    "(?:理论|原则|名义|表面|口头|字面|纸面|形式)上(?![和与及、])|(?:理想|想象|设想)(?:状态|情况|情形)?[下中]|"
    "[按照依]理|按说|据[称说传闻信]|相传|传[闻言]"
)
ACTS = "　|[，,：:]|能|可|会|通过|借|用|以|让|使|将|在|由|更|进一步|其|有效|积极"  # what is wished
SHOWN = re.compile(
    f"(?:表明|证明|显示|(?:揭示|说明|阐明|阐释|展示|厘清|解释|刻画|呈现|描绘)了)[^{CLAUSE}]*?(?:如何|怎样|何以|为何)"
)
OPEN_HERE = re.compile(  # the same in the clauses of the three words: a clause before may be of something else
    "(?<!任)何[以时地处必须尝种]|[缘为如因]何|怎[样么]|(?:是|能|可|会)否|有无|[为凭]什么|几时|哪[些种里儿个]|究竟|孰|多大程度|"
    "有待|尚待|亟待|留待|[旨意]在|力[图求争]|[试企妄]图|以期|[号自声宣谎妄]称|标榜|自诩|应当|应该|理[应该当]|"
    "(?<![成资样文基版])[本原](?:本|来)?(?:应(?![用急对收])|该|可(?!以))|"
    f"(?:[希期盼]望|期待|预[期计测]|计划|打算|准备|设想|愿意|想要|目标是|(?<![虚模比])拟)(?={ACTS})"
)
WISHED = re.compile(
    "(?:[希期盼]望|期待|预[期计测]|打算|设想|[号自声宣]称|标榜|目标是)(?=[，,：:])"
)  # the clause behind it
TAKEN_BACK = re.compile(f"[{CLAUSE}](?:这|此|该|但|却|然而|不过|其实|实则)[^{CLAUSE}]*")


class Reading(NamedTuple):
    """How a sentence reads that has the words of an arrow.

    Attributes
    ----------
    fault : str
        Why it does not say the arrow; empty if it does.
    start, end : int
        Where the three words begin and end, as near to each other as they say the arrow; 0 if they do not.
    denied : bool
        Whether it has the arrow but denies it, asks it or supposes it.
    """

    fault: str
    start: int = 0
    end: int = 0
    denied: bool = False


def read_relation(text: str, words: dict[str, str], order: str = SAYS, *, others: Collection[str] = ()) -> Reading:
    """Read whether a sentence says an arrow, or only has the words of it.

    The three words must come in the declared order. The relation must be in one clause with the target (with the
    source, if that is next to it), and between source and relation no other end may begin a clause, for then the
    relation is said of that one. What comes before the relation and in its clause may not deny it, ask it or suppose
    it, and no later clause may take it back.

    Parameters
    ----------
    text : str
        A sentence of clean text.
    words : dict
        The words for ``source``, ``relation`` and ``target``.
    order : str, default "source relation target"
        One of `ORDERS`.
    others : collection of str, optional
        Words for other ends.

    Returns
    -------
    Reading
        ``fault`` is empty if the sentence says the arrow.

    Examples
    --------
    >>> arrow = {"source": "轮值", "relation": "促进", "target": "相识"}
    >>> read_relation("轮值促进邻里相识。", arrow)
    Reading(fault='', start=0, end=8, denied=False)
    >>> read_relation("轮值并不总能促进邻里相识。", arrow).fault
    'the relation is denied (不)'
    >>> read_relation("相识促进轮值。", arrow).fault
    'it does not have 轮值, 促进, 相识 in this order'
    >>> read_relation("轮值多了，菜地促进邻里相识。", arrow, others=["菜地"]).fault
    '促进 is said of 菜地'
    """
    wanted = {name: words[name] for name in order.split()}
    readings = []
    for places in _in_order(text, wanted):
        ends = [end for place in places.values() for end in place]
        if fault := _other_subject(text, places, others):
            readings.append(Reading(fault))
        elif fault := _not_said(text, places, list(wanted.values())):
            readings.append(Reading(fault, denied=True))
        else:
            readings.append(Reading("", min(ends), max(ends)))
    unordered = Reading(f"it does not have {', '.join(wanted.values())} in this order")
    return min(readings, key=lambda reading: (bool(reading.fault), reading.end - reading.start), default=unordered)


def _in_order(text: str, wanted: dict[str, str]) -> Iterator[dict[str, tuple[int, int]]]:
    """Yield the places of the words, as near to each other as they come in their order."""
    names = list(wanted)
    for last in re.finditer(re.escape(wanted[names[2]]), text):
        middle = text.rfind(wanted[names[1]], 0, last.start())
        first = text.rfind(wanted[names[0]], 0, max(middle, 0))
        if min(first, middle) < 0:
            continue
        starts = dict(zip(names, (first, middle, last.start()), strict=True))
        places = {name: (start, start + len(wanted[name])) for name, start in starts.items()}
        between = text[places[names[1]][1] : last.start()]
        beside = names[1] if names[1] != "relation" else "target"
        one, other = sorted([places["relation"], places[beside]])
        if wanted[names[0]] not in between and not any(mark in text[one[1] : other[0]] for mark in CLAUSE):
            yield places


def _other_subject(text: str, places: dict[str, tuple[int, int]], others: Collection[str]) -> str:
    """Say which other end begins a clause between the source and the relation behind it."""
    start, end = places["source"][1], places["relation"][0]
    for clause in re.finditer(JOINED, text[:end]):
        begins = [other for other in others if clause.end() >= start and text.startswith(other, clause.end(), end)]
        if begins:
            return f"{text[slice(*places['relation'])]} is said of {max(begins, key=len)}"
    return ""


def _not_said(text: str, places: dict[str, tuple[int, int]], words: list[str]) -> str:
    """Say what denies the arrow or leaves it open; its own words and harmless ones do not count."""
    end = max(place[1] for place in places.values())
    clause = re.compile(f"[^{CLAUSE}]*").match(text, end)
    said = text[: clause.end() if clause else end] + "".join(TAKEN_BACK.findall(text, end)) + text[-1:]
    first = min(place[0] for place in places.values())
    here = max(text.rfind(mark, 0, first) for mark in CLAUSE) + 1
    before, clauses = (HARMLESS.sub("　", _blank(part, words)) for part in (said[:here], said[here:]))
    clauses = SHOWN.sub("　", clauses)  # 揭示了甲如何促进乙: that it does is not asked
    found = OPEN_HERE.search(clauses) or WISHED.search(before) or OPEN.search(before + clauses)
    denied = DENIED.search(before + clauses)
    if denied and not (found and found[0].endswith(denied[0])):  # 是否 asks
        return f"the relation is denied ({denied[0]})"
    return f"the relation is asked or supposed ({found[0]})" if found else ""


def _blank(text: str, words: list[str]) -> str:
    """Put a blank for each word of an arrow."""
    return re.sub("|".join(map(re.escape, sorted(words, key=len, reverse=True))), "　", text)
