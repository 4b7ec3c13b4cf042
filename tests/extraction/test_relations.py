import pytest

from cases import relations
from zhagen.extraction.relations import ORDERS, SAYS, denial, read_relation

ARROW = {"source": "轮值浇水", "relation": "促进", "target": "邻里相识"}


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (SAYS, "轮值浇水促进了邻里相识。"),
        (SAYS, "轮值浇水不仅省了水费，还促进邻里相识。"),
        (SAYS, "轮值浇水不断促进邻里相识，未来还会更多。"),
        (SAYS, "无论晴雨，轮值浇水都促进邻里相识，不同楼栋也一样。"),
        (SAYS, "轮值浇水是不容忽视的办法，它促进邻里相识。"),
        (SAYS, "平台如何成长是另一个问题，轮值浇水促进邻里相识。"),
        (SAYS, "公司应当开放，希望也在这里，轮值浇水促进邻里相识。"),
        (SAYS, "研究揭示了轮值浇水如何促进邻里相识。"),
        (SAYS, "任何时候、任何地方，轮值浇水都促进邻里相识。"),
        (SAYS, "无论如何，轮值浇水促进邻里相识。"),
        (SAYS, "本应用里，轮值浇水促进邻里相识。"),
        (SAYS, "人才计划、希望小学和轮值浇水促进邻里相识。"),
        (SAYS, "轮值浇水在理论上和实践上都促进邻里相识。"),
        (SAYS, "实际上，轮值浇水促进了邻里相识。"),
        ("source target relation", "轮值浇水对邻里相识有促进作用。"),
        ("target source relation", "邻里相识，是轮值浇水促进的。"),
        ("target relation source", "邻里相识的促进者是轮值浇水。"),
        ("relation source target", "有了促进人来往的轮值浇水，才有邻里相识。"),
        ("relation target source", "促进邻里相识的轮值浇水。"),
    ],
)
def test_a_sentence_is_read_in_the_order_that_is_declared(order, text):
    assert not read_relation(text, ARROW, order).fault
    for other in set(ORDERS) - {order}:
        assert read_relation(text, ARROW, other).fault


@pytest.mark.parametrize(
    "text",
    [
        "轮值浇水不促进邻里相识。",
        "轮值浇水在我们的案例里并不总是能够有效地促进邻里相识。",
        "没有证据表明，轮值浇水促进邻里相识。",
        "并非轮值浇水促进邻里相识。",
        "轮值浇水无助于促进邻里相识。",
        "轮值浇水未必促进邻里相识。",
        "轮值浇水能否促进邻里相识，要看天气。",
        "轮值浇水促进邻里相识，但这一点没有材料支持。",
        "轮值浇水促进邻里相识吗？",
        "如果人多，轮值浇水促进邻里相识。",
        "轮值浇水或许促进邻里相识。",
        "轮值浇水鲜有促进邻里相识的。",
        "轮值浇水不再促进邻里相识。",
        "轮值浇水不足以促进邻里相识。",
        "轮值浇水缺乏促进邻里相识的条件。",
        "谁说轮值浇水促进邻里相识。",
        "轮值浇水何曾促进邻里相识。",
        "轮值浇水岂会促进邻里相识。",
        "轮值浇水何以促进邻里相识。",
        "轮值浇水为何促进邻里相识，还要研究。",
        "轮值浇水如何促进邻里相识，是本文的问题。",
        "轮值浇水怎样促进邻里相识，没人问过。",
        "哪些轮值浇水促进邻里相识，要看楼栋。",
        "轮值浇水在多大程度上促进邻里相识，要看楼栋。",
        "轮值浇水究竟会促进邻里相识还是争吵，要看楼栋。",
        "轮值浇水是否促进邻里相识，要看楼栋。",
        "轮值浇水仅在理论上促进邻里相识。",
        "理论上，轮值浇水促进邻里相识。",
        "轮值浇水原则上促进邻里相识。",
        "按理，轮值浇水促进邻里相识。",
        "轮值浇水名义上促进邻里相识。",
        "轮值浇水只在口头上促进邻里相识。",
        "理想情况下，轮值浇水促进邻里相识。",
        "据称，轮值浇水促进邻里相识。",
        "轮值浇水号称促进邻里相识。",
        "居委会宣称，轮值浇水促进邻里相识。",
        "轮值浇水本应促进邻里相识。",
        "轮值浇水本来可促进邻里相识。",
        "轮值浇水理应促进邻里相识。",
        "轮值浇水应当促进邻里相识。",
        "轮值浇水有望促进邻里相识。",
        "轮值浇水有待促进邻里相识。",
        "轮值浇水旨在促进邻里相识。",
        "轮值浇水力图促进邻里相识。",
        "居委会希望轮值浇水促进邻里相识。",
        "居委会希望，轮值浇水促进邻里相识。",
        "居委会计划用轮值浇水促进邻里相识。",
        "居委会拟以轮值浇水促进邻里相识。",
    ],
)
def test_what_is_denied_asked_or_supposed_is_not_said(text):
    assert read_relation(text, ARROW).denied


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("轮值浇水省水，菜地促进邻里相识。", "促进 is said of 菜地"),
        ("轮值浇水省水；菜地促进邻里相识。", "促进 is said of 菜地"),
        ("轮值浇水省水，而菜地又促进邻里相识。", "促进 is said of 菜地"),
        ("轮值浇水促进来往，来往促进邻里相识。", "促进 is said of 来往"),
        ("轮值浇水省水；分享收成促进邻里相识。", "促进 is said of 分享收成"),
        ("轮值浇水促进来往，后来有了邻里相识。", "in this order"),
        ("邻里相识促进轮值浇水。", "in this order"),
        ("轮值浇水促进收成，邻里相识促进来往。", "in this order"),
    ],
)
def test_a_relation_that_is_said_of_other_ends_is_no_arrow(text, fault):
    assert fault in read_relation(text, ARROW, others=["菜地", "收成"]).fault


def test_two_subjects_side_by_side_both_carry_the_relation():
    assert not read_relation("轮值浇水和菜地促进邻里相识。", ARROW, others=["菜地"]).fault
    assert not read_relation("菜地、轮值浇水促进邻里相识。", ARROW, others=["菜地"]).fault


def test_the_place_is_the_nearest_that_says_it():
    text = "轮值浇水是老办法，轮值浇水促进邻里相识。"
    found = read_relation(text, ARROW)
    assert text[found.start : found.end] == "轮值浇水促进邻里相识"


def texts_by_order(cases):
    return [(order, text) for order, texts in cases.items() for text in texts.split()]


@pytest.mark.parametrize(("order", "text"), texts_by_order(relations.TURNED))
def test_an_arrow_that_runs_the_other_way_is_not_read_as_declared(order, text):
    assert read_relation(text, ARROW, order).fault


@pytest.mark.parametrize("text", relations.DENIED)
def test_what_is_given_up_or_taken_for_a_mistake_is_no_arrow(text):
    assert read_relation(text, ARROW).denied


@pytest.mark.parametrize(("order", "text"), texts_by_order(relations.SAID))
def test_the_same_words_in_another_place_deny_nothing(order, text):
    assert not read_relation(text, ARROW, order).fault


def test_a_list_is_denied_by_what_denies_its_verb():
    assert all(map(denial, relations.DENIED_LISTS))
    assert [text for text in relations.LISTS if denial(text)] == []


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (relations.CONDITIONAL, "under a condition only"),
        (relations.DISTANT, "at a distance"),
        (relations.TAKEN_BACK, ""),
    ],
)
def test_what_is_said_with_a_reservation_is_no_plain_arrow(texts, said):
    faults = {text: read_relation(text, ARROW, others=["菜地"]) for text in texts}
    assert [text for text, reading in faults.items() if not reading.denied or said not in reading.fault] == []


def test_what_is_denied_of_another_arrow_leaves_this_one():
    readings = {
        text: [read_relation(text, ARROW, order, others=["菜地"]) for order in ORDERS] for text in relations.OTHERS
    }
    assert [text for text, found in readings.items() if all(reading.fault for reading in found)] == []


def test_of_two_arrows_of_a_sentence_each_is_read_for_itself():
    text = "轮值浇水促进邻里相识，但不促进收成。"
    assert not read_relation(text, ARROW).fault
    assert read_relation(text, ARROW | {"target": "收成"}).denied
    text = "轮值浇水不促进收成，但促进邻里相识。"
    assert not read_relation(text, ARROW).fault
    assert read_relation(text, ARROW | {"target": "收成"}).denied
