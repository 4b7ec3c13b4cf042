"""Numbers and names a document states, held against what its own tables and captions give."""

import re
from difflib import SequenceMatcher

from zhagen import tables
from zhagen.errors import ExtractionError
from zhagen.tables import records

CLAIMS = "claim_id line what stated unit recomputed verdict how".split()


def recompute(outline, recipe):
    """Recompute every claim of the recipe from the tables of the same text.

    Returns a data frame: claim_id, line, what, stated (as printed), unit, recomputed, verdict (``holds`` | ``does not
    hold``), how. Raises `ExtractionError` where the claim's sentence is not found.
    """
    import pandas as pd

    return pd.DataFrame([_claim(outline, recipe, entry) for entry in recipe.get("claims", [])], columns=CLAIMS)


def totals(outline, table):
    """Sum every column of numbers of a table.

    Returns a data frame: column, cells (how many are filled), total.
    """
    import pandas as pd

    frame = records.rows(outline, table, tables.extract(outline, table))
    numbers = [column["name"] for column in table["columns"] if column.get("number")]
    rows = [(name, int(frame[name].notna().sum()), round(float(frame[name].sum()), 6)) for name in numbers]
    return pd.DataFrame(rows, columns=["column", "cells", "total"])


def mentions(outline):
    """Compare how sentences name figures and tables (如图 3 所示, 见表 2) with the captions.

    The clause before the label is compared with the caption.

    Returns a data frame, one row a mention: label, caption, clause, line, shared (share of the caption's characters
    found in order in the clause, 0..1), verdict: ``same`` (the clause holds the caption), ``differs`` (it names the
    same thing in part: shared over a half), ``no name`` (it names nothing of it).
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


def _claim(outline, recipe, entry):
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
    low, high = (float(match[name]) for name in ("low", "high"))
    value, how = _recomputed(outline, recipe, entry["recompute"])
    verdict = "holds" if low <= value <= high else "does not hold"
    line = block.clean.span(match.start(), match.end())[0]
    stated = f"{match['low']}-{match['high']}"
    return (entry["id"], line, entry["what"], stated, entry.get("unit", ""), round(value, 3), verdict, how)


def _recomputed(outline, recipe, rule):
    table = next(table for table in recipe["tables"] if table["label"] == rule["table"])
    sums = totals(outline, table).set_index("column").total
    value, how = sums[rule["sum"]], f"{rule['table']}: sum of {rule['sum']} = {sums[rule['sum']]:g}"
    if "over" not in rule:
        return value, how
    return value / sums[rule["over"]], f"{how}, over sum of {rule['over']} = {sums[rule['over']]:g}"
