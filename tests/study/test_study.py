import unicodedata

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhagen.errors import StudyError, ZhagenError
from zhagen.figures import draw_mechanism, draw_structure
from zhagen.study import check_study, make_study, open_study, place_quotes, write_study
from zhagen.study.folder import columns_of

ALPHABET = st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\0")
WORDS = st.text(ALPHABET, max_size=60).map(lambda text: unicodedata.normalize("NFC", text))
PLAIN = st.text("甲乙丙面交。\n：𠮷a", max_size=20)
ABOUT = {"title": "t"}
CODES = pd.DataFrame({"code_id": ["c01"], "label": ["面交"], "level": ["concept"]})


def coding(start, end):
    return pd.DataFrame([{"source_id": "I01", "start": start, "end": end, "code_id": "c01", "coder": "林"}])


def test_a_written_study_is_read_back_the_same(study, folder):
    again = open_study(folder)
    assert check_study(folder).empty
    assert again.about == study.about and again.texts == study.texts and again.models == {"m": ""}
    for name in "sources speakers codings history memos".split():
        pd.testing.assert_frame_equal(getattr(again, name), getattr(study, name), check_dtype=False)
    pd.testing.assert_frame_equal(again.codebook.codes, study.codebook.codes)
    pd.testing.assert_frame_equal(again.codebook.evidence, study.codebook.evidence)
    assert again.mechanism.codings.tolist() == ["q3;q4"]
    first, second = repr(again).split("\n")
    assert first == "Study 旧书: 2 sources (2 interviews), 6 codes"
    assert second == "9 codings (林 5, 周 4), 1 memos, 13 acts on the codebook"


@settings(max_examples=40)  # each writes and reads a folder
@given(WORDS.filter(lambda text: not text.startswith("\ufeff")), st.data())
def test_any_text_with_any_codings_is_read_back(tmp_path_factory, text, data):
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    rows = [coding(*span) for span in data.draw(st.lists(spans, max_size=4)) if span[0] < span[1]]
    codings = pd.concat([coding(0, 0).head(0), *rows], ignore_index=True).drop_duplicates()
    study = make_study({"I01": text}, CODES, codings, about=ABOUT)
    folder = tmp_path_factory.mktemp("study")
    write_study(study, folder)
    again = open_study(folder)
    assert again.texts == {"I01": text}
    pd.testing.assert_frame_equal(again.codings, study.codings)
    assert set(again.codings.anchor) <= {"exact"}


@settings(max_examples=40)  # each writes and reads a folder
@given(PLAIN, PLAIN, PLAIN, PLAIN)
def test_a_coding_is_found_after_text_was_put_before_it(tmp_path_factory, added, before, words, after):
    words = f"〔{words}〕"  # these marks are nowhere else, so the words are in one place
    study = make_study({"I01": before + words + after}, CODES, coding(len(before), len(before + words)), about=ABOUT)
    folder = tmp_path_factory.mktemp("study")
    write_study(study, folder)
    changed = before + added + words + after
    (folder / "sources/I01.txt").write_text(changed, encoding="utf-8", newline="\n")
    found = open_study(folder).codings.iloc[0]
    assert changed[found.start : found.end] == words
    assert found.anchor == ("moved" if added else "exact")


BAD = [("a\rb", "carriage"), ("a\0", "NUL"), ("e\u0301", "NFC"), ("\ud800", "lone"), ("\ufeffa", "byte order")]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_a_text_that_would_change_is_not_written(tmp_path, text, said):
    study = make_study({"I01": "甲：好"}, CODES, coding(2, 3), about=ABOUT)
    study.texts["I01"] = text
    with pytest.raises(StudyError, match=said):
        write_study(study, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_turns_have_speakers_and_leave_out_the_head(study):
    turns = study.turns("I01")
    assert turns.speaker.tolist() == ["访", "甲", "访", "甲"]
    assert turns.role.tolist() == ["interviewer", "participant"] * 2
    assert turns.text.iloc[3] == "没有。说在前头，反倒走得快。"
    text = study.text("I01")
    assert all(text[row.start : row.end] == row.text for row in turns.itertuples())
    sentences = study.sentences("I01")
    assert sentences.text.tolist()[1:3] == ["先说哪里破。", "照片拍最花的那页。"]
    assert all(text[row.start : row.end] == row.text for row in sentences.itertuples())
    assert len(study.turns()) == 7
    with pytest.raises(StudyError, match="there is no source 'I09'"):
        study.turns("I09")


def test_an_address_and_a_time_are_no_speakers():
    text = "甲：先看书。\nhttps://a.cn/书\n12:30 到了。\n乙：好。\n"
    codes, codings = (pd.DataFrame(columns=columns_of(name)) for name in ("codebook", "codings"))
    study = make_study({"S": text}, codes, codings)
    assert study.turns().speaker.tolist() == ["甲", "乙"]


def test_a_chat_and_notes_without_turns():
    texts = {
        "C01": "【虚构】\n2022-12-29 23:10\n小白杨：收定金\n  先到先得\n2023-01-02 08:00\n辛：在吗",
        "N01": "【虚构】\n楼下没人。\n\n后来来了三个。",
        "D01": "【虚构】\n通知：面交。",
    }
    kinds = {"C01": "document", "N01": "field note", "D01": "document"}
    sources = pd.DataFrame({"source_id": list(kinds), "kind": list(kinds.values())})
    speakers = pd.DataFrame({"source_id": "C01", "speaker": ["小白杨", "辛"], "role": "participant"})
    study = make_study(texts, CODES, coding(0, 0).head(0), sources=sources, speakers=speakers)
    turns = study.turns()
    assert turns.text.tolist() == ["收定金\n  先到先得", "在吗", "楼下没人。", "后来来了三个。", "通知：面交。"]
    assert turns.role.tolist() == ["participant", "participant", "observer", "observer", "document"]


def test_quotations_are_of_a_code_and_those_below_it(study):
    assert study.quotations("交易变顺", coder="林").quote.tolist() == ["先说哪里破", "说在前头", "反倒走得快"]
    assert study.quotations("c04").speaker.tolist() == ["乙", "乙"]
    assert set(study.quotations(coder=["周"]).coder) == {"周"}
    for call, said in (
        (lambda: study.quotations("不利说"), "use 不利先说"),
        (lambda: study.quotations(coder="王"), "use one of 林, 周"),
    ):
        with pytest.raises(ZhagenError, match=said):
            call()


def test_the_consensus_counts_where_there_is_one(study):
    codings = study.codings.drop(columns=["anchor", "places"])
    third = codings.tail(1).assign(coding_id="q99", coder="共识")
    about = study.about | {"coders": ["林", "周", "共识"]}
    frames = {"speakers": study.speakers, "sources": study.sources}
    agreed = make_study(study.texts, study.codebook.codes, pd.concat([codings, third]), about=about, **frames)
    assert (agreed.consensus, agreed.single_coders) == ("共识", ["林", "周"])
    assert agreed.quotations().coding_id.tolist() == ["q99"] == agreed.codebook.evidence.evidence_id.tolist()
    assert len(agreed.quotations(coder=agreed.coders)) == 10


def test_one_codebook_for_both_worlds(study):
    book = study.codebook
    assert book.find("不利先说") == "c01" and book.below("k1") == ["k1", "c01", "c02"] and book.above("c01") == ["k1"]
    assert book.properties("交易变顺") == {"快慢": "慢—快", "砍价": "多—没有"}
    assert book.properties("c01") == {}
    assert book.evidence[book.evidence.evidence_id.eq("q3")].line_start.tolist() == [6]
    assert repr(book) == "Codebook: 6 codes (2 of the level category, 4 of the level concept), 9 quotations"
    assert "2 个范畴" in draw_structure(book).alt
    assert "1 支箭头" in draw_mechanism(study.mechanism).alt


def test_memos_of_a_code_and_of_a_retired_one(study):
    assert study.memos_on("不利先说").memo_id.tolist() == ["M001"] == study.memos_on("q1").memo_id.tolist()
    assert study.memos_on("c08").empty
    with pytest.raises(ZhagenError, match="there is no code"):
        study.memos_on("没有的")


def test_quotes_become_codings(study):
    quotes = pd.DataFrame([("I01", "c01", "说", "林", 2), ("I02", "c04", "静得吓人", "周", "")])
    quotes.columns = ["source_id", "code_id", "quote", "coder", "n"]
    found = place_quotes(study.texts, quotes)
    texts = [study.texts[row.source_id][row.start : row.end] for row in found.itertuples()]
    assert texts == ["说", "静得吓人"] and found.start[0] == study.text("I01").index("说在前头")
    assert make_study(study.texts, study.codebook.codes, found).quotations().quote.tolist() == texts
    for row, said in (
        (("I01", "c01", "没有这话", "林", ""), "nowhere in I01"),
        (("I01", "c01", "说", "林", ""), "2 times in I01"),
        (("I01", "c01", "说", "林", 3), "2 times, not 3 in I01"),
        (("I01", "c01", "", "林", ""), "nowhere"),
        (("I09", "c01", "说", "林", ""), "no source 'I09'"),
    ):
        with pytest.raises(StudyError, match=said):
            place_quotes(study.texts, pd.concat([quotes, pd.DataFrame([row], columns=quotes.columns)]))
    assert place_quotes(study.texts, quotes.head(0)).empty


def test_what_another_process_wrote_is_not_overwritten(folder):
    first, second = open_study(folder), open_study(folder)
    first.about["title"] = "新题"
    write_study(first, folder)
    with pytest.raises(StudyError, match="study.toml is not as it was"):
        write_study(second, folder)
    assert open_study(folder).title == "新题"
    write_study(open_study(folder), folder)


def test_a_published_study_has_a_descriptor_that_its_files_follow(study, tmp_path):
    frictionless = pytest.importorskip("frictionless")
    write_study(study, tmp_path / "out", descriptor=True)
    report = frictionless.validate(str(tmp_path / "out" / "datapackage.json"))
    assert report.valid, report.flatten(["name", "message"])
    assert {resource.name for resource in report.tasks} >= {"sources", "codebook", "codings", "history"}
    path = tmp_path / "out" / "codings.csv"
    path.write_text(path.read_text("utf-8").replace("q3,I01", "q3,I09"), encoding="utf-8")
    assert not frictionless.validate(str(tmp_path / "out" / "datapackage.json")).valid


@pytest.mark.parametrize("asks", ["问", "访", "Q", "访谈者", "主持人", "研究者", "访谈员2", "Interviewer"])
def test_who_asks_is_known_where_speakers_are_not_listed(asks):
    codes = pd.DataFrame({"code_id": ["c1"], "label": ["先验货"], "level": ["concept"]})
    codings = pd.DataFrame(columns=["source_id", "start", "end", "code_id", "coder"])
    study = make_study({"A": f"{asks}：怎么买的？\n甲：先看看书。\n记：他笑了。\n"}, codes, codings)
    assert study.turns().role.tolist() == ["interviewer", "participant", "observer"]
