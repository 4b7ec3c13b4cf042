"""Hierarchical clustering: terms or codes by how often they stand together.

>>> import pandas as pd
>>> from zhagen.statistics.association import EDGES
>>> edges = pd.DataFrame([("平台", "用户", 3, 3, 4, 9), ("平台", "需求", 1, 3, 2, 9)], columns=EDGES)
>>> cut_clusters(cluster_labels(distance_table(edges)), k=2).values.tolist()
[['平台', 1], ['用户', 1], ['需求', 2]]
"""

from dataclasses import dataclass

from zhagen.errors import ZhagenError
from zhagen.statistics.association import MEASURES

SIMILARITIES = ("jaccard", "dice", "cosine")
METHODS = ("average", "complete", "single", "ward")


@dataclass(frozen=True, eq=False)
class Merges:
    """What `cluster_labels` merged, in order.

    Attributes
    ----------
    labels : tuple of the n labels, by code point; they are the clusters 0 to n - 1.
    steps : data frame, one row a merge: first, second (numbers of the clusters merged; step i, from 0, makes the
        cluster n + i), height (how far they were apart), size (labels in the new cluster). Heights never fall.
    method : of the clustering.
    measure : of the distances, empty where they do not say.
    """

    labels: tuple
    steps: object
    method: str
    measure: str


def distance_table(matrix, measure="jaccard", labels=None, binary=True):
    """Return how far each two terms or codes are apart.

    Parameters
    ----------
    matrix : a `zhagen.statistics.terms.TermMatrix`, whose columns are compared; or a data frame of edges as
        `zhagen.statistics.association.cooccurrence_table` returns it, with ``min_count=1``: a pair that is not in it counts as never
        together.
    measure : ``jaccard`` | ``dice`` | ``cosine`` (see `zhagen.statistics.association`): the distance is 1 - similarity, 0 to 1.
        ``euclidean``: the distance of two columns, ``sqrt(n1 + n2 - 2 n12)``; in the 0/1 matrix the root of the number
        of units with one of the two only, so that frequent terms lie far from all others.
    labels : which ones; None takes all.
    binary : whether a label counts once in a unit, as in `zhagen.statistics.association.cooccurrence_table`; edges are counted already.

    Returns a square data frame of float64, labels by code point in index and columns, 0 on its diagonal;
    ``attrs["measure"]`` is the measure. Raises `ZhagenError` for an unknown measure, less than two labels, a label that
    is asked for twice, is not there or stands in no unit.

    >>> import numpy as np, scipy.sparse as sp
    >>> from zhagen.statistics.terms import TermMatrix
    >>> counts = sp.csr_array(np.array([[1, 1, 0], [1, 0, 2]]))
    >>> distance_table(TermMatrix(counts, None, np.array(["平台", "用户", "需求"]))).values.tolist()
    [[0.0, 0.5, 0.5], [0.5, 0.0, 1.0], [0.5, 1.0, 0.0]]
    """
    import numpy as np
    import pandas as pd

    if measure not in (*SIMILARITIES, "euclidean"):
        told = ", ".join((*SIMILARITIES, "euclidean"))
        raise ZhagenError(f"there is no distance {measure!r}", todo=f"use one of {told}")
    read = _from_edges if isinstance(matrix, pd.DataFrame) else _from_matrix
    chosen, n12 = read(matrix, labels, binary)
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


def cluster_labels(distances, method="average"):
    """Merge the two closest clusters, again and again, until one is left.

    How far two clusters are apart: ``average`` - the mean over all pairs of their labels (UPGMA, Sokal and Michener
    1958, A statistical method for evaluating systematic relationships), ``complete`` - their furthest pair, ``single``
    - their closest pair, ``ward`` - by how much the sum of squares within clusters grows (Ward 1963, Hierarchical
    grouping to optimize an objective function). Ward's is defined for points in space only: its distances must say that
    they are Euclidean. scipy's `linkage` computes it.

    Parameters
    ----------
    distances : square data frame with the same labels in index and columns, symmetric, 0 on its diagonal; for ``ward``
        with ``attrs["measure"] == "euclidean"``, as `distances` sets it.
    method : ``average`` | ``complete`` | ``single`` | ``ward``.

    Returns `Merges`. Labels are sorted by code point first, so that their order decides nothing; of two pairs equally
    close the one scipy finds first in that order is merged. Raises `ZhagenError` for an unknown method, a table that is
    not as said, less than two labels, and Ward's method where the distances are not Euclidean.

    >>> import pandas as pd
    >>> table = pd.DataFrame([[0, 1, 4], [1, 0, 2], [4, 2, 0]], index=list("abc"), columns=list("abc"))
    >>> cluster_labels(table).steps.values.tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 3.0, 3.0]]
    """
    import pandas as pd
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


def cut_clusters(merges, k=None, height=None):
    """Cut the tree: into `k` groups, or undo all merges above a height.

    Parameters
    ----------
    merges : what `cluster_labels` returns.
    k : how many groups, 1 to the number of labels: the last k - 1 merges are undone.
    height : merges at this height and below stay. Give `k` or `height`, not both.

    Returns a data frame, one row a label: label, group; the largest group is 1, of equal ones the one with the first
    label by code point; sorted by group, then by label. Raises `ZhagenError` where not exactly one of the two is given,
    or `k` is out of range.

    >>> import pandas as pd
    >>> table = pd.DataFrame([[0, 1, 4], [1, 0, 2], [4, 2, 0]], index=list("abc"), columns=list("abc"))
    >>> cut_clusters(cluster_labels(table), height=1.5).values.tolist()
    [['a', 1], ['b', 1], ['c', 2]]
    """
    import pandas as pd

    n = len(merges.labels)
    if (k is None) == (height is None):
        raise ZhagenError("the cut is not clear", todo="give k or height, one of them")
    if k is not None and not 1 <= k <= n:
        raise ZhagenError(f"k is {k}, the tree has {n} labels", todo=f"give 1 to {n}")
    steps = merges.steps
    kept = steps.head(n - k) if height is None else steps[steps.height <= height]
    members = {number: [label] for number, label in enumerate(merges.labels)}
    for number, first, second in zip(kept.index, kept["first"], kept["second"], strict=True):
        members[n + number] = sorted(members.pop(first) + members.pop(second))
    ordered = sorted(members.values(), key=lambda group: (-len(group), group[0]))
    rows = [(label, number) for number, group in enumerate(ordered, 1) for label in group]
    return pd.DataFrame(rows, columns=["label", "group"]).astype({"label": "str"})


def cophenetic_correlation(merges, distances):
    """Return the cophenetic correlation: how well the tree keeps the distances, -1 to 1, better near 1.

    Pearson's correlation, over all pairs of labels, of their distance and the height at which they come together: Sokal
    and Rohlf (1962), The comparison of dendrograms by objective methods.

    Parameters
    ----------
    merges : what `cluster_labels` made of the distances.
    distances : the distances.

    Returns a float. Raises `ZhagenError` where the labels differ, and where the distances or the heights are all equal
    (always with two labels): there is no correlation then.

    >>> import pandas as pd
    >>> table = pd.DataFrame([[0, 1, 4], [1, 0, 2], [4, 2, 0]], index=list("abc"), columns=list("abc"))
    >>> round(cophenetic_correlation(cluster_labels(table), table), 4)
    0.7559
    """
    import numpy as np
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


def _from_matrix(matrix, labels, binary):
    """Return (labels by code point, their products as a dense array)."""
    import numpy as np
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


def _from_edges(edges, labels, _):
    """Return what `_from_matrix` returns."""
    import numpy as np

    own = dict(zip(edges.term_a, edges.n1, strict=True)) | dict(zip(edges.term_b, edges.n2, strict=True))
    chosen = _chosen(labels, own, own)
    place = {label: number for number, label in enumerate(chosen)}
    n12 = np.diag([float(own[label]) for label in chosen])
    kept = edges[edges.term_a.isin(chosen) & edges.term_b.isin(chosen)]
    first, second = ([place[term] for term in kept[name]] for name in ("term_a", "term_b"))
    n12[first, second] = n12[second, first] = kept.n12
    return chosen, n12


def _chosen(labels, every, known):
    chosen = sorted(every if labels is None else labels)
    if len(chosen) < 2:
        raise ZhagenError(f"there are {len(chosen)} labels, nothing to compare", todo="give two or more")
    unknown = [label for label in chosen if label not in known]
    if unknown:
        raise ZhagenError(f"not among the labels: {', '.join(unknown)}", todo="look how it is spelt, or leave it out")
    twice = [one for one, other in zip(chosen, chosen[1:], strict=False) if one == other]
    if twice:
        raise ZhagenError(f"the label {twice[0]} is asked for twice", todo="ask once")
    return chosen


def _checked(distances):
    """Return the distances with labels by code point; raises `ZhagenError`."""
    import numpy as np

    labels = list(distances.index)
    if len(labels) < 2:
        raise ZhagenError(f"there are {len(labels)} labels, nothing to cluster", todo="give two or more")
    if list(distances.columns) != labels or len(set(labels)) < len(labels):
        raise ZhagenError("index and columns are not the same labels", todo="give a table as `distances` returns it")
    order = sorted(labels)
    table = distances.loc[order, order].astype("float64")
    values = table.to_numpy()
    if not (np.isfinite(values).all() and (values >= 0).all() and (values.diagonal() == 0).all()):
        raise ZhagenError("a distance is missing, negative, or not 0 from a label to itself", todo="mend the table")
    if not np.allclose(values, values.T, rtol=1e-9, atol=1e-12):
        raise ZhagenError("the distances there and back differ", todo="give a symmetric table")
    return table
