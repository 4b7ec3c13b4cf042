"""The commands on a study of one's own: how far it is, what its codebook becomes, two coders' work put together."""

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from zhagen.cli.options import Commands, of_act, of_date, of_study
from zhagen.cli.printing import print_note, print_row, print_text
from zhagen.errors import StudyError, visible
from zhagen.translation import translate, translate_heading
from zhagen.vocabulary import LEVELS

if TYPE_CHECKING:
    import pandas as pd

    from zhagen.study import Act, Study

SHOWN = 20  # rows of a list on the screen, unless all are asked for


def add_commands(commands: Commands) -> None:
    """Add the commands on a study.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets more of them.
    """
    status = commands.add_parser(
        "status", parents=[of_study()], help="how far a study is: what is coded, what is not, what waits"
    )
    status.add_argument("--all", action="store_true", help="list every source, code, turn and memo, not the sums alone")
    status.set_defaults(run=_status)

    log = commands.add_parser(
        "log", parents=[of_study()], help="the life of one code: acts on it, memos, codings by coder and time"
    )
    log.add_argument("code", metavar="CODE", help="its id or a label that it has or had")
    log.add_argument("--codings", action="store_true", help="print every coding with its words, too")
    log.set_defaults(run=_log)

    merge = commands.add_parser(
        "merge", parents=[of_date()], help="put coders' copies of a study together; status 1 if they have conflicts"
    )
    merge.add_argument("study", metavar="STUDY", help="the folder that the others are put into")
    merge.add_argument("others", nargs="+", metavar="OTHER", help="folders of studies, or exports of the coding page")
    merge.add_argument("--out", metavar="FOLDER", help="a new folder for the result; without it STUDY is changed")
    merge.add_argument("--list", metavar="FILE", help="a CSV file for all places on which the coders do not agree")
    merge.set_defaults(run=_merge)

    code = commands.add_parser(
        "code", parents=[of_study()], help="code a study in the browser; Ctrl-C ends it, everything is saved"
    )
    code.add_argument("--coder", metavar="NAME", help="who codes (default: the only coder of the study)")
    code.add_argument("--port", type=int, default=0, help="the port of this machine (default: a free one)")
    code.add_argument("--open", action="store_true", help="open the browser, too")
    code.set_defaults(run=_code)

    _add_codebook(commands)


def _add_codebook(commands: Commands) -> None:
    codebook = commands.add_parser(
        "codebook", parents=[of_study()], help="change a study's codebook; codings and history follow"
    )
    codebook.set_defaults(run=_show)
    acts = codebook.add_subparsers(dest="act", metavar="ACT")
    common = [of_act(), of_date()]

    add = acts.add_parser("add", parents=common, help="a new code")
    add.add_argument("label", metavar="LABEL")
    add.add_argument(
        "--level",
        choices=list(LEVELS),
        default="concept",
        metavar="LEVEL",
        help=f"its level: {', '.join(LEVELS)} (default: concept)",
    )
    add.add_argument("--under", metavar="CODE", default="", help="the code above it")
    add.add_argument("--id", default="", help="its id (default: the next number)")
    add.add_argument("--definition", default="", help="its definition")

    rename = acts.add_parser("rename", parents=common, help="another label for a code")
    rename.add_argument("code", metavar="CODE", help="its id or label")
    rename.add_argument("label", metavar="LABEL", help="the new label")

    move = acts.add_parser("move", parents=common, help="a code under another one")
    move.add_argument("code", metavar="CODE", help="its id or label")
    move.add_argument("--under", metavar="CODE", default="", help="the code above it; without it, none")

    merge = acts.add_parser("merge", parents=common, help="codes end in another one, which gets their codings")
    merge.add_argument("codes", nargs="+", metavar="CODE", help="ids or labels of the codes that end")
    merge.add_argument("--into", metavar="CODE", required=True, help="the code that remains")

    split = acts.add_parser("split", parents=common, help="the codings of a code go to several codes")
    split.add_argument("code", metavar="CODE", help="its id or label")
    todo = "a CSV file with coding_id and to (a code, or a new label); if there is none, it is written to fill in"
    split.add_argument("--parts", metavar="FILE", required=True, help=todo)

    retire = acts.add_parser("retire", parents=common, help="a code without codings ends")
    retire.add_argument("code", metavar="CODE", help="its id or label")


def _status(arguments: argparse.Namespace) -> None:
    from zhagen.study import open_study, study_status

    found = study_status(open_study(arguments.study))
    print_text(repr(found))
    if not arguments.all:
        return
    for row in found.coded.to_dict("records"):
        print_row("coded", row["source_id"], row["coder"], row["codings"], f"{row['share']:.0%}")
    for name, table in (
        ("bare codes", found.bare_codes),
        ("bare turns", found.bare_turns),
        ("open memos", found.open_memos),
        ("unsure speakers", found.unsure_speakers),
        ("changed sources", found.changed_sources),
    ):
        for row in table.to_dict("records"):
            print_row(name, *row.values())


def _code(arguments: argparse.Namespace) -> None:
    import webbrowser

    from zhagen.coding import start_server

    server = start_server(arguments.study, coder=arguments.coder, port=arguments.port)
    print(f"{server.coder}: {server.address}", flush=True)
    print_note("open this address in a browser; it is for you alone. Ctrl-C ends it")
    if arguments.open:
        webbrowser.open(server.address)
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        print_note("ended; everything that was saved is in the folder")
    finally:
        server.server_close()


def _log(arguments: argparse.Namespace) -> None:
    from zhagen.study import code_log, open_study

    found = code_log(open_study(arguments.study), arguments.code)
    for line in found.lines(translate_heading):
        print_text(line)
    for row in found.codings.to_dict("records") if arguments.codings else []:
        print_row(*row.values())


def _merge(arguments: argparse.Namespace) -> int:
    import pandas as pd

    from zhagen.study import (
        StudyMerge,
        coder_differences,
        merge_studies,
        open_study,
        read_study,
        update_study,
        write_study,
    )

    if any(Path(path).resolve() == Path(arguments.study).resolve() for path in arguments.others):
        raise StudyError("a study cannot be merged with itself", arguments.study, "name the folder of the other coder")
    made: list[StudyMerge] = []

    def together(study: "Study") -> "Study":
        for path in arguments.others:
            made.append(merge_studies(study, read_study(path, study), date=arguments.date))
            study = made[-1].study
        return study

    if arguments.out:
        if Path(arguments.out).exists():
            raise StudyError(f"{arguments.out} is there already", "--out", "choose another name")
        study = together(open_study(arguments.study))
        write_study(study, arguments.out)
        _carry(Path(arguments.study), Path(arguments.out))
    else:
        study = update_study(arguments.study, together)
    for path, one in zip(arguments.others, made, strict=True):
        print(f"{path}: {translate(visible(repr(one)))}")
    differences = coder_differences(study)
    if arguments.list:
        _write_table(differences, arguments.list)
    alone = study.codings[study.codings.coder.isin(study.single_coders)]
    shared = (alone.groupby("source_id").coder.nunique() > 1).sum()
    said = [f"{len(differences)} places on which two coders do not agree, in {shared} sources that both coded"]
    if len(differences):
        said.append(arguments.list or "--list FILE writes them")
    print_text("; ".join(said))
    for row in [] if arguments.list else differences.head(SHOWN).to_dict("records"):
        print_row(
            row["kind"], row["label"], f"{row['source_id']} {row['start']}-{row['end']}", row["coder"], row["other"]
        )
    return int(bool(pd.concat([one.conflicts for one in made]).shape[0]))


def _links(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if Path(folder, name).is_symlink()]


def _carry(study: Path, out: Path) -> None:
    """Copy what else lies in the folder of a study: times of recordings, the report of its files, chapters."""
    for path in study.iterdir():
        if path.name.startswith(".") or path.is_symlink() or (out / path.name).exists():
            continue
        if path.is_dir():
            shutil.copytree(path, out / path.name, ignore=_links)
        else:
            shutil.copy2(path, out / path.name)


def _show(arguments: argparse.Namespace) -> None:
    """Print the codebook as a tree, or do an act on it."""
    from zhagen.study import open_study, update_study

    if arguments.act == "split":
        return _split(arguments)
    if arguments.act:
        study = update_study(arguments.study, lambda study: _changed(study, arguments))
        _say_last(study)
        return None
    study = open_study(arguments.study)
    codes, counts = study.codebook.codes, study.codings.code_id.value_counts()
    children = codes.groupby("parent_id", sort=False).code_id.agg(list).to_dict()
    rows = {row["code_id"]: row for row in codes.to_dict("records")}
    todo = [(one, 0) for one in reversed(children.get("", []))]
    while todo:
        code, depth = todo.pop()
        print_row("  " * depth + rows[code]["label"], code, translate_heading(rows[code]["level"]), counts.get(code, 0))
        todo += [(one, depth + 1) for one in reversed(children.get(code, []))]
    return None


def _changed(study: "Study", arguments: argparse.Namespace) -> "Study":
    from zhagen.study import add_code, merge_codes, move_code, rename_code, retire_code

    act = _act(arguments)
    if arguments.act == "add":
        more = {"level": arguments.level, "parent": arguments.under, "code_id": arguments.id}
        return add_code(study, arguments.label, definition=arguments.definition, **more, **act)
    if arguments.act == "rename":
        return rename_code(study, arguments.code, arguments.label, **act)
    if arguments.act == "move":
        return move_code(study, arguments.code, arguments.under, **act)
    if arguments.act == "merge":
        return merge_codes(study, arguments.codes, arguments.into, **act)
    return retire_code(study, arguments.code, **act)


def _split(arguments: argparse.Namespace) -> None:
    from zhagen.study import open_study, read_parts, split_code, update_study
    from zhagen.study.study import EVERYBODY

    path = Path(arguments.parts)
    if not path.exists():
        study = open_study(arguments.study)
        code = study.codebook.find(arguments.code)
        own = study.quotations(coder=study.coders, roles=EVERYBODY)
        own = own[own.code_id == code]
        _write_table(own[["coding_id", "source_id", "coder", "quote"]].assign(to=""), arguments.parts)
        print_text(f"{path}: {len(own)} codings; write under to which code each goes to, and give the command again")
        return
    parts = read_parts(path)
    act = _act(arguments)
    _say_last(update_study(arguments.study, lambda study: split_code(study, arguments.code, parts, **act)))


def _act(arguments: argparse.Namespace) -> "Act":
    """Return what the history is to say of an act."""
    return {"reason": arguments.reason, "coder": arguments.coder, "date": arguments.date}


def _say_last(study: "Study") -> None:
    """Print the acts that were written last: those of one day."""
    last = study.history[study.history.date == study.history.date.iloc[-1]]
    for row in last.tail(SHOWN).to_dict("records"):
        print_row(row["date"], translate_heading(row["act"]), row["code_id"], row["from"], row["to"], row["reason"])
    if len(last) > SHOWN:
        print_note(f"{len(last)} acts of this day in all")


def _write_table(frame: "pd.DataFrame", path: str) -> None:
    from zhagen.output import write_files

    write_files({Path(path).name: frame}, Path(path).parent)
