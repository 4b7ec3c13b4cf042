"""The commands that make a study from a person's files."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhagen.cli.options import Commands, of_act, of_date, of_speakers, of_study
from zhagen.cli.printing import print_note, print_row

if TYPE_CHECKING:
    from zhagen.materials import MaterialReport

NAMES = ("interviewers", "participants")


def add_commands(commands: Commands) -> None:
    """Add ``new``, ``add``, ``correct``, ``speakers`` and ``anonymise``.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets more of them.
    """
    new = commands.add_parser(
        "new",
        parents=[of_speakers()],
        help="make a study from your files: texts, Word, PDF, subtitles, tables",
        description="Make a study from files and folders: .txt, .md, .docx, .pdf, .srt, .vtt, .xlsx, .csv. Each file "
        "is read or named with the reason. Status 1: text of a file may be missing.",
    )
    new.add_argument("folder", metavar="FOLDER", help="where the study goes: a new folder")
    new.add_argument("--from", dest="material", nargs="+", required=True, metavar="MATERIAL", help="files and folders")
    new.add_argument("--title", default="", help="its title (default: the name of the folder)")
    new.add_argument("--question", default="", help="the research question")
    new.add_argument(
        "--coder", dest="coders", action="append", default=[], metavar="NAME", help="who codes; again for more"
    )
    _add_table_options(new)
    new.set_defaults(run=_new)
    add = commands.add_parser(
        "add",
        parents=[of_study(), of_speakers()],
        help="add files to a study; what is there stays",
        description="Add sources to a study. What is there stays; a text that it has already is left out.",
    )
    add.add_argument("material", nargs="+", metavar="MATERIAL", help="files and folders")
    _add_table_options(add)
    add.set_defaults(run=_add)
    correct = commands.add_parser(
        "correct",
        parents=[of_study(), of_act(), of_date()],
        help="put a corrected text in the place of a source; codings move with their words",
        description="Put a corrected file in the place of a source. Codings of all coders move with their words; those "
        "whose words changed are listed, those whose words are gone must be dropped or kept: without --drop or --keep "
        "nothing is written (status 2). The history records it.",
    )
    correct.add_argument("source", metavar="SOURCE", help="the id of the source")
    correct.add_argument("--from", dest="file", required=True, metavar="FILE", help="the corrected text, of any kind")
    for word, help_ in (("drop", "take out this coding"), ("keep", "keep this coding at the words that are there now")):
        correct.add_argument(
            f"--{word}", action="append", default=[], metavar="ID", help=f"if its words are gone, {help_}; all: of all"
        )
    correct.add_argument("--list", action="store_true", help="only say what would change")
    _add_table_options(correct)
    correct.set_defaults(run=_correct)
    speakers = commands.add_parser(
        "speakers",
        parents=[of_study()],
        help="list who speaks in the sources of a study; set and confirm their roles",
        description="List the speakers of a study with their turns and roles. A role is a guess until it is confirmed, "
        "here or in speakers.csv. Status 1: some are not confirmed.",
    )
    roles = "interviewer, participant, observer"
    speakers.add_argument(
        "--role", action="append", default=[], metavar="NAME=ROLE", help=f"a speaker's role in all sources: {roles}"
    )
    speakers.add_argument("--none", action="append", default=[], metavar="NAME", help="it is no speaker: take it out")
    speakers.add_argument("--source", default="", metavar="ID", help="--role and --none are for this source only")
    speakers.add_argument("--confirm", action="store_true", help="all that are listed are right")
    speakers.set_defaults(run=_speakers)
    anonymise = commands.add_parser(
        "anonymise",
        parents=[of_study()],
        help="list the names in a study (--list); put pseudonyms in, codings kept at their words (--out)",
        description="First --list writes what may be a name into a table; look at it, set keep to yes or no, change "
        "pseudonyms. Then --out writes a copy of the study in which no name of the list is left.",
    )
    anonymise.add_argument("--list", action="store_true", help="write the list; rows that it has stay as they are")
    anonymise.add_argument("--names", metavar="FILE", help="the list (default: STUDY-names.csv beside the study)")
    anonymise.add_argument("--out", metavar="NEW", help="where the new study goes")
    anonymise.add_argument(
        "--key", metavar="FILE", help="names and pseudonyms (default: NEW-key.csv beside the new study)"
    )
    anonymise.add_argument(
        "--doubtful", default="", metavar="ACT", help="keep or replace all rows that are not decided"
    )
    anonymise.set_defaults(run=_anonymise)


def _add_table_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--column", action="append", default=[], metavar="NAME", help="of tables: a column of text; again for more"
    )
    parser.add_argument(
        "--by", default="row", help="of tables: a source for each row (default), or for each column of text"
    )
    parser.add_argument(
        "--id", dest="key", default="", metavar="COLUMN", help="of tables: the column that names the rows"
    )
    parser.add_argument("--sheet", default="", metavar="NAME", help="of workbooks: the sheet")
    parser.add_argument("--encoding", help="of text files (default: found out file by file)")


def _settings(arguments: argparse.Namespace, *more: str) -> dict[str, Any]:
    names = ("column", "by", "key", "sheet", "encoding", *more)
    return {name: getattr(arguments, name) for name in names}


def _new(arguments: argparse.Namespace) -> int:
    from zhagen.materials import new_study

    report = new_study(
        arguments.folder, arguments.material, **_settings(arguments, *NAMES, "title", "question", "coders")
    )
    return _print_report(report, arguments.folder)


def _add(arguments: argparse.Namespace) -> int:
    from zhagen.materials import add_material

    report = add_material(arguments.study, arguments.material, **_settings(arguments, *NAMES))
    return _print_report(report, arguments.study)


def _correct(arguments: argparse.Namespace) -> int:
    from zhagen.materials import correct_material

    named = _settings(arguments, "drop", "keep", "reason", "coder", "date")
    found = correct_material(arguments.study, arguments.source, arguments.file, write=not arguments.list, **named)
    for row in found.touched.to_dict("records"):
        place = f"{row['start']}-{row['end']}"
        print_row(
            row["what"],
            row["coding_id"],
            row["label"],
            row["coder"],
            place,
            row["words"],
            row["new_words"],
            row["done"],
        )
    for old, new in found.speakers.items():
        print_row("speaker", old, new)
    print_note(repr(found))
    if number := len(found.undecided):
        todo = "--drop ID or --keep ID for each, or --drop all"
        print_note(f"nothing is written: the words of {number} codings are gone: {todo}")
        return 2
    if len(found.touched):
        print_note("look at the codings listed; their old and new words are in a memo")
    return 0


def _print_report(report: "MaterialReport", folder: str) -> int:
    for one in report.sources.to_dict("records"):
        print_row(
            "read", one["file"], one["source_id"], one["kind"], one["characters"], one["speakers"], one["changes"]
        )
    for left in report.left_out:
        print_row("missing" if left.missing else "left out", left.file, left.why, left.todo)
    print_note(repr(report))
    if report.unnamed:
        todo = "if that is a talk, write 甲：… before each turn in the file, and add it anew before you code"
        print_note(todo)
    if any(one.speakers for one in report.made):
        print_note(f"roles of speakers are guesses: see `zhagen speakers {folder}`")
    return int(bool(report.missing))


def _speakers(arguments: argparse.Namespace) -> int:
    from zhagen.errors import StudyError
    from zhagen.materials import list_speakers, set_speakers

    roles = {}
    for one in arguments.role:
        name, mark, role = one.rpartition("=")
        if not mark:
            raise StudyError(f"--role {one!r} has no =", todo="write it as --role 王老师=interviewer")
        roles[name] = role
    if roles or arguments.none or arguments.confirm:
        set_speakers(arguments.study, roles, gone=arguments.none, source_id=arguments.source, confirm=arguments.confirm)
    table = list_speakers(arguments.study)
    for row in table.to_dict("records"):
        print_row(*row.values())
    open_ones = int(table.confirmed.eq("no").sum())
    if open_ones:
        said = f"{open_ones} of {len(table)} speakers are not confirmed: --confirm, if all roles are right"
        print_note(said)
    return int(open_ones > 0)


def _anonymise(arguments: argparse.Namespace) -> int:
    from zhagen.errors import StudyError
    from zhagen.materials import anonymise_study, find_names, write_names
    from zhagen.study import open_study

    study = Path(arguments.study).resolve()
    names = Path(arguments.names) if arguments.names else study.parent / f"{study.name}-names.csv"
    if arguments.doubtful not in ("", "keep", "replace"):
        raise StudyError(f"--doubtful {arguments.doubtful}", todo="write keep or replace")
    if arguments.list == bool(arguments.out):
        raise StudyError("it is not said what to do", todo="--list writes the list of names, --out NEW the new study")
    if arguments.list:
        found = find_names(open_study(arguments.study))
        new = write_names(found, names)
        for row in found.to_dict("records"):
            print_row(
                row["found"], row["kind"], row["count"], row["places"], row["replacement"], row["keep"], row["note"]
            )
        doubtful = int(found.keep.eq("?").sum())
        said = f"{len(found)} candidates, {doubtful} to be decided, {new} new in {names}"
        print_note(f"{said}: no list is complete, read the texts, too")
        return 0
    if not names.is_file():
        raise StudyError(f"there is no list {names}", todo="write it first: zhagen anonymise STUDY --list")
    done = anonymise_study(arguments.study, arguments.out, names, key=arguments.key, doubtful=arguments.doubtful)
    for what, listed in (("widened", done.widened), ("not in the study", done.unused), ("not taken", done.left_out)):
        for one in listed:
            print_row(what, one)
    print_note(repr(done))
    print_note(f"keep {done.key} apart from it: it says who is who")
    return 0
