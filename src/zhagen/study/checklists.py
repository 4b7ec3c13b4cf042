"""Reporting checklists for a study: what COREQ and SRQR ask, and what the study's own files answer.

Nothing is claimed that the study does not hold. What only its author can know stays ``to_write``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

import pandas as pd

from zhagen.documents.handwritten import read_toml
from zhagen.errors import StudyError
from zhagen.paths import shipped_folder
from zhagen.study.answering import RULES, Answer, Counts, Facts, Terms
from zhagen.study.study import Study
from zhagen.vocabulary import ANSWERED

COLUMNS = "number item asks status said where".split()
GUIDELINES = {"coreq": "COREQ", "srqr": "SRQR"}
HEADS = {  # of the table for a paper
    "zh": {"number": "编号", "item": "条目", "asks": "问什么", "status": "谁来写", "said": "研究文件夹里有的"}
    | {"where": "在哪里", "page": "论文第几页"},
    "en": {"number": "No.", "item": "Item", "asks": "Asks", "status": "Status", "said": "What the study holds"}
    | {"where": "Where", "page": "Reported on page"},
}
MOST = 8  # names in a cell; more are counted
ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["name", "asks", "name_en", "asks_en"],
    "additionalProperties": False,
    "properties": {
        **{name: {"type": "string", "minLength": 1} for name in ("name", "asks", "name_en", "asks_en", "rule")},
        "needs": {"enum": ["interviews", "people"]},
    },
}
CLAUSES: dict[str, Any] = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}
ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["zh", "en"],
    "additionalProperties": False,
    "properties": {"zh": CLAUSES, "en": CLAUSES},
}
ITEMS: dict[str, Any] = {
    "type": "object",
    "required": [*GUIDELINES, "answers"],
    "additionalProperties": False,
    "properties": {
        **{name: {"type": "array", "items": ITEM} for name in GUIDELINES},
        "answers": {"type": "object", "additionalProperties": ANSWER},
    },
}


@dataclass(frozen=True, eq=False, repr=False)
class StudyChecklist:
    """A reporting checklist, filled as far as a study's data go.

    Attributes
    ----------
    guideline : str
        ``COREQ`` or ``SRQR``.
    language : str
        ``zh`` or ``en``.
    items : pandas.DataFrame
        One row an item: ``number`` (int), ``item``, ``asks`` (str); ``status``: ``filled`` (the data answer it),
        ``partly`` (the data hold a part of it), ``to_write`` (the author alone knows), ``not_applicable``; ``said``
        (what the data say), ``where`` (the files).
    """

    guideline: str
    language: str
    items: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return the checklist as a table for a paper, to be saved by `zhagen.exchange.save_table`.

        Returns
        -------
        pandas.DataFrame
            The columns of `items` with headers and words in the language, and an empty one for the page of the paper.
        """
        words = {key: (key.replace("_", " ") if self.language == "en" else name) for key, name in ANSWERED.items()}
        heads = HEADS[self.language]
        return self.items.assign(status=self.items.status.map(words), page="")[list(heads)].rename(columns=heads)

    def __repr__(self) -> str:
        counts = self.items.status.value_counts()
        parts = ", ".join(f"{counts[key]} {key.replace('_', ' ')}" for key in ANSWERED if key in counts)
        return f"{self.guideline}, {len(self.items)} items: {parts}"


def study_checklist(study: Study, guideline: str = "COREQ", *, language: str = "zh") -> StudyChecklist:
    """Fill a reporting checklist with what the data of a study can fill.

    Items are worded briefly by ourselves; the form that a journal wants has the words of the guideline. An item is
    ``filled`` only if the study's files answer it, and then the sentence can go into the paper; whether the paper says
    it is another question, and no program can answer it from the study.

    Parameters
    ----------
    study : Study
        The study.
    guideline : {"COREQ", "SRQR"}, default "COREQ"
        COREQ for interviews and focus groups, SRQR for qualitative studies of every kind; case does not matter.
    language : {"zh", "en"}, default "zh"
        Language of items and sentences.

    Returns
    -------
    StudyChecklist
        It prints how many items are filled; ``items`` is the table, ``table()`` the one for a paper.

    Raises
    ------
    StudyError
        If there is no such guideline or language.
    RecipeError
        If ``data/codings/reporting_checklists.toml`` is not what it should be.

    References
    ----------
    Tong, A., Sainsbury, P. and Craig, J. (2007). Consolidated criteria for reporting qualitative research (COREQ): a
    32-item checklist for interviews and focus groups. International Journal for Quality in Health Care 19(6), 349-357.

    O'Brien, B. C., Harris, I. B., Beckman, T. J., Reed, D. A. and Cook, D. A. (2014). Standards for reporting
    qualitative research: a synthesis of recommendations. Academic Medicine 89(9), 1245-1251.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> found = study_checklist(practice_study(), "COREQ", language="en").items.set_index("number")
    >>> found.loc[24, ["status", "said"]].tolist()
    ['filled', '2 coders: 林 (293 codings), 周 (254 codings); then a consensus (308 codings)']
    >>> found.status[2], found.said[2]
    ('to_write', '')
    """
    name = guideline.lower()
    if name not in GUIDELINES:
        raise StudyError(f"there is no guideline {guideline!r}", todo=f"use one of {', '.join(GUIDELINES.values())}")
    if language not in HEADS:
        raise StudyError(f"there is no language {language!r}", todo=f"use one of {', '.join(HEADS)}")
    lists = read_toml(shipped_folder() / "codings" / "reporting_checklists.toml", ITEMS)
    facts, words, rows = Facts(study), _Words(lists["answers"], language), []
    names = ("name", "asks") if language == "zh" else ("name_en", "asks_en")
    for number, item in enumerate(lists[name], 1):
        answer = _answer(facts, item)
        rows.append((number, *(item[key] for key in names), answer.status, words.say(answer), ", ".join(answer.where)))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return StudyChecklist(GUIDELINES[name], language, frame.astype(dict.fromkeys(COLUMNS[1:], "str")))


def _answer(facts: Facts, item: dict[str, str]) -> Answer:
    if item.get("needs") == "interviews" and facts.no_interviews:
        return Answer("no_interviews", "not_applicable", where=("sources.csv",))
    if item.get("needs") == "people" and facts.no_interviews and facts.people.empty:
        return Answer("no_people", "not_applicable", where=("sources.csv", "speakers.csv"))
    found = RULES[item["rule"]](facts) if "rule" in item else None
    return found or Answer("", "to_write")


class _Words:
    """The sentences of one language."""

    def __init__(self, answers: Mapping[str, Mapping[str, list[str]]], language: str) -> None:
        self.answers, self.language = answers, language
        self.comma = {"zh": "、", "en": ", "}[language]

    def say(self, answer: Answer) -> str:
        """Return the clauses whose fields were all found, as one text."""
        fields = {key: self._shown(value) for key, value in answer.fields.items()}
        said = []
        for clause in self.answers[answer.rule][self.language] if answer.rule else []:
            wanted = {name for _, name, _, _ in Formatter().parse(clause) if name}
            if all(fields.get(name) for name in wanted):
                said.append(clause.format_map(fields))
        return "".join(said).lstrip("；、;, ")

    def _shown(self, value: Any) -> str:
        if isinstance(value, Answer):
            return self.say(value)
        if isinstance(value, Terms):
            return self._list(self._term(key, value.names) for key in value.keys)
        if isinstance(value, Counts):
            pairs = [(self._term(str(key), value.names), number) for key, number in value.numbers.items()]
            if self.language == "zh":
                return self.comma.join(f"{term} {number} {value.unit}" for term, number in pairs)
            return self.comma.join(f"{number} {term}" for term, number in pairs)
        if isinstance(value, list):
            return self._list(map(self._shown, value))
        return "" if value is None else str(value)

    def _term(self, key: str, names: Mapping[str, str]) -> str:
        return names.get(key, key) if self.language == "zh" else key.replace("_", " ")

    def _list(self, names: Iterable[str]) -> str:
        listed = [name for name in dict.fromkeys(names) if name.strip()]
        more = {"zh": f"等 {len(listed)} 个", "en": f" … ({len(listed)})"}[self.language]
        return self.comma.join(listed[:MOST]) + (more if len(listed) > MOST else "")
