"""The commands on a study of one's own."""

import argparse
import sys

from zhagen.cli.printing import print_row
from zhagen.errors import ZhagenError


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands on a study.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets more of them.
    """
    study = commands.add_parser("study", help="a study of your own: sources, codebook, codings in a folder")
    acts = study.add_subparsers(dest="act", required=True, metavar="ACT")
    checked = acts.add_parser("check", help="list what is wrong in its files; status 2 if it cannot be opened, else 1")
    checked.add_argument("folder", metavar="FOLDER")
    checked.set_defaults(run=_check_study)


def _check_study(arguments: argparse.Namespace) -> int:
    from zhagen.study import check_study, open_study

    table = check_study(arguments.folder)
    for row in table.to_dict("records"):
        print_row(row["severity"], row["file"], row["line"] or "", row["found"], row["todo"])
    errors = int((table.severity == "error").sum())
    if errors:
        raise ZhagenError(f"the study cannot be opened: {errors} errors", arguments.folder, "correct what is listed")
    print(f"zhagen: {open_study(arguments.folder)!r}", file=sys.stderr)
    return int(len(table) > 0)
