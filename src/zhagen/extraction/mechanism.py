"""Mechanism models: typed arrows, each with its place in the text and how sure it is."""

from collections.abc import Collection, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.documents.catalog import Document
from zhagen.documents.handwritten import find_line, read_toml
from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError, ZhagenError
from zhagen.extraction.citations import has_citation, reports_others
from zhagen.extraction.pipeline import Extraction
from zhagen.extraction.places import sentences_with
from zhagen.extraction.relations import ORDERS, SAYS, Reading, read_relation
from zhagen.paths import data_folder
from zhagen.text.cleaning import CleanText, clean

EDGES = "model_id source target relation sign directed status cites line_start line_end reason".split()
WORD_FOR_WORD = ("prose", "heading")
STATED = (*WORD_FOR_WORD, "mapped", "literature")
WORD = {"type": "string", "minLength": 1}
EDGE = {
    "type": "object",
    "required": ["source", "target", "relation", "status", "reason"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(("source", "target", "relation", "section", "source_words", "target_words"), WORD),
        "sign": {"enum": ["+", "-"]},
        "directed": {"type": "boolean"},
        "order": {"enum": list(ORDERS)},
        "status": {"enum": [*STATED, "by_order", "inferred"]},
        "reason": {"type": "string"},
    },
}
MODEL = {
    "type": "object",
    "required": ["id", "figure", "edges"],
    "additionalProperties": False,
    "properties": {
        "id": WORD,
        "figure": {"type": "string"},
        "ends": {"enum": ["codes", "words"]},
        "edges": {"type": "array", "items": EDGE},
    },
}
MODELS = {
    "type": "object",
    "required": ["models"],
    "additionalProperties": False,
    "properties": {"models": {"type": "array", "minItems": 1, "items": MODEL}},
}


def mechanism_models(doc_id: str) -> list[dict[str, Any]]:
    """Return the coded mechanism models of a document, from ``data/codings/<id>/mechanism.toml``.

    Parameters
    ----------
    doc_id : str
        A document's id.

    Returns
    -------
    list of dict
        One dict a model: ``id``, ``figure`` (label of the figure that is lost, or empty), ``edges``, a list of dicts as
        they are written in the file, and ``ends`` if it is ``words``: the ends are words of the text, no codes.

    Raises
    ------
    ZhagenError
        If there are none, or the file is not what it should be; the message names its line.

    Examples
    --------
    >>> [model["figure"] for model in mechanism_models("haier")]
    ['图1', '图3', '图4', '图5', '图6']
    """
    if not has_mechanism(doc_id):
        raise ZhagenError(f"{doc_id} has no coded mechanism", todo=f"write data/codings/{doc_id}/mechanism.toml")
    models = read_toml(_path(doc_id), MODELS)["models"]
    for number, model in enumerate(models):
        if model["id"] in [other["id"] for other in models[:number]]:
            where = f"mechanism.toml, line {_line(doc_id, ('models', number, 'id'))}"
            raise ZhagenError(f"{doc_id}: the model {model['id']} is listed twice", where, "give each an id of its own")
    return deepcopy(models)  # what is read is held for the next reader


def has_mechanism(doc_id: str) -> bool:
    """Say whether a document has coded mechanism models.

    Parameters
    ----------
    doc_id : str
        A document's id.

    Returns
    -------
    bool
        True if ``data/codings/<id>/mechanism.toml`` exists.

    Examples
    --------
    >>> has_mechanism("haier")
    True
    """
    return _path(doc_id).is_file()


def mechanism_edges(extraction: Extraction, model_id: str | None = None) -> pd.DataFrame:
    """Find every coded arrow in the text that was read.

    The place of an arrow is the sentence or heading of its section that says it: that has the words of both ends and
    the relation in the order that the coding declares, not denied, the relation said of these ends (see
    `read_relation`); of several, the one in which the words are nearest to each other. No sentence of the section with
    these words may deny it. An inferred arrow needs the words only.

    Parameters
    ----------
    extraction : Extraction
        What `zhagen.extract` returned.
    model_id : str, optional
        The id of one model; all if left out.

    Returns
    -------
    pandas.DataFrame
        One row an arrow: ``model_id``, ``source``, ``target``, ``relation``, ``sign`` (str), ``directed`` (bool, False
        where the text says only that both act on each other), ``status`` (str: ``prose``, ``heading``, ``mapped``,
        ``literature``, ``by_order``, ``inferred``), ``cites`` (bool, whether the sentence cites a work, whatever the
        status), ``line_start``, ``line_end`` (int, raw lines; missing if an arrow rests on no passage), ``reason``.

    Raises
    ------
    ExtractionError
        If the text does not have a stated arrow, or a status says more than the passage does.
    ZhagenError
        If the document has no coded mechanism.
    """
    rows = [
        _row(extraction, model["id"], edge)
        for model in mechanism_models(extraction.document.id)
        if model_id in (None, model["id"])
        for edge in model["edges"]
    ]
    return pd.DataFrame(rows, columns=EDGES).astype({"line_start": "Int64", "line_end": "Int64"})


def check_edges(found: pd.DataFrame, document: Document) -> pd.DataFrame:
    """Check that the lines an arrow names really say it.

    Parameters
    ----------
    found : pandas.DataFrame
        Arrows as `mechanism_edges` returns them, or as they were published.
    document : Document
        The document whose lines they name.

    Returns
    -------
    pandas.DataFrame
        One row an arrow that fails: ``model_id``, ``source``, ``target``, ``fault`` (str: the words that are not in its
        lines; why the sentence there does not say it; or that no coded arrow has its names, for instance because it
        was renamed).

    Raises
    ------
    ZhagenError
        If the document has no coded mechanism.
    """
    models = mechanism_models(document.id)
    coded = {
        (model["id"], edge["source"], edge["target"], edge["relation"]): edge
        for model in models
        for edge in model["edges"]
    }
    failed = []
    placed = found.dropna(subset="line_start")
    columns = "model_id source target relation line_start line_end".split()
    for *names, first, last in zip(*(placed[name].tolist() for name in columns), strict=True):
        edge = coded.get(tuple(names))
        passage = clean(document.lines[first - 1 : last], first)
        fault = _passage_fault(passage, edge, _ends(models)) if edge else "no coded arrow has these names"
        if fault:
            failed.append((*names[:3], fault))
    return pd.DataFrame(failed, columns=["model_id", "source", "target", "fault"])


def edge_summary(found: pd.DataFrame, outline: Outline) -> pd.DataFrame:
    """Count the arrows of each model by status, beside the caption of the figure that is lost.

    Parameters
    ----------
    found : pandas.DataFrame
        Arrows as `mechanism_edges` returns them.
    outline : Outline
        The outline of the document.

    Returns
    -------
    pandas.DataFrame
        One row a model: ``figure``, ``caption`` (str), ``line`` (int, missing if the text has no figure of it), then
        one column a status that occurs (int, arrows).

    Raises
    ------
    ExtractionError
        If the text has no caption of a figure that a model names.
    """
    named = {model["id"]: model["figure"] for model in mechanism_models(outline.document.id)}
    counts = pd.crosstab(found.model_id, found.status)
    figures = [named.get(model_id, "") for model_id in counts.index]
    captions = [outline.caption(figure) if figure else None for figure in figures]
    counts.insert(0, "figure", figures)
    titles = [block.text.removeprefix(figure) if block else "" for figure, block in zip(figures, captions, strict=True)]
    counts.insert(1, "caption", titles)
    counts.insert(2, "line", [block.lines[0] if block else pd.NA for block in captions])
    return counts.rename_axis(index=None, columns=None).reset_index(drop=True)


def edge_words(edge: dict[str, Any]) -> list[str]:
    """Return the words by which a coded arrow is found in its section.

    Parameters
    ----------
    edge : dict
        An arrow of `mechanism_models`.

    Returns
    -------
    list of str
        The words of its two ends and its relation; none if it names no section.

    Examples
    --------
    >>> edge_words({"source": "甲", "target": "乙", "target_words": "乙方", "relation": "促进", "section": "1"})
    ['甲', '乙方', '促进']
    """
    ends = (edge.get(f"{end}_words", edge[end]) for end in ("source", "target"))
    return [*ends, edge["relation"]] if "section" in edge else []


def _path(doc_id: str) -> Path:
    return data_folder() / "codings" / doc_id / "mechanism.toml"


def _line(doc_id: str, place: tuple[str | int, ...]) -> int:
    return find_line(_path(doc_id).read_text(encoding="utf-8-sig"), place)


def _row(extraction: Extraction, model_id: str, edge: dict[str, Any]) -> tuple[object, ...]:
    _check_ends(extraction, model_id, edge)
    text, lines = _find(extraction, model_id, edge) if "section" in edge else ("", (None, None))
    head = (model_id, edge["source"], edge["target"], edge["relation"], edge.get("sign", "+"))
    said = (edge.get("directed", True), edge["status"], has_citation(text))
    return (*head, *said, *lines, edge["reason"])


def _check_ends(extraction: Extraction, model_id: str, edge: dict[str, Any]) -> None:
    """Refuse an end that the text prints nowhere as a label, and an end in other words that should be word for word."""
    labels = set(extraction.codebook.codes.label)
    titles = [section.title for section in extraction.outline.section_list]
    model = next(model for model in mechanism_models(extraction.document.id) if model["id"] == model_id)
    for label in (edge["source"], edge["target"]):
        coded = label in labels or any(label in title for title in titles)
        if model.get("ends") != "words" and not coded:
            raise _error(extraction.document, model_id, edge, f"{label} is neither a code nor part of a heading")
        if not coded and label not in extraction.outline.text:
            raise _error(extraction.document, model_id, edge, f"{label} is nowhere in the text")
    if edge["status"] in WORD_FOR_WORD and ("source_words" in edge or "target_words" in edge):
        raise _error(
            extraction.document, model_id, edge, f"it is called {edge['status']}, but an end is in other words"
        )
    if edge["status"] in STATED and "section" not in edge:
        raise _error(extraction.document, model_id, edge, f"it is called {edge['status']}, but names no section")


def _find(extraction: Extraction, model_id: str, edge: dict[str, Any]) -> tuple[str, tuple[int, int]]:
    """Return the sentence of a section that says an arrow, and the lines of its words; see `mechanism_edges`."""
    outline, wanted = extraction.outline, edge_words(edge)
    found = list(sentences_with(outline, edge["section"], wanted, kinds=("paragraph", "heading")))
    others = {*_ends(mechanism_models(outline.document.id)), *extraction.codebook.codes.label}
    readings = [_read(sentence.text, edge, others) for sentence, _ in found]
    said = [n for n, reading in enumerate(readings) if not reading.fault]
    if not found:
        fault = f"no sentence of section {edge['section']} has all of {'、'.join(wanted)}"
    elif denied := next((reading.fault for reading in readings if reading.denied), ""):
        fault = f"in its sentence {denied}"
    elif not said:
        fault = f"in its sentence {readings[0].fault}"
    else:
        best = min(said, key=lambda n: readings[n].end - readings[n].start)
        sentence, kind = found[best]
        fault = _status_fault(sentence.text, kind, edge["status"])
        if not fault:
            return sentence.text, sentence.span(readings[best].start, readings[best].end)
    raise _error(outline.document, model_id, edge, fault)


def _read(text: str, edge: dict[str, Any], others: Collection[str]) -> Reading:
    """Read a sentence with all words of an arrow; what acts on each other may be named in either order."""
    source, target, relation = edge_words(edge)
    words = {"source": source, "target": target, "relation": relation}
    if edge["status"] not in STATED:  # that its words are there is all that is asked of it
        ends = [place for word in words.values() for place in (text.index(word), text.index(word) + len(word))]
        return Reading("", min(ends), max(ends))
    unlike = [one for one in others if not any(one in word or word in one for word in words.values())]
    readings = [read_relation(text, words, edge.get("order", SAYS), others=unlike)]
    if not edge.get("directed", True):
        turned = words | {"source": target, "target": source}
        readings.append(read_relation(text, turned, edge.get("order", SAYS), others=unlike))
    return min(readings, key=lambda reading: (bool(reading.fault), not reading.denied))


def _status_fault(text: str, kind: str, status: str) -> str:
    """Say what a status says more, or less, than the sentence: one ruler for all arrows."""
    if status in WORD_FOR_WORD and (kind == "heading") != (status == "heading"):
        return f"it is called {status}, but its sentence is a {kind}"
    if status in STATED and (status == "literature") != reports_others(text):
        found = "nobody's finding" if status == "literature" else "the finding of others"
        return f"it is called {status}, but its sentence reports {found}"
    return ""


def _passage_fault(passage: CleanText, edge: dict[str, Any], others: Collection[str]) -> str:
    """Say why a passage does not say an arrow; empty if one of its sentences does."""
    wanted = edge_words(edge)
    if missing := [word for word in wanted if word not in passage.text]:
        return f"{'、'.join(missing)} is not there"
    sentences = [one.text for one in passage.sentences() if all(word in one.text for word in wanted)]
    faults = [_read(text, edge, others).fault for text in sentences]
    return "" if "" in faults else next(iter(faults), "its words are in two sentences")


def _ends(models: list[dict[str, Any]]) -> set[str]:
    """Return every word for an end of a document's arrows."""
    return {word for model in models for edge in model["edges"] for word in _end_words(edge)}


def _end_words(edge: dict[str, Any]) -> Iterator[str]:
    for end in ("source", "target"):
        yield edge[end]
        yield edge.get(f"{end}_words", edge[end])


def _error(document: Document, model_id: str, edge: dict[str, Any], found: str) -> ExtractionError:
    models = mechanism_models(document.id)
    number = next(number for number, model in enumerate(models) if model["id"] == model_id)
    line = _line(document.id, ("models", number, "edges", models[number]["edges"].index(edge)))
    return ExtractionError(
        f"{model_id}: the arrow {edge['source']} -> {edge['target']} cannot be placed: {found}",
        f"{document.id}, {document.edition}; mechanism.toml, line {line}",
        f"compare the text with data/codings/{document.id}/mechanism.toml",
    )
