"""The command that counts a corpus."""

import argparse
import sys

from zhagen.cli.options import Commands, of_speakers
from zhagen.cli.printing import refusal
from zhagen.errors import visible


def add_commands(commands: Commands) -> None:
    """Add ``cooccur``.

    Parameters
    ----------
    commands : argparse._SubParsersAction
        What ``zhagen`` takes as its first word; it gets more of them.
    """
    parser = commands.add_parser(
        "cooccur",
        parents=[of_speakers()],
        help="count which terms of a corpus occur together; write terms, edges, communities, a network and a report",
        description="Text in, a co-occurrence network out, for a corpus of any size. If it is stopped, the same "
        "command continues from there.",
    )
    parser.add_argument(
        "input", metavar="INPUT", help="a folder of texts, a study, or a .txt, .jsonl, .csv or .parquet file"
    )
    parser.add_argument("--out", metavar="DIR", required=True, help="where the results go")
    parser.add_argument("--force", action="store_true", help="overwrite files there that no earlier run wrote")
    parser.add_argument("--column", default="text", help="the column or key that holds the text (default: text)")
    parser.add_argument("--encoding", help="of text files (default: found out file by file)")
    parser.add_argument("--lines", default="paragraphs", help="paragraphs (default), or wrapped: pieces of paragraphs")
    parser.add_argument("--speakers", default="all", help="of transcripts: all (default), participants, interviewers")
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
    with refusal(arguments.out, REPORT):
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
