"""One style sheet and one script for every page, in place of some fifteen each.

The theme's rules for what no page has are left out (nine tenths of them), comments and blanks too. Scripts that were
added without `defer` become one deferred script; those with it stay as they are, and are loaded only where a page holds
what they work on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

import tinycss2
from sphinx.application import Sphinx

STYLES, SCRIPT = "site.css", "site.js"
# the theme's own, which its layout names; `theme.css` only imports the first of them
BEFORE = ("basic.css", "styles/pydata-sphinx-theme.css")
AFTER = ("scripts/bootstrap.js", "scripts/pydata-sphinx-theme.js")
OWN = Path(__file__).resolve().parent.parent / "_static"
# a script, and what a page must hold to need it
NEEDED = {
    "coder.js": "zhagen-coder",
    "qda.js": "zhagen-coder",
    "reportcard.js": "zhagen-card",
    "selfcheck.js": "selfcheck",
    "pictures.js": "zhagen-figure",
    "design-tabs.js": "sd-tab-set",
}
TEXTS = ("search_names.js", "search_texts.js", "tips_data.js")  # of the pages, written later than the first time
OPTIONS = "documentation_options.js"
MESSAGES = "words.js"  # all others ask it
UNUSED = ("translations.js", "sphinx_highlight.js")  # of Sphinx's own search, and its marks: ours are in marks.js
ATTRIBUTE_WORDS = re.compile(r'\b(?:class|id|data-[\w-]+)\s*=\s*["\']([^"\']*)["\']')
WORDS = re.compile(r"[\w-]+")
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
QUOTED = re.compile(r"(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|url\([^)]*\))")
LOCAL = re.compile(r"url\(\s*[\"']?(?!data:|[a-z]+:|/|#)([^\"')]+)[\"']?\s*\)")


def name_of(asset: object) -> str:
    """Name a style sheet or script of Sphinx without `_static/` and digest; one that stands in the page has none."""
    name = getattr(asset, "filename", asset)
    return str(name or "").partition("?")[0].removeprefix("_static/")


def known_words(html_dir: Path) -> set[str]:
    """Collect what a selector may name: classes and ids of the pages, and every word of the scripts."""
    known: set[str] = set()
    for page in html_dir.rglob("*.html"):
        for value in ATTRIBUTE_WORDS.findall(page.read_text("utf-8")):
            known.update(value.split())
    for script in (html_dir / "_static").rglob("*.js"):
        # its classes for what pages do not have (carousels and the like) are of no use
        if script.name not in (*TEXTS, "bootstrap.js", SCRIPT):
            known.update(WORDS.findall(script.read_text("utf-8")))
    return known | {"show", "fade", "collapsing", "dropup", "tooltip-inner", "tooltip-arrow", "bs-tooltip-auto"}


def _selectors(prelude: list) -> Iterator[list]:
    part: list = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _names(selector: list) -> Iterator[str]:
    """Yield the classes and ids that a selector asks for; what stands in `:not()` or `:is()` is not asked for."""
    before = None
    for token in selector:
        after_dot = before is not None and before.type == "literal" and before.value == "."
        if token.type == "hash" or (token.type == "ident" and after_dot):
            yield token.value
        before = token


def _squeezed(tokens: list) -> str:
    text = re.sub(r"/\*(?!!).*?\*/", "", tinycss2.serialize(tokens), flags=re.DOTALL)
    parts = QUOTED.split(text)
    return "".join(part if at % 2 else re.sub(r"\s+", " ", part) for at, part in enumerate(parts)).strip()


def _declarations(text: str) -> str:
    """Take out the blanks that part declarations, not those of their values."""
    parts = QUOTED.split(text)
    tight = (re.sub(r"\s*;\s*", ";", re.sub(r"(?<=[\w-]):\s+(?![\s;])", ":", part)) for part in parts[::2])
    return "".join(part for pair in zip_longest(tight, parts[1::2], fillvalue="") for part in pair).removesuffix(";")


def squeeze(css: str, known: set[str] | None = None) -> str:
    """Write a style sheet without comments and blanks and, given the known names, without rules for other names.

    >>> squeeze(".a, .b > .c { color: red; } /* no */ @media print { .c { top: 0 } }", {"a"})
    '.a{color:red}'
    """

    def rules(nodes: list) -> Iterator[str]:
        for node in nodes:
            if node.type == "qualified-rule":
                parts = _selectors(node.prelude)
                kept = [part for part in parts if known is None or all(name in known for name in _names(part))]
                body = _declarations(_squeezed(node.content))
                if kept and body:
                    yield ",".join(_squeezed(part) for part in kept) + "{" + body + "}"
            elif node.type == "at-rule" and node.lower_at_keyword in ("media", "supports", "layer") and node.content:
                inner = "".join(rules(tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)))
                if inner:
                    yield f"@{node.at_keyword} {_squeezed(node.prelude)}" + "{" + inner + "}"
            elif node.type == "at-rule" and node.lower_at_keyword != "charset":
                body = "{" + _squeezed(node.content) + "}" if node.content is not None else ";"
                yield f"@{node.at_keyword} {_squeezed(node.prelude)}".rstrip() + body
            elif node.type == "comment" and node.value.startswith("!"):  # a licence
                yield f"/*{node.value}*/"
            elif node.type == "error":
                raise ValueError(f"line {node.source_line}: {node.message}")

    return "".join(rules(tinycss2.parse_stylesheet(css, skip_whitespace=True)))


def without_unused_variables(css: str, elsewhere: str = "") -> str:
    """Leave out the custom properties that nothing reads.

    >>> without_unused_variables(":root{--a:1;--b:var(--a);--c:2;top:var(--b)}")
    ':root{--a:1;--b:var(--a);top:var(--b)}'
    """
    declaration = re.compile(r"(?<=[{;\s])(--[\w-]+)\s*:((?:\"[^\"]*\"|'[^']*'|\([^)]*\)|[^;{}\"'(])*)(?:;\s*|(?=\}))")
    by_others = set(re.findall(r"--[\w-]+", elsewhere))
    before = None
    while css != before:
        before, used = css, by_others | set(VARIABLE.findall(css))
        css = declaration.sub(lambda found, used=used: found[0] if found[1] in used else "", css)
    return re.sub(r"[^{}]+\{\}", "", css)


def moved(css: str, folder: str) -> str:
    """Write the addresses of a style sheet of `folder` as seen from the folder above.

    >>> moved('a{b:url("c.woff2")} i{b:url(data:x)}', "fonts")
    'a{b:url("fonts/c.woff2")} i{b:url(data:x)}'
    """
    return LOCAL.sub(rf'url("{folder}/\1")', css) if folder not in ("", ".") else css


def style_sheet(static: Path, names: Iterable[str], known: set[str]) -> str:
    """Join the style sheets in their order."""
    parts = []
    for name in dict.fromkeys(names):
        css = moved((static / name).read_text("utf-8"), Path(name).parent.as_posix())
        ours = name == "fonts/han.css" or (OWN / name).is_file()  # kept whole: nothing in it is for others
        parts.append(squeeze(css, None if ours else known))
    return "".join(parts)


def script(static: Path, assets: Iterable[object]) -> str:
    """Join scripts in their order, before them the settings that stood in the page: joined, they all run at once.

    The script of the folds looks for its selector as soon as it runs, and a setting behind it would be too late.
    """
    parts: dict[str, None] = {}
    order = {OPTIONS: 0, "": 1, MESSAGES: 2}  # some settings in the page are properties of the first
    for asset in sorted(assets, key=lambda asset: order.get(name_of(asset), 3)):
        name = name_of(asset)
        text = (static / name).read_text("utf-8") if name else asset.attributes["body"]
        parts[re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE).strip()] = None
    return "\n;\n".join(parts) + "\n"


def is_joined(script: object) -> bool:
    """Say whether a script is one of those that are joined."""
    name = name_of(script)
    return name not in NEEDED and name not in UNUSED and "defer" not in getattr(script, "attributes", {})


def link(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object) -> None:
    """Let a page load the two (`layout.html` names them), and of the other scripts what it needs."""
    joined = {name_of(sheet) for sheet in getattr(app.builder, "_orig_css_files", ())}  # before pages added theirs
    context["css_files"] = [sheet for sheet in context.get("css_files", []) if name_of(sheet) not in joined]
    body = context.get("body") or ""
    context["script_files"] = [
        script
        for script in context.get("script_files", [])
        if not is_joined(script) and name_of(script) not in UNUSED and NEEDED.get(name_of(script), "") in body
    ]


def with_digests(source: str, digests: dict[str, str]) -> str:
    """Put the checksum of a joined file behind its address, so that no browser takes an old one for the new.

    >>> with_digests('<link href="../_static/site.css">', {"site.css": "1a"})
    '<link href="../_static/site.css?v=1a">'
    """
    return re.sub(
        r"(_static/(site\.(?:css|js)))(?:\?v=\w+)?(?=\")", lambda found: f"{found[1]}?v={digests[found[2]]}", source
    )


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the two when all pages are there."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    assets = [*(asset for asset in app.builder.script_files if is_joined(asset)), *AFTER]
    (static / SCRIPT).write_text(script(static, assets), "utf-8")
    pages = sorted(out.rglob("*.html"))
    sheets = [*BEFORE, *(name_of(sheet) for sheet in app.builder.css_files)]
    css = style_sheet(static, sheets, known_words(out))
    scripts = [file for file in static.glob("*.js") if file.name not in TEXTS]
    elsewhere = "".join(file.read_text("utf-8") for file in [*pages, *scripts])
    (static / STYLES).write_text(without_unused_variables(css, elsewhere), "utf-8")
    digests = {name: hashlib.sha256((static / name).read_bytes()).hexdigest()[:8] for name in (STYLES, SCRIPT)}
    for page in pages:
        page.write_text(with_digests(page.read_text("utf-8"), digests), "utf-8")


def setup(app: Sphinx) -> dict:
    """Link after every extension has added its own; join after the fonts' style sheet is written."""
    app.connect("html-page-context", link, priority=950)
    app.connect("build-finished", write, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
