"""The command that compares two studies, such as one before and after it was in another program."""

import argparse

from zhagen.cli.options import Commands
from zhagen.cli.printing import print_row
from zhagen.errors import visible

LONGEST = 80  # characters of a cell on the screen


def add_commands(commands: Commands) -> None:
    """Add ``compare``.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets one more of them.
    """
    compare = commands.add_parser(
        "compare",
        help="what two studies have in common, and in what they differ; status 1 if they do",
        description="Compare two studies part by part, such as one before and after it was in another program: texts, "
        "attributes, codes, codings, memos. Ids do not count. Status 1: they differ.",
    )
    compare.add_argument("first", metavar="STUDY", help="the folder of a study")
    compare.add_argument("second", metavar="OTHER", help="the folder of the other one")
    compare.set_defaults(run=_compare)


def _compare(arguments: argparse.Namespace) -> int:
    from zhagen.study import compare_studies, open_study

    found = compare_studies(open_study(arguments.first), open_study(arguments.second))
    print(visible(repr(found)))
    for row in found.rows.to_dict("records"):
        print_row(row["part"], row["what"], _cut(row["first"]), _cut(row["second"]))
    return int(not found.equal)


def _cut(cell: str) -> str:
    return cell if len(cell) <= LONGEST else f"{cell[:LONGEST]}…"
