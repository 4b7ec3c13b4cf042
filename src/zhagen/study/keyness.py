"""Words that set one group of a study apart: people with an attribute, a speaker, or what carries a code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from zhagen.errors import StudyError
from zhagen.statistics.inference import adjust_p
from zhagen.statistics.keyness import keyness_by_units, keyness_table
from zhagen.statistics.terms import TermMatrix
from zhagen.study.crosstables import attribute_values
from zhagen.study.retrieval import study_units
from zhagen.study.study import COUNTED, Study, touched_units
from zhagen.text.segmentation import encode_texts

GROUPS = "group cases terms cases_reference terms_reference".split()
TERMS = (
    "group term count count_reference per_1000 per_1000_reference g2 log_ratio log_ratio_low log_ratio_high "
    "cases of_cases cases_reference of_cases_reference p p_bh p_shuffled"
).split()
SHOWN = 5  # words of a group when the result prints itself


@dataclass(frozen=True, eq=False, repr=False)
class StudyKeyness:
    """The words that set the groups of a study apart.

    Attributes
    ----------
    by : str
        What makes the groups: an attribute, ``speaker``, or the label of a code.
    groups : pandas.DataFrame
        One row a group that was compared: ``group`` (str), ``cases`` (int: sources, or speakers of a source; of a code,
        sources in which it is), ``terms`` (int, counted words), ``cases_reference``, ``terms_reference`` (the same of
        all others).
    terms : pandas.DataFrame
        One row a group and word, first the words that the group uses more than the others, see `study_keyness`.
    left_out : dict of str to int
        Groups that were not compared, with their cases: there are too few.
    """

    by: str
    groups: pd.DataFrame
    terms: pd.DataFrame
    left_out: dict[str, int]

    def top(self, n: int = 10) -> pd.DataFrame:
        """Return the words that each group uses more than the others, highest g2 first.

        Parameters
        ----------
        n : int, default 10
            At most so many a group.

        Returns
        -------
        pandas.DataFrame
            Rows of `terms`.
        """
        more = self.terms[self.terms.log_ratio > 0]
        return more[more.groupby("group", sort=False).cumcount() < n].reset_index(drop=True)

    def __repr__(self) -> str:
        lines, best = [], self.top(SHOWN)
        for row in self.groups.itertuples():
            of = best[best.group == row.group]
            words = "; ".join(f"{one.term} {one.cases} of {one.of_cases}" for one in of.itertuples()) or "no word"
            sizes = f"{row.cases} cases, {row.terms} counted words against {row.terms_reference}"
            lines.append(f"{row.group}: {sizes}: {words}")
        if self.left_out:
            left = ", ".join(f"{name} ({number})" for name, number in self.left_out.items())
            lines.append(f"too few cases to be compared: {left}")
        return "\n".join(lines)


def study_keyness(
    study: Study,
    by: str = "",
    *,
    code: str = "",
    groups: str | Iterable[str] | None = None,
    min_count: int = 5,
    min_cases: int = 2,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
    lexicon: Path | str | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> StudyKeyness:
    """Find the words that set a group apart: of people with an attribute, of a speaker, or of what carries a code.

    Words are those that `zhagen.text.segmentation.content_terms` counts, in what participants say. Each group is
    compared with all the others together, by the measures of `zhagen.statistics.keyness_table`: ``g2`` says how
    surprising the difference is, ``log_ratio`` how large (1 is twice as much), ``p`` whether it would be chance if
    every word were said independently. It is not: whoever says a word says it again. So two things are beside it:
    ``cases`` of ``of_cases``, in how many sources (or speakers) of the group the word is at all; and ``p_shuffled``,
    how often the word is as unevenly shared out if whole cases are dealt out to the group by chance, see
    `zhagen.statistics.keyness_by_units`. With a handful of cases it cannot be small, whatever the words say.

    With `code`, the sentences that a coding of the code touches are the group, all others the reference; cases are
    sources, and sentences are dealt out inside each source. A code was given for what is said, so its words are no
    independent proof of it: they show what its passages talk about.

    Parameters
    ----------
    study : Study
        The study.
    by : str, default ""
        A column of ``sources.csv`` (then a case is a source) or of ``speakers.csv`` (a speaker of a source), or
        ``speaker``: each name is a group.
    code : str, default ""
        Id or label of a code, in place of `by`; it includes the codes below it.
    groups : str or iterable of str, optional
        The values to compare, each with all others. Without it, all.
    min_count : int, default 5
        Words that occur less often in all are not compared.
    min_cases : int, default 2
        Words in fewer cases are not compared, and neither are groups of fewer; with ``speaker`` a group is one case, so
        give 1.
    coder : str or iterable of str, optional
        Whose codings, for `code`. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words; interviewers are left out.
    lexicon : pathlib.Path or str, optional
        A folder with a lexicon, see `zhagen.text.segmentation.segment`.
    draws : int, default 2000
        How often cases are dealt out.
    seed : int, default 1
        Seed of the random generator.

    Returns
    -------
    StudyKeyness
        It prints itself. Columns of ``terms``: ``group``, ``term`` (str); ``count``, ``count_reference`` (int);
        ``per_1000``, ``per_1000_reference`` (float, of the counted words); ``g2``, ``log_ratio`` with its 95% interval
        ``log_ratio_low``, ``log_ratio_high``; ``cases``, ``of_cases``, ``cases_reference``, ``of_cases_reference``
        (int); ``p``, ``p_bh`` (corrected for all rows of the table), ``p_shuffled`` (float).

    Raises
    ------
    StudyError
        If neither or both of `by` and `code` are given; there is no such attribute, value or coder; there is nothing to
        compare with; or no group has `min_cases` cases.
    ZhagenError
        If there is no such code, or `draws` is below 1.

    References
    ----------
    Dunning, T. (1993). Accurate methods for the statistics of surprise and coincidence.

    Egbert, J. and Biber, D. (2019). Incorporating text dispersion into keyword analyses.

    Hardie, A. (2014). Log Ratio: an informal introduction.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> found = study_keyness(practice_study(), "part", groups="admin", draws=200)
    >>> found.groups[["group", "cases"]].values.tolist()
    [['admin', 3]]
    >>> bool((found.terms["count"] + found.terms.count_reference >= 5).all())
    True
    """
    if bool(by) == bool(code):
        raise StudyError(
            "by and code are both given" if by else "neither by nor code is given", todo="give one of them"
        )
    if min_count < 1 or min_cases < 1:
        raise StudyError(f"min_count is {min_count}, min_cases {min_cases}", todo="give 1 or more")
    roles = list(roles)
    if code:
        return _of_code(study, code, min_count, min_cases, coder, roles, lexicon, draws, seed)
    values = _values(study, by, roles)
    turns = study.turns()
    turns = turns[turns.role.isin(roles)]
    names = turns.source_id if values.index.isin(study.texts).all() else turns.source_id + "/" + turns.speaker
    kept = names.isin(values.index)
    matrix = _matrix(turns.text[kept].tolist(), names[kept].tolist(), lexicon)
    if matrix is None:
        raise StudyError(f"no word is counted of anybody with {by}", todo="check roles, and who speaks in the sources")
    assert matrix.units is not None  # `_matrix` names them
    of = values[matrix.units.case].to_numpy(dtype=object)
    sizes = pd.Series(of).value_counts(sort=False)
    chosen = list(dict.fromkeys(of)) if groups is None else [groups] if isinstance(groups, str) else list(groups)
    for group in chosen:
        if group not in sizes:
            raise StudyError(f"nobody who says a word has {by} {group}", todo=f"use one of {', '.join(sizes.index)}")
    left_out = {group: int(sizes[group]) for group in chosen if sizes[group] < min_cases}
    compared = [group for group in chosen if group not in left_out]
    if not compared:
        todo = "least cases 1 compares single ones (min_cases, --min-cases); their p_shuffled says little"
        raise StudyError(f"no group of {by} has {min_cases} cases", todo=todo)
    if len(sizes) < 2:
        raise StudyError(f"all cases have {by} {sizes.index[0]}", todo="choose an attribute with two values or more")
    sides = {group: of == group for group in compared}
    cases = np.arange(len(of))
    return _compared(by, matrix, sides, cases, None, left_out, min_count, min_cases, draws, seed)


def _values(study: Study, by: str, roles: list[str]) -> pd.Series:
    """Return the group of each case."""
    if by != "speaker":
        return attribute_values(study, by, roles=roles)
    turns = study.turns()
    turns = turns[turns.role.isin(roles) & turns.speaker.ne("")].drop_duplicates(["source_id", "speaker"])
    if turns.empty:
        raise StudyError("no source has turns of speakers", todo="choose an attribute, or give the roles")
    return pd.Series(turns.speaker.to_numpy(), index=turns.source_id + "/" + turns.speaker, name=by)


def _of_code(
    study: Study,
    code: str,
    min_count: int,
    min_cases: int,
    coder: str | Iterable[str] | None,
    roles: list[str],
    lexicon: Path | str | None,
    draws: int,
    seed: int,
) -> StudyKeyness:
    code_id = study.codebook.find(code)
    label = study.codebook.labels()[code_id]
    units = study_units(study, "sentence", roles=roles)
    rows, _ = touched_units(units, study.quotations(code_id, coder=coder, roles=roles), study.texts)
    matrix = _matrix(units.text.tolist(), range(len(units)), lexicon)
    touched = np.zeros(len(units), bool)
    touched[rows] = True
    if matrix is None or not touched.any():
        raise StudyError(f"no sentence with counted words carries {label}", todo="choose a code with codings")
    assert matrix.units is not None
    at = matrix.units.case.to_numpy(np.int64)
    side, sources = touched[at], units.source_id.to_numpy()[at]
    if side.all() or not side.any():
        raise StudyError(
            f"{'every' if side.all() else 'no'} sentence with counted words carries {label}", todo="choose another code"
        )
    if len(set(sources[side])) < min_cases:
        todo = "least cases 1 compares it all the same (min_cases, --min-cases)"
        raise StudyError(f"{label} is in {len(set(sources[side]))} sources, fewer than {min_cases}", todo=todo)
    return _compared(label, matrix, {label: side}, sources, sources, {}, min_count, min_cases, draws, seed)


def _matrix(texts: list[str], names: Sequence[str] | range, lexicon: Path | str | None) -> TermMatrix | None:
    """Return the case x word matrix of texts, cases in their order and as far as they have a counted word."""
    encoded = encode_texts(texts, lexicon) if texts else None
    if encoded is None or not len(encoded.ids):
        return None
    owners, cases = pd.factorize(np.array(names, object if isinstance(names, list) else np.int64))
    rows, (order, terms) = np.repeat(owners, encoded.lengths), _ranked(encoded.terms)
    shape = (len(cases), len(terms))
    counts = coo_array((np.ones(len(rows), np.int64), (rows, order[encoded.ids])), shape).tocsr()
    counts.sum_duplicates()
    full = np.flatnonzero(np.diff(counts.indptr))
    return TermMatrix(counts[full], pd.DataFrame({"case": np.asarray(cases)[full]}), terms)


def _ranked(terms: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the rank of each term by code point, and the terms in this order."""
    order = sorted(range(len(terms)), key=terms.__getitem__)
    ranks = np.zeros(len(terms), np.int64)
    ranks[order] = np.arange(len(terms))
    return ranks, np.array([terms[one] for one in order], dtype=str)


def _compared(
    by: str,
    matrix: TermMatrix,
    sides: dict[str, np.ndarray],
    cases: np.ndarray,
    within: np.ndarray | None,
    left_out: dict[str, int],
    min_count: int,
    min_cases: int,
    draws: int,
    seed: int,
) -> StudyKeyness:
    """Compare each group of units with all others; `cases` names the case of each unit."""
    present = _by_case(matrix, cases)
    total, spread = np.asarray(matrix.counts.sum(axis=0)).ravel(), np.asarray((present > 0).sum(axis=0)).ravel()
    wanted = (total >= min_count) & (spread >= min_cases)  # neither knows of the groups, so p needs no more correction
    groups, tables = [], []
    for group, side in sides.items():
        of, others = (np.asarray(matrix.counts[rows].sum(axis=0)).ravel() for rows in (side, ~side))
        found = keyness_table(_counts(matrix, of), _counts(matrix, others), confidence=0.95)
        here, there = (_spread(matrix, cases, rows) for rows in (side, ~side))
        sizes = [len(set(cases[rows].tolist())) for rows in (side, ~side)]
        groups.append((group, sizes[0], int(of.sum()), sizes[1], int(others.sum())))
        dealt = keyness_by_units(matrix, side, within=within, draws=draws, seed=seed).set_index("term").p_shuffled
        rank = np.searchsorted(matrix.terms, found.term.to_numpy(dtype=str))
        found = found.assign(
            group=group,
            per_1000=1000 * found["count"] / of.sum(),
            per_1000_reference=1000 * found.count_reference / others.sum(),
            cases=here[rank],
            of_cases=sizes[0],
            cases_reference=there[rank],
            of_cases_reference=sizes[1],
            p_shuffled=found.term.map(dealt),
        )
        tables.append(found[wanted[rank]])
    terms = pd.concat(tables, ignore_index=True)
    terms = terms.assign(p_bh=adjust_p(terms.p.to_numpy(), "bh"))[TERMS].astype({"group": "str", "term": "str"})
    return StudyKeyness(by, pd.DataFrame(groups, columns=GROUPS), terms, left_out)


def _counts(matrix: TermMatrix, counts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"term": matrix.terms, "count": counts})


def _by_case(matrix: TermMatrix, cases: np.ndarray) -> coo_array:
    """Return the counts of each case, where a case has several units."""
    owners, _ = pd.factorize(cases)
    shape = (int(owners.max()) + 1, len(owners))
    return coo_array((np.ones(len(owners), np.int64), (owners, np.arange(len(owners)))), shape).tocsr() @ matrix.counts


def _spread(matrix: TermMatrix, cases: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return in how many cases each word is, as far as some units of them go."""
    part = TermMatrix(matrix.counts[rows], None, matrix.terms)
    return np.asarray((_by_case(part, cases[rows]) > 0).sum(axis=0)).ravel()
