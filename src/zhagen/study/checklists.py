"""Reporting checklists for a study: what COREQ and SRQR ask, and what the study's own files answer.

Nothing is claimed that the study does not hold. What only its author can know stays ``to_write``.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from zhagen import __version__
from zhagen.documents.handwritten import read_toml
from zhagen.errors import StudyError
from zhagen.paths import shipped_folder
from zhagen.study.progress import StudyStatus, study_status
from zhagen.study.study import COUNTED, Study
from zhagen.text.characters import normal_text
from zhagen.vocabulary import ACTS, ANSWERED, LEVELS, SOURCES

COLUMNS = "number item asks status said where".split()
GUIDELINES = {"coreq": "COREQ", "srqr": "SRQR"}
HEADS = {  # of the table for a paper
    "zh": {"number": "编号", "item": "条目", "asks": "问什么", "status": "谁来写", "said": "研究文件夹里有的"}
    | {"where": "在哪里", "page": "论文第几页"},
    "en": {"number": "No.", "item": "Item", "asks": "Asks", "status": "Status", "said": "What the study holds"}
    | {"where": "Where", "page": "Reported on page"},
}
PLACES = ("place", "location", "setting", "地点")  # columns of sources.csv that say where
MINUTES = ("minutes", "duration", "时长", "分钟")
NO_ATTRIBUTES = ("source_id", "speaker", "role", "turns", "confirmed", "note", "notes")
MOST = 8  # names in a cell; more are counted
QUOTED = re.compile("“([^”]{4,})”|「([^」]{4,})」")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["name", "asks", "name_en", "asks_en"],
    "additionalProperties": False,
    "properties": {
        **{name: {"type": "string", "minLength": 1} for name in ("name", "asks", "name_en", "asks_en", "rule")},
        "needs": {"enum": ["interviews", "people"]},
    },
}
ITEMS: dict[str, Any] = {
    "type": "object",
    "required": list(GUIDELINES),
    "additionalProperties": False,
    "properties": {name: {"type": "array", "items": ITEM} for name in GUIDELINES},
}


class _Answer(NamedTuple):
    """What a study says to an item.

    Parameters
    ----------
    status : str
        A key of `zhagen.vocabulary.ANSWERED`.
    chinese, english : str
        What was found; empty if nothing was.
    where : tuple of str
        The files to look into.
    """

    status: str
    chinese: str = ""
    english: str = ""
    where: tuple[str, ...] = ()


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
    facts, rows = _Facts(study), []
    items = read_toml(shipped_folder() / "codings" / "reporting_checklists.toml", ITEMS)[name]
    for number, item in enumerate(items, 1):
        answer = _answer(facts, item)
        asked = (item["name"], item["asks"]) if language == "zh" else (item["name_en"], item["asks_en"])
        said = answer.chinese if language == "zh" else answer.english
        rows.append((number, *asked, answer.status, said, ", ".join(answer.where)))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return StudyChecklist(GUIDELINES[name], language, frame.astype(dict.fromkeys(COLUMNS[1:], "str")))


def _answer(facts: "_Facts", item: dict[str, str]) -> _Answer:
    if item.get("needs") == "interviews" and facts.no_interviews:
        said = "sources.csv 里没有访谈", "sources.csv has no interview"
        return _Answer("not_applicable", *said, ("sources.csv",))
    if item.get("needs") == "people" and facts.no_interviews and facts.people.empty:
        said = "材料里没有受访者", "nobody is a participant in any source"
        return _Answer("not_applicable", *said, ("sources.csv", "speakers.csv"))
    return RULES[item["rule"]](facts) if "rule" in item else _Answer("to_write")


class _Facts:
    """What the rules look up, computed once."""

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
        return self.people[self.people.source_id.isin(self.interviews.source_id)]

    @cached_property
    def status(self) -> StudyStatus:
        return study_status(self.study)

    @cached_property
    def guessed(self) -> int:
        """How many speakers have a role that nobody confirmed or wrote down."""
        listed = set(zip(self.study.speakers.source_id, self.study.speakers.speaker, strict=True))
        pairs = set(zip(self.people.source_id, self.people.speaker, strict=True))
        unsure = self.status.unsure_speakers
        return len(pairs - listed | set(zip(unsure.source_id, unsure.speaker, strict=True)))

    @cached_property
    def days(self) -> list[str]:
        dates = self.study.sources.get("date", pd.Series(dtype="str")).fillna("")
        return sorted(day for date in dates for day in DAY.findall(date))

    def column(self, names: Iterable[str]) -> str:
        """Return the column of sources.csv that has one of these names; empty if none does."""
        return next((str(name) for name in self.study.sources if str(name).lower() in names), "")

    def note(self, name: str) -> str:
        return self.study.notes.get(name, "").strip()


def _names(names: Iterable[Any], language: str = "zh") -> str:
    listed = [str(name) for name in dict.fromkeys(names) if str(name).strip()]
    comma, more = ("、", f"等 {len(listed)} 个") if language == "zh" else (", ", f" … ({len(listed)})")
    return comma.join(listed[:MOST]) + (more if len(listed) > MOST else "")


def _both(names: Iterable[Any]) -> tuple[str, str]:
    listed = list(names)
    return _names(listed), _names(listed, "en")


def _counted(counts: "pd.Series", words: dict[str, str], unit: str) -> tuple[str, str]:
    """Return counts as words, such as 访谈 16 份, and the same in English."""
    pairs = [(str(key), int(number)) for key, number in counts.items()]
    chinese = "、".join(f"{words.get(key, key)} {number} {unit}" for key, number in pairs)
    return chinese, ", ".join(f"{number} {key.replace('_', ' ')}" for key, number in pairs)


def _interviewer(facts: _Facts) -> _Answer:
    turns = facts.study.turns()
    names = turns.speaker[turns.role.eq("interviewer")]
    if names.empty:
        return _Answer("to_write")
    zh, en = _both(names)
    chinese = f"材料里访谈者写作：{zh}；是哪一位作者，要写明"
    return _Answer(
        "to_write", chinese, f"interviewers are called {en} in the sources; say who they are", ("speakers.csv",)
    )


def _information(facts: _Facts) -> _Answer:
    size = len(facts.note("consent.md"))
    if not size:
        return _Answer("to_write")
    chinese = f"有 consent.md（{size} 字）；受访者从中知道访谈者什么，照它写"
    english = f"there is consent.md ({size} characters); say from it what participants knew"
    return _Answer("partly", chinese, english, ("consent.md",))


def _approach(facts: _Facts) -> _Answer:
    parts = [(len(facts.study.gioia), "gioia.csv"), (len(facts.study.paradigm), "paradigm.csv")]
    where = [name for number, name in parts if number]
    levels = facts.study.codebook.codes.level.drop_duplicates().tolist()
    if not levels:
        return _Answer("to_write")
    chinese = f"编码本的层级：{_names(LEVELS.get(level, level) for level in levels)}"
    chinese += f"；另有 {'、'.join(where)}" if where else ""
    english = f"levels of the codebook: {_names([level.replace('_', ' ') for level in levels], 'en')}" + (
        f"; also {', '.join(where)}" if where else ""
    )
    note = "；方法的名称和理由要写明", "; name the approach and say why"
    return _Answer("to_write", chinese + note[0], english + note[1], ("codebook.csv", *where))


def _sampling(facts: _Facts) -> _Answer:
    log = facts.study.sampling
    if log.empty:
        return _Answer("to_write")
    reasons = int(log.why.fillna("").str.strip().ne("").sum()) if "why" in log else 0
    lacking = facts.interviews.source_id[~facts.interviews.source_id.isin(log.source_id)]
    chinese = f"sampling.csv 照先后记了 {len(log)} 次选取，写了为什么的 {reasons} 次"
    english = f"sampling.csv lists {len(log)} choices in their order, {reasons} with the reason"
    if len(lacking):
        zh, en = _both(lacking)
        chinese, english = f"{chinese}；没有记的访谈：{zh}", f"{english}; interviews that it lacks: {en}"
    whole = reasons == len(log) and lacking.empty
    return _Answer("filled" if whole else "partly", chinese, english, ("sampling.csv",))


def _sample_size(facts: _Facts) -> _Answer:
    if facts.people.empty:
        return _Answer("to_write")
    inside, people = facts.interviewed, facts.people
    chinese = f"访谈 {inside.source_id.nunique()} 份，受访者 {len(inside)} 位" if len(inside) else ""
    english = f"{len(inside)} participants in {inside.source_id.nunique()} interviews" if len(inside) else ""
    if others := len(people) - len(inside):
        chinese += f"{'；' if chinese else ''}别的材料里说话的另有 {others} 位"
        english += f"{'; ' if english else ''}{others} who speak in other sources"
    twice = len(people) - people.speaker.nunique()
    if twice:
        chinese += f"（同一个名字在几份材料里出现的，各算一位，多算 {twice} 位）"
        english += f" (a name in several sources counts in each: {twice} more than there are names)"
    if facts.guessed:
        chinese += f"；其中 {facts.guessed} 位的身份没有人确认过"
        english += f"; the role of {facts.guessed} is not confirmed"
    return _Answer("partly" if facts.guessed or twice else "filled", chinese, english, ("speakers.csv",))


def _setting(facts: _Facts) -> _Answer:
    column = facts.column(PLACES)
    if not column:
        return _Answer("to_write")
    cells = facts.study.sources[column].fillna("").str.strip()
    filled = int(cells.ne("").sum())
    if not filled:
        return _Answer("to_write")
    zh, en = _both(cells)
    chinese, english = (
        f"写了地点的材料 {filled}/{len(cells)} 份：{zh}",
        f"{filled}/{len(cells)} sources say where: {en}",
    )
    return _Answer("filled" if filled == len(cells) else "partly", chinese, english, (f"sources.csv ({column})",))


def _context(facts: _Facts) -> _Answer:
    found = _setting(facts)
    if not found.chinese:
        return found
    more = found.chinese + "；情境里什么要紧，要作者写", found.english + "; say what matters around them"
    return _Answer("partly", *more, found.where)


def _others_present(facts: _Facts) -> _Answer:
    turns = facts.study.turns()
    turns = turns[turns.source_id.isin(facts.interviews.source_id) & turns.role.ne("interviewer")]
    speaking = turns[turns.speaker.ne("")].groupby("source_id", sort=False).speaker.nunique()
    several = speaking[speaking > 1].index
    if not len(several):
        return _Answer("to_write")
    zh, en = _both(several)
    chinese = f"除访谈者以外有几个人说话的访谈：{zh}；没有说话的人，材料里看不出"
    english = f"interviews in which several people speak: {en}; the sources do not say who was there in silence"
    return _Answer("partly", chinese, english, ("speakers.csv",))


def _sample_description(facts: _Facts) -> _Answer:
    speakers = facts.study.speakers
    taking_part = speakers[speakers.role.eq("participant")]
    said, total, whole = [], len(taking_part), True
    for column in [name for name in taking_part if name not in NO_ATTRIBUTES]:
        filled = int(taking_part[column].fillna("").astype("str").str.strip().ne("").sum())
        whole &= filled == total
        if filled:
            said.append((column, filled))
    days = facts.days
    chinese = "、".join(f"{column} {filled}/{total}" for column, filled in said)
    english = ", ".join(f"{column} {filled}/{total}" for column, filled in said)
    if not said:
        return _Answer("to_write")
    chinese = f"speakers.csv 写了的属性和人数：{chinese}" + (f"；材料的日期从 {days[0]} 到 {days[-1]}" if days else "")
    english = f"attributes in speakers.csv, and of how many: {english}" + (
        f"; dates {days[0]} to {days[-1]}" if days else ""
    )
    where = ("speakers.csv", *(["sources.csv"] if days else []))
    return _Answer("filled" if whole and days else "partly", chinese, english, where)


def _guide(facts: _Facts) -> _Answer:
    size = len(facts.note("guide.md"))
    if not size:
        return _Answer("to_write")
    chinese = f"有 guide.md（{size} 字），可以附上；试没试过、改过没有，要作者写"
    english = f"there is guide.md ({size} characters); say whether it was tried out and changed"
    return _Answer("partly", chinese, english, ("guide.md",))


def _repeats(facts: _Facts) -> _Answer:
    inside = facts.interviewed
    again = inside.groupby("speaker", sort=False).source_id.nunique()
    again = again[again > 1]
    if again.empty:
        return _Answer("to_write")
    zh, en = _both(again.index)
    chinese, english = (
        f"在两份以上访谈里出现的名字：{zh}；是不是同一个人，要作者写",
        f"names in several interviews: {en}; say whether they are one person",
    )
    return _Answer("partly", chinese, english, ("speakers.csv",))


def _field_notes(facts: _Facts) -> _Answer:
    notes = facts.study.sources.source_id[facts.kinds.eq("field note")]
    if notes.empty:
        return _Answer("to_write")
    zh, en = _both(notes)
    chinese, english = (
        f"田野笔记 {len(notes)} 份：{zh}；访谈时有没有另记，要作者写",
        f"{len(notes)} field notes: {en}; say whether notes were taken at the interviews",
    )
    return _Answer("partly", chinese, english, ("sources.csv",))


def _duration(facts: _Facts) -> _Answer:
    column = facts.column(MINUTES)
    if not column or facts.interviews.empty:
        return _Answer("to_write")
    cells = facts.interviews[column].fillna("").astype("str").str.strip()
    numbers = pd.to_numeric(cells.where(cells.str.fullmatch(r"\d+(\.\d+)?")), errors="coerce").dropna()
    if numbers.empty:
        return _Answer("to_write")
    of, span = f"{len(numbers)}/{len(cells)}", (f"{numbers.min():g}", f"{numbers.max():g}")
    mean, whole = f"{numbers.mean():.0f}", f"{numbers.sum():g}"
    chinese = f"写了时长的访谈 {of} 份：{span[0]} 到 {span[1]} 分钟，平均 {mean}，合计 {whole}"
    english = f"{of} interviews: {span[0]} to {span[1]} minutes, {mean} on average, {whole} in all"
    status = "filled" if len(numbers) == len(cells) else "partly"
    return _Answer(status, chinese, english, (f"sources.csv ({column})",))


def _saturation(facts: _Facts) -> _Answer:
    new, since = facts.status.new_code, facts.status.since_new_code
    if not new:
        return _Answer("to_write")
    log, dates = facts.study.sampling, facts.study.sources.get("date", pd.Series("", facts.study.sources.index))
    if set(facts.study.sources.source_id) <= set(log.source_id):
        order = "sampling.csv 的先后", "in the order of sampling.csv"
    elif dates.fillna("").ne("").all():
        order = "日期的先后", "by date"
    else:
        order = (
            "sources.csv 的次序（没有写收集的先后）",
            "in the order of sources.csv (no order of collection is written down)",
        )
    chinese = f"照{order[0]}，最后一个带来新编码条目的是 {new}，它后面还编了 {since} 份；理论上饱和没有，要作者判断"
    english = f"{order[1]}, {new} is the last source with a new code, of the coded ones {since} come after it"
    more = "; whether categories are saturated is for the author to judge"
    return _Answer("partly", chinese, english + more, ("codings.csv",))


def _sampling_and_end(facts: _Facts) -> _Answer:
    parts = [found for found in (_sampling(facts), _saturation(facts)) if found.chinese]
    if not parts:
        return _Answer("to_write")
    where = tuple(name for found in parts for name in found.where)
    return _Answer(
        "partly", "；".join(found.chinese for found in parts), "; ".join(found.english for found in parts), where
    )


def _coders(facts: _Facts) -> _Answer:
    study = facts.study
    counts = study.codings.coder.value_counts()
    if not len(study.single_coders):
        return _Answer("to_write")
    each = [(name, int(counts[name])) for name in study.single_coders]
    chinese = f"{len(each)} 人编码：" + "、".join(f"{name}（{number} 处）" for name, number in each[:MOST])
    english = f"{len(each)} coder{'s' if len(each) > 1 else ''}: " + ", ".join(
        f"{name} ({number} codings)" for name, number in each[:MOST]
    )
    if study.consensus:
        number = int(counts[study.consensus])
        chinese += f"；另有{study.consensus} {number} 处"
        english += f"; then a consensus ({number} codings)"
    return _Answer("filled", chinese, english, ("codings.csv",))


def _coding_tree(facts: _Facts) -> _Answer:
    codes = facts.study.codebook.codes
    if codes.empty:
        return _Answer("to_write")
    zh, en = _counted(codes.level.value_counts(sort=False), LEVELS, "个")
    defined = int(codes.definition.fillna("").str.strip().ne("").sum()) if "definition" in codes else 0
    chinese, english = f"编码本：{zh}；有定义的 {defined} 个", f"codebook: {en}; {defined} have a definition"
    return _Answer("filled", chinese, english, ("codebook.csv",))


def _derivation(facts: _Facts) -> _Answer:
    history = facts.study.history[facts.study.history.act.isin(list(ACTS))]
    if history.empty:
        return _Answer("to_write")
    zh, en = _counted(history.act.value_counts(), ACTS, "次")
    days = sorted(day for date in history.date.fillna("") for day in DAY.findall(date))
    when = (f"，从 {days[0]} 到 {days[-1]}", f", {days[0]} to {days[-1]}") if days else ("", "")
    chinese = f"history.csv 记了编码本的 {len(history)} 步：{zh}{when[0]}；哪些事先定好，要作者写"
    english = f"history.csv has {len(history)} acts on the codebook: {en}{when[1]}; say which codes were set before"
    return _Answer("partly", chinese, english, ("history.csv",))


def _software(facts: _Facts) -> _Answer:
    chinese = f"这张表由 zhagen {__version__} 从研究文件夹算出；编码和管理用了什么，要作者写"
    return _Answer(
        "to_write", chinese, f"zhagen {__version__} made this table; say what the data were coded and kept with"
    )


def _quotations(facts: _Facts) -> _Answer:
    study, text = facts.study, facts.note("findings.md")
    quoted = list(dict.fromkeys("".join(found) for found in QUOTED.findall(text)))
    if quoted:
        whole = ["".join(normal_text(one).split()) for one in study.texts.values()]
        bare = ["".join(normal_text(one).split()).rstrip("。，,.") for one in quoted]
        there = sum(any(words in one for one in whole) for words in bare)
        chinese = f"findings.md 四个字以上的引文 {len(quoted)} 句，{there} 句在材料里一字不差；每句署没署是谁，要作者查"
        english = (
            f"{len(quoted)} quotations of four characters or more in findings.md, {there} word for word in the sources"
        )
        return _Answer("partly", chinese, f"{english}; see that each says who speaks", ("findings.md", "sources/"))
    passages = study.quotations()
    if passages.empty:
        return _Answer("to_write")
    people = len(passages[passages.speaker != ""].drop_duplicates(["source_id", "speaker"]))
    who = f"、{people} 位说话人" if people else ""
    chinese = f"编了 {len(passages)} 处，出自 {passages.source_id.nunique()} 份材料{who}，可以选引文"
    english = (
        f"{len(passages)} coded passages of {people} speakers in {passages.source_id.nunique()} sources to choose from"
    )
    return _Answer("to_write", chinese, english, ("codings.csv",))


def _major_themes(facts: _Facts) -> _Answer:
    codes = facts.study.codebook.codes
    parents = set(codes.parent_id.fillna("")) if "parent_id" in codes else set()
    top = codes[codes.parent_id.fillna("").eq("") & codes.code_id.isin(parents)] if "parent_id" in codes else codes[:0]
    if top.empty:
        return _Answer("to_write")
    zh, en = _both(top.label)
    chinese, english = f"编码本最上一层 {len(top)} 个：{zh}", f"{len(top)} codes on top of the codebook: {en}"
    where = ["codebook.csv"]
    if text := facts.note("findings.md"):
        named = sum(label in text for label in top.label)
        chinese += f"；findings.md 里叫出名字的 {named} 个"
        english += f"; {named} of them by name in findings.md"
        where.append("findings.md")
    return _Answer("partly", chinese, english, tuple(where))


def _minor_themes(facts: _Facts) -> _Answer:
    cases = facts.study.negative_cases
    if cases.empty:
        return _Answer("to_write")
    zh, en = _both(cases.source_id)
    chinese, english = (
        f"negative_cases.csv 有 {len(cases)} 个说不通的案例，出自 {zh}",
        f"{len(cases)} negative cases, from {en}",
    )
    return _Answer("filled", chinese, english, ("negative_cases.csv",))


def _title(facts: _Facts) -> _Answer:
    if not facts.study.title.strip():
        return _Answer("to_write")
    chinese = f"研究的名称是“{facts.study.title}”；点没点明方法，要作者看"
    return _Answer(
        "partly", chinese, f"the study is called “{facts.study.title}”; see that the approach is named", ("study.toml",)
    )


def _question(facts: _Facts) -> _Answer:
    asked = facts.study.research_question.strip()
    if not asked:
        return _Answer("to_write")
    return _Answer("filled", f"研究问题：{asked}", f"research question: {asked}", ("study.toml",))


def _ethics(facts: _Facts) -> _Answer:
    size = len(facts.note("consent.md"))
    if not size:
        return _Answer("to_write")
    chinese = f"有 consent.md（{size} 字）；伦理审查、保密、材料怎样保管，要作者写"
    english = f"there is consent.md ({size} characters); say who approved the study and how the data are kept"
    return _Answer("partly", chinese, english, ("consent.md",))


def _collection(facts: _Facts) -> _Answer:
    if facts.study.sources.empty:
        return _Answer("to_write")
    zh, en = _counted(facts.kinds[facts.kinds.ne("")].value_counts(sort=False), SOURCES, "份")
    days = facts.days
    when = (f"，日期从 {days[0]} 到 {days[-1]}", f", dated {days[0]} to {days[-1]}") if days else ("", "")
    chinese, english = (
        f"{zh or f'材料 {len(facts.kinds)} 份'}{when[0]}；怎样收，要作者写",
        f"{en or f'{len(facts.kinds)} sources'}{when[1]}; say how",
    )
    return _Answer("partly", chinese, english, ("sources.csv",))


def _units(facts: _Facts) -> _Answer:
    kinds, people, like = _collection(facts), _sample_size(facts), _sample_description(facts)
    if not kinds.chinese:
        return _Answer("to_write")
    turns = facts.study.turns()
    counted = turns.text[turns.role.isin(COUNTED)]
    size = sum(len("".join(text.split())) for text in counted)
    zh, en = _counted(facts.kinds[facts.kinds.ne("")].value_counts(sort=False), SOURCES, "份")
    chinese = "；".join(filter(None, [zh, f"说的和写的共 {size} 字（访谈者不算）", people.chinese, like.chinese]))
    english = "; ".join(filter(None, [en, f"{size} characters without interviewers", people.english, like.english]))
    nobody = facts.no_interviews and facts.people.empty  # documents alone: their number is the answer
    whole = nobody or people.status == like.status == "filled"
    return _Answer("filled" if whole else "partly", chinese, english, ("sources.csv", "speakers.csv"))


def _processing(facts: _Facts) -> _Answer:
    study = facts.study
    if study.codings.empty:
        return _Answer("to_write")
    lost = int(study.codings.anchor.eq("lost").sum())
    changed = len(facts.status.changed_sources)
    chinese = (
        f"编码 {len(study.codings)} 处都记着在原文的第几个字，找不回的 {lost} 处；编码以后改动过的材料 {changed} 份"
    )
    english = (
        f"{len(study.codings)} codings keep their place in the text, {lost} are lost; {changed} sources changed since"
    )
    note = "；转录、核对和去标识怎样做，要作者写", "; say how texts were transcribed, checked and anonymised"
    return _Answer("partly", chinese + note[0], english + note[1], ("sources.csv", "codings.csv"))


def _analysis(facts: _Facts) -> _Answer:
    parts = [found for found in (_coders(facts), _coding_tree(facts), _derivation(facts)) if found.chinese]
    if not parts:
        return _Answer("to_write")
    where = tuple(dict.fromkeys(name for found in parts for name in found.where))
    return _Answer(
        "partly", "；".join(found.chinese for found in parts), "; ".join(found.english for found in parts), where
    )


def _trustworthiness(facts: _Facts) -> _Answer:
    study = facts.study
    alone = len(study.single_coders)
    parts = [
        (alone * (alone > 1), "{} 人各自编码", "{} coders", "codings.csv"),
        (len(study.differences), "逐处谈过的不同 {} 处", "{} differences discussed", "differences.csv"),
        (len(study.memos), "备忘录 {} 条", "{} memos", "memos/"),
        (len(study.history), "编码本的历史 {} 步", "{} acts on the codebook", "history.csv"),
        (len(study.negative_cases), "反例 {} 个", "{} negative cases", "negative_cases.csv"),
    ]
    found = _listed(parts)
    if not found.chinese:
        return found
    more = "；为什么用这些办法，一致到什么程度，要作者写", "; say why, and how far coders agree"
    return _Answer("partly", found.chinese + more[0], found.english + more[1], found.where)


def _synthesis(facts: _Facts) -> _Answer:
    study = facts.study
    core = study.codebook.codes[study.codebook.codes.level.isin(["core_category", "dimension"])].label
    parts = [
        (len(study.mechanism), "机制模型 {} 支箭头", "{} arrows in models", "mechanism.toml"),
        (len(facts.note("storyline.md")), "故事线 {} 字", "a storyline of {} characters", "storyline.md"),
        (len(facts.note("findings.md")), "研究发现 {} 字", "findings of {} characters", "findings.md"),
    ]
    found = _listed(parts)
    if not len(core):
        return found
    zh, en = _both(core)
    chinese = "、".join(filter(None, [f"核心范畴或聚合维度：{zh}", found.chinese]))
    english = ", ".join(filter(None, [f"core: {en}", found.english]))
    return _Answer("partly", chinese, english, ("codebook.csv", *found.where))


def _listed(parts: Iterable[tuple[int, str, str, str]]) -> _Answer:
    """Return the parts that a study has, each with its number."""
    kept = [(zh.format(number), en.format(number), where) for number, zh, en, where in parts if number]
    if not kept:
        return _Answer("to_write")
    chinese, english, where = zip(*kept, strict=True)
    return _Answer("partly", "、".join(chinese), ", ".join(english), where)


RULES: dict[str, Callable[[_Facts], _Answer]] = {
    "analysis": _analysis,
    "approach": _approach,
    "coders": _coders,
    "coding_tree": _coding_tree,
    "collection": _collection,
    "context": _context,
    "derivation": _derivation,
    "duration": _duration,
    "ethics": _ethics,
    "field_notes": _field_notes,
    "guide": _guide,
    "information": _information,
    "interviewer": _interviewer,
    "major_themes": _major_themes,
    "minor_themes": _minor_themes,
    "others_present": _others_present,
    "processing": _processing,
    "question": _question,
    "quotations": _quotations,
    "repeats": _repeats,
    "sample_description": _sample_description,
    "sample_size": _sample_size,
    "sampling": _sampling,
    "sampling_and_end": _sampling_and_end,
    "saturation": _saturation,
    "setting": _setting,
    "software": _software,
    "synthesis": _synthesis,
    "title": _title,
    "trustworthiness": _trustworthiness,
    "units": _units,
}
