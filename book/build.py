"""Build the book and check that what stands in `_build/html` is whole: `python book/build.py`.

A default Jupyter Book build ends well with failing cells, dead links and missing pages; this one does not.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "book/_ext"))
import languages  # noqa: E402
import site_files  # noqa: E402
from contents import read_contents  # noqa: E402

FOREIGN = r"(?:https?:|ftp:|wss?:)?//[^\s\"'<>)]+"
HTML_LOADS = re.compile(
    r"<(?:script|img|iframe|audio|video|source|track|embed|object|input|image|use|feImage|link)\b[^>]*?"
    rf"\b(?:src|srcset|data|poster|href|xlink:href)\s*=\s*[\"']?\s*({FOREIGN})",
    re.IGNORECASE,
)
NOT_LOADED = re.compile(
    r"<link\b[^>]*\brel=[\"']?(?:canonical|license|author|next|prev|alternate)\b[^>]*>", re.IGNORECASE
)
CSS_LOADS = re.compile(rf"url\(\s*[\"']?({FOREIGN})|@import\s+[\"']({FOREIGN})", re.IGNORECASE)
CODE_SHOWN = re.compile(r"<!--.*?-->", re.DOTALL)
INLINE_CSS = re.compile(r"<style\b[^>]*>(.*?)</style>|\bstyle=\"([^\"]*)\"", re.DOTALL | re.IGNORECASE)
LEFTOVERS = ("searchindex.js", "_static/searchtools.js", "_static/sphinx_highlight.js")


def toc_pages(toc: dict) -> list[str]:
    """List the pages of a table of contents, in order, without suffix."""
    pages = [toc["root"]]

    def walk(node) -> None:
        if isinstance(node, dict):
            if "file" in node:
                pages.append(node["file"])
            for key in ("parts", "chapters", "sections", "subtrees", "entries"):
                walk(node.get(key))
        elif isinstance(node, list):
            for entry in node:
                walk(entry)

    walk(toc)
    return [re.sub(r"\.(md|ipynb|rst)$", "", page) for page in pages]


def missing_pages(pages: list[str], html_dir: Path) -> list[str]:
    """Name the pages that have no HTML file."""
    return [f"{page}: no page was built" for page in pages if not (html_dir / f"{page}.html").is_file()]


def foreign_loads(source: str, *, css: bool = False) -> list[str]:
    """List the addresses on another host that a page or a style sheet loads; an ordinary link loads nothing."""
    if css:
        return [a or b for a, b in CSS_LOADS.findall(source)]
    source = NOT_LOADED.sub("", CODE_SHOWN.sub("", source))
    found = HTML_LOADS.findall(source)
    for sheet, attribute in INLINE_CSS.findall(source):
        found += foreign_loads(sheet or attribute, css=True)
    return found


def all_foreign_loads(html_dir: Path) -> Iterator[str]:
    """Yield `file: address` for everything that would be loaded from another host."""
    for file in sorted(html_dir.rglob("*")):
        if file.suffix in {".html", ".css", ".svg"} and file.is_file():
            for address in foreign_loads(file.read_text("utf-8", errors="replace"), css=file.suffix == ".css"):
                yield f"{file.relative_to(html_dir).as_posix()}: loads {address}"


def leftovers(html_dir: Path) -> list[str]:
    """Name the files of Sphinx's own search, which nothing loads."""
    return [f"{name}: left over" for name in LEFTOVERS if (html_dir / name).exists()]


def problems(toc: dict, html_dir: Path) -> list[str]:
    """List all that is wrong with a built book."""
    return [*missing_pages(toc_pages(toc), html_dir), *all_foreign_loads(html_dir), *leftovers(html_dir)]


def write_index(toc: dict, html_dir: Path, title: str, language: str = "zh-CN") -> None:
    """Write the entry page, which leads to the first page of the book."""
    first = escape(f"{toc_pages(toc)[0]}.html")
    opens = "打开本书" if language == "zh-CN" else "Open the book"
    (html_dir / "index.html").write_text(
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta http-equiv="refresh" content="0; url={first}">\n</head>\n'
        f'<body>\n<main><h1>{escape(title)}</h1><p><a href="{first}">{opens}</a></p></main>\n</body>\n</html>\n',
        "utf-8",
    )


def site_address(config: dict) -> str:
    """Return where the site will be: ZHAGEN_SITE, which the publishing workflow sets, or what the settings say."""
    return os.environ.get("ZHAGEN_SITE") or config["html"].get("baseurl") or ""


def run_sphinx(root: Path, out: Path, jobs: int, address: str = "") -> bool:
    """Run Jupyter Book's build; every warning is shown and fails it.

    The command `jupyter-book build` cannot run in parallel; the function behind it can.
    """
    from jupyter_book.sphinx import build_sphinx

    status = build_sphinx(
        root,
        out,
        noconfig=True,
        path_config=root / "_config.yml",
        confoverrides={
            "external_toc_path": (root / "_toc.yml").as_posix(),
            "latex_individualpages": False,
            "nitpicky": True,
            "html_baseurl": address,
        },
        warningiserror=True,
        keep_going=True,
        freshenv=False,
        quiet=True,
        jobs=jobs,
    )
    return status == 0


def shell_key(root: Path) -> str:
    """Return a checksum of all that shapes every page: settings, extensions, styles, templates, the lock."""
    found = hashlib.sha256()
    files = [root / name for name in ("_config.yml", "_toc.yml", "requirements.lock", "book/build.py")]
    for folder in ("_ext", "_static", "_templates"):
        files += sorted(path for path in (root / "book" / folder).rglob("*") if "__pycache__" not in path.parts)
    for path in files:
        if path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()


def build(root: Path = ROOT, jobs: int | None = None) -> list[str]:
    """Build the book of `root` and list what is wrong; an empty list is success.

    Pages are built anew where they or their notebook's results changed; all of them after a build that failed (Sphinx
    warns of a page only when it reads it) and where what shapes every page changed.
    """
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    html_dir, finished = root / "_build/html", root / "_build/finished"
    key = shell_key(root)
    if not finished.is_file() or finished.read_text("utf-8") != key:
        for folder in (html_dir, root / "_build/.doctrees", root / "_build/jupyter_execute"):
            shutil.rmtree(folder, ignore_errors=True)
    finished.unlink(missing_ok=True)
    languages.remove_english(html_dir)  # built by itself (book/english.py): it would be older than this book
    if not run_sphinx(root, html_dir, jobs or os.cpu_count() or 1, site_address(config)):
        return ["Sphinx reported the warnings or errors above"]
    write_index(toc, html_dir, config["title"], config["sphinx"]["config"]["language"].replace("_", "-"))
    toc = read_contents(root / "_toc.yml")  # with the pages that the build made
    site_files.write(toc_pages(toc), config["title"], site_address(config), html_dir)
    wrong = problems(toc, html_dir)
    if not wrong:
        finished.write_text(key, "utf-8")
    return wrong


def main() -> int:
    """Build, print what is wrong, and end with one line that says how it went."""
    start = time.perf_counter()
    wrong = build()
    for problem in wrong:
        print(problem, file=sys.stderr)
    print(f"{time.perf_counter() - start:.0f} s", flush=True)
    if wrong:
        print(f"The book is not built: {wrong[0]}" + (f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""))
        return 1
    print(f"The book is built: open {ROOT / '_build/html/index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
