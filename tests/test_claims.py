import re

from conftest import spread
from zhagen import claims


def test_the_stated_hours_do_not_follow_from_the_table(haier):
    found = claims.recompute(haier.outline, haier.recipe).set_index("claim_id").loc["haier-hours-per-interview"]
    frame = haier.tables["表1"]
    by_hand = frame.hours.sum() / frame.interviews.sum()
    assert found.recomputed == round(float(by_hand), 3)
    low, high = map(float, found.stated.split("-"))
    assert (found.verdict == "holds") == (low <= by_hand <= high)
    assert "小时" in "".join(haier.document.lines[found.line - 1 : found.line + 1])


def test_a_changed_table_changes_the_verdict(haier, changed):
    low = float(claims.recompute(haier.outline, haier.recipe).stated.iloc[0].split("-")[0])
    people = haier.tables["表1"].interviews.dropna()
    hours = [f"\n{value:g}小时\n" for value in haier.tables["表1"].hours.dropna()]

    def stretch(raw):
        for old, interviews in zip(hours, people, strict=True):
            raw = raw.replace(old, f"\n{low * interviews:g}小时\n", 1)
        return raw

    found = changed(haier, stretch)
    assert claims.recompute(found.outline, found.recipe).verdict.iloc[0] == "holds"


def test_the_sentence_that_names_another_figure_is_found(haier):
    found = claims.mentions(haier.outline).set_index("label")
    assert found.verdict["图3"] == found.verdict["图4"] == "same"
    assert found.verdict["图5"] == "differs"


def test_a_mended_sentence_is_no_longer_reported(haier, changed):
    wrong = claims.mentions(haier.outline).set_index("label").loc["图5"]

    def mend(raw):
        sentence = rf"{spread(wrong.clause)}(?=\s*如\s*图\s*5)"
        mended, times = re.subn(sentence, f"本阶段的{wrong.caption}", raw)
        assert times == 1
        return mended

    found = changed(haier, mend)
    assert claims.mentions(found.outline).set_index("label").verdict["图5"] == "same"
