"""What the chapters on the documents together say and no cell of theirs shows."""

import pytest

from zhagen.extraction import checks, extract, extract_claims, run_checks


@pytest.fixture(scope="module")
def haier():
    return extract("haier")


def test_the_number_of_haier_that_cannot_be_recomputed_is_followed_by_examples_only(haier):
    claims = extract_claims(haier.outline, haier.recipe, haier.codebook)
    lost = claims[claims.verdict == "not reproduced"]
    assert len(lost) == 1
    line = lost.line.iloc[0]
    assert "零售等" in "".join(haier.document.lines[line - 1 : line + 1])


def test_two_figures_of_haier_are_called_otherwise_in_the_prose(haier):
    found = run_checks(haier)
    captions = found[(found.check == "captions") & (found.verdict != "holds")]
    assert sorted(captions.what.str[:2]) == ["图5", "图6"]


def test_the_review_has_three_inconsistencies():
    found = run_checks(extract("ecommerce"))
    assert (found.verdict != "holds").sum() == 3


def test_every_check_has_a_row_whether_it_finds_something_or_not(haier):
    assert set(run_checks(haier).check) == set(checks.CHECKS)
