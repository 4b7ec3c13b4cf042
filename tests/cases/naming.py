"""Copies in which a name is another one in some of its places: what must be said of each.

A case is (document, change, the name in the tables, the published name, kinds of place and what they print). The
changes fit both editions.
"""

import re

from helpers import spread

NEW = "新换的名称"


def plainly(old, new=NEW):
    """Replace a name as an editor does: where it is broken over lines, it stays."""
    return lambda raw: raw.replace(old, new)


def first(old, new=NEW, *, behind=""):
    """Replace the first place of a name behind a mark of the text."""

    def change(raw):
        start = re.search(behind, raw).end() if behind else 0
        return raw[:start] + re.sub(spread(old), new, raw[start:], count=1)

    return change


CASES = {
    "a theme that its table breaks over lines": (
        "haier",
        plainly("价值主张校准"),
        "价值主张校准",
        "价值主张校准",
        {NEW},
    ),
    "the same with a part of the name": (
        "haier",
        plainly("价值主张校准", "价值主张校正"),
        "价值主张校准",
        "价值主张校准",
        {"价值主张校正"},
    ),
    "a dimension in the abstract alone": (
        "haier",
        first("动态能力提升"),
        "动态能力提升",
        "动态能力提升",
        {NEW},
    ),
    "a main category in the axial table and not in the prose": (
        "xiaomi",
        lambda raw: re.sub(r"(?m)^关系协同\t", rf"{NEW}\t", raw),
        NEW,
        "关系协同",
        {"关系协同"},
    ),
    "a category in the prose and not in its table": (
        "xiaomi",
        first("服务多样化", behind=r"(?m)^(?!.*\t).*服务多样化"),
        "服务多样化",
        "服务多样化",
        {NEW},
    ),
    "a longer name in a sentence": (
        "ecommerce",
        first("全域营销", "全域营销化", behind="全域营销"),
        "全域营销",
        "全域营销",
        {"全域营销化"},
    ),
    "a case of the abstract, by another name further down": (
        "ecommerce",
        first("抖音电商", NEW, behind="抖音电商"),
        "抖音电商",
        "抖音电商",
        {NEW},
    ),
    "a category of the list, by another name further down": (
        "community",
        first("技术快速迭代", NEW, behind="技术快速迭代"),
        "技术快速迭代",
        "技术快速迭代",
        {NEW},
    ),
    "a change of the white paper, by another name further down": (
        "whitepaper",
        first("数智化赋能", NEW, behind="数智化赋能"),
        "数智化赋能",
        "数智化赋能",
        {NEW},
    ),
}
