"""Whatever kills a process that changes a study, its folder holds the old study or the new one; damage is said."""

import os
import random
import signal
import time

import pytest

from fuzzing.studies import damaged, judge_study
from fuzzing.study_oracle import Good
from study.conftest import small
from zhagen.coding.saving import apply_page, page_of_source
from zhagen.exchange import export_study, import_study
from zhagen.output import whole_folder, write_files
from zhagen.study import (
    add_code,
    check_study,
    merge_studies,
    open_study,
    rename_code,
    update_study,
    write_study,
)

KILLS = int(os.environ.get("ZHAGEN_KILLS", "20"))


def renames(folder, number):
    """A code gets another name: codebook and history change together."""
    update_study(folder, lambda study: rename_code(study, "c03", f"名字{number}", date="2024-05-01"))


def saves(folder, number):
    """A page saves a new code and a coding: codebook, history and codings change together."""

    def change(study):
        passage, state = page_of_source(study, "I01", "林")
        coding = {"start": 10, "end": 11 + number % 40, "code": f"n{number:08d}", "memo": ""}
        codes = [*state["codes"], {"id": f"n{number:08d}", "label": f"码{number}"}]
        now = {**state, "codes": codes, "codings": [*state["codings"], coding]}
        return apply_page(study, "I01", "林", {"sha256": passage.data["sha256"], "base": state, "state": now})[0]

    update_study(folder, change)


def merges(folder, number):
    """A copy with a code more is put in."""
    update_study(folder, lambda study: merge_studies(study, add_code(study, f"并{number}", date="2024-05-01")).study)


def rewrites(folder, number):
    """The whole study is written anew."""
    study = open_study(folder)
    write_study(add_code(study, f"新{number}", date="2024-05-01"), folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("act", [renames, saves, merges, rewrites], ids=lambda act: act.__name__)
def test_a_killed_process_leaves_the_old_study_or_the_new_one(tmp_path, act):
    folder, draw = tmp_path / "study", random.Random(act.__name__)
    write_study(small(), folder)
    changed = killed = 0
    begun = time.monotonic()
    act(folder, 0)
    whole = time.monotonic() - begun
    for number in range(1, KILLS // 4 + 1):
        before = len(open_study(folder).history)
        child = os.fork()
        if not child:
            try:
                act(folder, number)
            finally:
                os._exit(0)
        time.sleep(draw.random() * whole * 1.2)
        os.kill(child, signal.SIGKILL)
        killed += os.waitpid(child, 0)[1] == signal.SIGKILL
        table = check_study(folder)
        wrong = table[table.severity.eq("error") | table.file.eq("history.csv")]  # two files that do not fit
        assert wrong.empty, wrong.to_string()
        study = open_study(folder)
        assert len(study.history) in (before, before + 1) and len(study.codings) >= 9
        changed += len(study.history) - before
    assert killed + changed >= 1  # the moments are not all before or after the work
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def pages(folder):
    """The pages of a book, as it would be built."""
    return {f"{name}/page{number}.html": f"{folder.name} {number}" for name in "ab" for number in range(20)}


def result(act, number, place):
    return place / (f"out{number}" if act == "study" else f"out.{act}")  # a study is imported into a new folder


def makes(act, number, place):
    """Make one file or folder of a study: of one of two in turn."""
    study, out = open_study(place / f"study{number % 2}"), result(act, number, place)
    if act == "book":
        with whole_folder(out) as draft:
            write_files(pages(study.folder), draft)
    elif act == "study":
        import_study(place / f"study{number % 2}.qdpx", out)
    else:
        export_study(study, out)


def seen(path):
    """What a file or a folder holds, without what a killed process left beside it."""
    if not path.exists():
        return None
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    return {str(one.relative_to(path)): one.read_bytes() for one in files if ".zhagen-draft-" not in str(one)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("act", ["qdpx", "xlsx", "study", "book"])
def test_a_killed_export_import_or_book_is_the_old_one_or_the_new_one(tmp_path, act):
    for number in range(2):
        folder = tmp_path / f"study{number}"
        write_study(add_code(small(), f"码{number}", date="2024-05-01"), folder)
        export_study(folder, folder.with_suffix(".qdpx"))
    whole, draw = [], random.Random(act)
    for number in range(2):
        begun = time.monotonic()
        makes(act, number, tmp_path)
        took = time.monotonic() - begun
        whole.append(seen(result(act, number, tmp_path)))
    for number in range(2, 2 + KILLS // 4):
        child = os.fork()
        if not child:
            try:
                makes(act, number, tmp_path)
            finally:
                os._exit(0)
        time.sleep(draw.random() * took * 1.2)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        old = [None] if act == "study" else whole
        assert seen(result(act, number, tmp_path)) in [*old, whole[number % 2]]
    last = 101
    makes(act, last, tmp_path)
    assert seen(result(act, last, tmp_path)) == whole[1]
    assert list(tmp_path.glob(".*")) == []  # the next run tidies up what the killed ones left


@pytest.mark.parametrize("part", range(5))
def test_damaged_studies_are_opened_rightly_or_refused_with_cause(tmp_path, part):
    write_study(small(), tmp_path / "good")
    good = Good(tmp_path / "good")
    for seed in range(10 * part, 10 * part + 10):
        names = damaged(tmp_path / "good", tmp_path / str(seed), seed)
        assert judge_study(tmp_path / str(seed), good) in ("opened", "refused"), (seed, names)
