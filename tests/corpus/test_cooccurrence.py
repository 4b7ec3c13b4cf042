"""The whole: text in, terms, edges, communities, network and report out, by the function and by the command."""

import csv
import errno
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from contextlib import contextmanager, suppress
from itertools import combinations

import networkx as nx
import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyarrow import parquet
from scipy.sparse import csr_array

from zhagen.cli import main
from zhagen.corpus import cooccurrence, engines
from zhagen.corpus.cooccurrence import cooccur
from zhagen.corpus.readers import STORE as NAME
from zhagen.corpus.store import Store
from zhagen.errors import OutputError, SourceError, ZhagenError
from zhagen.statistics import association, networks
from zhagen.statistics.association import add_measures, cooccurrence_table
from zhagen.statistics.networks import find_communities
from zhagen.statistics.terms import TermMatrix
from zhagen.text.characters import normal_text
from zhagen.text.segmentation import content_terms

RESULTS = ("terms.csv", "edges.csv", "communities.csv", "network.graphml")
COMMAND = """
import signal
from zhagen.cli import main
from zhagen.corpus import cooccurrence
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs tests in the background may have it ignored
cooccurrence.PER_CHARACTER = {}
raise SystemExit(main())
"""
WORDS = (
    "平台 数据 用户 需求 企业 创新 能力 价值 资源 网络 生态 技术 组织 市场 服务 产品 战略 "
    "环境 机制 路径 设备 社区 场景 协同 数据驱动 动态能力 商业模式 价值主张 利益相关者 α鱼 IoT App 电商"
).split()
GLUE = "，|与|的|、|了|（焦豪等，2021）| 3.5% |促进|形成|[3]".split("|")


def written(seed, documents):
    """Documents of made-up text, the same for a seed: some words frequent, most rare, some of them in groups."""
    chance = random.Random(seed)

    def sentence(theme):
        words = WORDS[theme * 6 :] + WORDS[: theme * 6]
        chosen = [words[min(int(chance.expovariate(0.18)), len(words) - 1)] for _ in range(chance.randint(1, 9))]
        return "".join(word + chance.choice(GLUE) for word in chosen) + chance.choice("。！？")

    def paragraph(theme):
        return "".join(sentence(theme) for _ in range(chance.randint(1, 5)))

    def document():
        theme = chance.randrange(4)
        return "\n".join(chance.choice([paragraph(theme)] * 5 + ["", "的"]) for _ in range(chance.randint(1, 7)))

    return [document() for _ in range(documents)]


TEXTS = written(1, 70)
WITH_WORDS = sum(map(bool, TEXTS))  # documents: an empty one is named, not counted


def jsonl(path, texts):
    path.write_text("".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts), "utf-8")
    return path


def held(folder):
    return {name: (folder / name).read_bytes() for name in RESULTS}


def facts(folder):
    """The report without what depends on the run and on the name of the input."""
    report = json.loads((folder / "report.json").read_text("utf-8"))
    return {name: value for name, value in report.items() if name not in ("run", "source", "files", "notes")}


def run_of(folder):
    return json.loads((folder / "report.json").read_text("utf-8"))["run"]


HOW = {"top": 25, "min_count": 3, "engine": "serial"}


def count(source, out, **how):
    return cooccur(source, out, **(HOW | how))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The corpus as JSON lines, and a run over it that is the measure of all others."""
    folder = tmp_path_factory.mktemp("corpus")
    count(jsonl(folder / "texts.jsonl", TEXTS), folder / "out")
    return folder / "texts.jsonl", folder / "out"


# --- what is counted


def naive(texts, unit, window=10):
    """The units of texts, each a Counter of terms, in the plainest way; those without a term left out."""
    found = []
    for text in texts:
        lines = [line for line in text.splitlines() if line.strip()]
        if unit == "document":
            found.append(Counter(term for line in lines for term in content_terms(line)))
        elif unit == "paragraph":
            found += [Counter(content_terms(line)) for line in lines]
        elif unit == "sentence":
            found += [Counter(content_terms(one)) for line in lines for one in re.findall(r"[^。！？]*[。！？]?", line)]
        else:
            terms = [content_terms(line) for line in lines]
            found += [Counter(one[n : n + window]) for one in terms for n in range(max(len(one) - window + 1, 1))]
    return [one for one in found if one]


def expected(texts, unit="paragraph", window=10, weighted=False, top=25, min_count=3):
    """Terms (term, count, units) and edges (term_a, term_b, n12, n1, n2, N) of the naive count."""
    units = naive(texts, unit, window)
    count = Counter(term for one in naive(texts, "paragraph") for term in one.elements())
    chosen = sorted(count, key=lambda term: (-count[term], term))[:top]
    pairs, own = Counter(), Counter()
    for one in units:
        times = {term: n if weighted else 1 for term, n in one.items() if term in chosen}
        own.update({term: n * n for term, n in times.items()})
        pairs.update({(a, b): times[a] * times[b] for a, b in combinations(sorted(times), 2)})
    edges = [
        (a, b, n, own[a], own[b], np.nan if weighted else len(units)) for (a, b), n in pairs.items() if n >= min_count
    ]
    edges = pd.DataFrame(sorted(edges, key=lambda e: (-e[2], e[0], e[1])), columns=association.EDGES)
    return [(term, count[term], sum(term in one for one in units)) for term in chosen], edges


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "unit, window", [("sentence", 0), ("paragraph", 0), ("document", 0), ("window", 2), ("window", 7)]
)
def test_the_files_hold_the_naive_count(corpus, tmp_path, unit, window, weighted):
    found = count(corpus[0], tmp_path, unit=unit, window=window or 10, weighted=weighted, part=900)
    terms, edges = expected(TEXTS, unit, window, weighted)
    assert list(found.terms[["term", "count", "units"]].itertuples(index=False, name=None)) == terms
    measures = association.VECTOR_MEASURES if weighted else list(association.MEASURES)
    assert_frame_equal(found.edges, add_measures(edges, measures), check_column_type=False, check_dtype=False)
    assert found.edges.columns.tolist() == [*association.EDGES, *(m for m in association.MEASURES if m in measures)]
    assert len(edges) > 20 and found.report["units"] == len(naive(TEXTS, unit, window))
    kinds = {"term_a": str, "term_b": str, "N": float if weighted else int}
    read = pd.read_csv(tmp_path / "edges.csv", dtype=kinds)
    assert_frame_equal(read, found.edges, check_dtype=False, rtol=0, atol=0)


@pytest.mark.parametrize("weighted", [False, True])
def test_small_and_large_scale_agree(corpus, tmp_path, weighted):
    """`cooccurrence_table` of the matrix of the same text, held in memory, gives the same table."""
    found = count(corpus[0], tmp_path, unit="sentence", weighted=weighted, part=900)
    names = np.array(sorted(found.terms.term))
    dense = [[one[name] for name in names] for one in naive(TEXTS, "sentence")]
    table = cooccurrence_table(TermMatrix(csr_array(np.array(dense)), None, names), binary=not weighted, min_count=3)
    assert_frame_equal(found.edges[association.EDGES], table)


def test_the_files(corpus):
    source, out = corpus
    assert sorted(path.name for path in out.iterdir()) == sorted([*RESULTS, "report.json"])
    found = count(source, out)
    terms, edges, groups = (pd.read_csv(out / name) for name in RESULTS[:3])
    assert terms.columns.tolist() == ["term", "count", "units", "community"]
    assert edges.columns.tolist() == [*association.EDGES, *association.MEASURES]
    assert groups.columns.tolist() == ["community", "term", "count", "units"]
    assert terms["count"].is_monotonic_decreasing and edges.n12.is_monotonic_decreasing
    graph = nx.read_graphml(out / "network.graphml")
    assert set(map(frozenset, graph.edges)) == {
        frozenset(e) for e in edges.loc[edges.npmi > 0, ["term_a", "term_b"]].itertuples(index=False, name=None)
    }
    member = dict(zip(terms.term, terms.community, strict=True))
    assert all(graph.nodes[term]["community"] == member[term] for term in graph)
    assert {term for term, number in member.items() if number} == set(graph) == set(groups.term)
    assert [sorted(groups.term[groups.community == n + 1]) for n in range(len(found.communities))] == found.communities
    assert all(b"\r" not in content and content.endswith(b"\n") for content in list(held(out).values())[:3])


def test_the_report(corpus):
    found = count(*corpus).report
    lines = [line for text in TEXTS for line in text.splitlines() if line.strip()]
    terms = [term for line in lines for term in content_terms(line)]
    assert json.loads((corpus[1] / "report.json").read_text("utf-8")) == found
    assert {name: found[name] for name in ("source", "documents", "paragraphs", "characters", "occurrences")} == {
        "source": "texts.jsonl", "documents": WITH_WORDS, "paragraphs": len(lines), 
        "characters": len("".join(map(normal_text, lines))), "occurrences": len(terms),
    }  # fmt: skip
    assert found["distinct_terms"] == len(set(terms)) and found["terms"] == 25
    counts = sorted(Counter(terms).values(), reverse=True)
    assert found["tied_terms_left_out"] == sum(n >= counts[24] for n in counts) - 25
    assert found["settings"]["unit"] == "paragraph" and found["settings"]["weight"] == "npmi"
    assert found["run"]["seconds"] > 0 and found["run"]["peak_mb"] > 50 and found["run"]["resumed"] == 0


def test_the_weight_of_the_network_is_a_choice(corpus, tmp_path):
    found = count(corpus[0], tmp_path, weight="n12", seed=3)
    assert found.network.graph["measure"] == found.report["settings"]["weight"] == "n12"
    assert held(tmp_path)["edges.csv"] == held(corpus[1])["edges.csv"]
    assert count(corpus[0], tmp_path, weighted=True).report["settings"]["weight"] == "cosine"


def test_the_seed_is_that_of_the_communities(tmp_path):
    """A ring of terms, in which there are no groups but those that chance finds."""
    ring = ["，".join(pair) for pair in zip(WORDS[:21], [*WORDS[1:21], WORDS[0]], strict=True)]
    source, groups = jsonl(tmp_path / "a.jsonl", ring), set()
    for seed in range(1, 7):
        found = count(source, tmp_path / "out", min_count=1, weight="n12", seed=seed)
        assert found.communities == find_communities(found.network, seed=seed)
        groups.add(str(found.communities))
    assert len(groups) > 1


def test_equal_counts_are_told_apart_by_code_point(tmp_path):
    found = count(jsonl(tmp_path / "a.jsonl", ["用户需求", "平台数据", "数据"]), tmp_path / "out", top=3, min_count=1)
    assert found.terms.term.tolist() == ["数据", "平台", "用户"] and found.edges.term_a.tolist() == ["平台"]


# --- what changes nothing


@pytest.mark.parametrize(
    "how",
    [{"part": 1}, {"part": 700}, {"part": 700, "segmenter": "jieba"}, {"memory": 16, "part": 5000}, {"workers": 3}],
    ids=str,
)
def test_parts_segmenter_and_memory_change_nothing(corpus, tmp_path, how):
    count(corpus[0], tmp_path, **how)
    assert held(tmp_path) == held(corpus[1]) and facts(tmp_path) == facts(corpus[1])


@pytest.mark.parametrize("unit", ["sentence", "document", "window"])
def test_parts_change_no_other_unit_either(corpus, tmp_path, unit):
    for part in (150, 1500, 10**6):
        count(corpus[0], tmp_path / str(part), unit=unit, part=part)
        assert held(tmp_path / str(part)) == held(tmp_path / "150")
        assert facts(tmp_path / str(part)) == facts(tmp_path / "150")


@pytest.mark.parametrize("unit", ["paragraph", "document"])
@pytest.mark.parametrize("kind", ["folder", "csv", "tsv", "parquet"])
def test_the_form_of_the_input_changes_nothing(corpus, tmp_path, kind, unit):
    """A folder of files in several encodings among them; how often it is read in pieces does not matter either."""
    source = tmp_path / f"texts.{kind}"
    if kind == "folder":
        source = tmp_path / "texts"
        source.mkdir()
        for number, text in enumerate(TEXTS):
            encoding = ("utf-8", "utf-8-sig", "utf-16", "gb18030")[number % 4]
            (source / f"{number:03}.txt").write_text(text + "\n" * (number % 3), encoding)
    elif kind == "parquet":
        parquet.write_table(pa.table({"text": TEXTS}), source, row_group_size=9)
    else:
        with source.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t" if kind == "tsv" else ",").writerows([["text"], *([one] for one in TEXTS)])
    reference = tmp_path / "reference"
    count(corpus[0], reference, unit=unit)
    count(source, tmp_path / "out", unit=unit, part=900)
    assert held(tmp_path / "out") == held(reference) and facts(tmp_path / "out") == facts(reference)


@pytest.mark.parametrize("unit", ["paragraph", "document"])
def test_long_files_change_nothing(tmp_path, monkeypatch, unit):
    """A text file is read in blocks, whose ends are nowhere in the result."""
    from zhagen.corpus import readers

    path = tmp_path / "a.txt"
    path.write_text("\n".join(TEXTS), "utf-8")
    count(path, tmp_path / "whole", unit=unit)
    monkeypatch.setattr(readers, "BLOCK", 100)
    count(path, tmp_path / "blocks", unit=unit, part=300)
    assert held(tmp_path / "blocks") == held(tmp_path / "whole")
    assert facts(tmp_path / "blocks") == facts(tmp_path / "whole")
    assert facts(tmp_path / "blocks")["documents"] == 1


@settings(max_examples=5)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_documents_changes_nothing(corpus, tmp_path_factory, chance):
    folder = tmp_path_factory.mktemp("order")
    count(jsonl(folder / "a.jsonl", chance.sample(TEXTS, len(TEXTS))), folder / "out", part=2000)
    assert held(folder / "out") == held(corpus[1]) and facts(folder / "out") == facts(corpus[1])


@settings(max_examples=5)
@given(st.integers(1, 20), st.integers(20, 29), st.sampled_from(["sentence", "paragraph", "document", "window"]))
def test_counts_add_up_over_a_split_of_the_corpus(tmp_path_factory, start, end, unit):
    folder = tmp_path_factory.mktemp("split")

    def counts(texts):
        found = count(jsonl(folder / "a.jsonl", texts), folder / "out", unit=unit, window=4, top=10**6, min_count=1)
        rows = found.edges[["term_a", "term_b", "n12"]].itertuples(index=False, name=None)
        units = dict(zip(found.terms.term, found.terms.units, strict=True))
        return Counter({(a, b): n for a, b, n in rows}), Counter(units), found.report["units"]

    for whole, *split in zip(*map(counts, (TEXTS[:30], TEXTS[:start], TEXTS[start:end], TEXTS[end:30])), strict=True):
        assert whole == split[0] + split[1] + split[2]


LINES = st.lists(st.text(st.sampled_from("平台。"), max_size=6), min_size=1, max_size=6)


@given(st.lists(LINES, max_size=6), st.integers(1, 12), st.integers(1, 7), st.booleans())
def test_parts_are_cut_at_lines_and_lose_nothing(documents, size, block, whole):
    """Of documents that come in pieces, as long files do: nothing is twice, none is too long but a line or document."""
    named = [(str(n), lines[a : a + block]) for n, lines in enumerate(documents) for a in range(0, len(lines), block)]
    pieces = [(name, "\n".join(lines)) for name, lines in named]
    unit = "document" if whole else "paragraph"
    found = list(cooccurrence._parts(pieces, size, unit))
    assert sum(begun for _, begun in found) == len(documents)
    texts = [text for part, _ in found for text in part]
    assert [line for text in texts for line in text.split("\n")] == [line for lines in documents for line in lines]
    if whole:
        assert texts == ["\n".join(lines) for lines in documents]
    else:
        assert all(sum(map(len, part)) <= size or len(list(filter(None, part))) == 1 for part, _ in found)
        assert all(len(text) - text.count("\n") <= size or "\n" not in text for text in texts)


def test_a_corpus_prints_itself(corpus, tmp_path):
    found = count(corpus[0], tmp_path)
    size = found.report
    assert repr(found).splitlines() == [
        f"Corpus: 25 terms, {len(found.edges)} edges, {len(found.communities)} communities",
        f"read: {WITH_WORDS} documents, {size['paragraphs']} paragraphs, {size['units']} units (paragraph) with a term",
        "note: empty: texts.jsonl, line 39, texts.jsonl, line 56, texts.jsonl, line 70",
    ]


# --- engines


def workers(pid=None):
    """The processes that count for this one, or for another."""
    found = []
    for one in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            found += [one] if "spawn_main" in "".join(one.cmdline()) else []
    return found


@contextmanager
def killing(monkeypatch, victims):
    """Kill one of the workers, for good and with no warning, as soon as the first part is saved."""
    killed, save = [], Store.save

    def kill(store, *part):
        save(store, *part)
        if not killed:
            killed.extend(victims()[:1])
            killed[0].kill()

    with monkeypatch.context() as patch:
        patch.setattr(Store, "save", kill)
        yield
    assert killed and not killed[0].is_running() or killed[0].status() == psutil.STATUS_ZOMBIE


def test_processes_change_nothing_even_when_one_dies(corpus, tmp_path, monkeypatch):
    with killing(monkeypatch, workers):
        count(corpus[0], tmp_path, engine="processes", workers=2, part=700)
    assert held(tmp_path) == held(corpus[1]) and facts(tmp_path) == facts(corpus[1])
    assert run_of(tmp_path)["engine"] == "processes" and run_of(tmp_path)["parts"] > 15


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A Dask scheduler with two workers, as on several machines: (address, scheduler, keeper of the workers)."""
    folder = tmp_path_factory.mktemp("cluster")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard"]
    started = [subprocess.Popen([*dask, "--host", "127.0.0.1", "--scheduler-file", "s.json"], **quiet)]
    dask = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", "s.json", "--nthreads", "1"]
    try:
        wait_for(lambda: (folder / "s.json").exists() and (folder / "s.json").stat().st_size)
        started.append(subprocess.Popen([*dask, "--nworkers", "2", "--no-dashboard", "--host", "127.0.0.1"], **quiet))
        yield json.loads((folder / "s.json").read_text())["address"], *started
    finally:
        family = [child for one in started for child in workers(one.pid)]
        for one in [*started, *family]:
            one.kill()
        for one in started:
            one.wait()


def wait_for(condition, seconds=300):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.01)


def test_a_dask_cluster_changes_nothing_even_when_a_worker_dies(corpus, tmp_path, monkeypatch, cluster):
    """Its scheduler is named; twice, for the cluster lives on."""
    address, _, keeper = cluster
    wait_for(lambda: len(workers(keeper.pid)) == 2)
    with killing(monkeypatch, lambda: workers(keeper.pid)):
        count(corpus[0], tmp_path, scheduler=address, part=700)
    assert held(tmp_path) == held(corpus[1]) and facts(tmp_path) == facts(corpus[1])
    assert run_of(tmp_path)["engine"] == "dask" and run_of(tmp_path)["parts"] > 15
    count(corpus[0], tmp_path / "again", scheduler=address, unit="document", part=20_000)
    assert facts(tmp_path / "again")["documents"] == WITH_WORDS


def test_a_scheduler_that_goes_away_is_one_message_and_the_run_can_go_on(corpus, tmp_path, monkeypatch, capfd, cluster):
    """The last test of the cluster: nobody is left to ask."""
    address, scheduler, _ = cluster
    arguments = ["cooccur", str(corpus[0]), "--top", "25", "--min-count", "3", "--quiet", "--workers", "2"]
    arguments += ["--out", str(tmp_path)]
    monkeypatch.setattr(cooccurrence, "PER_CHARACTER", 2**20)  # so that there are many parts
    with killing(monkeypatch, lambda: [psutil.Process(scheduler.pid)]):
        assert main([*arguments, "--scheduler", address]) == 2
    said = capfd.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "the Dask scheduler is gone" in said.err
    assert main([*arguments, "--engine", "serial"]) == 0
    assert held(tmp_path) == held(corpus[1]) and run_of(tmp_path)["resumed"] > 0


def command(*arguments):
    """Start the command in a process group of its own, with hashes of its own; its parts are as large as here."""
    program = [sys.executable, "-c", COMMAND.format(cooccurrence.PER_CHARACTER), "cooccur", *map(str, arguments)]
    environment = os.environ | {"PYTHONHASHSEED": "random"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(program, start_new_session=True, env=environment, **pipes)


def test_a_dask_cluster_of_its_own_changes_nothing(corpus, tmp_path):
    """By the command: a progress bar on one stream, what was found on the other."""
    source, out = corpus
    how = ["--top", 25, "--min-count", 3, "--engine", "dask", "--workers", 1]
    done = command(source, "--out", tmp_path, *how)
    said, noise = done.communicate(timeout=300)
    assert done.returncode == 0
    assert held(tmp_path) == held(out) and facts(tmp_path) == facts(out)
    report = facts(out)
    assert said.splitlines() == [
        f"{WITH_WORDS} documents, {report['paragraphs']} paragraphs, {report['units']} units of text with a term",
        f"25 terms, {report['edges']} edges, {report['communities']} communities: {tmp_path}",
    ]
    assert all(re.match(r"counting: +\d+%\||zhagen: empty: ", line) for line in noise.splitlines() if line)
    assert "B/s]" in noise


# --- bad input


def refused(capsys, *arguments):
    """The one line that the command says of what it cannot do; the status is 2, and nothing is written."""
    assert main(["cooccur", "--quiet", "--engine", "serial", *map(str, arguments)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("zhagen: ") and said.err.count("\n") == 1
    return said.err


BAD = {
    "none.csv": (None, "there is no"),
    "a.docx": (b"PK", "is of no known kind"),
    "empty": ("folder", "has no .txt or .md file"),
    "a.txt": (b"", "no content term"),
    "a1.txt": ("數據驅動。\n".encode("big5") * 6, "a1.txt is read as Big5; the text is in traditional characters"),
    "b.txt": ("，。 3 了\n的".encode(), "no content term"),
    "c.jsonl": (b"", "no content term"),
    "d.jsonl": (b'{"text": null}\n', "no content term"),
    "e.jsonl": ('{"text": "平台"}\n{"text": "数'.encode(), "e.jsonl, line 2"),
    "f.jsonl": ('{"body": "平台"}\n'.encode(), "it has: body"),
    "g.csv": ("id,body\n1,平台\n".encode(), "name one of id, body"),
    "h.csv": ("id,text\n1,平台\n2\n".encode(), "h.csv, line 3"),
    "i.parquet": (b"text", "no Parquet"),
    "j.txt": ("平台数据\n".encode() + "数据平台\n".encode("gbk"), "j.txt"),
    "k.txt": (b"\xff\xfe\xff", "k.txt"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_message_and_leaves_nothing(capsys, tmp_path, name):
    content, said = BAD[name]
    source = tmp_path / "in" / name
    source.parent.mkdir()
    if content == "folder":
        source.mkdir()
    elif content is not None:
        source.write_bytes(content)
    assert said in refused(capsys, source, "--out", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize(
    "settings, said",
    [
        ("--unit chapter", "there is no unit 'chapter': use one of sentence, paragraph, document, window"),
        ("--engine spark", "there is no engine 'spark': use one of serial, processes, dask"),
        ("--segmenter thulac", "there is no segmenter 'thulac': use one of jieba, rjieba"),
        ("--weight mi3", "there is no measure 'mi3': use one of n12, pmi, npmi"),
        ("--weight mi3 --weighted", "there is no measure 'mi3': use one of n12, jaccard"),
        ("--weight g2 --weighted", "there is no measure 'g2': use one of n12, jaccard"),
        ("--top 0", "top is 0: give 1 or more"),
        ("--min-count 0", "min_count is 0: give 1 or more"),
        ("--unit window --window 1", "window is 1: give 2 or more"),
        ("--memory 0", "memory is 0: give 16 or more"),
        ("--workers 0", "workers is 0: give 1 or more"),
        ("--workers -1", "workers is -1: give 1 or more"),
        ("--encoding klingon", "unknown encoding: klingon"),
        ("--lexicon nowhere", "nowhere/userdict.txt: a lexicon is"),
        ("--column body", "it has: text"),
        ("--scheduler tcp://127.0.0.1:1", "no Dask scheduler answers at tcp://127.0.0.1:1"),
        ("--scheduler klingon", "no Dask scheduler answers at klingon"),
    ],
)
def test_bad_settings_are_one_message_and_leave_nothing(corpus, capsys, tmp_path, monkeypatch, settings, said):
    monkeypatch.setattr(engines, "PATIENCE", 0.5)
    began = time.monotonic()
    assert said in refused(capsys, corpus[0], "--out", tmp_path / "out", *settings.split())
    assert list(tmp_path.iterdir()) == [] and time.monotonic() - began < 30


def test_what_is_wrong_is_said_before_the_counting(corpus, tmp_path, monkeypatch):
    """A slip in a setting must not cost hours."""
    monkeypatch.setattr(cooccurrence, "_count", lambda *_: pytest.fail("it counts"))
    for how in ({"weight": "mi3"}, {"segmenter": "x"}, {"engine": "x"}, {"unit": "x"}, {"top": 0}):
        with pytest.raises(ZhagenError):
            count(corpus[0], tmp_path / "out", **how)


@pytest.mark.parametrize("place", ["out", "out/below"])
def test_a_file_in_the_way(corpus, capsys, tmp_path, place):
    (tmp_path / "out").write_text("a file")
    assert "cannot be written" in refused(capsys, corpus[0], "--out", tmp_path / place)
    assert (tmp_path / "out").read_text() == "a file"


def test_a_folder_in_the_way_of_a_file(corpus, capsys, tmp_path):
    (tmp_path / "network.graphml").mkdir()
    assert "cannot be written" in refused(capsys, corpus[0], "--out", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME, "network.graphml"]


def test_the_bar_is_no_condition(corpus, tmp_path, monkeypatch, capsys):
    """tqdm comes with zhagen[corpus] only."""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert main(["cooccur", str(corpus[0]), "--out", str(tmp_path), "--engine", "serial"]) == 0
    assert capsys.readouterr().err.startswith("zhagen: empty: texts.jsonl, line 39")


# --- small, large and odd input


def written_numbers(folder):
    """Every number in the files, after a look that none is missing or without end."""
    text = "".join((folder / name).read_text("utf-8") for name in [*RESULTS, "report.json"])
    assert not re.search(r"(?i)\b(nan|inf|infinity)\b", text) and ",," not in text
    return text


def test_one_term_has_no_edge(tmp_path):
    found = count(jsonl(tmp_path / "a.jsonl", ["平台，平台", "平台"]), tmp_path / "out", min_count=1)
    written_numbers(tmp_path / "out")
    lines = {name: (tmp_path / "out" / name).read_text("utf-8").splitlines() for name in RESULTS[:3]}
    assert lines["terms.csv"] == ["term,count,units,community", "平台,3,2,0"]
    assert lines["edges.csv"] == [",".join([*association.EDGES, *association.MEASURES])]
    assert lines["communities.csv"] == ["community,term,count,units"]
    assert len(nx.read_graphml(tmp_path / "out" / "network.graphml")) == 0
    assert len(found.edges) == 0 and found.communities == [] and found.report["edges"] == 0


def test_no_pair_is_frequent_enough(corpus, tmp_path):
    found = count(corpus[0], tmp_path, min_count=10**6)
    written_numbers(tmp_path)
    assert len(found.terms) == 25 and len(found.edges) == 0


def test_terms_in_every_unit(tmp_path):
    """平台 and 数据 stand everywhere, so that they say nothing of each other: npmi has its limit, pmi and g2 are 0."""
    found = count(
        jsonl(tmp_path / "a.jsonl", ["平台数据", "数据平台用户", "平台，数据"]), tmp_path / "out", min_count=1
    )
    written_numbers(tmp_path / "out")
    values = found.edges.set_index(["term_a", "term_b"])
    assert values.loc[("平台", "数据"), ["npmi", "pmi", "g2", "jaccard", "logdice"]].tolist() == [1, 0, 0, 1, 14]
    assert values.loc[("平台", "用户"), ["npmi", "pmi", "g2"]].tolist() == [0, 0, 0]
    assert np.isfinite(values.to_numpy(float)).all()


def test_a_weighted_count_says_nothing_of_units(corpus, tmp_path):
    """N is empty, for the numbers are none of units; the other columns are full."""
    count(corpus[0], tmp_path, weighted=True)
    table = pd.read_csv(tmp_path / "edges.csv")
    assert table.N.isna().all() and np.isfinite(table.drop(columns=["term_a", "term_b", "N"])).all(axis=None)
    assert table.columns.tolist() == [*association.EDGES, *association.VECTOR_MEASURES]


@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_a_unit_of_a_million_characters(tmp_path, name):
    long, head = "平台与数据的用户需求，" * 100_000, "text\n" if name == "a.csv" else ""
    (tmp_path / name).write_text(f"{head}{long}\n平台数据", "utf-8")
    began = time.process_time()
    found = count(tmp_path / name, tmp_path / "out", min_count=1, part=1000)
    assert time.process_time() - began < 10
    assert found.terms["count"].tolist() == [100_001, 100_001, 100_000, 100_000]
    assert found.edges.n12.tolist() == [2, 1, 1, 1, 1, 1] and found.report["characters"] == len(long) + 4
    weighted = count(tmp_path / name, tmp_path / "out", min_count=1, weighted=True)
    assert weighted.edges.n12.max() == 100_000**2 + 1


def test_a_word_without_end_among_the_terms(tmp_path):
    """What is no word at all, as a picture in the text is, must not make every cell of the table as wide as it is."""
    source = jsonl(tmp_path / "a.jsonl", ["，".join(WORDS[:25]) + "，" + "a" * 300_000])
    tracemalloc.start()
    found = count(source, tmp_path / "out", min_count=1, top=30)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.terms) == 26 and len(found.edges) == 26 * 25 / 2 and peak < 100 * 2**20


def test_missing_texts_are_named_and_no_documents(tmp_path):
    parquet.write_table(pa.table({"text": [None, "平台数据", "", None, "平台数据"]}), tmp_path / "a.parquet")
    found = count(tmp_path / "a.parquet", tmp_path / "out", min_count=2)
    assert (found.report["documents"], found.report["units"], found.edges.n12.tolist()) == (2, 2, [2])
    assert found.report["notes"] == ["empty: a.parquet, row 1, a.parquet, row 3, a.parquet, row 4"]


def test_another_column(tmp_path):
    rows = [{"text": "平台", "body": "数据用户"}] * 2
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert count(tmp_path / "a.jsonl", tmp_path / "out", column="body", min_count=2).terms.term.tolist() == [
        "数据",
        "用户",
    ]


def test_half_a_character(tmp_path):
    """Of a cut-off emoji; neither segmenter falls over it, and both find the same."""
    (tmp_path / "a.jsonl").write_text('{"text": "平台\\ud83d数据"}\n' * 2)
    for segmenter in ("rjieba", "jieba"):
        count(tmp_path / "a.jsonl", tmp_path / segmenter, min_count=1, segmenter=segmenter)
    assert held(tmp_path / "rjieba") == held(tmp_path / "jieba")


# --- a full disk


@contextmanager
def room(size):
    """Let no file grow beyond a size: what a full disk does, but for the number of the error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size, parts", [(0, False), (60, False), (1200, False), (40_000, True)])
def test_a_full_disk(corpus, capsys, tmp_path, size, parts):
    """In the settings, in a part, in a result; with room again, the same command goes on and gives the same."""
    out, arguments = tmp_path / "out", ["cooccur", str(corpus[0]), "--quiet", "--engine", "serial", "--top", "25"]
    arguments += ["--min-count", "3", "--out", str(out)]
    with room(size):
        status = main(arguments)
    said = capsys.readouterr()
    assert (status, said.out, said.err.count("\n")) == (2, "", 1) and "File too large" in said.err
    assert not any((out / name).exists() for name in [*RESULTS, "report.json"])
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert left == [] or (parts and sorted(left) == ["0000000.npz", "settings.json"])
    assert main(arguments) == 0
    assert held(out) == held(corpus[1]) and run_of(out)["resumed"] == int(parts)
    assert sorted(path.name for path in out.iterdir()) == sorted([*RESULTS, "report.json"])


def test_a_full_disk_leaves_the_results_of_the_last_run(corpus, tmp_path, monkeypatch):
    count(corpus[0], tmp_path, unit="document")
    before = held(tmp_path)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(networks, "write_graphml", full)
        with pytest.raises(OutputError, match="No space left on device"):
            count(corpus[0], tmp_path)
    assert held(tmp_path) == before
    count(corpus[0], tmp_path)
    assert held(tmp_path) == held(corpus[1]) and run_of(tmp_path)["resumed"] == 1


# --- stopped, and started again


def stopped(source, out, after=5, **how):
    """Begin to count, and stop after some parts as Ctrl-C does."""
    save, saved = Store.save, []

    def stop(store, *part):
        if len(saved) == after:
            raise KeyboardInterrupt
        saved.append(save(store, *part))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "save", stop)
        with pytest.raises(KeyboardInterrupt):
            count(source, out, part=700, **how)
    assert [path.name for path in out.iterdir()] == [NAME]


def test_a_stopped_run_goes_on(corpus, tmp_path):
    stopped(corpus[0], tmp_path / "out")
    count(corpus[0], tmp_path / "out", part=700)
    assert run_of(tmp_path / "out")["resumed"] == 5
    assert held(tmp_path / "out") == held(corpus[1]) and facts(tmp_path / "out") == facts(corpus[1])


def test_a_truncated_part_is_counted_again(corpus, tmp_path):
    stopped(corpus[0], tmp_path / "out")
    parts = sorted((tmp_path / "out" / NAME).glob("*.npz"))
    parts[1].write_bytes(parts[1].read_bytes()[:-40])
    parts[3].write_bytes(b"")
    count(corpus[0], tmp_path / "out", part=700)
    assert run_of(tmp_path / "out")["resumed"] == 3 and held(tmp_path / "out") == held(corpus[1])


@pytest.mark.parametrize("change", ["first", "last", "fewer"])
def test_parts_of_a_changed_input_are_not_mixed_in(tmp_path, change):
    texts = list(TEXTS)
    stopped(jsonl(tmp_path / "a.jsonl", texts), tmp_path / "out")
    if change == "fewer":
        texts = texts[:3]
    else:
        place = 0 if change == "first" else -1
        texts[place] = texts[place].replace("平台", "智慧") + "智慧农业"
    jsonl(tmp_path / "a.jsonl", texts)
    count(tmp_path / "a.jsonl", tmp_path / "out", part=700)
    count(tmp_path / "a.jsonl", tmp_path / "fresh")
    assert held(tmp_path / "out") == held(tmp_path / "fresh") and facts(tmp_path / "out") == facts(tmp_path / "fresh")
    assert run_of(tmp_path / "out")["resumed"] < 5 if change != "last" else run_of(tmp_path / "out")["resumed"] == 5


@pytest.mark.parametrize(
    "how", [{"unit": "sentence"}, {"unit": "window", "window": 4}, {"hmm": True}, {"lexicon": "own"}]
)
def test_parts_of_other_settings_are_not_mixed_in(corpus, tmp_path, how):
    if "lexicon" in how:
        how["lexicon"] = own = tmp_path / "own"
        own.mkdir(exist_ok=True)
        for name, text in {"userdict.txt": "", "stopwords.txt": "平台\n", "synonyms.tsv": "数据\t用户\n"}.items():
            (own / name).write_text(text, "utf-8")
    stopped(corpus[0], tmp_path / "out")
    count(corpus[0], tmp_path / "out", part=700, **how)
    count(corpus[0], tmp_path / "fresh", **how)
    assert held(tmp_path / "out") == held(tmp_path / "fresh") and run_of(tmp_path / "out")["resumed"] == 0
    assert "hmm" in how or held(tmp_path / "out") != held(corpus[1])


def test_parts_serve_any_top_and_measure(corpus, tmp_path):
    """What is chosen from the counts is no reason to count again."""
    stopped(corpus[0], tmp_path / "out", segmenter="jieba")
    found = count(corpus[0], tmp_path / "out", part=700, top=9, min_count=1, weighted=True, weight="dice")
    assert found.report["run"]["resumed"] == 5 and len(found.terms) == 9


def test_what_a_broken_line_stopped_goes_on_when_it_is_mended(tmp_path):
    whole = jsonl(tmp_path / "a.jsonl", TEXTS).read_text("utf-8")
    (tmp_path / "a.jsonl").write_text(whole + '{"text": "平', "utf-8")
    with pytest.raises(SourceError, match=f"line {len(TEXTS) + 1}"):
        count(tmp_path / "a.jsonl", tmp_path / "out", part=700)
    jsonl(tmp_path / "a.jsonl", TEXTS)
    count(tmp_path / "a.jsonl", tmp_path / "out", part=700)
    assert run_of(tmp_path / "out")["resumed"] > 15


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Two million characters and more, seconds of work: the same paragraphs again and again, in an order of chance."""
    path = tmp_path_factory.mktemp("large") / "texts.txt"
    chance = random.Random(2)
    lines = [line for text in TEXTS for line in text.splitlines() if line]
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for _ in range(180) for line in chance.sample(lines, len(lines)))
    return path


def test_an_interrupt_is_one_message_and_the_same_command_goes_on(large, tmp_path, capfd, monkeypatch):
    """Ctrl-C goes to every process of the group; none of the workers has anything to say about it."""
    monkeypatch.setattr(cooccurrence, "PER_CHARACTER", 2**15)  # parts of 16 000 characters
    how = ["--top", 25, "--min-count", 3, "--workers", 1, "--quiet", "--out", tmp_path / "out"]
    begun = command(large, *how)
    wait_for(lambda: len(list(tmp_path.glob(f"out/{NAME}/*.npz"))) >= 3 or begun.poll() is not None)
    os.killpg(begun.pid, signal.SIGINT)
    said, error = begun.communicate(timeout=300)
    assert (begun.returncode, said, error.count("\n")) == (130, "", 1)
    assert "interrupted" in error and "the same command continues from there" in error
    assert [path.name for path in (tmp_path / "out").iterdir()] == [NAME]
    parts = len(list(tmp_path.glob(f"out/{NAME}/*.npz")))
    assert main(["cooccur", str(large), *map(str, how)]) == 0 and capfd.readouterr().err == ""
    assert run_of(tmp_path / "out")["resumed"] == parts < run_of(tmp_path / "out")["parts"]
    count(large, tmp_path / "undisturbed")
    assert held(tmp_path / "out") == held(tmp_path / "undisturbed")
    assert facts(tmp_path / "out") == facts(tmp_path / "undisturbed")
    shutil.rmtree(tmp_path)


def traced(source, out):
    """The most memory that Python and numpy take for a run, in bytes; that of Rust is not seen."""
    tracemalloc.start()
    try:
        count(source, out, part=20_000)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_input(tmp_path, monkeypatch):
    """Forty times as much text, which would take 1.3 MB more if it was held but once."""
    monkeypatch.setattr("zhagen.corpus.readers.BLOCK", 4096)
    monkeypatch.setattr("zhagen.text.encodings.BLOCK", 4096)
    short, long = tmp_path / "short.txt", tmp_path / "long.txt"
    short.write_text("\n".join(TEXTS), "utf-8")
    long.write_text("\n".join(TEXTS) + ("\n" + "平台与数据的用户需求，" * 6) * 10_000, "utf-8")
    count(short, tmp_path / "out")  # what is loaded at first use
    assert traced(long, tmp_path / "out") < traced(short, tmp_path / "out") + 700_000


def test_the_memory_that_is_told_hardly_grows_with_the_input(tmp_path):
    """Ten times as much text, 20 MB; what is told is the most that the system gave, the dictionary among it."""
    short, longer = tmp_path / "short.txt", tmp_path / "longer.txt"
    for path, times in ((short, 10_000), (longer, 100_000)):
        path.write_text(("平台与数据的用户需求，" * 6 + "\n") * times, "utf-8")
    code = (
        "import sys; from zhagen.corpus import cooccur\n"
        "for path in sys.argv[1:]:\n"
        "    print(cooccur(path, path + '.out', top=25, memory=16, engine='serial').report['run']['peak_mb'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, short, longer], capture_output=True, text=True, check=True)
    least, most = map(int, done.stdout.split())
    assert 100 < least <= most < least + 40
    shutil.rmtree(tmp_path)
