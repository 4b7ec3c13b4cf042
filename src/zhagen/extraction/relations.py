"""What makes a sentence with three words say an arrow: their order, no denial, and a relation said of these ends."""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from zhagen.extraction.reservations import CLAUSE, reservation, without_other_arrows

SAYS = "source relation target"  # the order of the words, if a coding declares no other
ORDERS = (
    SAYS,
    "source target relation",
    "target source relation",
    "target relation source",
    "relation source target",
    "relation target source",
)
JOINED = f"[{CLAUSE}](?:而|但|同时|则|又|且|并且|另外|其中)*"  # and what may come before the subject of the next
HARMLESS = re.compile(  # characters of denial that deny nothing, and what denies twice
    "无时无刻不|不言而喻|不过(?!是|如此|而已|尔尔)|"
    "不(?:断|仅|但|只|光|单|同|少|久|乏|妨|管|论|懈|拘|限于|止|得不|容忽视|可忽视|可或缺|可避免|可否认)|"
    "未来|前所未有|否则|若干|无论(?:如何|怎样)|无(?:论|数|线|限|界|缝|形|疑)|无人(?=机|店|车|零售|驾驶|配送|仓)|没收"
)
DENIED = re.compile(
    "不|未|否|勿|没|无|弗|[并绝决而也实]非|非但|难[以于说言谈称]|很难|鲜有|鲜少|罕[有见]|很少|极少|甚少|缺乏|谈不上|停止|"
    "假称|误以为|莫[说能]|休[想要]|与其"
)
OPEN = re.compile(  # asks it, supposes it, or says it of a theory, a name, a rumour
    "如果|假如|倘若|假设|假使|要是|除非|若|[由被]谁|看似|貌似|看起来|看上去|表面看|[？?]|吗|难道|谁说|谁言|何曾|岂|怎能|怎会|哪能|可能|也许|或许|似乎|恐怕|仿佛|好像|有望|"
    "(?:理论|原则|名义|表面|口头|字面|纸面|形式)上(?![和与及、])|(?:理想|想象|设想)(?:状态|情况|情形)?[下中]|"
    "[按照依]理|按说|相传|传[闻言]"
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
DENIED_VERB = (
    re.compile(  # a verb is denied; 不足, 不平衡 and 未来 are nouns, and what is before the last 的 is of another verb
        "并[不未非无没]|[绝决]不|绝非|尚未|从未|未[能曾必]?(?![来知])|没有|不再|不[会能是可应](?!等)|"
        "不(?=主要|体现|表现|包括|聚焦|来自|得到|提炼|构建|建立|形成)|难以|难于|很难|无法|无从|远非|而非"
    )
)
AVOIDED = re.compile(  # right before the relation: what is given up, kept from it, or still to be done
    "(?:拒绝|避免|防止|放弃|失去|丧失|阻[止碍挠]|妨碍|(?:[尚仍还亟]|必)[需须]|需要|必须|务必|为了|只为)(?:了|别人|他人|进一步)?"
)
BEHIND = re.compile(  # in the clause behind the target, or a later one: it is not so, or hardly
    "误解|误会|猜[想测]|臆[想测]|假象|错觉|谣[言传]|传言|纯属|言过其实|为时[尚过]早|微乎其微|(?:作用|效果|影响)(?:很|十分|极其)?有限|"
    "夸大|子虚|站不住|推翻|(?:是|属于?)(?:错误|错的|假的|误读|误判)|有误|[只仅]在?(?:少数|个别|极少)|(?:恰恰|恰好|正好|刚好|却|则|截然)相反|为(?:目的|目标|宗旨|己任)"
)
LESS = re.compile(  # of the target, or of the source: then the lack of it acts
    "的?(?:反面|对立面|瓦解|解体|消失|丧失|缺[失位席乏]|减[少弱退]|下[降滑]|降低|削弱|弱化|衰退|恶化|倒退|破[裂坏产]|断裂|崩溃|变[差坏弱糟]|"
    "失[败灵效]|中断|终止|取消)|[之以]外|外[，,]"
)
WITHOUT = re.compile(  # right before the source: it is taken away, compared with, or left out
    "(?:取消|停止|废除|放弃|除[了去开]?|比起|相比于?|较之|反对|抵制|离开|脱离|缺少|失去|没了|抛开|撇开|抛弃|减少|削弱|弱化|破坏)了?$"
)
ATTRIBUTED = re.compile(
    f"(?:有[些的]?人|有的?(?:学者|观点|研究|文献)|一些|某些|不少|许多|前人|以往|传统|通常)[^{CLAUSE}]*(?:认为|主张|以为|声称|断言|强调)"
)
DISAGREED = re.compile("[不未没]|反对|质疑|相反|怀疑|存疑|否定|否认")
LINKS = re.compile(  # what a clause may have before its verb without a subject of its own
    "(?:并|且|也|还|又|更|都|从而|进而|因而|因此|继而|最终|同时|而且|另外|以|来|能够?|可以?|会|有效|显著|进一步|不断|其|它|地|，)*"
)
TURNS = re.compile("^(?:而是?|但是?|却|然而|不过|反而|倒是?)?(?:并?[不未没无]有?|难以)?")
MADE = "(?:被|受到?|由|靠|依靠|依赖|离开|得到|获得|来自|得益于|受益于|源[自于]|归功于|取决于|经由?|因|凭|凭借)"
GIVES = "(?:对|对于|给|给予|把|将|使|让|令|为|向|同)"
FAILED = re.compile("失败|落空|错误")  # of an arrow, in a clause that takes it back
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
    relation is said of that one. Nor may the target be what acts (甲被乙促进). What comes before the relation and in
    its clause may not deny it, ask it or suppose it, and no later clause may take it back. Nor may it be said under a
    condition only, or at a distance (所谓, 据说; see `reservation`). What the sentence denies of other arrows
    (但不促进丙) is not looked at.

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
        if fault := _other_subject(text, places, others) or _turned(text, places):
            readings.append(Reading(fault))
        elif fault := _not_said(
            without_other_arrows(text, places, wanted["relation"], others), places, list(wanted.values())
        ):
            readings.append(Reading(fault, denied=True))
        else:
            readings.append(Reading("", min(ends), max(ends)))
    unordered = Reading(f"it does not have {', '.join(wanted.values())} in this order")
    return min(readings, key=lambda reading: (bool(reading.fault), reading.end - reading.start), default=unordered)


def denial(text: str, end: int | None = None) -> str:
    """Return what denies the verb of the clause that a text ends with.

    Parameters
    ----------
    text : str
        A text.
    end : int, optional
        Where the clause is cut off; left out it is the end of the text.

    Returns
    -------
    str
        The word of denial; empty if there is none.

    Examples
    --------
    >>> denial("它不仅省水，也不再聚焦于"), denial("难以避免的不足主要体现在")
    ('不再', '')
    """
    clause = re.split(f"[{CLAUSE}。！？]", text[:end])[-1]
    found = DENIED_VERB.search(HARMLESS.sub("　", clause.rpartition("的")[2]))
    return found[0] if found else ""


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
    between, said = text[start:end], text[slice(*places["relation"])]
    for clause in re.finditer(JOINED, text[:end]):
        begins = [other for other in others if clause.end() >= start and text.startswith(other, clause.end(), end)]
        if begins:
            return f"{said} is said of {max(begins, key=len)}"
    *clauses, own = re.split(f"[{CLAUSE}]", between)
    own = TURNS.sub("", own)
    subject = own if clauses and not LINKS.fullmatch(own) else ""
    another = said in between or re.search("[；;]", between)  # 甲促进丙，丙促进乙; 甲省水；丙促进乙
    return f"{said} is said of {subject}" if another and subject and not subject.startswith(("是", "这", "均")) else ""


def _turned(text: str, places: dict[str, tuple[int, int]]) -> str:
    """Say that the words come in the order of an arrow and say the opposite one: 甲被乙促进, 乙对甲有促进作用."""
    source, relation, target = (places[name] for name in ("source", "relation", "target"))
    said = text[slice(*relation)]
    fault = f"{text[slice(*target)]} is what does it"
    if source[1] <= target[0] <= target[1] <= relation[0]:
        between, rest = text[source[1] : target[0]], text[target[1] : relation[0]]
        if re.search(f"{MADE}$", between) or between.endswith("为") and rest.endswith("所"):
            return fault
        return fault if between.endswith("在") and text.startswith("下", relation[1]) else ""
    if target[1] <= source[0] and re.search(f"{GIVES}$", text[target[1] : source[0]]):
        return fault
    if target[1] <= relation[0] and relation[1] <= source[0]:  # 邻里相识促进轮值
        passive = re.search("^[被受由]|[于自]$", said) or re.search("[被受由得]到?$", text[target[1] : relation[0]])
        active = not text[target[1] : relation[0]].startswith("的") and relation[1] == source[0]
        return fault if active and not passive else ""
    if source[1] <= relation[0] and relation[1] <= target[0]:
        if re.search("(?:被|受到?|得到|获得)$", text[source[1] : relation[0]]):
            return fault
        return fault if re.match(f"(?:作用)?(?:的?原因是|的是)?(?:{MADE})", text[relation[1] : target[0]]) else ""
    return ""


def _not_said(text: str, places: dict[str, tuple[int, int]], words: list[str]) -> str:
    """Say what denies the arrow or leaves it open; its own words and harmless ones do not count."""
    end = max(place[1] for place in places.values())
    clause = re.compile(f"[^{CLAUSE}]*").match(text, end)
    taken_back = "".join(TAKEN_BACK.findall(text, end))
    said = text[: clause.end() if clause else end] + taken_back + text[-1:]
    first = min(place[0] for place in places.values())
    here = max(text.rfind(mark, 0, first) for mark in CLAUSE) + 1
    before, clauses = (HARMLESS.sub("　", _blank(part, words)) for part in (said[:here], said[here:]))
    clauses = SHOWN.sub("　", clauses)  # 揭示了甲如何促进乙: that it does is not asked
    relation = places["relation"]
    avoided = re.search(f"{AVOIDED.pattern}$", text[here : relation[0]])
    source, target = places["source"], places["target"]
    against = (
        avoided
        or BEHIND.search(text, end)
        or FAILED.search(taken_back)
        or next(filter(None, (LESS.match(text, place) for place in (source[1], target[1]))), None)
        or WITHOUT.search(text[: source[0]])
        or re.search("非$", text[: target[0]])
        or ATTRIBUTED.search(text[:first])
        and DISAGREED.search(text, end)
    )
    if against:
        return f"the relation is denied ({against[0]})"
    found = OPEN_HERE.search(clauses) or WISHED.search(before) or OPEN.search(before + clauses)
    denied = DENIED.search(before + clauses)
    if denied and not (found and found[0].endswith(denied[0])):  # 是否 asks
        return f"the relation is denied ({denied[0]})"
    return f"the relation is asked or supposed ({found[0]})" if found else reservation(text, places)


def _blank(text: str, words: list[str]) -> str:
    """Put a blank for each word of an arrow."""
    return re.sub("|".join(map(re.escape, sorted(words, key=len, reverse=True))), "　", text)
