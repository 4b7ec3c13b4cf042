"""Recipes: data that says how a document is laid out."""

import json
import re
import tomllib
from functools import cache

from zhagen.errors import RecipeError
from zhagen.paths import data_folder

# What each reading needs: parts of the recipe, and columns of its coding tables; and the groups of a claim's pattern.
NEEDS = {"gioia": ["tables", "hierarchy"], "straussian": ["tables", "core"], "enumerated": ["enumerations"]}
COLUMNS = {
    "gioia": ["theme", "concept", "evidence"],
    "straussian": ["category", "concept", "main_category", "evidence"],
}
RULES = {
    "table": ("low", "high"),
    "codes": ("count",),
    "enumeration": ("count",),
    "growth": ("start", "end", "from", "to", "rate"),
}


def read_recipe(doc_id):
    """Read the recipe of a document and check it against ``data/recipes/schema.json``.

    Returns the recipe as a dict. Raises `RecipeError` where there is none or it breaks the schema, naming the place.

    >>> [table["label"] for table in read_recipe("haier")["tables"]]
    ['表1', '表2', '表3', '表4']
    """
    path = data_folder() / "recipes" / f"{doc_id}.toml"
    if not path.is_file():
        raise RecipeError(f"{doc_id} has no recipe yet", todo=f"write data/recipes/{doc_id}.toml")
    try:
        recipe = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path.name} is not TOML: {error}", todo="mend the line it names") from error
    check_recipe(recipe, path.name)
    return recipe


def check_recipe(recipe, name="recipe"):
    """Check a recipe against the schema; raise `RecipeError` naming the first place that breaks it.

    >>> check_recipe({"document": 1, "outline": {"levels": []}})
    Traceback (most recent call last):
    zhagen.errors.RecipeError: document must be string (recipe): compare it with data/recipes/schema.json
    """
    import fastjsonschema  # the quick one: jsonschema takes two seconds to import

    try:
        _checker(data_folder() / "recipes" / "schema.json")(recipe)
    except fastjsonschema.JsonSchemaValueException as error:
        said = error.message.removeprefix("data").removeprefix(".").strip()
        said = said if error.path[1:] else f"recipe {said}"
        raise RecipeError(said, name, "compare it with data/recipes/schema.json") from error
    for problem in _incomplete(recipe):
        raise RecipeError(problem, name, "see the handbook of recipes in the book")


def _incomplete(recipe):
    """Yield what a recipe of the right form still lacks: parts its reading needs, groups of patterns, known names."""
    tables, names = recipe.get("tables", []), [entry["name"] for entry in recipe.get("enumerations", [])]
    reading = recipe.get("reading")
    for part in NEEDS.get(reading, []):
        if part not in recipe:
            yield f"the reading {reading} needs {part}"
    columns = {column["name"] for table in tables if table["gives"] == "codes" for column in table["columns"]}
    for column in COLUMNS.get(reading, []):
        if column not in columns:
            yield f"the reading {reading} needs a coding table with the column {column}"
    for table in tables:
        if table["shape"] == "tabs" and (table["gives"] == "records" or reading != "straussian"):
            yield f"{table['label']}: the shape tabs goes with coding tables of the reading straussian only"
    for pattern, groups in _wanted_groups(recipe):
        lacking = [group for group in groups if group not in re.compile(pattern).groupindex]
        if lacking:
            yield f"the pattern {pattern} lacks the group {lacking[0]}"
    for entry in recipe.get("claims", []):
        rule = entry["recompute"]
        if "table" in rule and rule["table"] not in [table["label"] for table in tables]:
            yield f"claims.{entry['id']}: there is no table {rule['table']}"
        if "enumeration" in rule and rule["enumeration"] not in names:
            yield f"claims.{entry['id']}: there is no enumeration {rule['enumeration']}"


def _wanted_groups(recipe):
    """Yield each pattern whose groups are used, with their names."""
    yield from ((pattern, ("number", "title")) for pattern in recipe["outline"]["levels"])
    yield from (
        (recipe["outline"][kind], ("label", "title")) for kind in ("figure", "table") if kind in recipe["outline"]
    )
    for entry in recipe.get("enumerations", []):
        yield entry["pattern"], ("labels",)
        if "english" in entry:
            yield entry["english"]["pattern"], ("labels",)
    if "core" in recipe:
        yield recipe["core"]["pattern"], ("label",)
    for entry in recipe.get("claims", []):
        yield entry["pattern"], RULES[next(key for key in RULES if key in entry["recompute"])]


@cache
def _checker(path):
    import fastjsonschema

    return fastjsonschema.compile(json.loads(path.read_text(encoding="utf-8")))
