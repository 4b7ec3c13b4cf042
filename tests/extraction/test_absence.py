import re

import pytest

from helpers import extracted
from zhagen.extraction.absence import absent
from zhagen.extraction.mechanism import mechanism_models


def test_a_search_knows_every_wording_of_both_ends(haier):
    found = absent(haier, "需求源点建立", "机会感知能力")
    assert not found.holds and "需求数据的挖掘" in "、".join(found.sentences["first"])  # the words of a coded arrow
    assert "heading" in set(absent(haier, "需求源点建立", "数字价值主张实现").sentences.kind)
    wider = absent(haier, ["协同共创能力", "资源集聚"], ["价值网络拓展", "创新程度"])
    assert "haier-4.3.2" in set(wider.sentences.section_id)


def test_a_search_knows_all_that_is_below_an_end(haier):
    codes = haier.codebook.codes
    themes = codes[codes.parent_id.isin(codes.code_id[codes.label == "数据驱动"])]
    concepts = codes[codes.parent_id.isin(themes.code_id)]
    assert {*themes.label, *concepts.label} < set(absent(haier, "数据驱动", "没有的名字").first)


def test_what_was_searched_is_shown(haier):
    found = absent(haier, "需求源点建立", ["没有的名字", "别的名字"])
    assert found.holds and found.searched > 200 and found.second == ("没有的名字", "别的名字")
    assert re.fullmatch(r"<0 of \d+ sentences name both: 需求源点建立、.* × 没有的名字、别的名字>", repr(found))


def test_a_sentence_that_is_added_is_found(haier, changed):
    """A statement of absence falls with one sentence, whatever words it has for the ends."""
    ends = ["数字价值创造实现", "价值创造"], ["数字价值获取实现", "价值获取"]
    before = len(absent(haier, *ends).sentences)
    line = haier.document.lines[haier.outline.section("haier-5.3").line_end - 1]
    added = changed(haier, lambda raw: raw.replace(line, line + "价值创造之后才有价值获取。", 1))
    assert len(absent(added, *ends).sentences) == before + 1


@pytest.mark.parametrize("edition", ["digest", pytest.param("original", marks=pytest.mark.originals)])
@pytest.mark.parametrize("doc_id", ["haier", "community", "xiaomi", "whitepaper", "ecommerce"])
def test_what_no_sentence_is_said_to_say_is_searched_for(doc_id, edition):
    edges = [e for model in mechanism_models(doc_id) for e in model["edges"] if "没有一句" in e["reason"]]
    for edge in edges:
        assert absent(extracted(doc_id, edition), edge["source"], edge["target"]).holds, edge
    assert edges or doc_id not in ("haier", "ecommerce")
