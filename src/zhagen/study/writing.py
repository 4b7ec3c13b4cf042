"""A study written to a folder, all files or none."""

import dataclasses
import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.errors import StudyError
from zhagen.output import guard_cells, write_files
from zhagen.study.folder import (
    KEYS,
    NEEDED,
    NUMBER_COLUMNS,
    TABLES,
    columns_of,
    file_sha256,
    read_folder,
    sha256_of,
    split_list,
)
from zhagen.study.locking import lock_study
from zhagen.study.study import Study, assemble_study

FOREIGN = {  # table -> (column, table it points to); of the history codes end, so they are no keys
    "speakers": [("source_id", "sources")],
    "codebook": [("parent_id", "codebook")],
    "codings": [("source_id", "sources"), ("code_id", "codebook")],
    "gioia": [("code_id", "codebook")],
}
DESCRIPTIONS = {
    "source_id": "id of a source",
    "file": "its text, UTF-8, in this folder",
    "sha256": "SHA-256 of the text in UTF-8",
    "kind": "what kind it is",
    "date": "day, ISO 8601",
    "speaker": "the name before the colon of a turn",
    "role": "interviewer, participant or observer",
    "code_id": "id of a code",
    "label": "name of the code",
    "level": "level of the code",
    "parent_id": "the code above it, empty for none",
    "properties": "properties of a category with their ranges",
    "memo_id": "a file of memos",
    "coding_id": "id of a coding",
    "start": "first character, Unicode code points from 0",
    "end": "behind the last character",
    "coder": "who coded",
    "quote_sha256": "SHA-256 of the marked words in UTF-8",
}


def write_study(study: Study, folder: Path | str, *, descriptor: bool = False) -> list[Path]:
    """Write a study to a folder, so that `open_study` reads the same.

    Codings that were anchored anew get their new offsets; SHA-256 of sources and of what codings mark are filled in.
    Codings that are lost are written as they were read. Tables without rows are not written, files of the folder that
    are not the study's stay. The files are written all or none; of two processes that write into one folder, the second
    waits for the first, and raises if that changed what the second one had read.

    Parameters
    ----------
    study : Study
        The study.
    folder : pathlib.Path or str
        It is made if it does not exist.
    descriptor : bool, default False
        Whether to write ``datapackage.json``, too, for a study that is published: see `describe_study`.

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    StudyError
        If a text would not be read back the same: not in the form NFC, with a carriage return, a NUL, a lone
        surrogate, or a byte order mark at its beginning. If the folder holds a study, and it is not
        this one as it was read.
    OutputError
        If a file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from zhagen.study.study import make_study, open_study
    >>> codes = pd.DataFrame({"code_id": ["c01"], "label": ["只许面交"], "level": ["concept"]})
    >>> coding = {"source_id": "I01", "start": 2, "end": 6, "code_id": "c01", "coder": "林"}
    >>> study = make_study({"I01": "乙：只许面交。"}, codes, pd.DataFrame([coding]), about={"title": "旧书"})
    >>> with tempfile.TemporaryDirectory() as place:
    ...     files = write_study(study, place)
    ...     open_study(place).quotations().quote.tolist()
    ['只许面交']
    """
    parts = _parts(study)
    if descriptor:
        parts["datapackage.json"] = describe_study(study)
    folder = Path(folder)
    with lock_study(folder):
        _check_stamps(parts, study.stamps, folder)
        return write_files({name: _content(name, part) for name, part in parts.items()}, folder)


def update_study(folder: Path | str, change: Callable[[Study], Study]) -> Study:
    """Open a study, change it and write what is changed, while no other process writes into its folder.

    Files of which nothing changed are not touched, so what a person wrote in them (comments, order of keys, other
    columns) remains. What changed is written all or none; two processes that call this at once come one after the
    other, and the second one changes what the first one wrote.

    Parameters
    ----------
    folder : pathlib.Path or str
        The folder of the study.
    change : function
        It gets the study and returns the study to write; if it raises, nothing is written.

    Returns
    -------
    Study
        The study that is in the folder now.

    Raises
    ------
    StudyError
        If the study cannot be opened, or a text of it could not be read back the same.
    OutputError
        If a file cannot be written.

    Examples
    --------
    >>> import dataclasses
    >>> import tempfile
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01"], "label": ["只许面交"], "level": ["concept"]})
    >>> codings = pd.DataFrame(columns=["source_id", "start", "end", "code_id", "coder"])
    >>> with tempfile.TemporaryDirectory() as place:
    ...     files = write_study(make_study({"I01": "乙：只许面交。"}, codes, codings), place)
    ...     update_study(place, lambda study: dataclasses.replace(study, about={"title": "旧书"})).title
    '旧书'
    """
    folder = Path(folder)
    with lock_study(folder):
        old = assemble_study(read_folder(folder), folder)
        return write_changes(old, change(old), folder)


def write_changes(old: Study, new: Study, folder: Path | str, more: Mapping[str, Any] | None = None) -> Study:
    """Write what two studies differ in; the caller holds the lock of the folder.

    Parameters
    ----------
    old : Study
        The study that is in the folder.
    new : Study
        The study to write.
    folder : pathlib.Path or str
        The folder.
    more : mapping of str to pandas.DataFrame or str, optional
        Further files that are written with them, all or none.

    Returns
    -------
    Study
        The new study with the stamps of what was written.

    Raises
    ------
    StudyError
        If a file is not as it was when the old study was read, or a text could not be read back the same.
    OutputError
        If a file cannot be written.
    """
    before, after = _parts(old), _parts(new)
    for name, part in before.items():
        if name.endswith(".csv"):
            after.setdefault(name, part.iloc[:0])  # the last row is gone: the file keeps its columns
    changed = {name: part for name, part in after.items() if name not in before or not _same(before[name], part)}
    _check_stamps(changed, old.stamps, Path(folder))
    files = {name: _content(name, part) for name, part in changed.items()}
    if files or more:
        write_files({**files, **(more or {})}, folder)
    stamps = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return dataclasses.replace(new, folder=Path(folder), stamps=old.stamps | stamps)


def _parts(study: Study) -> dict[str, Any]:
    """Return what each file of a study holds: frames, texts, and rows of memos and models as objects."""
    for source_id, text in study.texts.items():
        _check_text(source_id, text)
    codings = study.codings.drop(columns=["anchor", "places"])
    places = zip(codings.source_id, codings.start, codings.end, codings.quote_sha256, study.codings.anchor, strict=True)
    exact = ("exact", "moved")  # their words were compared with their SHA-256 when they were anchored
    codings["quote_sha256"] = [
        old if kind == "lost" or (old and kind in exact) else sha256_of(study.texts[s][a:b])
        for s, a, b, old, kind in places
    ]
    sources = study.sources.assign(sha256=[sha256_of(study.texts[one]) for one in study.sources.source_id])
    codes = study.codebook.codes
    if "status" in codes and codes.status.eq("inferred").all():
        codes = codes.drop(columns="status")
    parts: dict[str, Any] = {"study.toml": study.about}
    tables = {"sources": sources, "codebook": codes, "codings": codings}
    for name in TABLES:
        frame = tables.get(name, getattr(study, name, None))
        if frame is not None and (len(frame) or name in tables):
            parts[f"{name}.csv"] = frame[[*columns_of(name), *(c for c in frame if c not in columns_of(name))]]
    parts |= {str(file): study.texts[one] for one, file in zip(sources.source_id, sources.file, strict=True)}
    parts |= {f"memos/{memo['memo_id']}.md": memo for memo in study.memos.to_dict("records")}
    parts |= study.notes
    if len(study.mechanism) or study.models:
        parts["mechanism.toml"] = (study.mechanism, study.models)
    return parts


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, pd.DataFrame) and isinstance(new, pd.DataFrame):
        return old is new or (list(old) == list(new) and old.reset_index(drop=True).equals(new.reset_index(drop=True)))
    if isinstance(old, tuple) and isinstance(new, tuple):
        return all(_same(*pair) for pair in zip(old, new, strict=True))
    return bool(old == new)


def _content(name: str, part: Any) -> bytes:
    """Return the bytes of a file."""
    if isinstance(part, pd.DataFrame):
        return guard_cells(part).to_csv(index=False, lineterminator="\n").encode()
    if isinstance(part, str):
        return part.encode()
    if isinstance(part, tuple):
        return mechanism_toml(*part).encode()
    if name == "study.toml":
        return _toml(part).encode()
    if name == "datapackage.json":
        return (json.dumps(part, ensure_ascii=False, indent=2) + "\n").encode()
    return _memo(part).encode()


def _check_stamps(names: Iterable[str], stamps: Mapping[str, str], folder: Path) -> None:
    """Raise if a file is there that is not as it was read."""
    now = {name: file_sha256(folder / name) for name in names}
    changed = [name for name, stamp in now.items() if stamp and stamp != stamps.get(name)]
    if changed:
        todo = "open the study again and repeat your change, or choose another folder"
        raise StudyError(f"{changed[0]} is not as it was when this study was opened", str(folder), todo)


def describe_study(study: Study) -> dict[str, Any]:
    """Return the Frictionless descriptor of a study: its tables, columns, keys and licence.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    dict
        The content of ``datapackage.json``, for the files that `write_study` writes.

    References
    ----------
    Frictionless Data, Data Package and Table Schema, version 1.
    """
    resources: list[dict[str, Any]] = []
    for name in TABLES:
        frame = study.codebook.codes if name == "codebook" else getattr(study, name)
        if frame.empty and name not in NEEDED:
            continue
        columns = [*columns_of(name), *(str(one) for one in frame if one not in columns_of(name))]
        columns = [one for one in columns if one not in ("anchor", "places", "status")]
        numbers = NUMBER_COLUMNS.get(name, ())
        fields: list[dict[str, str]] = []
        for column in columns:
            kind = {"name": column, "type": "integer" if column in numbers else "string"}
            said = {"description": DESCRIPTIONS[column]} if column in DESCRIPTIONS else {}
            fields.append(kind | said)
        schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
        if name in KEYS:
            schema["primaryKey"] = KEYS[name]
        if name in FOREIGN:
            schema["foreignKeys"] = [
                {"fields": column, "reference": {"resource": "" if other == name else other, "fields": KEYS[other]}}
                for column, other in FOREIGN[name]
            ]
        about = {"name": name, "path": f"{name}.csv", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
        resources.append({**about, "schema": schema})
    description = (
        f"{study.research_question} {study.about.get('notice', '')}".strip()
    )  # the notice travels with the tables
    found: dict[str, Any] = {"name": "study", "title": study.title, "description": description}
    if study.about.get("licence"):
        found["licenses"] = [{"name": study.about["licence"]}]
    return found | {"resources": resources}


def _check_text(source_id: str, text: str) -> None:
    try:
        text.encode()
        wrong = [(mark, what) for mark, what in (("\r", "a carriage return"), ("\0", "a NUL")) if mark in text]
        if text.startswith("\ufeff"):
            wrong.append(("", "a byte order mark at its beginning"))
        if not unicodedata.is_normalized("NFC", text):
            wrong.append(("", "characters that are not in the normal form NFC"))
    except UnicodeEncodeError:
        wrong = [("", "a lone surrogate")]
    if wrong:
        raise StudyError(f"the text has {wrong[0][1]}", source_id, "clean the text, then code it")


def _toml(table: Mapping[str, Any]) -> str:
    """Return keys and values as TOML."""
    return "".join(f"{_toml_value(str(key))} = {_toml_value(value)}\n" for key, value in table.items())


def _toml_value(value: Any) -> str:
    """Return a value that was read from TOML as TOML: its strings are JSON's, but for the character DEL."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml_value(str(key))} = {_toml_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    if isinstance(value, bool | int):
        return json.dumps(value)
    return repr(value) if isinstance(value, float) else str(value.isoformat())  # inf and nan are TOML's, too


def _memo(memo: dict[Any, Any]) -> str:
    import yaml

    head = {"id": memo["memo_id"]} | {key: memo[key] for key in ("date", "coder", "kind")}
    head |= {key: list(memo[key]) for key in ("codes", "sources", "codings") if memo[key]}
    if memo["title"] and not memo["text"].startswith("#"):
        head["title"] = memo["title"]
    text = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, default_flow_style=None, width=1000)
    return f"---\n{text}---\n\n{memo['text']}\n"


def mechanism_toml(mechanism: pd.DataFrame, models: Mapping[str, str]) -> str:
    """Return models as the file ``mechanism.toml``.

    Parameters
    ----------
    mechanism : pandas.DataFrame
        Arrows, as a study holds them.
    models : mapping of str to str
        Id of a model -> its title.

    Returns
    -------
    str
        TOML.
    """
    parts = []
    for model_id in dict.fromkeys([*models, *mechanism.model_id]):
        edges = mechanism[mechanism.model_id == model_id]
        about: dict[str, Any] = {"id": str(model_id), "title": models.get(str(model_id), "")}
        parts.append("[[models]]\n" + _toml(about | ({} if len(edges) else {"edges": []})))
        for edge in edges.to_dict("records"):
            keys = "source target relation sign status reason rival".split()
            row: dict[str, Any] = {key: edge[key] for key in keys if edge[key] or key in keys[:3]}
            row |= {key: split_list(edge[key]) for key in ("codings", "memos") if edge[key]}
            parts.append("[[models.edges]]\n" + _toml(row))
    return "\n".join(parts)
