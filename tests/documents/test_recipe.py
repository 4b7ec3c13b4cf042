import copy
import tomllib

import pytest

from helpers import extracted
from zhagen.documents.recipe import check_recipe, heading_pattern, read_recipe
from zhagen.errors import RecipeError
from zhagen.paths import data_folder

IDS = ["haier", "community", "xiaomi", "whitepaper", "ecommerce"]


def written(doc_id):
    return tomllib.loads((data_folder() / "recipes" / f"{doc_id}.toml").read_text("utf-8"))


@pytest.mark.parametrize("doc_id", IDS)
def test_every_recipe_is_whole(doc_id):
    assert read_recipe(doc_id)["document"] == doc_id


def test_a_recipe_of_another_document_is_refused(tmp_path, monkeypatch):
    (tmp_path / "recipes").mkdir()
    for path in (data_folder() / "recipes").iterdir():
        (tmp_path / "recipes" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "documents.toml").write_bytes((data_folder() / "documents.toml").read_bytes())
    (tmp_path / "recipes/xiaomi.toml").write_bytes((data_folder() / "recipes/haier.toml").read_bytes())
    monkeypatch.setenv("ZHAGEN_DATA", str(tmp_path))
    with pytest.raises(RecipeError, match="it is the recipe of haier"):
        read_recipe("xiaomi")


def test_a_document_without_a_recipe_says_so():
    with pytest.raises(RecipeError, match="nobody has no recipe yet"):
        read_recipe("nobody")


@pytest.mark.parametrize(
    ("doc_id", "change", "said"),
    [
        ("haier", lambda r: r["tables"][0].update(shape="nope"), r"tables\[0\].shape must be one of .*, not 'nope'"),
        ("haier", lambda r: r["outline"].update(levels=["(?P<title>"]), "is no regular expression"),
        ("haier", lambda r: r["outline"].update(item="("), "outline.item must be a valid regex"),
        (
            "haier",
            lambda r: r["tables"][1]["columns"].update(theme={"hedaer": "x"}),
            "lacks header|hedaer, which is not known",
        ),
        ("haier", lambda r: r["tables"][1]["columns"].pop("theme"), "表2: the reading gioia needs the column theme"),
        (
            "haier",
            lambda r: r["tables"][1]["columns"].update(concept="二阶主题"),
            "header 二阶主题 is given to two columns",
        ),
        ("haier", lambda r: r["tables"][1]["columns"].update(dimension="维度"), "表3 has no column dimension"),
        ("haier", lambda r: r.update(dimensions="column"), "no coding table has a column dimension"),
        ("haier", lambda r: r.update(tables=r["tables"][:1]), "column theme"),
        ("haier", lambda r: r["tables"].append(r["tables"][1]), "表2 is listed twice"),
        ("haier", lambda r: r["tables"][0].update(ends="nowhere"), "ends is heading, rows or a column, not nowhere"),
        ("haier", lambda r: r["tables"][0].update(ends="rows"), "does not go with the shape columns"),
        ("haier", lambda r: r["claims"][0]["recompute"].update(table="表9"), "there is no table 表9"),
        ("haier", lambda r: r["claims"][0]["recompute"].update(sum="weeks"), "no column of numbers weeks"),
        ("haier", lambda r: r["claims"][0]["recompute"].update(over="topic"), "no column of numbers topic"),
        ("haier", lambda r: r["claims"][0]["recompute"].update(growth=True), "recompute needs one of"),
        ("haier", lambda r: r["claims"][0].update(recompute={"table": "表1"}), "recompute needs sum"),
        ("haier", lambda r: r["outline"].update(figure="^图"), "lacks the group label"),
        ("haier", lambda r: r.update(core={"pattern": "(?P<label>.)"}), "core goes with the reading straussian only"),
        ("community", lambda r: r["enumerations"].pop(0), "there is no enumeration 核心范畴"),
        ("community", lambda r: r["claims"][0].update(pattern="个"), "lacks the group count"),
        ("community", lambda r: r["enumerations"][0].update(count=r"\d+个"), r"count \\d\+个 needs a group"),
        ("xiaomi", lambda r: r["tables"][0]["columns"].pop("concept"), "needs a coding table with the column concept"),
        (
            "xiaomi",
            lambda r: r["tables"][0]["columns"].update(category={"header": "范畴化", "part": True}),
            "part goes with",
        ),
        ("xiaomi", lambda r: r["claims"][0]["recompute"].update(codes="kategorie"), "must be one of"),
        (
            "whitepaper",
            lambda r: r["boards"][0].update(part="nobody"),
            "boards.人货场: no pattern has the group nobody",
        ),
        ("whitepaper", lambda r: r["boards"][0].pop("part"), "boards.人货场: ends and apart go with part only"),
        (
            "ecommerce",
            lambda r: r["matrices"][0].update(items=["无"]),
            "矩阵: there is no enumeration and no pairs 无",
        ),
        ("ecommerce", lambda r: r["matrices"][0].update(names={"example": "无"}), "矩阵: there is no enumeration 无"),
        ("whitepaper", lambda r: r["pairs"][0].update(line="^(?P<source>.) (?P<target>.)$"), "lacks the group label"),
        ("whitepaper", lambda r: r["pairs"][0].update(heads="^(?P<source>.)$"), "lacks the group target"),
        ("ecommerce", lambda r: r["matrices"][0].update(names={"x": "案例"}), "names has the column x"),
        ("ecommerce", lambda r: r["matrices"][1]["columns"].update(source=["号"]), "对策: 号 needs a group"),
    ],
)
def test_what_a_recipe_lacks_is_named(doc_id, change, said):
    broken = copy.deepcopy(written(doc_id))
    change(broken)
    with pytest.raises(RecipeError, match=said):
        check_recipe(broken, "mine.toml")


@pytest.mark.parametrize(
    ("printed", "line", "number", "title"),
    [
        ("一、", "十二、 研究设计", "十二", "研究设计"),
        ("（一）", "（三）资料", "三", "资料"),
        ("1. ", "1. 需求", "1", "需求"),
        ("1.1", "4.2  主轴编码", "4.2", "主轴编码"),
        ("1.1.1", "4.2.1 5G 网络", "4.2.1", "5G 网络"),
        ("第一章", "第三章 结论", "三", "结论"),
        ("## 1", "## 3 结论", "3", "结论"),
        ("## ", "## 结论", "", "结论"),
    ],
)
def test_a_printed_number_stands_for_all_of_its_kind(printed, line, number, title):
    import re

    match = re.match(heading_pattern(printed), line)
    assert match and (match["number"], match["title"]) == (number, title)


@pytest.mark.parametrize(
    ("printed", "line"), [("1. ", "1.1 资料"), ("1", "1.5 万元"), ("一、", "（一）资料"), ("1.1", "1.1.1 a")]
)
def test_another_number_is_no_heading_of_that_level(printed, line):
    import re

    assert re.match(heading_pattern(printed), line) is None


@pytest.mark.parametrize("doc_id", IDS)
def test_a_recipe_holds_no_label_of_its_document(doc_id):
    """Labels come out of the text; frame words of three characters and less may be in both."""
    text = (data_folder() / "recipes" / f"{doc_id}.toml").read_text(encoding="utf-8")
    labels = extracted(doc_id, "digest").codebook.codes.label
    assert [label for label in labels if len(label) > 3 and label in text] == []
