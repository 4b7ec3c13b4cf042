"""Names in a study: candidates for a person to review, and the list that a person edits.

What is found is a proposal. Persons are found by surname and title, by how speakers are named, and by jieba's tags;
places and organisations by tags and endings; numbers by their form. No such list is complete: whoever publishes reads
it, and the texts.
"""

import io
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.corpus.turns import TITLES
from zhagen.errors import StudyError
from zhagen.materials.answers import read_rows
from zhagen.output import unguard_cells, write_files
from zhagen.study.study import Study
from zhagen.text.characters import HAN
from zhagen.text.speakers import is_interviewer, is_participant

COLUMNS = "found kind count places replacement keep note".split()
PSEUDONYMS = {  # kind -> what its pseudonyms begin with
    "person": "人物",
    "place": "地点",
    "organisation": "机构",
    "phone": "电话",
    "number": "号码",
    "e-mail": "邮箱",
    "address": "网址",
}
YES = ("yes", "y", "是", "保留", "keep", "true", "1")
NO = ("no", "n", "否", "换", "替换", "", "false", "0")
UNDECIDED = ("?", "？")
SHOWN = 5  # places in the list
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖"
    "石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵覃武钱戴严莫孔汤康易乔赖施洪辛牛樊温芦俞葛聂岳齐梅庄耿关邢"
    "焦左柳甘祝包倪阮鲍毕童凌骆裴翁霍路狄柴蓝解"
)
DOUBLE = "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 夏侯 端木 南宫".split()
_SURNAME = f"(?:{'|'.join(DOUBLE)}|[{SURNAMES}])"
_LONG_TITLES = sorted((title for title in TITLES if len(title) > 1), key=len, reverse=True)
_TITLES = "|".join(sorted(TITLES, key=len, reverse=True))
_TITLED = re.compile(f"({_SURNAME}[{HAN}]{{0,2}}?)({_TITLES})")
_CALLED = re.compile(f"(?:我叫|姓名[：:]|名叫)\\s*({_SURNAME}[{HAN}]{{1,2}})")
_FAMILIAR = re.compile(f"[小老阿]{_SURNAME}")
_DOUBLE_SURNAME = re.compile(f"(?:{'|'.join(DOUBLE)})[{HAN}]{{1,2}}")
_LATIN = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Professor)\.?\s+([A-Z][a-z]+(?:[ -][A-Z][a-z]+)?)")
_NUMBERS = (
    ("e-mail", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    ("address", re.compile(r"(?:https?://|www\.)[^\s，。；、）)】」”<>\"]+")),
    ("number", re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])")),
    ("phone", re.compile(r"(?<![\dA-Za-z])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?![\dA-Za-z])")),
    ("phone", re.compile(r"(?<![\dA-Za-z])0\d{2,3}[- －]\d{7,8}(?![\dA-Za-z])")),
    ("number", re.compile(r"(?:微信号?|QQ号?|qq号?|学号|工号|卡号|账号)(?:是|为|[：:])?\s*([A-Za-z0-9_-]{5,20})")),
    ("number", re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-Z0-9]{5,6}")),
    ("number", re.compile(r"(?<![\dA-Za-z.])\d{8,}(?![\dA-Za-z.])")),
)
_PLACE_ENDS = tuple("省市县区镇乡村屯") + ("街道", "社区", "小区", "新村", "路", "街", "巷", "大厦", "广场", "宿舍")
_ORGANISATION_ENDS = (
    "公司 集团 大学 学院 中学 小学 学校 幼儿园 医院 诊所 银行 工厂 厂 酒店 饭店 书店 便利店 商店 超市 协会 基金会 "
    "研究院 研究所 工作室 委员会 居委会 村委会 派出所 法院 中心 报社 出版社 合作社 商行 事务所"
).split()
_CITIES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 "
    "贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 "
    "承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 呼和浩特 包头 赤峰 通辽 鄂尔多斯 "
    "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 葫芦岛 长春 四平 通化 白山 松原 白城 延边 哈尔滨 "
    "齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 "
    "盐城 扬州 镇江 泰州 宿迁 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 义乌 衢州 舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 "
    "马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 "
    "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 "
    "日照 临沂 德州 聊城 滨州 菏泽 郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 "
    "周口 驻马店 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 长沙 株洲 湘潭 衡阳 邵阳 岳阳 "
    "常德 张家界 益阳 郴州 永州 怀化 娄底 湘西 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 "
    "河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海 钦州 贵港 玉林 百色 贺州 河池 海口 三亚 "
    "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 贵阳 六盘水 遵义 "
    "安顺 毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 大理 拉萨 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 "
    "安康 商洛 兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 银川 石嘴山 吴忠 固原 乌鲁木齐 "
    "克拉玛依 吐鲁番 哈密"
).split()
_GENERAL = ("场所", "同学", "单位", "机关", "部门", "学院", "系")  # organisations of all kinds, no name of one
# What is beside a name of two characters, and beside a place; the beginning and the end of a text are.
_BEFORE = frozenset("，。、；：！？“”（）\n 叫找跟和与给让请对问是像") | {""}
_AFTER = frozenset("，。、；：！？“”（）\n 说问讲来去在是的和跟也就都他她") | {""}
_TOWARDS = frozenset("在到去来从回往住离至")
_OF_PLACE = frozenset("人话市省县镇乡村")
_COMMON = frozenset("谢谢 谢谢您 白天 高兴 任何 明天 马上 方便 高数 田野".split())  # begin with a surname, and are none
_COUNTRIES = frozenset("中国 美国 日本 英国 法国 德国 俄罗斯 韩国 欧洲 亚洲 中华".split())
_HAN_CHAR = re.compile(f"[{HAN}]")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d+")
_BLANK = "[ \\t\\xa0\u3000_]"


@dataclass(frozen=True)
class Name:
    """A row of the list of names.

    Attributes
    ----------
    found : str
        What is in the texts.
    replacement : str
        What is put there; `found` itself if it is kept.
    kind : str, default "person"
        What it is.
    """

    found: str
    replacement: str
    kind: str = "person"

    @property
    def kept(self) -> bool:
        """Whether it stays, also where a shorter name is in it."""
        return self.found == self.replacement


def find_names(study: Study) -> pd.DataFrame:
    """Find what may be names in a study: persons, places, organisations, phones, other numbers, addresses.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    pandas.DataFrame
        One row a candidate, the more frequent first within its kind: ``found``, ``kind``, ``count`` (int), ``places``
        (source and line, the first ones), ``replacement`` (a pseudonym), ``keep`` (``no``: it is replaced; ``?``: to
        be decided), ``note`` (why it is doubtful).

    Examples
    --------
    >>> from zhagen.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c1"], "label": ["面交"], "level": ["concept"]})
    >>> codings = pd.DataFrame(columns=["source_id", "start", "end", "code_id", "coder"])
    >>> study = make_study({"I01": "访：谁？\\n甲：王小明老师，电话13812345678。"}, codes, codings)
    >>> find_names(study)[["found", "kind", "replacement"]].values.tolist()
    [['王小明', 'person', '人物A'], ['13812345678', 'phone', '电话A']]
    """
    candidates: dict[str, tuple[str, str]] = {}  # found -> kind, note

    def add(found: str, kind: str, note: str = "") -> None:
        found = found.strip()
        if len(found) > 1 and (found not in candidates or (candidates[found][1] and not note)):
            candidates[found] = (kind, note)

    strings = list(study_strings(study))
    for speaker in study.speakers.speaker:
        if len(speaker) > 1 and not is_participant(speaker) and not is_interviewer(speaker):
            add(speaker, "person", "" if re.match(_SURNAME, speaker) else "the name of a speaker")
    whole = "\n".join(text for _, text in strings)
    for kind, pattern in _NUMBERS:
        for found in pattern.finditer(whole):
            text = found[found.lastindex or 0]
            if kind != "number" or not any(text in other and text != other for other in candidates):
                add(text, kind)
    said = sum(len(text) + 1 for place, text in strings if place.partition(":")[0] in study.texts)  # sources come first
    tokens = _tokens(whole[:said])
    borders = {place for _, start, end, _ in tokens for place in (start, end)}
    for start, person, note in _persons(whole):
        aligned = start >= said or (start in borders and start + len(person) in borders)
        add(person, "person", note or ("" if aligned else "perhaps a part of another word"))
    for city in _CITIES:
        if city in whole:
            add(city, "place", "a province or a city")
    _add_tagged(tokens, whole, add)
    certain = [name for name, (kind, note) in candidates.items() if kind == "person" and not note]
    full = [name for name in certain if re.fullmatch(f"[{HAN}]{{3}}", name) and not name.endswith(tuple(TITLES))]
    for name in full:
        if name[0] in SURNAMES and whole.replace(name, "").count(name[1:]):
            candidates[name[1:]] = ("person", f"the given name of {name}")
    return _listed(candidates, strings)


def write_names(names: pd.DataFrame, path: Path | str) -> int:
    """Write a list of names for a person to review; rows that the file has stay as they were edited.

    Parameters
    ----------
    names : pandas.DataFrame
        As `find_names` returns it.
    path : pathlib.Path or str
        The file, a CSV.

    Returns
    -------
    int
        How many rows are new.

    Raises
    ------
    StudyError
        If the file is there and is no list of names.
    OutputError
        If it cannot be written.
    """
    path = Path(path)
    table = names
    if path.is_file():
        old = _table(path)
        table = pd.concat([old, names[~names.found.isin(set(old.found))]], ignore_index=True)
        new = len(table) - len(old)
    else:
        new = len(table)
    write_files(
        {path.name: _spreadsheet(table[[*COLUMNS, *(one for one in table if one not in COLUMNS)]])}, path.parent
    )
    return new


def read_names(path: Path | str, *, doubtful: str = "") -> list[Name]:
    """Read a list of names that a person has reviewed.

    Parameters
    ----------
    path : pathlib.Path or str
        A CSV with the columns ``found``, ``replacement``, ``keep``, in any encoding; or a text with one name a line.
    doubtful : {"", "keep", "replace"}, default ""
        What becomes of rows whose ``keep`` is ``?``; ``""``: such a row is an error.

    Returns
    -------
    list of Name
        The names; of a text without columns each is its own replacement and none is kept.

    Raises
    ------
    StudyError
        If the list cannot be used: it names file, line and what to do.
    """
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".tsv"):
        from zhagen.text.encodings import read_file

        lines = [line.strip() for line in read_file(path).split("\n")]
        return [Name(line, "") for line in dict.fromkeys(lines) if line]
    table = _table(path)
    names: list[Name] = []
    seen: dict[str, int] = {}
    undecided = []
    for line, row in enumerate(table.to_dict("records"), 2):
        where = f"{path.name}, row {line}"
        found, replacement, keep = row["found"].strip(), row["replacement"].strip(), row["keep"].strip().lower()
        if not found and not replacement:
            continue
        if len(found) < 2:
            todo = "write at least two characters; a speaker named by one character is renamed in the text"
            raise StudyError(f"the name {found!r} is too short", where, todo)
        if _SCIENTIFIC.fullmatch(found):
            todo = f"write it as in the text; it was at {row['places'] or 'no place that the list names'}"
            raise StudyError(f"a spreadsheet has changed a number into {found}", where, todo)
        if _key(found) in seen:
            raise StudyError(f"{found} is on row {seen[_key(found)]}, too", where, "keep one row")
        seen[_key(found)] = line
        if keep in UNDECIDED and doubtful:
            keep = "yes" if doubtful == "keep" else "no"
        if keep in UNDECIDED:
            undecided.append(found)
        elif keep in YES:
            names.append(Name(found, found, row["kind"]))
        elif keep not in NO:
            raise StudyError(f"keep is {row['keep']!r}", where, "write yes or no")
        elif not replacement:
            raise StudyError(f"{found} has no replacement", where, "write a pseudonym, or yes under keep")
        elif re.search(r"[\n\r：:【】]", replacement):
            todo = "write it without colon, brackets 【】 and line breaks: they begin turns and marks"
            raise StudyError(f"the replacement {replacement!r} cannot be in a text", where, todo)
        else:
            names.append(Name(found, replacement, row["kind"]))
    if undecided:
        more = f" and {len(undecided) - 5} more" if len(undecided) > 5 else ""
        todo = "write yes or no under keep; or say what becomes of all of them (--doubtful)"
        raise StudyError(f"{len(undecided)} rows are not decided: {', '.join(undecided[:5])}{more}", path.name, todo)
    _check_replacements(names, path)
    return names


class NamePattern:
    """Names as they are searched for: the longest first, with blanks between Chinese characters, letters as words.

    Parameters
    ----------
    names : iterable of Name
        The names.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = {_key(name.found): name for name in names}
        ordered = sorted(self.names.values(), key=lambda name: -len(name.found))
        self.patterns = [(name, re.compile(_regex(name.found), re.IGNORECASE)) for name in ordered]
        first = {_key(name.found)[0] for name in ordered}
        both = {form for char in first for form in (char.lower(), char.upper())}
        self.first = re.compile(f"[{''.join(map(re.escape, sorted(both)))}]") if both else None

    def find(self, text: str) -> list[tuple[int, int, Name]]:
        """Return where names are in a text: of two that overlap the longer one, of two as long the first.

        Parameters
        ----------
        text : str
            Any text.

        Returns
        -------
        list of (int, int, Name)
            Start and end in the text, and the name; in order.
        """
        if not self.first or not self.first.search(text):
            return []
        hits = [(hit.start(), hit.end(), name) for name, pattern in self.patterns for hit in pattern.finditer(text)]
        taken: list[tuple[int, int, Name]] = []
        used = bytearray(len(text))
        for start, end, name in sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0])):
            if not any(used[start:end]):
                used[start:end] = b"\1" * (end - start)
                taken.append((start, end, name))
        return sorted(taken, key=lambda hit: hit[0])

    def left(self, text: str) -> list[tuple[int, str]]:
        """Return the names that are to be replaced and are in a text.

        Parameters
        ----------
        text : str
            Any text.

        Returns
        -------
        list of (int, str)
            Place and name.

        Examples
        --------
        >>> NamePattern([Name("上海", "地点A"), Name("上海话", "上海话")]).left("上海人说上海话")
        [(0, '上海')]
        """
        return [(start, name.found) for start, _, name in self.find(text) if not name.kept]


def study_strings(study: Study) -> Iterator[tuple[str, str]]:
    """Yield every text of a study that may hold a name, with where it is.

    Parameters
    ----------
    study : Study
        The study.

    Yields
    ------
    place : str
        Source and line, file and row, or memo.
    text : str
        One line, cell or memo.
    """
    for source_id, text in study.texts.items():
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield f"{source_id}:{number}", line
    yield "study.toml", "\n".join(str(value) for value in study.about.values())
    for memo in study.memos.to_dict("records"):
        yield f"memos/{memo['memo_id']}", f"{memo['title']}\n{memo['text']}"
    for name, text in study.notes.items():
        yield name, text
    tables = {name: getattr(study, name) for name in ("sources", "speakers", "history", "sampling", "differences")}
    tables |= {name: getattr(study, name) for name in ("paradigm", "negative_cases", "gioia", "mechanism")}
    for name, frame in ({"codebook": study.codebook.codes} | tables).items():
        columns = [column for column in frame if column not in ("sha256", "quote_sha256", "date", "start", "end")]
        for number, row in enumerate(frame[columns].astype(str).to_dict("records"), 2):
            cells = {str(cell) for cell in row.values()}
            yield f"{name}.csv:{number}", "\n".join(sorted(cells))


def _persons(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield persons by their form: where, what, and why it is doubtful."""
    for found in _TITLED.finditer(text):
        given, title = found[1], found[2]
        if len(given) == 1 or (given in DOUBLE):
            yield found.start(), found[0], "" if title in _LONG_TITLES else "a short title"
        else:
            yield found.start(1), given, ""
    for found in _CALLED.finditer(text):
        yield found.start(1), found[1], ""
    for found in _DOUBLE_SURNAME.finditer(text):
        yield found.start(), found[0], "by its form"
    for found in _FAMILIAR.finditer(text):
        yield found.start(), found[0], "how friends are called, or another word"
    for found in _LATIN.finditer(text):
        yield found.start(1), found[1], ""


def _add_tagged(tokens: Sequence[tuple[str, int, int, str]], text: str, add: Callable[..., None]) -> None:
    """Add what jieba's tags, the ends of words and what is beside them say."""
    for number, (word, start, _, tag) in enumerate(tokens):
        if len(word) < 2 or not _HAN_CHAR.match(word) or word in TITLES or word in _COMMON:
            continue
        before, after = text[start - 1 : start], text[start + len(word) : start + len(word) + 1]
        if tag in ("nr", "nrt", "nrfg"):
            surname = re.match(_SURNAME, word)
            long = surname and len(surname[0]) + 1 <= len(word) - (len(surname[0]) == 1)
            if long or (surname and before in _BEFORE and after in _AFTER):
                add(word, "person", "by its form")
            elif tag != "nr" and len(word) > 2:
                add(word, "person", "perhaps a foreign name")
        elif tag == "nt" and not word.endswith(_GENERAL):
            add(word, "organisation", "" if word.endswith(tuple(_ORGANISATION_ENDS)) else "perhaps a name")
        elif tag == "ns" and word not in _COUNTRIES:
            if word.endswith(tuple(_ORGANISATION_ENDS)):
                add(word, "organisation")
            elif len(word) > 2 and word.endswith(_PLACE_ENDS):
                add(word, "place")
            elif before in _TOWARDS or after in _OF_PLACE:
                add(word, "place", "a place in general, perhaps")
        if tag.startswith(("n", "x")) and word.endswith((*_ORGANISATION_ENDS, *_PLACE_ENDS)):
            _add_ended(tokens[max(number - 3, 0) : number + 1], add)


def _add_ended(tokens: Sequence[tuple[str, int, int, str]], add: Callable[..., None]) -> None:
    """Add the last word, an organisation or a place by its end, with the nouns before it: 南山区 人民 医院."""
    *others, (name, start, _, _) = tokens
    kind = "organisation" if name.endswith(tuple(_ORGANISATION_ENDS)) else "place"
    proper = False
    for word, begin, end, tag in reversed(others):
        named = tag.startswith(("n", "x", "j")) or (start == tokens[-1][1] and tag in ("a", "an", "vn"))  # 平安, 和平
        if end != start or not named or not _HAN_CHAR.match(word):
            break
        name, start = word + name, begin
        proper |= tag in ("ns", "nr", "nrt", "nz", "nt", "x")
    shorter = any(name.endswith(end) and len(name) > len(end) + 1 for end in _ORGANISATION_ENDS)
    if start != tokens[-1][1] or shorter:
        add(name, kind, "" if proper else "perhaps a name")


@lru_cache(1)
def _tagger() -> Any:
    """Return jieba with its own words and tags, without what other parts of the package add to it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
        from jieba import posseg

    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return posseg.POSTokenizer(tokenizer)


def _tokens(text: str) -> list[tuple[str, int, int, str]]:
    """Return the words of a text with start, end and jieba's tag."""
    found, place = [], 0
    for word, tag in _tagger().cut(text):
        found.append((word, place, place + len(word), tag))
        place += len(word)
    return found


def _listed(candidates: dict[str, tuple[str, str]], strings: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return candidates with counts, places and pseudonyms; what is only inside of a longer one is left out."""
    pattern = NamePattern([Name(found, "") for found in candidates])
    counts: Counter[str] = Counter()
    places: dict[str, list[str]] = defaultdict(list)
    for place, text in strings:
        for _, _, name in pattern.find(text):
            counts[name.found] += 1
            if place not in places[name.found]:
                places[name.found].append(place)
    order = {kind: number for number, kind in enumerate(PSEUDONYMS)}
    chosen = [found for found in candidates if counts[found]]
    chosen.sort(key=lambda found: (order[candidates[found][0]], -counts[found], found))
    numbers: Counter[str] = Counter()
    rows = []
    for found in chosen:
        kind, note = candidates[found]
        full = note.removeprefix("the given name of ") if note.startswith("the given name of ") else ""
        numbers[kind] += 1
        replacement = PSEUDONYMS[kind] + _letters(numbers[kind])
        if full and full in chosen:
            replacement = f"same as {full}"
        title = next((title for title in _LONG_TITLES if kind == "person" and found.endswith(title)), "")
        said = "; ".join(places[found][:SHOWN]) + (" …" if len(places[found]) > SHOWN else "")
        rows.append([found, kind, counts[found], said, replacement + title, "?" if note else "no", note])
    taken = {row[0]: row[4] for row in rows}
    for row in rows:
        row[4] = taken.get(str(row[4]).removeprefix("same as "), row[4])
    return pd.DataFrame(rows, columns=COLUMNS).astype({"count": "int64"})


def _letters(number: int) -> str:
    """Return A to Z, then AA …"""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _check_replacements(names: Sequence[Name], path: Path) -> None:
    pattern = NamePattern(names)
    for name in names:
        if not name.kept and (inside := pattern.left(name.replacement)):
            todo = "choose a pseudonym that holds no name of the list"
            raise StudyError(f"the replacement {name.replacement} holds the name {inside[0][1]}", path.name, todo)


def _key(text: str) -> str:
    return re.sub(r"[\s_]+", "", text).casefold() or text


def _regex(found: str) -> str:
    """Return the pattern of a name: blanks may be between Chinese characters, an underscore is a blank."""
    parts = [""]
    for before, char in zip([""] + list(found), found, strict=False):
        if char.isspace() or char == "_":
            parts.append(f"{_BLANK}{{1,2}}")
        else:
            between = f"{_BLANK}{{0,2}}" if before and _HAN_CHAR.match(before) and _HAN_CHAR.match(char) else ""
            parts.append(between + re.escape(char))
    text = "".join(parts)
    return f"{_border(found[0], '(?<!{})')}{text}{_border(found[-1], '(?!{})')}"


def _border(edge: str, pattern: str) -> str:
    """Return what may not be beside a name: a letter beside a letter, a digit beside a digit."""
    if edge.isascii() and edge.isalpha():
        return pattern.format("[A-Za-z]")
    return pattern.format("\\d") if edge.isdecimal() else ""


def _table(path: Path) -> pd.DataFrame:
    rows, _ = read_rows(path)
    header = [name.strip().lower() for name in rows[0]] if rows else []
    missing = [name for name in ("found", "replacement", "keep") if name not in header]
    if missing:
        todo = f"write the columns {', '.join(COLUMNS)}, as `zhagen anonymise --list` does"
        raise StudyError(f"there is no column {missing[0]!r}", f"{path.name}, line 1", todo)
    cells = [(row + [""] * len(header))[: len(header)] for row in rows[1:] if any(cell.strip() for cell in row)]
    table = unguard_cells(pd.DataFrame(cells, columns=header, dtype="str"))
    return table.assign(**{name: "" for name in COLUMNS if name not in table})


def _spreadsheet(table: pd.DataFrame) -> bytes:
    """Return a table for a spreadsheet: with a mark, so that it shows Chinese, and guarded cells."""
    from zhagen.output import guard_cells

    written = io.StringIO()
    guard_cells(table).to_csv(written, index=False, lineterminator="\n")
    return written.getvalue().encode("utf-8-sig")
