import re
import shutil

import pytest

from helpers import extracted, spread
from zhagen.errors import ExtractionError, ZhagenError
from zhagen.extraction import mechanism
from zhagen.extraction.mechanism import (
    _misread,
    check_edges,
    edge_summary,
    edge_words,
    mechanism_edges,
    mechanism_models,
    sentences_on_both,
)
from zhagen.extraction.places import find_sentence
from zhagen.paths import data_folder


@pytest.fixture(scope="module")
def edges(haier):
    return mechanism_edges(haier)


def test_every_stated_arrow_has_its_place(edges):
    stated = edges[edges.status != "inferred"]
    assert set(stated.status) == {"printed", "mapped", "literature"}
    assert stated.line_start.notna().all() and (stated.line_start <= stated.line_end).all()
    assert (edges[edges.status != "printed"].reason != "").all()


def test_printed_arrows_name_both_ends_word_for_word(edges, haier):
    for row in edges[edges.status == "printed"].itertuples():
        passage = "".join(haier.document.lines[row.line_start - 1 : row.line_end])
        for word in (row.source, row.target, row.relation):
            assert re.search(spread(word), passage), (row.source, row.target)


def test_the_passages_name_both_ends(edges, haier):
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
        assert found.missing.tolist() == ["a coded arrow of these names"]
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
        ("需求源点建立并不促进数字价值主张实现", "促进 is negated"),
        ("需求源点建立未能促进数字价值主张实现", "促进 is negated"),
        ("需求源点建立难以促进数字价值主张实现", "促进 is negated"),
        ("数字价值主张实现促进需求源点建立", "需求源点建立 is not before 数字价值主张实现"),
    ],
)
def test_three_words_in_one_sentence_are_no_arrow(haier, changed, instead, said):
    turned = changed(haier, lambda raw: raw.replace(HEADING, instead))
    with pytest.raises(ExtractionError, match=said):
        mechanism_edges(turned)


def test_unceasing_is_no_negation(haier, changed):
    assert len(mechanism_edges(changed(haier, lambda raw: raw.replace(HEADING, HEADING.replace("促", "不断促")))))


def test_an_arrow_whose_ends_are_turned_round_is_refused(haier_digest):
    """Each stated arrow by itself: with source and target exchanged in the coding, its sentence does not carry it."""
    edges = [edge for model in mechanism_models("haier") for edge in model["edges"]]
    for edge in (edge for edge in edges if edge["status"] != "inferred"):
        place = find_sentence(haier_digest.outline, edge["section"], edge_words(edge), kinds=("paragraph", "heading"))
        assert not _misread(place.text, edge)
        once = all(place.text.count(word) == 1 for word in edge_words(edge)[:2])
        assert not once or _misread(place.text, edge | {"reversed": not edge.get("reversed", False)}), edge


def test_both_editions_bear_the_same_arrows(haier_original, haier_digest):
    first, second = (mechanism_edges(found) for found in (haier_original, haier_digest))
    lines = ["line_start", "line_end"]
    assert first.drop(columns=lines).equals(second.drop(columns=lines))


def test_a_citation_is_no_status(edges):
    """One ruler: whether a sentence cites is computed of every arrow, and every status but one has both kinds."""
    assert edges.cites[edges.status == "literature"].all()
    assert edges.groupby("status").cites.nunique()[["printed", "mapped"]].tolist() == [2, 2]
    assert edges.cites[(edges.source == "机会感知能力") & (edges.target == "价值主张校准")].tolist() == [True]


def test_an_arrow_in_a_heading_is_known(edges, haier):
    assert edges.in_heading.any()
    assert set(edges.line_start[edges.in_heading]) <= set(haier.outline.sections().line_start)
    assert not set(edges.line_start[~edges.in_heading]) & set(haier.outline.sections().line_start)


def test_what_acts_on_each_other_has_no_direction(xiaomi):
    found = mechanism_edges(xiaomi)
    assert found.relation[~found.directed].tolist() == ["相互作用"]


def test_a_search_knows_every_wording_of_both_ends(haier):
    found = sentences_on_both(haier, "需求源点建立", "机会感知能力")
    assert "需求数据的挖掘" in "、".join(found["first"])  # the words of a coded arrow
    assert "heading" in set(sentences_on_both(haier, "需求源点建立", "数字价值主张实现").kind)
    assert sentences_on_both(haier, "需求源点建立", "没有的名字").empty
    wider = sentences_on_both(haier, ["协同共创能力", "资源集聚"], ["价值网络拓展", "创新程度"])
    assert "haier-4.3.2" in set(wider.section_id)


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
