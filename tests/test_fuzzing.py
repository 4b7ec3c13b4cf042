"""A sample of the fuzzer's mutants, and that its oracle can fail."""

import pytest

from fuzzing import mutants
from fuzzing.operators import OPERATORS
from fuzzing.oracle import DOCUMENTS, Mutant, compare, judge, reference

NUMBER = 500


@pytest.mark.parametrize("doc_id", DOCUMENTS)
def test_no_mutant_is_wrong_in_silence(doc_id):
    for name, (_, edition, seed), mutant in mutants(NUMBER // len(DOCUMENTS), document=doc_id):
        verdict = judge(mutant, doc_id, edition)
        assert not verdict.fault, f"{name} {edition} {seed}: {verdict}"


def test_every_kind_of_damage_is_done():
    done = {name for name, _, _ in mutants(600)}
    assert done == set(OPERATORS)


def test_the_oracle_sees_a_wrong_pair_a_lost_row_and_a_change():
    found, other = reference("xiaomi", "digest"), reference("ecommerce", "digest")
    assert compare(Mutant(""), found, other).name == "wrong"
    assert compare(Mutant("", harmless=True), found, found).name == "same"
    fewer = reference("xiaomi", "digest").document.raw.replace("售后服务网络\t", "门店与商城\t")
    assert judge(Mutant(fewer), "xiaomi", "digest").name == "marked"
    assert judge(Mutant(fewer, harmless=True), "xiaomi", "digest").name == "not the same"
    assert judge(Mutant("只有一行", harmless=True), "xiaomi", "digest").name == "refused though harmless"
