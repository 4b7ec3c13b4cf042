"""The sentences that the command line can say, taken out of the code: `catalogues.py` keeps their translations.

A sentence is a text of two words or more, or an f-string, where an error, a finding, a report or a line is made. Values
get the names that they have in the code.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

from zhagen.cli import make_parser
from zhagen.text.characters import WIDE
from zhagen.translation import WITH_PLACE, WITH_TODO

# the modules whose sentences a person with a study of their own meets: `zhagen status`, check, new, add, correct,
# speakers, code, codebook, merge, anonymise, book, export, import
SCOPE = """
archives.py book/study_book.py cli/__init__.py cli/analysis.py cli/books.py cli/exchange.py cli/materials.py
cli/printing.py cli/studies.py cli/tables.py
coding/saving.py coding/serving.py coding/state.py documents/handwritten.py exchange/assembling.py
exchange/losses.py exchange/offsets.py exchange/qualcoder.py exchange/refi_reading.py exchange/refi_writing.py
exchange/sheets.py exchange/structured.py exchange/transfer.py extraction/codebook.py extras.py materials output.py
statistics/saturation.py study/comparison.py study/concordance.py study/correcting.py study/crosstables.py
study/editing.py study/folder.py study/history.py study/keyness.py study/merging.py study/progress.py
study/saturation.py study/study.py study/writing.py text/encodings.py
""".split()
TECHNICAL = (
    "add_argument", "add_parser", "compile", "execute", "fullmatch", "match", "search", "sub", "findall", "split",
)  # fmt: skip
LISTS = ("TABLES", "HARMLESS", "DESCRIPTIONS", "POLICY", "FAULTS", "QUOTATIONS")  # data; beginnings of sentences
FRAMES = (WITH_PLACE, WITH_TODO)
ARGPARSE = (  # what Python's argparse says of a wrong command
    "the following arguments are required: {names}",
    "unrecognized arguments: {words}",
    "one of the arguments {names} is required",
    "argument {name}: {found}",
    "invalid choice: {value} (choose from {choices})",
    "invalid {kind} value: {value}",
    "expected one argument",
    "expected at least one argument",
    "not allowed with argument {name}",
    "ignored explicit argument {value}",
    "ambiguous option: {option} could match {options}",
)
HELP = ("usage: ", "error: ")  # which are in no parser
WORDS = re.compile(r"[a-z]{2,}")


def spoken(root: Path) -> dict[str, set[str]]:
    """Return the sentences with the files that say them."""
    found: dict[str, set[str]] = {frame: {"src/zhagen/translation.py"} for frame in FRAMES}
    found |= {said: {"src/zhagen/cli/helping.py"} for said in ARGPARSE}
    for place in SCOPE:
        path = root / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for sentence in sentences_of(file.read_text("utf-8")):
                found.setdefault(sentence, set()).add(file.relative_to(root.parents[1]).as_posix())
    return found


def helped() -> set[str]:
    """Return the texts of the help: of words, options, arguments and groups, and what their values are called."""
    found = set(HELP)
    for parser in _parsers(make_parser()):
        found |= {parser.description or "", *(group.title or "" for group in parser._action_groups)}
        for action in parser._actions:
            found.add(action.help or "")
            if isinstance(action, argparse._SubParsersAction):
                found |= {action.metavar or "", *(word.help or "" for word in action._choices_actions)}
            elif action.nargs != 0 and (action.metavar or not action.choices):
                default = action.dest.upper() if action.option_strings else action.dest
                found |= {str(action.metavar or default)}
    return {text for text in found - {""} if WORDS.search(text.lower())}


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


def sentences_of(code: str) -> Iterator[str]:
    """Yield the sentences of a module.

    >>> list(sentences_of('raise StudyError(f"there is no {what} {row[3]!r}", todo="name one")'))
    ['there is no {what} {value}', 'name one']
    """
    tree = ast.parse(code)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            sentence = _template(node)
            if _is_said(node, above) and _is_sentence(sentence, node, above):
                yield sentence


def _template(node: ast.JoinedStr | ast.Constant) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    parts, used = [], dict[str, int]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        name = _name(part.value) if isinstance(part, ast.FormattedValue) else "value"
        used[name] = used.get(name, 0) + 1
        parts.append(f"{{{name}{used[name] if used[name] > 1 else ''}}}")
    return "".join(parts)


def _name(value: ast.expr) -> str:
    if isinstance(value, ast.Name):
        return value.id
    if isinstance(value, ast.Attribute) and not value.attr.startswith("_"):
        return value.attr
    key = value.slice.value if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant) else None
    if isinstance(key, str) and key.isidentifier():
        return key
    return "value"


def _is_said(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Say whether a text is no docstring, pattern, name of columns or help of an option."""
    parent = above[node]
    if isinstance(parent, ast.Expr | ast.JoinedStr | ast.FormattedValue | ast.Attribute | ast.arg):
        return False
    if isinstance(parent, ast.FunctionDef) or getattr(parent, "arg", "") in ("help", "description"):
        return False
    while parent in above:
        if isinstance(parent, ast.Call):
            name = parent.func.attr if isinstance(parent.func, ast.Attribute) else getattr(parent.func, "id", "")
            if name in TECHNICAL:
                return False
        targets = parent.targets if isinstance(parent, ast.Assign) else [getattr(parent, "target", None)]
        if any(isinstance(one, ast.Name) and one.id in LISTS for one in targets):
            return False
        parent = above[parent]
    return True


def _is_sentence(text: str, node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    bare = re.sub(r"\{\w*\}", " ", text)
    if WIDE.search(bare) or "\n" in bare.strip() or re.search(r"[<>=#|\\]{1}.*[<>=#|\\]", bare):
        return False
    call = above[above[node]] if isinstance(above[node], ast.IfExp) else above[node]
    first = isinstance(call, ast.Call) and getattr(call.func, "id", "") == "print_row"
    first = first and call.args[0] in (node, above[node])
    # one word alone is a name of a column or of a kind, but for the first cell of a printed row
    return bool(WORDS.search(bare)) and (first or " " in text.strip())
