"""Keyness: the terms that set one text apart from others."""


def keyness(target, reference):
    """Compare the term counts of a text with those of a reference.

    G2 is Dunning's log-likelihood ratio of the 2 x 2 table of term and text (Dunning 1993); the effect size is the log
    ratio (Hardie 2014): log2 of the relative frequencies, 0.5 added to both counts so that it stays finite. `p_holm`
    and `p_bh` are the p-values of G2 (one degree of freedom) after Holm's and after Benjamini and Hochberg's
    correction for as many tests as there are terms.

    Parameters
    ----------
    target, reference : data frames with the columns term and count, one row a term.

    Returns a data frame, one row a term of either: term, count, count_reference, g2, log_ratio, p_holm, p_bh; terms
    that the target uses more have a positive log ratio. Sorted by g2 with the sign of the log ratio, highest first.
    Raises `ZhagenError` where either has no term.

    >>> import pandas as pd
    >>> a, b = (pd.DataFrame({"term": ["平台", "用户"], "count": n}) for n in ([30, 10], [10, 30]))
    >>> keyness(a, b).round(2).g2.tolist()
    [20.93, 20.93]
    """
    import numpy as np
    import pandas as pd
    from scipy.stats import chi2, false_discovery_control

    from zhagen.errors import ZhagenError

    if target.empty or reference.empty:
        raise ZhagenError(
            "one of the texts has no term, so nothing can be compared", todo="look where its terms were lost"
        )
    counts = target.set_index("term")["count"].to_frame().join(
        reference.set_index("term")["count"].rename("count_reference"), how="outer"
    )  # fmt: skip
    counts = counts.fillna(0).astype("int64").reset_index()
    a, b = counts["count"].to_numpy(float), counts.count_reference.to_numpy(float)
    size_a, size_b = a.sum(), b.sum()
    g2 = _g2(np.array([[a, b], [size_a - a, size_b - b]]))
    ratio = np.log2(((a + 0.5) / (size_a + 0.5)) / ((b + 0.5) / (size_b + 0.5)))
    p = chi2.sf(g2, 1)
    found = counts.assign(g2=g2, log_ratio=ratio, p_holm=_holm(p), p_bh=false_discovery_control(p))
    order = np.lexsort((found.term, -np.sign(ratio) * g2))
    return pd.DataFrame(found.iloc[order]).reset_index(drop=True)


def _g2(observed):
    """Return 2 * sum(o * ln(o / e)) over 2 x 2 tables given as an array (2, 2, n); a cell of 0 adds 0."""
    import numpy as np
    from scipy.special import xlogy

    rows, columns, total = observed.sum(axis=1, keepdims=True), observed.sum(axis=0), observed.sum(axis=(0, 1))
    expected = rows * columns / total
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(
            observed > 0, xlogy(observed, observed) - xlogy(observed, np.where(expected > 0, expected, 1)), 0
        )
    return np.maximum(2 * parts.sum(axis=(0, 1)), 0)


def _holm(p):
    """Return Holm's step-down p-values (Holm 1979)."""
    import numpy as np

    order = np.argsort(p, kind="stable")
    steps = np.minimum(np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p)))), 1)
    adjusted = np.empty_like(steps)
    adjusted[order] = steps
    return adjusted
