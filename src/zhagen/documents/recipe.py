"""Recipes: data that says how a document is laid out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zhagen.documents.handwritten import check_schema, read_toml
from zhagen.errors import RecipeError
from zhagen.paths import data_folder, shipped_folder

# The levels that each reading takes from the columns of its tables, the widest first.
HIERARCHY = {
    "gioia": ("dimension", "theme", "concept"),
    "straussian": ("core_category", "main_category", "category", "concept"),
}
# What each reading needs besides: parts of the recipe, columns of its coding tables; the groups of a claim's pattern.
NEEDS = {"gioia": ["tables"], "straussian": ["tables"], "enumerated": ["enumerations"]}
COLUMNS = {"gioia": ["theme", "concept"], "straussian": ["category", "concept"]}
RULES = {
    "table": ("low", "high"),
    "codes": ("count",),
    "enumeration": ("count",),
    "growth": ("start", "end", "from", "to", "rate"),
}
EXTRAS = {"table": {"sum", "over"}, "codes": {"with_parent"}}
CAPTION = r"^(?P<label>{}\s*\d+)\s+(?P<title>\S.*)$"
CHINESE_NUMBER = "[一二三四五六七八九十]+"
TODO = "see the handbook of recipes in the book"


def read_recipe(doc_id: str) -> dict[str, Any]:
    """Read the recipe of a document, checked and filled in.

    Parameters
    ----------
    doc_id : str
        The id of the document; its recipe is ``recipes/<doc_id>.toml`` of the data folder.

    Returns
    -------
    dict
        The recipe as `check_recipe` returns it.

    Raises
    ------
    RecipeError
        If there is no recipe, or it is not TOML, names another document, breaks ``data/recipes/schema.json`` or lacks a
        part; with the line.

    Examples
    --------
    >>> [table["label"] for table in read_recipe("haier")["tables"]]
    ['表1', '表2', '表3', '表4']
    """
    path = data_folder() / "recipes" / f"{doc_id}.toml"
    if not path.is_file():
        raise RecipeError(
            f"{doc_id} has no recipe yet", todo=f"write data/recipes/{doc_id}.toml, or draft it: zhagen recipe"
        )
    recipe = check_recipe(read_toml(path, schema_path()), path.name)
    if recipe["document"] != doc_id:
        raise RecipeError(
            f"it is the recipe of {recipe['document']}", path.name, f"write document = {doc_id!r}, or rename the file"
        )
    return recipe


def check_recipe(recipe: dict[str, Any], name: str = "recipe") -> dict[str, Any]:
    """Check a recipe and fill in what it leaves to a default.

    Parameters
    ----------
    recipe : dict
        A recipe as TOML gives it.
    name : str, default "recipe"
        What to call it in an error, such as its file name.

    Returns
    -------
    dict
        The whole recipe: every pattern a regular expression, ``columns`` of each table a list of dicts with ``name``
        and ``header``, and for each table ``levels`` (the levels of codes that it gives, the widest first; empty for a
        table of records).

    Raises
    ------
    RecipeError
        If it breaks ``data/recipes/schema.json``, or a part is missing that another part needs.

    Examples
    --------
    >>> check_recipe({"document": 1, "outline": {"levels": []}})
    Traceback (most recent call last):
    zhagen.errors.RecipeError: document must be string, not 1 (recipe): compare it with data/recipes/schema.json
    >>> check_recipe({"document": "x", "outline": {"levels": ["一、"]}})["outline"]["levels"]
    ['^(?P<number>[一二三四五六七八九十]+)、\\\\s*(?P<title>\\\\S.*)$']
    """
    schema = schema_path().read_text(encoding="utf-8")
    check_schema(recipe, schema, name, todo="compare it with data/recipes/schema.json")
    for problem in _rule_problems(recipe):
        raise RecipeError(problem, name, TODO)
    whole = _filled_in(recipe)
    for problem in _incomplete(whole):
        raise RecipeError(problem, name, TODO)
    return whole


def schema_path() -> Path:
    """Return the path of the schema of recipes, which is shipped with the package.

    Returns
    -------
    pathlib.Path
        ``data/recipes/schema.json``.
    """
    return shipped_folder() / "recipes" / "schema.json"


def heading_pattern(printed: str) -> str:
    r"""Turn the way a heading's number is printed into a pattern.

    Parameters
    ----------
    printed : str
        Such as ``一、``, ``（一）``, ``1. ``, ``## 1.1``; 一 is any Chinese number below one hundred and 1 any
        Arabic one. A pattern with the group ``title`` is returned unchanged.

    Returns
    -------
    str
        A regular expression with the groups ``number`` and ``title``.

    Examples
    --------
    >>> import re
    >>> re.match(heading_pattern("（一）"), "（十二）资料收集").groups()
    ('十二', '资料收集')
    >>> re.match(heading_pattern("1.1"), "2.3 主轴编码").groups()
    ('2.3', '主轴编码')
    >>> re.match(heading_pattern("1."), "2.3 主轴编码") is None
    True
    """
    if "(?P<title>" in printed:
        return printed
    number = re.search(r"[一1](?:.*[一1])?", printed)
    if not number:
        blanks = r"\s+" if printed != printed.rstrip() else r"\s*"
        return rf"^{re.escape(printed.strip())}{blanks}(?P<number>)(?P<title>\S.*)$"
    before, inside, after = printed[: number.start()], number[0], printed[number.end() :]
    digits = re.escape(inside).replace("一", CHINESE_NUMBER).replace("1", r"\d+")
    blanks = r"\s+" if after != after.rstrip() or not after and inside[-1] == "1" else r"\s*"
    title = r"[^\d.\s].*" if inside == "1" else r"\S.*"
    return rf"^{re.escape(before)}(?P<number>{digits}){re.escape(after.rstrip())}{blanks}(?P<title>{title})$"


def _filled_in(recipe: dict[str, Any]) -> dict[str, Any]:
    outline = recipe["outline"]
    captions = {kind: outline.get(kind, CAPTION.format(mark)) for kind, mark in (("figure", "图"), ("table", "表"))}
    run_in = [
        {"id": name, "title": title, "pattern": run_in_pattern(title)}
        for name, title in outline.get("run_in", {}).items()
    ]
    levels = [heading_pattern(printed) for printed in outline["levels"]]
    whole = recipe | {"outline": outline | captions | {"levels": levels, "run_in": run_in}}
    if "enumerations" in recipe:  # what is under a heading are codes: concepts, if nothing else is said
        whole["enumerations"] = [({"level": "concept"} if "under" in e else {}) | e for e in recipe["enumerations"]]
    if "tables" in recipe:
        whole["tables"] = [_whole_table(table, recipe.get("reading", "")) for table in recipe["tables"]]
    return whole


def run_in_pattern(title: str) -> str:
    r"""Return the pattern of a section's name, bold or not, with blanks in it or not, before a colon or alone.

    Parameters
    ----------
    title : str
        The name, such as 摘要.

    Returns
    -------
    str
        A regular expression.

    Examples
    --------
    >>> import re
    >>> [bool(re.match(run_in_pattern("摘要"), line)) for line in ("摘 要：本文", "**摘要：**本文", "摘要部分")]
    [True, True, False]
    """
    latin = re.search("[A-Za-z]", title)
    spread = re.escape(title) if latin else r"\s*".join(map(re.escape, title))
    return rf"^(?:\*\*)?{spread}\s*(?:\*\*)?\s*(?:[：:]|$)"


def _whole_table(table: dict[str, Any], reading: str) -> dict[str, Any]:
    given = {name: {"header": c} if isinstance(c, str) else c for name, c in table["columns"].items()}
    levels = [level for level in HIERARCHY.get(reading, ()) if level in given]
    columns = []
    for name, column in given.items():
        label = name in levels and name != "concept"
        evidence = bool(levels) and name == "evidence"
        whole = {
            "name": name,
            "merged": "top" if label and name != levels[-1] or label and "concept" in given else "never",
            "list": levels[-1:] == [name] and "main_category" in levels and name == "category",
            "lines": "joined" if evidence else table.get("lines", "joined"),
            "bare": column.get("merged") == "top",  # the recipe itself says so: tabs at the ends of lines may be gone
        } | column
        columns.append(whole | {"header": re.sub(r"\s", "", whole["header"])})
    ends = table.get("ends", "heading")
    return table | {"columns": columns, "levels": levels, "ends": _end(ends, columns) or ends}


def _end(name: str, columns: list[dict[str, Any]]) -> dict[str, str] | None:
    """Return header and form of the cells of the column that a table ends with; None for a word such as heading."""
    column = next((column for column in columns if column["name"] == name), None)
    if column is None:
        return None
    return {"header": column["header"], "cell": number_pattern(column["unit"]) if "unit" in column else "“"}


def number_pattern(unit: str) -> str:
    """Return the pattern of a number with its unit, the number in the group ``value``.

    Parameters
    ----------
    unit : str
        The unit, such as 小时; empty for none.

    Returns
    -------
    str
        A regular expression.

    Examples
    --------
    >>> import re
    >>> re.match(number_pattern("万字"), "2.5万字")["value"]
    '2.5'
    """
    return rf"(?P<value>\d+(?:\.\d+)?)\s*{re.escape(unit)}$"


def _rule_problems(recipe: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the rules of claims: one kind of recomputing each, with its own words only."""
    for entry in recipe.get("claims", []):
        rule = entry["recompute"]
        kinds = [kind for kind in RULES if kind in rule]
        if len(kinds) != 1:
            yield f"claims.{entry['id']}: recompute needs one of {', '.join(RULES)}, and has {', '.join(rule)}"
        elif extra := sorted(rule.keys() - {kinds[0]} - EXTRAS.get(kinds[0], set())):
            yield f"claims.{entry['id']}: {extra[0]} does not go with {kinds[0]}"
        elif kinds == ["table"] and "sum" not in rule:
            yield f"claims.{entry['id']}: recompute needs sum, the column to add up"


def _incomplete(recipe: dict[str, Any]) -> Iterator[str]:
    """Yield what a recipe of the right form still lacks: parts its reading needs, groups of patterns, known names."""
    tables, names = recipe.get("tables", []), [entry["name"] for entry in recipe.get("enumerations", [])]
    reading = recipe.get("reading")
    for part in NEEDS.get(reading or "", []):
        if part not in recipe:
            yield f"the reading {reading} needs {part}"
    for column in COLUMNS.get(reading or "", []):
        if not any(column in table["levels"] for table in tables):
            yield f"the reading {reading} needs a coding table with the column {column}"
    if "dimensions" in recipe and reading != "gioia":
        yield "dimensions goes with the reading gioia only"
    if "core" in recipe and reading != "straussian":
        yield "core goes with the reading straussian only"
    labels = [table["label"] for table in tables]
    if len(set(labels)) < len(labels):
        yield f"{max(labels, key=labels.count)} is listed twice"
    if reading == "gioia":
        yield from _gioia_problems(recipe, [table for table in tables if table["levels"]])
    for table in tables:
        yield from _table_problems(table)
    for pattern, groups in _wanted_groups(recipe):
        if problem := _regex_problem(pattern):
            yield f"{pattern} is no regular expression: {problem}"
            return
        lacking = [group for group in groups if group not in re.compile(pattern).groupindex]
        if lacking:
            yield f"the pattern {pattern} lacks the group {lacking[0]}"
    for entry in recipe.get("enumerations", []):
        if "count" in entry and not re.compile(entry["count"]).groups:
            yield f"enumerations.{entry['name']}: count {entry['count']} needs a group ( ) around the number"
    for entry in recipe.get("claims", []):
        rule = entry["recompute"]
        if "table" in rule:
            yield from _sum_problems(entry, next((t for t in tables if t["label"] == rule["table"]), None))
        if "enumeration" in rule and rule["enumeration"] not in names:
            yield f"claims.{entry['id']}: there is no enumeration {rule['enumeration']}"
    for entry in recipe.get("boards", []):
        yield from _board_problems(entry)
    for entry in recipe.get("matrices", []):
        yield from _matrix_problems(entry, names, [pair["name"] for pair in recipe.get("pairs", [])])


def _gioia_problems(recipe: dict[str, Any], tables: list[dict[str, Any]]) -> Iterator[str]:
    holding = ["dimension" in table["levels"] for table in tables]
    if any(holding) and not all(holding):
        yield f"{tables[holding.index(False)]['label']} has no column dimension, and another coding table has one"
    if recipe.get("dimensions", "column") == "column" and "dimensions" in recipe and not any(holding):
        yield "dimensions is column, and no coding table has a column dimension"
    for table in tables:
        for level in ("theme", "concept"):
            if level not in table["levels"]:
                yield f"{table['label']}: the reading gioia needs the column {level}"


def _table_problems(table: dict[str, Any]) -> Iterator[str]:
    headers = [column["header"] for column in table["columns"]]
    for column in table["columns"]:
        where = f"{table['label']}.columns.{column['name']}"
        if headers.count(column["header"]) > 1:
            yield f"{where}: the header {column['header']} is given to two columns"
        if table["shape"] != "columns" and (extra := [w for w in ("group", "part", "frame") if column.get(w)]):
            yield f"{where}: {extra[0]} goes with the shape columns only"
        if table["shape"] == "columns" and column["merged"] == "middle":
            yield f'{where}: merged = "middle" does not go with columns: lists do not say where it is'
        if column["list"] and column["name"] != (table["levels"] or [""])[-1]:
            yield f"{where}: list goes with the narrowest level of a coding table only"
        if "unit" in column and column["name"] in table["levels"]:
            yield f"{where}: a column of codes holds labels, no numbers with a unit"
    ends = table["ends"]
    if isinstance(ends, str) and ends not in ("heading", "rows"):
        yield f"{table['label']}: ends is heading, rows or a column, not {ends}"
    if isinstance(ends, dict) and table["shape"] != "columns" or ends == "rows" and table["shape"] == "columns":
        yield f"{table['label']}: this ends does not go with the shape {table['shape']}"


def _sum_problems(entry: dict[str, Any], table: dict[str, Any] | None) -> Iterator[str]:
    rule = entry["recompute"]
    if table is None:
        yield f"claims.{entry['id']}: there is no table {rule['table']}"
        return
    numbers = [column["name"] for column in table["columns"] if "unit" in column]
    for name in (rule[key] for key in ("sum", "over") if key in rule):
        if name not in numbers:
            found = ", ".join(numbers) or "none"
            yield f"claims.{entry['id']}: {rule['table']} has no column of numbers {name} (with a unit: {found})"


def _board_problems(entry: dict[str, Any]) -> Iterator[str]:
    roles = {role for pattern in entry["find"] for role in re.compile(pattern).groupindex}
    for role in [*(entry[key] for key in ("part", "ends") if key in entry), *entry.get("apart", [])]:
        if role not in roles:
            yield f"boards.{entry['name']}: no pattern has the group {role}"
    if "part" not in entry and ("ends" in entry or "apart" in entry):
        yield f"boards.{entry['name']}: ends and apart go with part only"


def _matrix_problems(entry: dict[str, Any], names: list[str], pairs: list[str]) -> Iterator[str]:
    where = f"matrices.{entry['name']}"
    for name in entry["items"]:
        if name not in [*names, *pairs]:
            yield f"{where}: there is no enumeration and no pairs {name}"
    for name in entry.get("names", {}).values():
        if name not in names:
            yield f"{where}: there is no enumeration {name}"
    for column in entry.get("names", {}):
        if column not in entry["columns"]:
            yield f"{where}: names has the column {column}, which columns has not"
    for pattern in (pattern for patterns in entry["columns"].values() for pattern in patterns):
        if not re.compile(pattern).groups:
            yield f"{where}: {pattern} needs a group ( ) around the cell"


def _regex_problem(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as problem:
        return str(problem)
    return ""


def _wanted_groups(recipe: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each pattern whose groups are used, with their names."""
    yield from ((pattern, ("number", "title")) for pattern in recipe["outline"]["levels"])
    yield from ((recipe["outline"][kind], ("label", "title")) for kind in ("figure", "table"))
    for entry in recipe.get("enumerations", []):
        yield entry["pattern"], ("labels",)
        if "english" in entry:
            yield entry["english"]["pattern"], ("labels",)
    if "core" in recipe:
        yield recipe["core"]["pattern"], ("label",)
    for entry in recipe.get("pairs", []):
        if "heads" in entry:
            yield entry["heads"], tuple(entry["columns"])
        if "line" in entry:
            yield entry["line"], ("label", *entry["columns"])
    for entry in recipe.get("claims", []):
        yield entry["pattern"], RULES[next(key for key in RULES if key in entry["recompute"])]
