"""The commands that analyse a study: words in their context, words of a group, checklists, pictures."""

import argparse

from zhagen.cli.options import Commands, of_study, of_table
from zhagen.cli.printing import print_headings, print_note, print_row, save_and_say
from zhagen.errors import visible

PICTURES = ("structure", "flow", "mechanism", "portrait", "timeline")


def add_commands(commands: Commands) -> None:
    """Add the commands that analyse a study.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets more of them.
    """
    common = [of_study(), of_table()]
    spoken = argparse.ArgumentParser(add_help=False)
    spoken.add_argument("--interviewers", action="store_true", help="what interviewers say, too")
    spoken.add_argument("--coder", metavar="NAME", help="whose codings (default: the consensus, else everybody's)")

    kwic = commands.add_parser("kwic", parents=[*common, spoken], help="words in their context, in what a study says")
    kwic.add_argument("terms", nargs="+", metavar="WORD", help="one word or several")
    kwic.add_argument("--regex", action="store_true", help="the words are regular expressions")
    kwic.add_argument("--words", action="store_true", help="only where they begin and end as words")
    kwic.add_argument("--ignore-case", action="store_true", help="App finds APP")
    kwic.add_argument("--width", type=int, default=15, metavar="N", help="characters on each side (default: 15)")
    kwic.add_argument("--sort", choices=["text", "left", "right", "keyword"], default="text", help="the order of rows")
    kwic.add_argument("--speaker", action="append", metavar="NAME", help="only this speaker; may be given again")
    kwic.add_argument("--source", action="append", metavar="ID", help="only this source; may be given again")
    kwic.set_defaults(run=_kwic)

    keyness = commands.add_parser(
        "keyness", parents=[*common, spoken], help="words that set one group of a study apart from the others"
    )
    groups = keyness.add_mutually_exclusive_group(required=True)
    groups.add_argument("--by", default="", metavar="COLUMN", help="of sources.csv or speakers.csv, or speaker")
    groups.add_argument("--code", default="", metavar="CODE", help="sentences that carry this code, against the others")
    keyness.add_argument("--group", action="append", metavar="VALUE", help="only this group; may be given again")
    least = "words that occur less often in all are left out (default: 5)"
    keyness.add_argument("--min-count", type=int, default=5, metavar="N", help=least)
    least = "words and groups of fewer sources or speakers are left out (default: 2)"
    keyness.add_argument("--min-cases", type=int, default=2, metavar="N", help=least)
    keyness.add_argument("--top", type=int, default=10, metavar="N", help="words of a group to print (default: 10)")
    keyness.set_defaults(run=_keyness)

    text = "a reporting checklist, filled with what the data of a study can fill"
    checklist = commands.add_parser("checklist", parents=common, help=text)
    checklist.add_argument("guideline", choices=["coreq", "srqr"], type=str.lower, help="which one")
    checklist.add_argument(
        "--language", choices=["zh", "en"], default="zh", help="of items and sentences (default: zh)"
    )
    checklist.set_defaults(run=_checklist)

    text = "a picture of a study: its codes, their flow, its model, one source, its log"
    draw = commands.add_parser("draw", parents=[of_study()], help=text)
    draw.add_argument("picture", choices=PICTURES, help="which one")
    draw.add_argument("--out", metavar="FILE", required=True, help="the suffix decides: .svg, .png, .pdf")
    draw.add_argument("--gioia", action="store_true", help="structure, flow: concepts, themes, dimensions of gioia.csv")
    draw.add_argument("--model", default="", metavar="ID", help="mechanism: which model (default: the last one)")
    draw.add_argument("--source", default="", metavar="ID", help="portrait: which source")
    draw.add_argument("--by", default="", metavar="COLUMN", help="portrait: what parts the passages, such as coder")
    draw.set_defaults(run=_draw)


def _kwic(arguments: argparse.Namespace) -> None:
    from zhagen.study import open_study, study_kwic
    from zhagen.text import printed_width

    found = study_kwic(
        open_study(arguments.study),
        arguments.terms,
        regex=arguments.regex,
        words=arguments.words,
        ignore_case=arguments.ignore_case,
        width=arguments.width,
        sort=arguments.sort,
        speaker=arguments.speaker,
        source=arguments.source,
        coder=arguments.coder,
        roles=_roles(arguments),
    )
    if arguments.out:
        save_and_say(found, arguments.out, "、".join(arguments.terms))
    else:
        shown = [visible(left).replace("\t", " ") for left in found.left]
        margin = max(map(printed_width, shown), default=0)
        for left, row in zip(shown, found.to_dict("records"), strict=True):
            blanks = "　" * int(margin - printed_width(left)) + " " * round(2 * (margin - printed_width(left)) % 2)
            place = f"{row['source_id']}:{row['line']}"
            print_row(place, row["speaker"], f"{blanks}{left}【{row['keyword']}】{row['right']}", row["codes"])
    sources = found.source_id.nunique()
    print_note(f"{len(found)} places in one source" if sources == 1 else f"{len(found)} places in {sources} sources")


def _keyness(arguments: argparse.Namespace) -> None:
    from zhagen.study import open_study, study_keyness

    found = study_keyness(
        open_study(arguments.study),
        arguments.by,
        code=arguments.code,
        groups=arguments.group,
        min_count=arguments.min_count,
        min_cases=arguments.min_cases,
        coder=arguments.coder,
        roles=_roles(arguments),
    )
    if arguments.out:
        save_and_say(found.terms, arguments.out, found.by)
    else:
        best = found.top(arguments.top)
        print_headings("group", "word", "count", "others", "g2", "log_ratio", "cases", "others", "p_bh", "p_shuffled")
        for row in best.to_dict("records"):
            cases = (f"{row[f'cases{side}']}/{row[f'of_cases{side}']}" for side in ("", "_reference"))
            numbers = (f"{row['g2']:.1f}", f"{row['log_ratio']:.2f}", *cases, _small(row["p_bh"]))
            counts = (row["count"], row["count_reference"])
            print_row(row["group"], row["term"], *counts, *numbers, _small(row["p_shuffled"]))
    for one in found.groups.to_dict("records"):
        sizes = f"{one['cases']} cases with {one['terms']} counted words"
        print_note(f"{one['group']}: {sizes}, the others: {one['cases_reference']}, {one['terms_reference']}")
    if found.left_out:
        names = "、".join(list(found.left_out)[:10]) + " …" * (len(found.left_out) > 10)
        print_note(f"too few cases to be compared: {names}")


def _small(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "<0.001"  # it is never 0


def _checklist(arguments: argparse.Namespace) -> None:
    from zhagen.study import open_study, study_checklist

    study = open_study(arguments.study)
    found = study_checklist(study, arguments.guideline, language=arguments.language)
    table = found.table()
    if arguments.out:
        save_and_say(table, arguments.out, f"{found.guideline}: {study.title}")
    else:
        print_row(*table.columns[:-1])
        for row in table.iloc[:, :-1].itertuples(index=False):
            print_row(*row)
    print_note(repr(found))


def _draw(arguments: argparse.Namespace) -> None:
    from zhagen import figures
    from zhagen.study import gioia_study, open_study

    study, kind = open_study(arguments.study), arguments.picture
    if kind in ("structure", "flow"):
        made = gioia_study(study) if arguments.gioia else study
        picture = figures.draw_structure(made) if kind == "structure" else figures.draw_flow(made)
    elif kind == "mechanism":
        picture = figures.draw_mechanism(study, model=arguments.model)
    elif kind == "portrait":
        picture = figures.draw_portrait(study, arguments.source, by=arguments.by)
    else:
        picture = figures.draw_timeline(study)
    picture.save(arguments.out)
    print(visible(picture.alt))


def _roles(arguments: argparse.Namespace) -> tuple[str, ...]:
    from zhagen.study.study import COUNTED, EVERYBODY

    return EVERYBODY if arguments.interviewers else COUNTED
