"""Self-checks in a page: the directive `selfcheck`, drawn so that a page without JavaScript can be used and printed.

The form is that of `zhagen.book.self_checks`. What is written here is a `<details>` with the question, the answers as a
list and, in a second `<details>`, what is right and why; `selfcheck.js` makes the list a form that answers. What the
script must know stands in classes: ``sc-yes`` at the reason of a right answer, ``sc-at-2`` at a step that belongs to
the third place, ``sc-with-0`` at a reason for the first of the partners.
"""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util.docutils import SphinxDirective

from zhagen.book.self_checks import KINDS, SelfCheck, SelfCheckError, parse_self_check


class self_check_fold(nodes.Element):  # noqa: N801 - nodes are written like this
    """A fold; its first child is its head."""


class self_check_head(nodes.TextElement):  # noqa: N801
    """What a fold shows while it is closed."""


class SelfCheckDirective(SphinxDirective):
    """`selfcheck`: kind and title in its line, question and answers below; `:open:` shows it unfolded."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"open": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Build the folds; an unusable self-check is an error with file and line."""
        source, line = self.get_source_info()
        try:
            check = parse_self_check(self.arguments[0], list(self.content), where=f"{source}, line {line}")
        except SelfCheckError as wrong:
            raise self.error(str(wrong)) from wrong
        box = self_check_fold(classes=["selfcheck", f"selfcheck-{check.kind}"], open="open" in self.options)
        box += self_check_head("", _("自测（{}）　").format(_(KINDS[check.kind])), *self._inline(check.title))
        if check.question:
            question = nodes.container(classes=["sc-question"])
            self.state.nested_parse(StringList(check.question.splitlines(), source), self.content_offset, question)
            box += question
        box += self._answers(check)
        if partners := check.partners():
            named = [_item([nodes.Text(name)]) for name in partners]
            box += nodes.container("", nodes.paragraph("", _("可选：")), _list(named, "sc-partners"))
        box += self._reasons(check, partners)
        return [box]

    def _answers(self, check: SelfCheck) -> nodes.Node:
        """List the answers as they are shown."""
        items = []
        for place in check.shown():
            items.append(_item(self._inline(check.answers[place].text)))
            if check.kind == "order":
                items[-1]["classes"].append(f"sc-at-{place}")
        return _list(items, "sc-answers")

    def _reasons(self, check: SelfCheck, partners: list[str]) -> nodes.Node:
        """List what is right and why, in a fold of its own."""
        items = []
        for one in check.answers:
            said = self._inline(one.text)
            if check.kind == "match":
                said += [nodes.Text("　"), nodes.strong("", one.partner)]
            elif check.kind != "order":
                said = [nodes.strong("", _("对") if one.right else _("不对")), nodes.Text(_("　")), *said]
            items.append(_item([*said, nodes.Text("　"), self._reason(one.reason)]))
            if check.kind == "match":
                items[-1]["classes"].append(f"sc-with-{partners.index(one.partner)}")
            elif one.right:
                items[-1]["classes"].append("sc-yes")
            wrong = [
                _item([nodes.Text(_("选“{}”：").format(name)), self._reason(reason)], f"sc-with-{partners.index(name)}")
                for name, reason in one.wrong.items()
            ]
            if wrong:
                items[-1] += _list(wrong, "sc-wrong")
        fold = self_check_fold(classes=["sc-reasons"], open=False)
        fold += [self_check_head("", _("答案和理由")), _list(items, "", ordered=check.kind == "order")]
        return fold

    def _reason(self, text: str) -> nodes.Node:
        return nodes.inline("", "", *self._inline(text), classes=["sc-why"])

    def _inline(self, text: str) -> list[nodes.Node]:
        found, messages = self.state.inline_text(text, self.lineno)
        return [*found, *messages]


def _item(inside: list[nodes.Node], *classes: str) -> nodes.list_item:
    return nodes.list_item("", nodes.paragraph("", "", *inside), classes=list(classes))


def _list(items: list[nodes.list_item], name: str, *, ordered: bool = False) -> nodes.Element:
    if ordered:
        return nodes.enumerated_list("", *items, enumtype="arabic", prefix="", suffix=".")
    return nodes.bullet_list("", *items, bullet="-", classes=[name] if name else [])


def visit_fold(translator, node: self_check_fold) -> None:
    """Open the fold."""
    attributes = {"open": "open"} if node["open"] else {}
    translator.body.append(translator.starttag(node, "details", **attributes))


def visit_head(translator, node: self_check_head) -> None:
    """Open what is shown of it."""
    translator.body.append("<summary>")


def depart_fold(translator, node: self_check_fold) -> None:
    """Close the fold."""
    translator.body.append("</details>\n")


def depart_head(translator, node: self_check_head) -> None:
    """Close what is shown of it."""
    translator.body.append("</summary>\n")


def setup(app: Sphinx) -> dict:
    """Register the directive and its two nodes."""
    app.add_node(self_check_fold, html=(visit_fold, depart_fold))
    app.add_node(self_check_head, html=(visit_head, depart_head))
    app.add_directive("selfcheck", SelfCheckDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
