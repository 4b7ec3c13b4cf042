"""Take out of the finished pages what the theme brings and readers do not need, and say in Chinese what it says not.

The theme has no option for these: an icon script of 1.5 MB on every page (`icons.css` draws the dozen icons in use),
English labels, regions, buttons and dialogs without a name, scripts and styles of other hosts, invalid
`<style scoped>`.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.locale import _

from zhagen.text.characters import HAN

HAN_CHARACTER = re.compile(f"[{HAN}]")
LABELS = {  # attribute text of the theme: ours
    "Toggle primary sidebar": "显示或隐藏全书目录",
    "Toggle secondary sidebar": "显示或隐藏本页目录",
    "Color mode": "切换明暗",
    "System Settings": "跟随系统",
    "Toggle hidden content": "展开或收起",
    "Main": "全书目录",
    "Page": "本页目录",
    "Version warning": "版本提示",
    "列印成 PDF": "打印或存为 PDF",
    "下载笔记本文件": "下载笔记本（.ipynb）",
    "Link to this heading": "本节的链接",
    "Link to this table": "本表的链接",
    "Link to this image": "本图的链接",
    "Link to this code": "这段程序的链接",
    "Link to this equation": "本公式的链接",
    "Link to this term": "本词条的链接",
    "Link to this definition": "本定义的链接",
    "Link to this toctree": "本目录的链接",
}
TEXTS = {
    ' role="doc-biblioentry"': ' role="listitem"',  # what a list may hold
    ' role="main"': "",
}
WITHOUT_SCRIPT = {' data-theme="auto"': ' data-theme="light"'}  # `early.js` sets the reader's
NAMED_REGIONS = {  # the element: what it is given, and its name
    '<div id="pst-primary-sidebar"': (' role="complementary"', _("书名与全书目录")),
    '<dialog id="pst-primary-sidebar-modal"': ("", _("全书目录")),
    '<dialog id="pst-secondary-sidebar-modal"': ("", _("本页目录")),
    '<dialog id="pst-search-dialog"': ("", _("搜索全书")),
}
LABEL_ATTRIBUTE = re.compile(r'\b(title|aria-label|alt|data-bs-title|placeholder)="([^"]*)"')
UNUSED_LOADS = re.compile(
    r'<script\b[^>]*\bsrc="(?:https?:)?//[^"]*"[^>]*>\s*</script>'  # another host
    r'|<link\b[^>]*\brel="(?:stylesheet|preload|preconnect|dns-prefetch)"[^>]*\bhref="(?:https?:)?//[^"]*"[^>]*>'
    r'|<link\b[^>]*\bhref="(?:https?:)?//[^"]*"[^>]*\brel="(?:stylesheet|preload|preconnect|dns-prefetch)"[^>]*>'
    r'|<script\b[^>]*\bsrc="[^"]*/fontawesome\.js[^"]*"[^>]*>\s*</script>'
    r"|<style scoped>.*?</style>",
    re.DOTALL,
)
# the visible text of this button is its name; the label says something else
MISNAMED_SEARCH = re.compile(r'(<button class="btn search-button-field[^>]*?) title="[^"]*" aria-label="[^"]*"')
# in the table of contents, the button that opens the pages below a page: an icon only
UNNAMED_BUTTON = re.compile(r'(<a class="[^"]*reference internal"[^>]*>)([^<]*)(</a><details[^>]*><summary)(?=>)')
SUMMARY = re.compile(r"<summary\b[^>]*>.*?</summary>", re.DOTALL)
PARAGRAPH = re.compile(r"(</?)p\b")
# Sphinx puts the lists of a field (what a function returns) into a paragraph
FIELD = re.compile(r'(<dd class="field-(?:odd|even)">)<p>(?=<(?:ul|ol|dl|p|div)\b)(.*?)</p>\s*</dd>', re.DOTALL)
# a work of the bibliography in Latin letters alone is in no Chinese type: its quotation marks would be a character wide
WORK = re.compile(r'(<div class="citation" id="[^"]*")( role="listitem">.*?</div>)', re.DOTALL)
ICON_FONT = re.compile(r"@font-face\{[^}]*webfonts/[^}]*\}")
UNUSED_FILES = ("scripts/fontawesome.js*", "scripts/*.map", "styles/*.map", "vendor/fontawesome/webfonts/*")


def clean(source: str, labels: dict[str, str] = LABELS) -> str:
    """Clean the source of one page; `labels` are what stands for those of the theme."""
    source = UNUSED_LOADS.sub("", source)
    source = MISNAMED_SEARCH.sub(r"\1", source)
    source = UNNAMED_BUTTON.sub(r'\1\2\3 aria-label="\2' + _("：下面的几页") + '"', source)
    regions = {start: f'{start}{more} aria-label="{name}"' for start, (more, name) in NAMED_REGIONS.items()}
    for found, ours in (TEXTS | WITHOUT_SCRIPT | regions).items():
        # a page that was not written anew has ours already
        source = source.replace(ours, found).replace(found, ours) if found in ours else source.replace(found, ours)
    source = WORK.sub(lambda m: m[0] if HAN_CHARACTER.search(m[2]) else f'{m[1]} lang="en"{m[2]}', source)
    source = FIELD.sub(r"\1\2</dd>", SUMMARY.sub(_plain_summary, source))
    return with_our_labels(source, labels)


def _plain_summary(found: re.Match) -> str:
    """Leave a fold the name that it shows, and no paragraph, which a summary must not hold."""
    named = re.sub(r' aria-label="(?:展开或收起|Toggle hidden content)"', "", found[0])
    return PARAGRAPH.sub(r"\1span", named)


def with_our_labels(source: str, labels: dict[str, str] = LABELS) -> str:
    """Replace the labels that stand in attributes."""
    return LABEL_ATTRIBUTE.sub(lambda m: f'{m[1]}="{labels.get(m[2], m[2])}"', source)


def clean_all(app: Sphinx, exception: Exception | None) -> None:
    """Clean every page and drop the files that no page loads any more."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    labels = LABELS if app.config.language == "zh_CN" else {}  # the theme's own are English
    for page in out.rglob("*.html"):
        page.write_text(clean(page.read_text("utf-8"), labels), "utf-8")
    static = out / "_static"
    for pattern in UNUSED_FILES:
        for file in static.glob(pattern):
            file.unlink()
    theme = static / "styles/pydata-sphinx-theme.css"
    theme.write_text(ICON_FONT.sub("", theme.read_text("utf-8")), "utf-8")
    toggle = static / "togglebutton.js"
    toggle.write_text(with_our_labels(toggle.read_text("utf-8"), labels), "utf-8")


def setup(app: Sphinx) -> dict:
    """Clean before the other extensions read the finished pages."""
    app.connect("build-finished", clean_all, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
