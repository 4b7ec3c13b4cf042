"""The command that makes a book of a study."""

import argparse
from pathlib import Path

from zhagen.cli.options import Commands, of_study
from zhagen.cli.printing import print_text
from zhagen.errors import ZhagenError


def add_commands(commands: Commands) -> None:
    """Add ``book``.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets one more.
    """
    parser = commands.add_parser(
        "book",
        parents=[of_study()],
        help="build the static book of a study: chapters that run, search, pictures",
        description="Build the static book of a study. Notebooks in its folder chapters are programs, and they run: "
        "build the book of a study that you trust.",
    )
    parser.add_argument("--out", metavar="DIR", help="where the book goes")
    parser.add_argument(
        "--names", metavar="FILE", help="names that no page may carry: one a line, or the list of `zhagen anonymise`"
    )
    parser.add_argument("--chapters", action="store_true", help="only write the chapters into the study, to be changed")
    parser.set_defaults(run=_book)


def _book(arguments: argparse.Namespace) -> None:
    from zhagen.book import build_study_book, write_chapters
    from zhagen.materials import read_names
    from zhagen.study import open_study

    if arguments.chapters:
        for path in write_chapters(open_study(arguments.study), Path(arguments.study) / "chapters"):
            print(path)
        return
    if not arguments.out:
        raise ZhagenError("it is not said where the book goes", "--out", "name a folder")
    names: list[str] = []
    if arguments.names:
        try:
            names = [name.found for name in read_names(arguments.names, doubtful="keep") if not name.kept]
        except OSError as error:
            raise ZhagenError(f"{arguments.names} cannot be read: {error.strerror}", "--names") from error
    pages = build_study_book(arguments.study, arguments.out, names=names)
    print_text(f"{len(pages)} pages: open {pages[0]}")
