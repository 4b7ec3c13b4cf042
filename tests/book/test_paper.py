"""The invented paper of lab 7: every planted contradiction is computed from its text, and every decoy holds."""

import re

import pytest

from zhagen.book import compare_marks, data_at, paper_places, practice_paper
from zhagen.cli import main
from zhagen.errors import SourceError
from zhagen.extraction import absent, read_relation, repeated_evidence, run_checks
from zhagen.paths import shipped_folder

RELATIONS = ("促使", "推动", "带来")


@pytest.fixture(scope="module")
def paper():
    return practice_paper()


@pytest.fixture(scope="module")
def places(paper):
    return paper_places(paper)


def number(paper, pattern):
    """The number that a pattern finds at its only place."""
    (found,) = set(re.findall(pattern, paper.document.raw))
    return float(found)


def sayings(paper, source, target):
    """The lines of prose that say an arrow."""
    sentences = absent(paper, source, target).sentences
    sentences = sentences[~sentences.text.str.contains("→")]
    return [
        row.line_start
        for row in sentences.itertuples()
        for relation in RELATIONS
        if not read_relation(row.text, {"source": source, "relation": relation, "target": target}).fault
    ]


def test_it_is_marked_as_invented_wherever_it_may_travel(paper):
    folder = shipped_folder() / "practice_paper"
    assert paper.document.lines[0].startswith("【虚构")
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("【虚构")
    assert "invented" in (folder / "planted.toml").read_text(encoding="utf-8").splitlines()[0]
    assert "虚构" in paper.document.about["kind"]


def test_it_is_as_long_as_a_short_paper(paper):
    assert 2500 <= len(re.sub(r"\s", "", paper.document.raw)) <= 3500


def test_a_line_is_the_place_of_one_entry_only(places):
    assert sorted(places.index[places.planted]) == ["arrow", "minutes", "outcome", "people", "quote", "saturation"]
    lines = places.lines.sum()
    assert len(lines) == len(set(lines)) and places.lines.map(len).min() >= 1
    assert (places.lines[places.planted].map(len) >= 2).all()  # a contradiction has two ends


def test_fewer_people_are_listed_than_announced(paper, places):
    announced = number(paper, r"(?<![第\d])(\d+)位师傅")
    assert paper.tables["表1"].people.sum() < announced
    assert set(paper.tables["表1"].line_start) < set(places.lines["people"])


def test_the_minutes_do_not_reach_the_least_length(paper):
    low, total = number(paper, r"每次(\d+)到"), number(paper, r"合计(\d+)分钟")
    assert total < low * paper.tables["表1"].people.sum()  # the fewer people, too
    assert 150 < 10_000 * number(paper, r"约([\d.]+)万字") / total < 300  # and the transcripts are as long as the tapes


def test_coding_began_after_the_last_interview(paper):
    done, began = number(paper, r"(\d+)月底做完"), number(paper, r"从(\d+)月起")
    assert done < began
    first, more = number(paper, r"第(\d+)位师傅"), number(paper, r"又谈了(\d+)位")
    assert first + more == number(paper, r"(?<![第\d])(\d+)位师傅")  # so the stop is said of these interviews


def test_an_outcome_is_fixed_that_the_method_denies(paper, places):
    first, second = (paper.document.lines[line - 1] for line in places.lines["outcome"])
    fixed = re.search("把(.+?)定为结果变量", first)[1]
    assert "不设任何变量" in second
    assert fixed in set(paper.codebook.level("theme").label)
    assert (paper.codebook.codes.parent_id == paper.codebook.find(fixed)).sum() == 1


def test_one_quotation_is_used_for_two_themes_and_two_people(paper, places):
    (pair,) = repeated_evidence(paper.codebook).itertuples()
    evidence = paper.codebook.evidence.set_index("evidence_id").loc[[pair.evidence_a, pair.evidence_b]]
    assert sorted(evidence.line_start) == places.lines["quote"]
    parents = paper.codebook.codes.set_index("code_id").parent_id.loc[evidence.code_id]
    assert parents.nunique() == 2
    assert len({re.search(r"S\d+", text)[0] for text in evidence.quotation}) == 2


def test_one_arrow_is_said_the_other_way_round_and_all_others_as_drawn(paper, places):
    drawn = {(row.source, row.target): row.line_start for row in paper.tables["图1"].itertuples()}
    turned = [ends for ends in drawn if not sayings(paper, *ends)]
    (ends,) = turned
    lines = {drawn[ends], *sayings(paper, *ends[::-1])}
    assert lines < set(places.lines["arrow"])
    assert all(len(sayings(paper, *others)) == 1 for others in drawn if others not in turned)


def test_the_decoys_hold(paper, places):
    counts = [int(count) for count in re.findall(r"(\d+)条，占", paper.document.raw)]
    shares = [float(share) for share in re.findall(r"占([\d.]+)%", paper.document.raw)]
    total = number(paper, r"共(\d+)条，其中")
    assert sum(counts) == total and [round(100 * count / total, 1) for count in counts] == shares
    assert round(sum(shares), 1) != 100
    cell, prose = (paper.document.lines[line - 1] for line in places.lines["same-theme"])
    assert re.findall("“.+?”（S06）", cell) == re.findall("“.+?”（S06）", prose) != []
    left_out = set(paper.codebook.level("theme").label) - set(paper.tables["图1"][["source", "target"]].stack())
    (said,) = [line for line in paper.document.lines if "没有把它放进图1" in line]
    assert len(left_out) == 1 and left_out.pop() in said


def test_nothing_else_was_planted_by_mistake(paper):
    """What the checks find is planted, and what the paper counts it has."""
    found = run_checks(paper).query("finding")
    assert sorted(found.check) == ["claims", "evidence used twice"]
    assert found.what.iloc[0].startswith("受访的师傅: 21位, 19 ")  # one number that must be met is no range
    verdicts = run_checks(paper).set_index("check").verdict
    assert verdicts["captions"] == verdicts["citations"] == verdicts["references"] == "holds"
    people = {int(code) for code in re.findall(r"S(\d+)", paper.document.raw)}
    assert max(people) <= paper.tables["表1"].people.sum()
    assert number(paper, r"在(\d{4})年秋季") + 2 <= number(paper, r"(\d{4})年3月")  # a second year's card can be there


def test_marks_are_compared_by_line_whatever_form_they_have(places):
    marks = [
        (places.lines["people"][0], "人数", "表里少"),
        f"{places.lines['arrow'][0]}、{places.lines['arrow'][1]}",
        (tuple(places.lines["rounding"]), "百分数"),
        (9999, "没有这一行"),
        ("摘要", "写得含糊"),
        (),
    ]
    compared = compare_marks(marks, places)
    assert compared.verdict.value_counts().to_dict() == {
        "found": 2,
        "missed": 4,
        "accused": 1,
        "spared": 2,
        "unlisted": 3,
    }
    assert compared.marked[0] == "人数，表里少"
    assert compare_marks([], places).verdict.value_counts().to_dict() == {"missed": 6, "spared": 3}


def test_a_paper_that_was_corrected_is_read_and_no_longer_found(places):
    turned = practice_paper(lambda text: text.replace("默许入卡 → 满意度提升", "满意度提升 → 默许入卡"))
    assert sayings(turned, "满意度提升", "默许入卡")
    assert "" not in paper_places(turned).seen.tolist()  # a place that is gone leaves the entry its others
    assert paper_places(turned).lines["arrow"] == places.lines["arrow"][:1] + places.lines["arrow"][2:]


def test_words_that_two_lines_have_name_no_place():
    doubled = practice_paper(lambda text: text.replace("本文的局限", "录音合计546分钟，本文的局限"))
    with pytest.raises(SourceError, match="录音合计546分钟 is in the lines"):
        paper_places(doubled)


def test_the_command_checks_it_in_its_own_folder(capsys):
    with data_at(shipped_folder() / "practice_paper"):
        assert main(["check"]) == 1
    assert "does not hold" in capsys.readouterr().out
