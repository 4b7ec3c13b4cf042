"""How far the coders of a study agree, code by code and over all, by turn, sentence, character and passage.

What they do not agree on is as telling: ``study.differences`` says what became of it. Text of interviewers is left out
unless asked for, and in all of it coders are compared source by source: intervals are drawn from whole sources.
A source that a coder has not begun says nothing on agreement: unless sources are named, those that all coded count.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from zhagen.errors import StudyError
from zhagen.statistics.agreement import agreement_by_code, agreement_over_codes, unit_decisions
from zhagen.statistics.unitizing import unitizing_alpha
from zhagen.study.crosstables import require_codes
from zhagen.study.joining import study_part
from zhagen.study.retrieval import study_units
from zhagen.study.study import COUNTED, Study

UNITS = ("turn", "sentence", "character")
DECISIONS = "coder item code source_id".split()


def coding_decisions(
    study: Study,
    *,
    unit: str = "turn",
    coders: Iterable[str] | None = None,
    sources: Iterable[str] | None = None,
    level: str | None = None,
    roles: Iterable[str] = COUNTED,
) -> pd.DataFrame:
    """Return which coder gave which code to which unit, for `zhagen.statistics.agreement_by_code` and other measures.

    A coder gave a code to a unit if a coding with it touches the unit in one character or more.

    Parameters
    ----------
    study : Study
        The study.
    unit : {"turn", "sentence", "character"}, default "turn"
        What the coders decide on.
    coders : iterable of str, optional
        Who is compared; without it all who coded alone.
    sources : iterable of str, optional
        On which sources; without it, those in which each of the coders has a coding.
    level : str, optional
        Compare codes of this level, such as ``category``: codings below it count for it.
    roles : iterable of str, default participants, observers and documents
        Whose words are units.

    Returns
    -------
    pandas.DataFrame
        One row a coder, unit and code: ``coder``; ``item`` (str, such as ``I01-3``; with characters their number in the
        source, int, is after the hyphen); ``code`` (its label); ``source_id``. A unit that nobody coded has one row
        with an empty code, whose coder is the first one.

    Raises
    ------
    StudyError
        If fewer than two coders coded alone, they have no source in common, or there is no such unit, coder, source or
        level.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01"], "label": ["不利先说"], "level": ["concept"]})
    >>> rows = [("I01", 2, 6, "c01", "林"), ("I01", 2, 4, "c01", "周")]
    >>> codings = pd.DataFrame(rows, columns=["source_id", "start", "end", "code_id", "coder"])
    >>> study = make_study({"I01": "甲：说在前头。\\n甲：没了。"}, codes, codings)
    >>> coding_decisions(study).drop(columns="source_id").values.tolist()
    [['周', 'I01-1', '不利先说'], ['林', 'I01-1', '不利先说'], ['周', 'I01-2', '']]
    """
    study, names = _compared(study, coders, sources)
    decisions, units = _decided(study, unit, names, level, list(roles))
    if "length" in units:
        decisions, units = _spread_out(decisions, units)
    bare = np.setdiff1d(np.arange(len(units)), decisions["item"].to_numpy())
    every = pd.concat([decisions.astype({"coder": "str", "code": "str"}), pd.DataFrame({"item": bare})])
    every = every.fillna({"coder": names[0], "code": ""})
    ranks = [pd.factorize(every[name], sort=True)[0] for name in ("coder", "code")]
    places = every["item"].to_numpy(np.int64)
    order = np.lexsort((*ranks, places))
    items = units.source_id.astype("str") + "-" + units.number.astype("str")
    found = {"coder": every.coder.iloc[order], "item": items.iloc[places[order]], "code": every.code.iloc[order]}
    found["source_id"] = units.source_id.iloc[places[order]]
    return pd.DataFrame({name: cells.reset_index(drop=True) for name, cells in found.items()}).astype("str")


def _decided(
    study: Study, unit: str, names: list[str], level: str | None, roles: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return decisions, each once, with units as numbers from 0; and the source of each unit and its number there.

    Where units are characters, those that were decided alike are one unit with a ``length``.
    """
    quoted = study.quotations(coder=names, level=level, roles=roles)
    passages = quoted.rename(columns={"source_id": "source", "code": "code_id", "label": "code"})
    passages = passages[["coder", "code", "start", "end", "source"]]
    if unit == "character":
        return _by_stretch(study, passages, roles)
    if unit not in UNITS:
        raise StudyError(f"there is no unit {unit!r}", todo=f"use one of {', '.join(UNITS)}")
    units = study_units(study, unit, roles=roles)
    units = units.assign(item=np.arange(len(units)), source=units.source_id, number=units[unit])
    decisions = unit_decisions(passages, units) if len(passages) else pd.DataFrame(columns=DECISIONS[:3])
    return decisions.astype({"item": np.int64}), units[["source_id", "number"]].reset_index(drop=True)


def _by_stretch(study: Study, passages: pd.DataFrame, roles: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the decisions on the characters of the turns that count, and how they lie in the sources.

    Characters between two borders of passages carry the same codes, so a unit is such a stretch, and has a length.
    """
    line = _Line(study_units(study, "turn", roles=roles))
    spans = np.stack([line.places(passages.source, passages[end].to_numpy(np.int64)) for end in ("start", "end")], 1)
    coder, code = (passages[name].astype("category") for name in ("coder", "code"))
    pairs = coder.cat.codes.to_numpy(np.int64) * len(code.cat.categories) + code.cat.codes.to_numpy()
    # what a coder gave one code is put together, so that each stretch is there once: by pair, then by start
    order = np.lexsort((spans[:, 0], pairs))
    pairs, spans = pairs[order], spans[order]
    apart = spans + (pairs * (line.length + 1))[:, None]  # pairs one behind the other
    until = np.concatenate([[0], np.maximum.accumulate(apart[:, 1])[:-1]]) if len(apart) else apart[:, 1]
    starts = np.minimum(spans[:, 0] + np.maximum(until - apart[:, 0], 0), spans[:, 1])
    borders = np.unique(np.concatenate([spans.ravel(), line.begin, [line.length]]))
    first, last = np.searchsorted(borders, starts), np.searchsorted(borders, spans[:, 1])
    number = (last - first).astype(np.intp)
    rows = np.repeat(np.arange(len(spans)), number)
    item = np.arange(len(rows)) + np.repeat(first - np.cumsum(number) + number, number)
    found = {"coder": coder.iloc[order[rows]], "item": item, "code": code.iloc[order[rows]]}
    frame = pd.DataFrame({name: getattr(cells, "array", cells) for name, cells in found.items()})
    source = np.searchsorted(line.begin, borders[:-1], side="right") - 1
    source_ids = pd.Categorical.from_codes(source, pd.Index(line.sources))
    units = {"source_id": source_ids, "number": borders[:-1] - line.begin[source], "length": np.diff(borders)}
    return frame, pd.DataFrame(units)


def _spread_out(decisions: pd.DataFrame, units: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return decisions on single units, and these, where a unit is many that were decided alike."""
    lengths = units.length.to_numpy(np.intp)
    many, begin = lengths[decisions["item"]], np.cumsum(lengths) - lengths
    within = [np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes) for sizes in (many, lengths)]
    spread = decisions.loc[decisions.index.repeat(many)].reset_index(drop=True)
    spread["item"] = begin[spread["item"]] + within[0]
    single = units.loc[units.index.repeat(lengths), ["source_id", "number"]].reset_index(drop=True)
    return spread, single.assign(number=single.number + within[1])


class _Line:
    """The turns that count, put one behind the other, source after source: where a character of a source is there."""

    def __init__(self, turns: pd.DataFrame) -> None:
        source, names = pd.factorize(turns.source_id)
        self.sources = [str(name) for name in names]
        self.source, self.starts, self.ends = source, turns.start.to_numpy(), turns.end.to_numpy()
        sizes = self.ends - self.starts
        self.before, self.length = np.cumsum(sizes) - sizes, int(sizes.sum())
        last = np.searchsorted(source, np.arange(len(names)), side="right") - 1
        self.begin = self.before[np.searchsorted(source, np.arange(len(names)))]
        self.until = self.ends[last] if len(names) else self.ends
        self.raw = np.cumsum(self.until + 1) - self.until - 1  # where a source begins if the whole texts are put so

    def places(self, sources: pd.Series, offsets: np.ndarray) -> np.ndarray:
        """Return where offsets of sources are; one between two turns is at the end of the first."""
        source = pd.Index(self.sources).get_indexer(pd.Index(sources))
        offsets = np.minimum(offsets, self.until[source])
        turn = np.searchsorted(self.raw[self.source] + self.starts, self.raw[source] + offsets, side="right") - 1
        within = np.minimum(offsets, self.ends[turn]) - self.starts[turn]
        within_source = (turn >= 0) & (self.source[turn] == source)
        return np.where(within_source, self.before[turn] + within, self.begin[source])


def _compared(study: Study, coders: Iterable[str] | None, sources: Iterable[str] | None) -> tuple[Study, list[str]]:
    """Return what of the study the coders are compared on, and who they are."""
    names = study.single_coders if coders is None else study.chosen_coders(coders)
    if len(names) < 2:
        raise StudyError(f"{len(names)} of the coders coded alone", todo="agreement needs two or more")
    if sources is None:
        coded = study.codings[["coder", "source_id"]].drop_duplicates().groupby("coder").source_id.agg(set)
        sources = set.intersection(*(coded.get(name, set()) for name in names))
        if not sources:
            found = f"there is no source that all of {', '.join(names)} have coded"
            raise StudyError(found, todo="name coders who have one in common, or the sources")
    chosen = set(sources)
    return (study if chosen == set(study.texts) else study_part(study, chosen)), names


def coder_agreement(
    study: Study,
    *,
    unit: str = "turn",
    uncoded: str = "all",
    coders: Iterable[str] | None = None,
    sources: Iterable[str] | None = None,
    level: str | None = None,
    roles: Iterable[str] = COUNTED,
    draws: int = 2000,
    seed: int = 1,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return for each code how far the coders agree on where it belongs.

    Parameters
    ----------
    study : Study
        The study.
    unit : {"turn", "sentence", "character"}, default "turn"
        What the coders decide on. The larger it is, the less borders of passages matter.
    uncoded : {"all", "coded"}, default "all"
        All units, or only those to which one of the coders gave a code, whichever.
    coders : iterable of str, optional
        Who is compared; without it all who coded alone.
    sources : iterable of str, optional
        On which sources; without it, those in which each of the coders has a coding.
    level : str, optional
        Compare codes of this level, such as ``category``: codings below it count for it.
    roles : iterable of str, default participants, observers and documents
        Whose words are units.
    draws : int, default 2000
        Number of draws for the intervals; each draws whole sources.
    seed : int, default 1
        Seed of the random generator.
    confidence : float, default 0.95
        Share of the draws within the interval.

    Returns
    -------
    pandas.DataFrame
        As `zhagen.statistics.agreement_by_code`: the counts that each measure rests on, the measures with their
        intervals, and ``readable``; codes in the order of the codebook, those that none of the coders gave are left
        out.

    Raises
    ------
    ZhagenError
        If fewer than two coders coded alone, they have no source in common, or there is no such unit, coder, source or
        level.
    """
    study, names = _compared(study, coders, sources)
    decisions, units = _decided(study, unit, names, level, list(roles))
    require_codes(decisions.code, 1)
    given = set(decisions.code.unique())
    return agreement_by_code(
        decisions,
        codes=[label for label in study.codebook.codes.label.drop_duplicates() if label in given],
        coders=names,
        items=range(len(units)),
        uncoded=uncoded,
        draws=draws,
        seed=seed,
        confidence=confidence,
        groups=units.source_id,
        lengths=units.get("length"),
    )


def overall_agreement(
    study: Study,
    *,
    unit: str = "turn",
    coders: Iterable[str] | None = None,
    sources: Iterable[str] | None = None,
    level: str | None = None,
    roles: Iterable[str] = COUNTED,
    draws: int = 2000,
    seed: int = 1,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return how far the coders agree over all codes, with and without the text that nobody coded.

    An item is a unit and a code: the coder gave it or did not. So a unit can carry several codes, and frequent codes
    weigh more. Codes that nobody gave are no items.

    Parameters
    ----------
    study : Study
        The study.
    unit : {"turn", "sentence", "character"}, default "turn"
        What the coders decide on.
    coders : iterable of str, optional
        Who is compared; without it all who coded alone.
    sources : iterable of str, optional
        On which sources; without it, those in which each of the coders has a coding.
    level : str, optional
        Compare codes of this level, such as ``category``: codings below it count for it.
    roles : iterable of str, default participants, observers and documents
        Whose words are units.
    draws : int, default 2000
        Number of draws for the intervals; each draws whole sources.
    seed : int, default 1
        Seed of the random generator.
    confidence : float, default 0.95
        Share of the draws within the interval.

    Returns
    -------
    pandas.DataFrame
        ``units`` (``all``, then ``coded``: those to which one of the coders gave a code, whichever), then the columns
        of `zhagen.statistics.agreement_table`.

    Raises
    ------
    ZhagenError
        If fewer than two coders coded alone, they have no source in common, or there is no such unit, coder, source or
        level.
    """
    study, names = _compared(study, coders, sources)
    decisions, units = _decided(study, unit, names, level, list(roles))
    require_codes(decisions.code, 1)
    tables = [
        agreement_over_codes(
            decisions,
            coders=names,
            items=range(len(units)),
            uncoded=kind,
            draws=draws,
            seed=seed,
            confidence=confidence,
            groups=units.source_id,
            lengths=units.get("length"),
        ).assign(units=kind)
        for kind in ("all", "coded")
    ]
    found = pd.concat(tables, ignore_index=True)
    return found[["units", *(column for column in found if column != "units")]]


def passage_agreement(
    study: Study,
    *,
    coders: Iterable[str] | None = None,
    sources: Iterable[str] | None = None,
    level: str | None = None,
    roles: Iterable[str] = COUNTED,
    draws: int = 2000,
    seed: int = 1,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return how far the coders agree on passages, borders and all: Krippendorff's alpha for unitizing, code by code.

    Each code is compared by itself, its passages against the rest of the text, since passages of several codes may
    overlap. The text is the turns of `roles`, one behind the other.

    Parameters
    ----------
    study : Study
        The study.
    coders : iterable of str, optional
        Who is compared; without it all who coded alone.
    sources : iterable of str, optional
        On which sources; without it, those in which each of the coders has a coding.
    level : str, optional
        Compare codes of this level, such as ``category``: codings below it count for it.
    roles : iterable of str, default participants, observers and documents
        Whose words are the text.
    draws : int, default 2000
        Number of draws for the intervals; each draws whole sources.
    seed : int, default 1
        Seed of the random generator.
    confidence : float, default 0.95
        Share of the draws within the interval.

    Returns
    -------
    pandas.DataFrame
        One row a code, in the order of the codebook: ``code`` (label); ``passages`` (int, of all coders together);
        ``value``, ``low``, ``high``, ``undefined`` (float): `zhagen.statistics.unitizing_alpha`, its measure ``u``.

    Raises
    ------
    ZhagenError
        If fewer than two coders coded alone, they have no source in common, or there is no such coder, source or level.
    """
    (study, names), roles = _compared(study, coders, sources), list(roles)
    line = _Line(study_units(study, "turn", roles=roles))
    quoted = study.quotations(coder=names, level=level, roles=roles)
    spans = quoted.rename(columns={"source_id": "source", "label": "code"})[["coder", "code", "source", "start", "end"]]
    begin = line.places(spans.source, np.zeros(len(spans), np.int64))
    for end in ("start", "end"):
        spans[end] = line.places(spans.source, spans[end].to_numpy(np.int64)) - begin
    lengths = dict(zip(line.sources, np.diff([*line.begin.tolist(), line.length]).tolist(), strict=True))
    rows = []
    for label in study.codebook.codes.label.drop_duplicates():
        part = spans[(spans.code == label) & (spans.start < spans.end)]
        if len(part):
            options = {"draws": draws, "seed": seed, "confidence": confidence}
            alpha = unitizing_alpha(part, lengths, coders=names, **options).iloc[0]  # type: ignore[arg-type]
            rows.append((label, len(part), alpha["value"], alpha.low, alpha.high, alpha.undefined))
    return pd.DataFrame(rows, columns="code passages value low high undefined".split())
