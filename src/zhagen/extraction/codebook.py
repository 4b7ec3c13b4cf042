"""The codebook: codes by level, each with its parent, and their evidence, each with its place and how sure it is."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from itertools import combinations
from typing import Any, Protocol

import pandas as pd

from zhagen.documents.outline import Outline, Section
from zhagen.errors import ExtractionError, ZhagenError
from zhagen.extraction.repeats import text_overlap
from zhagen.text.characters import INVISIBLE, name_key
from zhagen.text.cleaning import CleanText, count_term

CODES = "code_id doc_id level label parent_id printed_parent status reason line_start line_end".split()
LIST_MARKS = re.compile("[、，；/|｜+＋&＆]")  # between the members of a label that is a list
EVIDENCE = "evidence_id code_id doc_id line_start line_end n_chars sha256 gloss status reason quotation".split()


class Quotation(Protocol):
    """What a row of evidence is made from: a text with its place, such as a cell of a table."""

    @property
    def text(self) -> str:
        """The clean text."""

    @property
    def line_start(self) -> int:
        """The first raw line."""

    @property
    def line_end(self) -> int:
        """The last raw line."""

    @property
    def raw(self) -> str:
        """The text as printed if it is not all of its lines, else empty."""

    @property
    def status(self) -> str:
        """How it is known to belong to its code."""

    @property
    def reason(self) -> str:
        """Why, in Chinese; empty if the text prints both in one row."""


@dataclass(frozen=True, repr=False)
class Codebook:
    """The codes and the evidence of one document, or of a study.

    Attributes
    ----------
    codes : pandas.DataFrame
        One row a code: ``code_id``, ``level``, ``label``, ``parent_id``, ``status``. Of a document: ``doc_id``,
        ``printed_parent``, ``reason``, ``line_start``, ``line_end``, too; of a study: ``definition``, ``include``,
        ``exclude``, ``example``, ``properties``, ``memo_id``.
    evidence : pandas.DataFrame
        One row a quotation: ``evidence_id``, ``code_id``, ``doc_id`` (of a study: the id of the source),
        ``line_start``, ``line_end``, ``n_chars``, ``sha256``, ``gloss``, ``status``, ``reason`` (how it is known to
        belong to its code), ``quotation``.
    """

    codes: pd.DataFrame
    evidence: pd.DataFrame

    def level(self, level: str) -> pd.DataFrame:
        """Return the codes of one level.

        Parameters
        ----------
        level : str
            Such as ``concept``.

        Returns
        -------
        pandas.DataFrame
            Rows of `codes` in the order of the text.
        """
        return self.codes[self.codes.level == level]

    def labels(self) -> dict[str, str]:
        """Return the label of every code.

        Returns
        -------
        dict of str to str
            code_id -> label.
        """
        return dict(zip(self.codes.code_id, self.codes.label, strict=True))

    def find(self, name: str) -> str:
        """Find a code by its id or its label.

        Parameters
        ----------
        name : str
            An id, or a label that one code has.

        Returns
        -------
        str
            The id.

        Raises
        ------
        ZhagenError
            If no code has this id or label, or if several have the label.
        """
        if self.codes.code_id.eq(name).any():
            return name
        found = self.codes.code_id[self.codes.label.eq(name)].tolist()
        if len(found) > 1:
            raise ZhagenError(f"the label {name} is of {', '.join(found)}", todo="name the code by its id")
        if not found:
            near = get_close_matches(name, [*self.codes.code_id, *self.codes.label], 3)
            todo = f"use {' or '.join(near)}" if near else "use a label of the codebook"
            raise ZhagenError(f"there is no code {name!r}", todo=todo)
        return str(found[0])

    def below(self, name: str) -> list[str]:
        """Return the ids of a code and of all codes below it.

        Parameters
        ----------
        name : str
            An id or a label, as in `find`.

        Returns
        -------
        list of str
            The code itself first, then its children in the order of the codebook, then theirs.

        Raises
        ------
        ZhagenError
            In the cases of `find`.
        """
        found = [self.find(name)]
        children = self.codes.groupby("parent_id", sort=False).code_id.agg(list).to_dict()
        for code in found:  # it grows while it is read
            found += [child for child in children.get(code, []) if child not in found]
        return found

    def above(self, name: str) -> list[str]:
        """Return the ids of the codes above a code, its parent first.

        Parameters
        ----------
        name : str
            An id or a label, as in `find`.

        Returns
        -------
        list of str
            Empty for a code without a parent.

        Raises
        ------
        ZhagenError
            In the cases of `find`.
        """
        parents = dict(zip(self.codes.code_id, self.codes.parent_id.fillna(""), strict=True))
        found = [self.find(name)]
        while (parent := parents.get(found[-1], "")) and parent not in found:
            found.append(parent)
        return found[1:]

    def properties(self, name: str) -> dict[str, str]:
        """Return the properties of a category and the range of each.

        Parameters
        ----------
        name : str
            An id or a label, as in `find`.

        Returns
        -------
        dict of str to str
            Name of the property -> its range, as written (``property：low—high；next：…``); empty where the codebook
            has none.

        Raises
        ------
        ZhagenError
            In the cases of `find`.
        """
        code = self.find(name)
        if "properties" not in self.codes:
            return {}
        written = str(self.codes.properties[self.codes.code_id.eq(code)].iloc[0])
        parts = [re.split("[：:]", part, maxsplit=1) for part in re.split("[；;]", written) if part.strip()]
        return {part[0].strip(): part[1].strip() if len(part) > 1 else "" for part in parts}

    def __repr__(self) -> str:
        levels = self.codes.groupby("level", sort=False).size()
        parts = ", ".join(f"{number} of the level {level}" for level, number in levels.items())
        return f"Codebook: {len(self.codes)} codes ({parts}), {len(self.evidence)} quotations"


def code_id(doc_id: str, level: str, label: str, under: str = "") -> str:
    """Return a code's id: made from document, level and label alone, so both editions give the same.

    Parameters
    ----------
    doc_id : str
        The document's id.
    level : str
        The level of the code.
    label : str
        Its label.
    under : str, default ""
        The parent's label, for a label that is found again at its level under another parent.

    Returns
    -------
    str
        The id.

    Examples
    --------
    >>> code_id("haier", "theme", "价值主张校准") == code_id("haier", "theme", "价值主张校准")
    True
    """
    name = f"{label}\n{under}" if under else label
    return f"{doc_id}-{level}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def code_row(
    doc_id: str,
    level: str,
    label: str,
    lines: tuple[int, int],
    parent: str = "",
    printed: str = "",
    status: str = "printed",
    reason: str = "",
    *,
    under: str = "",
) -> dict[str, Any]:
    """Return one row of the codes.

    Parameters
    ----------
    doc_id : str
        The document's id.
    level : str
        The level of the code.
    label : str
        Its label.
    lines : tuple of int
        The first and the last raw line on which the label is printed.
    parent : str, default ""
        The id of its parent.
    printed : str, default ""
        The parent's label where the text prints it beside the code.
    status : str, default "printed"
        How sure the parent is, see `zhagen.vocabulary.STATUSES`.
    reason : str, default ""
        Why, in Chinese.
    under : str, default ""
        As for `code_id`.

    Returns
    -------
    dict
        The keys are `CODES`.
    """
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


def evidence_row(
    outline: Outline, evidence_id: str, code_id: str, cell: Quotation, glosses: Mapping[str, str]
) -> dict[str, Any]:
    """Return one row of the evidence.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    evidence_id : str
        The id of the quotation.
    code_id : str
        The id of the code it is evidence of.
    cell : Quotation
        The quotation with its place.
    glosses : mapping of str to str
        SHA-256 of a quotation, or our own wording, -> our wording of it; a digest's quotation is our wording itself.

    Returns
    -------
    dict
        The keys are `EVIDENCE`; ``n_chars`` and ``sha256`` are of the raw characters without blanks.
    """
    lines = outline.document.lines[cell.line_start - 1 : cell.line_end]
    bare = re.sub(r"\s", "", cell.raw or "".join(lines))
    digest = hashlib.sha256(bare.encode()).hexdigest()
    shown = hashlib.sha256(INVISIBLE.sub("", bare).encode()).hexdigest()  # a copy may hold what nobody sees
    known = (glosses[key] for key in (digest, shown, cell.text) if key in glosses)
    return {
        "evidence_id": evidence_id,
        "code_id": code_id,
        "doc_id": outline.document.id,
        "line_start": cell.line_start,
        "line_end": cell.line_end,
        "n_chars": len(bare),
        "sha256": digest,
        "gloss": cell.text if outline.document.edition == "digest" else next(known, ""),
        "status": cell.status,
        "reason": cell.reason,
        "quotation": cell.text,
    }


def assemble_codebook(outline: Outline, codes: list[dict[str, Any]], evidence: list[dict[str, Any]]) -> Codebook:
    """Make a codebook of rows.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    codes : list of dict
        Rows of `code_row`.
    evidence : list of dict
        Rows of `evidence_row`.

    Returns
    -------
    Codebook
        The rows in their order.

    Raises
    ------
    ExtractionError
        If two codes have the same id: a label is listed twice at its level.
    """
    frame = pd.DataFrame(codes, columns=CODES)
    twice = frame[frame.code_id.duplicated(keep=False)]
    if len(twice):
        lines = ", ".join(str(line) for line in twice.line_start)
        raise ExtractionError(
            f"the {twice.iloc[0].level} {twice.iloc[0].label} is listed {len(twice)} times (lines {lines})",
            outline.document.where(twice.line_start.min(), twice.line_end.max()),
            "a label may be listed once at its level: rename one, or remove it",
        )
    quoted = pd.DataFrame(evidence, columns=EVIDENCE)
    quoted.attrs["wording"] = ["quotation"]  # `zhagen.figures.show` leaves it out of downloads
    return Codebook(frame, quoted)


def look_alikes(codebook: Codebook) -> pd.DataFrame:
    """Find labels of one level that may be one name, or of which one may be several names.

    Parameters
    ----------
    codebook : Codebook
        A codebook.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``level``, ``label``, ``line`` (of the one), ``other``, ``other_line``, ``kind``: ``typed``
        (they differ in the case of letters, the kind of brackets or blanks alone) or ``joined`` (`label` is a list, and
        `other` one of its members).

    Examples
    --------
    >>> rows = [code_row("a", "concept", label, (line, line)) for line, label in enumerate(["IoT平台", "IOT平台"], 1)]
    >>> look_alikes(Codebook(pd.DataFrame(rows), pd.DataFrame())).kind.tolist()
    ['typed']
    """
    rows = []
    for level, codes in codebook.codes.groupby("level", sort=False):
        lines = dict(zip(codes.label, codes.line_start, strict=True))
        keys: dict[str, list[str]] = {}
        for label in lines:
            keys.setdefault(name_key(label).casefold(), []).append(label)
        pairs = [(*pair, "typed") for same in keys.values() for pair in combinations(same, 2)]
        for label in lines:
            members = {part.strip() for part in LIST_MARKS.split(label)} - {label}
            pairs += [(label, other, "joined") for other in lines if other in members]
        rows += [(level, label, lines[label], other, lines[other], kind) for label, other, kind in pairs]
    return pd.DataFrame(rows, columns="level label line other other_line kind".split())


def mark_look_alikes(codebook: Codebook) -> Codebook:
    """Let each code whose label looks like another one say so in its ``reason``.

    Parameters
    ----------
    codebook : Codebook
        The codebook of a document.

    Returns
    -------
    Codebook
        The same one where no label looks like another.
    """
    said: dict[tuple[str, str], list[str]] = {}
    row: Any
    for row in look_alikes(codebook).itertuples():
        if row.kind == "joined":
            reason = f"含有同级的名称“{row.other}”（第 {row.other_line} 行），按印出的一个名称列出"
            said.setdefault((row.level, row.label), []).append(reason)
            continue
        for label, other, line in ((row.label, row.other, row.other_line), (row.other, row.label, row.line)):
            reason = f"与第 {line} 行的“{other}”只差大小写、括号或空格，按印出的两个名称列出"
            said.setdefault((row.level, label), []).append(reason)
    if not said:
        return codebook
    codes = codebook.codes
    names = zip(codes.level, codes.label, codes.reason, strict=True)
    reasons = ["；".join(filter(None, [reason, *said.get((level, label), [])])) for level, label, reason in names]
    return Codebook(codes.assign(reason=reasons), codebook.evidence)


def theme_matrix(codebook: Codebook, outline: Outline) -> pd.DataFrame:
    """Return the themes as a matrix: one row a dimension, one column a step of the analysis.

    A step is the part of the text whose subsections are named by the themes. A theme that names no heading belongs to
    the step in which its table is.

    Parameters
    ----------
    codebook : Codebook
        A codebook with themes.
    outline : zhagen.documents.outline.Outline
        The outline of its document.

    Returns
    -------
    pandas.DataFrame
        Labels of themes; index: the labels of the dimensions, columns: the titles of the steps.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> haier = extract("haier", edition="digest")
    >>> theme_matrix(haier.codebook, haier.outline).shape
    (3, 3)
    """
    labels = codebook.labels()
    named = {theme: outline.headed(theme) for theme in codebook.level("theme").label}
    steps = {section.parent_id for sections in named.values() for section in sections[:1]}
    cells: dict[str, dict[str, str]] = {}
    theme: Any  # pandas-stubs let a field of a named tuple be anything
    for theme in codebook.level("theme").itertuples():
        found = named[theme.label]
        step = found[0].parent_id if found else _step_of_line(outline, steps, theme.line_start)
        title = outline.section(step).title if step else ""
        cells.setdefault(title, {})[labels.get(theme.parent_id, "")] = theme.label
    return pd.DataFrame(cells).reindex(codebook.level("dimension").label)


def _step_of_line(outline: Outline, steps: set[str], line: int) -> str:
    """Return the step that a line is in, empty if it is in none."""
    holding = (s.section_id for s in outline.section_list if s.line_start <= line <= s.line_end)
    return next((section for section in holding if section in steps), "")


def repeated_evidence(codebook: Codebook, threshold: float = 0.6) -> pd.DataFrame:
    """Find the same utterance used as evidence for different concepts.

    Two quotations are compared without punctuation, see `overlap_share`.

    Parameters
    ----------
    codebook : Codebook
        The codebook.
    threshold : float, default 0.6
        The least similarity of a near duplicate, 0..1.

    Returns
    -------
    pandas.DataFrame
        One row a pair, most similar first: ``evidence_a``, ``concept_a``, ``evidence_b``, ``concept_b``, ``kind``
        (``exact`` or ``near``), ``similarity`` (1.0: all of the shorter one is in the longer one).
    """
    labels = codebook.labels()
    rows = []
    a: Any
    b: Any
    for a, b in combinations(codebook.evidence.itertuples(), 2):
        same = overlap_share(a.quotation, b.quotation)
        if same >= threshold:
            kind = "exact" if a.sha256 == b.sha256 else "near"
            rows.append((a.evidence_id, labels[a.code_id], b.evidence_id, labels[b.code_id], kind, round(same, 3)))
    columns = "evidence_a concept_a evidence_b concept_b kind similarity".split()
    return pd.DataFrame(rows, columns=columns).sort_values("similarity", ascending=False, ignore_index=True)


def overlap_share(first: str, second: str) -> float:
    """Return the share of the shorter text that is found in the longer one in blocks of at least four characters.

    Punctuation is left out. The number alone of `zhagen.extraction.repeats.text_overlap`.

    Parameters
    ----------
    first, second : str
        The texts.

    Returns
    -------
    float
        0..1; 0 if a text is empty.

    Examples
    --------
    >>> round(overlap_share("用户需求的沉淀，再赋能", "基于用户需求"), 3)
    0.667
    """
    return text_overlap(*(re.sub(r"\W", "", text) for text in (first, second))).share


def label_echoes(codebook: Codebook, outline: Outline) -> pd.DataFrame:
    """Show how the prose names each concept: word for word, or in other words.

    Parameters
    ----------
    codebook : Codebook
        A codebook with concepts; the sections that a concept's parent names are searched.
    outline : zhagen.documents.outline.Outline
        The outline of its document.

    Returns
    -------
    pandas.DataFrame
        One row a concept: ``label``, ``verbatim`` (times the label is in the prose, quotations left out), ``nearest``
        (the most similar stretch of the prose of its parent's section; empty if there is none), ``similarity`` (0..1,
        the share of the label's characters matched in order), ``line_start``, ``line_end`` (missing if there is none).
    """
    labels = codebook.labels()
    prose = [block for block in outline.prose() if block.kind == "paragraph"]
    rows = []
    concept: Any
    for concept in codebook.level("concept").itertuples():
        verbatim = sum(count_term(block.text, concept.label) for block in prose)
        sections = {section.section_id for section in _headed(outline, labels.get(concept.parent_id, ""))}
        near: list[tuple[float, str, tuple[Any, Any]]] = [
            nearest_stretch(block.clean, concept.label) for block in prose if block.section_id in sections
        ]
        similarity, stretch, span = max(near, key=lambda found: found[0], default=(0.0, "", (pd.NA, pd.NA)))
        rows.append((concept.label, verbatim, stretch, round(similarity, 2), *span))
    return pd.DataFrame(rows, columns="label verbatim nearest similarity line_start line_end".split())


def _headed(outline: Outline, label: str) -> list[Section]:
    return outline.headed(label) if label else []


def nearest_stretch(text: CleanText, label: str) -> tuple[float, str, tuple[int, int]]:
    """Find the stretch of clean text most like a label; shorter ones win ties.

    Parameters
    ----------
    text : zhagen.text.cleaning.CleanText
        Where to look.
    label : str
        What to look for.

    Returns
    -------
    similarity : float
        The share of the label's characters that the stretch holds in order, 0..1.
    stretch : str
        The stretch.
    lines : tuple of int
        Its first and last raw line.

    Examples
    --------
    >>> from zhagen.text.cleaning import clean
    >>> nearest_stretch(clean("供应链的精细运作"), "供应链精密运作")[1]
    '供应链的精细运作'
    """
    best: tuple[float, str, tuple[int, int]] = (0.0, "", (0, len(text)))
    for start in (number for number, char in enumerate(text.text) if char in label):
        for size in (len(label), len(label) + 2, len(label) + 4):
            stretch = re.split("[。！？；]", text.text[start : start + size])[0]
            if len(set(stretch) & set(label)) <= best[0] * len(label):
                continue
            matched = SequenceMatcher(None, label, stretch, autojunk=False).get_matching_blocks()
            score = sum(block.size for block in matched) / len(label)
            if score > best[0]:
                best = (score, stretch, (start, start + len(stretch)))
    first, last = text.span(*best[2])
    return best[0], best[1], (first, last)
