"""What every command prints with."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from zhagen.documents import catalog
from zhagen.errors import ZhagenError, visible
from zhagen.text.encodings import assumed_encoding, find_encoding
from zhagen.translation import translate, translate_heading
from zhagen.vocabulary import ACTS, LEVELS, SOURCE_ACTS

if TYPE_CHECKING:
    import pandas as pd


# names of columns in tables of studies, and what the data say in English: words with a name in other languages
HEADINGS = (
    """
label level parent definition codings sources code_id source_id kind date people characters turn speaker coder quote
code code_a code_b n12 n1 n2 N c npmi expected sd p_more p_less p_holm p_bh coders items both some percent kappa
kappa_low kappa_high readable unit new cumulative group word count others g2 log_ratio cases p_shuffled value with_code
share residual True False
""".split()
    + [*ACTS, *SOURCE_ACTS, *LEVELS]
)


def print_row(*cells: object) -> None:
    """Print one row of cells, tabs between them, in characters that a terminal may show.

    Parameters
    ----------
    *cells : object
        The cells of the row.

    Examples
    --------
    >>> print_row("haier", 3)  # doctest: +NORMALIZE_WHITESPACE
    haier	3
    """
    first, *others = (visible(str(cell)) for cell in cells)
    print(translate(first), *(translate(cell) if " " in cell else cell for cell in others), sep="\t")


def print_headings(*names: str, own: Iterable[str] = ()) -> None:
    """Print the headings of a table in the language of who reads it; in a file its columns keep their names.

    Parameters
    ----------
    *names : str
        The columns.
    own : iterable of str, optional
        Further columns, named in the user's own words.

    Examples
    --------
    >>> print_headings("source_id", "codings")  # doctest: +NORMALIZE_WHITESPACE
    source_id	codings
    """
    print(*map(translate_heading, names), *map(visible, own), sep="\t")


def print_text(text: str) -> None:
    """Print lines of text in the language of who reads them, in characters that a terminal may show.

    Parameters
    ----------
    text : str
        The lines.

    Examples
    --------
    >>> print_text("done")
    done
    """
    print(translate(visible(text)))


def print_note(text: str) -> None:
    """Say something beside what is printed, on standard error.

    Parameters
    ----------
    text : str
        A sentence.
    """
    print("zhagen:", translate(visible(text)), file=sys.stderr, flush=True)


def save_and_say(frame: "pd.DataFrame", path: str, caption: str) -> None:
    """Save a table for a paper, and say where it is.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    path : str
        The file; its suffix decides on the form.
    caption : str
        What the table is called in it.
    """
    from zhagen.exchange import save_table

    print_note(f"{save_table(frame, path, caption=caption)} is written")


def say_edition(document: catalog.Document) -> None:
    """Say which edition of a document is read, and as what if it is not UTF-8.

    Parameters
    ----------
    document : zhagen.documents.catalog.Document
        The document.
    """
    print_note(f"{document.id}: {document.why}")
    if assumed := assumed_encoding(find_encoding(document.path)):
        print_note(f"{document.id}: {document.path.name} is not UTF-8: it is read as {assumed}")


@contextmanager
def refusal(folder: str, manifest: str) -> Iterator[None]:
    """Let a refusal say that what the folder holds is of an earlier run.

    Parameters
    ----------
    folder : str
        Where the results were to go.
    manifest : str
        Name of the file there that a finished run writes.

    Yields
    ------
    None
        While the command works.
    """
    from zhagen.output import say_earlier

    try:
        yield
    except ZhagenError as error:
        if said := say_earlier(folder, manifest):
            error.add_note(said)
        raise
