"""Self-checks: questions in a page that say why an answer is wrong.

A teacher writes one in Markdown, as a directive that the book's extension draws (``book/_ext/self_checks.py``)::

    :::{selfcheck} choice 哪一个标签写的是动作
    读甲的这一句：“我专拍划得最花的那一页。”

    - [x] 拍最花的一页
      - 看得见他做了什么。
    - [ ] 诚信
      - 这是评价，句子里没有这两个字。
    :::

The kind is the first word, the rest of the line is the title. Whatever comes before the first answer is the question.
Below each answer, indented, is why. The kinds:

- ``choice`` one answer is right, ``choices`` several may be;
- ``mark`` the answers are the sentences of a text; the reader marks those that are asked for;
- ``order`` a numbered list in its right order; the page shows it in another;
- ``match`` pairs ``- 甲 :: 乙``; below the reason, ``- 丙 :: 为什么不是丙`` argues with one wrong partner.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from zhagen.errors import ZhagenError
from zhagen.language import marked

KINDS = {
    "choice": marked("单选"),
    "choices": marked("多选"),
    "mark": marked("标句子"),
    "order": marked("排序"),
    "match": marked("配对"),
}
ANSWER = {
    "task": re.compile(r"- \[(?P<right>[ xX])\] (?P<text>.+)"),
    "order": re.compile(r"\d+\. (?P<text>.+)"),
    "match": re.compile(r"- (?P<text>.+?) :: (?P<partner>.+)"),
}
REASON = re.compile(r"\s+- (?P<text>.+)")
WRONG = re.compile(r"(?P<partner>.+?) :: (?P<reason>.+)", re.DOTALL)


class SelfCheckError(ZhagenError):
    """A self-check that cannot be used: an answer without a reason, no right answer, a line that is neither."""


@dataclass
class Answer:
    """One answer, sentence, step or pair of a self-check.

    Attributes
    ----------
    text : str
        What the reader sees, Markdown.
    reason : str
        Why it is right, wrong, or at its place; Markdown.
    right : bool
        Whether it is to be chosen; true for steps and pairs.
    partner : str
        Of a pair: what belongs to `text`.
    wrong : dict of str to str
        Of a pair: other partner -> why it is not that one.
    line : int
        Its line in the body, from 1.
    """

    text: str
    reason: str = ""
    right: bool = True
    partner: str = ""
    wrong: dict[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True)
class SelfCheck:
    """A self-check as it was written.

    Attributes
    ----------
    kind : str
        A key of ``KINDS``.
    title : str
        What its box is called.
    question : str
        Markdown before the first answer; may be empty.
    answers : list of Answer
        In the order of writing: for ``order`` the right one.
    """

    kind: str
    title: str
    question: str
    answers: list[Answer]

    def shown(self) -> list[int]:
        """Return the order in which a page shows the answers, the same each time.

        Returns
        -------
        list of int
            Places in `answers`; of steps never their right order.
        """
        places = list(range(len(self.answers)))
        if self.kind != "order":
            return places
        mixed = sorted(places, key=lambda place: _mixed(self.answers[place].text))
        return mixed[1:] + mixed[:1] if mixed == places else mixed

    def partners(self) -> list[str]:
        """Return the partners that a reader chooses from, each once, in an order that gives nothing away.

        Returns
        -------
        list of str
            Empty unless the kind is ``match``.
        """
        found = {one.partner for one in self.answers} | {name for one in self.answers for name in one.wrong}
        return sorted(found - {""}, key=_mixed)


def parse_self_check(argument: str, body: Sequence[str], *, where: str = "") -> SelfCheck:
    """Read a self-check from its Markdown.

    Parameters
    ----------
    argument : str
        What follows the name of the directive: kind and title.
    body : sequence of str
        The lines inside.
    where : str, default ""
        File and line of the directive, for messages.

    Returns
    -------
    SelfCheck
        The question, with its answers.

    Raises
    ------
    SelfCheckError
        If the kind is unknown, there are fewer than two answers, none or (``choice``) more than one is right, an answer
        has no reason, or a line is no part of the form.

    Examples
    --------
    >>> body = ["哪一句？", "", "- [x] 甲", "  - 因为。", "- [ ] 乙", "  - 不是，因为。"]
    >>> check = parse_self_check("choice 一句", body)
    >>> check.question, [(one.text, one.right, one.reason) for one in check.answers]
    ('哪一句？', [('甲', True, '因为。'), ('乙', False, '不是，因为。')])
    """
    kind, _, title = argument.strip().partition(" ")
    if kind not in KINDS or not title.strip():
        raise SelfCheckError(
            f"a self-check begins with {argument!r}", where, f"write one of {', '.join(KINDS)}, then its title"
        )
    form = ANSWER.get(kind, ANSWER["task"])
    first = next((place for place, line in enumerate(body) if form.match(line)), len(body))
    answers = _answers(body[first:], form, first, title, where)
    _check(kind, title, answers, where)
    return SelfCheck(kind, title.strip(), "\n".join(body[:first]).strip(), answers)


def plain_self_check(check: SelfCheck) -> str:
    """Write a self-check as plain Markdown: question, answers, and what is right in a fold.

    Parameters
    ----------
    check : SelfCheck
        The self-check.

    Returns
    -------
    str
        Markdown for the reader's edition.

    Examples
    --------
    >>> body = ["- [x] 甲", "  - 因为。", "- [ ] 乙", "  - 不是，因为。"]
    >>> print(plain_self_check(parse_self_check("choice 哪一句", body)))
    **自测（单选）　哪一句**
    <BLANKLINE>
    - □ 甲
    - □ 乙
    <BLANKLINE>
    <details>
    <summary>答案和理由</summary>
    <BLANKLINE>
    - **对**　甲　因为。
    - **不对**　乙　不是，因为。
    <BLANKLINE>
    </details>
    """
    lines = [f"**自测（{KINDS[check.kind]}）　{check.title}**", ""]
    lines += [check.question, ""] if check.question else []
    lines += [f"- □ {check.answers[place].text}" for place in check.shown()]
    if partners := check.partners():
        lines += ["", f"可选：{'；'.join(partners)}。"]
    lines += ["", "<details>", "<summary>答案和理由</summary>", ""]
    for place, one in enumerate(check.answers, 1):
        head = {"order": f"{place}. {one.text}", "match": f"- {one.text}　**{one.partner}**"}.get(
            check.kind, f"- **{'对' if one.right else '不对'}**　{one.text}"
        )
        lines.append(f"{head}　{one.reason}")
        lines += [f"   - 选“{name}”：{reason}" for name, reason in one.wrong.items()]
    return "\n".join([*lines, "", "</details>"])


def _answers(lines: Sequence[str], form: re.Pattern, first: int, title: str, where: str) -> list[Answer]:
    """Read the answers and what is indented below each."""
    answers: list[Answer] = []
    below: list[list[str]] = []
    for number, line in enumerate(lines, first + 1):
        if match := form.match(line):
            parts = match.groupdict()
            right = parts.get("right", "x") in "xX"
            answers.append(Answer(parts["text"].strip(), right=right, partner=(parts.get("partner") or "").strip()))
            answers[-1].line = number
            below.append([])
        elif reason := REASON.match(line):
            below[-1].append(reason["text"].strip())
        elif line.strip() and line[0].isspace() and below[-1]:
            below[-1][-1] += "\n" + line.strip()
        elif line.strip():
            raise SelfCheckError(
                f"line {number} of the self-check “{title}” is neither an answer nor its reason: {line.strip()[:40]!r}",
                where,
                "put the question before the answers, and indent a reason: two spaces, a hyphen",
            )
    for one, reasons in zip(answers, below, strict=True):
        one.reason = reasons[0] if reasons else ""
        for text in reasons[1:]:
            match = WRONG.match(text) if one.partner else None
            if match is None:
                raise SelfCheckError(f"{one.text!r} has two reasons", where, "join them into one")
            one.wrong[match["partner"].strip()] = match["reason"].strip()
    return answers


def _check(kind: str, title: str, answers: list[Answer], where: str) -> None:
    """Raise if the answers cannot be used."""
    named = f"the self-check “{title}”"
    if len(answers) < 2:
        raise SelfCheckError(f"{named} has {len(answers)} answers", where, "write at least two, each in a line")
    if bare := [one for one in answers if not one.reason]:
        raise SelfCheckError(
            f"{named}: {bare[0].text!r} (line {bare[0].line}) has no reason",
            where,
            "say below it, indented, why it is right or wrong",
        )
    right = sum(one.right for one in answers)
    if right == 0 or (kind == "choice" and right > 1):
        raise SelfCheckError(
            f"{named} has {right} right answers", where, "put an x into the brackets of one" + " or more" * (right == 0)
        )
    if kind == "choices" and right == len(answers):
        raise SelfCheckError(f"{named} has no wrong answer", where, "add a mistake that students make")
    texts = [one.text for one in answers]
    if twice := [text for text in texts if texts.count(text) > 1]:
        raise SelfCheckError(f"{named} has the answer {twice[0]!r} twice", where, "write each once")


def _mixed(text: str) -> str:
    """Return a key that sorts texts in an order of no meaning."""
    return hashlib.sha256(text.encode()).hexdigest()
