"""The commands that take a study out to another program, and in from one."""

import argparse

from zhagen.cli.options import Commands, of_study
from zhagen.cli.printing import print_note, print_row

WRITTEN = (".qdpx", ".qdc", ".csv", ".xlsx", ".txt", ".graphml")  # named here, so that help loads nothing heavy
READ = (".qdpx", ".qdc", ".qda", ".csv", ".xlsx", ".txt")


def add_commands(commands: Commands) -> None:
    """Add ``export`` and ``import``.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets more of them.
    """
    out = commands.add_parser(
        "export", parents=[of_study()], help="write a study for another program; list what gets lost on the way"
    )
    out.add_argument("--out", metavar="FILE", required=True, help=f"the suffix decides: {', '.join(WRITTEN)}")
    whom = "the program that is to read it: qualcoder, taguette, maxqda, nvivo, atlas.ti; lists what that one drops"
    out.add_argument("--for", dest="program", default="", metavar="PROGRAM", help=whom)
    out.set_defaults(run=_export)
    taken = commands.add_parser("import", help="take over a project of another program as a study")
    taken.add_argument("file", metavar="FILE", help=f"the suffix decides: {', '.join(READ)}")
    taken.add_argument("--out", metavar="FOLDER", required=True, help="a new folder for the study")
    taken.add_argument("--partial", action="store_true", help="leave out what does not fit, and list it")
    taken.set_defaults(run=_import)


def _export(arguments: argparse.Namespace) -> None:
    from zhagen.exchange import export_study

    report = export_study(arguments.study, arguments.out, program=arguments.program)
    for row in report.losses.to_dict("records"):
        if arguments.program and row["program"].lower() not in ("", arguments.program.lower()):
            continue  # what another program drops
        print_row(row["program"] or "the format", row["what"], row["number"], row["how"])
    print_note(f"{report.path} is written")


def _import(arguments: argparse.Namespace) -> None:
    from zhagen.exchange import import_study

    report = import_study(arguments.file, arguments.out, partial=arguments.partial)
    for row in report.notices.to_dict("records"):
        print_row(row["what"], row["where"], row["how"])
    print_note(f"{report.study!r}")
