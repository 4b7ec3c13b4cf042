"""Check that every link inside the built book leads to a file and an anchor that are there: `python book/links.py`.

It needs no network: links to other hosts are left out. Sphinx warns of references it cannot resolve, but not of
links written as HTML, by our extensions or by the theme.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html

HTML = Path(__file__).resolve().parent.parent / "_build/html"


@cache
def anchors(page: Path) -> frozenset[str]:
    """Collect the names that a link into a page may end with."""
    return frozenset(html.parse(page).xpath("//@id | //a/@name"))


def broken(html_dir: Path) -> list[str]:
    """List the links of all pages that lead nowhere, `page: link`."""
    anchors.cache_clear()
    found = []
    for page in sorted(html_dir.rglob("*.html")):
        if "_static" in page.relative_to(html_dir).parts:
            continue  # the theme's templates
        for _, _, link, _ in html.parse(page).getroot().iterlinks():
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            anchor = unquote(parts.fragment)
            if not target.is_file() or (anchor and target.suffix == ".html" and anchor not in anchors(target)):
                found.append(f"{page.relative_to(html_dir).as_posix()}: {link}")
    return list(dict.fromkeys(found))


def main() -> int:
    """Print the broken links; exit status 1 if there is one, 2 if there is no book."""
    if not any(HTML.glob("*.html")):
        print("there is no book: run make book first", file=sys.stderr)
        return 2
    found = broken(HTML)
    for link in found:
        print(link, file=sys.stderr)
    print(f"{len(found)} links lead nowhere" if found else "every link inside the book leads somewhere")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
