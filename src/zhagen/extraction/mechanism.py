"""Mechanism models: typed arrows, each with its place in the text and how sure it is."""

import tomllib

from zhagen.errors import ExtractionError, ZhagenError
from zhagen.paths import data_folder
from zhagen.text.cleaning import clean

EDGES = "model_id source target relation sign status line_start line_end reason".split()
STATED = ("printed", "mapped", "literature")


def mechanism_models(doc_id):
    """Return the coded mechanism models of a document: a list of dicts id, figure, edges.

    They stand in ``data/codings/<id>/mechanism.toml``. Raises `ZhagenError` where there are none.

    >>> [model["figure"] for model in mechanism_models("haier")]
    ['图1', '图3', '图4', '图5', '图6']
    """
    if not has_mechanism(doc_id):
        raise ZhagenError(f"{doc_id} has no coded mechanism", todo=f"write data/codings/{doc_id}/mechanism.toml")
    return tomllib.loads(_path(doc_id).read_text(encoding="utf-8"))["models"]


def has_mechanism(doc_id):
    """Say whether a document has coded mechanism models.

    >>> has_mechanism("haier")
    True
    """
    return _path(doc_id).is_file()


def mechanism_edges(extraction, model_id=None):
    """Find every coded arrow in the text that was read.

    An arrow stands at the first sentence or heading of its section that holds the words of both ends and the
    relation.

    Parameters
    ----------
    extraction : a `zhagen.extraction.pipeline.Extraction`.
    model_id : one model; None takes all.

    Returns a data frame, one row an arrow: model_id, source, target, relation, sign, status, line_start, line_end
    (missing where an inferred arrow leans on no passage), reason. Raises `ExtractionError` where the text does not
    hold a stated arrow, or a status says more than the passage does.
    """
    import pandas as pd

    rows = [
        _row(extraction, model["id"], edge)
        for model in mechanism_models(extraction.document.id)
        if model_id in (None, model["id"])
        for edge in model["edges"]
    ]
    return pd.DataFrame(rows, columns=EDGES).astype({"line_start": "Int64", "line_end": "Int64"})


def check_edges(found, document):
    """Check that the lines an arrow names really hold both its ends and its relation.

    Parameters
    ----------
    found : arrows as `mechanism_edges` gives them, or as they were published.
    document : the `zhagen.Document` whose lines they name.

    Returns a data frame of the arrows that fail: model_id, source, target, missing (the words that are not there).
    """
    import pandas as pd

    coded = {
        (m["id"], e["source"], e["target"], e["relation"]): e for m in mechanism_models(document.id) for e in m["edges"]
    }
    failed = []
    for row in found.dropna(subset="line_start").itertuples():
        passage = clean(document.lines[row.line_start - 1 : row.line_end], row.line_start).text
        missing = [word for word in edge_words(coded[row[1:5]]) if word not in passage]
        if missing:
            failed.append((row.model_id, row.source, row.target, "、".join(missing)))
    return pd.DataFrame(failed, columns=["model_id", "source", "target", "missing"])


def edge_summary(found, outline):
    """Count the arrows of each model by status, beside the caption of the figure that is lost.

    Returns a data frame, one row a model: figure, caption, line (empty where the text has no figure of it), then one
    column a status that occurs.
    """
    import pandas as pd

    named = {model["id"]: model["figure"] for model in mechanism_models(outline.document.id)}
    counts = pd.crosstab(found.model_id, found.status)
    figures = [named[model_id] for model_id in counts.index]
    captions = [outline.caption(figure) if figure else None for figure in figures]
    counts.insert(0, "figure", figures)
    titles = [block.text.removeprefix(figure) if block else "" for figure, block in zip(figures, captions, strict=True)]
    counts.insert(1, "caption", titles)
    counts.insert(2, "line", [block.lines[0] if block else pd.NA for block in captions])
    return counts.rename_axis(index=None, columns=None).reset_index(drop=True)


def _path(doc_id):
    return data_folder() / "codings" / doc_id / "mechanism.toml"


def edge_words(edge):
    """Return the words by which a coded arrow is found: those of its two ends and its relation; none without a section.

    >>> edge_words({"source": "甲", "target": "乙", "target_words": "乙方", "relation": "促进", "section": "1"})
    ['甲', '乙方', '促进']
    """
    ends = (edge.get(f"{end}_words", edge[end]) for end in ("source", "target"))
    return [*ends, edge["relation"]] if "section" in edge else []


def _row(extraction, model_id, edge):
    _check_ends(extraction, model_id, edge)
    span = _find(extraction.outline, model_id, edge) if "section" in edge else (None, None)
    head = (model_id, edge["source"], edge["target"], edge["relation"], edge.get("sign", "+"), edge["status"])
    return (*head, *span, edge["reason"])


def _check_ends(extraction, model_id, edge):
    """Refuse an end that the text prints nowhere as a label, and a ``printed`` arrow with a paraphrased end."""
    labels = set(extraction.codebook.codes.label)
    for end in ("source", "target"):
        label = edge[end]
        if label not in labels and not any(label in section.title for section in extraction.outline.section_list):
            raise _error(extraction.document, model_id, edge, f"{label} is neither a code nor part of a heading")
    if edge["status"] == "printed" and ("source_words" in edge or "target_words" in edge):
        raise _error(extraction.document, model_id, edge, "it is called printed, but an end is in other words")
    if edge["status"] in STATED and "section" not in edge:
        raise _error(extraction.document, model_id, edge, f"it is called {edge['status']}, but names no section")


def _find(outline, model_id, edge):
    """Return the raw lines from the first to the last of an arrow's words, in the first sentence with all of them."""
    wanted = edge_words(edge)
    section = f"{outline.document.id}-{edge['section']}"
    for block in outline.blocks:
        if block.section_id != section or block.kind not in ("paragraph", "heading"):
            continue
        for sentence in block.clean.sentences():
            if all(word in sentence.text for word in wanted):
                starts = [sentence.text.index(word) for word in wanted]
                ends = [start + len(word) for start, word in zip(starts, wanted, strict=True)]
                return sentence.span(min(starts), max(ends))
    raise _error(
        outline.document, model_id, edge, f"no sentence of section {edge['section']} holds {'、'.join(wanted)}"
    )


def _error(document, model_id, edge, found):
    return ExtractionError(
        f"{model_id}: the arrow {edge['source']} -> {edge['target']} is not borne out: {found}",
        f"{document.id}, {document.edition}",
        f"compare the text with data/codings/{document.id}/mechanism.toml",
    )
