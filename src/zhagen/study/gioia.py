"""A study sorted by the method of Gioia: first-order concepts, second-order themes, aggregate dimensions."""

from dataclasses import replace

import pandas as pd

from zhagen.errors import StudyError
from zhagen.extraction.codebook import Codebook
from zhagen.study.study import Study

LEVELS = ("dimension", "theme", "concept")


def gioia_codebook(table: pd.DataFrame) -> Codebook:
    """Return the codebook that a table of concepts, themes and dimensions makes.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a concept: ``code_id``, ``concept``, ``theme``, ``dimension``, such as ``study.gioia``.

    Returns
    -------
    Codebook
        Codes of the levels ``dimension``, ``theme`` and ``concept``, without evidence. Concepts keep their ids; all
        are ``inferred``: who sorts is the researcher. Levels, and the codes of each, are in the order of the table.

    Raises
    ------
    StudyError
        If a column is missing, a cell is empty, a concept is listed twice, or a theme is in two dimensions.

    Examples
    --------
    >>> rows = [("c01", "谁还信", "话没人信", "话落了空"), ("c02", "拍最花的一页", "自己先说", "担子归谁")]
    >>> table = pd.DataFrame(rows, columns=["code_id", "concept", "theme", "dimension"])
    >>> gioia_codebook(table)
    Codebook: 6 codes (2 of the level dimension, 2 of the level theme, 2 of the level concept), 0 quotations
    """
    lacking = [name for name in ("code_id", *LEVELS) if name not in table]
    if lacking:
        raise StudyError(f"the table has no column {lacking[0]}", todo="give code_id, concept, theme, dimension")
    cells = table[["code_id", *LEVELS]].fillna("").astype(str)
    for number, row in enumerate(cells.to_dict("records"), 1):
        for name in (name for name, cell in row.items() if not cell.strip()):
            todo = "write it in, or take the row out and say what was left out"
            raise StudyError(f"row {number} has no {name}", todo=todo)
    for name in ("code_id", "concept"):
        for one in cells[name][cells[name].duplicated()]:
            raise StudyError(f"the {name} {one} is listed twice", todo="a concept belongs to one theme")
    themes = cells[["theme", "dimension"]].drop_duplicates()
    for theme in themes.theme[themes.theme.duplicated()]:
        where = " and ".join(themes.dimension[themes.theme == theme])
        raise StudyError(f"the theme {theme} is in {where}", todo="a theme belongs to one dimension")
    ids = {
        level: {label: f"{level}-{number}" for number, label in enumerate(cells[level].unique(), 1)}
        for level in ("dimension", "theme")
    }
    rows = [(one, "dimension", label, "") for label, one in ids["dimension"].items()]
    parents = dict(themes.itertuples(index=False, name=None))
    rows += [(one, "theme", label, ids["dimension"][parents[label]]) for label, one in ids["theme"].items()]
    listed = zip(cells.code_id, cells.concept, cells.theme, strict=True)
    rows += [(code_id, "concept", label, ids["theme"][theme]) for code_id, label, theme in listed]
    codes = pd.DataFrame(rows, columns=["code_id", "level", "label", "parent_id"]).assign(status="inferred")
    return Codebook(codes, pd.DataFrame(columns=["evidence_id", "code_id", "quotation"]))


def gioia_study(study: Study, table: pd.DataFrame | None = None) -> Study:
    """Return the same study with its concepts sorted into themes and dimensions.

    Everything that takes a study takes this one: its quotations carry the labels of the first-order concepts, and
    ``level="theme"`` counts them for their themes.

    Parameters
    ----------
    study : Study
        The study.
    table : pandas.DataFrame, optional
        As for `gioia_codebook`, with ids of the study's codes. Without it, ``study.gioia``.

    Returns
    -------
    Study
        With another codebook. Codings of codes that are not in the table are not in it.

    Raises
    ------
    StudyError
        In the cases of `gioia_codebook`, if there is no table, or if it names a code that the study does not have.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> sorted_by_theme = gioia_study(practice_study())
    >>> sorted_by_theme.codebook.above("当面验过的")
    ['theme-3', 'dimension-2']
    >>> len(sorted_by_theme.quotations("留给对方", coder="林")) > 0
    True
    """
    table = study.gioia if table is None else table
    if table.empty:
        raise StudyError("the study has no gioia.csv", todo="write one, or give a table")
    made = gioia_codebook(table)
    listed = set(made.level("concept").code_id)
    for one in sorted(listed - set(study.codebook.codes.code_id)):
        raise StudyError(f"there is no code {one!r}", todo="use the ids of codebook.csv")
    evidence = study.codebook.evidence[study.codebook.evidence.code_id.isin(listed)]
    codings = study.codings[study.codings.code_id.isin(listed)].reset_index(drop=True)
    book = Codebook(made.codes, evidence.reset_index(drop=True))
    return replace(study, codebook=book, codings=codings, gioia=table)
