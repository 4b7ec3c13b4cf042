"""What figures and tables say, in the language of the page: Chinese, or another one through a catalogue of gettext.

A message is Chinese in the code; `locale` holds its translations (``python book/catalogues.py`` keeps them up to date).
"""

import gettext
import os
from functools import cache
from pathlib import Path

LANGUAGE = "ZHAGEN_LANGUAGE"  # environment variable, such as "en"; Chinese without it
FOLDER = Path(__file__).parent / "locale"


def say(message: str, /, **values: object) -> str:
    """Return a message in the language that the environment variable ``ZHAGEN_LANGUAGE`` names.

    Parameters
    ----------
    message : str
        The message in Chinese, with ``{name}`` where values go.
    **values : object
        The values.

    Returns
    -------
    str
        The message, filled; in Chinese where the language has no translation of it.

    Examples
    --------
    >>> say("{first}与{second}", first="数据", second="平台")
    '数据与平台'
    """
    translated = _catalogue(os.environ.get(LANGUAGE, "")).gettext(message) if message else ""
    return translated.format(**values) if values else translated


def say_number(message: str, n: float, /, **values: object) -> str:
    """Return a message whose form depends on a number: one word, two words.

    Parameters
    ----------
    message : str
        The message in Chinese, with ``{n}`` where the number goes.
    n : float
        The number.
    **values : object
        Other values; ``n`` to write the number in another way.

    Returns
    -------
    str
        The message, filled.

    Examples
    --------
    >>> say_number("{n} 个词", 2)
    '2 个词'
    """
    whole = int(n) if float(n).is_integer() else 2
    return _catalogue(os.environ.get(LANGUAGE, "")).ngettext(message, message, whole).format(**{"n": n} | values)


def say_in(context: str, message: str, /) -> str:
    """Return a message that means two things in Chinese, in the language of the page.

    Parameters
    ----------
    context : str
        Which of the two is meant, in English.
    message : str
        The message in Chinese.

    Returns
    -------
    str
        The message.

    Examples
    --------
    >>> say_in("of a text", "行")
    '行'
    """
    return _catalogue(os.environ.get(LANGUAGE, "")).pgettext(context, message)


def marked(message: str, /) -> str:
    """Return a message unchanged: the catalogue lists it, and `say` translates it later.

    Parameters
    ----------
    message : str
        The message in Chinese.

    Returns
    -------
    str
        The same.

    Examples
    --------
    >>> marked("字")
    '字'
    """
    return message


def say_list(items: "list[str] | tuple[str, ...]", /) -> str:
    """Join items as a list in a sentence.

    Parameters
    ----------
    items : list of str
        The items.

    Returns
    -------
    str
        The items with ``、`` between them.

    Examples
    --------
    >>> say_list(["甲", "乙"])
    '甲、乙'
    """
    return say("、").join(items)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("zhagen", FOLDER, [language], fallback=True) if language else gettext.NullTranslations()
