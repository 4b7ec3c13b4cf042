import re
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import without
from zhagen.errors import ExtractionError
from zhagen.extraction.claims import table_totals
from zhagen.extraction.tables import extract_table
from zhagen.extraction.tables.cells import check_label, split_labels
from zhagen.extraction.tables.spread import centre_rows, partition_rows


def columns(found, label):
    entry = next(entry for entry in found.recipe["tables"] if entry["label"] == label)
    table = extract_table(found.outline, entry)
    return {name: table.column(name) for name in table.header}


def test_every_cell_stands_where_it_says(haier):
    for table in haier.recipe["tables"]:
        for cells in columns(haier, table["label"]).values():
            for cell in cells:
                raw = "".join(haier.document.lines[cell.line_start - 1 : cell.line_end])
                assert re.sub(r"\W", "", cell.text) == re.sub(r"\W", "", raw)


def test_records_say_what_the_lists_leave_open(haier):
    frame = haier.tables["表1"]
    primary = frame[frame.group == "primary"]
    assert primary.position.notna().all() and primary.characters.notna().all()
    lacking = primary[primary.interviews.isna()]
    assert 0 < len(lacking) < len(primary)
    assert set(primary.undecided) == {"interviews hours topic"}
    assert (frame[frame.group == "secondary"].undecided == "").all()


def test_totals_agree_with_a_plain_sum_over_the_lines(haier):
    text = "\n".join(
        haier.document.lines[haier.outline.caption("表1").lines[0] : haier.outline.cells("表1")[-1].lines[1]]
    )
    sums = table_totals(haier.outline, haier.recipe["tables"][0]).set_index("column").total
    assert sums["hours"] == pytest.approx(sum(map(float, re.findall(r"^([\d.]+)小时$", text, re.M))))
    assert sums["characters"] == pytest.approx(1e4 * sum(map(float, re.findall(r"^([\d.]+)万字$", text, re.M))))
    assert sums["interviews"] == sum(map(int, re.findall(r"^(\d)$", text, re.M)))


@pytest.mark.parametrize("name", ["position", "interviews", "hours", "topic", "characters"])
def test_a_list_that_lost_a_cell_is_refused_with_its_counts(haier, changed, name):
    cell = columns(haier, "表1")[name][1]
    with pytest.raises(ExtractionError, match=rf"表1.*do not fit.*\d {name}.*lines \d+-\d+"):
        changed(haier, lambda raw: without(raw, cell))


def test_an_interviewee_may_be_removed_whole(haier, changed):
    cells = [columns(haier, "表1")[name][0] for name in ("position", "interviews", "hours", "topic", "characters")]
    found = changed(haier, lambda raw: without(raw, *cells)).tables["表1"]
    assert cells[0].text not in set(found.position)
    assert (found.group == "primary").sum() == (haier.tables["表1"].group == "primary").sum() - 1


@pytest.mark.parametrize("header", ["访谈人次", "资料数"])
def test_a_missing_header_is_named(haier, changed, header):
    with pytest.raises(ExtractionError, match=f"表1: no header {header}"):
        changed(haier, lambda raw: raw.replace(f"\n{header}\n", "\n某列\n"))


def test_a_missing_caption_is_named_with_those_found(haier, changed):
    with pytest.raises(ExtractionError, match="no caption 表3.*表2"):
        changed(haier, lambda raw: re.sub(r"(?m)^表 3 .*$", "", raw))


def test_a_cell_that_is_not_what_its_column_says_is_refused(haier, changed):
    cell = columns(haier, "表1")["hours"][0]
    with pytest.raises(ExtractionError, match=f"not a hours.*line {cell.line_start}"):
        changed(haier, lambda raw: raw.replace(f"\n{cell.text}\n", "\n很久\n"))


def test_no_cell_of_a_table_is_lost(haier):
    """Every cell that a header stands above is in the rows, those of headers above other headers too."""
    table = next(table for table in haier.recipe["tables"] if table["label"] == "表1")
    frame = haier.tables["表1"]
    for column in table["columns"]:
        assert frame[column["name"]].notna().sum() == len(columns(haier, "表1")[column["name"]]), column["name"]
    framed = frame[frame.group == "frame"]
    assert len(framed) and (framed.undecided != "").all()


class TestSpread:
    """Merged cells that lost their place, against all cuts tried one by one."""

    @given(st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=3, max_size=9))
    def test_the_best_cut_is_that_of_all_cuts(self, support):
        rows, parts = len(support), 3
        each, longer = divmod(rows, parts)
        cuts = []
        for chosen in combinations(range(parts), longer):
            cut = [part for part in range(parts) for _ in range(each + (part in chosen))]
            cuts.append((sum(support[row][part] for row, part in enumerate(cut)), cut))
        best = [cut for total, cut in cuts if total == max(total for total, _ in cuts)]
        open_rows = {row for row in range(rows) if len({cut[row] for cut in best}) > 1}
        assert partition_rows(support) == (best[0], open_rows)

    def test_thirty_parts_of_forty_five_rows_take_no_time(self):
        cut, _ = partition_rows([[float(row // 2 == part) for part in range(30)] for row in range(45)])
        assert cut == sorted(cut) and Counter(Counter(cut).values()) == {1: 15, 2: 15}

    @given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.booleans())
    def test_rows_around_a_cell_in_their_middle_are_found_or_open(self, sizes, lower):
        truth = [part for part, size in enumerate(sizes) for _ in range(size)]
        starts = [sum(sizes[:part]) for part in range(len(sizes))]
        middle = [size // 2 if lower else (size - 1) // 2 for size in sizes]
        places = [start + offset for start, offset in zip(starts, middle, strict=True)]
        cut, open_rows = centre_rows(places, len(truth), lambda row, part: float(truth[row] == part))
        assert cut == truth
        blind, open_rows = centre_rows(places, len(truth))
        assert all(blind[row] == truth[row] for row in range(len(truth)) if row not in open_rows)


@pytest.mark.parametrize("mark", ["、", "，", "；", "/", " ", "<br>", ",", " 、 ", "\n"])
def test_a_cell_that_lists_labels_is_split_at_any_mark(mark):
    labels = ["轮流浇水", "看护工具", "环境、社会"]
    known = frozenset(labels)
    assert split_labels(mark.join(labels), known) == labels
    assert split_labels(mark.join(labels[:2])) == labels[:2]


def test_a_label_with_blanks_that_is_known_stays_whole():
    assert split_labels("AI 技术 平台 战略", frozenset({"AI技术"})) == ["AI技术", "平台", "战略"]
    assert split_labels("AI 技术、平台战略") == ["AI技术", "平台战略"]


@pytest.mark.parametrize(
    "label",
    ["第一句。第二句", "17", "①②", "全\x1b生命", "坏\ufffd字", "以下三个方面：甲", "长" * 41, "甲，乙", "如下甲"]
    + ["服务17", "第12页服务", "5大环节即甲", "三种服务", "主要有甲", "甲；乙", "真的吗?", "\x9b甲"],
)
def test_what_is_no_label_is_refused(haier_digest, label):
    with pytest.raises(ExtractionError, match="is no name of a code.*line 5"):
        check_label(haier_digest.outline, label, (5, 5))


@pytest.mark.parametrize(
    "label", ["C2M反向定制", "5G与物联网", "工业4.0", "愿景2030", "即时配送", "一体化运营", "甲、乙(ESG)"]
)
def test_what_is_a_label_is_taken(haier_digest, label):
    check_label(haier_digest.outline, label, (5, 5))


@pytest.mark.parametrize("words", ["二阶主题", "典型证据援引", "续表"])
def test_a_header_at_a_label_is_refused(haier, changed, words):
    row = haier.codebook.codes.set_index("label").loc["信息实时回溯共享"]
    lines = list(haier.document.lines)
    lines[row.line_start - 1] = words + lines[row.line_start - 1]
    with pytest.raises(ExtractionError, match=f"holds the header {words}.*line {row.line_start}"):
        changed(haier, lambda _: "\n".join(lines))
