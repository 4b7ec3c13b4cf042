"""Damaged copies that once gave a wrong table in silence, each as a short change of a text.

A case is (document, change, what the refusal says); the change names the place by its words, so that it fits both
editions. `tests/extraction/test_cases.py` runs them.
"""

import re


def lines_like(raw, *patterns, change=lambda line: None):
    """Change the first line after the last caption or header above it that matches each pattern; None drops it."""
    lines = raw.split("\n")
    for pattern in patterns:
        place = max(n for n, line in enumerate(lines) if re.search(pattern, line))
        new = change(lines[place])
        lines[place : place + 1] = [] if new is None else [new]
    return "\n".join(lines)


def cell_and_quotation(raw):
    """A concept and the quotation of another row are gone: every pair between them shifts."""
    lines = raw.split("\n")
    at = next(n for n, line in enumerate(lines) if line.strip() == "供应链精密运作")
    quoted = [n for n, line in enumerate(lines) if n > at and line.startswith("“")]
    first = quoted[0]
    end = next(n for n in range(first, len(lines)) if not lines[n].strip())
    return "\n".join([*lines[:at], *lines[at + 1 : first], *lines[end:]])


CASES = {
    "a concept and a quotation of two rows": ("haier", cell_and_quotation, "order alone pairs"),
    "half a theme, as its heading ends": (
        "haier",
        lambda raw: re.sub(r"(?m)^价值\s*\n主张校准$", "\n校准", raw),
        "'校准' is a part of the published label",
    ),
    "a page number glued to a concept": (
        "haier",
        lambda raw: lines_like(raw, "^全生命周期服务$", change=lambda line: line + "17"),
        "holds a page number",
    ),
    "a header glued to a concept": (
        "haier",
        lambda raw: lines_like(raw, "^精准搜寻定位$", change=lambda line: "一阶主题" + line),
        "holds the header 一阶主题",
    ),
    "a category with a character less": (
        "xiaomi",
        lambda raw: re.sub(r"(?m)^技术整合\t", "技术整\t", raw),
        "'技术整' is a part of",
    ),
    "a row of the axial coding": (
        "xiaomi",
        lambda raw: lines_like(raw, "^市场协同\t"),
        "服务多样化 comes under nothing",
    ),
    "a chain in another order than the headings": (
        "haier",
        lambda raw: re.sub("数据驱动([-‑])动态能力提升([-‑])", r"动态能力提升\1数据驱动\2", raw),
        "prints the dimension 动态能力提升, and by its place it is under 数据驱动",
    ),
    "a fund in wide brackets": (
        "community",
        lambda raw: raw.replace("(72192843)", "（72192843）"),
        "基金: 2 rows where the document has 3",
    ),
    "words of the sentence at the first label": (
        "ecommerce",
        lambda raw: raw.replace("主要体现在", "主要体现在以下12个方面，", 1),
        "is no name of a code",
    ),
    "the second half of a document": (
        "haier",
        lambda raw: raw[: raw.index("五、案例讨论")],
        "the text ends with",
    ),
    "a label in a heading, cut by the number of a page": (
        "ecommerce",
        lambda raw: re.sub(r"(?m)^(3\.3\.? ?服务)(模式创新.*)$", r"\1\n17\n\2", raw),
        "'服务' is a part of the published label 服务模式创新",
    ),
    "a page number inside of a listed label": (
        "ecommerce",
        lambda raw: re.sub("全域营销", "全域营71销", raw),
        "holds the published label 全域营销 and a number or mark",
    ),
    "a page number between two boxes": (
        "whitepaper",
        lambda raw: re.sub("(?m)^数字化转型$", "17\n\n数字化转型", raw, count=1),
        "'17' is no label of a box",
    ),
    "a list that its sentence denies": (
        "ecommerce",
        lambda raw: re.sub("主要来自(?=(?:以下)?[一二三四五六七八九]个)", "并非主要来自", raw),
        "the sentence denies what it lists",
    ),
    "a list that its clause denies": (
        "ecommerce",
        lambda raw: raw.replace("聚焦于", "不再聚焦于", 1),
        "the sentence denies what it lists",
    ),
    "a change that a sentence denies": (
        "whitepaper",
        lambda raw: raw.replace("重构为", "难以重构为"),
        "转变: 8 rows where the document has 9",
    ),
    "a core that the sentence denies": (
        "xiaomi",
        lambda raw: re.sub(r"(构建|建立)了", r"并未\1了", raw),
        "the sentence that names the core model is not found",
    ),
    "a chain that is denied wherever it is quoted": (
        "haier",
        lambda raw: raw.replace("“数据驱动", "并非“数据驱动"),
        "no quoted chain that another place confirms",
    ),
    "two digits too many before a postcode": (
        "community",
        lambda raw: re.sub(r"(\d{6})(?=[;；)])", r"10\1", raw, count=1),
        "单位: (?:11 rows|a number)",
    ),
    "a document twice": ("community", lambda raw: raw + "\n" + raw, "begins twice"),
    "a stop inside of an enumeration": (
        "community",
        lambda raw: raw.replace("“社群渠道构建”", "“社群。渠道构建”", 1),
        "goes over the end of a sentence",
    ),
}
