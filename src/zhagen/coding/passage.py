"""A passage that is coded in the page: its words, the codebook and what the coders of the study did with it.

The page is static and needs no server: `book/_static/coder.js` makes the block a place to code. In JupyterLab a passage
shows itself as a widget, and the next cell reads what was coded. Without them, and on paper, the block is the passage.
"""

import html
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from zhagen.coding.state import FIELDS, codings_of_state
from zhagen.coding.widget import widget_class
from zhagen.errors import StudyError, ZhagenError
from zhagen.study.folder import sha256_of
from zhagen.study.study import COUNTED, Study

FOREIGN = ("color", "guid")  # of a code that came from another program
WITHOUT = "这一段在网页版里可以直接编：选中几个字，给它一个码。这里没有那一页的程序，请抄在纸上编，或者打开网页版。"
IN_LAB = "在 JupyterLab 里装上 anywidget，重启内核，再运行这一格，就能在这里编。"
SERVED = "JPY_SESSION_NAME"  # the variable that a Jupyter server gives to the kernel of a notebook that is open


@dataclass(frozen=True, repr=False)
class CodingPassage:
    """A passage to be coded.

    Attributes
    ----------
    data : dict
        What the page needs: ``study``, ``id``, ``source``, ``sha256`` (str), ``offset`` (int, where the passage begins
        in its source), ``text``, ``turns``, ``codes``, ``coders``, ``differences``, ``memos`` (lists). If it is all
        turns of its source, ``before``, ``after`` and ``guid`` (str), too: the rest of the text and its key in other
        programs, so that the page gives out a project of the whole source. Of a part, no more text is in the page.
    """

    data: dict[str, Any]
    _shown: list[Any] = field(default_factory=list, init=False, compare=False)

    @property
    def codings(self) -> pd.DataFrame:
        """What was coded where the passage is shown in JupyterLab, in the form of a study's ``codings.csv``."""
        return codings_of_state(self.data, self._shown[-1].state if self._shown else None)

    def __repr__(self) -> str:
        """Say what the passage is, in one line."""
        codes, size = len(self.data["codes"]), len(self.data["text"])
        return f"<passage {self.data['id']} to code: {size} characters, {codes} codes>"

    def _repr_mimebundle_(self, **kinds: Any) -> Any:
        """Return the widget where a Jupyter server shows it; else nothing, and the passage has its other forms."""
        if SERVED not in os.environ:
            return {}
        try:
            made = widget_class()(self.block(), self.data, self._shown[-1].state if self._shown else None)
        except ZhagenError:  # anywidget is not installed
            return {}
        self._shown[:] = [made]
        return made._repr_mimebundle_(**kinds)

    def _repr_html_(self) -> str:
        return f'<div class="zhagen-coder">{self._text()}<p>{WITHOUT} {IN_LAB}</p></div>'

    def _repr_markdown_(self) -> str:
        return f"~~~~~~{{raw}} html\n{self.block()}\n~~~~~~\n"

    def block(self) -> str:
        """Return the block of HTML that `coder.js` makes a place to code.

        Returns
        -------
        str
            One element, with the data of the passage in it.
        """
        # "<" as an escape: no text can end the script, begin a comment, or close the block of Markdown
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        script = f'<script type="application/json">{data}</script>'
        return f'<div class="zhagen-coder">\n{self._text()}\n<noscript><p>{WITHOUT}</p></noscript>\n{script}\n</div>'

    def _text(self) -> str:
        lines, place = [], 0
        for line in self.data["text"].split("\n"):
            lines.append(f'<p data-from="{place}">{html.escape(line)}</p>')
            place += len(line) + 1
        return f'<div class="zc-text">{"".join(lines)}</div>'


def code_passage(
    study: Study,
    source_id: str,
    first: int = 1,
    last: int | None = None,
    *,
    coders: Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
) -> CodingPassage:
    """Return a passage that readers code in the page, and compare with the coders of the study.

    Parameters
    ----------
    study : Study
        The study.
    source_id : str
        The source, such as ``I16``.
    first : int, default 1
        The first turn, counted from 1.
    last : int, optional
        The last turn; without it, to the end.
    coders : iterable of str, optional
        Whose codings can be compared; without it, all who coded alone, then the consensus.
    roles : iterable of str, default participants, observers and documents
        Whose words count in the agreement, as in `overall_agreement`.

    Returns
    -------
    CodingPassage
        It shows itself in the page; codings that reach out of the passage are cut at its ends.

    Raises
    ------
    StudyError
        If there is no such source or coder, or no turn is between the two.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> code_passage(practice_study(), "I16", 1, 2)
    <passage I16-1-2 to code: 134 characters, 31 codes>
    """
    text, turns = study.text(source_id), study.turns(source_id)
    end_turn = int(turns.turn.max()) if last is None else last
    number = len(turns)
    turns = turns[turns.turn.between(first, end_turn)]
    if turns.empty:
        todo = f"use numbers from 1 to {len(study.turns(source_id))}"
        raise StudyError(f"{source_id} has no turn from {first} to {last}", todo=todo)
    begin = text.rfind("\n", 0, int(turns.start.iloc[0])) + 1  # with the name of the speaker
    end = int(turns.end.iloc[-1])
    counted = set(roles)
    names = [*study.single_coders, *filter(None, [study.consensus])] if coders is None else study.chosen_coders(coders)
    differences = study.differences[study.differences.source_id == source_id]
    memos = study.memos[study.memos.sources.map(lambda linked: source_id in linked).astype(bool)]
    inside = study.codings[(study.codings.source_id == source_id) & (study.codings.anchor != "lost")]
    inside = inside[(inside.start < end) & (inside.end > begin)].sort_values(["start", "end", "coding_id"])
    clipped = inside.assign(start=inside.start.clip(lower=begin) - begin, end=inside.end.clip(upper=end) - begin)
    talked = differences[(differences.start < end) & (differences.end > begin)]
    talked = talked.assign(start=talked.start - begin, end=talked.end - begin)
    spoken = turns.assign(start=turns.start - begin, end=turns.end - begin, counts=turns.role.isin(counted).astype(int))
    spans = {name: _rows(clipped[clipped.coder == name], "start end code_id") for name in names}
    codes = study.codebook.codes
    rest = {}
    if len(turns) == number:
        row = next(row for row in study.sources.to_dict("records") if row["source_id"] == source_id)
        rest = {"before": text[:begin], "after": text[end:], "guid": str(row.get("guid", ""))}
    return CodingPassage(
        {
            "study": study.title,
            "id": f"{source_id}-{first}-{end_turn}",
            "source": source_id,
            "sha256": sha256_of(text),
            "offset": begin,
            "text": text[begin:end],
            "turns": _rows(spoken, "start end counts"),
            "codes": [
                {"id": row["code_id"], "label": row["label"]}
                | {name: str(row.get(name) or "") for name in FIELDS}
                | {name: str(row[name]) for name in FOREIGN if row.get(name)}
                for row in codes.to_dict("records")
            ],
            "coders": [{"name": name, "codings": spans[name]} for name in names],
            "differences": _rows(talked, "start end code_id reason memo_id"),
            "memos": [
                row | {"text": str(row["text"]).removeprefix(f"# {row['title']}").strip()}
                for row in memos[["memo_id", "coder", "title", "codes", "text"]].to_dict("records")
            ],
        }
        | rest
    )


def _rows(frame: pd.DataFrame, columns: str) -> list[list[Any]]:
    """Return the values of some columns as JSON has them."""
    return [list(row) for row in zip(*(frame[name].tolist() for name in columns.split()), strict=True)]


def coding_widget(passage: CodingPassage) -> Any:
    """Return a widget in which a passage is coded in JupyterLab or Notebook 7.

    The browser keeps the codings, as in the page; the kernel has a copy of them. Nothing is sent to another host.

    Parameters
    ----------
    passage : CodingPassage
        The passage, as `code_passage` returns it.

    Returns
    -------
    anywidget.AnyWidget
        Its ``codings`` (DataFrame) are in the form of a study's ``codings.csv`` with ``label`` and ``memo``, as
        `add_codings` takes them; ``codebook`` (DataFrame) holds the codes, those of the study first.

    Raises
    ------
    ZhagenError
        If anywidget is not installed. Reading ``codings`` or ``codebook`` raises StudyError if what the browser sent
        is not in the form of codings of this passage.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> passage = code_passage(practice_study(), "I16", 1, 4)
    >>> coding_widget(passage).codings.empty  # doctest: +SKIP
    True
    """
    return widget_class()(passage.block(), passage.data)
