import re

import pandas as pd
import pytest

from helpers import extracted, spread
from zhagen.errors import ExtractionError
from zhagen.extraction import claims
from zhagen.extraction.checks import run_checks
from zhagen.extraction.claims import caption_mentions, extract_claims, recompute_claims, stated_numbers


def test_the_stated_hours_do_not_follow_from_the_table(haier):
    found = recompute_claims(haier.outline, haier.recipe).set_index("claim_id").loc["haier-hours-per-interview"]
    frame = haier.tables["表1"]
    by_hand = frame.hours.sum() / frame.interviews.sum()
    assert found.recomputed == round(float(by_hand), 3)
    low, high = map(float, found.stated.split("-"))
    assert (found.verdict == "holds") == (low <= by_hand <= high)
    assert "小时" in "".join(haier.document.lines[found.line - 1 : found.line + 1])


def test_a_changed_table_changes_the_verdict(haier, changed):
    low = float(recompute_claims(haier.outline, haier.recipe).stated.iloc[0].split("-")[0])
    people = haier.tables["表1"].interviews.dropna()
    hours = [f"\n{value:g}小时\n" for value in haier.tables["表1"].hours.dropna()]

    def stretch(raw):
        for old, interviews in zip(hours, people, strict=True):
            raw = raw.replace(old, f"\n{low * interviews:g}小时\n", 1)
        return raw

    found = changed(haier, stretch)
    assert recompute_claims(found.outline, found.recipe).verdict.iloc[0] == "holds"


def test_the_sentence_that_names_another_figure_is_found(haier):
    found = caption_mentions(haier.outline).set_index("label")
    assert found.verdict["图3"] == found.verdict["图4"] == "same"
    assert found.verdict["图5"] == "differs"


def test_a_mended_sentence_is_no_longer_reported(haier, changed):
    wrong = caption_mentions(haier.outline).set_index("label").loc["图5"]

    def mend(raw):
        sentence = rf"{spread(wrong.clause)}(?=\s*如\s*图\s*5)"
        mended, times = re.subn(sentence, f"本阶段的{wrong.caption}", raw)
        assert times == 1
        return mended

    found = changed(haier, mend)
    assert caption_mentions(found.outline).set_index("label").verdict["图5"] == "same"


def test_growth_by_hand(ecommerce):
    found = recompute_claims(ecommerce.outline, ecommerce.recipe).set_index("claim_id").loc["ecommerce-growth"]
    text = ecommerce.outline.text
    start, end = (float(x) for x in re.search(r"超过([\d.]+)万亿美元.*?([\d.]+)万亿美元", text).groups())
    assert found.recomputed == round(100 * ((end / start) ** (1 / 5) - 1), 2)
    low, high = map(float, re.search(r"允许 ([\d.]+) 至 ([\d.]+)", found.how).groups())
    assert low < found.recomputed < high and found.verdict == "within rounding"


def test_a_growth_that_no_rounding_allows_is_not_reproduced(ecommerce, changed):
    """The rate printed is moved beyond what the rounded ends allow; how many digits it has says how exact it is."""
    rate = extract_claims(ecommerce.outline, ecommerce.recipe, ecommerce.codebook).stated.iloc[0]
    for said, verdict in {
        "19.4": "not reproduced",
        "16.1": "within rounding",
        "16.8": "within rounding",  # the ends allow 16.767
        "16.80": "not reproduced",
        "15.9": "holds",
        "15.90": "within rounding",  # 15.94
    }.items():
        found = changed(ecommerce, lambda raw, said=said: raw.replace(rate, said))
        claim = recompute_claims(found.outline, found.recipe).iloc[0]
        assert (claim.stated, claim.verdict) == (said, verdict)


def test_counts_are_held_against_the_table(xiaomi):
    found = recompute_claims(xiaomi.outline, xiaomi.recipe, xiaomi.codebook).set_index("claim_id")
    assert found.recomputed["xiaomi-sub-categories"] == len(xiaomi.codebook.level("category"))
    assert found.verdict["xiaomi-sub-categories"] == "does not hold"
    assert found.verdict["xiaomi-dimensions"] == found.verdict["xiaomi-main-categories"] == "holds"


def test_claims_have_ids_places_and_known_verdicts(haier):
    found = extract_claims(haier.outline, haier.recipe, haier.codebook)
    assert not found.claim_id.duplicated().any()
    assert set(found.verdict) <= {"holds", "does not hold", "not reproduced", "not checkable", "within rounding"}
    assert (found.doc_id == "haier").all() and (found.how != "").all()
    for row in found.itertuples():
        near = "".join(haier.document.lines[row.line - 1 : row.line + 2])
        assert re.split("[-~]", row.stated)[0] in near


def test_what_rests_on_a_reading_says_so(haier):
    """That the hours are totals is our reading of the table: the row says it."""
    found = recompute_claims(haier.outline, haier.recipe).set_index("claim_id")
    assert "假定" in found.how["haier-hours-per-interview"]


def claims_of(found, *paragraphs):
    """The claims of paragraphs put into the review: before its second chapter's first paragraph."""

    def put(raw):
        lines = raw.split("\n")
        place = next(number for number, line in enumerate(lines) if line.startswith("2.1")) + 1
        return "\n".join([*lines[:place], *(part for text in paragraphs for part in (text, "")), *lines[place:]])

    copy = found(extracted("ecommerce", "digest"), put)
    start = next(n for n, line in enumerate(copy.document.lines, 1) if line.startswith("2.1")) + 1
    stated = extract_claims(copy.outline, copy.recipe, copy.codebook)
    return stated[stated.line.between(start, start + 2 * len(paragraphs))].set_index("stated")


@pytest.mark.parametrize(
    ("paragraphs", "stated", "recomputed", "verdict"),
    [
        (["从采购、生产和销售三大环节入手。"], "三", 3, "holds"),
        (["从采购、生产和销售四大环节入手。"], "四", 3, "not reproduced"),
        (["得到“甲-乙-丙”的三个环节。"], "三", 3, "holds"),
        (["从采购、生产和销售二三个环节入手。"], "二三", 3, "holds"),  # two or three
        (["从采购、生产和销售4～5个环节入手。"], "4～5", 3, "not reproduced"),
        (["从采购、生产和销售3.5大环节入手。"], "3.5", None, "not checkable"),
        (["分为以下两类：首先，种菜；其次，养鱼。"], "两", 2, "holds"),
        (["本文有以下三个步骤：（1）种；（2）收；（3）分。"], "三", 3, "holds"),
        (["提升速度（快）、数量（多）、种类（杂）的3V特征。"], "3", 3, "holds"),
        (["共有五个环节。"], "五", None, "not checkable"),
        (["健康、生鲜、食品、零售等12大行业。"], "12", None, "not checkable"),
        (["打通供应、加工、消费、配送、构建、用餐前后等6大环节。"], "6", None, "not checkable"),
        (["平台有三大环节：采购、生产与销售。", "这三大环节是核心。"], "三", 3, "holds"),
        (["过去8年，平台很多。"], "8", None, "not checkable"),
        (["近三分之一的商家参加。"], "三分之一", None, "not checkable"),
        (["百余家商家参加。"], "百余", None, "not checkable"),
        (["有两大问题，即缺钱、缺人和缺时间。"], "两", 3, "not reproduced"),  # 和 parts names that are alike
        (["有两大问题，即资金不足、人手不足和时间不足。"], "两", 3, "not reproduced"),
        (["有两个维度：技术协同、平台与生态协同。"], "两", 2, "holds"),
        (["访谈12人，其中男7人、女5人。"], "5", None, "not checkable"),  # a list of counts, not of what is counted
        (["共20户，其中老户12户、新户8户。"], "8", None, "not checkable"),
        (["包括3家企业、5家机构和2家平台。"], "2", None, "not checkable"),
        (["2019-2023年四年间，平台很多。"], "四", 4, "holds"),
        (["2019-2023年六年间，平台很多。"], "六", 4, "not reproduced"),
    ],
)
def test_a_count_is_compared_with_what_the_text_lists(changed, paragraphs, stated, recomputed, verdict):
    found = claims_of(changed, *paragraphs).loc[[stated]].iloc[-1]
    assert (found.recomputed, found.verdict) == (pytest.approx(recomputed), verdict) or (
        recomputed is None and found.isna().recomputed and found.verdict == verdict
    )


@pytest.mark.parametrize(
    ("said", "recomputed", "verdict"),
    [
        ("本章从三个方面展开。", 3, "holds"),
        ("创新路径分为三大模式创新。", 3, "holds"),  # each heading has the words
        ("下面从四个方面说明。", 3, "not reproduced"),
        ("本章讨论以下两个问题。", 3, "not reproduced"),
        ("本章从四个方面展开。", None, "not checkable"),  # announces nothing of the headings
        ("以下4名受访者谈到它。", None, "not checkable"),
        ("以下三个方面：采购、生产和销售，都要谈。", 3, "holds"),  # its own list comes first
    ],
)
def test_a_count_before_headings_is_compared_with_them(changed, said, recomputed, verdict):
    copy = changed(extracted("ecommerce", "digest"), lambda raw: raw.replace("\n3.1. ", f"\n{said}\n\n3.1. ", 1))
    line = copy.document.lines.index(said) + 1
    row = stated_numbers(copy.outline, copy.codebook).set_index("line").loc[line]
    assert row.verdict == verdict and (pd.isna(row.recomputed) if recomputed is None else row.recomputed == recomputed)


def test_a_closing_heading_is_no_member_of_what_was_announced(changed):
    copy = changed(
        extracted("ecommerce", "digest"),
        lambda raw: raw.replace("\n3.1. ", "\n下面从三个方面说明。\n\n3.1. ", 1).replace(
            "\n4. ", "\n3.4. 本章小结\n\n到此为止。\n\n4. ", 1
        ),
    )
    row = stated_numbers(copy.outline).set_index("line").loc[copy.document.lines.index("下面从三个方面说明。") + 1]
    assert row.verdict == "holds" and "小标题有 3 个" in row.how


def test_a_count_of_a_level_is_compared_with_its_codes(xiaomi, changed):
    found = extract_claims(xiaomi.outline, xiaomi.recipe, xiaomi.codebook)
    named = found[(found.what == "主范畴") & (found.unit == "大")]
    assert len(named) >= 4 and (named.verdict == "holds").all() and (named.recomputed == 3).all()
    copy = changed(xiaomi, lambda raw: raw.replace("三大主范畴", "五大主范畴"))
    found = extract_claims(copy.outline, copy.recipe, copy.codebook)
    assert set(found[found.stated == "五"].query("what == '主范畴'").verdict) == {"not reproduced"}


def test_the_reason_says_what_was_tested(changed):
    found = claims_of(changed, "共有五个环节。苹果、梨等六种水果。近七家。销量提高8%。").how
    assert "没有找到" in found["五"] and "举例" in found["六"] and "约数" in found["七"] and "规则" in found["8"]


@pytest.mark.parametrize(
    "said", ["共有3~5大环节。", "共有3.5大环节。", "共有3～5大环节、3-5大环行。", "共有²大环节，²项。"]
)
def test_a_document_with_such_a_number_is_checked_to_its_end(haier_digest, changed, said):
    found = changed(haier_digest, lambda raw: raw.replace("。", f"。{said}", 40))
    assert {"claims", "citations"} <= set(run_checks(found).check)


@pytest.mark.parametrize(
    ("claim", "old", "new", "said"),
    [
        ("growth", "(?P<to>\\d{4})", "\\d{4}(?P<to>)", "'' is no whole number"),
        ("growth", "(?P<from>\\d{4})[~～-](?P<to>", "(?P<to>\\d{4})[~～-](?P<from>", "have no yearly rate"),
        ("growth", "(?P<start>[\\d.]+)", "(?P<start>[\\d.]*?)[\\d.]+", "could not convert string to float"),
        ("drivers", "(?P<count>[一二三四五六七八九])", "[一二三四五六七八九](?P<count>个)", "'个' is no whole number"),
    ],
)
def test_a_claim_that_cannot_be_recomputed_names_its_place(ecommerce, claim, old, new, said):
    entry = next(entry for entry in ecommerce.recipe["claims"] if entry["id"] == claim)
    assert old in entry["pattern"]
    pattern = entry["pattern"].replace(old, new).replace("个)个方面", "个)方面")
    with pytest.raises(ExtractionError) as error:
        recompute_claims(ecommerce.outline, ecommerce.recipe | {"claims": [entry | {"pattern": pattern}]})
    assert said in error.value.found and "line" in error.value.where and error.value.todo


def test_numbers_already_ruled_are_not_listed_twice(haier):
    ruled = recompute_claims(haier.outline, haier.recipe, haier.codebook)
    found = extract_claims(haier.outline, haier.recipe, haier.codebook)
    assert len(found) < len(ruled) + len(claims.stated_numbers(haier.outline))
