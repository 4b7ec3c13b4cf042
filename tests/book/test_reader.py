"""The reader's edition: nothing of Sphinx is left in it, and it is the same notebook."""

import importlib.util

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zhagen.book.reader import Install, changed_notebook, changes_markdown, plain_markdown, reader_edition


class Book:
    """A finished book in which everything has a name."""

    def number(self, label):
        return {"tbl-a": "表 14", "fig-b": "图 2"}[label]

    def link(self, target, *, kind):
        return {"doc": ("方法", "site/methods.html"), "ref": ("一节", "#a"), "term": (target, "")}[kind]

    def cite(self, keys, *, kind):
        return f"（{keys}）"


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("(a-label)=\n# 题目", "# 题目"),
        ("见{numref}`tbl-a`和{numref}`fig-b`。", "见表 14和图 2。"),
        (
            "{doc}`/book/methods`，{doc}`那一章 </book/methods>`",
            "[方法](site/methods.html)，[那一章](site/methods.html)",
        ),
        ("{term}`饱和`与{term}`编码 <开放式编码>`", "饱和与编码"),
        ("一句{cite:p}`gioia2013,strauss1990`。", "一句（gioia2013,strauss1990）。"),
        (":::{admonition} 练习 1\n:class: tip\n甲\n\n乙\n:::", "> **练习 1**\n>\n> 甲\n>\n> 乙"),
        (
            ":::{admonition} 解答\n:class: dropdown\n见{numref}`tbl-a`。\n:::",
            "<details>\n<summary>解答</summary>\n\n见表 14。\n\n</details>",
        ),
        ("::::{admonition} 外\n:::{admonition} 里\n甲\n:::\n::::", "> **外**\n>\n> > **里**\n> >\n> > 甲"),
        (
            "```{list-table} 题\n:header-rows: 1\n:name: tbl-a\n\n* - 甲\n  - 乙\n* - 一|二\n  - 三\n    四\n```",
            "**表 14　题**\n\n| 甲 | 乙 |\n| --- | --- |\n| 一\\|二 | 三 四 |",
        ),
        ("::::{container} sheet\n| 甲 | 乙 |\n|---|---|\n::::", "| 甲 | 乙 |\n|---|---|"),
        ("```python\n{term}`x`\n```", "```python\n{term}`x`\n```"),
        ("[摘编]{.status .status-x}", "摘编"),
        ("$$a_{1}$$ 与 $\\{b\\}$", "$$a_{1}$$ 与 $\\{b\\}$"),
    ],
)
def test_markdown_becomes_plain(source, plain):
    assert plain_markdown(source, Book()) == plain


def notebook():
    figure = {"figure": {"name": "fig-b", "caption": "一张图，见{term}`饱和`。"}}
    cells = [
        new_markdown_cell("# 题目\n\n共 <!--= n -->2<!----> 个，见{numref}`tbl-a`。<!--? n > 1 -->"),
        new_code_cell("n = 2"),
        new_code_cell('show(frame, "题", "tbl-a", label="标签")'),
        new_code_cell("draw(x)", metadata={"mystnb": figure}),
        new_code_cell("secret()", metadata={"tags": ["hide-input"]}),
    ]
    changes = [{"say": "多一个", "from": "n = 2", "to": "n = 3"}]
    return new_notebook(cells=cells, metadata={"zhagen": {"changes": changes}})


def test_the_edition_says_what_it_does_and_what_changed():
    edition = reader_edition(notebook(), Book(), Install('"zhagen @ site/z.whl"', "site/page.html"))
    text = "\n".join(cell.source for cell in edition.cells)
    assert edition.cells[1].source.count('%pip install --quiet "zhagen @ site/z.whl"') == 1
    assert "共 2 个，见表 14。" in text and 'show(frame, "题", "表 14", label="标签")' in text
    assert "**图 2**　一张图，见饱和。" in text
    assert "1. 多一个：把 `n = 2` 改成 `n = 3`。" in text
    assert edition.cells[-1].source.startswith("from zhagen.book import compare_prose")
    for cell in edition.cells[:-1]:
        assert "<!--" not in cell.source and "{numref}" not in cell.source
    assert [cell.metadata for cell in edition.cells if cell.source == "secret()"] == [
        {"jupyter": {"source_hidden": True}}
    ]


def test_a_notebook_that_finds_no_package_says_why(monkeypatch, tmp_path):
    """On its own, without the folder of the book; and where pip did not come through."""
    setup = reader_edition(notebook(), Book(), Install('"../z.whl[figures]"')).cells[1].source
    setup = setup.replace("%pip install --quiet", "pip =")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    (tmp_path / "lab").mkdir()
    monkeypatch.chdir(tmp_path / "lab")
    with pytest.raises(FileNotFoundError, match="书的文件夹"):
        exec(setup, {})
    (tmp_path / "z.whl").touch()
    with pytest.raises(ModuleNotFoundError, match="连不上网"):
        exec(setup, {})


def test_the_last_cell_says_what_a_change_changed():
    edition = reader_edition(notebook(), Book(), Install(""))
    last = edition.cells[-1].source.replace("compare_prose(globals()", "found = compare_prose(globals()")
    for n, changed in ((2, 0), (3, 1)):
        names = {"n": n}
        exec(last, names)
        assert len(names["found"].changed) == changed


def test_a_change_is_made_in_one_place():
    changed = changed_notebook(notebook(), {"from": "n = 2", "to": "n = 3"})
    assert changed.cells[1].source == "n = 3" and notebook().cells[1].source == "n = 2"
    for absent in ("m = 2", "("):
        with pytest.raises(ValueError, match="exactly one place"):
            changed_notebook(notebook(), {"from": absent, "to": ""})
    assert "多一个" in changes_markdown(notebook()) and changes_markdown(new_notebook()) == ""


def test_a_change_in_a_collapsed_cell_says_so():
    collapsed = notebook()
    collapsed.cells[1].metadata["tags"] = ["hide-cell"]
    assert "1. 多一个（这一格收着，先点开）：把 `n = 2`" in changes_markdown(collapsed)


def test_the_last_cell_names_tables_as_the_page_does():
    source = new_notebook(cells=[new_markdown_cell("{numref}`tbl-a` 里 <!--= n -->2<!----> 个。")])
    assert "…表 14 里 2 个。…" in reader_edition(source, Book(), Install("")).cells[-1].source
