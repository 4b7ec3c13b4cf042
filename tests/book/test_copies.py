import os

import pytest

from zhagen.book.copies import extract_changed, extract_with_data
from zhagen.documents.catalog import open_document
from zhagen.errors import ZhagenError
from zhagen.extraction.pipeline import extract
from zhagen.paths import data_folder

CODING = "codings/whitepaper/open_coding.toml"


@pytest.mark.parametrize("doc_id", ["haier", "xiaomi", "whitepaper"])
def test_a_copy_that_is_not_changed_gives_the_same_codes(doc_id):
    same = extract_changed(doc_id, lambda text: text)
    assert same.codebook.codes.equals(extract(doc_id, edition="digest").codebook.codes)


def test_a_change_is_read_and_the_digest_is_as_it_was():
    before = open_document("haier", edition="digest").raw
    changed = extract_changed("haier", lambda text: text.replace("用户", "顾客"))
    assert "用户" not in changed.document.raw and changed.document.edition == "file"
    assert open_document("haier", edition="digest").raw == before


def test_a_text_that_does_not_fit_is_refused():
    with pytest.raises(ZhagenError):
        extract_changed("haier", lambda text: text[: len(text) // 2])


@pytest.mark.parametrize("before", [None, "the shipped ones"])
def test_changed_data_are_read_once(monkeypatch, before):
    monkeypatch.delenv("ZHAGEN_DATA", raising=False)
    shipped = data_folder()
    if before:
        monkeypatch.setenv("ZHAGEN_DATA", str(shipped))
    coding = (shipped / CODING).read_text(encoding="utf-8")
    assert "让数据自己流动起来" in coding
    changed = extract_with_data("whitepaper", {CODING: coding.replace("让数据自己流动起来", "数据自流")})
    assert "数据自流" in set(changed.codebook.codes.label)
    assert os.environ.get("ZHAGEN_DATA") == (str(shipped) if before else None)
    assert "数据自流" not in set(extract("whitepaper", edition="digest").codebook.codes.label)


def test_broken_data_are_refused_and_forgotten(monkeypatch):
    monkeypatch.delenv("ZHAGEN_DATA", raising=False)
    recipe = (data_folder() / "recipes" / "haier.toml").read_text(encoding="utf-8")
    with pytest.raises(ZhagenError):
        extract_with_data("haier", {"recipes/haier.toml": recipe.replace("表2", "表22")})
    assert "ZHAGEN_DATA" not in os.environ
