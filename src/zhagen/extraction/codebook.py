"""The codebook: dimension -> theme -> concept -> evidence, each with its place and how sure it is."""

import hashlib
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from zhagen.errors import ExtractionError
from zhagen.extraction.repeats import text_overlap
from zhagen.text.cleaning import count_term

CODES = "code_id doc_id level label parent_id printed_parent status reason line_start line_end".split()
EVIDENCE = "evidence_id code_id doc_id line_start line_end n_chars sha256 gloss quotation".split()


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


def code_id(doc_id, level, label, under=""):
    """Return a code's id: made from document, level and label alone, so both editions give the same.

    `under` is the parent's label of a code whose label is at its level a second time, under another parent.

    >>> code_id("haier", "theme", "价值主张校准") == code_id("haier", "theme", "价值主张校准")
    True
    """
    name = f"{label}\n{under}" if under else label
    return f"{doc_id}-{level}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def code_row(doc_id, level, label, lines, parent="", printed="", status="printed", reason="", *, under=""):
    """Return one row of the codes: a dict with the keys of `CODES`; `lines` is (first, last)."""
    return {
        "code_id": code_id(doc_id, level, label, under),
        "doc_id": doc_id,
        "level": level,
        "label": label,
        "parent_id": parent,
        "printed_parent": printed,
        "status": status,
        "reason": reason,
        "line_start": lines[0],
        "line_end": lines[1],
    }


def evidence_row(outline, evidence_id, code_id, cell, glosses):
    """Return one row of the evidence: a dict with the keys of `EVIDENCE`.

    Parameters
    ----------
    cell : anything with text, line_start, line_end and, where it is not all of its lines, ``raw``.
    glosses : dict, sha256 of a quotation -> our wording of it; a digest's quotation is our wording itself.
    """
    lines = outline.document.lines[cell.line_start - 1 : cell.line_end]
    bare = re.sub(r"\s", "", getattr(cell, "raw", "") or "".join(lines))
    digest = hashlib.sha256(bare.encode()).hexdigest()
    return {
        "evidence_id": evidence_id,
        "code_id": code_id,
        "doc_id": outline.document.id,
        "line_start": cell.line_start,
        "line_end": cell.line_end,
        "n_chars": len(bare),
        "sha256": digest,
        "gloss": cell.text if outline.document.edition == "digest" else glosses.get(digest, glosses.get(cell.text, "")),
        "quotation": cell.text,
    }


def assemble_codebook(outline, codes, evidence):
    """Return the `Codebook` of lists of rows; raise `ExtractionError` where a label stands twice at its level."""
    import pandas as pd

    codes = pd.DataFrame(codes, columns=CODES)
    twice = codes[codes.code_id.duplicated(keep=False)]
    if len(twice):
        lines = ", ".join(str(line) for line in twice.line_start)
        raise ExtractionError(
            f"the {twice.iloc[0].level} {twice.iloc[0].label} stands {len(twice)} times (lines {lines})",
            outline.document.where(twice.line_start.min(), twice.line_end.max()),
            "a label may stand once at its level: rename one, or remove it",
        )
    evidence = pd.DataFrame(evidence, columns=EVIDENCE)
    evidence.attrs["wording"] = ["quotation"]  # `zhagen.figures.show` leaves it out of downloads
    return Codebook(codes, evidence)


def theme_matrix(codebook, outline):
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
        same = overlap_share(a.quotation, b.quotation)
        if same >= threshold:
            kind = "exact" if a.sha256 == b.sha256 else "near"
            rows.append((a.evidence_id, labels[a.code_id], b.evidence_id, labels[b.code_id], kind, round(same, 3)))
    columns = "evidence_a concept_a evidence_b concept_b kind similarity".split()
    return pd.DataFrame(rows, columns=columns).sort_values("similarity", ascending=False, ignore_index=True)


def overlap_share(first, second):
    """Return the share of the shorter text that stands in the longer one in blocks of at least four characters.

    >>> overlap_share("用户需求的沉淀，再赋能", "基于用户需求")
    0.6666666666666666
    """
    first, second = (re.sub(r"\W", "", text) for text in (first, second))
    return text_overlap(first, second).share


def label_echoes(codebook, outline):
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
        verbatim = sum(count_term(block.text, concept.label) for block in prose)
        theme = labels[concept.parent_id]
        sections = [s.section_id for s in outline.section_list if s.title.endswith(theme)]
        near = [nearest_stretch(block.clean, concept.label) for block in prose if block.section_id in sections]
        similarity, stretch, span = max(near, key=lambda found: found[0], default=(0.0, "", (pd.NA, pd.NA)))
        rows.append((concept.label, verbatim, stretch, round(similarity, 2), *span))
    return pd.DataFrame(rows, columns="label verbatim nearest similarity line_start line_end".split())


def nearest_stretch(text, label):
    """Find the stretch of clean text most like a label; shorter ones win ties.

    Returns (similarity 0..1, stretch, its raw lines).

    >>> from zhagen.text.cleaning import clean
    >>> nearest_stretch(clean("供应链的精细运作"), "供应链精密运作")[1]
    '供应链的精细运作'
    """
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
