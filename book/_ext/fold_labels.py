"""What a folded cell is called: by what opens, not "program" where a reader looks for a table, a picture or a memo.

A cell that hides its program only, or prints nothing, keeps the words of `nb_code_prompt_show`; so does one whose
notebook says its own words.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform

TITLE_LEAST = 4  # a bold beginning that is shorter is the name of a speaker


def fold_label(cell: nodes.Element, numbers: dict[str, str]) -> str:
    """Return what opens, or nothing where only the program does.

    Parameters
    ----------
    cell : docutils.nodes.Element
        A code cell of myst_nb.
    numbers : dict
        For each name of a table or figure its number as it is written (``表 12``).
    """
    outputs = [child for child in cell.children if child.get("nb_element") == "cell_code_output"]
    titles = [_numbered(title, numbers) for output in outputs for title in output.findall(_is_caption)]
    if titles:
        return _("展开{}").format("；".join(titles))
    for output in outputs:
        for paragraph in output.findall(nodes.paragraph):
            first = next((child for child in paragraph.children if child.astext()), None)
            if isinstance(first, nodes.strong) and len(first.astext()) >= TITLE_LEAST:
                return _("展开：{}").format(first.astext())
    return _("展开：结果和程序") if any(output.children for output in outputs) else ""


def _is_caption(node: nodes.Node) -> bool:
    return isinstance(node, nodes.caption) or (isinstance(node, nodes.title) and isinstance(node.parent, nodes.table))


def _numbered(title: nodes.Element, numbers: dict[str, str]) -> str:
    number = next((numbers[name] for name in title.parent["ids"] if name in numbers), "")
    return "　".join(filter(None, (number, title.astext())))


class NameFolds(SphinxPostTransform):
    """Give each folded cell its label, before myst_nb writes it."""

    default_priority = 198
    formats = ("html",)

    def run(self, **_arguments) -> None:
        """Look at every cell that is folded with its output."""
        usual = self.config.nb_code_prompt_show
        numbers = {
            name: self.config.numfig_format[kind] % ".".join(map(str, number))
            for kind, named in self.env.toc_fignumbers.get(self.env.docname, {}).items()
            for name, number in named.items()
        }
        for cell in self.document.findall(nodes.container):
            folded = cell.get("hide_mode") == "all" and cell.get("prompt_show") == usual
            if folded and (label := fold_label(cell, numbers)):
                cell["prompt_show"], cell["prompt_hide"] = label, _("收起")


def setup(app: Sphinx) -> dict:
    """Register the transform."""
    app.add_post_transform(NameFolds)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
