import json
import os
import random
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

from zhagen import output
from zhagen.errors import OutputError
from zhagen.output import DRAFT, cannot_write, finish_writing, whole_folder, write_files, write_folder

KILLS = int(os.environ.get("ZHAGEN_KILLS", "40"))
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


def test_a_mask_that_takes_everything_leaves_the_owner_in(tmp_path, monkeypatch):
    """As in a browser (Emscripten's mask is 0o777): the folder of the result can be written again."""
    monkeypatch.setattr("zhagen.output.os.umask", lambda _: 0o777)
    write_files({"a.txt": "1"}, tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_other_files_stay_where_there_are_no_links(tmp_path, monkeypatch):
    write_folder({"a.txt": "1"}, tmp_path / "out")
    (tmp_path / "out/other.txt").write_text("other")
    monkeypatch.delattr("zhagen.output.os.link")
    write_folder({"a.txt": "2"}, tmp_path / "out")
    assert [path.read_text() for path in sorted((tmp_path / "out").iterdir())] == ["2", "other"]


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


# ---- killed processes -----------------------------------------------------------------------------------------------

NAMES = ["a.csv", "b.csv", "tables/c.csv", "tables/d.csv"]
RESULTS = {"first": dict.fromkeys(NAMES, "first"), "second": dict.fromkeys([*NAMES[:3], "tables/e.csv"], "second")}
GONE = {"first": ["tables/e.csv"], "second": ["tables/d.csv"]}


def as_written(result):
    return dict(RESULTS[result])


def in_a_process(work):
    """Run work in a process of its own; return its id."""
    if child := os.fork():
        return child
    try:
        work()
    finally:
        os._exit(0)


def seen(folder):
    """What is in a folder, drafts aside."""
    return {name: text for name, text in held(folder).items() if not name.startswith(DRAFT)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_a_folder_is_the_old_result_or_the_new_one_whenever_the_process_is_killed(tmp_path):
    """Kills at random moments of a process that writes two results in turn."""
    out, chance, found = tmp_path / "out", random.Random(1), set()
    write_folder(RESULTS["first"], out)
    (out / "mine.txt").write_text("mine")

    def write_in_turn():
        while True:
            for result in ("second", "first"):
                write_folder(RESULTS[result], out, gone=GONE[result])

    for _ in range(KILLS):
        child = in_a_process(write_in_turn)
        time.sleep(chance.uniform(0, 0.008))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        files = seen(out)
        assert files.pop("mine.txt") == "mine"
        assert files in (as_written("first"), as_written("second"))
        found.add(files["a.csv"])
    assert found == {"first", "second"}  # some were killed before, some after
    write_folder(RESULTS["first"], out, gone=GONE["first"])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]  # what the killed ones left is gone
    assert seen(out) == held(out) == as_written("first") | {"mine.txt": "mine"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
@pytest.mark.parametrize("moves", range(5))
def test_a_process_killed_between_two_files_is_finished_by_the_next(tmp_path, moves):
    """Files among others are moved one by one; a journal knows what is still to be moved."""
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("first")

    def killed_after_some_moves():
        replace, done = os.replace, []

        def replaced(*names):
            if len(done) == moves:
                os.kill(os.getpid(), signal.SIGKILL)
            done.append(replace(*names))

        os.replace = replaced
        write_files(RESULTS["second"], tmp_path)

    child = in_a_process(killed_after_some_moves)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == (signal.SIGKILL if moves < 4 else 0)
    finish_writing(tmp_path)
    assert held(tmp_path) == as_written("first") | as_written("second")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_a_process_killed_while_it_writes_its_drafts_changes_nothing(tmp_path):
    (tmp_path / "a.csv").write_text("first")

    def killed(path):
        path.write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)

    os.waitpid(in_a_process(lambda: write_files({"a.csv": "second", "b.csv": killed}, tmp_path)), 0)
    assert seen(tmp_path) == {"a.csv": "first"} and len(list(tmp_path.glob(f"{DRAFT}*"))) == 1
    finish_writing(tmp_path)
    assert held(tmp_path) == {"a.csv": "first"} and list(tmp_path.glob(".*")) == []


def test_the_draft_of_a_living_process_stays(tmp_path):
    def meanwhile(path):
        finish_writing(tmp_path)  # as another process would do it: the lock is the draft's, not the process's
        path.write_text("new")

    write_files({"a.txt": meanwhile}, tmp_path)
    assert held(tmp_path) == {"a.txt": "new"}


def test_a_journal_of_the_folder_above_is_left_to_those_who_use_it(tmp_path):
    draft = tmp_path / f"{DRAFT}abcdefgh"
    (draft / "new").mkdir(parents=True)
    (draft / "new" / "a.txt").write_text("new")
    (draft / "journal.json").write_text(json.dumps(["a.txt"]))
    write_files({"b.txt": "b"}, tmp_path / "below")
    assert not (tmp_path / "a.txt").exists()
    finish_writing(tmp_path)
    assert held(tmp_path) == {"a.txt": "new", "below/b.txt": "b"}


# ---- the folder of one result ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["exchanged", "one by one"])
def test_the_folder_of_a_result_keeps_what_is_not_the_results(tmp_path, monkeypatch, how):
    out = tmp_path / "out"
    write_folder(RESULTS["first"], out)
    (out / "mine").mkdir()
    (out / "mine" / "note.txt").write_text("mine")
    (out / "empty").mkdir()
    os.symlink("mine/note.txt", out / "link.txt")
    out.chmod(0o750)
    if how == "one by one":
        monkeypatch.setattr(output, "_exchange", lambda *_: False)
    assert write_folder(RESULTS["second"], out, gone=GONE["second"]) == [out / name for name in RESULTS["second"]]
    assert held(out) == as_written("second") | {"mine/note.txt": "mine", "link.txt": "mine"}
    assert (out / "link.txt").is_symlink() and (out / "empty").is_dir() and out.stat().st_mode & 0o777 == 0o750
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("how", ["exchanged", "renamed"])
def test_a_folder_takes_the_place_of_another_as_a_whole_or_not_at_all(tmp_path, monkeypatch, how):
    out = tmp_path / "above" / "out"
    with whole_folder(out) as draft:
        (draft / "a.txt").write_text("old")
        (draft / "gone.txt").write_text("old")
    if how == "renamed":
        monkeypatch.setattr(output, "_exchange", lambda *_: False)
    with pytest.raises(ValueError, match="no"), whole_folder(out) as draft:
        (draft / "a.txt").write_text("half")
        raise ValueError("no")
    assert held(out) == {"a.txt": "old", "gone.txt": "old"}
    if how == "renamed":
        rename = os.rename

        def fails(old, new):
            if Path(old).name == output.NEW:
                raise OSError("no room")
            rename(old, new)

        monkeypatch.setattr(os, "rename", fails)
        with pytest.raises(OutputError, match="no room"), whole_folder(out) as draft:
            (draft / "a.txt").write_text("half")
        monkeypatch.setattr(os, "rename", rename)
        assert held(out) == {"a.txt": "old", "gone.txt": "old"}
    with whole_folder(out) as draft:
        (draft / "a.txt").write_text("new")
    assert held(tmp_path) == {"above/out/a.txt": "new"} and [path.name for path in out.parent.iterdir()] == ["out"]


def test_the_current_folder_does_not_vanish_under_its_user(tmp_path, monkeypatch):
    write_folder(RESULTS["first"], tmp_path)
    monkeypatch.chdir(tmp_path / "tables")
    write_folder(RESULTS["second"], "..", gone=GONE["second"])
    assert held(Path("..")) == as_written("second")


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    os.symlink("real", tmp_path / "link")
    write_folder(RESULTS["first"], tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and held(tmp_path / "real") == as_written("first")


def test_a_folder_of_many_other_files_is_written_file_by_file(tmp_path, monkeypatch):
    out = tmp_path / "out"
    write_folder(RESULTS["first"], out)
    (out / "mine.txt").write_text("mine")
    before = out.stat().st_ino
    monkeypatch.setattr(output, "MANY", 0)
    write_folder(RESULTS["second"], out, gone=GONE["second"])
    assert out.stat().st_ino == before and held(out) == as_written("second") | {"mine.txt": "mine"}


@pytest.mark.parametrize("content", [full, lambda path: path.mkdir() or path.write_text("")])
def test_a_folder_that_cannot_be_written_stays_as_it_was(tmp_path, content):
    out = tmp_path / "out"
    write_folder(RESULTS["first"], out)
    with pytest.raises(OutputError, match="cannot be written"):
        write_folder(RESULTS["second"] | {"z.csv": content}, out)
    assert held(tmp_path) == {f"out/{name}": "first" for name in NAMES}
    with pytest.raises(OutputError, match="a folder is in the way"):
        write_folder({"tables": "a file"}, out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
