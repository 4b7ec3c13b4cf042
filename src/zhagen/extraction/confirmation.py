"""A copy of a document, compared with what is published of it.

A list that lost a cell, a label that lost a character and a row that moved can all look like a whole table. What is
published of the document (its codes with their parents, its quotations by checksum) tells them apart.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pandas as pd

from zhagen.documents.catalog import Document, digest_path
from zhagen.documents.published import read_published
from zhagen.errors import ExtractionError, SourceError
from zhagen.extraction.codebook import Codebook
from zhagen.text.characters import HAN, name_key, normal_characters

Tables = dict[str, pd.DataFrame]
SHORT = 4  # characters: fewer may be a word that many sentences have
Known = dict[tuple[str, str], set[str]]  # level and label -> the labels of its published parents
TODO = "look for a line that is missing, broken or in the wrong place; a text of your own needs an id of its own"


def confirm_codebook(document: Document, book: Codebook, headers: Iterable[str] = ()) -> Codebook:
    """Compare the codebook of a copy with the published one.

    An original and a digest are returned unchanged: what is published was made from them. In a copy, a part of a
    published label and a published label with rubbish around it are refused, unless the places of the copy agree: the
    published label is nowhere in it, and the other one as often as the digest has the published one. Refused is also a
    pair that order alone gives and that is published otherwise, if the copy lacks something: then its lists are
    shifted. Any other pair that is not published is kept and says so; if the copy prints it, its status is
    ``unconfirmed``. Rows that have a renamed code above them are compared by its published name.

    Parameters
    ----------
    document : zhagen.documents.catalog.Document
        The document.
    book : Codebook
        What was extracted from it.
    headers : iterable of str, optional
        The headers of its tables, which are no part of a label.

    Returns
    -------
    Codebook
        The codebook, with a status and a reason where it differs from the published one.

    Raises
    ------
    ExtractionError
        If a label or a pair of the copy is what is left of a published one.
    """
    if document.edition != "file":
        return book
    try:
        codes, evidence = (read_published(document.id, name) for name in ("codes", "evidence"))
    except SourceError:  # nothing is published of it
        return book
    if codes.empty:
        return book
    names = dict(zip(codes.code_id, codes.label, strict=True))
    known: Known = defaultdict(set)
    row: Any  # pandas-stubs let a field of a named tuple be anything
    for row in codes.itertuples():
        known[row.level, row.label].add(names.get(row.parent_id, ""))
    labels = book.labels()
    found: Known = defaultdict(set)
    for row in book.codes.itertuples():
        found[row.level, row.label].add(labels.get(row.parent_id, ""))
    digest = digest_path(document.id)
    texts = (normal_characters(document.raw), _bare(digest.read_text("utf-8")) if digest.is_file() else "")
    for row in book.codes.itertuples():
        _check_remains(document, row, known, found, set(headers), texts)
    new = _renamed(known, found, texts)
    known = _translated(known, new)
    old = {name: label for label, name in new.items()}
    pairs = {
        (new.get(str(names[code]), str(names[code])), str(gloss))
        for code, gloss in zip(evidence.code_id, evidence.gloss, strict=True)
    }
    return Codebook(
        _confirmed_codes(document, book, known, found, old), _confirmed_evidence(document, book, known, pairs)
    )


def confirm_tables(document: Document, tables: Tables, whole: Tables) -> None:
    """Refuse a copy in which a table of statements, pairs or labels of a picture is shorter than in the digest.

    Such a row has no place that would be empty: where its words are damaged, it is simply not found. Refused are also
    pairs that order alone gives, if a label is in the other column: then a box is missing, or there is one too many.

    Parameters
    ----------
    document : zhagen.documents.catalog.Document
        The document.
    tables, whole : dict of str to pandas.DataFrame
        The tables that were extracted from it and from its digest, by name.

    Raises
    ------
    ExtractionError
        If a table has fewer rows, or its pairs are shifted.
    """
    for name in tables:
        _check_columns(document, name, tables[name], whole[name])
        lost = len(whole[name]) - len(tables[name])
        if lost > 0:
            own = [column for column in whole[name] if column in ("label", "number", "grant", "source", "target")]
            here = set(map(tuple, tables[name][own].astype(str).to_numpy()))
            gone = [" ".join(row) for row in map(tuple, whole[name][own].astype(str).to_numpy()) if row not in here]
            raise ExtractionError(
                f"{name}: {len(tables[name])} rows where the document has {len(whole[name])}"
                + (f"; not found: {'; '.join(gone[:3])}" if own else ""),
                document.where(int(tables[name].line_start.min()), int(tables[name].line_end.max())),
                "look for a mark, bracket or number that is damaged or missing",
            )


def _check_columns(document: Document, name: str, table: pd.DataFrame, whole: pd.DataFrame) -> None:
    if "status" not in table or not {"source", "target"} <= set(table):
        return
    columns = {label: column for column in ("source", "target") for label in whole[column]}
    row: Any
    for row in table[table.status == "by_order"].itertuples():
        for column in ("source", "target"):
            label = getattr(row, column)
            if columns.get(label, column) != column:
                raise ExtractionError(
                    f"{name}: {label} is in the column {column}, and is published as {columns[label]}",
                    document.where(row.line_start, row.line_end),
                    "look for a box that is missing, or for one too many, such as the number of a page",
                )
    text = _bare(document.raw)
    for label in sorted(columns.keys() - {*table.source, *table.target}):
        if label in text:  # another name for it would be in its place everywhere
            raise ExtractionError(
                f"{name}: {label} is not in it, and is in the text",
                document.where(int(table.line_start.min()), int(table.line_end.max())),
                "look for a box that is missing, or for one too many, such as a running head",
            )


def missing_codes(book: Codebook, doc_id: str) -> list[str]:
    """Return the published labels that a codebook does not have.

    Parameters
    ----------
    book : Codebook
        A codebook.
    doc_id : str
        The document's id.

    Returns
    -------
    list of str
        Labels in the order of what is published; empty if nothing is published.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> missing_codes(extract("haier", edition="digest").codebook, "haier")
    []
    """
    try:
        codes = read_published(doc_id, "codes")
    except SourceError:
        return []
    return [label for label in dict.fromkeys(codes.label) if label not in set(book.codes.label)]


def _bare(raw: str) -> str:
    return re.sub(r"\s", "", normal_characters(raw))


def _within(part: str, whole: str) -> bool:
    """Say whether all characters of one label are in another one, in their order."""
    rest = iter(whole)
    return all(char in rest for char in part)


def _agreed(new: str, old: str, raw: str, digest: str) -> bool:
    """Say whether the places of a text agree on another name: the old one is nowhere, the new one as often as it was.

    A label that is damaged in one place leaves the others. A label that the digest has in one place only says nothing,
    and neither does a short word, or one that is a whole line, cell or member of a list only once: what is left of a
    label may be elsewhere by accident.
    """
    text, wanted = _bare(raw), digest.count(old)
    if wanted < 2 or len(new) < SHORT or old in (text.replace(new, "|") if old in new else text):
        return False
    whole = re.findall(f"(?<![{HAN}]){re.escape(new)}(?![{HAN}])", raw)  # in a heading, a cell, a list
    return len(whole) > 1 and text.count(new) >= wanted + digest.replace(old, "|").count(new)


def _renamed(known: Known, found: Known, texts: tuple[str, str]) -> dict[str, str]:
    """Return published labels with their new names: one label for another, above the same codes, in all places.

    A name that is typed in another width, or with other brackets, is the same name.
    """
    below: dict[tuple[str, str], set[str]] = defaultdict(set)
    for codes, side in ((known, "known"), (found, "found")):
        for (_, label), parents in codes.items():
            for parent in parents:
                below[side, parent].add(label)
    new = {}
    for level, label in known.keys() - found.keys():
        names = [
            name
            for here, name in found.keys() - known.keys()
            if here == level and below["known", label] and below["known", label] == below["found", name]
        ]
        if len(names) == 1 and _agreed(names[0], label, *texts):
            new[label] = names[0]
        typed = [
            name for here, name in found.keys() - known.keys() if here == level and name_key(name) == name_key(label)
        ]
        if len(typed) == 1:
            new[label] = typed[0]
    return new


def _translated(known: Known, new: dict[str, str]) -> Known:
    """Return the published codes with their parents by the new names; the codes keep the published ones."""
    out: Known = defaultdict(set)
    for key, parents in known.items():
        out[key] = {new.get(parent, parent) for parent in parents}
    return out


def _check_remains(
    document: Document, row: Any, known: Known, found: Known, headers: set[str], texts: tuple[str, str]
) -> None:
    """Refuse a label that is a part of a published one, or a published one with rubbish around it."""
    if (row.level, row.label) in known:
        return
    for level, label in known:
        there = (level, label) in found
        above = any(label in known[key] and row.label in found[key] for key in found if key in known)
        if level != row.level or there and not above:
            continue
        if _within(row.label, label):
            if _agreed(row.label, label, *texts):
                continue
            problem = f"is a part of the published label {label}"
        elif _letters(row.label) == _letters(label) and len(row.label) > len(label):
            problem = f"holds the published label {label} and a number or mark"
        elif label in row.label and _rubbish(row.label.replace(label, "", 1), known, headers):
            problem = f"holds the published label {label} and more"
        else:
            continue
        raise ExtractionError(
            f"the {level} {row.label!r} {problem}", document.where(row.line_start, row.line_end), TODO
        )


def _letters(label: str) -> str:
    return re.sub(r"[\d\W_]", "", label)


def _rubbish(rest: str, known: Known, headers: set[str]) -> bool:
    """Say whether what is printed beside a label is no word of a name: a number, a mark, a header, another label."""
    bare = rest.strip("和与及")
    return bool(re.search(f"[^{HAN}]", rest)) or rest in headers or any(bare == label for _, label in known)


def _confirmed_codes(
    document: Document, book: Codebook, known: Known, found: Known, old: dict[str, str]
) -> pd.DataFrame:
    codes = book.codes.copy()
    labels = book.labels()
    row: Any
    for place, row in zip(codes.index, book.codes.itertuples(), strict=True):
        parent = labels.get(row.parent_id, "")
        published = known.get((row.level, row.label))
        if published and parent in published:
            continue
        if published is None:
            said = "随书公布的编码里没有这个名称"
            if row.label in old:
                same = name_key(old[row.label]) == name_key(row.label)
                said += f"，随书公布的写法是{old[row.label]}" if same else f"，全文各处都改了名，原名是{old[row.label]}"
        else:
            said = f"随书公布的数据把它归入{'、'.join(sorted(published)) or '最上一层'}"
        moved = published is not None and (row.status not in ("printed", "mapped") or not parent)
        levels = {row.level} | {level for level, label in known if label in (published or ())}
        if moved and (not parent or _shorter(_at(known, levels), _at(found, levels))):
            raise ExtractionError(
                f"the {row.level} {row.label} comes under {parent or 'nothing'} by order alone, and is published under "
                f"{', '.join(sorted(published or ())) or 'nothing'}",
                document.where(row.line_start, row.line_end),
                TODO,
            )
        if row.status == "printed":
            codes.loc[place, "status"] = "unconfirmed"
        codes.loc[place, "reason"] = "；".join(filter(None, [row.reason, said]))
    return codes


def _at(codes: Known, levels: set[str]) -> set[tuple[str, str]]:
    return {key for key in codes if key[0] in levels}


def _shorter(known: set[Any], found: set[Any]) -> bool:
    """Say whether a copy lacks more than it has of its own: then something is lost, and not renamed or exchanged."""
    return len(known - found) > len(found - known)


def _confirmed_evidence(document: Document, book: Codebook, known: Known, pairs: set[tuple[str, str]]) -> pd.DataFrame:
    evidence = book.evidence.copy()
    labels = book.labels()
    row: Any
    names, glosses = {label for _, label in known}, {gloss for _, gloss in pairs}
    shorter = _shorter(names, set(labels.values())) or _shorter(glosses, set(evidence.gloss) - {""})
    for place, row in zip(evidence.index, book.evidence.itertuples(), strict=True):
        label = labels[row.code_id]
        if (label, row.gloss) in pairs:
            continue
        if row.status != "printed" and label in names and row.gloss in glosses and shorter:
            own = next(name for name, gloss in pairs if gloss == row.gloss)
            raise ExtractionError(
                f"order alone pairs {label} with a quotation that is published as evidence of {own}",
                document.where(row.line_start, row.line_end),
                TODO,
            )
        said = "随书公布的引文里没有这一段" if row.gloss not in glosses else "随书公布的数据不这样配"
        if row.status == "printed":
            evidence.loc[place, "status"] = "unconfirmed"
        evidence.loc[place, "reason"] = "；".join(filter(None, [row.reason, said]))
    return evidence
