"""Other readers of REFI-QDA read what we write: the schema, pyrefiqda, and qdaPy where it is installed."""

import importlib.util
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from zhagen.exchange import export_study
from zhagen.study import practice_study


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    file = tmp_path_factory.mktemp("packed") / "a.qdpx"
    export_study(practice_study(), file)
    return file


def test_the_published_schema_accepts_a_project(packed):
    peer = importlib.util.find_spec("qualitative_coding")
    if not peer or not peer.submodule_search_locations:
        pytest.skip("the schema is in the wheel of qualitative-coding, which is not installed (AGPL: tests only)")
    place = Path(next(iter(peer.submodule_search_locations)), "refi_qda", "schema.xsd")
    schema = etree.XMLSchema(etree.parse(place))
    with zipfile.ZipFile(packed) as zipped:
        schema.assertValid(etree.fromstring(zipped.read("project.qde")))


def test_pyrefiqda_reads_a_project(packed, tmp_path):
    from pyrefiqda import RefiProject

    project, study = RefiProject.load(packed, extract_dir=str(tmp_path)), practice_study()
    sources = project.sources.text_source
    assert [source.name for source in sources] == study.sources.source_id.tolist()
    assert [user.name for user in project.users.user] == study.coders
    codings = [coding for source in sources for one in source.plain_text_selection for coding in one.coding]
    assert len(codings) == len(study.codings)
    for source in sources:
        text = (tmp_path / "sources" / source.plain_text_path.removeprefix("internal://")).read_text(encoding="utf-8")
        for one in source.plain_text_selection:
            quote = text[one.start_position : one.end_position]
            assert quote.startswith(one.name.removesuffix("…"))
    assert len(project.links.link) == len(study.mechanism) and len(project.graphs.graph) == len(study.models)


def test_qdapy_reads_a_project(packed):
    qdapy = pytest.importorskip("qdapy", reason="qdaPy is not installed (AGPL: tests only)")
    project, study = qdapy.read_qdpx(packed, warn=False), practice_study()
    assert (len(project.fragments), len(project.codebook)) == (len(study.codings), len(study.codebook.codes))
    assert set(project.coders) == set(study.coders)
    assert set(project.fragments.text) == {
        study.texts[s][a:b] for s, a, b in study.codings[["source_id", "start", "end"]].values
    }
