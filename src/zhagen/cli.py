"""The command ``zhagen``: exit status 0 done, 1 a check found something, 2 could not do it."""

import argparse
import sys

from zhagen import __version__, catalog
from zhagen.errors import ZhagenError


def main(argv=None):
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except ZhagenError as error:
        print(f"zhagen: {error}", file=sys.stderr)
        return 2


def _parser():
    parser = argparse.ArgumentParser(prog="zhagen", description="Redo grounded-theory studies from their texts.")
    parser.add_argument("--version", action="version", version=f"zhagen {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    documents = commands.add_parser("documents", help="list the documents and the edition of each at hand")
    documents.set_defaults(run=_documents)

    attach = commands.add_parser("attach", help="attach originals found in a folder, recognised by checksum")
    attach.add_argument("folder")
    attach.set_defaults(run=_attach)

    extract = commands.add_parser("extract", help="extract codes, evidence, sections and tables as CSV")
    extract.add_argument("id")
    extract.add_argument("--source", metavar="FILE", help="a file of the same layout to read instead")
    extract.add_argument("--out", metavar="DIR", required=True, help="where the CSV files go")
    extract.set_defaults(run=_extract)

    count = commands.add_parser("count", help="count terms in the clean text: term<TAB>count")
    count.add_argument("id")
    count.add_argument("terms", nargs="+", metavar="TERM")
    count.set_defaults(run=_count)

    check = commands.add_parser("check", help="run every check on documents; status 1 if one finds something")
    check.add_argument("ids", nargs="*", metavar="ID", help="all documents if none is named")
    check.set_defaults(run=_check)

    publish = commands.add_parser("publish", help="regenerate data/published from the originals")
    publish.set_defaults(run=_publish)
    return parser


def _say(document):
    print(f"zhagen: {document.id}: {document.why}", file=sys.stderr)


def _documents(arguments):
    for row in catalog.documents().itertuples():
        print(f"{row.id}\t{row.edition or 'none'}\t{row.title or row.short}\t{row.why}")


def _attach(arguments):
    result = catalog.attach(arguments.folder)
    for row in result.itertuples():
        print(f"{row.result}\t{row.id or '-'}\t{row.file or catalog.entry(row.id)['file']}")
    missing = int((result.result == "missing").sum())
    print(
        f"{missing} of the originals are missing: their digests are used" if missing else "all originals are attached"
    )


def _extract(arguments):
    from zhagen import extraction

    found = extraction.extract(arguments.id, source=arguments.source)
    extraction.write(found, arguments.out)
    _say(found.document)
    print(f"{len(found.codebook.codes)} codes, {len(found.codebook.evidence)} quotations: {arguments.out}")


def _count(arguments):
    from zhagen import outline, recipe, text

    document = catalog.open(arguments.id)
    clean = outline.read(document, recipe.read(arguments.id)).text
    _say(document)
    for term in arguments.terms:
        print(f"{term}\t{text.count(clean, term)}")


def _check(arguments):
    import pandas as pd

    from zhagen import checks, extraction

    ids = arguments.ids or list(catalog.documents().id)
    found = [extraction.extract(doc_id) for doc_id in ids]
    table = pd.concat([checks.run(one) for one in found], ignore_index=True)
    for one in found:
        _say(one.document)
    for row in table.itertuples():
        line = "" if pd.isna(row.line) else row.line
        print(f"{row.doc_id}\t{row.check}\t{row.verdict}\t{line}\t{row.what}")
    return int((table.verdict != "holds").any())


def _publish(arguments):
    from zhagen import publication

    for path in publication.publish():
        print(path)
