"""Mechanism models: typed arrows, each with its place in the text and how sure it is."""

import re
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.documents.catalog import Document
from zhagen.documents.handwritten import find_line, read_toml
from zhagen.documents.outline import Outline
from zhagen.errors import ExtractionError, ZhagenError
from zhagen.extraction.citations import has_citation
from zhagen.extraction.pipeline import Extraction
from zhagen.extraction.places import Place, find_sentence
from zhagen.paths import data_folder
from zhagen.text.cleaning import clean
from zhagen.vocabulary import STATUSES

EDGES = "model_id source target relation sign directed status cites in_heading line_start line_end reason".split()
STATED = ("printed", "mapped", "literature")
NEGATION = "不(?![断仅只但])|未(?!来)|并非|绝非|无法|难以|没有"
WORD = {"type": "string", "minLength": 1}
EDGE = {
    "type": "object",
    "required": ["source", "target", "relation", "status", "reason"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(("source", "target", "relation", "section", "source_words", "target_words"), WORD),
        "sign": {"enum": ["+", "-"]},
        "directed": {"type": "boolean"},
        "reversed": {"type": "boolean"},
        "status": {"enum": list(STATUSES)},
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

    The place of an arrow is the first sentence or heading of its section that has the words of both ends and the
    relation. In the sentence of a stated arrow the source comes before the target (the other way round if the coding
    says ``reversed``), and its relation is not negated.

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
        where the text says only that both act on each other), ``status`` (str), ``cites`` (bool, whether the sentence
        cites a work, whatever the status), ``in_heading`` (bool, whether it is a heading), ``line_start``,
        ``line_end`` (int, raw lines; missing if an inferred arrow rests on no passage), ``reason``.

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
    """Check that the lines an arrow names really have both its ends and its relation.

    Parameters
    ----------
    found : pandas.DataFrame
        Arrows as `mechanism_edges` returns them, or as they were published.
    document : Document
        The document whose lines they name.

    Returns
    -------
    pandas.DataFrame
        One row an arrow that fails: ``model_id``, ``source``, ``target``, ``missing`` (str, the words that are not in
        its lines; ``a coded arrow of these names`` if the codings have none, for instance because it was renamed).

    Raises
    ------
    ZhagenError
        If the document has no coded mechanism.
    """
    coded = {
        (model["id"], edge["source"], edge["target"], edge["relation"]): edge
        for model in mechanism_models(document.id)
        for edge in model["edges"]
    }
    failed = []
    placed = found.dropna(subset="line_start")
    columns = "model_id source target relation line_start line_end".split()
    for *names, first, last in zip(*(placed[name].tolist() for name in columns), strict=True):
        edge = coded.get(tuple(names))
        passage = clean(document.lines[first - 1 : last], first).text
        wanted = edge_words(edge) if edge else []
        missing = [word for word in wanted if word not in passage] if edge else ["a coded arrow of these names"]
        if missing:
            failed.append((*names[:3], "、".join(missing)))
    return pd.DataFrame(failed, columns=["model_id", "source", "target", "missing"])


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


def sentences_on_both(extraction: Extraction, first: str | Sequence[str], second: str | Sequence[str]) -> pd.DataFrame:
    """Search a text for what it says of two ends at once, in all wordings that are known.

    The wordings of an end are its label, the labels of the codes under it, and the words by which the coded arrows of
    the document find it. That no sentence says an arrow is a claim about all of these, not about the two labels only.

    Parameters
    ----------
    extraction : Extraction
        What `zhagen.extract` returned.
    first, second : str or sequence of str
        The labels of the two ends; a sequence holds other wordings of an end behind its label.

    Returns
    -------
    pandas.DataFrame
        The rows of `Outline.sentences` that have a wording of either end, and the headings that do, in the order of
        the text: ``section_id``, ``kind``, ``text`` (str), ``line_start``, ``line_end`` (int), ``first``, ``second``
        (str, the wordings found, joined with ``、``). Empty if the text never names both together.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> found = sentences_on_both(extract("haier", edition="digest"), "协同共创能力", "价值网络拓展")
    >>> "haier-5.3" in set(found.section_id)
    True
    """
    given = [[end] if isinstance(end, str) else list(end) for end in (first, second)]
    ends = [list(dict.fromkeys(word for one in end for word in _wordings(extraction, one))) for end in given]
    rows = []
    for block in extraction.outline.blocks:
        if block.kind not in ("paragraph", "heading", "quotation"):
            continue
        for sentence in block.clean.sentences():
            named = [[word for word in words if word in sentence.text] for words in ends]
            if all(named):
                said = ("、".join(words) for words in named)
                rows.append((block.section_id, block.kind, sentence.text, *sentence.span(), *said))
    return pd.DataFrame(rows, columns="section_id kind text line_start line_end first second".split())


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


def _wordings(extraction: Extraction, label: str) -> list[str]:
    """Return the label of an end, the labels under it, and the words of the coded arrows for it."""
    codes, doc_id = extraction.codebook.codes, extraction.document.id
    words = [label, *codes.label[codes.parent_id.isin(codes.code_id[codes.label == label])]]
    for model in mechanism_models(doc_id) if has_mechanism(doc_id) else []:
        for edge in model["edges"]:
            words += [edge.get(f"{end}_words", label) for end in ("source", "target") if edge[end] == label]
    return list(dict.fromkeys(words))


def _path(doc_id: str) -> Path:
    return data_folder() / "codings" / doc_id / "mechanism.toml"


def _line(doc_id: str, place: tuple[str | int, ...]) -> int:
    return find_line(_path(doc_id).read_text(encoding="utf-8-sig"), place)


def _row(extraction: Extraction, model_id: str, edge: dict[str, Any]) -> tuple[object, ...]:
    _check_ends(extraction, model_id, edge)
    place = _find(extraction.outline, model_id, edge) if "section" in edge else None
    head = (model_id, edge["source"], edge["target"], edge["relation"], edge.get("sign", "+"))
    said = (edge.get("directed", True), edge["status"])
    if place is None:
        return (*head, *said, False, False, None, None, edge["reason"])
    return (*head, *said, has_citation(place.text), place.kind == "heading", *place.lines, edge["reason"])


def _check_ends(extraction: Extraction, model_id: str, edge: dict[str, Any]) -> None:
    """Refuse an end that the text prints nowhere as a label, and a ``printed`` arrow with a paraphrased end."""
    labels = set(extraction.codebook.codes.label)
    titles = [section.title for section in extraction.outline.section_list]
    model = next(model for model in mechanism_models(extraction.document.id) if model["id"] == model_id)
    for label in (edge["source"], edge["target"]):
        coded = label in labels or any(label in title for title in titles)
        if model.get("ends") != "words" and not coded:
            raise _error(extraction.document, model_id, edge, f"{label} is neither a code nor part of a heading")
        if not coded and label not in extraction.outline.text:
            raise _error(extraction.document, model_id, edge, f"{label} is nowhere in the text")
    if edge["status"] == "printed" and ("source_words" in edge or "target_words" in edge):
        raise _error(extraction.document, model_id, edge, "it is called printed, but an end is in other words")
    if edge["status"] in STATED and "section" not in edge:
        raise _error(extraction.document, model_id, edge, f"it is called {edge['status']}, but names no section")


def _find(outline: Outline, model_id: str, edge: dict[str, Any]) -> Place:
    """Return the first sentence with all of an arrow's words."""
    wanted = edge_words(edge)
    if found := find_sentence(outline, edge["section"], wanted, kinds=("paragraph", "heading")):
        if edge["status"] in STATED and (fault := _misread(found.text, edge)):
            raise _error(outline.document, model_id, edge, f"in its sentence {fault}")
        return found
    raise _error(
        outline.document, model_id, edge, f"no sentence of section {edge['section']} has all of {'、'.join(wanted)}"
    )


def _misread(text: str, edge: dict[str, Any]) -> str:
    """Say how a sentence with all words of an arrow says something else; empty if it does not."""
    source, target, relation = edge_words(edge)
    first, then = (target, source) if edge.get("reversed") else (source, target)
    if text.index(first) >= text.rindex(then):
        return f"{first} is not before {then}: write `reversed` if that is how the text puts it"
    if re.search(f"(?:{NEGATION})[^，。；：]{{0,2}}{re.escape(relation)}", text):
        return f"{relation} is negated"
    return ""


def _error(document: Document, model_id: str, edge: dict[str, Any], found: str) -> ExtractionError:
    models = mechanism_models(document.id)
    number = next(number for number, model in enumerate(models) if model["id"] == model_id)
    line = _line(document.id, ("models", number, "edges", models[number]["edges"].index(edge)))
    return ExtractionError(
        f"{model_id}: the arrow {edge['source']} -> {edge['target']} cannot be placed: {found}",
        f"{document.id}, {document.edition}; mechanism.toml, line {line}",
        f"compare the text with data/codings/{document.id}/mechanism.toml",
    )
