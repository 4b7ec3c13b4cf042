"""What several tests need: an extraction or a skip, and changed copies of a text."""

import re

import pytest

from zhagen.errors import SourceError
from zhagen.extraction.pipeline import extract


def extracted(doc_id, edition):
    try:
        return extract(doc_id, edition=edition)
    except SourceError as error:
        if edition == "original":
            pytest.skip(f"needs the original: {error}")
        raise


def spread(label):
    """A pattern for a label that may be broken over lines or set apart by blanks."""
    return r"\s*".join(map(re.escape, label))


def without(raw, *cells):
    """Drop the lines of some table cells."""
    lines = raw.split("\n")
    for cell in cells:
        for number in range(cell.line_start, cell.line_end + 1):
            lines[number - 1] = ""
    return "\n".join(lines)
