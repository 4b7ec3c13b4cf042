"""When new sources stopped giving new codes, in the order in which they were collected.

That is code saturation, which is counted. Whether a category is saturated in theory is judged by comparing: see
``study.negative_cases``.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import pandas as pd

from zhagen.errors import StudyError
from zhagen.statistics.saturation import (
    GuestRuns,
    HoldOut,
    guest_draws,
    guest_runs,
    hold_out,
    hold_out_draws,
    new_codes,
    shuffled_accumulation,
    unseen_codes,
)
from zhagen.study.crosstables import require_codes
from zhagen.study.study import COUNTED, Study, among


@dataclass(frozen=True, eq=False, repr=False)
class StudySaturation:
    """Code saturation of a study, in several ways.

    Attributes
    ----------
    new : pandas.DataFrame
        ``unit`` (source), ``new``, ``cumulative``: codes that each source adds, in the order of collection.
    runs : GuestRuns
        The assessment of Guest, Namey and Chen in this order.
    orders : pandas.DataFrame
        The same over random orders of the sources, see `guest_draws`.
    curve : pandas.DataFrame
        Accumulation over random orders, see `shuffled_accumulation`.
    held : HoldOut
        Codes that the last sources have and those before them lack.
    splits : pandas.DataFrame
        The same over all splits or many, see `hold_out_draws`.
    unseen : pandas.DataFrame
        Chao's estimate of all codes and the coverage of Good and Turing, see `unseen_codes`; with a row for each
        category where codes have parents.
    """

    new: pd.DataFrame
    runs: GuestRuns
    orders: pd.DataFrame
    curve: pd.DataFrame
    held: HoldOut
    splits: pd.DataFrame
    unseen: pd.DataFrame

    def __repr__(self) -> str:
        never = self.orders.share[self.orders.point.isna()].sum()
        orders = f"in {1 - never:.0%} of random orders a point is reached"
        clean = f"{(self.splits.new == 0).mean():.0%}"
        held = f"held out: {self.held!r}, without a new code in {clean} of the splits"
        row = self.unseen.iloc[0]
        codes, low, high = (f"{row[name]:.1f}" for name in ("chao2", "low", "high"))
        chao = f"Chao2: {codes} codes ({low} to {high}), {row.codes} found, coverage {row.coverage:.0%}"
        if row.low != row.low:  # no code is rare
            chao = f"Chao2: {codes} codes, {row.codes} found, coverage {row.coverage:.0%}"
        return "\n".join([repr(self.runs), orders, held, chao])


def source_order(study: Study) -> list[str]:
    """Return the sources in the order in which they were collected.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    list of str
        By ``sampling.csv`` where it names every source, else by date, else as in ``sources.csv``.
    """
    listed = study.sampling.sort_values("order", kind="stable").source_id.tolist()
    if sorted(set(listed)) == sorted(study.sources.source_id):
        return list(dict.fromkeys(listed))
    if study.sources.date.ne("").all():
        return study.sources.sort_values("date", kind="stable").source_id.tolist()
    return study.sources.source_id.tolist()


def source_codes(
    study: Study,
    *,
    level: str | None = None,
    kinds: Iterable[str] | None = None,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
) -> pd.DataFrame:
    """Return which codes each source has, for the functions of `zhagen.statistics` on saturation.

    Parameters
    ----------
    study : Study
        The study.
    level : str, optional
        Count codes of this level, such as ``category``: codings below it count for it.
    kinds : iterable of str, optional
        Only sources of these kinds, such as ``interview``; without it all.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.

    Returns
    -------
    pandas.DataFrame
        ``unit`` (source), ``code`` (label), each pair once, sources in the order of collection; a source without codes
        has one row with a missing code.

    Raises
    ------
    StudyError
        If there is no such coder, level or kind.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01"], "label": ["不利先说"], "level": ["concept"]})
    >>> rows = [("I01", 2, 6, "c01", "林")]
    >>> codings = pd.DataFrame(rows, columns=["source_id", "start", "end", "code_id", "coder"])
    >>> study = make_study({"I01": "甲：说在前头。", "I02": "乙：没了。"}, codes, codings)
    >>> source_codes(study).fillna("-").values.tolist()
    [['I01', '不利先说'], ['I02', '-']]
    """
    wanted = study.sources.source_id
    if kinds is not None:
        kinds = list(kinds)
        wanted = wanted[study.sources.kind.isin(kinds)]
        if wanted.empty:
            raise StudyError(f"no source is of the kind {' or '.join(kinds)}", todo="compare sources.csv")
    listed = set(wanted)
    order = [source for source in source_order(study) if source in listed]
    quoted = study.quotations(coder=coder, level=level, roles=roles)
    pairs = quoted[["source_id", "label"]].drop_duplicates().set_axis(["unit", "code"], axis=1)
    coded = set(pairs.unit)
    bare = [source for source in order if source not in coded]
    found = pd.concat([pairs[among(pairs.unit, order)], pd.DataFrame({"unit": bare, "code": None})])
    place = {source: number for number, source in enumerate(order)}
    found = found.assign(place=found.unit.map(place)).sort_values("place", kind="stable", ignore_index=True)
    typed = found[["unit", "code"]].astype({"unit": "str", "code": "str"})
    return typed.assign(code=typed.code.where(found.code.notna()))  # before pandas 3 a missing code became a word


def study_saturation(
    study: Study,
    *,
    level: str | None = None,
    kinds: Iterable[str] | None = None,
    base: int = 4,
    run: int = 2,
    threshold: float = 0.05,
    held: int = 1,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
    draws: int = 1000,
    seed: int = 1,
) -> StudySaturation:
    """Assess the code saturation of a study.

    It says something only of codes that were found as the sources came in: a codebook that was finished first and then
    applied to all sources is saturated by design. The history of the codebook shows which it was.

    Parameters
    ----------
    study : Study
        The study.
    level : str, optional
        Count codes of this level, such as ``category``.
    kinds : iterable of str, optional
        Only sources of these kinds, such as ``interview``; without it all.
    base, run : int, default 4, 2
        Sources of the base and of a run, see `guest_runs`.
    threshold : float, default 0.05
        Greatest ratio of new codes that counts as saturated.
    held : int, default 1
        How many sources, the last ones, are held out.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.
    draws : int, default 1000
        Number of random orders and splits.
    seed : int, default 1
        Seed of the random generator.

    Returns
    -------
    StudySaturation
        Its parts are what the functions of `zhagen.statistics` return.

    Raises
    ------
    ZhagenError
        If there are fewer sources than base and run need, and in the cases of `source_codes`.
    """
    frame = source_codes(study, level=level, kinds=kinds, coder=coder, roles=roles)
    require_codes(frame.code, 1)
    new = new_codes(frame)
    options = {"draws": draws, "seed": seed}
    return StudySaturation(
        new,
        guest_runs(new.new, base=base, run=run, threshold=threshold),
        guest_draws(frame, base=base, run=run, threshold=threshold, **options),
        shuffled_accumulation(frame, **options),
        hold_out(frame, new.unit.tolist()[-held:]),
        hold_out_draws(frame, held, **options),
        unseen_codes(frame, categories=_parents(study)),
    )


def _parents(study: Study) -> dict[Hashable, Hashable]:
    """Return the label of the parent of each code that has one, by its label."""
    labels, codes = study.codebook.labels(), study.codebook.codes
    return {
        label: labels[parent]
        for label, parent in zip(codes.label, codes.parent_id.fillna(""), strict=True)
        if parent in labels
    }
