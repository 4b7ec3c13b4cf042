"""Drafted recipes: on made-up papers they fit or say what to fill in; on the digests they are near ours."""

import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import papers
from papers import MAKERS, SHAPES, paths_of, prefixes
from zhagen.cli import main
from zhagen.documents.catalog import Document, open_document
from zhagen.documents.recipe import check_recipe, read_recipe
from zhagen.extraction.drafting import draft_recipe
from zhagen.extraction.pipeline import extract
from zhagen.vocabulary import Wording


def document(paper):
    return Document(papers.ID, "file", Wording("made up", "编的"), Path("paper.txt"), paper.text, {})


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reading", MAKERS)
def test_a_draft_reads_the_paper_or_says_what_is_not_sure(reading, shape):
    found = Counter()
    for seed in range(25):
        paper = MAKERS[reading](seed, shape)
        draft = draft_recipe(document(paper))
        check_recipe(tomllib.loads(draft.toml))
        if draft.codes is None:
            assert draft.unsure and "unsure" in draft.toml.splitlines()[1]
            found["says what does not fit"] += 1
            continue
        _, _, book = replace(paper, recipe=draft.toml).extract()
        right = set(paths_of(book).values()) == prefixes(paper.paths)
        assert right or draft.unsure or set(book.codes.status) & {"by_order", "inferred"}
        found["right" if right else "marked"] += 1
    assert found["right"] >= 8, found


@pytest.mark.parametrize(("doc_id", "codes"), [("haier", True), ("xiaomi", True), ("community", False)])
def test_drafts_of_the_digests_are_near_our_recipes(doc_id, codes):
    draft = draft_recipe(open_document(doc_id, edition="digest"))
    drafted, ours = check_recipe(tomllib.loads(draft.toml)), read_recipe(doc_id)
    titles, own = ({one["title"] for one in recipe["outline"]["run_in"]} for recipe in (drafted, ours))
    assert own <= titles <= own | {"Abstract"}  # Haier's English page is no section of ours
    if codes:
        assert drafted["reading"] == ours["reading"]
        assert draft.codes == len(extract(doc_id, edition="digest").codebook.codes)
    else:
        assert any("no coding table" in mark for mark in draft.unsure)


def test_a_draft_holds_no_label(tmp_path):
    for doc_id in ("haier", "xiaomi"):
        digest = extract(doc_id, edition="digest")
        text = draft_recipe(digest.document).toml
        assert [label for label in digest.codebook.codes.label if label in text] == []


def test_the_command_writes_a_recipe_that_extracts(tmp_path, monkeypatch, capsys):
    paper = papers.parts(3, "tabs", "headings")
    (tmp_path / "recipes").mkdir()
    (tmp_path / "digests").mkdir()
    (tmp_path / "documents.toml").write_text('[[document]]\nid = "garden-1"\n', "utf-8")
    (tmp_path / "digests/garden-1.txt").write_text(paper.text, "utf-8")
    out = tmp_path / "recipes/garden-1.toml"
    assert main(["recipe", str(tmp_path / "digests/garden-1.txt"), "--id", "garden-1", "--out", str(out)]) == 0
    assert "it gives" in capsys.readouterr().err
    monkeypatch.setenv("ZHAGEN_DATA", str(tmp_path))
    assert set(paths_of(extract("garden-1").codebook).values()) == prefixes(paper.paths)
    assert main(["recipe", str(tmp_path / "digests/garden-1.txt"), "--id", "garden-1", "--out", str(out)]) == 2
    assert "there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.txt"], "no file"),
        (["empty.txt"], "is empty"),
        (["bytes.txt"], "line 1"),
        (["a.txt", "--id", "我"], "is no id"),
    ],
)
def test_what_cannot_be_drafted_is_said(arguments, said, tmp_path, monkeypatch, capsys):
    (tmp_path / "empty.txt").write_text(" \n", "utf-8")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\x80\xff")  # no encoding has them
    (tmp_path / "a.txt").write_text("一、甲\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["recipe", *arguments]) == 2
    assert said in capsys.readouterr().err
