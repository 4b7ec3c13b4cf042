import re

from helpers import extracted
from zhagen.extraction.codebook import overlap_share
from zhagen.extraction.repeats import (
    Overlap,
    repeated_sentences,
    shared_clauses,
    shared_runs,
    text_overlap,
)


def test_sentences_used_twice_are_found_in_both_editions(ecommerce):
    found = repeated_sentences(ecommerce.outline)
    assert list(zip(found.section_a, found.section_b, strict=True)) == [
        ("ecommerce-2.1", "ecommerce-3.3"),
        ("ecommerce-2.1", "ecommerce-3.2"),
    ]
    assert found.similarity.between(0.5, 1).all() and (found.shared >= 12).all()


def test_a_sentence_that_was_reworded_is_no_longer_found(ecommerce, changed):
    pairs = repeated_sentences(ecommerce.outline)
    first = pairs.iloc[0]

    def reword(raw):
        lines = raw.split("\n")
        for number in range(first.line_b - 1, first.line_b + 3):
            lines[number] = re.sub("[\u4e00-\u9fff]", lambda match: chr(ord(match[0]) + 7), lines[number])
        return "\n".join(lines)

    assert len(repeated_sentences(changed(ecommerce, reword).outline)) == len(pairs) - 1


def test_runs_of_two_documents_are_found_where_one_takes_over_the_other_s_words(ecommerce, xiaomi, changed):
    assert shared_runs(ecommerce.outline, xiaomi.outline, least=20).empty
    words = max((text for text in xiaomi.outline.sentences().query("kind == 'paragraph'").text), key=len)[:30]
    section = ecommerce.outline.sentences().query("kind == 'paragraph'").iloc[3]

    def borrow(raw):
        lines = raw.split("\n")
        lines[section.line_start - 1] += words + "。"
        return "\n".join(lines)

    found = shared_runs(changed(ecommerce, borrow).outline, xiaomi.outline, least=20)
    assert found.n_chars.tolist() == [30]
    assert found.iloc[0].section_id == section.section_id


def test_one_formula_says_how_much_two_texts_share():
    """What codebook and sentences use: blocks of four characters or more over the shorter text."""
    assert text_overlap("", "甲") == Overlap(0.0, 0)
    assert text_overlap("甲乙丙", "甲乙丙") == Overlap(0.0, 3)
    assert text_overlap("甲乙丙丁", "戊甲乙丙丁") == Overlap(1.0, 4)
    assert text_overlap("甲乙丙丁，子丑", "子丑戊己甲乙丙丁") == Overlap(4 / 7, 4)
    for first, second in [("用户需求的沉淀，再赋能", "基于用户需求"), ("甲乙丙丁。", "甲、乙丙丁")]:
        bare = [re.sub(r"\W", "", text) for text in (first, second)]
        assert overlap_share(first, second) == text_overlap(*bare).share


def test_clauses_with_the_same_words_are_found_in_whatever_order(ecommerce, xiaomi, changed):
    assert shared_clauses(ecommerce.outline, xiaomi.outline).empty

    def say(words):
        def put(raw):
            lines = raw.split("\n")
            place = next(number for number, line in enumerate(lines) if line.startswith("2.1")) + 1
            return "\n".join([*lines[:place], words, "", *lines[place:]])

        return put

    first = changed(extracted("ecommerce", "digest"), say("渔网替代鱼竿，池塘覆盖河流，大家这样说。"))
    second = changed(extracted("ecommerce", "digest"), say("常有人讲“河流被池塘覆盖，鱼竿被渔网替代”，没有出处。"))
    found = shared_clauses(first.outline, second.outline).query("terms.str.contains('渔网')")
    assert set(found.terms.iloc[0].split()) >= {"渔网", "替代", "鱼竿", "池塘"} and (found.share == 1).all()


def test_sentences_used_twice_say_whom_each_cites(ecommerce):
    found = repeated_sentences(ecommerce.outline)
    assert list(zip(found.cites_a, found.cites_b, strict=True)) == [("2", ""), ("3", "4")]
