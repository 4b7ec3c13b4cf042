"""When new material stops giving new codes: code saturation.

Code saturation is counted: no more codes appear. It is not Glaser and Strauss' theoretical saturation, where more
material shows no new property of a category, and which is judged by comparing; nothing here proves that one.

Input is a data frame with the columns ``unit`` and ``code``, one row a code found in a unit (an interview, a section);
other columns are ignored, repeated rows count once. A unit in which no code was found has one row with a missing code,
because it belongs to the count of units.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from zhagen.errors import ZhagenError

BLOCK = 64  # draws that are counted at once: memory, not the result
CURVE = "units expected median low high".split()
POINTS = "point share cumulative".split()
RUNS = "first_unit last_unit new ratio reached".split()
SPLITS = "held codes new share".split()
UNSEEN = (
    "units codes incidences once twice chao2 se low high unseen chao2_bc se_bc low_bc high_bc turing coverage".split()
)


@dataclass(frozen=True, eq=False)
class GuestRuns:
    """Code saturation by base size, run length and new-information threshold.

    Attributes
    ----------
    runs : pandas.DataFrame
        One row a run: ``first_unit``, ``last_unit`` (int, from 1), ``new`` (int, new codes), ``ratio`` (float, over the
        codes of the base), ``reached`` (bool). A later run can be above the threshold again, so look at all.
    point : str or None
        Units before the first run that is reached + units of the run, such as ``4+2``; None if no run is reached.
    base : int
        Units of the base.
    run : int
        Units of a run.
    threshold : float
        Greatest ratio that counts as saturated.
    """

    runs: pd.DataFrame
    point: str | None
    base: int
    run: int
    threshold: float

    def __repr__(self) -> str:
        base, run, runs, most = self.base, self.run, len(self.runs), f"{self.threshold:.0%}"
        sizes = f"base {base} units, runs of {run} units, new codes at most {most} of the base"
        if self.point:
            return f"code saturation at {self.point} units ({sizes}; {runs} runs)"
        return f"no code saturation ({sizes}; {runs} runs)"


@dataclass(frozen=True, eq=False)
class HoldOut:
    """Codes that held-out units have and the others lack.

    Attributes
    ----------
    new : pandas.DataFrame
        One row a new code, sorted: ``code``, ``units`` (int, how many held-out units have it).
    held : tuple
        The units held out.
    units : int
        Number of all units.
    codes : int
        Number of codes of the units held out.
    """

    new: pd.DataFrame
    held: tuple
    units: int
    codes: int

    @property
    def share(self) -> float:
        """Share of the codes of the units held out that are new; 0.0 if these units have no code."""
        return len(self.new) / self.codes if self.codes else 0.0

    def __repr__(self) -> str:
        new, held, share = len(self.new), len(self.held), f"{self.share:.0%}"
        return f"{new} of {self.codes} codes are new ({share}) in {held} of {self.units} units held out"


def new_codes(frame: pd.DataFrame, *, order: Iterable[Any] | None = None) -> pd.DataFrame:
    """Count the codes that each unit adds to those of the units before it.

    If the curve flattens, that is code saturation, not theoretical saturation.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a code found in a unit: ``unit``, ``code``.
    order : iterable, optional
        All units in the order of coding; without it, that of their first appearance.

    Returns
    -------
    pandas.DataFrame
        One row a unit: ``unit``, ``new`` (int), ``cumulative`` (int).

    Raises
    ------
    ZhagenError
        If a column is missing, if there is no unit or no code, or if `order` does not name each unit once.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": ["访谈1", "访谈1", "访谈2"], "code": ["平台", "用户", "平台"]})
    >>> new_codes(frame).values.tolist()
    [['访谈1', 2, 2], ['访谈2', 0, 2]]
    """
    found = _found(frame)
    units = found.unit.unique().tolist() if order is None else list(order)
    if len(units) != found.unit.nunique() or set(units) != set(found.unit):
        raise ZhagenError(
            f"the order names {len(units)} units, the frame has {found.unit.nunique()}, and they are not the same",
            todo="name each unit once; a unit without codes has a row with a missing code",
        )
    place = found.unit.map({unit: number for number, unit in enumerate(units)})
    first = place.groupby(found.code).min()
    new = np.bincount(first.to_numpy(dtype=np.intp), minlength=len(units))
    return pd.DataFrame({"unit": units, "new": new, "cumulative": new.cumsum()})


def guest_runs(
    new: Sequence[int] | pd.Series | np.ndarray, *, base: int = 4, run: int = 2, threshold: float = 0.05
) -> GuestRuns:
    """Assess code saturation by base size, run length and new-information threshold.

    The base is the number of codes in the first `base` units. A run is `run` units in a row after it; runs overlap,
    each starts one unit after the one before. Its ratio is its new codes over those of the base. Saturation is reached
    at the first run whose ratio is the threshold or less, and written units before the run + units of the run: ``4+2``.

    This is thematic (code) saturation, not Glaser and Strauss' theoretical saturation, and it depends on the order of
    the units: see `guest_draws`.

    Parameters
    ----------
    new : sequence of int
        Number of new codes of each unit in order, such as ``new_codes(frame).new``.
    base : int, default 4
        Units of the base; the authors use 4, 5 or 6.
    run : int, default 2
        Units of a run; the authors use 2 or 3.
    threshold : float, default 0.05
        Greatest ratio that counts as saturated; the authors use 0.05 and 0.

    Returns
    -------
    GuestRuns
        The runs and the point of saturation.

    Raises
    ------
    ZhagenError
        If a size is below 1, the threshold or a count is below 0, there are fewer units than base and run need, or the
        base has no code.

    References
    ----------
    Guest, Namey and Chen (2020). A simple method to assess and report thematic saturation in qualitative research.

    Examples
    --------
    >>> found = guest_runs([10, 6, 4, 2, 1, 0, 0, 1, 0])
    >>> found
    code saturation at 4+2 units (base 4 units, runs of 2 units, new codes at most 5% of the base; 4 runs)
    >>> found.runs.ratio.round(3).tolist()
    [0.045, 0.0, 0.045, 0.045]
    """
    given = np.asarray(new)
    if given.ndim != 1 or not (given >= 0).all():
        raise ZhagenError("there is no row of counts, all 0 or more", todo="give the new codes of each unit")
    first, counts = _runs(given[None], base, run, threshold)
    if not first[0]:
        raise ZhagenError(f"the first {base} units have no code, so there is no base", todo="take a larger base")
    ratio = counts[0] / first[0]
    starts, reached = np.arange(base, base + len(ratio)), ratio <= threshold
    runs = pd.DataFrame(dict(zip(RUNS, (starts + 1, starts + run, counts[0], ratio, reached), strict=True)))
    point = f"{starts[reached.argmax()]}+{run}" if reached.any() else None
    return GuestRuns(runs, point, base, run, threshold)


def guest_draws(
    frame: pd.DataFrame, *, base: int = 4, run: int = 2, threshold: float = 0.05, draws: int = 1000, seed: int = 1
) -> pd.DataFrame:
    """Repeat Guest, Namey and Chen's assessment over random orders of the units: how much depends on the order?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a code found in a unit: ``unit``, ``code``.
    base : int, default 4
        Units of the base; the authors use 4, 5 or 6.
    run : int, default 2
        Units of a run; the authors use 2 or 3.
    threshold : float, default 0.05
        Greatest ratio that counts as saturated; the authors use 0.05 and 0.
    draws : int, default 1000
        Number of random orders.
    seed : int, default 1
        Seed of the random generator. The same seed gives the same result whatever the order of the rows.

    Returns
    -------
    pandas.DataFrame
        One row a point that came out, earliest first: ``point`` (str, such as ``4+2``; missing in the last row: the
        orders in which no run is reached, or whose base has no code), ``share`` (float, of the draws), ``cumulative``
        (float).

    Raises
    ------
    ZhagenError
        In the cases of `new_codes`, if there are no draws, and if `guest_runs` does not accept the sizes and the
        threshold.

    References
    ----------
    Guest, Namey and Chen (2020). A simple method to assess and report thematic saturation in qualitative research.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 2, 3, 4, 5, 5], "code": ["平台", "平台", "平台", "平台", "平台", "用户"]})
    >>> guest_draws(frame, base=2, run=1).point.tolist()
    ['2+1', '3+1']
    """
    first, counts = _runs(_new(_carriers(frame), draws, seed), base, run, threshold)
    reached = (counts / np.maximum(first, 1)[:, None] <= threshold) & (first > 0)[:, None]
    at = np.where(reached.any(axis=1), reached.argmax(axis=1), reached.shape[1])
    times = np.bincount(at)
    points = [f"{base + number}+{run}" for number in range(reached.shape[1])] + [None]
    rows = [(points[number], times[number] / draws) for number in np.flatnonzero(times)]
    table = pd.DataFrame(rows, columns=POINTS[:2]).astype({"point": "str"})
    return table.assign(cumulative=table.share.cumsum())


def shuffled_accumulation(frame: pd.DataFrame, *, draws: int = 1000, seed: int = 1) -> pd.DataFrame:
    """Return how the codes grow with the number of units, over random orders of the units.

    The curve of `new_codes` depends on who was asked first. Here each draw puts all units in a random order (each once,
    so every curve ends at 1), after the order bootstrap of Guest, Namey and Chen (2020). "All codes" are those in the
    frame: the curve does not know what more units would bring.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a code found in a unit: ``unit``, ``code``.
    draws : int, default 1000
        Number of random orders.
    seed : int, default 1
        Seed of the random generator. The same seed gives the same result whatever the order of the rows.

    Returns
    -------
    pandas.DataFrame
        One row a number of units from 1 to all: ``units`` (int); ``expected``, ``median``, ``low`` (5%) and ``high``
        (95%) (float), shares of all codes found. The last three are of the draws; ``expected`` is the exact mean over
        all orders, ``mean_c (1 - C(U - u_c, n) / C(U, n))``, u_c of U units having code c (rarefaction by samples).

    Raises
    ------
    ZhagenError
        In the cases of `new_codes`, and if there are no draws.

    References
    ----------
    Guest, Namey and Chen (2020). A simple method to assess and report thematic saturation in qualitative research.

    Hurlbert (1971). The nonconcept of species diversity.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 1, 2], "code": ["平台", "用户", "平台"]})
    >>> shuffled_accumulation(frame).expected.tolist()
    [0.75, 1.0]
    """
    carriers = _carriers(frame)
    curves = _new(carriers, draws, seed).cumsum(axis=1) / len(carriers.codes)
    sizes = np.arange(1, len(carriers.units) + 1)
    spread, codes = np.unique(carriers.sizes, return_counts=True)
    # that n units of U hold none of the u with a code has the chance for n - 1, times (U - u - n + 1) / (U - n + 1)
    units = len(carriers.units)
    lacking = np.cumprod(np.maximum(units - spread[:, None] - sizes + 1, 0) / (units - sizes + 1), axis=1)
    expected = 1 - codes @ lacking / len(carriers.codes)
    low, median, high = np.quantile(curves, [0.05, 0.5, 0.95], axis=0)
    return pd.DataFrame(dict(zip(CURVE, (sizes, expected, median, low, high), strict=True)))


def units_until(
    frame: pd.DataFrame, shares: Iterable[float] = (0.8, 0.9, 0.95, 1.0), *, draws: int = 1000, seed: int = 1
) -> pd.DataFrame:
    """Return how many units it takes to find a share of all codes, over random orders of the units.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a code found in a unit: ``unit``, ``code``.
    shares : iterable of float, default (0.8, 0.9, 0.95, 1.0)
        Shares of all codes found in the frame, above 0 and up to 1.
    draws : int, default 1000
        Number of random orders.
    seed : int, default 1
        Seed of the random generator. The same seed gives the same result whatever the order of the rows.

    Returns
    -------
    pandas.DataFrame
        One row a share: ``share`` (float), ``median``, ``low`` (5%), ``high`` (95%) (int): numbers of units that a draw
        really took, so half of the draws or more need at most ``median`` units.

    Raises
    ------
    ZhagenError
        In the cases of `shuffled_accumulation`, and if a share is not above 0 and up to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 1, 2], "code": ["平台", "用户", "平台"]})
    >>> units_until(frame, [0.5, 1]).high.tolist()
    [1, 2]
    """
    wanted = np.asarray(list(shares), dtype=float)
    if not ((wanted > 0) & (wanted <= 1)).all():
        raise ZhagenError("a share is not above 0 and up to 1", todo="give shares of all codes, such as 0.9")
    carriers = _carriers(frame)
    curves = _new(carriers, draws, seed).cumsum(axis=1)
    needed = np.ceil(wanted * len(carriers.codes) - 1e-9)  # 0.7 * 10 is a little more than 7
    # draws x units x shares: in how many units of a draw the codes are still fewer than needed; one more is enough
    taken = 1 + (curves[:, :, None] < needed).sum(axis=1)
    low, median, high = np.quantile(taken, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf").astype(np.int64)
    return pd.DataFrame({"share": wanted, "median": median, "low": low, "high": high})


def hold_out(frame: pd.DataFrame, held: float | Iterable[Any] = 1 / 3, *, seed: int = 1) -> HoldOut:
    """Return the codes that held-out units have and the others lack.

    The convention of Chinese papers: part of the material is coded first, the rest is checked for new categories, and
    if there is none the codes are called saturated. That is code saturation, in one split; `hold_out_draws` shows how
    lucky the split was. It says something only if whoever coded the rest was free to find new codes.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a code found in a unit: ``unit``, ``code``.
    held : float, int or list of units, default 1/3
        The units held out; or how many, drawn at random: a share below 1 (rounded, but one at least and not all), or a
        whole number.
    seed : int, default 1
        Seed of the random generator, if the units are drawn.

    Returns
    -------
    HoldOut
        The new codes, the units held out and the counts.

    Raises
    ------
    ZhagenError
        In the cases of `new_codes`, if `held` names an unknown unit or one twice, or if it leaves no unit on one of the
        sides.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 1, 2, 3, 3], "code": ["平台", "用户", "平台", "平台", "赋能"]})
    >>> found = hold_out(frame, [3])
    >>> found
    1 of 2 codes are new (50%) in 1 of 3 units held out
    >>> found.new.values.tolist()
    [['赋能', 1]]
    """
    carriers = _carriers(frame)
    units = carriers.units
    if isinstance(held, int | float):
        places = np.sort(np.random.default_rng(seed).permutation(len(units))[: _size(held, len(units))])
        chosen = [units[number] for number in places]
    else:
        chosen = list(held)
    unknown = [unit for unit in chosen if unit not in units]
    if unknown or len(set(chosen)) < len(chosen):
        raise ZhagenError(
            f"the unit {unknown[0]!r} is not in the frame" if unknown else "a unit is held out twice",
            todo="name units of the frame, each once",
        )
    _size(len(chosen), len(units))
    out = np.isin(np.arange(len(units)), [units.index(unit) for unit in chosen])
    number, sizes = carriers.held(out[None])[0], carriers.sizes
    lacking = [(carriers.codes[code], int(sizes[code])) for code in np.flatnonzero(number == sizes).tolist()]
    new = pd.DataFrame(lacking, columns=["code", "units"])
    carried = int((number > 0).sum())
    return HoldOut(new, tuple(chosen), len(units), carried)


def hold_out_draws(frame: pd.DataFrame, held: float = 1 / 3, *, draws: int = 1000, seed: int = 1) -> pd.DataFrame:
    """Repeat the hold-out test over all splits, or over many: how lucky was a single one?

    ``(table.new == 0).mean()`` is the share of the splits by which the codes would have been called saturated.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a code found in a unit: ``unit``, ``code``.
    held : float or int, default 1/3
        How many units to hold out: a share below 1, or a whole number, as in `hold_out`.
    draws : int, default 1000
        Number of splits. If there are no more than that, each is taken once and the result is exact; otherwise they are
        drawn at random, and one may come twice.
    seed : int, default 1
        Seed of the random generator.

    Returns
    -------
    pandas.DataFrame
        One row a split: ``held`` (tuple of units), ``codes`` (int, of those units), ``new`` (int, those that the others
        lack), ``share`` (float, new / codes; 0.0 without codes).

    Raises
    ------
    ZhagenError
        In the cases of `hold_out`, and if there are no draws.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 1, 2, 3, 3], "code": ["平台", "用户", "平台", "平台", "赋能"]})
    >>> hold_out_draws(frame, 1).new.tolist()
    [1, 0, 1]
    """
    carriers = _carriers(frame)
    units = carriers.units
    size = _size(held, len(units))
    if draws < 1:
        raise ZhagenError(f"there are {draws} draws", todo="draw 1000 times or more")
    if comb(len(units), size) <= draws:
        splits = np.array(list(combinations(range(len(units)), size)))
    else:
        splits = np.sort(_orders(draws, len(units), seed)[:, :size], axis=1)
    out = np.zeros((len(splits), len(units)), dtype=bool)
    np.put_along_axis(out, splits, True, axis=1)
    # out is splits x units; a code counts where some of its units are out, and is new where all of them are
    carried, new = np.zeros((2, len(splits)), np.int64)
    for first in range(0, len(splits), BLOCK):
        number = carriers.held(out[first : first + BLOCK])
        carried[first : first + BLOCK] = (number > 0).sum(axis=1)
        new[first : first + BLOCK] = (number == carriers.sizes).sum(axis=1)
    names = [tuple(units[number] for number in split) for split in splits]
    return pd.DataFrame(dict(zip(SPLITS, (names, carried, new, new / np.maximum(carried, 1)), strict=True)))


def unseen_codes(
    frame: pd.DataFrame,
    *,
    categories: Mapping[Hashable, Hashable] | pd.Series | None = None,
    subsets: Mapping[Hashable, Hashable] | pd.Series | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Estimate how many codes were not found, and how much of what units say the codes found cover.

    Codes that occur in one unit only are the trace of those that occur in none. With Q1 codes in one unit, Q2 in two, U
    incidences (codes x units that have them) and m units:

    - ``chao2``: ``S + A Q1^2 / (2 Q2)``, A = (m - 1) / m, S the codes found; where Q2 is 0 the bias-corrected form
      ``chao2_bc``: ``S + A Q1 (Q1 - 1) / (2 (Q2 + 1))``. Both are lower bounds: at least so many codes there are.
    - ``turing``: ``1 - Q1 / U``, Good's and Turing's estimate of sample coverage: the share of all incidences, in units
      like these, that belongs to codes already found. ``coverage``: the more exact
      ``1 - Q1 / U (m - 1) Q1 / ((m - 1) Q1 + 2 Q2)``, where Q2 is 0 with ``2 / ((m - 1) (Q1 - 1) + 2)`` for the last
      fraction's complement.

    They assume that units are like draws from one population and that codes were given to each with equal care. Units
    chosen because they should bring something new (theoretical sampling) are no such draws: then read the counts, not
    the estimates. And it is code saturation: nothing is said of the properties of a category.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a code found in a unit: ``unit``, ``code``.
    categories : mapping or pandas.Series, optional
        Code -> category. Then there is a row for each category: its codes, over all units.
    subsets : mapping or pandas.Series, optional
        Unit -> subset, such as a role. Then there is a row for each subset: its units, with all codes. Give one of the
        two; units or codes without an entry are left out of the rows.
    confidence : float, default 0.95
        Confidence of the intervals, above 0 and below 1.

    Returns
    -------
    pandas.DataFrame
        First a row of all, then a row a category or subset, sorted:

        - ``group`` (str, empty in the first row);
        - ``units``, ``codes``, ``incidences``, ``once``, ``twice`` (int): m, S, U, Q1, Q2;
        - ``chao2``, ``se``, ``low``, ``high`` (float): estimate, standard error and interval (log-normal: never below
          the codes found), NaN where no code is estimated to be unseen; ``unseen`` (float): chao2 - codes;
        - ``chao2_bc``, ``se_bc``, ``low_bc``, ``high_bc`` (float): the same for the bias-corrected form;
        - ``turing``, ``coverage`` (float, 0 to 1; NaN without a code).

    Raises
    ------
    ZhagenError
        In the cases of `new_codes`, if both `categories` and `subsets` are given, or `confidence` is out of range.

    References
    ----------
    Chao, A. (1987). Estimating the population size for capture-recapture data with unequal catchability.

    Chao, A. and Colwell, R. K. (2017). Thirty years of progeny from Chao's inequality: estimating and comparing
    richness with incidence data and incomplete sampling. SORT, 41, 3-54.

    Chao, A. and Jost, L. (2012). Coverage-based rarefaction and extrapolation: standardizing samples by completeness
    rather than size.

    Good, I. J. (1953). The population frequencies of species and the estimation of population parameters.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(1, "a"), (1, "b"), (2, "a"), (2, "c"), (3, "a"), (3, "b"), (3, "d"), (4, "a"), (4, "e")]
    >>> found = unseen_codes(pd.DataFrame(rows, columns=["unit", "code"]))
    >>> found[["units", "codes", "once", "twice", "chao2", "turing"]].round(3).values.tolist()
    [[4.0, 5.0, 3.0, 1.0, 8.375, 0.667]]
    """
    if not 0 < confidence < 1:
        raise ZhagenError(f"the confidence is {confidence}", todo="give a share between 0 and 1, such as 0.95")
    if categories is not None and subsets is not None:
        raise ZhagenError(
            "categories and subsets are both given", todo="give one of them, and call again for the other"
        )
    found = _found(frame)
    rows = [("", *_unseen(found, found.unit.nunique(), confidence))]
    if categories is not None:
        owner, every = found.code.map(dict(categories)), found.unit.nunique()
    else:
        owner, every = found.unit.map({} if subsets is None else dict(subsets)), 0
    members = found.groupby(owner, sort=False).indices
    parts = []
    for name in _sorted(members):
        part = found.iloc[members[name]]
        parts.append((name, part, every or part.unit.nunique()))
    rows += [(str(name), *_unseen(part, units, confidence)) for name, part, units in parts]
    return pd.DataFrame(rows, columns=["group", *UNSEEN]).astype({"group": "str"})


def _unseen(found: pd.DataFrame, units: int, confidence: float) -> tuple[float, ...]:
    """Return a row of `unseen_codes` without its group."""
    code = pd.factorize(found.code)[0]
    spread = np.bincount(code[code >= 0])  # a code is in as many units as it has rows
    codes, incidences = len(spread), int(spread.sum())
    once, twice = int((spread == 1).sum()), int((spread == 2).sum())
    A = (units - 1) / units
    corrected = codes + A * once * (once - 1) / (2 * (twice + 1))
    spread_bc = (
        A * once * (once - 1) / (2 * (twice + 1))
        + A**2 * once * (2 * once - 1) ** 2 / (4 * (twice + 1) ** 2)
        + A**2 * once**2 * twice * (once - 1) ** 2 / (4 * (twice + 1) ** 4)
    )
    if twice:
        ratio = once / twice
        estimate = codes + A * once**2 / (2 * twice)
        variance = twice * (A * ratio**2 / 2 + A**2 * ratio**3 + A**2 * ratio**4 / 4)
    else:
        estimate = corrected
        last = A**2 * once**4 / (4 * estimate) if codes else 0.0
        variance = A * once * (once - 1) / 2 + A**2 * once * (2 * once - 1) ** 2 / 4 - last
    turing = coverage = float("nan")
    if codes:
        turing = 1 - once / incidences
        if twice:
            rest = 2 * twice / ((units - 1) * once + 2 * twice)
        else:
            rest = 2 / ((units - 1) * (once - 1) + 2) if once else 1.0
        coverage = 1 - once / incidences * (1 - rest)
    found_ends = (
        _log_normal(codes, value, spread, confidence)
        for value, spread in ((estimate, variance), (corrected, spread_bc))
    )
    (se, low, high), (se_bc, low_bc, high_bc) = found_ends
    counts = (units, codes, incidences, once, twice)
    return *counts, estimate, se, low, high, estimate - codes, corrected, se_bc, low_bc, high_bc, turing, coverage


def _log_normal(codes: int, estimate: float, variance: float, confidence: float) -> tuple[float, float, float]:
    """Return the standard error and the ends of Chao's interval, whose lower end is not below the codes found."""
    from scipy.special import ndtri  # what `scipy.stats.norm.ppf` calls

    unseen, variance = estimate - codes, max(variance, 0.0)
    if not unseen:  # an interval without width would look like certainty
        return float("nan"), float("nan"), float("nan")
    spread = np.exp(ndtri((1 + confidence) / 2) * np.sqrt(np.log1p(variance / unseen**2)))
    return variance**0.5, float(codes + unseen / spread), float(codes + unseen * spread)


def _found(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a frame with unit and code, each once; raise where there is nothing to count."""
    missing = [name for name in ("unit", "code") if name not in frame]
    if missing:
        raise ZhagenError(f"there is no column {missing[0]!r}", todo="give a data frame with unit and code")
    found = frame[["unit", "code"]].dropna(subset="unit").drop_duplicates()
    if found.code.isna().all():
        raise ZhagenError(f"there is no code in {found.unit.nunique()} units", todo="give a row a code found in a unit")
    return found


class _Carriers(NamedTuple):
    """Which units have which code, in numbers."""

    units: list  # sorted
    codes: list  # sorted
    rows: np.ndarray  # the numbers of the units that have the first code, then of those that have the second …
    starts: np.ndarray  # where the units of each code begin

    @property
    def sizes(self) -> np.ndarray:
        """How many units have each code."""
        return np.diff(self.starts, append=len(self.rows))

    def held(self, out: np.ndarray) -> np.ndarray:
        """Return, for splits x units, how many units that are out have each code: splits x codes."""
        ends = np.append(self.starts, len(self.rows))
        carried = csr_array((np.ones(len(self.rows)), self.rows, ends), shape=(len(self.codes), len(self.units)))
        return np.asarray((carried @ out.T.astype(float)).T)


def _carriers(frame: pd.DataFrame) -> _Carriers:
    found = _found(frame)
    unit, units = pd.factorize(found.unit)
    code, codes = pd.factorize(found.code)
    by_unit, by_code = _sorted(units.tolist()), _sorted(codes.tolist())
    of_unit, of_code = ({name: at for at, name in enumerate(names)} for names in (by_unit, by_code))
    rows = np.array([of_unit[name] for name in units.tolist()])[unit[code >= 0]]
    own = np.array([of_code[name] for name in codes.tolist()])[code[code >= 0]]
    order = np.argsort(own, kind="stable")
    return _Carriers(by_unit, by_code, rows[order], np.searchsorted(own[order], np.arange(len(by_code))))


def _sorted(names: Iterable[Any]) -> list:
    return sorted(names, key=lambda name: (isinstance(name, str), name))  # numbers before text


def _orders(draws: int, units: int, seed: int) -> np.ndarray:
    """Return random orders of the units: draws x units."""
    if draws < 1:
        raise ZhagenError(f"there are {draws} draws", todo="draw 1000 times or more")
    return np.random.default_rng(seed).permuted(np.tile(np.arange(units), (draws, 1)), axis=1)


def _new(carriers: _Carriers, draws: int, seed: int) -> np.ndarray:
    """Return how many new codes each unit of a random order gives: draws x units."""
    units = len(carriers.units)
    place = _orders(draws, units, seed)  # the place of each unit: the places of a random order are random too
    new = np.zeros(place.shape, dtype=np.int64)
    for first in range(0, draws, BLOCK):
        # a code is new in the first of its units: the least of their places, in each draw
        some = place[first : first + BLOCK].astype(np.int32)[:, carriers.rows]
        least = np.minimum.reduceat(some, carriers.starts, axis=1) + np.arange(len(some))[:, None] * units
        new[first : first + BLOCK] = np.bincount(least.ravel(), minlength=len(some) * units).reshape(len(some), units)
    return new


def _runs(new: np.ndarray, base: int, run: int, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes of the base (draws) and the new codes of each run after it (draws x runs)."""
    if base < 1 or run < 1 or not threshold >= 0:
        raise ZhagenError(f"base is {base}, run {run}, threshold {threshold}", todo="give 1, 1 and 0, or more")
    if new.shape[1] < base + run:
        raise ZhagenError(f"there are {new.shape[1]} units", todo=f"base and run need {base + run}: take smaller ones")
    runs = np.lib.stride_tricks.sliding_window_view(new[:, base:], run, axis=1)
    return new[:, :base].sum(axis=1), runs.sum(axis=2)


def _size(held: float, units: int) -> int:
    """Return how many units to hold out; raise where none would be left on one of the sides."""
    size = min(max(round(held * units), 1), units - 1) if 0 < held < 1 else held
    if size != int(size) or not 0 < size < units:
        raise ZhagenError(f"{held} of {units} units are to be held out", todo="hold out one at least, and not all")
    return int(size)
