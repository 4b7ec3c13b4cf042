"""Looking up a row that may not be there: what a reader's change leaves out must not stop a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def find_pair(edges: pd.DataFrame, first: str, second: str) -> pd.Series:
    """Return the row of a pair of terms, in whatever order they are named; missing values if it is not listed.

    Parameters
    ----------
    edges : pandas.DataFrame
        Pairs with term_a and term_b, as `zhagen.statistics.cooccurrence_table` returns them.
    first, second : str
        The terms.

    Returns
    -------
    pandas.Series
        The columns of the pair; of a pair that is not listed only its terms are there.

    Examples
    --------
    >>> import pandas as pd
    >>> edges = pd.DataFrame({"term_a": ["平台"], "term_b": ["用户"], "n12": [3]})
    >>> int(find_pair(edges, "用户", "平台").n12), bool(pd.isna(find_pair(edges, "用户", "需求").n12))
    (3, True)
    """
    import pandas as pd

    terms = sorted((first, second))
    found = edges[(edges.term_a == terms[0]) & (edges.term_b == terms[1])]
    if len(found):
        return found.iloc[0]
    return pd.Series(dict.fromkeys(edges.columns, float("nan")) | {"term_a": terms[0], "term_b": terms[1]})
