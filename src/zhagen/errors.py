"""The one family of errors: what was found, where, what to do."""

import unicodedata


class ZhagenError(Exception):
    """Something that a person can correct.

    Parameters
    ----------
    found : str
        What was found, one sentence without a full stop.
    where : str, default ""
        Document or file, and line, such as ``"haier, lines 734-779"``; empty where there is no place.
    todo : str, default ""
        What to do about it, one sentence without a full stop.

    Attributes
    ----------
    found, where, todo : str
        The three parts of the message.

    Examples
    --------
    >>> str(ZhagenError("no list under the header 访谈人次", "haier, line 273", "compare the table with its recipe"))
    'no list under the header 访谈人次 (haier, line 273): compare the table with its recipe'
    """

    def __init__(self, found: str, where: str = "", todo: str = "") -> None:
        self.found, self.where, self.todo = found, where, todo
        super().__init__(visible(found + (f" ({where})" if where else "") + (f": {todo}" if todo else "")))

    def __reduce__(self) -> tuple[type["ZhagenError"], tuple[str, str, str]]:
        return type(self), (self.found, self.where, self.todo)  # an error of a worker process arrives in three parts


def visible(text: str) -> str:
    """Show what a terminal would obey or hide: control characters, marks of direction, private and half characters.

    Parameters
    ----------
    text : str
        A text, such as a line of a source in a message.

    Returns
    -------
    str
        The text with these characters as escapes; line breaks, tabs and all kinds of blanks stay.

    Examples
    --------
    >>> print(visible("红\x1b[31m字\u202e"))
    红\\x1b[31m字\\u202e
    """
    if text.isprintable():
        return text
    hidden = {"Cc", "Cf", "Co", "Cs"}
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in hidden and char not in "\n\t" else char
        for char in text
    )


class SourceError(ZhagenError):
    """A document is unknown, missing, empty or unreadable."""


class RecipeError(ZhagenError):
    """A recipe is missing or does not follow its schema."""


class ExtractionError(ZhagenError):
    """A text does not fit its recipe: a caption, header or list is not what the recipe says."""


class StudyError(ZhagenError):
    """A file of a study is missing or unreadable, does not fit the others, or a question to it has no meaning."""


class ExchangeError(ZhagenError):
    """A file of another program is missing, damaged or dangerous, or says what a study cannot hold."""


class OutputError(ZhagenError):
    """A folder or file cannot be written."""
