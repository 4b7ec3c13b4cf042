"""Sentences that a text uses twice."""

from difflib import SequenceMatcher
from itertools import combinations


def repeated_sentences(outline, least=12, threshold=0.5):
    """Find pairs of sentences of the prose that share a long stretch.

    Parameters
    ----------
    outline : a `zhagen.documents.outline.Outline`.
    least : the least length of the shared stretch, in characters.
    threshold : the least share of the shorter sentence that the matching blocks of four characters or more make up.

    Returns a data frame, one row a pair: section_a, line_a, section_b, line_b, shared (the longest shared stretch, in
    characters), similarity (0..1); most similar first. Quoted evidence and the front page are left out.
    """
    import pandas as pd

    prose = outline.sentences().query("kind == 'paragraph' and not section_id.str.endswith('-front')")
    sentences = [row for row in prose.itertuples() if len(row.text) >= least]
    grams = [{row.text[i : i + least] for i in range(len(row.text) - least + 1)} for row in sentences]
    rows = []
    for (first, a), (second, b) in combinations(zip(sentences, grams, strict=True), 2):
        if not a & b:
            continue
        blocks = SequenceMatcher(None, first.text, second.text, autojunk=False).get_matching_blocks()
        same = sum(block.size for block in blocks if block.size >= 4) / min(len(first.text), len(second.text))
        if same >= threshold:
            longest = max(block.size for block in blocks)
            places = (first.section_id, first.line_start, second.section_id, second.line_start)
            rows.append((*places, longest, round(same, 3)))
    columns = "section_a line_a section_b line_b shared similarity".split()
    return pd.DataFrame(rows, columns=columns).sort_values("similarity", ascending=False, ignore_index=True)
