"""Let Sphinx execute the notebooks side by side: they are most of the time that a build takes."""

from __future__ import annotations

from sphinx.application import Sphinx


def deal_out(docnames: list[str], hands: int) -> list[str]:
    """Reorder so that equal neighbours in the list fall into different chunks of Sphinx's readers.

    >>> deal_out(["a", "b", "n1", "n2"], 2)
    ['a', 'n1', 'b', 'n2']
    """
    return [name for hand in range(hands) for name in docnames[hand::hands]]


def spread_notebooks(app: Sphinx, env, docnames: list[str]) -> None:
    """Spread the notebooks, which come last in the sorted list, over all readers."""
    docnames[:] = deal_out(sorted(docnames, key=lambda name: (name.startswith("notebooks/"), name)), app.parallel)


def setup(app: Sphinx) -> dict:
    """Declare safe what sphinx_external_toc loads and forgets to: it numbers after reading, and we number none."""
    if numbering := app.extensions.get("sphinx_multitoc_numbering"):
        numbering.parallel_read_safe = True
    app.connect("env-before-read-docs", spread_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
