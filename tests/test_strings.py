import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zhagen.strings import END, coded, joined, parted

STRINGS = st.lists(st.text(st.characters(exclude_characters=END, exclude_categories=["Cs"]), max_size=3))


@given(STRINGS)
def test_what_is_joined_is_parted(strings):
    """Empty strings too, and none at all."""
    assert parted(joined(strings)) == strings


@given(STRINGS, STRINGS)
def test_runs_are_joined_by_putting_them_one_after_the_other(one, other):
    assert joined(one) + joined(other) == joined(one + other)


@given(STRINGS)
def test_codes_say_which_string_each_is(strings):
    distinct, codes = coded(joined(strings))
    assert parted(distinct) == list(dict.fromkeys(strings))
    assert [parted(distinct)[code] for code in codes] == strings and codes.dtype == np.int32
