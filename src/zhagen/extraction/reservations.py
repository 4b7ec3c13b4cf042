"""What a sentence says of a relation with a reservation: under a condition only, at a distance, or of another arrow."""

import re
from collections.abc import Collection, Iterator

from zhagen.extraction.citations import has_citation

CLAUSE = "，,；;：:"  # what parts the clauses of a sentence
HERE = f"[^{CLAUSE}]"  # a character within a clause
Places = dict[str, tuple[int, int]]

# under a condition only
TIMES = "(?:时候|之时|之际|(?<![同此这那届及随平当实按小临暂顿立长定即有何])时(?![代期间刻机空效长尚常段点而]))"
CASES = "(?:前提|条件|(?<![这此该])(?<![这此该][种类])情[况形]|场合)下"
ONLY = re.compile(
    "(?<!不)(?:只有(?![\\d一二两三四五六七八九十几])|[唯惟仅]有|当且仅当|[只仅](?:能|会|可)?(?:在|于|当|对|限)|仅仅在)|"
    "限于|[要等直]到"
)
ONLY_THEN = re.compile(f"(?<!不)[只仅]{HERE}{{1,8}}(?:[前后时中里内下天季年月日夜]|期间)$")  # right before the relation
SOLE = re.compile(  # the source is what alone has the effect: 只有轮值浇水才促进邻里相识
    "(?:只有|[唯惟]有|仅有)(?:通过|依靠|依托|借助|凭借?|靠|有了?|用|以|坚持|推行|实[行施]|开展|发挥|加强|做好|经过|建立|利用)?$"
)
NOT_UNTIL = re.compile(
    "(?<![人英奇口刚德])才(?![华智干略艺子女俊情气学识是]|能[的和与、及])|(?<![地对双各多甲乙官校我他])方(?:[能可才]|$)"
)
SUPPOSED = re.compile(
    f"只要|一旦|每当|凡是|倘|在{HERE}{{1,15}}?{TIMES}|{CASES}|以{HERE}{{1,10}}?为(?:前提|条件)|{TIMES}，?$|"
    f"(?<![应相适正担充])当(?![前地今代下时中作成做家天年然事局初场面选之即务]){HERE}{{1,15}}?{TIMES}"
)
AT_TIMES = re.compile(
    "(?<!没)有时候?|偶尔|间或|时而|偶或|在(?:某些|特定|特殊|极端|有限)|极?少数|个别|有条件|"
    f"[视依看]{HERE}{{0,3}}(?:情况|条件|情形)"
)
CONDITION_BEHIND = re.compile(  # 促进邻里相识，但仅限于春天
    "前提(?:条件)?是|条件是|[只仅]限|限于|当且仅当|(?:[只仅]|仅仅|只是)(?:有时|偶尔|暂时|一时)|"
    f"[{CLAUSE}](?:但是?|不过|而且?|然而|当然|可是|却|这|它)*(?:[只仅](?:有|在|当|对|于|能|会)|有时|偶尔)|"
    f"视{HERE}{{1,12}}而定|因{HERE}{{1,4}}而异|[{CLAUSE}](?:但|不过|这)*也?[要得须]?(?:看(?![到见出来似])|取决于)|"
    f"[{CLAUSE}](?:但|不过)?(?:如果|假如|只要|除非|倘若|要是|若(?!干)|一旦|当(?![然前地年时])){HERE}*[。！]?$"
)

# at a distance
SEEN_AS = "视为|视作|看作|看成|当作|当成|说成|称为|称作|誉为|描[述绘][为成]|宣传[为成]|认定|期待|寄予"
EXPLAINED = re.compile(f"所谓(?={HERE}{{1,12}}?[{CLAUSE}]?(?:就|即|主要|也)?[是指])")  # a term: 所谓轮值，就是……
DISTANT = re.compile(
    "所谓|自认|自以为|[让令]人(?:以为|觉得|感觉)|美其名曰|名[曰为]|打着|对外(?:宣传|[称说])|口号|噱头|[假佯]装|装作|"
    "坊间|民间(?:说法|传)|俗[话语]|常言|老话|旧说|听说|(?<![表文])面[子上]上|表面(?!处理|积)|乍一?看|[初粗]看|"
    "疑似|推测|[猜揣]测|料想|想必|想来|大概|兴许|没准|多半|大抵|估计|姑且|俨然|好似|宛如|(?:印象|想象)[里中]|"
    f"[以借假]{HERE}{{1,15}}[之的]名(?![称单字目录])|[按照依]{HERE}{{1,10}}?[说讲看]法|"
    f"(?<![数依根证论占凭])据(?:悉|{HERE}{{0,10}}?(?:[说讲称传闻](?![明服播统导])|说法|介绍|报道|了解|反映|透露))|"
    f"在(?!本文|本研究|我们|笔者|作者){HERE}{{1,10}}?(?:看来|眼[里中]|口中|笔下)"
)
CLAIMED = re.compile(  # by somebody, before the arrow; a cited work makes it literature
    f"(?P<who>{HERE}*?)(?:认为|以为|[相坚深]信|觉得|(?<!价值)主张|断言|声称|强调|[都常总]说|(?<=[人们])说)(?:，|{HERE}*$)"
)
OWN = re.compile("本文|本研究|本书|我们|笔者|作者|结果|分析|^(?:研究|由此|因此|可以)?$")
HEARSAY = re.compile(f"(?:被|普遍|一般|通常|历来|传统上?|长期以来|公认){HERE}{{0,8}}?(?:认为|{SEEN_AS})")
CALLED = re.compile(  # right behind the target: the arrow is a saying
    "”?的?(?:这[一种个]?)?(?:说法|论调|口号|神话|传[说闻]|愿景|承诺|幻想|想象|迷思|宣传|假[说设]|初衷|设想|愿望|梦想|"
    "托[词辞]|借口|幌子|表象|样子|印象|感觉)"
)
AGREED = re.compile(  # the text makes it its own
    f"同样|证实|印证|验证|佐证|支持|一致|(?:本文|本研究|我们|结果|数据|材料){HERE}*(?:看到|发现|说明|表明|证明|显示)"
)
DISTANT_BEHIND = re.compile(
    "一厢情愿|一面之[词辞]|自说自话|幌子|噱头|作秀|(?<!无)争议|可疑|成疑|存疑|怀疑|质疑|商榷|"
    "(?:[只仅]|不过|仅仅)[是算]?(?:个|一[种句个])?(?:表[象面]|口号|宣传|说法|传[说闻]|推测|愿望|印象|想象|看法|说说|神话)|"
    f"[{CLAUSE}](?:但|不过)?(?:这|至少|起码|当然|也|只|都|是|在)*(?:据说|听说|看上去|看起来|表面|名义上|口头上|理论上|似乎|"
    f"也许|可能|大概|传说){HERE}*[。！]?$|[{CLAUSE}]{HERE}{{1,10}}(?:这[样么]|如此)(?:说|认为|相信|宣[传称]|以为)|"
    f"[{CLAUSE}](?:至少)?(?:有人|他们|人们|外界){HERE}{{0,6}}(?:说|认为|相信|宣传)的?[。！]?$"
)
QUOTES = dict(zip('“‘「『"', '”’」』"', strict=True))

# of another arrow
TURN = "(?:虽然?|尽管|但是?|却|然而|不过|可是|而|则|只是|同时|也|又|还|且|并|其实|实际上?)*"
DENIES = "(?:并?不(?:能够?|会|再|可能|足以|是|曾)?|[尚并从]?未(?:能|曾)?|[并]?没有?(?:能够?)?|难以|无法|并非|[决绝]不)"
ADVERBS = "(?:有效|明显|显著|直接|真正|同样|同时|也|都|进一步|一定|必然|总是|总|地)*"
VERBS = (
    "促进|推动|推进|促使|带动|拉动|驱动|提升|提高|增强|增加|增进|加强|加深|改善|改进|优化|降低|减少|减弱|削弱|抑制|阻碍|妨碍|影响|"
    "激发|引发|导致|造成|带来|催生|解决|改变|有助于|有利于|有益于|实现|满足|支持|支撑|赋能|省下?|拓展|扩大|缩减|缩短|打开|触达"
)
NOTHING = re.compile(  # an object that is none of its own: the arrow itself, or nothing in particular
    "$|的|作用|效果|影响|意义|成效|结果|变化|目[的标]|这|此|该|其|它|如此|任何|实际|真正|明显|显著|预期|应有|什么|上述|所有|全部|太大|多"
)
STILL_SAID = re.compile("时|如此|成立|前提|条件|情况")
CUT = re.compile(f"[{CLAUSE}]|(?=[而却但](?:是?不|并|非|没|未|难|无))|(?=却)")


def reservation(text: str, places: Places) -> str:
    """Say under which reservation a sentence says an arrow: a condition, or a word that puts it at a distance.

    Parameters
    ----------
    text : str
        A sentence of clean text, without what it says of other arrows (see `without_other_arrows`).
    places : dict
        Where the words for ``source``, ``relation`` and ``target`` begin and end.

    Returns
    -------
    str
        The reservation, with the word that makes it; empty if there is none.

    Examples
    --------
    >>> places = {"source": (0, 4), "relation": (9, 11), "target": (11, 15)}
    >>> reservation("轮值浇水春天才会促进邻里相识。", places)
    'the relation is said under a condition only (才)'
    """
    if found := _condition(text, places):
        return f"the relation is said under a condition only ({found})"
    if found := _distance(text, places):
        return f"the relation is put at a distance ({found})"
    return ""


def without_other_arrows(text: str, places: Places, relation: str, others: Collection[str]) -> str:
    """Blank what a sentence denies of other arrows: 但不促进丙 in 甲促进乙，但不促进丙.

    Parameters
    ----------
    text : str
        A sentence of clean text.
    places : dict
        Where the words for ``source``, ``relation`` and ``target`` begin and end.
    relation : str
        The word for the relation, which the sentence may use again.
    others : collection of str
        Words for other ends.

    Returns
    -------
    str
        The sentence, as long as before.

    Examples
    --------
    >>> places = {"source": (0, 4), "relation": (4, 6), "target": (6, 10)}
    >>> without_other_arrows("轮值浇水促进邻里相识，但不促进收成。", places, "促进", [])
    '轮值浇水促进邻里相识，　　　　　　。'
    """
    for start, end in _other_arrows(text, places, relation, others):
        text = f"{text[:start]}{'　' * (end - start)}{text[end:]}"
    return text


def _condition(text: str, places: Places) -> str:
    """Return the word that lets a relation hold under a condition only."""
    before, inside, behind = _parts(text, places)
    source, relation = places["source"], places["relation"]
    here, to_relation = len(before), max(relation[0] - len(before), 0)
    sole = SOLE.search(text[: source[0]])
    late = next(  # 轮值浇水才促进邻里相识 only puts weight on its subject
        (one for one in NOT_UNTIL.finditer(inside, 0, to_relation) if before or one.start() + here != source[1]), None
    )
    if not sole:
        only = ONLY.search(inside) or ONLY_THEN.search(inside, 0, to_relation) or late and ONLY.search(before)
        if found := only or late:
            return found[0]
    found = SUPPOSED.search(before) or SUPPOSED.search(inside) or AT_TIMES.search(inside)
    found = found or CONDITION_BEHIND.search(behind)
    return found[0].strip(CLAUSE) if found else ""


def _distance(text: str, places: Places) -> str:
    """Return the word by which a sentence does not say a relation as its own."""
    before, inside, behind = _parts(text, places)
    source, relation, target = (places[name] for name in ("source", "relation", "target"))
    quote = QUOTES.get(text[relation[0] - 1 : relation[0]], "")
    if quote and quote in (text[relation[1] : relation[1] + 1], text[target[1] : target[1] + 1]):
        return text[relation[0] - 1 : relation[1]] + quote
    before, inside = (EXPLAINED.sub("", part) for part in (before, inside))
    if found := DISTANT.search(inside) or DISTANT.search(before) or DISTANT_BEHIND.search(behind):
        return found[0].strip(CLAUSE)
    first = min(start for start, _ in places.values())
    if AGREED.search(text[:first]) or AGREED.search(behind) or has_citation(text):
        return ""
    claimed = CLAIMED.search(text[:first])
    if claimed and not OWN.search(claimed["who"]):
        return claimed[0]
    found = HEARSAY.search(inside) or HEARSAY.search(before) or CALLED.match(behind)
    found = found or re.search(SEEN_AS, text[source[1] : relation[0]])
    return found[0] if found else ""


def _parts(text: str, places: Places) -> tuple[str, str, str]:
    """Part a sentence before the clause of the first word, and behind the last; in between the words are blanks."""
    first, end = min(start for start, _ in places.values()), max(stop for _, stop in places.values())
    here = max(text.rfind(mark, 0, first) for mark in CLAUSE) + 1
    signs = list(text)
    for start, stop in places.values():
        signs[start:stop] = "　" * (stop - start)
    return text[:here], "".join(signs[here:end]), text[end:]


def _other_arrows(text: str, places: Places, relation: str, others: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield the stretches in which a sentence says something of another arrow."""
    source, target = (text[slice(*places[name])] for name in ("source", "target"))
    end = max(stop for _, stop in places.values())
    verbs = f"(?P<verb>{re.escape(relation)}|{VERBS})"
    same = f"(?:{re.escape(source)}|它们?|其|这|此|该{HERE}{{0,4}}?|前者)?"
    other = "|".join(map(re.escape, sorted(others, key=len, reverse=True))) or "(?!)"
    denied = re.compile(f"{TURN}{same}{TURN}(?P<said>{DENIES}{ADVERBS}{verbs}[了过着]?(?P<object>.*))")
    of_other = re.compile(f"{TURN}(?P<said>(?:{other}){HERE}{{0,8}}?(?:不|非|未|没|无|难|除外)(?P<rest>.*))")
    again = re.compile(f"{TURN}{same}(?P<said>{HERE}{{0,14}}?{re.escape(relation)}[了过着]?(?P<object>.*))")
    toward = re.compile(
        f"{TURN}{same}(?P<said>对于?(?P<object>{HERE}+?)(?:来说|而言)?(?:则|却|并)?(?:{DENIES}|没|无|不).*)"
    )
    instead = re.compile("而(?P<said>(?:并?非|不是|不在于)(?P<object>.+))")
    rather = re.compile("(?P<said>(?:并?不|并非)是(?P<object>.+))")
    for start, stop in _clauses(text):
        clause = text[start:stop]
        later = start >= end
        turned = text[stop : stop + 3].lstrip(CLAUSE).startswith("而是")  # 不是促进丙，而是促进乙
        forms = [denied, of_other, *([again, toward, instead] if later else []), *([rather] if turned else [])]
        for form in forms:
            found = form.match(clause)
            if not found:
                continue
            wanted = found.groupdict().get("object", "收成")
            none = NOTHING.match(wanted) or target in wanted or source in wanted
            own = not (none or STILL_SAID.search(found["said"]))
            stretch = start if later else start + found.start("said"), stop
            if own and not any(_meet(stretch, place) for place in places.values()):
                yield stretch
                break


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the clauses of a sentence begin and end, without the marks between them."""
    start, whole = 0, len(text.rstrip("。！？"))
    for mark in CUT.finditer(text, 1, whole):
        yield start, mark.start()
        start = mark.end()
    yield start, whole


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
