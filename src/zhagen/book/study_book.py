"""A study's own book: chapters that run, built with the pages, the search and the checks of this book."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection
from html import escape
from pathlib import Path

import yaml

from zhagen.book.execution import execute_notebooks
from zhagen.book.roots import copy_machinery, write_settings
from zhagen.book.study_tables import STUDY_VARIABLE, markdown_line
from zhagen.errors import OutputError, StudyError
from zhagen.extras import import_extra
from zhagen.materials.leaks import names_left
from zhagen.output import whole_folder
from zhagen.paths import PACKAGED
from zhagen.study import Study, open_study

CHAPTERS = "chapters"  # in the folder of a study: its own chapters, in place of ours
MARKER = ".zhagen-book"  # in the folder of a finished book: it may be replaced by the next one
DIRECTIVE = re.compile(r"(?m)^([ >]*(?:`{3,}|~{3,}|:{3,}))[ \t]*\{.*$")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # of a traceback
FAILED = re.compile(r"[A-Z]\w*(?:Error|Exception): ")
LEAST = 4  # coded sources for a chapter on saturation
PROSE = {"findings.md": "研究发现", "storyline.md": "故事线", "guide.md": "访谈提纲"}  # a consent text has addresses


def _always(study: Study) -> bool:
    return True


def _model(study: Study) -> bool:
    return len(study.mechanism) > 0


def _coded(study: Study) -> bool:
    return len(study.quotations()) > 0


def _two_coders(study: Study) -> bool:
    coders = study.single_coders
    if len(coders) < 2:
        return False
    number = study.codings[study.codings.coder.isin(coders)].groupby("source_id").coder.nunique()
    shared = number.index[number.eq(len(coders))]  # sources that all of them have coded
    return bool(study.quotations(coder=coders).source_id.isin(shared).any())


def _changed(study: Study) -> bool:
    return bool(study.history.act.isin(["rename", "merge", "split", "move", "retire"]).any())


def _several(study: Study) -> bool:
    return study.quotations().source_id.nunique() >= LEAST


FITS: dict[str, Callable[[Study], bool]] = {
    "1_material": _always,
    "1b_sampling": lambda study: len(study.sampling) > 0,
    "2_codebook": lambda study: len(study.codebook.codes) > 0,
    "2b_history": _changed,
    "2c_memos": lambda study: len(study.memos) > 0,
    "3_where": _coded,
    "4_quotes": _coded,
    "5_agreement": _two_coders,
    "6_saturation": _several,
    "7_model": _model,
    "8_negative": lambda study: len(study.negative_cases) > 0,
    "9_checklist": _coded,
}


def fitting_chapters(study: Study) -> list[str]:
    """Return the names of the chapters that a study has something to show in.

    Parameters
    ----------
    study : zhagen.study.Study
        The study.

    Returns
    -------
    list of str
        Names of notebooks, in reading order.

    Examples
    --------
    >>> import pandas as pd
    >>> from zhagen.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c1"], "label": ["先验货"], "level": ["concept"]})
    >>> codings = pd.DataFrame(columns=["source_id", "start", "end", "code_id", "coder"])
    >>> fitting_chapters(make_study({"A": "甲：先看看书。"}, codes, codings))
    ['1_material', '2_codebook']
    """
    return [name for name, fits in FITS.items() if fits(study)]


def write_chapters(study: Study, folder: Path | str) -> list[Path]:
    """Write the chapters that fit a study as notebooks, to be changed and added to.

    Parameters
    ----------
    study : zhagen.study.Study
        The study.
    folder : pathlib.Path or str
        Where they go; `build_study_book` takes the notebooks in ``chapters`` of a study's folder in place of its own.

    Returns
    -------
    list of pathlib.Path
        The notebooks.

    Raises
    ------
    OutputError
        If a notebook of the folder would be overwritten.

    Examples
    --------
    >>> from zhagen.study import practice_study
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_chapters(practice_study(), folder)[0].name
    '1_material.ipynb'
    """
    folder = Path(folder)
    paths = [folder / f"{name}.ipynb" for name in fitting_chapters(study)]
    if there := [path.name for path in paths if path.exists()]:
        raise OutputError(f"{', '.join(there)} in {folder}", todo="move your own chapters away, or build with them")
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        shutil.copyfile(_site() / "study" / CHAPTERS / path.name, path)
    return paths


def build_study_book(folder: Path | str, out: Path | str, *, names: Collection[str] = ()) -> list[Path]:
    """Build the static book of a study.

    Its own chapters are programs, and they run; its prose (findings.md, storyline.md, guide.md) may hold HTML, and read
    other files into the page. So build the book of a study that you trust.

    Parameters
    ----------
    folder : pathlib.Path or str
        The study. Notebooks in its folder ``chapters`` are its chapters, in the order of their names; without them,
        the ones that `fitting_chapters` chooses.
    out : pathlib.Path or str
        Where the book goes. An earlier book of `build_study_book` is replaced as a whole.
    names : collection of str, optional
        Words that no page may hold, such as the names of the people interviewed.

    Returns
    -------
    list of pathlib.Path
        The pages, the first one first.

    Raises
    ------
    StudyError
        If the study cannot be opened, a chapter does not run, or a page holds one of the `names`; the old book stays.
    OutputError
        If `out` holds something else.
    ZhagenError
        If the extra ``book`` is not installed.

    Examples
    --------
    >>> build_study_book("no such folder", "book")
    Traceback (most recent call last):
    ...
    zhagen.errors.StudyError: there is no such folder (no such folder): check the path
    """
    import_extra("jupyter_book", "book")
    study = open_study(folder)
    folder, out = Path(folder).resolve(), Path(out).resolve()
    if out == folder or out in folder.parents:
        raise OutputError(f"{out} holds the study", todo="choose a folder beside it")
    if out.exists() and (not out.is_dir() or any(out.iterdir()) and not (out / MARKER).is_file()):
        raise OutputError(f"{out} is there and is no book of a study", todo="choose another folder")
    with tempfile.TemporaryDirectory() as place:
        root = Path(place).resolve() / "book"
        pages = _lay_out(study, folder, root)
        _run_chapters(root, folder)
        _build(root, folder)
        built = root / "_build/html"
        refuse_names(built, names)
        (built / MARKER).write_text("", "utf-8")
        with whole_folder(out) as draft:
            shutil.copytree(built, draft, dirs_exist_ok=True)
    return [out / f"{page}.html" for page in pages]


def _site() -> Path:
    """Return the folder of what builds the book: in a wheel beside the data, in a checkout ``book``."""
    return PACKAGED / "site" if PACKAGED.is_dir() else Path(__file__).parents[3] / "book"


def _settings() -> Path:
    return _site() / "_config.yml" if PACKAGED.is_dir() else _site().parent / "_config.yml"


def _lay_out(study: Study, folder: Path, root: Path) -> list[str]:
    """Write all that the build reads; returns the pages."""
    copy_machinery(_site(), root)
    chapters = root / "notebooks/study"
    own = sorted((folder / CHAPTERS).glob("*.ipynb"))
    if own:
        chapters.mkdir(parents=True)
        for path in own:
            shutil.copyfile(path, chapters / path.name)
    names = [path.stem for path in own or write_chapters(study, chapters)]
    pages = [f"notebooks/study/{name}" for name in names]
    (root / "book/preface.md").write_text(_preface(study), "utf-8")
    (root / "book/references.bib").write_text("", "utf-8")
    prose = [name for name in PROSE if study.notes.get(name, "").strip()]
    for name in prose:
        (root / "book" / name).write_text(_titled(study.notes[name], PROSE[name]), "utf-8")
    written = [f"book/{Path(name).stem}" for name in prose]
    parts: list[dict] = [{"caption": "写出来的", "chapters": written}, {"caption": "算出来的", "chapters": pages}]
    toc = {
        "format": "jb-book",
        "root": "book/preface",
        "parts": [
            part | {"chapters": [{"file": page} for page in part["chapters"]]} for part in parts if part["chapters"]
        ],
    }
    config = yaml.safe_load(_settings().read_text("utf-8"))
    licence = study.about.get("licence", "")
    config["title"] = _title(study)
    config["author"] = ""
    config["copyright"] = ""
    config["html"] |= {"extra_footer": f"<p>{escape(licence)}</p>" if licence else "", "baseurl": ""}
    config["sphinx"]["config"]["html_theme_options"] |= {"use_download_button": False}
    config["sphinx"]["config"] |= {"zhagen_study_book": True}
    write_settings(root, config, toc)
    return ["book/preface", *written, *pages]


def _title(study: Study) -> str:
    """Return the title without signs of markup: the theme writes it into its table of contents unchanged."""
    return study.title.replace("<", "＜").replace(">", "＞")


def _preface(study: Study) -> str:
    """Return the first page: what the study asks, whose it is, how far it has come."""
    notice = study.about.get("notice", "")
    invented = "本研究的材料是为练习编写的，不是真实的经验发现。" if study.about.get("invented") else ""
    sentences = [
        study.research_question and f"这项研究问的是：{study.research_question}",
        f"材料 {len(study.sources)} 份，编码条目 {len(study.codebook.codes)} 个，编码 {len(study.quotations())} 处，"
        f"备忘录 {len(study.memos)} 条。",
        notice or invented,
        "下面各章由研究文件夹里的表算出来：改了编码，重新生成一遍，数字和图就跟着变。",
    ]
    text = "\n\n".join(markdown_line(sentence) for sentence in sentences if sentence)
    return f"# {markdown_line(_title(study))}\n\n{text}\n"


def _titled(text: str, title: str) -> str:
    """Return a Markdown text of a study as a page: with a heading, and without what could run or read a file.

    A directive becomes a block of its text; written as character references, ``<`` begins no HTML and ``{`` no role.
    """
    text = DIRECTIVE.sub(r"\1", text).replace("<", "&lt;").replace("{", "&#123;")
    return text if text.lstrip().startswith("# ") else f"# {title}\n\n{text}"


def _run_chapters(root: Path, folder: Path) -> None:
    """Run every chapter; the build takes the results that are kept. Raises where one does not run."""
    chapters = sorted((root / "notebooks/study").glob("*.ipynb"))
    runs = execute_notebooks(
        chapters, root / "_build/executed", strict=False, environment={STUDY_VARIABLE: str(folder)}
    )
    for run in runs:
        for problem in run.problems:
            said = [line for line in COLOUR.sub("", problem).splitlines() if line.strip()]
            todo = "open it in JupyterLab and run it; then build again"
            raise StudyError(f"a chapter does not run: {said[-1]}", run.path.name, todo)
        failed = [value for cell in run.values for value in cell if FAILED.match(value)]
        if failed:  # an expression in the prose gives its error in place of a number
            raise StudyError(f"a number of the prose cannot be computed: {failed[0]}", run.path.name, "correct it")


def _build(root: Path, folder: Path) -> None:
    environment = os.environ | {STUDY_VARIABLE: str(folder), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(root / "book/build.py")],
        cwd=root, env=environment, capture_output=True, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    if done.returncode:
        said = " / ".join(line for line in COLOUR.sub("", done.stderr).splitlines() if line.strip())
        todo = "correct the page that is named, then build again"
        raise StudyError(f"a page cannot be built: {said.replace(str(root), '')[-600:]}", str(folder), todo)


def refuse_names(built: Path, names: Collection[str]) -> None:
    """Raise where a file of a finished book holds a name, or could hold one that cannot be looked for.

    Looked into are pages, scripts, pictures' own data and downloads with what they hold.

    Parameters
    ----------
    built : pathlib.Path
        The folder of the book.
    names : collection of str
        The names; blank ones are passed over.

    Raises
    ------
    StudyError
        At the first file, in the order of their paths.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "a.html").write_text("<p>张三说</p>", "utf-8")
    ...     refuse_names(Path(folder), ["张三"])
    Traceback (most recent call last):
    ...
    zhagen.errors.StudyError: a page would carry a name, 张三 (a.html): anonymise the study or correct the chapter
    """
    names = [name for name in names if name.strip()]
    if not names:
        return
    left = names_left(built, names)
    if len(left):
        file = left.file.iloc[0]
        found = sorted(left.found[left.file == file].unique())
        todo = "anonymise the study or correct the chapter"
        raise StudyError(f"a page would carry a name, {'、'.join(found[:5])}", file, todo)
    for file, why in left.attrs["closed"].items():
        raise StudyError(f"names cannot be looked for in it: {why}", file, "take it out of the chapters")
