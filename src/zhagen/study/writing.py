"""A study written to a folder, all files or none."""

import json
import unicodedata
from pathlib import Path
from typing import Any

from zhagen.errors import StudyError
from zhagen.output import write_files
from zhagen.study.folder import TABLES, columns_of, sha256_of, split_list
from zhagen.study.study import Study


def write_study(study: Study, folder: Path | str) -> list[Path]:
    """Write a study to a folder, so that `open_study` reads the same.

    Codings that were anchored anew get their new offsets; SHA-256 of sources and of what codings mark are filled in.
    Codings that are lost are written as they were read. Tables without rows are not written, files of the folder that
    are not the study's stay.

    Parameters
    ----------
    study : Study
        The study.
    folder : pathlib.Path or str
        It is made if it does not exist.

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    StudyError
        If a text would not be read back the same: not in the form NFC, with a carriage return, a NUL, a lone
        surrogate, or a byte order mark at its beginning.
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
    return write_files(files, folder)


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
