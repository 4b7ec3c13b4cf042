"""Names in all their places: whether the tables of a copy and the rest of its text still call a code the same.

A name that was replaced in the prose alone, or in a table alone, leaves a table that looks whole. The places that the
edition has from which the copy was made, or that are published of the original, tell the two apart.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any, NamedTuple

import pandas as pd

from zhagen.documents.outline import Outline
from zhagen.documents.published import read_published
from zhagen.errors import SourceError
from zhagen.extraction.codebook import Codebook
from zhagen.text.characters import HAN, normal_characters
from zhagen.text.cleaning import label_occurrences

COLUMNS = "label published kind section_id line_start line_end printed".split()
NAMES = ("label", "source", "target")  # the columns of a table that is no coding table which hold names
BLOCK_NAMES = {
    "paragraph": "正文",
    "heading": "标题",
    "title": "题名",
    "caption": "图表题",
    "cell": "表",
    "quotation": "引文",
}
SAME = ("题名", "图表题", "表")  # of these an original and its digest print the same
SHORT = 3  # characters: fewer may be a word that many sentences have
CONTEXT = 6  # characters before and behind a name that find its place again
WORD = re.compile(f"[{HAN}A-Za-z]{{1,4}}(?<![的地得了和与及或在是为被把对从中上下等])")
LONGEST = 30  # characters of what is printed in place of a name
SHOWN = 3  # places that a reason lists
Tables = Mapping[str, pd.DataFrame]


class _Place(NamedTuple):
    """Where a name is printed: the kind of block, its section and raw lines, and what is before and behind it."""

    label: str
    kind: str
    section_id: str
    lines: tuple[int, int]
    before: str = ""
    behind: str = ""


class Names(NamedTuple):
    """The names of codes, and those in other tables, of one edition of a document, with its outline.

    Attributes
    ----------
    outline : zhagen.documents.outline.Outline
        Its outline.
    book : zhagen.extraction.codebook.Codebook
        Its codes and evidence.
    tables : dict of str to pandas.DataFrame
        Its tables that are no coding tables, by label or name.
    """

    outline: Outline
    book: Codebook
    tables: Tables

    @property
    def listed(self) -> list[str]:
        """The names that tables other than the coding tables hold."""
        return [
            str(name)
            for frame in self.tables.values()
            for column in NAMES
            if column in frame
            for name in frame[column].dropna()
            if name
        ]


def compare_names(copy: Names, digest: Names, original: Names | None = None) -> pd.DataFrame:
    """Find the names that the tables and the other places of a copy no longer have in common.

    The copy is compared with the edition that it has most sentences of; of an original that is not attached, with what
    is published of it. A name that is printed in fewer places than there is one that something else was put in place
    of. A published name that the tables have no longer, and the text still prints, is one that the tables alone have
    changed. A name of fewer than three characters may be any word: it is listed if only one place is left.

    Parameters
    ----------
    copy, digest : Names
        The copy, and the shipped digest of the document.
    original : Names, optional
        The original, if it is attached.

    Returns
    -------
    pandas.DataFrame
        One row a place: ``label`` (as the tables of the copy have it; empty if they have no name for it any more),
        ``published`` (its published name), ``kind`` (``正文`` | ``标题`` | ``题名`` | ``图表题`` | ``表`` | ``引文``),
        ``section_id``, ``line_start``, ``line_end`` (of the place, else of its section; missing if neither is known),
        ``printed`` (what the place prints; empty if that is not known).
    """
    nearest = _nearest(copy, digest, original)
    wanted = [*digest.book.codes.label, *copy.book.codes.label]
    if nearest is not None:
        wanted += [*nearest.listed, *copy.listed]
        there = _places(nearest.outline, wanted)
    else:
        there = _published_places(digest.outline, wanted)
    here = _places(copy.outline, wanted)
    rows = []
    names = {*copy.book.codes.label, *copy.listed}
    for label in dict.fromkeys(place.label for place in there if place.label in names):
        rows += _lost(copy.outline, label, _of(there, label), _of(here, label))
    rows += _kept(copy, digest, here)
    if nearest is None:
        rows += _fewer(copy, digest)
    return pd.DataFrame(rows, columns=COLUMNS).astype({"line_start": "Int64", "line_end": "Int64"})


def name_reasons(differences: pd.DataFrame, outline: Outline) -> dict[str, str]:
    """Say of each name where the rest of the text differs, for the column ``reason``.

    Parameters
    ----------
    differences : pandas.DataFrame
        What `compare_names` returned.
    outline : zhagen.documents.outline.Outline
        The outline of the copy.

    Returns
    -------
    dict of str to str
        Name -> a sentence in Chinese.
    """
    found: dict[str, list[str]] = defaultdict(list)
    row: Any
    for row in differences[differences.label != ""].itertuples():
        if row.published != row.label:
            said = f"仍印随书公布的名称“{row.published}”"
        else:
            said = f"原印此名，现印“{row.printed}”" if row.printed else "原印此名，现在少了一处"
        first, last = _file_lines(row, outline)
        where = f"第{first}行" if first == last else f"第{first}-{last}行"
        found[row.label].append(f"{row.kind}{where if first else ''}{said}")
    return {
        label: "表里的名称与别处不一致：" + "；".join(said[:SHOWN]) + (f"等{len(said)}处" if len(said) > SHOWN else "")
        for label, said in found.items()
    }


def name_doubts(differences: pd.DataFrame, outline: Outline) -> list[str]:
    """Say of each name where the rest of the text differs, in English.

    Parameters
    ----------
    differences : pandas.DataFrame
        What `compare_names` returned.
    outline : zhagen.documents.outline.Outline
        The outline of the copy.

    Returns
    -------
    list of str
        A sentence a name.
    """
    said = []
    row: Any
    for (label, published), places in differences.groupby(["label", "published"], sort=False):
        found = []
        for row in places.itertuples():
            first, last = _file_lines(row, outline)
            where = f"line {first}" if first == last else f"lines {first}-{last}"
            found.append(f"{where} prints {row.printed}" if row.printed else f"one is gone from {where}")
        shown = "; ".join(found[:SHOWN]) if places.line_start.notna().all() else "where is not known"
        more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        if label == published:
            begin = f"{label} is in the tables, and fewer other places print it"
        else:
            begin = f"the tables say {label or 'nothing'} for {published}, and other places still print it"
        said.append(f"{begin}: {shown}{more}")
    return said


def mark_names(names: Names, differences: pd.DataFrame) -> tuple[Codebook, dict[str, pd.DataFrame]]:
    """Let each row with a name that other places of the text do not have say so in its ``reason``.

    Parameters
    ----------
    names : Names
        The copy.
    differences : pandas.DataFrame
        What `compare_names` returned of it.

    Returns
    -------
    tuple of (Codebook, dict)
        The codebook and the tables; a table without the column ``reason`` is not changed.
    """
    said = name_reasons(differences, names.outline)
    book = Codebook(_marked(names.book.codes, ["label"], said), names.book.evidence)
    tables = {
        name: _marked(frame, [column for column in NAMES if column in frame], said) if "reason" in frame else frame
        for name, frame in names.tables.items()
    }
    return book, tables


def _marked(frame: pd.DataFrame, columns: list[str], said: dict[str, str]) -> pd.DataFrame:
    reasons = [
        "；".join(filter(None, [reason, *dict.fromkeys(said[name] for name in found if name in said)]))
        for reason, *found in frame[["reason", *columns]].itertuples(index=False)
    ]
    return frame.assign(reason=reasons)


def _file_lines(row: Any, outline: Outline) -> tuple[int, int]:
    """Return the lines of the file that a row names, (0, 0) for none."""
    if pd.isna(row.line_start):
        return 0, 0
    return outline.document.file_line(int(row.line_start)), outline.document.file_line(int(row.line_end))


def _nearest(copy: Names, digest: Names, original: Names | None) -> Names | None:
    """Return the edition that a copy was made from, None for an original that is not attached."""
    said, ours = _sentences(copy), _sentences(digest)
    if original is not None:
        return max((digest, original), key=lambda names: len(said & _sentences(names)))
    return digest if len(said & ours) * 2 >= len(ours) else None


def _sentences(names: Names) -> set[str]:
    """Return the whole sentences of a text: what is no sentence (an address, a date) both editions have."""
    return {text for text in names.outline.sentences().text if text.endswith("。")}


def _joined(outline: Outline) -> tuple[str, list[int]]:
    """Return the text of all blocks, a block a line, and where each begins."""
    text = "\n".join(block.text for block in outline.blocks)
    starts = list(accumulate((len(block.text) + 1 for block in outline.blocks[:-1]), initial=0))
    return text, starts


def _places(outline: Outline, labels: Iterable[str]) -> list[_Place]:
    """Return all places of names in a text, in its order."""
    labels = set(labels)
    text, starts = _joined(outline)
    found = []
    for block, begin in zip(outline.blocks, starts, strict=True):
        for start, end, label in label_occurrences(block.text, labels):
            before = text[max(0, begin + start - CONTEXT) : begin + start]
            behind = text[begin + end : begin + end + CONTEXT]
            lines = block.clean.span(start, end)
            found.append(_Place(label, BLOCK_NAMES[block.kind], block.section_id, lines, before, behind))
    return found


def _published_places(digest: Outline, labels: Iterable[str]) -> list[_Place]:
    """Return what is known of the places of codes in an original that is not attached.

    Those in its paragraphs and headings are published; in tables and captions its digest has the same.
    """
    try:
        passages, sections = (read_published(digest.document.id, name) for name in ("passages", "sections"))
    except SourceError:
        return []
    mentioned = passages[passages.kind == "mention"].drop_duplicates(["place", "label"])
    named = mentioned[["label", "section_id", "line_start", "line_end"]].itertuples(index=False, name=None)
    places = [_Place(label, BLOCK_NAMES["paragraph"], section, (first, last)) for label, section, first, last in named]
    labels = set(labels)
    for title, section, line in sections[["title", "section_id", "line_start"]].itertuples(index=False, name=None):
        found = label_occurrences(title if isinstance(title, str) else "", labels)
        places += [_Place(label, BLOCK_NAMES["heading"], section, (line, line)) for _, _, label in found]
    return places + [place for place in _places(digest, labels) if place.kind in SAME]


def _of(places: list[_Place], label: str) -> list[_Place]:
    return [place for place in places if place.label == label]


def _lost(outline: Outline, label: str, there: list[_Place], here: list[_Place]) -> list[tuple[Any, ...]]:
    """Return the places that have a name no longer, or a longer one.

    Text may be moved: only where a name is printed in fewer places than before, one of them is gone.
    """
    kinds = {place.kind for place in there}
    left = [place for place in here if place.kind in kinds]
    gone = len(there) - len(left)
    if len(label) < SHORT and len(here) > 1:
        return []
    rows: list[tuple[Any, ...]] = []
    longer: list[tuple[Any, ...]] = []
    text, starts = _joined(outline)
    for (section, kind), places in _by_section(there).items():
        number = len(places) - len(_by_section(left).get((section, kind), []))
        found = [one for one in (_instead(outline, text, starts, place) for place in places) if one is not None]
        longer += [(label, label, kind, section, *one) for one in found if label in one[2]]
        known = [one for one in found if label not in one[2]][: max(number, 0)]
        rows += [(label, label, kind, section, *one) for one in known]
        rows += [(label, label, kind, section, *_section_lines(outline, section), "")] * (number - len(known))
    return rows[: max(gone, 0)] + longer


def _by_section(places: list[_Place]) -> dict[tuple[str, str], list[_Place]]:
    found: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    for place in places:
        found[place.section_id, place.kind].append(place)
    return found


def _instead(outline: Outline, text: str, starts: list[int], place: _Place) -> tuple[int, int, str] | None:
    """Find by the words around a name what is printed in its place: its lines and its text.

    A name with a word before or behind it is another name; with a mark or a particle it is the same.
    """
    if len(place.before) + len(place.behind) < SHORT:
        return None
    for match in re.finditer(f"{re.escape(place.before)}(.{{1,{LONGEST}}}?){re.escape(place.behind)}", text):
        number = bisect_right(starts, match.start(1)) - 1
        block = outline.blocks[number]
        if (block.section_id, BLOCK_NAMES[block.kind]) != (place.section_id, place.kind):
            continue
        rest = match[1].partition(place.label)
        if match[1] != place.label and (place.label not in match[1] or WORD.fullmatch(rest[0] + rest[2])):
            return (*block.clean.span(match.start(1) - starts[number], match.end(1) - starts[number]), match[1])
    return None


def _section_lines(outline: Outline, section_id: str) -> tuple[int | None, int | None]:
    found = next((section for section in outline.section_list if section.section_id == section_id), None)
    return (found.line_start, found.line_end) if found else (None, None)


def _kept(copy: Names, digest: Names, here: list[_Place]) -> list[tuple[Any, ...]]:
    """Return the places that still print the published name of a code, which the tables have no longer."""
    ours = set(copy.book.codes.label)
    rows = []
    for row in digest.book.codes.drop_duplicates("label").itertuples():
        label = str(row.label)
        if label in ours or len(label) < SHORT:
            continue
        name = _new_name(copy.book, digest.book, row)
        rows += [(name, label, p.kind, p.section_id, *p.lines, label) for p in _of(here, label)]
    return rows


def _new_name(copy: Codebook, digest: Codebook, code: Any) -> str:
    """Return the name that a copy has for a published code: the one new code with its parent or the codes below it."""
    known, labels = digest.labels(), copy.labels()
    old = set(digest.codes.label)
    parent = known.get(code.parent_id, "")
    below = set(digest.codes.label[digest.codes.parent_id == code.code_id])
    found = []
    row: Any
    for row in copy.codes.itertuples():
        if row.level != code.level or row.label in old:
            continue
        under = set(copy.codes.label[copy.codes.parent_id == row.code_id])
        if labels.get(row.parent_id, "") == parent and not below - under:
            found.append(str(row.label))
    return found[0] if len(found) == 1 else ""


def _fewer(copy: Names, digest: Names) -> list[tuple[Any, ...]]:
    """Return the names of other tables that a copy of an original prints less often than the digest does.

    Nothing is published of their places, and an original has each of them at least as often as its digest.
    """
    text, wanted = (normal_characters("".join(names.outline.document.raw.split())) for names in (copy, digest))
    codes = set(digest.book.codes.label)
    rows = []
    for label in dict.fromkeys(copy.listed):
        if label not in codes and len(label) >= SHORT:
            rows += [(label, label, "", "", None, None, "")] * (wanted.count(label) - text.count(label))
    return rows
