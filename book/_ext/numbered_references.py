"""References to numbered figures, tables and programs, from the numbers that Sphinx has counted.

Sphinx's own resolver reads the whole doctree of the page that is referred to, from disk and anew for each reference, to
learn what kind of thing its target is. The environment knows: it keeps the numbers of each page by kind.
"""

from __future__ import annotations

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform


def find_number(env: BuildEnvironment, label: str) -> tuple[str, str, str, str] | None:
    """Return kind, page, id and number of what has a label; None if it has no number."""
    docname, target = env.get_domain("std").anonlabels.get(label.lower(), ("", ""))[:2]
    for kind, numbers in env.toc_fignumbers.get(docname, {}).items():
        if target in numbers:
            return kind, docname, target, ".".join(map(str, numbers[target]))
    return None


class NumberedReferences(SphinxPostTransform):
    """Resolve what `find_number` finds; references with a text of their own, or to nothing, are left to Sphinx."""

    default_priority = 9  # just before Sphinx's own

    def run(self, **kwargs: object) -> None:
        """Put a link with the number in place of each reference."""
        standard = self.env.get_domain("std")
        for node in list(self.document.findall(addnodes.pending_xref)):
            if node["reftype"] != "numref" or node["refexplicit"]:
                continue
            if found := find_number(self.env, node["reftarget"]):
                kind, docname, target, number = found
                title = self.config.numfig_format[kind]
                reference = standard.build_reference_node(
                    node.get("refdoc", self.env.docname), self.app.builder, docname, target, title % number, "numref",
                    nodeclass=addnodes.number_reference, title=title,
                )  # fmt: skip
                node.replace_self(reference)


def setup(app: Sphinx) -> dict:
    """Add the transform."""
    app.add_post_transform(NumberedReferences)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
