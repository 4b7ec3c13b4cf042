"""The page that documents recipes: its examples extract, its errors are the real ones, no property is left out."""

import hashlib
import json
import re
import tomllib
from pathlib import Path

import fastjsonschema
import pytest

from zhagen.book.loads import load_features
from zhagen.cli import main
from zhagen.documents.recipe import check_recipe
from zhagen.errors import ZhagenError
from zhagen.extraction.claims import recompute_claims
from zhagen.extraction.pipeline import extract
from zhagen.statistics.terms import term_features
from zhagen.vocabulary import STATUSES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "book/recipes.md").read_text("utf-8")
SCHEMA = json.loads((ROOT / "data/recipes/schema.json").read_text("utf-8"))
SMALLEST = {"document": "x", "outline": {"levels": []}}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


TOML = blocks("toml")
WHOLE = [text for text in TOML if isinstance(tomllib.loads(text).get("document"), str) and "[[" in text]
TEXTS = dict(zip([tomllib.loads(text)["document"] for text in WHOLE], blocks("text"), strict=True))
RECIPES = {tomllib.loads(text)["document"]: text for text in WHOLE}


def properties(schema):
    """Yield every name and every word that a recipe may hold."""
    for name, part in schema.get("properties", {}).items():
        yield name
        yield from properties(part)
    yield from (word for word in schema.get("enum", []) if isinstance(word, str))
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from properties(schema[key])


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder as the page tells to make it, with its three documents."""
    entry = next(text for text in TOML if text.startswith("[[document]]"))
    entries = [entry.replace('"bookgroup"', f'"{doc_id}"') for doc_id in TEXTS]
    for folder in ("recipes", "digests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "documents.toml").write_text("\n".join(entries), "utf-8")
    for doc_id, text in TEXTS.items():
        (tmp_path / f"digests/{doc_id}.txt").write_text(text, "utf-8")
        (tmp_path / f"recipes/{doc_id}.toml").write_text(RECIPES[doc_id], "utf-8")
    monkeypatch.setenv("ZHAGEN_DATA", str(tmp_path))
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path / "sources"))
    return tmp_path


def listed(name):
    """Return the rows of a list-table of the page without its header."""
    table = re.search(rf":name: {name}\n\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1]
    rows = [re.findall(r"^(?:\* |  )- ?(.*)$", row, re.MULTILINE) for row in re.split(r"^(?=\* -)", table, flags=re.M)]
    return rows[2:]


def codes(found):
    labels = found.codebook.labels()
    return [
        (row.level, row.label, labels.get(row.parent_id, ""), row.status) for row in found.codebook.codes.itertuples()
    ]


def test_every_property_and_word_of_the_schema_is_named():
    assert {name for name in properties(SCHEMA) if f"`{name}`" not in PAGE} == set()


def test_the_examples_are_those_of_the_page():
    assert list(TEXTS) == ["bookgroup", "threesteps", "onetable", "yearbook"]


@pytest.mark.parametrize("text", TOML)
def test_every_recipe_and_every_part_of_one_follows_the_schema(text):
    given = tomllib.loads(text)
    if not isinstance(given.get("document"), list):
        fastjsonschema.validate(SCHEMA, SMALLEST | given)
    if {"document", "outline", "reading", "tables"} <= given.keys():
        check_recipe(given)


@pytest.mark.parametrize("doc_id", RECIPES)
def test_a_recipe_holds_no_label_of_its_document(home, doc_id):
    labels = extract(doc_id).codebook.codes.label
    assert [label for label in labels if label in RECIPES[doc_id]] == []


def test_the_steps_make_up_the_whole_recipe():
    place = TOML.index(RECIPES["bookgroup"])
    steps = [text for text in TOML[:place] if not text.startswith("[[document]]")]
    assert "\n".join(steps) == RECIPES["bookgroup"]


def test_the_worked_example_gives_the_codes_of_the_page(home):
    found = extract("bookgroup")
    places = [
        str(a) if a == b else f"{a}-{b}"
        for a, b in zip(found.codebook.codes.line_start, found.codebook.codes.line_end, strict=True)
    ]
    given = [(f"`{a}`", b, c, STATUSES[d], place) for (a, b, c, d), place in zip(codes(found), places, strict=True)]
    assert given == [tuple(row) for row in listed("tbl-recipe-codes")]
    assert list(found.codebook.evidence.line_end) == [25, 27, 28, 29, 30, 31]


def test_the_commands_of_the_page_run(home, capsys):
    assert main(["extract", "bookgroup", "--out", str(home / "结果")]) == 0
    assert sorted(path.name for path in (home / "结果").glob("*.csv")) == ["codes.csv", "evidence.csv", "sections.csv"]
    capsys.readouterr()
    assert main(["check", "bookgroup"]) == 0
    assert {line.split("\t")[2] for line in capsys.readouterr().out.splitlines()} == {"holds", "nothing to check"}


def test_a_text_of_others_keeps_its_quotations_to_itself(home, capsys):
    (home / "sources").mkdir()
    source = (home / "digests/bookgroup.txt").rename(home / "sources/bookgroup.txt")
    catalogue = (home / "documents.toml").read_text("utf-8")
    known = f'id = "bookgroup"\nsha256 = "{hashlib.sha256(source.read_bytes()).hexdigest()}"'
    (home / "documents.toml").write_text(catalogue.replace('id = "bookgroup"', known, 1), "utf-8")
    assert main(["extract", "bookgroup", "--out", str(home / "结果")]) == 0
    assert "砍价" not in (home / "结果/evidence.csv").read_text("utf-8")
    assert main(["check", "bookgroup"]) == 2


def test_the_tabs_example(home):
    found = extract("threesteps")
    assert codes(found) == [
        ("core_category", "先亏后信", "", "inferred"),
        ("main_category", "先吃小亏", "先亏后信", "mapped"),
        ("category", "不利先说", "先吃小亏", "printed"),
        ("category", "先验后付", "先吃小亏", "printed"),
        ("concept", "专拍最花的一页", "不利先说", "printed"),
        ("concept", "劝人别买自己的书", "不利先说", "by_order"),
        ("concept", "当面翻完书再给钱", "先验后付", "printed"),
    ]
    assert recompute_claims(found.outline, found.recipe, found.codebook).verdict.tolist() == ["holds"]


def test_the_markdown_example(home):
    found = extract("onetable")
    assert codes(found) == [
        ("dimension", "信任修补", "", "printed"),
        ("dimension", "信任回报", "", "printed"),
        ("theme", "不利先说", "信任修补", "printed"),
        ("theme", "交易变顺", "信任回报", "printed"),
        ("concept", "专拍最花的一页", "不利先说", "printed"),
        ("concept", "劝人别买自己的书", "不利先说", "by_order"),
        ("concept", "不还价就成交", "交易变顺", "printed"),
    ]
    assert list(found.codebook.evidence.line_start) == [7, 8, 10, 11]
    assert len([line for line in RECIPES["onetable"].splitlines() if line.strip()]) <= 15


def test_the_example_without_a_coding_table(home):
    found = extract("yearbook")
    assert codes(found) == [("category", "群里的规矩", "", "printed")] + [
        ("concept", label, "群里的规矩", "printed") for label in ("面交", "验书", "先翻后付")
    ]
    people = found.tables["表1"]
    assert list(people.person) == list("甲乙丙") and people.characters.sum() == 24000
    assert set(people.undecided) == {"hours interviews"}
    assert list(found.tables["变化"][["source", "target"]].itertuples(index=False, name=None)) == [
        ("晒书", "问书"),
        ("裁判", "看门人"),
    ]
    assert recompute_claims(found.outline, found.recipe, found.codebook).verdict.tolist() == ["holds", "holds"]
    assert found.outline.prose()[1].text.startswith("丙没有")


def test_exercise_1_a_concept_more(home):
    path = home / "digests/bookgroup.txt"
    more = TEXTS["bookgroup"].replace("收了定金就退群\n专", "收了定金就退群\n为退群的人吵一晚上\n专")
    more = more.replace("就退群，\n吵了一晚上。”\n", "就退群。”\n“吵了一晚上。”\n")
    path.write_text(more, "utf-8")
    concepts = extract("bookgroup").codebook.level("concept")
    assert len(concepts) == 7 and set(concepts.status) == {"inferred"} and all("不能均分" in r for r in concepts.reason)


@pytest.mark.parametrize(("number", "status"), [("六", 0), ("七", 1)])
def test_exercise_2_a_rule(home, capsys, number, status):
    rule = next(text for text in TOML if 'id = "concepts"' in text)
    (home / "recipes/bookgroup.toml").write_text(f"{RECIPES['bookgroup']}\n{rule}", "utf-8")
    (home / "digests/bookgroup.txt").write_text(f"{TEXTS['bookgroup']}本文一共得到{number}个概念。\n", "utf-8")
    assert main(["check", "bookgroup"]) == status
    found = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert next(row[2] for row in found if row[1] == "claims") == ("holds", "does not hold")[status]


BOOK, RECIPE = "digests/bookgroup.txt", "recipes/bookgroup.toml"
IN_ONE_ROW = [("主题\n承诺", "主题 概念 证据\n承诺"), ("\n概念\n", "\n"), ("\n证据\n", "\n"), ("：承诺落空", "：承诺")]
TWO_RENAMED = [("\n承诺落空\n", "\n言而无信\n"), ("\n不利先说\n", "\n自揭其短\n")]
BROKEN = [
    (RECIPE, [("pattern = '(?P<count>", 'pattern = "(?P<count>\\d|'), ("个环节'", '个环节"')]),
    (RECIPE, [("lines = ", "line = ")]),
    (RECIPE, [('shape = "columns"\n', "")]),
    (RECIPE, [('shape = "columns"', 'shape = "column"')]),
    (RECIPE, [("个环节'", "个环节('")]),
    (RECIPE, [('label = "表1"', 'label = "表 1"')]),
    (BOOK, [("表 1 二手书群的编码", "二手书群的编码")]),
    (BOOK, [("\n概念\n", "\n初始概念\n")]),
    (RECIPE, [('lines = "single"\n', "")]),
    (BOOK, [("“他劝我别买，说借一本就够用。”\n", "")]),
    (BOOK, IN_ONE_ROW),
    (BOOK, [("“信任缺口", "信任缺口")]),
    (BOOK, [("（三）交易变顺", "（3）交易变顺")]),
    (BOOK, TWO_RENAMED),
    (BOOK, [("\n不还价就成交\n", "\n收了定金就退群\n")]),
    (RECIPE, [("个环节'", "个步骤'")]),
]


def test_the_errors_of_the_page_are_the_real_ones(home, capsys):
    quoted = [line for block in blocks("console") for line in re.sub(r"\n  ", " ", block).splitlines()]
    said = []
    for name, changes in BROKEN:
        sound = (home / name).read_text("utf-8")
        broken = sound
        for old, new in changes:
            assert old in broken
            broken = broken.replace(old, new, 1)
        (home / name).write_text(broken, "utf-8")
        assert main(["check", "bookgroup"]) == 2
        said += capsys.readouterr().err.splitlines()
        (home / name).write_text(sound, "utf-8")
    assert said == quoted


def test_a_draft_of_the_example_gives_the_codes_of_the_page(home, capsys):
    assert main(["recipe", str(home / "digests/bookgroup.txt"), "--id", "bookgroup"]) == 0
    drafted = capsys.readouterr()
    expected = codes(extract("bookgroup"))
    (home / "recipes/bookgroup.toml").write_text(drafted.out, "utf-8")
    assert codes(extract("bookgroup")) == expected and "12 codes" in drafted.err


def test_an_own_text_is_counted_where_the_page_puts_it(home, capsys):
    """The data folder of the page has no lexicon: the shipped one serves; what is not published is said."""
    source = home / "digests/bookgroup.txt"
    assert main(["count", "bookgroup", "信任"]) == main(["count", "bookgroup", "信任", "--source", str(source)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second and int(first.split("\t")[1]) > 2
    assert main(["cooccur", str(source), "--out", str(home / "out"), "--engine", "serial", "--quiet"]) == 0
    assert "信任" in (home / "out/terms.csv").read_text("utf-8")
    assert term_features(extract("bookgroup").outline).term.eq("信任").any()
    with pytest.raises(ZhagenError, match="term_features"):
        load_features("bookgroup")
