"""Fixtures: the editions at hand, and copies of them that were changed."""

import re

import pytest
from hypothesis import settings

from zhagen import catalog, extraction
from zhagen.errors import SourceError

# A busy machine is no failure: properties are tested without a clock, and with the same examples on every machine.
settings.register_profile("zhagen", deadline=None, derandomize=True)
settings.load_profile("zhagen")


def extracted(doc_id, edition):
    try:
        return extraction.extract(doc_id, edition=edition)
    except SourceError as error:
        if edition == "original":
            pytest.skip(f"needs the original: {error}")
        raise


@pytest.fixture(scope="session", params=["digest", pytest.param("original", marks=pytest.mark.originals)])
def haier(request):
    """The Haier study, from the digest and, where it is attached, from the original."""
    return extracted("haier", request.param)


@pytest.fixture(scope="session")
def haier_digest():
    return extracted("haier", "digest")


@pytest.fixture(scope="session")
def haier_original():
    return extracted("haier", "original")


def both_editions(doc_id):
    """A fixture of one document, from the digest and, where it is attached, from the original."""

    @pytest.fixture(scope="session", params=["digest", pytest.param("original", marks=pytest.mark.originals)])
    def found(request):
        return extracted(doc_id, request.param)

    return found


community, xiaomi, whitepaper, ecommerce = map(both_editions, ["community", "xiaomi", "whitepaper", "ecommerce"])


@pytest.fixture
def changed(tmp_path):
    """Write a changed copy of a document and extract from it."""

    def extract(found, change):
        copy = tmp_path / "copy.txt"
        copy.write_text(change(found.document.raw), encoding="utf-8")
        return extraction.extract(found.document.id, source=copy)

    return extract


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


@pytest.fixture(autouse=True)
def _fresh_catalog():
    yield
    catalog._entries.cache_clear()
