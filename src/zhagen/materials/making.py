"""A study made from a person's files, and more files added to one."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen import __version__
from zhagen.errors import SourceError, StudyError
from zhagen.materials.reading import LeftOut, Material, name_sources, read_material
from zhagen.materials.speakers import Speaker, guess_kind, mark_turns
from zhagen.materials.texts import SourceText
from zhagen.output import write_files
from zhagen.study.folder import columns_of, read_folder, sha256_of
from zhagen.study.locking import lock_study

REPORT_FILE, TIMES_FILE = "report.json", "times.csv"
SPEAKERS = (*columns_of("speakers"), "turns", "confirmed")
MOMENTS = "source_id start begin finish".split()
_DATE = re.compile(
    r"(?<!\d)(20\d\d|19\d\d)[-._年]?(0[1-9]|1[0-2]|[1-9](?!\d))[-._月]?(0[1-9]|[12]\d|3[01]|[1-9])(?!\d)"
)
README = """# {title}

这个文件夹是一项研究：材料、编码本、编码条目、备忘录都在这里，都是可以用记事本和表格软件打开的文件。

| 文件 | 里面是什么 |
|---|---|
| study.toml | 标题、研究问题、编码者；先把它填好 |
| sources/ | 每份材料一个文本；编码以后不要再改 |
| sources.csv | 材料的清单；后面可以加列，写每份材料的属性 |
| speakers.csv | 谁在说话；看过、改好以后，把 confirmed 写成 yes |
| codebook.csv、codings.csv | 编码本和编码条目 |
| memos/ | 备忘录 |
| history.csv、sampling.csv | 编码本怎样变过；每份材料为什么选它 |
| report.json | 读材料时改动了什么，哪些文件没有读 |

下一步：`zhagen speakers 这个文件夹` 看说话人；`zhagen code 这个文件夹` 开始编码。

想画机制模型，在这里新建 `mechanism.toml`，照下面写。方框写编码条目的名字；受访者直接说出这个关系，状态写 printed，
换了说法写 mapped，是你自己连的写 inferred。画图用 `zhagen draw 这个文件夹 mechanism --out 图.svg`。

```toml
[[models]]
id = "m1"
title = "头一版"

[[models.edges]]
source = "一个编码条目"
target = "另一个编码条目"
relation = "引出"
sign = "+"
status = "inferred"
reason = "为什么这样连"
```
"""
ABOUT = """# 等号右边填好：标题、研究问题、编码者的名字（有几位写几位）。
title = {title}
research_question = {question}
language = {language}
{coders}
licence = ""
invented = false
"""


@dataclass(frozen=True)
class MadeSource:
    """A source as it was put into a study.

    Attributes
    ----------
    source_id : str
        Its id.
    source : SourceText
        The text and what was changed in it.
    kind : str
        ``interview``, ``field note`` or ``document``.
    date : str
        A day found in the name of the file; empty if there is none.
    speakers : tuple of Speaker
        Who speaks.
    unsure : tuple of str
        What begins one line as a name does, and was not taken for one.
    """

    source_id: str
    source: SourceText
    kind: str
    date: str
    speakers: tuple[Speaker, ...]
    unsure: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class MaterialReport:
    """What became of the files that a study was made from.

    Attributes
    ----------
    folder : pathlib.Path
        The study.
    made : tuple of MadeSource
        The sources that were made.
    left_out : tuple of LeftOut
        The files that became none.
    """

    folder: Path
    made: tuple[MadeSource, ...]
    left_out: tuple[LeftOut, ...]

    def __repr__(self) -> str:
        missing = sum(one.missing for one in self.left_out)
        said = (
            f"{len(self.made)} sources in {self.folder}; {len(self.left_out)} files left out, "
            f"{missing} of them with text that may be missing"
        )
        if not self.unnamed:
            return said
        more = len(self.unnamed) - 5
        named = ", ".join(self.unnamed[:5]) + (f" and {more} more" if more > 0 else "")
        return f"{said}; nobody is named in {named}: all words count there, questions, too"

    @property
    def sources(self) -> pd.DataFrame:
        """One row a source: ``source_id``, ``file``, ``kind``, ``characters``, ``speakers``, ``changes``."""
        rows = [
            (
                one.source_id,
                one.source.file,
                one.kind,
                len(one.source.text),
                "; ".join(f"{speaker.name} {speaker.turns}" for speaker in one.speakers),
                "; ".join(
                    f"{change.what} ({change.count}{f': {change.note[:40]}' if change.note else ''})"
                    for change in one.source.changes
                ),
            )
            for one in self.made
        ]
        return pd.DataFrame(rows, columns="source_id file kind characters speakers changes".split())

    @property
    def unnamed(self) -> list[str]:
        """The sources in which no line begins with the name of a speaker, without rows of tables."""
        return [one.source_id for one in self.made if not one.speakers and not one.source.table]

    @property
    def missing(self) -> list[LeftOut]:
        """The files whose text is missing in the study."""
        return [one for one in self.left_out if one.missing]


def new_study(
    folder: Path | str,
    material: Path | str | Iterable[Path | str],
    *,
    title: str = "",
    question: str = "",
    language: str = "zh",
    coders: Sequence[str] = (),
    interviewers: Sequence[str] = (),
    participants: Sequence[str] = (),
    today: date | None = None,
    **reading: Any,
) -> MaterialReport:
    """Make a study from a person's files.

    Parameters
    ----------
    folder : pathlib.Path or str
        Where it goes: a folder that does not exist, or is empty.
    material : pathlib.Path, str or iterable of them
        Files and folders, see `read_material`.
    title, question : str, optional
        Title and research question; without a title the name of the folder.
    language : str, default "zh"
        Language of the material.
    coders : sequence of str, optional
        Who codes.
    interviewers, participants : sequence of str, optional
        Names of speakers beside the usual ones.
    today : datetime.date, optional
        The day for the report.
    **reading
        What `read_material` takes: ``column``, ``by``, ``key``, ``sheet``, ``encoding``.

    Returns
    -------
    MaterialReport
        The sources that were made, what was changed in each, and the files that were not read. The same is in
        ``report.json`` of the study.

    Raises
    ------
    SourceError
        If no file could be read: the message says why.
    StudyError
        If the folder holds something.
    OutputError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from zhagen.study import open_study
    >>> place = Path(tempfile.mkdtemp())
    >>> _ = (place / "甲.txt").write_text("访：卖什么？\\n甲：旧书。\\n访：多少？", encoding="utf-8")
    >>> new_study(place / "study", place / "甲.txt", participants=["甲"]).sources.source_id.tolist()
    ['甲']
    >>> open_study(place / "study").turns()[["speaker", "role", "text"]].values.tolist()[1]
    ['甲', 'participant', '旧书。']
    """
    place = Path(folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        todo = "choose a new folder; `zhagen add` adds material to a study"
        raise StudyError("there is something already", str(place), todo)
    found = read_material(material, without=place, **reading)
    made = _made(found, (), interviewers, participants)
    if not made:
        raise nothing_read(found)
    title = title or place.resolve().name
    listed = f"coders = {json.dumps(list(coders), ensure_ascii=False)}" if coders else '# coders = ["林", "周"]'
    words = {"title": title, "question": question, "language": language}
    quoted = {key: json.dumps(value, ensure_ascii=False) for key, value in words.items()}
    files: dict[str, Any] = {
        "study.toml": ABOUT.format(**quoted, coders=listed),
        "README.md": README.format(title=title),
        "sources.csv": _source_rows(made),
        "speakers.csv": _speaker_rows(made),
        **{f"{name}.csv": pd.DataFrame(columns=columns_of(name)) for name in ("codebook", "codings")},
        **{f"{name}.csv": pd.DataFrame(columns=columns_of(name)) for name in ("history", "sampling")},
        "memos/.gitkeep": "",
        **{f"sources/{one.source_id}.txt": one.source.text for one in made},
    }
    times = _time_rows(made)
    if len(times):
        files[TIMES_FILE] = times
    report = MaterialReport(place, tuple(made), tuple(found.left_out))
    files[REPORT_FILE] = add_run(place, report, today)
    write_files(files, place)
    return report


def add_material(
    folder: Path | str,
    material: Path | str | Iterable[Path | str],
    *,
    interviewers: Sequence[str] = (),
    participants: Sequence[str] = (),
    today: date | None = None,
    **reading: Any,
) -> MaterialReport:
    """Add files to a study: new sources and their speakers; nothing that is there changes.

    Parameters
    ----------
    folder : pathlib.Path or str
        The study.
    material : pathlib.Path, str or iterable of them
        Files and folders, see `read_material`. A text that the study has is left out.
    interviewers, participants : sequence of str, optional
        Names of speakers beside the usual ones.
    today : datetime.date, optional
        The day for the report.
    **reading
        What `read_material` takes: ``column``, ``by``, ``key``, ``sheet``, ``encoding``.

    Returns
    -------
    MaterialReport
        What was added, and what was not.

    Raises
    ------
    SourceError
        If nothing could be added: the message says why.
    StudyError
        If the study cannot be opened.
    OutputError
        If it cannot be written.
    """
    place = Path(folder)
    with lock_study(place):
        return _add(place, material, interviewers, participants, today, reading)


def _add(
    place: Path,
    material: Path | str | Iterable[Path | str],
    interviewers: Sequence[str],
    participants: Sequence[str],
    today: date | None,
    reading: dict[str, Any],
) -> MaterialReport:
    contents = read_folder(place)
    errors = [fault for fault in contents.faults if fault.severity == "error"]
    if errors:
        raise errors[0].error(len(errors) - 1)
    found = read_material(material, without=place, **reading)
    known = {"".join(text.split()): source_id for source_id, text in contents.texts.items()}
    sources = contents.tables["sources"]
    files_read = set(sources.material) if "material" in sources else set()
    kept = []
    for source in found.texts:
        other = known.get("".join(source.text.split()))
        other = other or known.get("".join(mark_turns(source, interviewers, participants)[0].text.split()))
        if other and (not source.table or source.file in files_read):
            found.left_out.append(LeftOut(source.file, f"the same text as {other} of the study"))
        else:
            kept.append(source)
    found.texts = kept
    made = _made(found, contents.texts, interviewers, participants)
    if not made:
        raise nothing_read(found)
    added = {"sources.csv": _source_rows(made), "speakers.csv": _speaker_rows(made), TIMES_FILE: _time_rows(made)}
    files: dict[str, Any] = {f"sources/{one.source_id}.txt": one.source.text for one in made}
    present = [name for name in files if (place / name).exists()]
    if present:
        raise StudyError(f"there is a file {present[0]} that sources.csv does not list", str(place), "move it away")
    for name, rows in added.items():
        if len(rows):
            files[name] = _appended(place / name, rows)
    report = MaterialReport(place, tuple(made), tuple(found.left_out))
    files[REPORT_FILE] = add_run(place, report, today)
    write_files(files, place)
    return report


def _made(
    found: Material, taken: Iterable[str], interviewers: Sequence[str], participants: Sequence[str]
) -> list[MadeSource]:
    made = []
    for source_id, text in zip(name_sources([one.title for one in found.texts], taken), found.texts, strict=True):
        source, speakers, unsure = mark_turns(text, interviewers, participants)
        kind = guess_kind(source, speakers)
        made.append(MadeSource(source_id, source, kind, _day(source.title), tuple(speakers), tuple(unsure)))
    return made


def nothing_read(found: Material) -> SourceError:
    """Return the error that files gave no text.

    Parameters
    ----------
    found : Material
        What was read of the files.

    Returns
    -------
    SourceError
        It says why, file by file.
    """
    reasons = [f"{one.file}: {one.why}" + (f" - {one.todo}" if one.todo else "") for one in found.left_out]
    more = f"; and {len(reasons) - 5} more files" if len(reasons) > 5 else ""
    said = "; ".join(reasons[:5]) + more if reasons else "the folder has no file"
    return SourceError(f"no source could be made: {said}", todo="name files of text: .txt, .docx, .pdf, .srt, .xlsx …")


def _day(title: str) -> str:
    """Return a day that the name of a file says, such as 2024-03-05 or 20240305; empty if there is none."""
    for found in _DATE.finditer(title):
        try:
            return date(*map(int, found.groups())).isoformat()
        except ValueError:
            continue
    return ""


def _source_rows(made: Sequence[MadeSource]) -> pd.DataFrame:
    columns = [*columns_of("sources"), "material"]
    columns += [name for name in dict.fromkeys(name for one in made for name in one.source.attributes)]
    rows = []
    for one in made:
        row = {"source_id": one.source_id, "file": f"sources/{one.source_id}.txt", "kind": one.kind, "date": one.date}
        row |= {"sha256": sha256_of(one.source.text), "material": one.source.file, **one.source.attributes}
        rows.append(row)
    return pd.DataFrame(rows, columns=columns).fillna("")


def _speaker_rows(made: Sequence[MadeSource]) -> pd.DataFrame:
    """Return who speaks in each source; the role is a guess, which a person confirms by writing ``yes``."""
    every = [(one.source_id, speaker) for one in made for speaker in one.speakers]
    columns = [*SPEAKERS, *dict.fromkeys(name for _, speaker in every for name in speaker.attributes)]
    rows = [
        {"source_id": source_id, "speaker": speaker.name, "role": speaker.role, "turns": str(speaker.turns)}
        | {"confirmed": "no", **speaker.attributes}
        for source_id, speaker in every
    ]
    return pd.DataFrame(rows, columns=columns).fillna("")


def _time_rows(made: Sequence[MadeSource]) -> pd.DataFrame:
    rows = [(one.source_id, start, begin, finish) for one in made for start, begin, finish in one.source.times]
    return pd.DataFrame(rows, columns=MOMENTS)


def _appended(path: Path, rows: pd.DataFrame) -> str:
    """Return a table with rows added; those that it has stay as they are written, unless there are new columns."""
    from zhagen.materials.answers import read_rows
    from zhagen.output import guard_cells

    if not path.is_file():
        return rows.to_csv(index=False, lineterminator="\n")
    old, _ = read_rows(path)
    header = [name.strip() for name in old[0]]
    guarded = guard_cells(rows.astype(str))
    columns = [*header, *(name for name in guarded if name not in header)]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([*row, *[""] * (len(columns) - len(row))] for row in old[1:] if row)
    writer.writerows([row.get(name, "") for name in columns] for row in guarded.to_dict("records"))
    return written.getvalue()


def add_run(place: Path, report: MaterialReport, today: date | None) -> str:
    """Return ``report.json`` of a study with one run more.

    Parameters
    ----------
    place : pathlib.Path
        The study.
    report : MaterialReport
        What was read in this run.
    today : datetime.date or None
        The day of the run; without it, today.

    Returns
    -------
    str
        JSON.
    """
    run = {
        "date": (today or date.today()).isoformat(),
        "zhagen": __version__,
        "read": [_row(one) for one in report.made],
        "left_out": [
            {"file": one.file, "why": one.why} | ({"todo": one.todo} if one.todo else {}) for one in report.left_out
        ],
    }
    return json.dumps({"runs": [*_earlier(place / REPORT_FILE), run]}, ensure_ascii=False, indent=1) + "\n"


def _row(made: MadeSource) -> dict[str, Any]:
    text = made.source.text
    row: dict[str, Any] = {"file": made.source.file, "source_id": made.source_id, "kind": made.kind}
    row |= {"read_as": made.source.form, "characters": len(text), "lines": text.count("\n")}
    row["speakers"] = {one.name: {"turns": one.turns, "guessed_role": one.role} for one in made.speakers}
    if made.unsure:
        row["begin_one_line_only"] = list(made.unsure)
    return row | {"changes": [change.report() for change in made.source.changes]}


def _earlier(path: Path) -> list[Any]:
    """Return the earlier runs of a report; none if a person has changed it into something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    runs = content.get("runs") if isinstance(content, Mapping) else None
    return runs if isinstance(runs, list) else []
