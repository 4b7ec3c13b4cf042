"""A notebook without its solutions: what a teacher hands out.

A solution is a box whose title begins with 参考解答 or 解答, together with the folded cells of code directly above it.
In labs, the boxes 比完再看 and 给老师 go, too; what the researchers made of it, above them, stays.
Two kinds of folded cells stay: one that does nothing but show what people said is material to work on, and one that
gives a name to later cells is a tool.
"""

from __future__ import annotations

import ast
import copy
import re
import symtable
from collections.abc import Iterator
from typing import TYPE_CHECKING

from zhagen.book.prose import prose_marks

if TYPE_CHECKING:
    from nbformat import NotebookNode

BOX = re.compile(
    r"^(?P<fence>:{3,})\{admonition\}[ \t]*(?P<title>(?:参考解答|解答|比完再看|给老师)[^\n]*)\n"
    r"(?P<body>.*?)^(?P=fence)[ \t]*(?:\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
MATERIAL = {"show_turns", "display"}  # a cell that calls nothing else shows what is to be worked on
ANSWER = "**你的回答{which}**　双击这里，写在下面。\n"


def without_solutions(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook with a place to write where a solution was.

    Parameters
    ----------
    notebook : NotebookNode
        The source of a page; it is not changed.

    Returns
    -------
    NotebookNode
        The copy: solution boxes replaced, the folded cells above them left out, and of the changes that it offers
        those of cells that stay.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> source = "想一想。\\n\\n:::{admonition} 参考解答 1\\n:class: dropdown\\n二。\\n:::"
    >>> without_solutions(new_notebook(cells=[new_markdown_cell(source)])).cells[0].source
    '想一想。\\n\\n**你的回答 1**　双击这里，写在下面。\\n'
    """
    left = copy.deepcopy(notebook)
    gone = _solution_cells(left)
    left.cells = [cell for number, cell in enumerate(left.cells) if number not in gone]
    for cell in left.cells:
        if cell.cell_type == "markdown":
            cell.source = BOX.sub(lambda box: _place_to_write(box["title"]), cell.source)
    code = "\n".join(cell.source for cell in left.cells if cell.cell_type == "code")
    if offered := left.metadata.get("zhagen", {}).get("changes"):
        left.metadata["zhagen"]["changes"] = [change for change in offered if change["from"] in code]
    return left


def solution_texts(notebook: NotebookNode) -> list[str]:
    """List what `without_solutions` takes away.

    Parameters
    ----------
    notebook : NotebookNode
        The source of a page.

    Returns
    -------
    list of str
        The inside of each solution box, and the source of each folded cell above one.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> cell = new_markdown_cell(":::{admonition} 解答\\n:class: dropdown\\n二。\\n:::")
    >>> solution_texts(new_notebook(cells=[cell]))
    ['二。\\n']
    """
    boxes = [box for cell in notebook.cells if cell.cell_type == "markdown" for box in BOX.finditer(cell.source)]
    texts = [re.sub(r"(?m)^:\w+:.*\n", "", box["body"]) for box in boxes]
    return texts + [notebook.cells[number].source for number in sorted(_solution_cells(notebook))]


def _solution_cells(notebook: NotebookNode) -> set[int]:
    """Return the places of the folded cells that belong to a solution."""
    found: set[int] = set()
    for number, cell in enumerate(notebook.cells):
        box = BOX.match(cell.source.lstrip()) if cell.cell_type == "markdown" else None
        if box and "解答" in box["title"]:
            above = number - 1
            while above >= 0 and _folded(notebook.cells[above]):
                if not _shows_material(notebook.cells[above].source):
                    found.add(above)
                above -= 1
    while tools := {number for number in found if _is_tool(notebook, number, found)}:
        found -= tools  # a tool may need another one, so look again
    return found


def _is_tool(notebook: NotebookNode, number: int, solutions: set[int]) -> bool:
    """Say whether a later cell that stays uses a name that this cell gave last."""
    given = _names(notebook.cells[number].source, used=False)
    for later, cell in enumerate(notebook.cells[number + 1 :], number + 1):
        if later in solutions:
            continue
        if cell.cell_type == "code":
            if given & _names(cell.source, used=True):
                return True
            given -= _names(cell.source, used=False)
        elif cell.cell_type == "markdown":
            for mark in prose_marks(BOX.sub("", cell.source)):
                if given & _names(mark.code(), used=True):
                    return True
    return False


def _names(source: str, *, used: bool) -> set[str]:
    """Return the global names that code uses, or gives; names inside functions and loops are their own."""
    return {
        symbol.get_name()
        for table in _tables(symtable.symtable(source, "cell", "exec"))
        for symbol in table.get_symbols()
        if table.get_type() == "module" or symbol.is_global()
        if (symbol.is_referenced() if used else symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace())
    }


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _folded(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and "hide-cell" in cell.metadata.get("tags", [])


def _shows_material(source: str) -> bool:
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return bool(calls) and all(isinstance(call, ast.Name) and call.id in MATERIAL for call in calls)


def _place_to_write(title: str) -> str:
    if "解答" not in title or "弱" in title:  # a weak answer beside a good one: one place is enough
        return ""
    number = re.search(r"\d+", title)
    return ANSWER.format(which=f" {number[0]}" if number else "")
