"""What the repository ships of the originals: facts and counts, never their sentences."""

from zhagen import catalog, citations, claims, extraction, mechanism, terms
from zhagen.errors import SourceError

FEATURES = "features/{}.csv"


def frames(doc_id):
    """Compute what is published of one document from its original.

    Evidence gets our wording (``gloss``) from the digest's quotation of the same row.

    Returns a dict, file name below the data folder -> data frame. Raises `SourceError` where the original is not
    attached, or where digest and original do not give the same rows of evidence.
    """
    original = extraction.extract(doc_id, edition="original")
    digest = extraction.extract(doc_id, edition="digest")
    ours = digest.codebook.evidence.set_index(["evidence_id", "code_id"]).quotation
    evidence = original.codebook.evidence
    rows = list(zip(evidence.evidence_id, evidence.code_id, strict=True))
    if set(rows) != set(ours.index):
        raise SourceError("digest and original give other evidence", doc_id, "mend the digest: its tables differ")
    evidence = evidence.assign(gloss=[ours[row] for row in rows]).drop(columns="quotation")
    folder = f"published/{doc_id}"
    folder, outline = f"published/{doc_id}", original.outline
    found = {
        FEATURES.format(doc_id): terms.features(outline),
        f"{folder}/sections.csv": outline.sections(),
        f"{folder}/codes.csv": original.codebook.codes,
        f"{folder}/evidence.csv": evidence,
        f"{folder}/claims.csv": claims.extract(outline, original.recipe, original.codebook),
        f"{folder}/citations.csv": citations.extract(outline),
    }
    if mechanism.is_coded(doc_id):
        found[f"{folder}/edges.csv"] = mechanism.edges(original)
    return found


def publish():
    """Write the features and the published facts of every document that has a recipe; return the paths written."""
    folder = catalog.data_folder()
    written = []
    for path in sorted((folder / "recipes").glob("*.toml")):
        found = frames(path.stem)
        extraction.write_frames(found, folder)
        written += [folder / name for name in found]
    return written


def read(doc_id, name):
    """Read one published table of a document, such as ``codes``; raises `SourceError` where it is not there.

    >>> read("haier", "codes").level.nunique()
    3
    """
    import pandas as pd

    path = catalog.data_folder() / "published" / doc_id / f"{name}.csv"
    if not path.is_file():
        raise SourceError(f"nothing is published as {name}", doc_id, "run: make publish")
    whole = {column: "Int64" for column in ("line_start", "line_end")}
    return pd.read_csv(path, dtype=whole, keep_default_na=False, na_values={column: [""] for column in whole})
