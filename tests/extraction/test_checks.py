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
    assert found[found.finding].line.notna().all()
    ours = found[found.check.isin(["evidence", "references", "arrows"])]
    assert set(ours.verdict) <= {"holds", "nothing to check"}
    assert (found.finding == found.verdict.isin(checks.FINDINGS)).all()


@pytest.mark.parametrize("doc_id", ["haier", "community", "xiaomi", "whitepaper", "ecommerce"])
def test_nothing_holds_where_nothing_was_looked_at(doc_id):
    found = run_checks(extracted(doc_id, "digest"))
    nothing = found.verdict == "nothing to check"
    assert ((found.looked == 0) == nothing).all() and (found.what[nothing] != "").all()


def test_citations_without_a_reference_list_and_evidence_without_evidence_do_not_hold():
    haier, page = (run_checks(extracted(doc_id, "digest")).set_index("check") for doc_id in ("haier", "community"))
    assert haier.verdict["citations"] == page.verdict["evidence"] == "nothing to check"
    assert "no reference list" in haier.what["citations"]
    listed = run_checks(extracted("xiaomi", "digest")).query("check == 'citations'")
    assert listed.looked.iloc[0] == 21


def test_a_reference_list_that_loses_an_entry_is_a_finding(xiaomi, changed):
    entry = next(line for line in xiaomi.document.lines if line.startswith("- [7]"))
    found = run_checks(changed(xiaomi, lambda raw: raw.replace(entry, "")))
    assert "cited, not listed: 7" in found[found.finding].what.tolist()


def test_what_rounding_allows_is_shown_and_is_no_finding(ecommerce):
    found = run_checks(ecommerce).query("check == 'claims'")
    assert found.verdict.tolist() == ["within rounding"] and not found.finding.any()


def test_one_finding_credited_to_two_sources_is_said(haier):
    twice = run_checks(haier).query("check == 'sentences used twice'").what
    assert [what for what in twice if "cites" in what][0].endswith("cites 张振刚等, 2022 / 孙新波和孙浩博, 2022)")


def test_documents_are_compared_with_each_other(haier_digest, changed):
    xiaomi = extracted("xiaomi", "digest")
    assert run_checks(xiaomi).query("check == 'shared with others'").verdict.tolist() == ["nothing to check"]
    words = max(xiaomi.outline.sentences().query("kind == 'paragraph'").text, key=len)[:30]
    copy = changed(haier_digest, lambda raw: raw.replace("\n二、", f"\n{words}。\n\n二、", 1))
    found = run_checks(copy, [copy, xiaomi]).query("check == 'shared with others'")
    assert found.finding.all() and found.what.str.contains("= xiaomi, line .* characters").any()


@pytest.mark.originals
def test_the_slogan_that_two_documents_turn_round_is_found():
    haier, xiaomi = (extracted(doc_id, "original") for doc_id in ("haier", "xiaomi"))
    for one in (haier, xiaomi):
        found = run_checks(one, [haier, xiaomi]).query("check == 'shared with others'")
        assert len(found) == 1 and found.finding.all()
        assert {"产品", "场景", "替代", "生态"} <= set(found.what.iloc[0].strip(")").partition("(")[2].split())


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", ["haier", "community", "xiaomi", "whitepaper", "ecommerce"])
def test_both_editions_show_the_same_findings(doc_id):
    first, second = (run_checks(extracted(doc_id, edition)) for edition in ("original", "digest"))
    kept = ["references", "arrows", "claims", "evidence used twice", "citations"]
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
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert {row[2] for row in rows} == {"holds", "nothing to check"}
    assert all((row[5] == "0") == (row[2] == "nothing to check") for row in rows)


def test_all_documents_are_checked_by_default(capsys):
    main(["check"])
    ids = {line.split("\t")[0] for line in capsys.readouterr().out.splitlines()}
    assert ids == {"haier", "community", "xiaomi", "whitepaper", "ecommerce"}
