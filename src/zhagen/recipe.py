"""Recipes: data that says how a document is laid out."""

import json
import tomllib
from functools import cache

from zhagen.catalog import data_folder
from zhagen.errors import RecipeError


def read(doc_id):
    """Read the recipe of a document and check it against ``data/recipes/schema.json``.

    Returns the recipe as a dict. Raises `RecipeError` where there is none or it breaks the schema, naming the place.

    >>> [table["label"] for table in read("haier")["tables"]]
    ['表1', '表2', '表3', '表4']
    """
    path = data_folder() / "recipes" / f"{doc_id}.toml"
    if not path.is_file():
        raise RecipeError(f"{doc_id} has no recipe yet", todo=f"write data/recipes/{doc_id}.toml")
    try:
        recipe = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path.name} is not TOML: {error}", todo="mend the line it names") from error
    check(recipe, path.name)
    return recipe


def check(recipe, name="recipe"):
    """Check a recipe against the schema; raise `RecipeError` naming the first place that breaks it.

    >>> check({"document": 1, "outline": {"levels": []}})
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


@cache
def _checker(path):
    import fastjsonschema

    return fastjsonschema.compile(json.loads(path.read_text(encoding="utf-8")))
