"""A study goes out and comes back: nothing of it is lost or changed."""

import string
from uuid import uuid5

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from zhagen.cli import main
from zhagen.errors import ExchangeError
from zhagen.exchange import check_exchange, export_study, import_study
from zhagen.exchange.model import NAMESPACE, make_guid
from zhagen.study import make_study, practice_study
from zhagen.study.folder import EDGES, MEMOS
from zhagen.vocabulary import LEVELS

TABLES = "sources speakers codebook codings memos history sampling differences paradigm negative_cases gioia mechanism"
KEYS = {"codebook": "code_id", "codings": "coding_id", "memos": "memo_id"}


def contents(study):
    """All that a study holds, in one order of rows and columns."""
    found = {"about": study.about, "texts": study.texts, "models": study.models, "notes": study.notes}
    for name in TABLES.split():
        frame = study.codebook.codes if name == "codebook" else getattr(study, name)
        frame = frame.drop(columns=["line_start", "line_end", "file"], errors="ignore").astype(object)
        frame = frame.sort_values(KEYS[name], ignore_index=True) if name in KEYS else frame
        found[name] = {column: frame[column].tolist() for column in sorted(frame)}
    return found


def there_and_back(study, tmp_path, name="a"):
    export_study(study, tmp_path / f"{name}.qdpx")
    return import_study(tmp_path / f"{name}.qdpx", tmp_path / name)


def test_the_practice_study_comes_back_as_it_went(tmp_path):
    study = practice_study()
    report = there_and_back(study, tmp_path)
    assert contents(report.study) == contents(study)
    assert report.notices.empty and check_exchange(tmp_path / "a.qdpx").empty
    assert report.study.faults.empty == study.faults.empty


def test_a_second_export_and_one_of_what_came_back_have_the_same_bytes(tmp_path, study):
    there_and_back(study, tmp_path)
    export_study(tmp_path / "a", tmp_path / "b.qdpx")
    export_study(study, tmp_path / "c.qdpx")
    first, second, third = ((tmp_path / f"{name}.qdpx").read_bytes() for name in "abc")
    assert first == second == third


def test_what_has_no_place_is_listed_and_travels_as_memos(tmp_path, study, capsys):
    from zhagen.study import write_study

    write_study(study, tmp_path / "study")
    assert main(["export", str(tmp_path / "study"), "--out", str(tmp_path / "a.qdpx")]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert ["the format", "rows of history", "13"] in [row[:3] for row in rows]
    assert ["QualCoder", "graphs", "1"] in [row[:3] for row in rows]
    assert main(["import", str(tmp_path / "a.qdpx"), "--out", str(tmp_path / "b")]) == 0
    assert "2 sources" in capsys.readouterr().err


def test_the_codebook_alone(tmp_path, study):
    report = export_study(study, tmp_path / "a.qdc")
    assert "codings" in report.losses.what.tolist() and check_exchange(tmp_path / "a.qdc").empty
    back = import_study(tmp_path / "a.qdc", tmp_path / "a").study
    codebook = contents(back)["codebook"]
    assert all(codebook.pop("guid"))  # a codebook has no title that GUIDs could be computed with
    assert codebook == contents(study)["codebook"] and not back.texts


@pytest.mark.parametrize("name", ["a.doc", "a", "a.qdpx.zip"])
def test_another_suffix_is_refused_with_the_list(tmp_path, study, name):
    for act in (lambda: export_study(study, tmp_path / name), lambda: import_study(tmp_path / name, tmp_path / "new")):
        with pytest.raises(ExchangeError, match=r"use one of \."):
            act()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_not_touched(tmp_path, study):
    there_and_back(study, tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ExchangeError, match="the folder is not empty"):
        import_study(tmp_path / "a.qdpx", tmp_path / "a")
    assert sorted(tmp_path.rglob("*")) == before


def test_lost_codings_are_listed_and_not_written(tmp_path, study):
    codings = study.codings.drop(columns=["anchor", "places"])
    codings.loc[0, "quote_sha256"] = "0" * 64
    spoiled = make_study(study.texts, study.codebook.codes, codings, about=study.about, sources=study.sources)
    report = export_study(spoiled, tmp_path / "a.qdpx")
    assert report.losses.set_index("what").number["lost codings"] == 1
    assert len(import_study(tmp_path / "a.qdpx", tmp_path / "a").study.codings) == len(codings) - 1


words = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufeff")
    | st.sampled_from("<>&\"'甲：😀𠀀;；\n"),
    min_size=1,
    max_size=12,
).map(lambda text: __import__("unicodedata").normalize("NFC", text))
labels = words.filter(lambda text: text.strip() == text and "\n" not in text)
cells = st.just("") | words.map(str.strip)
days = st.sampled_from(["", "2024-03-05", "2023-12-31"])
names = st.text(string.ascii_letters + "甲乙", min_size=1, max_size=4)


@st.composite
def studies(draw):
    coders = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    ids = draw(st.lists(names, min_size=1, max_size=3, unique_by=str.casefold))
    texts = {one: draw(st.text(st.sampled_from("甲乙：。😀𠀀 \n<&"), min_size=4, max_size=40)) for one in ids}
    codes = []
    for number in range(draw(st.integers(1, 6))):
        above = draw(st.sampled_from(["", *(code["code_id"] for code in codes)]))
        level = next((code["level"] for code in codes if code["code_id"] == above), "")
        row = {"code_id": f"k{number}", "label": draw(labels), "level": draw(st.sampled_from([*set(LEVELS) - {level}]))}
        codes.append(row | {"parent_id": above, "definition": draw(cells), "include": draw(cells), "mine": draw(cells)})
    codings = []
    for number in range(draw(st.integers(0, 8))):
        source = draw(st.sampled_from(ids))
        start = draw(st.integers(0, len(texts[source]) - 1))
        row = {"coding_id": f"z{number}", "source_id": source, "start": start}
        row |= {"end": draw(st.integers(start + 1, len(texts[source]))), "date": draw(days), "note": draw(cells)}
        codings.append(
            row | {"code_id": draw(st.sampled_from(codes))["code_id"], "coder": draw(st.sampled_from(coders))}
        )
    memos = []
    for number in range(draw(st.integers(0, 3))):
        row = {
            "memo_id": f"m{number}",
            "date": draw(days),
            "coder": draw(names),
            "kind": draw(st.sampled_from(["", "code"])),
        }
        row |= {"codes": draw(st.lists(st.sampled_from([code["code_id"] for code in codes]), unique=True))}
        row |= {"sources": draw(st.lists(st.sampled_from(ids), unique=True))}
        row |= {
            "codings": draw(st.lists(st.sampled_from([c["coding_id"] for c in codings]), unique=True))
            if codings
            else []
        }
        memos.append(row | {"title": draw(labels | st.just("")), "text": draw(st.just("") | words)})
    edges = []
    for _ in range(draw(st.integers(0, 3))):
        ends = {end: draw(st.sampled_from([code["label"] for code in codes]) | labels) for end in ("source", "target")}
        edges.append(dict.fromkeys(EDGES, "") | ends | {"model_id": "m", "relation": draw(cells), "status": "inferred"})
    sources = [{"source_id": one, "kind": draw(st.sampled_from(["interview", "document", ""]))} for one in ids]
    sources = [row | {"campus": draw(cells), "description": draw(cells)} for row in sources]
    columns = "coding_id source_id start end code_id coder date note".split()
    about = {"title": draw(labels), "coders": coders, "research_question": draw(cells), "invented": draw(st.booleans())}
    return make_study(
        texts,
        pd.DataFrame(codes),
        pd.DataFrame(codings, columns=columns),
        about={key: value for key, value in about.items() if value != ""},
        sources=pd.DataFrame(sources),
        memos=pd.DataFrame(memos, columns=MEMOS),
        mechanism=pd.DataFrame(edges, columns=EDGES),
    )


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(studies())
def test_any_study_comes_back_as_it_went(tmp_path_factory, made):
    place = tmp_path_factory.mktemp("any")
    back = there_and_back(made, place).study
    before, after = contents(made), contents(back)
    for empty in ("description", "campus", "mine", "note", "created"):  # a column without a cell has no place
        for table in ("sources", "codebook", "codings"):
            for side in (before, after):
                if not any(side[table].get(empty, [])):
                    side[table].pop(empty, None)
    if len(made.mechanism):
        after["models"] = before["models"]
    assert after == before
    faults = check_exchange(place / "a.qdpx")
    assert faults[faults.severity == "error"].empty, faults.to_string()


def test_guids_are_those_of_the_standard():
    for parts in (("旧书", "code", "c01"), ("",), ("a" * 300, "é")):
        assert make_guid(*parts) == str(uuid5(NAMESPACE, "\n".join(parts)))
