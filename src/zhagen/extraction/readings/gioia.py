"""The Gioia method: theme, concept and evidence side by side, dimensions named by a chain of words."""

import re
from itertools import combinations

from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import assemble_codebook, code_row, evidence_row, nearest_stretch
from zhagen.extraction.tables import extract_table, short_name
from zhagen.extraction.tables.columns import place

CHAIN = re.compile(r"“([^“”‘’，。；、]+(?:-[^“”‘’，。；、-]+){2,})”")


def build(outline, recipe, glosses):
    """Read the coding tables and headings of a Gioia study; parameters as of `zhagen.extraction.readings.build_codebook`.

    Returns a `Codebook`. Raises `ExtractionError` where the lists of a table do not fit each other, or the themes,
    headings and the chain of dimensions do not.
    """
    links = quoted_chains(outline)
    dimensions = _dimensions(outline, recipe, links)
    themes, concepts, quotations = [], [], []
    for table in recipe["tables"]:
        if table["gives"] != "codes":
            continue
        columns = extract_table(outline, table)
        _check_lists(outline, table, columns)
        placed = _themes(outline, recipe, table, columns["theme"], dimensions, links)
        named = _concepts(outline, table, columns["concept"], placed)
        themes += [theme for theme, _ in placed]
        concepts += named
        quotations += _evidence(outline, table, columns["evidence"], named, glosses)
    return assemble_codebook(outline, [*dimensions, *themes, *concepts], quotations)


def quoted_chains(outline):
    """Return the quoted chains ``“a-b-c”`` of the text in order: a list of (labels, first line, last line)."""
    found = []
    for block in outline.prose():
        for sentence in block.clean.sentences():
            for match in CHAIN.finditer(sentence.text):
                span = sentence.span(match.start(), match.end())
                found.append((match[1].split("-"), *span))
    return found


def _dimensions(outline, recipe, links):
    wanted = recipe["hierarchy"]["chain"]
    if len(links) < wanted:
        raise ExtractionError(
            f"the text has {len(links)} quoted chains, the recipe wants number {wanted}",
            outline.document.where(1, len(outline.document.lines)),
            "look for a chain “a-b-c” that lost its marks",
        )
    labels, first, last = links[wanted - 1]
    doc_id = outline.document.id
    reason = "引号内的链条依次写出各聚合维度"
    return [code_row(doc_id, "dimension", label, (first, last), reason=reason) for label in labels]


def _check_lists(outline, table, columns):
    counts = {name: len(cells) for name, cells in columns.items()}
    fits = counts["concept"] == counts["evidence"] and 0 < counts["theme"] <= counts["concept"]
    if not fits:
        told = ", ".join(f"{number} {name}" for name, number in counts.items())
        spans = "; ".join(
            f"{name} lines {cells[0].line_start}-{cells[-1].line_end}" for name, cells in columns.items() if cells
        )
        raise ExtractionError(
            f"{table['label']}: the lists do not fit each other ({told}; {spans})",
            place(outline, table),
            "every concept needs one quotation: look for a cell that is missing or broken in two",
        )


def _themes(outline, recipe, table, cells, dimensions, links):
    """Put each theme under a dimension: its section is the n-th of its part, its dimension the n-th of the chain."""
    level = recipe["hierarchy"]["theme_heading_level"]
    part = outline.section(outline.caption(table["label"]).section_id).parent_id
    sections = [s for s in outline.section_list if s.parent_id == part and s.level == level]
    if len(sections) != len(dimensions):
        raise ExtractionError(
            f"{table['label']}: {len(sections)} subsections of level {level}, but {len(dimensions)} dimensions",
            place(outline, table),
            "compare the headings of this part with the chain of dimensions",
        )
    matched = {cell.text: next((s for s in sections if s.title.endswith(cell.text)), None) for cell in cells}
    free = [s for s in sections if s not in matched.values()]
    lost = [label for label, section in matched.items() if section is None]
    if len(free) != len(lost) or len(lost) > 1:
        raise ExtractionError(
            f"{table['label']}: no heading ends with the theme {lost[0] if lost else cells[0].text}",
            place(outline, table),
            f"headings of this part: {'; '.join(s.title for s in sections)}",
        )
    codes = []
    for cell in cells:
        section = matched[cell.text] or free[0]
        number = sections.index(section)
        dimension = dimensions[number]
        printed = section.title.rpartition("：")[0]
        status, reason = _theme_reason(cell.text, matched[cell.text], section, number, dimension, printed, links)
        lines = (cell.line_start, cell.line_end)
        theme = (outline.document.id, "theme", cell.text, lines, dimension["code_id"], printed, status, reason)
        codes.append((code_row(*theme), section.section_id))
    return codes


def _theme_reason(label, matched, section, number, dimension, printed, links):
    if printed == dimension["label"]:
        return "printed", f"标题（第 {section.line_start} 行）把主题写在这一维度之后"
    if matched is None:
        return "inferred", f"没有标题以它结尾；这一部分只剩第 {section.line_start} 行的标题没有主题"
    chain = next((first for members, first, _ in links if label in members), None)
    also = f"；第 {chain} 行的链条也写出它" if chain else ""
    return "by_order", f"所在小节是这一部分的第 {number + 1} 节，对应链条的第 {number + 1} 环{also}"


def _concepts(outline, table, cells, themes):
    """Put concepts under themes: evenly where the lists divide, else nearly so and as the prose echoes them."""
    each, rest = divmod(len(cells), len(themes))
    if rest == 0:
        parents = [row // each for row in range(len(cells))]
        reasons = [("by_order", f"{len(themes)} 个主题、{len(cells)} 个概念各成一列，依次各取 {each} 个")] * len(cells)
    else:
        parents, open_rows = _partition(
            [[_support(outline, section_id, cell.text) for _, section_id in themes] for cell in cells]
        )
        even = f"{len(cells)} 个概念不能均分给 {len(themes)} 个主题，"
        reasons = [
            (
                "inferred",
                even + ("正文也不能定它归前一主题还是后一主题" if row in open_rows else "依正文各小节的用词分段"),
            )
            for row in range(len(cells))
        ]
    codes = []
    for cell, parent, (status, reason) in zip(cells, parents, reasons, strict=True):
        lines, above = (cell.line_start, cell.line_end), themes[parent][0]["code_id"]
        codes.append(code_row(outline.document.id, "concept", cell.text, lines, above, "", status, reason))
    return codes


def _support(outline, section_id, label):
    """Return how near the prose of a section comes to a label, 0..1."""
    blocks = (b for b in outline.prose() if b.section_id == section_id and b.kind == "paragraph")
    return max((nearest_stretch(block.clean, label)[0] for block in blocks), default=0.0)


def _partition(support):
    """Cut a list into consecutive parts, one a theme, that differ by one at most, with the most support.

    Returns (the part of each row, the rows that could as well belong to a neighbouring part).
    """
    rows, parts = len(support), len(support[0])
    each, longer = divmod(rows, parts)
    cuts = []
    for chosen in combinations(range(parts), longer):
        cut = [part for part in range(parts) for _ in range(each + (part in chosen))]
        cuts.append((round(sum(support[row][part] for row, part in enumerate(cut)), 9), cut))
    most = max(total for total, _ in cuts)
    best = [cut for total, cut in cuts if total == most]
    return best[0], {row for row in range(rows) if len({cut[row] for cut in best}) > 1}


def _evidence(outline, table, cells, concepts, glosses):
    name = short_name(table)
    rows = enumerate(zip(cells, concepts, strict=True), 1)
    return [
        evidence_row(outline, f"{outline.document.id}-{name}-{row}", concept["code_id"], cell, glosses)
        for row, (cell, concept) in rows
    ]
