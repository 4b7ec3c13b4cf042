"""Hierarchical clustering: terms or codes by how often they occur together.

Examples
--------
>>> import pandas as pd
>>> from zhagen.statistics.association import EDGES
>>> edges = pd.DataFrame([("平台", "用户", 3, 3, 4, 9), ("平台", "需求", 1, 3, 2, 9)], columns=EDGES)
>>> cut_clusters(cluster_labels(distance_table(edges)), k=2).values.tolist()
[['平台', 1], ['用户', 1], ['需求', 2]]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.statistics.association import MEASURES

if TYPE_CHECKING:
    from zhagen.statistics.terms import TermMatrix

SIMILARITIES = ("jaccard", "dice", "cosine")
METHODS = ("average", "complete", "single", "ward")


@dataclass(frozen=True, eq=False)
class Merges:
    """What `cluster_labels` merged, in order.

    Attributes
    ----------
    labels : tuple of str
        The n labels, by code point; they are the clusters 0 to n - 1.
    steps : pandas.DataFrame
        One row a merge: ``first``, ``second`` (int, the clusters merged; step i, from 0, makes the cluster n + i),
        ``height`` (float, how far they were apart, in the unit of the distances), ``size`` (int, labels in the new
        cluster). Heights never fall.
    method : str
        Method of the clustering.
    measure : str
        Measure of the distances; empty if they do not name it.
    """

    labels: tuple[str, ...]
    steps: pd.DataFrame
    method: str
    measure: str

    def __repr__(self) -> str:
        heights = self.steps["height"]
        distance = f"{self.measure} distance" if self.measure else "distance"
        shown = f"{len(self.labels)} labels, {len(self.steps)} merges, method {self.method}"
        return f"Merges: {shown}; {distance} {heights.iloc[0]:.3g} to {heights.iloc[-1]:.3g}"


def distance_table(
    matrix: TermMatrix | pd.DataFrame,
    measure: str = "jaccard",
    *,
    labels: Iterable[str] | None = None,
    binary: bool = True,
) -> pd.DataFrame:
    """Return how far each two terms or codes are apart.

    Parameters
    ----------
    matrix : TermMatrix or pandas.DataFrame
        A matrix, whose columns are compared; or edges as `cooccurrence_table` returns them with ``min_count=1``: a pair
        that is not in them counts as never together.
    measure : {"jaccard", "dice", "cosine", "euclidean"}, default "jaccard"
        The first three: 1 - similarity, 0 to 1. ``euclidean``: the distance of two columns,
        ``sqrt(n1 + n2 - 2 n12)``; in the 0/1 matrix the root of the number of units with one of the two only, so that
        frequent terms are far from all others.
    labels : iterable of str, optional
        Which labels to compare; without it, all.
    binary : bool, default True
        Whether a label counts once in a unit, as in `cooccurrence_table`; edges are counted already.

    Returns
    -------
    pandas.DataFrame
        Square, float, labels by code point in index and columns, 0 on its diagonal; ``attrs["measure"]`` is the
        measure.

    Raises
    ------
    ZhagenError
        If the measure is unknown, there are fewer than two labels, or a label is given twice, is unknown or occurs in
        no unit.

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> from zhagen.statistics.terms import TermMatrix
    >>> counts = sp.csr_array(np.array([[1, 1, 0], [1, 0, 2]]))
    >>> distance_table(TermMatrix(counts, None, np.array(["平台", "用户", "需求"]))).values.tolist()
    [[0.0, 0.5, 0.5], [0.5, 0.0, 1.0], [0.5, 1.0, 0.0]]
    """
    if measure not in (*SIMILARITIES, "euclidean"):
        known = ", ".join((*SIMILARITIES, "euclidean"))
        raise ZhagenError(f"there is no distance {measure!r}", todo=f"use one of {known}")
    if isinstance(matrix, pd.DataFrame):
        chosen, n12 = _from_edges(matrix, labels)
    else:
        chosen, n12 = _from_matrix(matrix, labels, binary)
    own = np.diag(n12)
    n1, n2 = own[:, None], own[None, :]
    if measure == "euclidean":
        values = np.sqrt(np.maximum(n1 + n2 - 2 * n12, 0))
    else:
        values = np.maximum(1 - MEASURES[measure](n12, n1, n2), 0)
    np.fill_diagonal(values, 0)
    index = pd.Index(chosen, dtype="str")
    table = pd.DataFrame(values, index=index, columns=index)
    table.attrs["measure"] = measure
    return table


def cluster_labels(distances: pd.DataFrame, method: str = "average") -> Merges:
    """Merge the two closest clusters, again and again, until one is left.

    How far two clusters are apart: ``average`` - the mean over all pairs of their labels (UPGMA), ``complete`` - their
    furthest pair, ``single`` - their closest pair, ``ward`` - by how much the sum of squares within clusters grows.
    Ward's method is defined for points in space only: its distances must be marked as Euclidean. scipy's `linkage`
    computes it.

    Parameters
    ----------
    distances : pandas.DataFrame
        Square, the same labels in index and columns, symmetric, 0 on its diagonal; for ``ward`` with
        ``attrs["measure"] == "euclidean"``, as `distance_table` sets it.
    method : {"average", "complete", "single", "ward"}, default "average"
        How far two clusters are apart.

    Returns
    -------
    Merges
        The merges in order. Labels are sorted by code point first, so their order has no effect; of two pairs equally
        close the one that scipy finds first in that order is merged.

    Raises
    ------
    ZhagenError
        If the method is unknown, the table is not as described, there are fewer than two labels, or Ward's method gets
        distances that are not Euclidean.

    References
    ----------
    Sokal and Michener (1958). A statistical method for evaluating systematic relationships.

    Ward (1963). Hierarchical grouping to optimize an objective function.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[0, 1, 4], [1, 0, 2], [4, 2, 0]], index=list("abc"), columns=list("abc"))
    >>> cluster_labels(table)
    Merges: 3 labels, 2 merges, method average; distance 1 to 3
    >>> cluster_labels(table).steps.values.tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 3.0, 3.0]]
    """
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    if method not in METHODS:
        raise ZhagenError(f"there is no method {method!r}", todo=f"use one of {', '.join(METHODS)}")
    measure = distances.attrs.get("measure", "")
    if method == "ward" and measure != "euclidean":
        raise ZhagenError(
            f"Ward's method needs Euclidean distances, these are {measure or 'of no measure named'}",
            todo='take measure="euclidean", or the method average',
        )
    table = _checked(distances)
    found = linkage(squareform(table.to_numpy(), checks=False), method)
    steps = pd.DataFrame(found, columns=["first", "second", "height", "size"])
    steps = steps.astype({"first": "int64", "second": "int64", "size": "int64"})
    steps["height"] = steps["height"].cummax()  # equal heights may differ by rounding
    return Merges(tuple(table.index), steps, method, measure)


def cut_clusters(merges: Merges, *, k: int | None = None, height: float | None = None) -> pd.DataFrame:
    """Cut the tree: into `k` groups, or undo all merges above a height.

    Parameters
    ----------
    merges : Merges
        What `cluster_labels` returns.
    k : int, optional
        Number of groups, 1 to the number of labels: the last k - 1 merges are undone.
    height : float, optional
        Merges at this height and below are kept. Give `k` or `height`, not both.

    Returns
    -------
    pandas.DataFrame
        One row a label, sorted by group, then by label: ``label`` (str), ``group`` (int). The largest group is 1; of
        equal ones, the one with the first label by code point comes first. ``attrs["tied"]`` says how many of the
        merges undone are as high as the last one kept: if there are any, no other order of the merges is worse, and
        the groups could be others.

    Raises
    ------
    ZhagenError
        If not exactly one of `k` and `height` is given, or `k` is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[0, 1, 4], [1, 0, 2], [4, 2, 0]], index=list("abc"), columns=list("abc"))
    >>> cut_clusters(cluster_labels(table), height=1.5).values.tolist()
    [['a', 1], ['b', 1], ['c', 2]]
    """
    n = len(merges.labels)
    if (k is None) == (height is None):
        raise ZhagenError("the cut is not clear", todo="give k or height, one of them")
    if k is not None and not 1 <= k <= n:
        raise ZhagenError(f"k is {k}, the tree has {n} labels", todo=f"give 1 to {n}")
    steps = merges.steps
    kept = steps.head(n - k) if k is not None else steps[steps["height"] <= height]
    members = {number: [label] for number, label in enumerate(merges.labels)}
    for number, first, second in zip(kept.index, kept["first"], kept["second"], strict=True):
        members[n + number] = sorted(members.pop(first) + members.pop(second))
    ordered = sorted(members.values(), key=lambda group: (-len(group), group[0]))
    rows = [(label, number) for number, group in enumerate(ordered, 1) for label in group]
    table = pd.DataFrame(rows, columns=["label", "group"]).astype({"label": "str"})
    undone = steps["height"].iloc[len(kept) :]
    table.attrs["tied"] = int(np.isclose(undone, kept["height"].max(), rtol=1e-12, atol=0).sum()) if len(kept) else 0
    return table


def cophenetic_correlation(merges: Merges, distances: pd.DataFrame) -> float:
    """Return the cophenetic correlation: how well the tree keeps the distances.

    Pearson's correlation, over all pairs of labels, of their distance and the height at which they come together.

    Parameters
    ----------
    merges : Merges
        What `cluster_labels` made of the distances.
    distances : pandas.DataFrame
        The distances.

    Returns
    -------
    float
        -1 to 1, better near 1.

    Raises
    ------
    ZhagenError
        If the labels differ, or if the distances or the heights are all equal (always with two labels): then there is
        no correlation.

    References
    ----------
    Sokal and Rohlf (1962). The comparison of dendrograms by objective methods.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[0, 1, 4], [1, 0, 2], [4, 2, 0]], index=list("abc"), columns=list("abc"))
    >>> round(cophenetic_correlation(cluster_labels(table), table), 4)
    0.7559
    """
    from scipy.cluster.hierarchy import cophenet
    from scipy.spatial.distance import squareform

    table = _checked(distances)
    if tuple(table.index) != merges.labels:
        raise ZhagenError("the distances have other labels than the tree", todo="give those that were clustered")
    given = squareform(table.to_numpy(), checks=False)
    kept = cophenet(merges.steps[["first", "second", "height", "size"]].to_numpy(np.float64))
    for what, values in (("distances", given), ("heights", kept)):
        if np.ptp(values) <= 1e-12 * values.max():
            raise ZhagenError(f"the {what} are all equal, so nothing can correlate", todo="take other labels")
    return float(np.corrcoef(given, kept)[0, 1])


def _from_matrix(matrix: TermMatrix, labels: Iterable[str] | None, binary: bool) -> tuple[list[str], np.ndarray]:
    """Return (labels by code point, their products as a dense array)."""
    from scipy.sparse import csc_array

    terms = list(map(str, matrix.terms))
    place = {term: number for number, term in enumerate(terms)}
    chosen = _chosen(labels, terms, place)
    counts = csc_array(matrix.counts, dtype=np.float64)[:, [place[label] for label in chosen]]
    if binary:
        counts.data = (counts.data > 0).astype(np.float64)
    n12 = (counts.T @ counts).toarray()
    empty = [label for label, own in zip(chosen, np.diag(n12), strict=True) if not own]
    if empty:
        raise ZhagenError(f"in no unit: {', '.join(empty)}", todo="leave it out of the labels")
    return chosen, n12


def _from_edges(edges: pd.DataFrame, labels: Iterable[str] | None) -> tuple[list[str], np.ndarray]:
    """Return what `_from_matrix` returns."""
    own = dict(zip(edges.term_a, edges.n1, strict=True)) | dict(zip(edges.term_b, edges.n2, strict=True))
    chosen = _chosen(labels, own, own)
    place = {label: number for number, label in enumerate(chosen)}
    n12 = np.diag([float(own[label]) for label in chosen])
    kept = edges[edges.term_a.isin(chosen) & edges.term_b.isin(chosen)]
    first, second = ([place[term] for term in kept[name]] for name in ("term_a", "term_b"))
    n12[first, second] = n12[second, first] = kept.n12
    return chosen, n12


def _chosen(labels: Iterable[str] | None, every: Iterable[str], known: Collection[str]) -> list[str]:
    chosen = sorted(every if labels is None else labels)
    if len(chosen) < 2:
        raise ZhagenError(f"there are {len(chosen)} labels, nothing to compare", todo="give two or more")
    unknown = [label for label in chosen if label not in known]
    if unknown:
        raise ZhagenError(f"not among the labels: {', '.join(unknown)}", todo="check how it is spelt, or leave it out")
    twice = [one for one, other in zip(chosen, chosen[1:], strict=False) if one == other]
    if twice:
        raise ZhagenError(f"the label {twice[0]} is given twice", todo="name it once")
    return chosen


def _checked(distances: pd.DataFrame) -> pd.DataFrame:
    """Return the distances with labels by code point; raises `ZhagenError`."""
    labels = list(distances.index)
    if len(labels) < 2:
        raise ZhagenError(f"there are {len(labels)} labels, nothing to cluster", todo="give two or more")
    if list(distances.columns) != labels or len(set(labels)) < len(labels):
        raise ZhagenError(
            "index and columns are not the same labels", todo="give a table as `distance_table` returns it"
        )
    order = sorted(labels)
    table = distances.loc[order, order].astype("float64")
    values = table.to_numpy()
    if not (np.isfinite(values).all() and (values >= 0).all() and (values.diagonal() == 0).all()):
        raise ZhagenError("a distance is missing, negative, or not 0 from a label to itself", todo="correct the table")
    if not np.allclose(values, values.T, rtol=1e-9, atol=1e-12):
        raise ZhagenError("the distances there and back differ", todo="give a symmetric table")
    return table
