"""What is said about the studies: every summary and every method report card, on both editions."""

import re
import shutil

import pytest

from helpers import extracted, spread
from zhagen.documents.catalog import document_ids
from zhagen.errors import ExtractionError, ZhagenError
from zhagen.extraction.reporting import has_report_card, report_card, report_items
from zhagen.extraction.summary import has_summary, study_summary
from zhagen.paths import data_folder
from zhagen.text.cleaning import clean

EDITIONS = ["digest", pytest.param("original", marks=pytest.mark.originals)]
SUMMARIES = [doc_id for doc_id in document_ids() if has_summary(doc_id)]
CARDS = [doc_id for doc_id in document_ids() if has_report_card(doc_id)]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("doc_id", SUMMARIES)
def test_every_point_of_a_summary_has_its_words_in_its_lines(doc_id, edition):
    study = extracted(doc_id, edition)
    points = study_summary(study)
    for point in points.itertuples():
        passage = clean(study.document.lines[point.line_start - 1 : point.line_end], point.line_start).text
        assert all(word in passage for word in point.words.split("、")), point.point_id


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("doc_id", CARDS)
def test_every_card_is_checked(doc_id, edition):
    card = report_card(extracted(doc_id, edition))
    assert card.item.tolist() == report_items().item.tolist()
    stated = card.verdict.isin(["reported", "mentioned"])
    assert (card.place[stated] != "").all() and (card.place[card.verdict == "absent"] == "").all()
    assert (card.searched[card.verdict == "absent"] != "").all()


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", CARDS)
def test_both_editions_give_the_same_verdicts(doc_id):
    first, second = (report_card(extracted(doc_id, edition)).verdict for edition in ("digest", "original"))
    assert first.equals(second)


def test_a_text_that_no_longer_says_so_is_refused(haier, changed):
    without = changed(haier, lambda raw: re.sub(spread("结果变量"), "成果", raw))
    with pytest.raises(ExtractionError, match=r"outcome.*section 2\.3.*结果变量.*summary\.toml, line \d+"):
        study_summary(without)


def test_what_is_called_absent_and_is_found_is_refused(haier, changed):
    saturated = changed(haier, lambda raw: re.sub(spread("总类属"), "总类属至理论饱和", raw, count=1))
    with pytest.raises(ExtractionError, match=r"saturation is called absent, but section 3\.4.*饱和"):
        report_card(saturated)


def test_a_passage_that_is_gone_is_refused(haier, changed):
    without = changed(haier, lambda raw: re.sub(spread("三角验证"), "核对", raw))
    with pytest.raises(ExtractionError, match=r"triangulation: no sentence of section 3\.3.*三角验证"):
        report_card(without)


def test_a_sentence_that_was_looked_at_is_named_with_its_reason(xiaomi):
    searched = report_card(xiaomi).set_index("item").searched
    assert "（1 句：" in searched["coders"] and searched["memos"].endswith("（0 句）")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("reporting", 'item = "memos"', 'item = "memo"', "there is no item memo"),
        ("reporting", 'item = "memos"', 'item = "saturation"', "the item saturation is listed twice"),
        ("reporting", 'verdict = "absent"', 'verdict = "reported"', "memos is called reported: name its passages"),
        ("reporting", 'verdict = "absent"', 'verdict = "missing"', "verdict must be one of"),
        ("reporting", 'search = ["备忘", "札记", "memo"]\n', "", "memos is called absent: list search terms"),
        ("reporting_items", 'name = "问题与缺口"', "", "lacks name"),
        ("summary", 'part = "gap"', 'part = "hole"', "part must be one of"),
        ("summary", 'id = "gap-static"', 'id = "gap-resource"', "the point gap-resource is listed twice"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_its_line(haier_digest, monkeypatch, tmp_path, name, old, new, said):
    folder = tmp_path / "data"
    shutil.copytree(data_folder(), folder, ignore=shutil.ignore_patterns("sources", "published"))
    path = folder / "codings" / ("reporting_items.toml" if name == "reporting_items" else f"haier/{name}.toml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setenv("ZHAGEN_DATA", str(folder))
    with pytest.raises(ZhagenError) as error:
        (study_summary if name == "summary" else report_card)(haier_digest)
    wanted, _, todo = said.partition(": ")
    assert wanted in str(error.value) and todo in str(error.value) and re.search(r"\.toml, line \d+", error.value.where)


def test_a_card_that_lacks_an_item_is_refused(haier_digest, monkeypatch, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data_folder(), folder, ignore=shutil.ignore_patterns("sources", "published"))
    path = folder / "codings/haier/reporting.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index('[[items]]\nitem = "ethics"')], encoding="utf-8")
    monkeypatch.setenv("ZHAGEN_DATA", str(folder))
    with pytest.raises(ZhagenError, match="the card lacks ethics"):
        report_card(haier_digest)


def test_the_numbers_of_the_guidelines_exist():
    items = report_items()
    for guideline, most in (("coreq", 32), ("srqr", 21)):
        numbers = [int(number) for entry in items[guideline] for number in entry.split("、") if number]
        assert numbers and min(numbers) >= 1 and max(numbers) <= most
