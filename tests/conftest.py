"""Fixtures: the editions at hand, and copies of them that were changed."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from helpers import extracted
from zhagen.extraction import pipeline

# for the processes that tests start; pyproject.toml says the same for the tests themselves
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1] / "src")

# A busy machine is no failure: properties are tested without a clock, and with the same examples on every machine.
settings.register_profile("zhagen", deadline=None, derandomize=True)
settings.load_profile("zhagen")


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
        return pipeline.extract(found.document.id, source=copy)

    return extract
