"""What pictures take from a study, so that one call draws it; `zhagen.study.Study` has all that is named here."""

from collections.abc import Iterable
from typing import Protocol

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.figures.theme import OWN

RANGE = "/"  # between two days of a source's date


class HasStudy(Protocol):
    """A study as pictures need it: what `zhagen.study.Study` has under these names."""

    @property
    def texts(self) -> dict[str, str]:
        """Source -> its text."""

    @property
    def sources(self) -> pd.DataFrame:
        """One row a source."""

    @property
    def sampling(self) -> pd.DataFrame:
        """The sampling log."""

    @property
    def mechanism(self) -> pd.DataFrame:
        """The arrows of all models."""

    @property
    def models(self) -> dict[str, str]:
        """Model -> its title."""

    @property
    def single_coders(self) -> list[str]:
        """Those who coded alone."""

    def turns(self, source_id: str | None = None) -> pd.DataFrame:
        """Return who says what.

        Parameters
        ----------
        source_id : str, optional
            One source.

        Returns
        -------
        pandas.DataFrame
            One row a turn.
        """

    def quotations(self, code: str | None = None, *, coder: str | Iterable[str] | None = None) -> pd.DataFrame:
        """Return what codings mark.

        Parameters
        ----------
        code : str, optional
            One code.
        coder : str or iterable of str, optional
            Whose codings.

        Returns
        -------
        pandas.DataFrame
            One row a coding.
        """


def model_arrows(study: HasStudy, model: str = "") -> tuple[pd.DataFrame, str]:
    """Return the arrows of a model of a study, and the title of the model.

    Parameters
    ----------
    study : HasStudy
        The study.
    model : str, default ""
        Id of the model; without it the last one of the file.

    Returns
    -------
    edges : pandas.DataFrame
        Rows of ``study.mechanism``; what is ``inferred`` there is ``judged``, for a picture.
    title : str
        Its title; empty if it has none.

    Raises
    ------
    ZhagenError
        If there is no such model, or none.
    """
    ids = study.mechanism["model_id"].drop_duplicates().tolist()
    if not ids:
        raise ZhagenError("the study has no mechanism.toml with an arrow", todo="write one")
    if model and model not in ids:
        raise ZhagenError(f"there is no model {model!r}", todo=f"use one of {', '.join(ids)}")
    name = model or ids[-1]
    edges = study.mechanism[study.mechanism["model_id"] == name]
    return edges.assign(status=edges["status"].replace(OWN)), study.models.get(name, "")


def source_passages(
    study: HasStudy, source: str = "", by: str = "", coder: str | Iterable[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Return the coded passages of a source, its turns and the length of its text.

    Parameters
    ----------
    study : HasStudy
        The study.
    source : str, default ""
        Its id; it may be left out if only one source is coded.
    by : str, default ""
        The column that parts the passages: with ``coder`` those who coded alone are compared.
    coder : str or iterable of str, optional
        Whose codings; without it the consensus, else everybody's.

    Returns
    -------
    passages : pandas.DataFrame
        Rows of ``study.quotations()``.
    turns : pandas.DataFrame
        Rows of ``study.turns()``.
    length : int
        Characters of the text.

    Raises
    ------
    ZhagenError
        If there is no such source, none is named and several are coded, or nothing in it is coded.
    """
    alone = study.single_coders if by == "coder" and coder is None else coder
    quoted = study.quotations(coder=alone)
    coded = quoted["source_id"].drop_duplicates().tolist()
    if not source and len(coded) > 1:
        named = ", ".join(coded[:20]) + (" …" if len(coded) > 20 else "")
        raise ZhagenError(f"{len(coded)} sources are coded", todo=f"name the one to draw by source=: {named}")
    name = source or (coded or [""])[0]
    if name and name not in study.texts:
        raise ZhagenError(f"there is no source {name!r}", todo=f"use one of {', '.join(list(study.texts)[:20])}")
    if name not in coded:
        raise ZhagenError(f"nothing is coded in {name or 'the study'}", todo="code it first, or name other coders")
    return quoted[quoted["source_id"] == name], study.turns(name), len(study.texts[name])


def sampling_log(study: HasStudy) -> pd.DataFrame:
    """Return the sampling log of a study with the titles of its sources; without a log, the sources by date.

    Parameters
    ----------
    study : HasStudy
        The study.

    Returns
    -------
    pandas.DataFrame
        ``date``, ``what`` (id and title of the source), ``why`` (str); entries without a date are left out, of a range
        of days the first one counts.

    Raises
    ------
    ZhagenError
        If no entry has a date.
    """
    titles = study.sources.reindex(columns=["source_id", "title", "date"], fill_value="").astype("str")
    log = study.sampling.reindex(columns=["source_id", "date", "why"], fill_value="").astype("str")
    if log["date"].eq("").all():
        log = titles.assign(why="")[["source_id", "date", "why"]]
    named = log.merge(titles[["source_id", "title"]], on="source_id", how="left").fillna("")
    named = named.assign(date=named["date"].str.split(RANGE).str[0].str.strip())
    named = named[named["date"] != ""]
    if named.empty:
        raise ZhagenError("neither sampling.csv nor sources.csv has a date", todo="fill in the column date")
    return named.assign(what=(named["source_id"] + " " + named["title"]).str.strip())[["date", "what", "why"]]
