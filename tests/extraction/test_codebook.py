import re
from hashlib import sha256
from itertools import combinations

import pytest

from helpers import extracted, spread, without
from zhagen.errors import ExtractionError
from zhagen.extraction.codebook import Codebook, code_id, label_echoes, overlap_share, repeated_evidence, theme_matrix
from zhagen.extraction.tables import extract_table

SAME = ["code_id", "doc_id", "level", "label", "parent_id", "printed_parent", "status"]


def concept_cells(found, label, row):
    table = extract_table(found.outline, next(t for t in found.recipe["tables"] if t["label"] == label))
    return table.rows[row].cells["concept"], table.rows[row].cells["evidence"]


def parents(found):
    labels = found.codebook.labels()
    return {row.label: labels.get(row.parent_id) for row in found.codebook.codes.itertuples()}


def test_both_editions_give_the_same_codebook(haier_original, haier_digest):
    original, digest = haier_original.codebook, haier_digest.codebook
    assert original.codes[SAME].equals(digest.codes[SAME])
    assert original.evidence[["evidence_id", "code_id"]].equals(digest.evidence[["evidence_id", "code_id"]])


def test_levels_nest_and_every_concept_has_evidence(haier):
    book = haier.codebook
    level = dict(zip(book.codes.code_id, book.codes.level, strict=True))
    above = {"theme": "dimension", "concept": "theme"}
    for code in book.codes.itertuples():
        assert level.get(code.parent_id) == above.get(code.level)
    assert set(book.evidence.code_id) == set(book.level("concept").code_id)
    assert book.codes.status.isin(["printed", "by_order"]).all()
    assert (book.level("concept").status == "by_order").all()


def test_labels_stand_on_their_lines(haier):
    for code in haier.codebook.codes.itertuples():
        raw = "".join(haier.document.lines[code.line_start - 1 : code.line_end])
        assert re.search(spread(code.label), raw)


def test_evidence_is_the_text_of_its_lines(haier):
    import hashlib

    for row in haier.codebook.evidence.itertuples():
        raw = re.sub(r"\s", "", "".join(haier.document.lines[row.line_start - 1 : row.line_end]))
        assert raw[0] == "“" and len(raw) == row.n_chars
        assert hashlib.sha256(raw.encode()).hexdigest() == row.sha256


@pytest.mark.parametrize("doc_id", ["haier", "xiaomi", "whitepaper"])
def test_length_and_checksum_are_of_characters_on_the_lines(doc_id):
    """In the digests too, where a quotation is one field of its line, or goes on behind a label on the next page."""
    found = extracted(doc_id, "digest")
    for row in found.codebook.evidence.itertuples():
        fields = "\t".join(found.document.lines[row.line_start - 1 : row.line_end]).split("\t")
        bare = [re.sub(r"\s", "", field) for field in fields]
        runs = ["".join(bare), *bare, *(a + b for a, b in combinations(bare, 2))]
        assert (row.n_chars, row.sha256) in {(len(run), sha256(run.encode()).hexdigest()) for run in runs}


@pytest.mark.parametrize("place", [0, 4, 7])
def test_a_renamed_theme_is_followed(haier, changed, place):
    old, new = haier.codebook.level("theme").label.iloc[place], "改过名的主题"
    found = changed(haier, lambda raw: re.sub(spread(old), new, raw))
    assert parents(found) == {
        (new if label == old else label): (new if parent == old else parent) for label, parent in parents(haier).items()
    }


def test_a_theme_renamed_where_it_is_broken_over_lines(haier, changed):
    old = haier.codebook.level("theme").label.iloc[-2]
    new = "价目" + old[2:]

    def rename(raw):
        return re.sub(spread(old[:2]) + r"(\s*)" + spread(old[2:]), lambda m: "价目" + m[1] + old[2:], raw)

    assert new in parents(changed(haier, rename))


@pytest.mark.parametrize(("label", "row"), [("表2", 0), ("表3", 3), ("表4", 5), ("表4", 0)])
def test_a_removed_concept_is_followed_and_said_to_be_inferred(haier, changed, label, row):
    concept, quotation = concept_cells(haier, label, row)
    found = changed(haier, lambda raw: without(raw, concept, quotation))
    expected = {key: value for key, value in parents(haier).items() if key != concept.text}
    assert parents(found) == expected
    assert len(found.codebook.evidence) == len(haier.codebook.evidence) - 1
    assert "inferred" in set(found.codebook.level("concept").status)


@pytest.mark.parametrize(("label", "row"), [("表2", 0), ("表3", 2), ("表4", 3)])
def test_an_added_concept_is_followed(haier, changed, label, row):
    concept, quotation = concept_cells(haier, label, row)

    def add(raw):
        lines = raw.split("\n")
        lines.insert(quotation.line_end, "\n“这是新添的一句话，没有别的意思”")
        lines.insert(concept.line_end, "\n新添的概念")
        return "\n".join(lines)

    found = changed(haier, add)
    assert set(parents(found)) - set(parents(haier)) == {"新添的概念"}
    assert found.codebook.evidence.quotation.str.contains("新添的一句话").sum() == 1
    assert {key: value for key, value in parents(found).items() if key != "新添的概念"} == parents(haier)
    by_code = found.codebook.evidence.set_index("code_id").quotation
    new = found.codebook.codes.set_index("label").code_id["新添的概念"]
    assert "新添的一句话" in by_code[new]


def test_exchanged_concepts_exchange_place_and_evidence(haier, changed):
    (first, _), (second, _) = concept_cells(haier, "表2", 1), concept_cells(haier, "表2", 2)

    def exchange(raw):
        lines = raw.split("\n")
        a, b = first.line_start - 1, second.line_start - 1
        lines[a], lines[b] = lines[b], lines[a]
        return "\n".join(lines)

    found = changed(haier, exchange)
    before, after = parents(haier), parents(found)
    assert (after[first.text], after[second.text]) == (before[second.text], before[first.text])
    quotation = found.codebook.evidence.merge(found.codebook.codes, on="code_id").set_index("label").quotation
    was = haier.codebook.evidence.merge(haier.codebook.codes, on="code_id").set_index("label").quotation
    assert quotation[first.text] == was[second.text]


@pytest.mark.parametrize("kind", [0, 1])
def test_lists_that_do_not_fit_are_refused_with_table_lines_and_counts(haier, changed, kind):
    cell = concept_cells(haier, "表3", 1)[kind]
    with pytest.raises(ExtractionError, match=r"表3.*3 theme, \d concept, \d evidence.*lines \d+-\d+"):
        changed(haier, lambda raw: without(raw, cell))


def test_a_label_that_stands_twice_is_refused(haier, changed):
    (first, _), (second, _) = concept_cells(haier, "表2", 0), concept_cells(haier, "表3", 0)
    with pytest.raises(ExtractionError, match="is listed 2 times"):
        changed(haier, lambda raw: raw.replace(f"\n{second.text}\n", f"\n{first.text}\n"))


def test_the_matrix_holds_every_theme_once(haier):
    found = theme_matrix(haier.codebook, haier.outline)
    assert found.notna().all().all()
    assert sorted(found.to_numpy().ravel()) == sorted(haier.codebook.level("theme").label)


def test_repeated_evidence_is_found_in_both_editions(haier):
    found = repeated_evidence(haier.codebook)
    by_hash = haier.codebook.evidence.sha256.value_counts()
    assert (found.kind == "exact").sum() == (by_hash > 1).sum() > 0
    assert (found.kind == "near").sum() > 0
    assert found.similarity.between(0.6, 1).all()


def test_both_editions_repeat_the_same_evidence(haier_original, haier_digest):
    pairs = [repeated_evidence(found.codebook) for found in (haier_original, haier_digest)]
    columns = ["evidence_a", "evidence_b", "kind"]
    first, second = ({tuple(row) for row in frame[columns].to_numpy()} for frame in pairs)
    assert first == second


def test_shared_ignores_punctuation_and_short_matches():
    assert overlap_share("甲乙丙丁，戊", "甲乙丙丁戊己") == 1
    assert overlap_share("甲乙丙", "甲乙丙") == 0
    assert overlap_share("", "甲") == 0


def test_echoes_find_the_words_of_the_prose(haier):
    found = label_echoes(haier.codebook, haier.outline)
    assert len(found) == len(haier.codebook.level("concept"))
    exact = found[found.verbatim > 0]
    assert len(exact) and (exact.similarity <= 1).all()
    for row in found.itertuples():
        raw = "".join(haier.document.lines[row.line_start - 1 : row.line_end])
        assert re.search(spread(row.nearest).replace(r"\-", "[-‑]"), raw)


def test_a_changed_copy_of_the_digest_keeps_our_wording(haier_digest, changed):
    old = haier_digest.codebook.level("theme").label.iloc[0]
    found = changed(haier_digest, lambda raw: re.sub(spread(old), "改过名的主题", raw))
    assert (found.codebook.evidence.gloss == found.codebook.evidence.quotation).all()


def test_a_theme_without_a_heading_keeps_its_place_in_the_matrix(haier, changed):
    old = haier.codebook.level("theme").label.iloc[0]
    heading = next(s for s in haier.outline.section_list if s.title.endswith(old))

    def rename(raw):
        lines = raw.split("\n")
        lines[heading.line_start - 1] = lines[heading.line_start - 1].replace(old, "另一个题目")
        return "\n".join(lines)

    found = changed(haier, rename)
    assert theme_matrix(found.codebook, found.outline).equals(theme_matrix(haier.codebook, haier.outline))


def test_a_concept_without_a_parent_has_no_echo_and_no_error(haier):
    codes = haier.codebook.codes.assign(parent_id="")
    found = label_echoes(Codebook(codes, haier.codebook.evidence), haier.outline)
    assert len(found) and (found.similarity == 0).all() and found.line_start.isna().all()


def test_a_label_under_two_parents_has_two_ids():
    assert code_id("x", "concept", "甲") != code_id("x", "concept", "甲", "乙")
