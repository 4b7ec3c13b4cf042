"""The Gioia method: concepts under themes under aggregate dimensions, each concept with its quotations."""

import re
from collections.abc import Mapping
from typing import Any

from zhagen.documents.outline import Outline, Section, split_heading
from zhagen.documents.recipe import HIERARCHY
from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import Codebook
from zhagen.extraction.readings.collecting import Codes, coding_tables, parent_of, row_evidence, row_labels, settle
from zhagen.extraction.relations import denial
from zhagen.extraction.tables.cells import table_place
from zhagen.extraction.tables.table import Cell, Table

CHAIN = re.compile(r"“([^“”‘’，。；、]+(?:-[^“”‘’，。；、-]+){2,})”")
Chain = tuple[list[str], int, int]
Placed = dict[str, tuple[dict[str, Any], str, str, str]]  # theme -> its dimension, printed, status, reason


def build(outline: Outline, recipe: dict[str, Any], glosses: Mapping[str, str]) -> Codebook:
    """Read the coding tables of a Gioia study.

    Dimensions come from a column if the tables have one; else from the headings, if each theme's heading prints its
    dimension before a colon; else from a quoted chain ``“a-b-c”`` that another place of the text confirms. The recipe's
    ``dimensions`` can name one of the three.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.
    recipe : dict
        The document's recipe.
    glosses : mapping of str to str
        As for `zhagen.extraction.readings.build_codebook`.

    Returns
    -------
    Codebook
        Dimensions, themes, concepts and their evidence.

    Raises
    ------
    ExtractionError
        If a table does not fit the recipe, or the dimensions are found nowhere, or in two places that disagree.
    """
    codes = Codes(outline, glosses)
    tables = [(entry, settle(outline, entry, table)) for entry, table in coding_tables(outline, recipe)]
    placed: Placed = {}
    if "dimension" not in tables[0][0]["levels"]:
        placed = _dimensions(outline, recipe, tables, codes)
    for entry, table in tables:
        quotations = []
        for row in table.rows:
            theme = _theme(codes, row.cells["theme"], placed) if placed else _theme_of_column(codes, row)
            above = parent_of(row, "theme")
            own = row.cells["concept"]
            assert own is not None
            lines = (row.line_start, row.line_end) if row.status == "printed" else own.lines
            named = [
                codes.add("concept", label, lines, parent=theme, **above) for label in row_labels(entry, row, "concept")
            ]
            quotations += row_evidence(outline, table, row, named)
        codes.check_lists(table, entry["levels"])
        codes.add_evidence(entry, quotations)
    return codes.codebook(HIERARCHY["gioia"])


def quoted_chains(outline: Outline) -> list[Chain]:
    """Return the quoted chains ``“a-b-c”`` of the prose, without those that their clause denies.

    Parameters
    ----------
    outline : zhagen.documents.outline.Outline
        The document's outline.

    Returns
    -------
    list of (list of str, int, int)
        In the order of the text: the members, the first and the last raw line.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> quoted_chains(extract("haier", edition="digest").outline)[0]
    (['数据驱动', '动态能力提升', '数字商业模式创新'], 2, 2)
    """
    found = []
    for block in outline.prose():
        for sentence in block.clean.sentences():
            for match in CHAIN.finditer(sentence.text):
                if denial(sentence.text, match.start()):  # 并非“甲-乙”
                    continue
                span = sentence.span(match.start(), match.end())
                found.append((match[1].split("-"), *span))
    return found


def _theme(codes: Codes, cell: Cell | None, placed: Placed) -> dict[str, Any]:
    assert cell is not None
    dimension, printed, status, reason = placed[cell.text]
    return codes.add(
        "theme", cell.text, cell.lines, parent=dimension, printed=printed, status=status, reason=reason, sure=False
    )


def _theme_of_column(codes: Codes, row: Any) -> dict[str, Any]:
    cell, own = row.cells["dimension"], row.cells["theme"]
    dimension = codes.add("dimension", cell.text, cell.lines)
    return codes.add("theme", own.text, own.lines, parent=dimension, **parent_of(row, "dimension"))


def _dimensions(
    outline: Outline, recipe: dict[str, Any], tables: list[tuple[dict[str, Any], Table]], codes: Codes
) -> Placed:
    """Find the dimensions outside of the tables; return the dimension of each theme."""
    themes = {table.label: list(dict.fromkeys(c.text for c in table.column("theme"))) for _, table in tables}
    names = [name for part in themes.values() for name in part]
    wanted = recipe.get("dimensions")
    headings = {name: outline.headed(name) for name in names}
    prefixed = all(found and split_heading(found[0].title)[0] for found in headings.values())
    if wanted == "headings" or wanted is None and prefixed:
        return _from_headings(outline, names, headings, codes)
    links = quoted_chains(outline)
    members, first, last = _confirmed_chain(outline, links, names)
    reason = "引号内的链条依次写出各聚合维度"
    dimensions = [codes.add("dimension", label, (first, last), reason=reason) for label in members]
    placed: Placed = {}
    for entry, table in tables:
        placed |= _by_section(outline, entry, themes[table.label], dimensions, links)
    return placed


def _from_headings(outline: Outline, names: list[str], headings: dict[str, list[Section]], codes: Codes) -> Placed:
    placed: Placed = {}
    for name in names:
        found = headings[name]
        if len(found) != 1:
            raise ExtractionError(
                f"{len(found) or 'no'} headings are named {name}, so its dimension is not known",
                outline.document.where(1, len(outline.document.lines)),
                "compare the headings with the themes of the coding table",
            )
        section = found[0]
        printed = split_heading(section.title)[0]
        above = next((s for s in outline.section_list if s.section_id == section.parent_id), None)
        if not printed and above is None:
            raise ExtractionError(
                f"the heading of the theme {name} names no dimension and is under no heading",
                outline.document.where(section.line_start),
                "compare the headings with the recipe's levels, or say where the dimensions are (dimensions)",
            )
        label, place = (printed, section) if printed or above is None else (split_heading(above.title)[1], above)
        dimension = codes.add("dimension", label, (place.line_start, place.line_start), reason="小节标题写出这一维度")
        where = "标题（第 {} 行）把主题写在这一维度之后" if printed else "主题的小节在第 {} 行的标题之下"
        line = section.line_start if printed else place.line_start
        placed[name] = (dimension, printed, "printed" if printed else "by_order", where.format(line))
    return placed


def _confirmed_chain(outline: Outline, links: list[Chain], themes: list[str]) -> Chain:
    """Return the chain that names the dimensions: none of its members is a theme, and another place confirms it.

    Another place is the same chain again, or a heading that prints one of its members before a colon.
    """
    printed = {split_heading(section.title)[0] for section in outline.section_list}
    candidates = [link for link in links if not set(link[0]) & set(themes)]
    times = [link[0] for link in candidates]
    confirmed: dict[tuple[str, ...], Chain] = {}
    for link in candidates:
        if times.count(link[0]) > 1 or printed & set(link[0]):
            confirmed.setdefault(tuple(link[0]), link)
    if len(confirmed) == 1:
        return next(iter(confirmed.values()))
    shown = "; ".join(f"“{'-'.join(names)}” line {first}" for names, first, _ in confirmed.values() or candidates)
    problem = "several quoted chains" if confirmed else "no quoted chain that another place confirms"
    problem += " could name the dimensions" if confirmed else " names the dimensions"
    raise ExtractionError(
        f"{problem} ({shown or 'none found'})",
        outline.document.where(1, len(outline.document.lines)),
        "look for a chain “a-b-c” that lost its marks, or say in the recipe where the dimensions are (dimensions)",
    )


def _by_section(
    outline: Outline,
    entry: dict[str, Any],
    themes: list[str],
    dimensions: list[dict[str, Any]],
    links: list[Chain],
) -> Placed:
    """Put the themes of a table under dimensions: the n-th subsection of a part realises the n-th link of the chain."""
    matched = {theme: next(iter(outline.headed(theme)), None) for theme in themes}
    parts = {(section.parent_id, section.level) for section in matched.values() if section}
    if len(parts) != 1:
        raise _no_heading(outline, entry, themes, matched, [])
    part, level = parts.pop()
    sections = [s for s in outline.section_list if s.parent_id == part and s.level == level]
    if len(sections) != len(dimensions):
        raise ExtractionError(
            f"{entry['label']}: {len(sections)} subsections of level {level}, but {len(dimensions)} dimensions",
            table_place(outline, entry),
            "compare the headings of this part with the chain of dimensions",
        )
    free = [s for s in sections if s not in matched.values()]
    lost = [theme for theme, section in matched.items() if section is None]
    if len(free) != len(lost) or len(lost) > 1:
        raise _no_heading(outline, entry, lost or themes, matched, sections)
    placed: Placed = {}
    for theme in themes:
        section = matched[theme] or free[0]
        number = sections.index(section)
        printed = split_heading(section.title)[0]
        if printed != dimensions[number]["label"] and printed in {dimension["label"] for dimension in dimensions}:
            raise ExtractionError(
                f"{entry['label']}: the heading of {theme} prints the dimension {printed}, and by its place it is "
                f"under {dimensions[number]['label']}",
                outline.document.where(section.line_start),
                f"compare it with the chain of dimensions, line {dimensions[number]['line_start']}",
            )
        status, reason = _theme_reason(theme, matched[theme], section, number, dimensions[number], printed, links)
        placed[theme] = (dimensions[number], printed, status, reason)
    return placed


def _no_heading(
    outline: Outline,
    entry: dict[str, Any],
    themes: list[str],
    matched: dict[str, Section | None],
    sections: list[Section],
) -> ExtractionError:
    lost = next((theme for theme in themes if matched[theme] is None), themes[0])
    shown = "; ".join(s.title for s in sections or outline.section_list if s.title)
    return ExtractionError(
        f"{entry['label']}: no heading ends with the theme {lost}",
        table_place(outline, entry),
        f"headings of this part: {shown}",
    )


def _theme_reason(
    label: str,
    matched: Section | None,
    section: Section,
    number: int,
    dimension: dict[str, Any],
    printed: str,
    links: list[Chain],
) -> tuple[str, str]:
    if printed == dimension["label"]:
        return "printed", f"标题（第 {section.line_start} 行）把主题写在这一维度之后"
    if matched is None:
        return "inferred", f"没有标题以它结尾；这一部分只剩第 {section.line_start} 行的标题没有主题"
    chain = next((first for members, first, _ in links if label in members), None)
    also = f"；第 {chain} 行的链条也写出它" if chain else ""
    return "by_order", f"所在小节是这一部分的第 {number + 1} 节，对应链条的第 {number + 1} 环{also}"
