"""Chinese text of any size with natural frequencies, to practise on and to measure with.

It is drawn at random and means nothing.

Words come from jieba's dictionary and from ``data/published/terms.csv``, each by its frequency there; Latin words and
numbers are between them, and some terms are written as the variants of ``synonyms.tsv``. Content words belong to
topics, a document to a few of them, a paragraph to one: so words occur together more often than by chance,
while over the whole text each keeps its frequency. Sentences and paragraphs have log-normal lengths. There are no
citations.

The same seed gives the same text, and a smaller one is the beginning of a larger one.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import count, islice
from pathlib import Path

import numpy as np

from zhagen.documents.published import read_published
from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.output import write_files
from zhagen.text.lexicon import JIEBA_HAN, jieba_dictionary, read_lexicon

CHINESE = re.compile(f"[{JIEBA_HAN}]+")
TOPICS = 40
FAITHFUL = 0.5  # of the content words of a paragraph come from its topic
PUBLISHED = 0.15  # of all words are terms of the book
DOCUMENTS = 400  # drawn in one go, somewhat more than a MB
CONTENT = tuple("nvaijlsz")  # tags of jieba: nouns, verbs, adjectives, idioms …
LATIN = """AI App 5G IoT SaaS APP ERP KPI CRM OPPO vivo GDP B2B IOT O2O Python data-driven the Web3.0 ChatGPT MIT et
platform Airbnb R&D Uber value the DAO of user Zoom D2C co-creation McKinsey GPT-4 Netflix and iPhone15""".split()
NUMBERS = [
    *(f"{year}年" for year in range(1990, 2030)),
    *(f"{share}%" for share in range(2, 100)),
    *(f"{share / 10}%" for share in range(21, 999, 7)),
    *(f"{number}{unit}" for number in (2, 3, 5, 8, 12, 20, 36, 50, 100, 300, 1000, 25000) for unit in "个家名次项万种"),
]
MARKS = ["", "、", "，", "；", "：", "。", "？", "！", " ", "\n", "\n\n", "“", "”", "（", "）"]
NONE, STOP, BLANK, LINE, DOCUMENT = map(MARKS.index, ("", "。", " ", "\n", "\n\n"))


def _weights() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return (words, how often each is drawn, whether each is a content word); the shares add up to 1."""
    rows = [(word, n, tag) for word, n, tag in jieba_dictionary() if CHINESE.fullmatch(word)]
    total = sum(n for _, n, _ in rows)
    shares = {word: n / total for word, n, _ in rows}
    shares["的"] = 0.04  # the dictionary has it far too rare
    content = {word for word, _, tag in rows if tag.startswith(CONTENT) and len(word) > 1}
    counts = read_published(None, "terms").groupby("term")["count"].sum()
    published: dict[str, int] = dict(zip(counts.index.astype(str), counts.tolist(), strict=True))
    total = sum(published.values())
    for word, n in published.items():
        shares[word] = (1 - PUBLISHED) * shares.get(word, 0) + PUBLISHED * n / total
    content |= set(published)
    for variant, kept in read_lexicon().synonyms.items():
        shares[variant] = shares.get(variant, 0) + shares.get(kept, 0) / 5
    for foreign, share in ((LATIN, 0.02), (NUMBERS, 0.015)):
        harmonic = sum(1 / rank for rank in range(1, len(foreign) + 1))
        for rank, word in enumerate(foreign, 1):
            shares[word] = shares.get(word, 0) + share / rank / harmonic
    words = sorted(shares)
    drawn = np.array([shares[word] for word in words])
    return words, drawn / drawn.sum(), np.array([word in content for word in words])


def generate_documents(*, seed: int = 1) -> Iterator[str]:
    """Yield documents without end, each a text with one paragraph in a line.

    Parameters
    ----------
    seed : int, default 1
        Seed of the random generator; the same seed gives the same documents.

    Yields
    ------
    str
        A document.

    Examples
    --------
    >>> next(generate_documents()).endswith(("。", "！", "？", "”", "）"))
    True
    """
    words, shares, content = _weights()
    rng = np.random.default_rng(seed)
    popular = 1 / np.arange(5, 5 + TOPICS)
    topic = np.where(content, rng.choice(TOPICS, len(words), p=popular / popular.sum()), TOPICS)
    by_topic = np.argsort(topic, kind="stable")
    ends = np.cumsum(shares[by_topic])
    mass = np.bincount(topic.astype(np.intp, copy=False), shares, TOPICS + 1)
    starts = np.cumsum(mass) - mass
    prior = np.cumsum(mass[:TOPICS]) / mass[:TOPICS].sum()
    strings = np.array([*MARKS, *words], dtype=object)
    mixed = np.array([not CHINESE.fullmatch(word) for word in words])

    def drawn(at: np.ndarray) -> np.ndarray:
        """Return the words at points between 0 and 1, where each word has a stretch as long as its share."""
        return by_topic[np.minimum(np.searchsorted(ends, at), len(words) - 1)]

    for number in count():
        # `document` and `subject` repeat what holds for a document or paragraph once for each of its paragraphs or
        # words; `last_word` and `last_line` are places of words: sums of lengths up to a sentence or paragraph, less 1
        rng = np.random.default_rng([seed, number])
        paragraphs = rng.integers(1, 21, DOCUMENTS)
        sentences = _lengths(rng, 2.6, 0.6, paragraphs.sum())
        lengths = _lengths(rng, 13, 0.5, sentences.sum())
        last_word = np.cumsum(lengths) - 1  # of each sentence
        last_line = last_word[np.cumsum(sentences) - 1]  # of each paragraph
        subjects = np.searchsorted(prior, rng.random((DOCUMENTS, 3)))
        mixture = np.cumsum(rng.dirichlet(np.ones(3), DOCUMENTS), axis=1)
        document = np.repeat(np.arange(DOCUMENTS), paragraphs.astype(np.intp, copy=False))
        choice = (rng.random((len(document), 1)) > mixture[document, :2]).sum(axis=1)
        subject = np.repeat(subjects[document, choice], np.diff(last_line, prepend=-1).astype(np.intp, copy=False))
        size = len(subject)
        found = drawn(rng.random(size))
        own = content[found] & (rng.random(size) < FAITHFUL)
        found[own] = drawn(starts[subject[own]] + rng.random(own.sum()) * mass[subject[own]])

        after = np.searchsorted([0.86, 0.89, 0.988, 0.994], rng.random(size)).astype(np.int64)
        after[last_word] = STOP + np.searchsorted([0.93, 0.97], rng.random(len(last_word)))
        foreign = mixed[found]
        after[:-1][(after[:-1] == NONE) & foreign[:-1] & foreign[1:]] = BLANK
        before, line, aside = np.zeros(size, np.int64), np.zeros(size, np.int64), rng.random(size)
        for (opened, closed), chosen in (("“”", aside < 0.006), ("（）", aside > 0.997)):
            chosen &= after == NONE
            before[chosen], after[chosen] = MARKS.index(opened), MARKS.index(closed)
        line[last_line] = LINE
        line[last_line[np.cumsum(paragraphs) - 1]] = DOCUMENT
        text = "".join(strings[np.stack([before, found + len(MARKS), after, line], axis=1).ravel()])
        yield from text.split("\n\n")[:-1]


def _lengths(rng: np.random.Generator, median: float, spread: float, size: int) -> np.ndarray:
    return np.maximum(rng.lognormal(np.log(median), spread, size).round(), 1).astype(np.int64)


def generate_corpus(path: Path | str, size: float, *, seed: int = 1) -> int:
    """Write drawn text; no half file is left if that fails.

    Parameters
    ----------
    path : pathlib.Path or str
        A ``.txt`` (one paragraph in a line) or a ``.parquet`` (column ``text``, one row for each document, its
        paragraphs in lines).
    size : float
        Least number of bytes in UTF-8; the last document is written to its end.
    seed : int, default 1
        Seed of the random generator; another one gives another text.

    Returns
    -------
    int
        How many bytes of text were written.

    Raises
    ------
    ZhagenError
        If it is another kind of file, or pyarrow is not installed and the file is a ``.parquet``.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     generate_corpus(Path(folder, "practice.txt"), 1000) == Path(folder, "practice.txt").stat().st_size
    True
    """
    path, total = Path(path), 0

    def enough() -> Iterator[str]:
        nonlocal total
        for text in generate_documents(seed=seed):
            yield text
            total += len(text.encode()) + 1
            if total >= size:
                return

    if path.suffix not in WRITERS:
        raise ZhagenError(f"{path.name} is neither .txt nor .parquet", todo="name one that is")
    write_files({path.name: lambda draft: WRITERS[path.suffix](draft, enough())}, path.parent)
    return total


def _write_text(path: Path, texts: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{text}\n" for text in texts)


def _write_parquet(path: Path, texts: Iterator[str]) -> None:
    parquet, pyarrow = import_extra("pyarrow.parquet", "corpus"), import_extra("pyarrow", "corpus")
    with parquet.ParquetWriter(path, pyarrow.schema([("text", pyarrow.string())])) as writer:
        while batch := list(islice(texts, DOCUMENTS)):
            writer.write_table(pyarrow.table({"text": batch}))


WRITERS = {".txt": _write_text, ".parquet": _write_parquet}
