"""A sample of the fuzzer's mutants, and that its oracle can fail."""

from dataclasses import replace

import pytest

from fuzzing import mutants
from fuzzing.operators import OPERATORS
from fuzzing.oracle import DOCUMENTS, Mutant, compare, judge, reference
from zhagen.documents import list_documents
from zhagen.documents.outline import read_outline
from zhagen.extraction.claims import stated_numbers

NUMBER = 250


@pytest.mark.parametrize("doc_id", DOCUMENTS)
def test_no_mutant_is_wrong_in_silence(doc_id):
    for name, (_, edition, seed), mutant in mutants(NUMBER // len(DOCUMENTS), document=doc_id):
        verdict = judge(mutant, doc_id, edition)
        assert not verdict.fault, f"{name} {edition} {seed}: {verdict}"


@pytest.mark.parametrize("doc_id", DOCUMENTS)
def test_a_count_that_is_one_more_no_longer_holds(doc_id):
    """The number of years beside a span apart: from 2023 to 2028 are five or six."""
    found = reference(doc_id, "digest")
    numerals = "一二三四五六七八九十"
    held = stated_numbers(found.outline, found.codebook).query("verdict == 'holds' and unit != '年'")
    for row in held[held.stated.isin(list(numerals))].itertuples():
        lines = list(found.document.lines)
        before, mark, behind = lines[row.line - 1].partition(row.stated + row.unit)
        if not mark or mark in behind:
            continue
        more = numerals[numerals.index(row.stated) + 1]
        lines[row.line - 1] = before + more + row.unit + behind
        changed = read_outline(replace(found.document, raw="\n".join(lines)), found.recipe)
        again = stated_numbers(changed, found.codebook).query(
            "line == @row.line and stated == @more and unit == @row.unit"
        )
        assert len(again) and "holds" not in set(again.verdict), f"{doc_id} {row.line}: {list(again.how)}"


def test_every_kind_of_damage_is_done():
    done = {name for name, _, _ in mutants(800)}
    both = (list_documents().edition == "original").any()  # one kind needs two editions
    assert done == set(OPERATORS) - (set() if both else {"half_a_table_of_the_other_edition"})


def test_the_oracle_sees_a_wrong_pair_a_lost_row_and_a_change():
    found, other = reference("xiaomi", "digest"), reference("ecommerce", "digest")
    assert compare(Mutant(""), found, other).name == "wrong"
    assert compare(Mutant("", harmless=True), found, found).name == "same"
    fewer = reference("xiaomi", "digest").document.raw.replace("售后服务网络\t", "门店与商城\t")
    assert judge(Mutant(fewer), "xiaomi", "digest").name == "marked"
    assert judge(Mutant(fewer, harmless=True), "xiaomi", "digest").name == "not the same"
    assert judge(Mutant("只有一行", harmless=True), "xiaomi", "digest").name == "refused though harmless"
