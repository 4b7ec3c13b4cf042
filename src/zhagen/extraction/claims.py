"""Numbers, counts and names a document states, compared with what its own text and tables give."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, TypeAlias

import pandas as pd

from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import Codebook
from zhagen.extraction.enumerations import extract_enumerations
from zhagen.extraction.listings import find_listing, read_sentences
from zhagen.extraction.quantities import CLASSIFIERS, TIMES, Quantity, find_quantities
from zhagen.extraction.readings.records import record_frame
from zhagen.extraction.series import ANNOUNCED, LIST_NOUNS, LIST_UNITS, POINTING, Said
from zhagen.extraction.totals import add_parts
from zhagen.text.numerals import whole_number, written_number

CLAIMS = "claim_id doc_id line what hedge stated unit recomputed verdict how".split()
RANGE = re.compile("[~～–至到-]")
YEARS = re.compile(rf"(\d{{4}}){RANGE.pattern}(\d{{4}})")  # a span, as `find_quantities` gives it
CLOSING = re.compile("(?:小结|结语|总结|结论|引言|概述|说明)$")  # headings that are no member of what was announced
NEAR = 2  # raw lines by which a sentence may continue behind the place of a claim
LEVEL_NAMES = {  # names of levels that mean nothing else
    "聚合维度": "dimension",
    "二阶主题": "theme",
    "一阶概念": "concept",
    "核心范畴": "core_category",
    "主范畴": "main_category",
}
MEASURED = "量来的数，配方里没有重算它的规则"
UNSURE = "约数，不逐个比"
EXAMPLES = "列举以“等”收尾，只是举例，不能拿来比"
UNCLEAR = "旁边的列举有几种断法（因为“和”、逗号、分号或“此外”），断出的个数不同，不能拿来比"
DENIED = "原句否认这个数，或者说不止这个数"
DENIED_COUNT = re.compile(
    "(?:[并绝决而]非|不是|没有|并无|不存在|[未没](?:能|有)?(?:形成|发现|得到|提炼出|包括|包含)|[不何]止|不只|远非)(?:只?有|仅有|是)?$"
)
UNLISTED = "同一句、前后句、后文的编号和次序词、抽取的编码条目里，都没有找到它数的东西"
_Found: TypeAlias = tuple[float | None, str, str]  # recomputed, verdict, how
_Ruled: TypeAlias = tuple[str, float, str, str]  # stated, recomputed, verdict, how


def extract_claims(outline: Outline, recipe: dict[str, Any], codebook: Codebook) -> pd.DataFrame:
    """List every number and count the prose states, each recomputed where the text allows it.

    Claims that a rule of the recipe recomputes come first (`recompute_claims`), then all others (`stated_numbers`) that
    are elsewhere in the text.

    Parameters
    ----------
    outline : Outline
        The outline of the document.
    recipe : dict
        Its recipe.
    codebook : Codebook
        Its codes, for claims about how many there are.

    Returns
    -------
    pandas.DataFrame
        One row a claim: ``claim_id``, ``doc_id`` (str), ``line`` (int, raw line), ``what`` (str, the noun phrase that
        is counted, empty where the grammar does not show it), ``hedge`` (str, such as 近 or 以上), ``stated`` (str,
        as printed), ``unit`` (str), ``recomputed`` (float, missing if the text gives nothing to recompute it from),
        ``verdict`` (``holds`` | ``within rounding`` | ``does not hold`` | ``not reproduced`` | ``not checkable``),
        ``how`` (str, Chinese: what it was compared with, or what was searched).

    Raises
    ------
    ExtractionError
        If the sentence of a rule is not found, or what it finds is no number.
    """
    ruled = recompute_claims(outline, recipe, codebook)
    others = stated_numbers(outline, codebook)
    taken, found = _what_is_said(ruled), _what_is_said(others)
    kept = [not any(said == other and 0 <= line - near <= NEAR for near, other in taken) for line, said in found]
    return pd.concat([ruled, others[kept]], ignore_index=True) if len(ruled) else others


def stated_numbers(outline: Outline, codebook: Codebook | None = None) -> pd.DataFrame:
    """List the numbers with their units, and the counts in words, that the text states (`find_quantities`).

    A total is compared with the sum of its parts (`add_parts`), a count with what the text lists (`find_listing`), else
    with the codes of the level it names, else, before the first heading below its section, with these headings, else,
    if it points back (这三大), with an earlier count of as many. The verdict is ``holds`` if the numbers agree,
    otherwise ``does not hold`` if the list can be of nothing else (numbered clauses, and a count that announces them or
    points to them), and ``not reproduced`` if it may be another list. A list that ends in 等 gives examples: such a
    count is ``not checkable``. A number of years beside a span (2023~2028年五年) is compared with it.

    Parameters
    ----------
    outline : Outline
        The outline of the document.
    codebook : Codebook, optional
        Its codes, for counts that name a level (三大主范畴).

    Returns
    -------
    pandas.DataFrame
        Columns as in `extract_claims`, claims in the order of the text.
    """
    rows: list[tuple[Any, ...]] = []
    judged: _Found | None
    earlier: list[tuple[int, str, Quantity]] = []  # line, section and count of those that hold
    named = set[tuple[str, str, tuple[int, int] | None]]()  # section, noun and number of all counts before
    sentences = read_sentences(outline)
    for place, said in enumerate(sentences):
        if said.heading:
            continue
        quantities = find_quantities(said.text)
        for number, quantity in enumerate(quantities):
            line = said.clean.span(quantity.start, quantity.end)[0]
            if quantity.unit in TIMES:
                judged = _beside_span(quantity, quantities[number - 1] if number else None, said.text)
            else:
                judged = add_parts(number, said.text, sentences[place + 1].text if place + 1 < len(sentences) else "")
                judged = judged or _compared(quantity, sentences, place, codebook)
                judged = judged or _by_headings(quantity, said, outline)
                known = quantity.what and (said.section_id, quantity.what, quantity.counts) in named
                if judged and judged[1] == "does not hold" and known and POINTING.search(said.text[: quantity.start]):
                    judged = None  # 这三大主范畴 points to those, and not to what is listed right before
                judged = judged or _pointing_back(quantity, said, earlier)
            named.add((said.section_id, quantity.what, quantity.counts))
            if judged[1] == "holds":
                earlier.append((line, said.section_id, quantity))
            head = (f"{outline.document.id}-{len(rows) + 1:03d}", outline.document.id, line)
            rows.append((*head, quantity.what, quantity.hedge, quantity.stated, quantity.unit, *judged))
    return pd.DataFrame(rows, columns=CLAIMS).astype({"recomputed": "float64"})


def recompute_claims(outline: Outline, recipe: dict[str, Any], codebook: Codebook | None = None) -> pd.DataFrame:
    """Recompute the claims that the recipe has a rule for.

    A rule recomputes from a table (``sum``, ``over``), from the codes of a level (``codes``), from an enumeration
    (``enumeration``) or from two end values (``growth``: the pattern has the groups start, end, from, to, rate; the
    yearly rate is (end / start) ** (1 / years) - 1).

    Parameters
    ----------
    outline : Outline
        The outline of the document.
    recipe : dict
        Its recipe; the rules are its ``claims``.
    codebook : Codebook, optional
        Its codes; needed by the rule ``codes`` alone.

    Returns
    -------
    pandas.DataFrame
        Columns as in `extract_claims`, one row a rule.

    Raises
    ------
    ExtractionError
        If the sentence of a claim is not found, what its pattern finds is no number, or the numbers allow no result
        (a growth over no year, a division by zero).
    """
    rows = [_ruled(outline, recipe, codebook, entry) for entry in recipe.get("claims", [])]
    return pd.DataFrame(rows, columns=CLAIMS)


def table_totals(outline: Outline, table: dict[str, Any]) -> pd.DataFrame:
    """Sum every column of numbers of a table.

    Parameters
    ----------
    outline : Outline
        The outline of the document.
    table : dict
        The table's entry in the recipe.

    Returns
    -------
    pandas.DataFrame
        One row a column of numbers: ``column`` (str), ``cells`` (int, how many are filled), ``total`` (float).

    Raises
    ------
    ExtractionError
        If the table does not have the form that the recipe says.
    """
    frame = record_frame(outline, table)
    numbers = [column["name"] for column in table["columns"] if "unit" in column]
    rows = [(name, int(frame[name].notna().sum()), round(float(frame[name].sum()), 6)) for name in numbers]
    return pd.DataFrame(rows, columns=["column", "cells", "total"])


def caption_mentions(outline: Outline) -> pd.DataFrame:
    """Compare how sentences name figures and tables (如图 3 所示, 见表 2) with the captions.

    The clause before the label is compared with the caption.

    Parameters
    ----------
    outline : Outline
        The outline of the document.

    Returns
    -------
    pandas.DataFrame
        One row a mention: ``label``, ``caption``, ``clause`` (str), ``shared`` (float, 0..1: share of the caption's
        characters found in order in the clause), ``verdict``, ``line`` (int). The verdict is ``same`` (the clause has
        the whole caption), ``differs`` (it names the same thing in part: shared over a half) or ``no name``.
    """
    rows: list[tuple[object, ...]] = []
    for block in outline.prose():
        for sentence in block.clean.sentences():
            start = 0
            for match in re.finditer(r"[图表]\d+", sentence.text):
                if match[0] not in outline.captions:
                    continue
                clause = re.split(r"[，。；：、（]", sentence.text[start : match.start()])[-1]
                line = sentence.span(match.start(), match.end())[0]
                start = match.end()
                rows.append((match[0], *_compare(outline.captions[match[0]].text, match[0], clause), line))
    columns = ["label", "caption", "clause", "shared", "verdict", "line"]
    return pd.DataFrame(rows, columns=columns)


def _what_is_said(claims: pd.DataFrame) -> list[tuple[int, tuple[str, str]]]:
    """Return the line of each claim, and its number (the lower one of a range) with the first character of its unit."""
    columns = (claims[name].tolist() for name in ("line", "stated", "unit"))
    return [(line, (RANGE.split(stated)[0], unit[:1])) for line, stated, unit in zip(*columns, strict=True)]


def _compare(caption: str, label: str, clause: str) -> tuple[str, str, float, str]:
    title = caption.removeprefix(label)
    clause = re.sub(r"(编码举例|示例|详?见|提出|如)+$", "", clause)
    blocks = SequenceMatcher(None, title, clause, autojunk=False).get_matching_blocks()
    shared = sum(block.size for block in blocks) / max(len(title), 1)
    verdict = "same" if title in clause else "differs" if shared > 0.5 else "no name"
    return title, clause, round(shared, 2), verdict


def _compared(quantity: Quantity, sentences: Sequence[Said], place: int, codebook: Codebook | None) -> _Found | None:
    """Compare a count with what is listed beside it, or with the codes of its level; None if there is neither."""
    if not quantity.counts:
        return None
    low, high = quantity.counts
    if DENIED_COUNT.search(sentences[place].text[: quantity.start]):
        return None, "not checkable", DENIED
    listing = find_listing(quantity, sentences, place)
    if listing and not listing.whole:
        return None, "not checkable", EXAMPLES
    if listing and not listing.clear and not low <= listing.size <= high:
        return None, "not checkable", UNCLEAR
    if listing and (listing.sure or low <= listing.size <= high):
        wrong = "does not hold" if listing.certain else "not reproduced"
        return listing.size, "holds" if low <= listing.size <= high else wrong, listing.how
    level = LEVEL_NAMES.get(next((name for name in LEVEL_NAMES if quantity.what.endswith(name)), ""))
    labels = list(codebook.level(level).label) if codebook and level else []
    if not labels:
        return None
    verdict = "holds" if low <= len(labels) <= high else "not reproduced"
    return len(labels), verdict, f"抽取所得：{'、'.join(labels)}"


def _by_headings(quantity: Quantity, said: Said, outline: Outline) -> _Found | None:
    """Compare a count that comes before the first heading below its section with all these headings."""
    below = [s for s in outline.section_list if s.parent_id == said.section_id and s.title]
    if not quantity.counts or len(below) < 2 or said.clean.span()[1] >= below[0].line_start:
        return None
    titles = [section.title for section in below if not CLOSING.search(section.title)]
    low, high = quantity.counts
    how = f"下面的小标题有 {len(titles)} 个（第 {below[0].line_start} 行起）"
    named = quantity.unit in LIST_UNITS or bool(quantity.what) and all(quantity.what in title for title in titles)
    if not named and not LIST_NOUNS.search(quantity.what):
        return None
    if low <= len(titles) <= high:
        return len(titles), "holds", how
    announced = ANNOUNCED.search(said.text[: quantity.start]) or ANNOUNCED.search(said.text[quantity.end :])
    return (len(titles), "not reproduced", how) if announced and titles else None


def _pointing_back(quantity: Quantity, said: Said, earlier: Sequence[tuple[int, str, Quantity]]) -> _Found:
    """Compare a count that points back (这三大) with the last count in its section, and say why nothing else is."""
    if not quantity.counts:
        return None, "not checkable", UNSURE if quantity.hedge and quantity.unit in CLASSIFIERS.split("|") else MEASURED
    if POINTING.search(said.text[: quantity.start]):
        for line, section_id, other in reversed(earlier):
            if section_id == said.section_id and other.counts == quantity.counts:
                printed = f"{other.stated}{other.unit}{other.what}"
                return quantity.counts[0], "holds", f"承接第 {line} 行的“{printed}”，那里相符"
    return None, "not checkable", UNLISTED


def _beside_span(quantity: Quantity, before: Quantity | None, text: str) -> _Found:
    """Compare a number of years with the span right before it: 2023~2028年五年."""
    beside = before and before.unit == "年" and text[before.end : quantity.start].strip("，的这") == ""
    span = YEARS.fullmatch(before.stated) if before and beside else None
    if quantity.unit != "年" or not span or not quantity.counts:
        return None, "not checkable", MEASURED
    years = [int(year) for year in span.groups()]
    passed = years[1] - years[0]
    verdict = "holds" if passed in (quantity.counts[0], quantity.counts[0] - 1) else "not reproduced"
    return passed, verdict, f"{years[0]} 年到 {years[1]} 年相隔 {passed} 年"


def _ruled(
    outline: Outline, recipe: dict[str, Any], codebook: Codebook | None, entry: dict[str, Any]
) -> tuple[object, ...]:
    pattern = re.compile(entry["pattern"])
    found = ((block, match) for block in outline.prose() if (match := pattern.search(block.text)))
    block, match = next(found, (None, None))
    if block is None or match is None:
        raise ExtractionError(
            f"the sentence of the claim {entry['id']} is not found",
            outline.document.where(1, len(outline.document.lines)),
            "compare the claim's pattern in the recipe with the text",
        )
    lines = block.clean.span(match.start(), max(match.end(), match.start() + 1))
    rule = next(_RULES[name] for name in _RULES if name in entry["recompute"])
    try:
        said, value, verdict, how = rule(outline, recipe, codebook, entry, match)
    except (ValueError, ArithmeticError) as error:
        raise ExtractionError(
            f"the claim {entry['id']} cannot be recomputed from {match[0]!r}: {error}",
            outline.document.where(*lines),
            "compare the groups of its pattern in the recipe with the text",
        ) from error
    if "assuming" in entry:
        how = f"{how}；假定{entry['assuming']}"
    head = (f"{outline.document.id}-{entry['id']}", outline.document.id, lines[0], entry["what"], "")
    return (*head, said, entry.get("unit", ""), value, verdict, how)


def _by_table(
    outline: Outline, recipe: dict[str, Any], codebook: Codebook | None, entry: dict[str, Any], match: re.Match[str]
) -> _Ruled:
    rule = entry["recompute"]
    table = next(table for table in recipe["tables"] if table["label"] == rule["table"])
    sums = table_totals(outline, table).set_index("column").total
    printed = {column["name"]: column["header"] for column in table["columns"]}
    lacking = [rule[key] for key in ("sum", "over") if key in rule and rule[key] not in sums]
    if lacking:
        raise ValueError(f"{rule['table']} has no column of numbers {lacking[0]}")
    value, how = sums[rule["sum"]], f"{rule['table']}“{printed[rule['sum']]}”合计 {written_number(sums[rule['sum']])}"
    if "over" in rule:
        if not sums[rule["over"]]:
            raise ZeroDivisionError(f"the column {rule['over']} adds up to 0")
        value, how = (
            value / sums[rule["over"]],
            f"{how}，除以“{printed[rule['over']]}”合计 {written_number(sums[rule['over']])}",
        )
    low, high = float(match["low"]), float(match["high"])
    verdict = "holds" if low <= value <= high else "does not hold"
    said = match["low"] if low == high else f"{match['low']}-{match['high']}"
    return said, round(value, 3), verdict, how


def _by_codes(
    outline: Outline, recipe: dict[str, Any], codebook: Codebook | None, entry: dict[str, Any], match: re.Match[str]
) -> _Ruled:
    rule = entry["recompute"]
    if codebook is None:
        raise ValueError("the codes were not given")
    codes = codebook.level(rule["codes"])
    codes = codes[codes.parent_id != ""] if rule.get("with_parent") else codes
    verdict = "holds" if len(codes) == _number(match["count"]) else "does not hold"
    return match["count"], float(len(codes)), verdict, f"抽取所得：{'、'.join(codes.label)}"


def _by_enumeration(
    outline: Outline, recipe: dict[str, Any], codebook: Codebook | None, entry: dict[str, Any], match: re.Match[str]
) -> _Ruled:
    found = extract_enumerations(outline, recipe)
    found = found[found.enumeration == entry["recompute"]["enumeration"]]
    verdict = "holds" if len(found) == _number(match["count"]) else "does not hold"
    return match["count"], float(len(found)), verdict, f"句中列出：{'、'.join(found.label)}"


def _by_growth(
    outline: Outline, recipe: dict[str, Any], codebook: Codebook | None, entry: dict[str, Any], match: re.Match[str]
) -> _Ruled:
    start, end, rate = (match[name] for name in ("start", "end", "rate"))
    years = _number(match["to"]) - _number(match["from"])
    if years < 1 or float(start) <= _half(start) or float(end) <= _half(end):
        raise ValueError(f"{years} years from {start} to {end} have no yearly rate")
    low, value, high = (
        100 * ((float(end) + sign * _half(end)) / (float(start) - sign * _half(start))) ** (1 / years) - 100
        for sign in (-1, 0, 1)
    )
    same = f"{value:.{len(rate.partition('.')[2])}f}" == rate
    how = f"{years} 年从 {start} 到 {end}；两端四舍五入允许 {low:.1f} 至 {high:.1f}"
    allowed = low <= float(rate) + _half(rate) and float(rate) - _half(rate) <= high  # 3.50 allows less than 3.5
    verdict = "holds" if same else "within rounding" if allowed else "not reproduced"
    return rate, round(value, 2), verdict, how


def _number(said: str) -> int:
    number = whole_number(said)
    if number is None:
        raise ValueError(f"{said!r} is no whole number")
    return number


def _half(printed: str) -> float:
    """Return half a unit of the last printed digit."""
    return 0.5 * 10 ** -len(printed.partition(".")[2])


_RULES = {"table": _by_table, "codes": _by_codes, "enumeration": _by_enumeration, "growth": _by_growth}
