import re

from zhagen.extraction.repeats import repeated_sentences


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
