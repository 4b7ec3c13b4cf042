"""What is measured, each in a process of its own: ``python benchmarks/tasks.py TASK FOLDER OPTIONS``.

A task is a generator: up to its first yield it makes ready, up to the second it works, and its third yields what other
tools must give too. The first line printed tells the seconds of the work and the peak of memory (MB) up to its end; the
second, if asked for, what was found. FOLDER holds what `prepare` made of a text.
"""

import json
import pickle
import resource
import sys
import tempfile
import time
from pathlib import Path

import naive

VOCABULARIES = (2_000, 20_000)
TOP = 200
PRIME = 1_000_003


def prepare(folder):
    """Cut the text into words and count it, for the tasks that begin later."""
    import numpy as np
    import scipy.sparse as sp

    naive.cutter(folder)  # so that every one after it finds jieba's cache
    texts = naive.read(_text(folder))
    found = list(_encoded(texts, hmm=False, segmenter="rjieba"))
    (folder / "encoded.pickle").write_bytes(pickle.dumps(found))
    (folder / "paragraphs.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    (folder / "words.txt").write_text("".join(" ".join(words) + "\n" for words in _words(found) if words), "utf-8")
    terms, matrix = _joined(found)
    counts = np.asarray(matrix.sum(axis=0)).ravel()
    matrix.data[:] = 1
    for size in VOCABULARIES:
        chosen = np.sort(np.argsort(-counts, kind="stable")[:size])
        sp.save_npz(folder / f"{size}.npz", matrix[:, chosen])
        (folder / f"{size}.txt").write_text("".join(f"{terms[n]}\n" for n in chosen), "utf-8")
    return {"bytes": sum(len(text.encode()) + 1 for text in texts), "terms": len(terms)}


def segment_zhagen(folder, segmenter, hmm):
    """Words as numbers, by `zhagen.text.segmentation.encode_texts`."""
    from zhagen.text.segmentation import encode_texts

    texts = naive.read(_text(folder))
    encode_texts(["开始"], hmm=hmm, segmenter=segmenter)
    yield
    found = list(_encoded(texts, hmm, segmenter))
    yield
    yield _digest(_words(found))


def segment_naive(folder, hmm):
    """Lists of words, by jieba."""
    texts, tokenizer = naive.read(_text(folder)), naive.cutter(folder)
    naive.words("开始", tokenizer, hmm)
    yield
    found = [naive.words(text, tokenizer, hmm) for text in texts]
    yield
    yield _digest(found)


def count_zhagen(folder):
    """The unit x term matrix of words that are numbers."""
    import scipy.sparse  # noqa: F401, so that its import is not timed

    import zhagen.corpus.parts  # noqa: F401

    found = pickle.loads((folder / "encoded.pickle").read_bytes())
    yield
    terms, matrix = _joined(found)
    yield
    yield _cells(matrix, len(terms))


def count_naive(folder):
    """A Counter for each paragraph, made into a matrix."""
    from collections import Counter

    yield from _count_dicts(folder, Counter)


def count_nltk(folder):
    """A FreqDist for each paragraph, made into a matrix."""
    from nltk import FreqDist

    yield from _count_dicts(folder, FreqDist)


def _count_dicts(folder, kind):
    from scipy.sparse import csr_array

    units = _lines(folder)
    yield
    found = [kind(words) for words in units]
    place = {term: number for number, term in enumerate(sorted(set().union(*found)))}
    rows, columns, values = [], [], []
    for row, unit in enumerate(found):
        for term, n in unit.items():
            rows.append(row)
            columns.append(place[term])
            values.append(n)
    matrix = csr_array((values, (rows, columns)), shape=(len(found), len(place)))
    yield
    yield _cells(matrix, len(place))


def count_sklearn(folder):
    """The unit x term matrix of CountVectorizer."""
    from sklearn.feature_extraction.text import CountVectorizer

    units = _lines(folder)
    yield
    vectorizer = CountVectorizer(analyzer=lambda words: words)
    matrix = vectorizer.fit_transform(units)
    yield
    yield _cells(matrix, len(vectorizer.vocabulary_))


def pairs_zhagen(folder, terms):
    """Pairs of columns of the matrix, by `zhagen.statistics.pairs.count_pairs`."""
    from zhagen.statistics.pairs import count_pairs

    matrix = _matrix(folder, terms)
    yield
    found = count_pairs(matrix)
    yield
    yield _checksum(*found)


def pairs_scipy(folder, terms, listed):
    """The product of the matrix with itself, as one writes it after CountVectorizer; `listed` as pairs, or as it is."""
    from scipy.sparse import triu

    matrix = _matrix(folder, terms)
    yield
    found = matrix.T @ matrix
    if listed:
        found = triu(found, 1, format="coo")
    yield
    found = triu(found, 1, format="coo")
    yield _checksum(*found.coords, found.data)


def pairs_naive(folder, terms):
    """A Counter of combinations."""
    vocabulary, units = _vocabulary(folder, terms), _lines(folder)
    kept = set(vocabulary)
    yield
    _, found = naive.cooccurrence(units, kept)
    yield
    yield _pairs(found, vocabulary)


def pairs_nltk(folder, terms):
    """A BigramCollocationFinder over the pairs of each paragraph: its windows know no paragraphs."""
    from itertools import combinations

    from nltk import FreqDist
    from nltk.collocations import BigramCollocationFinder

    vocabulary, units = _vocabulary(folder, terms), _lines(folder)
    kept = set(vocabulary)
    yield
    single, pairs = FreqDist(), FreqDist()
    for words in units:
        present = sorted(set(words) & kept)
        single.update(present)
        pairs.update(combinations(present, 2))
    found = BigramCollocationFinder(single, pairs)
    yield
    yield _pairs(found.ngram_fd, vocabulary)


def measures_zhagen(folder, terms):
    """By `zhagen.statistics.association.strongest_pairs`."""
    from zhagen.statistics.association import strongest_pairs

    _, edges = _counted(folder, terms)
    yield
    found = strongest_pairs(edges, "pmi", top=None)
    yield
    yield _strongest(found[["term_a", "term_b", "pmi"]].itertuples(index=False, name=None))


def measures_naive(folder, terms):
    """The formula in a loop."""
    from math import log2

    _, edges = _counted(folder, terms)
    rows = list(edges.itertuples(index=False, name=None))
    yield
    found = [(a, b, log2(n12 * N / (n1 * n2))) for a, b, n12, n1, n2, N in rows]
    found.sort(key=lambda row: (-row[2], row[0], row[1]))
    yield
    yield _strongest(found)


def measures_nltk(folder, terms):
    """BigramAssocMeasures over a BigramCollocationFinder."""
    from nltk import FreqDist
    from nltk.collocations import BigramAssocMeasures, BigramCollocationFinder

    single, edges = _counted(folder, terms)
    pairs = {(a, b): n12 for a, b, n12 in edges[["term_a", "term_b", "n12"]].itertuples(index=False, name=None)}
    finder = BigramCollocationFinder(FreqDist(single), FreqDist(pairs))
    finder.N = int(edges.N.iloc[0])  # paragraphs, as elsewhere; nltk takes words
    yield
    found = finder.score_ngrams(BigramAssocMeasures.pmi)
    yield
    yield _strongest((*pair, value) for pair, value in found)


def network_zhagen(folder, hmm, engine):
    """All of it, by `zhagen.corpus.cooccurrence.cooccur`."""
    yield
    from zhagen.corpus.cooccurrence import cooccur

    with tempfile.TemporaryDirectory(dir=folder) as out:
        found = cooccur(_text(folder), out, top=TOP, hmm=hmm, engine=engine, workers=1 if engine == "serial" else 2)
    yield
    edges = found.edges[["term_a", "term_b", "n12", "n1", "n2", "N", "npmi"]]
    yield _network(found.terms[["term", "count", "units"]].values.tolist(), edges.values.tolist(), found.communities)


def network_naive(folder, hmm):
    """All of it, as notebooks do."""
    yield
    found = naive.network(_text(folder), folder, hmm, TOP)
    yield
    yield _network(*found)


def network_sklearn(folder, hmm):
    """All of it, with CountVectorizer, the product and NumPy."""
    yield
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer

    tokenizer = naive.cutter(folder)
    vectorizer = CountVectorizer(analyzer=lambda text: naive.words(text, tokenizer, hmm))
    matrix = vectorizer.fit_transform(naive.read(_text(folder)))
    names, counts = vectorizer.get_feature_names_out(), np.asarray(matrix.sum(axis=0)).ravel()
    order = np.argsort(-counts, kind="stable")[:TOP]
    N = int((matrix.sum(axis=1) > 0).sum())
    chosen = np.sort(order)
    binary = (matrix[:, chosen] > 0).astype(np.int64)
    n12 = (binary.T @ binary).toarray()
    own = n12.diagonal()
    with np.errstate(divide="ignore", invalid="ignore"):
        npmi = np.log2(n12 * N / np.outer(own, own)) / -np.log2(n12 / N)
    npmi[n12 == N] = 1
    edges = [
        (names[chosen[a]], names[chosen[b]], int(n12[a, b]), int(own[a]), int(own[b]), N, float(npmi[a, b]))
        for a, b in zip(*np.triu_indices(len(chosen), 1), strict=True)
        if n12[a, b] >= 5
    ]
    edges.sort(key=lambda edge: (-edge[2], edge[0], edge[1]))
    units = dict(zip(chosen.tolist(), own.tolist(), strict=True))
    terms = [(names[n], int(counts[n]), units[n]) for n in order.tolist()]
    groups = naive.communities(edges)
    yield
    yield _network(terms, edges, groups)


def _text(folder):
    return next(folder.glob("text.*"))


def _lines(folder):
    return [line.split(" ") for line in (folder / "words.txt").read_text(encoding="utf-8").splitlines()]


def _vocabulary(folder, terms):
    return (folder / f"{terms}.txt").read_text(encoding="utf-8").splitlines()


def _matrix(folder, terms):
    import scipy.sparse as sp

    return sp.csr_array(sp.load_npz(folder / f"{terms}.npz"))


def _counted(folder, terms):
    """Return (units of each term, edges) as `zhagen.statistics.association.cooccurrence_table` gives them."""
    import numpy as np

    from zhagen.statistics.association import cooccurrence_table
    from zhagen.statistics.terms import TermMatrix

    matrix, names = _matrix(folder, terms), np.array(_vocabulary(folder, terms))
    units = dict(zip(names.tolist(), np.asarray(matrix.sum(axis=0)).ravel().tolist(), strict=True))
    return units, cooccurrence_table(TermMatrix(matrix, None, names), min_count=2)


def _encoded(texts, hmm, segmenter):
    """Yield the words of the texts as numbers, as many characters at a time as `cooccur` takes."""
    from zhagen.corpus.cooccurrence import PART
    from zhagen.text.segmentation import encode_texts

    batch, held = [], 0
    for text in texts:
        batch.append(text)
        held += len(text)
        if held >= PART:
            yield encode_texts(batch, hmm=hmm, segmenter=segmenter)
            batch, held = [], 0
    yield encode_texts(batch, hmm=hmm, segmenter=segmenter)


def _words(found):
    """Yield the list of words of each text."""
    for part in found:
        words, start = [part.terms[n] for n in part.ids], 0
        for length in part.lengths.tolist():
            yield words[start : start + length]
            start += length


def _joined(found):
    """Return (terms, unit x term matrix) of encoded texts; terms by code point, texts without one left out."""
    import numpy as np
    from scipy.sparse import csr_array

    from zhagen.corpus import parts

    places, indptr, columns, data = {}, [np.zeros(1, np.int64)], [], []
    for part in found:
        at = np.fromiter((places.setdefault(term, len(places)) for term in part.terms), np.int32, len(part.terms))
        units = np.repeat(np.arange(len(part.lengths)), part.lengths)
        ends, indices, counts = parts._rows(part.ids, units, len(part.terms))
        indptr.append(ends[1:] + indptr[-1][-1])
        columns.append(at[indices])
        data.append(counts)
    order = sorted(places)
    rank = np.empty(len(order), np.int32)
    rank[[places[term] for term in order]] = np.arange(len(order))
    indptr = np.concatenate(indptr).astype(np.int32)  # as CountVectorizer's; with int64 every product is slower
    cells = (np.concatenate(data).astype(np.int64), rank[np.concatenate(columns)], indptr)
    return order, csr_array(cells, shape=(len(indptr) - 1, len(order)))


def _digest(units):
    import hashlib

    digest, number = hashlib.sha256(), 0
    for words in units:
        digest.update((" ".join(words) + "\n").encode())
        number += len(words)
    return {"words": number, "sha256": digest.hexdigest()}


def _checksum(rows, columns, values):
    """Return how many cells, their sum, and a sum that depends on where each stands, but not on their order."""
    import numpy as np

    rows, columns, values = (np.asarray(array).astype(np.int64) for array in (rows, columns, values))
    return [len(values), int(values.sum()), int(((31 * rows + 7) * (17 * columns + 3) % PRIME * values).sum())]


def _cells(matrix, terms):
    cells = matrix.tocoo()
    return {"units": matrix.shape[0], "terms": terms, "found": _checksum(*cells.coords, cells.data)}


def _pairs(counts, vocabulary):
    import numpy as np

    place = {term: number for number, term in enumerate(vocabulary)}
    first = np.fromiter((place[a] for (a, _), _ in counts.items()), np.int64, len(counts))
    second = np.fromiter((place[b] for (_, b), _ in counts.items()), np.int64, len(counts))
    return _checksum(first, second, np.fromiter((n for _, n in counts.items()), np.int64, len(counts)))


def _strongest(rows):
    """Return what does not hang on the order of pairs whose measures differ in their last digit only."""
    rows = sorted(rows)
    return {"pairs": len(rows), "sum": sum(value for *_, value in rows), "sample": rows[:: len(rows) // 500 + 1]}


def _network(terms, edges, communities):
    return {"terms": [list(row) for row in terms], "edges": [list(row) for row in edges], "communities": communities}


def main(name, folder, options):
    """Run one task."""
    folder, options = Path(folder), json.loads(options)
    if name == "prepare":
        print(json.dumps(prepare(folder)))
        return
    check = options.pop("check")
    steps = globals()[name](folder, **options)
    next(steps)
    began = time.perf_counter()
    next(steps)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(json.dumps({"seconds": seconds, "peak": peak}), flush=True)
    if check:
        print(json.dumps(next(steps)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
