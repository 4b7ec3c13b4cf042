import re
import shutil

import pytest

from helpers import extracted, spread
from zhagen.documents.published import read_published
from zhagen.errors import ExtractionError, ZhagenError
from zhagen.extraction import mechanism
from zhagen.extraction.mechanism import check_edges, edge_summary, mechanism_edges, mechanism_models
from zhagen.paths import data_folder


@pytest.fixture(scope="module")
def edges(haier):
    return mechanism_edges(haier)


def test_every_stated_arrow_has_its_place(edges):
    stated = edges[edges.status != "inferred"]
    assert set(stated.status) == {"prose", "heading", "mapped", "literature"}
    assert stated.line_start.notna().all() and (stated.line_start <= stated.line_end).all()


@pytest.mark.parametrize("doc_id", ["haier", "community", "xiaomi", "whitepaper", "ecommerce"])
def test_every_arrow_says_why_it_is_one(doc_id):
    """One that stands word for word says in which section, and whether in its heading; a citation is named."""
    coded = [edge for model in mechanism_models(doc_id) for edge in model["edges"]]
    assert [edge for edge in coded if not edge["reason"].strip()] == []
    for edge in (one for one in coded if one["status"] in ("prose", "heading") and one.get("directed", True)):
        place = "摘要" if edge["section"] == "abstract" else edge["section"]
        assert edge["reason"].removeprefix("第 ").startswith(place) and "逐字写明" in edge["reason"]
        assert ("标题" in edge["reason"]) == (edge["status"] == "heading")
    found = read_published(doc_id, "edges")
    assert (found.reason.str.strip() != "").all()
    word_for_word = found[found.status.isin(["prose", "heading"])]
    assert word_for_word.cites.eq("True").tolist() == word_for_word.reason.str.contains("引了文献").tolist()


def test_arrows_in_the_words_of_the_text_name_both_ends_word_for_word(edges, haier):
    for row in edges[edges.status.isin(["prose", "heading"])].itertuples():
        passage = "".join(haier.document.lines[row.line_start - 1 : row.line_end])
        for word in (row.source, row.target, row.relation):
            assert re.search(spread(word), passage), (row.source, row.target)


def test_the_passages_say_their_arrows(edges, haier):
    assert check_edges(edges, haier.document).empty


def test_a_wrong_place_is_reported(edges, haier):
    moved = edges.assign(line_start=edges.line_start + 40, line_end=edges.line_end + 40)
    assert len(check_edges(moved, haier.document)) > len(edges) / 2


def test_a_published_arrow_that_was_renamed_is_reported(edges, haier):
    """The codings have no arrow of its names any more."""
    for column in ("source", "relation", "model_id"):
        renamed = edges.copy()
        place = renamed.index[renamed.line_start.notna()][0]
        renamed.loc[place, column] = "改过的名字"
        found = check_edges(renamed, haier.document)
        assert found.fault.tolist() == ["no coded arrow has these names"]
        assert found.loc[0, "model_id"] == renamed.loc[place, "model_id"]


def test_a_text_that_no_longer_says_so_is_refused(haier, changed):
    row = next(e for m in mechanism_models("haier") for e in m["edges"] if e["relation"] == "充要条件")
    found = changed(haier, lambda raw: re.sub(spread(row["relation"]), "旁证", raw))
    with pytest.raises(ExtractionError, match=f"{row['source']} -> {row['target']}.*充要条件"):
        mechanism_edges(found)


HEADING = "需求源点建立促进数字价值主张实现"


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ("需求源点建立并不促进数字价值主张实现", "the relation is denied"),
        ("需求源点建立未能促进数字价值主张实现", "the relation is denied"),
        ("需求源点建立难以促进数字价值主张实现", "the relation is denied"),
        ("数字价值主张实现促进需求源点建立", "does not have 需求源点建立, 促进, 数字价值主张实现 in this order"),
        ("需求源点建立与场景，机会感知能力促进数字价值主张实现", "促进 is said of 机会感知能力"),
    ],
)
def test_three_words_in_one_sentence_are_no_arrow(haier, changed, instead, said):
    turned = changed(haier, lambda raw: raw.replace(HEADING, instead))
    with pytest.raises(ExtractionError, match=said):
        mechanism_edges(turned)


def test_unceasing_is_no_negation(haier, changed):
    assert len(mechanism_edges(changed(haier, lambda raw: raw.replace(HEADING, HEADING.replace("促", "不断促")))))


def test_published_lines_are_checked_as_sentences(haier, changed):
    """The words of an arrow are all there, and the sentence says the contrary: the check of published lines sees it."""
    edges = mechanism_edges(haier)
    for instead in ("需求源点建立并不促进数字价值主张实现", "数字价值主张实现促进需求源点建立"):
        turned = changed(haier, lambda raw, instead=instead: raw.replace(HEADING, instead))
        found = check_edges(edges, turned.document)
        assert ("需求源点建立", "数字价值主张实现") in set(zip(found.source, found.target, strict=True))


@pytest.mark.parametrize(
    ("relation", "status", "said"),
    [
        ("充要条件", "heading", "it is called heading, but its sentence is a paragraph"),
        ("充要条件", "literature", "it is called literature, but its sentence reports nobody's finding"),
        ("作用结果", "mapped", "it is called mapped, but its sentence reports the finding of others"),
    ],
)
def test_a_status_says_no_more_than_the_sentence(haier, monkeypatch, relation, status, said):
    models = mechanism_models("haier")
    next(e for m in models for e in m["edges"] if e["relation"] == relation)["status"] = status
    monkeypatch.setattr(mechanism, "mechanism_models", lambda doc_id: models)
    with pytest.raises(ExtractionError, match=said):
        mechanism_edges(haier)


def test_both_editions_bear_the_same_arrows(haier_original, haier_digest):
    first, second = (mechanism_edges(found) for found in (haier_original, haier_digest))
    lines = ["line_start", "line_end"]
    assert first.drop(columns=lines).equals(second.drop(columns=lines))


def test_a_citation_is_no_status(edges):
    """One ruler: whether a sentence cites is computed of every arrow, and every status but one has both kinds."""
    assert edges.cites[edges.status == "literature"].all()
    assert edges.groupby("status").cites.nunique()[["prose", "mapped"]].tolist() == [2, 2]
    assert edges.cites[(edges.source == "机会感知能力") & (edges.target == "价值主张校准")].tolist() == [True]


def test_headings_and_prose_are_two_statuses(edges, haier):
    headings = set(haier.outline.sections().line_start)
    assert set(edges.line_start[edges.status == "heading"]) <= headings
    assert not set(edges.line_start[edges.status != "heading"].dropna()) & headings
    assert (edges.status == "heading").sum() == 3


def test_what_acts_on_each_other_has_no_direction(xiaomi):
    found = mechanism_edges(xiaomi)
    assert found.relation[~found.directed].tolist() == ["相互作用"]


def test_the_study_s_own_sentence_on_mediation_is_an_arrow(edges):
    found = edges[edges.relation == "以实现"]
    assert found[["model_id", "source", "target", "status"]].values.tolist() == [
        ["haier-fig6", "动态能力提升", "数字商业模式创新", "mapped"]
    ]


def test_the_summary_counts_every_arrow(edges, haier):
    found = edge_summary(edges, haier.outline)
    assert found.drop(columns=["figure", "caption", "line"]).to_numpy().sum() == len(edges)
    assert list(found.figure) == [model["figure"] for model in mechanism_models("haier")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('figure = "图1"', "figure = 1", "figure must be string, not 1 (mechanism.toml, line 13)"),
        ('status = "mapped"', 'status = "maped"', "status must be one of"),
        ('relation = "促进"', 'relaton = "促进"', "(mechanism.toml, line 15)"),
        ('id = "haier-fig3"', 'id = "haier-fig1"', "the model haier-fig1 is listed twice (mechanism.toml, line"),
        ("[[models]]", "[[model]]", "mechanism.toml"),
        ("促进", "旁证", "no sentence of section 2.3 has all of"),
    ],
)
def test_a_coding_that_is_not_right_is_refused_with_its_line(haier_digest, monkeypatch, tmp_path, old, new, said):
    folder = tmp_path / "data"
    shutil.copytree(data_folder(), folder, ignore=shutil.ignore_patterns("sources", "published"))
    path = folder / "codings/haier/mechanism.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setenv("ZHAGEN_DATA", str(folder))
    with pytest.raises(ZhagenError) as error:
        mechanism_edges(haier_digest)
    assert said in str(error.value) and re.search(r"mechanism.toml(, line \d+)?", error.value.where)


def test_what_is_returned_can_be_changed():
    mechanism_models("haier")[0]["edges"].clear()
    assert mechanism_models("haier")[0]["edges"]


@pytest.mark.parametrize("doc_id", ["whitepaper", "ecommerce"])
def test_arrows_between_words_are_the_same_in_both_editions(doc_id):
    columns = ["model_id", "source", "target", "relation", "status", "reason"]
    one, other = (mechanism_edges(extracted(doc_id, edition))[columns] for edition in ("original", "digest"))
    assert one.equals(other)


def test_every_shift_of_the_white_paper_is_a_coded_arrow(whitepaper):
    found, coded = whitepaper.tables["转变"], mechanism_edges(whitepaper, "whitepaper-shifts")
    assert list(found.source) == [re.sub("[“”]", "", label) for label in coded.source]
    assert list(found.line_start) == list(coded.line_start)


def test_an_end_that_is_no_word_of_the_text_is_refused(whitepaper, monkeypatch):
    models = mechanism_models("whitepaper")
    models[2]["edges"][0]["source"] = "查无此词"
    monkeypatch.setattr(mechanism, "mechanism_models", lambda doc_id: models)
    with pytest.raises(ExtractionError, match="查无此词 is nowhere in the text"):
        mechanism_edges(whitepaper)


def test_only_a_model_between_words_may_end_at_a_word(whitepaper, monkeypatch):
    models = mechanism_models("whitepaper")
    del models[3]["ends"]
    monkeypatch.setattr(mechanism, "mechanism_models", lambda doc_id: models)
    with pytest.raises(ExtractionError, match="neither a code nor part of a heading"):
        mechanism_edges(whitepaper)
