"""What is committed is what the code gives, and holds no sentence of a source."""

import re
import subprocess
from pathlib import Path

import pytest

import zhagen
from zhagen import catalog, mechanism, outline, publication, recipe
from zhagen.errors import SourceError
from zhagen.text import width

ROOT = Path(__file__).parents[1]
HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.originals
def test_published_files_are_what_the_code_gives(haier_original, tmp_path):
    for name, frame in publication.frames("haier").items():
        computed = frame.to_csv(index=False, lineterminator="\n")
        assert (catalog.data_folder() / name).read_text(encoding="utf-8") == computed, f"{name}: run make publish"


@pytest.mark.originals
def test_published_arrows_stand_in_the_original(haier_original):
    assert mechanism.check(publication.read("haier", "edges"), haier_original.document).empty


def test_published_codes_are_those_of_the_digest(haier_digest):
    same = ["code_id", "level", "label", "parent_id", "printed_parent", "status"]
    published = publication.read("haier", "codes")[same]
    assert published.to_dict("records") == haier_digest.codebook.codes[same].to_dict("records")


def test_published_glosses_are_the_digest_s_quotations(haier_digest):
    published = publication.read("haier", "evidence").set_index("evidence_id").gloss
    assert published.to_dict() == haier_digest.codebook.evidence.set_index("evidence_id").quotation.to_dict()


def blocks(document):
    """The Han text of a source, a block each; None for titles, captions and labels, which are facts."""
    if (catalog.data_folder() / "recipes" / f"{document.id}.toml").is_file():
        for block in outline.read(document, recipe.read(document.id)).blocks:
            prose = block.kind in ("paragraph", "quotation") or width(block.text) > 60
            yield "".join(HAN.findall(block.text)) if prose else None
        return
    for block in re.split(r"\n\s*\n|\t", document.raw):
        han = "".join(HAN.findall(block))
        yield han if len(han) > 30 or re.search(r"[。；，、,;：:]", block) else None


def runs(document, length):
    """Every run of so many Han characters in the sentences of a source; none goes on over a title or label."""
    passage, found = "", set()
    for block in [*blocks(document), None]:
        if block is None:
            found |= {passage[i : i + length] for i in range(len(passage) - length + 1)}
            passage = ""
        else:
            passage += block
    about = "".join(HAN.findall(document.about["title"] + "".join(document.about["authors"])))
    return found - {about[i : i + length] for i in range(len(about) - length + 1)}


def tracked():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", ["haier", "community", "xiaomi", "whitepaper", "ecommerce"])
def test_no_sentence_of_an_original_stands_in_the_tree(doc_id):
    try:
        document = zhagen.open(doc_id, edition="original")
    except SourceError as error:
        pytest.skip(f"needs the original: {error}")
    length = 20
    source = runs(document, length)
    assert len(source) > 500
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
