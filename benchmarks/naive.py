"""What notebooks do: jieba, Counter, itertools.combinations and networkx, written as people write it.

It shares no code with `zhagen`, only the lexicon's files, and gives the same numbers: the benchmark checks that.
"""

import re
from collections import Counter
from itertools import combinations
from math import log2
from pathlib import Path

LEXICON = Path(__file__).parents[1] / "data" / "lexicon"


def rows(name):
    """Return the lines of a file of the lexicon without its notes."""
    lines = (LEXICON / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


userdict = [line.split() for line in rows("userdict.txt")]
stopwords = {word for line in rows("stopwords.txt") for word in line.split()}
synonyms = dict(line.split("\t") for line in rows("synonyms.tsv"))
mixed = "|".join(re.escape(word) for word, _, _ in userdict if not re.fullmatch("[\u4e00-\u9fd5]+", word))
PIECE = re.compile(rf"{mixed}|[0-9]*[A-Za-z][A-Za-z0-9]*(?:[-'&.][A-Za-z0-9]+)*|(?:(?!{mixed})[\u4e00-\u9fd5])+")
NUMBER = re.compile("第?[0-9零〇一二三四五六七八九十百千万亿两]+[个种类项次家条位名倍大年月日]?")


def cutter(folder):
    """Return a jieba tokenizer with the user dictionary; its cache goes into a folder."""
    import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(folder)
    tokenizer.initialize()
    for word, frequency, _ in userdict:
        if frequency == "0":
            tokenizer.FREQ[word] = 0
        else:
            tokenizer.add_word(word, int(frequency))
    tokenizer.total = sum(tokenizer.FREQ.values())  # add_word counts a word twice that was there before
    return tokenizer


def read(path):
    """Return the paragraphs of a text file, a paragraph a line, or of the column `text` of a Parquet file."""
    if Path(path).suffix == ".parquet":
        import pandas as pd

        text = "\n".join(pd.read_parquet(path)["text"])
    else:
        text = Path(path).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip()]


def words(text, tokenizer, hmm):
    """Return the content words of a paragraph."""
    found = []
    for piece in PIECE.findall(text):
        for word in tokenizer.lcut(piece, HMM=hmm) if re.match("[\u4e00-\u9fd5]+$", piece) else [piece]:
            if word.lower() not in stopwords:
                word = synonyms.get(word, word)
                if len(word) > 1 and not NUMBER.fullmatch(word):
                    found.append(word)
    return found


def most_frequent(paragraphs, top):
    """Return the most frequent words with their counts, those first by code point where they are equal."""
    counts = Counter(word for paragraph in paragraphs for word in paragraph)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:top]


def cooccurrence(paragraphs, vocabulary):
    """Return in how many paragraphs each word and each pair of words of a vocabulary stands."""
    single, pairs = Counter(), Counter()
    for paragraph in paragraphs:
        present = sorted(set(paragraph) & vocabulary)
        single.update(present)
        pairs.update(combinations(present, 2))
    return single, pairs


def npmi(n12, n1, n2, N):
    """Return the normalised pointwise mutual information."""
    return 1.0 if n12 == N else log2(n12 * N / (n1 * n2)) / -log2(n12 / N)


def communities(edges):
    """Return the Louvain communities of the network of the pairs above chance."""
    import networkx as nx

    strong = sorted((a, b, value) for a, b, *_, value in edges if value > 0)
    graph = nx.Graph()
    graph.add_nodes_from(sorted({word for a, b, _ in strong for word in (a, b)}))
    graph.add_weighted_edges_from(strong)
    groups = [sorted(group) for group in nx.community.louvain_communities(graph, seed=1)]
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def network(path, folder, hmm, top=200, least=5):
    """Do it all: text in, words, edges and communities out."""
    tokenizer = cutter(folder)
    paragraphs = [words(paragraph, tokenizer, hmm) for paragraph in read(path)]
    frequent = most_frequent(paragraphs, top)
    single, pairs = cooccurrence(paragraphs, {word for word, _ in frequent})
    N = sum(1 for paragraph in paragraphs if paragraph)
    edges = [
        (a, b, n12, single[a], single[b], N, npmi(n12, single[a], single[b], N))
        for (a, b), n12 in pairs.items()
        if n12 >= least
    ]
    edges.sort(key=lambda edge: (-edge[2], edge[0], edge[1]))
    return [(word, n, single[word]) for word, n in frequent], edges, communities(edges)
