import re

import pytest

from helpers import spread
from zhagen.errors import ExtractionError
from zhagen.extraction import claims
from zhagen.extraction.checks import run_checks
from zhagen.extraction.claims import caption_mentions, extract_claims, recompute_claims


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
    assert low < found.recomputed < high and found.verdict == "not reproduced"


def test_counts_are_held_against_the_table(xiaomi):
    found = recompute_claims(xiaomi.outline, xiaomi.recipe, xiaomi.codebook).set_index("claim_id")
    assert found.recomputed["xiaomi-sub-categories"] == len(xiaomi.codebook.level("category"))
    assert found.verdict["xiaomi-sub-categories"] == "does not hold"
    assert found.verdict["xiaomi-dimensions"] == found.verdict["xiaomi-main-categories"] == "holds"


def test_claims_have_ids_places_and_known_verdicts(haier):
    found = extract_claims(haier.outline, haier.recipe, haier.codebook)
    assert not found.claim_id.duplicated().any()
    assert set(found.verdict) <= {"holds", "does not hold", "not reproduced", "not checkable"}
    for row in found.itertuples():
        near = "".join(haier.document.lines[row.line - 1 : row.line + 2])
        assert re.split("[-~]", row.stated)[0] in near


def verdict(text, word):
    match = re.compile(f"{claims.DIGITS}|{claims.NUMERALS}").search(text, text.index(word))
    return claims._claim_of(text, match)[3:5]


def test_enumerations_beside_a_count_are_recounted():
    assert verdict("从采购、生产和销售三大环节入手", "三大") == (3, "holds")
    assert verdict("从采购、生产和销售四大环节入手", "四大") == (3, "not reproduced")
    assert verdict("体现在两个方面：①快；②准", "两个") == (2, "holds")
    assert verdict("得到“甲-乙-丙”的三个环节", "三个") == (3, "holds")
    assert verdict("共有五个环节", "五个") == (None, "not checkable")
    assert verdict("从采购、生产和销售二三个环节入手", "二三个") == (None, "not checkable")  # two or three


@pytest.mark.parametrize("tilde", "~～-")
def test_a_range_and_a_fraction_are_no_traceback(tilde):
    assert verdict(f"共有3{tilde}5大环节", "3") == (None, "not checkable")
    assert verdict("共有3.5大环节", "3.5") == (None, "not checkable")
    assert verdict("从采购、生产和销售3.5大环节入手", "3.5") == (None, "not checkable")
    assert verdict(f"从采购、生产和销售3{tilde}5大环节入手", "3") == (3, "holds")
    assert verdict(f"从采购、生产和销售4{tilde}5大环节入手", "4") == (3, "not reproduced")
    assert verdict("从采购、生产和销售３大环节入手", "３") == (3, "holds")


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
