"""Every reading, on both editions of its document, and on copies that were changed."""

import re

import pytest

from helpers import extracted, spread
from zhagen.errors import ExtractionError

SAME = ["code_id", "doc_id", "level", "label", "parent_id", "printed_parent", "status"]


def parents(found):
    labels = found.codebook.labels()
    return {(row.level, row.label): labels.get(row.parent_id, "") for row in found.codebook.codes.itertuples()}


def concepts(found):
    return found.codebook.level("concept").label.tolist()


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", ["community", "xiaomi", "whitepaper", "ecommerce"])
def test_both_editions_give_the_same_codebook_and_counts(doc_id):
    original, digest = extracted(doc_id, "original"), extracted(doc_id, "digest")
    assert original.codebook.codes[SAME].equals(digest.codebook.codes[SAME])
    assert original.codebook.evidence[["evidence_id", "code_id"]].equals(
        digest.codebook.evidence[["evidence_id", "code_id"]]
    )
    assert set(original.tables) == set(digest.tables)
    assert all(len(frame) == len(digest.tables[name]) for name, frame in original.tables.items())
    columns = ["section_id", "level", "number", "title"]
    assert original.outline.sections()[columns].equals(digest.outline.sections()[columns])


@pytest.mark.parametrize("name", ["community", "xiaomi", "whitepaper", "ecommerce"])
def test_labels_stand_on_their_lines_unless_they_are_ours(name, request):
    found = extracted(name, "digest")
    ours = found.codebook.codes.reason.eq("") | (found.codebook.codes.status != "inferred")
    for code in found.codebook.codes[ours].itertuples():
        raw = "".join(found.document.lines[code.line_start - 1 : code.line_end])
        assert re.search(spread(re.sub(r"\s", "", code.label)), raw), code.label


class TestXiaomi:
    def test_both_readings_are_kept(self, xiaomi):
        codes = xiaomi.codebook.codes
        labels = xiaomi.codebook.labels()
        moved = codes[(codes.level == "concept") & (codes.status == "reconciled")]
        assert len(moved) and (moved.reason.str.contains("依据第")).all()
        assert any(row.printed_parent and row.printed_parent != labels[row.parent_id] for row in moved.itertuples())
        printed = codes[(codes.level == "concept") & (codes.status == "printed")]
        assert all(row.printed_parent == labels[row.parent_id] for row in printed.itertuples())

    def test_what_cannot_be_decided_stays_where_it_is_printed(self, xiaomi):
        rows = xiaomi.codebook.codes[xiaomi.codebook.codes.reason.str.contains("不能定")]
        assert len(rows) == 2 and set(rows.status) == {"printed", "by_order"}

    def test_a_row_that_goes_on_after_a_page_break_is_whole(self, xiaomi):
        rows = xiaomi.codebook.evidence
        cut = rows[rows.line_end > rows.line_start]
        assert len(cut) == 1 and cut.quotation.iloc[0].endswith("。")

    def test_a_renamed_category_is_followed(self, xiaomi, changed):
        old = next(label for (level, label), parent in parents(xiaomi).items() if level == "category" and parent)
        found = changed(xiaomi, lambda raw: raw.replace(old, "改过名的范畴"))
        new = {key: "改过名的范畴" if parent == old else parent for key, parent in parents(xiaomi).items()}
        assert {k: v for k, v in parents(found).items() if k[0] == "concept"} == {
            k: v for k, v in new.items() if k[0] == "concept"
        }

    def test_a_removed_row_is_followed(self, xiaomi, changed):
        code = xiaomi.codebook.level("concept").iloc[1]
        found = changed(xiaomi, lambda raw: drop(raw, code.line_start))
        assert concepts(found) == [label for label in concepts(xiaomi) if label != code.label]
        assert len(found.codebook.evidence) == len(xiaomi.codebook.evidence) - 1

    def test_an_added_row_takes_the_category_of_its_merged_cell(self, xiaomi, changed):
        code = xiaomi.codebook.level("concept").iloc[1]
        found = changed(xiaomi, lambda raw: insert(raw, code.line_start, "\t新添的概念\t新添的一句原始资料。"))
        assert parents(found)["concept", "新添的概念"] == parents(xiaomi)["concept", code.label]

    def test_a_renamed_anchor_falls_back_on_what_is_printed_and_says_so(self, xiaomi, changed):
        codes = xiaomi.codebook.level("concept")
        moved = codes[(codes.status == "reconciled") & (codes.printed_parent == "")].iloc[3:]
        fields = [xiaomi.document.lines[line - 1].split("\t") for line in moved.line_start]
        old = next(row[1] for row in fields if len(row) == 3)
        found = changed(xiaomi, lambda raw: raw.replace(old, "改过名的概念"))
        statuses = found.codebook.codes.set_index("label").loc[["改过名的概念"]]
        assert (statuses.status == "by_order").all() and statuses.reason.str.contains("最近").all()

    def test_rows_with_no_category_above_them_are_refused_with_their_line(self, xiaomi, changed):
        code = xiaomi.codebook.level("concept").iloc[0]
        raw_label = xiaomi.document.lines[code.line_start - 1].split("\t")[1]
        with pytest.raises(
            ExtractionError, match=rf"表1: no 范畴化 is printed in a row nor above.*line {code.line_start}"
        ):
            changed(xiaomi, lambda raw: raw.replace(raw_label, "改过名的概念"))

    def test_a_row_with_too_few_fields_is_refused_with_its_line(self, xiaomi, changed):
        line = xiaomi.codebook.level("concept").iloc[2].line_start
        with pytest.raises(ExtractionError, match=rf"表1: a row of 1 fields.*line {line}"):
            changed(xiaomi, lambda raw: replace(raw, line, "只剩一格"))

    def test_a_missing_header_is_named(self, xiaomi, changed):
        with pytest.raises(ExtractionError, match="表2: no header row 主范畴 对应范畴 内涵阐释"):
            changed(xiaomi, lambda raw: raw.replace("主范畴\t对应范畴", "某列\t对应范畴"))


class TestEnumerated:
    def test_a_renamed_label_is_followed(self, ecommerce, changed):
        found = changed(ecommerce, lambda raw: re.sub(spread("全链路数字化"), "全程数字化", raw))
        assert "全程数字化" in concepts(found) and "全链路数字化" not in concepts(found)

    def test_an_added_label_changes_the_count_and_the_verdict(self, community, changed):
        from zhagen.extraction.claims import recompute_claims

        def add(raw):
            raw = raw.replace("和“社群电商价值创造”", "“第六个范畴”和“社群电商价值创造”", 1)
            return raw.replace(
                "rapid technology iteration, stakeholder", "rapid technology iteration, sixth, stakeholder"
            )

        found = changed(community, add)
        assert len(found.codebook.codes) == len(community.codebook.codes) + 1
        verdicts = recompute_claims(found.outline, found.recipe).set_index("claim_id").verdict
        assert verdicts["community-core-categories"] == "does not hold"

    def test_two_languages_must_list_as_many(self, community, changed):
        with pytest.raises(ExtractionError, match="5 labels in Chinese, 4 in English"):
            changed(community, lambda raw: raw.replace("value creation drivers, ", ""))

    def test_a_lost_sentence_is_refused(self, ecommerce, changed):
        with pytest.raises(ExtractionError, match="section 3.2 has no enumeration"):
            changed(ecommerce, lambda raw: raw.replace("聚焦于", "在于"))


class TestCoded:
    def test_our_codes_are_marked_as_ours(self, whitepaper):
        assert (whitepaper.codebook.codes.status == "inferred").all()
        assert (whitepaper.codebook.level("concept").reason.str.len() > 10).all()

    def test_every_passage_holds_the_words_it_was_coded_by(self, whitepaper):
        import tomllib

        from zhagen.paths import data_folder

        text = (data_folder() / "codings" / "whitepaper" / "open_coding.toml").read_text(encoding="utf-8")
        entries = tomllib.loads(text)["concepts"]
        for entry, row in zip(entries, whitepaper.codebook.evidence.itertuples(), strict=True):
            assert all(word in row.quotation for word in entry["words"])

    def test_a_passage_begins_with_its_sentence(self, whitepaper):
        evidence = whitepaper.codebook.evidence
        assert not evidence.quotation.str.match(r"\d+(?!\d*年)[\u4e00-\u9fff]|数智技术力量").any()
        lines = whitepaper.document.lines
        assert not any(lines[line - 1].strip().isdecimal() for line in evidence.line_start)

    @pytest.mark.parametrize("line", ["17", "203", "某个图的标签"])
    def test_a_line_above_a_passage_is_no_part_of_it(self, whitepaper, changed, line):
        row = whitepaper.codebook.evidence.set_index("evidence_id").loc["whitepaper-o-2"]
        found = changed(whitepaper, lambda raw: insert(raw, row.line_start - 1, line))
        again = found.codebook.evidence.set_index("evidence_id").loc["whitepaper-o-2"]
        assert (again.quotation, again.line_start) == (row.quotation, row.line_start + 1)

    def test_a_passage_that_is_gone_is_refused(self, whitepaper, changed):
        with pytest.raises(ExtractionError, match="no passage holds"):
            changed(whitepaper, lambda raw: re.sub(spread("人货场"), "某某某", raw))


class TestDimensions:
    def test_another_chain_earlier_in_the_text_changes_nothing(self, haier, changed):
        found = changed(haier, lambda raw: insert(raw, 1, "本文沿“起因‑过程‑后果”的主线。"))
        assert list(found.codebook.level("dimension").label) == list(haier.codebook.level("dimension").label)

    def test_two_chains_that_are_confirmed_are_refused_with_their_lines(self, haier, changed):
        line = "本文沿“起因‑过程‑后果”的主线。又沿“起因‑过程‑后果”的主线。"
        with pytest.raises(ExtractionError, match=r"several quoted chains could name.*“起因-过程-后果” line 2"):
            changed(haier, lambda raw: insert(raw, 1, line))

    def test_a_chain_without_its_marks_is_refused(self, haier, changed):
        with pytest.raises(ExtractionError, match="no quoted chain that another place confirms"):
            changed(haier, lambda raw: re.sub("“(数据驱动‑)", r"\1", raw))


def drop(raw, line):
    lines = raw.split("\n")
    return "\n".join(lines[: line - 1] + lines[line:])


def insert(raw, line, text):
    lines = raw.split("\n")
    return "\n".join([*lines[:line], text, *lines[line:]])


def replace(raw, line, text):
    lines = raw.split("\n")
    return "\n".join([*lines[: line - 1], text, *lines[line:]])
