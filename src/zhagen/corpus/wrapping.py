"""Lines that are pieces of paragraphs, as in text from PDF files, joined to paragraphs."""

import re
from collections.abc import Iterable, Iterator

from zhagen.errors import SourceError
from zhagen.text.cleaning import join_lines

LINES = ("paragraphs", "wrapped")
_INDENTED = re.compile(r"\u3000|\t|  ")


def join_wrapped(documents: Iterable[tuple[str, str]], longest: int | None = None) -> Iterator[tuple[str, str]]:
    """Yield documents with one paragraph a line: lines are joined up to an empty or indented one.

    Parameters
    ----------
    documents : iterable of (str, str)
        Names and texts, as `zhagen.corpus.readers.read_texts` yields them.
    longest : int, optional
        The most characters of a paragraph.

    Yields
    ------
    name : str
        Name of the document.
    text : str
        A paragraph of it, without line ends; joined as `zhagen.text.cleaning.clean` joins lines.

    Raises
    ------
    SourceError
        If a paragraph is too long, because no line is empty or indented.

    Examples
    --------
    >>> list(join_wrapped([("a", "数字平\\n台推动转\\n型。\\n\\n平台"), ("b", "　甲\\n　乙")]))
    [('a', '数字平台推动转型。'), ('a', '平台'), ('b', '甲'), ('b', '乙')]
    """
    document, gathered, held = "", list[str](), 0
    for name, text in documents:
        for number, line in enumerate(text.split("\n")):
            new = name != document and not number
            if gathered and (new or not line.strip() or _INDENTED.match(line)):
                yield document, join_lines(gathered)
                gathered, held = [], 0
            document = name
            if line.strip():
                gathered.append(line)
                held += len(line)
            if longest and held > longest:
                todo = "choose lines as paragraphs, set paragraphs apart by empty lines, or give more memory (--memory)"
                raise SourceError(f"a paragraph of more than {longest:,} characters", name, todo)
    if gathered:
        yield document, join_lines(gathered)
