"""Codes against sources and against each other: which code is where, which meet, and how often by chance."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from zhagen.errors import StudyError
from zhagen.statistics.codings import attribute_table, code_meetings
from zhagen.statistics.passages import code_overlap
from zhagen.statistics.terms import TermMatrix
from zhagen.study.retrieval import study_units
from zhagen.study.study import COUNTED, Study, among, touched_units


def coding_matrix(
    study: Study,
    unit: str = "turn",
    *,
    level: str | None = None,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
) -> TermMatrix:
    """Return the unit x code matrix of the codings, for whatever in `zhagen.statistics` takes a matrix of terms.

    Parameters
    ----------
    study : Study
        The study.
    unit : {"turn", "sentence", "source"}, default "turn"
        What makes a row. A coding is in each unit that it touches.
    level : str, optional
        Count codes of this level, such as ``category``: codings below it count for it.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.

    Returns
    -------
    zhagen.statistics.TermMatrix
        Counts of codings; the units (``source_id``, ``turn``, ``sentence`` as far as the unit has them) are all that
        there are, coded or not, and the terms are the labels of the codes that occur, by code point.

    Raises
    ------
    ZhagenError
        If there is no such unit, coder or level.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01"], "label": ["不利先说"], "level": ["concept"]})
    >>> codings = pd.DataFrame([("I01", 2, 6, "c01", "林")], columns=["source_id", "start", "end", "code_id", "coder"])
    >>> study = make_study({"I01": "甲：说在前头。\\n甲：没了。"}, codes, codings)
    >>> coding_matrix(study)
    TermMatrix: 2 units x 1 terms, sum of counts 1
    """
    roles = list(roles)
    quoted = study.quotations(coder=coder, level=level, roles=roles)
    units = study_units(study, unit, roles=roles)
    labels, columns = np.unique(quoted.label.to_numpy(dtype=str), return_inverse=True)
    rows, touching = touched_units(units, quoted, study.texts)
    shape = (len(units), len(labels))
    counts = coo_array((np.ones(len(rows), np.int64), (rows, columns[touching])), shape)
    names = {"turn": ["turn"], "sentence": ["turn", "sentence"]}.get(unit, [])
    return TermMatrix(counts.tocsr(), units[["source_id", *names]], labels)


def codes_by_source(
    study: Study,
    *,
    level: str | None = None,
    unit: str | None = None,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
) -> pd.DataFrame:
    """Count the codings of each code in each source: the code x source table.

    Parameters
    ----------
    study : Study
        The study.
    level : str, optional
        Count codes of this level, such as ``category``: codings below it count for it.
    unit : {"turn", "sentence"}, optional
        Count the turns or sentences with the code in place of codings: one that is coded twice counts once.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.

    Returns
    -------
    pandas.DataFrame
        int64; index the labels of all codes (of the level) in the order of the codebook, without it of those that can
        have codings of their own: all that are no parent, and parents with one; columns the ids of the sources.

    Raises
    ------
    ZhagenError
        If there is no such unit, coder or level.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01", "c02"], "label": ["不利先说", "走得快"], "level": "concept"})
    >>> codings = pd.DataFrame([("I01", 2, 6, "c01", "林")], columns=["source_id", "start", "end", "code_id", "coder"])
    >>> study = make_study({"I01": "甲：说在前头。", "I02": "乙：没了。"}, codes, codings)
    >>> codes_by_source(study).values.tolist()
    [[1, 0], [0, 0]]
    """
    roles = list(roles)
    codes = study.codebook.codes
    sources = study.sources.source_id
    if unit is None:
        quoted = study.quotations(coder=coder, level=level, roles=roles)
        counts = quoted.groupby(["label", "source_id"]).size().unstack(fill_value=0)
    else:
        matrix = coding_matrix(study, unit, level=level, coder=coder, roles=roles)
        assert matrix.units is not None  # `coding_matrix` names them
        present = pd.DataFrame((matrix.counts > 0).astype(np.int64).toarray(), columns=matrix.terms)
        counts = present.groupby(matrix.units.source_id.to_numpy()).sum().T
    if level is None:
        leaves = codes[~among(codes.code_id, codes.parent_id) | among(codes.label, counts.index)]
    else:
        leaves = codes[codes.level == level]
    found = counts.reindex(index=leaves.label.drop_duplicates(), columns=sources, fill_value=0)
    return found.astype("int64").rename_axis(index="label", columns="source_id")


def attribute_values(study: Study, attribute: str, *, roles: Iterable[str] = COUNTED) -> pd.Series:
    """Return the value of an attribute for each source, or for each speaker.

    Parameters
    ----------
    study : Study
        The study.
    attribute : str
        A column of ``sources.csv`` (then a case is a source) or of ``speakers.csv`` (a speaker of a source).
    roles : iterable of str, default participants, observers and documents
        Which speakers are cases.

    Returns
    -------
    pandas.Series
        Case (``I01``, or ``I01/甲`` for a speaker) -> value (str); cases without a value are left out. Its name is the
        attribute.

    Raises
    ------
    StudyError
        If no case has such an attribute.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01"], "label": ["不利先说"], "level": ["concept"]})
    >>> codings = pd.DataFrame([("I01", 2, 6, "c01", "林")], columns=["source_id", "start", "end", "code_id", "coder"])
    >>> sources = pd.DataFrame({"source_id": ["I01"], "kind": ["interview"], "campus": ["东校区"]})
    >>> attribute_values(make_study({"I01": "甲：说在前头。"}, codes, codings, sources=sources), "campus").to_dict()
    {'I01': '东校区'}
    """
    fixed = {"source_id", "file", "sha256", "speaker", "places"}
    if attribute in study.sources and attribute not in fixed:
        values = pd.Series(study.sources[attribute].to_numpy(), index=study.sources.source_id, name=attribute)
    elif attribute in study.speakers and attribute not in fixed:
        counted = study.speakers[study.speakers.role.isin(list(roles))]
        names = counted.source_id + "/" + counted.speaker
        values = pd.Series(counted[attribute].to_numpy(), index=names, name=attribute)
    else:
        known = dict.fromkeys([*map(str, study.sources), *map(str, study.speakers)])
        todo = f"use one of {', '.join(column for column in known if column not in fixed)}"
        raise StudyError(f"there is no attribute {attribute!r}", todo=todo)
    values = values[values.ne("")]
    if values.empty:
        raise StudyError(f"the attribute {attribute} has no value", todo="fill it in")
    return values.rename_axis("case")


def codes_by_attribute(
    study: Study,
    attribute: str,
    *,
    count: str = "cases",
    level: str | None = None,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
    draws: int = 1999,
    seed: int = 1,
) -> pd.DataFrame:
    """Cross codes with an attribute of the cases: in how many of each value does a code occur, and is that chance?

    A case is a source or a speaker, see `attribute_values`. Codings of one case are not independent, so chance is
    assessed by shuffling the values between whole cases, see `zhagen.statistics.attribute_table`; with a handful of
    cases p cannot be small, whatever the codes say.

    Parameters
    ----------
    study : Study
        The study.
    attribute : str
        A column of ``sources.csv`` or ``speakers.csv``.
    count : {"cases", "codings"}, default "cases"
        What ``expected``, ``residual`` and p are of: a case has a code or does not, or each coding counts, so that long
        interviews weigh more.
    level : str, optional
        Count codes of this level, such as ``category``: codings below it count for it.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.
    draws : int, default 1999
        Number of shufflings.
    seed : int, default 1
        Seed of the random generator.

    Returns
    -------
    pandas.DataFrame
        One row a code and value: ``code`` (label), ``value`` (str), ``cases`` (int, all with this value), ``with_code``
        (int), ``share`` (float, with_code / cases), ``codings`` (int); ``expected``, ``residual`` (float, adjusted);
        ``p`` of the code over all values, ``p_holm``, ``p_bh``. Codes are those that occur, in the order of the
        codebook, values in that of the file.

    Raises
    ------
    StudyError
        If `count` is another word, or there is no such attribute, coder or level.
    ZhagenError
        If there is no coding, or all cases have one value.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01"], "label": ["不利先说"], "level": ["concept"]})
    >>> codings = pd.DataFrame([("I01", 2, 6, "c01", "林")], columns=["source_id", "start", "end", "code_id", "coder"])
    >>> sources = pd.DataFrame({"source_id": ["I01", "I02"], "kind": "interview", "campus": ["东", "西"]})
    >>> study = make_study({"I01": "甲：说在前头。", "I02": "乙：没了。"}, codes, codings, sources=sources)
    >>> codes_by_attribute(study, "campus")[["code", "value", "cases", "with_code", "p"]].values.tolist()
    [['不利先说', '东', 1, 1, 1.0], ['不利先说', '西', 1, 0, 1.0]]
    """
    if count not in ("cases", "codings"):
        raise StudyError(f"count is {count!r}", todo="give cases or codings")
    roles = list(roles)
    values = attribute_values(study, attribute, roles=roles)
    quoted = _cases(study, values, study.quotations(coder=coder, level=level, roles=roles))
    codings = quoted.rename(columns={"case": "source", "code_id": "id", "label": "code"})[["source", "code"]]
    found = attribute_table(codings, values, count="sources" if count == "cases" else "codings", draws=draws, seed=seed)
    cells = pd.MultiIndex.from_frame(found[["code", "value"]])
    pairs = pd.DataFrame({"code": codings.code, "value": quoted.value, "case": codings.source})
    for name, rows in (("codings", pairs), ("with_code", pairs.drop_duplicates())):
        numbers = rows.groupby(["code", "value"], sort=False).size()
        found[name] = numbers.reindex(cells, fill_value=0).to_numpy(np.int64)
    found["cases"] = found.value.map(values.value_counts()).astype(np.int64)
    found["share"] = found.with_code / found.cases
    labels = {label: place for place, label in enumerate(study.codebook.codes.label.drop_duplicates())}
    places = {value: place for place, value in enumerate(values.drop_duplicates())}
    order = found.assign(a=found.code.map(labels), b=found.value.map(places)).sort_values(["a", "b"], ignore_index=True)
    return order["code value cases with_code share codings expected residual p p_holm p_bh".split()]


def _cases(study: Study, values: pd.Series, quoted: pd.DataFrame) -> pd.DataFrame:
    """Return quotations with the case they are of and its value; those of cases without a value are left out."""
    by_speaker = values.name not in study.sources
    case = quoted.source_id + "/" + quoted.speaker if by_speaker else quoted.source_id
    found = quoted.assign(case=case, value=case.map(values))
    return found[found.value.notna()]


def coding_overlaps(
    study: Study,
    *,
    level: str | None = None,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
) -> pd.DataFrame:
    """Count how often codings of two codes overlap, in one character or more, and ATLAS.ti's coefficient c of them.

    Parameters
    ----------
    study : Study
        The study.
    level : str, optional
        Count codes of this level, such as ``category``: codings below it count for it.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's. With several coders the
        codings of one meet those of another, too.
    roles : iterable of str, default participants, observers and documents
        Whose words.

    Returns
    -------
    pandas.DataFrame
        As `zhagen.statistics.code_overlap`: ``term_a``, ``term_b``, ``n12`` (events), ``n1``, ``n2``, ``c``,
        ``distorted``.

    Raises
    ------
    ZhagenError
        If there is no such coder or level, or no coding.

    See Also
    --------
    coding_pairs : The pairs of codings of two codes one by one, with how they lie.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01", "c02"], "label": ["不利先说", "走得快"], "level": "concept"})
    >>> rows = [("I01", 2, 8, "c01", "林"), ("I01", 7, 11, "c02", "林")]
    >>> codings = pd.DataFrame(rows, columns=["source_id", "start", "end", "code_id", "coder"])
    >>> coding_overlaps(make_study({"I01": "甲：说在前头，走得也快。"}, codes, codings)).values.tolist()
    [['不利先说', '走得快', 1, 1, 1, 1.0, False]]
    """
    quoted = study.quotations(coder=coder, level=level, roles=roles)
    require_codes(quoted.code_id, 1)
    # `code_overlap` counts places that meet, whole numbers from first to last: here they are characters
    places = {"doc_id": quoted.source_id, "line_start": quoted.start, "line_end": quoted.end - 1}
    return code_overlap(quoted.assign(kind="quotation", **places), level=level)


def code_cooccurrence(
    study: Study,
    unit: str = "turn",
    *,
    level: str | None = None,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
    null: str = "terms",
    draws: int = 1999,
    seed: int = 1,
    min_count: int = 1,
) -> pd.DataFrame:
    """Count in how many turns or sentences two codes meet, and how often they would by chance inside each source.

    Parameters
    ----------
    study : Study
        The study.
    unit : {"turn", "sentence"}, default "turn"
        Where codes meet. A coding is in each unit that it touches.
    level : str, optional
        Count codes of this level, such as ``category``: codings below it count for it.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.
    null : {"terms", "margins"}, default "terms"
        What chance keeps of each source, see `zhagen.statistics.code_meetings`: how many units each code has, or also
        how many codes each unit.
    draws : int, default 1999
        Number of random tables, for ``margins``.
    seed : int, default 1
        Seed of the random generator, for ``margins``.
    min_count : int, default 1
        The least number of common units of a pair.

    Returns
    -------
    pandas.DataFrame
        As `zhagen.statistics.code_meetings`: ``code_a``, ``code_b``, ``n12``, ``n1``, ``n2``, ``N``, ``c`` (ATLAS.ti's
        coefficient), ``npmi``, ``expected``, ``sd``, ``z``, ``p_more``, ``p_less``, ``p_holm``, ``p_bh``.

    Raises
    ------
    ZhagenError
        If there is no such unit, coder or level, or fewer than two codes occur.

    See Also
    --------
    coding_overlaps : The same for codings that overlap in a character.
    """
    matrix = coding_matrix(study, unit, level=level, coder=coder, roles=roles)
    assert matrix.units is not None  # `coding_matrix` names them
    cells = (matrix.counts > 0).tocoo()
    present = pd.DataFrame({"row": cells.coords[0], "code": matrix.terms[cells.coords[1]]})
    require_codes(present.code, 2)
    segments = pd.DataFrame({"source": matrix.units.source_id, "segment": range(len(matrix.units))})
    segments = segments.reset_index(names="row").merge(present, on="row", how="left")
    return code_meetings(segments, null=null, draws=draws, seed=seed, min_count=min_count)


def require_codes(codes: pd.Series, least: int) -> None:
    """Raise if the codings that are counted are of too few codes for a question.

    Parameters
    ----------
    codes : pandas.Series
        The code of each coding that is counted; missing where a source has none.
    least : int
        How many different ones the question needs.

    Raises
    ------
    StudyError
        If there are fewer.

    Examples
    --------
    >>> require_codes(pd.Series(["c01", "c02"]), 2)
    """
    number = codes.nunique()
    if number < least:
        found = f"the codings that are counted are of {number} codes, and {least} are needed"
        todo = "code more, or choose another level, coder or role; `zhagen check` lists codings that are lost"
        raise StudyError(found, "codings.csv", todo)
