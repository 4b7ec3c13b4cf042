"""What slipped through once is refused with its line, or compared with the right thing."""

from types import SimpleNamespace

import pytest
from pandas import isna, read_csv

from cases import claims
from cases.extraction import CASES
from helpers import extracted
from zhagen.errors import ExtractionError
from zhagen.extraction.claims import stated_numbers
from zhagen.extraction.pipeline import write_extraction
from zhagen.text import clean


@pytest.mark.parametrize("edition", ["digest", pytest.param("original", marks=pytest.mark.originals)])
@pytest.mark.parametrize("name", CASES)
def test_a_case_is_refused(name, edition, changed):
    doc_id, change, said = CASES[name]
    found = extracted(doc_id, edition)
    assert change(found.document.raw) != found.document.raw
    with pytest.raises(ExtractionError, match=said) as caught:
        changed(found, change)
    assert "line" in caught.value.where and caught.value.todo


@pytest.mark.parametrize("edition", ["digest", pytest.param("original", marks=pytest.mark.originals)])
@pytest.mark.parametrize("typed", ["（ESG）", "[ESG]", "【ESG】", "（ＥＳＧ）"])
def test_a_name_in_other_brackets_is_the_same_name(edition, typed, changed):
    found = extracted("xiaomi", edition)
    assert "(ESG)" in found.document.raw
    copy = changed(found, lambda raw: raw.replace("(ESG)", typed))
    parents = []
    for book in (found.codebook, copy.codebook):
        names = book.codes.label.str.replace(r"\W*ESG\W*", "", regex=True)
        parents.append(dict(zip(names, map(book.labels().get, book.codes.parent_id), strict=True)))
    assert parents[0] == parents[1]
    assert "随书公布的写法" in "".join(copy.codebook.codes.reason) or typed == "（ＥＳＧ）"


def judged(*paragraphs):
    """The claims of paragraphs, as of one section of a document."""
    found = [clean([text], line) for line, text in enumerate(paragraphs, 1)]
    blocks = [SimpleNamespace(kind="paragraph", section_id="s", text=one.text, clean=one) for one in found]
    return stated_numbers(SimpleNamespace(document=SimpleNamespace(id="x"), blocks=blocks, section_list=()))


@pytest.mark.parametrize("name", claims.CASES)
def test_a_count_is_compared_with_the_right_thing(name):
    paragraphs, printed, recomputed, verdict = claims.CASES[name]
    found = judged(*paragraphs)
    claim = found[found.stated == printed].iloc[-1]
    assert (None if isna(claim.recomputed) else claim.recomputed, claim.verdict) == (recomputed, verdict)
    assert claim.how


@pytest.mark.parametrize("text", claims.NO_CLAIMS)
def test_a_name_with_a_number_is_no_claim(text):
    assert judged(text).empty


@pytest.mark.parametrize("edition", ["digest", pytest.param("original", marks=pytest.mark.originals)])
@pytest.mark.parametrize("doc_id", ["haier", "community", "xiaomi", "whitepaper", "ecommerce"])
@pytest.mark.parametrize("behind", ["each line", "each line with text"])
def test_a_blank_line_behind_every_line_changes_nothing(doc_id, edition, behind, changed, tmp_path):
    found = extracted(doc_id, edition)

    def blow_up(raw):
        if behind == "each line":
            return raw.replace("\n", "\n\n")
        return "\n".join(f"{line}\n" if line.strip() else line for line in raw.split("\n"))

    copy = changed(found, blow_up)
    for name in ("codes", "evidence"):
        ours, theirs = getattr(copy.codebook, name), getattr(found.codebook, name)
        same = [column for column in ours if not column.startswith("line") and column != "reason"]
        assert ours[same].equals(theirs[same])
    for name, table in found.tables.items():
        same = [column for column in table if not column.startswith("line")]
        assert copy.tables[name][same].equals(table[same]), name
    write_extraction(copy, tmp_path / "out")
    blown = blow_up(found.document.raw).split("\n")
    lines = read_csv(tmp_path / "out/codes.csv").line_start
    assert [blown[line - 1] for line in lines] == [
        found.document.lines[line - 1] for line in found.codebook.codes.line_start
    ]
    if copy.document.numbers:
        assert "without the blank line after every line" in copy.document.why
        assert f"line {lines[0]}" in copy.document.where(copy.codebook.codes.line_start[0])
