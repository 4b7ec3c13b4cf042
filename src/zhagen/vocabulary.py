"""The Chinese names of what the data says in English: statuses, levels, verdicts."""

STATUSES = {
    "printed": "原文写明",
    "by_order": "依次序对应",
    "reconciled": "核对调整",
    "mapped": "转述对应",
    "literature": "文献转引",
    "inferred": "本书推断",
}
LEVELS = {
    "dimension": "聚合维度",
    "theme": "主题",
    "core_category": "核心范畴",
    "main_category": "主范畴",
    "category": "范畴",
    "concept": "概念",
}
VERDICTS = {
    "holds": "相符",
    "does not hold": "不符",
    "not reproduced": "算不出",
    "not checkable": "无从核对",
    "twice": "用了两次",
}
KINDS = {"exact": "逐字相同", "near": "大体相同"}
AGREEMENT = {"same": "名称一致", "differs": "名称不一致", "no name": "未提名称"}
WORDS = STATUSES | LEVELS | VERDICTS | KINDS | AGREEMENT
