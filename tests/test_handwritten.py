"""Files that people write, spoiled by chance: each is read, or refused with its name and what to do, never a traceback.

Each case is a file of a kind, one to three faults, and a use of the file. A case depends on its number alone. Some
hundred are tried by default; ZHAGEN_HANDWRITTEN=1000 sets how many in all (CI).
"""

import os
import random
import re
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest

import zhagen
from zhagen.book.synthesis import alignments, joint_edges
from zhagen.corpus.cooccurrence import cooccur
from zhagen.documents.catalog import document_ids, list_documents
from zhagen.documents.published import read_published
from zhagen.errors import ZhagenError
from zhagen.extraction.checks import run_checks
from zhagen.extraction.reporting import report_card
from zhagen.extraction.summary import study_summary
from zhagen.paths import data_folder
from zhagen.text.lexicon import read_lexicon
from zhagen.text.segmentation import content_terms

DOCUMENTS = ("haier", "community", "xiaomi", "whitepaper", "ecommerce")
CASES = int(os.environ.get("ZHAGEN_HANDWRITTEN", 250))
SECONDS = 120  # for one case: a pattern that never ends is a fault too
OTHER = ['""', "3", "-1", "2.5", "true", "[]", "{}", '"（"', "1999-01-01", "nan", '["a"]', "none"]
OTHER.append('"' + "长" * 5000 + '"')
TEXT = "平台与数据驱动创新。用户需要数据，平台满足用户。\n企业管理数据，数据驱动平台。\n"
CORPUS = {
    "a.jsonl": "".join(f'{{"id": {n}, "text": "{TEXT[:24]}"}}\n' for n in range(12)),
    "a.csv": "id,text\n" + "".join(f'{n},"{TEXT[:24]}"\n' for n in range(12)),
    "a.tsv": "id\ttext\n" + "".join(f"{n}\t{TEXT[:24]}\n" for n in range(12)),
    "a.txt": TEXT * 6,
}


def read_all(doc_id):
    return lambda home: run_checks(zhagen.extract(doc_id, edition="digest"))


def read_catalog(home):
    list_documents()
    for doc_id in document_ids():
        zhagen.extract(doc_id, edition="digest")


def read_judgements(home):
    joint_edges(read_published(None, "edges"), alignments(read_published(None, "codes")))


def read_words(home):
    read_lexicon()
    content_terms(TEXT, segmenter="rjieba")


def read_tables(home):
    for name in ("codes", "evidence", "edges", "claims", "terms"):
        read_published("haier", name)
    run_checks(zhagen.extract("xiaomi", edition="digest"))


def read_study(home):
    haier = zhagen.extract("haier", edition="digest")
    study_summary(haier)
    report_card(haier)


def read_corpus(name):
    def use(home):
        cooccur(home / name, home / "out", min_count=1, engine="serial", segmenter="rjieba")

    return use


def read_text(home):
    run_checks(zhagen.extract("xiaomi", source=home / "copy.txt"))


KINDS = {  # path below the copy of the data -> what is done with it
    **{f"recipes/{name}.toml": read_all(name) for name in DOCUMENTS},
    "documents.toml": read_catalog,
    "codings/haier/mechanism.toml": read_all("haier"),
    "codings/community/mechanism.toml": read_all("community"),
    "codings/whitepaper/open_coding.toml": read_all("whitepaper"),
    "codings/xiaomi/merged_cells.toml": read_all("xiaomi"),
    "codings/synthesis/alignments.toml": read_judgements,
    "codings/haier/summary.toml": read_study,
    "codings/haier/reporting.toml": read_study,
    "codings/reporting_items.toml": read_study,
    **{f"lexicon/{name}": read_words for name in ("userdict.txt", "stopwords.txt", "synonyms.tsv")},
    **{f"published/{name}.csv": read_tables for name in ("codes", "edges", "claims")},
    **{name: read_corpus(name) for name in CORPUS},
    "copy.txt": read_text,
}


def spoil(data, chance):
    """Return bytes with one to three faults, and what they are."""
    done = []
    for _ in range(chance.randint(1, 3)):
        fault = chance.choice(FAULTS)
        data = fault(data, chance)
        done.append(fault.__name__)
    return data, done


def flip_bytes(data, chance):
    data = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _some_line(change):
    def fault(data, chance):
        lines = data.split(b"\n")
        written = [n for n, line in enumerate(lines) if line.strip() and not line.startswith(b"#")] or [0]
        for _ in range(chance.randint(1, 2)):
            change(lines, min(chance.choice(written), len(lines) - 1), chance)
        return b"\n".join(lines)

    fault.__name__ = change.__name__
    return fault


@_some_line
def drop_line(lines, place, chance):
    if len(lines) > 1:
        del lines[place]


@_some_line
def double_line(lines, place, chance):
    lines.insert(place, lines[place])


@_some_line
def swap_lines(lines, place, chance):
    other = chance.randrange(len(lines))
    lines[place], lines[other] = lines[other], lines[place]


@_some_line
def long_line(lines, place, chance):
    lines[place] += "，平台".encode() * 30_000


@_some_line
def rename_key(lines, place, chance):
    lines[place] = re.sub(rb"\b[a-z_]{2,}\b", lambda match: match[0] + b"x", lines[place], count=1)


@_some_line
def other_value(lines, place, chance):
    value = chance.choice(OTHER).encode()
    mark = chance.choice([b"=", b":", b"\t", b",", b" "])
    head, found, _ = lines[place].partition(mark)
    lines[place] = head + found + b" " + value if found else value


@_some_line
def no_separator(lines, place, chance):
    lines[place] = re.sub(rb"[\t,= ]", b"", lines[place], count=chance.randint(1, 3))


def byte_order_mark(data, chance):
    return b"\xef\xbb\xbf" + data


def another_encoding(data, chance):
    return data.decode("utf-8", "replace").encode(chance.choice(["gb18030", "utf-16", "big5"]), "replace")


def line_ends(data, chance):
    return data.replace(b"\n", chance.choice([b"\r\n", b"\r", "\u2028".encode()]))


def cut_off(data, chance):
    return data[: chance.randrange(len(data) + 1)]


def nul(data, chance):
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice([b"\0", b"\x1b", b"\x7f", "\ue000".encode()]) + data[place:]


FAULTS = [
    flip_bytes, drop_line, double_line, swap_lines, long_line, rename_key, other_value, other_value, no_separator,
    byte_order_mark, another_encoding, line_ends, cut_off, nul,
]  # fmt: skip


@contextmanager
def within(seconds):
    def stop(*_):
        raise TimeoutError(f"not done in {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    home = tmp_path_factory.mktemp("handwritten") / "data"
    shutil.copytree(data_folder(), home, ignore=shutil.ignore_patterns("sources"))
    shutil.copyfile(home / "digests/xiaomi.txt", home / "copy.txt")
    for name, text in CORPUS.items():
        (home / name).write_text(text, encoding="utf-8")
    return home


@pytest.fixture
def home(whole, monkeypatch):
    monkeypatch.setenv("ZHAGEN_DATA", str(whole))
    monkeypatch.setenv("ZHAGEN_SOURCES", str(whole / "sources"))
    return whole


def write(path, data, number):
    path.write_bytes(data)
    # a time of its own: two versions of one size within a tick of the clock are one version to a cache
    os.utime(path, ns=(10**18 + number * 10**9, 10**18 + number * 10**9))


def outcome(home, name, number):
    """Use a spoiled file; return "" if it was read or refused as it should be, else what happened."""
    path, chance = home / name, random.Random(f"{name} {number}")
    good = path.read_bytes()
    bad, faults = spoil(good, chance)
    write(path, bad, 2 * number)
    try:
        with within(SECONDS):
            KINDS[name](home)
        return ""
    except ZhagenError as error:
        # what does not fit a text any more is named by the document and its lines
        said, named = str(error), (path.name, *DOCUMENTS)
        if "\n" in said or not any(name in said for name in named) or not error.todo:
            return f"{name} {number} {faults}: refused with {said!r}"
        return ""
    except Exception as error:  # noqa: BLE001 -- this is what is looked for
        at = error.__traceback__
        while at.tb_next:
            at = at.tb_next
        place = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}"
        return f"{name} {number} {faults}: {type(error).__name__} in {place}: {str(error)[:100]}"
    finally:
        write(path, good, 2 * number + 1)


@pytest.mark.parametrize("name", KINDS)
def test_a_spoiled_file_is_read_or_refused_by_name(home, name):
    number = -(-CASES // len(KINDS))
    wrong = [found for number in range(number) if (found := outcome(home, name, number))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", KINDS)
def test_the_good_file_is_read(home, name):
    KINDS[name](home)


def test_the_command_refuses_with_status_2_and_one_line(home, capsys):
    from zhagen.cli import main

    path = home / "lexicon/synonyms.tsv"
    good = path.read_bytes()
    try:
        write(path, good + "一个字段\n".encode(), 10**6)
        assert main(["cooccur", str(home / "a.txt"), "--out", str(home / "out"), "--engine", "serial"]) == 2
        said = capsys.readouterr()
        assert said.err.count("\n") == 1 and "synonyms.tsv, line" in said.err and said.out == ""
    finally:
        write(path, good, 10**6 + 1)
