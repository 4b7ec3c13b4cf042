"""Sheets of the labs: rows that a reader types into a cell, with remarks on their form, never on the judgement.

A row is one line, its cells apart by ``|``. Whatever is typed, nothing raises: what cannot be used is left out, and a
remark in Chinese says in which row, what was found, and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import pandas as pd

from zhagen.figures import theme
from zhagen.study import place_quotes
from zhagen.vocabulary import STATUSES

if TYPE_CHECKING:
    from zhagen.study import Study

PARADIGM = ("place", "label", "quote", "mark")
STRUCTURE = ("dimension", "theme", "concept", "slips")
MECHANISM = ("source", "target", "relation", "status", "evidence", "rival")
PLACES = {  # what readers write -> the cell of the paradigm
    "现象": "现象",
    "条件": "条件",
    "因果条件": "条件",
    "脉络": "条件",
    "中介条件": "条件",
    "行动": "行动",
    "行动与互动": "行动",
    "行动与互动策略": "行动",
    "结果": "结果",
}
MARKS = ("说", "后", "推")
STATED = {"原文写明": "printed", "写明": "printed", "转述对应": "mapped", "转述": "mapped", "推断": "inferred"}
NO_THEME, NO_DIMENSION = "（没有归进主题）", "（未升）"
EDGES = "“”‘’「」『』\"'"
LISTED = 16  # slips left out that a remark names
LEAST = 4  # characters that must agree before a place of the material is named as the likely one


@dataclass(frozen=True, repr=False)
class Worksheet:
    """What a reader typed, as a table, and what is to be done about its form.

    Attributes
    ----------
    rows : pandas.DataFrame
        The rows that can be used; ``row`` is the number of the line.
    remarks : list of str
        One sentence each; empty where the form is in order.
    """

    rows: pd.DataFrame
    remarks: list[str]

    def __repr__(self) -> str:
        return "\n".join(self.remarks) or "形式上没有要改的。"

    def _repr_markdown_(self) -> str:
        if not self.remarks:
            return "> 形式上没有要改的。内容要你自己问。"
        return "\n".join(f"> {number}. {_plain(remark)}" for number, remark in enumerate(self.remarks, 1))


class _Quote(NamedTuple):
    """Where words are: `problem` says why there is no place."""

    source_id: str = ""
    turn: int = 0
    speaker: str = ""
    start: int = 0
    end: int = 0
    problem: str = ""


def paradigm_sheet(study: Study, text: str, sources: str | Sequence[str]) -> Worksheet:
    """Read a paradigm that a reader typed: one line ``cell | label | quotation | mark``.

    A line whose label begins with 空 says that the cell has no material, and what to look for.

    Parameters
    ----------
    study : Study
        The study whose words are quoted.
    text : str
        The lines.
    sources : str or sequence of str
        The source or sources that may be quoted.

    Returns
    -------
    Worksheet
        Rows with ``row``, ``place`` (现象, 条件, 行动, 结果), ``label``, ``quote``, ``mark`` (说, 后, 推),
        ``source_id``, ``turn``, ``speaker``, ``start``, ``end``: those whose quotation is in the material. The remarks
        say which cells are not known, which quotations are not found or not said by a participant, which cells are
        empty, and what is used in two cells.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> sheet = paradigm_sheet(practice_study(), "条件 | 赶不上 | 有的娃儿赶不嬴 | 说", "I15")
    >>> print(sheet.remarks[0])
    第 1 行：“有的娃儿赶不嬴”在材料里找不到；最像的一段在 I15 第 10 轮：“有的娃儿赶不”，照原文抄。
    """
    lines, remarks = _lines(text, PARADIGM)
    allowed = [sources] if isinstance(sources, str) else list(sources)
    known = [one for one in allowed if one in study.texts]
    remarks += [f"没有编号是“{one}”的材料，看 study.sources。" for one in allowed if one not in known]
    rows, places = [], []
    for number, cells in lines:
        place = PLACES.get(cells["place"], "")
        if not place:
            named = f"格名“{cells['place']}”不认得" if cells["place"] else "没有写格名"
            remarks.append(f"第 {number} 行：{named}，写现象、条件、行动、结果里的一个。")
        places.append(place)
        if cells["label"].startswith("空"):
            continue
        if not cells["label"]:
            remarks.append(f"第 {number} 行：没有标签，看看这几个字里谁做了什么。")
        if cells["mark"] not in ("", *MARKS):
            remarks.append(f"第 {number} 行：记号“{cells['mark']}”不认得，写说、后、推，或者空着。")
        found = _find(study, cells["quote"], known)
        if found.problem:
            remarks.append(f"第 {number} 行：{found.problem}")
            continue
        rows.append({"row": number, **cells, "place": place, **found._asdict()})
    table = pd.DataFrame(rows, columns=["row", *PARADIGM, *_Quote._fields]).drop(columns="problem")
    return Worksheet(table, remarks + _paradigm_remarks(table, places))


def structure_sheet(slips: pd.DataFrame, text: str) -> Worksheet:
    """Read a data structure that a reader typed: one line ``dimension | theme | concept | slips``.

    Parameters
    ----------
    slips : pandas.DataFrame
        The open labels: ``label_id`` and ``who`` (who said it).
    text : str
        The lines, one a concept; the ids of the slips apart by blanks or 、. A dimension or theme may be empty.

    Returns
    -------
    Worksheet
        Rows for `gioia_codebook`: ``code_id``, ``concept``, ``theme``, ``dimension`` (a word in
        brackets where the reader left them open), ``slips`` (list of str), ``people`` (int). One row at least, so that
        there is something to draw. The remarks say which slips are not known, used twice or left out, and where a
        concept has one person only, a theme one concept only.

    Examples
    --------
    >>> slips = pd.DataFrame({"label_id": ["壬一", "卯一", "卯二"], "who": ["壬", "卯", "卯"]})
    >>> sheet = structure_sheet(slips, "| 先亮短处 | 拍最差的一页 | 壬一 卯一 卯九")
    >>> sheet.rows[["concept", "dimension", "people"]].values.tolist()
    [['拍最差的一页', '（未升）', 2]]
    >>> print(sheet)
    第 1 行：没有“卯九”这张纸条。
    主题“先亮短处”只有一个概念：再找一个，或者这一支就停在概念。
    没有归进来的 1 张：卯二。各写一句因为什么。
    """
    lines, remarks = _lines(text, STRUCTURE)
    lines = [(number, _drawable(cells, number, remarks)) for number, cells in lines]
    who = dict(zip(slips["label_id"], slips["who"], strict=True))
    rows: dict[str, dict[str, object]] = {}
    above = {NO_THEME: NO_DIMENSION}
    for _, cells in lines:
        if cells["theme"] and cells["dimension"]:
            above.setdefault(cells["theme"], cells["dimension"])
    used: dict[str, str] = {}
    for number, cells in lines:
        concept, named = cells["concept"], [one for one in re.split(r"[\s、，,;；]+", cells["slips"]) if one]
        if not concept:
            remarks.append(f"第 {number} 行：没有概念的名字，这一行先不画。")
            continue
        if concept in rows:
            remarks.append(f"第 {number} 行：概念“{concept}”前面写过了，这一行没有读；纸条并到前面那一行。")
            continue
        mine = []
        for one in dict.fromkeys(named):
            if one not in who:
                remarks.append(f"第 {number} 行：没有“{one}”这张纸条。")
            elif one in used:
                remarks.append(f"第 {number} 行：“{one}”已经在“{used[one]}”里，真有两件事，就把纸条抄成两张再分。")
            else:
                used[one] = concept
                mine.append(one)
        if not mine:
            remarks.append(f"第 {number} 行：概念“{concept}”下面没有一张纸条。")
        theme_name = cells["theme"] or NO_THEME
        dimension = above.get(theme_name, NO_DIMENSION)
        if cells["dimension"] not in ("", dimension):
            where = f"主题“{theme_name}”已经归在“{dimension}”" if cells["theme"] else "有维度，没有主题"
            remarks.append(f"第 {number} 行：{where}，图上归在“{dimension}”。")
        row = {"code_id": f"k{number}", "concept": concept, "theme": theme_name, "dimension": dimension}
        rows[concept] = row | {"slips": mine, "people": len({who[one] for one in mine})}
    columns = ["code_id", "concept", "theme", "dimension", "slips", "people"]
    table = pd.DataFrame(list(rows.values()), columns=columns)
    remarks += _structure_remarks(table, [one for one in slips["label_id"] if one not in used])
    if table.empty:
        table = pd.DataFrame([("k0", "还没有写", NO_THEME, NO_DIMENSION, [], 0)], columns=columns)
    return Worksheet(table, remarks)


def mechanism_sheet(study: Study, text: str) -> Worksheet:
    """Read a mechanism model that a reader typed: one line ``from | to | relation | status | evidence | rival``.

    Parameters
    ----------
    study : Study
        The study whose words are evidence.
    text : str
        The lines, one an arrow. A minus at the end of the relation makes the arrow negative. Status: 原文写明, 转述对应
        or 推断. Evidence: ids of codings, with or without the coder before them (``I05-04``), or ``I05：the words``;
        several apart by ``；``.

    Returns
    -------
    Worksheet
        Rows for `draw_mechanism`: ``row``, ``source``, ``target``, ``relation``, ``sign``, ``status``, ``evidence``
        (list of str), ``voices`` (sources that the evidence is from), ``rival``. An arrow that says it has evidence,
        of which none is found, is ``inferred``. One row at least, so that there is something to draw. The remarks say
        which ends, statuses, pieces of evidence and rival explanations are missing, what is evidence twice, which
        boxes are no codes of the study, and where arrows form a circle.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> sheet = mechanism_sheet(practice_study(), "没人应声 | 认群 | 使人离开- | 转述 | I05-04；I99-01 | 路远")
    >>> sheet.rows[["sign", "status", "voices"]].values.tolist()
    [['-', 'mapped', 1]]
    >>> print(sheet)
    第 1 行：凭据“I99-01”找不到，写卡片上的号，或者写“材料编号：原话”。
    """
    lines, remarks = _lines(text, MECHANISM)
    lines = [(number, _drawable(cells, number, remarks)) for number, cells in lines]
    cards = _cards(study)
    rows: list[dict[str, object]] = []
    for number, cells in lines:
        ends = cells["source"], cells["target"]
        if not all(ends):
            remarks.append(f"第 {number} 行：箭头缺一头，这一支先不画。")
            continue
        if ends[0] == ends[1]:
            remarks.append(f"第 {number} 行：两头都是“{ends[0]}”，这一支先不画。")
            continue
        if ends in {(row["source"], row["target"]) for row in rows}:
            remarks.append(f"第 {number} 行：从“{ends[0]}”到“{ends[1]}”前面有一支了，并成一支，凭据写在一起。")
        evidence, voices = _evidence(study, cells["evidence"], cards, number, remarks)
        status = _status(cells["status"], bool(evidence), number, remarks)
        relation = cells["relation"].rstrip("-－−—")
        rows.append(
            {
                "row": number,
                "source": ends[0],
                "target": ends[1],
                "relation": relation.strip(),
                "sign": "-" if relation != cells["relation"] else "+",
                "status": status,
                "evidence": evidence,
                "voices": len(voices),
                "rival": cells["rival"],
            }
        )
    columns = ["row", "source", "target", "relation", "sign", "status", "evidence", "voices", "rival"]
    table = pd.DataFrame(rows, columns=columns)
    remarks += _mechanism_remarks(table, set(study.codebook.labels().values()))
    if table.empty:
        table = pd.DataFrame([(0, "这里还没有", "一支箭头", "", "+", "inferred", [], 0, "")], columns=columns)
    return Worksheet(table, remarks)


def codes_beside(
    study: Study, rows: pd.DataFrame, *, coder: str | None = None, level: str | None = None
) -> pd.DataFrame:
    """Find, for each quotation of a reader, the study's codes at these words.

    Parameters
    ----------
    study : Study
        The study.
    rows : pandas.DataFrame
        ``source_id`` and ``quote``, such as the rows of `paradigm_sheet`; further columns are kept.
    coder : str, optional
        Whose codes; without it, the consensus.
    level : str, optional
        Codes of this level count for those below them, such as ``theme`` in a study of `gioia_study`.

    Returns
    -------
    pandas.DataFrame
        The rows with ``theirs``: labels of the codes whose quotation shares a character with this one, joined by 、;
        empty where the words are not coded or not in the source.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> rows = pd.DataFrame([("I15", "有个本本"), ("I15", "阿姨")], columns=["source_id", "quote"])
    >>> codes_beside(practice_study(), rows).theirs.tolist()
    ['出面兜着', '']
    """
    coded = study.quotations(coder=coder, level=level)
    theirs = []
    for source_id, quote in zip(rows["source_id"], rows["quote"], strict=True):
        start = study.texts.get(source_id, "").find(quote) if quote else -1
        there = coded[(coded.source_id == source_id) & (coded.start < start + len(quote)) & (coded.end > start)]
        theirs.append("、".join(dict.fromkeys(there.label)) if start >= 0 else "")
    return rows.assign(theirs=theirs)


def _lines(text: str, names: Sequence[str]) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    """Return the lines that are not blank as cells, numbered from 1, and remarks on lines with too many cells."""
    rows, remarks = [], []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), 1):
        cells = [cell.strip() for cell in re.split(r"[|｜\t]", line)]
        if len(cells) > len(names):
            left_out = "、".join(f"“{cell}”" for cell in cells[len(names) :] if cell)
            remarks += [f"第 {number} 行：多了一格，{left_out}没有读。"] if left_out else []
        cells += [""] * (len(names) - len(cells))
        rows.append((number, dict(zip(names, cells, strict=False))))
    return rows, remarks or ([] if rows else ["还没有写一行。"])


def _find(study: Study, quote: str, sources: Iterable[str]) -> _Quote:
    """Find words in one of some sources: `place_quotes` says where, this says why not."""
    if not quote:
        return _Quote(problem="没有原话；找不到，就把标签写成“空：去问谁”。")
    sources = list(sources)
    for words in dict.fromkeys([quote, quote.strip(EDGES)]):
        places = {one: study.texts[one].count(words) for one in sources if words and words in study.texts[one]}
        if not places:
            continue
        if sum(places.values()) > 1:
            return _Quote(problem=f"“{words}”在材料里有 {sum(places.values())} 处，多抄几个字。")
        (source_id,) = places
        row = {"source_id": source_id, "code_id": "", "quote": words, "coder": ""}
        placed = place_quotes(study.texts, pd.DataFrame([row])).iloc[0]
        turn = _turn(study, source_id, placed.start)
        if turn is None:
            return _Quote(problem=f"“{words}”是题头里的字，不是谁说的话。")
        if turn.role == "interviewer":
            return _Quote(problem=f"“{words}”是访谈者的话（{source_id} 第 {turn.turn} 轮），看下一轮他怎样答。")
        return _Quote(source_id, int(turn.turn), turn.speaker, int(placed.start), int(placed.end))
    return _Quote(problem=f"“{quote}”在材料里找不到；{_nearest(study, quote, sources)}照原文抄。")


def _nearest(study: Study, quote: str, sources: Iterable[str]) -> str:
    """Name the longest stretch of the sources that is in the quotation too, with its place."""
    best, where = "", ""
    for one in sources:
        text = study.texts[one]
        match = SequenceMatcher(None, text, quote, autojunk=False).find_longest_match()
        turn = _turn(study, one, match.a)
        if match.size > max(len(best), LEAST - 1) and turn is not None:
            best, where = text[match.a : match.a + match.size], f"{one} 第 {turn.turn} 轮"
    return f"最像的一段在 {where}：“{best}”，" if best else ""


def _turn(study: Study, source_id: str, place: int) -> pd.Series | None:
    turns = study.turns(source_id)
    inside = turns[(turns.start <= place) & (place < turns.end)]
    return None if inside.empty else inside.iloc[0]


def _paradigm_remarks(table: pd.DataFrame, places: list[str]) -> list[str]:
    remarks = []
    if places.count("现象") > 1:
        remarks.append(f"现象有 {places.count('现象')} 行；一张范式只围着一件事，另一件另填一张。")
    for place in dict.fromkeys(PLACES.values()):
        if place not in places:
            remarks.append(f"{place}一格没有一行；没有材料，就写一行“{place} | 空：去问谁，查什么”。")
    for name, what in (("label", "标签"), ("quote", "原话")):
        cells = table[table[name] != ""].groupby(name, sort=False).place.unique()
        for words, several in cells[cells.map(len) > 1].items():
            joined = "和".join(several)
            remarks.append(f"{what}“{words}”在{joined}两格都有：哪一个字叫它放在那里？真有两件事，剪成两张。")
    return remarks


def _structure_remarks(table: pd.DataFrame, left: list[str]) -> list[str]:
    remarks = []
    alone = table[table.people == 1]
    if len(alone):
        remarks.append(f"只有一个人说过的概念：{'、'.join(alone.concept)}。可以留，图注里写明。")
    for name, below, what in (("theme", "concept", "概念"), ("dimension", "theme", "主题")):
        for one, count in table.groupby(name, sort=False)[below].nunique().items():
            if count == 1 and one not in (NO_THEME, NO_DIMENSION):
                kind = "主题" if name == "theme" else "维度"
                remarks.append(f"{kind}“{one}”只有一个{what}：再找一个，或者这一支就停在{what}。")
    if left:
        named = "、".join(left[:LISTED]) + ("……" if len(left) > LISTED else "")
        remarks.append(f"没有归进来的 {len(left)} 张：{named}。各写一句因为什么。")
    return remarks


def _mechanism_remarks(table: pd.DataFrame, labels: set[str]) -> list[str]:
    remarks = []
    silent = table[table.rival == ""]
    if len(silent):
        rows = "、".join(map(str, silent.row))
        remarks.append(f"第 {rows} 行没有竞争解释：不要这支箭头，这段话还能怎样讲？")
    ends = dict.fromkeys([*table.source, *table.target])
    new = [end for end in ends if end not in labels]
    if new:
        remarks.append(f"编码本里没有的名字：{'、'.join(new)}。是你新立的，各写一行定义；是笔误，照编码本改。")
    twice = table.explode("evidence").dropna(subset="evidence")
    for one, count in twice.evidence.value_counts(sort=False).items():
        if count > 1:
            remarks.append(f"“{one}”给 {count} 支箭头作证：它真说了 {count} 个关系吗？")
    circle = _circle(table)
    if circle:
        remarks.append(f"箭头连成了一圈：{' → '.join(circle)}。有没有一份材料从头到尾走完这一圈？")
    return remarks


def _circle(table: pd.DataFrame) -> list[str]:
    try:
        arrows = nx.find_cycle(nx.DiGraph(list(zip(table.source, table.target, strict=True))))
    except nx.NetworkXException:  # no circle, or no arrow at all
        return []
    return [arrows[0][0], *(end for _, end in arrows)]


def _cards(study: Study) -> dict[str, str]:
    """Ids of codings as a reader may write them, with or without the coder -> their source; the consensus is meant."""
    coded = pd.concat([study.codings[["coding_id", "source_id"]], study.quotations()[["coding_id", "source_id"]]])
    ids = dict(zip(coded.coding_id, coded.source_id, strict=True))
    return {one.partition("-")[2]: source for one, source in ids.items()} | ids


def _evidence(
    study: Study, cell: str, cards: dict[str, str], number: int, remarks: list[str]
) -> tuple[list[str], set[str]]:
    """Return the pieces of evidence that are found, and the sources that they are from."""
    found: dict[str, str] = {}
    for piece in (piece.strip() for piece in re.split("[;；]", cell) if piece.strip()):
        card = re.sub("[‐‑–－−]", "-", piece)  # a page prints ids with a hyphen that does not break
        source_id, _, words = piece.replace("：", ":").partition(":")
        if card in cards:
            found[card] = cards[card]
        elif words and source_id.strip() in study.texts:
            place = _find(study, piece[len(source_id) + 1 :].strip(), [source_id.strip()])
            remarks += [f"第 {number} 行：{place.problem}"] if place.problem else []
            found |= {} if place.problem else {piece: place.source_id}
        else:
            remarks.append(f"第 {number} 行：凭据“{piece}”找不到，写卡片上的号，或者写“材料编号：原话”。")
    return list(found), set(found.values())


def _status(cell: str, evidence: bool, number: int, remarks: list[str]) -> str:
    status = STATED.get(cell, cell if cell in set(STATED.values()) else "")
    if not status:
        named = f"状态“{cell}”不认得" if cell else "没有写状态"
        remarks.append(f"第 {number} 行：{named}，写原文写明、转述对应或推断；图上先按推断画。")
        return "inferred"
    if status != "inferred" and not evidence:
        remarks.append(f"第 {number} 行：写了{STATUSES[status]}，却没有找得到的凭据；图上先按推断画。")
        return "inferred"
    if status == "inferred" and evidence:
        remarks.append(f"第 {number} 行：写了推断，又有凭据；那段话说的是这个关系，改成写明或转述，不是，就拿掉。")
    return status


def _drawable(cells: dict[str, str], number: int, remarks: list[str]) -> dict[str, str]:
    """Return the cells with a circle for each character that the font of the figures lacks."""
    missing = [char for char in dict.fromkeys("".join(cells.values())) if not theme.has_glyph(char)]
    if missing:
        remarks.append(f"第 {number} 行：图上的字体没有“{''.join(missing)}”，画成了〇。")
    shown = str.maketrans(dict.fromkeys(missing, "〇"))
    return {name: cell.translate(shown) for name, cell in cells.items()}


def _plain(text: str) -> str:
    """Escape what Markdown would read as markup in what a reader typed."""
    return re.sub(r"([\\*_`<>\[\]#~$])", r"\\\1", text)
