"""What the chapters on the documents together say and no cell of theirs shows."""

import pytest

from zhagen.extraction import checks, extract, extract_claims, run_checks


@pytest.fixture(scope="module")
def haier():
    return extract("haier")


def test_two_counts_of_haier_stand_behind_examples_and_are_not_compared_with_them(haier):
    claims = extract_claims(haier.outline, haier.recipe, haier.codebook)
    examples = claims[claims.how.str.contains("举例")]
    assert len(examples) == 2 and (examples.verdict == "not checkable").all()
    for line, words in zip(examples.line, ("等6大", "等12大"), strict=True):
        assert words in "".join(haier.document.lines[line - 3 : line + 2]).replace(" ", "")


def test_two_figures_of_haier_are_called_otherwise_in_the_prose(haier):
    found = run_checks(haier)
    captions = found[(found.check == "captions") & (found.verdict != "holds")]
    assert sorted(captions.what.str[:2]) == ["图5", "图6"]


def test_the_review_repeats_two_sentences_and_has_a_rate_that_rounding_allows():
    found = run_checks(extract("ecommerce"))
    assert found[found.finding].check.tolist() == ["sentences used twice"] * 2
    assert (found.verdict == "within rounding").sum() == 1


def test_every_check_has_a_row_whether_it_finds_something_or_not(haier):
    assert set(run_checks(haier).check) == set(checks.CHECKS)
