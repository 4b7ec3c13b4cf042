"""Open, axial and selective coding: concepts under categories, categories under main categories.

Merged category cells survive extraction in one of their rows only. Both readings are kept: what the row's own cell
prints (`printed_parent`), and where we put the row (`parent_id`, with status and reason).
"""

import re
import tomllib

from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import assemble_codebook, code_id, code_row, evidence_row
from zhagen.extraction.tables import extract_table, short_name
from zhagen.paths import data_folder
from zhagen.text.cleaning import clean


def build(outline, recipe, glosses):
    """Read the tables of a Straussian study; parameters as of `zhagen.extraction.readings.build_codebook`.

    The recipe's table with the columns category and concept is the open coding, the one with main_category the axial
    coding; ``core`` says by which pattern the text names its core. Our reading of merged cells stands in
    ``data/codings/<id>/merged_cells.toml``; a row it does not name takes the category printed last above it.

    Returns a `Codebook`. Raises `ExtractionError` where a table or the core is not found, or a passage that a move
    leans on no longer says so.
    """
    by_columns = {column["name"]: table for table in recipe["tables"] for column in table["columns"]}
    opened, axial = by_columns["concept"], by_columns["main_category"]
    open_rows, axial_rows = extract_table(outline, opened), extract_table(outline, axial)
    core = _core(outline, recipe["core"])
    mains, above = _main_categories(outline, axial_rows, core)
    categories = _categories(outline, open_rows, axial_rows, above)
    concepts = _concepts(outline, open_rows)
    quotations = [
        evidence_row(outline, f"{outline.document.id}-{short_name(table)}-{row}", row_id, cells["evidence"], glosses)
        for table, rows, ids in ((opened, open_rows, concepts), (axial, axial_rows, mains))
        for row, (cells, row_id) in enumerate(
            zip([r.cells for r in rows], [c["code_id"] for c in ids], strict=True), start=1
        )
    ]
    return assemble_codebook(outline, [core, *mains, *categories, *concepts], quotations)


def _core(outline, rule):
    pattern = re.compile(rule["pattern"])
    for block in outline.prose():
        match = pattern.search(block.text)
        if match:
            lines = block.clean.span(match.start("label"), match.end("label"))
            reason = "文本没有指明核心范畴；核心模型以它为名"
            return code_row(
                outline.document.id, "core_category", match["label"], lines, status="inferred", reason=reason
            )
    raise ExtractionError(
        "the sentence that names the core model is not found",
        outline.document.where(1, len(outline.document.lines)),
        "compare the text with core.pattern of the recipe",
    )


def _main_categories(outline, rows, core):
    """Return the main categories, and the id of the main category of each category that the axial table names."""
    mains, above = [], {}
    for row in rows:
        cell = row.cells["main_category"]
        lines, reason = (row.line_start, row.line_end), "核心模型以主范畴为基础"
        mains.append(
            code_row(outline.document.id, "main_category", cell.text, lines, core["code_id"], "", "mapped", reason)
        )
        above |= dict.fromkeys(_listed(row.cells["category"]), (mains[-1]["code_id"], cell.text))
    return mains, above


def _listed(cell):
    """Return the labels of a cell that lists several, set apart by blanks."""
    return [clean(label).text for label in cell.raw.split()]


def _categories(outline, open_rows, axial_rows, above):
    doc_id, found = outline.document.id, {}
    for row in open_rows:
        cell = row.cells["category"]
        if cell and cell.text not in found:
            parent, printed = above.get(cell.text, ("", ""))
            reason = "" if parent else "主轴编码的表没有列出它"
            lines = (cell.line_start, cell.line_end)
            found[cell.text] = code_row(doc_id, "category", cell.text, lines, parent, printed, "printed", reason)
    for row in axial_rows:
        for label in _listed(row.cells["category"]):
            if label not in found:
                reason, lines = "只在主轴编码的表里出现", (row.line_start, row.line_end)
                found[label] = code_row(doc_id, "category", label, lines, *above[label], "printed", reason)
    return list(found.values())


def _concepts(outline, rows):
    doc_id, placed = outline.document.id, _placed(outline, rows)
    last, codes = "", []
    for row in rows:
        cell, printed = row.cells["concept"], row.cells["category"]
        last = printed.text if printed else last
        label, status, reason = placed.get(cell.text, (last, "by_order", "取上面最近印出的范畴格"))
        if printed and printed.text == label:
            status, reason = "printed", reason if status == "by_order" and cell.text in placed else ""
        parent = code_id(doc_id, "category", label) if label else ""
        lines = (row.line_start, row.line_end)
        own = printed.text if printed else ""
        codes.append(code_row(doc_id, "concept", cell.text, lines, parent, own, status, reason))
    return codes


def _placed(outline, rows):
    """Return our reading of merged cells: concept -> (category label, status, reason)."""
    path = data_folder() / "codings" / outline.document.id / "merged_cells.toml"
    if not path.is_file():
        return {}
    concepts = [row.cells["concept"].text for row in rows]
    placed = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["cells"]:
        first, last, named = (clean(entry[key]).text for key in ("first", "last", "printed_at"))
        if not {first, last, named} <= set(concepts):
            continue  # the rows were renamed or removed: they fall back on what is printed, and their status says so
        cell = rows[concepts.index(named)].cells["category"]
        if cell is None:
            continue
        reason = f"{entry['reason']}（依据第 {_support(outline, entry, cell.text)} 行）"
        span = concepts[concepts.index(first) : concepts.index(last) + 1]
        status = "by_order" if entry.get("undetermined") else "reconciled"
        placed |= dict.fromkeys(span, (cell.text, status, reason))
    return placed


def _support(outline, entry, category):
    """Return the line of the sentence that bears out a move."""
    words = [word.replace("{category}", category) for word in entry["words"]]
    for block in outline.prose():
        if block.section_id == f"{outline.document.id}-{entry['section']}" and not block.table:
            for sentence in block.clean.sentences():
                if all(word in sentence.text for word in words):
                    start = sentence.text.index(words[0])
                    return sentence.span(start, start + 1)[0]
    raise ExtractionError(
        f"no sentence of section {entry['section']} holds {'、'.join(words)}",
        f"{outline.document.id}, {outline.document.edition}",
        f"the move of {entry['first']} leans on it: compare data/codings/{outline.document.id}/merged_cells.toml",
    )
