"""What slipped through once is refused with its line."""

import pytest

from cases.extraction import CASES
from helpers import extracted
from zhagen.errors import ExtractionError


@pytest.mark.parametrize("edition", ["digest", pytest.param("original", marks=pytest.mark.originals)])
@pytest.mark.parametrize("name", CASES)
def test_a_case_is_refused(name, edition, changed):
    doc_id, change, said = CASES[name]
    found = extracted(doc_id, edition)
    assert change(found.document.raw) != found.document.raw
    with pytest.raises(ExtractionError, match=said) as caught:
        changed(found, change)
    assert "line" in caught.value.where and caught.value.todo
