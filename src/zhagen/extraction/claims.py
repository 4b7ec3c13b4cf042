"""Numbers, counts and names a document states, held against what its own text and tables give."""

import re
from difflib import SequenceMatcher

from zhagen.errors import ExtractionError
from zhagen.extraction.enumerations import extract_enumerations, split_labels
from zhagen.extraction.tables import extract_table
from zhagen.extraction.tables.records import record_rows
from zhagen.text.numerals import whole_number

CLAIMS = "claim_id line what stated unit recomputed verdict how".split()
CLASSIFIERS = "方面|维度|环节|层面|阶段|个|大|项|家|类|种|条|环"
UNITS = "万亿美元|亿美元|亿元|万单|万字|小时|个月|分钟|%|倍|余家|家|名|项|个|年|月|日|W|元|V|单"
DIGITS = rf"(?P<number>\d+(?:\.\d+)?(?:[~～-]\d+(?:\.\d+)?)?)(?:多|余)?(?P<unit>{UNITS}|大(?=[环行]))?"
NUMERALS = rf"(?P<count>[二两三四五六七八九十]+)(?P<class>{CLASSIFIERS})(?P<noun>[^，。；：、（）“”\d\0的和与]{{0,6}})"
SKIPPED = re.compile(
    r"（[^（）]*\d{4}[^（）]*）|（\d{4}）|\[[\d,\s-]+\]|<sup>.*?</sup>|[图表]\d+|（\d{1,2}）|[A-Za-z]+\d+[A-Za-z\d]*"
)
NEAR = 2  # raw lines that a sentence may go on for behind the place of a claim
MARKS = "①②③④⑤⑥⑦⑧⑨"


def extract_claims(outline, recipe, codebook):
    """List every number and count the prose states, each recomputed where the text allows it.

    Claims that a rule of the recipe recomputes come first (`recompute_claims`), then all others (`stated_numbers`) that stand
    elsewhere.

    Returns a data frame: claim_id, line, what, stated, unit, recomputed, verdict (``holds`` | ``does not hold`` |
    ``not reproduced`` | ``not checkable``), how.
    """
    import pandas as pd

    ruled = recompute_claims(outline, recipe, codebook)
    others = stated_numbers(outline)
    taken = [(row.line, row.stated.partition("-")[0], row.unit[:1]) for row in ruled.itertuples()]
    kept = [
        not any(
            (said, unit) == (re.split("[-~]", row.stated)[0], row.unit[:1]) and 0 <= row.line - line <= NEAR
            for line, said, unit in taken
        )
        for row in others.itertuples()
    ]
    return pd.concat([ruled, others[kept]], ignore_index=True) if len(ruled) else others


def stated_numbers(outline):
    """List the numbers with their units, and the counts in words, that the prose states.

    A count is checked against the enumeration beside it: marks ①②③ after it, labels before it (甲、乙和丙三大环节) or
    after a colon. It ``holds`` where they are as many; where they are not, it is ``not reproduced``, for the
    enumeration may be another. Years, citations, figure numbers and names of products are no claims.

    Returns a data frame as `extract_claims`.
    """
    import pandas as pd

    rows = []
    for block in outline.prose():
        for sentence in block.clean.sentences():
            blank = SKIPPED.sub(lambda match: "\0" * len(match[0]), sentence.text)
            for match in re.finditer(f"{DIGITS}|{NUMERALS}", blank):
                found = _claim_of(sentence.text, blank, match)
                if found:
                    rows.append((f"{outline.document.id}-{len(rows) + 1:03d}", sentence.span(*match.span())[0], *found))
    return pd.DataFrame(rows, columns=CLAIMS).astype({"recomputed": "float64"})


def recompute_claims(outline, recipe, codebook=None):
    """Recompute the claims that the recipe has a rule for.

    A rule recomputes from a table (``sum``, ``over``), from the codes of a level (``codes``), from an enumeration
    (``enumeration``) or from two end values (``growth``: the pattern has the groups start, end, from, to, rate; the
    yearly rate is (end / start) ** (1 / years) - 1).

    Returns a data frame as `extract_claims`. Raises `ExtractionError` where the claim's sentence is not found.
    """
    import pandas as pd

    rows = [_ruled(outline, recipe, codebook, entry) for entry in recipe.get("claims", [])]
    return pd.DataFrame(rows, columns=CLAIMS)


def table_totals(outline, table):
    """Sum every column of numbers of a table.

    Returns a data frame: column, cells (how many are filled), total.
    """
    import pandas as pd

    frame = record_rows(outline, table, extract_table(outline, table))
    numbers = [column["name"] for column in table["columns"] if column.get("number")]
    rows = [(name, int(frame[name].notna().sum()), round(float(frame[name].sum()), 6)) for name in numbers]
    return pd.DataFrame(rows, columns=["column", "cells", "total"])


def caption_mentions(outline):
    """Compare how sentences name figures and tables (如图 3 所示, 见表 2) with the captions.

    The clause before the label is compared with the caption.

    Returns a data frame, one row a mention: label, caption, clause, shared (share of the caption's characters found in
    order in the clause, 0..1), verdict, line. The verdict is ``same`` (the clause holds the caption), ``differs`` (it
    names the same thing in part: shared over a half) or ``no name`` (it names nothing of it).
    """
    import pandas as pd

    rows = []
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


def _compare(caption, label, clause):
    title = caption.removeprefix(label)
    clause = re.sub(r"(编码举例|示例|详?见|提出|如)+$", "", clause)
    blocks = SequenceMatcher(None, title, clause, autojunk=False).get_matching_blocks()
    shared = sum(block.size for block in blocks) / len(title)
    verdict = "same" if title in clause else "differs" if shared > 0.5 else "no name"
    return title, clause, round(shared, 2), verdict


def _claim_of(text, blank, match):
    """Return (what, stated, unit, recomputed, verdict, how) of one match, or None where it is no claim."""
    if match["number"]:
        unit = match["unit"] or ""
        if unit in ("年", "月", "日") and re.fullmatch(r"(19|20)\d\d|\d{1,2}", match["number"]) or not unit:
            return None
        what = re.split(r"[，。；：（“”,、]", text[: match.start()])[-1][-10:]
        listed = _before(text, match.start()) if unit == "大" else 0
        return _judge(what, match["number"], unit, int(match["number"]) if unit == "大" else None, listed)
    number = whole_number(match["count"])
    what = (match["class"] + match["noun"]).removeprefix("个").removeprefix("大")
    beside = (_marks(text, match.end()), _chain(text, match.span()))
    listed = max(beside) or _before(text, match.start(), number) or _after(text, match.end(), number)
    return _judge(what, match["count"], match["class"], number, listed)


def _judge(what, said, unit, number, listed):
    if number is None or not listed:
        return what, said, unit, None, "not checkable", "文中没有可以据以重算的数或列举"
    verdict = "holds" if listed == number else "not reproduced"
    return what, said, unit, listed, verdict, f"同一句里列举了 {listed} 项"


def _marks(text, end):
    return sum(mark in text[end:] for mark in MARKS)


def _chain(text, span):
    """Count the links of a quoted chain “甲-乙-丙” close to a place, 0 for none."""
    chains = re.finditer(r"“([^“”，。]+(?:-[^“”，。]+)+)”", text)
    near = [match for match in chains if match.start() - span[1] < 6 and span[0] - match.end() < 6]
    return len(near[0][1].split("-")) if near else 0


def _before(text, start, wanted=None):
    """Count the labels listed right before a place, 0 for none."""
    clause = re.split(r"[，。；：（）,;:]", text[:start])[-1]
    clause = re.sub(r"等\s*$|的$", "", clause)
    return _count(clause, wanted)


def _after(text, end, wanted=None):
    """Count the labels listed after a colon or 包括 behind a place, 0 for none."""
    match = re.match(r"[^，。；]{0,12}[，]?(?:：|包括|包含|即|分别为)(?P<list>[^。；：]+)", text[end:])
    return _count(re.split("，", match["list"])[0], wanted) if match else 0


def _count(clause, wanted):
    if "、" not in clause and not re.search("[和与及]", clause):
        return 0
    counts = {len(split_labels(clause, last)) for last in ([], ["以及"], ["和"], ["与"], ["及"])}
    counts.discard(1)
    return wanted if wanted in counts else max(counts, default=0)


def _ruled(outline, recipe, codebook, entry):
    pattern = re.compile(entry["pattern"])
    for block in outline.prose():
        match = pattern.search(block.text)
        if match:
            break
    else:
        raise ExtractionError(
            f"the sentence of the claim {entry['id']} is not found",
            outline.document.where(1, len(outline.document.lines)),
            "compare the claim's pattern in the recipe with the text",
        )
    line = block.clean.span(match.start(), match.end())[0]
    said, value, verdict, how = _RULES[next(iter(entry["recompute"]))](outline, recipe, codebook, entry, match)
    return (
        f"{outline.document.id}-{entry['id']}",
        line,
        entry["what"],
        said,
        entry.get("unit", ""),
        value,
        verdict,
        how,
    )


def _by_table(outline, recipe, codebook, entry, match):
    rule = entry["recompute"]
    table = next(table for table in recipe["tables"] if table["label"] == rule["table"])
    sums = table_totals(outline, table).set_index("column").total
    printed = {column["name"]: column["header"] for column in table["columns"]}
    value, how = sums[rule["sum"]], f"{rule['table']}“{printed[rule['sum']]}”合计 {sums[rule['sum']]:g}"
    if "over" in rule:
        value, how = value / sums[rule["over"]], f"{how}，除以“{printed[rule['over']]}”合计 {sums[rule['over']]:g}"
    low, high = float(match["low"]), float(match["high"])
    verdict = "holds" if low <= value <= high else "does not hold"
    return f"{match['low']}-{match['high']}", round(value, 3), verdict, how


def _by_codes(outline, recipe, codebook, entry, match):
    rule = entry["recompute"]
    codes = codebook.level(rule["codes"])
    codes = codes[codes.parent_id != ""] if rule.get("with_parent") else codes
    number = whole_number(match["count"])
    verdict = "holds" if len(codes) == number else "does not hold"
    return match["count"], float(len(codes)), verdict, f"抽取所得：{'、'.join(codes.label)}"


def _by_enumeration(outline, recipe, codebook, entry, match):
    found = extract_enumerations(outline, recipe)
    found = found[found.enumeration == entry["recompute"]["enumeration"]]
    verdict = "holds" if len(found) == whole_number(match["count"]) else "does not hold"
    return match["count"], float(len(found)), verdict, f"句中列出：{'、'.join(found.label)}"


def _by_growth(outline, recipe, codebook, entry, match):
    start, end, rate = (match[name] for name in ("start", "end", "rate"))
    years = int(match["to"]) - int(match["from"])
    low, value, high = (
        100 * ((float(end) + sign * _half(end)) / (float(start) - sign * _half(start))) ** (1 / years) - 100
        for sign in (-1, 0, 1)
    )
    same = f"{value:.{len(rate.partition('.')[2])}f}" == rate
    how = f"{years} 年从 {start} 到 {end}；两端四舍五入允许 {low:.1f} 至 {high:.1f}"
    return rate, round(value, 2), "holds" if same else "not reproduced", how


def _half(printed):
    """Return half a unit of the last printed digit."""
    return 0.5 * 10 ** -len(printed.partition(".")[2])


_RULES = {"table": _by_table, "codes": _by_codes, "enumeration": _by_enumeration, "growth": _by_growth}
