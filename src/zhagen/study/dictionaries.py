"""Words against codes: which units say a word of a dictionary, and which carry the code that it is meant to find."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from zhagen.errors import StudyError
from zhagen.study.retrieval import find_units, study_units
from zhagen.study.study import COUNTED, Study

PLACES = "source_id turn sentence speaker text".split()


@dataclass(frozen=True, eq=False, repr=False)
class DictionaryUnits:
    """The units of a study, with the words of a dictionary in them and whether they carry a code.

    Attributes
    ----------
    units : pandas.DataFrame
        One row a unit: ``source_id``, ``turn``, ``sentence`` (int, 0 where the unit is larger), ``speaker``, ``text``,
        ``words`` (those found, joined by 、), ``said``, ``coded`` (bool).
    words : tuple of str
        The dictionary.
    code : str
        Label of the code.
    """

    units: pd.DataFrame
    words: tuple[str, ...]
    code: str

    @property
    def both(self) -> int:
        """How many units say a word and carry the code."""
        return int((self.units.said & self.units.coded).sum())

    @property
    def precision(self) -> float:
        """Of the units that say a word, the share that carries the code; NaN if none says one."""
        said = int(self.units.said.sum())
        return self.both / said if said else float("nan")

    @property
    def recall(self) -> float:
        """Of the units that carry the code, the share that says a word; NaN if none carries it."""
        coded = int(self.units.coded.sum())
        return self.both / coded if coded else float("nan")

    def table(self) -> pd.DataFrame:
        """Return the four counts, words by code.

        Returns
        -------
        pandas.DataFrame
            Rows ``said``, ``not said``; columns ``coded``, ``not coded`` (int).
        """
        counts = pd.crosstab(self.units.said, self.units.coded).reindex(
            index=[True, False], columns=[True, False], fill_value=0
        )
        return pd.DataFrame(counts.to_numpy(), index=["said", "not said"], columns=["coded", "not coded"])

    def missed(self) -> pd.DataFrame:
        """Return the units that carry the code and say no word of the dictionary.

        Returns
        -------
        pandas.DataFrame
            Rows of `units`.
        """
        return self.units[self.units.coded & ~self.units.said].reset_index(drop=True)

    def false_alarms(self) -> pd.DataFrame:
        """Return the units that say a word of the dictionary and do not carry the code.

        Returns
        -------
        pandas.DataFrame
            Rows of `units`.
        """
        return self.units[self.units.said & ~self.units.coded].reset_index(drop=True)

    def __repr__(self) -> str:
        said, coded = int(self.units.said.sum()), int(self.units.coded.sum())
        found = f"{said} of {len(self.units)} units say a word, {coded} carry {self.code}, {self.both} do both"
        return f"{found}: precision {self.precision:.2f}, recall {self.recall:.2f}"


def dictionary_units(
    study: Study,
    words: Iterable[str],
    code: str,
    *,
    unit: str = "turn",
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
) -> DictionaryUnits:
    """Compare the words of a dictionary with the codings of a code, unit by unit.

    A word is found wherever its characters are, inside a longer word too: 快 is found in 快递. That is how most
    dictionaries are applied, and part of what they get wrong.

    Parameters
    ----------
    study : Study
        The study.
    words : iterable of str
        The dictionary.
    code : str
        Id or label of a code; it includes the codes below it.
    unit : {"turn", "sentence"}, default "turn"
        What is compared. A coding is in each unit that it touches.
    coder : str or iterable of str, optional
        Whose codings. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.

    Returns
    -------
    DictionaryUnits
        The units; `precision`, `recall`, `table`, `missed` and `false_alarms` are computed of them.

    Raises
    ------
    StudyError
        If a word is empty or no word is given, or there is no such unit or coder.
    ZhagenError
        If there is no such code.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> dictionary_units(practice_study(), ["快"], "交易变顺")
    21 of 329 units say a word, 10 carry 交易变顺, 3 do both: precision 0.14, recall 0.30
    """
    listed = tuple(dict.fromkeys([words] if isinstance(words, str) else words))
    if not listed or not all(word.strip() for word in listed):
        raise StudyError("the dictionary has no word, or an empty one", todo="give words of one character or more")
    if unit == "source":
        raise StudyError("a whole source says nearly every word", todo="use turn or sentence")
    units, code_id, roles = study_units(study, unit, roles=roles), study.codebook.find(code), list(roles)
    carrying = find_units(study, code_id, within=unit, coder=coder, roles=roles)
    keys = ["source_id", "turn", "sentence"]
    coded = set(carrying[keys].itertuples(index=False, name=None))
    found = units[PLACES].assign(words=["、".join(word for word in listed if word in text) for text in units.text])
    found["said"] = found.words != ""
    found["coded"] = [place in coded for place in found[keys].itertuples(index=False, name=None)]
    return DictionaryUnits(found, listed, study.codebook.labels()[code_id])
