"""Krippendorff's alphas of passages, held against counting characters one by one."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhagen.errors import ZhagenError
from zhagen.statistics.unitizing import SPANS, unitizing_alpha

SIZE = 24
# a coder's text: gap, passage, gap, passage … as lengths and codes
CUTS = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5), st.sampled_from("xyz")), max_size=6)


def spans(coder, cuts):
    """The passages of a coder, as far as they fit into the text."""
    rows, place = [], 0
    for gap, length, code in cuts:
        start, end = place + gap, place + gap + length
        if end <= SIZE:
            rows.append((coder, code, start, end))
            place = end
    return rows


def characters(rows, coder, size):
    """The code and the passage of each character of a coder; a gap's characters are each a passage of their own."""
    found = [("", ("gap", coder, n)) for n in range(size)]
    for number, (who, code, start, end) in enumerate(rows):
        if who == coder:
            found[start:end] = [(code, number)] * (end - start)
    return found


def by_characters(texts, coders):
    """u and binary, cu and the codes: all pairs of characters that are not of one passage, one pair after the other."""
    m = len(coders)
    everything, met = [], {}
    for number, (rows, size) in enumerate(texts):
        read = {coder: characters(rows, coder, size) for coder in coders}
        everything += [(code, (number, unit)) for coder in coders for code, unit in read[coder]]
        for one, other in permutations(coders, 2):
            for (c, _), (k, _) in zip(read[one], read[other], strict=True):
                met[c, k] = met.get((c, k), 0) + 1 / (m - 1)
    pairs = [(c, k) for c, unit in everything for k, other in everything if unit != other]
    total = sum(met.values())

    def alpha(differ):
        observed = sum(times for pair, times in met.items() if differ(*pair)) / total
        expected = np.mean([differ(c, k) for c, k in pairs]) if pairs else 0
        return 1 - observed / expected if expected else None

    return alpha(lambda c, k: c != k), alpha(lambda c, k: (c == "") != (k == ""))


def codes_of_two(texts, coders):
    """cu and the alpha of each code, of two coders: the same with the characters that both coded."""
    values, met = [], []
    for number, (rows, size) in enumerate(texts):
        one, other = (characters(rows, coder, size) for coder in coders)
        for (c, unit), (k, against) in zip(one, other, strict=True):
            if c and k:
                met += [(c, k), (k, c)]
                values += [(c, (number, unit)), (k, (number, against))]
    pairs = [(c, k) for c, unit in values for k, against in values if unit != against]
    found = {"cu": None}
    if any(c != k for c, k in pairs):
        observed, expected = np.mean([c != k for c, k in met]), np.mean([c != k for c, k in pairs])
        found["cu"] = 1 - observed / expected
    for code in {c for c, _ in values}:
        # of the characters with this code: how many meet another code, and how many would by chance
        observed = np.mean([k != code for c, k in met if c == code])
        seconds = [k != code for c, k in pairs if c == code]
        found[code] = 1 - observed / np.mean(seconds) if any(seconds) else None
    return found


def table(texts, **options):
    frame = pd.DataFrame(
        [(*row, f"I{number}") for number, (rows, _) in enumerate(texts) for row in rows], columns=[*SPANS, "source"]
    )
    return unitizing_alpha(frame, {f"I{number}": size for number, (_, size) in enumerate(texts)}, **options)


def same(found, expected):
    return pd.isna(found) if expected is None else found == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(CUTS, CUTS, CUTS, st.sampled_from(["甲乙", "甲乙丙"]))
def test_all_four_agree_with_counting_characters(first, second, third, coders):
    rows = [row for coder, cuts in zip(coders, (first, second, third), strict=False) for row in spans(coder, cuts)]
    texts = [(rows, SIZE), ([("甲", "x", 0, 2)], 6)]
    found = table(texts, coders=coders, draws=5)
    overall, binary = by_characters(texts, coders)
    assert same(found["value"][0], overall) and same(found["value"][1], binary)
    if len(coders) == 2:
        expected = codes_of_two(texts, coders)
        assert same(found["value"][2], expected["cu"])
        for row in found[3:].itertuples():
            assert same(row.value, expected.get(row.code))


def test_three_coders_weigh_what_two_of_them_coded():
    """By hand: A codes x on 0-6, B on 0-4, C y on 2-6; of A's 6, B has 4 and C 4, so the mean square is 16."""
    rows = [("A", "x", 0, 6), ("B", "x", 0, 4), ("C", "y", 2, 6)]
    found = unitizing_alpha(pd.DataFrame(rows, columns=SPANS), 10).set_index(["measure", "code"])["value"]
    l_xx, l_xy = (4 + 4) / 2, (4 + 2) / 2  # A with B both ways; A with C and B with C, each way
    s_x, s_y = (16 + 16) / 2 + (16 + 4) / 2, (16 + 4) / 2
    l_x, l_y = l_xx + l_xy, l_xy
    total = l_x + l_y
    e_xx, e_xy, e_yy = (number * total / (total**2 - s_x - s_y) for number in (l_x**2 - s_x, l_x * l_y, l_y**2 - s_y))
    assert found["cu", ""] == pytest.approx(1 - l_xy / e_xy)
    assert found["code", "x"] == pytest.approx(1 - (e_xx + e_xy) / l_x * l_xy / e_xy)
    assert found["code", "y"] == pytest.approx(1 - (e_xy + e_yy) / l_y * l_xy / e_xy)


@settings(max_examples=40)
@given(CUTS, CUTS, st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(first, second, random):
    rows = [*spans("甲", first), *spans("乙", second), ("甲", "x", SIZE, SIZE + 3)]
    found = unitizing_alpha(pd.DataFrame(rows, columns=SPANS), SIZE + 5, coders="甲乙")
    coder, code = (
        dict(zip("甲乙", random.sample("pq", 2), strict=True)),
        dict(zip("xyz", random.sample("rst", 3), strict=True)),
    )
    turned = [(coder[who], code[what], start, end) for who, what, start, end in random.sample(rows, len(rows))]
    other = unitizing_alpha(pd.DataFrame(turned, columns=SPANS), SIZE + 5, coders="pq").set_index(["measure", "code"])
    back = [(kind, code.get(label, "")) for kind, label in zip(found.measure, found.code, strict=True)]
    assert np.allclose(other["value"].loc[back], found["value"], equal_nan=True)
    assert np.allclose(other["coverage"].loc[back], found["coverage"])


@given(CUTS)
def test_coders_who_cut_alike_agree_fully(cuts):
    rows = [*spans("甲", [*cuts, (1, 1, "x")]), *spans("乙", [*cuts, (1, 1, "x")])]
    found = unitizing_alpha(pd.DataFrame(rows, columns=SPANS), SIZE + 1, coders="甲乙") if rows else None
    assert found is None or (found["value"].isna() | np.isclose(found["value"], 1)).all()


def test_other_borders_lower_binary_and_other_codes_lower_cu():
    borders = [("甲", "x", 0, 10), ("甲", "y", 20, 30), ("乙", "x", 4, 14), ("乙", "y", 24, 34)]
    codes = [("甲", "x", 0, 10), ("甲", "y", 20, 30), ("乙", "y", 0, 10), ("乙", "x", 20, 30)]
    one, other = (unitizing_alpha(pd.DataFrame(rows, columns=SPANS), 40)["value"][:3] for rows in (borders, codes))
    assert one[2] == 1 > one[1] and other[1] == 1 and other[2] < 0


def test_the_interval_draws_whole_sources():
    good, bad = [("甲", "x", 0, 9), ("乙", "x", 0, 9)], [("甲", "x", 0, 9), ("乙", "x", 10, 19)]
    alike = table([(good, 20)] * 6)
    assert alike.low[0] == alike.high[0] == 1
    mixed = table([(good, 20)] * 3 + [(bad, 20)] * 3)
    assert mixed.low[0] < mixed["value"][0] < mixed.high[0] <= 1
    texts = [(good, 20), (bad, 20)] + [([("甲", "x", 0, 9), ("乙", "x", n, 9)], 20 + n) for n in range(1, 8)]
    first, again, other = table(texts, draws=50), table(texts, draws=50), table(texts, draws=50, seed=2)
    pd.testing.assert_frame_equal(first, again)
    assert not np.allclose(first.low[:2], other.low[:2])
    assert table([(good, 20)]).low.isna().all()


def test_passages_that_cannot_be_compared_are_refused():
    good = [("甲", "x", 0, 5), ("乙", "x", 0, 5)]
    for wrong in ([("甲", "y", 4, 8)], [("甲", "x", 6, 6)], [("甲", "x", -1, 2)], [("甲", "x", 8, 11)]):
        with pytest.raises(ZhagenError):
            unitizing_alpha(pd.DataFrame(good + wrong, columns=SPANS), 10)
    frame = pd.DataFrame(good, columns=SPANS)
    for options in ({"coders": "甲"}, {"coders": "丙丁"}, {"draws": 0}, {"confidence": 1}):
        with pytest.raises(ZhagenError):
            unitizing_alpha(frame, 10, **options)
    with pytest.raises(ZhagenError, match="no column 'source'"):
        unitizing_alpha(frame, {"I01": 10})
    with pytest.raises(ZhagenError, match="leave their text"):
        unitizing_alpha(frame.assign(source="I02"), {"I01": 10})
    with pytest.raises(ZhagenError, match="no column 'code'"):
        unitizing_alpha(frame.drop(columns="code"), 10)
    # of one code, what overlaps is one passage
    twice = unitizing_alpha(pd.DataFrame([*good, ("甲", "x", 3, 7)], columns=SPANS), 10)
    once = unitizing_alpha(pd.DataFrame([("甲", "x", 0, 7), good[1]], columns=SPANS), 10)
    pd.testing.assert_frame_equal(twice, once)
