"""The benchmark is right where its tools agree: speed is not tested."""

import importlib.util
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def module(name):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture(scope="module")
def generate():
    return module("generate").generate_corpus


@pytest.fixture(scope="module")
def text(generate, tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "a.txt"
    assert generate(path, 400_000) == path.stat().st_size
    return path.read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_text_and_a_smaller_one_begins_it(generate, text, tmp_path):
    generate(tmp_path / "small.txt", 50_000)
    small = (tmp_path / "small.txt").read_text(encoding="utf-8")
    assert text.startswith(small)
    assert 50_000 <= len(small.encode()) < 75_000
    generate(tmp_path / "other.txt", 50_000, seed=2)
    assert not text.startswith((tmp_path / "other.txt").read_text(encoding="utf-8")[:100])


def test_parquet_holds_the_same_paragraphs(generate, text, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    generate(tmp_path / "a.parquet", 50_000)
    documents = parquet.read_table(tmp_path / "a.parquet")["text"].to_pylist()
    assert text.startswith("\n".join(documents) + "\n")
    assert all(1 <= len(document.splitlines()) <= 20 for document in documents)


def test_the_text_has_what_real_text_has(text):
    from zhagen.text.lexicon import read_lexicon
    from zhagen.text.segmentation import encode_texts, strip_citations

    paragraphs = text.splitlines()
    assert 50 < np.mean([len(paragraph) for paragraph in paragraphs]) < 150
    assert all(paragraph[-1] in "。？！" for paragraph in paragraphs)
    assert re.search("[A-Za-z]{2}", text) and re.search(r"\d年|\d%", text) and "，" in text and "“" in text
    assert strip_citations(text) == text
    found = encode_texts(paragraphs, segmenter="jieba")
    assert read_lexicon().terms & set(found.terms)
    assert any(variant in text for variant in read_lexicon().synonyms)
    counts = np.sort(np.bincount(found.ids))[::-1]
    ranks = np.unique(np.geomspace(10, 1000, 30).astype(int))
    assert -1.2 < np.polyfit(np.log(ranks), np.log(counts[ranks - 1]), 1)[0] < -0.5  # Zipf


def test_topics_bring_words_together(text):
    from zhagen.corpus.parts import Settings, count_part

    part = count_part(text.splitlines(), Settings(segmenter="jieba"))
    units = len(part.indptr) - 1
    present = np.zeros((units, len(part.totals)), bool)
    present[np.repeat(np.arange(units), np.diff(part.indptr)), part.indices] = True
    frequent = present[:, np.argsort(-present.sum(axis=0))[:100]].astype(int)
    together = frequent.T @ frequent
    expected = np.outer(frequent.sum(axis=0), frequent.sum(axis=0)) / units
    strength = (together / expected)[np.triu_indices(100, 1)]
    assert np.quantile(strength, 0.95) > 1.5 * np.median(strength)


def test_all_tools_find_the_same(tmp_path):
    """All stages in one run: what takes time is to compile what the tools import."""
    for name in ("nltk", "pyarrow", "rjieba", "sklearn", "distributed"):
        pytest.importorskip(name)
    out = tmp_path / "out.json"
    arguments = ["--sizes", "0.05", "--runs", "1", "--out", str(out)]
    done = subprocess.run([sys.executable, BENCHMARKS / "run.py", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(out.read_text(encoding="utf-8"))
    ours = [row for row in rows if row["tool"] != "quanteda"]  # needs R; cuts in its own way
    stages = Counter(row["stage"] for row in ours)
    assert stages.keys() == {"segmentation", "counting", "cooccurrence", "measures", "network"}
    assert min(stages.values()) >= 3
    assert {row["result"] for row in ours} == {"same"}
    assert all(row["seconds"] and row["peak"] > 5 for row in ours)
    assert all(row["tool"] in done.stdout for row in rows)


def test_a_result_that_differs_is_seen():
    same = module("run").same
    assert same({"a": [1, 0.1 + 0.2]}, {"a": [1, 0.3]})
    for other in ({"a": [1, 0.3001]}, {"a": [2, 0.3]}, {"a": [1]}, {"b": [1, 0.3]}, None):
        assert not same({"a": [1, 0.3]}, other)


def test_growth_is_an_exponent_and_a_missing_time_is_none():
    growth = module("run")._growth
    assert growth(2, 20, 1, 10) == "1.00"
    assert growth(2, 200, 1, 10) == "2.00"
    assert {growth(*times, 1, 10) for times in ((float("nan"), 2), (2, float("nan")), (0, 2))} == {"-"}
