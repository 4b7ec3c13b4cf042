"""Build the English sample beside the Chinese book: `python book/english.py`, after `python book/build.py`.

The same machinery builds it from `book/en` as a root of its own, `_build/english`: settings and table of contents are
those of the book with `book/en/_config.yml` put over them, strings come from `book/en/locale`. The finished pages go
to `_build/html/en`; each is linked with the Chinese page of the same name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "book"), str(ROOT / "book/_ext")]
import build as book  # noqa: E402
import catalogues  # noqa: E402

import languages  # noqa: E402
import site_files  # noqa: E402
from zhagen.book.roots import copy_machinery, merge_settings, write_settings  # noqa: E402
from zhagen.language import LANGUAGE  # noqa: E402

SOURCES = ROOT / "book/en"
# of a site that is read without a network: the book's own hold these pages, too
NOT_OURS = (site_files.WORKER, site_files.LIST, site_files.MANIFEST, "404.html", "robots.txt", "sitemap.xml")


def english_pages() -> list[str]:
    """List the English pages, in order, without suffix."""
    return book.toc_pages(yaml.safe_load((SOURCES / "_toc.yml").read_text("utf-8")))


def lay_out(root: Path) -> None:
    """Write all that the build reads; what an earlier build kept stays."""
    copy_machinery(ROOT / "book", root)
    catalogues.put_words(root / "book/_static", "en")
    shutil.rmtree(root / "notebooks", ignore_errors=True)
    shutil.copytree(SOURCES / "notebooks", root / "notebooks")
    shutil.rmtree(root / "locale", ignore_errors=True)
    shutil.copytree(SOURCES / "locale", root / "locale")
    for path in [*SOURCES.glob("*.md"), ROOT / "book/references.bib"]:
        shutil.copyfile(path, root / "book" / path.name)
    shutil.copyfile(ROOT / "requirements.lock", root / "requirements.lock")
    ours, other = (yaml.safe_load((folder / "_config.yml").read_text("utf-8")) for folder in (ROOT, SOURCES))
    config = merge_settings(ours, other["settings"])
    for name in other["without"]:
        config["sphinx"]["config"]["extensions"].remove(name)
        config["sphinx"]["local_extensions"].pop(name)
        config["sphinx"]["config"].pop(name, None)
    config["sphinx"]["config"]["extensions"] += other["with"]
    scripts = config["sphinx"]["config"]["html_js_files"]
    config["sphinx"]["config"]["html_js_files"] = [one for one in scripts if one not in other["without_scripts"]]
    write_settings(root, config, yaml.safe_load((SOURCES / "_toc.yml").read_text("utf-8")))


def build(root: Path, html_dir: Path) -> list[str]:
    """Build the English pages into the site `html_dir` and list what is wrong; an empty list is success."""
    pages = english_pages()
    if missing := [page for page in pages if not (html_dir / f"{page}.html").is_file()]:
        return [f"{missing[0]}: there is no Chinese page; build the book first"]
    languages.remove_english(html_dir)
    lay_out(root)
    environment = os.environ | {LANGUAGE: "en"}
    if site := environment.get("ZHAGEN_SITE"):
        environment["ZHAGEN_SITE"] = f"{site.rstrip('/')}/{languages.FOLDER}"
    done = subprocess.run([sys.executable, "-W", "ignore", str(root / "book/build.py")], cwd=root, env=environment)
    if done.returncode:
        return ["the English pages are not built: see above"]
    out = html_dir / languages.FOLDER
    shutil.copytree(root / "_build/html", out)
    for name in NOT_OURS:
        (out / name).unlink(missing_ok=True)
    for page in pages:
        link_both(page, html_dir)
    return []


def link_both(page: str, html_dir: Path) -> None:
    """Link the two pages of one name with each other."""
    english, chinese = html_dir / languages.FOLDER / f"{page}.html", html_dir / f"{page}.html"
    for here, other, language in ((chinese, english, "en"), (english, chinese, "zh-CN")):
        address = os.path.relpath(other, here.parent)
        source = languages.with_other_language(here.read_text("utf-8"), Path(address).as_posix(), language)
        here.write_text(source, "utf-8")


def main() -> int:
    """Build, then list the English pages among those that the site keeps for reading without a network."""
    start = time.perf_counter()
    html_dir = ROOT / "_build/html"
    config, toc = (yaml.safe_load((ROOT / name).read_text("utf-8")) for name in ("_config.yml", "_toc.yml"))
    chinese = book.toc_pages(toc)
    missing = [page for page in chinese if not (html_dir / f"{page}.html").is_file()]
    wrong = [f"{page}: the Chinese page is not built; make book first" for page in missing[:1]]
    wrong = wrong or build(ROOT / "_build/english", html_dir)
    for problem in wrong:
        print(problem, file=sys.stderr)
    if wrong:
        return 1
    site_files.write(chinese, config["title"], book.site_address(config), html_dir)
    print(f"{time.perf_counter() - start:.0f} s: open {html_dir / languages.FOLDER / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
