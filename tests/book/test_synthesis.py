import pandas as pd
import pytest

from zhagen.book.synthesis import (
    alignment_agreement,
    alignments,
    code_systems,
    joint_edges,
    judged_pairs,
    similar_contexts,
    similar_labels,
)
from zhagen.documents.published import read_published, row_owners
from zhagen.errors import ZhagenError
from zhagen.statistics import terms


@pytest.fixture(scope="module")
def codes():
    return read_published(None, "codes")


@pytest.fixture(scope="module")
def aligned(codes):
    return alignments(codes)


def test_every_code_is_counted_once(codes):
    assert code_systems(codes).to_numpy().sum() == len(codes)


def test_alignments_join_documents_and_say_why(aligned):
    assert (aligned.groupby("group").doc_id.nunique() >= 2).all()
    assert (aligned.reason != "").all() and not aligned.duplicated(["group", "code_id"]).any()


def test_an_alignment_of_a_code_that_is_gone_is_told(codes):
    with pytest.raises(ZhagenError, match="no code haier dimension 数据驱动"):
        alignments(codes[codes.label != "数据驱动"])


def test_judged_pairs_by_hand():
    frame = pd.DataFrame([("g", "a", "a1"), ("g", "a", "a2"), ("g", "b", "b1")], columns=["group", "doc_id", "code_id"])
    assert judged_pairs(frame) == {("a1", "b1"), ("a2", "b1")}


def test_equal_labels_are_most_similar(codes):
    found = similar_labels(codes, 5)
    assert found.similarity[0] == 1 and found.label_a[0] == found.label_b[0]
    assert (found.doc_a != found.doc_b).all() and found.similarity.is_monotonic_decreasing


def test_contexts_are_cosines_between_documents():
    rows = [("a", "a-1", 1, 1, "平台", 1), ("a", "a-1", 1, 1, "共享", 1), ("b", "b-1", 1, 1, "用户", 1),
            ("b", "b-1", 1, 1, "共享", 1), ("b", "b-1", 1, 2, "需求", 1)]  # fmt: skip
    features = pd.DataFrame(rows, columns=terms.FEATURES)
    codes = pd.DataFrame(
        [("a1", "a", "平台"), ("b1", "b", "用户"), ("b2", "b", "需求")], columns=["code_id", "doc_id", "label"]
    )
    found = similar_contexts(codes, features)
    assert found[["label_a", "label_b"]].values.tolist() == [["平台", "用户"]]
    assert found.similarity[0] == pytest.approx(1)


def test_agreement_counts_pairs_either_way_round():
    proposed = pd.DataFrame({"code_a": ["b", "c"], "code_b": ["a", "d"]})
    found = alignment_agreement(proposed, {("a", "b"), ("e", "f")})
    assert found == {"proposed": 2, "judged": 2, "both": 1, "precision": 0.5, "recall": 0.5}


def test_the_joint_model_names_the_documents_behind_each_arrow(aligned):
    edges = read_published(None, "edges")
    found = joint_edges(edges, aligned)
    assert set(found.source) | set(found.target) <= set(aligned.group)
    assert (found.documents == found.doc_ids.str.split().str.len()).all()
    for row in found.itertuples():
        members = [set(aligned[aligned.group == end].label) for end in (row.source, row.target)]
        behind = edges[edges.source.isin(members[0]) & edges.target.isin(members[1])]
        behind = behind[row_owners(behind.model_id).isin(row.doc_ids.split())]
        assert len(behind) >= row.arrows and row.status in set(behind.status)
