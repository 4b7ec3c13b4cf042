import math
import os
import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.stats import spearmanr

from zhagen.book.loads import load_features
from zhagen.book.wording import lexicon_variants, lexicon_without
from zhagen.errors import ZhagenError
from zhagen.paths import data_folder
from zhagen.statistics import terms
from zhagen.statistics.association import add_measures, cooccurrence_table
from zhagen.statistics.sensitivity import (
    compare_rankings,
    rank_biased_overlap,
    sensitivity_table,
    stop_list_variants,
    surviving_items,
    unit_variants,
)
from zhagen.text.lexicon import read_lexicon
from zhagen.text.segmentation import content_terms

LABELS = list("平台用户需求数据")
VALUES = st.dictionaries(st.sampled_from(LABELS), st.integers(-3, 3), min_size=1)
RANKING = st.lists(st.sampled_from("abcdefgh"), unique=True)
P = st.sampled_from([0.3, 0.8, 0.9])


def series(values):
    return pd.Series(values, dtype=float)


def head(values, top):
    """The labels with the highest values, and those that equal the last of them."""
    least = sorted(values.values(), reverse=True)[: top or 1][-1:]
    return {label for label, value in values.items() if least and value >= least[0]}


def same(one, other):
    return one.keys() == other.keys() and all(a == pytest.approx(other[name], nan_ok=True) for name, a in one.items())


@given(VALUES, st.integers(1, 9))
def test_a_statistic_is_like_itself(values, top):
    found = compare_rankings(series(values), series(values), top=top)
    assert found["shared"] == len(values) and not found["only_baseline"] and not found["only_other"]
    assert found["top_jaccard"] == found["top_kept"] == 1 and found["rbo"] == pytest.approx(1)
    assert found["sign_changes"] == found["sign_share"] == 0
    ranks = len(values) > 2 and len(set(values.values())) > 1
    assert found["spearman"] == pytest.approx(1) if ranks else math.isnan(found["spearman"])


@given(VALUES, VALUES, st.integers(1, 9))
def test_a_comparison_is_its_definitions(one, other, top):
    found = compare_rankings(series(one), series(other), top=top)
    shared = sorted(one.keys() & other.keys())
    assert found["shared"] == len(shared)
    assert found["only_baseline"] + len(shared) == len(one) and found["only_other"] + len(shared) == len(other)
    heads = [head(values, top) for values in (one, other)]
    assert found["top_jaccard"] == len(heads[0] & heads[1]) / len(heads[0] | heads[1])
    assert found["top_kept"] == len(heads[0] & heads[1]) / len(heads[0])
    signs = [{label: (value > 0) - (value < 0) for label, value in values.items()} for values in (one, other)]
    changes = [label for label in shared if signs[0][label] != signs[1][label]]
    assert found["sign_changes"] == len(changes)
    assert found["sign_share"] == pytest.approx(len(changes) / len(shared) if shared else math.nan, nan_ok=True)
    ranks = [[values[label] for label in shared] for values in (one, other)]
    if len(shared) > 2 and min(len(set(values)) for values in ranks) > 1:
        assert found["spearman"] == pytest.approx(spearmanr(*ranks).statistic)
    else:
        assert math.isnan(found["spearman"])
    assert 0 <= found["top_jaccard"] <= found["top_kept"] <= 1 and 0 <= found["rbo"] <= 1


@given(VALUES, VALUES, st.randoms(use_true_random=False))
def test_the_order_of_the_labels_does_not_matter(one, other, random):
    mixed = []
    for values in (one, other):
        items = list(values.items())
        random.shuffle(items)
        mixed.append(series(dict(items)))
    assert same(compare_rankings(*mixed, top=3), compare_rankings(series(one), series(other), top=3))


@given(VALUES, VALUES)
def test_pairs_and_frames_are_compared_as_terms_are(one, other):
    pairs = [series({(label, "价值"): value for label, value in values.items()}) for values in (one, other)]
    expected = compare_rankings(series(one), series(other), top=3)
    assert same(compare_rankings(*pairs, top=3), expected)
    assert same(compare_rankings(pairs[0].to_frame(), pairs[1].to_frame("npmi"), top=3), expected)


def overlap_by_definition(one, other, p, depth=400):
    """RBO as the sum it is, with the agreement beyond the ends of the lists put in depth by depth."""
    short, long = sorted((one, other), key=len)
    common = [len(set(short[:d]) & set(long[:d])) for d in range(depth + 1)]
    at_short, at_long = common[len(short)], common[len(long)]
    end = (at_long + at_short * (len(long) - len(short)) / len(short)) / len(long)  # agreement at the longer one's end
    total = 0
    for d in range(1, depth):
        if d <= len(short):
            agreement = common[d] / d
        elif d <= len(long):
            agreement = (common[d] + at_short / len(short) * (d - len(short))) / d
        else:
            agreement = end
        total += (1 - p) * p ** (d - 1) * agreement
    return total


@given(RANKING.filter(bool), RANKING.filter(bool), P)
def test_rank_biased_overlap_is_its_sum(one, other, p):
    found = rank_biased_overlap(one, other, p=p)
    assert found == pytest.approx(min(overlap_by_definition(one, other, p), 1), abs=1e-9)
    assert found == pytest.approx(rank_biased_overlap(other, one, p=p))
    assert 0 <= found <= 1


def test_rank_biased_overlap_by_hand():
    """(1 - p) (A1 + p A2 + p^2 A3) + p^3 A3 with A = 1/1, 1/2, 2/3: abc and acd; and one list the head of the other."""
    assert rank_biased_overlap("abc", "acd", p=0.5) == pytest.approx(0.5 * (1 + 0.25 + 1 / 6) + 0.125 * 2 / 3)
    assert rank_biased_overlap("abc", "abcdef") == pytest.approx(1)
    assert rank_biased_overlap("", "") == 1 and rank_biased_overlap("", "a") == 0
    weight = 1 - 0.9**9 + 10 * 0.1 / 0.9 * (math.log(10) - sum(0.9**i / i for i in range(1, 10)))
    assert weight == pytest.approx(0.86, abs=0.005)  # equation 21: what the docstring says of the first 10


def test_sensitivity_has_a_row_for_each_variant():
    variants = {"all": [3, 2, 1], "turned": [1, 2, 3], "signs": [3, -2, 1], "none": []}

    def statistic(values):
        return series(dict(zip(LABELS, values, strict=False)))

    found = sensitivity_table(statistic, variants, top=1).set_index("variant")
    assert found.index.tolist() == list(variants)
    assert found.loc["all", ["spearman", "top_kept", "sign_changes"]].tolist() == [1, 1, 0]
    assert found.loc["turned", ["spearman", "top_kept", "sign_changes"]].tolist() == [-1, 0, 0]
    assert found.loc["signs", ["sign_changes", "sign_share"]].tolist() == [1, 1 / 3]
    assert found.loc["none", ["shared", "only_baseline", "top_jaccard", "rbo"]].tolist() == [0, 3, 0, 0]
    assert np.isnan(found.loc["none", "spearman"]) and np.isnan(found.loc["none", "sign_share"])
    by_name, by_place = (sensitivity_table(statistic, variants, baseline=at) for at in ("turned", 1))
    assert_frame_equal(by_name, by_place)
    assert by_name.spearman.tolist()[:2] == [-1, 1]


@given(st.lists(VALUES, min_size=1, max_size=4), st.integers(1, 4))
def test_survivors_are_counted(several, top):
    variants = dict(enumerate(several))
    found = surviving_items(series, variants, top=top)
    heads = [head(values, top) for values in several]
    assert sorted(found.index) == sorted({label for head in heads for label in head})
    for row in found.itertuples():
        places = [1 + sum(v > values[row.Index] for v in values.values()) for values in several if row.Index in values]
        assert row.variants == sum(row.Index in head for head in heads) and row.share == row.variants / len(several)
        assert (row.listed, row.best, row.worst) == (len(places), min(places), max(places))
    keys = [(-row.variants, row.best, row.worst, row.Index) for row in found.itertuples()]
    assert keys == sorted(keys) and found.variants.sum() == sum(map(len, heads))


def test_ties_at_the_top_do_not_hang_on_the_spelling():
    one, other = pd.Series({"a": 3, "b": 2, "c": 2}), pd.Series({"a": 3, "c": 2, "b": 1})
    found = compare_rankings(one, other, top=2)
    assert found["top_kept"] == found["top_jaccard"] == 2 / 3
    table = surviving_items(lambda values: values, {"one": one, "other": other}, top=2)
    assert table.variants.to_dict() == {"a": 2, "c": 2, "b": 1} and table.best.to_dict() == {"a": 1, "c": 2, "b": 2}


def test_survivors_keep_the_labels_of_pairs():
    pairs = pd.MultiIndex.from_tuples([("平台", "用户"), ("平台", "需求")], names=["term_a", "term_b"])
    found = surviving_items(lambda values: pd.Series(values, pairs), {"a": [2.0, 1.0], "b": [1.0, 2.0]}, top=1)
    assert found.reset_index().values.tolist() == [["平台", "用户", 1, 0.5, 2, 1, 2], ["平台", "需求", 1, 0.5, 2, 1, 2]]
    assert found.index.names == ["term_a", "term_b"]
    empty = surviving_items(lambda values: pd.Series([], pairs[:0], dtype=float), {"a": 1})
    assert empty.empty


def test_no_survivor_is_a_table_without_rows_that_names_the_pairs_still():
    pairs = pd.MultiIndex.from_tuples([], names=["term_a", "term_b"])
    found = surviving_items(lambda values: pd.Series(values, index=pairs, dtype=float), {"all": []})
    assert found.reset_index().columns[:2].tolist() == ["term_a", "term_b"] and found.empty


def rows(*sentences):
    found = [("d", "d-1", 1, number, word, 1) for number, words in enumerate(sentences, 1) for word in sorted(words)]
    return terms.typed_features(pd.DataFrame(found, columns=terms.FEATURES))


def test_units_are_the_matrices_of_several_lengths():
    found = unit_variants(rows({"平台", "用户"}, {"平台"}, {"需求"}))
    assert {name: len(matrix.units) for name, matrix in found.items()} == {
        "sentence": 3,
        "paragraph": 1,
        "section": 1,
        "windows of 2 sentences": 2,
        "windows of 3 sentences": 1,
    }


def test_stop_lists_leave_words_out():
    features = rows({"平台", "用户"}, {"平台"}, {"需求"})
    found = stop_list_variants(features, {"one": 1, "named": ["用户", "需求", "没有"]})
    assert_frame_equal(found["all terms"], features)
    assert found["one"].term.tolist() == ["用户", "需求"] and found["named"].term.tolist() == ["平台", "平台"]
    tied = rows({"平台", "用户"}, {"平台", "用户"}, {"需求"})  # nothing but its spelling would keep one of two
    assert stop_list_variants(tied, {"one": 1})["one"].term.tolist() == ["需求"]
    names = ["all terms", *(f"without the {number} most frequent" for number in (5, 10, 20))]
    assert list(stop_list_variants(features)) == names
    assert stop_list_variants(features)["without the 5 most frequent"].empty


class Outline:
    """One sentence that each part of the lexicon changes."""

    def sentences(self):
        row = ("d", "d-1", 1, 1, "我们的α鱼杭研大厦以数字商业模式")
        return pd.DataFrame([row], columns=["doc_id", "section_id", "paragraph", "sentence", "text"])


def test_lexicons_change_what_is_counted():
    found = {name: set(features.term) for name, features in lexicon_variants(Outline()).items()}
    full = {"阿尔法鱼", "大厦", "数字商业模式"}
    assert found == {
        "shipped lexicon": full,
        "without user dictionary": {"大厦", "数字", "商业模式"},
        "without synonyms": full - {"阿尔法鱼"} | {"α鱼"},
        "without stop words": full | {"我们"},
        "with guessed words": full | {"杭研"},
    }
    again = lexicon_variants(Outline(), {"mine": data_folder() / "lexicon"})
    assert_frame_equal(again["mine"], again["shipped lexicon"])


def test_an_edit_of_the_shipped_lexicon_is_seen(tmp_path, monkeypatch):
    """The ready-made variants are kept, but written anew after an edit, even one of the same size and time."""
    shutil.copytree(data_folder(), tmp_path / "data", ignore=shutil.ignore_patterns("sources", "published"))
    monkeypatch.setenv("ZHAGEN_DATA", str(tmp_path / "data"))
    before = lexicon_variants(Outline())
    path = tmp_path / "data" / "lexicon" / "userdict.txt"
    text, when = path.read_text(encoding="utf-8"), path.stat().st_mtime_ns
    path.write_text(text.rstrip("\n") + "\n杭研大厦 100000 n\n", encoding="utf-8")
    after = lexicon_variants(Outline())
    assert {"杭研大厦"} == set(after["without synonyms"].term) - set(before["without synonyms"].term)
    assert "杭研大厦" not in set(after["without user dictionary"].term)
    path.write_text(path.read_text(encoding="utf-8").replace("杭研大厦", "研大厦以"), encoding="utf-8")
    os.utime(path, ns=(when, when))
    assert "研大厦以" in set(lexicon_variants(Outline())["without synonyms"].term)


def test_a_part_is_left_out(tmp_path):
    folder = lexicon_without(tmp_path / "new" / "lexicon", "stop words")
    assert read_lexicon(folder).stopwords == frozenset() and read_lexicon(folder).terms == read_lexicon().terms
    assert content_terms("我们", folder) == ["我们"]
    with pytest.raises(ZhagenError, match="there is a lexicon"):
        lexicon_without(folder, "synonyms")
    with pytest.raises(ZhagenError, match="no part 'words'"):
        lexicon_without(tmp_path / "other", "words")
    assert not (tmp_path / "other").exists()


def test_what_cannot_be_compared_is_reported():
    one = series({"平台": 1})
    with pytest.raises(ZhagenError, match="the baseline has no label"):
        compare_rankings(series({}), one)
    with pytest.raises(ZhagenError, match="'平台' occurs twice"):
        compare_rankings(one, pd.concat([one, one]))
    with pytest.raises(ZhagenError, match="1 labels of a statistic have no value"):
        compare_rankings(series({"平台": None}), one)
    with pytest.raises(ZhagenError, match="2 columns"):
        compare_rankings(pd.DataFrame({"a": one, "b": one}), one)
    with pytest.raises(ZhagenError, match="top is 0"):
        compare_rankings(one, one, top=0)
    with pytest.raises(ZhagenError, match="top is 0"):
        surviving_items(series, {"a": {"平台": 1}}, top=0)
    with pytest.raises(ZhagenError, match="p is 1"):
        rank_biased_overlap("ab", "ab", p=1)
    with pytest.raises(ZhagenError, match="no variant 'b'"):
        sensitivity_table(series, {"a": {"平台": 1}}, baseline="b")
    with pytest.raises(ZhagenError, match="no variant 0"):
        sensitivity_table(series, {})
    with pytest.raises(ZhagenError, match="no variant"):
        surviving_items(series, {})
    with pytest.raises(ZhagenError, match="leaves out 0 terms"):
        stop_list_variants(rows({"平台"}), [0])


def test_a_whole_analysis_runs_on_units():
    """Pairs that stand in one sentence meet in every longer unit too, so none of the sentences' pairs is lost."""

    def meetings(matrix):
        return add_measures(cooccurrence_table(matrix), ["jaccard"]).set_index(["term_a", "term_b"]).jaccard

    found = sensitivity_table(meetings, unit_variants(load_features("community")))
    assert (found.only_baseline == 0).all()
    longer = found.set_index("variant").only_other
    assert longer["windows of 2 sentences"] <= longer["windows of 3 sentences"] <= longer["paragraph"]
    assert 0 == longer["sentence"] < longer["paragraph"] <= longer["section"]
    # hundreds of pairs met once and nowhere else: all of them are at the top, and still are in longer units
    assert (meetings(terms.term_matrix(load_features("community"))) == 1).sum() > 20 and (found.top_kept == 1).all()
    assert found.top_jaccard.min() < 1
