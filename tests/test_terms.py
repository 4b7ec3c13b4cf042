import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from zhagen import terms
from zhagen.catalog import data_folder
from zhagen.errors import SourceError, ZhagenError

patient = settings(deadline=None)  # other work on the machine must not fail a test
SENTENCE = st.lists(st.sampled_from(["用户", "平台", "需求", "价值主张", "α鱼", "IoT"]), max_size=6)
CORPUS = st.lists(st.lists(st.lists(SENTENCE, max_size=3), max_size=3), min_size=1, max_size=3)


def frame(corpus, first_doc=0):
    """Features of documents, each a list of paragraphs, each a list of sentences, each a list of terms."""
    rows = []
    for doc, paragraphs in enumerate(corpus, first_doc):
        for paragraph, sentences in enumerate(paragraphs, 1):
            for number, words in enumerate(sentences, 1):
                unit = (f"d{doc}", f"d{doc}-{(paragraph + 1) // 2}", paragraph, number)
                rows += [(*unit, term, count) for term, count in sorted(Counter(words).items())]
    return terms._typed(pd.DataFrame(rows, columns=terms.FEATURES))


def units_of(corpus, unit):
    """The bags of terms of the units, by the naive way: nested loops and Counters."""
    bags = {}
    for doc, paragraphs in enumerate(corpus):
        for paragraph, sentences in enumerate(paragraphs, 1):
            for number, words in enumerate(sentences, 1):
                section = (paragraph + 1) // 2
                place = {"document": (doc,), "section": (doc, section), "paragraph": (doc, section, paragraph)}
                bags.setdefault(place.get(unit, (doc, section, paragraph, number)), Counter()).update(words)
    return [bags[place] for place in sorted(bags) if bags[place]]


@patient
@given(CORPUS, st.sampled_from(list(terms.UNITS)), st.booleans())
def test_the_matrix_is_the_naive_count(corpus, unit, weighted):
    found = terms.matrix(frame(corpus), unit, weighted)
    bags = units_of(corpus, unit)
    names = sorted(set().union(*bags))
    assert found.terms.tolist() == names
    expected = [[bag[name] if weighted else min(bag[name], 1) for name in names] for bag in bags]
    assert found.counts.toarray().tolist() == expected
    assert found.counts.dtype == np.int64 and len(found.units) == len(bags)
    assert found.units.columns.tolist() == terms.UNITS[unit]


@patient
@given(CORPUS)
def test_the_frequencies_are_the_naive_counts(corpus):
    found = terms.frequency(frame(corpus))
    total = sum(units_of(corpus, "document"), Counter())
    assert found.term.tolist() == sorted(total, key=lambda term: (-total[term], term))
    assert found["count"].tolist() == [total[term] for term in found.term]
    for unit in ("sentence", "paragraph", "section"):
        bags = units_of(corpus, unit)
        assert found[f"{unit}s"].tolist() == [sum(term in bag for bag in bags) for term in found.term]


@patient
@given(CORPUS, st.randoms(use_true_random=False), st.sampled_from(list(terms.UNITS)))
def test_the_order_of_the_features_does_not_matter(corpus, random, unit):
    features = frame(corpus)
    order = list(range(len(features)))
    random.shuffle(order)
    first, second = terms.matrix(features, unit), terms.matrix(features.iloc[order], unit)
    assert (first.counts != second.counts).nnz == 0 and first.terms.tolist() == second.terms.tolist()
    assert_frame_equal(first.units, second.units)
    assert_frame_equal(terms.frequency(features), terms.frequency(features.iloc[order]))


@patient
@given(CORPUS, CORPUS)
def test_counts_add_up_over_a_split_of_the_corpus(one, other):
    both = pd.concat([frame(one), frame(other, len(one))])
    parts = [terms.frequency(frame(part)).set_index("term") for part in (one, other)]
    total = parts[0].add(parts[1], fill_value=0).astype("int64")
    assert_frame_equal(terms.frequency(both).set_index("term").sort_index(), total.sort_index())


@patient
@given(CORPUS)
def test_a_count_spread_over_rows_adds_up(corpus):
    features = frame(corpus)
    spread = features.loc[features.index.repeat(features["count"])].assign(count=1)
    assert (terms.matrix(features).counts != terms.matrix(spread).counts).nnz == 0


@patient
@given(CORPUS)
def test_tfidf_is_its_formula(corpus):
    found = terms.matrix(frame(corpus))
    bags = units_of(corpus, "sentence")
    for row, bag in zip(terms.tfidf(found).toarray(), bags, strict=True):
        present = {term: sum(term in other for other in bags) for term in bag}
        raw = {term: n * (math.log((1 + len(bags)) / (1 + present[term])) + 1) for term, n in bag.items()}
        length = math.sqrt(sum(value**2 for value in raw.values()))
        assert row == pytest.approx([raw.get(term, 0) / length for term in found.terms])


def test_sections_come_in_the_order_of_the_text():
    rows = [("d", f"d-{number}", number, 1, "用户", 1) for number in range(1, 12)]
    found = terms.matrix(pd.DataFrame(rows, columns=terms.FEATURES), "section")
    assert found.units.section_id.tolist() == [f"d-{number}" for number in range(1, 12)]


def test_an_unknown_unit_is_told():
    with pytest.raises(ZhagenError, match="no unit 'line'"):
        terms.matrix(frame([]), "line")


def test_without_the_original_the_shipped_features_are_read(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    found = terms.load("haier")
    assert found.attrs["edition"] == "features" and "no original is attached" in found.attrs["why"]
    assert found.columns.tolist() == terms.FEATURES and (found["count"] > 0).all()
    assert_frame_equal(found, found.sort_values(["paragraph", "sentence", "term"], ignore_index=True))
    assert not found.duplicated(["paragraph", "sentence", "term"]).any()


def test_what_cannot_be_loaded_is_told(monkeypatch, tmp_path):
    with pytest.raises(SourceError, match="no document is called 'nobody'"):
        terms.load("nobody")
    (tmp_path / "documents.toml").write_text((data_folder() / "documents.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "terms.csv").write_text(",".join(terms.FEATURES) + "\n", "utf-8")
    monkeypatch.setenv("ZHAGEN_DATA", str(tmp_path))
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    with pytest.raises(SourceError, match="haier has neither its original nor features"):
        terms.load("haier")


@pytest.mark.originals
def test_the_shipped_features_are_those_of_the_original(haier_original, monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    assert_frame_equal(terms.features(haier_original.outline), terms.load("haier"))


@pytest.mark.originals
def test_the_original_is_counted_where_it_is_attached(haier_original):
    assert terms.load("haier").attrs["edition"] == "original"


@pytest.mark.originals
def test_no_word_of_a_code_label_is_a_stop_word(haier_original):
    from zhagen.segmentation import read_lexicon, segment

    words = {word for label in haier_original.codebook.codes.label for word in segment(label)}
    assert not words & read_lexicon().stopwords
