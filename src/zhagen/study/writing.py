"""A study written to a folder, all files or none."""

import json
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from zhagen.errors import StudyError
from zhagen.output import write_files
from zhagen.study.folder import KEYS, NEEDED, NUMBERS, TABLES, columns_of, file_sha256, sha256_of, split_list
from zhagen.study.study import Study

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
    for source_id, text in study.texts.items():
        _check_text(source_id, text)
    codings = study.codings.copy()
    whole = codings.anchor != "lost"
    places = zip(codings.source_id, codings.start, codings.end, codings.quote_sha256, whole, strict=True)
    codings["quote_sha256"] = [sha256_of(study.texts[s][a:b]) if fits else old for s, a, b, old, fits in places]
    sources = study.sources.assign(sha256=[sha256_of(study.texts[one]) for one in study.sources.source_id])
    codes = study.codebook.codes
    if codes.status.eq("inferred").all():
        codes = codes.drop(columns="status")
    files: dict[str, Any] = {"study.toml": _toml(study.about)}
    tables = {"sources": sources, "codebook": codes, "codings": codings.drop(columns=["anchor", "places"])}
    for name in TABLES:
        frame = tables.get(name, getattr(study, name, None))
        if frame is not None and (len(frame) or name in tables):
            files[f"{name}.csv"] = frame[[*columns_of(name), *(c for c in frame if c not in columns_of(name))]]
    files |= {str(file): study.texts[one] for one, file in zip(sources.source_id, sources.file, strict=True)}
    files |= {f"memos/{memo['memo_id']}.md": _memo(memo) for memo in study.memos.to_dict("records")}
    files |= study.notes
    if len(study.mechanism):
        files["mechanism.toml"] = _mechanism(study)
    if descriptor:
        files["datapackage.json"] = json.dumps(describe_study(study), ensure_ascii=False, indent=2) + "\n"
    folder = Path(folder)
    with _alone(folder):
        now = {name: file_sha256(folder / name) for name in files}
        changed = [name for name, stamp in now.items() if stamp and stamp != study.stamps.get(name)]
        if changed:
            todo = "open the study again and repeat your change, or choose another folder"
            raise StudyError(f"{changed[0]} is not as it was when this study was opened", str(folder), todo)
        return write_files(files, folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process writes into a folder; the lock ends with the process, however that ends."""
    try:
        import fcntl
    except ImportError:  # Windows: there only what changed since it was read is noticed
        yield
        return
    if not folder.is_dir():
        yield
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


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
        numbers = NUMBERS.get(name, ())
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


def _toml(table: dict[str, Any]) -> str:
    """Return keys with texts, truth values, numbers and lists of texts as TOML; its strings are JSON's."""
    return "".join(f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in table.items())


def _memo(memo: dict[Any, Any]) -> str:
    import yaml

    head = {"id": memo["memo_id"]} | {key: memo[key] for key in ("date", "coder", "kind")}
    head |= {key: list(memo[key]) for key in ("codes", "sources", "codings") if memo[key]}
    if memo["title"] and not memo["text"].startswith("#"):
        head["title"] = memo["title"]
    text = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, default_flow_style=None, width=1000)
    return f"---\n{text}---\n\n{memo['text']}\n"


def _mechanism(study: Study) -> str:
    parts = []
    for model_id, edges in study.mechanism.groupby("model_id", sort=False):
        about = {"id": str(model_id), "title": study.models.get(str(model_id), "")}
        parts.append("[[models]]\n" + _toml(about))
        for edge in edges.to_dict("records"):
            keys = "source target relation sign status reason rival".split()
            row: dict[str, Any] = {key: edge[key] for key in keys if edge[key] or key in keys[:3]}
            row |= {key: split_list(edge[key]) for key in ("codings", "memos") if edge[key]}
            parts.append("[[models.edges]]\n" + _toml(row))
    return "\n".join(parts)
