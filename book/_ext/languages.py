"""Two languages: links from English pages to Chinese ones, and the link at the head of a page that exists in both.

The English pages are a root of their own (`book/english.py`) whose pages stand in the folder `en` of the site. What the
templates and extensions say is Chinese there, too, and is translated through `book/en/locale` (gettext, the domain that
Sphinx reads itself); what scripts say stands in a table per language in each script.
"""

from __future__ import annotations

import os
import re
import shutil
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

FOLDER = "en"
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
    return {"parallel_read_safe": True, "parallel_write_safe": True}
