"""Copies of the documents whose damage leaves tables that look whole."""

import re

import pytest

from helpers import extracted, spread, without
from zhagen.errors import ExtractionError
from zhagen.extraction.confirmation import confirm_codebook, missing_codes
from zhagen.vocabulary import STATUSES


def cell(found, label):
    return found.codebook.codes.set_index("label").loc[label]


def quotation(found, name):
    return found.codebook.evidence.set_index("evidence_id").loc[f"haier-{name}"]


class TestEvidence:
    def test_every_row_says_how_it_is_known(self, haier, xiaomi, whitepaper):
        for found, status in ((haier, "by_order"), (xiaomi, "printed"), (whitepaper, "inferred")):
            evidence = found.codebook.evidence
            assert set(evidence.status) == {status} <= set(STATUSES)
            assert (evidence.reason == "").eq(status == "printed").all()

    @pytest.mark.parametrize(
        ("label", "name"),
        [("信息实时回溯共享", "t4-5"), ("数字节点部署", "t2-6"), ("供需动态匹配", "t3-1"), ("跨界竞合共生", "t4-1")],
    )
    def test_a_concept_and_a_quotation_of_two_rows_are_missed(self, haier, changed, label, name):
        with pytest.raises(ExtractionError, match="by order alone|order alone pairs"):
            changed(haier, lambda raw: without(raw, cell(haier, label), quotation(haier, name)))

    def test_a_row_that_is_gone_whole_is_followed_and_named(self, xiaomi, changed, capsys):
        label, line = "售后服务网络", cell(xiaomi, "售后服务网络").line_start
        found = changed(xiaomi, lambda raw: without(raw, cell(xiaomi, label)))
        assert missing_codes(found.codebook, "xiaomi") == [label] and line
        assert set(found.codebook.evidence.status) == {"printed"}

    def test_a_quotation_that_lost_a_character_is_marked(self, xiaomi, changed):
        row = xiaomi.codebook.evidence.iloc[3]
        found = changed(xiaomi, lambda raw: raw.replace(row.quotation[-9:], row.quotation[-8:], 1))
        marked = found.codebook.evidence[found.codebook.evidence.status == "unconfirmed"]
        assert list(marked.evidence_id) == [row.evidence_id] and "没有这一段" in marked.reason.iloc[0]


class TestLabels:
    @pytest.mark.parametrize("doc_id", ["haier", "xiaomi"])
    @pytest.mark.parametrize("cut", [slice(0, 2), slice(2, None), slice(0, -1), slice(1, None)])
    def test_a_part_of_a_label_is_refused(self, doc_id, cut, changed):
        found = extracted(doc_id, "digest")
        tried = 0
        for row in found.codebook.level("concept").iloc[::3].itertuples():
            line = found.document.lines[row.line_start - 1]
            if row.label in line:
                tried += 1
                lines = list(found.document.lines)
                lines[row.line_start - 1] = line.replace(row.label, row.label[cut], 1)
                with pytest.raises(ExtractionError, match="is a part of the published label|no 范畴化 is printed"):
                    changed(found, lambda _, lines=lines: "\n".join(lines))
        assert tried > 3

    @pytest.mark.parametrize("rest", ["17", "2024 ", "概念化", "原始资料", "、", "(续)", "与组织变革"])
    def test_rubbish_beside_a_label_is_refused(self, rest, changed, xiaomi):
        with pytest.raises(ExtractionError, match="holds|is no name"):
            changed(xiaomi, lambda raw: raw.replace("\t智能物联网赛道\t", f"\t智能物联网赛道{rest}\t"))

    def test_another_name_is_followed_and_marked(self, xiaomi, changed):
        found = changed(xiaomi, lambda raw: raw.replace("新零售平台", "门店与商城"))
        row = cell(found, "门店与商城")
        assert row.status == "by_order" and row.reason.endswith("没有这个名称")
        found = changed(xiaomi, lambda raw: raw.replace("\tIoT 开发者计划", "\t门店与商城"))
        assert cell(found, "门店与商城").status in ("unconfirmed", "by_order")


def everywhere(found, label, new):
    return re.sub(spread(label), new, found.document.raw)


def renamed_codes(found, label="", new=""):
    """Each code with its parent's name, one label exchanged for another."""
    labels = {code: name.replace(label, new) if label else name for code, name in found.codebook.labels().items()}
    return [
        (row.level, labels[row.code_id], labels.get(row.parent_id, ""), row.status)
        for row in found.codebook.codes.itertuples()
    ]


class TestRenamed:
    @pytest.mark.parametrize(
        ("doc_id", "label", "new"),
        [
            ("haier", "机会感知能力", "感知能力"),  # shorter
            ("haier", "协同共创能力", "协同共创能力塑造"),  # longer
            ("haier", "价值网络拓展", "伙伴圈扩大"),
            ("haier", "数字商业模式创新", "商业模式创新"),
            ("xiaomi", "技术整合", "技术融通"),
        ],
    )
    @pytest.mark.parametrize("edition", ["digest", "original"])
    def test_one_name_for_another_in_all_places_changes_no_other_row(self, doc_id, label, new, edition, changed):
        found = extracted(doc_id, edition)
        copy = changed(found, lambda raw: everywhere(found, label, new))
        assert len(copy.codebook.codes) == len(found.codebook.codes)
        other = [row for row in renamed_codes(copy) if row not in renamed_codes(found, label, new)]
        assert [row[1] for row in other] in ([], [new])  # of the renamed code itself only how sure it is may differ
        quoted = ~found.codebook.evidence.quotation.str.contains(label)  # where it is in a quotation, that is changed
        assert list(copy.codebook.evidence.status[quoted]) == list(found.codebook.evidence.status[quoted])
        reason = copy.codebook.codes.set_index("label").reason[new]
        assert f"原名是{label}" in reason

    @pytest.mark.parametrize(("label", "new"), [("机会感知能力", "感知能力"), ("数字商业模式创新", "商业模式创新")])
    def test_a_shorter_name_in_one_place_is_refused(self, label, new, haier, changed):
        row = cell(haier, label)
        place = sum(map(len, haier.document.raw.split("\n")[: row.line_start - 1])) + row.line_start - 1
        with pytest.raises(ExtractionError):
            changed(haier, lambda raw: raw[:place] + re.sub(spread(label), new, raw[place:], count=1))

    @pytest.mark.parametrize("label", ["跨界竞合共生", "数字节点部署"])
    def test_a_label_that_is_in_few_places_is_refused_if_it_is_cut(self, label, haier, changed):
        with pytest.raises(ExtractionError, match="is a part of the published label|order alone"):
            changed(haier, lambda raw: everywhere(haier, label, label[2:]))


class TestParents:
    def test_a_theme_that_is_gone_leaves_no_concepts_to_others(self, haier, changed):
        with pytest.raises(ExtractionError):
            changed(haier, lambda raw: without(raw, cell(haier, "机会感知能力")))

    def test_a_category_that_the_axial_coding_lost_is_refused(self, xiaomi, changed):
        with pytest.raises(ExtractionError, match="服务多样化 comes under nothing by order alone"):
            changed(xiaomi, lambda raw: without(raw, cell(xiaomi, "市场协同")))

    def test_a_category_that_lost_a_character_in_one_table_is_refused(self, xiaomi, changed):
        with pytest.raises(ExtractionError, match="'技术整' is a part of the published label 技术整合"):
            changed(xiaomi, lambda raw: raw.replace("技术整合\t", "技术整\t"))


def test_what_was_published_from_is_not_compared(haier_digest):
    assert confirm_codebook(haier_digest.document, haier_digest.codebook) is haier_digest.codebook
