"""What the repository ships of the originals, as a Frictionless Data Package: facts and counts, no sentences."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.book.wording import dictionary_effects, document_diversity
from zhagen.documents.catalog import document_ids, list_documents
from zhagen.errors import SourceError
from zhagen.extraction.citations import extract_citations
from zhagen.extraction.claims import extract_claims
from zhagen.extraction.mechanism import has_mechanism, mechanism_edges
from zhagen.extraction.pipeline import extract
from zhagen.extraction.repeats import RUNS, shared_runs
from zhagen.output import write_folder
from zhagen.paths import data_folder
from zhagen.statistics import passages
from zhagen.statistics.passages import code_passages
from zhagen.statistics.terms import term_features

TITLE = "扎根研究可执行教程：五份文档的编码、证据、箭头、数字与词频"
FIELDS = {
    "line_start": ("integer", "first raw line of the original, from 1"),
    "line_end": ("integer", "last raw line of the original"),
    "line": ("integer", "raw line of the original, from 1"),
    "other_line": ("integer", "first raw line of the other document's sentence"),
    "other_doc_id": ("string", "the other document"),
    "level": (
        "string",
        "level of a code (dimension, theme, concept; core_category, main_category, category), or of a heading",
    ),
    "paragraph": ("integer", "paragraph of the prose, from 1; empty outside of it"),
    "sentence": ("integer", "sentence of its paragraph, from 1; empty outside the prose"),
    "place": ("integer", "place in the document where codes are spoken of, from 1; the codes of one place share it"),
    "count": ("integer", "occurrences of the term in the sentence"),
    "n_chars": ("integer", "characters of the quotation, white space left out"),
    "recomputed": ("number", "what the text or its tables give; empty where nothing can be recomputed"),
    "directed": ("boolean", "False where the text says only that both act on each other"),
    "cites": ("boolean", "whether the sentence cites a work, whatever the status"),
    "status": (
        "string",
        "printed (an arrow: prose or heading), by_order, reconciled, mapped, literature, unconfirmed or inferred",
    ),
    "reason": (
        "string",
        "why the text does not say it so, a cell is empty, or a section's end is not sure",
    ),
    "role": ("string", "what a label of a picture is, by its form"),
    "part": ("string", "part of the picture it belongs to; empty where order does not say"),
    "value": ("string", "what the text says of the label; empty where no sentence has the form"),
    "row": ("integer", "place of the label in its enumeration or column, of a pair in its table, from 1"),
    "table": ("string", "the name of the pairs in the recipe"),
    "sha256": ("string", "of the quotation without white space"),
    "gloss": ("string", "our wording of the quotation"),
    "verdict": ("string", "holds, within rounding, does not hold, not reproduced or not checkable"),
    "printed_parent": ("string", "what the row's own cell or heading prints; empty where it prints nothing"),
    "how": ("string", "how it was recomputed, or what was searched"),
    "what": ("string", "what is counted or measured; empty where the grammar does not show it"),
    "hedge": ("string", "the word that makes the number approximate, such as 近 or 以上"),
    "stated": ("string", "the number as printed"),
    "words": ("integer", "words of the prose, punctuation and numbers left out"),
    "types": ("integer", "different words"),
    "ttr": ("number", "types over words"),
    "mattr": ("number", "moving-average type-token ratio, window 50"),
    "mtld": ("number", "measure of textual lexical diversity, threshold 0.72"),
    "statistic": ("string", "count of the terms, or npmi of the pairs that meet in at least 3 sentences"),
    "variant": ("string", "the dictionary the words were cut with"),
    "shared": ("integer", "labels in both the shipped lexicon's ranking and the variant's"),
    "only_baseline": ("integer", "labels with the shipped lexicon only"),
    "only_other": ("integer", "labels in the variant only"),
    "spearman": ("number", "rank correlation over the shared labels; empty where there are no ranks to compare"),
    "top_jaccard": ("number", "labels in both top 30 over labels in either"),
    "top_kept": ("number", "share of the shipped lexicon's top 30 that is in the variant's"),
    "rbo": ("number", "rank-biased overlap of the rankings, p = 0.9"),
    "sign_changes": ("integer", "shared labels whose values have another sign"),
    "sign_share": ("number", "their share of the shared labels"),
}
KEYS = {
    "documents": "id",
    "sections": "section_id",
    "codes": "code_id",
    "evidence": "evidence_id",
    "claims": "claim_id",
    "passages": passages.KEY,
    "diversity": "doc_id",
    "dictionaries": ["doc_id", "statistic", "variant"],
}
FOREIGN = {
    "sections": [("doc_id", "documents", "id"), ("parent_id", "", "section_id")],
    "codes": [("doc_id", "documents", "id"), ("parent_id", "", "code_id")],
    "evidence": [("doc_id", "documents", "id"), ("code_id", "codes", "code_id")],
    "claims": [("doc_id", "documents", "id")],
    "citations": [("doc_id", "documents", "id"), ("section_id", "sections", "section_id")],
    "passages": [
        ("doc_id", "documents", "id"),
        ("code_id", "codes", "code_id"),
        ("section_id", "sections", "section_id"),
    ],
    "terms": [("doc_id", "documents", "id"), ("section_id", "sections", "section_id")],
    "boards": [("doc_id", "documents", "id"), ("section_id", "sections", "section_id")],
    "matrices": [("doc_id", "documents", "id"), ("section_id", "sections", "section_id")],
    "pairs": [("doc_id", "documents", "id"), ("section_id", "sections", "section_id")],
    "echoes": [
        ("doc_id", "documents", "id"),
        ("section_id", "sections", "section_id"),
        ("other_doc_id", "documents", "id"),
        ("other_section_id", "sections", "section_id"),
    ],
    "diversity": [("doc_id", "documents", "id")],
    "dictionaries": [("doc_id", "documents", "id")],
}


def published_frames(doc_id: str) -> dict[str, pd.DataFrame]:
    """Compute what is published of one document from its original.

    Evidence gets our wording (``gloss``) from the digest's quotation of the same row.

    Parameters
    ----------
    doc_id : str
        A document's id.

    Returns
    -------
    dict
        Name of the table -> data frame.

    Raises
    ------
    SourceError
        If the original is not attached, or digest and original do not give the same rows of evidence.
    """
    original = extract(doc_id, edition="original")
    digest = extract(doc_id, edition="digest")
    ours = digest.codebook.evidence.set_index(["evidence_id", "code_id"]).quotation
    evidence = original.codebook.evidence
    rows = list(zip(evidence.evidence_id, evidence.code_id, strict=True))
    if set(rows) != set(ours.index):
        raise SourceError("digest and original give other evidence", doc_id, "correct the digest: its tables differ")
    evidence = evidence.assign(gloss=[ours[row] for row in rows]).drop(columns="quotation")
    found = {
        "sections": original.outline.sections(),
        "codes": original.codebook.codes,
        "evidence": evidence,
        "claims": extract_claims(original.outline, original.recipe, original.codebook),
        "citations": extract_citations(original.outline),
        "passages": code_passages(original),
        "terms": term_features(original.outline),
        "diversity": document_diversity(original.outline),
        "dictionaries": dictionary_effects(original.outline),
        "echoes": _echoes(doc_id),
    }
    if has_mechanism(doc_id):
        found["edges"] = mechanism_edges(original)
    for name, kind in (("boards", "board"), ("matrices", "matrix"), ("pairs", "table")):
        parts = [original.tables[entry["name"]] for entry in original.recipe.get(name, [])]
        if parts:
            named = zip([entry["name"] for entry in original.recipe[name]], parts, strict=True)
            found[name] = pd.concat([part.assign(**{kind: label}) for label, part in named], ignore_index=True)
            found[name].insert(0, "doc_id", doc_id)
    return found


def publish() -> list[Path]:
    """Write the published tables and ``datapackage.json``: the folder is the old one or the new one, never a mixture.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    SourceError
        If an original is not attached, or digest and original do not give the same rows of evidence.
    OutputError
        If a file cannot be written.
    """
    about = list_documents().drop(columns=["brief", "edition", "why", "why_zh"])
    parts = [published_frames(doc_id) for doc_id in about.id]
    names = list(dict.fromkeys(name for part in parts for name in part))
    tables = {"documents": about}
    for name in names:
        frames = [part[name] for part in parts if name in part]
        kept = [frame for frame in frames if len(frame)] or frames[:1]  # an empty frame would change the types
        tables[name] = pd.concat(kept, ignore_index=True)
    folder = data_folder() / "published"
    description = json.dumps(data_package(tables), ensure_ascii=False, indent=2) + "\n"
    files = {f"{name}.csv": frame for name, frame in tables.items()} | {"datapackage.json": description}
    return write_folder(files, folder, gone=[path.name for path in folder.glob("*.csv")])


def data_package(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Describe published tables as a Frictionless Data Package.

    Parameters
    ----------
    tables : dict
        Name of the table -> data frame.

    Returns
    -------
    dict
        The content of ``datapackage.json``.

    Examples
    --------
    >>> import pandas as pd
    >>> package = data_package({"codes": pd.DataFrame({"code_id": ["a"], "line_start": [1]})})
    >>> package["resources"][0]["schema"]["primaryKey"]
    'code_id'
    """
    return {
        "name": "zhagen",
        "title": TITLE,
        "description": "Facts computed from five Chinese documents on digital business ecosystems, no sentences.",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "resources": [_resource(name, frame) for name, frame in tables.items()],
    }


def _resource(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(name, column) for column in map(str, frame)], "missingValues": [""]}
    if name in KEYS:
        schema["primaryKey"] = KEYS[name]
    if name in FOREIGN:
        schema["foreignKeys"] = [
            {"fields": field, "reference": {"resource": other, "fields": target}}
            for field, other, target in FOREIGN[name]
        ]
    head = {"name": name, "path": f"{name}.csv", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
    return head | {"schema": schema}


def _field(table: str, column: str) -> dict[str, str]:
    kind, description = FIELDS.get(column, ("string", ""))
    if (table, column) == ("sections", "level"):
        kind = "integer"
    if (table, column) == ("passages", "kind"):
        description = "quotation (a row of the evidence) or mention (the label, word for word, in the prose)"
    return {"name": column, "type": kind} | ({"description": description} if description else {})


def _echoes(doc_id: str) -> pd.DataFrame:
    """List the runs that a document's prose shares with the documents listed after it: each pair of documents once."""
    ids = document_ids()
    ours = extract(doc_id, edition="original").outline
    parts = []
    for other in ids[ids.index(doc_id) + 1 :]:
        found = shared_runs(ours, extract(other, edition="original").outline)
        parts.append(found.assign(doc_id=doc_id, other_doc_id=other))
    columns = ["doc_id", *RUNS[:2], "other_doc_id", *RUNS[2:]]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
