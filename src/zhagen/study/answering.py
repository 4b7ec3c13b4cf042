"""What the files of a study answer to the items of a reporting checklist: numbers and names, no sentences.

The sentences are in ``data/codings/reporting_checklists.toml``, under the name of the rule.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from zhagen import __version__
from zhagen.study.progress import StudyStatus, study_status
from zhagen.study.study import COUNTED, Study
from zhagen.text.characters import normal_text
from zhagen.vocabulary import ACTS, LEVELS, SOURCES

PLACES = ("place", "location", "setting", "地点")  # columns of sources.csv that say where
MINUTES = ("minutes", "duration", "时长", "分钟")
NO_ATTRIBUTES = ("source_id", "speaker", "role", "turns", "confirmed", "note", "notes")
QUOTED = re.compile("“([^”]{4,})”|「([^」]{4,})」")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Answer(NamedTuple):
    """What a study answers to one item.

    Parameters
    ----------
    rule : str
        Whose sentences say it.
    status : str
        A key of `zhagen.vocabulary.ANSWERED`.
    fields : mapping of str to object
        Field of a sentence -> number, text, list of names, `Terms`, `Counts` or another answer; None or nothing in it:
        not found.
    where : tuple of str
        The files to look into.
    """

    rule: str
    status: str
    fields: Mapping[str, Any] = {}
    where: tuple[str, ...] = ()


class Terms(NamedTuple):
    """English keys of the data, to be named in the language.

    Parameters
    ----------
    keys : list of str
        The keys.
    names : mapping of str to str
        Their Chinese names.
    """

    keys: list[str]
    names: Mapping[str, str]


class Counts(NamedTuple):
    """How often each of some keys occurs.

    Parameters
    ----------
    numbers : pandas.Series
        Key -> number.
    names : mapping of str to str
        Chinese names of the keys.
    unit : str
        The measure word, such as 份.
    """

    numbers: "pd.Series"
    names: Mapping[str, str]
    unit: str


class Facts:
    """What the rules look up in a study, computed once.

    Parameters
    ----------
    study : Study
        The study.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.kinds = study.sources.get("kind", pd.Series("", study.sources.index)).fillna("")
        self.no_interviews = bool(len(self.kinds)) and self.kinds.isin(["field note", "document"]).all()
        self.interviews = study.sources[self.kinds.eq("interview")]

    @cached_property
    def people(self) -> pd.DataFrame:
        """The participants who say something: one row a speaker of a source."""
        turns = self.study.turns()
        turns = turns[turns.role.eq("participant") & turns.speaker.ne("")]
        return turns[["source_id", "speaker"]].drop_duplicates(ignore_index=True)

    @cached_property
    def interviewed(self) -> pd.DataFrame:
        """Those of them who are interviewed."""
        return self.people[self.people.source_id.isin(self.interviews.source_id)]

    @cached_property
    def status(self) -> StudyStatus:
        """How far the study is."""
        return study_status(self.study)

    @cached_property
    def guessed(self) -> int:
        """How many speakers have a role that nobody confirmed or wrote down."""
        listed = set(zip(self.study.speakers.source_id, self.study.speakers.speaker, strict=True))
        pairs = set(zip(self.people.source_id, self.people.speaker, strict=True))
        unsure = self.status.unsure_speakers
        return len(pairs - listed | set(zip(unsure.source_id, unsure.speaker, strict=True)))

    @cached_property
    def days(self) -> dict[str, str]:
        """The first and the last day of the sources; empty if none has one."""
        return _days(self.study.sources.get("date", pd.Series(dtype="str")))

    @cached_property
    def kind_counts(self) -> Counts:
        """How many sources of each kind there are."""
        return Counts(self.kinds[self.kinds.ne("")].value_counts(sort=False), SOURCES, "份")

    def column(self, names: Iterable[str]) -> str:
        """Return the column of sources.csv that has one of some names.

        Parameters
        ----------
        names : iterable of str
            The names, in small letters.

        Returns
        -------
        str
            Its name there; empty if there is none.
        """
        return next((str(name) for name in self.study.sources if str(name).lower() in names), "")

    def size(self, note: str) -> int:
        """Return the number of characters of a note of the study.

        Parameters
        ----------
        note : str
            Its file, such as ``guide.md``.

        Returns
        -------
        int
            0 if there is no such note.
        """
        return len(self.study.notes.get(note, "").strip())


Rule = Callable[[Facts], Answer | None]
RULES: dict[str, Rule] = {}


def _rule(function: Rule) -> Rule:
    """Let a function answer the items that name it in ``rule``; None: the study holds nothing of it."""
    RULES[function.__name__.removeprefix("_")] = function
    return function


def _days(dates: "pd.Series") -> dict[str, str]:
    days = sorted(day for date in dates.fillna("") for day in DAY.findall(date))
    return {"first": days[0], "last": days[-1]} if days else {}


def _filled(cells: "pd.Series") -> int:
    return int(cells.fillna("").astype("str").str.strip().ne("").sum())


def _note(rule: str, facts: Facts, name: str) -> Answer | None:
    size = facts.size(name)
    return Answer(rule, "partly", {"size": size}, (name,)) if size else None


@_rule
def _interviewer(facts: Facts) -> Answer | None:
    turns = facts.study.turns()
    names = turns.speaker[turns.role.eq("interviewer")]
    return None if names.empty else Answer("interviewer", "to_write", {"names": list(names)}, ("speakers.csv",))


@_rule
def _information(facts: Facts) -> Answer | None:
    return _note("information", facts, "consent.md")


@_rule
def _approach(facts: Facts) -> Answer | None:
    levels = facts.study.codebook.codes.level.drop_duplicates().tolist()
    if not levels:
        return None
    tables = [f"{name}.csv" for name in ("gioia", "paradigm") if len(getattr(facts.study, name))]
    fields = {"levels": Terms(levels, LEVELS), "tables": tables}
    return Answer("approach", "to_write", fields, ("codebook.csv", *tables))


@_rule
def _sampling(facts: Facts) -> Answer | None:
    log = facts.study.sampling
    if log.empty:
        return None
    reasons = _filled(log.why) if "why" in log else 0
    lacking = facts.interviews.source_id[~facts.interviews.source_id.isin(log.source_id)]
    whole = reasons == len(log) and lacking.empty
    fields = {"choices": len(log), "reasons": reasons, "lacking": list(lacking)}
    return Answer("sampling", "filled" if whole else "partly", fields, ("sampling.csv",))


@_rule
def _sample_size(facts: Facts) -> Answer | None:
    people, inside = facts.people, facts.interviewed
    if people.empty:
        return None
    twice = len(people) - people.speaker.nunique()
    fields = {
        "interviews": inside.source_id.nunique() or None,
        "participants": len(inside) or None,
        "others": len(people) - len(inside) or None,
        "twice": twice or None,
        "guessed": facts.guessed or None,
    }
    return Answer("sample_size", "partly" if facts.guessed or twice else "filled", fields, ("speakers.csv",))


@_rule
def _setting(facts: Facts) -> Answer | None:
    column = facts.column(PLACES)
    cells = facts.study.sources[column].fillna("").str.strip() if column else pd.Series(dtype="str")
    filled = _filled(cells)
    if not filled:
        return None
    fields = {"filled": filled, "all": len(cells), "places": list(cells)}
    return Answer("setting", "filled" if filled == len(cells) else "partly", fields, (f"sources.csv ({column})",))


@_rule
def _context(facts: Facts) -> Answer | None:
    found = _setting(facts)
    return found and Answer("context", "partly", {"setting": found}, found.where)


@_rule
def _others_present(facts: Facts) -> Answer | None:
    turns = facts.study.turns()
    turns = turns[turns.source_id.isin(facts.interviews.source_id) & turns.role.ne("interviewer")]
    speaking = turns[turns.speaker.ne("")].groupby("source_id", sort=False).speaker.nunique()
    several = list(speaking[speaking > 1].index)
    return Answer("others_present", "partly", {"sources": several}, ("speakers.csv",)) if several else None


@_rule
def _sample_description(facts: Facts) -> Answer | None:
    speakers = facts.study.speakers
    people = speakers[speakers.role.eq("participant")]
    numbers = {name: _filled(people[name]) for name in people if name not in NO_ATTRIBUTES}
    attributes = [f"{name} {number}/{len(people)}" for name, number in numbers.items() if number]
    if not attributes:
        return None
    whole = bool(facts.days) and all(number == len(people) for number in numbers.values())
    where = ("speakers.csv", *(["sources.csv"] if facts.days else []))
    fields = {"attributes": attributes} | facts.days
    return Answer("sample_description", "filled" if whole else "partly", fields, where)


@_rule
def _guide(facts: Facts) -> Answer | None:
    return _note("guide", facts, "guide.md")


@_rule
def _repeats(facts: Facts) -> Answer | None:
    again = facts.interviewed.groupby("speaker", sort=False).source_id.nunique()
    names = list(again[again > 1].index)
    return Answer("repeats", "partly", {"names": names}, ("speakers.csv",)) if names else None


@_rule
def _field_notes(facts: Facts) -> Answer | None:
    notes = list(facts.study.sources.source_id[facts.kinds.eq("field note")])
    return Answer("field_notes", "partly", {"number": len(notes), "notes": notes}, ("sources.csv",)) if notes else None


@_rule
def _duration(facts: Facts) -> Answer | None:
    column = facts.column(MINUTES)
    if not column or facts.interviews.empty:
        return None
    cells = facts.interviews[column].fillna("").astype("str").str.strip()
    numbers = pd.to_numeric(cells.where(cells.str.fullmatch(r"\d+(\.\d+)?")), errors="coerce").dropna()
    if numbers.empty:
        return None
    fields = {"timed": len(numbers), "all": len(cells), "mean": f"{numbers.mean():.0f}"}
    fields |= {"shortest": f"{numbers.min():g}", "longest": f"{numbers.max():g}", "total": f"{numbers.sum():g}"}
    status = "filled" if len(numbers) == len(cells) else "partly"
    return Answer("duration", status, fields, (f"sources.csv ({column})",))


@_rule
def _saturation(facts: Facts) -> Answer | None:
    new, since = facts.status.new_code, facts.status.since_new_code
    if not new:
        return None
    log, dates = facts.study.sampling, facts.study.sources.get("date", pd.Series("", facts.study.sources.index))
    if set(facts.study.sources.source_id) <= set(log.source_id):
        order = "order_of_sampling"
    else:
        order = "order_by_date" if dates.fillna("").ne("").all() else "order_of_sources"
    fields = {"order": Answer(order, "filled"), "new": new, "since": since}
    return Answer("saturation", "partly", fields, ("codings.csv",))


@_rule
def _sampling_and_end(facts: Facts) -> Answer | None:
    return _together("sampling_and_end", {"sampling": _sampling(facts), "saturation": _saturation(facts)})


def _together(rule: str, answers: Mapping[str, Answer | None]) -> Answer | None:
    """Return several answers as one; None if there is none of them."""
    where = dict.fromkeys(name for answer in answers.values() if answer for name in answer.where)
    return Answer(rule, "partly", answers, tuple(where)) if any(answers.values()) else None


@_rule
def _coders(facts: Facts) -> Answer | None:
    study, names = facts.study, facts.study.single_coders
    if not len(names):
        return None
    counts = study.codings.coder.value_counts()
    each = [Answer("coder", "filled", {"name": name, "number": int(counts[name])}) for name in names]
    fields = {"number": len(each), "one" if len(each) == 1 else "several": len(each), "each": each}
    if study.consensus:
        fields |= {"consensus": study.consensus, "agreed": int(counts[study.consensus])}
    return Answer("coders", "filled", fields, ("codings.csv",))


@_rule
def _coding_tree(facts: Facts) -> Answer | None:
    codes = facts.study.codebook.codes
    if codes.empty:
        return None
    levels = Counts(codes.level.value_counts(sort=False), LEVELS, "个")
    defined = _filled(codes.definition) if "definition" in codes else 0
    return Answer("coding_tree", "filled", {"levels": levels, "defined": defined}, ("codebook.csv",))


@_rule
def _derivation(facts: Facts) -> Answer | None:
    history = facts.study.history
    if history.empty:
        return None
    fields = {"steps": len(history), "acts": Counts(history.act.value_counts(), ACTS, "次")} | _days(history.date)
    return Answer("derivation", "partly", fields, ("history.csv",))


@_rule
def _software(facts: Facts) -> Answer | None:
    return Answer("software", "to_write", {"version": __version__})


@_rule
def _quotations(facts: Facts) -> Answer | None:
    study, text = facts.study, facts.study.notes.get("findings.md", "")
    if quoted := list(dict.fromkeys("".join(found) for found in QUOTED.findall(text))):
        whole = ["".join(normal_text(one).split()) for one in study.texts.values()]
        bare = ["".join(normal_text(one).split()).rstrip("。，,.") for one in quoted]
        there = sum(any(words in one for one in whole) for words in bare)
        return Answer("quotations", "partly", {"number": len(quoted), "there": there}, ("findings.md", "sources/"))
    passages = study.quotations()
    if passages.empty:
        return None
    people = len(passages[passages.speaker != ""].drop_duplicates(["source_id", "speaker"]))
    fields = {"number": len(passages), "sources": passages.source_id.nunique(), "people": people or None}
    return Answer("passages", "to_write", fields, ("codings.csv",))


@_rule
def _major_themes(facts: Facts) -> Answer | None:
    codes = facts.study.codebook.codes
    parents = codes.parent_id.fillna("") if "parent_id" in codes else pd.Series("", codes.index)
    top = codes.label[parents.eq("") & codes.code_id.isin(set(parents))]
    if top.empty:
        return None
    text = facts.study.notes.get("findings.md", "").strip()
    named = sum(label in text for label in top) if text else None
    where = ("codebook.csv", *(["findings.md"] if text else []))
    return Answer("major_themes", "partly", {"number": len(top), "top": list(top), "named": named}, where)


@_rule
def _minor_themes(facts: Facts) -> Answer | None:
    cases = facts.study.negative_cases
    fields = {"number": len(cases), "sources": list(cases.source_id)}
    return None if cases.empty else Answer("minor_themes", "filled", fields, ("negative_cases.csv",))


@_rule
def _title(facts: Facts) -> Answer | None:
    title = facts.study.title
    return Answer("title", "partly", {"title": title}, ("study.toml",)) if title.strip() else None


@_rule
def _question(facts: Facts) -> Answer | None:
    asked = facts.study.research_question.strip()
    return Answer("question", "filled", {"question": asked}, ("study.toml",)) if asked else None


@_rule
def _ethics(facts: Facts) -> Answer | None:
    return _note("ethics", facts, "consent.md")


@_rule
def _collection(facts: Facts) -> Answer | None:
    if facts.study.sources.empty:
        return None
    number = None if len(facts.kind_counts.numbers) else len(facts.kinds)
    fields = {"kinds": facts.kind_counts, "sources": number} | facts.days
    return Answer("collection", "partly", fields, ("sources.csv",))


@_rule
def _units(facts: Facts) -> Answer | None:
    if facts.study.sources.empty:
        return None
    people, like = _sample_size(facts), _sample_description(facts)
    turns = facts.study.turns()
    size = sum(len("".join(text.split())) for text in turns.text[turns.role.isin(COUNTED)])
    nobody = facts.no_interviews and facts.people.empty  # documents alone: their number is the answer
    whole = nobody or bool(people and like and people.status == like.status == "filled")
    fields = {"kinds": facts.kind_counts, "size": size, "people": people, "attributes": like}
    return Answer("units", "filled" if whole else "partly", fields, ("sources.csv", "speakers.csv"))


@_rule
def _processing(facts: Facts) -> Answer | None:
    codings = facts.study.codings
    if codings.empty:
        return None
    fields = {"codings": len(codings), "lost": int(codings.anchor.eq("lost").sum())}
    fields |= {"changed": len(facts.status.changed_sources)}
    return Answer("processing", "partly", fields, ("sources.csv", "codings.csv"))


@_rule
def _analysis(facts: Facts) -> Answer | None:
    found = {"coders": _coders(facts), "coding_tree": _coding_tree(facts), "derivation": _derivation(facts)}
    return _together("analysis", found)


@_rule
def _trustworthiness(facts: Facts) -> Answer | None:
    study, alone = facts.study, len(facts.study.single_coders)
    numbers = {
        "alone": (alone * (alone > 1), "codings.csv"),
        "differences": (len(study.differences), "differences.csv"),
        "memos": (len(study.memos), "memos/"),
        "steps": (len(study.history), "history.csv"),
        "cases": (len(study.negative_cases), "negative_cases.csv"),
    }
    return _numbers("trustworthiness", numbers)


@_rule
def _synthesis(facts: Facts) -> Answer | None:
    codes = facts.study.codebook.codes
    core = list(codes.label[codes.level.isin(["core_category", "dimension"])])
    numbers = {
        "arrows": (len(facts.study.mechanism), "mechanism.toml"),
        "storyline": (facts.size("storyline.md"), "storyline.md"),
        "findings": (facts.size("findings.md"), "findings.md"),
    }
    return _numbers("synthesis", numbers, {"core": (core, "codebook.csv")})


def _numbers(
    rule: str, numbers: Mapping[str, tuple[int, str]], names: Mapping[str, tuple[list[str], str]] | None = None
) -> Answer | None:
    """Return the parts that a study has, each with its file; None if it has none of them."""
    kept = {key: (value, file) for key, (value, file) in {**(names or {}), **numbers}.items() if value}
    where = tuple(file for _, file in kept.values())
    return Answer(rule, "partly", {key: value for key, (value, _) in kept.items()}, where) if kept else None
