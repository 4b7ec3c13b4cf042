"""When new material stops giving new codes: code saturation.

Code saturation is counted: no more codes appear. It is not Glaser and Strauss' theoretical saturation, where more
material shows no new property of a category, and which is judged by comparing; nothing here proves that one.

Input is tidy: a data frame with the columns unit and code, one row a code found in a unit (an interview, a section);
other columns are ignored, repeated rows count once. A unit in which no code was found has one row with a missing code,
for it belongs to the count of units.
"""

from itertools import combinations
from math import comb
from numbers import Number

from zhagen.errors import ZhagenError

CURVE = "units expected median low high".split()
POINTS = "point share cumulative".split()
RUNS = "first_unit last_unit new ratio reached".split()
SPLITS = "held codes new share".split()


def new_codes(frame, order=None):
    """Count the codes that each unit adds to those of the units before it.

    Parameters
    ----------
    frame : a data frame with unit and code.
    order : all units in the order of coding; without it, that of their first appearance.

    Returns a data frame, one row a unit: unit, new, cumulative. That the curve flattens is code saturation, not
    theoretical saturation. Raises `ZhagenError` where a column is missing, there is no unit or no code, and where
    `order` does not name each unit once.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": ["访谈1", "访谈1", "访谈2"], "code": ["平台", "用户", "平台"]})
    >>> new_codes(frame).values.tolist()
    [['访谈1', 2, 2], ['访谈2', 0, 2]]
    """
    import numpy as np
    import pandas as pd

    found = _found(frame)
    units = found.unit.unique().tolist() if order is None else list(order)
    if len(units) != found.unit.nunique() or set(units) != set(found.unit):
        raise ZhagenError(
            f"the order names {len(units)} units, the frame has {found.unit.nunique()}, and they are not the same",
            todo="name each unit once; a unit without codes has a row with a missing code",
        )
    place = found.unit.map({unit: number for number, unit in enumerate(units)})
    first = place.groupby(found.code).min()
    new = np.bincount(first.to_numpy(dtype=np.int64), minlength=len(units))
    return pd.DataFrame({"unit": units, "new": new, "cumulative": new.cumsum()})


def guest_runs(new, base=4, run=2, threshold=0.05):
    """Assess code saturation by base size, run length and new-information threshold.

    Guest, Namey and Chen (2020), A simple method to assess and report thematic saturation in qualitative research. The
    base is the number of codes in the first `base` units. A run is `run` units in a row after it; runs overlap, each
    starts one unit after the one before. Its ratio is its new codes over those of the base. Saturation is reached at
    the first run whose ratio is the threshold or less, and written units before the run + units of the run: ``4+2``.

    Parameters
    ----------
    new : the number of new codes of each unit in order, such as ``new_codes(frame).new``.
    base : how many units make the base; the authors use 4, 5 or 6.
    run : how many units make a run; the authors use 2 or 3.
    threshold : the greatest ratio that counts as saturated; the authors use 0.05 and 0.

    Returns (runs, point). runs: a data frame, one row a run: first_unit, last_unit (numbers from 1), new, ratio,
    reached; a later run can be above the threshold again, so look at all. point: ``"4+2"``, or None where no run is
    reached. This is thematic (code) saturation, not Glaser and Strauss' theoretical saturation, and it depends on the
    order of the units: see `guest_draws`. Raises `ZhagenError` for sizes below 1, a threshold below 0, counts below 0,
    fewer units than base and run need, and a base without a code.

    >>> runs, point = guest_runs([10, 6, 4, 2, 1, 0, 0, 1, 0])
    >>> point, runs.ratio.round(3).tolist()
    ('4+2', [0.045, 0.0, 0.045, 0.045])
    """
    import numpy as np
    import pandas as pd

    new = np.asarray(new)
    if new.ndim != 1 or not (new >= 0).all():
        raise ZhagenError("there is no row of counts, all 0 or more", todo="give the new codes of each unit")
    first, counts = _runs(new[None], base, run, threshold)
    if not first[0]:
        raise ZhagenError(f"the first {base} units have no code, so there is no base", todo="take a larger base")
    ratio = counts[0] / first[0]
    starts, reached = np.arange(base, base + len(ratio)), ratio <= threshold
    runs = pd.DataFrame(dict(zip(RUNS, (starts + 1, starts + run, counts[0], ratio, reached), strict=True)))
    return runs, f"{starts[reached.argmax()]}+{run}" if reached.any() else None


def guest_draws(frame, base=4, run=2, threshold=0.05, draws=1000, seed=1):
    """Repeat Guest, Namey and Chen's assessment over random orders of the units: how much hangs on the order?

    Parameters
    ----------
    frame : a data frame with unit and code.
    base, run, threshold : as in `guest_runs`.
    draws, seed : as in `shuffled_accumulation`.

    Returns a data frame, one row a point that came out, earliest first: point (``4+2``; in the last row missing: the
    orders in which no run is reached, or whose base has no code), share (of the draws), cumulative. Raises
    `ZhagenError` as `new_codes` does, for no draws, and for sizes and thresholds as `guest_runs` does.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 2, 3, 4, 5, 5], "code": ["平台", "平台", "平台", "平台", "平台", "用户"]})
    >>> guest_draws(frame, base=2, run=1).point.tolist()
    ['2+1', '3+1']
    """
    import numpy as np
    import pandas as pd

    first, counts = _runs(_new(*_carriers(frame), draws, seed), base, run, threshold)
    reached = (counts / np.maximum(first, 1)[:, None] <= threshold) & (first > 0)[:, None]
    at = np.where(reached.any(axis=1), reached.argmax(axis=1), reached.shape[1])
    times = np.bincount(at)
    points = [f"{base + number}+{run}" for number in range(reached.shape[1])] + [None]
    rows = [(points[number], times[number] / draws) for number in np.flatnonzero(times)]
    table = pd.DataFrame(rows, columns=POINTS[:2]).astype({"point": "str"})
    return table.assign(cumulative=table.share.cumsum())


def shuffled_accumulation(frame, draws=1000, seed=1):
    """Return how the codes grow with the number of units, over random orders of the units.

    One order is one story: the curve of `new_codes` depends on who was asked first. Here each draw puts all units in a
    random order (each once, so every curve ends at 1), after the order bootstrap of Guest, Namey and Chen (2020).

    Parameters
    ----------
    frame : a data frame with unit and code.
    draws : how many orders.
    seed : of numpy's generator. The same seed gives the same curves whatever the order of the rows.

    Returns a data frame, one row a number of units from 1 to all: units, expected, median, low, high; the last four
    are shares of all codes found. `median`, `low` (5%) and `high` (95%) are of the draws; `expected` is the exact mean
    over all orders, ``mean_c (1 - C(U - u_c, n) / C(U, n))``, u_c of U units having code c (Hurlbert 1971, The
    nonconcept of species diversity; rarefaction by samples). "All codes" are those found here: what more units would
    bring the curve does not know. Raises `ZhagenError` as `new_codes` does, and for no draws.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 1, 2], "code": ["平台", "用户", "平台"]})
    >>> shuffled_accumulation(frame).expected.tolist()
    [0.75, 1.0]
    """
    import numpy as np
    import pandas as pd
    from scipy.stats import hypergeom

    units, carriers = _carriers(frame)
    curves = _new(units, carriers, draws, seed).cumsum(axis=1) / len(carriers)
    sizes = np.arange(1, len(units) + 1)
    spread, codes = np.unique([len(rows) for rows in carriers.values()], return_counts=True)
    expected = 1 - codes @ hypergeom.pmf(0, len(units), spread[:, None], sizes) / len(carriers)
    low, median, high = np.quantile(curves, [0.05, 0.5, 0.95], axis=0)
    return pd.DataFrame(dict(zip(CURVE, (sizes, expected, median, low, high), strict=True)))


def units_until(frame, shares=(0.8, 0.9, 0.95, 1.0), draws=1000, seed=1):
    """Return how many units it takes to find a share of all codes, over random orders of the units.

    Parameters
    ----------
    frame, draws, seed : as in `shuffled_accumulation`.
    shares : of all codes found in the frame, above 0 and up to 1.

    Returns a data frame, one row a share: share, median, low (5%), high (95%): numbers of units that a draw really
    took, so half of the draws or more need at most `median` units. Raises `ZhagenError` as `shuffled_accumulation` does, and for
    another share.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 1, 2], "code": ["平台", "用户", "平台"]})
    >>> units_until(frame, [0.5, 1]).high.tolist()
    [1, 2]
    """
    import numpy as np
    import pandas as pd

    shares = np.asarray(shares, dtype=float)
    if not ((shares > 0) & (shares <= 1)).all():
        raise ZhagenError("a share is not above 0 and up to 1", todo="give shares of all codes, such as 0.9")
    units, carriers = _carriers(frame)
    curves = _new(units, carriers, draws, seed).cumsum(axis=1)
    needed = np.ceil(shares * len(carriers) - 1e-9)  # 0.7 * 10 is a little more than 7
    taken = 1 + (curves[:, :, None] < needed).sum(axis=1)
    low, median, high = np.quantile(taken, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf").astype(np.int64)
    return pd.DataFrame({"share": shares, "median": median, "low": low, "high": high})


def hold_out(frame, held=1 / 3, seed=1):
    """Return the codes that held-out units have and the others lack.

    The convention of Chinese papers: part of the material is coded first, the rest is checked for new categories, and
    if there is none the codes are called saturated. That is code saturation, in one split; `hold_out_draws` shows how
    lucky the split was. It tells something only if whoever coded the rest was free to find new codes.

    Parameters
    ----------
    frame : a data frame with unit and code.
    held : a list of the units held out; or how many, drawn at random: a share below 1 (rounded, but one at least and
        not all), or a whole number.
    seed : of numpy's generator, where they are drawn.

    Returns (new, counts). new: a data frame, one row a new code: code, units (how many held-out units have it), sorted
    by code. counts: a dict: held (the units held out, a list), units (all), codes (of the units held out), new, share
    (of those codes that are new; 0.0 where the units held out have no code). Raises `ZhagenError` as `new_codes` does,
    where `held` names an unknown unit or one twice, and where it leaves no unit on one of the sides.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 1, 2, 3, 3], "code": ["平台", "用户", "平台", "平台", "赋能"]})
    >>> new, counts = hold_out(frame, [3])
    >>> new.values.tolist(), counts["codes"], counts["share"]
    ([['赋能', 1]], 2, 0.5)
    """
    import numpy as np
    import pandas as pd

    units, carriers = _carriers(frame)
    if isinstance(held, Number):
        chosen = np.sort(np.random.default_rng(seed).permutation(len(units))[: _size(held, len(units))])
        held = [units[number] for number in chosen]
    held = list(held)
    unknown = [unit for unit in held if unit not in units]
    if unknown or len(set(held)) < len(held):
        raise ZhagenError(
            f"the unit {unknown[0]!r} is not in the frame" if unknown else "a unit is held out twice",
            todo="name units of the frame, each once",
        )
    _size(len(held), len(units))
    out = np.isin(np.arange(len(units)), [units.index(unit) for unit in held])
    lacking = [(code, len(rows)) for code, rows in carriers.items() if out[rows].all()]
    new = pd.DataFrame(lacking, columns=["code", "units"])
    carried = sum(bool(out[rows].any()) for rows in carriers.values())
    share = len(new) / carried if carried else 0.0
    return new, {"held": held, "units": len(units), "codes": carried, "new": len(new), "share": share}


def hold_out_draws(frame, held=1 / 3, draws=1000, seed=1):
    """Repeat the hold-out test over all splits, or over many: how lucky was a single one?

    Parameters
    ----------
    frame : a data frame with unit and code.
    held : how many units to hold out: a share below 1, or a whole number, as in `hold_out`.
    draws : how many splits. Where there are no more than that, each is taken once and the answer is exact; otherwise
        they are drawn at random, and one may come twice.
    seed : of numpy's generator.

    Returns a data frame, one row a split: held (a tuple of units), codes (of those units), new (those that the others
    lack), share (new / codes; 0.0 without codes). ``(table.new == 0).mean()`` is the share of the splits by which
    the codes would have been called saturated. Raises `ZhagenError` as `hold_out` does, and for no draws.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": [1, 1, 2, 3, 3], "code": ["平台", "用户", "平台", "平台", "赋能"]})
    >>> hold_out_draws(frame, 1).new.tolist()
    [1, 0, 1]
    """
    import numpy as np
    import pandas as pd

    units, carriers = _carriers(frame)
    size = _size(held, len(units))
    if draws < 1:
        raise ZhagenError(f"there are {draws} draws", todo="draw 1000 times or more")
    if comb(len(units), size) <= draws:
        splits = np.array(list(combinations(range(len(units)), size)))
    else:
        splits = np.sort(_orders(draws, len(units), seed)[:, :size], axis=1)
    out = np.zeros((len(splits), len(units)), dtype=bool)
    np.put_along_axis(out, splits, True, axis=1)
    carried = sum(out[:, rows].any(axis=1).astype(np.int64) for rows in carriers.values())
    new = sum(out[:, rows].all(axis=1).astype(np.int64) for rows in carriers.values())
    names = [tuple(units[number] for number in split) for split in splits]
    return pd.DataFrame(dict(zip(SPLITS, (names, carried, new, new / np.maximum(carried, 1)), strict=True)))


def _found(frame):
    """Return the rows of a frame with unit and code, each once; raise where there is nothing to count."""
    missing = [name for name in ("unit", "code") if name not in frame]
    if missing:
        raise ZhagenError(f"there is no column {missing[0]!r}", todo="give a data frame with unit and code")
    found = frame[["unit", "code"]].dropna(subset="unit").drop_duplicates()
    if found.code.isna().all():
        raise ZhagenError(f"there is no code in {found.unit.nunique()} units", todo="give a row a code found in a unit")
    return found


def _carriers(frame):
    """Return the units, sorted, and a dict: code, sorted -> the numbers of the units that have it."""
    import numpy as np

    found = _found(frame)
    units = _sorted(found.unit.unique())
    number = {unit: place for place, unit in enumerate(units)}
    carriers = {}
    for unit, code in found.dropna(subset="code")[["unit", "code"]].itertuples(index=False):
        carriers.setdefault(code, []).append(number[unit])
    return units, {code: np.array(carriers[code]) for code in _sorted(carriers)}


def _sorted(names):
    return sorted(names, key=lambda name: (isinstance(name, str), name))  # numbers before text


def _orders(draws, units, seed):
    """Return random orders of the units: draws x units."""
    import numpy as np

    if draws < 1:
        raise ZhagenError(f"there are {draws} draws", todo="draw 1000 times or more")
    return np.random.default_rng(seed).permuted(np.tile(np.arange(units), (draws, 1)), axis=1)


def _new(units, carriers, draws, seed):
    """Return how many new codes each unit of a random order gives: draws x units."""
    import numpy as np

    place = _orders(draws, len(units), seed)  # where each unit stands: the places of a random order are random too
    new = np.zeros(place.shape, dtype=np.int64)
    for rows in carriers.values():
        new[np.arange(draws), place[:, rows].min(axis=1)] += 1
    return new


def _runs(new, base, run, threshold):
    """Return the codes of the base (draws) and the new codes of each run after it (draws x runs)."""
    import numpy as np

    if base < 1 or run < 1 or not threshold >= 0:
        raise ZhagenError(f"base is {base}, run {run}, threshold {threshold}", todo="give 1, 1 and 0, or more")
    if new.shape[1] < base + run:
        raise ZhagenError(f"there are {new.shape[1]} units", todo=f"base and run need {base + run}: take smaller ones")
    runs = np.lib.stride_tricks.sliding_window_view(new[:, base:], run, axis=1)
    return new[:, :base].sum(axis=1), runs.sum(axis=2)


def _size(held, units):
    """Return how many units to hold out; raise where none would be left on one of the sides."""
    size = min(max(round(held * units), 1), units - 1) if 0 < held < 1 else held
    if size != int(size) or not 0 < size < units:
        raise ZhagenError(f"{held} of {units} units are to be held out", todo="hold out one at least, and not all")
    return int(size)
