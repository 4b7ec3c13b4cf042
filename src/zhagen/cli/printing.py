"""What every command prints with."""

from collections.abc import Iterator
from contextlib import contextmanager

from zhagen.errors import ZhagenError, visible


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
    print(*(visible(str(cell)) for cell in cells), sep="\t")


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
