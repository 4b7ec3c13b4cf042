"""What several commands are asked for in the same words; each is given to ``add_parser`` as one of its ``parents``."""

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
FORMATS = (
    ".md, .tex, .docx, .csv, .xlsx"  # of `zhagen.exchange.save_table`, named here so that help loads nothing heavy
)


def of_study() -> argparse.ArgumentParser:
    """Return the argument of commands on one study: its folder, ``study``.

    Returns
    -------
    argparse.ArgumentParser
        A parser to be a parent of others.
    """
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("study", metavar="STUDY", help="the folder of the study")
    return parser


def of_table() -> argparse.ArgumentParser:
    """Return the option on where a table goes that is printed else: ``out``.

    Returns
    -------
    argparse.ArgumentParser
        A parser to be a parent of others.
    """
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--out", metavar="FILE", help=f"write the table to a file; the suffix decides: {FORMATS}")
    return parser


def of_speakers() -> argparse.ArgumentParser:
    """Return the options on how speakers of transcripts are called: ``interviewers``, ``participants``.

    Returns
    -------
    argparse.ArgumentParser
        A parser to be a parent of others.
    """
    parser = argparse.ArgumentParser(add_help=False)
    for name, known in (("interviewer", "问, 访谈者 …"), ("participant", "答, 受访者 …")):
        said = f"beside {known}; may be given again"
        parser.add_argument(f"--{name}", dest=f"{name}s", action="append", default=[], metavar="NAME", help=said)
    return parser


def of_act() -> argparse.ArgumentParser:
    """Return the options on what the history says of an act: ``reason``, ``coder``.

    Returns
    -------
    argparse.ArgumentParser
        A parser to be a parent of others.
    """
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--reason", default="", help="why, for the history")
    parser.add_argument("--coder", default="", help="who did it, for the history")
    return parser


def of_date() -> argparse.ArgumentParser:
    """Return the option on the day of an act: ``date``.

    Returns
    -------
    argparse.ArgumentParser
        A parser to be a parent of others.
    """
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--date", metavar="DAY", help="the day in the history, such as 2024-03-05 (default: today)")
    return parser
