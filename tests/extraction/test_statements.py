import re

import pytest

from helpers import spread
from zhagen.errors import ExtractionError
from zhagen.extraction.statements import extract_pairs, extract_statements


def test_every_shift_stands_on_its_lines(whitepaper):
    for name in ("转变", "关键变化"):
        for row in whitepaper.tables[name].itertuples():
            raw = "".join(whitepaper.document.lines[row.line_start - 1 : row.line_end])
            for end in (row.source, row.target):
                assert re.search(spread(end), re.sub("[“”]", "", raw)), end


def test_pairs_are_only_by_order(whitepaper):
    found = whitepaper.tables["三个路径"]
    assert len(found) == 3 and set(found.status) == {"by_order"}


def test_exchanged_boxes_exchange_the_pairs(whitepaper, changed):
    first, second = whitepaper.tables["三个路径"].iloc[:2].target
    swap = {first: second, second: first}
    pattern = re.compile(f"(?m)^(?:{re.escape(first)}|{re.escape(second)})$")
    found = changed(whitepaper, lambda raw: pattern.sub(lambda match: swap[match[0]], raw))
    assert found.tables["三个路径"].target.tolist()[:2] == [second, first]


def test_too_few_boxes_are_refused(whitepaper):
    entry = {"name": "路径", "after": "^（关键变化）$", "rows": 4000, "columns": ["a", "b"]}
    with pytest.raises(ExtractionError, match="路径: .* boxes where 8000 are wanted"):
        extract_pairs(whitepaper.outline, entry)


def test_a_form_that_nothing_has_is_refused(whitepaper):
    with pytest.raises(ExtractionError, match="no sentence has the form of 空"):
        extract_statements(whitepaper.outline, {"name": "空", "patterns": ["(?P<source>查无此句)"]})


@pytest.mark.parametrize(
    ("old", "new"),
    [("(72192843)", "（72192843）"), ("(22VRC055)", " 22VRC055"), ("(E2EG0804)", "(E2EG0804"), ("北京 100053", "北京")],
)
def test_a_row_that_lost_its_form_does_not_vanish(community, changed, old, new):
    with pytest.raises(ExtractionError, match="rows where the document has|is missing or there twice"):
        changed(community, lambda raw: raw.replace(old, new, 1))


def test_a_fund_that_is_taken_away_whole_is_refused_too(community, changed):
    with pytest.raises(ExtractionError, match="基金: 2 rows where the document has 3; not found: 22VRC055"):
        changed(community, lambda raw: raw.replace("国家社会科学基金项目(22VRC055);", "", 1))


@pytest.mark.parametrize("change", ["关键变化一", "关键变化二", "关键变化三"])
def test_a_numbered_change_that_is_gone_is_refused(whitepaper, changed, change):
    with pytest.raises(ExtractionError):
        changed(whitepaper, lambda raw: re.sub(f"(?m)^(.*){change}：", r"\1关键：", raw, count=1))
