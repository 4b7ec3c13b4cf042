"""Files of other programs in the coder of the page: what it writes the package reads, and the other way round."""

import base64
import json
import random
import shutil
import time

import pandas as pd
import pytest
from browsers import BROWSERS
from test_coder import STATIC, answer, click, give, listed, name, said, take, until, written

from exchange.conftest import CODE, CODING, GUID, TEXT, coding, qde, selection, text_source, write_qdpx
from exchange.test_broken import ARCHIVES, XML, archive, moved_xml, mutant, spoiled_xml
from exchange.test_quirks import COUNTED, VARIANTS
from study.conftest import small
from zhagen.coding import code_passage
from zhagen.exchange import check_exchange, export_study, import_study
from zhagen.exchange.model import make_guid
from zhagen.study import make_study, practice_study

pytestmark = pytest.mark.browser
FAULTS = 'return document.querySelector(".zc-warning ul").textContent'
RESULT = 'return document.querySelector(".zc-result").textContent'
CODED = ["source_id", "start", "end", "code_id", "coder"]
HARMLESS = ("XML a source without GUID", "XML a source with the GUID of a code")  # the page names its source otherwise
OTHERS = "读入 .qdpx 或 .qdc…"


@pytest.fixture(scope="module", params=BROWSERS, ids=lambda one: one.name)
def browser(request):
    made = request.param()
    yield made
    made.quit()


@pytest.fixture(scope="module")
def study():
    return practice_study()


def opened(browser, folder, passage, before="", touch=False):
    folder.mkdir(exist_ok=True)
    file = written(folder, passage, before)
    shutil.copy(STATIC / "qda.js", folder / "qda.js")
    page = file.read_text("utf-8").replace(
        '<script src="coder.js"', '<script src="qda.js" defer></script><script src="coder.js"', 1
    )
    file.write_text(page, "utf-8")
    browser.fresh(touch=touch)
    browser.open(file)
    return file


@pytest.fixture
def page(browser, tmp_path, study):
    opened(browser, tmp_path / "page", code_passage(study, "I16"))
    yield browser
    assert [error for error in browser.errors if not error.startswith("XML Parsing Error")] == []  # Firefox notes it


def bytes_of(browser, label):
    """A file that the page gives out, and its name."""
    found = browser.run(
        f"""const old = URL.createObjectURL; let blob, file; URL.createObjectURL = (one) => ((blob = one), old(one));
        HTMLAnchorElement.prototype.click = function () {{ file = this.download; }}; {name(label)}.click();
        URL.createObjectURL = old; const url = await new Promise((done) => {{ const reader = new FileReader();
        reader.onload = () => done(reader.result); reader.readAsDataURL(blob); }}); return [url, file];"""
    )
    return base64.b64decode(found[0].partition(",")[2]), found[1]


def readings(browser, passage, files):
    """What the page reads in files: of each its result, or the words with which it is refused."""
    data = {key: passage[key] for key in ("source", "text", "offset")}
    packed = [base64.b64encode(one).decode() for one in files]
    return browser.run(
        f"""const found = [];
        for (const packed of {json.dumps(packed)}) {{
          const file = new File([Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0))], "a.qdpx");
          try {{ found.push(await zhagenQda.read(file, {json.dumps(data)})); }}
          catch (error) {{
            found.push(error instanceof zhagenQda.Refused ? error.message : `broke: ${{error.stack}}`);
          }}
        }}
        return found;"""
    )


def whole(text, source="I01"):
    """A text as a passage."""
    return {"source": source, "text": text, "offset": 0}


SIGNS = "甲乙丙，。：“”\n <&>\"'😀𠀀é=-"


def words_of(draw, least=0, most=12):
    return "".join(draw.choice(SIGNS) for _ in range(draw.randint(least, most)))


def generated(seed):
    """A project as the page hands it to be written, with signs that need care."""
    draw = random.Random(seed)
    text = "标题\n甲：" + words_of(draw, 20, 60)
    codes = []
    for number in range(draw.randint(1, 6)):
        parent = draw.choice(["", *(code["id"] for code in codes)])
        code = {"id": f"k{number}", "label": f"{number}{' '.join(words_of(draw, 0, 8).split())}", "parent": parent}
        code["level"] = "concept" if not parent else f"{'focused' if len(codes) % 2 else 'initial'}"
        if any(other["id"] == parent and other["level"] == code["level"] for other in codes):
            code["level"] = "theoretical"
        code |= {key: words_of(draw).strip() for key in ("definition", "include", "exclude")}
        codes.append(code | {"color": draw.choice(["", "#12ab9f"]), "guid": ""})
    codings = set()
    for _ in range(draw.randint(0, 9)):
        start = draw.randrange(len(text) - 1)
        codings.add((start, draw.randint(start + 1, min(len(text), start + 20)), draw.choice(codes)["id"]))
    codings = [
        {"start": start, "end": end, "code": code}
        | {"memo": words_of(draw).strip(), "date": draw.choice(["", "2026-11-29"])}
        for start, end, code in sorted(codings)
    ]
    return {
        "study": "怪<字>",
        "coder": draw.choice(["我", "A & B"]),
        "source": "甲1",
        "guid": "",
        "text": text,
        "codes": codes,
        "codings": codings,
    }


def test_generated_projects_go_to_the_package_and_come_back_to_the_character(browser, tmp_path, study):
    opened(browser, tmp_path / "page", code_passage(study, "I16", 1, 2))
    for seed in range(8):
        given = generated(seed)
        packed, again = browser.run(
            f"""const given = {json.dumps(given)};
            const text = (bytes) => btoa(String.fromCharCode(...bytes));
            return [text(zhagenQda.project(given)), text(zhagenQda.project(given))];"""
        )
        assert packed == again
        file = tmp_path / f"{seed}.qdpx"
        file.write_bytes(base64.b64decode(packed))
        assert check_exchange(file).empty, check_exchange(file).found.tolist()
        report = import_study(file, tmp_path / f"study{seed}")
        back = report.study
        assert report.notices.empty and back.texts == {"甲1": given["text"]} and back.faults.empty
        labels = {code["id"]: code["label"] for code in given["codes"]}
        rows = back.codings.to_dict("records")
        written = [[c["start"], c["end"], labels[c["code"]], given["coder"], c["date"]] for c in given["codings"]]
        found = [[row[key] for key in ("start", "end", "code_id", "coder", "date")] for row in rows]
        assert sorted([row[:2] + [labels[row[2]]] + row[3:] for row in found]) == sorted(written)
        memos = {(c["start"], c["end"], c["code"]): c["memo"] for c in given["codings"] if c["memo"]}
        places = {row["coding_id"]: (row["start"], row["end"], row["code_id"]) for row in rows}
        assert {places[memo["codings"][0]]: memo["text"] for memo in back.memos.to_dict("records")} == memos
        fields = ["code_id", "label", "level", "parent_id", "definition", "include", "exclude"]
        mine = [[code[key.removeprefix("code_").removesuffix("_id")] for key in fields] for code in given["codes"]]
        codes = back.codebook.codes
        assert sorted(map(list, zip(*(codes[key] for key in fields), strict=True))) == sorted(mine)
        # and back: what the package writes of it
        export_study(back, tmp_path / f"{seed}b.qdpx")
        (read,) = readings(browser, whole(given["text"], "甲1"), [(tmp_path / f"{seed}b.qdpx").read_bytes()])
        assert read["here"] and read["faults"] == [], seed
        found = [[c["start"], c["end"], c["label"], c["coder"], c["date"]] for c in read["codings"]]
        assert sorted(found) == sorted(written)
        assert {(c["start"], c["end"], c["code"]): c["memo"] for c in read["codings"] if c["memo"]} == memos
    assert browser.errors == []


def test_a_memo_that_the_page_saved_into_a_study_is_seen_in_other_programs(browser, tmp_path, study):
    """The server of `zhagen code` writes it beside the coding: it goes out once, and comes back to the page once."""
    opened(browser, tmp_path / "page", code_passage(study, "I16", 1, 2))
    codes = pd.DataFrame([("c1", "甲", "concept"), ("c2", "乙", "concept")], columns=["code_id", "label", "level"])
    frame = pd.DataFrame(
        [("a", 1, 3, "c1", "林", "一"), ("a", 1, 3, "c2", "林", "二\n行")],
        columns=["source_id", "start", "end", "code_id", "coder", "memo"],
    )
    old = make_study({"a": "甲：乙丙丁"}, codes, frame, about={"title": "t"})
    export_study(old, tmp_path / "a.qdpx")
    (read,) = readings(browser, whole("甲：乙丙丁", "a"), [(tmp_path / "a.qdpx").read_bytes()])
    assert [(c["label"], c["memo"]) for c in read["codings"]] == [("甲", "一"), ("乙", "二\n行")]
    back = import_study(tmp_path / "a.qdpx", tmp_path / "back").study
    assert back.codings.memo.tolist() == ["一", "二\n行"] and back.memos.empty


def test_the_page_s_project_is_the_study_s_source_with_its_codings(page, tmp_path, study):
    text = study.text("I16")
    spots = [text.index(words) - text.index("访：") for words in ("首先", "带鱼是真好吃")]
    give(page, spots[0], spots[0] + 2, "先讲清<楚>")
    give(page, spots[1], spots[1] + 6, "搬出规矩")
    page.run("document.querySelectorAll('details').forEach((one) => (one.open = true)); return 1;")
    page.run(f"{name('写备注：「首先」 先讲清<楚>')}.click(); return 1;")
    answer(page, "为什么\n“首先”？")
    before = listed(page)
    content, file = bytes_of(page, "导出项目（.qdpx）")
    assert file == "I16-我.qdpx" and bytes_of(page, "导出项目（.qdpx）")[0] == content
    assert "连同" not in said(page) and "2 处编码" in said(page) and "先改成自己的名字" in said(page)
    (tmp_path / file).write_bytes(content)
    assert check_exchange(tmp_path / file).empty
    back = import_study(tmp_path / file, tmp_path / "back").study
    assert back.texts == {"I16": text} and back.title == study.title and back.coders == ["我"]
    quotes = back.quotations(coder="我")
    assert quotes[["quote", "label"]].values.tolist() == [["首先", "先讲清<楚>"], ["带鱼是真好吃", "搬出规矩"]]
    assert back.memos.text.tolist() == ["为什么\n“首先”？"]
    kept = study.codebook.codes.set_index("code_id")
    for row in back.codebook.codes.to_dict("records"):
        if row["code_id"] in kept.index:
            assert (row["definition"], row["parent_id"]) == tuple(kept.loc[row["code_id"], ["definition", "parent_id"]])
    assert page.run("return zhagenQda.guidOf('旧书', 'code', 'c01')") == make_guid("旧书", "code", "c01")
    page.run("localStorage.clear(); return 1;")
    page.open(tmp_path / "page/page.html")
    take(page, tmp_path / file, OTHERS)
    until(lambda: "读入" in said(page))
    assert listed(page) == before and "新添 2 处；新添 1 个码" in said(page)
    assert bytes_of(page, "导出项目（.qdpx）")[0] == content
    take(page, tmp_path / file, OTHERS)
    until(lambda: "读入" in said(page))
    assert "读入 2 处，新添 0 处；新添 0 个码" in said(page) and listed(page) == before


def test_a_part_of_a_source_is_a_text_of_its_own(browser, tmp_path, study):
    """A page that shows four turns gives out four turns."""
    passage = code_passage(study, "I16", 2, 4)
    assert "before" not in passage.data and "before" in code_passage(study, "I16").data
    opened(browser, tmp_path / "page", passage)
    give(browser, 2, 12, "头一句")
    (tmp_path / "a.qdpx").write_bytes(bytes_of(browser, "导出项目（.qdpx）")[0])
    back = import_study(tmp_path / "a.qdpx", tmp_path / "back").study
    assert back.texts == {"I16-2-4": passage.data["text"]}
    assert back.quotations(coder="我").quote.tolist() == [passage.data["text"][2:12]]
    export_study(study, tmp_path / "all.qdpx")
    (read,) = readings(browser, passage.data, [(tmp_path / "all.qdpx").read_bytes()])
    text, offset = passage.data["text"], passage.data["offset"]
    own = study.codings[study.codings.source_id == "I16"]
    inside = own[(own.start >= offset) & (own.end <= offset + len(text))]
    places = sorted(zip(inside.start - offset, inside.end - offset, inside.coder, strict=True))
    assert sorted((c["start"], c["end"], c["coder"]) for c in read["codings"]) == places
    assert browser.errors == []


def test_keys_and_colours_of_another_program_go_back_with_what_came(browser, tmp_path, study):
    """Keys that are none, or stand twice, are computed anew: they become names of files."""
    rows = [("c1", "甲", "#12ab9f", GUID(7)), ("c2", "乙", "red", "../../x"), ("c3", "丙", "", GUID(8))]
    rows.append(("c4", "丁", "", GUID(8)))
    codes = pd.DataFrame(rows, columns=["code_id", "label", "color", "guid"]).assign(level="concept")
    sources = pd.DataFrame([("甲1", GUID(6))], columns=["source_id", "guid"])
    about = {"title": "别处", "coders": ["林"]}
    old = make_study({"甲1": "甲：乙丙丁𠮷"}, codes, pd.DataFrame(columns=CODED), about=about, sources=sources)
    opened(browser, tmp_path / "page", code_passage(old, "甲1"))
    give(browser, 2, 4, "甲")
    (tmp_path / "a.qdpx").write_bytes(bytes_of(browser, "导出项目（.qdpx）")[0])
    assert check_exchange(tmp_path / "a.qdpx").empty
    assert "1 个生僻字" in said(browser)
    back = import_study(tmp_path / "a.qdpx", tmp_path / "back").study
    assert back.sources.guid.tolist() == [GUID(6)]
    found = back.codebook.codes.set_index("label")
    assert found.guid["甲"] == GUID(7) and found.color["甲"] == "#12ab9f" and found.guid.is_unique
    assert found.guid["乙"] == make_guid("别处", "code", "c2") and browser.errors == []


def test_a_study_that_was_exported_is_compared_by_coder(page, tmp_path, study):
    export_study(study, tmp_path / "study.qdpx")
    give(page, 31, 36, "第一")
    (tmp_path / "mine.qdpx").write_bytes(bytes_of(page, "导出项目（.qdpx）")[0])
    codings = page.run(
        f"""const old = URL.createObjectURL; let blob; URL.createObjectURL = (one) => ((blob = one), old(one));
        {name("导出编码")}.click(); URL.createObjectURL = old; return await blob.text();"""
    )
    for who in ("兰", "梅"):
        (tmp_path / f"{who}.csv").write_text(codings.replace("我", who), "utf-8")
    page.run('[...document.querySelectorAll("summary")].pop().click(); return 1;')
    field = "读入同学的导出…"
    take(page, [tmp_path / "study.qdpx", tmp_path / "兰.csv", tmp_path / "梅.csv", tmp_path / "mine.qdpx"], field)
    until(lambda: "读入" in said(page))
    own = study.codings[study.codings.source_id == "I16"]
    assert f"读入 {len(own) + 3} 处，现在有 6 位同学" in said(page)
    assert "还有别的材料" in page.run(FAULTS)
    result = page.run(RESULT)
    assert all(pair in result for pair in ("兰、梅", "你、林（study.qdpx）", "梅、我（mine.qdpx）"))
    take(page, tmp_path / "study.qdpx", OTHERS)
    until(lambda: "文件里有几个人" in said(page))
    assert len(listed(page)) == 1


def test_codebooks_go_and_come_with_their_colours(page, tmp_path, study):
    give(page, 31, 36, "第一")
    (tmp_path / "mine.qdc").write_bytes(bytes_of(page, "导出编码本（.qdc）")[0])
    assert check_exchange(tmp_path / "mine.qdc").empty
    codes = import_study(tmp_path / "mine.qdc", tmp_path / "mine").study.codebook.codes
    both = codes.merge(study.codebook.codes, on=["code_id", "label", "level", "parent_id", "definition", "include"])
    assert len(both) == len(study.codebook.codes) == len(codes) - 1
    tree = f'<Code guid="{GUID(12)}" name="别处的事"/>'
    tree += f'<Code guid="{GUID(9)}" name="别处的" isCodable="false" color="#FFFFFF">'
    tree += f'<Description>白的</Description><Code guid="{CODE}" name="第一" isCodable="true" color="#00FF00"/>'
    tree += f'<Code guid="{GUID(10)}" name="=1+1" isCodable="true"/>'
    tree += f'<Code guid="{GUID(11)}" name="&lt;img src=x onerror=document.title=1&gt;" color="#000000"/></Code>'
    xml = f'<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="NVivo"><Codes>{tree}</Codes></CodeBook>'
    (tmp_path / "other.qdc").write_bytes(b"\xef\xbb\xbf" + xml.encode())
    take(page, tmp_path / "other.qdc", OTHERS)
    until(lambda: "读入编码本" in said(page))
    assert "4 个码，新添 3 个" in said(page) and "表格软件会当公式算" in page.run(FAULTS)
    shown = page.run("""return [...document.querySelectorAll("ul.zc-list li")].map((li) =>
      [li.textContent.split("，")[0], getComputedStyle(li.querySelector(".zc-badge")).borderBottomColor]);""")
    colours = {label.split(" ", 1)[1]: color for label, color in shown}
    assert colours["别处的"] == "rgb(147, 147, 147)"  # white, to be seen on white
    assert colours["<img src=x onerror=document.title=1>"] == "rgb(105, 105, 105)"  # black
    assert page.run("return document.title") == "编"
    give(page, 40, 45, "别处的")
    page.open(tmp_path / "page/page.html")
    (tmp_path / "both.qdc").write_bytes(bytes_of(page, "导出编码本（.qdc）")[0])
    codes = import_study(tmp_path / "both.qdc", tmp_path / "both").study.codebook.codes.set_index("label")
    assert codes.color["别处的"] == "#ffffff" and codes.definition["别处的"] == "白的"
    assert codes.parent_id["<img src=x onerror=document.title=1>"] == codes.code_id["别处的"]
    table = bytes_of(page, "导出编码本")[0].decode("utf-8-sig")
    assert "别处的,category,,白的" in table


def test_what_other_programs_write_is_read_as_the_package_reads_it(page, tmp_path):
    files = []
    for number, (xml, texts, inner) in enumerate(VARIANTS.values()):
        files.append(write_qdpx(tmp_path / f"{number}.qdpx", xml, texts, inner=inner).read_bytes())
    for what, read in zip(VARIANTS, readings(page, whole(TEXT), files), strict=True):
        assert isinstance(read, dict) and read["here"], (what, read)
        (found,) = read["codings"]
        assert (found["label"], found["start"], found["end"], found["coder"], found["date"]) == (
            "不利先说", 9, 14, "林", "2024-03-05",
        ), what  # fmt: skip
    for raw, span, words, origin, quote in COUNTED:
        call = f"zhagenQda.placeSpans({json.dumps(raw)}, [{list(span)}], [{json.dumps(words)}], {json.dumps(origin)})"
        found = page.run(f"const {{ letters, spans }} = {call}; return letters.slice(...spans[0]).join('');")
        assert found == quote, raw


def test_what_is_broken_or_hostile_is_refused_or_listed(page, tmp_path):
    """Nothing runs, nothing is half: a file is refused with words, or what does not fit is listed."""
    give(page, 31, 36, "第一")
    kinds = [*(f"XML {kind}" for kind in XML), *ARCHIVES]
    for number, kind in enumerate(kinds):
        file = tmp_path / f"{number}.qdpx"
        write_qdpx(file, XML[kind[4:]][0]) if kind.startswith("XML ") else archive(kind, file)
    files = [(tmp_path / f"{number}.qdpx").read_bytes() for number in range(len(kinds))]
    named = dict(zip(kinds, readings(page, whole(TEXT), files), strict=True))
    for kind, read in named.items():
        if isinstance(read, dict):
            assert read["faults"] or kind in HARMLESS, kind
            assert all(c["end"] <= len(TEXT) for c in read["codings"]), kind
        else:
            assert read and not read.startswith("broke"), (kind, read)
    for kind, words in {
        "XML billion laughs": "DOCTYPE", "a bomb by ratio": "压缩炸弹", "traversal": "指到外面", "a link": "链接",
        "encrypted": "密码", "cut off": "没有传完", "a damaged text": "坏了", "two projects": "2 个 .qde",
    }.items():  # fmt: skip
        assert words in named[kind], kind
    chosen = [kinds.index(kind) for kind in ("XML billion laughs", "no zip", "no project")]
    take(page, [tmp_path / f"{number}.qdpx" for number in chosen], OTHERS)
    until(lambda: "读入" in said(page))
    assert "读入 0 处，新添 0 处" in said(page) and page.run(FAULTS).count(".qdpx：") >= 3
    assert len(listed(page)) == 1 and page.run("return document.title") == "编"


def test_another_text_is_named_and_nothing_of_it_is_taken(page, tmp_path, study):
    text = study.text("I16").replace("带鱼", "黄鱼", 1)
    codes = f'<Code guid="{CODE}" name="不利先说"/>'
    source = text_source(inside=selection(50, 60) + selection(70, 80, guid=GUID(20), inside=coding(guid=GUID(21))))
    write_qdpx(tmp_path / "changed.qdpx", qde(codes=codes, source=source), {"sources/a.txt": text})
    take(page, tmp_path / "changed.qdpx", OTHERS)
    until(lambda: "读入" in said(page))
    assert "另一版" in page.run(FAULTS) and "2 处编码没有读入" in page.run(FAULTS) and listed(page) == []
    write_qdpx(tmp_path / "other.qdpx", qde())
    take(page, tmp_path / "other.qdpx", OTHERS)
    until(lambda: "没有这一段" in page.run(FAULTS))
    assert "没有这一段（I16）的文字，有的是：“I01”（1 处）" in page.run(FAULTS) and listed(page) == []
    # what stands around the passage may be another: NVivo adds lines, Windows its line ends
    moved = ("卷首\n" + study.text("I16") + "\n\n").replace("\n", "\r\n")
    at = moved.index("带鱼是真好吃")
    source = text_source(inside=selection(at, at + 6) + selection(0, 3, guid=GUID(20), inside=coding(guid=GUID(21))))
    write_qdpx(tmp_path / "moved.qdpx", qde(source=source), {"sources/a.txt": "\ufeff" + moved})
    take(page, tmp_path / "moved.qdpx", OTHERS)
    until(lambda: "新添 1 处" in said(page))
    assert listed(page) == [" 「带鱼是真好吃」 → 不利先说"] and "伸到这一段外面" in page.run(FAULTS)
    click(page, "撤销")
    assert listed(page) == []


def test_a_browser_that_unpacks_nothing_says_so(browser, tmp_path, study):
    opened(browser, tmp_path / "page", code_passage(study, "I16"), before="delete window.DecompressionStream;")
    write_qdpx(tmp_path / "a.qdpx", qde())
    take(browser, tmp_path / "a.qdpx", OTHERS)
    until(lambda: "浏览器太旧" in browser.run(FAULTS))
    assert "浏览器太旧" in browser.run(FAULTS) and browser.errors == []
    give(browser, 31, 36, "第一")
    (tmp_path / "mine.qdpx").write_bytes(bytes_of(browser, "导出项目（.qdpx）")[0])
    click(browser, "撤销")
    take(browser, tmp_path / "mine.qdpx", OTHERS)  # its own is not packed
    until(lambda: "新添 1 处" in said(browser))
    assert len(listed(browser)) == 1


def test_on_a_phone_the_csv_comes_first_and_the_rest_is_folded(browser, tmp_path, study):
    opened(browser, tmp_path / "page", code_passage(study, "I16"), touch=True)
    buttons = """return [...document.querySelectorAll(".zhagen-coder button")].filter((one) => one.checkVisibility())
      .map((one) => one.textContent);"""
    before = browser.run(buttons)
    assert "导出编码" in before and not any("qdpx" in label for label in before)
    browser.run('[...document.querySelectorAll("summary")].find((s) => s.textContent.startsWith("其他程序")).click();')
    after = browser.run(buttons)
    assert after.index("导出编码") < after.index("导出项目（.qdpx）")
    width, small = browser.run(
        """return [document.documentElement.scrollWidth,
        [...document.querySelectorAll("button, summary")].filter((e) => e.checkVisibility())
        .map((e) => e.getBoundingClientRect()).filter((r) => r.width < 24 || r.height < 24).length];"""
    )
    assert width <= 390 and small == 0
    give(browser, 31, 36, "第一")
    click(browser, "导出项目（.qdpx）", touch=True)
    until(lambda: "导出了项目" in said(browser))
    assert "导出了项目" in said(browser) and browser.errors == []


def test_spoiled_files_never_break_the_page(browser, tmp_path, study):
    """Bytes, lines, elements and attributes of a good project spoiled by seed: words, or a list, never a failure."""
    opened(browser, tmp_path / "page", code_passage(study, "I16", 1, 2))
    good = tmp_path / "good.qdpx"
    export_study(small(), good)
    text = small().texts["I01"]
    spoiled = []
    for seed in range(60):
        draw, new = random.Random(seed), tmp_path / "new.qdpx"
        if seed % 3:
            (spoiled_xml if seed % 3 == 1 else moved_xml)(good, draw, new)
        else:
            new.write_bytes(mutant(good.read_bytes(), draw))
        spoiled.append(new.read_bytes())
    for seed, read in enumerate(readings(browser, whole(text), spoiled)):
        if isinstance(read, str):
            assert read and not read.startswith("broke"), (seed, read)
        else:
            assert all(0 <= c["start"] < c["end"] <= len(text) and c["label"] for c in read["codings"]), seed
            assert read["here"] or not read["codings"], seed


def test_five_thousand_codings_of_a_project(page, tmp_path, study):
    text = study.text("I16")
    inside = [
        selection(120 + n % 900, 122 + n % 900 + n // 900, guid=GUID(9)[:-8] + f"{n:08x}", name="").replace(
            CODING, GUID(9)[:-9] + f"a{n:08x}"
        )
        for n in range(5000)
    ]
    write_qdpx(tmp_path / "many.qdpx", qde(source=text_source(inside="".join(inside))), {"sources/a.txt": text})
    begun = time.monotonic()
    take(page, tmp_path / "many.qdpx", OTHERS)
    until(lambda: "读入" in said(page))
    assert "读入 5000 处，新添 5000 处" in said(page) and time.monotonic() - begun < 20
