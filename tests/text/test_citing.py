import pytest

from cases import citations
from zhagen.extraction.citations import has_citation
from zhagen.text.citing import find_citations


@pytest.mark.parametrize(("text", "works"), citations.CITED.items())
def test_every_form_of_a_citation_is_one(text, works):
    assert [one.work for one in find_citations(f"数据促进创新，{text}也说过。")] == works


@pytest.mark.parametrize("text", citations.NONE)
def test_other_brackets_cite_nothing(text):
    assert not has_citation(f"他说{text.replace('|', ' ')}。")


def test_citations_come_in_the_order_of_the_text():
    text = "Teece（2018）说过，后来又有人[2]说（焦豪等，2021；Yin，2004）。"
    found = find_citations(text)
    assert [(one.kind, one.work) for one in found] == [
        ("author-year", "Teece, 2018"),
        ("numbered", "2"),
        ("author-year", "焦豪等, 2021"),
        ("author-year", "Yin, 2004"),
    ]
    assert [text[one.start] for one in found] == list("T[焦Y")


@pytest.mark.parametrize("part", ["Smith ", "A. B. ", "(Smith, ", "van de ", "[1,", "1,2;3-", "李和王等"])
def test_long_texts_of_half_citations_are_read_quickly(part):
    from time import process_time

    start = process_time()
    find_citations(part * 1500)
    assert process_time() - start < 5
