"""Sentences that a text uses twice, runs of characters that two texts share, and how much two texts share."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

import pandas as pd

from zhagen.documents.outline import Outline
from zhagen.extraction.citations import cited_works
from zhagen.text.lexicon import lexicon_at_hand
from zhagen.text.segmentation import content_terms

CLAUSES = "section_id line_start other_section_id other_line terms share".split()
RUNS = "section_id line_start other_section_id other_line n_chars".split()
LEAST_BLOCK = 4  # characters; shorter matches are single words and function words


@dataclass(frozen=True)
class Overlap:
    """What two texts share.

    Attributes
    ----------
    share : float
        Share of the shorter text, 0..1, that is found in order in the longer one, in blocks of at least four
        characters.
    longest : int
        Length of the longest such stretch, of whatever length, in characters.
    """

    share: float
    longest: int


def text_overlap(first: str, second: str) -> Overlap:
    """Say how much two texts share, by the matching blocks of `difflib.SequenceMatcher`.

    Parameters
    ----------
    first, second : str
        The texts; their order matters a little, for the matching blocks are found from the left.

    Returns
    -------
    Overlap
        Share and longest stretch; both 0 if a text is empty.

    Examples
    --------
    >>> text_overlap("用户需求", "基于用户需求")
    Overlap(share=1.0, longest=4)
    """
    if not first or not second:
        return Overlap(0.0, 0)
    sizes = [block.size for block in SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()]
    shared = sum(size for size in sizes if size >= LEAST_BLOCK)
    return Overlap(shared / min(len(first), len(second)), max(sizes))


def repeated_sentences(outline: Outline, *, least: int = 12, threshold: float = 0.5) -> pd.DataFrame:
    """Find pairs of sentences of the prose that share a long stretch.

    Quoted evidence and the front page are left out.

    Parameters
    ----------
    outline : Outline
        The outline of the document.
    least : int, default 12
        The least length of the shared stretch, in characters.
    threshold : float, default 0.5
        The least share of the shorter sentence that the two have in common, 0..1, see `text_overlap`.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``section_a``, ``line_a``, ``section_b``, ``line_b``, ``shared`` (int, the longest shared
        stretch in characters), ``similarity`` (float, 0..1), ``cites_a``, ``cites_b`` (str, the works that each of the
        two cites, joined by a semicolon): one finding may be credited to two sources; most similar first.
    """
    sentences = _prose(outline, least)
    grams = [{text[i : i + least] for i in range(len(text) - least + 1)} for _, _, text in sentences]
    rows = []
    for (first, a), (second, b) in combinations(zip(sentences, grams, strict=True), 2):
        if not a & b:
            continue
        same = text_overlap(first[2], second[2])
        if same.share >= threshold:
            cites = ("; ".join(cited_works(text)) for _, _, text in (first, second))
            rows.append((*first[:2], *second[:2], same.longest, round(same.share, 3), *cites))
    columns = "section_a line_a section_b line_b shared similarity cites_a cites_b".split()
    return pd.DataFrame(rows, columns=columns).sort_values("similarity", ascending=False, ignore_index=True)


def shared_runs(first: Outline, second: Outline, *, least: int = 6) -> pd.DataFrame:
    """Find the sentences of two documents that share a run of characters, word for word.

    Quoted evidence and the front page are left out.

    Parameters
    ----------
    first, second : Outline
        The outlines of the documents.
    least : int, default 6
        The least length of the run, in characters.

    Returns
    -------
    pandas.DataFrame
        One row a pair of sentences: ``section_id``, ``line_start`` of the first document's sentence,
        ``other_section_id``, ``other_line`` of the second's, ``n_chars`` (int, the longest common run); longest first,
        then in the order of the text.
    """
    ours, theirs = (_prose(outline, least) for outline in (first, second))
    places = defaultdict(set)  # a run of `least` characters -> the second document's sentences that hold it
    for number, (_, _, text) in enumerate(theirs):
        for start in range(len(text) - least + 1):
            places[text[start : start + least]].add(number)
    rows = []
    for section, line, text in ours:
        met = {
            number for start in range(len(text) - least + 1) for number in places.get(text[start : start + least], ())
        }
        rows += [
            (section, line, *theirs[number][:2], text_overlap(text, theirs[number][2]).longest)
            for number in sorted(met)
        ]
    return pd.DataFrame(rows, columns=RUNS).sort_values("n_chars", ascending=False, kind="stable", ignore_index=True)


def shared_clauses(first: Outline, second: Outline, *, least: int = 4, threshold: float = 1.0) -> pd.DataFrame:
    """Find the clauses of two documents that say the same words in whatever order, such as a slogan turned round.

    A stretch is the fewest clauses in a row that have `least` different content terms between them.

    Parameters
    ----------
    first, second : Outline
        The outlines of the documents.
    least : int, default 4
        The least number of terms that the two have in common.
    threshold : float, default 1.0
        The least share of the terms of the shorter stretch, 0..1, that the other one has.

    Returns
    -------
    pandas.DataFrame
        One row a pair of sentences, the best stretches of each: ``section_id``, ``line_start``, ``other_section_id``,
        ``other_line``, ``terms`` (str, the common terms in the order of the first document), ``share`` (float, 0..1);
        highest share first, then in the order of the text.
    """
    theirs = list(_stretches(second, least))
    best: dict[tuple[str, int, str, int], tuple[float, str]] = {}
    for section, line, terms in _stretches(first, least):
        for other_section, other_line, others in theirs:
            common = [term for term in terms if term in others]
            share = len(common) / min(len(terms), len(others))
            pair = (section, line, other_section, other_line)
            if len(common) >= least and share >= threshold and share > best.get(pair, (0.0, ""))[0]:
                best[pair] = (share, " ".join(common))
    rows = [(*pair, terms, share) for pair, (share, terms) in best.items()]
    return pd.DataFrame(rows, columns=CLAUSES).sort_values("share", ascending=False, kind="stable", ignore_index=True)


def _stretches(outline: Outline, least: int) -> Iterator[tuple[str, int, dict[str, None]]]:
    """Yield the stretches of `shared_clauses`: section, line of the sentence, terms in their order."""
    sentences, lexicon = outline.sentences().query("not section_id.str.endswith('-front')"), lexicon_at_hand()
    for section, line, text in zip(sentences.section_id, sentences.line_start, sentences.text, strict=True):
        clauses = [content_terms(clause, lexicon, segmenter=None) for clause in re.split("[，；：。“”‘’]", text)]
        for start in range(len(clauses)):
            terms: dict[str, None] = {}
            for clause in clauses[start:]:
                terms |= dict.fromkeys(clause)
                if len(terms) >= least:
                    yield section, line, terms
                    break


def _prose(outline: Outline, least: int) -> list[tuple[str, int, str]]:
    prose = outline.sentences().query("kind == 'paragraph' and not section_id.str.endswith('-front')")
    places = zip(*(prose[name].tolist() for name in ("section_id", "line_start", "text")), strict=True)
    return [(section, line, text) for section, line, text in places if len(text) >= least]
