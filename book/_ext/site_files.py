"""What a site has beside its pages: 404, sitemap and robots (where its address is known), and what reading it without a
network takes.

Everything is written from the finished pages, so the same book gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote, urlsplit

OWN = Path(__file__).resolve().parent
WORKER, LIST, MANIFEST = "sw.js", "offline.json", "manifest.webmanifest"
# not for reading: sources, the inventory, what runs Python in the page, whole books of another form
NOT_KEPT = re.compile(r"(?:_sources|wheel|run|runtime|pyodide|print|downloads)/|.*\.(?:inv|zip|pdf|epub|whl|map)$|\..*")
MOST = 5_000_000  # bytes of one file that is kept for reading without a network
TITLE = re.compile(r"<title>([^<]*)</title>")
CHANGED = re.compile(r'<time datetime="(\d{4}-\d\d-\d\d)">')


def titles(pages: list[str], html_dir: Path) -> dict[str, str]:
    """Read the title of each page, without the book's."""
    found = {}
    for page in pages:
        match = TITLE.search((html_dir / f"{page}.html").read_text("utf-8"))
        found[f"{page}.html"] = re.sub(r"\s+—\s+[^—]*$", "", unescape(match[1])) if match else page
    return found


def not_found(book: str, named: dict[str, str], base: str) -> str:
    """Write the 404 page: it holds all it needs, because a host shows it at any address below the site's."""
    root = json.dumps(urlsplit(base).path.rstrip("/") + "/" if base else "")
    tops = sorted({page.partition("/")[0] for page in named})
    home = escape(base.rstrip("/") + "/index.html" if base else "index.html")
    data = json.dumps(named, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    style = (
        'body{max-width:34rem;margin:3rem auto;padding:0 1rem;font:1.1rem/1.8 "PingFang SC","Zhagen Sans",sans-serif}'
        "body{background:#fffefa;color:#22261f}a{color:#1d6654}@media(prefers-color-scheme:dark){body{background:#171a19;color:#dfe3dc}a{color:#7cc9b0}}"
    )
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>没有这一页 — {escape(book)}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>没有这一页</h1>
<p>地址也许写错了，也许这一页换了名字。</p>
<p lang="en">There is no such page: the address may be wrong, or the page has another name now.</p>
<p id="near" hidden>您要找的也许是：</p>
<ul id="pages"></ul>
<p><a id="home" href="{home}">回到《{escape(book)}》的首页</a></p>
</main>
<script type="application/json" id="titles">{data}</script>
<script>
// Where the site begins: as the settings say, else before the first folder that is one of the book's.
const parts = decodeURI(location.pathname).split("/");
const at = parts.findIndex((part) => {json.dumps([*tops, "_static", "slides"])}.includes(part));
const root = {root} || parts.slice(0, at > 0 ? at : -1).join("/") + "/";
document.getElementById("home").href = root + "index.html";
const fonts = document.createElement("link"); // for who has no Chinese font
fonts.rel = "stylesheet";
fonts.href = root + "_static/fonts/han.css";
document.head.appendChild(fonts);
const titles = JSON.parse(document.getElementById("titles").textContent);
const words = (path) =>
  path.toLowerCase().replace(/\\.html?$/, "").split(/[^\\p{{L}}\\p{{N}}]+/u).filter((word) => word && word !== "book");
const asked = words(parts.slice(at > 0 ? at : -1).join("/"));
const near = Object.keys(titles)
  .map((page) => [words(page).filter((word) => asked.includes(word)).length, page])
  .filter(([same]) => same > 0 && same >= Math.min(2, asked.length))
  .sort((a, b) => b[0] - a[0])
  .slice(0, 5);
document.getElementById("near").hidden = near.length === 0;
for (const [, page] of near) {{
  const link = document.createElement("a");
  link.href = root + page;
  link.textContent = titles[page];
  document.getElementById("pages").appendChild(document.createElement("li")).appendChild(link);
}}
</script>
</body>
</html>
"""


def sitemap(pages: list[str], html_dir: Path, base: str) -> str:
    """Write the sitemap; the day is the one that the page shows."""
    rows = []
    for page in pages:
        changed = CHANGED.search((html_dir / f"{page}.html").read_text("utf-8"))
        day = f"<lastmod>{changed[1]}</lastmod>" if changed else ""
        rows.append(f"<url><loc>{escape(base.rstrip('/') + '/' + quote(page))}.html</loc>{day}</url>\n")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "".join(rows)
        + "</urlset>\n"
    )


def manifest(book: str) -> str:
    """Write what a browser asks before it installs the book."""
    icons = [{"src": f"_static/icon-{n}.png", "sizes": f"{n}x{n}", "type": "image/png"} for n in (192, 512)]
    icons.append({"src": "_static/icon.svg", "sizes": "any", "type": "image/svg+xml"})
    facts = {
        "name": book, "short_name": book[:6], "lang": "zh-CN", "id": "./", "start_url": "index.html", "scope": "./",
        "display": "standalone", "theme_color": "#1d6654", "background_color": "#fffefa", "icons": icons,
    }  # fmt: skip
    return json.dumps(facts, ensure_ascii=False, indent=1) + "\n"


def kept_files(html_dir: Path) -> dict[str, list]:
    """List what is kept for reading without a network: path, bytes, checksum."""
    found = {}
    for file in sorted(html_dir.rglob("*")):
        path = file.relative_to(html_dir).as_posix()
        if file.is_file() and not NOT_KEPT.match(path) and path not in (WORKER, LIST) and file.stat().st_size <= MOST:
            data = file.read_bytes()
            found[path] = [len(data), hashlib.sha256(data).hexdigest()[:8]]
    return found


def write(pages: list[str], book: str, base: str, html_dir: Path) -> None:
    """Write the files beside the pages.

    Parameters
    ----------
    pages : list of str
        The pages in reading order, without suffix.
    book, base : str
        The title of the book; the address of the site, empty where it is not known.
    html_dir : Path
        The built book.
    """
    (html_dir / "404.html").write_text(not_found(book, titles(pages, html_dir), base), "utf-8")
    for name in ("sitemap.xml", "robots.txt"):
        (html_dir / name).unlink(missing_ok=True)
    if base:
        (html_dir / "sitemap.xml").write_text(sitemap(pages, html_dir, base), "utf-8")
        robots = f"User-agent: *\nAllow: /\nSitemap: {base.rstrip('/')}/sitemap.xml\n"
        (html_dir / "robots.txt").write_text(robots, "utf-8")
    (html_dir / MANIFEST).write_text(manifest(book), "utf-8")
    list_kept(html_dir)


def list_kept(html_dir: Path) -> None:
    """List what is kept for reading without a network, and write the worker that knows this list by its version.

    Parameters
    ----------
    html_dir : Path
        The built book; called again where a page was changed after the build.
    """
    files = kept_files(html_dir)
    version = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]
    (html_dir / LIST).write_text(
        json.dumps({"version": version, "files": files}, ensure_ascii=False, separators=(",", ":")), "utf-8"
    )
    (html_dir / WORKER).write_text((OWN / WORKER).read_text("utf-8").replace("@VERSION@", version), "utf-8")
