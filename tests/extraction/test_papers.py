"""Every shape with every reading on papers made up from a seed: what is printed comes out, what is lost is marked."""

import pytest

import papers
from papers import MAKERS, SHAPES, paths_of, prefixes
from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import mark_look_alikes
from zhagen.extraction.readings.records import record_frame
from zhagen.extraction.tables import extract_table

PAPERS = 60
MARKED = {"by_order", "inferred"}


def outcome(paper):
    """Compare what comes out with what must: ``exact``, ``marked`` or ``refused``; anything else fails."""
    try:
        _, _, book = paper.extract()
    except ExtractionError as error:
        assert error.where and error.todo
        assert not paper.lossless, error
        return "refused"
    found = paths_of(book)
    quoted = [(found[row.code_id], row.quotation) for row in book.evidence.itertuples()]
    assert set(book.codes.doc_id) == {papers.ID}
    if set(found.values()) == prefixes(paper.paths) and sorted(quoted) == sorted(paper.evidence):
        return "exact"
    assert not paper.lossless, (set(found.values()) ^ prefixes(paper.paths), set(quoted) ^ set(paper.evidence))
    assert {(row.level, row.label) for row in book.codes.itertuples()} == {
        (level, path[number]) for path in paper.paths for number, level in enumerate(paper.levels)
    }
    true = prefixes(paper.paths)
    for row in book.codes.itertuples():
        wrong = found[row.code_id] not in true and found[row.parent_id] in true
        assert not wrong or row.status in MARKED, (row.label, row.status)
    labels = {row.code_id: row.label for row in book.codes.itertuples()}
    assert sorted((labels[row.code_id], row.quotation) for row in book.evidence.itertuples()) == sorted(
        (path[-1], quotation) for path, quotation in paper.evidence
    )
    return "marked"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reading", MAKERS)
def test_codes_come_out_of_every_shape(reading, shape):
    found = [outcome(MAKERS[reading](seed, shape)) for seed in range(PAPERS)]
    least = (
        PAPERS // 2 if reading in ("gioia, a column", "straussian, one table") else PAPERS
    )  # the others lose nothing
    assert found.count("exact") >= least, found


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reading", ["", "enumerated"])
def test_records_come_out_of_every_shape(reading, shape):
    for seed in range(PAPERS):
        paper = papers.records(seed, shape, reading)
        outline, recipe, book = paper.extract()
        frame = record_frame(outline, recipe["tables"][0])
        assert list(frame[["person", "hours", "number"]].itertuples(index=False, name=None)) == paper.layout["people"]
        assert [(label,) for label in book.codes.label] == (paper.paths if reading else [])


@pytest.mark.parametrize("shape", SHAPES)
def test_passages_coded_by_us_are_found_in_every_shape(shape, tmp_path, monkeypatch):
    for seed in range(10):
        paper = papers.records(seed, shape, "coded")
        person = paper.layout["people"][0][0]
        folder = tmp_path / str(seed)
        (folder / f"codings/{papers.ID}").mkdir(parents=True)
        (folder / "documents.toml").write_text(f'[[document]]\nid = "{papers.ID}"\n', "utf-8")
        coding = f'[[concepts]]\nlabel = "某人"\ncategory = "人"\nwords = ["{person}"]\nmemo = "名单里的一个人"\n'
        (folder / f"codings/{papers.ID}/open_coding.toml").write_text(coding, "utf-8")
        monkeypatch.setenv("ZHAGEN_DATA", str(folder))
        _, _, book = paper.extract()
        assert list(book.codes.label) == ["人", "某人"] and person in book.evidence.quotation.iloc[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_gioia_study_with_one_table_needs_few_lines(shape):
    recipes = [papers.one_table(seed, shape, "gioia").recipe for seed in range(PAPERS)]
    assert max(len(recipe.splitlines()) for recipe in recipes) <= 15


@pytest.mark.parametrize("shape", ["tabs", "pipes"])
def test_a_row_that_lost_or_won_a_separator_is_refused(shape):
    mark = "\t" if shape == "tabs" else "|"
    tried = 0
    for seed in range(20):
        paper = papers.one_table(seed, shape, "gioia")
        if paper.layout["stripped"]:
            continue
        lines = paper.text.split("\n")
        first = next(n for n, line in enumerate(lines) if papers.HEADERS["evidence"] in line) + (
            1 if mark == "\t" else 2
        )
        rows = [
            n for n, line in enumerate(lines) if mark in line and n >= first and papers.HEADERS["theme"] not in line
        ]
        for number in rows[:4]:
            line = lines[number]
            places = [place for place, char in enumerate(line) if char == mark][(0 if mark == "\t" else 1) :][:-1]
            for place in places:
                for damaged in (line[:place] + line[place + 1 :], line[:place] + mark + line[place:]):
                    paper.text = "\n".join([*lines[:number], damaged, *lines[number + 1 :]])
                    tried += 1
                    with pytest.raises(ExtractionError):
                        paper.extract()
    assert tried > 100


@pytest.mark.parametrize("name", ["concept", "evidence"])
def test_lists_of_different_length_are_refused(name):
    for seed in range(20):
        paper = papers.one_table(seed, "columns", "gioia")
        cells = {"concept": [path[-1] for path in paper.paths], "evidence": [text for _, text in paper.evidence]}[name]
        lines = paper.text.split("\n")
        if cells[1] in lines and paper.layout["merged"] == "down":
            lines.remove(cells[1])
            paper.text = "\n".join(lines)
            with pytest.raises(ExtractionError, match="do not fit each other"):
                paper.extract()


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_returns_the_same_kind_of_table(shape):
    outline, recipe, _ = papers.two_tables(1, shape).extract()
    for entry in recipe["tables"]:
        table = extract_table(outline, entry)
        assert table.doc_id == papers.ID and list(table.header) == [column["name"] for column in entry["columns"]]
        assert all(set(row.cells) == set(table.header) for row in table.rows)
        for row in table.rows:
            for cell in row.cells.values():
                raw = "".join(outline.document.lines[cell.line_start - 1 : cell.line_end])
                assert cell.text.replace("；", "") in raw.replace(" ", "").replace("；", "") or cell.text in raw


GARDEN = """1 开放式编码
表 1 开放式编码
范畴\t概念\t原话
轮流浇水\t排班\t我们排了一张表。
分享收成\t互赠\t吃不完就送邻居。
看护工具\t上锁\t铲子丢过两回。
2 主轴编码
表 2 主轴编码
主范畴\t对应范畴\t内涵
照看\t轮流浇水、看护工具\t大家一起照看。
来往\t分享收成\t收成带来往来。
3 选择性编码
核心范畴为“共同照看”。"""
GARDEN_RECIPE = """reading = "straussian"
[outline]
levels = ["1 "]
paragraphs = "line"
[[tables]]
label = "表1"
shape = "tabs"
columns = { category = "范畴", concept = "概念", evidence = "原话" }
[[tables]]
label = "表2"
shape = "tabs"
columns = { main_category = "主范畴", category = "对应范畴", evidence = "内涵" }
[core]
pattern = '核心范畴为“(?P<label>[^”]+)”'
"""


def garden(text):
    recipe = f'document = "{papers.ID}"\n{GARDEN_RECIPE}'
    return papers.Paper(text, recipe, [], [], papers.LEVELS["straussian"], {}).extract()[2]


def test_the_garden_is_read_whole():
    assert garden(GARDEN).codes.level.value_counts().to_dict() == {
        "category": 3,
        "concept": 3,
        "main_category": 2,
        "core_category": 1,
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        *(
            ("水、看", f"水{mark}看", f"轮流浇水{mark}看护工具 is categories of the open coding")
            for mark in "和与及|·&｜→以"
        ),
        ("轮流浇水、看护工具", "1.轮流浇水 2.看护工具", "1.轮流浇水 is categories of the open coding"),
        ("轮流浇水、看护工具", "①轮流浇水②看护工具", "is categories of the open coding"),
        ("来往\t分享", "同上\t分享", "'同上' is no name of a code: it repeats the cell above"),
        ("分享收成\t互", "（同上）\t互", "it repeats the cell above"),
        ("共同照看”。", "共同照看”。\n别处说核心范畴为“共同来往”。", "could name the core: 共同照看, 共同来往"),
    ],
)
def test_a_garden_that_is_not_read_surely_is_refused(old, new, said):
    with pytest.raises(ExtractionError) as caught:
        garden(GARDEN.replace(old, new, 1))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"排班": "IoT平台", "互赠": "IOT 平台"}, {"IoT平台": "与第 5 行的“IOT平台”只差", "IOT平台": "与第 4 行"}),
        ({"分享收成\t互": "T恤\t互", "来往\t分享收成": "来往\tt恤"}, {"T恤": "“t恤”只差", "t恤": "“T恤”只差"}),
        ({"排班": "排班(春)", "互赠": "排班（春）"}, {"排班(春)": "“排班（春）”只差", "排班（春）": "“排班(春)”只差"}),
        ({"排班": "排班【春】", "互赠": "排班（春）"}, {"排班【春】": "只差大小写、括号", "排班（春）": "只差"}),
        ({"轮流浇水\t排": "轮流浇水、看护工具\t排"}, {"轮流浇水、看护工具": "含有同级的名称“看护工具”（第 6 行）"}),
        ({"互赠": "互赠/上锁"}, {"互赠/上锁": "含有同级的名称“上锁”"}),
    ],
)
def test_labels_that_may_be_one_name_or_two_say_so(change, said):
    text = GARDEN
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new, 1)
    book = mark_look_alikes(garden(text))
    reasons = dict(zip(book.codes.label, book.codes.reason, strict=True))
    assert {label for label, reason in reasons.items() if "只差" in reason or "含有" in reason} == set(said)
    assert all(part in reasons[label] for label, part in said.items())
