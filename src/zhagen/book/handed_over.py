"""A project of QualCoder as somebody leaves it behind: coded by two, not finished, some codes need another look."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from zhagen.study.study import Study, practice_study

SOURCES = ("I01", "I02", "I03", "I04", "I05", "I06", "I07", "I08")
OPEN = "I06"  # nobody has coded it yet
CODERS = ("林", "周")
CATEGORIES = {  # a category: the codes below it; some codes have none, as often in QualCoder
    "怎样说": "抢先说 不问不提 事后认账 挑着亮 照样学样",
    "怎样验": "当面翻书 绕过当面 拿“验过”了结",
    "规矩": "搬出规矩 规矩不相干 路远吃亏",
    "出了岔子": "说好没兑现 到手对不上 没人应声 出面兜着 先怪自己 让一步 退钱了事",
    "群": "交易变顺 群内冷清 认群",
    "": "信任",
}
FOLDED = {"认得人": "信任", "套话没人信": "信任"}  # one vague name for two things
OWN_NAME = ("周", "让一步", "退钱了事")  # one coder's own name for what the other calls by another
BARE = ("信任", "退钱了事", "认群")  # codes without a memo
COLOURS = "#F781F3 #81BEF7 #A9F5A9 #F5A9A9 #F5DA81 #D8D8D8".split()
Add = Callable[..., None]  # a row into a table
DAY = "2024-06-30 21:15:00"
PARTS = {"seller": "卖", "buyer": "买", "both": "又卖又买", "admin": "管理"}
JOURNAL = {
    "给接手的人": "四月底停的。八份里子（I06）还没有编。让一步和退钱了事，我和林各用各的，没有碰过。"
    "“信任”装了什么，请你自己看。照片在我的电脑上，要就说一声。",
    "四月九日": "子和群聊记录要放在一起看，先不编。",
}
ANNOTATION = ("I05", "八十分钟", "来回。她自己算的，没有人让她算。")
NOTED = "这一处拿不准，先放着"
TABLES = (  # of a new project in database version v17, without those of its graphs
    "project (databaseversion text, date text, memo text, about text, bookmarkfile integer, bookmarkpos integer, "
    "codername text, recently_used_codes text, avbookmarkfile integer, avbookmarkmsec integer, "
    "avbookmarktextpos integer)",
    "source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text, date text, "
    "av_text_id integer, risid integer, unique(name))",
    "code_image (imid integer primary key, id integer, x1 integer, y1 integer, width integer, height integer, "
    "cid integer, memo text, date text, owner text, important integer, pdf_page integer)",
    "code_av (avid integer primary key, id integer, pos0 integer, pos1 integer, cid integer, memo text, date text, "
    "owner text, important integer)",
    "annotation (anid integer primary key, fid integer, pos0 integer, pos1 integer, memo text, owner text, date text, "
    "unique(fid, pos0, pos1, owner))",
    "attribute_type (name text primary key, date text, owner text, memo text, caseOrFile text, valuetype text)",
    "attribute (attrid integer primary key, name text, attr_type text, value text, id integer, date text, owner text, "
    "unique(name, attr_type, id))",
    "case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer, owner text, "
    "date text, memo text)",
    "cases (caseid integer primary key, name text, memo text, owner text, date text, constraint ucm unique(name))",
    "code_cat (catid integer primary key, name text, owner text, date text, memo text, supercatid integer, "
    "unique(name))",
    "code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer, pos1 integer, "
    "owner text, date text, memo text, avid integer, important integer, unique(cid, fid, pos0, pos1, owner))",
    "code_name (cid integer primary key, name text, memo text, catid integer, owner text, date text, color text, "
    "supercid integer, unique(name))",
    "journal (jid integer primary key, name text, jentry text, date text, owner text, unique(name))",
    "stored_sql (title text, description text, grouper text, ssql text, unique(title))",
    "ris (risid integer, tag text, longtag text, value text)",
    "manage_files_display (mfid integer primary key, name text, tblrows text, tblcolumns text, owner text)",
    "files_filter (filterid integer primary key, name text, filter text, owner text)",
)


def write_project(folder: Path | str) -> Path:
    """Write a project of QualCoder made of eight interviews of the practice study, as two coders left it.

    One interview is not coded. One code is a vague name for two things; one thing has two names, one of each coder.
    Three codes have no memo. There is a picture with a coding, an annotation, a journal, and cases with attributes.

    Parameters
    ----------
    folder : pathlib.Path or str
        Where it goes; it is made if it does not exist. A project that is there already is not overwritten.

    Returns
    -------
    pathlib.Path
        The folder ``二手书群.qda``, with the SQLite file ``data.qda`` in it.

    Examples
    --------
    >>> import tempfile
    >>> sorted(path.name for path in write_project(tempfile.mkdtemp()).iterdir())
    ['audio', 'data.qda', 'documents', 'images', 'video']
    """
    place = Path(folder) / "二手书群.qda"
    if place.exists():
        return place
    for name in ("audio", "documents", "images", "video"):
        (place / name).mkdir(parents=True, exist_ok=True)
    base = sqlite3.connect(place / "data.qda")
    with base:
        for table in TABLES:
            base.execute(f"create table {table}")
        _fill(base, practice_study())
    base.close()
    return place


def _fill(base: sqlite3.Connection, study: Study) -> None:
    def add(table: str, *values: object) -> None:
        base.execute(f"insert into {table} values ({', '.join('?' * len(values))})", values)

    memo = "二手书群里的陌生人，凭什么敢买。八份访谈，三月到四月。"
    add("project", "v17", DAY, memo, "QualCoder 4.0", 0, 0, "周", "", None, None, None)
    number = {source: n for n, source in enumerate(SOURCES, 1)}
    people = study.speakers.query("role == 'participant'").drop_duplicates("source_id").set_index("source_id")
    for name in ("身份", "年级", "校区"):
        add("attribute_type", name, DAY, "林", "", "case", "character")
    add("attribute_type", "地点", DAY, "林", "", "file", "character")
    about = study.sources.set_index("source_id")
    for source, n in number.items():
        row, who = about.loc[source], people.loc[source]
        day = f"{row['date']} 20:00:00"
        add("source", n, source, study.texts[source], None, str(row["note"]), "林", day, None, None)
        add("cases", n, who["speaker"], "", "林", day)
        add("case_text", n, n, n, 0, len(study.texts[source]), "林", day, "")
        values = {"身份": PARTS.get(str(who["part"]), ""), "年级": who["grade"], "校区": who["campus"]}
        for name, value in values.items():
            add("attribute", None, name, "case", value, n, day, "林")
        add("attribute", None, "地点", "file", row["place"], n, day, "林")
    add("source", 9, "六号楼门口.jpg", None, "/images/六号楼门口.jpg", "下午四点", "周", DAY, None, None)
    codes = _codes(add, study)
    _codings(add, study, number, codes)
    add("code_image", 1, 9, 10, 10, 200, 150, codes["当面翻书"], "", DAY, "周", None, None)
    for n, (name, text) in enumerate(JOURNAL.items(), 1):
        add("journal", n, name, text, DAY, "周")
    source, words, note = ANNOTATION
    start = study.texts[source].index(words)
    add("annotation", 1, number[source], start, start + len(words), note, "林", DAY)


def _codes(add: Add, study: Study) -> dict[str, int]:
    definitions = dict(zip(study.codebook.codes.label, study.codebook.codes.definition, strict=True))
    memos = {label: "" if label in BARE else definitions.get(label, "") for label in definitions}
    numbers: dict[str, int] = {}
    for n, (category, labels) in enumerate(CATEGORIES.items(), 1):
        if category:
            add("code_cat", n, category, "林", DAY, "", None)
        for label in labels.split():
            numbers[label] = len(numbers) + 1
            above = n if category else None
            row = (numbers[label], label, memos.get(label, ""), above, "林", DAY, COLOURS[n - 1], None)
            add("code_name", *row)
    return numbers


def _codings(add: Add, study: Study, number: dict[str, int], codes: dict[str, int]) -> None:
    found = study.quotations(coder=list(CODERS))
    found = found[found.source_id.isin(SOURCES) & found.source_id.ne(OPEN)]
    done = set()
    for row in found.to_dict("records"):
        label = FOLDED.get(row["label"], row["label"])
        if (row["coder"], label) == OWN_NAME[:2]:
            label = OWN_NAME[2]
        key = (codes.get(label), number[row["source_id"]], row["start"], row["end"], row["coder"])
        if label not in codes or key in done:  # categories of the practice study are no codes here
            continue
        done.add(key)
        doubt = label == "信任" and row["source_id"] == "I05"
        memo, important = (NOTED, 1) if doubt else ("", None)
        moment = f"{row['date']} 20:30:00" if row["date"] else DAY
        place = (*key[:2], row["quote"], row["start"], row["end"], row["coder"], moment, memo, None, important)
        add("code_text", None, *place)
