"""What is committed is what the code gives, and holds no sentence of a source."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from helpers import extracted
from zhagen.book.publication import data_package, published_frames
from zhagen.documents.published import read_published
from zhagen.extraction.mechanism import check_edges
from zhagen.paths import data_folder
from zhagen.text.cleaning import printed_width

ROOT = Path(__file__).parents[2]
IDS = ["haier", "community", "xiaomi", "whitepaper", "ecommerce"]
HAN = re.compile(r"[\u3400-\u9fff]")
DIGESTS = ["haier", "xiaomi", "whitepaper", "ecommerce"]  # of the fifth we have an abstract only


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", IDS)
def test_published_files_are_what_the_code_gives(doc_id):
    extracted(doc_id, "original")
    for name, frame in published_frames(doc_id).items():
        committed = read_published(doc_id, name).to_csv(index=False, lineterminator="\n")
        assert committed == frame.to_csv(index=False, lineterminator="\n"), f"{name}: run make publish"


def test_the_data_package_is_valid():
    """Every type, key and reference, checked by the library of the standard."""
    import frictionless

    report = frictionless.validate(str(data_folder() / "published" / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type", "note"])[:5]
    assert len(report.tasks) == 15


def test_the_data_package_describes_what_is_there():
    folder = data_folder() / "published"
    tables = {path.stem: read_published(None, path.stem) for path in folder.glob("*.csv")}
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    again = data_package({entry["name"]: tables[entry["name"]] for entry in described["resources"]})
    assert described == again
    assert {entry["name"] for entry in described["resources"]} == set(tables)


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", IDS)
def test_published_arrows_stand_in_the_original(doc_id):
    document = extracted(doc_id, "original").document
    assert check_edges(read_published(doc_id, "edges"), document).empty


@pytest.mark.parametrize("doc_id", IDS)
def test_published_codes_are_those_of_the_digest(doc_id):
    same = ["code_id", "level", "label", "parent_id", "printed_parent", "status"]
    published = read_published(doc_id, "codes")[same]
    assert published.to_dict("records") == extracted(doc_id, "digest").codebook.codes[same].to_dict("records")


@pytest.mark.parametrize("doc_id", IDS)
def test_published_glosses_are_the_digest_s_quotations(doc_id):
    published = read_published(doc_id, "evidence").set_index("evidence_id").gloss
    ours = extracted(doc_id, "digest").codebook.evidence.set_index("evidence_id").quotation
    assert published.to_dict() == ours.to_dict()


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", DIGESTS)
def test_a_digest_is_shorter_than_its_original(doc_id):
    """It says what the codes rest on, not sentence after sentence what the original says."""
    ours, theirs = (len(HAN.findall(extracted(doc_id, name).document.raw)) for name in ("digest", "original"))
    assert 0.4 < ours / theirs <= 0.6


def passages(outline):
    """The Han text of the sentences of a source, run by run: none goes on over a title, a label or the front page."""
    passage = ""
    for block in outline.blocks:
        name = block.section_id.partition("-")[2]
        fact = name in ("front", "keywords", "doi") or block.text.startswith("- ")
        if not fact and (block.kind in ("paragraph", "quotation") or printed_width(block.text) > 60):
            passage += "".join(HAN.findall(block.text))
        else:
            yield passage
            passage = ""
    yield passage


def only_labels(labels):
    """A pattern for a stretch out of an enumeration of labels: it may begin and end inside one, or just beside it."""
    labels = ["".join(HAN.findall(label)) for label in labels]
    heads = "|".join({label[:i] for label in labels for i in range(1, len(label))})
    tails = "|".join({label[i:] for label in labels for i in range(1, len(label))})
    return re.compile(rf".?(?:{tails})?(?:{'|'.join(labels)}|和|与|及)+(?:{heads})?.{{0,5}}")


def runs(found, length):
    """Every stretch of so many Han characters in the sentences of a source, enumerations of its labels left out."""
    pieces = {text[i : i + length] for text in passages(found.outline) for i in range(len(text) - length + 1)}
    labels = list(found.codebook.codes.label)
    return {piece for piece in pieces if not (labels and only_labels(labels).fullmatch(piece))}


def tracked():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", IDS)
def test_no_sentence_of_an_original_stands_in_the_tree(doc_id):
    length = 20
    source = runs(extracted(doc_id, "original"), length)
    assert len(source) > 100
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
        han = "".join(HAN.findall(text))
        places = (i for i in range(len(han) - length + 1) if han[i : i + length] in source)
        found += [f"{path.relative_to(ROOT)}: {han[i : i + length]}" for i in places]
    assert found == []
