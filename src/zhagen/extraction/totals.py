"""Totals and their parts: 共20人，其中男12人，女8人; 男12人，女8人，共20人."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from zhagen.extraction.quantities import Quantity, find_quantities
from zhagen.text.characters import HAN

AMONG = re.compile(rf"(?P<noun>[{HAN}“”、]{{0,12}})[，,：:；。（(]?其中[，,：:]?(?P<parts>[^。]*)")
BRACKET = re.compile(rf"(?P<noun>[{HAN}]{{0,8}})（(?P<parts>[^（）]*)）")
ASIDE = re.compile("（[^（）]*）|其中.*|其余为.*")  # parts of parts
JOINTS = re.compile(r"^(?:[，、,；;：:\s]|和|与|及|另外?有|还有|有(?!效))+|(?:[，、,；;：:\s]|则?[有是为]|共)+$")
REST = re.compile("其[余他]|剩[余下]|余下|另外|余$")
PAIRS = (  # two names that leave nothing out
    ("男", "女"),
    ("城", "乡"),
    ("城", "农"),
    ("新", "老"),
    ("国内", "国外"),
    ("境内", "境外"),
    ("省内", "省外"),
    ("校内", "校外"),
    ("线上", "线下"),
    ("已", "未"),
    ("有效", "无效"),
    ("在职", "退休"),
)
FEW = 12  # characters of the name of a part, at most
ADDED = re.compile("(?:总共|一共|合计|共计|总计|共)(?:有|是|为|访谈|调查|收集|回收|发放|选取|抽取|得到|获得)?$")
SUMMED = re.compile("(?:总共|一共|合计|共计|总计)(?:有|是|为)?$")
EACH = re.compile("每|各|平均|人均|分别")
NAMED = re.compile("(?:为|是|系|来自|属于|从事|选择|担任)(?P<name>[^，、；。（]+)")


class Total(NamedTuple):
    """What the parts of a total add up to.

    Attributes
    ----------
    value : int or None
        The sum of the parts, None if they cannot be added up.
    verdict : str
        ``holds``, ``does not hold`` (the parts leave nothing out, or exclude each other and are too many),
        ``not reproduced`` (too many, but they may overlap) or ``not checkable``.
    how : str
        What was added up, in Chinese.
    """

    value: int | None
    verdict: str
    how: str


class _Part(NamedTuple):
    name: str
    quantity: Quantity


def add_parts(number: int, text: str, behind: str = "") -> Total | None:
    """Add up the parts that a text gives of a total, and compare.

    The parts come behind 其中 or in brackets, or before the total (合计, 共), each with the classifier of the total.
    Parts that name two halves (男, 女) or a rest (其余) leave nothing out. Others may be only some of the parts if they
    are too few, and may overlap if they are too many.

    Parameters
    ----------
    number : int
        Which of the quantities of the sentence (`find_quantities`) is the total, from 0.
    text : str
        The sentence.
    behind : str, default ""
        The next sentence; it is read if it begins with 其中.

    Returns
    -------
    Total or None
        None if no parts are given.

    Examples
    --------
    >>> add_parts(0, "共20人，其中男12人，女9人。")
    Total(value=21, verdict='does not hold', how='其中男12、女9，合计 21')
    """
    text += behind if behind.startswith("其中") else ""
    quantities = find_quantities(text)
    total = quantities[number]
    if not total.counts or total.counts[0] != total.counts[1] or not total.unit:
        return None
    among = AMONG.match(text, total.end)
    if match := among or BRACKET.match(text, total.end):
        start, end = match.span("parts")
        stop = text.find("；", start, end)
        if stop > 0 and len(_parts(quantities, text, total.unit, start, stop)[0]) > 1:
            end = stop
        parts, vague = _parts(quantities, text, total.unit, start, end)
        return _judge(total, parts, vague, "其中", sure=bool(among))
    if ADDED.search(text[: total.start]):
        start = max(text.rfind(mark, 0, total.start) for mark in "。；") + 1
        parts, vague = _parts(quantities, text, total.unit, start, total.start)
        return _judge(total, parts, vague, "前面", sure=bool(SUMMED.search(text[: total.start])))
    return None


def _parts(quantities: Sequence[Quantity], text: str, unit: str, start: int, end: int) -> tuple[list[_Part], str]:
    """Return the parts between two places, and what makes them vague (等, 约)."""
    blank = ASIDE.sub(lambda match: " " * len(match[0]), text[start:end])
    counted = [
        one
        for one in quantities
        if start <= one.start and one.end <= end and blank[one.start - start : one.end - start].strip()
    ]
    names_behind = bool(counted) and not JOINTS.sub("", text[start : counted[0].start])  # 12人为男性, 8人为女性
    parts, vague, before = list[_Part](), "", start
    for one in counted:
        name = JOINTS.sub("", re.split("[，；]", JOINTS.sub("", text[before : one.start]))[-1])
        if names_behind:
            match = NAMED.match(text, one.end)
            name = match["name"] if match else ""
        if one.unit == unit:
            parts.append(_Part(name, one))
            exact = one.counts and one.counts[0] == one.counts[1]
            vague = vague or one.hedge or ("" if exact else one.stated)
        before = one.end
    if counted and re.match(rf"[{HAN}]{{0,6}}等", text[counted[-1].end : end]):
        vague = "等"
    return parts, vague


def _judge(total: Quantity, parts: list[_Part], vague: str, where: str, *, sure: bool) -> Total | None:
    pair = _halves(parts)
    parts = pair or parts
    if len(parts) < 2 or any(len(part.name) > FEW or not part.name or EACH.search(part.name) for part in parts):
        return None
    said = f"{where}{'、'.join(part.name + part.quantity.stated for part in parts)}"
    if vague:
        return Total(None, "not checkable", f"{said}里有“{vague}”，加不出准数")
    value = sum(part.quantity.counts[0] for part in parts if part.quantity.counts)
    number = total.counts[0] if total.counts else 0
    names = [part.name for part in parts]
    whole = bool(pair) or any(REST.match(name) for name in names) or (sure and where == "前面")
    alike = len(set(names)) == len(names) and any(len({name[place] for name in names}) == 1 for place in (0, -1))
    how = f"{said}，合计 {value}"
    if value == number:
        return Total(value, "holds", how)
    if not sure and not whole:
        return None
    if value < number and not whole:
        return Total(None, "not checkable", f"{how}；可能没有列全")
    return Total(value, "does not hold" if whole or alike else "not reproduced", how)


def _halves(parts: list[_Part]) -> list[_Part]:
    """Return two parts in a row that leave nothing out, none if there are none."""
    for one, other in zip(parts, parts[1:], strict=False):
        for first, second in PAIRS:
            names = one.name, other.name
            if any(first in a and second in b and second not in a and first not in b for a, b in (names, names[::-1])):
                return [one, other]
    return []
