"""Names that table and prose no longer have in common are said, and nothing is said of an untouched copy."""

import json

import pytest

from cases.naming import CASES, NEW, plainly
from helpers import extracted
from zhagen import cli
from zhagen.extraction.naming import name_doubts

EDITIONS = ["digest", pytest.param("original", marks=pytest.mark.originals)]
DOCUMENTS = ["haier", "community", "xiaomi", "whitepaper", "ecommerce"]


@pytest.fixture
def unattached(monkeypatch, tmp_path):
    """A machine without originals: a copy of one is all there is of it."""
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path / "none"))


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("name", CASES)
def test_another_name_in_some_places_is_said(name, edition, changed):
    doc_id, change, label, published, printed = CASES[name]
    found = extracted(doc_id, edition)
    assert change(found.document.raw) != found.document.raw
    copy = changed(found, change)
    said = copy.differences.query("label == @label and published == @published")
    assert printed <= set(said.printed) and said.line_start.notna().all()
    lines = copy.document.lines
    for row in said[said.printed.isin(printed)].itertuples():
        assert row.printed in "".join(lines[row.line_start - 1 : row.line_end]).replace(" ", "")
    assert label in "".join(name_doubts(copy.differences, copy.outline))
    reasons = [
        reason
        for frame in [copy.codebook.codes, *copy.tables.values()]
        if "reason" in frame
        for reason in frame[frame.isin([label]).any(axis=1)].reason
    ]
    assert not reasons or any("表里的名称与别处不一致" in reason for reason in reasons)


@pytest.mark.originals
@pytest.mark.parametrize("name", [name for name in CASES if "longer" not in name])  # what is published are counts
def test_another_name_is_said_of_a_copy_of_an_original_that_is_not_attached(name, changed, request):
    doc_id, change, label, published, _ = CASES[name]
    found = extracted(doc_id, "original")
    request.getfixturevalue("unattached")
    copy = changed(found, change)
    assert len(copy.differences.query("label == @label and published == @published"))


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("doc_id", DOCUMENTS)
@pytest.mark.parametrize("attached", [True, False])
def test_an_untouched_copy_has_no_differences(doc_id, edition, attached, changed, request):
    found = extracted(doc_id, edition)
    if not attached:
        request.getfixturevalue("unattached")
    copy = changed(found, lambda raw: raw.replace("\n", "\r\n") + "\n")
    assert copy.document.edition == "file" and copy.differences.empty
    assert not [reason for reason in copy.codebook.codes.reason if "不一致" in reason]


def test_a_name_replaced_everywhere_is_no_difference(changed, haier_digest):
    copy = changed(haier_digest, lambda raw: raw.replace("解决方案精准触达", NEW))
    assert NEW in set(copy.codebook.codes.label) and copy.differences.empty


def test_a_text_that_was_moved_is_no_difference(changed, haier_digest):
    def move(raw):
        lines = raw.split("\n")
        place = next(n for n, line in enumerate(lines) if "需求源点建立" in line and "。" in line)
        end = next(n for n in range(place, len(lines)) if not lines[n].strip())
        target = next(n for n in range(end + 5, len(lines)) if not lines[n].strip())
        words = lines[place:end]
        return "\n".join([*lines[:place], *lines[end:target], "", *words, *lines[target:]])

    assert "需求源点建立" not in set(changed(haier_digest, move).differences.label)


def test_the_command_says_it_and_so_does_the_table(changed, haier_digest, tmp_path, capsys):
    changed(haier_digest, plainly("价值主张校准"))
    out = tmp_path / "out"
    assert cli.main(["extract", "haier", "--source", str(tmp_path / "copy.txt"), "--out", str(out)]) == 0
    said = capsys.readouterr().err
    assert "价值主张校准 is in the tables, and fewer other places print it" in said and f"prints {NEW}" in said
    row = next(line for line in (out / "codes.csv").read_text("utf-8").split("\n") if ",价值主张校准," in line)
    assert "表里的名称与别处不一致" in row and NEW in row
    assert json.loads((out / "extraction.json").read_text("utf-8"))["edition"] == "file"
