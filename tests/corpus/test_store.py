import errno
import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhagen.corpus.parts import Part, Settings, count_part
from zhagen.corpus.readers import STORE as NAME
from zhagen.corpus.store import Store, documents_checksum, sole_writer
from zhagen.errors import OutputError
from zhagen.text.coverage import sum_coverage
from zhagen.text.strings import join_strings

TOLD = {"unit": "paragraph", "part": 9}
SIZES = {"paragraphs": 1, "units": 2, "occurrences": 3}


def part(terms=("平台", "数据"), counts=(2, 1, 1)):
    indptr, indices = np.array([0, 2, 3]), np.array([0, 1, 1], np.int32)
    return Part(
        join_strings(terms), indptr, indices, np.array(counts, np.int32), np.array([2, 2]), SIZES, sum_coverage([])
    )


def same(one, other):
    arrays = ("indptr", "indices", "counts", "totals")
    return (one.terms, one.sizes) == (other.terms, other.sizes) and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


@settings(max_examples=30)
@given(st.lists(st.text(st.sampled_from("平台与数据。 aβ𠮷\n"), max_size=12), max_size=4))
def test_what_is_saved_is_loaded(tmp_path_factory, documents):
    """Parts without a term among them."""
    store, saved = Store(tmp_path_factory.mktemp("store"), TOLD), count_part(documents, Settings())
    store.save(3, saved, "sum")
    assert same(store.load(3), saved)


def test_a_part_counts_for_its_own_text_only(tmp_path):
    store = Store(tmp_path, TOLD)
    assert not store.has(0, "sum")
    store.save(0, part(), "sum")
    assert store.has(0, "sum") and not store.has(0, "other") and not store.has(1, "sum")


def test_parts_are_kept_for_the_same_settings_only(tmp_path):
    Store(tmp_path, TOLD).save(0, part(), "sum")
    assert Store(tmp_path, TOLD).has(0, "sum")
    assert not Store(tmp_path, TOLD | {"unit": "sentence"}).has(0, "sum")
    assert not Store(tmp_path, TOLD).has(0, "sum")


def test_an_old_part_is_replaced(tmp_path):
    store = Store(tmp_path, TOLD)
    store.save(0, part(), "old")
    store.save(0, part(terms=("用户", "需求")), "new")
    assert store.has(0, "new") and not store.has(0, "old") and store.load(0).terms == join_strings(["用户", "需求"])


@pytest.mark.parametrize("keep", [0, 1, 4, 0.1, 0.5, 0.9, -1])
def test_a_truncated_part_is_none(tmp_path, keep):
    """As a lost power supply leaves it, before the disk has what was written."""
    store = Store(tmp_path, TOLD)
    store.save(0, part(), "sum")
    whole = store.path(0).read_bytes()
    store.path(0).write_bytes(whole[: int(keep * len(whole)) if isinstance(keep, float) else keep])
    assert not store.has(0, "sum")


@pytest.mark.parametrize("content", [b"not a part", b"PK\x03\x04" + bytes(99), b"\x93NUMPY\x01\x00" + bytes(99)])
def test_what_is_no_part_is_none(tmp_path, content):
    store = Store(tmp_path, TOLD)
    store.path(0).write_bytes(content)
    assert not store.has(0, "sum")
    np.savez(store.path(1), other=np.zeros(1))
    assert not store.has(1, "sum")
    store.path(2).mkdir()
    assert not store.has(2, "sum")


@pytest.mark.parametrize("content", [b"", b'{"unit": "para', b"\xff\xfe", b"[]", None])
def test_broken_settings_are_those_of_no_run(tmp_path, content):
    """A full disk, or a lost power supply, must not make every later run fail."""
    store = Store(tmp_path, TOLD)
    store.save(0, part(), "sum")
    told = tmp_path / NAME / "settings.json"
    told.unlink()
    if content is not None:
        told.write_bytes(content)
    store = Store(tmp_path, TOLD)
    assert not store.has(0, "sum") and json.loads(told.read_text("utf-8")) == TOLD


def test_a_disk_that_is_full_at_the_start_leaves_the_parts_of_the_last_run(tmp_path, monkeypatch):
    Store(tmp_path, TOLD).save(0, part(), "sum")

    def full(path, *_, **__):
        path.write_bytes(b"")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_text", full)
        assert Store(tmp_path, TOLD).has(0, "sum")  # there is nothing to write
        with pytest.raises(OutputError, match="No space left"), sole_writer(tmp_path / "new"):
            Store(tmp_path / "new", TOLD)
    assert not (tmp_path / "new").exists() and Store(tmp_path, TOLD).has(0, "sum")


def test_a_run_without_a_part_leaves_no_folder(tmp_path):
    """Its own, that is: a folder that was there stays, and so do parts."""
    for folder in (tmp_path / "new", tmp_path):
        with sole_writer(folder):
            Store(folder, TOLD).tidy()
        assert list(tmp_path.iterdir()) == []
    Store(tmp_path, TOLD).save(0, part(), "sum")
    Store(tmp_path, TOLD).tidy()
    assert Store(tmp_path, TOLD).has(0, "sum")


def test_only_the_folder_of_parts_is_touched(tmp_path):
    (tmp_path / "terms.csv").write_text("mine")
    Store(tmp_path, TOLD).save(0, part(), "sum")
    Store(tmp_path, {}).remove()
    assert [path.name for path in tmp_path.iterdir()] == ["terms.csv"]
    Store(tmp_path, TOLD).remove()
    Store(tmp_path, TOLD).remove()
    assert (tmp_path / "terms.csv").read_text() == "mine"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EIO])
def test_a_full_disk_leaves_no_half_part_and_the_old_one(tmp_path, monkeypatch, number):
    store = Store(tmp_path, TOLD)
    store.save(0, part(), "old")
    before = sorted(path.name for path in store.folder.iterdir())

    def full(file, **_):
        file.write_bytes(b"half")
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", full)
        for place in (0, 1):
            with pytest.raises(OutputError, match=f"cannot be written: {os.strerror(number)}"):
                store.save(place, part(), "new")
    assert sorted(path.name for path in store.folder.iterdir()) == before
    assert store.has(0, "old") and not store.has(1, "new")


def test_a_folder_that_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "out").write_text("a file")
    for folder in ("out", "out/below"):
        with pytest.raises(OutputError, match="cannot be written"):
            Store(tmp_path / folder, TOLD)
    assert (tmp_path / "out").read_text() == "a file"

    def refused(*_, **__):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr("pathlib.Path.mkdir", refused)  # played: tests may run as root, whom no right stops
    with pytest.raises(OutputError, match="Permission denied"):
        Store(tmp_path / "new", TOLD)


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_checksums_are_those_of_the_documents_in_their_order(one, other):
    assert (documents_checksum(one) == documents_checksum(list(one))) and (
        documents_checksum(one)[0] == documents_checksum(other)[0]
    ) == (one == other)
    assert documents_checksum(one)[1] == len("".join(one).encode())


def test_where_a_document_ends_is_part_of_the_checksum():
    sums = [
        documents_checksum(one)[0] for one in (["平台", "数据"], ["平台数据"], ["平", "台数据"], ["平台", "数据", ""])
    ]
    assert len(set(sums)) == 4
    assert documents_checksum(["\ud83d"])[1] == 3  # half a character is no reason to fail


def test_a_damaged_part_is_counted_anew(tmp_path):
    """A byte of the terms changes on the disk: the checksum of the text beside it still fits."""
    store = Store(tmp_path, TOLD)
    store.save(0, part(), "sum")
    content = store.path(0).read_bytes()
    at = content.index("平台".encode())
    store.path(0).write_bytes(content[:at] + b"\xff" + content[at + 1 :])
    assert not store.has(0, "sum")


def test_a_folder_is_of_one_run_at_a_time(tmp_path):
    with (
        sole_writer(tmp_path),
        pytest.raises(OutputError, match="another run writes into .*: wait for it"),
        sole_writer(tmp_path),
    ):
        raise AssertionError("two runs in one folder")
    with sole_writer(tmp_path):
        pass


def test_a_folder_made_for_a_run_goes_where_it_stayed_empty(tmp_path):
    with pytest.raises(ValueError), sole_writer(tmp_path / "a"):
        raise ValueError
    with sole_writer(tmp_path / "b"):
        (tmp_path / "b" / "result").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
