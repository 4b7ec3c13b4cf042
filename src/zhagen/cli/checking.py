"""The command that checks: documents by their ids, studies by their folders."""

import argparse
from pathlib import Path

from zhagen.cli.options import Commands
from zhagen.cli.printing import print_note, print_row, say_edition
from zhagen.documents import catalog
from zhagen.errors import ZhagenError


def add_commands(commands: Commands) -> None:
    """Add the command that checks.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets more of them.
    """
    text = "run every check on documents, list what is wrong in the files of a study; status 1 if one finds something"
    check = commands.add_parser("check", help=text)
    named = "the id of a document, or the folder of a study; all documents if none is named"
    check.add_argument("names", nargs="*", metavar="ID|STUDY", help=named)
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    ids = [name for name in arguments.names if not _is_study(name)]
    studies = [name for name in arguments.names if _is_study(name)]
    found = _check_documents(ids or catalog.document_ids()) if ids or not studies else False
    for folder in studies:
        found |= _check_study(folder)
    return int(found)


def _is_study(name: str) -> bool:
    """Say whether a name is a folder rather than a document: one with study.toml, or one that is no id."""
    folder = Path(name)
    return (folder / "study.toml").is_file() or ((folder.is_dir() or len(folder.parts) > 1) and name not in _ids())


def _ids() -> list[str]:
    return list(catalog.document_ids())


def _check_documents(ids: list[str]) -> bool:
    import pandas as pd

    from zhagen.extraction import checks, pipeline

    found = [pipeline.extract(doc_id) for doc_id in ids]
    table = pd.concat([checks.run_checks(one, found) for one in found], ignore_index=True)
    for one in found:
        say_edition(one.document)
    for row in table.to_dict("records"):
        line = "" if pd.isna(row["line"]) else row["line"]
        print_row(row["doc_id"], row["check"], row["verdict"], line, row["what"], row["looked"])
    return bool(table.finding.any())


def _check_study(folder: str) -> bool:
    from zhagen.study import check_study, open_study

    table = check_study(folder)
    for row in table.to_dict("records"):
        print_row(row["severity"], row["file"], row["line"] or "", row["found"], row["todo"])
    errors = int((table.severity == "error").sum())
    if errors:
        raise ZhagenError(f"the study cannot be opened: {errors} errors", folder, "correct what is listed")
    print_note(f"{open_study(folder)!r}")
    return len(table) > 0
