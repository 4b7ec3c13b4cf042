import re

import pytest

from helpers import without
from zhagen.errors import ExtractionError
from zhagen.extraction.claims import table_totals
from zhagen.extraction.tables import extract_table


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
