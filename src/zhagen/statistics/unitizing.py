"""How far coders agree who choose where a passage begins and ends: Krippendorff's alphas for unitizing.

Agreement by character or by sentence takes units for given. Here the text is a continuum that each coder cut into
passages of their own, and what is compared is the lengths on which they meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isnan, nan

import numpy as np
import pandas as pd

from zhagen.errors import ZhagenError

COLUMNS = "measure code value low high undefined coverage".split()
SPANS = "coder code start end".split()


def unitizing_alpha(
    passages: pd.DataFrame,
    lengths: int | Mapping[str, int],
    *,
    coders: Iterable[str] | None = None,
    draws: int = 2000,
    seed: int = 1,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return Krippendorff's four alphas of coded passages: u, binary, cu, and one for each code.

    Every coder's text is a sequence of passages and of the gaps between them. ``l_ck`` is the length on which one coder
    has code c and another code k, summed over all ordered pairs of coders and divided by (m - 1), m coders; a gap is a
    code of its own. Expected is ``e_ck = (l_c l_k - [c = k] S_c) / (l - S / l)``, l_c and l the sums of l_ck, S_c the
    sum of the squared lengths of the passages with c (nothing is paired with its own passage; a gap has no structure,
    so its characters count one by one), S the sum of the S_c. An alpha is 1 minus observed over expected disagreement.

    - ``u``: passages and codes: all of l_ck off the diagonal.
    - ``binary``: what is coded at all and what is a gap, all codes taken together.
    - ``cu``: the codes alone, on the text that two coders coded: l_ck without the gaps. Where borders differ it hides
      that; read it beside ``binary`` and its coverage.
    - ``code``: one code on the same text: ``1 - (e_k / l_k) (l_k - l_kk) / (e_k - e_kk)``.

    Parameters
    ----------
    passages : pandas.DataFrame
        The columns ``coder``, ``code``, ``start``, ``end``, and ``source`` if there are several texts: characters of
        the text from 0, the end exclusive. A coder's passages with different codes must not overlap: compare codes
        that exclude each other (one category at a time). Overlapping ones with the same code are taken as one.
    lengths : int or mapping
        Length of the text in characters; source -> length if there are several.
    coders : iterable of str, optional
        Who coded; without it, those who have a passage.
    draws : int, default 2000
        Number of draws for the intervals.
    seed : int, default 1
        Seed of the random generator.
    confidence : float, default 0.95
        Share of the draws within the interval, above 0 and below 1.

    Returns
    -------
    pandas.DataFrame
        One row a measure: ``measure`` (str: u, binary, cu, code); ``code`` (str, empty but for the last kind);
        ``value`` (float, at most 1; NaN where nothing can differ: no gap and no passage, or one code alone for cu);
        ``low``, ``high`` (float): percentile interval over draws of whole sources with replacement, NaN for a single
        source, and hardly to be read below ten; ``undefined`` (float): share of draws in which the measure is 0/0;
        ``coverage`` (float): for cu the share of the text that it speaks of, for a code that of its passages' length,
        1 for the others.

    Raises
    ------
    ZhagenError
        If a column is missing, there are fewer than two coders, no passage, a passage is empty, leaves its text or is
        of an unknown source, passages of one coder with different codes overlap, or `draws` or `confidence` is out of
        range.

    Notes
    -----
    For cu and the codes S_c takes of each passage only the length that the other coders coded, squared; for more than
    two coders the mean of these squares over the other coders. The paper's worked values were not at hand. For two
    coders the results equal those of two public implementations, which differ from each other in this term for more
    than two; the tests recompute all four character by character.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S. and Widlöcher, A. (2016). On the reliability of unitizing textual continua:
    further developments. Quality & Quantity, 50, 2347-2364.

    Krippendorff (2019). Content analysis, 4th edition.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("甲", "平台", 0, 10), ("甲", "用户", 20, 30), ("乙", "平台", 0, 8), ("乙", "用户", 18, 30)]
    >>> found = unitizing_alpha(pd.DataFrame(rows, columns=SPANS), 40)
    >>> found[["measure", "code", "value"]].round(3).values.tolist()
    [['u', '', 0.851], ['binary', '', 0.814], ['cu', '', 1.0], ['code', '平台', 1.0], ['code', '用户', 1.0]]
    """
    spans, sizes = _checked(passages, lengths)
    if not 0 < confidence < 1 or draws < 1:
        raise ZhagenError(f"confidence {confidence}, {draws} draws", todo="give a share such as 0.95, and 1 or more")
    names = sorted(spans.coder.unique() if coders is None else set(coders), key=str)
    if len(names) < 2:
        raise ZhagenError(f"there are passages of {len(names)} coder", todo="name all who coded in `coders`")
    spans = spans[spans.coder.isin(names)]
    codes = sorted(spans.code.unique(), key=str)
    if not codes:
        raise ZhagenError("these coders have no passage", todo="compare the names of the coders")
    # all sums over the text are sums over its sources, so a draw of sources is a weighted sum of these
    parts = [_sums(spans[spans.source == source], size, names, codes) for source, size in sizes.items()]
    every = _alphas(*(np.sum(part, axis=0)[None] for part in zip(*parts, strict=True)))
    low = high = np.full(every.shape[1], nan)
    undefined = np.isnan(every[0]).astype(float)
    if len(parts) > 1:
        weights = np.random.default_rng(seed).multinomial(len(parts), [1 / len(parts)] * len(parts), size=draws)
        drawn = _alphas(*(np.tensordot(weights, np.array(part), axes=1) for part in zip(*parts, strict=True)))
        undefined = np.isnan(drawn).mean(axis=0)
        low, high = _ends(drawn, confidence)
    met = np.sum([part[0] for part in parts], axis=0)
    coded = met[1:, 1:].sum(axis=1)
    of_codes = np.divide(coded, met[1:].sum(axis=1), out=np.zeros(len(codes)), where=met[1:].sum(axis=1) > 0)
    coverage = [1.0, 1.0, coded.sum() / met.sum(), *of_codes.tolist()]
    kinds = ["u", "binary", "cu", *["code"] * len(codes)]
    columns = (kinds, ["", "", "", *codes], every[0], low, high, undefined, coverage)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _checked(passages: pd.DataFrame, lengths: int | Mapping[str, int]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the passages with a column ``source``, and the length of each source; raise where they do not fit."""
    missing = [name for name in SPANS if name not in passages]
    if missing:
        raise ZhagenError(f"there is no column {missing[0]!r}", todo=f"give a data frame with {', '.join(SPANS)}")
    if isinstance(lengths, Mapping):
        if "source" not in passages:
            raise ZhagenError("there is no column 'source'", todo="say of which text a passage is, or give one length")
        spans, sizes = passages, dict(lengths)
    else:
        spans, sizes = passages.assign(source=""), {"": int(lengths)}
    ends = spans.source.map(sizes)  # a missing one fits nothing
    wrong = spans[~((spans.start >= 0) & (spans.start < spans.end) & (spans.end <= ends))]
    if len(wrong):
        start, end = wrong.iloc[0][["start", "end"]]
        raise ZhagenError(
            f"{len(wrong)} passages are empty or leave their text, the first from {start} to {end}",
            todo="count characters from 0, with the end exclusive, and give the length of each source",
        )
    return spans, sizes


def _sums(
    spans: pd.DataFrame, size: int, names: list[str], codes: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of one text: the lengths l_ck, and S_c with all of the text and with what two coded; gaps come first."""
    kinds, units = zip(*(_cut(spans[spans.coder == name], size, codes) for name in names), strict=True)
    others, wide = len(names) - 1, len(codes) + 1
    met, own, meeting = np.zeros((wide, wide)), np.zeros(wide), np.zeros(wide)
    for one, (kind, unit) in enumerate(zip(kinds, units, strict=True)):
        lengths = np.bincount(unit)
        code = np.zeros(len(lengths), np.intp)
        code[unit] = kind  # of each passage; 0 is the gaps, which are one unit here
        own += np.bincount(code, np.where(code > 0, lengths**2, lengths), wide)
        for other, against in enumerate(kinds):
            if other != one:
                met += np.bincount(kind * wide + against, minlength=wide * wide).reshape(wide, wide) / others
                common = np.bincount(unit[against > 0], minlength=len(lengths))
                meeting += np.bincount(code, np.where(code > 0, common**2, 0), wide) / others
    return met, own, meeting


def _cut(spans: pd.DataFrame, size: int, codes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return for each character the number of its code and of its passage, 0 in the gaps."""
    kind, unit = np.zeros(size, np.intp), np.zeros(size, np.intp)
    end, number = 0, 0
    ordered = spans.sort_values(["start", "end"])
    columns: list[list] = [ordered[name].tolist() for name in (*SPANS, "source")]
    for coder, code, start, stop, source in zip(*columns, strict=True):
        place = codes.index(code) + 1
        if start < end and kind[end - 1] != place:
            raise ZhagenError(
                f"two passages of {coder} with different codes overlap at {start}",
                str(source),
                "compare codes that exclude each other, or one code at a time",
            )
        number += start >= end  # a passage that begins within the one before, of the same code, continues it
        end = max(stop, end)
        kind[start:end], unit[start:end] = place, number
    return kind, unit


def _alphas(met: np.ndarray, own: np.ndarray, meeting: np.ndarray) -> np.ndarray:
    """Return draws x (u, binary, cu, codes); `met` is draws x codes x codes, gaps first, the others draws x codes."""
    expected = _expected(met, own)
    coded, likely = met[:, 1:, 1:], _expected(met[:, 1:, 1:], meeting[:, 1:])
    columns = [_alpha(_off(met), _off(expected))]
    columns.append(_alpha(met[:, 0, 1:].sum(axis=1), expected[:, 0, 1:].sum(axis=1)))
    columns.append(_alpha(_off(coded), _off(likely)))
    for code in range(coded.shape[1]):
        l_k, e_k = coded[:, code].sum(axis=1), likely[:, code].sum(axis=1)
        observed = e_k * (l_k - coded[:, code, code])
        columns.append(_alpha(observed, l_k * (e_k - likely[:, code, code])))
    return np.stack(columns, axis=1)


def _expected(met: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Return the expected lengths e_ck of each draw; NaN where no two passages can be paired."""
    sums, total = met.sum(axis=2), met.sum(axis=(1, 2))
    top = sums[:, :, None] * sums[:, None, :]
    index = np.arange(met.shape[1])
    top[:, index, index] -= own
    bottom = total**2 - own.sum(axis=1)
    scale = np.divide(total, bottom, out=np.full(len(total), nan), where=bottom > 1e-9 * np.maximum(total, 1) ** 2)
    return top * scale[:, None, None]


def _off(table: np.ndarray) -> np.ndarray:
    """Return the sums off the diagonals."""
    return table.sum(axis=(1, 2)) - np.trace(table, axis1=1, axis2=2)


def _alpha(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    possible = np.nan_to_num(expected, nan=0.0) > 1e-9
    return 1 - np.divide(observed, expected, out=np.full(len(observed), nan), where=possible)


def _ends(drawn: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval of each column; NaN where more than half of the draws are undefined."""
    ends = np.full((2, drawn.shape[1]), nan)
    for number, column in enumerate(drawn.T):
        defined = [value for value in column.tolist() if not isnan(value)]
        if 2 * len(defined) >= len(column):
            ends[:, number] = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return ends[0], ends[1]
