"""What a browser has no compiled package for, in plain Python behind the same names: no more than this package calls.

pygraphviz is answered by any Graphviz that turns DOT into JSON (in a page: Graphviz compiled to WebAssembly), and the
one compiled function of wordcloud by NumPy.
"""

import json
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

COMPILED = "wordcloud.query_integral_image"


class _Graph:
    """A graph to be laid out, with the calls of ``pygraphviz.AGraph`` that `draw_mechanism` makes.

    Parameters
    ----------
    render : callable
        Given the graph in DOT and the name of the engine; returns Graphviz's JSON.
    directed, strict : bool
        As in pygraphviz.
    **attributes : object
        Attributes of the graph.
    """

    def __init__(
        self, render: Callable[[str, str], str], *, directed: bool = False, strict: bool = True, **attributes: object
    ) -> None:
        self._render = render
        self._head = ("strict " if strict else "") + ("digraph" if directed else "graph")
        self._link = "->" if directed else "--"
        self._lines: list[str] = []
        self.graph_attr: dict[str, Any] = dict(attributes)
        self._nodes: dict[str, SimpleNamespace] = {}
        self._edges: dict[tuple[str, str, str], SimpleNamespace] = {}
        self._subgraphs: dict[str, SimpleNamespace] = {}

    def add_node(self, name: str, **attributes: object) -> None:
        """Add a node.

        Parameters
        ----------
        name : str
            Its name.
        **attributes : object
            Its attributes.
        """
        self._lines.append(f"{_quoted(name)} {_attributes(attributes)}")

    def add_edge(self, source: str, target: str, *, key: str, **attributes: object) -> None:
        """Add an edge.

        Parameters
        ----------
        source, target : str
            Names of its ends.
        key : str
            Its own name; there may be several between two nodes.
        **attributes : object
            Its attributes.
        """
        self._lines.append(f"{_quoted(source)} {self._link} {_quoted(target)} {_attributes({'id': key, **attributes})}")

    def add_subgraph(self, members: list[str], *, name: str, **attributes: object) -> None:
        """Add a frame around nodes.

        Parameters
        ----------
        members : list of str
            Names of the nodes.
        name : str
            Its name.
        **attributes : object
            Its attributes.
        """
        inside = " ".join(f"{_quoted(member)};" for member in members)
        self._lines.append(f"subgraph {_quoted(name)} {{ graph {_attributes(attributes)}; {inside} }}")

    def layout(self, prog: str = "dot") -> None:
        """Have Graphviz place everything.

        Parameters
        ----------
        prog : str, default "dot"
            Name of the engine.
        """
        dot = "\n".join([f"{self._head} {{", f"graph {_attributes(self.graph_attr)}", *self._lines, "}"])
        placed = json.loads(self._render(dot, prog))
        self.graph_attr |= {name: value for name, value in placed.items() if isinstance(value, str)}
        names = {}
        for item in placed.get("objects", []):
            names[item["_gvid"]] = item["name"]
            if "nodes" in item or item["name"].startswith("cluster"):
                self._subgraphs[item["name"]] = SimpleNamespace(graph_attr=_Known(item))
            else:
                self._nodes[item["name"]] = SimpleNamespace(attr=_Known(item))
        for item in placed.get("edges", []):
            self._edges[names[item["tail"]], names[item["head"]], item["id"]] = SimpleNamespace(attr=_Known(item))

    def get_node(self, name: str) -> SimpleNamespace:
        """Return a node that was placed.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        types.SimpleNamespace
            Its attributes are in ``attr``.
        """
        return self._nodes[name]

    def get_edge(self, source: str, target: str, key: str) -> SimpleNamespace:
        """Return an edge that was placed.

        Parameters
        ----------
        source, target : str
            Names of its ends.
        key : str
            Its own name.

        Returns
        -------
        types.SimpleNamespace
            Its attributes are in ``attr``.
        """
        return self._edges[source, target, key]

    def get_subgraph(self, name: str) -> SimpleNamespace:
        """Return a frame that was placed.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        types.SimpleNamespace
            Its attributes are in ``graph_attr``.
        """
        return self._subgraphs[name]


class _Known(dict):
    """Attributes; one that is not set is None, as in pygraphviz."""

    def __missing__(self, name: str) -> None:
        return None


def _quoted(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if text.startswith("<") and text.endswith(">"):  # a label in HTML
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _attributes(attributes: dict[str, Any]) -> str:
    return "[" + ",".join(f"{name}={_quoted(value)}" for name, value in attributes.items()) + "]"


def query_integral_image(
    integral_image: np.ndarray, size_x: int, size_y: int, random_state: Any
) -> tuple[int, int] | None:
    """Draw one of the free places for a word, as the compiled function of wordcloud of this name does.

    Parameters
    ----------
    integral_image : numpy.ndarray
        Sums of what is drawn above and left of each point.
    size_x, size_y : int
        Rows and columns of the word.
    random_state : random.Random
        Draws.

    Returns
    -------
    tuple of int or None
        Row and column; None if no place is free.

    Examples
    --------
    >>> from random import Random
    >>> query_integral_image(np.zeros((3, 3), np.uint32), 2, 2, Random(0))
    (0, 0)
    >>> query_integral_image(np.ones((3, 3), np.uint32).cumsum(0).cumsum(1), 1, 1, Random(0)) is None
    True
    """
    sums = np.asarray(integral_image, dtype=np.int64)
    rows, columns = max(sums.shape[0] - size_x, 0), max(sums.shape[1] - size_y, 0)
    area = sums[:rows, :columns] + sums[size_x:, size_y:] - sums[size_x:, :columns] - sums[:rows, size_y:]
    free = np.flatnonzero(area == 0)
    if not len(free):
        return None
    drawn = random_state.randint(0, len(free))
    if not drawn:  # the compiled one counts from 1 and finds no place then; wordcloud tries a smaller word
        return None
    row, column = divmod(int(free[drawn - 1]), columns)
    return row, column


def install_stand_ins(render: Callable[[str, str], str] | None = None) -> list[str]:
    """Let imports find these instead of compiled packages, whether they are installed or not.

    Parameters
    ----------
    render : callable, optional
        Given a graph in DOT and the name of an engine, returns Graphviz's JSON; without it pictures of mechanisms are
        put in rows by the package itself.

    Returns
    -------
    list of str
        Names of the modules that are answered now.
    """
    answers: dict[str, dict[str, object]] = {COMPILED: {"query_integral_image": query_integral_image}}
    if render is not None:
        answers["pygraphviz"] = {"AGraph": lambda **attributes: _Graph(render, **attributes)}
    for name, content in answers.items():
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__dict__.update(content)
    return sorted(answers)
