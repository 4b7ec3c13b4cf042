"""What differs between two versions of a text, and where its passages are."""

import random

from hypothesis import given
from hypothesis import strategies as st

from zhagen.text import align_texts

TEXT = st.text("书群交，。\n", max_size=200)


def rebuilt(old, aligned):
    """The new text, put together of what is the same in the old one and what was replaced."""
    parts, place = [], 0
    for start, end, new_start, new_end in aligned.spans:
        parts += [old[place:start], aligned.text[new_start:new_end]]
        place = end
    return "".join([*parts, old[place:]])


@given(TEXT, TEXT)
def test_what_is_the_same_and_what_was_replaced_make_the_new_text(old, new):
    aligned = align_texts(old, new)
    assert rebuilt(old, aligned) == new
    ends = [0, *(place for span in aligned.spans for place in span[:2])]
    assert ends == sorted(ends)
    assert all(one[1] < two[0] for one, two in zip(aligned.spans[:-1], aligned.spans[1:], strict=True))


@st.composite
def edited(draw):
    """A text in which no character is there twice, so that where it is now is certain, and edits of it."""
    size = draw(st.integers(1, 150))
    cuts = sorted(draw(st.lists(st.integers(0, size), max_size=8)))
    words = st.text("零一二三", max_size=6)
    edits = [(first, last, draw(words)) for first, last in zip(cuts[::2], cuts[1::2], strict=False)]
    passages = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(1, 40)), max_size=6))
    return "".join(chr(0x3400 + number) for number in range(size)), edits, passages


@given(edited())
def test_what_no_edit_touches_keeps_its_words(found):
    old, edits, passages = found
    new, place = "", 0
    for first, last, words in edits:
        new, place = new + old[place:first] + words, last
    aligned = align_texts(old, new + old[place:])
    for start, size in passages:
        end = min(start + size, len(old))
        touched = [first < end and last > start for first, last, _ in edits if first < last]
        touched += [start < first < end for first, last, _ in edits if first == last]
        begin, finish = aligned.move(start, end)
        if not any(touched):
            assert aligned.text[begin:finish] == old[start:end]
        assert begin <= finish


def test_a_long_text_changed_at_every_line_is_laid_beside_the_old_one_closely():
    draw = random.Random(1)
    letters = [chr(number) for number in range(0x4E00, 0x4E00 + 600)]
    lines = ["甲：" + "".join(draw.choices(letters, k=30)) + "，嗯。" for _ in range(1500)]
    old = "\n".join(lines)
    new = "\n".join(f"乙{line[1:12]}{line[13:]}" for line in lines)  # each line lost one character, and got one
    aligned = align_texts(old, new)
    assert rebuilt(old, aligned) == new
    assert sum(end - start for start, end, _, _ in aligned.spans) <= 2.1 * len(lines)


def test_a_passage_takes_what_replaced_a_part_of_it_and_not_what_was_put_in_beside_it():
    aligned = align_texts("只许面交，当面翻完", "群里只许当面交，现场翻完了")
    start, end = aligned.move(0, 4)
    assert aligned.text[start:end] == "只许当面交"
    start, end = aligned.move(6, 9)
    assert aligned.text[start:end] == "现场翻完"
