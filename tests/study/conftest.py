"""A small study of invented lines, made anew for each test, so that each may spoil its files."""

import pandas as pd
import pytest

from zhagen.study import make_study, write_study
from zhagen.study.folder import columns_of

FIRST = "【虚构的练习材料，人、事、群都不存在】"
TEXTS = {
    "I01": f"{FIRST}\n访谈 I01　2024-03-05　食堂\n访：你怎么卖书？\n"
    "甲：先说哪里破。照片拍最花的那页。\n访：有人砍价吗？\n甲：没有。说在前头，反倒走得快。",
    "I02": f"{FIRST}\n访谈 I02　2024-03-08　宿舍\n访：群里为什么静？\n乙：有人收了定金就退群。\n"
    "乙：后来只许面交，当面翻完再给钱。刚立那个月静得吓人。",
}
CODES = [
    ("k1", "交易变顺", "category", "", "快慢：慢—快；砍价：多—没有"),
    ("k2", "定下规矩", "category", "", ""),
    ("c01", "不利先说", "concept", "k1", ""),
    ("c02", "走得快", "concept", "k1", ""),
    ("c03", "先验后付", "concept", "k2", ""),
    ("c04", "群内冷清", "concept", "k2", ""),
]
CODINGS = [  # source, words, code, coder
    ("I01", "先说哪里破", "c01", "林"),
    ("I01", "先说哪里破。照片拍最花的那页", "c01", "周"),
    ("I01", "说在前头", "c01", "林"),
    ("I01", "反倒走得快", "c02", "林"),
    ("I01", "说在前头，反倒走得快", "c02", "周"),
    ("I02", "只许面交，当面翻完再给钱", "c03", "林"),
    ("I02", "当面翻完再给钱", "c03", "周"),
    ("I02", "静得吓人", "c04", "林"),
    ("I02", "静得吓人", "c04", "周"),
]
HISTORY = [
    ("2024-03-05", "林", "create", "k1", "", "交易变顺"),
    ("2024-03-05", "林", "create", "c01", "", "自揭其短"),
    ("2024-03-05", "林", "create", "c02", "", "走得快"),
    ("2024-03-05", "林", "move", "c01", "", "k1"),
    ("2024-03-05", "林", "move", "c02", "", "k1"),
    ("2024-03-08", "周", "create", "k2", "", "定下规矩"),
    ("2024-03-08", "周", "create", "c08", "", "怕被骗"),
    ("2024-03-08", "周", "create", "c09", "", "面交与冷清"),
    ("2024-03-09", "周", "split", "c09", "c09", "c03;c04"),
    ("2024-03-09", "周", "move", "c03", "", "k2"),
    ("2024-03-09", "周", "move", "c04", "", "定下规矩"),
    ("2024-03-13", "林", "rename", "c01", "自揭其短", "不利先说"),
    ("2024-03-14", "周", "merge", "c08", "c08", "先验后付"),
]


def placed(rows=CODINGS, texts=TEXTS):
    found = []
    for number, (source, words, code, coder) in enumerate(rows, 1):
        start = texts[source].index(words)
        found.append((f"q{number}", source, start, start + len(words), code, coder, "2024-03-10"))
    return pd.DataFrame(found, columns="coding_id source_id start end code_id coder date".split())


def small():
    codes = pd.DataFrame(CODES, columns="code_id label level parent_id properties".split())
    speakers = [("I01", "访", "interviewer", ""), ("I01", "甲", "participant", "大三")]
    speakers += [("I02", "访", "interviewer", ""), ("I02", "乙", "participant", "研一")]
    history = pd.DataFrame(HISTORY, columns="date coder act code_id from to".split())
    memo = ("M001", "2024-03-13", "林", "code", ["c01"], ["I01"], ["q1"], "不利先说", "# 不利先说\n\n改名。")
    memos = pd.DataFrame([memo], columns="memo_id date coder kind codes sources codings title text".split())
    sources = [("I01", "interview", "2024-03-05", "东"), ("I02", "interview", "2024-03-08", "西")]
    edge = {"model_id": "m", "source": "不利先说", "target": "走得快", "relation": "带来", "sign": "+"}
    edge |= {"status": "inferred", "codings": "q3;q4", "memos": "M001", "reason": "", "rival": ""}
    return make_study(
        TEXTS,
        codes,
        placed(),
        about={"title": "旧书", "coders": ["林", "周"], "invented": True, "research_question": "凭什么敢买？"},
        sources=pd.DataFrame(sources, columns="source_id kind date campus".split()),
        speakers=pd.DataFrame(speakers, columns="source_id speaker role grade".split()),
        history=history.reindex(columns=columns_of("history"), fill_value=""),
        memos=memos,
        mechanism=pd.DataFrame([edge]),
    )


@pytest.fixture
def study():
    return small()


@pytest.fixture
def folder(tmp_path):
    write_study(small(), tmp_path / "study")
    return tmp_path / "study"
