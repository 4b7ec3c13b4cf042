"""The Chinese names of what the data says in English: editions, statuses, levels, verdicts, measures, reasons."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """One sentence in two languages; ``+`` joins two of them.

    Attributes
    ----------
    english : str
        The sentence for the command line and for programs.
    chinese : str
        The same sentence for the pages of the book.

    Examples
    --------
    >>> (REASONS["no original"] + REASONS["so the digest"]).chinese
    '没有挂原文，所以读随书的摘编版'
    >>> REASONS["attached"].fill("haier.txt").english
    'the original is attached (haier.txt, its checksum is right)'
    """

    english: str
    chinese: str

    def __add__(self, other: "Wording") -> "Wording":
        return Wording(self.english + other.english, self.chinese + other.chinese)

    def fill(self, what: object) -> "Wording":
        """Return the sentence with ``{}`` replaced in both languages.

        Parameters
        ----------
        what : object
            A name, path or number.

        Returns
        -------
        Wording
            The filled sentence.
        """
        return Wording(self.english.format(what), self.chinese.format(what))


EDITIONS = {"original": "原文版", "digest": "摘编版", "file": "其他文件", "published": "随书公布的数据"}
REASONS = {  # why an edition was opened, why a table was computed or read
    "attached": Wording("the original is attached ({}, its checksum is right)", "挂着原文（{}，校验和相符）"),
    "digest asked": Wording("the digest was asked for", "指定读摘编版"),
    "file asked": Wording("the file {} was asked for", "指定读文件 {}"),
    "no original": Wording("no original is attached", "没有挂原文"),
    "another file": Wording(
        "{} is there but is not the original (its checksum differs)", "有 {}，但不是原文（校验和不符）"
    ),
    "so the digest": Wording(", so the shipped digest is read", "，所以读随书的摘编版"),
    "no digest": Wording(", and it has no digest yet", "，也还没有摘编版"),
    "so the published": Wording(", so what is published of it is read", "，所以读随书公布的数据"),
}

STATUSES = {
    "printed": "原文写明",
    "prose": "正文写明",  # of an arrow, as the next
    "heading": "标题写明",
    "by_order": "依次序对应",
    "reconciled": "核对调整",
    "mapped": "转述对应",
    "literature": "文献转引",
    "unconfirmed": "只见于副本",
    "inferred": "本书推断",
}
LEVELS = {
    "dimension": "聚合维度",
    "theme": "主题",
    "core_category": "核心范畴",
    "main_category": "主范畴",
    "category": "范畴",
    "concept": "概念",
    "theoretical": "理论编码",
    "focused": "聚焦编码",
    "initial": "初始编码",
}
VERDICTS = {
    "holds": "相符",
    "within rounding": "舍入容得下",
    "does not hold": "不符",
    "not reproduced": "算不出",
    "not checkable": "无从核对",
    "nothing to check": "没有可查的",
    "twice": "用了两次",
}
PARTS = {  # of a study's summary
    "question": "问题",
    "gap": "缺口",
    "literature": "文献",
    "case": "案例",
    "data": "材料",
    "coding": "编码",
    "mechanism": "机制",
    "story": "案例故事",
    "contribution": "贡献",
    "limit": "局限",
    "advice": "建议",
}
REPORTED = {"reported": "报告了", "mentioned": "提到", "absent": "没有", "not_applicable": "不适用"}
ANSWERED = {  # an item of a reporting checklist
    "filled": "数据已填",
    "partly": "填了部分",
    "to_write": "作者写",
    "not_applicable": "不适用",
}
MARKS = {  # a reader's marks beside what was planted in a paper
    "found": "找到",
    "missed": "漏了",
    "accused": "冤枉",
    "spared": "没有冤枉",
    "unlisted": "要谈",
}
REPORTED_MEANS = {
    "reported": "照纸上写的，另一个人能重做，或者能核对",
    "mentioned": "有字句，照着做不下去",
    "absent": "换几个说法查过全文，没有",
    "not_applicable": "这一类文章谈不上",
}
SOURCES = {"interview": "访谈", "field note": "田野笔记", "document": "文档"}  # kinds of a study's sources
DEFINING = {  # columns of a codebook that say what a code is
    "definition": "定义",
    "include": "算",
    "exclude": "不算",
    "example": "例",
    "properties": "属性",
}
KINDS = {
    # repeated quotations
    "exact": "逐字相同",
    "near": "大体相同",
    # memos
    "code": "编码",
    "theory": "理论",
    "method": "方法",
    "sampling": "抽样",
    # differences between coders
    "boundary": "边界",
    "missed": "看漏",
    "definition": "定义",
    "reading": "读法",
    "level": "层级",
}
AGREEMENT = {"same": "名称一致", "differs": "名称不一致", "no name": "未提名称"}
MEASURES = {
    "n12": "同现次数",
    "pmi": "PMI",
    "npmi": "NPMI",
    "jaccard": "Jaccard",
    "dice": "Dice",
    "cosine": "余弦",
    "logdice": "logDice",
    "g2": "G²",
    "association_strength": "关联强度",
}
PLACES = {  # in the coding paradigm
    "condition": "因果条件",
    "phenomenon": "现象",
    "context": "脉络",
    "intervening": "中介条件",
    "action": "行动与互动",
    "consequence": "结果",
}
ACTS = {  # on a codebook
    "create": "新建",
    "rename": "改名",
    "merge": "合并",
    "split": "拆分",
    "move": "移动",
    "retire": "停用",
}
SOURCE_ACTS = {"correct": "更正材料"}  # on a source, in the same history
# column of a table -> the words that the package writes there
COLUMNS = {
    "status": STATUSES,
    "level": LEVELS,
    "verdict": VERDICTS | AGREEMENT | REPORTED | MARKS,
    "kind": KINDS,
    "part": PARTS,
    "act": ACTS | SOURCE_ACTS,
    "place": PLACES,
}
