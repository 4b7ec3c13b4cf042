import pickle
import re
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhagen.corpus.parts import UNITS, Settings, count_part, lexicon_fingerprint
from zhagen.errors import ZhagenError
from zhagen.text import segmentation
from zhagen.text.characters import normal_text
from zhagen.text.segmentation import content_terms
from zhagen.text.strings import join_strings, split_run

PIECES = "平台 数据 用户 需求 与 ，了 。 ！” ？ （焦豪等，2021） IoT Web3.0 3.5% 甲 . α鱼".split()
BREAKS = ["\n", "\r\n", "\r", "\n\n", "\u2028", "\x0b", " ", "\u3000", "\t", "a. B"]
DOCUMENTS = st.lists(
    st.lists(st.sampled_from(PIECES + BREAKS), max_size=25).map("".join) | st.text(max_size=9), max_size=5
)
SETTINGS = st.builds(Settings, st.sampled_from(UNITS), st.integers(2, 6))


LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def units(documents, unit, window=10, **how):
    """The terms of each unit as `zhagen.text.segmentation` gives them, one unit after the other: the slow way."""
    for document in documents:
        paragraphs = [line for line in LINE_END.split(document) if line.strip()]
        if unit == "document":
            yield [term for line in paragraphs for term in content_terms(line, **how)]
            continue
        for line in paragraphs:
            if unit == "sentence":
                ends = r"((?:[。！？!?]+[”’」』）)]*)|(?:(?<=[a-z)\]])\.(?=\s|$)))"
                pieces = re.split(ends, line)
                yield from (content_terms("".join(pieces[n : n + 2]), **how) for n in range(0, len(pieces), 2))
            elif unit == "paragraph":
                yield content_terms(line, **how)
            else:
                terms = content_terms(line, **how)
                yield from (terms[n : n + window] for n in range(max(len(terms) - window + 1, 1)))


def counted(part):
    """The units of a part, each as term -> count."""
    ends = zip(part.indptr, part.indptr[1:], strict=False)
    terms = split_run(part.terms)
    return [{terms[i]: int(n) for i, n in zip(part.indices[a:b], part.counts[a:b], strict=True)} for a, b in ends]


@given(DOCUMENTS, SETTINGS)
def test_a_part_is_the_naive_count(documents, settings):
    part = count_part(documents, settings)
    expected = [Counter(terms) for terms in units(documents, settings.unit, settings.window) if terms]
    assert counted(part) == expected
    once = Counter(term for terms in units(documents, "paragraph") for term in terms)
    assert dict(zip(split_run(part.terms), part.totals.tolist(), strict=True)) == once
    assert part.sizes["units"] == len(expected) and part.sizes["occurrences"] == sum(once.values())
    assert part.sizes["paragraphs"] == sum(
        bool(normal_text(line)) for text in documents for line in LINE_END.split(text)
    )


@given(DOCUMENTS, SETTINGS)
def test_a_part_is_a_sparse_matrix_in_order(documents, settings):
    """What the stream of matrices relies on: rows not empty, columns rising in a row, counts of 1 or more."""
    part = count_part(documents, settings)
    assert part.indptr[0] == 0 and part.indptr[-1] == len(part.indices) == len(part.counts)
    assert (np.diff(part.indptr) > 0).all() and (part.counts > 0).all()
    for a, b in zip(part.indptr, part.indptr[1:], strict=False):
        assert (np.diff(part.indices[a:b]) > 0).all()
    terms = split_run(part.terms)
    assert len(set(terms)) == len(terms) == len(part.totals)


@given(DOCUMENTS, SETTINGS)
def test_the_segmenter_changes_nothing(documents, settings):
    other = Settings(settings.unit, settings.window, segmenter="jieba")
    one, two = count_part(documents, settings), count_part(documents, other)
    assert counted(one) == counted(two) and one.sizes == two.sizes
    assert settings.identity() == other.identity()


@given(DOCUMENTS, DOCUMENTS, SETTINGS)
def test_parts_add_up(one, other, settings):
    """The units of two parts are those of one with the texts of both."""
    both, parts = count_part(one + other, settings), [count_part(one, settings), count_part(other, settings)]
    assert counted(both) == counted(parts[0]) + counted(parts[1])
    assert both.sizes == {name: parts[0].sizes[name] + parts[1].sizes[name] for name in both.sizes}


@given(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.text(max_size=9),
    SETTINGS.filter(lambda one: one.unit != "document"),
)
def test_paragraphs_can_be_shared_out_over_parts(text, more, settings):
    """A long document may be divided between its lines: nothing changes, no size either."""
    lines = [*text.split("。"), *more.split("\n")]
    whole, lined = count_part(["\n".join(lines)], settings), count_part(lines, settings)
    assert counted(whole) == counted(lined) and whole.sizes == lined.sizes


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("documents", [[], [""], ["\n \n"], ["，。的了", "x 1 二"]])
def test_nothing_to_count(unit, documents):
    part = count_part(documents, Settings(unit))
    assert part.terms == b"" and part.indptr.tolist() == [0]
    assert len(part.indices) == len(part.counts) == len(part.totals) == part.sizes["units"] == 0


def test_windows_by_hand():
    part = count_part(["平台数据用户需求\n平台数据"], Settings("window", 3))
    assert counted(part) == [
        {"平台": 1, "数据": 1, "用户": 1},
        {"数据": 1, "用户": 1, "需求": 1},
        {"平台": 1, "数据": 1},
    ]
    assert part.sizes["occurrences"] == 6 and part.totals.sum() == 6


def test_units_by_hand():
    documents = ["平台连接用户。数据驱动平台！\n平台", "用户"]
    sizes = {
        unit: count_part(documents, Settings(unit)).sizes["units"] for unit in ("sentence", "paragraph", "document")
    }
    assert sizes == {"sentence": 4, "paragraph": 3, "document": 2}


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_of_a_million_characters(unit):
    """Right, and in a few seconds: nothing grows with the square of a unit."""
    began = time.process_time()
    part = count_part(["平台与数据的用户需求，" * 100_000], Settings(unit, 10))
    assert time.process_time() - began < 10
    assert dict(zip(split_run(part.terms), part.totals.tolist(), strict=True)) == dict.fromkeys(
        ["平台", "数据", "用户", "需求"], 100_000
    )
    if unit == "window":
        assert part.sizes["units"] == 399_991 and set(part.counts.tolist()) == {2, 3}
    else:
        assert part.counts.tolist() == [100_000] * 4


def test_a_word_of_a_million_letters():
    part = count_part(["a" * 1_000_000 + "平台"], Settings())
    assert sorted(map(len, split_run(part.terms))) == [2, 1_000_000]


def test_guessing_is_passed_on():
    assert "杭研" in split_run(count_part(["走进杭研大厦"], Settings(hmm=True)).terms)
    assert "杭研" not in split_run(count_part(["走进杭研大厦"], Settings()).terms)


@pytest.fixture
def lexicon(tmp_path):
    for name, text in {"userdict.txt": "河长制 10000 n\n", "stopwords.txt": "平台\n", "synonyms.tsv": ""}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return str(tmp_path)


def test_a_lexicon_of_ones_own(lexicon):
    part = count_part(["河长制平台"], Settings(lexicon=lexicon, fingerprint=lexicon_fingerprint(lexicon)))
    assert part.terms == join_strings(["河长制"])


def test_the_fingerprint_is_of_the_words_not_of_the_folder(lexicon, tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy")
    for name in ("userdict.txt", "stopwords.txt", "synonyms.tsv"):
        (copy / name).write_bytes(Path(lexicon, name).read_bytes())
    assert lexicon_fingerprint(copy) == lexicon_fingerprint(lexicon) != lexicon_fingerprint()
    assert re.fullmatch("[0-9a-f]{16}", lexicon_fingerprint())


def test_every_file_of_a_lexicon_is_in_the_fingerprint(lexicon, tmp_path_factory):
    found = {lexicon_fingerprint(lexicon)}
    lines = {"userdict.txt": "河长 9 n\n", "stopwords.txt": "用户\n", "synonyms.tsv": "河长\t河长制\n"}
    for number, (name, line) in enumerate(lines.items(), 2):
        copy = tmp_path_factory.mktemp("copy")
        for file in Path(lexicon).iterdir():
            (copy / file.name).write_text(file.read_text("utf-8") + line * (file.name == name), "utf-8")
        found.add(lexicon_fingerprint(copy))
        assert len(found) == number


def test_a_worker_with_another_lexicon_does_not_count(lexicon):
    """Across machines a folder of the same name may hold something else."""
    with pytest.raises(ZhagenError, match="another zhagen or another lexicon") as error:
        count_part(["平台"], Settings(lexicon=lexicon, fingerprint=lexicon_fingerprint()))
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)


def test_another_lexicon_is_other_settings(lexicon):
    known = [Settings(fingerprint=lexicon_fingerprint(folder)).identity() for folder in (None, lexicon)]
    assert known[0] != known[1]
    assert Settings(lexicon="a", fingerprint="x").identity() == Settings(lexicon="b", fingerprint="x").identity()
    others = [Settings(unit="sentence"), Settings(window=3), Settings(hmm=True), Settings(fingerprint="x")]
    assert all(other.identity() != Settings().identity() for other in others)


@given(DOCUMENTS, SETTINGS, st.integers(1, 40))
def test_slices_of_a_text_change_nothing(documents, settings, size):
    """The segmenter gets some thousand characters at a time; where they end is nowhere in the counts."""
    whole = count_part(documents, settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segmentation, "_SLICE", size)
        sliced = count_part(documents, settings)
    assert counted(sliced) == counted(whole) and sliced.sizes == whole.sizes


def test_settings_and_parts_print_themselves():
    part = count_part(["平台数据平台\n数据", "用户"], Settings())
    assert repr(part) == "Part: 3 units x 3 terms, 5 occurrences of terms"
    assert "unit='sentence'" in repr(Settings("sentence"))
