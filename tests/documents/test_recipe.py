import copy

import pytest

from helpers import extracted
from zhagen.documents.recipe import check_recipe, read_recipe
from zhagen.errors import RecipeError
from zhagen.paths import data_folder

IDS = ["haier", "community", "xiaomi", "whitepaper", "ecommerce"]


@pytest.mark.parametrize("doc_id", IDS)
def test_every_recipe_is_whole(doc_id):
    assert read_recipe(doc_id)["document"] == doc_id


def test_a_document_without_a_recipe_says_so():
    with pytest.raises(RecipeError, match="nobody has no recipe yet"):
        read_recipe("nobody")


@pytest.mark.parametrize(
    ("doc_id", "change", "said"),
    [
        ("haier", lambda r: r["tables"][0].update(shape="nope"), r"tables\[0\].shape must be one of"),
        ("haier", lambda r: r["outline"].update(levels=["("]), r"levels\[0\] must be a valid regex"),
        ("haier", lambda r: r["tables"][1]["columns"][0].update(hedaer="x"), "must not contain"),
        ("haier", lambda r: r.pop("hierarchy"), "the reading gioia needs hierarchy"),
        ("haier", lambda r: r["tables"][1:].clear() or r.update(tables=r["tables"][:1]), "column theme"),
        ("haier", lambda r: r["claims"][0]["recompute"].update(table="表9"), "there is no table 表9"),
        ("haier", lambda r: r["outline"].update(figure="^图"), "lacks the group label"),
        ("community", lambda r: r["enumerations"].pop(0), "there is no enumeration 核心范畴"),
        ("community", lambda r: r["claims"][0].update(pattern="个"), "lacks the group count"),
        ("xiaomi", lambda r: r.pop("core"), "the reading straussian needs core"),
        ("xiaomi", lambda r: r["tables"][0].update(gives="records"), "column|shape tabs"),
    ],
)
def test_what_a_recipe_lacks_is_named(doc_id, change, said):
    broken = copy.deepcopy(read_recipe(doc_id))
    change(broken)
    with pytest.raises(RecipeError, match=said):
        check_recipe(broken, "mine.toml")


@pytest.mark.parametrize("doc_id", IDS)
def test_a_recipe_holds_no_label_of_its_document(doc_id):
    """Labels come out of the text; frame words of three characters and less may stand in both."""
    text = (data_folder() / "recipes" / f"{doc_id}.toml").read_text(encoding="utf-8")
    labels = extracted(doc_id, "digest").codebook.codes.label
    assert [label for label in labels if len(label) > 3 and label in text] == []
