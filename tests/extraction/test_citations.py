import pandas as pd
import pytest

from helpers import extracted
from zhagen.extraction import citations
from zhagen.extraction.citations import compare_citations, extract_citations, reference_list


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", ["haier", "xiaomi", "ecommerce", "whitepaper", "community"])
def test_both_editions_cite_the_same(doc_id):
    first, second = (extract_citations(extracted(doc_id, edition).outline) for edition in ("original", "digest"))
    columns = ["section_id", "kind", "citation"]
    assert sorted(map(tuple, first[columns].to_numpy())) == sorted(map(tuple, second[columns].to_numpy()))


def test_citations_broken_over_lines_are_whole(haier):
    found = extract_citations(haier.outline)
    years = found.citation.str.extract(r", ((?:19|20)\d\d)$")[0]
    assert years.notna().all()
    assert found.citation.str.contains("等, ").any() and found.citation.str.contains(" and ").any()
    import re

    bare = re.sub(r"\s", "", haier.document.raw)
    assert len(found) == len(re.findall(r"(?:，|（)(?:19|20)\d\d[）；]", bare))


def test_the_reference_list_of_xiaomi(xiaomi):
    found = reference_list(xiaomi.outline)
    assert (found.year != "").all() and (found.title != "").all()
    assert found.line_end.gt(found.line_start).sum() == 1  # one entry is cut by a page break
    assert found.title[2].endswith("platforms") and found.authors[4] == "Porter M E, Heppelmann J. E"


def test_comparing_finds_each_kind_of_problem():
    rows = [("d", "s", line, "numbered", number) for line, number in ((1, "1"), (2, "3"), (3, "2"), (4, "9"))]
    cited = pd.DataFrame(rows, columns=citations.COLUMNS)
    listed = pd.DataFrame({"number": [1, 2, 3, 5, None], "authors": list("abcde"), "line_start": range(10, 15)}).astype(
        {"number": "Int64"}
    )
    found = compare_citations(cited, listed)
    assert found.values.tolist() == [
        ["cited, not listed", "9", 4],
        ["listed, never cited", "5", 13],
        ["listed without a number", "e", 14],
        ["first cited out of order", "2", 3],
    ]


def test_xiaomi_lists_one_entry_without_a_number(xiaomi):
    found = compare_citations(extract_citations(xiaomi.outline), reference_list(xiaomi.outline))
    assert found.what.tolist() == ["listed without a number"]
