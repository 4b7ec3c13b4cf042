"""What a page of a notebook needs to run in the reader's own browser; nothing of it is loaded before the reader asks.

Each notebook page gets a place for the button (`_static/run.js`). The folder `run` of the site holds what the worker
(`_static/run_worker.js`) loads beside Pyodide and the wheel: `pages.json`, which says for each page what its notebook
imported when it was executed, and small archives of packages in plain Python, taken from the environment that builds
the book: the same versions as made the page. Where Pyodide comes from stands in `run_in_page` of _config.yml.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.metadata as installed
import json
import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from docutils import nodes
from docutils.statemachine import StringList
from fontTools import subset
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util.docutils import SphinxDirective

from zhagen.archives import pack_files

FOLDER = "notebooks/"
# archive: (distributions, what is left out of them)
ARCHIVES = {
    "base": (
        ("fastjsonschema", "jieba", "lazy_loader", "markdown-it-py", "mdurl", "platformdirs", "PyYAML"),
        r"jieba/(lac_small|analyse|posseg)/|jieba/__main__|markdown_it/(cli/|port)|yaml/_yaml|\.p$",
    ),
    "networkx": (("networkx",), r"/tests/"),
    "seaborn": (("seaborn",), r"^$"),
    "wordcloud": (("wordcloud",), r"query_integral_image|wordcloud/(wordcloud_cli|__main__|.*\.ttf)"),
    "xml": (("defusedxml",), r"^$"),
    "materials": (  # jieba's tags, by which `zhagen.materials` finds names
        ("jieba", "python-docx", "srt", "typing_extensions", "webvtt-py"),
        r"jieba/(?!posseg/)|webvtt/cli|\.p$",
    ),
}
# what a notebook imports: what is loaded for it
PACKAGES = {"numpy": "numpy", "pandas": "pandas", "scipy": "scipy", "matplotlib": "matplotlib", "PIL": "pillow"}
PACKAGES |= {"fontTools": "fonttools", "pyarrow": "pyarrow", "sqlite3": "sqlite3", "lxml": "lxml"}
# pandas and IPython import these where they are installed; a page loads them when a cell asks for them
LATER = {"pyarrow", "sqlite3"}
OWN = {"networkx": "networkx", "seaborn": "seaborn", "wordcloud": "wordcloud", "fontTools": "font"}
OWN |= {"defusedxml": "xml", **dict.fromkeys(("docx", "srt", "webvtt"), "materials")}
# no browser has these: a page that needs one gets no button
NOT_THERE = {"pdfplumber"}
# what no copy of `book/run/fetch.py` has: it comes from the public distribution, and a page runs without it, too
BEARABLE = {"lxml": "Word 文件（.docx）"}  # package: what cannot be read and written without it
PANEL = """
<div class="run-page d-print-none" data-page="{page}">
<button type="button" class="run-start">{run}</button>
<span class="run-hint">{hint}</span>
</div>
"""
RESULTS = "book/run/results.csv"
# why a cell could not run, as the table of the pages says it
REASONS = {
    r"this Python cannot start processes[^|]*": "浏览器里的 Python 开不了别的进程",
    r"rjieba is not installed[^|]*": "没有 rjieba",
    r"lxml 没有取到[^|]*": "没有 lxml，Word 文件读不了",
    r"NameError：name '(\w+)' is not defined": r"\1 要由这些格算出来",
}
MARKUP = re.compile(r"[\\`*_\[\]{}$<>#]")
COMMON = range(0x4E00, 0xA000)  # of these the font holds the characters of GB 2312


def add_panel(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object) -> None:
    """Put the place of the button below the title of a notebook's page, and its script and style on this page."""
    if not pagename.startswith(FOLDER) or "</h1>" not in context.get("body", "") or app.config.zhagen_study_book:
        return
    if NOT_THERE.intersection(app.zhagen_runs[pagename].modules):
        return
    hint = _("不用安装。先说要载入什么、有多大，你同意了才载入。")
    panel = PANEL.format(page=pagename, run=_("在浏览器里运行本页"), hint=hint)
    context["body"] = context["body"].replace("</h1>", f"</h1>{panel}", 1)
    app.add_css_file("run.css")
    app.add_js_file("run.js", defer="defer")


def write_parts(app: Sphinx, exception: Exception | None) -> None:
    """Write the folder `run`."""
    if exception or app.builder.name != "html" or app.config.zhagen_study_book:
        return
    out = Path(app.outdir)
    folder, cache = out / "run", out.parent / "run-parts"
    folder.mkdir(exist_ok=True)
    cache.mkdir(exist_ok=True)
    sizes = {}
    for name, (distributions, left_out) in ARCHIVES.items():
        (folder / f"{name}.zip").write_bytes(packed(dict(files_of(distributions, re.compile(left_out)))))
    (folder / "font.zip").write_bytes(font_archive(out, cache))
    for path in sorted(folder.glob("*.zip")):
        sizes[path.stem] = path.stat().st_size
    wheel = next((out / "wheel").glob("*.whl"))
    runtime = json.loads((Path(app.srcdir) / "book/run/runtime.json").read_text("utf-8"))
    content = {
        **app.config.run_in_page,
        "wheel": wheel.name,
        "runtime": runtime,
        "parts": sizes | {"wheel": wheel.stat().st_size},
        "packages": PACKAGES,
        "own": OWN,
        "bearable": BEARABLE,
        "pages": {
            name: sorted(({*PACKAGES, *OWN, "pygraphviz"} - LATER).intersection(run.modules))
            for name, run in app.zhagen_runs.items()
            if not NOT_THERE.intersection(run.modules)
        },
    }
    (folder / "pages.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


class Results(SphinxDirective):
    """A table of how each notebook page ran in a browser, from the file that `book/run/measure.py` wrote."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        file = Path(self.env.srcdir) / RESULTS
        self.env.note_dependency(str(file))
        with file.open(encoding="utf-8", newline="") as opened:
            rows = [row for row in csv.DictReader(opened) if row["page"] in self.env.found_docs]
        pages = {name for name in self.env.found_docs if name.startswith(FOLDER)}
        without = [name for name in sorted(pages) if NOT_THERE.intersection(self.env.app.zhagen_runs[name].modules)]
        lines = results_table(rows, without)
        if missing := len(pages - {row["page"] for row in rows} - {*without}):
            lines += ["", f"另有 {missing} 页还没有量。"]
        made = nodes.container()
        self.state.nested_parse(StringList(lines, RESULTS), self.content_offset, made)
        return made.children


def results_table(rows: Iterable[dict[str, str]], without: Iterable[str] = ()) -> list[str]:
    """Write the lines of the table in MyST; at its end the pages that have no button."""
    lines = ["```{list-table} 每一页在浏览器里怎样", ":name: tbl-run-in-page", ":header-rows: 1", ""]
    lines += ["* - 页", "  - 怎样", "  - 载入（秒）", "  - 运行（秒）", "  - 多大（MB）", "  - 多忙"]
    for row in rows:
        failed, cells = row["failed"], row["cells"]
        how = "没有运行完" if not cells else f"{cells} 格全部" if failed == "0" else f"{cells} 格里 {failed} 格不行"
        why = row["why"]
        for said, meant in REASONS.items():
            why = re.sub(said, meant, why)
        why = MARKUP.sub(r"\\\g<0>", "；".join(part.strip() for part in why.split("|")))
        note = "；".join(part for part in (why, row["changed"] and "有的数不同") if part)
        lines += [f"* - {{doc}}`/{row['page']}`", f"  - {how}" + (f"：{note}" if note else "")]
        lines += [f"  - {row[name] or '—'}" for name in ("load_seconds", "run_seconds", "megabytes", "busy")]
    for name in without:
        lines += [f"* - {{doc}}`/{name}`", "  - 没有按钮：要用的程序包里，有浏览器没有的", *["  - —"] * 4]
    return [*lines, "```"]


def files_of(distributions: Iterable[str], left_out: re.Pattern) -> Iterator[tuple[str, bytes]]:
    """Yield the files of installed packages, with what their licences ask to go along."""
    for name in distributions:
        for file in installed.distribution(name).files or ():
            path = PurePosixPath(file).as_posix()
            about = ".dist-info/" in path and not re.search(r"/(RECORD|INSTALLER|REQUESTED|direct_url|sboms)", path)
            if path.startswith("..") or "__pycache__" in path or left_out.search(path):
                continue
            if about or (".dist-info/" not in path and not path.endswith((".pyi", ".so", ".pyd", ".pyx", ".c"))):
                yield path, file.locate().read_bytes()


def packed(files: dict[str, bytes]) -> bytes:
    """Return an archive that is the same for the same files."""
    return pack_files({name: files[name] for name in sorted(files)}, level=9)


def font_archive(out: Path, cache: Path) -> bytes:
    """Return the font of the figures with the characters of the book and the common ones, as the package zhplot has it.

    Cutting it takes seconds, so it is kept for the same characters.
    """
    texts = [path.read_text("utf-8") for path in sorted(out.rglob("*.html"))]
    characters = {character for character in set().union(*texts) if ord(character) > 31}
    characters |= {character for character in map(chr, COMMON) if _in_gb2312(character)}
    kept = cache / f"font-{hashlib.sha256(''.join(sorted(characters)).encode()).hexdigest()[:16]}.zip"
    if not kept.is_file():
        for old in cache.glob("font-*.zip"):
            old.unlink()
        logging.getLogger("fontTools").setLevel(logging.WARNING)  # a package of the theme lets every logger speak
        found = installed.distribution("zhplot")
        place = "zhplot/fonts/NotoSansSC-Regular.ttf"
        options = subset.Options(hinting=False, layout_features=[], name_IDs=["*"], notdef_outline=True)
        options.drop_tables += ["vhea", "vmtx", "VORG"]
        font = subset.load_font(str(found.locate_file(place)), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(characters))
        subsetter.subset(font)
        with tempfile.NamedTemporaryFile(suffix=".ttf") as file:
            subset.save_font(font, file.name, options)
            content = Path(file.name).read_bytes()
        about = dict(files_of(("zhplot",), re.compile(r"zhplot/(?!fonts/OFL)")))
        kept.write_bytes(packed({"zhplot/__init__.py": b"", place: content, **about}))
    return kept.read_bytes()


def _in_gb2312(character: str) -> bool:
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def setup(app: Sphinx) -> dict:
    """Add the panel to each page; write the parts after the wheel (`notebook_pages`) is there."""
    app.add_config_value("run_in_page", {}, "html", dict)
    app.add_directive("run-results", Results)
    app.connect("html-page-context", add_panel)
    app.connect("build-finished", write_parts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
