from dataclasses import replace

import pytest

from helpers import extracted
from zhagen.cli import main
from zhagen.extraction import checks
from zhagen.extraction.checks import run_checks


@pytest.mark.parametrize("doc_id", ["haier", "community", "xiaomi", "whitepaper", "ecommerce"])
def test_every_check_reports(doc_id):
    found = run_checks(extracted(doc_id, "digest"))
    assert set(found.check) == set(checks.CHECKS)
    assert found[found.verdict != "holds"].line.notna().all()
    ours = found[found.check.isin(["evidence", "references", "arrows"])]
    assert (ours.verdict == "holds").all()


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", ["haier", "community", "xiaomi", "whitepaper", "ecommerce"])
def test_both_editions_show_the_same_findings(doc_id):
    first, second = (run_checks(extracted(doc_id, edition)) for edition in ("original", "digest"))
    kept = ["evidence", "references", "arrows", "claims", "evidence used twice", "citations"]
    counts = [frame[frame.check.isin(kept)].groupby(["check", "verdict"]).size() for frame in (first, second)]
    assert counts[0].to_dict() == counts[1].to_dict()


@pytest.mark.originals
def test_a_quotation_that_was_changed_is_found(haier_original, changed):
    quotation = haier_original.codebook.evidence.iloc[2]
    found = changed(
        haier_original, lambda raw: raw.replace(haier_original.document.lines[quotation.line_start - 1], "“改过的引文")
    )
    report = run_checks(replace(found, document=replace(found.document, edition="original")))
    assert report[report.check == "evidence"].verdict.tolist() == ["does not hold"]


def test_the_command_says_1_where_it_finds_something_and_0_where_not(capsys, monkeypatch):
    assert main(["check", "haier"]) == 1
    assert "claims\tdoes not hold" in capsys.readouterr().out
    assert main(["check", "whitepaper"]) == 0
    assert {line.split("\t")[2] for line in capsys.readouterr().out.splitlines()} == {"holds"}


def test_all_documents_are_checked_by_default(capsys):
    main(["check"])
    ids = {line.split("\t")[0] for line in capsys.readouterr().out.splitlines()}
    assert ids == {"haier", "community", "xiaomi", "whitepaper", "ecommerce"}
