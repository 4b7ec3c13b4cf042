"""The command that prints or saves a table of a study: its codebook, quotations, counts, agreement, saturation."""

import argparse
from typing import TYPE_CHECKING

from zhagen.cli.options import Commands, of_study, of_table
from zhagen.cli.printing import print_headings, print_note, print_row, save_and_say
from zhagen.errors import ZhagenError
from zhagen.translation import translate_heading

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from zhagen.study import Study

AGREEMENT = "code coders items both some percent kappa kappa_low kappa_high readable".split()


def add_commands(commands: Commands) -> None:
    """Add the command on tables of a study.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets one more.
    """
    table = commands.add_parser(
        "table",
        parents=[of_study(), of_table()],
        help="a table of a study: codebook, quotations, counts, agreement, saturation",
        description="material: the sources. codebook: codes with their counts. quotations: what is coded. sources, "
        "attribute: codes by source, by a column of sources.csv or speakers.csv. cooccurrence: codes that meet in a "
        "turn, and how often they would by chance. agreement: of the coders, code by code, on sources that all of them "
        "have coded. saturation: new codes source by source.",
    )
    table.add_argument("kind", choices=list(TABLES), metavar="KIND", help="which one")
    table.add_argument("--by", default="", metavar="COLUMN", help="attribute: which column")
    table.add_argument("--code", metavar="CODE", help="quotations: of this code, and of those below it")
    coder = "whose codings; may be given again (default: the consensus, else everybody's; agreement: who coded alone)"
    table.add_argument("--coder", action="append", metavar="NAME", help=coder)
    units = ["turn", "sentence", "character"]
    table.add_argument("--unit", choices=units, default="turn", help="agreement, cooccurrence: of what (default: turn)")
    table.set_defaults(run=_table)


def _table(arguments: argparse.Namespace) -> None:
    from zhagen.study import open_study

    study = open_study(arguments.study)
    found, caption = TABLES[arguments.kind](study, arguments)
    if arguments.out:
        save_and_say(found.round(4), arguments.out, caption)
        return
    data = list(map(str, found.columns)) if arguments.kind == "sources" else []  # ids of the user
    shown = found if found.index.name is None else found.reset_index()
    print_headings(*map(str, shown.columns.drop(data)), own=data)
    for row in shown.astype(object).itertuples(index=False, name=None):
        print_row(*map(_cell, row))


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return translate_heading(str(value))
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _material(study: "Study", arguments: argparse.Namespace) -> tuple["pd.DataFrame", str]:
    from zhagen.book import material_table

    return material_table(study), study.title


def _codebook(study: "Study", arguments: argparse.Namespace) -> tuple["pd.DataFrame", str]:
    from zhagen.book import code_table
    from zhagen.vocabulary import LEVELS

    found = code_table(study)
    return found.assign(level=found.level.replace(LEVELS)), study.title


def _quotations(study: "Study", arguments: argparse.Namespace) -> tuple["pd.DataFrame", str]:
    found = study.quotations(arguments.code, coder=arguments.coder)
    return found[["label", "source_id", "turn", "speaker", "coder", "quote"]], arguments.code or study.title


def _sources(study: "Study", arguments: argparse.Namespace) -> tuple["pd.DataFrame", str]:
    from zhagen.study import codes_by_source

    return codes_by_source(study, coder=arguments.coder).rename_axis("label"), study.title


def _attribute(study: "Study", arguments: argparse.Namespace) -> tuple["pd.DataFrame", str]:
    from zhagen.study import codes_by_attribute

    if not arguments.by:
        raise ZhagenError("no column is named", todo="give one with --by, of sources.csv or speakers.csv")
    return codes_by_attribute(study, arguments.by, coder=arguments.coder), arguments.by


def _cooccurrence(study: "Study", arguments: argparse.Namespace) -> tuple["pd.DataFrame", str]:
    from zhagen.study import code_cooccurrence

    return code_cooccurrence(study, unit=arguments.unit, coder=arguments.coder), study.title


def _agreement(study: "Study", arguments: argparse.Namespace) -> tuple["pd.DataFrame", str]:
    from zhagen.study import coder_agreement, overall_agreement

    coders = arguments.coder or study.single_coders
    found = coder_agreement(study, unit=arguments.unit, coders=coders)
    over_all = overall_agreement(study, unit=arguments.unit, coders=coders).query("measure == 'kappa'")
    for row in over_all.to_dict("records"):
        value, low, high = (f"{row[name]:.2f}" for name in ("value", "low", "high"))
        said = f"kappa {value}, {low} to {high}" if row["low"] == row["low"] else f"kappa {value}"
        which = "all units" if row["units"] == "all" else "units that one of them coded"
        print_note(f"{row['coders']}, all codes, {which}: {said}")
    names = AGREEMENT if len(coders) > 2 else [name for name in AGREEMENT if name != "coders"]  # these are in the title
    return found[names], "、".join(coders)


def _saturation(study: "Study", arguments: argparse.Namespace) -> tuple["pd.DataFrame", str]:
    from zhagen.study import study_saturation

    found = study_saturation(study, coder=arguments.coder)
    for line in repr(found).splitlines():
        print_note(line)
    return found.new, study.title


TABLES: "dict[str, Callable[[Study, argparse.Namespace], tuple[pd.DataFrame, str]]]" = {
    "material": _material,
    "codebook": _codebook,
    "quotations": _quotations,
    "sources": _sources,
    "attribute": _attribute,
    "cooccurrence": _cooccurrence,
    "agreement": _agreement,
    "saturation": _saturation,
}
