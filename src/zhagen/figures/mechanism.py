"""A mechanism model: typed arrows between boxes, each drawn by who says it."""

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, joined
from zhagen.figures.picture import name, require
from zhagen.text.cleaning import printed_width

SIZE, WORD = theme.SIZES["label"], theme.SIZES["note"]
PAD, EDGE = 9, 4
# tried in this order; the first that fits the page is taken, else the narrowest
LAYOUTS = [(direction, limit) for limit in (7, 5, 4) for direction in ("TB", "LR")]
NEGATIVE = ("-", "−", "negative")


def draw_mechanism(edges, groups=None, title="", key=""):
    """Draw arrows between boxes; the relation stands at the arrow, the style of the arrow says its status.

    Parameters
    ----------
    edges : data frame with the columns source, target, relation, status and, where signs are known, sign
        (``"-"`` is marked by a minus after the relation); other columns are not used. An arrow may stand twice.
    groups : dict, node -> name of the frame it stands in; nodes that are not in it stand outside.
    title : heading over the drawing; also in the alternative text.
    key : names the picture; empty makes one from the data.

    Returns a `Picture`: a legend lists the statuses that occur; each arrow is a group of the class ``zhagen-arrow``
    with its status in ``data-status``. Raises `ZhagenError` where a column is missing, there is no arrow, a status is
    unknown, an end is empty, a group is given to a node without arrow, or the font lacks a character.

    >>> import pandas as pd
    >>> arrow = {"source": "数据", "target": "能力", "relation": "促进", "sign": "+", "status": "inferred"}
    >>> draw_mechanism(pd.DataFrame([arrow])).alt
    '机制模型图：2 个节点、1 支箭头，其中本书推断 1 支。本书推断的箭头：数据促进能力。'
    """
    require(edges, ["source", "target", "relation", "status"])
    arrows = _arrows(edges)
    nodes = list(dict.fromkeys(end for arrow in arrows for end in arrow[:2]))
    groups = {node: group for node, group in (groups or {}).items() if group}
    unknown = [node for node in groups if node not in nodes]
    if unknown:
        raise ZhagenError(f"the group {groups[unknown[0]]} has {unknown[0]}, which no arrow meets", todo="take it out")
    layout = _narrowest(nodes, arrows, groups)
    canvas = Canvas()
    heading = theme.wrap(title, theme.WIDTH // theme.SIZES["head"] - 1) if title else []
    statuses = [arrow[4] for arrow in arrows]
    wide = max(layout.width + 2 * EDGE, 240)
    top = len(heading) * theme.SIZES["head"] * theme.LINE + (10 if heading else EDGE)
    if heading:
        canvas.text(wide / 2, top / 2 - 2, heading, theme.SIZES["head"])
    _draw(canvas, layout, arrows, groups, (wide - layout.width) / 2, top)
    high = top + layout.height + 12
    high += canvas.legend(statuses, high, wide)
    if any(arrow[3] for arrow in arrows):
        canvas.text(4, high + 11, "−：负向关系", WORD, anchor="start")
        high += 22
    picture_key = key or name("mechanism", arrows, sorted(groups.items()), title)
    return canvas.picture(wide, high + 2, _alt(nodes, arrows, groups, title), picture_key)


def _arrows(edges):
    """Return tuples (source, target, relation, negative, status)."""
    signs = edges["sign"] if "sign" in edges.columns else [""] * len(edges)
    found = []
    for source, target, relation, sign, status in zip(
        edges["source"], edges["target"], edges["relation"], signs, edges["status"], strict=True
    ):
        if not isinstance(source, str) or not isinstance(target, str) or not source or not target:
            raise ZhagenError(f"arrow {len(found) + 1} lacks an end: {source!r} to {target!r}", todo="name both ends")
        theme.line(status)
        found.append((source, target, relation if isinstance(relation, str) else "", sign in NEGATIVE, status))
    return found


class _Layout:
    """Where Graphviz puts boxes, arrows, words and frames; y downwards, the upper left corner at (0, 0).

    Graphviz is given sizes only, never a text: it needs no font then, and every machine gives the same layout.
    """

    def __init__(self, nodes, arrows, groups, direction, limit):
        pygraphviz = import_extra("pygraphviz", "figures")
        self.lines = {node: theme.wrap(node, limit) for node in nodes}
        self.sizes = {node: _size(lines) for node, lines in self.lines.items()}
        graph = pygraphviz.AGraph(
            directed=True, strict=False, rankdir=direction, nodesep=0.16, ranksep=0.32, splines="true", margin=0, pad=0,
        )  # fmt: skip
        names = {node: f"n{place}" for place, node in enumerate(nodes)}
        for node in nodes:
            wide, high = self.sizes[node]
            graph.add_node(names[node], label="", shape="box", fixedsize=True, width=wide / 72, height=high / 72)
        for place, arrow in enumerate(arrows):
            words = _words(arrow)
            label = _space(printed_width(words) * WORD + 6, WORD + 5) if words else ""
            graph.add_edge(names[arrow[0]], names[arrow[1]], key=f"e{place}", label=label, arrowsize=0.9)
        frames = list(dict.fromkeys(groups.values()))
        for place, frame in enumerate(frames):
            members = [names[node] for node in nodes if groups.get(node) == frame]
            label = _space(printed_width(frame) * WORD + 4, WORD + 6)
            graph.add_subgraph(members, name=f"cluster_{place}", label=label, labeljust="l", margin=8)
        graph.layout(prog="dot")
        left, low, right, high = _floats(graph.graph_attr["bb"])
        self.width, self.height = right - left, high - low

        def turn(point):
            x, y = _floats(point)
            return x - left, high - y

        self.middle = {node: turn(graph.get_node(names[node]).attr["pos"]) for node in nodes}
        found = [graph.get_edge(names[a[0]], names[a[1]], f"e{place}") for place, a in enumerate(arrows)]
        self.curves = [_curve(edge.attr["pos"], turn) for edge in found]
        self.words = [turn(edge.attr["lp"]) if edge.attr["lp"] else None for edge in found]
        self.frames = {}
        for place, frame in enumerate(frames):
            box = _floats(graph.get_subgraph(f"cluster_{place}").graph_attr["bb"])
            self.frames[frame] = (box[0] - left, high - box[3], box[2] - box[0], box[3] - box[1])


def _narrowest(nodes, arrows, groups):
    """Return the first layout that fits the page, else the narrowest: a wide one is unreadable on a phone."""
    best = None
    for direction, limit in LAYOUTS:
        layout = _Layout(nodes, arrows, groups, direction, limit)
        if layout.width + 2 * EDGE <= theme.WIDTH:
            return layout
        if best is None or layout.width < best.width:
            best = layout
    return best


def _size(lines):
    return max(printed_width(line) for line in lines) * SIZE + 2 * PAD, len(lines) * SIZE * theme.LINE + PAD


def _space(wide, high):
    """Return a label that only takes room."""
    size = f'WIDTH="{wide:.0f}" HEIGHT="{high:.0f}" FIXEDSIZE="TRUE"'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" {size}><TR><TD></TD></TR></TABLE>>'


def _words(arrow):
    return arrow[2] + (" −" if arrow[3] else "")


def _floats(text):
    return [float(part) for part in text.split(",")]


def _curve(text, turn):
    """Return (points of the spline, tip) of Graphviz's ``e,x,y x,y x,y ...``."""
    parts = text.replace("\\\n", "").split()
    points = [turn(part) for part in parts if part[0] not in "se"]
    tip = next((turn(part[2:]) for part in parts if part.startswith("e,")), points[-1])
    return points, tip


def _draw(canvas, layout, arrows, groups, left, top):
    def move(point):
        return point[0] + left, point[1] + top

    colours = {frame: theme.colour(place) for place, frame in enumerate(layout.frames)}
    for frame, (x, y, wide, high) in layout.frames.items():
        canvas.box(x + left, y + top, wide, high, colours[frame], strength=0.06, line=1)
    for arrow, (points, tip) in zip(arrows, layout.curves, strict=True):
        start, *rest = (move(point) for point in points)
        canvas.arrow(f"M{joined(start)} C{joined(*rest)}", move(tip), rest[-1], arrow[4])
    for node, (x, y) in layout.middle.items():
        wide, high = layout.sizes[node]
        paint = colours.get(groups.get(node), theme.colour(0))
        canvas.box(x + left - wide / 2, y + top - high / 2, wide, high, paint)
        canvas.text(x + left, y + top, layout.lines[node])
    for frame, (x, y, _, _) in layout.frames.items():
        canvas.text(x + left + 8, y + top + 13, frame, WORD, anchor="start", fill=theme.QUIET, halo=True)
    for arrow, place in zip(arrows, layout.words, strict=True):
        if place:
            canvas.text(*move(place), _words(arrow), WORD, fill=theme.line(arrow[4]).colour, halo=True)


def _alt(nodes, arrows, groups, title):
    statuses = [arrow[4] for arrow in arrows]
    parts = [f"{line.name} {statuses.count(one)} 支" for one, line in theme.STATUS.items() if one in statuses]
    named = f"“{title}”" if title else ""
    told = f"机制模型图{named}：{len(nodes)} 个节点、{len(arrows)} 支箭头，其中{'、'.join(parts)}。"
    for frame in dict.fromkeys(groups.values()):
        told += f"{frame}：{'、'.join(node for node in nodes if groups.get(node) == frame)}。"
    ours = [f"{source}{relation or '→'}{target}" for source, target, relation, _, one in arrows if one == "inferred"]
    return told + (f"本书推断的箭头：{'；'.join(ours)}。" if ours else "没有本书推断的箭头。")
