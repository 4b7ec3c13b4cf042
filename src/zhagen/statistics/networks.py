"""The network of terms: its groups and how sure they are, its central terms, its backbone, a file for other programs.

The functions take a networkx.Graph as `build_network` makes it: nodes with ``count``, edges with ``weight`` above 0.
None of them depends on the order of its nodes and edges.
"""

import gc
import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from math import comb, fsum, isfinite, lcm
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from zhagen.errors import ZhagenError
from zhagen.output import write_files
from zhagen.statistics.association import head_with_ties, strongest_pairs

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters that XML 1.0 cannot hold

ROWS = 500  # of the matrix of distances at a time
LONGEST, FINE = 4096, 18  # bits of a length up to which fractions are exact; decimals of the longest otherwise
EXACT = 2_000_000  # terms x edges: about ten seconds of betweenness; above it paths of some terms alone are counted

Groups = Iterable[Collection[str]]


def build_network(edges: pd.DataFrame, weight: str = "npmi", *, top: int | None = 60, min_count: int = 3) -> nx.Graph:
    """Return the network of the strongest pairs.

    Parameters
    ----------
    edges : pandas.DataFrame
        As `cooccurrence_table` or `add_measures` returns it.
    weight : str, default "npmi"
        The measure of the edges, as in `strongest_pairs`. Pairs whose weight is not above 0 are left out, and with
        ``g2``, which has no direction, those that meet less often than by chance.
    top : int or None, default 60
        Number of pairs; None takes all. Pairs equal to the last one in the measure and in n12 are taken, too, as in
        `strongest_pairs`.
    min_count : int, default 3
        Least ``n12`` of a pair, in units.

    Returns
    -------
    networkx.Graph
        ``graph["measure"]`` is `weight`. A node is a term, with ``count`` (units with it); an edge has the measure
        under its own name and, for networkx, as ``weight``, and ``n12``. Nodes and edges are in the order of their
        terms, so equal edges give the same graph whatever their order.

    Raises
    ------
    ZhagenError
        If the measure is unknown, or `top` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from zhagen.statistics.association import EDGES
    >>> edges = pd.DataFrame([("平台", "用户", 3, 3, 4, 8), ("用户", "需求", 3, 4, 5, 8)], columns=EDGES)
    >>> build_network(edges, "n12").nodes["用户"]
    {'count': 4}
    """
    kept = strongest_pairs(edges, weight, top=None, min_count=min_count)
    kept = kept[kept[weight] > 0]
    kept = kept[kept.n12 * kept.N > kept.n1 * kept.n2] if weight == "g2" else kept
    kept = kept if top is None else head_with_ties(kept, [weight, "n12"], top)
    graph = nx.Graph(measure=weight)
    units = {**dict(zip(kept.term_a, kept.n1, strict=True)), **dict(zip(kept.term_b, kept.n2, strict=True))}
    graph.add_nodes_from((term, {"count": int(units[term])}) for term in sorted(units))
    columns = (kept[name].tolist() for name in ("term_a", "term_b", weight, "n12"))
    for first, second, value, n12 in sorted(zip(*columns, strict=True)):
        graph.add_edge(first, second, **{"weight": value, "n12": n12, weight: value})
    return graph


def find_communities(graph: nx.Graph, *, seed: int = 1) -> list[list[str]]:
    """Group the terms of a network by the Louvain method.

    networkx's implementation, on the edges' ``weight``. It is a heuristic: another seed can group otherwise;
    `community_stability` says how far.

    Parameters
    ----------
    graph : networkx.Graph
        A network.
    seed : int, default 1
        Seed of the random generator.

    Returns
    -------
    list of list of str
        Largest group first, then by its first term; terms sorted.

    Raises
    ------
    ZhagenError
        If an edge's weight is not above 0.

    References
    ----------
    Blondel et al. (2008). Fast unfolding of communities in large networks.

    Examples
    --------
    >>> import networkx as nx
    >>> find_communities(nx.Graph([("平台", "用户"), ("价值", "网络")]))
    [['价值', '网络'], ['平台', '用户']]
    """
    terms, plain = _positive(graph)
    groups = nx.community.louvain_communities(plain, seed=seed) if terms else []
    return sorted(([terms[number] for number in sorted(group)] for group in groups), key=lambda g: (-len(g), g[0]))


def community_stability(graph: nx.Graph, *, seeds: int = 20) -> pd.DataFrame:
    """Find communities with several seeds and say how far they agree.

    Parameters
    ----------
    graph : networkx.Graph
        A network with at least one edge.
    seeds : int, default 20
        Number of seeds, 2 or more: 1, 2, 3 and so on.

    Returns
    -------
    pandas.DataFrame
        One row a seed: ``seed`` (int); ``groups`` (int, number of communities); ``modularity`` (float, at most 1, 0 for
        a single group); ``agreement`` (float, mean of `adjusted_rand` with the communities of each other seed; 1 if all
        seeds group alike).

    Raises
    ------
    ZhagenError
        If the network has no edge, an edge's weight is not above 0, or there are fewer than two seeds.

    References
    ----------
    Newman (2004). Analysis of weighted networks.

    Examples
    --------
    >>> import networkx as nx
    >>> community_stability(nx.Graph([("平台", "用户"), ("价值", "网络")]), seeds=2).values.tolist()
    [[1.0, 2.0, 0.5, 1.0], [2.0, 2.0, 0.5, 1.0]]
    """
    if seeds < 2:
        raise ZhagenError(f"there are {seeds} seeds, nothing to compare", todo="give two seeds or more")
    terms, plain = _positive(graph)
    if not plain.number_of_edges():
        raise ZhagenError("the network has no edge, so no communities", todo="lower the threshold of its edges")
    place = {term: number for number, term in enumerate(terms)}
    found = [find_communities(graph, seed=seed) for seed in range(1, seeds + 1)]
    agreement = [[adjusted_rand(one, other) for other in found] for one in found]
    rows = [
        (
            seed + 1,
            len(groups),
            nx.community.modularity(plain, [{place[term] for term in group} for group in groups]),
            (sum(agreement[seed]) - agreement[seed][seed]) / (seeds - 1),
        )
        for seed, groups in enumerate(found)
    ]
    return pd.DataFrame(rows, columns=["seed", "groups", "modularity", "agreement"])


def adjusted_rand(first: Groups, second: Groups) -> float:
    """Return how far two groupings of the same members agree: 1 the same, 0 as by chance.

    With n the members and C(m) = m (m - 1) / 2 pairs among m of them: a the pairs together in `first`, b in `second`,
    c in both; ``(c - a b / C(n)) / ((a + b) / 2 - a b / C(n))``. Where the formula is 0 / 0 (both put all in one group,
    or each apart) the groupings are the same: 1.

    Parameters
    ----------
    first, second : list of list of str
        Groups of members; every member is in exactly one group.

    Returns
    -------
    float
        At most 1; it can be negative.

    Raises
    ------
    ZhagenError
        If the members are not the same, or one is in two groups.

    References
    ----------
    Hubert and Arabie (1985). Comparing partitions.

    Examples
    --------
    >>> adjusted_rand([["a", "b"], ["c", "d"]], [["c", "d"], ["b", "a"]])
    1.0
    """
    groupings = [list(map(list, groups)) for groups in (first, second)]
    one, other = ({member: number for number, group in enumerate(g) for member in group} for g in groupings)
    members = [sum(map(len, groups)) for groups in groupings]
    if one.keys() != other.keys() or [len(one), len(other)] != members:
        raise ZhagenError("the groupings do not share out the same members", todo="put each member into one group")
    both = Counter((one[member], other[member]) for member in one)
    a, b, c = (sum(comb(n, 2) for n in sizes) for sizes in (*(map(len, g) for g in groupings), both.values()))
    pairs = comb(len(one), 2)
    ends, chance = (a + b) * pairs, 2 * a * b  # whole numbers, so that the limit is found exactly
    return (2 * c * pairs - chance) / (ends - chance) if ends != chance else 1.0


def centrality_table(graph: nx.Graph, *, sample: int | None = None, seed: int = 1) -> pd.DataFrame:
    """Say how central each term is, by the usual measures.

    Strong edges are short: the length of a path is the sum of ``1 / weight`` over its edges.

    Parameters
    ----------
    graph : networkx.Graph
        A network; each node has ``count``.
    sample : int, optional
        From how many terms, drawn at random, the shortest paths for the betweenness are counted. Without it from all,
        and where terms x edges are more than `EXACT` from so many that their work fits (100 at least).
    seed : int, default 1
        Seed of the random generator, if terms are drawn.

    Returns
    -------
    pandas.DataFrame
        One row a term, highest strength first, then by code point. ``attrs["betweenness"]`` says whether the
        betweenness is ``exact`` or ``from 100 of 951 terms``: then it is an estimate, and small values are not to be
        ranked.

        - ``term`` (str), ``count`` (int);
        - ``degree`` (int): number of its edges;
        - ``strength`` (float): sum of their weights (Barrat et al. 2004);
        - ``betweenness`` (float): share of the shortest paths between two other terms that pass through it, mean over
          all such pairs, 0 to 1 (Freeman 1977); 0 with fewer than three terms. Lengths are compared as fractions of at
          most six digits, so that equal ones are found equal; where the weights are no such fractions of each other,
          to 18 decimals;
        - ``closeness`` (float): terms reached (n of N - 1 others) over the sum of the lengths to them, times
          ``n / (N - 1)`` so that a small component does not look central (Wasserman and Faust 1994, 5.2); 0 without an
          edge. Its unit is that of the weights;
        - ``pagerank`` (float): share of the time that a walk along the edges, by their weights, with a jump anywhere at
          15% of its steps, spends there (Brin and Page 1998); adds up to 1. Not the eigenvector centrality: that is not
          unique where the network is disconnected, and its iteration may not converge; this one always does.

    Raises
    ------
    ZhagenError
        If a node has no count, an edge's weight is not above 0, or `sample` is below 1.

    References
    ----------
    Barrat et al. (2004). The architecture of complex weighted networks.

    Brandes (2001). A faster algorithm for betweenness centrality.

    Brandes and Pich (2007). Centrality estimation in large networks.

    Brin and Page (1998). The anatomy of a large-scale hypertextual web search engine.

    Freeman (1977). A set of measures of centrality based on betweenness.

    Newman (2001). Scientific collaboration networks II.

    Wasserman and Faust (1994). Social network analysis.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph([("平台", "用户", {"weight": 2}), ("用户", "需求", {"weight": 1})])
    >>> nx.set_node_attributes(graph, 5, "count")
    >>> centrality_table(graph).round(3).head(2).values.tolist()
    [['用户', 5, 2, 3.0, 1.0, 1.333, 0.486], ['平台', 5, 1, 2.0, 0.0, 1.0, 0.326]]
    """

    if sample is not None and sample < 1:
        raise ZhagenError(f"the sample is {sample} terms", todo="give 1 or more, or leave it out")
    terms, plain = _positive(graph)
    edges = plain.number_of_edges()
    if sample is None:
        sample = len(terms) if len(terms) * edges <= EXACT else max(100, EXACT // edges)
    drawn = None if sample >= len(terms) else sample
    for term in terms:
        if graph.nodes[term].get("count") is None:
            raise ZhagenError(f"the term {term} has no count", todo="give every node the attribute count")
    # whole numbers of steps in place of 1 / weight: a sum of floats would find equal paths unequal
    weights = nx.get_edge_attributes(plain, "weight")
    ratios = {edge: Fraction(max(weights.values()) / value).limit_denominator(10**6) for edge, value in weights.items()}
    unit = lcm(*(ratio.denominator for ratio in ratios.values()))
    if unit.bit_length() > LONGEST:  # a thousand weights of any size would need 4,000 digits
        unit = 10**FINE
    nx.set_edge_attributes(plain, {edge: round(ratio * unit) for edge, ratio in ratios.items()}, "steps")
    columns = {
        "term": terms,
        "count": [graph.nodes[term]["count"] for term in terms],
        "degree": [plain.degree(node) for node in plain],
        "strength": [fsum(data["weight"] for data in plain[node].values()) for node in plain],
        "betweenness": nx.betweenness_centrality(plain, k=drawn, weight="steps", seed=seed).values(),
        "closeness": _closeness(plain, weights),
        # each step of its iteration takes 0.85 of the error: 1000 steps are always enough
        "pagerank": nx.pagerank(plain, weight="weight", tol=1e-12, max_iter=1000).values(),
    }
    kinds = {"term": "str", "count": "int64", "degree": "int64"}
    table = pd.DataFrame({name: list(values) for name, values in columns.items()})
    table = table.astype({name: kinds.get(name, "float64") for name in columns})
    table = table.sort_values("strength", ascending=False, kind="stable", ignore_index=True)
    table.attrs["betweenness"] = "exact" if drawn is None else f"from {drawn} of {len(terms)} terms"
    return table


def _closeness(plain: nx.Graph, weights: dict[tuple[Hashable, Hashable], float]) -> list[float]:
    """Return the closeness of each node; networkx takes ten times as long."""
    names, size = {node: number for number, node in enumerate(plain)}, len(plain)
    first, second = ([names[edge[end]] for edge in weights] for end in (0, 1))
    lengths = [1 / weight for weight in weights.values()]
    graph = csr_array((lengths, (first, second)), shape=(size, size))
    found = []
    for start in range(0, size, ROWS):
        far = dijkstra(graph, directed=False, indices=range(start, min(start + ROWS, size)))
        reached = np.isfinite(far).sum(axis=1) - 1
        total = np.where(np.isfinite(far), far, 0).sum(axis=1)
        share = reached / max(size - 1, 1)
        found += (np.divide(reached, total, out=np.zeros(len(far)), where=total > 0) * share).tolist()
    return found


def disparity_table(graph: nx.Graph) -> pd.DataFrame:
    """Test each edge against an even share of the strength of its ends.

    If an end of degree k shared its strength s (the sum of its weights) out at random, an edge of it would get the
    weight w or more with the probability ``(1 - w / s) ** (k - 1)``; alpha is the smaller one of both ends. An end with
    one edge cannot judge: it gives 1, and the other end decides.

    Parameters
    ----------
    graph : networkx.Graph
        A network. Not its strongest edges, but all (``top=None``): an edge is compared with the small weights.

    Returns
    -------
    pandas.DataFrame
        One row an edge: ``term_a``, ``term_b`` (str, term_a before term_b by code point), ``weight``, ``alpha``
        (float); lowest alpha first, then highest weight, then by the terms.

    Raises
    ------
    ZhagenError
        If a weight is not above 0.

    References
    ----------
    Serrano, Boguñá and Vespignani (2009). Extracting the multiscale backbone of complex weighted networks.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph([("用户", "平台", {"weight": 8}), ("用户", "需求", {"weight": 2})])
    >>> disparity_table(graph).round(3).values.tolist()
    [['平台', '用户', 8.0, 0.2], ['用户', '需求', 2.0, 0.8]]
    """

    terms, plain = _positive(graph)
    strength = [fsum(data["weight"] for data in plain[node].values()) for node in plain]
    rows = [
        (
            *(terms[end] for end in ends),
            weight,
            min((1 - min(weight / strength[end], 1)) ** (plain.degree(end) - 1) for end in ends),
        )
        for *ends, weight in plain.edges(data="weight")
    ]
    table = pd.DataFrame(rows, columns=["term_a", "term_b", "weight", "alpha"])
    table = table.astype({"term_a": "str", "term_b": "str", "weight": "float64", "alpha": "float64"})
    order = ["alpha", "weight", "term_a", "term_b"]
    return table.sort_values(order, ascending=[True, False, True, True], ignore_index=True)


def network_backbone(graph: nx.Graph, alpha: float = 0.05) -> nx.Graph:
    """Return the network of the edges whose alpha in `disparity_table` is below a limit.

    It keeps edges that are strong locally, around rare terms too; a threshold on the weight keeps the strongest edges
    of all.

    Parameters
    ----------
    graph : networkx.Graph
        A network, all its edges.
    alpha : float, default 0.05
        Above 0, at most 1. Edges are tested one by one, without correction for their number.

    Returns
    -------
    networkx.Graph
        A new network with the terms that keep an edge; attributes are those of `graph`. It can be empty.

    Raises
    ------
    ZhagenError
        If a weight is not above 0, or `alpha` is out of range.

    References
    ----------
    Serrano, Boguñá and Vespignani (2009). Extracting the multiscale backbone of complex weighted networks.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph([("用户", "平台", {"weight": 8}), ("用户", "需求", {"weight": 2})])
    >>> network_backbone(graph, alpha=0.3).edges
    EdgeView([('平台', '用户')])
    """
    if not 0 < alpha <= 1:
        raise ZhagenError(f"alpha is {alpha}", todo="give a number above 0 and at most 1, such as 0.05")
    table = disparity_table(graph)
    kept = table[table.alpha < alpha].sort_values(["term_a", "term_b"])
    found = nx.Graph(**graph.graph)
    found.add_nodes_from((term, graph.nodes[term]) for term in sorted({*kept.term_a, *kept.term_b}))
    found.add_edges_from((a, b, graph.edges[a, b]) for a, b in zip(kept.term_a, kept.term_b, strict=True))
    return found


def write_graphml(graph: nx.Graph, path: Path | str, *, communities: Groups | None = None) -> None:
    """Write the network as GraphML, for Gephi, Cytoscape, igraph and others; all of it or nothing.

    The same network gives the same bytes, whatever else is installed.

    Parameters
    ----------
    graph : networkx.Graph
        A network. Attributes of nodes, edges and network are written; a node gets its term as ``label`` too, the name
        under which Gephi shows it.
    path : pathlib.Path or str
        The file; its folder is made if it does not exist.
    communities : list of list of str, optional
        As `find_communities` returns them: a node gets the number of its group, from 1, as ``community``; a term in
        none of them gets none.

    Raises
    ------
    ZhagenError
        If a community names an unknown term, an attribute is neither text nor a number, or a text holds a character
        that XML cannot hold.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile, networkx as nx
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_graphml(nx.Graph([("平台", "用户")]), f"{folder}/network.graphml", communities=[["平台", "用户"]])
    ...     nx.read_graphml(f"{folder}/network.graphml").nodes["平台"]
    {'label': '平台', 'community': 1}
    """

    copy = graph.copy()
    nx.set_node_attributes(copy, {term: str(term) for term in copy}, "label")
    for number, group in enumerate(communities or [], 1):
        for term in group:
            if term not in copy:
                raise ZhagenError(f"community {number} names {term}, which is no node", todo="leave it out")
            copy.nodes[term]["community"] = number
    for value in _texts(copy):
        if found := NO_XML.search(value):
            raise ZhagenError(
                f"an attribute does not fit GraphML: {value!r} holds {found[0]!r}",
                todo="leave out what is no character",
            )
    path = Path(path)
    try:  # not `nx.write_graphml`: where lxml is installed it numbers the attributes in another order
        with _uncollected():
            write_files({path.name: partial(nx.write_graphml_xml, copy)}, path.parent)
    except (nx.NetworkXError, TypeError, ValueError) as error:
        raise ZhagenError(f"an attribute does not fit GraphML: {error}", todo="give texts or numbers") from error


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python from looking for garbage while an element is made for every value: that took a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _texts(graph: nx.Graph) -> list[str]:
    """Return all texts of a network: names and values of its nodes and of its attributes."""
    attributes = [graph.graph, *dict(graph.nodes).values(), *(data for *_, data in graph.edges(data=True))]
    values = [*graph, *(part for data in attributes for pair in data.items() for part in pair)]
    return [value for value in values if isinstance(value, str)]


def _plain(graph: nx.Graph) -> tuple[list[str], nx.Graph]:
    """Return (terms by code point, the graph of their numbers with the weights): algorithms depend on the order."""
    terms = sorted(graph)
    place = {term: number for number, term in enumerate(terms)}
    plain = nx.Graph()
    plain.add_nodes_from(range(len(terms)))
    ends = sorted((*sorted((place[a], place[b])), value) for a, b, value in graph.edges(data="weight", default=1))
    plain.add_weighted_edges_from(ends)
    return terms, plain


def _positive(graph: nx.Graph) -> tuple[list[str], nx.Graph]:
    """Return what `_plain` returns; raise where a weight is not above 0."""
    terms, plain = _plain(graph)
    for first, second, weight in plain.edges(data="weight"):
        if not (weight > 0 and isfinite(weight)):
            ends = f"{terms[first]}-{terms[second]}"
            raise ZhagenError(f"the edge {ends} has the weight {weight}", todo="leave out edges not above 0")
    return terms, plain
