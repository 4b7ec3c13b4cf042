"""What the command line says, in the language of who reads it: English in the code, another one by gettext.

A sentence of the code has values in it (an f-string), so a catalogue holds it with names in their places: ``there is no
source {source_id}``. A finished sentence is looked for among them, its values are put into the translation. So errors,
findings and reports stay English for whoever calls the package, and are translated where they are printed.
"""

import gettext
import locale
import os
import re
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from zhagen.errors import ZhagenError, visible

LANGUAGE = "ZHAGEN_LANGUAGE"  # environment variable, such as "zh" or "en"; without it, what the system says
FOLDER = Path(__file__).parent / "locale"
FIELD = re.compile(r"\{(\w+)\}")
AND = "; "  # between two sentences
WITH_PLACE, WITH_TODO = "{found} ({where})", "{found}: {todo}"
LEAST = 3  # letters that a sentence with values must have itself: `{number} in {name}` is found in too many others
CONTEXT = "\x04"  # between a context and its message, in files of gettext
FEW = 8  # letters of a sentence with values: one with fewer could be found in any other, so its values have no blanks


class _Sentences(gettext.GNUTranslations):
    """The sentences of a language, and how to find one with values in it."""

    def _parse(self, fp: Any) -> None:
        super()._parse(fp)
        self.catalog: dict[str, str] = self._catalog  # type: ignore[attr-defined]

    @cached_property
    def patterns(self) -> list[tuple[str, re.Pattern[str], str]]:
        """The sentences with values: the longest part that is none, the pattern of the whole, its translation."""
        found: list[tuple[int, str, re.Pattern[str], str]] = []
        for message, translated in self.catalog.items():
            if CONTEXT in message:
                continue
            literals = FIELD.split(message)[::2] if message else []
            letters = sum(map(str.isalpha, "".join(literals)))
            if len(literals) > 1 and letters >= LEAST:
                few = letters < FEW and not literals[0][:LEAST].isalpha()
                fields = [f"(?P<{name}>{r'[^ ]*?' if few else '.*?'})" for name in FIELD.findall(message)]
                parts = [re.escape(literals[0])]
                for field, literal in zip(fields, literals[1:], strict=True):
                    parts += [field, re.escape(literal)]
                longest = max(literals, key=len)
                found.append((sum(map(len, literals)), longest, re.compile("".join(parts), re.DOTALL), translated))
        # what fits several sentences is the one that says most itself
        return [one[1:] for one in sorted(found, key=lambda one: -one[0])]

    def translate(self, text: str) -> str:
        """Return a sentence, lines or parts of one, translated as far as they are known.

        Parameters
        ----------
        text : str
            What the code said.

        Returns
        -------
        str
            The translation; the text itself if it is not known.
        """
        if not text or text.isspace():
            return text
        known = self.catalog.get(text)
        if known:
            return str(known)
        if "\n" in text:
            return "\n".join(map(self.translate, text.split("\n")))
        for literal, pattern, translated in self.patterns:
            if literal in text and (found := pattern.fullmatch(text)):
                values = found.groupdict()
                if re.escape(AND) in pattern.pattern or not any(AND in value for value in values.values()):
                    return translated.format(**{name: self.translate(value) for name, value in values.items()})
        for mark, written in ((AND, "；"), (" (", ""), (": ", "："), (" - ", "，"), (", ", "，")):
            if mark == " (":
                head, opened, tail = text.partition(mark)
                if opened and tail.endswith(")") and (made := self.translate(head)) != head:
                    return self.translate(WITH_PLACE).format(found=made, where=self.translate(tail[:-1]))
            elif mark in text:
                parts = text.split(mark)
                joined = written.join(self.translate(part) for part in parts)
                if joined != written.join(parts):
                    return joined
        return text


def person_language() -> str:
    """Return the language that the person before the terminal reads.

    Returns
    -------
    str
        What ``ZHAGEN_LANGUAGE`` names; without it ``zh`` where the system speaks Chinese (``LC_ALL``, ``LC_MESSAGES``,
        ``LANG``, or the settings of Windows), else ``en``.
    """
    if chosen := os.environ.get(LANGUAGE):
        return chosen.lower()[:2]
    said = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if not said and os.name == "nt":
        said = locale.getlocale()[0] or ""
    return "zh" if said.lower().startswith(("zh", "chinese")) else "en"


def translate(text: str, language: str | None = None) -> str:
    """Return what the code says in the language of who reads it.

    Parameters
    ----------
    text : str
        A sentence, or several lines.
    language : str, optional
        The language; without it, that of the person before the terminal.

    Returns
    -------
    str
        The translation; the text itself where there is none.

    Examples
    --------
    >>> translate("there is no source 'I99'", "zh")
    "没有材料 'I99'"
    >>> translate("there is no source 'I99'", "en")
    "there is no source 'I99'"
    """
    sentences = _sentences(language or person_language())
    return sentences.translate(text) if sentences else text


def translate_help(text: str, language: str | None = None) -> str:
    """Return a text of the help, which says of options and arguments what they are for.

    Parameters
    ----------
    text : str
        The text in the code, or the name of an argument.
    language : str, optional
        The language; without it, that of the person before the terminal.

    Returns
    -------
    str
        The translation; the text itself where there is none.

    Examples
    --------
    >>> translate_help("the folder of the study", "zh"), translate_help("STUDY", "zh")
    ('研究文件夹', '研究')
    """
    return _in_context("help", text, language)


def translate_heading(name: str, language: str | None = None) -> str:
    """Return what the column of a table is called on the screen.

    Parameters
    ----------
    name : str
        The name of the column, in the data and in a file.
    language : str, optional
        The language; without it, that of the person before the terminal.

    Returns
    -------
    str
        The heading; the name itself where there is none.

    Examples
    --------
    >>> translate_heading("source_id", "zh"), translate_heading("source_id", "en")
    ('材料', 'source_id')
    """
    return _in_context("heading", name, language)


def _in_context(context: str, text: str, language: str | None) -> str:
    """Translate a short text, which in another place could mean something else, or be a word of the user's data."""
    sentences = _sentences(language or person_language())
    return sentences.pgettext(context, text) if sentences else text


def translate_error(error: ZhagenError, language: str | None = None) -> str:
    """Return an error in the language of who reads it, with what was found, where, and what to do.

    Parameters
    ----------
    error : ZhagenError
        The error.
    language : str, optional
        The language; without it, that of the person before the terminal.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> error = ZhagenError("there is no source 'I99'", "codings.csv, line 3", "use one of I01, I02")
    >>> translate_error(error, "en")
    "there is no source 'I99' (codings.csv, line 3): use one of I01, I02"
    >>> translate_error(error, "zh")
    "没有材料 'I99'（codings.csv 第 3 行）：从 I01, I02 里选一个"
    """
    found, where, todo = (visible(translate(part, language)) for part in (error.found, error.where, error.todo))
    if where:
        found = translate(WITH_PLACE, language).format(found=found, where=where)
    return translate(WITH_TODO, language).format(found=found, todo=todo) if todo else found


@cache
def _sentences(language: str) -> _Sentences | None:
    files = gettext.find("terminal", FOLDER, [language], all=True)
    if not files:
        return None
    with open(files[0], "rb") as file:
        return _Sentences(file)
