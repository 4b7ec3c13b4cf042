from itertools import combinations

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
from zhagen.paths import data_folder
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


def test_an_alignment_of_a_code_that_is_gone_is_reported(codes):
    lines = (data_folder() / "codings/synthesis/alignments.toml").read_text(encoding="utf-8").split("\n")
    place = next(number for number, line in enumerate(lines, 1) if '"haier", "dimension", "数据驱动"' in line)
    with pytest.raises(
        ZhagenError, match=rf"no code haier dimension 数据驱动 \(alignments.toml, line {place}\): compare"
    ):
        alignments(codes[codes.label != "数据驱动"])


GOOD = """# a comment
[[alignments]]
name = "甲组"
reason = "理由"
codes = [
  ["a-b", "theme", "甲"],
  ["c", "theme", "乙"],
]

[[alignments]]
name = "乙组"
reason = "理由"
codes = [["a-b", "theme", "丙"]]
"""
OWN = pd.DataFrame(
    [("a-b", "theme", "甲", "a-b-1"), ("a-b", "theme", "丙", "a-b-2"), ("c", "theme", "乙", "c-1")],
    columns="doc_id level label code_id".split(),
)


def test_a_reader_s_own_alignments_are_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert alignments(OWN, path=path)[["group", "doc_id", "code_id"]].values.tolist() == [
        ["甲组", "a-b", "a-b-1"],
        ["甲组", "c", "c-1"],
        ["乙组", "a-b", "a-b-2"],
    ]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            '["c", "theme", "乙"]',
            '["d", "theme", "乙"]',
            r"甲组: no document d theme 乙 \(mine.toml, line 7\): use one of a-b, c",
        ),
        (
            '["c", "theme", "乙"]',
            '["c", "concept", "乙"]',
            r"甲组: no code c concept 乙 \(mine.toml, line 7\): compare",
        ),
        ('["c", "theme", "乙"]', '["c", "乙"]', r"甲组: no code c 乙 \(mine.toml, line 7\)"),
        ('["c", "theme", "乙"]', '["a-b", "theme", "甲"]', r"甲组: a-b theme 甲 is listed twice \(mine.toml, line 6\)"),
        ('"theme", "丙"', '"theme", "丁"', r"乙组: no code a-b theme 丁 \(mine.toml, line 13\)"),
        ('name = "乙组"\n', "", r"the entry 2 has no name \(mine.toml, line 10\)"),
        ('reason = "理由"\ncodes = [\n', "codes = [\n", r"the entry 1 has no reason \(mine.toml, line 2\)"),
        ('codes = [["a-b", "theme", "丙"]]', "codes = []", r"乙组: there are no codes \(mine.toml, line 10\)"),
        ('codes = [["a-b", "theme", "丙"]]', 'codes = ["a-b"]', r"乙组: there are no codes \(mine.toml, line 10\)"),
        ('name = "乙组"', "name = ", r"it is not TOML in UTF-8: .*line 11.* \(mine.toml\)"),
        (GOOD, "", r"there is no \[\[alignments\]\] \(mine.toml\)"),
    ],
)
def test_what_is_wrong_in_alignments_is_reported_with_its_line(tmp_path, old, new, found):
    path = tmp_path / "mine.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ZhagenError, match=found):
        alignments(OWN, path=path)


def test_alignments_that_cannot_be_read_are_reported(tmp_path):
    with pytest.raises(ZhagenError, match="nobody.toml cannot be read"):
        alignments(OWN, path=tmp_path / "nobody.toml")


def test_judged_pairs_by_hand():
    frame = pd.DataFrame([("g", "a", "a1"), ("g", "a", "a2"), ("g", "b", "b1")], columns=["group", "doc_id", "code_id"])
    assert judged_pairs(frame) == {("a1", "b1"), ("a2", "b1")}


def test_equal_labels_are_most_similar(codes):
    found = similar_labels(codes, top=5)
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


GROUPS = pd.DataFrame(
    [("甲组", "a", "甲"), ("甲组", "a", "甲二"), ("乙组", "a", "乙"), ("甲组", "a-b", "甲"), ("乙组", "a-b", "乙")],
    columns=["group", "doc_id", "label"],
)


def arrows(*rows):
    return pd.DataFrame(rows, columns="model_id source target relation sign status".split())


def test_arrows_of_one_pair_are_one_arrow_with_the_firmest_status():
    statuses = "printed mapped literature by_order reconciled inferred".split()
    for firm, weak in combinations(statuses, 2):
        for pair in ((firm, weak), (weak, firm)):
            rows = [("a-1", "甲", "乙", f"促进{place}", "+", status) for place, status in enumerate(pair)]
            found = joint_edges(arrows(*rows), GROUPS)
            assert found.values.tolist() == [["甲组", "乙组", "促进0、促进1", "+", 1, "a", firm, 2]]


def test_an_arrow_inside_a_group_or_to_no_group_is_left_out():
    inside = ("a-1", "甲", "甲二", "促进", "+", "printed")
    outside = ("a-1", "甲", "没有组", "促进", "+", "printed")
    assert joint_edges(arrows(inside, outside), GROUPS).empty
    back = joint_edges(arrows(("a-1", "乙", "甲", "促进", "+", "printed"), inside), GROUPS)
    assert back[["source", "target", "arrows"]].values.tolist() == [["乙组", "甲组", 1]]


def test_arrows_of_different_signs_are_kept_apart():
    rows = [
        ("a-1", "甲", "乙", "促进", "+", "inferred"),
        ("a-b-1", "甲", "乙", "抑制", "-", "printed"),
        ("a-2", "甲", "乙", "削弱", "-", "mapped"),
        ("a-3", "甲", "乙", "影响", None, "mapped"),
    ]
    found = joint_edges(arrows(*rows), GROUPS).drop(columns=["source", "target"])
    assert found.values.tolist() == [
        ["抑制、削弱", "-", 2, "a-b a", "printed", 2],
        ["促进", "+", 1, "a", "inferred", 1],
        ["影响", "", 1, "a", "mapped", 1],
    ]


def test_a_document_s_id_may_hold_a_hyphen():
    """`a-b-1` is a model of a-b, not of a; the same label can be in another group there."""
    groups = GROUPS[GROUPS.doc_id == "a-b"]
    rows = [(model, "甲", "乙", "促进", "+", "printed") for model in ("a-b-1", "a-b-fig-2", "a-bc-1", "a-1")]
    assert joint_edges(arrows(*rows), groups)[["doc_ids", "arrows"]].values.tolist() == [["a-b", 2]]


def test_an_unknown_status_is_reported():
    with pytest.raises(ZhagenError, match=r"no status 'sure' \(a-1 甲 乙\): use one of printed"):
        joint_edges(arrows(("a-1", "甲", "乙", "促进", "+", "sure")), GROUPS)
