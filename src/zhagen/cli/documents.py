"""The commands on documents: list, attach, extract, draft a recipe, count, publish."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhagen.cli.options import Commands
from zhagen.cli.printing import print_row, refusal, say_edition
from zhagen.documents import catalog
from zhagen.errors import ZhagenError, visible
from zhagen.paths import sources_folder

if TYPE_CHECKING:  # loaded when a document is read: the command starts without it
    from zhagen.extraction.pipeline import Extraction


def add_commands(commands: Commands) -> None:
    """Add the commands on documents.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets more of them.
    """
    documents = commands.add_parser("documents", help="list the documents and the edition of each at hand")
    documents.set_defaults(run=_documents)

    attach = commands.add_parser("attach", help="attach originals found in a folder, recognised by checksum")
    attach.add_argument("folder")
    attach.set_defaults(run=_attach)

    extract = commands.add_parser("extract", help="extract codes, evidence, sections and tables as CSV")
    extract.add_argument("id")
    extract.add_argument("--source", metavar="FILE", help="a file of the same layout to read instead")
    extract.add_argument("--out", metavar="DIR", required=True, help="where the CSV files go")
    extract.add_argument("--force", action="store_true", help="overwrite files there that no extraction of it wrote")
    extract.set_defaults(run=_extract)

    recipe = commands.add_parser("recipe", help="draft a recipe for a text; what is not sure is marked in it")
    recipe.add_argument("file", metavar="FILE", help="a text")
    recipe.add_argument("--id", default="my-study", help="the id of the document (default: my-study)")
    recipe.add_argument("--out", metavar="FILE", help="where the recipe goes (default: the screen)")
    recipe.set_defaults(run=_recipe)

    count = commands.add_parser("count", help="count terms in the clean text: term<TAB>count")
    count.add_argument("id")
    count.add_argument("terms", nargs="+", metavar="TERM")
    count.add_argument("--source", metavar="FILE", help="a file of the same layout to read instead")
    count.set_defaults(run=_count)

    publish = commands.add_parser("publish", help="regenerate data/published from the originals")
    publish.set_defaults(run=_publish)


def _documents(arguments: argparse.Namespace) -> None:
    for row in catalog.list_documents().to_dict("records"):
        print_row(row["id"], row["edition"] or "none", row["title"] or row["short"], row["why"])


def _attach(arguments: argparse.Namespace) -> None:
    result = catalog.attach(arguments.folder)
    for row in result.to_dict("records"):
        print_row(row["result"], row["id"] or "-", row["file"] or catalog.catalog_entry(row["id"])["file"])
    missing = int((result.result == "missing").sum())
    found = (
        f"{missing} of the originals are missing: their digests are used" if missing else "all originals are attached"
    )
    print(f"{found} ({sources_folder()})")


def _extract(arguments: argparse.Namespace) -> None:
    from zhagen.extraction import pipeline

    with refusal(arguments.out, pipeline.MANIFEST):
        found = pipeline.extract(arguments.id, source=arguments.source)
        pipeline.write_extraction(found, arguments.out, force=arguments.force)
    say_edition(found.document)
    for name in json.loads(Path(arguments.out, pipeline.MANIFEST).read_text("utf-8"))["guarded"]:
        begun = "cells that begin with =, +, - or @ got an apostrophe, so that no spreadsheet runs them"
        print(f"zhagen: {name}: {begun}", file=sys.stderr)
    _say_doubts(found)
    print(f"{len(found.codebook.codes)} codes, {len(found.codebook.evidence)} quotations: {arguments.out}")


def _say_doubts(found: "Extraction") -> None:
    """Name what a copy lacks of the published codes, and how many of its rows are not published."""
    from zhagen.extraction.codebook import look_alikes
    from zhagen.extraction.confirmation import missing_codes
    from zhagen.extraction.naming import name_doubts

    book, document = found.codebook, found.document
    lost = missing_codes(book, document.id) if document.edition == "file" else []
    if lost:
        print(f"zhagen: {document.id}: {len(lost)} published codes are not in it: {'、'.join(lost)}", file=sys.stderr)
    for name, frame in (("codes.csv", book.codes), ("evidence.csv", book.evidence)):
        unsure = frame[frame.reason.str.contains("随书公布")]
        if len(unsure):
            lines = ", ".join(str(document.file_line(line)) for line in unsure.line_start)
            print(f"zhagen: {document.id}: {name}: rows that are not as published, lines {lines}", file=sys.stderr)
    row: Any
    for row in look_alikes(book).itertuples():
        places = ((row.label, row.line), (row.other, row.other_line))
        first, second = (f"{label} (line {document.file_line(line)})" for label, line in places)
        if row.kind == "typed":
            said = f"{first} and {second} differ in letter case, brackets or blanks alone: they are listed as two codes"
        else:
            said = f"{first} is a list with {second} in it: it is listed as one code"
        print(f"zhagen: {document.id}: {visible(said)}", file=sys.stderr)
    for said in name_doubts(found.differences, found.outline):
        print(f"zhagen: {document.id}: {visible(said)}", file=sys.stderr)


def _recipe(arguments: argparse.Namespace) -> None:
    from zhagen.extraction import draft_recipe
    from zhagen.output import write_files

    if not catalog.ID.fullmatch(arguments.id):
        todo = "use small Latin letters, digits and hyphens, such as my-study"
        raise ZhagenError(f"{arguments.id!r} is no id", "--id", todo)
    draft = draft_recipe(catalog.open_file(arguments.file, arguments.id))
    if arguments.out and Path(arguments.out).exists():
        raise ZhagenError(
            f"{arguments.out} is there already", "--out", "choose another name, or move the old recipe away"
        )
    if arguments.out:
        write_files({Path(arguments.out).name: draft.toml}, Path(arguments.out).parent)
    else:
        print(draft.toml, end="")
    state = "it does not fit the text yet" if draft.codes is None else f"it gives {draft.codes} codes"
    print(f"zhagen: marked unsure: {len(draft.unsure)}; {state}", file=sys.stderr)


def _count(arguments: argparse.Namespace) -> None:
    from zhagen.documents import outline, recipe
    from zhagen.text import cleaning

    document = catalog.open_document(arguments.id, source=arguments.source)
    clean = outline.read_outline(document, recipe.read_recipe(arguments.id)).text
    say_edition(document)
    for term in arguments.terms:
        print_row(term, cleaning.count_term(clean, term))


def _publish(arguments: argparse.Namespace) -> None:
    from zhagen.book import publication

    for path in publication.publish():
        print(path)
