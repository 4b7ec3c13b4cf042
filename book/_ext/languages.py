"""Two languages: links from English pages to Chinese ones, and the link at the head of a page that exists in both.

The English pages are a root of their own (`book/english.py`) whose pages stand in the folder `en` of the site. What the
templates and extensions say is Chinese there, too, and is translated through `book/en/locale` (gettext, the domain that
Sphinx reads itself); what scripts say stands in a table per language in each script.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxRole

from zhagen.text.characters import HAN

FOLDER = "en"
HAN_RUN = re.compile(rf"([{HAN}][{HAN}\u3001-\u303f\uff01-\uff65—“”]*(?<=[{HAN}]))")
EXPLICIT = re.compile(r"^(?P<text>.+?)\s*<(?P<page>/[^<>#]+)>$", re.DOTALL)
NAMES = {"en": "English", "zh-CN": "中文"}
SAYS = {"en": "This page in English", "zh-CN": "本页的中文版"}
ARTICLE = '<article class="bd-article"'
LINK = re.compile(
    r'<nav class="place-in-book other-language\b.*?</nav>\n'
    r'|<link rel="alternate" hreflang="[^"]*" href="[^"]*">\n',
    re.DOTALL,
)


class ChinesePage(SphinxRole):
    """``{chinese}`text </notebooks/method/02_question_sampling>```: a page of the Chinese book, marked 中文."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Write the link; whether the page is there, the tests say, for this root does not have it."""
        found = EXPLICIT.match(self.text)
        if not found:
            said = self.inliner.reporter.error(f"{self.text}: write text </page>", line=self.lineno)
            return [], [said]
        up = os.path.relpath(".", Path(FOLDER, self.env.docname).parent)
        link = f"{up}{found['page']}.html"
        text = escape(" ".join(found["text"].split()))
        source = (
            f'<a class="reference external" hreflang="zh-CN" href="{escape(link)}">{text}'
            '&#160;<small lang="zh-CN" title="in Chinese">中文</small></a>'
        )
        return [nodes.raw("", source, format="html")], []


class MarkChinese(SphinxPostTransform):
    """Say of Chinese words on a page in another language that they are Chinese: they are read out as such."""

    default_priority = 900

    def run(self, **kwargs: object) -> None:
        """Put each run of Chinese into an element of its own."""
        for text in list(self.document.findall(nodes.Text)):
            parts = HAN_RUN.split(text.astext())
            inside = (nodes.raw, nodes.literal_block, nodes.comment, nodes.title)
            if len(parts) == 1 or any(isinstance(one, inside) for one in _around(text)):
                continue
            marked = [
                nodes.inline(part, part, classes=["language-zh-CN"]) if at % 2 else nodes.Text(part)
                for at, part in enumerate(parts)
                if part
            ]
            text.parent.replace(text, marked)


def _around(node: nodes.Node) -> Iterator[nodes.Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def with_other_language(source: str, address: str, language: str) -> str:
    """Return the source of a page with the link to its other language, once.

    >>> page = '<head>\\n</head>\\n<article class="bd-article" role="main">…</article>'
    >>> once = with_other_language(page, "../en/a.html", "en")
    >>> print(once)
    <head>
    <link rel="alternate" hreflang="en" href="../en/a.html">
    </head>
    <nav class="place-in-book other-language d-print-none" aria-label="This page in English" lang="en"><a \
href="../en/a.html" hreflang="en" rel="alternate">English</a></nav>
    <article class="bd-article" role="main">…</article>
    >>> with_other_language(once, "../en/a.html", "en") == once, without_other_language(once) == page
    (True, True)
    """
    source = without_other_language(source)
    address = escape(address)
    head = f'<link rel="alternate" hreflang="{language}" href="{address}">\n</head>'
    # shown like the place of the page: rules of a class that no page has before are not in the book's style sheet
    shown = (
        f'<nav class="place-in-book other-language d-print-none" aria-label="{SAYS[language]}" lang="{language}">'
        f'<a href="{address}" hreflang="{language}" rel="alternate">{NAMES[language]}</a></nav>\n{ARTICLE}'
    )
    return source.replace("</head>", head, 1).replace(ARTICLE, shown, 1)


def without_other_language(source: str) -> str:
    """Return the source of a page without that link."""
    return LINK.sub("", source)


def remove_english(html_dir: Path) -> None:
    """Take the English pages out of a site, and the links to them."""
    english = html_dir / FOLDER
    for page in english.rglob("*.html"):
        chinese = html_dir / page.relative_to(english)
        if chinese.is_file():
            chinese.write_text(without_other_language(chinese.read_text("utf-8")), "utf-8")
    shutil.rmtree(english, ignore_errors=True)


def setup(app: Sphinx) -> dict:
    """Register the role."""
    app.add_role("chinese", ChinesePage())
    app.add_post_transform(MarkChinese)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
