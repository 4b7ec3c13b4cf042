"""The command ``zhagen``.

Its exit status is 0 if all was done, 1 if a check found something, 2 if it could not be done, 70 if zhagen itself
failed, 130 if the user stopped it, 141 if nobody reads its output any more (``zhagen documents | head -1``).
"""

import argparse
import io
import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zhagen import __version__
from zhagen.documents import catalog
from zhagen.errors import ZhagenError, visible
from zhagen.paths import sources_folder
from zhagen.text.encodings import assumed_encoding, find_encoding

if TYPE_CHECKING:  # loaded when a document is read: the command starts without it
    from zhagen.extraction.pipeline import Extraction


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
    arguments = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name or word that the terminal cannot print is no error
    try:
        status = arguments.run(arguments) or 0
        sys.stdout.flush()  # here, where an error is caught, and not when Python exits
    except ZhagenError as error:
        notes = "".join(f"; {visible(note)}" for note in getattr(error, "__notes__", []))
        print(f"zhagen: {error}{notes}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to print goes nowhere
        return 141
    except KeyboardInterrupt:
        print(f"zhagen: {arguments.stopped(arguments)}", file=sys.stderr)
        return 130
    except Exception as error:  # a fault of zhagen's: it must not look like the finding of a check, whose status is 1
        if os.environ.get("ZHAGEN_TRACEBACK"):
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}, line {last.lineno}"
        said = visible(f"{type(error).__name__}: {error} ({where})")
        print(f"zhagen: a fault of zhagen {__version__}, {said}: please report this line, the command", file=sys.stderr)
        print("and, if you may, the file; ZHAGEN_TRACEBACK=1 before the command shows more", file=sys.stderr)
        return 70
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhagen", description="Redo grounded-theory studies from their texts.")
    parser.add_argument("--version", action="version", version=f"zhagen {__version__}")
    parser.set_defaults(stopped=lambda arguments: "interrupted")
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

    check = commands.add_parser("check", help="run every check on documents; status 1 if one finds something")
    check.add_argument("ids", nargs="*", metavar="ID", help="all documents if none is named")
    check.set_defaults(run=_check)

    study = commands.add_parser("study", help="a study of your own: sources, codebook, codings in a folder")
    acts = study.add_subparsers(dest="act", required=True, metavar="ACT")
    checked = acts.add_parser("check", help="list what is wrong in its files; status 2 if it cannot be opened, else 1")
    checked.add_argument("folder", metavar="FOLDER")
    checked.set_defaults(run=_check_study)

    publish = commands.add_parser("publish", help="regenerate data/published from the originals")
    publish.set_defaults(run=_publish)

    _add_cooccur(commands)
    return parser


def _add_cooccur(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "cooccur",
        help="count which terms of a corpus occur together; write terms, edges, communities, a network and a report",
        description="Text in, a co-occurrence network out, for a corpus of any size. If it is stopped, the same "
        "command continues from there.",
    )
    parser.add_argument("input", metavar="INPUT", help="a folder of texts, or a .txt, .jsonl, .csv or .parquet file")
    parser.add_argument("--out", metavar="DIR", required=True, help="where the results go")
    parser.add_argument("--force", action="store_true", help="overwrite files there that no earlier run wrote")
    parser.add_argument("--column", default="text", help="the column or key that holds the text (default: text)")
    parser.add_argument("--encoding", help="of text files (default: found out file by file)")
    parser.add_argument("--lines", default="paragraphs", help="paragraphs (default), or wrapped: pieces of paragraphs")
    parser.add_argument("--speakers", default="all", help="of transcripts: all (default), participants, interviewers")
    parser.add_argument(
        "--interviewer", dest="interviewers", action="append", default=[], metavar="NAME", help="beside 问, 访谈者 …"
    )
    parser.add_argument(
        "--participant", dest="participants", action="append", default=[], metavar="NAME", help="beside 答, 受访者 …"
    )
    parser.add_argument("--unit", default="paragraph", help="sentence, paragraph (default), document or window")
    parser.add_argument("--window", type=int, default=10, metavar="N", help="terms in a window (default: 10)")
    parser.add_argument("--weighted", action="store_true", help="multiply counts in place of counting units")
    parser.add_argument("--top", type=int, default=200, metavar="N", help="the most frequent terms (default: 200)")
    parser.add_argument("--min-count", type=int, default=5, metavar="N", help="the least n12 of an edge (default: 5)")
    parser.add_argument("--weight", default="npmi", metavar="MEASURE", help="of the network (default: npmi)")
    parser.add_argument("--lexicon", metavar="DIR", help="a lexicon of your own: userdict, stopwords, synonyms")
    parser.add_argument("--hmm", action="store_true", help="guess words that no dictionary has")
    parser.add_argument("--segmenter", help="rjieba (default where it is installed) or jieba: the same words, slower")
    parser.add_argument("--engine", default="processes", help="serial, processes (default) or dask: the same results")
    parser.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each processor)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a running Dask scheduler, tcp://host:8786")
    parser.add_argument("--memory", type=int, default=512, metavar="MB", help="to count with (default: 512)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the communities (default: 1)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    again = "what is counted is kept; the same command continues from there"
    parser.set_defaults(run=_cooccur, stopped=lambda arguments: f"interrupted ({arguments.out}): {again}")


def _print(*cells: object) -> None:
    print(*(visible(str(cell)) for cell in cells), sep="\t")


def _say(document: catalog.Document) -> None:
    print(f"zhagen: {document.id}: {document.why}", file=sys.stderr)
    if assumed := assumed_encoding(find_encoding(document.path)):
        print(f"zhagen: {document.id}: {document.path.name} is not UTF-8: it is read as {assumed}", file=sys.stderr)


def _documents(arguments: argparse.Namespace) -> None:
    for row in catalog.list_documents().to_dict("records"):
        _print(row["id"], row["edition"] or "none", row["title"] or row["short"], row["why"])


def _attach(arguments: argparse.Namespace) -> None:
    result = catalog.attach(arguments.folder)
    for row in result.to_dict("records"):
        _print(row["result"], row["id"] or "-", row["file"] or catalog.catalog_entry(row["id"])["file"])
    missing = int((result.result == "missing").sum())
    found = (
        f"{missing} of the originals are missing: their digests are used" if missing else "all originals are attached"
    )
    print(f"{found} ({sources_folder()})")


def _extract(arguments: argparse.Namespace) -> None:
    from zhagen.extraction import pipeline

    with _refusal(arguments.out, pipeline.MANIFEST):
        found = pipeline.extract(arguments.id, source=arguments.source)
        pipeline.write_extraction(found, arguments.out, force=arguments.force)
    _say(found.document)
    for name in json.loads(Path(arguments.out, pipeline.MANIFEST).read_text("utf-8"))["guarded"]:
        begun = "cells that begin with =, +, - or @ got an apostrophe, so that no spreadsheet runs them"
        print(f"zhagen: {name}: {begun}", file=sys.stderr)
    _say_doubts(found)
    print(f"{len(found.codebook.codes)} codes, {len(found.codebook.evidence)} quotations: {arguments.out}")


@contextmanager
def _refusal(folder: str, manifest: str) -> Iterator[None]:
    """Let a refusal say that what the folder holds is of an earlier run."""
    from zhagen.output import say_earlier

    try:
        yield
    except ZhagenError as error:
        if said := say_earlier(folder, manifest):
            error.add_note(said)
        raise


def _say_doubts(found: "Extraction") -> None:
    """Name what a copy lacks of the published codes, and how many of its rows are not published."""
    from zhagen.extraction.confirmation import missing_codes

    book, document = found.codebook, found.document
    lost = missing_codes(book, document.id) if document.edition == "file" else []
    if lost:
        print(f"zhagen: {document.id}: {len(lost)} published codes are not in it: {'、'.join(lost)}", file=sys.stderr)
    for name, frame in (("codes.csv", book.codes), ("evidence.csv", book.evidence)):
        unsure = frame[frame.reason.str.contains("随书公布")]
        if len(unsure):
            lines = ", ".join(str(document.file_line(line)) for line in unsure.line_start)
            print(f"zhagen: {document.id}: {name}: rows that are not as published, lines {lines}", file=sys.stderr)


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
    _say(document)
    for term in arguments.terms:
        _print(term, cleaning.count_term(clean, term))


def _check(arguments: argparse.Namespace) -> int:
    import pandas as pd

    from zhagen.extraction import checks, pipeline

    ids = arguments.ids or catalog.document_ids()
    found = [pipeline.extract(doc_id) for doc_id in ids]
    table = pd.concat([checks.run_checks(one, found) for one in found], ignore_index=True)
    for one in found:
        _say(one.document)
    for row in table.to_dict("records"):
        line = "" if pd.isna(row["line"]) else row["line"]
        _print(row["doc_id"], row["check"], row["verdict"], line, row["what"], row["looked"])
    return int(table.finding.any())


def _check_study(arguments: argparse.Namespace) -> int:
    from zhagen.study import check_study, open_study

    table = check_study(arguments.folder)
    for row in table.to_dict("records"):
        _print(row["severity"], row["file"], row["line"] or "", row["found"], row["todo"])
    errors = int((table.severity == "error").sum())
    if errors:
        raise ZhagenError(f"the study cannot be opened: {errors} errors", arguments.folder, "correct what is listed")
    print(f"zhagen: {open_study(arguments.folder)!r}", file=sys.stderr)
    return int(len(table) > 0)


def _publish(arguments: argparse.Namespace) -> None:
    from zhagen.book import publication

    for path in publication.publish():
        print(path)


def _cooccur(arguments: argparse.Namespace) -> None:
    from zhagen.corpus.cooccurrence import REPORT, cooccur
    from zhagen.text.lexicon import fastest_segmenter

    settings = {
        name: value
        for name, value in vars(arguments).items()
        if name not in ("command", "run", "stopped", "input", "out", "quiet")
    }
    if not arguments.segmenter and not arguments.quiet and fastest_segmenter() == "jieba":
        slow = "rjieba is not installed, so jieba cuts the text: the same words, ten times slower"
        print(f"zhagen: {slow}; for rjieba run: pip install 'zhagen[corpus]'", file=sys.stderr)
    with _refusal(arguments.out, REPORT):
        found = cooccur(arguments.input, arguments.out, progress=not arguments.quiet, **settings)
    sizes = found.report
    for note in sizes["notes"]:
        print(f"zhagen: {visible(note)}", file=sys.stderr)
    print(
        f"{sizes['documents']} documents, {sizes['paragraphs']} paragraphs, {sizes['units']} units of text with a term"
    )
    print(f"{sizes['terms']} terms, {sizes['edges']} edges, {sizes['communities']} communities: {arguments.out}")
    if tied := sizes["tied_terms_left_out"]:
        print(f"{tied} terms as frequent as the last one are left out: another --top keeps or drops them all")
