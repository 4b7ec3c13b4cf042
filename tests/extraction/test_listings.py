import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhagen.extraction.listings import find_listing
from zhagen.extraction.quantities import find_quantities
from zhagen.extraction.series import Said
from zhagen.text import clean


def listed(*paragraphs, count=0):
    """What is listed beside the first count of the paragraphs, or the one of another number."""
    sentences = [
        Said(sentence, "s", not number)
        for line, text in enumerate(paragraphs, 1)
        for number, sentence in enumerate(clean([text], line).sentences())
    ]
    counts = [(one, place) for place, said in enumerate(sentences) for one in find_quantities(said.text) if one.counts]
    quantity, place = counts[count]
    return find_listing(quantity, sentences, place)


@pytest.mark.parametrize(
    ("paragraphs", "size"),
    [
        (["分为以下两类：首先，种菜；其次，养鱼。"], 2),
        (["分为以下两类：首先，种菜。种菜要水。", "其次，养鱼。", "结论如下。"], 2),
        (["有三点：首先，快；其次，慢。最后，乱。最后，下一节。"], 3),
        (["有三点：①快；②慢。③乱。"], 3),
        (["有三点不足。首先，快。其次，慢。最后，乱。"], 3),
        (["三种：先种，再收，后分。"], 3),
        (["步骤分为三个环节：", "（1）种。", "（2）收。", "（3）分。"], 3),
        (["体现在两个方面：①快；②准。"], 2),
        (["有三点贡献。第一，快。第二，准。第三，省。"], 3),
        (["有两条路：一是种，二是养。"], 2),
        (["有两条路：其一，种；其二，养。"], 2),
        (["商家一是快，二是省，三是稳，有三个好处。"], 3),
        (["有两个原因。一方面，水多；另一方面，人多。"], 2),
        (["提升速度（快，准）、数量（多）、种类（杂）的3V特征。"], 3),
        (["得到“甲-乙-丙”的三个环节。"], 3),
        (["从采购、生产和销售三大环节入手。"], 3),
        (["改善关系与提升效率是创新的两大维度。"], 2),
        (["提炼出3大主范畴。分别为关系、市场、平台与技术。"], 3),
        (["有四种水果：苹果，梨，桃，杏。"], 4),
        (["有三类人：种菜的；养鱼的；都不做的。"], 3),
        (["技术、关系和市场相互交织。前者为后者打底。这三大范畴是核心。"], 3),
        (["It names four steps: plan, do, check and act, and goes on."], 4),
        (["划分为三个维度（主张、创造和获取）。"], 3),
        (["It has three dimensions (data-driven, interactive, and whole) and more."], 3),
        (["There are three aspects:", "integration, operation in fields, and development, and more."], 3),
    ],
)
def test_what_is_listed_beside_a_count_is_counted(paragraphs, size):
    found = listed(*paragraphs)
    assert (found.size, found.whole) == (size, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("分为以下三类：首先，种菜；其次，养鱼。", 2),
        ("分为以下三类：首先，种菜；其次，养鱼。人人都这样说。最后，下一节。", 2),
        ("以下四个步骤：（1）种；（2）收；（3）分。", 3),
        ("有两点启示。第一，快。第二，准。第三，省。", 3),
        ("从采购、生产和销售四大环节入手。", 3),
        ("得到“甲-乙-丙”的四个环节。", 3),
        ("技术、关系和市场相互交织。这四大范畴是核心。", 3),
        ("It names four parts: plan, do and check.", 3),
    ],
)
def test_a_list_that_does_not_agree_is_counted_and_sure(old, new):
    found = listed(old)
    assert (found.size, found.whole, found.sure) == (new, True, True)


@pytest.mark.parametrize(
    "text",
    [
        "零售、食品、生鲜等12大行业",
        "打通供应、加工、用餐前后等6大环节",
        "包括三种产品：烤箱、橱柜、洗碗机等。",
        "有三种办法（如种菜、养鱼）。",
    ],
)
def test_a_list_that_ends_in_等_gives_examples_only(text):
    assert not listed(text).whole


@pytest.mark.parametrize(
    "text",
    [
        "共有五个环节。",
        "根据甲和乙提出三个问题。",
        "提高质量和速度需要五个环节。",
        "分为三个维度（钱雨和孙新波，2021）。",
        "这三大机制是核心。首先，看关系。其次，看市场。",
        "creates a model and proposes five propositions.",
    ],
)
def test_what_is_not_a_list_of_it_is_none(text):
    assert listed(text) is None


def test_a_story_told_first_and_then_is_no_sure_list():
    assert not listed("靠三个因素。首先，企业找人。其次，企业用人。").sure
    assert not listed("数据、技术推动三个环节。").sure


PIECES = "三 12 3~5 百余 近 个 大 家 % 年 两 环节 等 、 和 ， 。 ： ； 首先 其次 最后 （1） （2） ① ② 一是 二是".split()
PIECES += ["这", "以下", "“甲-乙”", "five", " parts", ": a, b and c", "²", "𠮷"]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), min_size=1, max_size=4))
def test_whatever_is_written_is_read_without_an_error(paragraphs):
    sentences = [
        Said(sentence, "s", not number)
        for line, text in enumerate(paragraphs, 1)
        for number, sentence in enumerate(clean([text], line).sentences())
    ]
    for place, said in enumerate(sentences):
        for one in find_quantities(said.text):
            assert said.text[one.start : one.end].strip() and one.stated in said.text
            assert one.counts is None or one.counts[0] <= one.counts[1]
            listing = find_listing(one, sentences, place) if one.counts else None
            assert listing is None or listing.size > 1
