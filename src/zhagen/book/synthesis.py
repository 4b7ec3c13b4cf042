"""The documents side by side: codes that mean the same, by judgement and by similarity alone, and their joint model."""

import tomllib
from itertools import combinations

from zhagen.documents.published import row_owners
from zhagen.errors import ZhagenError
from zhagen.paths import data_folder


def code_systems(codes):
    """Count the codes of every document by level.

    Parameters
    ----------
    codes : the codes of all documents, as `zhagen.documents.published.read_published` or extractions give them, one frame.

    Returns a data frame, index doc_id, one column a level, in the order they occur.
    """
    import pandas as pd

    counts = pd.crosstab(codes.doc_id, codes.level)
    return counts.loc[codes.doc_id.drop_duplicates(), codes.level.drop_duplicates()].rename_axis(None, axis=1)


def alignments(codes):
    """Read our judgement of which codes mean the same (``data/codings/synthesis/alignments.toml``).

    Returns a data frame, one row a code: group, doc_id, level, label, code_id, reason. Raises `ZhagenError` where a
    code that is named is not among `codes`.
    """
    import pandas as pd

    path = data_folder() / "codings" / "synthesis" / "alignments.toml"
    ids = dict(zip(zip(codes.doc_id, codes.level, codes.label, strict=True), codes.code_id, strict=True))
    rows = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["alignments"]:
        for named in map(tuple, entry["codes"]):
            if named not in ids:
                raise ZhagenError(f"{entry['name']}: no code {' '.join(named)}", path.name, "compare it with the codes")
            rows.append((entry["name"], *named, ids[named], entry["reason"]))
    return pd.DataFrame(rows, columns="group doc_id level label code_id reason".split())


def judged_pairs(aligned):
    """Return the pairs of codes of different documents that one group holds: a set of pairs of code ids."""
    groups = aligned.groupby("group")[["doc_id", "code_id"]]
    found = (pair for _, rows in groups for pair in combinations(rows.itertuples(index=False), 2))
    return {tuple(sorted((a.code_id, b.code_id))) for a, b in found if a.doc_id != b.doc_id}


def similar_labels(codes, top=20):
    """Pair codes of different documents by their labels alone.

    The similarity of two labels is Jaccard's, over their pairs of neighbouring characters.

    Returns a data frame of the `top` most similar pairs above 0: doc_a, label_a, doc_b, label_b, code_a, code_b,
    similarity.
    """
    grams = {row.code_id: _grams(row.label) for row in codes.itertuples()}

    def similarity(a, b):
        first, second = grams[a.code_id], grams[b.code_id]
        return len(first & second) / len(first | second)

    return _ranked(codes, similarity, top)


def similar_contexts(codes, features, top=20):
    """Pair codes of different documents by the company their words keep.

    The context of a code is the sum of the tf-idf weights of its document's sentences that hold a content term of its
    label; the similarity of two codes is the cosine of their contexts, the terms of both labels left out. A code whose
    label holds no term of its document has no context.

    Parameters
    ----------
    codes : the codes of all documents.
    features : the features of all documents, as `zhagen.book.loads.load_features` gives them, one frame.
    top : how many pairs.

    Returns a data frame as `similar_labels`.
    """
    import numpy as np

    from zhagen.statistics.terms import term_matrix, tfidf
    from zhagen.text.segmentation import content_terms

    counts = term_matrix(features, unit="sentence")
    weights = tfidf(counts).tocsc()
    place = {term: number for number, term in enumerate(counts.terms)}
    owner = counts.units.doc_id.to_numpy()
    contexts, own = {}, {}
    for row in codes.itertuples():
        columns = [place[term] for term in content_terms(row.label) if term in place]
        holds = np.zeros(len(owner), dtype=bool)
        for column in columns:
            holds[weights[:, [column]].nonzero()[0]] = True
        holds &= owner == row.doc_id
        contexts[row.code_id] = np.asarray(weights[holds].sum(axis=0)).ravel() if holds.any() else None
        own[row.code_id] = columns

    def similarity(a, b):
        first, second = contexts[a.code_id], contexts[b.code_id]
        if first is None or second is None:
            return 0.0
        kept = np.ones(len(place), dtype=bool)
        kept[own[a.code_id] + own[b.code_id]] = False
        first, second = first[kept], second[kept]
        length = np.linalg.norm(first) * np.linalg.norm(second)
        return float(first @ second / length) if length else 0.0

    return _ranked(codes, similarity, top)


def alignment_agreement(proposed, judged):
    """Hold pairs that a similarity proposes against those we judged to mean the same.

    Returns a dict: proposed, judged, both (numbers of pairs), precision (both / proposed) and recall (both / judged).
    """
    pairs = {tuple(sorted(pair)) for pair in zip(proposed.code_a, proposed.code_b, strict=True)}
    both = len(pairs & judged)
    shares = {"precision": both / len(pairs) if pairs else 0.0, "recall": both / len(judged) if judged else 0.0}
    return {"proposed": len(pairs), "judged": len(judged), "both": both} | shares


def joint_edges(edges, aligned):
    """Put the arrows of all documents into one model of the groups.

    An end that is in no group leaves its arrow out; so does an arrow inside one group.

    Parameters
    ----------
    edges : arrows of all documents; model_id begins with the id of the document and a hyphen.
    aligned : as `alignments` gives it.

    Returns a data frame, one row a pair of groups: source, target, relation (the words in use), sign, documents (how
    many), doc_ids, status (the firmest: printed, mapped, literature, inferred), arrows (how many).
    """
    import pandas as pd

    firmest = ["printed", "mapped", "literature", "by_order", "reconciled", "inferred"]
    group = dict(zip(zip(aligned.doc_id, aligned.label, strict=True), aligned.group, strict=True))
    found = edges.assign(doc_id=row_owners(edges.model_id))
    for end in ("source", "target"):
        named = [group.get(pair) for pair in zip(found.doc_id, found[end], strict=True)]
        found[end] = pd.Series(named, index=found.index, dtype="object")
    found = found.dropna(subset=["source", "target"])
    found = found[found.source != found.target]
    rows = []
    for (source, target), part in found.groupby(["source", "target"], sort=False):
        words, documents = "、".join(dict.fromkeys(part.relation)), list(dict.fromkeys(part.doc_id))
        status = min(part.status, key=firmest.index)
        rows.append((source, target, words, "+", len(documents), " ".join(documents), status, len(part)))
    columns = "source target relation sign documents doc_ids status arrows".split()
    return pd.DataFrame(rows, columns=columns).sort_values(
        "documents", ascending=False, kind="stable", ignore_index=True
    )


def _grams(label):
    return {label[i : i + 2] for i in range(len(label) - 1)} or {label}


def _ranked(codes, similarity, top):
    import pandas as pd

    pairs = [(a, b) for a, b in combinations(codes.itertuples(), 2) if a.doc_id != b.doc_id]
    rows = [(a.doc_id, a.label, b.doc_id, b.label, a.code_id, b.code_id, similarity(a, b)) for a, b in pairs]
    found = pd.DataFrame(rows, columns="doc_a label_a doc_b label_b code_a code_b similarity".split())
    found = found[found.similarity > 0].sort_values(["similarity", "code_a", "code_b"], ascending=[False, True, True])
    return found.head(top).reset_index(drop=True)
