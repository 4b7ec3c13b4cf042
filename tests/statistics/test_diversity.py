import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lexicalrichness import LexicalRichness

from zhagen.errors import ZhagenError
from zhagen.statistics.diversity import _factors, diversity_measures, mattr, mtld, ttr

WORDS = st.lists(st.sampled_from("平台 用户 需求 数据 企业 创新 价值".split()), min_size=1, max_size=120)


def oracle(words):
    return LexicalRichness(list(words), preprocessor=None, tokenizer=None)


@given(WORDS, st.integers(1, 30))
def test_the_oracle_agrees(words, window):
    assert ttr(words) == pytest.approx(oracle(words).ttr)
    if window <= len(words):
        assert mattr(words, window) == pytest.approx(oracle(words).mattr(window_size=window))


@given(WORDS, st.sampled_from([0.66, 0.72, 0.75, 0.9]))
def test_the_oracle_agrees_on_mtld(words, threshold):
    """But for a text of different words only: lexicalrichness calls it one factor and returns its length, which the
    paper does not say; we raise."""
    if len(set(words)) == len(words):
        assert oracle(words).mtld(threshold) == len(words)
        with pytest.raises(ZhagenError, match="occurs twice"):
            mtld(words, threshold)
    else:
        assert mtld(words, threshold) == pytest.approx(oracle(words).mtld(threshold))


@given(WORDS, st.integers(1, 20))
def test_mattr_is_the_naive_mean(words, window):
    assume(window <= len(words))
    runs = [words[start : start + window] for start in range(len(words) - window + 1)]
    assert mattr(words, window) == pytest.approx(sum(len(set(run)) / window for run in runs) / len(runs))


def test_mtld_by_hand():
    """a b c d d e f a: forwards ttr 1 1 1 1 .8 .83 .86 .75, no factor full, so (1 - 6/8) / .28; backwards a f e d is 1,
    d .8, c .83, b .86, a .75: the same."""
    assert mtld(list("abcddefa")) == pytest.approx(8 / (0.25 / 0.28))
    # a a | b c d b: .75 when b comes again; backwards b d c b is .75, a .8, a .67 | and all six are one factor
    forwards, backwards = 6 / (1 + 0.25 / 0.28), 6 / 1
    assert mtld(list("aabcdb")) == pytest.approx((forwards + backwards) / 2)


def test_the_partial_factor_of_the_paper():
    """McCarthy and Jarvis (2010): a rest with ttr .887 counts .404; 340 words over 4.404 factors give 77.203."""
    run = [f"w{number}" for number in range(47)]
    rest = run + run[:6]  # 47 different words of 53: .887
    assert _factors(rest, 0.72) == pytest.approx(0.404, abs=5e-4)
    assert round(340 / (4 + round(_factors(rest, 0.72), 3)), 3) == 77.203


def test_a_factor_is_full_at_the_threshold():
    """18 different words of 25 are .72 and no run before is as low."""
    words = [str(number) for number in range(18)] + ["0"] * 7
    assert len(set(words)) / len(words) == 0.72 and 18 / 24 > 0.72
    assert _factors([*words, "another"], 0.72) == 1  # else the rest would be 19 of 26


@given(WORDS)
def test_bounds(words):
    assert 0 < ttr(words) <= 1
    window = min(len(words), 10)
    assert 1 / window <= mattr(words, window) <= 1
    assert mattr(words, len(words)) == pytest.approx(ttr(words)) and mattr(words, 1) == 1
    if len(set(words)) < len(words):
        assert mtld(words) >= 2


@given(WORDS)
def test_neither_direction_nor_names_matter(words):
    """Read backwards, or with other words for the same words, a text is as diverse."""
    assume(len(set(words)) < len(words))
    renamed = [word[::-1] + "甲" for word in words]
    window = min(len(words), 7)
    found = diversity_measures(words, window)
    assert diversity_measures(words[::-1], window) == pytest.approx(found)
    assert diversity_measures(renamed, window) == found


@given(WORDS, st.integers(1, 10), st.data())
def test_mattr_of_a_text_is_the_mean_over_its_pieces(words, window, data):
    """Two pieces that share window - 1 words have each run once: the sums of the runs add up."""
    assume(len(words) > window)
    cut = data.draw(st.integers(window, len(words) - 1))
    one, other = words[:cut], words[cut - window + 1 :]
    runs = [len(piece) - window + 1 for piece in (one, other)]
    parts = sum(mattr(piece, window) * number for piece, number in zip((one, other), runs, strict=True))
    assert parts / sum(runs) == pytest.approx(mattr(words, window))


@pytest.mark.parametrize("length", [2, 3, 10, 11])
def test_one_word_again_and_again(length):
    words = ["平台"] * length
    assert ttr(words) == 1 / length and mattr(words, 2) == 0.5
    assert mtld(words) == pytest.approx(2 if length % 2 == 0 else 2 * length / (length - 1))


def test_a_table_of_texts():
    found = pd.DataFrame(diversity_measures(text.split(), 3) for text in ("甲 乙 甲 丙 丙 甲", "甲 甲 甲 甲"))
    assert found.columns.tolist() == ["words", "types", "ttr", "mattr", "mtld"]
    assert found.mattr.tolist() == pytest.approx([(2 + 3 + 2 + 2) / 12, 1 / 3])


def test_words_may_come_from_a_generator():
    assert diversity_measures((word for word in "甲 乙 甲".split()), 2) == diversity_measures("甲 乙 甲".split(), 2)


@pytest.mark.parametrize("measure", [ttr, mattr, mtld, diversity_measures])
def test_no_words_or_no_cut_are_refused(measure):
    with pytest.raises(ZhagenError, match="no words"):
        measure([])
    with pytest.raises(ZhagenError, match="in place of words"):
        measure("平台平台" * 20)


def test_what_cannot_be_is_told():
    with pytest.raises(ZhagenError, match="3 words do not fill a window of 50"):
        mattr("甲 乙 甲".split())
    for window in (0, 1.5):
        with pytest.raises(ZhagenError, match="the window is"):
            mattr(["甲"] * 3, window)
    for threshold in (0, 1, float("nan")):
        with pytest.raises(ZhagenError, match="the threshold is"):
            mtld(["甲"] * 3, threshold)
    with pytest.raises(ZhagenError, match="MTLD is infinite"):
        diversity_measures("甲 乙 丙".split(), 2)
