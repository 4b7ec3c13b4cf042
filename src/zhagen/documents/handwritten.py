"""What people write by hand (recipes, codings, studies): one reader of TOML and text, which names lines of faults."""

import json
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from zhagen.errors import RecipeError, ZhagenError
from zhagen.paths import shipped_folder

KEPT = 64  # files that are held parsed; an edited file is read again
HEADER = re.compile(r"(\[\[?)\s*([^\[\]]+?)\s*\]")
KEY = re.compile(r"""((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
LONG = re.compile(r"'''.*?'''|\"\"\".*?\"\"\"")
STRINGS = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|#.*")


def read_toml(
    path: Path | str,
    schema: Path | dict[str, Any] | None = None,
    *,
    error: type[ZhagenError] = RecipeError,
    encoding: str = "utf-8-sig",
) -> dict[str, Any]:
    """Read a TOML file that a person wrote.

    The parsed file is kept as long as neither it nor its schema changes on disk, so treat the result as read-only.

    Parameters
    ----------
    path : pathlib.Path or str
        The file, in UTF-8; a byte order mark is accepted.
    schema : pathlib.Path or dict, optional
        A JSON schema (draft 7) that the content must follow, or the file that holds one.
    error : type, default RecipeError
        The class of the error to raise, a `zhagen.errors.ZhagenError`.
    encoding : str, default "utf-8-sig"
        Its encoding.

    Returns
    -------
    dict
        The content of the file.

    Raises
    ------
    RecipeError
        If the file is missing, is not UTF-8, is not TOML or breaks the schema; it names the file, the line, what was
        found and what to do. With `error`, an error of that class.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "mine.toml")
    >>> _ = path.write_text('id = "a"\\nyear = 2020\\n')
    >>> read_toml(path, {"properties": {"year": {"type": "string"}}})
    Traceback (most recent call last):
    zhagen.errors.RecipeError: year must be string, not 2020 (mine.toml, line 2): correct this line
    """
    path = Path(path)
    form = schema.read_text(encoding="utf-8") if isinstance(schema, Path) else json.dumps(schema) if schema else ""
    name = _shown(schema) if isinstance(schema, Path) else ""
    try:
        about = path.stat() if path.is_file() else None
        if about is None:
            raise RecipeError(f"there is no file {path.name}", str(path.parent), "check the name, or write it")
        return _read(path, (about.st_mtime_ns, about.st_size), form, name, encoding)
    except RecipeError as problem:
        if error is RecipeError:
            raise
        raise error(problem.found, problem.where, problem.todo) from problem


def read_prose(path: Path, *, error: type[ZhagenError] = RecipeError, encoding: str = "utf-8-sig") -> str:
    """Read a text file that a person wrote.

    Parameters
    ----------
    path : pathlib.Path
        The file; a byte order mark and the line ends of Windows and of old machines are accepted.
    error : type, default RecipeError
        The class of the error to raise, a `zhagen.errors.ZhagenError`.
    encoding : str, default "utf-8-sig"
        Its encoding.

    Returns
    -------
    str
        The text, without byte order mark, lines ended by line feeds.

    Raises
    ------
    RecipeError
        If the file is missing, cannot be read or is in another encoding. With `error`, an error of that class.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "note.md")
    >>> _ = path.write_bytes(b"\\xef\\xbb\\xbfone\\r\\ntwo")
    >>> read_prose(path)
    'one\\ntwo'
    """
    try:
        if not path.is_file():
            raise RecipeError(f"there is no file {path.name}", str(path.parent), "check the name, or write it")
        return _decoded(path, encoding)
    except RecipeError as problem:
        if error is RecipeError:
            raise
        raise error(problem.found, problem.where, problem.todo) from problem


def check_schema(
    content: dict[str, Any], schema: dict[str, Any] | str, name: str, *, text: str = "", todo: str = "correct this line"
) -> None:
    """Check parsed TOML against a JSON schema.

    Parameters
    ----------
    content : dict
        What to check.
    schema : dict or str
        A JSON schema, or its text.
    name : str
        What to call the content in an error, such as its file name.
    text : str, default ""
        The TOML text; with it the error names the line.
    todo : str, default "correct this line"
        What the error says to do.

    Raises
    ------
    RecipeError
        If the content breaks the schema; the first place that does is named.

    Examples
    --------
    >>> check_schema({"a": 1}, {"properties": {"a": {"enum": ["x", "y"]}}}, "mine.toml")
    Traceback (most recent call last):
    zhagen.errors.RecipeError: a must be one of ['x', 'y'], not 1 (mine.toml): correct this line
    """
    import fastjsonschema  # the quick one: jsonschema takes two seconds to import

    try:
        _checker(schema if isinstance(schema, str) else json.dumps(schema))(content)
    except fastjsonschema.JsonSchemaValueException as problem:
        place = _place(problem)
        line = find_line(text, place) if text else 0
        raise RecipeError(_said(problem), f"{name}, line {line}" if line else name, todo) from problem


def find_line(text: str, place: tuple[str | int, ...]) -> int:
    """Find the line of a key in a TOML text, or of the nearest table above it.

    Parameters
    ----------
    text : str
        TOML.
    place : tuple of str and int
        The path of the key; a number counts the tables of an array from 0.

    Returns
    -------
    int
        A line, from 1; 0 if no part of the path is found.

    Examples
    --------
    >>> find_line('a = 1\\n[[t]]\\nb = 1\\n[[t]]\\nb = 2', ("t", 1, "b"))
    5
    """
    lines = _key_lines(text)
    return next((lines[place[:size]] for size in range(len(place), 0, -1) if place[:size] in lines), 0)


@lru_cache(KEPT)
def _read(path: Path, stamp: tuple[int, int], form: str, schema: str, encoding: str) -> dict[str, Any]:
    text = _decoded(path, encoding)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        found = re.search(r"\(at line (\d+), column \d+\)", str(problem))
        line = int(found[1]) if found else text.count("\n") + 1
        said = str(problem).partition(" (at ")[0]
        todo = "write patterns in single quotes '…'" if "Unescaped" in said else "correct this line"
        raise RecipeError(f"this is not TOML: {said}", f"{path.name}, line {line}", todo) from problem
    if form:
        todo = f"compare it with {schema}" if schema else "correct this line"
        check_schema(content, form, path.name, text=text, todo=todo)
    return content


def _shown(schema: Path) -> str:
    """Return the name of a schema file as a reader of the repository knows it."""
    inside = schema.is_relative_to(shipped_folder())
    return f"data/{schema.relative_to(shipped_folder()).as_posix()}" if inside else schema.name


def _decoded(path: Path, encoding: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise RecipeError(f"{path} cannot be read: {problem.strerror}", todo="check its permissions") from problem
    try:
        text = data.decode(encoding).lstrip("\ufeff")  # some programs put a second mark before the one that is there
        return text.replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        try:
            data.decode("gb18030")
            kind = ", it looks like GB 18030"
        except UnicodeDecodeError:
            kind = ""
        found = f"{path.name} is not UTF-8: byte 0x{data[problem.start]:02x}{kind}"
        raise RecipeError(found, f"{path.name}, line {line}", "save it as UTF-8") from problem


@lru_cache(KEPT)
def _checker(form: str) -> Any:
    import fastjsonschema

    return fastjsonschema.compile(json.loads(form))


def _place(problem: Any) -> tuple[str | int, ...]:
    """Return the path of what broke a schema; of a key that is too much, with that key."""
    place = tuple(int(part) if str(part).isdigit() else part for part in problem.path[1:])
    extra = re.search(r"must not contain \{'([^']+)'", problem.message)
    return (*place, extra[1]) if extra else place


def _said(problem: Any) -> str:
    """Return the message of a broken schema in plain words, with the value that was found."""
    place, _, said = problem.message.partition(" ")
    place = place.removeprefix("data").removeprefix(".") or "the file"
    if extra := re.search(r"must not contain \{'([^']+)'", said):
        return f"{place} has the key {extra[1]}, which is not known there"
    if said.startswith("must contain"):
        lacking = [name for name in problem.rule_definition if name not in problem.value]
        return f"{place} lacks {', '.join(lacking)}"
    shown = isinstance(problem.value, str | int | float | bool)
    return f"{place} {said}, not {problem.value!r}" if shown else f"{place} {said}"


def _key_lines(text: str) -> dict[tuple[str | int, ...], int]:
    """Return the line of every key and table header of a TOML text by its path.

    A header sets the table that the keys below it belong to; ``[[t]]`` counts one up. Lines inside an array or a
    string of several lines hold no keys of their own.
    """
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    depth, quote = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        bare = line.strip()
        if depth == 0 and (header := HEADER.match(bare)):
            table = ()
            for part in _keys(header[2]):
                table += (part,)
                table += (counts[table],) if table in counts else ()
            if header[1] == "[[":
                table = table[:-1] if isinstance(table[-1], int) else table
                counts[table] = counts.get(table, -1) + 1
                table += (counts[table],)
            lines.setdefault(table, number)
            continue
        if depth == 0 and (key := KEY.match(bare)):
            path = table
            for part in _keys(key[1]):
                path += (part,)
                lines.setdefault(path, number)
        rest = LONG.sub("", bare)
        quote = next((mark for mark in ("'''", '"""') if mark in rest), "")
        rest = STRINGS.sub("", rest.partition(quote)[0] if quote else rest)
        depth += rest.count("[") + rest.count("{") - rest.count("]") - rest.count("}")
    return lines


def _keys(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
