"""Co-occurrence in a corpus of any size: text in, terms, pairs, communities and a network out."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from zhagen import __version__
from zhagen.corpus import engines, parts, turns, wrapping
from zhagen.corpus.engines import run_tasks
from zhagen.corpus.parts import Part, Settings, count_part, lexicon_fingerprint
from zhagen.corpus.readers import SourceLog, read_texts, source_size
from zhagen.corpus.store import Store, documents_checksum, sole_writer
from zhagen.errors import SourceError, ZhagenError
from zhagen.output import refuse_others, write_files
from zhagen.statistics import association
from zhagen.statistics.association import add_measures, pair_table
from zhagen.statistics.pairs import available_processors, count_pair_stream
from zhagen.text.coverage import sum_coverage
from zhagen.text.lexicon import SEGMENTERS, fastest_segmenter
from zhagen.text.speakers import is_interviewer
from zhagen.text.strings import END, code_strings, join_strings, split_run

if TYPE_CHECKING:  # networkx, pandas and scipy are loaded while the workers count, see `_load`
    import networkx as nx
    import pandas as pd
    from scipy.sparse import csr_array

    from zhagen.output import Content

REPORT = "report.json"
RESULTS = ("terms.csv", "edges.csv", "communities.csv", "network.graphml", REPORT)
PART = 2_000_000  # characters of a part: enough to spend little on its beginning, few enough to share out evenly
MERGED = 6  # parts whose terms are brought together at a time: more take less time and more memory
PER_CHARACTER = 120  # bytes of memory that a worker takes for a character of its part, about
PER_WINDOW = 20  # bytes more for each term of a window: every term is in so many


@dataclass(frozen=True, eq=False, repr=False)
class Corpus:
    """What `cooccur` found.

    Attributes
    ----------
    terms : pandas.DataFrame
        One row for each of the most frequent terms: ``term`` (str), ``count``, ``units``, ``community`` (int, 0 if it
        has no edge).
    edges : pandas.DataFrame
        Pairs as `zhagen.statistics.association.add_measures` returns them, with every measure that fits the counts.
    network : networkx.Graph
        The edges whose weight is above 0.
    communities : list of list of str
        Groups of terms, numbered from 1 in `terms`.
    report : dict of str to object
        What was read, with which settings, and how long it took.
    """

    terms: pd.DataFrame
    edges: pd.DataFrame
    network: nx.Graph
    communities: list[list[str]]
    report: dict[str, Any]

    def __repr__(self) -> str:
        size = self.report
        read = f"{size['documents']} documents, {size['paragraphs']} paragraphs, {size['units']} units"
        found = f"{len(self.terms)} terms, {len(self.edges)} edges, {len(self.communities)} communities"
        notes = "".join(f"\nnote: {note}" for note in size["notes"])
        return f"Corpus: {found}\nread: {read} ({size['settings']['unit']}) with a term{notes}"


def cooccur(
    source: Path | str,
    out: Path | str,
    *,
    column: str = "text",
    encoding: str | None = None,
    lines: str = "paragraphs",
    speakers: str = "all",
    interviewers: Sequence[str] = (),
    participants: Sequence[str] = (),
    unit: str = "paragraph",
    window: int = 10,
    weighted: bool = False,
    top: int = 200,
    min_count: int = 5,
    weight: str = "npmi",
    lexicon: Path | str | None = None,
    hmm: bool = False,
    segmenter: str | None = None,
    engine: str = "processes",
    workers: int | None = None,
    scheduler: str | None = None,
    memory: int = 512,
    part: int = PART,
    seed: int = 1,
    progress: bool = False,
    force: bool = False,
) -> Corpus:
    """Count which of the most frequent terms occur together, and write terms, edges, communities and the network.

    The same input gives the same files, whatever the engine, the segmenter, the workers and the parts. If a run was
    stopped, the same call continues from there. N is the number of units with a content term.

    Parameters
    ----------
    source : pathlib.Path or str
        A folder of texts, or a .txt, .jsonl, .csv or .parquet file, see `zhagen.corpus.readers.read_texts`.
    out : pathlib.Path or str
        Folder for terms.csv, edges.csv, communities.csv, network.graphml and report.json.
    column : str, default "text"
        The column or key that contains the text.
    encoding : str, optional
        Encoding of text files; None finds it file by file, see `zhagen.text.encodings.find_encoding`.
    lines : {"paragraphs", "wrapped"}, default "paragraphs"
        What a line is: a paragraph (interviews, one record a line), or a piece of one (text from PDF files): then lines
        are joined up to an empty or indented one.
    speakers : {"all", "participants", "interviewers"}, default "all"
        Whose turns are counted in transcripts, see `zhagen.corpus.turns.choose_speakers`.
    interviewers : sequence of str, optional
        Names of interviewers beside the usual ones, such as 问, 访谈者 and 主持人.
    participants : sequence of str, optional
        Names of participants beside the usual ones, such as 答 and 受访者, that begin one line of a document only.
    unit : {"sentence", "paragraph", "document", "window"}, default "paragraph"
        In what terms occur together. A paragraph is a line, a window as many terms as `window` says, one after the
        other in a paragraph.
    window : int, default 10
        Terms in a window, 2 or more.
    weighted : bool, default False
        Multiply counts instead of counting units, see `zhagen.statistics.association.cooccurrence_table`.
    top : int, default 200
        Number of terms, the most frequent ones; of equally frequent ones the first by code point, and the report says
        how many of these are left out (``tied_terms_left_out``).
    min_count : int, default 5
        The least n12 of an edge, 1 or more.
    weight : str, default "npmi"
        The measure of the network, see `zhagen.statistics.networks.build_network`; if counts are weighted, ``cosine``
        is taken for ``npmi``.
    lexicon : pathlib.Path or str, optional
        A folder with a lexicon, see `zhagen.text.segmentation.segment`.
    hmm : bool, default False
        Guess words that no dictionary has.
    segmenter : {"rjieba", "jieba"}, optional
        They give the same words. None takes the faster one that is installed; the report says which.
    engine : {"serial", "processes", "dask"}, default "processes"
        Where is counted, see `zhagen.corpus.engines.run_tasks`.
    workers : int, optional
        Number of processes; None takes one for each processor.
    scheduler : str, optional
        Address of a Dask scheduler; the engine is then ``dask``.
    memory : int, default 512
        MB for the sums of pairs, and for the part of each worker, in addition to the interpreter and the words; 16 or
        more.
    part : int, default 2000000
        The most characters of a part.
    seed : int, default 1
        Seed of the communities.
    progress : bool, default False
        Show a progress bar on stderr, if tqdm is installed.
    force : bool, default False
        Overwrite files of these names that no earlier run wrote.

    Returns
    -------
    Corpus
        The terms, the edges, the network, the communities and the report.

    Raises
    ------
    SourceError
        If the source cannot be read, or a line is longer than the memory allows.
    ZhagenError
        If the source has no content term, or a setting is out of range.
    OutputError
        If `out` cannot be written, or another run writes there, or a file of one of these names that no run wrote is
        there; then no result is written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_text("平台与数据。" + chr(10) + "数据与平台。", encoding="utf-8")
    >>> found = cooccur(folder, folder / "out", min_count=2, engine="serial")
    >>> found
    Corpus: 2 terms, 1 edges, 1 communities
    read: 1 documents, 2 paragraphs, 2 units (paragraph) with a term
    >>> found.edges[["term_a", "term_b", "n12", "N"]].values.tolist()
    [['平台', '数据', 2, 2]]
    """
    began = time.monotonic()
    engine = "dask" if scheduler else engine
    _check(unit, window, top, min_count, memory, part, workers)
    _known("kind of lines", lines, wrapping.LINES)
    _known("choice of speakers", speakers, turns.SPEAKERS)
    measures = [name for name in association.MEASURES if not weighted or name in association.VECTOR_MEASURES]
    weight = "cosine" if weighted and weight == "npmi" else weight
    _known("measure", weight, ("n12", *measures))
    _known("engine", engine, engines.ENGINES)
    segmenter = segmenter or fastest_segmenter()
    _known("segmenter", segmenter, SEGMENTERS)
    settings = Settings(
        unit, window if unit == "window" else 0, str(Path(lexicon).resolve()) if lexicon else None, hmm, segmenter,
        lexicon_fingerprint(lexicon),
    )  # fmt: skip
    workers = workers or available_processors()
    per_character = PER_CHARACTER + PER_WINDOW * settings.window
    longest = max(1, memory * 2**20 // per_character)  # not of workers: a run may continue with others
    part, reading, spoken, unsure = min(part, longest), SourceLog(), Counter[str](), Counter[str]()
    with sole_writer(out):
        refuse_others(RESULTS, out, RESULTS if _is_report(Path(out) / REPORT) else [], force=force)
        store = Store(out, settings.identity() | {"part": part})
        texts = read_texts(source, column, encoding=encoding, longest=longest, reading=reading)
        texts = turns.choose_speakers(texts, speakers, interviewers, spoken, participants=participants, unsure=unsure)
        texts = wrapping.join_wrapped(texts, longest) if lines == "wrapped" else texts
        texts = (piece for piece in texts if piece[1] and not piece[1].isspace())  # an empty document is none
        with suppress(RuntimeError):  # no thread can start in a browser: then it is loaded later
            Thread(target=_load).start()  # no daemon: Python may not end in the midst of an import
        try:
            size = source_size(source, column)
            totals = _Totals(weighted)
            sizes = _count(store, totals, texts, settings, part, longest, engine, workers, scheduler, size, progress)
        finally:
            store.tidy()
        if not sizes["occurrences"]:
            store.remove()
            todo = "check the text column and the encoding"
            if speakers != "all":
                heard = ", ".join(f"{name} {number}" for name, number in spoken.most_common(10)) or "none"
                todo = f"look at how the turns of {speakers} begin; the turns that were found: {heard}"
            totals.merge()
            todo = "; ".join([*reading.notes(sizes["documents"]), *totals.coverage.advice(), todo])
            raise ZhagenError("the corpus has no content term", str(source), todo)
        from zhagen.statistics.networks import build_network, find_communities

        counted = time.monotonic()
        totals.merge()
        terms, edges = _edges(store, sizes["parts"], totals, top, min_count, memory * 2**20 // 2)
        edges = add_measures(edges, measures)
        network = build_network(edges, weight, top=None, min_count=min_count)
        groups = find_communities(network, seed=seed)
        member = {term: number for number, group in enumerate(groups, 1) for term in group}
        terms = terms.assign(community=[member.get(term, 0) for term in terms.term])
        notes = reading.notes(sizes["documents"]) + _advice(sizes, spoken, lines, speakers, frozenset(interviewers))
        notes += _names(unsure, spoken, speakers)
        coverage = totals.coverage
        notes += coverage.advice()
        report: dict[str, Any] = {
            "source": Path(source).name,
            **{name: size for name, size in sizes.items() if name not in ("parts", "resumed", *parts.JUDGED)},
            "distinct_terms": terms.attrs["distinct"],
            "terms": len(terms),
            "tied_terms_left_out": terms.attrs["tied"],
            "edges": len(edges),
            "communities": len(groups),
            "files": reading.report(),
            "turns": dict(spoken.most_common(100)),
            "lines_like_turns": dict(unsure.most_common(100)),
            "coverage": {
                "chinese_characters": coverage.characters, "single": coverage.single, "unknown": coverage.unknown,
                "share_single": round(coverage.single / max(coverage.characters, 1), 4),
                "unknown_neighbours": dict(coverage.neighbours()),
            },
            "notes": notes,
            "settings": {
                "lines": lines, "speakers": speakers,
                "unit": unit, "window": settings.window, "weighted": weighted, "top": top, "min_count": min_count,
                "weight": weight, "hmm": hmm, "lexicon": settings.fingerprint, "seed": seed,
            },
            "run": {
                "zhagen": __version__, "engine": engine, "segmenter": segmenter, "workers": workers, "part": part,
                "parts": sizes["parts"], "resumed": sizes["resumed"],
                "seconds_counting": round(counted - began, 2), "seconds": round(time.monotonic() - began, 2),
                "peak_mb": _peak(),
            },
        }  # fmt: skip
        found = Corpus(terms, edges, network, groups, report)
        write_files(_files(found), out)
        store.remove()
        return found


class _Totals:
    """What is known of all parts together; each is added when it comes, while others are still counted.

    Attributes
    ----------
    known : bytes
        The terms.
    sums : numpy.ndarray of int64
        Of each term its count, its units and its product with itself, which is its units if counts are not weighted.
    units : int
        Units of all parts.
    coverage : zhagen.text.coverage.Coverage
        How much of all parts was not counted.
    """

    def __init__(self, weighted: bool) -> None:
        self.weighted, self.known, self.units = weighted, b"", 0
        self.sums, self.coverage = np.zeros((3, 0), np.int64), sum_coverage([])
        self._waiting: list[Part] = []

    def add(self, part: Part) -> None:
        self._waiting.append(part)
        if len(self._waiting) == MERGED:
            self.merge()

    def merge(self) -> None:
        """Bring the parts together that wait for it.

        Terms that are known come first in the run of bytes that is coded, so they keep their codes, and new terms get
        the next ones: `sums` grows at its end. The codes of the parts follow each other after those of the known terms.
        """
        some, held = self._waiting, self.sums.shape[1]
        self.known, codes = code_strings(b"".join([self.known, *(part.terms for part in some)]))
        self.sums = np.pad(self.sums, ((0, 0), (0, self.known.count(END.encode()) - held)))
        for part in some:
            at, held = codes[held : held + len(part.totals)], held + len(part.totals)
            columns = part.indices.astype(np.intp)
            units = np.bincount(columns, minlength=len(at))
            squares = part.counts.astype(float) ** 2
            own = np.bincount(columns, squares, len(at)).astype(np.int64) if self.weighted else units
            self.sums[:, at] += [part.totals, units, own]
            self.units += len(part.indptr) - 1
        self.coverage = sum_coverage([self.coverage, *(part.coverage for part in some)])
        self._waiting = []


def _load() -> None:
    """Import what the end needs: while the workers count, it takes no time of its own."""

    import scipy.special  # noqa: F401

    import zhagen.statistics.networks  # noqa: F401


def _known(kind: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        raise ZhagenError(f"there is no {kind} {name!r}", todo=f"use one of {', '.join(names)}")


def _check(unit: str, window: int, top: int, min_count: int, memory: int, part: int, workers: int | None) -> None:
    _known("unit", unit, parts.UNITS)
    least = {"window": (window, 2), "top": (top, 1), "min_count": (min_count, 1), "memory": (memory, 16)}
    least |= {"part": (part, 1), "workers": (1 if workers is None else workers, 1)}
    for name, (value, bound) in least.items():
        if value < bound:
            raise ZhagenError(f"{name} is {value}", todo=f"give {bound} or more")


def _count(
    store: Store,
    totals: _Totals,
    texts: Iterable[tuple[str, str]],
    settings: Settings,
    part: int,
    longest: int,
    engine: str,
    workers: int,
    scheduler: str | None,
    size: int,
    progress: bool,
) -> dict[str, int]:
    """Count every part that the store does not have yet; returns the sizes of the corpus."""
    checksums: dict[int, tuple[str, int]] = {}
    done = {"parts": 0, "resumed": 0, "documents": 0}
    sizes = []
    with _bar(size, progress) as bar:

        def tasks() -> Iterator[tuple[int, list[str]]]:
            for number, (documents, begun) in enumerate(_parts(texts, part, settings.unit, longest)):
                sum_, length = documents_checksum(documents)
                done["parts"] += 1
                done["documents"] += begun
                if store.has(number, sum_):
                    done["resumed"] += 1
                    found = store.load(number)
                    totals.add(found)
                    sizes.append(found.sizes)
                    bar.update(length)
                else:
                    checksums[number] = sum_, length
                    yield number, documents

        count = partial(count_part, settings=settings)
        empty: list[str] | None = [] if size > part else None  # of one part only one process starts
        found_parts = run_tasks(count, tasks(), engine, workers=workers, scheduler=scheduler, empty=empty)
        for number, found in found_parts:
            sum_, length = checksums.pop(number)
            store.save(number, found, sum_)
            totals.add(found)
            sizes.append(found.sizes)
            bar.update(length)
    return done | {
        name: sum(one[name] for one in sizes)
        for name in ("paragraphs", "characters", "occurrences", "units", *parts.JUDGED)
    }


def _advice(
    sizes: dict[str, int], spoken: Counter[str], lines: str, speakers: str, interviewers: frozenset[str]
) -> list[str]:
    """Return sentences on what a person may want to choose otherwise."""
    said = []
    broken, whole = sizes["broken_lines"], sizes["whole_lines"]
    several = sizes["paragraphs"] >= 1.5 * sizes["documents"]  # answers of a line each often lack their last mark
    if lines == "paragraphs" and several and broken >= 5 and broken >= whole:
        wrapped = f"{broken} of {broken + whole} lines end within a sentence"
        said.append(f"{wrapped}: if lines are pieces of paragraphs, as in text from PDF files, choose wrapped lines")
    asked = sum(number for name, number in spoken.items() if is_interviewer(name) or name in interviewers)
    if speakers != "all" and not asked:
        shown = ", ".join(f"{name} {number}" for name, number in spoken.most_common(10))
        said.append(f"no turn is an interviewer's: name the interviewer if it is one of {shown}")
    if speakers == "all" and asked >= max(2, 0.02 * sizes["paragraphs"]):
        said.append(
            f"{asked} of {sum(spoken.values())} turns are an interviewer's: choose participants to leave them out"
        )
    return said


def _names(unsure: Counter[str], spoken: Counter[str], speakers: str) -> list[str]:
    """Say by name which lines begin as turns do and were not taken for turns."""
    shown = ", ".join(f"{name} {number}" for name, number in unsure.most_common(10))
    if speakers != "all":
        todo = "name those who speak with --interviewer or --participant"
        return (
            [f"lines that begin as a turn does were taken as text of the turn before: {shown}: {todo}"] if shown else []
        )
    often = {name: number for name, number in unsure.items() if number > 2}
    if len(often) + len(spoken) < 2 or not often:
        return []
    shown = ", ".join(f"{name} {number}" for name, number in Counter(often).most_common(10))
    return [f"lines begin with what may be names of speakers, which are counted as text: {shown}: choose participants"]


def _parts(
    texts: Iterable[tuple[str, str]], size: int, unit: str, longest: int = sys.maxsize
) -> Iterator[tuple[list[str], int]]:
    """Yield lists of texts of about `size` characters, and how many documents begin in each.

    A document is divided between its lines if the unit is smaller than it.
    """
    gathered: list[str] = []
    held, begun, last = 0, 0, None
    for name, text in texts:
        if name != last and held >= size:
            yield gathered, begun
            gathered, held, begun = [], 0, 0
        begun += name != last
        if name == last and unit == "document":
            gathered[-1] += "\n" + text
            held += len(text)
            if len(gathered[-1]) > longest:
                todo = "take paragraphs as units, or give more memory (--memory)"
                raise SourceError(f"a document of more than {longest:,} characters", name, todo)
            continue
        last = name
        for piece in [text] if unit == "document" or len(text) <= size else _lines(text, size):
            if held and held + len(piece) > size and unit != "document":
                yield gathered, begun
                gathered, held, begun = [], 0, 0
            gathered.append(piece)
            held += len(piece)
    if gathered:
        yield gathered, begun


def _lines(text: str, size: int) -> Iterator[str]:
    """Yield a text in pieces of whole lines, each about `size` characters long."""
    gathered: list[str] = []
    held = 0
    for line in text.split("\n"):
        if gathered and held + len(line) > size:
            yield "\n".join(gathered)
            gathered, held = [], 0
        gathered.append(line)
        held += len(line)
    yield "\n".join(gathered)


def _edges(
    store: Store, number_of_parts: int, totals: _Totals, top: int, min_count: int, memory: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the most frequent terms (term, count, units), and their pairs as `cooccurrence_table` does."""
    import pandas as pd

    vocabulary, weighted = split_run(totals.known), totals.weighted
    counts, units, own = totals.sums
    bound = np.partition(counts, -top)[-top] if top < len(counts) else 0
    candidates = np.flatnonzero(counts >= bound).tolist()
    order = sorted(candidates, key=lambda place: (-counts[place], vocabulary[place]))[:top]
    places = sorted(order, key=vocabulary.__getitem__)
    chosen = [vocabulary[place] for place in places]

    def matrices() -> Iterator[csr_array]:
        for number in range(number_of_parts):
            part = store.load(number)
            # coded together with the chosen terms, which come first: a code below their number is a chosen term
            columns = code_strings(join_strings(chosen) + part.terms)[1][len(chosen) :]
            yield _restricted(part, np.where(columns < len(chosen), columns, -1), len(chosen), weighted)

    found = zip(*count_pair_stream(matrices, len(chosen), min_count=min_count, memory=memory), strict=True)
    first, second, n12 = (np.concatenate(blocks) for blocks in found)
    names = np.array(chosen, dtype=object)
    edges = pair_table(names, first, second, n12, own[places], None if weighted else totals.units)
    terms = pd.DataFrame({"term": [vocabulary[n] for n in order], "count": counts[order], "units": units[order]})
    terms.attrs.update(distinct=len(vocabulary), tied=len(candidates) - len(order))
    return terms, edges


def _restricted(part: Part, columns: np.ndarray, terms: int, weighted: bool) -> csr_array:
    """Return the unit x term matrix of a part with the chosen terms only; units without any are left out.

    `columns` says for each term of the part its column, -1 if it was not chosen. A unit ends after as many kept cells
    as come before its old end; a unit that ends where the one before it does has none, and its end is dropped.
    """
    from scipy.sparse import csr_array

    at = columns[part.indices]
    kept = at >= 0
    ends = np.append(0, np.cumsum(kept))[part.indptr]
    indptr = ends[np.diff(ends, prepend=-1) > 0]
    data = part.counts[kept].astype(np.int64) if weighted else np.ones(int(kept.sum()), np.int32)
    return csr_array((data, at[kept], indptr), shape=(len(indptr) - 1, terms))


def _is_report(path: Path) -> bool:
    """Say whether a file is the report of a run of `cooccur`."""
    try:
        return {"source", "settings", "run"} <= json.loads(path.read_text("utf-8")).keys()
    except (OSError, ValueError, AttributeError):
        return False


def _files(found: Corpus) -> dict[str, Content]:
    """Return the files of a result, by name."""
    from zhagen.statistics.networks import write_graphml

    grouped = found.terms[found.terms.community > 0].sort_values(["community", "term"])
    return {
        "terms.csv": found.terms,
        "edges.csv": found.edges,
        "communities.csv": grouped[["community", "term", "count", "units"]],
        "network.graphml": lambda path: write_graphml(found.network, path, communities=found.communities),
        REPORT: json.dumps(found.report, ensure_ascii=False, indent=2) + "\n",
    }


def _bar(size: int, progress: bool) -> AbstractContextManager[Any]:
    """Return a progress bar over the bytes of the input, about; one that shows nothing if it is not wanted."""
    if not progress:
        return nullcontext(SimpleNamespace(update=lambda length: None))
    try:
        from tqdm import tqdm
    except ImportError:  # it comes with zhagen[corpus], and counting works without
        return _bar(size, False)

    return tqdm(total=size, unit="B", unit_scale=True, desc="counting", file=sys.stderr)


def _peak() -> int | None:
    """Return the most memory this process has taken, in MB; None if the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return round(kilobytes / 1024)
