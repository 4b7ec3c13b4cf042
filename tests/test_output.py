import os
from pathlib import Path

import pandas as pd
import pytest

from zhagen import output
from zhagen.errors import OutputError
from zhagen.output import cannot_write, write_files

FRAME = pd.DataFrame({"term": ["平台", 'a"b,c'], "count": [2, 1]})


def held(folder):
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


def test_frames_texts_and_functions_are_written(tmp_path):
    files = {
        "terms.csv": FRAME,
        "note.txt": "一\n二\n",
        "deep/down.bin": lambda path: path.write_bytes(b"\x00"),
        "b": b"x",
    }
    assert write_files(files, tmp_path / "new" / "out") == [tmp_path / "new" / "out" / name for name in files]
    assert held(tmp_path / "new") == {
        "out/terms.csv": 'term,count\n平台,2\n"a""b,c",1\n', "out/note.txt": "一\n二\n", "out/deep/down.bin": "\x00",
        "out/b": "x",
    }  # fmt: skip


def test_other_files_stay_and_old_ones_are_replaced(tmp_path):
    (tmp_path / "note.txt").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    write_files({"note.txt": "new"}, tmp_path)
    assert held(tmp_path) == {"note.txt": "new", "mine.txt": "mine"}


def test_no_files_is_no_error(tmp_path):
    assert write_files({}, tmp_path) == [] and list(tmp_path.iterdir()) == []


def test_written_files_can_be_read_by_others(tmp_path):
    """As the user's umask says, like any other file; drafts stand in a folder that is closed to others."""
    mask = os.umask(0o022)
    try:
        write_files({"note.txt": "一"}, tmp_path)
    finally:
        os.umask(mask)
    assert (tmp_path / "note.txt").stat().st_mode & 0o777 == 0o644


def full(path):
    path.write_text("half")
    raise OSError(28, os.strerror(28))


@pytest.mark.parametrize("existing", [True, False])
def test_a_full_disk_changes_nothing(tmp_path, existing):
    out = tmp_path / "out"
    if existing:
        out.mkdir()
        (out / "a.txt").write_text("old")
    with pytest.raises(OutputError, match="out cannot be written: No space left on device"):
        write_files({"a.txt": "new", "b.txt": full}, out)
    assert held(tmp_path) == ({"out/a.txt": "old"} if existing else {})
    assert [path.name for path in tmp_path.iterdir()] == (["out"] if existing else [])


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt(), RuntimeError("a bug")])
@pytest.mark.parametrize("step", ["draft", "move"])
def test_no_folder_that_was_made_is_left_empty(tmp_path, monkeypatch, step, stop):
    """Neither the folder itself, nor those above it, nor those below it for a file further down."""

    def fails(*_):
        raise stop

    if step == "move":
        monkeypatch.setattr(os, "replace", fails)
    files = {"a.txt": "new", "deep/down.txt": fails if step == "draft" else "new"}
    with pytest.raises((OutputError, KeyboardInterrupt, RuntimeError)):
        write_files(files, tmp_path / "one" / "two" / "three")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "mine").mkdir()
    with pytest.raises((OutputError, KeyboardInterrupt, RuntimeError)):
        write_files(files, tmp_path / "mine")
    assert [path.name for path in tmp_path.rglob("*")] == ["mine"]


def test_a_folder_in_the_way_of_a_later_file_leaves_no_other_folder(tmp_path):
    (tmp_path / "b.txt").mkdir()
    with pytest.raises(OutputError, match="a folder is in the way of b.txt"):
        write_files({"deep/a.txt": "new", "b.txt": "new"}, tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["b.txt"]


def test_a_made_folder_that_another_program_uses_meanwhile_stays(tmp_path):
    def busy(path):
        (tmp_path / "new" / "theirs.txt").write_text("theirs")
        raise OSError(28, os.strerror(28))

    with pytest.raises(OutputError, match="No space left"):
        write_files({"a.txt": busy}, tmp_path / "new" / "out")
    assert held(tmp_path) == {"new/theirs.txt": "theirs"}


def test_what_else_goes_wrong_leaves_no_draft_either(tmp_path):
    def broken(path):
        path.write_text("half")
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        write_files({"a.txt": "new", "b.txt": broken}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_the_folder_stays(tmp_path):
    (tmp_path / "out").write_text("a file")
    for folder in ("out", "out/below"):
        with pytest.raises(OutputError, match="cannot be written"):
            write_files({"a.txt": "new"}, tmp_path / folder)
    assert held(tmp_path) == {"out": "a file"}


def test_a_folder_in_the_way_of_one_file_changes_none(tmp_path):
    """The names are looked at before the first file is put in its place."""
    (tmp_path / "b.txt").mkdir()
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(OutputError, match="cannot be written"):
        write_files({"a.txt": "new", "b.txt": "new"}, tmp_path)
    assert held(tmp_path) == {"a.txt": "old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_a_folder_without_the_right_to_write(tmp_path, monkeypatch):
    """Tests may run as root, whom no right stops: so the refusal is played."""

    def refused(*_, **__):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(output.tempfile, "mkdtemp", refused)
    with pytest.raises(OutputError, match="Permission denied: choose another folder"):
        write_files({"a.txt": "new"}, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_message_says_what_the_system_says():
    assert str(cannot_write(Path("out"), OSError(28, "full"))) == "out cannot be written: full: choose another folder"
    assert "no number at all" in str(cannot_write(Path("out"), OSError("no number at all")))


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_was_there_is_put_back_where_a_file_cannot_be_moved(tmp_path, monkeypatch, stop):
    """After the first file has been replaced, and a new one made."""
    for name in ("a.txt", "c.txt"):
        (tmp_path / name).write_text("old")
    replace = os.replace

    def fails(source, target):
        if Path(target).name == "c.txt" and Path(source).name == "c.txt":
            raise stop
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_files({"a.txt": "new", "b.txt": "new", "c.txt": "new"}, tmp_path)
    assert held(tmp_path) == {"a.txt": "old", "c.txt": "old"}
