import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from helpers import extracted, spread
from zhagen.book.loads import load_passages
from zhagen.documents import published
from zhagen.documents.published import read_published
from zhagen.errors import SourceError, ZhagenError
from zhagen.extraction.codebook import Codebook
from zhagen.statistics import passages as passage_module
from zhagen.statistics import terms
from zhagen.statistics.association import add_measures, cooccurrence_table
from zhagen.statistics.passages import (
    code_overlap,
    code_passages,
    codes_by_document,
    codes_by_section,
    passage_matrix,
)
from zhagen.text.cleaning import clean, count_term

IDS = ["haier", "community", "xiaomi", "whitepaper", "ecommerce"]
CODES = [("x1", "theme", "甲"), ("x2", "theme", "乙"), ("x3", "concept", "甲"), ("x4", "concept", "α鱼")]
PLACES = st.tuples(
    st.sampled_from(["d0", "d1"]),
    st.sampled_from(CODES),
    st.sampled_from(passage_module.KINDS),
    st.integers(1, 4),  # paragraph; two of them make a section
    st.sampled_from([1, 2, None]),  # sentence; None: outside the prose
    st.integers(0, 12),  # how many lines more than one
)
SOME = st.lists(PLACES, min_size=1, max_size=12)


@pytest.fixture(
    scope="module",
    params=[(doc_id, "digest") for doc_id in IDS]
    + [pytest.param((doc_id, "original"), marks=pytest.mark.originals) for doc_id in IDS],
    ids="-".join,
)
def found(request):
    return extracted(*request.param)


def table(places):
    """Passages of places as `PLACES` draws them; ten lines a paragraph."""
    rows = []
    for place, (doc_id, code, kind, paragraph, sentence, more) in enumerate(places, 1):
        first = 10 * paragraph + (sentence or 5)
        inside = (paragraph, sentence) if sentence else (None, None)
        section = f"{doc_id}-{(paragraph + 1) // 2}"
        rows.append((doc_id, place, *code, kind, section, *inside, first, first + more))
    return passage_module.typed_passages(pd.DataFrame(rows, columns=passage_module.COLUMNS))


def quotations(*spans, doc_id="d0"):
    """Passages of quotations, each (label, first line, last line)."""
    codes = {label: code for *code, label in CODES[1:]}
    return passage_module.typed_passages(
        pd.DataFrame(
            [
                (doc_id, place, *codes[label], label, "quotation", f"{doc_id}-1", 1, 1, *lines)
                for place, (label, *lines) in enumerate(spans, 1)
            ],
            columns=passage_module.COLUMNS,
        )
    )


def names(places):
    """What each place's code is called: with its level where the other level has its label, too."""
    levels = {label: {code[1] for _, code, *_ in places if code[2] == label} for _, (*_, label), *_ in places}
    return [label if len(levels[label]) == 1 else f"{level}:{label}" for _, (_, level, label), *_ in places]


# The passages of the documents


def test_mentions_are_what_counting_the_prose_gives(found):
    """Section by section, by `count_term`; a longer label is struck out before a shorter one is counted."""
    mentions = code_passages(found).query("kind == 'mention'")
    expected = Counter()
    for block in found.outline.blocks:
        text = block.text if block.kind == "paragraph" else ""
        for label in sorted(set(found.codebook.codes.label), key=len, reverse=True):
            expected[block.section_id, label] += count_term(text, label)
            text = text.replace(label, "\0")
    for code in found.codebook.codes.itertuples():
        own = mentions[mentions.code_id == code.code_id]
        assert Counter(own.section_id) == Counter({s: n for (s, label), n in expected.items() if label == code.label})
        assert set(own.label) <= {code.label} and set(own.level) <= {code.level}
    assert len(mentions) or found.document.id == "whitepaper"  # whose codes are named by us


def test_mentions_stand_on_their_lines_and_in_their_sentences(found):
    sentences = found.outline.sentences().set_index(["paragraph", "sentence"])
    for row in code_passages(found).query("kind == 'mention'").itertuples():
        raw = "\n".join(found.document.lines[row.line_start - 1 : row.line_end])
        assert row.label in clean(raw).text.replace(" ", "")
        sentence = sentences.loc[(row.paragraph, row.sentence)]
        assert row.label in sentence.text and sentence.kind == "paragraph" and sentence.section_id == row.section_id


def test_quotations_are_the_evidence_where_it_stands(found):
    quoted = code_passages(found).query("kind == 'quotation'").sort_values("place")
    evidence = found.codebook.evidence.sort_values(["line_start", "line_end"], kind="stable")
    same = ["code_id", "line_start", "line_end"]
    assert quoted[same].to_numpy().tolist() == evidence[same].to_numpy().tolist()
    sentences = found.outline.sentences().set_index(["paragraph", "sentence"])
    for row, text in zip(quoted.itertuples(), evidence.quotation, strict=True):
        sentence = sentences.loc[(row.paragraph, row.sentence)]
        assert sentence.section_id == row.section_id
        assert sentence.text in text or text in sentence.text or text.startswith(sentence.text[:10])


def test_rows_come_in_the_order_of_the_codebook_and_places_in_that_of_the_text(found):
    passages = code_passages(found)
    order = {code_id: number for number, code_id in enumerate(found.codebook.codes.code_id)}
    assert passages.columns.tolist() == passage_module.COLUMNS
    keys = list(zip(passages.code_id.map(order), passages.place, strict=True))
    assert keys == sorted(set(keys))
    lines = passages.drop_duplicates("place").sort_values("place")
    assert lines.place.tolist() == list(range(1, len(lines) + 1))
    assert lines.line_start.is_monotonic_increasing


def test_rolled_up_passages_count_for_every_code_above(found):
    """Naively: at each place the codes there and, by `parent_id`, those above them."""
    parents = dict(zip(found.codebook.codes.code_id, found.codebook.codes.parent_id, strict=True))
    expected = {}
    for row in code_passages(found).itertuples():
        code_id = row.code_id
        while code_id:
            expected[row.place, code_id] = (row.kind, row.section_id, row.line_start, row.line_end)
            code_id = parents[code_id]
    rolled = code_passages(found, roll_up=True)
    places = list(zip(rolled.place, rolled.code_id, strict=True))
    assert len(places) == len(set(places))
    rows = rolled[["kind", "section_id", "line_start", "line_end"]].itertuples(index=False, name=None)
    assert dict(zip(places, rows, strict=True)) == expected
    labels = found.codebook.labels()
    assert rolled.label.tolist() == [labels[code_id] for code_id in rolled.code_id]


def test_reconciled_parents_are_those_that_count(xiaomi):
    codes = xiaomi.codebook.codes.query("level == 'concept' and status == 'reconciled'")
    moved = codes[codes.printed_parent != codes.parent_id.map(xiaomi.codebook.labels())]
    rolled = code_passages(xiaomi, roll_up=True)
    assert len(moved)
    for code in moved.itertuples():
        place = rolled[(rolled.code_id == code.code_id) & (rolled.kind == "quotation")].place.iloc[0]
        assert code.parent_id in set(rolled[rolled.place == place].code_id)


def test_a_quotation_of_two_concepts_counts_once_for_their_theme(haier):
    concepts = haier.codebook.level("concept")
    first, second = concepts.groupby("parent_id", sort=False).code_id.apply(list).iloc[0][:2]
    evidence = haier.codebook.evidence
    again = evidence[evidence.code_id == first].assign(code_id=second)
    both = replace(haier, codebook=Codebook(haier.codebook.codes, pd.concat([evidence, again], ignore_index=True)))
    before, after = (code_passages(found, roll_up=True).query("kind == 'quotation'") for found in (haier, both))
    more = after.code_id.value_counts().sub(before.code_id.value_counts(), fill_value=0)
    assert more[more != 0].to_dict() == {second: 1}
    assert code_overlap(code_passages(both)).iloc[:, 2:].values.tolist() == [[1, 1, 2, 0.5, False]]


def test_a_quotation_out_of_a_paragraph_stands_in_the_sentence_it_begins_in(whitepaper):
    sentences = whitepaper.outline.sentences()
    evidence = whitepaper.codebook.evidence.copy()
    for number, row in enumerate(evidence.itertuples()):
        here = sentences[(sentences.line_end >= row.line_start) & (sentences.line_start <= row.line_end)]
        evidence.loc[number, "quotation"] = "".join(here.text.iloc[-1:])
    assert (evidence.quotation != whitepaper.codebook.evidence.quotation).any()
    part = replace(whitepaper, codebook=Codebook(whitepaper.codebook.codes, evidence))
    quoted = code_passages(part).merge(sentences, on=["paragraph", "sentence"]).sort_values("place")
    assert quoted.text.tolist() == evidence.sort_values("line_start").quotation.tolist()
    assert (quoted.sentence > 1).any()


def test_both_editions_quote_in_the_same_sections(haier_original, haier_digest):
    same = ["code_id", "level", "label", "section_id"]
    first, second = (
        code_passages(found).query("kind == 'quotation'")[same] for found in (haier_original, haier_digest)
    )
    assert first.to_dict("records") == second.to_dict("records")


@pytest.mark.parametrize("place", [0, 4])
def test_a_renamed_theme_is_followed(haier, changed, place):
    old, new = haier.codebook.level("theme").label.iloc[place], "改过名的主题"
    copy = changed(haier, lambda raw: re.sub(spread(old), new, raw))
    before, after = code_passages(haier).label.value_counts(), code_passages(copy).label.value_counts()
    assert after[new] == before[old] > 0 and old not in after


def test_a_new_mention_is_followed(haier, changed):
    label = haier.codebook.level("concept").label.iloc[0]
    sentence = haier.outline.sentences().query("kind == 'paragraph'").iloc[-3]

    def add(raw):
        lines = raw.split("\n")
        lines[sentence.line_end - 1] = lines[sentence.line_end - 1].rstrip() + f"这里又说到{label}，也说{label}。"
        return "\n".join(lines)

    copies = (code_passages(copy) for copy in (haier, changed(haier, add)))
    before, after = (passages[passages.label == label] for passages in copies)
    added = after[after.kind == "mention"].iloc[-2:]
    assert len(after) == len(before) + 2
    assert set(added.section_id) == {sentence.section_id} and added.place.diff().iloc[-1] == 1


def test_evidence_outside_the_prose_has_no_sentence(xiaomi, changed):
    """A cell too short for a sentence is no prose: it counts in its section, in no paragraph."""
    row = xiaomi.codebook.evidence.iloc[0]
    assert row.line_start == row.line_end

    def shorten(raw):
        lines = raw.split("\n")
        cells = lines[row.line_start - 1].split("\t")
        longest = max(range(len(cells)), key=lambda number: len(cells[number]))
        lines[row.line_start - 1] = "\t".join([*cells[:longest], "只有一格", *cells[longest + 1 :]])
        return "\n".join(lines)

    passages = code_passages(changed(xiaomi, shorten))
    outside = passages[passages.paragraph.isna()]
    assert outside.code_id.tolist() == [row.code_id] and outside.sentence.isna().all()
    assert set(outside.section_id) == set(code_passages(xiaomi).query("code_id == @row.code_id").section_id)
    assert passage_matrix(outside).counts.toarray().tolist() == [[1]]
    assert passage_matrix(passages, "paragraph", kind="quotation").counts.sum() == sum(passages.kind == "quotation") - 1
    with pytest.raises(ZhagenError, match="no passage is in a sentence"):
        passage_matrix(outside, "sentence")


# Loading


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", IDS)
@pytest.mark.parametrize("roll_up", [False, True])
def test_what_is_published_is_what_the_original_gives(doc_id, roll_up, monkeypatch, tmp_path):
    computed = code_passages(extracted(doc_id, "original"), roll_up=roll_up)
    loaded = load_passages(doc_id, roll_up=roll_up)
    assert loaded.attrs["edition"] == "original"
    assert_frame_equal(computed, loaded)
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    assert_frame_equal(computed, load_passages(doc_id, roll_up=roll_up))


@pytest.mark.parametrize("doc_id", IDS)
def test_without_the_original_the_published_table_is_read_and_never_the_digest(doc_id, monkeypatch, tmp_path):
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    loaded = load_passages(doc_id)
    assert loaded.attrs["edition"] == "published" and "no original is attached" in loaded.attrs["why"]
    published = read_published(doc_id, "passages")
    assert loaded.to_csv(index=False) == published.to_csv(index=False)
    assert set(published.code_id) <= set(read_published(doc_id, "codes").code_id)
    if doc_id == "haier":
        assert not loaded.equals(code_passages(extracted(doc_id, "digest")))


def test_a_published_passage_outside_the_prose_is_read_as_such(monkeypatch, tmp_path):
    passages = load_passages("haier").astype({"paragraph": "Int64", "sentence": "Int64"})
    passages.loc[0, ["paragraph", "sentence"]] = pd.NA
    (tmp_path / "published").mkdir()
    passages.to_csv(tmp_path / "published" / "passages.csv", index=False)
    monkeypatch.setattr(published, "data_folder", lambda: tmp_path)
    assert_frame_equal(passage_module.typed_passages(read_published("haier", "passages")), passages)


def test_what_cannot_be_loaded_is_reported(monkeypatch, tmp_path):
    with pytest.raises(SourceError, match="no document is called 'nobody'"):
        load_passages("nobody")
    monkeypatch.setenv("ZHAGEN_SOURCES", str(tmp_path))
    monkeypatch.setattr(published, "data_folder", lambda: tmp_path)
    with pytest.raises(SourceError, match="nothing is published"):
        load_passages("haier")


# Matrices


@given(SOME, st.sampled_from(list(terms.UNITS)), st.sampled_from([None, *passage_module.KINDS]))
def test_the_matrix_is_the_naive_count(places, unit, kind):
    cells = Counter()
    for place, name in zip(places, names(places), strict=True):
        doc_id, _, own, paragraph, sentence, _ = place
        section = f"{doc_id}-{(paragraph + 1) // 2}"
        keys = {"document": (doc_id,), "section": (doc_id, section), "paragraph": (doc_id, section, paragraph)}
        key = keys.get(unit, (doc_id, section, paragraph, sentence))
        if kind in (None, own) and (sentence or unit in ("document", "section")):
            cells[key, name] += 1
    if not cells:
        with pytest.raises(ZhagenError, match="no"):
            passage_matrix(table(places), unit, kind=kind)
        return
    found = passage_matrix(table(places), unit, kind=kind)
    units, labels = sorted({key for key, _ in cells}), sorted({name for _, name in cells})
    assert found.terms.tolist() == labels and found.counts.dtype == np.int64
    assert list(found.units.itertuples(index=False, name=None)) == units
    assert found.counts.toarray().tolist() == [[cells[key, name] for name in labels] for key in units]


@settings(max_examples=30)
@given(SOME, st.sampled_from(list(terms.UNITS)), st.randoms(use_true_random=False))
def test_the_order_of_the_passages_does_not_matter(places, unit, random):
    passages = table(places)
    shuffled = passages.iloc[random.sample(range(len(passages)), len(passages))]
    if unit in ("section", "document") or passages.sentence.notna().any():
        first, second = passage_matrix(passages, unit), passage_matrix(shuffled, unit)
        assert first.counts.toarray().tolist() == second.counts.toarray().tolist()
        assert first.terms.tolist() == second.terms.tolist() and first.units.equals(second.units)
    if (passages.kind == "quotation").any():
        assert_frame_equal(code_overlap(passages), code_overlap(shuffled))
    assert_frame_equal(codes_by_section(passages), codes_by_section(shuffled), check_like=True)
    assert_frame_equal(codes_by_document(passages), codes_by_document(shuffled), check_like=True)


@settings(max_examples=30)
@given(SOME, SOME)
def test_documents_stand_side_by_side(one, other):
    """Counts of several documents are those of each of them, and a document adds nothing to another's."""
    one, other = ([(doc_id, *place[1:]) for place in places] for doc_id, places in (("d0", one), ("d1", other)))
    codes = pd.DataFrame(CODES, columns=["code_id", "level", "label"])
    whole, parts = table(one + other), [table(one), table(other)]
    both = codes_by_document(whole, codes=codes)
    assert both.columns.tolist() == ["d0", "d1"]
    for part in parts:
        alone = codes_by_document(part, codes=codes)
        assert both[alone.columns].equals(alone)
        sections = codes_by_section(part, codes=codes)
        assert codes_by_section(whole, codes=codes)[sections.columns].equals(sections)
        assert sections.sum(axis=1).equals(alone.sum(axis=1))


def test_rows_and_columns_of_the_wide_tables(haier):
    passages, codes, sections = code_passages(haier), haier.codebook.codes, haier.outline.sections()
    wide = codes_by_section(passages, sections, codes=codes)
    assert wide.index.tolist() == codes.label.tolist() and wide.columns.tolist() == sections.section_id.tolist()
    for code in codes.itertuples():
        own = Counter(passages[passages.code_id == code.code_id].section_id)
        assert wide.loc[code.label].tolist() == [own[section] for section in sections.section_id]
    short = codes_by_section(passages)
    assert short.index.tolist() == [label for label in codes.label if label in set(passages.label)]
    assert short.columns.tolist() == [name for name in sections.section_id if name in set(passages.section_id)]
    assert short.equals(wide.loc[short.index, short.columns]) and wide.to_numpy().sum() == len(passages)
    assert codes_by_document(passages, codes=codes).haier.tolist() == wide.sum(axis=1).tolist()


def test_sections_come_in_the_order_of_the_text():
    passages = table([("d0", CODES[0], "mention", paragraph, 1, 0) for paragraph in (4, 1)])
    assert codes_by_section(passages).columns.tolist() == ["d0-1", "d0-2"]
    far = passages.assign(section_id=["d0-2", "d0-10"])
    assert codes_by_section(far).columns.tolist() == ["d0-10", "d0-2"]
    assert passage_matrix(far).units.section_id.tolist() == ["d0-10", "d0-2"]
    documents = pd.concat([far.assign(doc_id="d1"), passages])
    assert codes_by_section(documents).columns.tolist() == ["d0-10", "d0-2", "d0-1"]


def test_a_label_of_two_levels_has_its_level_before_it(xiaomi):
    passages = code_passages(xiaomi, roll_up=True)
    shared = xiaomi.codebook.codes.label[xiaomi.codebook.codes.label.duplicated()].item()
    wide = codes_by_section(passages, codes=xiaomi.codebook.codes)
    assert {f"category:{shared}", f"concept:{shared}"} <= set(wide.index) and wide.index.is_unique
    assert shared in passage_matrix(passages, level="concept").terms


def test_equal_labels_of_one_level_are_one_code():
    places = [("d0", CODES[1], "mention", 1, 1, 0), ("d1", ("y9", "theme", "乙"), "mention", 1, 1, 0)]
    assert passage_matrix(table(places), "document").counts.toarray().tolist() == [[1], [1]]
    assert codes_by_document(table(places)).loc["乙"].tolist() == [1, 1]


def test_themes_that_meet_are_those_of_one_sentence(haier):
    themes = haier.codebook.level("theme").label
    by_hand = Counter()
    for sentence in haier.outline.sentences().query("kind == 'paragraph'").text:
        here = sorted(theme for theme in themes if theme in sentence)
        by_hand.update((a, b) for number, a in enumerate(here) for b in here[number + 1 :])
    matrix = passage_matrix(code_passages(haier), "sentence", level="theme", kind="mention")
    edges = cooccurrence_table(matrix)
    assert dict(zip(zip(edges.term_a, edges.term_b, strict=True), edges.n12, strict=True)) == by_hand
    assert len(by_hand) and add_measures(edges, ["jaccard"]).jaccard.between(0, 1).all()


def test_units_without_a_passage_count_where_they_are_given(haier):
    sentences = haier.outline.sentences()
    passages = code_passages(haier)
    plain, whole = passage_matrix(passages, "sentence"), passage_matrix(passages, "sentence", within=sentences)
    assert whole.counts.shape == (len(sentences), plain.counts.shape[1]) and plain.counts.shape[0] < len(sentences)
    assert whole.units.equals(sentences[whole.units.columns])
    held = whole.counts.sum(axis=1) > 0
    assert whole.counts[held].toarray().tolist() == plain.counts.toarray().tolist()
    edges = cooccurrence_table(whole)
    assert set(edges.N) == {len(sentences)}
    assert edges.drop(columns="N").equals(cooccurrence_table(plain).drop(columns="N"))
    with pytest.raises(ZhagenError, match="is in none of the units: haier"):
        passage_matrix(passages, "sentence", within=sentences[sentences.paragraph > 3])


# Overlap of quotations


@given(SOME)
def test_overlap_is_the_naive_count(places):
    quoted = [(name, place) for name, place in zip(names(places), places, strict=True) if place[2] == "quotation"]
    if not quoted:
        with pytest.raises(ZhagenError, match="no quotation among the passages"):
            code_overlap(table(places))
        return

    def lines(place):
        first = 10 * place[3] + (place[4] or 5)
        return set(range(first, first + place[5] + 1))

    of = {name: [place for other, place in quoted if other == name] for name, _ in quoted}
    expected = []
    for a in sorted(of):
        for b in sorted(of):
            events = [
                (i, j) for i, x in enumerate(of[a]) for j, y in enumerate(of[b]) if x[0] == y[0] and lines(x) & lines(y)
            ]
            if a < b and events:
                several = any(max(Counter(side).values()) > 1 for side in zip(*events, strict=True))
                expected.append((a, b, len(events), len(of[a]), len(of[b]), several))
    expected.sort(key=lambda pair: (-pair[2], pair[0], pair[1]))
    found = code_overlap(table(places))
    assert found.columns.tolist() == passage_module.OVERLAPS
    assert list(found.drop(columns="c").itertuples(index=False, name=None)) == expected
    for row in found.itertuples():
        either = row.n1 + row.n2 - row.n12
        assert row.c == pytest.approx(row.n12 / either) if either else np.isposinf(row.c)
        assert row.distorted or 0 < row.c <= 1


@settings(max_examples=30)
@given(SOME)
def test_overlap_is_symmetric_in_the_codes(places):
    """Exchange the labels of two codes of one level: the same numbers, with n1 and n2 exchanged where they must be."""
    passages = table([place for place in places if place[1][1] == "theme"] + [("d0", CODES[0], "quotation", 1, 1, 0)])
    renamed = passages.assign(label=passages.label.map({"甲": "乙", "乙": "甲"}))
    first, second = code_overlap(passages), code_overlap(renamed)
    assert first[["n12", "c", "distorted"]].equals(second[["n12", "c", "distorted"]])
    assert first[["n1", "n2"]].to_numpy().tolist() == second[["n2", "n1"]].to_numpy().tolist()


def test_the_coefficient_of_the_manual():
    """ATLAS.ti, User Manual, Code Co-occurrence Coefficient: 100 and 10 quotations, 5 events: c = 5/105 = 0.048."""
    spans = [("乙", line, line) for line in range(1, 101)] + [("甲", line, line) for line in range(96, 106)]
    assert code_overlap(quotations(*spans)).values.tolist() == [["乙", "甲", 5, 100, 10, 5 / 105, False]]


@pytest.mark.parametrize(
    ("spans", "n12", "c"),
    [
        # one long quotation of 甲 over two of 乙: 2 events, 1 and 2 quotations, 2 / (1 + 2 - 2)
        ([("甲", 1, 9), ("乙", 1, 3), ("乙", 5, 9)], 2, 2.0),
        # two over two: 4 / (2 + 2 - 4)
        ([("甲", 1, 9), ("甲", 2, 8), ("乙", 1, 3), ("乙", 3, 9)], 4, np.inf),
        # three over three: 9 / (3 + 3 - 9)
        ([("甲", 1, 9)] * 3 + [("乙", 9, 12)] * 3, 9, -3.0),
        # within 0..1, and too high all the same: one of 甲 meets two of 乙, another meets none: 2 / (3 + 2 - 2)
        ([("甲", 1, 9), ("甲", 20, 20), ("甲", 30, 30), ("乙", 1, 3), ("乙", 5, 9)], 2, 2 / 3),
    ],
)
def test_several_overlaps_distort_the_coefficient(spans, n12, c):
    row = code_overlap(quotations(*spans)).iloc[0]
    assert (row.n12, row.c, row.distorted) == (n12, c, True)


def test_quotations_beside_each_other_or_in_two_documents_do_not_overlap():
    assert code_overlap(quotations(("甲", 1, 4), ("乙", 5, 9))).empty
    apart = pd.concat([quotations(("甲", 1, 4)), quotations(("乙", 1, 4), doc_id="d1")])
    assert code_overlap(apart).empty and code_overlap(apart).columns.tolist() == passage_module.OVERLAPS


def test_an_overlap_counts_for_the_level_that_is_asked_for(haier):
    rolled = code_passages(haier, roll_up=True)
    assert code_overlap(rolled, level="theme").empty  # every quotation of this study is evidence of one concept
    whole = code_overlap(rolled)
    assert len(whole) and not whole.distorted.any()


# What cannot be


def test_what_cannot_be_counted_is_reported(haier):
    passages = code_passages(haier)
    with pytest.raises(ZhagenError, match="no unit 'line': use one of sentence, paragraph"):
        passage_matrix(passages, "line")
    with pytest.raises(ZhagenError, match="level 'category': use one of dimension, theme, concept"):
        passage_matrix(passages, level="category")
    with pytest.raises(ZhagenError, match="no kind 'memo': use one of quotation, mention"):
        passage_matrix(passages, kind="memo")
    with pytest.raises(ZhagenError, match="no quotation among the passages"):
        passage_matrix(passages, level="theme", kind="quotation")
    with pytest.raises(ZhagenError, match="no passage of the level 'category'"):
        code_overlap(passages, level="category")
    with pytest.raises(ZhagenError, match="a passage is of the section haier-"):
        codes_by_section(passages, haier.outline.sections().iloc[:3])
    with pytest.raises(ZhagenError, match="a passage is of the code"):
        codes_by_document(passages, codes=haier.codebook.level("theme"))


def test_no_passage_is_reported(haier):
    none = replace(haier, codebook=Codebook(haier.codebook.codes.iloc[:0], haier.codebook.evidence.iloc[:0]))
    empty = code_passages(none, roll_up=True)
    assert empty.empty and empty.columns.tolist() == passage_module.COLUMNS
    assert (empty.dtypes == code_passages(haier).dtypes).all()
    for count_them in (passage_matrix, codes_by_section, codes_by_document, code_overlap):
        with pytest.raises(ZhagenError, match="there is no passage"):
            count_them(empty)


def test_a_document_s_id_may_hold_a_hyphen():
    places = [("my-study", CODES[1], "quotation", 1, 1, 0), ("my", CODES[1], "quotation", 1, 1, 0)]
    passages = table(places)
    assert passage_matrix(passages, "document").units.doc_id.tolist() == ["my", "my-study"]
    assert codes_by_document(passages).columns.tolist() == ["my-study", "my"]
    assert codes_by_section(passages).columns.tolist() == ["my-study-1", "my-1"]
