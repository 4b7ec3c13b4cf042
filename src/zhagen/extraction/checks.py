"""Every check on one document: what does not fit, where, and what it was held against."""

from zhagen.documents.catalog import list_documents
from zhagen.documents.published import read_published
from zhagen.extraction.citations import compare_citations, extract_citations, reference_list
from zhagen.extraction.claims import caption_mentions, extract_claims
from zhagen.extraction.codebook import repeated_evidence
from zhagen.extraction.mechanism import check_edges, has_mechanism, mechanism_edges
from zhagen.extraction.pipeline import extract
from zhagen.extraction.repeats import repeated_sentences

COLUMNS = "doc_id check what line verdict".split()


def check(*doc_ids):
    """Extract documents and run every check on them.

    Parameters
    ----------
    doc_ids : ids of documents; none takes all.

    Returns a data frame as `run_checks`, one document under the other.

    >>> check("community").check.iloc[0]
    'evidence'
    """
    import pandas as pd

    found = [extract(doc_id) for doc_id in doc_ids or list_documents().id]
    return pd.concat([run_checks(one) for one in found], ignore_index=True)


def run_checks(extraction):
    """Run every check on an extraction.

    The checks: evidence (places and checksums against what is published), references (every parent, code and end of an
    arrow exists), arrows (their passages name both ends), claims (counts and sums), captions (sentences that name
    another figure), evidence used twice, sentences used twice, citations against the reference list.

    Returns a data frame, one row a finding, and one row a check that found nothing: doc_id, check, what, line, verdict
    (``holds`` | ``does not hold`` | ``not reproduced`` | ``twice``).
    """
    import pandas as pd

    rows = []
    for name, check in CHECKS.items():
        found = list(check(extraction))
        rows += [(extraction.document.id, name, *finding) for finding in found]
        if not found:
            rows.append((extraction.document.id, name, "", pd.NA, "holds"))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"line": "Int64"})


def _evidence(extraction):
    """Quotations of an original must be the published ones, by checksum."""
    if extraction.document.edition != "original":
        return
    known = set(read_published(extraction.document.id, "evidence").sha256)
    for row in extraction.codebook.evidence.itertuples():
        if row.sha256 not in known:
            yield f"{row.evidence_id} is not the published quotation", row.line_start, "does not hold"


def _references(extraction):
    codes = extraction.codebook.codes
    for row in codes[~codes.parent_id.isin(codes.code_id) & (codes.parent_id != "")].itertuples():
        yield f"{row.label} has a parent that is not there", row.line_start, "does not hold"
    for row in extraction.codebook.evidence.itertuples():
        if row.code_id not in set(codes.code_id):
            yield f"{row.evidence_id} has no code", row.line_start, "does not hold"


def _arrows(extraction):
    if not has_mechanism(extraction.document.id):
        return
    edges = mechanism_edges(extraction)
    for row in check_edges(edges, extraction.document).itertuples():
        yield f"{row.source} → {row.target}: {row.missing} is not there", None, "does not hold"


def _claims(extraction):
    found = extract_claims(extraction.outline, extraction.recipe, extraction.codebook)
    for row in found[found.verdict.isin(["does not hold", "not reproduced"])].itertuples():
        yield f"{row.what}: {row.stated}{row.unit}, {row.recomputed:g} ({row.how})", row.line, row.verdict


def _captions(extraction):
    found = caption_mentions(extraction.outline)
    for row in found[found.verdict == "differs"].itertuples():
        yield f"{row.label} {row.caption}: {row.clause}", row.line, "does not hold"


def _evidence_twice(extraction):
    place = extraction.codebook.evidence.set_index("evidence_id").line_start
    for row in repeated_evidence(extraction.codebook).itertuples():
        yield f"{row.concept_a} = {row.concept_b} ({row.kind}, {row.similarity})", place[row.evidence_b], "twice"


def _sentences_twice(extraction):
    for row in repeated_sentences(extraction.outline).itertuples():
        yield f"line {row.line_a} = line {row.line_b} ({row.similarity})", row.line_b, "twice"


def _citations(extraction):
    listed = reference_list(extraction.outline)
    if len(listed):
        for row in compare_citations(extract_citations(extraction.outline), listed).itertuples():
            yield f"{row.what}: {row.citation}", row.line, "does not hold"


CHECKS = {
    "evidence": _evidence,
    "references": _references,
    "arrows": _arrows,
    "claims": _claims,
    "captions": _captions,
    "evidence used twice": _evidence_twice,
    "sentences used twice": _sentences_twice,
    "citations": _citations,
}
