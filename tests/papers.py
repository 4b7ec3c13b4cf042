"""Papers made up from a seed: one abstract study, printed in any shape and layout, with what must come out of it."""

import random
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from zhagen.documents.catalog import Document
from zhagen.documents.outline import read_outline
from zhagen.documents.recipe import check_recipe
from zhagen.extraction.readings import build_codebook
from zhagen.vocabulary import Wording

ID = "my-study"  # a hyphen in an id is no end of it
WORDS = "承诺落空成色套话定金留住卖家抢在对方开口先说不利交易顺畅陌生买书验货付款群规裁判看门晒问借还翻页"
WORDS += "讲价邮寄自取预约退换评价信任修补回报缺口"
HEADERS = {
    "dimension": "聚合维度",
    "theme": "二阶主题",
    "concept": "一阶概念",
    "evidence": "典型证据",
    "core_category": "核心范畴",
    "main_category": "主范畴",
    "category": "范畴",
    "number": "编号",
}
LEVELS = {
    "gioia": ("dimension", "theme", "concept"),
    "straussian": ("core_category", "main_category", "category", "concept"),
}
SEPARATORS = ("、", "，", "；", "/", " ")


@dataclass
class Paper:
    """A text with its recipe, and what must come out: codes as paths of labels, and quotations with their path."""

    text: str
    recipe: str
    paths: list[tuple[str, ...]]
    evidence: list[tuple[tuple[str, ...], str]]
    levels: tuple[str, ...]
    layout: dict = field(default_factory=dict)
    lossless: bool = True

    def extract(self):
        document = Document(ID, "digest", Wording("made up", "编的"), Path("paper.txt"), self.text, {})
        recipe = check_recipe(tomllib.loads(self.recipe))
        outline = read_outline(document, recipe)
        return outline, recipe, build_codebook(outline, recipe)


class Maker:
    """Draws labels, quotations and layouts from one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.used = set()

    def label(self):
        while True:
            label = "".join(self.random.sample(WORDS, self.random.randint(3, 6)))
            if label not in self.used:
                self.used.add(label)
                return label

    def quotation(self):
        words = "，".join("".join(self.random.choices(WORDS, k=self.random.randint(4, 12))) for _ in range(2))
        inner = f"‘{self.random.choice(WORDS)}’" if self.random.random() < 0.3 else ""
        return f"“{words}{inner}。”"

    def tree(self, sizes, even=False):
        """Return paths of labels; `sizes` says for each level how many labels are under one of the level above."""
        paths = [()]
        for low, high in sizes:
            same = self.random.randint(low, high)
            counts = [same if even else self.random.randint(low, high) for _ in paths]
            paths = [(*path, self.label()) for path, count in zip(paths, counts, strict=True) for _ in range(count)]
        return paths


def rows_of(maker, paths, several, in_cell):
    """Give each path its quotations: rows of (path, list of quotations in one cell)."""
    rows = []
    for path in paths:
        count = maker.random.randint(1, 3) if several else 1
        quotations = [maker.quotation() for _ in range(count)]
        rows += [(path, quotations)] if in_cell else [(path, [quotation]) for quotation in quotations]
    return rows


def printed_cells(rows, merged):
    """Return the labels that each row prints of its path: all (down), those that change (once), those in the middle."""
    depth = len(rows[0][0])
    if merged == "down":
        return [list(path) for path, _ in rows]
    cells = [[""] * depth for _ in rows]
    for level in range(depth):
        start = 0
        for number in range(1, len(rows) + 1):
            if number == len(rows) or rows[number][0][: level + 1] != rows[start][0][: level + 1]:
                place = start + (number - start - 1) // 2 if merged == "middle" and level < depth - 1 else start
                cells[place][level] = rows[start][0][level]
                start = number
    return cells


def broken(maker, lines, header, breaks):
    """Put page breaks between rows: a running head, a page number, and sometimes the header again."""
    if not breaks:
        return lines
    out = list(lines)
    for page in range(breaks, 0, -1):
        place = maker.random.randint(1, len(out))
        again = [header] if header and maker.random.random() < 0.5 else []
        more = maker.random.choice([[], ["续表"], ["续表 1"], [""]])
        out[place:place] = [str(100 + page), *more, "某学报 第七卷", *again]
    return out


def in_rows(maker, shape, names, table, breaks, stripped=False):
    """Print a table row by row; `table` is a list of dicts, column -> printed text."""
    mark = "\t" if shape == "tabs" else " | "
    ends = ("", "") if shape == "tabs" else ("| ", " |")
    header = f"{ends[0]}{mark.join(HEADERS[name] for name in names)}{ends[1]}"
    lines = [f"{ends[0]}{mark.join(row.get(name, '') for name in names)}{ends[1]}" for row in table]
    lines = [line.rstrip("\t") for line in lines] if stripped else lines
    rule = ["|" + "---|" * len(names)] if shape == "pipes" else []
    return [header, *rule, *broken(maker, lines, header, breaks)]


def in_lists(maker, names, lists, breaks, airy=False):
    """Print a table list by list, each under its header; airy: blank lines between cells, long ones on two lines."""
    lines = []
    for name in names:
        cells = lists[name]
        if airy:
            wrapped = (folded(maker, cell) for cell in cells)
            cells = [line for cell in wrapped for line in (*cell, "")]
        else:
            cells = broken(maker, cells, "", breaks if maker.random.random() < 0.5 else 0)
        lines += [HEADERS[name], *([""] if airy else []), *cells]
    return lines


def folded(maker, cell):
    """Fold a cell over two lines, as a narrow column does."""
    place = maker.random.randint(2, len(cell) - 1)
    return [cell[:place], cell[place:]] if maker.random.random() < 0.4 else [cell]


def columns_of(names, extra):
    cells = ", ".join(
        f'{name} = {{ header = "{HEADERS[name]}", {extra[name]} }}' if name in extra else f'{name} = "{HEADERS[name]}"'
        for name in names
        if name != "number"
    )
    return f"columns = {{ {cells} }}"


def head(reading, skip=True, levels='["1"]'):
    skipped = r"""skip = ['\d+', '某学报.*']"""
    return [
        f'document = "{ID}"',
        f'reading = "{reading}"',
        "[outline]",
        f"levels = {levels}",
        *([skipped] if skip else []),
    ]


def one_table(seed, shape, reading):
    """A study with one table of all its levels."""
    maker = Maker(seed)
    draw = maker.random
    levels = LEVELS[reading][-draw.choice([3, 4]) :] if reading == "straussian" else LEVELS[reading]
    lists = shape == "columns"
    layout = {
        "merged": draw.choice(["down", "once"] if lists else ["down", "once", "once", "middle"]),
        "several": not lists and draw.random() < 0.5,
        "in_cell": draw.random() < 0.5,
        "twice": not lists and draw.random() < 0.4,
        "breaks": draw.choice([0, 0, 1, 2]),
        "order": not lists and draw.random() < 0.4,
        "even": lists and draw.random() < 0.5,
        "listed": not lists and draw.random() < 0.25,
        "airy": lists and draw.random() < 0.5,
        "stripped": shape == "tabs" and draw.random() < 0.3,
    }
    if layout["listed"]:
        layout |= {"several": False, "merged": draw.choice(["down", "once"])}
    if layout["merged"] == "middle":
        layout |= {"several": False}
    paths = maker.tree([(2, 3), (1, 3), (1, 3), (1, 2)][: len(levels)], layout["even"])
    if layout["twice"] and len({path[:-1] for path in paths}) > 1:
        parents = list(dict.fromkeys(path[:-1] for path in paths))
        paths.insert(next(n for n, p in enumerate(paths) if p[:-1] == parents[-1]), (*parents[-1], paths[0][-1]))
    names = [*levels, "evidence"]
    if layout["order"]:
        names = ["number", "evidence", *reversed(levels)]
    rows = rows_of(maker, paths, layout["several"], layout["in_cell"])
    evidence = [(path, quotation) for path, quotations in rows for quotation in quotations]
    extra = {}
    if lists:
        table = {level: labels(rows, number, layout["merged"]) for number, level in enumerate(levels)}
        table["evidence"] = [quotation for _, quotations in rows for quotation in quotations]
        body = in_lists(maker, names, table, layout["breaks"], layout["airy"])
    else:
        if layout["listed"]:
            rows, evidence = listed(maker, rows)
            extra["concept"] = "list = true"
        printed = printed_cells(rows, layout["merged"])
        table = [
            dict(zip(levels, cells, strict=True)) | {"evidence": join(draw, quotes), "number": str(number)}
            for number, (cells, (_, quotes)) in enumerate(zip(printed, rows, strict=True), 1)
        ]
        body = in_rows(maker, shape, names, table, layout["breaks"], layout["stripped"])
        if layout["stripped"] and layout["order"] and layout["merged"] == "once":
            extra |= dict.fromkeys(levels[:-1], 'merged = "top"')
        if layout["several"] and not layout["in_cell"] and layout["merged"] == "once":
            extra["concept"] = 'merged = "top"'
        if layout["merged"] == "middle":
            extra |= dict.fromkeys(levels[:-1], 'merged = "middle"')
    text = ["一篇编出来的论文", "1 编码", "全部编码见表 1。", "表 1 编码", *body, "2 结语", "就写到这里。"]
    recipe = [*head(reading), "[[tables]]", 'label = "表1"', f'shape = "{shape}"', columns_of(names, extra)]
    recipe += ['lines = "single"'] if lists and not layout["airy"] else []
    lossless = not lists and layout["merged"] != "middle"
    return Paper("\n".join(text), "\n".join(recipe), paths, evidence, levels, layout, lossless)


def join(draw, quotations):
    return draw.choice(["", "；", " "]).join(quotations)


def labels(rows, level, merged):
    """Return the list of one level: a label for each row, or once."""
    found = [path[: level + 1] for path, _ in rows]
    if merged == "once":
        found = list(dict.fromkeys(found))
    return [path[-1] for path in found]


def listed(maker, rows):
    """Join the concepts of one parent into one cell, with one quotation for all of them, or one for each."""
    by_parent = {}
    for path, quotations in rows:
        by_parent.setdefault(path[:-1], []).append((path[-1], quotations[0]))
    out, evidence = [], []
    for parent, members in by_parent.items():
        mark = maker.random.choice(SEPARATORS)
        shared = maker.random.random() < 0.5
        quotations = [members[0][1]] if shared else [quotation for _, quotation in members]
        out.append(((*parent, mark.join(label for label, _ in members)), quotations))
        evidence += [((*parent, label), quotations[0] if shared else quotation) for label, quotation in members]
    return out, evidence


def parts(seed, shape, where):
    """A Gioia study without the dimension column: dimensions in the headings, or in a chain; a table for each part."""
    maker = Maker(seed)
    draw = maker.random
    lists = shape == "columns"
    dimensions = [maker.label() for _ in range(3)]
    merged, breaks = draw.choice(["down", "once"]), draw.choice([0, 1])
    paths, evidence, text, recipe = [], [], [], head("gioia", levels='["1", "1.1"]')
    chain = f"本文循“{'-'.join(dimensions)}”的思路。"
    text += ["一篇编出来的论文", "前言里先写一句话。", *([chain] if where == "chain" else [])]
    for part in range(1, draw.randint(2, 4)):
        themes = [maker.label() for _ in dimensions]
        count = draw.randint(1, 3)
        own = [
            (d, t, maker.label())
            for d, t in zip(dimensions, themes, strict=True)
            for _ in range(count if lists else draw.randint(1, 3))
        ]
        rows = rows_of(maker, own, False, True)
        paths += own
        evidence += [(path, quotes[0]) for path, quotes in rows]
        text += [f"{part} 第{'一二三四'[part - 1]}部分", f"编码见表 {part}。"]
        for number, (dimension, theme) in enumerate(zip(dimensions, themes, strict=True), 1):
            named = where == "headings" or number == 2
            text += [f"{part}.{number} {dimension + '：' if named else ''}{theme}", "这里说明这一个主题的来历。"]
        text.append(f"表 {part} 编码")
        short = [(path[1:], quotes) for path, quotes in rows]
        names = ["theme", "concept", "evidence"]
        if lists:
            table = {"theme": labels(short, 0, merged), "concept": labels(short, 1, "down")}
            text += in_lists(maker, names, table | {"evidence": [quotes[0] for _, quotes in short]}, breaks)
        else:
            cells = printed_cells(short, merged)
            table = [dict(zip(names, [*c, q[0]], strict=True)) for c, (_, q) in zip(cells, short, strict=True)]
            text += in_rows(maker, shape, names, table, breaks)
        recipe += ["[[tables]]", f'label = "表{part}"', f'shape = "{shape}"', columns_of(names, {})]
        recipe += ['lines = "single"'] if lists else []
    text += ["9 结语", "就写到这里。"]
    order = {dimension: number for number, dimension in enumerate(dimensions)}
    paths.sort(key=lambda path: order[path[0]])
    layout = {"where": where, "merged": merged}
    return Paper("\n".join(text), "\n".join(recipe), paths, evidence, LEVELS["gioia"], layout)


def two_tables(seed, shape):
    """A Straussian study with a table of open and one of axial coding, and a sentence that names the core."""
    maker = Maker(seed)
    draw = maker.random
    lists = shape == "columns"
    core = maker.label()
    tree = maker.tree([(2, 3), (1, 3), (1, 3)], even=lists)
    paths = [(core, *path) for path in tree]
    layout = {"merged": draw.choice(["down", "once"]), "listed": draw.random() < 0.6, "breaks": draw.choice([0, 1])}
    rows = rows_of(maker, [path[1:] for path in tree], False, True)
    evidence = [((core, *path), quotes[0]) for path, (_, quotes) in zip(tree, rows, strict=True)]
    names = ["category", "concept", "evidence"]
    mains = {}
    for main, category, _ in tree:
        mains.setdefault(main, {})[category] = None
    mark = draw.choice(SEPARATORS)
    axial = []
    for main, members in mains.items():
        text = "".join(draw.choices(WORDS, k=9)) + "。"
        if layout["listed"] or lists:
            axial.append(((main, mark.join(members)), [text]))
            evidence.append(((core, main), text))
        else:
            for member in members:
                text = "".join(draw.choices(WORDS, k=9)) + "。"
                axial.append(((main, member), [text]))
                evidence.append(((core, main), text))
    axial_names = ["main_category", "category", "evidence"]
    body = []
    for title, columns, table in (("开放", names, rows), ("主轴", axial_names, axial)):
        number = len(body) // 3 + 1
        if lists:
            table = {
                columns[0]: labels(table, 0, layout["merged"] if title == "开放" else "down"),
                columns[1]: labels(table, 1, "down"),
                "evidence": [q[0] for _, q in table],
            }
            printed = in_lists(maker, columns, table, layout["breaks"])
        else:
            cells = printed_cells(table, layout["merged"])
            rows_ = [dict(zip(columns, [*c, q[0]], strict=True)) for c, (_, q) in zip(cells, table, strict=True)]
            printed = in_rows(maker, shape, columns, rows_, layout["breaks"])
        body += [[f"{number} {title}编码", f"结果见表 {number}。", f"表 {number} {title}编码"], printed, []]
    text = ["一篇编出来的论文", *[line for part in body for line in part], "3 选择", f"由此构建了{core}的核心模型。"]
    recipe = head("straussian")
    for number, columns in ((1, names), (2, axial_names)):
        extra = {"evidence": 'lines = "single"'} if lists and columns is axial_names else {}
        recipe += ["[[tables]]", f'label = "表{number}"', f'shape = "{shape}"', columns_of(columns, extra)]
        recipe += ['lines = "single"'] if lists else []
    recipe += ["[core]", "pattern = '构建了(?P<label>[^，。]+?)的核心模型'"]
    return Paper("\n".join(text), "\n".join(recipe), paths, evidence, LEVELS["straussian"], layout, not lists)


def records(seed, shape, reading):
    """A paper whose table is a list of interviews, with a sentence that enumerates."""
    maker = Maker(seed)
    draw = maker.random
    people = [(maker.label(), f"{draw.randint(1, 9) / 2:g}", draw.randint(1, 40)) for _ in range(draw.randint(2, 6))]
    names = {"person": "受访者", "hours": "时长", "number": "次数"}
    rules = [maker.label() for _ in range(draw.randint(2, 5))]
    printed = [(a, f"{b}小时", str(c)) for a, b, c in people]
    mark, ends = ("\t", ("", "")) if shape == "tabs" else (" | ", ("| ", " |"))
    if shape == "columns":
        body = [
            line for place, header in enumerate(names.values()) for line in (header, *(row[place] for row in printed))
        ]
    else:
        lines = [f"{ends[0]}{mark.join(row)}{ends[1]}" for row in [tuple(names.values()), *printed]]
        body = [lines[0], *(["|---|---|---|"] if shape == "pipes" else []), *lines[1:]]
    text = [
        "一篇编出来的论文",
        "1 材料",
        "名单见表 1。",
        "表 1 名单",
        *body,
        "2 群规",
        f"群规有{len(rules)}条：{'、'.join(rules)}。",
    ]
    recipe = [*([f'document = "{ID}"', f'reading = "{reading}"'] if reading else [f'document = "{ID}"'])]
    recipe += [
        "[outline]",
        'levels = ["1"]',
        'paragraphs = "line"',
        "[[tables]]",
        'label = "表1"',
        f'shape = "{shape}"',
    ]
    recipe += ['lines = "single"'] if shape == "columns" else []
    recipe += [
        "[tables.columns]",
        'person = "受访者"',
        'hours = { header = "时长", unit = "小时" }',
        'number = { header = "次数", unit = "" }',
    ]
    if reading == "enumerated":
        recipe += [
            "[[enumerations]]",
            'name = "群规"',
            'section = "2"',
            "pattern = '条：(?P<labels>[^。]+)。'",
            'level = "concept"',
        ]
    found = Paper("\n".join(text), "\n".join(recipe), [(rule,) for rule in rules], [], ("concept",))
    found.layout = {"people": [(a, float(b), c) for a, b, c in people]}
    return found


def paths_of(codebook):
    """code_id -> labels from the widest level down."""
    rows = {row.code_id: row for row in codebook.codes.itertuples()}

    def path(code_id):
        row = rows[code_id]
        return (*(path(row.parent_id) if row.parent_id else ()), row.label)

    return {code_id: path(code_id) for code_id in rows}


def prefixes(paths):
    return {path[:size] for path in paths for size in range(1, len(path) + 1)}


SHAPES = ["columns", "tabs", "pipes"]
MAKERS = {
    "gioia, a column": lambda seed, shape: one_table(seed, shape, "gioia"),
    "gioia, headings": lambda seed, shape: parts(seed, shape, "headings"),
    "gioia, a chain": lambda seed, shape: parts(seed, shape, "chain"),
    "straussian, one table": lambda seed, shape: one_table(seed, shape, "straussian"),
    "straussian, two tables": lambda seed, shape: two_tables(seed, shape),
}
