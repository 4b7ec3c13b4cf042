"""Memos, notes and stretches of talk, to be read in a page: they show themselves as quotations."""

import re
from dataclasses import dataclass

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.study.study import Study


@dataclass(frozen=True)
class Memo:
    """A memo with its head.

    Attributes
    ----------
    memo_id, date, coder, title, text : str
        As in the study; `text` without its title, in Markdown.
    """

    memo_id: str
    date: str
    coder: str
    title: str
    text: str

    def __repr__(self) -> str:
        return f"{self.memo_id} {self.date} {self.coder}: {self.title}\n\n{self.text}"

    def _repr_markdown_(self) -> str:
        return _quoted(f"**{self.memo_id}　{self.title}**（{self.coder}，{self.date}）\n\n{self.text}")


@dataclass(frozen=True, repr=False)
class Note:
    """A page of Markdown that a study keeps beside its tables, such as its interview guide.

    Attributes
    ----------
    name, text : str
        As in the folder.
    """

    name: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        # a heading inside a quotation would be listed in the contents of the page
        return _quoted(re.sub(r"(?m)^(>? ?)#+[ \t]+(.*)$", r"\1**\2**", self.text))


@dataclass(frozen=True, repr=False)
class Talk:
    """Some turns of a source, in their order.

    Attributes
    ----------
    source_id : str
        The source.
    turns : pandas.DataFrame
        ``turn`` (int), ``speaker``, ``text`` (str).
    """

    source_id: str
    turns: pd.DataFrame

    def __repr__(self) -> str:
        return "\n".join(f"{self.source_id} {row.turn} {row.speaker}：{row.text}" for row in self.turns.itertuples())

    def _repr_markdown_(self) -> str:
        said = [f"{row.turn}　**{row.speaker}**　{_plain(str(row.text))}" for row in self.turns.itertuples()]
        return _quoted("\n\n".join([*said, f"（{self.source_id}）"]))


def show_memo(study: Study, memo_id: str) -> Memo:
    """Return a memo to be read.

    Parameters
    ----------
    study : Study
        The study.
    memo_id : str
        The id of the memo, such as ``M001``.

    Returns
    -------
    Memo
        It shows itself as a quotation with date and author.

    Raises
    ------
    ZhagenError
        If the study has no such memo.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> show_memo(practice_study(), "M001").title
    '自揭其短 → 不利先说'
    """
    found = study.memos[study.memos.memo_id == memo_id]
    if found.empty:
        raise ZhagenError(f"there is no memo {memo_id!r}", todo="see study.memos.memo_id")
    row = found.iloc[0]
    text = str(row.text).removeprefix(f"# {row.title}").strip()
    return Memo(row.memo_id, row.date, row.coder, row.title, text)


def show_note(study: Study, name: str) -> Note:
    """Return a page that a study keeps beside its tables, to be read.

    Parameters
    ----------
    study : Study
        The study.
    name : str
        The file, such as ``guide.md``.

    Returns
    -------
    Note
        It shows itself as a quotation; its headings become bold lines.

    Raises
    ------
    ZhagenError
        If the study has no such file.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> "访谈提纲" in show_note(practice_study(), "guide.md").text
    True
    """
    if name not in study.notes:
        raise ZhagenError(f"the study has no {name!r}", todo=f"use one of {', '.join(study.notes)}")
    return Note(name, study.notes[name].strip())


def show_turns(study: Study, source_id: str, first: int = 1, last: int | None = None) -> Talk:
    """Return some turns of a source to be read.

    Parameters
    ----------
    study : Study
        The study.
    source_id : str
        The source, such as ``I07``.
    first : int, default 1
        The first turn, counted from 1.
    last : int, optional
        The last turn; without it, to the end.

    Returns
    -------
    Talk
        It shows itself as a quotation with numbers and speakers.

    Raises
    ------
    ZhagenError
        If the study has no such source, or no turn is between the two.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> show_turns(practice_study(), "I07", 2, 2)
    I07 2 己：嗯。
    """
    if source_id not in set(study.sources.source_id):
        raise ZhagenError(f"there is no source {source_id!r}", todo="see study.sources.source_id")
    turns = study.turns(source_id)
    found = turns[turns.turn.between(first, turns.turn.max() if last is None else last)]
    if found.empty:
        todo = f"use numbers from 1 to {turns.turn.max()}"
        raise ZhagenError(f"{source_id} has no turn from {first} to {last}", todo=todo)
    return Talk(source_id, found[["turn", "speaker", "text"]].reset_index(drop=True))


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _plain(text: str) -> str:
    """Escape what Markdown would read as markup in what somebody said."""
    for mark in "\\*_`<>[]#":
        text = text.replace(mark, f"\\{mark}")
    return text
