"""What is made for studies runs on the documents of the book, too, and counts what their own functions count."""

import pytest

from helpers import extracted
from zhagen.documents import document_ids
from zhagen.statistics import code_passages
from zhagen.study import codes_by_source, coding_matrix, document_study, find_units, source_codes, study_saturation


@pytest.mark.parametrize("doc_id", document_ids())
def test_evidence_is_quoted_from_its_section(doc_id):
    found = extracted(doc_id, "digest")
    study = document_study(found)
    quoted = study.quotations()
    assert len(quoted) == len(found.codebook.evidence) == len(study.codings)
    same = quoted.merge(found.codebook.evidence, left_on="coding_id", right_on="evidence_id")
    # a label that the layout put into a quotation is in its span
    ends = zip(same.quote, same.quotation, strict=True)
    assert all(one == other or (one[:9], one[-5:]) == (other[:9], other[-5:]) for one, other in ends)
    assert (same.code_id_x == same.code_id_y).all()


@pytest.mark.parametrize("doc_id", ["haier", "xiaomi", "ecommerce"])
def test_mentions_are_those_of_the_passages(doc_id):
    found = extracted(doc_id, "digest")
    study = document_study(found, mentions=True)
    mentions = code_passages(found).query("kind == 'mention'")
    # `code_passages` looks in Chinese prose by the sentence; a label is in a paragraph as often
    assert (study.codings.coder == "提及").sum() >= len(mentions) > 0
    sections = mentions.groupby(["code_id", "section_id"]).size()
    own = study.quotations(coder="提及").groupby(["code_id", "source_id"]).size()
    assert (own.reindex(sections.index) >= sections).all()


def test_tables_retrieval_and_saturation_run_on_a_document(haier_digest):
    study = document_study(haier_digest, mentions=True)
    assert codes_by_source(study, level="theme", coder="引文").to_numpy().sum() == 18
    label = study.codebook.level("theme").label.iloc[0]
    units = find_units(study, f'"{label}"')
    assert len(units) and set(units.source_id) <= set(study.texts)
    assert coding_matrix(study, "source", level="dimension").counts.shape[1] == 3
    assert source_codes(study, level="dimension").code.nunique() == 3
    assert study_saturation(study, level="dimension", draws=20).new.new.sum() == 3
