"""What the chapters of a study's own book show of the study, one table a call."""

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from zhagen.errors import StudyError
from zhagen.figures.table import escape_markdown
from zhagen.study import Study, StudyKeyness, attribute_values, codes_by_source, open_study, study_keyness
from zhagen.vocabulary import SOURCES

NO_GROUPS = ("confirmed", "date", "file", "kind", "note", "notes", "role", "sha256", "source_id", "speaker", "title")
LEAST_CASES = 3  # of each of two groups: words of two people are theirs
GRID_COLUMNS = 12  # a phone has room for
MOST_GROUPS = 8  # an attribute with more values is rather a description
STUDY_VARIABLE = "ZHAGEN_STUDY"  # names the folder of the study while its book is built


def chapter_study() -> Study:
    """Open the study that a chapter is about.

    Returns
    -------
    zhagen.study.Study
        The study whose book is being built. In a notebook that is opened by hand: the study in the current folder or
        in the nearest one above it.

    Raises
    ------
    StudyError
        If there is no study in any of these folders.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> os.environ["ZHAGEN_STUDY"] = str(practice_study().folder)
    >>> chapter_study().title
    '二手书群研究'
    >>> del os.environ["ZHAGEN_STUDY"]
    """
    if named := os.environ.get(STUDY_VARIABLE):
        return open_study(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "study.toml").is_file():
            return open_study(folder)
    raise StudyError("no study here or in a folder above", str(here), "open the notebook in the folder of the study")


def material_table(study: Study) -> pd.DataFrame:
    """Return the sources of a study as a reader wants to see them.

    Parameters
    ----------
    study : zhagen.study.Study
        The study.

    Returns
    -------
    pandas.DataFrame
        One row a source, in the order of ``sources.csv``: ``source_id``, ``kind`` (in Chinese), ``date``, ``people``
        (who speaks but does not interview), ``characters`` (of their words, without blanks), ``codings`` (of the
        consensus where there is one, else of all coders; those of interviewers' words do not count).

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> material_table(practice_study()).iloc[0, :4].tolist()
    ['I01', '访谈', '2024-03-05', '甲']
    """
    sources = study.sources.reindex(columns=["source_id", "kind", "date"]).fillna("")
    turns = study.turns()
    heard = turns[turns.role != "interviewer"]
    people = heard.groupby("source_id").speaker.agg(lambda names: "、".join(filter(None, names.unique())))
    characters = heard.text.str.replace(r"\s", "", regex=True).str.len().groupby(heard.source_id).sum()
    coded = study.quotations().groupby("source_id").size()
    at = sources.source_id
    return sources.assign(
        kind=sources.kind.map(SOURCES).fillna(sources.kind),
        people=at.map(people).fillna(""),
        characters=at.map(characters).fillna(0).astype(int),
        codings=at.map(coded).fillna(0).astype(int),
    )


def code_table(study: Study) -> pd.DataFrame:
    """Return the codebook of a study with how often each code was given.

    Parameters
    ----------
    study : zhagen.study.Study
        The study.

    Returns
    -------
    pandas.DataFrame
        One row a code, in the order of the codebook: ``code_id``, ``label``, ``level``, ``parent`` (label of the code
        above, empty on top), ``definition``, ``codings``, ``sources`` (int: how many sources have one). Codings of
        codes below a code, and those of interviewers' words, are not counted for it.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> code_table(practice_study()).columns.tolist()
    ['code_id', 'label', 'level', 'parent', 'definition', 'codings', 'sources']
    """
    codes = study.codebook.codes.reindex(columns=["code_id", "label", "level", "parent_id", "definition"]).fillna("")
    given = study.quotations().groupby("code_id").source_id
    labels = dict(zip(codes.code_id, codes.label, strict=True))
    counted = codes.assign(
        parent=codes.parent_id.map(labels).fillna(""),
        codings=codes.code_id.map(given.size()).fillna(0).astype(int),
        sources=codes.code_id.map(given.nunique()).fillna(0).astype(int),
    )
    return counted[["code_id", "label", "level", "parent", "definition", "codings", "sources"]]


def code_grid(study: Study) -> pd.DataFrame:
    """Return how often each code is in each source, as much of it as a picture on a phone has room for.

    Parameters
    ----------
    study : zhagen.study.Study
        The study.

    Returns
    -------
    pandas.DataFrame
        One row a code, one column a source; the 30 codes with most codings. Of more than 12 sources: one row a source,
        one column a code; the 40 sources and 12 codes with most codings, sources in the order of ``sources.csv``.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> code_grid(practice_study()).shape
    (19, 12)
    """
    counts = codes_by_source(study)
    order = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index
    if len(counts.columns) <= GRID_COLUMNS:
        return counts.loc[order[:30]]
    most = counts.sum().sort_values(ascending=False, kind="stable").index[:40]
    return counts.loc[order[:GRID_COLUMNS], [one for one in counts if one in set(most)]].T


def example_quotes(study: Study, *, each: int = 2, coder: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Return a few quotations of each code, chosen by a rule and not by taste.

    Parameters
    ----------
    study : zhagen.study.Study
        The study.
    each : int, default 2
        At most so many a code.
    coder : str or sequence of str, optional
        Whose codings; the consensus where there is one, else all coders.

    Returns
    -------
    pandas.DataFrame
        Rows of `Study.quotations`, in the order of the codebook. The first quotation of each source comes before the
        second of any, sources in the order of ``sources.csv``; the same words are not shown twice.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> example_quotes(practice_study(), each=1).label.is_unique
    True
    """
    quotes = study.quotations(coder=coder).drop_duplicates(["code_id", "source_id", "start", "end"])
    sources = {source: number for number, source in enumerate(study.sources.source_id)}
    codes = {code: number for number, code in enumerate(study.codebook.codes.code_id)}
    ordered = quotes.assign(source=quotes.source_id.map(sources), code=quotes.code_id.map(codes))
    ordered = ordered.sort_values(["code", "source", "start", "end"], kind="stable")
    ordered["nth"] = ordered.groupby(["code", "source"]).cumcount()
    ordered = ordered.sort_values(["code", "nth", "source"], kind="stable")
    chosen = ordered[ordered.groupby("code").cumcount() < each]
    return chosen[quotes.columns].reset_index(drop=True)


def group_words(study: Study) -> StudyKeyness | None:
    """Return the words that set groups of a study apart, by the first attribute that makes groups.

    Parameters
    ----------
    study : zhagen.study.Study
        The study.

    Returns
    -------
    zhagen.study.StudyKeyness or None
        By the first column of ``speakers.csv``, then of ``sources.csv``, that has two to eight values, at least two of
        them of three cases or more; None if there is no such attribute, or nobody with it says a word that is counted.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> group_words(practice_study()).by
    'part'
    """
    for name in dict.fromkeys([*map(str, study.speakers), *map(str, study.sources)]):
        if name in NO_GROUPS:
            continue
        try:
            sizes = attribute_values(study, name).value_counts()
            if len(sizes) <= MOST_GROUPS and (sizes >= LEAST_CASES).sum() > 1:
                return study_keyness(study, name)
        except StudyError:
            continue  # a column without a value, or people who say no word
    return None


def markdown_line(text: str) -> str:
    """Return a text of a study as one line of Markdown in which its own signs are no markup.

    Parameters
    ----------
    text : str
        A title, a label, a question.

    Returns
    -------
    str
        The line; a page shows `text`, with one blank for several and for the end of a line.

    Examples
    --------
    >>> markdown_line("*缺页*")
    '\\\\*缺页\\\\*'
    """
    return escape_markdown(" ".join(text.split()))
