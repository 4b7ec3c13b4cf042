"""The reader's edition of a notebook: the page as plain Markdown and code, for JupyterLab, Colab or a browser.

The sources of the book are written for Sphinx: roles, fences and labels. Here they become what any notebook program
shows - 表 14, （Gioia 等，2013）, a link to the page, a quotation block for an admonition. What only Sphinx knows
(numbers of figures, titles, citations) is asked of a `Resolver`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from zhagen.book.prose import fill_prose, list_marks, prose_marks
from zhagen.book.self_checks import parse_self_check, plain_self_check

if TYPE_CHECKING:
    from nbformat import NotebookNode

ROLE = re.compile(r"\{(?P<role>[\w:-]+)\}`(?P<body>[^`]+)`")
TARGET = re.compile(r"^\((?P<name>[\w-]+)\)=[ \t]*\n?", re.MULTILINE)
FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<marks>:{3,}|`{3,})\{(?P<kind>[\w:-]+)\}[ \t]*(?P<title>[^\n]*)$")
OPTION = re.compile(r"^[ \t]*:(?P<name>[\w-]+):[ \t]*(?P<value>.*)$")
CODE = re.compile(r"(?ms)(^(?:> ?)*```.*?^(?:> ?)*```$)")
SPAN = re.compile(r"\[([^\]]*)\]\{\.[^}]*\}")
LABEL = re.compile(r"([\"'])((?:tbl|fig)-[\w-]+)\1")
HIDDEN = {"hide-input": {"source_hidden": True}, "hide-cell": {"source_hidden": True, "outputs_hidden": True}}


class Resolver(Protocol):
    """What the edition asks of the finished book."""

    def number(self, label: str) -> str:
        """Return the number of a table or figure.

        Parameters
        ----------
        label : str
            Its label, such as ``tbl-haier-codes``.

        Returns
        -------
        str
            ``表 14`` or ``图 2``.
        """
        ...

    def link(self, target: str, *, kind: str) -> tuple[str, str]:
        """Return where a reference leads.

        Parameters
        ----------
        target : str
            What it names.
        kind : str
            ``doc`` for a page, ``ref`` for a heading, ``term`` for a term of the glossary.

        Returns
        -------
        tuple of str
            Title and address; the address is empty if there is none.
        """
        ...

    def cite(self, keys: str, *, kind: str) -> str:
        """Return the text of a citation.

        Parameters
        ----------
        keys : str
            Keys of the bibliography, separated by commas.
        kind : str
            ``p`` for a citation in brackets, ``t`` for one in the sentence.

        Returns
        -------
        str
            Such as ``（Gioia 等，2013）``.
        """
        ...


@dataclass(frozen=True)
class Install:
    """How a reader's edition finds the package.

    Attributes
    ----------
    requirement : str
        What pip installs if the package is missing: an address of the wheel, or a path.
    page : str
        Address of the page; empty if the site has none.
    """

    requirement: str
    page: str = ""


def reader_edition(source: NotebookNode, resolver: Resolver, install: Install) -> NotebookNode:
    """Turn the source of a notebook into the edition that readers open.

    Parameters
    ----------
    source : NotebookNode
        The notebook as stored, or as it was executed; outputs are left out. Its prose may hold marks.
    resolver : Resolver
        Numbers, titles, citations.
    install : Install
        Where the package comes from.

    Returns
    -------
    NotebookNode
        A notebook with a first cell that finds or installs the package, plain Markdown, and a last cell that says which
        numbers and conclusions of the prose changed.
    """
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    marks, cells = [], []
    for cell in source.cells:
        if cell.cell_type == "markdown":
            marks += prose_marks(ROLE.sub(lambda match: _role(match["role"], match["body"], resolver), cell.source))
            cells.append(new_markdown_cell(plain_markdown(fill_prose(cell.source), resolver), id=cell.id))
        elif cell.cell_type == "code":
            cells += _code(cell, resolver)
    title = next((line[2:] for cell in cells for line in cell.source.splitlines() if line.startswith("# ")), "")
    head = [new_markdown_cell(_welcome(title, install), id="zhagen-welcome")]
    head.append(new_code_cell(_setup(install), id="zhagen-setup"))
    tail = [new_markdown_cell(f"{changes_markdown(source)}\n\n{AFTERWARDS}".strip(), id="zhagen-changes")]
    listed = list_marks(marks)
    check = f"from zhagen.book import compare_prose\n\ncompare_prose(globals(), r'''\n{listed}\n''')"
    tail.append(new_code_cell(check, id="zhagen-check", metadata={"jupyter": {"source_hidden": True}}))
    kept = [key for key in ("kernelspec", "language_info") if key in source.metadata]
    metadata = {key: copy.deepcopy(source.metadata[key]) for key in kept}
    return new_notebook(cells=[*head, *cells, *(tail if marks else tail[:1])], metadata=metadata)


AFTERWARDS = (
    "改过以后，从菜单选 Run → Run All Cells（运行 → 运行所有单元格），最后一格会说正文里的哪些数、哪些结论变了。"
)


COLLAPSED = "（这一格收着，先点开）"  # neither its place nor a search shows what a collapsed cell holds


def changes_markdown(notebook: NotebookNode) -> str:
    """List the changes that a notebook offers its reader, as Markdown; empty if it offers none.

    Parameters
    ----------
    notebook : NotebookNode
        Its metadata hold ``zhagen.changes``: dicts with ``say``, ``from`` and ``to``.

    Returns
    -------
    str
        A numbered list under a title.
    """
    changes = notebook.metadata.get("zhagen", {}).get("changes", [])
    hidden = [cell.source for cell in notebook.cells if not HIDDEN.keys().isdisjoint(cell.metadata.get("tags", []))]
    lines = [
        f"{n}. {one['say']}{COLLAPSED if any(one['from'] in source for source in hidden) else ''}："
        f"{_in_words(one['from'], one['to'])}。"
        for n, one in enumerate(changes, 1)
    ]
    return "\n".join(["**改一改**", "", "每次只改一处，从头运行一遍：", "", *lines]) if lines else ""


def _in_words(old: str, new: str) -> str:
    """Say a change of one or more lines of code in a sentence.

    >>> _in_words("n = 2", "n = 3"), _in_words("甲,乙\\n", "")
    ('把 `n = 2` 改成 `n = 3`', '把 `甲,乙` 删去')
    >>> _in_words("甲\\n", "甲\\n乙\\n"), _in_words("n = 2\\nrun", "n = 3\\nrun")
    ('在 `甲` 下面添一行 `乙`', '把 `n = 2`（下一行以 `run` 开头）改成 `n = 3`')
    """
    before, after = old.strip().splitlines(), new.strip().splitlines()
    if not after:
        return f"把 {_codes(before)} 删去"
    if after[: len(before)] == before:
        return f"在 {_codes(before[-1:])} 下面添一行 {_codes(after[len(before) :])}"
    if before[1:] and before[-1] == after[-1]:
        return f"把 {_codes(before[:-1])}（下一行以 {_codes(before[-1:])} 开头）改成 {_codes(after[:-1])}"
    return f"把 {_codes(before)} 改成 {_codes(after)}"


def _codes(lines: list[str]) -> str:
    return "，下一行 ".join(f"`{line.strip()}`" for line in lines)


def changed_notebook(notebook: NotebookNode, change: dict[str, str]) -> NotebookNode:
    """Return a copy of a notebook with one change made, as a reader would make it.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook; it is not changed.
    change : dict
        ``from`` and ``to``, text of one code cell.

    Returns
    -------
    NotebookNode
        The changed copy.

    Raises
    ------
    ValueError
        If the text does not occur exactly once in the code.
    """
    changed = copy.deepcopy(notebook)
    cells = [cell for cell in changed.cells if cell.cell_type == "code" and change["from"] in cell.source]
    if sum(cell.source.count(change["from"]) for cell in cells) != 1:
        raise ValueError(f"{change['from']!r} occurs in {len(cells)} code cells; exactly one place is wanted")
    cells[0].source = cells[0].source.replace(change["from"], change["to"])
    return changed


def plain_markdown(source: str, resolver: Resolver) -> str:
    """Turn MyST Markdown into plain Markdown.

    Parameters
    ----------
    source : str
        Markdown with roles, fences, targets and attributes of MyST.
    resolver : Resolver
        Numbers, titles, citations.

    Returns
    -------
    str
        Markdown that any notebook program shows.
    """
    parts = CODE.split(_fences(TARGET.sub("", source), resolver))
    parts[::2] = [_inline(part, resolver) for part in parts[::2]]  # every second part is a block of code
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def _inline(text: str, resolver: Resolver) -> str:
    """Resolve roles, and take off attributes."""
    return SPAN.sub(r"\1", ROLE.sub(lambda match: _role(match["role"], match["body"], resolver), text))


def _role(role: str, body: str, resolver: Resolver) -> str:
    text, target = body, body
    if named := re.fullmatch(r"(.*?)\s*<([^>]+)>", body, re.DOTALL):
        text, target = named[1], named[2]
    if role == "numref":
        return resolver.number(target)
    if role.startswith("cite"):
        return resolver.cite(body, kind=role.partition(":")[2] or "p")
    if role in ("doc", "ref", "term"):
        title, address = resolver.link(target, kind=role)
        shown = text if named or role == "term" else title
        if not address and role != "term":
            return f"“{shown}”"  # else the name of a page that is not at hand runs into the sentence
        return f"[{shown}]({address})" if address else shown
    if role == "eq":
        return resolver.number(target)
    return text


def _fences(source: str, resolver: Resolver) -> str:
    """Resolve directives, innermost first."""
    lines, out = source.split("\n"), []
    place = 0
    while place < len(lines):
        match = FENCE.match(lines[place])
        if not match:
            if code := re.match(r"^`{3,}", lines[place]):  # a block of code is copied whole
                end = _end(lines, place, code[0])
                out += lines[place : end + 1]
                place = end + 1
                continue
            out.append(lines[place])
            place += 1
            continue
        end = _end(lines, place, match["marks"])
        options, body = _options(lines[place + 1 : end])
        inner = _fences("\n".join(body), resolver).strip("\n")
        out += ["", *_directive(match["kind"], match["title"].strip(), options, inner, resolver).split("\n"), ""]
        place = end + 1
    return "\n".join(out)


def _end(lines: Sequence[str], start: int, marks: str) -> int:
    """Return the line that closes the fence opened at `start`."""
    for place in range(start + 1, len(lines)):
        if lines[place].strip() == marks:
            return place
    return len(lines)


def _options(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    options = {}
    while lines and (match := OPTION.match(lines[0])):
        options[match["name"]] = match["value"].strip()
        lines = lines[1:]
    return options, lines


def _directive(kind: str, title: str, options: dict[str, str], body: str, resolver: Resolver) -> str:
    if kind == "list-table":
        return _table(title, options, body, resolver)
    if kind == "container":  # only a look
        return body
    if kind == "selfcheck":
        return plain_self_check(parse_self_check(title, body.split("\n")))
    if kind in ("code-block", "code", "math"):
        return f"$$\n{body}\n$$" if kind == "math" else f"```{title}\n{body}\n```"
    if kind == "figure" or kind == "image":
        return f"![{body or title}]({title})"
    if "dropdown" in options.get("class", ""):
        return f"<details>\n<summary>{title or '展开'}</summary>\n\n{body}\n\n</details>"
    head = f"**{title or '注意'}**"
    return "\n".join(f"> {line}".rstrip() for line in [head, "", *body.split("\n")])


def _table(caption: str, options: dict[str, str], body: str, resolver: Resolver) -> str:
    """Turn a list-table into a pipe table, its caption above it."""
    rows: list[list[str]] = []
    for line in body.split("\n"):
        if match := re.match(r"^\* -\s?(.*)$", line):
            rows.append([match[1]])
        elif match := re.match(r"^  -\s?(.*)$", line):
            rows[-1].append(match[1])
        elif line.strip() and rows:
            rows[-1][-1] += " " + line.strip()
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    head, *rest = cells or [[]]
    number = resolver.number(options["name"]) + "　" if "name" in options else ""
    pipes = [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rest]]
    return "\n".join([f"**{number}{caption}**", "", *pipes])


def _code(cell: NotebookNode, resolver: Resolver) -> list[NotebookNode]:
    from nbformat.v4 import new_code_cell, new_markdown_cell

    hidden = next((HIDDEN[tag] for tag in cell.metadata.get("tags", []) if tag in HIDDEN), None)
    source = LABEL.sub(lambda match: f"{match[1]}{resolver.number(match[2])}{match[1]}", cell.source)
    made = [new_code_cell(source, id=cell.id, metadata={"jupyter": hidden} if hidden else {})]
    figure = cell.metadata.get("mystnb", {}).get("figure")
    if figure:
        caption = plain_markdown(figure["caption"], resolver)
        made.append(new_markdown_cell(f"**{resolver.number(figure['name'])}**　{caption}", id=f"{cell.id}-caption"))
    return made


def _welcome(title: str, install: Install) -> str:
    place = f"[这一页]({install.page})" if install.page else "书中的这一页"
    return (
        f"> **读者版**　“{title}”的笔记本，正文和{place}相同，每一格都可以改，改坏了重新下载就是。\n>\n"
        "> 先运行下一格：它看看这里有没有本书用的程序包 `zhagen`，有就直接用，没有才安装。"
    )


ALONE = """        raise FileNotFoundError(
            "这里没有 zhagen，笔记本旁边也没有书的文件夹。把它放回书的文件夹里下载时的位置再打开，"
            "或者先照书里“如何使用本书”装好 zhagen。"
        )
"""
NOT_INSTALLED = "没有装上 zhagen，为什么写在上面；多半是连不上网，接通以后再运行这一格。"


def _setup(install: Install) -> str:
    place = next((part for part in re.split(r'[\s"\[\]]+', install.requirement) if part.endswith(".whl")), "书的网站")
    beside = place.endswith(".whl") and "://" not in place  # a book without an address: a file of its folder
    return (
        "import importlib.util\n"
        + ("from pathlib import Path\n\n" if beside else "\n")
        + 'if importlib.util.find_spec("zhagen") is None:\n'
        + (f'    if not Path("{place}").is_file():\n{ALONE}' if beside else "")
        + f'    print("没有找到 zhagen，现在从 {place} 安装（连同它用到的库），要等一两分钟。")\n'
        f"    %pip install --quiet {install.requirement}\n"
        "    importlib.invalidate_caches()\n"
        '    if importlib.util.find_spec("zhagen") is None:\n'
        f'        raise ModuleNotFoundError("{NOT_INSTALLED}")\n'
        "import zhagen\n\n"
        'print(f"zhagen {zhagen.__version__} 可以用了。")'
    )
