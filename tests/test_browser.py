"""What a browser (WebAssembly) lacks: 64-bit places, threads, processes. Each is taken away, the results compared."""

import subprocess
import sys
from threading import Thread
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from zhagen.corpus import cooccurrence, generator, parts
from zhagen.corpus.cooccurrence import cooccur
from zhagen.statistics import agreement, association, chance, dispersion, pairs, saturation, terms
from zhagen.statistics.chance import chance_table, shuffle_matrix
from zhagen.statistics.dispersion import dispersion_table
from zhagen.statistics.terms import FEATURES, term_matrix, tfidf, window_matrix
from zhagen.study import coder_agreement, comparison, overall_agreement, practice_study, study_part

TEXTS = ["平台连接用户。数据驱动平台，用户选平台", "数据与平台", "用户的需求，平台的数据", "需求"] * 3
WITHOUT = """
import sys, threading
for name in ("_multiprocessing", "concurrent.futures.process", "fcntl", "resource", "rjieba", "pyarrow", "tqdm"):
    sys.modules[name] = None
def start(self):
    raise RuntimeError("can't start new thread")
threading.Thread.start = start
from zhagen.corpus import cooccur
from zhagen.errors import ZhagenError
source, out = sys.argv[1:]
cooccur(source, out, unit="window", window=3, min_count=1, engine="serial", part=20, progress=True)
try:
    cooccur(source, out, min_count=1)
except ZhagenError as error:
    print(error)
"""
ROWS = [("a", "a-1", n // 4, n % 4 + 1, "平台 用户 数据 需求".split()[n * n % 5 % 4], 1 + n % 3) for n in range(4, 40)]


def narrow(array):
    array = np.asarray(array)
    if not np.can_cast(array.dtype, np.int32, "safe"):
        raise TypeError(f"Cannot cast array data from {array.dtype} to int32 according to the rule 'safe'")
    return array.astype(np.intp)


class Narrow(SimpleNamespace):
    """NumPy as it is where a place has 32 bits: its `intp`, and what two of its functions refuse."""

    intp = np.int32

    def __getattr__(self, name):
        return getattr(np, name)

    def bincount(self, x, *more, **named):
        return np.bincount(narrow(x), *more, **named)

    def repeat(self, a, repeats, *more, **named):
        return np.repeat(a, narrow(repeats) if np.ndim(repeats) else repeats, *more, **named)


def statistics():
    """One call of everything that counts by place."""
    features = pd.DataFrame(ROWS, columns=FEATURES)
    matrix = term_matrix(features)
    return [
        tfidf(matrix).toarray(),
        window_matrix(features, 2).counts.toarray(),
        shuffle_matrix(matrix).counts.toarray(),
        shuffle_matrix(matrix, null="terms").counts.toarray(),
        association.cooccurrence_table(matrix),
        chance_table(matrix, draws=5),
        chance_table(matrix, null="terms"),
        dispersion_table(matrix),
    ]


def test_statistics_count_with_places_of_32_bits(monkeypatch):
    expected = statistics()
    for module in (association, chance, dispersion, pairs, terms):
        monkeypatch.setattr(module, "np", Narrow())
    for one, other in zip(statistics(), expected, strict=True):
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other)
        else:
            assert (one == other).all()


def test_coders_are_compared_with_places_of_32_bits(monkeypatch):
    study = study_part(practice_study(), ["I01", "I02"])

    def compared():
        over = [overall_agreement(study, unit=unit, draws=2) for unit in ("turn", "character")]
        return [*over, coder_agreement(study, draws=2)]

    expected = compared()
    for module in (agreement, comparison):
        monkeypatch.setattr(module, "np", Narrow())
    for table, other in zip(compared(), expected, strict=True):
        pd.testing.assert_frame_equal(table, other)


def test_the_narrow_places_are_noticed():
    with pytest.raises(TypeError, match="Cannot cast"):
        Narrow().bincount(np.array([1, 2], np.int64))
    with pytest.raises(TypeError, match="Cannot cast"):
        Narrow().repeat([1, 2], np.array([1, 2], np.int64))


def test_pairs_are_counted_where_no_thread_starts(monkeypatch):
    random = np.random.default_rng(1)
    matrix = csr_array(random.integers(0, 2, (30, 40)))
    expected = [array.tolist() for array in pairs.count_pairs(matrix)]

    def refused(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(pairs, "available_processors", lambda: 4)
    monkeypatch.setattr(Thread, "start", refused)
    pairs._threads_start.cache_clear()
    try:
        assert [array.tolist() for array in pairs.count_pairs(matrix)] == expected
    finally:
        pairs._threads_start.cache_clear()


@pytest.mark.parametrize("unit", parts.UNITS)
def test_a_corpus_is_counted_with_places_of_32_bits(tmp_path, monkeypatch, unit):
    source = tmp_path / "a.txt"
    source.write_text("\n".join(TEXTS), "utf-8")
    how = {"unit": unit, "window": 3, "min_count": 1, "engine": "serial", "part": 20, "segmenter": "jieba"}
    expected = [cooccur(source, tmp_path / "out", weighted=weighted, **how).edges for weighted in (False, True)]
    for module in (cooccurrence, parts, pairs, association):
        monkeypatch.setattr(module, "np", Narrow())
    for weighted, edges in zip((False, True), expected, strict=True):
        pd.testing.assert_frame_equal(cooccur(source, tmp_path / "out", weighted=weighted, **how).edges, edges)


def test_practice_text_is_drawn_with_places_of_32_bits(monkeypatch):
    expected = next(generator.generate_documents())
    monkeypatch.setattr(generator, "np", Narrow())
    assert next(generator.generate_documents()) == expected


def test_a_corpus_is_counted_without_threads_processes_and_extras(tmp_path):
    """In one process of plain Python; another engine is refused in one sentence."""
    source = tmp_path / "a.txt"
    source.write_text("\n".join(TEXTS), "utf-8")
    cooccur(source, tmp_path / "here", unit="window", window=3, min_count=1, engine="serial")
    command = [sys.executable, "-c", WITHOUT, str(source), str(tmp_path / "there")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == "this Python cannot start processes: use the engine serial\n" and run.stderr == ""
    for name in ("terms.csv", "edges.csv", "communities.csv", "network.graphml"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_saturation_counts_with_places_of_32_bits(monkeypatch):
    codings = pd.DataFrame({"unit": ["1", "1", "2", "3"], "code": ["甲", "乙", "甲", "丙"]})
    expected = saturation.new_codes(codings)
    monkeypatch.setattr(saturation, "np", Narrow())
    pd.testing.assert_frame_equal(saturation.new_codes(codings), expected)


def test_a_study_is_read_and_written_where_there_are_no_locks():
    code = """
import sys, tempfile
sys.modules |= {"fcntl": None, "msvcrt": None}
from zhagen.study import practice_study, write_study
from zhagen.study.locking import lock_study
with tempfile.TemporaryDirectory() as folder, lock_study(folder):
    write_study(practice_study(), folder + "/study")
    print("written")
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "written\n", run.stderr
