"""Every check on one document: what does not fit, where, and what it was compared with."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from zhagen.documents.catalog import list_documents
from zhagen.documents.published import read_published
from zhagen.extraction.citations import compare_citations, extract_citations, reference_list
from zhagen.extraction.claims import caption_mentions, extract_claims
from zhagen.extraction.codebook import repeated_evidence
from zhagen.extraction.mechanism import check_edges, has_mechanism, mechanism_edges
from zhagen.extraction.pipeline import Extraction, extract
from zhagen.extraction.repeats import repeated_sentences, shared_clauses, shared_runs
from zhagen.text.numerals import written_number

COLUMNS = "doc_id check what line verdict looked finding".split()
FINDINGS = ("does not hold", "not reproduced", "twice")  # the verdicts that say that something was found
BORROWED = 12  # characters in a row that two documents do not share by chance
Finding: TypeAlias = tuple[str, Any, str]  # what (str), raw line (int, None for none), verdict (str)


@dataclass(frozen=True)
class _Looked:
    """What a check looked at and what it found: `count` things, or none for the reason `none`."""

    count: int
    findings: Iterable[Finding]
    none: str


def check(*doc_ids: str) -> pd.DataFrame:
    """Extract documents and run every check on them.

    Parameters
    ----------
    *doc_ids : str
        Ids of documents; all documents if none is given.

    Returns
    -------
    pandas.DataFrame
        As `run_checks` returns it, one document below the other.

    Raises
    ------
    ZhagenError
        If an id is unknown, or a text does not fit its recipe.

    Examples
    --------
    >>> check("community").check.iloc[0]
    'evidence'
    """
    found = [extract(doc_id) for doc_id in doc_ids or list_documents().id]
    return pd.concat([run_checks(one, found) for one in found], ignore_index=True)


def run_checks(extraction: Extraction, others: Sequence[Extraction] = ()) -> pd.DataFrame:
    """Run every check on an extraction.

    The checks: evidence (checksums against what is published), references (every parent and every code of a quotation
    exists), arrows (their passages say them), claims (counts and sums), captions (sentences that name another
    figure), evidence used twice, sentences used twice (and whether both cite the same works), citations against the
    reference list, sentences shared with other documents.

    Parameters
    ----------
    extraction : Extraction
        What `zhagen.extract` returned.
    others : sequence of Extraction, default ()
        Documents to compare it with; the same document among them is left out.

    Returns
    -------
    pandas.DataFrame
        One row a finding, and one row a check that found nothing: ``doc_id``, ``check``, ``what`` (str), ``line`` (int,
        missing if there is none), ``verdict`` (``holds`` | ``within rounding`` | ``does not hold`` | ``not reproduced``
        | ``twice`` | ``nothing to check``), ``looked`` (int, how many things the check looked at), ``finding`` (bool,
        whether something is wrong or used twice). Where there is nothing to check, ``what`` says why.

    Raises
    ------
    ZhagenError
        If a stated arrow or the sentence of a claim is not in the text.
    """
    rows: list[tuple[Any, ...]] = []
    for name, check in CHECKS.items():
        looked = check(extraction, others)
        found = list(looked.findings)
        if not found:
            found = [("", None, "holds") if looked.count else (looked.none, None, "nothing to check")]
        for what, line, verdict in found:
            rows.append((extraction.document.id, name, what, line, verdict, looked.count, verdict in FINDINGS))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"line": "Int64"})


def _evidence(extraction: Extraction, others: Sequence[Extraction]) -> _Looked:
    """Quotations of an original must be the published ones, by checksum."""
    if extraction.document.edition != "original":
        return _Looked(0, [], "checksums are those of the original")
    known = set(read_published(extraction.document.id, "evidence").sha256)
    evidence = extraction.codebook.evidence
    findings = [
        (f"{row.evidence_id} is not the published quotation", row.line_start, "does not hold")
        for row in evidence[~evidence.sha256.isin(known)].itertuples()
    ]
    return _Looked(len(evidence), findings, "there is no evidence")


def _references(extraction: Extraction, others: Sequence[Extraction]) -> _Looked:
    codes, evidence = extraction.codebook.codes, extraction.codebook.evidence
    below = codes[codes.parent_id != ""]
    findings = [
        (f"{row.label} has a parent that is not there", row.line_start, "does not hold")
        for row in below[~below.parent_id.isin(codes.code_id)].itertuples()
    ]
    findings += [
        (f"{row.evidence_id} has no code", row.line_start, "does not hold")
        for row in evidence[~evidence.code_id.isin(codes.code_id)].itertuples()
    ]
    return _Looked(len(below) + len(evidence), findings, "no code has a parent, and there is no evidence")


def _arrows(extraction: Extraction, others: Sequence[Extraction]) -> _Looked:
    if not has_mechanism(extraction.document.id):
        return _Looked(0, [], "no arrow is coded")
    edges = mechanism_edges(extraction)
    findings = [
        (f"{row.source} → {row.target}: {row.fault}", None, "does not hold")
        for row in check_edges(edges, extraction.document).itertuples()
    ]
    return _Looked(len(edges), findings, "no arrow is coded")


def _claims(extraction: Extraction, others: Sequence[Extraction]) -> _Looked:
    found = extract_claims(extraction.outline, extraction.recipe, extraction.codebook)
    compared = found[found.verdict != "not checkable"]
    failed = compared[compared.verdict != "holds"]
    values = map(written_number, failed.recomputed.to_numpy(float))
    findings = [
        (f"{row.what}: {row.stated}{row.unit}, {value} ({row.how})", row.line, str(row.verdict))
        for row, value in zip(failed.itertuples(), values, strict=True)
    ]
    return _Looked(len(compared), findings, f"{len(found)} numbers, none that can be recomputed")


def _captions(extraction: Extraction, others: Sequence[Extraction]) -> _Looked:
    found = caption_mentions(extraction.outline)
    findings = [
        (f"{row.label} {row.caption}: {row.clause}", row.line, "does not hold")
        for row in found[found.verdict == "differs"].itertuples()
    ]
    return _Looked(len(found), findings, "no sentence names a figure or table that has a caption")


def _evidence_twice(extraction: Extraction, others: Sequence[Extraction]) -> _Looked:
    evidence = extraction.codebook.evidence
    place = dict(zip(evidence.evidence_id, evidence.line_start, strict=True))
    findings: list[Finding] = [
        (f"{row.concept_a} = {row.concept_b} ({row.kind}, {row.similarity})", place[row.evidence_b], "twice")
        for row in repeated_evidence(extraction.codebook).itertuples()
    ]
    return _Looked(len(evidence), findings, "there is no evidence")


def _sentences_twice(extraction: Extraction, others: Sequence[Extraction]) -> _Looked:
    findings: list[Finding] = []
    for row in repeated_sentences(extraction.outline).to_dict("records"):
        first, second = row["cites_a"], row["cites_b"]
        cited = "" if first == second else f"; cites {first or 'nothing'} / {second or 'nothing'}"
        what = f"line {row['line_a']} = line {row['line_b']} ({row['similarity']}{cited})"
        findings.append((what, row["line_b"], "twice"))
    return _Looked(len(extraction.outline.sentences()), findings, "there are no sentences")


def _citations(extraction: Extraction, others: Sequence[Extraction]) -> _Looked:
    cited, listed = extract_citations(extraction.outline), reference_list(extraction.outline)
    if listed.empty:
        return _Looked(0, [], f"{len(cited)} citations, and no reference list")
    findings = [
        (f"{row.what}: {row.citation}", row.line, "does not hold")
        for row in compare_citations(cited, listed).itertuples()
    ]
    return _Looked(len(cited) + len(listed), findings, "there are no citations")


def _shared(extraction: Extraction, others: Sequence[Extraction]) -> _Looked:
    """Sentences that another document has too: long runs word for word, or short ones in whatever order."""
    others = [other for other in others if other.document.id != extraction.document.id]
    findings: list[Finding] = []
    for other in others:
        name = other.document.id
        for row in shared_runs(extraction.outline, other.outline, least=BORROWED).itertuples():
            what = f"line {row.line_start} = {name}, line {row.other_line} ({row.n_chars} characters)"
            findings.append((what, row.line_start, "twice"))
        for row in shared_clauses(extraction.outline, other.outline).itertuples():
            what = f"line {row.line_start} = {name}, line {row.other_line} ({row.terms})"
            findings.append((what, row.line_start, "twice"))
    sentences = sum(len(other.outline.sentences()) for other in others)
    return _Looked(sentences, findings, "no other document was given")


CHECKS: dict[str, Callable[[Extraction, Sequence[Extraction]], _Looked]] = {
    "evidence": _evidence,
    "references": _references,
    "arrows": _arrows,
    "claims": _claims,
    "captions": _captions,
    "evidence used twice": _evidence_twice,
    "sentences used twice": _sentences_twice,
    "citations": _citations,
    "shared with others": _shared,
}
