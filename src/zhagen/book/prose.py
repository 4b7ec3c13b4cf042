"""Numbers and conclusions in the prose of a notebook: written as plain text, tied to an expression that must give them.

A number is written in the Markdown source as readers see it, between two HTML comments that no viewer shows::

    取回的编码条目共 <!--= len(codes) -->25<!----> 个。

The comment holds what a replacement field of an f-string may hold, so ``share:.0%`` works. ``<!--~ … -->`` in place of
``<!--= … -->`` marks a value that may differ between the editions of a document. A conclusion is followed by a
condition::

    概念最多的是生态伙伴关系。<!--? both.parent.idxmax() == "生态伙伴关系" -->

The build evaluates both in the kernel, after the cells above them, and refuses a page whose text says otherwise. In a
reader's edition the last cell evaluates them again and says what changed (`compare_prose`).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MARK = re.compile(
    r"<!--(?P<kind>[=~])\s*(?P<number>.*?)\s*-->(?P<text>.*?)<!---->|<!--\?\s*(?P<condition>.*?)\s*-->", re.DOTALL
)
FENCE = re.compile(r"(?m)^(?::{3,}|`{3,}).*\n|^:[\w-]+:.*\n")  # a directive's fences and options
ROLE = re.compile(r"\{[\w:]+\}`([^`<]*?)(?:\s*<[^`>]*>)?`")
SENTENCE_END = re.compile(r"[。！？]|\n\s*\n|\n\s*(?:[-*|]|\d+\.)\s")
NEAR = 14  # characters of prose shown on each side of a number
SHORT = 8  # a sentence of fewer characters, like 一个也没有。, says nothing without the one before it


@dataclass(frozen=True)
class Mark:
    """One number or conclusion of the prose.

    Attributes
    ----------
    kind : str
        ``=`` a number, ``~`` a value that may differ between editions, ``?`` a conclusion.
    expression : str
        For a number the inside of an f-string's replacement field, for a conclusion a condition.
    text : str
        For a number what the prose says, for a conclusion the sentence that it follows.
    context : str
        The number with the words around it, for people; for a conclusion its sentence, with the one before it if it is
        short.
    """

    kind: str
    expression: str
    text: str
    context: str

    def code(self) -> str:
        """Return the Python expression that gives the text of the mark as a string.

        Returns
        -------
        str
            An f-string for a number, the condition as text for a conclusion.

        Examples
        --------
        >>> Mark("=", "share:.0%", "25%", "").code()
        "f'''{ share:.0%}'''"
        """
        return f"str(bool({self.expression}))" if self.kind == "?" else f"f'''{{ {self.expression}}}'''"


def prose_marks(source: str) -> list[Mark]:
    """List the numbers and conclusions of a Markdown cell, in order.

    Parameters
    ----------
    source : str
        The source of the cell.

    Returns
    -------
    list of Mark
        One entry a mark.

    Examples
    --------
    >>> marks = prose_marks("共 <!--= n -->25<!----> 个。多数在海尔。<!--? haier > 12 -->")
    >>> [(mark.kind, mark.expression, mark.text) for mark in marks]
    [('=', 'n', '25'), ('?', 'haier > 12', '多数在海尔。')]
    """
    found = []
    for match in MARK.finditer(source):
        before, after = _readable(source[: match.start()]), _readable(source[match.end() :])
        if match["condition"] is not None:
            sentence = _last_sentence(before)
            found.append(Mark("?", match["condition"], sentence, _in_context(before, sentence)))
        else:
            left, right = before[-NEAR:].rpartition("\n")[2], after[:NEAR].partition("\n")[0]
            found.append(Mark(match["kind"], match["number"], match["text"], f"…{left}{match['text']}{right}…"))
    return found


def fill_prose(source: str, values: list[str] | None = None) -> str:
    """Return a Markdown cell without its marks.

    Parameters
    ----------
    source : str
        The source of the cell.
    values : list of str, optional
        One value a mark, in order, in place of the text that is written; those of conclusions are ignored.

    Returns
    -------
    str
        The Markdown as readers see it.

    Examples
    --------
    >>> fill_prose("共 <!--= n -->25<!----> 个。<!--? n > 12 -->", ["26", "True"])
    '共 26 个。'
    """
    left = iter(values or [])

    def fill(match: re.Match) -> str:
        value = next(left, None)
        return "" if match["condition"] is not None else match["text"] if value is None else value

    return MARK.sub(fill, source)


def rewrite_prose(source: str, values: list[str]) -> str:
    """Return a Markdown cell with its marks, each number replaced by its value.

    Parameters
    ----------
    source : str
        The source of the cell.
    values : list of str
        One value a mark, in order.

    Returns
    -------
    str
        The same source with other numbers.

    Examples
    --------
    >>> rewrite_prose("共 <!--= n -->25<!----> 个。", ["26"])
    '共 <!--= n -->26<!----> 个。'
    """
    left = iter(values)

    def put(match: re.Match) -> str:
        value = next(left)
        if match["condition"] is not None:
            return match[0]
        start, end = match.start("text") - match.start(), match.end("text") - match.start()
        return match[0][:start] + value + match[0][end:]

    return MARK.sub(put, source)


@dataclass(frozen=True)
class ProseChanges:
    """What the prose says and the changed notebook no longer does; shows itself in Chinese.

    Attributes
    ----------
    numbers : int
        How many numbers were compared.
    conclusions : int
        How many conclusions were compared.
    changed : list of tuple
        ``(context, old, new)`` of each number that changed.
    broken : list of str
        The sentences that no longer hold.
    """

    numbers: int
    conclusions: int
    changed: list[tuple[str, str, str]]
    broken: list[str]

    def __bool__(self) -> bool:
        """Return whether anything changed."""
        return bool(self.changed or self.broken)

    def __repr__(self) -> str:
        """Return the same as plain text."""
        lines = [self._head(), *(f"这一条结论变了：{sentence}" for sentence in self.broken)]
        return "\n".join([*lines, *(f"{context}　原来 {old}，现在 {new}" for context, old, new in self.changed)])

    def _repr_html_(self) -> str:
        esc = html.escape
        parts = [f"<p>{esc(self._head())}</p>"]
        parts += [f"<p><strong>这一条结论变了：</strong>{esc(sentence)}</p>" for sentence in self.broken]
        if self.changed:
            rows = "".join(
                f"<tr><td>{esc(context)}</td><td>{esc(old)}</td><td>{esc(new)}</td></tr>"
                for context, old, new in self.changed
            )
            head = "".join(f'<th scope="col">{name}</th>' for name in ("正文这样写", "原来", "现在"))
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
        return "".join(parts)

    def _head(self) -> str:
        said = f"正文里由程序算出的数有 {self.numbers} 个，写明了条件的结论有 {self.conclusions} 条。"
        if not self:
            return said + "照现在的程序重算，全都没有变。"
        return said + f"照现在的程序重算，变了 {len(self.changed)} 个数、{len(self.broken)} 条结论："


def compare_prose(namespace: Mapping[str, object], marks: str) -> ProseChanges:
    """Evaluate the numbers and conclusions of a notebook again and say which changed.

    Nothing that an expression does can stop the notebook: what cannot be computed any more counts as changed.

    Parameters
    ----------
    namespace : mapping
        The names of the notebook, ``globals()``.
    marks : str
        A JSON list ``[kind, expression, text, context]`` a line, as `list_marks` writes it.

    Returns
    -------
    ProseChanges
        What changed; false if nothing did.

    Examples
    --------
    >>> compare_prose({"n": 26}, '["=", "n", "25", "共 25 个"]').changed
    [('共 25 个', '25', '26')]
    """
    found = [Mark(*json.loads(line)) for line in marks.splitlines() if line.strip()]
    changed, broken = [], []
    for mark in found:
        value = _value(mark, dict(namespace))
        if mark.kind == "?":
            broken += [mark.context] if value != "True" else []
        elif value != mark.text:
            changed.append((mark.context, mark.text, value))
    conclusions = sum(mark.kind == "?" for mark in found)
    return ProseChanges(len(found) - conclusions, conclusions, changed, broken)


def list_marks(marks: list[Mark]) -> str:
    r"""Write marks as `compare_prose` reads them, one a line.

    Parameters
    ----------
    marks : list of Mark
        The marks, in order.

    Returns
    -------
    str
        A JSON list a line.

    Examples
    --------
    >>> list_marks([Mark("=", "n", "25", "共 25 个")])
    '["=", "n", "25", "共 25 个"]'
    """
    return "\n".join(
        json.dumps([mark.kind, mark.expression, mark.text, mark.context], ensure_ascii=False) for mark in marks
    )


def _value(mark: Mark, namespace: dict) -> str:
    try:
        evaluate: Callable = eval
        return evaluate(compile(mark.code(), "<正文>", "eval"), namespace)
    except Exception as error:
        return f"算不出来（{type(error).__name__}）"


def _readable(source: str) -> str:
    """Return Markdown as readers see it: marks filled in, directives, roles and emphasis taken off."""
    text = ROLE.sub(r"\1", FENCE.sub("", fill_prose(source)))
    return re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", text)


def _last_sentence(text: str) -> str:
    """Return the sentence that a text ends with."""
    text = text.rstrip()
    ends = [match.end() for match in SENTENCE_END.finditer(text[:-1])]
    return text[ends[-1] if ends else 0 :].strip()


def _in_context(text: str, sentence: str) -> str:
    """Return the sentence that a text ends with; if it is short, with the one before it in the same paragraph."""
    before = text.rstrip().removesuffix(sentence)
    joined = not before or before.rstrip(" ") == before.rstrip()  # no line ends between the two
    return _last_sentence(before) + sentence if len(sentence) < SHORT and joined else sentence
