"""Every check on one document: what does not fit, where, and what it was compared with."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pandas as pd

from zhagen.documents.catalog import list_documents
from zhagen.documents.published import read_published
from zhagen.extraction.citations import compare_citations, extract_citations, reference_list
from zhagen.extraction.claims import caption_mentions, extract_claims
from zhagen.extraction.codebook import repeated_evidence
from zhagen.extraction.mechanism import check_edges, has_mechanism, mechanism_edges
from zhagen.extraction.pipeline import Extraction, extract
from zhagen.extraction.repeats import repeated_sentences

COLUMNS = "doc_id check what line verdict".split()
Finding: TypeAlias = tuple[str, Any, Any]  # what (str), raw line (int, None for none), verdict (str)


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
    return pd.concat([run_checks(one) for one in found], ignore_index=True)


def run_checks(extraction: Extraction) -> pd.DataFrame:
    """Run every check on an extraction.

    The checks: evidence (places and checksums against what is published), references (every parent, code and end of an
    arrow exists), arrows (their passages say them), claims (counts and sums), captions (sentences that name
    another figure), evidence used twice, sentences used twice, citations against the reference list.

    Parameters
    ----------
    extraction : Extraction
        What `zhagen.extract` returned.

    Returns
    -------
    pandas.DataFrame
        One row a finding, and one row a check that found nothing: ``doc_id``, ``check``, ``what`` (str), ``line`` (int,
        missing if there is none), ``verdict`` (``holds`` | ``does not hold`` | ``not reproduced`` | ``twice``).

    Raises
    ------
    ZhagenError
        If a stated arrow or the sentence of a claim is not in the text.
    """
    rows: list[tuple[Any, ...]] = []
    for name, check in CHECKS.items():
        found = list(check(extraction))
        rows += [(extraction.document.id, name, *finding) for finding in found]
        if not found:
            rows.append((extraction.document.id, name, "", pd.NA, "holds"))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"line": "Int64"})


def _evidence(extraction: Extraction) -> Iterator[Finding]:
    """Quotations of an original must be the published ones, by checksum."""
    if extraction.document.edition != "original":
        return
    known = set(read_published(extraction.document.id, "evidence").sha256)
    for row in extraction.codebook.evidence.itertuples():
        if row.sha256 not in known:
            yield f"{row.evidence_id} is not the published quotation", row.line_start, "does not hold"


def _references(extraction: Extraction) -> Iterator[Finding]:
    codes = extraction.codebook.codes
    for row in codes[~codes.parent_id.isin(codes.code_id) & (codes.parent_id != "")].itertuples():
        yield f"{row.label} has a parent that is not there", row.line_start, "does not hold"
    for row in extraction.codebook.evidence.itertuples():
        if row.code_id not in set(codes.code_id):
            yield f"{row.evidence_id} has no code", row.line_start, "does not hold"


def _arrows(extraction: Extraction) -> Iterator[Finding]:
    if not has_mechanism(extraction.document.id):
        return
    edges = mechanism_edges(extraction)
    for row in check_edges(edges, extraction.document).itertuples():
        yield f"{row.source} → {row.target}: {row.fault}", None, "does not hold"


def _claims(extraction: Extraction) -> Iterator[Finding]:
    found = extract_claims(extraction.outline, extraction.recipe, extraction.codebook)
    for row in found[found.verdict.isin(["does not hold", "not reproduced"])].itertuples():
        yield f"{row.what}: {row.stated}{row.unit}, {row.recomputed:g} ({row.how})", row.line, row.verdict


def _captions(extraction: Extraction) -> Iterator[Finding]:
    found = caption_mentions(extraction.outline)
    for row in found[found.verdict == "differs"].itertuples():
        yield f"{row.label} {row.caption}: {row.clause}", row.line, "does not hold"


def _evidence_twice(extraction: Extraction) -> Iterator[Finding]:
    evidence = extraction.codebook.evidence
    place = dict(zip(evidence.evidence_id, evidence.line_start, strict=True))
    for row in repeated_evidence(extraction.codebook).itertuples():
        yield f"{row.concept_a} = {row.concept_b} ({row.kind}, {row.similarity})", place[row.evidence_b], "twice"


def _sentences_twice(extraction: Extraction) -> Iterator[Finding]:
    for row in repeated_sentences(extraction.outline).itertuples():
        yield f"line {row.line_a} = line {row.line_b} ({row.similarity})", row.line_b, "twice"


def _citations(extraction: Extraction) -> Iterator[Finding]:
    listed = reference_list(extraction.outline)
    if len(listed):
        for row in compare_citations(extract_citations(extraction.outline), listed).itertuples():
            yield f"{row.what}: {row.citation}", row.line, "does not hold"


CHECKS: dict[str, Callable[[Extraction], Iterator[Finding]]] = {
    "evidence": _evidence,
    "references": _references,
    "arrows": _arrows,
    "claims": _claims,
    "captions": _captions,
    "evidence used twice": _evidence_twice,
    "sentences used twice": _sentences_twice,
    "citations": _citations,
}
