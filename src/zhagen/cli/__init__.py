"""The command ``zhagen``.

Its exit status is 0 if all was done, 1 if a check found something, 2 if it could not be done, 70 if zhagen itself
failed, 130 if the user stopped it, 141 if nobody reads its output any more (``zhagen documents | head -1``).
"""

import argparse
import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from zhagen import __version__
from zhagen.cli import analysis, books, checking, comparing, corpus, documents, exchange, materials, studies, tables
from zhagen.cli.helping import Parser
from zhagen.cli.printing import print_note
from zhagen.errors import ZhagenError, visible
from zhagen.translation import translate, translate_error

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of a disk, or a file that may not grow


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``zhagen``; those of the command line if left out.

    Returns
    -------
    int
        The exit status. Errors are printed to standard error, one line each, never as a traceback.

    Examples
    --------
    >>> main(["count", "haier", "没有这个词"])  # doctest: +NORMALIZE_WHITESPACE
    没有这个词	0
    0
    """
    arguments = make_parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name or word that the terminal cannot print is no error
    try:
        status = arguments.run(arguments) or 0
        sys.stdout.flush()  # here, where an error is caught, and not when Python exits
    except ZhagenError as error:
        notes = "".join(f"; {visible(translate(note))}" for note in getattr(error, "__notes__", []))
        print(f"zhagen: {translate_error(error)}{notes}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        _print_nowhere()
        return 141
    except OSError as error:
        if error.errno not in FULL:
            return _failed(error)
        _print_nowhere()
        print_note(f"what was to be written has no place: {error.strerror}: make room for it")
        return 2
    except KeyboardInterrupt:
        print_note(arguments.stopped(arguments))
        return 130
    except Exception as error:
        return _failed(error)
    return status


def _print_nowhere() -> None:
    """Let what is left to print go nowhere, so that Python does not fail on it when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(error: Exception) -> int:
    """Say that zhagen itself failed: that must not look like the finding of a check, whose status is 1."""
    if os.environ.get("ZHAGEN_TRACEBACK"):
        raise error
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    said = visible(f"{type(error).__name__}: {error} ({where})")
    print_note(f"a fault of zhagen {__version__}, {said}: please report this line, the command")
    print(translate("and, if you may, the file; ZHAGEN_TRACEBACK=1 before the command shows more"), file=sys.stderr)
    return 70


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, with every word of it.

    Returns
    -------
    argparse.ArgumentParser
        The parser.

    Examples
    --------
    >>> make_parser().parse_args(["status", "data/practice"]).study
    'data/practice'
    """
    parser = Parser(prog="zhagen", description="Redo grounded-theory studies from their texts, and do your own.")
    parser.add_argument("--version", action="version", version=f"zhagen {__version__}")
    parser.set_defaults(stopped=lambda arguments: "interrupted")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    # a new word goes into the module of what it works on
    for module in (documents, checking, materials, studies, analysis, tables, exchange, comparing, books, corpus):
        module.add_commands(commands)
    return parser
