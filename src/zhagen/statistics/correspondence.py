"""Correspondence analysis: a table of counts as a map of its rows and columns.

Benzécri (1973), L'analyse des données; Greenacre (1984), Theory and applications of correspondence analysis; Greenacre
(2017), Correspondence analysis in practice, whose names are used.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zhagen.errors import ZhagenError

LEAST = 1e-12  # inertia below it is rounding


@dataclass(frozen=True, eq=False)
class Correspondence:
    """What a correspondence analysis gives.

    Attributes
    ----------
    rows : pandas.DataFrame
        One row a row of the table, in its order: ``label``, ``mass`` (its share of the counts), ``inertia`` (its share
        of the total inertia); for each axis k the principal coordinate ``x<k>``, ``contribution<k>`` (its share of the
        axis's inertia: the column adds up to 1) and ``cos2_<k>`` (the axis's share of its own inertia); ``quality``
        (the sum of its cos2: how well these axes show it). A row with the average profile has coordinates, cos2 and
        quality 0.
    columns : pandas.DataFrame
        The same for the columns.
    inertia : pandas.DataFrame
        One row an axis: ``axis`` (1, 2, ...), ``eigenvalue``, ``share`` (of the total), ``cumulative``.
    total : float
        The total inertia: chi-square over the sum of the table.
    """

    rows: pd.DataFrame
    columns: pd.DataFrame
    inertia: pd.DataFrame
    total: float

    def __repr__(self) -> str:
        axes = ", ".join(f"axis {axis} {share:.1%}" for axis, share in enumerate(self.inertia["share"], 1))
        size = f"{len(self.rows)} rows x {len(self.columns)} columns"
        return f"Correspondence: {size}; total inertia {self.total:.4g} (chi-square / sum), of it {axes}"


def correspondence_analysis(table: pd.DataFrame, *, components: int = 2) -> Correspondence:
    """Analyse a two-way table of counts.

    The standardized residuals ``(p - r c) / sqrt(r c)`` (p the shares of the cells, r and c those of rows and columns)
    are decomposed by singular values. Coordinates are principal: distances between rows are the chi-square distances of
    their profiles, and so are those between columns; the distance from a row to a column means nothing, only the
    direction does. Axes of (nearly) equal inertia are not unique: they could be rotated.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows x columns of counts, 0 or more; the index and the column names are the labels.
    components : int, default 2
        Number of axes at most. A table has one less than it has rows or columns, whichever is smaller, and an axis
        without inertia is left out.

    Returns
    -------
    Correspondence
        Rows, columns and axes. On each axis the column furthest from 0 is positive (the first by code point of the
        furthest), so that nothing depends on the machine or on the order of rows and columns.

    Raises
    ------
    ZhagenError
        If there are fewer than two rows or columns, a row or column is empty (the message names it), a label occurs
        twice, a cell is not a count, or rows and columns are independent, because then there is nothing to map.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[4, 1], [1, 4]], index=["平台", "用户"], columns=["导论", "结论"])
    >>> found = correspondence_analysis(table)
    >>> found
    Correspondence: 2 rows x 2 columns; total inertia 0.36 (chi-square / sum), of it axis 1 100.0%
    >>> found.inertia.round(2).values.tolist(), found.rows.x1.round(2).tolist()
    ([[1.0, 0.36, 1.0, 1.0]], [0.6, -0.6])
    """
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


def _checked(table: pd.DataFrame, components: int) -> tuple[np.ndarray, list[str], list[str]]:
    """Return (counts as floats, row labels, column labels); raises `ZhagenError`."""
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
            raise ZhagenError(f"the {kind} {twice[0]} occurs twice", todo="add its counts up first")
        empty = [label for label, size in zip(labels, sums, strict=True) if not size]
        if empty:
            raise ZhagenError(f"without a count: the {kind} {', '.join(empty)}", todo="leave it out of the table")
    return counts, rows, columns


def _signs(coordinates: np.ndarray, labels: list[str]) -> np.ndarray:
    """Return 1 or -1 for each axis, so that the label furthest from 0 is positive."""
    order = np.argsort(np.array(labels))
    sorted_ = coordinates[order]
    furthest = np.abs(sorted_) >= np.abs(sorted_).max(axis=0) * (1 - 1e-9)  # a tie may differ by rounding
    return np.sign(sorted_[furthest.argmax(axis=0), range(sorted_.shape[1])])


def _points(
    labels: list[str],
    mass: np.ndarray,
    coordinates: np.ndarray,
    distances: np.ndarray,
    eigenvalues: np.ndarray,
    total: float,
) -> pd.DataFrame:
    """Return the frame of rows or columns; `distances` are squared, from the average profile."""
    frame = pd.DataFrame({"label": labels, "mass": mass, "inertia": mass * distances / total}).astype({"label": "str"})
    apart = distances > LEAST
    cos2 = np.where(apart[:, None], coordinates**2 / np.where(apart, distances, 1)[:, None], 0)
    for axis, eigenvalue in enumerate(eigenvalues):
        x = np.where(apart, coordinates[:, axis], 0)
        frame[f"x{axis + 1}"] = x
        frame[f"contribution{axis + 1}"] = mass * x**2 / eigenvalue
        frame[f"cos2_{axis + 1}"] = cos2[:, axis]
    return frame.assign(quality=np.minimum(cos2.sum(axis=1), 1))
