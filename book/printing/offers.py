"""The whole site as one zip, and the links to it, to the PDF and to the EPUB on the site itself.

`python -m printing.offers` packs the site; each of the three programs puts its file into `_build/html/downloads` and
writes the links to all that lie there into the preface: a book built without them has no dead link.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from html import escape
from pathlib import Path

from _ext.site_files import list_kept

from printing.pages import ROOT
from zhagen.archives import pack_files

FOLDER = "downloads"
PAGE = "book/preface.html"
NAME = "zhagen-site"
OFFERS = {
    "zhagen.pdf": "PDF，可以打印",
    "zhagen.epub": "EPUB，放进手机和平板的阅读软件",
    f"{NAME}.zip": "整个网站的压缩包，解开以后打开 index.html，不用网络",
}
PLACE = re.compile(r'(<div id="other-forms"[^>]*>).*?(</div>)', re.DOTALL)


def offer(file: Path, root: Path = ROOT) -> None:
    """Put a file on the built site and link it, with what lies there already, from the preface.

    The search leaves the links out, so what it has listed stays right.
    """
    folder = root / "_build/html" / FOLDER
    folder.mkdir(exist_ok=True)
    shutil.copyfile(file, folder / file.name)
    page = root / "_build/html" / PAGE
    links = "".join(
        f'<li><a href="../{FOLDER}/{name}">{escape(text)}</a>（{(folder / name).stat().st_size / 1e6:.1f} MB）</li>'
        for name, text in OFFERS.items()
        if (folder / name).is_file()
    )
    source = page.read_text("utf-8")
    page.write_text(PLACE.sub(lambda place: f"{place[1]}<ul>{links}</ul>{place[2]}", source), "utf-8")
    list_kept(root / "_build/html")


def pack_site(html_dir: Path, target: Path) -> Path:
    """Write the site, without the downloads, into a zip that opens as one folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {}
    for file in sorted(html_dir.rglob("*")):
        name = file.relative_to(html_dir)
        if not file.is_file() or name.parts[0] == FOLDER or name.name.startswith("."):
            continue
        content = file.read_bytes()
        if name.as_posix() == PAGE:  # the links to the downloads would lead nowhere
            content = PLACE.sub(r"\1\2", content.decode()).encode()
        files[f"{target.stem}/{name.as_posix()}"] = content
    target.write_bytes(pack_files(files))
    return target


def main() -> int:
    """Pack the built site, offer it on the site, and say where it is."""
    start = time.perf_counter()
    if not (ROOT / "_build/html" / PAGE).is_file():
        raise SystemExit("there is no book: run make book first")
    target = pack_site(ROOT / "_build/html", ROOT / "_build/offline" / f"{NAME}.zip")
    offer(target)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
