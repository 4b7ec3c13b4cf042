import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from zhagen.book.loads import load_features
from zhagen.errors import SourceError, ZhagenError
from zhagen.paths import data_folder
from zhagen.statistics import terms
from zhagen.statistics.terms import (
    TermMatrix,
    term_features,
    term_frequency,
    term_matrix,
    term_occurrences,
    tfidf,
    window_matrix,
)

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
    return terms.typed_features(pd.DataFrame(rows, columns=terms.FEATURES))


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
    found = term_matrix(frame(corpus), unit, weighted=weighted)
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
    found = term_frequency(frame(corpus))
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
    first, second = term_matrix(features, unit), term_matrix(features.iloc[order], unit)
    assert (first.counts != second.counts).nnz == 0 and first.terms.tolist() == second.terms.tolist()
    assert_frame_equal(first.units, second.units)
    assert_frame_equal(term_frequency(features), term_frequency(features.iloc[order]))


@patient
@given(CORPUS, CORPUS)
def test_counts_add_up_over_a_split_of_the_corpus(one, other):
    both = pd.concat([frame(one), frame(other, len(one))])
    parts = [term_frequency(frame(part)).set_index("term") for part in (one, other)]
    total = parts[0].add(parts[1], fill_value=0).astype("int64")
    assert_frame_equal(term_frequency(both).set_index("term").sort_index(), total.sort_index())


@patient
@given(CORPUS)
def test_a_count_spread_over_rows_adds_up(corpus):
    features = frame(corpus)
    spread = features.loc[features.index.repeat(features["count"])].assign(count=1)
    assert (term_matrix(features).counts != term_matrix(spread).counts).nnz == 0


@patient
@given(CORPUS)
def test_tfidf_is_its_formula(corpus):
    found = term_matrix(frame(corpus))
    bags = units_of(corpus, "sentence")
    for row, bag in zip(tfidf(found).toarray(), bags, strict=True):
        present = {term: sum(term in other for other in bags) for term in bag}
        raw = {term: n * (math.log((1 + len(bags)) / (1 + present[term])) + 1) for term, n in bag.items()}
        length = math.sqrt(sum(value**2 for value in raw.values()))
        assert row == pytest.approx([raw.get(term, 0) / length for term in found.terms])


@patient
@given(CORPUS)
def test_tfidf_is_that_of_scikit_learn(corpus):
    from sklearn.feature_extraction.text import TfidfTransformer

    found = term_matrix(frame(corpus))
    if found.counts.nnz:
        expected = TfidfTransformer().fit_transform(found.counts).toarray()
        assert tfidf(found).toarray() == pytest.approx(expected)


def spoken(corpus):
    """Occurrences of the corpus of `frame`."""
    rows = []
    for doc, paragraphs in enumerate(corpus):
        for paragraph, sentences in enumerate(paragraphs, 1):
            words = [(number, word) for number, words in enumerate(sentences, 1) for word in words]
            unit = (f"d{doc}", f"d{doc}-{(paragraph + 1) // 2}", paragraph)
            rows += [(*unit, number, position, word) for position, (number, word) in enumerate(words, 1)]
    return terms.typed_features(pd.DataFrame(rows, columns=terms.OCCURRENCES))


def bags_in_windows(corpus, size, along):
    """The bags of terms of the windows, by slicing; (document, paragraph, window) -> bag."""
    bags = {}
    for doc, paragraphs in enumerate(corpus):
        for paragraph, sentences in enumerate(paragraphs, 1):
            places = [list(words) for words in sentences]
            if along == "position":
                places = [[word] for words in sentences for word in words]
            while places and not places[-1]:  # features do not know of them
                places.pop()
            for start in range(max(len(places) - size + 1, 1)):
                bag = Counter(word for place in places[start : start + size] for word in place)
                if bag:
                    bags[f"d{doc}", paragraph, start + 1] = bag
    return bags


@patient
@given(CORPUS, st.integers(1, 5), st.sampled_from(["sentence", "position"]), st.booleans())
def test_windows_are_slices(corpus, size, along, weighted):
    found = window_matrix(spoken(corpus), size, along, weighted=weighted)
    bags = bags_in_windows(corpus, size, along)
    names = sorted(set().union(*bags.values()))
    assert found.terms.tolist() == names
    assert [*map(tuple, found.units[["doc_id", "paragraph", "window"]].values)] == list(bags)
    assert found.units.columns.tolist() == ["doc_id", "section_id", "paragraph", "window"]
    expected = [[bag[name] if weighted else min(bag[name], 1) for name in names] for bag in bags.values()]
    assert found.counts.toarray().tolist() == expected and found.counts.dtype == np.int64


@patient
@given(CORPUS, st.randoms(use_true_random=False), st.integers(1, 4))
def test_windows_of_sentences_need_no_order_of_the_terms(corpus, random, size):
    features = frame(corpus)
    order = list(range(len(features)))
    random.shuffle(order)
    first, second = window_matrix(spoken(corpus), size), window_matrix(features.iloc[order], size)
    assert (first.counts != second.counts).nnz == 0 and first.terms.tolist() == second.terms.tolist()
    assert_frame_equal(first.units, second.units)


@patient
@given(CORPUS)
def test_the_least_window_is_a_sentence_and_the_greatest_a_paragraph(corpus):
    features = frame(corpus)
    for size, unit in ((1, "sentence"), (3, "paragraph")):
        found, expected = window_matrix(features, size), term_matrix(features, unit)
        assert found.counts.toarray().tolist() == expected.counts.toarray().tolist()


@patient
@given(CORPUS)
def test_features_are_counted_occurrences(corpus):
    class Outline:
        def sentences(self):
            rows = [
                (f"d{doc}", f"d{doc}-{(paragraph + 1) // 2}", paragraph, number, "，".join(words))
                for doc, paragraphs in enumerate(corpus)
                for paragraph, sentences in enumerate(paragraphs, 1)
                for number, words in enumerate(sentences, 1)
            ]
            return pd.DataFrame(rows, columns=["doc_id", "section_id", "paragraph", "sentence", "text"])

    same = [[[["阿尔法鱼" if w == "α鱼" else w for w in words] for words in p] for p in doc] for doc in corpus]
    assert_frame_equal(term_occurrences(Outline()), spoken(same))
    if len(corpus) == 1:
        assert_frame_equal(term_features(Outline()), frame(same))


def test_windows_make_pairs_meet_over_a_full_stop():
    """By hand: 平台 | 用户 需求 | 数据 in windows of two sentences are two units, and 用户 stands in both."""
    from zhagen.statistics.association import cooccurrence_table

    features = frame([[[["平台"], ["用户", "需求"], ["数据"]]]])
    edges = cooccurrence_table(window_matrix(features, 2)).set_index(["term_a", "term_b"])
    assert edges.n12.to_dict() == {
        ("用户", "需求"): 2,
        ("平台", "用户"): 1,
        ("平台", "需求"): 1,
        ("数据", "用户"): 1,
        ("数据", "需求"): 1,
    }
    assert edges.n1["平台", "用户"] == 1 and (edges.N == 2).all()


def test_guessing_finds_words_that_no_dictionary_has():
    class Outline:
        def sentences(self):
            row = ("d", "d-1", 1, 1, "杭研大厦")  # the example of jieba's own documentation
            return pd.DataFrame([row], columns=["doc_id", "section_id", "paragraph", "sentence", "text"])

    assert term_features(Outline()).term.tolist() == ["大厦"]
    assert term_features(Outline(), hmm=True).term.tolist() == ["大厦", "杭研"]


@pytest.mark.parametrize("unit", terms.UNITS)
def test_a_matrix_prints_its_size_and_its_unit(unit):
    rows = [("a", "a-1", 1, 1, "用户", 2), ("b", "b-1", 1, 1, "平台", 1)]
    found = term_matrix(pd.DataFrame(rows, columns=terms.FEATURES), unit)
    assert repr(found) == f"TermMatrix: 2 {unit}s x 2 terms, sum of counts 3"
    assert found.unit == unit and window_matrix(pd.DataFrame(rows, columns=terms.FEATURES), 2).unit == "window"
    bare = TermMatrix(found.counts, None, found.terms)
    assert repr(bare) == "TermMatrix: 2 units x 2 terms, sum of counts 3"


def test_what_no_window_fits_is_told():
    with pytest.raises(ZhagenError, match="size of a window is 0"):
        window_matrix(frame([]), 0)
    with pytest.raises(ZhagenError, match="cannot move along 'line'"):
        window_matrix(frame([]), 2, "line")
    with pytest.raises(ZhagenError, match="no column position"):
        window_matrix(frame([]), 2, "position")


def test_sections_come_in_the_order_of_the_text():
    rows = [("d", f"d-{number}", number, 1, "用户", 1) for number in range(1, 12)]
    found = term_matrix(pd.DataFrame(rows, columns=terms.FEATURES), "section")
    assert found.units.section_id.tolist() == [f"d-{number}" for number in range(1, 12)]


def test_an_unknown_unit_is_told():
    with pytest.raises(ZhagenError, match="no unit 'line'"):
        term_matrix(frame([]), "line")


def test_without_the_original_the_shipped_features_are_read(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    found = load_features("haier")
    assert found.attrs["edition"] == "published" and "no original is attached" in found.attrs["why"]
    assert found.columns.tolist() == terms.FEATURES and (found["count"] > 0).all()
    assert_frame_equal(found, found.sort_values(["paragraph", "sentence", "term"], ignore_index=True))
    assert not found.duplicated(["paragraph", "sentence", "term"]).any()


def test_what_cannot_be_loaded_is_told(monkeypatch, tmp_path):
    with pytest.raises(SourceError, match="no document is called 'nobody'"):
        load_features("nobody")
    (tmp_path / "documents.toml").write_text((data_folder() / "documents.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "terms.csv").write_text(",".join(terms.FEATURES) + "\n", "utf-8")
    monkeypatch.setenv("ZHAGEN_DATA", str(tmp_path))
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    with pytest.raises(SourceError, match="haier has neither its original nor published terms"):
        load_features("haier")


@pytest.mark.originals
def test_the_shipped_features_are_those_of_the_original(haier_original, monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    assert_frame_equal(term_features(haier_original.outline), load_features("haier"))


@pytest.mark.originals
def test_the_original_is_counted_where_it_is_attached(haier_original):
    assert load_features("haier").attrs["edition"] == "original"


@pytest.mark.originals
def test_no_word_of_a_code_label_is_a_stop_word(haier_original):
    from zhagen.text.lexicon import read_lexicon
    from zhagen.text.segmentation import segment

    words = {word for label in haier_original.codebook.codes.label for word in segment(label)}
    assert not words & read_lexicon().stopwords
