"""The documents side by side: codes that mean the same, by judgement and by similarity alone, and their joint model."""

import re
import tomllib
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zhagen.documents.published import row_owners
from zhagen.errors import ZhagenError
from zhagen.paths import data_folder
from zhagen.statistics.association import head_with_ties
from zhagen.statistics.terms import term_matrix, tfidf
from zhagen.text.segmentation import content_terms

FIRMEST = ("printed", "prose", "heading", "mapped", "literature", "by_order", "reconciled", "unconfirmed", "inferred")
JOINT = "source target relation sign documents doc_ids status arrows".split()


def code_systems(codes: pd.DataFrame) -> pd.DataFrame:
    """Count the codes of every document by level.

    Parameters
    ----------
    codes : pandas.DataFrame
        The codes of all documents in one frame, as `read_published` or extractions give them.

    Returns
    -------
    pandas.DataFrame
        int, index ``doc_id``, one column a level, in the order they occur.
    """
    counts = pd.crosstab(codes.doc_id, codes.level)
    return counts.loc[codes.doc_id.drop_duplicates(), codes.level.drop_duplicates()].rename_axis(None, axis=1)


def alignments(codes: pd.DataFrame, *, path: Path | str | None = None) -> pd.DataFrame:
    """Read a judgement of which codes mean the same.

    Parameters
    ----------
    codes : pandas.DataFrame
        The codes of all documents in one frame, as `read_published` or extractions give them.
    path : pathlib.Path or str, optional
        A TOML file: each ``[[alignments]]`` has a name, a reason and a list of codes, a code being
        ``[document, level, label]``. Without it, ours: ``data/codings/synthesis/alignments.toml``.

    Returns
    -------
    pandas.DataFrame
        One row a code: ``group``, ``doc_id``, ``level``, ``label``, ``code_id``, ``reason`` (str).

    Raises
    ------
    ZhagenError
        If the file is missing or is not TOML, an entry lacks a name, a reason or codes, a code is not among `codes`, or
        a code is listed twice in one group; the message names file and line.

    Examples
    --------
    >>> from zhagen.documents.published import read_published
    >>> alignments(read_published(None, "codes")).columns.tolist()
    ['group', 'doc_id', 'level', 'label', 'code_id', 'reason']
    """
    path = Path(path) if path else data_folder() / "codings" / "synthesis" / "alignments.toml"
    text, entries = _entries(path)
    ids = dict(zip(zip(codes.doc_id, codes.level, codes.label, strict=True), codes.code_id, strict=True))
    rows: list[tuple[str, ...]] = []
    for number, entry in enumerate(entries):
        _check_entry(entry, path, text, number)
        for named in map(tuple, entry["codes"]):
            where = _place(path, text, number, named)
            if len(named) != 3 or named not in ids:
                documents = set(codes.doc_id)
                known = named and named[0] in documents
                what = "code" if known else "document"
                todo = "compare it with the codes" if known else f"use one of {', '.join(sorted(documents))}"
                raise ZhagenError(f"{entry['name']}: no {what} {' '.join(map(str, named))}", where, todo)
            row = (entry["name"], *named, ids[named], entry["reason"])
            if row in rows:
                raise ZhagenError(f"{entry['name']}: {' '.join(named)} is listed twice", where, "leave out one")
            rows.append(row)
    return pd.DataFrame(rows, columns="group doc_id level label code_id reason".split())


def _entries(path: Path) -> tuple[str, list[dict[str, Any]]]:
    """Return the text of a file of alignments and its entries."""
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)["alignments"]
    except OSError as error:
        raise ZhagenError(f"{path} cannot be read: {error.strerror}", todo="compare the path") from error
    except KeyError as error:
        raise ZhagenError("there is no [[alignments]]", path.name, "write one for each group of codes") from error
    except ValueError as error:  # no TOML, which names its line; or not in UTF-8
        raise ZhagenError(f"it is not TOML in UTF-8: {error}", path.name, "correct the file") from error


def _check_entry(entry: dict[str, Any], path: Path, text: str, number: int) -> None:
    where = _place(path, text, number)
    for key in ("name", "reason"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise ZhagenError(f"the entry {number + 1} has no {key}", where, f'write {key} = "…"')
    named = entry.get("codes")
    if not named or not isinstance(named, list) or not all(isinstance(one, list) for one in named):
        raise ZhagenError(f"{entry['name']}: there are no codes", where, "list [document, level, label] for each code")


def _place(path: Path, text: str, number: int, named: Iterable[Any] = ()) -> str:
    """Return the file and the line of an entry, or of a code in it."""
    lines = text.split("\n")
    heads = [at for at, line in enumerate(lines) if re.match(r"\s*\[\[\s*alignments\s*\]\]", line)]
    if number >= len(heads):  # written in another way, as one list
        return path.name
    block = range(heads[number], [*heads, len(lines)][number + 1])
    parts = [str(part) for part in named]
    found = [at for at in block if parts and all(part in lines[at] for part in parts)]
    return f"{path.name}, line {(found or block)[0] + 1}"


def judged_pairs(aligned: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the pairs of codes of different documents that are in one group.

    Parameters
    ----------
    aligned : pandas.DataFrame
        As `alignments` returns it.

    Returns
    -------
    set of tuple of str
        Pairs of code ids, each pair sorted.
    """
    groups = aligned.groupby("group")[["doc_id", "code_id"]]
    members = (zip(rows.doc_id, rows.code_id, strict=True) for _, rows in groups)
    found = (pair for rows in members for pair in combinations(rows, 2))
    return {(min(a, b), max(a, b)) for (document, a), (other, b) in found if document != other}


def similar_labels(codes: pd.DataFrame, *, top: int = 20) -> pd.DataFrame:
    """Pair codes of different documents by their labels alone.

    The similarity of two labels is Jaccard's, over their pairs of neighbouring characters.

    Parameters
    ----------
    codes : pandas.DataFrame
        The codes of all documents in one frame, as `read_published` or extractions give them.
    top : int, default 20
        Number of pairs, 1 or more; pairs as similar as the last one are listed, too.

    Returns
    -------
    pandas.DataFrame
        One row a pair above 0, most similar first: ``doc_a``, ``label_a``, ``doc_b``, ``label_b``, ``code_a``,
        ``code_b`` (str), ``similarity`` (float, 0 to 1).
    """
    grams = {code_id: _grams(label) for code_id, label in zip(codes.code_id, codes.label, strict=True)}

    def similarity(a: str, b: str) -> float:
        first, second = grams[a], grams[b]
        return len(first & second) / len(first | second)

    return _ranked(codes, similarity, top)


def similar_contexts(codes: pd.DataFrame, features: pd.DataFrame, *, top: int = 20) -> pd.DataFrame:
    """Pair codes of different documents by the company their words keep.

    The context of a code is the sum of the tf-idf weights of its document's sentences that hold a content term of its
    label; the similarity of two codes is the cosine of their contexts, the terms of both labels left out. A code whose
    label holds no term of its document has no context.

    Parameters
    ----------
    codes : pandas.DataFrame
        The codes of all documents in one frame, as `read_published` or extractions give them.
    features : pandas.DataFrame
        The features of all documents in one frame, as `load_features` gives them.
    top : int, default 20
        Number of pairs, 1 or more; pairs as similar as the last one are listed, too.

    Returns
    -------
    pandas.DataFrame
        One row a pair above 0, most similar first: ``doc_a``, ``label_a``, ``doc_b``, ``label_b``, ``code_a``,
        ``code_b`` (str), ``similarity`` (float, 0 to 1).
    """

    counts = term_matrix(features, unit="sentence")
    weights = tfidf(counts).tocsc()
    place = {term: number for number, term in enumerate(counts.terms)}
    assert counts.units is not None  # they are, in a matrix made of features
    owner = counts.units.doc_id.to_numpy()
    contexts, own = {}, {}
    for code_id, doc_id, label in zip(codes.code_id, codes.doc_id, codes.label, strict=True):
        columns = [place[term] for term in content_terms(label) if term in place]
        holds = np.zeros(len(owner), dtype=bool)
        for column in columns:
            holds[weights[:, [column]].nonzero()[0]] = True
        holds &= owner == doc_id
        contexts[code_id] = np.asarray(weights[holds].sum(axis=0)).ravel() if holds.any() else None
        own[code_id] = columns

    def similarity(a: str, b: str) -> float:
        first, second = contexts[a], contexts[b]
        if first is None or second is None:
            return 0.0
        kept = np.ones(len(place), dtype=bool)
        kept[own[a] + own[b]] = False
        first, second = first[kept], second[kept]
        length = np.linalg.norm(first) * np.linalg.norm(second)
        return float(first @ second / length) if length else 0.0

    return _ranked(codes, similarity, top)


def alignment_agreement(proposed: pd.DataFrame, judged: set[tuple[str, str]]) -> dict[str, float]:
    """Compare pairs that a similarity proposes with those we judged to mean the same.

    Parameters
    ----------
    proposed : pandas.DataFrame
        As `similar_labels` or `similar_contexts` returns it.
    judged : set of tuple of str
        As `judged_pairs` returns it.

    Returns
    -------
    dict
        ``proposed``, ``judged``, ``both`` (int, pairs), ``precision`` (float, both / proposed), ``recall`` (float, both
        / judged).
    """
    pairs = {(min(pair), max(pair)) for pair in zip(proposed.code_a, proposed.code_b, strict=True)}
    both = len(pairs & judged)
    shares = {"precision": both / len(pairs) if pairs else 0.0, "recall": both / len(judged) if judged else 0.0}
    return {"proposed": len(pairs), "judged": len(judged), "both": both} | shares


def joint_edges(edges: pd.DataFrame, aligned: pd.DataFrame) -> pd.DataFrame:
    """Put the arrows of all documents into one model of the groups.

    An arrow with an end that is in no group is left out, and so is an arrow inside one group. Arrows of different signs
    are kept apart: a pair of groups that one document joins by + and another by - has two rows.

    Parameters
    ----------
    edges : pandas.DataFrame
        Arrows of all documents, as `mechanism_edges` returns them; a model_id begins with the id of its document and a
        hyphen.
    aligned : pandas.DataFrame
        As `alignments` returns it.

    Returns
    -------
    pandas.DataFrame
        One row a pair of groups and a sign, most documents first: ``source``, ``target``, ``relation`` (str, the words
        in use), ``sign`` (str), ``documents`` (int), ``doc_ids`` (str, parted by blanks), ``status`` (str, the firmest:
        printed, prose, heading, mapped, literature, by_order, reconciled, inferred), ``arrows`` (int).

    Raises
    ------
    ZhagenError
        If an arrow has an unknown status.
    """
    strange = edges[~edges.status.isin(FIRMEST)]
    if len(strange):
        where = " ".join(strange.iloc[0][["model_id", "source", "target"]])
        raise ZhagenError(f"there is no status {strange.status.iloc[0]!r}", where, f"use one of {', '.join(FIRMEST)}")
    group = dict(zip(zip(aligned.doc_id, aligned.label, strict=True), aligned.group, strict=True))
    found = edges.assign(doc_id=row_owners(edges.model_id, aligned.doc_id), sign=edges.sign.fillna(""))
    for end in ("source", "target"):
        named = [group.get(pair) for pair in zip(found.doc_id, found[end], strict=True)]
        found[end] = pd.Series(named, index=found.index, dtype="object")
    found = found.dropna(subset=["source", "target"])
    found = found[found.source != found.target]
    rows = []
    for (source, target, sign), part in found.groupby(["source", "target", "sign"], sort=False):
        words, documents = "、".join(dict.fromkeys(part.relation)), list(dict.fromkeys(part.doc_id))
        status = min(part.status, key=FIRMEST.index)
        rows.append((source, target, words, sign, len(documents), " ".join(documents), status, len(part)))
    table = pd.DataFrame(rows, columns=JOINT)
    return table.sort_values("documents", ascending=False, kind="stable", ignore_index=True)


def _grams(label: str) -> set[str]:
    return {label[i : i + 2] for i in range(len(label) - 1)} or {label}


def _ranked(codes: pd.DataFrame, similarity: Callable[[str, str], float], top: int) -> pd.DataFrame:
    """Return the most similar pairs of codes of different documents; `similarity` takes two code ids."""
    every = zip(codes.doc_id, codes.label, codes.code_id, strict=True)
    pairs = [(a, b) for a, b in combinations(every, 2) if a[0] != b[0]]
    rows = [(*a[:2], *b[:2], a[2], b[2], similarity(a[2], b[2])) for a, b in pairs]
    found = pd.DataFrame(rows, columns="doc_a label_a doc_b label_b code_a code_b similarity".split())
    found = found[found.similarity > 0].sort_values(["similarity", "code_a", "code_b"], ascending=[False, True, True])
    return head_with_ties(found, "similarity", top).reset_index(drop=True)
