"""MAXQDA's structured text: ``#TEXT name``, and ``#CODE a\\b&&c#words#ENDCODE#`` around what is coded."""

import re
from pathlib import Path

from zhagen.errors import ExchangeError, ZhagenError
from zhagen.exchange.losses import Loss, left_out
from zhagen.exchange.model import CodingEntry, Project, SourceEntry
from zhagen.exchange.offsets import place_spans
from zhagen.exchange.sheets import CodeTree, read_list
from zhagen.study.study import Study
from zhagen.text.encodings import read_file

MARK = re.compile(r"#TEXT(?: ([^\n]*))?(?:\n|$)|#CODE ([^#\n]+)(?:#|\n)|\n?#ENDCODE#?")
CODER = "MAXQDA"


def pack_structured(study: Study, path: Path, program: str) -> tuple[bytes, list[Loss]]:
    """Return the texts of a study with their codings as structured text.

    Parameters
    ----------
    study : Study
        The study.
    path : pathlib.Path
        The file.
    program : str
        Not used.

    Returns
    -------
    text : bytes
        UTF-8; codings that cross are cut where they do.
    losses : list of Loss
        What is not in it.
    """
    labels = study.codebook.labels()
    coders = study.chosen_coders()
    kept = study.codings[study.codings.coder.isin(coders) & study.codings.anchor.ne("lost")]
    parts, cut = [], 0
    for source_id in study.sources.source_id:
        text = re.sub("#(TEXT|CODE|ENDCODE)", r"＃\1", study.texts[source_id])
        mine = kept[kept.source_id == source_id]
        ends = sorted({0, len(text), *mine.start, *mine.end})
        parts.append(f"#TEXT {source_id}\n")
        pieces = 0
        for start, end in zip(ends[:-1], ends[1:], strict=True):
            over = mine[(mine.start < end) & (mine.end > start)]
            paths = []
            for code in dict.fromkeys(over.code_id):
                names = [labels[one] for one in reversed([code, *study.codebook.above(code)])]
                paths.append("\\".join(re.sub(r"[#\\\n]|&&", " ", name) for name in names))
            pieces += len(over)
            parts.append(f"#CODE {'&&'.join(paths)}#{text[start:end]}#ENDCODE#" if paths else text[start:end])
        cut += pieces - len(mine)
        parts.append("\n")
    losses = [Loss("", "codings of other coders", len(study.codings) - len(kept), f"only those of {'; '.join(coders)}")]
    losses.append(Loss("", "cuts in codings", cut, "codings that cross are cut where they do"))
    losses += left_out(study, ("sources", "codings"), "not in structured text")
    return "".join(parts).encode(), [one for one in losses if one.number]


def read_text(path: Path, *, partial: bool = False) -> Project:
    """Read MAXQDA's structured text, or QualCoder's list of codes.

    Parameters
    ----------
    path : pathlib.Path
        The file, in any encoding that is recognised.
    partial : bool, default False
        Close codes that are open at the end of a text, and list them.

    Returns
    -------
    Project
        Texts and codings, or codes alone.

    Raises
    ------
    ExchangeError
        If it is neither, or a code is not closed.
    """
    if not path.is_file():
        raise ExchangeError("there is no such file", str(path), "check the path")
    try:
        text = read_file(path)
    except (ZhagenError, OSError) as error:
        found = error.found if isinstance(error, ZhagenError) else str(error.strerror)
        raise ExchangeError(f"the text cannot be read: {found}", path.name, "save it in UTF-8") from error
    project = Project(path.stem, "")
    if not re.search(r"^#TEXT\b|#CODE |#ENDCODE", text, re.MULTILINE):
        read_list(text, project)
        long = [code for code in project.codes if len(code.name) > 200]
        if long or not project.codes or len(project.codes) > 20_000:
            todo = "name a list of codes, or a text with #TEXT and #CODE; `zhagen new` makes a study of texts"
            raise ExchangeError("this is neither a list of codes nor structured text", path.name, todo)
        return project
    project.users = [CODER]
    tree = CodeTree(project)
    if not text.startswith("#TEXT"):
        text = f"#TEXT {path.stem}\n{text}"
    for number, part in enumerate(re.split(r"^(?=#TEXT\b)", text, flags=re.MULTILINE)[1:], 1):
        _read_part(part, number, project, tree, path.name, partial)
    return project


def _read_part(part: str, number: int, project: Project, tree: CodeTree, file: str, partial: bool) -> None:
    made: list[str] = []
    size, at, name = 0, 0, f"text {number}"
    open_codes: list[tuple[list[str], int]] = []
    spans: list[tuple[str, int, int]] = []
    for mark in MARK.finditer(part):
        made.append(part[at : mark.start()])
        size += mark.start() - at
        at = mark.end()
        where = f"{file}, {name}, line {part.count(chr(10), 0, mark.start()) + 1}"
        if mark[0].startswith("#TEXT"):
            name = (mark[1] or "").strip() or name
        elif mark[2]:
            open_codes.append((mark[2].split("&&"), size))
        elif not open_codes:
            raise ExchangeError("#ENDCODE# closes nothing", where, "write #CODE name# before it")
        else:
            paths, start = open_codes.pop()
            for path in paths:
                names = [one.strip() for one in path.split("\\") if one.strip()]
                if names:
                    spans.append((tree.add(names, "").guid, start, size))
    made.append(part[at:])
    if open_codes and not partial:
        found = f"the code {open_codes[-1][0][0]!r} is not closed"
        raise ExchangeError(found, f"{file}, {name}", "write #ENDCODE# behind its words")
    text = "".join(made).rstrip("\n")
    placed = place_spans(text, [(start, min(end, len(text))) for _, start, end in spans])
    project.sources.append(SourceEntry(f"text {number}", name, placed.text))
    for count, ((code, _, _), span) in enumerate(zip(spans, placed.spans, strict=True)):
        if span and span[0] < span[1]:
            project.codings.append(CodingEntry(f"{number}-{count}", f"text {number}", code, *span, CODER))
