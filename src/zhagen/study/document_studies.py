"""A document as a study: its sections are the sources, its evidence the codings, so that all of this fits it, too."""

import pandas as pd

from zhagen.extraction.pipeline import Extraction
from zhagen.study.folder import columns_of, sha256_of, typed_table
from zhagen.study.study import Study
from zhagen.text.cleaning import label_occurrences

QUOTED, MENTIONED = "引文", "提及"
SKIPPED = ("title", "heading", "caption")


def document_study(found: Extraction, *, mentions: bool = False) -> Study:
    """Return an extracted document as a study.

    Each section with text of its own is a source of the kind ``document``, each of its blocks (a paragraph, a cell, a
    quotation) a turn without speaker. Where the evidence of a code is, there is a coding by 引文; it begins and ends
    where the quotation does, as far as the block has it, else with the block. A document shows what was selected for
    print, not what was said: shares of its codes are shares of that selection.

    Parameters
    ----------
    found : zhagen.extraction.pipeline.Extraction
        What `zhagen.extract` returns.
    mentions : bool, default False
        Whether a label that occurs word for word in a paragraph is a coding, too, by 提及.

    Returns
    -------
    Study
        With the codebook of the document; codings whose place is not found are ``lost``.

    Examples
    --------
    >>> from zhagen.extraction.pipeline import extract
    >>> haier = document_study(extract("haier", edition="digest"))
    >>> len(haier.codings), haier.coders
    (18, ['引文'])
    """
    texts: dict[str, str] = {}
    places: list[tuple[str, int]] = []  # of each block: its section and where it begins there
    blocks = [block for block in found.outline.blocks if block.kind not in SKIPPED and block.text]
    for block in blocks:
        before = texts.get(block.section_id)
        texts[block.section_id] = block.text if before is None else f"{before}\n{block.text}"
        places.append((block.section_id, len(texts[block.section_id]) - len(block.text)))
    rows: list[tuple[str, str, int, int, str, str]] = []
    for row in found.codebook.evidence.to_dict("records"):
        near = [n for n, b in enumerate(blocks) if b.lines[0] <= row["line_end"] and row["line_start"] <= b.lines[1]]
        words = str(row["quotation"])
        whole = [n for n in near if words in blocks[n].text]
        parts = [n for n in near if blocks[n].text in words]
        source, start, end = "", 0, 0
        if whole:
            source, start = places[whole[0]]
            start += blocks[whole[0]].text.index(words)
            end = start + len(words)
        elif parts or near:
            first, last = (parts or near)[0], (parts or near)[-1]
            source, start = places[first]
            last = last if places[last][0] == source else first
            end = places[last][1] + len(blocks[last].text)
        rows.append((str(row["evidence_id"]), source, start, end, str(row["code_id"]), QUOTED))
    if mentions:
        codes = found.codebook.codes.groupby("label", sort=False).code_id.agg(list)
        for block, (source, start) in zip(blocks, places, strict=True):
            occurrences = label_occurrences(block.text, codes.index) if block.kind == "paragraph" else []
            for first, last, label in occurrences:
                for code_id in codes[label]:
                    name = f"m{len(rows) + 1}"
                    rows.append((name, source, start + first, start + last, code_id, MENTIONED))
    frame = typed_table("codings", pd.DataFrame(rows, columns="coding_id source_id start end code_id coder".split()))
    spans = list(zip(frame.source_id, frame.start, frame.end, strict=True))
    codings = frame.assign(
        quote_sha256=[sha256_of(texts.get(source, "")[start:end]) for source, start, end in spans],
        anchor=["exact" if start < end else "lost" for _, start, end in spans],
        places=[int(start < end) for _, start, end in spans],
    )
    titles = {section.section_id: section.title for section in found.outline.section_list}
    about = {"title": found.document.id, "coders": [QUOTED, MENTIONED] if mentions else [QUOTED]}
    sources = pd.DataFrame(
        {"source_id": list(texts), "kind": "document", "title": [titles.get(one, "") for one in texts]}
    )
    sources = typed_table("sources", sources.assign(file="", sha256=[sha256_of(text) for text in texts.values()]))
    speakers = typed_table("speakers", pd.DataFrame(columns=columns_of("speakers")))
    return Study(about, texts, sources, found.codebook, codings, speakers)
