import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhagen.text.strings import END, StringIndex, code_strings, join_strings, split_run

STRINGS = st.lists(st.text(st.characters(exclude_characters=END, exclude_categories=["Cs"]), max_size=3))


@given(STRINGS)
def test_what_is_joined_is_parted(strings):
    """Empty strings too, and none at all."""
    assert split_run(join_strings(strings)) == strings


@given(STRINGS, STRINGS)
def test_runs_are_joined_by_putting_them_one_after_the_other(one, other):
    assert join_strings(one) + join_strings(other) == join_strings(one + other)


@given(STRINGS)
def test_codes_are_the_same_without_pyarrow(strings):
    with pytest.MonkeyPatch.context() as without:
        without.setitem(sys.modules, "pyarrow", None)
        slow = code_strings(join_strings(strings))
    distinct, codes = code_strings(join_strings(strings))
    assert slow[0] == distinct and slow[1].tolist() == codes.tolist() and slow[1].dtype == codes.dtype


@given(STRINGS)
def test_codes_say_which_string_each_is(strings):
    distinct, codes = code_strings(join_strings(strings))
    assert split_run(distinct) == list(dict.fromkeys(strings))
    assert [split_run(distinct)[code] for code in codes] == strings and codes.dtype == np.int32


@given(st.lists(STRINGS), st.booleans())
def test_a_string_keeps_its_place_however_it_is_brought(runs, arrow):
    """Many at a time and few, with pyarrow and without: the places of a dictionary, and every string comes back."""
    index, expected = StringIndex(), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zhagen.text.strings.FEW", 2)  # both ways within a few strings
        if not arrow:
            patch.setitem(sys.modules, "pyarrow", None)
        for strings in runs:
            places = index.places(join_strings(strings))
            assert places.tolist() == [expected.setdefault(string, len(expected)) for string in strings]
            assert places.dtype == np.int32 and index.strings == list(expected)
            assert split_run(index.taken(places)) == strings
