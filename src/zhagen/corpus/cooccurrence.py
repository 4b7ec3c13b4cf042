"""Co-occurrence in a corpus of any size: text in, terms, pairs, communities and a network out."""

import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread

from zhagen import __version__
from zhagen.corpus import engines, parts
from zhagen.corpus.engines import run_tasks
from zhagen.corpus.parts import Settings, count_part, lexicon_fingerprint
from zhagen.corpus.readers import read_texts, source_size
from zhagen.corpus.store import Store, documents_checksum, sole_writer
from zhagen.errors import ZhagenError
from zhagen.output import write_files
from zhagen.statistics import association
from zhagen.statistics.association import add_measures, pair_table
from zhagen.statistics.networks import build_network, find_communities, write_graphml
from zhagen.statistics.pairs import available_processors, count_pair_stream
from zhagen.text.lexicon import SEGMENTERS, fastest_segmenter
from zhagen.text.strings import END, code_strings, join_strings, split_run

PART = 2_000_000  # characters of a part: enough to spend little on its beginning, few enough to share out evenly
MERGED = 16  # parts whose terms are brought together at a time: more take less time and more memory
PER_CHARACTER = 120  # bytes of memory that a worker takes for a character of its part, about
PER_WINDOW = 20  # bytes more for each term of a window: every term stands in so many


@dataclass(frozen=True, eq=False)
class Corpus:
    """What `cooccur` found.

    Attributes
    ----------
    terms : data frame, one row one of the most frequent terms: term, count, units, community (0 where it has no edge).
    edges : data frame as `zhagen.statistics.association.add_measures` returns it, with every measure that fits the counts.
    network : networkx.Graph of the edges whose weight is above 0.
    communities : list of lists of terms, numbered from 1 in `terms`.
    report : dict, what was read and how long it took.
    """

    terms: object
    edges: object
    network: object
    communities: list
    report: dict


def cooccur(
    source,
    out,
    *,
    column="text",
    encoding=None,
    unit="paragraph",
    window=10,
    weighted=False,
    top=200,
    min_count=5,
    weight="npmi",
    lexicon=None,
    hmm=False,
    segmenter=None,
    engine="processes",
    workers=None,
    scheduler=None,
    memory=512,
    part=PART,
    seed=1,
    progress=False,
):
    """Count which of the most frequent terms stand together, and write terms, edges, communities and the network.

    Whatever the engine, the segmenter, the workers and the parts, the same input gives the same files. A run that was
    stopped goes on where it was when it is started again with the same input and settings.

    Parameters
    ----------
    source, column, encoding : see `zhagen.corpus.readers.read_texts`.
    out : folder for terms.csv, edges.csv, communities.csv, network.graphml and report.json.
    unit : ``sentence`` | ``paragraph`` (a line) | ``document`` | ``window`` of as many terms as `window` says, one
        after the other in a paragraph.
    weighted : multiply counts instead of counting units, see `zhagen.statistics.association.cooccurrence_table`.
    top : how many terms, the most frequent ones; of equal ones those first by code point.
    min_count : the least n12 of an edge.
    weight : the measure of the network, see `zhagen.statistics.networks.build_network`; a weighted count takes ``cosine`` for ``npmi``.
    lexicon, hmm, segmenter : see `zhagen.text.segmentation.segment`; None takes the faster segmenter
        that is installed.
    engine, workers, scheduler : see `zhagen.corpus.engines.run_tasks`; a scheduler means ``dask``.
    memory : MB for the sums of pairs, and for the part of each worker, above what the interpreter and the words take.
    part : the most characters of a part.
    seed : of the communities.
    progress : show a progress bar on stderr.

    Returns a `Corpus`. N is the number of units with a content term. Raises `SourceError` where the source cannot be
    read, `ZhagenError` where it has no term, or a setting does not fit, and `OutputError` where `out` cannot be
    written or another run writes there; then no result is written.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_text("平台与数据。" + chr(10) + "数据与平台。", encoding="utf-8")
    >>> found = cooccur(folder, folder / "out", min_count=2, engine="serial")
    >>> found.edges[["term_a", "term_b", "n12", "N"]].values.tolist()
    [['平台', '数据', 2, 2]]
    """
    began = time.monotonic()
    engine = "dask" if scheduler else engine
    _check(unit, window, top, min_count, memory, part, workers)
    measures = [name for name in association.MEASURES if not weighted or name in association.VECTOR_MEASURES]
    weight = "cosine" if weighted and weight == "npmi" else weight
    _known("measure", weight, ("n12", *measures))
    _known("engine", engine, engines.ENGINES)
    segmenter = segmenter or fastest_segmenter()
    _known("segmenter", segmenter, SEGMENTERS)
    settings = Settings(
        unit, window if unit == "window" else 0, lexicon and str(Path(lexicon).resolve()), hmm, segmenter,
        lexicon_fingerprint(lexicon),
    )  # fmt: skip
    workers = workers or available_processors()
    per_character = PER_CHARACTER + PER_WINDOW * settings.window
    part = max(1, min(part, memory * 2**20 // per_character))  # not of workers: a run may go on with others
    with sole_writer(out):
        store, texts = Store(out, settings.told() | {"part": part}), read_texts(source, column, encoding)
        Thread(target=_load).start()  # no daemon: Python may not end in the midst of an import
        try:
            size = source_size(source, column)
            sizes = _count(store, texts, settings, part, engine, workers, scheduler, size, progress)
        finally:
            store.tidy()
        if not sizes["occurrences"]:
            store.remove()
            raise ZhagenError("the corpus has no content term", str(source), "look at the text column and the encoding")
        counted = time.monotonic()
        terms, edges = _edges(store, sizes["parts"], top, min_count, weighted, memory * 2**20 // 2)
        edges = add_measures(edges, measures)
        network = build_network(edges, weight, top=None, min_count=min_count)
        groups = find_communities(network, seed=seed)
        member = {term: number for number, group in enumerate(groups, 1) for term in group}
        terms = terms.assign(community=[member.get(term, 0) for term in terms.term])
        report = {
            "source": Path(source).name,
            **{name: size for name, size in sizes.items() if name not in ("parts", "resumed")},
            "distinct_terms": terms.attrs["distinct"],
            "terms": len(terms),
            "edges": len(edges),
            "communities": len(groups),
            "settings": {
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


def _load():
    """Import what the end needs: while the workers count, it takes no time of its own."""
    import networkx  # noqa: F401
    import pandas  # noqa: F401
    import scipy.sparse
    import scipy.special  # noqa: F401


def _known(kind, name, names):
    if name not in names:
        raise ZhagenError(f"there is no {kind} {name!r}", todo=f"use one of {', '.join(names)}")


def _check(unit, window, top, min_count, memory, part, workers):
    _known("unit", unit, parts.UNITS)
    least = {"window": (window, 2), "top": (top, 1), "min_count": (min_count, 1), "memory": (memory, 16)}
    least |= {"part": (part, 1), "workers": (1 if workers is None else workers, 1)}
    for name, (value, bound) in least.items():
        if value < bound:
            raise ZhagenError(f"{name} is {value}", todo=f"give {bound} or more")


def _count(store, texts, settings, part, engine, workers, scheduler, size, progress):
    """Count every part that the store does not have yet; returns the sizes of the corpus."""
    checksums, done = {}, {"parts": 0, "resumed": 0, "documents": 0}
    with _bar(size, progress) as bar:

        def tasks():
            for number, (documents, begun) in enumerate(_parts(texts, part, settings.unit)):
                sum_, length = documents_checksum(documents)
                done["parts"] += 1
                done["documents"] += begun
                if store.has(number, sum_):
                    done["resumed"] += 1
                    bar.update(length)
                else:
                    checksums[number] = sum_, length
                    yield number, documents

        for number, found in run_tasks(partial(count_part, settings=settings), tasks(), engine, workers, scheduler):
            sum_, length = checksums.pop(number)
            store.save(number, found, sum_)
            bar.update(length)
    sizes = [store.sizes(number) for number in range(done["parts"])]
    return done | {
        name: sum(one[name] for one in sizes) for name in ("paragraphs", "characters", "occurrences", "units")
    }


def _parts(texts, size, unit):
    """Yield lists of texts of about `size` characters, and how many documents begin in each.

    A document is divided between its lines where the unit is smaller than it.
    """
    gathered, held, begun, last = [], 0, 0, None
    for name, text in texts:
        if name != last and held >= size:
            yield gathered, begun
            gathered, held, begun = [], 0, 0
        begun += name != last
        if name == last and unit == "document":
            gathered[-1] += "\n" + text
            held += len(text)
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


def _lines(text, size):
    """Yield a text in pieces of whole lines, each about `size` characters long."""
    gathered, held = [], 0
    for line in text.split("\n"):
        if gathered and held + len(line) > size:
            yield "\n".join(gathered)
            gathered, held = [], 0
        gathered.append(line)
        held += len(line)
    yield "\n".join(gathered)


def _edges(store, number_of_parts, top, min_count, weighted, memory):
    """Return the most frequent terms (term, count, units), and the pairs of them as `cooccurrence_table` does."""
    import numpy as np
    import pandas as pd

    vocabulary, (counts, units, own), total = _vocabulary(store, number_of_parts, weighted)
    bound = np.partition(counts, -top)[-top] if top < len(counts) else 0
    candidates = np.flatnonzero(counts >= bound).tolist()
    order = sorted(candidates, key=lambda place: (-counts[place], vocabulary[place]))[:top]
    places = sorted(order, key=vocabulary.__getitem__)
    chosen = [vocabulary[place] for place in places]

    def matrices():
        for number in range(number_of_parts):
            part = store.load(number)
            columns = code_strings(join_strings(chosen) + part.terms)[1][len(chosen) :]
            yield _restricted(part, np.where(columns < len(chosen), columns, -1), len(chosen), weighted)

    found = zip(*count_pair_stream(matrices, len(chosen), min_count=min_count, memory=memory), strict=True)
    pairs = (np.concatenate(blocks) for blocks in found)
    edges = pair_table(np.array(chosen, dtype=object), *pairs, own[places], None if weighted else total)
    terms = pd.DataFrame({"term": [vocabulary[n] for n in order], "count": counts[order], "units": units[order]})
    terms.attrs["distinct"] = len(vocabulary)
    return terms, edges


def _vocabulary(store, number_of_parts, weighted):
    """Return the terms of all parts; of each its count, its units and its product with itself; the number of units."""
    import numpy as np

    known, sums, total = b"", np.zeros((3, 0), np.int64), 0
    for start in range(0, number_of_parts, MERGED):
        some = [store.load(number) for number in range(start, min(start + MERGED, number_of_parts))]
        held = sums.shape[1]
        known, codes = code_strings(b"".join([known, *(part.terms for part in some)]))
        sums = np.pad(sums, ((0, 0), (0, known.count(END.encode()) - held)))
        for part in some:
            at, held = codes[held : held + len(part.totals)], held + len(part.totals)
            units = np.bincount(part.indices, minlength=len(at))
            squares = part.counts.astype(float) ** 2
            own = np.bincount(part.indices, squares, len(at)).astype(np.int64) if weighted else units
            sums[:, at] += [part.totals, units, own]
            total += len(part.indptr) - 1
    return split_run(known), sums, total


def _restricted(part, columns, terms, weighted):
    """Return the unit x term matrix of a part with the chosen terms only; units without any are left out."""
    import numpy as np
    from scipy.sparse import csr_array

    at = columns[part.indices]
    kept = at >= 0
    ends = np.append(0, np.cumsum(kept))[part.indptr]
    indptr = ends[np.diff(ends, prepend=-1) > 0]
    data = part.counts[kept].astype(np.int64) if weighted else np.ones(int(kept.sum()), np.int32)
    return csr_array((data, at[kept], indptr), shape=(len(indptr) - 1, terms))


def _files(found):
    """Return the files of a result, by name."""
    import json

    import pandas as pd

    grouped = found.terms[found.terms.community > 0].sort_values(["community", "term"])
    return {
        "terms.csv": found.terms,
        "edges.csv": found.edges,
        "communities.csv": pd.DataFrame(grouped[["community", "term", "count", "units"]]),
        "network.graphml": lambda path: write_graphml(found.network, path, communities=found.communities),
        "report.json": json.dumps(found.report, ensure_ascii=False, indent=2) + "\n",
    }


def _bar(size, progress):
    """Return a progress bar over the bytes of the input, about; one that shows nothing where it is not asked for."""
    from contextlib import nullcontext
    from types import SimpleNamespace

    if not progress:
        return nullcontext(SimpleNamespace(update=lambda length: None))
    try:
        from tqdm import tqdm
    except ImportError:  # it comes with zhagen[corpus], and counting goes on without
        return _bar(size, False)

    return tqdm(total=size, unit="B", unit_scale=True, desc="counting", file=sys.stderr)


def _peak():
    """Return the most memory this process has held, in MB; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return round(kilobytes / 1024)
