"""Recipes: data that says how a document is laid out."""

import json
import re
import tomllib

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

    >>> check({"document": "x"})
    Traceback (most recent call last):
    zhagen.errors.RecipeError: 'outline' is a required property (recipe): compare it with data/recipes/schema.json
    """
    import jsonschema

    schema = json.loads((data_folder() / "recipes" / "schema.json").read_text(encoding="utf-8"))
    checker = jsonschema.Draft202012Validator(schema, format_checker=_patterns())
    error = next(checker.iter_errors(recipe), None)
    if error:
        place = ".".join(str(part) for part in error.absolute_path)
        raise RecipeError(
            error.message, name + (f", {place}" if place else ""), "compare it with data/recipes/schema.json"
        )


def _patterns():
    import jsonschema

    checker = jsonschema.FormatChecker(formats=[])
    checker.checks("regex", raises=re.error)(lambda value: bool(re.compile(value)))
    return checker
