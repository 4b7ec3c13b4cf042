"""Names found, reviewed and replaced: every coding keeps its words, and no name of the list is left."""

import re
from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhagen.cli import main
from zhagen.errors import OutputError, StudyError
from zhagen.materials import Name, anonymise_study, find_names, names_left, new_study, read_names, replace_names
from zhagen.paths import data_folder
from zhagen.study import check_study, make_study, open_study, write_study

CODES = pd.DataFrame({"code_id": ["c1"], "label": ["面交"], "level": ["concept"]})
TALK = """访：你在哪儿卖书？
王小明：我在兰溪大学西门卖，王老师教我的，小李也在。小明这个名字太常见。
访：怎么联系你？
王小明：电话 138 1234 5678，微信号：lanxi_1999，邮箱 wxm@lanxi.edu.cn。
访：上海人说上海话？
王小明：我是上海的，学号20210345678。
"""
TODAY = date(2024, 6, 10)


def coded(texts, codings=(), **tables):
    columns = ["source_id", "start", "end", "code_id", "coder"]
    return make_study(texts, CODES, pd.DataFrame(codings, columns=columns), about={"title": "旧书"}, **tables)


def test_candidates_have_kinds_counts_places_and_pseudonyms():
    speakers = pd.DataFrame({"source_id": "I1", "speaker": ["访", "王小明"], "role": ["interviewer", "participant"]})
    found = find_names(coded({"I1": TALK}, speakers=speakers)).set_index("found")
    assert found.loc["王小明", ["kind", "count", "places", "keep"]].tolist() == [
        "person", 4, "I1:2; I1:4; I1:6; speakers.csv:3", "no",
    ]  # fmt: skip
    kinds = {"王老师": "person", "138 1234 5678": "phone", "lanxi_1999": "number", "wxm@lanxi.edu.cn": "e-mail"}
    kinds |= {"20210345678": "number", "小李": "person", "上海": "place"}
    assert {name: found.kind[name] for name in kinds} == kinds
    assert found.loc["小李", "keep"] == "?"
    assert found.loc["王老师", "replacement"].endswith("老师")
    assert found.loc["小明", "replacement"] == found.loc["王小明", "replacement"]
    assert "访" not in found.index


LIFE = """访：您是哪里人？
受访者：我是湖南长沙人，在厂里做了三年，厂长叫刘建国。后来刘建国调去成都了，我跟着陈师傅。
受访者：陈大勇，我们叫他老陈。他老婆在南山区人民医院当护士，何护士人很好。
受访者：我在罗湖区翠竹路开了个小店，叫阿珍便利店，旁边是平安银行。女儿在北京师范大学。李雷、韩梅梅是她同学。
受访者：13912345678，身份证是430102197001011234，车牌粤B12345。网店是https://shop.example.cn/a1。
受访者：王经理跟赵总一起来的，欧阳娜娜也在。高兴得很，任何时候都行，白天不行，马上就走，谢谢您。
"""


def test_names_of_a_life_story_are_found_and_few_other_words():
    found = find_names(coded({"I1": LIFE})).set_index("found")
    wanted = (
        "刘建国 陈师傅 陈大勇 老陈 何护士 李雷 韩梅梅 王经理 赵总 欧阳娜娜 湖南 长沙 成都 罗湖区翠竹路 南山区人民医院"
    )
    wanted += " 阿珍便利店 平安银行 北京师范大学 13912345678 430102197001011234 粤B12345 https://shop.example.cn/a1"
    assert set(wanted.split()) - set(found.index) == set()
    assert len(found) <= len(wanted.split()) + 4
    certain = set(found.index[found.keep == "no"])
    assert {"陈师傅", "何护士", "罗湖区翠竹路", "南山区人民医院", "13912345678"} <= certain
    assert not certain & {"赵总", "老陈", "湖南"}


def test_the_list_is_reviewed_then_pseudonyms_are_put_in(tmp_path, capsys):
    (tmp_path / "王小明 2024-03-05.txt").write_text(TALK, encoding="utf-8")
    study = str(tmp_path / "study")
    assert main(["new", study, "--from", str(tmp_path / "王小明 2024-03-05.txt")]) == 0
    assert main(["anonymise", study, "--out", str(tmp_path / "new")]) == 2
    assert main(["anonymise", study, "--list"]) == 0
    path = tmp_path / "study-names.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert main(["anonymise", study, "--out", str(tmp_path / "new")]) == 2
    assert "rows are not decided" in capsys.readouterr().err
    edited = path.read_text(encoding="utf-8-sig").replace(",?,", ",no,").replace("人物A", "阿明")
    added = "兰溪大学西门,place,,,某大学门口,,\n"
    path.write_bytes(f"{edited}{added}".replace("\n", "\r\n").encode("gbk"))  # as Excel does
    assert main(["anonymise", study, "--list"]) == 0  # what was edited stays
    assert main(["anonymise", study, "--out", str(tmp_path / "new")]) == 0
    out = capsys.readouterr().out
    assert "not taken\treport.json" in out
    new = open_study(tmp_path / "new")
    (text,) = new.texts.values()
    assert text.startswith("访：你在哪儿卖书？\n阿明：我在某大学门口卖，")
    assert list(new.texts) == ["阿明_2024-03-05"]
    assert (tmp_path / "new" / "sources" / "阿明_2024-03-05.txt").is_file()
    assert names_left(tmp_path / "new", read_names(path)).empty
    assert "王小明,阿明" in (tmp_path / "new-key.csv").read_text(encoding="utf-8")
    assert new.memos.title.tolist() == ["换名"]
    assert not set(check_study(tmp_path / "new").severity) & {"error"}


def test_codings_memos_differences_and_times_move_with_the_text(tmp_path):
    text = "甲：王小明说好给钱，王小明没给。\n甲：好。\n"
    memo = {"memo_id": "M1", "date": "", "coder": "林", "kind": "code", "codes": ["c1"], "sources": ["王小明"]}
    memo |= {"codings": [], "title": "王小明", "text": "王小明没来"}
    difference = {"difference_id": "d1", "source_id": "王小明", "start": 2, "end": 9, "code_id": "c1"}
    difference |= {"consensus": "2-9", "kind": "boundary", "林": "3-9"}
    codings = [("王小明", start, end, "c1", "林") for start, end in ((2, 9), (3, 4), (11, 15), (17, 21))]
    study = coded({"王小明": text}, codings, memos=pd.DataFrame([memo]), differences=pd.DataFrame([difference]))
    write_study(study, tmp_path / "old")
    times = "source_id,start,begin,finish\n王小明,17,00:01,00:02\n"
    (tmp_path / "old" / "times.csv").write_text(times, encoding="utf-8")
    done = anonymise_study(tmp_path / "old", tmp_path / "new", [Name("王小明", "小赵")], today=TODAY)
    new = open_study(tmp_path / "new")
    words = [new.texts["小赵"][start:end] for start, end in zip(new.codings.start, new.codings.end, strict=True)]
    assert words == ["小赵说好给钱", "小赵", "小赵没给", "甲：好。"]
    assert not new.codings.anchor.isin(["moved", "lost"]).any()
    assert done.widened == ("q0002", "q0003")
    assert new.differences.loc[0, ["start", "end", "consensus", "林"]].tolist() == [2, 8, "2-8", "2-8"]
    assert new.memos.text.tolist()[0] == "小赵没来"
    assert new.memos.sources.tolist()[0] == ["小赵"]
    assert (tmp_path / "new" / "times.csv").read_text(encoding="utf-8").split("\n")[1] == "小赵,15,00:01,00:02"
    assert "c1" in new.memos.codes.tolist()[0]


NAMES = st.lists(st.text("王李明天上海话红", min_size=2, max_size=4), min_size=1, max_size=6, unique=True)
PIECES = st.lists(st.sampled_from([*"王李明天上海话红好，。", "王明", "上海话"]), min_size=1, max_size=40)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=NAMES, pieces=st.lists(PIECES, min_size=1, max_size=3), data=st.data())
def test_every_coding_keeps_its_words_and_no_name_is_left(tmp_path_factory, names, pieces, data):
    texts = {f"I{number}": f"甲：{''.join(part)}\n" for number, part in enumerate(pieces)}
    listed = [
        Name(name, name if data.draw(st.integers(0, 4)) == 0 else f"人物{chr(65 + number)}")
        for number, name in enumerate(names)
    ]
    spans = set()
    for source, text in texts.items():
        for _ in range(data.draw(st.integers(0, 4))):
            start = data.draw(st.integers(0, len(text) - 2))
            spans.add((source, start, data.draw(st.integers(start + 1, len(text) - 1)), "c1", "林"))
    folder = tmp_path_factory.mktemp("study")
    write_study(coded(texts, sorted(spans)), folder / "old")
    done = anonymise_study(folder / "old", folder / "new", listed)
    new = open_study(folder / "new")
    assert len(new.codings) == len(spans)
    for coding, (source, start, end, *_), a, b in zip(
        new.codings.coding_id, sorted(spans), new.codings.start, new.codings.end, strict=True
    ):
        words = new.texts[source][a:b]
        if coding in done.widened:
            assert any(name.replacement in words for name in listed)
        else:  # what was marked, with pseudonyms for the names that are whole in it
            whole = replace_names(texts[source], listed)
            inside = [span for span in whole.spans if span[0] >= start and span[1] <= end]
            expected, at = "", start
            for first, last, new_first, new_last in inside:
                expected += texts[source][at:first] + whole.text[new_first:new_last]
                at = last
            assert words == expected + texts[source][at:end]
    kept = [name.found for name in listed if name.kept]
    for text in new.texts.values():
        for name in listed:
            if not name.kept and not any(name.found in longer for longer in kept):
                bare = text
                for longer in kept:
                    bare = bare.replace(longer, "·")
                assert name.found not in bare
    assert new.codings.quote_sha256.ne("").all()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("王小明,,\n", "has no replacement"),
        ("王小明,人物A,\n王小明,人物B,\n", "is on row 2, too"),
        ("王小明,人物A,maybe\n", "keep is 'maybe'"),
        ("王小明,人物A,?\n", "1 rows are not decided: 王小明"),
        ("王,人物A,\n", "is too short"),
        ("王小明,大王小明,\n", "holds the name 王小明"),
        ("1.38E+10,电话A,\n", "a spreadsheet has changed a number"),
        ("王小明,人物：A,\n", "cannot be in a text"),
    ],
)
def test_lists_that_cannot_be_used_are_refused_with_their_row(tmp_path, rows, said):
    path = tmp_path / "names.csv"
    path.write_text(f"found,replacement,keep\n{rows}", encoding="utf-8")
    with pytest.raises(StudyError, match=re.escape(said)):
        read_names(path)


def test_places_that_would_mix_studies_or_lose_the_key_are_refused(tmp_path):
    write_study(coded({"I1": "甲：王小明。\n"}), tmp_path / "old")
    names = [Name("王小明", "人物A")]
    for out, key in ((tmp_path / "old" / "new", None), (tmp_path, None), (tmp_path / "n", tmp_path / "n" / "key.csv")):
        with pytest.raises(OutputError):
            anonymise_study(tmp_path / "old", out, names, key=key)
    (tmp_path / "n-key.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="there is a key already"):
        anonymise_study(tmp_path / "old", tmp_path / "n", names)
    assert not (tmp_path / "n").exists()
    with pytest.raises(StudyError, match="two ids become"):
        both = coded({"王小明": "甲：一。\n", "人物A": "甲：二。\n"})
        write_study(both, tmp_path / "both")
        anonymise_study(tmp_path / "both", tmp_path / "m", names)
    assert not (tmp_path / "m").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["both", "n-key.csv", "old"]


def test_a_pseudonym_that_makes_a_name_again_is_refused_and_nothing_is_written(tmp_path):
    write_study(coded({"I1": "甲：王小明五。\n"}), tmp_path / "old")
    with pytest.raises(StudyError, match="the name 王五 is left"):
        anonymise_study(tmp_path / "old", tmp_path / "new", [Name("王小明", "老王"), Name("王五", "赵六")])
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_names_are_found_in_pages_scripts_and_names_of_files(tmp_path):
    (tmp_path / "a.html").write_text("<p>王<em>小</em>明 &#29579;&#23567;&#26126; Wang&nbsp;Li</p>", encoding="utf-8")
    (tmp_path / "b.js").write_text('x = "\\u738b\\u5c0f\\u660e"', encoding="utf-8")
    (tmp_path / "王 小明.txt").write_text("likely", encoding="utf-8")
    (tmp_path / "c.png").write_bytes("\0王小明".encode())
    left = names_left(tmp_path, ["王小明", "Wang Li"])
    assert sorted(left[["file", "found"]].drop_duplicates().values.tolist()) == [
        ["a.html", "Wang Li"], ["a.html", "王小明"], ["b.js", "王小明"], ["c.png", "王小明"], ["王 小明.txt", "王小明"],
    ]  # fmt: skip
    assert left.attrs["skipped"] == ["c.png"]
    assert names_left(tmp_path, ["Like"]).empty


def test_the_practice_study_is_the_same_but_for_its_names(tmp_path):
    old = open_study(data_folder() / "practice")
    names = [Name("西门书摊", "某群"), Name("西校区", "甲校区"), Name("二教", "某楼")]
    anonymise_study(data_folder() / "practice", tmp_path / "new", names)
    new = open_study(tmp_path / "new")
    assert new.faults.empty
    assert new.codings.coding_id.tolist() == old.codings.coding_id.tolist()
    assert new.quotations().quote.tolist() == [replace_names(quote, names).text for quote in old.quotations().quote]
    assert names_left(tmp_path / "new", names).empty


def test_a_study_that_was_made_from_files_can_be_anonymised(tmp_path):
    (tmp_path / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\n王小明：好。\n", encoding="utf-8")
    new_study(tmp_path / "study", tmp_path / "a.srt", participants=["王小明"])
    anonymise_study(tmp_path / "study", tmp_path / "new", [Name("王小明", "人物A")])
    assert open_study(tmp_path / "new").turns().speaker.tolist() == ["人物A"]


def test_codings_that_were_lost_stay_lost(tmp_path):
    write_study(coded({"I1": "甲：王小明来了，没说话。\n"}, [("I1", 2, 7, "c1", "林")]), tmp_path / "old")
    path = tmp_path / "old" / "sources" / "I1.txt"
    path.write_text("甲：王小明走了，没说话。\n", encoding="utf-8")
    assert open_study(tmp_path / "old").codings.anchor.tolist() == ["lost"]
    anonymise_study(tmp_path / "old", tmp_path / "new", [Name("王小明", "人物A")])
    assert open_study(tmp_path / "new").codings.anchor.tolist() == ["lost"]
