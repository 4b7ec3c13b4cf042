"""Correspondence analysis: a table of counts as a map of its rows and columns.

Benzécri (1973), L'analyse des données; Greenacre (1984), Theory and applications of correspondence analysis; Greenacre
(2017), Correspondence analysis in practice, whose names are used.
"""

from dataclasses import dataclass

from zhagen.errors import ZhagenError

LEAST = 1e-12  # inertia below it is rounding


@dataclass(frozen=True, eq=False)
class Correspondence:
    """What a correspondence analysis gives.

    Attributes
    ----------
    rows : data frame, one row a row of the table, in its order: label, mass (its share of the counts), inertia (its
        share of the total inertia); for each axis k the principal coordinate ``x<k>``, ``contribution<k>`` (its share
        of the axis's inertia: the column adds up to 1) and ``cos2_<k>`` (the axis's share of its own inertia); quality
        (the sum of its cos2: how well these axes show it). A row with the average profile has coordinates, cos2 and
        quality 0.
    columns : the same for the columns.
    inertia : data frame, one row an axis: axis (1, 2, ...), eigenvalue, share (of the total), cumulative.
    total : the total inertia, chi-square over the sum of the table.
    """

    rows: object
    columns: object
    inertia: object
    total: float


def correspondence_analysis(table, components=2):
    """Analyse a two-way table of counts.

    The standardized residuals ``(p - r c) / sqrt(r c)`` (p the shares of the cells, r and c those of rows and columns)
    are decomposed by singular values. Coordinates are principal: distances between rows are the chi-square distances of
    their profiles, so are those between columns; the distance from a row to a column means nothing, only the direction
    does. Axes of (nearly) equal inertia are not unique, they could be turned.

    Parameters
    ----------
    table : data frame, rows x columns, of counts 0 or more; the index and the column names are the labels.
    components : how many axes at most. A table has one less than it has rows or columns, whichever is smaller, and an
        axis without inertia is left out.

    Returns a `Correspondence`. On each axis the column furthest from 0 is positive (the first by code point of the
    furthest), so that nothing depends on the machine or on the order of rows and columns. Raises `ZhagenError` for less
    than two rows or columns, an empty row or column (names it), a label that stands twice, a cell that is no count, and
    where rows and columns are independent, for then there is nothing to map.

    >>> import pandas as pd
    >>> table = pd.DataFrame([[4, 1], [1, 4]], index=["平台", "用户"], columns=["导论", "结论"])
    >>> found = correspondence_analysis(table)
    >>> found.inertia.round(2).values.tolist(), found.rows.x1.round(2).tolist()
    ([[1.0, 0.36, 1.0, 1.0]], [0.6, -0.6])
    """
    import numpy as np
    import pandas as pd

    counts, rows, columns = _checked(table, components)
    shares = counts / counts.sum()
    r, c = shares.sum(axis=1), shares.sum(axis=0)
    expected = np.outer(r, c)
    residuals = (shares - expected) / np.sqrt(expected)
    left, values, right = np.linalg.svd(residuals, full_matrices=False)
    total = float((residuals**2).sum())
    kept = values[: min(components, len(rows) - 1, len(columns) - 1)]
    kept = kept[kept**2 > LEAST]
    if not len(kept):
        raise ZhagenError("rows and columns are independent, so there is nothing to map", todo="take another table")
    x = left[:, : len(kept)] * kept / np.sqrt(r)[:, None]
    y = right[: len(kept)].T * kept / np.sqrt(c)[:, None]
    turn = _signs(y, columns)
    eigenvalues = kept**2
    inertia = pd.DataFrame({"axis": range(1, len(kept) + 1), "eigenvalue": eigenvalues, "share": eigenvalues / total})
    inertia["cumulative"] = inertia["share"].cumsum()
    distances = (residuals**2).sum(axis=1) / r, (residuals**2).sum(axis=0) / c
    return Correspondence(
        _points(rows, r, x * turn, distances[0], eigenvalues, total),
        _points(columns, c, y * turn, distances[1], eigenvalues, total),
        inertia,
        total,
    )


def _checked(table, components):
    """Return (counts as floats, row labels, column labels); raises `ZhagenError`."""
    import numpy as np

    rows, columns = list(map(str, table.index)), list(map(str, table.columns))
    if components < 1:
        raise ZhagenError(f"components is {components}", todo="ask for one axis or more")
    if len(rows) < 2 or len(columns) < 2:
        raise ZhagenError(
            f"the table has {len(rows)} rows and {len(columns)} columns", todo="give two of each at least"
        )
    try:
        counts = table.to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ZhagenError(f"the table holds more than numbers: {error}", todo="put labels into the index") from error
    bad = np.argwhere(~(np.isfinite(counts) & (counts >= 0)))
    if len(bad):
        row, column = bad[0]
        place = f"{rows[row]}, {columns[column]}"
        raise ZhagenError(f"the cell holds {counts[row, column]:g}, which is no count", place, "give 0 or more")
    for kind, labels, sums in (("row", rows, counts.sum(axis=1)), ("column", columns, counts.sum(axis=0))):
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ZhagenError(f"the {kind} {twice[0]} stands twice", todo="add its counts up first")
        empty = [label for label, size in zip(labels, sums, strict=True) if not size]
        if empty:
            raise ZhagenError(f"without a count: the {kind} {', '.join(empty)}", todo="leave it out of the table")
    return counts, rows, columns


def _signs(coordinates, labels):
    """Return 1 or -1 for each axis, so that the label furthest from 0 is positive."""
    import numpy as np

    order = np.argsort(np.array(labels))
    sorted_ = coordinates[order]
    furthest = np.abs(sorted_) >= np.abs(sorted_).max(axis=0) * (1 - 1e-9)  # a tie may differ by rounding
    return np.sign(sorted_[furthest.argmax(axis=0), range(sorted_.shape[1])])


def _points(labels, mass, coordinates, distances, eigenvalues, total):
    """Return the frame of rows or columns; `distances` are squared, from the average profile."""
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame({"label": labels, "mass": mass, "inertia": mass * distances / total}).astype({"label": "str"})
    apart = distances > LEAST
    cos2 = np.where(apart[:, None], coordinates**2 / np.where(apart, distances, 1)[:, None], 0)
    for axis, eigenvalue in enumerate(eigenvalues):
        x = np.where(apart, coordinates[:, axis], 0)
        frame[f"x{axis + 1}"] = x
        frame[f"contribution{axis + 1}"] = mass * x**2 / eigenvalue
        frame[f"cos2_{axis + 1}"] = cos2[:, axis]
    return frame.assign(quality=np.minimum(cos2.sum(axis=1), 1))
