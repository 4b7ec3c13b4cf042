"""Pseudonyms put into a study: in its texts, tables, memos and names of files, with every coding kept at its words."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.errors import OutputError, StudyError
from zhagen.extraction.codebook import EVIDENCE, Codebook
from zhagen.materials.correcting import move_times
from zhagen.materials.leaks import names_left
from zhagen.materials.making import TIMES_FILE
from zhagen.materials.names import Name, NamePattern, read_names
from zhagen.output import whole_folder, write_files
from zhagen.study.anchors import move_offsets
from zhagen.study.checking import check_study
from zhagen.study.folder import TABLES, sha256_of
from zhagen.study.study import Study, open_study
from zhagen.study.writing import write_study
from zhagen.text.alignment import AlignedText, Span

KEPT = frozenset("sha256 quote_sha256 date anchor places start end order turns".split())  # columns without names


@dataclass(frozen=True, repr=False)
class Anonymised:
    """What was done to a study.

    Attributes
    ----------
    folder : pathlib.Path
        The new study.
    key : pathlib.Path
        The list of names and pseudonyms, outside of it.
    counts : dict of str to int
        Name -> how often it was replaced.
    unused : tuple of str
        Names of the list that the study does not hold.
    widened : tuple of str
        Codings that held a part of a name, and hold the whole pseudonym now.
    left_out : tuple of str
        Files of the old folder that the new one does not have.
    """

    folder: Path
    key: Path
    counts: Mapping[str, int]
    unused: tuple[str, ...]
    widened: tuple[str, ...]
    left_out: tuple[str, ...]

    def __repr__(self) -> str:
        return (
            f"{len(self.counts)} names replaced in {sum(self.counts.values())} places: {self.folder}; "
            f"{len(self.widened)} codings widened to a whole name, {len(self.left_out)} files not taken"
        )


def replace_names(text: str, names: Sequence[Name] | NamePattern) -> AlignedText:
    """Put pseudonyms into a text.

    Parameters
    ----------
    text : str
        The text.
    names : sequence of Name or NamePattern
        The names; of those that overlap the longest is taken.

    Returns
    -------
    AlignedText
        The new text and the places.

    Examples
    --------
    >>> names = [Name("王小明", "甲"), Name("上海", "某市"), Name("上海话", "上海话")]
    >>> replaced = replace_names("王小明在上海说上海话", names)
    >>> replaced.text, replaced.move(1, 5)
    ('甲在某市说上海话', (0, 4))
    """
    pattern = names if isinstance(names, NamePattern) else NamePattern(names)
    parts, spans, done, length = [], list[Span](), 0, 0
    for start, end, name in pattern.find(text):
        if name.kept:
            continue
        parts += [text[done:start], name.replacement]
        length += start - done
        spans.append((start, end, length, length + len(name.replacement)))
        length, done = length + len(name.replacement), end
    return AlignedText("".join([*parts, text[done:]]), tuple(spans))


def anonymise_study(
    folder: Path | str,
    out: Path | str,
    names: Path | str | Sequence[Name],
    *,
    key: Path | str | None = None,
    doubtful: str = "",
    today: date | None = None,
) -> Anonymised:
    """Write a copy of a study in which names are replaced by pseudonyms, everywhere and always by the same.

    Texts, tables, memos, notes, ids and names of files are changed; each coding marks the words that it marked. A memo
    says that it was done. The copy is checked before it takes its place: a name that is left is an error, and nothing
    is written.

    Parameters
    ----------
    folder : pathlib.Path or str
        The study; it stays.
    out : pathlib.Path or str
        The new study, a folder that does not exist or is empty.
    names : pathlib.Path, str or sequence of Name
        The list that a person has reviewed, see `find_names` and `read_names`.
    key : pathlib.Path or str, optional
        Where the names and their pseudonyms go: a file outside of the new study. Without it, beside it.
    doubtful : {"", "keep", "replace"}, default ""
        What becomes of rows that are not decided; ``""``: they are an error.
    today : datetime.date, optional
        The day for the memo.

    Returns
    -------
    Anonymised
        What was replaced, and what to look at.

    Raises
    ------
    StudyError
        If the study cannot be opened, the list cannot be used, two ids become the same, or a name is left.
    OutputError
        If the new study or the key cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from zhagen.paths import data_folder
    >>> place = Path(tempfile.mkdtemp())
    >>> anonymise_study(data_folder() / "practice", place / "new", [Name("西门书摊", "机构A")]).counts["西门书摊"] > 9
    True
    """
    folder, out = Path(folder), Path(out)
    key = Path(key) if key else out.parent / f"{out.name}-key.csv"
    _check_places(folder, out, key)
    listed = read_names(names, doubtful=doubtful) if isinstance(names, Path | str) else list(names)
    lacking = [name.found for name in listed if not name.replacement]
    if lacking:
        raise StudyError(
            f"{lacking[0]} has no replacement", todo="use a list with the columns found, replacement, keep"
        )
    study = open_study(folder)
    pattern = NamePattern(listed)
    counts: Counter[str] = Counter()
    texts = {source: replace_names(text, pattern) for source, text in study.texts.items()}
    new, widened = _replaced_study(study, texts, pattern, counts)
    times = move_times(folder, texts)
    times = times[times.source_id.isin(list(texts))]
    times = times.assign(source_id=[replace_names(source, pattern).text for source in times.source_id])
    new = _with_memo(new, counts, listed, today or date.today())
    unused = tuple(name.found for name in listed if not name.kept and not counts[name.found])
    with whole_folder(out) as draft:
        write_study(new, draft)
        if len(times):
            write_files({TIMES_FILE: times}, draft)
        _check_draft(draft, listed)
        _write_key(key, listed, counts)
    written = {path.relative_to(out).as_posix() for path in out.rglob("*")}
    empty = {f"{name}.csv" for name in TABLES}  # a table without rows is not written
    old = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - empty
    old = {name for name in old if not name.rpartition("/")[2].startswith(".")}
    renamed = {replace_names(name, pattern).text: name for name in old}
    left = tuple(sorted(name for new_name, name in renamed.items() if new_name not in written))
    return Anonymised(out, key, dict(counts), unused, widened, left)


def _check_places(folder: Path, out: Path, key: Path) -> None:
    real, new, beside = (Path(os.path.realpath(path)) for path in (folder, out, key))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError("there is something already", str(out), "choose a new folder")
    if new.is_relative_to(real) or real.is_relative_to(new):
        raise OutputError("one study would be inside of the other", str(out), "choose a folder beside the study")
    if beside.is_relative_to(new):
        raise OutputError("the key would be in the new study", str(key), "choose a file outside of it")
    if key.exists():
        raise OutputError("there is a key already", str(key), "move it away, or choose another file (--key)")


def _replaced_study(
    study: Study, texts: Mapping[str, AlignedText], pattern: NamePattern, counts: Counter[str]
) -> tuple[Study, tuple[str, ...]]:
    """Return the study with pseudonyms, and the codings that were widened; `counts` gets what was replaced."""
    for source in texts:
        counts.update(name.found for _, _, name in pattern.find(study.texts[source]) if not name.kept)

    def word(text: str) -> str:
        hits = pattern.find(text)
        counts.update(name.found for _, _, name in hits if not name.kept)
        return replace_names(text, pattern).text if hits else text

    tables = {name: getattr(study, name) for name in TABLES if name != "codebook"}
    moved = {name: move_offsets(tables[name], texts) for name in ("codings", "differences")}
    marked = moved["codings"]
    rows = zip(marked.source_id, marked.start, marked.end, marked.anchor, marked.quote_sha256, strict=True)
    marked["quote_sha256"] = pd.Series(
        [old if anchor == "lost" else sha256_of(texts[one].text[a:b]) for one, a, b, anchor, old in rows],
        index=marked.index,
        dtype="str",
    )  # those that are lost stay lost: nobody knows what they marked
    codings = tables["codings"]
    places = zip(codings.coding_id, codings.source_id, codings.start, codings.end, strict=True)
    widened = tuple(str(coding) for coding, source, start, end in places if texts[source].cuts(start, end))
    tables |= moved
    tables = {name: _replaced_table(frame, word) for name, frame in tables.items()}
    codes = _replaced_table(study.codebook.codes, word)
    memos = _replaced_table(study.memos, word)
    for column in ("codes", "sources", "codings"):
        memos[column] = [[word(one) for one in listed] for listed in study.memos[column]]
    ids = {source: word(source) for source in texts}
    _check_unique(list(ids.values()), "sources")
    for name, column in (("codings", "coding_id"), ("sources", "file")):
        _check_unique(tables[name][column].tolist(), name)
    _check_unique(codes.code_id.tolist(), "codebook")
    _check_unique(memos.memo_id.tolist(), "memos")
    new = replace(
        study,
        about={key: _replaced_value(value, word) for key, value in study.about.items()},
        texts={ids[source]: text.text for source, text in texts.items()},
        codebook=Codebook(codes, pd.DataFrame(columns=EVIDENCE)),
        memos=memos,
        mechanism=_replaced_table(study.mechanism, word),
        models={word(model): word(title) for model, title in study.models.items()},
        notes={name: word(text) for name, text in study.notes.items()},
        folder=None,
        stamps={},
        **tables,
    )
    return new, widened


def _replaced_table(frame: pd.DataFrame, word: Any) -> pd.DataFrame:
    """Return a table with pseudonyms in its texts and in the names of its columns."""
    frame = frame.copy()
    for column in frame:
        if column not in KEPT and not pd.api.types.is_numeric_dtype(frame[column].dtype):
            cells = [word(cell) if isinstance(cell, str) else cell for cell in frame[column]]
            frame[column] = pd.Series(cells, index=frame.index, dtype=frame[column].dtype)
    return frame.rename(columns={column: word(column) for column in frame})


def _replaced_value(value: Any, word: Any) -> Any:
    if isinstance(value, str):
        return word(value)
    if isinstance(value, list):
        return [_replaced_value(one, word) for one in value]
    return value


def _check_unique(ids: Sequence[str], what: str) -> None:
    twice = [one for one, number in Counter(one.casefold() for one in ids).items() if number > 1]
    if twice:
        todo = "give their names pseudonyms that differ"
        raise StudyError(f"two ids become {twice[0]}", f"{what}", todo)


def _with_memo(study: Study, counts: Counter[str], names: Sequence[Name], today: date) -> Study:
    """Return the study with a memo that says that names were replaced, without one of them."""
    kinds = Counter({kind: 0 for kind in dict.fromkeys(name.kind or "person" for name in names)})
    for name in names:
        kinds[name.kind or "person"] += counts[name.found]
    words = {"person": "人名", "place": "地名", "organisation": "单位名", "phone": "电话", "number": "号码"}
    words |= {"e-mail": "邮箱", "address": "网址"}
    said = "、".join(f"{words.get(kind, kind)} {number} 处" for kind, number in kinds.items() if number)
    done = f"用假名换掉了{said}" if said else "按名单查过，材料里没有名单上的名字"
    text = f"# 换名\n\n{today.isoformat()} {done}。名单和对照表不在这个文件夹里。"
    memo_id, number = f"anonymised-{today.isoformat()}", 1
    while memo_id in set(study.memos.memo_id):
        number += 1
        memo_id = f"anonymised-{today.isoformat()}-{number}"
    row: dict[str, Any] = {"memo_id": memo_id, "date": today.isoformat(), "coder": "", "kind": "method"}
    row |= {"codes": [], "sources": [], "codings": [], "title": "换名", "text": text}
    memos = (
        pd.concat([study.memos, pd.DataFrame([row])], ignore_index=True) if len(study.memos) else pd.DataFrame([row])
    )
    return replace(study, memos=memos[list(study.memos.columns)])


def _check_draft(draft: Path, names: Sequence[Name]) -> None:
    """Raise if a name is left in the new study, or it does not open."""
    left = names_left(draft, names)
    if len(left):
        file, line, found = left.iloc[0]
        where = f"{file}, line {line}" if line else f"the name of {file}"
        more = f", and {len(left) - 1} more" if len(left) > 1 else ""
        todo = "a pseudonym beside other words makes a name again: choose another one"
        raise StudyError(f"the name {found} is left in the new study{more}", where, todo)
    faults = check_study(draft)
    errors = faults[faults.severity == "error"]
    if len(errors):
        first = errors.iloc[0]
        todo = "choose pseudonyms of letters and digits: ids and names of files hold them"
        raise StudyError(f"the new study could not be opened: {first.found}", first.file, todo)


def _write_key(key: Path, names: Sequence[Name], counts: Counter[str]) -> None:
    rows = [(name.found, name.replacement, name.kind, counts[name.found]) for name in names if not name.kept]
    table = pd.DataFrame(rows, columns=["found", "replacement", "kind", "count"])
    write_files({key.name: table}, key.parent)
    key.chmod(0o600)  # nobody else's
