"""Words that set groups of a study apart, computed a second time with plain counting and scipy."""

from collections import Counter
from math import log2

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.stats import chi2_contingency

from zhagen.cli import main
from zhagen.errors import StudyError, ZhagenError
from zhagen.statistics import TermMatrix, adjust_p, keyness_by_units
from zhagen.study import make_study, practice_study, study_keyness, write_study
from zhagen.text import content_terms


def group(words, times=3):
    return "。".join([words] * times)


def four(**more):
    """Two sellers who say 版次, two buyers who say 价格; one of the sellers says 图书馆 all the time."""
    texts = {
        "A": f"访：价格价格价格\n甲：{group('版次')}\n甲：图书馆{group('图书馆', 9)}",
        "B": f"访：版次版次\n乙：{group('版次')}教材",
        "C": f"访：版次\n丙：{group('价格')}教材",
        "D": f"访：版次\n丁：{group('价格', 4)}",
    }
    speakers = [(s, "访", "interviewer", "") for s in texts]
    speakers += [(s, who, "participant", "卖" if s in "AB" else "买") for s, who in zip(texts, "甲乙丙丁", strict=True)]
    codes = pd.DataFrame({"code_id": ["c01"], "label": ["看版次"], "level": ["concept"]})
    start = texts["A"].index("版次")
    rows = [("A", start, start + 8, "c01", "林"), ("B", texts["B"].index("版次。"), len(texts["B"]) - 2, "c01", "林")]
    codings = pd.DataFrame(rows, columns=["source_id", "start", "end", "code_id", "coder"])
    frame = pd.DataFrame(speakers, columns=["source_id", "speaker", "role", "part"])
    return make_study(texts, codes, codings, speakers=frame, **more)


def test_measures_are_those_of_plain_counting():
    study = practice_study()
    found = study_keyness(study, "campus", min_count=4, draws=20)
    campus = study.speakers.set_index(["source_id", "speaker"]).campus
    cases = {}
    for row in study.turns().itertuples():
        value = campus.get((row.source_id, row.speaker), "")
        if row.role != "interviewer" and value:
            cases.setdefault((value, row.source_id, row.speaker), Counter()).update(content_terms(row.text))
    sums = {
        value: sum((n for key, n in cases.items() if key[0] == value), Counter()) for value in {k[0] for k in cases}
    }
    assert sorted(sums) == sorted(found.groups.group) == ["东校区", "西校区"]
    for row in found.terms.itertuples():
        other = next(value for value in sums if value != row.group)
        a, b = sums[row.group][row.term], sums[other][row.term]
        size_a, size_b = sums[row.group].total(), sums[other].total()
        expected = chi2_contingency([[a, b], [size_a - a, size_b - b]], correction=False, lambda_="log-likelihood")
        assert (row.count, row.count_reference) == (a, b) or row[3:5] == (a, b)
        assert row.g2 == pytest.approx(expected.statistic, abs=1e-9)
        assert row.log_ratio == pytest.approx(log2((a + 0.5) / (size_a + 0.5)) - log2((b + 0.5) / (size_b + 0.5)))
        assert row.cases == sum(n[row.term] > 0 for key, n in cases.items() if key[0] == row.group)
        assert row.of_cases == sum(key[0] == row.group and n.total() > 0 for key, n in cases.items())
        assert row.per_1000 == pytest.approx(1000 * a / size_a)
    together = sums["东校区"] + sums["西校区"]
    spread = Counter(term for counted in cases.values() for term in counted)
    wanted = {term for term, n in together.items() if n >= 4 and spread[term] >= 2}
    assert set(found.terms.term) == wanted and len(found.terms) == 2 * len(wanted)
    assert np.allclose(found.terms.p_bh, adjust_p(found.terms.p.to_numpy(), "bh"))


def test_interviewers_do_not_count_and_one_talker_does_not_make_a_word_of_the_group():
    found = study_keyness(four(), "part", min_count=2, min_cases=1, draws=500)
    sellers = found.terms[found.terms.group == "卖"].set_index("term")
    assert sellers.loc["版次", ["count", "count_reference", "cases", "of_cases"]].tolist() == [6, 0, 2, 2]
    assert sellers.loc["价格", ["count", "count_reference"]].tolist() == [0, 7]
    first = found.top(1).set_index("group")
    assert first.term["卖"] == "图书馆" and first.cases["卖"] == 1  # most surprising, and one person's
    assert "图书馆" not in set(study_keyness(four(), "part", min_count=2, draws=20).terms.term)
    asked = study_keyness(four(), "part", min_count=2, roles=["participant", "interviewer"], draws=20)
    assert asked.groups.cases.tolist() == [2, 2]  # an interviewer without the attribute is in no group


def test_p_shuffled_is_the_share_of_all_ways_to_deal_cases_out():
    """Six cases of one length: of the 20 ways to choose three, two are as extreme as the one observed."""
    counts = csr_array(np.array([[4, 6]] * 3 + [[0, 10]] * 3))
    found = keyness_by_units(TermMatrix(counts, None, np.array(["甲", "乙"])), [1, 1, 1, 0, 0, 0], draws=4000)
    assert found.p_shuffled.tolist() == pytest.approx([0.1, 0.1], abs=0.02)


def test_units_are_dealt_out_within_their_source():
    """A word that one source says throughout, and a target that lies in this source: apart, but not within it."""
    counts = csr_array(np.array([[1, 0]] * 8 + [[0, 1]] * 8))
    matrix, target = TermMatrix(counts, None, np.array(["甲", "乙"])), [1] * 4 + [0] * 12
    apart = keyness_by_units(matrix, target, draws=200).set_index("term").p_shuffled
    within = keyness_by_units(matrix, target, within=[1] * 8 + [2] * 8, draws=200).set_index("term").p_shuffled
    assert apart["甲"] < 0.1 and within["甲"] == 1
    with pytest.raises(ZhagenError, match="2 labels for 16 units"):
        keyness_by_units(matrix, target, within=[1, 2])


def test_words_of_a_code_are_those_of_the_sentences_it_touches():
    found = study_keyness(four(), code="看版次", min_count=2, draws=50)
    assert found.by == "看版次" and found.groups.loc[0, ["group", "cases"]].tolist() == ["看版次", 2]
    top = found.top(1).iloc[0]
    assert (top.term, top["count"], top.count_reference, top.cases, top.of_cases) == ("版次", 6, 0, 2, 2)
    assert found.groups.terms[0] + found.groups.terms_reference[0] == sum(
        len(content_terms(text)) for text in four().turns().query("role != 'interviewer'").text
    )


def test_speakers_are_groups_of_one_case():
    with pytest.raises(StudyError, match="no group of speaker has 2 cases"):
        study_keyness(four(), "speaker")
    found = study_keyness(four(), "speaker", groups="甲", min_count=2, min_cases=1, draws=20)
    assert found.top(1).term.tolist() == ["图书馆"] and "甲: 1 cases" in repr(found)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "neither by nor code"),
        ({"by": "part", "code": "c01"}, "both given"),
        ({"by": "parts"}, "no attribute 'parts'"),
        ({"by": "part", "groups": ["卖", "管"]}, "has part 管: use one of 卖, 买"),
        ({"by": "kind"}, "all cases have kind interview"),
        ({"by": "part", "min_count": 0}, "give 1 or more"),
        ({"code": "看版次", "min_cases": 3}, "2 sources, fewer than 3"),
        ({"code": "看版次", "coder": "王"}, "no coder"),
        ({"by": "part", "roles": ["observer"]}, "no value"),
    ],
)
def test_what_cannot_be_compared_is_refused(more, said):
    with pytest.raises(StudyError, match=said):
        study_keyness(four(), **more)


def test_groups_with_too_few_cases_are_named():
    found = study_keyness(practice_study(), "part", draws=20)
    assert found.left_out == {"former": 1, "outside": 1}
    assert "former (1), outside (1)" in repr(found) and "former" not in set(found.terms.group)


def test_the_command_prints_words_and_says_what_they_rest_on(tmp_path, capsys):
    write_study(four(), tmp_path / "study")
    folder = str(tmp_path / "study")
    assert main(["keyness", folder, "--by", "part", "--min-count", "2", "--min-cases", "2"]) == 0
    out, said = capsys.readouterr()
    rows = [line.split("\t") for line in out.splitlines()]
    assert rows[1][:4] == ["卖", "版次", "6", "0"] and rows[1][6:8] == ["2/2", "0/2"] and "卖: 2 cases" in said
    assert main(["keyness", folder, "--code", "看版次", "--min-count", "2", "--out", str(tmp_path / "t.md")]) == 0
    assert "| 看版次 | 版次 |" in (tmp_path / "t.md").read_text("utf-8")
    assert main(["keyness", folder, "--by", "nothing"]) == 2 and "no attribute" in capsys.readouterr().err
