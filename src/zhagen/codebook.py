"""The codebook: dimension -> theme -> concept -> evidence, each with its place and how sure it is."""

import hashlib
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from zhagen import tables
from zhagen.errors import ExtractionError
from zhagen.tables.columns import place
from zhagen.text import count

CODES = "code_id doc_id level label parent_id printed_parent status reason line_start line_end".split()
EVIDENCE = "evidence_id code_id doc_id line_start line_end n_chars sha256 gloss quotation".split()
CHAIN = re.compile(r"“([^“”‘’，。；、]+(?:-[^“”‘’，。；、-]+){2,})”")


@dataclass(frozen=True)
class Codebook:
    """The codes and the evidence of one document, as data frames.

    Attributes
    ----------
    codes : columns code_id, doc_id, level, label, parent_id, printed_parent, status, reason, line_start, line_end.
    evidence : columns evidence_id, code_id, doc_id, line_start, line_end, n_chars, sha256, gloss, quotation.
    """

    codes: object
    evidence: object

    def level(self, level):
        """Return the codes of one level, in the order of the text."""
        return self.codes[self.codes.level == level]

    def labels(self):
        """Return the label of every code by code_id."""
        return dict(zip(self.codes.code_id, self.codes.label, strict=True))


def code_id(doc_id, level, label):
    """Return a code's id: made from document, level and label alone, so both editions give the same.

    >>> code_id("haier", "theme", "价值主张校准") == code_id("haier", "theme", "价值主张校准")
    True
    """
    return f"{doc_id}-{level}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"


def build(outline, recipe, glosses=None):
    """Build the codebook of a Gioia study from its coding tables and headings.

    Parameters
    ----------
    outline : a `zhagen.outline.Outline`.
    recipe : the document's recipe; its coding tables and its ``hierarchy`` are used.
    glosses : dict, sha256 of a quotation -> our wording of it; what is not in it gets an empty gloss.

    Returns a `Codebook`. Raises `ExtractionError` where the lists of a table do not fit each other, or the themes,
    headings and the chain of dimensions do not.
    """
    import pandas as pd

    links = chains(outline)
    dimensions = _dimensions(outline, recipe, links)
    codes, evidence = [*dimensions], []
    themes_of, concepts_of = [], []
    for table in recipe["tables"]:
        if table["gives"] != "codes":
            continue
        columns = tables.extract(outline, table)
        _check_lists(outline, table, columns)
        themes = _themes(outline, recipe, table, columns["theme"], dimensions, links)
        concepts = _concepts(outline, table, columns["concept"], themes)
        themes_of += themes
        concepts_of += concepts
        evidence += _evidence(outline, table, columns["evidence"], concepts, glosses or {})
    codes = pd.DataFrame([*codes, *themes_of, *concepts_of], columns=[*CODES, "section_id"])
    _check_unique(outline, codes)
    return Codebook(codes[CODES], pd.DataFrame(evidence, columns=EVIDENCE))


def chains(outline):
    """Return the quoted chains ``“a-b-c”`` of the text in order: a list of (labels, first line, last line)."""
    found = []
    for block in outline.prose():
        for sentence in block.clean.sentences():
            for match in CHAIN.finditer(sentence.text):
                span = sentence.span(match.start(), match.end())
                found.append((match[1].split("-"), *span))
    return found


def matrix(codebook, outline):
    """Return the themes as a matrix: one row a dimension, one column a step of the analysis.

    A step is the part of the text whose subsections end with the themes. Returns a data frame of theme labels, index
    the dimensions' labels, columns the titles of the steps.
    """
    labels = codebook.labels()
    cells = {}
    for theme in codebook.level("theme").itertuples():
        section = next(s for s in outline.section_list if s.title.endswith(theme.label))
        step = outline.section(section.parent_id).title
        cells.setdefault(step, {})[labels.get(theme.parent_id, "")] = theme.label
    import pandas as pd

    return pd.DataFrame(cells).reindex(codebook.level("dimension").label)


def repeated_evidence(codebook, threshold=0.6):
    """Find the same utterance used as evidence for different concepts.

    Two quotations are compared without punctuation; `similarity` is the share of the shorter one that stands in
    matching blocks of at least four characters in the longer one (1.0: all of it).

    Parameters
    ----------
    codebook : a `Codebook`.
    threshold : the least similarity of a near duplicate, 0..1.

    Returns a data frame, one row a pair: evidence_a, concept_a, evidence_b, concept_b, kind (``exact`` | ``near``),
    similarity; most similar first.
    """
    import pandas as pd

    labels = codebook.labels()
    rows = []
    for a, b in combinations(codebook.evidence.itertuples(), 2):
        same = shared(a.quotation, b.quotation)
        if same >= threshold:
            kind = "exact" if a.sha256 == b.sha256 else "near"
            rows.append((a.evidence_id, labels[a.code_id], b.evidence_id, labels[b.code_id], kind, round(same, 3)))
    columns = "evidence_a concept_a evidence_b concept_b kind similarity".split()
    return pd.DataFrame(rows, columns=columns).sort_values("similarity", ascending=False, ignore_index=True)


def shared(first, second):
    """Return the share of the shorter text that stands in the longer one in blocks of at least four characters.

    >>> shared("用户需求的沉淀，再赋能", "基于用户需求")
    0.6666666666666666
    """
    first, second = (re.sub(r"\W", "", text) for text in (first, second))
    if not first or not second:
        return 0.0
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= 4) / min(len(first), len(second))


def echoes(codebook, outline):
    """Show how the prose names each concept: word for word, or in other words.

    Returns a data frame, one row a concept: label, verbatim (times the label stands in the prose, quotations left
    out), nearest (the most similar stretch of the prose of its theme's section), similarity (0..1, the share of the
    label's characters matched in order), line_start, line_end.
    """
    import pandas as pd

    labels = codebook.labels()
    prose = [block for block in outline.prose() if block.kind == "paragraph"]
    rows = []
    for concept in codebook.level("concept").itertuples():
        verbatim = sum(count(block.text, concept.label) for block in prose)
        theme = labels[concept.parent_id]
        sections = [s.section_id for s in outline.section_list if s.title.endswith(theme)]
        near = [_nearest(block.clean, concept.label) for block in prose if block.section_id in sections]
        similarity, nearest, span = max(near, key=lambda found: found[0], default=(0.0, "", (pd.NA, pd.NA)))
        rows.append((concept.label, verbatim, nearest, round(similarity, 2), *span))
    return pd.DataFrame(rows, columns="label verbatim nearest similarity line_start line_end".split())


def _nearest(text, label):
    """Return (similarity, stretch, lines) of the stretch of clean text most like a label; shorter ones win ties."""
    best = (0.0, "", (0, len(text)))
    for start in (number for number, char in enumerate(text.text) if char in label):
        for size in (len(label), len(label) + 2, len(label) + 4):
            stretch = re.split("[。！？；]", text.text[start : start + size])[0]
            if len(set(stretch) & set(label)) <= best[0] * len(label):
                continue
            matched = SequenceMatcher(None, label, stretch, autojunk=False).get_matching_blocks()
            score = sum(block.size for block in matched) / len(label)
            if score > best[0]:
                best = (score, stretch, (start, start + len(stretch)))
    return best[0], best[1], text.span(*best[2])


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
    return [_code(doc_id, "dimension", label, first, last, status="printed", reason=reason) for label in labels]


def _code(doc_id, level, label, first, last, parent="", printed="", status="", reason="", section=""):
    return {
        "code_id": code_id(doc_id, level, label),
        "doc_id": doc_id,
        "level": level,
        "label": label,
        "parent_id": parent,
        "printed_parent": printed,
        "status": status,
        "reason": reason,
        "line_start": first,
        "line_end": last,
        "section_id": section,
    }


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


def _check_unique(outline, codes):
    twice = codes[codes.code_id.duplicated(keep=False)]
    if len(twice):
        lines = ", ".join(str(line) for line in twice.line_start)
        raise ExtractionError(
            f"the {twice.iloc[0].level} {twice.iloc[0].label} stands {len(twice)} times (lines {lines})",
            outline.document.where(twice.line_start.min(), twice.line_end.max()),
            "a label may stand once at its level: rename one, or remove it",
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
        where = (cell.line_start, cell.line_end, dimension["code_id"])
        codes.append(
            _code(outline.document.id, "theme", cell.text, *where, printed, status, reason, section.section_id)
        )
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
            [[_support(outline, theme["section_id"], cell.text) for theme in themes] for cell in cells]
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
        where = (cell.line_start, cell.line_end, themes[parent]["code_id"])
        codes.append(_code(outline.document.id, "concept", cell.text, *where, "", status, reason))
    return codes


def _support(outline, section_id, label):
    """Return how near the prose of a section comes to a label, 0..1."""
    blocks = (b for b in outline.prose() if b.section_id == section_id and b.kind == "paragraph")
    return max((_nearest(block.clean, label)[0] for block in blocks), default=0.0)


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
    digits = re.search(r"\d+$", table["label"])
    name = f"t{digits[0]}" if digits else table["label"]
    lines = outline.document.lines
    for row, (cell, concept) in enumerate(zip(cells, concepts, strict=True), 1):
        bare = re.sub(r"\s", "", "".join(lines[cell.line_start - 1 : cell.line_end]))
        digest = hashlib.sha256(bare.encode()).hexdigest()
        yield {
            "evidence_id": f"{outline.document.id}-{name}-{row}",
            "code_id": concept["code_id"],
            "doc_id": outline.document.id,
            "line_start": cell.line_start,
            "line_end": cell.line_end,
            "n_chars": len(bare),
            "sha256": digest,
            "gloss": glosses.get(digest, ""),
            "quotation": cell.text,
        }
