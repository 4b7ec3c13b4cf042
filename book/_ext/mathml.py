"""Formulas as MathML, made at build: browsers draw it natively, so no page loads a script or another host."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html import escape

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

NOT_UNDERSTOOD = re.compile(r"<m[io][^>]*>(\\[A-Za-z]+|&)</m[io]>")
# no line begins with the marks that close or ends with those that open; but browsers break beside any formula
SHORT_FORMULA = r'<span class="math">(?:(?!</?span).)*</span>'
KEPT = re.compile(rf"([（“‘《〈「]*)({SHORT_FORMULA})([，。、；：？！）”’》〉」…%]*)", re.DOTALL)
LONG = 26  # signs of a formula that may not fit into a phone's line
NAMESPACE = "http://www.w3.org/1998/Math/MathML"
FUNCTIONS = {"log", "ln", "exp", "sin", "cos"}
ET.register_namespace("", NAMESPACE)
SHORTEST = 5  # signs of a left side that does not stay behind alone
# where a formula that is too wide for a phone goes on in the next line: before a relation, before a sum's next term
RELATION = re.compile(r"=|\\(?:approx|le|ge|equiv)(?![A-Za-z])")
TERM = re.compile(r"[+]|\\(?:times|cdot)(?![A-Za-z])")
GAP = re.compile(r"\\q?quad(?![A-Za-z])")
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
ALIGNMENT = re.compile(r"\\(begin|end)\{(?:aligned|align\*?)\}")


def mathml(latex: str, *, block: bool) -> str:
    r"""Convert one formula; its source stays as `alttext` for readers and copyists.

    Raises ValueError for what latex2mathml would print as letters, or drop, in silence.

    >>> mathml("x", block=False)
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline" alttext="x"><mrow><mi>x</mi></mrow></math>'
    """
    source = " ".join(latex.split())
    if re.sub(r"\\.", "", source).count("{") != re.sub(r"\\.", "", source).count("}"):
        raise ValueError("braces do not match")
    # `aligned` is not known to latex2mathml and `align` prints numbers of its own; `split` is the same picture
    tree = convert(ALIGNMENT.sub(r"\\\1{split}", source), display="block" if block else "inline")
    if unknown := NOT_UNDERSTOOD.search(tree):
        raise ValueError(f"{unknown[1]} is not understood")
    return space_functions(tree).replace(">", f' alttext="{escape(source)}">', 1)


def space_functions(tree: str) -> str:
    """Set the thin space of TeX between a function's name and what stands beside it: O ln x, not Oln x.

    >>> row = "<mrow><mi>O</mi><mi>ln</mi><mo>(</mo></mrow>"
    >>> print(space_functions(f'<math xmlns="{NAMESPACE}">{row}</math>').partition("<mrow>")[2])
    <mi>O</mi><mspace width="0.167em" /><mi>ln</mi><mo>(</mo></mrow></math>
    """
    if not any(f">{name}<" in tree for name in FUNCTIONS):
        return tree
    root = ET.fromstring(tree)
    for row in root.iter(f"{{{NAMESPACE}}}mrow"):
        parts = list(row)
        row[:] = []
        for before, part in zip([None, *parts], parts, strict=False):
            operand = before is not None and not (_is(before, "mo") or _is(part, "mo"))
            if operand and (_function(before) or _function(part)):
                ET.SubElement(row, f"{{{NAMESPACE}}}mspace", width="0.167em")
            row.append(part)
    return ET.tostring(root, "unicode")


def _is(part: ET.Element, name: str) -> bool:
    return part.tag == f"{{{NAMESPACE}}}{name}"


def _function(part: ET.Element) -> bool:
    """Tell whether a part is a function's name, alone or with a base."""
    return (part[0] if _is(part, "msub") else part).text in FUNCTIONS


def signs(latex: str) -> int:
    r"""Count the signs that a formula shows, about.

    >>> signs(r"\frac{a}{b} = 2")
    4
    """
    return len(re.sub(r"\\[A-Za-z]+|[{}\s]", "", latex))


def parts(latex: str, places: re.Pattern, *, drop: bool = False) -> list[str]:
    r"""Cut a formula before the places that stand in no braces, no environment and no brackets that grow.

    >>> parts(r"a = \frac{b=c}{d} = 2", RELATION)
    ['a ', '= \\frac{b=c}{d} ', '= 2']
    >>> parts(r"a,\qquad b", GAP, drop=True)
    ['a,', ' b']
    """
    found, depth = [""], 0
    for token in TOKEN.findall(latex):
        if depth == 0 and places.fullmatch(token) and found[-1].strip():
            found.append("" if drop else token)
            continue
        depth += token in ("{", r"\left", r"\begin", r"\bigl", r"\Bigl", r"\biggl", r"\Biggl")
        depth -= token in ("}", r"\right", r"\end", r"\bigr", r"\Bigr", r"\biggr", r"\Biggr")
        found[-1] += token
    return found


def pieces(latex: str) -> list[str]:
    r"""Return what of a formula stays in one line: all of it, or what stands between its relations.

    >>> pieces("x = 2")
    ['x = 2']
    >>> pieces(r"n_{12}N / (n_1 n_2) = 3\times16/(4\times8) = 1.5")
    ['n_{12}N / (n_1 n_2) ', '= 3\\times16/(4\\times8) ', '= 1.5']
    """
    if signs(latex) <= LONG:
        return [latex]
    found = []
    for part in parts(latex, RELATION):
        found += parts(part, TERM) if signs(part) > LONG else [part]
    if len(found) > 1 and signs(found[0]) < SHORTEST and signs(found[0] + found[1]) <= LONG:
        found[:2] = [found[0] + found[1]]
    return found


def _piece(latex: str, *, block: bool) -> str:
    """Convert a piece; its first sign stands between two others, though not in it."""
    made = mathml(latex, block=block)
    return re.sub(r"(<math [^>]*><mrow>)<mo>(?=[=+&])", r'\1<mo form="infix">', made, count=1)


def _converted(node: nodes.Element, *, block: bool) -> str:
    latex = node.astext()
    try:
        if not block:
            long = [" long" if signs(piece) > LONG else "" for piece in pieces(latex)]
            made = [_piece(piece, block=False) for piece in pieces(latex)]
            spans = [f'<span class="math{kind}">{one}</span>' for kind, one in zip(long, made, strict=True)]
            return "".join(spans)
        beside = [pieces(part) for part in parts(latex, GAP, drop=True)]
        rows = ["".join(_piece(piece, block=True) for piece in found) for found in beside]
        return rows[0] if len(rows) == 1 else "".join(f'<span class="beside">{row}</span>' for row in rows)
    except Exception as error:  # latex2mathml raises a family of its own, and IndexError on odd input
        logger.warning("no MathML for the formula %r: %s", latex, error or type(error).__name__, location=node)
        return f"<code>{escape(latex)}</code>"


def visit_inline(translator, node: nodes.math) -> None:
    """Write an inline formula."""
    # browsers do not break a formula: one that may be wider than a phone is written in pieces
    translator.body.append(_converted(node, block=False))
    raise nodes.SkipNode


def visit_block(translator, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number and anchor where it has a label."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(_converted(node, block=True))
    if node.get("number"):
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, _("本公式的链接"))
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def keep_marks(body: str) -> str:
    """Keep the marks beside an inline formula in its line.

    >>> keep_marks('（<span class="math">x</span>），')
    '<span class="kept">（<span class="math">x</span>），</span>'
    """
    return KEPT.sub(lambda m: f'<span class="kept">{m[0]}</span>' if m[1] or m[3] else m[0], body)


def keep_page(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Keep the marks of a page that is written."""
    if doctree is not None and "body" in context:
        context["body"] = keep_marks(context["body"])


def setup(app: Sphinx) -> dict:
    """Register the renderer that `html_math_renderer: mathml` names."""
    app.connect("html-page-context", keep_page)
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
