"""The names that transcripts usually have for who asks and who answers, the one list for corpora and studies."""

import re
from functools import lru_cache

INTERVIEWERS = """问 提问 访谈者 访谈员 访问者 访问员 访员 访 采访者 采访员 采访人 记者 主持人 研究者 研究员 调研者
调查员 笔者 采访 問 提問 訪談者 訪談員 訪問者 訪問員 訪員 訪 採訪者 採訪員 採訪人 採訪 記者 調研者 調查員 筆者
Q I Interviewer Moderator Researcher""".split()
PARTICIPANTS = """答 回答 受访者 受访 受 被访者 被访 被访谈者 访谈对象 受访人 被采访者 被试 嘉宾
受訪者 受訪 被訪者 被訪 被訪談者 訪談對象 受訪人 被採訪者 來賓 A R P Interviewee Respondent Participant""".split()
NOTES_DOWN = ("记", "观察者")  # who writes field notes
DIGITS = r"(?!\d{1,2}:\d\d)\d+"  # no time
NUMBERS = "一二三四五六七八九十甲乙丙丁"
WORDS = "|".join(sorted((name for name in INTERVIEWERS + PARTICIPANTS if len(name) > 1), key=len, reverse=True))
LETTERS = "|".join(name for name in INTERVIEWERS + PARTICIPANTS if len(name) == 1)
_SUFFIX = rf"[ _#.·‐-—-]{{0,3}}(?:[A-Za-z]{{1,2}}(?![A-Za-z])|{DIGITS}|[{NUMBERS}]+)"
NAME = (
    rf"(?:(?:第?\d{{1,3}}[号位])?(?:{WORDS})(?:{_SUFFIX}){{0,3}}"
    rf"|(?:{LETTERS})[ _#‐-—-]{{0,2}}(?:{DIGITS})?[{NUMBERS}]*)"
)
# What begins a line and has a colon behind it, or brackets around it, and is no name.
NO_NAME = re.compile(
    "(?:我|你|他|她|它|咱|人家|大家|有人|别人|还有|例如|比如|譬如|比方|另外|此外|所以|因为|但是|不过|结果|总之|首先|其次|再次|最后|"
    "如下|以下|注意?|附|备注|地点|时间|日期|标题|主题|题目|原因|问题|答案|结论|目的|方法|背景|优点|缺点|关键词|摘要|来源|编号|性别|年龄|"
    "职[业务]|学历|姓名|单位|部门|电话|网址|第[一二三四五六七八九十\\d]+[章节部点]|"
    "笑|大笑|停顿|沉默|叹气|哭|点头|摇头|鼓掌|掌声|咳嗽|听不清|音乐)"
)
_KIND = re.compile(rf"(?:第?\d{{1,3}}[号位])?(?P<kind>{WORDS}|(?:{LETTERS})(?![A-Za-z]))")


def is_interviewer(name: str) -> bool:
    """Say whether a name is one that transcripts usually have for interviewers, with a number or without.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    bool
        True if it is in `INTERVIEWERS`.

    Examples
    --------
    >>> is_interviewer("訪談者2"), is_interviewer("张老师")
    (True, False)
    """
    return speaker_kind(name) in INTERVIEWERS


def is_participant(name: str) -> bool:
    """Say whether a name is one that transcripts usually have for participants, with a number or without.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    bool
        True if it is in `PARTICIPANTS`.

    Examples
    --------
    >>> is_participant("受訪者3"), is_participant("张老师")
    (True, False)
    """
    return speaker_kind(name) in PARTICIPANTS


@lru_cache(4096)
def speaker_kind(name: str) -> str:
    """Return the usual name in a name, without its number.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    str
        A word of `INTERVIEWERS` or `PARTICIPANTS`; empty if it is neither.

    Examples
    --------
    >>> speaker_kind("受访者3"), speaker_kind("张老师")
    ('受访者', '')
    """
    found = _KIND.match(name)
    return found["kind"] if found and re.fullmatch(NAME, name) else ""
