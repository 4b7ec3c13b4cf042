"""Numbers, counts and names a document states, compared with what its own text and tables give."""

import re
from difflib import SequenceMatcher
from typing import Any, TypeAlias

import pandas as pd

from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import Codebook
from zhagen.extraction.enumerations import extract_enumerations, split_labels
from zhagen.extraction.readings.records import record_frame
from zhagen.text.numerals import whole_number

CLAIMS = "claim_id line what stated unit recomputed verdict how".split()
CLASSIFIERS = "方面|维度|环节|层面|阶段|个|大|项|家|类|种|条|环"
UNITS = "万亿美元|亿美元|亿元|万单|万字|小时|个月|分钟|%|倍|余家|家|名|项|个|年|月|日|W|元|V|单"
DIGITS = rf"(?P<number>\d+(?:\.\d+)?(?:[~～-]\d+(?:\.\d+)?)?)(?:多|余)?(?P<unit>{UNITS}|大(?=[环行]))?"
NUMERALS = rf"(?P<count>[二两三四五六七八九十]+)(?P<class>{CLASSIFIERS})(?P<noun>[^，。；：、（）“”\d\0的和与]{{0,6}})"
SKIPPED = re.compile(
    r"（[^（）]*\d{4}[^（）]*）|（\d{4}）|\[[\d,\s-]+\]|<sup>.*?</sup>|[图表]\d+|（\d{1,2}）|[A-Za-z]+\d+[A-Za-z\d]*"
)
RANGE = re.compile("[~～-]")
NEAR = 2  # raw lines by which a sentence may continue behind the place of a claim
MARKS = "①②③④⑤⑥⑦⑧⑨"
_Found: TypeAlias = tuple[str, str, str, float | None, str, str]  # what, stated, unit, recomputed, verdict, how
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
        One row a claim: ``claim_id`` (str), ``line`` (int, raw line), ``what`` (str, what is counted), ``stated`` (str,
        as printed), ``unit`` (str), ``recomputed`` (float, missing if the text gives nothing to recompute it from),
        ``verdict`` (``holds`` | ``does not hold`` | ``not reproduced`` | ``not checkable``), ``how`` (str, Chinese).

    Raises
    ------
    ExtractionError
        If the sentence of a rule is not found, or what it finds is no number.
    """
    ruled = recompute_claims(outline, recipe, codebook)
    others = stated_numbers(outline)
    taken, found = _what_is_said(ruled), _what_is_said(others)
    kept = [not any(said == other and 0 <= line - near <= NEAR for near, other in taken) for line, said in found]
    return pd.concat([ruled, others[kept]], ignore_index=True) if len(ruled) else others


def stated_numbers(outline: Outline) -> pd.DataFrame:
    """List the numbers with their units, and the counts in words, that the prose states.

    A count is compared with the enumeration beside it: marks ①②③ after it, labels before it (甲、乙和丙三大环节) or
    after a colon. The verdict is ``holds`` if there are as many (or, for a range such as 3~5, as many as it allows);
    otherwise it is ``not reproduced``, for the enumeration may be another one. A count that is no whole number is not
    checked. Years, citations, figure numbers and names of products are no claims.

    Parameters
    ----------
    outline : Outline
        The outline of the document.

    Returns
    -------
    pandas.DataFrame
        Columns as in `extract_claims`, claims in the order of the text.
    """
    rows: list[tuple[object, ...]] = []
    for block in outline.prose():
        for sentence in block.clean.sentences():
            blank = SKIPPED.sub(lambda match: "\0" * len(match[0]), sentence.text)
            for match in re.finditer(f"{DIGITS}|{NUMERALS}", blank):
                found = _claim_of(sentence.text, match)
                if found:
                    rows.append((f"{outline.document.id}-{len(rows) + 1:03d}", sentence.span(*match.span())[0], *found))
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


def _claim_of(text: str, match: re.Match[str]) -> _Found | None:
    """Return the claim of one match, or None if it is no claim."""
    if match["number"]:
        unit = match["unit"] or ""
        if unit in ("年", "月", "日") and re.fullmatch(r"(19|20)\d\d|\d{1,2}", match["number"]) or not unit:
            return None
        what = re.split(r"[，。；：（“”,、]", text[: match.start()])[-1][-10:]
        if unit != "大":
            return _judge(what, match["number"], unit, None, 0)
        return _judge(what, match["number"], unit, _allowed(match["number"]), _before(text, match.start()))
    number = whole_number(match["count"])
    what = (match["class"] + match["noun"]).removeprefix("个").removeprefix("大")
    beside = (_marks(text, match.end()), _chain(text, match.span()))
    listed = max(beside) or _before(text, match.start(), number) or _after(text, match.end(), number)
    return _judge(what, match["count"], match["class"], range(number, number + 1) if number else None, listed)


def _allowed(said: str) -> range | None:
    """Return the counts that a printed number (3) or range (3~5) allows; None if it counts nothing (3.5)."""
    ends = [whole_number(part) for part in RANGE.split(said)]
    low, high = ends[0], ends[-1]
    return None if low is None or high is None else range(low, high + 1)


def _judge(what: str, said: str, unit: str, allowed: range | None, listed: int) -> _Found:
    if not allowed or not listed:
        return what, said, unit, None, "not checkable", "文中没有可以据以重算的数或列举"
    verdict = "holds" if listed in allowed else "not reproduced"
    return what, said, unit, listed, verdict, f"同一句里列举了 {listed} 项"


def _marks(text: str, end: int) -> int:
    return sum(mark in text[end:] for mark in MARKS)


def _chain(text: str, span: tuple[int, int]) -> int:
    """Count the links of a quoted chain “甲-乙-丙” close to a place, 0 for none."""
    chains = re.finditer(r"“([^“”，。]+(?:-[^“”，。]+)+)”", text)
    near = [match for match in chains if match.start() - span[1] < 6 and span[0] - match.end() < 6]
    return len(near[0][1].split("-")) if near else 0


def _before(text: str, start: int, wanted: int | None = None) -> int:
    """Count the labels listed right before a place, 0 for none."""
    clause = re.split(r"[，。；：（）,;:]", text[:start])[-1]
    clause = re.sub(r"等\s*$|的$", "", clause)
    return _count(clause, wanted)


def _after(text: str, end: int, wanted: int | None = None) -> int:
    """Count the labels listed after a colon or 包括 behind a place, 0 for none."""
    match = re.match(r"[^，。；]{0,12}[，]?(?:：|包括|包含|即|分别为)(?P<list>[^。；：]+)", text[end:])
    return _count(re.split("，", match["list"])[0], wanted) if match else 0


def _count(clause: str, wanted: int | None) -> int:
    if "、" not in clause and not re.search("[和与及]", clause):
        return 0
    counts = {len(split_labels(clause, last)) for last in ([], ["以及"], ["和"], ["与"], ["及"])}
    counts.discard(1)
    return wanted if wanted in counts else max(counts, default=0)


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
    head = (f"{outline.document.id}-{entry['id']}", lines[0], entry["what"], said, entry.get("unit", ""))
    return (*head, value, verdict, how)


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
    value, how = sums[rule["sum"]], f"{rule['table']}“{printed[rule['sum']]}”合计 {sums[rule['sum']]:g}"
    if "over" in rule:
        if not sums[rule["over"]]:
            raise ZeroDivisionError(f"the column {rule['over']} adds up to 0")
        value, how = value / sums[rule["over"]], f"{how}，除以“{printed[rule['over']]}”合计 {sums[rule['over']]:g}"
    low, high = float(match["low"]), float(match["high"])
    verdict = "holds" if low <= value <= high else "does not hold"
    return f"{match['low']}-{match['high']}", round(value, 3), verdict, how


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
    return rate, round(value, 2), "holds" if same else "not reproduced", how


def _number(said: str) -> int:
    number = whole_number(said)
    if number is None:
        raise ValueError(f"{said!r} is no whole number")
    return number


def _half(printed: str) -> float:
    """Return half a unit of the last printed digit."""
    return 0.5 * 10 ** -len(printed.partition(".")[2])


_RULES = {"table": _by_table, "codes": _by_codes, "enumeration": _by_enumeration, "growth": _by_growth}
